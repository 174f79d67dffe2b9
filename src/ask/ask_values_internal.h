#pragma once
/*
 * For the value index's files only: what stands in the file, and how it is read.
 *
 * The file is a header and sections, each an array of one of the records below, little endian. A word is what a token's norm is
 * without accents (ask_values_word); a stem stands for all words of that stem. Values of a set are neighbours, in the order of their
 * bytes. Opening checks the header and that the sections lie within the file; everything read later is checked where it is read, so
 * that damage can give wrong answers but no wild reads.
 */
#include "ask/ask_values.h"

enum {
    VALUES_FORMAT = 3,
    VALUES_NONE = -1,           /* as uint32_t: no word, no stem */
    VALUES_EDIT_MIN_BYTES = 4,  /* words that typing errors are looked for in: so long at least */
    VALUES_EDIT2_MIN_BYTES = 8, /* two errors */
    VALUES_EDIT_MAX_BYTES = 64,
    VALUES_MAX_PAIRS = 1024 /* of one hash that are looked at */
};

typedef enum ValuesSection {
    VALUES_TEXT,        /* bytes */
    VALUES_SETS,        /* ValuesSet */
    VALUES_NAMES,       /* ValuesText: names of members */
    VALUES_VALUES,      /* ValuesValue */
    VALUES_VALUE_WORDS, /* uint32_t: words of the values */
    VALUES_WORDS,       /* ValuesWord, sorted by text */
    VALUES_STEMS,       /* ValuesStem, sorted by text */
    VALUES_POSTINGS,    /* ValuesPosting, of each stem sorted by value and place */
    VALUES_PHRASES,     /* ValuesPair: hash of a value's stems, value; sorted */
    VALUES_PIECES,      /* ValuesPair: hash of a piece of a word, word; sorted (ask_values_near.c) */
    VALUES_SECTION_COUNT
} ValuesSection;

typedef struct ValuesText {
    uint32_t at;
    uint32_t n;
} ValuesText;

/* The values of one column, and the members that show them. */
typedef struct ValuesSet {
    ValuesText key; /* "dimension.attribute" or "fact.column" */
    uint32_t names;
    uint32_t n_names;
    uint32_t values;
    uint32_t n_values;
    uint32_t is_number;
    uint32_t is_cut; /* it has more values than are kept of one: none is */
} ValuesSet;

typedef struct ValuesValue {
    ValuesText text;
    uint32_t words;
    uint16_t n_words;
    uint16_t set;
    uint32_t n_rows; /* in which it stands */
} ValuesValue;

typedef struct ValuesWord {
    ValuesText text;
    uint32_t stem;
} ValuesWord;

typedef struct ValuesStem {
    ValuesText text;
    uint32_t postings;
    uint32_t n_postings;
} ValuesStem;

typedef struct ValuesPosting {
    uint32_t value;
    uint32_t place; /* which of its words */
} ValuesPosting;

typedef struct ValuesPair {
    uint32_t hash;
    uint32_t id;
} ValuesPair;

typedef struct ValuesHeader {
    char magic[8];
    uint32_t format;
    uint32_t max_words; /* of a value */
    uint64_t n_bytes;   /* of the file */
    int64_t data_version;
    uint64_t batch; /* str_hash of the id of the batch that has this version */
    char model[HASH_TEXT_BYTES];
    struct {
        uint64_t at; /* in the file */
        uint64_t n;  /* records */
    } sections[VALUES_SECTION_COUNT];
    uint64_t check; /* str_hash of what is before it */
} ValuesHeader;

extern const char VALUES_MAGIC[8];
size_t values_record_bytes(ValuesSection section);

struct AskValues {
    Arena *arena;     /* that it lives in */
    const char *file; /* mapped */
    size_t n_bytes;
    const ValuesHeader *header;
    const void *sections[VALUES_SECTION_COUNT];
    uint32_t n[VALUES_SECTION_COUNT];
};

