/* Typing errors: what is read as what, that it is told, and that words which mean something are left alone. */
#include "engine_fixture.h"

/* The first reading's notes, one a line; "declined" or nothing where there is none. */
static Str notes_of(Questions *q, const char *question) {
    const AskAnswer *answer = questions_ask(q, q->f.arena, str_of(question), NULL);
    Str all = S("");
    if (answer->status == ASK_DECLINED) return S("declined");
    const AskReading *first = &answer->result->readings[0];
    for (size_t i = 0; i < first->n_notes; i++)
        all = arena_printf(q->f.arena, "%.*s%s%.*s", STR_ARG(all), i ? "; " : "", STR_ARG(first->notes[i]));
    return all;
}

TEST(a_correction_is_told) {
    static const char *const cases[][2] = {
        {"trips by rider", ""},
        {"trps by month", "'trps' read as 'trips'"},
        {"distence by ridder", "'distence' read as 'distance'; 'ridder' read as 'rider'"},
        {"how many trips in Januray 2021", "'Januray' read as 'january'"},
        {"DISTENCE BY MONTH", "'DISTENCE' read as 'distance'"},
    };
    Questions q;
    questions_open(&q);
    int n_wrong = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str notes = notes_of(&q, cases[i][0]);
        if (str_eq(notes, str_of(cases[i][1]))) continue;
        print_error("%s\n  is   %.*s\n  want %s\n", cases[i][0], STR_ARG(notes), cases[i][1]);
        n_wrong++;
    }
    assert_int_equal(n_wrong, 0);
    questions_close(&q);
}

/* The same query as without the error, and no surer of it. */
TEST(a_correction_gives_what_was_meant) {
    static const char *const cases[][2] = {
        {"distance by rider", "distence by rider"},
        {"trips in january 2021", "trips in januray 2021"},
        {"trips in drizzle", "trips in drizle"},
        {"repairs by station", "repiars by station"},
    };
    Questions q;
    questions_open(&q);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const AskAnswer *right = questions_ask(&q, q.f.arena, str_of(cases[i][0]), NULL);
        const AskAnswer *wrong = questions_ask(&q, q.f.arena, str_of(cases[i][1]), NULL);
        assert_int_equal(right->status, ASK_ANSWERED);
        assert_int_equal(wrong->status, ASK_ANSWERED);
        assert_true(str_eq(right->result->readings[0].json, wrong->result->readings[0].json));
        assert_true(right->result->readings[0].cost <= wrong->result->readings[0].cost);
        assert_true(right->result->confidence >= wrong->result->confidence);
    }
    questions_close(&q);
}

/* What is too far from everything is named, in the order of the question, and nothing else is. */
TEST(words_that_nothing_knows_are_named) {
    static const char *const cases[][2] = {
        {"trips by zzyzx", "zzyzx"},
        {"frobnication of trips by qwxyz", "frobnication qwxyz"},
        {"trips by colour in january 2021", "colour"},
        {"trips by month", ""},
    };
    Questions q;
    questions_open(&q);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const AskResult *result = questions_ask(&q, q.f.arena, str_of(cases[i][0]), NULL)->result;
        Str all = S("");
        for (size_t k = 0; k < result->n_unknown; k++)
            all = arena_printf(q.f.arena, "%.*s%s%.*s", STR_ARG(all), k ? " " : "", STR_ARG(result->unknown[k]));
        if (!str_eq(all, str_of(cases[i][1]))) fail_msg("%s: '%.*s'", cases[i][0], STR_ARG(all));
        assert_int_equal(result->status, all.n ? ASK_DECLINED : ASK_ANSWERED);
    }
    questions_close(&q);
}

TEST(without_an_index_no_value_is_known) {
    Questions q;
    questions_open(&q);
    AskValues *values = q.values;
    q.values = NULL;
    questions_engine(&q);
    assert_int_equal(questions_ask(&q, q.f.arena, S("trips by month"), NULL)->status, ASK_ANSWERED);
    assert_int_equal(questions_ask(&q, q.f.arena, S("trips in drizzle"), NULL)->status, ASK_DECLINED);
    q.values = values;
    q.words = NULL;
    questions_engine(&q);
    assert_int_equal(questions_ask(&q, q.f.arena, S("trips in drizzle"), NULL)->status, ASK_ANSWERED);
    questions_close(&q);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_correction_is_told),
        cmocka_unit_test(a_correction_gives_what_was_meant),
        cmocka_unit_test(words_that_nothing_knows_are_named),
        cmocka_unit_test(without_an_index_no_value_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
