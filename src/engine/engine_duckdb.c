/*
 * The DuckDB engine: its descriptor, connections, statements and transactions. (C API of DuckDB 1.5.)
 *
 * What shaped it: COMMIT of a transaction that failed reports success and has rolled back, so engine.c keeps the failed
 * flag; whatever fails still leaves a result or statement to destroy; statements are prepared even without parameters,
 * for a plain query would run several statements at once and return the last.
 */
#include "engine/engine_duckdb_internal.h"

#include <string.h>

/* ---- statements -------------------------------------------------------------------------------------------------- */

static duckdb_hugeint hugeint_of(Int128 value) {
    return (duckdb_hugeint){.lower = (uint64_t)value, .upper = (int64_t)(value >> 64)};
}

static duckdb_state bind_value(duckdb_prepared_statement stmt, idx_t at, Value value) {
    if (value.is_null) return duckdb_bind_null(stmt, at);
    switch (value.type.kind) {
    case TYPE_BOOL: return duckdb_bind_boolean(stmt, at, value.b);
    case TYPE_INT64: return duckdb_bind_int64(stmt, at, value.i);
    case TYPE_DECIMAL:
        return duckdb_bind_decimal(stmt, at,
                                   (duckdb_decimal){value.type.precision, value.type.scale, hugeint_of(value.dec)});
    case TYPE_FLOAT64: return duckdb_bind_double(stmt, at, value.f);
    case TYPE_TEXT:
    case TYPE_JSON: return duckdb_bind_varchar_length(stmt, at, value.s.n ? value.s.p : "", value.s.n);
    case TYPE_DATE: return duckdb_bind_date(stmt, at, (duckdb_date){(int32_t)value.i});
    case TYPE_TIMESTAMP: return duckdb_bind_timestamp(stmt, at, (duckdb_timestamp){value.i});
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    return duckdb_bind_null(stmt, at);
}

/* Why a value could not be bound; never names the value. */
static ErrCode bind_error(const SqlText *sql, size_t i, Err *err) {
    Value value = sql->params[i];
    bool is_text = value.type.kind == TYPE_TEXT || value.type.kind == TYPE_JSON;
    ErrCode code =
        is_text && !utf8_is_valid(value.s)
            ? err_set(err, ERR_DATA, "A text given to the query is not valid UTF-8.")
            : err_set(err, ERR_ENGINE, "The database engine refused a value of the query; the log has the statement.");
    err_detail(err, "parameter %zu; SQL: %.*s", i + 1, STR_ARG(sql->text));
    return code;
}

static ErrCode bind_all(duckdb_prepared_statement stmt, const SqlText *sql, Err *err) {
    if (duckdb_nparams(stmt) != sql->n_params) {
        ErrCode code = err_set(err, ERR_INTERNAL, "A statement takes %zu values and was given %zu.",
                               (size_t)duckdb_nparams(stmt), sql->n_params);
        err_detail(err, "SQL: %.*s", STR_ARG(sql->text));
        return code;
    }
    for (size_t i = 0; i < sql->n_params; i++)
        if (bind_value(stmt, i + 1, sql->params[i]) != DuckDBSuccess) return bind_error(sql, i, err);
    return ERR_OK;
}

ErrCode duck_prepare(EngineConn *conn, const SqlText *sql, duckdb_prepared_statement *ret_stmt, Err *err) {
    if (str_find_char(sql->text, '\0') >= 0) return err_set(err, ERR_INTERNAL, "A statement holds a NUL byte.");
    arena_reset(conn->scratch);
    duckdb_prepared_statement stmt = NULL;
    ErrCode code = ERR_OK;
    if (duckdb_prepare(duck_conn(conn)->native, arena_cstr(conn->scratch, sql->text), &stmt) != DuckDBSuccess)
        code = duck_error(conn, DUCKDB_ERROR_INVALID, duckdb_prepare_error(stmt), sql->text, err);
    if (!code) code = bind_all(stmt, sql, err);
    if (code)
        duckdb_destroy_prepare(&stmt);
    else
        *ret_stmt = stmt;
    return code;
}

static ErrCode duck_exec(EngineConn *conn, const SqlText *sql, int64_t *ret_rows, Err *err) {
    duckdb_prepared_statement stmt = NULL;
    TRY(duck_prepare(conn, sql, &stmt, err));
    duckdb_result result = {0};
    ErrCode code = ERR_OK;
    if (duckdb_execute_prepared(stmt, &result) != DuckDBSuccess)
        code = duck_error(conn, duckdb_result_error_type(&result), duckdb_result_error(&result), sql->text, err);
    else
        *ret_rows = (int64_t)duckdb_rows_changed(&result);
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&stmt);
    return code;
}

