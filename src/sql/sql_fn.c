/*
 * The closed table of functions and what types they take and give.
 *
 * Decimal rules. A result is exact or it is float64, never a rounded decimal:
 *   a + b, a - b   scale = the larger, one digit more before the point
 *   a * b          scale = sum of scales, precision = sum of precisions
 *   round(a), bucket(a, …)   one digit more before the point
 * An int64 counts as decimal(19,0). The precision is cut to 38 while at least 18 digits stay before the point (an engine reports
 * what does not fit, it does not wrap); with fewer the result is float64. So sum(decimal(38,2)) * decimal(3,2) stays exact, and
 * decimal(38,20) * decimal(38,18) does not pretend to.
 */
#include "sql/sql_internal.h"

enum { INT64_DIGITS = 19, MIN_WHOLE_DIGITS = 18 };

static const SqlFnInfo FN_INFO[SQL_FN_COUNT_OF] = {
#define X(id, name_, class_, min_, max_, args_, type_) \
    [id] = {                                           \
        .name = name_, .class = SQL_CLASS_##class_, .min_args = min_, .max_args = max_, .args = args_, .type = type_},
    SQL_FN_TABLE(X)
#undef X
};

const SqlFnInfo *sql_fn_info(SqlFn fn) {
    assert((unsigned)fn < SQL_FN_COUNT_OF);
    return &FN_INFO[fn];
}

/* Operators and spellings with spaces or signs have a place of their own in the expression language. */
static bool is_written_as_call(SqlFn fn) {
    if (fn == SQL_FN_AND || fn == SQL_FN_OR || fn == SQL_FN_NOT || fn == SQL_FN_NEG) return false;
    for (const char *c = FN_INFO[fn].name; *c; c++) {
        bool is_digit = *c >= '0' && *c <= '9' && c > FN_INFO[fn].name;
        if (!(*c >= 'a' && *c <= 'z') && *c != '_' && !is_digit) return false;
    }
    return true;
}

bool sql_fn_find(Str name, SqlFn *ret_fn) {
    for (int i = 0; i < SQL_FN_COUNT_OF; i++) {
        if (is_written_as_call((SqlFn)i) && str_eq_nocase(name, str_of(FN_INFO[i].name))) {
            *ret_fn = (SqlFn)i;
            return true;
        }
    }
    return false;
}

/* ---- types ---------------------------------------------------------------------------------------------------------- */

/* A number type as decimal digits; false for float64. */
static bool digits_of(Type type, int *ret_whole, int *ret_scale) {
    if (type.kind == TYPE_FLOAT64) return false;
    *ret_whole = type.kind == TYPE_DECIMAL ? type.precision - type.scale : INT64_DIGITS;
    *ret_scale = type.kind == TYPE_DECIMAL ? type.scale : 0;
    return true;
}

static Type decimal_or_float(int whole, int scale) {
    int precision = whole + scale;
    if (precision > TYPE_DECIMAL_MAX_PRECISION) {
        if (TYPE_DECIMAL_MAX_PRECISION - scale < MIN_WHOLE_DIGITS) return TYPE(TYPE_FLOAT64);
        precision = TYPE_DECIMAL_MAX_PRECISION;
    }
    return TYPE_DEC(precision, scale);
}

bool sql_type_common(Type a, Type b, Type *ret_type) {
    if (a.kind == TYPE_NULL || b.kind == TYPE_NULL) {
        *ret_type = a.kind == TYPE_NULL ? b : a;
        return true;
    }
    if (a.kind == b.kind && a.kind != TYPE_DECIMAL) {
        *ret_type = a;
        return true;
    }
    if (type_is_time(a) && type_is_time(b)) {
        *ret_type = TYPE(TYPE_TIMESTAMP);
        return true;
    }
    if (!type_is_number(a) || !type_is_number(b)) return false;
    int whole_a, scale_a, whole_b, scale_b;
    if (!digits_of(a, &whole_a, &scale_a) || !digits_of(b, &whole_b, &scale_b)) {
        *ret_type = TYPE(TYPE_FLOAT64);
    } else {
        *ret_type = decimal_or_float(MAX_OF(whole_a, whole_b), MAX_OF(scale_a, scale_b));
    }
    return true;
}

static Type arith_type(SqlFn fn, Type a, Type b) {
    if (a.kind == TYPE_NULL) a = b;
    if (b.kind == TYPE_NULL) b = a;
    if (a.kind == TYPE_NULL) return a;
    if (a.kind == TYPE_INT64 && b.kind == TYPE_INT64) return a;
    int whole_a, scale_a, whole_b, scale_b;
    if (!digits_of(a, &whole_a, &scale_a) || !digits_of(b, &whole_b, &scale_b)) return TYPE(TYPE_FLOAT64);
    if (fn == SQL_FN_MUL) return decimal_or_float(whole_a + whole_b, scale_a + scale_b);
    return decimal_or_float(MAX_OF(whole_a, whole_b) + 1, MAX_OF(scale_a, scale_b));
}

/* -99 lies in the bucket from -1000. */
static Type bucket_type(const Type *args, size_t n_args) {
    Type common = args[0];
    for (size_t i = 1; i < n_args; i++)
        if (!sql_type_common(common, args[i], &common)) return args[0];
    return arith_type(SQL_FN_ADD, common, common);
}

/* 99.9 rounds to 100.0, which is a digit longer. */
static Type first_type(SqlFn fn, Type a) {
    if (fn == SQL_FN_ROUND && a.kind == TYPE_DECIMAL)
        return TYPE_DEC(MIN_OF(a.precision + 1, TYPE_DECIMAL_MAX_PRECISION), a.scale);
    return a;
}

static Type sum_type(Type a) {
    if (a.kind == TYPE_FLOAT64) return a;
    return TYPE_DEC(TYPE_DECIMAL_MAX_PRECISION, a.kind == TYPE_DECIMAL ? a.scale : 0);
}

/* ---- checking ------------------------------------------------------------------------------------------------------- */

const char *sql_type_words(Type type) {
    switch (type.kind) {
    case TYPE_NULL: return "nothing";
    case TYPE_BOOL: return "true/false";
    case TYPE_INT64: return "a whole number";
    case TYPE_DECIMAL: return "a decimal number";
    case TYPE_FLOAT64: return "a number";
    case TYPE_TEXT: return "text";
    case TYPE_DATE: return "a date";
    case TYPE_TIMESTAMP: return "a date with time";
    case TYPE_JSON: return "JSON";
    case TYPE_KIND_COUNT: break;
    }
    return "unknown";
}

static const char *letter_words(char letter) {
    switch (letter) {
    case 'b': return "a true/false condition";
    case 'n': return "a number";
    case 'i': return "a whole number";
    case 's': return "text";
    case 'd': return "a date";
    default: return "a value";
    }
}

char sql_fn_letter(SqlFn fn, size_t i) {
    const char *letters = sql_fn_info(fn)->args;
    size_t n = str_of(letters).n;
    return n ? letters[MIN_OF(i, n - 1)] : 'a';
}

static bool letter_takes(char letter, Type type) {
    if (type.kind == TYPE_NULL) return true;
    switch (letter) {
    case 'b': return type.kind == TYPE_BOOL;
    case 'n': return type_is_number(type);
    case 'i': return type.kind == TYPE_INT64;
    case 's': return type.kind == TYPE_TEXT;
    case 'd': return type_is_time(type);
    default: return true;
    }
}

static ErrCode check_count(const SqlFnInfo *info, size_t n_args, Err *err) {
    if (n_args >= (size_t)info->min_args && n_args <= (size_t)info->max_args) return ERR_OK;
    if (info->max_args == 0) return err_set(err, ERR_INVALID, "'%s' takes nothing in its brackets", info->name);
    if (info->min_args == info->max_args) {
        return err_set(err, ERR_INVALID, "'%s' takes %d value%s, but %zu %s given", info->name, info->min_args,
                       info->min_args == 1 ? "" : "s", n_args, n_args == 1 ? "is" : "are");
    }
    return err_set(err, ERR_INVALID, "'%s' takes %d to %d values, but %zu %s given", info->name, info->min_args,
                   info->max_args, n_args, n_args == 1 ? "is" : "are");
}

ErrCode sql_fn_type(SqlFn fn, const Type *args, size_t n_args, Type *ret_type, Err *err) {
    const SqlFnInfo *info = sql_fn_info(fn);
    TRY(check_count(info, n_args, err));
    Type common = n_args ? args[0] : TYPE(TYPE_NULL);
    for (size_t i = 0; i < n_args; i++) {
        char letter = sql_fn_letter(fn, i);
        if (!letter_takes(letter, args[i])) {
            if (n_args == 1) {
                return err_set(err, ERR_INVALID, "'%s' takes %s, but this is %s", info->name, letter_words(letter),
                               sql_type_words(args[i]));
            }
            return err_set(err, ERR_INVALID, "'%s' takes %s as value %zu, but this is %s", info->name,
                           letter_words(letter), i + 1, sql_type_words(args[i]));
        }
        if (letter == 'c' && !sql_type_common(common, args[i], &common)) {
            return err_set(err, ERR_INVALID, "'%s' cannot compare %s with %s (value %zu)", info->name,
                           sql_type_words(common), sql_type_words(args[i]), i + 1);
        }
    }
    switch (info->type) {
    case SQL_TYPE_BOOL: *ret_type = TYPE(TYPE_BOOL); break;
    case SQL_TYPE_INT64: *ret_type = TYPE(TYPE_INT64); break;
    case SQL_TYPE_FLOAT64: *ret_type = TYPE(TYPE_FLOAT64); break;
    case SQL_TYPE_TEXT: *ret_type = TYPE(TYPE_TEXT); break;
    case SQL_TYPE_DATE: *ret_type = TYPE(TYPE_DATE); break;
    case SQL_TYPE_TIMESTAMP: *ret_type = TYPE(TYPE_TIMESTAMP); break;
    case SQL_TYPE_FIRST: *ret_type = first_type(fn, args[0]); break;
    case SQL_TYPE_COMMON: *ret_type = common; break;
    case SQL_TYPE_ARITH: *ret_type = arith_type(fn, args[0], args[1]); break;
    case SQL_TYPE_BUCKET: *ret_type = bucket_type(args, n_args); break;
    case SQL_TYPE_SUM: *ret_type = sum_type(args[0]); break;
    }
    return ERR_OK;
}
