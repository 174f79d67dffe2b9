/* Running plans: the account, the row cap, refusal in mid-stream; and laws that hold for any query over the rows of gold.sql. */
#include "query_fixture.h"

#include <sys/resource.h>

/* ---- the account ---------------------------------------------------------------------------------------------------- */

TEST(an_answer_accounts_for_itself) {
    Fixture f;
    Result result;
    fixture_open(&f);
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"]}", NULL, &result));
    const QueryAccount *account = &result.account;
    assert_int_equal(account->model_version, 7);
    assert_int_equal(account->data_version, 2);
    assert_int_equal(account->data_age_us, 2 * 3600 * TIME_US_PER_SECOND);
    assert_int_equal(account->n_rows, 6);
    assert_int_equal(account->n_policies, 0);
    assert_false(account->is_truncated);
    assert_true(account->run_us > 0);
    assert_true(account->compile_us >= 0);
    assert_int_equal(account->period.data_from_us,
                     (time_days_of((Civil){2020, 11, 16}) * 24 * 60 + 8 * 60 + 15) * 60 * TIME_US_PER_SECOND);
    assert_int_equal(account->period.to_us, time_days_of((Civil){2021, 2, 11}) * TIME_US_PER_DAY);
    fixture_free(&f);
}

TEST(the_asked_period_stands_in_the_account) {
    Fixture f;
    Result result;
    fixture_open(&f);
    OK(&f,
       fixture_query(&f, "{\"measures\":[\"trips\"],\"time\":{\"dimension\":\"ended_on\",\"range\":[\"2021\",null]}}",
                     NULL, &result));
    const QueryPeriod *period = &result.account.period;
    assert_true(period->is_known && !period->is_first_partial && period->is_last_partial);
    assert_true(str_eq(period->member, S("ended_on")));
    assert_int_equal(period->type.kind, TYPE_DATE);
    assert_int_equal(period->from_us, time_days_of((Civil){2021, 1, 1}) * TIME_US_PER_DAY);
    assert_int_equal(period->data_to_us, time_days_of((Civil){2021, 2, 10}) * TIME_US_PER_DAY);
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\"],\"time\":{\"dimension\":\"rider.joined\",\"grain\":\"year\"}}",
                         NULL, &result));
    assert_false(result.account.period.is_known);
    assert_int_equal(result.rows.n, 1);
    fixture_free(&f);
}

TEST(nothing_published_is_version_0) {
    Fixture f;
    Result result;
    fixture_open(&f);
    fixture_run(&f, "DELETE FROM _starling.batch");
    fixture_run(&f, "DELETE FROM gold.fact_trip");
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\",\"distance\"],\"dimensions\":[\"rider.plan\"]}", NULL, &result));
    assert_int_equal(result.account.data_version, 0);
    assert_int_equal(result.account.n_rows, 0);
    assert_int_equal(result.account.n_left_out, 0);
    assert_false(result.account.period.is_known);
    assert_true(str_eq(result.account.period.text, S("no data")));
    fixture_free(&f);
}

/* ---- the cap and the caller's limit --------------------------------------------------------------------------------- */

TEST(the_row_cap_cuts_and_says_so) {
    Fixture f;
    Result result;
    fixture_open(&f);
    const char *bikes = "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"]}";
    const struct {
        int64_t max_rows;
        int64_t n_rows;
        bool is_truncated;
    } cases[] = {{3, 3, true}, {5, 5, true}, {6, 6, false}, {7, 6, false}, {0, 6, false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        QueryOptions options = {.max_rows = cases[i].max_rows, .default_limit = -1};
        OK(&f, fixture_query(&f, bikes, &options, &result));
        assert_int_equal(result.rows.n, cases[i].n_rows);
        assert_int_equal(result.account.n_rows, cases[i].n_rows);
        assert_int_equal(result.account.is_truncated, cases[i].is_truncated);
    }
    fixture_free(&f);
}

#define BUCKETS_OF(width)                                                                \
    "{\"measures\":[\"trips\"],\"dimensions\":[{\"expr\":\"bucket(trip.distance, " width \
    ")\",\"as\":\"d\",\"fill\":true}]"                                                   \
    ",\"where\":[{\"member\":\"trip.distance\",\"op\":\"lte\",\"value\":"

