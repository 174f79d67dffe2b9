/* What tables a PostgreSQL schema has, from its catalog. Views, foreign and temporary tables are left out, and so are partitions, which
 * their table stands for. */
#include "engine/engine_postgres_internal.h"

/* As engine_gather_tables wants it. */
static const char COLUMNS_SQL[] =
    "SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "CAST(array_position(k.conkey, a.attnum) AS bigint) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' "
    "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' "
    "AND n.nspname = coalesce(nullif($1, ''), current_schema()) "
    "ORDER BY c.relname COLLATE \"C\", a.attnum";

ErrCode postgres_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                            Err *err) {
    return engine_gather_tables(ctx, conn, S(COLUMNS_SQL), schema, postgres_type_of_spelling, ret_tables, ret_n, err);
}
