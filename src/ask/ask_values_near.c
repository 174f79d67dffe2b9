/*
 * Words that are written almost alike. Each indexed word is cut into one piece more than the errors allowed in it, so that at least
 * one piece is left whole by any so many insertions, deletions and replacements; a piece is found again by the length of its word,
 * its number, and its bytes (Li, Deng, Wang, Feng: "Pass-Join", 2011). A swap of neighbours can break two pieces: so each word is
 * also looked for with each pair of its neighbours swapped, and one error less. Lengths are bytes: a letter beyond ASCII counts
 * for as many.
 */
#include "ask/ask_values_internal.h"

#include <string.h>

static int errors_allowed(size_t n_bytes) {
    return n_bytes < VALUES_EDIT_MIN_BYTES || n_bytes > VALUES_EDIT_MAX_BYTES ? 0
           : n_bytes < VALUES_EDIT2_MIN_BYTES                                 ? 1
                                                                              : 2;
}

bool values_is_letters(Str word) {
    for (size_t i = 0; i < word.n; i++) {
        unsigned char c = (unsigned char)word.p[i];
        if (c < 0x80 && (c < 'a' || c > 'z')) return false;
    }
    return word.n > 0;
}

bool values_is_editable(Str word) {
    return values_is_letters(word) && errors_allowed(word.n) > 0;
}

/* The place of a piece in a word of n bytes: the last ones are the longer ones. */
static size_t piece_at(size_t n, size_t n_pieces, size_t piece) {
    return piece * (n / n_pieces) + (piece > n_pieces - n % n_pieces ? piece - (n_pieces - n % n_pieces) : 0);
}

static uint32_t piece_hash(size_t n_word, size_t piece, Str bytes) {
    uint64_t hash = (str_hash(bytes) ^ (n_word << 2 | piece)) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

size_t values_pieces(Str word, uint32_t hashes[VALUES_MAX_PIECES]) {
    size_t n_pieces = (size_t)errors_allowed(word.n) + 1;
    for (size_t i = 0; i < n_pieces; i++) {
        size_t from = piece_at(word.n, n_pieces, i), to = piece_at(word.n, n_pieces, i + 1);
        hashes[i] = piece_hash(word.n, i, str_slice(word, from, to));
    }
    return n_pieces;
}

/* ---- looking -------------------------------------------------------------------------------------------------------- */

typedef struct Search {
    const AskValues *values;
    Str word; /* as it was written */
    const ValuesFilter *filter;
    ValuesNear *near;
    size_t n;
    size_t max;
    int best; /* errors of what is in `near`; one more than allowed: nothing is */
} Search;

static void see(Search *search, uint32_t id) {
    Str text = values_text(search->values, values_word(search->values, id)->text);
    int allowed = MIN_OF(errors_allowed(text.n), errors_allowed(search->word.n));
    int cap = MIN_OF(search->best, allowed);
    int n_edits = str_distance(search->word, text, cap);
    if (n_edits < 1 || n_edits > cap) return;
    if (search->filter && !search->filter->takes(search->filter->arg, id)) return;
    if (n_edits < search->best) search->n = 0;
    search->best = n_edits;
    size_t at = 0;
    while (at < search->n && search->near[at].word < id) at++;
    bool is_there = at < search->n && search->near[at].word == id;
    if (is_there || at == search->max) return;
    if (search->n == search->max) search->n--;
    memmove(search->near + at + 1, search->near + at, (search->n - at) * sizeof(ValuesNear));
    search->near[at] = (ValuesNear){.word = id, .n_edits = n_edits};
    search->n++;
}

/* Words of n bytes that have one of their pieces in the written word, moved by at most `errors`. */
static void see_length(Search *search, Str written, size_t n, size_t errors) {
    size_t n_pieces = (size_t)errors_allowed(n) + 1;
    for (size_t piece = 0; piece < n_pieces; piece++) {
        size_t from = piece_at(n, n_pieces, piece), length = piece_at(n, n_pieces, piece + 1) - from;
        for (size_t at = from > errors ? from - errors : 0; at <= from + errors && at + length <= written.n; at++) {
            uint32_t hash = piece_hash(n, piece, str_slice(written, at, at + length));
            size_t n_pairs;
            const ValuesPair *pairs = values_pairs(search->values, VALUES_PIECES, hash, &n_pairs);
            for (size_t i = 0; i < n_pairs; i++) see(search, pairs[i].id);
        }
    }
}

static void see_all(Search *search, Str written, int errors) {
    if (errors == 0) {
        uint32_t id = values_find_word(search->values, written);
        if (id != (uint32_t)VALUES_NONE) see(search, id);
        return;
    }
    size_t slack = (size_t)errors;
    for (size_t n = MAX_OF(written.n - slack, (size_t)VALUES_EDIT_MIN_BYTES); n <= written.n + slack; n++)
        see_length(search, written, n, slack);
}

size_t values_near(const AskValues *values, Str word, const ValuesFilter *filter, ValuesNear *near, size_t max) {
    char swapped[VALUES_EDIT_MAX_BYTES];
    if (!values_is_editable(word)) return 0;
    int errors = errors_allowed(word.n);
    Search search = {.values = values, .word = word, .filter = filter, .near = near, .max = max, .best = errors + 1};
    see_all(&search, word, errors);
    memcpy(swapped, word.p, word.n);
    for (size_t i = 0; i + 1 < word.n; i++) {
        swapped[i] = word.p[i + 1];
        swapped[i + 1] = word.p[i];
        see_all(&search, (Str){swapped, word.n}, search.best > 1 ? errors - 1 : 0);
        swapped[i] = word.p[i];
        swapped[i + 1] = word.p[i + 1];
    }
    return search.n;
}
