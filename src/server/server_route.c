/*
 * From a request to who answers it: our own routes, the operations by the table, and else the page's files. The paths of others'
 * APIs (/api/query, /api/v1/queries/, …) are nobody's: 404.
 */
#include "server/server_internal.h"

static void run_health(Server *server, NetRequest *request, Str part) {
    (void)part;
    server_health(server, request);
}

static void run_jobs(Server *server, NetRequest *request, Str part) {
    (void)part;
    jobs_list(server->jobs, request);
}

static void run_job(Server *server, NetRequest *request, Str part) {
    jobs_get(server->jobs, request, part);
}

static void run_job_cancel(Server *server, NetRequest *request, Str part) {
    jobs_cancel(server->jobs, request, part);
}

static void run_events(Server *server, NetRequest *request, Str part) {
    if (part.n && !jobs_has(server->jobs, part))
        jobs_get(server->jobs, request, part); /* says that there is none */
    else
        streams_open(server->streams, request, part);
}

static const Route ROUTES[] = {
    {"GET", "/health", run_health, "How the server is", SERVER_JSON, "Health", false},
    {"GET", SERVER_API "health", run_health, "How the server is", SERVER_JSON, "Health", false},
    {"GET", "/metrics", server_metrics, "Counts, in Prometheus' text format", "text/plain", NULL, false},
    {"GET", SERVER_API "jobs", run_jobs, "Long operations, the newest first", SERVER_JSON, "{jobs:[Job]}", false},
    {"GET", SERVER_API "jobs/*", run_job, "A long operation, and its document when it is done", SERVER_JSON, "Job",
     false},
    {"DELETE", SERVER_API "jobs/*", run_job_cancel, "Cancel a long operation", SERVER_JSON, "Job", false},
    {"GET", SERVER_API "jobs/*/events", run_events, "A long operation's progress: events progress and end, each a job",
     "text/event-stream", NULL, false},
    {"GET", SERVER_API "events", run_events, "News of the projects' data: events data, at once and at each change",
     "text/event-stream", NULL, false},
    {"GET", SERVER_API "projects/*/logo", server_logo, "The logo that the pack of a project names", "image/*", NULL,
     true},
    {"GET", SERVER_API "openapi.json", server_openapi, "This contract", SERVER_JSON, "object", false},
    {"GET", "/docs", server_docs, "A page of this contract", "text/html", NULL, false},
};

const Route *server_routes(size_t *ret_n) {
    *ret_n = COUNT_OF(ROUTES);
    return ROUTES;
}

bool server_path_matches(const char *pattern, Str path, Str *ret_part) {
    Str rest = str_of(pattern);
    *ret_part = (Str){0};
    while (rest.p || path.p) {
        if (!rest.p || !path.p) return false;
        Str want = str_split_next(&rest, '/'), got = str_split_next(&path, '/');
        if (str_eq(want, S("*")) && got.n)
            *ret_part = got;
        else if (!str_eq(want, got))
            return false;
    }
    return true;
}

/* A GET route also answers HEAD. */
static bool is_method(Str asked, const char *method) {
    return str_eq(asked, str_of(method)) || (str_eq(asked, S("HEAD")) && str_eq(str_of(method), S("GET")));
}

typedef enum Ran { RAN_NOT, RAN, RAN_LATER } Ran;

/* RAN_LATER: it takes a worker, and this is none. */
static Ran run_own(Server *server, NetRequest *request, bool is_worker) {
    Str path = net_request_path(request), part;
    Str allowed = {0};
    for (size_t i = 0; i < COUNT_OF(ROUTES); i++) {
        const Route *route = &ROUTES[i];
        if (!server_path_matches(route->path, path, &part)) continue;
        if (is_method(net_request_method(request), route->method)) {
            if (route->is_slow && !is_worker) return RAN_LATER;
            route->run(server, request, part);
            return RAN;
        }
        allowed = arena_printf(net_request_arena(request), "%.*s%s%s", STR_ARG(allowed), allowed.n ? ", " : "",
                               route->method);
    }
    if (!allowed.n) return RAN_NOT;
    net_response_header(request, "Allow", allowed);
    server_problem_of(request, 405, ERR_UNSUPPORTED, "this method is not for this path; see /docs");
    return RAN;
}

