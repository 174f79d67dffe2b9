/*
 * The front of a held home: listens, starts what answers, and stops it in an order that leaves nothing waiting: no new requests, streams and
 * jobs ended, then the workers.
 */
#include <unistd.h>

#include "server/server_internal.h"

/* Not more than an answer's reader may leave unread: who computes for others does not wait for a slow reader. */
enum { CACHE_ENTRY_MAX_BYTES = 256 << 10 };

static ErrCode check_host(Str host, Err *err) {
    if (net_is_loopback(host)) return ERR_OK;
    return err_set(
        err, ERR_DENIED,
        "--host %.*s would answer other machines, and there are no accounts yet to tell who asks: take 127.0.0.1, "
        "and a tunnel (ssh -L) from elsewhere",
        STR_ARG(host));
}

static NetServerConfig net_config(Server *server, int listen_fd) {
    const AppServerConfig *config = server->config;
    NetServerConfig net = NET_SERVER_DEFAULT;
    net.listen_fd = listen_fd;
    net.handler = server_work;
    net.quick = server_quick;
    net.refuse = server_refuse;
    net.done = server_done;
    net.arg = server;
    net.n_workers = config->n_workers;
    net.n_slow = config->n_slow;
    net.max_waiting = (size_t)config->max_waiting;
    net.max_connections = config->max_connections;
    net.spare_connections = MAX_OF(config->max_connections / 8, 8);
    net.max_header_bytes = (size_t)config->max_header_bytes;
    net.max_body_bytes = (size_t)config->max_body_bytes;
    net.idle_timeout_s = (int)MAX_OF(config->idle_ms / 1000, 1);
    return net;
}

static void stop(void *front, int grace_ms) {
    Server *server = front;
    if (server->streams) streams_stop(server->streams);
    jobs_stop(server->jobs);
    net_server_stop(server->net, grace_ms);
    access_close(server->access);
    jobs_free(server->jobs);
    query_cache_free(server->cache);
    if (server->streams) streams_free(server->streams);
    arena_free(server->arena);
}

static Server *server_new(Holder *holder, Str host, int port, Str web_dir) {
    Arena *arena = arena_new(0);
    Server *server = ARENA_NEW(arena, Server);
    *server = (Server){.arena = arena,
                       .holder = holder,
                       .config = &holder_config(holder)->server,
                       .host = arena_str(arena, host),
                       .port = port,
                       .web_dir = arena_str(arena, web_dir),
                       .web = server_web_files(arena),
                       .nonce = str_slice(ctx_new_request_id(arena), 0, 8),
                       .op_routes = server_op_routes(arena),
                       .started_us = clock_monotonic(CLOCK_SYSTEM)};
    size_t n_ops;
    (void)app_ops(&n_ops);
    assert(n_ops <= METRICS_OPS);
    const QueryStands stands = {server_stands, server};
    server->cache = query_cache_new(server->config->cache_bytes, CACHE_ENTRY_MAX_BYTES, stands);
    server->jobs = jobs_new(holder, server->config);
    return server;
}

/* The streams' thread writes the log out, so it is started here. */
static ErrCode open_log(Server *server, Err *err) {
    if (server->config->has_access_log) TRY(access_open(holder_home(server->holder), &server->access, err));
    server->streams = streams_new(server);
    return ERR_OK;
}

static ErrCode start(const Ctx *ctx, Holder *holder, const OpArgs *args, void **ret_front, Str *ret_address, Err *err) {
    Str host = op_arg_text(args, "host"), web_dir = op_arg_text(args, "web-dir");
    int64_t port = op_arg_int(args, "port");
    int fd = -1, at = 0;
    TRY(check_host(host, err));
    if (web_dir.n && !file_is_dir(arena_cstr(ctx->arena, web_dir)))
        return err_set(err, ERR_NOT_FOUND, "--web-dir: there is no folder %.*s", STR_ARG(web_dir));
    if (port < 0 || port > 65535) port = -1;
    TRY(net_tcp_listen(arena_cstr(ctx->arena, host), (int)port, &fd, &at, err));
    Server *server = server_new(holder, host, at, web_dir);
    const NetServerConfig config = net_config(server, fd);
    ErrCode code = open_log(server, err);
    if (code)
        close(fd);
    else
        code = net_server_start(&config, &server->net, err); /* closes it when it fails */
    if (code) {
        stop(server, 0);
        return code;
    }
    bool is_v6 = str_find_char(host, ':') >= 0;
    *ret_address =
        arena_printf(ctx->arena, "http://%s%.*s%s:%d", is_v6 ? "[" : "", STR_ARG(host), is_v6 ? "]" : "", at);
    *ret_front = server;
    return ERR_OK;
}

const AppFront SERVER_FRONT = {.start = start, .stop = stop, .describe = server_describe};
