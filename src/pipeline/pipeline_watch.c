/*
 * Whether sources may have moved. SQLite's data_version is unchanged by the connection's own writes and changed by everybody
 * else's, so the watch has a connection that never writes. The database may be made later than the watch, and may be replaced
 * by another file under it: then the connection, which would go on seeing the old one, is opened anew.
 */
#include "pipeline/pipeline_internal.h"

#include <sys/stat.h>

enum { WATCH_BUSY_MS = 1000 };

struct PipelineWatch {
    Arena *arena;
    EngineRegistry *registry;
    Meta *meta;
    Str project;
    bool has_files;
    int64_t newest_file;
    const char *path; /* of the managed database; NULL: the project has none */
    bool is_told;     /* the first answer was given */
    EngineDb *db;     /* NULL: there is no file yet */
    EngineConn *conn;
    dev_t device;
    ino_t inode;
    int64_t version;
};

ErrCode pipeline_watch_open(const Ctx *ctx, const PipelineProject *project, PipelineWatch **ret_watch, Err *err) {
    (void)ctx, (void)err;
    Arena *arena = arena_new(0);
    PipelineWatch *watch = ARENA_NEW(arena, PipelineWatch);
    *watch = (PipelineWatch){.arena = arena,
                             .registry = project->registry,
                             .meta = project->meta,
                             .project = arena_str(arena, project->name)};
    for (size_t i = 0; i < project->model->n_sources; i++) {
        ModelSourceKind kind = project->model->sources[i].kind;
        watch->has_files |= kind == MODEL_SOURCE_FILES;
        if (kind == MODEL_SOURCE_MANAGED) watch->path = arena_cstr(arena, str_of(project->oltp_path));
    }
    *ret_watch = watch;
    return ERR_OK;
}

static void close_database(PipelineWatch *watch) {
    engine_disconnect(watch->conn);
    engine_close(watch->db);
    watch->conn = NULL;
    watch->db = NULL;
}

static ErrCode open_database(const Ctx *ctx, PipelineWatch *watch, const struct stat *st, Err *err) {
    const EngineConfig config = {.path = watch->path, .busy_timeout_ms = WATCH_BUSY_MS, .trusts_schema = true};
    TRY(engine_open(ctx, watch->registry, &ENGINE_SQLITE, &config, &watch->db, err));
    ErrCode code = engine_connect(ctx, watch->db, &watch->conn, err);
    if (code) {
        close_database(watch);
        return code;
    }
    watch->device = st->st_dev;
    watch->inode = st->st_ino;
    watch->version = -1;
    return ERR_OK;
}

static ErrCode look_at_database(const Ctx *ctx, PipelineWatch *watch, bool *ret_is_moved, Err *err) {
    struct stat st;
    bool is_there = stat(watch->path, &st) == 0;
    bool is_other = watch->db && (!is_there || st.st_dev != watch->device || st.st_ino != watch->inode);
    if (is_other) close_database(watch);
    *ret_is_moved |= is_other;
    if (!is_there) return ERR_OK;
    if (!watch->db) TRY(open_database(ctx, watch, &st, err));
    Value version;
    TRY(engine_valuef(ctx, watch->conn, &version, err, "PRAGMA data_version"));
    *ret_is_moved |= version.i != watch->version;
    watch->version = version.i;
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
    if (watch->path) TRY(look_at_database(ctx, watch, &is_moved, err));
    if (watch->has_files) TRY(look_at_files(ctx, watch, &is_moved, err));
    watch->is_told = true;
    *ret_is_moved = is_moved;
    return ERR_OK;
}

void pipeline_watch_close(PipelineWatch *watch) {
    if (!watch) return;
    close_database(watch);
    arena_free(watch->arena);
}
