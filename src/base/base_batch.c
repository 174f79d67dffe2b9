/*
 * Columns read in place, and batches built row by row.
 *
 * Reading goes through two switches, one on the layout to get a number of full width and one on the type to say what it
 * is; loops that know their column use column_int or column_str, which have one. Engines' vectors promise no alignment
 * for 16-byte items, so those are copied out.
 */
#include "base/base_type.h"

#include <math.h>
#include <string.h>

enum { VIEW_INLINE_MAX = 12, WORD_BITS = 64 };

/* memcpy is one load on machines that allow it and the only legal way on those that do not. */
static inline Int128 load_int128(const void *data, size_t row) {
    Int128 number;
    memcpy(&number, (const char *)data + row * sizeof(number), sizeof(number));
    return number;
}

/* The widest layouts are narrowed: who asks for an int64 knows from the type that the values fit one. */
int64_t column_int(const Column *column, size_t row) {
    const void *data = column->data;
    switch (column->layout) {
    case LAYOUT_BOOL: return ((const uint8_t *)data)[row] != 0;
    case LAYOUT_I8: return ((const int8_t *)data)[row];
    case LAYOUT_I16: return ((const int16_t *)data)[row];
    case LAYOUT_I32: return ((const int32_t *)data)[row];
    case LAYOUT_I64: return ((const int64_t *)data)[row];
    case LAYOUT_U8: return ((const uint8_t *)data)[row];
    case LAYOUT_U16: return ((const uint16_t *)data)[row];
    case LAYOUT_U32: return ((const uint32_t *)data)[row];
    case LAYOUT_U64: return (int64_t)((const uint64_t *)data)[row];
    case LAYOUT_I128: return (int64_t)load_int128(data, row);
    case LAYOUT_NONE:
    case LAYOUT_F32:
    case LAYOUT_F64:
    case LAYOUT_STR:
    case LAYOUT_VIEW: break;
    }
    return 0;
}

Str column_str(const Column *column, size_t row) {
    if (column->layout == LAYOUT_STR) return ((const Str *)column->data)[row];
    if (column->layout != LAYOUT_VIEW) return (Str){0};
    /* Up to twelve bytes stand in the view itself, so the slice points into the vector, not at a copy. */
    const StrView *view = (const StrView *)column->data + row;
    return (Str){view->inlined.n <= VIEW_INLINE_MAX ? view->inlined.bytes : view->far.p, view->inlined.n};
}

/* Only these two layouts hold what an int64 cannot. */
static Int128 column_int128(const Column *column, size_t row) {
    if (column->layout == LAYOUT_I128) return load_int128(column->data, row);
    if (column->layout == LAYOUT_U64) return (Int128)((const uint64_t *)column->data)[row];
    return column_int(column, row);
}

/* An engine may store what the model calls float64 as an integer (a division by one, a literal): still a number. */
static double column_double(const Column *column, size_t row) {
    if (column->layout == LAYOUT_F64) return ((const double *)column->data)[row];
    if (column->layout == LAYOUT_F32) return (double)((const float *)column->data)[row];
    return (double)column_int128(column, row);
}

Value column_value(const Column *column, size_t row) {
    Value v = {.type = column->type};
    if (column_is_null(column, row)) {
        v.is_null = true;
        return v;
    }
    switch (column->type.kind) {
    case TYPE_BOOL: v.b = column_int(column, row) != 0; break;
    case TYPE_INT64:
    case TYPE_DATE:
    case TYPE_TIMESTAMP: v.i = column_int(column, row); break;
    case TYPE_DECIMAL: v.dec = column_int128(column, row); break;
    case TYPE_FLOAT64: v.f = column_double(column, row); break;
    case TYPE_TEXT:
    case TYPE_JSON: v.s = column_str(column, row); break;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: v.is_null = true; break;
    }
    return v;
}

static size_t layout_size(ColumnLayout layout) {
    static const uint8_t SIZES[] = {[LAYOUT_BOOL] = 1,
                                    [LAYOUT_I8] = 1,
                                    [LAYOUT_I16] = 2,
                                    [LAYOUT_I32] = 4,
                                    [LAYOUT_I64] = 8,
                                    [LAYOUT_I128] = 16,
                                    [LAYOUT_U8] = 1,
                                    [LAYOUT_U16] = 2,
                                    [LAYOUT_U32] = 4,
                                    [LAYOUT_U64] = 8,
                                    [LAYOUT_F32] = 4,
                                    [LAYOUT_F64] = 8,
                                    [LAYOUT_STR] = sizeof(Str),
                                    [LAYOUT_VIEW] = sizeof(StrView)};
    return SIZES[layout];
}

