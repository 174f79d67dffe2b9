/*
 * The PostgreSQL engine: its descriptor, statements and transactions. (libpq of PostgreSQL 14 and later.)
 *
 * What shaped it: libpq waits by itself and cannot be stopped at it, so all waiting is ours (engine_postgres_wait.c); a statement that
 * fails spoils its transaction, and COMMIT of a spoilt one reports success, so engine.c keeps the failed flag; parameters always go
 * in binary form with their types, so nothing is guessed or rounded on the way.
 *
 * Transactions are REPEATABLE READ: one sees one state, and a row that somebody else has changed since is a conflict, as on the
 * other engines. A reader's may not even make temporary tables.
 */
#include "engine/engine_postgres_internal.h"

#include <string.h>
#include <unistd.h>

enum { VALUE_MAX_BYTES = 1 << 30 }; /* the server's own limit of a value */

/* ---- parameters -------------------------------------------------------------------------------------------------- */

/* Why a value could not be sent; never names the value. */
static ErrCode bind_error(const SqlText *sql, size_t i, PostgresFit fit, Err *err) {
    ErrCode code =
        fit == POSTGRES_HAS_NUL
            ? err_set(err, ERR_DATA, "A text given to the query holds a NUL byte, which PostgreSQL cannot hold.")
        : fit == POSTGRES_OUT_OF_TIME
            ? err_set(err, ERR_DATA, "A time given to the query lies outside the years 1 to 9999.")
            : err_set(err, ERR_DATA, "A text given to the query is not valid UTF-8.");
    err_detail(err, "parameter %zu; SQL: %.*s", i + 1, STR_ARG(sql->text));
    return code;
}

static ErrCode bind_value(Arena *arena, const SqlText *sql, size_t i, Buf *buf, PostgresParams *params, Err *err) {
    Value value = sql->params[i];
    params->types[i] = postgres_oid_of(value.type);
    params->formats[i] = 1;
    if (value.is_null || value.type.kind == TYPE_NULL) return ERR_OK; /* values[i] is NULL */
    buf_clear(buf);
    PostgresFit fit = postgres_encode(buf, value, params->types[i]);
    if (fit) return bind_error(sql, i, fit, err);
    TRY(buf_check(buf, "a value of the query", err));
    params->values[i] = buf->n ? arena_dup(arena, buf->p, buf->n) : "";
    params->lengths[i] = (int)buf->n;
    return ERR_OK;
}

ErrCode postgres_bind(EngineConn *conn, const SqlText *sql, PostgresParams *ret_params, const char **ret_text,
                      Err *err) {
    if (str_find_char(sql->text, '\0') >= 0) return err_set(err, ERR_INTERNAL, "A statement holds a NUL byte.");
    arena_reset(conn->scratch);
    Arena *arena = conn->scratch;
    size_t n = sql->n_params;
    PostgresParams params = {.n = (int)n,
                             .types = ARENA_ARRAY(arena, Oid, n),
                             .values = ARENA_ARRAY(arena, const char *, n),
                             .lengths = ARENA_ARRAY(arena, int, n),
                             .formats = ARENA_ARRAY(arena, int, n)};
    CLEANUP(buf_release) Buf buf;
    buf_init(&buf, VALUE_MAX_BYTES);
    for (size_t i = 0; i < n; i++) TRY(bind_value(arena, sql, i, &buf, &params, err));
    *ret_params = params;
    *ret_text = arena_cstr(arena, sql->text);
    return ERR_OK;
}

/* ---- statements -------------------------------------------------------------------------------------------------- */

/* Rows that a statement changed: a select changes none. */
static int64_t rows_changed(PGresult *result) {
    int64_t n_rows = 0;
    if (str_starts(str_of(PQcmdStatus(result)), S("SELECT"))) return 0;
    return str_to_int64(str_of(PQcmdTuples(result)), &n_rows) ? n_rows : 0;
}

