#include "test.h"

#include "base/base.h"

#include <stdlib.h>
#include <string.h>

static void assert_refused_with(Str text, ErrCode code, int line, int column) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    const Json *json = (const Json *)arena;
    Err err;
    memset(&err, 0, sizeof(err));
    ErrCode found = json_parse(arena, text, NULL, &json, &err);
    if (found != code) fail_msg("%.*s: %d %s", STR_ARG(str_slice(text, 0, 60)), found, err.message);
    assert_ptr_equal(json, arena); /* untouched */
    assert_int_equal(err.code, code);
    if (line && (err.line != line || err.column != column))
        fail_msg("%.*s: at %d:%d, not %d:%d", STR_ARG(str_slice(text, 0, 60)), err.line, err.column, line, column);
}

TEST(a_document) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    const Json *json = NULL;
    Err err;
    Str text =
        S(" {\"z\": [1, -2.5e3, true, false, null], \"a\": {\"k\": \"\\u00e4\\ud83d\\ude00\\n\"}, \"\": \"東\"} \n");
    assert_int_equal(json_parse(arena, text, NULL, &json, &err), ERR_OK);
    assert_true(json_is(json, JSON_OBJECT));
    assert_int_equal(json->object.n, 3);
    assert_true(str_eq(json->object.at[0].key, S("z"))); /* in text order */
    assert_true(str_eq(json->object.at[1].key, S("a")));
    const Json *z = json_get(json, S("z"));
    assert_int_equal(z->array.n, 5);
    assert_true(json_is(z->array.at[0], JSON_INT) && z->array.at[0]->i == 1);
    assert_true(json_is(z->array.at[1], JSON_REAL) && z->array.at[1]->f == -2500);
    assert_true(json_is(z->array.at[2], JSON_TRUE) && json_is(z->array.at[3], JSON_FALSE) &&
                json_is(z->array.at[4], JSON_NULL));
    assert_true(str_eq(json_get(json_get(json, S("a")), S("k"))->s, S("ä😀\n")));
    assert_true(str_eq(json_get(json, S(""))->s, S("東")));
    assert_null(json_get(json, S("x")));
    assert_null(json_get(z, S("x")));
    assert_null(json_get(NULL, S("x")));
    assert_false(json_is(NULL, JSON_NULL));
    assert_string_equal(json_kind_name(JSON_ARRAY), "an array");
}

TEST(scalars_and_borders) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    const Json *json = NULL;
    assert_int_equal(json_parse(arena, S("9223372036854775807"), NULL, &json, NULL), ERR_OK);
    assert_int_equal(json->i, INT64_MAX);
    assert_int_equal(json_parse(arena, S("-9223372036854775808"), NULL, &json, NULL), ERR_OK);
    assert_int_equal(json->i, INT64_MIN);
    assert_int_equal(json_parse(arena, S("\"\""), NULL, &json, NULL), ERR_OK);
    assert_int_equal(json->s.n, 0);
    assert_int_equal(json_parse(arena, S("[]"), NULL, &json, NULL), ERR_OK);
    assert_int_equal(json->array.n, 0);
}

TEST(malformed) {
    const char *const bad[] = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "[1 2]",
        "01",
        "+1",
        ".5",
        "1.",
        "NaN",
        "Infinity",
        "[1]]",
        "1 2",
        "tru",
        "\"\t\"",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"a",
        "{\"a\"}",
        "{1:2}",
        "/* c */ 1",
        "\"\\u0000\"",
        "[\"a\":1]",
        "}",
        ":::",
        "[1e999]",
        "\xEF\xBB\xBF{}",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_refused_with(str_of(bad[i]), ERR_INVALID, 0, 0);
    assert_refused_with(S("9223372036854775808"), ERR_INVALID, 0, 0);
    assert_refused_with(S("-9223372036854775809"), ERR_INVALID, 0, 0);
    assert_refused_with(S("{\"a\": 1, \"b\": 2, \"a\": 3}"), ERR_INVALID, 0, 0);
    assert_refused_with(S("{\"a\": 1, \"\\u0061\": 3}"), ERR_INVALID, 0, 0); /* the same key, spelt otherwise */
}

TEST(errors_have_a_place) {
    assert_refused_with(S("{\n  \"a\": 1,\n  \"b\" 2\n}"), ERR_INVALID, 3, 7);
    assert_refused_with(S("[\n\"\xC3\xA4\xC3\xB6\", \0]"), ERR_INVALID, 2, 7); /* in characters, not bytes */
    assert_refused_with(S("[1,\n 2,\n x]"), ERR_INVALID, 3, 2);
}

