/* Measures made of others: shares, ratios, growth, times and conditions against each other. */
#include "ask/ask_finish.h"

bool finish_is_date_term(const AskTerm *term) {
    if (!term) return false;
    if (term->measure) {
        const ModelFact *fact = term->measure->fact;
        const Expr *expr = term->measure->expr->kind == EXPR_WHERE ? term->measure->expr->args[0] : term->measure->expr;
        bool is_of_axis = fact && fact->time >= 0 && expr->kind == EXPR_CALL && expr->n_args == 1 &&
                          expr->args[0]->kind == EXPR_NAME &&
                          str_eq(expr->args[0]->parts[expr->args[0]->n_parts - 1], fact->columns[fact->time].name) &&
                          (str_eq(expr->name, S("min")) || str_eq(expr->name, S("max")));
        return is_of_axis || type_is_time(term->measure->type);
    }
    return str_eq(term->name, S("first_date")) || str_eq(term->name, S("last_date"));
}

bool finish_shows(const Finish *f, const AskTerm *term) {
    for (size_t i = 0; i < f->n_measures; i++)
        if (str_eq(f->measures[i].expr, term->expr)) return true;
    return false;
}

void finish_add_measure(Finish *f, const AskTerm *term) {
    if (!finish_shows(f, term) && f->n_measures < COUNT_OF(f->measures))
        f->measures[f->n_measures++] = (FinishColumn){.expr = term->expr, .as = term->name, .term = term};
}

static void derive_measures(Finish *f, const char *format, const char *suffix) {
    for (size_t i = 0; i < f->n_measures; i++) {
        Str plain = f->measures[i].expr;
        Str as = f->measures[i].as.n ? f->measures[i].as : plain;
        Str expr = (Str){0};
        ptrdiff_t at = str_find(str_of(format), S("%"));
        expr = arena_printf(f->p->arena, "%.*s%.*s%s", (int)at, format, STR_ARG(plain), format + at + 1);
        f->measures[i].expr = expr;
        f->measures[i].as = arena_printf(f->p->arena, "%.*s_%s", STR_ARG(as), suffix);
    }
}

/* Empty: there is none, or one that an expression cannot say. */
static Str where_expr(Finish *f) {
    Str all = {0};
    for (size_t i = 0; i < f->n_where; i++) {
        Str one = finish_test_expr(f->p, f->where[i]);
        if (!one.n) return one;
        all = all.n ? arena_printf(f->p->arena, "%.*s and %.*s", STR_ARG(all), STR_ARG(one)) : one;
    }
    return all;
}

static bool names_measure(const Expr *expr, Str name) {
    if (expr->kind == EXPR_NAME) return str_eq(expr->name, name);
    for (size_t i = 0; i < expr->n_args; i++)
        if (names_measure(expr->args[i], name)) return true;
    return false;
}

/* The pack's own measure for one by another, which may know more ("without cancelled ones"); else the plain ratio. */
FinishColumn finish_ratio(Finish *f, Str a, Str b, Str as) {
    for (size_t i = 0; i < f->p->model->n_measures; i++) {
        const ModelMeasure *measure = &f->p->model->measures[i];
        const Expr *expr = measure->expr;
        bool is_ratio = expr->kind == EXPR_CALL && expr->n_args == 2 && type_is_number(measure->type) &&
                        expr->fn == SQL_FN_DIV && expr->args[1]->kind == EXPR_NAME && str_eq(expr->args[1]->name, b);
        if (is_ratio && names_measure(expr->args[0], a))
            return (FinishColumn){.expr = measure->name, .term = ask_term_of_measure(f->p, measure)};
    }
    return (FinishColumn){.expr = arena_printf(f->p->arena, "%.*s / %.*s", STR_ARG(a), STR_ARG(b)), .as = as};
}

static bool is_condition(const AskTest *test) {
    return test->kind == ASK_TEST_FLAG || test->kind == ASK_TEST_EXPR;
}

static bool is_part(const AskTest *test, bool is_told) {
    return is_told ? !test->is_base : is_condition(test);
}

