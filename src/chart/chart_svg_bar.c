/* Bars: standing, lying, side by side or stacked, and those of a histogram. */
#include <math.h>

#include "chart/chart_svg_internal.h"

enum {
    MAX_STANDING = 60,
    MAX_LYING = 40,
    ROW_PX = 24,
    BAR_PX = 14,
    BAR_PX_MAX = 96,
    LABEL_PX_MAX = 240,
    LABEL_GAP = 10
};
static const double BAR_SHARE = .72; /* of its band */

/* A thin one has no edge, which would be all of it. */
static void add_bar(Svg *svg, size_t series, double x, double y, double width, double height, Str title) {
    bool has_edge = width >= 3 && height >= 3;
    svg_add(svg, "<rect class=\"c%zu%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"%s", series % 8,
            has_edge ? " e" : "", x, y, MAX_OF(width, .5), MAX_OF(height, .5),
            series >= 8 ? " fill-opacity=\".5\"" : "");
    svg_end(svg, "rect", title);
}

/* The ends of a part of a stack, or of a bar from zero. */
typedef struct Stack {
    double above;
    double below;
} Stack;

static bool part_of(const Plot *plot, size_t series, size_t place, Stack *stack, double *ret_from, double *ret_to) {
    double value = plot_value(plot, series, place), *end = value >= 0 ? &stack->above : &stack->below;
    if (isnan(value)) return false;
    *ret_from = plot->spec->is_stacked ? *end : 0;
    *ret_to = *ret_from + value;
    *end = *ret_to;
    return true;
}

/* Bars of one place, in a band of `size` px that begins at `at`. */
typedef struct Band {
    double at;
    double size;
} Band;

static Band band_of(const Plot *plot, size_t series, double from, double size) {
    double room = MIN_OF(size * BAR_SHARE, BAR_PX_MAX), begin = from + (size - room) / 2;
    if (plot->spec->is_stacked || plot->n_series < 2) return (Band){begin, room};
    return (Band){begin + room / (double)plot->n_series * (double)series, room / (double)plot->n_series};
}

/* ---- standing --------------------------------------------------------------------------------------------------------- */

/* Above their bars, where all have room. */
static bool has_room_for_values(const Svg *svg, double slot) {
    const Plot *plot = svg->plot;
    for (size_t i = 0; i < plot->n; i++) {
        double value = plot_value(plot, 0, i);
        if (!isnan(value) && svg_text_width(SVG_SMALL, scale_compact(svg->arena, plot->y, value)) > slot) return false;
    }
    return plot->n_series == 1;
}

static void standing_value(Svg *svg, const Scale *scale, Band band, double value) {
    double y = svg_y(svg, scale, value) + (value >= 0 ? -5 : 14);
    svg_text(svg, SVG_SMALL, 'm', band.at + band.size / 2, y, INFINITY, scale_compact(svg->arena, svg->plot->y, value));
}

static void draw_standing(Svg *svg) {
    Plot *plot = svg->plot;
    Scale scale = scale_of_lengths(plot, plot->spec->is_stacked, 5);
    svg_title_below(svg, svg_column_title(svg->arena, plot->x));
    double guess = (svg->right - svg->left - 50) / (double)plot->n;
    svg->bottom -= svg_bands_height(svg, plot->labels, plot->n, guess);
    svg_axis_left(svg, &scale, plot->y, svg_series_title(svg));
    double slot = (svg->right - svg->left) / (double)plot->n;
    bool has_values = has_room_for_values(svg, slot - 2);
    for (size_t i = 0; i < plot->n; i++) {
        Stack stack = {0};
        for (size_t s = 0; s < plot->n_series; s++) {
            double from, to;
            if (!part_of(plot, s, i, &stack, &from, &to)) continue;
            Band band = band_of(plot, s, svg->left + slot * (double)i, slot);
            double y0 = svg_y(svg, &scale, MAX_OF(from, to)), y1 = svg_y(svg, &scale, MIN_OF(from, to));
            add_bar(svg, s, band.at, y0, band.size, y1 - y0, plot_mark(plot, s, i));
            if (has_values) standing_value(svg, &scale, band, to);
        }
    }
    svg_bands(svg, plot->labels, plot->n, slot, svg->left);
}

const SvgKind SVG_BAR = {.max_places = MAX_STANDING, .draw = draw_standing, .has_legend = true};

/* ---- lying ------------------------------------------------------------------------------------------------------------ */

static double row_height(const Plot *plot) {
    size_t n_bars = plot->spec->is_stacked ? 1 : plot->n_series;
    return n_bars < 2 ? ROW_PX : BAR_PX * (double)n_bars + 10;
}

static double lying_height(const Plot *plot, double width) {
    (void)width;
    return row_height(plot) * (double)plot->n + 4;
}

/* Room for the figures behind the longest bars of either side. */
static double widest_value(const Svg *svg, bool is_below) {
    double widest = 0;
    const Plot *plot = svg->plot;
    for (size_t i = 0; i < plot->n * plot->n_series; i++) {
        double value = plot->values[i];
        if (isnan(value) || (value < 0) != is_below) continue;
        widest = MAX_OF(widest, svg_text_width(SVG_SMALL, scale_compact(svg->arena, plot->y, value)) + 8);
    }
    return widest;
}

