/* Slots that rank: the first, the most, the best, and losing. */
#include <stdlib.h>

#include "ask/ask_action.h"

/* args: direction word, number, members, term to order by. */
bool ask_slot_top(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    frame->is_top_plain = abs(args[0]->value) == 1;
    if (n_args > 1 && args[1]) frame->limit = args[1]->value;
    if (n_args > 2 && args[2]) {
        ModelMember member;
        bool is_known = !model_member(p->model, NULL, args[2]->members[0], &member, NULL);
        if (is_known && member.type.kind == TYPE_BOOL) return false; /* there is no first of two */
        if (is_known && ask_is_quantity(&member)) return false;      /* "longest delay": of how much there is */
        ask_add_groups(frame, args[2]);
        frame->top = args[2]->members[0];
        frame->is_plural = ask_is_plural(p, args[2]);
    }
    bool has_number = n_args > 1 && args[1];
    frame->is_superlative = !has_number;
    if (n_args > 3 && args[3]) {
        frame->order = args[3]->term;
        frame->is_top_plain = false;
    }
    ret->frame = frame;
    return !has_number || (args[1]->value > 0 && args[1]->value <= 10000 && args[1]->number == args[1]->value);
}

/* args: a place, a superlative: "second best" */
bool ask_slot_place(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = arena_dup(p->arena, args[1]->frame, sizeof(*frame));
    frame->place = args[0]->value;
    frame->is_plural = false;
    ret->frame = frame;
    return frame->place > 0 && frame->place <= 10000;
}

/* "grew fastest", "the fastest growing items": the growth is what is ranked. args: direction word, members. */
bool ask_slot_growth_most(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->derive = ASK_DERIVE_GROWTH;
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    frame->is_superlative = true;
    if (n_args > 1) {
        ask_add_groups(frame, args[1]);
        frame->top = args[1]->members[0];
        frame->is_plural = ask_is_plural(p, args[1]);
    }
    ret->frame = frame;
    return true;
}

/* "the largest after A", "the second largest after A": of the others. args: a superlative, values, a place. */
bool ask_slot_after(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = arena_dup(p->arena, args[0]->frame, sizeof(*frame));
    AskTest *test = arena_dup(p->arena, args[1]->test, sizeof(*test));
    test->is_not = true;
    frame->tests[frame->n_tests++] = test;
    ret->frame = frame;
    bool is_next = n_args < 3 || args[2]->value == 2;
    return is_next && frame->n_tests < ASK_MAX_ITEMS && !args[1]->test->is_not && str_eq(frame->top, test->member);
}

/* args: direction word: "largest first" */
bool ask_slot_sorted(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->sorted = (int8_t)(args[0]->value < 0 ? -1 : 1);
    ret->frame = frame;
    return true;
}

/* "worst margin first". args: term, direction word. */
bool ask_slot_sorted_by(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->order = args[0]->term;
    frame->sorted = (int8_t)(args[1]->value < 0 ? -1 : 1);
    ret->frame = frame;
    return true;
}

/* "top 7 chairs", where chairs are a kind of item: the items of it. args: direction word, value, number, term to order by. */
bool ask_slot_top_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *test = args[1]->test;
    ModelMember member, shown;
    if (test->kind != ASK_TEST_VALUES || model_member(p->model, NULL, test->member, &member, NULL)) return false;
    for (size_t i = 0; i < p->engine->entities.n && member.dimension; i++) {
        const AskEntity *entity = &p->engine->entities.at[i];
        bool is_its = !model_member(p->model, NULL, entity->shown, &shown, NULL) &&
                      shown.dimension == member.dimension && shown.role == member.role &&
                      shown.attribute != member.attribute;
        if (!is_its) continue;
        AskFrame *frame = ask_frame(p);
        bool has_number = n_args > 2 && args[2];
        frame->groups[frame->n_groups++] = entity->shown;
        frame->top = entity->shown;
        frame->tests[frame->n_tests++] = test;
        if (args[0]) frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
        if (args[0]) frame->is_top_plain = abs(args[0]->value) == 1;
        frame->is_superlative = args[0] && !has_number;
        if (!args[0]) frame->kind = ASK_KIND_WHICH;
        if (has_number) frame->limit = args[2]->value;
        if (n_args > 3) frame->order = args[3]->term;
        ret->frame = frame;
        return !has_number || (args[2]->value > 0 && args[2]->value <= 10000 && args[2]->number == args[2]->value);
    }
    return false;
}

