/* Trees → text: parentheses, names, limits, and the clauses of selects and statements. Functions: test_golden.c. */
#include "test.h"

#include <string.h>

#include "sql/sql_relation.h"

#define DUCKDB &SQL_DIALECT_DUCKDB
#define SQLITE &SQL_DIALECT_SQLITE
#define POSTGRES &SQL_DIALECT_POSTGRES
#define INT TYPE(TYPE_INT64)
#define BOOL TYPE(TYPE_BOOL)
#define TEXT TYPE(TYPE_TEXT)

static Arena *arena;
static Err err;

static int setup(void **state) {
    (void)state;
    arena = arena_new(0);
    err = (Err){0};
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- building ------------------------------------------------------------------------------------------------------- */

static const SqlExpr *col(const char *name, Type type) {
    return sql_column(arena, S("t"), str_of(name), type);
}

static const SqlExpr *num(const char *name) {
    return col(name, INT);
}

static const SqlExpr *flag(const char *name) {
    return col(name, BOOL);
}

static const SqlExpr *integer(int64_t i) {
    return sql_literal(arena, value_int(i));
}

static const SqlExpr *call2(SqlFn fn, const SqlExpr *a, const SqlExpr *b) {
    return sql_call2(arena, fn, a, b);
}

#define LIST(T, ...) \
    (T *)arena_dup(arena, (T[]){__VA_ARGS__}, sizeof((T[]){__VA_ARGS__})), COUNT_OF(((T[]){__VA_ARGS__}))
#define EXPRS(...) LIST(const SqlExpr *, __VA_ARGS__)

static SqlSelect *select_of(const SqlExpr *expr, const char *alias) {
    SqlSelect *select = sql_select_new(arena);
    SqlItem *item = ARENA_NEW(arena, SqlItem);
    *item = (SqlItem){.expr = expr, .alias = str_of(alias)};
    select->items = item;
    select->n_items = 1;
    SqlFrom *from = ARENA_NEW(arena, SqlFrom);
    *from = (SqlFrom){.relation = sql_relation_table(arena, S("gold"), S("sales")), .alias = S("t")};
    select->from = from;
    select->n_from = 1;
    return select;
}

/* ---- checking ------------------------------------------------------------------------------------------------------- */

static void assert_text(SqlText text, const char *wanted) {
    assert_string_equal(arena_cstr(arena, text.text), wanted);
}

static void assert_expr(const SqlDialect *dialect, const SqlExpr *expr, const char *wanted) {
    SqlText text;
    if (sql_print_select(arena, dialect,
                         &(SqlSelect){.items = &(SqlItem){.expr = expr, .alias = S("x")}, .n_items = 1, .limit = -1},
                         &text, &err))
        fail_msg("%s", err.message);
    assert_text(text, arena_cstr(arena, arena_printf(arena, "SELECT %s AS \"x\"", wanted)));
}

static void assert_select(const SqlDialect *dialect, const SqlSelect *select, const char *wanted) {
    SqlText text;
    if (sql_print_select(arena, dialect, select, &text, &err)) fail_msg("%s", err.message);
    assert_text(text, wanted);
}

static void assert_select_refused(const SqlDialect *dialect, const SqlSelect *select, ErrCode code, const char *part) {
    SqlText text = {.n_params = 77};
    assert_int_equal(sql_print_select(arena, dialect, select, &text, &err), code);
    if (!strstr(err.message, part)) fail_msg("'%s' is not in: %s", part, err.message);
    assert_int_equal(text.n_params, 77); /* untouched */
}

/* ---- expressions ---------------------------------------------------------------------------------------------------- */

TEST(parentheses_keep_the_meaning) {
    const SqlExpr *a = num("a"), *b = num("b"), *c = num("c"), *p = flag("p"), *q = flag("q");
    assert_expr(DUCKDB, call2(SQL_FN_MUL, call2(SQL_FN_ADD, a, b), c), "(\"t\".\"a\" + \"t\".\"b\") * \"t\".\"c\"");
    assert_expr(DUCKDB, call2(SQL_FN_ADD, call2(SQL_FN_MUL, a, b), c), "\"t\".\"a\" * \"t\".\"b\" + \"t\".\"c\"");
    assert_expr(DUCKDB, call2(SQL_FN_SUB, a, call2(SQL_FN_SUB, b, c)), "\"t\".\"a\" - (\"t\".\"b\" - \"t\".\"c\")");
    assert_expr(DUCKDB, call2(SQL_FN_SUB, call2(SQL_FN_SUB, a, b), c), "(\"t\".\"a\" - \"t\".\"b\") - \"t\".\"c\"");
    assert_expr(DUCKDB, sql_call1(arena, SQL_FN_NEG, sql_call1(arena, SQL_FN_NEG, a)), "-(-\"t\".\"a\")");
    assert_expr(DUCKDB, call2(SQL_FN_AND, call2(SQL_FN_OR, p, q), p), "(\"t\".\"p\" OR \"t\".\"q\") AND \"t\".\"p\"");
    assert_expr(DUCKDB, call2(SQL_FN_OR, call2(SQL_FN_AND, p, q), p), "(\"t\".\"p\" AND \"t\".\"q\") OR \"t\".\"p\"");
    assert_expr(DUCKDB, sql_call1(arena, SQL_FN_NOT, call2(SQL_FN_EQ, a, b)), "NOT (\"t\".\"a\" = \"t\".\"b\")");
    assert_expr(DUCKDB, call2(SQL_FN_EQ, call2(SQL_FN_EQ, a, b), p), "(\"t\".\"a\" = \"t\".\"b\") = \"t\".\"p\"");
    assert_expr(DUCKDB, sql_call1(arena, SQL_FN_IS_NULL, call2(SQL_FN_ADD, a, b)),
                "(\"t\".\"a\" + \"t\".\"b\") IS NULL");
    /* || binds as tightly as nothing else does in SQLite and loosely in DuckDB */
    const SqlExpr *text = col("s", TEXT), *both = call2(SQL_FN_CONCAT, text, text);
    assert_expr(SQLITE, call2(SQL_FN_EQ, both, text), "(\"t\".\"s\" || \"t\".\"s\") = \"t\".\"s\"");
    assert_expr(SQLITE, call2(SQL_FN_CONCAT, both, text), "(\"t\".\"s\" || \"t\".\"s\") || \"t\".\"s\"");
    assert_expr(DUCKDB, sql_call1(arena, SQL_FN_LOWER, both), "lower(\"t\".\"s\" || \"t\".\"s\")");
}

TEST(case_casts_and_lists) {
    const SqlExpr *a = num("a"), *d = col("d", TYPE_DEC(10, 2)), *p = flag("p");
    assert_expr(DUCKDB, sql_case(arena, EXPRS(p, a, d), TYPE_DEC(21, 2)),
                "CASE WHEN \"t\".\"p\" THEN \"t\".\"a\" ELSE \"t\".\"d\" END");
    assert_expr(SQLITE, sql_case(arena, EXPRS(p, a, d), TYPE_DEC(21, 2)),
                "CASE WHEN \"t\".\"p\" THEN \"t\".\"a\" * 100 ELSE \"t\".\"d\" END");
    assert_expr(DUCKDB, sql_case(arena, EXPRS(p, a), INT), "CASE WHEN \"t\".\"p\" THEN \"t\".\"a\" END");
    assert_expr(DUCKDB, sql_cast(arena, col("s", TEXT), INT, true), "TRY_CAST(\"t\".\"s\" AS BIGINT)");
    assert_expr(DUCKDB, sql_cast(arena, col("f", TYPE(TYPE_FLOAT64)), INT, false),
                "CAST(round(\"t\".\"f\") AS BIGINT)");
    assert_expr(SQLITE, sql_cast(arena, d, INT, false), "(\"t\".\"d\" + sign(\"t\".\"d\") * 50) / 100");
    assert_expr(SQLITE, sql_cast(arena, d, TYPE_DEC(12, 4), false), "\"t\".\"d\" * 100");
    assert_expr(SQLITE, sql_cast(arena, d, TYPE(TYPE_FLOAT64), false), "\"t\".\"d\" / 100.0");
    assert_expr(SQLITE, sql_cast(arena, col("s", TYPE(TYPE_TIMESTAMP)), TYPE(TYPE_DATE), false),
                "substr(\"t\".\"s\", 1, 10)");
    assert_expr(DUCKDB, sql_in_list(arena, d, EXPRS(integer(1), integer(2)), false),
                "\"t\".\"d\" IN ($1::DECIMAL(10,2), $2::DECIMAL(10,2))");
    assert_expr(SQLITE, sql_in_list(arena, a, EXPRS(integer(1)), true), "\"t\".\"a\" NOT IN (?1)");
    assert_expr(DUCKDB, sql_in_list(arena, a, NULL, 0, false), "1 = 0");
    assert_expr(DUCKDB, sql_in_list(arena, a, NULL, 0, true), "1 = 1");
    assert_expr(DUCKDB, sql_call1(arena, SQL_FN_NOT, sql_in_list(arena, a, NULL, 0, true)), "NOT (1 = 1)");
    assert_expr(DUCKDB, sql_literal(arena, value_null(TYPE(TYPE_DATE))), "NULL::DATE");
    assert_expr(SQLITE, sql_literal(arena, value_null(TYPE(TYPE_DATE))), "NULL");
}

TEST(what_sqlite_cannot_cast_is_refused) {
    struct {
        Type from, to;
    } casts[] = {{TEXT, INT},
                 {TEXT, TYPE_DEC(10, 2)},
                 {TEXT, TYPE(TYPE_DATE)},
                 {TYPE(TYPE_FLOAT64), INT},
                 {TYPE(TYPE_FLOAT64), TEXT},
                 {TYPE(TYPE_FLOAT64), TYPE_DEC(10, 2)}};
    for (size_t i = 0; i < COUNT_OF(casts); i++) {
        const SqlExpr *cast = sql_cast(arena, col("c", casts[i].from), casts[i].to, i % 2);
        assert_select_refused(SQLITE, select_of(cast, "x"), ERR_UNSUPPORTED, "is not available on SQLite");
    }
    const SqlExpr *big = sql_literal(arena, value_decimal((Int128)1 << 70, 38, 2));
    assert_select_refused(SQLITE, select_of(big, "x"), ERR_UNSUPPORTED, "11805916207174113034.24 has more");
}

TEST(nested_selects) {
    const SqlExpr *a = num("a");
    const char *inner = "SELECT \"t\".\"a\" AS \"a\" FROM \"gold\".\"sales\" AS \"t\"";
    const SqlSelect *select = select_of(a, "a");
    assert_expr(DUCKDB, sql_in_select(arena, a, select, true),
                arena_cstr(arena, arena_printf(arena, "\"t\".\"a\" NOT IN (%s)", inner)));
    assert_expr(DUCKDB, sql_exists(arena, select, false), arena_cstr(arena, arena_printf(arena, "EXISTS (%s)", inner)));
    assert_expr(DUCKDB, sql_call1(arena, SQL_FN_NOT, sql_exists(arena, select, true)),
                arena_cstr(arena, arena_printf(arena, "NOT (NOT EXISTS (%s))", inner)));
    assert_expr(DUCKDB, call2(SQL_FN_ADD, a, sql_scalar(arena, select, INT)),
                arena_cstr(arena, arena_printf(arena, "\"t\".\"a\" + (%s)", inner)));
    /* scaled decimals are brought to one scale on both sides */
    const SqlSelect *coarse = select_of(col("d", TYPE_DEC(10, 2)), "d");
    assert_expr(SQLITE, sql_in_select(arena, col("e", TYPE_DEC(10, 4)), coarse, false),
                "\"t\".\"e\" IN (SELECT \"t\".\"d\" * 100 AS \"d\" FROM \"gold\".\"sales\" AS \"t\")");
}

TEST(aggregates_and_windows) {
    const SqlExpr *a = num("a"), *b = num("b"), *p = flag("p");
    assert_expr(DUCKDB, sql_aggregate(arena, SQL_FN_COUNT, EXPRS(a), true, p),
                "count(DISTINCT \"t\".\"a\") FILTER (WHERE \"t\".\"p\")");
    const SqlExpr *sum = sql_call1(arena, SQL_FN_SUM, a);
    SqlOrder order = {.expr = b, .is_desc = true};
    SqlWindow whole = {.partition = &b, .n_partition = 1};
    SqlWindow running = {.partition = &b, .n_partition = 1, .order = &order, .n_order = 1, .frame = SQL_FRAME_RUNNING};
    SqlWindow ordered = {.order = &order, .n_order = 1};
    assert_expr(DUCKDB, sql_over(arena, sum, &whole), "sum(\"t\".\"a\") OVER (PARTITION BY \"t\".\"b\")");
    assert_expr(DUCKDB, sql_over(arena, sum, &running),
                "sum(\"t\".\"a\") OVER (PARTITION BY \"t\".\"b\" ORDER BY \"t\".\"b\" DESC NULLS LAST "
                "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)");
    /* an order alone would make the frame a running one */
    assert_expr(SQLITE, sql_over(arena, sum, &ordered),
                "sum(\"t\".\"a\") OVER (ORDER BY \"t\".\"b\" DESC NULLS LAST "
                "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)");
    assert_expr(SQLITE, sql_over(arena, sql_call(arena, SQL_FN_RANK, NULL, 0), &ordered),
                "rank() OVER (ORDER BY \"t\".\"b\" DESC NULLS LAST)");
    /* the clauses stand inside what a rule writes around the call */
    const SqlExpr *d = col("d", TYPE_DEC(10, 2));
    const SqlExpr *mean = sql_aggregate(arena, SQL_FN_AVG, &d, 1, true, p);
    assert_expr(SQLITE, mean, "avg(DISTINCT \"t\".\"d\") FILTER (WHERE \"t\".\"p\") / 100.0");
    const SqlExpr *distinct = sql_over(arena, sql_aggregate(arena, SQL_FN_COUNT, &a, 1, true, NULL), &whole);
    assert_expr(DUCKDB, distinct, "count(DISTINCT \"t\".\"a\") OVER (PARTITION BY \"t\".\"b\")");
    assert_select_refused(SQLITE, select_of(distinct, "x"), ERR_UNSUPPORTED,
                          "'count' of distinct values over a window");
    assert_select_refused(DUCKDB, select_of(sql_call(arena, SQL_FN_RANK, NULL, 0), "x"), ERR_INVALID,
                          "'rank' needs a window");
}

TEST(frames_of_windows) {
    const SqlExpr *a = num("a"), *sum = sql_call1(arena, SQL_FN_SUM, a);
    SqlOrder order = {.expr = num("b")};
    static const struct {
        SqlFrame frame;
        const char *text;
    } cases[] = {
        {SQL_FRAME_ROWS(2, 0), "2 PRECEDING AND CURRENT ROW"},
        {SQL_FRAME_ROWS(0, 3), "CURRENT ROW AND 3 FOLLOWING"},
        {SQL_FRAME_ROWS(3, -1), "3 PRECEDING AND 1 PRECEDING"},
        {SQL_FRAME_ROWS(-1, SQL_FRAME_UNBOUNDED), "1 FOLLOWING AND UNBOUNDED FOLLOWING"},
        {SQL_FRAME_ROWS(SQL_FRAME_UNBOUNDED, SQL_FRAME_UNBOUNDED), "UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SqlWindow window = {.frame = cases[i].frame};
        const char *wanted =
            arena_cstr(arena, arena_printf(arena, "sum(\"t\".\"a\") OVER (ROWS BETWEEN %s)", cases[i].text));
        assert_expr(DUCKDB, sql_over(arena, sum, &window), wanted);
        assert_expr(SQLITE, sql_over(arena, sum, &window), wanted);
    }
    SqlWindow window = {.order = &order, .n_order = 1, .frame = SQL_FRAME_ROWS(1, 1)};
    const char *by_b = "OVER (ORDER BY \"t\".\"b\" ASC NULLS LAST";
    assert_expr(
        DUCKDB, sql_over(arena, sql_call1(arena, SQL_FN_LAST_VALUE, a), &window),
        arena_cstr(arena,
                   arena_printf(arena, "last_value(\"t\".\"a\") %s ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)", by_b)));
    assert_expr(DUCKDB, sql_over(arena, sql_call1(arena, SQL_FN_LAG, a), &window),
                arena_cstr(arena, arena_printf(arena, "lag(\"t\".\"a\") %s)", by_b)));
}

TEST(statistics_over_windows_and_their_refusals) {
    const SqlExpr *f = col("f", TYPE(TYPE_FLOAT64)), *b = num("b"), *p = flag("p");
    SqlWindow whole = {.partition = &b, .n_partition = 1};
    assert_expr(SQLITE, sql_over(arena, sql_aggregate(arena, SQL_FN_STDDEV, &f, 1, false, p), &whole),
                "starling_stddev_over(\"t\".\"f\") FILTER (WHERE \"t\".\"p\") OVER (PARTITION BY \"t\".\"b\")");
    assert_expr(DUCKDB, sql_aggregate(arena, SQL_FN_MEDIAN, &f, 1, true, p),
                "median(DISTINCT nullif(\"t\".\"f\", CAST('nan' AS DOUBLE))) FILTER (WHERE \"t\".\"p\")");
    assert_select_refused(SQLITE, select_of(sql_over(arena, call2(SQL_FN_FIRST, f, b), &whole), "x"), ERR_UNSUPPORTED,
                          "'first' over a window is not available on SQLite");
    const SqlExpr *no_fractions[] = {integer(90), integer(-1), b, sql_literal(arena, value_null(INT))};
    for (size_t i = 0; i < COUNT_OF(no_fractions); i++) {
        const SqlExpr *call = call2(SQL_FN_PERCENTILE, f, no_fractions[i]);
        assert_select_refused(DUCKDB, select_of(call, "x"), ERR_INVALID, "a constant from 0 to 1 as value 2");
        assert_select_refused(SQLITE, select_of(call, "x"), ERR_INVALID, "a constant from 0 to 1 as value 2");
    }
}

/* ---- names and limits ----------------------------------------------------------------------------------------------- */

TEST(names_are_quoted_or_refused) {
    assert_select(DUCKDB, select_of(num("a\"; DROP TABLE x; --"), "b\"b"),
                  "SELECT \"t\".\"a\"\"; DROP TABLE x; --\" AS \"b\"\"b\" FROM \"gold\".\"sales\" AS \"t\"");
    assert_expr(SQLITE, sql_column(arena, (Str){0}, S("naïve"), INT), "\"naïve\"");
    assert_select_refused(DUCKDB, select_of(sql_column(arena, (Str){0}, S("a\0b"), INT), "x"), ERR_INVALID, "not text");
    assert_select_refused(DUCKDB, select_of(sql_column(arena, (Str){0}, S("a\xff"), INT), "x"), ERR_INVALID,
                          "not text");
    assert_select_refused(DUCKDB, select_of(sql_column(arena, (Str){0}, S(""), INT), "x"), ERR_INVALID, "empty name");
    char name[130];
    memset(name, 'n', sizeof(name));
    assert_select_refused(DUCKDB, select_of(sql_column(arena, (Str){0}, (Str){name, 129}, INT), "x"), ERR_INVALID,
                          "longer than 128");
    SqlText text;
    assert_int_equal(sql_print_select(arena, DUCKDB, select_of(sql_column(arena, (Str){0}, (Str){name, 128}, INT), "x"),
                                      &text, NULL),
                     ERR_OK);
}

TEST(depth_is_limited) {
    const SqlExpr *deep = num("a");
    for (int i = 0; i < 190; i++) deep = sql_call1(arena, SQL_FN_NEG, deep);
    SqlText text;
    assert_int_equal(sql_print_select(arena, DUCKDB, select_of(deep, "x"), &text, NULL), ERR_OK);
    for (int i = 0; i < 10; i++) deep = sql_call1(arena, SQL_FN_NEG, deep);
    assert_select_refused(DUCKDB, select_of(deep, "x"), ERR_TOO_LARGE, "200 levels");
    SqlSelect *select = select_of(num("a"), "a");
    for (int i = 0; i < 250; i++) {
        SqlFrom *from = ARENA_NEW(arena, SqlFrom);
        *from = (SqlFrom){.select = select, .alias = S("t")};
        select = select_of(num("a"), "a");
        select->from = from;
    }
    assert_select_refused(DUCKDB, select, ERR_TOO_LARGE, "200 levels");
}

TEST(a_text_that_explodes_is_cut_off) {
    const SqlExpr *s = col("s", TEXT);
    for (int i = 0; i < 60; i++) s = call2(SQL_FN_STRIP_SUFFIX, s, s); /* 6^60 columns */
    assert_select_refused(SQLITE, select_of(s, "x"), ERR_TOO_LARGE, "SQL text");
}

TEST(a_literal_printed_twice_is_one_parameter) {
    const SqlExpr *suffix = sql_literal(arena, value_text(S("!")));
    SqlText text;
    const SqlExpr *stripped = call2(SQL_FN_STRIP_SUFFIX, col("s", TEXT), suffix);
    assert_int_equal(sql_print_select(arena, SQLITE, select_of(stripped, "x"), &text, NULL), ERR_OK);
    assert_int_equal(text.n_params, 1);
    assert_true(str_eq(text.params[0].s, S("!")));
    assert_ptr_not_equal(text.params[0].s.p, suffix->value.s.p); /* the text owns its parameters */
}

/* ---- selects -------------------------------------------------------------------------------------------------------- */

TEST(all_clauses_in_order) {
    const SqlExpr *region = col("region", TEXT), *sum = sql_call1(arena, SQL_FN_SUM, num("amount"));
    SqlItem items[] = {{region, S("region")}, {sum, S("revenue")}};
    SqlFrom from[] = {
        {.relation = sql_relation_table(arena, S("gold"), S("fact")), .alias = S("t")},
        {.join = SQL_JOIN_INNER, .cte = S("c"), .alias = S("u"), .on = flag("p")},
        {.join = SQL_JOIN_LEFT, .select = select_of(num("a"), "a"), .alias = S("v"), .on = flag("q")},
        {.join = SQL_JOIN_CROSS, .relation = sql_relation_table(arena, (Str){0}, S("one")), .alias = S("w")},
    };
    SqlCte cte = {.name = S("c"), .select = select_of(num("b"), "b")};
    size_t group_by[] = {0};
    SqlOrder order[] = {{sum, true}, {region, false}, {call2(SQL_FN_ADD, num("a"), integer(1)), false}};
    SqlSelect select = {.ctes = &cte,
                        .n_ctes = 1,
                        .is_distinct = true,
                        .items = items,
                        .n_items = 2,
                        .from = from,
                        .n_from = 4,
                        .where = call2(SQL_FN_EQ, region, sql_literal(arena, value_text(S("West")))),
                        .group_by = group_by,
                        .n_group_by = 1,
                        .having = call2(SQL_FN_GT, sum, integer(10)),
                        .order = order,
                        .n_order = 3,
                        .limit = 10,
                        .offset = 20};
    const char *wanted =
        "WITH \"c\" AS (SELECT \"t\".\"b\" AS \"b\" FROM \"gold\".\"sales\" AS \"t\") "
        "SELECT DISTINCT \"t\".\"region\" AS \"region\", sum(\"t\".\"amount\") AS \"revenue\" FROM \"gold\".\"fact\" AS \"t\" "
        "JOIN \"c\" AS \"u\" ON \"t\".\"p\" "
        "LEFT JOIN (SELECT \"t\".\"a\" AS \"a\" FROM \"gold\".\"sales\" AS \"t\") AS \"v\" ON \"t\".\"q\" "
        "CROSS JOIN \"one\" AS \"w\" WHERE \"t\".\"region\" = $1::VARCHAR GROUP BY 1 "
        "HAVING sum(\"t\".\"amount\") > $2::DECIMAL(38,0) "
        "ORDER BY 2 DESC NULLS LAST, 1 ASC NULLS LAST, \"t\".\"a\" + $3::BIGINT ASC NULLS LAST LIMIT 10 OFFSET 20";
    SqlText text;
    if (sql_print_select(arena, DUCKDB, &select, &text, &err)) fail_msg("%s", err.message);
    assert_text(text, wanted);
    assert_int_equal(text.n_params, 3);
    assert_true(str_eq(text.params[0].s, S("West")));
    assert_int_equal((int)text.params[1].dec, 10);
    assert_int_equal(text.n_types, 2);
    assert_int_equal(text.types[1].kind, TYPE_DECIMAL);
}

TEST(offset_without_limit) {
    SqlSelect *select = select_of(num("a"), "a");
    select->offset = 5;
    assert_select(DUCKDB, select, "SELECT \"t\".\"a\" AS \"a\" FROM \"gold\".\"sales\" AS \"t\" OFFSET 5");
    assert_select(SQLITE, select, "SELECT \"t\".\"a\" AS \"a\" FROM \"gold\".\"sales\" AS \"t\" LIMIT -1 OFFSET 5");
    select->limit = 0;
    assert_select(SQLITE, select, "SELECT \"t\".\"a\" AS \"a\" FROM \"gold\".\"sales\" AS \"t\" LIMIT 0 OFFSET 5");
}

TEST(appended_selects) {
    SqlSelect *a = select_of(num("a"), "x"), *b = select_of(col("b", TYPE_DEC(10, 2)), "x"),
              *c = select_of(num("c"), "x");
    a->other = b;
    b->other = c;
    SqlOrder order = {.expr = a->items[0].expr};
    a->order = &order;
    a->n_order = 1;
    a->limit = 3;
    a->n_from = b->n_from = c->n_from = 0;
    assert_select(SQLITE, a,
                  "SELECT \"t\".\"a\" * 100 AS \"x\" UNION ALL SELECT \"t\".\"b\" AS \"x\" "
                  "UNION ALL SELECT \"t\".\"c\" * 100 AS \"x\" ORDER BY 1 ASC NULLS LAST LIMIT 3");
    SqlText text;
    assert_int_equal(sql_print_select(arena, DUCKDB, a, &text, NULL), ERR_OK);
    assert_true(type_eq(text.types[0], TYPE_DEC(21, 2)));
    b->limit = 1; /* has a limit of its own, which is for b and c */
    assert_select(
        SQLITE, a,
        "SELECT \"t\".\"a\" * 100 AS \"x\" UNION ALL SELECT * FROM (SELECT \"t\".\"b\" AS \"x\" "
        "UNION ALL SELECT \"t\".\"c\" * 100 AS \"x\" LIMIT 1) AS \"appended\" ORDER BY 1 ASC NULLS LAST LIMIT 3");
    order.expr = num("a");
    assert_select_refused(DUCKDB, a, ERR_INVALID, "ordered by their columns only");
    a->n_order = 0;
    b->other = select_of(col("s", TEXT), "x");
    assert_select_refused(DUCKDB, a, ERR_INVALID, "differ in column 1: a decimal number and text");
    b->other = sql_select_new(arena);
    assert_select_refused(DUCKDB, a, ERR_INVALID, "number of columns");
}

TEST(selects_put_together) {
    SqlSelect *a = select_of(num("a"), "x"), *b = select_of(num("b"), "x"), *c = select_of(num("c"), "x");
    a->n_from = b->n_from = c->n_from = 0;
    a->other = b;
    b->other = c;
#define LEG(name) "SELECT \"t\".\"" name "\" AS \"x\""
#define BOTH(op) "SELECT * FROM (" LEG("b") " " op " " LEG("c") ") AS \"appended\""
    a->set_op = b->set_op = SQL_SET_INTERSECT;
    assert_select(SQLITE, a, LEG("a") " INTERSECT " LEG("b") " INTERSECT " LEG("c"));
    /* a - (b - c) is not (a - b) - c, and engines differ in what binds tighter */
    a->set_op = b->set_op = SQL_SET_EXCEPT;
    assert_select(DUCKDB, a, LEG("a") " EXCEPT " BOTH("EXCEPT"));
    a->set_op = SQL_SET_UNION_ALL;
    assert_select(DUCKDB, a, LEG("a") " UNION ALL " BOTH("EXCEPT"));
    a->set_op = SQL_SET_INTERSECT;
    b->set_op = SQL_SET_UNION_ALL;
    assert_select(SQLITE, a, LEG("a") " INTERSECT " BOTH("UNION ALL"));
    a->other = c;
    a->set_op = SQL_SET_EXCEPT;
    assert_select(SQLITE, a, LEG("a") " EXCEPT " LEG("c"));
}

TEST(an_order_by_a_constant_is_left_out) {
    SqlSelect *select = select_of(num("a"), "a");
    SqlOrder order[] = {{.expr = integer(7)}, {.expr = num("b")}};
    select->order = order;
    select->n_order = 2;
    assert_select(DUCKDB, select,
                  "SELECT \"t\".\"a\" AS \"a\" FROM \"gold\".\"sales\" AS \"t\" ORDER BY \"t\".\"b\" ASC NULLS LAST");
}

/* What is grouped, distinct or put together cannot be ordered by `1 COLLATE …`. */
TEST(postgres_orders_texts_by_their_bytes) {
    const SqlExpr *s = col("s", TEXT), *n = num("n");
    SqlSelect *select = select_of(s, "s");
    SqlOrder order = {.expr = s, .is_desc = true}, by_number = {.expr = n};
    select->order = &order;
    select->n_order = 1;
    assert_select(POSTGRES, select,
                  "SELECT \"t\".\"s\" AS \"s\" FROM \"gold\".\"sales\" AS \"t\" "
                  "ORDER BY \"t\".\"s\" COLLATE \"C\" DESC NULLS LAST");
    select->is_distinct = true;
    select->limit = 5;
    assert_select(
        POSTGRES, select,
        "SELECT * FROM (SELECT DISTINCT \"t\".\"s\" AS \"s\" FROM \"gold\".\"sales\" AS \"t\") AS \"ordered\" "
        "ORDER BY \"ordered\".\"s\" COLLATE \"C\" DESC NULLS LAST LIMIT 5");
    assert_select(
        DUCKDB, select,
        "SELECT DISTINCT \"t\".\"s\" AS \"s\" FROM \"gold\".\"sales\" AS \"t\" ORDER BY 1 DESC NULLS LAST LIMIT 5");
    SqlSelect *numbers = select_of(n, "n");
    numbers->is_distinct = true;
    numbers->order = &by_number;
    numbers->n_order = 1;
    assert_select(POSTGRES, numbers,
                  "SELECT DISTINCT \"t\".\"n\" AS \"n\" FROM \"gold\".\"sales\" AS \"t\" ORDER BY 1 ASC NULLS LAST");
}

TEST(files_are_for_duckdb_and_named_exactly) {
    SqlSelect *select = select_of(col("a", TEXT), "a");
    SqlFrom from = {.relation = sql_relation_file(arena, SQL_FILE_CSV, S("/in/o'x.csv")), .alias = S("t")};
    select->from = &from;
    assert_select(
        DUCKDB, select,
        "SELECT \"t\".\"a\" AS \"a\" FROM read_csv('/in/o''x.csv', all_varchar=true, header=true, strict_mode=true, "
        "encoding='utf-8', quote='\"', escape='\"', comment='', skip=0, nullstr='', null_padding=false, "
        "ignore_errors=false, hive_partitioning=false) AS \"t\"");
    assert_select_refused(SQLITE, select, ERR_UNSUPPORTED, "SQLite cannot read a file");
    const char *patterns[] = {"/in/*.csv", "/in/a?.csv", "/in/a[1].csv"};
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        from.relation = sql_relation_file(arena, SQL_FILE_PARQUET, str_of(patterns[i]));
        assert_select_refused(DUCKDB, select, ERR_UNSUPPORTED, "stands for several files");
    }
    from.relation = sql_relation_file(arena, SQL_FILE_JSON, S("in.json"));
    assert_select_refused(DUCKDB, select, ERR_INVALID, "not absolute");
    from.relation = sql_relation_file(arena, SQL_FILE_JSON, S("/in\0.json"));
    assert_select_refused(DUCKDB, select, ERR_INVALID, "not UTF-8 text");
}

TEST(broken_selects_are_refused) {
    SqlSelect *select = select_of(num("a"), "a");
    size_t group_by[] = {1};
    select->group_by = group_by;
    select->n_group_by = 1;
    assert_select_refused(DUCKDB, select, ERR_INTERNAL, "missing column");
    assert_select_refused(DUCKDB, sql_select_new(arena), ERR_INVALID, "without columns");
}

/* ---- statements ----------------------------------------------------------------------------------------------------- */

static void assert_stmt(const SqlDialect *dialect, SqlStmt stmt, const char *wanted) {
    SqlText text;
    if (sql_print_stmt(arena, dialect, &stmt, &text, &err)) fail_msg("%s", err.message);
    assert_text(text, wanted);
    assert_int_equal(text.n_types, 0);
}

TEST(statements) {
    const SqlRelation *table = sql_relation_table(arena, S("s"), S("t"));
    Str columns[] = {S("a"), S("b\"")};
    SqlItem set = {.expr = integer(1), .alias = S("a")};
    SqlFrom from = {.relation = sql_relation_table(arena, (Str){0}, S("new")), .alias = S("n")};
    SqlSelect *select = select_of(num("a"), "a");
    select->n_from = 0;
    assert_stmt(
        DUCKDB,
        (SqlStmt){.kind = SQL_STMT_INSERT, .relation = table, .columns = columns, .n_columns = 1, .select = select},
        "INSERT INTO \"s\".\"t\" (\"a\") SELECT \"t\".\"a\" AS \"a\"");
    assert_stmt(SQLITE,
                (SqlStmt){.kind = SQL_STMT_UPDATE,
                          .relation = table,
                          .alias = S("t"),
                          .set = &set,
                          .n_set = 1,
                          .from = &from,
                          .n_from = 1,
                          .where = flag("p")},
                "UPDATE \"s\".\"t\" AS \"t\" SET \"a\" = ?1 FROM \"new\" AS \"n\" WHERE \"t\".\"p\"");
    assert_stmt(SQLITE, (SqlStmt){.kind = SQL_STMT_DELETE, .relation = table}, "DELETE FROM \"s\".\"t\"");
    assert_stmt(
        DUCKDB,
        (SqlStmt){
            .kind = SQL_STMT_CREATE_AS, .relation = table, .select = select, .is_temporary = true, .is_replace = true},
        "CREATE OR REPLACE TEMPORARY TABLE \"s\".\"t\" AS SELECT \"t\".\"a\" AS \"a\"");

    SqlText text;
    SqlStmt replace = {.kind = SQL_STMT_CREATE_AS, .relation = table, .select = select, .is_replace = true};
    assert_int_equal(sql_print_stmt(arena, SQLITE, &replace, &text, &err), ERR_UNSUPPORTED);
    SqlStmt uneven = {.kind = SQL_STMT_INSERT, .relation = table, .columns = columns, .n_columns = 2, .select = select};
    assert_int_equal(sql_print_stmt(arena, SQLITE, &uneven, &text, &err), ERR_INTERNAL);
    SqlStmt nowhere = {.kind = SQL_STMT_DELETE, .relation = sql_relation_file(arena, SQL_FILE_CSV, S("/x.csv"))};
    assert_int_equal(sql_print_stmt(arena, DUCKDB, &nowhere, &text, &err), ERR_INTERNAL);
}

#define UNIT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT(parentheses_keep_the_meaning),
        UNIT(case_casts_and_lists),
        UNIT(what_sqlite_cannot_cast_is_refused),
        UNIT(nested_selects),
        UNIT(aggregates_and_windows),
        UNIT(frames_of_windows),
        UNIT(statistics_over_windows_and_their_refusals),
        UNIT(names_are_quoted_or_refused),
        UNIT(depth_is_limited),
        UNIT(a_text_that_explodes_is_cut_off),
        UNIT(a_literal_printed_twice_is_one_parameter),
        UNIT(all_clauses_in_order),
        UNIT(offset_without_limit),
        UNIT(appended_selects),
        UNIT(selects_put_together),
        UNIT(an_order_by_a_constant_is_left_out),
        UNIT(postgres_orders_texts_by_their_bytes),
        UNIT(files_are_for_duckdb_and_named_exactly),
        UNIT(broken_selects_are_refused),
        UNIT(statements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
