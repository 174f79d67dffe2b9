/* Values go in as parameters and by append, and come out of queries, unchanged. */
#include "engine_fixture.h"

#include <math.h>

enum { N_COLUMNS = 8 };

static const Str NAMES[N_COLUMNS] = {{"b", 1}, {"i", 1},   {"d", 1},      {"f", 1},
                                     {"t", 1}, {"day", 3}, {"moment", 6}, {"j", 1}};

static void column_types(const Fixture *f, Type types[N_COLUMNS]) {
    const Type all[N_COLUMNS] = {
        TYPE(TYPE_BOOL),      TYPE(TYPE_INT64), !is_sqlite(f) ? TYPE_DEC(38, 10) : TYPE_DEC(18, 5),
        TYPE(TYPE_FLOAT64),   TYPE(TYPE_TEXT),  TYPE(TYPE_DATE),
        TYPE(TYPE_TIMESTAMP), TYPE(TYPE_JSON)};
    memcpy(types, all, sizeof(all));
}

static Int128 digits(int n) {
    Int128 number = 0;
    for (int i = 0; i < n; i++) number = number * 10 + 9;
    return number;
}

/* Rows whose cells are awkward, each in its own way. */
static size_t make_rows(const Fixture *f, Value rows[][N_COLUMNS]) {
    Type types[N_COLUMNS];
    column_types(f, types);
    Type dec = types[2];
    static const char LONG[] = "0123456789abcdefghijklmnopqrstuvwxyz \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    bool has_nul = !is_postgres(f); /* which cannot hold it */
    const Str texts[] = {S(""),
                         has_nul ? S("a\0b") : S("a\\b"),
                         S("123456789012"),
                         S("1234567890123"),
                         S(LONG),
                         S("it''s \"q\" % ? $1"),
                         has_nul ? S("1234567890\0\0") : S("\t\r\n")};
    const double floats[] = {0.1, -0.0, INFINITY, -INFINITY, 5e-324, 1.7976931348623157e308, is_sqlite(f) ? 1.0 : NAN};
    const int64_t ints[] = {0, INT64_MAX, INT64_MIN, -1, 1, 1234567890123456789, 7};
    const Int128 decs[] = {0, digits(dec.precision), -digits(dec.precision), 1, -1, 1250000, 5};
    const int64_t days[] = {0, -1, -719162, 2932896, 11016, -25567, 16071};
    const int64_t times[] = {0,       -1, -719162 * TIME_US_PER_DAY, 2932897 * TIME_US_PER_DAY - 1, 1, 1388534400000000,
                             -1000001};
    size_t n = COUNT_OF(texts);
    for (size_t r = 0; r < n; r++) {
        rows[r][0] = value_bool(r % 2);
        rows[r][1] = value_int(ints[r]);
        rows[r][2] = value_decimal(decs[r], dec.precision, dec.scale);
        rows[r][3] = value_float(floats[r]);
        rows[r][4] = value_text(texts[r]);
        rows[r][5] = value_date(days[r]);
        rows[r][6] = value_timestamp(times[r]);
        rows[r][7] = value_json(S("{\"a\":[1,2.50,null]}"));
    }
    for (size_t c = 0; c < N_COLUMNS; c++) { /* a row of nulls, and one null a column on a diagonal */
        rows[n][c] = value_null(types[c]);
        for (size_t d = 0; d < N_COLUMNS; d++) rows[n + 1 + c][d] = c == d ? value_null(types[d]) : rows[c % n][d];
    }
    return n + 1 + N_COLUMNS;
}

static void assert_same(const Fixture *f, Value got, Value wanted, size_t row, size_t column) {
    if (got.type.kind == TYPE_FLOAT64 && !got.is_null && !wanted.is_null && isnan(wanted.f)) {
        assert_true(isnan(got.f));
        return;
    }
    if (!value_eq(got, wanted))
        fail_msg("row %zu, column %zu differs (kinds %d, %d)", row, column, got.type.kind, wanted.type.kind);
    /* SQLite stores a float without fraction as an integer, and with it loses the sign of zero. */
    if (got.type.kind == TYPE_FLOAT64 && !got.is_null && !is_sqlite(f))
        assert_int_equal(signbit(got.f) != 0, signbit(wanted.f) != 0);
}

