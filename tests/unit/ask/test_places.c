#include "ask/ask_fixture.h"

#include <string.h>

static AskPlaceMatch only(const AskWords *words, Str phrase) {
    AskPlaceMatch out[4] = {0};
    size_t n = ask_places_find(words, phrase, out, COUNT_OF(out));
    if (n != 1) fail_msg("'%.*s': %zu places", STR_ARG(phrase), n);
    return out[0];
}

TEST(names_adjectives_and_codes) {
    const AskWords *words = ((Fixture *)*state)->words;
    static const char *const cases[][2] = {
        {"Germany", "Germany"},
        {"german", "Germany"},
        {"U.S.", "United States"},
        {"u.s.a.", "United States"},
        {"the United States", "United States"},
        {"American", "United States"},
        {"UK", "United Kingdom"},
        {"British", "United Kingdom"},
        {"UAE", "United Arab Emirates"},
        {"cote d'ivoire", "Côte d'Ivoire"},
        {"Türkiye", "Turkey"},
        {" Holland ", "Netherlands"},
        {"california", "California"},
        {"TX", "Texas"},
        {"EMEA", "Europe, the Middle East and Africa"},
        {"the netherlands", "Netherlands"},
        {"FRENCH", "France"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str canonical = only(words, str_of(cases[i][0])).place->canonical;
        if (!str_eq(canonical, str_of(cases[i][1]))) fail_msg("%s: %.*s", cases[i][0], STR_ARG(canonical));
    }
}

TEST(what_has_two_meanings) {
    const AskWords *words = ((Fixture *)*state)->words;
    AskPlaceMatch out[4] = {0};
    assert_int_equal(ask_places_find(words, S("Georgia"), out, 4), 2);
    ASSERT_STR(out[0].place->kind, "country");
    ASSERT_STR(out[1].place->kind, "us_state");
    assert_int_equal(ask_places_find(words, S("Georgia"), out, 1), 1);
    assert_int_equal(ask_places_find(words, S("CA"), out, 4), 2);
    assert_true(out[0].is_code && out[0].is_cased);
    assert_int_equal(ask_places_find(words, S("in"), out, 4), 2); /* India, Indiana: hardly meant */
    assert_true(out[0].is_code && !out[0].is_cased && out[1].is_code && !out[1].is_cased);
    AskPlaceMatch us = only(words, S("us"));
    assert_true(us.is_code && !us.is_cased);
    us = only(words, S("U.S."));
    assert_true(us.is_code && us.is_cased);
    assert_false(only(words, S("French")).is_code);
}

TEST(what_is_no_place) {
    const AskWords *words = ((Fixture *)*state)->words;
    AskPlaceMatch out[1];
    char longest[5000];
    memset(longest, 'a', sizeof(longest));
    assert_int_equal(ask_places_find(words, S("furniture"), out, 1), 0);
    assert_int_equal(ask_places_find(words, S(""), out, 1), 0);
    assert_int_equal(ask_places_find(words, S("..."), out, 1), 0);
    assert_int_equal(ask_places_find(words, S("\xFF"), out, 1), 0);
    assert_int_equal(ask_places_find(words, (Str){longest, sizeof(longest)}, out, 1), 0);
}

/* Every form finds its place again, and the file has what the world has. */
TEST(the_whole_file) {
    const AskWords *words = ((Fixture *)*state)->words;
    size_t n_countries = 0, n_states = 0;
    for (size_t i = 0; i < ask_places_count(words); i++) {
        const AskPlace *place = ask_places_at(words, i);
        n_countries += str_eq(place->kind, S("country"));
        n_states += str_eq(place->kind, S("us_state"));
        assert_true(str_eq(place->forms[0], place->canonical));
        for (size_t j = 0; j < place->n_forms; j++) {
            AskPlaceMatch out[8] = {0};
            size_t n = ask_places_find(words, place->forms[j], out, COUNT_OF(out)), n_own = 0;
            for (size_t k = 0; k < n; k++) n_own += out[k].place == place && out[k].is_cased;
            if (n_own != 1)
                fail_msg("%.*s of %.*s: %zu times", STR_ARG(place->forms[j]), STR_ARG(place->canonical), n_own);
        }
    }
    assert_int_equal(n_countries, 197); /* members of the United Nations, and the four that most lists add */
    assert_int_equal(n_states, 51);     /* with the District of Columbia */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_adjectives_and_codes),
        cmocka_unit_test(what_has_two_meanings),
        cmocka_unit_test(what_is_no_place),
        cmocka_unit_test(the_whole_file),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
