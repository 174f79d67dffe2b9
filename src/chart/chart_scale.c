/*
 * Axes of numbers: steps of 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", Graphics Gems 1990), and the labels
 * that tell the steps apart.
 */
#include <math.h>

#include "chart/chart_internal.h"

/* The nearest round step at or above `rough`. */
static double round_step(double rough) {
    double power = pow(10, floor(log10(rough)));
    double digit = rough / power;
    return power * (digit <= 1.0001 ? 1 : digit <= 2.0001 ? 2 : digit <= 5.0001 ? 5 : 10);
}

/* One value, or a span that is lost in the digits of its ends. */
static void widen(double *min, double *max) {
    double size = MAX_OF(fabs(*min), fabs(*max));
    if (*max - *min > size * 1e-12 && *max - *min > 1e-300) return;
    double by = size > 1e-290 ? size / 2 : 1;
    *min -= by;
    *max += by;
}

Scale scale_make(double min, double max, int n_wanted, bool has_zero, bool is_whole) {
    if (has_zero) {
        if (min >= 0 && max <= 0) max = 1;
        min = MIN_OF(min, 0);
        max = MAX_OF(max, 0);
    }
    widen(&min, &max);
    double step = round_step((max - min) / MAX_OF(n_wanted, 1));
    if (is_whole) step = MAX_OF(step, 1);
    Scale scale = {.from = floor(min / step + 1e-9) * step, .step = step};
    double n = ceil((max - scale.from) / step - 1e-9);
    scale.n_ticks = (int)MAX_OF(MIN_OF(n, CHART_MAX_TICKS - 1), 1) + 1;
    scale.to = scale.from + step * (scale.n_ticks - 1);
    return scale;
}

Scale scale_of_lengths(const Plot *plot, bool is_stacked, int n_wanted) {
    double min, max;
    if (!plot_range(plot, is_stacked, &min, &max)) min = max = 0;
    return scale_make(min, max, n_wanted, true, plot->y->type.kind == TYPE_INT64);
}

Scale scale_of_points(const ChartColumn *column, double min, double max, int n_wanted) {
    const double far = .5; /* of the further end: the nearer one is far from zero */
    bool has_zero = min > 0 ? min < max * far : max < 0 ? max > min * far : true;
    return scale_make(min, max, n_wanted, has_zero, column->type.kind == TYPE_INT64);
}

Scale scale_of_heights(const Plot *plot, int n_wanted) {
    double min, max;
    if (!plot_range(plot, false, &min, &max)) min = max = 0;
    return scale_of_points(plot->y, min, max, n_wanted);
}

Heat heat_make(const Plot *plot) {
    Heat heat = {0};
    if (!plot_range(plot, false, &heat.min, &heat.max)) return heat;
    heat.has_both = heat.min < 0 && heat.max > 0;
    if (heat.has_both) {
        heat.max = MAX_OF(-heat.min, heat.max);
        heat.min = -heat.max;
    }
    return heat;
}

int heat_step(const Heat *heat, double value, int n_steps) {
    double share = heat->max > heat->min ? (value - heat->min) / (heat->max - heat->min) : .5;
    return (int)MAX_OF(MIN_OF(floor(share * n_steps), n_steps - 1), 0);
}

/* ---- labels ----------------------------------------------------------------------------------------------------------- */

typedef struct Thousands {
    double factor;
    const char *suffix;
} Thousands;

static Thousands thousands_of(double size) {
    static const Thousands all[] = {{1e12, " T"}, {1e9, " B"}, {1e6, " M"}, {1e3, " k"}};
    if (size < 1e4) return (Thousands){1, ""};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (size >= all[i].factor * .99999) return all[i];
    return (Thousands){1, ""};
}

/* Sign, unit, digits, thousands, unit: "-$1.2 M". */
static Str put_together(Arena *arena, const Format *how, double value, int decimals, const char *suffix) {
    Str before, after, digits;
    const Format plain = {.decimals = decimals};
    format_affixes(arena, how, &before, &after);
    digits = format_show(arena, value_float(fabs(value)), &plain);
    return arena_printf(arena, "%s%.*s%.*s%s%.*s", value < 0 ? "-" : "", STR_ARG(before), STR_ARG(digits), suffix,
                        STR_ARG(after));
}

/* 1.2e-07, 3e+15: what no unit of thousands makes readable. */
static Str with_exponent(Arena *arena, const Format *how, double value, int digits) {
    Str before, after;
    format_affixes(arena, how, &before, &after);
    return arena_printf(arena, "%s%.*s%.*g%.*s", value < 0 ? "-" : "", STR_ARG(before), digits, fabs(value),
                        STR_ARG(after));
}

static bool needs_exponent(double size) {
    return size >= 1e15 || (size > 0 && size < 1e-4);
}

/* Places that a step needs to be told from the next. */
static int decimals_of(double step) {
    int decimals = (int)MAX_OF(-floor(log10(step) + 1e-9), 0);
    return MIN_OF(decimals, 12);
}

static double percent_factor(const Format *how) {
    return str_eq(how->kind, S("percent")) ? 100 : 1;
}

static Str tick_value(Arena *arena, const Format *how, const Scale *scale, double value) {
    double factor = percent_factor(how), step = scale->step * factor;
    double size = MAX_OF(fabs(scale->from), fabs(scale->to)) * factor;
    value *= factor;
    if (fabs(value) < step * 1e-6) value = 0;
    int digits = (int)ceil(log10(MAX_OF(size / step, 1)) + 1e-9) + 1;
    if (needs_exponent(size)) return value == 0 ? S("0") : with_exponent(arena, how, value, MIN_OF(digits, 15));
    Thousands thousands = thousands_of(size);
    int decimals = decimals_of(step / thousands.factor);
    bool is_money = str_eq(how->kind, S("currency")) && decimals == 1 && thousands.factor == 1;
    if (value == 0) return put_together(arena, how, 0, 0, "");
    return put_together(arena, how, value / thousands.factor, decimals + is_money, thousands.suffix);
}

Str scale_tick(Arena *arena, const Format *how, const Scale *scale, int tick) {
    return tick_value(arena, how, scale, scale->from + tick * scale->step);
}

Str scale_compact(Arena *arena, const ChartColumn *column, double value) {
    const Format *how = &column->format;
    value *= percent_factor(how);
    double size = fabs(value);
    if (isnan(value)) return S("–");
    if (needs_exponent(size)) return with_exponent(arena, how, value, 3);
    Thousands thousands = thousands_of(size);
    size /= thousands.factor;
    bool is_whole = column->type.kind == TYPE_INT64 && thousands.factor == 1;
    int decimals = size >= 99.95 || size == 0 || is_whole ? 0 : size >= 9.995 ? 1 : size >= .9995 ? 2 : 3;
    if (size >= 1 && fabs(size - round(size)) < 1e-9) decimals = 0;
    return put_together(arena, how, value / thousands.factor, decimals, thousands.suffix);
}
