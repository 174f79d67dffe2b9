/* Sets of questions, gold, verdicts and their figures. What is the same is tested against another telling of it: cli/same_rows. */
#include "test.h"

#include "ask/ask_eval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the set -------------------------------------------------------------------------------------------------------- */

#define ONE "{\"id\":\"a\",\"db\":\"shop\",\"question\":\"how many?\",\"expect\":\"answer\",\"sql\":\"select 1\"}\n"

TEST(a_set_is_read) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const AskEvalSet *set = NULL;
    Err err = {0};
    Str text = S(
        "\xEF\xBB\xBF" ONE "\r\n  \n"
        "{\"id\":\"b\",\"db\":\"shop\",\"question\":\"and then?\",\"follows\":\"a\",\"note\":[1,{}],\"ordered\":true,\"kind\":\"more\","
        "\"sql\":\"with x as (select 2) select * from x\"}\n"
        "{\"id\":\"c\",\"db\":\"other\",\"question\":\"drop it\",\"expect\":\"refuse\",\"sql\":null,\"kind\":null}\n"
        "{\"id\":\"d\",\"db\":\"shop\",\"question\":\"best?\",\"expect\":\"clarify\",\"sql\":[\"select 1\",\"select 2\"]}\n"
        "{\"id\":\"e\",\"db\":\"shop\",\"question\":\"bare\",\"follows\":\"b\"}");
    assert_int_equal(ask_eval_set_read(arena, text, S("set.jsonl"), &set, &err), ERR_OK);
    assert_int_equal(set->n_items, 5);
    const AskEvalItem *items = set->items;
    assert_int_equal(items[0].follows, -1);
    assert_int_equal(items[0].expect, ASK_EVAL_EXPECT_ANSWER);
    assert_false(items[0].is_ordered);
    assert_int_equal(items[1].follows, 0);
    assert_int_equal(items[1].expect, ASK_EVAL_EXPECT_ANSWER);
    assert_true(items[1].is_ordered && str_eq(items[1].kind, S("more")));
    assert_int_equal(items[2].expect, ASK_EVAL_EXPECT_REFUSE);
    assert_int_equal(items[3].n_sql, 2);
    assert_int_equal(items[4].expect, ASK_EVAL_EXPECT_UNKNOWN);
    assert_int_equal(items[4].follows, 1);
}

