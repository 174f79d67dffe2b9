/* starling sync */
#include "app/app_internal.h"

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    TRY(session_project(ctx, session, &project, err));
    EngineDb *warehouse = NULL;
    TRY(session_warehouse(ctx, session, &warehouse, err));
    SyncReport report = {0};
    const SyncOptions options = {.is_full = op_arg_flag(args, "full")};
    TRY(pipeline_sync(ctx, project, &options, &report, err));
    return app_write_report(ctx, w, project, &report, err);
}

static const OpArg ARGS[] = {
    {.name = "full", .type = OP_ARG_FLAG, .help = "read every source whole, build gold anew and compare everything"},
};

const Op APP_OP_SYNC = {
    .name = "sync",
    .summary = "Bring the warehouse in step with its sources",
    .help =
        "All changes are published at once: a reader sees the data before or after, and a run that is cut off leaves nothing behind.",
    .example = "starling sync",
    .permission = PERMISSION_RUN_PIPELINE,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .is_long = true,
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
