#pragma once
/*
 * net/: HTTP. A server that answers from a bounded pool of workers and streams its answers, a client that streams what it gets,
 * and UNIX sockets whose folder may have a path of any length.
 *
 * Everything that could grow has a maximum in NetServerConfig; what is over it is refused (413, 431, 503) or waits. Errors of a
 * peer are Errs, never signals. Nothing here knows what is asked or answered.
 */
#include "base/base.h"

/* ---- server --------------------------------------------------------------------------------------------------------- */

typedef struct NetServer NetServer;
typedef struct NetRequest NetRequest; /* one request and its answer; the handler's until it returns */

/* Answers one request, on a worker's thread, from the first line of the answer to its end. */
typedef void NetHandler(void *arg, NetRequest *request);
/* Answers a request at once, on the library's thread, which everybody waits for: nothing in it may wait. False: a worker gets it. */
typedef bool NetQuick(void *arg, NetRequest *request);
/* Words the refusal of a request that is over a limit (413, 431, 503), by net_respond; on the library's thread or a worker's. */
typedef void NetRefuse(void *arg, NetRequest *request, int status, const char *why);
/* A request and its answer are over; on the library's thread. For logs and counts. */
typedef void NetDone(void *arg, const NetRequest *request);

typedef struct NetServerConfig {
    int listen_fd; /* bound and listening, UNIX or TCP; the server's from net_server_start on, which closes it at its end */
    NetHandler *handler;
    NetQuick *quick;            /* NULL: everything goes to workers */
    NetRefuse *refuse;          /* NULL: in plain text */
    NetDone *done;              /* NULL: nobody wants to know */
    void *arg;                  /* of all four */
    int n_workers;              /* requests answered at one time… */
    int n_slow;                 /* …beside those whose readers are slow: one more of these is broken off */
    size_t max_waiting;         /* requests that wait for a worker; the next gets 503 */
    int max_connections;        /* open at one time; the next waits to be accepted… */
    int spare_connections;      /* …but as many more are accepted to be told so (503) and closed */
    size_t max_header_bytes;    /* request line and headers; more gets 431 or 414 */
    size_t max_body_bytes;      /* of a request; more gets 413 */
    size_t max_unread_bytes;    /* of an answer that its reader has not taken yet; then net_response_write waits */
    int idle_timeout_s;         /* a connection that moves no byte so long, while we wait for it, is closed; 0: never */
    int client_check_period_ms; /* how often it is looked whether waiting clients are still there */
} NetServerConfig;

/* 4 workers, 16 slow, 64 waiting, 256 connections, 32 KiB of headers, 1 MiB of body, 256 KiB unread, 60 s, 50 ms; no socket, no handler. */
extern const NetServerConfig NET_SERVER_DEFAULT;

/* Starts answering. ERR_IO; the socket is closed then too. */
NODISCARD ErrCode net_server_start(const NetServerConfig *config, NetServer **ret_server, Err *err);
/*
 * Accepts nothing more, lets what was begun go on for up to grace_ms, cancels what is left, waits until every handler has
 * returned, and frees. Requests that still wait for a worker get 503. NULL allowed.
 */
void net_server_stop(NetServer *server, int grace_ms);

typedef struct NetCounts {
    int n_connections; /* open */
    int n_waiting;     /* requests, for a worker */
} NetCounts;
NetCounts net_request_counts(const NetRequest *request); /* of its server */

/* The request: texts are borrowed until the handler returns. */
Str net_request_method(const NetRequest *request);
Str net_request_path(const NetRequest *request); /* decoded, without the part after '?' */
Str net_request_body(const NetRequest *request);
Str net_request_header(const NetRequest *request,
                       Str name); /* the first of that name in any case; empty when there is none */
/* What stands behind '?', decoded: the i-th, false behind the last. */
bool net_request_param(const NetRequest *request, size_t i, Str *ret_name, Str *ret_value);
Arena *net_request_arena(NetRequest *request); /* for its handler, until the answer is over */
/* What the handlers keep with it; NULL at first. */
void net_request_keep(NetRequest *request, void *kept);
void *net_request_kept(const NetRequest *request);
/* Who is at the other end of a UNIX socket, as the kernel knows it; -1 for any other. */
int64_t net_request_peer_uid(const NetRequest *request);
/* Set when the client is gone (within two check periods) or the server has stopped waiting: give it to the work's Ctx. */
Cancel *net_request_cancel(NetRequest *request);
/* From then on (on CLOCK_SYSTEM's monotonic clock; 0: never) a reader that takes nothing is given up with ERR_TIMEOUT. */
void net_request_deadline(NetRequest *request, int64_t deadline_us);