TEST(a_bad_line_is_told) {
    static const struct {
        const char *line, *message;
    } bad[] = {
        {"{\"id\":", "JSON"},
        {"[1]", "a line is a JSON object, not an array"},
        {"{\"db\":\"shop\",\"question\":\"x\"}", "no 'id'"},
        {"{\"id\":\"b\",\"db\":\" \",\"question\":\"x\"}", "no 'db'"},
        {"{\"id\":\"b\",\"db\":\"shop\",\"question\":7}", "'question' is a text, not a number"},
        {"{\"id\":\"a\",\"db\":\"shop\",\"question\":\"x\"}", "the id 'a' stands here twice"},
        {"{\"id\":\"b\",\"db\":\"shop\",\"question\":\"x\",\"follows\":\"c\"}", "no question before this one"},
        {"{\"id\":\"b\",\"db\":\"else\",\"question\":\"x\",\"follows\":\"a\"}", "a question to another db"},
        {"{\"id\":\"b\",\"db\":\"shop\",\"question\":\"x\",\"expect\":\"maybe\"}",
         "answer, refuse or clarify, not 'maybe'"},
        {"{\"id\":\"b\",\"db\":\"shop\",\"question\":\"x\",\"ordered\":1}", "'ordered' is true or false, not a number"},
        {"{\"id\":\"b\",\"db\":\"shop\",\"question\":\"x\",\"sql\":[1]}", "'sql' is a text or a list of texts"},
        {"{\"id\":\"b\",\"db\":\"shop\",\"question\":\"x\",\"sql\":[\"select 1\",\"select 2\"]}", "an answer has one"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        const AskEvalSet *set = NULL;
        Err err = {0};
        Str text = arena_printf(arena, ONE "\n%s\n", bad[i].line);
        assert_int_equal(ask_eval_set_read(arena, text, S("set.jsonl"), &set, &err), ERR_INVALID);
        if (err.line != 3 || strcmp(err.file, "set.jsonl") != 0 || !strstr(err.message, bad[i].message))
            fail_msg("%s: %s:%d: %s", bad[i].line, err.file, err.line, err.message);
    }
}

/* ---- results -------------------------------------------------------------------------------------------------------- */

static const AskEvalResult *result_of(Arena *arena, Type type, TimeGrain grain, const Value *values, size_t n) {
    Str name = S("x");
    Err err;
    BatchBuilder *builder = batch_builder_new(arena, 1, &name, &type, n + 1);
    for (size_t i = 0; i < n; i++) {
        batch_builder_set(builder, 0, values[i]);
        batch_builder_next_row(builder);
    }
    AskEvalResultBuilder *result = ask_eval_result_new(arena, batch_builder_batch(builder), &grain);
    assert_int_equal(ask_eval_result_add(result, batch_builder_batch(builder), &err), ERR_OK);
    return ask_eval_result_end(result);
}

static bool is_same_text(Arena *arena, const char *gold, Type type, TimeGrain grain, Value got) {
    Value text = value_text(str_of(gold));
    return ask_eval_is_same(arena, result_of(arena, TYPE(TYPE_TEXT), TIME_GRAIN_NONE, &text, 1),
                            result_of(arena, type, grain, &got, 1), false);
}

TEST(typed_times_are_what_they_show) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    int64_t day = time_days_of((Civil){2014, 4, 1}), us = day * TIME_US_PER_DAY;
    Type date = TYPE(TYPE_DATE), timestamp = TYPE(TYPE_TIMESTAMP);
    static const struct {
        TimeGrain grain;
        const char *same, *other;
    } cases[] = {
        {TIME_GRAIN_NONE, "2014-04-01", "2014-04-02"},
        {TIME_GRAIN_DAY, "2014-04-01", "2014-04-02"},
        {TIME_GRAIN_MONTH, "2014-04", "2014-05"},
        {TIME_GRAIN_QUARTER, "2014-Q2", "2014-04"},
        {TIME_GRAIN_YEAR, "2014", "2013"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(is_same_text(arena, cases[i].same, date, cases[i].grain, value_date(day)));
        assert_true(is_same_text(arena, cases[i].same, timestamp, cases[i].grain, value_timestamp(us)));
        assert_false(is_same_text(arena, cases[i].other, date, cases[i].grain, value_date(day)));
        assert_false(is_same_text(arena, cases[i].other, timestamp, cases[i].grain, value_timestamp(us)));
    }
    us += 37230 * TIME_US_PER_SECOND;
    assert_true(is_same_text(arena, "2014-04-01 10:20:30", timestamp, TIME_GRAIN_NONE, value_timestamp(us)));
    assert_false(is_same_text(arena, "2014-04-01 10:20:31", timestamp, TIME_GRAIN_NONE, value_timestamp(us)));
    assert_true(is_same_text(arena, "2014-04-01", timestamp, TIME_GRAIN_NONE, value_timestamp(us)));
    assert_false(is_same_text(arena, "2014-04-01 10:20:30", date, TIME_GRAIN_NONE, value_date(day)));
}

TEST(decimals_are_numbers) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Value gold = value_float(12.5), whole = value_int(12), exact = value_decimal(1250, 9, 2),
          near = value_decimal(1200, 9, 2);
    const AskEvalResult *real = result_of(arena, TYPE(TYPE_FLOAT64), TIME_GRAIN_NONE, &gold, 1),
                        *count = result_of(arena, TYPE(TYPE_INT64), TIME_GRAIN_NONE, &whole, 1),
                        *dec = result_of(arena, TYPE_DEC(9, 2), TIME_GRAIN_NONE, &exact, 1),
                        *twelve = result_of(arena, TYPE_DEC(9, 2), TIME_GRAIN_NONE, &near, 1);
    assert_true(ask_eval_is_same(arena, real, dec, false));
    assert_true(ask_eval_is_same(arena, count, twelve, false));
    assert_false(ask_eval_is_same(arena, count, dec, false));
    assert_false(ask_eval_is_same(arena, real, twelve, false));
}

