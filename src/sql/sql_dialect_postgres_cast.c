/*
 * Casts of PostgreSQL's dialect, and texts read as times.
 *
 * PostgreSQL has no cast that gives null where it fails (before 16), so a text is looked at by a regular expression first, behind a
 * CASE, which PostgreSQL never evaluates early. A day counts as one when adding it to its month's first day stays in the month.
 *
 * A numeric keeps its own scale wherever it goes, so it is brought to its type's before it becomes text.
 */
#include "sql/sql_postgres_internal.h"

/* A day and a time as texts hold them. The places of the digits are fixed, so that they can be taken out. */
#define ISO_DATE "(?!0000)\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])"
#define ISO_TIME "[ T](?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?Z?"
#define DIGITS(at_, n_) "CAST(substr($1, " #at_ ", " #n_ ") AS integer)"
#define ISO_IS_DAY                                                         \
    "to_char(make_date(" DIGITS(1, 4) ", " DIGITS(6, 2) ", 1) + (" DIGITS( \
        9, 2) " - 1), 'YYYY-MM-DD') = substr($1, 1, 10)"

/* ---- conversions that lose nothing ---------------------------------------------------------------------------------- */

ErrCode sql_postgres_coerce(Arena *arena, Type from, Type to, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_to_float = to.kind == TYPE_FLOAT64 && from.kind != TYPE_FLOAT64;
    bool is_to_time = to.kind == TYPE_TIMESTAMP && from.kind == TYPE_DATE;
    if (is_to_float || is_to_time) *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS $T)");
    return ERR_OK;
}

/* ---- texts as times ------------------------------------------------------------------------------------------------- */

/* What a format may hold, how it looks, and what its part of the time is. */
typedef enum TimePart {
    PART_YEAR,
    PART_MONTH,
    PART_DAY,
    PART_HOUR,
    PART_HALF,
    PART_MINUTE,
    PART_SECOND,
    N_PARTS
} TimePart;

typedef struct TimeCode {
    char code;
    TimePart part;
    const char *regex;
    const char *before; /* around the group's number: its value */
    const char *after;
} TimeCode;

#define NUMBER "CAST(m[", "] AS integer)"
static const TimeCode TIME_CODES[] = {
    {'Y', PART_YEAR, "(?!0000)(\\d{4})", NUMBER},
    {'y', PART_YEAR, "(\\d{2})", "((CAST(m[", "] AS integer) + 31) % 100 + 1969)"}, /* 69 is 1969, 68 is 2068 */
    {'m', PART_MONTH, "(0?[1-9]|1[0-2])", NUMBER},
    {'b', PART_MONTH,
     "((?:[jJ][aA][nN]|[fF][eE][bB]|[mM][aA][rR]|[aA][pP][rR]|[mM][aA][yY]|[jJ][uU][nN]|[jJ][uU][lL]|"
     "[aA][uU][gG]|[sS][eE][pP]|[oO][cC][tT]|[nN][oO][vV]|[dD][eE][cC]))",
     "((strpos('janfebmaraprmayjunjulaugsepoctnovdec', lower(m[", "])) + 2) / 3)"},
    {'d', PART_DAY, "(0?[1-9]|[12]\\d|3[01])", NUMBER},
    {'H', PART_HOUR, "([01]?\\d|2[0-3])", NUMBER},
    {'I', PART_HOUR, "(0?[1-9]|1[0-2])", "(CAST(m[", "] AS integer) % 12)"},
    {'p', PART_HALF, "([aApP][mM])", "(CASE WHEN lower(m[", "]) = 'pm' THEN 12 ELSE 0 END)"},
    {'M', PART_MINUTE, "([0-5]?\\d)", NUMBER},
    {'S', PART_SECOND, "([0-5]?\\d)", NUMBER},
};

/* A character of a format that stands for itself. */
static void add_plain(Buf *regex, char c) {
    bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
    if (is_word || c == ' ')
        buf_add_char(regex, c);
    else
        buf_printf(regex, "\\x%02x", (unsigned)(unsigned char)c);
}

static const TimeCode *code_of(char c) {
    for (size_t i = 0; i < COUNT_OF(TIME_CODES); i++)
        if (TIME_CODES[i].code == c) return &TIME_CODES[i];
    return NULL;
}

static const char *part_of(Arena *arena, const TimeCode *code, int group) {
    return sql_rule_text(arena, "%s%d%s", code->before, group, code->after);
}

