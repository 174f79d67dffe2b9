/*
 * vectors.bin: a vector for each word piece of a BERT vocabulary, as tools/vectors/build.py wrote it. Little-endian:
 *
 *   head    "STARVEC\0", then u32: version, dimensions, pieces that begin a word, pieces that go on with one, bytes of text, 0
 *   starts  u32 start of each piece's text (one more for the end); the two kinds one after the other, each in binary order
 *   scales  f32 for each piece
 *   text    without the "##" of what goes on with a word; padded to a multiple of four
 *   rows    i8 * dimensions for each piece; row * scale is its vector, its weight already in it
 *
 * A text's pieces are found as BERT finds them (WordPiece, greedily the longest: Devlin et al. 2018), but underscores only part words,
 * and what is not in the table (other scripts) does not count. Rows are summed as they are; only the sum is made of length 1.
 */
#include "ask/ask_words_internal.h"

#include "base/base_utf8.h"

#include <math.h>
#include <string.h>

enum { VECTORS_VERSION = 1, VECTORS_HEAD_NUMBERS = 6, VECTORS_MAX_BYTES = 64 << 20, PIECES_WORD_MAX = 100 };

ErrCode vectors_open(Arena *arena, const char *path, VectorTable *ret_table, Err *err) {
    Str bytes = {0};
    uint32_t head[VECTORS_HEAD_NUMBERS] = {0};
    TRY(file_map(arena, path, VECTORS_MAX_BYTES, &bytes, err));
    TRY(words_check_head(bytes, path, "STARVEC", VECTORS_VERSION, VECTORS_HEAD_NUMBERS, head, err));
    const size_t n_words = head[2], n_pieces = head[3], n = n_words + n_pieces, n_text = head[4];
    const size_t n_head = 8 + VECTORS_HEAD_NUMBERS * sizeof(uint32_t);
    if (head[1] != ASK_VECTOR_DIMS)
        return err_set(err, ERR_VERSION,
                       "'%s' has vectors of %u dimensions and this program reads %d; install both together", path,
                       head[1], ASK_VECTOR_DIMS);
    if (n_text % 4 || bytes.n != n_head + (n + 1) * sizeof(uint32_t) + n * sizeof(float) + n_text + n * ASK_VECTOR_DIMS)
        return words_corrupt(path, "size", err);
    VectorTable table = {.n_words = head[2], .n_pieces = head[3]};
    table.text_start = (const uint32_t *)(const void *)(bytes.p + n_head);
    table.scales = (const float *)(const void *)(table.text_start + n + 1);
    table.text = (const char *)(table.scales + n);
    table.rows = (const int8_t *)(table.text + n_text);
    if (table.text_start[n] > n_text || !words_are_starts(table.text_start, n, table.text_start[n]))
        return words_corrupt(path, "text", err);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(table.scales[i])) return words_corrupt(path, "scales", err);
    *ret_table = table;
    return ERR_OK;
}

/* The row of a piece; WORD_NONE. */
static uint32_t find_piece(const VectorTable *table, Str piece, bool is_first) {
    uint32_t from = is_first ? 0 : table->n_words;
    uint32_t to = is_first ? table->n_words : table->n_words + table->n_pieces;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2, start = table->text_start[middle];
        int order = str_cmp((Str){table->text + start, table->text_start[middle + 1] - start}, piece);
        if (order == 0) return middle;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return WORD_NONE;
}

static void add_row(const VectorTable *table, uint32_t row, AskVector *sum) {
    const int8_t *at = table->rows + (size_t)row * ASK_VECTOR_DIMS;
    float scale = table->scales[row];
    for (int i = 0; i < ASK_VECTOR_DIMS; i++) sum->at[i] += scale * (float)at[i];
}

/* Adds a word's pieces, the longest first; a word with a part that no piece fits counts for nothing. How many it has. */
static size_t add_word(const VectorTable *table, Str word, AskVector *sum) {
    uint32_t rows[PIECES_WORD_MAX];
    size_t n = 0;
    for (size_t from = 0; from < word.n;) {
        uint32_t row = WORD_NONE;
        size_t to = word.n;
        for (; to > from && row == WORD_NONE; to--) row = find_piece(table, str_slice(word, from, to), from == 0);
        if (row == WORD_NONE) return 0;
        rows[n++] = row;
        from = to + 1;
    }
    for (size_t i = 0; i < n; i++) add_row(table, rows[i], sum);
    return n;
}

/* A word being gathered. */
typedef struct Word {
    char at[PIECES_WORD_MAX];
    size_t n;
    bool is_unknown; /* too long, or with a letter that no piece has */
} Word;

static size_t end_word(const VectorTable *table, Word *word, AskVector *sum) {
    size_t n = word->is_unknown ? 0 : add_word(table, (Str){word->at, word->n}, sum);
    *word = (Word){0};
    return n;
}

static bool is_ascii_letter_or_digit(uint32_t rune) {
    return (rune >= 'a' && rune <= 'z') || (rune >= '0' && rune <= '9');
}

static bool is_foreign_letter(uint32_t rune) {
    return rune >= 0x80 && (utf8_class(rune) == UTF8_LETTER || utf8_class(rune) == UTF8_DIGIT);
}

size_t ask_words_vector(const AskWords *words, Str text, AskVector *ret_vector) {
    const VectorTable *table = &words->vectors;
    AskVector sum = {0};
    Word word = {0};
    size_t n_pieces = 0;
    for (size_t i = 0; i < text.n;) {
        uint32_t rune;
        i += utf8_decode(str_slice(text, i, text.n), &rune);
        rune = utf8_plain(rune);
        bool is_letter = rune && (is_ascii_letter_or_digit(rune) || is_foreign_letter(rune));
        if (is_letter && (rune >= 0x80 || word.n == sizeof(word.at)))
            word.is_unknown = true;
        else if (is_letter)
            word.at[word.n++] = (char)rune;
        else if (rune) {
            char sign = (char)rune;
            n_pieces += end_word(table, &word, &sum);
            if (rune > ' ' && rune < 0x7F && rune != '_') n_pieces += add_word(table, (Str){&sign, 1}, &sum);
        }
    }
    n_pieces += end_word(table, &word, &sum);

    double length = 0;
    for (int i = 0; i < ASK_VECTOR_DIMS; i++) length += (double)sum.at[i] * (double)sum.at[i];
    float scale = length > 0 ? (float)(1 / sqrt(length)) : 0;
    for (int i = 0; i < ASK_VECTOR_DIMS; i++) ret_vector->at[i] = sum.at[i] * scale;
    return n_pieces;
}

double ask_vector_cosine(const AskVector *a, const AskVector *b) {
    float sum = 0;
    for (int i = 0; i < ASK_VECTOR_DIMS; i++) sum += a->at[i] * b->at[i];
    return (double)sum;
}

double ask_words_similarity(const AskWords *words, Str a, Str b) {
    AskVector va, vb;
    (void)ask_words_vector(words, a, &va);
    (void)ask_words_vector(words, b, &vb);
    AskNearness nearness = ask_words_nearness(words, a, b);
    return ask_vector_cosine(&va, &vb) + 0.5 * nearness.near - (nearness.is_antonym ? 0.5 : 0) -
           (nearness.is_sibling ? 0.2 : 0);
}
