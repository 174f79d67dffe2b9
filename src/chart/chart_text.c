/* Characters: the frame (title, notes), lines that end where the terminal does, and single figures. */
#include <string.h>

#include "chart/chart_text_internal.h"

static const TextKind *const KINDS[] = {
    [CHART_KPI] = &TEXT_KPI,        [CHART_LINE] = &TEXT_LINE,
    [CHART_BAR] = &TEXT_BARS,       [CHART_HORIZONTAL_BAR] = &TEXT_BARS,
    [CHART_PIE] = &TEXT_BARS,       [CHART_SCATTER] = &TEXT_SCATTER,
    [CHART_HISTOGRAM] = &TEXT_BARS, [CHART_HEAT_MAP] = &TEXT_HEAT_MAP,
};
static_assert(COUNT_OF(KINDS) == CHART_TABLE, "every kind but the table is drawn");

/* ---- lines ------------------------------------------------------------------------------------------------------------ */

static double width_of(Str s) {
    return (double)utf8_width(s);
}

void text_add(Text *text, Str s) {
    for (size_t i = 0; text->is_ascii && i < s.n; i++) { /* of what is ours; names stay as they are */
        bool is_dots = str_starts(str_slice(s, i, s.n), S("…")), is_dash = str_starts(str_slice(s, i, s.n), S("–"));
        if (!is_dots && !is_dash) continue;
        buf_add(&text->line, str_slice(s, 0, i));
        buf_add_char(&text->line, is_dots ? '~' : '-');
        s = str_slice(s, i + strlen("…"), s.n);
        i = SIZE_MAX;
    }
    buf_add(&text->line, s);
}

size_t text_column(const Text *text) {
    return utf8_width(buf_str(&text->line));
}

void text_pad(Text *text, size_t column) {
    for (size_t at = text_column(text); at < column; at++) buf_add_char(&text->line, ' ');
}

void text_left(Text *text, Str s, size_t width) {
    size_t from = text_column(text);
    text_add(text, chart_cut(text->arena, s, (double)width, width_of));
    text_pad(text, from + width);
}

void text_right(Text *text, Str s, size_t width) {
    size_t from = text_column(text);
    s = chart_cut(text->arena, s, (double)width, width_of);
    text_pad(text, from + width - utf8_width(s));
    text_add(text, s);
}

void text_end(Text *text) {
    Str line = utf8_prefix(utf8_printable(text->arena, buf_str(&text->line), 0), text->width);
    while (line.n && line.p[line.n - 1] == ' ') line.n--;
    buf_add(text->buf, line);
    buf_add_char(text->buf, '\n');
    buf_clear(&text->line);
}

/* A paragraph, broken between words. */
static void add_words(Text *text, Str words) {
    while (words.n) {
        Str word = str_split_next(&words, ' ');
        bool is_first = !text_column(text);
        if (!is_first && text_column(text) + 1 + utf8_width(word) > text->width) {
            text_end(text);
            is_first = true;
        }
        if (!is_first) text_add(text, S(" "));
        text_add(text, chart_cut(text->arena, word, (double)text->width, width_of));
    }
    text_end(text);
}

/* ---- figures ---------------------------------------------------------------------------------------------------------- */

static void draw_kpi(Text *text) {
    const Plot *plot = text->plot;
    const ChartData *data = plot->data;
    size_t widest = 0;
    for (size_t i = 0; i < plot->n_measures; i++)
        widest = MAX_OF(widest, utf8_width(chart_title(text->arena, &data->columns[plot->measures[i]])));
    widest = MIN_OF(widest, text->width / 2);
    if (plot->x) {
        text_add(text, chart_show(text->arena, plot->x, chart_cell(data, 0, (size_t)(plot->x - data->columns))));
        text_end(text);
    }
    for (size_t i = 0; i < plot->n_measures; i++) {
        const ChartColumn *column = &data->columns[plot->measures[i]];
        Value value = chart_cell(data, 0, plot->measures[i]);
        text_left(text, chart_title(text->arena, column), widest);
        text_add(text, S("  "));
        text_add(text, value.is_null ? S("–") : chart_show(text->arena, column, value));
        text_end(text);
    }
}

const TextKind TEXT_KPI = {.draw = draw_kpi};

/* ---- the whole -------------------------------------------------------------------------------------------------------- */

static size_t within(int value, int initial, int min, int max) {
    return (size_t)(value ? MAX_OF(MIN_OF(value, max), min) : initial);
}

ErrCode chart_text(Arena *arena, const ChartSpec *spec, const ChartData *data, const ChartTextOptions *options,
                   Buf *buf, Err *err) {
    Plot plot;
    const TextKind *kind = spec->kind < CHART_TABLE ? KINDS[spec->kind] : NULL;
    Text text = {.arena = arena,
                 .buf = buf,
                 .spec = spec,
                 .plot = &plot,
                 .width = within(options->width, CHART_TEXT_COLUMNS, CHART_MIN_COLUMNS, CHART_MAX_COLUMNS),
                 .height = within(options->height, CHART_TEXT_LINES, CHART_MIN_LINES, CHART_MAX_LINES),
                 .is_ascii = options->is_ascii};
    size_t max_places = kind && kind->max_places ? kind->max_places(&text) : CHART_MAX_ROWS;
    TRY(plot_make(arena, spec, data, max_places, &plot, err));
    buf_init(&text.line, CHART_MAX_BYTES);
    if (spec->title.n) add_words(&text, utf8_printable(arena, spec->title, CHART_MAX_LABEL_BYTES));
    if (kind && plot_has_figures(&plot))
        kind->draw(&text);
    else
        add_words(&text, S("No data"));
    for (size_t i = 0; i < plot.notes.n; i++) add_words(&text, plot.notes.at[i]);
    buf_release(&text.line);
    return buf_check(buf, "the chart", err);
}
