/*
 * Lines and points in characters. A character of Braille has two dots by four, so a line is drawn eight times as fine as its columns and
 * rows; in ASCII a character is one dot. Lines of several series carry their letters.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart/chart_text_internal.h"

typedef struct Canvas {
    Text *text;
    size_t width, height;  /* characters */
    size_t dots_x, dots_y; /* of a character */
    uint8_t *dots;         /* eight a character, as U+2800 has them */
    char *letters;         /* above the dots; 0: none */
    Scale up;
    Scale across;
    size_t left; /* columns of the labels */
} Canvas;

/* ---- dots ------------------------------------------------------------------------------------------------------------- */

static void put_dot(Canvas *c, long x, long y) {
    static const uint8_t BITS[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (x < 0 || y < 0 || x >= (long)(c->width * c->dots_x) || y >= (long)(c->height * c->dots_y)) return;
    size_t cell = (size_t)y / c->dots_y * c->width + (size_t)x / c->dots_x;
    c->dots[cell] |= BITS[(size_t)y % c->dots_y][(size_t)x % c->dots_x];
}

/* Bresenham, "Algorithm for computer control of a digital plotter" (1965). */
static void put_line(Canvas *c, long x0, long y0, long x1, long y1) {
    long dx = labs(x1 - x0), dy = -labs(y1 - y0), error = dx + dy;
    for (;;) {
        put_dot(c, x0, y0);
        if (x0 == x1 && y0 == y1) return;
        long twice = 2 * error;
        if (twice >= dy) {
            error += dy;
            x0 += x0 < x1 ? 1 : -1;
        }
        if (twice <= dx) {
            error += dx;
            y0 += y0 < y1 ? 1 : -1;
        }
    }
}

static long dot_x(const Canvas *c, double value) {
    return lround(scale_at(&c->across, value) * (double)(c->width * c->dots_x - 1));
}

static long dot_y(const Canvas *c, double value) {
    return lround((1 - scale_at(&c->up, value)) * (double)(c->height * c->dots_y - 1));
}

static void put_letter(Canvas *c, double x, double y, char letter) {
    size_t column = (size_t)dot_x(c, x) / c->dots_x, row = (size_t)dot_y(c, y) / c->dots_y;
    if (column < c->width && row < c->height) c->letters[row * c->width + column] = letter;
}

/* ---- axes ------------------------------------------------------------------------------------------------------------- */

static Canvas make_canvas(Text *text, const ChartColumn *column, Scale up) {
    Canvas c = {.text = text, .up = up, .height = text->height - 4, .dots_x = 2, .dots_y = 4};
    if (text->is_ascii) c.dots_x = c.dots_y = 1;
    for (int i = 0; i < up.n_ticks; i++)
        c.left = MAX_OF(c.left, utf8_width(scale_tick(text->arena, &column->format, &up, i)));
    c.left = MIN_OF(c.left, text->width / 3);
    c.width = text->width - c.left - 2;
    c.dots = ARENA_ARRAY(text->arena, uint8_t, c.width * c.height);
    c.letters = ARENA_ARRAY(text->arena, char, c.width *c.height);
    return c;
}

static Str tick_at(const Canvas *c, const ChartColumn *column, size_t row) {
    for (int i = 0; i < c->up.n_ticks; i++)
        if ((size_t)dot_y(c, c->up.from + i * c->up.step) / c->dots_y == row)
            return scale_tick(c->text->arena, &column->format, &c->up, i);
    return (Str){0};
}

static void add_cell(const Canvas *c, size_t cell) {
    Text *text = c->text;
    char bytes[4];
    if (c->letters[cell])
        text_add(text, (Str){&c->letters[cell], 1});
    else if (!c->dots[cell])
        text_add(text, S(" "));
    else if (text->is_ascii)
        text_add(text, S("*"));
    else
        text_add(text, (Str){bytes, utf8_encode(0x2800u + c->dots[cell], bytes)});
}

static void put_out(const Canvas *c, const ChartColumn *column) {
    Text *text = c->text;
    for (size_t row = 0; row < c->height; row++) {
        Str label = tick_at(c, column, row);
        text_right(text, label, c->left);
        text_add(text, label.n ? text_char(text, " ┤", " +") : text_char(text, " │", " |"));
        for (size_t x = 0; x < c->width; x++) add_cell(c, row * c->width + x);
        text_end(text);
    }
    text_pad(text, c->left);
    text_add(text, text_char(text, " └", " +"));
    for (size_t x = 0; x < c->width; x++) text_add(text, text_char(text, "─", "-"));
    text_end(text);
}

/* A label about a column, where there is room behind the one before. */
static void add_label_below(const Canvas *c, double at, Str label) {
    size_t width = utf8_width(label), middle = c->left + 2 + (size_t)(dot_x(c, at) / (long)c->dots_x);
    size_t column = middle > width / 2 ? middle - width / 2 : 0, taken = text_column(c->text);
    if (column + width > c->text->width) column = c->text->width > width ? c->text->width - width : 0;
    if (taken && column < taken + 1) return;
    text_pad(c->text, column);
    text_add(c->text, label);
}

static void add_number_axis(const Canvas *c, const ChartColumn *column) {
    Scale ticks = scale_make(c->across.from, c->across.to, (int)c->width / 12, false, column->type.kind == TYPE_INT64);
    for (int i = 0; i < ticks.n_ticks; i++) {
        double at = ticks.from + i * ticks.step;
        if (at < c->across.from - ticks.step * 1e-6 || at > c->across.to + ticks.step * 1e-6) continue;
        add_label_below(c, at, scale_tick(c->text->arena, &column->format, &ticks, i));
    }
    text_end(c->text);
}

static void add_time_axis(const Canvas *c) {
    TimeTick ticks[CHART_MAX_TICKS];
    size_t n = time_ticks(c->text->plot, MAX_OF(c->width / 6, (size_t)2), ticks);
    bool has_second_line = false;
    for (size_t i = 0; i < n; i++) {
        add_label_below(c, ticks[i].at, ticks[i].label);
        has_second_line |= ticks[i].above.n > 0;
    }
    text_end(c->text);
    if (!has_second_line) return;
    for (size_t i = 0; i < n; i++)
        if (ticks[i].above.n) add_label_below(c, ticks[i].at, ticks[i].above);
    text_end(c->text);
}

/* ---- lines ------------------------------------------------------------------------------------------------------------ */

enum { LETTER_GAP = 10 /* columns between letters of a line */ };

static double position(const Plot *plot, size_t place) {
    return isnan(plot->at[0]) ? (double)place : plot->at[place];
}

static void put_series(Canvas *c, size_t series) {
    const Plot *plot = c->text->plot;
    long before_x = 0, before_y = 0, next_letter = 0;
    bool is_open = false;
    for (size_t i = 0; i < plot->n; i++) {
        double value = plot_value(plot, series, i), at = position(plot, i);
        if (isnan(at)) break;
        if (isnan(value)) {
            is_open = is_open && !plot->rows[series * plot->n + i]; /* null is a gap, no row is none */
            continue;
        }
        long x = dot_x(c, at), y = dot_y(c, value);
        if (is_open)
            put_line(c, before_x, before_y, x, y);
        else
            put_dot(c, x, y);
        if (plot->n_series > 1 && x >= next_letter) {
            put_letter(c, at, value, (char)('A' + series));
            next_letter = x + LETTER_GAP * (long)c->dots_x;
        }
        before_x = x;
        before_y = y;
        is_open = true;
    }
}

static void add_letters_key(Text *text) {
    const Plot *plot = text->plot;
    for (size_t s = 0; s < plot->n_series && plot->n_series > 1; s++) {
        Str name = arena_printf(text->arena, "%c %.*s", (char)('A' + s), STR_ARG(plot->series[s]));
        if (text_column(text) && text_column(text) + 2 + utf8_width(name) > text->width) text_end(text);
        if (text_column(text)) text_pad(text, text_column(text) + 2);
        text_add(text, name);
    }
    if (plot->n_series > 1) text_end(text);
}

static void draw_line(Text *text) {
    const Plot *plot = text->plot;
    Canvas c = make_canvas(text, plot->y, scale_of_heights(plot, (int)(text->height - 4) / 4));
    size_t last = plot->n - 1;
    while (last && !isnan(plot->at[0]) && isnan(plot->at[last])) last--;
    double from = position(plot, 0), to = position(plot, last);
    c.across = (Scale){.from = from < to ? from : from - 1, .to = from < to ? to : to + 1};
    for (size_t s = 0; s < plot->n_series; s++) put_series(&c, s);
    add_letters_key(text);
    put_out(&c, plot->y);
    if (isnan(plot->at[0])) {
        for (size_t i = 0; i < plot->n; i++) add_label_below(&c, (double)i, plot->labels[i]);
        text_end(text);
    } else if (type_is_time(plot->x->type)) {
        add_time_axis(&c);
    } else {
        add_number_axis(&c, plot->x);
    }
}

const TextKind TEXT_LINE = {.draw = draw_line};

/* ---- points ----------------------------------------------------------------------------------------------------------- */

static void draw_scatter(Text *text) {
    const Plot *plot = text->plot;
    const Points *p = &plot->points;
    const ChartColumn *right = &plot->data->columns[plot->measures[0]], *up = &plot->data->columns[plot->measures[1]];
    Canvas c = make_canvas(text, up, scale_of_points(up, p->min_y, p->max_y, (int)(text->height - 4) / 4));
    c.across = scale_of_points(right, p->min_x, p->max_x, (int)c.width / 12);
    for (size_t i = 0; i < p->n; i++) put_dot(&c, dot_x(&c, p->x[i]), dot_y(&c, p->y[i]));
    text_add(text, chart_title(text->arena, up));
    text_end(text);
    put_out(&c, up);
    add_number_axis(&c, right);
    text_right(text, chart_title(text->arena, right), text->width);
    text_end(text);
}

const TextKind TEXT_SCATTER = {.draw = draw_scatter};
