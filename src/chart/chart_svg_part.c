/* Pies (rings, with their parts named beside them) and single figures. */
#include <math.h>

#include "chart/chart_svg_internal.h"

/* ---- pie -------------------------------------------------------------------------------------------------------------- */

enum { MAX_PARTS = 12, PART_PX = 26, PIE_PX = 240 };

typedef struct Ring {
    double x, y, outer, inner;
} Ring;

static void add_circle(Svg *svg, const Ring *ring, size_t part, Str title) {
    svg_add(svg, "<circle class=\"s%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" stroke-width=\"%.1f\"", part % 8, ring->x,
            ring->y, (ring->outer + ring->inner) / 2, ring->outer - ring->inner);
    svg_end(svg, "circle", title);
}

static void add_arc(Svg *svg, const Ring *ring, size_t part, double from, double to, Str title) {
    const double turn = 2 * M_PI;
    double a = from * turn - M_PI / 2, b = to * turn - M_PI / 2;
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

static void add_part_name(Svg *svg, size_t part, double x, double y, double right, Str value) {
    double value_px = svg_text_width(SVG_LABEL, value);
    svg_add(svg, "<rect class=\"c%zu\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"2\"%s/>\n", part % 8, x,
            y - 10, part >= 8 ? " fill-opacity=\".5\"" : "");
    svg_text(svg, SVG_LABEL, 's', x + 20, y, right - x - 20 - value_px - 12, svg->plot->labels[part]);
    svg_text(svg, SVG_LABEL, 'e', right, y, INFINITY, value);
}

static void draw_pie(Svg *svg) {
    const Plot *plot = svg->plot;
    double sum = 0, done = 0, widest = 0, size = MIN_OF(svg->bottom - svg->top, (svg->right - svg->left) * .4);
    for (size_t i = 0; i < plot->n; i++) {
        if (!isnan(plot_value(plot, 0, i))) sum += plot_value(plot, 0, i);
        widest = MAX_OF(widest,
                        svg_text_width(SVG_LABEL, plot->labels[i]) + svg_text_width(SVG_LABEL, plot_text(plot, 0, i)));
    }
    Ring ring = {.x = svg->left + size / 2, .y = (svg->top + svg->bottom) / 2, .outer = size / 2, .inner = size * .29};
    double y = ring.y - PART_PX * ((double)plot->n - 1) / 2 + 4;
    for (size_t i = 0; i < plot->n; i++, y += PART_PX) {
        double value = plot_value(plot, 0, i);
        if (value > sum * .9999) { /* an arc of all of it would be none */
            add_circle(svg, &ring, i, plot_mark(plot, 0, i));
        } else if (value > 0) {
            add_arc(svg, &ring, i, done / sum, (done + value) / sum, plot_mark(plot, 0, i));
            done += value;
        }
        double x = svg->left + size + 40;
        add_part_name(svg, i, x, y, MIN_OF(svg->right, x + 20 + widest + 40), plot_text(plot, 0, i));
    }
}

static double pie_height(const Plot *plot, double width) {
    return MAX_OF(MIN_OF(PIE_PX, width * .4), PART_PX * (double)plot->n);
}

const SvgKind SVG_PIE = {.max_places = MAX_PARTS, .height = pie_height, .draw = draw_pie};

/* ---- figures ---------------------------------------------------------------------------------------------------------- */

enum { TILE_PX = 104, TILES_A_ROW = 3, TILE_GAP = 24, NAME_PX = 20, LARGEST_PX = 40, SMALLEST_PX = 22 };

typedef struct Tiles {
    size_t n;
    size_t a_row;
    double width;
    double size; /* of the figures */
} Tiles;

static Str figure_of(const Plot *plot, size_t tile) {
    Value value = chart_cell(plot->data, 0, plot->measures[tile]);
    return value.is_null ? S("–") : chart_show(plot->arena, &plot->data->columns[plot->measures[tile]], value);
}

/* As large as all fit, side by side if they can be. */
static Tiles make_tiles(const Plot *plot, double width) {
    Tiles tiles = {.n = plot->n_measures};
    double widest = 1; /* in the title's size */
    for (size_t i = 0; i < tiles.n; i++) widest = MAX_OF(widest, svg_text_width(SVG_TITLE, figure_of(plot, i)));
    for (tiles.a_row = MIN_OF(tiles.n, (size_t)TILES_A_ROW);; tiles.a_row--) {
        tiles.width = width / (double)tiles.a_row;
        tiles.size = MIN_OF(LARGEST_PX, SVG_TITLE_PX * (tiles.width - TILE_GAP) / widest);
        if (tiles.size >= SMALLEST_PX || tiles.a_row == 1) return tiles;
    }
}

static double kpi_height(const Plot *plot, double width) {
    Tiles tiles = make_tiles(plot, width);
    return TILE_PX * (double)((tiles.n + tiles.a_row - 1) / tiles.a_row) + (plot->x ? NAME_PX : 0);
}

static void add_name(Svg *svg) {
    const Plot *plot = svg->plot;
    Str name = chart_show(svg->arena, plot->x, chart_cell(plot->data, 0, (size_t)(plot->x - plot->data->columns)));
    Str label = arena_printf(svg->arena, "%.*s: %.*s", STR_ARG(chart_title(svg->arena, plot->x)), STR_ARG(name));
    svg_text(svg, SVG_LABEL, 's', svg->left, svg->top + 8, svg->right - svg->left, label);
    svg->top += NAME_PX;
}

static void draw_kpi(Svg *svg) {
    const Plot *plot = svg->plot;
    Tiles tiles = make_tiles(plot, svg->right - svg->left);
    if (plot->x) add_name(svg);
    for (size_t i = 0; i < tiles.n; i++) {
        Str title = chart_title(svg->arena, &plot->data->columns[plot->measures[i]]), figure = figure_of(plot, i);
        double x = svg->left + tiles.width * (double)(i % tiles.a_row),
               y = svg->top + TILE_PX * (double)(i / tiles.a_row);
        if (tiles.size < SVG_TITLE_PX) figure = svg_cut(svg->arena, SVG_TITLE, figure, tiles.width - TILE_GAP);
        svg_add(svg, "<text class=\"t\" style=\"font-size:%.1fpx\" x=\"%.1f\" y=\"%.1f\">%.*s</text>\n",
                MAX_OF(tiles.size, SVG_TITLE_PX), x, y + 50, STR_ARG(svg_escape(svg->arena, figure)));
        svg_text(svg, SVG_MUTED, 's', x, y + 74, tiles.width - TILE_GAP, title);
    }
}

const SvgKind SVG_KPI = {.height = kpi_height, .draw = draw_kpi};
