#pragma once
/*
 * chart/: a result as a picture. Which kind suits its shape, and that kind as SVG or in characters.
 *
 *   ChartData (columns as the results hold them) - chart_choose -> ChartSpec - chart_svg | chart_text -> bytes
 *
 * The same spec and data give the same bytes. Nothing here keeps state; any thread. Memory is the arena's that is given.
 */
#include "base/base.h"

enum {
    CHART_MAX_ROWS = 100000,   /* of data that are looked at; a note tells when there are more */
    CHART_MAX_BYTES = 8 << 20, /* of a picture */
    CHART_MIN_PX = 240,        /* of its width and height */
    CHART_MAX_PX = 4000,
    CHART_WIDTH_PX = 760,   /* where none is asked for */
    CHART_MIN_COLUMNS = 32, /* characters */
    CHART_MAX_COLUMNS = 500,
    CHART_MIN_LINES = 6,
    CHART_MAX_LINES = 200,
    CHART_TEXT_COLUMNS = 80,
    CHART_TEXT_LINES = 20
};

typedef enum ChartRole { CHART_ROLE_DIMENSION, CHART_ROLE_TIME, CHART_ROLE_MEASURE } ChartRole;

/* A column of a result, as far as a picture needs to know it. Texts are borrowed. */
typedef struct ChartColumn {
    Str name;
    Str title; /* empty: the name */
    Type type;
    ChartRole role; /* TIME: also a number of an integer axis */
    Format format;
    bool is_additive; /* measure: its figures add up to that of all */
    bool is_share;    /* measure: parts of a whole */
    bool is_change;  /* measure: a difference from another time, which is no figure on the axis of the measure itself */
    bool is_ordered; /* dimension: numbers with an order of their own, as parts of a date are */
    Value bucket;    /* dimension: the width of buckets whose lower ends the values are; of type null: they are none */
} ChartColumn;

/* Rows; the batches have the columns in this order. All borrowed. */
typedef struct ChartData {
    const ChartColumn *columns;
    size_t n_columns;
    const Batch *batches;
    size_t n_batches;
} ChartData;

typedef enum ChartKind {
    CHART_KPI, /* figures by themselves */
    CHART_LINE,
    CHART_BAR,
    CHART_HORIZONTAL_BAR,
    CHART_PIE,
    CHART_SCATTER,
    CHART_HISTOGRAM,
    CHART_HEAT_MAP,
    CHART_TABLE, /* no picture */
    CHART_KIND_COUNT
} ChartKind;
const char *chart_kind_name(ChartKind kind); /* "kpi", "horizontal_bar", … */

/* How a result is drawn. x, y and series are names of its columns; a table's are those of the picture that it may be made into. */
typedef struct ChartSpec {
    ChartKind kind;
    Str title; /* may be empty */
    Str x;     /* empty: none */
    const Str *y;
    size_t n_y;
    Str series; /* a line, a colour, of a heat map a row each; empty: none */
    bool is_stacked;
} ChartSpec;

/* By the shape alone: roles and types of the columns, how many rows and different values there are. Without is_asked_for a table is
 * chosen where one says more than a picture; with it only where nothing can be drawn. There is no title. */
ChartSpec chart_choose(Arena *arena, const ChartData *data, bool is_asked_for);
/* Whether these columns can be drawn at all, whatever their rows; where they cannot nobody needs to keep rows for it. */
bool chart_can_draw(const ChartData *data);

/* What is 0 has its default; what is beyond the limits above is brought within. */
typedef struct ChartSvgOptions {
    int width_px;
    int height_px; /* 0: as the content needs; at least what title, legend and notes leave room for a picture in */
} ChartSvgOptions;

/* Appends one <svg> element to the buffer (which has room for CHART_MAX_BYTES): in light and dark by the viewer's preference, in
 * generic fonts, with a title, a description, and a title a mark. No rows: a card that says so. ERR_UNKNOWN_NAME: a column of the
 * spec is not in the data; ERR_UNSUPPORTED: a table. */
NODISCARD ErrCode chart_svg(Arena *arena, const ChartSpec *spec, const ChartData *data, const ChartSvgOptions *options,
                            Buf *buf, Err *err);

typedef struct ChartTextOptions {
    int width;  /* characters a line */
    int height; /* lines of a line chart or of points; bars and rows above which are cut */
    bool is_ascii;
} ChartTextOptions;

/* Appends lines of text, none wider than asked for. Errors as those of chart_svg. */
NODISCARD ErrCode chart_text(Arena *arena, const ChartSpec *spec, const ChartData *data,
                             const ChartTextOptions *options, Buf *buf, Err *err);
