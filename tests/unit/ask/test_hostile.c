/*
 * Questions that nobody means: whatever is typed costs bounded time and memory and gets its right status; and the same question of the
 * same data is answered alike, again and by an engine made anew.
 */
#include "engine_fixture.h"

#include <sys/resource.h>

/* With sanitizers everything takes many times as long, on a busy machine a few times that. */
enum { MAX_MS = 1000, SLOW = 20 };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const int64_t LIMIT_MS = (int64_t)MAX_MS * SLOW;
#else
static const int64_t LIMIT_MS = MAX_MS;
#endif
static const long MAX_MORE_KB = 600L << 10;

typedef struct Outcome {
    ErrCode code;
    AskStatus status;
    int64_t cpu_us;
} Outcome;

static int64_t cpu_us(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static long peak_kb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static Outcome read_once(Questions *q, Str question, const AskTurn *before) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const AskResult *result = NULL;
    Ctx ctx = q->f.ctx;
    ctx.arena = arena;
    Err err = {0};
    int64_t start = cpu_us();
    ErrCode code = ask_read(&ctx, q->engine, question, before, &result, &err);
    assert_int_equal(code, err.code);
    return (Outcome){.code = code, .status = code ? ASK_ERROR : result->status, .cpu_us = cpu_us() - start};
}

/* It costs little, alone and as a follow-up. */
static Outcome costs_little(Questions *q, const char *what, Str question) {
    const AskTurn no_turn = {0};
    AskTurn turn = no_turn;
    questions_ask(q, q->f.arena, S("trips by bike in january 2021"), &turn);
    assert_non_null(turn.frame);
    long before_kb = peak_kb();
    Outcome alone = read_once(q, question, NULL), follow = read_once(q, question, &turn);
    int64_t longest = MAX_OF(alone.cpu_us, follow.cpu_us) / 1000;
    if (longest > LIMIT_MS) fail_msg("%s takes %" PRId64 " ms", what, longest);
    if (peak_kb() - before_kb > MAX_MORE_KB) fail_msg("%s takes %ld kB", what, peak_kb() - before_kb);
    assert_int_equal(alone.code, follow.code);
    return alone;
}

static Str times(Questions *q, const char *text, size_t n) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 24);
    for (size_t i = 0; i < n; i++) buf_add(&buf, str_of(text));
    return arena_str(q->f.arena, buf_str(&buf));
}

static void refused(Questions *q, const char *what, Str question, ErrCode code) {
    Outcome outcome = costs_little(q, what, question);
    if (outcome.code != code) fail_msg("%s: code %d, not %d", what, outcome.code, code);
}

static void declined(Questions *q, const char *what, Str question) {
    Outcome outcome = costs_little(q, what, question);
    if (outcome.code || outcome.status != ASK_DECLINED)
        fail_msg("%s: code %d, status %d", what, outcome.code, outcome.status);
}

TEST(what_is_too_long_is_refused_or_declined) {
    Questions q;
    questions_open(&q);
    refused(&q, "1 MB of one word", times(&q, "a", 1 << 20), ERR_TOO_LARGE);
    refused(&q, "1 MB of words", times(&q, "trips by ", 1 << 17), ERR_TOO_LARGE);
    refused(&q, "1 MB of nothing", times(&q, " ", 1 << 20), ERR_TOO_LARGE);
    refused(&q, "10,000 words", times(&q, "trips ", 10000), ERR_TOO_LARGE);
    refused(&q, "513 words", times(&q, "trips ", 513), ERR_TOO_LARGE);
    declined(&q, "512 words", times(&q, "trips ", 512));
    declined(&q, "the same word 500 times", times(&q, "trips ", 500));
    declined(&q, "121 words", times(&q, "trips ", 121));
    declined(&q, "60 kB of one word", times(&q, "z", 60000));
    declined(&q, "60 kB of one digit", times(&q, "9", 60000));
    questions_close(&q);
}

TEST(what_is_no_text_is_refused) {
    Questions q;
    questions_open(&q);
    refused(&q, "a lone byte", S("trips by \xFF"), ERR_INVALID);
    refused(&q, "a cut sequence", S("trips by m\xC3"), ERR_INVALID);
    refused(&q, "a surrogate", S("\xED\xA0\x80 trips"), ERR_INVALID);
    refused(&q, "an overlong slash", S("trips\xC0\xAF"), ERR_INVALID);
    questions_close(&q);
}

TEST(control_characters_are_white_space) {
    Questions q;
    questions_open(&q);
    static const char nul[] = "trips\0by\0month";
    Outcome outcome = costs_little(&q, "NUL", (Str){nul, sizeof(nul) - 1});
    assert_int_equal(outcome.status, ASK_ANSWERED);
    outcome = costs_little(&q, "control characters", S("\x01trips\x1B\x07 by\r\n\tmonth\x7F"));
    assert_int_equal(outcome.status, ASK_ANSWERED);
    declined(&q, "nothing but control characters", S("\x01\x02\x03\x1B\x7F"));
    declined(&q, "nothing", S(""));
    declined(&q, "white space", times(&q, " \t\n", 1000));
    questions_close(&q);
}

