#pragma once
/*
 * Calendar arithmetic on the proleptic Gregorian calendar (algorithms: Howard Hinnant, "chrono-compatible low-level date
 * algorithms"), ISO 8601 weeks, parsing and printing. A day is days since 1970-01-01; an instant is microseconds since
 * 1970-01-01T00:00:00 UTC. Years 1..9999. Any thread.
 */
#include "base/base_arena.h"

enum { TIME_TEXT_MAX = 40 };
#define TIME_US_PER_SECOND INT64_C(1000000)
#define TIME_US_PER_DAY (INT64_C(86400) * TIME_US_PER_SECOND)

typedef struct Civil {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
} Civil;

typedef struct IsoWeek {
    int year; /* the week's year, which differs from the calendar's around New Year */
    int week; /* 1..53 */
} IsoWeek;

/* Grains, coarse to fine comparisons use the enum's order. */
typedef enum TimeGrain {
    TIME_GRAIN_NONE,
    TIME_GRAIN_YEAR,
    TIME_GRAIN_FISCAL_YEAR,
    TIME_GRAIN_QUARTER,
    TIME_GRAIN_FISCAL_QUARTER,
    TIME_GRAIN_MONTH,
    TIME_GRAIN_WEEK,
    TIME_GRAIN_DAY,
    TIME_GRAIN_HOUR,
    TIME_GRAIN_COUNT
} TimeGrain;

const char *time_grain_name(TimeGrain grain);              /* "year", "fiscal_year" … "hour"; "" for NONE */
NODISCARD bool time_grain_parse(Str name, TimeGrain *ret); /* lower case */
int time_grain_months(TimeGrain grain);                    /* of one period; 0: it is counted in days or hours */

int64_t time_days_of(Civil civil);
Civil time_civil_of(int64_t days);
bool time_civil_is_valid(Civil civil);
int time_days_in_month(int year, int month);
int time_weekday(int64_t days); /* 1 Monday … 7 Sunday */
IsoWeek time_iso_week(int64_t days);
int64_t time_iso_week_start(IsoWeek week);       /* its Monday */
int64_t time_day_of_us(int64_t utc_us);          /* floor */
int64_t time_trunc(TimeGrain grain, int64_t us); /* start of the period that holds it, in the same zone */
int64_t time_add(TimeGrain grain, int64_t us, int64_t n_periods); /* calendar arithmetic; day of month is clamped */

/*
 * Fiscal years begin with the month `first_month` (1..12; 0 is January too) and are called by the calendar year in which they end:
 * from April on, FY2014 is April 2013 to March 2014. Functions that take no first month take January.
 */
int64_t time_trunc_fiscal(TimeGrain grain, int first_month, int64_t us);

/* "2014-03-07" exactly. */
NODISCARD bool time_parse_date(Str s, int64_t *ret_days);
/* "2014-03-07", "…T10:20", "… 10:20:30.123456", with "Z" or "+02:00" or nothing (UTC). */
NODISCARD bool time_parse_timestamp(Str s, int64_t *ret_utc_us);
/* A calendar period in words of §3a: "2014", "2014-Q1", "2014-03", "2014-W09", "2014-03-07", "2014-03-07T10". Gives its half-open
 * bounds in microseconds and its grain. */
NODISCARD bool time_parse_period(Str s, int64_t *ret_from_us, int64_t *ret_to_us, TimeGrain *ret_grain);
/* The same, and "FY2014", "FY2014-Q2". */
NODISCARD bool time_parse_period_fiscal(Str s, int first_month, int64_t *ret_from_us, int64_t *ret_to_us,
                                        TimeGrain *ret_grain);
/* Printers write a NUL-terminated text of less than TIME_TEXT_MAX bytes and return its length. */
size_t time_print_date(int64_t days, char out[TIME_TEXT_MAX]);
size_t time_print_timestamp(int64_t utc_us, char out[TIME_TEXT_MAX]); /* RFC 3339, "Z", fraction only when not zero */
size_t time_print_period(TimeGrain grain, int64_t us, char out[TIME_TEXT_MAX]); /* of the period's start: "2014-Q1" */
size_t time_print_period_fiscal(TimeGrain grain, int first_month, int64_t us,
                                char out[TIME_TEXT_MAX]); /* "FY2014-Q1" */

/* The clock everyone asks, so that tests can move it. */
typedef struct Clock {
    int64_t (*now_utc_us)(void *arg);   /* wall clock */
    int64_t (*monotonic_us)(void *arg); /* for deadlines and durations */
    void *arg;
} Clock;

extern const Clock CLOCK_SYSTEM;
static inline int64_t clock_now(Clock clock) {
    return clock.now_utc_us(clock.arg);
}
static inline int64_t clock_monotonic(Clock clock) {
    return clock.monotonic_us(clock.arg);
}
