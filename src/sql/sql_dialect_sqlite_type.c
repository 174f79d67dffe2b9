/*
 * How values lie in SQLite, which has no types for decimals, dates and booleans, and how one type is brought to another. Every rule
 * of the dialect keeps to this:
 *
 *   decimal(p,s)  the int64 value * 10^s; both sides of +, -, comparison are first brought to one scale
 *   date          text YYYY-MM-DD
 *   timestamp     text YYYY-MM-DD HH:MM:SS, with .ffffff (six digits) only where the fraction is not zero: text order is time order
 *   bool          0 or 1
 *   json          text (declared "JSON TEXT": the affinity of "JSON" alone would turn '1.50' into 1.5)
 *
 * An int64 that overflows becomes a float in SQLite; engine/ refuses a float where an integer was promised, so it cannot pass for
 * a result. What cannot be had exactly is ERR_UNSUPPORTED.
 */
#include "sql/sql_internal.h"

/* ---- types ---------------------------------------------------------------------------------------------------------- */

static const char *type_word(TypeKind kind) {
    switch (kind) {
    case TYPE_BOOL: return "BOOLEAN";
    case TYPE_INT64: return "INTEGER";
    case TYPE_FLOAT64: return "REAL";
    case TYPE_TEXT: return "TEXT";
    case TYPE_DATE: return "DATE";
    case TYPE_TIMESTAMP: return "TIMESTAMP";
    case TYPE_JSON: return "JSON TEXT";
    default: return NULL;
    }
}

ErrCode sql_sqlite_type_name(Arena *arena, Type type, const char **ret_name, Err *err) {
    const char *word = type_word(type.kind);
    if (word) {
        *ret_name = word;
    } else if (type.kind != TYPE_DECIMAL) {
        return err_set(err, ERR_INVALID, "a column needs a type");
    } else if (type.precision > SQL_SQLITE_SCALE_MAX) {
        return err_set(err, ERR_UNSUPPORTED, "SQLite holds decimal numbers of up to %d digits, not %d",
                       SQL_SQLITE_SCALE_MAX, type.precision);
    } else {
        *ret_name = sql_rule_text(arena, "DECIMAL(%d,%d)", type.precision, type.scale);
    }
    return ERR_OK;
}

ErrCode sql_sqlite_check_literal(Value value, Err *err) {
    if (value.type.kind != TYPE_DECIMAL || (value.dec <= INT64_MAX && value.dec >= INT64_MIN)) return ERR_OK;
    char text[48];
    decimal_print(value.dec, value.type.scale, text);
    return err_set(err, ERR_UNSUPPORTED, "SQLite holds decimal numbers of up to %d digits; %s has more",
                   SQL_SQLITE_SCALE_MAX, text);
}

ErrCode sql_sqlite_no_conversion(Type from, Type to, Err *err) {
    return err_set(err, ERR_UNSUPPORTED, "turning %s into %s is not available on SQLite", sql_type_words(from),
                   sql_type_words(to));
}

int sql_sqlite_scale_of(Type type) {
    return type.kind == TYPE_DECIMAL ? type.scale : 0;
}

int64_t sql_sqlite_pow10(int digits) {
    int64_t power = 1;
    for (int i = 0; i < digits; i++) power *= 10;
    return power;
}

static bool is_exact_number(Type type) {
    return type.kind == TYPE_INT64 || type.kind == TYPE_DECIMAL;
}

/* An integer or a scaled integer as one of more digits behind the point. */
static ErrCode scale_up(Arena *arena, Type from, Type to, SqlRule *rule, Err *err) {
    int digits = sql_sqlite_scale_of(to) - sql_sqlite_scale_of(from);
    if (digits > SQL_SQLITE_SCALE_MAX) return sql_sqlite_no_conversion(from, to, err);
    if (digits == 0) return ERR_OK;
    *rule = (SqlRule)SQL_RULE_OP(sql_rule_text(arena, "$1 * %" PRId64, sql_sqlite_pow10(digits)), SQL_PREC_MUL,
                                 SQL_PREC_ATOM);
    return ERR_OK;
}

static ErrCode to_float(Arena *arena, Type from, SqlRule *rule, Err *err) {
    if (sql_sqlite_scale_of(from) > SQL_SQLITE_SCALE_MAX)
        return sql_sqlite_no_conversion(from, TYPE(TYPE_FLOAT64), err);
    if (sql_sqlite_scale_of(from) == 0) {
        *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS REAL)");
    } else {
        const char *text = sql_rule_text(arena, "$1 / %" PRId64 ".0", sql_sqlite_pow10(sql_sqlite_scale_of(from)));
        *rule = (SqlRule)SQL_RULE_OP(text, SQL_PREC_MUL, SQL_PREC_ATOM);
    }
    return ERR_OK;
}

