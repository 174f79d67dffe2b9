/* Each rule by which a chart is chosen, on rows that are made for it. */
#include "test.h"

#include <string.h>

#include "chart/chart.h"

enum { MAX_COLUMNS = 4 };

typedef struct Made {
    Arena *arena;
    ChartColumn columns[MAX_COLUMNS];
    size_t n_columns;
    size_t n_rows;
    double factor;   /* of measures */
    size_t nulls_of; /* a measure's column without values; 0: none */
    bool is_asked_for;
} Made;

static Made made(void **state, size_t n_rows) {
    return (Made){.arena = *state, .n_rows = n_rows, .factor = 1};
}

static ChartColumn *group(Made *m, const char *name, TypeKind type) {
    m->columns[m->n_columns] = (ChartColumn){.name = str_of(name), .type = TYPE(type), .format.decimals = -1};
    return &m->columns[m->n_columns++];
}

static void months(Made *m) {
    ChartColumn *column = group(m, "started_at.month", TYPE_DATE);
    column->role = CHART_ROLE_TIME;
    column->format.grain = TIME_GRAIN_MONTH;
}

/* Counts add up. */
static ChartColumn *measure(Made *m, const char *name, TypeKind type) {
    ChartColumn *column = group(m, name, type);
    column->role = CHART_ROLE_MEASURE;
    column->is_additive = type == TYPE_INT64;
    return column;
}

/* How many different values each group has; further rows repeat them. */
static ChartSpec chart(Made *m, size_t n_first, size_t n_second, const char *label) {
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
            if (m->columns[c].role != CHART_ROLE_MEASURE) at = nth++ ? r / n_first % n_second : r % n_first;
            Value value = types[c].kind == TYPE_TEXT      ? value_text(arena_printf(m->arena, "%s%zu", label, at))
                          : types[c].kind == TYPE_FLOAT64 ? value_float(m->factor * (double)at)
                          : types[c].kind == TYPE_DATE    ? value_date(18000 + 31 * (int64_t)at)
                                                          : value_int((int64_t)at);
            if (m->nulls_of && c == m->nulls_of) value = value_null(types[c]);
            batch_builder_set(builder, c, value);
        }
        batch_builder_next_row(builder);
    }
    const ChartData data = {m->columns, m->n_columns, batch_builder_batch(builder), 1};
    return chart_choose(m->arena, &data, m->is_asked_for);
}

static void assert_kind(const ChartSpec *spec, ChartKind kind) {
    assert_string_equal(chart_kind_name(spec->kind), chart_kind_name(kind));
}

TEST(figures_alone_are_shown_large) {
    Made m = made(state, 1);
    measure(&m, "trips", TYPE_INT64);
    measure(&m, "distance", TYPE_FLOAT64);
    ChartSpec c = chart(&m, 1, 1, "");
    assert_kind(&c, CHART_KPI);
    assert_int_equal(c.n_y, 2);
    assert_int_equal(c.x.n, 0);
}

TEST(time_is_a_line) {
    Made m = made(state, 6);
    months(&m);
    measure(&m, "trips", TYPE_INT64);
    ChartSpec c = chart(&m, 6, 1, "");
    assert_kind(&c, CHART_LINE);
    assert_true(str_eq(c.x, S("started_at.month")) && str_eq(c.y[0], S("trips")));
}

TEST(time_of_several_is_a_line_each) {
    Made m = made(state, 12);
    months(&m);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    ChartSpec c = chart(&m, 6, 2, "b");
    assert_kind(&c, CHART_LINE);
    assert_true(str_eq(c.series, S("bike")));
    m.n_rows = 13 * 3;
    c = chart(&m, 3, 13, "b");
    assert_kind(&c, CHART_HEAT_MAP);
}

TEST(shares_by_time_are_stacked) {
    Made m = made(state, 12);
    months(&m);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "share", TYPE_FLOAT64)->is_share = true;
    ChartSpec c = chart(&m, 6, 2, "b");
    assert_kind(&c, CHART_BAR);
    assert_true(c.is_stacked);
}

TEST(few_categories_are_bars_and_many_lie) {
    Made m = made(state, 8);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    ChartSpec c = chart(&m, 8, 1, "b");
    assert_kind(&c, CHART_BAR);
    c = chart(&m, 8, 1, "a bike with a long name ");
    assert_kind(&c, CHART_HORIZONTAL_BAR);
    m.n_rows = 9;
    c = chart(&m, 9, 1, "b");
    assert_kind(&c, CHART_HORIZONTAL_BAR);
    m.n_rows = 51;
    c = chart(&m, 51, 1, "b");
    assert_kind(&c, CHART_TABLE);
    assert_true(str_eq(c.x, S("bike")) && c.n_y == 1); /* what it may be made into */
}

TEST(parts_of_a_date_keep_their_order) {
    Made m = made(state, 12);
    group(&m, "started_at.month_of_year", TYPE_INT64)->is_ordered = true;
    measure(&m, "trips", TYPE_INT64);
    ChartSpec c = chart(&m, 12, 1, "");
    assert_kind(&c, CHART_BAR);
}

