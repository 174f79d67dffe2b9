/*
 * Times. What is named becomes the text of a query's range ("2013-Q2", "last month"), so that relative words are left to the query
 * and its as-of. A month or quarter without a year waits for one.
 */
#include "ask/ask_action.h"
#include "ask/ask_finish.h"

static bool give(AskParse *p, AskNode *ret, AskTime time) {
    ret->time = arena_dup(p->arena, &time, sizeof(time));
    return true;
}

static bool is_whole(const AskNode *node, int from, int to) {
    return node->number == node->value && node->value >= from && node->value <= to && !node->unit.n;
}

static int value_of(const AskNode *node) {
    return node->value;
}

/* A calendar period as text; a year of 0: none yet. */
static Str period_text(Arena *arena, TimeGrain grain, int year, int number) {
    switch (grain) {
    case TIME_GRAIN_YEAR: return arena_printf(arena, "%04d", year);
    case TIME_GRAIN_QUARTER: return arena_printf(arena, "%04d-Q%d", year, number);
    case TIME_GRAIN_MONTH: return arena_printf(arena, "%04d-%02d", year, number);
    default: return (Str){0};
    }
}

static AskTime period(AskParse *p, TimeGrain grain, const AskNode *year, int number) {
    if (!year) return (AskTime){.grain = grain, .is_yearless = true, .number = number};
    return (AskTime){.grain = grain, .from = period_text(p->arena, grain, value_of(year), number), .number = number};
}

/* The first or last so many units of a period; a week is seven days of it. false: it has not so many. */
static bool take_part(Arena *arena, AskTime *time, TimeGrain unit, int n) {
    int64_t from, to, unused;
    TimeGrain grain;
    if (!time_parse_period(time->from, &from, &to, &grain)) return false;
    if (time->to.n && !time_parse_period(time->to, &unused, &to, &grain)) return false;
    bool is_week = unit == TIME_GRAIN_WEEK;
    TimeGrain step = is_week ? TIME_GRAIN_DAY : unit;
    int64_t size = (int64_t)(n < 0 ? -n : n) * (is_week ? 7 : 1);
    int64_t first = n < 0 ? time_add(step, to, -size) : from, last = n < 0 ? to : time_add(step, from, size);
    if (first < from || last > to) return false;
    char a[TIME_TEXT_MAX], b[TIME_TEXT_MAX];
    Str begin = {a, time_print_period(step, first, a)}, end = {b, time_print_period(step, time_add(step, last, -1), b)};
    time->grain = unit;
    time->from = arena_str(arena, begin);
    time->to = size > 1 ? arena_str(arena, end) : (Str){0};
    return true;
}

const AskTime *ask_time_in_year(Arena *arena, const AskTime *yearless, int year) {
    AskTime time = *yearless;
    time.is_yearless = false;
    if (time.first && time.last) { /* a span of months */
        time.from = period_text(arena, time.grain, year, time.first->number);
        time.to = period_text(arena, time.grain, year, time.last->number);
    } else if (time.grain == TIME_GRAIN_DAY) {
        time.from = arena_printf(arena, "%04d-%02d-%02d", year, time.number / 100, time.number % 100);
    } else {
        time.from = period_text(arena, time.grain, year, time.number);
    }
    if (time.part) take_part(arena, &time, time.part, time.n_parts); /* "first 31 days of June": June */
    return arena_dup(arena, &time, sizeof(time));
}

bool ask_time_year(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    return give(
        p, ret,
        (AskTime){.grain = TIME_GRAIN_YEAR, .from = period_text(p->arena, TIME_GRAIN_YEAR, value_of(args[0]), 0)});
}

/* "fiscal year 2014", "Q1 of fiscal 2014". args: grain (else a fiscal year), year, quarter. */
bool ask_time_fiscal(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    int year = value_of(args[1]);
    if (args[0] && value_of(args[0]) == TIME_GRAIN_YEAR) return ask_time_year(p, &args[1], literals, 1, ret);
    if (args[0] && value_of(args[0]) != TIME_GRAIN_FISCAL_YEAR) return false;
    if (n_args > 2 && args[2])
        return give(p, ret,
                    (AskTime){.grain = TIME_GRAIN_FISCAL_QUARTER,
                              .from = arena_printf(p->arena, "FY%04d-Q%d", year, value_of(args[2]))});
    return give(p, ret, (AskTime){.grain = TIME_GRAIN_FISCAL_YEAR, .from = arena_printf(p->arena, "FY%04d", year)});
}

