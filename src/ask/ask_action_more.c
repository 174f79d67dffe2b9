/* Slots that compare, derive, average, narrow by sets, and go on from the turn before. */
#include "ask/ask_action.h"

bool ask_slot_derive(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->derive = (AskDerive)literals[0];
    if (n_args > 1 && args[1]) frame->compare_unit = (TimeGrain)args[1]->value;
    ret->frame = frame;
    return true;
}

/* "the year before": against it, or of it. */
bool ask_slot_prior(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->compare_unit = (TimeGrain)args[0]->value;
    ret->frame = frame;
    return !p->before;
}

/* "A's share of B's amount". args: test of the part, test of the whole, term. */
bool ask_slot_share_within(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    AskTest *whole = arena_dup(p->arena, args[1]->test, sizeof(*whole));
    whole->is_base = true;
    frame->derive = ASK_DERIVE_SHARE;
    frame->terms[frame->n_terms++] = args[2]->term;
    frame->tests[frame->n_tests++] = args[0]->test;
    frame->tests[frame->n_tests++] = whole;
    ret->frame = frame;
    return true;
}

bool ask_slot_share(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->derive = ASK_DERIVE_SHARE;
    frame->terms[frame->n_terms++] = args[0]->term;
    ret->frame = frame;
    return true;
}

/* "how much of the amount … in percent": its share, where both are said. args: term; literal 1: the first, 2: the second. */
bool ask_slot_part(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    if (args[0]) {
        frame->terms[frame->n_terms++] = args[0]->term;
        frame->kind = ASK_KIND_HOW_MUCH;
    }
    frame->part_said = (uint8_t)literals[n_args - 1];
    ret->frame = frame;
    return true;
}

/* "what portion of each one's units": args: member, term. */
bool ask_slot_share_each(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->derive = ASK_DERIVE_SHARE;
    frame->is_share_within = true;
    ask_add_groups(frame, args[0]);
    frame->terms[frame->n_terms++] = args[1]->term;
    ret->frame = frame;
    return true;
}

bool ask_slot_rolling(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->derive = ASK_DERIVE_ROLLING;
    frame->span = args[0]->value;
    frame->span_unit = (TimeGrain)args[1]->value;
    frame->grain = frame->span_unit;
    if (n_args > 2 && args[2]) frame->terms[frame->n_terms++] = args[2]->term;
    ret->frame = frame;
    return frame->span > 0 && frame->span <= 1000;
}

/* "grew by more than 25 %" */
bool ask_slot_growth_bound(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (!args[0]->test->is_percent) return false;
    AskFrame *frame = ask_frame(p);
    frame->derive = ASK_DERIVE_GROWTH;
    frame->growth_bound = args[0]->test;
    if (n_args > 1 && args[1]) frame->terms[frame->n_terms++] = args[1]->term;
    ret->frame = frame;
    return true;
}

/* average of a measure for each of something: args: term, members. */
bool ask_slot_average_per(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = args[0]->term;
    frame->per = args[1]->members[0];
    frame->wants_average = true;
    ret->frame = frame;
    return !args[0]->term->is_ratio && args[1]->n_members == 1 && ask_entity_of(p->engine, frame->per);
}

/* … where the word for each of them is that of the measure that counts them. */
bool ask_slot_average_each(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = args[0]->term;
    frame->per = args[1]->term->counts;
    frame->wants_average = true;
    ret->frame = frame;
    return !args[0]->term->is_ratio && frame->per.n && ask_entity_of(p->engine, frame->per) &&
           !str_eq(args[0]->term->expr, args[1]->term->expr);
}

bool ask_slot_average_per_grain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = args[0]->term;
    frame->per_grain = (TimeGrain)args[1]->value;
    frame->wants_average = true;
    ret->frame = frame;
    return !args[0]->term->is_ratio;
}

bool ask_slot_per_measure(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTerm *by = ask_term_of_measure(p, args[0]->sense->measure);
    AskFrame *frame = ask_frame(p);
    frame->per_term = by;
    ret->frame = frame;
    return by->column.n && !by->is_ratio;
}

bool ask_slot_distribution(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = args[0]->term;
    frame->spread = args[1]->term;
    ret->frame = frame;
    return args[0]->term->counts.n && !str_eq(args[0]->term->expr, args[1]->term->expr);
}

bool ask_slot_more(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->wants_more = true;
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    if (n_args > 1) frame->terms[frame->n_terms++] = args[1]->term;
    ret->frame = frame;
    return true;
}

