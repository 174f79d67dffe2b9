#include "test.h"

#include "base/base.h"
#include "base/test_random.h"

#include <string.h>

TEST(invalid_sequences) {
    static const struct {
        Str text;
        size_t invalid_at;
    } cases[] = {
        {{"\x80", 1}, 0},             /* a continuation alone */
        {{"a\xBF", 2}, 1},            /* and after ASCII */
        {{"\xC0\x80", 2}, 0},         /* overlong NUL */
        {{"\xC1\xBF", 2}, 0},         /* overlong of two */
        {{"\xE0\x9F\xBF", 3}, 0},     /* overlong of three */
        {{"\xF0\x8F\xBF\xBF", 4}, 0}, /* overlong of four */
        {{"\xED\xA0\x80", 3}, 0},     /* first surrogate */
        {{"\xED\xBF\xBF", 3}, 0},     /* last surrogate */
        {{"\xF4\x90\x80\x80", 4}, 0}, /* U+110000 */
        {{"\xF5\x80\x80\x80", 4}, 0}, /* no such lead */
        {{"\xFE", 1}, 0},
        {{"\xFF", 1}, 0},
        {{"12345678\xC3", 9}, 8}, /* cut short */
        {{"\xE2\x82", 2}, 0},
        {{"\xF0\x9F\x98", 3}, 0},
        {{"\xE2\x28\xA1", 3}, 0}, /* something else where a continuation is due */
        {{"\xE2\x82\x28", 3}, 0},
        {{"\xF0\x9F\x98\x28", 4}, 0},
        {{"\xC3\xA4\xC3\x28", 4}, 2},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        /* In memory of exactly its size, so that ASan sees a read past the end. */
        char *copy = malloc(cases[i].text.n);
        memcpy(copy, cases[i].text.p, cases[i].text.n);
        Str s = {copy, cases[i].text.n};
        assert_int_equal(utf8_invalid_at(s), cases[i].invalid_at);
        assert_false(utf8_is_valid(s));
        uint32_t rune;
        assert_int_equal(utf8_decode(str_slice(s, cases[i].invalid_at, s.n), &rune), 1);
        assert_int_equal(rune, 0xFFFD);
        free(copy);
    }
    assert_true(utf8_is_valid((Str){0}));
    assert_true(utf8_is_valid(S("a\0b")));
    assert_true(
        utf8_is_valid(S("\xEF\xBF\xBF\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80"))); /* the borders that are allowed */
}

TEST(all_characters_round_trip) {
    for (uint32_t rune = 0; rune <= 0x10FFFF; rune++) {
        char bytes[4];
        uint32_t back = 0;
        size_t n = utf8_encode(rune, bytes);
        bool is_surrogate = rune >= 0xD800 && rune <= 0xDFFF;
        if (utf8_decode((Str){bytes, n}, &back) != n || back != (is_surrogate ? 0xFFFD : rune) ||
            !utf8_is_valid((Str){bytes, n}))
            fail_msg("U+%04X", rune);
    }
    char bytes[4];
    assert_int_equal(utf8_encode(0x110000, bytes), 3); /* U+FFFD */
}

TEST(lengths_and_widths) {
    assert_int_equal(utf8_length(S("")), 0);
    assert_int_equal(utf8_length(S("Zürich, 東京 and more")), 19);
    assert_int_equal(utf8_length(S("a\xFF\xFEz")), 4);
    assert_int_equal(utf8_width(S("abc")), 3);
    assert_int_equal(utf8_width(S("東京")), 4);
    assert_int_equal(utf8_width(S("e\xCC\x81")), 1); /* e with a combining accent */
    assert_int_equal(utf8_width(S("a\n\x1B\x7F")), 1);
    assert_true(str_eq(utf8_prefix(S("東京"), 3), S("東")));
    assert_true(str_eq(utf8_prefix(S("e\xCC\x81x"), 1), S("e\xCC\x81"))); /* the accent stays with its letter */
    assert_true(str_eq(utf8_prefix(S("abc"), 9), S("abc")));
    assert_int_equal(utf8_prefix(S("abc"), 0).n, 0);
}

TEST(cutting_between_characters) {
    Str s = S("aä東😀");
    const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (size_t n = 0; n < COUNT_OF(expected); n++) assert_int_equal(utf8_cut(s, n), expected[n]);
    assert_int_equal(utf8_cut((Str){0}, 5), 0);
    assert_int_equal(utf8_cut(S("\x80\x80\x80\x80\x80"), 4), 4); /* no character to spare */
}

TEST(cutting_random_bytes) {
    Random random = random_start(__func__);
    for (int i = 0; i < 100000; i++) {
        char bytes[12];
        static const char alphabet[] = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xFF";
        size_t n = random_below(&random, sizeof(bytes) + 1), max = random_below(&random, sizeof(bytes) + 2);
        for (size_t j = 0; j < n; j++) bytes[j] = alphabet[random_below(&random, sizeof(alphabet) - 1)];
        size_t expected = 0;
        uint32_t rune;
        for (size_t at = 0; at <= MIN_OF(n, max);) { /* forward, from character to character */
            expected = at;
            if (at == n) break;
            at += utf8_decode((Str){bytes + at, n - at}, &rune);
        }
        assert_int_equal(utf8_cut((Str){bytes, n}, max), expected);
    }
}

