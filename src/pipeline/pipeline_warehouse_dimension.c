/*
 * One dimension: its members as silver has them now, compared with gold; only rows that differ are touched.
 *
 * A member is a set natural key: rows in which part of it is null belong to the unknown member (-1, attributes null), which every
 * dimension has. Where the path has several rows of a member (a dimension read off a fact's table) its attributes are equal in
 * all of them, for they depend on the key; should they not, the least value stands, whatever order the rows come in.
 */
#include "pipeline/pipeline_internal.h"

typedef struct Dim {
    const Ctx *ctx;
    Warehouse *warehouse;
    const ModelDimension *dimension;
    const SqlRelation *gold;
    Str surrogate;
    /* the attributes, then the validity columns */
    Str *names;
    Type *types;
    size_t n;
} Dim;

enum { VALIDITY_COLUMNS = 3 };

static void describe(Dim *dim) {
    Arena *arena = dim->ctx->arena;
    const ModelDimension *dimension = dim->dimension;
    dim->gold = model_relation_dimension(arena, dimension);
    dim->surrogate = arena_printf(arena, "%.*s_key", STR_ARG(dimension->name));
    dim->n = dimension->n_attributes + VALIDITY_COLUMNS;
    dim->names = ARENA_ARRAY(arena, Str, dim->n);
    dim->types = ARENA_ARRAY(arena, Type, dim->n);
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        dim->names[i] = dimension->attributes[i].name;
        dim->types[i] = dimension->attributes[i].type;
    }
    static const char *const validity[VALIDITY_COLUMNS] = {"_valid_from", "_valid_to", "_is_current"};
    static const TypeKind kinds[VALIDITY_COLUMNS] = {TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_BOOL};
    for (size_t i = 0; i < VALIDITY_COLUMNS; i++) {
        dim->names[dimension->n_attributes + i] = str_of(validity[i]);
        dim->types[dimension->n_attributes + i] = TYPE(kinds[i]);
    }
}

/* ---- members -------------------------------------------------------------------------------------------------------- */

/* select key…, min(other)… from path where key is set group by key */
static ErrCode members_select(const Dim *dim, const SqlSelect **ret_select, Err *err) {
    Arena *arena = dim->ctx->arena;
    const ModelDimension *dimension = dim->dimension;
    ExprScope scope = model_path_scope(arena, &dimension->path);
    SelectDraft draft = {.arena = arena, .n_group = dimension->n_key};
    TRY(pipeline_draft_path(&draft, &dimension->path, &scope, err));
    for (int is_key = 1; is_key >= 0; is_key--) {
        for (size_t i = 0; i < dimension->n_attributes; i++) {
            const ModelAttribute *attribute = &dimension->attributes[i];
            if (attribute->is_key != (is_key == 1)) continue;
            const SqlExpr *value;
            TRY(expr_compile(&scope, attribute->expr, &value, err));
            value = pipeline_as(arena, value, attribute->type);
            if (is_key) pipeline_draft_where(&draft, sql_call1(arena, SQL_FN_IS_SET, value));
            pipeline_draft_item(&draft, is_key ? value : sql_call1(arena, SQL_FN_MIN, value), attribute->name);
        }
    }
    *ret_select = pipeline_draft_end(&draft);
    return ERR_OK;
}

/* The rows as gold should have them. */
static const SqlSelect *wanted_select(const Dim *dim, const SqlRelation *members) {
    Arena *arena = dim->ctx->arena;
    const ModelDimension *dimension = dim->dimension;
    SelectDraft draft = {.arena = arena}, unknown = {.arena = arena};
    Str *key_names = ARENA_ARRAY(arena, Str, dimension->n_key);
    Type *key_types = ARENA_ARRAY(arena, Type, dimension->n_key);
    for (size_t i = 0; i < dimension->n_key; i++) {
        key_names[i] = dimension->attributes[dimension->key[i]].name;
        key_types[i] = dimension->attributes[dimension->key[i]].type;
    }
    pipeline_draft_item(&draft, sql_column(arena, S("k"), dim->surrogate, TYPE(TYPE_INT64)), dim->surrogate);
    pipeline_draft_item(&unknown, pipeline_int(arena, MODEL_UNKNOWN_KEY), dim->surrogate);
    for (size_t i = 0; i < dim->n; i++) {
        bool is_current = i == dim->n - 1;
        const SqlExpr *null = is_current ? sql_literal(arena, value_bool(true)) : pipeline_null(arena, dim->types[i]);
        pipeline_draft_item(&unknown, null, dim->names[i]);
        bool is_attribute = i < dimension->n_attributes;
        pipeline_draft_item(&draft, is_attribute ? sql_column(arena, S("m"), dim->names[i], dim->types[i]) : null,
                            dim->names[i]);
    }
    const SqlRelation *map = pipeline_state(arena, arena_cstr(arena, pipeline_name(arena, "key_", dimension->name)));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, members, S("m"), NULL);
    const SqlExpr *is_first =
        sql_call1(arena, SQL_FN_IS_NULL, sql_column(arena, S("k"), S("_from"), TYPE(TYPE_TIMESTAMP)));
    const SqlExpr *on = pipeline_same_columns(arena, S("m"), S("k"), key_names, key_types, dimension->n_key, false);
    pipeline_draft_from(&draft, SQL_JOIN_INNER, map, S("k"), sql_and(arena, on, is_first));
    SqlSelect *wanted = arena_dup(arena, pipeline_draft_end(&draft), sizeof(SqlSelect));
    wanted->union_all = pipeline_draft_end(&unknown);
    return wanted;
}

