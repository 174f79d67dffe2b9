/* The value index, made of lists: which runs of a question's words are found, as what, and at what cost. */
#include "values_fixture.h"

#include <stdio.h>

static const char *const SHOP[] = {
    "brand.name: Tropicana Premium 64 oz | Tropicana Premium 96 oz | Florida's Natural 64 oz | Tropicana 64 oz | Minute Maid "
    "64 oz | Minute Maid 96 oz | Citrus Hill 64 oz | Tree Fresh 64 oz | Florida Gold 64 oz | Dominicks 64 oz | Dominicks 128 oz",
    "kind: Tables | Copiers | Phones | Paper | Chairs | Labels | Bookcases | Furniture | Technology",
    "ship_mode: First Class | Second Class | Standard Class | Same Day",
    "market: US | EU | APAC | LATAM | Africa",
    "from.city, to.city: St. Louis | New York City | York | Paris | S\xC3\xA3o Paulo",
    "country: C\xC3\xB4te d'Ivoire | United Kingdom | United States | Germany | Netherlands",
    "customer.id: 14911 | 12346 | CA-2014-1234 | TC-20980",
    "customer.name: Tamara Chand | Tamara Dahlen | Raymond Buch | Sanjit Chand | Adrian Barton | Sanjit Engle",
    "#store.id: 2 | 5 | 8 | 111",
    "description: REGENCY CAKESTAND 3 TIER | JUMBO BAG RED | JUMBO  BAG PINK | Jumbo bag pink | WHITE LEATHER MUG | LEATHER MUG "
    "| BAGS & BOXES | THE NORTH FACE | Hewlett-Packard Jet | Hewlett\xC2\xA0Packard Ink | R\xC3\xA9sum\xC3\xA9 Paper | A-1 Tape | A 1 Tape",
};

typedef struct Case {
    const char *question;
    const char *found;
} Case;

static void check(const Case *cases, size_t n) {
    Fixture f;
    size_t n_wrong = 0;
    fixture_init(&f);
    f.known = "weather sales orders units top store";
    fixture_write(&f, SHOP, COUNT_OF(SHOP), 1);
    for (size_t i = 0; i < n; i++) n_wrong += !check_found(&f, cases[i].question, cases[i].found);
    assert_int_equal(n_wrong, 0);
    fixture_free(&f);
}

TEST(whole_values) {
    static const Case cases[] = {
        {"price of tropicana 64 OZ?", "tropicana 64 OZ => brand.name = Tropicana 64 oz, exact 0.00\n"},
        {"Phones and paper", "Phones => kind = Phones, exact 0.00\npaper => kind = Paper, exact 0.00\n"
                             "paper => description = R\xC3\xA9sum\xC3\xA9 Paper, partial 0.45\n"},
        {"standard class", "standard class => ship_mode = Standard Class, exact 0.00\n"},
        {"st louis", "st louis => from.city = St. Louis, exact 0.00\nst louis => to.city = St. Louis, exact 0.00\n"},
        {"cote d'ivoire", "cote d'ivoire => country = C\xC3\xB4te d'Ivoire, exact 0.00\n"},
        {"sa\xCC\x83o-paulo", "sa\xCC\x83o-paulo => from.city = S\xC3\xA3o Paulo, exact 0.00\n"
                              "sa\xCC\x83o-paulo => to.city = S\xC3\xA3o Paulo, exact 0.00\n"},
        {"customer 14911", "14911 => customer.id = 14911, exact 0.00\n"},
        {"customer 14,911", "14,911 => customer.id = 14911, exact 0.00\n"},
        {"order CA-2014-1234", "CA-2014-1234 => customer.id = CA-2014-1234, exact 0.00\n"},
        {"store 111", "111 => store.id = 111, exact 0.00\n"},
        {"bags and boxes", "bags and boxes => description = BAGS & BOXES, exact 0.00\n"},
        {"the north face", "the north face => description = THE NORTH FACE, exact 0.00\n"},
        {"resume paper",
         "resume paper => description = R\xC3\xA9sum\xC3\xA9 Paper, exact 0.00\npaper => kind = Paper, exact 0.00\n"},
        {"york", "york => from.city = York, exact 0.00\nyork => to.city = York, exact 0.00\n"},
        {"leather mug", "leather mug => description = LEATHER MUG, exact 0.00\n"},
        {"", ""},
        {"?!", ""},
        {"weather in africanized", ""},
    };
    check(cases, COUNT_OF(cases));
}

