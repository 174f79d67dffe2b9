/* Selects and statements printed by sql/ and run on every engine: what the rules of one function alone cannot show. */
#include "engine/engine_fixture.h"

static Fixture fixtures[COUNT_OF(ENGINES)];

#define INT TYPE(TYPE_INT64)
#define TEXT TYPE(TYPE_TEXT)
#define DEC(p, s) TYPE_DEC(p, s)
#define LIST(f, T, ...) \
    (T *)arena_dup((f)->arena, (T[]){__VA_ARGS__}, sizeof((T[]){__VA_ARGS__})), COUNT_OF(((T[]){__VA_ARGS__}))

static int setup(void **state) {
    (void)state;
    for (size_t i = 0; i < n_engines(); i++) {
        Fixture *f = &fixtures[i];
        fixture_new(f, ENGINES[i]);
        OK(f, engine_execf(&f->ctx, f->conn, NULL, &f->err, "CREATE TABLE sales (region %T, qty %T, price %T, day %T)",
                           &TEXT, &INT, &DEC(10, 2), &TYPE(TYPE_DATE)));
        struct {
            const char *region;
            int64_t qty, cents, day;
        } rows[] = {{"West", 1, 1050, 16071}, {"West", 3, 25, 16072}, {"East", 2, 199, 16072}, {NULL, 5, 100, 16073}};
        for (size_t row = 0; row < COUNT_OF(rows); row++) {
            Value region = rows[row].region ? value_text(str_of(rows[row].region)) : value_null(TEXT);
            Value qty = value_int(rows[row].qty), price = value_decimal(rows[row].cents, 10, 2),
                  day = value_date(rows[row].day);
            OK(f, engine_execf(&f->ctx, f->conn, NULL, &f->err, "INSERT INTO sales VALUES (%V, %V, %V, %V)", &region,
                               &qty, &price, &day));
        }
    }
    return 0;
}

static int teardown(void **state) {
    (void)state;
    for (size_t i = 0; i < n_engines(); i++) fixture_free(&fixtures[i]);
    return 0;
}

/* ---- building and checking ------------------------------------------------------------------------------------------ */

static const SqlExpr *col(const Fixture *f, const char *name, Type type) {
    return sql_column(f->arena, S("s"), str_of(name), type);
}

static const SqlExpr *region(const Fixture *f) {
    return col(f, "region", TEXT);
}

static const SqlExpr *qty(const Fixture *f) {
    return col(f, "qty", INT);
}

static const SqlExpr *price(const Fixture *f) {
    return col(f, "price", DEC(10, 2));
}

static const SqlExpr *literal(const Fixture *f, Value value) {
    return sql_literal(f->arena, value);
}

static SqlSelect *select_of(const Fixture *f, SqlItem *items, size_t n_items) {
    SqlSelect *select = sql_select_new(f->arena);
    select->items = items;
    select->n_items = n_items;
    SqlFrom *from = ARENA_NEW(f->arena, SqlFrom);
    *from = (SqlFrom){.relation = sql_relation_table(f->arena, (Str){0}, S("sales")), .alias = S("s")};
    select->from = from;
    select->n_from = 1;
    return select;
}
#define SELECT(f, ...) select_of(f, LIST(f, SqlItem, __VA_ARGS__))

/* Rows as "a|b" lines, null as "~". */
static void assert_rows(Fixture *f, const SqlSelect *select, const char *wanted) {
    SqlText sql;
    EngineStream *stream;
    OK(f, sql_print_select(f->arena, engine_dialect(f->engine), select, &sql, &f->err));
    OK(f, engine_query(&f->ctx, f->conn, &sql, &stream, &f->err));
    Str rows = S("");
    const Batch *batch;
    while (true) {
        OK(f, engine_stream_next(stream, &batch, &f->err));
        if (!batch) break;
        for (size_t row = 0; row < batch->n_rows; row++) {
            for (size_t i = 0; i < batch->n_columns; i++) {
                Value value = column_value(&batch->columns[i], row);
                Str text = value.is_null ? S("~") : value_print(f->arena, value);
                rows = arena_printf(f->arena, "%.*s%s%.*s", STR_ARG(rows), i ? "|" : row ? " " : "", STR_ARG(text));
            }
        }
    }
    engine_stream_close(stream);
    assert_string_equal(arena_cstr(f->arena, rows), wanted);
}

