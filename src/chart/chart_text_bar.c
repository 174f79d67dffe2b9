/* Bars in characters, all of them lying: a name, a figure, and blocks to an eighth of a column. Parts of stacks differ in their shade. */
#include <math.h>

#include "chart/chart_text_internal.h"

static const char *const EIGHTHS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
static const char *const SHADES[] = {"█", "▓", "▒", "░", "▞", "▦", "▥", "▤"};
static const char *const ASCII_SHADES[] = {"#", "=", "+", "-", "o", "%", "*", ":"};
static_assert(COUNT_OF(SHADES) == COUNT_OF(ASCII_SHADES), "the same parts");

enum { GAP = 2 };

/* One bar. */
typedef struct Row {
    Str name;   /* of the place; empty: as above */
    Str series; /* empty: there is but one */
    Str figure;
    double value;
    size_t place; /* of a stack's parts */
} Row;

typedef struct Bars {
    Row *rows;
    size_t n;
    double min;
    double max;
    bool is_stacked;
    size_t name_width, series_width, figure_width, room;
    size_t zero; /* columns from where bars begin */
} Bars;

static Str shade_of(const Text *text, size_t series) {
    return text_char(text, SHADES[series % COUNT_OF(SHADES)], ASCII_SHADES[series % COUNT_OF(SHADES)]);
}

/* ---- rows ------------------------------------------------------------------------------------------------------------- */

static void add_row(Bars *bars, Row row) {
    bars->rows[bars->n++] = row;
    if (isnan(row.value)) return;
    bars->min = MIN_OF(bars->min, row.value);
    bars->max = MAX_OF(bars->max, row.value);
}

static void add_bins(Bars *bars, const Plot *plot) {
    for (size_t i = 0; i < plot->bins.n; i++) {
        double value = plot->bins.values[i];
        add_row(
            bars,
            (Row){.name = plot->bins.labels[i], .figure = scale_compact(plot->arena, plot->y, value), .value = value});
    }
}

static double total_of(const Plot *plot, size_t place) {
    double sum = NAN;
    for (size_t s = 0; s < plot->n_series; s++) {
        double value = plot_value(plot, s, place);
        if (!isnan(value)) sum = isnan(sum) ? value : sum + value;
    }
    return sum;
}

static void add_places(Bars *bars, const Plot *plot) {
    for (size_t i = 0; i < plot->n; i++) {
        size_t n_rows = bars->is_stacked ? 1 : plot->n_series;
        for (size_t s = 0; s < n_rows; s++) {
            double value = bars->is_stacked ? total_of(plot, i) : plot_value(plot, s, i);
            add_row(bars, (Row){.name = s ? (Str){0} : plot->labels[i],
                                .series = n_rows > 1 ? plot->series[s] : (Str){0},
                                .figure = scale_compact(plot->arena, plot->y, value),
                                .value = value,
                                .place = i});
        }
    }
    double min, max;
    if (!bars->is_stacked || !plot_range(plot, true, &min, &max)) return;
    bars->min = MIN_OF(bars->min, min);
    bars->max = MAX_OF(bars->max, max);
}

static void measure_columns(const Text *text, Bars *bars) {
    for (size_t i = 0; i < bars->n; i++) {
        bars->name_width = MAX_OF(bars->name_width, utf8_width(bars->rows[i].name));
        bars->series_width = MAX_OF(bars->series_width, utf8_width(bars->rows[i].series));
        bars->figure_width = MAX_OF(bars->figure_width, utf8_width(bars->rows[i].figure));
    }
    bars->name_width = MIN_OF(bars->name_width, text->width / (bars->series_width ? 4 : 3));
    bars->series_width = MIN_OF(bars->series_width, text->width / 5);
    size_t taken =
        bars->name_width + bars->figure_width + 2 * GAP + (bars->series_width ? bars->series_width + GAP : 0);
    bars->room = text->width > taken + 4 ? text->width - taken : 4;
    double span = bars->max - bars->min;
    bars->zero = span > 0 ? (size_t)round((double)bars->room * -bars->min / span) : 0;
}

/* ---- bars ------------------------------------------------------------------------------------------------------------- */

static double columns_of(const Bars *bars, double value) {
    double span = bars->max - bars->min;
    return span > 0 ? fabs(value) / span * (double)bars->room : 0;
}

