/*
 * Values on their way into a table's column of a known type: what fits without loss is converted, what does not is
 * refused, so that no engine rounds or truncates behind our back. The one inexact step is a decimal or large int64 into
 * a float64 column.
 */
#include "engine/engine_internal.h"

#include <math.h>

Int128 engine_power_of_ten(int n) {
    Int128 power = 1;
    for (int i = 0; i < n; i++) power *= 10;
    return power;
}

/* Moves an exact number from one scale to another; false when digits would be lost or more than `precision` are
 * needed. */
static bool rescale(Int128 unscaled, int from_scale, int to_scale, int precision, Int128 *ret_unscaled) {
    Int128 bound = engine_power_of_ten(precision);
    if (to_scale >= from_scale) {
        Int128 factor = engine_power_of_ten(to_scale - from_scale);
        Int128 limit = (bound - 1) / factor;
        if (unscaled > limit || unscaled < -limit) return false;
        *ret_unscaled = unscaled * factor;
        return true;
    }
    Int128 divisor = engine_power_of_ten(from_scale - to_scale);
    if (unscaled % divisor) return false;
    *ret_unscaled = unscaled / divisor;
    return *ret_unscaled<bound && * ret_unscaled> - bound;
}

/* An int64 or decimal as an unscaled number and its scale. */
static bool as_exact(Value value, Int128 *ret_unscaled, int *ret_scale) {
    if (value.type.kind == TYPE_INT64) {
        *ret_unscaled = value.i;
        *ret_scale = 0;
        return true;
    }
    if (value.type.kind != TYPE_DECIMAL) return false;
    *ret_unscaled = value.dec;
    *ret_scale = value.type.scale;
    return true;
}

static bool to_int64(Value value, Value *ret_value) {
    Int128 unscaled;
    int scale;
    if (!as_exact(value, &unscaled, &scale) || !rescale(unscaled, scale, 0, TYPE_DECIMAL_MAX_PRECISION, &unscaled))
        return false;
    if (unscaled > INT64_MAX || unscaled < INT64_MIN) return false;
    *ret_value = value_int((int64_t)unscaled);
    return true;
}

static bool to_decimal(Value value, Type target, Value *ret_value) {
    Int128 unscaled;
    int scale;
    if (!as_exact(value, &unscaled, &scale)) return false;
    if (!rescale(unscaled, scale, target.scale, target.precision, &unscaled)) return false;
    *ret_value = value_decimal(unscaled, target.precision, target.scale);
    return true;
}

static bool to_float64(Value value, Value *ret_value) {
    Int128 unscaled;
    int scale;
    if (value.type.kind == TYPE_FLOAT64)
        *ret_value = value;
    else if (as_exact(value, &unscaled, &scale))
        *ret_value = value_float(value_to_double(value));
    else
        return false;
    return true;
}

static bool to_timestamp(Value value, Value *ret_value) {
    if (value.type.kind == TYPE_TIMESTAMP) {
        *ret_value = value;
        return true;
    }
    int64_t us;
    if (value.type.kind != TYPE_DATE || __builtin_mul_overflow(value.i, TIME_US_PER_DAY, &us)) return false;
    *ret_value = value_timestamp(us);
    return true;
}

bool engine_coerce(Value value, Type target, Value *ret_value) {
    TypeKind kind = value.type.kind;
    switch (target.kind) {
    case TYPE_INT64: return to_int64(value, ret_value);
    case TYPE_DECIMAL: return to_decimal(value, target, ret_value);
    case TYPE_FLOAT64: return to_float64(value, ret_value);
    case TYPE_TIMESTAMP: return to_timestamp(value, ret_value);
    case TYPE_TEXT:
    case TYPE_JSON:
        if (kind != TYPE_TEXT && kind != TYPE_JSON) return false;
        *ret_value = target.kind == TYPE_TEXT ? value_text(value.s) : value_json(value.s);
        return true;
    case TYPE_BOOL:
    case TYPE_DATE:
        if (kind != target.kind) return false;
        *ret_value = value;
        return true;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    return false;
}

ErrCode engine_value_error(const EngineAppender *appender, size_t column, Type target, int64_t row, Value value,
                           Err *err) {
    char wanted[TYPE_TEXT_MAX];
    char given[TYPE_TEXT_MAX];
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Str text = value_print(arena, value);
    text = str_slice(text, 0, utf8_cut(text, 60));
    return err_set(err, ERR_DATA,
                   "Column '%.*s' of table '%.*s' holds %s; the %s '%.*s' in row %" PRId64 " does not fit.",
                   STR_ARG(appender->names[column]), STR_ARG(appender->table), type_print(target, wanted),
                   type_print(value.type, given), STR_ARG(text), row + 1);
}
