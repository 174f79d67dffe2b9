/* Rows as they come, made a matrix of places by series: numbers to draw, labels in full, and what had to be left out. */
#include <math.h>
#include <stdlib.h>

#include "chart/chart_internal.h"

enum { MAX_NAMED = 3 /* of what is cut */ };

/* What tells places or series apart: the different values of a column, in the order of the rows. */
typedef struct Keys {
    Map *seen; /* text -> its number + 1 */
    size_t max;
    VEC(size_t) rows; /* the first row of each */
    size_t n_cut;
    size_t cut_rows[MAX_NAMED];
} Keys;

#define CUT SIZE_MAX

static size_t key_of(Arena *arena, Keys *keys, const ChartData *data, size_t row, size_t column) {
    Value value = chart_cell(data, row, column);
    Str text = value.is_null ? S("\1null") : value_print(arena, value);
    size_t known = (size_t)(uintptr_t)map_get(keys->seen, text);
    if (known) return known > keys->max ? CUT : known - 1;
    known = map_count(keys->seen) + 1;
    map_put(keys->seen, text, (void *)(uintptr_t)known);
    if (known > keys->max) {
        if (keys->n_cut < MAX_NAMED) keys->cut_rows[keys->n_cut] = row;
        keys->n_cut++;
        return CUT;
    }
    VEC_PUSH(arena, &keys->rows, row);
    return known - 1;
}

static ErrCode find_column(const ChartData *data, Str name, size_t *ret, Err *err) {
    for (size_t i = 0; i < data->n_columns; i++)
        if (str_eq(data->columns[i].name, name)) {
            *ret = i;
            return ERR_OK;
        }
    return err_set(err, ERR_UNKNOWN_NAME, "the chart shows '%.*s', which is no column of the result", STR_ARG(name));
}

typedef struct Making {
    Plot *plot;
    size_t x, series;
    Keys x_keys, series_keys;
    bool has_series;
    size_t max_places;
    size_t n_twice;
    size_t n_odd; /* values that are no finite numbers */
} Making;

/* Series and place of a row's k-th measure; false: it is cut. */
static bool place_of(Making *m, size_t row, size_t k, size_t *ret_series, size_t *ret_place) {
    Plot *plot = m->plot;
    *ret_place = key_of(plot->arena, &m->x_keys, plot->data, row, m->x);
    *ret_series = m->has_series ? key_of(plot->arena, &m->series_keys, plot->data, row, m->series) : k;
    return *ret_place != CUT && *ret_series != CUT;
}

static void add_row(Making *m, size_t row) {
    Plot *plot = m->plot;
    size_t n_values = m->has_series ? 1 : plot->n_measures, series, place;
    for (size_t k = 0; k < n_values; k++) {
        Value value = chart_cell(plot->data, row, plot->measures[k]);
        double number = chart_number(value);
        bool is_shown = place_of(m, row, k, &series, &place);
        if (!is_shown && place == CUT && !k && !isnan(number)) plot->cut_sum += number;
        if (!is_shown) continue;
        size_t at = series * plot->n + place;
        if (plot->rows[at]) {
            m->n_twice++;
            continue;
        }
        plot->rows[at] = (uint32_t)row + 1;
        plot->values[at] = number;
        m->n_odd += !value.is_null && isnan(number);
    }
}

static void name_series(Making *m) {
    Plot *plot = m->plot;
    plot->series = ARENA_ARRAY(plot->arena, Str, plot->n_series + 1);
    for (size_t i = 0; i < plot->n_series; i++) {
        const ChartColumn *column = &plot->data->columns[m->has_series ? m->series : plot->measures[i]];
        plot->series[i] = m->has_series ? chart_show(plot->arena, column,
                                                     chart_cell(plot->data, m->series_keys.rows.at[i], m->series))
                                        : chart_title(plot->arena, column);
    }
}

/* The places' order: by the axis where it has one, else as the rows come. */
typedef struct Place {
    size_t row;
    double at;
    size_t key;
} Place;

