#include "test.h"

#include "base/base.h"
#include "base/test_random.h"

#include <math.h>
#include <string.h>

static const Str EMPTY = {0};

TEST(comparing) {
    assert_true(str_eq(EMPTY, S("")));
    assert_true(str_eq(str_of(NULL), EMPTY));
    assert_false(str_eq(S("a"), S("b")));
    assert_true(str_eq_nocase(S("Net_Sales"), S("nET_sALES")));
    assert_false(str_eq_nocase(S("\xC3\x84"), S("\xC3\xA4"))); /* ASCII only */
    assert_false(str_eq_nocase(S("@"), S("`")));
    assert_true(str_cmp(S("a"), S("ab")) < 0);
    assert_true(str_cmp(S("b"), S("ab")) > 0);
    assert_true(str_cmp(S("\x7F"), S("\x80")) < 0); /* bytes are unsigned */
    assert_int_equal(str_cmp(EMPTY, S("")), 0);
    assert_true(str_starts(S("abc"), S("ab")) && str_starts(S("abc"), EMPTY) && !str_starts(S("a"), S("ab")));
    assert_true(str_ends(S("abc"), S("bc")) && str_ends(EMPTY, EMPTY) && !str_ends(S("c"), S("bc")));
}

TEST(finding_and_cutting) {
    assert_int_equal(str_find(S("abcabd"), S("abd")), 3);
    assert_int_equal(str_find(S("abc"), S("abcd")), -1);
    assert_int_equal(str_find(EMPTY, EMPTY), 0);
    assert_int_equal(str_find(EMPTY, S("a")), -1);
    assert_int_equal(str_find_char(S("a\0b"), '\0'), 1);
    assert_int_equal(str_find_char(EMPTY, 'a'), -1);
    assert_true(str_eq(str_slice(S("hello"), 1, 3), S("el")));
    assert_true(str_eq(str_slice(S("hello"), 3, 99), S("lo")));
    assert_int_equal(str_slice(S("hello"), 4, 2).n, 0);
    assert_int_equal(str_slice(EMPTY, 1, 2).n, 0);
    assert_true(str_eq(str_trim(S(" \t\r\n a b \v\f")), S("a b")));
    assert_int_equal(str_trim(S("  \n")).n, 0);
}

TEST(splitting_keeps_empty_fields) {
    Str rest = S("a,,b,");
    assert_true(str_eq(str_split_next(&rest, ','), S("a")));
    assert_true(str_eq(str_split_next(&rest, ','), S("")));
    assert_true(str_eq(str_split_next(&rest, ','), S("b")));
    assert_non_null(rest.p); /* there is one more, an empty one */
    assert_true(str_eq(str_split_next(&rest, ','), S("")));
    assert_null(rest.p);
}

