/*
 * How DuckDB (1.4, 1.5) writes our functions. Where its own meaning differs from §3a of the design:
 *
 *   x / 0.0, pow(0, -1) and exp(1000) are inf, ln(0) and sqrt(-1) are errors, pow(-1, 0.5) and a constant's corr are NaN: null here
 *   a NaN among the values makes a statistic NaN, or an error: it is taken as null
 *   lag(x, 1, other) brings other to the type of x, 0.5 to 1: x is cast to the type of both
 *   DOUBLE -> BIGINT rounds to even, round(DOUBLE) away from zero: casts go through round
 *   round(DECIMAL, n) narrows its type, and gives 0 where n reaches past all digits: cast to enough of them around it
 *   DECIMAL(18) * DECIMAL(18) stays at 18 digits and overflows: one side is cast to 19, beyond which it does not
 *   median and ceil of DECIMAL keep a DECIMAL type, sign is TINYINT, date_trunc of DATE is TIMESTAMP: cast
 *   DECIMALs that do not fit a common 38 digits lose scale in silence when compared: cast to our common type
 *
 * sum(int64) is HUGEINT, which engine/ reads as decimal(38,0) and DuckDB mixes with DECIMAL as DECIMAL(38,0).
 */
#include "sql/sql_internal.h"

enum { DUCKDB_FAST_DIGITS = 18 }; /* DECIMALs up to here are int64 inside */

/* ---- types ---------------------------------------------------------------------------------------------------------- */

static const char *type_word(TypeKind kind) {
    switch (kind) {
    case TYPE_BOOL: return "BOOLEAN";
    case TYPE_INT64: return "BIGINT";
    case TYPE_FLOAT64: return "DOUBLE";
    case TYPE_TEXT: return "VARCHAR";
    case TYPE_DATE: return "DATE";
    case TYPE_TIMESTAMP: return "TIMESTAMP";
    case TYPE_JSON: return "JSON";
    default: return NULL;
    }
}

static ErrCode duckdb_type_name(Arena *arena, Type type, const char **ret_name, Err *err) {
    const char *word = type_word(type.kind);
    if (type.kind == TYPE_DECIMAL) {
        *ret_name = sql_rule_text(arena, "DECIMAL(%d,%d)", type.precision, type.scale);
    } else if (word) {
        *ret_name = word;
    } else {
        return err_set(err, ERR_INVALID, "a column needs a type");
    }
    return ERR_OK;
}

/* DuckDB finds the common type itself, except where decimals do not fit its 38 digits or leave the decimals. */
static ErrCode duckdb_coerce(Arena *arena, Type from, Type to, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_wide = to.kind == TYPE_DECIMAL && to.precision == TYPE_DECIMAL_MAX_PRECISION;
    int scale = from.kind == TYPE_DECIMAL ? from.scale : 0;
    bool is_lossy = is_wide && scale != to.scale;
    bool is_to_float = from.kind == TYPE_DECIMAL && to.kind == TYPE_FLOAT64;
    if (is_lossy || is_to_float) *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS $T)");
    return ERR_OK;
}

static ErrCode duckdb_cast(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_rounded = from.kind == TYPE_FLOAT64 && to.kind == TYPE_INT64;
    if (to.kind == TYPE_NULL) return ERR_OK;
    if (is_try) {
        *rule = (SqlRule)SQL_RULE_CALL(is_rounded ? "TRY_CAST(round($1) AS $T)" : "TRY_CAST($1 AS $T)");
    } else {
        *rule = (SqlRule)SQL_RULE_CALL(is_rounded ? "CAST(round($1) AS $T)" : "CAST($1 AS $T)");
    }
    return ERR_OK;
}

/* ---- hooks ---------------------------------------------------------------------------------------------------------- */

#define NAN_TEXT "CAST('nan' AS DOUBLE)"
#define INF_TEXT "CAST('inf' AS DOUBLE)"