bool ask_time_month(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    return give(p, ret, period(p, TIME_GRAIN_MONTH, args[1], value_of(args[0])));
}

bool ask_time_quarter(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (!is_whole(args[0], 1, 4) && args[0]->kind != ASK_NODE_WORD) return false;
    return give(p, ret, period(p, TIME_GRAIN_QUARTER, args[1], value_of(args[0])));
}

bool ask_time_half(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    int half = value_of(args[0]);
    if (half != 1 && half != 2) return false;
    if (n_args < 2 || !args[1]) {
        const AskTime ends[2] = {{.grain = TIME_GRAIN_QUARTER, .is_yearless = true, .number = half * 2 - 1},
                                 {.grain = TIME_GRAIN_QUARTER, .is_yearless = true, .number = half * 2}};
        const AskTime *kept = arena_dup(p->arena, ends, sizeof(ends));
        return give(p, ret,
                    (AskTime){.grain = TIME_GRAIN_QUARTER, .is_yearless = true, .first = &kept[0], .last = &kept[1]});
    }
    int year = value_of(args[1]);
    return give(p, ret,
                (AskTime){.grain = TIME_GRAIN_QUARTER,
                          .from = period_text(p->arena, TIME_GRAIN_QUARTER, year, half * 2 - 1),
                          .to = period_text(p->arena, TIME_GRAIN_QUARTER, year, half * 2)});
}

const AskTime *ask_time_sibling(AskParse *p, const AskTime *time, int which) {
    int64_t year;
    bool is_half = time->to.n > 0;
    int last = is_half ? 2 : 4, number = which < 0 ? last : which;
    bool is_of_year = time->grain == TIME_GRAIN_QUARTER && !time->is_open && !time->is_axis && time->from.n > 4 &&
                      str_to_int64(str_slice(time->from, 0, 4), &year);
    if (!is_of_year || number > last) return NULL;
    AskTime other = {.grain = TIME_GRAIN_QUARTER};
    other.from = period_text(p->arena, TIME_GRAIN_QUARTER, (int)year, is_half ? number * 2 - 1 : number);
    if (is_half) other.to = period_text(p->arena, TIME_GRAIN_QUARTER, (int)year, number * 2);
    return str_eq(other.from, time->from) ? NULL : arena_dup(p->arena, &other, sizeof(other));
}

bool ask_time_day(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (!is_whole(args[0], 1, 31)) return false;
    int day = value_of(args[0]), month = value_of(args[1]);
    if (!args[2])
        return give(p, ret, (AskTime){.grain = TIME_GRAIN_DAY, .is_yearless = true, .number = month * 100 + day});
    int year = value_of(args[2]);
    if (!time_civil_is_valid((Civil){.year = year, .month = month, .day = day})) return false;
    return give(p, ret,
                (AskTime){.grain = TIME_GRAIN_DAY, .from = arena_printf(p->arena, "%04d-%02d-%02d", year, month, day)});
}

bool ask_time_iso(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (!is_whole(args[1], 1, 12)) return false;
    int year = value_of(args[0]), month = value_of(args[1]);
    if (!args[2])
        return give(p, ret,
                    (AskTime){.grain = TIME_GRAIN_MONTH, .from = period_text(p->arena, TIME_GRAIN_MONTH, year, month)});
    int day = value_of(args[2]);
    if (!time_civil_is_valid((Civil){.year = year, .month = month, .day = day})) return false;
    return give(p, ret,
                (AskTime){.grain = TIME_GRAIN_DAY, .from = arena_printf(p->arena, "%04d-%02d-%02d", year, month, day)});
}

static bool has_axis(const AskParse *p, TimeGrain unit) {
    for (size_t f = 0; f < p->model->n_facts; f++)
        if (p->model->facts[f].time >= 0 && str_eq_nocase(p->model->facts[f].axis_unit, str_of(time_grain_name(unit))))
            return true;
    return false;
}

/* A grain as words say it: "fiscal year". */
static Str grain_words(Arena *arena, TimeGrain grain) {
    Str name = str_of(time_grain_name(grain));
    char *words = arena_dup(arena, name.p, name.n + 1);
    for (size_t i = 0; i < name.n; i++)
        if (words[i] == '_') words[i] = ' ';
    return (Str){.p = words, .n = name.n};
}

