/* How a question was read, for whoever wants to know why: its words with all they may mean, and what each reading is made of and costs. */
#include <stdlib.h>

#include "ask/ask_internal.h"

static const char *const KINDS[] = {"measure", "attribute", "column", "fact", "value", "filter", "event", "quality"};
static_assert(COUNT_OF(KINDS) == ASK_SENSE_COUNT, "a word for every kind of sense");

typedef VEC(AskExplainedSense) Senses;

/* ---- senses --------------------------------------------------------------------------------------------------------- */

static Str words_of(const AskParse *p, size_t from, size_t to) {
    Str first = p->tokens[from].text, last = p->tokens[to > from ? to - 1 : from].text;
    return (Str){first.p, (size_t)(last.p + last.n - first.p)};
}

static Str what_of(Arena *arena, const AskSense *sense) {
    if (sense->kind != ASK_SENSE_VALUE) return sense->name;
    Str more = S("");
    if (sense->n_values > 1)
        more =
            arena_printf(arena, " (%.*s)", STR_ARG(format_count(arena, (int64_t)sense->n_values, "value", "values")));
    const char *sign = sense->is_missing      ? "has no"
                       : sense->n_values <= 1 ? "="
                       : sense->n_alike       ? "is one like"
                       : sense->is_prefix     ? "begins with"
                                              : "contains";
    return arena_printf(arena, "%.*s %s %.*s%.*s", STR_ARG(sense->name), sign, STR_ARG(sense->value), STR_ARG(more));
}

static AskExplainedSense sense_of(Arena *arena, const AskParse *p, const AskSense *sense, size_t from, size_t to,
                                  double cost) {
    return (AskExplainedSense){.words = words_of(p, from, to),
                               .kind = str_of(KINDS[sense->kind]),
                               .what = what_of(arena, sense),
                               .cost = cost};
}

static Str list_name(Arena *arena, const AskParse *p, const AskMatchedList *list) {
    Str name = p->grammar->lists.at[list->list];
    return list->value ? arena_printf(arena, "@%.*s %d", STR_ARG(name), list->value)
                       : arena_printf(arena, "@%.*s", STR_ARG(name));
}

static int by_cost(const void *a, const void *b) {
    const AskExplainedSense *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    if (x->words.n != y->words.n) return x->words.n > y->words.n ? -1 : 1;
    return str_cmp(x->what, y->what);
}

/* ---- words ---------------------------------------------------------------------------------------------------------- */

static AskExplainedToken explain_token(Arena *arena, const AskParse *p, size_t at) {
    const AskToken *token = &p->tokens[at];
    Senses senses = {0};
    for (size_t i = 0; i < p->spans[at].n; i++) {
        const AskSpan *span = &p->spans[at].at[i];
        VEC_PUSH(arena, &senses, sense_of(arena, p, span->sense, at, span->to, span->cost));
    }
    for (size_t i = 0; i < p->lists[at].n; i++) {
        const AskMatchedList *list = &p->lists[at].at[i];
        AskExplainedSense one = {
            .words = words_of(p, at, list->to), .kind = S("list"), .what = list_name(arena, p, list)};
        VEC_PUSH(arena, &senses, one);
    }
    if (token->kind == ASK_TOKEN_NUMBER)
        VEC_PUSH(arena, &senses,
                 (AskExplainedSense){
                     .words = token->text, .kind = S("number"), .what = arena_printf(arena, "%.10g", token->number)});
    if (senses.n) qsort(senses.at, senses.n, sizeof(*senses.at), by_cost);
    return (AskExplainedToken){.text = token->text,
                               .read_as = p->read_as[at],
                               .skip = ask_skip_cost(p, at),
                               .senses = senses.at,
                               .n_senses = senses.n};
}

/* ---- readings ------------------------------------------------------------------------------------------------------- */

static void add_senses(Arena *arena, const AskParse *p, const AskNode *node, Senses *senses) {
    if (node->kind == ASK_NODE_SENSE && node->sense && !node->rule)
        VEC_PUSH(arena, senses, sense_of(arena, p, node->sense, node->from, node->to, node->cost));
    for (size_t i = 0; node->rule && i < node->rule->n_parts; i++)
        if (node->parts[i]) add_senses(arena, p, node->parts[i], senses);
}

static AskExplainedSlot explain_slot(Arena *arena, const AskParse *p, const AskNode *node) {
    Senses senses = {0};
    add_senses(arena, p, node, &senses);
    return (AskExplainedSlot){.words = words_of(p, node->from, node->to),
                              .action = str_of(node->rule->action->name),
                              .line = node->rule->line,
                              .cost = node->cost,
                              .senses = senses.at,
                              .n_senses = senses.n};
}

static bool is_skipped(const AskCandidate *of, size_t at) {
    for (size_t i = 0; i < of->n_slots; i++)
        if (of->slots[i]->from <= at && at < of->slots[i]->to) return false;
    return true;
}

static AskExplainedReading explain_reading(Arena *arena, const AskParse *p, const AskReading *reading) {
    const AskCandidate *of = reading->of;
    if (!of) return (AskExplainedReading){.reading = reading}; /* verified: it has no parts */
    AskExplainedSlot *slots = ARENA_ARRAY(arena, AskExplainedSlot, of->n_slots);
    Senses skipped = {0};
    double sum = 0;
    for (size_t i = 0; i < of->n_slots; i++) {
        slots[i] = explain_slot(arena, p, of->slots[i]);
        sum += slots[i].cost;
    }
    for (size_t i = 0; i < p->n; i++) {
        if (!is_skipped(of, i)) continue;
        double cost = ask_skip_cost(p, i);
        sum += cost;
        if (cost > 0) VEC_PUSH(arena, &skipped, (AskExplainedSense){.words = p->tokens[i].text, .cost = cost});
    }
    return (AskExplainedReading){.reading = reading,
                                 .slots = slots,
                                 .n_slots = of->n_slots,
                                 .skipped = skipped.at,
                                 .n_skipped = skipped.n,
                                 .join_cost = of->cost - sum,
                                 .filled_cost = reading->cost - of->cost};
}

AskExplained ask_explain(Arena *arena, const AskResult *result) {
    const AskParse *p = result->parse;
    if (!p) return (AskExplained){0};
    AskExplainedToken *tokens = ARENA_ARRAY(arena, AskExplainedToken, p->n);
    AskExplainedReading *readings = ARENA_ARRAY(arena, AskExplainedReading, result->n_readings);
    for (size_t i = 0; i < p->n; i++) {
        tokens[i] = explain_token(arena, p, i);
        tokens[i].is_skipped = result->n_readings && result->readings[0].of && is_skipped(result->readings[0].of, i);
    }
    for (size_t i = 0; i < result->n_readings; i++) readings[i] = explain_reading(arena, p, &result->readings[i]);
    return (AskExplained){.tokens = tokens, .n_tokens = p->n, .readings = readings, .n_readings = result->n_readings};
}
