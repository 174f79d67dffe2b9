/* Applied models. The text in here is the truth; the pack's folder is a draft of the next one. */
#include "meta/meta_internal.h"

/* Version and hash of the current model; 0 and empty when there is none. */
static ErrCode current_model(const Ctx *ctx, Meta *meta, Str project, int64_t *ret_version, Str *ret_hash, Err *err) {
    Value name = value_text(project), version, hash;
    TRY(engine_valuef(ctx, meta->conn, &version, err, "SELECT model_version FROM project WHERE name = %V", &name));
    if (version.is_null || version.type.kind != TYPE_INT64) version = value_int(0);
    TRY(engine_valuef(ctx, meta->conn, &hash, err, "SELECT hash FROM model WHERE project = %V AND version = %V", &name,
                      &version));
    *ret_version = version.i;
    *ret_hash = hash.is_null ? S("") : hash.s;
    return ERR_OK;
}

static ErrCode insert_model(const Ctx *ctx, Meta *meta, Str project, int64_t version, Str hash, const MetaModel *model,
                            Err *err) {
    int64_t at_us = model->at_us ? model->at_us : clock_now(ctx->clock);
    Value values[] = {value_text(project),       value_int(version),         value_text(hash), value_text(model->text),
                      value_text(model->author), value_text(model->comment), value_int(at_us)};
    TRY(engine_execf(ctx, meta->conn, NULL, err,
                     "INSERT INTO model (project, version, hash, text, author, comment, at_us)"
                     " VALUES (%V, %V, %V, %V, %V, %V, %V)",
                     &values[0], &values[1], &values[2], &values[3], &values[4], &values[5], &values[6]));
    return engine_execf(ctx, meta->conn, NULL, err, "UPDATE project SET model_version = %V WHERE name = %V", &values[1],
                        &values[0]);
}

static ErrCode model_apply(const Ctx *ctx, Meta *meta, Str project, const MetaModel *model, int64_t *ret_version,
                           Err *err) {
    TRY(meta_project_require(ctx, meta, project, err));
    int64_t version = 0;
    Str current = {0}, hash = model->hash.n ? model->hash : hash_text(ctx->arena, model->text);
    TRY(current_model(ctx, meta, project, &version, &current, err));
    if (!version || !str_eq(hash, current)) TRY(insert_model(ctx, meta, project, ++version, hash, model, err));
    *ret_version = version;
    return ERR_OK;
}

ErrCode meta_model_apply(const Ctx *ctx, Meta *meta, Str project, const MetaModel *model, int64_t *ret_version,
                         Err *err) {
    int64_t version = 0;
    TRY(meta_begin(ctx, meta, err));
    TRY(meta_end(ctx, meta, model_apply(ctx, meta, project, model, &version, err), err));
    *ret_version = version;
    return ERR_OK;
}

static void read_model(MetaRow *row, void *item) {
    MetaModel *model = item;
    model->version = meta_row_int(row);
    model->hash = meta_row_text(row);
    model->author = meta_row_text(row);
    model->comment = meta_row_text(row);
    model->at_us = meta_row_int(row);
}

static void read_model_with_text(MetaRow *row, void *item) {
    read_model(row, item);
    ((MetaModel *)item)->text = meta_row_text(row);
}

ErrCode meta_model_get(const Ctx *ctx, Meta *meta, Str project, int64_t version, MetaModel *ret_model, Err *err) {
    Value name = value_text(project), wanted = value_int(version);
    EngineStream *stream = NULL;
    TRY(meta_project_require(ctx, meta, project, err));
    TRY(engine_queryf(ctx, meta->conn, &stream, err,
                      "SELECT m.version, m.hash, m.author, m.comment, m.at_us, m.text"
                      " FROM model AS m JOIN project AS p ON p.name = m.project"
                      " WHERE m.project = %V AND m.version = CASE WHEN %V = 0 THEN p.model_version ELSE %V END",
                      &name, &wanted, &wanted));
    void *models = NULL;
    size_t n = 0;
    TRY(meta_rows(ctx, stream, sizeof(MetaModel), read_model_with_text, &models, &n, err));
    if (n) {
        *ret_model = *(const MetaModel *)models;
        return ERR_OK;
    }
    if (!version)
        return err_set(err, ERR_NOT_FOUND, "project '%.*s' has no applied model; apply its pack first",
                       STR_ARG(project));
    return err_set(err, ERR_NOT_FOUND, "project '%.*s' has no model of version %" PRId64, STR_ARG(project), version);
}

ErrCode meta_models(const Ctx *ctx, Meta *meta, Str project, MetaModel **ret_models, size_t *ret_n, Err *err) {
    Value name = value_text(project);
    EngineStream *stream = NULL;
    TRY(engine_queryf(
        ctx, meta->conn, &stream, err,
        "SELECT version, hash, author, comment, at_us FROM model WHERE project = %V ORDER BY version DESC", &name));
    void *models = NULL;
    TRY(meta_rows(ctx, stream, sizeof(MetaModel), read_model, &models, ret_n, err));
    *ret_models = models;
    return ERR_OK;
}
