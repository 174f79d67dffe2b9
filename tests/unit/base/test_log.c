#include "test.h"

#include "base/base.h"
#include "base/test_folder.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static Folder the_folder;

static void open_log(LogLevel level, size_t max_bytes, int keep_files) {
    const LogConfig config = {
        .level = level, .path = folder_file(&the_folder, "log"), .max_bytes = max_bytes, .keep_files = keep_files};
    Err err;
    err_ignore(file_remove_tree(config.path, NULL));
    for (int i = 1; i <= 20; i++) /* what another test left */
        err_ignore(file_remove_tree(arena_printf(the_folder.arena, "%s.%d", config.path, i).p, NULL));
    if (log_open(&config, &err)) fail_msg("%s", err.message);
}

static Str read_log(const char *name) {
    Str text = {0};
    Err err;
    if (file_read(the_folder.arena, folder_file(&the_folder, name), 64 << 20, &text, &err)) fail_msg("%s", err.message);
    return text;
}

static const Json *parse_line(Str line) {
    const Json *json = NULL;
    Err err;
    if (json_parse(the_folder.arena, line, NULL, &json, &err)) fail_msg("%s: %.*s", err.message, STR_ARG(line));
    return json;
}

/* The one line of the log. */
static const Json *only_line(void) {
    Str text = read_log("log");
    assert_true(str_ends(text, S("\n")));
    return parse_line(text);
}

static void assert_field(const Json *json, const char *name, const char *expected) {
    const Json *field = json_get(json, str_of(name));
    if (!json_is(field, JSON_TEXT)) fail_msg("no text '%s'", name);
    assert_string_equal(field->s.p, expected);
}

TEST(a_line) {
    open_log(LOG_INFO, 0, 0);
    log_event(LOG_DEBUG, "not.shown", LOG_INT("n", 1));
    log_event(LOG_INFO, "sync.publish", LOG_TEXT("project", S("re\"tail\n")), LOG_INT("rows", -5),
              (LogField){S("ok"), value_bool(true)}, (LogField){S("at_date"), value_date(0)},
              (LogField){S("none"), value_null(TYPE(TYPE_TEXT))}, (LogField){S("plan"), value_json(S("{\"k\":[1]}"))});
    const Json *json = only_line();
    assert_true(str_eq(json->object.at[0].key, S("at")));
    assert_true(str_eq(json->object.at[1].key, S("level")));
    assert_true(str_eq(json->object.at[2].key, S("event")));
    int64_t at_us;
    assert_true(time_parse_timestamp(json_get(json, S("at"))->s, &at_us));
    assert_true(at_us > clock_now(CLOCK_SYSTEM) - 60 * TIME_US_PER_SECOND);
    assert_field(json, "level", "info");
    assert_field(json, "event", "sync.publish");
    assert_field(json, "project", "re\"tail\n");
    assert_int_equal(json_get(json, S("rows"))->i, -5);
    assert_true(json_is(json_get(json, S("ok")), JSON_TRUE));
    assert_field(json, "at_date", "1970-01-01");
    assert_true(json_is(json_get(json, S("none")), JSON_NULL));
    assert_int_equal(json_get(json_get(json, S("plan")), S("k"))->array.n, 1);
}

TEST(levels) {
    LogLevel level = LOG_OFF;
    assert_true(log_level_parse(S("Warn"), &level));
    assert_int_equal(level, LOG_WARN);
    assert_false(log_level_parse(S("loud"), &level));
    open_log(LOG_WARN, 0, 0);
    assert_true(log_is_on(LOG_ERROR) && log_is_on(LOG_WARN) && !log_is_on(LOG_INFO) && !log_is_on(LOG_OFF));
    log_write(LOG_INFO, "x", NULL, 0); /* also without the macro */
    assert_int_equal(read_log("log").n, 0);
    open_log(LOG_OFF, 0, 0);
    assert_false(log_is_on(LOG_ERROR));
}

