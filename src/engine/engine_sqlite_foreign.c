/*
 * Values of a database that is not ours, as the types a pack gives them. SQLite's columns take any value: an amount may be a float,
 * a text or an integer, a day a text, a number of seconds or a julian day. These functions, which only our own connections to such
 * a database have, say in SQL what a value is as a type, and why it is none; see EngineConfig.is_foreign.
 *
 * A value fits if nothing of it is lost: a text "12.50", the integer 12 and the float 12.5 are decimals of scale 2, 12.345 is not.
 * A float counts by its first 15 digits, which is what SQLite itself shows of one: 0.1 + 0.2 is 0.3. Dates and instants are read as
 * SQLite's manual has them ("Date And Time Functions"): ISO 8601 text, integers as seconds since 1970, floats as julian days.
 */
#include "engine/engine_sqlite_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define JULIAN_1970 2440587.5
#define EXACT_FLOAT 9007199254740992.0 /* 2^53 */
enum { SHOWN_BYTES = 60, JSON_MAX_BYTES = 16 << 20 };

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static bool scaled_fits(Int128 scaled, Type type, Value *ret) {
    Int128 bound = engine_power_of_ten(MIN_OF(type.precision, 18));
    if (scaled >= bound || scaled <= -bound) return false;
    *ret = value_int((int64_t)scaled); /* as the engine reads a decimal from SQLite */
    return true;
}

static bool decimal_of_float(double number, Type type, Value *ret) {
    double factor = (double)engine_power_of_ten(type.scale);
    double scaled = round(number * factor);
    char have[40], want[40];
    if (!(fabs(scaled) < EXACT_FLOAT)) return false;
    (void)snprintf(have, sizeof(have), "%.15g", number);
    (void)snprintf(want, sizeof(want), "%.15g", scaled / factor);
    return strcmp(have, want) == 0 && scaled_fits((Int128)scaled, type, ret);
}

/* Digits beyond the scale would be rounded away. */
static bool has_more_digits(Str text, int scale) {
    ptrdiff_t point = str_find_char(text, '.');
    if (str_find_char(text, 'e') >= 0 || str_find_char(text, 'E') >= 0) return true;
    for (size_t i = point < 0 ? text.n : (size_t)point + 1 + (size_t)scale; i < text.n; i++)
        if (text.p[i] != '0') return true;
    return false;
}

static bool integer_as(int64_t number, Type type, Value *ret) {
    int64_t seconds_max = INT64_C(253402300799); /* the end of year 9999 */
    bool is_time = number >= -INT64_C(62135596800) && number <= seconds_max;
    *ret = value_int(number);
    switch (type.kind) {
    case TYPE_INT64: return true;
    case TYPE_BOOL: return number == 0 || number == 1;
    case TYPE_FLOAT64: *ret = value_float((double)number); return number <= 1LL << 53 && number >= -(1LL << 53);
    case TYPE_DECIMAL:
        return type.scale <= 18 && scaled_fits((Int128)number * engine_power_of_ten(type.scale), type, ret);
    case TYPE_DATE: *ret = value_date(number / 86400); return is_time && number % 86400 == 0;
    case TYPE_TIMESTAMP: *ret = value_timestamp(is_time ? number * TIME_US_PER_SECOND : 0); return is_time;
    default: return false;
    }
}

