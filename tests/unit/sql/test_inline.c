/* Literals written out, for DDL: quoted, and as the engine would hold them bound. */
#include "test.h"

#include "sql/sql.h"

static const char *inlined(Arena *arena, const SqlDialect *dialect, const SqlExpr *expr) {
    Str text = {0};
    Err err = {0};
    if (sql_print_expr_inline(arena, dialect, expr, &text, &err)) fail_msg("%s", err.message);
    return arena_cstr(arena, text);
}

static const SqlExpr *literal(Arena *arena, Value value) {
    return sql_literal(arena, value);
}

TEST(each_type_as_the_engine_holds_it) {
    Arena *arena = arena_new(0);
    const SqlDialect *lite = &SQL_DIALECT_SQLITE, *duck = &SQL_DIALECT_DUCKDB;
    assert_string_equal(inlined(arena, lite, literal(arena, value_int(-5))), "(-5)");
    assert_string_equal(inlined(arena, lite, literal(arena, value_bool(true))), "1");
    assert_string_equal(inlined(arena, lite, literal(arena, value_decimal(-1250, 6, 2))), "(-1250)");
    assert_string_equal(inlined(arena, lite, literal(arena, value_float(0.5))), "CAST(0.5 AS REAL)");
    assert_string_equal(inlined(arena, lite, literal(arena, value_text(S("it's \"x\" ?1")))), "'it''s \"x\" ?1'");
    assert_string_equal(inlined(arena, lite, literal(arena, value_date(0))), "'1970-01-01'");
    assert_string_equal(inlined(arena, lite, literal(arena, value_timestamp(1500000))), "'1970-01-01 00:00:01.500000'");
    assert_string_equal(inlined(arena, lite, literal(arena, value_timestamp(-1000000))), "'1969-12-31 23:59:59'");
    assert_string_equal(inlined(arena, lite, literal(arena, value_null(TYPE(TYPE_TEXT)))), "NULL");
    assert_string_equal(inlined(arena, duck, literal(arena, value_int(-5))), "CAST('-5' AS BIGINT)");
    assert_string_equal(inlined(arena, duck, literal(arena, value_decimal(-1250, 6, 2))),
                        "CAST('-12.50' AS DECIMAL(6,2))");
    assert_string_equal(inlined(arena, duck, literal(arena, value_text(S("it's")))), "'it''s'");
    arena_free(arena);
}

TEST(a_check_has_no_parameters) {
    Arena *arena = arena_new(0);
    const SqlExpr *share = sql_column(arena, S(""), S("share"), TYPE_DEC(6, 4));
    const SqlExpr *check = sql_and(arena, sql_call2(arena, SQL_FN_GE, share, literal(arena, value_int(0))),
                                   sql_call2(arena, SQL_FN_LE, share, literal(arena, value_int(1))));
    assert_string_equal(inlined(arena, &SQL_DIALECT_SQLITE, check), "\"share\" >= (0) AND \"share\" <= (10000)");
    Str text;
    Err err = {0};
    const SqlExpr *broken = literal(arena, value_text((Str){"a\0b", 3}));
    assert_int_equal(sql_print_expr_inline(arena, &SQL_DIALECT_SQLITE, broken, &text, &err), ERR_INVALID);
    arena_free(arena);
}

/* Other programs that write to a table do not have the functions of our connections. */
TEST(a_check_does_without_functions_of_ours) {
    Arena *arena = arena_new(0);
    const SqlDialect *lite = &SQL_DIALECT_SQLITE;
    const SqlExpr *name = sql_column(arena, S(""), S("name"), TYPE(TYPE_TEXT));
    const SqlExpr *part = literal(arena, value_text(S("x")));
    assert_string_equal(inlined(arena, lite, sql_call1(arena, SQL_FN_LOWER, name)), "lower(\"name\")");
    assert_string_equal(inlined(arena, lite, sql_call2(arena, SQL_FN_CONTAINS, name, part)),
                        "instr(lower(\"name\"), lower('x')) > 0");
    const SqlExpr *args[] = {name, part, literal(arena, value_int(1))};
    Str text;
    Err err = {0};
    const SqlExpr *split = sql_call(arena, SQL_FN_SPLIT_PART, args, 3);
    assert_int_equal(sql_print_expr_inline(arena, lite, split, &text, &err), ERR_UNSUPPORTED);
    assert_string_equal(err.message, "'split_part' is not available in a rule of a table on SQLite");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_as_the_engine_holds_it),
        cmocka_unit_test(a_check_has_no_parameters),
        cmocka_unit_test(a_check_does_without_functions_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
