/*
 * The key map: which surrogate key a version of a member has, for ever. It is state, not derived: rebuilding gold never changes a
 * key, and a member that left and came back has its old one.
 *
 * A version is told by its member's natural key and its beginning, `_from`, null for the first. New versions get the numbers after the
 * largest, in the order of these, so that the same batches give the same keys.
 */
#include "pipeline/pipeline_internal.h"

SilverKey pipeline_natural_key(Arena *arena, const ModelDimension *dimension) {
    Str *names = ARENA_ARRAY(arena, Str, dimension->n_key);
    Type *types = ARENA_ARRAY(arena, Type, dimension->n_key);
    for (size_t i = 0; i < dimension->n_key; i++) {
        names[i] = dimension->attributes[dimension->key[i]].name;
        types[i] = dimension->attributes[dimension->key[i]].type;
    }
    return (SilverKey){names, types, dimension->n_key};
}

ErrCode pipeline_keys_extend(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                             const SqlRelation *versions, int64_t *ret_n_new, Err *err) {
    Arena *arena = ctx->arena;
    SilverKey key = pipeline_natural_key(arena, dimension);
    const SqlRelation *map = pipeline_key_map(arena, dimension);
    Str surrogate = arena_printf(arena, "%.*s_key", STR_ARG(dimension->name));
    Value last;
    TRY(engine_valuef(ctx, warehouse->conn, &last, err, "SELECT max(%I) FROM %R", &surrogate, map));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, arena, engine_dialect(engine_of(warehouse->conn)), err);
    pipeline_sql_add(&sql, "INSERT INTO %R (", map);
    pipeline_sql_columns(&sql, NULL, "", key.names, key.n, NULL);
    pipeline_sql_add(&sql, ", _from, %I) SELECT ", &surrogate);
    pipeline_sql_columns(&sql, "v", "", key.names, key.n, NULL);
    pipeline_sql_add(&sql, ", v._from, row_number() OVER (ORDER BY ");
    pipeline_sql_columns(&sql, "v", "", key.names, key.n, NULL);
    pipeline_sql_add(&sql, ", v._from NULLS FIRST) + %d FROM %R AS v LEFT JOIN %R AS m ON ",
                     last.is_null ? (int64_t)0 : last.i, versions, map);
    pipeline_sql_same(&sql, "m", "", "v", "", key.names, key.n, false);
    pipeline_sql_add(&sql, " AND m._from IS NOT DISTINCT FROM v._from WHERE m.%I IS NULL", &surrogate);
    return pipeline_sql_exec(ctx, warehouse->conn, &sql, ret_n_new);
}
