/* What tables a DuckDB schema has, from its catalog functions. Views and system tables are left out. */
#include "engine/engine_duckdb_internal.h"

#include <string.h>

/* As engine_gather_tables wants it. */
static const char COLUMNS_SQL[] =
    "SELECT c.schema_name, c.table_name, c.column_name, c.data_type, NOT c.is_nullable, "
    "list_position(k.constraint_column_names, c.column_name) AS pk "
    "FROM duckdb_columns() c "
    "JOIN duckdb_tables() t ON t.table_oid = c.table_oid AND t.schema_oid = c.schema_oid "
    "AND t.database_oid = c.database_oid "
    "LEFT JOIN duckdb_constraints() k ON k.table_oid = c.table_oid AND k.schema_oid = c.schema_oid "
    "AND k.database_oid = c.database_oid AND k.constraint_type = 'PRIMARY KEY' "
    "WHERE NOT t.internal AND c.database_name = current_database() "
    "AND c.schema_name = coalesce(nullif(?, ''), current_schema()) "
    "ORDER BY c.table_name, c.column_index";

typedef struct SpelledType {
    const char *spelling;
    TypeKind kind;
} SpelledType;

static const SpelledType SPELLED_TYPES[] = {
    {"BOOLEAN", TYPE_BOOL},
    {"TINYINT", TYPE_INT64},
    {"SMALLINT", TYPE_INT64},
    {"INTEGER", TYPE_INT64},
    {"BIGINT", TYPE_INT64},
    {"UTINYINT", TYPE_INT64},
    {"USMALLINT", TYPE_INT64},
    {"UINTEGER", TYPE_INT64},
    {"FLOAT", TYPE_FLOAT64},
    {"DOUBLE", TYPE_FLOAT64},
    {"DATE", TYPE_DATE},
    {"TIMESTAMP", TYPE_TIMESTAMP},
    {"TIMESTAMP_S", TYPE_TIMESTAMP},
    {"TIMESTAMP_MS", TYPE_TIMESTAMP},
    {"TIMESTAMP_NS", TYPE_TIMESTAMP},
    {"TIMESTAMP WITH TIME ZONE", TYPE_TIMESTAMP},
    {"JSON", TYPE_JSON},
};

static Type type_of_spelling(Str spelling) {
    if (str_starts(spelling, S("DECIMAL("))) {
        char lower[TYPE_TEXT_MAX] = "decimal";
        size_t n = MIN_OF(spelling.n, sizeof(lower)) - 7;
        memcpy(lower + 7, spelling.p + 7, n);
        Type type;
        if (type_parse((Str){lower, 7 + n}, &type)) return type;
    }
    if (str_eq(spelling, S("HUGEINT"))) return TYPE_DEC(38, 0);
    if (str_eq(spelling, S("UBIGINT"))) return TYPE_DEC(20, 0);
    for (size_t i = 0; i < COUNT_OF(SPELLED_TYPES); i++)
        if (str_eq(spelling, str_of(SPELLED_TYPES[i].spelling))) return TYPE(SPELLED_TYPES[i].kind);
    return TYPE(TYPE_TEXT);
}

ErrCode duck_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                        Err *err) {
    return engine_gather_tables(ctx, conn, S(COLUMNS_SQL), schema, type_of_spelling, ret_tables, ret_n, err);
}
