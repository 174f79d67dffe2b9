#include "test.h"

#include <string.h>

#include "sql/sql.h"

#define BOOL TYPE(TYPE_BOOL)
#define INT TYPE(TYPE_INT64)
#define FLOAT TYPE(TYPE_FLOAT64)
#define TEXT TYPE(TYPE_TEXT)
#define DATE TYPE(TYPE_DATE)
#define STAMP TYPE(TYPE_TIMESTAMP)
#define JSON TYPE(TYPE_JSON)
#define NOTHING TYPE(TYPE_NULL)
#define DEC(p, s) TYPE_DEC(p, s)

static void assert_type(Type is, Type wanted) {
    char a[TYPE_TEXT_MAX], b[TYPE_TEXT_MAX];
    if (!type_eq(is, wanted)) fail_msg("%s instead of %s", type_print(is, a), type_print(wanted, b));
}

static Type type_of2(SqlFn fn, Type a, Type b) {
    Type args[] = {a, b}, type = NOTHING;
    Err err = {0};
    if (sql_fn_type(fn, args, 2, &type, &err)) fail_msg("%s", err.message);
    return type;
}

static Type type_of1(SqlFn fn, Type a) {
    Type type = NOTHING;
    Err err = {0};
    if (sql_fn_type(fn, &a, 1, &type, &err)) fail_msg("%s", err.message);
    return type;
}

static void assert_refused(SqlFn fn, const Type *args, size_t n_args, const char *message) {
    Type type = BOOL;
    Err err = {0};
    assert_int_equal(sql_fn_type(fn, args, n_args, &type, &err), ERR_INVALID);
    assert_string_equal(err.message, message);
    assert_type(type, BOOL); /* untouched */
}
#define REFUSED(fn, message, ...) \
    assert_refused(fn, (Type[]){__VA_ARGS__}, sizeof((Type[]){__VA_ARGS__}) / sizeof(Type), message)

TEST(sums_and_differences_are_exact) {
    assert_type(type_of2(SQL_FN_ADD, INT, INT), INT);
    assert_type(type_of2(SQL_FN_ADD, INT, FLOAT), FLOAT);
    assert_type(type_of2(SQL_FN_ADD, DEC(10, 2), DEC(10, 4)), DEC(13, 4));
    assert_type(type_of2(SQL_FN_SUB, DEC(10, 2), INT), DEC(22, 2));
    assert_type(type_of2(SQL_FN_SUB, DEC(10, 2), FLOAT), FLOAT);
    assert_type(type_of2(SQL_FN_ADD, DEC(38, 2), DEC(10, 4)), DEC(38, 4));
    assert_type(type_of2(SQL_FN_ADD, DEC(38, 20), DEC(5, 0)), DEC(38, 20)); /* 18 digits stay before the point */
    assert_type(type_of2(SQL_FN_ADD, DEC(37, 21), DEC(5, 0)), DEC(38, 21)); /* fewer, but all that can come */
    assert_type(type_of2(SQL_FN_ADD, DEC(38, 21), INT), FLOAT);
}

TEST(products_are_exact) {
    assert_type(type_of2(SQL_FN_MUL, INT, INT), INT);
    assert_type(type_of2(SQL_FN_MUL, INT, DEC(10, 2)), DEC(29, 2));
    assert_type(type_of2(SQL_FN_MUL, DEC(10, 2), DEC(4, 4)), DEC(14, 6));
    assert_type(type_of2(SQL_FN_MUL, DEC(38, 2), DEC(3, 2)), DEC(38, 4));
    assert_type(type_of2(SQL_FN_MUL, DEC(38, 20), DEC(38, 18)), FLOAT);
    assert_type(type_of2(SQL_FN_MUL, DEC(38, 30), DEC(20, 20)), FLOAT);
    assert_type(type_of2(SQL_FN_MUL, FLOAT, DEC(10, 2)), FLOAT);
    assert_type(type_of2(SQL_FN_DIV, INT, INT), FLOAT);
    assert_type(type_of2(SQL_FN_DIV, DEC(10, 2), DEC(10, 2)), FLOAT);
}

TEST(results_follow_from_arguments) {
    assert_type(type_of1(SQL_FN_SUM, INT), DEC(38, 0));
    assert_type(type_of1(SQL_FN_SUM, DEC(10, 2)), DEC(38, 2));
    assert_type(type_of1(SQL_FN_SUM, FLOAT), FLOAT);
    assert_type(type_of1(SQL_FN_AVG, DEC(10, 2)), FLOAT);
    assert_type(type_of1(SQL_FN_MIN, DATE), DATE);
    assert_type(type_of1(SQL_FN_TRUNC_MONTH, STAMP), STAMP);
    assert_type(type_of1(SQL_FN_TRUNC_MONTH, DATE), DATE);
    assert_type(type_of1(SQL_FN_WEEKDAY, DATE), INT);
    assert_type(type_of1(SQL_FN_ROUND, DEC(10, 2)), DEC(11, 2));
    assert_type(type_of1(SQL_FN_ROUND, DEC(38, 2)), DEC(38, 2));
    assert_type(type_of2(SQL_FN_EQ, DATE, STAMP), BOOL);
    assert_type(type_of2(SQL_FN_LT, INT, DEC(10, 2)), BOOL);
    assert_type(type_of2(SQL_FN_EQ, TEXT, NOTHING), BOOL);
    assert_type(type_of2(SQL_FN_NULLIF, INT, DEC(3, 1)), INT);
    assert_type(type_of2(SQL_FN_COALESCE, INT, DEC(3, 1)), DEC(20, 1));
    assert_type(type_of2(SQL_FN_COALESCE, NOTHING, TEXT), TEXT);
    assert_type(type_of2(SQL_FN_ADD, NOTHING, DEC(3, 1)), DEC(4, 1));
    Type type = NOTHING;
    assert_int_equal(sql_fn_type(SQL_FN_COUNT_ALL, NULL, 0, &type, NULL), ERR_OK);
    assert_type(type, INT);
}

