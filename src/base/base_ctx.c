/* The few questions every piece of work asks its Ctx: may I, should I stop, and who is told how far I am. */
#include "base/base_ctx.h"

#include <stdlib.h>
#include <unistd.h>

static const char *const PERMISSION_NAMES[PERMISSION_COUNT] = {
    [PERMISSION_NONE] = "none",
    [PERMISSION_READ_DATA] = "data:read",
    [PERMISSION_READ_MODEL] = "model:read",
    [PERMISSION_WRITE_DATA] = "data:write",
    [PERMISSION_RUN_PIPELINE] = "pipeline:run",
    [PERMISSION_ADMIN] = "admin",
};

const char *permission_name(Permission permission) {
    return (unsigned)permission < PERMISSION_COUNT ? PERMISSION_NAMES[permission] : "unknown";
}

/* All bits below PERMISSION_COUNT: a permission added to the enum is the owner's without a change here. */
const Security SECURITY_OWNER = {.user = {"owner", sizeof("owner") - 1},
                                 .permissions = (UINT32_C(1) << PERMISSION_COUNT) - 1};

ErrCode ctx_check(const Ctx *ctx, Err *err) {
    /* Relaxed: the flag carries no data, and the next batch sees it soon enough. */
    if (ctx->cancel && atomic_load_explicit(&ctx->cancel->is_set, memory_order_relaxed))
        return err_set(err, ERR_CANCELLED, "the work was cancelled");
    if (ctx->deadline_us && clock_monotonic(ctx->clock) >= ctx->deadline_us)
        return err_set(err, ERR_TIMEOUT, "the time limit was reached; ask for less at a time or raise the limit");
    return ERR_OK;
}

/* The message names the right and the user, never what the right would have shown. */
ErrCode ctx_require(const Ctx *ctx, Permission permission, Err *err) {
    if (security_allows(ctx->security, permission)) return ERR_OK;
    return err_set(err, ERR_DENIED,
                   "this needs the permission '%s', which '%.*s' does not have; ask an administrator for it",
                   permission_name(permission), STR_ARG(ctx->security->user));
}

void ctx_progress(const Ctx *ctx, Str what, int64_t done, int64_t total) {
    if (ctx->progress.fn) ctx->progress.fn(ctx->progress.arg, what, done, total);
}

Str ctx_new_request_id(Arena *arena) {
    uint64_t id = 0;
    /* Fails only on kernels without getrandom; an id that repeats makes a log harder to read, nothing else. */
    if (getentropy(&id, sizeof(id)) != 0) id = (uint64_t)clock_now(CLOCK_SYSTEM);
    return arena_printf(arena, "%016" PRIx64, id);
}
