/*
 * A request and its answer, between two threads. The worker writes into a ring of bytes; the library's thread takes them out when
 * the socket has room. Who finds nothing to do waits: the worker on a condition, the connection by being suspended, which costs
 * the library nothing. So a slow reader stops the producer, and memory stays at one ring a request.
 *
 * Order of locks: the request's lock, then the library's own (suspend and resume take it).
 */
#define _GNU_SOURCE 1 /* struct ucred */
#include "net/net_internal.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { WRITE_CHECK_MS = 50, ANSWER_BLOCK_BYTES = 32 << 10 };

void net_cond_init(pthread_cond_t *cond) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct timespec net_time_in(int ms) {
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + (int64_t)(ms % 1000) * 1000000;
    at.tv_sec += ms / 1000 + ns / 1000000000;
    at.tv_nsec = (long)(ns % 1000000000);
    return at;
}

/* ---- life ----------------------------------------------------------------------------------------------------------- */

static enum MHD_Result add_header(void *arg, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    NetRequest *request = arg;
    NetHeader header = {arena_str(request->arena, str_of(name)), arena_str(request->arena, str_of(value))};
    request->header_bytes += header.name.n + header.value.n + 4;
    VEC_PUSH(request->arena, &request->headers, header);
    return MHD_YES;
}

static enum MHD_Result add_param(void *arg, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    NetRequest *request = arg;
    NetHeader param = {arena_str(request->arena, str_of(name)), arena_str(request->arena, str_of(value))};
    request->header_bytes += param.name.n + param.value.n + 2;
    VEC_PUSH(request->arena, &request->params, param);
    return MHD_YES;
}

static int64_t peer_of(int fd) {
    struct ucred peer;
    socklen_t n = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 ? (int64_t)peer.uid : -1;
}

NetRequest *net_request_new(NetServer *server, struct MHD_Connection *connection, const char *method,
                            const char *path) {
    Arena *arena = arena_new(0);
    NetRequest *request = ARENA_NEW(arena, NetRequest);
    request->server = server;
    request->arena = arena;
    request->connection = connection;
    request->n_holders = 1;
    request->method = arena_str(arena, str_of(method));
    request->path = arena_str(arena, str_of(path));
    request->header_bytes = request->method.n + request->path.n;
    pthread_mutex_init(&request->lock, NULL);
    net_cond_init(&request->has_room);
    buf_init(&request->body, net_server_config(server)->max_body_bytes);
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, add_header, request);
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_param, request);
    request->begun_us = clock_monotonic(CLOCK_SYSTEM);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    request->fd = info ? info->connect_fd : -1;
    request->peer_uid = request->fd >= 0 && net_server_is_unix(server) ? peer_of(request->fd) : -1;
    return request;
}

void net_request_release(NetRequest *request) {
    pthread_mutex_lock(&request->lock);
    bool is_last = --request->n_holders == 0;
    pthread_mutex_unlock(&request->lock);
    if (!is_last) return;
    if (request->whole_release) request->whole_release(request->whole_arg);
    pthread_cond_destroy(&request->has_room);
    pthread_mutex_destroy(&request->lock);
    buf_release(&request->body);
    arena_free(request->arena);
}

void net_request_lose(NetRequest *request) {
    pthread_mutex_lock(&request->lock);
    request->connection = NULL;
    request->is_suspended = false;
    atomic_store(&request->cancel.is_set, true);
    pthread_cond_signal(&request->has_room);
    pthread_mutex_unlock(&request->lock);
}

/* ---- the request, for its handler ----------------------------------------------------------------------------------- */

Str net_request_method(const NetRequest *request) {
    return request->method;
}

Str net_request_path(const NetRequest *request) {
    return request->path;
}

Str net_request_body(const NetRequest *request) {
    return buf_str(&request->body);
}

Str net_request_header(const NetRequest *request, Str name) {
    for (size_t i = 0; i < request->headers.n; i++)
        if (str_eq_nocase(request->headers.at[i].name, name)) return request->headers.at[i].value;
    return (Str){0};
}

bool net_request_param(const NetRequest *request, size_t i, Str *ret_name, Str *ret_value) {
    if (i >= request->params.n) return false;
    *ret_name = request->params.at[i].name;
    *ret_value = request->params.at[i].value;
    return true;
}

Arena *net_request_arena(NetRequest *request) {
    return request->arena;
}

void net_request_keep(NetRequest *request, void *kept) {
    request->kept = kept;
}

void *net_request_kept(const NetRequest *request) {
    return request->kept;
}

int net_request_status(const NetRequest *request) {
    return request->is_begun ? request->status : 0;
}

int64_t net_request_answer_bytes(const NetRequest *request) {
    return request->n_written;
}

int64_t net_request_begun_us(const NetRequest *request) {
    return request->begun_us;
}

