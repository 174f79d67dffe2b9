/*
 * starling doctor: whether what the program stands on is there (engines, shipped files, the home, its projects, room on the disk, the port), and
 * what to do where it is not. A check that fails is a line of the result, never the end of it.
 */
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/app_internal.h"
#include "net/net.h"

enum { DISK_LOW_BYTES = 1000000000, DISK_OUT_BYTES = 100000000 };

typedef enum CheckState { CHECK_OK, CHECK_WARNING, CHECK_PROBLEM } CheckState;
static const char *const STATE_NAMES[] = {"ok", "warning", "problem"};

typedef struct Check {
    Str what;
    CheckState state;
    Str detail;
    Str remedy; /* empty: there is nothing to do */
} Check;

typedef struct Doctor {
    const Ctx *ctx;
    AppSession *session;
    VEC(Check) checks;
} Doctor;

static void tell(Doctor *doctor, Str what, CheckState state, Str detail, Str remedy) {
    VEC_PUSH(doctor->ctx->arena, &doctor->checks, (Check){what, state, detail, remedy});
}

/* Messages say themselves what to do. */
static void tell_err(Doctor *doctor, Str what, const Err *err) {
    char text[ERR_MESSAGE_MAX + ERR_FILE_MAX + 64];
    err_format(err, text, sizeof text);
    tell(doctor, what, CHECK_PROBLEM, arena_str(doctor->ctx->arena, str_of(text)), (Str){0});
}

/* ---- the program ---------------------------------------------------------------------------------------------------- */

static ErrCode try_engine(const Ctx *ctx, EngineRegistry *registry, const Engine *engine, Err *err) {
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    Value one;
    TRY(engine_open(ctx, registry, engine, &(EngineConfig){.is_create = true}, &db, err));
    ErrCode code = engine_connect(ctx, db, &conn, err);
    if (!code) code = engine_valuef(ctx, conn, &one, err, "SELECT 1");
    engine_disconnect(conn);
    engine_close(db);
    return code;
}

static void check_engine(Doctor *doctor, const Engine *engine) {
    Err err = {0};
    Str what = arena_printf(doctor->ctx->arena, "engine %s", engine_name(engine));
    if (try_engine(doctor->ctx, doctor->session->app->registry, engine, &err))
        tell_err(doctor, what, &err);
    else
        tell(doctor, what, CHECK_OK, str_of(engine_version(engine)), (Str){0});
}

static void check_share(Doctor *doctor) {
    static const char *const FILES[] = {"words.bin", "ask/english.grammar", "packs"};
    Str missing = {0};
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        const char *path = NULL;
        if (path_share(doctor->ctx->arena, FILES[i], &path, NULL) || !file_exists(path))
            missing = arena_printf(doctor->ctx->arena, "%.*s%s%s", STR_ARG(missing), missing.n ? ", " : "", FILES[i]);
    }
    if (missing.n)
        tell(doctor, S("shipped files"), CHECK_PROBLEM,
             arena_printf(doctor->ctx->arena, "missing: %.*s", STR_ARG(missing)),
             S("install the program again: bin/, lib/ and share/ belong together"));
    else
        tell(doctor, S("shipped files"), CHECK_OK, S("words, grammar and packs are there"), (Str){0});
}

/* ---- the home ------------------------------------------------------------------------------------------------------- */

static void check_disk(Doctor *doctor, const char *home) {
    struct statvfs disk;
    Arena *arena = doctor->ctx->arena;
    if (statvfs(home, &disk) != 0) {
        tell(doctor, S("disk"), CHECK_PROBLEM, S("the home's disk cannot be looked at"),
             S("check its mount and permissions"));
        return;
    }
    uint64_t n_free = (uint64_t)disk.f_bavail * disk.f_frsize;
    CheckState state = n_free < DISK_OUT_BYTES ? CHECK_PROBLEM : n_free < DISK_LOW_BYTES ? CHECK_WARNING : CHECK_OK;
    tell(doctor, S("disk"), state, arena_printf(arena, "%" PRIu64 " MB free", n_free / 1000000),
         state ? S("make room: a sync that finds none is undone and tried again") : (Str){0});
    if (access(home, W_OK) != 0)
        tell(doctor, S("home"), CHECK_WARNING, S("it cannot be written: questions are answered, nothing is taken in"),
             S("give this user the right to write there, or run as its owner"));
}

