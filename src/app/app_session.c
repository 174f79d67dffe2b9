/*
 * One request: permission, home, lock, configuration, project and its model, then the operation; everything is closed in reverse
 * order whatever happened. The model a project runs on is the applied text in meta, not the folder's.
 *
 * Where the lock is held and a socket lies beside it, the one who holds the home is asked to run the operation; nobody answering
 * (the process was killed, or has just ended), the lock is tried again, and so on until `lock_wait` is over.
 */
#include <stdio.h>
#include <time.h>

#include "app/app_holder_internal.h"

enum { ASK_AGAIN_MS = 20 };

App *app_new(Clock clock) {
    Arena *arena = arena_new(0);
    App *app = ARENA_NEW(arena, App);
    *app = (App){.arena = arena, .registry = engine_registry_new(), .clock = clock};
    app->engines = app_engines_new(arena);
    return app;
}

void app_set_front(App *app, const AppFront *front) {
    app->front = front;
}

void app_free(App *app) {
    if (!app) return;
    app_engines_free(app->engines);
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

void session_reusable(AppSession *session, int64_t data_version, int64_t data_at_us, Str noted) {
    AppReuse *reuse = session->output->reuse;
    if (!reuse) return;
    *reuse = (AppReuse){.arena = reuse->arena,
                        .is_known = true,
                        .project = arena_str(reuse->arena, session->project.name),
                        .model_version = snapshot_version(session->snapshot),
                        .data_version = data_version,
                        .data_at_us = data_at_us,
                        .noted = arena_str(reuse->arena, noted)};
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
    if (!names.n)
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

ErrCode app_project_load(const Ctx *ctx, App *app, const char *home, Meta *meta, Str name, Arena *arena,
                         PipelineProject *ret_project, int64_t *ret_version, Err *err) {
    MetaModel applied = {0};
    TRY(meta_model_get(ctx, meta, name, 0, &applied, err));
    HomeProject at = home_project(arena, home, name);
    Model *model = NULL;
    ModelFindings findings = {0};
    if (model_parse(arena, applied.text, S("pack.yaml"), at.pack, &model, &findings, err))
        return err_prefix(err, "the applied model of '%.*s' cannot be read by this version", STR_ARG(name));
    *ret_version = applied.version;
    *ret_project = (PipelineProject){.name = arena_str(arena, name),
                                     .model = model,
                                     .folder = at.folder,
                                     .oltp_path = at.oltp,
                                     .inbox = at.inbox,
                                     .pack = at.pack,
                                     .registry = app->registry,
                                     .meta = meta};
    return ERR_OK;
}

ErrCode app_project_snapshot(const Ctx *ctx, App *app, const char *home, Meta *meta, Str name,
                             PipelineProject *ret_project, Snapshot **ret_snapshot, Err *err) {
    Arena *arena = arena_new(0);
    int64_t version = 0;
    ErrCode code = app_project_load(ctx, app, home, meta, name, arena, ret_project, &version, err);
    if (code) {
        arena_free(arena);
        return code;
    }
    *ret_snapshot = snapshot_new(version);
    snapshot_set(*ret_snapshot, SNAPSHOT_MODEL, (void *)(uintptr_t)ret_project->model, free_model);
    return ERR_OK;
}

static ErrCode load_snapshot(Ctx *ctx, AppSession *session, Str name, Err *err) {
    TRY(app_project_snapshot(ctx, session->app, session->home, session->meta, name, &session->project,
                             &session->snapshot, err));
    ctx->snapshot = session->snapshot;
    ctx->project = session->project.name;
    session->has_project = true;
    return ERR_OK;
}

/* The model of a version, in an arena of its own that the snapshot holds. */
static ErrCode load_version(const Ctx *ctx, AppSession *session, int64_t version, Arena *arena, Model **ret_model,
                            Err *err) {
    MetaModel accepted = {0};
    Meta *meta = NULL;
    TRY(session_meta(ctx, session, &meta, err));
    TRY(meta_model_get(ctx, meta, session->project.name, version, &accepted, err));
    if (model_parse(arena, accepted.text, S("pack.yaml"), session->project.pack, ret_model, NULL, err))
        return err_prefix(err, "version %" PRId64 " of the model cannot be read by this program", version);
    Str lack = model_warehouse_lacks(ctx->arena, *ret_model, session->project.model);
    if (!lack.n) return ERR_OK;
    return err_set(err, ERR_CONFLICT,
                   "the warehouse is that of version %" PRId64 " of the model, and version %" PRId64
                   " needs another: %.*s; ask a version that differs in measures only, or the one in force",
                   snapshot_version(session->snapshot), version, STR_ARG(lack));
}

ErrCode session_model_version(const Ctx *ctx, AppSession *session, int64_t version, const Snapshot **ret_snapshot,
                              Err *err) {
    if (version == snapshot_version(session->snapshot)) {
        *ret_snapshot = session->snapshot;
        return ERR_OK;
    }
    if (!session->older || snapshot_version(session->older) != version) {
        Arena *arena = arena_new(0);
        Model *model = NULL;
        ErrCode code = load_version(ctx, session, version, arena, &model, err);
        if (code) {
            arena_free(arena);
            return code;
        }
        snapshot_release(session->older);
        session->older = snapshot_new(version);
        snapshot_set(session->older, SNAPSHOT_MODEL, model, free_model);
    }
    *ret_snapshot = session->older;
    return ERR_OK;
}

ErrCode session_project(const Ctx *ctx, AppSession *session, PipelineProject **ret_project, Err *err) {
    (void)ctx;
    if (!session->has_project)
        return err_set(err, ERR_INTERNAL, "%s asks for a project it does not declare", session->op->name);
    *ret_project = &session->project;
    return ERR_OK;
}

/* A process that holds the home publishes often, and must not stop to write the WAL out where a moment of rest will come: see
 * app_holder_follow.c. */
enum { HELD_WAL_BYTES = 256 << 20 };

EngineConfig app_warehouse_config(Arena *arena, const AppConfig *config, const HomeProject *at, bool is_read_only,
                                  bool is_held) {
    Str *allowed = ARENA_ARRAY(arena, Str, 1);
    allowed[0] = arena_printf(arena, "%s/", at->lake);
    return (EngineConfig){.path = at->warehouse,
                          .is_read_only = is_read_only,
                          .is_create = !is_read_only,
                          .memory_limit_bytes = config->memory_limit_bytes,
                          .n_threads = config->n_threads,
                          .is_locked_down = true,
                          .wal_limit_bytes = is_held ? HELD_WAL_BYTES : 0,
                          .allowed_paths = allowed,
                          .n_allowed_paths = 1};
}

/* A process that holds the home has its warehouses open for writing, and everyone in it shares that instance. */
ErrCode session_open_warehouse(const Ctx *ctx, AppSession *session, Str project, EngineDb **ret_db, Err *err) {
    HomeProject at = home_project(ctx->arena, session->home, project);
    bool is_reader = !is_writer(session);
    EngineConfig config =
        app_warehouse_config(ctx->arena, &session->config, &at, is_reader && !session->holder, session->holder != NULL);
    if (is_reader && !file_exists(at.warehouse))
        return err_set(err, ERR_NOT_FOUND,
                       "project '%.*s' has no data yet; take files in with `starling load`, then run `starling sync`",
                       STR_ARG(project));
    ErrCode code = engine_open(ctx, session->app->registry, &ENGINE_DUCKDB, &config, ret_db, err);
    if (code == ERR_CORRUPT) /* nothing in it is the only copy */
        return err_set(err, code,
                       "%s is damaged or no warehouse; remove it and run `starling sync`, which builds it anew",
                       at.warehouse);
    return code;
}

ErrCode session_warehouse(const Ctx *ctx, AppSession *session, EngineDb **ret_db, Err *err) {
    if (!session->warehouse) {
        TRY(session_open_warehouse(ctx, session, session->project.name, &session->warehouse, err));
        session->project.warehouse = session->warehouse;
    }
    *ret_db = session->warehouse;
    return ERR_OK;
}

/* ---- the home ------------------------------------------------------------------------------------------------------- */

static ErrCode lock_home(const Ctx *ctx, AppSession *session, int64_t wait_ms, Err *err) {
    if (!session->lock_until_us) session->lock_until_us = clock_monotonic(ctx->clock) + wait_ms * 1000;
    return home_lock(ctx, session->home, is_writer(session), session->lock_until_us, wait_ms, &session->lock,
                     &session->is_held, err);
}

/* Makes the home named by argument, or finds it as one. */
static ErrCode enter_new_home(Ctx *ctx, AppSession *session, const OpArgs *args, Err *err) {
    const char *path = arena_cstr(ctx->arena, op_arg_text(args, "home"));
    session->is_new_folder = !file_exists(path);
    TRY(file_make_dir(path, err));
    TRY(path_real(ctx->arena, path, &session->home, err));
    TRY(lock_home(ctx, session, APP_LOCK_WAIT_MS, err));
    return home_is(ctx->arena, session->home) ? home_config(ctx->arena, session->home, &session->config, err) : ERR_OK;
}

/* The home that this process holds: no lock, but a writer waits for its turn. */
static ErrCode enter_held_home(Ctx *ctx, AppSession *session, const OpArgs *args, Err *err) {
    const AppConfig *held = session->holder->config;
    session->home = session->holder->home;
    TRY(home_config(ctx->arena, session->home, &session->config, err));
    session->config.memory_limit_bytes = held->memory_limit_bytes; /* of the instance that is open */
    session->config.n_threads = held->n_threads;
    if (!is_writer(session)) return ERR_OK;
    Str project = {0};
    if (session->op->needs_project) TRY(wanted_project(session, args, &project, err));
    TRY(holder_enter(ctx, session->holder, HOLDER_COMMAND, project, session->config.lock_wait_ms, err));
    session->has_entered = true;
    return ERR_OK;
}

/* Finds (or makes) the home, reads its settings and takes its lock. */
static ErrCode enter_home(Ctx *ctx, AppSession *session, const OpArgs *args, Err *err) {
    const Op *op = session->op;
    if (session->holder) return enter_held_home(ctx, session, args, err);
    if (op->home == OP_HOME_CREATE) return enter_new_home(ctx, session, args, err);
    Err own = {0};
    ErrCode code = home_find(ctx, session->request->home ? session->request->home : ".", &session->home, &own);
    if (code == ERR_NOT_FOUND && op->home == OP_HOME_OPTIONAL && !session->request->home) return ERR_OK;
    if (code) {
        *err = own;
        return code;
    }
    TRY(home_config(ctx->arena, session->home, &session->config, err));
    return lock_home(ctx, session, session->config.lock_wait_ms, err);
}

/* ---- the walk ------------------------------------------------------------------------------------------------------- */

/* What stays open over several calls; in the session's arena. */
static ErrCode open_here(AppSession *session, const OpArgs *args, Err *err) {
    const Op *op = session->op;
    Ctx *ctx = &session->ctx;
    if (op->home != OP_HOME_NONE) TRY(enter_home(ctx, session, args, err));
    bool is_for_all = op->all_projects && op_arg_flag(args, op->all_projects) && !session->request->project.n;
    if (op->needs_project && session->home && !is_for_all) {
        Str project = {0};
        TRY(choose_project(ctx, session, args, &project, err));
        TRY(load_snapshot(ctx, session, project, err));
    }
    session->is_open = true;
    return ERR_OK;
}

static ErrCode run_here(Ctx *ctx, AppSession *session, const OpArgs *args, Writer *writer, Err *err) {
    const Op *op = session->op;
    session->is_held = false;
    if (!session->is_open) TRY(open_here(session, args, err));
    ctx->snapshot = session->ctx.snapshot;
    ctx->project = session->ctx.project;
    int64_t timeout_us = session->request->timeout_us;
    if (!timeout_us && op->home == OP_HOME_READ && !op->is_long) timeout_us = session->config.query_timeout_us;
    if (timeout_us) ctx->deadline_us = clock_monotonic(ctx->clock) + timeout_us;
    if (session->net && timeout_us) net_request_deadline(session->net, ctx->deadline_us + HOLDER_STALL_MS * 1000);
    return op->run(ctx, session, args, writer, err);
}

/* Here, or where the home is held, whichever is had first. */
static ErrCode run_somewhere(Ctx *ctx, AppSession *session, const OpArgs *args, Writer *writer, bool *ret_has_document,
                             Err *err) {
    for (;;) {
        ErrCode code = run_here(ctx, session, args, writer, err);
        if (!session->is_held) return code;
        bool is_done = false;
        code = holder_ask(ctx, session, args, &is_done, ret_has_document, err);
        if (is_done) return code;
        TRY(ctx_check(ctx, err));
        nanosleep(&(struct timespec){.tv_nsec = ASK_AGAIN_MS * 1000000L}, NULL);
    }
}

static void leave(AppSession *session, Arena *arena, ErrCode code) {
    engine_close(session->warehouse);
    meta_close(session->meta);
    snapshot_release(session->older);
    snapshot_release(session->snapshot);
    if (session->has_entered) holder_leave(session->holder, HOLDER_COMMAND);
    if (code && session->lock.fd >= 0 && session->op->home == OP_HOME_CREATE)
        home_discard(arena, session->home, session->is_new_home, session->is_new_folder);
    home_unlock(&session->lock);
}

static void init(AppSession *session, Arena *arena, App *app, const AppRequest *request, const Op *op,
                 const AppOutput *output) {
    *session = (AppSession){.app = app, .request = request, .op = op, .output = output, .lock = {-1}};
    session->ctx = (Ctx){.arena = arena,
                         .security = request->security,
                         .clock = app->clock,
                         .cancel = request->cancel,
                         .as_of_us = INT64_MIN,
                         .progress = request->progress};
}

/* One call, to the last byte. What its answer needs lives in `arena`. is_last: the session ends before the answer does. */
static ErrCode call(AppSession *session, Arena *arena, const OpArgs *args, bool is_last, Err *err) {
    const Op *op = session->op;
    const AppOutput *output = session->output;
    Ctx ctx = session->ctx;
    ctx.arena = arena;
    Str id = session->request->request_id;
    ctx.request_id = id.n ? id : ctx_new_request_id(arena);
    session->lock_until_us = 0;
    WriterOptions options = {.format = output->format, .width = output->width, .is_pretty = output->is_pretty};
    options.is_live = output->is_live && op->is_streaming;
    if (output->format == WRITER_CSV) options.notes = output->notes;
    Writer *writer = writer_new(arena, output->out, &options);
    bool has_document = false;
    Err own = {0};
    ErrCode code = ctx_require(&ctx, op->permission, &own);
    if (!code) code = run_somewhere(&ctx, session, args, writer, &has_document, &own);
    if (is_last) leave(session, arena, code);
    has_document |= session->is_raw && !code;
    if (code) log_error(op->name, &own, ctx.request_id);
    if (code && output->failed.write && !writer_has_left(writer)) writer_divert(writer, output->failed);
    if (code && !has_document) err_ignore(writer_fail(writer, &own, NULL));
    if (!code && !has_document) code = writer_finish(writer, &own);
    if (code) *err = own;
    return code;
}

ErrCode session_run(App *app, const AppRequest *request, Holder *holder, struct NetRequest *net, const Op *op,
                    const OpArgs *args, const AppOutput *output, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AppSession session;
    init(&session, arena, app, request, op, output);
    session.holder = holder;
    session.net = net;
    return call(&session, arena, args, true, err);
}

ErrCode app_run(App *app, const AppRequest *request, const Op *op, const OpArgs *args, const AppOutput *output,
                Err *err) {
    return session_run(app, request, NULL, NULL, op, args, output, err);
}

/* ---- a session that is kept ----------------------------------------------------------------------------------------- */

struct AppKept {
    Arena *arena;         /* that it lives in */
    Arena *session_arena; /* NULL: nothing is open */
    AppSession session;
    App *app;
    const AppRequest *request;
    const Op *op;
    const AppOutput *output;
};

AppKept *app_kept_new(App *app, const AppRequest *request, const Op *op, const AppOutput *output) {
    Arena *arena = arena_new(0);
    AppKept *kept = ARENA_NEW(arena, AppKept);
    *kept = (AppKept){.arena = arena, .app = app, .request = request, .op = op, .output = output};
    return kept;
}

ErrCode app_kept_run(AppKept *kept, const OpArgs *args, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    if (!kept->session_arena) {
        kept->session_arena = arena_new(0);
        init(&kept->session, kept->session_arena, kept->app, kept->request, kept->op, kept->output);
    }
    ErrCode code = call(&kept->session, arena, args, false, err);
    if (code || kept->session.is_held) app_kept_rest(kept);
    return code;
}

void app_kept_rest(AppKept *kept) {
    if (!kept->session_arena) return;
    leave(&kept->session, kept->session_arena, ERR_OK);
    arena_free(kept->session_arena);
    kept->session_arena = NULL;
}

void app_kept_free(AppKept *kept) {
    if (!kept) return;
    app_kept_rest(kept);
    arena_free(kept->arena);
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
