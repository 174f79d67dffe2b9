/*
 * The loop that keeps a home's warehouses in step: look at each project's sources (pipeline_watch), and where they may have moved,
 * sync. A project whose sync fails is tried again later and later, and says why once; the others go on. What commands of the home's
 * socket may have changed (projects, applied models) is looked at after each of them.
 *
 * One thread. Each round and each sync has an arena that ends with it; a project's model has one of its own.
 */
#include <string.h>

#include "app/app_holder_internal.h"

enum { RETRY_FIRST_MS = 100, RETRY_MAX_MS = 5000 };
enum { REST_US = 2000000, REST_MIN_CHANGES = 10000 }; /* when, and from how many changes on, the WAL is written out */

typedef struct Followed {
    struct Followed *next;
    Arena *arena; /* of this and the name */
    Str name;
    int64_t applied; /* the model version that is in force */
    bool is_there;   /* as of the last look at the projects */
    HolderVersion stands;
    bool is_read; /* `stands` is of after the last writer's work */

    EngineDb *warehouse;
    Arena *model_arena; /* of `project` */
    int64_t version;    /* of the model that it is on; 0: not loaded */
    PipelineProject project;
    PipelineWatch *watch;
    HolderIndex index;

    bool is_moved;     /* and not yet in step */
    bool is_synced;    /* at least once */
    int64_t n_in_wal;  /* changes published since the WAL was written out */
    int64_t synced_us; /* when the last sync ended */
    int64_t wait_ms;   /* after the last failure; 0: it was none */
    int64_t retry_at_us;
    char failure[ERR_MESSAGE_MAX]; /* what was said last; empty: all is well */
} Followed;

typedef struct Loop {
    Holder *holder;
    Ctx ctx; /* of a round */
    Followed *projects;
    int64_t n_commands; /* of which the outcome was looked at */
    bool has_news;      /* a project is no longer, or again, in step */
    bool is_ready;      /* everything was tried once, and that was said */
} Loop;

/* ---- what is said --------------------------------------------------------------------------------------------------- */

static bool is_json(const Loop *loop) {
    return loop->holder->output->format == WRITER_JSON;
}

static void say(Sink to, Arena *arena, Str line) {
    Str text = arena_printf(arena, "%.*s\n", STR_ARG(line));
    if (to.write) err_ignore(to.write(to.arg, text, NULL));
}

static void say_ready(Loop *loop) {
    Arena *arena = loop->ctx.arena;
    const AppOutput *output = loop->holder->output;
    loop->is_ready = true;
    ctx_progress(&loop->ctx, (Str){0}, 0, 0);
    Buf line CLEANUP(buf_release);
    buf_init(&line, 1 << 20);
    if (is_json(loop)) {
        JsonWriter w CLEANUP(json_writer_release);
        json_writer_init(&w, sink_of_buf(&line), false, NULL);
        json_object_begin(&w);
        json_key(&w, S("following"));
        json_array_begin(&w);
        for (const Followed *p = loop->projects; p; p = p->next) json_text(&w, p->name);
        json_array_end(&w);
        json_object_end(&w);
        err_ignore(json_writer_finish(&w));
    } else {
        buf_add(&line, loop->projects ? S("Following ") : S("Following no project yet"));
        for (const Followed *p = loop->projects; p; p = p->next)
            buf_printf(&line, "%.*s%s", STR_ARG(p->name), p->next ? ", " : "");
        buf_add(&line, S("; Ctrl-C ends."));
    }
    say(output->live, arena, buf_str(&line));
}

