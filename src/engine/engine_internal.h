#pragma once
/*
 * For src/engine/ only: the descriptor every engine fills in, the heads its handles begin with, and the watch that
 * interrupts.
 *
 * engine.c checks and dispatches (one stream a connection, failed transactions, deadlines); the engines only do. A
 * handle's memory is an arena of its own, freed by engine.c after the engine has released what is native. The release
 * functions may be called twice: a connection that ends takes its streams and appenders' native parts with it, the
 * shells wait for their owners.
 */
#include "engine/engine.h"

/* ---- descriptor -------------------------------------------------------------------------------------------------- */

struct Engine {
    const char *name;
    EngineCaps caps;
    const SqlDialect *dialect;
    bool is_one_instance; /* a file has at most one instance a process: engine_open shares it */

    const char *(*version)(void);
    /* Fills db->native; db->path, db->config and db->arena are set. On failure nothing is left open. */
    ErrCode (*open)(const Ctx *ctx, EngineDb *db, Err *err);
    void (*close)(EngineDb *db);
    /* Gives a connection made by engine_conn_new. */
    ErrCode (*connect)(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err);
    void (*disconnect)(EngineConn *conn); /* native part only */

    ErrCode (*exec)(EngineConn *conn, const SqlText *sql, int64_t *ret_rows, Err *err);
    /* Gives a stream made by engine_stream_new, its columns set. */
    ErrCode (*query)(EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err);
    ErrCode (*stream_next)(EngineStream *stream, const Batch **ret_batch, Err *err);
    void (*stream_release)(EngineStream *stream);

    /* May be NULL: rows are counted as they come. Fills n_scanned and n_rows. */
    ErrCode (*cost)(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineCost *cost, Err *err);

    ErrCode (*append_open)(EngineConn *conn, const SqlRelation *table, const Str *columns, size_t n_columns,
                           EngineAppender **ret_appender, Err *err);
    ErrCode (*append)(EngineAppender *appender, const Batch *batch, Err *err);
    ErrCode (*append_finish)(EngineAppender *appender, Err *err); /* writes what is buffered */
    void (*append_release)(EngineAppender *appender);             /* drops what is buffered */

    ErrCode (*begin)(EngineConn *conn, bool is_write, Err *err);
    ErrCode (*commit)(EngineConn *conn, Err *err); /* a failure may leave the transaction open */
    void (*rollback)(EngineConn *conn);

    ErrCode (*introspect)(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                          Err *err);
    double (*progress)(EngineConn *conn);
    void (*interrupt)(EngineConn *conn); /* from any thread while the connection is watched; returns at once */
};

/* ---- heads ------------------------------------------------------------------------------------------------------- */

typedef enum EngineDbState { ENGINE_DB_OPENING, ENGINE_DB_OPEN, ENGINE_DB_CLOSING } EngineDbState;

struct EngineDb {
    EngineRegistry *registry;
    const Engine *engine;
    Arena *arena;
    EngineConfig config; /* a copy in the arena */
    const char *path;    /* canonical; NULL: in memory */
    void *native;        /* the engine's */

    /* guarded by the registry's lock */
    EngineDb *next;
    EngineDbState state;
    bool has_file; /* device and inode are known */
    uint64_t device;
    uint64_t inode;
    int n_holds; /* handles given out and connections: the instance ends with the last of them, in any order */
};

/* A running call that can be interrupted. Guarded by the registry's watch lock, but for is_asked. */
typedef struct EngineWatch EngineWatch;
struct EngineWatch {
    EngineWatch *prev;
    EngineWatch *next;
    EngineConn *conn;
    bool is_active;
    atomic_bool is_asked; /* engine_interrupt was called during this call */
};

struct EngineConn {
    EngineDb *db;
    Arena *arena;
    Arena *scratch; /* of one statement: reset when the next begins */
    const Ctx *ctx; /* of the call that runs; NULL between calls */
    EngineStream *stream;
    EngineAppender *appenders;
    bool is_in_tx;
    bool is_tx_failed;
    EngineWatch watch;
};

struct EngineStream {
    EngineConn *conn; /* NULL when the connection or transaction it read from has ended */
    Arena *arena;     /* holds the stream itself */
    const Ctx *ctx;
    Str sql; /* for errors */
    Batch columns;
    bool is_ended;
    bool is_failed;
};

struct EngineAppender {
    EngineConn *conn; /* NULL when the connection or transaction has ended */
    EngineAppender *next;
    Arena *arena; /* holds the appender itself */
    const Ctx *ctx;
    Str table;
    size_t n_columns;
    const Str *names;
    bool is_failed;
};

/* New handles of `size` bytes that begin with the head, zeroed, in an arena of their own. */
EngineConn *engine_conn_new(EngineDb *db, size_t size);
void engine_conn_free(EngineConn *conn); /* the shell, when the native part is gone */
EngineStream *engine_stream_new(EngineConn *conn, size_t size, Str sql);
EngineAppender *engine_appender_new(EngineConn *conn, size_t size, const SqlRelation *table, const Str *columns,
                                    size_t n_columns);

/* ---- registry ---------------------------------------------------------------------------------------------------- */

/* Gives an open database, shared where the engine wants one instance a file; engine_db_release when no longer held. */
ErrCode engine_db_acquire(const Ctx *ctx, EngineRegistry *registry, const Engine *engine, const EngineConfig *config,
                          EngineDb **ret_db, Err *err);
void engine_db_hold(EngineDb *db); /* the caller holds it already */
void engine_db_release(EngineDb *db);

/* Between these the connection is interrupted when ctx's deadline or cancel token says so. */
void engine_watch_begin(EngineConn *conn, const Ctx *ctx);
void engine_watch_end(EngineConn *conn);
/* Marks what runs on the connection, if anything, as asked to stop. Any thread. */
void engine_watch_ask(EngineConn *conn);
/* Whether the running call should stop: for waits of our own inside a call. */
bool engine_watch_is_due(const EngineConn *conn);
/* The error of a call that was interrupted: ERR_TIMEOUT or ERR_CANCELLED; ERR_ENGINE when that was not by us. */
ErrCode engine_watch_error(const EngineConn *conn, Err *err);

/* ---- introspection ----------------------------------------------------------------------------------------------- */

typedef Type (*EngineTypeOf)(Str spelling);
/* The tables of a catalog query with one parameter, the schema, and columns schema, table, column, type as spelled,
 * is not null, position in the primary key (0 or null: none); sorted by table, then position. */
ErrCode engine_gather_tables(const Ctx *ctx, EngineConn *conn, Str query, Str schema, EngineTypeOf type_of,
                             EngineTable **ret_tables, size_t *ret_n, Err *err);

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* A not null value as `target`, without loss: numbers between int64, decimal and float64 (exactly, into float64
 * rounded), date into timestamp, text and json into each other. False when it does not fit. Any thread. */
NODISCARD bool engine_coerce(Value value, Type target, Value *ret_value);
/* ERR_DATA naming the table's column, its type, the row and the value. */
ErrCode engine_value_error(const EngineAppender *appender, size_t column, Type target, int64_t row, Value value,
                           Err *err);
/* The bound of n digits: 10^n, n in 0..38. */
Int128 engine_power_of_ten(int n);