/* Distances go from 0 to 100. */
TEST(gaps_that_only_the_data_tells_are_counted_before_they_are_filled) {
    Fixture f;
    Result result;
    fixture_open(&f);
    OK(&f, fixture_query(&f, BUCKETS_OF("0.01") "100}]}", NULL, &result));
    assert_int_equal(result.rows.n, 10001);
    assert_true(query_column_is_bucket(&result.columns[0]));
    assert_true(value_to_double(result.columns[0].bucket) == 0.01);
    assert_false(query_column_is_bucket(&result.columns[1]));
    assert_int_equal(fixture_query(&f, BUCKETS_OF("0.0009") "100}]}", NULL, &result), ERR_TOO_LARGE);
    assert_string_equal(f.err.file, "dimensions[0]");
    assert_non_null(strstr(f.err.message, "there are 111112 steps, of which at most 100000 are filled"));
    OK(&f, fixture_query(&f, BUCKETS_OF("0.0009") "80}]}", NULL, &result));
    const char *inner =
        "{\"source\":" BUCKETS_OF("0.0009") "100}]},\"measures\":[{\"expr\":\"count(*)\",\"as\":\"n\"}]}";
    assert_int_equal(fixture_query(&f, inner, NULL, &result), ERR_TOO_LARGE);
    assert_string_equal(f.err.file, "source.dimensions[0]");
    const char *hours =
        "{\"measures\":[\"trips\"],\"time\":{\"grain\":\"hour\",\"range\":[\"2001\",null],\"fill\":true}}";
    assert_int_equal(fixture_query(&f, hours, NULL, &result), ERR_TOO_LARGE);
    assert_string_equal(f.err.file, "time.fill");
    fixture_free(&f);
}

TEST(many_rows_come_in_many_batches_and_the_cap_falls_within_one) {
    Fixture f;
    Result result;
    fixture_open(&f);
    fixture_run(&f,
                "INSERT INTO gold.fact_trip (rider_key, start_key, finish_key, started_at, distance, bike, is_paid) "
                "SELECT 1, 1, 1, TIMESTAMP '2021-01-01', 1, 'x' || i, true FROM range(10000) AS t(i)");
    QueryOptions options = {.max_rows = 5000, .default_limit = -1};
    OK(&f, fixture_query(&f, "{\"dimensions\":[\"bike\"]}", &options, &result));
    assert_int_equal(result.rows.n, 5000);
    assert_true(result.account.is_truncated);
    options.max_rows = 10006;
    OK(&f, fixture_query(&f, "{\"dimensions\":[\"bike\"]}", &options, &result));
    assert_int_equal(result.rows.n, 10006);
    assert_false(result.account.is_truncated);
    fixture_free(&f);
}

TEST(the_callers_limit_holds_where_the_query_has_none) {
    Fixture f;
    Result result;
    fixture_open(&f);
    QueryOptions options = {.default_limit = 2};
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"]}", &options, &result));
    assert_int_equal(result.rows.n, 2);
    assert_false(result.account.is_truncated);
    assert_int_equal(result.account.n_defaults, 2);
    assert_true(str_eq(result.account.defaults[0], S("the first 2 rows")));
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"limit\":4}", &options, &result));
    assert_int_equal(result.rows.n, 4);
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\"]}", &options, &result));
    assert_int_equal(result.account.n_defaults, 0);
    fixture_free(&f);
}

/* ---- what goes wrong ------------------------------------------------------------------------------------------------ */

static ErrCode refuse_batch(void *arg, const Batch *batch, Err *err) {
    (void)arg, (void)batch;
    return err_set(err, ERR_IO, "the receiver went away");
}

static ErrCode plan_of(Fixture *f, const char *json, const QueryPlan **ret_plan) {
    const Query *query = NULL;
    f->err = (Err){0};
    TRY(query_parse_text(&f->ctx, str_of(json), &query, &f->err));
    return query_compile(&f->ctx, query, NULL, ret_plan, &f->err);
}

