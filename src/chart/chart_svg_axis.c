/* Axes: each takes the room that its labels need off the plot, then draws them. */
#include <math.h>

#include "chart/chart_svg_internal.h"

enum { LABEL_GAP = 6, TITLE_PX = 18, BAND_LINE_PX = 16, TURNED_MAX_PX = 120, MIN_BAND_PX = 13 };

Str svg_column_title(Arena *arena, const ChartColumn *column) {
    Str title = chart_title(arena, column);
    bool has_unit = column->format.unit.n && !str_eq(column->format.kind, S("currency"));
    return has_unit ? arena_printf(arena, "%.*s (%.*s)", STR_ARG(title), STR_ARG(column->format.unit)) : title;
}

Str svg_series_title(const Svg *svg) {
    const Plot *plot = svg->plot;
    return plot->by || plot->n_series == 1 ? svg_column_title(svg->arena, plot->y) : (Str){0};
}

static void add_line(Svg *svg, const char *class, double x1, double y1, double x2, double y2) {
    svg_add(svg, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2);
}

static bool is_zero(const Scale *scale, int tick) {
    return fabs(scale->from + tick * scale->step) < scale->step * 1e-6;
}

void svg_axis_left(Svg *svg, const Scale *scale, const ChartColumn *column, Str title) {
    Str labels[CHART_MAX_TICKS];
    double widest = 0;
    for (int i = 0; i < scale->n_ticks; i++) {
        labels[i] = scale_tick(svg->arena, &column->format, scale, i);
        widest = MAX_OF(widest, svg_text_width(SVG_MUTED, labels[i]));
    }
    widest = MIN_OF(widest, (svg->right - svg->left) / 2); /* a unit may be long */
    if (title.n) {
        svg_text(svg, SVG_MUTED, 's', svg->left, svg->top + 10, svg->right - svg->left, title);
        svg->top += TITLE_PX + 6;
    }
    svg->left += widest + LABEL_GAP;
    for (int i = 0; i < scale->n_ticks; i++) {
        double y = svg_y(svg, scale, scale->from + i * scale->step);
        add_line(svg, is_zero(scale, i) ? "a" : "g", svg->left, y, svg->right, y);
        svg_text(svg, SVG_MUTED, 'e', svg->left - LABEL_GAP, y + 4, widest + 1, labels[i]);
    }
}

void svg_title_below(Svg *svg, Str title) {
    if (!title.n) return;
    svg_text(svg, SVG_MUTED, 'm', (svg->left + svg->right) / 2, svg->bottom - 4, svg->right - svg->left, title);
    svg->bottom -= TITLE_PX;
}

void svg_axis_below(Svg *svg, const Scale *scale, const ChartColumn *column, Str title, bool has_grid) {
    svg_title_below(svg, title);
    svg->bottom -= BAND_LINE_PX;
    double last = -INFINITY;
    for (int i = 0; i < scale->n_ticks; i++) {
        Str label = scale_tick(svg->arena, &column->format, scale, i);
        double x = svg_x(svg, scale, scale->from + i * scale->step), half = svg_text_width(SVG_MUTED, label) / 2;
        if (has_grid) add_line(svg, is_zero(scale, i) ? "a" : "g", x, svg->top, x, svg->bottom);
        if (x - half < last + 4) continue;
        last = x + half;
        char anchor = x + half > svg->width - 2 ? 'e' : 'm';
        svg_text(svg, SVG_MUTED, anchor, x, svg->bottom + 14, INFINITY, label);
    }
    if (!has_grid) add_line(svg, "a", svg->left, svg->bottom, svg->right, svg->bottom);
}

/* ---- bands ------------------------------------------------------------------------------------------------------------ */

static double widest_of(const Str *labels, size_t n) {
    double widest = 0;
    for (size_t i = 0; i < n; i++) widest = MAX_OF(widest, svg_text_width(SVG_SMALL, labels[i]));
    return widest;
}

/* Labels that do not fit beside each other are put on two lines, else turned. */
static bool fits_in_lines(Arena *arena, const Str *labels, size_t n, double band, size_t *ret_lines) {
    Str lines[3];
    *ret_lines = 1;
    for (size_t i = 0; i < n; i++) {
        size_t n_lines = svg_wrap(arena, SVG_SMALL, labels[i], band - 4, lines, COUNT_OF(lines));
        if (n_lines > 2) return false;
        for (size_t k = 0; k < n_lines; k++)
            if (str_ends(lines[k], S("…"))) return false;
        *ret_lines = MAX_OF(*ret_lines, n_lines);
    }
    return true;
}

/* Where all are two words ("Jul 2013") they are broken alike, those too that would fit. */
static bool are_pairs(const Str *labels, size_t n) {
    for (size_t i = 0; i < n; i++) {
        ptrdiff_t at = str_find_char(labels[i], ' ');
        if (at < 0 || str_find_char(str_slice(labels[i], (size_t)at + 1, labels[i].n), ' ') >= 0) return false;
    }
    return true;
}

double svg_bands_height(const Svg *svg, const Str *labels, size_t n, double band) {
    size_t n_lines;
    if (fits_in_lines(svg->arena, labels, n, band, &n_lines)) return BAND_LINE_PX + 14 * (double)(n_lines - 1);
    return MIN_OF(widest_of(labels, n), TURNED_MAX_PX) * .64 + 14;
}

static void add_in_lines(Svg *svg, Str label, bool is_pair, double band, double x) {
    Str lines[2];
    size_t n = svg_wrap(svg->arena, SVG_SMALL, label, band - 4, lines, COUNT_OF(lines));
    if (is_pair && n == 1) {
        lines[0] = str_split_next(&label, ' ');
        lines[n++] = label;
    }
    for (size_t k = 0; k < n; k++) svg_text(svg, SVG_SMALL, 'm', x, svg->bottom + 14 + 14 * (double)k, band, lines[k]);
}

void svg_bands(Svg *svg, const Str *labels, size_t n, double band, double x) {
    size_t n_lines, every = (size_t)ceil(MIN_BAND_PX / band);
    bool is_flat = fits_in_lines(svg->arena, labels, n, band, &n_lines);
    bool is_pair = is_flat && n_lines == 2 && are_pairs(labels, n);
    for (size_t i = 0; i < n; i += is_flat ? 1 : every) {
        double middle = x + band * ((double)i + .5), y = svg->bottom + 12;
        if (is_flat) {
            add_in_lines(svg, labels[i], is_pair, band, middle);
            continue;
        }
        Str turn = arena_printf(svg->arena, " transform=\"rotate(-40 %.1f %.1f)\"", middle + 3, y);
        svg_text_with(svg, SVG_SMALL, 'e', middle + 3, y, TURNED_MAX_PX, labels[i], arena_cstr(svg->arena, turn));
    }
}
