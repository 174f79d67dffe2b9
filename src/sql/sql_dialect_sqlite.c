/*
 * How SQLite (3.40 and later) writes our functions; how values lie in it: sql_dialect_sqlite_type.c. What it does not have, engine/
 * gives its connections under names that begin with starling_ (engine_sqlite_function.c): other programs that open the file do
 * not have these, so DDL does without. What cannot be had exactly is ERR_UNSUPPORTED.
 */
#include "sql/sql_internal.h"

/* ---- hooks ---------------------------------------------------------------------------------------------------------- */

/* Sums need one scale; a product's scale is the sum of its factors'. */
static ErrCode arith(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena;
    if (call->type.kind == TYPE_FLOAT64) rule->args = SQL_ARGS_FLOAT64;
    if (call->type.kind != TYPE_DECIMAL) return ERR_OK;
    if (call->fn != SQL_FN_MUL) rule->args = SQL_ARGS_RESULT;
    if (call->type.scale <= SQL_SQLITE_SCALE_MAX) return ERR_OK;
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
    if (digits >= sql_sqlite_scale_of(type)) {
        rule->instead = call->args[0];
    } else if (sql_sqlite_scale_of(type) - digits > SQL_SQLITE_SCALE_MAX) {
        return err_set(err, ERR_UNSUPPORTED, "'round' to so many digits is not available on SQLite");
    } else {
        int away = sql_sqlite_scale_of(type) - (int)digits;
        rule->text =
            sql_rule_text(arena, "%s * %" PRId64, sql_sqlite_scale_down_text(arena, away), sql_sqlite_pow10(away));
        rule->prec = SQL_PREC_MUL;
        rule->arg_prec = SQL_PREC_ATOM;
    }
    return ERR_OK;
}

