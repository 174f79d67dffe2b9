/*
 * Bulk append to SQLite: one prepared INSERT, stepped once a row in the caller's transaction. Values are brought to the
 * declared types of the table's columns first, decimals to their scale above all; where nothing known is declared they
 * go in as they are.
 */
#include "engine/engine_sqlite_internal.h"
#include "sql/sql_relation.h"

#include <string.h>

enum { CHECK_ROWS = 256 };

typedef struct SqliteAppender {
    EngineAppender head;
    sqlite3_stmt *stmt;
    Type *targets;         /* TYPE_NULL: takes what comes */
    int64_t n_rows_before; /* appended by earlier batches, for messages */
} SqliteAppender;

static SqliteAppender *sqlite_appender(EngineAppender *appender) {
    return (SqliteAppender *)appender;
}

static ErrCode declared_types(SqliteAppender *appender, Str schema, Err *err) {
    EngineAppender *head = &appender->head;
    const char *schema_name = schema.n ? arena_cstr(head->arena, schema) : NULL;
    const char *table = arena_cstr(head->arena, head->table);
    appender->targets = ARENA_ARRAY(head->arena, Type, head->n_columns);
    for (size_t i = 0; i < head->n_columns; i++) {
        const char *decl = NULL;
        int failed =
            sqlite3_table_column_metadata(sqlite_conn(head->conn)->native, schema_name, table,
                                          arena_cstr(head->arena, head->names[i]), &decl, NULL, NULL, NULL, NULL);
        if (failed == SQLITE_ERROR)
            return err_set(err, ERR_UNKNOWN_NAME, "There is no column '%.*s' in a table '%s'.", STR_ARG(head->names[i]),
                           table);
        if (failed) return sqlite_error(head->conn, failed, S("(append)"), err);
        appender->targets[i] = sqlite_type_of_decl(str_of(decl));
    }
    return ERR_OK;
}

static ErrCode prepare_insert(SqliteAppender *appender, const SqlRelation *table, Err *err) {
    EngineAppender *head = &appender->head;
    SqlColumnList list = {head->names, head->n_columns};
    SqlText start = {0};
    TRY(sql_format(head->arena, &SQL_DIALECT_SQLITE, &start, err, "INSERT INTO %R (%C) VALUES (", table, &list));
    CLEANUP(buf_release) Buf text;
    buf_init(&text, 1 << 20);
    buf_add(&text, start.text);
    for (size_t i = 0; i < head->n_columns; i++) buf_add(&text, i ? S(", ?") : S("?"));
    buf_add_char(&text, ')');
    TRY(buf_check(&text, "the list of columns", err));
    int failed = sqlite3_prepare_v3(sqlite_conn(head->conn)->native, text.p, (int)text.n, SQLITE_PREPARE_PERSISTENT,
                                    &appender->stmt, NULL);
    return failed ? sqlite_error(head->conn, failed, buf_str(&text), err) : ERR_OK;
}

ErrCode sqlite_append_open(EngineConn *conn, const SqlRelation *table, const Str *columns, size_t n_columns,
                           EngineAppender **ret_appender, Err *err) {
    EngineAppender *head = engine_appender_new(conn, sizeof(SqliteAppender), table, columns, n_columns);
    SqliteAppender *appender = sqlite_appender(head);
    ErrCode code = declared_types(appender, sql_relation_schema(table), err);
    if (!code) code = prepare_insert(appender, table, err);
    if (code) {
        sqlite_append_release(head);
        arena_free(head->arena);
        return code;
    }
    *ret_appender = head;
    return ERR_OK;
}

static ErrCode bind_cell(SqliteAppender *appender, size_t i, const Column *column, size_t row, Err *err) {
    Value value = column_value(column, row);
    Type target = appender->targets[i];
    if (!value.is_null && target.kind != TYPE_NULL && !engine_coerce(value, target, &value))
        return engine_value_error(&appender->head, i, target, appender->n_rows_before + (int64_t)row, value, err);
    ErrCode code = sqlite_bind(appender->stmt, (int)i + 1, value, true, err);
    if (code)
        err_prefix(err, "Column '%.*s' of table '%.*s', row %" PRId64, STR_ARG(appender->head.names[i]),
                   STR_ARG(appender->head.table), appender->n_rows_before + (int64_t)row + 1);
    return code;
}

static ErrCode append_row(SqliteAppender *appender, const Batch *batch, size_t row, Err *err) {
    for (size_t i = 0; i < batch->n_columns; i++) TRY(bind_cell(appender, i, &batch->columns[i], row, err));
    int step = sqlite3_step(appender->stmt);
    ErrCode code = step == SQLITE_DONE ? ERR_OK : sqlite_error(appender->head.conn, step, S("(append)"), err);
    (void)sqlite3_reset(appender->stmt); /* repeats the step's error */
    if (code == ERR_DATA)
        err_prefix(err, "Table '%.*s', row %" PRId64, STR_ARG(appender->head.table),
                   appender->n_rows_before + (int64_t)row + 1);
    return code;
}

ErrCode sqlite_append(EngineAppender *head, const Batch *batch, Err *err) {
    SqliteAppender *appender = sqlite_appender(head);
    for (size_t row = 0; row < batch->n_rows; row++) {
        if (row % CHECK_ROWS == 0) TRY(ctx_check(head->ctx, err));
        TRY(append_row(appender, batch, row, err));
    }
    appender->n_rows_before += (int64_t)batch->n_rows;
    return ERR_OK;
}

ErrCode sqlite_append_finish(EngineAppender *head, Err *err) {
    (void)err;
    sqlite_append_release(head);
    return ERR_OK;
}

void sqlite_append_release(EngineAppender *head) {
    SqliteAppender *appender = sqlite_appender(head);
    (void)sqlite3_finalize(appender->stmt);
    appender->stmt = NULL;
}