static bool float_as(double number, Type type, Value *ret) {
    double days = number - JULIAN_1970;
    bool is_time = days >= -719162.0 && days < 2932897.0; /* years 1 to 9999 */
    if (!isfinite(number)) return false;
    switch (type.kind) {
    case TYPE_FLOAT64: *ret = value_float(number); return true;
    case TYPE_DECIMAL: return decimal_of_float(number, type, ret);
    case TYPE_INT64:
    case TYPE_BOOL:
        if (number != floor(number) || fabs(number) > EXACT_FLOAT) return false;
        return integer_as((int64_t)number, type, ret);
    case TYPE_DATE: *ret = value_date(is_time ? (int64_t)floor(days) : 0); return is_time && days == floor(days);
    case TYPE_TIMESTAMP: *ret = value_timestamp(is_time ? llround(days * 86400e3) * 1000 : 0); return is_time;
    default: return false;
    }
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static bool is_json(Str text) {
    Arena *arena = arena_new(0);
    const JsonLimits limits = {.max_bytes = JSON_MAX_BYTES, .max_depth = 512, .max_values = 1 << 20};
    const Json *json;
    ErrCode code = json_parse(arena, text, &limits, &json, NULL);
    arena_free(arena);
    return !code;
}

static bool bool_of_text(Str text, Value *ret) {
    bool is_true = str_eq_nocase(text, S("true")) || str_eq(text, S("1"));
    *ret = value_int(is_true);
    return is_true || str_eq_nocase(text, S("false")) || str_eq(text, S("0"));
}

static bool text_as(Str text, Type type, Value *ret) {
    int64_t number = 0;
    double real = 0;
    Int128 scaled = 0;
    if (!utf8_is_valid(text) || str_find_char(text, '\0') >= 0) return false;
    switch (type.kind) {
    case TYPE_TEXT: *ret = value_text(text); return true;
    case TYPE_JSON: *ret = value_text(text); return is_json(text);
    case TYPE_BOOL: return bool_of_text(text, ret);
    case TYPE_INT64: *ret = value_int(0); return str_to_int64(text, &ret->i);
    case TYPE_FLOAT64:
        if (!str_to_double(text, &real)) return false;
        *ret = value_float(real);
        return true;
    case TYPE_DECIMAL:
        return !has_more_digits(text, type.scale) && decimal_parse(text, 38, type.scale, &scaled) &&
               scaled_fits(scaled, type, ret);
    case TYPE_DATE:
        if (!time_parse_date(text, &number)) {
            if (!time_parse_timestamp(text, &number) || number % TIME_US_PER_DAY) return false;
            number /= TIME_US_PER_DAY;
        }
        *ret = value_date(number);
        return true;
    case TYPE_TIMESTAMP:
        if (!time_parse_timestamp(text, &number)) return false;
        *ret = value_timestamp(number);
        return true;
    default: return false;
    }
}

/* Null fits every type. A text given back is SQLite's own, valid while the argument is. */
static bool value_as(sqlite3_value *value, Type type, Value *ret) {
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL: *ret = value_null(type); return true;
    case SQLITE_FLOAT: return float_as(sqlite3_value_double(value), type, ret);
    case SQLITE_TEXT: return text_as(sqlite_argument_text(value), type, ret);
    case SQLITE_INTEGER:
        if (type.kind == TYPE_TEXT) return text_as(sqlite_argument_text(value), type, ret);
        return integer_as(sqlite3_value_int64(value), type, ret);
    default: return false;
    }
}

/* ---- the functions ----------------------------------------------------------------------------------------------- */

static Type type_argument(sqlite3_value **args) {
    return (Type){.kind = (TypeKind)sqlite3_value_int(args[0]),
                  .precision = (uint8_t)sqlite3_value_int(args[1]),
                  .scale = (uint8_t)sqlite3_value_int(args[2])};
}

