/*
 * Functions that engine/ gives SQLite, and those of PostgreSQL, against DuckDB's own, on random rows: aggregates of groups and over
 * windows, and the two cases of all letters. What must come out is DuckDB's answer; test_engine_dialect.c has known ones.
 */
#include "engine/engine_fixture.h"

#include "base/test_random.h"

#include <math.h>

enum { N_ROWS = 400, N_GROUPS = 7, N_COLUMNS = 4 };

static Fixture fixtures[COUNT_OF(ENGINES)];
static const char *const NAMES[N_COLUMNS] = {"g", "x", "y", "k"};

/* A group, two floats that hang together, and a key with many equals; one in nine is null. */
static void random_row(Random *random, Value row[N_COLUMNS]) {
    double x = (double)random_below(random, 2000) / 7 - 100, noise = (double)random_below(random, 1000) / 30;
    row[0] = value_int((int64_t)random_below(random, N_GROUPS));
    row[1] = value_float(x + 1e5);
    row[2] = value_float(noise - 3 * x);
    row[3] = value_int((int64_t)random_below(random, 9));
    for (size_t i = 1; i < N_COLUMNS; i++)
        if (random_below(random, 9) == 0) row[i] = value_null(row[i].type);
}

static int setup(void **state) {
    (void)state;
    Random random = random_start("test_engine_agree");
    for (size_t i = 0; i < n_engines(); i++) {
        Fixture *f = &fixtures[i];
        fixture_new(f, ENGINES[i]);
        OK(f, engine_execf(&f->ctx, f->conn, NULL, &f->err, "CREATE TABLE random_rows (i %T, g %T, x %T, y %T, k %T)",
                           &TYPE(TYPE_INT64), &TYPE(TYPE_INT64), &TYPE(TYPE_FLOAT64), &TYPE(TYPE_FLOAT64),
                           &TYPE(TYPE_INT64)));
        OK(f, engine_begin(&f->ctx, f->conn, true, &f->err));
    }
    for (int64_t n = 0; n < N_ROWS; n++) {
        Value row[N_COLUMNS], id = value_int(n);
        random_row(&random, row);
        for (size_t i = 0; i < n_engines(); i++) {
            Fixture *f = &fixtures[i];
            OK(f, engine_execf(&f->ctx, f->conn, NULL, &f->err, "INSERT INTO random_rows VALUES (%V, %V, %V, %V, %V)",
                               &id, &row[0], &row[1], &row[2], &row[3]));
        }
    }
    for (size_t i = 0; i < n_engines(); i++)
        OK(&fixtures[i], engine_commit(&fixtures[i].ctx, fixtures[i].conn, &fixtures[i].err));
    return 0;
}

static int teardown(void **state) {
    (void)state;
    for (size_t i = 0; i < n_engines(); i++) fixture_free(&fixtures[i]);
    return 0;
}

/* ---- asking both ---------------------------------------------------------------------------------------------------- */

typedef VEC(Value) Values;

/* All values of the result, row by row. */
static Values ask(Fixture *f, const SqlSelect *select) {
    SqlText sql;
    EngineStream *stream;
    Values values = {0};
    OK(f, sql_print_select(f->arena, engine_dialect(f->engine), select, &sql, &f->err));
    OK(f, engine_query(&f->ctx, f->conn, &sql, &stream, &f->err));
    for (const Batch *batch;;) {
        OK(f, engine_stream_next(stream, &batch, &f->err));
        if (!batch) break;
        for (size_t row = 0; row < batch->n_rows; row++) {
            for (size_t i = 0; i < batch->n_columns; i++) {
                Value value = column_value(&batch->columns[i], row);
                if (value.type.kind == TYPE_TEXT) value.s = arena_str(f->arena, value.s);
                VEC_PUSH(f->arena, &values, value);
            }
        }
    }
    engine_stream_close(stream);
    return values;
}

static bool agree(Value a, Value b) {
    if (a.is_null || b.is_null) return a.is_null == b.is_null;
    if (a.type.kind != TYPE_FLOAT64) return value_eq(a, b);
    return fabs(a.f - b.f) <= 1e-9 * fmax(fabs(a.f), fabs(b.f)) + 1e-12;
}

