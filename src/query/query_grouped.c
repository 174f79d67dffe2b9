/*
 * Rows aggregated to groups, for stages (query_stage.c): one fact's, or those of several united, with what is repeated beside them; over the
 * query's bounds, over others, by some of the groups, or since a point in time.
 */
#include "query/query_internal.h"

/* ---- bounds --------------------------------------------------------------------------------------------------------- */

bool query_is_back_in_time(const QueryBuild *build) {
    return build->widenings.n > 0;
}

static int64_t widened(const QueryBuild *build, const QueryWiden *by, int64_t from) {
    if (by->is_all) return INT64_MIN;
    if (build->axis.is_number) return from - by->n;
    return by->n                         ? time_add(by->unit, from, -by->n)
           : by->unit != TIME_GRAIN_NONE ? query_trunc(build, by->unit, from)
                                         : from;
}

/* Periods are read whole where others are put beside them. */
QueryBounds query_shown_bounds(const QueryBuild *build) {
    QueryBounds bounds = build->range_bounds;
    TimeGrain grain = build->query->time.grain;
    if (!query_is_back_in_time(build) || build->axis.is_number) return bounds;
    if (bounds.from != INT64_MIN) bounds.from = query_trunc(build, grain, bounds.from);
    if (bounds.to != INT64_MAX && query_trunc(build, grain, bounds.to) != bounds.to)
        bounds.to = time_add(grain, query_trunc(build, grain, bounds.to), 1);
    return bounds;
}

/* Stage by stage from the last: each needs what it goes back by, before what the stages after it need. */
QueryBounds query_read_bounds(const QueryBuild *build) {
    QueryBounds bounds = query_shown_bounds(build);
    int last = 0;
    for (size_t i = 0; i < build->widenings.n; i++) last = MAX_OF(last, build->widenings.at[i].stage);
    for (int stage = last; stage > 0 && bounds.from != INT64_MIN; stage--) {
        int64_t from = bounds.from;
        for (size_t i = 0; i < build->widenings.n; i++)
            if (build->widenings.at[i].stage == stage)
                from = MIN_OF(from, widened(build, &build->widenings.at[i], bounds.from));
        bounds.from = from;
    }
    return bounds;
}

QuerySql query_rows_in(const QueryBuild *build, const QueryBounds *bounds) {
    bool is_open = bounds->from == INT64_MIN && bounds->to == INT64_MAX;
    if (is_open || !build->axis.is_known) return build->filter;
    const SqlExpr *range = query_bounds_sql(build->arena, build->axis.column.sql, bounds);
    return (QuerySql){build->filter.sql ? sql_and(build->arena, range, build->filter.sql) : range,
                      build->filter.roles | build->axis.column.roles};
}

/* ---- stage 0 and its like ------------------------------------------------------------------------------------------- */

static QueryRoles all_roles(const QueryBuild *build) {
    QueryRoles roles = build->having.roles | build->leg_roles;
    for (size_t i = 0; i < build->groups.n; i++) roles |= build->groups.at[i].key.roles;
    for (size_t i = 0; i < build->measures.n; i++) roles |= build->measures.at[i].value.roles;
    for (size_t i = 0; i < build->hidden.n; i++) roles |= build->hidden.at[i].value.roles;
    return roles;
}

void query_group_by_first(Arena *arena, SqlSelect *select, size_t n) {
    size_t *group_by = ARENA_ARRAY(arena, size_t, n);
    for (size_t i = 0; i < n; i++) group_by[i] = i;
    select->group_by = group_by;
    select->n_group_by = n;
}

/* Whether a leg's select has a base: the one that is asked for; of a leg whose values are repeated its own; else all that are united. */
static bool has_base(const QueryGrouped *how, const QueryBuild *leg, size_t base) {
    const QueryBuild *of = how->build->bases.at[base].leg;
    if (how->base) return *how->base == base;
    return query_leg_repeats(leg) ? of == leg : !query_leg_repeats(of);
}

/* Of one fact's rows; bases of another are null. */
static SqlSelect *grouped_leg(const QueryGrouped *how, QueryBuild *leg) {
    const QueryBuild *build = how->build;
    Arena *arena = build->arena;
    SqlSelect *select = sql_select_new(arena);
    size_t n_keys = how->by ? how->n_by : build->groups.n, n = 0;
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n_keys + build->bases.n + 1);
    for (size_t i = 0; i < n_keys; i++) {
        size_t group = how->by ? how->by[i] : i;
        items[n++] = (SqlItem){leg->groups.at[group].key.sql, arena_printf(arena, "_k%zu", group)};
    }
    for (size_t i = 0; i < build->bases.n; i++) {
        const QueryStageColumn *base = &build->bases.at[i];
        if (!has_base(how, leg, i)) continue;
        const SqlExpr *none = sql_literal(arena, value_null(base->sql->type));
        items[n++] = (SqlItem){base->leg == leg ? base->sql : none, base->name};
    }
    if (how->is_marked) items[n++] = (SqlItem){sql_literal(arena, value_int(1)), S("_m")};
    QuerySql where = query_rows_in(leg, &how->bounds);
    select->items = items;
    select->n_items = n;
    select->where = where.sql;
    query_group_by_first(arena, select, n_keys);
    query_from(leg, all_roles(leg) | where.roles, select);
    QueryInstantRows rows = {.where = where};
    rows.by = query_known_groups(leg, how->by, how->n_by, &rows.n_by);
    if (!how->is_since) query_add_instants(leg, select, &rows);
    return select;
}