/* What is said of the whole, or else: of values and conditions the conditions are the part: "what share of the city bikes' trips was paid". */
static size_t set_base_apart(Finish *f, const AskTest **base) {
    size_t n_parts = 0, n_base = 0, kept = 0;
    bool is_told = false;
    for (size_t i = 0; i < f->n_where; i++) is_told |= f->where[i]->is_base;
    for (size_t i = 0; i < f->n_where; i++) n_parts += is_part(f->where[i], is_told);
    if (!n_parts || n_parts == f->n_where) return 0;
    for (size_t i = 0; i < f->n_where; i++) {
        if (is_part(f->where[i], is_told))
            f->where[kept++] = f->where[i];
        else
            base[n_base++] = f->where[i];
    }
    f->n_where = kept;
    return n_base;
}

/* The part that what is tested has of the whole. */
static bool share_of_tested(Finish *f) {
    const AskTest *base[COUNT_OF(f->where)];
    size_t n_base = set_base_apart(f, base);
    Str condition = where_expr(f);
    if (!condition.n || !f->n_measures) return false;
    Str m = f->measures[0].expr;
    Str as = arena_printf(f->p->arena, "share_of_%.*s", STR_ARG(f->measures[0].as.n ? f->measures[0].as : m));
    bool is_without =
        f->n_where == 1 && finish_is_negated(f->where[0]) && f->measures[0].term && f->measures[0].term->counts.n;
    if (is_without) { /* of entities: all but those with */
        AskTest with = *f->where[0];
        with.is_not = false;
        condition = finish_test_expr(f->p, &with);
    }
    f->measures[0].expr = arena_printf(f->p->arena, "%s(%.*s where %.*s) / %.*s", is_without ? "1 - " : "", STR_ARG(m),
                                       STR_ARG(condition), STR_ARG(m));
    f->measures[0].as = as;
    f->n_measures = 1;
    f->n_where = n_base;
    memcpy(f->where, base, n_base * sizeof(*base));
    return true;
}

/* "what share of units was sold on promotion" */
static void share_of_narrowed(Finish *f) {
    const AskTerm *term = f->measures[0].term;
    f->measures[0] =
        (FinishColumn){.expr = arena_printf(f->p->arena, "(%.*s) / %.*s", STR_ARG(term->expr), STR_ARG(term->all)),
                       .as = arena_printf(f->p->arena, "share_of_%.*s", STR_ARG(term->all))};
    f->n_measures = 1;
}

/* "what share of orders was returned", where the pack counts those by a measure of its own: as the pack has the rate. */
static bool share_of_counted(Finish *f) {
    const AskTerm *term = f->n_measures == 1 ? f->measures[0].term : NULL;
    if (!term || !term->measure || term->measure->expr->kind != EXPR_WHERE || !term->fact) return false;
    const Expr *of = term->measure->expr->args[0];
    for (size_t i = 0; i < f->p->engine->entities.n; i++) {
        const AskEntity *entity = &f->p->engine->entities.at[i];
        bool is_same = of->kind == EXPR_CALL && of->is_distinct && of->n_args == 1 && of->args[0]->kind == EXPR_NAME &&
                       str_eq(of->args[0]->name, entity->counted) && !str_eq(entity->count->name, term->expr);
        if (!is_same) continue;
        f->measures[0] = finish_ratio(f, term->expr, entity->count->name,
                                      arena_printf(f->p->arena, "share_of_%.*s", STR_ARG(entity->count->name)));
        return true;
    }
    return false;
}

static bool has_values(const Finish *f) {
    for (size_t i = 0; i < f->n_where; i++)
        if (f->where[i]->kind == ASK_TEST_VALUES) return true;
    return false;
}

static bool has_flag(const Finish *f) {
    for (size_t i = 0; i < f->n_where; i++)
        if (f->where[i]->kind == ASK_TEST_FLAG || f->where[i]->kind == ASK_TEST_EXPR) return true;
    return false;
}

static bool is_verb(const AskParse *p, size_t at) {
    static const Str BE[] = {S_INIT("is"), S_INIT("are"), S_INIT("was"), S_INIT("were")};
    for (size_t i = 0; i < COUNT_OF(BE); i++)
        if (str_eq(p->tokens[at].norm, BE[i])) return true;
    return ask_begins(p, at, p->grammar->list_event);
}

/* "the share of orders that was shipped by air": what is said of the measure by a verb is the part, not the whole. */
static bool is_part_said(const Finish *f) {
    for (size_t i = 0; i < f->candidate->n_slots; i++) {
        const AskNode *term = f->candidate->slots[i];
        if (!term->frame->n_terms) continue;
        for (size_t k = 0; k < f->n_where; k++)
            for (size_t at = term->to; at < f->where[k]->from; at++)
                if (is_verb(f->p, at)) return true;
    }
    return false;
}