TEST(two_groups_are_stacked_where_parts_add_up) {
    Made m = made(state, 12);
    group(&m, "bike", TYPE_TEXT);
    group(&m, "weather", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    ChartSpec c = chart(&m, 4, 3, "v");
    assert_kind(&c, CHART_BAR);
    assert_true(c.is_stacked && str_eq(c.series, S("weather")));
    m.columns[2].is_additive = false;
    c = chart(&m, 4, 3, "v");
    assert_kind(&c, CHART_BAR);
    assert_false(c.is_stacked);
    m.n_rows = 90;
    c = chart(&m, 10, 9, "v");
    assert_kind(&c, CHART_HEAT_MAP);
}

TEST(few_parts_of_a_whole_are_a_pie) {
    Made m = made(state, 3);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "share", TYPE_FLOAT64)->is_share = true;
    m.factor = 1.0 / 6;
    ChartSpec c = chart(&m, 3, 1, "b");
    assert_kind(&c, CHART_PIE);
    m.factor = 1.0 / 12; /* half of it is missing */
    c = chart(&m, 3, 1, "b");
    assert_kind(&c, CHART_BAR);
    m.n_rows = 7;
    m.factor = 1.0 / 28;
    c = chart(&m, 7, 1, "b");
    assert_kind(&c, CHART_BAR);
}

TEST(two_measures_of_many_are_points) {
    Made m = made(state, 60);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    measure(&m, "distance", TYPE_FLOAT64);
    ChartSpec c = chart(&m, 60, 1, "b");
    assert_kind(&c, CHART_SCATTER);
    assert_int_equal(c.n_y, 2);
}

TEST(one_axis_has_what_is_measured_alike) {
    Made m = made(state, 4);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "distance", TYPE_FLOAT64);
    measure(&m, "paid_share", TYPE_FLOAT64);
    m.columns[2].format.kind = S("percent");
    ChartSpec c = chart(&m, 4, 1, "b");
    assert_kind(&c, CHART_BAR);
    assert_int_equal(c.n_y, 1);
}

TEST(differences_and_what_is_all_null_are_not_on_the_axis) {
    Made m = made(state, 4);
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "distance", TYPE_FLOAT64);
    measure(&m, "distance.prior", TYPE_FLOAT64);
    measure(&m, "distance.change", TYPE_FLOAT64)->is_change = true;
    ChartSpec c = chart(&m, 4, 1, "b");
    assert_int_equal(c.n_y, 2);
    assert_true(str_eq(c.y[1], S("distance.prior")));
    m.nulls_of = 2;
    c = chart(&m, 4, 1, "b");
    assert_int_equal(c.n_y, 1);
}

TEST(what_can_be_drawn_is_known_from_the_columns) {
    Made m = made(state, 0);
    group(&m, "bike", TYPE_TEXT);
    assert_false(chart_can_draw(&(ChartData){m.columns, m.n_columns, NULL, 0}));
    measure(&m, "trips", TYPE_INT64);
    assert_true(chart_can_draw(&(ChartData){m.columns, m.n_columns, NULL, 0}));
    m.columns[1].type = TYPE(TYPE_TEXT);
    assert_false(chart_can_draw(&(ChartData){m.columns, m.n_columns, NULL, 0}));
}

TEST(counts_by_number_are_a_histogram) {
    Made m = made(state, 20);
    group(&m, "trip.minutes", TYPE_INT64);
    measure(&m, "trips", TYPE_INT64);
    ChartSpec c = chart(&m, 20, 1, "");
    assert_kind(&c, CHART_HISTOGRAM);
    m.columns[0].bucket = value_int(5);
    measure(&m, "riders", TYPE_INT64);
    m.columns[1].is_additive = false;
    c = chart(&m, 20, 1, "");
    assert_kind(&c, CHART_HISTOGRAM);
    assert_int_equal(c.n_y, 1);
}

TEST(all_else_is_a_table) {
    Made m = made(state, 3);
    group(&m, "bike", TYPE_TEXT);
    ChartSpec c = chart(&m, 3, 1, "b");
    assert_kind(&c, CHART_TABLE);
    group(&m, "weather", TYPE_TEXT);
    group(&m, "start.city", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    c = chart(&m, 3, 1, "b");
    assert_kind(&c, CHART_TABLE);
    m.n_rows = 0;
    m.n_columns = 0;
    measure(&m, "trips", TYPE_INT64);
    c = chart(&m, 1, 1, "");
    assert_kind(&c, CHART_TABLE);
}

TEST(asked_for_a_table_is_what_nothing_can_be_drawn_of) {
    Made m = made(state, 51);
    m.is_asked_for = true;
    group(&m, "bike", TYPE_TEXT);
    measure(&m, "trips", TYPE_INT64);
    ChartSpec c = chart(&m, 51, 1, "b");
    assert_kind(&c, CHART_HORIZONTAL_BAR);
    m.columns[1].type = TYPE(TYPE_TEXT);
    c = chart(&m, 51, 1, "b");
    assert_kind(&c, CHART_TABLE);
}

static int open_arena(void **state) {
    *state = arena_new(0);
    return 0;
}

static int close_arena(void **state) {
    arena_free(*state);
    return 0;
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
        cmocka_unit_test(differences_and_what_is_all_null_are_not_on_the_axis),
        cmocka_unit_test(what_can_be_drawn_is_known_from_the_columns),
        cmocka_unit_test(counts_by_number_are_a_histogram),
        cmocka_unit_test(all_else_is_a_table),
        cmocka_unit_test(asked_for_a_table_is_what_nothing_can_be_drawn_of),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
