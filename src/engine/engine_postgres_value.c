/*
 * Values in PostgreSQL's binary form, which parameters, results and COPY share. Numbers are big endian and lie anywhere, so they go
 * byte by byte. Dates count from 2000-01-01.
 */
#include "engine/engine_postgres_internal.h"

#include <math.h>
#include <string.h>

#define DAY_2000 INT64_C(10957) /* 2000-01-01 in days since 1970 */
#define US_2000 (DAY_2000 * TIME_US_PER_DAY)
enum { DAY_MIN = -719162, DAY_MAX = 2932896 }; /* 0001-01-01 and 9999-12-31 */
enum { JSONB_VERSION = 1 };

void postgres_put_number(Buf *out, uint64_t number, int n_bytes) {
    char bytes[8];
    for (int i = 0; i < n_bytes; i++) bytes[i] = (char)(number >> (8 * (n_bytes - 1 - i)));
    buf_add(out, (Str){bytes, (size_t)n_bytes});
}

uint64_t postgres_get_number(const char *p, int n_bytes) {
    uint64_t number = 0;
    for (int i = 0; i < n_bytes; i++) number = number << 8 | (unsigned char)p[i];
    return number;
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static PostgresFit put_float(Buf *out, double f, Oid oid) {
    uint64_t bits = 0;
    if (oid == POSTGRES_FLOAT4) {
        float narrow = (float)f;
        uint32_t narrow_bits;
        memcpy(&narrow_bits, &narrow, sizeof(narrow_bits));
        bits = narrow_bits;
    } else {
        memcpy(&bits, &f, sizeof(bits));
    }
    postgres_put_number(out, bits, oid == POSTGRES_FLOAT4 ? 4 : 8);
    return POSTGRES_FITS;
}

static PostgresFit put_integer(Buf *out, int64_t i, Oid oid) {
    int n_bytes = oid == POSTGRES_INT2 ? 2 : oid == POSTGRES_INT4 ? 4 : 8;
    int64_t max = n_bytes == 2 ? INT16_MAX : n_bytes == 4 ? INT32_MAX : INT64_MAX;
    if (i > max || i < -max - 1) return POSTGRES_MISFIT;
    postgres_put_number(out, (uint64_t)i, n_bytes);
    return POSTGRES_FITS;
}

static PostgresFit put_text(Buf *out, Str text, Oid oid) {
    if (!utf8_is_valid(text)) return POSTGRES_MISFIT;
    if (str_find_char(text, '\0') >= 0) return POSTGRES_HAS_NUL;
    if (oid == POSTGRES_JSONB) buf_add_char(out, JSONB_VERSION);
    buf_add(out, text);
    return POSTGRES_FITS;
}

PostgresFit postgres_encode(Buf *out, Value value, Oid oid) {
    switch (value.type.kind) {
    case TYPE_BOOL: buf_add_char(out, value.b ? 1 : 0); return POSTGRES_FITS;
    case TYPE_INT64: return put_integer(out, value.i, oid);
    case TYPE_DECIMAL: postgres_encode_numeric(out, value.dec, value.type.scale); return POSTGRES_FITS;
    case TYPE_FLOAT64: return put_float(out, value.f, oid);
    case TYPE_TEXT:
    case TYPE_JSON: return put_text(out, value.s, oid);
    case TYPE_DATE:
        if (value.i < DAY_MIN || value.i > DAY_MAX) return POSTGRES_OUT_OF_TIME;
        postgres_put_number(out, (uint64_t)(value.i - DAY_2000), 4);
        return POSTGRES_FITS;
    case TYPE_TIMESTAMP:
        if (value.i < DAY_MIN * TIME_US_PER_DAY || value.i >= (DAY_MAX + 1) * TIME_US_PER_DAY)
            return POSTGRES_OUT_OF_TIME;
        postgres_put_number(out, (uint64_t)(value.i - US_2000), 8);
        return POSTGRES_FITS;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    return POSTGRES_MISFIT;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static double get_float(Str bytes) {
    if (bytes.n == 4) {
        uint32_t narrow_bits = (uint32_t)postgres_get_number(bytes.p, 4);
        float narrow;
        memcpy(&narrow, &narrow_bits, sizeof(narrow));
        return (double)narrow;
    }
    uint64_t bits = postgres_get_number(bytes.p, 8);
    double f;
    memcpy(&f, &bits, sizeof(f));
    return f;
}

static PostgresFit get_date(Str bytes, Value *ret_value) {
    int64_t days = (int32_t)postgres_get_number(bytes.p, 4) + DAY_2000;
    *ret_value = value_date(days);
    return days < DAY_MIN || days > DAY_MAX ? POSTGRES_OUT_OF_TIME : POSTGRES_FITS;
}

/* The infinities are the ends of int64. */
static PostgresFit get_timestamp(Str bytes, Value *ret_value) {
    int64_t us = (int64_t)postgres_get_number(bytes.p, 8);
    if (us < DAY_MIN * TIME_US_PER_DAY - US_2000 || us >= (DAY_MAX + 1) * TIME_US_PER_DAY - US_2000)
        return POSTGRES_OUT_OF_TIME;
    *ret_value = value_timestamp(us + US_2000);
    return POSTGRES_FITS;
}

static PostgresFit get_decimal(Str bytes, int scale, Value *ret_value) {
    Int128 unscaled = 0;
    if (scale < 0) scale = postgres_numeric_scale(bytes);
    if (!postgres_decode_numeric(bytes, scale, &unscaled)) return POSTGRES_MISFIT;
    *ret_value = value_decimal(unscaled, TYPE_DECIMAL_MAX_PRECISION, scale);
    return POSTGRES_FITS;
}

static bool has_length(Oid oid, size_t n) {
    switch (oid) {
    case POSTGRES_BOOL: return n == 1;
    case POSTGRES_INT2: return n == 2;
    case POSTGRES_INT4:
    case POSTGRES_FLOAT4:
    case POSTGRES_DATE: return n == 4;
    case POSTGRES_INT8:
    case POSTGRES_FLOAT8:
    case POSTGRES_TIMESTAMP:
    case POSTGRES_TIMESTAMPTZ: return n == 8;
    case POSTGRES_JSONB: return n >= 1;
    case POSTGRES_NUMERIC: return n >= 8;
    default: return true;
    }
}

PostgresFit postgres_decode(Oid oid, Str bytes, int scale, Value *ret_value) {
    if (!has_length(oid, bytes.n)) return POSTGRES_MISFIT;
    switch (oid) {
    case POSTGRES_BOOL: *ret_value = value_bool(bytes.p[0] != 0); return POSTGRES_FITS;
    case POSTGRES_INT2: *ret_value = value_int((int16_t)postgres_get_number(bytes.p, 2)); return POSTGRES_FITS;
    case POSTGRES_INT4: *ret_value = value_int((int32_t)postgres_get_number(bytes.p, 4)); return POSTGRES_FITS;
    case POSTGRES_INT8: *ret_value = value_int((int64_t)postgres_get_number(bytes.p, 8)); return POSTGRES_FITS;
    case POSTGRES_FLOAT4:
    case POSTGRES_FLOAT8: *ret_value = value_float(get_float(bytes)); return POSTGRES_FITS;
    case POSTGRES_NUMERIC: return get_decimal(bytes, scale, ret_value);
    case POSTGRES_DATE: return get_date(bytes, ret_value);
    case POSTGRES_TIMESTAMP:
    case POSTGRES_TIMESTAMPTZ: return get_timestamp(bytes, ret_value);
    case POSTGRES_JSON: *ret_value = value_json(bytes); return POSTGRES_FITS;
    case POSTGRES_JSONB: *ret_value = value_json(str_slice(bytes, 1, bytes.n)); return POSTGRES_FITS;
    default: *ret_value = value_text(bytes); return POSTGRES_FITS;
    }
}

/* Of a session whose zone is UTC: "2014-03-07 10:20:30+00". */
static PostgresFit time_of_text(Str text, Type type, Value *ret_value) {
    if (str_ends(text, S("+00"))) text = str_slice(text, 0, text.n - 3);
    return value_parse(text, type, ret_value, NULL) ? POSTGRES_OUT_OF_TIME : POSTGRES_FITS;
}

PostgresFit postgres_decode_text(Str text, Type type, Value *ret_value) {
    bool is_negative = str_starts(text, S("-"));
    switch (type.kind) {
    case TYPE_BOOL: *ret_value = value_bool(str_eq(text, S("t"))); return POSTGRES_FITS;
    case TYPE_DATE:
    case TYPE_TIMESTAMP: return time_of_text(text, type, ret_value);
    case TYPE_FLOAT64:
        *ret_value = value_float(str_eq(text, S("NaN")) ? (double)NAN : is_negative ? -INFINITY : INFINITY);
        if (str_eq(text, S("NaN")) || str_ends(text, S("Infinity"))) return POSTGRES_FITS;
        break;
    default: break;
    }
    return value_parse(text, type, ret_value, NULL) ? POSTGRES_MISFIT : POSTGRES_FITS;
}
