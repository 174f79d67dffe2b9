/*
 * The engine-neutral half of engine/: every public call comes through here. It keeps the rules that hold on every
 * engine — one stream a connection, nothing runs in a failed transaction, a failed transaction is never committed,
 * whatever runs is watched for its deadline and cancel token — and passes the work to the engine's descriptor.
 *
 * Invariant: after engine_commit or engine_rollback no transaction is open, whatever they met.
 */
#include "engine/engine_internal.h"

#include "sql/sql_relation.h"

const char *engine_name(const Engine *engine) {
    return engine->name;
}

const EngineCaps *engine_caps(const Engine *engine) {
    return &engine->caps;
}

const SqlDialect *engine_dialect(const Engine *engine) {
    return engine->dialect;
}

const char *engine_version(const Engine *engine) {
    return engine->version();
}

const Engine *engine_of(const EngineConn *conn) {
    return conn->db->engine;
}

/* ---- handles ----------------------------------------------------------------------------------------------------- */

ErrCode engine_open(const Ctx *ctx, EngineRegistry *registry, const Engine *engine, const EngineConfig *config,
                    EngineDb **ret_db, Err *err) {
    TRY(ctx_check(ctx, err));
    return engine_db_acquire(ctx, registry, engine, config, ret_db, err);
}

void engine_close(EngineDb *db) {
    if (db) engine_db_release(db);
}

EngineConn *engine_conn_new(EngineDb *db, size_t size) {
    Arena *arena = arena_new(0);
    EngineConn *conn = arena_zalloc(arena, 1, size);
    conn->db = db;
    conn->arena = arena;
    conn->scratch = arena_new(0);
    conn->watch.conn = conn;
    return conn;
}

void engine_conn_free(EngineConn *conn) {
    arena_free(conn->scratch);
    arena_free(conn->arena);
}

ErrCode engine_connect(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err) {
    TRY(ctx_check(ctx, err));
    engine_db_hold(db);
    ErrCode code = db->engine->connect(ctx, db, ret_conn, err);
    if (code) engine_db_release(db);
    return code;
}

/* Releases the native parts of what reads from or writes to the connection; the shells stay for their owners to
 * free. */
static void conn_detach(EngineConn *conn) {
    const Engine *engine = engine_of(conn);
    if (conn->stream) {
        engine->stream_release(conn->stream);
        conn->stream->conn = NULL;
        conn->stream = NULL;
    }
    while (conn->appenders) {
        EngineAppender *appender = conn->appenders;
        conn->appenders = appender->next;
        engine->append_release(appender);
        appender->conn = NULL;
        appender->next = NULL;
    }
}

void engine_disconnect(EngineConn *conn) {
    if (!conn) return;
    engine_rollback(conn);
    conn_detach(conn);
    EngineDb *db = conn->db;
    db->engine->disconnect(conn);
    engine_conn_free(conn);
    engine_db_release(db);
}

/* ---- statements -------------------------------------------------------------------------------------------------- */

/* Whether a statement may run now. */
static ErrCode conn_ready(const Ctx *ctx, const EngineConn *conn, Err *err) {
    if (conn->stream)
        return err_set(err, ERR_INTERNAL,
                       "A result is still being read on this connection; close it before the next statement.");
    if (conn->is_in_tx && conn->is_tx_failed)
        return err_set(err, ERR_CONFLICT, "An earlier step of this transaction failed; roll it back and begin again.");
    return ctx_check(ctx, err);
}

/* Notes a failure in the transaction and hands the code on. */
static ErrCode conn_done(EngineConn *conn, ErrCode code) {
    if (code && conn->is_in_tx) conn->is_tx_failed = true;
    return code;
}

ErrCode engine_exec(const Ctx *ctx, EngineConn *conn, const SqlText *sql, int64_t *ret_rows, Err *err) {
    ErrCode code = conn_ready(ctx, conn, err);
    if (code) return conn_done(conn, code);
    int64_t n_rows = 0;
    engine_watch_begin(conn, ctx);
    code = engine_of(conn)->exec(conn, sql, &n_rows, err);
    engine_watch_end(conn);
    if (!code && ret_rows) *ret_rows = n_rows;
    return conn_done(conn, code);
}

