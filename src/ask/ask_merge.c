/* Partial queries put together: what stands in one place only must not be said twice in two ways. */
#include "ask/ask_time.h"

static bool same_term(const AskTerm *a, const AskTerm *b) {
    return str_eq(a->expr, b->expr);
}

static bool merge_terms(AskFrame *to, const AskFrame *b) {
    for (size_t i = 0; i < b->n_terms; i++) {
        bool is_there = false;
        for (size_t k = 0; k < to->n_terms; k++) is_there |= same_term(to->terms[k], b->terms[i]);
        if (is_there) continue;
        if (to->n_terms == ASK_MAX_ITEMS) return false;
        to->terms[to->n_terms++] = b->terms[i];
    }
    return true;
}

static bool merge_groups(AskFrame *to, const AskFrame *b) {
    for (size_t i = 0; i < b->n_groups; i++) {
        bool is_there = false;
        for (size_t k = 0; k < to->n_groups; k++) is_there |= str_eq(to->groups[k], b->groups[i]);
        if (is_there) continue;
        if (to->n_groups == ASK_MAX_ITEMS) return false;
        to->groups[to->n_groups++] = b->groups[i];
    }
    return true;
}

/* A value that was named whole, and a part of another of the same member, which no row has both of. */
static bool is_other_part(const AskTest *whole, const AskTest *part) {
    return whole->kind == ASK_TEST_VALUES && part->kind == ASK_TEST_PART && !whole->is_not && !part->is_not &&
           str_eq(whole->member, part->member);
}

static bool merge_tests(AskFrame *to, const AskFrame *b) {
    for (size_t i = 0; i < b->n_tests; i++) {
        if (to->n_tests == ASK_MAX_ITEMS) return false;
        for (size_t k = 0; k < to->n_tests; k++)
            if (is_other_part(to->tests[k], b->tests[i]) || is_other_part(b->tests[i], to->tests[k])) return false;
        to->tests[to->n_tests++] = b->tests[i];
    }
    return true;
}

/* Half of "2014" and "Q4" is one time; two of them are a comparison. */
static bool merge_times(AskFrame *to, const AskFrame *b) {
    if (to->n_times + b->n_times > 2) return false;
    for (size_t i = 0; i < b->n_times; i++) to->times[to->n_times++] = b->times[i];
    return true;
}

/* A field that only one of the two may say, or both alike. */
#define ONE_OF(field, none)                                   \
    do {                                                      \
        if (to->field == (none))                              \
            to->field = b->field;                             \
        else if (b->field != (none) && b->field != to->field) \
            return false;                                     \
    } while (0)
#define ONE_TEXT_OF(field)                                   \
    do {                                                     \
        if (!to->field.n)                                    \
            to->field = b->field;                            \
        else if (b->field.n && !str_eq(b->field, to->field)) \
            return false;                                    \
    } while (0)

static bool merge_order(AskFrame *to, const AskFrame *b) {
    if (to->order && b->order && !same_term(to->order, b->order)) return false;
    if (!to->order) to->order = b->order;
    ONE_OF(direction, 0);
    ONE_OF(limit, 0);
    ONE_OF(place, 0);
    ONE_OF(sorted, 0);
    ONE_TEXT_OF(top);
    return true;
}

static void merge_flags(AskFrame *to, const AskFrame *b) {
    to->is_superlative |= b->is_superlative;
    to->is_top_plain |= b->is_top_plain;
    to->wants_average |= b->wants_average;
    to->wants_distinct |= b->wants_distinct;
    to->wants_extent |= b->wants_extent;
    to->wants_more |= b->wants_more;
    to->is_plural |= b->is_plural;
    to->is_adverb |= b->is_adverb;
    to->is_spent |= b->is_spent;
    to->is_per |= b->is_per;
    to->is_loss |= b->is_loss;
    to->is_without |= b->is_without;
    to->is_before |= b->is_before;
    to->is_counted |= b->is_counted;
    to->is_every |= b->is_every;
    to->is_first_time |= b->is_first_time;
    to->wants_money |= b->wants_money;
    to->part_said |= b->part_said;
    to->is_together |= b->is_together;
    to->is_share_within |= b->is_share_within;
    to->is_edit |= b->is_edit;
    to->adds |= b->adds;
    to->n_pronouns += b->n_pronouns;
}

static bool merge_sets(AskFrame *to, const AskFrame *b) {
    for (size_t i = 0; i < b->n_sets; i++) {
        if (to->n_sets == COUNT_OF(to->sets)) return false;
        to->sets[to->n_sets] = b->sets[i];
        to->set_is_not[to->n_sets++] = b->set_is_not[i];
    }
    return true;
}

bool ask_merge(const AskFrame *a, const AskFrame *b, AskFrame *to) {
    *to = *a;
    if (to->kind == ASK_KIND_NONE)
        to->kind = b->kind;
    else if (b->kind != ASK_KIND_NONE && b->kind != to->kind && to->kind != ASK_KIND_YES_NO)
        return false;
    ONE_OF(grain, TIME_GRAIN_NONE);
    ONE_TEXT_OF(time_member);
    ONE_TEXT_OF(each);
    ONE_OF(each_grain, TIME_GRAIN_NONE);
    ONE_TEXT_OF(per);
    ONE_TEXT_OF(per_said);
    ONE_OF(derive, ASK_DERIVE_NONE);
    ONE_OF(span, 0);
    ONE_OF(span_unit, TIME_GRAIN_NONE);
    ONE_OF(compare_unit, TIME_GRAIN_NONE);
    ONE_OF(per_grain, TIME_GRAIN_NONE);
    ONE_OF(spread, NULL);
    ONE_OF(shift, 0);
    ONE_OF(shift_unit, TIME_GRAIN_NONE);
    ONE_OF(per_term, NULL);
    ONE_OF(bands, NULL);
    ONE_OF(growth_bound, NULL);
    merge_flags(to, b);
    return merge_terms(to, b) && merge_groups(to, b) && merge_tests(to, b) && merge_times(to, b) && merge_sets(to, b) &&
           merge_order(to, b);
}

