/*
 * The parser of operands: literals, names, cases, conversions, calls, parentheses, and the `where` behind any of them.
 * `case x when` is rewritten to comparisons, which share x.
 */
#include "model/model_expr_parser.h"

enum { NAME_PARTS_MAX = 8 };

/* ---- literals and names --------------------------------------------------------------------------------------------- */

static ErrCode make_literal(ExprParser *p, ModelPlace place, Value value, const Expr **ret) {
    return expr_make(p, (Expr){.kind = EXPR_LITERAL, .place = place, .value = value}, ret);
}

static ErrCode parse_number(ExprParser *p, const Expr **ret) {
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
    TRY(expr_take(p));
    return make_literal(p, place, value, ret);
}

static ErrCode parse_time_literal(ExprParser *p, TypeKind kind, const Expr **ret) {
    ModelPlace place = p->token.place;
    TRY(expr_take(p));
    int64_t i;
    Str text = p->token.text;
    if (!(kind == TYPE_DATE ? time_parse_date(text, &i) : time_parse_timestamp(text, &i)))
        return expr_error(p->err, ERR_INVALID, p->token.place, "'%.*s' is not a %s; write it as '%s'", STR_ARG(text),
                          type_kind_name(kind), kind == TYPE_DATE ? "2014-03-07" : "2014-03-07T10:20:30");
    TRY(expr_take(p));
    return make_literal(p, place, kind == TYPE_DATE ? value_date(i) : value_timestamp(i), ret);
}

ErrCode expr_parse_name(ExprParser *p, const Expr **ret) {
    Str parts[NAME_PARTS_MAX];
    size_t n = 0;
    ModelPlace place = p->token.place;
    Buf name;
    for (;;) {
        bool is_name = p->token.kind == EXPR_TOKEN_QUOTED ||
                       (p->token.kind == EXPR_TOKEN_WORD && (n > 0 || !expr_is_keyword(p->token.text)));
        if (!is_name) return expr_unexpected(p, n ? "a name" : "a value, a name or '('");
        if (n == NAME_PARTS_MAX)
            return expr_error(p->err, ERR_INVALID, place, "a name has at most %d parts", NAME_PARTS_MAX);
        parts[n++] = p->token.text;
        TRY(expr_take(p));
        if (!expr_is_sign(p, ".")) break;
        TRY(expr_take(p));
    }
    buf_init(&name, EXPR_MAX_BYTES * 2);
    for (size_t i = 0; i < n; i++) {
        if (i) buf_add_char(&name, '.');
        buf_add(&name, parts[i]);
    }
    Str full = arena_str(p->arena, buf_str(&name));
    buf_release(&name);
    return expr_make(p,
                     (Expr){.kind = EXPR_NAME,
                            .place = place,
                            .name = full,
                            .parts = arena_dup(p->arena, parts, n * sizeof(*parts)),
                            .n_parts = n},
                     ret);
}

/* case when c then x … [else y] end;  case x when v then … end: each v is compared with x. */
static ErrCode parse_case(ExprParser *p, const Expr **ret) {
    static const char *const WHEN[] = {"when", NULL}, *const THEN[] = {"then", NULL};
    static const char *const NEXT[] = {"when", "else", "end", NULL}, *const END[] = {"end", NULL};
    ModelPlace place = p->token.place;
    const Expr *operand = NULL;
    ExprList args = {0};
    p->n_cases++;
    TRY(expr_take(p));
    if (!expr_is_word(p, "when")) TRY(expr_parse_upto(p, WHEN, "'when'", &operand));
    if (!expr_is_word(p, "when")) return expr_unexpected(p, "'when'");
    while (expr_is_word(p, "when")) {
        const Expr *when = NULL, *then = NULL;
        TRY(expr_take(p));
        ModelPlace at = p->token.place;
        TRY(expr_parse_upto(p, THEN, "'then'", &when));
        if (operand) TRY(expr_make_call2(p, SQL_FN_EQ, at, operand, when, &when));
        TRY(expr_expect_word(p, "then", "'then'"));
        TRY(expr_parse_upto(p, NEXT, "'when', 'else' or 'end'", &then));
        VEC_PUSH(p->arena, &args, when);
        VEC_PUSH(p->arena, &args, then);
    }
    if (expr_is_word(p, "else")) {
        const Expr *other = NULL;
        TRY(expr_take(p));
        TRY(expr_parse_upto(p, END, "'when', 'else' or 'end'", &other));
        VEC_PUSH(p->arena, &args, other);
    }
    TRY(expr_expect_word(p, "end", "'when', 'else' or 'end'"));
    p->n_cases--;
    return expr_make(p, (Expr){.kind = EXPR_CASE, .place = place, .args = args.at, .n_args = args.n}, ret);
}

