/*
 * The process that holds a home. It has the home's lock, follows the sources in a thread of its own (app_holder_follow.c), and runs
 * every other command that comes over HOME/.socket, each as a session with connections of its own. The engine registry makes all
 * of them share the one DuckDB instance a warehouse may have, so reads go on beside the loop and see whole versions.
 *
 * Writers take turns: at most one of the loop and the writing commands is at work, and whoever waits on the other side comes next.
 */
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/app_holder_internal.h"

enum { TURN_CHECK_MS = 20, SUPERVISE_MS = 20, PROGRESS_MIN_US = 100000 };

/* ---- turns of writers ----------------------------------------------------------------------------------------------- */

struct timespec holder_time_in(int64_t ms) {
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
    at.tv_sec += ms / 1000 + ns / 1000000000;
    at.tv_nsec = (long)(ns % 1000000000);
    return at;
}

/* Under the lock. */
static bool is_mine(const Holder *holder, HolderSide side) {
    HolderSide other = side == HOLDER_COMMAND ? HOLDER_FOLLOW : HOLDER_COMMAND;
    return !holder->is_taken && (holder->turn == side || !holder->n_waiting[other]);
}

static ErrCode check_wait(const Ctx *ctx, const Holder *holder, int64_t until_us, int64_t wait_ms, Err *err) {
    TRY(ctx_check(ctx, err));
    if (!wait_ms || clock_monotonic(ctx->clock) < until_us) return ERR_OK;
    return err_set(err, ERR_BUSY,
                   "process %d, which follows %s, has other work to finish; waited %" PRId64
                   " s, try again when it has finished",
                   (int)getpid(), holder->home, wait_ms / 1000);
}

ErrCode holder_enter(const Ctx *ctx, Holder *holder, HolderSide side, Str project, int64_t wait_ms, Err *err) {
    int64_t until_us = clock_monotonic(ctx->clock) + wait_ms * 1000;
    ErrCode code = ERR_OK;
    pthread_mutex_lock(&holder->lock);
    holder->n_waiting[side]++;
    while (!is_mine(holder, side) && !(code = check_wait(ctx, holder, until_us, wait_ms, err))) {
        const struct timespec until = holder_time_in(TURN_CHECK_MS);
        pthread_cond_timedwait(&holder->changed, &holder->lock, &until);
    }
    holder->n_waiting[side]--;
    if (!code) {
        holder->is_taken = true;
        holder_unsettle(holder, project);
    }
    pthread_mutex_unlock(&holder->lock);
    return code;
}

void holder_leave(Holder *holder, HolderSide side) {
    pthread_mutex_lock(&holder->lock);
    holder->is_taken = false;
    holder->turn = side == HOLDER_COMMAND ? HOLDER_FOLLOW : HOLDER_COMMAND;
    holder->n_commands += side == HOLDER_COMMAND;
    pthread_cond_broadcast(&holder->changed);
    pthread_mutex_unlock(&holder->lock);
}

int64_t holder_wait(Holder *holder, int64_t n_seen, int64_t ms) {
    const struct timespec until = holder_time_in(ms);
    pthread_mutex_lock(&holder->lock);
    int waited = 0;
    while (holder->n_commands == n_seen && !waited)
        waited = pthread_cond_timedwait(&holder->changed, &holder->lock, &until);
    int64_t n = holder->n_commands;
    pthread_mutex_unlock(&holder->lock);
    return n;
}

/* ---- for who answers others ----------------------------------------------------------------------------------------- */

const AppConfig *holder_config(const Holder *holder) {
    return holder->config;
}

const char *holder_home(const Holder *holder) {
    return holder->home;
}

const Security *holder_security(const Holder *holder) {
    return holder->request->security;
}

ErrCode holder_run_op(Holder *holder, const AppRequest *request, NetRequest *net, const Op *op, const OpArgs *args,
                      const AppOutput *output, Err *err) {
    return session_run(holder->app, request, holder, net, op, args, output, err);
}

/* ---- one command ---------------------------------------------------------------------------------------------------- */

