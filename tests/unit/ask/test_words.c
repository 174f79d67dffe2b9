#include "ask/ask_fixture.h"

#include <stdlib.h>
#include <string.h>

static const AskRelation *relation_to(const AskRelation *relations, size_t n, const char *word) {
    const AskRelation *found = NULL;
    for (size_t i = 0; i < n && !found; i++)
        if (str_eq(relations[i].word, str_of(word))) found = &relations[i];
    return found;
}

TEST(relations) {
    const AskWords *words = ((Fixture *)*state)->words;
    static const struct {
        const char *word, *other;
        AskRelationKind kind;
    } cases[] = {
        {"vendor", "seller", ASK_SYNONYM},     {"revenue", "gross", ASK_SYNONYM},
        {"seller", "sell", ASK_DERIVED},       {"ship", "shipment", ASK_DERIVED},
        {"deliver", "delivery", ASK_DERIVED},  {"chair", "seat", ASK_BROADER},
        {"seat", "chair", ASK_NARROWER},       {"buy", "sell", ASK_ANTONYM},
        {"sales", "gross sales", ASK_SYNONYM}, {"gross sales", "sales", ASK_SYNONYM},
        {"client", "customer", ASK_SYNONYM},   {"big", "chair", ASK_RELATION_COUNT},
        {"purchase", "buy", ASK_SYNONYM},      {"profitable", "profitability", ASK_DERIVED},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AskRelation out[128];
        size_t n = ask_words_related(words, str_of(cases[i].word), out, COUNT_OF(out));
        const AskRelation *found = relation_to(out, n, cases[i].other);
        if (cases[i].kind == ASK_RELATION_COUNT)
            assert_null(found);
        else if (!found || found->kind != cases[i].kind)
            fail_msg("%s - %s: %s", cases[i].word, cases[i].other, found ? ask_relation_name(found->kind) : "none");
    }
}

TEST(relations_are_sorted_and_capped) {
    const AskWords *words = ((Fixture *)*state)->words;
    AskRelation all[512], few[5];
    size_t n = ask_words_related(words, S("return"), all, COUNT_OF(all));
    assert_true(n > 20 && n < COUNT_OF(all));
    for (size_t i = 0; i < n; i++) {
        assert_true(all[i].weight > 0 && all[i].weight <= 1);
        assert_true(i == 0 || all[i - 1].weight >= all[i].weight);
        for (size_t j = 0; j < i; j++)
            assert_true(!str_eq(all[i].word, all[j].word) ||
                        (all[i].kind == ASK_ANTONYM) != (all[j].kind == ASK_ANTONYM));
    }
    assert_int_equal(ask_words_related(words, S("return"), few, COUNT_OF(few)), COUNT_OF(few));
    for (size_t i = 0; i < COUNT_OF(few); i++)
        assert_true(few[i].weight >= all[i].weight && few[i].weight <= all[i].weight);
    assert_int_equal(ask_words_related(words, S("return"), NULL, 0), 0);
    assert_int_equal(ask_words_related(words, S("qwertyuiop"), all, COUNT_OF(all)), 0);
    assert_int_equal(ask_words_related(words, (Str){0}, all, COUNT_OF(all)), 0);
    size_t n_narrower = 0; /* of 390 synsets */
    n = ask_words_related(words, S("person"), all, COUNT_OF(all));
    for (size_t i = 0; i < n; i++) n_narrower += all[i].kind == ASK_NARROWER && all[i].rank == 0;
    assert_true(n_narrower >= ASK_NARROWER_MAX && n_narrower < 4 * ASK_NARROWER_MAX);
}

TEST(known_words) {
    const AskWords *words = ((Fixture *)*state)->words;
    assert_true(ask_words_has(words, S("invoice"), ASK_NOUN) && ask_words_has(words, S("invoice"), ASK_VERB));
    assert_true(!ask_words_has(words, S("invoice"), ASK_ADVERB) && ask_words_has(words, S("invoice"), ASK_ANY_PART));
    assert_true(ask_words_has(words, S("quickly"), ASK_ADVERB) && ask_words_has(words, S("cheap"), ASK_ADJECTIVE));
    assert_false(ask_words_has(words, S("Invoice"), ASK_ANY_PART)); /* lower case only */
    assert_false(ask_words_has(words, S("genus felis"), ASK_ANY_PART));
    assert_false(ask_words_has(words, S("albert einstein"), ASK_ANY_PART));
}

