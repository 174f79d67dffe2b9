/*
 * Decimals: an unscaled 128-bit integer and a scale. Rounding is half away from zero everywhere (design 3a); what does
 * not fit the precision is refused, never cut.
 */
#include "base/base_internal.h"
#include "base/base_type.h"

#include <math.h>
#include <string.h>

enum { CHUNK_DIGITS = 19, EXPONENT_MAX = 100000 };
#define CHUNK UINT64_C(10000000000000000000) /* 10^19, the largest power of ten in 64 bits */

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* 10^n for n in 0..38: there are no literals of 128 bits, so from the powers that fit 64. */
static inline Int128 power_of_ten(int n) {
    static const int64_t powers[] = {INT64_C(1),
                                     INT64_C(10),
                                     INT64_C(100),
                                     INT64_C(1000),
                                     INT64_C(10000),
                                     INT64_C(100000),
                                     INT64_C(1000000),
                                     INT64_C(10000000),
                                     INT64_C(100000000),
                                     INT64_C(1000000000),
                                     INT64_C(10000000000),
                                     INT64_C(100000000000),
                                     INT64_C(1000000000000),
                                     INT64_C(10000000000000),
                                     INT64_C(100000000000000),
                                     INT64_C(1000000000000000),
                                     INT64_C(10000000000000000),
                                     INT64_C(100000000000000000),
                                     INT64_C(1000000000000000000)};
    Int128 power = powers[n % 19];
    for (; n >= 19; n -= 19) power *= (Int128)powers[18] * 10;
    return power;
}

/* "e-3" at the end of a number; the exponent is held within bounds that are far past any decimal's. */
static bool parse_exponent(Str s, int *ret_exponent) {
    int64_t exponent;
    if (s.n == 0 || !str_to_int64(s, &exponent)) return false;
    *ret_exponent = (int)MAX_OF(-EXPONENT_MAX, MIN_OF(exponent, EXPONENT_MAX));
    return true;
}

/* Where a decimal's text has its parts: [sign] digits with a point somewhere [e exponent]. */
typedef struct DecimalText {
    Str digits; /* with the point in it */
    size_t n_whole;
    size_t n_digits;
    int exponent;
    bool is_negative;
} DecimalText;

/* Finds the parts without computing anything: the value is made in one pass afterwards, once the point is known. */
static bool decimal_scan(Str s, DecimalText *text) {
    *text = (DecimalText){.is_negative = s.n && *s.p == '-'};
    if (s.n && (*s.p == '-' || *s.p == '+')) s = str_slice(s, 1, s.n);
    bool has_point = false;
    size_t i = 0;
    for (; i < s.n; i++) {
        if (is_digit(s.p[i])) {
            text->n_digits++;
            text->n_whole += !has_point;
        } else if (s.p[i] == '.' && !has_point) {
            has_point = true;
        } else {
            break;
        }
    }
    if (text->n_digits == 0) return false;
    text->digits = str_slice(s, 0, i);
    if (i == s.n) return true;
    if (s.p[i] != 'e' && s.p[i] != 'E') return false;
    return parse_exponent(str_slice(s, i + 1, s.n), &text->exponent);
}

bool decimal_parse(Str s, int precision, int scale, Int128 *ret_unscaled) {
    DecimalText text;
    if (s.n > INT32_MAX / 2 || !decimal_scan(s, &text)) return false;
    /* `place` is the power of ten of the digit at hand; digits below -scale only round. */
    const Int128 limit = power_of_ten(precision);
    int64_t place = (int64_t)text.n_whole - 1 + text.exponent;
    Int128 unscaled = 0;
    bool is_up = false;
    for (size_t i = 0; i < text.digits.n && place >= -(int64_t)scale - 1; i++) {
        if (text.digits.p[i] == '.') continue;
        int digit = text.digits.p[i] - '0';
        if (place == -(int64_t)scale - 1) {
            is_up = digit >= 5;
        } else {
            if (unscaled >= limit / 10) return false; /* before it overflows */
            unscaled = unscaled * 10 + digit;
        }
        place--;
    }
    /* Places the text does not write, as in "1.5" with scale 3 or in "1e9", are zeros. */
    for (; unscaled && place >= -(int64_t)scale; place--) {
        if (unscaled >= limit / 10) return false;
        unscaled *= 10;
    }
    /* Half away from zero is half up on the magnitude; the sign comes last. It may carry into a digit too many. */
    unscaled += is_up;
    if (unscaled >= limit) return false;
    *ret_unscaled = text.is_negative ? -unscaled : unscaled;
    return true;
}

/* Writes the digits of `number` so that they end at `end`; returns where they start. */
static char *put_digits_before(char *end, uint64_t number) {
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return end;
}

size_t decimal_print(Int128 unscaled, int scale, char *out) {
    char digits[DECIMAL_TEXT_MAX];
    char *end = digits + sizeof(digits);
    /* Unsigned, since the smallest Int128 has no positive counterpart. */
    unsigned __int128 rest = unscaled < 0 ? -(unsigned __int128)unscaled : (unsigned __int128)unscaled;
    char *p = end;
    /* 128-bit divisions are slow: at most two of them, the rest in 64 bits. */
    for (int i = 1; rest >> 64; i++) {
        p = put_digits_before(p, (uint64_t)(rest % CHUNK));
        while (p > end - i * CHUNK_DIGITS) *--p = '0';
        rest /= CHUNK;
    }
    if (rest || p == end) p = put_digits_before(p, (uint64_t)rest);
    while (end - p <= scale) *--p = '0'; /* a digit before the point at least */
    char *o = out;
    if (unscaled < 0) *o++ = '-';
    /* The point goes between digits that are all there by now, leading zeros included. */
    size_t n_whole = (size_t)(end - p - scale);
    memcpy(o, p, n_whole);
    o += n_whole;
    if (scale > 0) {
        *o++ = '.';
        memcpy(o, p + n_whole, (size_t)scale);
        o += scale;
    }
    *o = '\0';
    return (size_t)(o - out);
}

double decimal_to_double(Int128 unscaled, int scale) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const Int128 exact = (Int128)1 << 53;
    /* Both operands exact: one rounding. Else through the text, which rounds once as well. */
    if (unscaled >= -exact && unscaled <= exact && scale < (int)COUNT_OF(powers))
        return (double)unscaled / powers[scale];
    char text[DECIMAL_TEXT_MAX];
    double f = NAN;
    (void)!str_to_double((Str){text, decimal_print(unscaled, scale, text)}, &f);
    return f;
}
