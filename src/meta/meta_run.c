/*
 * etl_log: runs and their steps. A run is written before its work begins and ended after, so a kill leaves it RUNNING; the next
 * process settles it by asking the warehouse which batch was published last.
 */
#include "meta/meta_internal.h"

static const char *const STATUS_NAMES[] = {[META_RUNNING] = "running", [META_DONE] = "done", [META_FAILED] = "failed"};

const char *meta_status_name(MetaStatus status) {
    return (unsigned)status < COUNT_OF(STATUS_NAMES) ? STATUS_NAMES[status] : "unknown";
}

/* What this program did not write counts as failed. */
static MetaStatus status_of(Str name) {
    for (size_t i = 0; i < COUNT_OF(STATUS_NAMES); i++) {
        if (str_eq(name, str_of(STATUS_NAMES[i]))) return (MetaStatus)i;
    }
    return META_FAILED;
}

static Value status_value(MetaStatus status) {
    return value_text(str_of(meta_status_name(status)));
}

/* ---- a run ---------------------------------------------------------------------------------------------------------- */

static ErrCode run_begin(const Ctx *ctx, Meta *meta, Str project, Str kind, Str batch, int64_t *ret_run, Err *err) {
    int64_t id = 0;
    TRY(meta_project_require(ctx, meta, project, err));
    TRY(meta_next_id(ctx, meta, S("run"), &id, err));
    Value values[] = {value_int(id),     value_text(project),        value_text(kind),
                      value_text(batch), status_value(META_RUNNING), value_int(clock_now(ctx->clock))};
    TRY(engine_execf(ctx, meta->conn, NULL, err,
                     "INSERT INTO etl_log (id, project, kind, batch, status, started_at_us, duration_us, n_rows, error)"
                     " VALUES (%V, %V, %V, %V, %V, %V, 0, 0, '')",
                     &values[0], &values[1], &values[2], &values[3], &values[4], &values[5]));
    *ret_run = id;
    return ERR_OK;
}

ErrCode meta_run_begin(const Ctx *ctx, Meta *meta, Str project, Str kind, Str batch, int64_t *ret_run, Err *err) {
    int64_t id = 0;
    TRY(meta_begin(ctx, meta, err));
    TRY(meta_end(ctx, meta, run_begin(ctx, meta, project, kind, batch, &id, err), err));
    *ret_run = id;
    return ERR_OK;
}

static ErrCode run_missing(int64_t run, Err *err) {
    return err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64 " in the log", run);
}

/* The log of the run's project keeps its newest runs. */
static ErrCode prune(const Ctx *ctx, Meta *meta, int64_t run, Err *err) {
    Value id = value_int(run), project;
    TRY(engine_valuef(ctx, meta->conn, &project, err, "SELECT project FROM etl_log WHERE id = %V", &id));
    return engine_execf(ctx, meta->conn, NULL, err,
                        "DELETE FROM etl_log WHERE project = %V AND id <= (SELECT id FROM etl_log WHERE project = %V"
                        " ORDER BY id DESC LIMIT 1 OFFSET %d)",
                        &project, &project, meta->n_runs_keep);
}

static ErrCode run_end(const Ctx *ctx, Meta *meta, int64_t run, MetaStatus status, int64_t n_rows, Str error,
                       Err *err) {
    Value id = value_int(run), started;
    TRY(engine_valuef(ctx, meta->conn, &started, err, "SELECT started_at_us FROM etl_log WHERE id = %V", &id));
    if (started.is_null || started.type.kind != TYPE_INT64) return run_missing(run, err);
    int64_t duration_us = clock_now(ctx->clock) - started.i;
    Value values[] = {status_value(status), value_int(MAX_OF(duration_us, 0)), value_int(n_rows), value_text(error)};
    TRY(engine_execf(ctx, meta->conn, NULL, err,
                     "UPDATE etl_log SET status = %V, duration_us = %V, n_rows = %V, error = %V WHERE id = %V",
                     &values[0], &values[1], &values[2], &values[3], &id));
    return prune(ctx, meta, run, err);
}

ErrCode meta_run_end(const Ctx *ctx, Meta *meta, int64_t run, MetaStatus status, int64_t n_rows, Str error, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, run_end(ctx, meta, run, status, n_rows, error, err), err);
}

static ErrCode settle(const Ctx *ctx, Meta *meta, Str project, Str published_batch, Err *err) {
    Value name = value_text(project), batch = value_text(published_batch), running = status_value(META_RUNNING),
          done = status_value(META_DONE), failed = status_value(META_FAILED), error = value_text(S(META_INTERRUPTED));
    if (published_batch.n)
        TRY(engine_execf(ctx, meta->conn, NULL, err,
                         "UPDATE etl_log SET status = %V WHERE project = %V AND status = %V AND batch = %V", &done,
                         &name, &running, &batch));
    return engine_execf(ctx, meta->conn, NULL, err,
                        "UPDATE etl_log SET status = %V, error = %V WHERE project = %V AND status = %V", &failed,
                        &error, &name, &running);
}

ErrCode meta_runs_settle(const Ctx *ctx, Meta *meta, Str project, Str published_batch, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, settle(ctx, meta, project, published_batch, err), err);
}

static void read_run(MetaRow *row, void *item) {
    MetaRun *run = item;
    run->id = meta_row_int(row);
    run->kind = meta_row_text(row);
    run->batch = meta_row_text(row);
    run->status = status_of(meta_row_text(row));
    run->started_at_us = meta_row_int(row);
    run->duration_us = meta_row_int(row);
    run->n_rows = meta_row_int(row);
    run->error = meta_row_text(row);
}