TEST(antonyms) {
    const AskWords *words = ((Fixture *)*state)->words;
    assert_true(ask_words_are_antonyms(words, S("buy"), S("sell")));
    assert_true(ask_words_are_antonyms(words, S("sell"), S("buy")));
    assert_true(ask_words_are_antonyms(words, S("bought"), S("sold")));
    assert_true(ask_words_are_antonyms(words, S("maximum"), S("minimum")));
    assert_true(ask_words_are_antonyms(words, S("highest"), S("lowest")));
    assert_false(ask_words_are_antonyms(words, S("buy"), S("purchase")));
    assert_false(ask_words_are_antonyms(words, S("buy"), S("qwertyuiop")));
}

TEST(nearness) {
    const AskWords *words = ((Fixture *)*state)->words;
    assert_true(ask_words_nearness(words, S("vendor"), S("sellers")).near > 0.8);
    assert_true(ask_words_nearness(words, S("shipments"), S("shipped")).near > 0.6);
    assert_true(ask_words_nearness(words, S("orders"), S("order")).near >= 1);
    AskNearness months = ask_words_nearness(words, S("week"), S("month"));
    assert_true(months.is_sibling && months.near > 0.2 && months.near <= 0.35);
    AskNearness far = ask_words_nearness(words, S("vendor"), S("latitude"));
    assert_true(far.near <= 0 && !far.is_sibling && !far.is_antonym);
}

