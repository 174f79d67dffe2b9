/*
 * The registry: which databases are open in this process, and the thread that interrupts what runs too long.
 *
 * Databases. A second instance of one DuckDB file in a process would lose data (and closing any descriptor of the file
 * drops the process's lock on it), so a file is found by device and inode and by canonical path, and its one instance
 * is shared by count. The lock is held only to look and count; opening and closing happen outside it, and whoever wants
 * a file that is being opened or closed waits for that to end.
 *
 * Interrupts. A running call with a deadline or cancel token is in the list of watches. DuckDB forgets an interrupt
 * that arrives just before its query starts, so the thread repeats it every few milliseconds until the call has ended;
 * the watch lock makes sure that it never hits the call after. With nothing to look at the thread waits on a condition
 * and costs nothing.
 */
#include "engine/engine_internal.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { WATCH_POLL_MS = 10, WATCH_REPEAT_MS = 2 };

struct EngineRegistry {
    Arena *arena;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* a database's state */
    EngineDb *dbs;

    pthread_mutex_t watch_lock;
    pthread_cond_t watch_wake;
    EngineWatch *watches;
    bool is_parked; /* the thread waits without a time limit */
    bool is_stopping;
    bool has_thread;
    pthread_t thread;
};

/* ---- the interrupting thread ------------------------------------------------------------------------------------- */

/* Under the watch lock or on the thread that runs the call. */
bool engine_watch_is_due(const EngineConn *conn) {
    const Ctx *ctx = conn->ctx;
    if (atomic_load(&conn->watch.is_asked)) return true;
    if (!ctx) return false;
    if (ctx->cancel && atomic_load(&ctx->cancel->is_set)) return true;
    return ctx->deadline_us && clock_monotonic(ctx->clock) >= ctx->deadline_us;
}

/* Interrupts what is due; returns how long to sleep, -1: until something is registered. */
static int watch_round(EngineRegistry *registry) {
    int sleep_ms = -1;
    for (EngineWatch *watch = registry->watches; watch; watch = watch->next) {
        const Ctx *ctx = watch->conn->ctx;
        if (engine_watch_is_due(watch->conn)) {
            watch->conn->db->engine->interrupt(watch->conn);
            sleep_ms = WATCH_REPEAT_MS;
        } else if (sleep_ms < 0 && (ctx->cancel || ctx->deadline_us)) {
            sleep_ms = WATCH_POLL_MS;
        }
    }
    return sleep_ms;
}

static void watch_sleep(EngineRegistry *registry, int sleep_ms) {
    if (sleep_ms < 0) {
        registry->is_parked = true;
        pthread_cond_wait(&registry->watch_wake, &registry->watch_lock);
        registry->is_parked = false;
        return;
    }
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += sleep_ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&registry->watch_wake, &registry->watch_lock, &until);
}

static void *watch_main(void *arg) {
    EngineRegistry *registry = arg;
    pthread_mutex_lock(&registry->watch_lock);
    while (!registry->is_stopping) watch_sleep(registry, watch_round(registry));
    pthread_mutex_unlock(&registry->watch_lock);
    return NULL;
}

void engine_watch_begin(EngineConn *conn, const Ctx *ctx) {
    EngineRegistry *registry = conn->db->registry;
    EngineWatch *watch = &conn->watch;
    pthread_mutex_lock(&registry->watch_lock);
    conn->ctx = ctx;
    atomic_store(&watch->is_asked, false);
    watch->is_active = true;
    watch->prev = NULL;
    watch->next = registry->watches;
    if (watch->next) watch->next->prev = watch;
    registry->watches = watch;
    if (registry->is_parked && (ctx->cancel || ctx->deadline_us)) pthread_cond_signal(&registry->watch_wake);
    pthread_mutex_unlock(&registry->watch_lock);
}

void engine_watch_end(EngineConn *conn) {
    EngineRegistry *registry = conn->db->registry;
    EngineWatch *watch = &conn->watch;
    pthread_mutex_lock(&registry->watch_lock);
    if (watch->prev)
        watch->prev->next = watch->next;
    else
        registry->watches = watch->next;
    if (watch->next) watch->next->prev = watch->prev;
    watch->is_active = false;
    conn->ctx = NULL;
    pthread_mutex_unlock(&registry->watch_lock);
}

void engine_watch_ask(EngineConn *conn) {
    EngineRegistry *registry = conn->db->registry;
    pthread_mutex_lock(&registry->watch_lock);
    if (conn->watch.is_active) {
        atomic_store(&conn->watch.is_asked, true);
        conn->db->engine->interrupt(conn);
        pthread_cond_signal(&registry->watch_wake); /* to repeat it until the call has ended */
    }
    pthread_mutex_unlock(&registry->watch_lock);
}

