/* /docs: the contract as a page, from the same tables, without a script or a file of anybody else. */
#include "app/app_schema.h"
#include "server/server_internal.h"

enum { PAGE_MAX_BYTES = 1 << 20 };

static const char HEAD[] =
    "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Starling API</title>"
    "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #8886}h3{margin:1.5rem 0 .25rem}code,pre{font:14px ui-monospace,monospace}"
    "pre{white-space:pre-wrap;background:#8881;padding:.5rem;border-radius:4px}table{border-collapse:collapse}td,th{text-align:left;"
    "padding:.15rem 1rem .15rem 0;vertical-align:top}</style></head><body><h1>Starling API</h1><p>Every operation is a POST with a JSON "
    "object of arguments, those that only read also a GET with query parameters. The machine's version of this page: <a "
    "href=/api/v1/openapi.json>/api/v1/openapi.json</a>.</p>";

static void add(Buf *out, Str text) {
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '<': buf_add(out, S("&lt;")); break;
        case '>': buf_add(out, S("&gt;")); break;
        case '&': buf_add(out, S("&amp;")); break;
        case '"': buf_add(out, S("&quot;")); break;
        default: buf_add_char(out, text.p[i]);
        }
    }
}

static void add_in(Buf *out, const char *tag, const char *text) {
    buf_printf(out, "<%s>", tag);
    add(out, str_of(text));
    buf_printf(out, "</%s>", tag);
}

static void add_arg(Buf *out, const OpArg *arg) {
    buf_add(out, S("<tr><td>"));
    add_in(out, "code", arg->name);
    buf_add(out, arg->is_required ? S("</td><td>required</td><td>") : S("</td><td></td><td>"));
    add(out, str_of(arg->help));
    if (arg->choices) buf_printf(out, " (%s)", arg->choices);
    if (arg->initial) buf_printf(out, "; otherwise %s", arg->initial);
    if (arg->is_list) buf_add(out, S("; a list"));
    buf_add(out, S("</td></tr>"));
}

static void add_op(Buf *out, Arena *arena, const Op *op) {
    const char *methods = op_is_read(op) && !op->is_long ? "POST, GET" : "POST";
    Str route = op_route(arena, op);
    buf_printf(out, "<h3 id='%.*s'>%s <code>" SERVER_API "%.*s</code></h3>", STR_ARG(route), methods, STR_ARG(route));
    add_in(out, "p", op->summary);
    if (op->help) add_in(out, "p", op->help);
    buf_add(out, S("<table>"));
    for (size_t i = 0; i < op->n_args; i++)
        if (op_arg_is_remote(&op->args[i])) add_arg(out, &op->args[i]);
    buf_add(out, S("</table>"));
    add_in(out, "pre", op->is_long ? "Job" : op->answer ? op->answer : "object");
}

static void add_ops(Buf *out, Arena *arena) {
    size_t n;
    const Op *const *ops = app_ops(&n);
    buf_add(
        out,
        S("<h2>Operations</h2><p>Each also takes <code>project</code>, <code>timeout</code> (seconds) and, where it gives a "
          "table, <code>format</code> (json, csv). Long ones answer 202 with a job.</p>"));
    for (size_t i = 0; i < n; i++)
        if (op_is_remote(ops[i])) add_op(out, arena, ops[i]);
}

static void add_routes(Buf *out) {
    size_t n;
    const Route *routes = server_routes(&n);
    buf_add(out, S("<h2>Server</h2>"));
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "<h3>%s <code>%s</code></h3>", routes[i].method, routes[i].path);
        add_in(out, "p", routes[i].summary);
        add_in(out, "pre", routes[i].answer ? routes[i].answer : routes[i].content_type);
    }
}

static void add_shapes(Buf *out) {
    size_t n;
    const AppShape *shapes = app_shapes(&n);
    buf_add(
        out,
        S("<h2>Shapes</h2><p><code>?</code> may be missing, <code>[T]</code> is a list, <code>|</code> one of several.</p>"));
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "<h3 id='shape-%s'>%s</h3>", shapes[i].name, shapes[i].name);
        if (shapes[i].summary) add_in(out, "p", shapes[i].summary);
        add_in(out, "pre", shapes[i].text);
    }
}

static void add_errors(Buf *out) {
    buf_add(
        out,
        S("<h2>Errors</h2><p><code>application/problem+json</code> (RFC 9457) with one of these codes; 429 and 503 say when to "
          "come again.</p><table>"));
    for (int code = 1; code < ERR_COUNT; code++) {
        const ErrInfo *info = err_info((ErrCode)code);
        buf_printf(out, "<tr id='error-%s'><td><code>%s</code></td><td>%d</td><td>", info->wire, info->wire,
                   info->http);
        add(out, str_of(info->meaning));
        buf_add(out, S("</td></tr>"));
    }
    buf_add(out, S("</table></body></html>"));
}

void server_docs(Server *server, NetRequest *request, Str part) {
    (void)server, (void)part;
    Buf out CLEANUP(buf_release);
    buf_init(&out, PAGE_MAX_BYTES);
    buf_add(&out, S(HEAD));
    add_ops(&out, net_request_arena(request));
    add_routes(&out);
    add_shapes(&out);
    add_errors(&out);
    server_page_headers(request, false);
    err_ignore(net_respond(request, 200, SERVER_HTML, buf_str(&out), NULL));
}
