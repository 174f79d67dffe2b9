/*
 * Opening a DuckDB database and locking it down.
 *
 * The order matters and was tried: what the instance needs (time zone, memory, threads, spill folder) first, then the
 * folders it may touch, then external access off, which cannot be undone while it runs, then the lock on all settings.
 * Its own file, WAL, checkpoints and spilling go on working. Extensions are never fetched. DuckDB picks a file's format
 * by its first bytes and would try to load an extension for a foreign one, so we look first.
 */
#include "engine/engine_duckdb_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the file ---------------------------------------------------------------------------------------------------- */

enum { MAGIC_AT = 8, MAGIC_BYTES = 4 };

/* Before the instance exists: closing any descriptor of the file later would drop this process's lock on it. */
static ErrCode check_magic(const EngineDb *db, Err *err) {
    if (db->path && strchr(db->path, '?')) /* what follows is taken for options, and the WAL's name is made before it */
        return err_set(err, ERR_UNSUPPORTED,
                       "The path '%s' holds a '?', which the database engine cannot have; rename that folder or file.",
                       db->path);
    if (!db->path || !db->has_file) return ERR_OK;
    int fd = open(db->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        int failed = errno;
        err_set(err, ERR_IO, "The database '%s' cannot be opened; check the permissions of the file and its folder.",
                db->path);
        err_detail(err, "open: %s", strerror(failed));
        return ERR_IO;
    }
    char head[MAGIC_AT + MAGIC_BYTES];
    ssize_t n = read(fd, head, sizeof(head));
    (void)close(fd);
    if (n == (ssize_t)sizeof(head) && !memcmp(head + MAGIC_AT, "DUCK", MAGIC_BYTES)) return ERR_OK;
    if (n == 0)
        return err_set(err, ERR_CORRUPT, "The file '%s' is empty, so it is no database; remove it and try again.",
                       db->path);
    return err_set(err, ERR_CORRUPT,
                   "The file '%s' is no DuckDB database; give another path or restore it from a backup.", db->path);
}

/* ---- the instance ------------------------------------------------------------------------------------------------ */

/* Of new files. It has dictionaries of texts that are quicker to write and smaller (a first sync takes a quarter less time); what is
 * given up is that DuckDB before 1.3 can read them. */
#define FILE_FORMAT "v1.3.0"

/* Row groups of a bulk load that wait to be compressed together: by default five, which then hold up whoever feeds them. One at a time,
 * the work is spread over the load, in which it overlaps with reading, and less is held. */
#define UNWRITTEN_ROW_GROUPS "1"

/* Off: it ends the database where a row_number() with one order stands over an aggregate with two-sided bounds (1.5.6, "Failed to cast
 * expression to type"). */
#define BROKEN_OPTIMIZER "top_n_window_elimination"

typedef struct Setting {
    const char *name;
    const char *value; /* NULL: leave the default */
} Setting;

static ErrCode fill_config(Arena *arena, const EngineConfig *config, duckdb_config native, Err *err) {
    const char *memory = NULL;
    const char *wal = NULL;
    const char *threads = NULL;
    const char *temp_dir = config->temp_dir ? config->temp_dir
                           : config->path   ? NULL
                                            : ""; /* in memory: no spilling to "." */
    if (config->memory_limit_bytes) memory = arena_printf(arena, "%" PRId64 "B", config->memory_limit_bytes).p;
    if (config->n_threads) threads = arena_printf(arena, "%d", config->n_threads).p;
    if (config->wal_limit_bytes && !config->is_read_only)
        wal = arena_printf(arena, "%" PRId64 "B", config->wal_limit_bytes).p;
    const Setting settings[] = {
        {"wal_autocheckpoint", wal},
        {"access_mode", config->is_read_only ? "READ_ONLY" : "READ_WRITE"},
        {"memory_limit", memory},
        {"threads", threads},
        {"temp_directory", temp_dir},
        {"storage_compatibility_version", FILE_FORMAT},
        {"write_buffer_row_group_count", UNWRITTEN_ROW_GROUPS},
        {"disabled_optimizers", BROKEN_OPTIMIZER},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
    };
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (!settings[i].value || duckdb_set_config(native, settings[i].name, settings[i].value) == DuckDBSuccess)
            continue;
        return err_set(err, ERR_INVALID, "The database engine does not take '%s' as %s.", settings[i].value,
                       settings[i].name);
    }
    return ERR_OK;
}