TEST(common_types_hold_both) {
    Type type = NOTHING;
    assert_true(sql_type_common(DEC(10, 2), DEC(8, 4), &type));
    assert_type(type, DEC(12, 4));
    assert_true(sql_type_common(INT, DEC(10, 2), &type));
    assert_type(type, DEC(21, 2));
    assert_true(sql_type_common(DEC(38, 2), DEC(10, 4), &type));
    assert_type(type, DEC(38, 4));
    assert_true(sql_type_common(DEC(38, 0), DEC(38, 30), &type));
    assert_type(type, FLOAT);
    assert_true(sql_type_common(FLOAT, INT, &type));
    assert_type(type, FLOAT);
    assert_true(sql_type_common(DATE, STAMP, &type));
    assert_type(type, STAMP);
    assert_true(sql_type_common(NOTHING, JSON, &type));
    assert_type(type, JSON);
    assert_false(sql_type_common(TEXT, INT, &type));
    assert_false(sql_type_common(BOOL, INT, &type));
    assert_false(sql_type_common(DATE, INT, &type));
    assert_false(sql_type_common(TEXT, JSON, &type));
    assert_type(type, JSON);
}

TEST(refusals_say_what_fits) {
    REFUSED(SQL_FN_SUM, "'sum' takes a number, but this is text", TEXT);
    REFUSED(SQL_FN_ADD, "'+' takes a number as value 2, but this is a date", INT, DATE);
    REFUSED(SQL_FN_EQ, "'=' cannot compare text with a whole number (value 2)", TEXT, INT);
    REFUSED(SQL_FN_COALESCE, "'coalesce' cannot compare a decimal number with text (value 3)", INT, DEC(5, 2), TEXT);
    REFUSED(SQL_FN_AND, "'and' takes a true/false condition as value 2, but this is a number", BOOL, FLOAT);
    REFUSED(SQL_FN_TRUNC_MONTH, "'month' takes a date, but this is text", TEXT);
    REFUSED(SQL_FN_LEFT, "'left' takes a whole number as value 2, but this is a decimal number", TEXT, DEC(3, 1));
    REFUSED(SQL_FN_ROUND, "'round' takes 1 to 2 values, but 3 are given", FLOAT, INT, INT);
    REFUSED(SQL_FN_LOWER, "'lower' takes 1 value, but 2 are given", TEXT, TEXT);
    REFUSED(SQL_FN_REPLACE, "'replace' takes 3 values, but 1 is given", TEXT);
    REFUSED(SQL_FN_COUNT_ALL, "'count(*)' takes nothing in its brackets", TEXT);
}

TEST(every_function_has_a_complete_line) {
    for (int i = 0; i < SQL_FN_COUNT_OF; i++) {
        const SqlFnInfo *info = sql_fn_info((SqlFn)i);
        assert_true(info->name && info->name[0]);
        assert_true(info->min_args <= info->max_args);
        size_t n_letters = strlen(info->args);
        assert_true(n_letters <= (size_t)info->max_args && (n_letters > 0) == (info->max_args > 0));
        assert_int_equal(strspn(info->args, "abnisdc"), n_letters);
        bool needs_args = info->type == SQL_TYPE_FIRST || info->type == SQL_TYPE_COMMON || info->type == SQL_TYPE_SUM;
        assert_true(!needs_args || info->min_args >= 1);
        assert_true(info->type != SQL_TYPE_ARITH || info->min_args == 2);
    }
}

TEST(calls_are_found_by_name_and_operators_are_not) {
    SqlFn fn = SQL_FN_ADD;
    assert_true(sql_fn_find(S("sum"), &fn));
    assert_int_equal(fn, SQL_FN_SUM);
    assert_true(sql_fn_find(S("Days_Between"), &fn));
    assert_int_equal(fn, SQL_FN_DAYS_BETWEEN);
    const char *others[] = {"+",  "=",        "and",    "or", "not", "is null", "is distinct",
                            "||", "count(*)", "negate", "",   "su",  "sums"};
    for (size_t i = 0; i < COUNT_OF(others); i++) assert_false(sql_fn_find(str_of(others[i]), &fn));
    assert_int_equal(fn, SQL_FN_DAYS_BETWEEN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_differences_are_exact),
        cmocka_unit_test(products_are_exact),
        cmocka_unit_test(results_follow_from_arguments),
        cmocka_unit_test(common_types_hold_both),
        cmocka_unit_test(refusals_say_what_fits),
        cmocka_unit_test(every_function_has_a_complete_line),
        cmocka_unit_test(calls_are_found_by_name_and_operators_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