int64_t net_request_peer_uid(const NetRequest *request) {
    return request->peer_uid;
}

Cancel *net_request_cancel(NetRequest *request) {
    return &request->cancel;
}

void net_request_deadline(NetRequest *request, int64_t deadline_us) {
    request->deadline_us = deadline_us;
}

/* ---- the answer: the worker's side ---------------------------------------------------------------------------------- */

void net_request_wake(NetRequest *request) {
    if (!request->connection || !request->is_suspended) return;
    request->is_suspended = false;
    MHD_resume_connection(request->connection);
}

static ErrCode gone(Err *err) {
    return err_set(err, ERR_CANCELLED, "the client left before its answer was written");
}

/* Under the lock. */
static ErrCode check(const NetRequest *request, Err *err) {
    if (!request->connection || atomic_load(&request->cancel.is_set)) return gone(err);
    if (request->is_aborted) return err_set(err, ERR_CANCELLED, "the answer was given up before");
    if (request->deadline_us && clock_monotonic(CLOCK_SYSTEM) >= request->deadline_us)
        return err_set(err, ERR_TIMEOUT, "the time limit was reached while the client took nothing of its answer");
    return ERR_OK;
}

void net_response_header(NetRequest *request, const char *name, Str value) {
    NetHeader header = {arena_str(request->arena, str_of(name)), arena_str(request->arena, value)};
    for (size_t i = 0; i < request->answer_headers.n; i++) {
        if (!str_eq_nocase(request->answer_headers.at[i].name, header.name)) continue;
        request->answer_headers.at[i] = header;
        return;
    }
    VEC_PUSH(request->arena, &request->answer_headers, header);
}

/* Under the lock. */
static ErrCode begin(NetRequest *request, int status, const char *content_type, Err *err) {
    if (request->is_begun) return err_set(err, ERR_INTERNAL, "an answer was begun twice");
    TRY(check(request, err));
    request->status = status;
    request->content_type = content_type ? arena_cstr(request->arena, str_of(content_type)) : NULL;
    request->is_begun = true;
    return ERR_OK;
}

ErrCode net_response_begin(NetRequest *request, int status, const char *content_type, Err *err) {
    pthread_mutex_lock(&request->lock);
    ErrCode code = begin(request, status, content_type, err);
    if (!code) {
        request->unread = arena_alloc(request->arena, net_server_config(request->server)->max_unread_bytes);
        net_request_wake(request);
    }
    pthread_mutex_unlock(&request->lock);
    return code;
}

ErrCode net_respond_with(NetRequest *request, int status, const char *content_type, Str body,
                         void (*release)(void *arg), void *arg, Err *err) {
    pthread_mutex_lock(&request->lock);
    ErrCode code = begin(request, status, content_type, err);
    if (!code) {
        request->is_whole = request->is_ended = true;
        request->whole = body;
        request->whole_release = release;
        request->whole_arg = arg;
        request->n_written = (int64_t)body.n;
        net_request_wake(request);
    }
    pthread_mutex_unlock(&request->lock);
    if (code && release) release(arg);
    return code;
}

ErrCode net_respond(NetRequest *request, int status, const char *content_type, Str body, Err *err) {
    return net_respond_with(request, status, content_type, arena_str(request->arena, body), NULL, NULL, err);
}

/* As much as there is room for; under the lock. */
static size_t put(NetRequest *request, Str bytes) {
    size_t cap = net_server_config(request->server)->max_unread_bytes;
    if (!request->n_unread) request->unread_head = 0; /* short answers touch little of it */
    size_t n = MIN_OF(bytes.n, cap - request->n_unread), tail = (request->unread_head + request->n_unread) % cap;
    size_t first = MIN_OF(n, cap - tail);
    memcpy(request->unread + tail, bytes.p, first);
    memcpy(request->unread, bytes.p + first, n - first);
    request->n_unread += n;
    request->n_written += (int64_t)n;
    if (n) net_request_wake(request);
    return n;
}

static void wait_a_while(NetRequest *request) {
    const struct timespec until = net_time_in(WRITE_CHECK_MS);
    pthread_cond_timedwait(&request->has_room, &request->lock, &until);
}

/* Until there is any; for a slow reader until half of what it may leave unread is free, and others have the worker's place meanwhile.
 * Under the lock, which is not held while it waits to have its place again: the library's thread must never wait for that. */
