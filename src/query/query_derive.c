/*
 * Derivations: prior, growth, rolling, share, rank and their like, over the groups of a query.
 *
 * A query that has any is compiled in stages. Stage 0 groups: keys _k0…, and a column _b0… for each aggregate that any measure
 * holds. Each later stage is a select over the one before it (alias _s) that adds columns _d0…; those in time come first, then the
 * range is cut, then come those over rows. A measure is in the end an expression over such columns. query_stage.c makes the selects.
 *
 * The value of a period so much earlier is joined, not counted back in rows, for a period may be missing. What is said of a base (a
 * total, a sum since the year began) is a window over the groups where that gives the same as the rows would (sums, counts, least and
 * largest), else it is aggregated from the rows anew: so distinct counts stay right, and so do ratios, base by base.
 */
#include "query/query_internal.h"

/* ---- over the rows -------------------------------------------------------------------------------------------------- */

static int row_stage(const QueryBuild *build, const SqlExpr *measure) {
    return MAX_OF(query_stage_of(build, measure) + 1, QUERY_ROW_STAGE);
}

static ErrCode find_by(QueryBuild *build, const Expr *derived, const size_t **ret_by, size_t *ret_n, Err *err) {
    size_t *by = ARENA_ARRAY(build->arena, size_t, derived->n_args);
    for (size_t i = 1; i < derived->n_args; i++) {
        ptrdiff_t group = query_find_group(build, derived->args[i]->name);
        if (group < 0)
            return err_set(err, ERR_INVALID, "'by %.*s' names what the query does not group by; add it to 'dimensions'",
                           STR_ARG(derived->args[i]->name));
        by[i - 1] = (size_t)group;
    }
    *ret_by = by;
    *ret_n = derived->n_args - 1;
    return ERR_OK;
}

static const SqlExpr *const *by_keys(const QueryBuild *build, const size_t *by, size_t n, size_t extra) {
    const SqlExpr **keys = ARENA_ARRAY(build->arena, const SqlExpr *, n + extra);
    for (size_t i = 0; i < n; i++) keys[i] = query_stage_key(build, QUERY_STAGE, by[i]);
    return keys;
}

typedef struct Total {
    QueryBuild *build;
    int stage;
    const size_t *by; /* of those with the same keys of these groups */
    size_t n_by;
} Total;

static const SqlExpr *total_base(void *arg, const SqlExpr *expr) {
    Total *to = arg;
    QueryBuild *build = to->build;
    if (!query_is_stage_column(expr)) return NULL;
    size_t base = query_base_index(build, expr);
    SqlFn fn = base < build->bases.n ? query_additive(build, base) : SQL_FN_SUM;
    if (fn != SQL_FN_COUNT_OF) {
        const SqlExpr *const *partition = by_keys(build, to->by, to->n_by, 0);
        const SqlExpr *sum =
            query_over(build, sql_call1(build->arena, fn, expr), partition, to->n_by, NULL, false, (SqlFrame){0});
        return query_stage_add(build, to->stage, query_as_type(build, sum, expr->type));
    }
    size_t n_by = 0;
    const size_t *by = query_known_groups(build->bases.at[base].leg, to->by, to->n_by, &n_by);
    QueryStageJoin *join = query_stage_join(
        build, (QueryStageJoin){.kind = QUERY_JOIN_TOTAL, .stage = to->stage, .base = base, .by = by, .n_by = n_by});
    join->on = NULL;
    for (size_t i = 0; i < n_by; i++)
        join->on = sql_and(build->arena, join->on,
                           sql_call2(build->arena, SQL_FN_SAME, query_stage_key(build, QUERY_STAGE, by[i]),
                                     query_stage_key(build, join->alias, by[i])));
    const SqlExpr *column = sql_column(build->arena, join->alias, expr->name, expr->type);
    return query_stage_add(build, to->stage, query_zero_if_count(build, base, column));
}

static ErrCode derive_share(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret,
                            Err *err) {
    Total to = {.build = build, .stage = row_stage(build, measure)};
    TRY(find_by(build, derived, &to.by, &to.n_by, err));
    const SqlExpr *total = query_map(build->arena, measure, total_base, &to);
    *ret = sql_call2(build->arena, SQL_FN_DIV, measure, total);
    return ERR_OK;
}

