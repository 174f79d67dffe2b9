/*
 * SVG: the frame that every kind has (title, legend, notes, description, style), around what the kind draws itself.
 *
 * The frame takes its room off the picture from above and below; what is left is the kind's. Without a height given, the kind says how
 * much that has to be.
 */
#include <math.h>

#include "chart/chart_svg_internal.h"

enum {
    MARGIN = 20,
    TITLE_LINE = 22,
    LEGEND_LINE = 20,
    LEGEND_ITEM_MAX = 190,
    NOTE_LINE = 16,
    CONTENT_PX = 300,
    MIN_CONTENT_PX = 200, /* whatever height is asked for */
    NO_DATA_PX = 90,
    MAX_TITLE_LINES = 2,
    MAX_NOTE_LINES = 4
};

static const SvgKind *const KINDS[] = {
    [CHART_KPI] = &SVG_KPI,
    [CHART_LINE] = &SVG_LINE,
    [CHART_BAR] = &SVG_BAR,
    [CHART_HORIZONTAL_BAR] = &SVG_HORIZONTAL_BAR,
    [CHART_PIE] = &SVG_PIE,
    [CHART_SCATTER] = &SVG_SCATTER,
    [CHART_HISTOGRAM] = &SVG_HISTOGRAM,
    [CHART_HEAT_MAP] = &SVG_HEAT_MAP,
};
static_assert(COUNT_OF(KINDS) == CHART_TABLE, "every kind but the table is drawn");

/* ---- parts of the frame ----------------------------------------------------------------------------------------------- */

static bool has_legend(const Svg *svg, const SvgKind *kind) {
    return kind && kind->has_legend && svg->plot->n_series > 1;
}

static double legend_item_width(Str name) {
    return 18 + MIN_OF(svg_text_width(SVG_LABEL, name), LEGEND_ITEM_MAX) + 16;
}

/* From the ninth series on colours come again: lines are dashed, areas paler. */
static void add_swatch(Svg *svg, size_t series, double x) {
    if (svg->plot->spec->kind == CHART_LINE)
        svg_add(svg, "<line class=\"s%zu\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke-width=\"3\"%s/>\n",
                series % 8, x, svg->top + 8, x + 13, svg->top + 8, series >= 8 ? " stroke-dasharray=\"5 3\"" : "");
    else
        svg_add(svg, "<rect class=\"c%zu\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"2\"%s/>\n", series % 8,
                x, svg->top + 2, series >= 8 ? " fill-opacity=\".5\"" : "");
}

/* Without is_drawn it only takes its room. */
static void legend(Svg *svg, bool is_drawn) {
    const Plot *plot = svg->plot;
    double x = svg->left;
    for (size_t i = 0; i < plot->n_series; i++) {
        double width = legend_item_width(plot->series[i]);
        if (x > svg->left && x + width > svg->right) {
            x = svg->left;
            svg->top += LEGEND_LINE;
        }
        if (is_drawn) {
            add_swatch(svg, i, x);
            svg_text(svg, SVG_LABEL, 's', x + 18, svg->top + 12, LEGEND_ITEM_MAX, plot->series[i]);
        }
        x += width;
    }
    svg->top += LEGEND_LINE + 8;
}

typedef struct Frame {
    const SvgKind *kind; /* NULL: there is nothing to draw */
    Str title[MAX_TITLE_LINES];
    size_t n_title;
    Str notes[MAX_NOTE_LINES];
    size_t n_notes;
} Frame;

static void wrap_texts(Svg *svg, Frame *frame) {
    double width = svg->right - svg->left;
    Str title = utf8_printable(svg->arena, svg->plot->spec->title, CHART_MAX_LABEL_BYTES);
    frame->n_title = svg_wrap(svg->arena, SVG_TITLE, title, width, frame->title, MAX_TITLE_LINES);
    for (size_t i = 0; i < svg->plot->notes.n && frame->n_notes < MAX_NOTE_LINES; i++)
        frame->n_notes += svg_wrap(svg->arena, SVG_MUTED, svg->plot->notes.at[i], width, frame->notes + frame->n_notes,
                                   MAX_NOTE_LINES - frame->n_notes);
}

