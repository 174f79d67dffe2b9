/*
 * Times as text: the readers and printers of base_time.h. They run once a cell, so they go digit by digit over the
 * slice instead of through printf and scanf, and need neither memory nor a NUL.
 *
 * Readers accept exactly what the header says and nothing around it; a text that names no day of the calendar is not a
 * date.
 */
#include "base/base_time.h"

#include <string.h>

enum {
    SECONDS_PER_MINUTE = 60,
    SECONDS_PER_HOUR = 3600,
    SECONDS_PER_DAY = 86400,
    FRACTION_DIGITS = 6,
    FRACTION_DIGITS_MAX = 9
};

/* A slice being read from the left; a step that does not fit leaves it and says false. */
typedef struct Cursor {
    const char *p;
    const char *end;
} Cursor;

static inline bool take_char(Cursor *cursor, char c) {
    if (cursor->p == cursor->end || *cursor->p != c) return false;
    cursor->p++;
    return true;
}

/* Exactly n digits. */
static inline bool take_digits(Cursor *cursor, int n, int *ret_number) {
    if (cursor->end - cursor->p < n) return false;
    int number = 0;
    for (int i = 0; i < n; i++) {
        unsigned digit = (unsigned char)cursor->p[i] - (unsigned)'0';
        if (digit > 9) return false;
        number = number * 10 + (int)digit;
    }
    cursor->p += n;
    *ret_number = number;
    return true;
}

static inline bool at_end(const Cursor *cursor) {
    return cursor->p == cursor->end;
}

static inline Cursor cursor_of(Str s) {
    return (Cursor){s.p, s.n ? s.p + s.n : s.p};
}

/* Validity is checked here, once for all readers: no text gets further that is not a day of the calendar. */
static bool take_date(Cursor *cursor, int64_t *ret_days) {
    Civil civil;
    if (!take_digits(cursor, 4, &civil.year) || !take_char(cursor, '-') || !take_digits(cursor, 2, &civil.month) ||
        !take_char(cursor, '-') || !take_digits(cursor, 2, &civil.day) || !time_civil_is_valid(civil))
        return false;
    *ret_days = time_days_of(civil);
    return true;
}

/* Nothing may follow: "2014-03-07T" is a timestamp cut short, not a date. */
bool time_parse_date(Str s, int64_t *ret_days) {
    Cursor cursor = cursor_of(s);
    int64_t days;
    if (!take_date(&cursor, &days) || !at_end(&cursor)) return false;
    *ret_days = days;
    return true;
}

/* One to nine digits; below a microsecond they are cut, so that an instant never moves into the next second. */
static bool take_fraction(Cursor *cursor, int64_t *ret_us) {
    int64_t us = 0;
    int n = 0, digit;
    for (; n < FRACTION_DIGITS_MAX && take_digits(cursor, 1, &digit); n++)
        if (n < FRACTION_DIGITS) us = us * 10 + digit;
    for (int i = n; i < FRACTION_DIGITS; i++) us *= 10;
    *ret_us = us;
    return n > 0;
}

/* hh:mm[:ss[.fraction]] */
static bool take_time(Cursor *cursor, int64_t *ret_us) {
    int hour, minute, second = 0;
    int64_t fraction_us = 0;
    if (!take_digits(cursor, 2, &hour) || !take_char(cursor, ':') || !take_digits(cursor, 2, &minute)) return false;
    if (take_char(cursor, ':')) {
        if (!take_digits(cursor, 2, &second)) return false;
        if (take_char(cursor, '.') && !take_fraction(cursor, &fraction_us)) return false;
    }
    /* No 24:00 and no leap second: neither is an instant that could be printed back. */
    if (hour > 23 || minute > 59 || second > 59) return false;
    *ret_us = (hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second) * TIME_US_PER_SECOND + fraction_us;
    return true;
}

/* "Z", "+02:00", or the shorter "+02" and "+0200" that PostgreSQL and ISO 8601's basic form write; nothing is UTC. */
static bool take_offset(Cursor *cursor, int64_t *ret_us) {
    *ret_us = 0;
    if (at_end(cursor) || take_char(cursor, 'Z') || take_char(cursor, 'z')) return true;
    bool is_west = take_char(cursor, '-');
    if (!is_west && !take_char(cursor, '+')) return false;
    int hour, minute = 0;
    if (!take_digits(cursor, 2, &hour)) return false;
    if (!at_end(cursor)) {
        /* With or without the colon, but never a colon alone. */
        (void)take_char(cursor, ':');
        if (!take_digits(cursor, 2, &minute)) return false;
    }
    if (hour > 23 || minute > 59) return false;
    int64_t us = (hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE) * TIME_US_PER_SECOND;
    *ret_us = is_west ? -us : us;
    return true;
}