static void check_table(Fixture *f, Value rows[][N_COLUMNS], size_t n_rows) {
    Type types[N_COLUMNS];
    column_types(f, types);
    EngineStream *stream = query(f, "SELECT b, i, d, f, t, day, moment, j FROM x ORDER BY n");
    const Batch *columns = engine_stream_columns(stream);
    assert_int_equal(columns->n_columns, N_COLUMNS);
    assert_int_equal(columns->n_rows, 0);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        assert_true(type_eq(columns->columns[c].type, types[c]));
        assert_true(str_eq(columns->columns[c].name, NAMES[c]));
    }
    size_t at = 0;
    const Batch *batch = NULL;
    for (;;) {
        OK(f, engine_stream_next(stream, &batch, &f->err));
        if (!batch) break;
        for (size_t r = 0; r < batch->n_rows; r++, at++)
            for (size_t c = 0; c < N_COLUMNS; c++)
                assert_same(f, column_value(&batch->columns[c], r), rows[at][c], at, c);
    }
    assert_int_equal(at, n_rows);
    OK(f, engine_stream_next(stream, &batch, &f->err)); /* the end stays the end */
    assert_null(batch);
    engine_stream_close(stream);
}

static void make_table(Fixture *f) {
    Type types[N_COLUMNS];
    column_types(f, types);
    OK(f,
       engine_execf(&f->ctx, f->conn, NULL, &f->err,
                    "CREATE TABLE x (n %T, b %T, i %T, d %T, f %T, t %T, day %T, moment %T, j %T)", &TYPE(TYPE_INT64),
                    &types[0], &types[1], &types[2], &types[3], &types[4], &types[5], &types[6], &types[7]));
}

static void by_parameters(Fixture *f) {
    Value rows[32][N_COLUMNS];
    size_t n = make_rows(f, rows);
    make_table(f);
    for (size_t r = 0; r < n; r++) {
        Value number = value_int((int64_t)r);
        int64_t n_changed = 0;
        OK(f, engine_execf(&f->ctx, f->conn, &n_changed, &f->err,
                           "INSERT INTO x VALUES (%V, %V, %V, %V, %V, %V, %V, %V, %V)", &number, &rows[r][0],
                           &rows[r][1], &rows[r][2], &rows[r][3], &rows[r][4], &rows[r][5], &rows[r][6], &rows[r][7]));
        assert_int_equal(n_changed, 1);
    }
    check_table(f, rows, n);
}

static void by_append(Fixture *f) {
    Value rows[32][N_COLUMNS];
    Type types[N_COLUMNS + 1];
    Str names[N_COLUMNS + 1];
    size_t n = make_rows(f, rows);
    make_table(f);
    column_types(f, types);
    memcpy(names, NAMES, sizeof(NAMES));
    types[N_COLUMNS] = TYPE(TYPE_INT64);
    names[N_COLUMNS] = S("n"); /* not the table's order */
    BatchBuilder *builder = batch_builder_new(f->arena, N_COLUMNS + 1, names, types, n);
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < N_COLUMNS; c++) batch_builder_set(builder, c, rows[r][c]);
        batch_builder_set(builder, N_COLUMNS, value_int((int64_t)r));
        batch_builder_next_row(builder);
    }
    EngineAppender *appender = NULL;
    OK(f, engine_begin(&f->ctx, f->conn, true, &f->err));
    OK(f, engine_append_open(&f->ctx, f->conn, sql_relation_table(f->arena, S(""), S("x")), names, N_COLUMNS + 1,
                             &appender, &f->err));
    OK(f, engine_append(appender, batch_builder_batch(builder), &f->err));
    OK(f, engine_append_close(appender, &f->err));
    OK(f, engine_commit(&f->ctx, f->conn, &f->err));
    check_table(f, rows, n);
}

TEST(round_trips) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        by_parameters(&f);
        OK(&f, run(&f, "DROP TABLE x"));
        by_append(&f);
        fixture_close(&f);
        fixture_open(&f); /* and after the file was closed and opened */
        Value rows[32][N_COLUMNS];
        check_table(&f, rows, make_rows(&f, rows));
        fixture_free(&f);
    }
}

