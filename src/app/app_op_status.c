/* starling status: the home's projects, their sources, how fresh they are, and how their last runs ended. */
#include "app/app_holder_internal.h"

enum { LOOK_RUNS = 50 /* so far back a run that read the sources is looked for */ };

typedef struct ProjectStatus {
    MetaProject project;
    const Model *model; /* NULL: this program cannot read it */
    bool has_data;
    int64_t version;
    int64_t published_at_us;
    WarehouseSource *sources; /* one a source of the model; has_data */
    const MetaRun *last_run;  /* NULL: none */
    const MetaRun *last_sync; /* the newest run that read the sources; NULL: none */
} ProjectStatus;

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static ErrCode read_sources(const Ctx *ctx, EngineConn *conn, ProjectStatus *status, Err *err) {
    const Model *model = status->model;
    if (!model) return ERR_OK;
    status->sources = ARENA_ARRAY(ctx->arena, WarehouseSource, model->n_sources + 1);
    for (size_t i = 0; i < model->n_sources; i++)
        TRY(warehouse_source(ctx, conn, model, &model->sources[i], &status->sources[i], err));
    return ERR_OK;
}

/* What a project's warehouse holds, opened just for this. */
static ErrCode read_warehouse(const Ctx *ctx, AppSession *session, ProjectStatus *status, Err *err) {
    EngineDb *db = NULL;
    HomeProject at = home_project(ctx->arena, session->home, status->project.name);
    if (!file_exists(at.warehouse)) return ERR_OK;
    TRY(session_open_warehouse(ctx, session, status->project.name, &db, err));
    EngineConn *conn = NULL;
    ErrCode code = engine_connect(ctx, db, &conn, err);
    Str batch = {0};
    if (!code) code = warehouse_version(ctx, conn, &status->version, &batch, &status->published_at_us, err);
    status->has_data = !code && status->version > 0;
    if (status->has_data) code = read_sources(ctx, conn, status, err);
    engine_disconnect(conn);
    engine_close(db);
    return code;
}

static ErrCode read_runs(const Ctx *ctx, Meta *meta, ProjectStatus *status, Err *err) {
    MetaRun *runs = NULL;
    size_t n = 0;
    TRY(meta_runs(ctx, meta, status->project.name, LOOK_RUNS, &runs, &n, err));
    if (n) status->last_run = &runs[0];
    for (size_t i = 0; i < n && !status->last_sync; i++) {
        bool is_load = str_eq(runs[i].kind, S("load")) || str_eq(runs[i].kind, S("generate"));
        if (!is_load) status->last_sync = &runs[i];
    }
    return ERR_OK;
}

static ErrCode read_project(const Ctx *ctx, AppSession *session, Meta *meta, ProjectStatus *status, Err *err) {
    PipelineProject at = {0};
    int64_t version = 0;
    if (!app_project_load(ctx, session->app, session->home, meta, status->project.name, ctx->arena, &at, &version,
                          NULL))
        status->model = at.model;
    TRY(read_warehouse(ctx, session, status, err));
    return read_runs(ctx, meta, status, err);
}

/* ---- writing -------------------------------------------------------------------------------------------------------- */

/* Where the home is held its loop knows. */
static ErrCode write_problem(const Ctx *ctx, const AppSession *session, Writer *w, Str project, Err *err) {
    HolderVersion *versions;
    size_t n = 0;
    if (session->holder) (void)holder_versions(session->holder, ctx->arena, &versions, &n);
    for (size_t i = 0; i < n; i++) {
        Str problem = versions[i].problem;
        if (!problem.n || !str_eq(versions[i].project, project)) continue;
        TRY(writer_field(w, S("problem"), (Str){0}, value_text(problem), err));
        return writer_note(w, arena_printf(ctx->arena, "    not in step: %.*s", STR_ARG(problem)), err);
    }
    return ERR_OK;
}

static ErrCode write_run(const AppSession *session, Writer *w, Str name, const MetaRun *run, Err *err) {
    Str error = app_run_error(session, run);
    TRY(writer_object_begin(w, name, err));
    TRY(writer_field(w, S("id"), (Str){0}, value_int(run->id), err));
    TRY(writer_field(w, S("kind"), (Str){0}, value_text(run->kind), err));
    TRY(writer_field(w, S("status"), (Str){0}, value_text(app_run_status(session, run)), err));
    TRY(writer_field(w, S("started_at"), (Str){0}, value_timestamp(run->started_at_us), err));
    TRY(writer_field(w, S("duration_us"), (Str){0}, value_int(run->duration_us), err));
    TRY(writer_field(w, S("changes"), (Str){0}, value_int(run->n_rows), err));
    if (error.n) TRY(writer_field(w, S("error"), (Str){0}, value_text(error), err));
    return writer_object_end(w, err);
}

/* "sync 7 done in 2 s: why not" */
static Str run_words(const Ctx *ctx, const AppSession *session, const MetaRun *run) {
    Str how = app_run_status(session, run), error = app_run_error(session, run);
    if (str_eq(how, str_of(meta_status_name(META_RUNNING))))
        return arena_printf(ctx->arena, "running: %.*s %" PRId64, STR_ARG(run->kind), run->id);
    Str took = format_duration(ctx->arena, run->duration_us);
    return arena_printf(ctx->arena, "last run: %.*s %" PRId64 " %.*s in %.*s%s%.*s", STR_ARG(run->kind), run->id,
                        STR_ARG(how), STR_ARG(took), error.n ? ": " : "", STR_ARG(error));
}

