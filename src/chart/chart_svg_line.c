/*
 * Lines over time, or over whatever has an order. A value that is null is a gap; a place without a row is passed over. Of more points than
 * there are pixels the lowest and highest in each pixel are drawn, which looks the same.
 */
#include <math.h>

#include "chart/chart_svg_internal.h"

enum {
    MAX_MARKED = 400, /* points with a dot and a title */
    MIN_DOT_GAP_PX = 9,
    TICK_PX = 38,
    EDGE_PX = 8,
    AXIS_PX = 18,
    SECOND_LINE_PX = 14
};

typedef struct Across {
    const Plot *plot;
    Scale scale;
    bool is_axis; /* numbers or times; else places side by side */
    size_t n;
} Across;

static double position(const Across *across, size_t place) {
    return across->is_axis ? across->plot->at[place] : (double)place;
}

static Across make_across(const Plot *plot) {
    Across across = {.plot = plot, .n = plot->n, .is_axis = !isnan(plot->at[0])};
    while (across.is_axis && across.n && isnan(plot->at[across.n - 1])) across.n--;
    double from = position(&across, 0), to = position(&across, across.n - 1);
    if (from >= to) { /* one point stands in the middle */
        from -= 1;
        to += 1;
    }
    across.scale = (Scale){.from = from, .to = to};
    return across;
}

/* ---- the axis below --------------------------------------------------------------------------------------------------- */

typedef struct Ticks {
    TimeTick at[CHART_MAX_TICKS];
    size_t n;
    bool has_second_line;
} Ticks;

static Ticks make_ticks(const Svg *svg, const Across *across) {
    Ticks ticks = {0};
    size_t max = (size_t)MAX_OF((svg->right - svg->left - 60) / TICK_PX, 2);
    if (!across->is_axis || !type_is_time(svg->plot->x->type)) return ticks;
    ticks.n = time_ticks(svg->plot, max, ticks.at);
    for (size_t i = 0; i < ticks.n; i++) ticks.has_second_line |= ticks.at[i].above.n > 0;
    return ticks;
}

static void add_time_axis(Svg *svg, const Across *across, const Ticks *ticks) {
    double last = -INFINITY, last_above = -INFINITY;
    for (size_t i = 0; i < ticks->n; i++) {
        const TimeTick *tick = &ticks->at[i];
        double x = svg_x(svg, &across->scale, tick->at), half = svg_text_width(SVG_MUTED, tick->label) / 2;
        double half_above = svg_text_width(SVG_MUTED, tick->above) / 2;
        svg_add(svg, "<line class=\"a\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x, svg->bottom, x,
                svg->bottom + 4);
        double middle = MAX_OF(MIN_OF(x, svg->width - half - 2), half + 2);
        if (middle - half > last + 4) {
            svg_text(svg, SVG_MUTED, 'm', middle, svg->bottom + 16, INFINITY, tick->label);
            last = middle + half;
        }
        middle = MAX_OF(MIN_OF(x, svg->width - half_above - 2), half_above + 2);
        if (tick->above.n && middle - half_above > last_above + 6) {
            svg_text(svg, SVG_MUTED, 'm', middle, svg->bottom + 16 + SECOND_LINE_PX, INFINITY, tick->above);
            last_above = middle + half_above;
        }
    }
}

static void add_number_axis(Svg *svg, const Across *across) {
    bool is_whole = svg->plot->x->type.kind == TYPE_INT64;
    Scale ticks = scale_make(across->scale.from, across->scale.to, 8, false, is_whole);
    for (int i = 0; i < ticks.n_ticks; i++) {
        double at = ticks.from + i * ticks.step;
        if (at < across->scale.from - ticks.step * 1e-6 || at > across->scale.to + ticks.step * 1e-6) continue;
        svg_text(svg, SVG_MUTED, 'm', svg_x(svg, &across->scale, at), svg->bottom + 16, INFINITY,
                 scale_tick(svg->arena, &svg->plot->x->format, &ticks, i));
    }
}

/* ---- lines ------------------------------------------------------------------------------------------------------------ */

typedef struct Line {
    Svg *svg;
    const Across *across;
    const Scale *up;
    size_t series;
    Buf *path;
    bool is_open; /* the pen is down */
} Line;

static void add_point(Line *line, size_t place) {
    double value = plot_value(line->svg->plot, line->series, place);
    buf_printf(line->path, "%s%.1f %.1f", line->is_open ? "L" : "M",
               svg_x(line->svg, &line->across->scale, position(line->across, place)),
               svg_y(line->svg, line->up, value));
    line->is_open = true;
}

static bool is_gap(const Plot *plot, size_t series, size_t place) {
    return plot->rows[series * plot->n + place] && isnan(plot_value(plot, series, place));
}