/* Of the answer, for NetDone: 0 where there was none; bytes of its body that were written. */
int net_request_status(const NetRequest *request);
int64_t net_request_answer_bytes(const NetRequest *request);
int64_t net_request_begun_us(
    const NetRequest *request); /* when its headers had come, on CLOCK_SYSTEM's monotonic clock */

/* A header of the answer, before it begins, in place of one of that name; the texts are copied. */
void net_response_header(NetRequest *request, const char *name, Str value);
/* The answer: begin, write…, and return from the handler. A handler that returns without a begin answers 500. */
NODISCARD ErrCode net_response_begin(NetRequest *request, int status, const char *content_type, Err *err);
/* Waits while the reader has max_unread_bytes to take, of a worker whose place another request has meanwhile. ERR_CANCELLED when the
 * client is gone or the server stops, ERR_TIMEOUT, ERR_BUSY: n_slow others wait so. After a failure the answer is aborted. */
NODISCARD ErrCode net_response_write(NetRequest *request, Str bytes, Err *err);
Sink net_response_sink(NetRequest *request);
/* Ends the answer so that its reader sees that it is not whole. */
void net_response_abort(NetRequest *request);
/* An answer in one, with its length; content_type may be NULL where there is no body. The body is copied. Never waits. */
NODISCARD ErrCode net_respond(NetRequest *request, int status, const char *content_type, Str body, Err *err);
/* The same without a copy: the body is borrowed until release(arg) is called, in any case once, on any thread; release may be NULL. */
NODISCARD ErrCode net_respond_with(NetRequest *request, int status, const char *content_type, Str body,
                                   void (*release)(void *arg), void *arg, Err *err);

/*
 * An answer that goes on when its handler (or quick handler) has returned, such as a stream of events: after net_response_begin it is detached,
 * then it is the caller's until net_request_finish, which must come before net_server_stop. It is written by net_response_offer, which
 * never waits: ERR_BUSY where its reader has left no room for all of it, ERR_CANCELLED when the client is gone.
 */
void net_request_detach(NetRequest *request);
NODISCARD ErrCode net_response_offer(NetRequest *request, Str bytes, Err *err);
void net_request_finish(NetRequest *request);

/* ---- client --------------------------------------------------------------------------------------------------------- */

typedef struct NetCall {
    const char *socket_path; /* a UNIX socket (see net_unix_path); NULL: by TCP, as the URL says */
    const char *url;         /* "http://host/path" */
    const char *method;      /* "GET", "POST" */
    const char *content_type;
    Str body;
    int answer_timeout_ms; /* until the answer's first byte; 0: without limit */
} NetCall;

/*
 * Makes a call and hands its answer's body on as it comes, on this thread; a sink's failure ends the call and is returned. The
 * sink gets the body whatever the status is. *ret_status is set as soon as it is known, also where the call fails after it (0: no
 * answer came). ERR_NOT_FOUND: nobody listens there. ERR_DENIED: the socket is not for us. ERR_BUSY: no answer in time. ERR_IO:
 * the connection broke. ERR_CANCELLED and ERR_TIMEOUT by ctx, within 100 ms.
 */
NODISCARD ErrCode net_call(const Ctx *ctx, const NetCall *call, Sink body, int *ret_status, Err *err);

/* ---- TCP ------------------------------------------------------------------------------------------------------------ */

/* Whether a host is this machine's own: localhost, 127.0.0.0/8, ::1. */
bool net_is_loopback(Str host);
/* Listens on an address ("localhost" or a numeric one) and a port, 0 for any that is free. ERR_BUSY: the port is taken; ERR_INVALID: no
 * such address; ERR_DENIED, ERR_IO. */
NODISCARD ErrCode net_tcp_listen(const char *host, int port, int *ret_fd, int *ret_port, Err *err);

/* ---- UNIX sockets --------------------------------------------------------------------------------------------------- */

/* A folder that a socket is in. The kernel takes at most 107 bytes for a socket's path, so it is named by an open descriptor of
 * its folder: "/proc/self/fd/7/name". */
typedef struct NetFolder {
    int fd; /* -1: not open */
} NetFolder;

NODISCARD ErrCode net_folder_open(const char *path, NetFolder *ret_folder, Err *err); /* ERR_IO */
void net_folder_close(NetFolder *folder);
/* The short path of a name (at most 64 bytes) in the folder; good for this process while the folder is open. */
const char *net_unix_path(Arena *arena, const NetFolder *folder, const char *name);
/* Replaces what has that name by a listening socket that its owner alone may connect to. ERR_IO. */
NODISCARD ErrCode net_unix_listen(Arena *arena, const NetFolder *folder, const char *name, int *ret_fd, Err *err);
