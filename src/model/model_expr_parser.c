/* What the parser's files share (model_expr_parser.h): tokens, nodes, and going on behind an error. */
#include "model/model_expr_parser.h"

#include <string.h>

/* ---- tokens --------------------------------------------------------------------------------------------------------- */

static bool is_behind(ModelPlace a, ModelPlace b) {
    return a.line != b.line ? a.line > b.line : a.column > b.column;
}

/* The error on its way, into the list. */
static void keep(ExprParser *p) {
    ModelPlace place = p->lexer.place;
    place.line = p->err->line;
    place.column = p->err->column;
    if (!is_behind(place, p->failed)) return;
    expr_errors_add(p->errors, place, p->err);
    p->failed = place;
}

static bool goes_on(const ExprParser *p, ErrCode code) {
    return p->errors && expr_is_mendable(code) && !p->errors->is_cut;
}

/* The next token; what is none becomes a broken one. */
static ErrCode lex(ExprParser *p, ExprLexer *lexer, ExprToken *ret) {
    ErrCode code = expr_lex_next(lexer, ret, p->err);
    if (!code || !goes_on(p, code)) return code;
    *ret = (ExprToken){.kind = EXPR_TOKEN_BROKEN, .place = lexer->place};
    return ERR_OK;
}

ErrCode expr_take(ExprParser *p) {
    p->n_parens += expr_is_sign(p, "(") ? 1 : expr_is_sign(p, ")") ? -1 : 0;
    TRY(lex(p, &p->lexer, &p->token));
    if (p->token.kind != EXPR_TOKEN_BROKEN) return ERR_OK;
    keep(p);
    expr_lex_skip(&p->lexer);
    if (p->lexer.at == p->lexer.text.n) p->failed = p->lexer.place;
    return p->errors->is_cut ? ERR_INVALID : ERR_OK;
}

ErrCode expr_peek(ExprParser *p, ExprToken *ret) {
    ExprLexer ahead = p->lexer;
    return lex(p, &ahead, ret);
}

bool expr_is_sign(const ExprParser *p, const char *sign) {
    return p->token.kind == EXPR_TOKEN_SIGN && str_eq(p->token.text, str_of(sign));
}

bool expr_is_word(const ExprParser *p, const char *word) {
    return p->token.kind == EXPR_TOKEN_WORD && str_eq_nocase(p->token.text, str_of(word));
}

ErrCode expr_unexpected(ExprParser *p, const char *wanted) {
    const ExprToken *token = &p->token;
    if (token->kind == EXPR_TOKEN_END)
        return expr_error(p->err, ERR_INVALID, token->place, "the expression ends where %s should follow", wanted);
    if (expr_is_word(p, "like") || expr_is_word(p, "ilike"))
        return expr_error(p->err, ERR_INVALID, token->place,
                          "there is no '%.*s': use contains(x, 'text'), starts_with or ends_with",
                          STR_ARG(token->text));
    const char *quote = token->kind == EXPR_TOKEN_TEXT ? "'" : token->kind == EXPR_TOKEN_QUOTED ? "\"" : "";
    return expr_error(p->err, ERR_INVALID, token->place, "%s was expected here, not %s%.*s%s", wanted,
                      *quote ? quote : "'", STR_ARG(token->text), *quote ? quote : "'");
}

ErrCode expr_expect_sign(ExprParser *p, const char *sign, const char *wanted) {
    return expr_is_sign(p, sign) ? expr_take(p) : expr_unexpected(p, wanted);
}

ErrCode expr_expect_word(ExprParser *p, const char *word, const char *wanted) {
    return expr_is_word(p, word) ? expr_take(p) : expr_unexpected(p, wanted);
}

/* ---- nodes ---------------------------------------------------------------------------------------------------------- */

ErrCode expr_make(ExprParser *p, Expr expr, const Expr **ret) {
    ExprNode *node = ARENA_NEW(p->arena, ExprNode);
    node->expr = expr;
    node->size = 1;
    for (size_t i = 0; i < expr.n_args; i++) {
        const ExprNode *arg = (const ExprNode *)expr.args[i];
        node->depth = MAX_OF(node->depth, arg->depth);
        node->size = MIN_OF(node->size + arg->size, EXPR_MAX_NODES + 1);
    }
    node->depth++;
    if (node->depth > EXPR_MAX_DEPTH)
        return expr_error(p->err, ERR_TOO_LARGE, expr.place, "the expression is nested more than %d deep",
                          EXPR_MAX_DEPTH);
    if (node->size > EXPR_MAX_NODES)
        return expr_error(p->err, ERR_TOO_LARGE, expr.place, "the expression has more than %d parts", EXPR_MAX_NODES);
    *ret = &node->expr;
    return ERR_OK;
}