static void assert_both_agree(const SqlSelect *select, const char *what, size_t e) {
    Values duckdb = ask(&fixtures[0], select), other = ask(&fixtures[e], select);
    assert_int_equal(duckdb.n, other.n);
    for (size_t i = 0; i < duckdb.n; i++) {
        if (agree(duckdb.at[i], other.at[i])) continue;
        Arena *arena = fixtures[0].arena;
        fail_msg("%s, value %zu: DuckDB has %.*s, %s has %.*s", what, i, STR_ARG(value_print(arena, duckdb.at[i])),
                 engine_name(ENGINES[e]), STR_ARG(value_print(arena, other.at[i])));
    }
}

/* Whether the engine's dialect has it; else it must say so. */
static bool is_there(const SqlSelect *select, size_t e) {
    SqlText sql;
    Fixture *f = &fixtures[e];
    ErrCode code = sql_print_select(f->arena, engine_dialect(f->engine), select, &sql, &f->err);
    if (code) assert_int_equal(code, ERR_UNSUPPORTED);
    return !code;
}

static void assert_agree(const SqlSelect *select, const char *what) {
    for (size_t e = 1; e < n_engines(); e++)
        if (ENGINES[e] != &ENGINE_POSTGRES || is_there(select, e)) assert_both_agree(select, what, e);
}

/* ---- the aggregates ------------------------------------------------------------------------------------------------- */

static Arena *arena_of_tests(void) {
    return fixtures[0].arena;
}

static const SqlExpr *column(size_t i) {
    return sql_column(arena_of_tests(), S("r"), str_of(NAMES[i]), TYPE(i == 1 || i == 2 ? TYPE_FLOAT64 : TYPE_INT64));
}

static const SqlExpr *row_id(void) {
    return sql_column(arena_of_tests(), S("r"), S("i"), TYPE(TYPE_INT64));
}

typedef struct Aggregate {
    SqlFn fn;
    size_t n_args;
    const SqlExpr *args[3];
    bool is_sqlite_windowed;
} Aggregate;

static size_t aggregates(Aggregate ret[static 16]) {
    const SqlExpr *x = column(1), *y = column(2), *k = column(3);
    Aggregate all[] = {
        {SQL_FN_MEDIAN, 1, {x}, true},
        {SQL_FN_PERCENTILE, 2, {x, sql_literal(arena_of_tests(), value_float(0.9))}, true},
        {SQL_FN_PERCENTILE, 2, {k, sql_literal(arena_of_tests(), value_decimal(123, 4, 4))}, true},
        {SQL_FN_STDDEV, 1, {x}, true},
        {SQL_FN_VARIANCE, 1, {k}, true},
        {SQL_FN_CORR, 2, {y, x}, true},
        {SQL_FN_REGR_SLOPE, 2, {y, x}, true},
        {SQL_FN_REGR_INTERCEPT, 2, {y, x}, true},
        {SQL_FN_FIRST, 2, {y, k}, false},
        {SQL_FN_LAST, 3, {x, k, y}, false},
        {SQL_FN_COUNT, 1, {k}, true},
        {SQL_FN_AVG, 1, {x}, true},
    };
    memcpy(ret, all, sizeof(all));
    return COUNT_OF(all);
}

static SqlSelect *select_of(SqlItem *items, size_t n_items, const SqlOrder *order) {
    SqlSelect *select = sql_select_new(arena_of_tests());
    SqlFrom *from = ARENA_NEW(arena_of_tests(), SqlFrom);
    *from = (SqlFrom){.relation = sql_relation_table(arena_of_tests(), (Str){0}, S("random_rows")), .alias = S("r")};
    select->items = items;
    select->n_items = n_items;
    select->from = from;
    select->n_from = 1;
    select->order = order;
    select->n_order = 1;
    return select;
}