TEST(values_that_are_written_alike) {
    static const Case cases[] = {
        /* but for case and white space: either is meant */
        {"JUMBO BAG PINK", "JUMBO BAG PINK => description = 2 beginning with '' (JUMBO  BAG PINK), exact 0.00\n"},
        /* punctuation counts only where it decides */
        {"a-1 tape",
         "a-1 tape => description = A-1 Tape, exact 0.00\na-1 tape => description = A 1 Tape, exact 0.02\n"},
    };
    check(cases, COUNT_OF(cases));
}

TEST(words_that_need_no_value) {
    static const Case cases[] = {
        {"tell us", "us => market = US, exact 0.40\n"},
        {"in US", "US => market = US, exact 0.00\n"},
        {"top 5", "5 => store.id = 5, exact 0.20\n"},
    };
    check(cases, COUNT_OF(cases));
}

TEST(endings) {
    static const Case cases[] = {
        {"phone", "phone => kind = Phones, stem 0.10\n"},
        {"copier's", "copier => kind = Copiers, stem 0.10\n"},
        {"technologies", "technologies => kind = Technology, stem 0.10\n"},
        {"technological", "technological => kind = Technology, stem 0.90\n"},
        {"Floridas Natural 64 oz", "Floridas Natural 64 oz => brand.name = Florida's Natural 64 oz, stem 0.10\n"},
        {"Dominick's 64 oz", "Dominick's 64 oz => brand.name = Dominicks 64 oz, stem 0.10\n"},
        {"netherland", "netherland => country = Netherlands, stem 0.10\n"},
        {"jumbo bags", "jumbo bags => description = 3 beginning with 'JUMBO BAG' (JUMBO  BAG PINK), partial 0.50\n"},
        {"units", ""}, /* of one stem with "United", but no plural of it */
    };
    check(cases, COUNT_OF(cases));
}

TEST(parts) {
    static const Case cases[] = {
        {"price of Minute Maid",
         "Minute Maid => brand.name = 2 beginning with 'Minute Maid' (Minute Maid 64 oz), partial 0.45\n"},
        {"regency cakestand", "regency cakestand => description = REGENCY CAKESTAND 3 TIER, partial 0.45\n"},
        {"cakestand 3", "cakestand 3 => description = REGENCY CAKESTAND 3 TIER, partial 0.45\n"},
        {"chand", "chand => customer.name = 2 with 'Chand' (Sanjit Chand), partial 0.45\n"},
        {"new york",
         "new york => from.city = New York City, partial 0.40\nnew york => to.city = New York City, partial 0.40\n"
         "york => from.city = York, exact 0.00\nyork => to.city = York, exact 0.00\n"},
        {"hewlett packard",
         "hewlett packard => description = 2 beginning with 'Hewlett-Packard' (Hewlett-Packard Jet), partial 0.40\n"},
        {"north face", "north face => description = THE NORTH FACE, partial 0.40\n"},
        {"customer 1234", "1234 => customer.id = CA-2014-1234, partial 0.50\n"},
        /* with a word between */
        {"Tropicana 96 oz", "Tropicana 96 oz => brand.name = Tropicana Premium 96 oz, partial 0.57\n"},
        {"white mug", "white mug => description = WHITE LEATHER MUG, partial 0.60\n"},
        /* too common, too short, no more than a year, in another order, begun or ended by a word of grammar */
        {"64 oz", ""},
        {"class", ""},
        {"3", ""},
        {"2014", ""},
        {"64", ""},
        {"chand tamara", "chand => customer.name = 2 with 'Chand' (Sanjit Chand), partial 0.45\n"
                         "tamara => customer.name = 2 beginning with 'Tamara' (Tamara Chand), partial 0.45\n"},
        {"face the north", "face => description = THE NORTH FACE, partial 0.50\n"
                           "north => description = THE NORTH FACE, partial 0.50\n"},
    };
    check(cases, COUNT_OF(cases));
}

