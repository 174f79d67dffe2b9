#include "test.h"

#include "base/base.h"
#include "base/test_random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_MAX = 16 << 20 };

typedef struct Out {
    Buf buf;
    JsonWriter w;
    Err err;
} Out;

static void out_start(Out *out, bool is_pretty) {
    buf_init(&out->buf, OUT_MAX);
    json_writer_init(&out->w, sink_of_buf(&out->buf), is_pretty, &out->err);
}

static void assert_out(Out *out, const char *expected) {
    if (json_writer_finish(&out->w)) fail_msg("%s", out->err.message);
    if (!str_eq(buf_str(&out->buf), str_of(expected)))
        fail_msg("%.*s\ninstead of\n%s", STR_ARG(buf_str(&out->buf)), expected);
    buf_release(&out->buf);
}

static void write_all(JsonWriter *w) {
    json_object_begin(w);
    json_key(w, S("a"));
    json_array_begin(w);
    json_int(w, 1);
    json_float(w, 0.5);
    json_nil(w);
    json_array_end(w);
    json_key(w, S("e"));
    json_object_begin(w);
    json_object_end(w);
    json_key(w, S("r"));
    json_raw(w, S("[ 1 ]"));
    json_key(w, S("b"));
    json_bool(w, false);
    json_object_end(w);
}

TEST(compact_and_pretty) {
    Out out;
    out_start(&out, false);
    write_all(&out.w);
    assert_out(&out, "{\"a\":[1,0.5,null],\"e\":{},\"r\":[ 1 ],\"b\":false}");
    out_start(&out, true);
    write_all(&out.w);
    assert_out(&out,
               "{\n  \"a\": [\n    1,\n    0.5,\n    null\n  ],\n  \"e\": {},\n  \"r\": [ 1 ],\n  \"b\": false\n}\n");
}

TEST(values_by_the_rules) {
    Out out;
    out_start(&out, false);
    JsonWriter *w = &out.w;
    json_array_begin(w);
    json_value(w, value_null(TYPE(TYPE_DATE)));
    json_value(w, value_bool(true));
    json_value(w, value_int(INT64_C(9007199254740992)));
    json_value(w, value_int(INT64_C(9007199254740993))); /* beyond 2^53: text */
    json_value(w, value_int(INT64_C(-9007199254740992)));
    json_value(w, value_int(INT64_MIN));
    json_value(w, value_decimal(1250, 38, 2));
    json_value(w, value_decimal(-5, 38, 3));
    json_value(w, value_float(0.1));
    json_value(w, value_float(NAN));
    json_value(w, value_float(INFINITY));
    json_value(w, value_float(1e300));
    json_value(w, value_text(S("x\"y")));
    json_value(w, value_date(0));
    json_value(w, value_timestamp(1500000));
    json_value(w, value_json(S("{\"k\":1}")));
    json_int(w, INT64_MIN);
    json_array_end(w);
    assert_out(
        &out,
        "[null,true,9007199254740992,\"9007199254740993\",-9007199254740992,\"-9223372036854775808\",12.50,-0.005,0.1,null,null,"
        "1e+300,\"x\\\"y\",\"1970-01-01\",\"1970-01-01T00:00:01.5Z\",{\"k\":1},-9223372036854775808]");
}

static void assert_text(Str text, const char *expected) {
    Out out;
    out_start(&out, false);
    json_text(&out.w, text);
    assert_out(&out, expected);
}