/* One engine's stream straight into the other's table: every layout a reader gives is one an appender takes. */
static void copy_between(const Engine *from, const Engine *to) {
    Fixture a, b;
    fixture_new(&a, from);
    fixture_new(&b, to);
    const char *make =
        "CREATE TABLE s (n INTEGER, t TEXT, d DECIMAL(9,2), f DOUBLE PRECISION, day DATE, moment TIMESTAMP, b BOOLEAN)";
    OK(&a, run(&a, make));
    OK(&b, run(&b, make));
    OK(&a, run(&a, by_engine(
                       &a,
                       "INSERT INTO s SELECT i, CASE WHEN i % 7 > 0 THEN 'text number ' || i END, i / 100.0, i / 2.0, "
                       "DATE '1960-01-01' + i::INTEGER, TIMESTAMP '1960-01-01' + INTERVAL (i) SECOND, i % 2 = 0 "
                       "FROM range(5000) r(i)",
                       "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 4999) "
                       "INSERT INTO s SELECT i, CASE WHEN i % 7 > 0 THEN 'text number ' || i END, i, i / 2.0, "
                       "date('1960-01-01', i || ' days'), datetime('1960-01-01', i || ' seconds'), i % 2 = 0 FROM r",
                       "INSERT INTO s SELECT i, CASE WHEN i % 7 > 0 THEN 'text number ' || i END, i / 100.0, i / 2.0, "
                       "DATE '1960-01-01' + i, TIMESTAMP '1960-01-01' + make_interval(secs => i), i % 2 = 0 "
                       "FROM generate_series(0, 4999) r(i)")));
    const Str names[] = {S("n"), S("t"), S("d"), S("f"), S("day"), S("moment"), S("b")};
    EngineStream *stream = query(&a, "SELECT n, t, d, f, day, moment, b FROM s");
    EngineAppender *appender = NULL;
    OK(&b, engine_begin(&b.ctx, b.conn, true, &b.err));
    OK(&b, engine_append_open(&b.ctx, b.conn, sql_relation_table(b.arena, S(""), S("s")), names, 7, &appender, &b.err));
    const Batch *batch = NULL;
    for (;;) {
        OK(&a, engine_stream_next(stream, &batch, &a.err));
        if (!batch) break;
        OK(&b, engine_append(appender, batch, &b.err));
    }
    engine_stream_close(stream);
    OK(&b, engine_append_close(appender, &b.err));
    OK(&b, engine_commit(&b.ctx, b.conn, &b.err));
    assert_int_equal(count(&b, "SELECT count(*) FROM s"), 5000);
    assert_int_equal(count(&b, "SELECT count(*) FROM s WHERE t IS NULL"), 715);
    assert_int_equal(count(&b, "SELECT count(*) FROM s WHERE t = 'text number ' || n"), 4285);
    assert_int_equal(count(&b, "SELECT count(*) FROM s WHERE f = n / 2.0 AND b = (n % 2 = 0)"), 5000);
    assert_int_equal(
        count(&b, by_engine(&b,
                            "SELECT count(*) FROM s WHERE d * 100 = n AND day = DATE '1960-01-01' + n AND "
                            "moment = TIMESTAMP '1960-01-01' + INTERVAL (n) SECOND",
                            "SELECT count(*) FROM s WHERE d = n AND day = date('1960-01-01', n || ' days') AND "
                            "moment = datetime('1960-01-01', n || ' seconds')",
                            "SELECT count(*) FROM s WHERE d * 100 = n AND day = DATE '1960-01-01' + n AND "
                            "moment = TIMESTAMP '1960-01-01' + make_interval(secs => n)")),
        5000);
    fixture_free(&a);
    fixture_free(&b);
}

TEST(streams_feed_appenders) {
    for (size_t from = 0; from < n_engines(); from++)
        for (size_t to = 0; to < n_engines(); to++) copy_between(ENGINES[from], ENGINES[to]);
}

static void assert_cell(Fixture *f, const char *text, Value wanted) {
    SqlText sql = {.text = str_of(text)};
    Value value;
    OK(f, engine_value(&f->ctx, f->conn, &sql, &value, &f->err));
    if (!type_eq(value.type, wanted.type) || !value_eq(value, wanted))
        fail_msg("%s: differs (kind %d)", text, value.type.kind);
}

