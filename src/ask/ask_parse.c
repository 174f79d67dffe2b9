/*
 * The chart. A rule's name at a token has a list of meanings, found once by trying its rules (top down, memoised: work is bounded by
 * names times tokens, and by ASK_MAX_NODES). A question is a sequence of slots in any order, with words between them left out at a
 * price; partial queries that contradict each other do not merge. The search keeps the cheapest few at each token.
 */
#include <limits.h>

#include "ask/ask_internal.h"

enum { NODES_PER_NAME = 48, NODES_PER_END = 5, FREE_BETWEEN = 3, BEAM = 24, MAX_SLOTS = 24, TEXT_WORDS = 6 };

/* ---- chart ---------------------------------------------------------------------------------------------------------- */

typedef struct Match {
    AskParse *p;
    const AskRule *rule;
    size_t from;
    const AskNode *parts[ASK_MAX_PARTS];
    double cost;
    AskNodes *out;
} Match;

static void keep(AskParse *p, AskNodes *nodes, AskNode *node) {
    size_t n_same = 0, at = nodes->n;
    for (size_t i = 0; i < nodes->n; i++) {
        n_same += nodes->at[i]->to == node->to;
        if (at == nodes->n && nodes->at[i]->cost > node->cost) at = i;
    }
    if (n_same >= NODES_PER_END || nodes->n >= NODES_PER_NAME) {
        /* the dearest of those that end there makes room */
        ptrdiff_t worst = -1;
        for (size_t i = nodes->n; i-- > 0 && worst < 0;)
            if (nodes->at[i]->to == node->to || n_same < NODES_PER_END) worst = (ptrdiff_t)i;
        if (worst < 0 || nodes->at[worst]->cost <= node->cost) return;
        for (size_t i = (size_t)worst; i + 1 < nodes->n; i++) nodes->at[i] = nodes->at[i + 1];
        nodes->n--;
        at = MIN_OF(at, nodes->n);
        while (at > 0 && nodes->at[at - 1]->cost > node->cost) at--;
    }
    VEC_PUSH(p->arena, nodes, node);
    for (size_t i = nodes->n - 1; i > at; i--) {
        AskNode *moved = nodes->at[i - 1];
        nodes->at[i - 1] = nodes->at[i];
        nodes->at[i] = moved;
    }
}

static void complete(Match *m, size_t to) {
    AskParse *p = m->p;
    if (p->n_nodes >= ASK_MAX_NODES) return;
    AskNode made = {.kind = m->rule->action->kind, .from = m->from, .to = to, .own = m->rule->cost, .rule = m->rule};
    const AskNode *args[ASK_MAX_PARTS] = {0};
    int literals[ASK_MAX_PARTS] = {0};
    for (size_t i = 0; i < m->rule->n_args; i++) {
        literals[i] = m->rule->args[i].number;
        if (m->rule->args[i].part) args[i] = m->parts[m->rule->args[i].part - 1];
    }
    if (!m->rule->action->make(p, args, literals, m->rule->n_args, &made)) return;
    made.cost = m->cost + p->engine->weights->at[ASK_FEATURE_GRAMMAR] * made.own;
    p->n_nodes++;
    for (size_t i = 0; i < m->rule->n_parts; i++) made.parts[i] = m->parts[i];
    keep(p, m->out, arena_dup(p->arena, &made, sizeof(made)));
}

static void match_part(Match *m, size_t part, size_t at);

static void take(Match *m, size_t part, const AskNode *node) {
    m->parts[part] = node;
    m->cost += node->cost;
    match_part(m, part + 1, node->to);
    m->cost -= node->cost;
    m->parts[part] = NULL;
}

static bool is_year(const AskToken *token) {
    return token->kind == ASK_TOKEN_NUMBER && token->norm.n == 4 && token->number >= 1900 && token->number < 2200 &&
           !token->unit.n && !token->is_ordinal;
}

static AskNode *leaf(AskParse *p, AskNodeKind kind, size_t from, size_t to) {
    AskNode *node = ARENA_NEW(p->arena, AskNode);
    p->n_nodes++;
    *node = (AskNode){.kind = kind, .from = from, .to = to};
    return node;
}