/* ---- operations ----------------------------------------------------------------------------------------------------- */

Map *server_op_routes(Arena *arena) {
    size_t n = 0;
    const Op *const *ops = app_ops(&n);
    Map *routes = map_new(arena);
    for (size_t i = 0; i < n; i++)
        if (op_is_remote(ops[i]))
            map_put(routes, arena_printf(arena, SERVER_API "%.*s", STR_ARG(op_route(arena, ops[i]))),
                    (void *)(uintptr_t)&ops[i]);
    return routes;
}

static void find_op(const Server *server, Str path, Call *call) {
    size_t n;
    const Op *const *ops = app_ops(&n), *const *at = map_get(server->op_routes, path);
    call->nth_op = at ? (size_t)(at - ops) : n;
    call->op = at ? *at : NULL;
}

/* A body that a page of another site could send without asking first is none of ours. */
static bool has_json_body(const NetRequest *request) {
    Str type = net_request_header(request, S("Content-Type"));
    if (!net_request_body(request).n) return true;
    Str name = str_trim(str_split_next(&type, ';'));
    return str_eq_nocase(name, S(SERVER_JSON));
}

/* False: it is answered. */
static bool may_call(NetRequest *request, const Op *op) {
    Str method = net_request_method(request);
    bool is_post = str_eq(method, S("POST"));
    if (!is_post && !(op_is_read(op) && is_method(method, "GET"))) {
        net_response_header(request, "Allow", op_is_read(op) ? S("GET, HEAD, POST") : S("POST"));
        server_problem_of(request, 405, ERR_UNSUPPORTED, "this method is not for this operation; see /docs");
        return false;
    }
    if (is_post && !has_json_body(request)) {
        server_problem_of(request, 415, ERR_UNSUPPORTED,
                          "send the arguments as JSON, with Content-Type: application/json");
        return false;
    }
    return true;
}

/* True: it is answered. */
static bool quick_op(Server *server, NetRequest *request, Call *call) {
    if (!may_call(request, call->op)) return true;
    if (!call->op->is_long) return call->op->is_reusable && server_quick_cached(server, request, call->op);
    jobs_take(server->jobs, request, call->op);
    return true;
}

bool server_quick(void *arg, NetRequest *request) {
    Server *server = arg;
    Str path = net_request_path(request);
    Call *call = server_call(server, request);
    if (!server_guard(server, request)) return true;
    find_op(server, path, call);
    if (call->op) return quick_op(server, request, call);
    Ran ran = run_own(server, request, false);
    if (ran != RAN_NOT) return ran == RAN;
    if (!str_starts(path, S("/api/"))) return server_static_quick(server, request);
    server_problem_of(request, 404, ERR_NOT_FOUND, "there is nothing at this path; see /docs");
    return true;
}

void server_work(void *arg, NetRequest *request) {
    Server *server = arg;
    const Op *op = server_call(server, request)->op;
    OpCall call;
    Err err = {0};
    if (!op) {
        if (run_own(server, request, true) == RAN_NOT) server_static_work(server, request);
    } else if (server_read_call(net_request_arena(request), request, op, (size_t)server->config->max_body_bytes, &call,
                                &err)) {
        server_problem(request, &err, NULL);
    } else {
        server_run_op(server, request, &call);
    }
}

void server_refuse(void *arg, NetRequest *request, int status, const char *why) {
    (void)server_call(arg, request);
    server_problem_of(request, status, status == 503 ? ERR_BUSY : ERR_TOO_LARGE, why);
}

void server_done(void *arg, const NetRequest *request) {
    Server *server = arg;
    const Call *call = net_request_kept(request);
    size_t n;
    (void)app_ops(&n);
    const Access access = {.method = net_request_method(request),
                           .path = net_request_path(request),
                           .status = net_request_status(request),
                           .n_bytes = net_request_answer_bytes(request),
                           .duration_us = clock_monotonic(CLOCK_SYSTEM) - net_request_begun_us(request),
                           .request_id = call ? call->id : (Str){0},
                           .op = call && call->op ? call->op->name : NULL,
                           .is_kept = call && call->is_kept};
    metrics_add(&server->metrics, call && call->op ? call->nth_op : n, access.status, access.duration_us);
    access_add(server->access, &access);
}
