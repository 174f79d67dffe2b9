/*
 * A run: what every verb on the warehouse has around it, so that the log of runs (etl_log, in meta) and the warehouse agree.
 *
 * The run is written down before its work begins and ended after; a kill in between leaves it running, and the next run settles it by
 * asking the warehouse which batch was published last. A failure before the commit leaves the previous version as it was; one
 * after it (writing the log) loses log lines only.
 */
#include "pipeline/pipeline_internal.h"

void pipeline_run_note(PipelineRun *run, Str note) {
    VEC_PUSH(run->ctx->arena, &run->notes, note);
}

ErrCode pipeline_run_begin(PipelineRun *run, Err *err) {
    return meta_run_begin(run->ctx, run->project->meta, run->project->name, run->kind, run->batch, &run->id, err);
}

static ErrCode settle(const PipelineRun *run, Err *err) {
    int64_t version, at_us;
    Str batch;
    TRY(warehouse_version(run->ctx, run->warehouse->conn, &version, &batch, &at_us, err));
    return meta_runs_settle(run->ctx, run->project->meta, run->project->name, batch, err);
}

static ErrCode write_steps(const PipelineRun *run, Err *err) {
    for (size_t i = 0; i < run->counts.n; i++) {
        const TableCounts *counts = &run->counts.at[i];
        MetaStep step = {.name = counts->step,
                         .table = counts->table,
                         .verdict = S("ok"),
                         .n_read = counts->n_read,
                         .n_inserted = counts->n_inserted,
                         .n_updated = counts->n_updated,
                         .n_deleted = counts->n_deleted,
                         .position_from = counts->position_from,
                         .position_to = counts->position_to,
                         .duration_us = counts->duration_us};
        TRY(meta_run_step(run->ctx, run->project->meta, run->id, &step, err));
    }
    return ERR_OK;
}

/* A cancelled or timed out run still gets its end written. */
static void end_failed(PipelineRun *run, const Err *cause) {
    Ctx ctx = *run->ctx;
    ctx.deadline_us = 0;
    ctx.cancel = NULL;
    run->ctx = &ctx;
    Err ignored;
    if (!run->id && pipeline_run_begin(run, &ignored)) return;
    err_ignore(meta_run_end(&ctx, run->project->meta, run->id, META_FAILED, 0, str_of(cause->message), &ignored));
}

static ErrCode report(const PipelineRun *run, SyncReport *ret_report, Err *err) {
    SyncReport report = {.run = run->id,
                         .counts = run->counts.at,
                         .n_counts = run->counts.n,
                         .n_changes = run->warehouse->n_changes,
                         .notes = run->notes.at,
                         .n_notes = run->notes.n};
    int64_t at_us;
    Str newest;
    TRY(warehouse_version(run->ctx, run->warehouse->conn, &report.version, &newest, &at_us, err));
    if (str_eq(newest, run->batch)) report.batch = run->batch;
    if (report.batch.n) report.texts = run->warehouse->texts;
    if (run->id) {
        TRY(write_steps(run, err));
        TRY(meta_run_end(run->ctx, run->project->meta, run->id, META_DONE, report.n_changes, S(""), err));
    }
    *ret_report = report;
    return ERR_OK;
}

ErrCode pipeline_run(const Ctx *ctx, const PipelineProject *project, Str kind,
                     ErrCode (*work)(PipelineRun *run, void *arg, Err *err), void *arg, SyncReport *ret_report,
                     Err *err) {
    TRY(ctx_require(ctx, PERMISSION_RUN_PIPELINE, err));
    if (!project->warehouse) return err_set(err, ERR_INTERNAL, "a run needs the project's warehouse open");
    int64_t from_us = clock_monotonic(ctx->clock);
    PipelineRun run = {.ctx = ctx, .project = project, .kind = kind, .batch = ctx_new_request_id(ctx->arena)};
    TRY(warehouse_open(ctx, project->warehouse, project->model, &run.warehouse, err));
    Err cause;
    ErrCode code = settle(&run, &cause);
    if (!code) {
        code = work(&run, arg, &cause);
        if (code) {
            warehouse_abandon(run.warehouse);
            end_failed(&run, &cause);
        }
    }
    if (!code) code = report(&run, ret_report, &cause);
    warehouse_close(run.warehouse);
    if (code) {
        if (err) *err = cause;
        return code;
    }
    ret_report->duration_us = clock_monotonic(ctx->clock) - from_us;
    return ERR_OK;
}