/* The bits of rows from_row … from_row + n_rows - 1, moved to the front. */
static const uint64_t *slice_valid(Arena *arena, const uint64_t *valid, size_t from_row, size_t n_rows) {
    uint64_t *bits = ARENA_ARRAY(arena, uint64_t, n_rows / WORD_BITS + 1);
    for (size_t row = 0; row < n_rows; row++) {
        size_t from = from_row + row;
        bits[row / WORD_BITS] |= (valid[from / WORD_BITS] >> (from % WORD_BITS) & 1) << (row % WORD_BITS);
    }
    return bits;
}

Batch batch_slice(Arena *arena, const Batch *batch, size_t from_row) {
    Batch slice = {.n_rows = batch->n_rows - from_row, .n_columns = batch->n_columns};
    Column *columns = ARENA_ARRAY(arena, Column, batch->n_columns);
    for (size_t i = 0; i < batch->n_columns; i++) {
        columns[i] = batch->columns[i];
        if (columns[i].data)
            columns[i].data = (const char *)columns[i].data + from_row * layout_size(columns[i].layout);
        if (columns[i].valid) columns[i].valid = slice_valid(arena, columns[i].valid, from_row, slice.n_rows);
    }
    slice.columns = columns;
    return slice;
}

/* Views with what they point to. */
static const void *copy_views(Arena *arena, const Column *column, size_t n_rows) {
    StrView *views = arena_dup(arena, column->data, n_rows * sizeof(StrView));
    for (size_t row = 0; row < n_rows; row++) {
        if (column_is_null(column, row)) continue;
        Str text = column_str(column, row);
        if (text.n > VIEW_INLINE_MAX) views[row].far.p = arena_str(arena, text).p;
    }
    return views;
}

static const void *copy_texts(Arena *arena, const Column *column, size_t n_rows) {
    Str *texts = ARENA_ARRAY(arena, Str, n_rows);
    for (size_t row = 0; row < n_rows; row++)
        if (!column_is_null(column, row)) texts[row] = arena_str(arena, column_str(column, row));
    return texts;
}

Batch batch_copy(Arena *arena, const Batch *batch) {
    size_t n_rows = batch->n_rows;
    Column *columns = arena_dup(arena, batch->columns, batch->n_columns * sizeof(Column));
    for (size_t i = 0; i < batch->n_columns && n_rows; i++) {
        Column *column = &columns[i];
        if (column->layout == LAYOUT_VIEW)
            column->data = copy_views(arena, &batch->columns[i], n_rows);
        else if (column->layout == LAYOUT_STR)
            column->data = copy_texts(arena, &batch->columns[i], n_rows);
        else if (column->data)
            column->data = arena_dup(arena, column->data, n_rows * layout_size(column->layout));
        size_t n_words = (n_rows + WORD_BITS - 1) / WORD_BITS;
        if (column->valid) column->valid = arena_dup(arena, column->valid, n_words * sizeof(uint64_t));
    }
    return (Batch){.n_rows = n_rows, .n_columns = batch->n_columns, .columns = columns};
}

size_t batch_bytes(const Batch *batch) {
    size_t n_bytes = 0;
    for (size_t i = 0; i < batch->n_columns; i++) {
        const Column *column = &batch->columns[i];
        bool is_text = column->layout == LAYOUT_STR || column->layout == LAYOUT_VIEW;
        if (!is_text) n_bytes += batch->n_rows * layout_size(column->layout);
        for (size_t row = 0; is_text && row < batch->n_rows; row++)
            if (!column_is_null(column, row)) n_bytes += column_str(column, row).n;
    }
    return n_bytes;
}

struct BatchBuilder {
    Arena *texts; /* reset by clear; freed by the owner arena's hook */
    size_t cap_rows;
    size_t n_rows;
    size_t n_columns;
    Column *columns;
    void **data;      /* what columns[c].data points to, writable */
    uint64_t **valid; /* and columns[c].valid */
    size_t n_valid_words;
    Batch batch;
};

