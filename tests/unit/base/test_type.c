#include "test.h"

#include "base/base.h"

#include <math.h>
#include <string.h>

TEST(names_round_trip) {
    char text[TYPE_TEXT_MAX];
    Type back;
    for (int kind = 0; kind < TYPE_KIND_COUNT; kind++) {
        if (kind == TYPE_DECIMAL) continue;
        assert_true(type_parse(str_of(type_print(TYPE((TypeKind)kind), text)), &back));
        assert_true(type_eq(back, TYPE((TypeKind)kind)));
    }
    for (int precision = 1; precision <= 38; precision++)
        for (int scale = 0; scale <= precision; scale++) {
            assert_true(type_parse(str_of(type_print(TYPE_DEC(precision, scale), text)), &back));
            assert_true(type_eq(back, TYPE_DEC(precision, scale)));
        }
    assert_string_equal(type_print(TYPE_DEC(18, 5), text), "decimal(18,5)");
    assert_true(type_parse(S("decimal( 18 , 5 )"), &back));
    const char *const bad[] = {"",
                               "decimal",
                               "decimal()",
                               "decimal(0,0)",
                               "decimal(39,0)",
                               "decimal(5,6)",
                               "decimal(5,-1)",
                               "decimal(5)",
                               "decimal(5,2",
                               "Int64",
                               "int",
                               "text ",
                               "decimal(99999999999999999999,1)"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (type_parse(str_of(bad[i]), &back)) fail_msg("%s", bad[i]);
}

TEST(equality_of_types) {
    assert_false(type_eq(TYPE_DEC(10, 2), TYPE_DEC(10, 3)));
    assert_false(type_eq(TYPE_DEC(10, 2), TYPE_DEC(11, 2)));
    assert_true(type_is_number(TYPE_DEC(5, 2)) && type_is_number(TYPE(TYPE_INT64)) && !type_is_number(TYPE(TYPE_BOOL)));
    assert_true(type_is_time(TYPE(TYPE_DATE)) && type_is_time(TYPE(TYPE_TIMESTAMP)) && !type_is_time(TYPE(TYPE_TEXT)));
}

TEST(equality_of_values) {
    assert_true(value_eq(value_int(1), value_int(1)));
    assert_false(value_eq(value_int(1), value_float(1)));
    assert_false(value_eq(value_date(1), value_int(1)));
    assert_true(value_eq(value_null(TYPE(TYPE_INT64)), value_null(TYPE(TYPE_INT64))));
    assert_false(value_eq(value_null(TYPE(TYPE_INT64)), value_int(0)));
    assert_true(value_eq(value_text(S("a")), value_text(S("a"))));
    assert_false(value_eq(value_text(S("a")), value_json(S("a"))));
    assert_true(value_eq(value_float(NAN), value_float(NAN)));
    assert_true(value_eq(value_bool(true), value_bool(true)));
    assert_true(value_eq(value_decimal(125, 5, 1), value_decimal(12500, 8, 3))); /* 12.5 = 12.500 */
    assert_true(value_eq(value_decimal(12500, 8, 3), value_decimal(125, 5, 1)));
    assert_false(value_eq(value_decimal(12501, 8, 3), value_decimal(125, 5, 1)));
    Int128 huge;
    assert_true(decimal_parse(S("99999999999999999999999999999999999999"), 38, 0, &huge));
    assert_false(value_eq(value_decimal(huge, 38, 0), value_decimal(huge, 38, 38)));
}

TEST(to_double) {
    assert_true(value_to_double(value_bool(true)) == 1);
    assert_true(value_to_double(value_int(-7)) == -7);
    assert_true(value_to_double(value_decimal(1250, 6, 2)) == 12.5);
    assert_true(value_to_double(value_decimal(3, 38, 38)) == 3e-38);
    assert_true(isnan(value_to_double(value_text(S("1")))));
    assert_true(isnan(value_to_double(value_null(TYPE(TYPE_INT64)))));
    Int128 third; /* where two roundings would differ from one */
    assert_true(decimal_parse(S("0.33333333333333333333333333333333333333"), 38, 38, &third));
    assert_true(value_to_double(value_decimal(third, 38, 38)) == 1.0 / 3);
}

static void assert_parses(const char *text, Type type, const char *printed) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Value value;
    Err err;
    if (value_parse(str_of(text), type, &value, &err)) fail_msg("'%s': %s", text, err.message);
    assert_true(type_eq(value.type, type));
    assert_string_equal(value_print(arena, value).p, printed);
}

