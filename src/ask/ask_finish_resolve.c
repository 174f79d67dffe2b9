/* What the words left open about names: which time, which rows, whether a number bounds rows, groups or what is counted. */
#include "ask/ask_finish.h"

/* Named one by one, values are shown one by one. */
void finish_group_by_listed(AskFrame *frame) {
    for (size_t i = 0; i < frame->n_tests; i++) {
        const AskTest *test = frame->tests[i];
        bool is_against = test->is_or && frame->wants_more; /* "which has more, A or B" */
        bool is_list = test->kind == ASK_TEST_VALUES && !test->is_not && test->n_values > 1 &&
                       frame->kind != ASK_KIND_YES_NO && (is_against || (test->is_listed && !frame->wants_more)) &&
                       !frame->derive && !frame->is_together && (frame->n_terms || frame->order);
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

/* Parts of the main time are of the time that the event has: "shipped on which weekday". Each day is one of the week, where that is asked. */
void finish_move_time(Finish *f) {
    AskFrame *frame = &f->frame;
    for (size_t i = 0; i < frame->n_groups && frame->grain == TIME_GRAIN_DAY; i++)
        if (str_ends(frame->groups[i], S(".weekday"))) frame->grain = TIME_GRAIN_NONE;
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
    for (size_t i = 0; i < frame->n_times && frame->n_times == 2; i++)
        frame->times[i] = ask_time_in_dates(f->p->ctx, frame->times[i]);
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

static bool is_money(Str unit) {
    return str_eq(unit, S("$")) || str_eq(unit, S("£")) || str_eq(unit, S("€"));
}

static bool is_in_money(const AskTerm *term) {
    return term->measure && str_eq(term->measure->label.format, S("currency"));
}

/* The measure that a number without one is compared with. */
static const AskTerm *bounded_term(Finish *f, const AskTest *test) {
    AskFrame *frame = &f->frame;
    for (size_t i = 0; is_money(test->unit) && i < frame->n_terms; i++)
        if (is_in_money(frame->terms[i])) return frame->terms[i];
    if (is_money(test->unit)) return finish_primary(f->p);
    if (str_eq(test->unit, S("\1times")) || str_eq(test->unit, S("times"))) return finish_counting(f);
    for (size_t i = 0; i < frame->n_terms; i++)
        if (!frame->terms[i]->counts.n && !frame->terms[i]->counts_rows) return frame->terms[i];
    finish_doubt(f, ASK_FEATURE_DEFAULT_MEASURE, frame->is_spent ? .2 : 1);
    return finish_primary(f->p);
}

/* "sold at under $2": pieces have a price, which no one adds up. */
static Str price_of_rows(const Finish *f, const AskTest *test) {
    const AskTerm *first = f->frame.n_terms ? f->frame.terms[0] : NULL;
    if (!is_money(test->unit) || !f->fact || !first || first->counts.n || is_in_money(first) || f->frame.n_groups)
        return (Str){0};
    for (size_t i = 0; i < f->fact->n_columns; i++) {
        const ModelFactColumn *column = &f->fact->columns[i];
        bool is_price = column->kind == MODEL_COLUMN_VALUE && str_eq(column->label.format, S("currency")) &&
                        column->aggregate && str_eq(str_of(column->aggregate->name), S("avg"));
        if (is_price) return arena_printf(f->p->arena, "%.*s.%.*s", STR_ARG(f->fact->name), STR_ARG(column->name));
    }
    return (Str){0};
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
        if (!own->member.n) own->member = price_of_rows(f, test);
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

/* Whether "and" or a comma stands before what gave the term. */
static bool is_joined(const Finish *f, const AskTerm *term) {
    for (size_t i = 0; i < f->candidate->n_slots; i++) {
        const AskNode *slot = f->candidate->slots[i];
        bool is_its = slot->frame->n_terms && str_eq(slot->frame->terms[0]->expr, term->expr);
        if (!is_its) continue;
        Str before = {0};
        for (size_t at = slot->from; at > 0; at--) {
            before = f->p->tokens[at - 1].norm;
            if (!f->p->is_free[at - 1]) break;
        }
        return str_eq(before, S("and")) || str_eq(before, S("comma")) || str_eq(before, S("&")) ||
               str_eq(before, S("plus"));
    }
    return true; /* two of one slot */
}

/* "in how many cities have we spent an amount", "how much have people spent": what is asked for, not who or what it happened to. */
void finish_keep_counted(Finish *f) {
    AskFrame *frame = &f->frame;
    bool is_count = (frame->kind == ASK_KIND_HOW_MANY || frame->kind == ASK_KIND_HOW_MUCH) && frame->n_terms > 1 &&
                    !frame->n_groups && !frame->grain && !frame->wants_average && !frame->derive;
    if (!is_count) return;
    bool counts = frame->terms[0]->counts.n && frame->kind == ASK_KIND_HOW_MANY;
    size_t kept = 1;
    for (size_t i = 1; i < frame->n_terms; i++) {
        const AskTerm *term = frame->terms[i];
        if (term->is_ratio || (term->counts.n || term->counts_rows ? is_joined(f, term) : !counts))
            frame->terms[kept++] = term;
    }
    frame->n_terms = (uint8_t)kept;
}

/* "how much have people spent", "what did we sell, in dollars": an amount, and nobody is counted. */
void finish_ask_for_money(Finish *f) {
    AskFrame *frame = &f->frame;
    bool is_much = frame->kind == ASK_KIND_HOW_MUCH || (frame->wants_money && frame->is_spent);
    bool is_of_whom = frame->n_terms == 1 && (frame->terms[0]->counts.n || frame->terms[0]->counts_rows) &&
                      frame->terms[0]->measure && frame->terms[0]->measure->expr->kind != EXPR_WHERE;
    if (!is_much || frame->wants_average || frame->derive || frame->order || !finish_primary(f->p)) return;
    if (frame->n_terms && !is_of_whom) return;
    if (is_of_whom || (frame->wants_money && !frame->n_groups)) {
        frame->terms[0] = finish_primary(f->p);
        frame->n_terms = 1;
        if (frame->kind == ASK_KIND_WHICH) frame->kind = ASK_KIND_HOW_MUCH;
        finish_doubt(f, ASK_FEATURE_DEFAULT_MEASURE, frame->is_spent || frame->wants_money ? .02 : 1);
    }
}

/* What a group is ordered by comes after it as "by": "top 5 people by amount". */
void finish_split_order(AskFrame *frame) {
    if (frame->order || !(frame->top.n || frame->is_superlative || frame->limit) || !frame->n_terms) return;
    if (frame->direction || frame->limit) frame->order = frame->terms[0];
}

bool finish_is_ranked(const AskFrame *frame) {
    return frame->direction || frame->limit || frame->is_superlative;
}
