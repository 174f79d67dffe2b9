#pragma once
/* For the half of chart/ that draws in characters. Lengths are in columns and lines of a terminal. */
#include "chart/chart_internal.h"

typedef struct Text {
    Arena *arena;
    Buf *buf;
    const ChartSpec *spec;
    Plot *plot;
    size_t width;
    size_t height;
    bool is_ascii;
    Buf line; /* the one being written */
} Text;

/* Parts of a line; text_end puts it out, without the spaces at its end and cut to the width. */
void text_add(Text *text, Str s);
void text_pad(Text *text, size_t column);        /* up to it */
void text_left(Text *text, Str s, size_t width); /* cut or filled to the width */
void text_right(Text *text, Str s, size_t width);
size_t text_column(const Text *text);
void text_end(Text *text);
/* What a drawing is made of: the character, or one of ASCII that stands for it. */
static inline Str text_char(const Text *text, const char *drawn, const char *ascii) {
    return str_of(text->is_ascii ? ascii : drawn);
}

typedef struct TextKind {
    size_t (*max_places)(const Text *text); /* NULL: all */
    void (*draw)(Text *text);
} TextKind;
extern const TextKind TEXT_BARS, TEXT_LINE, TEXT_SCATTER, TEXT_HEAT_MAP, TEXT_KPI;
