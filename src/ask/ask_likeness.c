/*
 * What a reading has in common with the question: the words of both (a reading in words is how the query would be asked for), and what
 * questions like it were verified to mean. These are features of its cost; a question that was verified itself needs no other reading.
 */
#include "ask/ask_internal.h"

static const double VERIFIED_LEAST = .5; /* questions that are less alike say nothing of each other */

/* ---- sets of words -------------------------------------------------------------------------------------------------- */

static bool is_closed_class(const AskGrammar *grammar, Str norm) {
    for (const AskListEntry *entry = map_get(grammar->first, norm); entry; entry = entry->next)
        if (entry->n_words == 1) return true;
    return false;
}

/* Stems of words that are of no list of the grammar, and numbers. */
static Map *content_of(Arena *arena, const AskGrammar *grammar, const AskToken *tokens, size_t n) {
    Map *all = map_new(arena);
    for (size_t i = 0; i < n; i++)
        if (tokens[i].kind != ASK_TOKEN_PUNCT && !is_closed_class(grammar, tokens[i].norm))
            map_put(all, tokens[i].stem, all);
    return all;
}

static Map *content_of_text(Arena *arena, const AskGrammar *grammar, Str text) {
    const AskToken *tokens = NULL;
    size_t n = 0;
    if (ask_tokenize(arena, text, &tokens, &n, NULL)) n = 0;
    return content_of(arena, grammar, tokens, n);
}

static size_t n_common(const Map *a, const Map *b) {
    size_t n = 0;
    for (size_t i = 0; i < map_count(a); i++) n += map_get(b, map_key_at(a, i)) != NULL;
    return n;
}

/* How much of a is not in b: 0 … 1. */
static double missing_of(const Map *a, const Map *b) {
    size_t n = map_count(a);
    return n ? (double)(n - n_common(a, b)) / (double)n : 0;
}

/* ---- verified questions --------------------------------------------------------------------------------------------- */

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           (unsigned char)c >= 0x80;
}

/* Names and values that a query's text has. */
static Map *words_of_query(Arena *arena, Str json) {
    Map *all = map_new(arena);
    for (size_t i = 0; i < json.n; i++) {
        size_t from = i;
        while (i < json.n && is_word_byte(json.p[i])) i++;
        if (i > from) map_put(all, str_slice(json, from, i), all);
    }
    return all;
}

/* The words of a question one after the other, whatever stands between them. */
static Str spoken(Arena *arena, const AskToken *tokens, size_t n) {
    Str all = {0};
    for (size_t i = 0; i < n; i++)
        if (tokens[i].kind != ASK_TOKEN_PUNCT)
            all = arena_printf(arena, "%.*s %.*s", STR_ARG(all), STR_ARG(tokens[i].norm));
    return all;
}

static void add_verified(AskEngine *engine, Str question, const ModelQuestion *of) {
    const AskToken *tokens;
    size_t n;
    if (ask_tokenize(engine->arena, question, &tokens, &n, NULL)) return;
    AskVerified verified = {.of = of,
                            .spoken = spoken(engine->arena, tokens, n),
                            .content = content_of(engine->arena, engine->grammar, tokens, n),
                            .query = words_of_query(engine->arena, of->query)};
    if (engine->english) (void)ask_words_vector(engine->english, question, &verified.vector);
    VEC_PUSH(engine->arena, &engine->verified, verified);
}

void ask_add_verified(AskEngine *engine) {
    for (size_t i = 0; i < engine->model->n_questions; i++) {
        const ModelQuestion *question = &engine->model->questions[i];
        add_verified(engine, question->question, question);
        for (size_t k = 0; k < question->n_also; k++) add_verified(engine, question->also[k], question);
    }
}

const ModelQuestion *ask_verified_as(const AskParse *p) {
    Str said = spoken(p->arena, p->tokens, p->n);
    for (size_t i = 0; i < p->engine->verified.n; i++)
        if (str_eq(p->engine->verified.at[i].spoken, said)) return p->engine->verified.at[i].of;
    return NULL;
}

/* The verified question most like this one. */
static const AskVerified *nearest(const AskParse *p, Str question, const Map *content, double *ret_likeness) {
    const AskEngine *engine = p->engine;
    const AskVerified *best = NULL;
    AskVector vector;
    if (!engine->verified.n) return NULL;
    if (engine->english) (void)ask_words_vector(engine->english, question, &vector);
    for (size_t i = 0; i < engine->verified.n; i++) {
        const AskVerified *one = &engine->verified.at[i];
        double likeness =
            engine->english ? ask_vector_cosine(&vector, &one->vector) : 1 - missing_of(one->content, content);
        if (likeness < VERIFIED_LEAST || (best && likeness <= *ret_likeness)) continue;
        best = one;
        *ret_likeness = likeness;
    }
    return best;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

void ask_compare_words(AskParse *p, Str question, AskReading *readings, size_t n) {
    const AskWeights *weights = p->engine->weights;
    const Map *asked = content_of(p->arena, p->grammar, p->tokens, p->n);
    double likeness = 0;
    const AskVerified *verified = nearest(p, question, asked, &likeness);
    for (size_t i = 0; i < n; i++) {
        AskCosts *costs = arena_dup(p->arena, readings[i].costs, sizeof(*costs));
        const Map *said = content_of_text(p->arena, p->grammar, ask_say(p->arena, p->model, readings[i].query));
        ask_costs_add(costs, weights, ASK_FEATURE_UNSAID, missing_of(asked, said));
        ask_costs_add(costs, weights, ASK_FEATURE_UNASKED, missing_of(said, asked));
        if (verified)
            ask_costs_add(costs, weights, ASK_FEATURE_VERIFIED,
                          likeness * missing_of(verified->query, words_of_query(p->arena, readings[i].json)));
        readings[i].costs = costs;
        readings[i].cost = costs->sum;
    }
}
