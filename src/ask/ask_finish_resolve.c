/* What the words left open about names: which time, which rows, whether a number bounds rows, groups or what is counted. */
#include "ask/ask_finish.h"

/* Named one by one, values are shown one by one. */
void finish_group_by_listed(AskFrame *frame) {
    for (size_t i = 0; i < frame->n_tests; i++) {
        const AskTest *test = frame->tests[i];
        bool is_list = test->kind == ASK_TEST_VALUES && test->is_listed && !test->is_not && test->n_values > 1 &&
                       frame->kind != ASK_KIND_YES_NO && !frame->wants_more && !frame->derive &&
                       (frame->n_terms || frame->order);
        for (size_t g = 0; g < frame->n_groups; g++) is_list &= !str_eq(frame->groups[g], test->member);
        if (is_list && frame->n_groups < ASK_MAX_ITEMS) frame->groups[frame->n_groups++] = test->member;
    }
}

/* Groups of the integer axis itself are its periods. */
void finish_axis_to_grain(Finish *f) {
    AskFrame *frame = &f->frame;
    TimeGrain unit;
    Str column = f->fact && f->fact->time >= 0 ? f->fact->columns[f->fact->time].name : (Str){0};
    if (!column.n || !f->fact->axis_unit.n || !time_grain_parse(f->fact->axis_unit, &unit) || !frame->n_terms) return;
    for (size_t i = 0; i < frame->n_groups; i++) {
        if (!str_eq(frame->groups[i], column)) continue;
        frame->grain = unit;
        if (str_eq(frame->top, column)) frame->top = (Str){0};
        for (size_t k = i; k + 1 < frame->n_groups; k++) frame->groups[k] = frame->groups[k + 1];
        frame->n_groups--;
        return;
    }
}

/* A group of which one value alone is left says nothing. */
bool finish_has_idle_group(const AskFrame *frame) {
    for (size_t i = 0; i < frame->n_tests; i++)
        for (size_t g = 0; g < frame->n_groups; g++) {
            const AskTest *test = frame->tests[i];
            if (test->kind == ASK_TEST_VALUES && !test->is_not && test->n_values == 1 &&
                str_eq(test->member, frame->groups[g]))
                return true;
        }
    return false;
}

/* "in each year": periods to show, or to take the first ones of. */
void finish_place_each_grain(Finish *f) {
    AskFrame *frame = &f->frame;
    Str column = f->fact && f->fact->time >= 0 ? f->fact->columns[f->fact->time].name : (Str){0};
    if (!frame->each_grain || !column.n) return;
    if (!frame->grain || frame->grain == frame->each_grain) {
        frame->grain = frame->each_grain;
        if (frame->limit || frame->is_superlative) frame->each = S(ASK_MAIN_TIME);
        return;
    }
    if (frame->n_groups == ASK_MAX_ITEMS) return;
    Str period = arena_printf(f->p->arena, "%.*s.%s", STR_ARG(column), time_grain_name(frame->each_grain));
    frame->groups[frame->n_groups++] = period;
    if (frame->limit || frame->is_superlative) frame->each = period;
}

/* Parts of the main time are of the time that the event has: "shipped on which weekday". */
void finish_move_time(Finish *f) {
    AskFrame *frame = &f->frame;
    Str column = f->fact && f->fact->time >= 0 ? f->fact->columns[f->fact->time].name : (Str){0};
    if (!frame->time_member.n || !column.n) return;
    bool is_used = frame->n_times > 0 || frame->grain;
    for (size_t i = 0; i < frame->n_groups; i++) {
        Str group = frame->groups[i];
        if (!str_starts(group, column) || group.n <= column.n || group.p[column.n] != '.') continue;
        frame->groups[i] = arena_printf(f->p->arena, "%.*s%.*s", STR_ARG(frame->time_member),
                                        STR_ARG(str_slice(group, column.n, group.n)));
        if (str_eq(frame->top, group)) frame->top = frame->groups[i];
    }
    for (size_t i = 0; i < frame->n_tests; i++) {
        Str member = frame->tests[i]->member;
        if (!str_starts(member, column) || member.n <= column.n || member.p[column.n] != '.') continue;
        AskTest *test = arena_dup(f->p->arena, frame->tests[i], sizeof(AskTest));
        test->member = arena_printf(f->p->arena, "%.*s%.*s", STR_ARG(frame->time_member),
                                    STR_ARG(str_slice(member, column.n, member.n)));
        frame->tests[i] = test;
    }
    if (!is_used) frame->time_member = (Str){0};
}

const ModelFact *finish_fact_of(const AskParse *p, const AskFrame *frame) {
    for (size_t i = 0; i < frame->n_terms; i++)
        if (frame->terms[i]->fact) return frame->terms[i]->fact;
    if (frame->order && frame->order->fact) return frame->order->fact;
    return p->model->n_facts ? &p->model->facts[0] : NULL;
}

