/* The golden trips, asked: the sentence that answers, what is said of what the data does not hold, and what is told without it. */
#include "said_fixture.h"

/* ---- queries, whatever words would ask for them ---------------------------------------------------------------------- */

typedef struct Rows {
    Said *s;
    AskRows rows;
    VEC(Batch) batches;
} Rows;

static ErrCode rows_columns(void *arg, const QueryColumn *columns, size_t n, Err *err) {
    Rows *r = arg;
    (void)err;
    r->rows.columns = columns;
    r->rows.n_columns = n;
    return ERR_OK;
}

static ErrCode rows_batch(void *arg, const Batch *batch, Err *err) {
    Rows *r = arg;
    (void)err;
    VEC_PUSH(r->s->f.arena, &r->batches, batch_copy(r->s->f.arena, batch));
    return ERR_OK;
}

static ErrCode rows_account(void *arg, const QueryAccount *account, Err *err) {
    Rows *r = arg;
    (void)err;
    r->rows.account = arena_dup(r->s->f.arena, account, sizeof(*account));
    return ERR_OK;
}

static AskRows rows_of(Said *s, const Query *query) {
    const QueryPlan *plan;
    Rows r = {.s = s};
    const QueryReceiver receiver = {.columns = rows_columns, .batch = rows_batch, .account = rows_account, .arg = &r};
    OK(&s->f, query_compile(&s->f.ctx, query, NULL, &plan, &s->f.err));
    OK(&s->f, query_run(&s->f.ctx, s->f.conn, plan, &receiver, &s->f.err));
    r.rows.batches = r.batches.at;
    r.rows.n_batches = r.batches.n;
    return r.rows;
}

static void tells(void **state, const char *json, const char *sentence) {
    Said *s = *state;
    const Query *query = said_query(s, json);
    AskRows rows = rows_of(s, query);
    Str words = ask_sentence(s->f.arena, s->f.model, query, &rows);
    if (!str_eq(words, str_of(sentence))) fail_msg("%s\n'%.*s' is not\n'%s'", json, STR_ARG(words), sentence);
}

TEST(one_figure) {
    tells(state, "{\"measures\":[\"cost\"]}", "Cost was €147.49.");
    tells(state, "{\"measures\":[\"trips\"],\"time\":{\"range\":\"2020\"}}",
          "Trips in 2020 were 8. 2020 holds 46 of 366 days.");
    tells(state, "{\"measures\":[\"trips\",\"distance\"],\"where\":[\"long\"]}",
          "Trips (only long trips) were 8 and distance 291.8 km.");
    tells(state, "{\"measures\":[\"distance\"],\"where\":[{\"member\":\"bike\",\"op\":\"equals\",\"value\":\"none\"}]}",
          "There is no distance where bike is none.");
    tells(state, "{\"measures\":[{\"expr\":\"max(ended_on)\",\"as\":\"x\"}]}",
          "Last ended on was on 10 February 2021.");
    tells(
        state,
        "{\"source\":{\"measures\":[\"trips\"],\"dimensions\":[\"rider.id\"],\"having\":[{\"member\":\"trips\",\"op\":\"gt\",\"value\":4}]},"
        "\"measures\":[{\"expr\":\"count(*)\",\"as\":\"n\"}]}",
        "Number of riders whose trips are more than 4 was 1.");
}

TEST(the_first_one) {
    tells(state,
          "{\"measures\":[\"distance\"],\"dimensions\":[\"bike\"],\"order\":[[\"distance\",\"desc\"]],\"limit\":1}",
          "b2 had the highest distance, 183.0 km.");
    tells(
        state, "{\"measures\":[\"trips\"],\"time\":{\"grain\":\"month\"},\"order\":[\"trips\"],\"limit\":1}",
        "November 2020 had the lowest trips, 3. November 2020 holds 15 of 30 days; February 2021 holds 10 of 28 days.");
}

TEST(a_list) {
    tells(state, "{\"measures\":[\"trips\"],\"dimensions\":[\"started_at.hour_of_day\"]}",
          "13 hours of the day; start (hour of day) 0 leads in trips with 3, start (hour of day) 20 is last with 1.");
    tells(state, "{\"measures\":[\"trips\"],\"dimensions\":[\"weather\"]}",
          "5 weathers; Dry leads in trips with 9, Drizzle is last with 1.");
    tells(
        state, "{\"measures\":[\"trips\"],\"dimensions\":[\"start.city\",\"is_paid\"]}",
        "4 combinations of start city and is paid; Ulm – is paid yes leads in trips with 11, Ulm – is paid no is last with 2.");
    tells(state, "{\"dimensions\":[\"weather\"]}", "5 weathers: Drizzle, Dry, Fog, Rain and Snow.");
    tells(
        state,
        "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"where\":[{\"member\":\"bike\",\"op\":\"equals\",\"value\":\"b5\"}]}",
        "b5: trips 2.");
    tells(state, "{\"rows\":[\"bike\",\"trip.distance\"],\"limit\":3}", "3 rows.");
}

TEST(a_trend) {
    tells(state, "{\"measures\":[\"trips\"],\"time\":{\"grain\":\"month\"}}",
          "Trips: from 3 (November 2020, incomplete) to 4 (February 2021, incomplete); highest in January 2021 with 8, "
          "lowest in December 2020 with 5. November 2020 holds 15 of 30 days; February 2021 holds 10 of 28 days.");
}

