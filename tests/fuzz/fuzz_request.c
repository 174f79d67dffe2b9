/* What a stranger sends to `serve`: an operation's arguments as JSON and as parameters, hosts, tags, encodings, paths. Read or refused. */
#include "fuzz.h"

#include "server/server_internal.h"

/* An operation by the first byte, parameters "name=value" up to an empty line, then the body. */
static void read_call(Arena *arena, Str text) {
    size_t n;
    const Op *const *ops = app_ops(&n);
    const Op *op = ops[(unsigned char)*text.p % n];
    OpCall call = {.op = op, .args = op_args_new(arena, op)};
    Err err = {0};
    ErrCode code = ERR_OK;
    text = str_slice(text, 1, text.n);
    while (!code && text.n) {
        Str value = str_split_next(&text, '\n');
        if (!value.n) break;
        Str name = str_split_next(&value, '=');
        code = server_call_param(&call, name, value, &err);
    }
    if (!code) code = server_call_json(arena, text, 1 << 16, &call, &err);
    if (!code) code = op_args_finish(call.args, &err);
    assert(code == err.code);
    assert(code || call.timeout_us >= 0);
    if (!code) (void)op_args_copy(arena, call.args);
}

static void read_headers(Str text) {
    static const char *const PATTERNS[] = {"/health", "/api/v1/jobs/*", "/api/v1/jobs/*/events"};
    Str host, part, first = str_split_next(&text, '\n');
    int64_t port;
    if (server_split_host(first, &host, &port)) assert(host.n <= first.n), (void)net_is_loopback(host);
    (void)server_has_tag(first, text);
    (void)server_list_takes_gzip(first);
    for (size_t i = 0; i < COUNT_OF(PATTERNS); i++)
        if (server_path_matches(PATTERNS[i], first, &part)) assert(part.n || i == 0);
    if (server_is_plain_path(first)) assert(str_find(first, S("/..")) < 0 && str_find(first, S("/.")) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str text = {(const char *)data, n_bytes};
    if (!n_bytes) return 0;
    read_call(arena, text);
    read_headers(text);
    return 0;
}
