/* The walk of one question: tokens, lattice, chart, finished queries; then which of them is meant, if any. */
#include <math.h>
#include <stdlib.h>

#include "ask/ask_internal.h"

enum { MAX_CANDIDATES = 16, MAX_READINGS = 12 };

static const char *const STATUS[] = {"answered", "clarify", "declined", "error"};
static_assert(COUNT_OF(STATUS) == ASK_STATUS_COUNT, "a name for every status");

const char *ask_status_name(AskStatus status) {
    return STATUS[status];
}

static int by_cost(const void *a, const void *b) {
    double x = ((const AskReading *)a)->cost, y = ((const AskReading *)b)->cost;
    return x < y ? -1 : x > y;
}

/* Words that nothing knows. */
static void find_unknown(AskParse *p, AskResult *result) {
    Str *unknown = ARENA_ARRAY(p->arena, Str, p->n + 1);
    for (size_t i = 0; i < p->n; i++) {
        bool is_covered = p->is_known[i];
        for (size_t k = 0; k <= i && !is_covered; k++)
            for (size_t v = 0; v < p->spans[k].n; v++) is_covered |= p->spans[k].at[v].to > i;
        if (!is_covered) unknown[result->n_unknown++] = p->tokens[i].text;
    }
    result->unknown = unknown;
}

static void decide(AskParse *p, AskReading *readings, size_t n, AskResult *result) {
    const AskWeights *weights = p->engine->weights;
    result->readings = readings;
    result->n_readings = n;
    result->confidence = n ? 1 / (1 + exp(weights->slope * readings[0].cost - weights->even)) : 0;
    if (n && readings[0].is_verified) {
        result->status = ASK_ANSWERED;
        return;
    }
    find_unknown(p, result);
    if (!n || readings[0].cost > weights->most || result->n_unknown) {
        result->status = ASK_DECLINED;
        result->message = result->n_unknown
                              ? arena_printf(p->arena, "Nothing here is known as '%.*s'.", STR_ARG(result->unknown[0]))
                              : S("The question was not understood.");
        return;
    }
    if (readings[0].missing.n) {
        result->status = ASK_DECLINED;
        result->message = arena_printf(p->arena, "The data has no %.*s.", STR_ARG(readings[0].missing));
        return;
    }
    while (result->n_close + 1 < n && readings[result->n_close + 1].cost - readings[0].cost < weights->margin)
        result->n_close++;
    result->status = result->n_close ? ASK_CLARIFY : ASK_ANSWERED;
    if (result->n_close) result->message = S("This can be read in more than one way.");
}

/* Does a longer phrase begin here: "add up", "change in"? */
static bool begins_phrase(const AskParse *p, size_t at) {
    for (size_t k = 0; k < p->lists[at].n; k++)
        if (p->lists[at].at[k].to > at + 1) return true;
    return false;
}

/* The first word that is no courtesy is a verb that would change data. */
static bool asks_to_change(const AskParse *p) {
    for (size_t i = 0; i < p->n && !p->before; i++) {
        if (ask_begins(p, i, p->grammar->list_modify) && !begins_phrase(p, i)) return true;
        if (!ask_begins(p, i, p->grammar->list_please)) return false;
    }
    return false;
}

/* How many tests are of members that the turn before did not test: where it did, another value of the same is likelier. */
static size_t tests_of_others(const AskFrame *before, const AskFrame *edit) {
    size_t n = 0;
    for (size_t i = 0; i < edit->n_tests && before->n_tests; i++) {
        bool is_same = false;
        for (size_t k = 0; k < before->n_tests; k++)
            is_same |= str_eq(before->tests[k]->member, edit->tests[i]->member);
        n += !is_same;
    }
    return n;
}

/* It points back, and asks for nothing that was not asked before. */
static bool says_nothing(const AskFrame *edit) {
    return edit->n_pronouns && !edit->n_terms && !edit->n_groups && !edit->n_tests && !edit->n_times && !edit->grain &&
           !edit->order && !edit->limit && !edit->derive && !edit->is_spent && !edit->wants_average && !edit->shift;
}

static void add_cost(AskParse *p, AskCandidate *candidate, AskFeature feature, double amount) {
    AskCosts *costs = arena_dup(p->arena, candidate->costs, sizeof(*costs));
    ask_costs_add(costs, p->engine->weights, feature, amount);
    candidate->costs = costs;
    candidate->cost = costs->sum;
}

static Str trace_of(AskParse *p, const AskCandidate *candidate) {
    Str all = {0};
    for (size_t i = 0; i < candidate->n_slots; i++) {
        const AskNode *slot = candidate->slots[i];
        Str text = {.p = p->tokens[slot->from].text.p,
                    .n = (size_t)(p->tokens[slot->to - 1].text.p + p->tokens[slot->to - 1].text.n -
                                  p->tokens[slot->from].text.p)};
        all = arena_printf(p->arena, "%.*s[%.*s | %s:%d %.2f] ", STR_ARG(all), STR_ARG(text), slot->rule->action->name,
                           slot->rule->line, slot->cost);
    }
    return all;
}