/* The part that the first groups have of the whole: their shares, added up. */
static void share_of_top(Finish *f) {
    Finish *inner = arena_dup(f->p->arena, f, sizeof(*f));
    Str m = f->measures[0].expr;
    inner->measures[1] = (FinishColumn){.expr = arena_printf(f->p->arena, "share(%.*s)", STR_ARG(m)), .as = S("part")};
    inner->n_measures = 2;
    *f = (Finish){
        .p = f->p, .frame = f->frame, .said = f->said, .costs = f->costs, .fact = f->fact, .n_notes = f->n_notes};
    memcpy(f->notes, inner->notes, sizeof(f->notes));
    f->source = inner;
    f->measures[f->n_measures++] = (FinishColumn){.expr = S("sum(part)"), .as = S("share")};
}

Str finish_range_expr(Finish *f, const AskTime *time) {
    Str column = finish_time_column(f->fact);
    Arena *arena = f->p->arena;
    if (!column.n || time->is_open) return (Str){0};
    Str last = time->to.n ? time->to : time->from;
    if (f->fact->axis_unit.n)
        return arena_printf(arena, "%.*s.%.*s between %.*s and %.*s", STR_ARG(f->fact->name), STR_ARG(column),
                            STR_ARG(time->from), STR_ARG(last));
    int64_t from, to, unused;
    TimeGrain grain;
    if (!time_parse_period(time->from, &from, &unused, &grain) || !time_parse_period(last, &unused, &to, &grain))
        return (Str){0};
    char a[TIME_TEXT_MAX], b[TIME_TEXT_MAX];
    time_print_date(time_day_of_us(from), a);
    time_print_date(time_day_of_us(to), b);
    const char *type = f->fact->columns[f->fact->time].type.kind == TYPE_DATE ? "date" : "timestamp";
    return arena_printf(arena, "%.*s >= %s '%s' and %.*s < %s '%s'", STR_ARG(column), type, a, STR_ARG(column), type,
                        b);
}

/* Two times against each other; false: they cannot be written so. */
bool finish_compare_times(Finish *f, const AskTime *a, const AskTime *b, const char *how) {
    Str first = finish_range_expr(f, a), second = finish_range_expr(f, b);
    if (!first.n || !second.n || !f->n_measures) return false;
    Arena *arena = f->p->arena;
    Str m = f->measures[0].expr;
    Str before = arena_printf(arena, "(%.*s where %.*s)", STR_ARG(m), STR_ARG(first));
    Str after = arena_printf(arena, "(%.*s where %.*s)", STR_ARG(m), STR_ARG(second));
    Str expr =
        str_eq(str_of(how), S("growth"))   ? arena_printf(arena, "%.*s / %.*s - 1", STR_ARG(after), STR_ARG(before))
        : str_eq(str_of(how), S("change")) ? arena_printf(arena, "%.*s - %.*s", STR_ARG(after), STR_ARG(before))
                                           : arena_printf(arena, "%.*s %s %.*s", STR_ARG(after),
                                                          str_eq(str_of(how), S("less")) ? "<" : ">", STR_ARG(before));
    f->measures[0] = (FinishColumn){.expr = expr, .as = arena_printf(arena, "%s", how)};
    f->n_measures = 1;
    f->frame.n_times = 0;
    return true;
}

/* The two times of "from 2013 to 2014", "in 2014 compared to 2013": earlier and later. */
bool finish_two_times(const AskFrame *frame, const AskTime **a, const AskTime **b) {
    if (frame->n_times == 2) {
        *a = frame->times[0];
        *b = frame->times[1];
    } else if (frame->n_times == 1 && frame->times[0]->first && frame->times[0]->last) {
        *a = frame->times[0]->first;
        *b = frame->times[0]->last;
    } else {
        return false;
    }
    if ((*a)->is_yearless || (*b)->is_yearless || (*a)->is_open || (*b)->is_open) return false;
    int64_t x = 0, y = 0;
    bool is_later = (*a)->is_axis ? str_to_int64((*a)->from, &x) && str_to_int64((*b)->from, &y) && x > y
                                  : str_cmp((*a)->from, (*b)->from) > 0;
    if (is_later) {
        const AskTime *swap = *a;
        *a = *b;
        *b = swap;
    }
    return true;
}

