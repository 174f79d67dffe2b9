/* The page: files built into the program, or of --web-dir while it is developed. A path that is no file is the page itself, which knows its
 * own paths. */
#include "server/server_internal.h"
#include "server/server_web.h"

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

/* The app's scripts and styles are files of ours (docs/web.md); a page that we print has its style in it, and no script. */
void server_page_headers(NetRequest *request, bool is_app) {
    Str app = S("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
                "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
                "frame-ancestors 'none'");
    Str printed = S("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                    "frame-ancestors 'none'");
    net_response_header(request, "Content-Security-Policy", is_app ? app : printed);
    net_response_header(request, "Referrer-Policy", S("no-referrer"));
    net_response_header(request, "X-Frame-Options", S("DENY"));
    net_response_header(request, "Cross-Origin-Opener-Policy", S("same-origin"));
    net_response_header(request, "Cross-Origin-Resource-Policy", S("same-origin"));
}

/* Each part a plain name: no "..", nothing hidden, no '\'. */
bool server_is_plain_path(Str path) {
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

/* Files with a hash in their name never change; the page itself is asked for anew each time, and mostly not sent. */
static void answer_built_in(NetRequest *request, const WebFile *file) {
    bool is_fixed = str_starts(file->path, S("/assets/")), is_packed = file->gz.n && server_takes_gzip(request);
    net_response_header(request, "Cache-Control", is_fixed ? S("public, max-age=31536000, immutable") : S("no-cache"));
    net_response_header(request, "Vary", S("Accept-Encoding"));
    if (server_not_modified(request, file->etag)) return;
    if (is_packed) net_response_header(request, "Content-Encoding", S("gzip"));
    err_ignore(net_respond_with(request, 200, content_type_of(file->path), is_packed ? file->gz : file->raw, NULL, NULL,
                                NULL));
}

/* A path whose last part has a dot is a file's; any other is one of the page's own. */
static Str file_path(Str path) {
    Str rest = path, last = {0};
    while (rest.n) last = str_split_next(&rest, '/');
    return str_find_char(last, '.') >= 0 ? path : S("/index.html");
}

static void no_such_file(NetRequest *request) {
    server_problem_of(request, 404, ERR_NOT_FOUND, "there is no such file");
}

WebFiles server_web_files(Arena *arena) {
    return web_files_read(arena, (Str){server_web_data, (size_t)(server_web_end - server_web_data)});
}

bool server_static_quick(Server *server, NetRequest *request) {
    Str method = net_request_method(request), path = net_request_path(request);
    server_page_headers(request, true);
    if (!str_eq(method, S("GET")) && !str_eq(method, S("HEAD"))) {
        net_response_header(request, "Allow", S("GET, HEAD"));
        server_problem_of(request, 405, ERR_UNSUPPORTED, "files are only read");
        return true;
    }
    if (!server_is_plain_path(path)) {
        no_such_file(request);
        return true;
    }
    if (server->web_dir.n) return false;
    const WebFile *file = web_file_find(&server->web, file_path(path));
    if (file)
        answer_built_in(request, file);
    else if (server->web.n)
        no_such_file(request);
    else
        err_ignore(net_respond(request, 200, SERVER_HTML, S(NO_PAGE), NULL));
    return true;
}

void server_static_work(Server *server, NetRequest *request) {
    Str path = file_path(net_request_path(request)), text;
    net_response_header(request, "Cache-Control", S("no-cache"));
    if (read_file(server, request, path, &text))
        err_ignore(net_respond(request, 200, content_type_of(path), text, NULL));
    else
        no_such_file(request);
}