/* Words of a query's range: "last", "this", "next" month. */
bool ask_time_relative(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    static const char *const WHICH[] = {"last", "this", "next"};
    int which = value_of(args[0]) + 1;
    TimeGrain grain = (TimeGrain)value_of(args[1]);
    if (which < 0 || which > 2 || grain == TIME_GRAIN_HOUR) return false;
    Str text = arena_printf(p->arena, "%s %.*s", WHICH[which], STR_ARG(grain_words(p->arena, grain)));
    if (grain == TIME_GRAIN_DAY) text = which == 0 ? S("yesterday") : which == 1 ? S("today") : S("tomorrow");
    return give(p, ret, (AskTime){.grain = grain, .from = text, .is_axis = has_axis(p, grain)});
}

/* So many units up to the as-of; literal 1: whole ones before it. */
bool ask_time_past(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    int64_t n = args[0] ? args[0]->value : 1;
    TimeGrain grain = (TimeGrain)value_of(args[1]);
    if (n < 1 || n > 10000 || grain == TIME_GRAIN_HOUR || (args[0] && args[0]->number != args[0]->value)) return false;
    bool is_whole_units = literals[2] == 1 && grain < TIME_GRAIN_WEEK;
    Str text = arena_printf(p->arena, "%s %" PRId64 " %s%s", is_whole_units ? "last" : "past", n,
                            time_grain_name(grain), n == 1 ? "" : "s");
    return give(p, ret, (AskTime){.grain = grain, .from = text, .is_axis = has_axis(p, grain), .count = n});
}

bool ask_time_to_date(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    TimeGrain grain = (TimeGrain)value_of(args[0]);
    if (grain > TIME_GRAIN_WEEK) return false;
    return give(p, ret,
                (AskTime){.grain = grain,
                          .from = arena_printf(p->arena, "%.*s to date", STR_ARG(grain_words(p->arena, grain)))});
}

bool ask_time_named_day(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    return give(p, ret, (AskTime){.grain = TIME_GRAIN_DAY, .from = value_of(args[0]) ? S("yesterday") : S("today")});
}

/* "week 60" of an axis of whole numbers. */
bool ask_time_axis(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    TimeGrain unit = (TimeGrain)value_of(args[0]);
    if (!has_axis(p, unit) || !is_whole(args[1], 0, 1000000000)) return false;
    AskTime time = {.grain = unit, .is_axis = true, .from = arena_printf(p->arena, "%d", value_of(args[1]))};
    if (n_args > 2 && args[2]) {
        if (!is_whole(args[2], value_of(args[1]), 1000000000)) return false;
        time.to = arena_printf(p->arena, "%d", value_of(args[2]));
    }
    return give(p, ret, time);
}

bool ask_time_span(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTime *a = args[0]->time, *b = args[1]->time;
    if (a->is_axis != b->is_axis || a->to.n || a->is_open || b->is_open) return false;
    AskTime time = {.grain = MAX_OF(a->grain, b->grain), .first = a, .last = b, .is_axis = a->is_axis};
    if (a->is_yearless && b->is_yearless) {
        time.is_yearless = true;
        return a->grain == b->grain && a->grain != TIME_GRAIN_DAY ? give(p, ret, time) : false;
    }
    if (b->is_yearless) return false;
    int64_t year = 0;
    if (a->is_yearless) {
        if (!str_to_int64(str_slice(b->from, 0, 4), &year)) return false;
        AskTime own = *a;
        own.is_yearless = false;
        own.from = a->grain == TIME_GRAIN_DAY
                       ? arena_printf(p->arena, "%04d-%02d-%02d", (int)year, a->number / 100, a->number % 100)
                       : period_text(p->arena, a->grain, (int)year, a->number);
        time.first = arena_dup(p->arena, &own, sizeof(own));
    }
    time.from = time.first->from;
    time.to = b->to.n ? b->to : b->from;
    return give(p, ret, time);
}

Str ask_time_shift(Arena *arena, Str text, int64_t n) {
    int64_t from, to;
    TimeGrain grain;
    if (!time_parse_period(text, &from, &to, &grain)) return (Str){0};
    char out[TIME_TEXT_MAX];
    size_t length = time_print_period(grain, time_add(grain, from, n), out);
    return arena_str(arena, (Str){.p = out, .n = length});
}