/* Fills in how each part is written, and the regular expression. */
static ErrCode read_format(Arena *arena, Str format, Buf *regex, const char *parts[N_PARTS], Err *err) {
    int n_groups = 0;
    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] != '%') {
            add_plain(regex, format.p[i]);
            continue;
        }
        i += i + 1 < format.n && format.p[i + 1] == '-'; /* without a zero before it, which need not be there anyway */
        const TimeCode *code = i + 1 < format.n ? code_of(format.p[++i]) : NULL;
        if (!code || parts[code->part])
            return err_set(
                err, ERR_UNSUPPORTED,
                "the format '%.*s' is not available on PostgreSQL, which reads %%Y %%y %%m %%b %%d %%H %%I %%p %%M "
                "%%S, each part once",
                STR_ARG(format));
        parts[code->part] = part_of(arena, code, ++n_groups);
        buf_add(regex, str_of(code->regex));
    }
    return ERR_OK;
}

/* Inside, a select of its own gives the groups a name; a window's value cannot be asked for from there. */
static bool has_window(const SqlExpr *expr) {
    bool is_found = expr->window != NULL;
    for (size_t i = 0; i < expr->n_args && !is_found; i++) is_found = has_window(expr->args[i]);
    return is_found;
}

ErrCode sql_postgres_parse_time(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    TRY(sql_rule_constant_format(arena, call, rule, err));
    if (has_window(call->args[0]))
        return err_set(err, ERR_UNSUPPORTED, "'%s' of a value over a window is not available on PostgreSQL",
                       sql_fn_info(call->fn)->name);
    if (call->args[1]->value.is_null) {
        rule->instead = sql_literal(arena, value_null(call->type));
        return ERR_OK;
    }
    Buf regex CLEANUP(buf_release);
    buf_init(&regex, 4096);
    const char *parts[N_PARTS] = {0};
    TRY(read_format(arena, call->args[1]->value.s, &regex, parts, err));
    TRY(buf_check(&regex, "the format of a time", err));
    const char *month = parts[PART_MONTH] ? parts[PART_MONTH] : "1";
    const char *time = "", *day = sql_rule_text(arena, "make_date(%s, %s, 1) + (%s - 1)",
                                                parts[PART_YEAR] ? parts[PART_YEAR] : "1900", month,
                                                parts[PART_DAY] ? parts[PART_DAY] : "1");
    if (call->type.kind == TYPE_TIMESTAMP)
        time = sql_rule_text(arena, " + make_time(%s + %s, %s, %s)", parts[PART_HOUR] ? parts[PART_HOUR] : "0",
                             parts[PART_HALF] ? parts[PART_HALF] : "0", parts[PART_MINUTE] ? parts[PART_MINUTE] : "0",
                             parts[PART_SECOND] ? parts[PART_SECOND] : "0");
    rule->text = sql_rule_text(arena,
                               "(SELECT CASE WHEN extract(month FROM %s) = %s THEN %s%s END FROM (SELECT "
                               "regexp_match($1" SQL_POSTGRES_BINARY ", '\\A\\s*%.*s\\s*\\Z') AS m) AS parsed)",
                               day, month, day, time, STR_ARG(buf_str(&regex)));
    rule->arg_prec = SQL_PREC_ATOM;
    return ERR_OK;
}

/* ---- casts ---------------------------------------------------------------------------------------------------------- */

static const char *ten_to(Arena *arena, int digits) {
    char power[DECIMAL_TEXT_MAX];
    Int128 number = 1;
    for (int i = 0; i < digits; i++) number *= 10;
    decimal_print(number, 0, power);
    return sql_rule_text(arena, "%s", power);
}