static ErrCode postgres_exec(EngineConn *conn, const SqlText *sql, int64_t *ret_rows, Err *err) {
    PostgresParams params = {0};
    const char *text = NULL;
    TRY(postgres_bind(conn, sql, &params, &text, err));
    postgres_start(conn);
    if (!PQsendQueryParams(postgres_conn(conn)->native, text, params.n, params.types, params.values, params.lengths,
                           params.formats, 0))
        return postgres_error(conn, NULL, sql->text, err);
    PGresult *result = NULL;
    TRY(postgres_next(conn, sql->text, &result, err));
    ExecStatusType status = PQresultStatus(result);
    ErrCode code = ERR_OK;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        *ret_rows = rows_changed(result);
    else if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
        code = postgres_error(conn, result, sql->text, err);
    else
        code = err_set(err, ERR_INTERNAL, "The statement is none that is run by itself.");
    PQclear(result);
    ErrCode late = postgres_finish(conn, sql->text, code ? NULL : err);
    return code ? code : late;
}

ErrCode postgres_run(EngineConn *conn, const char *text, Err *err) {
    postgres_start(conn);
    if (!PQsendQuery(postgres_conn(conn)->native, text)) return postgres_error(conn, NULL, str_of(text), err);
    return postgres_finish(conn, str_of(text), err);
}

/* ---- transactions ------------------------------------------------------------------------------------------------ */

static ErrCode postgres_begin(EngineConn *conn, bool is_write, Err *err) {
    return postgres_run(
        conn, is_write ? "BEGIN ISOLATION LEVEL REPEATABLE READ" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        err);
}

static ErrCode postgres_commit(EngineConn *conn, Err *err) {
    PGconn *native = postgres_conn(conn)->native;
    if (PQtransactionStatus(native) == PQTRANS_INERROR)
        return err_set(err, ERR_CONFLICT,
                       "A step of this transaction failed, so nothing of it was kept; run it again.");
    ErrCode code = postgres_run(conn, "COMMIT", err);
    if (code && PQstatus(native) == CONNECTION_BAD) {
        err_set(
            err, ERR_IO,
            "The connection to the %s was lost while a transaction was committed; look whether it was before you run it "
            "again.",
            postgres_place(conn->db));
        err_detail(err, "postgres: %s", PQerrorMessage(native));
        return ERR_IO;
    }
    return code;
}

static void postgres_rollback(EngineConn *conn) {
    PGTransactionStatusType status = PQtransactionStatus(postgres_conn(conn)->native);
    if (status == PQTRANS_IDLE || status == PQTRANS_UNKNOWN)
        return; /* a failed COMMIT or a lost connection has ended it */
    err_ignore(postgres_run(conn, "ROLLBACK", NULL));
}

/* ---- the descriptor ---------------------------------------------------------------------------------------------- */

static double postgres_progress(EngineConn *conn) {
    (void)conn;
    return -1;
}

/* The thread that waits sends the cancel request. */
static void postgres_interrupt(EngineConn *conn) {
    uint64_t one = 1;
    (void)!write(postgres_conn(conn)->wake_fd, &one, sizeof(one));
}

/* Of libpq, in words that live as long as the program. */
static const char *postgres_version(void) {
    static const char *const WORDS[] = {"libpq 14", "libpq 15", "libpq 16", "libpq 17",
                                        "libpq 18", "libpq 19", "libpq 20"};
    int major = PQlibVersion() / 10000;
    return major >= 14 && major - 14 < (int)COUNT_OF(WORDS) ? WORDS[major - 14] : "libpq";
}

const Engine ENGINE_POSTGRES = {
    .name = "postgres",
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
            .max_params = 65535,
        },
    .dialect = &SQL_DIALECT_POSTGRES,
    .is_one_instance = false,
    .version = postgres_version,
    .open = postgres_open,
    .close = postgres_close,
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .exec = postgres_exec,
    .query = postgres_query,
    .stream_next = postgres_stream_next,
    .stream_release = postgres_stream_release,
    .append_open = postgres_append_open,
    .append = postgres_append,
    .append_finish = postgres_append_finish,
    .append_release = postgres_append_release,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .introspect = postgres_introspect,
    .progress = postgres_progress,
    .interrupt = postgres_interrupt,
};
