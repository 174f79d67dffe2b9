/* The file of a project's value index: kept in step with what is published, and opened by those who ask. */
#include "app/app_ask.h"

static const char *path_of(const Ctx *ctx, const char *folder) {
    return path_join(ctx->arena, folder, "values.index");
}

/* NULL in *ret_values: there is none that this program can read, whatever the reason. */
static ErrCode open_current(const Ctx *ctx, EngineConn *conn, const Model *model, const char *folder,
                            AskValues **ret_values, bool *ret_is_current, Err *err) {
    Err unreadable = {0};
    *ret_values = NULL;
    *ret_is_current = false;
    if (ask_values_open(path_of(ctx, folder), ret_values, &unreadable)) return ERR_OK;
    return ask_values_is_current(ctx, conn, model, *ret_values, ret_is_current, err);
}

ErrCode app_values_open(const Ctx *ctx, EngineConn *conn, const Model *model, const char *folder,
                        AskValues **ret_values, Err *err) {
    AskValues *before = NULL;
    bool is_current;
    ErrCode code = open_current(ctx, conn, model, folder, &before, &is_current, err);
    if (!code && is_current) {
        *ret_values = before;
        return ERR_OK;
    }
    if (!code) code = ask_values_build(ctx, conn, model, before, path_of(ctx, folder), err);
    ask_values_close(before);
    return code ? code : ask_values_open(path_of(ctx, folder), ret_values, err);
}

static ErrCode renew(const Ctx *ctx, EngineConn *conn, const Model *model, const char *folder, Err *err) {
    AskValues *before = NULL;
    bool is_current;
    int64_t from_us = clock_monotonic(ctx->clock);
    FAULT_POINT("values.renew");
    ErrCode code = open_current(ctx, conn, model, folder, &before, &is_current, err);
    if (!code && !is_current) code = ask_values_build(ctx, conn, model, before, path_of(ctx, folder), err);
    ask_values_close(before);
    if (!code)
        log_event(LOG_INFO, "values.renewed", LOG_TEXT("folder", str_of(folder)), LOG_INT("made", !is_current),
                  LOG_INT("us", clock_monotonic(ctx->clock) - from_us));
    return code;
}

ErrCode app_values_renew(const Ctx *ctx, EngineDb *db, const Model *model, const char *folder, Err *err) {
    EngineConn *conn;
    TRY(engine_connect(ctx, db, &conn, err));
    ErrCode code = renew(ctx, conn, model, folder, err);
    engine_disconnect(conn);
    return code ? err_prefix(err, "the index of values was not renewed (the next question tries again)") : ERR_OK;
}
