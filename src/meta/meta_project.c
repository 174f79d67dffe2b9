/* Projects. What hangs on one goes with it by the foreign keys. */
#include "meta/meta_internal.h"

static ErrCode project_exists(const Ctx *ctx, Meta *meta, Str name, bool *ret_exists, Err *err) {
    Value value = value_text(name), found;
    TRY(engine_valuef(ctx, meta->conn, &found, err, "SELECT name FROM project WHERE name = %V", &value));
    *ret_exists = !found.is_null;
    return ERR_OK;
}

ErrCode meta_project_require(const Ctx *ctx, Meta *meta, Str name, Err *err) {
    bool exists = false;
    TRY(project_exists(ctx, meta, name, &exists, err));
    if (exists) return ERR_OK;
    return err_set(err, ERR_NOT_FOUND, "there is no project '%.*s'; init makes one", STR_ARG(name));
}

static ErrCode project_add(const Ctx *ctx, Meta *meta, Str name, Str pack, Err *err) {
    bool exists = false;
    TRY(project_exists(ctx, meta, name, &exists, err));
    if (exists)
        return err_set(err, ERR_EXISTS, "there is a project '%.*s' already; choose another name, or remove it first",
                       STR_ARG(name));
    Value values[] = {value_text(name), value_text(pack), value_int(0), value_int(clock_now(ctx->clock))};
    return engine_execf(ctx, meta->conn, NULL, err,
                        "INSERT INTO project (name, pack, model_version, created_at_us) VALUES (%V, %V, %V, %V)",
                        &values[0], &values[1], &values[2], &values[3]);
}

ErrCode meta_project_add(const Ctx *ctx, Meta *meta, Str name, Str pack, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, project_add(ctx, meta, name, pack, err), err);
}

static ErrCode project_remove(const Ctx *ctx, Meta *meta, Str name, Err *err) {
    TRY(meta_project_require(ctx, meta, name, err));
    Value value = value_text(name);
    return engine_execf(ctx, meta->conn, NULL, err, "DELETE FROM project WHERE name = %V", &value);
}

ErrCode meta_project_remove(const Ctx *ctx, Meta *meta, Str name, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, project_remove(ctx, meta, name, err), err);
}

static void read_project(MetaRow *row, void *item) {
    MetaProject *project = item;
    project->name = meta_row_text(row);
    project->pack = meta_row_text(row);
    project->model_version = meta_row_int(row);
    project->created_at_us = meta_row_int(row);
}

ErrCode meta_projects(const Ctx *ctx, Meta *meta, MetaProject **ret_projects, size_t *ret_n, Err *err) {
    EngineStream *stream = NULL;
    TRY(engine_queryf(ctx, meta->conn, &stream, err,
                      "SELECT name, pack, model_version, created_at_us FROM project ORDER BY name"));
    void *projects = NULL;
    TRY(meta_rows(ctx, stream, sizeof(MetaProject), read_project, &projects, ret_n, err));
    *ret_projects = projects;
    return ERR_OK;
}
