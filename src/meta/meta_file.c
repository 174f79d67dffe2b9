/* Files taken in. Their ids rise in the order they arrived, which is the order in which they are replayed. */
#include "meta/meta_internal.h"

static ErrCode file_add(const Ctx *ctx, Meta *meta, Str project, const MetaFile *file, int64_t *ret_id, Err *err) {
    int64_t id = 0, at_us = file->at_us ? file->at_us : clock_now(ctx->clock);
    TRY(meta_project_require(ctx, meta, project, err));
    TRY(meta_next_id(ctx, meta, S("file"), &id, err));
    Value values[] = {
        value_int(id),          value_text(project),           value_text(file->input),  value_text(file->name),
        value_text(file->path), value_text(file->hash),        value_int(file->n_bytes), value_int(file->n_rows),
        value_int(at_us),       value_int(file->is_quarantine)};
    TRY(engine_execf(ctx, meta->conn, NULL, err,
                     "INSERT INTO file (id, project, input, name, path, hash, n_bytes, n_rows, at_us, is_quarantine)"
                     " VALUES (%V, %V, %V, %V, %V, %V, %V, %V, %V, %V)",
                     &values[0], &values[1], &values[2], &values[3], &values[4], &values[5], &values[6], &values[7],
                     &values[8], &values[9]));
    *ret_id = id;
    return ERR_OK;
}

ErrCode meta_file_add(const Ctx *ctx, Meta *meta, Str project, const MetaFile *file, int64_t *ret_id, Err *err) {
    int64_t id = 0;
    TRY(meta_begin(ctx, meta, err));
    TRY(meta_end(ctx, meta, file_add(ctx, meta, project, file, &id, err), err));
    *ret_id = id;
    return ERR_OK;
}

static ErrCode files_add(const Ctx *ctx, Meta *meta, Str project, const MetaFile *files, size_t n_files, Err *err) {
    int64_t id;
    for (size_t i = 0; i < n_files; i++) TRY(file_add(ctx, meta, project, &files[i], &id, err));
    return ERR_OK;
}

ErrCode meta_files_add(const Ctx *ctx, Meta *meta, Str project, const MetaFile *files, size_t n_files, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, files_add(ctx, meta, project, files, n_files, err), err);
}

static void read_file(MetaRow *row, void *item) {
    MetaFile *file = item;
    file->id = meta_row_int(row);
    file->input = meta_row_text(row);
    file->name = meta_row_text(row);
    file->path = meta_row_text(row);
    file->hash = meta_row_text(row);
    file->n_bytes = meta_row_int(row);
    file->n_rows = meta_row_int(row);
    file->at_us = meta_row_int(row);
    file->is_quarantine = meta_row_int(row) != 0;
}

ErrCode meta_files(const Ctx *ctx, Meta *meta, Str project, MetaFile **ret_files, size_t *ret_n, Err *err) {
    Value name = value_text(project);
    EngineStream *stream = NULL;
    TRY(engine_queryf(
        ctx, meta->conn, &stream, err,
        "SELECT id, input, name, path, hash, n_bytes, n_rows, at_us, is_quarantine FROM file WHERE project = %V ORDER BY id",
        &name));
    void *files = NULL;
    TRY(meta_rows(ctx, stream, sizeof(MetaFile), read_file, &files, ret_n, err));
    *ret_files = files;
    return ERR_OK;
}

ErrCode meta_file_newest(const Ctx *ctx, Meta *meta, Str project, int64_t *ret_id, Err *err) {
    Value name = value_text(project), id;
    TRY(engine_valuef(ctx, meta->conn, &id, err, "SELECT id FROM file WHERE project = %V ORDER BY id DESC LIMIT 1",
                      &name));
    *ret_id = id.is_null || id.type.kind != TYPE_INT64 ? 0 : id.i;
    return ERR_OK;
}
