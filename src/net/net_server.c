/*
 * The server: libmicrohttpd's thread (epoll) reads requests and writes answers, workers answer, and a third thread looks whether
 * those who wait for an answer are still there.
 *
 * A request is read whole, then its connection is suspended and a worker gets it; MHD_resume_connection makes the library call
 * on_request again, which queues the answer. What is known of the library (0.9.75):
 * - an answer can be queued before the body is read, or after it, but not between: a body that turns out too long is read on
 *   without keeping it, up to twice the limit, and then the connection is closed;
 * - it does not see that a client leaves while its connection is suspended: hence the third thread, which polls the sockets;
 * - it ends the process when it is stopped with suspended connections: so every worker has ended, and with it resumed its own.
 */
#define _GNU_SOURCE 1 /* POLLRDHUP */
#include "net/net_internal.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIBRARY_BYTES = 16 << 10 /* for its own buffers, a connection; it clears all of it after each request */ };

const NetServerConfig NET_SERVER_DEFAULT = {
    .listen_fd = -1,
    .n_workers = 4,
    .n_slow = 16,
    .max_waiting = 64,
    .max_connections = 256,
    .max_header_bytes = 32 << 10,
    .max_body_bytes = 1 << 20,
    .max_unread_bytes = 256 << 10,
    .idle_timeout_s = 60,
    .client_check_period_ms = 50,
};

struct NetServer {
    Arena *arena;
    NetServerConfig config;
    struct MHD_Daemon *daemon;
    Pool *pool;
    atomic_bool is_stopping; /* nothing new goes to the workers */
    atomic_int n_connections;
    bool is_unix; /* its sockets: there is a peer to know */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* the list became empty or not empty, or the server ends */
    NetRequest *requests;   /* submitted, and not yet done by the library */
    bool is_ending;
    bool has_thread;
    pthread_t thread;
};

const NetServerConfig *net_server_config(const NetServer *server) {
    return &server->config;
}

Pool *net_server_pool(const NetServer *server) {
    return server->pool;
}

bool net_server_is_unix(const NetServer *server) {
    return server->is_unix;
}

static bool is_unix(int fd) {
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &n) == 0 && address.ss_family == AF_UNIX;
}

/* ---- the list of those who wait ------------------------------------------------------------------------------------- */