const AskTime *ask_time_in_dates(const Ctx *ctx, const AskTime *time) {
    bool is_last = str_starts(time->from, S("last ")), is_this = str_starts(time->from, S("this "));
    bool is_plain = (is_last || is_this) && !time->to.n && !time->is_axis && !time->count &&
                    time->grain <= TIME_GRAIN_DAY && time->grain != TIME_GRAIN_FISCAL_YEAR &&
                    time->grain != TIME_GRAIN_FISCAL_QUARTER;
    if (!is_plain) return time;
    char text[TIME_TEXT_MAX];
    int64_t from = time_add(time->grain, time_trunc(time->grain, ctx->as_of_us), is_last ? -1 : 0);
    AskTime own = *time;
    own.from = arena_str(ctx->arena, (Str){text, time_print_period(time->grain, from, text)});
    return arena_dup(ctx->arena, &own, sizeof(own));
}

static Str moved_end(const Ctx *ctx, Str end, int n, TimeGrain unit) {
    int64_t from, to;
    TimeGrain grain;
    if (!end.n || !time_parse_period(end, &from, &to, &grain)) return end;
    char out[TIME_TEXT_MAX];
    if (unit < TIME_GRAIN_YEAR || unit > grain) unit = grain; /* a day before a month: the month before */
    size_t length = time_print_period(grain, time_trunc(grain, time_add(unit, from, n)), out);
    return arena_str(ctx->arena, (Str){.p = out, .n = length});
}

const AskTime *ask_time_moved(const Ctx *ctx, const AskTime *time, int n, TimeGrain unit) {
    AskTime moved = *ask_time_in_dates(ctx, time);
    int64_t number;
    bool is_one = time->is_axis && !time->to.n && str_to_int64(time->from, &number);
    moved.first = moved.last = NULL;
    if (is_one) moved.from = arena_printf(ctx->arena, "%" PRId64, number + n);
    if (!time->is_axis) {
        moved.from = moved_end(ctx, moved.from, n, unit);
        moved.to = moved_end(ctx, moved.to, n, unit);
    }
    return arena_dup(ctx->arena, &moved, sizeof(moved));
}

static Str shifted(AskParse *p, const AskTime *time, Str end, int n) {
    if (!n) return end;
    int64_t number;
    if (time->is_axis) return str_to_int64(end, &number) ? arena_printf(p->arena, "%" PRId64, number + n) : (Str){0};
    return ask_time_shift(p->arena, end, n);
}

/* literal 1: after it */
bool ask_time_since(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTime *a = args[0]->time;
    if (a->is_yearless || a->is_open) return false;
    Str from = literals[1] ? shifted(p, a, a->to.n ? a->to : a->from, 1) : a->from;
    return from.n ? give(p, ret, (AskTime){.grain = a->grain, .from = from, .is_open = true, .is_axis = a->is_axis})
                  : false;
}

/* literal 1: before it */
bool ask_time_until(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTime *a = args[0]->time;
    if (a->is_yearless || a->is_open) return false;
    Str to = literals[1] ? shifted(p, a, a->from, -1) : a->to.n ? a->to : a->from;
    return to.n ? give(p, ret, (AskTime){.grain = a->grain, .to = to, .is_open = true, .is_axis = a->is_axis}) : false;
}

bool ask_time_pass(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->time = args[0]->time;
    return true;
}

/* "1-9 December 2011": the second is whole, the first a day of its month. */
bool ask_time_span_days(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTime *b = args[1]->time;
    if (b->grain != TIME_GRAIN_DAY || b->is_yearless || b->to.n || b->is_open || !is_whole(args[0], 1, 31))
        return false;
    AskTime time = *b;
    time.from = arena_printf(p->arena, "%.*s-%02d", STR_ARG(str_slice(b->from, 0, 7)), value_of(args[0]));
    time.to = b->from;
    return str_cmp(time.from, time.to) < 0 ? give(p, ret, time) : false;
}

/* The month or quarter before another of a year: "December and January 2012". */
static const AskTime *in_year_of(AskParse *p, const AskTime *yearless, const AskTime *of) {
    int64_t year;
    if (!str_to_int64(str_slice(of->from, 0, 4), &year)) return NULL;
    return ask_time_in_year(p->arena, yearless, (int)year - (of->number && yearless->number > of->number));
}

