/*
 * sync: brings the warehouse in step with every source, as one published batch.
 *
 * A source with a log gives its changes since the published position; one without, one that was never read, or one whose log does not go
 * on from there gives a snapshot, which is compared with silver. Each is read at one moment of its own. Gold follows, and everything is
 * published with the new positions in one transaction; then what the logs hold of it may be purged.
 *
 * Checked in every run: that each change goes on from what silver holds and is what the source still says (pipeline_warehouse_*.c), and
 * that silver has as many rows as the source, table by table.
 */
#include "pipeline/pipeline_internal.h"

typedef struct SyncSource {
    const ModelSource *model;
    Source *source;
    SourceReader *reader; /* NULL: nothing moved */
    Position from;
    Position to;
    bool is_read_again; /* nothing moved: the reader is there to compare */
} SyncSource;

typedef struct Sync {
    const Ctx *ctx;
    const PipelineProject *project;
    const SyncOptions *options;
    bool is_verifying;    /* everything is compared, sources too */
    bool is_past_the_log; /* a whole read that does not go by the log */
    PipelineRun *run;
    SyncSource *sources;
    size_t n_sources;
} Sync;

/* ---- sources -------------------------------------------------------------------------------------------------------- */

/* An empty one made in its place would mean that every row was deleted. */
static ErrCode check_not_gone(const Sync *sync, const SyncSource *source, Err *err) {
    const PipelineProject *project = sync->project;
    bool is_filled = source->model->kind == MODEL_SOURCE_MANAGED && source->from.epoch.n;
    if (!is_filled || file_exists(project->oltp_path)) return ERR_OK;
    return err_set(err, ERR_CONFLICT,
                   "the operational database '%s' is gone, but the warehouse holds its data; put it back (or, to start "
                   "over without that data, remove '%s/warehouse.duckdb' too)",
                   project->oltp_path, project->folder);
}

/* Another database in its place would mean the same. */
static ErrCode check_same_epoch(const Sync *sync, const SyncSource *source, Err *err) {
    const PipelineProject *project = sync->project;
    bool is_filled = source->model->kind == MODEL_SOURCE_MANAGED && source->from.epoch.n;
    if (!is_filled || sync->options->is_full || str_eq(source->from.epoch, source->to.epoch)) return ERR_OK;
    return err_set(
        err, ERR_CONFLICT,
        "the operational database '%s' is not the one the warehouse was filled from; put that one back, or run "
        "`starling sync --full` to take this one's content instead",
        project->oltp_path);
}

static ErrCode read_whole(const Sync *sync, SyncSource *source, Err *err) {
    bool is_same;
    TRY(source_snapshot(sync->ctx, source->source, &source->from, &source->reader, &source->to, &is_same, err));
    return check_same_epoch(sync, source, err);
}

/* Files that the warehouse has taken in already are read once more, all of them. */
static ErrCode read_files_again(const Sync *sync, SyncSource *source, Err *err) {
    TRY(read_whole(sync, source, err));
    if (source->reader) return ERR_OK;
    bool is_same;
    const Position nothing = {0};
    source->is_read_again = true;
    return source_snapshot(sync->ctx, source->source, &nothing, &source->reader, &source->to, &is_same, err);
}

/* A reader that stands where the warehouse does; a writer that is faster makes news of it. */
static ErrCode read_again(const Sync *sync, SyncSource *source, Err *err) {
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        bool is_same;
        SourceNews news;
        Str why;
        TRY(source_snapshot(sync->ctx, source->source, &source->from, &source->reader, &source->to, &is_same, err));
        source->is_read_again = pipeline_log_same(sync->ctx->arena, source->to.token, source->from.token);
        if (source->is_read_again) return ERR_OK;
        source_reader_close(source->reader);
        source->reader = NULL;
        TRY(source_changes(sync->ctx, source->source, &source->from, &source->reader, &source->to, &news, &why, err));
        if (news == SOURCE_MOVED) return ERR_OK;
    }
    return err_set(err, ERR_BUSY, "source '%.*s' changes faster than it can be read; try again",
                   STR_ARG(source->model->name));
}

