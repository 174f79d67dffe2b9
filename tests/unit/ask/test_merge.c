/* Partial queries put together, and a query changed by what follows it: without any words, on frames made by hand. */
#include "test.h"

#include "ask/ask_internal.h"

static const AskTerm TRIPS = {.expr = S_INIT("trips")}, DISTANCE = {.expr = S_INIT("distance")},
                     TRIPS_TOO = {.expr = S_INIT("trips")};
static const AskTime MAY = {.from = S_INIT("2014-05"), .grain = TIME_GRAIN_MONTH},
                     JUNE = {.from = S_INIT("2014-06"), .grain = TIME_GRAIN_MONTH},
                     WEEK = {.from = S_INIT("101"), .is_axis = true, .grain = TIME_GRAIN_WEEK};
static const AskTest RAIN = {.member = S_INIT("weather"), .values = {S_INIT("Rain")}, .n_values = 1},
                     SNOW = {.member = S_INIT("weather"), .values = {S_INIT("Snow")}, .n_values = 1},
                     ADA = {.member = S_INIT("rider.name"), .values = {S_INIT("Ada")}, .n_values = 1},
                     OVER = {.kind = ASK_TEST_BOUND, .member = S_INIT("weather"), .op = QUERY_OP_GT, .number = 3};

/* ---- merge ---------------------------------------------------------------------------------------------------------- */

TEST(parts_of_a_query_are_put_together) {
    AskFrame a = {.terms = {&TRIPS}, .n_terms = 1, .grain = TIME_GRAIN_MONTH},
             b = {.terms = {&DISTANCE},
                  .n_terms = 1,
                  .tests = {&RAIN},
                  .n_tests = 1,
                  .times = {&MAY},
                  .n_times = 1,
                  .groups = {S("weather")},
                  .n_groups = 1,
                  .limit = 3,
                  .is_plural = true},
             both;
    assert_true(ask_merge(&a, &b, &both));
    assert_int_equal(both.n_terms, 2);
    assert_ptr_equal(both.terms[1], &DISTANCE);
    assert_int_equal(both.n_tests, 1);
    assert_int_equal(both.n_times, 1);
    assert_int_equal(both.n_groups, 1);
    assert_int_equal(both.grain, TIME_GRAIN_MONTH);
    assert_int_equal(both.limit, 3);
    assert_true(both.is_plural);
}

TEST(what_is_said_twice_counts_once) {
    AskFrame a = {.terms = {&TRIPS}, .n_terms = 1, .groups = {S("weather")}, .n_groups = 1},
             b = {.terms = {&TRIPS_TOO}, .n_terms = 1, .groups = {S("weather"), S("bike")}, .n_groups = 2}, both;
    assert_true(ask_merge(&a, &b, &both));
    assert_int_equal(both.n_terms, 1);
    assert_int_equal(both.n_groups, 2);
}

TEST(what_contradicts_does_not_merge) {
    AskFrame both;
    static const AskFrame pairs[][2] = {
        {{.grain = TIME_GRAIN_MONTH}, {.grain = TIME_GRAIN_WEEK}},
        {{.limit = 3}, {.limit = 4}},
        {{.direction = 1}, {.direction = -1}},
        {{.order = &TRIPS}, {.order = &DISTANCE}},
        {{.kind = ASK_KIND_WHEN}, {.kind = ASK_KIND_HOW_MANY}},
        {{.derive = ASK_DERIVE_SHARE}, {.derive = ASK_DERIVE_GROWTH}},
        {{.time_member = S_INIT("a")}, {.time_member = S_INIT("b")}},
        {{.times = {&MAY, &JUNE}, .n_times = 2}, {.times = {&MAY}, .n_times = 1}},
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        if (ask_merge(&pairs[i][0], &pairs[i][1], &both)) fail_msg("pair %zu merged", i);
        if (ask_merge(&pairs[i][1], &pairs[i][0], &both)) fail_msg("pair %zu merged the other way round", i);
        if (!ask_merge(&pairs[i][0], &(AskFrame){0}, &both)) fail_msg("pair %zu does not merge with nothing", i);
    }
    /* yes or no is asked of anything */
    assert_true(ask_merge(&(AskFrame){.kind = ASK_KIND_YES_NO}, &(AskFrame){.kind = ASK_KIND_HOW_MANY}, &both));
    assert_true(ask_merge(&(AskFrame){.order = &TRIPS}, &(AskFrame){.order = &TRIPS_TOO}, &both));
}

