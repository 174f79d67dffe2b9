/* Cells as plain text, for the machine formats, and foreign text made harmless, for terminals. */
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

/* ---- printable text ------------------------------------------------------------------------------------------------- */

enum { RUNE_REPLACEMENT = 0xFFFD, RUNE_PICTURES = 0x2400, RUNE_PICTURE_OF_DELETE = 0x2421 };

static bool is_plain_ascii(Str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c >= 0x7F) return false;
    }
    return true;
}

/* Marks, embeddings, overrides and isolates of direction, and the separators that some terminals break lines at. */
static bool is_line_control(uint32_t rune) {
    return rune == 0x061C || rune == 0x200E || rune == 0x200F || (rune >= 0x2028 && rune <= 0x202E) ||
           (rune >= 0x2066 && rune <= 0x2069);
}

/* What a terminal gets to see of a character. U+2400 and on are pictures of the control characters, in their order. */
static uint32_t printable_rune(uint32_t rune) {
    if (rune < 0x20) return RUNE_PICTURES + rune;
    if (rune == 0x7F) return RUNE_PICTURE_OF_DELETE;
    if ((rune >= 0x80 && rune < 0xA0) || is_line_control(rune)) return RUNE_REPLACEMENT;
    return rune;
}

Str encode_printable(Arena *arena, Str s, size_t max_bytes) {
    const Str ellipsis = S("…");
    if (!max_bytes) max_bytes = SIZE_MAX;
    if (s.n <= max_bytes && is_plain_ascii(s)) return s;
    /* Every byte becomes three at most. */
    size_t cap = MIN_OF(size_mul(s.n, 3), max_bytes);
    char *p = arena_alloc(arena, MAX_OF(cap, ellipsis.n));
    size_t n = 0, n_before_ellipsis = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t rune;
        char bytes[4];
        i += utf8_decode(str_slice(s, i, s.n), &rune);
        size_t length = utf8_encode(printable_rune(rune), bytes);
        if (n + length > max_bytes) {
            memcpy(p + n_before_ellipsis, ellipsis.p, ellipsis.n);
            return (Str){p, n_before_ellipsis + ellipsis.n};
        }
        memcpy(p + n, bytes, length);
        n += length;
        if (n + ellipsis.n <= max_bytes) n_before_ellipsis = n;
    }
    return (Str){p, n};
}
