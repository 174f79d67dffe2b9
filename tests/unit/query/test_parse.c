/* Reading and printing queries: what is printed reads back to the same text; hostile JSON is refused with a path and in little time. */
#include "query_fixture.h"

/* ---- round trip ----------------------------------------------------------------------------------------------------- */

static Str printed(Fixture *f, const Query *query) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 22);
    JsonWriter writer;
    json_writer_init(&writer, sink_of_buf(&buf), false, &f->err);
    query_print(&writer, query);
    OK(f, json_writer_finish(&writer));
    return arena_str(f->arena, buf_str(&buf));
}

static Str reprinted(Fixture *f, Str json) {
    const Query *query = NULL;
    OK(f, query_parse_text(&f->ctx, json, &query, &f->err));
    return printed(f, query);
}

TEST(what_is_printed_reads_back_to_the_same) {
    const char *queries[] = {
        "{\"measures\":[\"trips\"]}",
        "{\"v\":1,\"source\":\"trip\",\"measures\":[\"trips\",{\"expr\":\"sum(distance)\",\"as\":\"d\"},{\"expr\":\"avg(minutes)\"}],"
        "\"dimensions\":[\"bike\",{\"expr\":\"lower(bike)\",\"as\":\"low\"},{\"expr\":\"\\\"odd name\\\"\",\"as\":\"o\"},\"a b.c\"]}",
        "{\"measures\":[\"trips\"],\"time\":{\"dimension\":\"started_at\",\"grain\":\"week\",\"range\":\"2020\",\"compare\":\"3 months\","
        "\"fill\":true}}",
        "{\"model\":7,\"measures\":[\"trips\"],\"time\":{\"range\":[null,\"2020-W53\"]}}",
        "{\"dimensions\":[{\"expr\":\"bucket(trip.distance, 5)\",\"as\":\"d\",\"fill\":true},{\"expr\":\"bike\",\"fill\":true}]}",
        "{\"measures\":[\"trips\"],\"time\":{\"range\":[2019,null]}}",
        "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"bike\",\"op\":\"in\",\"values\":[\"a\",\"\\u0001\\\"é\"]},"
        "{\"not\":{\"or\":[{\"expr\":\"is_paid\"},{\"member\":{\"expr\":\"lower(bike)\"},\"op\":\"set\"}]}},"
        "{\"member\":\"x\",\"op\":\"between\",\"values\":[-1,2.5]},{\"member\":\"y\",\"op\":\"equals\",\"value\":true},"
        "{\"member\":\"z\",\"op\":\"gt\",\"value\":9007199254740993},{\"member\":\"t\",\"op\":\"in_range\",\"values\":[null,\"2020\"]},"
        "{\"expr\":\"\\\"odd name\\\"\"}]}",
        "{\"measures\":[\"trips\"],\"where\":{\"member\":\"rider.id\",\"op\":\"not_in\",\"query\":{\"dimensions\":[\"rider.id\"],"
        "\"having\":[{\"member\":\"trips\",\"op\":\"lt\",\"value\":0.1}]}}}",
        "{\"source\":{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"]},\"measures\":[{\"expr\":\"avg(trips)\",\"as\":\"a\"}]}",
        "{\"measures\":[\"trips\",{\"expr\":\"share(trips, by a)\",\"as\":\"s\"}],\"time\":{\"range\":\"2020\",\"compare\":\"3 months\"},"
        "\"order\":[\"trips\",[\"s\",\"desc\"]],\"limit\":10,\"offset\":5,\"limit_per\":{\"by\":[\"a\",\"b\"],\"n\":3},\"others\":true,"
        "\"totals\":[\"all\",\"shown\"],\"unknown\":true}",
    };
    Fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        Str once = reprinted(&f, str_of(queries[i]));
        Str twice = reprinted(&f, once);
        assert_string_equal(arena_cstr(f.arena, once), arena_cstr(f.arena, twice));
    }
    fixture_free(&f);
}

TEST(conditions_may_be_names) {
    Fixture f;
    fixture_init(&f);
    Str once = reprinted(
        &f, S("{\"measures\":[\"trips\"],\"where\":[\"a b.c\",{\"not\":{\"expr\":\"\\\"odd name\\\"\"}},{\"expr\":"
              "\"long and dry\"},{\"or\":[\"long\",\"dry\"]}]}"));
    assert_true(
        str_find(
            once,
            S("{\"and\":[\"a b.c\",{\"not\":\"odd name\"},{\"expr\":\"long and dry\"},{\"or\":[\"long\",\"dry\"]}]}")) >
        0);
    assert_true(str_eq(reprinted(&f, once), once));
    fixture_free(&f);
}