TEST(a_receiver_that_refuses_ends_the_run_and_leaves_the_connection_usable) {
    Fixture f;
    Result result = {0};
    const QueryPlan *plan = NULL;
    fixture_open(&f);
    result.arena = f.arena;
    OK(&f, plan_of(&f, "{\"dimensions\":[\"bike\"]}", &plan));
    QueryReceiver receiver = {.columns = take_columns, .batch = refuse_batch, .account = take_account, .arg = &result};
    assert_int_equal(query_run(&f.ctx, f.conn, plan, &receiver, &f.err), ERR_IO);
    OK(&f, fixture_query(&f, "{\"dimensions\":[\"bike\"]}", NULL, &result));
    assert_int_equal(result.rows.n, 6);
    fixture_free(&f);
}

TEST(a_cancelled_run_ends) {
    Fixture f;
    Result result;
    fixture_open(&f);
    atomic_store(&f.cancel.is_set, true);
    assert_int_equal(fixture_query(&f, "{\"dimensions\":[\"bike\"]}", NULL, &result), ERR_CANCELLED);
    atomic_store(&f.cancel.is_set, false);
    OK(&f, fixture_query(&f, "{\"dimensions\":[\"bike\"]}", NULL, &result));
    fixture_free(&f);
}

TEST(without_a_project_nothing_is_compiled) {
    Fixture f;
    const QueryPlan *plan = NULL;
    fixture_init(&f);
    f.ctx.snapshot = NULL;
    assert_int_equal(plan_of(&f, "{\"measures\":[\"trips\"]}", &plan), ERR_CONFLICT);
    fixture_free(&f);
}

/* ---- laws ----------------------------------------------------------------------------------------------------------- */

enum { N_TRIPS = 20 };

static int64_t trips_where(Fixture *f, const char *filter, bool is_turned) {
    Result result;
    int64_t n = 0;
    Str json = arena_printf(f->arena, "{\"measures\":[\"trips\"],\"where\":[%s%s%s]}", is_turned ? "{\"not\":" : "",
                            filter, is_turned ? "}" : "");
    OK(f, fixture_query(f, arena_cstr(f->arena, json), NULL, &result));
    assert_true(str_to_int64(result.rows.at[0], &n));
    return n;
}

TEST(a_filter_and_its_not_are_all_rows) {
    const char *filters[] = {
        "{\"member\":\"weather\",\"op\":\"equals\",\"value\":\"Dry\"}",
        "{\"member\":\"weather\",\"op\":\"not_equals\",\"values\":[\"Dry\",\"Rain\"]}",
        "{\"member\":\"weather\",\"op\":\"in\",\"values\":[\"Dry\"]}",
        "{\"member\":\"weather\",\"op\":\"not_in\",\"values\":[\"Dry\"]}",
        "{\"member\":\"weather\",\"op\":\"contains\",\"value\":\"r\"}",
        "{\"member\":\"weather\",\"op\":\"not_contains\",\"value\":\"R\"}",
        "{\"member\":\"weather\",\"op\":\"starts_with\",\"values\":[\"s\",\"f\"]}",
        "{\"member\":\"weather\",\"op\":\"ends_with\",\"value\":\"G\"}",
        "{\"member\":\"weather\",\"op\":\"gt\",\"value\":\"Fog\"}",
        "{\"member\":\"trip.minutes\",\"op\":\"gte\",\"value\":14}",
        "{\"member\":\"trip.minutes\",\"op\":\"lt\",\"value\":14.5}",
        "{\"member\":\"trip.minutes\",\"op\":\"lte\",\"value\":14}",
        "{\"member\":\"trip.minutes\",\"op\":\"between\",\"values\":[9,20]}",
        "{\"member\":\"trip.distance\",\"op\":\"equals\",\"values\":[2.5,7.77]}",
        "{\"member\":\"trip.distance\",\"op\":\"equals\",\"value\":1e30}",
        "{\"member\":\"rider.plan\",\"op\":\"set\"}",
        "{\"member\":\"rider.plan\",\"op\":\"not_set\"}",
        "{\"member\":\"rider.joined\",\"op\":\"in_range\",\"value\":\"2020\"}",
        "{\"member\":\"rider.joined\",\"op\":\"equals\",\"value\":\"2020-12-31\"}",
        "{\"member\":\"ended_on.month\",\"op\":\"in\",\"values\":[\"2020-12\",\"2021-02\"]}",
        "{\"member\":\"ended_on.week\",\"op\":\"gt\",\"value\":\"2020-W53\"}",
        "{\"member\":\"ended_on.weekday\",\"op\":\"in\",\"values\":[1,5]}",
        "{\"member\":\"started_at\",\"op\":\"between\",\"values\":[\"2020-12-01\",\"2021-01-01T00:00:00\"]}",
        "{\"member\":\"started_at.hour\",\"op\":\"equals\",\"value\":\"2020-12-24T12\"}",
        "{\"member\":\"is_paid\",\"op\":\"not_equals\",\"value\":true}",
        "{\"expr\":\"trip.distance / trip.minutes > 0.25\"}",
        "{\"and\":[{\"member\":\"weather\",\"op\":\"equals\",\"value\":\"Dry\"},{\"member\":\"rider.plan\",\"op\":\"equals\",\"value\":\"day\"}]}",
        "{\"or\":[{\"member\":\"weather\",\"op\":\"not_equals\",\"value\":\"Dry\"},{\"not\":{\"member\":\"rider.plan\",\"op\":\"equals\",\"value\":\"day\"}}]}",
    };
    Fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        int64_t n = trips_where(&f, filters[i], false), n_not = trips_where(&f, filters[i], true);
        if (n + n_not != N_TRIPS) fail_msg("%s: %" PRId64 " and %" PRId64, filters[i], n, n_not);
        bool is_open = n > 0 && n < N_TRIPS;
        if (!is_open && !strstr(filters[i], "1e30")) fail_msg("%s: %" PRId64 " shows nothing", filters[i], n);
    }
    fixture_free(&f);
}

