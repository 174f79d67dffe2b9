/*
 * Paths in SQL: a silver table and what is reached from it many-to-one; and which of a path's rows a batch touches.
 *
 * A row of a path is touched when its first table's row changed, or when a row that it reaches now changed, came or went. A row that
 * reached another one before does so no more because something on the way changed, which is one of these cases itself. So looking
 * along the path as it is now, from the changed keys of each of its tables, finds all of them.
 */
#include "pipeline/pipeline_internal.h"

/* ---- what expressions stand on -------------------------------------------------------------------------------------- */

static bool uses_alias(const SqlExpr *expr, Str alias) {
    if (!expr) return false;
    if (expr->kind == SQL_EXPR_COLUMN) return str_eq(expr->table, alias);
    for (size_t i = 0; i < expr->n_args; i++)
        if (uses_alias(expr->args[i], alias)) return true;
    return uses_alias(expr->filter, alias);
}

/* Which joins of a path the expressions need, and the joins those stand on. */
static ErrCode needed_joins(Arena *arena, const ModelPath *path, const ExprScope *scope, const SqlExpr *const *exprs,
                            size_t n_exprs, const bool **ret_is_needed, Err *err) {
    bool *is_needed = ARENA_ARRAY(arena, bool, path->n_joins);
    for (size_t i = path->n_joins; i-- > 0;) {
        for (size_t e = 0; e < n_exprs; e++) is_needed[i] |= uses_alias(exprs[e], path->joins[i].alias);
        for (size_t later = i + 1; later < path->n_joins; later++) {
            const ModelJoin *join = &path->joins[later];
            for (size_t k = 0; k < join->table->n_key && is_needed[later]; k++) {
                const SqlExpr *value;
                TRY(expr_compile(scope, join->on[k], &value, err));
                is_needed[i] |= uses_alias(value, path->joins[i].alias);
            }
        }
    }
    *ret_is_needed = is_needed;
    return ERR_OK;
}

bool pipeline_path_is_local(Arena *arena, const ModelPath *path, const Expr *expr) {
    ExprScope scope = model_path_scope(arena, path);
    const SqlExpr *value;
    if (expr_compile(&scope, expr, &value, NULL)) return false;
    for (size_t i = 0; i < path->n_joins; i++)
        if (uses_alias(value, path->joins[i].alias)) return false;
    return true;
}

/* ---- from ----------------------------------------------------------------------------------------------------------- */

/* The row of `alias` holds at the moment of the draft's "_moment". */
static const SqlExpr *holds(Arena *arena, Str alias) {
    Type type = TYPE(TYPE_TIMESTAMP);
    const SqlExpr *at = sql_column(arena, S(PATH_MOMENT), S("_t"), type);
    const SqlExpr *has_begun = sql_call2(arena, SQL_FN_LE, sql_column(arena, alias, S("_from"), type), at);
    const SqlExpr *goes_on = sql_call2(arena, SQL_FN_LT, at, sql_column(arena, alias, S("_to"), type));
    return sql_and(arena, has_begun, goes_on);
}

ErrCode pipeline_path_on(const ModelJoin *join, const ExprScope *scope, const SqlExpr **ret_on, Err *err) {
    const SqlExpr *on = NULL;
    for (size_t k = 0; k < join->table->n_key; k++) {
        const ModelColumn *column = &join->table->columns[join->table->key[k]];
        const SqlExpr *value;
        TRY(expr_compile(scope, join->on[k], &value, err));
        const SqlExpr *key = sql_column(scope->arena, join->alias, column->name, column->type);
        on = sql_and(scope->arena, on, sql_call2(scope->arena, SQL_FN_EQ, key, value));
    }
    *ret_on = on;
    return ERR_OK;
}

ErrCode pipeline_path_values(const ModelJoin *join, const ExprScope *scope, const SqlExpr ***ret_values, Err *err) {
    const SqlExpr **values = ARENA_ARRAY(scope->arena, const SqlExpr *, join->table->n_key);
    for (size_t k = 0; k < join->table->n_key; k++) {
        TRY(expr_compile(scope, join->on[k], &values[k], err));
        values[k] = pipeline_as(scope->arena, values[k], join->table->columns[join->table->key[k]].type);
    }
    *ret_values = values;
    return ERR_OK;
}

ErrCode pipeline_draft_path(SelectDraft *draft, const ModelPath *path, const ExprScope *scope, const PathFrom *from,
                            Err *err) {
    static const PathFrom SILVER = {0};
    if (!from) from = &SILVER;
    Arena *arena = draft->arena;
    const SqlRelation *first = from->tables ? from->tables[0] : pipeline_silver(arena, path->table);
    const SqlExpr *first_on = from->first_on;
    if (from->has_moment) first_on = sql_and(arena, first_on, holds(arena, path->table->name));
    pipeline_draft_from(draft, first_on ? SQL_JOIN_INNER : SQL_JOIN_NONE, first, path->table->name, first_on);
    for (size_t i = 0; i < path->n_joins; i++) {
        const ModelJoin *join = &path->joins[i];
        if (from->is_needed && !from->is_needed[i]) continue;
        const SqlExpr *on;
        TRY(pipeline_path_on(join, scope, &on, err));
        if (from->has_moment) on = sql_and(arena, on, holds(arena, join->alias));
        const SqlRelation *relation = from->tables ? from->tables[i + 1] : pipeline_silver(arena, join->table);
        pipeline_draft_from(draft, SQL_JOIN_LEFT, relation, join->alias, on);
    }
    return ERR_OK;
}

