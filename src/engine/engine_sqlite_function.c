/*
 * Scalar functions that SQLite lacks, for the connections of engine/: what its dialect in sql/ writes as starling_…. They give what
 * DuckDB gives, null for a null argument. Dates and instants are text, as that dialect has them.
 */
#define _GNU_SOURCE 1 /* strptime */
#include "engine/engine_sqlite_internal.h"

#include <time.h>

Str sqlite_argument_text(sqlite3_value *value) {
    const char *p = (const char *)sqlite3_value_text(value);
    return (Str){p, p ? (size_t)sqlite3_value_bytes(value) : 0};
}

bool sqlite_has_null(int n, sqlite3_value **args) {
    for (int i = 0; i < n; i++)
        if (sqlite3_value_type(args[i]) == SQLITE_NULL) return true;
    return false;
}

static void give_text(sqlite3_context *context, Str text) {
    sqlite3_result_text64(context, text.n ? text.p : "", text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void give_case(sqlite3_context *context, sqlite3_value *value, Str (*map)(Arena *, Str)) {
    if (sqlite3_value_type(value) == SQLITE_NULL) return;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    give_text(context, map(arena, sqlite_argument_text(value)));
}

/* starling_lower(text), starling_upper(text) */
static void fn_lower(sqlite3_context *context, int n, sqlite3_value **args) {
    (void)n;
    give_case(context, args[0], utf8_lower);
}

static void fn_upper(sqlite3_context *context, int n, sqlite3_value **args) {
    (void)n;
    give_case(context, args[0], utf8_upper);
}

static int64_t count_parts(Str text, Str separator) {
    int64_t n_parts = 1;
    for (ptrdiff_t at; (at = str_find(text, separator)) >= 0; n_parts++)
        text = str_slice(text, (size_t)at + separator.n, text.n);
    return n_parts;
}

/* starling_split_part(text, separator, position): the first is 1, the last -1; no such part is an empty text. */
static void fn_split_part(sqlite3_context *context, int n, sqlite3_value **args) {
    if (sqlite_has_null(n, args)) return;
    Str text = sqlite_argument_text(args[0]), separator = sqlite_argument_text(args[1]);
    int64_t position = sqlite3_value_int64(args[2]);
    if (!separator.n) return;
    int64_t n_parts = count_parts(text, separator);
    if (position < 0) position += n_parts + 1;
    if (position < 1 || position > n_parts) {
        give_text(context, S(""));
        return;
    }
    while (--position) text = str_slice(text, (size_t)str_find(text, separator) + separator.n, text.n);
    ptrdiff_t end = str_find(text, separator);
    give_text(context, end < 0 ? text : str_slice(text, 0, (size_t)end));
}

/* ---- times ------------------------------------------------------------------------------------------------------- */

static int64_t months_between(int64_t from_day, int64_t to_day) {
    if (from_day > to_day) return -months_between(to_day, from_day);
    Civil from = time_civil_of(from_day), to = time_civil_of(to_day);
    int64_t n_months = (int64_t)(to.year - from.year) * 12 + to.month - from.month;
    bool is_begun = time_add(TIME_GRAIN_MONTH, from_day * TIME_US_PER_DAY, n_months) > to_day * TIME_US_PER_DAY;
    return n_months - is_begun;
}

static bool read_times(int n, sqlite3_value **args, int64_t *ret_from_us, int64_t *ret_to_us) {
    return !sqlite_has_null(n, args) && time_parse_timestamp(sqlite_argument_text(args[0]), ret_from_us) &&
           time_parse_timestamp(sqlite_argument_text(args[1]), ret_to_us);
}

/* starling_months_between(from, to): whole months, the time of day set aside. */
static void fn_months_between(sqlite3_context *context, int n, sqlite3_value **args) {
    int64_t from_us, to_us;
    if (!read_times(n, args, &from_us, &to_us)) return;
    sqlite3_result_int64(context, months_between(time_day_of_us(from_us), time_day_of_us(to_us)));
}

/* starling_hours_between(from, to) */
static void fn_hours_between(sqlite3_context *context, int n, sqlite3_value **args) {
    int64_t from_us, to_us;
    if (!read_times(n, args, &from_us, &to_us)) return;
    sqlite3_result_int64(context, (to_us - from_us) / (3600 * TIME_US_PER_SECOND));
}

/* By strptime(3); what is missing in the format is that of 1900-01-01 00:00:00, as in DuckDB. Space around the text is passed over. */
static bool parse_time(sqlite3_value *value, sqlite3_value *format, int64_t *ret_utc_us) {
    Str text = sqlite_argument_text(value);
    struct tm tm = {.tm_mday = 1};
    const char *end = strptime(text.p, (const char *)sqlite3_value_text(format), &tm);
    if (!end || str_trim(str_slice(text, (size_t)(end - text.p), text.n)).n || tm.tm_sec > 59) return false;
    Civil civil = {.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday};
    if (!time_civil_is_valid(civil)) return false;
    int64_t second = ((int64_t)tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec;
    *ret_utc_us = time_days_of(civil) * TIME_US_PER_DAY + second * TIME_US_PER_SECOND;
    return true;
}

/* starling_parse_date(text, format), starling_parse_timestamp(text, format): null where the text is not in the format */
static void fn_parse_date(sqlite3_context *context, int n, sqlite3_value **args) {
    char text[TIME_TEXT_MAX];
    int64_t utc_us;
    if (sqlite_has_null(n, args) || !parse_time(args[0], args[1], &utc_us)) return;
    give_text(context, (Str){text, time_print_date(time_day_of_us(utc_us), text)});
}

static void fn_parse_timestamp(sqlite3_context *context, int n, sqlite3_value **args) {
    char text[TIME_TEXT_MAX];
    int64_t utc_us;
    if (sqlite_has_null(n, args) || !parse_time(args[0], args[1], &utc_us)) return;
    give_text(context, (Str){text, sqlite_print_timestamp(utc_us, text)});
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

typedef struct Function {
    const char *name;
    int n_args;
    void (*call)(sqlite3_context *context, int n, sqlite3_value **args);
} Function;

static const Function FUNCTIONS[] = {
    {"starling_lower", 1, fn_lower},
    {"starling_upper", 1, fn_upper},
    {"starling_split_part", 3, fn_split_part},
    {"starling_months_between", 2, fn_months_between},
    {"starling_hours_between", 2, fn_hours_between},
    {"starling_parse_date", 2, fn_parse_date},
    {"starling_parse_timestamp", 2, fn_parse_timestamp},
};

int sqlite_add_functions(sqlite3 *native) {
    for (size_t i = 0; i < COUNT_OF(FUNCTIONS); i++) {
        const Function *f = &FUNCTIONS[i];
        int failed =
            sqlite3_create_function(native, f->name, f->n_args, SQLITE_FUNCTION_FLAGS, NULL, f->call, NULL, NULL);
        if (failed) return failed;
    }
    int failed = sqlite_add_statistics(native);
    return failed ? failed : sqlite_add_first_and_last(native);
}
