/*
 * DuckDB's errors into ours. A result knows its error's type; a failed prepare or open has only a text, which begins
 * with the type's name. Within some types the text decides (a lock held by another process is an "IO Error"). What the
 * person reads is written here; DuckDB's words, which hold SQL, go to the detail.
 */
#include "engine/engine_duckdb_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct TypeName {
    const char *prefix;
    duckdb_error_type type;
} TypeName;

/* How texts begin (duckdb/src/common/exception.cpp). */
static const TypeName TYPE_NAMES[] = {
    {"Out of Range Error", DUCKDB_ERROR_OUT_OF_RANGE},
    {"Conversion Error", DUCKDB_ERROR_CONVERSION},
    {"Decimal Error", DUCKDB_ERROR_DECIMAL},
    {"Mismatch Type Error", DUCKDB_ERROR_MISMATCH_TYPE},
    {"Divide by Zero Error", DUCKDB_ERROR_DIVIDE_BY_ZERO},
    {"Object Size Error", DUCKDB_ERROR_OBJECT_SIZE},
    {"Serialization Error", DUCKDB_ERROR_SERIALIZATION},
    {"TransactionContext Error", DUCKDB_ERROR_TRANSACTION},
    {"Not implemented Error", DUCKDB_ERROR_NOT_IMPLEMENTED},
    {"Catalog Error", DUCKDB_ERROR_CATALOG},
    {"Parser Error", DUCKDB_ERROR_PARSER},
    {"Constraint Error", DUCKDB_ERROR_CONSTRAINT},
    {"Binder Error", DUCKDB_ERROR_BINDER},
    {"IO Error", DUCKDB_ERROR_IO},
    {"INTERRUPT Error", DUCKDB_ERROR_INTERRUPT},
    {"FATAL Error", DUCKDB_ERROR_FATAL},
    {"INTERNAL Error", DUCKDB_ERROR_INTERNAL},
    {"Invalid Input Error", DUCKDB_ERROR_INVALID_INPUT},
    {"Out of Memory Error", DUCKDB_ERROR_OUT_OF_MEMORY},
    {"Permission Error", DUCKDB_ERROR_PERMISSION},
    {"Dependency Error", DUCKDB_ERROR_DEPENDENCY},
    {"Missing Extension Error", DUCKDB_ERROR_MISSING_EXTENSION},
    {"Extension Autoloading Error", DUCKDB_ERROR_AUTOLOAD},
};

static duckdb_error_type type_of_text(Str text) {
    for (size_t i = 0; i < COUNT_OF(TYPE_NAMES); i++)
        if (str_starts(text, str_of(TYPE_NAMES[i].prefix))) return TYPE_NAMES[i].type;
    return DUCKDB_ERROR_INVALID;
}

static bool says(Str text, const char *words) {
    return str_find(text, str_of(words)) >= 0;
}

/* The process that holds the lock, from "… Conflicting lock is held in /path (PID 123)"; 0 when not named. */
static int64_t holder_pid(Str text) {
    ptrdiff_t at = str_find(text, S("(PID "));
    if (at < 0) return 0;
    Str rest = str_slice(text, (size_t)at + 5, text.n);
    int64_t pid = 0;
    Str digits = str_split_next(&rest, ')');
    return str_to_int64(digits, &pid) ? pid : 0;
}

static ErrCode lock_error(const char *path, Str text, Err *err) {
    int64_t pid = holder_pid(text);
    const char *name = path ? path : "the database";
    if (pid)
        return err_set(err, ERR_BUSY,
                       "The database file '%s' is in use by process %" PRId64 "; wait for it or stop it.", name, pid);
    return err_set(err, ERR_BUSY, "The database file '%s' is in use by another process; wait for it or stop it.", name);
}

static bool is_lock_text(Str text) {
    return says(text, "Could not set lock on file");
}

static bool is_damage_text(Str text) {
    return says(text, "not a valid DuckDB database file") || says(text, "orrupt") || says(text, "hecksum") ||
           says(text, "Could not read enough bytes") || says(text, "Failure while replaying WAL");
}

static bool is_disk_text(Str text) {
    return says(text, "No space left") || says(text, "File too large") || says(text, "Disk quota exceeded") ||
           says(text, "Could not write") || says(text, "Could not fsync") || says(text, "Input/output error");
}

static ErrCode io_error(const char *path, Str text, Err *err) {
    if (is_lock_text(text)) return lock_error(path, text, err);
    if (is_damage_text(text))
        return err_set(err, ERR_CORRUPT, "The database file is damaged; restore it from a backup, or rebuild it.");
    if (is_disk_text(text))
        return err_set(err, ERR_IO,
                       "The database could not write to its disk; nothing of this step was kept. Free some space and "
                       "try again.");
    if (says(text, "Permission denied"))
        return err_set(err, ERR_IO, "The database engine may not read or write a file; check the file's permissions.");
    return err_set(err, ERR_IO, "The database engine could not read or write a file; the log has its words.");
}

static ErrCode constraint_error(Str text, Err *err) {
    const char *rule = says(text, "NOT NULL")                               ? "a column that must be filled is empty"
                       : says(text, "uplicate key") || says(text, "unique") ? "a key is there twice"
                       : says(text, "CHECK")                                ? "a value is not among those allowed"
                       : says(text, "foreign key")                          ? "a row that is referred to is missing"
                                                                            : "a rule of the table is broken";
    return err_set(err, ERR_DATA, "The rows do not fit the table: %s. Nothing of this step was kept.", rule);
}

static ErrCode fatal_error(Str text, Err *err) {
    if (is_disk_text(text)) return io_error(NULL, text, err);
    return err_set(err, ERR_ENGINE, "The database engine stopped after a fault; close the database and open it again.");
}