static void say_published(Loop *loop, const Followed *p, const SyncReport *report) {
    Arena *arena = loop->ctx.arena;
    const AppOutput *output = loop->holder->output;
    if (is_json(loop)) {
        Buf line CLEANUP(buf_release);
        buf_init(&line, 1 << 16);
        JsonWriter w CLEANUP(json_writer_release);
        json_writer_init(&w, sink_of_buf(&line), false, NULL);
        json_object_begin(&w);
        json_key(&w, S("project"));
        json_text(&w, p->name);
        json_key(&w, S("version"));
        json_int(&w, report->version);
        json_key(&w, S("changes"));
        json_int(&w, report->n_changes);
        json_key(&w, S("ms"));
        json_int(&w, report->duration_us / 1000);
        json_object_end(&w);
        err_ignore(json_writer_finish(&w));
        say(output->live, arena, buf_str(&line));
        return;
    }
    Str changes = format_count(arena, report->n_changes, "change", "changes");
    Str took = format_duration(arena, report->duration_us);
    say(output->notes, arena,
        arena_printf(arena, "%.*s: %.*s published as data version %" PRId64 " in %.*s", STR_ARG(p->name),
                     STR_ARG(changes), report->version, STR_ARG(took)));
}

/* Logged and said when it is another failure than before. */
static void say_failed(Loop *loop, Followed *p, const Err *why) {
    Arena *arena = loop->ctx.arena;
    p->wait_ms = p->wait_ms ? MIN_OF(p->wait_ms * 2, RETRY_MAX_MS) : RETRY_FIRST_MS;
    p->retry_at_us = clock_monotonic(loop->ctx.clock) + p->wait_ms * 1000;
    if (strcmp(p->failure, why->message) == 0) return;
    memcpy(p->failure, why->message, sizeof p->failure);
    loop->has_news = true;
    log_error("sync.follow", why, loop->ctx.request_id);
    char text[ERR_MESSAGE_MAX + ERR_FILE_MAX + 64];
    say(loop->holder->output->notes, arena,
        arena_printf(arena, "starling: %.*s is not in step, and tried again: %s", STR_ARG(p->name),
                     err_format(why, text, sizeof text)));
}

static void say_index_failed(Loop *loop, const Followed *p, const Err *why) {
    log_error("values.renew", why, loop->ctx.request_id);
    say(loop->holder->output->notes, loop->ctx.arena,
        arena_printf(loop->ctx.arena, "starling: %.*s: %s", STR_ARG(p->name), why->message));
}

static void say_well(Loop *loop, Followed *p) {
    if (p->failure[0])
        say(loop->holder->output->notes, loop->ctx.arena,
            arena_printf(loop->ctx.arena, "starling: %.*s is in step again", STR_ARG(p->name)));
    loop->has_news |= p->failure[0] != 0;
    p->failure[0] = 0;
    p->wait_ms = 0;
}

/* ---- projects ------------------------------------------------------------------------------------------------------- */

/* All but the warehouse, which stays open whatever the model is. */
static void unload(Followed *p) {
    holder_index_stop(&p->index);
    pipeline_watch_close(p->watch);
    arena_free(p->model_arena);
    p->watch = NULL;
    p->model_arena = NULL;
    p->project = (PipelineProject){0};
    p->version = 0;
}

static void drop(Followed *p) {
    unload(p);
    engine_close(p->warehouse);
    arena_free(p->arena);
}

/* On its applied model, with its warehouse open and watched. */
static ErrCode load(Loop *loop, Followed *p, Err *err) {
    Holder *holder = loop->holder;
    const Ctx *ctx = &loop->ctx;
    unload(p);
    p->model_arena = arena_new(0);
    int64_t version = 0;
    TRY(app_project_load(ctx, holder->app, holder->home, holder->meta, p->name, p->model_arena, &p->project, &version,
                         err));
    HomeProject at = home_project(ctx->arena, holder->home, p->name);
    EngineConfig config = app_warehouse_config(ctx->arena, holder->config, &at, false, true);
    if (!p->warehouse) TRY(engine_open(ctx, holder->app->registry, &ENGINE_DUCKDB, &config, &p->warehouse, err));
    p->project.warehouse = p->warehouse;
    TRY(pipeline_watch_open(ctx, &p->project, &p->watch, err));
    p->version = version;
    return ERR_OK;
}

