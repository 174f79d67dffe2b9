/*
 * How PostgreSQL (14 and later) writes our functions. Where its own meaning differs from §3a of the design:
 *
 *   texts are ordered by the database's collation: what orders them says COLLATE "C" (=, IN and GROUP BY are binary in any)
 *   lower and upper know in "C" only ASCII: they go by ICU's root collation, and back. ICU makes two letters of one here and there;
 *     for lower these are known beforehand, for upper only the sharp s is (so the ligature fi becomes FI)
 *   int8 / int8 cuts, x / 0 is an error, numeric / numeric keeps a scale: both sides are cast to float64, 0 is null
 *   avg of exact numbers and extract() are numeric, length and differences of dates are int4 (which engine/ reads as int64)
 *   round(float64) goes to the even neighbour, and functions of positions take int4 only
 *   ln, sqrt and power report values outside their domain, exp and power what is too large or small: null, and 0, here
 *   json has no equality: it is compared as text
 *   max(boolean) is bool_or; median is percentile_cont, which has no window, and takes distinct values from an array of them; first
 *     and last are the ends of an ordered array, and have no window either
 *   make_date reports days that there are not, split_part a part 0, and neither has a whole number of months between dates
 *
 * Exact results of numeric carry no type, so engine/ reads them by the type that the tree states.
 */
#include "sql/sql_postgres_internal.h"

enum { POSTGRES_NAME_MAX = 63 }; /* NAMEDATALEN - 1; what is longer it cuts */

/* ---- types ---------------------------------------------------------------------------------------------------------- */

static const char *type_word(TypeKind kind) {
    switch (kind) {
    case TYPE_BOOL: return "boolean";
    case TYPE_INT64: return "bigint";
    case TYPE_FLOAT64: return "double precision";
    case TYPE_TEXT: return "text";
    case TYPE_DATE: return "date";
    case TYPE_TIMESTAMP: return "timestamp";
    case TYPE_JSON: return "json"; /* keeps the text, which jsonb does not */
    default: return NULL;
    }
}

static ErrCode postgres_type_name(Arena *arena, Type type, const char **ret_name, Err *err) {
    const char *word = type_word(type.kind);
    if (type.kind == TYPE_DECIMAL) {
        *ret_name = sql_rule_text(arena, "numeric(%d,%d)", type.precision, type.scale);
    } else if (word) {
        *ret_name = word;
    } else {
        return err_set(err, ERR_INVALID, "a column needs a type");
    }
    return ERR_OK;
}

/* ---- hooks ---------------------------------------------------------------------------------------------------------- */

static ErrCode unsupported(const SqlExpr *call, const char *what, Err *err) {
    return err_set(err, ERR_UNSUPPORTED, "'%s' of %s is not available on PostgreSQL", sql_fn_info(call->fn)->name,
                   what);
}

static bool has_kind(const SqlExpr *call, TypeKind kind) {
    for (size_t i = 0; i < call->n_args; i++)
        if (call->args[i]->type.kind == kind) return true;
    return false;
}

/* Equal or not: binary in every collation. */
static ErrCode equality(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    if (!has_kind(call, TYPE_JSON)) return ERR_OK;
    rule->before = "CAST(";
    rule->after = " AS text)";
    return ERR_OK;
}

/* Less or more, greatest and least: texts by their bytes. */
static ErrCode ordering(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    TRY(sql_rule_lone(arena, call, rule, err));
    if (rule->instead || !(has_kind(call, TYPE_TEXT) || has_kind(call, TYPE_JSON))) return ERR_OK;
    bool is_json = has_kind(call, TYPE_JSON);
    if (is_json && call->type.kind == TYPE_JSON) return unsupported(call, "JSON", err);
    rule->before = is_json ? "CAST(" : "";
    rule->after = is_json ? " AS text)" SQL_POSTGRES_BINARY : SQL_POSTGRES_BINARY;
    rule->arg_prec = SQL_PREC_ATOM;
    return ERR_OK;
}

