#pragma once
/*
 * The value index: the texts of a project's dimensions and of its facts' text attributes, found by how people write them. One
 * immutable, memory-mapped file a project and data version; any thread.
 */
#include "ask/ask_text.h"
#include "engine/engine.h"
#include "model/model.h"

typedef struct AskValues AskValues;

typedef enum AskMatch {
    ASK_MATCH_EXACT,   /* all words of the value, whatever the case */
    ASK_MATCH_STEM,    /* but for endings: "phones" and "Phone" */
    ASK_MATCH_PARTIAL, /* a run of the value's words that is rare enough to mean it: "minute maid" */
    ASK_MATCH_EDIT1,   /* a typing error */
    ASK_MATCH_EDIT2
} AskMatch;

/* A run of tokens that means a value, or several of one member. */
typedef struct AskValueMatch {
    size_t from; /* tokens, half-open */
    size_t to;
    Str member; /* canonical name: "ship_to.country", "ship_mode" */
    Str value;  /* as it is stored; of several: the first in the member's order */
    size_t n_values; /* how many of the member's values fit alike; 1: just this one */
    Str common;      /* of several: what to look for, as a part of them ("Minute Maid"); is_prefix: they begin with it */
    bool is_prefix;
    AskMatch how;
    double cost; /* 0: exact; grows with how doubtful it is */
} AskValueMatch;

/*
 * Writes the index of what the warehouse holds now to `path` (write, then rename). `before` may be NULL; members whose table did not
 * change since are copied from it. Members with more than `max_values` different texts are cut there, and told of in the log.
 */
NODISCARD ErrCode ask_values_build(const Ctx *ctx, EngineConn *conn, const Model *model, const AskValues *before,
                                   const char *path, Err *err);
/* ERR_NOT_FOUND, or ERR_DATA for what is no index of this version. */
NODISCARD ErrCode ask_values_open(const char *path, AskValues **ret_values, Err *err);
void ask_values_close(AskValues *values);
int64_t ask_values_version(const AskValues *values); /* the data version it was made of */
/* Every run of tokens that means something, longest first at each place; at most `max`. */
void ask_values_find(Arena *arena, const AskValues *values, const AskToken *tokens, size_t n_tokens, size_t max,
                     const AskValueMatch **ret_matches, size_t *ret_n);
