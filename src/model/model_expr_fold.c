/*
 * Constant folding: what is certain of a node before any row is looked at. It shortens statements, and a formula of constants is a
 * constant where one is asked for.
 *
 * Only what every engine would give is computed: whole and decimal numbers exactly (no division, no float64), logic with three
 * values, comparisons of equal types. The type stays what it was, to the digit. An error stays one: what does not fit its type is
 * left to the engine, and a part is dropped only where it would not be evaluated, or cannot fail. Aggregates are never dropped,
 * for they decide what a query's groups are.
 */
#include "model/model_expr_internal.h"

static bool is_literal(const SqlExpr *sql) {
    return sql->kind == SQL_EXPR_LITERAL;
}

static bool is_null(const SqlExpr *sql) {
    return is_literal(sql) && sql->value.is_null;
}

bool expr_is_constant(const SqlExpr *sql, bool value) {
    return is_literal(sql) && !sql->value.is_null && sql->type.kind == TYPE_BOOL && sql->value.b == value;
}

static bool are_literals(const SqlExpr *sql) {
    for (size_t i = 0; i < sql->n_args; i++)
        if (!is_literal(sql->args[i])) return false;
    return true;
}

static const SqlExpr *literal_bool(Arena *arena, bool b) {
    return sql_literal(arena, value_bool(b));
}

/* The same value under a type of the same kind and scale; NULL where it would need a conversion. */
static const SqlExpr *as_type(Arena *arena, const SqlExpr *sql, Type type) {
    if (type_eq(sql->type, type)) return sql;
    if (is_null(sql)) return sql_literal(arena, value_null(type));
    if (!is_literal(sql) || sql->type.kind != type.kind || sql->type.scale != type.scale) return NULL;
    Value value = sql->value;
    value.type = type;
    return sql_literal(arena, value);
}

/* ---- numbers -------------------------------------------------------------------------------------------------------- */

static bool is_exact(Type type) {
    return type.kind == TYPE_INT64 || type.kind == TYPE_DECIMAL;
}

/* The number in units of 10^-scale. */
static bool unscaled(Value value, int scale, Int128 *ret) {
    int from = value.type.kind == TYPE_DECIMAL ? value.type.scale : 0;
    Int128 number = value.type.kind == TYPE_DECIMAL ? value.dec : value.i;
    for (; from < scale; from++)
        if (__builtin_mul_overflow(number, 10, &number)) return false;
    *ret = number;
    return from == scale;
}

static bool fits(Int128 number, Type type) {
    if (type.kind == TYPE_INT64) return number >= INT64_MIN && number <= INT64_MAX;
    Int128 limit = 1;
    for (int i = 0; i < type.precision; i++) limit *= 10;
    return number > -limit && number < limit;
}

static bool calculate(SqlFn fn, Value a, Value b, Type type, Int128 *ret) {
    int scale = type.kind == TYPE_DECIMAL ? type.scale : 0;
    int scale_b = fn == SQL_FN_MUL && b.type.kind == TYPE_DECIMAL ? b.type.scale : 0;
    Int128 x, y;
    if (fn == SQL_FN_MUL)
        return unscaled(a, scale - scale_b, &x) && unscaled(b, scale_b, &y) && !__builtin_mul_overflow(x, y, ret);
    if (!unscaled(a, scale, &x) || !unscaled(b, scale, &y)) return false;
    return fn == SQL_FN_ADD ? !__builtin_add_overflow(x, y, ret) : !__builtin_sub_overflow(x, y, ret);
}

static const SqlExpr *number(Arena *arena, Int128 value, Type type) {
    return sql_literal(arena, type.kind == TYPE_INT64 ? value_int((int64_t)value)
                                                      : value_decimal(value, type.precision, type.scale));
}

static const SqlExpr *fold_arithmetic(Arena *arena, const SqlExpr *sql) {
    Int128 result;
    if (!are_literals(sql)) return sql;
    if (is_null(sql->args[0]) || is_null(sql->args[1])) return sql_literal(arena, value_null(sql->type));
    if (!is_exact(sql->type) || !calculate(sql->fn, sql->args[0]->value, sql->args[1]->value, sql->type, &result))
        return sql;
    return fits(result, sql->type) ? number(arena, result, sql->type) : sql;
}

