/* DuckDB's types in terms of ours; used for reading and for appending. */
#include "engine/engine_duckdb_internal.h"

#include <string.h>

static const DuckType PLAIN_TYPES[] = {
    [DUCKDB_TYPE_BOOLEAN] = {.type = {.kind = TYPE_BOOL}, .layout = LAYOUT_BOOL},
    [DUCKDB_TYPE_TINYINT] = {.type = {.kind = TYPE_INT64}, .layout = LAYOUT_I8},
    [DUCKDB_TYPE_SMALLINT] = {.type = {.kind = TYPE_INT64}, .layout = LAYOUT_I16},
    [DUCKDB_TYPE_INTEGER] = {.type = {.kind = TYPE_INT64}, .layout = LAYOUT_I32},
    [DUCKDB_TYPE_BIGINT] = {.type = {.kind = TYPE_INT64}, .layout = LAYOUT_I64},
    [DUCKDB_TYPE_UTINYINT] = {.type = {.kind = TYPE_INT64}, .layout = LAYOUT_U8},
    [DUCKDB_TYPE_USMALLINT] = {.type = {.kind = TYPE_INT64}, .layout = LAYOUT_U16},
    [DUCKDB_TYPE_UINTEGER] = {.type = {.kind = TYPE_INT64}, .layout = LAYOUT_U32},
    [DUCKDB_TYPE_UBIGINT] = {.type = {.kind = TYPE_DECIMAL, .precision = 20}, .layout = LAYOUT_U64},
    [DUCKDB_TYPE_HUGEINT] = {.type = {.kind = TYPE_DECIMAL, .precision = 38}, .layout = LAYOUT_I128},
    [DUCKDB_TYPE_FLOAT] = {.type = {.kind = TYPE_FLOAT64}, .layout = LAYOUT_F32},
    [DUCKDB_TYPE_DOUBLE] = {.type = {.kind = TYPE_FLOAT64}, .layout = LAYOUT_F64},
    [DUCKDB_TYPE_DATE] = {.type = {.kind = TYPE_DATE}, .layout = LAYOUT_I32},
    [DUCKDB_TYPE_TIMESTAMP] = {.type = {.kind = TYPE_TIMESTAMP}, .layout = LAYOUT_I64},
    [DUCKDB_TYPE_TIMESTAMP_TZ] = {.type = {.kind = TYPE_TIMESTAMP}, .layout = LAYOUT_I64},
    [DUCKDB_TYPE_TIMESTAMP_S] = {.type = {.kind = TYPE_TIMESTAMP}, .layout = LAYOUT_I64, .convert = DUCK_FROM_SECONDS},
    [DUCKDB_TYPE_TIMESTAMP_MS] = {.type = {.kind = TYPE_TIMESTAMP}, .layout = LAYOUT_I64, .convert = DUCK_FROM_MILLIS},
    [DUCKDB_TYPE_TIMESTAMP_NS] = {.type = {.kind = TYPE_TIMESTAMP}, .layout = LAYOUT_I64, .convert = DUCK_FROM_NANOS},
    [DUCKDB_TYPE_ENUM] = {.type = {.kind = TYPE_TEXT}, .layout = LAYOUT_VIEW, .convert = DUCK_FROM_ENUM},
    [DUCKDB_TYPE_SQLNULL] = {.type = {.kind = TYPE_NULL}, .layout = LAYOUT_NONE},
};

static ColumnLayout decimal_layout(duckdb_logical_type logical) {
    switch (duckdb_decimal_internal_type(logical)) {
    case DUCKDB_TYPE_SMALLINT: return LAYOUT_I16;
    case DUCKDB_TYPE_INTEGER: return LAYOUT_I32;
    case DUCKDB_TYPE_BIGINT: return LAYOUT_I64;
    default: return LAYOUT_I128;
    }
}

/* JSON is a VARCHAR by another name. */
static TypeKind varchar_kind(duckdb_logical_type logical) {
    char *alias = duckdb_logical_type_get_alias(logical);
    bool is_json = alias && !strcmp(alias, "JSON");
    duckdb_free(alias);
    return is_json ? TYPE_JSON : TYPE_TEXT;
}

bool duck_type_read(duckdb_logical_type logical, DuckType *ret_type) {
    duckdb_type id = duckdb_get_type_id(logical);
    if (id == DUCKDB_TYPE_VARCHAR) {
        *ret_type = (DuckType){.type = TYPE(varchar_kind(logical)), .layout = LAYOUT_VIEW};
        return true;
    }
    if (id == DUCKDB_TYPE_DECIMAL) {
        *ret_type = (DuckType){.type = TYPE_DEC(duckdb_decimal_width(logical), duckdb_decimal_scale(logical)),
                               .layout = decimal_layout(logical)};
        return true;
    }
    if ((size_t)id >= COUNT_OF(PLAIN_TYPES)) return false;
    DuckType type = PLAIN_TYPES[id];
    if (type.layout == LAYOUT_NONE && id != DUCKDB_TYPE_SQLNULL) return false;
    *ret_type = type;
    return true;
}
