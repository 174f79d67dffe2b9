/*
 * Bulk append to DuckDB: batches are cut into chunks of 2048 rows that have exactly the table's types, and handed to
 * its appender.
 *
 * Where a column's layout is already the table's, its numbers are copied as a block and its strings only pointed to
 * (the appender copies what it is given). Everything else goes value by value through engine_coerce. The appender keeps
 * up to 204,800 rows and reports constraint errors late, at the latest when it is closed; destroying it would flush
 * what it holds, even into a transaction begun later, so an appender that is given up is first left with an unfinished
 * row, which it refuses to flush.
 */
#include "engine/engine_duckdb_internal.h"
#include "sql/sql_relation.h"

#include <string.h>

typedef struct DuckTarget {
    Type type;
    ColumnLayout layout;
    size_t item_bytes;
} DuckTarget;

typedef struct DuckAppender {
    EngineAppender head;
    duckdb_appender native;
    duckdb_data_chunk chunk;
    DuckTarget *targets;
    int64_t n_rows_before; /* appended by earlier batches, for messages */
} DuckAppender;

static DuckAppender *duck_appender(EngineAppender *appender) {
    return (DuckAppender *)appender;
}

/* The appender's own error, which dies with it. */
static ErrCode appender_error(DuckAppender *appender, Err *err) {
    duckdb_error_data data = duckdb_appender_error_data(appender->native);
    const char *text = data ? duckdb_error_data_message(data) : NULL;
    duckdb_error_type type = data ? duckdb_error_data_error_type(data) : DUCKDB_ERROR_INVALID;
    ErrCode code = duck_error(appender->head.conn, type, text, S("(append)"), err);
    if (data) duckdb_destroy_error_data(&data);
    err_prefix(err, "Table '%.*s'", STR_ARG(appender->head.table));
    return code;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static size_t layout_bytes(ColumnLayout layout) {
    switch (layout) {
    case LAYOUT_BOOL:
    case LAYOUT_I8:
    case LAYOUT_U8: return 1;
    case LAYOUT_I16:
    case LAYOUT_U16: return 2;
    case LAYOUT_I32:
    case LAYOUT_U32:
    case LAYOUT_F32: return 4;
    case LAYOUT_I64:
    case LAYOUT_U64:
    case LAYOUT_F64: return 8;
    case LAYOUT_I128:
    case LAYOUT_VIEW:
    case LAYOUT_STR: return 16;
    case LAYOUT_NONE: break;
    }
    return 0;
}

static ErrCode target_of(DuckAppender *appender, size_t i, duckdb_logical_type logical, Err *err) {
    DuckType type;
    if (!duck_type_read(logical, &type) || type.convert != DUCK_AS_IS || type.layout == LAYOUT_NONE)
        return err_set(err, ERR_UNSUPPORTED,
                       "Column '%.*s' of table '%.*s' has a type that rows cannot be appended to.",
                       STR_ARG(appender->head.names[i]), STR_ARG(appender->head.table));
    appender->targets[i] = (DuckTarget){type.type, type.layout, layout_bytes(type.layout)};
    return ERR_OK;
}

/* The table's columns in the caller's order, and a chunk of their types. */
static ErrCode open_chunk(DuckAppender *appender, Err *err) {
    size_t n = appender->head.n_columns;
    Arena *arena = appender->head.arena;
    for (size_t i = 0; i < n; i++)
        if (duckdb_appender_add_column(appender->native, arena_cstr(arena, appender->head.names[i])) != DuckDBSuccess)
            return appender_error(appender, err);
    duckdb_logical_type *logicals = ARENA_ARRAY(arena, duckdb_logical_type, n);
    appender->targets = ARENA_ARRAY(arena, DuckTarget, n);
    ErrCode code = ERR_OK;
    for (size_t i = 0; i < n; i++) {
        logicals[i] = duckdb_appender_column_type(appender->native, i);
        if (!code) code = target_of(appender, i, logicals[i], err);
    }
    if (!code) appender->chunk = duckdb_create_data_chunk(logicals, n);
    for (size_t i = 0; i < n; i++) duckdb_destroy_logical_type(&logicals[i]);
    if (!code && !appender->chunk)
        code = err_set(err, ERR_ENGINE, "The database engine gave no memory for rows to append.");
    return code;
}

ErrCode duck_append_open(EngineConn *conn, const SqlRelation *table, const Str *columns, size_t n_columns,
                         EngineAppender **ret_appender, Err *err) {
    EngineAppender *head = engine_appender_new(conn, sizeof(DuckAppender), table, columns, n_columns);
    DuckAppender *appender = duck_appender(head);
    Str schema = sql_relation_schema(table);
    const char *schema_name = schema.n ? arena_cstr(head->arena, schema) : NULL;
    ErrCode code = duckdb_appender_create_ext(duck_conn(conn)->native, NULL, schema_name,
                                              arena_cstr(head->arena, head->table), &appender->native) == DuckDBSuccess
                       ? open_chunk(appender, err)
                       : appender_error(appender, err);
    if (code) {
        duck_append_release(head);
        arena_free(head->arena);
        return code;
    }
    *ret_appender = head;
    return ERR_OK;
}

/* ---- columns into vectors ---------------------------------------------------------------------------------------- */

/* Whether the column's items can be taken over as they are. */
static bool is_same_layout(const Column *column, const DuckTarget *target) {
    TypeKind kind = column->type.kind;
    if (column->layout != target->layout) return false;
    if (target->layout == LAYOUT_VIEW) return kind == TYPE_TEXT || kind == TYPE_JSON;
    if (kind != target->type.kind) return false;
    if (kind != TYPE_DECIMAL) return true;
    return column->type.scale == target->type.scale && column->type.precision <= target->type.precision;
}

/* Views are handed on as they are, so what they point to is looked at. */
static bool are_texts(const Column *column, size_t from, size_t n_rows) {
    for (size_t row = from; row < from + n_rows; row++)
        if (!column_is_null(column, row) && !utf8_is_valid(column_str(column, row))) return false;
    return true;
}

static void set_null(duckdb_vector vector, uint64_t **valid, size_t row) {
    if (!*valid) {
        duckdb_vector_ensure_validity_writable(vector);
        *valid = duckdb_vector_get_validity(vector);
    }
    duckdb_validity_set_row_invalid(*valid, row);
}

/* from is a multiple of 64. */
static void copy_block(const Column *column, const DuckTarget *target, size_t from, size_t n_rows,
                       duckdb_vector vector) {
    memcpy(duckdb_vector_get_data(vector), (const char *)column->data + from * target->item_bytes,
           n_rows * target->item_bytes);
    if (!column->valid) return;
    duckdb_vector_ensure_validity_writable(vector);
    memcpy(duckdb_vector_get_validity(vector), column->valid + from / 64, (n_rows + 63) / 64 * sizeof(uint64_t));
}

static bool fits_int(int64_t i, ColumnLayout layout) {
    switch (layout) {
    case LAYOUT_I8: return i >= INT8_MIN && i <= INT8_MAX;
    case LAYOUT_I16: return i >= INT16_MIN && i <= INT16_MAX;
    case LAYOUT_I32: return i >= INT32_MIN && i <= INT32_MAX;
    case LAYOUT_U8: return i >= 0 && i <= UINT8_MAX;
    case LAYOUT_U16: return i >= 0 && i <= UINT16_MAX;
    case LAYOUT_U32: return i >= 0 && i <= UINT32_MAX;
    default: return true;
    }
}

/* The low item_bytes of an integer, little endian as all machines we run on. */
static void store_int(void *data, size_t row, size_t item_bytes, Int128 value) {
    memcpy((char *)data + row * item_bytes, &value, item_bytes);
}

/* Stores a value of exactly the target's type; false when the layout is too narrow or a text is not UTF-8. */
static bool store(void *data, size_t row, const DuckTarget *target, Value value) {
    switch (target->type.kind) {
    case TYPE_BOOL: ((uint8_t *)data)[row] = value.b; return true;
    case TYPE_DECIMAL:
        if (target->layout == LAYOUT_U64 && (value.dec < 0 || value.dec > UINT64_MAX)) return false;
        store_int(data, row, target->item_bytes, value.dec);
        return true;
    case TYPE_FLOAT64:
        if (target->layout == LAYOUT_F32)
            ((float *)data)[row] = (float)value.f;
        else
            ((double *)data)[row] = value.f;
        return true;
    case TYPE_TEXT:
    case TYPE_JSON:
        if (value.s.n > UINT32_MAX || !utf8_is_valid(value.s)) return false;
        ((StrView *)data)[row] = str_view(value.s);
        return true;
    default:
        if (!fits_int(value.i, target->layout)) return false;
        store_int(data, row, target->item_bytes, value.i);
        return true;
    }
}

static ErrCode convert_block(DuckAppender *appender, size_t i, const Column *column, size_t from, size_t n_rows,
                             duckdb_vector vector, Err *err) {
    const DuckTarget *target = &appender->targets[i];
    void *data = duckdb_vector_get_data(vector);
    uint64_t *valid = NULL;
    for (size_t row = 0; row < n_rows; row++) {
        if (column_is_null(column, from + row)) {
            set_null(vector, &valid, row);
            continue;
        }
        Value given = column_value(column, from + row);
        Value value;
        if (!engine_coerce(given, target->type, &value) || !store(data, row, target, value))
            return engine_value_error(&appender->head, i, target->type, appender->n_rows_before + (int64_t)(from + row),
                                      given, err);
    }
    return ERR_OK;
}

static ErrCode append_block(DuckAppender *appender, const Batch *batch, size_t from, size_t n_rows, Err *err) {
    duckdb_data_chunk_reset(appender->chunk);
    for (size_t i = 0; i < batch->n_columns; i++) {
        const Column *column = &batch->columns[i];
        duckdb_vector vector = duckdb_data_chunk_get_vector(appender->chunk, i);
        if (is_same_layout(column, &appender->targets[i]) &&
            (column->layout != LAYOUT_VIEW || are_texts(column, from, n_rows)))
            copy_block(column, &appender->targets[i], from, n_rows, vector);
        else
            TRY(convert_block(appender, i, column, from, n_rows, vector, err));
    }
    duckdb_data_chunk_set_size(appender->chunk, n_rows);
    if (duckdb_append_data_chunk(appender->native, appender->chunk) != DuckDBSuccess)
        return appender_error(appender, err);
    return ERR_OK;
}

ErrCode duck_append(EngineAppender *head, const Batch *batch, Err *err) {
    DuckAppender *appender = duck_appender(head);
    for (size_t from = 0; from < batch->n_rows; from += DUCK_VECTOR_ROWS) {
        TRY(ctx_check(head->ctx, err));
        TRY(append_block(appender, batch, from, MIN_OF(batch->n_rows - from, (size_t)DUCK_VECTOR_ROWS), err));
    }
    appender->n_rows_before += (int64_t)batch->n_rows;
    return ERR_OK;
}

/* ---- closing ----------------------------------------------------------------------------------------------------- */

ErrCode duck_append_finish(EngineAppender *head, Err *err) {
    DuckAppender *appender = duck_appender(head);
    duckdb_destroy_data_chunk(&appender->chunk);
    ErrCode code = ERR_OK;
    if (duckdb_appender_close(appender->native) != DuckDBSuccess) code = appender_error(appender, err);
    (void)duckdb_appender_destroy(&appender->native); /* reports a failed close again */
    return code;
}

void duck_append_release(EngineAppender *head) {
    DuckAppender *appender = duck_appender(head);
    duckdb_destroy_data_chunk(&appender->chunk);
    if (!appender->native) return;
    (void)duckdb_append_null(appender->native); /* an unfinished row: nothing is flushed any more */
    (void)duckdb_appender_destroy(&appender->native);
}
