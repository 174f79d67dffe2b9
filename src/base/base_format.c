/*
 * Values as people read them. Every number takes one way: it becomes an unscaled 128-bit integer at the places that are shown,
 * rounded half away from zero on its decimal text (so 1.005 at two places is 1.01, whatever its bits are), and its digits are
 * put in groups of three.
 */
#include "base/base_format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    FLOAT_DECIMALS = 2,        /* of a float nobody has said anything about … */
    FLOAT_SMALL_DIGITS = 3,    /* … or that many digits that are not zero, when it is below 0.1 */
    FLOAT_SMALL_DECIMALS = 12, /* smaller ones are shown with an exponent */
    NUMBER_TEXT_MAX = 64
};

static const Format PLAIN = {.decimals = -1};

/* How a number is shown. */
typedef struct NumberStyle {
    int decimals; /* -1: as many as the value has */
    bool is_grouped;
    bool is_percent;
    Str before;
    Str after;
} NumberStyle;

static Str currency_sign(Str unit) {
    static const struct {
        Str code;
        Str sign;
    } signs[] = {{S_INIT("GBP"), S_INIT("£")}, {S_INIT("USD"), S_INIT("$")}, {S_INIT("EUR"), S_INIT("€")}};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (str_eq(unit, signs[i].code)) return signs[i].sign;
    }
    return unit;
}

static bool is_currency_code(Str unit) {
    if (unit.n != 3) return false;
    for (size_t i = 0; i < 3; i++) {
        if (unit.p[i] < 'A' || unit.p[i] > 'Z') return false;
    }
    return true;
}

/* A sign stands right before the number, a code with a space, a word after it. */
static void style_currency(Arena *arena, Str unit, NumberStyle *style) {
    Str sign = currency_sign(unit);
    char first = sign.n ? sign.p[0] : '\0';
    bool is_word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    if (is_currency_code(sign))
        style->before = arena_printf(arena, "%.*s ", STR_ARG(sign));
    else if (is_word)
        style->after = arena_printf(arena, " %.*s", STR_ARG(sign));
    else
        style->before = sign;
}

/* Whole numbers of a key or a part of a date (2014) are names rather than amounts, and are not put in groups. */
static bool is_name_like(const Format *how, Type type) {
    bool is_whole = type.kind == TYPE_INT64 || (type.kind == TYPE_DECIMAL && type.scale == 0);
    return is_whole && !how->kind.n && how->is_name;
}

static NumberStyle number_style(Arena *arena, Type type, const Format *how) {
    NumberStyle style = {.decimals = -1, .is_grouped = !is_name_like(how, type)};
    if (str_eq(how->kind, S("currency"))) {
        style.decimals = 2;
        style_currency(arena, how->unit, &style);
    } else if (str_eq(how->kind, S("percent"))) {
        style.decimals = 1;
        style.is_percent = true;
        style.after = S(" %");
    } else if (str_eq(how->kind, S("integer"))) {
        style.decimals = 0;
    } else if (str_eq(how->kind, S("text"))) {
        style.is_grouped = false;
    }
    if (how->decimals >= 0) style.decimals = MIN_OF(how->decimals, TYPE_DECIMAL_MAX_PRECISION);
    return style;
}

void format_affixes(Arena *arena, const Format *how, Str *ret_before, Str *ret_after) {
    NumberStyle style = number_style(arena, TYPE(TYPE_FLOAT64), how);
    *ret_before = style.before;
    *ret_after = style.after;
}

/* ---- numbers -------------------------------------------------------------------------------------------------------- */

static int float_decimals(double f) {
    double size = fabs(f);
    if (size >= 0.1 || size == 0) return FLOAT_DECIMALS;
    return FLOAT_SMALL_DIGITS - 1 - (int)floor(log10(size));
}

/* unscaled / 10^from as unscaled / 10^to; false when it does not fit. */
static bool rescale(Int128 *unscaled, int from, int to) {
    for (; from < to; from++) {
        if (__builtin_mul_overflow(*unscaled, (Int128)10, unscaled)) return false;
    }
    int last = 0;
    for (; from > to; from--) {
        last = (int)(*unscaled % 10);
        *unscaled /= 10;
    }
    if (last >= 5) ++*unscaled;
    if (last <= -5) --*unscaled;
    return true;
}

/* The number at `scale` places, exactly or rounded; false when it has too many digits. */
static bool number_at(Value value, int scale, Int128 *ret_unscaled) {
    char text[REAL_TEXT_MAX];
    if (scale > TYPE_DECIMAL_MAX_PRECISION) return false;
    if (value.type.kind == TYPE_FLOAT64) {
        Str s = {text, real_print(value.f, text)};
        return decimal_parse(s, TYPE_DECIMAL_MAX_PRECISION, scale, ret_unscaled);
    }
    Int128 unscaled = value.type.kind == TYPE_DECIMAL ? value.dec : value.i;
    if (!rescale(&unscaled, value.type.kind == TYPE_DECIMAL ? value.type.scale : 0, scale)) return false;
    *ret_unscaled = unscaled;
    return true;
}