TEST(lemmas) {
    const AskWords *words = ((Fixture *)*state)->words;
    static const char *const cases[][2] = {
        {"orders", "order"},
        {"sold", "sell"},
        {"boxes", "box"},
        {"categories", "category"},
        {"people", "people"},
        {"men", "man"},
        {"children", "child"},
        {"cheapest", "cheap"},
        {"larger", "large"},
        {"returned", "return"},
        {"was", "be"},
        {"buying", "buying"},
        {"bought", "buy"},
        {"shipped", "ship"},
        {"glass", "glass"},
        {"us", "us"},
        {"is", "be"},
        {"this", "this"},
        {"qwertys", "qwertys"},
        {"customers", "customer"},
        {"companies", "company"},
        {"indices", "index"},
        {"went", "go"},
        {"after", "after"},
        {"offer", "offer"},
        {"best", "best"},
        {"does", "do"},
        {"rather", "rather"},
        {"busiest", "busy"},
        {"sales", "sale"},
        {"has", "have"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str lemma = ask_lemma(words, str_of(cases[i][0]), ASK_ANY_PART);
        if (!str_eq(lemma, str_of(cases[i][1]))) fail_msg("%s: %.*s", cases[i][0], STR_ARG(lemma));
    }
    ASSERT_STR(ask_lemma(words, S("selling"), ASK_VERB), "sell");
    ASSERT_STR(ask_lemma(words, S("selling"), ASK_NOUN), "selling");
    ASSERT_STR(ask_lemma(words, S("shipping"), ASK_VERB), "ship");
    ASSERT_STR(ask_lemma(words, S(""), ASK_ANY_PART), "");
    char longest[5000];
    memset(longest, 's', sizeof(longest));
    assert_int_equal(ask_lemma(words, (Str){longest, sizeof(longest)}, ASK_ANY_PART).n, sizeof(longest));
}

TEST(lemmas_of_tokens) {
    const Fixture *fixture = *state;
    const AskToken *tokens = NULL;
    size_t n = 0;
    Err err = {0};
    assert_int_equal(ask_tokenize(fixture->arena, S("Sold 20 Boxes?"), &tokens, &n, &err), ERR_OK);
    assert_int_equal(n, 4);
    AskToken *own = arena_dup(fixture->arena, tokens, n * sizeof(AskToken));
    ask_lemmatise(fixture->words, own, n);
    ASSERT_STR(own[0].lemma, "sell");
    ASSERT_STR(own[1].lemma, "20");
    ASSERT_STR(own[2].lemma, "box");
    ASSERT_STR(own[3].lemma, "?");
}

/* Opening finds what is missing, damaged or of another version: each table with its files copied, then spoilt. */
typedef struct Spoil {
    const char *file;
    size_t at; /* offset of the byte to change; SIZE_MAX: cut the last byte off */
    char to;
    ErrCode code;
    const char *message;
} Spoil;

static void copy_file(Arena *arena, const char *from, const char *to, const Spoil *spoil) {
    Str bytes = {0};
    Err err = {0};
    assert_int_equal(file_read(arena, from, 16 << 20, &bytes, &err), ERR_OK);
    char *changed = arena_dup(arena, bytes.p, bytes.n);
    if (spoil && spoil->at == SIZE_MAX)
        bytes.n--;
    else if (spoil)
        changed[spoil->at] = spoil->to;
    assert_int_equal(file_write_atomic(to, (Str){changed, bytes.n}, &err), ERR_OK);
}

TEST(damaged_tables_are_refused) {
    static const char *const files[] = {"words.bin", "vectors.bin", "places.tsv"};
    static const Spoil spoils[] = {
        {"words.bin", 0, 'x', ERR_CORRUPT, "is damaged"},
        {"words.bin", 8, 9, ERR_VERSION, "is of version 9"},
        {"words.bin", SIZE_MAX, 0, ERR_CORRUPT, "is damaged"},
        {"words.bin", 12, 1, ERR_CORRUPT, "is damaged"}, /* number of words */
        {"words.bin", 59, 1, ERR_CORRUPT, "is damaged"}, /* the second word's start */
        {"words.bin", 600003, 127, ERR_CORRUPT, "is damaged"},
        {"vectors.bin", 3, 'x', ERR_CORRUPT, "is damaged"},
        {"vectors.bin", 8, 2, ERR_VERSION, "is of version 2"},
        {"vectors.bin", 12, 64, ERR_VERSION, "64 dimensions"},
        {"vectors.bin", SIZE_MAX, 0, ERR_CORRUPT, "is damaged"},
        {"vectors.bin", 43, 1, ERR_CORRUPT, "is damaged"},
        {"places.tsv", 0, 'x', ERR_CORRUPT, "not a place"},
    };
    const char *share = NULL;
    Err err = {0};
    for (size_t i = 0; i < COUNT_OF(spoils); i++) {
        CLEANUP(arena_freep) Arena *arena = arena_new(0);
        char folder[] = "/tmp/starling words.XXXXXX";
        const AskWords *words = NULL;
        assert_non_null(mkdtemp(folder));
        assert_int_equal(path_share(arena, "", &share, &err), ERR_OK);
        for (size_t j = 0; j < COUNT_OF(files); j++) {
            ErrCode code = ask_words_open(arena, folder, &words, &err);
            assert_int_equal(code, ERR_NOT_FOUND); /* with what is missing named */
            assert_non_null(strstr(err.message, files[j]));
            copy_file(arena, path_join(arena, share, files[j]), path_join(arena, folder, files[j]),
                      strcmp(files[j], spoils[i].file) == 0 ? &spoils[i] : NULL);
            if (strcmp(files[j], spoils[i].file) == 0) break;
        }
        if (ask_words_open(arena, folder, &words, &err) != spoils[i].code || !strstr(err.message, spoils[i].message))
            fail_msg("%zu: %s", i, err.message);
        assert_null(words);
        assert_int_equal(file_remove_tree(folder, &err), ERR_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations),        cmocka_unit_test(relations_are_sorted_and_capped),
        cmocka_unit_test(known_words),      cmocka_unit_test(antonyms),
        cmocka_unit_test(nearness),         cmocka_unit_test(lemmas),
        cmocka_unit_test(lemmas_of_tokens), cmocka_unit_test(damaged_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