static ErrCode extreme(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena;
    bool is_min = call->fn == SQL_FN_MIN;
    switch (call->args[0]->type.kind) {
    case TYPE_BOOL: rule->text = is_min ? "bool_and($1)" : "bool_or($1)"; return ERR_OK;
    case TYPE_JSON: return unsupported(call, "JSON", err);
    case TYPE_TEXT:
        rule->text = is_min ? "min($1" SQL_POSTGRES_BINARY ")" : "max($1" SQL_POSTGRES_BINARY ")";
        rule->arg_prec = SQL_PREC_ATOM;
        return ERR_OK;
    default: rule->text = is_min ? "min($1)" : "max($1)"; return ERR_OK;
    }
}

/* +, -, *: decimals whose exact result has no room fall to float64. */
static ErrCode arith(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    if (call->type.kind == TYPE_FLOAT64) rule->args = SQL_ARGS_FLOAT64;
    return ERR_OK;
}

static ErrCode round_float(Arena *arena, const SqlExpr *call, SqlRule *rule) {
    int64_t digits = 0;
    rule->prec = SQL_PREC_MUL;
    rule->arg_prec = SQL_PREC_ATOM;
    if (call->n_args == 1) {
        rule->text = SQL_POSTGRES_ROUND("$1");
    } else if (!sql_literal_int(call->args[1], &digits)) {
        rule->text = SQL_POSTGRES_ROUND("$1 * power(10, $2)") " / power(10, $2)";
    } else {
        int power = (int)MAX_OF(MIN_OF(digits, 300), -300);
        char op = power < 0 ? '/' : '*', back = power < 0 ? '*' : '/';
        const char *scaled = sql_rule_text(arena, "$1 %c 1e%d", op, power < 0 ? -power : power);
        rule->text = sql_rule_text(arena, "sign(%s) * ceil(floor(2 * abs(%s)) / 2) %c 1e%d", scaled, scaled, back,
                                   power < 0 ? -power : power);
    }
    return ERR_OK;
}

static ErrCode round_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    Type type = call->args[0]->type;
    if (type.kind == TYPE_FLOAT64) return round_float(arena, call, rule);
    int scale = type.kind == TYPE_DECIMAL ? type.scale : 0;
    int64_t digits = 0;
    bool is_constant = call->n_args == 1 || sql_literal_int(call->args[1], &digits);
    const char *places =
        is_constant ? sql_rule_text(arena, "%d", (int)MAX_OF(MIN_OF(digits, 400), -400)) : "CAST($2 AS integer)";
    if (is_constant && digits >= scale)
        rule->instead = call->args[0];
    else if (type.kind == TYPE_INT64)
        rule->text = sql_rule_text(arena, "CAST(round(CAST($1 AS numeric), %s) AS $T)", places);
    else
        rule->text = sql_rule_text(arena, "round($1, %s)", places);
    return ERR_OK;
}

/* Positions before the first count from the end, as do lengths from their start. */
static ErrCode substr_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    int64_t at = -1, length = -1;
    bool has_length = call->n_args == 3;
    bool is_plain = sql_literal_int(call->args[1], &at) && at >= 0;
    bool is_forward = !has_length || (sql_literal_int(call->args[2], &length) && length >= 0);
    const char *start = is_plain ? "$2" : "CASE WHEN $2 < 0 THEN length($1) + 1 + $2 ELSE $2 END";
    rule->arg_prec = SQL_PREC_ATOM;
    if (!has_length)
        rule->text = sql_rule_text(arena, "substr($1, CAST(%s AS integer))", start);
    else if (is_forward)
        rule->text = sql_rule_text(arena, "substr($1, CAST(%s AS integer), CAST($3 AS integer))", start);
    else
        rule->text = sql_rule_text(arena, "substr($1, CAST(%s + least($3, 0) AS integer), CAST(abs($3) AS integer))",
                                   is_plain ? start : sql_rule_text(arena, "(%s)", start));
    return ERR_OK;
}

static ErrCode add_days(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_date = call->type.kind == TYPE_DATE;
    rule->text = is_date ? "$1 + CAST($2 AS integer)" : "$1 + make_interval(days => CAST($2 AS integer))";
    return ERR_OK;
}

