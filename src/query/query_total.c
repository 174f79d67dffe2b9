/*
 * Totals: the measures over all rows, over the rows of the groups that are shown, and over those of the groups that the limit cut off.
 * Each is aggregated from the rows anew, so distinct counts and ratios are right; what is derived has no total.
 */
#include "query/query_internal.h"

/* The rows' select as a table of its groups' keys. */
static SqlFrom groups_of(QueryBuild *build, const SqlSelect *rows) {
    Arena *arena = build->arena;
    Str alias = S("_shown");
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < build->groups.n; i++) {
        const QueryGroup *group = &build->groups.at[i];
        const SqlExpr *key = sql_column(arena, alias, group->column.name, group->key.sql->type);
        on = sql_and(arena, on, sql_call2(arena, SQL_FN_SAME, group->key.sql, key));
    }
    return (SqlFrom){.join = SQL_JOIN_INNER, .select = rows, .alias = alias, .on = on};
}

/* count(*) and the measures over the rows of some groups; rows NULL: over all. */
static const SqlSelect *total_select(QueryBuild *build, const SqlSelect *rows) {
    SqlSelect *select = query_account_select(build, build->where);
    if (!rows || !build->groups.n) return select;
    QueryRoles roles = build->where.roles;
    for (size_t i = 0; i < build->groups.n; i++) roles |= build->groups.at[i].key.roles;
    for (size_t i = 0; i < build->measures.n; i++) roles |= build->measures.at[i].value.roles;
    query_from(build, roles, select);
    SqlFrom *from = ARENA_ARRAY(build->arena, SqlFrom, select->n_from + 1);
    for (size_t i = 0; i < select->n_from; i++) from[i] = select->from[i];
    from[select->n_from++] = groups_of(build, rows);
    select->from = from;
    return select;
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
