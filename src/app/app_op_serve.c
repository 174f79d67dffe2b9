/* starling serve: holds the home as `sync --follow` does, and answers over HTTP (the front that main wires in). */
#include "app/app_holder_internal.h"

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)w;
    if (!session->app->front) return err_set(err, ERR_UNSUPPORTED, "this program was built without its server");
    return holder_run(ctx, session, false, session->app->front, args, err);
}

static ErrCode run_openapi(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)ctx, (void)args, (void)w;
    if (!session->app->front) return err_set(err, ERR_UNSUPPORTED, "this program was built without its server");
    session->is_raw = true;
    return session->app->front->describe(session->output->out, err);
}

const Op APP_OP_OPENAPI = {
    .name = "openapi",
    .summary = "Print the API's contract (OpenAPI 3.1)",
    .help = "The same as `serve` answers at /api/v1/openapi.json.",
    .example = "starling openapi",
    .permission = PERMISSION_NONE,
    .home = OP_HOME_NONE,
    .is_local = true,
    .run = run_openapi,
};

static const OpArg ARGS[] = {
    {.name = "port", .type = OP_ARG_INT, .initial = "7171", .help = "to listen on; 0 for any that is free"},
    {.name = "host",
     .type = OP_ARG_TEXT,
     .initial = "127.0.0.1",
     .help = "an address of this machine alone, until there are accounts"},
    {.name = "web-dir", .type = OP_ARG_PATH, .help = "files of the page from this folder, not those built in"},
};

const Op APP_OP_SERVE = {
    .name = "serve",
    .summary = "Serve the page and the API, and keep every project in step",
    .help =
        "Goes on until Ctrl-C, takes changes in as they are made (as sync --follow does), and answers the home's other commands. The\n"
        "API is described at /docs; limits are settings of starling.yaml (server.…).",
    .example = "starling serve --port 7171",
    .permission = PERMISSION_ADMIN,
    .home = OP_HOME_WRITE,
    .is_local = true,
    .is_long = true,
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
