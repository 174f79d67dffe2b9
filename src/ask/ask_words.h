#pragma once
/*
 * AskWords: what is known of English words whatever the data is about: relations (WordNet), word vectors, word forms, and places.
 *
 * Opened once a process from the tables in share/starling/; immutable, so any number of threads may use one AskWords. Nothing here
 * allocates. Words are valid UTF-8 in lower case, as AskToken.norm (ask_text.h) has them; collocations ("unit price")
 * have one space between their words. Returned texts are borrowed from AskWords or the argument.
 */
#include "ask/ask_text.h"
#include "base/base_file.h"

typedef struct AskWords AskWords;

/* Maps words.bin and vectors.bin and reads places.tsv in `folder` (path_share with "" as name), and checks them whole, so that no
 * look-up needs to: about 2 ms. The arena keeps it. ERR_NOT_FOUND (a file is missing), ERR_CORRUPT, ERR_VERSION (a file of another
 * version of this program). */
NODISCARD ErrCode ask_words_open(Arena *arena, const char *folder, const AskWords **ret_words, Err *err);

typedef enum AskPart { ASK_NOUN, ASK_VERB, ASK_ADJECTIVE, ASK_ADVERB, ASK_ANY_PART } AskPart;

/* --- Relations: WordNet ---------------------------------------------------------------------------------------------- */

#define ASK_RELATION_TABLE(X)                                                     \
    X(ASK_SYNONYM, "synonym", 1.0) /* a word with the same meaning */             \
    X(ASK_DERIVED, "derived", 0.7) /* a word made of it or it of: grow, growth */ \
    X(ASK_SIMILAR, "similar", 0.7) /* a meaning close to it: big, sizable */      \
    X(ASK_BROADER, "broader", 0.7) /* its direct hypernym: chair, seat */         \
    X(ASK_NARROWER, "narrower", 0.7)                                              \
    X(ASK_ANTONYM, "antonym", 0.5) /* its opposite: never the same thing */

typedef enum AskRelationKind {
#define X(kind, name, weight) kind,
    ASK_RELATION_TABLE(X)
#undef X
        ASK_RELATION_COUNT
} AskRelationKind;
const char *ask_relation_name(AskRelationKind kind);

typedef struct AskRelation {
    Str word;
    AskRelationKind kind;
    AskPart part;       /* of the word asked for */
    uint8_t rank;       /* of the sense that is meant: 0 is the most frequent one of that part of speech */
    uint8_t other_rank; /* the same of `word` */
    double weight;      /* 0 … 1: the kind's weight / (1 + 0.15 * min(rank + other_rank, 6)) */
} AskRelation;

enum { ASK_NARROWER_MAX = 24 }; /* of one sense, so that "person" does not bring half the dictionary */

bool ask_words_has(const AskWords *words, Str word, AskPart part);
/* The words that `word` has to do with, at most `cap` of them, the heaviest first (equals: in order of kind, then of the table);
 * each word once, with its heaviest relation, but an antonym is told beside. Returns how many were written to `out`; 0 where the
 * word is not known. As it is given: look for its lemma as well. */
size_t ask_words_related(const AskWords *words, Str word, AskRelation *out, size_t cap);
/* Opposites in any of their senses, in any form ("bought", "sold"). */
bool ask_words_are_antonyms(const AskWords *words, Str a, Str b);

/* How near two words are in WordNet, in any form. */
typedef struct AskNearness {
    double near; /* 0 … 1: the heaviest relation of the two, antonyms left out; a common direct hypernym weighs 0.35 */
    bool is_antonym;
    bool is_sibling; /* what relates them is a common hypernym and nothing nearer: month and year */
} AskNearness;
AskNearness ask_words_nearness(const AskWords *words, Str a, Str b);

/* --- Vectors --------------------------------------------------------------------------------------------------------- */

enum { ASK_VECTOR_DIMS = 128 };
/* Of length 1, or 0 throughout where no word of the text is known. */
typedef struct AskVector {
    float at[ASK_VECTOR_DIMS];
} AskVector;

/* The meaning of a word, a name (names_like_this are split) or a whole question, as far as a bag of words can tell it: blind to order
 * and to negation. For recall and for synonym candidates only. Case and accents do not matter. Returns how many word pieces counted. */
size_t ask_words_vector(const AskWords *words, Str text, AskVector *ret_vector);
double ask_vector_cosine(const AskVector *a, const AskVector *b);
/* How likely two words or short names mean the same, about -0.7 … 1.5; over 0.5 is worth asking about:
 * cosine + 0.5 near - 0.5 if antonyms - 0.2 if siblings (docs/vectors.md has the figures). */
double ask_words_similarity(const AskWords *words, Str a, Str b);

/* --- Forms ----------------------------------------------------------------------------------------------------------- */

/* The dictionary form of a word: "sold" is "sell", "boxes" is "box", "cheapest" is "cheap"; the word itself where it is one or is not
 * known. By WordNet's irregular forms, then its rules of endings (morphy(7WN)), which apply only if what they give is a known word of
 * that part with three letters or more. ASK_ANY_PART: an irregular noun or verb, a plural noun, the word itself if a noun, a verb's form, a
 * comparison, in this order. */
Str ask_lemma(const AskWords *words, Str word, AskPart part);
/* Gives the tokens that are words their lemmas. */
void ask_lemmatise(const AskWords *words, AskToken *tokens, size_t n_tokens);

/* --- Places: share/starling/places.tsv ------------------------------------------------------------------------------- */

typedef struct AskPlace {
    Str canonical;    /* "United States" */
    Str kind;         /* second column of the file */
    const Str *forms; /* all that it is called by, adjectives and codes among them; the canonical name is the first */
    size_t n_forms;
} AskPlace;

typedef struct AskPlaceMatch {
    const AskPlace *place;
    Str form;      /* as the file has it */
    bool is_code;  /* two or three capitals: "IN" is a place, "in" is hardly one */
    bool is_cased; /* the phrase has the form's capitals */
} AskPlaceMatch;

/* The places called by a phrase ("german", "U.S.A.", "Georgia": two), in the order of the file, at most `cap`. Case, accents, dots and
 * blanks at the ends do not matter; a leading "the" neither. Returns how many were written to `out`. */
size_t ask_places_find(const AskWords *words, Str phrase, AskPlaceMatch *out, size_t cap);
size_t ask_places_count(const AskWords *words);
const AskPlace *ask_places_at(const AskWords *words, size_t i); /* i < count, in the order of the file */
