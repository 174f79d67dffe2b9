#include "ask/ask_fixture.h"

#include <string.h>

static Str normal(Arena *arena, Str text) {
    AskNormal out = {0};
    Err err = {0};
    if (ask_normalise(arena, text, &out, &err)) fail_msg("%s", err.message);
    return out.text;
}

TEST(normal_form) {
    Arena *arena = ((Fixture *)*state)->arena;
    ASSERT_STR(normal(arena, S("  Top\t 5\n\xC2\xA0items ")), "Top 5 items");
    ASSERT_STR(normal(arena, S("“don’t” ‘x’ 2013–2014")), "\"don't\" 'x' 2013-2014");
    ASSERT_STR(normal(arena, S("revenue—by region…")), "revenue - by region...");
    ASSERT_STR(normal(arena, S("２０１３ ＡＢ％")), "2013 AB%");
    ASSERT_STR(normal(arena, S("a\x07\xE2\x80\x8B\xE2\x80\xAE"
                               "b\xC2\xAD")),
               "ab");
    ASSERT_STR(normal(arena, S("Cafe\xCC\x81 Zu\xCC\x88rich")), "Café Zürich");
    ASSERT_STR(normal(arena, S("")), "");
    ASSERT_STR(normal(arena, S(" \n ")), "");
}

TEST(normal_form_knows_its_origin) {
    Arena *arena = ((Fixture *)*state)->arena;
    AskNormal out = {0};
    Err err = {0};
    Str text = S("  e\xCC\x81 \t“x");
    assert_int_equal(ask_normalise(arena, text, &out, &err), ERR_OK);
    ASSERT_STR(out.text, "é \"x");
    static const uint32_t from[] = {2, 2, 5, 7, 10}, to[] = {5, 5, 7, 10, 11};
    for (size_t i = 0; i < out.text.n; i++) {
        assert_int_equal(out.from[i], from[i]);
        assert_int_equal(out.to[i], to[i]);
    }
}

TEST(limits) {
    const Fixture *fixture = *state;
    AskTokens tokens = {0};
    AskNormal out = {0};
    Err err = {0};
    char *text = arena_alloc(fixture->arena, ASK_TEXT_MAX_BYTES + 1);
    memset(text, 'a', ASK_TEXT_MAX_BYTES + 1);
    assert_int_equal(ask_normalise(fixture->arena, (Str){text, ASK_TEXT_MAX_BYTES + 1}, &out, &err), ERR_TOO_LARGE);
    assert_int_equal(ask_tokenise(fixture->words, fixture->arena, (Str){text, ASK_TEXT_MAX_BYTES}, &tokens, &err),
                     ERR_OK);
    assert_int_equal(tokens.n, 1);
    memset(text, '7', ASK_TEXT_MAX_BYTES); /* larger than any number */
    assert_int_equal(ask_tokenise(fixture->words, fixture->arena, (Str){text, ASK_TEXT_MAX_BYTES}, &tokens, &err),
                     ERR_OK);
    assert_true(tokens.n == 1 && tokens.at[0].kind == ASK_WORD);
    for (size_t i = 0; i < 2 * ASK_TOKENS_MAX + 2; i += 2) memcpy(text + i, "a ", 2);
    assert_int_equal(ask_tokenise(fixture->words, fixture->arena, (Str){text, 2 * ASK_TOKENS_MAX}, &tokens, &err),
                     ERR_OK);
    assert_int_equal(tokens.n, ASK_TOKENS_MAX);
    assert_int_equal(ask_tokenise(fixture->words, fixture->arena, (Str){text, 2 * ASK_TOKENS_MAX + 2}, &tokens, &err),
                     ERR_TOO_LARGE);
    assert_int_equal(ask_normalise(fixture->arena, S("ab\xFF"), &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "byte 3"));
}

/* Tokens as text: norm, "~" before what is joined and its sign, "#" for numbers, "!" for punctuation. */
static Str shown(const Fixture *fixture, Str text) {
    AskTokens tokens = {0};
    Err err = {0};
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 20);
    if (ask_tokenise(fixture->words, fixture->arena, text, &tokens, &err)) fail_msg("%s", err.message);
    for (size_t i = 0; i < tokens.n; i++) {
        const AskToken *t = &tokens.at[i];
        assert_true(t->from < t->to && t->to <= text.n && t->text.p == text.p + t->from &&
                    t->text.n == t->to - t->from);
        if (t->has_space && i) buf_add_char(&buf, ' ');
        if (t->join) buf_printf(&buf, "~%c", t->join);
        if (!t->join && !t->has_space) buf_add(&buf, S("+"));
        if (t->kind != ASK_WORD) buf_add(&buf, t->kind == ASK_NUMBER ? S("#") : S("!"));
        buf_add(&buf, t->norm);
    }
    return arena_str(fixture->arena, buf_str(&buf));
}