static void lying_value(Svg *svg, const Scale *scale, Band band, double value) {
    double x = svg_x(svg, scale, value) + (value >= 0 ? 5 : -5);
    svg_text(svg, SVG_SMALL, value >= 0 ? 's' : 'e', x, band.at + band.size / 2 + 4, INFINITY,
             scale_compact(svg->arena, svg->plot->y, value));
}

/* Takes the room of the names off the left; how much they have. */
static double take_names(Svg *svg) {
    const Plot *plot = svg->plot;
    double widest = 0;
    for (size_t i = 0; i < plot->n; i++) widest = MAX_OF(widest, svg_text_width(SVG_LABEL, plot->labels[i]));
    widest = MIN_OF(widest, MIN_OF(LABEL_PX_MAX, (svg->right - svg->left) * .4));
    svg->left += widest + LABEL_GAP;
    return widest;
}

/* From zero to the ends themselves: each bar has its figure, so there is no axis with round ones. */
static Scale take_figures(Svg *svg) {
    const Plot *plot = svg->plot;
    double min, max;
    if (!plot_range(plot, plot->spec->is_stacked, &min, &max)) min = max = 0;
    if (!plot->spec->is_stacked) {
        svg->left += MIN_OF(widest_value(svg, true), (svg->right - svg->left) / 3);
        svg->right -= MIN_OF(widest_value(svg, false), (svg->right - svg->left) / 2);
    }
    min = MIN_OF(min, 0);
    max = MAX_OF(max, 0);
    return (Scale){.from = min, .to = max - min < 1e-300 ? 1 : max};
}

static void draw_lying(Svg *svg) {
    Plot *plot = svg->plot;
    double names_at = svg->left, names_px = take_names(svg);
    Scale scale = take_figures(svg);
    double slot = MIN_OF((svg->bottom - svg->top) / (double)plot->n, 48);
    for (size_t i = 0; i < plot->n; i++) {
        Stack stack = {0};
        double y = svg->top + slot * (double)i;
        svg_text(svg, SVG_LABEL, 'e', names_at + names_px, y + slot / 2 + 4, names_px + 1, plot->labels[i]);
        for (size_t s = 0; s < plot->n_series; s++) {
            double from, to;
            if (!part_of(plot, s, i, &stack, &from, &to)) continue;
            Band band = band_of(plot, s, y, slot);
            double x0 = svg_x(svg, &scale, MIN_OF(from, to)), x1 = svg_x(svg, &scale, MAX_OF(from, to));
            add_bar(svg, s, x0, band.at, x1 - x0, band.size, plot_mark(plot, s, i));
            if (!plot->spec->is_stacked) lying_value(svg, &scale, band, to);
        }
    }
    double zero = svg_x(svg, &scale, 0);
    svg_add(svg, "<line class=\"a\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", zero, svg->top, zero,
            svg->top + slot * (double)plot->n);
}

const SvgKind SVG_HORIZONTAL_BAR = {
    .max_places = MAX_LYING, .height = lying_height, .draw = draw_lying, .has_legend = true};

/* ---- histogram -------------------------------------------------------------------------------------------------------- */

static void draw_histogram(Svg *svg) {
    Plot *plot = svg->plot;
    Bins bins = plot->bins;
    double max = 0, min = 0;
    for (size_t i = 0; i < bins.n; i++)
        if (!isnan(bins.values[i])) {
            max = MAX_OF(max, bins.values[i]);
            min = MIN_OF(min, bins.values[i]);
        }
    Scale up = scale_make(min, max, 5, true, plot->y->type.kind == TYPE_INT64);
    Scale across =
        scale_make(bins.from[0], bins.from[bins.n - 1] + bins.width, 8, false, plot->x->type.kind == TYPE_INT64);
    double below = svg->bottom;
    svg->bottom -= 34;
    svg_axis_left(svg, &up, plot->y, svg_column_title(svg->arena, plot->y));
    for (size_t i = 0; i < bins.n; i++) {
        if (isnan(bins.values[i])) continue;
        double x0 = svg_x(svg, &across, bins.from[i]), x1 = svg_x(svg, &across, bins.from[i] + bins.width);
        double y0 = svg_y(svg, &up, MAX_OF(bins.values[i], 0)), y1 = svg_y(svg, &up, MIN_OF(bins.values[i], 0));
        Str title = arena_printf(svg->arena, "%.*s: %.*s", STR_ARG(bins.labels[i]), STR_ARG(bins.texts[i]));
        add_bar(svg, 0, x0, y0, x1 - x0, y1 - y0, title);
    }
    svg->bottom = below;
    svg_axis_below(svg, &across, plot->x, svg_column_title(svg->arena, plot->x), false);
}

const SvgKind SVG_HISTOGRAM = {.max_places = CHART_MAX_ROWS, .draw = draw_histogram};
