/* What a request's texts are taken for: hosts, tags, encodings, paths, arguments. */
#include "server/server_internal.h"
#include "test.h"

TEST(hosts_are_taken_apart) {
    static const struct {
        const char *text, *host;
        int64_t port;
    } CASES[] = {{"127.0.0.1:7171", "127.0.0.1", 7171},
                 {"localhost", "localhost", -1},
                 {"[::1]:80", "::1", 80},
                 {"[::1]", "::1", -1}};
    Str host;
    int64_t port;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        assert_true(server_split_host(str_of(CASES[i].text), &host, &port));
        assert_true(str_eq(host, str_of(CASES[i].host)));
        assert_int_equal(port, CASES[i].port);
    }
    assert_false(server_split_host(S("[::1"), &host, &port));
    assert_false(server_split_host(S("localhost:"), &host, &port));
    assert_false(server_split_host(S("localhost:x"), &host, &port));
    assert_false(server_split_host(S("[::1]x"), &host, &port));
    assert_true(net_is_loopback(S("127.9.9.9")) && net_is_loopback(S("::1")) && net_is_loopback(S("localhost")));
    assert_false(net_is_loopback(S("127.0.0.1.example.com")) || net_is_loopback(S("0.0.0.0")) ||
                 net_is_loopback(S("")));
    assert_false(net_is_loopback(S("::ffff:10.0.0.1")) || net_is_loopback(S("10.0.0.1")) ||
                 net_is_loopback(S("Localhost.")));
}

TEST(tags_are_compared_weakly) {
    assert_true(server_has_tag(S("\"a\""), S("a")));
    assert_true(server_has_tag(S("\"x\", W/\"a\""), S("a")));
    assert_true(server_has_tag(S("*"), S("a")));
    assert_false(server_has_tag(S(""), S("a")));
    assert_false(server_has_tag(S("a"), S("a"))); /* a tag is quoted */
    assert_false(server_has_tag(S("\"aa\", \"\""), S("a")));
    assert_false(server_has_tag(S("\""), S("")));
}

TEST(gzip_is_taken_where_it_is_named) {
    assert_true(server_list_takes_gzip(S("gzip")));
    assert_true(server_list_takes_gzip(S("br, GZIP;q=0.5")));
    assert_true(server_list_takes_gzip(S("*")));
    assert_false(server_list_takes_gzip(S("")));
    assert_false(server_list_takes_gzip(S("br, gzip;q=0")));
    assert_false(server_list_takes_gzip(S("gzip;q=0, *")));
    assert_false(server_list_takes_gzip(S("xgzip")));
}

TEST(paths_match_by_their_parts) {
    Str part;
    assert_true(server_path_matches("/health", S("/health"), &part) && !part.n);
    assert_true(server_path_matches("/api/v1/jobs/*", S("/api/v1/jobs/12"), &part));
    assert_true(str_eq(part, S("12")));
    assert_true(server_path_matches("/api/v1/jobs/*/events", S("/api/v1/jobs/12/events"), &part));
    assert_false(server_path_matches("/api/v1/jobs/*", S("/api/v1/jobs/"), &part));
    assert_false(server_path_matches("/api/v1/jobs/*", S("/api/v1/jobs/12/"), &part));
    assert_false(server_path_matches("/api/v1/jobs/*", S("/api/v1/jobs/12/events"), &part));
    assert_false(server_path_matches("/health", S("/health/"), &part));
    assert_false(server_path_matches("/health", S(""), &part));
}

TEST(files_have_plain_paths) {
    static const char *const PLAIN[] = {"/", "/index.html", "/assets/a-1.js", "/a/b.c/d"};
    static const char *const OTHERS[] = {"",      "a",     "//", "/a//b", "/..", "/a/../b", "/.", "/.git/config",
                                         "/a/.b", "/a\\b", "\\"};
    for (size_t i = 0; i < COUNT_OF(PLAIN); i++) assert_true(server_is_plain_path(str_of(PLAIN[i])));
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++) assert_false(server_is_plain_path(str_of(OTHERS[i])));
}

/* ---- arguments ------------------------------------------------------------------------------------------------------ */

static OpCall call_of(Arena *arena, const char *op, const char *body, ErrCode want) {
    OpCall call = {.op = app_op_find(str_of(op))};
    Err err = {0};
    assert_non_null(call.op);
    call.args = op_args_new(arena, call.op);
    ErrCode code = server_call_json(arena, str_of(body), 1000, &call, &err);
    if (!code) code = op_args_finish(call.args, &err);
    if (code != want) fail_msg("%s: %s", body, err.message);
    return call;
}

