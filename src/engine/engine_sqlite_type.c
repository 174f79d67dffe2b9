/* Types as columns are declared in SQLite, and values into its statements. How values lie in SQLite is fixed by its
 * dialect in sql/. */
#include "engine/engine_sqlite_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SCALED_DIGITS_MAX = 18 }; /* 10^18 fits an int64 */

/* ---- declarations ------------------------------------------------------------------------------------------------ */

typedef struct DeclWord {
    const char *word;
    TypeKind kind;
} DeclWord;

static const DeclWord DECL_WORDS[] = {
    {"BOOLEAN", TYPE_BOOL},       {"BOOL", TYPE_BOOL},
    {"INTEGER", TYPE_INT64},      {"BIGINT", TYPE_INT64},
    {"INT", TYPE_INT64},          {"SMALLINT", TYPE_INT64},
    {"TINYINT", TYPE_INT64},      {"MEDIUMINT", TYPE_INT64},
    {"INT2", TYPE_INT64},         {"INT4", TYPE_INT64},
    {"INT8", TYPE_INT64},         {"REAL", TYPE_FLOAT64},
    {"DOUBLE", TYPE_FLOAT64},     {"DOUBLE PRECISION", TYPE_FLOAT64},
    {"FLOAT", TYPE_FLOAT64},      {"TEXT", TYPE_TEXT},
    {"VARCHAR", TYPE_TEXT},       {"NVARCHAR", TYPE_TEXT},
    {"CHAR", TYPE_TEXT},          {"NCHAR", TYPE_TEXT},
    {"CHARACTER", TYPE_TEXT},     {"CLOB", TYPE_TEXT},
    {"DATE", TYPE_DATE},          {"TIMESTAMP", TYPE_TIMESTAMP},
    {"DATETIME", TYPE_TIMESTAMP}, {"JSON", TYPE_JSON},
    {"JSON TEXT", TYPE_JSON},
};

/* "(10, 2)" or "(10)" as a decimal; TYPE_NULL when it is none, or has more digits than a scaled integer holds. */
static Type decimal_of(Str args) {
    args = str_trim(args);
    if (!str_ends(args, S(")"))) return TYPE(TYPE_NULL);
    Str rest = str_slice(args, 0, args.n - 1);
    int64_t precision = 0;
    int64_t scale = 0;
    if (!str_to_int64(str_trim(str_split_next(&rest, ',')), &precision)) return TYPE(TYPE_NULL);
    if (rest.p && !str_to_int64(str_trim(rest), &scale)) return TYPE(TYPE_NULL);
    if (precision < 1 || precision > SCALED_DIGITS_MAX || scale < 0 || scale > precision) return TYPE(TYPE_NULL);
    return TYPE_DEC(precision, scale);
}

Type sqlite_type_of_decl(Str decl) {
    Str args = decl;
    Str word = str_trim(str_split_next(&args, '('));
    if (args.p && (str_eq_nocase(word, S("DECIMAL")) || str_eq_nocase(word, S("NUMERIC")))) return decimal_of(args);
    for (size_t i = 0; i < COUNT_OF(DECL_WORDS); i++)
        if (str_eq_nocase(word, str_of(DECL_WORDS[i].word))) return TYPE(DECL_WORDS[i].kind);
    return TYPE(TYPE_NULL);
}

/* ---- binding ----------------------------------------------------------------------------------------------------- */

/* "2014-03-07 10:20:30", with six digits of a second only where they are not zero: the order of texts is that of
 * times. */
size_t sqlite_print_timestamp(int64_t utc_us, char out[TIME_TEXT_MAX]) {
    int64_t day = time_day_of_us(utc_us);
    int64_t us = utc_us - day * TIME_US_PER_DAY;
    size_t n = time_print_date(day, out);
    int64_t second = us / TIME_US_PER_SECOND;
    int hour = (int)(second / 3600);
    int minute = (int)(second / 60 % 60);
    int fraction = (int)(us % TIME_US_PER_SECOND);
    int more = fraction ? snprintf(out + n, TIME_TEXT_MAX - n, " %02d:%02d:%02d.%06d", hour, minute, (int)(second % 60),
                                   fraction)
                        : snprintf(out + n, TIME_TEXT_MAX - n, " %02d:%02d:%02d", hour, minute, (int)(second % 60));
    return n + (size_t)more;
}

static int bind_str(sqlite3_stmt *stmt, int at, Str s, bool is_borrowed) {
    return sqlite3_bind_text64(stmt, at, s.n ? s.p : "", s.n, is_borrowed ? SQLITE_STATIC : SQLITE_TRANSIENT,
                               SQLITE_UTF8);
}

/* What SQLite cannot hold. */
static ErrCode check_value(Value value, Err *err) {
    switch (value.type.kind) {
    case TYPE_DECIMAL:
        if (value.dec <= INT64_MAX && value.dec >= INT64_MIN) return ERR_OK;
        return err_set(err, ERR_UNSUPPORTED, "SQLite holds decimal numbers of up to %d digits, and this one has more.",
                       SCALED_DIGITS_MAX);
    case TYPE_FLOAT64:
        if (!isnan(value.f)) return ERR_OK;
        return err_set(err, ERR_UNSUPPORTED, "SQLite cannot hold a float that is not a number; give null instead.");
    case TYPE_TEXT:
    case TYPE_JSON:
        if (utf8_is_valid(value.s)) return ERR_OK;
        return err_set(err, ERR_DATA, "A text given to the query is not valid UTF-8.");
    default: return ERR_OK;
    }
}

static int bind_checked(sqlite3_stmt *stmt, int at, Value value, bool is_borrowed) {
    char text[TIME_TEXT_MAX];
    switch (value.type.kind) {
    case TYPE_BOOL: return sqlite3_bind_int64(stmt, at, value.b);
    case TYPE_INT64: return sqlite3_bind_int64(stmt, at, value.i);
    case TYPE_DECIMAL: return sqlite3_bind_int64(stmt, at, (int64_t)value.dec);
    case TYPE_FLOAT64: return sqlite3_bind_double(stmt, at, value.f);
    case TYPE_TEXT:
    case TYPE_JSON: return bind_str(stmt, at, value.s, is_borrowed);
    case TYPE_DATE: return bind_str(stmt, at, (Str){text, time_print_date(value.i, text)}, false);
    case TYPE_TIMESTAMP: return bind_str(stmt, at, (Str){text, sqlite_print_timestamp(value.i, text)}, false);
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    return sqlite3_bind_null(stmt, at);
}

ErrCode sqlite_bind(sqlite3_stmt *stmt, int at, Value value, bool is_borrowed, Err *err) {
    if (value.is_null) value.type = TYPE(TYPE_NULL);
    TRY(check_value(value, err));
    int failed = bind_checked(stmt, at, value, is_borrowed);
    if (!failed) return ERR_OK;
    if (failed == SQLITE_TOOBIG) return err_set(err, ERR_TOO_LARGE, "A text is longer than SQLite can hold.");
    ErrCode code =
        err_set(err, ERR_ENGINE, "The database engine refused a value of the query; the log has the statement.");
    err_detail(err, "sqlite %d: %s", failed, sqlite3_errstr(failed));
    return code;
}
