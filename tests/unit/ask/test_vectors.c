#include "ask/ask_fixture.h"

#include <math.h>
#include <string.h>

static double cosine(const AskWords *words, Str a, Str b) {
    AskVector va, vb;
    assert_true(ask_words_vector(words, a, &va) > 0 && ask_words_vector(words, b, &vb) > 0);
    return ask_vector_cosine(&va, &vb);
}

TEST(meaning) {
    const AskWords *words = ((Fixture *)*state)->words;
    static const Str triples[][3] = {
        {S("staff"), S("employees"), S("latitude")},
        {S("vendor"), S("supplier"), S("month")},
        {S("shipment"), S("delivery"), S("profit")},
        {S("earnings"), S("profit"), S("postal code")},
        {S("how many clients are there in each town"), S("number of customers by city"),
         S("average price of bikes per month")},
    };
    for (size_t i = 0; i < COUNT_OF(triples); i++) {
        double near = cosine(words, triples[i][0], triples[i][1]), far = cosine(words, triples[i][0], triples[i][2]);
        if (near < far + 0.2) fail_msg("%.*s: %.3f, %.3f", STR_ARG(triples[i][0]), near, far);
    }
}

TEST(spelling_does_not_matter) {
    const AskWords *words = ((Fixture *)*state)->words;
    assert_true(cosine(words, S("Unit_Price"), S("unit price")) > 0.9999);
    assert_true(cosine(words, S("CAFÉ"), S("cafe")) > 0.9999);
    assert_true(cosine(words, S("cafe\xCC\x81"), S("cafe")) > 0.9999);
    assert_true(cosine(words, S("price, unit"), S("unit price")) > 0.9);        /* a bag of words */
    assert_true(cosine(words, S("unit price 価格"), S("unit price")) > 0.9999); /* not in the table */
}

TEST(lengths) {
    const AskWords *words = ((Fixture *)*state)->words;
    AskVector v;
    char longest[5000];
    memset(longest, 'a', sizeof(longest));
    assert_int_equal(ask_words_vector(words, S("price"), &v), 1);
    assert_true(fabs(ask_vector_cosine(&v, &v) - 1) < 1e-4);
    assert_int_equal(ask_words_vector(words, S("invoice"), &v), 3); /* in ##vo ##ice, as WordPiece splits it */
    assert_int_equal(ask_words_vector(words, S("a,b"), &v), 3);
    static const Str nothing[] = {S(""), S(" _ "), S("価格"), S("\xFF\xFE")};
    for (size_t i = 0; i < COUNT_OF(nothing); i++) {
        assert_int_equal(ask_words_vector(words, nothing[i], &v), 0);
        assert_true(ask_vector_cosine(&v, &v) <= 0);
    }
    assert_int_equal(ask_words_vector(words, (Str){longest, sizeof(longest)}, &v), 0);
    assert_true(ask_words_vector(words, (Str){longest, 100}, &v) > 1);
}

TEST(similarity) {
    const AskWords *words = ((Fixture *)*state)->words;
    double same = ask_words_similarity(words, S("vendor"), S("supplier")),
           antonyms = ask_words_similarity(words, S("maximum"), S("minimum"));
    double siblings = ask_words_similarity(words, S("month"), S("week")),
           far = ask_words_similarity(words, S("vendor"), S("week"));
    assert_true(same > 0.5 && far < 0.3 && siblings < same && antonyms < same);
    assert_true(antonyms <= cosine(words, S("maximum"), S("minimum")) - 0.2);
    assert_true(ask_words_similarity(words, S("purchases"), S("buy")) > 0.5);
    assert_true(ask_words_similarity(words, S("price"), S("price")) > 1.4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meaning),
        cmocka_unit_test(spelling_does_not_matter),
        cmocka_unit_test(lengths),
        cmocka_unit_test(similarity),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