TEST(errors_are_told_whole) {
    open_log(LOG_INFO, 0, 0);
    Err err;
    (void)!err_set(&err, ERR_ENGINE, "the warehouse said no");
    (void)!err_detail(&err, "SELECT \xFF");
    (void)!err_at(&err, S("pack.yaml"), 3, 7);
    log_error("request.failed", &err, S("abc123"));
    const Json *json = only_line();
    assert_field(json, "level", "error");
    assert_field(json, "code", "engine");
    assert_field(json, "message", "the warehouse said no");
    assert_field(json, "detail", "SELECT \xEF\xBF\xBD");
    assert_field(json, "file", "pack.yaml");
    assert_int_equal(json_get(json, S("line"))->i, 3);
    assert_int_equal(json_get(json, S("column"))->i, 7);
    assert_field(json, "request_id", "abc123");
    open_log(LOG_INFO, 0, 0);
    (void)!err_set(&err, ERR_UNKNOWN_NAME, "no measure 'x'");
    log_error("request.failed", &err, (Str){0});
    json = only_line();
    assert_field(json, "level", "warn");
    assert_null(json_get(json, S("detail")));
    assert_null(json_get(json, S("request_id")));
}

static void assert_masked(const char *text, const char *expected) {
    open_log(LOG_INFO, 0, 0);
    log_event(LOG_INFO, "x", LOG_TEXT("text", str_of(text)));
    assert_field(only_line(), "text", expected);
}

TEST(parameters_that_say_secret_are_hidden) {
    assert_masked("https://h/p?a=1&key=abc&b=2", "https://h/p?a=1&key=***&b=2");
    assert_masked("https://h/p?access_token=abc", "https://h/p?access_token=***");
    assert_masked("https://h/p?api-key=abc def", "https://h/p?api-key=*** def");
    assert_masked("host=h password=p'q dbname=d", "host=h password=***'q dbname=d");
    assert_masked("host=h password='p q\\' r' dbname=d", "host=h password=*** dbname=d");
    assert_masked("PASSWORD=x", "PASSWORD=***");
    assert_masked("password=", "password=");
    assert_masked("postgres://ann:pa:ss@host:5432/db", "postgres://ann:***@host:5432/db");
    assert_masked("postgres://ann:p@ss@host/db?x=a@b", "postgres://ann:***@host/db?x=a@b");
    assert_masked("postgres://host:5432/db and mysql://u:p@h", "postgres://host:5432/db and mysql://u:***@h");
    /* Not everything with such letters in it. */
    assert_masked("WHERE surrogate_key=5 AND n_tokens=7 AND monkey=1",
                  "WHERE surrogate_key=5 AND n_tokens=7 AND monkey=1");
    assert_masked("a = b, c==d, =", "a = b, c==d, =");
    assert_masked("", "");
}

TEST(fields_that_say_secret_are_hidden) {
    open_log(LOG_INFO, 0, 0);
    log_event(LOG_INFO, "x", LOG_TEXT("db_password", S("abc")), LOG_TEXT("token", S("abc")),
              LOG_TEXT("client_secret", S("abc")), LOG_TEXT("api_key", S("abc")), LOG_TEXT("Authorization", S("abc")),
              LOG_INT("key", 12345), LOG_INT("n_tokens", 7), (LogField){S("secret"), value_json(S("{\"a\":1}"))},
              (LogField){S("password"), value_null(TYPE(TYPE_TEXT))});
    const Json *json = only_line();
    const char *const hidden[] = {"db_password", "token", "client_secret", "api_key", "Authorization", "key", "secret"};
    for (size_t i = 0; i < COUNT_OF(hidden); i++) assert_field(json, hidden[i], "***");
    assert_int_equal(json_get(json, S("n_tokens"))->i, 7);
    assert_true(json_is(json_get(json, S("password")), JSON_NULL));
}