TEST(hash_is_fnv_1a) {
    /* Test vectors of the FNV authors. */
    assert_true(str_hash(S("")) == UINT64_C(0xcbf29ce484222325));
    assert_true(str_hash(S("a")) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(str_hash(S("foobar")) == UINT64_C(0x85944171f73967e8));
}

static void assert_int64(const char *text, bool is_ok, int64_t expected) {
    int64_t value = 77;
    assert_int_equal(str_to_int64(str_of(text), &value), is_ok);
    assert_true(value == (is_ok ? expected : 77));
}

TEST(whole_numbers) {
    assert_int64("0", true, 0);
    assert_int64("-0", true, 0);
    assert_int64("+12", true, 12);
    assert_int64("0012", true, 12);
    assert_int64("9223372036854775807", true, INT64_MAX);
    assert_int64("-9223372036854775808", true, INT64_MIN);
    assert_int64("9223372036854775808", false, 0);
    assert_int64("-9223372036854775809", false, 0);
    assert_int64("99999999999999999999", false, 0);
    const char *const junk[] = {"", "-", "+", " 1", "1 ", "1.0", "0x1", "1e2", "--1", "١"};
    for (size_t i = 0; i < COUNT_OF(junk); i++) assert_int64(junk[i], false, 0);
    int64_t value = 77;
    assert_false(str_to_int64(S("1\0"), &value));
}

TEST(real_numbers_read_as_by_strtod) {
    const char *const good[] = {"0",
                                "-0.0",
                                ".5",
                                "5.",
                                "1e3",
                                "-1.25E-3",
                                "123456789012345678",
                                "1e22",
                                "1e23",
                                "1e-22",
                                "1e-400",
                                "4.9e-324",
                                "2.2250738585072011e-308",
                                "1.7976931348623157e308",
                                "9007199254740993",
                                "9007199254740992.9999999999999999999999",
                                "0.1000000000000000055511151231257827021181583404541015625",
                                "0000000000000000000000001",
                                "0.00000000000000000000000000000000000001",
                                "8.5",
                                "1e+05"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        double value = 77;
        assert_true(str_to_double(str_of(good[i]), &value));
        double expected = strtod(good[i], NULL);
        assert_memory_equal(&value, &expected, sizeof(value));
    }
    const char *const bad[] = {"",    "-",     ".",  "e5", "1e",  "1e+",  "1e5x",  "inf",
                               "nan", "0x1p3", " 1", "1 ", "1,5", "1..2", "1e400", "-1e999999999999"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        double value = 77;
        assert_false(str_to_double(str_of(bad[i]), &value));
        assert_true(value == 77);
    }
}

TEST(random_real_numbers_read_as_by_strtod) {
    Random random = random_start(__func__);
    for (int i = 0; i < 200000; i++) {
        char text[64];
        int n = snprintf(text, sizeof(text), "%s%" PRIu64 ".%" PRIu64 "e%d", i % 2 ? "-" : "",
                         random_next(&random) >> random_below(&random, 64),
                         random_next(&random) >> random_below(&random, 64), (int)random_below(&random, 600) - 300);
        double expected = strtod(text, NULL), value = 77;
        bool is_ok = str_to_double((Str){text, (size_t)n}, &value);
        assert_int_equal(is_ok, isfinite(expected) != 0);
        if (is_ok) assert_memory_equal(&value, &expected, sizeof(value));
    }
}

TEST(a_number_of_a_million_digits) {
    size_t n = 1000000;
    char *text = malloc(n);
    memset(text, '0', n);
    text[0] = '1';
    text[1] = '.';
    text[n - 1] = '1';
    double value = 0;
    assert_true(str_to_double((Str){text, n}, &value));
    assert_true(value == 1);
    /* Half way between two doubles: what comes a million digits later decides. */
    memcpy(text, "9007199254740993.0", 18);
    assert_true(str_to_double((Str){text, n}, &value));
    assert_true(value == 9007199254740994.0);
    text[n - 1] = '0';
    assert_true(str_to_double((Str){text, n}, &value));
    assert_true(value == 9007199254740992.0);
    memset(text, '9', n);
    assert_false(str_to_double((Str){text, n}, &value));
    free(text);
}

/* Straight from the definition, without a cap. */
static int naive_distance(Str a, Str b) {
    if (a.n == 0 || b.n == 0) return (int)(a.n + b.n);
    Str a1 = str_slice(a, 0, a.n - 1), b1 = str_slice(b, 0, b.n - 1);
    bool is_same = a.p[a.n - 1] == b.p[b.n - 1];
    int edits = naive_distance(a1, b1) + !is_same;
    edits = MIN_OF(edits, MIN_OF(naive_distance(a1, b), naive_distance(a, b1)) + 1);
    if (a.n > 1 && b.n > 1 && a.p[a.n - 1] == b.p[b.n - 2] && a.p[a.n - 2] == b.p[b.n - 1])
        edits = MIN_OF(edits, naive_distance(str_slice(a, 0, a.n - 2), str_slice(b, 0, b.n - 2)) + 1);
    return edits;
}

TEST(distance) {
    assert_int_equal(str_distance(S("revenue"), S("revenue"), 3), 0);
    assert_int_equal(str_distance(S("Revenue"), S("rEVENUE"), 3), 0);
    assert_int_equal(str_distance(S("revenu"), S("revenue"), 3), 1);
    assert_int_equal(str_distance(S("reveune"), S("revenue"), 3), 1); /* a swap */
    assert_int_equal(str_distance(S("ca"), S("abc"), 5), 3);  /* optimal string alignment, not the unrestricted 2 */
    assert_int_equal(str_distance(S("abc"), S("xyz"), 1), 2); /* cap + 1 */
    assert_int_equal(str_distance(EMPTY, S("abc"), 3), 3);
    assert_int_equal(str_distance(EMPTY, EMPTY, 0), 0);
    char longer[257];
    memset(longer, 'a', sizeof(longer));
    assert_int_equal(str_distance((Str){longer, 256}, (Str){longer, 256}, 2), 0);
    assert_int_equal(str_distance((Str){longer, 256}, (Str){longer, 254}, 2), 2);
    assert_int_equal(str_distance((Str){longer, 257}, (Str){longer, 257}, 2), 3);
    /* characters, not bytes; what is no character differs from all others */
    assert_int_equal(str_distance(S("Zürich"), S("Zurich"), 2), 1);
    assert_int_equal(str_distance(S("Züirch"), S("Zürich"), 2), 1);
    assert_int_equal(str_distance(S("東京都"), S("東京"), 2), 1);
    assert_int_equal(str_distance(S("\xFF"), S("\xFE"), 2), 1);
    assert_int_equal(str_distance(S("\xFF"), S("\xFF"), 2), 0);
}

TEST(distance_against_its_definition) {
    Random random = random_start(__func__);
    for (int i = 0; i < 500; i++) {
        char a[7], b[7];
        for (size_t j = 0; j < sizeof(a); j++) {
            a[j] = (char)('a' + random_below(&random, 3));
            b[j] = (char)('a' + random_below(&random, 3));
        }
        Str sa = {a, random_below(&random, sizeof(a))}, sb = {b, random_below(&random, sizeof(b))};
        int cap = (int)random_below(&random, 5);
        assert_int_equal(str_distance(sa, sb, cap), MIN_OF(naive_distance(sa, sb), cap + 1));
    }
}

TEST(nearest) {
    const Str names[] = {S("quantity"), S("revenue"), S("returns"), S("region")};
    assert_true(str_eq(str_nearest(S("revenu"), names, 4), S("revenue")));
    assert_true(str_eq(str_nearest(S("QUANTTIY"), names, 4), S("quantity")));
    assert_int_equal(str_nearest(S("weather"), names, 4).n, 0);
    assert_int_equal(str_nearest(S("x"), names, 4).n, 0);
    assert_int_equal(str_nearest(S("x"), NULL, 0).n, 0);
    const Str close[] = {S("abcdefgx"), S("abcdefgh"), S("abcdefgy")};
    assert_true(str_eq(str_nearest(S("abcdefgh"), close, 3), S("abcdefgh"))); /* the nearest, not the first near one */
    assert_true(str_eq(str_nearest(S("abcdefgz"), close, 3), S("abcdefgx"))); /* the first of equals */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparing),
        cmocka_unit_test(finding_and_cutting),
        cmocka_unit_test(splitting_keeps_empty_fields),
        cmocka_unit_test(hash_is_fnv_1a),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(real_numbers_read_as_by_strtod),
        cmocka_unit_test(random_real_numbers_read_as_by_strtod),
        cmocka_unit_test(a_number_of_a_million_digits),
        cmocka_unit_test(distance),
        cmocka_unit_test(distance_against_its_definition),
        cmocka_unit_test(nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
