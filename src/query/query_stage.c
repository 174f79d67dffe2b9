/*
 * The selects of a query with stages (query_derive.c): one common table after another, each with the columns of the one before it and
 * some more, and at the end what is shown.
 *
 *   _s0  keys and bases, of the range widened by what goes back in time; unknown groups stay in, for totals
 *        (then gaps are filled, and values of facts that ignore a group are repeated in each)
 *   _s1… what is derived in time
 *   …    the range is cut, and what is derived over rows is added
 *   end  unknown groups go, having, the first of each, order and limit
 */
#include "query/query_internal.h"

#include "model/model_relation.h"

bool query_is_staged(const QueryBuild *build) {
    return build->derived.n > 0 || build->query->has_limit_per || query_is_filled(build) || build->legs.n > 0 ||
           build->instants.n > 0;
}

/* ---- later stages --------------------------------------------------------------------------------------------------- */

typedef VEC(SqlItem) Items;

typedef struct Stages {
    QueryBuild *build;
    VEC(SqlCte) ctes;
    Items columns; /* of the newest */
    bool is_cut;
} Stages;

static Str newest(const Stages *stages) {
    return stages->ctes.at[stages->ctes.n - 1].name;
}

static void add_cte(Stages *stages, const SqlSelect *select) {
    SqlCte cte = {arena_printf(stages->build->arena, "_s%zu", stages->ctes.n), select};
    VEC_PUSH(stages->build->arena, &stages->ctes, cte);
}

static const SqlExpr *cut(Stages *stages) {
    const QueryBuild *build = stages->build;
    QueryBounds bounds = query_shown_bounds(build);
    bool is_open = bounds.from == INT64_MIN && bounds.to == INT64_MAX;
    if (stages->is_cut || is_open || !query_is_back_in_time(build)) return NULL;
    stages->is_cut = true;
    return query_bounds_sql(build->arena, query_stage_key(build, QUERY_STAGE, 0), &bounds);
}

static const SqlSelect *joined(QueryBuild *build, const QueryStageJoin *join) {
    switch (join->kind) {
    case QUERY_JOIN_LEG: return query_other_leg(build, &join->bounds);
    case QUERY_JOIN_SINCE: return query_since_select(build, join);
    case QUERY_JOIN_TOTAL: {
        static const size_t none[1];
        return query_grouped(&(QueryGrouped){.build = build,
                                             .bounds = query_shown_bounds(build),
                                             .by = join->n_by ? join->by : none,
                                             .n_by = join->n_by,
                                             .base = &join->base});
    }
    case QUERY_JOIN_PRIOR: break;
    }
    return NULL;
}

static void add_joins(Stages *stages, int stage, SqlSelect *select) {
    QueryBuild *build = stages->build;
    SqlFrom *from = ARENA_ARRAY(build->arena, SqlFrom, 1 + build->joins.n);
    size_t n = 1;
    from[0] = (SqlFrom){.cte = newest(stages), .alias = QUERY_STAGE};
    for (size_t i = 0; i < build->joins.n; i++) {
        const QueryStageJoin *join = &build->joins.at[i];
        if (join->stage != stage) continue;
        const SqlSelect *other = joined(build, join);
        from[n++] = (SqlFrom){.join = join->on ? SQL_JOIN_LEFT : SQL_JOIN_CROSS,
                              .select = other,
                              .cte = other ? (Str){0} : newest(stages),
                              .alias = join->alias,
                              .on = join->on};
    }
    select->from = from;
    select->n_from = n;
}

static void add_stage(Stages *stages, int stage) {
    QueryBuild *build = stages->build;
    SqlSelect *select = sql_select_new(build->arena);
    Items items = {0};
    for (size_t i = 0; i < stages->columns.n; i++) VEC_PUSH(build->arena, &items, stages->columns.at[i]);
    for (size_t i = 0; i < build->derived.n; i++) {
        const QueryStageColumn *column = &build->derived.at[i];
        if (column->stage != stage) continue;
        SqlItem item = {column->sql, column->name},
                next = {sql_column(build->arena, QUERY_STAGE, column->name, column->sql->type), column->name};
        VEC_PUSH(build->arena, &items, item);
        VEC_PUSH(build->arena, &stages->columns, next);
    }
    if (stage >= QUERY_ROW_STAGE) select->where = cut(stages);
    add_joins(stages, stage, select);
    select->items = items.at;
    select->n_items = items.n;
    add_cte(stages, select);
}

