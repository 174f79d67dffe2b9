/*
 * Axes of time: ticks where periods begin, as fine as there is room for. A tick's label names the period ("Mar"), a second line the longer
 * one that it begins ("2013").
 */
#include <math.h>

#include "chart/chart_internal.h"

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static Str month_of(int64_t us) {
    return str_of(MONTHS[time_civil_of(time_day_of_us(us)).month - 1]);
}

static int year_of(int64_t us) {
    return time_civil_of(time_day_of_us(us)).year;
}

/* As the program prints it: fiscal periods. */
static Str printed(Arena *arena, TimeGrain grain, int fiscal_month, int64_t us) {
    char text[TIME_TEXT_MAX];
    return arena_str(arena, (Str){text, time_print_period_fiscal(grain, fiscal_month, us, text)});
}

static Str day_label(Arena *arena, int64_t us) {
    Civil civil = time_civil_of(time_day_of_us(us));
    return arena_printf(arena, "%d %s %d", civil.day, MONTHS[civil.month - 1], civil.year);
}

Str time_label(Arena *arena, const Format *how, Type type, int64_t us) {
    TimeGrain grain = how->grain;
    int month = time_civil_of(time_day_of_us(us)).month;
    IsoWeek week = time_iso_week(time_day_of_us(us));
    bool is_instant = grain == TIME_GRAIN_HOUR || (grain == TIME_GRAIN_NONE && type.kind == TYPE_TIMESTAMP);
    switch (grain) {
    case TIME_GRAIN_QUARTER: return arena_printf(arena, "Q%d %d", (month + 2) / 3, year_of(us));
    case TIME_GRAIN_MONTH: return arena_printf(arena, "%s %d", MONTHS[month - 1], year_of(us));
    case TIME_GRAIN_WEEK: return arena_printf(arena, "W%02d %d", week.week, week.year);
    case TIME_GRAIN_YEAR:
    case TIME_GRAIN_FISCAL_YEAR:
    case TIME_GRAIN_FISCAL_QUARTER: return printed(arena, grain, how->fiscal_month, us);
    default: break;
    }
    if (!is_instant || str_eq(how->kind, S("date"))) return day_label(arena, us);
    int64_t minutes = (us - time_day_of_us(us) * TIME_US_PER_DAY) / (60 * TIME_US_PER_SECOND);
    return arena_printf(arena, "%.*s %02d:%02d", STR_ARG(day_label(arena, us)), (int)(minutes / 60),
                        (int)(minutes % 60));
}

/* ---- ticks ------------------------------------------------------------------------------------------------------------ */

/* Every so many periods of a grain, fine to coarse; a ladder begins at the grain of the data. */
typedef struct Rung {
    TimeGrain grain;
    int every;
} Rung;

static const Rung RUNGS[] = {
    {TIME_GRAIN_HOUR, 1},    {TIME_GRAIN_HOUR, 3},    {TIME_GRAIN_HOUR, 6},   {TIME_GRAIN_HOUR, 12},
    {TIME_GRAIN_DAY, 1},     {TIME_GRAIN_DAY, 2},     {TIME_GRAIN_DAY, 7},    {TIME_GRAIN_DAY, 14},
    {TIME_GRAIN_MONTH, 1},   {TIME_GRAIN_MONTH, 2},   {TIME_GRAIN_MONTH, 3},  {TIME_GRAIN_MONTH, 6},
    {TIME_GRAIN_YEAR, 1},    {TIME_GRAIN_YEAR, 2},    {TIME_GRAIN_YEAR, 5},   {TIME_GRAIN_YEAR, 10},
    {TIME_GRAIN_YEAR, 20},   {TIME_GRAIN_YEAR, 50},   {TIME_GRAIN_YEAR, 100}, {TIME_GRAIN_YEAR, 500},
    {TIME_GRAIN_YEAR, 1000}, {TIME_GRAIN_YEAR, 5000},
};
static const Rung WEEK_RUNGS[] = {
    {TIME_GRAIN_WEEK, 1}, {TIME_GRAIN_WEEK, 2}, {TIME_GRAIN_WEEK, 4}, {TIME_GRAIN_WEEK, 13}};
