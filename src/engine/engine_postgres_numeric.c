/*
 * PostgreSQL's numeric in binary form: base-10000 digits around a decimal point (src/backend/utils/adt/numeric.c, numeric_send).
 *
 *   int16 n, int16 weight, uint16 sign, int16 dscale, then n digits of int16; the value is the sum of digit[i] * 10000^(weight - i)
 *
 * dscale is how many digits behind the point are shown; it may be more or less than what the digits reach to.
 */
#include "engine/engine_postgres_internal.h"

enum { GROUP_DIGITS = 4, GROUP = 10000, GROUPS_MAX = 12, HEAD_BYTES = 8 }; /* 38 digits touch at most 11 groups */
enum { SIGN_POSITIVE = 0, SIGN_NEGATIVE = 0x4000 };                        /* others: not a number, infinite */

void postgres_encode_numeric(Buf *out, Int128 unscaled, int scale) {
    unsigned __int128 rest = unscaled < 0 ? -(unsigned __int128)unscaled : (unsigned __int128)unscaled;
    int groups[GROUPS_MAX]; /* the least first */
    int n = 0, n_zero = 0;
    int n_behind = (scale + GROUP_DIGITS - 1) / GROUP_DIGITS;
    int odd = scale % GROUP_DIGITS; /* digits of the last group that the number has */
    if (odd) {
        int part = (int)engine_power_of_ten(odd);
        groups[n++] = (int)(rest % (unsigned)part) * (GROUP / part);
        rest /= (unsigned)part;
    }
    for (; rest; rest /= GROUP) groups[n++] = (int)(rest % GROUP);
    while (n && !groups[n - 1]) n--; /* only the odd group can be zero here */
    int weight = n - 1 - n_behind;
    while (n_zero < n && !groups[n_zero]) n_zero++;
    postgres_put_number(out, (uint64_t)(n - n_zero), 2);
    postgres_put_number(out, n > n_zero ? (uint64_t)weight : 0, 2);
    postgres_put_number(out, unscaled < 0 ? SIGN_NEGATIVE : SIGN_POSITIVE, 2);
    postgres_put_number(out, (uint64_t)scale, 2);
    for (int i = n - 1; i >= n_zero; i--) postgres_put_number(out, (uint64_t)groups[i], 2);
}

/* Adds digit * 10^exponent; false past 38 digits, or where a digit would be lost. */
static bool add_group(Int128 *sum, int digit, int exponent) {
    if (!digit) return true;
    for (; exponent < 0; exponent++) {
        if (digit % 10) return false;
        digit /= 10;
    }
    if (exponent >= TYPE_DECIMAL_MAX_PRECISION) return false;
    if (digit >= engine_power_of_ten(TYPE_DECIMAL_MAX_PRECISION - exponent)) return false;
    *sum += digit * engine_power_of_ten(exponent);
    return true;
}

int postgres_numeric_scale(Str bytes) {
    return MIN_OF((int)postgres_get_number(bytes.p + 6, 2), TYPE_DECIMAL_MAX_PRECISION);
}

bool postgres_decode_numeric(Str bytes, int scale, Int128 *ret_unscaled) {
    int n = (int)postgres_get_number(bytes.p, 2);
    int weight = (int16_t)postgres_get_number(bytes.p + 2, 2);
    int sign = (int)postgres_get_number(bytes.p + 4, 2);
    if (bytes.n < HEAD_BYTES + 2 * (size_t)n || (sign != SIGN_POSITIVE && sign != SIGN_NEGATIVE)) return false;
    Int128 sum = 0;
    for (int i = 0; i < n; i++) {
        int digit = (int)postgres_get_number(bytes.p + HEAD_BYTES + (size_t)i * 2, 2);
        if (!add_group(&sum, digit, GROUP_DIGITS * (weight - i) + scale)) return false;
    }
    *ret_unscaled = sign == SIGN_NEGATIVE ? -sum : sum;
    return true;
}
