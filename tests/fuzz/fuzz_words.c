/*
 * The input is a text, or two with a tab between. Whatever it is, looking it up ends, gives slices that can be read, and measures that are
 * in their range; two texts are as near as the other way round.
 */
#include "fuzz.h"

#include "ask/ask_words.h"

#include <stdlib.h>

static const AskWords *words;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    Arena *arena = arena_new(0); /* as long as the process */
    const char *share = NULL;
    Err err = {0};
    if (path_share(arena, "", &share, &err) || ask_words_open(arena, share, &words, &err)) abort();
    return 0;
}

static void check_word(Str word) {
    AskRelation relations[16];
    AskPlaceMatch places[4];
    AskVector vector;
    size_t n = ask_words_related(words, word, relations, COUNT_OF(relations));
    assert(n <= COUNT_OF(relations));
    for (size_t i = 0; i < n; i++) {
        assert(relations[i].weight > 0 && relations[i].weight <= 1);
        assert(ask_words_has(words, relations[i].word, ASK_ANY_PART));
    }
    n = ask_places_find(words, word, places, COUNT_OF(places));
    assert(n <= COUNT_OF(places));
    for (size_t i = 0; i < n; i++) assert(places[i].place->n_forms && places[i].form.n);
    bool is_known = ask_words_vector(words, word, &vector) > 0;
    double length = ask_vector_cosine(&vector, &vector);
    assert(is_known ? length > 0.999 && length < 1.001 : length <= 0);
    for (int part = 0; part <= ASK_ANY_PART; part++) {
        Str lemma = ask_lemma(words, word, (AskPart)part);
        assert(str_eq(lemma, word) || ask_words_has(words, lemma, ASK_ANY_PART));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Str b = {(const char *)data, n_bytes}, a = str_split_next(&b, '\t');
    check_word(a);
    check_word(b);
    AskNearness there = ask_words_nearness(words, a, b), back = ask_words_nearness(words, b, a);
    assert(there.near >= 0 && there.near <= 1 && (!there.is_sibling || there.near <= 0.35));
    assert(there.near - back.near <= 0 && back.near - there.near <= 0);
    assert(there.is_antonym == back.is_antonym && there.is_sibling == back.is_sibling);
    return 0;
}