const SqlExpr *query_zero_if_count(const QueryBuild *build, size_t base, const SqlExpr *column) {
    if (!query_is_count(build->bases.at[base].sql)) return column;
    return sql_call2(build->arena, SQL_FN_COALESCE, column, sql_literal(build->arena, value_int(0)));
}

/* The one value that a column has among a group's rows of the legs, of which each has at most one. */
static const SqlExpr *united_base(const QueryBuild *build, Str alias, size_t base) {
    Arena *arena = build->arena;
    const SqlExpr *sql = build->bases.at[base].sql;
    const SqlExpr *column = sql_column(arena, alias, build->bases.at[base].name, sql->type);
    const SqlExpr *one = sql_call1(arena, sql->type.kind == TYPE_BOOL ? SQL_FN_BOOL_OR : SQL_FN_MAX, column);
    return query_zero_if_count(build, base, one);
}

/* The legs' groups, united: nothing is joined, and a group that one of them lacks stays. */
static const SqlSelect *united(const QueryGrouped *how) {
    QueryBuild *build = how->build;
    Arena *arena = build->arena;
    Str alias = S("_u");
    SqlSelect *all = sql_select_new(arena);
    bool is_first = true; /* one leg at least knows all groups */
    for (size_t i = build->legs.n; i-- > 0;) {
        if (query_leg_repeats(build->legs.at[i])) continue;
        SqlSelect *leg = grouped_leg(how, build->legs.at[i]);
        leg->other = is_first ? NULL : all;
        is_first = false;
        leg->set_op = SQL_SET_UNION_ALL;
        all = leg;
    }
    SqlSelect *select = sql_select_new(arena);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, all->n_items + 1);
    SqlFrom *from = ARENA_NEW(arena, SqlFrom);
    size_t n_keys = how->by ? how->n_by : build->groups.n, n = n_keys;
    *from = (SqlFrom){.select = all, .alias = alias};
    for (size_t i = 0; i < n_keys; i++)
        items[i] = (SqlItem){query_stage_key(build, alias, how->by ? how->by[i] : i), all->items[i].alias};
    for (size_t i = 0; i < build->bases.n; i++)
        if (!query_leg_repeats(build->bases.at[i].leg))
            items[n++] = (SqlItem){united_base(build, alias, i), build->bases.at[i].name};
    if (how->is_marked) items[n++] = (SqlItem){sql_literal(arena, value_int(1)), S("_m")};
    select->from = from;
    select->n_from = 1;
    select->items = items;
    select->n_items = n;
    query_group_by_first(arena, select, n_keys);
    return select;
}

const SqlSelect *query_grouped(const QueryGrouped *how) {
    if (how->base) return grouped_leg(how, how->build->bases.at[*how->base].leg);
    return how->build->legs.n ? united(how) : grouped_leg(how, how->build);
}

const SqlSelect *query_stage_0(QueryBuild *build) {
    return query_grouped(&(QueryGrouped){.build = build, .bounds = query_read_bounds(build)});
}

/* ---- repeated values ------------------------------------------------------------------------------------------------ */

bool query_has_repeated(const QueryBuild *build) {
    bool has = false;
    for (size_t i = 0; i < build->legs.n; i++) has |= query_leg_repeats(build->legs.at[i]);
    return has;
}

/* Joins what a leg aggregates over the groups that it knows to rows of groups; one row of it at most goes with each. */
static SqlFrom repeated_leg(const QueryGrouped *how, QueryBuild *leg, Str alias) {
    Arena *arena = leg->arena;
    QueryGrouped known = {.build = how->build, .bounds = how->bounds};
    known.by = query_known_groups(leg, NULL, 0, &known.n_by);
    SqlFrom from = {
        .join = known.n_by ? SQL_JOIN_LEFT : SQL_JOIN_CROSS, .select = grouped_leg(&known, leg), .alias = alias};
    for (size_t i = 0; i < known.n_by; i++) {
        const SqlExpr *key = query_stage_key(how->build, QUERY_STAGE, known.by[i]);
        from.on = sql_and(arena, from.on,
                          sql_call2(arena, SQL_FN_SAME, key, query_stage_key(how->build, alias, known.by[i])));
    }
    return from;
}

