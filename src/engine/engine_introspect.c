/*
 * The common half of introspection: an engine asks its catalog for one row a column, sorted by table and position, and
 * gets them grouped into tables.
 */
#include "engine/engine_internal.h"
#include "sql/sql_relation.h"

#include <string.h>

/* The columns of the catalog query. */
enum { AT_SCHEMA, AT_TABLE, AT_COLUMN, AT_TYPE, AT_NOT_NULL, AT_PRIMARY_KEY };

typedef struct Gather {
    Arena *arena;
    EngineTypeOf type_of;
    VEC(EngineTable) tables;
    VEC(EngineColumn) columns; /* of the last table */
} Gather;

static EngineColumn read_column(const Gather *gather, const Batch *batch, size_t row) {
    Str spelling = arena_str(gather->arena, column_str(&batch->columns[AT_TYPE], row));
    const Column *key = &batch->columns[AT_PRIMARY_KEY];
    return (EngineColumn){
        .name = arena_str(gather->arena, column_str(&batch->columns[AT_COLUMN], row)),
        .type = gather->type_of(spelling),
        .source_type = spelling,
        .is_not_null = column_value(&batch->columns[AT_NOT_NULL], row).b,
        .primary_key = column_is_null(key, row) ? 0 : (int)column_int(key, row),
    };
}

static void end_table(Gather *gather) {
    if (!gather->tables.n) return;
    EngineTable *table = &gather->tables.at[gather->tables.n - 1];
    table->columns = gather->columns.at;
    table->n_columns = gather->columns.n;
    memset(&gather->columns, 0, sizeof(gather->columns));
}

static void gather_row(Gather *gather, const Batch *batch, size_t row) {
    Str name = column_str(&batch->columns[AT_TABLE], row);
    if (!gather->tables.n || !str_eq(gather->tables.at[gather->tables.n - 1].name, name)) {
        end_table(gather);
        EngineTable table = {
            .schema = arena_str(gather->arena, column_str(&batch->columns[AT_SCHEMA], row)),
            .name = arena_str(gather->arena, name),
        };
        table.relation = sql_relation_table(gather->arena, table.schema, table.name);
        VEC_PUSH(gather->arena, &gather->tables, table);
    }
    VEC_PUSH(gather->arena, &gather->columns, read_column(gather, batch, row));
}

ErrCode engine_gather_tables(const Ctx *ctx, EngineConn *conn, Str query, Str schema, EngineTypeOf type_of,
                             EngineTable **ret_tables, size_t *ret_n, Err *err) {
    static const Type TYPES[] = {{.kind = TYPE_TEXT}, {.kind = TYPE_TEXT}, {.kind = TYPE_TEXT},
                                 {.kind = TYPE_TEXT}, {.kind = TYPE_BOOL}, {.kind = TYPE_INT64}};
    Value params[] = {value_text(schema)};
    SqlText sql = {
        .text = query, .params = params, .n_params = COUNT_OF(params), .types = TYPES, .n_types = COUNT_OF(TYPES)};
    EngineStream *stream = NULL;
    TRY(engine_query(ctx, conn, &sql, &stream, err));
    Gather gather = {.arena = ctx->arena, .type_of = type_of};
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch)
        for (size_t row = 0; row < batch->n_rows; row++) gather_row(&gather, batch, row);
    engine_stream_close(stream);
    if (code) return code;
    end_table(&gather);
    *ret_tables = gather.tables.at;
    *ret_n = gather.tables.n;
    return ERR_OK;
}
