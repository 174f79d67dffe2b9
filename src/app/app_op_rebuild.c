/* starling rebuild silver|gold */
#include "app/app_internal.h"

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    EngineDb *warehouse = NULL;
    SyncReport report = {0};
    TRY(session_project(ctx, session, &project, err));
    TRY(session_warehouse(ctx, session, &warehouse, err));
    PipelineLayer layer = str_eq(op_arg_text(args, "layer"), S("silver")) ? PIPELINE_SILVER : PIPELINE_GOLD;
    TRY(pipeline_rebuild(ctx, project, layer, &report, err));
    return app_write_report(ctx, w, project, &report, err);
}

static const OpArg ARGS[] = {
    {.name = "layer",
     .type = OP_ARG_TEXT,
     .is_positional = true,
     .is_required = true,
     .choices = "silver|gold",
     .help = "silver, from the change log, and gold with it; or gold alone"},
};

const Op APP_OP_REBUILD = {
    .name = "rebuild",
    .summary = "Make a layer of the warehouse anew from what stands below it",
    .help = "The change log (bronze) and the surrogate keys stay. Sources are not read.",
    .example = "starling rebuild gold",
    .permission = PERMISSION_RUN_PIPELINE,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .is_long = true,
    .answer = "Report",
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
