/* starling reconcile */
#include "app/app_internal.h"

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)args;
    PipelineProject *project = NULL;
    EngineDb *warehouse = NULL;
    SyncReport report = {0};
    TRY(session_project(ctx, session, &project, err));
    TRY(session_warehouse(ctx, session, &warehouse, err));
    TRY(pipeline_reconcile(ctx, project, &report, err));
    TRY(app_write_report(ctx, w, project, &report, err));
    return writer_note(w, S("Sources, silver and gold agree in every row."), err);
}

const Op APP_OP_RECONCILE = {
    .name = "reconcile",
    .summary = "Sync, and compare every row of sources, silver and gold",
    .help =
        "All sides are read at one position, while others go on writing. What differs is named by table and key, and then nothing\n"
        "is published.",
    .example = "starling reconcile",
    .permission = PERMISSION_RUN_PIPELINE,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .is_long = true,
    .answer = "Report",
    .run = run,
};
