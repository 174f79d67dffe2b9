/*
 * What words cost: opening the tables, then look-ups, in microseconds of CPU time a call. Over the words of a fixed list, so that a run compares
 * with the last one; the warm cache is meant, as a question is asked while others were.
 *
 *   ask_words        prints "name microseconds goal"
 */
#include "ask/ask_words.h"
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 20000 };

static const char *const QUESTION =
    "What were the total sales of office chairs in Germany by month in 2013, year over year?";
static const char *const WORDS[] = {"sales",   "shipped",    "customers",  "vendor",   "profitable",  "categories",
                                    "invoice", "unknownest", "cheapest",   "returned", "gross sales", "make",
                                    "order",   "region",     "qwertyuiop", "year"};

static double cpu_us(void) {
    return (double)clock() * 1e6 / CLOCKS_PER_SEC;
}

typedef struct Bench {
    const AskWords *words;
    Arena *arena;
} Bench;

static size_t do_lemma(const Bench *b, Str word) {
    return ask_lemma(b->words, word, ASK_ANY_PART).n;
}

static size_t do_has(const Bench *b, Str word) {
    return ask_words_has(b->words, word, ASK_ANY_PART);
}

static size_t do_related(const Bench *b, Str word) {
    AskRelation out[64];
    return ask_words_related(b->words, word, out, COUNT_OF(out));
}

static size_t do_vector(const Bench *b, Str word) {
    AskVector v;
    return ask_words_vector(b->words, word, &v);
}

static size_t do_similarity(const Bench *b, Str word) {
    return ask_words_similarity(b->words, word, S("supplier")) > 0.5;
}

static size_t do_place(const Bench *b, Str word) {
    AskPlaceMatch out[4];
    return ask_places_find(b->words, word, out, COUNT_OF(out));
}

static size_t do_distance(const Bench *b, Str word) {
    (void)b;
    return (size_t)str_distance(word, S("Standard Class Chair"), 2) +
           (size_t)str_distance(S("Stadnard Clas Chair"), S("Standard Class Chair"), 2);
}

static size_t do_question(const Bench *b, Str word) {
    const AskToken *tokens = NULL;
    size_t n = 0;
    Err err = {0};
    (void)word;
    if (ask_tokenize(b->arena, str_of(QUESTION), &tokens, &n, &err)) abort();
    ask_lemmatise(b->words, arena_dup(b->arena, tokens, n * sizeof(AskToken)), n);
    return n;
}

static size_t do_question_vector(const Bench *b, Str word) {
    (void)word;
    return do_vector(b, str_of(QUESTION));
}

static const struct {
    const char *name, *goal;
    size_t (*run)(const Bench *b, Str word);
} CASES[] = {
    {"a word found", "< 1", do_has},
    {"lemma", "", do_lemma},

    {"64 relations", "", do_related},
    {"vector of a word", "", do_vector},
    {"likeness of two words", "", do_similarity},
    {"place", "< 1", do_place},
    {"two distances, 20 letters", "", do_distance},
    {"tokens and their lemmas", "", do_question},
    {"vector of a question", "", do_question_vector},
};

int main(void) {
    const char *share = NULL;
    Err err = {0};
    Arena *arena = arena_new(0);
    Bench b = {.arena = arena_new(0)};
    /* The program stands in bench/ beside bin/. */
    if (path_share(arena, "", &share, &err)) return 1;
    double start = cpu_us();
    if (ask_words_open(arena, share, &b.words, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%-28s %9.0f us\n", "opening the tables", cpu_us() - start);
    size_t sum = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        start = cpu_us();
        for (size_t k = 0; k < ROUNDS; k++) {
            sum += CASES[i].run(&b, str_of(WORDS[k % COUNT_OF(WORDS)]));
            arena_reset(b.arena);
        }
        double us = (cpu_us() - start) / ROUNDS;
        printf("%-28s %9.3f us   %s\n", CASES[i].name, us, CASES[i].goal);
    }
    arena_free(b.arena);
    arena_free(arena);
    return sum == 0;
}