/* args: direction word, number, grain, term to order by: "the three weakest months". */
bool ask_slot_top_grain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    frame->is_top_plain = abs(args[0]->value) == 1;
    frame->is_superlative = !args[1];
    frame->limit = args[1] ? args[1]->value : 0;
    frame->grain = (TimeGrain)args[2]->value;
    if (n_args > 3) frame->order = args[3]->term;
    ret->frame = frame;
    return !args[1] || args[1]->value > 0;
}

/* "5 people": so many of them, by an order that is still to come. */
bool ask_slot_limit(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    ask_add_groups(frame, args[1]);
    frame->limit = args[0]->value;
    frame->top = args[1]->members[0];
    ret->frame = frame;
    return args[0]->value > 0 && args[0]->value <= 10000 && args[0]->number == args[0]->value;
}

/* "the highest amount": an order, and what is shown with it. */
bool ask_slot_most(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    bool is_quality = abs(args[0]->value) != 2; /* "the best", "the longest": of what is counted there is none */
    if (is_quality && (args[1]->term->counts.n || args[1]->term->counts_rows)) return false;
    AskFrame *frame = ask_frame(p);
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    frame->order = args[1]->term;
    frame->is_superlative = true;
    ret->frame = frame;
    return true;
}

/* "the most units per order" */
bool ask_slot_most_per(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskEntity *entity = args[2]->n_members == 1 ? ask_entity_of(p->engine, args[2]->members[0]) : NULL;
    const AskTerm *of = args[1]->term;
    if (!entity || of->is_ratio || str_eq(of->expr, entity->count->name)) return false;
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    *term = (AskTerm){.expr = arena_printf(p->arena, "%.*s / %.*s", STR_ARG(of->expr), STR_ARG(entity->count->name)),
                      .name = arena_printf(p->arena, "%.*s_per_%.*s", STR_ARG(of->expr), STR_ARG(entity->count->name)),
                      .words = of->words,
                      .fact = of->fact,
                      .is_ratio = true};
    AskFrame *frame = ask_frame(p);
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    frame->order = term;
    frame->is_superlative = true;
    ret->frame = frame;
    return true;
}

/* "performs best": an order that does not say by what. */
bool ask_slot_plain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    frame->is_top_plain = true;
    frame->is_superlative = true;
    ret->frame = frame;
    return true;
}

/* "most often": by how many there are. */
bool ask_slot_often(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
    frame->is_superlative = true;
    frame->is_counted = true;
    if (n_args > 1) {
        ask_add_groups(frame, args[1]);
        frame->top = args[1]->members[0];
        frame->is_plural = ask_is_plural(p, args[1]);
    }
    ret->frame = frame;
    return true;
}

/* args: term, members ("cities ranked by amount"), direction word */
bool ask_slot_order(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->order = args[0]->term;
    if (n_args > 1) {
        ask_add_groups(frame, args[1]);
        frame->sorted = (int8_t)(n_args > 2 && args[2]->value < 0 ? -1 : 1);
    }
    ret->frame = frame;
    return true;
}

