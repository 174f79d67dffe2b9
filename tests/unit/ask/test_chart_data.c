/* What a chart is told of a result's columns. */
#include "said_fixture.h"

static ChartColumn column_of(void **state, const QueryColumn *column) {
    const Said *s = *state;
    const AskRows rows = {.columns = column, .n_columns = 1};
    return ask_chart_data(s->f.arena, s->f.model, &rows).columns[0];
}

TEST(measures_add_up_as_the_model_says) {
    QueryColumn column = {.role = QUERY_ROLE_MEASURE, .type = TYPE(TYPE_INT64)};
    static const struct {
        const char *member;
        bool is_additive, is_share;
    } cases[] = {{"trips", true, false},
                 {"riders", false, false},
                 {"sum(trip.distance)", true, false},
                 {"count(*)", true, false},
                 {"avg(trip.distance)", false, false},
                 {"share(trips)", false, true},
                 {"count(distinct bike)", false, false},
                 {"sum(trip.distance) / count(*)", false, false},
                 {"no such thing", false, false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        column.member = column.name = str_of(cases[i].member);
        ChartColumn c = column_of(state, &column);
        if (c.is_additive != cases[i].is_additive || c.is_share != cases[i].is_share) fail_msg("%s", cases[i].member);
    }
}

TEST(parts_of_a_date_have_an_order_and_names) {
    QueryColumn column = {
        .role = QUERY_ROLE_DIMENSION, .type = TYPE(TYPE_INT64), .member = S("started_at.month_of_year")};
    ChartColumn c = column_of(state, &column);
    assert_true(c.is_ordered && c.format.is_name && str_eq(c.format.kind, S("month")));
    column.member = S("weather");
    c = column_of(state, &column);
    assert_false(c.is_ordered || c.format.kind.n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_add_up_as_the_model_says),
        cmocka_unit_test(parts_of_a_date_have_an_order_and_names),
    };
    return cmocka_run_group_tests(tests, said_open, said_close);
}
