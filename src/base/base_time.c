/*
 * The calendar. All arithmetic is on days and microseconds as int64; no libc time functions, no zones, no locale.
 *
 * Inputs may come from an engine that knows larger years than we do (infinity is a real value of some), so nothing here
 * overflows: days are clamped to what an int's year can hold, and what time_add reaches is clamped to years 1..9999 and
 * their end.
 */
#include "base/base_time.h"

#include <string.h>
#include <time.h>

enum { YEAR_MIN = 1, YEAR_MAX = 9999, DAYS_PER_ERA = 146097, DAYS_TO_EPOCH = 719468, MONTHS_PER_YEAR = 12 };
#define DAY_MIN INT64_C(-719162) /* 0001-01-01 */
#define DAY_END INT64_C(2932897) /* 10000-01-01 */
/* Some 5.8 million years either way: the range of an int32 day, which is the widest any engine has. */
#define DAY_CLAMP INT64_C(2147483647)
#define US_PER_HOUR (INT64_C(3600) * TIME_US_PER_SECOND)

/* C rounds towards zero; days before 1970 need the floor. */
static inline int64_t floor_div(int64_t a, int64_t b) {
    int64_t quotient = a / b;
    return quotient - (a % b < 0);
}

static inline int64_t floor_mod(int64_t a, int64_t b) {
    int64_t rest = a % b;
    return rest < 0 ? rest + b : rest;
}

static const char *const GRAIN_NAMES[TIME_GRAIN_COUNT] = {
    [TIME_GRAIN_NONE] = "",
    [TIME_GRAIN_YEAR] = "year",
    [TIME_GRAIN_FISCAL_YEAR] = "fiscal_year",
    [TIME_GRAIN_QUARTER] = "quarter",
    [TIME_GRAIN_FISCAL_QUARTER] = "fiscal_quarter",
    [TIME_GRAIN_MONTH] = "month",
    [TIME_GRAIN_WEEK] = "week",
    [TIME_GRAIN_DAY] = "day",
    [TIME_GRAIN_HOUR] = "hour",
};

const char *time_grain_name(TimeGrain grain) {
    return (unsigned)grain < TIME_GRAIN_COUNT ? GRAIN_NAMES[grain] : "";
}

bool time_grain_parse(Str name, TimeGrain *ret) {
    for (int grain = TIME_GRAIN_YEAR; grain < TIME_GRAIN_COUNT; grain++) {
        if (!str_eq(name, str_of(GRAIN_NAMES[grain]))) continue;
        *ret = (TimeGrain)grain;
        return true;
    }
    return false;
}

int time_grain_months(TimeGrain grain) {
    switch (grain) {
    case TIME_GRAIN_YEAR:
    case TIME_GRAIN_FISCAL_YEAR: return MONTHS_PER_YEAR;
    case TIME_GRAIN_QUARTER:
    case TIME_GRAIN_FISCAL_QUARTER: return 3;
    case TIME_GRAIN_MONTH: return 1;
    default: return 0;
    }
}