ErrCode engine_execf(const Ctx *ctx, EngineConn *conn, int64_t *ret_rows, Err *err, const char *format, ...) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    SqlText sql = {0};
    va_list args;
    va_start(args, format);
    ErrCode code = sql_vformat(arena, engine_of(conn)->dialect, &sql, err, format, args);
    va_end(args);
    if (code) return conn_done(conn, code);
    return engine_exec(ctx, conn, &sql, ret_rows, err);
}

ErrCode engine_exec_stmt(const Ctx *ctx, EngineConn *conn, const SqlStmt *stmt, int64_t *ret_rows, Err *err) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    SqlText sql = {0};
    ErrCode code = sql_print_stmt(arena, engine_of(conn)->dialect, stmt, &sql, err);
    if (code) return conn_done(conn, code);
    return engine_exec(ctx, conn, &sql, ret_rows, err);
}

/* ---- streams ----------------------------------------------------------------------------------------------------- */

EngineStream *engine_stream_new(EngineConn *conn, size_t size, Str sql) {
    Arena *arena = arena_new(0);
    EngineStream *stream = arena_zalloc(arena, 1, size);
    stream->arena = arena;
    stream->conn = conn;
    stream->sql = arena_str(arena, str_slice(sql, 0, utf8_cut(sql, ERR_DETAIL_MAX)));
    return stream;
}

ErrCode engine_query(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err) {
    ErrCode code = conn_ready(ctx, conn, err);
    if (code) return conn_done(conn, code);
    EngineStream *stream = NULL;
    engine_watch_begin(conn, ctx);
    code = engine_of(conn)->query(conn, sql, &stream, err);
    engine_watch_end(conn);
    if (code) return conn_done(conn, code);
    stream->ctx = ctx;
    conn->stream = stream;
    *ret_stream = stream;
    return ERR_OK;
}

ErrCode engine_queryf(const Ctx *ctx, EngineConn *conn, EngineStream **ret_stream, Err *err, const char *format, ...) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    SqlText sql = {0};
    va_list args;
    va_start(args, format);
    ErrCode code = sql_vformat(arena, engine_of(conn)->dialect, &sql, err, format, args);
    va_end(args);
    if (code) return conn_done(conn, code);
    return engine_query(ctx, conn, &sql, ret_stream, err);
}

const Batch *engine_stream_columns(const EngineStream *stream) {
    return &stream->columns;
}

ErrCode engine_stream_next(EngineStream *stream, const Batch **ret_batch, Err *err) {
    if (stream->is_ended) {
        *ret_batch = NULL;
        return ERR_OK;
    }
    EngineConn *conn = stream->conn;
    if (!conn)
        return err_set(err, ERR_CONFLICT, "The result cannot be read on: its connection or transaction has ended.");
    if (stream->is_failed) return err_set(err, ERR_CONFLICT, "The result cannot be read on after an error; ask again.");
    const Batch *batch = NULL;
    ErrCode code = ctx_check(stream->ctx, err);
    if (!code) {
        engine_watch_begin(conn, stream->ctx);
        code = engine_of(conn)->stream_next(stream, &batch, err);
        engine_watch_end(conn);
    }
    stream->is_failed = code != ERR_OK;
    if (code) return conn_done(conn, code);
    stream->is_ended = !batch;
    *ret_batch = batch;
    return ERR_OK;
}

void engine_stream_close(EngineStream *stream) {
    if (!stream) return;
    if (stream->conn) {
        engine_of(stream->conn)->stream_release(stream);
        stream->conn->stream = NULL;
    }
    arena_free(stream->arena);
}

/* The first value of the first row, its text copied; a null of TYPE_NULL when there is no row. */
static ErrCode stream_value(const Ctx *ctx, EngineStream *stream, Value *ret_value, Err *err) {
    const Batch *batch = NULL;
    TRY(engine_stream_next(stream, &batch, err));
    Value value = value_null(TYPE(TYPE_NULL));
    if (batch && batch->n_columns) value = column_value(&batch->columns[0], 0);
    if (!value.is_null && (value.type.kind == TYPE_TEXT || value.type.kind == TYPE_JSON))
        value.s = arena_str(ctx->arena, value.s);
    *ret_value = value;
    return batch ? engine_stream_next(stream, &batch, err) : ERR_OK; /* to its end: cheaper than giving it up */
}

