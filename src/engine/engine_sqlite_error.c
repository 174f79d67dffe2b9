/* SQLite's error codes into ours. What the person reads is written here; SQLite's words and the SQL go to the
 * detail. */
#include "engine/engine_sqlite_internal.h"

#include <errno.h>
#include <string.h>

static ErrCode constraint_error(int extended, Err *err) {
    const char *rule = "a rule of the table is broken";
    switch (extended) {
    case SQLITE_CONSTRAINT_NOTNULL: rule = "a column that must be filled is empty"; break;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_PRIMARYKEY: rule = "a key is there twice"; break;
    case SQLITE_CONSTRAINT_CHECK: rule = "a value is not among those allowed"; break;
    case SQLITE_CONSTRAINT_FOREIGNKEY: rule = "a row that is referred to is missing"; break;
    case SQLITE_CONSTRAINT_DATATYPE: rule = "a value is of another type than its column"; break;
    default: break;
    }
    return err_set(err, ERR_DATA, "The rows do not fit the table: %s. Nothing of this step was kept.", rule);
}

/* Some failures of values are plain errors to SQLite: "integer overflow", "malformed JSON". */
static ErrCode plain_error(Str text, Err *err) {
    if (str_find(text, S("overflow")) >= 0 || str_find(text, S("malformed JSON")) >= 0)
        return err_set(err, ERR_DATA, "A value does not fit the type it is needed in; the log has the engine's words.");
    if (str_find(text, S("too many attached")) >= 0)
        return err_set(err, ERR_DENIED, "The database is locked down: other databases cannot be attached to it.");
    return err_set(err, ERR_ENGINE, "The database engine refused a statement; the log has its words.");
}

static ErrCode classified(EngineConn *conn, int code, Str text, Err *err) {
    const char *path = conn->db->path ? conn->db->path : "in memory";
    switch (code & 0xFF) {
    case SQLITE_INTERRUPT: return engine_watch_error(conn, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        /* Our own wait for the lock ends early when the call is to stop. */
        if (engine_watch_is_due(conn)) return engine_watch_error(conn, err);
        if (code == SQLITE_BUSY_SNAPSHOT)
            return err_set(err, ERR_CONFLICT,
                           "Somebody else changed the database since this transaction read it; run it again.");
        return err_set(err, ERR_BUSY, "The database '%s' is being written by someone else; try again in a moment.",
                       path);
    case SQLITE_CONSTRAINT: return constraint_error(code, err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_CORRUPT, "The database file '%s' is damaged; restore it from a backup.", path);
    case SQLITE_FULL:
        return err_set(err, ERR_IO,
                       "The disk of '%s' is full; nothing of this step was kept. Free some space and try again.", path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOLFS:
        return err_set(err, ERR_IO,
                       "The database '%s' could not be read or written: check the disk, its space and permissions.",
                       path);
    case SQLITE_READONLY:
        if (conn->db->config.is_read_only)
            return err_set(err, ERR_CONFLICT, "The database '%s' is open for reading only; open it for writing first.",
                           path);
        return err_set(err, ERR_IO,
                       "The database '%s' cannot be written; check the permissions of the file and its folder.", path);
    case SQLITE_PERM:
    case SQLITE_AUTH: return err_set(err, ERR_DENIED, "The database does not allow this.");
    case SQLITE_TOOBIG:
        return err_set(err, ERR_TOO_LARGE, "A text or statement is larger than the database engine can hold.");
    case SQLITE_NOMEM: return err_set(err, ERR_TOO_LARGE, "The query needs more memory than there is; narrow it.");
    case SQLITE_MISMATCH: return err_set(err, ERR_DATA, "A value does not fit the type it is needed in.");
    case SQLITE_ABORT:
        return err_set(err, ERR_CONFLICT, "The transaction was rolled back while its result was read; ask again.");
    case SQLITE_SCHEMA: return err_set(err, ERR_BUSY, "The tables were changed while the statement ran; try again.");
    case SQLITE_ERROR: return plain_error(text, err);
    default: return err_set(err, ERR_ENGINE, "The database engine refused a statement; the log has its words.");
    }
}

/* The extended code, where the connection still knows it. */
static int extended_code(sqlite3 *native, int code) {
    int extended = sqlite3_extended_errcode(native);
    return (extended & 0xFF) == (code & 0xFF) ? extended : code;
}

ErrCode sqlite_error(EngineConn *conn, int code, Str sql, Err *err) {
    sqlite3 *native = sqlite_conn(conn)->native;
    Str words = str_of(sqlite3_errmsg(native));
    code = extended_code(native, code);
    ErrCode ours = classified(conn, code, words, err);
    err_detail(err, "sqlite %d: %.*s; SQL: %.*s", code,
               STR_ARG(str_slice(words, 0, utf8_cut(words, ERR_DETAIL_MAX / 2))), STR_ARG(sql));
    return ours;
}

static ErrCode open_classified(const char *path, int code, Err *err) {
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_BUSY, "The database '%s' is being written by another process; try again in a moment.",
                       path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_CORRUPT, "The file '%s' is damaged or is no SQLite database; restore it from a backup.",
                       path);
    case SQLITE_FULL:
        return err_set(err, ERR_IO, "The database '%s' cannot be written: its disk is full; free some space.", path);
    case SQLITE_NOMEM:
        return err_set(err, ERR_TOO_LARGE, "There is not enough memory to open the database '%s'.", path);
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        return err_set(err, ERR_IO,
                       "The database '%s' cannot be opened; check the permissions of the file and its folder.", path);
    default:
        return err_set(err, ERR_ENGINE, "The database '%s' cannot be opened; the log has the engine's words.", path);
    }
}

ErrCode sqlite_open_error(const char *path, sqlite3 *native, int code, Err *err) {
    int failed = native ? sqlite3_system_errno(native) : 0;
    bool is_full =
        failed == ENOSPC || failed == EDQUOT; /* the files beside it have no room: SQLite says it cannot open them */
    ErrCode ours = open_classified(path ? path : "in memory", is_full ? SQLITE_FULL : code, err);
    err_detail(err, "sqlite %d: %s", code, native ? sqlite3_errmsg(native) : sqlite3_errstr(code));
    return ours;
}