#define EACH_ENGINE(f) for (Fixture *f = fixtures; f < fixtures + n_engines(); f++)

/* ---- tests ---------------------------------------------------------------------------------------------------------- */

TEST(grouped_by_an_expression_with_literals_and_ordered_with_nulls_last) {
    EACH_ENGINE(f) {
        const SqlExpr *label = sql_call2(f->arena, SQL_FN_CONCAT, region(f), literal(f, value_text(S("!"))));
        const SqlExpr *revenue = sql_call1(f->arena, SQL_FN_SUM, sql_call2(f->arena, SQL_FN_MUL, price(f), qty(f)));
        SqlSelect *select = SELECT(f, {label, S("label")}, {revenue, S("revenue")},
                                   {sql_call(f->arena, SQL_FN_COUNT_ALL, NULL, 0), S("n")});
        size_t group_by[] = {0};
        select->group_by = group_by;
        select->n_group_by = 1;
        SqlOrder order = {.expr = label};
        select->order = &order;
        select->n_order = 1;
        assert_rows(f, select, "East!|3.98|1 West!|11.25|2 ~|5.00|1");
        order.is_desc = true;
        assert_rows(f, select, "West!|11.25|2 East!|3.98|1 ~|5.00|1");
        select->offset = 1;
        select->limit = 1;
        assert_rows(f, select, "East!|3.98|1");
        /* the same literal node again, in having: the group's expression is recognised */
        select->limit = -1;
        select->offset = 0;
        select->having = sql_call2(f->arena, SQL_FN_GT, label, literal(f, value_text(S("F"))));
        assert_rows(f, select, "West!|11.25|2");
        select->having = sql_call2(f->arena, SQL_FN_GT, revenue, literal(f, value_int(5)));
        assert_rows(f, select, "West!|11.25|2");
    }
}

TEST(sums_of_integers_mix_with_decimals) {
    EACH_ENGINE(f) {
        const SqlExpr *sum = sql_call1(f->arena, SQL_FN_SUM, qty(f)), *half = literal(f, value_decimal(5, 2, 1));
        const SqlExpr *pair[] = {sum, half};
        assert_rows(f,
                    SELECT(f, {sum, S("a")}, {sql_call2(f->arena, SQL_FN_SUB, sum, half), S("b")},
                           {sql_call2(f->arena, SQL_FN_MUL, sum, half), S("c")},
                           {sql_call2(f->arena, SQL_FN_DIV, sum, half), S("d")},
                           {sql_call2(f->arena, SQL_FN_GT, sum, half), S("e")},
                           {sql_call(f->arena, SQL_FN_COALESCE, pair, 2), S("f")},
                           {sql_call2(f->arena, SQL_FN_ROUND, sum, literal(f, value_int(-1))), S("g")},
                           {sql_call1(f->arena, SQL_FN_NEG, sum), S("h")}),
                    "11|10.5|5.5|22|true|11.0|10|-11");
    }
}

TEST(legs_are_brought_to_common_types) {
    EACH_ENGINE(f) {
        const SqlExpr *null = literal(f, value_null(DEC(10, 2)));
        SqlSelect *a = SELECT(f, {sql_call1(f->arena, SQL_FN_SUM, qty(f)), S("q")}, {null, S("p")});
        SqlSelect *b =
            SELECT(f, {literal(f, value_null(INT)), S("q")}, {sql_call1(f->arena, SQL_FN_MAX, price(f)), S("p")});
        SqlSelect *c = SELECT(f, {literal(f, value_int(3)), S("q")}, {literal(f, value_int(3)), S("p")});
        a->other = b;
        b->other = c;
        c->limit = 1;
        SqlOrder order = {.expr = a->items[0].expr, .is_desc = true};
        a->order = &order;
        a->n_order = 1;
        assert_rows(f, a, "11|~ 3|3.00 ~|10.50");
        a->limit = 2;
        assert_rows(f, a, "11|~ 3|3.00");
    }
}