static void list_add(NetServer *server, NetRequest *request) {
    pthread_mutex_lock(&server->lock);
    request->prev = NULL;
    request->next = server->requests;
    if (request->next) request->next->prev = request;
    server->requests = request;
    if (!request->next) pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* The library closes the socket after this. */
static void list_remove(NetServer *server, NetRequest *request) {
    pthread_mutex_lock(&server->lock);
    if (request->prev)
        request->prev->next = request->next;
    else
        server->requests = request->next;
    if (request->next) request->next->prev = request->prev;
    if (!server->requests) pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* Cancels what is asked for by clients that have left; a client that closed only its writing half has left too. Under the lock:
 * a socket of the list cannot be closed meanwhile. */
static void check_clients(NetServer *server) {
    for (NetRequest *request = server->requests; request; request = request->next) {
        struct pollfd at = {.fd = request->fd, .events = POLLRDHUP};
        if (request->fd >= 0 && poll(&at, 1, 0) > 0 && at.revents) atomic_store(&request->cancel.is_set, true);
    }
}

static void *check_main(void *arg) {
    NetServer *server = arg;
    pthread_mutex_lock(&server->lock);
    while (!server->is_ending) {
        if (!server->requests) {
            pthread_cond_wait(&server->changed, &server->lock);
            continue;
        }
        check_clients(server);
        const struct timespec until = net_time_in(server->config.client_check_period_ms);
        pthread_cond_timedwait(&server->changed, &server->lock, &until);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* ---- one request ---------------------------------------------------------------------------------------------------- */

static void word_refusal(const NetServer *server, NetRequest *request, int status, const char *why) {
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE) net_response_header(request, "Retry-After", S("1"));
    if (server->config.refuse)
        server->config.refuse(server->config.arg, request, status, why);
    else
        err_ignore(net_respond(request, status, "text/plain", arena_printf(request->arena, "%s\n", why), NULL));
}

static enum MHD_Result refuse(const NetServer *server, NetRequest *request, int status, const char *why) {
    word_refusal(server, request, status, why);
    return net_request_answer(request);
}

/* A worker's job. */
static void work(void *arg) {
    NetRequest *request = arg;
    NetServer *server = request->server;
    pthread_mutex_lock(&request->lock); /* until the connection is suspended */
    pthread_mutex_unlock(&request->lock);
    if (atomic_load(&server->is_stopping))
        word_refusal(server, request, MHD_HTTP_SERVICE_UNAVAILABLE, "the server is shutting down");
    else
        server->config.handler(server->config.arg, request);
    if (!request->is_detached) net_request_end(request);
    net_request_release(request);
}

static enum MHD_Result submit(NetServer *server, NetRequest *request) {
    struct MHD_Connection *connection = request->connection;
    pthread_mutex_lock(&request->lock);
    request->n_holders++;
    bool is_refused = atomic_load(&server->is_stopping) || pool_submit(server->pool, work, request, NULL);
    if (is_refused) {
        request->n_holders--;
    } else {
        request->is_submitted = true;
        request->is_suspended = true;
        MHD_suspend_connection(connection);
    }
    pthread_mutex_unlock(&request->lock);
    if (is_refused)
        return refuse(server, request, MHD_HTTP_SERVICE_UNAVAILABLE, "too many requests are waiting; try again later");
    list_add(server, request);
    return MHD_YES;
}

/* At once, or by a worker. */
static enum MHD_Result answer(NetServer *server, NetRequest *request) {
    if (!server->config.quick || !server->config.quick(server->config.arg, request)) return submit(server, request);
    if (request->is_detached) {
        request->is_submitted = true;
        list_add(server, request);
    }
    return net_request_answer(request);
}

static bool is_announced_too_large(const NetServer *server, const NetRequest *request) {
    int64_t n = 0;
    Str length = net_request_header(request, S("Content-Length"));
    return length.n && (!str_to_int64(length, &n) || n < 0 || (uint64_t)n > server->config.max_body_bytes);
}

/* Why a request is refused before its body is read; 0: it is not. */
static int is_over_limit(const NetServer *server, const NetRequest *request, const char **ret_why) {
    const NetServerConfig *config = &server->config;
    if (config->spare_connections && atomic_load(&server->n_connections) > config->max_connections) {
        *ret_why = "too many connections are open; try again later";
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    if (request->header_bytes > config->max_header_bytes) {
        *ret_why = "the headers are too long";
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    }
    *ret_why = "the body is too long";
    return is_announced_too_large(server, request) ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

/* Called with the headers, then for each piece of the body, then at its end, then to fetch the answer. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *bytes, size_t *n_bytes, void **slot) {
    (void)version;
    NetServer *server = arg;
    NetRequest *request = *slot;
    if (!request) {
        const char *why = NULL;
        *slot = request = net_request_new(server, connection, method, path);
        int status = is_over_limit(server, request, &why);
        if (status == MHD_HTTP_SERVICE_UNAVAILABLE) net_response_header(request, "Connection", S("close"));
        return status ? refuse(server, request, status, why) : MHD_YES;
    }
    if (*n_bytes) {
        buf_add(&request->body, (Str){bytes, *n_bytes});
        request->n_received += *n_bytes;
        *n_bytes = 0;
        return request->n_received / 2 > server->config.max_body_bytes ? MHD_NO : MHD_YES;
    }
    if (request->is_submitted) return net_request_answer(request);
    if (request->body.is_overflown) return refuse(server, request, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too long");
    return answer(server, request);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode why) {
    (void)connection, (void)why;
    const NetServerConfig *config = net_server_config(arg);
    NetRequest *request = *slot;
    if (!request) return;
    if (request->is_submitted) list_remove(arg, request);
    net_request_lose(request); /* from here on nothing of the answer changes */
    if (config->done) config->done(config->arg, request);
    net_request_release(request);
    *slot = NULL;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode what) {
    (void)connection, (void)slot;
    NetServer *server = arg;
    atomic_fetch_add(&server->n_connections, what == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1);
}

PRINTF_LIKE(2, 0) static void on_log(void *arg, const char *format, va_list args) {
    (void)arg;
    char text[256];
    (void)vsnprintf(text, sizeof text, format, args);
    log_event(LOG_DEBUG, "net.server", LOG_TEXT("text", str_trim(str_of(text))));
}

NetCounts net_request_counts(const NetRequest *request) {
    NetServer *server = request->server;
    return (NetCounts){atomic_load(&server->n_connections), (int)pool_waiting(server->pool)};
}

/* ---- life ----------------------------------------------------------------------------------------------------------- */

static void server_free(NetServer *server) {
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    arena_free(server->arena);
}

static struct MHD_Daemon *start_daemon(NetServer *server) {
    const NetServerConfig *config = &server->config;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                            MHD_OPTION_LISTEN_SOCKET, (MHD_socket)config->listen_fd, MHD_OPTION_NOTIFY_COMPLETED,
                            on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
                            MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)(config->max_connections + config->spare_connections),
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, config->max_header_bytes + LIBRARY_BYTES,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->idle_timeout_s, MHD_OPTION_END);
}

ErrCode net_server_start(const NetServerConfig *config, NetServer **ret_server, Err *err) {
    assert(config->handler && config->n_workers > 0 && config->max_unread_bytes > 0);
    Arena *arena = arena_new(0);
    NetServer *server = ARENA_NEW(arena, NetServer);
    server->arena = arena;
    server->config = *config;
    server->is_unix = is_unix(config->listen_fd);
    pthread_mutex_init(&server->lock, NULL);
    net_cond_init(&server->changed);
    server->pool = pool_new("net", config->n_workers, config->n_slow, config->max_waiting);
    server->has_thread = pthread_create(&server->thread, NULL, check_main, server) == 0;
    if (server->has_thread) server->daemon = start_daemon(server);
    if (server->daemon) {
        *ret_server = server;
        return ERR_OK;
    }
    err_set(err, ERR_IO, "the server could not be started; free some of the system's threads and files, and try again");
    close(config->listen_fd);
    net_server_stop(server, 0);
    return ERR_IO;
}

/* Until every answer has been fetched, at most grace_ms. */
static void wait_for_answers(NetServer *server, int grace_ms) {
    const struct timespec until = net_time_in(grace_ms);
    pthread_mutex_lock(&server->lock);
    int waited = 0;
    while (server->requests && waited == 0) waited = pthread_cond_timedwait(&server->changed, &server->lock, &until);
    for (NetRequest *request = server->requests; request; request = request->next)
        atomic_store(&request->cancel.is_set, true);
    pthread_mutex_unlock(&server->lock);
}

void net_server_stop(NetServer *server, int grace_ms) {
    if (!server) return;
    atomic_store(&server->is_stopping, true);
    if (server->daemon) {
        MHD_socket listening = MHD_quiesce_daemon(server->daemon);
        if (listening != MHD_INVALID_SOCKET) close(listening);
        wait_for_answers(server, grace_ms);
    }
    pool_free(server->pool);
    if (server->daemon) MHD_stop_daemon(server->daemon);
    if (server->has_thread) {
        pthread_mutex_lock(&server->lock);
        server->is_ending = true;
        pthread_cond_broadcast(&server->changed);
        pthread_mutex_unlock(&server->lock);
        pthread_join(server->thread, NULL);
    }
    server_free(server);
}
