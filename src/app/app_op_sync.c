/* starling sync [--follow] */
#include "app/app_holder_internal.h"

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    if (op_arg_flag(args, "follow")) return holder_run(ctx, session, op_arg_flag(args, "full"), NULL, NULL, err);
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
    {.name = "follow",
     .type = OP_ARG_FLAG,
     .is_local = true,
     .help = "go on until Ctrl-C: take changes in as they are made, and answer the home's other commands"},
};

const Op APP_OP_SYNC = {
    .name = "sync",
    .summary = "Bring the warehouse in step with its sources",
    .help =
        "All changes are published at once: a reader sees the data before or after, and a run that is cut off leaves nothing behind.\n"
        "--follow keeps every project of the home (or --project) in step. Meanwhile other commands on the home work as ever: they\n"
        "run in this process. With --json it writes a line for each published batch.",
    .example = "starling sync",
    .permission = PERMISSION_RUN_PIPELINE,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .all_projects = "follow",
    .is_long = true,
    .answer = "Report",
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
