/*
 * Who may ask, as long as there are no accounts: programs of this machine, and pages that this server gave. A browser is made to ask by any
 * page, so a request counts as a page's by its Origin (or Sec-Fetch-Site), and by the host it names: a foreign name that was pointed at this
 * machine (DNS rebinding) is not ours.
 */
#include <string.h>

#include "server/server_internal.h"

/* "[::1]:7171" -> "::1", 7171; the port is -1 when none is given. */
bool server_split_host(Str text, Str *ret_host, int64_t *ret_port) {
    Str host = text, port = {0};
    if (str_starts(text, S("["))) {
        ptrdiff_t end = str_find_char(text, ']');
        if (end < 0) return false;
        host = str_slice(text, 1, (size_t)end);
        port = str_slice(text, (size_t)end + 1, text.n);
    } else {
        ptrdiff_t colon = str_find_char(text, ':');
        if (colon >= 0) {
            host = str_slice(text, 0, (size_t)colon);
            port = str_slice(text, (size_t)colon, text.n);
        }
    }
    *ret_host = host;
    *ret_port = -1;
    if (!port.n) return true;
    return *port.p == ':' && str_to_int64(str_slice(port, 1, port.n), ret_port);
}

static bool is_our_host(const Server *server, Str text) {
    Str host;
    int64_t port;
    if (!text.n || !server_split_host(text, &host, &port)) return false;
    return net_is_loopback(host) && (port == server->port || (port < 0 && server->port == 80));
}

/* While a page is developed its own server stands before us, on a port of its own. */
static bool is_our_origin(const Server *server, Str origin) {
    Str scheme = S("http://"), host;
    int64_t port;
    if (!str_starts(origin, scheme)) return false;
    origin = str_slice(origin, scheme.n, origin.n);
    if (!server->web_dir.n) return is_our_host(server, origin);
    return server_split_host(origin, &host, &port) && net_is_loopback(host);
}

bool server_guard(const Server *server, NetRequest *request) {
    Str host = net_request_header(request, S("Host")), origin = net_request_header(request, S("Origin"));
    Str site = net_request_header(request, S("Sec-Fetch-Site")), path = net_request_path(request);
    if (!is_our_host(server, host)) {
        server_problem_of(request, 403, ERR_DENIED,
                          "the request names another host; ask by the address that `starling serve` printed");
        return false;
    }
    bool is_foreign = origin.n && !is_our_origin(server, origin);
    bool is_own =
        !site.n || str_eq(site, S("same-origin")) || str_eq(site, S("none")); /* none: the person's own doing */
    is_foreign |= !origin.n && !is_own && str_starts(path, S("/api/"));
    if (is_foreign) server_problem_of(request, 403, ERR_DENIED, "pages of other sites may not ask this server");
    return !is_foreign;
}