TEST(windows) {
    EACH_ENGINE(f) {
        const SqlExpr *by_region = region(f), *day = col(f, "day", TYPE(TYPE_DATE));
        SqlOrder order[] = {{.expr = day}, {.expr = qty(f)}};
        SqlWindow running = {.order = order, .n_order = 2, .frame = SQL_FRAME_RUNNING};
        SqlWindow whole = {.partition = &by_region, .n_partition = 1, .order = order, .n_order = 2};
        const SqlExpr *sum = sql_call1(f->arena, SQL_FN_SUM, price(f)),
                      *mean = sql_call1(f->arena, SQL_FN_AVG, price(f));
        SqlSelect *select = SELECT(f, {qty(f), S("q")}, {sql_over(f->arena, sum, &running), S("running")},
                                   {sql_over(f->arena, mean, &whole), S("mean")});
        select->order = order;
        select->n_order = 2;
        assert_rows(f, select, "1|10.50|5.375 2|12.49|1.99 3|12.74|5.375 5|13.74|1");
    }
}

/* By day and quantity the rows are 1 (West, 10.50), 2 (East, 1.99), 3 (West, 0.25), 5 (none, 1.00). */
static void assert_over(Fixture *f, const SqlExpr *call, SqlFrame frame, const char *wanted) {
    SqlOrder order[] = {{.expr = col(f, "day", TYPE(TYPE_DATE))}, {.expr = qty(f)}};
    SqlWindow window = {.order = order, .n_order = 2, .frame = frame};
    SqlSelect *select = SELECT(f, {sql_over(f->arena, call, &window), S("x")});
    select->order = order;
    select->n_order = 2;
    assert_rows(f, select, wanted);
}

/* Which PostgreSQL has not over windows. */
static void assert_medians_over(Fixture *f, const SqlExpr *median) {
    assert_over(f, median, SQL_FRAME_ROWS(2, 0), "1 1.5 2 3");
    assert_over(f, median, SQL_FRAME_RUNNING, "1 1.5 2 2.5");
    assert_over(f, median, SQL_FRAME_ROWS(2, -1), "~ 1 1.5 2.5");
    assert_over(f, median, (SqlFrame){0}, "2.5 2.5 2.5 2.5");
    const SqlExpr *west = sql_call2(f->arena, SQL_FN_EQ, region(f), literal(f, value_text(S("West"))));
    const SqlExpr *quantity = qty(f);
    assert_over(f, sql_aggregate(f->arena, SQL_FN_MEDIAN, &quantity, 1, false, west), SQL_FRAME_ROWS(1, 1), "1 2 3 3");
}

TEST(frames) {
    EACH_ENGINE(f) {
        const SqlExpr *sum = sql_call1(f->arena, SQL_FN_SUM, qty(f)),
                      *last = sql_call1(f->arena, SQL_FN_LAST_VALUE, qty(f)),
                      *deviation = sql_call1(f->arena, SQL_FN_STDDEV, qty(f)),
                      *median = sql_call1(f->arena, SQL_FN_MEDIAN, qty(f)),
                      *line = sql_call2(f->arena, SQL_FN_REGR_SLOPE, qty(f), qty(f));
        assert_over(f, sum, SQL_FRAME_ROWS(1, 1), "3 6 10 8");
        assert_over(f, sum, SQL_FRAME_ROWS(2, -1), "~ 1 3 5");
        assert_over(f, sum, SQL_FRAME_ROWS(0, SQL_FRAME_UNBOUNDED), "11 10 8 5");
        assert_over(f, sum, (SqlFrame){0}, "11 11 11 11");
        assert_over(f, last, SQL_FRAME_ROWS(0, 1), "2 3 5 5");
        assert_over(f, last, (SqlFrame){0}, "5 5 5 5");
        assert_over(f, sql_call1(f->arena, SQL_FN_FIRST_VALUE, qty(f)), SQL_FRAME_ROWS(1, 1), "1 1 2 3");
        if (!is_postgres(f)) assert_medians_over(f, median);
        assert_over(f, deviation, SQL_FRAME_ROWS(1, 0), "~ 0.7071067811865476 0.7071067811865476 1.4142135623730951");
        assert_over(f, sql_call1(f->arena, SQL_FN_VARIANCE, qty(f)), SQL_FRAME_ROWS(1, 0), "~ 0.5 0.5 2");
        assert_over(f, line, SQL_FRAME_ROWS(1, -1), "~ ~ ~ ~");
        assert_over(f, line, SQL_FRAME_RUNNING, "~ 1 1 1");
        assert_over(f, sql_call(f->arena, SQL_FN_DENSE_RANK, NULL, 0), (SqlFrame){0}, "1 2 3 4");
        assert_over(f, sql_call(f->arena, SQL_FN_PERCENT_RANK, NULL, 0), (SqlFrame){0},
                    "0 0.3333333333333333 0.6666666666666666 1");
    }
}

