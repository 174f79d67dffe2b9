#pragma once
/* The tables behind AskWords, for ask_words*.c, ask_vectors.c and ask_places.c only. Layouts: ask_words.c, ask_vectors.c. */
#include "ask/ask_words.h"

/* Senses and links: an index of 24 bits, and a rank or kind of 8 above it. */
static inline uint32_t packed_index(uint32_t packed) {
    return packed & 0xFFFFFF;
}
static inline uint8_t packed_byte(uint32_t packed) {
    return (uint8_t)(packed >> 24);
}

typedef enum WordLinkKind {
    LINK_BROADER = 1,
    LINK_NARROWER,
    LINK_SIMILAR,
    LINK_DERIVED,
    LINK_ANTONYM,
    LINK_END
} WordLinkKind;

/* From one word's sense to another's. */
typedef struct WordLink {
    uint32_t target; /* packed: word, kind */
    uint8_t part, rank, target_part, target_rank;
} WordLink;

/* An irregular form. */
typedef struct WordForm {
    uint32_t form, lemma; /* offsets into the text */
    uint8_t n_form, n_lemma, part, unused;
} WordForm;

/* A list of lists: list i is at[start[i]] … at[start[i + 1] - 1]. */
typedef struct WordLists {
    const uint32_t *start;
    const uint32_t *at;
} WordLists;

typedef struct WordTable {
    uint32_t n_words, n_synsets;
    uint32_t part_start[5]; /* synsets in order of part of speech; [4] is n_synsets */
    const uint32_t *text_start;
    WordLists senses;  /* of a word: packed synset, rank; the most frequent first */
    WordLists members; /* of a synset: words */
    WordLists links;   /* of a synset: packed synset, kind */
    const uint32_t *link_start;
    const WordLink *word_links;
    const WordForm *forms; /* sorted by form, then part */
    uint32_t n_forms;
    const char *text;
} WordTable;

typedef struct VectorTable {
    uint32_t n_words, n_pieces; /* rows: pieces that begin a word, then those that go on with one, each sorted */
    const uint32_t *text_start;
    const float *scales;
    const char *text;
    const int8_t *rows;
} VectorTable;

typedef struct PlaceForm {
    Str key; /* as places_key makes it */
    Str form;
    const AskPlace *place;
} PlaceForm;

typedef struct PlaceTable {
    const AskPlace *places;
    size_t n_places;
    const PlaceForm *forms; /* sorted by key, equals in the order of the file */
    size_t n_forms;
} PlaceTable;

struct AskWords {
    WordTable table;
    VectorTable vectors;
    PlaceTable places;
};

/* A file's first bytes: magic, then numbers of 32 bits, which are copied. ERR_CORRUPT, ERR_VERSION naming the path. */
NODISCARD ErrCode words_check_head(Str bytes, const char *path, const char magic[8], uint32_t version, size_t n_numbers,
                                   uint32_t *ret_numbers, Err *err);
ErrCode words_corrupt(const char *path, const char *what, Err *err);
/* starts[0] is 0, none falls, the last is `end`. */
bool words_are_starts(const uint32_t *starts, size_t n, uint32_t end);

NODISCARD ErrCode vectors_open(Arena *arena, const char *path, VectorTable *ret_table, Err *err);
NODISCARD ErrCode places_open(Arena *arena, const char *path, PlaceTable *ret_table, Err *err);

enum { WORD_NONE = UINT32_MAX };
uint32_t words_find(const WordTable *table, Str word); /* its index; WORD_NONE */
Str words_text(const WordTable *table, uint32_t word);
AskPart words_part_of(const WordTable *table, uint32_t synset);
bool words_has_part(const WordTable *table, uint32_t word, AskPart part);
