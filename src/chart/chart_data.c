/* Cells of a result as numbers to draw and as texts. */
#include <math.h>

#include "chart/chart_internal.h"

size_t chart_n_rows(const ChartData *data) {
    size_t n = 0;
    for (size_t i = 0; i < data->n_batches; i++) n += data->batches[i].n_rows;
    return n;
}

Value chart_cell(const ChartData *data, size_t row, size_t column) {
    for (size_t i = 0; i < data->n_batches; i++) {
        if (row < data->batches[i].n_rows) return column_value(&data->batches[i].columns[column], row);
        row -= data->batches[i].n_rows;
    }
    return value_null(TYPE(TYPE_NULL));
}

/* Within the years that the calendar has; engines know others. */
static bool is_in_calendar(Value value) {
    const int64_t first = -719162, last = 2932896; /* days: 0001-01-01, 9999-12-31 */
    int64_t day = value.type.kind == TYPE_TIMESTAMP ? time_day_of_us(value.i) : value.i;
    return day >= first && day <= last;
}

static int64_t us_of(Value value) {
    return value.type.kind == TYPE_DATE ? value.i * TIME_US_PER_DAY : value.i;
}

double chart_number(Value value) {
    const double most = 1e300; /* so that no difference or sum of a few overflows */
    double number = value_to_double(value);
    if (!value.is_null && type_is_time(value.type) && is_in_calendar(value)) number = (double)us_of(value);
    return isfinite(number) && fabs(number) <= most ? number : NAN;
}

bool chart_is_time(const ChartColumn *column) {
    return column->role == CHART_ROLE_TIME || (column->format.grain != TIME_GRAIN_NONE && type_is_time(column->type));
}

Str chart_title(Arena *arena, const ChartColumn *column) {
    return utf8_printable(arena, column->title.n ? column->title : column->name, CHART_MAX_LABEL_BYTES);
}

Str chart_show(Arena *arena, const ChartColumn *column, Value value) {
    if (value.is_null) return S("(none)");
    if (type_is_time(value.type) && !is_in_calendar(value)) return S("(beyond the calendar)");
    if (type_is_time(value.type)) return time_label(arena, &column->format, value.type, us_of(value));
    if (value.type.kind == TYPE_BOOL) return value.b ? S("yes") : S("no");
    Str text = utf8_printable(arena, format_show(arena, value, &column->format), CHART_MAX_LABEL_BYTES);
    if (!text.n) return S("(empty)");
    bool has_unit = column->format.unit.n && column->role == CHART_ROLE_MEASURE && type_is_number(column->type) &&
                    !str_eq(column->format.kind, S("currency"));
    return has_unit ? arena_printf(arena, "%.*s %.*s", STR_ARG(text), STR_ARG(column->format.unit)) : text;
}

Str chart_cut(Arena *arena, Str s, double max, double (*width)(Str s)) {
    if (width(s) <= max) return s;
    const Str dots = S("…");
    size_t kept = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t rune;
        i += utf8_decode(str_slice(s, i, s.n), &rune);
        if (width(str_slice(s, 0, i)) + width(dots) > max) break;
        kept = i;
    }
    return arena_printf(arena, "%.*s%s", STR_ARG(str_trim(str_slice(s, 0, kept))), dots.p);
}