/* +, -, *: decimals whose exact result has no room fall to float64, which DuckDB has to be told. */
static ErrCode arith(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    Type a = call->args[0]->type, b = call->args[1]->type;
    if (call->type.kind == TYPE_FLOAT64) rule->args = SQL_ARGS_FLOAT64;
    if (call->fn != SQL_FN_MUL || call->type.kind != TYPE_DECIMAL) return ERR_OK;
    bool is_wide = a.kind != TYPE_DECIMAL || b.kind != TYPE_DECIMAL ||
                   MAX_OF(a.precision, b.precision) == TYPE_DECIMAL_MAX_PRECISION;
    if (is_wide || a.precision + b.precision <= DUCKDB_FAST_DIGITS) return ERR_OK;
    rule->text =
        sql_rule_text(arena, "CAST($1 AS DECIMAL(%d,%d)) * $2", MAX_OF(a.precision, DUCKDB_FAST_DIGITS + 1), a.scale);
    return ERR_OK;
}

/* The argument gets as many digits as the result and the place it is rounded at need. */
static ErrCode round_decimal(Arena *arena, const SqlExpr *call, int64_t digits, SqlRule *rule, Err *err) {
    Type type = call->type;
    if (digits >= type.scale) {
        rule->instead = call->args[0];
        return ERR_OK;
    }
    int64_t precision = MAX_OF(type.precision, type.scale - digits + 1);
    if (precision > TYPE_DECIMAL_MAX_PRECISION)
        return err_set(err, ERR_UNSUPPORTED, "'round' to so many digits is not available on DuckDB");
    rule->text = sql_rule_text(arena, "CAST(round(CAST($1 AS DECIMAL(%d,%d)), %d) AS $T)", (int)precision, type.scale,
                               (int)digits);
    return ERR_OK;
}

static ErrCode round_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    TypeKind kind = call->args[0]->type.kind;
    int64_t digits = 0;
    bool is_constant = call->n_args == 1 || sql_literal_int(call->args[1], &digits);
    if (kind == TYPE_DECIMAL) {
        if (is_constant) return round_decimal(arena, call, digits, rule, err);
        return err_set(err, ERR_UNSUPPORTED, "'round' of a decimal number takes a constant number of digits");
    }
    if (kind == TYPE_INT64 && is_constant && digits >= 0) {
        rule->instead = call->args[0];
    } else if (call->n_args == 1) {
        rule->text = "round($1)";
    } else if (is_constant) {
        rule->text = sql_rule_text(arena, "round($1, %d)", (int)MAX_OF(MIN_OF(digits, 400), -400));
    } else {
        rule->text = "round($1, CAST($2 AS INTEGER))";
    }
    return ERR_OK;
}

static bool is_period(const SqlExpr *expr) {
    return expr->kind == SQL_EXPR_CALL && expr->fn >= SQL_FN_TRUNC_YEAR && expr->fn <= SQL_FN_TRUNC_HOUR;
}

/* DuckDB takes "date_trunc(…) <> constant" for true where the constant is no start of such a period, even of a null. */
static ErrCode not_equal(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    const SqlExpr *a = call->args[0], *b = call->args[1];
    if (is_period(a) || is_period(b))
        rule->instead =
            sql_call2(arena, SQL_FN_OR, sql_call2(arena, SQL_FN_LT, a, b), sql_call2(arena, SQL_FN_GT, a, b));
    return ERR_OK;
}

/* DuckDB gives || of a constant null no type. */
static ErrCode concat(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    for (size_t i = 0; i < call->n_args; i++) {
        bool is_null = call->args[i]->kind == SQL_EXPR_LITERAL && call->args[i]->value.is_null;
        if (is_null) rule->instead = sql_literal(arena, value_null(call->type));
    }
    return ERR_OK;
}

/* Median, deviations and the like. DISTINCT stands before what is put around the first argument. */
static ErrCode statistic(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    if (call->fn == SQL_FN_PERCENTILE) {
        const char *fraction;
        TRY(sql_rule_fraction(arena, call, &fraction, err));
        rule->text = sql_rule_text(arena, "quantile_cont($1, %s)", fraction);
    }
    for (size_t i = 0; i < call->n_args; i++) {
        if (call->args[i]->type.kind != TYPE_FLOAT64) continue;
        rule->before = "nullif(";
        rule->after = ", " NAN_TEXT ")";
    }
    return ERR_OK;
}