/* A question that was verified is read as what it was verified to mean. */
static void put_verified_first(AskParse *p, AskReadings *readings) {
    const ModelQuestion *verified = p->before ? NULL : ask_verified_as(p);
    const Query *query = NULL;
    const QueryPlan *plan;
    if (!verified || query_parse_text(p->ctx, verified->query, &query, NULL)) return;
    if (query_compile(p->ctx, query, NULL, &plan, NULL)) return;
    const AskFrame *frame =
        readings->n ? readings->at[0].frame : ask_frame(p); /* the nearest there is, to go on from */
    for (size_t i = MIN_OF(readings->n, readings->max - 1); i > 0; i--) readings->at[i] = readings->at[i - 1];
    readings->n = MIN_OF(readings->n + 1, readings->max);
    readings->at[0] = (AskReading){.json = verified->query,
                                   .query = query,
                                   .costs = ARENA_NEW(p->arena, AskCosts),
                                   .frame = frame,
                                   .is_verified = true};
}

AskTurn ask_turn_of(Str question, const AskReading *reading) {
    const Query *query = reading->query;
    bool is_of_one = query->n_dimensions == 1 && query->dimensions[0].expr->kind == EXPR_NAME && !query->time.grain;
    return (AskTurn){.question = question,
                     .frame = reading->frame,
                     .json = reading->json,
                     .group = is_of_one ? query->dimensions[0].expr->name : (Str){0}};
}

ErrCode ask_read(const Ctx *ctx, const AskEngine *engine, Str question, const AskTurn *before,
                 const AskResult **ret_result, Err *err) {
    int64_t start_us = clock_monotonic(ctx->clock);
    const AskToken *tokens;
    AskParse p = {.ctx = ctx,
                  .arena = ctx->arena,
                  .engine = engine,
                  .model = engine->model,
                  .grammar = engine->grammar,
                  .before = before};
    TRY(ask_tokenize(ctx->arena, question, &tokens, &p.n, err));
    AskResult *result = ARENA_NEW(ctx->arena, AskResult);
    *ret_result = result;
    if (p.n == 0 || p.n > ASK_MAX_PARSED) {
        result->status = ASK_DECLINED;
        result->message =
            p.n ? S("The question is too long; ask for one thing at a time.") : S("There is no question.");
        return ERR_OK;
    }
    p.tokens = arena_dup(ctx->arena, tokens, p.n * sizeof(*tokens));
    if (engine->english) ask_lemmatise(engine->english, p.tokens, p.n);
    ask_annotate(&p);
    result->parse = arena_dup(ctx->arena, &p, sizeof(p));
    if (asks_to_change(&p)) {
        result->status = ASK_DECLINED;
        result->message = S("Questions only read data: nothing is changed by one.");
        return ERR_OK;
    }
    AskCandidate candidates[MAX_CANDIDATES];
    size_t n;
    ask_parse_question(&p, candidates, MAX_CANDIDATES, &n);
    AskReadings readings = {.at = ARENA_ARRAY(ctx->arena, AskReading, MAX_READINGS), .max = MAX_READINGS};
    for (size_t i = 0; i < n; i++) {
        size_t before_n = readings.n;
        const AskCandidate *parsed = arena_dup(ctx->arena, &candidates[i], sizeof(*parsed));
        bool moves_nothing = before && candidates[i].frame->shift && before->frame->n_times != 1;
        if (before && ask_is_edit(candidates[i].frame) && !moves_nothing) {
            AskFrame *edited = ask_frame(&p);
            ask_edit(ctx, before, candidates[i].frame, edited);
            AskCandidate next = candidates[i];
            next.frame = edited;
            add_cost(&p, &next, ASK_FEATURE_OTHER_MEMBER, (double)tests_of_others(before->frame, candidates[i].frame));
            if (says_nothing(candidates[i].frame)) add_cost(&p, &next, ASK_FEATURE_REPEATED, 1);
            ask_finish(&p, &next, &readings);
        }
        if (before) add_cost(&p, &candidates[i], ASK_FEATURE_FRESH, 1);
        ask_finish(&p, &candidates[i], &readings);
        for (size_t k = before_n; k < readings.n; k++) {
            readings.at[k].trace = trace_of(&p, parsed);
            readings.at[k].of = parsed;
        }
    }
    ask_compare_words(&p, question, readings.at, readings.n);
    if (readings.n) qsort(readings.at, readings.n, sizeof(*readings.at), by_cost);
    put_verified_first(&p, &readings);
    decide(&p, readings.at, readings.n, result);
    result->read_us = clock_monotonic(ctx->clock) - start_us;
    return ERR_OK;
}
