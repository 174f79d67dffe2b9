/*
 * Brings gold in step with silver within the publishing transaction: members get their keys, dimensions are compared with what
 * stands there, facts and the calendar follow.
 *
 * Only what a change can have reached is looked at: a part of gold is refreshed when a table on its path changed in this batch,
 * when members it points to came or went, or when it was last built from another model (_starling.built tells). Dimensions come
 * before the facts that look their members up; the calendar last, for its range is that of the facts.
 */
#include "pipeline/pipeline_internal.h"

/* ---- shared with the parts ------------------------------------------------------------------------------------------ */

ErrCode pipeline_draft_path(SelectDraft *draft, const ModelPath *path, const ExprScope *scope, Err *err) {
    pipeline_draft_from(draft, SQL_JOIN_NONE, pipeline_silver(draft->arena, path->table), path->table->name, NULL);
    for (size_t i = 0; i < path->n_joins; i++) {
        const ModelJoin *join = &path->joins[i];
        const SqlExpr *on = NULL;
        for (size_t k = 0; k < join->table->n_key; k++) {
            const ModelColumn *column = &join->table->columns[join->table->key[k]];
            const SqlExpr *value;
            TRY(expr_compile(scope, join->on[k], &value, err));
            const SqlExpr *key = sql_column(draft->arena, join->alias, column->name, column->type);
            on = sql_and(draft->arena, on, sql_call2(draft->arena, SQL_FN_EQ, key, value));
        }
        pipeline_draft_from(draft, SQL_JOIN_LEFT, pipeline_silver(draft->arena, join->table), join->alias, on);
    }
    return ERR_OK;
}

bool pipeline_path_is_changed(const Warehouse *warehouse, const ModelPath *path) {
    if (warehouse->is_table_changed[pipeline_table_index(warehouse->model, path->table)]) return true;
    for (size_t i = 0; i < path->n_joins; i++)
        if (warehouse->is_table_changed[pipeline_table_index(warehouse->model, path->joins[i].table)]) return true;
    return false;
}

ErrCode pipeline_gold_is_built(const Ctx *ctx, Warehouse *warehouse, Str name, bool *ret_is_built, Err *err) {
    Value text = value_text(name), model = value_text(warehouse->model->hash), n;
    TRY(engine_valuef(ctx, warehouse->conn, &n, err,
                      "SELECT count(*) FROM _starling.built WHERE name = %V AND model = %V", &text, &model));
    *ret_is_built = n.i > 0;
    return ERR_OK;
}

ErrCode pipeline_gold_mark_built(const Ctx *ctx, Warehouse *warehouse, Str name, Err *err) {
    Value text = value_text(name), model = value_text(warehouse->model->hash);
    TRY(engine_execf(ctx, warehouse->conn, NULL, err, "DELETE FROM _starling.built WHERE name = %V", &text));
    return engine_execf(ctx, warehouse->conn, NULL, err, "INSERT INTO _starling.built (name, model) VALUES (%V, %V)",
                        &text, &model);
}

/* ---- what is to be done --------------------------------------------------------------------------------------------- */

static bool is_fact_reached(const Warehouse *warehouse, const ModelFact *fact) {
    if (pipeline_path_is_changed(warehouse, &fact->path)) return true;
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelTable *table = fact->columns[i].lookup.table;
        if (table && warehouse->is_table_changed[pipeline_table_index(warehouse->model, table)]) return true;
    }
    for (size_t i = 0; i < fact->n_roles; i++)
        if (warehouse->is_members_changed[fact->roles[i].dimension - warehouse->model->dimensions]) return true;
    return false;
}

static ErrCode refresh_dimensions(const Ctx *ctx, Warehouse *warehouse, TableCountsVec *counts, Err *err) {
    for (size_t i = 0; i < warehouse->model->n_dimensions; i++) {
        const ModelDimension *dimension = &warehouse->model->dimensions[i];
        Str name = pipeline_name(ctx->arena, "dim_", dimension->name);
        bool is_built;
        TRY(pipeline_gold_is_built(ctx, warehouse, name, &is_built, err));
        if (is_built && !pipeline_path_is_changed(warehouse, &dimension->path)) continue;
        TableCounts count = {.step = S("dimension"), .table = dimension->name};
        ctx_progress(ctx, pipeline_name(ctx->arena, "Building dimension ", dimension->name), 0, 0);
        int64_t from_us = clock_monotonic(ctx->clock);
        TRY(pipeline_gold_dimension_refresh(ctx, warehouse, dimension, &count, err));
        if (!is_built) TRY(pipeline_gold_mark_built(ctx, warehouse, name, err));
        count.duration_us = clock_monotonic(ctx->clock) - from_us;
        warehouse->is_members_changed[i] = count.n_inserted + count.n_deleted > 0;
        VEC_PUSH(ctx->arena, counts, count);
    }
    return ERR_OK;
}

static ErrCode refresh_facts(const Ctx *ctx, Warehouse *warehouse, TableCountsVec *counts, bool *ret_is_any, Err *err) {
    for (size_t i = 0; i < warehouse->model->n_facts; i++) {
        const ModelFact *fact = &warehouse->model->facts[i];
        Str name = pipeline_name(ctx->arena, "fact_", fact->name);
        bool is_built;
        TRY(pipeline_gold_is_built(ctx, warehouse, name, &is_built, err));
        if (is_built && !is_fact_reached(warehouse, fact)) continue;
        TableCounts count = {.step = S("fact"), .table = fact->name};
        ctx_progress(ctx, pipeline_name(ctx->arena, "Building fact ", fact->name), 0, 0);
        int64_t from_us = clock_monotonic(ctx->clock);
        TRY(pipeline_gold_fact_refresh(ctx, warehouse, fact, &count, err));
        if (!is_built) TRY(pipeline_gold_mark_built(ctx, warehouse, name, err));
        count.duration_us = clock_monotonic(ctx->clock) - from_us;
        VEC_PUSH(ctx->arena, counts, count);
        *ret_is_any = true;
    }
    return ERR_OK;
}

ErrCode pipeline_gold_refresh(const Ctx *ctx, Warehouse *warehouse, TableCountsVec *counts, Err *err) {
    TRY(refresh_dimensions(ctx, warehouse, counts, err));
    bool is_any_fact = false;
    TRY(refresh_facts(ctx, warehouse, counts, &is_any_fact, err));
    Str name = S("dim_date");
    bool is_built;
    TRY(pipeline_gold_is_built(ctx, warehouse, name, &is_built, err));
    if (is_built && !is_any_fact) return ERR_OK;
    TableCounts count = {.step = S("dimension"), .table = S("date")};
    int64_t from_us = clock_monotonic(ctx->clock);
    TRY(pipeline_gold_date_refresh(ctx, warehouse, &count, err));
    if (!is_built) TRY(pipeline_gold_mark_built(ctx, warehouse, name, err));
    count.duration_us = clock_monotonic(ctx->clock) - from_us;
    VEC_PUSH(ctx->arena, counts, count);
    return ERR_OK;
}