static int compare_places(const void *a, const void *b) {
    const Place *x = a, *y = b;
    if (isnan(x->at) != isnan(y->at)) return isnan(x->at) ? 1 : -1;
    if (x->at < y->at) return -1;
    if (x->at > y->at) return 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

static bool is_ordered(const Plot *plot) {
    bool is_axis = plot->spec->kind == CHART_LINE || plot->spec->kind == CHART_HISTOGRAM;
    return is_axis || plot->x->is_ordered || chart_is_time(plot->x);
}

static void name_places(Making *m) {
    Plot *plot = m->plot;
    Place *places = ARENA_ARRAY(plot->arena, Place, plot->n + 1);
    for (size_t i = 0; i < plot->n; i++) {
        size_t row = m->x_keys.rows.at[i];
        places[i] = (Place){row, chart_number(chart_cell(plot->data, row, m->x)), i};
    }
    if (is_ordered(plot)) {
        qsort(places, plot->n, sizeof(*places), compare_places);
        size_t n_over = plot->n - MIN_OF(plot->n, m->max_places);
        plot->n -= n_over;
        if (chart_is_time(plot->x)) places += n_over; /* the newest */
    }
    plot->labels = ARENA_ARRAY(plot->arena, Str, plot->n + 1);
    plot->at = ARENA_ARRAY(plot->arena, double, plot->n + 1);
    m->x_keys = (Keys){.seen = map_new(plot->arena), .max = plot->n}; /* so that a key's number is now its place */
    for (size_t i = 0; i < plot->n; i++) {
        key_of(plot->arena, &m->x_keys, plot->data, places[i].row, m->x);
        plot->labels[i] = chart_show(plot->arena, plot->x, chart_cell(plot->data, places[i].row, m->x));
        plot->at[i] = places[i].at;
    }
}

/* "Ulm, Bonn, Kiel and 279 more" */
static Str name_cut(const Making *m, const Keys *keys, size_t column) {
    Arena *arena = m->plot->arena;
    Str words = {0};
    for (size_t i = 0; i < MIN_OF(keys->n_cut, (size_t)MAX_NAMED); i++) {
        Str name =
            chart_show(arena, &m->plot->data->columns[column], chart_cell(m->plot->data, keys->cut_rows[i], column));
        words = arena_printf(arena, "%.*s%s%.*s", STR_ARG(words), i ? ", " : "", STR_ARG(name));
    }
    if (keys->n_cut <= MAX_NAMED) return words;
    return arena_printf(arena, "%.*s and %.*s", STR_ARG(words),
                        STR_ARG(format_count(arena, (int64_t)(keys->n_cut - MAX_NAMED), "more", "more")));
}

static void tell_what_is_missing(const Making *m, bool is_all) {
    Plot *plot = m->plot;
    Arena *arena = plot->arena;
    if (!is_all)
        plot_note(plot, "Only the first %.*s.", STR_ARG(format_count(arena, (int64_t)plot->n_rows, "row", "rows")));
    if (plot->n_cut && is_all && plot->y->is_additive)
        plot_note(plot, "Not drawn: %.*s, together %.*s.", STR_ARG(name_cut(m, &m->x_keys, m->x)),
                  STR_ARG(scale_compact(arena, plot->y, plot->cut_sum)));
    else if (plot->n_cut)
        plot_note(plot, "Not drawn: %.*s.", STR_ARG(name_cut(m, &m->x_keys, m->x)));
    if (m->series_keys.n_cut) plot_note(plot, "Not drawn: %.*s.", STR_ARG(name_cut(m, &m->series_keys, m->series)));
    if (m->n_twice)
        plot_note(plot, "Not drawn: %.*s whose place is taken.",
                  STR_ARG(format_count(arena, (int64_t)m->n_twice, "figure", "figures")));
    bool is_axis = plot->spec->kind == CHART_LINE || plot->spec->kind == CHART_HISTOGRAM;
    if (is_axis && plot->n > 1 && !isnan(plot->at[0]) && isnan(plot->at[plot->n - 1]))
        plot_note(plot, "Not drawn: what has no %.*s.", STR_ARG(chart_title(arena, plot->x)));
    if (m->n_odd)
        plot_note(plot, "Not drawn: %.*s too large or not finite.",
                  STR_ARG(format_count(arena, (int64_t)m->n_odd, "figure", "figures")));
}

/* Two passes: which places and series there are; then what stands there. */
static void fill(Making *m) {
    Plot *plot = m->plot;
    size_t series, place;
    for (size_t row = 0; row < plot->n_rows; row++) place_of(m, row, 0, &series, &place);
    plot->n = m->x_keys.rows.n;
    plot->n_series = m->has_series ? m->series_keys.rows.n : plot->n_measures;
    name_series(m);
    name_places(m);
    plot->values = ARENA_ARRAY(plot->arena, double, plot->n * plot->n_series + 1);
    plot->rows = ARENA_ARRAY(plot->arena, uint32_t, plot->n * plot->n_series + 1);
    for (size_t i = 0; i < plot->n * plot->n_series; i++) plot->values[i] = NAN;
    m->series_keys.n_cut = 0;
    for (size_t row = 0; row < plot->n_rows; row++) add_row(m, row);
    plot->n_cut = m->x_keys.n_cut;
}

static ErrCode find_columns(Making *m, Err *err) {
    Plot *plot = m->plot;
    const ChartSpec *spec = plot->spec;
    const ChartData *data = plot->data;
    size_t *measures = ARENA_ARRAY(plot->arena, size_t, spec->n_y + 1);
    for (size_t i = 0; i < spec->n_y; i++) TRY(find_column(data, spec->y[i], &measures[i], err));
    if (spec->x.n) TRY(find_column(data, spec->x, &m->x, err));
    if (spec->series.n) TRY(find_column(data, spec->series, &m->series, err));
    m->has_series = spec->series.n > 0;
    plot->measures = measures;
    plot->n_measures = MIN_OF(spec->n_y, (size_t)CHART_MAX_SERIES);
    if (spec->n_y > plot->n_measures) plot_note(plot, "Only the first %zu figures.", plot->n_measures);
    if (spec->n_y) plot->y = &data->columns[measures[0]];
    if (spec->x.n) plot->x = &data->columns[m->x];
    if (spec->series.n) plot->by = &data->columns[m->series];
    return ERR_OK;
}

/* What the kind needs, and cannot show. */
static ErrCode check(const Plot *plot, Err *err) {
    ChartKind kind = plot->spec->kind;
    if (kind >= CHART_TABLE)
        return err_set(err, ERR_UNSUPPORTED,
                       "no chart can be drawn of this: a chart shows figures by one or two groups");
    bool needs_x = kind != CHART_KPI && kind != CHART_SCATTER;
    if (plot->n_measures < (kind == CHART_SCATTER ? 2 : 1) || (needs_x && !plot->x))
        return err_set(err, ERR_UNSUPPORTED, "a %s needs %s", chart_kind_name(kind),
                       kind == CHART_SCATTER ? "two figures"
                       : needs_x             ? "a figure, and what it is by"
                                             : "a figure");
    return ERR_OK;
}

static ErrCode check_pie(const Plot *plot, Err *err) {
    for (size_t i = 0; i < plot->n; i++)
        if (plot_value(plot, 0, i) < 0)
            return err_set(err, ERR_UNSUPPORTED, "a pie has no parts below zero; draw bars instead");
    if (plot->n_cut) return err_set(err, ERR_UNSUPPORTED, "a pie has at most %zu parts; draw bars instead", plot->n);
    return ERR_OK;
}

static ErrCode make_matrix(Making *m, bool is_all, Err *err) {
    Plot *plot = m->plot;
    ChartKind kind = plot->spec->kind;
    m->x_keys = (Keys){.seen = map_new(plot->arena),
                       .max = is_ordered(plot) ? CHART_MAX_ROWS : m->max_places}; /* or cut when in order */
    m->series_keys =
        (Keys){.seen = map_new(plot->arena), .max = kind == CHART_HEAT_MAP ? CHART_MAX_HEAT_ROWS : CHART_MAX_SERIES};
    fill(m);
    tell_what_is_missing(m, is_all);
    if (kind == CHART_HISTOGRAM) plot_bins(plot);
    return kind == CHART_PIE ? check_pie(plot, err) : ERR_OK;
}

ErrCode plot_make(Arena *arena, const ChartSpec *spec, const ChartData *data, size_t max_places, Plot *ret, Err *err) {
    size_t n_rows = chart_n_rows(data);
    Plot plot = {.arena = arena, .spec = spec, .data = data, .n_rows = MIN_OF(n_rows, (size_t)CHART_MAX_ROWS)};
    Making m = {.plot = &plot, .max_places = max_places};
    if (n_rows) {
        TRY(find_columns(&m, err));
        TRY(check(&plot, err));
        if (spec->kind == CHART_SCATTER)
            plot_points(&plot);
        else if (spec->kind != CHART_KPI)
            TRY(make_matrix(&m, n_rows == plot.n_rows, err));
        else if (n_rows > 1)
            plot_note(&plot, "Only the first row.");
    }
    *ret = plot;
    return ERR_OK;
}

bool plot_has_figures(const Plot *plot) {
    double min, max;
    if (plot->spec->kind == CHART_SCATTER) return plot->points.n > 0;
    return plot->n_rows && (plot->spec->kind == CHART_KPI || plot_range(plot, false, &min, &max));
}

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

Str plot_text(const Plot *plot, size_t series, size_t place) {
    uint32_t row = plot->rows[series * plot->n + place];
    if (!row) return S("–");
    size_t column = plot->measures[plot->by ? 0 : series];
    Value value = chart_cell(plot->data, row - 1, column);
    return value.is_null ? S("–") : chart_show(plot->arena, &plot->data->columns[column], value);
}

Str plot_mark(const Plot *plot, size_t series, size_t place) {
    bool has_name = plot->n_series > 1 || plot->by;
    return arena_printf(plot->arena, "%.*s%s%.*s: %.*s", STR_ARG(plot->labels[place]), has_name ? ", " : "",
                        STR_ARG(has_name ? plot->series[series] : (Str){0}), STR_ARG(plot_text(plot, series, place)));
}

void plot_note(Plot *plot, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Str note = arena_vprintf(plot->arena, format, args);
    va_end(args);
    VEC_PUSH(plot->arena, &plot->notes, note);
}

bool plot_range(const Plot *plot, bool is_stacked, double *ret_min, double *ret_max) {
    double min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < plot->n; i++) {
        double above = 0, below = 0;
        for (size_t s = 0; s < plot->n_series; s++) {
            double value = plot_value(plot, s, i);
            if (isnan(value)) continue;
            if (value >= 0)
                above = is_stacked ? above + value : value;
            else
                below = is_stacked ? below + value : value;
            double end = value >= 0 ? above : below;
            min = MIN_OF(min, end);
            max = MAX_OF(max, end);
        }
    }
    *ret_min = min;
    *ret_max = max;
    return min <= max;
}
