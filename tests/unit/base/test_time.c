#include "test.h"

#include "base/base.h"
#include "base/test_random.h"

#include <string.h>

static int64_t day_of(int year, int month, int day) {
    return time_days_of((Civil){year, month, day});
}

/* The calendar counted by hand, day after day, through all our years. */
TEST(every_day_round_trips) {
    Civil civil = {1, 1, 1};
    int64_t days = day_of(1, 1, 1);
    int weekday = 1; /* 0001-01-01 was a Monday */
    assert_int_equal(day_of(1970, 1, 1), 0);
    assert_int_equal(days, -719162);
    for (; civil.year <= 9999; days++) {
        Civil back = time_civil_of(days);
        if (back.year != civil.year || back.month != civil.month || back.day != civil.day ||
            time_days_of(civil) != days || time_weekday(days) != weekday || !time_civil_is_valid(civil))
            fail_msg("%04d-%02d-%02d", civil.year, civil.month, civil.day);
        bool is_leap = (civil.year % 4 == 0 && civil.year % 100 != 0) || civil.year % 400 == 0;
        static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        int length = lengths[civil.month - 1] + (civil.month == 2 && is_leap);
        if (length != time_days_in_month(civil.year, civil.month)) fail_msg("%04d-%02d", civil.year, civil.month);
        weekday = weekday % 7 + 1;
        if (++civil.day > length) {
            civil.day = 1;
            if (++civil.month > 12) {
                civil.month = 1;
                civil.year++;
            }
        }
    }
    assert_int_equal(days, 2932897);
}

/* The rule as people say it: week 1 is the one with the year's first Thursday; weeks start on Mondays. */
TEST(iso_weeks_against_a_naive_rule) {
    for (int year = 1; year <= 9999; year++) {
        int64_t thursday = day_of(year, 1, 1);
        while (time_weekday(thursday) != 4) thursday++;
        int64_t next = day_of(year + 1, 1, 1);
        while (time_weekday(next) != 4) next++;
        int week = 1;
        for (int64_t monday = thursday - 3; monday < next - 3; monday += 7, week++) {
            for (int i = 0; i < 7;
                 i += 1 + 5 * (year % 3 != 0)) { /* all days of some years, Mondays and Sundays of all */
                IsoWeek found = time_iso_week(monday + i);
                if (found.year != year || found.week != week)
                    fail_msg("%d-W%d day %d: %d-W%d", year, week, i, found.year, found.week);
            }
            if (time_iso_week_start((IsoWeek){year, week}) != monday) fail_msg("%d-W%d", year, week);
        }
        assert_true(week == 53 || week == 54); /* one past the last */
    }
}

TEST(validity) {
    assert_true(time_civil_is_valid((Civil){2000, 2, 29}));
    assert_false(time_civil_is_valid((Civil){1900, 2, 29}));
    assert_false(time_civil_is_valid((Civil){0, 1, 1}));
    assert_false(time_civil_is_valid((Civil){10000, 1, 1}));
    assert_false(time_civil_is_valid((Civil){2014, 13, 1}));
    assert_false(time_civil_is_valid((Civil){2014, 0, 1}));
    assert_false(time_civil_is_valid((Civil){2014, 4, 31}));
    assert_false(time_civil_is_valid((Civil){2014, 4, 0}));
}

TEST(grain_names) {
    for (int g = TIME_GRAIN_YEAR; g < TIME_GRAIN_COUNT; g++) {
        TimeGrain back = TIME_GRAIN_NONE;
        assert_true(time_grain_parse(str_of(time_grain_name((TimeGrain)g)), &back));
        assert_int_equal(back, g);
    }
    TimeGrain grain = TIME_GRAIN_HOUR;
    assert_false(time_grain_parse(S(""), &grain));
    assert_false(time_grain_parse(S("Year"), &grain));
    assert_int_equal(grain, TIME_GRAIN_HOUR);
    assert_string_equal(time_grain_name(TIME_GRAIN_NONE), "");
}

