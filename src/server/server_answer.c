/* What all answers share: headers, JSON, and errors as problem+json (RFC 9457). */
#include <string.h>

#include "server/server_internal.h"

enum { PROBLEM_MAX_BYTES = 1 << 20, REQUEST_ID_MAX = 64 };

/* One that may stand in a header and a log line. */
static bool is_request_id(Str id) {
    if (!id.n || id.n > REQUEST_ID_MAX) return false;
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_plain && c != '-' && c != '_' && c != '.') return false;
    }
    return true;
}

/* 16 hex digits: the process's own, and a number; a random one would cost a call of the kernel. */
static Str new_id(Server *server, Arena *arena) {
    static const char DIGITS[] = "0123456789abcdef";
    char *id = arena_alloc(arena, 17);
    unsigned n = atomic_fetch_add(&server->n_ids, 1);
    memcpy(id, server->nonce.p, 8);
    for (int i = 15; i >= 8; i--, n >>= 4) id[i] = DIGITS[n & 15];
    id[16] = 0;
    return (Str){id, 16};
}

Call *server_call(Server *server, NetRequest *request) {
    Call *call = net_request_kept(request);
    if (call) return call;
    Arena *arena = net_request_arena(request);
    Str id = net_request_header(request, S("X-Request-Id"));
    call = ARENA_NEW(arena, Call);
    call->id = is_request_id(id) ? id : new_id(server, arena);

    net_request_keep(request, call);
    net_response_header(request, "X-Request-Id", call->id);
    net_response_header(request, "X-Content-Type-Options", S("nosniff"));
    return call;
}

void server_json(NetRequest *request, int status, const Buf *body) {
    net_response_header(request, "Cache-Control", S("no-store"));
    err_ignore(net_respond(request, status, SERVER_JSON, buf_str(body), NULL));
}

static void put_text(JsonWriter *w, const char *key, Str text) {
    json_key(w, str_of(key));
    json_text(w, text);
}

static void put_int(JsonWriter *w, const char *key, int64_t i) {
    json_key(w, str_of(key));
    json_int(w, i);
}

void server_write_problem(JsonWriter *w, int status, const Err *err, Str request_id) {
    const ErrInfo *info = err_info(err->code);
    char type[80] = "/docs#error-";
    strncat(type, info->wire, sizeof type - strlen(type) - 1);
    put_text(w, "type", str_of(type));
    put_text(w, "title", str_of(info->meaning));
    put_int(w, "status", status);
    put_text(w, "code", str_of(info->wire));
    put_text(w, "detail", str_of(err->message));
    if (err->file[0]) put_text(w, "at", str_of(err->file));
    if (err->line) {
        put_int(w, "line", err->line);
        put_int(w, "column", err->column);
    }
    put_text(w, "request_id", request_id);
}

static void respond(NetRequest *request, int status, const Err *err, const Json *findings) {
    Buf body CLEANUP(buf_release);
    JsonWriter w CLEANUP(json_writer_release);
    const Call *call = net_request_kept(request);
    buf_init(&body, PROBLEM_MAX_BYTES);
    json_writer_init(&w, sink_of_buf(&body), false, NULL);
    json_object_begin(&w);
    server_write_problem(&w, status, err, call->id);
    if (findings) json_key(&w, S("findings"));
    if (findings) json_tree(&w, findings);
    json_object_end(&w);
    err_ignore(json_writer_finish(&w));
    net_response_header(request, "Cache-Control", S("no-store"));
    err_ignore(net_respond(request, status, "application/problem+json", buf_str(&body), NULL));
}

void server_problem(NetRequest *request, const Err *err, const Json *findings) {
    int status = err_info(err->code)->http;
    if (status == 503) net_response_header(request, "Retry-After", S("1"));
    respond(request, status, err, findings);
}

void server_problem_of(NetRequest *request, int status, ErrCode code, const char *message) {
    Err err = {0};
    err_set(&err, code, "%s", message);
    if (status == 429 || status == 503) net_response_header(request, "Retry-After", S("1"));
    respond(request, status, &err, NULL);
}
