/* YAML: places, scalars, and what hostile or careless text does. */
#include "test.h"

#include "model/model_yaml.h"

#include <stdio.h>
#include <string.h>

typedef struct Result {
    ErrCode code;
    Err err;
    const Yaml *yaml;
} Result;

static Result parse(Arena *arena, Str text) {
    Result result = {0};
    result.code = yaml_parse(arena, text, S("f.yaml"), &result.yaml, &result.err);
    return result;
}

static void refused(Str text, ErrCode code, int line, int column, const char *part) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Result result = parse(arena, text);
    if (result.code != code || result.err.line != line || result.err.column != column ||
        !strstr(result.err.message, part))
        fail_msg("\"%.*s\": got %d at %d:%d: %s", STR_ARG(str_slice(text, 0, 60)), result.code, result.err.line,
                 result.err.column, result.err.message);
    assert_string_equal(result.err.file, "f.yaml");
    assert_null(result.yaml);
}

static void scalar_is(const Yaml *yaml, const char *text, int line, int column) {
    assert_non_null(yaml);
    assert_int_equal(yaml->kind, YAML_SCALAR);
    if (!str_eq(yaml->text, str_of(text)) || yaml->place.line != line || yaml->place.column != column)
        fail_msg("'%.*s' at %d:%d, wanted '%s' at %d:%d", STR_ARG(yaml->text), yaml->place.line, yaml->place.column,
                 text, line, column);
}

static Str repeat(Arena *arena, const char *head, const char *unit, size_t n, const char *tail) {
    size_t n_unit = strlen(unit), n_head = strlen(head), n_tail = strlen(tail);
    char *p = arena_alloc(arena, n_head + n * n_unit + n_tail + 1);
    memcpy(p, head, n_head);
    for (size_t i = 0; i < n; i++) memcpy(p + n_head + i * n_unit, unit, n_unit);
    memcpy(p + n_head + n * n_unit, tail, n_tail + 1);
    return (Str){p, n_head + n * n_unit + n_tail};
}

TEST(places_are_one_based_and_in_characters) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Result r = parse(arena, S("a: 1\nb:\n  c: 'x'\n  \xC3\xA9: \"y\"\n  f: {}\n  l: [1, ~, {k: v}]\n"));
    assert_int_equal(r.code, ERR_OK);
    assert_int_equal(r.yaml->n, 2);
    assert_int_equal(r.yaml->pairs[1].place.line, 2);
    scalar_is(yaml_get(r.yaml, S("a")), "1", 1, 4);
    const Yaml *b = yaml_get(r.yaml, S("b"));
    scalar_is(yaml_get(b, S("c")), "x", 3, 7); /* behind the quote */
    scalar_is(yaml_get(b, S("\xC3\xA9")), "y", 4, 7);
    assert_int_equal(yaml_get(b, S("f"))->kind, YAML_MAP);
    assert_int_equal(yaml_get(b, S("f"))->place.column, 6);
    const Yaml *l = yaml_get(b, S("l"));
    assert_int_equal(l->n, 3);
    assert_int_equal(l->items[1].kind, YAML_NULL);
    scalar_is(yaml_get(&l->items[2], S("k")), "v", 6, 17);
    assert_null(yaml_get(b, S("absent")));
    assert_null(yaml_get(l, S("k")));
    assert_null(yaml_get(NULL, S("k")));
}

