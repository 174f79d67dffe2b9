/*
 * The parser of the expression language: precedence climbing over the lexer, one token ahead. Operators and the way in stand here,
 * operands in model_expr_parse_operand.c; model_expr_parser.h says how the parser goes on behind an error.
 *
 * Chains of `and` and `or` become one call of up to 99 arguments; `between` is rewritten to comparisons, so the tree has fewer kinds.
 * That shares sub-trees: each node carries its depth and size counted as if they were copied, and both are capped, which
 * bounds every later walk, however the text nests.
 */
#include "model/model_expr_parser.h"

enum { CHAIN_MAX = 99 };

/* ---- operators ------------------------------------------------------------------------------------------------------ */

typedef struct Operator {
    const char *text;
    SqlFn fn;
    int prec;
} Operator;

static const Operator OPERATORS[] = {
    {"=", SQL_FN_EQ, EXPR_PREC_COMPARE},  {"!=", SQL_FN_NE, EXPR_PREC_COMPARE},    {"<>", SQL_FN_NE, EXPR_PREC_COMPARE},
    {"<", SQL_FN_LT, EXPR_PREC_COMPARE},  {"<=", SQL_FN_LE, EXPR_PREC_COMPARE},    {">", SQL_FN_GT, EXPR_PREC_COMPARE},
    {">=", SQL_FN_GE, EXPR_PREC_COMPARE}, {"||", SQL_FN_CONCAT, EXPR_PREC_CONCAT}, {"+", SQL_FN_ADD, EXPR_PREC_ADD},
    {"-", SQL_FN_SUB, EXPR_PREC_ADD},     {"*", SQL_FN_MUL, EXPR_PREC_MUL},        {"/", SQL_FN_DIV, EXPR_PREC_MUL},
};

static const Operator *operator_here(const ExprParser *p) {
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++)
        if (expr_is_sign(p, OPERATORS[i].text)) return &OPERATORS[i];
    return NULL;
}

/* The token is `and` or `or`, *ret what stands before it: the whole chain. */
static ErrCode parse_chain(ExprParser *p, const char *word, SqlFn fn, int prec, const Expr **ret) {
    ExprList args = {0};
    ModelPlace place = p->token.place;
    VEC_PUSH(p->arena, &args, *ret);
    while (expr_is_word(p, word)) {
        const Expr *right;
        TRY(expr_take(p));
        TRY(expr_parse_binary(p, prec + 1, &right));
        if (args.n == CHAIN_MAX) {
            TRY(expr_make_call(p, fn, place, args.at, args.n, &args.at[0]));
            args.n = 1;
        }
        VEC_PUSH(p->arena, &args, right);
    }
    return expr_make_call(p, fn, place, args.at, args.n, ret);
}

/* `in (…)` and `between a and b` after *ret, with `not` before them taken already. */
static ErrCode parse_in(ExprParser *p, bool is_negated, ModelPlace place, const Expr **ret) {
    ExprList args = {0};
    VEC_PUSH(p->arena, &args, *ret);
    TRY(expr_take(p));
    TRY(expr_expect_sign(p, "(", "'(' and a list of values"));
    TRY(expr_parse_list(p, &args));
    return expr_make(
        p, (Expr){.kind = EXPR_IN, .place = place, .is_negated = is_negated, .args = args.at, .n_args = args.n}, ret);
}

static ErrCode parse_between(ExprParser *p, bool is_negated, ModelPlace place, const Expr **ret) {
    const Expr *low, *high, *ends[2];
    TRY(expr_take(p));
    TRY(expr_parse_binary(p, EXPR_PREC_CONCAT, &low));
    TRY(expr_expect_word(p, "and", "'and' and the upper bound"));
    TRY(expr_parse_binary(p, EXPR_PREC_CONCAT, &high));
    TRY(expr_make_call2(p, SQL_FN_GE, place, *ret, low, &ends[0]));
    TRY(expr_make_call2(p, SQL_FN_LE, place, *ret, high, &ends[1]));
    TRY(expr_make_call(p, SQL_FN_AND, place, ends, 2, ret));
    return is_negated ? expr_make_call(p, SQL_FN_NOT, place, ret, 1, ret) : ERR_OK;
}