static ErrCode transaction_error(Str text, Err *err) {
    if (says(text, "read-only mode"))
        return err_set(err, ERR_INTERNAL, "A statement that writes was run in a transaction for reading.");
    if (says(text, "Duplicate key") || says(text, "duplicate key")) return constraint_error(text, err);
    if (says(text, "aborted"))
        return err_set(err, ERR_CONFLICT, "An earlier step of this transaction failed; roll it back and begin again.");
    if (is_disk_text(text)) return io_error(NULL, text, err);
    return err_set(err, ERR_CONFLICT, "Another transaction changed the same rows or tables; run this one again.");
}

static ErrCode input_error(Str text, Err *err) {
    if (says(text, "configuration has been locked") || says(text, "disabled by configuration"))
        return err_set(err, ERR_DENIED,
                       "The database is locked down: settings and files outside its folders are refused.");
    if (says(text, "read-only mode") || says(text, "read-only"))
        return err_set(err, ERR_CONFLICT, "The database is open for reading only; open it for writing first.");
    if (says(text, "database has been invalidated")) return fatal_error(text, err);
    return err_set(err, ERR_DATA, "A value cannot be used as the statement needs it; the log has the engine's words.");
}

static ErrCode classified(const EngineConn *conn, duckdb_error_type type, Str text, Err *err) {
    switch (type) {
    case DUCKDB_ERROR_INTERRUPT: return engine_watch_error(conn, err);
    case DUCKDB_ERROR_IO: return io_error(conn->db->path, text, err);
    case DUCKDB_ERROR_SERIALIZATION:
        return err_set(err, ERR_CORRUPT, "The database file is damaged; restore it from a backup.");
    case DUCKDB_ERROR_CONSTRAINT: return constraint_error(text, err);
    case DUCKDB_ERROR_TRANSACTION: return transaction_error(text, err);
    case DUCKDB_ERROR_INVALID_INPUT: return input_error(text, err);
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL: return fatal_error(text, err);
    case DUCKDB_ERROR_OUT_OF_RANGE:
    case DUCKDB_ERROR_CONVERSION:
    case DUCKDB_ERROR_DECIMAL:
    case DUCKDB_ERROR_MISMATCH_TYPE:
    case DUCKDB_ERROR_DIVIDE_BY_ZERO:
        return err_set(err, ERR_DATA, "A value does not fit the type it is needed in; the log has the engine's words.");
    case DUCKDB_ERROR_OUT_OF_MEMORY:
        return err_set(err, ERR_TOO_LARGE,
                       "The query needs more memory than the database may use; narrow it, or raise the memory limit.");
    case DUCKDB_ERROR_OBJECT_SIZE:
        return err_set(err, ERR_TOO_LARGE, "A value is larger than the database engine can hold.");
    case DUCKDB_ERROR_PERMISSION:
        return err_set(err, ERR_DENIED,
                       "The database is locked down: settings and files outside its folders are refused.");
    case DUCKDB_ERROR_DEPENDENCY:
        return err_set(err, ERR_CONFLICT, "Something else depends on this table or column; remove that first.");
    case DUCKDB_ERROR_NOT_IMPLEMENTED:
    case DUCKDB_ERROR_MISSING_EXTENSION:
    case DUCKDB_ERROR_AUTOLOAD:
        return err_set(err, ERR_UNSUPPORTED, "The database engine cannot do this; the log has its words.");
    default: return err_set(err, ERR_ENGINE, "The database engine refused a statement; the log has its words.");
    }
}

ErrCode duck_error(const EngineConn *conn, duckdb_error_type type, const char *text, Str sql, Err *err) {
    Str words = str_of(text);
    if (type == DUCKDB_ERROR_INVALID) type = type_of_text(words);
    ErrCode code = classified(conn, type, words, err);
    err_detail(err, "duckdb: %.*s; SQL: %.*s", STR_ARG(str_slice(words, 0, utf8_cut(words, ERR_DETAIL_MAX / 2))),
               STR_ARG(sql));
    return code;
}

static ErrCode open_classified(const char *path, Str text, Err *err) {
    duckdb_error_type type = type_of_text(text);
    const char *name = path ? path : "in memory";
    if (is_lock_text(text)) return lock_error(path, text, err);
    if (says(text, "can only read version") || says(text, "newer version") || says(text, "created with a newer"))
        return err_set(err, ERR_VERSION,
                       "The database '%s' was written by a newer DuckDB; use the program that wrote it.", name);
    if (is_disk_text(text))
        return err_set(err, ERR_IO, "The database '%s' cannot be written: its disk is full; free some space.", name);
    if (is_damage_text(text) || type == DUCKDB_ERROR_SERIALIZATION || type == DUCKDB_ERROR_INTERNAL ||
        type == DUCKDB_ERROR_FATAL)
        return err_set(err, ERR_CORRUPT, "The file '%s' is damaged or is no DuckDB database; restore it from a backup.",
                       name);
    if (type == DUCKDB_ERROR_IO) {
        if (says(text, "No such file")) return err_set(err, ERR_NOT_FOUND, "There is no database file '%s'.", name);
        return err_set(err, ERR_IO,
                       "The database '%s' cannot be opened; check the permissions of the file and its folder.", name);
    }
    if (type == DUCKDB_ERROR_OUT_OF_MEMORY)
        return err_set(err, ERR_TOO_LARGE, "The database '%s' needs more memory to open; raise the memory limit.",
                       name);
    return err_set(err, ERR_ENGINE, "The database '%s' cannot be opened; the log has the engine's words.", name);
}

ErrCode duck_open_error(const char *path, const char *text, Err *err) {
    ErrCode code = open_classified(path, str_of(text), err);
    err_detail(err, "duckdb: %s", text ? text : "");
    return code;
}