static void give(sqlite3_context *context, Value value) {
    char text[TIME_TEXT_MAX];
    size_t n;
    if (value.is_null) {
        sqlite3_result_null(context);
        return;
    }
    switch (value.type.kind) {
    case TYPE_FLOAT64: sqlite3_result_double(context, value.f); break;
    case TYPE_TEXT:
        sqlite3_result_text64(context, value.s.p ? value.s.p : "", value.s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case TYPE_DATE:
        n = time_print_date(value.i, text);
        sqlite3_result_text(context, text, (int)n, SQLITE_TRANSIENT);
        break;
    case TYPE_TIMESTAMP:
        n = time_print_timestamp(value.i, text);
        sqlite3_result_text(context, text, (int)n, SQLITE_TRANSIENT);
        break;
    default: sqlite3_result_int64(context, value.i); break;
    }
}

/* The number 1 and the text '1' are two keys to SQLite, and would be one here. */
static bool is_two_keys(sqlite3_value *value, Type type) {
    int storage = sqlite3_value_type(value);
    bool is_number =
        type.kind == TYPE_INT64 || type.kind == TYPE_DECIMAL || type.kind == TYPE_FLOAT64 || type.kind == TYPE_BOOL;
    return (is_number && storage == SQLITE_TEXT) || (type.kind == TYPE_TEXT && storage == SQLITE_INTEGER);
}

/* starling_value(value, kind, precision, scale, need) */
static void fn_value(sqlite3_context *context, int n, sqlite3_value **args) {
    (void)n;
    Value value;
    Type type = type_argument(args + 1);
    bool is_mixed = sqlite3_value_int(args[4]) == ENGINE_FOREIGN_KEY && is_two_keys(args[0], type);
    if (!is_mixed && value_as(args[0], type, &value))
        give(context, value);
    else
        sqlite3_result_null(context);
}

static Str shown(sqlite3_value *value, char *kind, size_t cap) {
    int storage = sqlite3_value_type(value);
    Str text = storage == SQLITE_BLOB ? S("") : sqlite_argument_text(value);
    const char *words = storage == SQLITE_INTEGER ? "the integer" : storage == SQLITE_FLOAT ? "the float" : "the text";
    if (storage == SQLITE_BLOB || !utf8_is_valid(text)) words = storage == SQLITE_BLOB ? "bytes" : "no valid text";
    (void)snprintf(kind, cap, "%s", words);
    return utf8_is_valid(text) ? str_slice(text, 0, utf8_cut(text, SHOWN_BYTES)) : S("");
}

/* starling_wrong(value, kind, precision, scale, need, column) */
static void fn_wrong(sqlite3_context *context, int n, sqlite3_value **args) {
    (void)n;
    Value value;
    Type type = type_argument(args + 1);
    Str column = sqlite_argument_text(args[5]);
    int need = sqlite3_value_int(args[4]);
    bool is_mixed = need == ENGINE_FOREIGN_KEY && is_two_keys(args[0], type);
    bool fits = !is_mixed && value_as(args[0], type, &value), is_missing = fits && value.is_null && need;
    if (fits && !is_missing) {
        sqlite3_result_null(context);
        return;
    }
    char wanted[TYPE_TEXT_MAX], kind[24], message[512];
    Str text = shown(args[0], kind, sizeof(kind));
    (void)type_print(type, wanted);
    if (is_missing)
        (void)snprintf(message, sizeof(message), "column '%.*s' is empty, but must not be", STR_ARG(column));
    else
        (void)snprintf(message, sizeof(message), "column '%.*s' should hold %s but holds %s%s%.*s%s", STR_ARG(column),
                       wanted, kind, text.n ? " '" : "", STR_ARG(text), text.n ? "'" : "");
    sqlite3_result_text(context, message, -1, SQLITE_TRANSIENT);
}

/* starling_raw(value): as it lies there, in a form that JSON can hold. */
static void fn_raw(sqlite3_context *context, int n, sqlite3_value **args) {
    (void)n;
    int storage = sqlite3_value_type(args[0]);
    bool is_plain = storage == SQLITE_INTEGER || storage == SQLITE_NULL ||
                    (storage == SQLITE_FLOAT && isfinite(sqlite3_value_double(args[0]))) ||
                    (storage == SQLITE_TEXT && utf8_is_valid(sqlite_argument_text(args[0])));
    if (is_plain) {
        sqlite3_result_value(context, args[0]);
        return;
    }
    const unsigned char *bytes = sqlite3_value_blob(args[0]);
    Buf hex CLEANUP(buf_release);
    buf_init(&hex, 64 << 20);
    for (int i = 0; i < sqlite3_value_bytes(args[0]); i++) buf_printf(&hex, "%02x", bytes[i]);
    if (storage == SQLITE_FLOAT) {
        buf_clear(&hex);
        buf_add(&hex, sqlite3_value_double(args[0]) > 0 ? S("Infinity") : S("-Infinity"));
    }
    sqlite3_result_text64(context, hex.p ? hex.p : "", hex.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int sqlite_add_foreign_functions(sqlite3 *native) {
    const int flags = SQLITE_FUNCTION_FLAGS;
    int failed = sqlite3_create_function(native, "starling_value", 5, flags, NULL, fn_value, NULL, NULL);
    if (!failed) failed = sqlite3_create_function(native, "starling_wrong", 6, flags, NULL, fn_wrong, NULL, NULL);
    if (!failed) failed = sqlite3_create_function(native, "starling_raw", 1, flags, NULL, fn_raw, NULL, NULL);
    return failed;
}