/* A record, or one of zeroes where there is none of that number. */
const ValuesSet *values_set(const AskValues *values, uint32_t i);
const ValuesSet *values_set_of(const AskValues *values, Str key); /* NULL: none, or values is NULL */
const ValuesValue *values_value(const AskValues *values, uint32_t i);
const ValuesWord *values_word(const AskValues *values, uint32_t i);
const ValuesStem *values_stem(const AskValues *values, uint32_t i);
Str values_text(const AskValues *values, ValuesText text);
/* Of names, words and stems, which begin with it. */
Str values_text_of(const AskValues *values, ValuesSection section, uint32_t i);
Str values_name(const AskValues *values, uint32_t i);
/* A value's words; fewer than it says where they do not lie within the file. */
const uint32_t *values_words_of(const AskValues *values, const ValuesValue *value, size_t *ret_n);
const ValuesPosting *values_postings(const AskValues *values, uint32_t stem, size_t *ret_n);
/* The pairs of a hash. */
const ValuesPair *values_pairs(const AskValues *values, ValuesSection section, uint32_t hash, size_t *ret_n);
uint32_t values_find_word(const AskValues *values, Str word); /* VALUES_NONE when absent */
uint32_t values_find_stem(const AskValues *values, Str stem);

/* A token as values are found by it: without accents, separators of thousands and white space; "and" for "&". Empty: it counts for
 * nothing (punctuation, the 's of a possessive). */
Str ask_values_word(Arena *arena, const AskToken *token);
/* The stem of such a word. */
Str ask_values_stem(Arena *arena, const AskToken *token, Str word);
/* Hash of stems, one after the other; begins with 0. */
static inline uint64_t values_hash_next(uint64_t hash, uint32_t stem) {
    hash = (hash ^ (stem + 1)) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}
static inline uint32_t values_hash_end(uint64_t hash) {
    return (uint32_t)(hash >> 32 ^ hash);
}

/* ---- words that are written almost alike (ask_values_near.c) -------------------------------------------------------- */

typedef struct ValuesNear {
    uint32_t word;
    int n_edits;
} ValuesNear;

bool values_is_letters(Str word); /* no digits */
/* Whether typing errors are looked for in it: letters alone, long enough. */
bool values_is_editable(Str word);
enum { VALUES_MAX_PIECES = 3 };
/* The hashes of the pieces an indexed word is found by; how many. */
size_t values_pieces(Str word, uint32_t hashes[VALUES_MAX_PIECES]);
/* The nearest words of the index that the filter takes (NULL: all), all as near, at most `max` in the order of the index. */
typedef struct ValuesFilter {
    bool (*takes)(const void *arg, uint32_t word);
    const void *arg;
} ValuesFilter;
size_t values_near(const AskValues *values, Str word, const ValuesFilter *filter, ValuesNear *near, size_t max);

/* ---- what it was made of (ask_values_state.c) ----------------------------------------------------------------------- */

typedef struct ValuesStamp {
    int64_t data_version;
    uint64_t batch;
    Str model;
} ValuesStamp;

typedef struct ValuesState {
    ValuesStamp stamp;  /* of the warehouse now; without model */
    bool is_descendant; /* the warehouse has the batch that the index before was made of… */
    bool is_same;       /* …as its newest */
    Map *versions;      /* of tables of gold: int64_t, that of their attributes */
    int64_t since;      /* the index before's */
} ValuesState;
/* In the caller's transaction, if any. `before` may be NULL. */
NODISCARD ErrCode values_state_read(const Ctx *ctx, EngineConn *conn, const AskValues *before, ValuesState *ret,
                                    Err *err);
bool values_state_has_changed(const ValuesState *state, Str table);
/* What became of the table's texts from the index before to now; NULL: that is not known. */
const TableTexts *values_state_texts(const ValuesState *state, const ModelTexts *texts, Str table);

/* ---- writing (ask_values_write.c) ----------------------------------------------------------------------------------- */

typedef struct ValuesInput {
    Str key;
    const Str *names; /* of members */
    size_t n_names;
    bool is_number;
    bool is_cut;      /* there are more values than may be kept */
    bool is_change;   /* values are what is more or less than in the index before; else: all there is */
    TextRows *values; /* each once; sorted in place */
    size_t n_values;
} ValuesInput;

/* ERR_DATA: the index before is damaged, or its rows are not those that became fewer. */
NODISCARD ErrCode values_write(const ValuesInput *sets, size_t n_sets, const ValuesStamp *stamp,
                               const AskValues *before, const char *path, Err *err);