/* is [not] null, [not] in, [not] between; *ret_done tells whether there was one. */
static ErrCode parse_test(ExprParser *p, const Expr **ret, bool *ret_done) {
    ModelPlace place = p->token.place;
    *ret_done = true;
    if (expr_is_word(p, "is")) {
        TRY(expr_take(p));
        bool is_not = expr_is_word(p, "not");
        if (is_not) TRY(expr_take(p));
        TRY(expr_expect_word(p, "null", is_not ? "'null'" : "'null' or 'not null'"));
        return expr_make_call(p, is_not ? SQL_FN_IS_SET : SQL_FN_IS_NULL, place, ret, 1, ret);
    }
    bool is_negated = expr_is_word(p, "not");
    if (is_negated) TRY(expr_take(p));
    if (expr_is_word(p, "in")) return parse_in(p, is_negated, place, ret);
    if (expr_is_word(p, "between")) return parse_between(p, is_negated, place, ret);
    if (is_negated) return expr_unexpected(p, "'in' or 'between'");
    *ret_done = false;
    return ERR_OK;
}

/* op right, after *ret. */
static ErrCode parse_operator(ExprParser *p, const Operator *op, const Expr **ret) {
    const Expr *right;
    ModelPlace place = p->token.place;
    TRY(expr_take(p));
    TRY(expr_parse_binary(p, op->prec + 1, &right));
    return expr_make_call2(p, op->fn, place, *ret, right, ret);
}

/* At most one comparison or test after *ret. */
static ErrCode parse_comparison(ExprParser *p, const Expr **ret) {
    for (int n = 0;; n++) {
        const Operator *op = operator_here(p);
        ModelPlace place = p->token.place;
        bool is_done = false;
        if (op && op->prec == EXPR_PREC_COMPARE && n == 0) {
            TRY(parse_operator(p, op, ret));
            continue;
        }
        if (!op) TRY(parse_test(p, ret, &is_done));
        if (n && (is_done || (op && op->prec == EXPR_PREC_COMPARE)))
            return expr_error(p->err, ERR_INVALID, place,
                              "comparisons do not chain: join them with 'and', or use parentheses");
        if (!is_done) return ERR_OK;
    }
}

static ErrCode parse_prefix(ExprParser *p, int min_prec, const Expr **ret) {
    ModelPlace place = p->token.place;
    if (expr_is_word(p, "not")) {
        if (min_prec > EXPR_PREC_NOT)
            return expr_error(p->err, ERR_INVALID, place,
                              "'not' binds less than the operator before it: put 'not …' in parentheses");
        TRY(expr_take(p));
        TRY(expr_parse_binary(p, EXPR_PREC_NOT, ret));
        return expr_make_call(p, SQL_FN_NOT, place, ret, 1, ret);
    }
    if (expr_is_sign(p, "-")) {
        TRY(expr_take(p));
        TRY(expr_parse_binary(p, EXPR_PREC_NEG, ret));
        return expr_make_call(p, SQL_FN_NEG, place, ret, 1, ret);
    }
    return expr_parse_operand(p, ret);
}

/* All but `and` and `or`, tightest first: behind *ret, or from an operand on where that is NULL. */
static ErrCode parse_comparable(ExprParser *p, int min_prec, const Expr **ret) {
    if (!*ret) TRY(parse_prefix(p, min_prec, ret));
    for (const Operator *op; (op = operator_here(p)) && op->prec > EXPR_PREC_COMPARE && op->prec >= min_prec;)
        TRY(parse_operator(p, op, ret));
    return min_prec <= EXPR_PREC_COMPARE ? parse_comparison(p, ret) : ERR_OK;
}

/* Everything from here, or behind *ret, whose operators bind at least as tightly as min_prec. */
static ErrCode parse_levels(ExprParser *p, int min_prec, const Expr **ret) {
    ExprStart start = expr_start(p);
    ErrCode code = parse_comparable(p, min_prec, ret);
    if (min_prec <= EXPR_PREC_COMPARE) code = expr_recover(p, &start, code, EXPR_SKIP_TO_CONDITION, ret);
    TRY(code);
    if (min_prec <= EXPR_PREC_AND && expr_is_word(p, "and")) TRY(parse_chain(p, "and", SQL_FN_AND, EXPR_PREC_AND, ret));
    if (min_prec <= EXPR_PREC_OR && expr_is_word(p, "or")) TRY(parse_chain(p, "or", SQL_FN_OR, EXPR_PREC_OR, ret));
    return ERR_OK;
}

