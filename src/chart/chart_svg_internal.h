#pragma once
/* For the SVG half of chart/ only: where things are drawn, and with what. Lengths are CSS pixels. */
#include "chart/chart_internal.h"

typedef struct Svg {
    Arena *arena;
    Buf *buf;
    Plot *plot;
    double width;
    double height;
    double left, top, right, bottom; /* what is left to draw in */
} Svg;

/* ---- primitives (chart_svg_draw.c) ------------------------------------------------------------------------------------ */

enum { SVG_TITLE_PX = 16 };
typedef enum SvgFont { SVG_TITLE, SVG_LABEL, SVG_SMALL, SVG_MUTED, SVG_FONT_COUNT } SvgFont;

void svg_add(Svg *svg, const char *format, ...) PRINTF_LIKE(2, 3);
/* For content and attributes: markup escaped, nothing that XML forbids. */
Str svg_escape(Arena *arena, Str s);
/* About as wide as it is drawn, with some reserve: fonts differ. */
double svg_text_width(SvgFont font, Str s);
Str svg_cut(Arena *arena, SvgFont font, Str s, double max_px);
/* anchor: 's' begins at x, 'm' is about it, 'e' ends there. What is wider than max_px is cut, and has the whole as its title. */
void svg_text(Svg *svg, SvgFont font, char anchor, double x, double y, double max_px, Str s);
/* The same with further attributes, such as a class or transform. */
void svg_text_with(Svg *svg, SvgFont font, char anchor, double x, double y, double max_px, Str s, const char *more);
/* "><title>…</title></rect>": ends an element with what is said of it. */
void svg_end(Svg *svg, const char *element, Str title);
void svg_style(Svg *svg, bool has_heat);
/* Lines of at most max_px, between words; the last one cut. How many. */
size_t svg_wrap(Arena *arena, SvgFont font, Str s, double max_px, Str *lines, size_t max_lines);

/* ---- axes (chart_svg_axis.c) ------------------------------------------------------------------------------------------ */

/* Grid lines and labels of figures; takes their room off the left (or, across, off the bottom). Then plots are between left, top, right
 * and bottom. */
void svg_axis_left(Svg *svg, const Scale *scale, const ChartColumn *column, Str title);
void svg_axis_below(Svg *svg, const Scale *scale, const ChartColumn *column, Str title, bool has_grid);
static inline double svg_y(const Svg *svg, const Scale *scale, double value) {
    return svg->bottom - scale_at(scale, value) * (svg->bottom - svg->top);
}
static inline double svg_x(const Svg *svg, const Scale *scale, double value) {
    return svg->left + scale_at(scale, value) * (svg->right - svg->left);
}
/* Room below for labels of categories, then the labels, under bands of equal width. */
double svg_bands_height(const Svg *svg, const Str *labels, size_t n, double band);
void svg_bands(Svg *svg, const Str *labels, size_t n, double band, double x);
/* The axis' title, at the very bottom; takes its room. */
void svg_title_below(Svg *svg, Str title);
Str svg_column_title(Arena *arena, const ChartColumn *column); /* "Distance (km)" */
Str svg_series_title(const Svg *svg); /* of the axis of all series; empty: the legend says it */

/* ---- kinds ------------------------------------------------------------------------------------------------------------ */

typedef struct SvgKind {
    size_t max_places;
    double (*height)(const Plot *plot, double width); /* that it needs; NULL: 300 */
    void (*draw)(Svg *svg);
    bool has_legend; /* of series, above */
    bool has_heat;
} SvgKind;
extern const SvgKind SVG_KPI, SVG_LINE, SVG_BAR, SVG_HORIZONTAL_BAR, SVG_PIE, SVG_SCATTER, SVG_HISTOGRAM, SVG_HEAT_MAP;