static ErrCode open_source(const Sync *sync, SyncSource *source, Err *err) {
    TRY(warehouse_position(sync->ctx, sync->run->warehouse, source->model->name, &source->from, err));
    TRY(check_not_gone(sync, source, err));
    TRY(pipeline_source_open(sync->ctx, sync->project, source->model, &source->source, err));
    bool has_log = source_mode(source->source)->has_log && source->from.token.n && !sync->is_past_the_log;
    if (!has_log && sync->is_verifying && source->from.token.n) return read_files_again(sync, source, err);
    if (!has_log) return read_whole(sync, source, err);
    SourceNews news;
    Str why = {0};
    TRY(source_changes(sync->ctx, source->source, &source->from, &source->reader, &source->to, &news, &why, err));
    if (news == SOURCE_SAME && (sync->is_verifying || sync->options->is_full)) return read_again(sync, source, err);
    if (news != SOURCE_LOST) return ERR_OK;
    TRY(read_whole(sync, source, err));
    pipeline_run_note(sync->run, arena_printf(sync->ctx->arena, "Source %.*s is read whole again: %.*s.",
                                              STR_ARG(source->model->name), STR_ARG(why)));
    return ERR_OK;
}

static ErrCode open_sources(Sync *sync, Err *err) {
    const Model *model = sync->project->model;
    sync->sources = ARENA_ARRAY(sync->ctx->arena, SyncSource, model->n_sources);
    for (size_t i = 0; i < model->n_sources; i++) {
        sync->sources[i].model = &model->sources[i];
        sync->n_sources++;
        TRY(open_source(sync, &sync->sources[i], err));
    }
    return ERR_OK;
}

static void close_readers(Sync *sync) {
    for (size_t i = 0; i < sync->n_sources; i++) {
        source_reader_close(sync->sources[i].reader);
        sync->sources[i].reader = NULL;
    }
}

static void close_sources(Sync *sync) {
    close_readers(sync);
    for (size_t i = 0; i < sync->n_sources; i++) source_close(sync->sources[i].source);
    sync->n_sources = 0;
}

static bool is_any_moved(const Sync *sync) {
    for (size_t i = 0; i < sync->n_sources; i++)
        if (sync->sources[i].reader) return true;
    return false;
}

/* ---- rows ----------------------------------------------------------------------------------------------------------- */

static Str count_text(Arena *arena, int64_t n) {
    return arena_printf(arena, "%" PRId64 " row%s", n, n == 1 ? "" : "s");
}

static ErrCode apply_part(Sync *sync, const SyncSource *source, const ModelTable *table, const SourcePart *part,
                          Err *err) {
    const Ctx *ctx = sync->ctx;
    Warehouse *warehouse = sync->run->warehouse;
    EngineStream *rows;
    TRY(pipeline_reader_open_part(ctx, source->reader, table, part ? part->part : SIZE_MAX, &rows, err));
    TableCounts counts;
    ErrCode code;
    if (part)
        code = warehouse_apply_append(ctx, warehouse, table, source->model->name, part->hash, part->at_us, rows,
                                      &counts, err);
    else if (source->reader->is_changes)
        code = warehouse_apply_changes(ctx, warehouse, table, source->model->name, rows, &counts, err);
    else
        code = warehouse_apply_snapshot(ctx, warehouse, table, source->model->name, source->reader->at_us, rows,
                                        &counts, err);
    engine_stream_close(rows);
    if (code) return code;
    if (counts.n_set_aside)
        pipeline_run_note(
            sync->run, arena_printf(ctx->arena,
                                    "%.*s of %.*s cannot be read as declared and %s set aside; `starling quarantine` "
                                    "lists them.",
                                    STR_ARG(count_text(ctx->arena, counts.n_set_aside)), STR_ARG(table->name),
                                    counts.n_set_aside == 1 ? "is" : "are"));
    counts.position_from = source->from.token;
    counts.position_to = source->to.token;
    VEC_PUSH(ctx->arena, &sync->run->counts, counts);
    return ERR_OK;
}