/* -5 is one literal, so that `in (-5, 5)` compares with literals. */
static const SqlExpr *fold_negative(Arena *arena, const SqlExpr *sql) {
    const SqlExpr *operand = sql->args[0];
    if (!is_literal(operand)) return sql;
    if (is_null(operand)) return sql_literal(arena, value_null(sql->type));
    if (sql->type.kind == TYPE_FLOAT64) return sql_literal(arena, value_float(-operand->value.f));
    Int128 result = operand->type.kind == TYPE_INT64 ? -(Int128)operand->value.i : -operand->value.dec;
    return fits(result, sql->type) ? number(arena, result, sql->type) : sql;
}

/* ---- conditions ----------------------------------------------------------------------------------------------------- */

/* -1, 0 or 1 of two values of one type; false where engines might see it differently. */
static bool compare(SqlFn fn, Value a, Value b, int *ret) {
    if (a.type.kind != b.type.kind || a.type.scale != b.type.scale) return false;
    switch (a.type.kind) {
    case TYPE_BOOL: *ret = (a.b > b.b) - (a.b < b.b); return true;
    case TYPE_DECIMAL: *ret = (a.dec > b.dec) - (a.dec < b.dec); return true;
    case TYPE_INT64:
    case TYPE_DATE:
    case TYPE_TIMESTAMP: *ret = (a.i > b.i) - (a.i < b.i); return true;
    case TYPE_TEXT: *ret = !str_eq(a.s, b.s); return fn == SQL_FN_EQ || fn == SQL_FN_NE;
    default: return false;
    }
}

static bool holds(SqlFn fn, int order) {
    switch (fn) {
    case SQL_FN_EQ: return order == 0;
    case SQL_FN_NE: return order != 0;
    case SQL_FN_LT: return order < 0;
    case SQL_FN_LE: return order <= 0;
    case SQL_FN_GT: return order > 0;
    default: return order >= 0;
    }
}

static const SqlExpr *fold_comparison(Arena *arena, const SqlExpr *sql) {
    int order;
    if (!are_literals(sql)) return sql;
    if (is_null(sql->args[0]) || is_null(sql->args[1])) return sql_literal(arena, value_null(sql->type));
    if (!compare(sql->fn, sql->args[0]->value, sql->args[1]->value, &order)) return sql;
    return literal_bool(arena, holds(sql->fn, order));
}

/* Whether nothing is lost where it is not evaluated: it cannot fail, and holds no aggregate. */
static bool is_idle(const SqlExpr *sql) {
    if (sql->has_aggregate) return false;
    for (size_t i = 0; i < sql->n_args; i++)
        if (!is_idle(sql->args[i])) return false;
    if (sql->kind != SQL_EXPR_CALL)
        return sql->kind == SQL_EXPR_COLUMN || sql->kind == SQL_EXPR_LITERAL || sql->kind == SQL_EXPR_IN_LIST;
    switch (sql->fn) {
    case SQL_FN_EQ:
    case SQL_FN_NE:
    case SQL_FN_LT:
    case SQL_FN_LE:
    case SQL_FN_GT:
    case SQL_FN_GE:
    case SQL_FN_AND:
    case SQL_FN_OR:
    case SQL_FN_NOT:
    case SQL_FN_IS_NULL:
    case SQL_FN_IS_SET: return true;
    default: return false;
    }
}

/* true and x is x, false and x is false; likewise `or` the other way round. Nulls stay, one of them. */
static const SqlExpr *fold_chain(Arena *arena, const SqlExpr *sql) {
    const SqlExpr **kept = ARENA_ARRAY(arena, const SqlExpr *, sql->n_args);
    bool deciding = sql->fn == SQL_FN_OR, is_decided = false, has_null = false, are_idle = true;
    size_t n = 0;
    for (size_t i = 0; i < sql->n_args; i++) {
        const SqlExpr *arg = sql->args[i];
        bool is_dropped = expr_is_constant(arg, !deciding) || (is_null(arg) && has_null);
        is_decided |= expr_is_constant(arg, deciding);
        has_null |= is_null(arg);
        are_idle = are_idle && is_idle(arg);
        if (!is_dropped) kept[n++] = arg;
    }
    if (is_decided) return are_idle ? literal_bool(arena, deciding) : sql;
    if (n == 0) return literal_bool(arena, !deciding);
    if (n == 1) return as_type(arena, kept[0], sql->type);
    return n < sql->n_args ? sql_call(arena, sql->fn, kept, n) : sql;
}

