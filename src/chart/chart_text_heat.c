/* Heat maps in characters: five shades, or two signs either side of zero. */
#include <math.h>

#include "chart/chart_text_internal.h"

enum { N_SHADES = 5, MAX_CELL = 6, NAMES_SHARE = 3 /* of the width, at most */, GAP = 2 };

static const char *const SHADES[] = {"·", "░", "▒", "▓", "█"}, *const ASCII_SHADES[] = {".", ":", "+", "%", "#"};
static const char *const SIGNS[] = {"━", "─", "·", "▒", "█"}, *const ASCII_SIGNS[] = {"=", "-", ".", "+", "#"};

static Str shade_of(const Text *text, const Heat *heat, int step) {
    return heat->has_both ? text_char(text, SIGNS[step], ASCII_SIGNS[step])
                          : text_char(text, SHADES[step], ASCII_SHADES[step]);
}

static void add_key(Text *text, const Heat *heat) {
    const Plot *plot = text->plot;
    text_add(text, scale_compact(text->arena, plot->y, heat->min));
    text_add(text, S(" "));
    for (int i = 0; i < N_SHADES; i++) text_add(text, shade_of(text, heat, i));
    text_add(text, S(" "));
    text_add(text, scale_compact(text->arena, plot->y, heat->max));
    text_end(text);
}

static void add_labels(Text *text, size_t left, size_t cell) {
    const Plot *plot = text->plot;
    for (size_t i = 0; i < plot->n; i++) {
        size_t column = left + i * cell;
        if (i && text_column(text) + 2 > column) continue;
        if (i && column + utf8_width(plot->labels[i]) > text->width) continue;
        text_pad(text, column);
        text_add(text, plot->labels[i]);
    }
    text_end(text);
}

static void draw_heat_map(Text *text) {
    Plot *plot = text->plot;
    Heat heat = heat_make(plot);
    size_t names = 0;
    for (size_t s = 0; s < plot->n_series; s++) names = MAX_OF(names, utf8_width(plot->series[s]));
    names = MIN_OF(names, text->width / NAMES_SHARE);
    size_t room = text->width - names - GAP, cell = MIN_OF(room / plot->n, (size_t)MAX_CELL);
    add_key(text, &heat);
    for (size_t s = 0; s < plot->n_series; s++) {
        text_left(text, plot->series[s], names);
        text_pad(text, names + GAP);
        for (size_t i = 0; i < plot->n; i++) {
            double value = plot_value(plot, s, i);
            Str shade = isnan(value) ? S(" ") : shade_of(text, &heat, heat_step(&heat, value, N_SHADES));
            for (size_t k = 0; k < cell; k++) text_add(text, shade);
        }
        text_end(text);
    }
    add_labels(text, names + GAP, cell);
}

/* Whatever the names leave. */
static size_t max_columns(const Text *text) {
    return text->width - text->width / NAMES_SHARE - GAP;
}

const TextKind TEXT_HEAT_MAP = {.max_places = max_columns, .draw = draw_heat_map};