static Followed *find(Loop *loop, Str name) {
    for (Followed *p = loop->projects; p; p = p->next)
        if (str_eq(p->name, name)) return p;
    Followed **end = &loop->projects;
    while (*end) end = &(*end)->next;
    Arena *arena = arena_new(0);
    *end = ARENA_NEW(arena, Followed);
    (*end)->arena = arena;
    (*end)->name = arena_str(arena, name);
    return *end;
}

/* A command may have attached another database to one of its sources, or detached it. */
static bool has_attached(const Followed *p) {
    const Model *model = p->project.model;
    for (size_t i = 0; model && i < model->n_sources; i++)
        if (model->sources[i].kind == MODEL_SOURCE_ATTACHED) return true;
    return false;
}

static void drop_gone(Loop *loop) {
    for (Followed **at = &loop->projects; *at;) {
        Followed *p = *at;
        if (p->is_there) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        drop(p);
    }
}

/* The projects there are, or the one asked for, with their models' versions. */
static ErrCode look_at_projects(Loop *loop, Err *err) {
    MetaProject *projects = NULL;
    size_t n = 0;
    TRY(meta_projects(&loop->ctx, loop->holder->meta, &projects, &n, err));
    Str wanted = loop->holder->request->project;
    for (Followed *p = loop->projects; p; p = p->next) p->is_there = false;
    for (size_t i = 0; i < n; i++) {
        if (wanted.n && !str_eq(projects[i].name, wanted)) continue;
        Followed *p = find(loop, projects[i].name);
        p->is_there = true;
        p->is_moved |= p->applied != projects[i].model_version || has_attached(p);
        if (has_attached(p)) p->version = 0; /* to be loaded again */
        p->applied = projects[i].model_version;
        p->is_read = false;
    }
    drop_gone(loop);
    return ERR_OK;
}

/* ---- rounds --------------------------------------------------------------------------------------------------------- */

static ErrCode sync_in_turn(Loop *loop, Followed *p, SyncReport *ret_report, Err *err) {
    if (!p->version || p->version != p->applied) TRY(load(loop, p, err));
    bool is_moved; /* all that is there now is read below */
    TRY(pipeline_watch_is_moved(&loop->ctx, p->watch, &is_moved, err));
    const SyncOptions options = {.is_full = loop->holder->is_first_full && !p->is_synced};
    return pipeline_sync(&loop->ctx, &p->project, &options, ret_report, err);
}

static void sync(Loop *loop, Followed *p) {
    Holder *holder = loop->holder;
    Err err = {0};
    SyncReport report = {0};
    loop->ctx.request_id = ctx_new_request_id(loop->ctx.arena);
    if (holder_enter(&loop->ctx, holder, HOLDER_FOLLOW, p->name, 0, &err)) return;
    ErrCode code = sync_in_turn(loop, p, &report, &err);
    p->is_read = false;
    holder_leave(holder, HOLDER_FOLLOW);
    if (code && atomic_load(&holder->cancel.is_set)) return; /* given up at the end */
    if (code) {
        say_failed(loop, p, &err);
        return;
    }
    p->is_moved = false;
    p->is_synced = true;
    holder_index_want(&p->index, report.texts);
    say_well(loop, p);
    p->n_in_wal += report.n_changes;
    p->synced_us = clock_monotonic(loop->ctx.clock);
    if (report.batch.n) say_published(loop, p, &report);
}

/* A moment of rest: what the WAL holds goes into the file, which would else be done within some later publishing. */
static void write_out(Loop *loop, Followed *p) {
    bool is_time = p->n_in_wal >= REST_MIN_CHANGES && clock_monotonic(loop->ctx.clock) - p->synced_us > REST_US;
    Err err = {0};
    if (!is_time || holder_enter(&loop->ctx, loop->holder, HOLDER_FOLLOW, p->name, 0, &err)) return;
    if (warehouse_checkpoint(&loop->ctx, p->warehouse, &err)) log_error("sync.follow", &err, loop->ctx.request_id);
    holder_leave(loop->holder, HOLDER_FOLLOW);
    p->n_in_wal = 0;
}

