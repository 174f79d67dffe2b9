/* Values, counts and durations as people read them. */
#include "encode_fixture.h"

typedef struct Case {
    Value value;
    WriterColumn column; /* decimals are given one too many, so that 0 means "by format" */
    const char *text;
} Case;

#define PLAIN \
    { .decimals = 0 }
#define DEC(digits_, scale_) value_decimal(big(digits_), 38, scale_)
#define F(name_) .format = S_INIT(name_)
#define U(name_) .unit = S_INIT(name_)
#define D(n_) .decimals = (n_) + 1

static void assert_formats(const Case *cases, size_t n) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    for (size_t i = 0; i < n; i++) {
        WriterColumn column = cases[i].column;
        column.decimals--;
        const char *got = arena_cstr(arena, format_value(arena, cases[i].value, &column));
        if (strcmp(got, cases[i].text) != 0) fail_msg("case %zu: wanted '%s', got '%s'", i, cases[i].text, got);
    }
}

TEST(numbers) {
    const Case cases[] = {
        {value_int(0), PLAIN, "0"},
        {value_int(999), PLAIN, "999"},
        {value_int(-1000), PLAIN, "-1,000"},
        {value_int(INT64_MIN), PLAIN, "-9,223,372,036,854,775,808"},
        {value_int(1234567), {F("integer")}, "1,234,567"},
        {value_int(1234567), {F("number"), D(2)}, "1,234,567.00"},
        {value_int(1234567), {F("text")}, "1234567"},
        {value_int(2014), {.role = S_INIT("dimension")}, "2014"},
        {value_int(2014), {.role = S_INIT("time")}, "2014"},
        {value_int(2014), {.role = S_INIT("measure")}, "2,014"},
        {value_int(2014), {.role = S_INIT("dimension"), F("integer")}, "2,014"},
        {DEC("99999999999999999999999999999999999999", 0), PLAIN, "99,999,999,999,999,999,999,999,999,999,999,999,999"},
        {DEC("123456", 3), PLAIN, "123.456"},
        {DEC("123456", 3), {F("integer")}, "123"},
        {DEC("-5", 1), {F("integer")}, "-1"},
        {DEC("-4", 1), {F("integer")}, "0"},
        {DEC("5", 3), {D(2)}, "0.01"},
        {DEC("99999999999999999999999999999999999999", 0), {D(2)}, "99999999999999999999999999999999999999"},
        {value_float(1234.5), PLAIN, "1,234.50"},
        {value_float(1.005), PLAIN, "1.01"},
        {value_float(-0.0), PLAIN, "0.00"},
        {value_float(0.012345), PLAIN, "0.0123"},
        {value_float(-0.00098765), PLAIN, "-0.000988"},
        {value_float(1e-20), PLAIN, "1e-20"},
        {value_float(1e300), PLAIN, "1e+300"},
        {value_float(0.125), {D(2)}, "0.13"},
        {value_float(1e-20), {D(2)}, "0.00"},
        {value_float(123456789.123), {F("integer")}, "123,456,789"},
        {value_float(0.1), {F("text")}, "0.1"},
        {value_float(NAN), PLAIN, "nan"},
        {value_float(-INFINITY), {F("currency"), U("GBP")}, "-inf"},
    };
    assert_formats(cases, COUNT_OF(cases));
}

TEST(percent_and_currency) {
    const Case cases[] = {
        {value_float(0.125), {F("percent")}, "12.5 %"},
        {value_float(0.99995), {F("percent")}, "100.0 %"},
        {value_float(-12.3456), {F("percent"), D(0)}, "-1,235 %"},
        {value_int(1), {F("percent")}, "100.0 %"},
        {DEC("1250", 4), {F("percent")}, "12.5 %"},
        {DEC("99999999999999999999999999999999999999", 0), {F("percent")}, "99999999999999999999999999999999999999"},
        {DEC("123450", 2), {F("currency"), U("GBP")}, "£1,234.50"},
        {DEC("-123450", 2), {F("currency"), U("GBP")}, "-£1,234.50"},
        {DEC("1234567", 5), {F("currency"), U("USD")}, "$12.35"},
        {value_int(5), {F("currency"), U("EUR")}, "€5.00"},
        {value_float(1234.5), {F("currency"), U("CHF")}, "CHF 1,234.50"},
        {value_float(-1234.5), {F("currency"), U("CHF"), D(0)}, "-CHF 1,235"},
        {value_float(1234.5), {F("currency"), U("¥"), D(0)}, "¥1,235"},
        {value_float(1234.5), {F("currency"), U("points")}, "1,234.50 points"},
        {value_float(1234.5), {F("currency")}, "1,234.50"},
    };
    assert_formats(cases, COUNT_OF(cases));
}

