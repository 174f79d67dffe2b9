/*
 * Totals: the measures over all rows, over the rows of the groups that are shown, and over those of the groups that the limit cut off.
 * Each is aggregated from the rows anew, so distinct counts and ratios are right; what is derived has no total.
 */
#include "query/query_internal.h"

/* Some groups' keys in the rows' select, each combination once. */
static const SqlSelect *distinct_groups(const QueryBuild *build, const SqlSelect *rows, const size_t *by, size_t n_by) {
    Arena *arena = build->arena;
    SqlSelect *select = sql_select_new(arena);
    SqlFrom *from = ARENA_NEW(arena, SqlFrom);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n_by);
    *from = (SqlFrom){.select = rows, .alias = S("_rows")};
    for (size_t i = 0; i < n_by; i++) {
        const QueryGroup *group = &build->groups.at[by[i]];
        items[i] =
            (SqlItem){sql_column(arena, from->alias, group->column.name, group->key.sql->type), group->column.name};
    }
    select->from = from;
    select->n_from = 1;
    select->items = items;
    select->n_items = n_by;
    select->is_distinct = true;
    return select;
}

/* A row of the fact goes with one of them at most, so of groups that it ignores nothing is added up twice. */
SqlFrom query_shown_groups(const QueryBuild *leg, const SqlSelect *rows, const size_t *by, size_t n_by) {
    Arena *arena = leg->arena;
    const QueryBuild *build = leg->parent ? leg->parent : leg;
    Str alias = S("_shown");
    const SqlExpr *on = NULL;
    if (n_by < build->groups.n) rows = distinct_groups(build, rows, by, n_by);
    for (size_t i = 0; i < n_by; i++) {
        const QueryGroup *group = &build->groups.at[by[i]];
        const SqlExpr *key = sql_column(arena, alias, group->column.name, group->key.sql->type);
        on = sql_and(arena, on, sql_call2(arena, SQL_FN_SAME, leg->groups.at[by[i]].key.sql, key));
    }
    return (SqlFrom){.join = SQL_JOIN_INNER, .select = rows, .alias = alias, .on = on};
}

static QuerySql with(Arena *arena, QuerySql a, QuerySql b) {
    if (!b.sql) return a;
    return (QuerySql){a.sql ? sql_and(arena, a.sql, b.sql) : b.sql, a.roles | b.roles};
}

/* To the rows of the groups in a rows' select. */
static void narrow(const QueryBuild *leg, SqlSelect *select, const SqlSelect *rows) {
    size_t n_by = 0;
    const size_t *by = query_known_groups(leg, NULL, 0, &n_by);
    if (!n_by) { /* it ignores all groups: all of its rows are in each of them */
        select->where = sql_and(leg->arena, select->where, sql_exists(leg->arena, rows, false));
        return;
    }
    SqlFrom *from = ARENA_ARRAY(leg->arena, SqlFrom, select->n_from + 1);
    for (size_t i = 0; i < select->n_from; i++) from[i] = select->from[i];
    from[select->n_from++] = query_shown_groups(leg, rows, by, n_by);
    select->from = from;
}

/* items over a fact's rows where `where`; rows, when given: of their groups only. */
static SqlSelect *over_rows(QueryBuild *leg, SqlItem *items, size_t n_items, QuerySql where, const SqlSelect *rows) {
    SqlSelect *select = sql_select_new(leg->arena);
    QueryRoles roles = where.roles | leg->leg_roles;
    for (size_t i = 0; i < leg->measures.n; i++) roles |= leg->measures.at[i].value.roles;
    for (size_t i = 0; i < leg->groups.n && rows; i++) roles |= leg->groups.at[i].key.roles;
    select->items = items;
    select->n_items = n_items;
    select->where = where.sql;
    query_from(leg, roles, select);
    if (rows && leg->groups.n) narrow(leg, select, rows);
    query_add_instants(leg, select, &(QueryInstantRows){.where = leg->where, .shown = rows});
    return select;
}

static const SqlExpr *count_all(Arena *arena) {
    return sql_call(arena, SQL_FN_COUNT_ALL, NULL, 0);
}

/* A measure as an aggregate of rows, or null where it is derived. */
static const SqlSelect *of_one_fact(QueryBuild *build, QuerySql where, const SqlSelect *rows) {
    SqlItem *items = ARENA_ARRAY(build->arena, SqlItem, 1 + build->measures.n);
    items[0] = (SqlItem){count_all(build->arena), S("_rows")};
    for (size_t i = 0; i < build->measures.n; i++) {
        const QueryMeasure *measure = &build->measures.at[i];
        const SqlExpr *none = sql_literal(build->arena, value_null(measure->column.type));
        items[1 + i] = (SqlItem){measure->of_rows ? measure->of_rows : none, measure->column.name};
    }
    return over_rows(build, items, 1 + build->measures.n, where, rows);
}

static Str leg_alias(const QueryBuild *build, const QueryBuild *leg) {
    size_t i = 0;
    while (build->legs.at[i] != leg) i++;
    return arena_printf(build->arena, "_l%zu", i);
}

/* A base as a column of its leg's row. */
static const SqlExpr *in_its_leg(void *arg, const SqlExpr *expr) {
    const QueryBuild *build = arg;
    if (!query_is_stage_column(expr)) return NULL;
    const QueryStageColumn *base = &build->bases.at[query_base_index(build, expr)];
    return sql_column(build->arena, leg_alias(build, base->leg), base->name, expr->type);
}