/* ---- the difference ------------------------------------------------------------------------------------------------- */

static const SqlExpr *same_surrogate(const Dim *dim, Str a, Str b) {
    Arena *arena = dim->ctx->arena;
    return sql_call2(arena, SQL_FN_EQ, sql_column(arena, a, dim->surrogate, TYPE(TYPE_INT64)),
                     sql_column(arena, b, dim->surrogate, TYPE(TYPE_INT64)));
}

/* exists (select 1 from relation x where x.key = outer.key [and its other columns are the same]) */
static const SqlExpr *stands_in(const Dim *dim, const SqlRelation *relation, Str outer, bool is_whole,
                                bool is_negated) {
    Arena *arena = dim->ctx->arena;
    SelectDraft draft = {.arena = arena};
    pipeline_draft_item(&draft, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, relation, S("x"), NULL);
    pipeline_draft_where(&draft, same_surrogate(dim, S("x"), outer));
    if (is_whole)
        pipeline_draft_where(&draft, pipeline_same_columns(arena, S("x"), outer, dim->names, dim->types, dim->n, true));
    return sql_exists(arena, pipeline_draft_end(&draft), is_negated);
}

static ErrCode count_updated(const Dim *dim, const SqlRelation *wanted, int64_t *ret_n, Err *err) {
    Arena *arena = dim->ctx->arena;
    SelectDraft draft = {.arena = arena};
    pipeline_draft_item(&draft, sql_call(arena, SQL_FN_COUNT_ALL, NULL, 0), S("n"));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, dim->gold, S("g"), NULL);
    pipeline_draft_from(&draft, SQL_JOIN_INNER, wanted, S("w"), same_surrogate(dim, S("g"), S("w")));
    pipeline_draft_where(&draft, pipeline_any_distinct(arena, S("g"), S("w"), dim->names, dim->types, dim->n));
    return pipeline_select_int(dim->ctx, dim->warehouse->conn, pipeline_draft_end(&draft), ret_n, err);
}

static ErrCode bring_gold(const Dim *dim, const SqlRelation *wanted, TableCounts *counts, Err *err) {
    Arena *arena = dim->ctx->arena;
    EngineConn *conn = dim->warehouse->conn;
    int64_t n_updated, n_deleted, n_inserted;
    TRY(count_updated(dim, wanted, &n_updated, err));
    SqlStmt stmt = {.kind = SQL_STMT_DELETE,
                    .relation = dim->gold,
                    .alias = S("g"),
                    .where = stands_in(dim, wanted, S("g"), true, true)};
    TRY(engine_exec_stmt(dim->ctx, conn, &stmt, &n_deleted, err));
    SelectDraft draft = {.arena = arena};
    pipeline_draft_item(&draft, sql_column(arena, S("w"), dim->surrogate, TYPE(TYPE_INT64)), dim->surrogate);
    for (size_t i = 0; i < dim->n; i++)
        pipeline_draft_item(&draft, sql_column(arena, S("w"), dim->names[i], dim->types[i]), dim->names[i]);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, wanted, S("w"), NULL);
    pipeline_draft_where(&draft, stands_in(dim, dim->gold, S("w"), false, true));
    pipeline_draft_order(&draft, sql_column(arena, S("w"), dim->surrogate, TYPE(TYPE_INT64)));
    TRY(pipeline_insert(dim->ctx, conn, dim->gold, pipeline_draft_end(&draft), &n_inserted, err));
    counts->n_updated = n_updated;
    counts->n_deleted = n_deleted - n_updated;
    counts->n_inserted = n_inserted - n_updated;
    return ERR_OK;
}

ErrCode pipeline_gold_dimension_refresh(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                                        TableCounts *counts, Err *err) {
    Dim dim = {.ctx = ctx, .warehouse = warehouse, .dimension = dimension};
    describe(&dim);
    const SqlSelect *select;
    const SqlRelation *members, *wanted;
    int64_t n_new;
    TRY(members_select(&dim, &select, err));
    TRY(pipeline_temp_table(ctx, warehouse->conn, pipeline_name(ctx->arena, "_members_", dimension->name), select,
                            &members, err));
    TRY(pipeline_keys_extend(ctx, warehouse, dimension, members, &n_new, err));
    TRY(pipeline_temp_table(ctx, warehouse->conn, pipeline_name(ctx->arena, "_wanted_", dimension->name),
                            wanted_select(&dim, members), &wanted, err));
    Value n;
    TRY(engine_valuef(ctx, warehouse->conn, &n, err, "SELECT count(*) FROM %R", wanted));
    counts->n_read = n.i;
    TRY(bring_gold(&dim, wanted, counts, err));
    TRY(pipeline_temp_drop(ctx, warehouse->conn, members, err));
    return pipeline_temp_drop(ctx, warehouse->conn, wanted, err);
}