TEST(ranks_of_equals) {
    EACH_ENGINE(f) {
        SqlOrder by_region = {.expr = region(f), .is_desc = true}, by_quantity = {.expr = qty(f)};
        SqlWindow window = {.order = &by_region, .n_order = 1};
        const SqlExpr *three = literal(f, value_int(3));
        SqlSelect *select =
            SELECT(f, {qty(f), S("q")}, {sql_over(f->arena, sql_call(f->arena, SQL_FN_RANK, NULL, 0), &window), S("a")},
                   {sql_over(f->arena, sql_call(f->arena, SQL_FN_DENSE_RANK, NULL, 0), &window), S("b")},
                   {sql_over(f->arena, sql_call(f->arena, SQL_FN_PERCENT_RANK, NULL, 0), &window), S("c")},
                   {sql_over(f->arena, sql_call1(f->arena, SQL_FN_NTILE, three),
                             &(SqlWindow){.order = &by_quantity, .n_order = 1}),
                    S("d")});
        select->order = &by_quantity;
        select->n_order = 1;
        assert_rows(f, select, "1|1|1|0|1 2|3|2|0.6666666666666666|1 3|1|1|0|2 5|4|3|1|3");
    }
}

TEST(distinct_and_filtered_aggregates) {
    EACH_ENGINE(f) {
        const SqlExpr *twice = sql_call2(f->arena, SQL_FN_MOD, qty(f), literal(f, value_int(2))), *x = qty(f);
        const SqlExpr *odd = sql_call2(f->arena, SQL_FN_EQ, twice, literal(f, value_int(1)));
        const SqlExpr *by_price[] = {qty(f), price(f)}, *half[] = {qty(f), literal(f, value_float(0.5))};
        assert_rows(f,
                    SELECT(f, {sql_aggregate(f->arena, SQL_FN_COUNT, &twice, 1, true, NULL), S("a")},
                           {sql_aggregate(f->arena, SQL_FN_MEDIAN, &twice, 1, true, NULL), S("b")},
                           {sql_aggregate(f->arena, SQL_FN_VARIANCE, &twice, 1, true, NULL), S("c")},
                           {sql_aggregate(f->arena, SQL_FN_STDDEV, &x, 1, false, odd), S("d")},
                           {sql_aggregate(f->arena, SQL_FN_PERCENTILE, half, 2, false, odd), S("e")},
                           {sql_aggregate(f->arena, SQL_FN_FIRST, by_price, 2, false, NULL), S("f")},
                           {sql_aggregate(f->arena, SQL_FN_LAST, by_price, 2, false,
                                          sql_call2(f->arena, SQL_FN_GT, qty(f), literal(f, value_int(1)))),
                            S("g")},
                           {sql_aggregate(f->arena, SQL_FN_CORR, by_price, 2, false,
                                          sql_call1(f->arena, SQL_FN_IS_NULL, region(f))),
                            S("h")}),
                    "2|0.5|0.5|2|3|3|2|~");
    }
}

TEST(selects_put_together) {
    EACH_ENGINE(f) {
        SqlSelect *all = SELECT(f, {region(f), S("r")}), *west = SELECT(f, {literal(f, value_text(S("West"))), S("r")}),
                  *none = SELECT(f, {literal(f, value_null(TEXT)), S("r")});
        SqlOrder order = {.expr = all->items[0].expr};
        all->order = &order;
        all->n_order = 1;
        all->other = west;
        all->set_op = SQL_SET_EXCEPT;
        assert_rows(f, all, "East ~");
        all->set_op = SQL_SET_INTERSECT;
        assert_rows(f, all, "West");
        all->other = none;
        assert_rows(f, all, "~");
        all->other = west;
        west->other = none;
        west->set_op = SQL_SET_UNION_ALL;
        assert_rows(f, all, "West ~");
        all->set_op = SQL_SET_EXCEPT;
        assert_rows(f, all, "East");
        west->set_op = SQL_SET_EXCEPT; /* all - (west - none) */
        assert_rows(f, all, "East ~");
        /* an integer and a decimal are compared as the same number */
        SqlSelect *prices = SELECT(f, {price(f), S("p")}), *one = SELECT(f, {literal(f, value_int(1)), S("p")});
        prices->other = one;
        prices->set_op = SQL_SET_INTERSECT;
        assert_rows(f, prices, "1.00");
    }
}