ErrCode meta_runs(const Ctx *ctx, Meta *meta, Str project, int64_t max, MetaRun **ret_runs, size_t *ret_n, Err *err) {
    Value name = value_text(project);
    EngineStream *stream = NULL;
    TRY(engine_queryf(ctx, meta->conn, &stream, err,
                      "SELECT id, kind, batch, status, started_at_us, duration_us, n_rows, error FROM etl_log"
                      " WHERE project = %V ORDER BY id DESC LIMIT %d",
                      &name, MAX_OF(max, INT64_C(0))));
    void *runs = NULL;
    TRY(meta_rows(ctx, stream, sizeof(MetaRun), read_run, &runs, ret_n, err));
    *ret_runs = runs;
    return ERR_OK;
}

static ErrCode run_unknown(const Ctx *ctx, Meta *meta, Str project, int64_t run, Err *err) {
    Value name = value_text(project), first, last;
    TRY(engine_valuef(ctx, meta->conn, &first, err, "SELECT min(id) FROM etl_log WHERE project = %V", &name));
    TRY(engine_valuef(ctx, meta->conn, &last, err, "SELECT max(id) FROM etl_log WHERE project = %V", &name));
    if (first.is_null || last.is_null)
        return err_set(err, ERR_NOT_FOUND, "project '%.*s' has had no run yet", STR_ARG(project));
    return err_set(err, ERR_NOT_FOUND,
                   "project '%.*s' has no run %" PRId64 " in its log, which goes from %" PRId64 " to %" PRId64
                   "; see: starling runs",
                   STR_ARG(project), run, first.i, last.i);
}

ErrCode meta_run_get(const Ctx *ctx, Meta *meta, Str project, int64_t run, MetaRun *ret_run, Err *err) {
    Value name = value_text(project), id = value_int(run);
    EngineStream *stream = NULL;
    TRY(engine_queryf(ctx, meta->conn, &stream, err,
                      "SELECT id, kind, batch, status, started_at_us, duration_us, n_rows, error FROM etl_log"
                      " WHERE project = %V AND id = %V",
                      &name, &id));
    void *runs = NULL;
    size_t n = 0;
    TRY(meta_rows(ctx, stream, sizeof(MetaRun), read_run, &runs, &n, err));
    if (!n) return run_unknown(ctx, meta, project, run, err);
    *ret_run = *(MetaRun *)runs;
    return ERR_OK;
}

/* ---- its steps ------------------------------------------------------------------------------------------------------ */

static ErrCode run_step(const Ctx *ctx, Meta *meta, int64_t run, const MetaStep *step, Err *err) {
    Value id = value_int(run), found, last;
    TRY(engine_valuef(ctx, meta->conn, &found, err, "SELECT id FROM etl_log WHERE id = %V", &id));
    if (found.is_null) return run_missing(run, err);
    TRY(engine_valuef(ctx, meta->conn, &last, err,
                      "SELECT nth FROM etl_log_step WHERE run = %V ORDER BY nth DESC LIMIT 1", &id));
    int64_t nth = last.is_null || last.type.kind != TYPE_INT64 ? 1 : last.i + 1;
    Value values[] = {value_int(nth),
                      value_text(step->name),
                      value_text(step->table),
                      value_text(step->verdict),
                      value_int(step->n_read),
                      value_int(step->n_inserted),
                      value_int(step->n_updated),
                      value_int(step->n_deleted),
                      value_text(step->position_from),
                      value_text(step->position_to),
                      value_int(step->duration_us)};
    return engine_execf(
        ctx, meta->conn, NULL, err,
        "INSERT INTO etl_log_step (run, nth, name, table_name, verdict, n_read, n_inserted, n_updated, n_deleted,"
        " position_from, position_to, duration_us) VALUES (%V, %V, %V, %V, %V, %V, %V, %V, %V, %V, %V, %V)",
        &id, &values[0], &values[1], &values[2], &values[3], &values[4], &values[5], &values[6], &values[7], &values[8],
        &values[9], &values[10]);
}

ErrCode meta_run_step(const Ctx *ctx, Meta *meta, int64_t run, const MetaStep *step, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, run_step(ctx, meta, run, step, err), err);
}

static void read_step(MetaRow *row, void *item) {
    MetaStep *step = item;
    step->name = meta_row_text(row);
    step->table = meta_row_text(row);
    step->verdict = meta_row_text(row);
    step->n_read = meta_row_int(row);
    step->n_inserted = meta_row_int(row);
    step->n_updated = meta_row_int(row);
    step->n_deleted = meta_row_int(row);
    step->position_from = meta_row_text(row);
    step->position_to = meta_row_text(row);
    step->duration_us = meta_row_int(row);
}

ErrCode meta_run_steps(const Ctx *ctx, Meta *meta, int64_t run, MetaStep **ret_steps, size_t *ret_n, Err *err) {
    Value id = value_int(run);
    EngineStream *stream = NULL;
    TRY(engine_queryf(
        ctx, meta->conn, &stream, err,
        "SELECT name, table_name, verdict, n_read, n_inserted, n_updated, n_deleted, position_from, position_to,"
        " duration_us FROM etl_log_step WHERE run = %V ORDER BY nth",
        &id));
    void *steps = NULL;
    TRY(meta_rows(ctx, stream, sizeof(MetaStep), read_step, &steps, ret_n, err));
    *ret_steps = steps;
    return ERR_OK;
}
