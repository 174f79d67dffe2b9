#pragma once
/* For the engine_duckdb*.c files only. The only place that includes DuckDB's header. */
#include "engine/engine_internal.h"

#include <duckdb.h>

enum { DUCK_VECTOR_ROWS = 2048 }; /* rows of a chunk: duckdb_vector_size(), checked at open */

typedef struct DuckConn {
    EngineConn head;
    duckdb_connection native;
} DuckConn;

static inline DuckConn *duck_conn(EngineConn *conn) {
    return (DuckConn *)conn;
}

/* ---- types ------------------------------------------------------------------------------------------------------- */

/* What has to be done to a vector before it can be read in place as a Column. */
typedef enum DuckConvert {
    DUCK_AS_IS,
    DUCK_FROM_SECONDS, /* timestamps of other units */
    DUCK_FROM_MILLIS,
    DUCK_FROM_NANOS,
    DUCK_FROM_ENUM
} DuckConvert;

typedef struct DuckType {
    Type type;
    ColumnLayout layout; /* after the conversion */
    DuckConvert convert;
} DuckType;

/* How DuckDB's type is read; false when it has no equal here. */
NODISCARD bool duck_type_read(duckdb_logical_type logical, DuckType *ret_type);

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* Fills err from DuckDB's words. `type` DUCKDB_ERROR_INVALID: not known, read from the text. */
ErrCode duck_error(const EngineConn *conn, duckdb_error_type type, const char *text, Str sql, Err *err);
/* The same for a database that does not open; path NULL: in memory. */
ErrCode duck_open_error(const char *path, const char *text, Err *err);

/* ---- profile ----------------------------------------------------------------------------------------------------- */

ErrCode duck_cost(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineCost *cost, Err *err);

/* ---- parts ------------------------------------------------------------------------------------------------------- */

ErrCode duck_open(const Ctx *ctx, EngineDb *db, Err *err);
void duck_close(EngineDb *db);

/* Prepares one statement and binds its parameters. Destroy *ret_stmt with duckdb_destroy_prepare after success. */
ErrCode duck_prepare(EngineConn *conn, const SqlText *sql, duckdb_prepared_statement *ret_stmt, Err *err);
ErrCode duck_query(EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err);
ErrCode duck_stream_next(EngineStream *stream, const Batch **ret_batch, Err *err);
void duck_stream_release(EngineStream *stream);

ErrCode duck_append_open(EngineConn *conn, const SqlRelation *table, const Str *columns, size_t n_columns,
                         EngineAppender **ret_appender, Err *err);
ErrCode duck_append(EngineAppender *appender, const Batch *batch, Err *err);
ErrCode duck_append_finish(EngineAppender *appender, Err *err);
void duck_append_release(EngineAppender *appender);

ErrCode duck_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                        Err *err);
