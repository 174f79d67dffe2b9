#pragma once
/* For the look-up's files only: a question's words with what they may be in the index, and where values have them. */
#include "ask/ask_values_internal.h"

enum {
    FIND_MAX_NEAR = 4,     /* readings of a misspelt word */
    FIND_RARE_VALUES = 50, /* a part is rare in a column if so many of its values have it, or so many per cent */
    FIND_RARE_PERCENT = 5,
    FIND_SHORT_NUMBER_BYTES = 2
};

/* What a word of the question may be in the index. */
typedef struct FindReading {
    uint32_t stem;
    uint32_t word; /* VALUES_NONE: only the stem is known */
    int n_edits;
    bool is_respaced;     /* the error is a space: one too many before it or in it, or one missing behind it */
    bool is_other_letter; /* the first letter differs */
} FindReading;

typedef struct FindWord {
    size_t token; /* the first and the last of the question's tokens that it is in */
    size_t last;
    Str text;
    FindReading readings[FIND_MAX_NEAR];
    size_t n_readings;
    bool is_function; /* of the closed classes: alone it means no part of a value, and no part begins or ends with it */
    bool is_vague; /* a number of one or two digits, or one that is a year as well: alone it means no part of a value */
    bool is_known; /* to the caller */
} FindWord;

/* A run of the question in a value. */
typedef struct FindHit {
    uint32_t set;
    uint32_t from; /* words of the question, half-open */
    uint32_t to;
    uint32_t value;
    uint32_t place; /* of the run's first word in the value */
    bool has_gaps;  /* in the value */
} FindHit;

typedef VEC(FindHit) FindHits;

typedef struct FoundMatch {
    AskValueMatch match;
    uint32_t set;
    bool has_gaps;
} FoundMatch;

typedef struct Find {
    Arena *arena;
    const AskValues *values;
    const AskToken *tokens;
    const AskLookup *lookup;
    FindWord *words;
    uint32_t n;
    FindHits whole;
    FindHits parts;
    size_t n_branches;
    VEC(FoundMatch) found;
} Find;

/* 1: fills `words` (ask_values_find_words.c). */
void find_words(Find *find, size_t n_tokens);
static inline bool find_is_seen(const Find *find, uint32_t set) {
    return !find->lookup->unseen || !find->lookup->unseen[set];
}
/* The reading of a question's word that a value's word fits; NULL: none. */
const FindReading *find_reading(const Find *find, uint32_t at, uint32_t value_word);
/* Whether the words before and at `at` are halves of one token. */
bool find_is_split(const Find *find, uint32_t at);
/* Whether they are that, or of one code written without a space ("CA-2014-1234", "64oz"): no run
 * begins or ends there. */
bool find_is_within(const Find *find, uint32_t at);
/* 2 and 3: fills `whole` and `parts` (ask_values_find_hits.c), sorted by set, gaps, run (the longer first), value; each once. */
void find_hits(Find *find);
/* Whether so many values of a set are few enough for what they have in common to mean them. */
bool find_is_rare(size_t n, size_t n_of_set);
/* 4: fills `found` (ask_values_find_match.c). */
void find_matches(Find *find);