static const Rung QUARTER_RUNGS[] = {{TIME_GRAIN_QUARTER, 1}, {TIME_GRAIN_QUARTER, 2}};
static const Rung FISCAL_QUARTER_RUNGS[] = {{TIME_GRAIN_FISCAL_QUARTER, 1}, {TIME_GRAIN_FISCAL_QUARTER, 2}};
static const Rung FISCAL_YEAR_RUNGS[] = {{TIME_GRAIN_FISCAL_YEAR, 1},   {TIME_GRAIN_FISCAL_YEAR, 2},
                                         {TIME_GRAIN_FISCAL_YEAR, 5},   {TIME_GRAIN_FISCAL_YEAR, 10},
                                         {TIME_GRAIN_FISCAL_YEAR, 50},  {TIME_GRAIN_FISCAL_YEAR, 200},
                                         {TIME_GRAIN_FISCAL_YEAR, 2000}};

typedef struct Axis {
    Arena *arena;
    int64_t from;
    int64_t to;
    int fiscal_month;
} Axis;

/* Whether a tick stands at the period, so that ticks of one rung are at the same places in every year. */
static bool is_at(const Axis *axis, Rung rung, int64_t us) {
    int64_t day = time_day_of_us(us);
    Civil civil = time_civil_of(day);
    IsoWeek week = time_iso_week(day);
    switch (rung.grain) {
    case TIME_GRAIN_HOUR: return (us - day * TIME_US_PER_DAY) / (3600 * TIME_US_PER_SECOND) % rung.every == 0;
    case TIME_GRAIN_DAY:
        return rung.every >= 7 ? time_weekday(day) == 1 && time_iso_week(day).week % (rung.every / 7) == 0
                               : (civil.day - 1) % rung.every == 0 && (rung.every == 1 || civil.day < 31);
    case TIME_GRAIN_WEEK: return (week.week - 1) % rung.every == 0 && (rung.every == 1 || week.week < 53);
    case TIME_GRAIN_MONTH: return (civil.month - 1) % rung.every == 0;
    case TIME_GRAIN_QUARTER: return rung.every == 1 || civil.month == 1 || civil.month == 7;
    case TIME_GRAIN_FISCAL_QUARTER:
        return rung.every == 1 || (civil.month - MAX_OF(axis->fiscal_month, 1) + 12) % 6 == 0;
    case TIME_GRAIN_FISCAL_YEAR: return (civil.year + (axis->fiscal_month > 1)) % rung.every == 0;
    default: return civil.year % rung.every == 0;
    }
}

static Str label_of(const Axis *axis, TimeGrain grain, int64_t us) {
    Civil civil = time_civil_of(time_day_of_us(us));
    switch (grain) {
    case TIME_GRAIN_HOUR:
        return arena_printf(axis->arena, "%02d:00",
                            (int)((us - time_day_of_us(us) * TIME_US_PER_DAY) / (3600 * TIME_US_PER_SECOND)));
    case TIME_GRAIN_DAY: return arena_printf(axis->arena, "%d", civil.day);
    case TIME_GRAIN_WEEK: return arena_printf(axis->arena, "W%02d", time_iso_week(time_day_of_us(us)).week);
    case TIME_GRAIN_MONTH: return month_of(us);
    case TIME_GRAIN_QUARTER: return arena_printf(axis->arena, "Q%d", (civil.month + 2) / 3);
    case TIME_GRAIN_FISCAL_QUARTER: {
        Str text = printed(axis->arena, grain, axis->fiscal_month, us);
        return str_slice(text, text.n - 2, text.n); /* "Q1" of "FY2014-Q1" */
    }
    case TIME_GRAIN_FISCAL_YEAR: return printed(axis->arena, grain, axis->fiscal_month, us);
    default: return arena_printf(axis->arena, "%d", civil.year);
    }
}

static Str longer_of(const Axis *axis, TimeGrain grain, int64_t us) {
    switch (grain) {
    case TIME_GRAIN_HOUR: return day_label(axis->arena, us);
    case TIME_GRAIN_DAY: return arena_printf(axis->arena, "%.*s %d", STR_ARG(month_of(us)), year_of(us));
    case TIME_GRAIN_WEEK: return arena_printf(axis->arena, "%d", time_iso_week(time_day_of_us(us)).year);
    case TIME_GRAIN_FISCAL_QUARTER: return printed(axis->arena, TIME_GRAIN_FISCAL_YEAR, axis->fiscal_month, us);
    case TIME_GRAIN_MONTH:
    case TIME_GRAIN_QUARTER: return arena_printf(axis->arena, "%d", year_of(us));
    default: return S("");
    }
}