static void assert_refused(const char *text, Type type) {
    Value value = value_int(77);
    Err err;
    char name[TYPE_TEXT_MAX];
    assert_int_equal(value_parse(str_of(text), type, &value, &err), ERR_DATA);
    assert_true(str_find(str_of(err.message), str_of(type_print(type, name))) >= 0);
    assert_true(utf8_is_valid(str_of(err.message)) || !utf8_is_valid(str_of(text)));
    assert_int_equal(value.i, 77);
}

TEST(values_as_text) {
    assert_parses("TRUE", TYPE(TYPE_BOOL), "true");
    assert_parses("0", TYPE(TYPE_BOOL), "false");
    assert_parses("-0012", TYPE(TYPE_INT64), "-12");
    assert_parses("-9223372036854775808", TYPE(TYPE_INT64), "-9223372036854775808");
    assert_parses("12.5", TYPE_DEC(10, 3), "12.500");
    assert_parses("1e3", TYPE(TYPE_FLOAT64), "1000");
    assert_parses("0.10", TYPE(TYPE_FLOAT64), "0.1");
    assert_parses(" Zürich ", TYPE(TYPE_TEXT), " Zürich ");
    assert_parses("", TYPE(TYPE_TEXT), "");
    assert_parses("2014-03-07", TYPE(TYPE_DATE), "2014-03-07");
    assert_parses("2014-03-07 10:20", TYPE(TYPE_TIMESTAMP), "2014-03-07T10:20:00Z");
    assert_parses("{\"a\": [1]}", TYPE(TYPE_JSON), "{\"a\": [1]}");
    assert_parses("", TYPE(TYPE_NULL), "");
    assert_refused("yes", TYPE(TYPE_BOOL));
    assert_refused("", TYPE(TYPE_BOOL));
    assert_refused("12.0", TYPE(TYPE_INT64));
    assert_refused("9223372036854775808", TYPE(TYPE_INT64));
    assert_refused("1,000", TYPE_DEC(10, 2));
    assert_refused("nan", TYPE(TYPE_FLOAT64));
    assert_refused("\xFF", TYPE(TYPE_TEXT));
    assert_refused("31.12.2014", TYPE(TYPE_DATE));
    assert_refused("2014-03-07T25:00", TYPE(TYPE_TIMESTAMP));
    assert_refused("{\"a\": [1]", TYPE(TYPE_JSON));
    assert_refused("x", TYPE(TYPE_NULL));
    char large[1000];
    memset(large, 'x', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    assert_refused(large, TYPE(TYPE_DATE)); /* its message stays short */
}

TEST(null_prints_as_nothing) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    assert_int_equal(value_print(arena, value_null(TYPE(TYPE_DATE))).n, 0);
}

static void assert_decimal(const char *text, int precision, int scale, const char *expected) {
    Int128 unscaled = 77;
    char out[48];
    if (decimal_parse(str_of(text), precision, scale, &unscaled) != (expected != NULL)) fail_msg("'%s'", text);
    if (!expected) {
        assert_true(unscaled == 77);
        return;
    }
    assert_int_equal(decimal_print(unscaled, scale, out), strlen(expected));
    assert_string_equal(out, expected);
}