ErrCode engine_watch_error(const EngineConn *conn, Err *err) {
    if (conn->ctx) TRY(ctx_check(conn->ctx, err));
    if (atomic_load(&conn->watch.is_asked))
        return err_set(err, ERR_CANCELLED, "The query was stopped before it was done.");
    /* Nobody asked: one of DuckDB's threads failed and stopped the others, and one of those was heard first (seen
     * once in thousands of failing streams). */
    return err_set(err, ERR_ENGINE, "The query failed before the database engine could say why; run it again.");
}

/* ---- life cycle -------------------------------------------------------------------------------------------------- */

EngineRegistry *engine_registry_new(void) {
    Arena *arena = arena_new(0);
    EngineRegistry *registry = ARENA_NEW(arena, EngineRegistry);
    registry->arena = arena;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&registry->lock, NULL);
    pthread_cond_init(&registry->changed, NULL);
    pthread_mutex_init(&registry->watch_lock, NULL);
    pthread_cond_init(&registry->watch_wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    registry->has_thread = pthread_create(&registry->thread, NULL, watch_main, registry) == 0;
    return registry;
}

void engine_registry_free(EngineRegistry *registry) {
    if (!registry) return;
    assert(!registry->dbs && "every database is closed before its registry");
    if (registry->has_thread) {
        pthread_mutex_lock(&registry->watch_lock);
        registry->is_stopping = true;
        pthread_cond_signal(&registry->watch_wake);
        pthread_mutex_unlock(&registry->watch_lock);
        pthread_join(registry->thread, NULL);
    }
    pthread_cond_destroy(&registry->watch_wake);
    pthread_mutex_destroy(&registry->watch_lock);
    pthread_cond_destroy(&registry->changed);
    pthread_mutex_destroy(&registry->lock);
    arena_free(registry->arena);
}

/* ---- databases --------------------------------------------------------------------------------------------------- */

/* The path without links, of a file that may not exist yet in a folder that must. */
static ErrCode canonical_path(Arena *arena, const char *path, bool is_there, const char **ret_path, Err *err) {
    if (is_there) return path_real(arena, path, ret_path, err);
    const char *slash = strrchr(path, '/');
    if (!slash || !slash[1])
        return err_set(err, ERR_INVALID, "'%s' is not the absolute path of a database file.", path);
    const char *folder = slash == path ? "/" : arena_cstr(arena, (Str){path, (size_t)(slash - path)});
    TRY(path_real(arena, folder, &folder, err));
    *ret_path = path_join(arena, folder, slash + 1);
    return ERR_OK;
}

/* Finds out what db->config.path is: sets path, has_file, device, inode. */
static ErrCode db_locate(EngineDb *db, Err *err) {
    const char *path = db->config.path;
    if (!path) return ERR_OK;
    struct stat info;
    bool is_there = stat(path, &info) == 0;
    int failed = errno;
    if (!is_there && failed != ENOENT) {
        err_set(err, ERR_IO, "The database file '%s' cannot be reached; check the path and its permissions.", path);
        err_detail(err, "stat: %s", strerror(failed));
        return ERR_IO;
    }
    if (is_there && S_ISDIR(info.st_mode)) return err_set(err, ERR_IO, "'%s' is a folder, not a database file.", path);
    if (is_there && !S_ISREG(info.st_mode))
        return err_set(err, ERR_IO, "'%s' is not a plain file, so it is no database.", path);
    if (!is_there && (!db->config.is_create || db->config.is_read_only))
        return err_set(err, ERR_NOT_FOUND, "There is no database file '%s'.", path);
    TRY(canonical_path(db->arena, path, is_there, &db->path, err));
    db->has_file = is_there;
    if (is_there) {
        db->device = (uint64_t)info.st_dev;
        db->inode = (uint64_t)info.st_ino;
    }
    return ERR_OK;
}

static EngineConfig config_copy(Arena *arena, const EngineConfig *config) {
    EngineConfig copy = *config;
    copy.path = config->path ? arena_cstr(arena, str_of(config->path)) : NULL;
    copy.url = config->url ? arena_cstr(arena, str_of(config->url)) : NULL;
    copy.temp_dir = config->temp_dir ? arena_cstr(arena, str_of(config->temp_dir)) : NULL;
    Str *paths = ARENA_ARRAY(arena, Str, config->n_allowed_paths ? config->n_allowed_paths : 1);
    for (size_t i = 0; i < config->n_allowed_paths; i++) paths[i] = arena_str(arena, config->allowed_paths[i]);
    copy.allowed_paths = paths;
    return copy;
}

/* Whether an instance opened as `a` serves who wants `b`. is_create has had its effect, busy time-outs are not the
 * instance's. */
static bool config_agrees(const EngineConfig *a, const EngineConfig *b) {
    if (a->is_read_only != b->is_read_only || a->is_locked_down != b->is_locked_down) return false;
    if (a->wal_limit_bytes != b->wal_limit_bytes) return false;
    if (a->memory_limit_bytes != b->memory_limit_bytes || a->n_threads != b->n_threads) return false;
    if (!str_eq(str_of(a->temp_dir), str_of(b->temp_dir)) || a->n_allowed_paths != b->n_allowed_paths) return false;
    for (size_t i = 0; i < a->n_allowed_paths; i++)
        if (!str_eq(a->allowed_paths[i], b->allowed_paths[i])) return false;
    return true;
}

