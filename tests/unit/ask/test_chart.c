/* Each rule by which a chart is chosen, on rows that are made for it. */
#include "said_fixture.h"

enum { MAX_COLUMNS = 4 };

typedef struct Made {
    Arena *arena;
    QueryColumn columns[MAX_COLUMNS];
    size_t n_columns;
    size_t n_rows;
    double factor; /* of measures */
} Made;

static Made made(void **state, size_t n_rows) {
    return (Made){.arena = ((Said *)*state)->f.arena, .n_rows = n_rows, .factor = 1};
}

static void group(Made *m, const char *member, TypeKind type) {
    m->columns[m->n_columns++] = (QueryColumn){
        .name = str_of(member), .member = str_of(member), .type = TYPE(type), .role = QUERY_ROLE_DIMENSION};
}

static void months(Made *m) {
    group(m, "started_at.month", TYPE_DATE);
    m->columns[m->n_columns - 1].role = QUERY_ROLE_TIME;
    m->columns[m->n_columns - 1].grain = TIME_GRAIN_MONTH;
}

static void measure(Made *m, const char *member, TypeKind type) {
    group(m, member, type);
    m->columns[m->n_columns - 1].role = QUERY_ROLE_MEASURE;
}

/* How many different values each group has; further rows repeat them. */
static AskChart chart(void **state, Made *m, size_t n_first, size_t n_second, const char *label) {
    Said *s = *state;
    Type types[MAX_COLUMNS];
    Str names[MAX_COLUMNS];
    for (size_t c = 0; c < m->n_columns; c++) {
        types[c] = m->columns[c].type;
        names[c] = m->columns[c].name;
    }
    BatchBuilder *builder = batch_builder_new(m->arena, m->n_columns, names, types, m->n_rows + 1);
    for (size_t r = 0; r < m->n_rows; r++) {
        size_t nth = 0;
        for (size_t c = 0; c < m->n_columns; c++) {
            size_t at = r + 1;
            if (m->columns[c].role != QUERY_ROLE_MEASURE) at = nth++ ? r / n_first % n_second : r % n_first;
            Value value = types[c].kind == TYPE_TEXT      ? value_text(arena_printf(m->arena, "%s%zu", label, at))
                          : types[c].kind == TYPE_FLOAT64 ? value_float(m->factor * (double)at)
                          : types[c].kind == TYPE_DATE    ? value_date(18000 + 31 * (int64_t)at)
                                                          : value_int((int64_t)at);
            batch_builder_set(builder, c, value);
        }
        batch_builder_next_row(builder);
    }
    AskRows rows = {
        .columns = m->columns, .n_columns = m->n_columns, .batches = batch_builder_batch(builder), .n_batches = 1};
    return ask_choose_chart(m->arena, s->f.model, &rows);
}

static void assert_kind(const AskChart *chart, AskChartKind kind) {
    assert_string_equal(ask_chart_name(chart->kind), ask_chart_name(kind));
}

TEST(figures_alone_are_shown_large) {
    Made m = made(state, 1);
    measure(&m, "trips", TYPE_INT64);
    measure(&m, "distance", TYPE_FLOAT64);
    AskChart c = chart(state, &m, 1, 1, "");
    assert_kind(&c, ASK_CHART_KPI);
    assert_int_equal(c.n_y, 2);
    assert_int_equal(c.x.n, 0);
}

TEST(time_is_a_line) {
    Made m = made(state, 6);
    months(&m);
    measure(&m, "trips", TYPE_INT64);
    AskChart c = chart(state, &m, 6, 1, "");
    assert_kind(&c, ASK_CHART_LINE);
    assert_true(str_eq(c.x, S("started_at.month")) && str_eq(c.y[0], S("trips")));
}

TEST(time_of_several_is_a_line_each) {
    Made m = made(state, 12);
    months(&m);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    AskChart c = chart(state, &m, 6, 2, "b");
    assert_kind(&c, ASK_CHART_LINE);
    assert_true(str_eq(c.series, S("bike")));
    m.n_rows = 13 * 3;
    c = chart(state, &m, 3, 13, "b");
    assert_kind(&c, ASK_CHART_HEAT_MAP);
}

TEST(shares_by_time_are_stacked) {
    Made m = made(state, 12);
    months(&m);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "share(trips)", TYPE_FLOAT64);
    AskChart c = chart(state, &m, 6, 2, "b");
    assert_kind(&c, ASK_CHART_BAR);
    assert_true(c.is_stacked);
}

TEST(few_categories_are_bars_and_many_lie) {
    Made m = made(state, 8);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    AskChart c = chart(state, &m, 8, 1, "b");
    assert_kind(&c, ASK_CHART_BAR);
    c = chart(state, &m, 8, 1, "a bike with a long name ");
    assert_kind(&c, ASK_CHART_HORIZONTAL_BAR);
    m.n_rows = 9;
    c = chart(state, &m, 9, 1, "b");
    assert_kind(&c, ASK_CHART_HORIZONTAL_BAR);
    m.n_rows = 51;
    c = chart(state, &m, 51, 1, "b");
    assert_kind(&c, ASK_CHART_TABLE);
    assert_int_equal(c.n_y, 0);
}