ErrCode pipeline_draft_path_for(SelectDraft *draft, const ModelPath *path, const ExprScope *scope,
                                const SqlRelation *const *tables, const SqlExpr *const *exprs, size_t n_exprs,
                                Err *err) {
    PathFrom from = {.tables = tables};
    TRY(needed_joins(draft->arena, path, scope, exprs, n_exprs, &from.is_needed, err));
    return pipeline_draft_path(draft, path, scope, &from, err);
}

ErrCode pipeline_path_join_keys(const Ctx *ctx, EngineConn *conn, const ModelPath *path,
                                const SqlRelation *const *tables, size_t join_index, const SqlRelation **ret_keys,
                                Err *err) {
    const ModelJoin *join = &path->joins[join_index];
    ExprScope scope = model_path_scope(ctx->arena, path);
    SelectDraft draft = {.arena = ctx->arena, .is_distinct = true};
    const SqlExpr **values;
    TRY(pipeline_path_values(join, &scope, &values, err));
    TRY(pipeline_draft_path_for(&draft, path, &scope, tables, values, join->table->n_key, err));
    for (size_t k = 0; k < join->table->n_key; k++)
        pipeline_draft_item(&draft, values[k],
                            pipeline_name(ctx->arena, KEY_, join->table->columns[join->table->key[k]].name));
    return pipeline_temp_table(ctx, conn, S("_join_keys"), pipeline_draft_end(&draft), ret_keys, err);
}

ErrCode pipeline_narrow(const Ctx *ctx, EngineConn *conn, const SqlRelation *relation, const SqlRelation *keys,
                        const char *prefix, const Str *names, size_t n, Str name, const SqlRelation **ret_rows,
                        Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(conn)), err);
    pipeline_sql_add(&sql, "SELECT t.* FROM %R AS t WHERE EXISTS (SELECT 1 FROM %R AS k WHERE ", relation, keys);
    pipeline_sql_same(&sql, "k", prefix, "t", "", names, n, false);
    pipeline_sql_add(&sql, ")");
    return pipeline_temp_sql(ctx, conn, name, &sql, ret_rows);
}

ErrCode pipeline_path_narrow(const Ctx *ctx, EngineConn *conn, const ModelPath *path, const SqlRelation *grain_rows,
                             const SqlRelation *const **ret_tables, Err *err) {
    const SqlRelation **tables = ARENA_ARRAY(ctx->arena, const SqlRelation *, path->n_joins + 1);
    SilverKey grain = pipeline_grain(ctx->arena, path->table);
    TRY(pipeline_narrow(ctx, conn, pipeline_silver(ctx->arena, path->table), grain_rows, "", grain.names, grain.n,
                        S("_near0"), &tables[0], err));
    for (size_t i = 0; i < path->n_joins; i++) {
        const ModelTable *table = path->joins[i].table;
        SilverKey key = pipeline_silver_key(ctx->arena, table);
        const SqlRelation *keys;
        TRY(pipeline_path_join_keys(ctx, conn, path, tables, i, &keys, err));
        TRY(pipeline_narrow(ctx, conn, pipeline_silver(ctx->arena, table), keys, KEY_, key.names, key.n,
                            arena_printf(ctx->arena, "_near%zu", i + 1), &tables[i + 1], err));
    }
    *ret_tables = tables;
    return ERR_OK;
}

/* ---- changes -------------------------------------------------------------------------------------------------------- */

const TableChange *pipeline_change_of(const Warehouse *warehouse, const ModelTable *table) {
    return &warehouse->changes[pipeline_table_index(warehouse->model, table)];
}

bool pipeline_path_is_changed(const Warehouse *warehouse, const ModelPath *path) {
    bool is_changed = pipeline_change_of(warehouse, path->table)->is_changed;
    for (size_t i = 0; i < path->n_joins; i++)
        is_changed |= pipeline_change_of(warehouse, path->joins[i].table)->is_changed;
    return is_changed;
}

bool pipeline_path_is_first(const Warehouse *warehouse, const ModelPath *path) {
    bool is_first = pipeline_change_of(warehouse, path->table)->is_first;
    for (size_t i = 0; i < path->n_joins; i++)
        is_first |= pipeline_change_of(warehouse, path->joins[i].table)->is_first;
    return is_first;
}

/* ---- touched rows --------------------------------------------------------------------------------------------------- */