TEST(numbers_keep_their_kind) {
    Fixture f;
    fixture_init(&f);
    Str once = reprinted(
        &f,
        S("{\"measures\":[\"trips\"],\"where\":[{\"member\":\"distance\",\"op\":\"in\",\"values\":[1.0,-0.0,1e16,7]}]}"));
    assert_true(str_find(once, S("[1.0,-0.0,10000000000000000.0,7]")) > 0);
    fixture_free(&f);
}

TEST(what_is_read_is_what_was_written) {
    Fixture f;
    fixture_init(&f);
    const Query *q = NULL;
    OK(&f,
       query_parse_text(
           &f.ctx,
           S("{\"measures\":[{\"expr\":\" sum(distance) \",\"as\":\"d\"}],\"dimensions\":[\"rider.plan\"],"
             "\"time\":{\"grain\":\"week\",\"range\":[2019,\"2020-03\"]},\"order\":[[\"d\",\"desc\"]],\"limit\":3,\"offset\":2,"
             "\"where\":[{\"member\":\"bike\",\"op\":\"not_in\",\"values\":[\"a\",1,0.5,false]}],\"unknown\":true}"),
           &q, &f.err));
    assert_int_equal(q->n_measures, 1);
    assert_true(str_eq(q->measures[0].name, S("sum(distance)")));
    assert_true(str_eq(q->measures[0].alias, S("d")));
    assert_int_equal(q->dimensions[0].expr->n_parts, 2);
    assert_int_equal(q->time.grain, TIME_GRAIN_WEEK);
    assert_true(str_eq(q->time.range.from, S("2019")) && str_eq(q->time.range.to, S("2020-03")));
    assert_true(q->order[0].is_desc);
    assert_int_equal(q->limit, 3);
    assert_int_equal(q->offset, 2);
    assert_true(q->shows_unknown);
    assert_int_equal(q->where->kind, QUERY_FILTER_AND);
    const QueryFilter *test = q->where->children[0];
    assert_int_equal(test->op, QUERY_OP_NOT_IN);
    const TypeKind kinds[] = {TYPE_TEXT, TYPE_INT64, TYPE_FLOAT64, TYPE_BOOL};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) assert_int_equal(test->values[i].type.kind, kinds[i]);
    assert_true(str_eq(test->path, S("where[0]")));
    fixture_free(&f);
}

/* ---- limits --------------------------------------------------------------------------------------------------------- */

static void refuse(Fixture *f, Str json, ErrCode code, const char *path) {
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    f->err = (Err){0};
    ErrCode got = query_parse_text(&f->ctx, json, &query, &f->err);
    if (!got) got = query_compile(&f->ctx, query, NULL, &plan, &f->err);
    if (got != code || strcmp(f->err.file, path) != 0) {
        fail_msg("%.200s: wanted %d at '%s', got %d at '%s': %s", json.p, (int)code, path, (int)got, f->err.file,
                 f->err.message);
    }
    assert_true(f->err.message[0]);
}

static Str repeated(Fixture *f, const char *before, const char *each, size_t n, const char *after) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 16 << 20);
    buf_add(&buf, str_of(before));
    for (size_t i = 0; i < n; i++) buf_add(&buf, str_of(each));
    buf_add(&buf, str_of(after));
    return arena_str(f->arena, buf_str(&buf));
}

TEST(depth_is_limited) {
    Fixture f;
    fixture_init(&f);
    Str ends = repeated(&f, "", "}", 10000, "");
    refuse(&f, repeated(&f, "{\"measures\":[\"trips\"],\"where\":", "{\"not\":", 10000, arena_cstr(f.arena, ends)),
           ERR_TOO_LARGE, "");
    refuse(&f, repeated(&f, "", "[", 10000, ""), ERR_TOO_LARGE, "");
    Str few = repeated(&f, "", "}", 17, "}");
    Str deep = repeated(&f, "{\"measures\":[\"trips\"],\"where\":", "{\"not\":", 17,
                        arena_cstr(f.arena, arena_printf(f.arena, "{\"expr\":\"is_paid\"}%.*s", STR_ARG(few))));
    refuse(&f, deep, ERR_TOO_LARGE, "where.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not");
    Str sources = repeated(&f, "", "{\"measures\":[\"trips\"],\"source\":", 18, "\"trip\"");
    sources = arena_printf(f.arena, "%.*s%.*s", STR_ARG(sources), STR_ARG(repeated(&f, "", "}", 18, "")));
    refuse(
        &f, sources, ERR_TOO_LARGE,
        "source.source.source.source.source.source.source.source.source.source.source.source.source.source.source.source.source");
    refuse(&f, repeated(&f, "{\"measures\":[{\"expr\":\"", "(", 5000, "\"}]}"), ERR_TOO_LARGE, "measures[0].expr");
    fixture_free(&f);
}

