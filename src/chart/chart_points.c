/* Points of a scatter plot: a row's first two figures. */
#include <math.h>

#include "chart/chart_internal.h"

enum { MAX_POINTS = 2000 };

static bool point_of(const Plot *plot, size_t row, double *ret_x, double *ret_y) {
    *ret_x = chart_number(chart_cell(plot->data, row, plot->measures[0]));
    *ret_y = chart_number(chart_cell(plot->data, row, plot->measures[1]));
    return !isnan(*ret_x) && !isnan(*ret_y);
}

/* The ends are of all points, so that the axes do not depend on which are chosen. */
void plot_points(Plot *plot) {
    Points *p = &plot->points;
    size_t n_all = 0, n_kept = 0, cap = MIN_OF(plot->n_rows, (size_t)MAX_POINTS);
    double x, y;
    for (size_t row = 0; row < plot->n_rows; row++) {
        if (!point_of(plot, row, &x, &y)) continue;
        p->min_x = n_all ? MIN_OF(p->min_x, x) : x;
        p->max_x = n_all ? MAX_OF(p->max_x, x) : x;
        p->min_y = n_all ? MIN_OF(p->min_y, y) : y;
        p->max_y = n_all ? MAX_OF(p->max_y, y) : y;
        n_all++;
    }
    p->x = ARENA_ARRAY(plot->arena, double, cap + 1);
    p->y = ARENA_ARRAY(plot->arena, double, cap + 1);
    p->rows = ARENA_ARRAY(plot->arena, size_t, cap + 1);
    size_t every = (n_all + MAX_POINTS - 1) / MAX_POINTS, nth = 0;
    for (size_t row = 0; row < plot->n_rows; row++) {
        if (!point_of(plot, row, &x, &y) || nth++ % every) continue;
        p->x[n_kept] = x;
        p->y[n_kept] = y;
        p->rows[n_kept++] = row;
    }
    p->n = n_kept;
    if (n_kept < n_all)
        plot_note(plot, "%zu of %.*s are drawn.", n_kept,
                  STR_ARG(format_count(plot->arena, (int64_t)n_all, "point", "points")));
    if (n_all < plot->n_rows)
        plot_note(plot, "Not drawn: %.*s without both figures.",
                  STR_ARG(format_count(plot->arena, (int64_t)(plot->n_rows - n_all), "row", "rows")));
}

Str plot_point_mark(const Plot *plot, size_t point) {
    const ChartData *data = plot->data;
    Arena *arena = plot->arena;
    size_t row = plot->points.rows[point];
    Str words = {0};
    for (size_t i = 0; plot->x && i < data->n_columns; i++)
        if (&data->columns[i] == plot->x)
            words = arena_printf(arena, "%.*s: ", STR_ARG(chart_show(arena, plot->x, chart_cell(data, row, i))));
    for (size_t k = 0; k < 2; k++) {
        const ChartColumn *column = &data->columns[plot->measures[k]];
        words =
            arena_printf(arena, "%.*s%s%.*s %.*s", STR_ARG(words), k ? ", " : "", STR_ARG(chart_title(arena, column)),
                         STR_ARG(chart_show(arena, column, chart_cell(data, row, plot->measures[k]))));
    }
    return words;
}