bool time_parse_timestamp(Str s, int64_t *ret_utc_us) {
    Cursor cursor = cursor_of(s);
    int64_t days, time_us = 0, offset_us = 0;
    if (!take_date(&cursor, &days)) return false;
    if (!at_end(&cursor)) {
        if (!take_char(&cursor, 'T') && !take_char(&cursor, ' ') && !take_char(&cursor, 't')) return false;
        if (!take_time(&cursor, &time_us) || !take_offset(&cursor, &offset_us) || !at_end(&cursor)) return false;
    }
    /* An instant is kept in UTC; the offset it was written with is gone. */
    int64_t utc_us = days * TIME_US_PER_DAY + time_us - offset_us;
    int year = time_civil_of(time_day_of_us(utc_us)).year; /* an offset may lead out of our years */
    if (year < 1 || year > 9999) return false;
    *ret_utc_us = utc_us;
    return true;
}

/* What stands after "2014" in a period: its grain and first day. */
static bool take_period_rest(Cursor *cursor, int year, TimeGrain *grain, int64_t *days) {
    Civil civil = {year, 1, 1};
    int number;
    if (at_end(cursor)) {
        *grain = TIME_GRAIN_YEAR;
    } else if (!take_char(cursor, '-')) {
        return false;
    } else if (take_char(cursor, 'Q')) {
        if (!take_digits(cursor, 1, &number) || number < 1 || number > 4) return false;
        *grain = TIME_GRAIN_QUARTER;
        civil.month = number * 3 - 2;
    } else if (take_char(cursor, 'W')) {
        if (!take_digits(cursor, 2, &number) || number < 1) return false;
        *grain = TIME_GRAIN_WEEK;
        *days = time_iso_week_start((IsoWeek){year, number});
        return time_iso_week(*days).week == number; /* not every year has a week 53 */
    } else {
        if (!take_digits(cursor, 2, &civil.month)) return false;
        *grain = TIME_GRAIN_MONTH;
        if (take_char(cursor, '-')) {
            if (!take_digits(cursor, 2, &civil.day)) return false;
            *grain = TIME_GRAIN_DAY;
        }
    }
    *days = time_days_of(civil);
    return time_civil_is_valid(civil);
}

/* What stands after "FY2014": nothing or a quarter. The year's name is that of its last month. */
static bool take_fiscal_rest(Cursor *cursor, int year, int first_month, TimeGrain *grain, int64_t *from_us) {
    int quarter = 1;
    bool has_quarter = take_char(cursor, '-');
    if (has_quarter && (!take_char(cursor, 'Q') || !take_digits(cursor, 1, &quarter) || quarter < 1 || quarter > 4))
        return false;
    Civil civil = {year - (first_month > 1), MAX_OF(first_month, 1), 1};
    *grain = has_quarter ? TIME_GRAIN_FISCAL_QUARTER : TIME_GRAIN_FISCAL_YEAR;
    *from_us = time_add(TIME_GRAIN_QUARTER, time_days_of(civil) * TIME_US_PER_DAY, quarter - 1);
    return civil.year >= 1 && at_end(cursor);
}

bool time_parse_period_fiscal(Str s, int first_month, int64_t *ret_from_us, int64_t *ret_to_us, TimeGrain *ret_grain) {
    if (!str_starts(s, S("FY"))) return time_parse_period(s, ret_from_us, ret_to_us, ret_grain);
    Cursor cursor = cursor_of(str_slice(s, 2, s.n));
    int year;
    int64_t from_us;
    TimeGrain grain;
    if (!take_digits(&cursor, 4, &year) || year < 1 || !take_fiscal_rest(&cursor, year, first_month, &grain, &from_us))
        return false;
    *ret_from_us = from_us;
    *ret_to_us = time_add(grain, from_us, 1);
    *ret_grain = grain;
    return true;
}

bool time_parse_period(Str s, int64_t *ret_from_us, int64_t *ret_to_us, TimeGrain *ret_grain) {
    Cursor cursor = cursor_of(s);
    int year, hour;
    int64_t days = 0;
    TimeGrain grain = TIME_GRAIN_NONE;
    /* Every period starts with its year in four digits; what comes next tells the grain. */
    if (!take_digits(&cursor, 4, &year) || year < 1) return false;
    if (!take_period_rest(&cursor, year, &grain, &days)) return false;
    int64_t from_us = days * TIME_US_PER_DAY;
    if (grain == TIME_GRAIN_DAY && take_char(&cursor, 'T')) {
        if (!take_digits(&cursor, 2, &hour) || hour > 23) return false;
        grain = TIME_GRAIN_HOUR;
        from_us += hour * SECONDS_PER_HOUR * TIME_US_PER_SECOND;
    }
    if (!at_end(&cursor)) return false;
    *ret_from_us = from_us;
    *ret_to_us = time_add(grain, from_us, 1);
    *ret_grain = grain;
    return true;
}

/* A number of at least n digits, zeros in front; returns the end. */
static inline char *put_digits(char *out, unsigned number, int n) {
    char digits[12];
    int i = 0;
    do {
        digits[i++] = (char)('0' + number % 10);
        number /= 10;
    } while (number || i < n);
    while (i) *out++ = digits[--i];
    return out;
}

