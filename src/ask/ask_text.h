#pragma once
/*
 * A question's text as the engine reads it: normalised, then cut into tokens. Pure functions of their arguments; any thread.
 *
 * Hostile text costs at most what the limits allow: both are checked before the work.
 */
#include "ask/ask_words.h"

enum { ASK_TEXT_MAX_BYTES = 64 * 1024, ASK_TOKENS_MAX = 512 };

/* Text whose every byte knows where it came from. */
typedef struct AskNormal {
    Str text;
    const uint32_t *from, *to; /* of each byte of `text`: the bytes of the original that it stands for, from … to - 1 */
} AskNormal;

/* NFC; typographic quotes, dashes and full-width forms as in ASCII (a long dash with blanks around it); white space of any kind and
 * length one blank, none at the ends; control and format characters gone. Case stays. ERR_INVALID for what is no UTF-8, naming the
 * byte; ERR_TOO_LARGE. */
NODISCARD ErrCode ask_normalise(Arena *arena, Str text, AskNormal *ret_normal, Err *err);

typedef enum AskTokenKind { ASK_WORD, ASK_NUMBER, ASK_PUNCT } AskTokenKind;

/* A number as written in digits. */
typedef struct AskNumber {
    double value;    /* with its scale: 1.5k is 1500; of 30% it is 30 */
    Str currency;    /* "$" where it stands before or after it; else empty */
    bool is_percent; /* 30%, 30 % */
    bool is_ordinal; /* 3rd */
    bool is_scaled;  /* a k, m, mn, b or bn was part of it: 5m may still be metres */
    bool is_whole;   /* no point and no scale: may be a year, a count or an identifier */
    int n_digits;    /* before the point, leading zeros too; 0: no number */
} AskNumber;

typedef struct AskToken {
    Str text; /* as written: a slice of the question */
    Str norm; /* for comparing: NFKC case folding; dots of abbreviations gone (us); what a contraction stands for (not, will) */
    Str lemma; /* ask_lemma of norm; of other kinds norm */
    Str stem;  /* ask_stem of norm; of other kinds norm */
    AskTokenKind kind;
    char join;         /* what glues it to the token before it and is no token itself: '-' '_' '\''; else 0 */
    bool has_space;    /* white space, or nothing, stands before it */
    uint32_t from, to; /* bytes of the question */
    AskNumber number;  /* of a number, and of a word that begins with digits (750ml, 1990s); else zeroed */
} AskToken;

typedef struct AskTokens {
    const AskToken *at;
    size_t n;
} AskTokens;

/*
 * Words: letters and digits (Q3, 85123a), cut at hyphens, underscores and apostrophes (year -over -year, O 'Brien), possessives and
 * contractions by what they stand for (year 's, do n't, we 'll); single letters with dots are one word (U.S.).
 * Numbers: 12, 1,000, 2.5, .5, -3, $5, 5€, 1.5k, 2M, 30%, 3rd. "10-20" and 2013-01-05 are numbers joined by '-'.
 * Everything else is punctuation, a character a token.
 * Errors are those of ask_normalise, and ERR_TOO_LARGE for more than ASK_TOKENS_MAX tokens.
 */
NODISCARD ErrCode ask_tokenise(const AskWords *words, Arena *arena, Str text, AskTokens *ret_tokens, Err *err);