/* The row of one leg: count(*) and its bases. */
static const SqlSelect *of_leg(QueryBuild *leg, QuerySql where, const SqlSelect *rows) {
    const QueryBuild *build = leg->parent;
    SqlItem *items = ARENA_ARRAY(leg->arena, SqlItem, 1 + build->bases.n);
    size_t n = 0;
    items[n++] = (SqlItem){count_all(leg->arena), S("_rows")};
    for (size_t i = 0; i < build->bases.n; i++)
        if (build->bases.at[i].leg == leg) items[n++] = (SqlItem){build->bases.at[i].sql, build->bases.at[i].name};
    return over_rows(leg, items, n, where, rows);
}

/* The legs' rows beside each other; wheres: one a leg. */
static const SqlSelect *of_legs(QueryBuild *build, const QuerySql *wheres, const SqlSelect *rows) {
    Arena *arena = build->arena;
    SqlSelect *select = sql_select_new(arena);
    SqlFrom *from = ARENA_ARRAY(arena, SqlFrom, build->legs.n);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, 1 + build->measures.n);
    const SqlExpr *n_rows = NULL;
    for (size_t i = 0; i < build->legs.n; i++) {
        Str alias = leg_alias(build, build->legs.at[i]);
        from[i] = (SqlFrom){.join = i ? SQL_JOIN_CROSS : SQL_JOIN_NONE,
                            .select = of_leg(build->legs.at[i], wheres[i], rows),
                            .alias = alias};
        const SqlExpr *count = sql_column(arena, alias, S("_rows"), TYPE(TYPE_INT64));
        n_rows = n_rows ? sql_call2(arena, SQL_FN_ADD, n_rows, count) : count;
    }
    items[0] = (SqlItem){n_rows, S("_rows")};
    for (size_t i = 0; i < build->measures.n; i++) {
        const QueryMeasure *measure = &build->measures.at[i];
        const SqlExpr *none = sql_literal(arena, value_null(measure->column.type));
        items[1 + i] = (SqlItem){measure->of_rows ? query_map(arena, measure->of_rows, in_its_leg, build) : none,
                                 measure->column.name};
    }
    select->from = from;
    select->n_from = build->legs.n;
    select->items = items;
    select->n_items = 1 + build->measures.n;
    return select;
}

/* count(*) and the measures over the rows of some groups; rows NULL: over all. */
static const SqlSelect *total_select(QueryBuild *build, const SqlSelect *rows) {
    if (!build->legs.n) return of_one_fact(build, build->where, rows);
    QuerySql *wheres = ARENA_ARRAY(build->arena, QuerySql, build->legs.n);
    for (size_t i = 0; i < build->legs.n; i++) wheres[i] = build->legs.at[i]->where;
    return of_legs(build, wheres, rows);
}

const SqlSelect *query_account_missing(QueryBuild *build, size_t group) {
    Arena *arena = build->arena;
    if (!build->legs.n) return of_one_fact(build, with(arena, build->where, build->groups.at[group].missing), NULL);
    QuerySql *wheres = ARENA_ARRAY(arena, QuerySql, build->legs.n);
    for (size_t i = 0; i < build->legs.n; i++) {
        QueryBuild *leg = build->legs.at[i];
        QuerySql missing = leg->groups.at[group].missing;
        if (!missing.sql) missing.sql = sql_literal(arena, value_bool(false)); /* in this one it never is */
        wheres[i] = with(arena, leg->where, missing);
    }
    return of_legs(build, wheres, NULL);
}

/* The groups that the limit cuts off. */
static const SqlSelect *beyond_limit(Arena *arena, const SqlSelect *rows) {
    SqlSelect *beyond = arena_dup(arena, rows, sizeof(SqlSelect));
    beyond->offset += beyond->limit;
    beyond->limit = -1;
    return beyond;
}

ErrCode query_check_totals(const QueryBuild *build, Err *err) {
    const Query *query = build->query;
    bool wants = query->has_others || query->wants_total_shown || query->wants_total_all;
    if (query->has_others && query->limit < 0)
        return query_error(err, ERR_INVALID, S("others"),
                           "'others' is what a limit cuts off; give the query a 'limit'");
    if (query->has_others && !build->groups.n)
        return query_error(err, ERR_INVALID, S("others"), "without groups there is one row, and nothing for 'others'");
    if (wants && build->is_inner)
        return query_error(err, ERR_INVALID, query->has_others ? S("others") : S("totals"),
                           "an inner query has no totals; ask for them in the outer one");
    if (wants && !build->measures.n)
        return query_error(err, ERR_INVALID, query->has_others ? S("others") : S("totals"),
                           "totals are of measures, and the query has none");
    return ERR_OK;
}

void query_plan_totals(QueryBuild *build, QueryPlan *plan) {
    enum { MAX_TOTALS = 3 };
    Arena *arena = build->arena;
    const Query *query = build->query;
    Str *kinds = ARENA_ARRAY(arena, Str, MAX_TOTALS);
    const SqlSelect **selects = ARENA_ARRAY(arena, const SqlSelect *, MAX_TOTALS);
    size_t n = 0;
    if (query->has_others) {
        kinds[n] = S("others");
        selects[n++] = total_select(build, beyond_limit(arena, plan->select));
    }
    if (query->wants_total_shown) {
        kinds[n] = S("shown");
        selects[n++] = total_select(build, plan->select);
    }
    if (query->wants_total_all) {
        kinds[n] = S("all");
        selects[n++] = total_select(build, NULL);
    }
    plan->total_kinds = kinds;
    plan->totals = selects;
    plan->n_totals = n;
}
