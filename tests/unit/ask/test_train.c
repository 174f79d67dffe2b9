/* Weights as text, and what is learned from readings made by hand. */
#include "test.h"

#include "ask/ask_train.h"

#include <math.h>
#include <string.h>

/* ---- text ----------------------------------------------------------------------------------------------------------- */

TEST(weights_are_written_and_read) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AskWeights weights = ASK_WEIGHTS_INITIAL;
    const AskWeights *read = NULL;
    weights.at[ASK_FEATURE_SKIP_EVENT] = .1234;
    weights.most = 2;
    assert_int_equal(ask_weights_parse(arena, ask_weights_print(arena, &weights), S("w"), &read, NULL), ERR_OK);
    assert_memory_equal(read, &weights, sizeof(weights));
    assert_int_equal(ask_weights_parse(arena, S("# nothing\n\n skip_event 1 # much\n"), S("w"), &read, NULL), ERR_OK);
    assert_true(read->at[ASK_FEATURE_SKIP_EVENT] == 1);
    assert_true(read->at[ASK_FEATURE_GRAMMAR] == ASK_WEIGHTS_INITIAL.at[ASK_FEATURE_GRAMMAR]);
}

TEST(a_bad_weight_is_told) {
    static const struct {
        const char *text, *message;
    } bad[] = {{"part 1\nparts 2", "'parts'"},
               {"part", "'part' is no number"},
               {"part -1", "'part' is no number"},
               {"part nan", "'part' is no number"},
               {"part 1 2", "'part' is no number"}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        const AskWeights *weights = NULL;
        Err err = {0};
        assert_int_equal(ask_weights_parse(arena, str_of(bad[i].text), S("file"), &weights, &err), ERR_INVALID);
        if (!strstr(err.message, bad[i].message)) fail_msg("'%s' lacks '%s'", err.message, bad[i].message);
        assert_int_equal(err.line, i == 0 ? 2 : 1);
        assert_null(weights);
    }
}

/* ---- learning ------------------------------------------------------------------------------------------------------- */

enum { N = 40 };

typedef struct Examples {
    AskCosts costs[N][2];
    AskTrainReading readings[N][2];
    AskTrainQuestion questions[N];
} Examples;

/* Each question has a right reading with a doubt of one kind, and a wrong one with another. */
static void make(Examples *x, AskFeature right, AskFeature wrong) {
    *x = (Examples){0};
    for (size_t i = 0; i < N; i++) {
        x->costs[i][0].of[right] = 1;
        x->costs[i][1].of[wrong] = 1;
        for (size_t k = 0; k < 2; k++)
            x->readings[i][k] = (AskTrainReading){.costs = &x->costs[i][k], .is_right = k == 0};
        x->questions[i] = (AskTrainQuestion){.readings = x->readings[i], .n = 2, .is_due = true};
    }
}

static AskWeights train(const Examples *x) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AskWeights weights;
    ask_train(arena, x->questions, N, &ASK_WEIGHTS_INITIAL, &(AskTrainOptions){0}, &weights);
    return weights;
}

TEST(what_is_right_grows_cheaper) {
    Examples x;
    const double *before = ASK_WEIGHTS_INITIAL.at;
    make(&x, ASK_FEATURE_IDLE, ASK_FEATURE_DEFAULT_MEASURE); /* as dear as each other, to begin with */
    AskWeights weights = train(&x);
    assert_true(weights.at[ASK_FEATURE_IDLE] < before[ASK_FEATURE_IDLE]);
    assert_true(weights.at[ASK_FEATURE_DEFAULT_MEASURE] > before[ASK_FEATURE_DEFAULT_MEASURE]);
    assert_true(weights.at[ASK_FEATURE_NOTHING] == before[ASK_FEATURE_NOTHING]); /* nothing is known of it */
    AskWeights again = train(&x);
    assert_memory_equal(&weights, &again, sizeof(weights));
}

TEST(a_weight_does_not_fall_below_nothing) {
    Examples x;
    make(&x, ASK_FEATURE_UNSAID, ASK_FEATURE_UNASKED);
    AskWeights weights = train(&x);
    assert_true(weights.at[ASK_FEATURE_UNSAID] == 0);
    assert_true(weights.at[ASK_FEATURE_UNASKED] > 0);
}

