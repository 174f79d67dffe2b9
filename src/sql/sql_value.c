/*
 * Literals brought to the type of what they stand beside, before they are bound: `price > 10` binds 10.00 when price has two
 * decimals. So a column is compared as it is stored, which lets an engine use its statistics and indexes.
 */
#include "sql/sql_internal.h"

#define INT64_EXACT_IN_DOUBLE (INT64_C(1) << 53)

static Int128 pow10_of(int digits) {
    Int128 power = 1;
    for (int i = 0; i < digits; i++) power *= 10;
    return power;
}

/* unscaled * 10^(to - from) as a decimal of `to`; false when digits are lost or there are too many. */
static bool rescale(Int128 unscaled, int from, Type to, Int128 *ret_unscaled) {
    Int128 limit = pow10_of(to.precision); /* 10^38 fits */
    if (to.scale < from) {
        Int128 step = pow10_of(from - to.scale);
        if (unscaled % step != 0) return false;
        unscaled /= step;
    } else {
        Int128 step = pow10_of(to.scale - from);
        Int128 most = (limit - 1) / step;
        if (unscaled > most || unscaled < -most) return false;
        unscaled *= step;
    }
    if (unscaled >= limit || unscaled <= -limit) return false;
    *ret_unscaled = unscaled;
    return true;
}

static bool as_decimal(Value value, Type to, Value *ret_value) {
    Int128 unscaled = value.type.kind == TYPE_DECIMAL ? value.dec : value.i;
    int scale = value.type.kind == TYPE_DECIMAL ? value.type.scale : 0;
    if (!rescale(unscaled, scale, to, &unscaled)) return false;
    *ret_value = value_decimal(unscaled, to.precision, to.scale);
    return true;
}

static bool as_int(Value value, Value *ret_value) {
    Int128 whole;
    if (!rescale(value.dec, value.type.scale, TYPE_DEC(TYPE_DECIMAL_MAX_PRECISION, 0), &whole)) return false;
    if (whole > INT64_MAX || whole < INT64_MIN) return false;
    *ret_value = value_int((int64_t)whole);
    return true;
}

static bool as_time(Value value, Type to, Value *ret_value) {
    if (to.kind == TYPE_DATE) {
        if (value.i % TIME_US_PER_DAY != 0) return false;
        *ret_value = value_date(value.i / TIME_US_PER_DAY);
        return true;
    }
    int64_t us;
    if (__builtin_mul_overflow(value.i, TIME_US_PER_DAY, &us)) return false;
    *ret_value = value_timestamp(us);
    return true;
}

bool sql_value_as(Value value, Type to, Value *ret_value) {
    TypeKind from = value.type.kind;
    if (value.is_null) {
        *ret_value = value_null(to);
        return true;
    }
    if (from == to.kind && from != TYPE_DECIMAL) {
        *ret_value = value;
        return true;
    }
    bool is_exact_number = from == TYPE_INT64 || from == TYPE_DECIMAL;
    if (is_exact_number && to.kind == TYPE_DECIMAL) return as_decimal(value, to, ret_value);
    if (from == TYPE_DECIMAL && to.kind == TYPE_INT64) return as_int(value, ret_value);
    if (is_exact_number && to.kind == TYPE_FLOAT64) {
        if (from == TYPE_INT64 && (value.i > INT64_EXACT_IN_DOUBLE || value.i < -INT64_EXACT_IN_DOUBLE)) return false;
        *ret_value = value_float(value_to_double(value));
        return true;
    }
    if (type_is_time(value.type) && type_is_time(to)) return as_time(value, to, ret_value);
    return false;
}

bool sql_literal_int(const SqlExpr *expr, int64_t *ret_value) {
    if (expr->kind != SQL_EXPR_LITERAL || expr->type.kind != TYPE_INT64 || expr->value.is_null) return false;
    *ret_value = expr->value.i;
    return true;
}

static bool is_number(const SqlExpr *expr) {
    return expr->kind == SQL_EXPR_LITERAL && !expr->value.is_null && type_is_number(expr->type);
}

bool sql_is_fraction(const SqlExpr *expr) {
    if (!is_number(expr)) return false;
    double fraction = value_to_double(expr->value);
    return fraction >= 0 && fraction <= 1;
}

bool sql_is_bucket(const SqlExpr *const *args, size_t n_args) {
    return is_number(args[1]) && value_to_double(args[1]->value) > 0 && (n_args < 3 || is_number(args[2]));
}

static Type common_of(const SqlExpr *const *args, size_t n_args) {
    Type common = TYPE(TYPE_NULL);
    for (size_t i = 0; i < n_args; i++) {
        if (!sql_type_common(common, args[i]->type, &common)) return args[0]->type;
    }
    return common;
}

Type sql_compare_type(const SqlExpr *const *args, size_t n_args) {
    Type common = common_of(args, n_args);
    Type stored = TYPE(TYPE_NULL);
    for (size_t i = 0; i < n_args; i++) {
        if (args[i]->kind == SQL_EXPR_LITERAL) continue;
        if (stored.kind != TYPE_NULL && !type_eq(stored, args[i]->type)) return common;
        stored = args[i]->type;
    }
    if (stored.kind == TYPE_NULL) return common;
    for (size_t i = 0; i < n_args; i++) {
        Value unused_value;
        if (args[i]->kind == SQL_EXPR_LITERAL && !sql_value_as(args[i]->value, stored, &unused_value)) return common;
    }
    return stored;
}