ErrCode expr_make_call(ExprParser *p, SqlFn fn, ModelPlace place, const Expr *const *args, size_t n_args,
                       const Expr **ret) {
    const Expr **copy = ARENA_ARRAY(p->arena, const Expr *, n_args + 1);
    if (n_args) memcpy(copy, args, n_args * sizeof(*copy));
    return expr_make(p,
                     (Expr){.kind = EXPR_CALL,
                            .place = place,
                            .name = str_of(sql_fn_info(fn)->name),
                            .fn = fn,
                            .args = copy,
                            .n_args = n_args},
                     ret);
}

ErrCode expr_make_call2(ExprParser *p, SqlFn fn, ModelPlace place, const Expr *a, const Expr *b, const Expr **ret) {
    const Expr *args[] = {a, b};
    return expr_make_call(p, fn, place, args, 2, ret);
}

ErrCode expr_make_broken(ExprParser *p, ModelPlace place, const Expr *const *parts, size_t n_parts, const Expr **ret) {
    const Expr **args = arena_dup(p->arena, parts, n_parts * sizeof(*parts));
    return expr_make(p, (Expr){.kind = EXPR_BROKEN, .place = place, .args = args, .n_args = n_parts}, ret);
}

/* ---- behind an error ------------------------------------------------------------------------------------------------ */

ExprStart expr_start(const ExprParser *p) {
    return (ExprStart){.place = p->token.place,
                       .depth = p->depth,
                       .is_in_where = p->is_in_where,
                       .n_parens = p->n_parens,
                       .n_cases = p->n_cases};
}

static bool is_any_word(const ExprParser *p, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (expr_is_word(p, words[i])) return true;
    return false;
}

/* What ends a part of either kind, or goes on behind it. */
static bool is_skipped_to(const ExprParser *p, ExprSkip skip) {
    static const char *const always[] = {"and", "or", "when", "then", "else", "end"};
    static const char *const tests[] = {"is", "in", "between", "not"};
    if (expr_is_sign(p, ")") || expr_is_sign(p, ",") || is_any_word(p, always, COUNT_OF(always))) return true;
    if (skip == EXPR_SKIP_TO_CONDITION) return false;
    bool is_name_part = expr_is_sign(p, ".") || expr_is_sign(p, "(");
    return (p->token.kind == EXPR_TOKEN_SIGN && !is_name_part) || is_any_word(p, tests, COUNT_OF(tests));
}

/* Takes what stands between, parentheses and cases as a whole. */
static ErrCode skip_to(ExprParser *p, const ExprStart *start, ExprSkip skip) {
    for (;;) {
        if (p->token.kind == EXPR_TOKEN_END) {
            p->failed = p->token.place;
            return ERR_OK;
        }
        bool is_outside = p->n_parens <= start->n_parens && p->n_cases <= start->n_cases;
        if (is_outside && is_skipped_to(p, skip)) return ERR_OK;
        if (expr_is_word(p, "case")) p->n_cases++;
        if (expr_is_word(p, "end")) p->n_cases--;
        /* It closes what the part opened, and the cases in there; or what stands around the part. */
        if (expr_is_sign(p, ")") && p->n_parens <= start->n_parens) return ERR_OK;
        if (expr_is_sign(p, ")") && p->n_parens == start->n_parens + 1) p->n_cases = start->n_cases;
        TRY(expr_take(p));
    }
}

ErrCode expr_recover(ExprParser *p, const ExprStart *start, ErrCode code, ExprSkip skip, const Expr **ret) {
    if (!code || !goes_on(p, code)) return code;
    keep(p);
    if (p->errors->is_cut) return code;
    p->depth = start->depth;
    p->is_in_where = start->is_in_where;
    TRY(skip_to(p, start, skip));
    p->n_parens = start->n_parens;
    p->n_cases = start->n_cases;
    return expr_make_broken(p, start->place, ret, *ret ? 1 : 0, ret);
}