/* "bag" is in too many values to mean them, however few have what follows it in the question. */
TEST(a_common_word_is_no_part_because_of_grammar) {
    Fixture f;
    fixture_init(&f);
    Str text = S("thing.name: Bag in Red | Bag in Blue | Red Hat");
    for (int i = 0; i < 60; i++) text = arena_printf(f.arena, "%.*s | Bag %d | Hat %d", STR_ARG(text), i, i);
    const char *sets[] = {arena_cstr(f.arena, text)};
    fixture_write(&f, sets, 1, 1);
    assert_true(check_found(&f, "bag in germany", ""));
    assert_true(check_found(&f, "of bag", ""));
    assert_true(check_found(&f, "bag in red", "bag in red => thing.name = Bag in Red, exact 0.00\n"));
    assert_true(check_found(&f, "the red", "red => thing.name = 2 with 'Red' (Bag in Red), partial 0.45\n"));
    fixture_free(&f);
}

TEST(typing_errors) {
    static const Case cases[] = {
        {"furnture", "furnture => kind = Furniture, edit1 0.50\n"},      /* a letter less */
        {"tehcnology", "tehcnology => kind = Technology, edit1 0.50\n"}, /* two swapped */
        {"germeny", "germeny => country = Germany, edit1 0.50\n"},       /* another */
        {"gerrmany", "gerrmany => country = Germany, edit1 0.50\n"},     /* one more */
        {"tehcnolgoy", "tehcnolgoy => kind = Technology, edit2 0.90\n"}, /* two swaps */
        {"nehterlnds", "nehterlnds => country = Netherlands, edit2 0.90\n"},
        {"dermany", "dermany => country = Germany, edit1 0.70\n"}, /* the first letter */
        {"phnoes", "phnoes => kind = Phones, edit1 0.50\n"},
        {"tabels", "tabels => kind = Tables, edit1 0.50\ntabels => kind = Labels, edit1 0.70\n"},
        {"minute mayd 64 oz", "minute mayd 64 oz => brand.name = Minute Maid 64 oz, edit1 0.50\n"},
        {"tropicna premum 64 oz", "tropicna premum 64 oz => brand.name = Tropicana Premium 64 oz, edit1 0.80\n"},
        {"tropicna", "tropicna => brand.name = 3 beginning with 'Tropicana' (Tropicana 64 oz), edit1 1.00\n"},
        {"tamara chnd", "tamara chnd => customer.name = Tamara Chand, edit1 0.50\n"
                        "tamara => customer.name = 2 beginning with 'Tamara' (Tamara Chand), partial 0.45\n"},
        {"weather", ""},  /* known: not "leather" */
        {"wather", ""},   /* one error from no word here */
        {"yrk", ""},      /* too short */
        {"furxtuxe", ""}, /* two errors in eight letters, three in all */
        {"14912", ""},    /* numbers have no typing errors */
        {"ca-2014-1235", ""},
    };
    check(cases, COUNT_OF(cases));
}

TEST(spaces) {
    static const Case cases[] = {
        {"regency cake stand 3 tier",
         "regency cake stand 3 tier => description = REGENCY CAKESTAND 3 TIER, edit1 0.20\n"},
        {"cake stand", "cake stand => description = REGENCY CAKESTAND 3 TIER, edit1 0.72\n"},
        {"standardclass by kind", "standardclass => ship_mode = Standard Class, edit1 0.20\n"},
        {"treefresh 64 oz", "treefresh 64 oz => brand.name = Tree Fresh 64 oz, edit1 0.20\n"},
        {"hewlettpackard",
         "hewlettpackard => description = 2 beginning with 'Hewlett-Packard' (Hewlett-Packard Jet), edit1 0.60\n"},
        {"book cases", "book cases => kind = Bookcases, edit1 0.20\n"},
        {"minutechand", ""}, /* both are there, but not together */
    };
    check(cases, COUNT_OF(cases));
}

