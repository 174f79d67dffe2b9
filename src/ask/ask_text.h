#pragma once
/* Text of a question -> tokens. Any thread; results live in the arena. */
#include "base/base.h"

enum { ASK_MAX_BYTES = 65536, ASK_MAX_TOKENS = 512 };

typedef enum AskTokenKind { ASK_TOKEN_WORD, ASK_TOKEN_NUMBER, ASK_TOKEN_PUNCT } AskTokenKind;

typedef struct AskToken {
    Str text;  /* as written */
    Str norm;  /* NFC, case folded, straight quotes and hyphens */
    Str lemma; /* "bought" -> "buy", "cities" -> "city"; of what is no word: norm */
    Str stem;  /* Snowball English of norm */
    AskTokenKind kind;
    double number;   /* NUMBER: "1,000" 1000, "1.5k" 1500, "3rd" 3; "30%" 30 with unit "%", "$5" 5 with unit "$" */
    Str unit;        /* "%", "$", "€", "£"; empty: none */
    bool is_ordinal; /* "3rd" */
    bool is_joined;  /* no space before it: "year-over-year" are three words, the last two joined */
    size_t from;     /* bytes of the question */
    size_t to;
} AskToken;

/* ERR_TOO_LARGE beyond ASK_MAX_BYTES or ASK_MAX_TOKENS, ERR_INVALID for what is no UTF-8. Control characters are white space. */
NODISCARD ErrCode ask_tokenize(Arena *arena, Str question, const AskToken **ret_tokens, size_t *ret_n, Err *err);