bool ask_slot_with_without(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->tests[frame->n_tests++] = args[0]->test;
    frame->is_without = true;
    ret->frame = frame;
    return args[0]->test->kind == ASK_TEST_FLAG;
}

/* "promoted versus not promoted" */
bool ask_slot_with_without_tests(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *a = args[0]->test, *b = args[1]->test;
    AskFrame *frame = ask_frame(p);
    frame->tests[frame->n_tests++] = a;
    frame->is_without = true;
    ret->frame = frame;
    bool is_condition = a->kind == ASK_TEST_FLAG || a->kind == ASK_TEST_EXPR;
    bool is_same = a->kind == ASK_TEST_EXPR ? str_eq(a->raw, b->raw) : str_eq(a->member, b->member);
    return is_condition && a->kind == b->kind && is_same && !a->is_not;
}

/* "in promoted weeks than in weeks without a promotion" */
bool ask_slot_against(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *a = args[0]->test;
    AskTest *b = arena_dup(p->arena, args[1]->test, sizeof(*b));
    b->is_not = !b->is_not;
    const AskNode turned = {.test = b}, *both[] = {args[0], &turned};
    return !a->is_not && !b->is_not && ask_slot_with_without_tests(p, both, literals, COUNT_OF(both), ret);
}

/* "that placed orders", "placed an order": those that have any; what the measure counts is its condition. literal 1: one is named. */
bool ask_slot_having_some(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMeasure *measure = args[0]->term->measure;
    if (!measure || (n_args > 1 && ask_is_plural(p, args[0]))) return false;
    AskFrame *frame = ask_frame(p);
    AskTest *condition = ask_condition_of(p, ret, measure);
    if (condition) frame->tests[frame->n_tests++] = condition;
    ret->frame = frame;
    return true;
}

bool ask_slot_with_without_measure(ASK_ACTION) {
    if (!ask_make_condition(p, args, literals, n_args, ret)) return false;
    AskFrame *frame = ask_frame(p);
    frame->tests[frame->n_tests++] = ret->test;
    frame->is_without = true;
    ret->frame = frame;
    return true;
}

bool ask_slot_with_without_member(ASK_ACTION) {
    if (!ask_make_flag(p, args, literals, n_args, ret)) return false;
    AskFrame *frame = ask_frame(p);
    frame->tests[frame->n_tests++] = ret->test;
    frame->is_without = true;
    ret->frame = frame;
    return true;
}

/* A verb that has a time of its own: "shipped". */
static bool has_own_time(const AskParse *p, const AskNode *verb) {
    for (size_t i = 0; i < p->spans[verb->from].n; i++)
        if (p->spans[verb->from].at[i].sense->kind == ASK_SENSE_EVENT) return true;
    return false;
}

/* "… but not in 2014": a further condition on what is asked for. literal: 1 not, 0 also. */
bool ask_slot_set(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p), *inner = ask_frame(p);
    for (size_t i = 1; i < n_args; i++) {
        if (!args[i]) continue;
        if (args[i]->time && args[i]->time->apart) return false;
        bool is_word = args[i]->kind == ASK_NODE_WORD;
        if (is_word && args[i]->value == 1) inner->is_ever = true;
        if (is_word && has_own_time(p, args[i])) return false;
        if (args[i]->test && inner->n_tests < ASK_MAX_ITEMS) inner->tests[inner->n_tests++] = args[i]->test;
        if (args[i]->time && inner->n_times < 2) inner->times[inner->n_times++] = args[i]->time;
        if (args[i]->term && inner->n_terms < ASK_MAX_ITEMS) inner->terms[inner->n_terms++] = args[i]->term;
    }
    frame->sets[0] = inner;
    frame->set_is_not[0] = literals[0] != 0;
    frame->n_sets = 1;
    ret->frame = frame;
    return inner->n_tests || inner->n_times || inner->n_terms;
}

/* "both A and B": those that have each. */
bool ask_slot_both(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    for (size_t i = 0; i < 2; i++) {
        AskFrame *inner = ask_frame(p);
        inner->tests[inner->n_tests++] = args[i]->test;
        frame->sets[frame->n_sets++] = inner;
    }
    ret->frame = frame;
    return str_eq(args[0]->test->member, args[1]->test->member);
}

bool ask_slot_pronoun(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->n_pronouns = 1;
    ret->frame = frame;
    return p->before != NULL;
}

bool ask_slot_edit(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->is_edit = true;
    ret->frame = frame;
    return p->before != NULL;
}