static double frame_height(Svg *svg, const Frame *frame) {
    double top = svg->top;
    if (has_legend(svg, frame->kind)) legend(svg, false);
    double height = svg->top - top;
    svg->top = top;
    if (frame->n_title) height += (double)frame->n_title * TITLE_LINE + 10;
    if (frame->n_notes) height += (double)frame->n_notes * NOTE_LINE + 8;
    return height + 2 * MARGIN;
}

static void open_svg(Svg *svg, const Frame *frame) {
    Arena *arena = svg->arena;
    const ChartSpec *spec = svg->plot->spec;
    Str words = frame->kind ? plot_words(svg->plot) : S("There is no data to draw.");
    Str title = spec->title.n ? utf8_printable(arena, spec->title, CHART_MAX_LABEL_BYTES) : words;
    for (size_t i = 0; i < svg->plot->notes.n; i++)
        words = arena_printf(arena, "%.*s %.*s", STR_ARG(words), STR_ARG(svg->plot->notes.at[i]));
    svg_add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"starling-chart\" role=\"img\" width=\"%.0f\" height=\"%.0f\" "
        "viewBox=\"0 0 %.0f %.0f\">\n<title>%.*s</title>\n<desc>%.*s</desc>\n",
        svg->width, svg->height, svg->width, svg->height, STR_ARG(svg_escape(arena, title)),
        STR_ARG(svg_escape(arena, words)));
    svg_style(svg, frame->kind && frame->kind->has_heat);
    svg_add(svg, "<rect class=\"bg\" width=\"%.0f\" height=\"%.0f\" rx=\"8\"/>\n", svg->width, svg->height);
}

static void draw_frame(Svg *svg, const Frame *frame) {
    for (size_t i = 0; i < frame->n_title; i++) {
        svg_text(svg, SVG_TITLE, 's', svg->left, svg->top + 16, svg->right - svg->left, frame->title[i]);
        svg->top += TITLE_LINE;
    }
    if (frame->n_title) svg->top += 10;
    if (has_legend(svg, frame->kind)) legend(svg, true);
    for (size_t i = frame->n_notes; i-- > 0;) {
        svg_text(svg, SVG_MUTED, 's', svg->left, svg->bottom - 2, svg->right - svg->left, frame->notes[i]);
        svg->bottom -= NOTE_LINE;
    }
    if (frame->n_notes) svg->bottom -= 8;
}

/* ---- the whole -------------------------------------------------------------------------------------------------------- */

static int within(int value, int initial, int min, int max) {
    return value ? MAX_OF(MIN_OF(value, max), min) : initial;
}

static void draw(Svg *svg, Frame *frame, int height_px) {
    svg->left = svg->top = MARGIN;
    svg->right = svg->width - MARGIN;
    wrap_texts(svg, frame);
    double content = !frame->kind          ? NO_DATA_PX
                     : frame->kind->height ? frame->kind->height(svg->plot, svg->right - svg->left)
                                           : CONTENT_PX;
    double frame_px = frame_height(svg, frame), least = frame_px + MIN_OF(content, MIN_CONTENT_PX);
    svg->height = ceil(height_px ? MAX_OF(height_px, least) : MIN_OF(frame_px + content, CHART_MAX_PX));
    svg->bottom = svg->height - MARGIN;
    open_svg(svg, frame);
    draw_frame(svg, frame);
    if (frame->kind)
        frame->kind->draw(svg);
    else
        svg_text_with(svg, SVG_TITLE, 'm', svg->width / 2, (svg->top + svg->bottom) / 2 + 5, svg->width, S("No data"),
                      " opacity=\".6\"");
    svg_add(svg, "</svg>\n");
}

ErrCode chart_svg(Arena *arena, const ChartSpec *spec, const ChartData *data, const ChartSvgOptions *options, Buf *buf,
                  Err *err) {
    Plot plot;
    Svg svg = {.arena = arena, .buf = buf, .plot = &plot};
    Frame frame = {0};
    const SvgKind *kind = spec->kind < CHART_TABLE ? KINDS[spec->kind] : NULL;
    TRY(plot_make(arena, spec, data, kind ? kind->max_places : 1, &plot, err));
    if (plot_has_figures(&plot)) frame.kind = kind;
    svg.width = within(options->width_px, CHART_WIDTH_PX, CHART_MIN_PX, CHART_MAX_PX);
    draw(&svg, &frame, within(options->height_px, 0, CHART_MIN_PX, CHART_MAX_PX));
    return buf_check(buf, "the chart", err);
}
