/* Tokens. A token is shown as its norm, a number as #value with its unit and, of an ordinal, a dot; ~ before it: joined to the one
 * before; punctuation in quotes. */
#include "test.h"

#include "ask/ask_text.h"

#include <string.h>

static const char *shown(Arena *arena, Str question) {
    const AskToken *tokens = NULL;
    size_t n = 0;
    Err err = {0};
    if (ask_tokenize(arena, question, &tokens, &n, &err))
        return err.message[0] ? arena_cstr(arena, str_of(err.message)) : "?";
    Str all = S("");
    for (size_t i = 0; i < n; i++) {
        const AskToken *token = &tokens[i];
        Str one = token->norm;
        char number[REAL_TEXT_MAX];
        if (token->kind == ASK_TOKEN_PUNCT) one = arena_printf(arena, "'%.*s'", STR_ARG(token->norm));
        if (token->kind == ASK_TOKEN_NUMBER)
            one = arena_printf(arena, "#%.*s%.*s%s", (int)real_print(token->number, number), number,
                               STR_ARG(token->unit), token->is_ordinal ? "." : "");
        all =
            arena_printf(arena, "%.*s%s%s%.*s", STR_ARG(all), i ? " " : "", token->is_joined ? "~" : "", STR_ARG(one));
        assert_true(token->from < token->to && token->to <= question.n && (i == 0 || token->from >= tokens[i - 1].to));
        assert_true(str_eq(token->text, str_slice(question, token->from, token->to)));
        assert_true(token->lemma.n && token->stem.n);
    }
    return arena_cstr(arena, all);
}

static void check(const char *const cases[][2], size_t n) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    int n_wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const char *got = shown(arena, str_of(cases[i][0]));
        if (strcmp(got, cases[i][1]) == 0) continue;
        print_error("%s\n  is   %s\n  want %s\n", cases[i][0], got, cases[i][1]);
        n_wrong++;
    }
    assert_int_equal(n_wrong, 0);
}

TEST(words) {
    static const char *const cases[][2] = {
        {"Total Sales by region?", "total sales by region ~'?'"},
        {"year-over-year", "year ~'-' ~over ~'-' ~year"},
        {"customer\xE2\x80\x99s orders", "customer ~'s orders"},
        {"customers' orders", "customers ~''' orders"},
        {"we don't, can't, won't and haven't", "we do ~not ~',' can ~not ~',' will ~not and have ~not"},
        {"I'm, we've, they'll, you're, he'd", "i ~am ~',' we ~have ~',' they ~will ~',' you ~are ~',' he ~would"},
        {"Cote d'Ivoire", "cote d ~''' ~ivoire"},
        {"t's 'quoted'", "t ~'s ''' ~quoted ~'''"},
        {"rock'n't", "rock ~''' ~n ~''' ~t"},
        {"Fr\xC3\xBChling", "fr\xC3\xBChling"},
        {"Fru\xCC\x88hling", "fr\xC3\xBChling"},
        {"STRA\xC3\x9F"
         "E",
         "strasse"},
        {"so\xC2\xAD"
         "fa",
         "sofa"},
        {"a\xC2\xA0"
         "b\tc\nd\x01"
         "e",
         "a b c d e"},
        {"\xEF\xBB\xBFsales", "sales"},
        {"A \xE2\x80\x93 B \xE2\x80\x9Cx\xE2\x80\x9D", "a '-' b '\"' ~x ~'\"'"},
        {"order_id & name", "order ~'_' ~id '&' name"},
        {"\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82", "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82"},
        {"\xF0\x9F\x98\x80", "'\xF0\x9F\x98\x80'"},
        {"", ""},
        {"  ", ""},
    };
    check(cases, COUNT_OF(cases));
}