TEST(scalars_by_style) {
    static const struct {
        const char *text, *value;
        bool is_quoted;
    } cases[] = {
        {"v: plain text # comment", "plain text", false},
        {"v: 'it''s ''so'''", "it's 'so'", true},
        {"v: ''", "", true},
        {"v: 'a\n  b\n\n\n  c  \n  d'", "a b\n\nc d", true},
        {"v: 'a\r\n  b'", "a b", true},
        {"v: '''''''''''''''''''''x'", "''''''''''x", true},
        {"v: \"a\\tb\\u0041\\\"\"", "a\tbA\"", true},
        {"v: 'null'", "null", true},
        {"v: >-\n  folded\n  text\n", "folded text", true},
        {"v: |\n  two\n  lines\n", "two\nlines\n", true},
        {"v: no", "no", false},
        {"v: e\xCC\x81", "\xC3\xA9", false}, /* NFC */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Result r = parse(arena, str_of(cases[i].text));
        if (r.code) fail_msg("%s: %s", cases[i].text, r.err.message);
        const Yaml *v = yaml_get(r.yaml, S("v"));
        assert_non_null(v);
        if (!str_eq(v->text, str_of(cases[i].value))) fail_msg("%s: '%.*s'", cases[i].text, STR_ARG(v->text));
        assert_int_equal(v->is_quoted, cases[i].is_quoted);
    }
}

TEST(nothing_is_null) {
    static const char *const texts[] = {"", "# only a comment\n", "---\n", "~", "null", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Result r = parse(arena, str_of(texts[i]));
        assert_int_equal(r.code, ERR_OK);
        assert_int_equal(r.yaml->kind, YAML_NULL);
    }
}

TEST(byte_order_mark_and_windows_lines) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Result r = parse(arena, S("\xEF\xBB\xBF"
                              "a: 1\r\nb: 2\r\n"));
    assert_int_equal(r.code, ERR_OK);
    scalar_is(yaml_get(r.yaml, S("b")), "2", 2, 4);
}

TEST(refuses_references_and_tags) {
    refused(S("a: &x [1]\nb: *x\n"), ERR_INVALID, 1, 5, "anchors");
    refused(S("a: 1\nb: *x\n"), ERR_INVALID, 2, 5, "aliases");
    refused(S("a: !!str 1\n"), ERR_INVALID, 1, 4, "tags");
    refused(S("a: !x {b: 1}\n"), ERR_INVALID, 1, 4, "tags");
    refused(S("<<: *a\n"), ERR_INVALID, 1, 6, "aliases");
    refused(S("a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"), ERR_INVALID, 1,
            5, "anchors");
}

TEST(refuses_more_than_one_document) {
    refused(S("a: 1\n---\nb: 2\n"), ERR_INVALID, 2, 1, "second document");
    refused(S("a: 1\n...\nb: 2\n"), ERR_INVALID, 2, 1, "second document");
}

TEST(refuses_odd_keys) {
    refused(S("a: 1\nb: 2\nc:\n  d: 1\n  d: 2\n"), ERR_INVALID, 5, 3, "duplicate key 'd': it stands at line 4");
    refused(S("a: 1\n'a': 2\n"), ERR_INVALID, 2, 2, "duplicate key");
    refused(S("[a, b]: 1\n"), ERR_INVALID, 1, 1, "a key must be");
    refused(S("? {a: b}\n: 1\n"), ERR_INVALID, 1, 3, "a key must be");
    refused(S("~: 1\n"), ERR_INVALID, 1, 1, "a key must be");
}

TEST(refuses_bytes_that_are_no_text) {
    refused(S("a: b\nc: x\xFF\n"), ERR_INVALID, 2, 5, "not valid UTF-8");
    refused(S("a: caf\xE9\n"), ERR_INVALID, 1, 7, "not valid UTF-8");
    refused((Str){"a: b\0c\n", 7}, ERR_INVALID, 1, 5, "U+0000");
    refused(S("a: b\x1B[31m\n"), ERR_INVALID, 1, 5, "U+001B");
    refused(S("\xFF\xFE"
              "a\0"),
            ERR_INVALID, 1, 1, "not valid UTF-8"); /* UTF-16 */
    refused(S("a: \"x\\0y\"\n"), ERR_INVALID, 1, 5, "escape");
    refused(S("a: \"x\\ud800y\"\n"), ERR_INVALID, 1, 6, "escape");
}

