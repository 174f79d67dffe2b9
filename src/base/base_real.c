/*
 * Doubles as the shortest text that reads back.
 *
 * A double f = m * 2^e stands for every real number nearer to it than to its neighbours: the interval (2m-1, 2m+1) *
 * 2^(e-1), with its ends when m is even (Steele & White, "How to print floating-point numbers accurately", 1990). The
 * shortest text is the shortest decimal in there, the nearest of them when there are several. For numbers of everyday
 * size the interval, scaled by a power of ten so that 17 digits stand before the point, is exact in 128 bits: that is
 * done here, in some tens of nanoseconds. The few others (below 1e-13 or above 1e17) go through printf and strtod.
 */
#include "base/base_internal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef unsigned __int128 UInt128;

enum {
    MANTISSA_BITS = 52,
    EXPONENT_BIAS = 1075, /* of m * 2^e with m a whole number of 53 bits */
    DIGITS_MAX = 17,      /* always enough (IEEE 754, 5.12.2) */
    FIVES_MAX = 29,       /* 5^29 < 2^68: with 4m + 2 < 2^56 and a digit more in the steps it stays under 2^128 */
    PLAIN_POINT_MAX = 17, /* larger numbers are written with an exponent, … */
    PLAIN_POINT_MIN = -4, /* … and so are smaller ones */
};

/* The digits d of 0.ddd * 10^point. */
typedef struct Digits {
    uint64_t number;
    int point;
} Digits;

static int count_digits(uint64_t number) {
    int n = 1;
    while (number >= 10) {
        number /= 10;
        n++;
    }
    return n;
}

/* The multiple of `step` in the interval that is nearest to `middle`; all but `step` are shifted left by `shift`. */
static bool nearest_multiple(uint64_t whole, uint64_t step, int shift, UInt128 low, UInt128 middle, UInt128 high,
                             bool has_ends, uint64_t *ret_multiple) {
    uint64_t below = whole / step * step, above = below + step;
    UInt128 below_at = (UInt128)below << shift, above_at = (UInt128)above << shift;
    bool is_below = has_ends ? below_at >= low : below_at > low;
    bool is_above = has_ends ? above_at <= high : above_at < high;
    if (!is_below && !is_above) return false;
    if (is_below && is_above) is_below = middle - below_at <= above_at - middle;
    *ret_multiple = is_below ? below : above;
    return true;
}

/* Shortest digits of m * 2^e in whole arithmetic; false when the numbers would not fit 128 bits. */
static bool digits_exact(uint64_t m, int e, bool is_boundary, Digits *ret_digits) {
    /* 10^k brings the number to 17 digits before the point; 0.30103 is log10(2), and one off only costs a digit
     * tried. */
    int bits = 64 - __builtin_clzll(m) + e;
    int k = DIGITS_MAX - 1 - (int)floor((bits - 1) * 0.30102999566398120);
    int shift = 2 - e - k; /* in units of 2^(e-2), to tell halves of the last place at a boundary */
    if (k < 0 || k > FIVES_MAX || shift < 0) return false;
    UInt128 fives = 1;
    for (int i = 0; i < k; i++) fives *= 5;
    UInt128 middle = (UInt128)m * 4 * fives;
    UInt128 low = middle - (is_boundary ? 1 : 2) * fives, high = middle + 2 * fives;
    bool has_ends = m % 2 == 0;
    uint64_t whole = (uint64_t)(middle >> shift);
    uint64_t best = 0, step = 1;
    int n_dropped = 0;
    if (!nearest_multiple(whole, step, shift, low, middle, high, has_ends, &best)) return false;
    for (uint64_t found; n_dropped < DIGITS_MAX; n_dropped++, best = found) {
        step *= 10;
        if (!nearest_multiple(whole, step, shift, low, middle, high, has_ends, &found)) break;
    }
    step /= n_dropped < DIGITS_MAX ? 10 : 1;
    uint64_t number = best / step;
    *ret_digits = (Digits){.number = number, .point = count_digits(number) + n_dropped - k};
    return true;
}

/*
 * Amounts: up to four decimals and 15 digits in all. n / 10^k of two exact doubles is rounded once, so when it gives f
 * the text of n with k decimals reads back; the first k that does is the shortest. The product may be off by far less
 * than a half here, so the right n is the nearest whole number to it.
 */
static bool digits_of_amount(double f, Digits *ret_digits) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4};
    if (f >= 1e11) return false;
    for (int k = 1; k < (int)COUNT_OF(powers); k++) {
        double n = floor(f * powers[k] + 0.5);
        if (n / powers[k] != f) continue;
        *ret_digits = (Digits){.number = (uint64_t)n, .point = count_digits((uint64_t)n) - k};
        return true;
    }
    return false;
}

