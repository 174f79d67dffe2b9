/*
 * sync: brings the warehouse in step with every source, as one published batch.
 *
 * Phases: runs that a killed process left are settled; the run is written down; each source is read in a snapshot of its own and
 * its tables are compared with silver; gold follows and everything is published; the run gets its steps and its end. A failure
 * before the commit leaves the previous version as it was; one after it (writing the log) loses log lines only, and the next
 * start settles the run by its batch id.
 */
#include "pipeline/pipeline_internal.h"

typedef struct Sync {
    const Ctx *ctx;
    const PipelineProject *project;
    Warehouse *warehouse;
    Source **sources;
    SourceReader **readers; /* NULL: nothing moved */
    Position *from;
    Position *to;
    Str *names;
    size_t n_sources;
    TableCountsVec counts;
    size_t n_silver; /* the first counts: silver's; their sources are in source_of */
    VEC(size_t) source_of;
} Sync;

/* ---- sources -------------------------------------------------------------------------------------------------------- */

/* An empty one made in its place would mean that every row was deleted. */
static ErrCode check_not_gone(const Sync *sync, const ModelSource *source, const Position *from, Err *err) {
    const PipelineProject *project = sync->project;
    if (source->kind != MODEL_SOURCE_MANAGED || !from->epoch.n || file_exists(project->oltp_path)) return ERR_OK;
    return err_set(err, ERR_CONFLICT,
                   "the operational database '%s' is gone, but the warehouse holds its data; put it back (or, to start "
                   "over without that data, remove '%s/warehouse.duckdb' too)",
                   project->oltp_path, project->folder);
}

/* Another database in its place would mean the same. */
static ErrCode check_same_epoch(const Sync *sync, const ModelSource *source, const Position *from, const Position *to,
                                Err *err) {
    const PipelineProject *project = sync->project;
    if (source->kind != MODEL_SOURCE_MANAGED || !from->epoch.n || str_eq(from->epoch, to->epoch)) return ERR_OK;
    return err_set(
        err, ERR_CONFLICT,
        "the operational database '%s' is not the one the warehouse was filled from; put that one back (or, to build "
        "the warehouse anew from this one, remove '%s/warehouse.duckdb')",
        project->oltp_path, project->folder);
}

static ErrCode open_sources(Sync *sync, Err *err) {
    const Model *model = sync->project->model;
    Arena *arena = sync->ctx->arena;
    sync->sources = ARENA_ARRAY(arena, Source *, model->n_sources);
    sync->readers = ARENA_ARRAY(arena, SourceReader *, model->n_sources);
    sync->from = ARENA_ARRAY(arena, Position, model->n_sources);
    sync->to = ARENA_ARRAY(arena, Position, model->n_sources);
    sync->names = ARENA_ARRAY(arena, Str, model->n_sources);
    for (size_t i = 0; i < model->n_sources; i++) {
        sync->names[i] = model->sources[i].name;
        TRY(warehouse_position(sync->ctx, sync->warehouse, sync->names[i], &sync->from[i], err));
        TRY(check_not_gone(sync, &model->sources[i], &sync->from[i], err));
        TRY(pipeline_source_open(sync->ctx, sync->project, &model->sources[i], &sync->sources[i], err));
        sync->n_sources++;
        bool is_same;
        TRY(source_snapshot(sync->ctx, sync->sources[i], &sync->from[i], &sync->readers[i], &sync->to[i], &is_same,
                            err));
        TRY(check_same_epoch(sync, &model->sources[i], &sync->from[i], &sync->to[i], err));
    }
    return ERR_OK;
}

static void close_sources(Sync *sync) {
    for (size_t i = 0; i < sync->n_sources; i++) {
        source_reader_close(sync->readers[i]);
        source_close(sync->sources[i]);
        sync->readers[i] = NULL;
    }
    sync->n_sources = 0;
}

static ErrCode apply_part(Sync *sync, size_t source, const ModelTable *table, const SourcePart *part, Err *err) {
    EngineStream *rows;
    TRY(pipeline_reader_open_part(sync->ctx, sync->readers[source], table, part ? part->part : SIZE_MAX, &rows, err));
    TableCounts counts;
    ErrCode code = part ? warehouse_apply_append(sync->ctx, sync->warehouse, table, sync->names[source], part->hash,
                                                 rows, &counts, err)
                        : warehouse_apply_snapshot(sync->ctx, sync->warehouse, table, sync->names[source],
                                                   sync->readers[source]->at_us, rows, &counts, err);
    engine_stream_close(rows);
    if (code) return code;
    VEC_PUSH(sync->ctx->arena, &sync->counts, counts);
    VEC_PUSH(sync->ctx->arena, &sync->source_of, source);
    return ERR_OK;
}

static ErrCode apply_source(Sync *sync, size_t source, Err *err) {
    if (!sync->readers[source]) return ERR_OK;
    size_t n_tables;
    const ModelTable *const *tables = source_reader_tables(sync->readers[source], &n_tables);
    for (size_t i = 0; i < n_tables; i++) {
        TRY(ctx_check(sync->ctx, err));
        size_t n_parts;
        const SourcePart *parts = pipeline_reader_parts(sync->ctx, sync->readers[source], tables[i], &n_parts);
        if (!n_parts) TRY(apply_part(sync, source, tables[i], NULL, err));
        for (size_t p = 0; p < n_parts; p++) TRY(apply_part(sync, source, tables[i], &parts[p], err));
    }
    return ERR_OK;
}