static inline char *put_2(char *out, unsigned number) {
    out[0] = (char)('0' + number / 10);
    out[1] = (char)('0' + number % 10);
    return out + 2;
}

static inline char *put_year(char *out, int year) {
    if (year >= 0 && year <= 9999) return put_2(put_2(out, (unsigned)year / 100), (unsigned)year % 100);
    if (year < 0) *out++ = '-';
    return put_digits(out, year < 0 ? 0u - (unsigned)year : (unsigned)year, 4);
}

/* Printers write forward into the caller's buffer and return its new end. */
static char *put_month(char *out, Civil civil) {
    out = put_year(out, civil.year);
    *out++ = '-';
    return put_2(out, (unsigned)civil.month);
}

static char *put_date(char *out, Civil civil) {
    out = put_month(out, civil);
    *out++ = '-';
    return put_2(out, (unsigned)civil.day);
}

/* The NUL is for callers that pass the text to a C library; the length is for everyone else. */
static size_t put_end(const char *start, char *end) {
    *end = '\0';
    return (size_t)(end - start);
}

size_t time_print_date(int64_t days, char out[TIME_TEXT_MAX]) {
    return put_end(out, put_date(out, time_civil_of(days)));
}

size_t time_print_timestamp(int64_t utc_us, char out[TIME_TEXT_MAX]) {
    int64_t days = time_day_of_us(utc_us);
    /* Modulo, not utc_us - days * …: that product passes the range of int64 at its lower end. */
    int64_t us_of_day = utc_us % TIME_US_PER_DAY;
    if (us_of_day < 0) us_of_day += TIME_US_PER_DAY;
    unsigned seconds = (unsigned)(us_of_day / TIME_US_PER_SECOND),
             fraction = (unsigned)(us_of_day % TIME_US_PER_SECOND);
    char *p = put_date(out, time_civil_of(days));
    *p++ = 'T';
    p = put_2(p, seconds / SECONDS_PER_HOUR);
    *p++ = ':';
    p = put_2(p, seconds / SECONDS_PER_MINUTE % 60);
    *p++ = ':';
    p = put_2(p, seconds % 60);
    if (fraction) {
        *p++ = '.';
        p = put_digits(p, fraction, FRACTION_DIGITS);
        /* Fraction digits that say nothing are left out; the point stays, as not all of them are zero. */
        while (p[-1] == '0') p--;
    }
    *p++ = 'Z';
    return put_end(out, p);
}

static char *put_quarter(char *out, Civil civil) {
    out = put_year(out, civil.year);
    *out++ = '-';
    *out++ = 'Q';
    *out++ = (char)('1' + (civil.month - 1) / 3);
    return out;
}

/* Months are counted from the fiscal year's first, in the year that it ends in. */
static Civil fiscal_of(Civil civil, int first_month) {
    enum { MONTHS_PER_YEAR = 12 };
    if (first_month <= 1) return civil;
    bool is_next = civil.month >= first_month;
    civil.year += is_next;
    civil.month += 1 - first_month + (is_next ? 0 : MONTHS_PER_YEAR);
    return civil;
}

size_t time_print_period(TimeGrain grain, int64_t us, char out[TIME_TEXT_MAX]) {
    return time_print_period_fiscal(grain, 1, us, out);
}

size_t time_print_period_fiscal(TimeGrain grain, int first_month, int64_t us, char out[TIME_TEXT_MAX]) {
    int64_t days = time_day_of_us(us);
    Civil civil = time_civil_of(days);
    char *p = out;
    switch (grain) {
    case TIME_GRAIN_YEAR: p = put_year(p, civil.year); break;
    case TIME_GRAIN_QUARTER: p = put_quarter(p, civil); break;
    case TIME_GRAIN_FISCAL_YEAR:
    case TIME_GRAIN_FISCAL_QUARTER:
        *p++ = 'F';
        *p++ = 'Y';
        civil = fiscal_of(civil, first_month);
        p = grain == TIME_GRAIN_FISCAL_YEAR ? put_year(p, civil.year) : put_quarter(p, civil);
        break;
    case TIME_GRAIN_MONTH: p = put_month(p, civil); break;
    case TIME_GRAIN_WEEK: {
        /* The week's own year, not the calendar's: 2014-12-29 is in 2015-W01. */
        IsoWeek week = time_iso_week(days);
        p = put_year(p, week.year);
        *p++ = '-';
        *p++ = 'W';
        p = put_2(p, (unsigned)week.week);
        break;
    }
    case TIME_GRAIN_DAY: p = put_date(p, civil); break;
    case TIME_GRAIN_HOUR: {
        int64_t us_of_day = us % TIME_US_PER_DAY;
        if (us_of_day < 0) us_of_day += TIME_US_PER_DAY;
        p = put_date(p, civil);
        *p++ = 'T';
        p = put_2(p, (unsigned)(us_of_day / (SECONDS_PER_HOUR * TIME_US_PER_SECOND)));
        break;
    }
    case TIME_GRAIN_NONE:
    case TIME_GRAIN_COUNT: return time_print_timestamp(us, out);
    }
    return put_end(out, p);
}