static void check_groups(const Aggregate *a, bool is_distinct, const SqlExpr *filter) {
    const SqlExpr *call = sql_aggregate(arena_of_tests(), a->fn, a->args, a->n_args, is_distinct, filter);
    SqlItem items[] = {{column(0), S("g")}, {call, S("a")}};
    SqlOrder order = {.expr = items[0].expr};
    SqlSelect *select = select_of(items, 2, &order);
    size_t group_by[] = {0};
    select->group_by = group_by;
    select->n_group_by = 1;
    assert_agree(select, sql_fn_info(a->fn)->name);
}

TEST(aggregates_of_groups) {
    Aggregate all[16];
    size_t n = aggregates(all);
    const SqlExpr *few = sql_call2(arena_of_tests(), SQL_FN_LT, row_id(), sql_literal(arena_of_tests(), value_int(9)));
    for (size_t i = 0; i < n; i++) {
        check_groups(&all[i], false, NULL);
        check_groups(&all[i], false, few); /* groups of none and of one */
        if (all[i].n_args == 1) check_groups(&all[i], true, NULL);
    }
}

TEST(aggregates_over_windows) {
    const SqlFrame frames[] = {
        {0}, SQL_FRAME_RUNNING, SQL_FRAME_ROWS(5, 0), SQL_FRAME_ROWS(40, -2), SQL_FRAME_ROWS(-1, SQL_FRAME_UNBOUNDED)};
    Aggregate all[16];
    size_t n = aggregates(all);
    SqlOrder order = {.expr = row_id()};
    const SqlExpr *group = column(0);
    for (size_t i = 0; i < n; i++) {
        if (!all[i].is_sqlite_windowed) continue;
        const SqlExpr *call = sql_aggregate(arena_of_tests(), all[i].fn, all[i].args, all[i].n_args, false, NULL);
        for (size_t k = 0; k < COUNT_OF(frames); k++) {
            SqlWindow window = {
                .partition = &group, .n_partition = 1, .order = &order, .n_order = 1, .frame = frames[k]};
            SqlItem items[] = {{order.expr, S("i")}, {sql_over(arena_of_tests(), call, &window), S("a")}};
            assert_agree(select_of(items, 2, &order), sql_fn_info(all[i].fn)->name);
        }
    }
}

/* A value far from the others that leaves the frame takes nothing with it. */
TEST(what_leaves_a_frame_leaves_no_trace) {
    for (size_t i = 0; i < n_engines(); i++) {
        Fixture *f = &fixtures[i];
        OK(f, run(f, "CREATE TABLE outlier (i BIGINT, x DOUBLE PRECISION)"));
        OK(f, run(f, "INSERT INTO outlier VALUES (1, 1e15), (2, 0.1), (3, 0.1), (4, 0.1), (5, 0.3)"));
        const SqlExpr *x = sql_column(f->arena, S("r"), S("x"), TYPE(TYPE_FLOAT64));
        SqlOrder order = {.expr = row_id()};
        SqlWindow window = {.order = &order, .n_order = 1, .frame = SQL_FRAME_ROWS(2, 0)};
        SqlItem item = {sql_over(f->arena, sql_call1(f->arena, SQL_FN_VARIANCE, x), &window), S("v")};
        SqlSelect *select = select_of(&item, 1, &order);
        SqlFrom from = {.relation = sql_relation_table(f->arena, (Str){0}, S("outlier")), .alias = S("r")};
        select->from = &from;
        Values values = ask(f, select);
        assert_int_equal(values.n, 5);
        assert_true(values.at[0].is_null);
        assert_true(values.at[3].f == 0);
        assert_true(fabs(values.at[4].f - 0.04 / 3) < 1e-15);
    }
}