static ErrCode apply_and_publish(Sync *sync, Str batch, Err *err) {
    TRY(open_sources(sync, err));
    TRY(warehouse_begin(sync->ctx, sync->warehouse, batch, err));
    for (size_t i = 0; i < sync->n_sources; i++) TRY(apply_source(sync, i, err));
    sync->n_silver = sync->counts.n;
    TableCounts *gold;
    size_t n_gold;
    TRY(warehouse_publish(sync->ctx, sync->warehouse, sync->names, sync->to, sync->n_sources, &gold, &n_gold, err));
    for (size_t i = 0; i < n_gold; i++) VEC_PUSH(sync->ctx->arena, &sync->counts, gold[i]);
    for (size_t i = 0; i < sync->n_sources; i++) TRY(source_ack(sync->ctx, sync->sources[i], &sync->to[i], err));
    return ERR_OK;
}

/* ---- the log of runs ------------------------------------------------------------------------------------------------ */

static ErrCode write_steps(const Sync *sync, int64_t run, Err *err) {
    for (size_t i = 0; i < sync->counts.n; i++) {
        const TableCounts *counts = &sync->counts.at[i];
        MetaStep step = {.name = counts->step,
                         .table = counts->table,
                         .verdict = S("ok"),
                         .n_read = counts->n_read,
                         .n_inserted = counts->n_inserted,
                         .n_updated = counts->n_updated,
                         .n_deleted = counts->n_deleted,
                         .duration_us = counts->duration_us};
        if (i < sync->n_silver) {
            step.position_from = sync->from[sync->source_of.at[i]].token;
            step.position_to = sync->to[sync->source_of.at[i]].token;
        }
        TRY(meta_run_step(sync->ctx, sync->project->meta, run, &step, err));
    }
    return ERR_OK;
}

static int64_t changes_of(const Sync *sync) {
    int64_t n = 0;
    for (size_t i = 0; i < sync->n_silver; i++)
        n += sync->counts.at[i].n_inserted + sync->counts.at[i].n_updated + sync->counts.at[i].n_deleted;
    return n;
}

/* The log's Ctx: a cancelled or timed out run still gets its end written. */
static Ctx without_limits(const Ctx *ctx) {
    Ctx copy = *ctx;
    copy.deadline_us = 0;
    copy.cancel = NULL;
    return copy;
}

static void end_failed(const Sync *sync, int64_t run, const Err *cause) {
    Ctx ctx = without_limits(sync->ctx);
    Err ignored;
    err_ignore(meta_run_end(&ctx, sync->project->meta, run, META_FAILED, 0, str_of(cause->message), &ignored));
}

/* ---- the verb ------------------------------------------------------------------------------------------------------- */

static ErrCode settle(const Sync *sync, Err *err) {
    int64_t version, at_us;
    Str batch;
    TRY(warehouse_version(sync->ctx, sync->warehouse->conn, &version, &batch, &at_us, err));
    return meta_runs_settle(sync->ctx, sync->project->meta, sync->project->name, batch, err);
}

static ErrCode run(Sync *sync, SyncReport *ret_report, Err *err) {
    const Ctx *ctx = sync->ctx;
    int64_t from_us = clock_monotonic(ctx->clock), run_id;
    Str batch = ctx_new_request_id(ctx->arena);
    TRY(settle(sync, err));
    TRY(meta_run_begin(ctx, sync->project->meta, sync->project->name, S("sync"), batch, &run_id, err));
    Err cause;
    ErrCode code = apply_and_publish(sync, batch, &cause);
    if (code) {
        warehouse_abandon(sync->warehouse);
        end_failed(sync, run_id, &cause);
        if (err) *err = cause;
        return code;
    }
    SyncReport report = {
        .run = run_id, .counts = sync->counts.at, .n_counts = sync->counts.n, .n_changes = changes_of(sync)};
    int64_t at_us;
    Str newest;
    TRY(warehouse_version(ctx, sync->warehouse->conn, &report.version, &newest, &at_us, err));
    if (str_eq(newest, batch)) report.batch = batch;
    TRY(write_steps(sync, run_id, err));
    TRY(meta_run_end(ctx, sync->project->meta, run_id, META_DONE, report.n_changes, S(""), err));
    report.duration_us = clock_monotonic(ctx->clock) - from_us;
    *ret_report = report;
    return ERR_OK;
}

ErrCode pipeline_sync(const Ctx *ctx, const PipelineProject *project, const SyncOptions *options,
                      SyncReport *ret_report, Err *err) {
    (void)options;
    TRY(ctx_require(ctx, PERMISSION_RUN_PIPELINE, err));
    if (!project->warehouse) return err_set(err, ERR_INTERNAL, "sync needs the project's warehouse open");
    Sync sync = {.ctx = ctx, .project = project};
    TRY(warehouse_open(ctx, project->warehouse, project->model, &sync.warehouse, err));
    ErrCode code = run(&sync, ret_report, err);
    close_sources(&sync);
    warehouse_close(sync.warehouse);
    return code;
}
