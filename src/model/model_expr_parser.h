#pragma once
/*
 * For the parser's files only (model_expr_parse*.c, model_expr_parser.c): the token ahead, nodes, and how the parser goes on
 * behind an error.
 *
 * Every function gives an ErrCode, and the first error ends the parse, unless there is a list for all of them. Then a part that
 * cannot be read ends where it can be done without: an operand, a comparison, an item of a list. The error goes into the list, tokens
 * are skipped up to where what stands around the part goes on, and an EXPR_BROKEN takes its place. An error that lies no further than
 * the one before, or than what was skipped to the end, follows from it and is not kept.
 */
#include "model/model_expr_internal.h"

typedef struct ExprParser {
    Arena *arena;
    ExprLexer lexer;
    ExprToken token; /* the next, not yet taken */
    int depth;       /* of the recursion */
    bool is_in_where;
    int n_parens; /* open at the token */
    int n_cases;
    Err *err;
    ExprErrors *errors; /* NULL: the first error ends it */
    ModelPlace failed;  /* errors up to here are told */
} ExprParser;

typedef VEC(const Expr *) ExprList;

/* Where a part begins. */
typedef struct ExprStart {
    ModelPlace place;
    int depth;
    bool is_in_where;
    int n_parens;
    int n_cases;
} ExprStart;

/* ---- tokens --------------------------------------------------------------------------------------------------------- */

NODISCARD ErrCode expr_take(ExprParser *p);
/* What comes after the token ahead. */
NODISCARD ErrCode expr_peek(ExprParser *p, ExprToken *ret);
bool expr_is_sign(const ExprParser *p, const char *sign);
bool expr_is_word(const ExprParser *p, const char *word);
/* ERR_INVALID at the token ahead: `wanted` was expected. */
ErrCode expr_unexpected(ExprParser *p, const char *wanted);
NODISCARD ErrCode expr_expect_sign(ExprParser *p, const char *sign, const char *wanted);
NODISCARD ErrCode expr_expect_word(ExprParser *p, const char *word, const char *wanted);

/* ---- nodes ---------------------------------------------------------------------------------------------------------- */

/* ERR_TOO_LARGE past the caps. */
NODISCARD ErrCode expr_make(ExprParser *p, Expr expr, const Expr **ret);
NODISCARD ErrCode expr_make_call(ExprParser *p, SqlFn fn, ModelPlace place, const Expr *const *args, size_t n_args,
                                 const Expr **ret);
NODISCARD ErrCode expr_make_call2(ExprParser *p, SqlFn fn, ModelPlace place, const Expr *a, const Expr *b,
                                  const Expr **ret);
/* What could be read of it is kept, so that names in there are looked at. */
NODISCARD ErrCode expr_make_broken(ExprParser *p, ModelPlace place, const Expr *const *parts, size_t n_parts,
                                   const Expr **ret);

/* ---- behind an error ------------------------------------------------------------------------------------------------ */

/* What a part that cannot be read is skipped up to; always also the end, ')' ',' and the words of a case. */
typedef enum ExprSkip {
    EXPR_SKIP_TO_OPERATOR,
    EXPR_SKIP_TO_CONDITION /* to `and` and `or` only */
} ExprSkip;

ExprStart expr_start(const ExprParser *p);
/* With a list, an error other than of size becomes a broken node around *ret, which is NULL or what was read of the part; else `code`
 * again. */
NODISCARD ErrCode expr_recover(ExprParser *p, const ExprStart *start, ErrCode code, ExprSkip skip, const Expr **ret);

/* ---- the grammar ---------------------------------------------------------------------------------------------------- */

/* model_expr_parse.c: an operator's side, whose own operators bind at least as tightly as min_prec. */
enum { EXPR_PREC_OR = 1, EXPR_PREC_AND, EXPR_PREC_NOT, EXPR_PREC_COMPARE, EXPR_PREC_CONCAT, EXPR_PREC_ADD };
enum { EXPR_PREC_MUL = EXPR_PREC_ADD + 1, EXPR_PREC_NEG };
NODISCARD ErrCode expr_parse_binary(ExprParser *p, int min_prec, const Expr **ret);
/* A whole expression, behind which one of the signs or words in `ends` stands (NULL: the text's end); it is not taken. */
NODISCARD ErrCode expr_parse_upto(ExprParser *p, const char *const *ends, const char *wanted, const Expr **ret);

/* model_expr_parse_operand.c: a literal, name, call, case, cast or parentheses, and the `where` behind it. */
NODISCARD ErrCode expr_parse_operand(ExprParser *p, const Expr **ret);
NODISCARD ErrCode expr_parse_name(ExprParser *p, const Expr **ret);
/* expr, expr, … up to the closing parenthesis, which is taken. */
NODISCARD ErrCode expr_parse_list(ExprParser *p, ExprList *list);

/* model_expr_parse_derived.c: the word is taken and the token is '('. */
NODISCARD ErrCode expr_parse_derived(ExprParser *p, ExprToken word, ExprDerive derive, const Expr **ret);