static ErrCode count_rows(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineCost *cost, Err *err) {
    EngineStream *stream = NULL;
    const Batch *batch = NULL;
    TRY(engine_query(ctx, conn, sql, &stream, err));
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch) cost->n_rows += (int64_t)batch->n_rows;
    engine_stream_close(stream);
    return code;
}

ErrCode engine_cost(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineCost *ret_cost, Err *err) {
    const Engine *engine = engine_of(conn);
    EngineCost cost = {.n_scanned = -1};
    int64_t start_us = clock_monotonic(ctx->clock);
    TRY(engine->cost ? engine->cost(ctx, conn, sql, &cost, err) : count_rows(ctx, conn, sql, &cost, err));
    cost.run_us = clock_monotonic(ctx->clock) - start_us;
    *ret_cost = cost;
    return ERR_OK;
}

ErrCode engine_value(const Ctx *ctx, EngineConn *conn, const SqlText *sql, Value *ret_value, Err *err) {
    EngineStream *stream = NULL;
    TRY(engine_query(ctx, conn, sql, &stream, err));
    ErrCode code = stream_value(ctx, stream, ret_value, err);
    engine_stream_close(stream);
    return code;
}

ErrCode engine_valuef(const Ctx *ctx, EngineConn *conn, Value *ret_value, Err *err, const char *format, ...) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    SqlText sql = {0};
    va_list args;
    va_start(args, format);
    ErrCode code = sql_vformat(arena, engine_of(conn)->dialect, &sql, err, format, args);
    va_end(args);
    if (code) return conn_done(conn, code);
    return engine_value(ctx, conn, &sql, ret_value, err);
}

/* ---- bulk append ------------------------------------------------------------------------------------------------- */

EngineAppender *engine_appender_new(EngineConn *conn, size_t size, const SqlRelation *table, const Str *columns,
                                    size_t n_columns) {
    Arena *arena = arena_new(0);
    EngineAppender *appender = arena_zalloc(arena, 1, size);
    appender->arena = arena;
    appender->conn = conn;
    appender->table = arena_str(arena, sql_relation_name(table));
    Str *names = ARENA_ARRAY(arena, Str, n_columns);
    for (size_t i = 0; i < n_columns; i++) names[i] = arena_str(arena, columns[i]);
    appender->names = names;
    appender->n_columns = n_columns;
    return appender;
}

ErrCode engine_append_open(const Ctx *ctx, EngineConn *conn, const SqlRelation *table, const Str *columns,
                           size_t n_columns, EngineAppender **ret_appender, Err *err) {
    if (!conn->is_in_tx)
        return err_set(err, ERR_INTERNAL, "Rows are appended inside a transaction only; begin one first.");
    if (!n_columns) return err_set(err, ERR_INTERNAL, "Rows are appended to at least one column.");
    ErrCode code = conn_ready(ctx, conn, err);
    if (code) return conn_done(conn, code);
    EngineAppender *appender = NULL;
    engine_watch_begin(conn, ctx);
    code = engine_of(conn)->append_open(conn, table, columns, n_columns, &appender, err);
    engine_watch_end(conn);
    if (code) return conn_done(conn, code);
    appender->ctx = ctx;
    appender->next = conn->appenders;
    conn->appenders = appender;
    *ret_appender = appender;
    return ERR_OK;
}

static ErrCode appender_ready(const EngineAppender *appender, Err *err) {
    if (!appender->conn)
        return err_set(err, ERR_CONFLICT, "Rows cannot be appended: the connection or transaction has ended.");
    if (appender->is_failed)
        return err_set(err, ERR_CONFLICT, "Rows cannot be appended after an error; roll back and begin again.");
    return conn_ready(appender->ctx, appender->conn, err);
}