TEST(numbers) {
    static const char *const cases[][2] = {
        {"1,000 or 1,234,567.89", "#1000 or #1234567.89"},
        {"1.5k 2m 3bn 10K", "#1500 #2000000 #3000000000 #10000"},
        {"30% 30 % $5,000 $ 5 \xE2\x82\xAC"
         "3 3 \xE2\x82\xAC \xC2\xA3"
         "2.50 $1.2m",
         "#30% #30% #5000$ #5$ #3€ #3€ #2.5£ #1200000$"},
        {"what % of", "what '%' of"},
        {"3rd 1st 22ND 4th", "#3. #1. #22. #4."},
        {"2.5th", "#2.5 ~th"},
        {"64oz 64 oz 85123A", "#64 ~oz #64 oz #85123 ~a"},
        {"Q3 H1 FY2014 w12 Q3'13", "q3 h1 fy2014 w12 q3 ~''' ~#13"},
        {"2013Q3 2013-Q3", "#2013 ~q3 #2013 ~'-' ~q3"},
        {"2014-03-07", "#2014 ~'-' ~#3 ~'-' ~#7"},
        {"10-20, 3/4", "#10 ~'-' ~#20 ~',' #3 ~'/' ~#4"},
        {"12.03.2014 12/31/2014", "#12 ~'.' ~#3 ~'.' ~#2014 #12 ~'/' ~#31 ~'/' ~#2014"},
        {"10:30", "#10 ~':' ~#30"},
        {"2011,2012 and 1,2", "#2011 ~',' ~#2012 and #1 ~',' ~#2"},
        {"week 5.", "week #5 ~'.'"},
        {".5 0.5 a.5", "#0.5 #0.5 a ~'.' ~#5"},
        {"1990s 2014's", "#1990 ~s #2014 ~'s"},
        {"CA-2014-1234", "ca ~'-' ~#2014 ~'-' ~#1234"},
        {"007", "#7"},
        {"-5 and $x", "'-' ~#5 and '$' ~x"},
    };
    check(cases, COUNT_OF(cases));
}

TEST(stems) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const AskToken *tokens = NULL;
    size_t n = 0;
    Err err = {0};
    assert_int_equal(ask_tokenize(arena, S("Phones cities profitable isn't 64oz"), &tokens, &n, &err), ERR_OK);
    assert_true(str_eq(tokens[0].stem, S("phone")) && str_eq(tokens[1].stem, S("citi")));
    assert_true(str_eq(tokens[2].stem, S("profit")) && str_eq(tokens[3].stem, S("is")) &&
                str_eq(tokens[3].text, S("is")));
    assert_true(str_eq(tokens[4].text, S("n't")) && str_eq(tokens[5].stem, S("64")));
    assert_int_equal(n, 7);
}

TEST(limits) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    char *text = arena_alloc(arena, ASK_MAX_BYTES + 1);
    const AskToken *tokens = NULL;
    size_t n = 0;
    Err err = {0};
    memset(text, 'a', ASK_MAX_BYTES + 1);
    assert_int_equal(ask_tokenize(arena, (Str){text, ASK_MAX_BYTES + 1}, &tokens, &n, &err), ERR_TOO_LARGE);
    assert_int_equal(ask_tokenize(arena, (Str){text, ASK_MAX_BYTES}, &tokens, &n, &err), ERR_OK);
    assert_int_equal(n, 1);
    memset(text, '9', ASK_MAX_BYTES); /* more than a double holds: a word */
    assert_int_equal(ask_tokenize(arena, (Str){text, ASK_MAX_BYTES}, &tokens, &n, &err), ERR_OK);
    assert_true(n == 1 && tokens[0].kind == ASK_TOKEN_WORD);
    memset(text, '?', ASK_MAX_TOKENS + 1);
    assert_int_equal(ask_tokenize(arena, (Str){text, ASK_MAX_TOKENS}, &tokens, &n, &err), ERR_OK);
    assert_int_equal(n, ASK_MAX_TOKENS);
    assert_int_equal(ask_tokenize(arena, (Str){text, ASK_MAX_TOKENS + 1}, &tokens, &n, &err), ERR_TOO_LARGE);
    assert_int_equal(ask_tokenize(arena, S("ab\xFF"), &tokens, &n, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "byte 3"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(numbers), cmocka_unit_test(stems),
                                       cmocka_unit_test(limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
