/*
 * first and last, which SQLite lacks, for the connections of engine/: starling_first(value, key, …) is the value of the row whose keys
 * come first, starling_last that of the last. Rows where any of them is null are passed over. Where all keys are equal the value
 * decides, the smallest or the largest, so that the result does not hang on the order of rows.
 */
#include "engine/engine_sqlite_internal.h"

#include <string.h>

enum { COLUMNS_MAX = 9 }; /* as SQL_FN_FIRST takes */

/* The best row so far: copies that are SQLite's to free. */
typedef struct Best {
    sqlite3_value *row[COLUMNS_MAX];
} Best;

static int compare_numbers(sqlite3_value *a, sqlite3_value *b) {
    if (sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
        int64_t x = sqlite3_value_int64(a), y = sqlite3_value_int64(b);
        return (x > y) - (x < y);
    }
    double x = sqlite3_value_double(a), y = sqlite3_value_double(b);
    return (x > y) - (x < y);
}

/* In SQLite's order of values: numbers, then text by its bytes. */
static int compare(sqlite3_value *a, sqlite3_value *b) {
    bool is_text_a = sqlite3_value_type(a) == SQLITE_TEXT, is_text_b = sqlite3_value_type(b) == SQLITE_TEXT;
    if (is_text_a && is_text_b) return str_cmp(sqlite_argument_text(a), sqlite_argument_text(b));
    return is_text_a != is_text_b ? is_text_a - is_text_b : compare_numbers(a, b);
}

/* Keys first, the value last. */
static int compare_rows(int n, sqlite3_value **a, sqlite3_value **b) {
    for (int i = 1; i < n; i++) {
        int order = compare(a[i], b[i]);
        if (order) return order;
    }
    return compare(a[0], b[0]);
}

static void best_free(Best *best) {
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        sqlite3_value_free(best->row[i]);
        best->row[i] = NULL;
    }
}

static void step(sqlite3_context *context, int n, sqlite3_value **args, int wanted) {
    Best *best = sqlite3_aggregate_context(context, sizeof(*best));
    if (!best || sqlite_has_null(n, args)) return;
    if (best->row[0] && compare_rows(n, args, best->row) * wanted <= 0) return;
    best_free(best);
    for (int i = 0; i < n; i++) {
        best->row[i] = sqlite3_value_dup(args[i]);
        if (best->row[i]) continue;
        best_free(best);
        sqlite3_result_error_nomem(context);
        return;
    }
}

static void first_step(sqlite3_context *context, int n, sqlite3_value **args) {
    step(context, n, args, -1);
}

static void last_step(sqlite3_context *context, int n, sqlite3_value **args) {
    step(context, n, args, 1);
}

static void final(sqlite3_context *context) {
    Best *best = sqlite3_aggregate_context(context, 0);
    if (!best) return;
    if (best->row[0]) sqlite3_result_value(context, best->row[0]);
    best_free(best);
}

int sqlite_add_first_and_last(sqlite3 *native) {
    const int flags = SQLITE_FUNCTION_FLAGS;
    int failed = SQLITE_OK;
    for (int n = 2; n <= COLUMNS_MAX && !failed; n++) {
        failed = sqlite3_create_function(native, "starling_first", n, flags, NULL, NULL, first_step, final);
        if (!failed) failed = sqlite3_create_function(native, "starling_last", n, flags, NULL, NULL, last_step, final);
    }
    return failed;
}
