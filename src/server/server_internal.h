#pragma once
/*
 * Of server/ only. A request is answered on the library's thread where nothing can wait (server_quick: pages, health, jobs, streams), else by a
 * worker (server_work: operations). Long operations become jobs with threads of their own.
 */
#include <pthread.h>

#include "app/app.h"
#include "net/net.h"
#include "query/query_cache.h"
#include "server/server.h"

#define SERVER_API "/api/v1/"
#define SERVER_JSON "application/json"
#define SERVER_HTML "text/html; charset=utf-8"
enum { SERVER_GZIP_MIN_BYTES = 1400 /* shorter ones fit a packet as they are */ };

typedef struct Jobs Jobs;
typedef struct Streams Streams;

/* A file that is built in. */
typedef struct WebFile {
    Str path; /* "/index.html" */
    Str etag; /* without quotes */
    Str raw;
    Str gz; /* empty: it does not pay */
} WebFile;
typedef struct WebFiles {
    const WebFile *at; /* sorted by path */
    size_t n;
} WebFiles;

typedef struct AccessLog AccessLog;

enum { METRICS_OPS = 64, METRICS_CLASSES = 6, METRICS_BUCKETS = 14 };
typedef struct Metrics {
    atomic_llong requests[METRICS_OPS + 1]
                         [METRICS_CLASSES]; /* by operation, as in the table; behind them those of none */
    atomic_llong durations[METRICS_BUCKETS + 1];
    atomic_llong duration_us;
} Metrics;

typedef struct Server {
    Arena *arena;
    Holder *holder;
    const AppServerConfig *config;
    Str host; /* as given */
    int port;
    Str web_dir; /* absolute; empty: the files that are built in */
    int64_t started_us;
    Map *op_routes; /* path -> place in the table of operations */
    WebFiles web;
    Str nonce; /* 8 digits of this process: in tags and request ids, so that those of another are not ours */
    atomic_uint n_ids;
    QueryCache *cache;
    AccessLog *access; /* NULL: none */
    Metrics metrics;
    NetServer *net;
    Jobs *jobs;
    Streams *streams;
} Server;

/* What is known of a request before anybody answers it; in its arena, kept with it. */
typedef struct Call {
    Str id;        /* X-Request-Id: the client's, or ours */
    const Op *op;  /* that it calls; NULL: none */
    size_t nth_op; /* of the table; their number where there is none */
    bool is_kept;  /* answered from the cache */
} Call;
Call *server_call(Server *server,
                  NetRequest *request); /* made where there is none yet, with the headers that every answer has */

/* ---- answers (server_answer.c) -------------------------------------------------------------------------------------- */

/* The document, or an error as problem+json (RFC 9457). findings: what is wrong with a pack, one by one; NULL: it is about none. */
void server_json(NetRequest *request, int status, const Buf *body);
void server_problem(NetRequest *request, const Err *err, const Json *findings);
/* One of HTTP's own, that no operation gives: 405, 415, 429, … */
void server_problem_of(NetRequest *request, int status, ErrCode code, const char *message);
/* Its fields, into the object that is open on the writer. */
void server_write_problem(JsonWriter *w, int status, const Err *err, Str request_id);

/* ---- who may ask (server_guard.c) ----------------------------------------------------------------------------------- */

/* False: it has been answered with 403: a name of the host that is not ours (DNS rebinding), or a page of somebody else. */
bool server_guard(const Server *server, NetRequest *request);

/* ---- routes (server_route.c) ---------------------------------------------------------------------------------------- */

/* One of our own: answered on the library's thread, or by a worker where it waits for something. */
typedef struct Route {
    const char *method;
    const char *path; /* '*' stands for one part, handed on as `part` */
    void (*run)(Server *server, NetRequest *request, Str part);
    const char *summary;
    const char *content_type;
    const char *answer; /* as app_schema.h has it; NULL: not JSON */
    bool is_slow;       /* takes a worker */
} Route;
const Route *server_routes(size_t *ret_n);
Map *server_op_routes(Arena *arena);

bool server_quick(void *server, NetRequest *request);
void server_work(void *server, NetRequest *request);
void server_refuse(void *server, NetRequest *request, int status, const char *why);
void server_done(void *server, const NetRequest *request);

/* ---- operations (server_op.c, server_args.c) ------------------------------------------------------------------------ */

/* What an answer is given as. */
typedef enum ServerForm { FORM_JSON, FORM_CSV /* its first table */, FORM_SVG /* its chart */, FORM_COUNT } ServerForm;
const char *server_form_type(ServerForm form); /* its Content-Type */
/* Headers of an operation's answer. */
void server_form_headers(NetRequest *request, ServerForm form);
bool server_op_has_form(const Op *op, ServerForm form);
/* What the Accept header asks for of those that the operation has; else JSON. */
ServerForm server_accepted_form(const NetRequest *request, const Op *op);

/* What a request asks of an operation; in the arena. */
typedef struct OpCall {
    const Op *op;
    OpArgs *args;
    Str project;
    int64_t timeout_us;
    ServerForm form;
} OpCall;

/* From the body's JSON object, or the query parameters. */
NODISCARD ErrCode server_read_call(Arena *arena, const NetRequest *request, const Op *op, size_t max_bytes,
                                   OpCall *ret_call, Err *err);
/* Runs it, or takes its document from the cache, and answers. */
void server_run_op(Server *server, NetRequest *request, const OpCall *call);
/* 200 in one, compressed where that pays and is taken; the body is in the request's arena. */
void server_respond(NetRequest *request, const char *content_type, Str body);

