/* Existing databases that sources of a pack are attached to. */
#include "meta/meta_internal.h"

static ErrCode attached_remove(const Ctx *ctx, Meta *meta, Str project, Str source, Err *err) {
    Value values[] = {value_text(project), value_text(source)};
    return engine_execf(ctx, meta->conn, NULL, err, "DELETE FROM attached WHERE project = %V AND source = %V",
                        &values[0], &values[1]);
}

static ErrCode attached_set(const Ctx *ctx, Meta *meta, Str project, const MetaAttached *attached, Err *err) {
    TRY(meta_project_require(ctx, meta, project, err));
    TRY(attached_remove(ctx, meta, project, attached->source, err));
    Value values[] = {value_text(project), value_text(attached->source), value_text(attached->path),
                      value_text(attached->tables), value_int(clock_now(ctx->clock))};
    return engine_execf(ctx, meta->conn, NULL, err,
                        "INSERT INTO attached (project, source, path, tables, at_us) VALUES (%V, %V, %V, %V, %V)",
                        &values[0], &values[1], &values[2], &values[3], &values[4]);
}

ErrCode meta_attached_set(const Ctx *ctx, Meta *meta, Str project, const MetaAttached *attached, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, attached_set(ctx, meta, project, attached, err), err);
}

ErrCode meta_attached_remove(const Ctx *ctx, Meta *meta, Str project, Str source, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, attached_remove(ctx, meta, project, source, err), err);
}

static void read_attached(MetaRow *row, void *item) {
    MetaAttached *attached = item;
    attached->source = meta_row_text(row);
    attached->path = meta_row_text(row);
    attached->tables = meta_row_text(row);
    attached->at_us = meta_row_int(row);
}

ErrCode meta_attached(const Ctx *ctx, Meta *meta, Str project, MetaAttached **ret_attached, size_t *ret_n, Err *err) {
    Value name = value_text(project);
    EngineStream *stream = NULL;
    TRY(engine_queryf(ctx, meta->conn, &stream, err,
                      "SELECT source, path, tables, at_us FROM attached WHERE project = %V ORDER BY source", &name));
    void *attached = NULL;
    TRY(meta_rows(ctx, stream, sizeof(MetaAttached), read_attached, &attached, ret_n, err));
    *ret_attached = attached;
    return ERR_OK;
}