/* By trying 15, 16 and 17 digits; numbers below the normal range have fewer bits and may need fewer. `f` is
 * positive. */
static Digits digits_by_printf(double f, bool is_boundary) {
    for (int n_digits = f < DBL_MIN ? 1 : 15;; n_digits++) {
        char text[REAL_TEXT_MAX];
        snprintf(text, sizeof(text), "%.*e", n_digits - 1, f);
        uint64_t number = 0;
        int64_t exponent = 0;
        const char *p = text;
        /* The point is the locale's: whatever is no digit before the e is it. */
        for (; *p != 'e'; p++)
            if (*p >= '0' && *p <= '9') number = number * 10 + (uint64_t)(*p - '0');
        (void)!str_to_int64(str_of(p + 1), &exponent);
        /* Above a power of two the interval is twice as wide as below: the next number up may be in it when the
         * nearest is not. */
        for (int up = 0; up <= is_boundary; up++, number++) {
            double back;
            int n = snprintf(text, sizeof(text), "%" PRIu64 "e%" PRId64, number, exponent - (n_digits - 1));
            bool is_same = str_to_double((Str){text, (size_t)n}, &back) && back == f;
            if (!is_same && n_digits < DIGITS_MAX) continue;
            int point = (int)exponent + 1 + (count_digits(number) - n_digits);
            while (number % 10 == 0) number /= 10;
            return (Digits){.number = number, .point = point};
        }
    }
}

static char *put_number(char *out, uint64_t number, int n_digits) {
    for (int i = n_digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return out + n_digits;
}

static char *put_zeros(char *out, int n) {
    for (int i = 0; i < n; i++) *out++ = '0';
    return out;
}

static char *put_plain(char *out, Digits digits, int n_digits) {
    if (digits.point <= 0) {
        *out++ = '0';
        *out++ = '.';
        return put_number(put_zeros(out, -digits.point), digits.number, n_digits);
    }
    char *end = put_number(out, digits.number, n_digits);
    if (digits.point >= n_digits) return put_zeros(end, digits.point - n_digits);
    memmove(out + digits.point + 1, out + digits.point, (size_t)(n_digits - digits.point));
    out[digits.point] = '.';
    return end + 1;
}

static char *put_scientific(char *out, Digits digits, int n_digits) {
    char *end = put_number(out, digits.number, n_digits);
    if (n_digits > 1) {
        memmove(out + 2, out + 1, (size_t)(n_digits - 1));
        out[1] = '.';
        end++;
    }
    int exponent = digits.point - 1;
    *end++ = 'e';
    *end++ = exponent < 0 ? '-' : '+';
    uint64_t size = (uint64_t)(exponent < 0 ? -exponent : exponent);
    return put_number(end, size, MAX_OF(count_digits(size), 2));
}

static size_t put_text(char out[REAL_TEXT_MAX], const char *text) {
    size_t n = strlen(text);
    memcpy(out, text, n + 1);
    return n;
}

size_t real_print(double f, char out[REAL_TEXT_MAX]) {
    if (isnan(f)) return put_text(out, "nan");
    if (isinf(f)) return put_text(out, f < 0 ? "-inf" : "inf");
    char *p = out;
    if (signbit(f)) {
        *p++ = '-';
        f = -f;
    }
    Digits digits = {0};
    if (f == floor(f) && f < 1e15) {
        /* Whole numbers are most of them: counts, amounts without cents. */
        p = put_number(p, (uint64_t)f, count_digits((uint64_t)f));
        *p = '\0';
        return (size_t)(p - out);
    }
    uint64_t word;
    memcpy(&word, &f, sizeof(word));
    int biased = (int)(word >> MANTISSA_BITS);
    uint64_t fraction = word & ((UINT64_C(1) << MANTISSA_BITS) - 1);
    uint64_t mantissa = fraction | UINT64_C(1) << MANTISSA_BITS;
    bool is_normal = biased > 0, is_boundary = fraction == 0 && biased > 1;
    bool is_done = digits_of_amount(f, &digits) ||
                   (is_normal && digits_exact(mantissa, biased - EXPONENT_BIAS, is_boundary, &digits));
    if (!is_done) digits = digits_by_printf(f, is_boundary);
    int n_digits = count_digits(digits.number);
    bool is_plain = digits.point >= PLAIN_POINT_MIN && digits.point <= PLAIN_POINT_MAX;
    p = is_plain ? put_plain(p, digits, n_digits) : put_scientific(p, digits, n_digits);
    *p = '\0';
    return (size_t)(p - out);
}
