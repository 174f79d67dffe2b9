/*
 * Expr -> SqlExpr: names resolved by the scope, types found through the closed table, conditions of `where` brought to
 * the aggregates below as their filter.
 *
 * The tree is walked with a Place: how names are used here, the filter in force, and the chain of measures being
 * expanded, which is how a cycle is seen. Conversions are explicit: where values are compared or chosen among, number
 * literals are rewritten to the common type, other operands get a cast, and a text literal beside a date or timestamp
 * is read as one. So an engine never guesses. What is certain beforehand is folded (model_expr_fold.c).
 *
 * With a list for all errors, a node that is wrong is told there and becomes the compiler's `broken`: a null, which fits everywhere, and
 * of which nothing more is said. What is made of it is broken too.
 */
#include "model/model_expr_internal.h"

#include <string.h>

typedef struct Compiler {
    const ExprScope *scope;
    int n_nodes;
    Err *err;
    ExprErrors *errors;    /* NULL: the first error ends it */
    const SqlExpr *broken; /* stands for what is wrong */
} Compiler;

/* A measure being expanded, and the one it stands in. */
typedef struct Expansion {
    const Expr *name;
    const Expr *body;
    const struct Expansion *outer;
} Expansion;

typedef struct Place {
    ExprUse use;
    const SqlExpr *filter; /* of the `where`s around; NULL: none */
    const Expansion *expansion;
    int depth;
} Place;

static ErrCode compile(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret);

/* With a list for all errors, one of this node goes there, and the node is broken; else `code` again. */
static ErrCode mend(Compiler *c, const Expr *expr, ErrCode code, const SqlExpr **ret) {
    if (!code || !c->errors || !expr_is_mendable(code) || c->errors->is_cut) return code;
    expr_errors_add(c->errors, expr->place, c->err);
    *ret = c->broken;
    return c->errors->is_cut ? code : ERR_OK;
}

static Str type_words(Arena *arena, Type type) {
    char text[TYPE_TEXT_MAX];
    if (type.kind == TYPE_NULL) return S("null");
    if (type.kind == TYPE_DECIMAL) return S("decimal");
    return arena_printf(arena, "%s", type_print(type, text));
}

/* ---- conversions ---------------------------------------------------------------------------------------------------- */

static bool is_text_literal(const SqlExpr *sql) {
    return sql->kind == SQL_EXPR_LITERAL && sql->type.kind == TYPE_TEXT && !sql->value.is_null;
}

/* The same number in a wider type; false where it cannot be held. */
static bool widen(Value value, Type type, Value *ret) {
    if (value.is_null) {
        *ret = value_null(type);
        return true;
    }
    if (type.kind == TYPE_FLOAT64 && type_is_number(value.type)) {
        *ret = value_float(value_to_double(value));
        return true;
    }
    if (type.kind != TYPE_DECIMAL || (value.type.kind != TYPE_INT64 && value.type.kind != TYPE_DECIMAL)) return false;
    Int128 unscaled = value.type.kind == TYPE_INT64 ? value.i : value.dec;
    int scale = value.type.kind == TYPE_INT64 ? 0 : value.type.scale;
    if (scale > type.scale) return false;
    for (; scale < type.scale; scale++)
        if (__builtin_mul_overflow(unscaled, 10, &unscaled)) return false;
    *ret = value_decimal(unscaled, type.precision, type.scale);
    return true;
}

static const SqlExpr *convert(Arena *arena, const SqlExpr *sql, Type type) {
    bool is_same = sql->type.kind == type.kind && (type.kind != TYPE_DECIMAL || sql->type.scale == type.scale);
    Value value;
    if (is_same || type.kind == TYPE_NULL) return sql;
    if (sql->kind == SQL_EXPR_LITERAL && widen(sql->value, type, &value)) return sql_literal(arena, value);
    return sql_cast(arena, sql, type, false);
}

/* A text literal as a date or timestamp. */
static ErrCode read_time(Compiler *c, ModelPlace place, Type type, const SqlExpr **sql) {
    Value value;
    Str text = (*sql)->value.s;
    if (value_parse(text, type, &value, NULL))
        return expr_error(c->err, ERR_INVALID, place, "'%.*s' is not a %s; write it as '%s'", STR_ARG(text),
                          type_kind_name(type.kind), type.kind == TYPE_DATE ? "2014-03-07" : "2014-03-07T10:20:30");
    *sql = sql_literal(c->scope->arena, value);
    return ERR_OK;
}