/* How many periods the loop may pass over: a rung with more cannot fit. */
enum { MAX_PASSED = 3000 };

/* False: there are more than max. */
static bool try_rung(const Axis *axis, Rung rung, size_t max, TimeTick out[CHART_MAX_TICKS], size_t *ret_n) {
    int64_t us = time_trunc_fiscal(rung.grain, axis->fiscal_month, axis->from);
    size_t n = 0;
    int passed = 0;
    if (us < axis->from) us = time_add(rung.grain, us, 1);
    for (int64_t next; us <= axis->to; us = next) {
        next = time_add(rung.grain, us, 1);
        if (next <= us) break; /* the end of the calendar */
        if (++passed > MAX_PASSED && rung.grain != TIME_GRAIN_YEAR && rung.grain != TIME_GRAIN_FISCAL_YEAR)
            return false;
        if (!is_at(axis, rung, us)) continue;
        if (n >= MIN_OF(max, (size_t)CHART_MAX_TICKS)) return false;
        out[n++] = (TimeTick){.at = (double)us, .label = label_of(axis, rung.grain, us)};
    }
    Str before = {0};
    for (size_t i = 0; i < n; i++) {
        Str longer = longer_of(axis, rung.grain, (int64_t)out[i].at);
        if (!str_eq(longer, before)) out[i].above = before = longer;
    }
    *ret_n = n;
    return n > 0;
}

static bool try_rungs(const Axis *axis, const Rung *rungs, size_t n_rungs, size_t max, TimeTick *out, size_t *ret_n) {
    for (size_t i = 0; i < n_rungs; i++)
        if (try_rung(axis, rungs[i], max, out, ret_n)) return true;
    return false;
}

static size_t first_rung(TimeGrain grain) {
    TimeGrain from = grain == TIME_GRAIN_NONE ? TIME_GRAIN_HOUR
                     : grain == TIME_GRAIN_WEEK || grain == TIME_GRAIN_QUARTER || grain == TIME_GRAIN_FISCAL_QUARTER ||
                             grain == TIME_GRAIN_FISCAL_YEAR
                         ? TIME_GRAIN_YEAR
                         : grain;
    size_t i = 0;
    while (RUNGS[i].grain != from) i++;
    return i;
}

size_t time_ticks(const Plot *plot, size_t max_ticks, TimeTick out[CHART_MAX_TICKS]) {
    const Format *how = &plot->x->format;
    size_t n_places = plot->n, n = 0;
    while (n_places && isnan(plot->at[n_places - 1])) n_places--;
    if (!n_places) return 0;
    const Axis axis = {.arena = plot->arena,
                       .from = (int64_t)plot->at[0],
                       .to = (int64_t)plot->at[n_places - 1],
                       .fiscal_month = how->fiscal_month};
    TimeGrain grain = how->grain;
    if (grain == TIME_GRAIN_NONE && plot->x->type.kind == TYPE_DATE) grain = TIME_GRAIN_DAY;
#define TRY_RUNGS(rungs) try_rungs(&axis, rungs, COUNT_OF(rungs), max_ticks, out, &n)
    if (grain == TIME_GRAIN_WEEK && TRY_RUNGS(WEEK_RUNGS)) return n;
    if (grain == TIME_GRAIN_QUARTER && TRY_RUNGS(QUARTER_RUNGS)) return n;
    if (grain == TIME_GRAIN_FISCAL_QUARTER && TRY_RUNGS(FISCAL_QUARTER_RUNGS)) return n;
    bool is_fiscal = grain == TIME_GRAIN_FISCAL_QUARTER || grain == TIME_GRAIN_FISCAL_YEAR;
    if (is_fiscal && TRY_RUNGS(FISCAL_YEAR_RUNGS)) return n;
#undef TRY_RUNGS
    size_t first = first_rung(grain);
    if (try_rungs(&axis, RUNGS + first, COUNT_OF(RUNGS) - first, max_ticks, out, &n)) return n;
    /* Nothing round lies between the ends. */
    out[0] = (TimeTick){.at = plot->at[0], .label = plot->labels[0]};
    if (n_places < 2 || max_ticks < 2) return 1;
    out[1] = (TimeTick){.at = plot->at[n_places - 1], .label = plot->labels[n_places - 1]};
    return 2;
}
