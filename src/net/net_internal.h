#pragma once
/* Of net/ only: a request and its answer, between the library's thread and a worker. */
#include <microhttpd.h>
#include <pthread.h>

#include "net/net.h"

typedef struct NetHeader {
    Str name;
    Str value;
} NetHeader;

typedef VEC(NetHeader) NetHeaders;

/*
 * Two hold it: the connection, until the library says that it is done with the request, and the worker, until the handler has
 * returned. Filled by the library's thread before it is submitted, and the worker's from then on; what both need is under `lock`.
 */
struct NetRequest {
    NetServer *server;
    Arena *arena;
    Str method;
    Str path;
    NetHeaders headers;
    NetHeaders params; /* behind '?' */
    size_t header_bytes;
    int64_t begun_us;
    void *kept; /* the handlers' */
    Buf body;
    size_t n_received; /* bytes of the body, kept or not */
    int64_t peer_uid;
    bool is_submitted; /* to the workers, or detached: from then on the library only fetches the answer */
    bool is_detached;  /* somebody else holds it until net_request_finish */

    Cancel cancel;
    int64_t deadline_us;
    bool is_slow; /* its reader, once */

    NetRequest *next; /* of those the server has submitted, under the server's lock */
    NetRequest *prev;
    int fd; /* its socket; not -1 only while listed there */

    pthread_mutex_t lock;
    pthread_cond_t has_room;           /* the reader took something */
    struct MHD_Connection *connection; /* NULL: gone */
    int n_holders;
    bool is_suspended; /* the library waits for MHD_resume_connection */
    bool is_begun;     /* status and content type are set */
    bool is_ended;
    bool is_aborted;
    int status;
    const char *content_type;
    NetHeaders answer_headers;
    bool is_whole; /* the answer is `whole`, not what is written into the ring */
    Str whole;
    void (*whole_release)(void *arg);
    void *whole_arg;
    int64_t n_written;
    char *unread; /* a ring of the server's max_unread_bytes, from the answer's beginning on */
    size_t unread_head;
    size_t n_unread;
};

NetRequest *net_request_new(NetServer *server, struct MHD_Connection *connection, const char *method, const char *path);
void net_request_release(NetRequest *request); /* one holder less */
/* Lets the library go on with a connection that waits. Under the request's lock. */
void net_request_wake(NetRequest *request);
/* The handler has returned: what it left open is ended. */
void net_request_end(NetRequest *request);
/* The connection is gone. */
void net_request_lose(NetRequest *request);
/* Gives the library the answer that was begun, to be fetched as it is written. On its thread. */
enum MHD_Result net_request_answer(NetRequest *request);

const NetServerConfig *net_server_config(const NetServer *server);
Pool *net_server_pool(const NetServer *server);
bool net_server_is_unix(const NetServer *server);
/* A condition that waits on the monotonic clock, and a time on it. */
void net_cond_init(pthread_cond_t *cond);
struct timespec net_time_in(int ms);