/* Which SQLite cannot hold. */
static void nans_on(Fixture *f) {
    OK(f, run(f, "CREATE TABLE nans (x DOUBLE PRECISION, y DOUBLE PRECISION)"));
    OK(f, run(f, "INSERT INTO nans VALUES (1, 2), ('nan', 7), (3, 6), (5, 'nan'), (NULL, 'nan')"));
    const SqlExpr *x = sql_column(f->arena, S("r"), S("x"), TYPE(TYPE_FLOAT64)),
                  *y = sql_column(f->arena, S("r"), S("y"), TYPE(TYPE_FLOAT64));
    const SqlExpr *last = sql_literal(f->arena, value_int(1));
    SqlItem items[] = {{sql_call1(f->arena, SQL_FN_MEDIAN, x), S("a")},
                       {sql_call2(f->arena, SQL_FN_PERCENTILE, y, last), S("b")},
                       {sql_call1(f->arena, SQL_FN_STDDEV, x), S("c")},
                       {sql_call1(f->arena, SQL_FN_VARIANCE, x), S("d")},
                       {sql_call2(f->arena, SQL_FN_REGR_SLOPE, y, x), S("e")},
                       {sql_call2(f->arena, SQL_FN_REGR_INTERCEPT, y, x), S("f")}};
    const double wanted[] = {3, 7, 2, 4, 2, 0};
    SqlFrom from = {.relation = sql_relation_table(f->arena, (Str){0}, S("nans")), .alias = S("r")};
    SqlSelect select = {.items = items, .n_items = COUNT_OF(items), .from = &from, .n_from = 1, .limit = -1};
    Values values = ask(f, &select);
    assert_int_equal(values.n, COUNT_OF(wanted));
    for (size_t i = 0; i < values.n; i++) assert_true(!values.at[i].is_null && values.at[i].f == wanted[i]);
}

TEST(a_nan_counts_as_null) {
    nans_on(&fixtures[0]);
    if (postgres_server()) nans_on(&fixtures[2]);
}

/* ---- limits and letters --------------------------------------------------------------------------------------------- */

TEST(too_many_values_for_a_percentile) {
    Fixture *f = &fixtures[1];
    SqlText sql = {.text = S("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) "
                             "SELECT starling_median(a.i + b.i) FROM n AS a, n AS b")};
    Value value;
    FAILS(f, ERR_TOO_LARGE, engine_value(&f->ctx, f->conn, &sql, &value, &f->err));
    sql.text = S("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300) "
                 "SELECT starling_median(a.i + b.i) FROM n AS a, n AS b");
    OK(f, engine_value(&f->ctx, f->conn, &sql, &value, &f->err));
    assert_true(value.f == 301);
}

TEST(cases_of_all_letters) {
    enum { LAST_LETTER = 0x1E943, TEXT_LETTERS = 64 }; /* Adlam's */
    int n_differences = 0;
    for (uint32_t rune = 1; rune <= LAST_LETTER;) {
        char bytes[TEXT_LETTERS * 4];
        size_t n = 0;
        uint32_t first = rune;
        for (; rune < first + TEXT_LETTERS; rune++) {
            bool is_surrogate = rune >= 0xD800 && rune <= 0xDFFF;
            if (!is_surrogate) n += utf8_encode(rune, bytes + n);
        }
        const SqlExpr *text = sql_literal(arena_of_tests(), value_text((Str){bytes, n}));
        SqlItem items[] = {{sql_call1(arena_of_tests(), SQL_FN_LOWER, text), S("l")},
                           {sql_call1(arena_of_tests(), SQL_FN_UPPER, text), S("u")}};
        SqlSelect select = {.items = items, .n_items = 2, .limit = -1};
        Values duckdb = ask(&fixtures[0], &select);
        for (size_t e = 1; e < n_engines(); e++) {
            Values other = ask(&fixtures[e], &select);
            /* PostgreSQL makes FI of the one letter fi. */
            for (size_t i = 0; i < (ENGINES[e] == &ENGINE_POSTGRES ? 1u : 2u); i++) {
                if (str_eq(duckdb.at[i].s, other.at[i].s)) continue;
                n_differences++;
                print_error("U+%04X: %s of %s differs\n", (unsigned)first, i ? "upper" : "lower",
                            engine_name(ENGINES[e]));
            }
        }
    }
    assert_int_equal(n_differences, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aggregates_of_groups),
        cmocka_unit_test(aggregates_over_windows),
        cmocka_unit_test(what_leaves_a_frame_leaves_no_trace),
        cmocka_unit_test(a_nan_counts_as_null),
        cmocka_unit_test(too_many_values_for_a_percentile),
        cmocka_unit_test(cases_of_all_letters),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
