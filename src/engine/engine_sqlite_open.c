/*
 * Opening SQLite databases. A database is only its settings; each connection is a handle of SQLite's own.
 *
 * Every connection: foreign keys on, double quotes are never strings, the schema is not trusted unless said, its tables
 * cannot be written under SQLite's feet, no extension is loaded. Files are in WAL mode: readers and one writer do not
 * wait for each other; another application's file keeps the mode it has. While it waits for another writer a connection looks every few milliseconds whether its call
 * should stop.
 *
 * A database in memory lives in SQLite's memdb file system under a name of its own, so that all connections see it, and
 * ends with the connection that the database keeps.
 */
#include "engine/engine_sqlite_internal.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_SLEEP_MS = 5 };

/* ---- one handle -------------------------------------------------------------------------------------------------- */

/* SQLite asks while another connection holds the lock; 0 gives up. */
static int on_busy(void *arg, int n_calls) {
    SqliteConn *conn = arg;
    int64_t now_us = clock_monotonic(CLOCK_SYSTEM);
    if (n_calls == 0) conn->busy_since_us = now_us;
    if (engine_watch_is_due(&conn->head)) return 0;
    if (now_us - conn->busy_since_us >= (int64_t)conn->head.db->config.busy_timeout_ms * 1000) return 0;
    nanosleep(&(struct timespec){.tv_nsec = (n_calls < 2 ? 1 : BUSY_SLEEP_MS) * 1000000L}, NULL);
    return 1;
}

static int open_flags(const EngineConfig *config) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (!config->path) return flags | SQLITE_OPEN_URI | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (config->is_read_only) return flags | SQLITE_OPEN_READONLY;
    return flags | SQLITE_OPEN_READWRITE | (config->is_create ? SQLITE_OPEN_CREATE : 0);
}

static int harden(sqlite3 *native, const EngineConfig *config) {
    const int SWITCHES[][2] = {
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_TRUSTED_SCHEMA, config->trusts_schema},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    for (size_t i = 0; i < COUNT_OF(SWITCHES); i++) {
        int failed = sqlite3_db_config(native, SWITCHES[i][0], SWITCHES[i][1], NULL);
        if (failed) return failed;
    }
    if (config->is_locked_down) (void)sqlite3_limit(native, SQLITE_LIMIT_ATTACHED, 0);
    return sqlite3_exec(native, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
}

/* In WAL mode SQLite writes beside a file even to read it, unless it is told that the file does not change. That holds where the
 * disk cannot be written, the caller keeps writers out, and nothing waits in the WAL: then the file's URI says so. */
static bool add_immutable_uri(const EngineDb *db, Buf *uri) {
    if (!db->path || !db->config.is_read_only || !db->config.has_no_writers) return false;
    if (access(db->path, W_OK) == 0 || errno != EROFS) return false;
    struct stat wal;
    buf_printf(uri, "%s-wal", db->path);
    buf_add_char(uri, 0);
    if (uri->is_overflown || (stat(uri->p, &wal) == 0 && wal.st_size > 0)) return false;
    buf_clear(uri);
    buf_add(uri, S("file:"));
    for (const char *c = db->path; *c; c++)
        *c == '%' || *c == '?' || *c == '#' ? buf_printf(uri, "%%%02X", (unsigned)*c) : buf_add_char(uri, *c);
    buf_add(uri, S("?immutable=1"));
    buf_add_char(uri, 0);
    return !uri->is_overflown;
}

/* Opens a handle of the database; *ret_native is to be closed even on failure, and is NULL then only for want of
 * memory. */
static int open_handle(const EngineDb *db, sqlite3 **ret_native) {
    enum { URI_MAX_BYTES = 16384 };
    char memory_name[64];
    const char *name = db->path;
    int flags = open_flags(&db->config);
    Buf uri CLEANUP(buf_release);
    buf_init(&uri, URI_MAX_BYTES);
    if (!name) {
        (void)snprintf(memory_name, sizeof(memory_name), "file:/starling-%p?vfs=memdb", (const void *)db);
        name = memory_name;
    } else if (add_immutable_uri(db, &uri)) {
        name = uri.p;
        flags |= SQLITE_OPEN_URI;
    }
    int failed = sqlite3_open_v2(name, ret_native, flags, NULL);
    if (!failed) failed = harden(*ret_native, &db->config);
    if (!failed) failed = sqlite_add_functions(*ret_native);
    return failed || !db->config.is_foreign ? failed : sqlite_add_foreign_functions(*ret_native);
}

/* ---- the database ------------------------------------------------------------------------------------------------ */

static int read_schema(sqlite3 *native) {
    return sqlite3_exec(native, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
}

/* First use: whether it is a database, may be written, and is in WAL mode. */
static ErrCode prove(EngineDb *db, sqlite3 *native, Err *err) {
    int failed = read_schema(native);
    if (!failed && db->path && !db->config.is_read_only && !db->config.is_foreign) {
        if (sqlite3_db_readonly(native, "main") == 1)
            return err_set(err, ERR_IO, "The database '%s' cannot be written; check the permissions of the file.",
                           db->path);
        failed = sqlite3_exec(native, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    }
    return failed ? sqlite_open_error(db->path, native, failed, err) : ERR_OK;
}

ErrCode sqlite_open(const Ctx *ctx, EngineDb *db, Err *err) {
    (void)ctx;
    sqlite3 *native = NULL;
    int failed = open_handle(db, &native);
    if (native) (void)sqlite3_busy_timeout(native, db->config.busy_timeout_ms);
    ErrCode code = failed ? sqlite_open_error(db->path, native, failed, err) : prove(db, native, err);
    if (code || db->path)
        (void)sqlite3_close(native);
    else
        db->native = native; /* keeps the memory alive */
    return code;
}

void sqlite_close(EngineDb *db) {
    (void)sqlite3_close(db->native);
    db->native = NULL;
}

ErrCode sqlite_connect(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err) {
    (void)ctx;
    EngineConn *conn = engine_conn_new(db, sizeof(SqliteConn));
    sqlite3 **native = &sqlite_conn(conn)->native;
    int failed = open_handle(db, native);
    if (failed) {
        ErrCode code = sqlite_open_error(db->path, *native, failed, err);
        (void)sqlite3_close(*native);
        engine_conn_free(conn);
        return code;
    }
    (void)sqlite3_busy_handler(*native, on_busy, conn);
    *ret_conn = conn;
    return ERR_OK;
}

void sqlite_disconnect(EngineConn *conn) {
    (void)sqlite3_close(sqlite_conn(conn)->native);
}