/* Places from..to share a pixel: its first, lowest, highest and last, in their order. */
static void add_pixel(Line *line, size_t from, size_t to) {
    const Plot *plot = line->svg->plot;
    size_t first = SIZE_MAX, last = 0, low = 0, high = 0;
    for (size_t i = from; i < to; i++) {
        double value = plot_value(plot, line->series, i);
        if (isnan(value)) continue;
        if (first == SIZE_MAX) first = low = high = i;
        last = i;
        if (value < plot_value(plot, line->series, low)) low = i;
        if (value > plot_value(plot, line->series, high)) high = i;
    }
    if (first == SIZE_MAX) {
        for (size_t i = from; i < to && line->is_open; i++) line->is_open = !is_gap(plot, line->series, i);
        return;
    }
    const size_t in_order[] = {first, MIN_OF(low, high), MAX_OF(low, high), last};
    for (size_t i = 0; i < COUNT_OF(in_order); i++)
        if (!i || in_order[i] != in_order[i - 1]) add_point(line, in_order[i]);
}

static void add_path(Line *line) {
    const Across *across = line->across;
    Svg *svg = line->svg;
    bool is_dense = (double)across->n > 2 * (svg->right - svg->left);
    for (size_t i = 0, next; i < across->n; i = next) {
        next = i + 1;
        double x = floor(svg_x(svg, &across->scale, position(across, i)));
        while (is_dense && next < across->n && floor(svg_x(svg, &across->scale, position(across, next))) <= x) next++;
        add_pixel(line, i, next);
    }
}

static void add_dots(const Line *line, bool is_marked) {
    Svg *svg = line->svg;
    const Plot *plot = svg->plot;
    for (size_t i = 0; i < line->across->n; i++) {
        double value = plot_value(plot, line->series, i);
        if (isnan(value)) continue;
        /* Without neighbours there is no line to see. */
        bool is_alone = (!i || isnan(plot_value(plot, line->series, i - 1))) &&
                        (i + 1 == line->across->n || isnan(plot_value(plot, line->series, i + 1)));
        if (!is_marked && !(is_alone && line->across->n <= MAX_MARKED)) continue;
        svg_add(svg, "<circle class=\"c%zu e\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"", line->series % 8,
                svg_x(svg, &line->across->scale, position(line->across, i)), svg_y(svg, line->up, value));
        svg_end(svg, "circle", plot_mark(plot, line->series, i));
    }
}

static void add_line(Svg *svg, const Across *across, const Scale *up, size_t series) {
    Buf path CLEANUP(buf_release);
    buf_init(&path, CHART_MAX_BYTES);
    Line line = {.svg = svg, .across = across, .up = up, .series = series, .path = &path};
    add_path(&line);
    svg_add(svg, "<path class=\"s%zu\" stroke-width=\"%s\" stroke-linejoin=\"round\" stroke-linecap=\"round\"%s d=\"",
            series % 8, across->n > MAX_MARKED ? "1.25" : "2.25", series >= 8 ? " stroke-dasharray=\"6 5\"" : "");
    buf_add(svg->buf, buf_str(&path));
    buf_add(svg->buf, S("\""));
    svg_end(svg, "path", svg->plot->series[series]);
    double gap = (svg->right - svg->left) / (double)across->n;
    add_dots(&line, gap >= MIN_DOT_GAP_PX && across->n * svg->plot->n_series <= MAX_MARKED);
}

static void draw_line(Svg *svg) {
    Plot *plot = svg->plot;
    Across across = make_across(plot);
    Scale up = scale_of_heights(plot, 5);
    Ticks ticks = make_ticks(svg, &across);
    double band = (svg->right - svg->left - 60) / (double)plot->n;
    svg_title_below(svg, svg_column_title(svg->arena, plot->x));
    svg->bottom -= across.is_axis ? AXIS_PX + (ticks.has_second_line ? SECOND_LINE_PX : 0)
                                  : svg_bands_height(svg, plot->labels, plot->n, band);
    svg_axis_left(svg, &up, plot->y, svg_series_title(svg));
    svg->left += EDGE_PX;
    svg->right -= EDGE_PX;
    if (ticks.n)
        add_time_axis(svg, &across, &ticks);
    else if (across.is_axis)
        add_number_axis(svg, &across);
    else {
        double step = (svg->right - svg->left) / (double)MAX_OF(plot->n - 1, 1);
        svg_bands(svg, plot->labels, plot->n, step, svg->left - step / 2);
    }
    for (size_t s = 0; s < plot->n_series; s++) add_line(svg, &across, &up, s);
}

const SvgKind SVG_LINE = {.max_places = CHART_MAX_ROWS, .draw = draw_line, .has_legend = true};