TEST(a_trend_of_whole_periods_has_a_direction) {
    tells(state, "{\"measures\":[\"trips\"],\"time\":{\"grain\":\"month\",\"range\":[\"2020-12\",\"2021-01\"]}}",
          "Trips from December 2020 to January 2021: from 5 (December 2020) to 8 (January 2021), up 60.0 %; highest in "
          "January 2021 with 8, lowest in December 2020 with 5.");
    tells(
        state,
        "{\"measures\":[\"trips\"],\"time\":{\"grain\":\"month\",\"range\":[\"2020-12\",\"2021-01\"]},\"where\":[{\"member\":"
        "\"bike\",\"op\":\"equals\",\"value\":\"b3\"}]}",
        "Trips from December 2020 to January 2021 where bike is b3: from 2 (December 2020) to 2 (January 2021), unchanged.");
}

TEST(nothing) {
    tells(state,
          "{\"dimensions\":[\"bike\"],\"where\":[{\"member\":\"weather\",\"op\":\"equals\",\"value\":\"Hail\"}]}",
          "No bike where weather is Hail.");
    tells(
        state,
        "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"having\":[{\"member\":\"trips\",\"op\":\"gt\",\"value\":100}]}",
        "No bike where trips are more than 100.");
}

TEST(yes_and_no) {
    tells(state, "{\"measures\":[{\"expr\":\"trips > 0\",\"as\":\"so\"}],\"time\":{\"range\":\"2021\"}}",
          "Yes: there are trips in 2021. 2021 holds 41 of 365 days.");
    tells(state, "{\"measures\":[{\"expr\":\"trips > 100\",\"as\":\"so\"}]}",
          "No: it is not so that trips are more than 100.");
    tells(
        state,
        "{\"measures\":[{\"expr\":\"trips > 0\",\"as\":\"so\"}],\"where\":[{\"member\":\"weather\",\"op\":\"equals\",\"value\":\"Hail\"}]}",
        "No: there are no trips where weather is Hail.");
}

/* ---- questions --------------------------------------------------------------------------------------------------------- */

static const AskAnswer *ask(void **state, const char *question) {
    Said *s = *state;
    const AskAnswer *answer = NULL;
    OK(&s->f, ask_answer(&s->f.ctx, s->engine, s->f.conn, str_of(question), NULL, NULL, &answer, &s->f.err));
    return answer;
}

TEST(an_answer_has_all_of_it) {
    const AskAnswer *answer = ask(state, "trips by rider");
    assert_int_equal(answer->status, ASK_ANSWERED);
    assert_string_equal(answer->reading.p, "Trips by rider");
    assert_int_equal(answer->rows.account->n_left_out, 1);
    assert_true(str_eq(answer->left_out[0], S("3 trips without a rider are not shown.")));
    assert_int_equal(answer->chart.kind, CHART_BAR);
}

TEST(what_is_computed_has_a_title) {
    const AskAnswer *answer = ask(state, "share of trips by bike");
    assert_int_equal(answer->status, ASK_ANSWERED);
    assert_true(str_eq(answer->rows.columns[answer->rows.n_columns - 1].title, S("Share of trips")));
}

TEST(definitions_and_help_need_no_data) {
    const AskAnswer *answer = ask(state, "how is paid share computed?");
    assert_true(answer->is_told && answer->status == ASK_ANSWERED);
    assert_int_equal(answer->rows.n_columns, 0);
    assert_true(str_eq(answer->reading, S("What is meant by paid share")));
    assert_true(str_eq(answer->sentence, S("Paid share: paid distance divided by distance, in percent.")));
    answer = ask(state, "What can you do?");
    assert_true(answer->is_told);
    assert_true(str_find(answer->sentence, S("distance, minutes, paid distance")) > 0);
    assert_true(str_find(answer->sentence, S("start city")) > 0);
    assert_false(ask(state, "help me with trips by bike")->is_told);
}

TEST(what_is_declined_says_why) {
    const AskAnswer *answer = ask(state, "trips in 2035");
    assert_int_equal(answer->status, ASK_DECLINED);
    assert_true(str_starts(answer->sentence, S("No data in the time asked for")));
    answer = ask(state, "temperament by bike");
    assert_int_equal(answer->status, ASK_DECLINED);
    assert_true(str_find(answer->sentence, S("temperament")) > 0);
}

TEST(near_questions_are_offered) {
    Said *s = *state;
    Model model = *s->f.model;
    const ModelQuestion questions[] = {
        {.question = S("How many trips were there?"), .query = S("{}"), .is_example = true},
        {.question = S("What did repairs cost?"), .query = S("{}")},
        {.question = S("Which bikes were repaired?"), .query = S("{}")}};
    const ModelQuestion *near[2];
    model.questions = questions;
    model.n_questions = COUNT_OF(questions);
    assert_int_equal(ask_near_questions(s->f.arena, &model, S("the repairs of bikes in rain"), near, 2), 2);
    assert_ptr_equal(near[0], &questions[2]);
    assert_ptr_equal(near[1], &questions[1]);
    assert_int_equal(ask_near_questions(s->f.arena, &model, S("weather"), near, 1), 1);
    assert_ptr_equal(near[0], &questions[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_figure),
        cmocka_unit_test(the_first_one),
        cmocka_unit_test(a_list),
        cmocka_unit_test(a_trend),
        cmocka_unit_test(a_trend_of_whole_periods_has_a_direction),
        cmocka_unit_test(nothing),
        cmocka_unit_test(yes_and_no),
        cmocka_unit_test(an_answer_has_all_of_it),
        cmocka_unit_test(what_is_computed_has_a_title),
        cmocka_unit_test(definitions_and_help_need_no_data),
        cmocka_unit_test(what_is_declined_says_why),
        cmocka_unit_test(near_questions_are_offered),
    };
    return cmocka_run_group_tests(tests, said_open, said_close);
}