static int64_t instant(const char *text) {
    int64_t us = 0;
    if (!time_parse_timestamp(str_of(text), &us)) fail_msg("%s", text);
    return us;
}

static void assert_instant(int64_t us, const char *expected) {
    char text[TIME_TEXT_MAX];
    size_t n = time_print_timestamp(us, text);
    assert_string_equal(text, expected);
    assert_int_equal(n, strlen(expected));
}

TEST(truncation) {
    int64_t us = instant("2014-08-20T13:45:59.5Z");
    assert_instant(time_trunc(TIME_GRAIN_YEAR, us), "2014-01-01T00:00:00Z");
    assert_instant(time_trunc(TIME_GRAIN_QUARTER, us), "2014-07-01T00:00:00Z");
    assert_instant(time_trunc(TIME_GRAIN_MONTH, us), "2014-08-01T00:00:00Z");
    assert_instant(time_trunc(TIME_GRAIN_WEEK, us), "2014-08-18T00:00:00Z");
    assert_instant(time_trunc(TIME_GRAIN_DAY, us), "2014-08-20T00:00:00Z");
    assert_instant(time_trunc(TIME_GRAIN_HOUR, us), "2014-08-20T13:00:00Z");
    assert_instant(time_trunc(TIME_GRAIN_NONE, us), "2014-08-20T13:45:59.5Z");
    assert_instant(time_trunc(TIME_GRAIN_HOUR, instant("1969-12-31T23:59:59Z")),
                   "1969-12-31T23:00:00Z"); /* before zero */
    assert_instant(time_trunc(TIME_GRAIN_DAY, -1), "1969-12-31T00:00:00Z");
    assert_instant(time_trunc(TIME_GRAIN_WEEK, instant("2016-01-02")), "2015-12-28T00:00:00Z");
}

TEST(addition) {
    assert_instant(time_add(TIME_GRAIN_MONTH, instant("2014-01-31T10:00:00Z"), 1), "2014-02-28T10:00:00Z");
    assert_instant(time_add(TIME_GRAIN_MONTH, instant("2014-03-31"), -1), "2014-02-28T00:00:00Z");
    assert_instant(time_add(TIME_GRAIN_MONTH, instant("2014-03-31"), -14), "2013-01-31T00:00:00Z");
    assert_instant(time_add(TIME_GRAIN_QUARTER, instant("2013-11-30"), 1), "2014-02-28T00:00:00Z");
    assert_instant(time_add(TIME_GRAIN_YEAR, instant("2016-02-29T23:59:59.999999Z"), 1), "2017-02-28T23:59:59.999999Z");
    assert_instant(time_add(TIME_GRAIN_YEAR, instant("2016-02-29"), 4), "2020-02-29T00:00:00Z");
    assert_instant(time_add(TIME_GRAIN_WEEK, instant("2014-12-29"), 1), "2015-01-05T00:00:00Z");
    assert_instant(time_add(TIME_GRAIN_DAY, instant("2014-12-31"), 1), "2015-01-01T00:00:00Z");
    assert_instant(time_add(TIME_GRAIN_HOUR, instant("2014-12-31T23:30:00Z"), 1), "2015-01-01T00:30:00Z");
    assert_int_equal(time_add(TIME_GRAIN_NONE, 5, 7), 5);
}

TEST(addition_ends_with_our_years) {
    int64_t first = instant("0001-01-01"), end = time_add(TIME_GRAIN_YEAR, instant("9999-01-01"), 1);
    assert_int_equal(end / TIME_US_PER_DAY, 2932897);
    for (int g = TIME_GRAIN_YEAR; g < TIME_GRAIN_COUNT; g++) {
        const int64_t far[] = {INT64_MAX, INT64_MIN, 100000000, -100000000};
        for (size_t i = 0; i < COUNT_OF(far); i++) {
            assert_true(time_add((TimeGrain)g, 0, far[i]) == (far[i] > 0 ? end : first));
            assert_true(time_add((TimeGrain)g, far[i] > 0 ? INT64_MAX : INT64_MIN, far[i]) ==
                        (far[i] > 0 ? end : first));
        }
        (void)time_trunc((TimeGrain)g, INT64_MIN); /* UBSan: nothing overflows */
        (void)time_trunc((TimeGrain)g, INT64_MAX);
        char text[TIME_TEXT_MAX];
        const int64_t all[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX};
        for (size_t i = 0; i < COUNT_OF(all); i++) {
            assert_true(time_print_period((TimeGrain)g, all[i], text) < TIME_TEXT_MAX);
            assert_true(time_print_timestamp(all[i], text) < TIME_TEXT_MAX);
            assert_true(time_print_date(all[i], text) < TIME_TEXT_MAX);
            (void)time_iso_week(all[i]);
            (void)time_weekday(all[i]);
        }
    }
}

