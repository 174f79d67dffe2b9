/*
 * How SQLite (3.40 and later) writes our functions. SQLite has no types for decimals, dates and booleans, so we fix how they lie
 * in it, and every rule keeps to that:
 *
 *   decimal(p,s)  the int64 value * 10^s; both sides of +, -, comparison are first brought to one scale
 *   date          text YYYY-MM-DD
 *   timestamp     text YYYY-MM-DD HH:MM:SS, with .ffffff (six digits) only where the fraction is not zero: text order is time order
 *   bool          0 or 1
 *   json          text (declared "JSON TEXT": the affinity of "JSON" alone would turn '1.50' into 1.5)
 *
 * An int64 that overflows becomes a float in SQLite; engine/ refuses a float where an integer was promised, so it cannot pass for
 * a result. What cannot be had exactly is ERR_UNSUPPORTED. lower, upper and with them contains and its kin know ASCII only.
 */
#include "sql/sql_internal.h"

enum { INT64_SCALE_MAX = 18 }; /* 10^18 fits an int64 */

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

static ErrCode sqlite_type_name(Arena *arena, Type type, const char **ret_name, Err *err) {
    const char *word = type_word(type.kind);
    if (word) {
        *ret_name = word;
    } else if (type.kind != TYPE_DECIMAL) {
        return err_set(err, ERR_INVALID, "a column needs a type");
    } else if (type.precision > INT64_SCALE_MAX) {
        return err_set(err, ERR_UNSUPPORTED, "SQLite holds decimal numbers of up to %d digits, not %d", INT64_SCALE_MAX,
                       type.precision);
    } else {
        *ret_name = sql_rule_text(arena, "DECIMAL(%d,%d)", type.precision, type.scale);
    }
    return ERR_OK;
}

static ErrCode sqlite_check_literal(Value value, Err *err) {
    if (value.type.kind != TYPE_DECIMAL || (value.dec <= INT64_MAX && value.dec >= INT64_MIN)) return ERR_OK;
    char text[48];
    decimal_print(value.dec, value.type.scale, text);
    return err_set(err, ERR_UNSUPPORTED, "SQLite holds decimal numbers of up to %d digits; %s has more",
                   INT64_SCALE_MAX, text);
}

static ErrCode no_conversion(Type from, Type to, Err *err) {
    return err_set(err, ERR_UNSUPPORTED, "turning %s into %s is not available on SQLite", sql_type_words(from),
                   sql_type_words(to));
}

static int scale_of(Type type) {
    return type.kind == TYPE_DECIMAL ? type.scale : 0;
}

static int64_t pow10_of(int digits) {
    int64_t power = 1;
    for (int i = 0; i < digits; i++) power *= 10;
    return power;
}

static bool is_exact_number(Type type) {
    return type.kind == TYPE_INT64 || type.kind == TYPE_DECIMAL;
}

/* An integer or a scaled integer as one of more digits behind the point. */
static ErrCode scale_up(Arena *arena, Type from, Type to, SqlRule *rule, Err *err) {
    int digits = scale_of(to) - scale_of(from);
    if (digits > INT64_SCALE_MAX) return no_conversion(from, to, err);
    if (digits == 0) return ERR_OK;
    *rule = (SqlRule)SQL_RULE_OP(sql_rule_text(arena, "$1 * %" PRId64, pow10_of(digits)), SQL_PREC_MUL, SQL_PREC_ATOM);
    return ERR_OK;
}

static ErrCode to_float(Arena *arena, Type from, SqlRule *rule, Err *err) {
    if (scale_of(from) > INT64_SCALE_MAX) return no_conversion(from, TYPE(TYPE_FLOAT64), err);
    if (scale_of(from) == 0) {
        *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS REAL)");
    } else {
        const char *text = sql_rule_text(arena, "$1 / %" PRId64 ".0", pow10_of(scale_of(from)));
        *rule = (SqlRule)SQL_RULE_OP(text, SQL_PREC_MUL, SQL_PREC_ATOM);
    }
    return ERR_OK;
}