static ErrCode parse_deeper(ExprParser *p, int min_prec, const Expr **ret) {
    if (p->depth == EXPR_MAX_DEPTH)
        return expr_error(p->err, ERR_TOO_LARGE, p->token.place, "the expression is nested more than %d deep",
                          EXPR_MAX_DEPTH);
    p->depth++;
    TRY(parse_levels(p, min_prec, ret));
    p->depth--;
    return ERR_OK;
}

ErrCode expr_parse_binary(ExprParser *p, int min_prec, const Expr **ret) {
    const Expr *expr = NULL;
    TRY(parse_deeper(p, min_prec, &expr));
    *ret = expr;
    return ERR_OK;
}

/* ---- whole expressions ---------------------------------------------------------------------------------------------- */

static bool is_at(const ExprParser *p, const char *const *ends) {
    for (; ends && *ends; ends++)
        if (expr_is_sign(p, *ends) || expr_is_word(p, *ends)) return true;
    return !ends && p->token.kind == EXPR_TOKEN_END;
}

/* Behind which no operator can go on: what stands around has to see to it. */
static bool is_closed(const ExprParser *p) {
    static const char *const closers[] = {")", ",", "when", "then", "else", "end", NULL};
    return p->token.kind == EXPR_TOKEN_END || is_at(p, closers);
}

/* A closer that closes nothing is passed over, as if it were not there. */
static ErrCode take_closer(ExprParser *p, const ExprStart *start) {
    TRY(expr_take(p));
    p->n_parens = start->n_parens;
    p->failed = p->token.place;
    return ERR_OK;
}

ErrCode expr_parse_upto(ExprParser *p, const char *const *ends, const char *wanted, const Expr **ret) {
    ExprStart start = expr_start(p);
    ExprList parts = {0}; /* between commas that separate nothing */
    const Expr *expr = NULL;
    for (;;) {
        size_t before = p->lexer.at;
        TRY(parse_deeper(p, EXPR_PREC_OR, &expr));
        if (is_at(p, ends)) break;
        TRY(expr_recover(p, &start, expr_unexpected(p, wanted), EXPR_SKIP_TO_OPERATOR, &expr));
        if (is_at(p, ends)) break;
        if (is_closed(p)) p->failed = p->token.place;
        if (is_closed(p) && ends) break;
        bool is_comma = expr_is_sign(p, ",");
        if (is_closed(p) || p->lexer.at == before) TRY(take_closer(p, &start));
        if (!is_comma) continue;
        VEC_PUSH(p->arena, &parts, expr);
        expr = NULL;
    }
    if (parts.n) VEC_PUSH(p->arena, &parts, expr);
    if (parts.n) return expr_make_broken(p, start.place, parts.at, parts.n, ret);
    *ret = expr;
    return ERR_OK;
}

static ErrCode parse_text(ExprParser *p, Str text, ModelPlace place, const Expr **ret) {
    if (text.n > EXPR_MAX_BYTES)
        return expr_error(p->err, ERR_TOO_LARGE, place, "the expression has %zu bytes; at most %d are allowed", text.n,
                          EXPR_MAX_BYTES);
    if (!utf8_is_valid(text)) return expr_error(p->err, ERR_INVALID, place, "the expression is not valid UTF-8");
    TRY(expr_take(p));
    if (p->token.kind == EXPR_TOKEN_END) return expr_error(p->err, ERR_INVALID, place, "the expression is empty");
    return expr_parse_upto(p, NULL, "an operator or the end of the expression", ret);
}

static ExprParser parser_of(Arena *arena, Str text, ModelPlace *place, Err *err) {
    place->column = MAX_OF(place->column, 1);
    return (ExprParser){.arena = arena, .lexer = {.arena = arena, .text = text, .place = *place}, .err = err};
}

ErrCode expr_parse(Arena *arena, Str text, ModelPlace place, const Expr **ret_expr, Err *err) {
    ExprParser p = parser_of(arena, text, &place, err);
    return parse_text(&p, text, place, ret_expr);
}

const Expr *expr_parse_all(Arena *arena, Str text, ModelPlace place, ExprErrors *errors) {
    Err err = {0};
    const Expr *expr = NULL;
    ExprParser p = parser_of(arena, text, &place, &err);
    p.errors = errors;
    if (!parse_text(&p, text, place, &expr)) return expr;
    if (!errors->is_cut) expr_errors_add(errors, place, &err);
    return NULL;
}