TEST(parts_of_a_date_keep_their_order) {
    Made m = made(state, 12);
    group(&m, "started_at.month_of_year", TYPE_INT64);
    measure(&m, "trips", TYPE_INT64);
    AskChart c = chart(state, &m, 12, 1, "");
    assert_kind(&c, ASK_CHART_BAR);
}

TEST(two_groups_are_stacked_where_parts_add_up) {
    Made m = made(state, 12);
    group(&m, "bike", TYPE_TEXT);
    group(&m, "weather", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    AskChart c = chart(state, &m, 4, 3, "v");
    assert_kind(&c, ASK_CHART_BAR);
    assert_true(c.is_stacked && str_eq(c.series, S("weather")));
    m.columns[2].name = m.columns[2].member = S("riders");
    c = chart(state, &m, 4, 3, "v");
    assert_kind(&c, ASK_CHART_BAR);
    assert_false(c.is_stacked);
    m.n_rows = 90;
    c = chart(state, &m, 10, 9, "v");
    assert_kind(&c, ASK_CHART_HEAT_MAP);
}

TEST(few_parts_of_a_whole_are_a_pie) {
    Made m = made(state, 3);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "share(trips)", TYPE_FLOAT64);
    m.factor = 1.0 / 6;
    AskChart c = chart(state, &m, 3, 1, "b");
    assert_kind(&c, ASK_CHART_PIE);
    m.factor = 1.0 / 12; /* half of it is missing */
    c = chart(state, &m, 3, 1, "b");
    assert_kind(&c, ASK_CHART_BAR);
    m.n_rows = 7;
    m.factor = 1.0 / 28;
    c = chart(state, &m, 7, 1, "b");
    assert_kind(&c, ASK_CHART_BAR);
}

TEST(two_measures_of_many_are_points) {
    Made m = made(state, 60);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    measure(&m, "distance", TYPE_FLOAT64);
    AskChart c = chart(state, &m, 60, 1, "b");
    assert_kind(&c, ASK_CHART_SCATTER);
    assert_int_equal(c.n_y, 2);
}

TEST(one_axis_has_what_is_measured_alike) {
    Made m = made(state, 4);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "distance", TYPE_FLOAT64);
    measure(&m, "paid_share", TYPE_FLOAT64);
    m.columns[2].format = S("percent");
    AskChart c = chart(state, &m, 4, 1, "b");
    assert_kind(&c, ASK_CHART_BAR);
    assert_int_equal(c.n_y, 1);
}

TEST(counts_by_number_are_a_histogram) {
    Made m = made(state, 20);
    group(&m, "trip.minutes", TYPE_INT64);
    measure(&m, "trips", TYPE_INT64);
    AskChart c = chart(state, &m, 20, 1, "");
    assert_kind(&c, ASK_CHART_HISTOGRAM);
    m.columns[0].bucket = value_int(5);
    m.columns[1].name = m.columns[1].member = S("distance");
    c = chart(state, &m, 20, 1, "");
    assert_kind(&c, ASK_CHART_HISTOGRAM);
}

TEST(all_else_is_a_table) {
    Made m = made(state, 3);
    group(&m, "bike", TYPE_TEXT);
    AskChart c = chart(state, &m, 3, 1, "b");
    assert_kind(&c, ASK_CHART_TABLE);
    group(&m, "weather", TYPE_TEXT);
    group(&m, "start.city", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    c = chart(state, &m, 3, 1, "b");
    assert_kind(&c, ASK_CHART_TABLE);
    m.n_rows = 0;
    m.n_columns = 0;
    measure(&m, "trips", TYPE_INT64);
    c = chart(state, &m, 1, 1, "");
    assert_kind(&c, ASK_CHART_TABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_alone_are_shown_large),
        cmocka_unit_test(time_is_a_line),
        cmocka_unit_test(time_of_several_is_a_line_each),
        cmocka_unit_test(shares_by_time_are_stacked),
        cmocka_unit_test(few_categories_are_bars_and_many_lie),
        cmocka_unit_test(parts_of_a_date_keep_their_order),
        cmocka_unit_test(two_groups_are_stacked_where_parts_add_up),
        cmocka_unit_test(few_parts_of_a_whole_are_a_pie),
        cmocka_unit_test(two_measures_of_many_are_points),
        cmocka_unit_test(one_axis_has_what_is_measured_alike),
        cmocka_unit_test(counts_by_number_are_a_histogram),
        cmocka_unit_test(all_else_is_a_table),
    };
    return cmocka_run_group_tests(tests, said_open, said_close);
}