TEST(at_most_so_many) {
    Fixture f;
    const AskToken *tokens = NULL;
    const AskValueMatch *matches = NULL;
    size_t n_tokens = 0, n = 0;
    fixture_init(&f);
    fixture_write(&f, SHOP, COUNT_OF(SHOP), 1);
    OK(&f, ask_tokenize(f.arena, S("regency cakestand, phone, york"), &tokens, &n_tokens, &f.err));
    ask_values_find(f.arena, f.values, tokens, n_tokens, NULL, 3, &matches, &n);
    assert_int_equal(n, 3); /* the most certain, in the question's order */
    assert_true(str_eq(matches[0].value, S("Phones")) && str_eq(matches[1].value, S("York")));
    assert_true(str_eq(matches[1].member, S("from.city")) && str_eq(matches[2].member, S("to.city")));
    ask_values_find(f.arena, f.values, tokens, n_tokens, NULL, 0, &matches, &n);
    assert_int_equal(n, 0);
    fixture_free(&f);
}

/* The words that typing errors lead to are those that comparing with every word of the index gives. */
TEST(near_words_are_those_of_a_full_search) {
    Fixture f;
    uint64_t seed = 7;
    fixture_init(&f);
    VEC(Str) words = {0};
    for (size_t i = 0; i < 3000; i++) {
        char word[16];
        size_t n = 4 + (seed >> 33) % 9;
        for (size_t k = 0; k < n; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            word[k] = (char)('a' + (seed >> 33) % 4); /* few letters: many are near */
        }
        VEC_PUSH(f.arena, &words, arena_str(f.arena, (Str){word, n}));
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    }
    ValuesInput input = {.key = S("w"), .names = words.at, .n_names = 1, .n_values = words.n};
    input.values = ARENA_ARRAY(f.arena, TextRows, words.n);
    for (size_t i = 0; i < words.n; i++) input.values[i] = (TextRows){words.at[i], 1};
    OK(&f, values_write(&input, 1, &(ValuesStamp){.data_version = 1}, NULL, f.path, &f.err));
    OK(&f, ask_values_open(f.path, &f.values, &f.err));
    for (size_t i = 0; i < 300; i++) {
        Str asked = words.at[i * 7];
        char *p = arena_dup(f.arena, asked.p, asked.n);
        char c = p[i % (asked.n - 1)]; /* swap two, and replace one */
        p[i % (asked.n - 1)] = p[i % (asked.n - 1) + 1];
        p[i % (asked.n - 1) + 1] = c;
        if (i % 3 == 0) p[(i * 5) % asked.n] = 'a';
        Str word = {p, asked.n};
        int best = 3;
        size_t n_best = 0;
        for (uint32_t w = 0; w < f.values->n[VALUES_WORDS]; w++) {
            Str text = values_text(f.values, values_word(f.values, w)->text);
            int allowed = MIN_OF(text.n, word.n) >= VALUES_EDIT2_MIN_BYTES ? 2 : 1,
                n_edits = str_distance(text, word, 2);
            if (n_edits < 1 || n_edits > allowed || n_edits > best) continue;
            n_best = n_edits < best ? 1 : n_best + 1;
            best = n_edits;
        }
        ValuesNear near[256];
        size_t n = values_near(f.values, word, NULL, near, COUNT_OF(near));
        if (n != n_best || (n && near[0].n_edits != best))
            fail_msg("%.*s: %zu words at %d edits, not %zu at %d", STR_ARG(word), n, n ? near[0].n_edits : 0, n_best,
                     best);
    }
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_values),
                                       cmocka_unit_test(values_that_are_written_alike),
                                       cmocka_unit_test(words_that_need_no_value),
                                       cmocka_unit_test(endings),
                                       cmocka_unit_test(parts),
                                       cmocka_unit_test(a_common_word_is_no_part_because_of_grammar),
                                       cmocka_unit_test(typing_errors),
                                       cmocka_unit_test(spaces),
                                       cmocka_unit_test(at_most_so_many),
                                       cmocka_unit_test(near_words_are_those_of_a_full_search)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
