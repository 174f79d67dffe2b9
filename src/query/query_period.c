/*
 * The period an answer is about, in words: "2010-12-01 to 2011-12-09; December 2011 holds 9 of 31 days". Days count: data is said
 * to reach as far as the day of its last instant.
 */
#include "query/query_internal.h"

#include <stdio.h>

static const char *const MONTH_NAMES[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};

static int64_t day_us(int64_t us) {
    return time_day_of_us(us) * TIME_US_PER_DAY;
}

/* "December 2011", "2011-Q4", "2011". */
static Str period_name(Arena *arena, TimeGrain grain, int fiscal_month, int64_t us) {
    if (grain == TIME_GRAIN_MONTH) {
        Civil civil = time_civil_of(time_day_of_us(us));
        return arena_printf(arena, "%s %d", MONTH_NAMES[civil.month - 1], civil.year);
    }
    char text[TIME_TEXT_MAX];
    time_print_period_fiscal(grain, fiscal_month, us, text);
    return arena_printf(arena, "%s%s", grain == TIME_GRAIN_WEEK ? "week " : "", text);
}

static Str day_name(Arena *arena, int64_t us) {
    char text[TIME_TEXT_MAX];
    size_t n = time_print_date(time_day_of_us(us), text);
    return arena_str(arena, (Str){text, n});
}

/* How much of the period that begins at `start` the span [from, to) covers. */
static Str holds(Arena *arena, TimeGrain grain, int fiscal_month, int64_t start, int64_t from, int64_t to) {
    int64_t end = time_add(grain, start, 1), n_days = (MIN_OF(end, to) - MAX_OF(start, from)) / TIME_US_PER_DAY;
    Str name = period_name(arena, grain, fiscal_month, start);
    return arena_printf(arena, "; %.*s holds %" PRId64 " of %" PRId64 " days", STR_ARG(name), n_days,
                        (end - start) / TIME_US_PER_DAY);
}

static bool has_days(TimeGrain grain) {
    return grain < TIME_GRAIN_DAY;
}

/* from, to: what is shown and has data, in whole days. first, end: how far the data goes at all. */
static void fill_partial(Arena *arena, const QueryPlan *plan, int64_t from, int64_t to, int64_t first, int64_t end,
                         QueryPeriod *period) {
    TimeGrain first_grain = plan->first_grain == TIME_GRAIN_NONE ? TIME_GRAIN_MONTH : plan->first_grain;
    TimeGrain last_grain = plan->last_grain == TIME_GRAIN_NONE ? TIME_GRAIN_MONTH : plan->last_grain;
    const QueryPeriod *asked = &plan->asked;
    int month = plan->fiscal_month;
    int64_t first_start = time_trunc_fiscal(first_grain, month, from);
    int64_t last_start = time_trunc_fiscal(last_grain, month, to - 1);
    bool cuts_first = has_days(first_grain) && from > first_start;
    bool cuts_last = has_days(last_grain) && to < time_add(last_grain, last_start, 1);
    bool starts_late = asked->from_us != INT64_MIN && first > asked->from_us;
    bool ends_early = asked->to_us != INT64_MAX && end < asked->to_us;
    bool is_same = first_grain == last_grain && first_start == last_start;
    Str first_text = {0}, last_text = {0};
    if (cuts_first) {
        first_text = holds(arena, first_grain, month, first_start, from, to);
    } else if (starts_late) {
        first_text = arena_printf(arena, "; the data starts on %.*s", STR_ARG(day_name(arena, first)));
    }
    if (cuts_last && !(cuts_first && is_same)) {
        last_text = holds(arena, last_grain, month, last_start, from, to);
    } else if (ends_early && !cuts_last) {
        last_text = arena_printf(arena, "; the data ends on %.*s", STR_ARG(day_name(arena, end - 1)));
    }
    period->is_first_partial = cuts_first || starts_late;
    period->is_last_partial = cuts_last || ends_early;
    Str from_name = day_name(arena, from), to_name = day_name(arena, to - 1);
    period->text = arena_printf(arena, "%.*s to %.*s%.*s%.*s", STR_ARG(from_name), STR_ARG(to_name),
                                STR_ARG(first_text), STR_ARG(last_text));
}

static void fill_time(Arena *arena, const QueryPlan *plan, int64_t first, int64_t last, QueryPeriod *period) {
    bool is_date = period->type.kind == TYPE_DATE;
    if (is_date) {
        first *= TIME_US_PER_DAY;
        last *= TIME_US_PER_DAY;
    }
    int64_t first_day = day_us(first), end_day = day_us(last) + TIME_US_PER_DAY;
    const QueryPeriod *asked = &plan->asked;
    int64_t from = MAX_OF(first_day, asked->from_us), to = MIN_OF(end_day, asked->to_us);
    Str first_name = day_name(arena, first), last_name = day_name(arena, last);
    if (from >= to) {
        period->is_known = false;
        period->text = arena_printf(arena, "no data in the time asked for; it runs from %.*s to %.*s",
                                    STR_ARG(first_name), STR_ARG(last_name));
        return;
    }
    period->is_known = true;
    if (asked->from_us == INT64_MIN) period->from_us = from;
    if (asked->to_us == INT64_MAX) period->to_us = to;
    period->data_from_us = MAX_OF(first, asked->from_us);
    period->data_to_us =
        MIN_OF(last, asked->to_us == INT64_MAX ? INT64_MAX : asked->to_us - (is_date ? TIME_US_PER_DAY : 1));
    fill_partial(arena, plan, day_us(from), day_us(to - 1) + TIME_US_PER_DAY, first_day, end_day, period);
}

static void fill_number(Arena *arena, const QueryPlan *plan, int64_t first, int64_t last, QueryPeriod *period) {
    Str unit = plan->fact->axis_unit;
    const char *space = unit.n ? " " : "";
    int64_t from = MAX_OF(first, plan->asked.from_us), to = MIN_OF(last, plan->asked.to_us - 1);
    if (from > to) {
        period->is_known = false;
        period->text = arena_printf(arena, "no data in the time asked for; it runs from %.*s%s%" PRId64 " to %" PRId64,
                                    STR_ARG(unit), space, first, last);
        return;
    }
    period->is_known = true;
    if (plan->asked.from_us == INT64_MIN) period->from_us = from;
    if (plan->asked.to_us == INT64_MAX) period->to_us = to + 1;
    period->data_from_us = from;
    period->data_to_us = to;
    period->is_first_partial = plan->asked.from_us != INT64_MIN && first > plan->asked.from_us;
    period->is_last_partial = plan->asked.to_us != INT64_MAX && last < plan->asked.to_us - 1;
    period->text = arena_printf(arena, "%.*s%s%" PRId64 " to %" PRId64, STR_ARG(unit), space, from, to);
}

QueryPeriod query_period(Arena *arena, const QueryPlan *plan, bool has_data, int64_t first, int64_t last) {
    QueryPeriod period = plan->asked;
    if (!plan->period) {
        period.is_known = false;
    } else if (!has_data) {
        period.is_known = false;
        period.text = S("no data");
    } else if (type_is_time(period.type)) {
        fill_time(arena, plan, first, last, &period);
    } else {
        fill_number(arena, plan, first, last, &period);
    }
    return period;
}
