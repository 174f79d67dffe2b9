/*
 * Casts of PostgreSQL's dialect, and texts read as times.
 *
 * PostgreSQL has no cast that gives null where it fails (before 16), so a text is looked at by a regular expression first, behind a
 * CASE, which PostgreSQL never evaluates early. Its digits are taken out by the same expression, and a day counts as one when
 * adding it to its month's first day stays in the month.
 *
 * A numeric keeps its own scale wherever it goes, so it is brought to its type's before it becomes text.
 */
#include "sql/sql_postgres_internal.h"

#define YEAR "(?!0000)(\\d{4})"
#define MONTH "(0?[1-9]|1[0-2])"
#define DAY "(0?[1-9]|[12]\\d|3[01])"
#define HOUR "([01]?\\d|2[0-3])"
#define MINUTE "([0-5]?\\d)"
#define ISO_DATE YEAR "-" MONTH "-" DAY
#define ISO_TIME "[ T](?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?Z?"

/* ---- conversions that lose nothing ---------------------------------------------------------------------------------- */

ErrCode sql_postgres_coerce(Arena *arena, Type from, Type to, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool is_to_float = to.kind == TYPE_FLOAT64 && from.kind != TYPE_FLOAT64;
    bool is_to_time = to.kind == TYPE_TIMESTAMP && from.kind == TYPE_DATE;
    if (is_to_float || is_to_time) *rule = (SqlRule)SQL_RULE_CALL("CAST($1 AS $T)");
    return ERR_OK;
}

/* ---- texts as times ------------------------------------------------------------------------------------------------- */

/* Where the parts of a time stand among the groups of a regular expression; 0: nowhere. */
typedef struct TimeGroups {
    int year, month, day, hour, minute, second;
} TimeGroups;

static const char *part_or(Arena *arena, int group, const char *other) {
    return group ? sql_rule_text(arena, "CAST(m[%d] AS integer)", group) : other;
}

/* The template of one value; the argument stands inside a select of its own, where no name of ours hides the caller's. */
static const char *time_template(Arena *arena, Str regex, const TimeGroups *at, const char *result) {
    const char *month = part_or(arena, at->month, "1");
    const char *day = sql_rule_text(arena, "make_date(%s, %s, 1) + (%s - 1)", part_or(arena, at->year, "1900"), month,
                                    part_or(arena, at->day, "1"));
    if (!result && (at->hour || at->minute || at->second)) {
        result = sql_rule_text(arena, "%s + make_time(%s, %s, %s)", day, part_or(arena, at->hour, "0"),
                               part_or(arena, at->minute, "0"), part_or(arena, at->second, "0"));
    }
    return sql_rule_text(arena,
                         "(SELECT CASE WHEN extract(month FROM %s) = %s THEN CAST(%s AS $T) END "
                         "FROM (SELECT regexp_match($1" SQL_POSTGRES_BINARY ", '\\A%.*s\\Z') AS m) AS parsed)",
                         day, month, result ? result : day, STR_ARG(regex));
}

/* A character of a format that stands for itself. */
static void add_plain(Buf *regex, char c) {
    bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
    if (is_word || c == ' ')
        buf_add_char(regex, c);
    else
        buf_printf(regex, "\\x%02x", (unsigned)(unsigned char)c);
}

static ErrCode read_format(Str format, Buf *regex, TimeGroups *at, Err *err) {
    int n_groups = 0;
    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] != '%') {
            add_plain(regex, format.p[i]);
            continue;
        }
        char code = ++i < format.n ? format.p[i] : ' ';
        const char *group = code == 'Y' ? YEAR : code == 'm' ? MONTH : code == 'd' ? DAY : code == 'H' ? HOUR : MINUTE;
        int *place = code == 'Y'   ? &at->year
                     : code == 'm' ? &at->month
                     : code == 'd' ? &at->day
                     : code == 'H' ? &at->hour
                     : code == 'M' ? &at->minute
                     : code == 'S' ? &at->second
                                   : NULL;
        if (!place || *place) {
            return err_set(
                err, ERR_UNSUPPORTED,
                "the format '%.*s' is not available on PostgreSQL, which reads %%Y %%m %%d %%H %%M %%S, each once",
                STR_ARG(format));
        }
        *place = ++n_groups;
        buf_add(regex, str_of(group));
    }
    return ERR_OK;
}

ErrCode sql_postgres_parse_time(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    const SqlExpr *format = call->args[1];
    if (format->kind != SQL_EXPR_LITERAL || format->value.is_null)
        return err_set(err, ERR_UNSUPPORTED, "'%s' takes a constant format", sql_fn_info(call->fn)->name);
    Buf regex CLEANUP(buf_release);
    buf_init(&regex, 4096);
    TimeGroups at = {0};
    TRY(read_format(format->value.s, &regex, &at, err));
    TRY(buf_check(&regex, "the format of a time", err));
    rule->text = time_template(arena, buf_str(&regex), &at, NULL);
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
    const TimeGroups groups = {.year = 2, .month = 3, .day = 4};
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
        *rule =
            (SqlRule)SQL_RULE_CALL(time_template(arena, S("(" ISO_DATE ")"), &groups, NULL), .arg_prec = SQL_PREC_ATOM);
        return ERR_OK;
    case TYPE_TIMESTAMP:
        *rule = (SqlRule)SQL_RULE_CALL(time_template(arena, S("(" ISO_DATE "(?:" ISO_TIME ")?)"), &groups, "m[1]"),
                                       .arg_prec = SQL_PREC_ATOM);
        return ERR_OK;
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
