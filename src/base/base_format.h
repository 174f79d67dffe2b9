#pragma once
/* Values, counts and durations as people read them. Texts are in the arena. Any thread. */
#include "base/base_type.h"
#include "base/base_time.h"

/* How a column's values are shown. All zero but decimals (-1): by their type. Texts are borrowed. */
typedef struct Format {
    Str kind;        /* currency percent number integer text date, weekday (1 Monday … 7), month (1 January … 12) */
    Str unit;        /* of currency: its sign, code or name */
    int decimals;    /* -1: by kind */
    TimeGrain grain; /* dates and timestamps are shown as periods of it */
    int fiscal_month; /* with which fiscal years begin */
    bool is_name;     /* of a key or a part of a date: whole numbers without a kind have no commas */
} Format;

/* Thousands separated by commas, percent of ratios ("12.5 %"), currency with two decimals and its unit before it when that is a sign
 * or code, periods by grain; "" for null. `how` may be NULL. Rounding is half away from zero. Without decimals of its own: percent 1,
 * integer 0, a decimal its scale, a float 2 (or three digits when below 0.1). Kind "text" is the plain text. Timestamps are
 * "2014-03-07 10:20:30", or the date alone by kind "date". */
Str format_show(Arena *arena, Value value, const Format *how);
/* What stands before and after a number's digits: "$" and "", "" and " %". */
void format_affixes(Arena *arena, const Format *how, Str *ret_before, Str *ret_after);
/* "1,234 rows", "1 row". */
Str format_count(Arena *arena, int64_t n, const char *singular, const char *plural);
/* "3.2 ms", "320 ms", "1.4 s", "2 min 5 s", "1 h 5 min". */
Str format_duration(Arena *arena, int64_t us);