TEST(composed_form) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Str ascii = S("plain ascii text"), latin = S("Zürich"), composed = S("Ἀθῆναι");
    assert_ptr_equal(utf8_nfc(arena, ascii).p, ascii.p);
    assert_ptr_equal(utf8_nfc(arena, latin).p, latin.p);
    assert_ptr_equal(utf8_nfc(arena, composed).p, composed.p); /* looked at and found in order */
    assert_true(str_eq(utf8_nfc(arena, S("Zu\xCC\x88rich")), S("Zürich")));
    assert_true(str_eq(utf8_nfc(arena, S("\xE2\x84\xAB")), S("\xC3\x85"))); /* ångström sign */
    Str invalid = S("u\xCC\x88\xFF");
    assert_true(str_eq(utf8_nfc(arena, invalid), invalid));
    assert_int_equal(utf8_nfc(arena, (Str){0}).n, 0);
}

TEST(folding) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Str ascii = S("net sales 2014");
    assert_true(str_eq(utf8_fold(arena, S("Net SALES 2014")), ascii));
    assert_true(utf8_fold(arena, ascii).p != ascii.p); /* always the arena's */
    assert_true(str_eq(utf8_fold(arena, S("STRASSE")), utf8_fold(arena, S("Straße"))));
    assert_true(str_eq(utf8_fold(arena, S("ﬁnance")), S("finance")));
    assert_true(str_eq(utf8_fold(arena, S("ＡＢＣ")), S("abc")));
    assert_true(str_eq(utf8_fold(arena, S("so\xC2\xAD"
                                          "ft")),
                       S("soft"))); /* soft hyphen */
    assert_true(str_eq(utf8_fold(arena, S("A\xFF")), S("A\xFF")));
}

TEST(cases) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    assert_true(str_eq(utf8_lower(arena, S("ÀÉ ΑΣ Ж İ K 1")), S("àé ασ ж i k 1"))); /* the last K is the Kelvin sign */
    assert_true(str_eq(utf8_upper(arena, S("àé ας ж ǆ ⱥ")), S("ÀÉ ΑΣ Ж Ǆ Ⱥ")));
    assert_true(str_eq(utf8_upper(arena, S("a\xFF"
                                           "b\xC3")),
                       S("A\xFF"
                         "B\xC3")));
    assert_int_equal(utf8_lower(arena, S("ȺȺȺȺ")).n, 12); /* a byte longer each */
    assert_int_equal(utf8_lower(arena, (Str){0}).n, 0);
}

TEST(accents_are_taken_off) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    assert_true(str_eq(utf8_unaccent(arena, S("C\xC3\xB4te d'Ivoire")), S("Cote d'Ivoire")));
    assert_true(str_eq(utf8_unaccent(arena, S("Cu\xCC\x88n")), S("Cun"))); /* not composed */
    assert_true(str_eq(utf8_unaccent(arena, S("\xD0\x9C\xD0\xB0")), S("\xD0\x9C\xD0\xB0")));
    assert_true(str_eq(utf8_unaccent(arena, S("\xFF")), S("\xFF")));
    Str plain = S("plain");
    assert_ptr_equal(utf8_unaccent(arena, plain).p, plain.p);
}

TEST(classes_of_characters) {
    static const struct {
        uint32_t rune;
        Utf8Class class;
    } cases[] = {{'a', UTF8_LETTER},    {0xE9, UTF8_LETTER}, {0x301, UTF8_LETTER},   {0x4E00, UTF8_LETTER},
                 {'7', UTF8_DIGIT},     {0x663, UTF8_DIGIT}, {' ', UTF8_SPACE},      {0xA0, UTF8_SPACE},
                 {'\n', UTF8_SPACE},    {0, UTF8_SPACE},     {0x2028, UTF8_SPACE},   {0xAD, UTF8_FORMAT},
                 {0x200D, UTF8_FORMAT}, {'-', UTF8_OTHER},   {0x20AC, UTF8_OTHER},   {0x1F600, UTF8_OTHER},
                 {0xBD, UTF8_OTHER},    {0x378, UTF8_OTHER}, {0x10FFFF, UTF8_OTHER}, {'_', UTF8_OTHER}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (utf8_class(cases[i].rune) != cases[i].class) fail_msg("U+%04X", cases[i].rune);
}

TEST(plain_letters) {
    assert_int_equal(utf8_plain('Q'), 'q');
    assert_int_equal(utf8_plain('['), '[');
    assert_int_equal(utf8_plain(0xC9), 'e');   /* É */
    assert_int_equal(utf8_plain(0x1EAD), 'a'); /* two accents */
    assert_int_equal(utf8_plain(0x301), 0);
    assert_int_equal(utf8_plain(0xF8), 0xF8); /* o with a stroke is a letter of its own */
    assert_int_equal(utf8_plain(0x10FFFF), 0x10FFFF);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_sequences),
        cmocka_unit_test(all_characters_round_trip),
        cmocka_unit_test(lengths_and_widths),
        cmocka_unit_test(cutting_between_characters),
        cmocka_unit_test(cutting_random_bytes),
        cmocka_unit_test(composed_form),
        cmocka_unit_test(folding),
        cmocka_unit_test(cases),
        cmocka_unit_test(accents_are_taken_off),
        cmocka_unit_test(classes_of_characters),
        cmocka_unit_test(plain_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
