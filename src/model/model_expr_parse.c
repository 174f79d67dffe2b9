/*
 * The parser of the expression language: precedence climbing over the lexer, one token ahead.
 *
 * Chains of `and` and `or` become one call of up to 99 arguments; `between` and `case x when` are rewritten to
 * comparisons here, so the tree has fewer kinds. That shares sub-trees: each node carries its depth and size counted
 * as if they were copied, and both are capped, which bounds every later walk, however the text nests.
 */
#include "model/model_expr_internal.h"

#include <string.h>

/* Loosest first. */
enum { PREC_OR = 1, PREC_AND, PREC_NOT, PREC_COMPARE, PREC_CONCAT, PREC_ADD, PREC_MUL, PREC_NEG };
enum { CHAIN_MAX = 99, NAME_PARTS_MAX = 8 };

typedef struct Parser {
    Arena *arena;
    ExprLexer lexer;
    ExprToken token; /* the next, not yet taken */
    int depth;       /* of the recursion */
    bool is_in_where;
    Err *err;
} Parser;

typedef VEC(const Expr *) ExprList;

static ErrCode parse_binary(Parser *p, int min_prec, const Expr **ret);

/* ---- tokens --------------------------------------------------------------------------------------------------------- */

static ErrCode take(Parser *p) {
    return expr_lex_next(&p->lexer, &p->token, p->err);
}

static bool is_sign(const Parser *p, const char *sign) {
    return p->token.kind == EXPR_TOKEN_SIGN && str_eq(p->token.text, str_of(sign));
}

static bool is_word(const Parser *p, const char *word) {
    return p->token.kind == EXPR_TOKEN_WORD && str_eq_nocase(p->token.text, str_of(word));
}

/* What comes after the token that was not taken yet: a copy of the lexer looks ahead. */
static ErrCode peek(Parser *p, ExprToken *ret) {
    ExprLexer ahead = p->lexer;
    return expr_lex_next(&ahead, ret, p->err);
}

static ErrCode unexpected(Parser *p, const char *wanted) {
    const ExprToken *token = &p->token;
    if (token->kind == EXPR_TOKEN_END)
        return expr_error(p->err, ERR_INVALID, token->place, "the expression ends where %s should follow", wanted);
    if (is_word(p, "like") || is_word(p, "ilike"))
        return expr_error(p->err, ERR_INVALID, token->place,
                          "there is no '%.*s': use contains(x, 'text'), starts_with or ends_with",
                          STR_ARG(token->text));
    const char *quote = token->kind == EXPR_TOKEN_TEXT ? "'" : token->kind == EXPR_TOKEN_QUOTED ? "\"" : "";
    return expr_error(p->err, ERR_INVALID, token->place, "%s was expected here, not %s%.*s%s", wanted,
                      *quote ? quote : "'", STR_ARG(token->text), *quote ? quote : "'");
}

static ErrCode expect_sign(Parser *p, const char *sign, const char *wanted) {
    return is_sign(p, sign) ? take(p) : unexpected(p, wanted);
}

static ErrCode expect_word(Parser *p, const char *word, const char *wanted) {
    return is_word(p, word) ? take(p) : unexpected(p, wanted);
}

/* ---- nodes ---------------------------------------------------------------------------------------------------------- */

