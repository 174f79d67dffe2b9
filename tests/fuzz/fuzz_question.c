/*
 * ask_normalise, ask_tokenise: what is normalised stays as it is; every byte knows its place; tokens lie one behind the other in the
 * text, none empty. Vectors, places and relations of whatever text there is: no more than that they end.
 */
#include "fuzz.h"

#include "ask/ask_text.h"

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

static void check_normal(Arena *arena, Str text, const AskNormal *normal) {
    AskNormal again = {0};
    Err err = {0};
    for (size_t i = 0; i < normal->text.n; i++) {
        assert(normal->from[i] < normal->to[i] && normal->to[i] <= text.n);
        assert(i == 0 || (normal->from[i] >= normal->from[i - 1] && normal->to[i] >= normal->to[i - 1]));
    }
    if (normal->text.n > ASK_TEXT_MAX_BYTES) return;
    ErrCode code = ask_normalise(arena, normal->text, &again, &err);
    assert(!code && str_eq(again.text, normal->text));
}

static void check_token(const AskToken *token, const AskToken *before, Str text) {
    assert(token->from < token->to && token->to <= text.n);
    assert(token->text.p == text.p + token->from && token->text.n == token->to - token->from);
    assert(token->norm.n && token->lemma.n);
    assert(!before || (before->from <= token->from && before->to <= token->to));
    assert(!(token->join && token->has_space) && (before || (token->has_space && !token->join)));
    assert(token->kind != ASK_NUMBER || token->number.value - token->number.value <= 0); /* finite */
    AskVector vector;
    AskPlaceMatch places[4];
    AskRelation relations[16];
    (void)ask_words_vector(words, token->norm, &vector);
    assert(ask_places_find(words, token->text, places, 4) <= 4);
    assert(ask_words_related(words, token->lemma, relations, 16) <= 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str text = {(const char *)data, n_bytes};
    AskNormal normal = {0};
    AskTokens tokens = {0};
    Err err = {0};
    ErrCode code = ask_normalise(arena, text, &normal, &err);
    assert(code == err.code && (!code || code == ERR_INVALID || code == ERR_TOO_LARGE));
    if (!code) check_normal(arena, text, &normal);
    ErrCode second = ask_tokenise(words, arena, text, &tokens, &err);
    assert(code ? second == code : !second || second == ERR_TOO_LARGE);
    for (size_t i = 0; i < tokens.n; i++) check_token(&tokens.at[i], i ? &tokens.at[i - 1] : NULL, text);
    return 0;
}
