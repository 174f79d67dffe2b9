/* What tables a SQLite database has. Views, virtual tables with their shadows, and SQLite's own tables are left out. */
#include "engine/engine_sqlite_internal.h"

/* As engine_gather_tables wants it. A column of an INTEGER PRIMARY KEY is never null, whatever is declared. */
static const char COLUMNS_SQL[] = "SELECT t.schema, t.name, c.name, c.type, "
                                  "c.\"notnull\" OR (c.pk = 1 AND upper(c.type) = 'INTEGER' AND "
                                  "(SELECT count(*) FROM pragma_table_info(t.name, t.schema) k WHERE k.pk) = 1), "
                                  "c.pk "
                                  "FROM pragma_table_list t JOIN pragma_table_xinfo(t.name, t.schema) c "
                                  "WHERE t.type = 'table' AND t.schema = coalesce(nullif(?1, ''), 'main') "
                                  "AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden <> 1 "
                                  "ORDER BY t.name, c.cid";

static Type type_of(Str spelling) {
    Type type = sqlite_type_of_decl(spelling);
    return type.kind == TYPE_NULL ? TYPE(TYPE_TEXT) : type;
}

ErrCode sqlite_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                          Err *err) {
    return engine_gather_tables(ctx, conn, S(COLUMNS_SQL), schema, type_of, ret_tables, ret_n, err);
}
