/*
 * One request: permission, home, lock, configuration, project and its model, then the operation; everything is closed in reverse
 * order whatever happened. The model a project runs on is the applied text in meta, not the folder's.
 */
#include "app/app_internal.h"

App *app_new(Clock clock) {
    Arena *arena = arena_new(0);
    App *app = ARENA_NEW(arena, App);
    *app = (App){.arena = arena, .registry = engine_registry_new(), .clock = clock};
    return app;
}

void app_free(App *app) {
    if (!app) return;
    engine_registry_free(app->registry);
    arena_free(app->arena);
}

App *session_app(const AppSession *session) {
    return session->app;
}

const char *session_home(const AppSession *session) {
    return session->home;
}

const AppConfig *session_config(const AppSession *session) {
    return &session->config;
}

static bool is_writer(const AppSession *session) {
    return session->op->home == OP_HOME_WRITE || session->op->home == OP_HOME_CREATE;
}

ErrCode session_meta(const Ctx *ctx, AppSession *session, Meta **ret_meta, Err *err) {
    if (!session->meta) {
        bool is_create = session->op->home == OP_HOME_CREATE;
        TRY(meta_open(ctx, session->app->registry, home_meta_path(ctx->arena, session->home), is_create,
                      !is_writer(session), &session->meta, err));
        meta_keep_runs(session->meta, session->config.runs_keep);
    }
    *ret_meta = session->meta;
    return ERR_OK;
}

/* By --project, or by the operation's own argument; empty: by neither. */
static ErrCode wanted_project(const AppSession *session, const OpArgs *args, Str *ret_name, Err *err) {
    Str option = session->request->project, argument = {0};
    if (session->op->project_arg) argument = op_arg_text(args, session->op->project_arg);
    if (option.n && argument.n && !str_eq(option, argument))
        return err_set(err, ERR_INVALID, "two projects are named, '%.*s' and '%.*s'; name one", STR_ARG(argument),
                       STR_ARG(option));
    *ret_name = option.n ? option : argument;
    return ERR_OK;
}

/* The project asked for, or the only one. */
static ErrCode choose_project(const Ctx *ctx, AppSession *session, const OpArgs *args, Str *ret_name, Err *err) {
    MetaProject *projects = NULL;
    size_t n = 0;
    Meta *meta = NULL;
    TRY(session_meta(ctx, session, &meta, err));
    TRY(meta_projects(ctx, meta, &projects, &n, err));
    Str wanted = {0};
    TRY(wanted_project(session, args, &wanted, err));
    if (n == 1 && !wanted.n) wanted = projects[0].name;
    VEC(Str) names = {0};
    for (size_t i = 0; i < n; i++) {
        if (str_eq(projects[i].name, wanted)) {
            *ret_name = projects[i].name;
            return ERR_OK;
        }
        VEC_PUSH(ctx->arena, &names, projects[i].name);
    }
    if (!n)
        return err_set(err, ERR_NOT_FOUND, "%s has no project yet; add one with: starling init %s --pack NAME",
                       session->home, session->home);
    Str list = names.at[0];
    for (size_t i = 1; i < names.n; i++)
        list = arena_printf(ctx->arena, "%.*s, %.*s", STR_ARG(list), STR_ARG(names.at[i]));
    if (!wanted.n)
        return err_set(err, ERR_INVALID, "this home has several projects; name one with --project: %.*s",
                       STR_ARG(list));
    return err_set(err, ERR_NOT_FOUND, "there is no project '%.*s' here; there are: %.*s", STR_ARG(wanted),
                   STR_ARG(list));
}

static void free_model(void *model) {
    arena_free(((Model *)model)->arena);
}

/* Parses the applied model into an arena of its own, held by the snapshot. */
static ErrCode load_snapshot(Ctx *ctx, AppSession *session, Str project, Err *err) {
    MetaModel applied = {0};
    TRY(meta_model_get(ctx, session->meta, project, 0, &applied, err));
    HomeProject at = home_project(ctx->arena, session->home, project);
    Arena *arena = arena_new(0);
    Model *model = NULL;
    ModelFindings findings = {0};
    ErrCode code =
        model_parse(arena, applied.text, S("pack.yaml"), arena_cstr(arena, str_of(at.pack)), &model, &findings, err);
    if (code) {
        arena_free(arena);
        return err_prefix(err, "the applied model of '%.*s' cannot be read by this version", STR_ARG(project));
    }
    session->snapshot = snapshot_new(applied.version);
    snapshot_set(session->snapshot, SNAPSHOT_MODEL, model, free_model);
    ctx->snapshot = session->snapshot;
    ctx->project = project;
    session->project = (PipelineProject){.name = project,
                                         .model = model,
                                         .folder = at.folder,
                                         .oltp_path = at.oltp,
                                         .inbox = at.inbox,
                                         .pack = at.pack,
                                         .registry = session->app->registry,
                                         .meta = session->meta};
    session->has_project = true;
    return ERR_OK;
}

ErrCode session_project(const Ctx *ctx, AppSession *session, PipelineProject **ret_project, Err *err) {
    (void)ctx;
    if (!session->has_project)
        return err_set(err, ERR_INTERNAL, "%s asks for a project it does not declare", session->op->name);
    *ret_project = &session->project;
    return ERR_OK;
}