/* When it came in, as a time and as an age. */
static ErrCode write_time(const Ctx *ctx, Writer *w, int64_t at_us, Str *ret_age, Err *err) {
    int64_t age_us = clock_now(ctx->clock) - at_us;
    *ret_age = format_duration(ctx->arena, age_us);
    TRY(writer_field(w, S("data_at"), (Str){0}, value_timestamp(at_us), err));
    return writer_field(w, S("data_age_s"), (Str){0}, value_int(age_us / TIME_US_PER_SECOND), err);
}

static ErrCode write_source(const Ctx *ctx, const AppSession *session, Writer *w, const ProjectStatus *status,
                            const ModelSource *source, Err *err) {
    static const char *const KINDS[] = {
        [MODEL_SOURCE_MANAGED] = "managed", [MODEL_SOURCE_FILES] = "files", [MODEL_SOURCE_ATTACHED] = "attached"};
    const WarehouseSource *held = status->has_data ? &status->sources[source - status->model->sources] : NULL;
    Str holds = S("nothing taken in yet"), age;
    TRY(writer_object_begin(w, (Str){0}, err));
    TRY(writer_field(w, S("name"), (Str){0}, value_text(source->name), err));
    TRY(writer_field(w, S("kind"), (Str){0}, value_text(str_of(KINDS[source->kind])), err));
    if (held) TRY(writer_field(w, S("rows"), (Str){0}, value_int(held->n_rows), err));
    if (held && held->has_data) {
        TRY(write_time(ctx, w, held->changed_at_us, &age, err));
        Str rows = format_count(ctx->arena, held->n_rows, "row", "rows");
        holds = arena_printf(ctx->arena, "%.*s, the newest change %.*s old", STR_ARG(rows), STR_ARG(age));
    }
    if (status->last_sync) TRY(write_run(session, w, S("last_run"), status->last_sync, err));
    TRY(writer_object_end(w, err));
    return writer_note(w,
                       arena_printf(ctx->arena, "    source %.*s (%s): %.*s", STR_ARG(source->name),
                                    KINDS[source->kind], STR_ARG(holds)),
                       err);
}

static ErrCode write_sources(const Ctx *ctx, const AppSession *session, Writer *w, const ProjectStatus *status,
                             Err *err) {
    TRY(writer_list_begin(w, S("sources"), err));
    for (size_t i = 0; status->model && i < status->model->n_sources; i++)
        TRY(write_source(ctx, session, w, status, &status->model->sources[i], err));
    return writer_list_end(w, err);
}

static ErrCode write_project(const Ctx *ctx, const AppSession *session, Writer *w, const ProjectStatus *status,
                             Err *err) {
    Arena *arena = ctx->arena;
    TRY(writer_object_begin(w, (Str){0}, err));
    TRY(writer_field(w, S("name"), (Str){0}, value_text(status->project.name), err));
    TRY(writer_field(w, S("pack"), (Str){0}, value_text(status->project.pack), err));
    TRY(writer_field(w, S("model_version"), (Str){0}, value_int(status->project.model_version), err));
    TRY(writer_field(w, S("data_version"), (Str){0}, value_int(status->version), err));
    Str fresh = S("no data yet; run `starling load`, then `starling sync`"), age;
    if (status->has_data) {
        TRY(write_time(ctx, w, status->published_at_us, &age, err));
        fresh = arena_printf(arena, "data version %" PRId64 ", %.*s old", status->version, STR_ARG(age));
    }
    TRY(writer_note(w,
                    arena_printf(arena, "  %.*s  pack %.*s, model version %" PRId64 "; %.*s",
                                 STR_ARG(status->project.name), STR_ARG(status->project.pack),
                                 status->project.model_version, STR_ARG(fresh)),
                    err));
    TRY(write_problem(ctx, session, w, status->project.name, err));
    TRY(write_sources(ctx, session, w, status, err));
    if (status->last_run) {
        TRY(write_run(session, w, S("last_run"), status->last_run, err));
        Str words = run_words(ctx, session, status->last_run);
        TRY(writer_note(w, arena_printf(arena, "    %.*s", STR_ARG(words)), err));
    }
    return writer_object_end(w, err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)args;
    Meta *meta = NULL;
    TRY(session_meta(ctx, session, &meta, err));
    MetaProject *projects = NULL;
    size_t n = 0;
    TRY(meta_projects(ctx, meta, &projects, &n, err));
    TRY(writer_field(w, S("home"), S("Home"), value_text(str_of(session->home)), err));
    TRY(writer_list_begin(w, S("projects"), err));
    Str wanted = session->request->project;
    size_t n_shown = 0;
    for (size_t i = 0; i < n; i++) {
        if (wanted.n && !str_eq(projects[i].name, wanted)) continue;
        n_shown++;
        ProjectStatus status = {.project = projects[i]};
        TRY(read_project(ctx, session, meta, &status, err));
        TRY(write_project(ctx, session, w, &status, err));
    }
    TRY(writer_list_end(w, err));
    if (wanted.n && !n_shown) return err_set(err, ERR_NOT_FOUND, "there is no project '%.*s' here", STR_ARG(wanted));
    if (!n) TRY(writer_note(w, S("No project yet: starling init HOME --pack NAME"), err));
    return ERR_OK;
}

const Op APP_OP_STATUS = {
    .name = "status",
    .summary = "Show the home's projects and how fresh they are",
    .example = "starling status",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_READ,
    .answer =
        "{home:text,projects:[{name:text,pack:text,model_version:int,data_version:int,data_at?:time,data_age_s?:int,problem?:text,sources:[Source],last_run?:Run}]}",
    .run = run,
};