static ErrCode lag_or_lead(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    static const char *const REST[] = {"", ", CAST($2 AS integer)", ", CAST($2 AS integer), $3"};
    rule->text = sql_rule_text(arena, "%s($1%s)", sql_fn_info(call->fn)->name, REST[call->n_args - 1]);
    return ERR_OK;
}

/* Where PostgreSQL counts from 1 and reports 0. */
static ErrCode split_part(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    int64_t part = 0;
    bool is_plain = sql_literal_int(call->args[2], &part) && part != 0;
    rule->text = is_plain ? "split_part($1, nullif($2, ''), CAST($3 AS integer))"
                          : "CASE WHEN $3 = 0 THEN left($1 || nullif($2, ''), 0) "
                            "ELSE split_part($1, nullif($2, ''), CAST($3 AS integer)) END";
    rule->arg_prec = SQL_PREC_ATOM;
    return ERR_OK;
}

/* Median, deviations and the like: a NaN counts as null. */
static ErrCode statistic(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    const char *fraction = "0.5";
    bool is_ordered = call->fn == SQL_FN_MEDIAN || call->fn == SQL_FN_PERCENTILE;
    if (call->fn == SQL_FN_PERCENTILE) TRY(sql_rule_fraction(arena, call, &fraction, err));
    const char *from = call->is_distinct ? "v) FROM unnest(array_agg($1)$^) AS u(v))" : "$1)";
    if (is_ordered)
        rule->text = sql_rule_text(arena, "%spercentile_cont(%s) WITHIN GROUP (ORDER BY %s",
                                   call->is_distinct ? "(SELECT " : "", fraction, from);
    if (!has_kind(call, TYPE_FLOAT64)) return ERR_OK;
    rule->before = "nullif(";
    rule->after = ", CAST('NaN' AS double precision))";
    return ERR_OK;
}

/* The first of an array in the order of the keys, then of the value; rows with a null among them come behind all others. */
static ErrCode first_or_last(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    const char *way = call->fn == SQL_FN_FIRST ? "ASC" : "DESC";
    Str is_whole = S("$1 IS NOT NULL"), order = S("");
    if (has_kind(call, TYPE_JSON)) return unsupported(call, "JSON", err);
    for (size_t i = 2; i <= call->n_args + 1; i++) {
        size_t at = i > call->n_args ? 1 : i; /* the value decides among equals */
        bool is_text = call->args[at - 1]->type.kind == TYPE_TEXT;
        if (at > 1) is_whole = arena_printf(arena, "%.*s AND $%zu IS NOT NULL", STR_ARG(is_whole), at);
        order = arena_printf(arena, "%.*s, $%zu%s %s", STR_ARG(order), at, is_text ? SQL_POSTGRES_BINARY : "", way);
    }
    rule->text = sql_rule_text(
        arena, "(array_agg(CASE WHEN %.*s THEN $1 END ORDER BY CASE WHEN %.*s THEN 0 ELSE 1 END%.*s)$^)[1]",
        STR_ARG(is_whole), STR_ARG(is_whole), STR_ARG(order));
    rule->arg_prec = SQL_PREC_ATOM;
    return ERR_OK;
}

/* As the JSON list of the texts: unambiguous, and the same bytes as elsewhere. A decimal's text has its type's scale. */
static ErrCode row_hash(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)rule, (void)err;
    const SqlExpr **texts = ARENA_ARRAY(arena, const SqlExpr *, call->n_args);
    bool is_text = true;
    for (size_t i = 0; i < call->n_args; i++) {
        is_text = is_text && call->args[i]->type.kind == TYPE_TEXT;
        texts[i] = sql_cast(arena, call->args[i], TYPE(TYPE_TEXT), false);
    }
    rule->text = "md5(CAST(array_to_json(ARRAY[$*]) AS text))";
    if (!is_text) rule->instead = sql_call(arena, SQL_FN_ROW_HASH, texts, call->n_args);
    return ERR_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------------ */