static void add_blocks(Text *text, Str block, size_t n) {
    for (size_t i = 0; i < n; i++) text_add(text, block);
}

static void add_bar(Text *text, const Bars *bars, size_t from, double value) {
    Str full = shade_of(text, 0);
    double columns = columns_of(bars, value);
    if (isnan(value)) return;
    if (value < 0) { /* blocks grow to the right only: whole columns */
        size_t n = MIN_OF((size_t)round(columns), bars->zero);
        text_pad(text, from + bars->zero - n);
        add_blocks(text, full, n);
        return;
    }
    text_pad(text, from + bars->zero);
    size_t eighths = (size_t)round(columns * 8);
    if (text->is_ascii) eighths = (size_t)round(columns) * 8;
    add_blocks(text, full, eighths / 8);
    text_add(text, str_of(EIGHTHS[eighths % 8]));
    if (!eighths && value > 0) text_add(text, text_char(text, "▏", "."));
}

/* Parts end where their sum does, so that rounding does not add up. Below zero they stand left of it, the last one first. */
static void add_stack(Text *text, const Bars *bars, size_t from, size_t place) {
    const Plot *plot = text->plot;
    double below = 0, above = 0;
    for (size_t s = 0; s < plot->n_series; s++)
        if (plot_value(plot, s, place) < 0) below += plot_value(plot, s, place);
    text_pad(text, from + bars->zero - MIN_OF((size_t)round(columns_of(bars, below)), bars->zero));
    for (size_t s = plot->n_series; s-- > 0;) {
        double value = plot_value(plot, s, place);
        if (!(value < 0)) continue;
        size_t end = (size_t)round(columns_of(bars, below)), rest = (size_t)round(columns_of(bars, below - value));
        below -= value;
        add_blocks(text, shade_of(text, s), end - MIN_OF(rest, end));
    }
    text_pad(text, from + bars->zero);
    for (size_t s = 0; s < plot->n_series; s++) {
        double value = plot_value(plot, s, place);
        if (!(value > 0)) continue;
        size_t begin = (size_t)round(columns_of(bars, above)), end = (size_t)round(columns_of(bars, above + value));
        above += value;
        add_blocks(text, shade_of(text, s), end - begin);
    }
}

static void add_key(Text *text) {
    const Plot *plot = text->plot;
    for (size_t s = 0; s < plot->n_series; s++) {
        Str name = arena_printf(text->arena, "%.*s %.*s", STR_ARG(shade_of(text, s)), STR_ARG(plot->series[s]));
        if (text_column(text) && text_column(text) + GAP + utf8_width(name) > text->width) text_end(text);
        if (text_column(text)) text_pad(text, text_column(text) + GAP);
        text_add(text, name);
    }
    text_end(text);
}

static void draw_bars(Text *text) {
    Plot *plot = text->plot;
    bool is_histogram = plot->spec->kind == CHART_HISTOGRAM;
    Bars bars = {.is_stacked = plot->spec->is_stacked && plot->by && plot->spec->kind != CHART_PIE};
    bars.rows = ARENA_ARRAY(text->arena, Row, is_histogram ? plot->bins.n : plot->n * plot->n_series);
    if (is_histogram)
        add_bins(&bars, plot);
    else
        add_places(&bars, plot);
    measure_columns(text, &bars);
    if (bars.is_stacked) add_key(text);
    for (size_t i = 0; i < bars.n; i++) {
        const Row *row = &bars.rows[i];
        text_left(text, row->name, bars.name_width);
        if (bars.series_width) {
            text_add(text, S("  "));
            text_left(text, row->series, bars.series_width);
        }
        text_add(text, S("  "));
        text_right(text, row->figure, bars.figure_width);
        size_t from = text_column(text) + GAP;
        if (bars.is_stacked)
            add_stack(text, &bars, from, row->place);
        else
            add_bar(text, &bars, from, row->value);
        text_end(text);
    }
}

/* A line each; a histogram's numbers are put into bins. */
static size_t max_bars(const Text *text) {
    return text->spec->kind == CHART_HISTOGRAM ? CHART_MAX_ROWS : text->height;
}

const TextKind TEXT_BARS = {.max_places = max_bars, .draw = draw_bars};
