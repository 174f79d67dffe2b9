/*
 * A histogram's bins: the data's own buckets, or whole numbers, while there are few; else wider ones, into which counts and other figures
 * that add up are put together.
 */
#include <math.h>

#include "chart/chart_internal.h"

enum { MAX_BINS = 40 };

static double first_of(const Plot *plot) {
    return plot->at[0]; /* places are in order, those without a number last */
}

static size_t n_numbers(const Plot *plot) {
    size_t n = plot->n;
    while (n && isnan(plot->at[n - 1])) n--;
    return n;
}

static double own_width(const Plot *plot, double span) {
    double width = chart_number(plot->x->bucket);
    if (width > 0) return width;
    if (plot->x->type.kind == TYPE_INT64) return 1;
    return span > 0 ? span / 1e9 : 1; /* numbers are points */
}

static Str name_end(const Plot *plot, double end, bool is_whole) {
    Format how = plot->x->format;
    how.is_name = false;
    return format_show(plot->arena, is_whole ? value_int((int64_t)end) : value_float(end), &how);
}

static Str name_bin(const Plot *plot, double from, double width) {
    const double most = 9e15; /* doubles below it hold every whole number */
    double to = from + width;
    bool is_whole = fabs(from) < most && fabs(to) < most && floor(from) == from && floor(width) == width;
    if (plot->x->type.kind == TYPE_INT64 && width <= 1) return name_end(plot, from, is_whole);
    return arena_printf(plot->arena, "%.*s to %.*s", STR_ARG(name_end(plot, from, is_whole)),
                        STR_ARG(name_end(plot, to, is_whole)));
}

static void name_bins(const Plot *plot, Bins *bins, bool is_merged, const size_t *places) {
    for (size_t i = 0; i < bins->n; i++) {
        bins->labels[i] = name_bin(plot, bins->from[i], bins->width);
        if (isnan(bins->values[i]))
            bins->texts[i] = S("–");
        else if (!is_merged)
            bins->texts[i] = plot_text(plot, 0, places[i]);
        else if (plot->y->type.kind == TYPE_INT64 && fabs(bins->values[i]) < 9e15)
            bins->texts[i] = format_show(plot->arena, value_int((int64_t)bins->values[i]), &plot->y->format);
        else
            bins->texts[i] = format_show(plot->arena, value_float(bins->values[i]), &plot->y->format);
    }
}

void plot_bins(Plot *plot) {
    size_t n = n_numbers(plot);
    double from = n ? first_of(plot) : 0, span = n ? plot->at[n - 1] - from : 0;
    Bins bins = {.width = own_width(plot, span)};
    bool is_merged = span / bins.width + 1 > (double)MAX_BINS && plot->y->is_additive;
    if (is_merged) {
        Scale scale = scale_make(from, from + span, MAX_BINS * 2 / 3, false, plot->x->type.kind == TYPE_INT64);
        double own = bins.width;
        bins.width = MAX_OF(scale.step, own);
        if (plot->x->bucket.type.kind != TYPE_NULL)
            bins.width = ceil(bins.width / own - 1e-9) * own; /* whole buckets */
        from = plot->x->bucket.type.kind != TYPE_NULL ? from : floor(from / bins.width) * bins.width;
    }
    double count = floor((n ? plot->at[n - 1] - from : 0) / bins.width + 1e-9) + 1;
    bins.n = (size_t)MIN_OF(count, (double)MAX_BINS);
    if (count > (double)MAX_BINS) plot_note(plot, "Only the first %zu of %.0f ranges are drawn.", bins.n, count);
    bins.from = ARENA_ARRAY(plot->arena, double, bins.n);
    bins.values = ARENA_ARRAY(plot->arena, double, bins.n);
    bins.labels = ARENA_ARRAY(plot->arena, Str, bins.n);
    bins.texts = ARENA_ARRAY(plot->arena, Str, bins.n);
    size_t *places = ARENA_ARRAY(plot->arena, size_t, bins.n);
    for (size_t i = 0; i < bins.n; i++) {
        bins.from[i] = from + bins.width * (double)i;
        bins.values[i] = NAN;
    }
    for (size_t i = 0; i < n; i++) {
        double value = plot_value(plot, 0, i), at = floor((plot->at[i] - from) / bins.width + 1e-9);
        if (isnan(value) || at < 0 || at >= (double)bins.n) continue;
        size_t bin = (size_t)at;
        bins.values[bin] = isnan(bins.values[bin]) ? value : is_merged ? bins.values[bin] + value : bins.values[bin];
        places[bin] = i;
    }
    name_bins(plot, &bins, is_merged, places);
    plot->bins = bins;
}