SilverKey pipeline_grain(Arena *arena, const ModelTable *table) {
    if (table->n_key) return pipeline_silver_key(arena, table);
    Str *name = ARENA_ARRAY(arena, Str, 1);
    Type *type = ARENA_ARRAY(arena, Type, 1);
    name[0] = S("_seq");
    type[0] = TYPE(TYPE_INT64);
    return (SilverKey){name, type, 1};
}

ErrCode pipeline_touch_new(const Ctx *ctx, Warehouse *warehouse, const ModelPath *path, Touch *ret_touch, Err *err) {
    Touch touch = {.ctx = ctx,
                   .warehouse = warehouse,
                   .path = path,
                   .scope = model_path_scope(ctx->arena, path),
                   .grain = pipeline_grain(ctx->arena, path->table),
                   .rows = sql_relation_table(ctx->arena, S(""), S("_touched_all"))};
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(warehouse->conn)), err);
    pipeline_sql_add(&sql, "CREATE OR REPLACE TEMPORARY TABLE %R (", touch.rows);
    for (size_t i = 0; i < touch.grain.n; i++)
        pipeline_sql_add(&sql, i ? ", %I %T" : "%I %T", &touch.grain.names[i], &touch.grain.types[i]);
    pipeline_sql_add(&sql, ")");
    TRY(pipeline_sql_exec(ctx, warehouse->conn, &sql, NULL));
    *ret_touch = touch;
    return ERR_OK;
}

ErrCode pipeline_touch_matching(Touch *touch, const SqlRelation *values, const Str *columns,
                                const SqlExpr *const *exprs, size_t n, Err *err) {
    Arena *arena = touch->ctx->arena;
    SelectDraft draft = {.arena = arena}, there = {.arena = arena};
    TRY(pipeline_draft_path_for(&draft, touch->path, &touch->scope, NULL, exprs, n, err));
    for (size_t i = 0; i < touch->grain.n; i++)
        pipeline_draft_item(&draft,
                            sql_column(arena, touch->path->table->name, touch->grain.names[i], touch->grain.types[i]),
                            touch->grain.names[i]);
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, values, S("_v"), NULL);
    for (size_t i = 0; i < n; i++)
        pipeline_draft_where(
            &there, sql_call2(arena, SQL_FN_EQ, sql_column(arena, S("_v"), columns[i], exprs[i]->type), exprs[i]));
    pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&there), false));
    return pipeline_insert(touch->ctx, touch->warehouse->conn, touch->rows, pipeline_draft_end(&draft), NULL, err);
}

/* Rows of the first table itself, those that are gone included. */
static ErrCode touch_own(Touch *touch, const TableChange *change, Err *err) {
    if (!touch->path->table->n_key)
        return engine_execf(touch->ctx, touch->warehouse->conn, NULL, err,
                            "INSERT INTO %R SELECT _old_seq FROM %R WHERE _old_seq IS NOT NULL "
                            "UNION ALL SELECT _seq FROM %R WHERE _is_in",
                            touch->rows, change->keys, change->keys);
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, touch->ctx->arena, engine_dialect(engine_of(touch->warehouse->conn)), err);
    pipeline_sql_add(&sql, "INSERT INTO %R SELECT ", touch->rows);
    pipeline_sql_columns(&sql, NULL, KEY_, touch->grain.names, touch->grain.n, NULL);
    pipeline_sql_add(&sql, " FROM %R", change->keys);
    return pipeline_sql_exec(touch->ctx, touch->warehouse->conn, &sql, NULL);
}

ErrCode pipeline_touch_path(Touch *touch, Err *err) {
    Arena *arena = touch->ctx->arena;
    const TableChange *own = pipeline_change_of(touch->warehouse, touch->path->table);
    if (own->is_changed) TRY(touch_own(touch, own, err));
    for (size_t i = 0; i < touch->path->n_joins; i++) {
        const ModelJoin *join = &touch->path->joins[i];
        const TableChange *change = pipeline_change_of(touch->warehouse, join->table);
        if (!change->is_changed) continue;
        SilverKey key = pipeline_silver_key(arena, join->table);
        const SqlExpr **values;
        Str *names = ARENA_ARRAY(arena, Str, key.n);
        for (size_t k = 0; k < key.n; k++) names[k] = pipeline_name(arena, KEY_, key.names[k]);
        TRY(pipeline_path_values(join, &touch->scope, &values, err));
        TRY(pipeline_touch_matching(touch, change->keys, names, values, join->table->n_key, err));
    }
    return ERR_OK;
}

ErrCode pipeline_touch_end(Touch *touch, int64_t *ret_n, Err *err) {
    const SqlRelation *rows = sql_relation_table(touch->ctx->arena, S(""), S("_touched"));
    TRY(engine_execf(touch->ctx, touch->warehouse->conn, NULL, err,
                     "CREATE OR REPLACE TEMPORARY TABLE %R AS SELECT DISTINCT * FROM %R", rows, touch->rows));
    touch->rows = rows;
    Value n;
    TRY(engine_valuef(touch->ctx, touch->warehouse->conn, &n, err, "SELECT count(*) FROM %R", rows));
    *ret_n = n.i;
    return ERR_OK;
}