/* The builder's own layouts: the ones that columnar engines store these types in, so that appending what was built is a copy. */
static ColumnLayout layout_of(Type type) {
    switch (type.kind) {
    case TYPE_BOOL: return LAYOUT_BOOL;
    case TYPE_DATE: return LAYOUT_I32;
    case TYPE_INT64:
    case TYPE_TIMESTAMP: return LAYOUT_I64;
    case TYPE_DECIMAL:
        if (type.precision <= 4) return LAYOUT_I16;
        if (type.precision <= 9) return LAYOUT_I32;
        return type.precision <= 18 ? LAYOUT_I64 : LAYOUT_I128;
    case TYPE_FLOAT64: return LAYOUT_F64;
    case TYPE_TEXT:
    case TYPE_JSON: return LAYOUT_VIEW;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    return LAYOUT_NONE;
}

StrView str_view(Str s) {
    StrView view = {0};
    view.inlined.n = (uint32_t)s.n;
    if (s.n <= VIEW_INLINE_MAX) {
        if (s.n) memcpy(view.inlined.bytes, s.p, s.n);
        return view;
    }
    memcpy(view.far.prefix, s.p, sizeof(view.far.prefix));
    view.far.p = s.p;
    return view;
}

/* Little endian, as all machines we run on. */
static void store_number(void *data, size_t row, ColumnLayout layout, Int128 number) {
    size_t n_bytes = layout_size(layout);
    memcpy((char *)data + row * n_bytes, &number, n_bytes);
}

static void free_texts(void *arg) {
    arena_free(arg);
}

/* All memory for cap_rows is taken at once; only texts are allocated cell by cell. */
BatchBuilder *batch_builder_new(Arena *arena, size_t n_columns, const Str *names, const Type *types, size_t cap_rows) {
    BatchBuilder *builder = ARENA_NEW(arena, BatchBuilder);
    builder->texts = arena_new(0);
    arena_on_reset(arena, free_texts, builder->texts);
    builder->cap_rows = cap_rows;
    builder->n_columns = n_columns;
    builder->columns = ARENA_ARRAY(arena, Column, n_columns);
    builder->data = ARENA_ARRAY(arena, void *, n_columns);
    builder->valid = ARENA_ARRAY(arena, uint64_t *, n_columns);
    builder->n_valid_words = (cap_rows + WORD_BITS - 1) / WORD_BITS;
    for (size_t c = 0; c < n_columns; c++) {
        ColumnLayout layout = layout_of(types[c]);
        builder->data[c] = arena_zalloc(arena, cap_rows, layout_size(layout));
        builder->valid[c] = ARENA_ARRAY(arena, uint64_t, builder->n_valid_words);
        builder->columns[c] = (Column){.name = arena_str(arena, names[c]),
                                       .type = types[c],
                                       .layout = layout,
                                       .data = builder->data[c],
                                       .valid = builder->valid[c]};
    }
    return builder;
}

void batch_builder_set(BatchBuilder *builder, size_t column, Value value) {
    size_t row = builder->n_rows;
    assert(column < builder->n_columns && row < builder->cap_rows && "a cell outside the batch");
    uint64_t bit = UINT64_C(1) << (row % WORD_BITS), *valid = &builder->valid[column][row / WORD_BITS];
    /* A null leaves the data as it is: whoever reads asks for the bit first. */
    if (value.is_null || value.type.kind == TYPE_NULL) {
        *valid &= ~bit; /* the cell may have been set before */
        return;
    }
    Type type = builder->columns[column].type;
    assert(value.type.kind == type.kind && (type.kind != TYPE_DECIMAL || value.type.scale == type.scale) &&
           "types differ");
    void *data = builder->data[column];
    switch (type.kind) {
    case TYPE_BOOL: ((uint8_t *)data)[row] = value.b; break;
    case TYPE_INT64:
    case TYPE_TIMESTAMP: ((int64_t *)data)[row] = value.i; break;
    case TYPE_DATE: ((int32_t *)data)[row] = (int32_t)value.i; break;
    case TYPE_DECIMAL: store_number(data, row, builder->columns[column].layout, value.dec); break;
    case TYPE_FLOAT64: ((double *)data)[row] = value.f; break;
    case TYPE_TEXT:
    case TYPE_JSON:
        ((StrView *)data)[row] = str_view(value.s.n > VIEW_INLINE_MAX ? arena_str(builder->texts, value.s) : value.s);
        break;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: return;
    }
    *valid |= bit;
}

void batch_builder_next_row(BatchBuilder *builder) {
    assert(builder->n_rows < builder->cap_rows && "ask batch_builder_is_full first");
    builder->n_rows++;
}

bool batch_builder_is_full(const BatchBuilder *builder) {
    return builder->n_rows == builder->cap_rows;
}

/* The row under construction is not part of it yet. */
const Batch *batch_builder_batch(BatchBuilder *builder) {
    builder->batch = (Batch){.n_rows = builder->n_rows, .n_columns = builder->n_columns, .columns = builder->columns};
    return &builder->batch;
}

/* Clearing the bits makes every cell null again, which is what a cell not set must be. */
void batch_builder_clear(BatchBuilder *builder) {
    builder->n_rows = 0;
    for (size_t c = 0; c < builder->n_columns; c++)
        memset(builder->valid[c], 0, builder->n_valid_words * sizeof(uint64_t));
    arena_reset(builder->texts);
}