/* The last cell of a row. */
static int64_t last_number(Str row) {
    Str cell = row;
    for (ptrdiff_t at; (at = str_find(cell, S(" | "))) >= 0;) cell = str_slice(cell, (size_t)at + 3, cell.n);
    int64_t n = 0;
    assert_true(str_to_int64(cell, &n));
    return n;
}

TEST(rows_and_what_was_left_out_are_all_rows) {
    const char *members[] = {"rider.id",           "rider.name",    "rider.plan",       "rider.joined",
                             "rider.joined.month", "start.id",      "start.city",       "finish.name",
                             "finish.city",        "bike",          "weather",          "is_paid",
                             "ended_on",           "ended_on.week", "ended_on.weekday", "started_at.hour_of_day",
                             "trip.minutes",       "trip.distance"};
    Fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        Result result;
        Str json = arena_printf(f.arena, "{\"dimensions\":[\"%s\"],\"measures\":[\"trips\"]}", members[i]);
        OK(&f, fixture_query(&f, arena_cstr(f.arena, json), NULL, &result));
        int64_t n = 0;
        for (size_t row = 0; row < result.rows.n; row++) {
            assert_false(str_starts(result.rows.at[row], S("null")));
            n += last_number(result.rows.at[row]);
        }
        assert_true(result.account.n_left_out <= 1);
        for (size_t k = 0; k < result.account.n_left_out; k++) {
            assert_int_equal(result.account.left_out[k].n_rows, result.account.left_out[k].measures[0].i);
            n += result.account.left_out[k].n_rows;
        }
        if (n != N_TRIPS) fail_msg("%s: %" PRId64, members[i], n);
    }
    fixture_free(&f);
}

