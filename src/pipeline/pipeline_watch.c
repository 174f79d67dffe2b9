/*
 * Whether sources may have moved. SQLite's data_version is unchanged by the connection's own writes and changed by everybody
 * else's, so the watch has a connection of its own to each database, which never writes. A database may be made later than the
 * watch, and may be replaced by another file under it: then the connection, which would go on seeing the old one, is opened anew.
 */
#include <sys/stat.h>

#include "pipeline/pipeline_internal.h"

enum { WATCH_BUSY_MS = 1000 };

typedef struct WatchedDb {
    struct WatchedDb *next;
    const char *path;
    bool is_foreign;
    EngineDb *db; /* NULL: there is no file yet */
    EngineConn *conn;
    dev_t device;
    ino_t inode;
    int64_t version;
} WatchedDb;

struct PipelineWatch {
    Arena *arena;
    EngineRegistry *registry;
    Meta *meta;
    Str project;
    bool is_told; /* the first answer was given */
    bool has_files;
    int64_t newest_file;
    WatchedDb *databases;
};

static void add_database(PipelineWatch *watch, Str path, bool is_foreign) {
    WatchedDb *database = ARENA_NEW(watch->arena, WatchedDb);
    *database = (WatchedDb){.next = watch->databases, .path = arena_cstr(watch->arena, path), .is_foreign = is_foreign};
    watch->databases = database;
}

static ErrCode add_attached(const Ctx *ctx, PipelineWatch *watch, Err *err) {
    MetaAttached *attached;
    size_t n;
    TRY(meta_attached(ctx, watch->meta, watch->project, &attached, &n, err));
    for (size_t i = 0; i < n; i++) add_database(watch, attached[i].path, true);
    return ERR_OK;
}

ErrCode pipeline_watch_open(const Ctx *ctx, const PipelineProject *project, PipelineWatch **ret_watch, Err *err) {
    Arena *arena = arena_new(0);
    PipelineWatch *watch = ARENA_NEW(arena, PipelineWatch);
    *watch = (PipelineWatch){.arena = arena,
                             .registry = project->registry,
                             .meta = project->meta,
                             .project = arena_str(arena, project->name)};
    bool is_managed = false;
    for (size_t i = 0; i < project->model->n_sources; i++) {
        is_managed |= project->model->sources[i].kind == MODEL_SOURCE_MANAGED;
        watch->has_files |= project->model->sources[i].kind == MODEL_SOURCE_FILES;
    }
    if (is_managed) add_database(watch, str_of(project->oltp_path), false);
    ErrCode code = add_attached(ctx, watch, err);
    if (code) {
        pipeline_watch_close(watch);
        return code;
    }
    *ret_watch = watch;
    return ERR_OK;
}

static void close_database(WatchedDb *database) {
    engine_disconnect(database->conn);
    engine_close(database->db);
    database->conn = NULL;
    database->db = NULL;
}

static ErrCode open_database(const Ctx *ctx, const PipelineWatch *watch, WatchedDb *database, const struct stat *st,
                             Err *err) {
    const EngineConfig config = {.path = database->path,
                                 .busy_timeout_ms = WATCH_BUSY_MS,
                                 .trusts_schema = !database->is_foreign,
                                 .is_foreign = database->is_foreign};
    TRY(engine_open(ctx, watch->registry, &ENGINE_SQLITE, &config, &database->db, err));
    ErrCode code = engine_connect(ctx, database->db, &database->conn, err);
    if (code) {
        close_database(database);
        return code;
    }
    database->device = st->st_dev;
    database->inode = st->st_ino;
    database->version = -1;
    return ERR_OK;
}

static ErrCode look_at_database(const Ctx *ctx, const PipelineWatch *watch, WatchedDb *database, bool *ret_is_moved,
                                Err *err) {
    struct stat st;
    bool is_there = stat(database->path, &st) == 0;
    bool is_other = database->db && (!is_there || st.st_dev != database->device || st.st_ino != database->inode);
    if (is_other) close_database(database);
    *ret_is_moved |= is_other;
    if (!is_there) return ERR_OK;
    if (!database->db) TRY(open_database(ctx, watch, database, &st, err));
    Value version;
    TRY(engine_valuef(ctx, database->conn, &version, err, "PRAGMA data_version"));
    *ret_is_moved |= version.i != database->version;
    database->version = version.i;
    return ERR_OK;
}

static ErrCode look_at_files(const Ctx *ctx, PipelineWatch *watch, bool *ret_is_moved, Err *err) {
    int64_t newest = 0;
    TRY(meta_file_newest(ctx, watch->meta, watch->project, &newest, err));
    *ret_is_moved |= newest != watch->newest_file;
    watch->newest_file = newest;
    return ERR_OK;
}

ErrCode pipeline_watch_is_moved(const Ctx *ctx, PipelineWatch *watch, bool *ret_is_moved, Err *err) {
    bool is_moved = !watch->is_told;
    for (WatchedDb *database = watch->databases; database; database = database->next)
        TRY(look_at_database(ctx, watch, database, &is_moved, err));
    if (watch->has_files) TRY(look_at_files(ctx, watch, &is_moved, err));
    watch->is_told = true;
    *ret_is_moved = is_moved;
    return ERR_OK;
}

void pipeline_watch_close(PipelineWatch *watch) {
    if (!watch) return;
    for (WatchedDb *database = watch->databases; database; database = database->next) close_database(database);
    arena_free(watch->arena);
}