static ErrCode check_count(const Sync *sync, const SyncSource *source, const ModelTable *table, Err *err) {
    int64_t n_source;
    int64_t n_waiting;
    Value n_silver;
    TRY(source_reader_count(sync->ctx, source->reader, table, &n_source, err));
    if (n_source < 0) return ERR_OK;
    TRY(engine_valuef(sync->ctx, sync->run->warehouse->conn, &n_silver, err, "SELECT count(*) FROM %R",
                      pipeline_silver(sync->ctx->arena, table)));
    TRY(pipeline_quarantine_count(sync->ctx, sync->run->warehouse->conn, table, &n_waiting, err));
    /* of rows that wait it is not known which are the same */
    if (n_source == n_silver.i || (n_waiting && n_source > n_silver.i)) return ERR_OK;
    return err_set(
        err, ERR_DATA,
        "table '%.*s' has %" PRId64 " rows in its source and %" PRId64 " in the warehouse after all changes were "
        "applied: something wrote past the triggers; run `starling sync --full`, which reads the source whole "
        "and compares",
        STR_ARG(table->name), n_source, n_silver.i);
}

/* The tables as the reader has them, changes or whole. */
static ErrCode apply_tables(Sync *sync, const SyncSource *source, Err *err) {
    size_t n_tables;
    const ModelTable *const *tables = source_reader_tables(source->reader, &n_tables);
    for (size_t i = 0; i < n_tables; i++) {
        TRY(ctx_check(sync->ctx, err));
        size_t n_parts;
        const SourcePart *parts = pipeline_reader_parts(sync->ctx, source->reader, tables[i], &n_parts);
        if (!n_parts) TRY(apply_part(sync, source, tables[i], NULL, err));
        for (size_t p = 0; p < n_parts; p++) TRY(apply_part(sync, source, tables[i], &parts[p], err));
        if (source->reader->is_changes) TRY(check_count(sync, source, tables[i], err));
    }
    return ERR_OK;
}

/* A full read takes what the log knows first, with its times, and then what it does not. */
static ErrCode apply_source(Sync *sync, const SyncSource *source, Err *err) {
    if (!source->reader) return ERR_OK;
    bool has_changes = source->reader->is_changes;
    if (!source->is_read_again) TRY(apply_tables(sync, source, err));
    if (!sync->options->is_full || (!has_changes && !source->is_read_again)) return ERR_OK;
    const Model *model = sync->project->model;
    source->reader->is_changes = false;
    for (size_t i = 0; i < model->n_tables; i++)
        if (model->tables[i].source == source->model) TRY(apply_part(sync, source, &model->tables[i], NULL, err));
    return ERR_OK;
}

/* ---- comparing ------------------------------------------------------------------------------------------------------ */

static ErrCode verify_table(Sync *sync, const SyncSource *source, const ModelTable *table, Err *err) {
    TableCounts counts = {.step = S("verified"), .table = table->name};
    int64_t from_us = clock_monotonic(sync->ctx->clock);
    size_t n_parts;
    const SourcePart *parts = pipeline_reader_parts(sync->ctx, source->reader, table, &n_parts);
    for (size_t p = 0; p < MAX_OF(n_parts, 1); p++) {
        EngineStream *rows;
        TRY(pipeline_reader_open_part(sync->ctx, source->reader, table, n_parts ? parts[p].part : SIZE_MAX, &rows,
                                      err));
        ErrCode code = pipeline_silver_verify_rows(sync->ctx, sync->run->warehouse, table, rows, p == 0,
                                                   p + 1 >= n_parts, &counts, err);
        engine_stream_close(rows);
        if (code) return code;
    }
    counts.duration_us = clock_monotonic(sync->ctx->clock) - from_us;
    VEC_PUSH(sync->ctx->arena, &sync->run->counts, counts);
    return ERR_OK;
}

/* Every table of a log's source at the moment its changes were read; of files, those that were read once more. */
static ErrCode verify_source(Sync *sync, const SyncSource *source, Err *err) {
    if (!source->reader) return ERR_OK;
    if (!source_mode(source->source)->has_log) {
        size_t n_tables;
        const ModelTable *const *tables = source_reader_tables(source->reader, &n_tables);
        for (size_t i = 0; i < n_tables && source->is_read_again; i++) TRY(verify_table(sync, source, tables[i], err));
        return ERR_OK;
    }
    const Model *model = sync->project->model;
    source->reader->is_changes = false;
    for (size_t i = 0; i < model->n_tables; i++)
        if (model->tables[i].source == source->model) TRY(verify_table(sync, source, &model->tables[i], err));
    return ERR_OK;
}

