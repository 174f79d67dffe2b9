/* How a result is best drawn, by its shape alone: roles and types of its columns, how many rows and different values there are. */
#include <math.h>

#include "ask/ask_answer.h"

enum {
    MAX_BARS = 8,        /* more, or longer labels, lie */
    MAX_LABEL = 14,      /* bytes */
    MAX_CATEGORIES = 50, /* more are a table */
    MAX_PARTS = 6,       /* of a whole */
    MAX_SERIES = 12,     /* lines of one chart */
    MAX_STACK = 8,       /* parts of a bar */
    MIN_POINTS = 13      /* of a scatter */
};

static const char *const KINDS[] = {"kpi",     "line",      "bar",      "horizontal_bar", "pie",
                                    "scatter", "histogram", "heat_map", "table"};
static_assert(COUNT_OF(KINDS) == ASK_CHART_COUNT, "a name for every kind");

const char *ask_chart_name(AskChartKind kind) {
    return KINDS[kind];
}

typedef struct Shape {
    Arena *arena;
    const Model *model;
    const AskRows *rows;
    size_t n;
    const QueryColumn *groups[3];
    size_t group_at[3];
    size_t n_groups;
    const QueryColumn *measures[64];
    size_t measure_at[64];
    size_t n_measures;
} Shape;

/* ---- what the columns are --------------------------------------------------------------------------------------------- */

static bool is_number(Type type) {
    return type.kind == TYPE_INT64 || type.kind == TYPE_FLOAT64 || type.kind == TYPE_DECIMAL;
}

static bool is_share(const QueryColumn *column) {
    return str_starts(column->member, S("share("));
}

static bool is_additive(const Shape *s, const QueryColumn *column) {
    ModelMember member;
    if (is_share(column) || str_starts(column->member, S("sum(")) || str_starts(column->member, S("count(")))
        return true;
    bool is_measure =
        !model_member(s->model, NULL, column->member, &member, NULL) && member.kind == MODEL_MEMBER_MEASURE;
    return is_measure && member.measure->additivity == MODEL_ADDITIVE;
}

static bool is_count(const Shape *s, const QueryColumn *column) {
    return column->type.kind == TYPE_INT64 && is_additive(s, column);
}

static bool is_part_of_date(const Shape *s, const QueryColumn *column) {
    ModelMember member;
    return !model_member(s->model, NULL, column->member, &member, NULL) && member.part;
}

static size_t n_different(const Shape *s, size_t column) {
    Map *seen = map_new(s->arena);
    for (size_t i = 0; i < s->n; i++) {
        Value value = ask_cell(s->rows, i, column);
        map_put(seen, value.is_null ? S("\1null") : value_print(s->arena, value), seen);
    }
    return map_count(seen);
}

static size_t longest_label(const Shape *s, size_t column) {
    size_t longest = 0;
    for (size_t i = 0; i < s->n; i++) {
        Value value = ask_cell(s->rows, i, column);
        if (!value.is_null) longest = MAX_OF(longest, value_print(s->arena, value).n);
    }
    return longest;
}

/* Parts, none negative, of one whole. */
static bool is_whole(const Shape *s) {
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) {
        double part = ask_number(s->arena, ask_cell(s->rows, i, s->measure_at[0]));
        if (isnan(part) || part < 0) return false;
        sum += part;
    }
    return fabs(sum - 1) < .001;
}

/* ---- the rules -------------------------------------------------------------------------------------------------------- */

static void take(const Shape *s, AskChart *chart, size_t n_measures) {
    Str *y = ARENA_ARRAY(s->arena, Str, n_measures + 1);
    const QueryColumn *first = s->measures[0];
    for (size_t i = 0; i < n_measures; i++) { /* one axis: what is measured alike */
        const QueryColumn *c = s->measures[i];
        bool is_alike = str_eq(c->format, first->format) && str_eq(c->unit, first->unit) && is_number(c->type);
        if (is_alike || chart->kind == ASK_CHART_KPI || chart->kind == ASK_CHART_SCATTER) y[chart->n_y++] = c->name;
    }
    chart->y = y;
}