TEST(items_are_limited) {
    AskFrame all = {0}, one = {.tests = {&RAIN}, .n_tests = 1}, both;
    for (int i = 0; i < ASK_MAX_ITEMS; i++) {
        assert_true(ask_merge(&all, &one, &both));
        all = both;
    }
    assert_int_equal(all.n_tests, ASK_MAX_ITEMS);
    assert_false(ask_merge(&all, &one, &both));
    AskFrame sets = {0}, set = {.sets = {&one}, .n_sets = 1};
    for (size_t i = 0; i < COUNT_OF(sets.sets); i++) {
        assert_true(ask_merge(&sets, &set, &both));
        sets = both;
    }
    assert_false(ask_merge(&sets, &set, &both));
}

/* ---- follow-ups ----------------------------------------------------------------------------------------------------- */

static AskFrame edited(const AskFrame *before, const AskFrame *edit) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AskTurn turn = {.question = S("before"), .frame = before, .json = S("{}"), .group = S("bike")};
    AskFrame to;
    ask_edit(&(Ctx){.arena = arena}, &turn, edit, &to);
    return to;
}

TEST(a_follow_up_replaces_what_it_names_and_keeps_the_rest) {
    AskFrame before = {.terms = {&TRIPS},
                       .n_terms = 1,
                       .groups = {S("bike")},
                       .n_groups = 1,
                       .times = {&MAY},
                       .n_times = 1,
                       .tests = {&RAIN, &ADA},
                       .n_tests = 2};
    AskFrame to = edited(&before, &(AskFrame){.times = {&JUNE}, .n_times = 1});
    assert_ptr_equal(to.times[0], &JUNE);
    assert_int_equal(to.n_times, 1);
    assert_int_equal(to.n_tests, 2);
    to = edited(&before, &(AskFrame){.tests = {&SNOW}, .n_tests = 1});
    assert_int_equal(to.n_tests, 2);
    assert_ptr_equal(to.tests[0], &ADA);
    assert_ptr_equal(to.tests[1], &SNOW);
    to = edited(&before, &(AskFrame){.terms = {&DISTANCE}, .n_terms = 1});
    assert_int_equal(to.n_terms, 1);
    assert_ptr_equal(to.terms[0], &DISTANCE);
    assert_true(str_eq(to.groups[0], S("bike")));
    to = edited(&before, &(AskFrame){.groups = {S("weather")}, .n_groups = 1});
    assert_int_equal(to.n_groups, 1);
    assert_true(str_eq(to.groups[0], S("weather")));
    assert_ptr_equal(to.terms[0], &TRIPS);
}

TEST(an_order_goes_on_with_another_measure) {
    AskFrame before = {.terms = {&TRIPS}, .n_terms = 1, .order = &TRIPS, .direction = 1, .limit = 3};
    AskFrame to = edited(&before, &(AskFrame){.terms = {&DISTANCE}, .n_terms = 1});
    assert_ptr_equal(to.order, &DISTANCE);
    assert_int_equal(to.limit, 3);
    to = edited(&before, &(AskFrame){.direction = -1, .limit = 2});
    assert_int_equal(to.direction, -1);
    assert_int_equal(to.limit, 2);
    assert_ptr_equal(to.order, &TRIPS);
}