TEST(dates) {
    int64_t days = 77;
    char text[TIME_TEXT_MAX];
    assert_true(time_parse_date(S("2014-03-07"), &days));
    assert_int_equal(days, day_of(2014, 3, 7));
    assert_int_equal(time_print_date(days, text), 10);
    assert_string_equal(text, "2014-03-07");
    const char *const bad[] = {"",           "2014-3-7",   "2014-03-7",   "2014-02-29",  "2014-13-01",
                               "2014-00-10", "0000-01-01", " 2014-03-07", "2014-03-07 ", "2014/03/07",
                               "20140307",   "2014-03-0x", "-014-03-07",  "2014-03-07T", "12014-03-07"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (time_parse_date(str_of(bad[i]), &days)) fail_msg("%s", bad[i]);
    assert_int_equal(days, day_of(2014, 3, 7));
}

TEST(timestamps) {
    assert_instant(instant("2014-03-07"), "2014-03-07T00:00:00Z");
    assert_instant(instant("2014-03-07T10:20"), "2014-03-07T10:20:00Z");
    assert_instant(instant("2014-03-07 10:20:30"), "2014-03-07T10:20:30Z");
    assert_instant(instant("2014-03-07 10:20:30.123456"), "2014-03-07T10:20:30.123456Z");
    assert_instant(instant("2014-03-07T10:20:30.5Z"), "2014-03-07T10:20:30.5Z");
    assert_instant(instant("2014-03-07T10:20:30.000001Z"), "2014-03-07T10:20:30.000001Z");
    assert_instant(instant("2014-12-31T23:59:59.999999999Z"),
                   "2014-12-31T23:59:59.999999Z"); /* cut, not into next year */
    assert_instant(instant("2014-03-07T00:20:30+02:00"), "2014-03-06T22:20:30Z");
    assert_instant(instant("2014-03-07T10:20:30-05:30"), "2014-03-07T15:50:30Z");
    assert_instant(instant("2014-03-07 10:20:30+02"), "2014-03-07T08:20:30Z");
    assert_instant(instant("2014-03-07 10:20:30+0200"), "2014-03-07T08:20:30Z");
    assert_instant(instant("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
    const char *const bad[] = {"",
                               "2014-03-07T",
                               "2014-03-07T10",
                               "2014-03-07T24:00:00Z",
                               "2014-03-07T10:60",
                               "2014-03-07T10:20:60",
                               "2014-03-07T10:20:30.",
                               "2014-03-07T10:20:30.1234567890",
                               "2014-03-07T10:20:30+2:00",
                               "2014-03-07T10:20:30+",
                               "2014-03-07T10:20:30+24:00",
                               "2014-03-07T10:20:30ZZ",
                               "2014-03-07Z",
                               "2014-03-07_10:20",
                               "2014-02-30T10:20",
                               "0001-01-01T00:00+00:01",
                               "9999-12-31T23:59-00:01",
                               "2014-03-07T10:20:30 Z",
                               "2014-03-07T10:20:30+02:"};
    int64_t us = 77;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (time_parse_timestamp(str_of(bad[i]), &us)) fail_msg("%s", bad[i]);
    assert_int_equal(us, 77);
}

TEST(random_instants_round_trip) {
    Random random = random_start(__func__);
    int64_t first = instant("0001-01-01"), last = instant("9999-12-31T23:59:59.999999Z");
    for (int i = 0; i < 200000; i++) {
        int64_t us = first + (int64_t)(random_next(&random) % (uint64_t)(last - first + 1)), back = 0;
        if (i % 3 == 0) us -= us % 1000;
        char text[TIME_TEXT_MAX];
        size_t n = time_print_timestamp(us, text);
        if (!time_parse_timestamp((Str){text, n}, &back) || back != us) fail_msg("%s", text);
    }
}

static void assert_period(const char *text, TimeGrain grain, const char *from, const char *to) {
    int64_t from_us = 0, to_us = 0;
    TimeGrain found = TIME_GRAIN_NONE;
    char printed[TIME_TEXT_MAX];
    if (!time_parse_period(str_of(text), &from_us, &to_us, &found)) fail_msg("%s", text);
    assert_int_equal(found, grain);
    assert_instant(from_us, from);
    assert_instant(to_us, to);
    assert_int_equal(time_print_period(grain, from_us, printed), strlen(text));
    assert_string_equal(printed, text);
    (void)time_print_period(grain, to_us - 1, printed); /* the last microsecond is in it, too */
    assert_string_equal(printed, text);
}

TEST(periods) {
    assert_period("2014", TIME_GRAIN_YEAR, "2014-01-01T00:00:00Z", "2015-01-01T00:00:00Z");
    assert_period("2014-Q1", TIME_GRAIN_QUARTER, "2014-01-01T00:00:00Z", "2014-04-01T00:00:00Z");
    assert_period("2014-Q4", TIME_GRAIN_QUARTER, "2014-10-01T00:00:00Z", "2015-01-01T00:00:00Z");
    assert_period("2014-02", TIME_GRAIN_MONTH, "2014-02-01T00:00:00Z", "2014-03-01T00:00:00Z");
    assert_period("2014-W09", TIME_GRAIN_WEEK, "2014-02-24T00:00:00Z", "2014-03-03T00:00:00Z");
    assert_period("2015-W53", TIME_GRAIN_WEEK, "2015-12-28T00:00:00Z", "2016-01-04T00:00:00Z");
    assert_period("2014-03-07", TIME_GRAIN_DAY, "2014-03-07T00:00:00Z", "2014-03-08T00:00:00Z");
    assert_period("2014-03-07T23", TIME_GRAIN_HOUR, "2014-03-07T23:00:00Z", "2014-03-08T00:00:00Z");
    assert_period("0001", TIME_GRAIN_YEAR, "0001-01-01T00:00:00Z", "0002-01-01T00:00:00Z");
    assert_period("9999", TIME_GRAIN_YEAR, "9999-01-01T00:00:00Z", "10000-01-01T00:00:00Z");
    const char *const bad[] = {"",
                               "14",
                               "0000",
                               "2014-",
                               "2014-Q0",
                               "2014-Q5",
                               "2014-q1",
                               "2014-Q11",
                               "2014-13",
                               "2014-00",
                               "2014-1",
                               "2014-W00",
                               "2014-W53",
                               "2014-W9",
                               "2014-02-30",
                               "2014-03-07T24",
                               "2014Q1",
                               "2014-Q1-",
                               "2014-W09-1",
                               "2014-03-07T1",
                               "2014-03-07T10:00",
                               "20145"};
    int64_t from_us = 77, to_us = 77;
    TimeGrain grain = TIME_GRAIN_NONE;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (time_parse_period(str_of(bad[i]), &from_us, &to_us, &grain)) fail_msg("%s", bad[i]);
    assert_true(from_us == 77 && to_us == 77 && grain == TIME_GRAIN_NONE);
}

static void assert_fiscal(const char *text, int first_month, TimeGrain grain, const char *from, const char *to) {
    int64_t from_us = 0, to_us = 0;
    TimeGrain found = TIME_GRAIN_NONE;
    char printed[TIME_TEXT_MAX];
    if (!time_parse_period_fiscal(str_of(text), first_month, &from_us, &to_us, &found)) fail_msg("%s", text);
    assert_int_equal(found, grain);
    assert_instant(from_us, from);
    assert_instant(to_us, to);
    for (int64_t us = from_us; us < to_us; us += 5 * TIME_US_PER_DAY) {
        assert_int_equal(time_trunc_fiscal(grain, first_month, us), from_us);
        assert_int_equal(time_print_period_fiscal(grain, first_month, us, printed), strlen(text));
        assert_string_equal(printed, text);
    }
    assert_int_equal(time_trunc_fiscal(grain, first_month, to_us - 1), from_us);
    assert_int_equal(time_trunc_fiscal(grain, first_month, to_us), to_us);
    assert_int_equal(time_add(grain, from_us, 1), to_us);
}

TEST(fiscal_periods_are_called_by_the_year_they_end_in) {
    assert_fiscal("FY2014", 4, TIME_GRAIN_FISCAL_YEAR, "2013-04-01T00:00:00Z", "2014-04-01T00:00:00Z");
    assert_fiscal("FY2014-Q1", 4, TIME_GRAIN_FISCAL_QUARTER, "2013-04-01T00:00:00Z", "2013-07-01T00:00:00Z");
    assert_fiscal("FY2014-Q4", 4, TIME_GRAIN_FISCAL_QUARTER, "2014-01-01T00:00:00Z", "2014-04-01T00:00:00Z");
    assert_fiscal("FY2014", 12, TIME_GRAIN_FISCAL_YEAR, "2013-12-01T00:00:00Z", "2014-12-01T00:00:00Z");
    assert_fiscal("FY2014-Q1", 12, TIME_GRAIN_FISCAL_QUARTER, "2013-12-01T00:00:00Z", "2014-03-01T00:00:00Z");
    assert_fiscal("FY2014-Q4", 2, TIME_GRAIN_FISCAL_QUARTER, "2013-11-01T00:00:00Z", "2014-02-01T00:00:00Z");
    assert_fiscal("FY2014", 1, TIME_GRAIN_FISCAL_YEAR, "2014-01-01T00:00:00Z", "2015-01-01T00:00:00Z");
    assert_fiscal("FY2014-Q3", 1, TIME_GRAIN_FISCAL_QUARTER, "2014-07-01T00:00:00Z", "2014-10-01T00:00:00Z");
    assert_fiscal("FY0002", 7, TIME_GRAIN_FISCAL_YEAR, "0001-07-01T00:00:00Z", "0002-07-01T00:00:00Z");
    assert_fiscal("2014-Q1", 4, TIME_GRAIN_QUARTER, "2014-01-01T00:00:00Z", "2014-04-01T00:00:00Z");
    const char *const bad[] = {"FY",        "FY14",     "FY2014-", "FY2014-Q0", "FY2014-Q5",
                               "FY2014-03", "FY2014Q1", "fy2014",  "FY0001",    "FY0000"};
    int64_t from_us = 77, to_us = 77;
    TimeGrain grain = TIME_GRAIN_NONE;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (time_parse_period_fiscal(str_of(bad[i]), 4, &from_us, &to_us, &grain)) fail_msg("%s", bad[i]);
    assert_true(from_us == 77 && to_us == 77 && grain == TIME_GRAIN_NONE);
}

TEST(clock_moves_forward) {
    int64_t before = clock_monotonic(CLOCK_SYSTEM);
    assert_true(clock_monotonic(CLOCK_SYSTEM) >= before);
    assert_true(clock_now(CLOCK_SYSTEM) > instant("2020-01-01"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_round_trips),
        cmocka_unit_test(iso_weeks_against_a_naive_rule),
        cmocka_unit_test(validity),
        cmocka_unit_test(grain_names),
        cmocka_unit_test(truncation),
        cmocka_unit_test(addition),
        cmocka_unit_test(addition_ends_with_our_years),
        cmocka_unit_test(dates),
        cmocka_unit_test(timestamps),
        cmocka_unit_test(random_instants_round_trip),
        cmocka_unit_test(periods),
        cmocka_unit_test(fiscal_periods_are_called_by_the_year_they_end_in),
        cmocka_unit_test(clock_moves_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