TEST(a_word_that_means_something_is_not_left_out_for_less) {
    Examples x;
    make(&x, ASK_FEATURE_SKIP_SENSE, ASK_FEATURE_IDLE);
    AskWeights weights = train(&x);
    assert_true(weights.at[ASK_FEATURE_SKIP_SENSE] == ASK_WEIGHTS_INITIAL.at[ASK_FEATURE_SKIP_SENSE]);
    assert_true(weights.at[ASK_FEATURE_IDLE] > ASK_WEIGHTS_INITIAL.at[ASK_FEATURE_IDLE]);
}

TEST(questions_with_nothing_to_choose_teach_no_weight) {
    Examples x;
    make(&x, ASK_FEATURE_IDLE, ASK_FEATURE_DEFAULT_MEASURE);
    for (size_t i = 0; i < N; i++) x.readings[i][i % 2 ? 1 : 0].is_right = i % 2;
    AskWeights weights = train(&x);
    assert_memory_equal(weights.at, ASK_WEIGHTS_INITIAL.at, sizeof(weights.at));
}

/* Dear readings are wrong, cheap ones right: the bound stands between them, and confidence falls with cost. */
TEST(the_bound_and_the_curve_follow_the_readings) {
    Examples x;
    make(&x, ASK_FEATURE_IDLE, ASK_FEATURE_DEFAULT_MEASURE);
    for (size_t i = 0; i < N; i++) {
        bool is_dear = i < N / 2;
        x.costs[i][0] = (AskCosts){0};
        x.costs[i][0].of[ASK_FEATURE_BARE] = is_dear ? .6 : .1;
        x.readings[i][0].is_right = !is_dear;
        x.questions[i].n = 1;
    }
    AskWeights weights = train(&x);
    double bare = weights.at[ASK_FEATURE_BARE];
    assert_true(weights.most > .1 * bare && weights.most < .6 * bare);
    assert_true(1 / (1 + exp(weights.slope * .1 * bare - weights.even)) > .9);
    for (size_t i = 0; i < N / 2; i++) x.questions[i].is_declined = true; /* they are not answered anyway */
    assert_true(train(&x).most == ASK_WEIGHTS_INITIAL.most);
    for (size_t i = 0; i < N / 2; i++) x.questions[i].is_declined = false, x.readings[i][0].is_declined = true;
    assert_true(train(&x).most == ASK_WEIGHTS_INITIAL.most);
}

/* ---- folds ---------------------------------------------------------------------------------------------------------- */

TEST(folds_keep_conversations_together) {
    enum { ITEMS = 60, FOLDS = 5 };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AskEvalItem items[ITEMS];
    const AskEvalSet set = {.items = items, .n_items = ITEMS};
    size_t n_seen[ITEMS] = {0}, n_folds_of_more = 0;
    for (size_t i = 0; i < ITEMS; i++)
        items[i] = (AskEvalItem){.id = arena_printf(arena, "q%zu", i), .follows = i % 3 ? (ptrdiff_t)i - 1 : -1};
    for (int fold = 0; fold < FOLDS; fold++) {
        const size_t *inside, *outside;
        const AskEvalSet *held = ask_train_fold(arena, &set, fold, FOLDS, false, &inside);
        const AskEvalSet *rest = ask_train_fold(arena, &set, fold, FOLDS, true, &outside);
        assert_int_equal(held->n_items + rest->n_items, ITEMS);
        n_folds_of_more += held->n_items > 0;
        for (size_t i = 0; i < held->n_items; i++) {
            n_seen[inside[i]]++;
            assert_true(str_eq(held->items[i].id, items[inside[i]].id));
            if (inside[i] % 3) assert_int_equal(inside[held->items[i].follows], inside[i] - 1);
        }
    }
    for (size_t i = 0; i < ITEMS; i++) assert_int_equal(n_seen[i], 1);
    assert_true(n_folds_of_more > 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_written_and_read),
        cmocka_unit_test(a_bad_weight_is_told),
        cmocka_unit_test(what_is_right_grows_cheaper),
        cmocka_unit_test(a_weight_does_not_fall_below_nothing),
        cmocka_unit_test(a_word_that_means_something_is_not_left_out_for_less),
        cmocka_unit_test(questions_with_nothing_to_choose_teach_no_weight),
        cmocka_unit_test(the_bound_and_the_curve_follow_the_readings),
        cmocka_unit_test(folds_keep_conversations_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
