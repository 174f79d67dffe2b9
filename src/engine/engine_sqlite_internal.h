#pragma once
/* For the engine_sqlite*.c files only. The only place that includes SQLite's header. */
#include "engine/engine_internal.h"

#include <sqlite3.h>

typedef struct SqliteConn {
    EngineConn head;
    sqlite3 *native;
    int64_t busy_since_us; /* when the wait for another connection's lock began */
} SqliteConn;

static inline SqliteConn *sqlite_conn(EngineConn *conn) {
    return (SqliteConn *)conn;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

ErrCode sqlite_open(const Ctx *ctx, EngineDb *db, Err *err);
void sqlite_close(EngineDb *db);
ErrCode sqlite_connect(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err);
void sqlite_disconnect(EngineConn *conn);

/* Each gives a connection functions of ours, called starling_…, and returns an SQLite code. */
int sqlite_add_functions(sqlite3 *native); /* what SQLite's dialect in sql/ lacks: all of the following but the last */
int sqlite_add_statistics(sqlite3 *native);
int sqlite_add_first_and_last(sqlite3 *native);
int sqlite_add_foreign_functions(
    sqlite3 *native); /* those of EngineConfig.is_foreign, to another application's database */

/* No function of ours may stand in a schema, whose other readers do not have it. */
enum { SQLITE_FUNCTION_FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY };
bool sqlite_has_null(int n, sqlite3_value **args);
/* An argument's text, SQLite's own; valid while the argument is. */
Str sqlite_argument_text(sqlite3_value *value);

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* Fills err from the last error of the connection. */
ErrCode sqlite_error(EngineConn *conn, int code, Str sql, Err *err);
/* The same for a database that does not open; native may be NULL. */
ErrCode sqlite_open_error(const char *path, sqlite3 *native, int code, Err *err);

/* ---- types and values -------------------------------------------------------------------------------------------- */

/* The type of a column declared so; TYPE_NULL when the words say nothing we know, so that its values decide. */
Type sqlite_type_of_decl(Str decl);
/* An instant as SQLite holds it, NUL-terminated; returns its length. */
size_t sqlite_print_timestamp(int64_t utc_us, char out[TIME_TEXT_MAX]);
/* Binds a value in SQLite's form (see the dialect: decimals as scaled integers, dates and timestamps as text). A
 * text is copied unless is_borrowed, when it must outlive the step. ERR_UNSUPPORTED for what SQLite cannot hold. The
 * message does not name the value. */
ErrCode sqlite_bind(sqlite3_stmt *stmt, int at, Value value, bool is_borrowed, Err *err);

/* ---- parts ------------------------------------------------------------------------------------------------------- */

/* Prepares one statement and binds its parameters. Finalize *ret_stmt after success. */
ErrCode sqlite_prepare(EngineConn *conn, const SqlText *sql, sqlite3_stmt **ret_stmt, Err *err);
ErrCode sqlite_query(EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err);
ErrCode sqlite_stream_next(EngineStream *stream, const Batch **ret_batch, Err *err);
void sqlite_stream_release(EngineStream *stream);

ErrCode sqlite_append_open(EngineConn *conn, const SqlRelation *table, const Str *columns, size_t n_columns,
                           EngineAppender **ret_appender, Err *err);
ErrCode sqlite_append(EngineAppender *appender, const Batch *batch, Err *err);
ErrCode sqlite_append_finish(EngineAppender *appender, Err *err);
void sqlite_append_release(EngineAppender *appender);

ErrCode sqlite_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                          Err *err);
