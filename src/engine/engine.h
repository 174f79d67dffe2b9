#pragma once
/*
 * engine/: one interface to SQL engines. A descriptor a file; connections, streams of columnar batches, bulk append,
 * transactions, introspection, progress, and interruption by deadline or cancel.
 *
 * Threads: an EngineDb may be used from any thread; a connection belongs to one thread at a time; engine_interrupt may be called
 * from any thread. A query running under a Ctx with a deadline or a cancel token is interrupted within 100 ms of either.
 * An Err's message never holds SQL or driver text; its detail does.
 */
#include "sql/sql.h"

typedef struct EngineCaps {
    bool has_transactional_ddl;
    bool has_upsert;
    bool has_full_join;
    bool has_streaming;    /* results need not fit in memory */
    bool has_static_types; /* result types are known before the first row */
    bool has_bulk_append;
    bool has_progress;
    bool has_exact_decimals; /* beyond 18 digits */
    int max_params;
} EngineCaps;

typedef struct Engine Engine;
extern const Engine ENGINE_DUCKDB;
extern const Engine ENGINE_SQLITE;
extern const Engine ENGINE_POSTGRES;
const char *engine_name(const Engine *engine);
const EngineCaps *engine_caps(const Engine *engine);
const SqlDialect *engine_dialect(const Engine *engine);
const char *engine_version(const Engine *engine); /* of the loaded library */

/* May a column be empty, for the functions of a foreign database below? In a key, numbers as text and texts as numbers are wrong
 * too. */
enum { ENGINE_FOREIGN_OPTIONAL, ENGINE_FOREIGN_REQUIRED, ENGINE_FOREIGN_KEY };

/* How a database is opened. Paths are absolute; Strs are borrowed for the call. */
typedef struct EngineConfig {
    const char *path; /* of a file; NULL: in memory, or on a server */
    /* PostgreSQL: postgresql://user@host/database or libpq's "key=value …". May hold a password, which no error or log ever shows. */
    const char *url;
    bool is_read_only;
    bool
        is_create; /* make the file when absent; otherwise ERR_NOT_FOUND. Servers' databases are made by their admins */
    int64_t memory_limit_bytes; /* 0: the engine's default */
    int n_threads;              /* 0: the engine's default */
    int busy_timeout_ms;        /* SQLite: how long to wait for another writer */
    bool trusts_schema; /* SQLite: its checks and triggers are ours and may use all functions (json_valid above all) */
    bool
        has_no_writers; /* SQLite, read-only: a lock of the caller keeps writers out, so that the file can be read where the disk
                            cannot be written */
    /* SQLite: another application's. Its journal mode is kept, and SQL has starling_value(v, kind, precision, scale, need): v as
     * that Type, or null; starling_wrong(…, column): in words why it is none, else null; starling_raw(v): as JSON can hold it. */
    bool is_foreign;
    bool is_locked_down; /* DuckDB: no files but allowed_paths, settings frozen */
    int64_t
        wal_limit_bytes; /* DuckDB: a commit that leaves a longer WAL writes it into the file; 0: the engine's default (16 MB) */
    const char *temp_dir;     /* where to spill; NULL: beside the file */
    const Str *allowed_paths; /* folders end in '/' */
    size_t n_allowed_paths;
} EngineConfig;

/* Registry of open databases: a DuckDB file has one instance a process, shared by count; also runs the thread that interrupts.
 * One a process, made by main and passed down. */
typedef struct EngineRegistry EngineRegistry;
EngineRegistry *engine_registry_new(void);
void engine_registry_free(EngineRegistry *registry); /* every database is closed */

typedef struct EngineDb EngineDb;
typedef struct EngineConn EngineConn;
typedef struct EngineStream EngineStream;
typedef struct EngineAppender EngineAppender;

/* ERR_NOT_FOUND, ERR_IO, ERR_BUSY (held by another process), ERR_CORRUPT (not a database, or damaged), ERR_CONFLICT (open in this
 * process with another configuration). */
NODISCARD ErrCode engine_open(const Ctx *ctx, EngineRegistry *registry, const Engine *engine,
                              const EngineConfig *config, EngineDb **ret_db, Err *err);
void engine_close(EngineDb *db); /* after its connections; NULL allowed */
NODISCARD ErrCode engine_connect(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err);
void engine_disconnect(EngineConn *conn); /* rolls back what is open; NULL allowed */
const Engine *engine_of(const EngineConn *conn);