static ErrCode sqlite_coerce(Arena *arena, Type from, Type to, SqlRule *rule, Err *err) {
    if (from.kind == to.kind && from.kind != TYPE_DECIMAL) return ERR_OK;
    if (is_exact_number(from) && to.kind == TYPE_DECIMAL && scale_of(to) >= scale_of(from))
        return scale_up(arena, from, to, rule, err);
    if (is_exact_number(from) && to.kind == TYPE_FLOAT64) return to_float(arena, from, rule, err);
    if (from.kind == TYPE_DATE && to.kind == TYPE_TIMESTAMP) {
        *rule = (SqlRule)SQL_RULE_OP("$1 || ' 00:00:00'", SQL_PREC_ANY, SQL_PREC_ATOM);
        return ERR_OK;
    }
    return no_conversion(from, to, err);
}

/* Scaled integer to fewer digits, rounded half away from zero: integer division cuts towards zero. */
static const char *scale_down_text(Arena *arena, int digits) {
    int64_t step = pow10_of(digits);
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
    default: return no_conversion(from, TYPE(TYPE_TEXT), err); /* SQLite prints 15 digits of a float */
    }
    if (from.scale == 0 || from.scale > INT64_SCALE_MAX) {
        if (from.scale) return no_conversion(from, TYPE(TYPE_TEXT), err);
        *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS TEXT)");
        return ERR_OK;
    }
    int64_t unit = pow10_of(from.scale);
    *rule = (SqlRule)SQL_RULE_OP(sql_rule_text(arena,
                                               "CASE WHEN $1 < 0 THEN '-' ELSE '' END || abs($1 / %" PRId64
                                               ") || printf('.%%0%dd', abs($1 %% %" PRId64 "))",
                                               unit, from.scale, unit),
                                 SQL_PREC_ANY, SQL_PREC_ATOM);
    return ERR_OK;
}

/* What does not fit the declared digits is an error where engine/ reads it, or null on try. */
static ErrCode cast_number(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err) {
    int digits = scale_of(from) - scale_of(to);
    if (digits > INT64_SCALE_MAX) return no_conversion(from, to, err);
    if (digits <= 0) TRY(scale_up(arena, from, to, rule, err));
    if (digits > 0) *rule = (SqlRule)SQL_RULE_OP(scale_down_text(arena, digits), SQL_PREC_MUL, SQL_PREC_ATOM);
    if (!is_try || to.kind != TYPE_DECIMAL || to.precision > INT64_SCALE_MAX) return ERR_OK;
    const char *text = rule->text ? rule->text : "$1";
    text = sql_rule_text(arena, "CASE WHEN abs(%s) < %" PRId64 " THEN %s END", text, pow10_of(to.precision), text);
    *rule = (SqlRule)SQL_RULE_CALL(text, .arg_prec = SQL_PREC_ATOM);
    return ERR_OK;
}

static ErrCode sqlite_cast(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err) {
    if (from.kind == TYPE_NULL || to.kind == TYPE_NULL) return ERR_OK;
    if (from.kind == to.kind && from.kind != TYPE_DECIMAL) return ERR_OK;
    if (to.kind == TYPE_TEXT) return cast_to_text(arena, from, rule, err);
    if (is_exact_number(from) && is_exact_number(to)) return cast_number(arena, from, to, is_try, rule, err);
    if (is_exact_number(from) && to.kind == TYPE_FLOAT64) return to_float(arena, from, rule, err);
    if (from.kind == TYPE_BOOL && to.kind == TYPE_INT64) return ERR_OK;
    if (from.kind == TYPE_INT64 && to.kind == TYPE_BOOL) {
        *rule = (SqlRule)SQL_RULE_OP("$1 <> 0", SQL_PREC_COMPARE, SQL_PREC_ADD);
    } else if (from.kind == TYPE_DATE && to.kind == TYPE_TIMESTAMP) {
        return sqlite_coerce(arena, from, to, rule, err);
    } else if (from.kind == TYPE_TIMESTAMP && to.kind == TYPE_DATE) {
        *rule = (SqlRule)SQL_RULE_CALL("substr($1, 1, 10)");
    } else if (from.kind == TYPE_TEXT && to.kind == TYPE_JSON) { /* json() of what is none is an error */
        *rule = (SqlRule)SQL_RULE_CALL(is_try ? "CASE WHEN json_valid($1) THEN $1 END"
                                              : "CASE WHEN json_valid($1) THEN $1 ELSE json($1) END");
    } else { /* text to number: SQLite reads 'abc' as 0 */
        return no_conversion(from, to, err);
    }
    return ERR_OK;
}

