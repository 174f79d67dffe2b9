/*
 * One fact: a row for each row of its path's first table, built whole from silver by a single INSERT … SELECT.
 *
 * Members are looked up in the dimensions by natural key, -1 where there is none. A lookup that asks whether another table has a
 * row is an EXISTS, one that asks what it says a left join on that table's key; neither can multiply rows, and no join of a path
 * can, for each goes to the whole key of its table. Times are given in the reporting zone, and beside it in UTC. Rows lie in the
 * order of their partition and key, so that the statistics of row groups tell which of them a range of time needs.
 */
#include "pipeline/pipeline_internal.h"

typedef struct FactBuild {
    Arena *arena;
    const Model *model;
    const ModelFact *fact;
    ExprScope scope;
    SelectDraft draft;
    const SqlExpr *time; /* the main time axis, as stored; NULL: none */
} FactBuild;

/* ---- members -------------------------------------------------------------------------------------------------------- */

static ErrCode add_role(FactBuild *build, size_t index, Err *err) {
    Arena *arena = build->arena;
    const ModelRole *role = &build->fact->roles[index];
    const ModelDimension *dimension = role->dimension;
    Str alias = arena_printf(arena, "_r%zu", index);
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < dimension->n_key; i++) {
        const ModelAttribute *attribute = &dimension->attributes[dimension->key[i]];
        const SqlExpr *value;
        TRY(expr_compile(&build->scope, role->key_exprs[i], &value, err));
        const SqlExpr *member = sql_column(arena, alias, attribute->name, attribute->type);
        on = sql_and(arena, on, sql_call2(arena, SQL_FN_EQ, member, pipeline_as(arena, value, attribute->type)));
    }
    on = sql_and(arena, on, sql_column(arena, alias, S("_is_current"), TYPE(TYPE_BOOL)));
    pipeline_draft_from(&build->draft, SQL_JOIN_LEFT, model_relation_dimension(arena, dimension), alias, on);
    Str surrogate = arena_printf(arena, "%.*s_key", STR_ARG(dimension->name));
    const SqlExpr *found = sql_column(arena, alias, surrogate, TYPE(TYPE_INT64));
    const SqlExpr *key = sql_call2(arena, SQL_FN_COALESCE, found, pipeline_int(arena, MODEL_UNKNOWN_KEY));
    pipeline_draft_item(&build->draft, key, arena_printf(arena, "%.*s_key", STR_ARG(role->name)));
    return ERR_OK;
}

/* ---- columns -------------------------------------------------------------------------------------------------------- */

/* The condition that joins a lookup's table, as `alias`. */
static ErrCode lookup_condition(FactBuild *build, const ModelLookup *lookup, Str alias, const SqlExpr **ret_on,
                                Err *err) {
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < lookup->n_columns; i++) {
        const ModelColumn *column = &lookup->table->columns[lookup->columns[i]];
        const SqlExpr *value;
        TRY(expr_compile(&build->scope, lookup->values[i], &value, err));
        const SqlExpr *there = sql_column(build->arena, alias, column->name, column->type);
        on = sql_and(build->arena, on, sql_call2(build->arena, SQL_FN_EQ, there, value));
    }
    *ret_on = on;
    return ERR_OK;
}

static ErrCode lookup_value(FactBuild *build, size_t index, const ModelLookup *lookup, const SqlExpr **ret_value,
                            Err *err) {
    Arena *arena = build->arena;
    Str alias = arena_printf(arena, "_l%zu", index);
    const SqlExpr *on;
    TRY(lookup_condition(build, lookup, alias, &on, err));
    const SqlRelation *table = pipeline_silver(arena, lookup->table);
    if (lookup->value) {
        pipeline_draft_from(&build->draft, SQL_JOIN_LEFT, table, alias, on);
        ExprScope scope = model_table_scope(arena, lookup->table, alias);
        return expr_compile(&scope, lookup->value, ret_value, err);
    }
    SelectDraft there = {.arena = arena};
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, table, alias, NULL);
    pipeline_draft_where(&there, on);
    *ret_value = sql_exists(arena, pipeline_draft_end(&there), false);
    return ERR_OK;
}