/* As a leg of its own: one text. */
static SqlSelect *text_leg(const Fixture *f, const char *text) {
    SqlSelect *leg = SELECT(f, {literal(f, value_text(str_of(text))), S("t")});
    leg->n_from = 0;
    return leg;
}

TEST(texts_are_ordered_by_their_bytes) {
    EACH_ENGINE(f) {
        const char *texts[] = {"b", "A", "a", "\xC3\x84", "B"};
        SqlSelect *all = NULL;
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
            SqlSelect *leg = text_leg(f, texts[i]);
            leg->other = all;
            all = leg;
        }
        SqlOrder order = {.expr = all->items[0].expr};
        all->order = &order;
        all->n_order = 1;
        assert_rows(f, all, "A B a b \xC3\x84");
        /* Over a table of them: plain, distinct, grouped with an order that is no column, and in a window. */
        SqlFrom from = {.select = all, .alias = S("s")};
        const SqlExpr *t = col(f, "t", TEXT);
        SqlOrder by_text[] = {{.expr = t, .is_desc = true}, {.expr = sql_call(f->arena, SQL_FN_COUNT_ALL, NULL, 0)}};
        SqlSelect *select = SELECT(f, {t, S("t")});
        select->from = &from;
        select->order = by_text;
        select->n_order = 1;
        assert_rows(f, select, "\xC3\x84 b a B A");
        select->is_distinct = true;
        assert_rows(f, select, "\xC3\x84 b a B A");
        select->is_distinct = false;
        size_t group_by[] = {0};
        select->group_by = group_by;
        select->n_group_by = 1;
        select->n_order = 2;
        assert_rows(f, select, "\xC3\x84 b a B A");
        SqlWindow window = {.order = by_text, .n_order = 1};
        const SqlExpr *rank = sql_over(f->arena, sql_call(f->arena, SQL_FN_RANK, NULL, 0), &window);
        SqlSelect *ranked = SELECT(f, {t, S("t")}, {rank, S("r")});
        ranked->from = &from;
        SqlOrder by_rank = {.expr = rank};
        ranked->order = &by_rank;
        ranked->n_order = 1;
        assert_rows(f, ranked, "\xC3\x84|1 b|2 a|3 B|4 A|5");
    }
}

TEST(look_ups_in_selects) {
    EACH_ENGINE(f) {
        SqlSelect *fine = SELECT(f, {sql_cast(f->arena, price(f), DEC(12, 4), false), S("p")});
        SqlSelect *coarse = SELECT(f, {price(f), S("p")});
        const SqlExpr *four = literal(f, value_decimal(19900, 10, 4)), *none = literal(f, value_decimal(19901, 10, 4));
        const SqlExpr *scalar =
            sql_scalar(f->arena, SELECT(f, {sql_call1(f->arena, SQL_FN_MIN, price(f)), S("p")}), DEC(10, 2));
        assert_rows(f,
                    select_of(f,
                              (SqlItem[]){{sql_call1(f->arena, SQL_FN_COUNT, qty(f)), S("n")},
                                          {sql_in_select(f->arena, four, coarse, false), S("a")},
                                          {sql_in_select(f->arena, none, coarse, false), S("b")},
                                          {sql_in_select(f->arena, four, fine, true), S("c")},
                                          {sql_exists(f->arena, coarse, true), S("d")},
                                          {scalar, S("e")}},
                              6),
                    "4|true|false|false|false|0.25");
    }
}

