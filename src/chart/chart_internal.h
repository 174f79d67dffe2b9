#pragma once
/* For chart/ only: data made ready to be drawn, scales, and labels. What is made lives in the plot's arena. */
#include "chart/chart.h"

enum {
    CHART_MAX_SERIES = 12, /* lines or colours of one chart */
    CHART_MAX_HEAT_ROWS = 40,
    CHART_MAX_TICKS = 60,
    CHART_MAX_LABEL_BYTES = 200 /* of a name, even in full */
};

/* ---- data (chart_plot.c) ---------------------------------------------------------------------------------------------- */

size_t chart_n_rows(const ChartData *data);
Value chart_cell(const ChartData *data, size_t row, size_t column); /* null beyond the rows */
double chart_number(Value value);              /* of times microseconds; NAN: none that can be drawn */
bool chart_is_time(const ChartColumn *column); /* its values are periods */
Str chart_title(Arena *arena, const ChartColumn *column);
/* A value in full, as the table beside shows it; periods in words ("Jan 2013"). Harmless anywhere but in markup. */
Str chart_show(Arena *arena, const ChartColumn *column, Value value);

/* A histogram's (chart_bins.c). */
typedef struct Bins {
    double width;
    size_t n;
    double *from;   /* lower ends */
    double *values; /* NAN: none */
    Str *labels;    /* "10 to 20" */
    Str *texts;     /* the values in full */
} Bins;

/* A scatter plot's (chart_points.c): rows that have both figures, all or evenly chosen ones. */
typedef struct Points {
    size_t n;
    double *x;
    double *y;
    size_t *rows;
    double min_x, max_x, min_y, max_y;
} Points;

/* Rows as a matrix: a place on the x axis, or a category, by series. */
typedef struct Plot {
    Arena *arena;
    const ChartSpec *spec;
    const ChartData *data;
    size_t n_rows;
    const ChartColumn *x;  /* NULL: none */
    const ChartColumn *y;  /* the first measure: the axis has its format */
    const ChartColumn *by; /* of series; NULL: they are the measures */
    const size_t *measures;
    size_t n_measures;

    size_t n;        /* places */
    Str *labels;     /* in full */
    double *at;      /* the place's number or time; NAN: none */
    size_t n_series; /* at least 1 where there are places */
    Str *series;     /* in full */
    double *values;  /* n_series * n; NAN: none */
    uint32_t *rows;  /* the row each comes from, + 1; 0: there is none */

    size_t n_cut;   /* places that are not drawn… */
    double cut_sum; /* …and what they carry together */
    Bins bins;
    Points points;
    VEC(Str) notes; /* about what is not drawn */
} Plot;

/* max_places: the first ones are drawn, of times the newest. Places that have an order of their own are put in it. Without rows nothing is
 * looked at. Errors are those of chart_svg. */
NODISCARD ErrCode plot_make(Arena *arena, const ChartSpec *spec, const ChartData *data, size_t max_places, Plot *ret,
                            Err *err);
static inline double plot_value(const Plot *plot, size_t series, size_t place) {
    return plot->values[series * plot->n + place];
}
Str plot_text(const Plot *plot, size_t series, size_t place); /* the value in full; "–": none */
/* "Ulm, Dry: 1,234" */
Str plot_mark(const Plot *plot, size_t series, size_t place);
void plot_note(Plot *plot, const char *format, ...) PRINTF_LIKE(2, 3);
bool plot_has_figures(const Plot *plot); /* there is something to draw */
void plot_bins(Plot *plot);              /* of a histogram */
void plot_points(Plot *plot);            /* of a scatter plot */
/* "Ada: Trips 12, Distance 30.5" */
Str plot_point_mark(const Plot *plot, size_t point);
/* The lowest and highest value; of stacks of their ends. False: there is none. */
bool plot_range(const Plot *plot, bool is_stacked, double *ret_min, double *ret_max);
/* In a sentence or three: kind, what by what, how many, lowest and highest. */
Str plot_words(const Plot *plot);

/* ---- scales (chart_scale.c) ------------------------------------------------------------------------------------------- */

typedef struct Scale {
    double from;
    double to;
    double step;
    int n_ticks; /* from + i * step */
} Scale;
/* Round steps, about n_wanted of them, that hold what is given. is_whole: no step below 1. */
Scale scale_make(double min, double max, int n_wanted, bool has_zero, bool is_whole);
static inline double scale_at(const Scale *scale, double value) { /* 0 to 1 */
    return (value - scale->from) / (scale->to - scale->from);
}
Str scale_tick(Arena *arena, const Format *how, const Scale *scale, int tick);
/* Three digits and a unit of thousands: "1.23 M", "$45.6 k", "12.3 %". */
Str scale_compact(Arena *arena, const ChartColumn *column, double value);
/* For figures drawn as lengths: from zero on. */
Scale scale_of_lengths(const Plot *plot, bool is_stacked, int n_wanted);
/* For figures drawn as heights, or points: those far from zero are not pressed against it. */
Scale scale_of_heights(const Plot *plot, int n_wanted);
Scale scale_of_points(const ChartColumn *column, double min, double max, int n_wanted);

/* Shades of figures: from low to high, or out from zero where they lie on both sides. */
typedef struct Heat {
    double min;
    double max;
    bool has_both;
} Heat;
Heat heat_make(const Plot *plot);
int heat_step(const Heat *heat, double value, int n_steps); /* 0 to n_steps - 1 */

/* ---- time axes (chart_time.c) ----------------------------------------------------------------------------------------- */

typedef struct TimeTick {
    double at; /* us */
    Str label; /* "Mar" */
    Str above; /* the longer period that begins here, on a second line: "2013"; empty: the same as before */
} TimeTick;
/* At most max_ticks, at round places, from the first to the last of the plot's. */
size_t time_ticks(const Plot *plot, size_t max_ticks, TimeTick out[CHART_MAX_TICKS]);
/* "Jan 2013", "Q1 2013", "W09 2013", "7 Mar 2013", "7 Mar 2013 10:00", "FY2014". */
Str time_label(Arena *arena, const Format *how, Type type, int64_t us);

/* ---- text ------------------------------------------------------------------------------------------------------------- */

/* The longest beginning that `fits`, with an ellipsis where something is missing. */
Str chart_cut(Arena *arena, Str s, double max, double (*width)(Str s));