#define EQUALITY(text_) SQL_RULE_OP(text_, SQL_PREC_COMPARE, SQL_PREC_ADD, .args = SQL_ARGS_COMMON, .hook = equality)
#define ORDERING(text_) SQL_RULE_OP(text_, SQL_PREC_COMPARE, SQL_PREC_ADD, .args = SQL_ARGS_COMMON, .hook = ordering)
#define NUMERIC(text_) SQL_RULE_CALL(text_, .args = SQL_ARGS_FLOAT64)
/* A number that is no exact float has a spread that is not quite 0, by which PostgreSQL then divides. */
#define SPREAD(x, y) \
    "min(CASE WHEN " y " IS NOT NULL THEN " x " END)$^ < max(CASE WHEN " y " IS NOT NULL THEN " x " END)$^"
#define STATISTIC(text_) SQL_RULE_CALL(text_, .args = SQL_ARGS_FLOAT64, .hook = statistic)
#define TRUNC(part_) SQL_RULE_CALL("CAST(date_trunc('" part_ "', $1) AS $T)", .args = SQL_ARGS_TIMESTAMP)
#define PART(part_) SQL_RULE_CALL("CAST(extract(" part_ " FROM $1) AS bigint)", .args = SQL_ARGS_TIMESTAMP)
#define LOWER(x) "lower(translate(" x ", '\u03A3\u0130', '\u03C3i') COLLATE \"und-x-icu\")" SQL_POSTGRES_BINARY
#define UPPER(x) "upper(translate(" x ", '\u00DF', '\u1E9E') COLLATE \"und-x-icu\")" SQL_POSTGRES_BINARY
#define EXP_MAX "709.782712893384" /* exp of more than these is no float64, or 0 */
#define EXP_MIN "-745"
#define DAYS_OF_MONTH                                             \
    "CASE WHEN $2 IN (4, 6, 9, 11) THEN 30 WHEN $2 <> 2 THEN 31 " \
    "WHEN $1 % 4 = 0 AND ($1 % 100 <> 0 OR $1 % 400 = 0) THEN 29 ELSE 28 END"
/* Whole months from date a to date b: those of the calendar, less one on the way if the day is not reached, nor the month's end. */
#define PART_OF(part_, x) "extract(" part_ " FROM CAST(" x " AS date))"
#define IS_SHORT(from_, to_) \
    PART_OF("day", from_)    \
    " > " PART_OF("day", to_) " AND extract(month FROM CAST(" to_ " AS date) + 1) = " PART_OF("month", to_)
#define MONTHS                                                                                                                                  \
    "CAST(12 * (" PART_OF("year", "$2") " - " PART_OF("year", "$1") ") + " PART_OF("month", "$2") " - " PART_OF(                                \
        "month",                                                                                                                                \
        "$1") " - CASE WHEN CAST($1 AS date) <= CAST($2 AS date) AND " IS_SHORT("$1",                                                           \
                                                                                "$2") " THEN 1 "                                                \
                                                                                      "WHEN CAST($1 AS date) > CAST($2 AS date) AND " IS_SHORT( \
                                                                                          "$2",                                                 \
                                                                                          "$1") " THEN -1 ELSE 0 END AS bigint)"
#define WHITE_SPACE "chr(9) || chr(10) || chr(13) || chr(32) || chr(160)"