static const SqlExpr *fold_not(Arena *arena, const SqlExpr *sql) {
    const SqlExpr *operand = sql->args[0];
    if (!is_literal(operand)) return sql;
    return is_null(operand) ? sql_literal(arena, value_null(sql->type)) : literal_bool(arena, !operand->value.b);
}

static const SqlExpr *fold_null_test(Arena *arena, const SqlExpr *sql) {
    if (!is_literal(sql->args[0])) return sql;
    return literal_bool(arena, is_null(sql->args[0]) == (sql->fn == SQL_FN_IS_NULL));
}

/* ---- choices -------------------------------------------------------------------------------------------------------- */

static bool has_aggregate(const SqlExpr *const *args, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (args[i]->has_aggregate) return true;
    return false;
}

/* Nulls are passed over; behind a value nothing is evaluated. */
static const SqlExpr *fold_coalesce(Arena *arena, const SqlExpr *sql) {
    const SqlExpr **kept = ARENA_ARRAY(arena, const SqlExpr *, sql->n_args);
    size_t n = 0, i = 0;
    for (bool is_found = false; i < sql->n_args && !is_found; i++) {
        is_found = is_literal(sql->args[i]) && !is_null(sql->args[i]);
        if (!is_null(sql->args[i])) kept[n++] = sql->args[i];
    }
    if (has_aggregate(sql->args + i, sql->n_args - i)) return sql;
    if (n == 0) return sql_literal(arena, value_null(sql->type));
    const SqlExpr *only = n == 1 ? as_type(arena, kept[0], sql->type) : NULL;
    if (only) return only;
    const SqlExpr *shorter = n > 1 && n < sql->n_args ? sql_call(arena, sql->fn, kept, n) : sql;
    return type_eq(shorter->type, sql->type) ? shorter : sql;
}

/* Conditions that never hold go, and what stands behind one that always does. */
static const SqlExpr *fold_case(Arena *arena, const SqlExpr *sql) {
    const SqlExpr **kept = ARENA_ARRAY(arena, const SqlExpr *, sql->n_args);
    const SqlExpr *other = sql->n_args % 2 ? sql->args[sql->n_args - 1] : NULL;
    size_t n = 0;
    for (size_t i = 0; i + 1 < sql->n_args; i += 2) {
        const SqlExpr *when = sql->args[i], *then = sql->args[i + 1];
        bool is_never = is_null(when) || expr_is_constant(when, false);
        bool is_always = expr_is_constant(when, true);
        if (is_never && then->has_aggregate) return sql;
        if (is_always && has_aggregate(sql->args + i + 2, sql->n_args - i - 2)) return sql;
        if (is_always) other = then;
        if (is_always) break;
        if (is_never) continue;
        kept[n++] = when;
        kept[n++] = then;
    }
    if (n == 0 && !other) return sql_literal(arena, value_null(sql->type));
    const SqlExpr *only = n == 0 ? as_type(arena, other, sql->type) : NULL;
    if (only || n == 0) return only ? only : sql;
    if (other) kept[n++] = other;
    return n < sql->n_args ? sql_case(arena, kept, n, sql->type) : sql;
}

const SqlExpr *expr_fold(Arena *arena, const SqlExpr *sql) {
    if (sql->kind == SQL_EXPR_CASE) return fold_case(arena, sql);
    if (sql->kind != SQL_EXPR_CALL) return sql;
    switch (sql->fn) {
    case SQL_FN_ADD:
    case SQL_FN_SUB:
    case SQL_FN_MUL: return fold_arithmetic(arena, sql);
    case SQL_FN_NEG: return fold_negative(arena, sql);
    case SQL_FN_EQ:
    case SQL_FN_NE:
    case SQL_FN_LT:
    case SQL_FN_LE:
    case SQL_FN_GT:
    case SQL_FN_GE: return fold_comparison(arena, sql);
    case SQL_FN_AND:
    case SQL_FN_OR: return fold_chain(arena, sql);
    case SQL_FN_NOT: return fold_not(arena, sql);
    case SQL_FN_IS_NULL:
    case SQL_FN_IS_SET: return fold_null_test(arena, sql);
    case SQL_FN_COALESCE: return fold_coalesce(arena, sql);
    default: return sql;
    }
}