/* Months or quarters without a year, one after the other. */
static bool list_yearless(AskParse *p, AskNode *ret, const AskTime *a, const AskTime *b, bool is_or) {
    const AskTime *first = b->first ? b->first : b;
    AskTime time = {.grain = a->grain, .is_yearless = true, .first = a, .last = b->last ? b->last : b, .is_or = is_or};
    bool fits = a->grain != TIME_GRAIN_DAY && !a->part && !b->part && first->number == a->number + 1;
    return fits && give(p, ret, time);
}

/* "2012, 2013 and 2014": periods of one kind. args: the first, those after it, the word between. */
bool ask_time_list(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTime *a = args[0]->time, *b = args[1]->time;
    bool is_or = b->is_or || (n_args > 2 && value_of(args[2]) == 1);
    if (a->grain != b->grain || a->is_open || b->is_open || a->is_axis || b->is_axis || a->first) return false;
    if (a->is_yearless && b->is_yearless) return list_yearless(p, ret, a, b, is_or);
    if (b->is_yearless) return false;
    if (a->is_yearless) a = in_year_of(p, a, b);
    if (!a) return false;
    AskTime time = *a;
    time.is_list = true;
    time.is_or = is_or;
    if (a->to.n || !str_eq(ask_time_shift(p->arena, a->from, 1), b->from)) {
        time.apart = b;
        return str_cmp(a->from, b->from) < 0 && give(p, ret, time);
    }
    time.to = b->to.n ? b->to : b->from;
    time.first = a;
    time.last = b->last ? b->last : b;
    time.apart = b->apart;
    return give(p, ret, time);
}

/* "the last two weeks of March 2013". args: first or last, number, unit, period. */
bool ask_time_part_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTime time = *args[3]->time;
    TimeGrain unit = (TimeGrain)value_of(args[2]);
    int n = args[1] ? value_of(args[1]) : 1;
    bool is_part = unit > time.grain && unit <= TIME_GRAIN_DAY && n > 0 && n <= 1000 && !time.is_axis && !time.is_open;
    if (!is_part) return false;
    if (value_of(args[0]) < 0) n = -n;
    if (!time.is_yearless) return take_part(p->arena, &time, unit, n) && give(p, ret, time);
    time.part = unit;
    time.n_parts = n;
    return time.grain != TIME_GRAIN_DAY && !time.first && give(p, ret, time);
}

static Str weekday_member(const AskParse *p) {
    for (size_t f = 0; f < p->model->n_facts; f++) {
        const ModelFact *fact = &p->model->facts[f];
        if (fact->time >= 0 && !fact->axis_unit.n)
            return arena_printf(p->arena, "%.*s.weekday", STR_ARG(fact->columns[fact->time].name));
    }
    return (Str){0};
}

static void add_weekdays(AskParse *p, AskTest *test, int day) {
    int first = day == 10 ? 6 : day == 11 ? 1 : day, last = day == 10 ? 7 : day == 11 ? 5 : day;
    for (int i = first; i <= last && test->n_values < ASK_MAX_ITEMS; i++)
        test->values[test->n_values++] = arena_printf(p->arena, "%d", i);
}

/* Days of the week by their numbers, 10 for the weekend, 11 for working days. */
bool ask_time_weekdays(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTest *test = ARENA_NEW(p->arena, AskTest);
    *test = (AskTest){
        .kind = ASK_TEST_VALUES, .member = weekday_member(p), .is_number = true, .from = ret->from, .to = ret->to};
    for (size_t i = 0; i < n_args; i++) add_weekdays(p, test, value_of(args[i]));
    ret->test = test;
    return test->member.n > 0;
}

static AskTest *weekdays_expr(AskParse *p, const AskNode *arg, AskNode *ret) {
    if (!ask_time_weekdays(p, &arg, NULL, 1, ret)) return NULL;
    AskTest *test = ARENA_NEW(p->arena, AskTest);
    *test = (AskTest){.kind = ASK_TEST_EXPR,
                      .member = ret->test->member,
                      .raw = finish_test_expr(p, ret->test),
                      .from = ret->from,
                      .to = ret->to};
    return test;
}

/* Some days of the week against others: weekends against working days. */
bool ask_slot_weekday_sides(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    AskTest *test = weekdays_expr(p, args[0], ret);
    if (!test || value_of(args[0]) == value_of(args[1])) return false;
    test->next = weekdays_expr(p, args[1], ret);
    frame->tests[frame->n_tests++] = test;
    frame->is_without = true;
    if (n_args > 2) frame->terms[frame->n_terms++] = args[2]->term;
    ret->frame = frame;
    return true;
}