/* Both figures, the difference, and the growth. */
bool finish_compare_all(Finish *f) {
    const AskTime *a, *b;
    Arena *arena = f->p->arena;
    if (!f->n_measures || !finish_two_times(&f->frame, &a, &b)) return false;
    Str first = finish_range_expr(f, a), second = finish_range_expr(f, b), m = f->measures[0].expr;
    if (!first.n || !second.n) return false;
    Str before = arena_printf(arena, "(%.*s where %.*s)", STR_ARG(m), STR_ARG(first));
    Str after = arena_printf(arena, "(%.*s where %.*s)", STR_ARG(m), STR_ARG(second));
    f->measures[0] = (FinishColumn){.expr = before, .as = S("earlier")};
    f->measures[1] = (FinishColumn){.expr = after, .as = S("later")};
    f->measures[2] =
        (FinishColumn){.expr = arena_printf(arena, "%.*s - %.*s", STR_ARG(after), STR_ARG(before)), .as = S("change")};
    f->measures[3] = (FinishColumn){.expr = arena_printf(arena, "%.*s / %.*s - 1", STR_ARG(after), STR_ARG(before)),
                                    .as = S("growth")};
    f->n_measures = 4;
    f->ordered_by = f->frame.derive == ASK_DERIVE_CHANGE ? S("change") : S("growth");
    f->frame.n_times = 0;
    return true;
}

/* Groups ranked by their growth grew in one time: the newest whole one. */
static void grow_in_newest(Finish *f, TimeGrain unit) {
    int64_t end = f->p->ctx->as_of_us + TIME_US_PER_DAY, from = time_add(unit, time_trunc(unit, end), -1);
    char text[TIME_TEXT_MAX];
    AskTime *time = ARENA_NEW(f->p->arena, AskTime);
    Str period = {text, time_print_period(unit, from, text)};
    *time = (AskTime){.grain = unit, .from = arena_str(f->p->arena, period)};
    f->frame.times[f->frame.n_times++] = time;
    finish_note(f, arena_printf(f->p->arena, "growth in %.*s is assumed", STR_ARG(time->from)));
}

static bool grow(Finish *f) {
    AskFrame *frame = &f->frame;
    const AskTime *a, *b;
    const char *how = frame->derive == ASK_DERIVE_CHANGE ? "change" : "growth";
    bool is_list = frame->n_times == 1 && frame->times[0]->is_list && frame->compare_unit;
    if (!frame->grain && !is_list && !(frame->compare_unit && frame->n_times < 2) && finish_two_times(frame, &a, &b))
        return frame->growth_bound ? finish_compare_times(f, a, b, how) : finish_compare_all(f);
    TimeGrain unit = frame->compare_unit ? frame->compare_unit : frame->grain;
    if (!unit && frame->n_times == 1 && frame->times[0]->grain) unit = frame->times[0]->grain;
    if (!unit) unit = TIME_GRAIN_YEAR;
    bool is_of_one = finish_is_ranked(frame) && frame->n_groups && unit <= TIME_GRAIN_DAY && f->fact &&
                     !f->fact->axis_unit.n && unit != TIME_GRAIN_FISCAL_YEAR && unit != TIME_GRAIN_FISCAL_QUARTER;
    if (!frame->n_times && !frame->grain && is_of_one) grow_in_newest(f, unit);
    if (!frame->n_times && !frame->grain) frame->grain = unit;
    if (frame->n_times == 1 && frame->times[0]->is_list && !frame->grain) frame->grain = unit;
    bool is_course = frame->n_times == 1 && frame->compare_unit && frame->times[0]->to.n &&
                     frame->times[0]->grain == frame->compare_unit && !frame->n_groups;
    if (is_course && !frame->grain) frame->grain = unit; /* "month over month, July to December" */
    bool by_period = frame->n_times == 1 && frame->times[0]->count;
    if (by_period && !frame->grain) {
        f->compare = S("previous_period");
        return true;
    }
    derive_measures(f, arena_cstr(f->p->arena, arena_printf(f->p->arena, "%s(%%, %s)", how, time_grain_name(unit))),
                    how);
    return true;
}