static AskChartKind of_categories(const Shape *s) {
    const QueryColumn *group = s->groups[0], *measure = s->measures[0];
    if (query_column_is_bucket(group)) return ASK_CHART_HISTOGRAM;
    bool is_plain_number = is_number(group->type) && !is_part_of_date(s, group);
    if (is_plain_number && s->n_measures == 1 && is_count(s, measure)) return ASK_CHART_HISTOGRAM;
    if (s->n_measures == 1 && is_share(measure) && s->n >= 2 && s->n <= MAX_PARTS && is_whole(s)) return ASK_CHART_PIE;
    if (s->n_measures == 2 && s->n >= MIN_POINTS) return ASK_CHART_SCATTER;
    if (s->n > MAX_CATEGORIES) return ASK_CHART_TABLE;
    bool is_ordered = is_part_of_date(s, group);
    bool is_long = !is_ordered && (s->n > MAX_BARS || longest_label(s, s->group_at[0]) > MAX_LABEL);
    return is_long ? ASK_CHART_HORIZONTAL_BAR : ASK_CHART_BAR;
}

static void of_two_groups(const Shape *s, AskChart *chart) {
    bool is_time = ask_is_time_column(s->groups[0]);
    size_t n_x = n_different(s, s->group_at[0]), n_series = n_different(s, s->group_at[1]);
    chart->series = s->groups[1]->name;
    if (is_time && !is_share(s->measures[0])) {
        chart->kind = n_series <= MAX_SERIES ? ASK_CHART_LINE : ASK_CHART_HEAT_MAP;
        return;
    }
    bool is_many = n_series > MAX_STACK || n_x > MAX_CATEGORIES;
    chart->kind = is_many ? ASK_CHART_HEAT_MAP : ASK_CHART_BAR;
    chart->is_stacked = !is_many && is_additive(s, s->measures[0]);
}

static void choose(const Shape *s, AskChart *chart) {
    chart->kind = ASK_CHART_TABLE;
    bool has_figures = s->n && s->n_measures && (is_number(s->measures[0]->type) || !s->n_groups);
    if (!has_figures) return;
    size_t n_measures = s->n_measures;
    if (!s->n_groups) {
        chart->kind = ASK_CHART_KPI;
    } else if (s->n_groups == 1) {
        chart->x = s->groups[0]->name;
        bool is_time = ask_is_time_column(s->groups[0]);
        chart->kind = s->n == 1 ? ASK_CHART_KPI : is_time ? ASK_CHART_LINE : of_categories(s);
    } else if (s->n_groups == 2) {
        chart->x = s->groups[0]->name;
        of_two_groups(s, chart);
        n_measures = 1;
    } else {
        return;
    }
    if (chart->kind != ASK_CHART_TABLE) take(s, chart, n_measures);
}

AskChart ask_choose_chart(Arena *arena, const Model *model, const AskRows *rows) {
    Shape s = {.arena = arena, .model = model, .rows = rows, .n = ask_n_rows(rows)};
    AskChart chart = {0};
    for (size_t i = 0; i < rows->n_columns; i++) {
        const QueryColumn *c = &rows->columns[i];
        if (c->role == QUERY_ROLE_MEASURE && s.n_measures < COUNT_OF(s.measures)) {
            s.measure_at[s.n_measures] = i;
            s.measures[s.n_measures++] = c;
        } else if (c->role != QUERY_ROLE_MEASURE && s.n_groups < COUNT_OF(s.groups)) {
            s.group_at[s.n_groups] = i;
            s.groups[s.n_groups++] = c;
        }
    }
    choose(&s, &chart);
    if (chart.kind == ASK_CHART_TABLE) chart = (AskChart){.kind = ASK_CHART_TABLE};
    return chart;
}