static void follow(Loop *loop, Followed *p) {
    Err err = {0};
    bool is_moved = false;
    if (p->version && holder_index_turn(&loop->ctx, &p->index, loop->holder->app->engines, &p->project, &err))
        say_index_failed(loop, p, &err);
    if (p->wait_ms && clock_monotonic(loop->ctx.clock) < p->retry_at_us) return;
    if (p->watch && pipeline_watch_is_moved(&loop->ctx, p->watch, &is_moved, &err)) {
        p->is_moved = true; /* as far as one knows */
        say_failed(loop, p, &err);
        return;
    }
    p->is_moved |= is_moved;
    if (p->is_moved)
        sync(loop, p);
    else
        write_out(loop, p);
}

/* ---- what they stand at ---------------------------------------------------------------------------------------------- */

static void read_version(Loop *loop, Followed *p) {
    EngineConn *conn = NULL;
    Str batch = {0};
    Err err = {0};
    p->stands = (HolderVersion){.project = p->name, .model = p->applied};
    p->is_read = true;
    if (!p->warehouse) return;
    ErrCode code = engine_connect(&loop->ctx, p->warehouse, &conn, &err);
    if (!code) code = warehouse_version(&loop->ctx, conn, &p->stands.data, &batch, &p->stands.data_at_us, &err);
    if (code) log_error("sync.follow", &err, loop->ctx.request_id);
    engine_disconnect(conn);
}

/* After every writer's work, the loop's own included. */
static void tell_versions(Loop *loop) {
    size_t n = 0;
    if (holder_is_settled(loop->holder) && !loop->has_news) return;
    loop->has_news = false;
    for (const Followed *p = loop->projects; p; p = p->next) n++;
    HolderVersion *versions = ARENA_ARRAY(loop->ctx.arena, HolderVersion, n + 1);
    n = 0;
    for (Followed *p = loop->projects; p; p = p->next) {
        if (!p->is_read) read_version(loop, p);
        versions[n] = p->stands;
        versions[n++].problem = str_of(p->failure);
    }
    holder_tell_versions(loop->holder, versions, n, loop->n_commands);
}

static void round_of(Loop *loop, int64_t n_commands) {
    Err err = {0};
    if (loop->n_commands != n_commands) {
        if (holder_enter(&loop->ctx, loop->holder, HOLDER_FOLLOW, (Str){0}, 0, &err)) return;
        ErrCode code = look_at_projects(loop, &err);
        holder_leave(loop->holder, HOLDER_FOLLOW);
        if (code)
            log_error("sync.follow", &err, loop->ctx.request_id);
        else
            loop->n_commands = n_commands;
    }
    for (Followed *p = loop->projects; p && !atomic_load(&loop->holder->is_stopping); p = p->next) {
        follow(loop, p);
        tell_versions(loop);
    }
}

void *holder_follow(void *arg) {
    Holder *holder = arg;
    Loop loop = {.holder = holder, .n_commands = -1};
    loop.ctx = (Ctx){.arena = arena_new(0),
                     .security = holder->request->security,
                     .clock = holder->app->clock,
                     .cancel = &holder->cancel,
                     .as_of_us = INT64_MIN,
                     .progress = holder->request->progress};
    int64_t n_commands = 0;
    while (!atomic_load(&holder->is_stopping)) {
        round_of(&loop, n_commands);
        tell_versions(&loop); /* also where there is no project */
        if (!loop.is_ready && !atomic_load(&holder->is_stopping)) say_ready(&loop);
        holder_keep_questions(&loop.ctx, holder);
        loop.ctx.progress = (Progress){0}; /* only of catching up */
        loop.ctx.request_id = (Str){0};
        arena_reset(loop.ctx.arena);
        n_commands = holder_wait(holder, n_commands, holder->config->follow_poll_ms);
    }
    while (loop.projects) {
        Followed *next = loop.projects->next;
        drop(loop.projects);
        loop.projects = next;
    }
    arena_free(loop.ctx.arena);
    atomic_store(&holder->is_loop_over, true);
    return NULL;
}
