/*
 * Members that only some may see. For whoever lacks the role a question gets what it would get from a model and data without them: their
 * words, their values, whole, in part or misspelt, and what is made of them are unknown, and nothing suggests them.
 */
#include "query/visible_fixture.h"

#include "engine_fixture.h"

static const char *const QUESTIONS[] = {
    "trips by name",
    "trips by rider",
    "trips by rider name",
    "trips of Ada",
    "trips of ada or bo",
    "trips of Adaa",
    "trips in the rain",
    "trips in drizzle",
    "trips in drizle",
    "trips by weather",
    "trips by wether",
    "trips with unknown weather",
    "distance in the fog by bike",
    "minutes by bike",
    "average minutes",
    "length of a ride",
    "total minutes in 2021",
    "trips with more than 20 minutes",
    "dry trips",
    "trips with no rain",
    "easy trips",
    "long trips",
    "cost by station",
    "spending by station",
    "spendng by station",
    "repairs by station",
    "cost",
    "most expensive station",
    "how is cost computed?",
    "what is spending?",
    "what can you do?",
    "help",
    "trips per rider",
    "how many riders",
    "top 3 riders",
    "which rider has most trips",
    "trips of riders with plan day",
    "trips in Ulm",
    "trips by bike in Bonn",
    "trips of b1",
    "the best",
    "best rider",
    "share of trips by weather",
    "trips of Snow",
    "trips by dry",
    "riders by weather",
};

typedef struct Eyes {
    Questions q;
    Security security;
} Eyes;

/* form: see fixture_form. */
static void eyes_open(Eyes *e, int form, const Str *roles, size_t n_roles) {
    questions_open(&e->q);
    Fixture *f = &e->q.f;
    fixture_form(f, form);
    e->security = rider_of(roles, n_roles);
    f->ctx.security = &e->security;
    ask_values_close(e->q.values);
    OK(f, ask_values_build(&f->ctx, f->conn, f->model, NULL, NULL, e->q.values_path, &f->err));
    OK(f, ask_values_open(e->q.values_path, &e->q.values, &f->err));
    OK(f, ask_engine_new(f->arena, model_of(&f->ctx), e->q.grammar, e->q.values, e->q.words, &e->q.engine, &f->err));
    e->q.engine = ask_engine_weigh(f->arena, e->q.engine, e->q.weights);
}

/* What is said to a question, its words that are unknown, and what each word may mean. */
static Str all_said(Eyes *e, Arena *arena, const char *question) {
    const AskAnswer *answer = questions_ask(&e->q, arena, str_of(question), NULL);
    const AskResult *result = answer->result;
    Str all = answer->is_told ? S("") : questions_outcome(arena, answer);
    all = arena_printf(arena, "%.*s%.*s\n", STR_ARG(all), STR_ARG(answer->sentence));
    for (size_t i = 0; i < result->n_unknown; i++)
        all = arena_printf(arena, "%.*sunknown: %.*s\n", STR_ARG(all), STR_ARG(result->unknown[i]));
    AskExplained explained = ask_explain(arena, result);
    for (size_t i = 0; i < explained.n_tokens; i++)
        for (size_t s = 0; s < explained.tokens[i].n_senses; s++) {
            const AskExplainedSense *sense = &explained.tokens[i].senses[s];
            all = arena_printf(arena, "%.*s%.*s: %.*s %.*s %.2f\n", STR_ARG(all), STR_ARG(sense->words),
                               STR_ARG(sense->kind), STR_ARG(sense->what), sense->cost);
        }
    return all;
}

TEST(without_the_role_it_is_not_there) {
    Eyes restricted, absent;
    eyes_open(&restricted, 1, NULL, 0);
    eyes_open(&absent, 2, NULL, 0);
    int n_wrong = 0;
    for (size_t i = 0; i < COUNT_OF(QUESTIONS); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Str is = all_said(&restricted, arena, QUESTIONS[i]), want = all_said(&absent, arena, QUESTIONS[i]);
        if (str_eq(is, want)) continue;
        print_error("-- %s\n is\n%.*s want\n%.*s\n", QUESTIONS[i], STR_ARG(is), STR_ARG(want));
        n_wrong++;
    }
    assert_int_equal(n_wrong, 0);
    questions_close(&restricted.q);
    questions_close(&absent.q);
}

TEST(with_the_role_it_is) {
    static const Str board[] = {S_INIT("board")};
    static const char *const cases[][2] = {
        {"trips in drizzle",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"weather\",\"op\":\"in\",\"values\":[\"Drizzle\"]}]}\n"},
        {"spending by station", "{\"measures\":[\"cost\"],\"dimensions\":[\"station.name\"]}\n"},
        {"trips of Ada",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"rider.name\",\"op\":\"in\",\"values\":[\"Ada\"]}]}\n"},
    };
    Eyes eyes;
    eyes_open(&eyes, 1, board, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str is = questions_outcome(eyes.q.f.arena, questions_ask(&eyes.q, eyes.q.f.arena, str_of(cases[i][0]), NULL));
        if (!str_eq(is, str_of(cases[i][1]))) fail_msg("%s: %.*s", cases[i][0], STR_ARG(is));
    }
    questions_close(&eyes.q);
}

/* "Dri" is nearer to a hidden value's word than to one that may be seen: that one is found all the same. */
TEST(a_hidden_value_does_not_stand_before_another) {
    Eyes eyes;
    eyes_open(&eyes, 1, NULL, 0);
    fixture_run(&eyes.q.f, "UPDATE gold.dim_station SET name = 'Southern' WHERE name = 'South'");
    fixture_run(&eyes.q.f, "UPDATE gold.fact_trip SET weather = 'Southerly' WHERE weather = 'Snow'");
    Fixture *f = &eyes.q.f;
    ask_values_close(eyes.q.values);
    OK(f, ask_values_build(&f->ctx, f->conn, f->model, NULL, NULL, eyes.q.values_path, &f->err));
    OK(f, ask_values_open(eyes.q.values_path, &eyes.q.values, &f->err));
    OK(f, ask_engine_new(f->arena, model_of(&f->ctx), eyes.q.grammar, eyes.q.values, eyes.q.words, &eyes.q.engine,
                         &f->err));
    eyes.q.engine = ask_engine_weigh(f->arena, eyes.q.engine, eyes.q.weights);
    const AskAnswer *answer = questions_ask(&eyes.q, f->arena, S("repairs at Southerlm"), NULL);
    Str is = questions_outcome(f->arena, answer);
    assert_true(str_find(is, S("Southerly")) < 0);
    assert_true(str_find(is, S("Southern")) >= 0);
    questions_close(&eyes.q);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(without_the_role_it_is_not_there),
                                       cmocka_unit_test(with_the_role_it_is),
                                       cmocka_unit_test(a_hidden_value_does_not_stand_before_another)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
