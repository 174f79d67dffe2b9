/*
 * Lists: single rows of a fact, or of a source's query, for drilling through. Nothing is grouped.
 *
 * With an order, or a limit, rows are in a total order: what is asked for, then the fact's key. "after" goes on from a row by the
 * values it had in that order, so a page costs no more the further on it is. A list without either has no order.
 */
#include "query/query_internal.h"

/* ---- the order ------------------------------------------------------------------------------------------------------ */

/* The columns that tell one row of a fact from another. */
static void add_key(QueryBuild *build, SqlOrder *order, size_t *n) {
    const ModelTable *table = build->fact->path.table;
    Arena *arena = build->arena;
    if (build->inner) return;
    if (!table->n_key) order[(*n)++] = (SqlOrder){sql_column(arena, build->alias, S("_seq"), TYPE(TYPE_INT64)), false};
    for (size_t i = 0; i < table->n_key; i++) {
        const ModelColumn *column = &table->columns[table->key[i]];
        Str name = arena_printf(arena, "_%.*s", STR_ARG(column->name));
        order[(*n)++] = (SqlOrder){sql_column(arena, build->alias, name, column->type), false};
    }
}

static ErrCode compile_order(QueryBuild *build, const SqlItem *items, SqlSelect *select, Err *err) {
    const Query *query = build->query;
    size_t n = 0, n_key = build->inner ? 0 : MAX_OF(build->fact->path.table->n_key, 1);
    SqlOrder *order = ARENA_ARRAY(build->arena, SqlOrder, query->n_order + n_key);
    bool is_ordered = query->n_order || query->limit >= 0 || query->offset || query->n_after;
    for (size_t i = 0; i < query->n_order; i++) {
        ptrdiff_t group = query_find_group(build, query->order[i].name);
        if (group < 0)
            return query_error(err, ERR_UNKNOWN_NAME, query->order[i].path,
                               "'%.*s' is no column of the list; add it to 'rows'", STR_ARG(query->order[i].name));
        order[n++] = (SqlOrder){items[group].expr, query->order[i].is_desc};
    }
    if (is_ordered) add_key(build, order, &n);
    select->order = order;
    select->n_order = n;
    return ERR_OK;
}

/* ---- going on ------------------------------------------------------------------------------------------------------- */

/* True of rows that come behind the value in one column of the order; NULL: none do. Nulls are last. */
static const SqlExpr *behind(Arena *arena, const SqlOrder *order, Value value) {
    if (value.is_null) return NULL;
    const SqlExpr *is_null = sql_call1(arena, SQL_FN_IS_NULL, order->expr);
    const SqlExpr *is_behind =
        sql_call2(arena, order->is_desc ? SQL_FN_LT : SQL_FN_GT, order->expr, sql_literal(arena, value));
    return sql_call2(arena, SQL_FN_OR, is_behind, is_null);
}

static const SqlExpr *same(Arena *arena, const SqlOrder *order, Value value) {
    if (value.is_null) return sql_call1(arena, SQL_FN_IS_NULL, order->expr);
    return sql_call2(arena, SQL_FN_EQ, order->expr, sql_literal(arena, value));
}

static ErrCode read_after(QueryBuild *build, const SqlSelect *select, Value **ret_values, Err *err) {
    const Query *query = build->query;
    Value *values = ARENA_ARRAY(build->arena, Value, query->n_after);
    if (build->inner)
        return query_error(err, ERR_UNSUPPORTED, S("after"),
                           "the rows of a query have no key to go on from; use 'offset'");
    if (query->n_after != select->n_order)
        return query_error(err, ERR_INVALID, S("after"),
                           "%zu values are needed here: those that the last answer gave as 'next'", select->n_order);
    for (size_t i = 0; i < query->n_after; i++) {
        Type type = select->order[i].expr->type;
        values[i] = value_null(type);
        if (query->after[i].is_null) continue;
        ErrCode code = value_parse(query->after[i].s, type, &values[i], err);
        if (code && err) err_at(err, query_path_at(build->arena, S("after"), i), 0, 0);
        if (code) return code;
    }
    *ret_values = values;
    return ERR_OK;
}