/* The pack in the project's folder: what is applied was checked when it was. */
static void check_pack(Doctor *doctor, Str what, const PipelineProject *project) {
    Arena *arena = doctor->ctx->arena;
    Model *model = NULL;
    ModelFindings findings = {0};
    Err err = {0};
    if (model_load(arena, project->pack, &model, &findings, &err))
        tell_err(doctor, what, &err);
    else if (!str_eq(model->hash, project->model->hash))
        tell(doctor, what, CHECK_WARNING, S("its pack has changed since it was applied"),
             arena_printf(arena, "starling model apply --project %.*s", STR_ARG(project->name)));
}

static ErrCode read_version(Doctor *doctor, Str name, int64_t *ret_version, int64_t *ret_at_us, Err *err) {
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    Str batch = {0};
    TRY(session_open_warehouse(doctor->ctx, doctor->session, name, &db, err));
    ErrCode code = engine_connect(doctor->ctx, db, &conn, err);
    if (!code) code = warehouse_version(doctor->ctx, conn, ret_version, &batch, ret_at_us, err);
    engine_disconnect(conn);
    engine_close(db);
    return code;
}

static void check_data(Doctor *doctor, Str what, Str name) {
    Arena *arena = doctor->ctx->arena;
    int64_t version = 0, at_us = 0;
    Err err = {0};
    ErrCode code = read_version(doctor, name, &version, &at_us, &err);
    if (code && code != ERR_NOT_FOUND) {
        tell_err(doctor, what, &err);
    } else if (!version) {
        tell(doctor, what, CHECK_WARNING, S("no data yet"),
             arena_printf(arena, "starling load, then starling sync --project %.*s", STR_ARG(name)));
    } else {
        Str age = format_duration(arena, clock_now(doctor->ctx->clock) - at_us);
        tell(doctor, what, CHECK_OK, arena_printf(arena, "data version %" PRId64 ", %.*s old", version, STR_ARG(age)),
             (Str){0});
    }
}

static void check_last_run(Doctor *doctor, Str what, Meta *meta, Str name) {
    Arena *arena = doctor->ctx->arena;
    MetaRun *runs = NULL;
    size_t n = 0;
    Err err = {0};
    if (meta_runs(doctor->ctx, meta, name, 1, &runs, &n, &err)) {
        tell_err(doctor, what, &err);
        return;
    }
    Str error = n ? app_run_error(doctor->session, &runs[0]) : (Str){0};
    if (error.n)
        tell(doctor, what, CHECK_PROBLEM,
             arena_printf(arena, "the last %.*s failed: %.*s", STR_ARG(runs[0].kind), STR_ARG(error)),
             arena_printf(arena, "starling run show %" PRId64 " --project %.*s", runs[0].id, STR_ARG(name)));
}

static void check_project(Doctor *doctor, Meta *meta, Str name) {
    const Ctx *ctx = doctor->ctx;
    AppSession *session = doctor->session;
    Str what = arena_printf(ctx->arena, "project %.*s", STR_ARG(name));
    PipelineProject project = {0};
    int64_t version = 0;
    Err err = {0};
    if (app_project_load(ctx, session->app, session->home, meta, name, ctx->arena, &project, &version, &err)) {
        tell_err(doctor, what, &err);
        return;
    }
    check_data(doctor, what, name);
    check_pack(doctor, what, &project);
    check_last_run(doctor, what, meta, name);
}