/* Brings values that are compared with or chosen among each other to one type. ERR_INVALID where there is none. */
static ErrCode conform(Compiler *c, const Expr *const *exprs, const SqlExpr **args, size_t n, const char *what,
                       Type *ret_type) {
    Type time = TYPE(TYPE_NULL), common = TYPE(TYPE_NULL);
    for (size_t i = 0; i < n; i++)
        if (type_is_time(args[i]->type) && !sql_type_common(time, args[i]->type, &time)) time = args[i]->type;
    for (size_t i = 0; i < n; i++) {
        if (type_is_time(time) && is_text_literal(args[i])) TRY(read_time(c, exprs[i]->place, time, &args[i]));
        Type before = common;
        if (!sql_type_common(before, args[i]->type, &common)) {
            Arena *arena = c->scope->arena;
            return expr_error(c->err, ERR_INVALID, exprs[i]->place, "%s cannot mix %.*s with %.*s", what,
                              STR_ARG(type_words(arena, before)), STR_ARG(type_words(arena, args[i]->type)));
        }
    }
    for (size_t i = 0; i < n; i++) args[i] = convert(c->scope->arena, args[i], common);
    *ret_type = common;
    return ERR_OK;
}

/* ---- calls ---------------------------------------------------------------------------------------------------------- */

static bool is_any_broken(const Compiler *c, const SqlExpr *const *args, size_t n) {
    for (size_t i = 0; c->errors && i < n; i++)
        if (args[i] == c->broken) return true;
    return false;
}

static ErrCode compile_args(Compiler *c, Place at, const Expr *expr, const SqlExpr ***ret) {
    const SqlExpr **args = ARENA_ARRAY(c->scope->arena, const SqlExpr *, expr->n_args + 1);
    for (size_t i = 0; i < expr->n_args; i++) TRY(compile(c, at, expr->args[i], &args[i]));
    *ret = args;
    return ERR_OK;
}

static ErrCode unknown_function(Compiler *c, const Expr *call) {
    Str names[SQL_FN_COUNT_OF + EXPR_DERIVE_COUNT];
    size_t n = 0;
    for (int i = 0; i < EXPR_DERIVE_COUNT; i++) names[n++] = str_of(expr_derive_name((ExprDerive)i));
    for (int i = 0; i < SQL_FN_COUNT_OF; i++) {
        SqlFn fn;
        Str name = str_of(sql_fn_info((SqlFn)i)->name);
        if (sql_fn_find(name, &fn) && sql_fn_info(fn)->class != SQL_CLASS_WINDOW) names[n++] = name;
    }
    Str nearest = str_nearest(call->name, names, n);
    if (nearest.n)
        return expr_error(c->err, ERR_UNKNOWN_NAME, call->place, "no function '%.*s'; did you mean '%.*s'?",
                          STR_ARG(call->name), STR_ARG(nearest));
    return expr_error(c->err, ERR_UNKNOWN_NAME, call->place,
                      "no function '%.*s'; the expression language's page lists them", STR_ARG(call->name));
}

/* Text literals where the function wants a date. */
static ErrCode read_date_args(Compiler *c, const Expr *call, const SqlExpr **args) {
    const char *letters = sql_fn_info(call->fn)->args;
    size_t n_letters = strlen(letters);
    for (size_t i = 0; i < call->n_args && n_letters; i++) {
        int64_t day;
        if (letters[MIN_OF(i, n_letters - 1)] != 'd' || !is_text_literal(args[i])) continue;
        bool is_date = time_parse_date(args[i]->value.s, &day);
        TRY(read_time(c, call->args[i]->place, TYPE(is_date ? TYPE_DATE : TYPE_TIMESTAMP), &args[i]));
    }
    return ERR_OK;
}

/* Types of a call's arguments against the closed table, after conversions. */
static ErrCode check_call(Compiler *c, const Expr *call, const SqlExpr **args) {
    const SqlFnInfo *info = sql_fn_info(call->fn);
    Arena *arena = c->scope->arena;
    Type *types = ARENA_ARRAY(arena, Type, call->n_args + 1), type;
    bool is_comparison =
        strchr(info->args, 'c') && call->n_args >= (size_t)info->min_args && call->n_args <= (size_t)info->max_args;
    if (is_comparison)
        TRY(conform(c, call->args, args, call->n_args, arena_cstr(arena, arena_printf(arena, "'%s'", info->name)),
                    &type));
    TRY(read_date_args(c, call, args));
    for (size_t i = 0; i < call->n_args; i++) types[i] = args[i]->type;
    ErrCode code = sql_fn_type(call->fn, types, call->n_args, &type, c->err);
    if (code) err_ignore(err_at(c->err, call->place.file, call->place.line, call->place.column));
    return code;
}