/* The first measure of the model that a word of the list names. */
static const AskSense *measure_in_list(AskParse *p, Str list) {
    int wanted = ask_grammar_list(p->grammar, list);
    for (size_t i = 0; i < map_count(p->grammar->first); i++)
        for (const AskListEntry *entry = map_value_at(p->grammar->first, i); entry; entry = entry->next) {
            if (entry->list != wanted) continue;
            for (size_t m = 0; m < p->model->n_measures; m++) {
                const ModelMeasure *measure = &p->model->measures[m];
                if (!str_eq_nocase(measure->label.title, entry->phrase) && !str_eq(measure->name, entry->phrase))
                    continue;
                AskSense *sense = ARENA_NEW(p->arena, AskSense);
                *sense = (AskSense){.kind = ASK_SENSE_MEASURE, .name = measure->name, .measure = measure};
                return sense;
            }
        }
    return NULL;
}

/* "lost more than 100": a gain below -100. */
bool ask_make_lost_bound(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    static const QueryOp OPS[QUERY_OP_COUNT] = {[QUERY_OP_GT] = QUERY_OP_LT, [QUERY_OP_GTE] = QUERY_OP_LTE};
    const AskSense *gained = measure_in_list(p, S("gainword"));
    const AskTest *bound = args[0]->test;
    if (!gained || bound->is_percent || !OPS[bound->op]) return false;
    AskTest *test = arena_dup(p->arena, bound, sizeof(*bound));
    test->op = OPS[bound->op];
    test->number = -bound->number;
    test->term = ask_term_of_measure(p, gained->measure);
    test->member = test->term->column;
    ret->test = test;
    return true;
}

/* Making or losing money: the gain is above or below nothing. */
bool ask_slot_loss(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *gained = measure_in_list(p, S("gainword"));
    if (!gained) return false;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_BOUND, (Str){0});
    test->term = ask_term_of_measure(p, gained->measure);
    test->member = test->term->column;
    test->op = literals[0] < 0 ? QUERY_OP_LT : QUERY_OP_GT;
    AskFrame *frame = ask_frame(p);
    if (literals[0] == -2) { /* who lost the most */
        frame->order = test->term;
        frame->direction = -1;
        frame->is_superlative = true;
        ret->frame = frame;
        return true;
    }
    frame->tests[frame->n_tests++] = test;
    frame->is_loss = literals[0] < 0;
    ret->frame = frame;
    return true;
}

/* ---- qualities ------------------------------------------------------------------------------------------------------- */

/* "the cheapest items", "5 most expensive ones". args: quality, members, number. */
bool ask_slot_quality(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (args[0]->sense->degree != ASK_SUPERLATIVE) return false;
    AskFrame *frame = ask_frame(p);
    frame->order = ask_term_of_measure(p, args[0]->sense->measure);
    frame->direction = args[0]->sense->direction;
    bool has_number = n_args > 2 && args[2];
    if (has_number) frame->limit = args[2]->value;
    frame->is_superlative = !has_number;
    if (n_args > 1 && args[1]) {
        ask_add_groups(frame, args[1]);
        frame->top = args[1]->members[0];
        frame->is_plural = ask_is_plural(p, args[1]);
    }
    ret->frame = frame;
    return !has_number || (args[2]->value > 0 && args[2]->value <= 10000 && args[2]->number == args[2]->value);
}

/* "is A cheaper than B" */
bool ask_slot_quality_more(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (args[0]->sense->degree != ASK_COMPARATIVE) return false;
    AskFrame *frame = ask_frame(p);
    frame->wants_more = true;
    frame->direction = args[0]->sense->direction;
    frame->terms[frame->n_terms++] = ask_term_of_measure(p, args[0]->sense->measure);
    ret->frame = frame;
    return true;
}

/* "how expensive" */
bool ask_make_quality_term(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->term = ask_term_of_measure(p, args[0]->sense->measure);
    return args[0]->sense->degree == ASK_POSITIVE;
}

/* "cheaper than 5" */
bool ask_make_quality_bound(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (args[0]->sense->degree != ASK_COMPARATIVE) return false;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_BOUND, (Str){0});
    test->op = args[0]->sense->direction < 0 ? QUERY_OP_LT : QUERY_OP_GT;
    test->number = args[1]->number;
    test->term = ask_term_of_measure(p, args[0]->sense->measure);
    test->member = test->term->column;
    ret->test = test;
    return true;
}