TEST(times_and_the_rest) {
    int64_t day = time_days_of((Civil){2014, 3, 7}), us = day * TIME_US_PER_DAY + 37230 * TIME_US_PER_SECOND;
    const Case cases[] = {
        {value_date(day), PLAIN, "2014-03-07"},
        {value_date(day), {.grain = TIME_GRAIN_YEAR}, "2014"},
        {value_date(day), {.grain = TIME_GRAIN_QUARTER}, "2014-Q1"},
        {value_date(day), {.grain = TIME_GRAIN_MONTH, F("date")}, "2014-03"},
        {value_date(day), {.grain = TIME_GRAIN_FISCAL_YEAR, .fiscal_month = 4}, "FY2014"},
        {value_timestamp(us), {.grain = TIME_GRAIN_FISCAL_QUARTER, .fiscal_month = 3}, "FY2015-Q1"},
        {value_date(day), {.grain = TIME_GRAIN_FISCAL_QUARTER}, "FY2014-Q1"},
        {value_date(day), {.grain = TIME_GRAIN_WEEK}, "2014-W10"},
        {value_timestamp(us), {.grain = TIME_GRAIN_HOUR}, "2014-03-07T10"},
        {value_timestamp(us), PLAIN, "2014-03-07 10:20:30"},
        {value_timestamp(us + 1500), PLAIN, "2014-03-07 10:20:30.0015"},
        {value_timestamp(us), {F("date")}, "2014-03-07"},
        {value_timestamp(-1), {F("date")}, "1969-12-31"},
        {value_int(1), {F("weekday")}, "Monday"},
        {value_int(7), {F("weekday")}, "Sunday"},
        {value_int(8), {F("weekday")}, "8"},
        {value_int(12), {F("month")}, "December"},
        {value_int(0), {F("month")}, "0"},
        {value_bool(true), PLAIN, "true"},
        {value_text(S("as it is")), {F("currency"), U("GBP")}, "as it is"},
        {value_json(S("{\"a\": 1}")), PLAIN, "{\"a\": 1}"},
        {value_null(TYPE(TYPE_INT64)), {F("percent")}, ""},
        {value_null(TYPE(TYPE_NULL)), PLAIN, ""},
    };
    assert_formats(cases, COUNT_OF(cases));
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    assert_string_equal(arena_cstr(arena, format_value(arena, value_int(1234), NULL)), "1,234");
}

TEST(counts_and_durations) {
    static const struct {
        int64_t us;
        const char *text;
    } durations[] = {
        {-5, "0.0 ms"},
        {0, "0.0 ms"},
        {3249, "3.2 ms"},
        {9949, "9.9 ms"},
        {9950, "10 ms"},
        {320000, "320 ms"},
        {999499, "999 ms"},
        {999500, "1.0 s"},
        {1400000, "1.4 s"},
        {59949999, "59.9 s"},
        {59950000, "1 min 0 s"},
        {125000000, "2 min 5 s"},
        {3599499999, "59 min 59 s"},
        {3599500000, "1 h 0 min"},
        {INT64_C(90061) * 1000000, "25 h 1 min"},
    };
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    for (size_t i = 0; i < COUNT_OF(durations); i++)
        assert_string_equal(arena_cstr(arena, format_duration(arena, durations[i].us)), durations[i].text);
    assert_string_equal(arena_cstr(arena, format_count(arena, 1, "row", "rows")), "1 row");
    assert_string_equal(arena_cstr(arena, format_count(arena, 0, "row", "rows")), "0 rows");
    assert_string_equal(arena_cstr(arena, format_count(arena, 1234, "row", "rows")), "1,234 rows");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(percent_and_currency),
        cmocka_unit_test(times_and_the_rest),
        cmocka_unit_test(counts_and_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
