/* The template writer: what is filled in is quoted, bound or refused. */
#include "test.h"

#include "sql/sql_relation.h"

static Arena *arena;
static Err err;
static SqlText text;

static int setup(void **state) {
    (void)state;
    arena = arena_new(0);
    err = (Err){0};
    text = (SqlText){0};
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

#define FORMAT(dialect, ...) sql_format(arena, &SQL_DIALECT_##dialect, &text, &err, __VA_ARGS__)
#define WRITES(wanted, dialect, ...)                                   \
    do {                                                               \
        if (FORMAT(dialect, __VA_ARGS__)) fail_msg("%s", err.message); \
        assert_string_equal(text.text.p, wanted);                      \
    } while (0)

TEST(every_directive) {
    Str name = S("a\"b"), quoted = S("it's"), names[] = {S("x"), S("y")};
    Type type = TYPE_DEC(10, 2);
    SqlColumnList list = {.names = names, .n = 2};
    const SqlRelation *table = sql_relation_table(arena, S("s"), S("t"));
    WRITES("CREATE TABLE \"s\".\"t\" (\"a\"\"b\" DECIMAL(10,2))", DUCKDB, "CREATE TABLE %R (%I %T)", table, &name,
           &type);
    WRITES("SET x = 'it''s'", DUCKDB, "SET x = %L", &quoted);
    WRITES("INSERT INTO \"s\".\"t\" (\"x\", \"y\") SELECT 5 % 100", DUCKDB, "INSERT INTO %R (%C) SELECT %d %% 100",
           table, &list, INT64_C(5));
    assert_int_equal(text.n_params, 0);

    Value value = value_text(S("'; DROP TABLE x")), number = value_int(3);
    WRITES("SELECT $1::VARCHAR, $2::BIGINT", DUCKDB, "SELECT %V, %V", &value, &number);
    assert_int_equal(text.n_params, 2);
    assert_true(str_eq(text.params[0].s, value.s));
    WRITES("SELECT ?1, ?2", SQLITE, "SELECT %V, %V", &value, &number);

    SqlExpr *sum =
        sql_call2(arena, SQL_FN_ADD, sql_literal(arena, number), sql_column(arena, (Str){0}, S("c"), number.type));
    WRITES("CHECK (?1 + \"c\")", SQLITE, "CHECK %E", sum);
    assert_int_equal(text.n_types, 0);
}

TEST(a_lone_select_tells_its_types) {
    SqlSelect *select = sql_select_new(arena);
    SqlItem item = {.expr = sql_literal(arena, value_date(0)), .alias = S("d")};
    select->items = &item;
    select->n_items = 1;
    WRITES("SELECT $1::DATE AS \"d\"", DUCKDB, "%S", select);
    assert_int_equal(text.n_types, 1);
    assert_int_equal(text.types[0].kind, TYPE_DATE);
    WRITES("EXPLAIN SELECT $1::DATE AS \"d\"", DUCKDB, "EXPLAIN %S", select);
    assert_int_equal(text.n_types, 0);
}

TEST(text_cannot_break_out) {
    const char *texts[] = {"'", "''", "\\'", "' OR 1=1 --", "a'b'c", ""};
    const char *quoted[] = {"''''", "''''''", "'\\'''", "''' OR 1=1 --'", "'a''b''c'", "''"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        Str s = str_of(texts[i]);
        WRITES(quoted[i], DUCKDB, "%L", &s);
        WRITES(quoted[i], SQLITE, "%L", &s);
    }
    Str nul = S("a\0b"), latin = S("caf\xe9");
    assert_int_equal(FORMAT(DUCKDB, "%L", &nul), ERR_INVALID);
    assert_int_equal(FORMAT(DUCKDB, "%L", &latin), ERR_INVALID);
    assert_int_equal(FORMAT(DUCKDB, "%I", &nul), ERR_INVALID);
}

TEST(types_an_engine_lacks_are_refused) {
    Type wide = TYPE_DEC(38, 2), none = TYPE(TYPE_NULL), json = TYPE(TYPE_JSON);
    WRITES("DECIMAL(38,2)", DUCKDB, "%T", &wide);
    assert_int_equal(FORMAT(SQLITE, "%T", &wide), ERR_UNSUPPORTED);
    assert_string_equal(err.message, "SQLite holds decimal numbers of up to 18 digits, not 38");
    assert_int_equal(FORMAT(DUCKDB, "%T", &none), ERR_INVALID);
    WRITES("JSON", DUCKDB, "%T", &json);
    WRITES("JSON TEXT", SQLITE, "%T", &json);
}

TEST(broken_templates_are_faults) {
    SqlColumnList none = {0};
    assert_int_equal(FORMAT(DUCKDB, "%q"), ERR_INTERNAL);
    assert_int_equal(FORMAT(DUCKDB, "50%"), ERR_INTERNAL);
    assert_int_equal(FORMAT(DUCKDB, "%C", &none), ERR_INTERNAL);
}

TEST(a_long_text_is_refused) {
    char *p = arena_alloc(arena, (1 << 20) + 1);
    for (size_t i = 0; i <= 1 << 20; i++) p[i] = 'x';
    Str s = {p, (1 << 20) + 1};
    assert_int_equal(FORMAT(DUCKDB, "%L", &s), ERR_TOO_LARGE);
}

#define UNIT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT(every_directive),
        UNIT(a_lone_select_tells_its_types),
        UNIT(text_cannot_break_out),
        UNIT(types_an_engine_lacks_are_refused),
        UNIT(broken_templates_are_faults),
        UNIT(a_long_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