/* arg_min passes over null values and null keys, but a row() of nulls is not null. */
static ErrCode first_or_last(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    Str has_keys = S(""), keys = S("");
    for (size_t i = 2; i <= call->n_args; i++) {
        has_keys = arena_printf(arena, "%.*s%s$%zu IS NOT NULL", STR_ARG(has_keys), i > 2 ? " AND " : "", i);
        keys = arena_printf(arena, "%.*s$%zu, ", STR_ARG(keys), i);
    }
    rule->text = sql_rule_text(arena, "%s($1, CASE WHEN %.*s THEN row(%.*s$1) END)",
                               call->fn == SQL_FN_FIRST ? "arg_min" : "arg_max", STR_ARG(has_keys), STR_ARG(keys));
    return ERR_OK;
}

static ErrCode lag_or_lead(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    if (call->n_args < 3 || type_eq(call->args[0]->type, call->type)) return ERR_OK;
    rule->text = sql_rule_text(arena, "%s(CAST($1 AS $T), $2, $3)", sql_fn_info(call->fn)->name);
    return ERR_OK;
}

static ErrCode add_days(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    rule->text = call->type.kind == TYPE_DATE ? "$1 + CAST($2 AS INTEGER)" : "$1 + to_days(CAST($2 AS INTEGER))";
    return ERR_OK;
}

/* Differences of DECIMALs have a digit more. */
static ErrCode bucket(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    TRY(sql_rule_bucket(arena, call, rule, err));
    if (call->type.kind == TYPE_DECIMAL) rule->text = sql_rule_text(arena, "CAST(%s AS $T)", rule->text);
    return ERR_OK;
}

/* ---- files ---------------------------------------------------------------------------------------------------------- */

/* Only the delimiter and line ends are guessed: `comment` and `skip` are given, or they would be guessed too and lines go missing. */
#define READ_CSV                                                                                                  \
    "read_csv(%.*s, all_varchar=true, header=true, strict_mode=true, encoding='utf-8', quote='\"', escape='\"', " \
    "comment='', skip=0, nullstr='', null_padding=false, ignore_errors=false, hive_partitioning=false)"
#define READ_PARQUET "(SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(%.*s, hive_partitioning=false))"
/* Depth 1 keeps each field as JSON; ->> '$' gives its text, a nested one's JSON. All rows are looked at for their fields. */
#define READ_JSON \
    "(SELECT COLUMNS(*) ->> '$' FROM read_json(%.*s, maximum_depth=1, sample_size=-1, hive_partitioning=false))"

static ErrCode duckdb_file(Arena *arena, SqlFileFormat format, Str path, Str quoted_path, Str *ret_text, Err *err) {
    if (!str_starts(path, S("/")))
        return err_set(err, ERR_INVALID, "the path '%.*s' of a file is not absolute", STR_ARG(path));
    for (const char *c = "*?["; *c; c++) {
        if (str_find_char(path, *c) < 0) continue;
        return err_set(err, ERR_UNSUPPORTED, "the path '%.*s' holds a '%c', which stands for several files; rename it",
                       STR_ARG(path), *c);
    }
    switch (format) {
    case SQL_FILE_CSV: *ret_text = arena_printf(arena, READ_CSV, STR_ARG(quoted_path)); return ERR_OK;
    case SQL_FILE_PARQUET: *ret_text = arena_printf(arena, READ_PARQUET, STR_ARG(quoted_path)); return ERR_OK;
    case SQL_FILE_JSON: *ret_text = arena_printf(arena, READ_JSON, STR_ARG(quoted_path)); return ERR_OK;
    }
    return err_set(err, ERR_INTERNAL, "a file of unknown format");
}

/* ---- the table ------------------------------------------------------------------------------------------------------ */

