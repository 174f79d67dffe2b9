/* The parser of derivations: prior(total, 1 year), rolling(avg, total, 3 months), share(total, by kind). */
#include "model/model_expr_parser.h"

/* "year", "years": a unit of time. */
static bool is_unit(const ExprToken *token, TimeGrain *ret_unit) {
    Str word = token->text;
    if (token->kind != EXPR_TOKEN_WORD) return false;
    if (word.n > 1 && (word.p[word.n - 1] == 's' || word.p[word.n - 1] == 'S')) word.n--;
    for (int grain = TIME_GRAIN_YEAR; grain < TIME_GRAIN_COUNT; grain++) {
        if (!str_eq_nocase(word, str_of(time_grain_name((TimeGrain)grain)))) continue;
        *ret_unit = (TimeGrain)grain;
        return true;
    }
    return false;
}

/* 3 months · year · 3 */
static ErrCode parse_span(ExprParser *p, ExprDeriveShape shape, Expr *derived) {
    derived->n = 1;
    ModelPlace place = p->token.place;
    bool has_number = p->token.kind == EXPR_TOKEN_NUMBER;
    if (has_number) {
        if (!str_to_int64(p->token.text, &derived->n) || derived->n < 1 || derived->n > 10000)
            return expr_error(p->err, ERR_INVALID, place, "a whole number from 1 to 10000 was expected here");
        TRY(expr_take(p));
    }
    if (is_unit(&p->token, &derived->unit)) return expr_take(p);
    if (has_number && shape.has_count) return ERR_OK;
    return expr_unexpected(p, shape.has_count ? "a number, or a span such as 3 months" : "a span such as 1 year");
}

/* rolling(AGG, …: one of those that can be taken of what is shown. */
static ErrCode parse_derive_agg(ExprParser *p, Expr *derived) {
    static const SqlFn FNS[] = {SQL_FN_SUM, SQL_FN_AVG, SQL_FN_MIN, SQL_FN_MAX, SQL_FN_COUNT};
    for (size_t i = 0; i < COUNT_OF(FNS); i++) {
        if (!expr_is_word(p, sql_fn_info(FNS[i])->name)) continue;
        derived->agg = FNS[i];
        TRY(expr_take(p));
        return expr_expect_sign(p, ",", "','");
    }
    return expr_unexpected(p, "sum, avg, min, max or count");
}

static ErrCode parse_by(ExprParser *p, ExprList *args) {
    do {
        const Expr *name = NULL;
        TRY(expr_take(p));
        TRY(expr_parse_name(p, &name));
        VEC_PUSH(p->arena, args, name);
    } while (expr_is_sign(p, ","));
    return ERR_OK;
}

static ErrCode parse_derive_option(ExprParser *p, Expr *derived, ExprList *args) {
    ExprDeriveShape shape = expr_derive_shape(derived->derive);
    if (shape.has_by && expr_is_word(p, "by")) return parse_by(p, args);
    if (derived->derive == EXPR_DERIVE_CUMULATIVE && expr_is_word(p, "all")) {
        derived->is_all = true;
        return expr_take(p);
    }
    if (shape.has_span && !derived->n) return parse_span(p, shape, derived);
    return expr_unexpected(p, shape.has_by ? "'by' and names, or ')'" : "')'");
}

ErrCode expr_parse_derived(ExprParser *p, ExprToken word, ExprDerive derive, const Expr **ret) {
    Expr derived = {.kind = EXPR_DERIVED,
                    .place = word.place,
                    .name = str_of(expr_derive_name(derive)),
                    .fn = SQL_FN_COUNT_OF,
                    .derive = derive,
                    .agg = SQL_FN_COUNT_OF};
    static const char *const ENDS[] = {",", ")", "asc", "desc", NULL};
    ExprDeriveShape shape = expr_derive_shape(derive);
    ExprList args = {0};
    const Expr *measure = NULL;
    TRY(expr_take(p));
    if (shape.has_agg) TRY(parse_derive_agg(p, &derived));
    TRY(expr_parse_upto(p, ENDS, "',' or ')'", &measure));
    VEC_PUSH(p->arena, &args, measure);
    if (derive == EXPR_DERIVE_RANK && (expr_is_word(p, "asc") || expr_is_word(p, "desc"))) {
        derived.is_ascending = expr_is_word(p, "asc");
        TRY(expr_take(p));
    }
    while (expr_is_sign(p, ",")) {
        TRY(expr_take(p));
        TRY(parse_derive_option(p, &derived, &args));
    }
    if (shape.needs_span && !derived.n) return expr_unexpected(p, "',' and a span such as 3 months");
    TRY(expr_expect_sign(p, ")", "',' or ')'"));
    derived.args = args.at;
    derived.n_args = args.n;
    return expr_make(p, derived, ret);
}
