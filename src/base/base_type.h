#pragma once
/*
 * The value semantics of the whole program (design 3a), to which every engine's dialect conforms.
 *
 *   bool · int64 · decimal(<=38,s) · float64 · text (UTF-8, NFC, compared binary) · date · timestamp (microseconds, UTC) · json
 *
 * Type and Value are plain values. A Batch is a set of columns of equal length, read in place: a column's memory may be an
 * engine's own vector, so it says how its numbers are laid out and is valid only until its owner moves on.
 */
#include "base/base_arena.h"

typedef enum TypeKind {
    TYPE_NULL, /* a bare NULL: fits every type */
    TYPE_BOOL,
    TYPE_INT64,
    TYPE_DECIMAL,
    TYPE_FLOAT64,
    TYPE_TEXT,
    TYPE_DATE,
    TYPE_TIMESTAMP,
    TYPE_JSON,
    TYPE_KIND_COUNT
} TypeKind;

enum { TYPE_DECIMAL_MAX_PRECISION = 38, TYPE_TEXT_MAX = 32 };

typedef struct Type {
    TypeKind kind;
    uint8_t precision; /* decimal: 1..38 */
    uint8_t scale;     /* decimal: 0..precision */
} Type;

#define TYPE(kind_) ((Type){.kind = (kind_)})
#define TYPE_DEC(precision_, scale_) \
    ((Type){.kind = TYPE_DECIMAL, .precision = (uint8_t)(precision_), .scale = (uint8_t)(scale_)})

const char *type_kind_name(TypeKind kind); /* "int64" */
/* "decimal(18,5)", "text"; false when unknown or out of bounds. */
NODISCARD bool type_parse(Str s, Type *ret_type);
/* The spelling type_parse reads; returns out. */
const char *type_print(Type type, char out[TYPE_TEXT_MAX]);
bool type_eq(Type a, Type b);
bool type_is_number(Type type);
bool type_is_time(Type type); /* date or timestamp */

/* One value. Text and json are borrowed. */
typedef struct Value {
    Type type;
    bool is_null;
    union {
        bool b;
        int64_t i; /* int64; date: days since 1970; timestamp: microseconds since 1970 UTC */
        double f;
        Int128 dec; /* unscaled: 12.50 as decimal(4,2) is 1250 */
        Str s;      /* text, json */
    };
} Value;

static inline Value value_null(Type type) {
    return (Value){.type = type, .is_null = true};
}
static inline Value value_bool(bool b) {
    return (Value){.type = TYPE(TYPE_BOOL), .b = b};
}
static inline Value value_int(int64_t i) {
    return (Value){.type = TYPE(TYPE_INT64), .i = i};
}
static inline Value value_float(double f) {
    return (Value){.type = TYPE(TYPE_FLOAT64), .f = f};
}
static inline Value value_text(Str s) {
    return (Value){.type = TYPE(TYPE_TEXT), .s = s};
}
static inline Value value_json(Str s) {
    return (Value){.type = TYPE(TYPE_JSON), .s = s};
}
static inline Value value_date(int64_t days) {
    return (Value){.type = TYPE(TYPE_DATE), .i = days};
}
static inline Value value_timestamp(int64_t utc_us) {
    return (Value){.type = TYPE(TYPE_TIMESTAMP), .i = utc_us};
}
static inline Value value_decimal(Int128 unscaled, int precision, int scale) {
    return (Value){.type = TYPE_DEC(precision, scale), .dec = unscaled};
}

bool value_eq(Value a, Value b); /* same type, both null or equal; decimals of different scale compare by value */
double value_to_double(Value v); /* bool, int64, decimal, float64; NaN otherwise */
/* Reads `s` as `type`: bool true/false/1/0, decimals exactly (digits beyond the scale are rounded half away from zero), ISO
 * dates. ERR_DATA naming the text and type. The text itself stays borrowed. */
NODISCARD ErrCode value_parse(Str s, Type type, Value *ret_value, Err *err);
/* The plain text of a value: "" for null, decimals with their scale, floats as the shortest text that reads back, ISO dates, RFC
 * 3339 timestamps. */