TEST(registered_secrets_are_hidden_everywhere) {
    log_hide(S("hunter22"));
    log_hide(S("hunter22-longer"));
    log_hide(S("quo\"ted\\secret"));
    log_hide(S("abc")); /* too short to be one: it would blank half the log */
    open_log(LOG_INFO, 0, 0);
    Err err;
    (void)!err_set(&err, ERR_IO, "cannot log in with hunter22");
    (void)!err_detail(&err, "a hunter22hunter22-longer z, abc");
    (void)!err_at(&err, S("/x/hunter22/y"), 1, 1);
    log_error("x", &err, S("quo\"ted\\secret"));
    const Json *json = only_line();
    assert_field(json, "message", "cannot log in with ***");
    assert_field(json, "detail", "a ****** z, abc");
    assert_field(json, "file", "/x/***/y");
    assert_field(json, "request_id", "***");
    open_log(LOG_INFO, 0, 0);
    log_event(LOG_INFO, "x", (LogField){S("json"), value_json(S("{\"a\":\"quo\\\"ted\\\\secret\"}"))});
    assert_field(only_line(), "json", "{\"a\":\"***\"}"); /* spelt as JSON spells it */
    for (int i = 0; i < 200; i++) {                       /* more than there is room for: no harm */
        char more[32];
        snprintf(more, sizeof(more), "secret number %d.", i);
        log_hide(str_of(more));
    }
    assert_masked("secret number 5.", "***");
}

TEST(a_secret_across_the_cut_is_hidden) {
    open_log(LOG_INFO, 0, 0);
    char *text = memset(arena_alloc(the_folder.arena, 20000), 'x', 20000);
    for (size_t at = 8180; at < 8196; at++) { /* around the longest text that is shown */
        open_log(LOG_INFO, 0, 0);
        memset(text, 'x', 20000);
        memcpy(text + at, "hunter22", 8);
        log_event(LOG_INFO, "x", LOG_TEXT("text", ((Str){text, 20000})));
        const Json *field = json_get(only_line(), S("text"));
        assert_true(field->s.n <= 8192 + 3 && str_ends(field->s, S("…")));
        assert_int_equal(str_find(field->s, S("hunt")), -1);
    }
}

TEST(a_line_too_long_is_still_one_line) {
    open_log(LOG_INFO, 0, 0);
    enum { N = 200 };
    LogField fields[N];
    char *text = memset(arena_alloc(the_folder.arena, 8000), '\x01', 8000); /* six bytes each once escaped */
    for (size_t i = 0; i < N; i++) fields[i] = LOG_TEXT("f", ((Str){text, 8000}));
    log_write(LOG_WARN, "big.event", fields, N);
    const Json *json = only_line();
    assert_field(json, "event", "big.event");
    assert_true(json_is(json_get(json, S("is_cut")), JSON_TRUE));
}

TEST(rotation) {
    open_log(LOG_INFO, 2000, 3);
    for (int i = 0; i < 300; i++) log_event(LOG_INFO, "row", LOG_INT("i", i));
    int64_t last = 299;
    const char *const names[] = {"log", "log.1", "log.2", "log.3"};
    for (size_t f = 0; f < COUNT_OF(names); f++) { /* from the newest line back: none missing, none twice */
        Str text = read_log(names[f]);
        assert_true(text.n <= 2000);
        int64_t first = -1, i = -1;
        while (text.n) {
            int64_t next = json_get(parse_line(str_split_next(&text, '\n')), S("i"))->i;
            assert_true(first < 0 || next == i + 1);
            if (first < 0) first = next;
            i = next;
        }
        assert_int_equal(i, last);
        last = first - 1;
    }
    assert_false(file_exists(folder_file(&the_folder, "log.4")));
    const LogConfig again = {
        .level = LOG_INFO, .path = folder_file(&the_folder, "log"), .max_bytes = 2000, .keep_files = 3};
    size_t before = read_log("log").n;
    assert_int_equal(log_open(&again, NULL), ERR_OK); /* goes on where it was */
    log_event(LOG_INFO, "row", LOG_INT("i", 300));
    assert_true(read_log("log").n > before || read_log("log.1").n == before);
    open_log(LOG_INFO, 500, 0); /* none kept: starts over */
    for (int i = 0; i < 100; i++) log_event(LOG_INFO, "row", LOG_INT("i", i));
    assert_true(read_log("log").n <= 500 && read_log("log").n > 0);
}

