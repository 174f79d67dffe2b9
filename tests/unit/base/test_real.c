#include "test.h"

#include "base/base.h"
#include "base/test_random.h"

#include <float.h>
#include <math.h>
#include <string.h>

static Str print(Arena *arena, double f) {
    return value_print(arena, value_float(f));
}

TEST(known_texts) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    static const struct {
        double f;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {100, "100"},
        {19.99, "19.99"},
        {123456789.125, "123456789.125"},
        {1e15, "1000000000000000"},
        {1e16, "10000000000000000"},
        {1e17, "1e+17"},
        {1e21, "1e+21"},
        {1e23, "1e+23"},
        {1.5e300, "1.5e+300"},
        {0.0001, "0.0001"},
        {0.00001, "0.00001"},
        {0.000001, "1e-06"},
        {1.25e-7, "1.25e-07"},
        {5e-324, "5e-324"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {9007199254740993.0, "9007199254740992"},
        {2251799813685248.5, "2251799813685248.5"},
        {0x1p-44, "5.684341886080802e-14"}, /* printf's 16 digits, …801, do not read back */
        {0x1p89, "6.189700196426902e+26"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) assert_string_equal(print(arena, cases[i].f).p, cases[i].text);
}

static size_t count_digits(Str s) {
    size_t n = 0, n_zeros = 0;
    for (size_t i = 0; i < s.n && s.p[i] != 'e'; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || (n == 0 && s.p[i] == '0')) continue;
        n++;
        n_zeros = s.p[i] == '0' ? n_zeros + 1 : 0;
    }
    return n - n_zeros;
}

/* Reads back, and no text of fewer digits does: printf's correctly rounded ones tell. */
static void assert_shortest(Arena *arena, double f) {
    Str text = print(arena, f);
    double back = strtod(text.p, NULL);
    if (memcmp(&back, &f, sizeof(f)) != 0) fail_msg("%.17g as %s", f, text.p);
    int n_digits = 1;
    char shortest[64];
    do snprintf(shortest, sizeof(shortest), "%.*e", n_digits - 1, f);
    while (strtod(shortest, NULL) != f && ++n_digits < 18);
    size_t n_ours = count_digits(text);
    if (n_ours > (size_t)n_digits) fail_msg("%s instead of %s", text.p, shortest);
    /* Of equally short ones the nearest: printf's, unless that one does not read back (at a power of two). */
    if (n_ours == (size_t)n_digits && strtod(shortest, NULL) == f) {
        long double off = fabsl(strtold(text.p, NULL) - (long double)f),
                    off_printf = fabsl(strtold(shortest, NULL) - (long double)f);
        if (off > off_printf) fail_msg("%s is farther than %s", text.p, shortest);
    }
}

TEST(random_doubles_are_shortest) {
    Random random = random_start(__func__);
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    for (int i = 0; i < 120000; i++) {
        double f;
        uint64_t word = random_next(&random);
        switch (i % 6) {
        case 0: /* any bits at all */
            memcpy(&f, &word, sizeof(f));
            if (!isfinite(f) || f == 0) continue;
            break;
        case 1: f = (double)(int64_t)(word >> random_below(&random, 64)) / 100; break; /* amounts */
        case 2: f = (double)(word >> 11) * 0x1p-53; break;                             /* 0 … 1 */
        case 3: f = (double)(word % 1000000) / (double)(1 + (word >> 40)); break;      /* averages */
        case 4:
            f = ldexp(1, (int)random_below(&random, 2098) - 1074);
            break; /* powers of two, whose interval is lopsided */
        default: f = ldexp((double)(word >> 11), (int)random_below(&random, 130) - 110); break;
        }
        if (f == 0) continue;
        assert_shortest(arena, f);
        if (i % 1000 == 0) arena_reset(arena);
    }
}

TEST(neighbours_of_round_numbers) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    double f = 1e-20;
    for (int i = 0; i < 45; i++, f *= 10) {
        assert_shortest(arena, f);
        assert_shortest(arena, nextafter(f, INFINITY));
        assert_shortest(arena, nextafter(f, 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(random_doubles_are_shortest),
        cmocka_unit_test(neighbours_of_round_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