TEST(foreign_bytes) {
    assert_refused_with(S("\"a\xFFz\""), ERR_INVALID, 0, 0);
    assert_refused_with(S("\"\xC0\x80\""), ERR_INVALID, 0, 0);
    assert_refused_with(S("\"\xED\xA0\x80\""), ERR_INVALID, 0, 0);
    assert_refused_with(S("\"\xE2\x82"), ERR_INVALID, 0, 0);
    assert_refused_with(S("\"a\0z\""), ERR_INVALID, 1, 3);
    assert_refused_with(S("1\0"), ERR_INVALID, 1, 2);
    assert_refused_with(S("{\"a\\"), ERR_INVALID, 0, 0); /* ends within an escape */
}

static Str repeated(Arena *arena, const char *unit, size_t n) {
    size_t n_unit = strlen(unit);
    char *p = arena_alloc(arena, n * n_unit);
    for (size_t i = 0; i < n; i++) memcpy(p + i * n_unit, unit, n_unit);
    return (Str){p, n * n_unit};
}

TEST(limits) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    assert_refused_with(repeated(arena, "[", 10000), ERR_TOO_LARGE, 1, 65);
    assert_refused_with(repeated(arena, "{\"a\":", 10000), ERR_TOO_LARGE, 1, 321);
    assert_refused_with(repeated(arena, "\n[", 10000), ERR_TOO_LARGE, 66, 1);
    assert_refused_with(repeated(arena, "1,", 200000), ERR_TOO_LARGE, 0, 0);
    assert_refused_with(repeated(arena, "\"a\"", 200000), ERR_TOO_LARGE, 0, 0);
    char *huge = malloc(5 << 20);
    memset(huge, 'a', 5 << 20);
    huge[0] = huge[(5 << 20) - 1] = '"';
    assert_refused_with((Str){huge, 5 << 20}, ERR_TOO_LARGE, 0, 0);
    const JsonLimits roomy = {.max_bytes = 8 << 20, .max_depth = 64, .max_values = 10};
    const Json *json = NULL;
    assert_int_equal(json_parse(arena, (Str){huge, 5 << 20}, &roomy, &json, NULL), ERR_OK);
    assert_int_equal(json->s.n, (5 << 20) - 2);
    free(huge);
}

TEST(limits_are_met_exactly) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    const Json *json = NULL;
    JsonLimits limits = {.max_bytes = 9, .max_depth = 2, .max_values = 3};
    assert_int_equal(json_parse(arena, S("[[\"]][,\"]]"), &limits, &json, NULL), ERR_TOO_LARGE); /* ten bytes */
    limits.max_bytes = 10;
    assert_int_equal(json_parse(arena, S("[[\"]][,\"]]"), &limits, &json, NULL),
                     ERR_OK); /* brackets in a text are no depth */
    limits.max_bytes = 100;
    assert_int_equal(json_parse(arena, S("{\"a\":{\"b\":1}}"), &limits, &json, NULL), ERR_OK); /* keys are not values */
    assert_int_equal(json_parse(arena, S("[1,2,3]"), &limits, &json, NULL), ERR_TOO_LARGE);
    assert_int_equal(json_parse(arena, S("[[[]]]"), &limits, &json, NULL), ERR_TOO_LARGE);
    assert_int_equal(json_parse(arena, S("{\"a\\\"{[\":[true]}"), &limits, &json, NULL), ERR_OK);
    limits = (JsonLimits){.max_bytes = 10000, .max_depth = 9999, .max_values = 9999}; /* held to 512 */
    Str deep = repeated(arena, "[", 513);
    assert_int_equal(json_parse(arena, deep, &limits, &json, NULL), ERR_TOO_LARGE);
    char *text = arena_alloc(arena, 1024);
    memset(text, '[', 512);
    memset(text + 512, ']', 512);
    assert_int_equal(json_parse(arena, (Str){text, 1024}, &limits, &json, NULL), ERR_OK);
}

TEST(the_arena_has_a_say) {
    CLEANUP(arena_freep) Arena *arena = arena_new(20000);
    CLEANUP(arena_freep) Arena *texts = arena_new(0);
    const Json *json = NULL;
    Str numbers = repeated(texts, "1,", 500), text = arena_printf(texts, "[%.*s1]", STR_ARG(numbers));
    assert_int_equal(json_parse(arena, text, NULL, &json, NULL), ERR_TOO_LARGE);
    assert_true(arena_used(arena) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document),
        cmocka_unit_test(scalars_and_borders),
        cmocka_unit_test(malformed),
        cmocka_unit_test(errors_have_a_place),
        cmocka_unit_test(foreign_bytes),
        cmocka_unit_test(limits),
        cmocka_unit_test(limits_are_met_exactly),
        cmocka_unit_test(the_arena_has_a_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
