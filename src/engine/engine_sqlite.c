/*
 * The SQLite engine: its descriptor, statements and transactions.
 *
 * What shaped it: a reader's transaction that turns into a writer fails at once when somebody else wrote meanwhile, so
 * writers begin immediately; some errors end the transaction by themselves, which engine.c makes harmless by refusing
 * every further statement; sqlite3_prepare reads only the first of several statements, so what follows is refused.
 */
#include "engine/engine_sqlite_internal.h"

#include <string.h>

/* ---- statements -------------------------------------------------------------------------------------------------- */

static ErrCode bind_all(sqlite3_stmt *stmt, const SqlText *sql, Err *err) {
    size_t n_wanted = (size_t)sqlite3_bind_parameter_count(stmt);
    if (n_wanted != sql->n_params) {
        ErrCode code =
            err_set(err, ERR_INTERNAL, "A statement takes %zu values and was given %zu.", n_wanted, sql->n_params);
        err_detail(err, "SQL: %.*s", STR_ARG(sql->text));
        return code;
    }
    for (size_t i = 0; i < sql->n_params; i++) {
        ErrCode code = sqlite_bind(stmt, (int)i + 1, sql->params[i], false, err);
        if (!code) continue;
        err_detail(err, "parameter %zu; SQL: %.*s", i + 1, STR_ARG(sql->text));
        return code;
    }
    return ERR_OK;
}

/* Whether anything but white space and semicolons follows the statement. */
static bool has_more(const char *tail) {
    return tail[strspn(tail, " \t\r\n;")] != '\0';
}

ErrCode sqlite_prepare(EngineConn *conn, const SqlText *sql, sqlite3_stmt **ret_stmt, Err *err) {
    if (str_find_char(sql->text, '\0') >= 0) return err_set(err, ERR_INTERNAL, "A statement holds a NUL byte.");
    arena_reset(conn->scratch);
    sqlite3_stmt *stmt = NULL;
    const char *tail = "";
    const char *text = arena_cstr(conn->scratch, sql->text);
    int failed = sqlite3_prepare_v2(sqlite_conn(conn)->native, text, -1, &stmt, &tail);
    ErrCode code = ERR_OK;
    if (failed)
        code = sqlite_error(conn, failed, sql->text, err);
    else if (!stmt || has_more(tail))
        code = err_set(err, ERR_INTERNAL, "One statement is run at a time; the text has none or several.");
    else
        code = bind_all(stmt, sql, err);
    if (code)
        sqlite3_finalize(stmt);
    else
        *ret_stmt = stmt;
    return code;
}

static ErrCode sqlite_exec(EngineConn *conn, const SqlText *sql, int64_t *ret_rows, Err *err) {
    sqlite3 *native = sqlite_conn(conn)->native;
    sqlite3_stmt *stmt = NULL;
    TRY(sqlite_prepare(conn, sql, &stmt, err));
    sqlite3_int64 n_before = sqlite3_total_changes64(native);
    int step;
    do step = sqlite3_step(stmt);
    while (step == SQLITE_ROW);
    ErrCode code = ERR_OK;
    if (step != SQLITE_DONE)
        code = sqlite_error(conn, step, sql->text, err);
    else
        *ret_rows = sqlite3_total_changes64(native) == n_before ? 0 : sqlite3_changes64(native);
    sqlite3_finalize(stmt);
    return code;
}

/* ---- transactions ------------------------------------------------------------------------------------------------ */

static ErrCode run_plain(EngineConn *conn, const char *text, Err *err) {
    int failed = sqlite3_exec(sqlite_conn(conn)->native, text, NULL, NULL, NULL);
    return failed ? sqlite_error(conn, failed, str_of(text), err) : ERR_OK;
}

static ErrCode sqlite_begin(EngineConn *conn, bool is_write, Err *err) {
    return run_plain(conn, is_write ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

static ErrCode sqlite_commit(EngineConn *conn, Err *err) {
    return run_plain(conn, "COMMIT", err);
}

static void sqlite_rollback(EngineConn *conn) {
    if (sqlite3_get_autocommit(sqlite_conn(conn)->native)) return; /* SQLite rolled back by itself */
    err_ignore(run_plain(conn, "ROLLBACK", NULL));
}

/* ---- the descriptor ---------------------------------------------------------------------------------------------- */

static double sqlite_progress(EngineConn *conn) {
    (void)conn;
    return -1;
}

static void sqlite_interrupt(EngineConn *conn) {
    sqlite3_interrupt(sqlite_conn(conn)->native);
}

static const char *sqlite_version(void) {
    return sqlite3_libversion();
}

const Engine ENGINE_SQLITE = {
    .name = "sqlite",
    .caps =
        {
            .has_transactional_ddl = true,
            .has_upsert = true,
            .has_full_join = true,
            .has_streaming = true,
            .has_static_types = false,
            .has_bulk_append = false,
            .has_progress = false,
            .has_exact_decimals = false,
            .max_params = 32766,
        },
    .dialect = &SQL_DIALECT_SQLITE,
    .is_one_instance = false,
    .version = sqlite_version,
    .open = sqlite_open,
    .close = sqlite_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .exec = sqlite_exec,
    .query = sqlite_query,
    .stream_next = sqlite_stream_next,
    .stream_release = sqlite_stream_release,
    .append_open = sqlite_append_open,
    .append = sqlite_append,
    .append_finish = sqlite_append_finish,
    .append_release = sqlite_append_release,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .introspect = sqlite_introspect,
    .progress = sqlite_progress,
    .interrupt = sqlite_interrupt,
};
