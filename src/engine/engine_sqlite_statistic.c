/*
 * Statistics that SQLite lacks, for the connections of engine/: what its dialect in sql/ writes as starling_….
 *
 * Moments (variance, stddev, corr, regr_slope, regr_intercept) are kept in one pass by the updates of Welford (Technometrics 4,
 * 1962), which do not cancel. Taken over a window, as starling_…_over, the frame's values are kept too, at most VALUES_MAX pairs: when
 * one has left, the moments are made anew of those that stay, for to subtract it would cancel.
 *
 * A percentile is exact, so its values are gathered: at most VALUES_MAX of a group or frame, 8 bytes each; more are refused as
 * wanting more memory than there is. From the first result on they are kept in order.
 *
 * Rows with a null are passed over; too few rows, a division by zero or a result that is no finite number give null.
 */
#include "engine/engine_sqlite_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 1 << 23, VALUES_MIN = 64 };

/* Room for one more of `size` bytes each; false, with the error given, past the maximum or out of memory. */
static bool make_room(sqlite3_context *context, void **at, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return true;
    size_t new_cap = MAX_OF(*cap * 2, (size_t)VALUES_MIN);
    void *new_at = new_cap > VALUES_MAX ? NULL : sqlite3_realloc64(*at, new_cap * size);
    if (!new_at) {
        sqlite3_result_error_code(context, SQLITE_NOMEM);
        return false;
    }
    *at = new_at;
    *cap = new_cap;
    return true;
}

/* ---- moments ----------------------------------------------------------------------------------------------------- */

/* x is the last argument, y the first; of one argument both are it. */
typedef struct Pair {
    double y;
    double x;
} Pair;

typedef struct Moments {
    double n;
    double mean_y;
    double mean_x;
    double yy; /* sum of squared distances from the mean */
    double xx;
    double xy;
} Moments;

static void moments_add(Moments *m, Pair pair) {
    m->n += 1;
    double from_y = pair.y - m->mean_y, from_x = pair.x - m->mean_x;
    m->mean_y += from_y / m->n;
    m->mean_x += from_x / m->n;
    m->yy += from_y * (pair.y - m->mean_y);
    m->xx += from_x * (pair.x - m->mean_x);
    m->xy += from_x * (pair.y - m->mean_y);
}

static double variance(const Moments *m) {
    return m->n < 2 ? NAN : m->xx / (m->n - 1);
}

static double stddev(const Moments *m) {
    return sqrt(variance(m));
}

static double corr(const Moments *m) {
    return m->xx > 0 && m->yy > 0 ? m->xy / (sqrt(m->xx) * sqrt(m->yy)) : NAN;
}

static double regr_slope(const Moments *m) {
    return m->xx > 0 ? m->xy / m->xx : NAN;
}

static double regr_intercept(const Moments *m) {
    return m->mean_y - regr_slope(m) * m->mean_x;
}

typedef struct Statistic {
    const char *name;
    const char *name_over;
    int n_args;
    double (*result)(const Moments *moments); /* NaN: null */
} Statistic;

static const Statistic STATISTICS[] = {
    {"starling_variance", "starling_variance_over", 1, variance},
    {"starling_stddev", "starling_stddev_over", 1, stddev},
    {"starling_corr", "starling_corr_over", 2, corr},
    {"starling_regr_slope", "starling_regr_slope_over", 2, regr_slope},
    {"starling_regr_intercept", "starling_regr_intercept_over", 2, regr_intercept},
};

static void give(sqlite3_context *context, const Moments *moments) {
    const Statistic *statistic = sqlite3_user_data(context);
    double result = moments ? statistic->result(moments) : NAN;
    if (isfinite(result)) sqlite3_result_double(context, result);
}

static Pair pair_of(int n, sqlite3_value **args) {
    return (Pair){.y = sqlite3_value_double(args[0]), .x = sqlite3_value_double(args[n - 1])};
}

static void moments_step(sqlite3_context *context, int n, sqlite3_value **args) {
    Moments *moments = sqlite3_aggregate_context(context, sizeof(*moments));
    if (moments && !sqlite_has_null(n, args)) moments_add(moments, pair_of(n, args));
}

static void moments_final(sqlite3_context *context) {
    give(context, sqlite3_aggregate_context(context, 0));
}

/* ---- moments over a window --------------------------------------------------------------------------------------- */

typedef struct Frame {
    Pair *pairs; /* those from `first` on are in the frame, oldest first */
    size_t first;
    size_t n;
    size_t cap;
    Moments moments;
    bool is_stale; /* a pair has left since the moments were made */
} Frame;

