/* Periods and ranges as people write them. */
#include <stdio.h>

#include "ask/ask_say.h"

static const char *const MONTHS[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
static const char *const WEEKDAYS[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

Str say_weekday(int64_t n) {
    return n >= 1 && n <= 7 ? str_of(WEEKDAYS[n - 1]) : (Str){0};
}

Str say_month(int64_t n) {
    return n >= 1 && n <= 12 ? str_of(MONTHS[n - 1]) : (Str){0};
}

Str say_day(Arena *arena, int64_t day) {
    Civil civil = time_civil_of(day);
    return arena_printf(arena, "%d %s %d", civil.day, MONTHS[civil.month - 1], civil.year);
}

static Str period_at(Arena *arena, TimeGrain grain, int64_t us) {
    char text[TIME_TEXT_MAX];
    Civil civil = time_civil_of(time_day_of_us(us));
    Str printed = {text, time_print_period(grain, us, text)};
    switch (grain) {
    case TIME_GRAIN_MONTH: return arena_printf(arena, "%s %d", MONTHS[civil.month - 1], civil.year);
    case TIME_GRAIN_QUARTER: return arena_printf(arena, "Q%d %d", (civil.month - 1) / 3 + 1, civil.year);
    case TIME_GRAIN_DAY: return say_day(arena, time_day_of_us(us));
    case TIME_GRAIN_WEEK: {
        ptrdiff_t at = str_find(printed, S("-W"));
        int64_t week = 0;
        if (at < 0 || !str_to_int64(str_slice(printed, (size_t)at + 2, printed.n), &week)) break;
        return arena_printf(arena, "week %" PRId64 " of %.*s", week, (int)at, printed.p);
    }
    default: break;
    }
    return arena_str(arena, printed);
}

Str say_period(Arena *arena, Str period) {
    int64_t from, to;
    TimeGrain grain;
    if (!time_parse_period(period, &from, &to, &grain)) return period;
    return grain == TIME_GRAIN_HOUR ? period : period_at(arena, grain, from);
}

Str say_dates(Arena *arena, Str text) {
    enum { DAY = 10 };
    Str all = {0};
    while (text.n) {
        int64_t day;
        bool is_day = text.n >= DAY && time_parse_date(str_slice(text, 0, DAY), &day);
        Str next = is_day ? say_day(arena, day) : str_slice(text, 0, 1);
        all = arena_printf(arena, "%.*s%.*s", STR_ARG(all), STR_ARG(next));
        text = str_slice(text, is_day ? DAY : 1, text.n);
    }
    return all;
}

Str say_days(Arena *arena, int64_t from, int64_t to) {
    static const TimeGrain GRAINS[] = {TIME_GRAIN_YEAR, TIME_GRAIN_QUARTER, TIME_GRAIN_MONTH, TIME_GRAIN_DAY};
    int64_t from_us = from * TIME_US_PER_DAY, to_us = to * TIME_US_PER_DAY;
    for (size_t i = 0; i < COUNT_OF(GRAINS); i++)
        if (time_trunc(GRAINS[i], from_us) == from_us && time_add(GRAINS[i], from_us, 1) == to_us)
            return period_at(arena, GRAINS[i], from_us);
    Civil a = time_civil_of(from), b = time_civil_of(to - 1);
    for (size_t i = 0; i < 3; i++)
        if (time_trunc(GRAINS[i], from_us) == from_us && time_trunc(GRAINS[i], to_us) == to_us)
            return arena_printf(arena, "%.*s to %.*s", STR_ARG(period_at(arena, GRAINS[i], from_us)),
                                STR_ARG(period_at(arena, GRAINS[i], time_add(GRAINS[i], to_us, -1))));
    if (a.year == b.year && a.month == b.month)
        return arena_printf(arena, "%d to %.*s", a.day, STR_ARG(say_day(arena, to - 1)));
    return arena_printf(arena, "%.*s to %.*s", STR_ARG(say_day(arena, from)), STR_ARG(say_day(arena, to - 1)));
}

/* "last month" stands by itself; "past 30 days" has "in the" before it. */
static Str relative(Arena *arena, Str words) {
    if (str_starts(words, S("past ")) || (str_starts(words, S("last ")) && words.p[5] >= '0' && words.p[5] <= '9'))
        return arena_printf(arena, " in the %.*s", STR_ARG(words));
    bool is_own = str_starts(words, S("last ")) || str_starts(words, S("this ")) || str_starts(words, S("next ")) ||
                  str_ends(words, S(" ago")) || str_ends(words, S(" to date")) || str_eq(words, S("today")) ||
                  str_eq(words, S("yesterday"));
    return is_own ? arena_printf(arena, " %.*s", STR_ARG(words)) : (Str){0};
}

static Str end_of(Arena *arena, Str end, Str unit) {
    int64_t number;
    if (unit.n && str_to_int64(end, &number)) return arena_printf(arena, "%.*s %.*s", STR_ARG(unit), STR_ARG(end));
    return say_period(arena, end);
}

/* Both ends are days of one month. */
static bool is_within_month(Str from, Str to) {
    int64_t days;
    return time_parse_date(from, &days) && time_parse_date(to, &days) &&
           str_eq(str_slice(from, 0, 7), str_slice(to, 0, 7));
}

Str say_range(Arena *arena, const QueryRange *range, Str unit) {
    if (!range->is_given || (!range->from.n && !range->to.n)) return (Str){0};
    Str from = end_of(arena, range->from, unit), to = end_of(arena, range->to, unit);
    if (str_eq(range->from, range->to)) {
        Str words = relative(arena, range->from);
        int64_t days;
        bool is_day = !unit.n && time_parse_date(range->from, &days);
        return words.n ? words : arena_printf(arena, " %s %.*s", is_day ? "on" : "in", STR_ARG(from));
    }
    if (!range->to.n) return arena_printf(arena, " since %.*s", STR_ARG(from));
    if (!range->from.n) return arena_printf(arena, " until %.*s", STR_ARG(to));
    if (is_within_month(range->from, range->to)) {
        int64_t days;
        if (time_parse_date(range->from, &days))
            return arena_printf(arena, " from %d to %.*s", time_civil_of(days).day, STR_ARG(to));
    }
    return arena_printf(arena, " from %.*s to %.*s", STR_ARG(from), STR_ARG(to));
}