/* Among the groups that are known. */
static ErrCode derive_rank(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret,
                           Err *err) {
    const size_t *by = NULL;
    size_t n_by = 0;
    TRY(find_by(build, derived, &by, &n_by, err));
    const SqlExpr **partition = (const SqlExpr **)by_keys(build, by, n_by, 1);
    const SqlExpr *unknown = query_stage_unknown(build);
    if (unknown) partition[n_by++] = unknown;
    *ret = query_stage_add(build, row_stage(build, measure),
                           query_over(build, sql_call(build->arena, SQL_FN_RANK, NULL, 0), partition, n_by, measure,
                                      !derived->is_ascending, (SqlFrame){0}));
    return ERR_OK;
}

static ErrCode derive_overall(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret,
                              Err *err) {
    const size_t *by = NULL;
    size_t n_by = 0;
    TRY(find_by(build, derived, &by, &n_by, err));
    const SqlExpr *unknown = query_stage_unknown(build), *value = measure;
    if (unknown) {
        const SqlExpr *args[] = {unknown, sql_literal(build->arena, value_null(measure->type)), measure};
        value = sql_case(build->arena, args, COUNT_OF(args), measure->type);
    }
    *ret = query_stage_add(build, row_stage(build, measure),
                           query_over(build, sql_call1(build->arena, derived->agg, value), by_keys(build, by, n_by, 0),
                                      n_by, NULL, false, (SqlFrame){0}));
    return ERR_OK;
}

/* Along the time, or a part of a date. */
static ptrdiff_t running_group(const QueryBuild *build) {
    for (size_t i = 0; i < build->groups.n; i++)
        if (build->groups.at[i].column.role == QUERY_ROLE_TIME || build->groups.at[i].member.part) return (ptrdiff_t)i;
    return -1;
}

static ErrCode derive_running(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret,
                              Err *err) {
    ptrdiff_t time = running_group(build);
    size_t n_partition = 0;
    if (time < 0)
        return err_set(err, ERR_INVALID, "'%.*s' needs a time to run along: a time grain in the query",
                       STR_ARG(derived->name));
    const SqlExpr *const *partition = query_other_keys(build, time, 0, &n_partition);
    const SqlExpr *period = query_stage_key(build, QUERY_STAGE, (size_t)time);
    const SqlExpr *sum = sql_call1(build->arena, SQL_FN_SUM, measure);
    *ret = query_stage_add(build, row_stage(build, measure),
                           query_over(build, sum, partition, n_partition, period, false, SQL_FRAME_RUNNING));
    return ERR_OK;
}

/* ---- all of them ---------------------------------------------------------------------------------------------------- */

static ErrCode derive(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret, Err *err) {
    const SqlExpr *prior = NULL;
    switch (derived->derive) {
    case EXPR_DERIVE_PRIOR:
    case EXPR_DERIVE_LAG: return query_derive_prior(build, derived, measure, ret, err);
    case EXPR_DERIVE_CHANGE:
        TRY(query_derive_prior(build, derived, measure, &prior, err));
        *ret = sql_call2(build->arena, SQL_FN_SUB, measure, prior);
        return ERR_OK;
    case EXPR_DERIVE_GROWTH:
        TRY(query_derive_prior(build, derived, measure, &prior, err));
        *ret = sql_call2(build->arena, SQL_FN_SUB, sql_call2(build->arena, SQL_FN_DIV, measure, prior),
                         sql_literal(build->arena, value_int(1)));
        return ERR_OK;
    case EXPR_DERIVE_ROLLING: return query_derive_rolling(build, derived, measure, ret, err);
    case EXPR_DERIVE_YTD:
    case EXPR_DERIVE_FYTD:
    case EXPR_DERIVE_QTD:
    case EXPR_DERIVE_MTD:
    case EXPR_DERIVE_CUMULATIVE: return query_derive_since(build, derived, measure, ret, err);
    case EXPR_DERIVE_RUNNING: return derive_running(build, derived, measure, ret, err);
    case EXPR_DERIVE_SHARE: return derive_share(build, derived, measure, ret, err);
    case EXPR_DERIVE_RANK: return derive_rank(build, derived, measure, ret, err);
    case EXPR_DERIVE_OVERALL: return derive_overall(build, derived, measure, ret, err);
    case EXPR_DERIVE_COUNT: break;
    }
    return err_set(err, ERR_INTERNAL, "a derivation of unknown kind %d", (int)derived->derive);
}

ErrCode query_derive(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret_sql,
                     Err *err) {
    Type type;
    TRY(expr_derive_type(derived, measure->type, &type, err));
    const SqlExpr *lowered = query_stage_lower(build, measure);
    return derive(build->parent ? build->parent : build, derived, lowered, ret_sql, err);
}