static ErrCode compile_aggregate(Compiler *c, Place at, const Expr *call, const SqlExpr **ret) {
    const SqlExpr **args;
    if (!c->scope->allows_aggregate)
        return expr_error(c->err, ERR_INVALID, call->place,
                          "'%.*s' cannot stand here: this expression is evaluated for each row", STR_ARG(call->name));
    if (at.use == EXPR_USE_AGGREGATE)
        return expr_error(
            c->err, ERR_INVALID, call->place,
            "'%.*s' cannot stand inside another aggregate or its 'where'; put '(… where …)' in parentheses in a longer formula",
            STR_ARG(call->name));
    Place inside = {.use = EXPR_USE_AGGREGATE, .expansion = at.expansion, .depth = at.depth};
    TRY(compile_args(c, inside, call, &args));
    *ret = c->broken;
    if (is_any_broken(c, args, call->n_args)) return ERR_OK;
    TRY(check_call(c, call, args));
    if (call->fn == SQL_FN_PERCENTILE && !sql_is_fraction(args[1]))
        return expr_error(c->err, ERR_INVALID, call->args[1]->place,
                          "'percentile' takes a constant from 0 to 1 here, as in percentile(x, 0.9)");
    *ret = sql_aggregate(c->scope->arena, call->fn, args, call->n_args, call->is_distinct, at.filter);
    return ERR_OK;
}

/* A constant beside decimals is no wider than it needs to be. */
static const SqlExpr *narrowed(Compiler *c, const SqlExpr *arg) {
    if (arg->kind != SQL_EXPR_LITERAL || arg->type.kind != TYPE_INT64) return arg;
    int digits = 1;
    for (int64_t rest = arg->value.i / 10; rest; rest /= 10) digits++;
    return sql_literal(c->scope->arena, value_decimal(arg->value.i, digits, 0));
}

static ErrCode compile_bucket(Compiler *c, const Expr *call, const SqlExpr **args, const SqlExpr **ret) {
    if (!sql_is_bucket(args, call->n_args))
        return expr_error(c->err, ERR_INVALID, call->args[1]->place,
                          "'bucket' takes a constant width of more than 0 here, and may take a constant start, as in "
                          "bucket(x, 100) and bucket(x, 100, 50)");
    for (size_t i = 1; i < call->n_args && args[0]->type.kind == TYPE_DECIMAL; i++) args[i] = narrowed(c, args[i]);
    *ret = sql_call(c->scope->arena, call->fn, args, call->n_args);
    return ERR_OK;
}

static ErrCode compile_call(Compiler *c, Place at, const Expr *call, const SqlExpr **ret) {
    const SqlExpr **args;
    if (call->fn == SQL_FN_COUNT_OF) return unknown_function(c, call);
    SqlFnClass class = sql_fn_info(call->fn)->class;
    if (class == SQL_CLASS_WINDOW) return unknown_function(c, call);
    if (class == SQL_CLASS_AGGREGATE) return compile_aggregate(c, at, call, ret);
    TRY(compile_args(c, at, call, &args));
    *ret = c->broken;
    if (is_any_broken(c, args, call->n_args)) return ERR_OK;
    TRY(check_call(c, call, args));
    if (call->fn == SQL_FN_BUCKET) return compile_bucket(c, call, args, ret);
    *ret = expr_fold(c->scope->arena, sql_call(c->scope->arena, call->fn, args, call->n_args));
    return ERR_OK;
}

/* The measure is compiled as where it stands; what is made of its values in several groups, the scope knows. */
static ErrCode compile_derived(Compiler *c, Place at, const Expr *derived, const SqlExpr **ret) {
    const SqlExpr *measure = NULL;
    if (!c->scope->derive || !c->scope->allows_aggregate)
        return expr_error(c->err, ERR_INVALID, derived->place,
                          "'%.*s' cannot stand here: it is made of a query's groups", STR_ARG(derived->name));
    if (at.use == EXPR_USE_AGGREGATE)
        return expr_error(c->err, ERR_INVALID, derived->place, "'%.*s' cannot stand inside an aggregate",
                          STR_ARG(derived->name));
    TRY(compile(c, at, derived->args[0], &measure));
    if (is_any_broken(c, &measure, 1)) {
        *ret = c->broken;
        return ERR_OK;
    }
    ErrCode code = c->scope->derive(c->scope, derived, measure, ret, c->err);
    if (code && c->err && !c->err->line && !c->err->column)
        err_ignore(err_at(c->err, derived->place.file, derived->place.line, derived->place.column));
    return code;
}