static AskNode *text_leaf(AskParse *p, size_t from, size_t to) {
    AskNode *node = leaf(p, ASK_NODE_WORD, from, to);
    AskDoubt *doubt = ARENA_NEW(p->arena, AskDoubt);
    *doubt = (AskDoubt){ASK_FEATURE_TEXT, 1 / (double)(to - from)};
    node->doubts = doubt;
    node->n_doubts = 1;
    node->cost = ask_doubt_cost(p, doubt);
    return node;
}

static void try_part(Match *m, size_t part, size_t at) {
    AskParse *p = m->p;
    const AskRulePart *want = &m->rule->parts[part];
    if (p->n_nodes >= ASK_MAX_NODES || at >= p->n) return;
    const AskToken *token = &p->tokens[at];
    switch (want->kind) {
    case ASK_PART_LIST:
        for (size_t i = 0; i < p->lists[at].n; i++) {
            const AskMatchedList *list = &p->lists[at].at[i];
            if (list->list != want->index) continue;
            AskNode *node = leaf(p, ASK_NODE_WORD, at, list->to);
            node->value = list->value;
            take(m, part, node);
        }
        return;
    case ASK_PART_SENSE:
        for (size_t i = 0; i < p->spans[at].n; i++) {
            const AskSpan *span = &p->spans[at].at[i];
            if ((int)span->sense->kind != want->index) continue;
            AskNode *node = leaf(p, ASK_NODE_SENSE, at, span->to);
            node->sense = span->sense;
            node->cost = span->cost;
            node->doubts = span->doubts;
            node->n_doubts = span->n_doubts;
            take(m, part, node);
        }
        return;
    case ASK_PART_NUMBER:
    case ASK_PART_YEAR:
        if (token->kind != ASK_TOKEN_NUMBER || (want->kind == ASK_PART_YEAR && !is_year(token))) return;
        AskNode *node = leaf(p, ASK_NODE_NUMBER, at, at + 1);
        node->number = token->number;
        node->unit = token->unit;
        node->value = (int)MIN_OF(token->number, INT_MAX); /* never negative: a sign is a token of its own */
        take(m, part, node);
        return;
    case ASK_PART_START:
        if (at == 0) take(m, part, leaf(p, ASK_NODE_WORD, at, at));
        return;
    case ASK_PART_TEXT:
        for (size_t to = at + 1; to <= p->n && to <= at + TEXT_WORDS; to++) {
            if (p->tokens[to - 1].kind == ASK_TOKEN_PUNCT && !p->tokens[to - 1].is_joined) return;
            take(m, part, text_leaf(p, at, to));
        }
        return;
    case ASK_PART_RULE: {
        const AskNodes *nodes = ask_chart(p, want->index, at);
        for (size_t i = 0; nodes && i < nodes->n; i++) take(m, part, nodes->at[i]);
        return;
    }
    }
}

static void match_part(Match *m, size_t part, size_t at) {
    if (part == m->rule->n_parts) {
        complete(m, at);
        return;
    }
    if (m->rule->parts[part].is_optional) match_part(m, part + 1, at);
    size_t from = at;
    for (int skipped = 0; skipped <= FREE_BETWEEN && from < m->p->n; skipped++, from++) {
        try_part(m, part, from);
        if (part == 0 || !m->p->is_free[from]) break;
    }
}

const AskNodes *ask_chart(AskParse *p, int name, size_t from) {
    if (from >= p->n) return NULL;
    AskNodes **at = &p->chart[(size_t)name * (p->n + 1) + from];
    if (*at) return *at; /* also while it is being made: a rule does not begin with itself */
    AskNodes *out = arena_zalloc(p->arena, 1, sizeof(*out));
    *at = out;
    AskNodes made = {0};
    for (const AskRule *rule = p->grammar->rules[name]; rule; rule = rule->next) {
        Match m = {.p = p, .rule = rule, .from = from, .out = &made};
        match_part(&m, 0, from);
    }
    *out = made;
    return out;
}

/* ---- what it costs ---------------------------------------------------------------------------------------------------- */

double ask_doubt_cost(const AskParse *p, const AskDoubt *doubt) {
    return p->engine->weights->at[doubt->feature] * doubt->amount;
}

static void add_node(const AskParse *p, const AskNode *node, AskCosts *costs) {
    ask_costs_add(costs, p->engine->weights, ASK_FEATURE_GRAMMAR, node->own);
    for (size_t i = 0; i < node->n_doubts; i++)
        ask_costs_add(costs, p->engine->weights, node->doubts[i].feature, node->doubts[i].amount);
    for (size_t i = 0; i < ASK_MAX_PARTS; i++)
        if (node->parts[i]) add_node(p, node->parts[i], costs);
}