/* "grew by more than 25 %": the growth decides which groups are shown. */
static bool grow_within(Finish *f) {
    if (!grow(f)) return false;
    const AskTest *bound = f->frame.growth_bound;
    if (!bound || !f->n_measures || f->n_having == COUNT_OF(f->having)) return !bound;
    AskTest *test = arena_dup(f->p->arena, bound, sizeof(*bound));
    test->number /= 100;
    test->number_to /= 100;
    test->member = f->measures[0].as;
    test->term = NULL;
    f->having[f->n_having++] = test;
    return true;
}

/* The rank beside what it is by. */
static bool rank(Finish *f) {
    if (f->n_measures == 0 || f->n_measures == COUNT_OF(f->measures)) return false;
    Finish ranks = *f;
    ranks.n_measures = 1;
    derive_measures(&ranks, f->frame.sorted < 0 ? "rank(% asc)" : "rank(%)", "rank");
    f->measures[f->n_measures++] = (FinishColumn){.expr = ranks.measures[0].expr, .as = ranks.measures[0].as};
    return true;
}

bool finish_derive(Finish *f) {
    AskFrame *frame = &f->frame;
    switch (frame->derive) {
    case ASK_DERIVE_SHARE:
        if (f->n_measures && f->measures[0].term && f->measures[0].term->all.n && !frame->limit)
            share_of_narrowed(f);
        else if (f->n_measures && frame->limit && frame->n_groups)
            share_of_top(f);
        else if (f->n_measures && f->n_where &&
                 (is_part_said(f) || (has_values(f) && (!frame->n_groups || frame->is_share_within))))
            return share_of_tested(f);
        else if (share_of_counted(f))
            return true;
        else if (has_flag(f) && f->n_measures)
            return share_of_tested(f);
        else if (frame->n_groups || frame->grain)
            derive_measures(f, "share(%)", "share");
        else
            return share_of_tested(f);
        return true;
    case ASK_DERIVE_GROWTH:
    case ASK_DERIVE_CHANGE: return grow_within(f);
    case ASK_DERIVE_RUNNING:
        if (!frame->grain) frame->grain = TIME_GRAIN_MONTH;
        derive_measures(f, "running(%)", "running");
        return true;
    case ASK_DERIVE_CUMULATIVE: derive_measures(f, "cumulative(%, all)", "cumulative"); return true;
    case ASK_DERIVE_ROLLING:
        derive_measures(f,
                        arena_cstr(f->p->arena, arena_printf(f->p->arena, "rolling(avg, %%, %" PRId64 " %ss)",
                                                             frame->span, time_grain_name(frame->span_unit))),
                        "average");
        return true;
    case ASK_DERIVE_RANK: return rank(f);
    default: return true;
    }
}

/* The bool attribute that the condition is; empty: it is another. */
static Str flag_of(const Finish *f, const AskTest *test) {
    const ModelFilter *filter = test->kind == ASK_TEST_EXPR ? model_filter(f->p->model, test->raw) : NULL;
    Str name = test->kind == ASK_TEST_FLAG                 ? test->member
               : filter && filter->expr->kind == EXPR_NAME ? filter->expr->parts[filter->expr->n_parts - 1]
                                                           : (Str){0};
    ModelMember member;
    bool is_flag = name.n && !model_member(f->p->model, f->fact, name, &member, NULL) &&
                   member.type.kind == TYPE_BOOL &&
                   (member.kind == MODEL_MEMBER_COLUMN || member.kind == MODEL_MEMBER_ATTRIBUTE);
    return is_flag ? model_member_name(f->p->arena, &member) : (Str){0};
}

/* With a condition and without it, line by line; whether something was said to set one against the other. */
static bool show_both(Finish *f) {
    AskFrame *frame = &f->frame;
    bool is_set_against = frame->wants_more || frame->derive || frame->kind == ASK_KIND_HOW_MANY ||
                          frame->kind == ASK_KIND_HOW_MUCH || frame->kind == ASK_KIND_YES_NO ||
                          frame->n_groups == ASK_MAX_ITEMS || frame->direction;
    for (size_t i = 0; i < f->n_where && !is_set_against; i++) {
        Str flag = f->where[i]->next ? (Str){0} : flag_of(f, f->where[i]);
        if (!flag.n) continue;
        frame->groups[frame->n_groups++] = flag;
        for (size_t k = i; k + 1 < f->n_where; k++) f->where[k] = f->where[k + 1];
        f->n_where--;
        return true;
    }
    return false;
}

