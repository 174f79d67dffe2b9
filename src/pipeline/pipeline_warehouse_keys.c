/*
 * The key map: which surrogate key a natural key has, for ever. It is state, not derived: rebuilding gold never changes a key,
 * and a member that left and came back has its old one.
 *
 * New natural keys get the numbers after the largest, in the order of their values, so that the same batches give the same keys.
 * `_from` is null: a member's first version is valid since ever. (Later versions of slowly changing members will have their own
 * rows here, `_from` telling when each began.)
 */
#include "pipeline/pipeline_internal.h"

ErrCode pipeline_keys_extend(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                             const SqlRelation *members, int64_t *ret_n_new, Err *err) {
    Arena *arena = ctx->arena;
    size_t n = dimension->n_key;
    const SqlRelation *map = pipeline_state(arena, arena_cstr(arena, pipeline_name(arena, "key_", dimension->name)));
    Str surrogate = arena_printf(arena, "%.*s_key", STR_ARG(dimension->name));
    Str *names = ARENA_ARRAY(arena, Str, n);
    Type *types = ARENA_ARRAY(arena, Type, n);
    SqlOrder *order = ARENA_ARRAY(arena, SqlOrder, n);
    SelectDraft draft = {.arena = arena};
    for (size_t i = 0; i < n; i++) {
        names[i] = dimension->attributes[dimension->key[i]].name;
        types[i] = dimension->attributes[dimension->key[i]].type;
        order[i].expr = sql_column(arena, S("m"), names[i], types[i]);
        pipeline_draft_item(&draft, order[i].expr, names[i]);
    }
    Value last;
    TRY(engine_valuef(ctx, warehouse->conn, &last, err, "SELECT max(%I) FROM %R", &surrogate, map));
    SqlWindow window = {.order = order, .n_order = n};
    const SqlExpr *number = sql_over(arena, sql_call(arena, SQL_FN_ROW_NUMBER, NULL, 0), &window);
    pipeline_draft_item(&draft, pipeline_null(arena, TYPE(TYPE_TIMESTAMP)), S("_from"));
    pipeline_draft_item(&draft, sql_call2(arena, SQL_FN_ADD, number, pipeline_int(arena, last.is_null ? 0 : last.i)),
                        surrogate);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, members, S("m"), NULL);
    SelectDraft known = {.arena = arena};
    pipeline_draft_item(&known, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&known, SQL_JOIN_NONE, map, S("k"), NULL);
    pipeline_draft_where(&known, pipeline_same_columns(arena, S("k"), S("m"), names, types, n, false));
    pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&known), true));
    return pipeline_insert(ctx, warehouse->conn, map, pipeline_draft_end(&draft), ret_n_new, err);
}
