/* The logo of a project, for who shows pages: the one file that its model names, and no other. */
#include "app/app_holder_internal.h"

/* The model alone says which file; whoever may see it may see the logo. */
static ErrCode find_logo(const Ctx *ctx, Holder *holder, Meta *meta, Str project, Str *ret_bytes, const char **ret_type,
                         Err *err) {
    PipelineProject at = {0};
    int64_t version = 0;
    TRY(app_project_load(ctx, holder->app, holder->home, meta, project, ctx->arena, &at, &version, err));
    return model_logo(ctx->arena, at.model, at.pack, ret_bytes, ret_type, err);
}

ErrCode holder_logo(Holder *holder, Arena *arena, Str project, Str *ret_bytes, const char **ret_type, Err *err) {
    Meta *meta = NULL;
    const Ctx ctx = {
        .arena = arena, .security = holder_security(holder), .clock = holder->app->clock, .as_of_us = INT64_MIN};
    TRY(ctx_require(&ctx, PERMISSION_READ_MODEL, err));
    TRY(meta_open(&ctx, holder->app->registry, home_meta_path(arena, holder->home), false, true, &meta, err));
    ErrCode code = find_logo(&ctx, holder, meta, project, ret_bytes, ret_type, err);
    meta_close(meta);
    return code;
}
