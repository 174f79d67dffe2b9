/* The page: files built into the program, or of --web-dir while it is developed. A path that is no file is the page itself, which knows its
 * own paths. */
#include "server/server_internal.h"

enum { FILE_MAX_BYTES = 64 << 20 };

static const char *content_type_of(Str path) {
    static const struct {
        const char *end, *type;
    } TYPES[] = {
        {".html", SERVER_HTML},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".json", SERVER_JSON},
        {".map", SERVER_JSON},
        {".webmanifest", "application/manifest+json"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < COUNT_OF(TYPES); i++)
        if (str_ends(path, str_of(TYPES[i].end))) return TYPES[i].type;
    return "application/octet-stream";
}

/* Styles are set from scripts by the page's components, hence 'unsafe-inline' for them; scripts come from files of ours alone. */
void server_page_headers(NetRequest *request) {
    net_response_header(
        request, "Content-Security-Policy",
        S("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
          "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
          "form-action 'self'; frame-ancestors 'none'"));
    net_response_header(request, "Referrer-Policy", S("no-referrer"));
    net_response_header(request, "X-Frame-Options", S("DENY"));
    net_response_header(request, "Cross-Origin-Opener-Policy", S("same-origin"));
}

/* Each part a plain name: no "..", nothing hidden, no '\'. */
static bool is_plain_path(Str path) {
    if (!str_starts(path, S("/"))) return false;
    path = str_slice(path, 1, path.n);
    while (path.n) {
        Str part = str_split_next(&path, '/');
        if (!part.n || *part.p == '.' || str_find_char(part, '\\') >= 0) return false;
    }
    return true;
}

static const char NO_PAGE[] =
    "<!doctype html><html lang=en><meta charset=utf-8><title>Starling</title><h1>Starling serves its API</h1>"
    "<p>This program was built without the page: run <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>, build it "
    "again, or name the page's folder with <code>--web-dir</code>.</p><p>The API is described at <a href=/docs>/docs</a>.</p>";

static bool read_file(const Server *server, NetRequest *request, Str path, Str *ret_text) {
    Arena *arena = net_request_arena(request);
    const char *full = NULL, *folder = NULL,
               *file = arena_printf(arena, "%.*s%.*s", STR_ARG(server->web_dir), STR_ARG(path)).p;
    if (file_is_dir(file) || path_real(arena, file, &full, NULL)) return false;
    if (path_real(arena, arena_cstr(arena, server->web_dir), &folder, NULL)) return false;
    bool is_within = str_starts(str_of(full), arena_printf(arena, "%s/", folder)); /* also where links lead */
    return is_within && !file_read(arena, full, FILE_MAX_BYTES, ret_text, NULL);
}

bool server_static_quick(Server *server, NetRequest *request) {
    Str method = net_request_method(request);
    server_page_headers(request);
    if (!str_eq(method, S("GET")) && !str_eq(method, S("HEAD"))) {
        net_response_header(request, "Allow", S("GET, HEAD"));
        server_problem_of(request, 405, ERR_UNSUPPORTED, "files are only read");
        return true;
    }
    if (!is_plain_path(net_request_path(request))) {
        server_problem_of(request, 404, ERR_NOT_FOUND, "there is no such file");
        return true;
    }
    if (server->web_dir.n) return false;
    err_ignore(net_respond(request, 200, SERVER_HTML, S(NO_PAGE), NULL));
    return true;
}

void server_static_work(Server *server, NetRequest *request) {
    Str path = net_request_path(request), text;
    bool is_file = str_find_char(path_base(path.p), '.') >= 0;
    net_response_header(request, "Cache-Control", S("no-cache"));
    if (!is_file) path = S("/index.html");
    if (read_file(server, request, path, &text))
        err_ignore(net_respond(request, 200, content_type_of(path), text, NULL));
    else
        server_problem_of(request, 404, ERR_NOT_FOUND, "there is no such file in --web-dir");
}