TEST(duckdb_types_of_its_own) {
    Fixture f;
    fixture_new(&f, &ENGINE_DUCKDB);
    assert_cell(&f, "SELECT 5::TINYINT", value_int(5));
    assert_cell(&f, "SELECT 65535::USMALLINT", value_int(65535));
    assert_cell(&f, "SELECT 4294967295::UINTEGER", value_int(4294967295));
    assert_cell(&f, "SELECT 18446744073709551615::UBIGINT", value_decimal((Int128)UINT64_MAX, 20, 0));
    assert_cell(&f, "SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) v(x)",
                value_decimal((Int128)INT64_MAX + 1, 38, 0));
    assert_cell(&f, "SELECT 1.5::FLOAT", value_float(1.5));
    assert_cell(&f, "SELECT -12.34::DECIMAL(4,2)", value_decimal(-1234, 4, 2));
    assert_cell(&f, "SELECT 123456.7::DECIMAL(9,1)", value_decimal(1234567, 9, 1));
    assert_cell(&f, "SELECT TIMESTAMP_S '1969-12-31 23:59:59'", value_timestamp(-1000000));
    assert_cell(&f, "SELECT TIMESTAMP_MS '1969-12-31 23:59:59.999'", value_timestamp(-1000));
    assert_cell(&f, "SELECT TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", value_timestamp(-1)); /* floor */
    assert_cell(&f, "SELECT TIMESTAMPTZ '2014-01-01 02:00:00+02'", value_timestamp(1388534400000000));
    assert_cell(&f, "SELECT 'happy'::ENUM ('sad', 'happy')", value_text(S("happy")));
    assert_cell(&f, "SELECT '{\"a\": 1}'::JSON", value_json(S("{\"a\": 1}")));
    assert_cell(&f, "SELECT 1 WHERE false", value_null(TYPE(TYPE_NULL)));
    assert_cell(&f, "SELECT CAST(NULL AS DATE)", value_null(TYPE(TYPE_DATE)));
    const char *unsupported[] = {"SELECT [1, 2] AS odd",          "SELECT {'a': 1} AS odd",
                                 "SELECT TIME '10:00:00' AS odd", "SELECT '\\xAA'::BLOB AS odd",
                                 "SELECT INTERVAL 1 DAY AS odd",  "SELECT 1::UHUGEINT AS odd",
                                 "SELECT uuid() AS odd"};
    for (size_t i = 0; i < COUNT_OF(unsupported); i++) {
        SqlText sql = {.text = str_of(unsupported[i])};
        EngineStream *stream = NULL;
        FAILS(&f, ERR_UNSUPPORTED, engine_query(&f.ctx, f.conn, &sql, &stream, &f.err));
        assert_non_null(strstr(f.err.message, "'odd'"));
        assert_null(stream);
    }
    const char *outside[] = {
        "SELECT 'infinity'::DATE AS odd",         "SELECT '-infinity'::TIMESTAMP AS odd",
        "SELECT DATE '10000-01-01' AS odd",       "SELECT TIMESTAMP_S '12014-01-01 00:00:00' AS odd",
        "SELECT 'infinity'::TIMESTAMP_NS AS odd", "SELECT DATE '0044-03-15 (BC)' AS odd"};
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        SqlText sql = {.text = str_of(outside[i])};
        Value value;
        FAILS(&f, ERR_DATA, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
        assert_non_null(strstr(f.err.message, "'odd'"));
    }
    /* Under a null anything may lie: a whole column of them is read. */
    assert_int_equal(
        count(&f,
              "SELECT count(d) FROM (SELECT CASE WHEN i % 3 = 0 THEN DATE '2000-01-01' END d FROM range(3000) r(i))"),
        1000);
    fixture_free(&f);
}

TEST(duckdb_wide_enums_and_nulls) {
    Fixture f;
    fixture_new(&f, &ENGINE_DUCKDB);
    OK(&f, run(&f, "CREATE TYPE many AS ENUM (SELECT 'a rather long name ' || i FROM range(300) r(i))"));
    EngineStream *stream = query(
        &f, "SELECT CASE WHEN i % 5 > 0 THEN ('a rather long name ' || i % 300)::many END e, i FROM range(9000) r(i)");
    const Batch *batch = NULL;
    size_t n = 0;
    for (;;) {
        OK(&f, engine_stream_next(stream, &batch, &f.err));
        if (!batch) break;
        for (size_t r = 0; r < batch->n_rows; r++, n++) {
            int64_t i = column_int(&batch->columns[1], r);
            assert_int_equal(column_is_null(&batch->columns[0], r), i % 5 == 0);
            char wanted[40];
            snprintf(wanted, sizeof(wanted), "a rather long name %d", (int)(i % 300));
            if (i % 5) assert_true(str_eq(column_str(&batch->columns[0], r), str_of(wanted)));
        }
    }
    assert_int_equal(n, 9000);
    engine_stream_close(stream);
    fixture_free(&f);
}

