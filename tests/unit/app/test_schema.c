/* Lines on answers -> JSON Schema; and every operation's line can be read. */
#include <string.h>

#include "app/app_op.h"
#include "app/app_schema.h"
#include "test.h"

static const char *schema_of(Arena *arena, const char *text) {
    Buf buf CLEANUP(buf_release);
    JsonWriter w;
    buf_init(&buf, 1 << 16);
    json_writer_init(&w, sink_of_buf(&buf), false, NULL);
    app_schema_print(&w, text);
    assert_int_equal(json_writer_finish(&w), ERR_OK);
    return arena_cstr(arena, buf_str(&buf));
}

TEST(shapes_are_printed) {
    static const char *const CASES[][2] = {
        {"text", "{\"type\":\"string\"}"},
        {"time", "{\"type\":\"string\",\"format\":\"date-time\"}"},
        {"any", "{}"},
        {"[int]", "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}"},
        {"Run", "{\"$ref\":\"#/components/schemas/Run\"}"},
        {"num|null", "{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"null\"}]}"},
        {"\"a\"|\"b\"", "{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}"},
        {"{a:int,b?:{c:text|null},d:[[any]]}",
         "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"object\",\"properties\":{\"c\":{\"anyOf\":[{"
         "\"type\":\"string\"},{\"type\":\"null\"}]}},\"required\":[\"c\"]},\"d\":{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{}"
         "}}},\"required\":[\"a\",\"d\"]}"},
        {"{*:bool}", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"boolean\"}}"},
    };
    Arena *arena = arena_new(0);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) assert_string_equal(schema_of(arena, CASES[i][0]), CASES[i][1]);
    arena_free(arena);
}

static void check_names(const char *schema) {
    size_t n;
    const AppShape *shapes = app_shapes(&n);
    for (const char *at = schema; (at = strstr(at, "schemas/"));) {
        at += strlen("schemas/");
        Str name = {at, strcspn(at, "\"")};
        bool is_known = false;
        for (size_t i = 0; i < n; i++) is_known |= str_eq(name, str_of(shapes[i].name));
        if (!is_known) fail_msg("no shape %.*s", STR_ARG(name));
    }
}

TEST(all_that_is_said_can_be_read) {
    Arena *arena = arena_new(0);
    size_t n;
    const AppShape *shapes = app_shapes(&n);
    for (size_t i = 0; i < n; i++) check_names(schema_of(arena, shapes[i].text));
    const Op *const *ops = app_ops(&n);
    for (size_t i = 0; i < n; i++) {
        if (op_is_remote(ops[i]) && !ops[i]->answer) fail_msg("%s does not say what it answers", ops[i]->name);
        if (ops[i]->answer) check_names(schema_of(arena, ops[i]->answer));
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_printed),
        cmocka_unit_test(all_that_is_said_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