#define COMPARE(text_) SQL_RULE_OP(text_, SQL_PREC_COMPARE, SQL_PREC_ADD, .args = SQL_ARGS_COMMON)
#define TRUNC(part_) SQL_RULE_CALL("CAST(date_trunc('" part_ "', $1) AS $T)")
#define WHOLE(part_) SQL_RULE_CALL("date_sub('" part_ "', CAST($1 AS DATE), CAST($2 AS DATE))")
#define WHITE_SPACE "chr(9) || chr(10) || chr(13) || chr(32) || chr(160)"

static const SqlRule RULES[SQL_FN_COUNT_OF] = {
    SQL_RULES_STANDARD,

    [SQL_FN_ADD] = SQL_RULE_OP("$1 + $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_SUB] = SQL_RULE_OP("$1 - $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_MUL] = SQL_RULE_OP("$1 * $2", SQL_PREC_MUL, SQL_PREC_ATOM, .hook = arith),
    [SQL_FN_DIV] = SQL_RULE_OP("$1 / nullif($2, 0)", SQL_PREC_MUL, SQL_PREC_ATOM),
    [SQL_FN_MOD] = SQL_RULE_OP("$1 % $2", SQL_PREC_MUL, SQL_PREC_ATOM),

    [SQL_FN_EQ] = COMPARE("$1 = $2"),
    [SQL_FN_NE] = SQL_RULE_OP("$1 <> $2", SQL_PREC_COMPARE, SQL_PREC_ADD, .args = SQL_ARGS_COMMON, .hook = not_equal),
    [SQL_FN_LT] = COMPARE("$1 < $2"),
    [SQL_FN_LE] = COMPARE("$1 <= $2"),
    [SQL_FN_GT] = COMPARE("$1 > $2"),
    [SQL_FN_GE] = COMPARE("$1 >= $2"),
    [SQL_FN_DISTINCT] = COMPARE("$1 IS DISTINCT FROM $2"),
    [SQL_FN_SAME] = COMPARE("$1 IS NOT DISTINCT FROM $2"),
    [SQL_FN_GREATEST] = SQL_RULE_CALL("greatest($*)", .args = SQL_ARGS_COMMON, .hook = sql_rule_lone),
    [SQL_FN_LEAST] = SQL_RULE_CALL("least($*)", .args = SQL_ARGS_COMMON, .hook = sql_rule_lone),

    [SQL_FN_CONCAT] = SQL_RULE_OP("$1 || $2", SQL_PREC_ANY, SQL_PREC_ATOM, .hook = concat),
    [SQL_FN_LOWER] = SQL_RULE_CALL("lower($1)"),
    [SQL_FN_UPPER] = SQL_RULE_CALL("upper($1)"),
    [SQL_FN_TRIM] = SQL_RULE_CALL("trim($1, " WHITE_SPACE ")"),
    [SQL_FN_LTRIM] = SQL_RULE_CALL("ltrim($1, " WHITE_SPACE ")"),
    [SQL_FN_RTRIM] = SQL_RULE_CALL("rtrim($1, " WHITE_SPACE ")"),
    [SQL_FN_SUBSTR] = SQL_RULE_CALL("substr($*)"),
    [SQL_FN_LEFT] = SQL_RULE_CALL("left($1, $2)"),
    [SQL_FN_RIGHT] = SQL_RULE_CALL("right($1, $2)"),
    [SQL_FN_SPLIT_PART] = SQL_RULE_CALL("split_part($1, nullif($2, ''), $3)"),
    [SQL_FN_STRIP_SUFFIX] =
        SQL_RULE_CALL("CASE WHEN suffix($1, $2) THEN left($1, length($1) - length($2)) ELSE $1 END"),
    [SQL_FN_CONTAINS] = SQL_RULE_CALL("contains(lower($1), lower($2))"),
    [SQL_FN_STARTS_WITH] = SQL_RULE_CALL("starts_with(lower($1), lower($2))"),
    [SQL_FN_ENDS_WITH] = SQL_RULE_CALL("ends_with(lower($1), lower($2))"),

    [SQL_FN_SIGN] = SQL_RULE_CALL("CAST(sign($1) AS BIGINT)"),
    [SQL_FN_ROUND] = SQL_RULE_HOOK(round_rule),
    [SQL_FN_CEIL] = SQL_RULE_CALL("CAST(ceil($1) AS DOUBLE)"),
    [SQL_FN_FLOOR] = SQL_RULE_CALL("CAST(floor($1) AS DOUBLE)"),
    [SQL_FN_TRUNC] = SQL_RULE_CALL("CAST(trunc($1) AS DOUBLE)"),
    [SQL_FN_BUCKET] = SQL_RULE_OP(NULL, SQL_PREC_ADD, SQL_PREC_ATOM, .args = SQL_ARGS_RESULT, .hook = bucket),
    [SQL_FN_LN] = SQL_RULE_CALL("ln(nullif(greatest($1, 0), 0))"),
    [SQL_FN_LOG10] = SQL_RULE_CALL("log10(nullif(greatest($1, 0), 0))"),
    [SQL_FN_EXP] = SQL_RULE_CALL("nullif(exp($1), " INF_TEXT ")"),
    [SQL_FN_POWER] = SQL_RULE_CALL("nullif(nullif(nullif(pow($1, $2), " NAN_TEXT "), " INF_TEXT "), -" INF_TEXT ")"),
    [SQL_FN_SQRT] = SQL_RULE_CALL("sqrt(CASE WHEN $1 >= 0 THEN $1 END)", .arg_prec = SQL_PREC_ADD),

    [SQL_FN_TRUNC_YEAR] = TRUNC("year"),
    [SQL_FN_TRUNC_QUARTER] = TRUNC("quarter"),
    [SQL_FN_TRUNC_MONTH] = TRUNC("month"),
    [SQL_FN_TRUNC_WEEK] = TRUNC("week"),
    [SQL_FN_TRUNC_DAY] = TRUNC("day"),
    [SQL_FN_TRUNC_HOUR] = TRUNC("hour"),
    [SQL_FN_YEAR_OF] = SQL_RULE_CALL("year($1)"),
    [SQL_FN_QUARTER_OF] = SQL_RULE_CALL("quarter($1)"),
    [SQL_FN_MONTH_OF] = SQL_RULE_CALL("month($1)"),
    [SQL_FN_DAY_OF_MONTH] = SQL_RULE_CALL("day($1)"),
    [SQL_FN_WEEKDAY] = SQL_RULE_CALL("isodow($1)"),
    [SQL_FN_HOUR_OF_DAY] = SQL_RULE_CALL("hour($1)"),
    [SQL_FN_DAY_OF_YEAR] = SQL_RULE_CALL("dayofyear($1)"),
    [SQL_FN_ISO_YEAR] = SQL_RULE_CALL("isoyear($1)"),
    [SQL_FN_ISO_WEEK] = SQL_RULE_CALL("week($1)"),
    [SQL_FN_LAST_DAY] = SQL_RULE_CALL("last_day($1)"),
    [SQL_FN_DATE] =
        SQL_RULE_CALL("CASE WHEN $1 BETWEEN 1 AND 9999 THEN TRY(make_date($*)) END", .arg_prec = SQL_PREC_ADD),
    [SQL_FN_YEARS_BETWEEN] = WHOLE("year"),
    [SQL_FN_QUARTERS_BETWEEN] = WHOLE("quarter"),
    [SQL_FN_MONTHS_BETWEEN] = WHOLE("month"),
    [SQL_FN_WEEKS_BETWEEN] = WHOLE("week"),
    [SQL_FN_HOURS_BETWEEN] = SQL_RULE_CALL("date_sub('hour', CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP))"),
    [SQL_FN_DAYS_BETWEEN] = SQL_RULE_CALL("date_diff('day', CAST($1 AS DATE), CAST($2 AS DATE))"),
    [SQL_FN_ADD_DAYS] = SQL_RULE_OP(NULL, SQL_PREC_ADD, SQL_PREC_MUL, .hook = add_days),
    [SQL_FN_ADD_MONTHS] = SQL_RULE_CALL("CAST($1 + to_months(CAST($2 AS INTEGER)) AS $T)", .arg_prec = SQL_PREC_MUL),
    [SQL_FN_ADD_HOURS] = SQL_RULE_OP("CAST($1 AS TIMESTAMP) + to_hours($2)", SQL_PREC_ADD, SQL_PREC_ANY),
    [SQL_FN_PARSE_DATE] = SQL_RULE_CALL("CAST(try_strptime($1, $2) AS DATE)", .hook = sql_rule_constant_format),
    [SQL_FN_PARSE_TIMESTAMP] =
        SQL_RULE_CALL("CAST(try_strptime($1, $2) AS TIMESTAMP)", .hook = sql_rule_constant_format),
    [SQL_FN_FROM_ZONE] = SQL_RULE_CALL("timezone('UTC', timezone($2, CAST($1 AS TIMESTAMP)))"),
    [SQL_FN_TO_ZONE] = SQL_RULE_CALL("timezone($2, timezone('UTC', CAST($1 AS TIMESTAMP)))"),
    /* Of the JSON list of the texts: unambiguous, tells null from text, and each argument is written once. */
    [SQL_FN_ROW_HASH] =
        SQL_RULE_CALL("md5(CAST(to_json([$*]) AS VARCHAR))", .before = "CAST(", .after = " AS VARCHAR)"),

    [SQL_FN_COUNT] = SQL_RULE_CALL("count($1)"),
    [SQL_FN_AVG] = SQL_RULE_CALL("avg($1)"),
    [SQL_FN_MIN] = SQL_RULE_CALL("min($1)"),
    [SQL_FN_MAX] = SQL_RULE_CALL("max($1)"),
    [SQL_FN_MEDIAN] = SQL_RULE_CALL("median($1)", .args = SQL_ARGS_FLOAT64, .hook = statistic),
    [SQL_FN_PERCENTILE] = SQL_RULE_HOOK(statistic, .args = SQL_ARGS_FLOAT64),
    [SQL_FN_STDDEV] = SQL_RULE_CALL("stddev_samp($1)", .hook = statistic),
    [SQL_FN_VARIANCE] = SQL_RULE_CALL("var_samp($1)", .hook = statistic),
    [SQL_FN_CORR] = SQL_RULE_CALL("nullif(corr($1, $2)$^, " NAN_TEXT ")", .hook = statistic),
    [SQL_FN_REGR_SLOPE] = SQL_RULE_CALL("nullif(regr_slope($1, $2)$^, " NAN_TEXT ")", .hook = statistic),
    [SQL_FN_REGR_INTERCEPT] = SQL_RULE_CALL("nullif(regr_intercept($1, $2)$^, " NAN_TEXT ")", .hook = statistic),
    [SQL_FN_FIRST] = SQL_RULE_HOOK(first_or_last, .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_LAST] = SQL_RULE_HOOK(first_or_last, .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_BOOL_OR] = SQL_RULE_CALL("bool_or($1)"),
    [SQL_FN_BOOL_AND] = SQL_RULE_CALL("bool_and($1)"),
    [SQL_FN_NTILE] = SQL_RULE_CALL("ntile($1)"),
    [SQL_FN_LAG] = SQL_RULE_CALL("lag($*)", .args = SQL_ARGS_RESULT, .hook = lag_or_lead),
    [SQL_FN_LEAD] = SQL_RULE_CALL("lead($*)", .args = SQL_ARGS_RESULT, .hook = lag_or_lead),
};

const SqlDialect SQL_DIALECT_DUCKDB = {
    .name = "duckdb",
    .title = "DuckDB",
    .quote = '"',
    .placeholder = SQL_PLACEHOLDER_DOLLAR_N,
    .is_literal_typed = true,
    .has_distinct_window = true,
    .has_create_or_replace = true,
    .series = SQL_RULE_CALL("(SELECT unnest(generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT))) AS n)"),
    .rules = RULES,
    .type_name = duckdb_type_name,
    .coerce = duckdb_coerce,
    .cast = duckdb_cast,
    .file = duckdb_file,
};
