#pragma once
/* What the tests of whole questions share: an engine over the model and rows of tests/golden/query, with the shipped grammar, weights and
 * words, and an index of the values that the rows hold. */
#include "query/query_fixture.h"

#include <math.h>
#include <unistd.h>

#include "ask/ask.h"

typedef struct Questions {
    Fixture f; /* f.arena holds what is made for questions, too */
    const AskGrammar *grammar;
    const AskWeights *weights;
    const AskWords *words;
    AskValues *values;
    const AskEngine *engine;
    char values_path[64];
} Questions;

static inline void questions_engine(Questions *q) {
    Fixture *f = &q->f;
    OK(f, ask_engine_new(f->arena, f->model, q->grammar, q->values, q->words, &q->engine, &f->err));
    q->engine = ask_engine_weigh(f->arena, q->engine, q->weights);
}

static inline void questions_open(Questions *q) {
    const char *path = NULL;
    Fixture *f = &q->f;
    Str text;
    *q = (Questions){.values_path = "/tmp/starling questions.XXXXXX"};
    fixture_open(f);
    OK(f, path_share(f->arena, "ask/english.grammar", &path, &f->err));
    OK(f, file_read(f->arena, path, 1 << 20, &text, &f->err));
    OK(f, ask_grammar_parse(f->arena, text, str_of(path), &q->grammar, &f->err));
    OK(f, path_share(f->arena, "ask/english.weights", &path, &f->err));
    OK(f, file_read(f->arena, path, 1 << 16, &text, &f->err));
    OK(f, ask_weights_parse(f->arena, text, str_of(path), &q->weights, &f->err));
    OK(f, path_share(f->arena, "", &path, &f->err));
    OK(f, ask_words_open(f->arena, path, &q->words, &f->err));
    int fd = mkstemp(q->values_path);
    assert_true(fd >= 0);
    close(fd);
    OK(f, ask_values_build(&f->ctx, f->conn, f->model, NULL, NULL, q->values_path, &f->err));
    OK(f, ask_values_open(q->values_path, &q->values, &f->err));
    questions_engine(q);
}

static inline void questions_close(Questions *q) {
    ask_values_close(q->values);
    unlink(q->values_path);
    fixture_free(&q->f);
}

/* A reading costs what its features weigh together. */
static inline void questions_check_costs(const Questions *q, const AskResult *result) {
    for (size_t i = 0; i < result->n_readings; i++) {
        const AskReading *reading = &result->readings[i];
        double sum = 0;
        for (size_t f = 0; f < ASK_FEATURE_COUNT; f++) sum += q->weights->at[f] * reading->costs->of[f];
        if (fabs(sum - reading->cost) > 1e-9) fail_msg("a reading costs %f, and its features %f", reading->cost, sum);
    }
}

/* Asks in an arena that is the caller's; `before` is NULL or the turn before, and becomes this one where something was understood. */
static inline const AskAnswer *questions_ask(Questions *q, Arena *arena, Str question, AskTurn *before) {
    const AskAnswer *answer = NULL;
    Ctx ctx = q->f.ctx;
    ctx.arena = arena;
    q->f.err = (Err){0};
    const AskTurn *turn = before && before->frame ? before : NULL;
    OK(&q->f, ask_answer(&ctx, q->engine, q->f.conn, question, turn, NULL, &answer, &q->f.err));
    questions_check_costs(q, answer->result);
    if (before && answer->status != ASK_DECLINED && answer->result->n_readings) {
        const AskReading *first = &answer->result->readings[0];
        *before = ask_turn_of(question, first);
    }
    return answer;
}

/* What comes of a question, as lines: the semantic query; or "declined: why"; or "clarify: why" and the readings. */
static inline Str questions_outcome(Arena *arena, const AskAnswer *answer) {
    const AskResult *result = answer->result;
    if (answer->status == ASK_DECLINED) return arena_printf(arena, "declined: %.*s\n", STR_ARG(answer->message));
    if (answer->status == ASK_ANSWERED) return arena_printf(arena, "%.*s\n", STR_ARG(result->readings[0].json));
    Str all = arena_printf(arena, "%s: %.*s\n", ask_status_name(answer->status), STR_ARG(answer->message));
    for (size_t i = 0; i < result->n_readings && i <= result->n_close; i++)
        all = arena_printf(arena, "%.*s  %.*s\n", STR_ARG(all), STR_ARG(result->readings[i].json));
    return all;
}