/* The mean of scaled integers, then the point put where it belongs: one rounding instead of one a row. */
static ErrCode avg_rule(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    int scale = sql_sqlite_scale_of(call->args[0]->type);
    if (scale == 0) return ERR_OK;
    if (scale > SQL_SQLITE_SCALE_MAX) return sql_sqlite_no_conversion(call->args[0]->type, TYPE(TYPE_FLOAT64), err);
    rule->text = sql_rule_text(arena, "avg($1)$^ / %" PRId64 ".0", sql_sqlite_pow10(scale));
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

/* A day that the month does not have would go into the next one: the month's last day is earlier then. There is no day after
 * December 9999 to step back from. */
static ErrCode add_months(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    bool is_date = call->type.kind == TYPE_DATE;
    const SqlExpr *from = call->args[0];
    bool is_first_day =
        from->kind == SQL_EXPR_CALL &&
        (from->fn == SQL_FN_TRUNC_YEAR || from->fn == SQL_FN_TRUNC_QUARTER || from->fn == SQL_FN_TRUNC_MONTH);
    if (is_first_day) { /* which every month has */
        rule->text = is_date ? "date($1, ($2) || ' months')" : "datetime($1, ($2) || ' months')";
        return ERR_OK;
    }
    const char *day = is_date ? "$1" : "substr($1, 1, 10)";
    const char *plain = sql_rule_text(arena, "date(%s, ($2) || ' months')", day);
    rule->text =
        sql_rule_text(arena, "min(%s, coalesce(date(%s, 'start of month', (($2) + 1) || ' months', '-1 day'), %s))%s",
                      plain, day, plain, is_date ? "" : " || substr($1, 11)");
    rule->prec = is_date ? SQL_PREC_ATOM : SQL_PREC_ANY;
    return ERR_OK;
}

static ErrCode add_hours(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_date = call->args[0]->type.kind == TYPE_DATE;
    rule->text =
        is_date ? "datetime($1, ($2) || ' hours')" : "datetime(substr($1, 1, 19), ($2) || ' hours') || substr($1, 20)";
    rule->prec = is_date ? SQL_PREC_ATOM : SQL_PREC_ANY;
    return ERR_OK;
}

/* The words of formats that strptime(3) and DuckDB read alike. */
static ErrCode parse_time(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    TRY(sql_rule_constant_format(arena, call, rule, err));
    Value format = call->args[1]->value;
    for (size_t i = 0; !format.is_null && i < format.s.n; i++) {
        if (format.s.p[i] != '%') continue;
        i++;
        if (i < format.s.n && format.s.p[i] == '-') i++;
        if (i < format.s.n && str_find_char(S("YymdHIMSp%"), format.s.p[i]) >= 0) continue;
        return err_set(err, ERR_UNSUPPORTED,
                       "'%s' reads %%Y %%y %%m %%d %%H %%I %%M %%S %%p on SQLite; '%.*s' has something else",
                       sql_fn_info(call->fn)->name, STR_ARG(format.s));
    }
    return ERR_OK;
}

static ErrCode percentile(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    const char *fraction;
    TRY(sql_rule_fraction(arena, call, &fraction, err));
    rule->text = sql_rule_text(arena, "starling_percentile($1, %s)", fraction);
    return ERR_OK;
}

/* Over a window values also leave: another function keeps them for that. */
static ErrCode over(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    Str text = str_of(rule->text);
    size_t name = (size_t)str_find_char(text, '(');
    if (call->window)
        rule->text = sql_rule_text(arena, "%.*s_over%.*s", STR_ARG(str_slice(text, 0, name)),
                                   STR_ARG(str_slice(text, name, text.n)));
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

#define OURS(text_, ...) SQL_RULE_CALL(text_, .ddl = "", __VA_ARGS__)
#define MOMENTS(text_) OURS(text_, .args = SQL_ARGS_FLOAT64, .hook = over)
#define CASELESS(text_, ddl_) SQL_RULE_OP(text_, SQL_PREC_COMPARE, SQL_PREC_ANY, .ddl = (ddl_))
#define INSTR(lower_) "instr(" lower_ "($1), " lower_ "($2)) > 0"
#define STARTS(lower_) "substr(" lower_ "($1), 1, length($2)) = " lower_ "($2)"
#define ENDS(lower_) "substr(" lower_ "($1), length($1) - length($2) + 1) = " lower_ "($2)"
#define THURSDAY(word_) "CAST(strftime('" word_ "', substr($1, 1, 10), '-3 days', 'weekday 4') AS INTEGER)"
#define DAYS "CAST(julianday(substr($2, 1, 10)) - julianday(substr($1, 1, 10)) AS INTEGER)"
#define MONTHS(per_) SQL_RULE_OP("starling_months_between($1, $2)" per_, SQL_PREC_MUL, SQL_PREC_ANY, .ddl = "")
#define YMD "printf('%04d-%02d-%02d', $*)"

/* Functions that are not here (…_zone, row_hash) are not to be had on SQLite. */
static const SqlRule RULES[SQL_FN_COUNT_OF] = {
    SQL_RULES_STANDARD,

    [SQL_FN_ADD] = SQL_RULE_OP("$1 + $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_SUB] = SQL_RULE_OP("$1 - $2", SQL_PREC_ADD, SQL_PREC_MUL, .hook = arith),
    [SQL_FN_MUL] = SQL_RULE_OP("$1 * $2", SQL_PREC_MUL, SQL_PREC_ATOM, .hook = arith),
    [SQL_FN_DIV] = SQL_RULE_OP("$1 / $2", SQL_PREC_MUL, SQL_PREC_ATOM, .args = SQL_ARGS_FLOAT64),
    [SQL_FN_MOD] = SQL_RULE_OP("$1 % $2", SQL_PREC_MUL, SQL_PREC_ATOM),

    [SQL_FN_EQ] = COMPARE("$1 = $2"),
    [SQL_FN_NE] = COMPARE("$1 <> $2"),
    [SQL_FN_LT] = COMPARE("$1 < $2"),
    [SQL_FN_LE] = COMPARE("$1 <= $2"),
    [SQL_FN_GT] = COMPARE("$1 > $2"),
    [SQL_FN_GE] = COMPARE("$1 >= $2"),
    [SQL_FN_DISTINCT] = COMPARE("$1 IS DISTINCT FROM $2"),
    [SQL_FN_SAME] = COMPARE("$1 IS NOT DISTINCT FROM $2"),
    [SQL_FN_GREATEST] = SQL_RULE_HOOK(extreme, .args = SQL_ARGS_COMMON),
    [SQL_FN_LEAST] = SQL_RULE_HOOK(extreme, .args = SQL_ARGS_COMMON),

    [SQL_FN_CONCAT] = SQL_RULE_OP("$1 || $2", SQL_PREC_ANY, SQL_PREC_ATOM),
    [SQL_FN_LOWER] = SQL_RULE_CALL("starling_lower($1)", .ddl = "lower($1)"),
    [SQL_FN_UPPER] = SQL_RULE_CALL("starling_upper($1)", .ddl = "upper($1)"),
    [SQL_FN_TRIM] = SQL_RULE_CALL("trim($1, " WHITE_SPACE ")"),
    [SQL_FN_LTRIM] = SQL_RULE_CALL("ltrim($1, " WHITE_SPACE ")"),
    [SQL_FN_RTRIM] = SQL_RULE_CALL("rtrim($1, " WHITE_SPACE ")"),
    [SQL_FN_SUBSTR] = SQL_RULE_CALL("substr($*)"),
    [SQL_FN_LEFT] =
        SQL_RULE_CALL("CASE WHEN $2 < 0 THEN substr($1, 1, max(length($1) + $2, 0)) ELSE substr($1, 1, $2) END",
                      .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_RIGHT] = SQL_RULE_CALL("CASE WHEN $2 > 0 THEN substr($1, -$2) WHEN $2 < 0 THEN substr($1, 1 - $2) "
                                   "ELSE substr($1, 1, 0 * $2) END",
                                   .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_SPLIT_PART] = OURS("starling_split_part($1, $2, $3)"),
    [SQL_FN_STRIP_SUFFIX] = SQL_RULE_CALL("CASE WHEN substr($1, length($1) - length($2) + 1) = $2 "
                                          "THEN substr($1, 1, length($1) - length($2)) ELSE $1 END",
                                          .arg_prec = SQL_PREC_ATOM),
    [SQL_FN_CONTAINS] = CASELESS(INSTR("starling_lower"), INSTR("lower")),
    [SQL_FN_STARTS_WITH] = CASELESS(STARTS("starling_lower"), STARTS("lower")),
    [SQL_FN_ENDS_WITH] = CASELESS(ENDS("starling_lower"), ENDS("lower")),

    [SQL_FN_SIGN] = SQL_RULE_CALL("sign($1)"),
    [SQL_FN_ROUND] = SQL_RULE_HOOK(round_rule),
    [SQL_FN_CEIL] = NUMERIC("ceil($1)"),
    [SQL_FN_FLOOR] = NUMERIC("floor($1)"),
    [SQL_FN_TRUNC] = NUMERIC("trunc($1)"),
    [SQL_FN_BUCKET] = SQL_RULE_OP(NULL, SQL_PREC_ADD, SQL_PREC_ATOM, .args = SQL_ARGS_RESULT, .hook = sql_rule_bucket),
    [SQL_FN_LN] = NUMERIC("ln($1)"),
    [SQL_FN_LOG10] = NUMERIC("log10($1)"),
    [SQL_FN_EXP] = NUMERIC("nullif(exp($1), 9e999)"),
    [SQL_FN_POWER] = NUMERIC("nullif(nullif(pow($1, $2), 9e999), -9e999)"),
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
    [SQL_FN_DAY_OF_YEAR] = SQL_RULE_CALL("CAST(strftime('%j', substr($1, 1, 10)) AS INTEGER)"),
    [SQL_FN_ISO_YEAR] = SQL_RULE_CALL(THURSDAY("%Y")),
    [SQL_FN_ISO_WEEK] = SQL_RULE_OP("(" THURSDAY("%j") " + 6) / 7", SQL_PREC_MUL, SQL_PREC_ANY),
    [SQL_FN_LAST_DAY] = SQL_RULE_CALL("coalesce(date(substr($1, 1, 10), 'start of month', '+1 month', '-1 day'), "
                                      "substr($1, 1, 8) || '31')"),
    [SQL_FN_DATE] = SQL_RULE_CALL("CASE WHEN $1 > 0 AND date(" YMD ", '0 days') = " YMD " THEN " YMD " END",
                                  .arg_prec = SQL_PREC_ADD),
    [SQL_FN_DAYS_BETWEEN] = SQL_RULE_CALL(DAYS),
    [SQL_FN_YEARS_BETWEEN] = MONTHS(" / 12"),
    [SQL_FN_QUARTERS_BETWEEN] = MONTHS(" / 3"),
    [SQL_FN_MONTHS_BETWEEN] = OURS("starling_months_between($1, $2)"),
    [SQL_FN_WEEKS_BETWEEN] = SQL_RULE_OP(DAYS " / 7", SQL_PREC_MUL, SQL_PREC_ANY),
    [SQL_FN_HOURS_BETWEEN] = OURS("starling_hours_between($1, $2)"),
    [SQL_FN_ADD_DAYS] = SQL_RULE_HOOK(add_days),
    [SQL_FN_ADD_MONTHS] = SQL_RULE_HOOK(add_months),
    [SQL_FN_ADD_HOURS] = SQL_RULE_HOOK(add_hours),
    [SQL_FN_PARSE_DATE] = OURS("starling_parse_date($1, $2)", .hook = parse_time),
    [SQL_FN_PARSE_TIMESTAMP] = OURS("starling_parse_timestamp($1, $2)", .hook = parse_time),

    [SQL_FN_COUNT] = SQL_RULE_CALL("count($1)"),
    [SQL_FN_AVG] = SQL_RULE_CALL("avg($1)", .hook = avg_rule),
    [SQL_FN_MIN] = SQL_RULE_CALL("min($1)"),
    [SQL_FN_MAX] = SQL_RULE_CALL("max($1)"),
    [SQL_FN_MEDIAN] = OURS("starling_median($1)", .args = SQL_ARGS_FLOAT64),
    [SQL_FN_PERCENTILE] = OURS(NULL, .args = SQL_ARGS_FLOAT64, .hook = percentile),
    [SQL_FN_STDDEV] = MOMENTS("starling_stddev($1)"),
    [SQL_FN_VARIANCE] = MOMENTS("starling_variance($1)"),
    [SQL_FN_CORR] = MOMENTS("starling_corr($1, $2)"),
    [SQL_FN_REGR_SLOPE] = MOMENTS("starling_regr_slope($1, $2)"),
    [SQL_FN_REGR_INTERCEPT] = MOMENTS("starling_regr_intercept($1, $2)"),
    [SQL_FN_FIRST] = OURS("starling_first($*)", .is_not_windowed = true),
    [SQL_FN_LAST] = OURS("starling_last($*)", .is_not_windowed = true),
    [SQL_FN_BOOL_OR] = SQL_RULE_CALL("max($1)"),
    [SQL_FN_BOOL_AND] = SQL_RULE_CALL("min($1)"),
    [SQL_FN_NTILE] = SQL_RULE_CALL("ntile($1)"),
    [SQL_FN_LAG] = SQL_RULE_CALL("lag($*)", .args = SQL_ARGS_RESULT),
    [SQL_FN_LEAD] = SQL_RULE_CALL("lead($*)", .args = SQL_ARGS_RESULT),
};

const SqlDialect SQL_DIALECT_SQLITE = {
    .name = "sqlite",
    .title = "SQLite",
    .quote = '"',
    .placeholder = SQL_PLACEHOLDER_QUESTION_N,
    .needs_limit_before_offset = true,
    .series = SQL_RULE_CALL(
        "(WITH RECURSIVE s(n, last) AS (SELECT $1, $2 UNION ALL SELECT n + 1, last FROM s WHERE n < last) "
        "SELECT n FROM s WHERE n <= last)"),
    .rules = RULES,
    .type_name = sql_sqlite_type_name,
    .check_literal = sql_sqlite_check_literal,
    .coerce = sql_sqlite_coerce,
    .cast = sql_sqlite_cast,
};