/* Many rows in another order cost no more than is bearable, and are found. */
TEST(large_results) {
    enum { N = 20000 };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Value *a = ARENA_ARRAY(arena, Value, N), *b = ARENA_ARRAY(arena, Value, N);
    for (int64_t i = 0; i < N; i++) {
        a[i] = value_int(i);
        b[i] = value_int((i + 7000) % N);
    }
    const AskEvalResult *gold = result_of(arena, TYPE(TYPE_INT64), TIME_GRAIN_NONE, a, N),
                        *got = result_of(arena, TYPE(TYPE_INT64), TIME_GRAIN_NONE, b, N);
    assert_true(ask_eval_is_same(arena, gold, got, false));
    assert_false(ask_eval_is_same(arena, gold, got, true));
    b[N / 2] = value_int(N);
    got = result_of(arena, TYPE(TYPE_INT64), TIME_GRAIN_NONE, b, N);
    assert_false(ask_eval_is_same(arena, gold, got, false));
}

/* ---- gold ----------------------------------------------------------------------------------------------------------- */

typedef struct Fixture {
    Arena *arena;
    Ctx ctx;
    EngineRegistry *registry;
    const char *dir;
    AskEvalGold *gold;
    Err err;
} Fixture;

#define OK(f, expr)                                                                      \
    do {                                                                                 \
        ErrCode ok_code_ = (expr);                                                       \
        if (ok_code_) fail_msg("%s: %s (%s)", #expr, (f)->err.message, (f)->err.detail); \
    } while (0)

static void fixture_new(Fixture *f) {
    char dir[] = "/tmp/eval test XXXXXX";
    assert_non_null(mkdtemp(dir));
    *f = (Fixture){.arena = arena_new(0), .registry = engine_registry_new()};
    f->dir = arena_cstr(f->arena, str_of(dir));
    f->ctx = (Ctx){.arena = f->arena, .security = &SECURITY_OWNER, .clock = CLOCK_SYSTEM, .as_of_us = INT64_MIN};
    const EngineConfig config = {.path = path_join(f->arena, dir, "shop.sqlite"), .is_create = true};
    EngineDb *db;
    EngineConn *conn;
    OK(f, engine_open(&f->ctx, f->registry, &ENGINE_SQLITE, &config, &db, &f->err));
    OK(f, engine_connect(&f->ctx, db, &conn, &f->err));
    OK(f, engine_execf(&f->ctx, conn, NULL, &f->err, "CREATE TABLE sale (item text, pieces int, price real)"));
    OK(f, engine_execf(&f->ctx, conn, NULL, &f->err,
                       "INSERT INTO sale VALUES ('Tea', 2, 4.0), ('Cup', 1, 9.5), ('Pot', 3, 20.25)"));
    engine_disconnect(conn);
    engine_close(db);
    f->gold = ask_eval_gold_new(f->arena, f->registry, dir);
}

static void fixture_free(Fixture *f) {
    char dir[64];
    (void)snprintf(dir, sizeof(dir), "%s", f->dir);
    arena_free(f->arena);
    engine_registry_free(f->registry);
    err_ignore(file_remove_tree(dir, NULL));
}

static const AskEvalResult *gold_of(Fixture *f, const char *sql) {
    const AskEvalResult *result = NULL;
    OK(f, ask_eval_gold_run(&f->ctx, f->gold, S("shop"), str_of(sql), 0, &result, &f->err));
    return result;
}

TEST(gold_is_run) {
    Fixture f;
    fixture_new(&f);
    const AskEvalResult *result = gold_of(&f, " SELECT item, pieces, price FROM sale ORDER BY pieces");
    assert_int_equal(result->n_rows, 3);
    assert_int_equal(result->n_columns, 3);
    assert_true(str_eq(result->cells[0].s, S("Cup")));
    assert_int_equal(result->cells[7].i, 3);
    assert_true(result->cells[8].f == 20.25);
    /* a column that begins whole and goes on with fractions; a count beside it stays one */
    result = gold_of(&f, "with x(a, b, c) as (values (1, 0, 'p'), (2, 2.5, 'q')) select a, b, c, a from x");
    assert_int_equal(result->n_rows, 2);
    assert_int_equal(result->cells[1].type.kind, TYPE_FLOAT64);
    assert_true(result->cells[5].f == 2.5);
    assert_int_equal(result->cells[7].type.kind, TYPE_INT64);
    assert_int_equal(gold_of(&f, "select item from sale where pieces > 9")->n_rows, 0);
    fixture_free(&f);
}

TEST(gold_that_is_none) {
    Fixture f;
    fixture_new(&f);
    const AskEvalResult *result = NULL;
    static const struct {
        const char *db, *sql;
        int limit_ms;
        ErrCode code;
    } bad[] = {
        {"shop", "delete from sale", 0, ERR_INVALID},
        {"shop", "attach 'x' as y", 0, ERR_INVALID},
        {"shop", "with x as (select 1) delete from sale", 0, ERR_CONFLICT},
        {"shop", "selec 1", 0, ERR_INVALID},
        {"shop", "select nope from sale", 0, ERR_ENGINE},
        {"none", "select 1", 0, ERR_NOT_FOUND},
        {"../shop", "select 1", 0, ERR_INVALID},
        {"shop", "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n", 50,
         ERR_TIMEOUT},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        ErrCode code =
            ask_eval_gold_run(&f.ctx, f.gold, str_of(bad[i].db), str_of(bad[i].sql), bad[i].limit_ms, &result, &f.err);
        if (code != bad[i].code) fail_msg("%s: %d: %s (%s)", bad[i].sql, (int)code, f.err.message, f.err.detail);
    }
    assert_null(result);
    assert_int_equal(gold_of(&f, "select * from sale")->n_rows, 3);
    fixture_free(&f);
}

/* ---- verdicts ------------------------------------------------------------------------------------------------------- */

typedef struct Given {
    AskStatus status;
    double confidence;
    const char *sql; /* gives the result; NULL: none */
    const char *reading;
} Given;

typedef struct Stub {
    Fixture *f;
    const Given *given;
    ptrdiff_t follows[16];
    Arena *arenas[16];
} Stub;

static ErrCode answer(void *arg, const Ctx *ctx, const AskEvalItem *item, size_t index, AskEvalAnswer *ret, Err *err) {
    Stub *stub = arg;
    const Given *given = &stub->given[index];
    *ret = (AskEvalAnswer){.status = given->status,
                           .confidence = given->confidence,
                           .reading = str_of(given->reading),
                           .read_us = (int64_t)index + 1,
                           .all_us = 1000};
    stub->follows[index] = item->follows;
    stub->arenas[index] = ctx->arena;
    return given->sql ? ask_eval_gold_run(ctx, stub->f->gold, S("shop"), str_of(given->sql), 0, &ret->result, err)
                      : ERR_OK;
}

#define LINE(id_, expect_, sql_)                                                                                      \
    "{\"id\":\"" id_ "\",\"db\":\"shop\",\"question\":\"q\",\"kind\":\"" expect_ "\",\"expect\":\"" expect_ "\"" sql_ \
    "}\n"
#define PIECES ",\"sql\":\"select sum(pieces) from sale\""
#define ITEMS ",\"ordered\":true,\"sql\":\"select item from sale order by item\""
#define BEST ",\"sql\":[\"select 'Pot'\",\"select 'Tea'\"]"

static const char SET[] = LINE("right", "answer", PIECES) LINE("wrong", "answer", PIECES ",\"follows\":\"right\"")
    LINE("order", "answer", ITEMS) LINE("silent", "answer", PIECES) LINE("asked", "answer", PIECES)
        LINE("refused", "refuse", "") LINE("told", "refuse", "") LINE("failed", "refuse", "")
            LINE("asks", "clarify", BEST) LINE("says", "clarify", BEST)
                LINE("unsaid", "clarify", BEST) "{\"id\":\"bare\",\"db\":\"shop\",\"question\":\"q\"}\n";

static const Given GIVEN[] = {
    {ASK_ANSWERED, 0.9, "select 'all', 6", "pieces"},
    {ASK_ANSWERED, 0.8, "select 5", "pieces"},
    {ASK_ANSWERED, 0.4, "select item from sale order by item desc", "items"},
    {ASK_DECLINED, 0.0, NULL, ""},
    {ASK_CLARIFY, 0.3, "select 6", ""},
    {ASK_DECLINED, 0.0, NULL, ""},
    {ASK_ANSWERED, 0.5, "select 1", "one"},
    {ASK_ERROR, 0.0, NULL, ""},
    {ASK_CLARIFY, 0.5, NULL, ""},
    {ASK_ANSWERED, 0.5, "select 'tea'", "by lines"},
    {ASK_ANSWERED, 0.5, "select 'pot'", " "},
    {ASK_ANSWERED, 0.5, "select 1", "x"},
};

static const AskEvalVerdict VERDICTS[] = {ASK_EVAL_RIGHT,  ASK_EVAL_WRONG, ASK_EVAL_WRONG, ASK_EVAL_MISSED,
                                          ASK_EVAL_MISSED, ASK_EVAL_RIGHT, ASK_EVAL_WRONG, ASK_EVAL_MISSED,
                                          ASK_EVAL_RIGHT,  ASK_EVAL_RIGHT, ASK_EVAL_WRONG, ASK_EVAL_UNJUDGED};

static const AskEvalReport *run_stub(Fixture *f, Stub *stub, AskEvalGold *gold) {
    const AskEvalSet *set = NULL;
    AskEvalScore *scores = NULL;
    OK(f, ask_eval_set_read(f->arena, str_of(SET), S("set"), &set, &f->err));
    *stub = (Stub){.f = f, .given = GIVEN};
    const AskEvalOptions options = {.gold = gold};
    const AskEvalAnswerer answerer = {answer, stub};
    OK(f, ask_eval_run(&f->ctx, set, &options, &answerer, &scores, &f->err));
    return ask_eval_report_make(f->arena, scores, set->n_items);
}

static void assert_near(double got, double wanted) {
    if (!(fabs(got - wanted) < 1e-9)) fail_msg("%g, not %g", got, wanted);
}

TEST(answers_are_judged) {
    Fixture f;
    Stub stub;
    fixture_new(&f);
    const AskEvalReport *report = run_stub(&f, &stub, f.gold);
    for (size_t i = 0; i < COUNT_OF(VERDICTS); i++)
        if (report->scores[i].verdict != VERDICTS[i])
            fail_msg("%s: %s", report->scores[i].item->id.p, ask_eval_verdict_name(report->scores[i].verdict));
    assert_int_equal(stub.follows[1], 0);
    assert_int_equal(stub.follows[2], -1);
    assert_ptr_equal(stub.arenas[0], stub.arenas[11]);
    assert_true(str_eq(report->scores[1].got, S("1 row: 5")) && str_eq(report->scores[1].wanted, S("1 row: 6")));
    assert_true(str_eq(report->scores[2].got, S("3 rows: Tea | Pot | Cup")));
    assert_true(str_eq(report->scores[6].wanted, S("no answer")));
    assert_true(str_eq(report->scores[10].wanted, S("1 row: Pot or 1 row: Tea")));
    assert_true(report->scores[4].is_same); /* what it asked about was right */

    const AskEvalCount *all = &report->all;
    assert_int_equal(all->n, 11);
    assert_int_equal(all->n_wrong, 4);
    assert_int_equal(all->n_missed, 3);
    assert_near(ask_eval_accuracy(all), 4.0 / 11);
    assert_near(ask_eval_coverage(all), 3.0 / 5);
    assert_near(ask_eval_precision(all), 2.0 / 6);
    assert_int_equal(report->n_dbs, 1);
    assert_int_equal(report->n_kinds, 3);
    assert_true(str_eq(report->kinds[1].name, S("clarify")));
    assert_int_equal(report->kinds[1].n, 3);
    assert_near(ask_eval_accuracy(&report->kinds[1]), 2.0 / 3);
    assert_true(isnan(ask_eval_coverage(&report->kinds[1])));
    assert_int_equal(report->read.p50, 6);
    assert_int_equal(report->read.p90, 11);
    assert_int_equal(report->read.max, 12);

    /* results by confidence: 0.3 right, 0.4 wrong, 0.8 wrong, 0.9 right, of 5 questions due */
    assert_int_equal(report->n_bins, 4);
    assert_near(report->bins[0].mean, 0.3);
    assert_near(report->bins[0].right, 1);
    assert_near(report->bins[2].right, 0);
    assert_near(report->error, (0.7 + 0.4 + 0.8 + 0.1) / 4);
    assert_near(report->precision_at[0], 0.5); /* 4 of 5 is the first that is 70 %, and 80 % */
    assert_near(report->precision_at[1], 0.5);
    assert_true(isnan(report->precision_at[2]));
    fixture_free(&f);
}

TEST(without_gold_only_what_needs_none_is_judged) {
    Fixture f;
    Stub stub;
    fixture_new(&f);
    const AskEvalReport *report = run_stub(&f, &stub, NULL);
    assert_int_equal(report->all.n, 3);
    assert_int_equal(report->all.n_right, 1);
    assert_true(isnan(ask_eval_coverage(&report->all)));
    assert_int_equal(report->n_bins, 0);
    fixture_free(&f);
}

TEST(bins_are_of_equal_count) {
    enum { N = 25 };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const AskEvalItem item = {.id = S("x"), .db = S("d"), .expect = ASK_EVAL_EXPECT_ANSWER, .follows = -1};
    AskEvalScore scores[N];
    for (size_t i = 0; i < N; i++)
        scores[i] = (AskEvalScore){.item = &item,
                                   .verdict = i < 20 ? ASK_EVAL_RIGHT : ASK_EVAL_WRONG,
                                   .confidence = 1 - (double)i / N,
                                   .has_result = true,
                                   .is_same = i < 20};
    const AskEvalReport *report = ask_eval_report_make(arena, scores, N);
    assert_int_equal(report->n_bins, 10);
    size_t n = 0;
    for (size_t i = 0; i < report->n_bins; i++) {
        assert_true(report->bins[i].n == 2 || report->bins[i].n == 3);
        assert_true(report->bins[i].from <= report->bins[i].to &&
                    (!i || report->bins[i - 1].to <= report->bins[i].from));
        n += report->bins[i].n;
    }
    assert_int_equal(n, N);
    assert_near(report->precision_at[0], 1);           /* the best 18 */
    assert_near(report->precision_at[2], 20.0 / 23.0); /* the best 23 */
}

/* ---- the report ----------------------------------------------------------------------------------------------------- */

static const char *written(Fixture *f, const AskEvalReport *report, WriterFormat format) {
    Buf out;
    buf_init(&out, 1 << 20);
    const WriterOptions options = {.format = format};
    Writer *w = writer_new(f->arena, sink_of_buf(&out), &options);
    OK(f, ask_eval_report_write(report, w, &f->err));
    OK(f, writer_finish(w, &f->err));
    const char *text = arena_cstr(f->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

TEST(a_report_is_written) {
    Fixture f;
    Stub stub;
    fixture_new(&f);
    const AskEvalReport *report = run_stub(&f, &stub, f.gold);
    const Json *json = NULL;
    OK(&f, json_parse(f.arena, str_of(written(&f, report, WRITER_JSON)), &JSON_LIMITS_DEFAULT, &json, &f.err));
    assert_near(json_get(json, S("accuracy"))->f, 4.0 / 11);
    assert_int_equal(json_get(json, S("wrong"))->i, 4);
    assert_int_equal(json_get(json, S("precision_at_90"))->kind, JSON_NULL);
    assert_int_equal(json_get(json_get(json, S("read_us")), S("max"))->i, 12);
    assert_int_equal(json_get(json_get(json, S("kinds")), S("rows"))->array.n, 3);
    const Json *misses = json_get(json_get(json, S("misses")), S("rows"));
    assert_int_equal(misses->array.n, 7);
    assert_true(str_eq(misses->array.at[0]->array.at[0]->s, S("wrong")));
    const char *text = written(&f, report, WRITER_TEXT);
    static const char *const parts[] = {
        "36.4 % (4 right of 11 judged)",       "60.0 % (3 answered of 5 that have an answer)",
        "33.3 % (2 right of 6 answered)",      "order (answer): wrong, answered with confidence 0.40",
        "  got       3 rows: Tea | Pot | Cup", "  gold      3 rows: Cup | Pot | Tea"};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (!strstr(text, parts[i])) fail_msg("no '%s' in:\n%s", parts[i], text);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_read),
        cmocka_unit_test(a_bad_line_is_told),
        cmocka_unit_test(typed_times_are_what_they_show),
        cmocka_unit_test(decimals_are_numbers),
        cmocka_unit_test(large_results),
        cmocka_unit_test(gold_is_run),
        cmocka_unit_test(gold_that_is_none),
        cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(without_gold_only_what_needs_none_is_judged),
        cmocka_unit_test(bins_are_of_equal_count),
        cmocka_unit_test(a_report_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
