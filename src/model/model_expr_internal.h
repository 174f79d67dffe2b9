#pragma once
/* For files of model/ only: the lexer, node sizes, and the words of the expression language. */
#include "model/model_expr.h"

typedef enum ExprTokenKind {
    EXPR_TOKEN_END,
    EXPR_TOKEN_NUMBER,
    EXPR_TOKEN_TEXT,   /* '…', quotes removed, NFC */
    EXPR_TOKEN_WORD,   /* a name or keyword */
    EXPR_TOKEN_QUOTED, /* "…", quotes removed */
    EXPR_TOKEN_SIGN,   /* an operator or punctuation */
    EXPR_TOKEN_BROKEN  /* cannot be read, and that is told; where all errors are wanted */
} ExprTokenKind;

typedef struct ExprToken {
    ExprTokenKind kind;
    Str text;
    ModelPlace place;
} ExprToken;

typedef struct ExprLexer {
    Arena *arena;
    Str text;
    size_t at;        /* offset of the next byte */
    ModelPlace place; /* of that byte */
} ExprLexer;

/* The next token; at the end EXPR_TOKEN_END for ever. ERR_INVALID with the place. */
NODISCARD ErrCode expr_lex_next(ExprLexer *lexer, ExprToken *ret_token, Err *err);
/* Behind what expr_lex_next could not read. */
void expr_lex_skip(ExprLexer *lexer);

bool expr_is_keyword(Str word);   /* cannot be a bare name; any case */
bool expr_is_bare_name(Str name); /* needs no quotes */
bool expr_find_derive(Str name, ExprDerive *ret_derive);
const char *expr_derive_name(ExprDerive derive);
/* What it takes beside the measure. */
typedef struct ExprDeriveShape {
    bool has_agg;
    bool has_span;
    bool needs_span;
    bool has_count; /* a bare number */
    bool has_by;
} ExprDeriveShape;
ExprDeriveShape expr_derive_shape(ExprDerive derive);

/* Every node of the parser is one of these, so that shared sub-trees are counted as often as they are walked. */
typedef struct ExprNode {
    Expr expr;
    int depth;
    int size; /* nodes, itself included */
} ExprNode;

/* Whether what stands around an error can still be looked at: it is no limit, and no fault of ours. */
bool expr_is_mendable(ErrCode code);
/* err_set and err_at in one; returns `code` with err NULL too. */
ErrCode expr_error(Err *err, ErrCode code, ModelPlace place, const char *format, ...) PRINTF_LIKE(4, 5);

/* The node, whose arguments are folded, or what it comes to whatever the rows are; of the same type. */
const SqlExpr *expr_fold(Arena *arena, const SqlExpr *sql);
bool expr_is_constant(const SqlExpr *sql, bool value); /* the literal true, or false */