/* ---- the other kinds ------------------------------------------------------------------------------------------------ */

static ErrCode require_condition(Compiler *c, const Expr *expr, const SqlExpr **sql, const char *what) {
    if ((*sql)->type.kind == TYPE_BOOL || *sql == c->broken) return ERR_OK;
    ErrCode code =
        expr_error(c->err, ERR_INVALID, expr->place, "%s takes a condition (true or false), and this is %.*s", what,
                   STR_ARG(type_words(c->scope->arena, (*sql)->type)));
    return mend(c, expr, code, sql);
}

static ErrCode compile_case(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret) {
    const SqlExpr **args;
    Arena *arena = c->scope->arena;
    TRY(compile_args(c, at, expr, &args));
    size_t n = expr->n_args, n_values = 0;
    const SqlExpr **values = ARENA_ARRAY(arena, const SqlExpr *, n);
    const Expr **exprs = ARENA_ARRAY(arena, const Expr *, n);
    for (size_t i = 0; i < n; i++) {
        bool is_when = i % 2 == 0 && i + 1 < n;
        if (is_when) {
            TRY(require_condition(c, expr->args[i], &args[i], "'when'"));
            continue;
        }
        values[n_values] = args[i];
        exprs[n_values++] = expr->args[i];
    }
    Type type;
    *ret = c->broken;
    if (is_any_broken(c, args, n)) return ERR_OK;
    TRY(conform(c, exprs, values, n_values, "'case'", &type));
    for (size_t i = 0, v = 0; i < n; i++)
        if (!(i % 2 == 0 && i + 1 < n)) args[i] = values[v++];
    *ret = expr_fold(arena, sql_case(arena, args, n, type));
    return ERR_OK;
}

static ErrCode compile_in(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret) {
    const SqlExpr **args;
    Type type;
    TRY(compile_args(c, at, expr, &args));
    *ret = c->broken;
    if (is_any_broken(c, args, expr->n_args)) return ERR_OK;
    TRY(conform(c, expr->args, args, expr->n_args, "'in'", &type));
    *ret = sql_in_list(c->scope->arena, args[0], args + 1, expr->n_args - 1, expr->is_negated);
    return ERR_OK;
}

static ErrCode compile_cast(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret) {
    const SqlExpr *operand;
    TRY(compile(c, at, expr->args[0], &operand));
    *ret = is_any_broken(c, &operand, 1) ? operand : sql_cast(c->scope->arena, operand, expr->type, expr->is_try);
    return ERR_OK;
}

static ErrCode compile_where(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret) {
    const SqlExpr *condition, *sql;
    if (!c->scope->allows_aggregate)
        return expr_error(c->err, ERR_INVALID, expr->place,
                          "'where' cannot stand here: this expression is evaluated for each row; use 'case when'");
    if (at.use == EXPR_USE_AGGREGATE)
        return expr_error(c->err, ERR_INVALID, expr->place,
                          "'where' cannot stand inside an aggregate: write sum(x) where condition");
    Place inside = {.use = EXPR_USE_AGGREGATE, .expansion = at.expansion, .depth = at.depth};
    TRY(compile(c, inside, expr->args[1], &condition));
    TRY(require_condition(c, expr->args[1], &condition, "'where'"));
    if (!expr_is_constant(condition, true))
        at.filter = at.filter ? sql_and(c->scope->arena, at.filter, condition) : condition;
    TRY(compile(c, at, expr->args[0], &sql));
    const SqlExpr *const both[] = {sql, condition};
    if (is_any_broken(c, both, 2)) {
        *ret = c->broken;
        return ERR_OK;
    }
    if (!sql->has_aggregate)
        return expr_error(
            c->err, ERR_INVALID, expr->place,
            "'where' follows an aggregate or a measure, such as sum(x) where condition; nothing before it is one");
    *ret = sql;
    return ERR_OK;
}

/* a -> b -> a */
static ErrCode cycle_error(Compiler *c, const Expansion *expansion, const Expr *name) {
    Arena *arena = c->scope->arena;
    Str chain = name->name;
    int n = 0;
    for (const Expansion *e = expansion; e && n < EXPR_MAX_DEPTH; e = e->outer, n++) {
        chain = arena_printf(arena, "%.*s -> %.*s", STR_ARG(e->name->name), STR_ARG(chain));
        if (str_eq(e->name->name, name->name)) break;
    }
    return expr_error(c->err, ERR_INVALID, name->place, "the measure is defined by itself: %.*s", STR_ARG(chain));
}