/* A constant statement of ours, outside any watch. */
static ErrCode run_plain(EngineConn *conn, const char *text, Err *err) {
    duckdb_result result = {0};
    ErrCode code = ERR_OK;
    if (duckdb_query(duck_conn(conn)->native, text, &result) != DuckDBSuccess)
        code = duck_error(conn, duckdb_result_error_type(&result), duckdb_result_error(&result), str_of(text), err);
    duckdb_destroy_result(&result);
    return code;
}

/* ---- transactions ------------------------------------------------------------------------------------------------ */

/* A reader's transaction may still make temporary tables. */
static ErrCode duck_begin(EngineConn *conn, bool is_write, Err *err) {
    return run_plain(conn, is_write ? "BEGIN TRANSACTION" : "BEGIN TRANSACTION READ ONLY", err);
}

static ErrCode duck_commit(EngineConn *conn, Err *err) {
    return run_plain(conn, "COMMIT", err);
}

static void duck_rollback(EngineConn *conn) {
    err_ignore(run_plain(conn, "ROLLBACK", NULL)); /* fails when a failed COMMIT has ended the transaction already */
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

static ErrCode duck_connect(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err) {
    (void)ctx;
    EngineConn *conn = engine_conn_new(db, sizeof(DuckConn));
    duckdb_database native = db->native;
    if (duckdb_connect(native, &duck_conn(conn)->native) != DuckDBSuccess) {
        engine_conn_free(conn);
        return err_set(err, ERR_ENGINE, "The database engine refused a connection; close others and try again.");
    }
    *ret_conn = conn;
    return ERR_OK;
}

static void duck_disconnect(EngineConn *conn) {
    duckdb_disconnect(&duck_conn(conn)->native);
}

/* Settings that would turn progress on are a connection's, and a locked-down instance refuses to change any. */
static double duck_progress(EngineConn *conn) {
    double percentage = duckdb_query_progress(duck_conn(conn)->native).percentage;
    return percentage < 0 ? -1 : percentage / 100;
}

static void duck_interrupt(EngineConn *conn) {
    duckdb_interrupt(duck_conn(conn)->native);
}

static const char *duck_version(void) {
    return duckdb_library_version();
}

const Engine ENGINE_DUCKDB = {
    .name = "duckdb",
    .caps =
        {
            .has_transactional_ddl = true,
            .has_upsert = true,
            .has_full_join = true,
            .has_streaming = true,
            .has_static_types = true,
            .has_bulk_append = true,
            .has_progress = false,
            .has_exact_decimals = true,
            .max_params = 32767,
        },
    .dialect = &SQL_DIALECT_DUCKDB,
    .is_one_instance = true,
    .version = duck_version,
    .open = duck_open,
    .close = duck_close,
    .connect = duck_connect,
    .disconnect = duck_disconnect,
    .exec = duck_exec,
    .query = duck_query,
    .stream_next = duck_stream_next,
    .stream_release = duck_stream_release,
    .cost = duck_cost,
    .append_open = duck_append_open,
    .append = duck_append,
    .append_finish = duck_append_finish,
    .append_release = duck_append_release,
    .begin = duck_begin,
    .commit = duck_commit,
    .rollback = duck_rollback,
    .introspect = duck_introspect,
    .progress = duck_progress,
    .interrupt = duck_interrupt,
};