ErrCode session_warehouse(const Ctx *ctx, AppSession *session, EngineDb **ret_db, Err *err) {
    if (!session->warehouse) {
        HomeProject at = home_project(ctx->arena, session->home, session->project.name);
        Str allowed[] = {arena_printf(ctx->arena, "%s/", at.lake)};
        EngineConfig config = {.path = at.warehouse,
                               .is_read_only = !is_writer(session),
                               .is_create = is_writer(session),
                               .memory_limit_bytes = session->config.memory_limit_bytes,
                               .n_threads = session->config.n_threads,
                               .is_locked_down = true,
                               .allowed_paths = allowed,
                               .n_allowed_paths = COUNT_OF(allowed)};
        if (config.is_read_only && !file_exists(at.warehouse))
            return err_set(
                err, ERR_NOT_FOUND,
                "project '%.*s' has no data yet; take files in with `starling load`, then run `starling sync`",
                STR_ARG(session->project.name));
        ErrCode code = engine_open(ctx, session->app->registry, &ENGINE_DUCKDB, &config, &session->warehouse, err);
        if (code == ERR_CORRUPT) /* nothing in it is the only copy */
            return err_set(err, code,
                           "%s is damaged or no warehouse; remove it and run `starling sync`, which builds it anew",
                           at.warehouse);
        if (code) return code;
        session->project.warehouse = session->warehouse;
    }
    *ret_db = session->warehouse;
    return ERR_OK;
}

/* Finds (or makes) the home, reads its settings and takes its lock. */
static ErrCode enter_home(Ctx *ctx, AppSession *session, const OpArgs *args, Err *err) {
    const Op *op = session->op;
    if (op->home == OP_HOME_CREATE) {
        const char *path = arena_cstr(ctx->arena, op_arg_text(args, "home"));
        session->is_new_folder = !file_exists(path);
        TRY(file_make_dir(path, err));
        TRY(path_real(ctx->arena, path, &session->home, err));
        TRY(home_lock(ctx, session->home, true, APP_LOCK_WAIT_MS, &session->lock, err));
        return home_is(ctx->arena, session->home) ? home_config(ctx->arena, session->home, &session->config, err)
                                                  : ERR_OK;
    }
    Err own = {0};
    ErrCode code = home_find(ctx, session->request->home ? session->request->home : ".", &session->home, &own);
    if (code == ERR_NOT_FOUND && op->home == OP_HOME_OPTIONAL && !session->request->home) return ERR_OK;
    if (code) {
        *err = own;
        return code;
    }
    TRY(home_config(ctx->arena, session->home, &session->config, err));
    return home_lock(ctx, session->home, is_writer(session), session->config.lock_wait_ms, &session->lock, err);
}

static ErrCode run_in_home(Ctx *ctx, AppSession *session, const OpArgs *args, Writer *writer, Err *err) {
    const Op *op = session->op;
    if (op->home != OP_HOME_NONE) TRY(enter_home(ctx, session, args, err));
    if (op->needs_project && session->home) {
        Str project = {0};
        TRY(choose_project(ctx, session, args, &project, err));
        TRY(load_snapshot(ctx, session, project, err));
    }
    int64_t timeout_us = session->request->timeout_us;
    if (!timeout_us && op->home == OP_HOME_READ) timeout_us = session->config.query_timeout_us;
    if (timeout_us) ctx->deadline_us = clock_monotonic(ctx->clock) + timeout_us;
    return op->run(ctx, session, args, writer, err);
}

ErrCode app_run(App *app, const AppRequest *request, const Op *op, const OpArgs *args, Writer *writer, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AppSession session = {.app = app, .request = request, .op = op, .lock = {-1}};
    Ctx ctx = {.arena = arena,
               .security = request->security,
               .clock = app->clock,
               .cancel = request->cancel,
               .as_of_us = INT64_MIN,
               .request_id = ctx_new_request_id(arena),
               .progress = request->progress};
    Err own = {0};
    ErrCode code = ctx_require(&ctx, op->permission, &own);
    if (!code) code = run_in_home(&ctx, &session, args, writer, &own);
    engine_close(session.warehouse);
    meta_close(session.meta);
    snapshot_release(session.snapshot);
    if (code && session.lock.fd >= 0 && op->home == OP_HOME_CREATE)
        home_discard(arena, session.home, session.is_new_home, session.is_new_folder);
    home_unlock(&session.lock);
    if (!code) return ERR_OK;
    log_error(op->name, &own, ctx.request_id);
    *err = own;
    return code;
}

ErrCode app_write_findings(const Ctx *ctx, Writer *w, const ModelFindings *findings, Err *err) {
    TRY(writer_list_begin(w, S("findings"), err));
    for (size_t i = 0; i < findings->n; i++) {
        const ModelFinding *f = &findings->at[i];
        TRY(writer_object_begin(w, (Str){0}, err));
        TRY(writer_field(w, S("severity"), (Str){0}, value_text(f->is_error ? S("error") : S("warning")), err));
        TRY(writer_field(w, S("file"), (Str){0}, value_text(f->place.file), err));
        TRY(writer_field(w, S("line"), (Str){0}, value_int(f->place.line), err));
        TRY(writer_field(w, S("column"), (Str){0}, value_int(f->place.column), err));
        TRY(writer_field(w, S("message"), (Str){0}, value_text(f->message), err));
        TRY(writer_object_end(w, err));
        TRY(writer_note(w,
                        arena_printf(ctx->arena, "%.*s:%d:%d: %s%.*s", STR_ARG(f->place.file), f->place.line,
                                     f->place.column, f->is_error ? "" : "warning: ", STR_ARG(f->message)),
                        err));
    }
    return writer_list_end(w, err);
}