Str finish_time_column(const ModelFact *fact) {
    return fact && fact->time >= 0 ? fact->columns[fact->time].name : (Str){0};
}

const AskTerm *finish_primary(AskParse *p) {
    for (size_t i = 0; i < p->model->n_measures; i++)
        if (!p->model->measures[i].label.is_hidden) return ask_term_of_measure(p, &p->model->measures[i]);
    return NULL;
}

bool finish_is_percent_format(const AskParse *p, Str member, const AskTerm *term) {
    if (term && term->measure) return str_eq(term->measure->label.format, S("percent"));
    ModelMember found;
    return member.n && !model_member(p->model, NULL, member, &found, NULL) && str_eq(found.label->format, S("percent"));
}

void finish_note(Finish *f, Str text) {
    if (f->n_notes < COUNT_OF(f->notes)) f->notes[f->n_notes++] = text;
}

static int year_of(const AskTime *time) {
    int64_t year = 0;
    bool is_year = time->from.n >= 4 && !time->is_axis && str_to_int64(str_slice(time->from, 0, 4), &year);
    return is_year ? (int)year : 0;
}

/* The newest such month or quarter that the as-of has seen. */
static int newest_year(const Finish *f, const AskTime *time) {
    Civil civil = time_civil_of(time_day_of_us(f->p->ctx->as_of_us));
    int number = time->first ? time->first->number : time->number;
    int now = time->grain == TIME_GRAIN_QUARTER ? (civil.month + 2) / 3
              : time->grain == TIME_GRAIN_DAY   ? civil.month * 100 + civil.day
                                                : civil.month;
    return number <= now ? civil.year : civil.year - 1;
}

/* "last year" as the year that it is: two times are compared by their dates. */
static const AskTime *in_dates(Finish *f, const AskTime *time) {
    bool is_last = str_starts(time->from, S("last ")), is_this = str_starts(time->from, S("this "));
    bool is_plain = (is_last || is_this) && !time->to.n && !time->is_axis && !time->count &&
                    time->grain <= TIME_GRAIN_DAY && time->grain != TIME_GRAIN_FISCAL_YEAR &&
                    time->grain != TIME_GRAIN_FISCAL_QUARTER;
    if (!is_plain) return time;
    char text[TIME_TEXT_MAX];
    int64_t from = time_add(time->grain, time_trunc(time->grain, f->p->ctx->as_of_us), is_last ? -1 : 0);
    AskTime own = *time;
    own.from = arena_str(f->p->arena, (Str){text, time_print_period(time->grain, from, text)});
    return arena_dup(f->p->arena, &own, sizeof(own));
}

/* "the year before" alone is the last one; beside a time, what that is compared with. */
void finish_prior(Finish *f) {
    AskFrame *frame = &f->frame;
    TimeGrain unit = frame->compare_unit;
    if (frame->n_times) {
        bool is_own = frame->times[0]->grain == unit;
        f->compare = unit == TIME_GRAIN_YEAR ? S("previous_year") : S("previous_period");
        if (frame->n_times > 1 || (unit != TIME_GRAIN_YEAR && !is_own)) finish_doubt(f, ASK_FEATURE_NOTHING, 1);
        return;
    }
    AskTime *time = ARENA_NEW(f->p->arena, AskTime);
    *time = (AskTime){.grain = unit, .from = arena_printf(f->p->arena, "last %s", time_grain_name(unit))};
    if (unit == TIME_GRAIN_DAY) time->from = S("yesterday");
    frame->times[frame->n_times++] = time;
}

void finish_resolve_times(Finish *f) {
    AskFrame *frame = &f->frame;
    for (size_t i = 0; i < frame->n_times && frame->n_times == 2; i++) frame->times[i] = in_dates(f, frame->times[i]);
    for (size_t i = 0; i < frame->n_times; i++) {
        const AskTime *time = frame->times[i];
        if (!time->is_yearless) continue;
        const AskTime *other = frame->n_times == 2 ? frame->times[1 - i] : NULL;
        bool is_part =
            other && !other->is_yearless && other->grain == TIME_GRAIN_YEAR && !other->to.n && year_of(other);
        int year = other && year_of(other) ? year_of(other) : newest_year(f, time);
        if (!other || !year_of(other)) finish_note(f, arena_printf(f->p->arena, "the year %d is assumed", year));
        frame->times[i] = ask_time_in_year(f->p->arena, time, year);
        if (!is_part) continue;
        frame->times[0] = frame->times[i];
        frame->n_times = 1;
    }
}