TEST(escapes) {
    assert_text(S(""), "\"\"");
    assert_text((Str){0}, "\"\"");
    assert_text(S("\"\\/\b\f\n\r\t"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    assert_text(S("\x01\x1F\x7F"), "\"\\u0001\\u001f\x7F\"");
    assert_text(S("a\0b"), "\"a\\u0000b\"");
    assert_text(S("äöü東京😀"), "\"äöü東京😀\"");
    assert_text(S("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
    assert_text(S("\xC3"), "\"\xEF\xBF\xBD\"");
    assert_text(S("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    /* Each special byte at each place of the eight that are looked at together. */
    const char specials[] = {'"', '\\', '\n', '\x1F', '\x01', '\0', '\xFF'};
    for (size_t s = 0; s < sizeof(specials); s++)
        for (size_t at = 0; at < 20; at++) {
            char text[20], expected[64] = "\"";
            memset(text, 'a', sizeof(text));
            text[at] = specials[s];
            const char *const escapes[] = {"\\\"", "\\\\", "\\n", "\\u001f", "\\u0001", "\\u0000", "\xEF\xBF\xBD"};
            snprintf(expected, sizeof(expected), "\"%.*s%s%.*s\"", (int)at, "aaaaaaaaaaaaaaaaaaaa", escapes[s],
                     (int)(19 - at), "aaaaaaaaaaaaaaaaaaaa");
            assert_text((Str){text, sizeof(text)}, expected);
        }
}

TEST(misuse_is_an_error_and_ends_the_output) {
    Out out;
    for (int i = 0; i < 10; i++) {
        out_start(&out, false);
        JsonWriter *w = &out.w;
        switch (i) {
        case 0: break; /* nothing at all */
        case 1: json_object_begin(w); break;
        case 2:
            json_object_begin(w);
            json_int(w, 1);
            json_object_end(w);
            break;
        case 3:
            json_array_begin(w);
            json_key(w, S("k"));
            json_array_end(w);
            break;
        case 4:
            json_array_begin(w);
            json_object_end(w);
            break;
        case 5: json_array_end(w); break;
        case 6:
            json_int(w, 1);
            json_int(w, 2);
            break;
        case 7:
            json_object_begin(w);
            json_key(w, S("k"));
            json_object_end(w);
            break;
        case 8:
            json_object_begin(w);
            json_key(w, S("k"));
            json_key(w, S("l"));
            break;
        default: json_key(w, S("k")); break;
        }
        assert_int_equal(json_writer_finish(w), ERR_INTERNAL);
        assert_int_equal(out.err.code, ERR_INTERNAL);
        buf_release(&out.buf);
    }
}

TEST(depth) {
    Out out;
    for (int depth = 63; depth <= 66; depth++) {
        out_start(&out, depth % 2 == 0);
        for (int i = 0; i < depth; i++) {
            if (i % 2) json_object_begin(&out.w);
            if (i % 2) json_key(&out.w, S("k"));
            if (i % 2 == 0) json_array_begin(&out.w);
        }
        json_int(&out.w, 1);
        for (int i = depth - 1; i >= 0; i--) {
            if (i % 2) json_object_end(&out.w);
            if (i % 2 == 0) json_array_end(&out.w);
        }
        assert_int_equal(json_writer_finish(&out.w), depth <= JSON_WRITER_DEPTH_MAX ? ERR_OK : ERR_TOO_LARGE);
        buf_release(&out.buf);
    }
}

typedef struct Failing {
    size_t n_bytes;
    int n_calls;
} Failing;

static ErrCode fail_late(void *arg, Str bytes, Err *err) {
    Failing *failing = arg;
    failing->n_bytes += bytes.n;
    failing->n_calls++;
    return failing->n_bytes > 300000 ? err_set(err, ERR_IO, "gone") : ERR_OK;
}

TEST(a_failing_sink_is_asked_no_more) {
    Failing failing = {0};
    JsonWriter w;
    Err err;
    json_writer_init(&w, (Sink){fail_late, &failing}, false, &err);
    json_array_begin(&w);
    for (int i = 0; i < 200000; i++) json_text(&w, S("some text or other"));
    json_array_end(&w);
    assert_int_equal(json_writer_finish(&w), ERR_IO);
    assert_string_equal(err.message, "gone");
    assert_true(failing.n_calls < 8 && failing.n_bytes < 500000);
}

TEST(buffers_stay_small) {
    Out out;
    out_start(&out, false);
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    char *large = arena_alloc(arena, 1 << 20);
    memset(large, 'a', 1 << 20);
    large[100000] = '"';
    json_array_begin(&out.w);
    for (int i = 0; i < 3; i++) {
        json_text(&out.w, (Str){large, 1 << 20});
        json_int(&out.w, 7);
        assert_true(out.w.buf.cap <= 64 * 1024);
    }
    json_array_end(&out.w);
    assert_int_equal(json_writer_finish(&out.w), ERR_OK);
    assert_int_equal(out.buf.n, 2 + 3 * ((1 << 20) + 3 + 2) + 2);
    buf_release(&out.buf);
}

TEST(giving_up) {
    Out out;
    out_start(&out, false);
    (void)!err_set(&out.err, ERR_DATA, "the caller's own");
    json_array_begin(&out.w);
    json_writer_release(&out.w);
    json_writer_release(&out.w);
    json_writer_release(NULL);
    assert_string_equal(out.err.message, "the caller's own");
    assert_int_equal(out.buf.n, 0);
    buf_release(&out.buf);
}

TEST(to_a_file) {
    FILE *file = tmpfile();
    JsonWriter w;
    json_writer_init(&w, sink_of_file(file), false, NULL);
    json_text(&w, S("x"));
    assert_int_equal(json_writer_finish(&w), ERR_OK);
    char text[8] = "";
    rewind(file);
    assert_int_equal(fread(text, 1, sizeof(text), file), 3);
    assert_string_equal(text, "\"x\"");
    fclose(file);
    file = fopen("/dev/full", "w");
    if (!file) return;
    setvbuf(file, NULL, _IONBF, 0);
    json_writer_init(&w, sink_of_file(file), false, NULL);
    json_text(&w, S("x"));
    assert_int_equal(json_writer_finish(&w), ERR_IO);
    fclose(file);
}

TEST(reals_stay_reals) {
    const double reals[] = {1, -0.0, 1e16, 1e17, 1e300, 0.5, -12, INFINITY, NAN};
    Out out;
    out_start(&out, false);
    json_array_begin(&out.w);
    for (size_t i = 0; i < COUNT_OF(reals); i++) json_typed_float(&out.w, reals[i]);
    json_tree(&out.w, &(Json){.kind = JSON_REAL, .f = -0.0});
    json_array_end(&out.w);
    assert_out(&out, "[1.0,-0.0,10000000000000000.0,1e+17,1e+300,0.5,-12.0,null,null,-0.0]");
}

/* --- Round trip: a random tree is written, read, and compared --- */

static Str random_text(Random *random, Arena *arena) {
    size_t n = random_below(random, random_below(random, 20) ? 24 : 400);
    Buf buf;
    buf_init(&buf, 4 * n);
    for (size_t i = 0; i < n; i++) {
        char bytes[4];
        uint32_t rune = 1 + (uint32_t)random_below(random, i % 3 ? 0x7F : 0x10FFFE);
        buf_add(&buf, (Str){bytes, utf8_encode(rune, bytes)});
    }
    Str text = arena_str(arena, buf_str(&buf));
    buf_release(&buf);
    return text;
}

enum { TREE_DEPTH = 5 };

static const Json *random_tree(Random *random, Arena *arena, int depth) {
    Json *json = ARENA_NEW(arena, Json);
    json->kind = (JsonKind)random_below(random, depth > 0 ? 8 : 6);
    if (depth == TREE_DEPTH) json->kind = JSON_ARRAY; /* something to look into */
    size_t n = random_below(random, 6);
    if (json->kind == JSON_INT) json->i = (int64_t)(random_next(random) >> random_below(random, 64));
    if (json->kind == JSON_REAL)
        json->f = ldexp((double)(random_next(random) >> 11) + 0.5, -(int)random_below(random, 200) - 3);
    if (json->kind == JSON_TEXT) json->s = random_text(random, arena);
    if (json->kind == JSON_ARRAY) {
        const Json **items = ARENA_ARRAY(arena, const Json *, n);
        for (size_t i = 0; i < n; i++) items[i] = random_tree(random, arena, depth - 1);
        json->array.at = items;
        json->array.n = n;
    }
    if (json->kind == JSON_OBJECT) {
        JsonPair *pairs = ARENA_ARRAY(arena, JsonPair, n);
        for (size_t i = 0; i < n; i++) { /* keys must differ: number them */
            Str text = random_text(random, arena);
            pairs[i].key = arena_printf(arena, "%zu%.*s", i, STR_ARG(text));
            pairs[i].value = random_tree(random, arena, depth - 1);
        }
        json->object.at = pairs;
        json->object.n = n;
    }
    return json;
}

static bool trees_equal(const Json *a, const Json *b) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case JSON_INT: return a->i == b->i;
    case JSON_REAL: return memcmp(&a->f, &b->f, sizeof(a->f)) == 0;
    case JSON_TEXT: return str_eq(a->s, b->s);
    case JSON_ARRAY:
        if (a->array.n != b->array.n) return false;
        for (size_t i = 0; i < a->array.n; i++)
            if (!trees_equal(a->array.at[i], b->array.at[i])) return false;
        return true;
    case JSON_OBJECT:
        if (a->object.n != b->object.n) return false;
        for (size_t i = 0; i < a->object.n; i++)
            if (!str_eq(a->object.at[i].key, b->object.at[i].key) ||
                !trees_equal(a->object.at[i].value, b->object.at[i].value))
                return false;
        return true;
    default: return true;
    }
}

TEST(random_trees_round_trip) {
    Random random = random_start(__func__);
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    for (int i = 0; i < 3000; i++) {
        arena_reset(arena);
        const Json *tree = random_tree(&random, arena, TREE_DEPTH), *back = NULL;
        Out out;
        out_start(&out, i % 2);
        json_tree(&out.w, tree);
        assert_int_equal(json_writer_finish(&out.w), ERR_OK);
        if (json_parse(arena, buf_str(&out.buf), NULL, &back, &out.err))
            fail_msg("%s: %.*s", out.err.message, STR_ARG(buf_str(&out.buf)));
        if (!trees_equal(tree, back)) fail_msg("%.*s", STR_ARG(buf_str(&out.buf)));
        buf_release(&out.buf);
    }
}

TEST(random_bytes_come_out_well_formed) {
    Random random = random_start(__func__);
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    for (int i = 0; i < 20000; i++) {
        arena_reset(arena);
        char bytes[64];
        size_t n = random_below(&random, sizeof(bytes));
        for (size_t j = 0; j < n; j++) bytes[j] = (char)(1 + random_below(&random, i % 2 ? 255 : 127));
        Out out;
        const Json *back = NULL;
        out_start(&out, false);
        json_text(&out.w, (Str){bytes, n});
        assert_int_equal(json_writer_finish(&out.w), ERR_OK);
        assert_int_equal(json_parse(arena, buf_str(&out.buf), NULL, &back, &out.err), ERR_OK);
        if (utf8_is_valid((Str){bytes, n})) assert_true(str_eq(back->s, (Str){bytes, n}));
        buf_release(&out.buf);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_and_pretty),
        cmocka_unit_test(values_by_the_rules),
        cmocka_unit_test(escapes),
        cmocka_unit_test(misuse_is_an_error_and_ends_the_output),
        cmocka_unit_test(depth),
        cmocka_unit_test(a_failing_sink_is_asked_no_more),
        cmocka_unit_test(buffers_stay_small),
        cmocka_unit_test(giving_up),
        cmocka_unit_test(to_a_file),
        cmocka_unit_test(reals_stay_reals),
        cmocka_unit_test(random_trees_round_trip),
        cmocka_unit_test(random_bytes_come_out_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