static ErrCode make(Parser *p, Expr expr, const Expr **ret) {
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

static ErrCode make_call(Parser *p, SqlFn fn, ModelPlace place, const Expr *const *args, size_t n_args,
                         const Expr **ret) {
    const Expr **copy = ARENA_ARRAY(p->arena, const Expr *, n_args + 1);
    if (n_args) memcpy(copy, args, n_args * sizeof(*copy));
    return make(p,
                (Expr){.kind = EXPR_CALL,
                       .place = place,
                       .name = str_of(sql_fn_info(fn)->name),
                       .fn = fn,
                       .args = copy,
                       .n_args = n_args},
                ret);
}

static ErrCode make_call2(Parser *p, SqlFn fn, ModelPlace place, const Expr *a, const Expr *b, const Expr **ret) {
    const Expr *args[] = {a, b};
    return make_call(p, fn, place, args, 2, ret);
}

static ErrCode make_literal(Parser *p, ModelPlace place, Value value, const Expr **ret) {
    return make(p, (Expr){.kind = EXPR_LITERAL, .place = place, .value = value}, ret);
}

/* ---- primaries ------------------------------------------------------------------------------------------------------ */

static ErrCode parse_number(Parser *p, const Expr **ret) {
    Str text = p->token.text;
    ModelPlace place = p->token.place;
    Value value;
    int64_t i;
    double f;
    ptrdiff_t dot = str_find_char(text, '.');
    if (str_find_char(text, 'e') >= 0 || str_find_char(text, 'E') >= 0) {
        if (!str_to_double(text, &f))
            return expr_error(p->err, ERR_INVALID, place, "%.*s is too large for a number", STR_ARG(text));
        value = value_float(f);
    } else if (dot < 0 && str_to_int64(text, &i)) {
        value = value_int(i);
    } else {
        size_t start = 0;
        while (start + 1 < text.n && text.p[start] == '0') start++;
        size_t scale = dot < 0 ? 0 : text.n - (size_t)dot - 1;
        size_t digits = text.n - start - (dot < 0 ? 0 : 1);
        if (text.p[start] == '.') digits = scale;
        Int128 unscaled;
        if (digits > TYPE_DECIMAL_MAX_PRECISION || !decimal_parse(text, (int)digits, (int)scale, &unscaled))
            return expr_error(p->err, ERR_INVALID, place, "%.*s has more than %d digits", STR_ARG(text),
                              TYPE_DECIMAL_MAX_PRECISION);
        value = value_decimal(unscaled, (int)digits, (int)scale);
    }
    TRY(take(p));
    return make_literal(p, place, value, ret);
}

static ErrCode parse_time_literal(Parser *p, TypeKind kind, const Expr **ret) {
    ModelPlace place = p->token.place;
    TRY(take(p));
    int64_t i;
    Str text = p->token.text;
    if (!(kind == TYPE_DATE ? time_parse_date(text, &i) : time_parse_timestamp(text, &i)))
        return expr_error(p->err, ERR_INVALID, p->token.place, "'%.*s' is not a %s; write it as '%s'", STR_ARG(text),
                          type_kind_name(kind), kind == TYPE_DATE ? "2014-03-07" : "2014-03-07T10:20:30");
    TRY(take(p));
    return make_literal(p, place, kind == TYPE_DATE ? value_date(i) : value_timestamp(i), ret);
}

static ErrCode parse_name(Parser *p, const Expr **ret) {
    Str parts[NAME_PARTS_MAX];
    size_t n = 0;
    ModelPlace place = p->token.place;
    Buf name;
    for (;;) {
        bool is_name = p->token.kind == EXPR_TOKEN_QUOTED ||
                       (p->token.kind == EXPR_TOKEN_WORD && (n > 0 || !expr_is_keyword(p->token.text)));
        if (!is_name) return unexpected(p, n ? "a name" : "a value, a name or '('");
        if (n == NAME_PARTS_MAX)
            return expr_error(p->err, ERR_INVALID, place, "a name has at most %d parts", NAME_PARTS_MAX);
        parts[n++] = p->token.text;
        TRY(take(p));
        if (!is_sign(p, ".")) break;
        TRY(take(p));
    }
    buf_init(&name, EXPR_MAX_BYTES * 2);
    for (size_t i = 0; i < n; i++) {
        if (i) buf_add_char(&name, '.');
        buf_add(&name, parts[i]);
    }
    Str full = arena_str(p->arena, buf_str(&name));
    buf_release(&name);
    return make(p,
                (Expr){.kind = EXPR_NAME,
                       .place = place,
                       .name = full,
                       .parts = arena_dup(p->arena, parts, n * sizeof(*parts)),
                       .n_parts = n},
                ret);
}

/* case when c then x … [else y] end;  case x when v then … end: each v is compared with x. */
static ErrCode parse_case(Parser *p, const Expr **ret) {
    ModelPlace place = p->token.place;
    const Expr *operand = NULL;
    ExprList args = {0};
    TRY(take(p));
    if (!is_word(p, "when")) TRY(parse_binary(p, PREC_OR, &operand));
    if (!is_word(p, "when")) return unexpected(p, "'when'");
    while (is_word(p, "when")) {
        const Expr *when, *then;
        TRY(take(p));
        ModelPlace at = p->token.place;
        TRY(parse_binary(p, PREC_OR, &when));
        if (operand) TRY(make_call2(p, SQL_FN_EQ, at, operand, when, &when));
        TRY(expect_word(p, "then", "'then'"));
        TRY(parse_binary(p, PREC_OR, &then));
        VEC_PUSH(p->arena, &args, when);
        VEC_PUSH(p->arena, &args, then);
    }
    if (is_word(p, "else")) {
        const Expr *other;
        TRY(take(p));
        TRY(parse_binary(p, PREC_OR, &other));
        VEC_PUSH(p->arena, &args, other);
    }
    TRY(expect_word(p, "end", "'when', 'else' or 'end'"));
    return make(p, (Expr){.kind = EXPR_CASE, .place = place, .args = args.at, .n_args = args.n}, ret);
}

/* The type after `as`: decimal(18,2), text. */
static ErrCode parse_type(Parser *p, Type *ret) {
    ModelPlace place = p->token.place;
    if (p->token.kind != EXPR_TOKEN_WORD) return unexpected(p, "a type");
    Str text = p->token.text;
    TRY(take(p));
    if (is_sign(p, "(")) {
        Str numbers[2] = {S("0"), S("0")};
        for (size_t i = 0; i < 2; i++) {
            TRY(take(p));
            if (p->token.kind != EXPR_TOKEN_NUMBER) return unexpected(p, "a number");
            numbers[i] = p->token.text;
            TRY(take(p));
            if (!is_sign(p, ",")) break;
        }
        TRY(expect_sign(p, ")", "')'"));
        text = arena_printf(p->arena, "%.*s(%.*s,%.*s)", STR_ARG(text), STR_ARG(numbers[0]), STR_ARG(numbers[1]));
    }
    Type type;
    if (!type_parse(text, &type) || type.kind == TYPE_NULL)
        return expr_error(
            p->err, ERR_INVALID, place,
            "'%.*s' is no type: bool, int64, decimal(p,s) with p up to 38, float64, text, date, timestamp, json",
            STR_ARG(text));
    *ret = type;
    return ERR_OK;
}

static ErrCode parse_cast(Parser *p, ModelPlace place, bool is_try, const Expr **ret) {
    const Expr *operand = NULL;
    Type type = {0};
    TRY(parse_binary(p, PREC_OR, &operand));
    TRY(expect_word(p, "as", "'as' and a type"));
    TRY(parse_type(p, &type));
    TRY(expect_sign(p, ")", "')'"));
    const Expr **args = ARENA_ARRAY(p->arena, const Expr *, 1);
    args[0] = operand;
    return make(p, (Expr){.kind = EXPR_CAST, .place = place, .is_try = is_try, .type = type, .args = args, .n_args = 1},
                ret);
}

/* expr, expr, … up to the closing parenthesis, which is taken. */
static ErrCode parse_list(Parser *p, ExprList *list) {
    for (;;) {
        const Expr *item = NULL;
        TRY(parse_binary(p, PREC_OR, &item));
        VEC_PUSH(p->arena, list, item);
        if (is_sign(p, ")")) return take(p);
        if (!is_sign(p, ",")) return unexpected(p, "',' or ')'");
        TRY(take(p));
    }
}

static Str lower_case(Arena *arena, Str word) {
    char *copy = arena_dup(arena, word.p, word.n);
    for (size_t i = 0; i < word.n; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z') copy[i] = (char)(copy[i] + ('a' - 'A'));
    return (Str){copy, word.n};
}

/* ---- derivations ---------------------------------------------------------------------------------------------------- */

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
static ErrCode parse_span(Parser *p, ExprDeriveShape shape, Expr *derived) {
    derived->n = 1;
    ModelPlace place = p->token.place;
    bool has_number = p->token.kind == EXPR_TOKEN_NUMBER;
    if (has_number) {
        if (!str_to_int64(p->token.text, &derived->n) || derived->n < 1 || derived->n > 10000)
            return expr_error(p->err, ERR_INVALID, place, "a whole number from 1 to 10000 was expected here");
        TRY(take(p));
    }
    if (is_unit(&p->token, &derived->unit)) return take(p);
    if (has_number && shape.has_count) return ERR_OK;
    return unexpected(p, shape.has_count ? "a number, or a span such as 3 months" : "a span such as 1 year");
}

/* rolling(AGG, …: one of those that can be taken of what is shown. */
static ErrCode parse_derive_agg(Parser *p, Expr *derived) {
    static const SqlFn FNS[] = {SQL_FN_SUM, SQL_FN_AVG, SQL_FN_MIN, SQL_FN_MAX, SQL_FN_COUNT};
    for (size_t i = 0; i < COUNT_OF(FNS); i++) {
        if (!is_word(p, sql_fn_info(FNS[i])->name)) continue;
        derived->agg = FNS[i];
        TRY(take(p));
        return expect_sign(p, ",", "','");
    }
    return unexpected(p, "sum, avg, min, max or count");
}

static ErrCode parse_by(Parser *p, ExprList *args) {
    do {
        const Expr *name = NULL;
        TRY(take(p));
        TRY(parse_name(p, &name));
        VEC_PUSH(p->arena, args, name);
    } while (is_sign(p, ","));
    return ERR_OK;
}

static ErrCode parse_derive_option(Parser *p, Expr *derived, ExprList *args) {
    ExprDeriveShape shape = expr_derive_shape(derived->derive);
    if (shape.has_by && is_word(p, "by")) return parse_by(p, args);
    if (derived->derive == EXPR_DERIVE_CUMULATIVE && is_word(p, "all")) {
        derived->is_all = true;
        return take(p);
    }
    if (shape.has_span && !derived->n) return parse_span(p, shape, derived);
    return unexpected(p, shape.has_by ? "'by' and names, or ')'" : "')'");
}

/* The word is taken and the token is '('. */
static ErrCode parse_derived(Parser *p, ExprToken word, ExprDerive derive, const Expr **ret) {
    Expr derived = {.kind = EXPR_DERIVED,
                    .place = word.place,
                    .name = str_of(expr_derive_name(derive)),
                    .fn = SQL_FN_COUNT_OF,
                    .derive = derive,
                    .agg = SQL_FN_COUNT_OF};
    ExprDeriveShape shape = expr_derive_shape(derive);
    ExprList args = {0};
    const Expr *measure = NULL;
    TRY(take(p));
    if (shape.has_agg) TRY(parse_derive_agg(p, &derived));
    TRY(parse_binary(p, PREC_OR, &measure));
    VEC_PUSH(p->arena, &args, measure);
    if (derive == EXPR_DERIVE_RANK && (is_word(p, "asc") || is_word(p, "desc"))) {
        derived.is_ascending = is_word(p, "asc");
        TRY(take(p));
    }
    while (is_sign(p, ",")) {
        TRY(take(p));
        TRY(parse_derive_option(p, &derived, &args));
    }
    if (shape.needs_span && !derived.n) return unexpected(p, "',' and a span such as 3 months");
    TRY(expect_sign(p, ")", "',' or ')'"));
    derived.args = args.at;
    derived.n_args = args.n;
    return make(p, derived, ret);
}

/* The word is taken and the token is '('. */
static ErrCode parse_call(Parser *p, ExprToken word, const Expr **ret) {
    Expr call = {
        .kind = EXPR_CALL, .place = word.place, .name = lower_case(p->arena, word.text), .fn = SQL_FN_COUNT_OF};
    ExprDerive derive;
    if (expr_find_derive(call.name, &derive)) return parse_derived(p, word, derive, ret);
    TRY(take(p));
    if (str_eq(call.name, S("cast")) || str_eq(call.name, S("try_cast")))
        return parse_cast(p, word.place, str_eq(call.name, S("try_cast")), ret);
    SqlFn fn;
    if (sql_fn_find(call.name, &fn)) call.fn = fn;
    ExprList args = {0};
    if (is_sign(p, "*")) {
        if (call.fn != SQL_FN_COUNT)
            return expr_error(p->err, ERR_INVALID, p->token.place, "'*' stands only in count(*)");
        call.fn = SQL_FN_COUNT_ALL;
        TRY(take(p));
        TRY(expect_sign(p, ")", "')'"));
    } else if (is_sign(p, ")")) {
        TRY(take(p));
    } else {
        if (is_word(p, "distinct")) {
            call.is_distinct = true;
            TRY(take(p));
        }
        TRY(parse_list(p, &args));
    }
    if (call.is_distinct && call.fn != SQL_FN_COUNT_OF &&
        (sql_fn_info(call.fn)->class != SQL_CLASS_AGGREGATE || args.n != 1))
        return expr_error(p->err, ERR_INVALID, word.place,
                          "'distinct' stands only before the one argument of an aggregate: count(distinct x)");
    call.args = args.at;
    call.n_args = args.n;
    return make(p, call, ret);
}

static ErrCode parse_word(Parser *p, const Expr **ret) {
    ExprToken word = p->token, next;
    bool is_true = is_word(p, "true");
    if (is_true || is_word(p, "false")) {
        TRY(take(p));
        return make_literal(p, word.place, value_bool(is_true), ret);
    }
    if (is_word(p, "null")) {
        TRY(take(p));
        return make_literal(p, word.place, value_null(TYPE(TYPE_NULL)), ret);
    }
    if (is_word(p, "case")) return parse_case(p, ret);
    if (expr_is_keyword(word.text)) return parse_name(p, ret); /* says what would fit */
    TRY(peek(p, &next));
    if (next.kind == EXPR_TOKEN_TEXT && is_word(p, "date")) return parse_time_literal(p, TYPE_DATE, ret);
    if (next.kind == EXPR_TOKEN_TEXT && is_word(p, "timestamp")) return parse_time_literal(p, TYPE_TIMESTAMP, ret);
    if (next.kind == EXPR_TOKEN_SIGN && str_eq(next.text, S("("))) {
        TRY(take(p));
        return parse_call(p, word, ret);
    }
    return parse_name(p, ret);
}

static ErrCode parse_primary(Parser *p, const Expr **ret) {
    if (p->token.kind == EXPR_TOKEN_NUMBER) return parse_number(p, ret);
    if (p->token.kind == EXPR_TOKEN_WORD) return parse_word(p, ret);
    if (p->token.kind == EXPR_TOKEN_TEXT) {
        ExprToken text = p->token;
        TRY(take(p));
        return make_literal(p, text.place, value_text(text.text), ret);
    }
    if (is_sign(p, "(")) {
        TRY(take(p));
        TRY(parse_binary(p, PREC_OR, ret));
        return expect_sign(p, ")", "')' or an operator");
    }
    return parse_name(p, ret);
}

/* A primary and the `where` after it, whose condition reaches as far as it can. */
static ErrCode parse_operand(Parser *p, const Expr **ret) {
    TRY(parse_primary(p, ret));
    if (!is_word(p, "where")) return ERR_OK;
    ModelPlace place = p->token.place;
    if (p->is_in_where)
        return expr_error(
            p->err, ERR_INVALID, place,
            "'where' within the condition of a 'where': join conditions with 'and', or put the first part in parentheses");
    const Expr **args = ARENA_ARRAY(p->arena, const Expr *, 2);
    args[0] = *ret;
    TRY(take(p));
    p->is_in_where = true;
    TRY(parse_binary(p, PREC_OR, &args[1]));
    p->is_in_where = false;
    return make(p, (Expr){.kind = EXPR_WHERE, .place = place, .args = args, .n_args = 2}, ret);
}

/* ---- operators ------------------------------------------------------------------------------------------------------ */

typedef struct Operator {
    const char *text;
    SqlFn fn;
    int prec;
} Operator;

static const Operator OPERATORS[] = {
    {"=", SQL_FN_EQ, PREC_COMPARE},  {"!=", SQL_FN_NE, PREC_COMPARE},    {"<>", SQL_FN_NE, PREC_COMPARE},
    {"<", SQL_FN_LT, PREC_COMPARE},  {"<=", SQL_FN_LE, PREC_COMPARE},    {">", SQL_FN_GT, PREC_COMPARE},
    {">=", SQL_FN_GE, PREC_COMPARE}, {"||", SQL_FN_CONCAT, PREC_CONCAT}, {"+", SQL_FN_ADD, PREC_ADD},
    {"-", SQL_FN_SUB, PREC_ADD},     {"*", SQL_FN_MUL, PREC_MUL},        {"/", SQL_FN_DIV, PREC_MUL},
};

static const Operator *operator_here(const Parser *p) {
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++)
        if (is_sign(p, OPERATORS[i].text)) return &OPERATORS[i];
    return NULL;
}

/* The token is `and` or `or`, *ret what stands before it: the whole chain. */
static ErrCode parse_chain(Parser *p, const char *word, SqlFn fn, int prec, const Expr **ret) {
    ExprList args = {0};
    ModelPlace place = p->token.place;
    VEC_PUSH(p->arena, &args, *ret);
    while (is_word(p, word)) {
        const Expr *right;
        TRY(take(p));
        TRY(parse_binary(p, prec + 1, &right));
        if (args.n == CHAIN_MAX) {
            TRY(make_call(p, fn, place, args.at, args.n, &args.at[0]));
            args.n = 1;
        }
        VEC_PUSH(p->arena, &args, right);
    }
    return make_call(p, fn, place, args.at, args.n, ret);
}

/* `in (…)` and `between a and b` after *ret, with `not` before them taken already. */
static ErrCode parse_in(Parser *p, bool is_negated, ModelPlace place, const Expr **ret) {
    ExprList args = {0};
    VEC_PUSH(p->arena, &args, *ret);
    TRY(take(p));
    TRY(expect_sign(p, "(", "'(' and a list of values"));
    TRY(parse_list(p, &args));
    return make(p, (Expr){.kind = EXPR_IN, .place = place, .is_negated = is_negated, .args = args.at, .n_args = args.n},
                ret);
}

static ErrCode parse_between(Parser *p, bool is_negated, ModelPlace place, const Expr **ret) {
    const Expr *low, *high, *ends[2];
    TRY(take(p));
    TRY(parse_binary(p, PREC_CONCAT, &low));
    TRY(expect_word(p, "and", "'and' and the upper bound"));
    TRY(parse_binary(p, PREC_CONCAT, &high));
    TRY(make_call2(p, SQL_FN_GE, place, *ret, low, &ends[0]));
    TRY(make_call2(p, SQL_FN_LE, place, *ret, high, &ends[1]));
    TRY(make_call(p, SQL_FN_AND, place, ends, 2, ret));
    return is_negated ? make_call(p, SQL_FN_NOT, place, ret, 1, ret) : ERR_OK;
}

/* is [not] null, [not] in, [not] between; *ret_done tells whether there was one. */
static ErrCode parse_test(Parser *p, const Expr **ret, bool *ret_done) {
    ModelPlace place = p->token.place;
    *ret_done = true;
    if (is_word(p, "is")) {
        TRY(take(p));
        bool is_not = is_word(p, "not");
        if (is_not) TRY(take(p));
        TRY(expect_word(p, "null", is_not ? "'null'" : "'null' or 'not null'"));
        return make_call(p, is_not ? SQL_FN_IS_SET : SQL_FN_IS_NULL, place, ret, 1, ret);
    }
    bool is_negated = is_word(p, "not");
    if (is_negated) TRY(take(p));
    if (is_word(p, "in")) return parse_in(p, is_negated, place, ret);
    if (is_word(p, "between")) return parse_between(p, is_negated, place, ret);
    if (is_negated) return unexpected(p, "'in' or 'between'");
    *ret_done = false;
    return ERR_OK;
}

/* op right, after *ret. */
static ErrCode parse_operator(Parser *p, const Operator *op, const Expr **ret) {
    const Expr *right;
    ModelPlace place = p->token.place;
    TRY(take(p));
    TRY(parse_binary(p, op->prec + 1, &right));
    return make_call2(p, op->fn, place, *ret, right, ret);
}

/* At most one comparison or test after *ret. */
static ErrCode parse_comparison(Parser *p, const Expr **ret) {
    for (int n = 0;; n++) {
        const Operator *op = operator_here(p);
        ModelPlace place = p->token.place;
        bool is_done = false;
        if (op && op->prec == PREC_COMPARE && n == 0) {
            TRY(parse_operator(p, op, ret));
            continue;
        }
        if (!op) TRY(parse_test(p, ret, &is_done));
        if (n && (is_done || (op && op->prec == PREC_COMPARE)))
            return expr_error(p->err, ERR_INVALID, place,
                              "comparisons do not chain: join them with 'and', or use parentheses");
        if (!is_done) return ERR_OK;
    }
}

static ErrCode parse_prefix(Parser *p, int min_prec, const Expr **ret) {
    ModelPlace place = p->token.place;
    if (is_word(p, "not")) {
        if (min_prec > PREC_NOT)
            return expr_error(p->err, ERR_INVALID, place,
                              "'not' binds less than the operator before it: put 'not …' in parentheses");
        TRY(take(p));
        TRY(parse_binary(p, PREC_NOT, ret));
        return make_call(p, SQL_FN_NOT, place, ret, 1, ret);
    }
    if (is_sign(p, "-")) {
        TRY(take(p));
        TRY(parse_binary(p, PREC_NEG, ret));
        return make_call(p, SQL_FN_NEG, place, ret, 1, ret);
    }
    return parse_operand(p, ret);
}

/* Everything from here whose operators bind at least as tightly as min_prec, tightest first. */
static ErrCode parse_levels(Parser *p, int min_prec, const Expr **ret) {
    TRY(parse_prefix(p, min_prec, ret));
    for (const Operator *op; (op = operator_here(p)) && op->prec > PREC_COMPARE && op->prec >= min_prec;)
        TRY(parse_operator(p, op, ret));
    if (min_prec <= PREC_COMPARE) TRY(parse_comparison(p, ret));
    if (min_prec <= PREC_AND && is_word(p, "and")) TRY(parse_chain(p, "and", SQL_FN_AND, PREC_AND, ret));
    if (min_prec <= PREC_OR && is_word(p, "or")) TRY(parse_chain(p, "or", SQL_FN_OR, PREC_OR, ret));
    return ERR_OK;
}

static ErrCode parse_binary(Parser *p, int min_prec, const Expr **ret) {
    if (p->depth == EXPR_MAX_DEPTH)
        return expr_error(p->err, ERR_TOO_LARGE, p->token.place, "the expression is nested more than %d deep",
                          EXPR_MAX_DEPTH);
    p->depth++;
    const Expr *expr = NULL;
    TRY(parse_levels(p, min_prec, &expr));
    p->depth--;
    *ret = expr;
    return ERR_OK;
}

ErrCode expr_parse(Arena *arena, Str text, ModelPlace place, const Expr **ret_expr, Err *err) {
    if (text.n > EXPR_MAX_BYTES)
        return expr_error(err, ERR_TOO_LARGE, place, "the expression has %zu bytes; at most %d are allowed", text.n,
                          EXPR_MAX_BYTES);
    if (!utf8_is_valid(text)) return expr_error(err, ERR_INVALID, place, "the expression is not valid UTF-8");
    if (place.column < 1) place.column = 1;
    Parser p = {.arena = arena, .lexer = {.arena = arena, .text = text, .place = place}, .err = err};
    const Expr *expr;
    TRY(take(&p));
    if (p.token.kind == EXPR_TOKEN_END) return expr_error(err, ERR_INVALID, place, "the expression is empty");
    TRY(parse_binary(&p, PREC_OR, &expr));
    if (p.token.kind != EXPR_TOKEN_END) return unexpected(&p, "an operator or the end of the expression");
    *ret_expr = expr;
    return ERR_OK;
}