/* Values of one member named apart are alternatives. */
void finish_unite_values(Finish *f) {
    AskFrame *frame = &f->frame;
    for (size_t i = 0; i < frame->n_tests; i++)
        for (size_t k = i + 1; k < frame->n_tests; k++) {
            const AskTest *a = frame->tests[i], *b = frame->tests[k];
            bool fits = a->kind == ASK_TEST_VALUES && b->kind == a->kind && str_eq(a->member, b->member) &&
                        a->is_not == b->is_not && a->n_values + b->n_values <= ASK_MAX_ITEMS;
            if (!fits) continue;
            AskTest *test = arena_dup(f->p->arena, a, sizeof(*a));
            for (size_t v = 0; v < b->n_values; v++) test->values[test->n_values++] = b->values[v];
            frame->tests[i] = test;
            for (size_t m = k; m + 1 < frame->n_tests; m++) frame->tests[m] = frame->tests[m + 1];
            frame->n_tests--;
            k--;
        }
}

/* A number in the member's own terms: 50 % of a ratio is 0.5. */
static const AskTest *scaled(Finish *f, const AskTest *test) {
    AskTest *own = arena_dup(f->p->arena, test, sizeof(*test));
    if (test->is_percent && finish_is_percent_format(f->p, test->member, test->term)) {
        own->number /= 100;
        own->number_to /= 100;
        own->is_percent = false;
    }
    return own;
}

/* The first measure that counts something, other than what is counted already. */
const AskTerm *finish_counting(Finish *f) {
    const AskTerm *not = f->frame.n_terms ? f->frame.terms[0] : NULL;
    for (size_t i = 0; i < f->p->model->n_measures; i++) {
        if (f->p->model->measures[i].label.is_hidden) continue;
        const AskTerm *term = ask_term_of_measure(f->p, &f->p->model->measures[i]);
        if ((term->counts.n || term->counts_rows) && !(not &&str_eq(not ->expr, term->expr))) return term;
    }
    return NULL;
}

/* The measure that a number without one is compared with. */
static const AskTerm *bounded_term(Finish *f, const AskTest *test) {
    AskFrame *frame = &f->frame;
    if (str_eq(test->unit, S("\1times")) || str_eq(test->unit, S("times"))) return finish_counting(f);
    for (size_t i = 0; i < frame->n_terms; i++)
        if (!frame->terms[i]->counts.n && !frame->terms[i]->counts_rows) return frame->terms[i];
    finish_doubt(f, ASK_FEATURE_DEFAULT_MEASURE, frame->is_spent ? .2 : 1);
    return finish_primary(f->p);
}

/* "within 7 days": what is measured in days. */
static Str member_of_unit(const Finish *f, Str unit) {
    for (size_t i = 0; unit.n && f->fact && i < f->fact->n_columns; i++) {
        const ModelFactColumn *column = &f->fact->columns[i];
        if (!type_is_number(column->type) || !str_eq_nocase(column->label.unit, unit)) continue;
        return arena_printf(f->p->arena, "%.*s.%.*s", STR_ARG(f->fact->name), STR_ARG(column->name));
    }
    return (Str){0};
}

/* Where a number bounds: rows, the groups shown, or the entities that are counted. */
static void resolve_bound(Finish *f, const AskTest *test) {
    AskFrame *frame = &f->frame;
    const AskTerm *first = frame->n_terms ? frame->terms[0] : NULL;
    bool counts_entities = first && first->counts.n && frame->kind == ASK_KIND_HOW_MANY;
    bool counts_rows = first && first->counts_rows;
    if (!test->term && !test->member.n) {
        AskTest *own = arena_dup(f->p->arena, test, sizeof(*test));
        own->member = member_of_unit(f, test->unit);
        if (!own->member.n) own->term = bounded_term(f, test);
        if (!own->term && !own->member.n) return;
        test = own;
    }
    test = scaled(f, test);
    bool has_rows = test->member.n > 0 && !(frame->kind == ASK_KIND_YES_NO && test->term && !frame->is_every);
    if (has_rows && (!test->term || counts_rows || (!frame->n_groups && !frame->grain && !counts_entities))) {
        f->where[f->n_where++] = test;
    } else if (counts_entities && test->term) {
        f->of_entities[f->n_of_entities++] = test;
    } else if (test->term) {
        f->having[f->n_having++] = test;
    } else {
        f->where[f->n_where++] = test;
    }
}

/* Periods that rows lie in, or do not: of the time that the others are of, too. */
static void resolve_time(Finish *f, const AskTest *test) {
    AskTest *own = arena_dup(f->p->arena, test, sizeof(*test));
    Str column = f->frame.time_member.n ? f->frame.time_member : finish_time_column(f->fact);
    bool is_axis = f->fact && f->fact->axis_unit.n;
    own->member = column;
    if (is_axis) {
        own->kind = ASK_TEST_EXPR;
        own->raw = finish_range_expr(f, test->time);
    }
    bool fits = column.n && is_axis == test->time->is_axis && (!is_axis || (own->raw.n && !test->time->apart));
    if (!fits) finish_doubt(f, ASK_FEATURE_NOTHING, 1);
    if (fits) f->where[f->n_where++] = own;
}