static void add_stage_0(Stages *stages) {
    QueryBuild *build = stages->build;
    const QueryGrouped how = {.build = build, .bounds = query_read_bounds(build)};
    const SqlSelect *select = query_grouped(&how);
    add_cte(stages, select);
    if (query_is_filled(build)) add_cte(stages, query_filled(build));
    if (query_has_repeated(build)) {
        SqlFrom groups = {.cte = newest(stages), .alias = QUERY_STAGE};
        select = query_with_repeated(&how, groups, select->items, select->n_items);
        add_cte(stages, select);
    }
    for (size_t i = 0; i < select->n_items; i++) {
        Str name = select->items[i].alias;
        SqlItem item = {sql_column(build->arena, QUERY_STAGE, name, select->items[i].expr->type), name};
        VEC_PUSH(build->arena, &stages->columns, item);
    }
}

/* ---- what is shown -------------------------------------------------------------------------------------------------- */

static void show(Stages *stages, SqlSelect *select, SqlItem *items) {
    QueryBuild *build = stages->build;
    size_t n_groups = build->groups.n;
    SqlFrom *from = ARENA_NEW(build->arena, SqlFrom);
    *from = (SqlFrom){.cte = newest(stages), .alias = QUERY_STAGE};
    for (size_t i = 0; i < n_groups; i++)
        items[i] = (SqlItem){query_stage_key(build, QUERY_STAGE, i), build->groups.at[i].column.name};
    for (size_t i = 0; i < build->measures.n; i++)
        items[n_groups + i] =
            (SqlItem){query_stage_lower(build, build->measures.at[i].value.sql), build->measures.at[i].column.name};
    const SqlExpr *unknown = query_stage_unknown(build), *range = cut(stages);
    select->where = build->having.sql ? query_stage_lower(build, build->having.sql) : NULL;
    if (range) select->where = sql_and(build->arena, select->where, range);
    if (unknown) select->where = sql_and(build->arena, select->where, sql_call1(build->arena, SQL_FN_NOT, unknown));
    select->from = from;
    select->n_from = 1;
    select->items = items;
    select->n_items = n_groups + build->measures.n;
}

/* The first n of each, by the order: numbered in a select of their own, of which those are shown. */
static ErrCode limit_per(QueryBuild *build, const SqlSelect *all, const SqlOrder *order, size_t n_order,
                         SqlSelect *ret_select, Err *err) {
    Arena *arena = build->arena;
    const Query *query = build->query;
    Str alias = S("_r"), number = S("_n");
    SqlWindow *window = ARENA_NEW(arena, SqlWindow);
    const SqlExpr **partition = ARENA_ARRAY(arena, const SqlExpr *, query->n_limit_per_by);
    for (size_t i = 0; i < query->n_limit_per_by; i++) {
        ptrdiff_t group = query_find_group(build, query->limit_per_by[i]);
        if (group < 0)
            return query_error(err, ERR_INVALID, S("limit_per.by"),
                               "'%.*s' is no group of the query; add it to 'dimensions'",
                               STR_ARG(query->limit_per_by[i]));
        partition[i] = all->items[group].expr;
    }
    *window =
        (SqlWindow){.partition = partition, .n_partition = query->n_limit_per_by, .order = order, .n_order = n_order};
    SqlSelect *numbered = arena_dup(arena, all, sizeof(SqlSelect));
    SqlItem *inner = ARENA_ARRAY(arena, SqlItem, all->n_items + 1 + n_order);
    SqlItem *outer = ARENA_ARRAY(arena, SqlItem, all->n_items);
    for (size_t i = 0; i < all->n_items; i++) {
        inner[i] = all->items[i];
        outer[i] = (SqlItem){sql_column(arena, alias, inner[i].alias, inner[i].expr->type), inner[i].alias};
    }
    inner[all->n_items] = (SqlItem){sql_over(arena, sql_call(arena, SQL_FN_ROW_NUMBER, NULL, 0), window), number};
    numbered->items = inner;
    numbered->n_items++;
    numbered->ctes = NULL;
    numbered->n_ctes = 0;
    SqlFrom *from = ARENA_NEW(arena, SqlFrom);
    *from = (SqlFrom){.select = numbered, .alias = alias};
    SqlOrder *outer_order = ARENA_ARRAY(arena, SqlOrder, n_order);
    for (size_t i = 0; i < n_order; i++) {
        size_t k = 0;
        while (k < all->n_items && inner[k].expr != order[i].expr) k++;
        Str hidden = arena_printf(arena, "_o%zu", i);
        if (k == all->n_items) inner[numbered->n_items++] = (SqlItem){order[i].expr, hidden};
        const SqlExpr *column =
            k < all->n_items ? outer[k].expr : sql_column(arena, alias, hidden, order[i].expr->type);
        outer_order[i] = (SqlOrder){column, order[i].is_desc};
    }
    ret_select->from = from;
    ret_select->n_from = 1;
    ret_select->items = outer;
    ret_select->n_items = all->n_items;
    ret_select->where = sql_call2(arena, SQL_FN_LE, sql_column(arena, alias, number, TYPE(TYPE_INT64)),
                                  sql_literal(arena, value_int(query->limit_per_n)));
    ret_select->order = outer_order;
    ret_select->n_order = n_order;
    return ERR_OK;
}