static ErrCode wait_for_room(NetRequest *request, Err *err) {
    size_t cap = net_server_config(request->server)->max_unread_bytes;
    Pool *pool = net_server_pool(request->server);
    int64_t slow_us = clock_monotonic(CLOCK_SYSTEM) + WRITE_CHECK_MS * 1000;
    ErrCode code = ERR_OK;
    while (request->n_unread == cap && !request->is_slow && !(code = check(request, err))) {
        wait_a_while(request);
        request->is_slow = request->n_unread == cap && clock_monotonic(CLOCK_SYSTEM) >= slow_us;
    }
    if (code || request->n_unread < cap) return code;
    if (!pool_pause(pool))
        return err_set(err, ERR_BUSY, "too many clients take their answers slowly: this one is given up");
    while (request->n_unread > cap / 2 && !(code = check(request, err))) wait_a_while(request);
    pthread_mutex_unlock(&request->lock);
    pool_resume(pool);
    pthread_mutex_lock(&request->lock);
    return code;
}

ErrCode net_response_write(NetRequest *request, Str bytes, Err *err) {
    if (!request->unread) return err_set(err, ERR_INTERNAL, "an answer was written before it was begun");
    ErrCode code = ERR_OK;
    pthread_mutex_lock(&request->lock);
    while (bytes.n && !(code = check(request, err))) {
        size_t n = put(request, bytes);
        bytes = str_slice(bytes, n, bytes.n);
        if (bytes.n && (code = wait_for_room(request, err))) break;
    }
    if (code) request->is_aborted = true; /* an end would make it look whole */
    pthread_mutex_unlock(&request->lock);
    return code;
}

static ErrCode write_to_response(void *arg, Str bytes, Err *err) {
    return net_response_write(arg, bytes, err);
}

Sink net_response_sink(NetRequest *request) {
    return (Sink){.write = write_to_response, .arg = request};
}

void net_response_abort(NetRequest *request) {
    pthread_mutex_lock(&request->lock);
    request->is_aborted = true;
    pthread_mutex_unlock(&request->lock);
}

void net_request_end(NetRequest *request) {
    if (!request->is_begun) err_ignore(net_respond(request, 500, "text/plain", S("no answer was given\n"), NULL));
    pthread_mutex_lock(&request->lock);
    request->is_ended = true;
    net_request_wake(request);
    pthread_mutex_unlock(&request->lock);
}

/* ---- an answer that outlives its handler ---------------------------------------------------------------------------- */

void net_request_detach(NetRequest *request) {
    pthread_mutex_lock(&request->lock);
    assert(request->unread && !request->is_detached);
    request->is_detached = true;
    request->n_holders++;
    pthread_mutex_unlock(&request->lock);
}

ErrCode net_response_offer(NetRequest *request, Str bytes, Err *err) {
    size_t cap = net_server_config(request->server)->max_unread_bytes;
    pthread_mutex_lock(&request->lock);
    ErrCode code = check(request, err);
    if (!code && bytes.n > cap - request->n_unread) code = err_set(err, ERR_BUSY, "the client takes nothing");
    if (!code) (void)put(request, bytes);
    pthread_mutex_unlock(&request->lock);
    return code;
}

void net_request_finish(NetRequest *request) {
    net_request_end(request);
    net_request_release(request);
}

/* ---- the answer: the library's side --------------------------------------------------------------------------------- */

/* The library wants bytes: what there is, or the connection sleeps until there is something. */
static ssize_t take(void *arg, uint64_t position, char *out, size_t max) {
    (void)position;
    NetRequest *request = arg;
    size_t cap = net_server_config(request->server)->max_unread_bytes;
    pthread_mutex_lock(&request->lock);
    size_t n = MIN_OF(request->n_unread, max), first = MIN_OF(n, cap - request->unread_head);
    ssize_t given = (ssize_t)n;
    if (n) {
        memcpy(out, request->unread + request->unread_head, first);
        memcpy(out + first, request->unread, n - first);
        request->unread_head = (request->unread_head + n) % cap;
        request->n_unread -= n;
        pthread_cond_signal(&request->has_room);
    } else if (request->is_aborted) {
        given = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (request->is_ended) {
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        request->is_suspended = true;
        MHD_suspend_connection(request->connection);
    }
    pthread_mutex_unlock(&request->lock);
    return given;
}

static struct MHD_Response *response_of(NetRequest *request) {
    if (!request->is_whole)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, ANSWER_BLOCK_BYTES, take, request, NULL);
    return MHD_create_response_from_buffer(request->whole.n, (void *)(uintptr_t)request->whole.p,
                                           MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result net_request_answer(NetRequest *request) {
    if (!request->is_begun) return MHD_NO; /* the work ended without an answer */
    struct MHD_Response *response = response_of(request);
    if (!response) return MHD_NO;
    enum MHD_Result done = MHD_YES;
    if (request->content_type) done = MHD_add_response_header(response, "Content-Type", request->content_type);
    for (size_t i = 0; i < request->answer_headers.n && done == MHD_YES; i++)
        done = MHD_add_response_header(response, request->answer_headers.at[i].name.p,
                                       request->answer_headers.at[i].value.p);
    if (done == MHD_YES) done = MHD_queue_response(request->connection, (unsigned)request->status, response);
    MHD_destroy_response(response);
    return done;
}
