/* What fits a column's type without loss, and what does not. */
#include "test.h"

#include "engine/engine_internal.h"

#include <math.h>

static void becomes(Value given, Type target, Value wanted) {
    Value got;
    assert_true(engine_coerce(given, target, &got));
    assert_true(value_eq(got, wanted));
}

static void does_not(Value given, Type target) {
    Value got;
    assert_false(engine_coerce(given, target, &got));
}

TEST(numbers) {
    becomes(value_int(12), TYPE_DEC(10, 2), value_decimal(1200, 10, 2));
    becomes(value_int(-99), TYPE_DEC(2, 0), value_decimal(-99, 2, 0));
    does_not(value_int(100), TYPE_DEC(2, 0));
    does_not(value_int(INT64_MAX), TYPE_DEC(18, 0));
    becomes(value_int(INT64_MIN), TYPE_DEC(38, 19), value_decimal((Int128)INT64_MIN * engine_power_of_ten(19), 38, 19));
    does_not(value_int(INT64_MAX), TYPE_DEC(38, 20)); /* 19 digits before the point, room for 18 */
    becomes(value_decimal(1250, 10, 2), TYPE_DEC(10, 1), value_decimal(125, 10, 1));
    does_not(value_decimal(1255, 10, 2), TYPE_DEC(10, 1)); /* a digit would be lost */
    becomes(value_decimal(1200, 10, 2), TYPE(TYPE_INT64), value_int(12));
    does_not(value_decimal(1201, 10, 2), TYPE(TYPE_INT64));
    does_not(value_decimal((Int128)INT64_MAX + 1, 38, 0), TYPE(TYPE_INT64));
    becomes(value_decimal((Int128)INT64_MIN, 38, 0), TYPE(TYPE_INT64), value_int(INT64_MIN));
    Int128 most = engine_power_of_ten(38) - 1;
    becomes(value_decimal(most, 38, 0), TYPE_DEC(38, 0), value_decimal(most, 38, 0));
    does_not(value_decimal(most, 38, 0), TYPE_DEC(38, 1));
    does_not(value_decimal(most, 38, 0), TYPE_DEC(37, 0));
    becomes(value_decimal(0, 38, 38), TYPE_DEC(1, 0), value_decimal(0, 1, 0));
    becomes(value_decimal(125, 3, 2), TYPE(TYPE_FLOAT64), value_float(1.25));
    becomes(value_int(3), TYPE(TYPE_FLOAT64), value_float(3));
    does_not(value_float(3), TYPE(TYPE_INT64)); /* never back */
    does_not(value_float(3), TYPE_DEC(10, 2));
    does_not(value_bool(true), TYPE(TYPE_INT64));
    does_not(value_text(S("3")), TYPE(TYPE_INT64));
}

TEST(times_and_texts) {
    becomes(value_date(-1), TYPE(TYPE_TIMESTAMP), value_timestamp(-TIME_US_PER_DAY));
    does_not(value_date(INT64_MAX), TYPE(TYPE_TIMESTAMP));
    does_not(value_timestamp(0), TYPE(TYPE_DATE));
    becomes(value_date(5), TYPE(TYPE_DATE), value_date(5));
    becomes(value_text(S("{}")), TYPE(TYPE_JSON), value_json(S("{}")));
    becomes(value_json(S("{}")), TYPE(TYPE_TEXT), value_text(S("{}")));
    does_not(value_int(1), TYPE(TYPE_TEXT));
    does_not(value_text(S("2014-01-01")), TYPE(TYPE_DATE));
    does_not(value_int(1), TYPE(TYPE_BOOL));
    does_not(value_int(1), TYPE(TYPE_NULL));
    becomes(value_bool(true), TYPE(TYPE_BOOL), value_bool(true));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(times_and_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