static ErrCode compile_name(Compiler *c, Place at, const Expr *name, const SqlExpr **ret) {
    const SqlExpr *sql = NULL;
    const Expr *body = NULL;
    ErrCode code = c->scope->resolve(c->scope, name, at.use, &sql, &body, c->err);
    if (code) {
        err_ignore(err_at(c->err, name->place.file, name->place.line, name->place.column));
        return code;
    }
    if (sql) {
        *ret = sql;
        return ERR_OK;
    }
    for (const Expansion *e = at.expansion; e; e = e->outer)
        if (e->body == body) return cycle_error(c, at.expansion, name);
    Expansion expansion = {.name = name, .body = body, .outer = at.expansion};
    at.expansion = &expansion;
    return compile(c, at, body, ret);
}

/* What is wrong in the parts that could be read; of operators, which may have been cut off, only in what they are between. */
static ErrCode compile_broken(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret) {
    const SqlExpr *part;
    SqlFn fn;
    if (!c->errors) return expr_error(c->err, ERR_INVALID, expr->place, "this could not be read");
    for (size_t i = 0; i < expr->n_args; i++) {
        const Expr *arg = expr->args[i];
        bool is_operator = arg->kind == EXPR_CALL && arg->fn != SQL_FN_COUNT_OF && arg->fn != SQL_FN_COUNT_ALL &&
                           !sql_fn_find(arg->name, &fn);
        TRY(is_operator ? compile_broken(c, at, arg, &part) : compile(c, at, arg, &part));
    }
    *ret = c->broken;
    return ERR_OK;
}

static ErrCode compile_node(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret) {
    if (++at.depth > EXPR_MAX_DEPTH)
        return expr_error(c->err, ERR_TOO_LARGE, expr->place,
                          "with its measures written out, the expression is nested more than %d deep", EXPR_MAX_DEPTH);
    if (++c->n_nodes > EXPR_MAX_NODES)
        return expr_error(c->err, ERR_TOO_LARGE, expr->place,
                          "with its measures written out, the expression has more than %d parts", EXPR_MAX_NODES);
    if (expr->is_row) at.use = EXPR_USE_AGGREGATE;
    switch (expr->kind) {
    case EXPR_LITERAL: *ret = sql_literal(c->scope->arena, expr->value); return ERR_OK;
    case EXPR_NAME: return compile_name(c, at, expr, ret);
    case EXPR_CALL: return compile_call(c, at, expr, ret);
    case EXPR_DERIVED: return compile_derived(c, at, expr, ret);
    case EXPR_CASE: return compile_case(c, at, expr, ret);
    case EXPR_IN: return compile_in(c, at, expr, ret);
    case EXPR_CAST: return compile_cast(c, at, expr, ret);
    case EXPR_WHERE: return compile_where(c, at, expr, ret);
    case EXPR_BROKEN: return compile_broken(c, at, expr, ret);
    }
    return err_set(c->err, ERR_INTERNAL, "an expression of unknown kind %d", (int)expr->kind);
}

static ErrCode compile(Compiler *c, Place at, const Expr *expr, const SqlExpr **ret) {
    return mend(c, expr, compile_node(c, at, expr, ret), ret);
}

ErrCode expr_compile(const ExprScope *scope, const Expr *expr, const SqlExpr **ret_sql, Err *err) {
    Compiler c = {.scope = scope, .err = err};
    const SqlExpr *sql = NULL;
    TRY(compile(&c, (Place){.use = EXPR_USE_PLAIN}, expr, &sql));
    *ret_sql = sql;
    return ERR_OK;
}

const SqlExpr *expr_compile_all(const ExprScope *scope, const Expr *expr, ExprErrors *errors) {
    Err err = {0};
    const SqlExpr *sql = NULL;
    Compiler c = {.scope = scope,
                  .err = &err,
                  .errors = errors,
                  .broken = sql_literal(scope->arena, value_null(TYPE(TYPE_NULL)))};
    ErrCode code = compile(&c, (Place){.use = EXPR_USE_PLAIN}, expr, &sql);
    if (code && !errors->is_cut) expr_errors_add(errors, expr->place, &err);
    return code || sql == c.broken ? NULL : sql;
}