/* behind in the first, or the same there and behind in the second, or … */
static ErrCode compile_after(QueryBuild *build, SqlSelect *select, Err *err) {
    Arena *arena = build->arena;
    Value *values = NULL;
    if (!build->query->n_after) return ERR_OK;
    TRY(read_after(build, select, &values, err));
    assert(values);
    const SqlExpr **ways = ARENA_ARRAY(arena, const SqlExpr *, select->n_order), *before = NULL;
    size_t n = 0;
    for (size_t i = 0; i < select->n_order; i++) {
        const SqlExpr *way = behind(arena, &select->order[i], values[i]);
        if (way) ways[n++] = sql_and(arena, before, way);
        before = sql_and(arena, before, same(arena, &select->order[i], values[i]));
    }
    const SqlExpr *any = n > 1   ? sql_call(arena, SQL_FN_OR, ways, n)
                         : n > 0 ? ways[0]
                                 : sql_literal(arena, value_bool(false));
    select->where = sql_and(arena, select->where, any);
    return ERR_OK;
}

/* ---- the rows ------------------------------------------------------------------------------------------------------- */

ErrCode query_check_list(const QueryBuild *build, Err *err) {
    const Query *query = build->query;
    const struct {
        bool is_used;
        Str path;
    } others[] = {
        {query->n_measures != 0, S("measures")},
        {query->n_dimensions != 0, S("dimensions")},
        {query->time.grain != TIME_GRAIN_NONE, S("time.grain")},
        {query->time.compare.n != 0, S("time.compare")},
        {query->time.is_filled, S("time.fill")},
        {query->having != NULL, S("having")},
        {query->has_limit_per, S("limit_per")},
        {query->has_others, S("others")},
        {query->wants_total_shown || query->wants_total_all, S("totals")},
        {query->shows_unknown, S("unknown")},
    };
    if (query->n_after && !query->n_list)
        return query_error(err, ERR_INVALID, S("after"), "'after' goes on with a list; give the query 'rows'");
    for (size_t i = 0; query->n_list && i < COUNT_OF(others); i++)
        if (others[i].is_used)
            return query_error(err, ERR_INVALID, others[i].path, "'rows' lists single rows; leave '%.*s' out",
                               STR_ARG(others[i].path));
    if (query->n_list && !build->fact)
        return query_error(err, ERR_INVALID, S("rows"),
                           "'rows' lists the rows of a fact; to list %.*s, use 'dimensions'",
                           STR_ARG(build->dimension->name));
    return ERR_OK;
}

ErrCode query_list_rows(QueryBuild *build, const SqlSelect **ret_select, Err *err) {
    Arena *arena = build->arena;
    SqlSelect *select = sql_select_new(arena);
    size_t n = build->groups.n;
    QueryRoles roles = build->where.roles;
    for (size_t i = 0; i < n; i++) roles |= build->groups.at[i].key.roles;
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n + build->query->n_order + QUERY_MAX_MEMBERS);
    for (size_t i = 0; i < n; i++) items[i] = (SqlItem){build->groups.at[i].key.sql, build->groups.at[i].column.name};
    select->where = build->where.sql;
    query_from(build, roles, select);
    TRY(compile_order(build, items, select, err));
    TRY(compile_after(build, select, err));
    select->limit = build->query->limit;
    select->offset = build->query->offset;
    /* what "after" takes, behind the columns that are shown */
    for (size_t i = 0; !build->is_inner && !build->inner && i < select->n_order; i++)
        items[n++] = (SqlItem){select->order[i].expr, arena_printf(arena, "_o%zu", i)};
    build->n_cursor = n - build->groups.n;
    select->items = items;
    select->n_items = n;
    *ret_select = select;
    return ERR_OK;
}