static void note_whole_periods(QueryBuild *build) {
    QueryBounds shown = query_shown_bounds(build);
    bool is_same = shown.from == build->range_bounds.from && shown.to == build->range_bounds.to;
    if (is_same || build->axis.is_number) return;
    build->where = query_rows_in(build, &shown);
    for (size_t i = 0; i < build->legs.n; i++) build->legs.at[i]->where = query_rows_in(build->legs.at[i], &shown);
    VEC_PUSH(build->arena, &build->defaults,
             arena_printf(build->arena, "the range in whole %ss", query_grain_words(build->query->time.grain)));
}

/* What having and the measures hold decides which bases stage 0 has, so the end is made before the beginning. */
static void lower_all(QueryBuild *build) {
    for (size_t i = 0; i < build->measures.n; i++)
        build->measures.at[i].value.sql = query_stage_lower(build, build->measures.at[i].value.sql);
    for (size_t i = 0; i < build->hidden.n; i++)
        build->hidden.at[i].value.sql = query_stage_lower(build, build->hidden.at[i].value.sql);
    if (build->having.sql) build->having.sql = query_stage_lower(build, build->having.sql);
}

ErrCode query_stage_rows(QueryBuild *build, const SqlSelect **ret_select, Err *err) {
    Arena *arena = build->arena;
    Stages stages = {.build = build};
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, build->groups.n + build->measures.n);
    SqlSelect *all = sql_select_new(arena), *select = all;
    int last = 0;
    lower_all(build);
    note_whole_periods(build);
    add_stage_0(&stages);
    for (size_t i = 0; i < build->derived.n; i++) last = MAX_OF(last, build->derived.at[i].stage);
    for (int stage = 1; stage <= last; stage++) {
        bool is_used = false;
        for (size_t i = 0; i < build->derived.n; i++) is_used |= build->derived.at[i].stage == stage;
        if (is_used) add_stage(&stages, stage);
    }
    show(&stages, all, items);
    bool is_cut = build->query->limit >= 0 || build->query->offset || build->query->has_limit_per;
    const SqlOrder *order = NULL;
    size_t n_order = 0;
    if (!build->is_inner || is_cut) TRY(query_compile_order(build, items, &order, &n_order, err));
    if (build->query->has_limit_per) {
        select = sql_select_new(arena);
        TRY(limit_per(build, all, order, n_order, select, err));
    } else {
        select->order = order;
        select->n_order = n_order;
    }
    select->ctes = stages.ctes.at;
    select->n_ctes = stages.ctes.n;
    select->limit = build->query->limit;
    select->offset = build->query->offset;
    *ret_select = select;
    return ERR_OK;
}