/* ---- hooks ---------------------------------------------------------------------------------------------------------- */

/* Sums need one scale; a product's scale is the sum of its factors'. */
static ErrCode arith(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena;
    if (call->type.kind == TYPE_FLOAT64) rule->args = SQL_ARGS_FLOAT64;
    if (call->type.kind != TYPE_DECIMAL) return ERR_OK;
    if (call->fn != SQL_FN_MUL) rule->args = SQL_ARGS_RESULT;
    if (call->type.scale <= INT64_SCALE_MAX) return ERR_OK;
    return err_set(err, ERR_UNSUPPORTED, "SQLite cannot hold the %d digits after the point that this product has",
                   call->type.scale);
}

/* max(a, b) is null when one is null; every argument is taken with the others as its stand-in. */
static ErrCode extreme(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    if (call->n_args == 1) return sql_rule_lone(arena, call, rule, err);
    if (call->n_args > 9)
        return err_set(err, ERR_UNSUPPORTED, "'%s' of more than 9 values is not available on SQLite",
                       sql_fn_info(call->fn)->name);
    Str text = call->fn == SQL_FN_GREATEST ? S("max(") : S("min(");
    for (size_t i = 0; i < call->n_args; i++) {
        text = arena_printf(arena, "%.*s%scoalesce(", STR_ARG(text), i ? ", " : "");
        for (size_t k = 0; k < call->n_args; k++) {
            text = arena_printf(arena, "%.*s%s$%zu", STR_ARG(text), k ? ", " : "", (i + k) % call->n_args + 1);
        }
        text = arena_printf(arena, "%.*s)", STR_ARG(text));
    }
    rule->text = sql_rule_text(arena, "%.*s)", STR_ARG(text));
    return ERR_OK;
}

static ErrCode round_float(Arena *arena, const SqlExpr *call, SqlRule *rule) {
    int64_t digits = 0;
    if (call->n_args == 1) {
        rule->text = "round($1)";
    } else if (!sql_literal_int(call->args[1], &digits)) {
        rule->text = "round($1 * pow(10, $2)) / pow(10, $2)";
        rule->prec = SQL_PREC_MUL;
        rule->arg_prec = SQL_PREC_ATOM;
    } else { /* round(x, n) goes by the printed digits; this is what other engines do */
        int power = (int)MAX_OF(MIN_OF(digits, 300), -300);
        rule->text = power < 0 ? sql_rule_text(arena, "round($1 / 1e%d) * 1e%d", -power, -power)
                               : sql_rule_text(arena, "round($1 * 1e%d) / 1e%d", power, power);
        rule->prec = SQL_PREC_MUL;
        rule->arg_prec = SQL_PREC_ATOM;
    }
    return ERR_OK;
}

static ErrCode round_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    Type type = call->args[0]->type;
    if (type.kind == TYPE_FLOAT64) return round_float(arena, call, rule);
    int64_t digits = 0;
    if (call->n_args == 2 && !sql_literal_int(call->args[1], &digits)) {
        return err_set(err, ERR_UNSUPPORTED, "'round' of %s takes a constant number of digits on SQLite",
                       sql_type_words(type));
    }
    if (digits >= scale_of(type)) {
        rule->instead = call->args[0];
    } else if (scale_of(type) - digits > INT64_SCALE_MAX) {
        return err_set(err, ERR_UNSUPPORTED, "'round' to so many digits is not available on SQLite");
    } else {
        int away = scale_of(type) - (int)digits;
        rule->text = sql_rule_text(arena, "%s * %" PRId64, scale_down_text(arena, away), pow10_of(away));
        rule->prec = SQL_PREC_MUL;
        rule->arg_prec = SQL_PREC_ATOM;
    }
    return ERR_OK;
}