TEST(decimals_round_half_away_from_zero) {
    assert_decimal("2.345", 10, 2, "2.35");
    assert_decimal("-2.345", 10, 2, "-2.35");
    assert_decimal("2.344999999999999999999999", 10, 2, "2.34");
    assert_decimal("2.5", 5, 0, "3");
    assert_decimal("-2.5", 5, 0, "-3");
    assert_decimal("0.5", 5, 0, "1");
    assert_decimal("0.05", 5, 1, "0.1");
    assert_decimal("0.04", 5, 1, "0.0");
    assert_decimal("-0.04", 5, 1, "0.0"); /* no minus zero */
    assert_decimal("5e-2", 5, 1, "0.1");
    assert_decimal("5e-3", 5, 1, "0.0");
}

TEST(decimals_are_exact_or_refused) {
    assert_decimal("0", 1, 0, "0");
    assert_decimal("+7", 3, 2, "7.00");
    assert_decimal(".5", 3, 2, "0.50");
    assert_decimal("5.", 3, 2, "5.00");
    assert_decimal("1.5e2", 5, 0, "150");
    assert_decimal("1.5E+2", 5, 2, "150.00");
    assert_decimal("12345e-4", 6, 4, "1.2345");
    assert_decimal("000000000000000000000000000000000000000000001", 1, 0, "1");
    assert_decimal("99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999");
    assert_decimal("-99999999999999999999999999999999999999", 38, 0, "-99999999999999999999999999999999999999");
    assert_decimal("0.99999999999999999999999999999999999999", 38, 38, "0.99999999999999999999999999999999999999");
    assert_decimal("-0.00000000000000000000000000000000000001", 38, 38, "-0.00000000000000000000000000000000000001");
    assert_decimal("10000000000000000000.00", 38, 2, "10000000000000000000.00"); /* where the printer's chunks meet */
    assert_decimal("100000000000000000000000000000000000000", 38, 0, NULL);
    assert_decimal("99999999999999999999999999999999999999.5", 38, 0, NULL); /* rounds out of range */
    assert_decimal("5e38", 38, 0, NULL);                                     /* more than 128 bits hold */
    assert_decimal("200000000000000000000000000000000000000", 38, 0, NULL);
    assert_decimal("1", 38, 38, NULL);
    assert_decimal("999.995", 5, 2, NULL);
    assert_decimal("999.994", 5, 2, "999.99");
    assert_decimal("1000", 5, 2, NULL);
    assert_decimal("1e100000", 38, 0, NULL);
    assert_decimal("0e100000", 38, 0, "0");
    assert_decimal("1e-100000", 38, 0, "0");
    assert_decimal("1e99999999999999999999", 38, 0, NULL);
    const char *const junk[] = {"", "-", ".", "1.2.3", "1e", "e5", "1 ", " 1", "1,0", "0x1", "--1", "inf", "1e1.5"};
    for (size_t i = 0; i < COUNT_OF(junk); i++) assert_decimal(junk[i], 38, 10, NULL);
}

TEST(every_power_of_ten_prints) {
    Int128 power = 1;
    for (int n = 1; n <= 38; n++, power *= n <= 38 ? 10 : 1) {
        char out[48], expected[48];
        assert_int_equal(decimal_print(power, 0, out), n);
        memset(expected, '0', sizeof(expected));
        expected[0] = '1';
        expected[n] = '\0';
        assert_string_equal(out, expected);
        if (n == 1) continue;
        memset(expected, '9', (size_t)n - 1);
        expected[n - 1] = '\0';
        assert_int_equal(decimal_print(power - 1, 0, out), n - 1);
        assert_string_equal(out, expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_round_trip),
        cmocka_unit_test(equality_of_types),
        cmocka_unit_test(equality_of_values),
        cmocka_unit_test(to_double),
        cmocka_unit_test(values_as_text),
        cmocka_unit_test(null_prints_as_nothing),
        cmocka_unit_test(decimals_round_half_away_from_zero),
        cmocka_unit_test(decimals_are_exact_or_refused),
        cmocka_unit_test(every_power_of_ten_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