/* ---- a question that goes on from the one before -------------------------------------------------------------------- */

static bool is_of_member(const AskTest *test, Str member) {
    return str_eq(test->member, member);
}

/* Values beside those that were there. */
static bool add_values(Arena *arena, AskFrame *to, const AskTest *more) {
    for (size_t k = 0; k < to->n_tests; k++) {
        const AskTest *test = to->tests[k];
        bool is_same = test->kind == ASK_TEST_VALUES && is_of_member(test, more->member) && !test->is_not &&
                       test->n_values + more->n_values <= ASK_MAX_ITEMS;
        if (!is_same) continue;
        AskTest *both = arena_dup(arena, test, sizeof(*test));
        for (size_t v = 0; v < more->n_values; v++) both->values[both->n_values++] = more->values[v];
        both->is_listed = !both->is_or;
        to->tests[k] = both;
        return true;
    }
    return false;
}

static void edit_tests(Arena *arena, AskFrame *to, const AskFrame *edit) {
    if (edit->adds && edit->n_tests == 1 && add_values(arena, to, edit->tests[0])) return;
    for (size_t i = 0; i < edit->n_tests; i++) {
        size_t kept = 0;
        for (size_t k = 0; k < to->n_tests; k++) /* of the same member: instead */
            if (!is_of_member(to->tests[k], edit->tests[i]->member) || edit->tests[i]->kind == ASK_TEST_BOUND)
                to->tests[kept++] = to->tests[k];
        to->n_tests = (uint8_t)kept;
    }
    for (size_t i = 0; i < edit->n_tests && to->n_tests < ASK_MAX_ITEMS; i++) to->tests[to->n_tests++] = edit->tests[i];
}

static void edit_order(AskFrame *to, const AskFrame *edit) {
    if (edit->direction) to->direction = edit->direction;
    if (edit->direction || edit->limit) {
        to->limit = edit->limit ? edit->limit : edit->is_superlative && !edit->top.n ? 1 : to->limit;
        to->is_superlative = edit->is_superlative;
        to->place = edit->place;
    }
    if (edit->sorted) to->sorted = edit->sorted;
    if (edit->order) to->order = edit->order;
    if (edit->top.n) to->top = edit->top;
}

/* Whether it may be the next turn of a conversation: it says less than a question of its own would, or points back. */
bool ask_is_edit(const AskFrame *edit) {
    bool is_whole = edit->n_terms && edit->n_groups && !edit->n_pronouns && !edit->is_edit;
    return !is_whole && !edit->wants_extent && !edit->n_sets;
}

void ask_edit(const Ctx *ctx, const AskTurn *turn, const AskFrame *edit, AskFrame *to) {
    Arena *arena = ctx->arena;
    const AskFrame *before = turn->frame;
    *to = *before;
    bool replaces_terms = edit->n_terms > 0 && !edit->adds;
    if (edit->adds && !merge_terms(to, edit)) return;
    if (replaces_terms) {
        bool shares = edit->derive == ASK_DERIVE_SHARE;
        to->n_terms = 0;
        for (size_t i = 0; i < edit->n_terms; i++) to->terms[to->n_terms++] = edit->terms[i];
        if (!shares) to->derive = ASK_DERIVE_NONE;
        if (!edit->order && to->order && !edit->n_pronouns) to->order = edit->terms[0];
        to->wants_average = false;
        to->kind = ASK_KIND_NONE;
    }
    if (edit->n_groups) {
        to->n_groups = 0;
        for (size_t i = 0; i < edit->n_groups; i++) to->groups[to->n_groups++] = edit->groups[i];
        to->top = (Str){0};
        to->each = (Str){0};
    }
    bool are_those = edit->n_pronouns && (before->limit || before->is_superlative) && before->n_groups <= 1 &&
                     turn->group.n && (edit->n_terms || edit->is_spent) && !edit->limit;
    if (are_those && !edit->n_terms) to->n_terms = 0;
    if (are_those) {
        to->is_spent = edit->is_spent;
        to->only = turn->json;
        to->groups[0] = turn->group;
        to->n_groups = 1;
        to->limit = 0;
        to->direction = 0;
        to->order = NULL;
        to->is_superlative = false;
    }
    if (edit->derive) to->derive = edit->derive;
    if (edit->compare_unit) to->compare_unit = edit->compare_unit;
    if (edit->grain) to->grain = edit->grain;
    if (edit->n_times) {
        to->n_times = 0;
        int64_t year = 0;
        bool has_year = before->n_times && before->times[0]->from.n >= 4 && !before->times[0]->is_axis &&
                        str_to_int64(str_slice(before->times[0]->from, 0, 4), &year);
        for (size_t i = 0; i < edit->n_times; i++) {
            const AskTime *time = edit->times[i];
            bool takes_year = time->is_yearless && has_year && edit->n_times == 1;
            to->times[to->n_times++] = takes_year ? ask_time_in_year(arena, time, (int)year) : time;
        }
    }
    if (edit->shift && before->n_times == 1)
        to->times[0] = ask_time_moved(ctx, before->times[0], edit->shift, edit->shift_unit);
    if (edit->wants_average) to->wants_average = true;
    if (edit->time_member.n) to->time_member = edit->time_member;
    edit_tests(arena, to, edit);
    edit_order(to, edit);
}