/* Hinnant's days_from_civil: years start in March, so that the leap day is their last. */
int64_t time_days_of(Civil civil) {
    int64_t year = (int64_t)civil.year - (civil.month <= 2);
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = civil.month + (civil.month > 2 ? -3 : 9);
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

/* Hinnant's civil_from_days. */
Civil time_civil_of(int64_t days) {
    days = MAX_OF(-DAY_CLAMP, MIN_OF(days, DAY_CLAMP)) + DAYS_TO_EPOCH;
    int64_t era = floor_div(days, DAYS_PER_ERA);
    /* Unsigned 32-bit from here: divisions by constants are one multiplication. */
    uint32_t day_of_era = (uint32_t)(days - era * DAYS_PER_ERA);
    uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month_from_march = (5 * day_of_year + 2) / 153;
    int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    int64_t year = (int64_t)year_of_era + era * 400 + (month <= 2);
    return (Civil){.year = (int)year, .month = month, .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

static inline bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* 0 for a month that is none, which no day of the month fits. */
int time_days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > MONTHS_PER_YEAR) return 0;
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* time_days_in_month gives 0 for a month out of range, so the month needs no test of its own. */
bool time_civil_is_valid(Civil civil) {
    return civil.year >= YEAR_MIN && civil.year <= YEAR_MAX && civil.day >= 1 &&
           civil.day <= time_days_in_month(civil.year, civil.month);
}

int time_weekday(int64_t days) {
    return (int)floor_mod(floor_mod(days, 7) + 3, 7) + 1; /* day 0 was a Thursday */
}

/* A week belongs to the year that holds its Thursday (ISO 8601, 2.2.10). */
IsoWeek time_iso_week(int64_t days) {
    days = MAX_OF(-DAY_CLAMP, MIN_OF(days, DAY_CLAMP));
    int64_t thursday = days - time_weekday(days) + 4;
    int year = time_civil_of(thursday).year;
    int64_t first = time_days_of((Civil){year, 1, 1});
    return (IsoWeek){.year = year, .week = (int)((thursday - first) / 7) + 1};
}

/* No check that the year has such a week: week 53 of a year with 52 is week 1 of the next, and so on. */
int64_t time_iso_week_start(IsoWeek week) {
    int64_t fourth = time_days_of((Civil){week.year, 1, 4}); /* always in week 1 */
    return fourth - (time_weekday(fourth) - 1) + (int64_t)(week.week - 1) * 7;
}

int64_t time_day_of_us(int64_t utc_us) {
    return floor_div(utc_us, TIME_US_PER_DAY);
}

/* The first day of the period that holds `days`; the grain is a day or coarser. */
static int64_t trunc_days(TimeGrain grain, int first_month, int64_t days) {
    if (grain == TIME_GRAIN_WEEK) return days - (time_weekday(days) - 1);
    if (grain == TIME_GRAIN_DAY) return days;
    bool is_fiscal = grain == TIME_GRAIN_FISCAL_YEAR || grain == TIME_GRAIN_FISCAL_QUARTER;
    int64_t ahead = is_fiscal && first_month > 1 ? first_month - 1 : 0;
    Civil civil = time_civil_of(days);
    int64_t month = (int64_t)civil.year * MONTHS_PER_YEAR + civil.month - 1;
    month -= floor_mod(month - ahead, time_grain_months(grain));
    return time_days_of((Civil){(int)floor_div(month, MONTHS_PER_YEAR), (int)floor_mod(month, MONTHS_PER_YEAR) + 1, 1});
}

int64_t time_trunc_fiscal(TimeGrain grain, int first_month, int64_t us) {
    /* The start of the very first period of an int64 does not fit one; it is not an instant of ours, and stays as it
     * is. */
    if (us < INT64_MIN + 367 * TIME_US_PER_DAY || grain <= TIME_GRAIN_NONE || grain >= TIME_GRAIN_COUNT) return us;
    if (grain == TIME_GRAIN_HOUR) return us - floor_mod(us, US_PER_HOUR);
    return trunc_days(grain, first_month, time_day_of_us(us)) * TIME_US_PER_DAY;
}

int64_t time_trunc(TimeGrain grain, int64_t us) {
    return time_trunc_fiscal(grain, 1, us);
}

static int64_t clamp_us(int64_t us) {
    return MAX_OF(DAY_MIN * TIME_US_PER_DAY, MIN_OF(us, DAY_END * TIME_US_PER_DAY));
}

/* us + n * step, held within our years. */
static int64_t add_fixed(int64_t us, int64_t n, int64_t step_us) {
    int64_t sum;
    if (__builtin_mul_overflow(n, step_us, &step_us) || __builtin_add_overflow(us, step_us, &sum))
        sum = n < 0 ? INT64_MIN : INT64_MAX;
    return clamp_us(sum);
}

/* The day of the month is kept where the month has it, else its last: Jan 31 and a month is Feb 28. */
static int64_t add_months(int64_t us, int64_t n_months) {
    int64_t days = time_day_of_us(us), time_of_day_us = us - days * TIME_US_PER_DAY;
    Civil civil = time_civil_of(days);
    int64_t month = (int64_t)civil.year * MONTHS_PER_YEAR + civil.month - 1 + n_months;
    int64_t year = floor_div(month, MONTHS_PER_YEAR);
    if (year < YEAR_MIN) return clamp_us(INT64_MIN);
    if (year > YEAR_MAX) return clamp_us(INT64_MAX);
    civil.year = (int)year;
    civil.month = (int)floor_mod(month, MONTHS_PER_YEAR) + 1;
    civil.day = MIN_OF(civil.day, time_days_in_month(civil.year, civil.month));
    return clamp_us(time_days_of(civil) * TIME_US_PER_DAY + time_of_day_us);
}

int64_t time_add(TimeGrain grain, int64_t us, int64_t n_periods) {
    /* 120,000 months is all of our years: more is clamped, and cannot overflow once multiplied. */
    const int64_t n = MAX_OF(INT64_C(-1000000), MIN_OF(n_periods, INT64_C(1000000)));
    us = clamp_us(us);
    switch (grain) {
    case TIME_GRAIN_YEAR:
    case TIME_GRAIN_FISCAL_YEAR:
    case TIME_GRAIN_QUARTER:
    case TIME_GRAIN_FISCAL_QUARTER:
    case TIME_GRAIN_MONTH: return add_months(us, n * time_grain_months(grain));
    case TIME_GRAIN_WEEK: return add_fixed(us, n_periods, 7 * TIME_US_PER_DAY);
    case TIME_GRAIN_DAY: return add_fixed(us, n_periods, TIME_US_PER_DAY);
    case TIME_GRAIN_HOUR: return add_fixed(us, n_periods, US_PER_HOUR);
    case TIME_GRAIN_NONE:
    case TIME_GRAIN_COUNT: break;
    }
    return us;
}

/* A call into the vDSO, not the kernel: cheap enough for every batch. */
static int64_t system_clock_us(clockid_t id) {
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * TIME_US_PER_SECOND + now.tv_nsec / 1000;
}

static int64_t system_now(void *arg) {
    (void)arg;
    return system_clock_us(CLOCK_REALTIME);
}

static int64_t system_monotonic(void *arg) {
    (void)arg;
    return system_clock_us(CLOCK_MONOTONIC);
}

const Clock CLOCK_SYSTEM = {.now_utc_us = system_now, .monotonic_us = system_monotonic};