TEST(what_is_deep_or_all_punctuation_costs_little) {
    Questions q;
    questions_open(&q);
    costs_little(
        &q, "brackets",
        arena_printf(q.f.arena, "trips by %.*sbike%.*s", STR_ARG(times(&q, "(", 55)), STR_ARG(times(&q, ")", 55))));
    costs_little(&q, "open brackets", times(&q, "(", 120));
    costs_little(&q, "many open brackets", times(&q, "(", 500));
    costs_little(&q, "closed brackets", times(&q, ")", 120));
    declined(&q, "question marks", times(&q, "?", 400));
    costs_little(&q, "commas", times(&q, ",", 120));
    costs_little(&q, "quotes", times(&q, "\"'", 60));
    costs_little(&q, "hyphens", times(&q, "-", 120));
    costs_little(&q, "stops", times(&q, ". ", 120));
    costs_little(&q, "all kinds", times(&q, "!@#$%^&*()_+-=[]{}|;':\",./<>?`~", 4));
    costs_little(&q, "symbols", times(&q, "\xF0\x9F\x9A\xB2 ", 60));
    costs_little(&q, "combining marks", arena_printf(q.f.arena, "e%.*s trips", STR_ARG(times(&q, "\xCC\x81", 1000))));
    questions_close(&q);
}

/* As many words as are read at all, of those that mean the most. */
TEST(the_longest_questions_cost_little) {
    static const char *const words[] = {"trips ",
                                        "by ",
                                        "of ",
                                        "and ",
                                        "not ",
                                        "Ulm ",
                                        "Ada and ",
                                        "top 3 ",
                                        "2021 ",
                                        "week ",
                                        "but not ",
                                        "most ",
                                        "more than ",
                                        "trips by bike ",
                                        "january 2021 ",
                                        "in ",
                                        "b1, ",
                                        "5 to 6 ",
                                        "from 2020 to 2021 ",
                                        "distance over 5 ",
                                        "how many riders ",
                                        "never ",
                                        "per ",
                                        "share of ",
                                        "the ",
                                        "first ",
                                        "versus ",
                                        "than ",
                                        "long ",
                                        "drizle "};
    Questions q;
    questions_open(&q);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t n_words = 0;
        for (const char *p = words[i]; *p; p++) n_words += *p == ' ' || *p == ',';
        costs_little(&q, words[i], times(&q, words[i], 120 / n_words));
    }
    costs_little(&q, "all of them",
                 times(&q, "top 3 riders by distance and trips in Ulm but not in 2021 per bike, ", 7));
    questions_close(&q);
}

TEST(strange_numbers_cost_little) {
    static const char *const questions[] = {
        "top 99999999999999999999999999 riders by distance",
        "top 0 riders by distance",
        "top -5 riders by distance",
        "top 1e308 riders by distance",
        "trips with distance over 1e999",
        "trips with distance over 0.00000000000000000000000000000000001",
        "trips in the last 9223372036854775807 days",
        "trips in the last 99999999999 years",
        "repairs in week 18446744073709551616",
        "trips on 99 january 2021",
        "trips in 0000",
        "trips in 2021-99-99",
        "trips between 9999 and 1",
        "trips in 2021.5",
        "99999999999999999999 month moving average of trips",
        "trips with more than 1,000,000,000,000,000,000,000 billion minutes",
    };
    Questions q;
    questions_open(&q);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        costs_little(&q, questions[i], str_of(questions[i]));
        questions_ask(&q, q.f.arena, str_of(questions[i]), NULL); /* and what is read runs */
    }
    questions_close(&q);
}

/* ---- the same question --------------------------------------------------------------------------------------------- */

static Str everything(Questions *q, Str question) {
    const AskResult *result = questions_ask(q, q->f.arena, question, NULL)->result;
    Str all = arena_printf(q->f.arena, "%d %.17g %zu\n", (int)result->status, result->confidence, result->n_close);
    for (size_t i = 0; i < result->n_readings; i++)
        all = arena_printf(q->f.arena, "%.*s%.17g %.*s %.*s\n", STR_ARG(all), result->readings[i].cost,
                           STR_ARG(result->readings[i].json), STR_ARG(result->readings[i].trace));
    return all;
}

TEST(the_same_question_is_read_alike) {
    static const char *const questions[] = {"trips in Ulm",
                                            "top 3 riders by distance in januray 2021",
                                            "trips, riders and distance by city",
                                            "riders with trips in 2020 but not in 2021",
                                            "trips by zzyzx",
                                            "how many trips for each plan in the rain",
                                            "top 3 riders by distance and trips in Ulm but not in 2021 per bike"};
    Questions q;
    Str first[COUNT_OF(questions)];
    questions_open(&q);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        first[i] = everything(&q, str_of(questions[i]));
        assert_true(str_eq(everything(&q, str_of(questions[i])), first[i]));
    }
    questions_engine(&q);
    for (size_t i = COUNT_OF(questions); i-- > 0;) assert_true(str_eq(everything(&q, str_of(questions[i])), first[i]));
    Questions anew;
    questions_open(&anew);
    for (size_t i = 0; i < COUNT_OF(questions); i++)
        assert_true(str_eq(everything(&anew, str_of(questions[i])), first[i]));
    questions_close(&anew);
    questions_close(&q);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_too_long_is_refused_or_declined),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(control_characters_are_white_space),
        cmocka_unit_test(what_is_deep_or_all_punctuation_costs_little),
        cmocka_unit_test(the_longest_questions_cost_little),
        cmocka_unit_test(strange_numbers_cost_little),
        cmocka_unit_test(the_same_question_is_read_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