typedef struct Served {
    Sink net;
    char what[64]; /* of the last progress that was sent */
    int64_t progress_at_us;
} Served;

static ErrCode write_out(void *arg, Str bytes, Err *err) {
    return frame_write(((Served *)arg)->net, FRAME_OUT, bytes, err);
}

static ErrCode write_note(void *arg, Str bytes, Err *err) {
    return frame_write(((Served *)arg)->net, FRAME_NOTE, bytes, err);
}

/* At most ten a second of one piece of work; a client that is gone stops the work by itself. */
static void on_progress(void *arg, Str what, int64_t done, int64_t total) {
    Served *served = arg;
    size_t n = utf8_cut(what, sizeof served->what - 1);
    bool is_same = strlen(served->what) == n && memcmp(served->what, what.p, n) == 0;
    int64_t now_us = clock_monotonic(CLOCK_SYSTEM);
    if (is_same && done != total && now_us - served->progress_at_us < PROGRESS_MIN_US) return;
    memcpy(served->what, what.p, n);
    served->what[n] = 0;
    served->progress_at_us = now_us;
    err_ignore(frame_write_progress(served->net, what, done, total, NULL));
}

static ErrCode run_command(Holder *holder, NetRequest *net, Arena *arena, Served *served, Err *err) {
    HolderCommand command;
    TRY(holder_command_parse(arena, net_request_path(net), net_request_body(net), &command, err));
    Security security = SECURITY_OWNER;
    security.user = command.user;
    AppRequest request = {.project = command.project,
                          .security = &security,
                          .cancel = net_request_cancel(net),
                          .timeout_us = command.timeout_us};
    if (command.has_progress) request.progress = (Progress){on_progress, served};
    AppOutput output = {.format = command.format,
                        .width = command.width,
                        .is_pretty = command.is_pretty,
                        .out = {write_out, served},
                        .live = {write_out, served}};
    if (command.has_notes) output.notes = (Sink){write_note, served};
    return session_run(holder->app, &request, holder, net, command.op, command.args, &output, err);
}

/* A worker's. The answer begins at once, so that the client knows that it is taken care of. */
static void serve(void *arg, NetRequest *net) {
    Holder *holder = arg;
    int64_t uid = net_request_peer_uid(net);
    if (uid != holder->owner_uid && uid != 0) {
        err_ignore(net_respond(net, 403, "text/plain", S("this home belongs to another user\n"), NULL));
        return;
    }
    if (!str_eq(net_request_method(net), S("POST"))) {
        err_ignore(net_respond(net, 405, "text/plain", S("POST a command\n"), NULL));
        return;
    }
    if (net_response_begin(net, 200, "application/x-starling-frames", NULL)) return;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Served served = {.net = net_response_sink(net)};
    Err result = {0};
    err_ignore(run_command(holder, net, arena, &served, &result));
    net_request_deadline(net, clock_monotonic(CLOCK_SYSTEM) + HOLDER_STALL_MS * 1000);
    err_ignore(frame_write_end(served.net, &result, NULL));
}

/* ---- life ----------------------------------------------------------------------------------------------------------- */

static ErrCode open_socket(const Ctx *ctx, Holder *holder, Err *err) {
    NetServerConfig config = NET_SERVER_DEFAULT;
    config.handler = serve;
    config.arg = holder;
    config.n_workers = HOLDER_WORKERS;
    config.n_slow = HOLDER_SLOW;
    config.max_waiting = HOLDER_WAITING;
    config.max_connections = HOLDER_CONNECTIONS;
    config.max_body_bytes = HOLDER_BODY_MAX_BYTES;
    config.idle_timeout_s = 0; /* whoever pages through an answer may take their time */
    struct stat st;
    if (stat(holder->home, &st) != 0) return err_set(err, ERR_IO, "%s cannot be looked at", holder->home);
    holder->owner_uid = (int64_t)st.st_uid;
    TRY(net_folder_open(holder->home, &holder->folder, err));
    TRY(net_unix_listen(ctx->arena, &holder->folder, HOLDER_SOCKET, &config.listen_fd, err));
    /* Run by root on another's home, the socket is to be the owner's. */
    if (geteuid() == 0 && st.st_uid != 0)
        (void)!chown(net_unix_path(ctx->arena, &holder->folder, HOLDER_SOCKET), st.st_uid, (gid_t)-1);
    return net_server_start(&config, &holder->server, err);
}