TEST(sqlite_types_are_stated_declared_or_found) {
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    OK(&f, run(&f, "CREATE TABLE t (a DECIMAL(10,2), b VARCHAR(20), c DATETIME, e SOMETHING, j JSON TEXT, n NUMERIC)"));
    OK(&f, run(&f, "INSERT INTO t VALUES (1250, 'x', '2014-01-01 10:00:00.5', NULL, '1.50', 2.5), "
                   "(NULL, NULL, NULL, 7, NULL, NULL)"));
    assert_cell(&f, "SELECT a FROM t", value_decimal(1250, 10, 2));
    assert_cell(&f, "SELECT b FROM t", value_text(S("x")));
    assert_cell(&f, "SELECT c FROM t", value_timestamp(1388570400500000));
    assert_cell(&f, "SELECT e FROM t", value_null(TYPE(TYPE_INT64))); /* the second row decides */
    assert_cell(&f, "SELECT j FROM t", value_json(S("1.50")));
    assert_cell(&f, "SELECT n FROM t", value_float(2.5));
    assert_cell(&f, "SELECT count(*) FROM t", value_int(2));
    assert_cell(&f, "SELECT NULL", value_null(TYPE(TYPE_NULL)));
    assert_cell(&f, "SELECT 'a' || 1", value_text(S("a1")));
    const Type stated[] = {TYPE_DEC(18, 4)};
    SqlText sql = {.text = S("SELECT 12345"), .types = stated, .n_types = 1};
    Value value;
    OK(&f, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
    assert_true(value_eq(value, value_decimal(12345, 18, 4)));
    fixture_free(&f);
}

/* Values ahead of the deciding one are kept. */
TEST(sqlite_rows_read_ahead_are_not_lost) {
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    EngineStream *stream = query(&f, "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 9999) "
                                     "SELECT 'text ' || i, CASE WHEN i >= 100 THEN i END FROM r");
    assert_int_equal(engine_stream_columns(stream)->columns[1].type.kind, TYPE_INT64);
    const Batch *batch = NULL;
    int64_t at = 0;
    for (;;) {
        OK(&f, engine_stream_next(stream, &batch, &f.err));
        if (!batch) break;
        for (size_t r = 0; r < batch->n_rows; r++, at++) {
            char wanted[40];
            snprintf(wanted, sizeof(wanted), "text %d", (int)at);
            assert_true(str_eq(column_str(&batch->columns[0], r), str_of(wanted)));
            assert_int_equal(column_is_null(&batch->columns[1], r), at < 100);
            if (at >= 100) assert_int_equal(column_int(&batch->columns[1], r), at);
        }
    }
    assert_int_equal(at, 10000);
    engine_stream_close(stream);
    stream = query(&f, "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 999) "
                       "SELECT CASE WHEN i >= 300 THEN i END FROM r");
    FAILS(&f, ERR_DATA, engine_stream_next(stream, &batch, &f.err));
    engine_stream_close(stream);
    fixture_free(&f);
}

TEST(sqlite_values_that_do_not_fit) {
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    OK(&f, run(&f, "CREATE TABLE odd (i INTEGER, d DECIMAL(4,2), b BOOLEAN, t TEXT, day DATE, moment TIMESTAMP, "
                   "r REAL, w DECIMAL(30,2))"));
    const struct {
        const char *insert;
        const char *select;
        const char *says;
    } cases[] = {
        {"INSERT INTO odd (i) VALUES ('abc')", "SELECT i FROM odd", "'abc'"},
        {"INSERT INTO odd (i) VALUES (2.5)", "SELECT i FROM odd", "2.5"},
        {"INSERT INTO odd (d) VALUES (10000)", "SELECT d FROM odd", "'10000'"},
        {"INSERT INTO odd (d) VALUES (0.5)", "SELECT d FROM odd", "decimal(4,2)"},
        {"INSERT INTO odd (b) VALUES (2)", "SELECT b FROM odd", "'2'"},
        {"INSERT INTO odd (t) VALUES (CAST(x'ff41' AS TEXT))", "SELECT t FROM odd", "UTF-8"},
        {"INSERT INTO odd (day) VALUES ('2014-02-30')", "SELECT day FROM odd", "2014-02-30"},
        {"INSERT INTO odd (day) VALUES ('2014-02-03 10:00:00')", "SELECT day FROM odd", "10:00"},
        {"INSERT INTO odd (moment) VALUES (1234567890)", "SELECT moment FROM odd", "1234567890"},
        {"INSERT INTO odd (r) VALUES ('high')", "SELECT r FROM odd", "'high'"},
        {"INSERT INTO odd (i) VALUES (9223372036854775807)", "SELECT i + 1 AS i FROM odd",
         NULL}, /* a float: the overflow shows */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        OK(&f, run(&f, "DELETE FROM odd"));
        OK(&f, run(&f, cases[i].insert));
        const Type types[] = {TYPE(TYPE_INT64)};
        SqlText sql = {.text = str_of(cases[i].select), .types = types, .n_types = cases[i].says ? 0 : 1};
        Value value;
        FAILS(&f, ERR_DATA, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
        if (!cases[i].says) continue;
        assert_non_null(strstr(f.err.message, "odd")); /* the table */
        if (!strstr(f.err.message, cases[i].says)) fail_msg("%s", f.err.message);
    }
    Value value;
    SqlText bytes = {.text = S("SELECT x'00ff' AS raw")};
    FAILS(&f, ERR_UNSUPPORTED, engine_value(&f.ctx, f.conn, &bytes, &value, &f.err));
    assert_non_null(strstr(f.err.message, "'raw'"));
    fixture_free(&f);
}

TEST(parameters_that_do_not_fit) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        Value bad = value_text((Str){"a\xFFz", 3});
        Value value;
        FAILS(&f, ERR_DATA, engine_valuef(&f.ctx, f.conn, &value, &f.err, "SELECT %V", &bad));
        assert_null(strstr(f.err.detail, "\xFF")); /* parameters are never told */
        SqlText missing = {.text = is_postgres(&f) ? S("SELECT $1") : S("SELECT ?")};
        FAILS(&f, ERR_INTERNAL, engine_value(&f.ctx, f.conn, &missing, &value, &f.err));
        SqlText many = {.text = S("SELECT 1; SELECT 2")};
        assert_int_not_equal(engine_value(&f.ctx, f.conn, &many, &value, &f.err), ERR_OK);
        SqlText nul = {.text = S("SELECT 1\0")};
        FAILS(&f, ERR_INTERNAL, engine_value(&f.ctx, f.conn, &nul, &value, &f.err));
        assert_int_equal(count(&f, "SELECT 1"), 1); /* and the connection goes on */
        fixture_free(&f);
    }
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    Value value;
    Value wide = value_decimal(digits(20), 38, 0);
    Value nan = value_float(NAN);
    OK(&f, run(&f, "CREATE TABLE t (d)"));
    SqlText insert = {.text = S("INSERT INTO t VALUES (?)"), .params = &wide, .n_params = 1};
    FAILS(&f, ERR_UNSUPPORTED, engine_exec(&f.ctx, f.conn, &insert, NULL, &f.err));
    insert.params = &nan;
    FAILS(&f, ERR_UNSUPPORTED, engine_exec(&f.ctx, f.conn, &insert, NULL, &f.err));
    value = value_text(S("x"));
    insert.params = &value;
    OK(&f, engine_exec(&f.ctx, f.conn, &insert, NULL, &f.err));
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(streams_feed_appenders),
        cmocka_unit_test(duckdb_types_of_its_own),
        cmocka_unit_test(duckdb_wide_enums_and_nulls),
        cmocka_unit_test(sqlite_types_are_stated_declared_or_found),
        cmocka_unit_test(sqlite_rows_read_ahead_are_not_lost),
        cmocka_unit_test(sqlite_values_that_do_not_fit),
        cmocka_unit_test(parameters_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