static ErrCode try_text(Arena *arena, Type to, SqlRule *rule, Err *err) {
    const char *cast = "CAST($1 AS $T)", *regex = NULL;
    switch (to.kind) {
    case TYPE_INT64: regex = "\\s*[-+]?\\d{1,18}\\s*"; break;
    case TYPE_FLOAT64: regex = "\\s*[-+]?(\\d{1,200}(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d{1,2})?\\s*"; break;
    case TYPE_BOOL: regex = "\\s*([tT]|[fF]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|0|1)\\s*"; break;
    case TYPE_DECIMAL:
        regex = "\\s*[-+]?(\\d{1,200}(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d{1,2})?\\s*";
        cast = sql_rule_text(arena, "CASE WHEN abs(round(CAST($1 AS numeric), %d)) < %s THEN CAST($1 AS $T) END",
                             to.scale, ten_to(arena, to.precision - to.scale));
        break;
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
        regex = to.kind == TYPE_DATE ? ISO_DATE : ISO_DATE "(?:" ISO_TIME ")?";
        cast = "CASE WHEN " ISO_IS_DAY " THEN CAST($1 AS $T) END";
        break;
    default:
        return err_set(err, ERR_UNSUPPORTED, "trying text as %s is not available on PostgreSQL", sql_type_words(to));
    }
    const char *text =
        sql_rule_text(arena, "CASE WHEN $1" SQL_POSTGRES_BINARY " ~ '\\A%s\\Z' THEN %s END", regex, cast);
    *rule = (SqlRule)SQL_RULE_CALL(text, .arg_prec = SQL_PREC_ATOM);
    return ERR_OK;
}

/* A float64 by the shortest digits that read back: its own cast to numeric keeps 15. */
#define EXACT_FLOAT "CAST(CAST($1 AS text) AS numeric)"

/* A number into one that may not hold it: null where it does not. */
static ErrCode try_number(Arena *arena, Type from, Type to, SqlRule *rule) {
    bool is_float = from.kind == TYPE_FLOAT64;
    const char *within = is_float ? "$1 >= -9223372036854775808 AND $1 < 9223372036854775807"
                                  : "round($1, 0) >= -9223372036854775808 AND round($1, 0) <= 9223372036854775807";
    const char *value = is_float ? SQL_POSTGRES_ROUND("$1") : "$1";
    if (to.kind == TYPE_DECIMAL) {
        value = is_float ? EXACT_FLOAT : "CAST($1 AS numeric)";
        within =
            sql_rule_text(arena, "abs(round(%s, %d)) < %s", value, to.scale, ten_to(arena, to.precision - to.scale));
    }
    *rule = (SqlRule)SQL_RULE_CALL(sql_rule_text(arena, "CASE WHEN %s THEN CAST(%s AS $T) END", within, value),
                                   .arg_prec = SQL_PREC_ATOM);
    return ERR_OK;
}

static ErrCode cast_to_text(Arena *arena, Type from, SqlRule *rule) {
    const char *text = "CAST($1 AS text)";
    if (from.kind == TYPE_DECIMAL)
        text = sql_rule_text(arena, "CAST(CAST($1 AS numeric(%d,%d)) AS text)", from.precision, from.scale);
    *rule = (SqlRule)SQL_RULE_CALL(text);
    return ERR_OK;
}

ErrCode sql_postgres_cast(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err) {
    if (from.kind == TYPE_NULL || to.kind == TYPE_NULL) return ERR_OK;
    if (from.kind == to.kind && from.kind != TYPE_DECIMAL) return ERR_OK;
    if (to.kind == TYPE_TEXT) return cast_to_text(arena, from, rule);
    if (from.kind == TYPE_TEXT && is_try) return try_text(arena, to, rule, err);
    bool is_narrower = to.kind == TYPE_DECIMAL || (to.kind == TYPE_INT64 && from.kind != TYPE_BOOL);
    if (is_try && type_is_number(from) && type_is_number(to) && is_narrower) return try_number(arena, from, to, rule);
    *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS $T)");
    if (from.kind == TYPE_FLOAT64 && to.kind == TYPE_INT64) {
        *rule = (SqlRule)SQL_RULE_CALL("CAST(" SQL_POSTGRES_ROUND("$1") " AS $T)");
    } else if (from.kind == TYPE_FLOAT64 && to.kind == TYPE_DECIMAL) {
        *rule = (SqlRule)SQL_RULE_CALL("CAST(" EXACT_FLOAT " AS $T)");
    } else if (from.kind == TYPE_BOOL && to.kind == TYPE_INT64) {
        *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS integer)");
    } else if (from.kind == TYPE_INT64 && to.kind == TYPE_BOOL) {
        *rule = (SqlRule)SQL_RULE_OP("$1 <> 0", SQL_PREC_COMPARE, SQL_PREC_ADD);
    } else if (from.kind != TYPE_TEXT && !(type_is_number(from) && type_is_number(to)) &&
               !(type_is_time(from) && type_is_time(to))) {
        return err_set(err, ERR_UNSUPPORTED, "turning %s into %s is not available on PostgreSQL", sql_type_words(from),
                       sql_type_words(to));
    }
    return ERR_OK;
}