TEST(a_log_that_cannot_be_opened_leaves_the_old_one) {
    open_log(LOG_INFO, 0, 0);
    const LogConfig bad = {.level = LOG_DEBUG, .path = folder_file(&the_folder, "no/such/log")};
    Err err;
    assert_int_equal(log_open(&bad, &err), ERR_IO);
    log_event(LOG_INFO, "still.here", LOG_INT("n", 1));
    assert_field(only_line(), "event", "still.here");
    assert_false(log_is_on(LOG_DEBUG));
}

enum { THREADS = 4, LINES = 500 };

static void *write_lines(void *arg) {
    for (int i = 0; i < LINES; i++)
        log_event(
            LOG_INFO, "line", LOG_INT("thread", *(const int *)arg), LOG_INT("i", i),
            LOG_TEXT("text", S("some text that is long enough to be torn apart if lines were not written whole")));
    return NULL;
}

TEST(lines_of_threads_stay_whole) {
    open_log(LOG_INFO, 30000, 20);
    pthread_t threads[THREADS];
    int numbers[THREADS], next[THREADS] = {0}, n_lines = 0;
    for (int t = 0; t < THREADS; t++) {
        numbers[t] = t;
        pthread_create(&threads[t], NULL, write_lines, &numbers[t]);
    }
    for (int i = 0; i < 50; i++) log_hide(S("hunter22")); /* meanwhile */
    for (int t = 0; t < THREADS; t++) pthread_join(threads[t], NULL);
    for (int f = 20; f >= 0; f--) { /* oldest first */
        const char *name = f ? arena_printf(the_folder.arena, "log.%d", f).p : "log";
        if (!file_exists(folder_file(&the_folder, name))) continue;
        Str text = read_log(name);
        while (text.n) {
            const Json *json = parse_line(str_split_next(&text, '\n'));
            int64_t t = json_get(json, S("thread"))->i;
            if (!json_is(json_get(json, S("text")), JSON_TEXT) || json_get(json, S("i"))->i != next[t]) fail();
            next[t]++;
            n_lines++;
        }
    }
    assert_int_equal(n_lines, THREADS * LINES);
}

TEST(standard_error_without_a_path) {
    const LogConfig config = {.level = LOG_INFO};
    int kept = dup(STDERR_FILENO),
        file = open(folder_file(&the_folder, "stderr"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(log_open(&config, NULL), ERR_OK);
    dup2(file, STDERR_FILENO);
    log_event(LOG_INFO, "to.stderr", LOG_INT("n", 1));
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(file);
    assert_field(parse_line(read_log("stderr")), "event", "to.stderr");
}

static int start(void **state) {
    (void)state;
    the_folder = folder_make();
    return 0;
}

static int stop(void **state) {
    (void)state;
    log_close();
    log_close();
    folder_remove(&the_folder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line),
        cmocka_unit_test(levels),
        cmocka_unit_test(errors_are_told_whole),
        cmocka_unit_test(parameters_that_say_secret_are_hidden),
        cmocka_unit_test(fields_that_say_secret_are_hidden),
        cmocka_unit_test(registered_secrets_are_hidden_everywhere),
        cmocka_unit_test(a_secret_across_the_cut_is_hidden),
        cmocka_unit_test(a_line_too_long_is_still_one_line),
        cmocka_unit_test(rotation),
        cmocka_unit_test(a_log_that_cannot_be_opened_leaves_the_old_one),
        cmocka_unit_test(lines_of_threads_stay_whole),
        cmocka_unit_test(standard_error_without_a_path),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
