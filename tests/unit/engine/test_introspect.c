/* What tables there are, as the engines describe them. */
#include "engine_fixture.h"

static const EngineColumn *column_of(const EngineTable *table, const char *name) {
    for (size_t i = 0; i < table->n_columns; i++)
        if (str_eq(table->columns[i].name, str_of(name))) return &table->columns[i];
    fail_msg("no column %s", name);
    return NULL;
}

static void assert_column(const EngineTable *table, const char *name, Type type, bool is_not_null, int key) {
    const EngineColumn *column = column_of(table, name);
    if (!type_eq(column->type, type))
        fail_msg("%s: kind %d (%.*s)", name, column->type.kind, STR_ARG(column->source_type));
    assert_true(column->source_type.n > 0);
    assert_int_equal(column->is_not_null, is_not_null);
    assert_int_equal(column->primary_key, key);
}

TEST(tables_and_columns) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        EngineTable *tables = NULL;
        size_t n = 99;
        OK(&f, engine_introspect(&f.ctx, f.conn, S(""), &tables, &n, &f.err));
        assert_int_equal(n, 0);
        OK(&f,
           run(&f, "CREATE TABLE \"order line\" (line INTEGER, ordr TEXT NOT NULL, qty BIGINT, price DECIMAL(12,3), "
                   "rate DOUBLE PRECISION, "
                   "day DATE, moment TIMESTAMP, is_open BOOLEAN, note JSON, PRIMARY KEY (ordr, line))"));
        OK(&f, run(&f, is_postgres(&f) ? "CREATE TABLE a (i INTEGER PRIMARY KEY, v VARCHAR UNIQUE, w BYTEA)"
                                       : "CREATE TABLE a (i INTEGER PRIMARY KEY, v VARCHAR UNIQUE, w BLOB)"));
        OK(&f, run(&f, "CREATE VIEW v AS SELECT i FROM a"));
        OK(&f, run(&f, "CREATE INDEX idx ON a (w)"));
        OK(&f, run(&f, "CREATE TEMPORARY TABLE mine (i INTEGER)"));
        OK(&f, engine_introspect(&f.ctx, f.conn, S(""), &tables, &n, &f.err));
        assert_int_equal(n, 2); /* no view, no temporary, no table of the system; by name */
        assert_true(str_eq(tables[0].name, S("a")));
        assert_true(str_eq(tables[1].name, S("order line")));
        assert_true(str_eq(tables[0].schema, is_postgres(&f) ? S("public") : S("main")));
        assert_int_equal(tables[0].n_columns, 3);
        assert_column(&tables[0], "i", TYPE(TYPE_INT64), true, 1);
        assert_column(&tables[0], "v", TYPE(TYPE_TEXT), false, 0);
        assert_column(&tables[0], "w", TYPE(TYPE_TEXT), false, 0);
        assert_true(str_eq_nocase(column_of(&tables[0], "w")->source_type, is_postgres(&f) ? S("bytea") : S("blob")));
        const EngineTable *t = &tables[1];
        assert_int_equal(t->n_columns, 9);
        assert_true(str_eq(t->columns[0].name, S("line"))); /* in their order */
        assert_column(t, "line", TYPE(TYPE_INT64), !is_sqlite(&f), 2);
        assert_column(t, "ordr", TYPE(TYPE_TEXT), true, 1);
        assert_column(t, "qty", TYPE(TYPE_INT64), false, 0);
        assert_column(t, "price", TYPE_DEC(12, 3), false, 0);
        assert_column(t, "rate", TYPE(TYPE_FLOAT64), false, 0);
        assert_column(t, "day", TYPE(TYPE_DATE), false, 0);
        assert_column(t, "moment", TYPE(TYPE_TIMESTAMP), false, 0);
        assert_column(t, "is_open", TYPE(TYPE_BOOL), false, 0);
        assert_column(t, "note", TYPE(TYPE_JSON), false, 0);
        Value value;
        OK(&f,
           engine_valuef(&f.ctx, f.conn, &value, &f.err, "SELECT count(*) FROM %R", t->relation)); /* fit to be used */
        assert_int_equal(value.i, 0);
        fixture_free(&f);
    }
}

TEST(other_schemas_and_types) {
    Fixture f;
    fixture_new(&f, &ENGINE_DUCKDB);
    OK(&f, run(&f, "CREATE SCHEMA gold"));
    OK(&f, run(&f, "CREATE TABLE gold.t (h HUGEINT, u UBIGINT, s SMALLINT, f FLOAT, z TIMESTAMPTZ, "
                   "l INTEGER[], e ENUM ('a', 'b'), d DECIMAL)"));
    OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
    EngineTable *tables = NULL;
    size_t n = 0;
    OK(&f, engine_introspect(&f.ctx, f.conn, S("gold"), &tables, &n, &f.err));
    assert_int_equal(n, 1);
    assert_true(str_eq(tables[0].schema, S("gold")));
    assert_column(&tables[0], "h", TYPE_DEC(38, 0), false, 0);
    assert_column(&tables[0], "u", TYPE_DEC(20, 0), false, 0);
    assert_column(&tables[0], "s", TYPE(TYPE_INT64), false, 0);
    assert_column(&tables[0], "f", TYPE(TYPE_FLOAT64), false, 0);
    assert_column(&tables[0], "z", TYPE(TYPE_TIMESTAMP), false, 0);
    assert_column(&tables[0], "l", TYPE(TYPE_TEXT), false, 0);
    assert_column(&tables[0], "e", TYPE(TYPE_TEXT), false, 0);
    assert_column(&tables[0], "d", TYPE_DEC(18, 3), false, 0);
    OK(&f, engine_introspect(&f.ctx, f.conn, S("no_such"), &tables, &n, &f.err));
    assert_int_equal(n, 0);
    fixture_free(&f);
}

TEST(what_the_engines_say_of_themselves) {
    assert_string_equal(engine_name(&ENGINE_DUCKDB), "duckdb");
    assert_string_equal(engine_name(&ENGINE_SQLITE), "sqlite");
    assert_string_equal(engine_name(&ENGINE_POSTGRES), "postgres");
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        assert_true(strlen(engine_version(ENGINES[e])) > 2);
        assert_string_equal(sql_dialect_name(engine_dialect(ENGINES[e])), engine_name(ENGINES[e]));
        assert_true(engine_caps(ENGINES[e])->max_params >= 999);
    }
    assert_true(engine_caps(&ENGINE_DUCKDB)->has_exact_decimals);
    assert_false(engine_caps(&ENGINE_SQLITE)->has_exact_decimals);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_and_columns),
        cmocka_unit_test(other_schemas_and_types),
        cmocka_unit_test(what_the_engines_say_of_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