static const SqlRule RULES[SQL_FN_COUNT_OF] = {
    SQL_RULES_STANDARD,

    [SQL_FN_ADD] = SQL_RULE_OP("$1 + $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_SUB] = SQL_RULE_OP("$1 - $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_MUL] = SQL_RULE_OP("$1 * $2", SQL_PREC_MUL, SQL_PREC_ATOM, .hook = arith),
    [SQL_FN_DIV] = SQL_RULE_OP("$1 / nullif($2, 0)", SQL_PREC_MUL, SQL_PREC_ATOM, .args = SQL_ARGS_FLOAT64),
    [SQL_FN_MOD] = SQL_RULE_OP("$1 % nullif($2, 0)", SQL_PREC_MUL, SQL_PREC_ATOM),

    [SQL_FN_EQ] = EQUALITY("$1 = $2"),
    [SQL_FN_NE] = EQUALITY("$1 <> $2"),
    [SQL_FN_LT] = ORDERING("$1 < $2"),
    [SQL_FN_LE] = ORDERING("$1 <= $2"),
    [SQL_FN_GT] = ORDERING("$1 > $2"),
    [SQL_FN_GE] = ORDERING("$1 >= $2"),
    [SQL_FN_DISTINCT] = EQUALITY("$1 IS DISTINCT FROM $2"),
    [SQL_FN_SAME] = EQUALITY("$1 IS NOT DISTINCT FROM $2"),
    [SQL_FN_GREATEST] = SQL_RULE_CALL("greatest($*)", .args = SQL_ARGS_COMMON, .hook = ordering),
    [SQL_FN_LEAST] = SQL_RULE_CALL("least($*)", .args = SQL_ARGS_COMMON, .hook = ordering),

    [SQL_FN_CONCAT] = SQL_RULE_OP("$1 || $2", SQL_PREC_ANY, SQL_PREC_ATOM),
    [SQL_FN_LOWER] = SQL_RULE_CALL(LOWER("$1")),
    [SQL_FN_UPPER] = SQL_RULE_CALL(UPPER("$1")),
    [SQL_FN_TRIM] = SQL_RULE_CALL("btrim($1, " WHITE_SPACE ")"),
    [SQL_FN_LTRIM] = SQL_RULE_CALL("ltrim($1, " WHITE_SPACE ")"),
    [SQL_FN_RTRIM] = SQL_RULE_CALL("rtrim($1, " WHITE_SPACE ")"),
    [SQL_FN_SUBSTR] = SQL_RULE_HOOK(substr_rule),
    [SQL_FN_LEFT] = SQL_RULE_CALL("left($1, CAST($2 AS integer))"),
    [SQL_FN_RIGHT] = SQL_RULE_CALL("right($1, CAST($2 AS integer))"),
    [SQL_FN_SPLIT_PART] = SQL_RULE_HOOK(split_part),
    [SQL_FN_STRIP_SUFFIX] =
        SQL_RULE_CALL("CASE WHEN right($1, length($2)) = $2 THEN left($1, length($1) - length($2)) ELSE $1 END",
                      .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_CONTAINS] = SQL_RULE_OP("strpos(" LOWER("$1") ", " LOWER("$2") ") > 0", SQL_PREC_COMPARE, SQL_PREC_ANY),
    [SQL_FN_STARTS_WITH] = SQL_RULE_CALL("starts_with(" LOWER("$1") ", " LOWER("$2") ")"),
    [SQL_FN_ENDS_WITH] =
        SQL_RULE_OP("right(" LOWER("$1") ", length($2)) = " LOWER("$2"), SQL_PREC_COMPARE, SQL_PREC_ANY),

    [SQL_FN_SIGN] = SQL_RULE_CALL("CAST(sign($1) AS bigint)"),
    [SQL_FN_ROUND] = SQL_RULE_HOOK(round_rule),
    [SQL_FN_CEIL] = SQL_RULE_CALL("CAST(ceil($1) AS double precision)"),
    [SQL_FN_FLOOR] = SQL_RULE_CALL("CAST(floor($1) AS double precision)"),
    [SQL_FN_TRUNC] = SQL_RULE_CALL("CAST(trunc($1) AS double precision)"),
    [SQL_FN_BUCKET] = SQL_RULE_OP(NULL, SQL_PREC_ADD, SQL_PREC_ATOM, .args = SQL_ARGS_RESULT, .hook = sql_rule_bucket),
    [SQL_FN_LN] = NUMERIC("ln(nullif(greatest($1, 0), 0))"),
    [SQL_FN_LOG10] = NUMERIC("log10(nullif(greatest($1, 0), 0))"),
    [SQL_FN_EXP] = SQL_RULE_CALL("CASE WHEN $1 < " EXP_MIN " THEN 0 WHEN $1 <= " EXP_MAX " THEN exp($1) END",
                                 .arg_prec = SQL_PREC_ADD, .args = SQL_ARGS_FLOAT64),
    [SQL_FN_POWER] = SQL_RULE_CALL("CASE WHEN $1 = 0 THEN CASE WHEN $2 > 0 THEN 0 WHEN $2 = 0 THEN 1 END "
                                   "WHEN $1 < 0 AND $2 <> floor($2) OR $2 * ln(abs($1)) > " EXP_MAX " THEN NULL "
                                   "WHEN $2 * ln(abs($1)) < " EXP_MIN " THEN 0 ELSE power($1, $2) END",
                                   .arg_prec = SQL_PREC_ATOM, .args = SQL_ARGS_FLOAT64),
    [SQL_FN_SQRT] =
        SQL_RULE_CALL("sqrt(CASE WHEN $1 >= 0 THEN $1 END)", .arg_prec = SQL_PREC_ADD, .args = SQL_ARGS_FLOAT64),

    [SQL_FN_TRUNC_YEAR] = TRUNC("year"),
    [SQL_FN_TRUNC_QUARTER] = TRUNC("quarter"),
    [SQL_FN_TRUNC_MONTH] = TRUNC("month"),
    [SQL_FN_TRUNC_WEEK] = TRUNC("week"),
    [SQL_FN_TRUNC_DAY] = TRUNC("day"),
    [SQL_FN_TRUNC_HOUR] = TRUNC("hour"),
    [SQL_FN_YEAR_OF] = PART("year"),
    [SQL_FN_QUARTER_OF] = PART("quarter"),
    [SQL_FN_MONTH_OF] = PART("month"),
    [SQL_FN_DAY_OF_MONTH] = PART("day"),
    [SQL_FN_WEEKDAY] = PART("isodow"),
    [SQL_FN_HOUR_OF_DAY] = PART("hour"),
    [SQL_FN_DAY_OF_YEAR] = PART("doy"),
    [SQL_FN_ISO_YEAR] = PART("isoyear"),
    [SQL_FN_ISO_WEEK] = PART("week"),
    [SQL_FN_LAST_DAY] =
        SQL_RULE_CALL("CAST(date_trunc('month', $1) + interval '1 month -1 day' AS date)", .args = SQL_ARGS_TIMESTAMP),
    [SQL_FN_DATE] = SQL_RULE_CALL("CASE WHEN $1 BETWEEN 1 AND 9999 AND $2 BETWEEN 1 AND 12 "
                                  "AND $3 BETWEEN 1 AND " DAYS_OF_MONTH
                                  " THEN make_date(CAST($1 AS integer), CAST($2 AS integer), CAST($3 AS integer)) END",
                                  .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_YEARS_BETWEEN] = SQL_RULE_OP(MONTHS " / 12", SQL_PREC_MUL, SQL_PREC_ANY),
    [SQL_FN_QUARTERS_BETWEEN] = SQL_RULE_OP(MONTHS " / 3", SQL_PREC_MUL, SQL_PREC_ANY),
    [SQL_FN_MONTHS_BETWEEN] = SQL_RULE_CALL(MONTHS),
    [SQL_FN_WEEKS_BETWEEN] = SQL_RULE_OP("(CAST($2 AS date) - CAST($1 AS date)) / 7", SQL_PREC_MUL, SQL_PREC_ANY),
    [SQL_FN_HOURS_BETWEEN] = SQL_RULE_CALL("CAST(trunc(extract(epoch FROM $2 - $1) / 3600) AS bigint)",
                                           .arg_prec = SQL_PREC_MUL, .args = SQL_ARGS_TIMESTAMP),
    [SQL_FN_DAYS_BETWEEN] = SQL_RULE_OP("CAST($2 AS date) - CAST($1 AS date)", SQL_PREC_ADD, SQL_PREC_ANY),
    [SQL_FN_ADD_DAYS] = SQL_RULE_OP(NULL, SQL_PREC_ADD, SQL_PREC_MUL, .hook = add_days),
    [SQL_FN_ADD_MONTHS] =
        SQL_RULE_CALL("CAST($1 + make_interval(months => CAST($2 AS integer)) AS $T)", .arg_prec = SQL_PREC_MUL),
    [SQL_FN_ADD_HOURS] = SQL_RULE_OP("$1 + make_interval(hours => CAST($2 AS integer))", SQL_PREC_ADD, SQL_PREC_MUL,
                                     .args = SQL_ARGS_TIMESTAMP),
    [SQL_FN_PARSE_DATE] = SQL_RULE_HOOK(sql_postgres_parse_time),
    [SQL_FN_PARSE_TIMESTAMP] = SQL_RULE_HOOK(sql_postgres_parse_time),
    [SQL_FN_FROM_ZONE] = SQL_RULE_CALL("timezone('UTC', timezone($2, CAST($1 AS timestamp)))"),
    [SQL_FN_TO_ZONE] = SQL_RULE_CALL("timezone($2, timezone('UTC', CAST($1 AS timestamp)))"),
    [SQL_FN_ROW_HASH] = SQL_RULE_HOOK(row_hash),

    [SQL_FN_COUNT] = SQL_RULE_CALL("count($1)", .hook = equality),
    [SQL_FN_AVG] = SQL_RULE_CALL("CAST(avg($1)$^ AS double precision)"),
    [SQL_FN_MIN] = SQL_RULE_HOOK(extreme),
    [SQL_FN_MAX] = SQL_RULE_HOOK(extreme),
    [SQL_FN_MEDIAN] = SQL_RULE_HOOK(statistic, .args = SQL_ARGS_FLOAT64, .is_not_windowed = true),
    [SQL_FN_PERCENTILE] = SQL_RULE_HOOK(statistic, .args = SQL_ARGS_FLOAT64, .is_not_windowed = true),
    [SQL_FN_STDDEV] = STATISTIC("stddev_samp($1)"),
    [SQL_FN_VARIANCE] = STATISTIC("var_samp($1)"),
    [SQL_FN_CORR] = STATISTIC("CASE WHEN " SPREAD("$1", "$2") " AND " SPREAD("$2", "$1") " THEN corr($1, $2)$^ END"),
    [SQL_FN_REGR_SLOPE] = STATISTIC("CASE WHEN " SPREAD("$2", "$1") " THEN regr_slope($1, $2)$^ END"),
    [SQL_FN_REGR_INTERCEPT] = STATISTIC("CASE WHEN " SPREAD("$2", "$1") " THEN regr_intercept($1, $2)$^ END"),
    [SQL_FN_FIRST] = SQL_RULE_HOOK(first_or_last, .is_not_windowed = true),
    [SQL_FN_LAST] = SQL_RULE_HOOK(first_or_last, .is_not_windowed = true),
    [SQL_FN_BOOL_OR] = SQL_RULE_CALL("bool_or($1)"),
    [SQL_FN_BOOL_AND] = SQL_RULE_CALL("bool_and($1)"),
    [SQL_FN_NTILE] = SQL_RULE_CALL("ntile(CAST($1 AS integer))"),
    [SQL_FN_LAG] = SQL_RULE_HOOK(lag_or_lead, .args = SQL_ARGS_RESULT),
    [SQL_FN_LEAD] = SQL_RULE_HOOK(lag_or_lead, .args = SQL_ARGS_RESULT),
};

const SqlDialect SQL_DIALECT_POSTGRES = {
    .name = "postgres",
    .title = "PostgreSQL",
    .quote = '"',
    .placeholder = SQL_PLACEHOLDER_DOLLAR_N,
    .is_literal_typed = true,
    .name_max_bytes = POSTGRES_NAME_MAX,
    .text_order = SQL_POSTGRES_BINARY,
    .series = SQL_RULE_CALL("(SELECT generate_series(CAST($1 AS bigint), CAST($2 AS bigint)) AS n)"),
    .rules = RULES,
    .type_name = postgres_type_name,
    .coerce = sql_postgres_coerce,
    .cast = sql_postgres_cast,
};
