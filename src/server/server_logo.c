/* The logos of projects. An SVG may hold scripts: shown as an image none runs, and opened by itself the policy lets none run either. */
#include "server/server_internal.h"

void server_logo(Server *server, NetRequest *request, Str part) {
    Arena *arena = net_request_arena(request);
    Str bytes;
    const char *type;
    Err err = {0};
    if (holder_logo(server->holder, arena, part, &bytes, &type, &err)) {
        server_problem(request, &err, NULL);
        return;
    }
    net_response_header(request, "Cache-Control", S("no-cache"));
    net_response_header(
        request, "Content-Security-Policy",
        S("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"));
    net_response_header(request, "Cross-Origin-Resource-Policy", S("same-origin"));
    if (!server_not_modified(request, hash_text(arena, bytes)))
        err_ignore(net_respond(request, 200, type, bytes, NULL));
}