/* Digits with a comma before each three of those that stand before the point. Returns the length. */
static size_t print_grouped(Int128 unscaled, int scale, bool is_grouped, char out[NUMBER_TEXT_MAX]) {
    char digits[DECIMAL_TEXT_MAX];
    size_t n = decimal_print(unscaled, scale, digits);
    size_t n_whole = scale ? n - (size_t)scale - 1 : n;
    if (!is_grouped) n_whole = 0;
    char *p = out;
    for (size_t i = 0; i < n; i++) {
        if (i && i < n_whole && (n_whole - i) % 3 == 0 && digits[i - 1] != '-') *p++ = ',';
        *p++ = digits[i];
    }
    return (size_t)(p - out);
}

static Str format_number(Arena *arena, Value value, const Format *how) {
    NumberStyle style = number_style(arena, value.type, how);
    bool is_float = value.type.kind == TYPE_FLOAT64;
    if (is_float && !isfinite(value.f)) return value_print(arena, value);
    bool is_text = str_eq(how->kind, S("text"));
    if (style.decimals < 0 && is_float && is_text) return value_print(arena, value);
    int decimals = style.decimals;
    if (decimals < 0)
        decimals = is_float ? float_decimals(value.f) : value.type.kind == TYPE_DECIMAL ? value.type.scale : 0;
    bool is_tiny = is_float && style.decimals < 0 && decimals > FLOAT_SMALL_DECIMALS;
    Int128 unscaled;
    /* A ratio read two places further on is its percentage. */
    if (is_tiny || !number_at(value, decimals + (style.is_percent ? 2 : 0), &unscaled))
        return value_print(arena, value);
    char text[NUMBER_TEXT_MAX];
    Str digits = {text, print_grouped(unscaled, decimals, style.is_grouped, text)};
    bool is_negative = digits.p[0] == '-';
    digits = str_slice(digits, is_negative, digits.n);
    return arena_printf(arena, "%s%.*s%.*s%.*s", is_negative ? "-" : "", STR_ARG(style.before), STR_ARG(digits),
                        STR_ARG(style.after));
}

/* ---- times ---------------------------------------------------------------------------------------------------------- */

/* "2014-03-07 10:20:30": stored instants are in the reporting zone already, so no zone is shown. */
static size_t print_instant(int64_t us, char out[TIME_TEXT_MAX]) {
    size_t n = time_print_timestamp(us, out);
    char *t = memchr(out, 'T', n);
    if (t) *t = ' ';
    return n && out[n - 1] == 'Z' ? n - 1 : n;
}

static Str format_time(Arena *arena, Value value, const Format *how) {
    char text[TIME_TEXT_MAX];
    bool is_date = value.type.kind == TYPE_DATE;
    size_t n;
    if (how->grain != TIME_GRAIN_NONE)
        n = time_print_period_fiscal(how->grain, how->fiscal_month, is_date ? value.i * TIME_US_PER_DAY : value.i,
                                     text);
    else if (is_date || str_eq(how->kind, S("date")))
        n = time_print_date(is_date ? value.i : time_day_of_us(value.i), text);
    else
        n = print_instant(value.i, text);
    return arena_str(arena, (Str){text, n});
}

static const char *const WEEKDAY_NAMES[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                            "Friday", "Saturday", "Sunday"};

static const char *const MONTH_NAMES[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};

/* The name of a numbered part of a date; NULL: it has none. */
static const char *name_of_part(Value value, Str kind) {
    if (value.type.kind != TYPE_INT64 || value.i < 1) return NULL;
    if (str_eq(kind, S("weekday")) && value.i <= 7) return WEEKDAY_NAMES[value.i - 1];
    if (str_eq(kind, S("month")) && value.i <= 12) return MONTH_NAMES[value.i - 1];
    return NULL;
}

/* ---- public --------------------------------------------------------------------------------------------------------- */

Str format_show(Arena *arena, Value value, const Format *how) {
    if (value.is_null) return S("");
    if (!how) how = &PLAIN;
    const char *name = name_of_part(value, how->kind);
    if (name) return str_of(name);
    if (type_is_number(value.type)) return format_number(arena, value, how);
    if (type_is_time(value.type)) return format_time(arena, value, how);
    return value_print(arena, value);
}

Str format_count(Arena *arena, int64_t n, const char *singular, const char *plural) {
    char text[NUMBER_TEXT_MAX];
    Str digits = {text, print_grouped(n, 0, true, text)};
    return arena_printf(arena, "%.*s %s", STR_ARG(digits), n == 1 ? singular : plural);
}

Str format_duration(Arena *arena, int64_t us) {
    us = MAX_OF(us, 0);
    int64_t tenths_of_ms = (us + 50) / 100, ms = (us + 500) / 1000, tenths = (us + 50000) / 100000,
            seconds = (us + 500000) / 1000000;
    if (tenths_of_ms < 100)
        return arena_printf(arena, "%" PRId64 ".%" PRId64 " ms", tenths_of_ms / 10, tenths_of_ms % 10);
    if (ms < 1000) return arena_printf(arena, "%" PRId64 " ms", ms);
    if (tenths < 600) return arena_printf(arena, "%" PRId64 ".%" PRId64 " s", tenths / 10, tenths % 10);
    if (seconds < 3600) return arena_printf(arena, "%" PRId64 " min %" PRId64 " s", seconds / 60, seconds % 60);
    return arena_printf(arena, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds % 3600 / 60);
}
