/*
 * Types and values: names, equality, reading and printing. Decimals have base_decimal.c, doubles as text base_real.c.
 *
 * Reading is exact or it fails: no white space is skipped, no text is half read, and a message names the text (cut, for
 * it may be a whole file read as one cell) and what was wanted, with an example.
 */
#include "base/base_type.h"

#include "base/base_internal.h"
#include "base/base_json.h"
#include "base/base_time.h"
#include "base/base_utf8.h"

#include <math.h>
#include <string.h>

enum { MESSAGE_TEXT_MAX = 80 };
static_assert((int)DECIMAL_TEXT_MAX >= (int)TIME_TEXT_MAX && (int)DECIMAL_TEXT_MAX >= (int)REAL_TEXT_MAX,
              "value_print's buffer");

static const char *const KIND_NAMES[TYPE_KIND_COUNT] = {
    [TYPE_NULL] = "null",       [TYPE_BOOL] = "bool",           [TYPE_INT64] = "int64",
    [TYPE_DECIMAL] = "decimal", [TYPE_FLOAT64] = "float64",     [TYPE_TEXT] = "text",
    [TYPE_DATE] = "date",       [TYPE_TIMESTAMP] = "timestamp", [TYPE_JSON] = "json",
};

const char *type_kind_name(TypeKind kind) {
    return (unsigned)kind < TYPE_KIND_COUNT ? KIND_NAMES[kind] : "unknown";
}

/* "(18,5)" after the word decimal; blanks around the numbers are allowed, as in SQL. */
static bool parse_decimal_bounds(Str s, Type *ret_type) {
    if (!str_starts(s, S("(")) || !str_ends(s, S(")"))) return false;
    Str rest = str_slice(s, 1, s.n - 1);
    Str first = str_trim(str_split_next(&rest, ','));
    int64_t precision, scale;
    if (!str_to_int64(first, &precision) || !str_to_int64(str_trim(rest), &scale)) return false;
    if (precision < 1 || precision > TYPE_DECIMAL_MAX_PRECISION || scale < 0 || scale > precision) return false;
    *ret_type = TYPE_DEC(precision, scale);
    return true;
}

/* By the table of names; only decimals carry more than one. */
bool type_parse(Str s, Type *ret_type) {
    if (str_starts(s, S("decimal"))) return parse_decimal_bounds(str_slice(s, sizeof("decimal") - 1, s.n), ret_type);
    for (int kind = 0; kind < TYPE_KIND_COUNT; kind++) {
        if (!str_eq(s, str_of(KIND_NAMES[kind]))) continue;
        *ret_type = TYPE((TypeKind)kind);
        return true;
    }
    return false;
}

/* The longest, "decimal(38,38)", is well under TYPE_TEXT_MAX. */
const char *type_print(Type type, char out[TYPE_TEXT_MAX]) {
    Str name = str_of(type_kind_name(type.kind));
    memcpy(out, name.p, name.n + 1);
    if (type.kind != TYPE_DECIMAL) return out;
    char *p = out + name.n;
    *p++ = '(';
    p += decimal_print(type.precision, 0, p);
    *p++ = ',';
    p += decimal_print(type.scale, 0, p);
    *p++ = ')';
    *p = '\0';
    return out;
}

/* Decimals of another precision are another type, even when their values compare equal. */
bool type_eq(Type a, Type b) {
    if (a.kind != b.kind) return false;
    return a.kind != TYPE_DECIMAL || (a.precision == b.precision && a.scale == b.scale);
}

bool type_is_number(Type type) {
    return type.kind == TYPE_INT64 || type.kind == TYPE_DECIMAL || type.kind == TYPE_FLOAT64;
}

bool type_is_time(Type type) {
    return type.kind == TYPE_DATE || type.kind == TYPE_TIMESTAMP;
}

/* By the smaller scale, so that nothing is multiplied and nothing overflows. */
static bool decimal_eq(Value a, Value b) {
    if (a.type.scale < b.type.scale) return decimal_eq(b, a);
    Int128 coarse = a.dec;
    for (int i = b.type.scale; i < a.type.scale; i++) {
        if (coarse % 10 != 0) return false;
        coarse /= 10;
    }
    return coarse == b.dec;
}

bool value_eq(Value a, Value b) {
    if (a.type.kind != b.type.kind) return false;
    if (a.is_null || b.is_null) return a.is_null == b.is_null;
    switch (a.type.kind) {
    case TYPE_NULL: return true;
    case TYPE_BOOL: return a.b == b.b;
    case TYPE_INT64:
    case TYPE_DATE:
    case TYPE_TIMESTAMP: return a.i == b.i;
    case TYPE_DECIMAL: return decimal_eq(a, b);
    case TYPE_FLOAT64:
        return a.f == b.f || (isnan(a.f) && isnan(b.f)); /* as values in a result, two NaN are the same */
    case TYPE_TEXT:
    case TYPE_JSON: return str_eq(a.s, b.s);
    case TYPE_KIND_COUNT: break;
    }
    return false;
}

