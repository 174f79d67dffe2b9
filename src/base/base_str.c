/*
 * Slices: comparing, cutting, numbers out of text, and "did you mean".
 *
 * Every function accepts the empty slice with p == NULL, so memcmp and friends are never called with it (they may not
 * be given NULL even for no bytes). Case folding is ASCII only and independent of the process's locale: names of models
 * and keywords of languages must mean the same on every machine.
 */
#define _GNU_SOURCE 1
#include "base/base_str.h"
#include "base/base_utf8.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline unsigned char lower(char c) {
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Str str_of(const char *cstr) {
    return cstr ? (Str){cstr, strlen(cstr)} : (Str){0};
}

bool str_eq(Str a, Str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_nocase(Str a, Str b) {
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

/* memcmp compares unsigned bytes, which for UTF-8 is the order of characters. */
int str_cmp(Str a, Str b) {
    size_t n = MIN_OF(a.n, b.n);
    int order = n ? memcmp(a.p, b.p, n) : 0;
    if (order) return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(Str s, Str prefix) {
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(Str s, Str suffix) {
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

ptrdiff_t str_find(Str s, Str what) {
    if (what.n == 0) return 0;
    if (s.n < what.n) return -1;
    const char *at = memmem(s.p, s.n, what.p, what.n);
    return at ? at - s.p : -1;
}

ptrdiff_t str_find_char(Str s, char what) {
    const char *at = s.n ? memchr(s.p, (unsigned char)what, s.n) : NULL;
    return at ? at - s.p : -1;
}

/* Clamping both ends means no caller has to know whether a prefix was there. */
Str str_slice(Str s, size_t from, size_t to) {
    to = MIN_OF(to, s.n);
    from = MIN_OF(from, to);
    return s.p ? (Str){s.p + from, to - from} : (Str){0};
}

static inline bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s) {
    while (s.n && is_space(s.p[s.n - 1])) s.n--;
    while (s.n && is_space(*s.p)) s.p++, s.n--;
    return s;
}

Str str_split_next(Str *s, char sep) {
    Str all = *s;
    ptrdiff_t at = str_find_char(all, sep);
    if (at < 0) {
        *s = (Str){0};
        return all;
    }
    /* The rest after a trailing separator is empty but not absent: "a," has two fields, and p tells the loop so. */
    *s = (Str){all.p + at + 1, all.n - (size_t)at - 1};
    return (Str){all.p, (size_t)at};
}

/* Byte by byte as defined, since its values are stored; maps have a faster one of their own. */
uint64_t str_hash(Str s) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < s.n; i++) hash = (hash ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return hash;
}

bool str_to_int64(Str s, int64_t *ret_value) {
    bool is_negative = s.n && *s.p == '-';
    size_t i = is_negative || (s.n && *s.p == '+');
    if (i == s.n) return false;
    /* Counted downwards: the negative range is the larger one. Only past 18 digits can anything overflow. */
    int64_t value = 0;
    for (size_t safe_end = MIN_OF(s.n, i + 18); i < safe_end; i++) {
        if (!is_digit(s.p[i])) return false;
        value = value * 10 - (s.p[i] - '0');
    }
    for (; i < s.n; i++) {
        if (!is_digit(s.p[i])) return false;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, s.p[i] - '0', &value))
            return false;
    }
    if (!is_negative && value == INT64_MIN) return false;
    *ret_value = is_negative ? value : -value;
    return true;
}

/* A number's text taken apart: its value is 0.d1d2d3… times ten to the `point`. */
enum { REAL_DIGITS_MAX = 800, REAL_EXPONENT_MAX = 100000 };
typedef struct RealText {
    char digits[REAL_DIGITS_MAX + 2]; /* significant ones, without leading zeros */
    int n_digits;
    int point;
    bool is_negative;
} RealText;

static void real_add_digit(RealText *real, char c) {
    if (real->n_digits == 0 && c == '0') return;
    if (real->n_digits < REAL_DIGITS_MAX) {
        real->digits[real->n_digits++] = c;
    } else if (c != '0') {
        /* No double needs more than 768 digits to be told from its neighbours (David Gay, "Correctly rounded
         * binary-decimal conversions"); past that it only matters that something follows. */
        real->digits[REAL_DIGITS_MAX] = '1';
        real->n_digits = REAL_DIGITS_MAX + 1;
    }
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before or after the point. */
static bool real_scan(Str s, RealText *real) {
    size_t i = 0, n_seen = 0;
    real->n_digits = real->point = 0;
    real->is_negative = s.n && *s.p == '-';
    if (s.n && (*s.p == '-' || *s.p == '+')) i++;
    for (; i < s.n && is_digit(s.p[i]); i++, n_seen++) {
        real_add_digit(real, s.p[i]);
        if (real->n_digits && real->point < REAL_EXPONENT_MAX) real->point++;
    }
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && is_digit(s.p[i]); i++, n_seen++) {
            real_add_digit(real, s.p[i]);
            if (!real->n_digits && real->point > -REAL_EXPONENT_MAX) real->point--;
        }
    if (n_seen == 0) return false;
    if (i < s.n && lower(s.p[i]) == 'e') {
        i++;
        bool is_small = i < s.n && s.p[i] == '-';
        if (i < s.n && (s.p[i] == '-' || s.p[i] == '+')) i++;
        if (i == s.n) return false;
        int exponent = 0;
        for (; i < s.n && is_digit(s.p[i]); i++) exponent = MIN_OF(exponent * 10 + (s.p[i] - '0'), REAL_EXPONENT_MAX);
        real->point += is_small ? -exponent : exponent;
    }
    return i == s.n;
}

/* strtod in the C locale whatever the process's is. glibc's newlocale gives its built-in object for "C", without
 * allocating. */
static double real_convert_slow(RealText *real) {
    char text[REAL_DIGITS_MAX + 32];
    snprintf(text, sizeof(text), "%.*se%d", real->n_digits, real->digits, real->point - real->n_digits);
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale) return NAN;
    double value = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return value;
}