static ErrCode open_native(EngineDb *db, duckdb_database *ret_native, Err *err) {
    if (duckdb_vector_size() != DUCK_VECTOR_ROWS)
        return err_set(err, ERR_VERSION, "This DuckDB library is built with other vector sizes.");
    duckdb_config native_config = NULL;
    duckdb_database native = NULL;
    char *text = NULL;
    if (duckdb_create_config(&native_config) != DuckDBSuccess) {
        duckdb_destroy_config(&native_config);
        return err_set(err, ERR_ENGINE, "The database engine could not be started.");
    }
    ErrCode code = fill_config(db->arena, &db->config, native_config, err);
    if (!code && duckdb_open_ext(db->path, &native, native_config, &text) != DuckDBSuccess) {
        code = duck_open_error(db->path, text, err);
        duckdb_close(&native);
    }
    duckdb_free(text);
    duckdb_destroy_config(&native_config);
    if (!code) *ret_native = native;
    return code;
}

/* ---- lock-down --------------------------------------------------------------------------------------------------- */

static ErrCode set_up(duckdb_connection conn, Str sql, Err *err) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    duckdb_result result = {0};
    ErrCode code = ERR_OK;
    if (duckdb_query(conn, arena_cstr(arena, sql), &result) != DuckDBSuccess) {
        code = err_set(err, ERR_ENGINE, "The database engine refused one of its settings; the log has its words.");
        err_detail(err, "duckdb: %s; SQL: %.*s", duckdb_result_error(&result), STR_ARG(sql));
    }
    duckdb_destroy_result(&result);
    return code;
}

/* SET GLOBAL name = [those of the allowed paths that are folders, or that are files]. */
static ErrCode allow_paths(duckdb_connection conn, const EngineConfig *config, const char *name, bool is_folders,
                           Err *err) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    CLEANUP(buf_release) Buf sql;
    buf_init(&sql, 1 << 20);
    buf_printf(&sql, "SET GLOBAL %s = [", name);
    bool has_one = false;
    for (size_t i = 0; i < config->n_allowed_paths; i++) {
        Str path = config->allowed_paths[i];
        if (str_ends(path, S("/")) != is_folders) continue;
        SqlText quoted = {0};
        TRY(sql_format(arena, &SQL_DIALECT_DUCKDB, &quoted, err, "%L", &path));
        if (has_one) buf_add(&sql, S(", "));
        buf_add(&sql, quoted.text);
        has_one = true;
    }
    buf_add(&sql, S("]"));
    TRY(buf_check(&sql, "the list of allowed paths", err));
    return has_one ? set_up(conn, buf_str(&sql), err) : ERR_OK;
}

static ErrCode lock_down(duckdb_connection conn, const EngineConfig *config, Err *err) {
    TRY(set_up(conn, S("SET GLOBAL TimeZone = 'UTC'"), err));
    /* Closing would rewrite whatever row groups were touched, be it one row: see duck_close. */
    if (config->path && !config->is_read_only) TRY(set_up(conn, S("PRAGMA disable_checkpoint_on_shutdown"), err));
    if (!config->is_locked_down) return ERR_OK;
    TRY(allow_paths(conn, config, "allowed_directories", true, err));
    TRY(allow_paths(conn, config, "allowed_paths", false, err));
    TRY(set_up(conn, S("SET GLOBAL enable_external_access = false"), err));
    return set_up(conn, S("SET GLOBAL lock_configuration = true"), err);
}

/* ---- open and close ---------------------------------------------------------------------------------------------- */

ErrCode duck_open(const Ctx *ctx, EngineDb *db, Err *err) {
    (void)ctx;
    TRY(check_magic(db, err));
    duckdb_database native = NULL;
    TRY(open_native(db, &native, err));
    duckdb_connection conn = NULL;
    ErrCode code = duckdb_connect(native, &conn) == DuckDBSuccess
                       ? lock_down(conn, &db->config, err)
                       : err_set(err, ERR_ENGINE, "The database engine refused its first connection.");
    duckdb_disconnect(&conn);
    if (code)
        duckdb_close(&native);
    else
        db->native = native;
    return code;
}

/* What a WAL holds is read again at the next opening; beyond a few thousand rows that costs more than writing it out now. */
enum { WAL_KEPT_BYTES = 4 << 20 };

static void checkpoint_long_wal(const EngineDb *db, duckdb_database native) {
    if (!db->path || db->config.is_read_only) return;
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    struct stat st;
    if (stat(arena_printf(arena, "%s.wal", db->path).p, &st) || st.st_size <= WAL_KEPT_BYTES) return;
    duckdb_connection conn = NULL;
    if (duckdb_connect(native, &conn) == DuckDBSuccess)
        err_ignore(set_up(conn, S("CHECKPOINT"), NULL)); /* without it nothing is lost, only slower */
    duckdb_disconnect(&conn);
}

void duck_close(EngineDb *db) {
    duckdb_database native = db->native;
    checkpoint_long_wal(db, native);
    duckdb_close(&native);
    db->native = NULL;
}