static void say_address(const Ctx *ctx, const Holder *holder, Str address) {
    bool is_json = holder->output->format == WRITER_JSON;
    Str line = arena_printf(ctx->arena, is_json ? "{\"serving\":\"%.*s\"}\n" : "Serving %.*s\n", STR_ARG(address));
    err_ignore(holder->output->live.write(holder->output->live.arg, line, NULL));
}

/* Until ctx ends it, or the loop by itself. */
static void supervise(const Ctx *ctx, Holder *holder) {
    while (!ctx_check(ctx, NULL) && !atomic_load(&holder->is_loop_over))
        nanosleep(&(struct timespec){.tv_nsec = SUPERVISE_MS * 1000000L}, NULL);
}

/* What is at work may end in HOLDER_GRACE_MS; then it is cancelled, which leaves things as they were before it. */
static void stop(const Ctx *ctx, Holder *holder, pthread_t loop) {
    int64_t until_us = clock_monotonic(ctx->clock) + HOLDER_GRACE_MS * 1000;
    atomic_store(&holder->is_stopping, true);
    unlink(net_unix_path(ctx->arena, &holder->folder, HOLDER_SOCKET)); /* who comes now waits for the lock */
    net_server_stop(holder->server, HOLDER_GRACE_MS);
    while (!atomic_load(&holder->is_loop_over) && clock_monotonic(ctx->clock) < until_us)
        nanosleep(&(struct timespec){.tv_nsec = SUPERVISE_MS * 1000000L}, NULL);
    atomic_store(&holder->cancel.is_set, true);
    pthread_join(loop, NULL);
}

static ErrCode start_loop(Holder *holder, pthread_t *ret_loop, Err *err) {
    if (pthread_create(ret_loop, NULL, holder_follow, holder) == 0) return ERR_OK;
    return err_set(err, ERR_IO, "the system refused a thread; free some and start again");
}

static ErrCode run(const Ctx *ctx, AppSession *session, Holder *holder, const AppFront *front, const OpArgs *args,
                   Err *err) {
    pthread_t loop;
    void *started = NULL;
    Str address = {0};
    TRY(open_socket(ctx, holder, err));
    ErrCode code = front ? front->start(ctx, holder, args, &started, &address, err) : ERR_OK;
    if (!code) code = start_loop(holder, &loop, err);
    if (code) {
        if (started) front->stop(started, 0);
        net_server_stop(holder->server, 0);
        return code;
    }
    session->is_raw = true;
    if (front) say_address(ctx, holder, address);
    supervise(ctx, holder);
    if (started) front->stop(started, (int)holder->config->server.grace_ms);
    stop(ctx, holder, loop);
    return ERR_OK;
}

ErrCode holder_run(const Ctx *ctx, AppSession *session, bool is_first_full, const AppFront *front, const OpArgs *args,
                   Err *err) {
    if (session->holder)
        return err_set(err, ERR_CONFLICT, "process %d follows %s already; end that one first (with Ctrl-C, or kill %d)",
                       (int)getpid(), session->home, (int)getpid());
    Holder holder = {.app = session->app,
                     .home = session->home,
                     .request = session->request,
                     .output = session->output,
                     .config = &session->config,
                     .is_first_full = is_first_full,
                     .folder = {-1}};
    TRY(session_meta(ctx, session, &holder.meta, err));
    pthread_mutex_init(&holder.lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&holder.changed, &monotonic);
    pthread_cond_init(&holder.versions_changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    ErrCode code = run(ctx, session, &holder, front, args, err);
    net_folder_close(&holder.folder);
    holder_keep_questions(NULL, &holder);
    arena_free(holder.versions_arena);
    pthread_cond_destroy(&holder.versions_changed);
    pthread_cond_destroy(&holder.changed);
    pthread_mutex_destroy(&holder.lock);
    return code;
}