ErrCode engine_append(EngineAppender *appender, const Batch *batch, Err *err) {
    ErrCode code = appender_ready(appender, err);
    if (!code && batch->n_columns != appender->n_columns)
        code = err_set(err, ERR_INTERNAL, "A batch of %zu columns cannot be appended to %zu columns of table '%.*s'.",
                       batch->n_columns, appender->n_columns, STR_ARG(appender->table));
    if (!code && batch->n_rows) {
        engine_watch_begin(appender->conn, appender->ctx);
        code = engine_of(appender->conn)->append(appender, batch, err);
        engine_watch_end(appender->conn);
    }
    if (!code) return ERR_OK;
    appender->is_failed = true;
    return appender->conn ? conn_done(appender->conn, code) : code;
}

/* Takes the appender out of its connection's list, drops what it buffers and frees it. */
static void appender_free(EngineAppender *appender) {
    if (appender->conn) {
        EngineAppender **at = &appender->conn->appenders;
        while (*at && *at != appender) at = &(*at)->next;
        if (*at) *at = appender->next;
        engine_of(appender->conn)->append_release(appender);
    }
    arena_free(appender->arena);
}

ErrCode engine_append_close(EngineAppender *appender, Err *err) {
    ErrCode code = appender_ready(appender, err);
    EngineConn *conn = appender->conn;
    if (!code) {
        engine_watch_begin(conn, appender->ctx);
        code = engine_of(conn)->append_finish(appender, err);
        engine_watch_end(conn);
    }
    if (code && conn) (void)conn_done(conn, code);
    appender_free(appender);
    return code;
}

void engine_append_abort(EngineAppender *appender) {
    if (!appender) return;
    if (appender->conn) (void)conn_done(appender->conn, ERR_CANCELLED);
    appender_free(appender);
}

/* ---- transactions ------------------------------------------------------------------------------------------------ */

ErrCode engine_begin(const Ctx *ctx, EngineConn *conn, bool is_write, Err *err) {
    if (conn->is_in_tx) return err_set(err, ERR_INTERNAL, "A transaction is open on this connection already.");
    TRY(conn_ready(ctx, conn, err));
    engine_watch_begin(conn, ctx);
    ErrCode code = engine_of(conn)->begin(conn, is_write, err);
    engine_watch_end(conn);
    if (code) return code;
    conn->is_in_tx = true;
    conn->is_tx_failed = false;
    return ERR_OK;
}

/* Why the open transaction may not be committed. */
static ErrCode commit_ready(const Ctx *ctx, const EngineConn *conn, Err *err) {
    if (conn->is_tx_failed)
        return err_set(
            err, ERR_CONFLICT,
            "A step of this transaction failed, so nothing of it was kept; mend the cause and run it again.");
    if (conn->appenders)
        return err_set(err, ERR_INTERNAL, "Rows are still being appended in this transaction, so it was rolled back.");
    return conn_ready(ctx, conn, err);
}

ErrCode engine_commit(const Ctx *ctx, EngineConn *conn, Err *err) {
    if (!conn->is_in_tx) return err_set(err, ERR_INTERNAL, "There is no transaction to commit on this connection.");
    ErrCode code = commit_ready(ctx, conn, err);
    /* Not watched: a commit that has begun is let finish, so that its outcome is known. */
    if (!code) code = engine_of(conn)->commit(conn, err);
    if (code) {
        engine_rollback(conn);
        return code;
    }
    conn->is_in_tx = false;
    return ERR_OK;
}

void engine_rollback(EngineConn *conn) {
    if (!conn->is_in_tx) return;
    conn_detach(conn); /* before: an appender's late flush must not outlive the transaction */
    engine_of(conn)->rollback(conn);
    conn->is_in_tx = false;
    conn->is_tx_failed = false;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

ErrCode engine_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                          Err *err) {
    return engine_of(conn)->introspect(ctx, conn, schema, ret_tables, ret_n, err);
}

double engine_progress(EngineConn *conn) {
    return engine_of(conn)->progress(conn);
}

void engine_interrupt(EngineConn *conn) {
    engine_watch_ask(conn);
}
