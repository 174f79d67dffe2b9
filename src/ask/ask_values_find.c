/*
 * Looking up: which runs of a question's words are values, or parts of them.
 *
 *   1. each word of the question gets its readings (ask_values_find_words.c)
 *   2. runs of words are found in values, whole and in part (ask_values_find_hits.c)
 *   3. what was found alike becomes one match, with its cost (ask_values_find_match.c)
 *   4. a part gives way to a longer run, and the most certain are kept
 */
#include "ask/ask_values_find_internal.h"

#include <stdlib.h>

const bool *ask_values_unseen(Arena *arena, const AskValues *values, const Model *model) {
    uint32_t n = values->n[VALUES_SETS];
    bool *unseen = ARENA_ARRAY(arena, bool, n), is_any = false;
    for (uint32_t i = 0; i < n; i++) {
        const ValuesSet *set = values_set(values, i);
        ModelMember member;
        unseen[i] = true;
        for (uint32_t k = 0; k < set->n_names && unseen[i]; k++)
            unseen[i] = model_member(model, NULL, values_name(values, set->names + k), &member, NULL) != ERR_OK;
        is_any |= unseen[i];
    }
    return is_any ? unseen : NULL;
}

static int by_set(const void *a, const void *b) {
    const FoundMatch *x = a, *y = b;
    if (x->set != y->set) return x->set < y->set ? -1 : 1;
    return str_cmp(x->match.member, y->match.member);
}

/* A part gives way to a longer run of the same member that is no more doubtful in kind, and, with gaps, to one without. */
static bool is_covered(const FoundMatch *part, const FoundMatch *other) {
    const AskValueMatch *inner = &part->match, *outer = &other->match;
    bool is_around = outer->from <= inner->from && outer->to >= inner->to;
    bool is_longer = outer->to - outer->from > inner->to - inner->from;
    if (inner->how < ASK_MATCH_PARTIAL || !is_around) return false;
    return is_longer ? outer->how <= inner->how : part->has_gaps && !other->has_gaps;
}

/* The matches that no other of their member covers. */
static size_t keep_matches(Find *find, AskValueMatch *kept) {
    size_t n = 0, n_found = find->found.n;
    FoundMatch *found = find->found.at;
    if (n_found) qsort(found, n_found, sizeof(FoundMatch), by_set);
    for (size_t i = 0, end; i < n_found; i = end) {
        for (end = i + 1; end < n_found && by_set(&found[i], &found[end]) == 0;) end++;
        for (size_t k = i; k < end; k++) {
            bool is_kept = true;
            for (size_t o = i; o < end && is_kept; o++) is_kept = !is_covered(&found[k], &found[o]);
            if (is_kept) kept[n++] = found[k].match;
        }
    }
    return n;
}

static int by_cost(const void *a, const void *b) {
    const AskValueMatch *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to > y->to ? -1 : 1;
    int order = str_cmp(x->member, y->member);
    return order ? order : str_cmp(x->value, y->value);
}

static int by_run(const void *a, const void *b) {
    const AskValueMatch *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to > y->to ? -1 : 1;
    return by_cost(a, b);
}

void ask_values_find(Arena *arena, const AskValues *values, const AskToken *tokens, size_t n_tokens,
                     const AskLookup *lookup, size_t max, const AskValueMatch **ret_matches, size_t *ret_n) {
    static const AskLookup everything = {0};
    Find find = {.arena = arena, .values = values, .tokens = tokens, .lookup = lookup ? lookup : &everything};
    find_words(&find, n_tokens);
    find_hits(&find);
    find_matches(&find);
    AskValueMatch *kept = ARENA_ARRAY(arena, AskValueMatch, find.found.n);
    size_t n = keep_matches(&find, kept);
    qsort(kept, n, sizeof(*kept), by_cost);
    n = MIN_OF(n, max);
    qsort(kept, n, sizeof(*kept), by_run);
    *ret_matches = kept;
    *ret_n = n;
}