TEST(syntax_errors_have_a_place) {
    refused(S("a:\n\tb: 1\n"), ERR_INVALID, 2, 1, "tab character");
    refused(S("a:\n   b: 1\n  c: 2\n"), ERR_INVALID, 3, 3, "indentation");
    refused(S("a: b: c\n"), ERR_INVALID, 1, 5, "mapping");
    refused(S("a: [1, 2\nb: 3\n"), ERR_INVALID, 3, 1, "closing bracket");
    refused(S("a: 'never closed\n"), ERR_INVALID, 1, 5, "closing quote");
}

TEST(caps) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    refused(repeat(arena, "a: ", "[", 100000, ""), ERR_TOO_LARGE, 1, 35, "nested");
    refused(repeat(arena, "", "- ", 100000, ""), ERR_TOO_LARGE, 1, 65, "nested");
    refused(repeat(arena, "", "x", YAML_MAX_BYTES + 1, ""), ERR_TOO_LARGE, 1, 1, "bytes");
    Str many = repeat(arena, "[", "1,", 200000, "]");
    Result r = parse(arena, many);
    assert_int_equal(r.code, ERR_TOO_LARGE);
    assert_non_null(strstr(r.err.message, "100000"));
}

static Str map_of(Arena *arena, int n_keys) {
    char *p = arena_alloc(arena, (size_t)n_keys * 24);
    size_t n = 0;
    for (int i = 0; i < n_keys; i++) n += (size_t)sprintf(p + n, "key_%d: %d\n", i, i);
    return (Str){p, n};
}

static int64_t now_us(void) {
    return clock_monotonic(CLOCK_SYSTEM);
}

TEST(large_maps_in_bounded_time) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    int64_t start = now_us();
    Result r = parse(arena, map_of(arena, YAML_MAX_KEYS));
    assert_int_equal(r.code, ERR_OK);
    assert_int_equal(r.yaml->n, YAML_MAX_KEYS);
    scalar_is(yaml_get(r.yaml, S("key_1999")), "1999", 2000, 11);
    refused(map_of(arena, 5000), ERR_TOO_LARGE, 1, 1, "more than 2000 keys");
    Str twice = arena_printf(arena, "%.*skey_7: x\n", STR_ARG(map_of(arena, 1500)));
    refused(twice, ERR_INVALID, 1501, 1, "duplicate key 'key_7': it stands at line 8");
    assert_true(now_us() - start < 2000000);
}

TEST(hostile_repetitions_in_bounded_time) {
    static const struct {
        const char *head, *unit, *tail;
    } cases[] = {
        {"", "{a: ", ""},          {"", "? ", ""},         {"", ": ", ""},         {"", "&a ", ""}, {"", "'", ""},
        {"a: '", "''", "'"},       {"a: \"", "\\n", "\""}, {"", "#\n", ""},        {"", "\n", ""},  {"", "---\n", ""},
        {"a: |\n  ", "x\n  ", ""}, {"a: ", "b c ", ""},    {"", "%TAG ! x\n", ""}, {"", "[]:", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Str text = repeat(arena, cases[i].head, cases[i].unit, 900000 / strlen(cases[i].unit), cases[i].tail);
        int64_t start = now_us();
        Result r = parse(arena, text);
        assert_true(r.code == ERR_OK || r.err.message[0]);
        if (now_us() - start > 5000000) fail_msg("'%s' repeated took %" PRId64 " us", cases[i].unit, now_us() - start);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_one_based_and_in_characters),
        cmocka_unit_test(scalars_by_style),
        cmocka_unit_test(nothing_is_null),
        cmocka_unit_test(byte_order_mark_and_windows_lines),
        cmocka_unit_test(refuses_references_and_tags),
        cmocka_unit_test(refuses_more_than_one_document),
        cmocka_unit_test(refuses_odd_keys),
        cmocka_unit_test(refuses_bytes_that_are_no_text),
        cmocka_unit_test(syntax_errors_have_a_place),
        cmocka_unit_test(caps),
        cmocka_unit_test(large_maps_in_bounded_time),
        cmocka_unit_test(hostile_repetitions_in_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