TEST(the_deepest_query_that_is_read_can_be_printed) {
    Fixture f;
    fixture_init(&f);
    Str deep = S("{\"expr\":\"is_paid\"}");
    for (int i = 0; i < 8; i++) {
        deep = arena_printf(
            f.arena,
            "{\"member\":\"bike\",\"op\":\"in\",\"query\":{\"dimensions\":[\"bike\"],\"where\":{\"and\":[%.*s]}}}",
            STR_ARG(deep));
    }
    Str json = arena_printf(f.arena, "{\"measures\":[\"trips\"],\"where\":%.*s}", STR_ARG(deep));
    Str once = reprinted(&f, json);
    assert_string_equal(arena_cstr(f.arena, once), arena_cstr(f.arena, reprinted(&f, once)));
    fixture_free(&f);
}

TEST(sizes_are_limited) {
    Fixture f;
    fixture_init(&f);
    Str many = repeated(&f, "{\"measures\":[\"trips\"", ",\"trips\"", 64, "]}");
    refuse(&f, many, ERR_TOO_LARGE, "measures");
    Str values =
        repeated(&f, "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"bike\",\"op\":\"in\",\"values\":[\"b\"",
                 ",\"b\"", 10000, "]}]}");
    refuse(&f, values, ERR_TOO_LARGE, "where[0].values");
    Str conditions = repeated(&f, "{\"measures\":[\"trips\"],\"where\":[{\"expr\":\"is_paid\"}",
                              ",{\"expr\":\"is_paid\"}", 64, "]}");
    refuse(&f, conditions, ERR_TOO_LARGE, "where");
    refuse(&f, repeated(&f, "{\"measures\":[\"", "x", 5 << 20, "\"]}"), ERR_TOO_LARGE, "");
    refuse(&f, repeated(&f, "{\"measures\":[\"", "x", 300, "\"]}"), ERR_TOO_LARGE, "measures[0]");
    refuse(&f, repeated(&f, "{\"measures\":[{\"expr\":\"trips\",\"as\":\"", "x", 200, "\"}]}"), ERR_TOO_LARGE,
           "measures[0].as");
    refuse(&f, repeated(&f, "{\"measures\":[{\"expr\":\"1", " + trips", 500, "\"}]}"), ERR_TOO_LARGE,
           "measures[0].expr");
    refuse(&f, repeated(&f, "{\"measures\":[{\"expr\":\"coalesce(trips", ", trips", 20, ")\"}]}"), ERR_INVALID,
           "measures[0]");
    refuse(&f, S("{\"measures\":[\"trips\"],\"limit\":10000001}"), ERR_INVALID, "limit");
    refuse(&f, S("{\"measures\":[\"trips\"],\"offset\":-1}"), ERR_INVALID, "offset");
    refuse(&f, S("{\"measures\":[\"trips\"],\"limit\":99999999999999999999}"), ERR_INVALID, "");
    refuse(&f, S("{\"measures\":[\"trips\"],\"measures\":[\"distance\"]}"), ERR_INVALID, "");
    refuse(&f, S("{\"measures\":[\"trips\"]} {}"), ERR_INVALID, "");
    refuse(&f, S("{\"measures\":[\"tr\xffips\"]}"), ERR_INVALID, "");
    fixture_free(&f);
}

TEST(ten_thousand_values_are_compiled) {
    Fixture f;
    fixture_init(&f);
    const char *ops[] = {"in", "not_in", "contains", "not_contains"};
    for (size_t i = 0; i < COUNT_OF(ops); i++) {
        const Query *query = NULL;
        const QueryPlan *plan = NULL;
        SqlText sql;
        Str before = arena_printf(
            f.arena, "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"bike\",\"op\":\"%s\",\"values\":[\"b\"",
            ops[i]);
        Str json = repeated(&f, arena_cstr(f.arena, before), ",\"b\"", 9999, "]}]}");
        OK(&f, query_parse_text(&f.ctx, json, &query, &f.err));
        OK(&f, query_compile(&f.ctx, query, NULL, &plan, &f.err));
        OK(&f, query_sql(&f.ctx, &SQL_DIALECT_DUCKDB, plan, &sql, &f.err));
        assert_int_equal(sql.n_params, 10000);
    }
    fixture_free(&f);
}