/* ---- documents that are kept (server_cache.c) ------------------------------------------------------------------------ */

Str server_cache_key(NetRequest *request, const Op *op); /* in the request's arena */
/* Where the age in a document stands that is to be kept. */
void server_find_age(Str kept, QueryStamp *stamp);
bool server_stands(void *server, const QueryStamp *stamp);
/* Answers with what was kept under the key. */
void server_respond_kept(Server *server, NetRequest *request, Str key, Str kept, const QueryStamp *stamp);
/* The same, on the library's thread; false: it is not there, or takes a worker. */
bool server_quick_cached(Server *server, NetRequest *request, const Op *op);
/* Puts the tag of a GET's answer; true: its client has that answer (304). */
bool server_tag(const Server *server, NetRequest *request, Str key, const QueryStamp *stamp);

/* ---- jobs (server_job.c) -------------------------------------------------------------------------------------------- */

Jobs *jobs_new(Holder *holder, const AppServerConfig *config);
void jobs_stop(Jobs *jobs); /* takes none on any more and cancels what there is, which can still be asked for */
void jobs_free(Jobs *jobs); /* waits for what still runs */
/* Takes a call on, reading it again; answers 202, or 429 where too many wait. */
void jobs_take(Jobs *jobs, NetRequest *request, const Op *op);
/* GET, DELETE and the list; id is what stands behind jobs/. */
void jobs_list(Jobs *jobs, NetRequest *request);
void jobs_get(Jobs *jobs, NetRequest *request, Str id);
void jobs_cancel(Jobs *jobs, NetRequest *request, Str id);

bool jobs_has(Jobs *jobs, Str id);
/* A job's news for a stream: what has changed since *seen, as events, into out. False: it is over, or there is no such job any more. */
bool jobs_news(Jobs *jobs, Str id, int64_t *seen, Buf *out);

typedef struct JobCounts {
    int64_t n_waiting, n_running, n_done, n_failed;
} JobCounts;
JobCounts jobs_counts(Jobs *jobs);

/* ---- streams of events (server_stream.c) ---------------------------------------------------------------------------- */

Streams *streams_new(Server *server);
void streams_stop(Streams *streams); /* ends all of them; none is opened any more */
void streams_free(Streams *streams);
/* Answers with a stream that goes on: of the home (job empty) or a job. */
void streams_open(Streams *streams, NetRequest *request, Str job);
int streams_count(Streams *streams);

/* ---- the page (server_web.c, server_static.c) ------------------------------------------------------------------------ */

WebFiles server_web_files(Arena *arena); /* those that are built in */
WebFiles web_files_read(Arena *arena, Str archive);
const WebFile *web_file_find(const WebFiles *files, Str path); /* NULL: there is none */
/* Whether the request has what this tag stands for already: then it is answered with 304. */
bool server_not_modified(NetRequest *request, Str etag);
bool server_takes_gzip(const NetRequest *request);

/* False: it takes a worker (files of --web-dir). */
bool server_static_quick(Server *server, NetRequest *request);
void server_static_work(Server *server, NetRequest *request);

/* ---- the contract (server_contract.c, server_docs.c) ----------------------------------------------------------------- */

/* OpenAPI 3.1, from the table of operations and the routes. */
NODISCARD ErrCode server_describe(Sink out, Err *err);
void server_openapi(Server *server, NetRequest *request, Str part);
void server_docs(Server *server, NetRequest *request, Str part);
/* Headers of a page of ours: what a browser may do with it. */
void server_page_headers(NetRequest *request, bool is_app);

/* ---- the access log (server_access.c) ------------------------------------------------------------------------------- */

typedef struct Access {
    Str method, path;
    int status;
    int64_t n_bytes;
    int64_t duration_us;
    Str request_id;
    const char *op; /* NULL: none */
    bool is_kept;
} Access;

NODISCARD ErrCode access_open(const char *home, AccessLog **ret_log, Err *err);
void access_close(AccessLog *log); /* NULL allowed, as below */
void access_add(AccessLog *log, const Access *access);
void access_flush(AccessLog *log);

/* ---- what the server says of itself (server_health.c, server_metrics.c) ---------------------------------------------- */

void metrics_add(Metrics *metrics, size_t op, int status, int64_t duration_us);
void server_metrics(Server *server, NetRequest *request, Str part);

void server_health(Server *server, NetRequest *request);

/* The logo of the project `part` (server_logo.c). */
void server_logo(Server *server, NetRequest *request, Str part);

/* ---- reading what a stranger sends; for these files, tests and tests/fuzz ------------------------------------------- */

NODISCARD ErrCode server_call_json(Arena *arena, Str body, size_t max_bytes, OpCall *call, Err *err);
NODISCARD ErrCode server_call_param(OpCall *call, Str name, Str value, Err *err);
/* "[::1]:7171" -> "::1", 7171; the port is -1 where none is given. */
bool server_split_host(Str text, Str *ret_host, int64_t *ret_port);
bool server_has_tag(Str list, Str etag); /* If-None-Match */
bool server_list_takes_gzip(Str list);   /* Accept-Encoding */
/* A route's pattern, '*' for one part of the path. */
bool server_path_matches(const char *pattern, Str path, Str *ret_part);
/* Each part a plain name: no "..", nothing hidden, no backslash. */
bool server_is_plain_path(Str path);