/* The instance of the same file, under the lock. */
static EngineDb *db_find(EngineRegistry *registry, const EngineDb *wanted) {
    if (!wanted->path || !wanted->engine->is_one_instance) return NULL;
    for (EngineDb *db = registry->dbs; db; db = db->next) {
        if (db->engine != wanted->engine || !db->path) continue;
        if (!strcmp(db->path, wanted->path)) return db;
        if (db->has_file && wanted->has_file && db->device == wanted->device && db->inode == wanted->inode) return db;
    }
    return NULL;
}

static void db_unlink(EngineRegistry *registry, EngineDb *gone) {
    EngineDb **at = &registry->dbs;
    while (*at && *at != gone) at = &(*at)->next;
    if (*at) *at = gone->next;
}

/* Joins an instance that is open; NULL when it cannot. Under the lock. */
static ErrCode db_join(EngineDb *db, const EngineDb *wanted, Err *err) {
    if (!config_agrees(&db->config, &wanted->config))
        return err_set(err, ERR_CONFLICT,
                       "The database '%s' is open in this process with other settings; close it first.", db->path);
    if (db->has_file && wanted->has_file && (db->device != wanted->device || db->inode != wanted->inode))
        return err_set(err, ERR_CONFLICT,
                       "The file '%s' was replaced while it is open in this process; close it first.", db->path);
    db->n_holds++;
    return ERR_OK;
}

/* Opens a database that nobody else has, outside the lock. */
static ErrCode db_open(const Ctx *ctx, EngineRegistry *registry, EngineDb *db, Err *err) {
    ErrCode code = db->engine->open(ctx, db, err);
    struct stat info;
    bool is_there = !code && db->path && stat(db->path, &info) == 0;
    pthread_mutex_lock(&registry->lock);
    db->state = ENGINE_DB_OPEN;
    db->has_file = is_there;
    if (is_there) {
        db->device = (uint64_t)info.st_dev;
        db->inode = (uint64_t)info.st_ino;
    }
    if (code) db_unlink(registry, db);
    pthread_cond_broadcast(&registry->changed);
    pthread_mutex_unlock(&registry->lock);
    return code;
}

/* Joins the instance there is, or enters `wanted` as one being opened. */
static ErrCode db_enter(EngineRegistry *registry, EngineDb *wanted, EngineDb **ret_db, Err *err) {
    pthread_mutex_lock(&registry->lock);
    EngineDb *db;
    while ((db = db_find(registry, wanted)) && db->state != ENGINE_DB_OPEN)
        pthread_cond_wait(&registry->changed, &registry->lock);
    ErrCode code = ERR_OK;
    if (db) {
        code = db_join(db, wanted, err);
    } else {
        db = wanted;
        db->n_holds = 1;
        db->state = ENGINE_DB_OPENING;
        db->next = registry->dbs;
        registry->dbs = db;
    }
    pthread_mutex_unlock(&registry->lock);
    if (!code) *ret_db = db;
    return code;
}

ErrCode engine_db_acquire(const Ctx *ctx, EngineRegistry *registry, const Engine *engine, const EngineConfig *config,
                          EngineDb **ret_db, Err *err) {
    if (!registry->has_thread)
        return err_set(err, ERR_IO, "The system refused a thread at start; free some and start again.");
    Arena *arena = arena_new(0);
    EngineDb *wanted = ARENA_NEW(arena, EngineDb);
    wanted->arena = arena;
    wanted->registry = registry;
    wanted->engine = engine;
    wanted->config = config_copy(arena, config);
    EngineDb *db = NULL;
    ErrCode code = db_locate(wanted, err);
    if (!code) code = db_enter(registry, wanted, &db, err);
    if (!code && db == wanted) code = db_open(ctx, registry, db, err);
    if (code || db != wanted) arena_free(arena);
    if (!code) *ret_db = db;
    return code;
}

void engine_db_hold(EngineDb *db) {
    pthread_mutex_lock(&db->registry->lock);
    db->n_holds++;
    pthread_mutex_unlock(&db->registry->lock);
}

void engine_db_release(EngineDb *db) {
    EngineRegistry *registry = db->registry;
    pthread_mutex_lock(&registry->lock);
    bool is_last = --db->n_holds == 0;
    if (is_last) db->state = ENGINE_DB_CLOSING;
    pthread_mutex_unlock(&registry->lock);
    if (!is_last) return;
    db->engine->close(db);
    pthread_mutex_lock(&registry->lock);
    db_unlink(registry, db);
    pthread_cond_broadcast(&registry->changed);
    pthread_mutex_unlock(&registry->lock);
    arena_free(db->arena);
}