TEST(the_byte_cap_cuts_between_batches) {
    Fixture f;
    fixture_open(&f);
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    OK(&f, query_parse_text(&f.ctx, S("{\"rows\":[\"bike\",\"trip.distance\"]}"), &query, &f.err));
    const struct {
        int64_t max_bytes;
        size_t n_rows;
    } cases[] = {{0, 20}, {1000000, 20}, {10, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        QueryOptions options = {.max_bytes = cases[i].max_bytes, .default_limit = -1};
        OK(&f, query_compile(&f.ctx, query, &options, &plan, &f.err));
        Result result = {.arena = f.arena};
        QueryReceiver receiver = {
            .columns = take_columns, .batch = take_batch, .account = take_account, .arg = &result};
        OK(&f, query_run(&f.ctx, f.conn, plan, &receiver, &f.err));
        assert_int_equal(result.rows.n, cases[i].n_rows);
        assert_int_equal(result.account.is_truncated, cases[i].n_rows == 0);
        assert_int_equal(result.account.is_cut_by_bytes, cases[i].n_rows == 0);
    }
    fixture_free(&f);
}

/* ---- memory --------------------------------------------------------------------------------------------------------- */

static ErrCode count_rows(void *arg, const Batch *batch, Err *err) {
    (void)err;
    *(int64_t *)arg += (int64_t)batch->n_rows;
    return ERR_OK;
}

static ErrCode pass_columns(void *arg, const QueryColumn *columns, size_t n_columns, Err *err) {
    (void)arg, (void)columns, (void)n_columns, (void)err;
    return ERR_OK;
}

static ErrCode pass_account(void *arg, const QueryAccount *account, Err *err) {
    (void)arg, (void)account, (void)err;
    return ERR_OK;
}

/* The most that the process ever held. */
static int64_t peak_bytes(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss * 1024;
}

/* Lists a fact of so many rows, which are nowhere stored. */
static void list_rows(Fixture *f, int64_t n_rows) {
    const QueryPlan *plan = NULL;
    int64_t n = 0;
    Str made = arena_printf(
        f->arena,
        "CREATE OR REPLACE VIEW gold.fact_trip AS SELECT 1 AS rider_key, 1 AS start_key, 1 AS finish_key, "
        "TIMESTAMP '2021-01-01' AS started_at, DATE '2021-01-01' AS ended_on, CAST(1 AS DECIMAL(9, 2)) AS distance, "
        "i AS minutes, 'a bike that was numbered ' || i AS bike, 'Dry' AS weather, true AS is_paid, i AS _id "
        "FROM range(%" PRId64 ") AS t(i)",
        n_rows);
    fixture_run(f, arena_cstr(f->arena, made));
    OK(f, plan_of(f, "{\"rows\":[\"started_at\",\"bike\",\"rider.name\",\"trip.distance\"]}", &plan));
    size_t used = arena_used(f->arena);
    QueryReceiver receiver = {.columns = pass_columns, .batch = count_rows, .account = pass_account, .arg = &n};
    OK(f, query_run(&f->ctx, f->conn, plan, &receiver, &f->err));
    assert_int_equal(n, n_rows);
    assert_true(arena_used(f->arena) - used < 64 * 1024);
}

/* Its rows stream: a million of them, 60 bytes or more each, pass through what a few thousand took. */
TEST(a_long_list_takes_no_more_memory_than_a_short_one) {
    Fixture f;
    fixture_open(&f);
    fixture_run(&f, "DROP TABLE gold.fact_trip");
    list_rows(&f, 20000);
    int64_t before = peak_bytes();
    list_rows(&f, 1000000);
    int64_t grown = peak_bytes() - before;
    if (grown > 32 << 20) fail_msg("%" PRId64 " MB more", grown >> 20);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_accounts_for_itself),
        cmocka_unit_test(the_asked_period_stands_in_the_account),
        cmocka_unit_test(nothing_published_is_version_0),
        cmocka_unit_test(the_row_cap_cuts_and_says_so),
        cmocka_unit_test(gaps_that_only_the_data_tells_are_counted_before_they_are_filled),
        cmocka_unit_test(many_rows_come_in_many_batches_and_the_cap_falls_within_one),
        cmocka_unit_test(the_callers_limit_holds_where_the_query_has_none),
        cmocka_unit_test(a_receiver_that_refuses_ends_the_run_and_leaves_the_connection_usable),
        cmocka_unit_test(a_cancelled_run_ends),
        cmocka_unit_test(without_a_project_nothing_is_compiled),
        cmocka_unit_test(a_filter_and_its_not_are_all_rows),
        cmocka_unit_test(rows_and_what_was_left_out_are_all_rows),
        cmocka_unit_test(the_byte_cap_cuts_between_batches),
        cmocka_unit_test(a_long_list_takes_no_more_memory_than_a_short_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