ErrCode sql_sqlite_coerce(Arena *arena, Type from, Type to, SqlRule *rule, Err *err) {
    if (from.kind == to.kind && from.kind != TYPE_DECIMAL) return ERR_OK;
    if (is_exact_number(from) && to.kind == TYPE_DECIMAL && sql_sqlite_scale_of(to) >= sql_sqlite_scale_of(from))
        return scale_up(arena, from, to, rule, err);
    if (is_exact_number(from) && to.kind == TYPE_FLOAT64) return to_float(arena, from, rule, err);
    if (from.kind == TYPE_DATE && to.kind == TYPE_TIMESTAMP) {
        *rule = (SqlRule)SQL_RULE_OP("$1 || ' 00:00:00'", SQL_PREC_ANY, SQL_PREC_ATOM);
        return ERR_OK;
    }
    return sql_sqlite_no_conversion(from, to, err);
}

/* Scaled integer to fewer digits, rounded half away from zero: integer division cuts towards zero. */
const char *sql_sqlite_scale_down_text(Arena *arena, int digits) {
    int64_t step = sql_sqlite_pow10(digits);
    return sql_rule_text(arena, "($1 + sign($1) * %" PRId64 ") / %" PRId64, step / 2, step);
}

static ErrCode cast_to_text(Arena *arena, Type from, SqlRule *rule, Err *err) {
    switch (from.kind) {
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_JSON: return ERR_OK;
    case TYPE_INT64: *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS TEXT)"); return ERR_OK;
    case TYPE_BOOL: *rule = (SqlRule)SQL_RULE_CALL("CASE $1 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"); return ERR_OK;
    case TYPE_DECIMAL: break;
    default: return sql_sqlite_no_conversion(from, TYPE(TYPE_TEXT), err); /* SQLite prints 15 digits of a float */
    }
    if (from.scale == 0 || from.scale > SQL_SQLITE_SCALE_MAX) {
        if (from.scale) return sql_sqlite_no_conversion(from, TYPE(TYPE_TEXT), err);
        *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS TEXT)");
        return ERR_OK;
    }
    int64_t unit = sql_sqlite_pow10(from.scale);
    *rule = (SqlRule)SQL_RULE_OP(sql_rule_text(arena,
                                               "CASE WHEN $1 < 0 THEN '-' ELSE '' END || abs($1 / %" PRId64
                                               ") || printf('.%%0%dd', abs($1 %% %" PRId64 "))",
                                               unit, from.scale, unit),
                                 SQL_PREC_ANY, SQL_PREC_ATOM);
    return ERR_OK;
}

/* What does not fit the declared digits is an error where engine/ reads it, or null on try. */
static ErrCode cast_number(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err) {
    int digits = sql_sqlite_scale_of(from) - sql_sqlite_scale_of(to);
    if (digits > SQL_SQLITE_SCALE_MAX) return sql_sqlite_no_conversion(from, to, err);
    if (digits <= 0) TRY(scale_up(arena, from, to, rule, err));
    if (digits > 0)
        *rule = (SqlRule)SQL_RULE_OP(sql_sqlite_scale_down_text(arena, digits), SQL_PREC_MUL, SQL_PREC_ATOM);
    if (!is_try || to.kind != TYPE_DECIMAL || to.precision > SQL_SQLITE_SCALE_MAX) return ERR_OK;
    const char *text = rule->text ? rule->text : "$1";
    text =
        sql_rule_text(arena, "CASE WHEN abs(%s) < %" PRId64 " THEN %s END", text, sql_sqlite_pow10(to.precision), text);
    *rule = (SqlRule)SQL_RULE_CALL(text, .arg_prec = SQL_PREC_ATOM);
    return ERR_OK;
}

ErrCode sql_sqlite_cast(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err) {
    if (from.kind == TYPE_NULL || to.kind == TYPE_NULL) return ERR_OK;
    if (from.kind == to.kind && from.kind != TYPE_DECIMAL) return ERR_OK;
    if (to.kind == TYPE_TEXT) return cast_to_text(arena, from, rule, err);
    if (is_exact_number(from) && is_exact_number(to)) return cast_number(arena, from, to, is_try, rule, err);
    if (is_exact_number(from) && to.kind == TYPE_FLOAT64) return to_float(arena, from, rule, err);
    if (from.kind == TYPE_BOOL && to.kind == TYPE_INT64) return ERR_OK;
    if (from.kind == TYPE_INT64 && to.kind == TYPE_BOOL) {
        *rule = (SqlRule)SQL_RULE_OP("$1 <> 0", SQL_PREC_COMPARE, SQL_PREC_ADD);
    } else if (from.kind == TYPE_DATE && to.kind == TYPE_TIMESTAMP) {
        return sql_sqlite_coerce(arena, from, to, rule, err);
    } else if (from.kind == TYPE_TIMESTAMP && to.kind == TYPE_DATE) {
        *rule = (SqlRule)SQL_RULE_CALL("substr($1, 1, 10)");
    } else if (from.kind == TYPE_TEXT && to.kind == TYPE_JSON) { /* json() of what is none is an error */
        *rule = (SqlRule)SQL_RULE_CALL(is_try ? "CASE WHEN json_valid($1) THEN $1 END"
                                              : "CASE WHEN json_valid($1) THEN $1 ELSE json($1) END");
    } else { /* text to number: SQLite reads 'abc' as 0 */
        return sql_sqlite_no_conversion(from, to, err);
    }
    return ERR_OK;
}