/* ---- broken queries ------------------------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* A few bytes of the text changed, doubled, swapped for a piece of another place, or cut. */
static Str mutated(Arena *arena, Str text, uint64_t *state) {
    const char pieces[] = "{}[]\",:0123456789.-eE\\u truefalsenull()'\x01\xc3";
    char *p = arena_alloc(arena, text.n + 1);
    memcpy(p, text.p, text.n);
    size_t n_changes = 1 + next_random(state) % 4;
    for (size_t i = 0; i < n_changes; i++) {
        size_t at = next_random(state) % text.n, from = next_random(state) % text.n;
        size_t room = text.n - MAX_OF(at, from), n = next_random(state) % 12;
        if (next_random(state) % 2) {
            p[at] = pieces[next_random(state) % (sizeof(pieces) - 1)];
        } else {
            memmove(p + at, text.p + from, MIN_OF(n, room));
        }
    }
    return (Str){p, next_random(state) % 20 ? text.n : next_random(state) % text.n};
}

TEST(broken_queries_are_read_or_refused_and_never_crash) {
    const Str seeds[] = {
        S("{\"v\":1,\"measures\":[\"trips\",{\"expr\":\"sum(distance) where is_paid\",\"as\":\"d\"}],\"dimensions\":[\"rider.plan\",\"started_at.month\"],"
          "\"time\":{\"dimension\":\"started_at\",\"grain\":\"week\",\"range\":[\"2020-W52\",\"2021-01\"]},"
          "\"where\":[{\"member\":\"bike\",\"op\":\"in\",\"values\":[\"b1\",\"b2\"]},{\"not\":{\"expr\":\"trip.minutes > 5 and weather = 'Dry'\"}}],"
          "\"having\":[{\"member\":\"d\",\"op\":\"gt\",\"value\":1.5}],\"order\":[[\"d\",\"desc\"]],\"limit\":10,\"offset\":1,\"unknown\":true}"),
        S("{\"dimensions\":[\"station.city\",\"station.name\"],\"where\":{\"or\":[{\"member\":\"station.city\",\"op\":\"not_contains\",\"values\":[\"u\"]},"
          "{\"member\":\"station.id\",\"op\":\"between\",\"values\":[\"s1\",\"s3\"]}]}}"),
        S("{\"measures\":[\"cost\",{\"expr\":\"rolling(avg, cost, 2 weeks)\",\"as\":\"r\"}],\"time\":{\"grain\":\"week\",\"range\":[100,104],\"compare\":\"1 week\"},"
          "\"dimensions\":[\"station.city\"],\"limit_per\":{\"by\":[\"station.city\"],\"n\":1}}"),
        S("{\"source\":{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"]},\"measures\":[{\"expr\":\"avg(trips)\",\"as\":\"a\"}],"
          "\"where\":{\"member\":\"bike\",\"op\":\"in\",\"query\":{\"dimensions\":[\"bike\"],\"time\":{\"range\":\"2021\"}}}}"),
    };
    Fixture f;
    fixture_init(&f);
    uint64_t random = 88172645463325252;
    int n_compiled = 0;
    for (int i = 0; i < 20000; i++) {
        Arena *arena = arena_new(0);
        Ctx ctx = f.ctx;
        ctx.arena = arena;
        const Query *query = NULL;
        const QueryPlan *plan = NULL;
        SqlText sql;
        f.err = (Err){0};
        ErrCode code =
            query_parse_text(&ctx, mutated(arena, seeds[(size_t)i % COUNT_OF(seeds)], &random), &query, &f.err);
        if (!code) code = query_compile(&ctx, query, NULL, &plan, &f.err);
        if (!code) code = query_sql(&ctx, &SQL_DIALECT_DUCKDB, plan, &sql, &f.err);
        assert_int_equal(code, f.err.code);
        assert_int_not_equal(code, ERR_INTERNAL);
        n_compiled += !code;
        arena_free(arena);
    }
    assert_true(n_compiled > 100);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_reads_back_to_the_same),
        cmocka_unit_test(conditions_may_be_names),
        cmocka_unit_test(numbers_keep_their_kind),
        cmocka_unit_test(what_is_read_is_what_was_written),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(the_deepest_query_that_is_read_can_be_printed),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(ten_thousand_values_are_compiled),
        cmocka_unit_test(broken_queries_are_read_or_refused_and_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
