/* starling status: the home's projects, how fresh they are, and how their last runs ended. */
#include "app/app_holder_internal.h"

typedef struct ProjectStatus {
    MetaProject project;
    bool has_data;
    int64_t version;
    int64_t published_at_us;
    bool has_run;
    MetaRun last_run;
} ProjectStatus;

/* The newest published batch of a project's warehouse, opened just for this. */
static ErrCode read_version(const Ctx *ctx, AppSession *session, ProjectStatus *status, Err *err) {
    EngineDb *db = NULL;
    HomeProject at = home_project(ctx->arena, session->home, status->project.name);
    if (!file_exists(at.warehouse)) return ERR_OK;
    TRY(session_open_warehouse(ctx, session, status->project.name, &db, err));
    EngineConn *conn = NULL;
    ErrCode code = engine_connect(ctx, db, &conn, err);
    Str batch = {0};
    if (!code) code = warehouse_version(ctx, conn, &status->version, &batch, &status->published_at_us, err);
    status->has_data = !code && status->version > 0;
    engine_disconnect(conn);
    engine_close(db);
    return code;
}

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

static ErrCode write_sources(const Ctx *ctx, const AppSession *session, Writer *w, Str project, Err *err) {
    static const char *const KINDS[] = {
        [MODEL_SOURCE_MANAGED] = "managed", [MODEL_SOURCE_FILES] = "files", [MODEL_SOURCE_ATTACHED] = "attached"};
    PipelineProject at = {0};
    int64_t version = 0;
    bool is_read =
        !app_project_load(ctx, session->app, session->home, session->meta, project, ctx->arena, &at, &version, NULL);
    TRY(writer_list_begin(w, S("sources"), err));
    for (size_t i = 0; is_read && i < at.model->n_sources; i++) {
        TRY(writer_object_begin(w, (Str){0}, err));
        TRY(writer_field(w, S("name"), (Str){0}, value_text(at.model->sources[i].name), err));
        TRY(writer_field(w, S("kind"), (Str){0}, value_text(str_of(KINDS[at.model->sources[i].kind])), err));
        TRY(writer_object_end(w, err));
    }
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
    Str fresh = S("no data yet; run `starling load`, then `starling sync`");
    if (status->has_data) {
        int64_t age_us = clock_now(ctx->clock) - status->published_at_us;
        TRY(writer_field(w, S("data_at"), (Str){0}, value_timestamp(status->published_at_us), err));
        TRY(writer_field(w, S("data_age_s"), (Str){0}, value_int(age_us / TIME_US_PER_SECOND), err));
        Str age = format_duration(arena, age_us);
        fresh = arena_printf(arena, "data version %" PRId64 ", %.*s old", status->version, STR_ARG(age));
    }
    TRY(writer_note(w,
                    arena_printf(arena, "  %.*s  pack %.*s, model version %" PRId64 "; %.*s",
                                 STR_ARG(status->project.name), STR_ARG(status->project.pack),
                                 status->project.model_version, STR_ARG(fresh)),
                    err));
    TRY(write_problem(ctx, session, w, status->project.name, err));
    TRY(write_sources(ctx, session, w, status->project.name, err));
    if (status->has_run) {
        const MetaRun *run = &status->last_run;
        Str took = format_duration(arena, run->duration_us);
        Str how = app_run_status(session, run), error = app_run_error(session, run);
        TRY(writer_object_begin(w, S("last_run"), err));
        TRY(writer_field(w, S("id"), (Str){0}, value_int(run->id), err));
        TRY(writer_field(w, S("kind"), (Str){0}, value_text(run->kind), err));
        TRY(writer_field(w, S("status"), (Str){0}, value_text(how), err));
        TRY(writer_field(w, S("started_at"), (Str){0}, value_timestamp(run->started_at_us), err));
        TRY(writer_field(w, S("duration_us"), (Str){0}, value_int(run->duration_us), err));
        if (error.n) TRY(writer_field(w, S("error"), (Str){0}, value_text(error), err));
        TRY(writer_object_end(w, err));
        if (str_eq(how, str_of(meta_status_name(META_RUNNING))))
            TRY(writer_note(w, arena_printf(arena, "    running: %.*s %" PRId64, STR_ARG(run->kind), run->id), err));
        else
            TRY(writer_note(w,
                            arena_printf(arena, "    last run: %.*s %" PRId64 " %.*s in %.*s%s%.*s", STR_ARG(run->kind),
                                         run->id, STR_ARG(how), STR_ARG(took), error.n ? ": " : "", STR_ARG(error)),
                            err));
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
        TRY(read_version(ctx, session, &status, err));
        MetaRun *runs = NULL;
        size_t n_runs = 0;
        TRY(meta_runs(ctx, meta, projects[i].name, 1, &runs, &n_runs, err));
        if (n_runs) {
            status.has_run = true;
            status.last_run = runs[0];
        }
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
        "{home:text,projects:[{name:text,pack:text,model_version:int,data_version:int,data_at?:time,data_age_s?:int,problem?:text,sources:[{name:text,kind:\"managed\"|\"files\"|\"attached\"}],last_run?:Run}]}",
    .run = run,
};