/* For charts, statistics and shares, where the nearest double is good enough; never for sums of amounts. */
double value_to_double(Value v) {
    if (v.is_null) return NAN;
    switch (v.type.kind) {
    case TYPE_BOOL: return v.b ? 1 : 0;
    case TYPE_INT64: return (double)v.i;
    case TYPE_FLOAT64: return v.f;
    case TYPE_DECIMAL: return decimal_to_double(v.dec, v.type.scale);
    default: return NAN;
    }
}

/* The two spellings that every engine and format writes; "yes" and "on" are a pack's to translate. */
static bool parse_bool(Str s, bool *ret_b) {
    bool is_true = str_eq_nocase(s, S("true")) || str_eq(s, S("1"));
    if (!is_true && !str_eq_nocase(s, S("false")) && !str_eq(s, S("0"))) return false;
    *ret_b = is_true;
    return true;
}

/* Json is kept as text and printed as it is, so it is read once here to be sure. */
static bool is_json(Str s) {
    CLEANUP(arena_freep) Arena *scratch = arena_new(0);
    const Json *json;
    return json_parse(scratch, s, NULL, &json, NULL) == ERR_OK;
}

/* Fills the value by its type, or says the text is none; v->type is set already. */
static bool parse_as(Str s, Value *v) {
    switch (v->type.kind) {
    case TYPE_NULL: v->is_null = true; return s.n == 0;
    case TYPE_BOOL: return parse_bool(s, &v->b);
    case TYPE_INT64: return str_to_int64(s, &v->i);
    case TYPE_DECIMAL: return decimal_parse(s, v->type.precision, v->type.scale, &v->dec);
    case TYPE_FLOAT64: return str_to_double(s, &v->f);
    case TYPE_TEXT: v->s = s; return utf8_is_valid(s);
    case TYPE_DATE: return time_parse_date(s, &v->i);
    case TYPE_TIMESTAMP: return time_parse_timestamp(s, &v->i);
    case TYPE_JSON: v->s = s; return is_json(s);
    case TYPE_KIND_COUNT: break;
    }
    return false;
}

/* What a text of the kind looks like, for the message. */
static const char *const KIND_HINTS[TYPE_KIND_COUNT] = {
    [TYPE_NULL] = "only an empty text is",
    [TYPE_BOOL] = "write true, false, 1 or 0",
    [TYPE_INT64] = "write digits only, within 64 bits",
    [TYPE_DECIMAL] = "write it like -12.50, with no more digits before the point than the type has",
    [TYPE_FLOAT64] = "write it like -12.5 or 1.25e3",
    [TYPE_TEXT] = "its bytes are not UTF-8; save the file as UTF-8",
    [TYPE_DATE] = "write it like 2014-03-07",
    [TYPE_TIMESTAMP] = "write it like 2014-03-07T10:20:30Z",
    [TYPE_JSON] = "it must be one well-formed JSON value",
};

ErrCode value_parse(Str s, Type type, Value *ret_value, Err *err) {
    Value v = {.type = type};
    if (parse_as(s, &v)) {
        *ret_value = v;
        return ERR_OK;
    }
    /* The text is shown cut: a broken quote can make one cell of a whole file. */
    char name[TYPE_TEXT_MAX];
    Str shown = str_slice(s, 0, utf8_cut(s, MESSAGE_TEXT_MAX));
    return err_set(err, ERR_DATA, "'%.*s'%s is not a value of type %s: %s", STR_ARG(shown), shown.n < s.n ? "…" : "",
                   type_print(type, name),
                   (unsigned)type.kind < TYPE_KIND_COUNT ? KIND_HINTS[type.kind] : "unknown type");
}

/* Printed on the stack and copied once: all but texts are short. */
Str value_print(Arena *arena, Value v) {
    char out[DECIMAL_TEXT_MAX]; /* the longest of them */
    if (v.is_null) return S("");
    switch (v.type.kind) {
    case TYPE_BOOL: return v.b ? S("true") : S("false");
    case TYPE_INT64: return arena_str(arena, (Str){out, decimal_print(v.i, 0, out)});
    case TYPE_DECIMAL: return arena_str(arena, (Str){out, decimal_print(v.dec, v.type.scale, out)});
    case TYPE_FLOAT64: return arena_str(arena, (Str){out, real_print(v.f, out)});
    case TYPE_DATE: return arena_str(arena, (Str){out, time_print_date(v.i, out)});
    case TYPE_TIMESTAMP: return arena_str(arena, (Str){out, time_print_timestamp(v.i, out)});
    case TYPE_TEXT:
    case TYPE_JSON: return arena_str(arena, v.s);
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    return S("");
}
