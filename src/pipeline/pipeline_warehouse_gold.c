/*
 * Brings gold in step with silver within the publishing transaction: members get their keys, dimensions are compared with what
 * stands there, facts and the calendar follow.
 *
 * Only what a change can have reached is looked at: a part of gold is refreshed when a table on its path changed in this batch,
 * when members it points to came or went, or when it was last built from another model (_starling.built tells). Dimensions come
 * before the facts that look their members up; the calendar last, for its range is that of the facts.
 */
#include "pipeline/pipeline_internal.h"

/* ---- what was built from which model -------------------------------------------------------------------------------- */

typedef struct Built {
    VEC(Str) names; /* parts built from this model */
} Built;

static ErrCode read_built(const Ctx *ctx, Warehouse *warehouse, Built *ret_built, Err *err) {
    Value model = value_text(warehouse->model->hash);
    EngineStream *stream;
    TRY(engine_queryf(ctx, warehouse->conn, &stream, err, "SELECT name FROM _starling.built WHERE model = %V", &model));
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch)
        for (size_t row = 0; row < batch->n_rows; row++)
            VEC_PUSH(ctx->arena, &ret_built->names, arena_str(ctx->arena, column_str(&batch->columns[0], row)));
    engine_stream_close(stream);
    return code;
}

static bool is_in(const Built *built, Str name) {
    for (size_t i = 0; i < built->names.n; i++)
        if (str_eq(built->names.at[i], name)) return true;
    return false;
}

static ErrCode mark_built(const Ctx *ctx, Warehouse *warehouse, Str name, Err *err) {
    Value text = value_text(name), model = value_text(warehouse->model->hash);
    TRY(engine_execf(ctx, warehouse->conn, NULL, err, "DELETE FROM _starling.built WHERE name = %V", &text));
    return engine_execf(ctx, warehouse->conn, NULL, err, "INSERT INTO _starling.built (name, model) VALUES (%V, %V)",
                        &text, &model);
}

ErrCode pipeline_is_built(const Ctx *ctx, EngineConn *conn, const Model *model, bool *ret_is_built, Err *err) {
    Value hash = value_text(model->hash), n;
    TRY(engine_valuef(ctx, conn, &n, err, "SELECT count(*) FROM _starling.built WHERE model = %V", &hash));
    *ret_is_built = n.i >= (int64_t)(model->n_dimensions + model->n_facts + 1);
    return ERR_OK;
}

/* ---- what is to be done --------------------------------------------------------------------------------------------- */

static bool is_fact_reached(const Warehouse *warehouse, const ModelFact *fact) {
    if (pipeline_path_is_changed(warehouse, &fact->path)) return true;
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelTable *table = fact->columns[i].lookup.table;
        if (table && pipeline_change_of(warehouse, table)->is_changed) return true;
    }
    for (size_t i = 0; i < fact->n_roles; i++)
        if (warehouse->moved[fact->roles[i].dimension - warehouse->model->dimensions]) return true;
    return false;
}

static ErrCode refresh_dimensions(const Ctx *ctx, Warehouse *warehouse, const Built *built, TableCountsVec *counts,
                                  Err *err) {
    for (size_t i = 0; i < warehouse->model->n_dimensions; i++) {
        const ModelDimension *dimension = &warehouse->model->dimensions[i];
        Str name = pipeline_name(ctx->arena, "dim_", dimension->name);
        bool is_built = is_in(built, name);
        bool is_whole = !is_built || warehouse->is_whole;
        if (!is_whole && !pipeline_path_is_changed(warehouse, &dimension->path)) continue;
        TableCounts count = {.step = S("dimension"), .table = dimension->name};
        ctx_progress(ctx, pipeline_name(ctx->arena, "Building dimension ", dimension->name), 0, 0);
        int64_t from_us = clock_monotonic(ctx->clock);
        TRY(pipeline_gold_dimension_refresh(ctx, warehouse, dimension, is_whole, &count, err));
        if (!is_built) TRY(mark_built(ctx, warehouse, name, err));
        count.duration_us = clock_monotonic(ctx->clock) - from_us;
        VEC_PUSH(ctx->arena, counts, count);
    }
    return ERR_OK;
}