/* "the week after": in a conversation, the time before moved on. args: which way, grain. */
bool ask_slot_shift(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->shift = args[0]->value < 0 ? -1 : 1;
    frame->shift_unit = (TimeGrain)args[1]->value;
    frame->is_edit = true;
    ret->frame = frame;
    return p->before != NULL;
}

/* "only the promoted weeks", where the pack counts these by a measure with a condition: that condition. */
bool ask_slot_only(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTest *condition = ask_condition_of(p, ret, args[0]->sense->measure);
    if (!condition) return false;
    AskFrame *frame = ask_frame(p);
    frame->tests[frame->n_tests++] = condition;
    frame->is_edit = true;
    ret->frame = frame;
    return true;
}

/* "only orders shipped by air": in a conversation, which of them, not how many. */
bool ask_slot_only_counted(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMeasure *measure = args[0]->term->measure;
    if (measure && measure->expr->kind == EXPR_WHERE) return false;
    AskFrame *frame = ask_frame(p);
    frame->is_edit = true;
    ret->frame = frame;
    return p->before != NULL;
}

/* "in both 2011 and 2014": those that were there in each. */
bool ask_slot_both_times(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    for (size_t i = 0; i < 2; i++) {
        AskFrame *inner = ask_frame(p);
        if (args[i]->time->is_yearless) return false;
        inner->times[inner->n_times++] = args[i]->time;
        frame->sets[frame->n_sets++] = inner;
    }
    ret->frame = frame;
    return true;
}

/* "add Norway": beside the values of the turn before. */
bool ask_slot_add(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->tests[frame->n_tests++] = args[0]->test;
    frame->is_edit = true;
    frame->adds = true;
    ret->frame = frame;
    return p->before != NULL && args[0]->test->kind == ASK_TEST_VALUES;
}

/* "add the margin": beside what was shown before. */
bool ask_slot_add_term(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = args[0]->term;
    frame->is_edit = true;
    frame->adds = true;
    ret->frame = frame;
    return p->before != NULL;
}

/* ---- times of other kinds ---------------------------------------------------------------------------------------------- */

/* "going by the date of return" */
bool ask_slot_time_by(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMember *member = &args[0]->sense->member;
    AskFrame *frame = ask_frame(p);
    frame->time_member = member->column ? member->column->name : (Str){0};
    ret->frame = frame;
    return member->column && member->column->kind == MODEL_COLUMN_TIME;
}

/* "and never again after that", "had never before": not there after, or before, the time that is asked for. literal: 1 after, -1 before */
bool ask_slot_set_beside(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p), *inner = ask_frame(p);
    inner->is_beside = (int8_t)literals[0];
    frame->sets[0] = inner;
    frame->set_is_not[0] = true;
    frame->n_sets = 1;
    ret->frame = frame;
    return true;
}

/* "through 2012 and 2013", not "through 2013". */
bool ask_slot_times_listed(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->times[frame->n_times++] = args[0]->time;
    ret->frame = frame;
    return args[0]->time->is_list;
}

/* "in an average week" */
bool ask_slot_average_grain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->per_grain = (TimeGrain)args[0]->value;
    frame->wants_average = true;
    ret->frame = frame;
    return true;
}

/* "who are the five that …": how many of what is named elsewhere. */
bool ask_slot_limit_to(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->limit = args[0]->value;
    frame->kind = ASK_KIND_WHICH;
    ret->frame = frame;
    return args[0]->value > 0 && args[0]->value <= 10000 && args[0]->number == args[0]->value;
}

/* "who": the people that the model counts. */
bool ask_slot_who(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    for (size_t i = 0; i < p->engine->entities.n; i++) {
        const AskEntity *entity = &p->engine->entities.at[i];
        ModelMember member;
        if (model_member(p->model, NULL, entity->shown, &member, NULL) || !member.label || !member.label->is_pii)
            continue;
        AskFrame *frame = ask_frame(p);
        frame->groups[frame->n_groups++] = entity->shown;
        frame->top = entity->shown;
        frame->kind = ASK_KIND_WHICH;
        ret->frame = frame;
        return true;
    }
    return false;
}

/* "in the second half of 2014 than in the first": the other one of the same year. args: time, which. */
bool ask_slot_time_sibling(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTime *time = args[0]->time, *other = ask_time_sibling(p, time, args[1]->value);
    AskFrame *frame = ask_frame(p);
    if (!other) return false;
    frame->times[frame->n_times++] = time;
    frame->times[frame->n_times++] = other;
    ret->frame = frame;
    return true;
}