static void frame_step(sqlite3_context *context, int n, sqlite3_value **args) {
    Frame *frame = sqlite3_aggregate_context(context, sizeof(*frame));
    if (!frame || sqlite_has_null(n, args)) return;
    if (frame->n == frame->cap && frame->first > frame->n / 2) {
        frame->n -= frame->first;
        memmove(frame->pairs, frame->pairs + frame->first, frame->n * sizeof(*frame->pairs));
        frame->first = 0;
    }
    if (!make_room(context, (void **)&frame->pairs, frame->n, &frame->cap, sizeof(*frame->pairs))) return;
    Pair pair = pair_of(n, args);
    frame->pairs[frame->n++] = pair;
    moments_add(&frame->moments, pair);
}

static void frame_inverse(sqlite3_context *context, int n, sqlite3_value **args) {
    Frame *frame = sqlite3_aggregate_context(context, sizeof(*frame));
    if (!frame || sqlite_has_null(n, args)) return;
    frame->first++;
    frame->is_stale = true;
}

static void frame_value(sqlite3_context *context) {
    Frame *frame = sqlite3_aggregate_context(context, sizeof(*frame));
    if (!frame) return;
    if (frame->is_stale) {
        frame->moments = (Moments){0};
        for (size_t i = frame->first; i < frame->n; i++) moments_add(&frame->moments, frame->pairs[i]);
        frame->is_stale = false;
    }
    give(context, &frame->moments);
}

static void frame_final(sqlite3_context *context) {
    Frame *frame = sqlite3_aggregate_context(context, 0);
    if (!frame) return;
    frame_value(context);
    sqlite3_free(frame->pairs);
    frame->pairs = NULL;
}

/* ---- percentile -------------------------------------------------------------------------------------------------- */

typedef struct Values {
    double *at;
    size_t n;
    size_t cap;
    bool is_sorted;
    double fraction;
} Values;

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort(Values *values) {
    if (!values->is_sorted && values->n) qsort(values->at, values->n, sizeof(*values->at), compare);
    values->is_sorted = true;
}

/* Of values in order, the place of the first that is not less than `value`. */
static size_t place_of(const Values *values, double value) {
    size_t low = 0, high = values->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (values->at[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* starling_percentile(value, fraction), starling_median(value) */
static void percentile_step(sqlite3_context *context, int n, sqlite3_value **args) {
    Values *values = sqlite3_aggregate_context(context, sizeof(*values));
    if (!values || sqlite_has_null(n, args)) return;
    if (!make_room(context, (void **)&values->at, values->n, &values->cap, sizeof(*values->at))) return;
    double value = sqlite3_value_double(args[0]);
    values->fraction = n > 1 ? sqlite3_value_double(args[1]) : 0.5;
    size_t place = values->is_sorted ? place_of(values, value) : values->n;
    memmove(values->at + place + 1, values->at + place, (values->n - place) * sizeof(*values->at));
    values->at[place] = value;
    values->n++;
}

static void percentile_inverse(sqlite3_context *context, int n, sqlite3_value **args) {
    Values *values = sqlite3_aggregate_context(context, sizeof(*values));
    if (!values || sqlite_has_null(n, args)) return;
    sort(values);
    size_t place = place_of(values, sqlite3_value_double(args[0]));
    values->n--;
    memmove(values->at + place, values->at + place + 1, (values->n - place) * sizeof(*values->at));
}

static void percentile_value(sqlite3_context *context) {
    Values *values = sqlite3_aggregate_context(context, sizeof(*values));
    if (!values || !values->n) return;
    sort(values);
    double place = values->fraction * (double)(values->n - 1);
    size_t low = (size_t)place, high = MIN_OF(low + 1, values->n - 1);
    double step = (values->at[high] - values->at[low]) * (place - (double)low);
    sqlite3_result_double(context, values->at[low] + step);
}

static void percentile_final(sqlite3_context *context) {
    Values *values = sqlite3_aggregate_context(context, 0);
    if (!values) return;
    percentile_value(context);
    sqlite3_free(values->at);
    values->at = NULL;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static int add_percentile(sqlite3 *native, const char *name, int n_args) {
    return sqlite3_create_window_function(native, name, n_args, SQLITE_FUNCTION_FLAGS, NULL, percentile_step,
                                          percentile_final, percentile_value, percentile_inverse, NULL);
}

static int add_statistic(sqlite3 *native, const Statistic *s) {
    const int flags = SQLITE_FUNCTION_FLAGS;
    void *data = (void *)(uintptr_t)s;
    int failed = sqlite3_create_function(native, s->name, s->n_args, flags, data, NULL, moments_step, moments_final);
    if (failed) return failed;
    return sqlite3_create_window_function(native, s->name_over, s->n_args, flags, data, frame_step, frame_final,
                                          frame_value, frame_inverse, NULL);
}

int sqlite_add_statistics(sqlite3 *native) {
    int failed = add_percentile(native, "starling_percentile", 2);
    if (!failed) failed = add_percentile(native, "starling_median", 1);
    for (size_t i = 0; !failed && i < COUNT_OF(STATISTICS); i++) failed = add_statistic(native, &STATISTICS[i]);
    return failed;
}
