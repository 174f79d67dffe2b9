/*
 * Documents that hang on nothing but the project's versions are kept (query_cache.h) by the request's own bytes. The one thing in them that
 * moves with time, the data's age, is written anew each time. What is kept has its form before it, a byte.
 */
#include <string.h>

#include "server/server_internal.h"

#define AGE_KEY "\"data_age_s\":"
enum { AGE_MAX_BYTES = 24 };

/* All that makes a difference to the document: operation, form, arguments as they came, and who asks (as yet, everybody is the owner). */
Str server_cache_key(NetRequest *request, const Op *op) {
    Str name, value, body = net_request_body(request), op_name = str_of(op->name);
    size_t n = op_name.n + body.n + 4, at = 0;
    for (size_t i = 0; net_request_param(request, i, &name, &value); i++) n += name.n + value.n + 2;
    char *key = arena_alloc(net_request_arena(request), n);
#define PUT(text) (memcpy(key + at, (text).p ? (text).p : "", (text).n), at += (text).n, key[at++] = 0)
    PUT(op_name);
    key[at++] = (char)server_accepted_form(request, op);
    for (size_t i = 0; net_request_param(request, i, &name, &value); i++) PUT(name), PUT(value); /* hold no NUL */
    key[at++] = 0;
    PUT(body);
#undef PUT
    return (Str){key, at};
}

/* Where the data's age stands, near the end: a text's own quotes are escaped, so this is a key and no part of one. */
void server_find_age(Str kept, QueryStamp *stamp) {
    Str key = S(AGE_KEY);
    stamp->n_age = 0;
    bool has_age = stamp->data_at_us && *kept.p == FORM_JSON;
    for (size_t at = has_age ? kept.n : 0; at-- > 0;) {
        if (!str_starts(str_slice(kept, at, kept.n), key)) continue;
        stamp->age_at = at += key.n;
        while (at < kept.n && kept.p[at] >= '0' && kept.p[at] <= '9') at++;
        stamp->n_age = at - stamp->age_at;
        return;
    }
}

static Str with_age(Arena *arena, Str kept, const QueryStamp *stamp) {
    if (!stamp->n_age) return kept;
    size_t after = stamp->age_at + stamp->n_age, n = stamp->age_at, n_digits = 0;
    char *now = arena_alloc(arena, kept.n + AGE_MAX_BYTES), digits[AGE_MAX_BYTES];
    uint64_t age_s = (uint64_t)MAX_OF((clock_now(CLOCK_SYSTEM) - stamp->data_at_us) / TIME_US_PER_SECOND, 0);
    memcpy(now, kept.p, n);
    do digits[n_digits++] = (char)('0' + age_s % 10);
    while (age_s /= 10);
    while (n_digits) now[n++] = digits[--n_digits];
    memcpy(now + n, kept.p + after, kept.n - after);
    return (Str){now, n + kept.n - after};
}

/* The same request on the same versions. */
static Str etag_of(const Server *server, Arena *arena, Str key, const QueryStamp *stamp) {
    return arena_printf(arena, "%.*s-%016" PRIx64 "-%" PRId64 ".%" PRId64, STR_ARG(server->nonce), str_hash(key),
                        stamp->model_version, stamp->data_version);
}

static bool is_get(const NetRequest *request) {
    return !str_eq(net_request_method(request), S("POST"));
}

/* A picture is looked at by itself, too: nothing in it runs, and it fetches nothing. */
void server_form_headers(NetRequest *request, ServerForm form) {
    net_response_header(request, "Cache-Control", is_get(request) ? S("no-cache") : S("no-store"));
    if (is_get(request)) net_response_header(request, "Vary", S("Accept, Accept-Encoding"));
    if (form == FORM_SVG)
        net_response_header(request, "Content-Security-Policy",
                            S("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
}

bool server_tag(const Server *server, NetRequest *request, Str key, const QueryStamp *stamp) {
    return is_get(request) && server_not_modified(request, etag_of(server, net_request_arena(request), key, stamp));
}

bool server_stands(void *arg, const QueryStamp *stamp) {
    const Server *server = arg;
    return holder_is_at(server->holder, stamp->project, stamp->model_version, stamp->data_version);
}

void server_respond_kept(Server *server, NetRequest *request, Str key, Str kept, const QueryStamp *stamp) {
    ServerForm form = (ServerForm)*kept.p;
    server_call(server, request)->is_kept = true;
    if (stamp->noted.n) holder_note_question(server->holder, stamp->project, stamp->noted);
    server_form_headers(request, form);
    if (server_tag(server, request, key, stamp)) return;
    kept = with_age(net_request_arena(request), kept, stamp);
    server_respond(request, server_form_type(form), str_slice(kept, 1, kept.n));
}

bool server_quick_cached(Server *server, NetRequest *request, const Op *op) {
    Str key = server_cache_key(request, op), kept;
    QueryStamp stamp;
    if (!query_cache_get(server->cache, net_request_arena(request), key, &kept, &stamp)) return false;
    if (kept.n > SERVER_GZIP_MIN_BYTES && server_takes_gzip(request))
        return false; /* a worker's, which finds it again */
    server_respond_kept(server, request, key, kept, &stamp);
    return true;
}
