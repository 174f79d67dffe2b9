/*
 * Columns of stages (query_derive.c): expressions over them, brought from one row to another, each made once.
 */
#include "query/query_internal.h"

#include <string.h>

/* ---- trees ---------------------------------------------------------------------------------------------------------- */

const SqlExpr *query_map(Arena *arena, const SqlExpr *expr, QueryReplace replace, void *arg) {
    const SqlExpr *other = replace(arg, expr);
    if (other) return other;
    if (!expr->n_args) return expr;
    SqlExpr *copy = arena_dup(arena, expr, sizeof(SqlExpr));
    const SqlExpr **args = ARENA_ARRAY(arena, const SqlExpr *, expr->n_args);
    copy->has_aggregate = false;
    for (size_t i = 0; i < expr->n_args; i++) {
        args[i] = query_map(arena, expr->args[i], replace, arg);
        copy->has_aggregate |= args[i]->has_aggregate;
    }
    copy->args = args;
    return copy;
}

static bool is_same(const SqlExpr *a, const SqlExpr *b);

static bool is_same_list(const SqlExpr *const *a, size_t n_a, const SqlExpr *const *b, size_t n_b) {
    if (n_a != n_b) return false;
    for (size_t i = 0; i < n_a; i++)
        if (!is_same(a[i], b[i])) return false;
    return true;
}

static bool is_same_frame(const SqlFrame *a, const SqlFrame *b) {
    return a->is_rows == b->is_rows && a->is_range == b->is_range && a->preceding == b->preceding &&
           a->following == b->following;
}

static bool is_same_window(const SqlWindow *a, const SqlWindow *b) {
    if (a == b) return true;
    if (!a || !b || !is_same_frame(&a->frame, &b->frame) || a->n_order != b->n_order) return false;
    for (size_t i = 0; i < a->n_order; i++)
        if (a->order[i].is_desc != b->order[i].is_desc || !is_same(a->order[i].expr, b->order[i].expr)) return false;
    return is_same_list(a->partition, a->n_partition, b->partition, b->n_partition);
}

static bool is_same(const SqlExpr *a, const SqlExpr *b) {
    if (a == b) return true;
    if (!a || !b || a->kind != b->kind || a->fn != b->fn || !type_eq(a->type, b->type) ||
        a->is_distinct != b->is_distinct || a->is_negated != b->is_negated || a->is_try != b->is_try ||
        a->select != b->select || !str_eq(a->table, b->table) || !str_eq(a->name, b->name))
        return false;
    if (a->kind == SQL_EXPR_LITERAL && !value_eq(a->value, b->value)) return false;
    return is_same_list(a->args, a->n_args, b->args, b->n_args) && is_same(a->filter, b->filter) &&
           is_same_window(a->window, b->window);
}

static bool is_aggregate(const SqlExpr *expr) {
    return expr->kind == SQL_EXPR_CALL && !expr->window && sql_fn_info(expr->fn)->class == SQL_CLASS_AGGREGATE;
}

bool query_is_stage_column(const SqlExpr *expr) {
    return expr->kind == SQL_EXPR_COLUMN && str_eq(expr->table, QUERY_STAGE);
}

bool query_is_derived(const SqlExpr *sql) {
    bool is = query_is_stage_column(sql);
    for (size_t i = 0; i < sql->n_args && !is; i++) is = query_is_derived(sql->args[i]);
    return is;
}

/* ---- columns of stages ---------------------------------------------------------------------------------------------- */

const SqlExpr *query_stage_key(const QueryBuild *build, Str alias, size_t group) {
    return sql_column(build->arena, alias, arena_printf(build->arena, "_k%zu", group),
                      build->groups.at[group].key.sql->type);
}

static const SqlExpr *base_column(void *arg, const SqlExpr *expr) {
    QueryBuild *leg = arg, *build = leg->parent ? leg->parent : leg;
    if (!is_aggregate(expr)) return NULL;
    size_t i = 0;
    while (i < build->bases.n && !(build->bases.at[i].leg == leg && is_same(build->bases.at[i].sql, expr))) i++;
    if (i == build->bases.n) {
        QueryStageColumn base = {.name = arena_printf(build->arena, "_b%zu", i), .leg = leg, .sql = expr};
        VEC_PUSH(build->arena, &build->bases, base);
    }
    return sql_column(build->arena, QUERY_STAGE, build->bases.at[i].name, expr->type);
}

const SqlExpr *query_stage_lower(QueryBuild *build, const SqlExpr *sql) {
    return query_map(build->arena, sql, base_column, build);
}

int query_stage_of(const QueryBuild *build, const SqlExpr *expr) {
    int stage = 0;
    for (size_t i = 0; i < expr->n_args; i++) stage = MAX_OF(stage, query_stage_of(build, expr->args[i]));
    for (size_t i = 0; query_is_stage_column(expr) && i < build->derived.n; i++)
        if (str_eq(build->derived.at[i].name, expr->name)) return build->derived.at[i].stage;
    return stage;
}

