#pragma once
/*
 * The value index: the texts of a project's dimensions and of its facts' text attributes, found by how people write them. One
 * immutable, memory-mapped file a project and data version; any thread.
 */
#include "ask/ask_text.h"
#include "engine/engine.h"
#include "model/model.h"
#include "model/model_texts.h"

typedef struct AskValues AskValues;

enum {
    ASK_VALUES_MAX = 1 << 22,       /* values of all members together: more is ERR_TOO_LARGE */
    ASK_MEMBER_MAX_VALUES = 500000, /* an attribute with more different texts is left out, and told of in the log… */
    ASK_MEMBER_MAX_NUMBERS = 1000,  /* …and a whole-numbered one with more different numbers */
    ASK_VALUE_MAX_BYTES = 256,      /* longer texts are no names: left out */
    ASK_VALUE_MAX_WORDS = 32,       /* and those of more words */
    ASK_MATCH_MAX_VALUES = 50       /* of a match of several: so many of its values are listed */
};

/* In the order of doubt. */
typedef enum AskMatch {
    ASK_MATCH_EXACT,   /* all words of the value, whatever the case, accents and punctuation */
    ASK_MATCH_STEM,    /* but for endings: "phones" and "Phone" */
    ASK_MATCH_PARTIAL, /* a run of the value's words that is rare enough to mean it: "minute maid" */
    ASK_MATCH_EDIT1,   /* a typing error, in all of the value or a part of it */
    ASK_MATCH_EDIT2
} AskMatch;

/* What a match costs: the parts add up. */
#define ASK_COST_STEM 0.1    /* singular and plural… */
#define ASK_COST_DERIVED 0.9 /* …and what else has one stem: "technological"; of whole values only */
#define ASK_COST_PARTIAL 0.3
#define ASK_COST_REST 0.3  /* PARTIAL: times the share of the value's words that is not there */
#define ASK_COST_GAP 0.2   /* PARTIAL: words of the value between those that are there: "Tropicana 96 oz" */
#define ASK_COST_EDIT1 0.5 /* the worst misspelt word… */
#define ASK_COST_EDIT2 0.9
#define ASK_COST_NEXT_EDIT 0.3    /* …and each other one */
#define ASK_COST_SPACE 0.2        /* instead: "cake stand" for "cakestand", "officesupplies" */
#define ASK_COST_FIRST_LETTER 0.2 /* whose first letter is wrong */
#define ASK_COST_PUNCTUATION 0.02 /* there are several values of these words, and this one is not written so */
#define ASK_COST_FUNCTION 0.4     /* words like "us" and "in" alone, not written as the value is: "US", "IN" */
#define ASK_COST_MAX 1.2          /* parts that cost more are no matches */
#define ASK_COST_SHORT_NUMBER 0.2 /* a number of one or two digits alone */

/* A run of tokens that means a value, or several of one member. */
typedef struct AskValueMatch {
    size_t from; /* tokens, half-open */
    size_t to;
    Str member;     /* canonical name: "ship_to.city", "ship_mode" */
    bool is_number; /* the member is a whole number; values are its texts */
    /* As it is stored; of several: the first in the member's order. */
    Str value;
    /* How many of the member's values fit alike: those that a part fits, or a whole value that is stored in several ways. */
    size_t n_values;
    const Str *values; /* the first of them, at most ASK_MATCH_MAX_VALUES */
    Str common;     /* a part of several: what to look for, as most of the first have it ("Minute Maid"); else empty */
    bool is_prefix; /* they begin with it */
    AskMatch how;
    double cost; /* 0: exact; grows with how doubtful it is */
} AskValueMatch;

/*
 * Writes the index of what the warehouse holds now to `path` (write, then rename), read in one transaction of a connection that has
 * none open. `before` may be NULL, and may be the index at `path`: what it holds of tables whose attributes have not changed since is
 * taken over, and of those of which `texts` (NULL: none) tells what became of them that is added; the others (in doubt all) are read.
 * Indexed are the texts of dimensions as they are now and of facts' attributes, and their whole numbers where they are few; not what is
 * hidden.
 */
NODISCARD ErrCode ask_values_build(const Ctx *ctx, EngineConn *conn, const Model *model, const AskValues *before,
                                   const ModelTexts *texts, const char *path, Err *err);
/* How an index stands to the warehouse. */
typedef enum AskValuesStand {
    ASK_VALUES_OTHER,  /* of another model or another warehouse */
    ASK_VALUES_BEHIND, /* attributes have changed since */
    ASK_VALUES_CURRENT /* what a new one would be, whatever else was published */
} AskValuesStand;
NODISCARD ErrCode ask_values_stand(const Ctx *ctx, EngineConn *conn, const Model *model, const AskValues *values,
                                   AskValuesStand *ret_stand, Err *err);
/* ERR_NOT_FOUND, or ERR_DATA for what is no index of this version. The file may be replaced meanwhile, but not written into. */
NODISCARD ErrCode ask_values_open(const char *path, AskValues **ret_values, Err *err);
void ask_values_close(AskValues *values);                        /* NULL allowed */
bool ask_values_same(const AskValues *a, const AskValues *b);    /* of the same data and model */
int64_t ask_values_version(const AskValues *values);             /* the data version it was made of */
Str ask_values_model(const AskValues *values);                   /* and the hash of the model's text; borrowed */
size_t ask_values_count(const AskValues *values);                /* values, each once a dimension's attribute */
size_t ask_values_count_of(const AskValues *values, Str member); /* of one member; 0: none of it are known */

/* For whom values are looked up. */
typedef struct AskLookup {
    bool (*is_known)(void *arg, Str norm); /* words that are no typing errors though no value has them; NULL: none */
    void *arg;
    const bool *unseen; /* of ask_values_unseen */
} AskLookup;

/* The columns that whoever sees `model` may not see: for them, what only these hold does not exist. NULL: there are none. */
const bool *ask_values_unseen(Arena *arena, const AskValues *values, const Model *model);

/* Every run of tokens that means something, longest first at each place; of more than `max` the most certain. `lookup` may be NULL.
 * Texts are borrowed from the index, lists live in the arena. */
void ask_values_find(Arena *arena, const AskValues *values, const AskToken *tokens, size_t n_tokens,
                     const AskLookup *lookup, size_t max, const AskValueMatch **ret_matches, size_t *ret_n);