static ErrCode refresh_facts(const Ctx *ctx, Warehouse *warehouse, const Built *built, TableCountsVec *counts,
                             bool *ret_is_any, Err *err) {
    for (size_t i = 0; i < warehouse->model->n_facts; i++) {
        const ModelFact *fact = &warehouse->model->facts[i];
        Str name = pipeline_name(ctx->arena, "fact_", fact->name);
        bool is_built = is_in(built, name);
        bool is_whole = !is_built || warehouse->is_whole;
        if (!is_whole && !is_fact_reached(warehouse, fact)) continue;
        TableCounts count = {.step = S("fact"), .table = fact->name};
        ctx_progress(ctx, pipeline_name(ctx->arena, "Building fact ", fact->name), 0, 0);
        int64_t from_us = clock_monotonic(ctx->clock);
        TRY(pipeline_gold_fact_refresh(ctx, warehouse, fact, is_whole, &count, err));
        if (!is_built) TRY(mark_built(ctx, warehouse, name, err));
        count.duration_us = clock_monotonic(ctx->clock) - from_us;
        VEC_PUSH(ctx->arena, counts, count);
        *ret_is_any = true;
    }
    return ERR_OK;
}

static ErrCode verify_dimension(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                                TableCounts *counts, Err *err) {
    TableCounts changed = {0};
    TRY(pipeline_gold_dimension_refresh(ctx, warehouse, dimension, true, &changed, err));
    counts->n_read = changed.n_read;
    int64_t n = changed.n_inserted + changed.n_updated + changed.n_deleted;
    if (!n) return ERR_OK;
    SilverKey key = pipeline_natural_key(ctx->arena, dimension);
    Str keys;
    TRY(pipeline_key_examples(ctx, warehouse->conn, sql_relation_table(ctx->arena, S(""), S("_delta")), KEY_, key.names,
                              key.n, &keys, err));
    return err_set(err, ERR_DATA,
                   "%" PRId64
                   " versions of dimension '%.*s' are not as silver and bronze give them (%.*s); run `starling "
                   "rebuild gold`",
                   n, STR_ARG(dimension->name), STR_ARG(keys));
}

ErrCode pipeline_gold_verify(const Ctx *ctx, Warehouse *warehouse, TableCountsVec *counts, Err *err) {
    const Model *model = warehouse->model;
    for (size_t i = 0; i < model->n_dimensions + model->n_facts; i++) {
        const ModelDimension *dimension = i < model->n_dimensions ? &model->dimensions[i] : NULL;
        const ModelFact *fact = dimension ? NULL : &model->facts[i - model->n_dimensions];
        TableCounts count = {.step = S("verified"), .table = dimension ? dimension->name : fact->name};
        ctx_progress(ctx, pipeline_name(ctx->arena, "Comparing ", count.table), 0, 0);
        int64_t from_us = clock_monotonic(ctx->clock);
        if (dimension)
            TRY(verify_dimension(ctx, warehouse, dimension, &count, err));
        else
            TRY(pipeline_gold_fact_verify(ctx, warehouse, fact, &count, err));
        count.duration_us = clock_monotonic(ctx->clock) - from_us;
        VEC_PUSH(ctx->arena, counts, count);
    }
    return ERR_OK;
}

ErrCode pipeline_gold_refresh(const Ctx *ctx, Warehouse *warehouse, TableCountsVec *counts, Err *err) {
    Built built = {0};
    bool is_any_fact = false;
    TRY(read_built(ctx, warehouse, &built, err));
    TRY(refresh_dimensions(ctx, warehouse, &built, counts, err));
    TRY(refresh_facts(ctx, warehouse, &built, counts, &is_any_fact, err));
    Str name = S("dim_date");
    bool is_built = is_in(&built, name);
    if (is_built && !is_any_fact && !warehouse->is_whole) return ERR_OK;
    TableCounts count = {.step = S("dimension"), .table = S("date")};
    int64_t from_us = clock_monotonic(ctx->clock);
    TRY(pipeline_gold_date_refresh(ctx, warehouse, &count, err));
    if (!is_built) TRY(mark_built(ctx, warehouse, name, err));
    count.duration_us = clock_monotonic(ctx->clock) - from_us;
    VEC_PUSH(ctx->arena, counts, count);
    return ERR_OK;
}
