/*
 * PostgreSQL's types and ours: by their number and modifier where a result or table is described, by their spelling where the
 * catalog is read. What is not here is read as text.
 */
#include "engine/engine_postgres_internal.h"

typedef struct TypeRow {
    Oid oid;
    TypeKind kind;
    const char *spelling; /* by format_type(), without its modifier */
} TypeRow;

static const TypeRow TYPE_ROWS[] = {
    {POSTGRES_BOOL, TYPE_BOOL, "boolean"},
    {POSTGRES_INT2, TYPE_INT64, "smallint"},
    {POSTGRES_INT4, TYPE_INT64, "integer"},
    {POSTGRES_INT8, TYPE_INT64, "bigint"},
    {POSTGRES_FLOAT4, TYPE_FLOAT64, "real"},
    {POSTGRES_FLOAT8, TYPE_FLOAT64, "double precision"},
    {POSTGRES_NUMERIC, TYPE_DECIMAL, "numeric"},
    {POSTGRES_TEXT, TYPE_TEXT, "text"},
    {POSTGRES_VARCHAR, TYPE_TEXT, "character varying"},
    {POSTGRES_BPCHAR, TYPE_TEXT, "character"},
    {POSTGRES_NAME, TYPE_TEXT, "name"},
    {POSTGRES_DATE, TYPE_DATE, "date"},
    {POSTGRES_TIMESTAMP, TYPE_TIMESTAMP, "timestamp without time zone"},
    {POSTGRES_TIMESTAMPTZ, TYPE_TIMESTAMP, "timestamp with time zone"},
    {POSTGRES_JSON, TYPE_JSON, "json"},
    {POSTGRES_JSONB, TYPE_JSON, "jsonb"},
};

/* Precision and scale as they are declared; either may reach beyond ours. */
static Type decimal_of(int precision, int scale) {
    if (scale < 0) { /* rounded before the point */
        precision -= scale;
        scale = 0;
    }
    scale = MIN_OF(scale, TYPE_DECIMAL_MAX_PRECISION);
    precision = MIN_OF(MAX_OF(precision, scale), TYPE_DECIMAL_MAX_PRECISION);
    return TYPE_DEC(precision, scale);
}

bool postgres_type_of(Oid oid, int modifier, Type *ret_type) {
    enum { HEADER = 4, SCALE_MASK = 0x7FF, SCALE_SIGN = 0x400 }; /* numeric_typmod_… in numeric.c */
    for (size_t i = 0; i < COUNT_OF(TYPE_ROWS); i++) {
        if (TYPE_ROWS[i].oid != oid) continue;
        *ret_type = TYPE(TYPE_ROWS[i].kind);
        if (oid == POSTGRES_NUMERIC && modifier >= HEADER)
            *ret_type =
                decimal_of((modifier - HEADER) >> 16, (((modifier - HEADER) & SCALE_MASK) ^ SCALE_SIGN) - SCALE_SIGN);
        return true;
    }
    return false;
}

/* "numeric(12,3)"; without digits it holds any: as many as we have, half of the way behind the point is more than enough. */
static Type decimal_of_spelling(Str digits) {
    enum { ANY_SCALE = 10 };
    int64_t precision = 0, scale = 0;
    Str rest = str_slice(digits, 1, digits.n - 1);
    if (!digits.n || !str_to_int64(str_split_next(&rest, ','), &precision) || !str_to_int64(rest, &scale))
        return TYPE_DEC(TYPE_DECIMAL_MAX_PRECISION, ANY_SCALE);
    return decimal_of((int)precision, (int)scale);
}

/* Without what stands in brackets: "timestamp(3) without time zone", "character varying(20)". */
Type postgres_type_of_spelling(Str spelling) {
    ptrdiff_t open = str_find_char(spelling, '('), close = str_find_char(spelling, ')');
    bool has_modifier = open >= 0 && close > open;
    size_t from = has_modifier ? (size_t)open : spelling.n, to = has_modifier ? (size_t)close + 1 : spelling.n;
    if (str_find(spelling, S("[]")) >= 0) return TYPE(TYPE_TEXT);
    for (size_t i = 0; i < COUNT_OF(TYPE_ROWS); i++) {
        Str name = str_of(TYPE_ROWS[i].spelling), behind = str_slice(spelling, to, spelling.n);
        if (name.n != from + behind.n || !str_starts(name, str_slice(spelling, 0, from)) || !str_ends(name, behind))
            continue;
        if (TYPE_ROWS[i].kind == TYPE_DECIMAL) return decimal_of_spelling(str_slice(spelling, from, to));
        return TYPE(TYPE_ROWS[i].kind);
    }
    return TYPE(TYPE_TEXT);
}

Oid postgres_oid_of(Type type) {
    switch (type.kind) {
    case TYPE_BOOL: return POSTGRES_BOOL;
    case TYPE_INT64: return POSTGRES_INT8;
    case TYPE_DECIMAL: return POSTGRES_NUMERIC;
    case TYPE_FLOAT64: return POSTGRES_FLOAT8;
    case TYPE_TEXT: return POSTGRES_TEXT;
    case TYPE_DATE: return POSTGRES_DATE;
    case TYPE_TIMESTAMP: return POSTGRES_TIMESTAMP;
    case TYPE_JSON: return POSTGRES_JSON;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    return 0; /* the server finds out */
}