TEST(words) {
    const Fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"Top Products, please?", "top products+!, please+!?"},
        {"year-over-year", "year~-over~-year"},
        {"the customer's", "the customer~''s"},
        {"customers' orders", "customers+!' orders"},
        {"Don't I can’t we won't", "do~'not i can~'not we will~'not"},
        {"we'll they've I'm it'd you're", "we~'will they~'have i~'am it~'would you~'are"},
        {"O'Brien", "o~'brien"},
        {"order_line.quantity", "order~_line+!.+quantity"},
        {"the U.S. and U.K.", "the us and uk"},
        {"at 5 a.m.", "at #5 am"},
        {"R&D", "r+!&+d"},
        {"- a -b", "!- a !-+b"},
        {"a -- b", "a !-+!- b"},
        {"Straße ÀÉ", "strasse àé"},
        {"東京 sales", "東京 sales"},
        {"Q3 H1 85123a 2XL", "q3 h1 85123a 2xl"},
        {"'quoted'", "!'+quoted+!'"},
        {"2013's best", "#2013~''s best"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str actual = shown(fixture, str_of(cases[i][0]));
        const char *expected = cases[i][1];
        if (!str_eq(actual, str_of(expected))) fail_msg("'%s':\n  %.*s\n  %s", cases[i][0], STR_ARG(actual), expected);
    }
}

TEST(numbers) {
    const Fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"10-20", "#10~-#20"},
        {"10 - 20", "#10 !- #20"},
        {"2013-01-05", "#2013~-#01~-#05"},
        {"05.01.2013", "#05+!.+#01+!.+#2013"},
        {"10:30", "#10+!:+#30"},
        {"$5-$10", "#$5~-#$10"},
        {"30%-40%", "#30%~-#40%"},
        {"CG-12520", "cg~-#12520"},
        {"1,00", "#1+!,+#00"},
        {"1,000,00", "#1,000+!,+#00"},
        {"over 5.", "over #5+!."},
        {"2.5kg", "#2.5+kg"},
        {"> -5 (-5)", "!> #-5 !(+#-5+!)"},
        {"$", "!$"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str actual = shown(fixture, str_of(cases[i][0]));
        const char *expected = cases[i][1];
        const char *seen = actual.p[0] == '+' ? actual.p + 1 : actual.p;
        if (strcmp(seen, expected) != 0) fail_msg("'%s':\n  %s\n  %s", cases[i][0], seen, expected);
    }
}

static AskToken only(const Fixture *fixture, Str text) {
    AskTokens tokens = {0};
    Err err = {0};
    assert_int_equal(ask_tokenise(fixture->words, fixture->arena, text, &tokens, &err), ERR_OK);
    if (tokens.n != 1) fail_msg("'%.*s': %zu tokens", STR_ARG(text), tokens.n);
    return tokens.at[0];
}

TEST(values_of_numbers) {
    const Fixture *fixture = *state;
    static const struct {
        const char *text;
        double value;
        const char *currency, *flags; /* %: percent, o: ordinal, s: scaled, w: whole */
    } cases[] = {
        {"12", 12, "", "w"},    {"1,000", 1000, "", "w"},    {"1,234,567.5", 1234567.5, "", ""},
        {".5", 0.5, "", ""},    {"1.5k", 1500, "", "s"},     {"2M", 2e6, "", "s"},
        {"3bn", 3e9, "", "s"},  {"-3", -3, "", "w"},         {"$5", 5, "$", "w"},
        {"5€", 5, "€", "w"},    {"-$5.25", -5.25, "$", ""},  {"$1.5m", 1.5e6, "$", "s"},
        {"30%", 30, "", "%w"},  {"12.5 %", 12.5, "", "%"},   {"3rd", 3, "", "ow"},
        {"21ST", 21, "", "ow"}, {"1,000th", 1000, "", "ow"}, {"2.35m", 2.35e6, "", "s"},
        {"007", 7, "", "w"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AskToken token = only(fixture, str_of(cases[i].text));
        const AskNumber *n = &token.number;
        char flags[5] = "";
        size_t k = 0;
        if (n->is_percent) flags[k++] = '%';
        if (n->is_ordinal) flags[k++] = 'o';
        if (n->is_scaled) flags[k++] = 's';
        if (n->is_whole) flags[k++] = 'w';
        bool is_same = n->value >= cases[i].value && n->value <= cases[i].value && strcmp(flags, cases[i].flags) == 0 &&
                       str_eq(n->currency, str_of(cases[i].currency));
        if (token.kind != ASK_NUMBER || !is_same)
            fail_msg("'%s': %g '%.*s' %s", cases[i].text, n->value, STR_ARG(n->currency), flags);
    }
    AskToken word = only(fixture, S("750ml"));
    assert_true(word.kind == ASK_WORD && word.number.n_digits == 3 && word.number.value >= 750 &&
                word.number.value <= 750);
    assert_int_equal(only(fixture, S("ml750")).number.n_digits, 0);
}

TEST(forms_of_tokens) {
    AskToken token = only(*state, S("Shipments"));
    ASSERT_STR(token.text, "Shipments");
    ASSERT_STR(token.norm, "shipments");
    ASSERT_STR(token.lemma, "shipment");
    ASSERT_STR(token.stem, "shipment");
    token = only(*state, S(" 1,000 "));
    assert_true(token.from == 1 && token.to == 6);
    ASSERT_STR(token.lemma, "1,000");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_form),     cmocka_unit_test(normal_form_knows_its_origin),
        cmocka_unit_test(limits),          cmocka_unit_test(words),
        cmocka_unit_test(numbers),         cmocka_unit_test(values_of_numbers),
        cmocka_unit_test(forms_of_tokens),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