TEST(arguments_come_as_json) {
    Arena *arena = arena_new(0);
    OpCall call = call_of(
        arena, "ask",
        "{\"project\":\"p\",\"question\":[\"a\"],\"before\":[\"b\",\"c\"],\"explain\":true,\"timeout\":1.5}", ERR_OK);
    size_t n;
    assert_true(str_eq(call.project, S("p")));
    assert_int_equal(call.timeout_us, 1500000);
    assert_true(str_eq(op_arg_text(call.args, "question"), S("a")));
    assert_true(op_arg_flag(call.args, "explain"));
    const Str *before = op_arg_list(call.args, "before", &n);
    assert_int_equal(n, 2);
    assert_true(str_eq(before[1], S("c")));
    call = call_of(arena, "query",
                   "{\"query\":{\"measures\":[\"m\"],\"limit\":3},\"sql\":false,\"format\":\"csv\",\"timeout\":null}",
                   ERR_OK);
    assert_true(str_eq(op_arg_text(call.args, "query"), S("{\"measures\":[\"m\"],\"limit\":3}")));
    assert_false(op_arg_flag(call.args, "sql"));
    assert_int_equal(call.form, FORM_CSV);
    call = call_of(arena, "runs", "{\"limit\":7}", ERR_OK);
    assert_int_equal(op_arg_int(call.args, "limit"), 7);
    (void)call_of(arena, "runs", "{\"limit\":\"7\"}", ERR_OK);
    (void)call_of(arena, "status", "", ERR_OK);
    static const struct {
        const char *op, *body;
        ErrCode code;
    } WRONG[] = {{"ask", "{}", ERR_INVALID},
                 {"ask", "{\"question\":[\"a\",\"b\"]}", ERR_INVALID},
                 {"ask", "{\"question\":7}", ERR_INVALID},
                 {"ask", "{\"question\":\"a\",\"explain\":\"yes\"}", ERR_INVALID},
                 {"ask", "{\"question\":\"a\",\"nothing\":1}", ERR_UNKNOWN_NAME},
                 {"ask", "[\"a\"]", ERR_INVALID},
                 {"ask", "{\"question\":\"a\"", ERR_INVALID},
                 {"ask", "{\"question\":\"a\\u0000b\"}", ERR_INVALID},
                 {"ask", "{\"question\":\"a\",\"project\":1}", ERR_INVALID},
                 {"ask", "{\"question\":\"a\",\"timeout\":-1}", ERR_INVALID},
                 {"ask", "{\"question\":\"a\",\"format\":\"table\"}", ERR_INVALID},
                 {"runs", "{\"limit\":true}", ERR_INVALID},
                 {"runs", "{\"limit\":1.5}", ERR_INVALID},
                 {"sync", "{\"follow\":true}", ERR_UNKNOWN_NAME}, /* of the command line alone */
                 {"model check", "{\"pack\":\"../x\"}", ERR_DENIED},
                 {"query", "{\"query\":{},\"chart\":\"/tmp/x.svg\"}", ERR_UNKNOWN_NAME}, /* a file of this machine */
                 {"load", "{\"input\":\"a=/etc/passwd\"}", ERR_UNKNOWN_NAME}};
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) (void)call_of(arena, WRONG[i].op, WRONG[i].body, WRONG[i].code);
    arena_free(arena);
}

/* What needs a file or folder of this machine is for the command line. */
TEST(operations_of_the_machine_are_not_offered) {
    static const char *const LOCAL[] = {"init", "load", "serve", "source attach", "openapi", "eval"};
    static const char *const REMOTE[] = {"query", "ask", "sync", "model check", "status", "doctor"};
    for (size_t i = 0; i < COUNT_OF(LOCAL); i++) assert_false(op_is_remote(app_op_find(str_of(LOCAL[i]))));
    for (size_t i = 0; i < COUNT_OF(REMOTE); i++) assert_true(op_is_remote(app_op_find(str_of(REMOTE[i]))));
    assert_true(op_is_read(app_op_find(S("query"))) && !op_is_read(app_op_find(S("sync"))));
}

/* ---- the page ------------------------------------------------------------------------------------------------------- */

TEST(files_are_found_in_the_archive) {
    Arena *arena = arena_new(0);
    WebFiles none = web_files_read(arena, S("STARWEB1\n\n"));
    assert_int_equal(none.n, 0);
    assert_null(web_file_find(&none, S("/index.html")));
    WebFiles files = web_files_read(arena, S("STARWEB1\n/a.js t1 0 3 3 2\n/index.html t2 5 4 9 0\n\nabcgzpage"));
    assert_int_equal(files.n, 2);
    const WebFile *a = web_file_find(&files, S("/a.js")), *index = web_file_find(&files, S("/index.html"));
    assert_non_null(a);
    assert_non_null(index);
    assert_true(str_eq(a->raw, S("abc")) && str_eq(a->gz, S("gz")) && str_eq(a->etag, S("t1")));
    assert_true(str_eq(index->raw, S("page")) && !index->gz.n);
    assert_null(web_file_find(&files, S("/b.js")));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_taken_apart),
        cmocka_unit_test(tags_are_compared_weakly),
        cmocka_unit_test(gzip_is_taken_where_it_is_named),
        cmocka_unit_test(paths_match_by_their_parts),
        cmocka_unit_test(files_have_plain_paths),
        cmocka_unit_test(arguments_come_as_json),
        cmocka_unit_test(operations_of_the_machine_are_not_offered),
        cmocka_unit_test(files_are_found_in_the_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
