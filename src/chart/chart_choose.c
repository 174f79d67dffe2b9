/* How a result is best drawn, by its shape alone: roles and types of its columns, how many rows and different values there are. */
#include <math.h>

#include "chart/chart_internal.h"

enum {
    MAX_BARS = 8,        /* more, or longer labels, lie */
    MAX_LABEL = 14,      /* bytes */
    MAX_CATEGORIES = 50, /* more are a table */
    MAX_PARTS = 6,       /* of a whole */
    MAX_STACK = 8,       /* parts of a bar */
    MIN_POINTS = 13      /* of a scatter */
};

static const char *const KINDS[] = {"kpi",     "line",      "bar",      "horizontal_bar", "pie",
                                    "scatter", "histogram", "heat_map", "table"};
static_assert(COUNT_OF(KINDS) == CHART_KIND_COUNT, "a name for every kind");

const char *chart_kind_name(ChartKind kind) {
    return KINDS[kind];
}

typedef struct Shape {
    Arena *arena;
    const ChartData *data;
    size_t n;
    size_t groups[3];
    size_t n_groups;
    size_t measures[64];
    size_t n_measures;
    bool is_asked_for;
} Shape;

/* ---- what the columns are --------------------------------------------------------------------------------------------- */

static const ChartColumn *group_of(const Shape *s, size_t i) {
    return &s->data->columns[s->groups[i]];
}

static const ChartColumn *measure_of(const Shape *s, size_t i) {
    return &s->data->columns[s->measures[i]];
}

static bool is_count(const ChartColumn *column) {
    return column->type.kind == TYPE_INT64 && column->is_additive;
}

/* Up to one more than most. */
static size_t n_different(const Shape *s, size_t column, size_t most) {
    Map *seen = map_new(s->arena);
    for (size_t i = 0; i < s->n && map_count(seen) <= most; i++) {
        Value value = chart_cell(s->data, i, column);
        map_put(seen, value.is_null ? S("\1null") : value_print(s->arena, value), seen);
    }
    return map_count(seen);
}

static size_t longest_label(const Shape *s, size_t column) {
    size_t longest = 0;
    for (size_t i = 0; i < s->n; i++) {
        Value value = chart_cell(s->data, i, column);
        if (!value.is_null) longest = MAX_OF(longest, value_print(s->arena, value).n);
    }
    return longest;
}

/* Parts, none negative, of one whole. */
static bool is_whole(const Shape *s) {
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) {
        double part = chart_number(chart_cell(s->data, i, s->measures[0]));
        if (isnan(part) || part < 0) return false;
        sum += part;
    }
    return fabs(sum - 1) < .001;
}

/* ---- the rules -------------------------------------------------------------------------------------------------------- */

/* One axis: what is measured alike. */
static bool is_alike(const ChartColumn *a, const ChartColumn *b) {
    return str_eq(a->format.kind, b->format.kind) && str_eq(a->format.unit, b->format.unit) && type_is_number(a->type);
}

static bool is_known(const Shape *s, size_t column) {
    for (size_t i = 0; i < s->n; i++)
        if (!chart_cell(s->data, i, column).is_null) return true;
    return false;
}

static void take(const Shape *s, ChartSpec *spec, size_t n_measures) {
    Str *y = ARENA_ARRAY(s->arena, Str, n_measures + 1);
    for (size_t i = 0; i < n_measures; i++) {
        const ChartColumn *c = measure_of(s, i);
        bool is_on_axis = is_alike(c, measure_of(s, 0)) && !c->is_change && (!i || is_known(s, s->measures[i]));
        if (is_on_axis || spec->kind == CHART_KPI || spec->kind == CHART_SCATTER) y[spec->n_y++] = c->name;
    }
    spec->y = y;
}

static ChartKind of_categories(const Shape *s) {
    const ChartColumn *group = group_of(s, 0), *measure = measure_of(s, 0);
    bool is_bucket = group->bucket.type.kind != TYPE_NULL, is_number = type_is_number(group->type);
    if (is_bucket) return CHART_HISTOGRAM;
    if (is_number && !group->is_ordered && s->n_measures == 1 && is_count(measure)) return CHART_HISTOGRAM;
    bool are_parts = s->n_measures == 1 && measure->is_share && s->n >= 2 && s->n <= MAX_PARTS;
    if (are_parts && is_whole(s)) return CHART_PIE;
    bool are_points = s->n_measures == 2 && s->n >= MIN_POINTS && type_is_number(measure_of(s, 1)->type);
    if (are_points) return CHART_SCATTER;
    if (s->n > MAX_CATEGORIES && !s->is_asked_for) return CHART_TABLE;
    bool is_long = s->n > MAX_BARS || longest_label(s, s->groups[0]) > MAX_LABEL;
    return is_long && !group->is_ordered ? CHART_HORIZONTAL_BAR : CHART_BAR;
}

static void of_two_groups(const Shape *s, ChartSpec *spec) {
    const ChartColumn *measure = measure_of(s, 0);
    size_t n_x = n_different(s, s->groups[0], MAX_CATEGORIES);
    size_t n_series = n_different(s, s->groups[1], CHART_MAX_SERIES);
    spec->series = group_of(s, 1)->name;
    if (chart_is_time(group_of(s, 0)) && !measure->is_share) {
        spec->kind = n_series <= CHART_MAX_SERIES ? CHART_LINE : CHART_HEAT_MAP;
        return;
    }
    bool is_many = n_series > MAX_STACK || n_x > MAX_CATEGORIES;
    spec->kind = is_many ? CHART_HEAT_MAP : CHART_BAR;
    spec->is_stacked = !is_many && (measure->is_additive || measure->is_share);
}

static bool can_draw(const Shape *s) {
    return s->n_measures && s->n_groups <= 2 && (type_is_number(measure_of(s, 0)->type) || !s->n_groups);
}

static void choose(const Shape *s, ChartSpec *spec) {
    if (!s->n || !can_draw(s)) return;
    size_t n_measures = s->n_measures;
    if (s->n_groups) spec->x = group_of(s, 0)->name;
    if (!s->n_groups) {
        spec->kind = CHART_KPI;
    } else if (s->n_groups == 1) {
        spec->kind = s->n == 1 ? CHART_KPI : chart_is_time(group_of(s, 0)) ? CHART_LINE : of_categories(s);
        if (spec->kind == CHART_HISTOGRAM) n_measures = 1;
    } else {
        of_two_groups(s, spec);
        n_measures = 1;
    }
    take(s, spec, n_measures);
}

static Shape shape_of(Arena *arena, const ChartData *data) {
    Shape s = {.arena = arena, .data = data, .n = chart_n_rows(data)};
    for (size_t i = 0; i < data->n_columns; i++) {
        bool is_measure = data->columns[i].role == CHART_ROLE_MEASURE;
        if (is_measure && s.n_measures < COUNT_OF(s.measures)) s.measures[s.n_measures++] = i;
        if (!is_measure && s.n_groups < COUNT_OF(s.groups)) s.groups[s.n_groups++] = i;
    }
    return s;
}

ChartSpec chart_choose(Arena *arena, const ChartData *data, bool is_asked_for) {
    ChartSpec spec = {.kind = CHART_TABLE};
    Shape s = shape_of(arena, data);
    s.is_asked_for = is_asked_for;
    choose(&s, &spec);
    return spec;
}

bool chart_can_draw(const ChartData *data) {
    const Shape s = shape_of(NULL, data);
    return can_draw(&s);
}