void finish_resolve_tests(Finish *f) {
    AskFrame *frame = &f->frame;
    for (size_t i = 0; i < frame->n_tests; i++) {
        if (f->n_where == COUNT_OF(f->where) || f->n_having == COUNT_OF(f->having) ||
            f->n_of_entities == COUNT_OF(f->of_entities))
            return;
        if (frame->tests[i]->kind == ASK_TEST_BOUND)
            resolve_bound(f, frame->tests[i]);
        else if (frame->tests[i]->kind == ASK_TEST_TIME)
            resolve_time(f, frame->tests[i]);
        else
            f->where[f->n_where++] = frame->tests[i];
    }
}

static bool has_bound_of_measure(const AskFrame *frame) {
    for (size_t i = 0; i < frame->n_tests; i++)
        if (frame->tests[i]->kind == ASK_TEST_BOUND && (frame->tests[i]->term || !frame->tests[i]->member.n))
            return true;
    return false;
}

static void drop_term(AskFrame *frame, size_t at) {
    for (size_t i = at; i + 1 < frame->n_terms; i++) frame->terms[i] = frame->terms[i + 1];
    frame->n_terms--;
}

/* "people with more than 100 orders", "the people with the highest amounts": who, not how many. */
void finish_count_to_group(Finish *f) {
    AskFrame *frame = &f->frame;
    bool is_first_of_each = frame->is_superlative && !frame->top.n && frame->order && frame->kind != ASK_KIND_HOW_MANY;
    if (frame->kind == ASK_KIND_HOW_MANY || ((frame->n_groups || frame->grain) && !is_first_of_each)) return;
    if (frame->n_groups == ASK_MAX_ITEMS) return;
    bool lists = has_bound_of_measure(frame) || frame->is_superlative || frame->kind == ASK_KIND_WHICH ||
                 frame->kind == ASK_KIND_LIST || (frame->n_sets && frame->n_terms && !frame->derive) ||
                 (frame->sorted && frame->order);
    for (size_t i = 0; lists && i < frame->n_terms; i++) {
        const AskEntity *entity =
            frame->terms[i]->counts.n ? ask_entity_of(f->p->engine, frame->terms[i]->counts) : NULL;
        if (!entity || (frame->order && str_eq(frame->order->expr, frame->terms[i]->expr))) continue;
        frame->groups[frame->n_groups++] = entity->shown;
        if (!frame->top.n) frame->top = entity->shown;
        drop_term(frame, i);
        return;
    }
}

/* "how many cities": a member where a number is asked for. */
void finish_group_to_count(Finish *f) {
    AskFrame *frame = &f->frame;
    if (frame->kind != ASK_KIND_HOW_MANY || frame->n_terms || !frame->n_groups) return;
    Str member = frame->groups[0];
    const AskEntity *entity = ask_entity_of(f->p->engine, member);
    frame->terms[frame->n_terms++] =
        entity ? ask_term_of_measure(f->p, entity->count)
               : ask_term_of(f->p, arena_printf(f->p->arena, "count(distinct %.*s)", STR_ARG(member)), S("number"),
                             S("number"));
    for (size_t i = 0; i + 1 < frame->n_groups; i++) frame->groups[i] = frame->groups[i + 1];
    frame->n_groups--;
    frame->top = (Str){0};
}

/* What a group is ordered by comes after it as "by": "top 5 people by amount". */
/* "in how many cities have we spent an amount": what is counted is asked for, not the amount. */
void finish_keep_counted(Finish *f) {
    AskFrame *frame = &f->frame;
    bool is_count = frame->kind == ASK_KIND_HOW_MANY && frame->n_terms > 1 && frame->terms[0]->counts.n &&
                    !frame->n_groups && !frame->grain && !frame->wants_average && !frame->derive;
    if (!is_count) return;
    size_t kept = 1;
    for (size_t i = 1; i < frame->n_terms; i++)
        if (frame->terms[i]->counts.n || frame->terms[i]->is_ratio) frame->terms[kept++] = frame->terms[i];
    frame->n_terms = (uint8_t)kept;
}

void finish_split_order(AskFrame *frame) {
    if (frame->order || !(frame->top.n || frame->is_superlative || frame->limit) || !frame->n_terms) return;
    if (frame->direction || frame->limit) frame->order = frame->terms[0];
}

bool finish_is_ranked(const AskFrame *frame) {
    return frame->direction || frame->limit || frame->is_superlative;
}