TEST(those_are_what_the_turn_before_gave) {
    AskFrame before = {.terms = {&TRIPS},
                       .n_terms = 1,
                       .groups = {S("bike")},
                       .n_groups = 1,
                       .order = &TRIPS,
                       .direction = 1,
                       .limit = 3};
    AskFrame to = edited(&before, &(AskFrame){.terms = {&DISTANCE}, .n_terms = 1, .n_pronouns = 1});
    assert_true(str_eq(to.only, S("{}")));
    assert_int_equal(to.limit, 0);
    assert_null(to.order);
    before.n_groups = 0; /* what is counted was grouped by when the question was finished */
    to = edited(&before, &(AskFrame){.terms = {&DISTANCE}, .n_terms = 1, .n_pronouns = 1});
    assert_true(to.n_groups == 1 && str_eq(to.groups[0], S("bike")));
}

TEST(a_time_moves_on) {
    Arena *arena = arena_new(0);
    const Ctx ctx = {.arena = arena};
    AskFrame before = {.times = {&MAY}, .n_times = 1}, axis = {.times = {&WEEK}, .n_times = 1}, to;
    ask_edit(&ctx, &(AskTurn){.frame = &before}, &(AskFrame){.shift = 1}, &to);
    assert_true(str_eq(to.times[0]->from, S("2014-06")));
    ask_edit(&ctx, &(AskTurn){.frame = &before}, &(AskFrame){.shift = -1}, &to);
    assert_true(str_eq(to.times[0]->from, S("2014-04")));
    ask_edit(&ctx, &(AskTurn){.frame = &axis}, &(AskFrame){.shift = -1}, &to);
    assert_true(str_eq(to.times[0]->from, S("100")));
    ask_edit(&ctx, &(AskTurn){.frame = &before}, &(AskFrame){.shift = -1, .shift_unit = TIME_GRAIN_YEAR}, &to);
    assert_true(str_eq(to.times[0]->from, S("2013-05"))); /* the same month of the year before */
    ask_edit(&ctx, &(AskTurn){.frame = &before}, &(AskFrame){.shift = 1, .shift_unit = TIME_GRAIN_DAY}, &to);
    assert_true(str_eq(to.times[0]->from, S("2014-06"))); /* a month has no day after it */
    arena_free(arena);
}

TEST(a_bound_replaces_what_was_said_of_its_member) {
    AskFrame before = {.tests = {&OVER, &ADA}, .n_tests = 2};
    AskFrame to = edited(&before, &(AskFrame){.tests = {&RAIN}, .n_tests = 1});
    assert_int_equal(to.n_tests, 2);
    assert_ptr_equal(to.tests[0], &ADA);
    assert_ptr_equal(to.tests[1], &RAIN);
}

TEST(a_question_of_its_own_is_no_edit) {
    AskFrame whole = {.terms = {&TRIPS}, .n_terms = 1, .groups = {S("bike")}, .n_groups = 1};
    assert_false(ask_is_edit(&whole));
    whole.n_pronouns = 1;
    assert_true(ask_is_edit(&whole));
    assert_true(ask_is_edit(&(AskFrame){.times = {&MAY}, .n_times = 1}));
    assert_true(ask_is_edit(&(AskFrame){.terms = {&TRIPS}, .n_terms = 1}));
    assert_false(ask_is_edit(&(AskFrame){.wants_extent = true}));
    assert_false(ask_is_edit(&(AskFrame){.n_sets = 1}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_query_are_put_together),
        cmocka_unit_test(what_is_said_twice_counts_once),
        cmocka_unit_test(what_contradicts_does_not_merge),
        cmocka_unit_test(items_are_limited),
        cmocka_unit_test(a_follow_up_replaces_what_it_names_and_keeps_the_rest),
        cmocka_unit_test(an_order_goes_on_with_another_measure),
        cmocka_unit_test(those_are_what_the_turn_before_gave),
        cmocka_unit_test(a_time_moves_on),
        cmocka_unit_test(a_bound_replaces_what_was_said_of_its_member),
        cmocka_unit_test(a_question_of_its_own_is_no_edit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
