/* Pies (rings, with their parts named beside them) and single figures. */
#include <math.h>

#include "chart/chart_svg_internal.h"

/* ---- pie -------------------------------------------------------------------------------------------------------------- */

enum { MAX_PARTS = 12, PART_PX = 26, PIE_PX = 240 };

typedef struct Ring {
    double x, y, outer, inner;
} Ring;

static void add_arc(Svg *svg, const Ring *ring, size_t part, double from, double to, Str title) {
    const double turn = 2 * M_PI;
    double a = from * turn - M_PI / 2,
           b = MIN_OF(to, from + .99999) * turn - M_PI / 2; /* an arc of all of it is none */
    int is_large = to - from > .5;
    svg_add(svg,
            "<path class=\"c%zu e\" d=\"M%.2f %.2fA%.1f %.1f 0 %d 1 %.2f %.2fL%.2f %.2fA%.1f %.1f 0 %d 0 %.2f %.2fZ\"",
            part % 8, ring->x + ring->outer * cos(a), ring->y + ring->outer * sin(a), ring->outer, ring->outer,
            is_large, ring->x + ring->outer * cos(b), ring->y + ring->outer * sin(b), ring->x + ring->inner * cos(b),
            ring->y + ring->inner * sin(b), ring->inner, ring->inner, is_large, ring->x + ring->inner * cos(a),
            ring->y + ring->inner * sin(a));
    if (part >= 8) svg_add(svg, " fill-opacity=\".5\"");
    svg_end(svg, "path", title);
}

static void add_part_name(Svg *svg, size_t part, double x, double y, Str value) {
    double value_px = svg_text_width(SVG_LABEL, value), right = MIN_OF(svg->right, x + 360);
    svg_add(svg, "<rect class=\"c%zu\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"2\"%s/>\n", part % 8, x,
            y - 10, part >= 8 ? " fill-opacity=\".5\"" : "");
    svg_text(svg, SVG_LABEL, 's', x + 20, y, right - x - 20 - value_px - 12, svg->plot->labels[part]);
    svg_text(svg, SVG_LABEL, 'e', right, y, INFINITY, value);
}

static void draw_pie(Svg *svg) {
    const Plot *plot = svg->plot;
    double sum = 0, done = 0, size = MIN_OF(svg->bottom - svg->top, (svg->right - svg->left) * .4);
    for (size_t i = 0; i < plot->n; i++)
        if (!isnan(plot_value(plot, 0, i))) sum += plot_value(plot, 0, i);
    Ring ring = {.x = svg->left + size / 2, .y = (svg->top + svg->bottom) / 2, .outer = size / 2, .inner = size * .29};
    double y = ring.y - PART_PX * ((double)plot->n - 1) / 2 + 4;
    for (size_t i = 0; i < plot->n; i++, y += PART_PX) {
        double value = plot_value(plot, 0, i);
        if (value > 0) {
            add_arc(svg, &ring, i, done / sum, (done + value) / sum, plot_mark(plot, 0, i));
            done += value;
        }
        add_part_name(svg, i, svg->left + size + 40, y, plot_text(plot, 0, i));
    }
}

static double pie_height(const Plot *plot, double width) {
    return MAX_OF(MIN_OF(PIE_PX, width * .4), PART_PX * (double)plot->n);
}

const SvgKind SVG_PIE = {.max_places = MAX_PARTS, .height = pie_height, .draw = draw_pie};

/* ---- figures ---------------------------------------------------------------------------------------------------------- */

enum { MAX_TILES = 12, TILE_PX = 104, TILES_A_ROW = 3 };

static size_t n_tiles(const Plot *plot) {
    return MIN_OF(plot->n_measures, (size_t)MAX_TILES);
}

static double kpi_height(const Plot *plot, double width) {
    size_t n_rows = (n_tiles(plot) + TILES_A_ROW - 1) / TILES_A_ROW;
    (void)width;
    return TILE_PX * (double)n_rows + (plot->x ? 20 : 0);
}

/* As large as fits. */
static void add_figure(Svg *svg, double x, double y, double width, Str text) {
    double at_16 = svg_text_width(SVG_TITLE, text), size = MIN_OF(40, 16 * width / MAX_OF(at_16, 1));
    if (size < 16) text = svg_cut(svg->arena, SVG_TITLE, text, width);
    svg_add(svg, "<text class=\"t\" style=\"font-size:%.1fpx\" x=\"%.1f\" y=\"%.1f\">%.*s</text>\n", MAX_OF(size, 16),
            x, y, STR_ARG(svg_escape(svg->arena, text)));
}

static void draw_kpi(Svg *svg) {
    const Plot *plot = svg->plot;
    size_t n = n_tiles(plot), a_row = MIN_OF(n, (size_t)TILES_A_ROW);
    double width = (svg->right - svg->left) / (double)a_row;
    if (plot->x) {
        size_t column = (size_t)(plot->x - plot->data->columns);
        Str name = chart_show(svg->arena, plot->x, chart_cell(plot->data, 0, column));
        Str label = arena_printf(svg->arena, "%.*s: %.*s", STR_ARG(chart_title(plot->x)), STR_ARG(name));
        svg_text(svg, SVG_LABEL, 's', svg->left, svg->top + 8, svg->right - svg->left, label);
        svg->top += 20;
    }
    for (size_t i = 0; i < n; i++) {
        const ChartColumn *column = &plot->data->columns[plot->measures[i]];
        Value value = chart_cell(plot->data, 0, plot->measures[i]);
        double x = svg->left + width * (double)(i % a_row), y = svg->top + TILE_PX * (double)(i / a_row);
        add_figure(svg, x, y + 50, width - 24, value.is_null ? S("–") : chart_show(svg->arena, column, value));
        svg_text(svg, SVG_MUTED, 's', x, y + 74, width - 24, chart_title(column));
    }
}

const SvgKind SVG_KPI = {.height = kpi_height, .draw = draw_kpi};