/* With a condition against without it. */
bool finish_with_and_without(Finish *f) {
    if (!f->frame.is_without || show_both(f)) return true;
    Arena *arena = f->p->arena;
    for (size_t i = 0; i < f->n_where && f->n_measures == 1; i++) {
        if (f->where[i]->kind != ASK_TEST_FLAG && f->where[i]->kind != ASK_TEST_EXPR) continue;
        AskTest without = *f->where[i];
        bool has_other = without.next != NULL;
        if (has_other)
            without = *without.next;
        else
            without.is_not = !without.is_not;
        Str m = f->measures[0].expr;
        Str a = arena_printf(arena, "(%.*s where %.*s)", STR_ARG(m), STR_ARG(finish_test_expr(f->p, f->where[i])));
        Str b = arena_printf(arena, "(%.*s where %.*s)", STR_ARG(m), STR_ARG(finish_test_expr(f->p, &without)));
        if (f->frame.kind == ASK_KIND_YES_NO) {
            const char *sign = f->frame.direction < 0 ? "<" : ">";
            f->measures[0] = (FinishColumn){.expr = arena_printf(arena, "%.*s %s %.*s", STR_ARG(a), sign, STR_ARG(b)),
                                            .as = S("is_so")};
            f->frame.kind = ASK_KIND_NONE;
            f->frame.wants_more = false;
            f->frame.direction = 0;
            for (size_t k = i; k + 1 < f->n_where; k++) f->where[k] = f->where[k + 1];
            f->n_where--;
            return true;
        }
        f->measures[0] = (FinishColumn){.expr = a, .as = S("with")};
        f->measures[1] = (FinishColumn){.expr = b, .as = S("without")};
        f->measures[2] =
            (FinishColumn){.expr = arena_printf(arena, "%.*s - %.*s", STR_ARG(a), STR_ARG(b)), .as = S("more")};
        f->measures[3] =
            (FinishColumn){.expr = arena_printf(arena, "%.*s - %.*s", STR_ARG(b), STR_ARG(a)), .as = S("less")};
        f->measures[4] =
            (FinishColumn){.expr = arena_printf(arena, "%.*s / %.*s", STR_ARG(a), STR_ARG(b)), .as = S("ratio")};
        f->n_measures = has_other ? 2 : 5;
        for (size_t k = i; k + 1 < f->n_where; k++) f->where[k] = f->where[k + 1];
        f->n_where--;
        f->frame.wants_more = false;
        f->frame.direction = 0;
        return true;
    }
    return false;
}

/* "which made less in 2014 than the year before" */
static bool compare_with_before(Finish *f) {
    AskFrame *frame = &f->frame;
    bool is_so = frame->kind == ASK_KIND_WHICH && frame->derive == ASK_DERIVE_GROWTH && frame->compare_unit &&
                 frame->n_times == 1 && f->n_measures == 1 && f->n_having < COUNT_OF(f->having);
    if (!is_so) return false;
    AskTest *test = ARENA_NEW(f->p->arena, AskTest);
    *test = (AskTest){.kind = ASK_TEST_EXPR,
                      .raw = arena_printf(f->p->arena, "change(%.*s, %.*s) %s 0", STR_ARG(f->measures[0].expr),
                                          STR_ARG(str_of(time_grain_name(frame->compare_unit))),
                                          frame->direction < 0 ? "<" : ">")};
    f->having[f->n_having++] = test;
    frame->derive = ASK_DERIVE_NONE;
    frame->direction = 0;
    frame->order = NULL;
    frame->limit = 0;
    return true;
}

/* "which made less in 2014 than in 2013": a comparison that decides which groups are shown. */
bool finish_compare_groups(Finish *f) {
    AskFrame *frame = &f->frame;
    const AskTime *a, *b;
    if (!frame->wants_more || frame->kind == ASK_KIND_YES_NO || !frame->n_groups) return true;
    if (compare_with_before(f)) return true;
    if (!finish_two_times(frame, &a, &b)) return true;
    if (!finish_compare_times(f, a, b, frame->direction < 0 ? "less" : "more")) return false;
    AskTest *test = ARENA_NEW(f->p->arena, AskTest);
    *test = (AskTest){.kind = ASK_TEST_FLAG, .member = f->measures[0].as};
    f->having[f->n_having++] = test;
    frame->direction = 0;
    frame->order = NULL;
    frame->limit = 0;
    return true;
}