/* A new column of a stage, or the one that is the same already. */
const SqlExpr *query_stage_add(QueryBuild *build, int stage, const SqlExpr *sql) {
    size_t i = 0;
    while (i < build->derived.n && !(build->derived.at[i].stage == stage && is_same(build->derived.at[i].sql, sql)))
        i++;
    if (i == build->derived.n) {
        QueryStageColumn column = {.name = arena_printf(build->arena, "_d%zu", i), .sql = sql, .stage = stage};
        VEC_PUSH(build->arena, &build->derived, column);
    }
    return sql_column(build->arena, QUERY_STAGE, build->derived.at[i].name, sql->type);
}

typedef struct Retarget {
    Arena *arena;
    Str alias;
} Retarget;

static const SqlExpr *retarget_column(void *arg, const SqlExpr *expr) {
    const Retarget *to = arg;
    return query_is_stage_column(expr) ? sql_column(to->arena, to->alias, expr->name, expr->type) : NULL;
}

/* The same of another row. */
const SqlExpr *query_stage_retarget(const QueryBuild *build, const SqlExpr *expr, Str alias) {
    Retarget to = {build->arena, alias};
    return query_map(build->arena, expr, retarget_column, &to);
}

static bool is_same_join(const QueryStageJoin *a, const QueryStageJoin *b) {
    return a->kind == b->kind && a->stage == b->stage && a->base == b->base && a->unit == b->unit && a->n == b->n &&
           a->is_all == b->is_all && a->bounds.from == b->bounds.from && a->bounds.to == b->bounds.to &&
           a->n_by == b->n_by && (!a->n_by || memcmp(a->by, b->by, a->n_by * sizeof(*a->by)) == 0);
}

/* A join as given, or the one that is the same; `on` is still to be made where it is NULL. */
QueryStageJoin *query_stage_join(QueryBuild *build, QueryStageJoin join) {
    size_t i = 0;
    while (i < build->joins.n && !is_same_join(&build->joins.at[i], &join)) i++;
    if (i == build->joins.n) {
        join.alias = arena_printf(build->arena, "_j%zu", i);
        VEC_PUSH(build->arena, &build->joins, join);
    }
    return &build->joins.at[i];
}

/* ---- over groups ----------------------------------------------------------------------------------------------------- */

const SqlExpr *query_over(QueryBuild *build, const SqlExpr *call, const SqlExpr *const *partition, size_t n_partition,
                          const SqlExpr *order, bool is_desc, SqlFrame frame) {
    SqlWindow *window = ARENA_NEW(build->arena, SqlWindow);
    SqlOrder *orders = ARENA_NEW(build->arena, SqlOrder);
    *orders = (SqlOrder){order, is_desc};
    *window = (SqlWindow){
        .partition = partition, .n_partition = n_partition, .order = orders, .n_order = order != NULL, .frame = frame};
    return sql_over(build->arena, call, window);
}

/* The groups but for the time. */
const SqlExpr *const *query_other_keys(const QueryBuild *build, ptrdiff_t but, size_t extra, size_t *ret_n) {
    const SqlExpr **keys = ARENA_ARRAY(build->arena, const SqlExpr *, build->groups.n + extra);
    *ret_n = 0;
    for (size_t i = 0; i < build->groups.n; i++)
        if ((ptrdiff_t)i != but) keys[(*ret_n)++] = query_stage_key(build, QUERY_STAGE, i);
    return keys;
}

/* The aggregate that puts groups' values together to what the rows would give; SQL_FN_COUNT_OF: there is none. */
SqlFn query_additive(const QueryBuild *build, size_t index) {
    const SqlExpr *base = build->bases.at[index].sql;
    const QueryBuild *leg = build->bases.at[index].leg;
    if (base->is_distinct || query_leg_repeats(leg) || query_is_at_instant(leg, base)) return SQL_FN_COUNT_OF;
    switch (base->fn) {
    case SQL_FN_SUM:
    case SQL_FN_COUNT:
    case SQL_FN_COUNT_ALL: return SQL_FN_SUM;
    case SQL_FN_MIN: return SQL_FN_MIN;
    case SQL_FN_MAX: return SQL_FN_MAX;
    case SQL_FN_BOOL_OR: return SQL_FN_BOOL_OR;
    case SQL_FN_BOOL_AND: return SQL_FN_BOOL_AND;
    default: return SQL_FN_COUNT_OF;
    }
}

bool query_is_count(const SqlExpr *base) {
    return base->fn == SQL_FN_COUNT || base->fn == SQL_FN_COUNT_ALL;
}

size_t query_base_index(const QueryBuild *build, const SqlExpr *column) {
    size_t i = 0;
    while (i < build->bases.n && !str_eq(build->bases.at[i].name, column->name)) i++;
    return i;
}

const SqlExpr *query_as_type(QueryBuild *build, const SqlExpr *sql, Type type) {
    return type_eq(sql->type, type) ? sql : sql_cast(build->arena, sql, type, false);
}

/* True of rows whose group is unknown; NULL where there are none. */
const SqlExpr *query_stage_unknown(const QueryBuild *build) {
    const SqlExpr **all = ARENA_ARRAY(build->arena, const SqlExpr *, build->groups.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < build->groups.n; i++)
        if (build->groups.at[i].missing.sql)
            all[n++] = sql_call1(build->arena, SQL_FN_IS_NULL, query_stage_key(build, QUERY_STAGE, i));
    return n > 1 ? sql_call(build->arena, SQL_FN_OR, all, n) : n ? all[0] : NULL;
}