/* The type after `as`: decimal(18,2), text. */
static ErrCode parse_type(ExprParser *p, Type *ret) {
    ModelPlace place = p->token.place;
    if (p->token.kind != EXPR_TOKEN_WORD) return expr_unexpected(p, "a type");
    Str text = p->token.text;
    TRY(expr_take(p));
    if (expr_is_sign(p, "(")) {
        Str numbers[2] = {S("0"), S("0")};
        for (size_t i = 0; i < 2; i++) {
            TRY(expr_take(p));
            if (p->token.kind != EXPR_TOKEN_NUMBER) return expr_unexpected(p, "a number");
            numbers[i] = p->token.text;
            TRY(expr_take(p));
            if (!expr_is_sign(p, ",")) break;
        }
        TRY(expr_expect_sign(p, ")", "')'"));
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

static ErrCode parse_cast(ExprParser *p, ModelPlace place, bool is_try, const Expr **ret) {
    static const char *const AS[] = {"as", NULL};
    const Expr *operand = NULL;
    Type type = {0};
    TRY(expr_parse_upto(p, AS, "'as' and a type", &operand));
    TRY(expr_expect_word(p, "as", "'as' and a type"));
    TRY(parse_type(p, &type));
    TRY(expr_expect_sign(p, ")", "')'"));
    const Expr **args = ARENA_ARRAY(p->arena, const Expr *, 1);
    args[0] = operand;
    return expr_make(
        p, (Expr){.kind = EXPR_CAST, .place = place, .is_try = is_try, .type = type, .args = args, .n_args = 1}, ret);
}

ErrCode expr_parse_list(ExprParser *p, ExprList *list) {
    static const char *const ENDS[] = {",", ")", NULL};
    for (;;) {
        const Expr *item = NULL;
        TRY(expr_parse_upto(p, ENDS, "',' or ')'", &item));
        VEC_PUSH(p->arena, list, item);
        if (expr_is_sign(p, ")")) return expr_take(p);
        if (!expr_is_sign(p, ",")) return expr_unexpected(p, "',' or ')'");
        TRY(expr_take(p));
    }
}

static Str lower_case(Arena *arena, Str word) {
    char *copy = arena_dup(arena, word.p, word.n);
    for (size_t i = 0; i < word.n; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z') copy[i] = (char)(copy[i] + ('a' - 'A'));
    return (Str){copy, word.n};
}

/* The word is taken and the token is '('. */
static ErrCode parse_call(ExprParser *p, ExprToken word, const Expr **ret) {
    Expr call = {
        .kind = EXPR_CALL, .place = word.place, .name = lower_case(p->arena, word.text), .fn = SQL_FN_COUNT_OF};
    ExprDerive derive;
    if (expr_find_derive(call.name, &derive)) return expr_parse_derived(p, word, derive, ret);
    TRY(expr_take(p));
    if (str_eq(call.name, S("cast")) || str_eq(call.name, S("try_cast")))
        return parse_cast(p, word.place, str_eq(call.name, S("try_cast")), ret);
    SqlFn fn;
    if (sql_fn_find(call.name, &fn)) call.fn = fn;
    ExprList args = {0};
    if (expr_is_sign(p, "*")) {
        if (call.fn != SQL_FN_COUNT)
            return expr_error(p->err, ERR_INVALID, p->token.place, "'*' stands only in count(*)");
        call.fn = SQL_FN_COUNT_ALL;
        TRY(expr_take(p));
        TRY(expr_expect_sign(p, ")", "')'"));
    } else if (expr_is_sign(p, ")")) {
        TRY(expr_take(p));
    } else {
        if (expr_is_word(p, "distinct")) {
            call.is_distinct = true;
            TRY(expr_take(p));
        }
        TRY(expr_parse_list(p, &args));
    }
    if (call.is_distinct && call.fn != SQL_FN_COUNT_OF &&
        (sql_fn_info(call.fn)->class != SQL_CLASS_AGGREGATE || args.n != 1))
        return expr_error(p->err, ERR_INVALID, word.place,
                          "'distinct' stands only before the one argument of an aggregate: count(distinct x)");
    call.args = args.at;
    call.n_args = args.n;
    return expr_make(p, call, ret);
}

static ErrCode parse_word(ExprParser *p, const Expr **ret) {
    ExprToken word = p->token, next;
    bool is_true = expr_is_word(p, "true");
    if (is_true || expr_is_word(p, "false")) {
        TRY(expr_take(p));
        return make_literal(p, word.place, value_bool(is_true), ret);
    }
    if (expr_is_word(p, "null")) {
        TRY(expr_take(p));
        return make_literal(p, word.place, value_null(TYPE(TYPE_NULL)), ret);
    }
    if (expr_is_word(p, "case")) return parse_case(p, ret);
    if (expr_is_keyword(word.text)) return expr_parse_name(p, ret); /* says what would fit */
    TRY(expr_peek(p, &next));
    if (next.kind == EXPR_TOKEN_TEXT && expr_is_word(p, "date")) return parse_time_literal(p, TYPE_DATE, ret);
    if (next.kind == EXPR_TOKEN_TEXT && expr_is_word(p, "timestamp")) return parse_time_literal(p, TYPE_TIMESTAMP, ret);
    if (next.kind == EXPR_TOKEN_SIGN && str_eq(next.text, S("("))) {
        TRY(expr_take(p));
        return parse_call(p, word, ret);
    }
    return expr_parse_name(p, ret);
}

static ErrCode parse_primary(ExprParser *p, const Expr **ret) {
    if (p->token.kind == EXPR_TOKEN_BROKEN) {
        ModelPlace place = p->token.place;
        TRY(expr_take(p));
        return expr_make_broken(p, place, NULL, 0, ret);
    }
    if (p->token.kind == EXPR_TOKEN_NUMBER) return parse_number(p, ret);
    if (p->token.kind == EXPR_TOKEN_WORD) return parse_word(p, ret);
    if (p->token.kind == EXPR_TOKEN_TEXT) {
        ExprToken text = p->token;
        TRY(expr_take(p));
        return make_literal(p, text.place, value_text(text.text), ret);
    }
    if (expr_is_sign(p, "(")) {
        static const char *const CLOSE[] = {")", NULL};
        TRY(expr_take(p));
        TRY(expr_parse_upto(p, CLOSE, "')' or an operator", ret));
        return expr_expect_sign(p, ")", "')' or an operator");
    }
    return expr_parse_name(p, ret);
}

/* A primary and the `where` after it, whose condition reaches as far as it can. */
static ErrCode parse_operand(ExprParser *p, const Expr **ret) {
    TRY(parse_primary(p, ret));
    if (!expr_is_word(p, "where")) return ERR_OK;
    ModelPlace place = p->token.place;
    if (p->is_in_where)
        return expr_error(
            p->err, ERR_INVALID, place,
            "'where' within the condition of a 'where': join conditions with 'and', or put the first part in parentheses");
    const Expr **args = ARENA_ARRAY(p->arena, const Expr *, 2);
    args[0] = *ret;
    TRY(expr_take(p));
    p->is_in_where = true;
    TRY(expr_parse_binary(p, EXPR_PREC_OR, &args[1]));
    p->is_in_where = false;
    return expr_make(p, (Expr){.kind = EXPR_WHERE, .place = place, .args = args, .n_args = 2}, ret);
}

ErrCode expr_parse_operand(ExprParser *p, const Expr **ret) {
    ExprStart start = expr_start(p);
    const Expr *operand = NULL;
    TRY(expr_recover(p, &start, parse_operand(p, &operand), EXPR_SKIP_TO_OPERATOR, &operand));
    *ret = operand;
    return ERR_OK;
}
