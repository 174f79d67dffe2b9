/* What a client may have already (ETag, If-None-Match) and how it may be sent (Accept-Encoding), by RFC 9110. */
#include "server/server_internal.h"

/* One of the list, weak or not, is this one: what we give under a tag differs at most in its encoding. */
bool server_has_tag(Str list, Str etag) {
    while (list.n) {
        Str tag = str_trim(str_split_next(&list, ','));
        if (str_eq(tag, S("*"))) return true;
        if (str_starts(tag, S("W/"))) tag = str_slice(tag, 2, tag.n);
        bool is_quoted = tag.n >= 2 && tag.p[0] == '"' && tag.p[tag.n - 1] == '"';
        if (is_quoted && str_eq(str_slice(tag, 1, tag.n - 1), etag)) return true;
    }
    return false;
}

bool server_not_modified(NetRequest *request, Str etag) {
    Arena *arena = net_request_arena(request);
    net_response_header(request, "ETag", arena_printf(arena, "W/\"%.*s\"", STR_ARG(etag)));
    if (!server_has_tag(net_request_header(request, S("If-None-Match")), etag)) return false;
    err_ignore(net_respond(request, 304, NULL, (Str){0}, NULL));
    return true;
}

/* "gzip;q=0" is a refusal. */
bool server_list_takes_gzip(Str list) {
    while (list.n) {
        double q = 1;
        Str one = str_split_next(&list, ',');
        Str name = str_trim(str_split_next(&one, ';')), weight = str_trim(one);
        if (!str_eq_nocase(name, S("gzip")) && !str_eq(name, S("*"))) continue;
        if (str_starts(weight, S("q="))) return str_to_double(str_slice(weight, 2, weight.n), &q) && q > 0;
        return true;
    }
    return false;
}

bool server_takes_gzip(const NetRequest *request) {
    return server_list_takes_gzip(net_request_header(request, S("Accept-Encoding")));
}