Str value_print(Arena *arena, Value v);
/* Numbers as NUL-terminated text for tight loops; both return its length. A decimal "-12.50" of an unscaled number; out has
 * DECIMAL_TEXT_MAX bytes. The shortest text that reads back as f; "nan", "inf", "-inf" for those. */
enum { REAL_TEXT_MAX = 40, DECIMAL_TEXT_MAX = 48 };
size_t decimal_print(Int128 unscaled, int scale, char *out);
size_t real_print(double f, char out[REAL_TEXT_MAX]);
NODISCARD bool decimal_parse(Str s, int precision, int scale, Int128 *ret_unscaled);

/* How a column's memory is laid out. */
typedef enum ColumnLayout {
    LAYOUT_NONE, /* every row null, no data */
    LAYOUT_BOOL, /* uint8_t */
    LAYOUT_I8,
    LAYOUT_I16,
    LAYOUT_I32,
    LAYOUT_I64,
    LAYOUT_I128, /* Int128, little endian halves */
    LAYOUT_U8,
    LAYOUT_U16,
    LAYOUT_U32,
    LAYOUT_U64,
    LAYOUT_F32,
    LAYOUT_F64,
    LAYOUT_STR, /* Str */
    LAYOUT_VIEW /* StrView: DuckDB's and Arrow's 16-byte string */
} ColumnLayout;

/* 16-byte string: up to 12 bytes inline, else a prefix of 4 and a pointer. */
typedef union StrView {
    struct {
        uint32_t n;
        char bytes[12];
    } inlined;
    struct {
        uint32_t n;
        char prefix[4];
        const char *p;
    } far;
} StrView;
static_assert(sizeof(StrView) == 16, "StrView is the engines' 16-byte string");
StrView str_view(Str s); /* points into s where that is longer than 12 bytes; s.n fits 32 bits */

typedef struct Column {
    Str name;
    Type type;
    ColumnLayout layout;
    const void *data;      /* n_rows items of the layout */
    const uint64_t *valid; /* bit r of word r/64 set: row r is not null; NULL: no nulls */
} Column;

/* Rows in columns. The batch, its columns and their data are borrowed from what produced them until its next step. */
typedef struct Batch {
    size_t n_rows;
    size_t n_columns;
    const Column *columns;
} Batch;

static inline bool column_is_null(const Column *column, size_t row) {
    if (column->layout == LAYOUT_NONE) return true;
    return column->valid && !(column->valid[row / 64] >> (row % 64) & 1);
}
/* The value at a row; text is borrowed from the column. */
Value column_value(const Column *column, size_t row);
/* Same without the Value, for tight loops; the row is not null and the layout fits (integers: any integer layout up to 64 bits). */
int64_t column_int(const Column *column, size_t row);
Str column_str(const Column *column, size_t row);

/* The rows from `from_row` (at most n_rows) on, sharing the data; the columns and, where there are nulls, the validity bits are made
 * in the arena. */
Batch batch_slice(Arena *arena, const Batch *batch, size_t from_row);
/* What its cells hold: the widths of the layouts and the bytes of the texts. */
size_t batch_bytes(const Batch *batch);
/* Everything copied into the arena but the columns' names, which stay borrowed. */
Batch batch_copy(Arena *arena, const Batch *batch);

/* A batch under construction, in an arena: for engines that give rows, and for tests. */
typedef struct BatchBuilder BatchBuilder;
BatchBuilder *batch_builder_new(Arena *arena, size_t n_columns, const Str *names, const Type *types, size_t cap_rows);
/* Sets a cell of the current row; a cell not set is null. The value's type fits the column's (null, or same kind; a decimal of
 * the same scale). Text is copied. */
void batch_builder_set(BatchBuilder *builder, size_t column, Value value);
void batch_builder_next_row(BatchBuilder *builder);
bool batch_builder_is_full(const BatchBuilder *builder);
/* The rows so far; valid until batch_builder_clear or the arena's reset. */
const Batch *batch_builder_batch(BatchBuilder *builder);
/* Empties it; texts copied so far are forgotten with it. */
void batch_builder_clear(BatchBuilder *builder);