/* ---- the batch ------------------------------------------------------------------------------------------------------ */

static ErrCode publish(Sync *sync, Err *err) {
    Str *names = ARENA_ARRAY(sync->ctx->arena, Str, sync->n_sources);
    Position *positions = ARENA_ARRAY(sync->ctx->arena, Position, sync->n_sources);
    for (size_t i = 0; i < sync->n_sources; i++) {
        names[i] = sync->sources[i].model->name;
        positions[i] = sync->sources[i].to;
    }
    TableCounts *gold;
    size_t n_gold;
    TRY(warehouse_publish(sync->ctx, sync->run->warehouse, names, positions, sync->n_sources, &gold, &n_gold, err));
    for (size_t i = 0; i < n_gold; i++) VEC_PUSH(sync->ctx->arena, &sync->run->counts, gold[i]);
    return ERR_OK;
}

/* What is published is published: a purge that fails now is done by a later run. */
static void acknowledge(Sync *sync) {
    close_readers(sync);
    for (size_t i = 0; i < sync->n_sources; i++) {
        Err ignored;
        if (source_ack(sync->ctx, sync->sources[i].source, &sync->sources[i].to, &ignored))
            log_error("sync", &ignored, sync->ctx->request_id);
    }
}

static ErrCode apply_and_publish(Sync *sync, Err *err) {
    Warehouse *warehouse = sync->run->warehouse;
    bool is_current;
    TRY(open_sources(sync, err));
    TRY(pipeline_is_built(sync->ctx, warehouse->conn, warehouse->model, &is_current, err));
    if (is_current && !is_any_moved(sync) && !sync->options->is_full) return ERR_OK;
    if (!sync->run->id) TRY(pipeline_run_begin(sync->run, err));
    FAULT_POINT("sync.begin");
    TRY(warehouse_begin(sync->ctx, warehouse, sync->run->batch, err));
    warehouse->is_whole = sync->options->is_full;
    warehouse->is_verifying = sync->is_verifying;
    for (size_t i = 0; i < sync->n_sources; i++) TRY(apply_source(sync, &sync->sources[i], err));
    for (size_t i = 0; i < sync->n_sources && sync->is_verifying; i++) TRY(verify_source(sync, &sync->sources[i], err));
    TRY(publish(sync, err));
    FAULT_POINT("sync.published");
    acknowledge(sync);
    FAULT_POINT("sync.acknowledged");
    return ERR_OK;
}

static ErrCode work(PipelineRun *run, void *arg, Err *err) {
    Sync *sync = arg;
    sync->run = run;
    Err cause;
    ErrCode code = apply_and_publish(sync, &cause);
    close_sources(sync);
    if (code == ERR_DATA && sync->options->is_full && !sync->is_past_the_log) { /* the log is not to be trusted */
        warehouse_abandon(run->warehouse);
        run->counts.n = 0;
        pipeline_run_note(run, arena_printf(sync->ctx->arena, "Read past the log of changes: %s.", cause.message));
        sync->is_past_the_log = true;
        code = apply_and_publish(sync, &cause);
        close_sources(sync);
    }
    if (code && err) *err = cause;
    return code;
}

ErrCode pipeline_sync(const Ctx *ctx, const PipelineProject *project, const SyncOptions *options,
                      SyncReport *ret_report, Err *err) {
    Sync sync = {.ctx = ctx, .project = project, .options = options};
    return pipeline_run(ctx, project, S("sync"), work, &sync, ret_report, err);
}

ErrCode pipeline_reconcile(const Ctx *ctx, const PipelineProject *project, SyncReport *ret_report, Err *err) {
    const SyncOptions options = {0};
    Sync sync = {.ctx = ctx, .project = project, .options = &options, .is_verifying = true};
    return pipeline_run(ctx, project, S("reconcile"), work, &sync, ret_report, err);
}