static void check_home(Doctor *doctor) {
    AppSession *session = doctor->session;
    Meta *meta = NULL;
    MetaProject *projects = NULL;
    size_t n = 0;
    Err err = {0};
    if (!session->home) {
        tell(doctor, S("home"), CHECK_WARNING, S("there is none here"),
             S("starling init HOME --pack NAME, or --home DIR"));
        return;
    }
    if (session_meta(doctor->ctx, session, &meta, &err) || meta_projects(doctor->ctx, meta, &projects, &n, &err)) {
        tell_err(doctor, S("home"), &err);
        return;
    }
    const char *held = session->holder ? ", held by this process" : "";
    tell(doctor, S("home"), CHECK_OK, arena_printf(doctor->ctx->arena, "%s%s", session->home, held), (Str){0});
    check_disk(doctor, session->home);
    for (size_t i = 0; i < n; i++) check_project(doctor, meta, projects[i].name);
    if (!n) tell(doctor, S("projects"), CHECK_WARNING, S("none yet"), S("starling init HOME --pack NAME"));
}

/* While the home is held its own server may be what listens there. */
static void check_port(Doctor *doctor, int64_t port) {
    Arena *arena = doctor->ctx->arena;
    int fd = -1, at = 0;
    Err err = {0};
    Str what = arena_printf(arena, "port %" PRId64, port);
    ErrCode code = net_tcp_listen("127.0.0.1", (int)port, &fd, &at, &err);
    if (!code) {
        close(fd);
        tell(doctor, what, CHECK_OK, S("free for starling serve"), (Str){0});
    } else if (code == ERR_BUSY && doctor->session->holder) {
        tell(doctor, what, CHECK_OK, S("taken; this home is held, maybe by what serves there"), (Str){0});
    } else {
        tell(doctor, what, CHECK_WARNING, arena_str(arena, str_of(err.message)), S("starling serve --port N"));
    }
}

/* ---- the result ----------------------------------------------------------------------------------------------------- */

static ErrCode write_checks(const Doctor *doctor, Writer *w, Err *err) {
    static const WriterColumn COLUMNS[] = {
        {.name = S_INIT("check"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
        {.name = S_INIT("state"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
        {.name = S_INIT("detail"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
        {.name = S_INIT("remedy"), .title = S_INIT("what to do"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    };
    int64_t n_problems = 0;
    BatchBuilder *rows = app_rows_new(doctor->ctx->arena, COLUMNS, COUNT_OF(COLUMNS), doctor->checks.n);
    for (size_t i = 0; i < doctor->checks.n; i++) {
        const Check *check = &doctor->checks.at[i];
        n_problems += check->state == CHECK_PROBLEM;
        batch_builder_set(rows, 0, value_text(check->what));
        batch_builder_set(rows, 1, value_text(str_of(STATE_NAMES[check->state])));
        batch_builder_set(rows, 2, value_text(check->detail));
        if (check->remedy.n) batch_builder_set(rows, 3, value_text(check->remedy));
        batch_builder_next_row(rows);
    }
    TRY(writer_table_begin(w, S("checks"), COLUMNS, COUNT_OF(COLUMNS), err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    TRY(writer_table_end(w, err));
    TRY(writer_field(w, S("problems"), (Str){0}, value_int(n_problems), err));
    if (!n_problems) return writer_note(w, S("Nothing stands in the way."), err);
    return writer_note(w, format_count(doctor->ctx->arena, n_problems, "problem", "problems"), err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    Doctor doctor = {.ctx = ctx, .session = session};
    check_engine(&doctor, &ENGINE_DUCKDB);
    check_engine(&doctor, &ENGINE_SQLITE);
    check_share(&doctor);
    check_home(&doctor);
    check_port(&doctor, op_arg_int(args, "port"));
    return write_checks(&doctor, w, err);
}

static const OpArg ARGS[] = {
    {.name = "port", .type = OP_ARG_INT, .initial = "7171", .help = "that the server is to listen on"},
};

const Op APP_OP_DOCTOR = {
    .name = "doctor",
    .summary = "Check engines, home, packs, disk and port, and say what to do",
    .example = "starling doctor",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_OPTIONAL,
    .answer = "{checks:Table,problems:int}",
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
