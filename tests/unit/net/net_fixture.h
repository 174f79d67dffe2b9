#pragma once
/* What the tests of net/ share: a server on a socket in a folder with a long path, its handler, and raw and proper clients. */
#define _GNU_SOURCE 1
#include "test.h"

#include "net/net.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

typedef struct Fixture {
    Arena *arena;
    Cancel cancel;
    Ctx ctx;
    Err err;
    const char *parent; /* of the folder: what is removed at the end */
    const char *path;   /* of the folder: more than 200 bytes */
    NetFolder folder;
    const char *socket; /* its short path */
    NetServerConfig config;
    NetServer *server;
    /* what the handler saw and did */
    atomic_int n_begun;
    atomic_int n_ended;
    atomic_llong n_written;
    atomic_int last_code; /* of the writes */
    atomic_llong cancelled_at_us;
    atomic_bool lets_go; /* ends /wait */
} Fixture;

static inline int64_t now_us(void) {
    return clock_monotonic(CLOCK_SYSTEM);
}

static inline void sleep_ms(int ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* Waits until the condition holds; fails after five seconds. */
#define WAIT_FOR(condition)                                               \
    do {                                                                  \
        int64_t until_us_ = now_us() + 5000000;                           \
        while (!(condition) && now_us() < until_us_) sleep_ms(2);         \
        if (!(condition)) fail_msg("after five seconds: %s", #condition); \
    } while (0)

enum { BIG_BYTES = 20 << 20 };

/* The byte at a place of a big answer. */
static inline char big_byte(size_t at) {
    return (char)('a' + (at * 31 + at / 4096) % 26);
}

static inline void write_big(Fixture *f, NetRequest *request) {
    char block[10007];
    size_t at = 0;
    ErrCode code = net_response_begin(request, 200, "application/octet-stream", NULL);
    while (!code && at < BIG_BYTES) {
        size_t n = MIN_OF(sizeof block, (size_t)BIG_BYTES - at);
        for (size_t i = 0; i < n; i++) block[i] = big_byte(at + i);
        code = net_response_write(request, (Str){block, n}, NULL);
        if (!code) at += n;
        atomic_store(&f->n_written, (long long)at);
    }
    atomic_store(&f->last_code, (int)code);
}

/* Until the request is cancelled or let go. */
static inline void wait_for_cancel(Fixture *f, NetRequest *request) {
    Cancel *cancel = net_request_cancel(request);
    while (!atomic_load(&cancel->is_set) && !atomic_load(&f->lets_go)) sleep_ms(2);
    if (atomic_load(&cancel->is_set)) atomic_store(&f->cancelled_at_us, now_us());
}

static inline void on_request(void *arg, NetRequest *request) {
    Fixture *f = arg;
    Str path = net_request_path(request);
    atomic_fetch_add(&f->n_begun, 1);
    if (str_eq(path, S("/echo"))) {
        err_ignore(net_respond(request, 200, "text/plain", net_request_body(request), NULL));
    } else if (str_eq(path, S("/who"))) {
        char text[200];
        Str method = net_request_method(request), header = net_request_header(request, S("content-TYPE"));
        int n = snprintf(text, sizeof text, "%.*s %.*s %d", STR_ARG(method), STR_ARG(header),
                         net_request_peer_uid(request) == (int64_t)geteuid());
        err_ignore(net_respond(request, 201, "text/plain", (Str){text, (size_t)n}, NULL));
    } else if (str_eq(path, S("/big"))) {
        write_big(f, request);
    } else if (str_eq(path, S("/wait"))) {
        wait_for_cancel(f, request);
        err_ignore(net_respond(request, 200, "text/plain", S("waited"), NULL));
    } else if (str_eq(path, S("/drip"))) { /* begun, then silent */
        err_ignore(net_response_begin(request, 200, "text/plain", NULL));
        wait_for_cancel(f, request);
        err_ignore(net_response_write(request, S("drop"), NULL));
    } else if (str_eq(path, S("/abort"))) {
        err_ignore(net_response_begin(request, 200, "text/plain", NULL));
        err_ignore(net_response_write(request, S("half"), NULL));
        net_response_abort(request);
    } else if (str_eq(path, S("/patient"))) {
        net_request_deadline(request, now_us() + 300000);
        write_big(f, request);
    }
    atomic_fetch_add(&f->n_ended, 1);
}

static inline Fixture *fixture_make(void) {
    Arena *arena = arena_new(0);
    Fixture *f = ARENA_NEW(arena, Fixture);
    f->arena = arena;
    f->ctx = (Ctx){.arena = arena, .security = &SECURITY_OWNER, .clock = CLOCK_SYSTEM, .cancel = &f->cancel};
    const char *tmp = getenv("TMPDIR");
    char *parent = (char *)path_join(arena, tmp ? tmp : "/tmp", "starling net XXXXXX");
    assert_non_null(mkdtemp(parent));
    f->parent = parent;
    char name[211];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    f->path = path_join(arena, parent, name);
    assert_int_equal(file_make_dir(f->path, &f->err), ERR_OK);
    assert_int_equal(net_folder_open(f->path, &f->folder, &f->err), ERR_OK);
    f->socket = net_unix_path(arena, &f->folder, "s");
    f->config = NET_SERVER_DEFAULT;
    f->config.handler = on_request;
    f->config.arg = f;
    return f;
}

static inline void fixture_start(Fixture *f) {
    assert_int_equal(net_unix_listen(f->arena, &f->folder, "s", &f->config.listen_fd, &f->err), ERR_OK);
    assert_int_equal(net_server_start(&f->config, &f->server, &f->err), ERR_OK);
}

static inline void fixture_free(Fixture *f) {
    net_server_stop(f->server, 1000);
    net_folder_close(&f->folder);
    assert_int_equal(file_remove_tree(f->parent, NULL), ERR_OK);
    arena_free(f->arena);
}

/* ---- clients -------------------------------------------------------------------------------------------------------- */

static inline int raw_connect(const Fixture *f) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, f->socket, strlen(f->socket) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    struct timeval limit = {.tv_sec = 10}; /* a test that waits for bytes that never come fails */
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline void raw_send(int fd, Str text) {
    while (text.n) {
        ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);
        assert_true(n > 0);
        text = str_slice(text, (size_t)n, text.n);
    }
}

static inline int raw_get(const Fixture *f, const char *path) {
    int fd = raw_connect(f);
    raw_send(fd, arena_printf(f->arena, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", path));
    return fd;
}

/* The status of the answer on a raw connection; 0: closed or silent. */
static inline int raw_status(int fd) {
    char text[64] = {0};
    size_t n = 0;
    while (n < 12) {
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0) return 0;
        n += (size_t)got;
    }
    return (int)strtol(text + 9, NULL, 10);
}

typedef struct Answer {
    ErrCode code;
    int status;
    Buf body;
} Answer;

static inline Answer call(Fixture *f, const char *method, const char *path, Str body) {
    Answer answer = {0};
    buf_init(&answer.body, 64 << 20);
    NetCall what = {.socket_path = f->socket,
                    .url = arena_printf(f->arena, "http://starling%s", path).p,
                    .method = method,
                    .content_type = "text/x-test",
                    .body = body};
    f->err = (Err){0};
    answer.code = net_call(&f->ctx, &what, sink_of_buf(&answer.body), &answer.status, &f->err);
    return answer;
}