/* Few digits and a small power of ten are both exact doubles, so one operation rounds once and is right (William
 * Clinger, "How to read floating point numbers accurately", 1990). */
static bool real_convert_fast(const RealText *real, double *ret_value) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int exponent = real->point - real->n_digits;
    if (real->n_digits > 15 || exponent < -22 || exponent > 22) return false;
    int64_t digits = 0;
    for (int i = 0; i < real->n_digits; i++) digits = digits * 10 + (real->digits[i] - '0');
    *ret_value = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    return true;
}

/* Strict where strtod is lax: no white space, no hexadecimal, no words, and the point is a point in every locale. */
bool str_to_double(Str s, double *ret_value) {
    RealText real;
    double value;
    if (!real_scan(s, &real)) return false;
    if (real.n_digits == 0)
        value = 0;
    else if (!real_convert_fast(&real, &value))
        value = real_convert_slow(&real);
    if (!isfinite(value)) return false;
    *ret_value = real.is_negative ? -value : value;
    return true;
}

enum { DISTANCE_RUNES_MAX = 256, NEAREST_EDITS_MAX = 3 };

/* The characters of s, ASCII case folded, into runes (room for DISTANCE_RUNES_MAX); -1 when there are more. */
static int distance_runes(Str s, uint32_t *runes) {
    int n = 0;
    for (size_t i = 0; i < s.n; n++) {
        if (n == DISTANCE_RUNES_MAX) return -1;
        uint32_t rune = lower(s.p[i]);
        size_t length = rune < 0x80 ? 1 : utf8_decode(str_slice(s, i, s.n), &rune);
        /* Bytes that are no character differ from each other. */
        runes[n] = length == 1 && rune >= 0x80 ? 0x80000000u | (unsigned char)s.p[i] : rune;
        i += length;
    }
    return n;
}

/* Optimal string alignment (Oommen & Loke 1997): Levenshtein plus the swap of neighbours, over three rolling rows, of which
 * only the cells within `cap` of the diagonal are ever of use (Ukkonen 1985); those beside them hold cap + 1. */
int str_distance(Str a, Str b, int cap) {
    uint32_t as[DISTANCE_RUNES_MAX], bs[DISTANCE_RUNES_MAX];
    int n_a = distance_runes(a, as), n_b = distance_runes(b, bs);
    if (n_a < 0 || n_b < 0 || n_a - n_b > cap || n_b - n_a > cap) return cap + 1;
    int storage[3][DISTANCE_RUNES_MAX + 2];
    int *before = storage[0], *above = storage[1], *row = storage[2];
    for (int j = 0; j <= n_b + 1; j++) above[j] = before[j] = MIN_OF(j, cap + 1);
    for (int i = 1; i <= n_a; i++) {
        int from = MAX_OF(1, i - cap), to = MIN_OF(n_b, i + cap);
        int least = row[from - 1] = from == 1 ? MIN_OF(i, cap + 1) : cap + 1;
        for (int j = from; j <= to; j++) {
            int edits = MIN_OF(above[j - 1] + (as[i - 1] != bs[j - 1]), MIN_OF(above[j], row[j - 1]) + 1);
            /* The swap of two neighbours is the most common slip of the hand and costs one edit, not two. */
            bool is_swap = i > 1 && j > 1 && as[i - 1] == bs[j - 2] && as[i - 2] == bs[j - 1];
            if (is_swap) edits = MIN_OF(edits, before[j - 2] + 1);
            row[j] = MIN_OF(edits, cap + 1);
            least = MIN_OF(least, edits);
        }
        row[to + 1] = cap + 1; /* what the next row finds above its last cell */
        /* A later cell comes from this row or, by a swap, from the one before it at one more; neither gets below
         * `least`. */
        if (least > cap) return cap + 1;
        int *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return MIN_OF(above[n_b], cap + 1);
}

Str str_nearest(Str word, const Str *candidates, size_t n_candidates) {
    /* A third of the length, at least 1 and at most NEAREST_EDITS_MAX. */
    int cap = word.n < 6 ? 1 : word.n < 9 ? 2 : NEAREST_EDITS_MAX;
    Str nearest = {0};
    for (size_t i = 0; i < n_candidates && cap >= 0; i++) {
        int edits = str_distance(word, candidates[i], cap);
        if (edits > cap) continue;
        nearest = candidates[i];
        cap = edits - 1; /* from here only a nearer one; the first of equals stays */
    }
    return nearest;
}