static bool is_utc(Str zone) {
    return !zone.n || str_eq_nocase(zone, S("UTC")) || str_eq_nocase(zone, S("Etc/UTC"));
}

static ErrCode add_column(FactBuild *build, size_t index, Err *err) {
    Arena *arena = build->arena;
    const ModelFactColumn *column = &build->fact->columns[index];
    const SqlExpr *value;
    if (column->lookup.table)
        TRY(lookup_value(build, index, &column->lookup, &value, err));
    else
        TRY(expr_compile(&build->scope, column->expr, &value, err));
    value = pipeline_as(arena, value, column->type);
    const SqlExpr *shown = value;
    Str zone = build->model->calendar.time_zone;
    bool is_instant = column->type.kind == TYPE_TIMESTAMP;
    if (is_instant && !is_utc(zone)) shown = sql_call2(arena, SQL_FN_TO_ZONE, value, pipeline_text(arena, zone));
    pipeline_draft_item(&build->draft, shown, column->name);
    if (is_instant) pipeline_draft_item(&build->draft, value, arena_printf(arena, "%.*s_utc", STR_ARG(column->name)));
    if (build->fact->time == (ptrdiff_t)index) build->time = shown;
    return ERR_OK;
}

/* The key of the fact's table, and rows in the order of partition and key. */
static void add_grain(FactBuild *build) {
    Arena *arena = build->arena;
    const ModelTable *table = build->fact->path.table;
    if (build->time && type_is_time(build->time->type) && build->fact->partition != MODEL_PARTITION_NONE) {
        SqlFn part = build->fact->partition == MODEL_PARTITION_MONTH ? SQL_FN_TRUNC_MONTH : SQL_FN_TRUNC_DAY;
        pipeline_draft_order(&build->draft, sql_call1(arena, part, build->time));
    } else if (build->time) {
        pipeline_draft_order(&build->draft, build->time);
    }
    for (size_t i = 0; i < table->n_key; i++) {
        const ModelColumn *column = &table->columns[table->key[i]];
        const SqlExpr *key = sql_column(arena, table->name, column->name, column->type);
        pipeline_draft_item(&build->draft, key, pipeline_name(arena, "_", column->name));
        pipeline_draft_order(&build->draft, key);
    }
    if (table->n_key) return;
    const SqlExpr *seq = sql_column(arena, table->name, S("_seq"), TYPE(TYPE_INT64));
    pipeline_draft_item(&build->draft, seq, S("_seq"));
    pipeline_draft_order(&build->draft, seq);
}

ErrCode pipeline_gold_fact_refresh(const Ctx *ctx, Warehouse *warehouse, const ModelFact *fact, TableCounts *counts,
                                   Err *err) {
    FactBuild build = {.arena = ctx->arena, .model = warehouse->model, .fact = fact, .draft = {.arena = ctx->arena}};
    build.scope = model_path_scope(ctx->arena, &fact->path);
    TRY(pipeline_draft_path(&build.draft, &fact->path, &build.scope, err));
    for (size_t i = 0; i < fact->n_roles; i++) TRY(add_role(&build, i, err));
    for (size_t i = 0; i < fact->n_columns; i++) TRY(add_column(&build, i, err));
    add_grain(&build);
    const SqlRelation *gold = model_relation_fact(ctx->arena, fact);
    TRY(engine_execf(ctx, warehouse->conn, &counts->n_deleted, err, "DELETE FROM %R", gold));
    TRY(pipeline_insert(ctx, warehouse->conn, gold, pipeline_draft_end(&build.draft), &counts->n_inserted, err));
    counts->n_read = counts->n_inserted;
    return ERR_OK;
}