double ask_skip_cost(const AskParse *p, size_t at) {
    return ask_doubt_cost(p, &p->skip[at]) + (p->read_as[at].n ? p->engine->weights->at[ASK_FEATURE_CORRECTED] : 0);
}

static size_t n_corrected(const AskParse *p, const AskNode *slot) {
    size_t n = 0;
    for (size_t i = slot->from; i < slot->to; i++) n += p->read_as[i].n > 0;
    return n;
}

/* A slot beside others. */
static double slot_cost(const AskParse *p, size_t at, const AskNode *slot) {
    const double *weights = p->engine->weights->at;
    return slot->cost + weights[ASK_FEATURE_PART] + weights[ASK_FEATURE_MENDED] * (double)n_corrected(p, slot) +
           (p->is_aside[at] ? weights[ASK_FEATURE_ASIDE] : 0);
}

/* What ask_skip_cost and slot_cost have added up to, by feature. */
static const AskCosts *costs_of(const AskParse *p, const AskCandidate *candidate) {
    const AskWeights *weights = p->engine->weights;
    AskCosts *costs = ARENA_NEW(p->arena, AskCosts);
    size_t at = 0;
    for (size_t i = 0; i <= candidate->n_slots; i++) {
        const AskNode *slot = i < candidate->n_slots ? candidate->slots[i] : NULL;
        for (size_t end = slot ? slot->from : p->n; at < end; at++) {
            ask_costs_add(costs, weights, p->skip[at].feature, p->skip[at].amount);
            if (p->read_as[at].n) ask_costs_add(costs, weights, ASK_FEATURE_CORRECTED, 1);
        }
        if (!slot) break;
        ask_costs_add(costs, weights, ASK_FEATURE_PART, 1);
        ask_costs_add(costs, weights, ASK_FEATURE_MENDED, (double)n_corrected(p, slot));
        if (p->is_aside[at]) ask_costs_add(costs, weights, ASK_FEATURE_ASIDE, 1);
        add_node(p, slot, costs);
        at = slot->to;
    }
    return costs;
}

/* ---- a question as a sequence of slots ------------------------------------------------------------------------------ */

typedef struct Beam {
    AskCandidate at[BEAM];
    size_t n;
} Beam;

static void push(Beam *beam, const AskCandidate *candidate) {
    size_t at = beam->n;
    if (beam->n == BEAM) {
        if (beam->at[BEAM - 1].cost <= candidate->cost) return;
        at = BEAM - 1;
    } else {
        beam->n++;
    }
    while (at > 0 && beam->at[at - 1].cost > candidate->cost) {
        beam->at[at] = beam->at[at - 1];
        at--;
    }
    beam->at[at] = *candidate;
}

static void advance(AskParse *p, Beam *beams, size_t at, const AskCandidate *from) {
    AskCandidate skipped = *from;
    skipped.cost += ask_skip_cost(p, at);
    push(&beams[at + 1], &skipped);
    const AskNodes *slots = ask_chart(p, p->grammar->slot, at);
    for (size_t i = 0; slots && i < slots->n && from->n_slots < MAX_SLOTS; i++) {
        AskFrame *merged = ask_frame(p);
        if (!ask_merge(from->frame, slots->at[i]->frame, merged)) continue;
        AskCandidate next = *from;
        next.frame = merged;
        next.cost += slot_cost(p, at, slots->at[i]);
        next.slots[next.n_slots++] = slots->at[i];
        push(&beams[slots->at[i]->to], &next);
    }
}

void ask_parse_question(AskParse *p, AskCandidate *candidates, size_t max, size_t *ret_n) {
    p->chart = ARENA_ARRAY(p->arena, AskNodes *, p->grammar->names.n * (p->n + 1) + 1);
    Beam *beams = ARENA_ARRAY(p->arena, Beam, p->n + 1);
    push(&beams[0], &(AskCandidate){.frame = ask_frame(p)});
    for (size_t at = 0; at < p->n; at++)
        for (size_t i = 0; i < beams[at].n; i++) advance(p, beams, at, &beams[at].at[i]);
    *ret_n = MIN_OF(max, beams[p->n].n);
    for (size_t i = 0; i < *ret_n; i++) {
        candidates[i] = beams[p->n].at[i];
        candidates[i].costs = costs_of(p, &candidates[i]);
    }
}