/* The mean of scaled integers, then the point put where it belongs: one rounding instead of one a row. */
static ErrCode avg_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    int scale = scale_of(call->args[0]->type);
    if (scale == 0) return ERR_OK;
    if (scale > INT64_SCALE_MAX) return no_conversion(call->args[0]->type, TYPE(TYPE_FLOAT64), err);
    rule->text = sql_rule_text(arena, "avg($1)$^ / %" PRId64 ".0", pow10_of(scale));
    rule->prec = SQL_PREC_MUL;
    return ERR_OK;
}

/* The start of a period: the text of its first day, and midnight behind it for a timestamp. */
static ErrCode trunc_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    static const char *const DAYS[] = {
        [SQL_FN_TRUNC_YEAR - SQL_FN_TRUNC_YEAR] = "substr($1, 1, 5) || '01-01'",
        [SQL_FN_TRUNC_QUARTER - SQL_FN_TRUNC_YEAR] =
            "substr($1, 1, 5) || printf('%02d-01', (CAST(substr($1, 6, 2) AS INTEGER) - 1) / 3 * 3 + 1)",
        [SQL_FN_TRUNC_MONTH - SQL_FN_TRUNC_YEAR] = "substr($1, 1, 8) || '01'",
        [SQL_FN_TRUNC_WEEK - SQL_FN_TRUNC_YEAR] = "date(substr($1, 1, 10), 'weekday 0', '-6 days')",
        [SQL_FN_TRUNC_DAY - SQL_FN_TRUNC_YEAR] = "substr($1, 1, 10)",
        [SQL_FN_TRUNC_HOUR - SQL_FN_TRUNC_YEAR] = "substr($1, 1, 10)",
    };
    const char *day = DAYS[call->fn - SQL_FN_TRUNC_YEAR];
    rule->prec = SQL_PREC_ANY;
    if (call->type.kind != TYPE_TIMESTAMP) {
        rule->text = day;
    } else if (call->fn == SQL_FN_TRUNC_HOUR) {
        rule->text = "substr($1, 1, 13) || ':00:00'";
    } else {
        rule->text = sql_rule_text(arena, "%s || ' 00:00:00'", day);
    }
    return ERR_OK;
}

static ErrCode hour_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_date = call->args[0]->type.kind == TYPE_DATE;
    rule->text = is_date ? "CASE WHEN $1 IS NOT NULL THEN 0 END" : "CAST(substr($1, 12, 2) AS INTEGER)";
    rule->arg_prec = is_date ? SQL_PREC_ATOM : SQL_PREC_ANY;
    return ERR_OK;
}

