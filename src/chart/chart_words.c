/* A chart in words, for those who do not see it. */
#include <math.h>

#include "chart/chart_internal.h"

static const char *const KIND_WORDS[] = {"Figures",      "Line chart", "Bar chart", "Bar chart", "Pie chart",
                                         "Scatter plot", "Histogram",  "Heat map",  "Table"};
static_assert(COUNT_OF(KIND_WORDS) == CHART_KIND_COUNT, "words for every kind");

static void find_ends(const Plot *plot, size_t *ret_low, size_t *ret_high) {
    size_t low = SIZE_MAX, high = SIZE_MAX;
    for (size_t i = 0; i < plot->n * plot->n_series; i++) {
        if (isnan(plot->values[i])) continue;
        if (low == SIZE_MAX || plot->values[i] < plot->values[low]) low = i;
        if (high == SIZE_MAX || plot->values[i] > plot->values[high]) high = i;
    }
    *ret_low = low;
    *ret_high = high;
}

/* "City: Ulm. Amount: $1,234.50. Trips: 17." */
static Str figure_words(const Plot *plot) {
    Arena *arena = plot->arena;
    Str words = {0};
    if (plot->x) {
        Str name = chart_show(arena, plot->x, chart_cell(plot->data, 0, (size_t)(plot->x - plot->data->columns)));
        words = arena_printf(arena, "%.*s: %.*s.", STR_ARG(chart_title(arena, plot->x)), STR_ARG(name));
    }
    for (size_t i = 0; i < plot->n_measures; i++) {
        const ChartColumn *column = &plot->data->columns[plot->measures[i]];
        Str figure = chart_show(arena, column, chart_cell(plot->data, 0, plot->measures[i]));
        words = arena_printf(arena, "%.*s%s%.*s: %.*s.", STR_ARG(words), words.n ? " " : "",
                             STR_ARG(chart_title(arena, column)), STR_ARG(figure));
    }
    return words;
}

Str plot_words(const Plot *plot) {
    Arena *arena = plot->arena;
    if (plot->spec->kind == CHART_KPI) return figure_words(plot);
    Str words = arena_printf(arena, "%s of %.*s", KIND_WORDS[plot->spec->kind], STR_ARG(chart_title(arena, plot->y)));
    for (size_t i = 1; i < plot->n_measures && !plot->by; i++)
        words = arena_printf(arena, "%.*s%s%.*s", STR_ARG(words), i + 1 < plot->n_measures ? ", " : " and ",
                             STR_ARG(chart_title(arena, &plot->data->columns[plot->measures[i]])));
    if (plot->x) words = arena_printf(arena, "%.*s by %.*s", STR_ARG(words), STR_ARG(chart_title(arena, plot->x)));
    if (plot->by) words = arena_printf(arena, "%.*s and %.*s", STR_ARG(words), STR_ARG(chart_title(arena, plot->by)));
    size_t low, high;
    if (plot->spec->kind == CHART_SCATTER)
        return arena_printf(arena, "%.*s: %zu points.", STR_ARG(words), plot->points.n);
    find_ends(plot, &low, &high);
    if (low == SIZE_MAX) return arena_printf(arena, "%.*s.", STR_ARG(words));
    return arena_printf(arena, "%.*s: %zu %s. Lowest: %.*s. Highest: %.*s.", STR_ARG(words), plot->n,
                        chart_is_time(plot->x) ? "points in time" : "in all",
                        STR_ARG(plot_mark(plot, low / plot->n, low % plot->n)),
                        STR_ARG(plot_mark(plot, high / plot->n, high % plot->n)));
}
