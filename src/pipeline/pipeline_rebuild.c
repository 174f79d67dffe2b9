/*
 * rebuild: a layer made anew from what stands below it, the key map kept. Silver from bronze, each key as its last record left it,
 * and gold with it; or gold alone. Published as one batch, whose content is what it was, unless something had been damaged.
 */
#include "pipeline/pipeline_internal.h"

static ErrCode rebuild_silver(PipelineRun *run, Err *err) {
    const Model *model = run->project->model;
    for (size_t i = 0; i < model->n_tables; i++) {
        TableCounts counts = {.step = S("silver"), .table = model->tables[i].name};
        ctx_progress(run->ctx, pipeline_name(run->ctx->arena, "Building ", counts.table), 0, 0);
        int64_t from_us = clock_monotonic(run->ctx->clock);
        TRY(pipeline_silver_rebuild(run->ctx, run->warehouse, &model->tables[i], &counts, err));
        counts.duration_us = clock_monotonic(run->ctx->clock) - from_us;
        VEC_PUSH(run->ctx->arena, &run->counts, counts);
    }
    return ERR_OK;
}

static ErrCode work(PipelineRun *run, void *arg, Err *err) {
    const PipelineLayer *layer = arg;
    TRY(pipeline_run_begin(run, err));
    TRY(warehouse_begin(run->ctx, run->warehouse, run->batch, err));
    run->warehouse->is_whole = true;
    if (*layer == PIPELINE_SILVER) TRY(rebuild_silver(run, err));
    TableCounts *gold;
    size_t n_gold;
    TRY(warehouse_publish(run->ctx, run->warehouse, NULL, NULL, 0, &gold, &n_gold, err));
    for (size_t i = 0; i < n_gold; i++) VEC_PUSH(run->ctx->arena, &run->counts, gold[i]);
    return ERR_OK;
}

ErrCode pipeline_rebuild(const Ctx *ctx, const PipelineProject *project, PipelineLayer layer, SyncReport *ret_report,
                         Err *err) {
    return pipeline_run(ctx, project, S("rebuild"), work, &layer, ret_report, err);
}