TEST(statements) {
    EACH_ENGINE(f) {
        const SqlRelation *copy = sql_relation_table(f->arena, (Str){0}, S("copied"));
        const SqlSelect *all = SELECT(f, {region(f), S("region")}, {qty(f), S("qty")});
        SqlStmt create = {.kind = SQL_STMT_CREATE_AS, .relation = copy, .select = all, .is_temporary = true};
        OK(f, engine_exec_stmt(&f->ctx, f->conn, &create, NULL, &f->err));
        Str columns[] = {S("region"), S("qty")};
        SqlStmt insert = {.kind = SQL_STMT_INSERT, .relation = copy, .columns = columns, .n_columns = 2, .select = all};
        int64_t n_rows = 0;
        OK(f, engine_exec_stmt(&f->ctx, f->conn, &insert, &n_rows, &f->err));
        assert_int_equal(n_rows, 4);

        SqlItem set = {literal(f, value_int(100)), S("qty")};
        const SqlExpr *target = sql_column(f->arena, S("c"), S("region"), TEXT);
        SqlFrom from = {.select = SELECT(f, {region(f), S("region")}), .alias = S("s")};
        SqlStmt update = {.kind = SQL_STMT_UPDATE,
                          .relation = copy,
                          .alias = S("c"),
                          .set = &set,
                          .n_set = 1,
                          .from = &from,
                          .n_from = 1,
                          .where = sql_and(f->arena, sql_call2(f->arena, SQL_FN_EQ, target, region(f)),
                                           sql_call2(f->arena, SQL_FN_EQ, target, literal(f, value_text(S("East")))))};
        OK(f, engine_exec_stmt(&f->ctx, f->conn, &update, &n_rows, &f->err));
        assert_int_equal(n_rows, 2);
        SqlStmt delete = {.kind = SQL_STMT_DELETE,
                          .relation = copy,
                          .alias = S("c"),
                          .where = sql_call1(f->arena, SQL_FN_IS_NULL, target)};
        OK(f, engine_exec_stmt(&f->ctx, f->conn, &delete, &n_rows, &f->err));
        assert_int_equal(n_rows, 2);
        assert_int_equal(count(f, "SELECT sum(qty) FROM copied"), 100 * 2 + 2 * (1 + 3));
    }
}

/* ---- files (DuckDB) ------------------------------------------------------------------------------------------------- */

static void assert_file(Fixture *f, SqlFileFormat format, const char *name, const char *text, const char *wanted) {
    const char *path = path_join(f->arena, f->dir, name);
    if (text) OK(f, file_write_atomic(path, str_of(text), &f->err));
    SqlFrom from = {.relation = sql_relation_file(f->arena, format, str_of(path)), .alias = S("s")};
    SqlSelect *select = SELECT(f, {col(f, "a", TEXT), S("a")}, {col(f, "b", TEXT), S("b")});
    select->from = &from;
    assert_rows(f, select, wanted);
}

TEST(files_are_read_as_text_and_completely) {
    Fixture *f = &fixtures[0];
    assert_true(is_duckdb(f));
    assert_file(f, SQL_FILE_CSV, "o'x=1.csv", "a,b\n007,\"x \"\"y\"\"\"\n#no comment,\"\"\n, 2\n",
                "007|x \"y\" #no comment|~ ~| 2");
    assert_file(f, SQL_FILE_CSV, "semicolon.csv", "a;b\n1,5;2\n", "1,5|2");
    assert_file(f, SQL_FILE_JSON, "lines.json",
                "{\"a\":1,\"b\":\"x\"}\n{\"a\":{\"n\":[1,2]},\"b\":null}\n{\"a\":1.50}\n", "1|x {\"n\":[1,2]}|~ 1.5|~");
    assert_file(f, SQL_FILE_JSON, "list.json", "[{\"a\":\"007\",\"b\":true}]", "007|true");
    Str path = str_of(path_join(f->arena, f->dir, "t.parquet"));
    OK(f, engine_execf(&f->ctx, f->conn, NULL, &f->err,
                       "COPY (SELECT 2.50::DECIMAL(5,2) AS a, DATE '2014-03-07' AS b) TO %L", &path));
    assert_file(f, SQL_FILE_PARQUET, "t.parquet", NULL, "2.50|2014-03-07");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grouped_by_an_expression_with_literals_and_ordered_with_nulls_last),
        cmocka_unit_test(sums_of_integers_mix_with_decimals),
        cmocka_unit_test(legs_are_brought_to_common_types),
        cmocka_unit_test(windows),
        cmocka_unit_test(frames),
        cmocka_unit_test(ranks_of_equals),
        cmocka_unit_test(distinct_and_filtered_aggregates),
        cmocka_unit_test(selects_put_together),
        cmocka_unit_test(texts_are_ordered_by_their_bytes),
        cmocka_unit_test(look_ups_in_selects),
        cmocka_unit_test(statements),
        cmocka_unit_test(files_are_read_as_text_and_completely),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
