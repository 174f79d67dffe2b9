/* Cells as plain text, for the machine formats, and as people read them. */
#include "encode/encode_internal.h"

static inline int64_t cell_int(const Column *column, size_t row) {
    if (column->layout == LAYOUT_I64) return ((const int64_t *)column->data)[row];
    if (column->layout == LAYOUT_I32) return ((const int32_t *)column->data)[row];
    return column_int(column, row);
}

static size_t print_bool(char *out, bool b) {
    memcpy(out, b ? "true" : "false", 5);
    return b ? 4 : 5;
}

size_t encode_cell_print(char out[ENCODE_CELL_BYTES], const Column *column, size_t row, const WriterColumn *shown) {
    size_t n;
    switch (column->type.kind) {
    case TYPE_BOOL: return print_bool(out, column_value(column, row).b);
    case TYPE_INT64: return decimal_print(cell_int(column, row), 0, out);
    case TYPE_DECIMAL:
        if (column->layout == LAYOUT_I64)
            return decimal_print(((const int64_t *)column->data)[row], column->type.scale, out);
        return decimal_print(column_value(column, row).dec, column->type.scale, out);
    case TYPE_FLOAT64: return real_print(column_value(column, row).f, out);
    case TYPE_DATE:
        if (shown->grain == TIME_GRAIN_NONE) return time_print_date(cell_int(column, row), out);
        return time_print_period_fiscal(shown->grain, shown->fiscal_month, cell_int(column, row) * TIME_US_PER_DAY,
                                        out);
    case TYPE_TIMESTAMP:
        if (shown->grain != TIME_GRAIN_NONE)
            return time_print_period_fiscal(shown->grain, shown->fiscal_month, cell_int(column, row), out);
        n = time_print_timestamp(cell_int(column, row), out);
        return shown->is_local ? n - 1 : n; /* without the Z */
    case TYPE_NULL:
    case TYPE_TEXT:
    case TYPE_JSON:
    case TYPE_KIND_COUNT: break;
    }
    return 0;
}

Str format_value(Arena *arena, Value value, const WriterColumn *column) {
    if (!column) return format_show(arena, value, NULL);
    const Format how = {.kind = column->format,
                        .unit = column->unit,
                        .decimals = column->decimals,
                        .grain = column->grain,
                        .fiscal_month = column->fiscal_month,
                        .is_name = str_eq(column->role, S("dimension")) || str_eq(column->role, S("time"))};
    return format_show(arena, value, &how);
}
