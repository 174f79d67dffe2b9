/* Opening and closing, and the helpers that the tables' files share. */
#include "meta/meta_internal.h"

#include <string.h>

enum { META_BUSY_MS = 3000 }; /* a change takes milliseconds, so who holds the file longer than this hangs */

static void meta_free(Meta *meta) {
    engine_disconnect(meta->conn);
    engine_close(meta->db);
    arena_free(meta->arena);
}

/* Brings the schema to this program's version, or says why that cannot be. */
static ErrCode meta_check_version(const Ctx *ctx, const Meta *meta, bool is_read_only, Err *err) {
    int64_t version = 0;
    ErrCode code = meta_schema_version(ctx, meta->conn, &version, err);
    if (code == ERR_CORRUPT) err_ignore(err_prefix(err, "'%s'", meta->path));
    if (code) return code;
    if (version > META_VERSION) {
        return err_set(err, ERR_VERSION,
                       "'%s' was written by a newer program: it has version %" PRId64
                       " and this program reads up to version %d; update the program",
                       meta->path, version, META_VERSION);
    }
    if (version == META_VERSION) return ERR_OK;
    if (is_read_only) {
        return err_set(
            err, ERR_VERSION,
            "'%s' has the older version %" PRId64
            " and this program needs version %d; run a command that writes, such as sync, to bring it forward",
            meta->path, version, META_VERSION);
    }
    return meta_schema_migrate(ctx, meta->conn, META_MIGRATIONS, META_VERSION, err);
}

static ErrCode meta_connect(const Ctx *ctx, EngineRegistry *registry, const EngineConfig *config, Meta *meta,
                            Err *err) {
    TRY(engine_open(ctx, registry, &ENGINE_SQLITE, config, &meta->db, err));
    TRY(engine_connect(ctx, meta->db, &meta->conn, err));
    return meta_check_version(ctx, meta, config->is_read_only, err);
}

ErrCode meta_open(const Ctx *ctx, EngineRegistry *registry, const char *path, bool is_create, bool is_read_only,
                  Meta **ret_meta, Err *err) {
    EngineConfig config = {
        .path = path,
        .is_create = is_create,
        .is_read_only = is_read_only,
        .busy_timeout_ms = META_BUSY_MS,
        .has_no_writers = is_read_only, /* the home's lock */
    };
    Arena *arena = arena_new(0);
    Meta *meta = ARENA_NEW(arena, Meta);
    meta->arena = arena;
    meta->path = arena_cstr(arena, str_of(path));
    meta_keep_runs(meta, 0);
    ErrCode code = meta_connect(ctx, registry, &config, meta, err);
    if (code) {
        meta_free(meta);
        return code;
    }
    *ret_meta = meta;
    return ERR_OK;
}

void meta_close(Meta *meta) {
    if (meta) meta_free(meta);
}

void meta_keep_runs(Meta *meta, int64_t n_runs) {
    meta->n_runs_keep = n_runs > 0 ? n_runs : META_RUNS_KEEP;
}

/* ---- transactions --------------------------------------------------------------------------------------------------- */

ErrCode meta_begin(const Ctx *ctx, Meta *meta, Err *err) {
    return engine_begin(ctx, meta->conn, true, err);
}

ErrCode meta_end(const Ctx *ctx, Meta *meta, ErrCode code, Err *err) {
    if (!code) return engine_commit(ctx, meta->conn, err);
    engine_rollback(meta->conn);
    return code;
}

/* Not max(id) + 1: that would give the id of a removed row again, and two writers of a server the same one. */
ErrCode meta_next_id(const Ctx *ctx, Meta *meta, Str sequence, int64_t *ret_id, Err *err) {
    Value name = value_text(sequence), id;
    TRY(engine_execf(ctx, meta->conn, NULL, err, "UPDATE meta_sequence SET last_value = last_value + 1 WHERE name = %V",
                     &name));
    TRY(engine_valuef(ctx, meta->conn, &id, err, "SELECT last_value FROM meta_sequence WHERE name = %V", &name));
    if (id.is_null || id.type.kind != TYPE_INT64)
        return err_set(err, ERR_CORRUPT, "'%s' lacks its counter of %.*s ids; restore it from a backup", meta->path,
                       STR_ARG(sequence));
    *ret_id = id.i;
    return ERR_OK;
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static Value meta_row_value(MetaRow *row) {
    return column_value(&row->batch->columns[row->column++], row->row);
}

int64_t meta_row_int(MetaRow *row) {
    Value value = meta_row_value(row);
    return value.is_null || value.type.kind != TYPE_INT64 ? 0 : value.i;
}

Str meta_row_text(MetaRow *row) {
    Value value = meta_row_value(row);
    return value.is_null || value.type.kind != TYPE_TEXT ? S("") : arena_str(row->arena, value.s);
}

ErrCode meta_rows(const Ctx *ctx, EngineStream *stream, size_t size, void (*read)(MetaRow *row, void *item),
                  void **ret_items, size_t *ret_n, Err *err) {
    char *items = NULL;
    size_t n = 0, cap = 0;
    for (;;) {
        const Batch *batch = NULL;
        ErrCode code = engine_stream_next(stream, &batch, err);
        if (code || !batch) {
            engine_stream_close(stream);
            if (code) return code;
            break;
        }
        for (size_t i = 0; i < batch->n_rows; i++) {
            if (n == cap) items = vec_grow(ctx->arena, items, n, &cap, size);
            char *item = items + n++ * size;
            memset(item, 0, size);
            read(&(MetaRow){.arena = ctx->arena, .batch = batch, .row = i}, item);
        }
    }
    *ret_items = items;
    *ret_n = n;
    return ERR_OK;
}
