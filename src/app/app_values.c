/* The file of a project's value index: kept in step with what is published, and opened by those who ask. */
#include <time.h>

#include "app/app_ask.h"

enum { RENEWAL_WAIT_MS = 5000, RENEWAL_LOOK_MS = 20 };

static const char *path_of(const Ctx *ctx, const char *folder) {
    return path_join(ctx->arena, folder, "values.index");
}

/* NULL in *ret_values: there is none that this program can read, whatever the reason. */
static ErrCode open_there(const Ctx *ctx, EngineConn *conn, const Model *model, const char *folder,
                          AskValues **ret_values, AskValuesStand *ret_stand, Err *err) {
    Err unreadable = {0};
    *ret_values = NULL;
    *ret_stand = ASK_VALUES_OTHER;
    if (ask_values_open(path_of(ctx, folder), ret_values, &unreadable)) return ERR_OK;
    return ask_values_stand(ctx, conn, model, *ret_values, ret_stand, err);
}

/* Opens what is good enough, or makes it. ERR_BUSY: somebody else is writing it; then *ret_values is the one of before, if there is one. */
static ErrCode open_or_make(const Ctx *ctx, EngineConn *conn, const Model *model, const char *folder,
                            AskValuesStand least, AskValues **ret_values, Err *err) {
    AskValuesStand stand;
    TRY(open_there(ctx, conn, model, folder, ret_values, &stand, err));
    if (stand >= least) return ERR_OK;
    FAULT_POINT("values.make");
    ErrCode code = ask_values_build(ctx, conn, model, *ret_values, NULL, path_of(ctx, folder), err);
    if (code == ERR_BUSY) return code;
    ask_values_close(*ret_values);
    *ret_values = NULL;
    return code ? code : ask_values_open(path_of(ctx, folder), ret_values, err);
}

/* Who renews it meanwhile is waited for; where that takes long, the index of before serves. */
ErrCode app_values_open(const Ctx *ctx, EngineConn *conn, const Model *model, const char *folder, AskValuesStand least,
                        AskValues **ret_values, Err *err) {
    AskValues *values = NULL;
    Err busy = {0};
    int64_t until_us = clock_monotonic(ctx->clock) + RENEWAL_WAIT_MS * INT64_C(1000);
    for (;;) {
        ErrCode code = open_or_make(ctx, conn, model, folder, least, &values, &busy);
        bool is_over = clock_monotonic(ctx->clock) >= until_us;
        if (!code || (code == ERR_BUSY && is_over && values)) break;
        ask_values_close(values);
        values = NULL;
        if (code != ERR_BUSY || is_over) {
            if (err) *err = busy;
            return code;
        }
        TRY(ctx_check(ctx, err));
        nanosleep(&(struct timespec){.tv_nsec = RENEWAL_LOOK_MS * 1000000L}, NULL);
    }
    *ret_values = values;
    return ERR_OK;
}

bool app_values_are_there(const Ctx *ctx, const char *folder, const AskValues *values) {
    AskValues *there = NULL;
    Err unreadable = {0};
    if (ask_values_open(path_of(ctx, folder), &there, &unreadable)) return true; /* none that is newer */
    bool is_same = ask_values_same(there, values);
    ask_values_close(there);
    return is_same;
}

static ErrCode renew(const Ctx *ctx, EngineConn *conn, const Model *model, const ModelTexts *texts, const char *folder,
                     Err *err) {
    AskValues *before = NULL;
    AskValuesStand stand;
    int64_t from_us = clock_monotonic(ctx->clock);
    FAULT_POINT("values.renew");
    ErrCode code = open_there(ctx, conn, model, folder, &before, &stand, err);
    bool is_made = !code && stand != ASK_VALUES_CURRENT;
    if (is_made) code = ask_values_build(ctx, conn, model, before, texts, path_of(ctx, folder), err);
    ask_values_close(before);
    if (!code)
        log_event(LOG_INFO, "values.renewed", LOG_TEXT("folder", str_of(folder)), LOG_INT("made", is_made),
                  LOG_INT("us", clock_monotonic(ctx->clock) - from_us));
    return code;
}

ErrCode app_values_renew(const Ctx *ctx, EngineDb *db, const Model *model, const ModelTexts *texts, const char *folder,
                         Err *err) {
    EngineConn *conn;
    TRY(engine_connect(ctx, db, &conn, err));
    ErrCode code = renew(ctx, conn, model, texts, folder, err);
    engine_disconnect(conn);
    return code ? err_prefix(err, "the index of values was not renewed (the next question tries again)") : ERR_OK;
}