static ErrCode add_days(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_date = call->type.kind == TYPE_DATE;
    rule->text = is_date ? "date($1, ($2) || ' days')" : "date(substr($1, 1, 10), ($2) || ' days') || substr($1, 11)";
    rule->prec = is_date ? SQL_PREC_ATOM : SQL_PREC_ANY;
    return ERR_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------------ */

#define COMPARE(text_) SQL_RULE_OP(text_, SQL_PREC_COMPARE, SQL_PREC_ADD, .args = SQL_ARGS_COMMON)
#define NUMERIC(text_) SQL_RULE_CALL(text_, .args = SQL_ARGS_FLOAT64)
#define PART(from_, n_) SQL_RULE_CALL("CAST(substr($1, " #from_ ", " #n_ ") AS INTEGER)")
#define WHITE_SPACE "char(9, 10, 13, 32, 160)"

/* Functions that are not here (median, stddev, variance, corr, split_part, parse_…, …_zone, row_hash) SQLite does not have. */
static const SqlRule RULES[SQL_FN_COUNT_OF] = {
    [SQL_FN_ADD] = SQL_RULE_OP("$1 + $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_SUB] = SQL_RULE_OP("$1 - $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_MUL] = SQL_RULE_OP("$1 * $2", SQL_PREC_MUL, SQL_PREC_ATOM, .hook = arith),
    [SQL_FN_DIV] = SQL_RULE_OP("$1 / $2", SQL_PREC_MUL, SQL_PREC_ATOM, .args = SQL_ARGS_FLOAT64),
    [SQL_FN_MOD] = SQL_RULE_OP("$1 % $2", SQL_PREC_MUL, SQL_PREC_ATOM),
    [SQL_FN_NEG] = SQL_RULE_OP("-$1", SQL_PREC_MUL, SQL_PREC_ATOM),

    [SQL_FN_EQ] = COMPARE("$1 = $2"),
    [SQL_FN_NE] = COMPARE("$1 <> $2"),
    [SQL_FN_LT] = COMPARE("$1 < $2"),
    [SQL_FN_LE] = COMPARE("$1 <= $2"),
    [SQL_FN_GT] = COMPARE("$1 > $2"),
    [SQL_FN_GE] = COMPARE("$1 >= $2"),
    [SQL_FN_DISTINCT] = COMPARE("$1 IS DISTINCT FROM $2"),
    [SQL_FN_SAME] = COMPARE("$1 IS NOT DISTINCT FROM $2"),
    [SQL_FN_AND] = SQL_RULE_OP("$*", SQL_PREC_AND, SQL_PREC_NOT, .join = " AND "),
    [SQL_FN_OR] = SQL_RULE_OP("$*", SQL_PREC_OR, SQL_PREC_NOT, .join = " OR "),
    [SQL_FN_NOT] = SQL_RULE_OP("NOT $1", SQL_PREC_NOT, SQL_PREC_ATOM),
    [SQL_FN_IS_NULL] = SQL_RULE_OP("$1 IS NULL", SQL_PREC_COMPARE, SQL_PREC_ATOM),
    [SQL_FN_IS_SET] = SQL_RULE_OP("$1 IS NOT NULL", SQL_PREC_COMPARE, SQL_PREC_ATOM),
    [SQL_FN_COALESCE] = SQL_RULE_CALL("coalesce($*)", .args = SQL_ARGS_COMMON, .hook = sql_rule_lone),
    [SQL_FN_NULLIF] = SQL_RULE_HOOK(sql_rule_nullif),
    [SQL_FN_GREATEST] = SQL_RULE_HOOK(extreme, .args = SQL_ARGS_COMMON),
    [SQL_FN_LEAST] = SQL_RULE_HOOK(extreme, .args = SQL_ARGS_COMMON),

    [SQL_FN_CONCAT] = SQL_RULE_OP("$1 || $2", SQL_PREC_ANY, SQL_PREC_ATOM),
    [SQL_FN_LOWER] = SQL_RULE_CALL("lower($1)"),
    [SQL_FN_UPPER] = SQL_RULE_CALL("upper($1)"),
    [SQL_FN_TRIM] = SQL_RULE_CALL("trim($1, " WHITE_SPACE ")"),
    [SQL_FN_LENGTH] = SQL_RULE_CALL("length($1)"),
    [SQL_FN_SUBSTR] = SQL_RULE_CALL("substr($*)"),
    [SQL_FN_LEFT] =
        SQL_RULE_CALL("CASE WHEN $2 < 0 THEN substr($1, 1, max(length($1) + $2, 0)) ELSE substr($1, 1, $2) END",
                      .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_RIGHT] = SQL_RULE_CALL("CASE WHEN $2 > 0 THEN substr($1, -$2) WHEN $2 < 0 THEN substr($1, 1 - $2) "
                                   "ELSE substr($1, 1, 0 * $2) END",
                                   .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_REPLACE] = SQL_RULE_CALL("replace($1, $2, $3)"),
    [SQL_FN_STRIP_SUFFIX] = SQL_RULE_CALL("CASE WHEN substr($1, length($1) - length($2) + 1) = $2 "
                                          "THEN substr($1, 1, length($1) - length($2)) ELSE $1 END",
                                          .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_CONTAINS] = SQL_RULE_OP("instr(lower($1), lower($2)) > 0", SQL_PREC_COMPARE, SQL_PREC_ANY),
    [SQL_FN_STARTS_WITH] = SQL_RULE_OP("substr(lower($1), 1, length($2)) = lower($2)", SQL_PREC_COMPARE, SQL_PREC_ANY),
    [SQL_FN_ENDS_WITH] =
        SQL_RULE_OP("substr(lower($1), length($1) - length($2) + 1) = lower($2)", SQL_PREC_COMPARE, SQL_PREC_ANY),

    [SQL_FN_ABS] = SQL_RULE_CALL("abs($1)"),
    [SQL_FN_SIGN] = SQL_RULE_CALL("sign($1)"),
    [SQL_FN_ROUND] = SQL_RULE_HOOK(round_rule),
    [SQL_FN_CEIL] = NUMERIC("ceil($1)"),
    [SQL_FN_FLOOR] = NUMERIC("floor($1)"),
    [SQL_FN_LN] = NUMERIC("ln($1)"),
    [SQL_FN_EXP] = NUMERIC("exp($1)"),
    [SQL_FN_POWER] = NUMERIC("pow($1, $2)"),
    [SQL_FN_SQRT] = NUMERIC("sqrt($1)"),

    [SQL_FN_TRUNC_YEAR] = SQL_RULE_HOOK(trunc_rule),
    [SQL_FN_TRUNC_QUARTER] = SQL_RULE_HOOK(trunc_rule),
    [SQL_FN_TRUNC_MONTH] = SQL_RULE_HOOK(trunc_rule),
    [SQL_FN_TRUNC_WEEK] = SQL_RULE_HOOK(trunc_rule),
    [SQL_FN_TRUNC_DAY] = SQL_RULE_HOOK(trunc_rule),
    [SQL_FN_TRUNC_HOUR] = SQL_RULE_HOOK(trunc_rule),
    [SQL_FN_YEAR_OF] = PART(1, 4),
    [SQL_FN_QUARTER_OF] = SQL_RULE_OP("(CAST(substr($1, 6, 2) AS INTEGER) + 2) / 3", SQL_PREC_MUL, SQL_PREC_ANY),
    [SQL_FN_MONTH_OF] = PART(6, 2),
    [SQL_FN_DAY_OF_MONTH] = PART(9, 2),
    [SQL_FN_WEEKDAY] =
        SQL_RULE_OP("(CAST(strftime('%w', substr($1, 1, 10)) AS INTEGER) + 6) % 7 + 1", SQL_PREC_ADD, SQL_PREC_ANY),
    [SQL_FN_HOUR_OF_DAY] = SQL_RULE_HOOK(hour_rule),
    [SQL_FN_DAYS_BETWEEN] =
        SQL_RULE_CALL("CAST(julianday(substr($2, 1, 10)) - julianday(substr($1, 1, 10)) AS INTEGER)"),
    [SQL_FN_ADD_DAYS] = SQL_RULE_HOOK(add_days),

    [SQL_FN_COUNT_ALL] = SQL_RULE_CALL("count(*)"),
    [SQL_FN_COUNT] = SQL_RULE_CALL("count($1)"),
    [SQL_FN_SUM] = SQL_RULE_CALL("sum($1)"),
    [SQL_FN_AVG] = SQL_RULE_CALL("avg($1)", .hook = avg_rule),
    [SQL_FN_MIN] = SQL_RULE_CALL("min($1)"),
    [SQL_FN_MAX] = SQL_RULE_CALL("max($1)"),
    [SQL_FN_BOOL_OR] = SQL_RULE_CALL("max($1)"),
    [SQL_FN_BOOL_AND] = SQL_RULE_CALL("min($1)"),
    [SQL_FN_ROW_NUMBER] = SQL_RULE_CALL("row_number()"),
    [SQL_FN_RANK] = SQL_RULE_CALL("rank()"),
    [SQL_FN_LAG] = SQL_RULE_CALL("lag($*)"),
    [SQL_FN_LEAD] = SQL_RULE_CALL("lead($*)"),
};

const SqlDialect SQL_DIALECT_SQLITE = {
    .name = "sqlite",
    .title = "SQLite",
    .quote = '"',
    .placeholder = SQL_PLACEHOLDER_QUESTION_N,
    .needs_limit_before_offset = true,
    .rules = RULES,
    .type_name = sqlite_type_name,
    .check_literal = sqlite_check_literal,
    .coerce = sqlite_coerce,
    .cast = sqlite_cast,
};