/* Runs one statement to its end; ret_rows (NULL allowed) gets the number of rows changed. */
NODISCARD ErrCode engine_exec(const Ctx *ctx, EngineConn *conn, const SqlText *sql, int64_t *ret_rows, Err *err);
/* sql_format and engine_exec in one: for DDL and fixed statements. */
NODISCARD ErrCode engine_execf(const Ctx *ctx, EngineConn *conn, int64_t *ret_rows, Err *err, const char *format, ...);
NODISCARD ErrCode engine_exec_stmt(const Ctx *ctx, EngineConn *conn, const SqlStmt *stmt, int64_t *ret_rows, Err *err);

/* Starts a query. One open stream a connection; ctx must outlive the stream. */
NODISCARD ErrCode engine_query(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineStream **ret_stream,
                               Err *err);
NODISCARD ErrCode engine_queryf(const Ctx *ctx, EngineConn *conn, EngineStream **ret_stream, Err *err,
                                const char *format, ...);
/* The columns, before the first batch (n_rows is 0). Borrowed from the stream. */
const Batch *engine_stream_columns(const EngineStream *stream);
/* The next batch, read in place and valid until the next call, or NULL at the end. */
NODISCARD ErrCode engine_stream_next(EngineStream *stream, const Batch **ret_batch, Err *err);
void engine_stream_close(EngineStream *stream); /* also before its end; NULL allowed */

/* Runs a query to its end and gives what that took, by the engine's own profile where it has one. */
typedef struct EngineCost {
    int64_t n_scanned; /* rows read from tables; -1: the engine does not say */
    int64_t n_rows;    /* rows given */
    int64_t run_us;
} EngineCost;
NODISCARD ErrCode engine_cost(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineCost *ret_cost, Err *err);

/* One row, one value: for counts and look-ups. No row: a null of TYPE_NULL. Text is copied into ctx->arena. */
NODISCARD ErrCode engine_value(const Ctx *ctx, EngineConn *conn, const SqlText *sql, Value *ret_value, Err *err);
NODISCARD ErrCode engine_valuef(const Ctx *ctx, EngineConn *conn, Value *ret_value, Err *err, const char *format, ...);

/* Bulk append to a table's columns, in their order there (the rest get their default), inside the caller's transaction. */
NODISCARD ErrCode engine_append_open(const Ctx *ctx, EngineConn *conn, const SqlRelation *table, const Str *columns,
                                     size_t n_columns, EngineAppender **ret_appender, Err *err);
NODISCARD ErrCode engine_append(EngineAppender *appender, const Batch *batch, Err *err);
/* Flushes and frees. An error here means nothing may be committed. */
NODISCARD ErrCode engine_append_close(EngineAppender *appender, Err *err);
void engine_append_abort(EngineAppender *appender); /* frees; the transaction must be rolled back; NULL allowed */

/* One transaction at a time a connection. Writers begin immediately (SQLite: BEGIN IMMEDIATE). A commit of a transaction in which
 * a statement failed is refused with ERR_CONFLICT and rolls back. */
NODISCARD ErrCode engine_begin(const Ctx *ctx, EngineConn *conn, bool is_write, Err *err);
NODISCARD ErrCode engine_commit(const Ctx *ctx, EngineConn *conn, Err *err);
void engine_rollback(EngineConn *conn); /* no error when none is open */

typedef struct EngineColumn {
    Str name;
    Type type;       /* TYPE_TEXT where the engine's type has no equal; see source_type */
    Str source_type; /* as the engine spells it */
    bool is_not_null;
    int primary_key; /* 1-based position in the primary key, 0 when not in it */
} EngineColumn;

typedef struct EngineTable {
    Str schema;
    Str name;
    const SqlRelation *relation;
    const EngineColumn *columns;
    size_t n_columns;
} EngineTable;

/* Tables and their columns, sorted by name; `schema` empty: the default one. Owned by ctx->arena. */
NODISCARD ErrCode engine_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables,
                                    size_t *ret_n, Err *err);

/* Done share of the running query, 0..1; negative when unknown. Any thread. */
double engine_progress(EngineConn *conn);
/* Stops what runs on the connection; it fails with ERR_CANCELLED. Nothing happens when idle. Any thread. */
void engine_interrupt(EngineConn *conn);