/* Rows of groups, from `groups` (alias _s) with its columns, and beside them the values of the legs that ignore a group. */
const SqlSelect *query_with_repeated(const QueryGrouped *how, SqlFrom groups, const SqlItem *columns,
                                     size_t n_columns) {
    QueryBuild *build = how->build;
    Arena *arena = build->arena;
    SqlSelect *select = sql_select_new(arena);
    SqlFrom *from = ARENA_ARRAY(arena, SqlFrom, 1 + build->legs.n);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n_columns + build->bases.n);
    size_t n = 0;
    from[select->n_from++] = groups;
    for (size_t i = 0; i < n_columns; i++)
        items[n++] =
            (SqlItem){sql_column(arena, QUERY_STAGE, columns[i].alias, columns[i].expr->type), columns[i].alias};
    for (size_t i = 0; i < build->legs.n; i++) {
        QueryBuild *leg = build->legs.at[i];
        Str alias = arena_printf(arena, "_r%zu", i);
        if (!query_leg_repeats(leg)) continue;
        from[select->n_from++] = repeated_leg(how, leg, alias);
        for (size_t k = 0; k < build->bases.n; k++) {
            const QueryStageColumn *base = &build->bases.at[k];
            if (base->leg != leg) continue;
            const SqlExpr *column = sql_column(arena, alias, base->name, base->sql->type);
            items[n++] = (SqlItem){query_zero_if_count(build, k, column), base->name};
        }
    }
    select->from = from;
    select->items = items;
    select->n_items = n;
    return select;
}

/* The groups over other bounds, marked. */
const SqlSelect *query_other_leg(QueryBuild *build, const QueryBounds *bounds) {
    QueryGrouped how = {.build = build, .bounds = *bounds, .is_marked = true};
    const SqlSelect *select = query_grouped(&how);
    if (!query_has_repeated(build)) return select;
    return query_with_repeated(&how, (SqlFrom){.select = select, .alias = QUERY_STAGE}, select->items, select->n_items);
}

/* ---- since a point -------------------------------------------------------------------------------------------------- */

const SqlSelect *query_periods(QueryBuild *build, const size_t *by, size_t n_by) {
    Arena *arena = build->arena;
    SqlSelect *select = sql_select_new(arena);
    SqlFrom *from = ARENA_NEW(arena, SqlFrom);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n_by);
    *from = (SqlFrom){.cte = S("_s0"), .alias = QUERY_STAGE};
    for (size_t i = 0; i < n_by; i++)
        items[i] = (SqlItem){query_stage_key(build, QUERY_STAGE, by[i]), arena_printf(arena, "_k%zu", by[i])};
    select->from = from;
    select->n_from = 1;
    select->items = items;
    select->n_items = n_by;
    select->is_distinct = n_by < build->groups.n;
    return select;
}

SqlFrom query_since_from(QueryBuild *leg, const QueryStageJoin *join, const size_t *by, size_t n_by) {
    QueryBuild *build = leg->parent ? leg->parent : leg;
    Arena *arena = build->arena;
    SqlFrom from = {.join = SQL_JOIN_INNER, .select = query_periods(build, by, n_by), .alias = QUERY_SINCE};
    for (size_t i = 0; i < n_by; i++) {
        bool is_time = by[i] == 0;
        const SqlExpr *key = leg->groups.at[by[i]].key.sql, *period = query_stage_key(build, QUERY_SINCE, by[i]);
        if (leg->groups.at[by[i]].is_ignored) continue;
        from.on = sql_and(arena, from.on, sql_call2(arena, is_time ? SQL_FN_LE : SQL_FN_SAME, key, period));
        if (!is_time || join->unit == TIME_GRAIN_NONE) continue;
        from.on = sql_and(arena, from.on,
                          sql_call2(arena, SQL_FN_EQ, query_trunc_sql(build, join->unit, key),
                                    query_trunc_sql(build, join->unit, period)));
    }
    return from;
}

const SqlSelect *query_since_select(QueryBuild *build, const QueryStageJoin *join) {
    Arena *arena = build->arena;
    QueryBounds bounds = query_shown_bounds(build);
    if (join->is_all) bounds.from = INT64_MIN;
    if (join->unit != TIME_GRAIN_NONE)
        bounds.from = query_read_bounds(build).from; /* also of what later stages go back to */
    QueryBuild *leg = build->bases.at[join->base].leg;
    QueryGrouped how = {.build = build, .bounds = bounds, .base = &join->base, .is_since = true};
    SqlSelect *select = grouped_leg(&how, leg);
    size_t n_by = 0;
    const size_t *by = query_known_groups(build, NULL, 0, &n_by);
    SqlFrom *from = ARENA_ARRAY(arena, SqlFrom, select->n_from + 1);
    SqlItem *items = arena_dup(arena, select->items, select->n_items * sizeof(SqlItem));
    for (size_t i = 0; i < n_by; i++) items[i].expr = query_stage_key(build, QUERY_SINCE, i);
    for (size_t i = 0; i < select->n_from; i++) from[i] = select->from[i];
    from[select->n_from++] = query_since_from(leg, join, by, n_by);
    select->from = from;
    select->items = items;
    by = query_known_groups(leg, NULL, 0, &n_by);
    query_add_instants(
        leg, select, &(QueryInstantRows){.where = query_rows_in(leg, &bounds), .by = by, .n_by = n_by, .since = join});
    return select;
}
