/* Points of two figures, and heat maps. */
#include <math.h>

#include "chart/chart_svg_internal.h"

/* ---- scatter ---------------------------------------------------------------------------------------------------------- */

static void draw_scatter(Svg *svg) {
    const Plot *plot = svg->plot;
    const Points *p = &plot->points;
    const ChartColumn *right = &plot->data->columns[plot->measures[0]], *up = &plot->data->columns[plot->measures[1]];
    Scale x = scale_of_points(right, p->min_x, p->max_x, 8), y = scale_of_points(up, p->min_y, p->max_y, 5);
    double bottom = svg->bottom;
    svg->bottom -= 34;
    svg_axis_left(svg, &y, up, svg_column_title(svg->arena, up));
    svg->bottom = bottom;
    svg_axis_below(svg, &x, right, svg_column_title(svg->arena, right), true);
    for (size_t i = 0; i < p->n; i++) {
        svg_add(svg, "<circle class=\"c0 e\" fill-opacity=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"",
                p->n > 200 ? ".55" : ".8", svg_x(svg, &x, p->x[i]), svg_y(svg, &y, p->y[i]), p->n > 200 ? "3" : "4.5");
        svg_end(svg, "circle", plot_point_mark(plot, i));
    }
}

const SvgKind SVG_SCATTER = {.draw = draw_scatter};

/* ---- heat map --------------------------------------------------------------------------------------------------------- */

enum { MAX_COLUMNS = 60, ROW_PX = 26, STEPS = 9, NAME_PX_MAX = 200, KEY_PX = 24, KEY_STEP_PX = 16 };

/* Text on the strong colours is drawn in the background's. */
static bool is_strong(const Heat *heat, int step) {
    return heat->has_both ? step == 0 || step == STEPS - 1 : step > 5;
}

static void add_key(Svg *svg, const Heat *heat) {
    const Plot *plot = svg->plot;
    Str low = scale_compact(svg->arena, plot->y, heat->min), high = scale_compact(svg->arena, plot->y, heat->max);
    double x = svg->right - svg_text_width(SVG_MUTED, high) - 6 - STEPS * KEY_STEP_PX;
    svg_text(svg, SVG_MUTED, 'e', x - 6, svg->top + 10, INFINITY, low);
    for (int i = 0; i < STEPS; i++)
        svg_add(svg, "<rect class=\"%c%d\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"12\"/>\n",
                heat->has_both ? 'd' : 'h', i, x + i * KEY_STEP_PX, svg->top, KEY_STEP_PX);
    svg_text(svg, SVG_MUTED, 's', x + STEPS * KEY_STEP_PX + 6, svg->top + 10, INFINITY, high);
    svg_text(svg, SVG_MUTED, 's', svg->left, svg->top + 10, x - svg_text_width(SVG_MUTED, low) - 20 - svg->left,
             svg_column_title(svg->arena, plot->y));
    svg->top += KEY_PX;
}

static double widest_cell(const Svg *svg) {
    const Plot *plot = svg->plot;
    double widest = 0;
    for (size_t i = 0; i < plot->n * plot->n_series; i++)
        if (!isnan(plot->values[i]))
            widest = MAX_OF(widest, svg_text_width(SVG_SMALL, scale_compact(svg->arena, plot->y, plot->values[i])));
    return widest;
}

static void add_cell(Svg *svg, const Heat *heat, size_t series, size_t place, double x, double y, double width,
                     double height, bool has_text) {
    const Plot *plot = svg->plot;
    double value = plot_value(plot, series, place);
    if (isnan(value)) return;
    int step = heat_step(heat, value, STEPS);
    svg_add(svg, "<rect class=\"%c%d e\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"",
            heat->has_both ? 'd' : 'h', step, x, y, width, height);
    svg_end(svg, "rect", plot_mark(plot, series, place));
    if (!has_text) return;
    svg_add(svg,
            "<text class=\"n %s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" pointer-events=\"none\">%.*s</text>\n",
            is_strong(heat, step) ? "bg" : "fg", x + width / 2, y + height / 2 + 4,
            STR_ARG(svg_escape(svg->arena, scale_compact(svg->arena, plot->y, value))));
}

static double heat_height(const Plot *plot, double width) {
    (void)width;
    return ROW_PX * (double)plot->n_series + KEY_PX + 100;
}

static void draw_heat_map(Svg *svg) {
    const Plot *plot = svg->plot;
    Heat heat = heat_make(plot);
    double widest = 0, names_at = svg->left;
    add_key(svg, &heat);
    for (size_t s = 0; s < plot->n_series; s++) widest = MAX_OF(widest, svg_text_width(SVG_LABEL, plot->series[s]));
    double names_px = MIN_OF(widest, MIN_OF(NAME_PX_MAX, (svg->right - svg->left) * .35));
    svg->left += names_px + 10;
    svg_title_below(svg, svg_column_title(svg->arena, plot->x));
    double width = (svg->right - svg->left) / (double)plot->n;
    svg->bottom -= svg_bands_height(svg, plot->labels, plot->n, width);
    double height = MIN_OF((svg->bottom - svg->top) / (double)plot->n_series, 60);
    svg->bottom = svg->top + height * (double)plot->n_series;
    bool has_text = widest_cell(svg) + 6 <= width && height >= 16;
    for (size_t s = 0; s < plot->n_series; s++) {
        double y = svg->top + height * (double)s;
        svg_text(svg, SVG_LABEL, 'e', names_at + names_px, y + height / 2 + 4, names_px + 1, plot->series[s]);
        for (size_t i = 0; i < plot->n; i++)
            add_cell(svg, &heat, s, i, svg->left + width * (double)i, y, width, height, has_text);
    }
    svg_bands(svg, plot->labels, plot->n, width, svg->left);
}

const SvgKind SVG_HEAT_MAP = {
    .max_places = MAX_COLUMNS, .height = heat_height, .draw = draw_heat_map, .has_heat = true};
