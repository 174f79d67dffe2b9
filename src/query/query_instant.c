/*
 * Measures of one instant (semi-additive): of a stock only the rows at the last instant of each period count.
 *
 * The instants are found by a select of their own, max(time) for each period and each combination of `per`, which is joined to the rows
 * (at most one instant goes with a row, so nothing else changes), and the measure's aggregates are filtered by being at it:
 *
 *   sum(pieces) FILTER (WHERE stock.day = _at0._t) … FROM stock LEFT JOIN (SELECT month, max(day) AS _t … GROUP BY month) AS _at0
 *       ON month(stock.day) = _at0.month AND stock.day = _at0._t
 *
 * So the measure goes through stages as any other; only that nothing may be added up over groups (query_additive).
 */
#include "query/query_internal.h"

#define INSTANT S("_t")

/* ---- compiling ------------------------------------------------------------------------------------------------------ */

static bool is_same(const ModelSemiAdditive *a, const ModelSemiAdditive *b) {
    if (a->time != b->time || a->takes_first != b->takes_first || a->n_per != b->n_per) return false;
    for (size_t i = 0; i < a->n_per; i++)
        if (!str_eq(a->per[i], b->per[i])) return false;
    return true;
}

/* A choice that the pack made. */
static void tell(QueryBuild *leg, const ModelMeasure *measure) {
    QueryBuild *build = leg->parent ? leg->parent : leg;
    Arena *arena = build->arena;
    const ModelSemiAdditive *of = measure->semi_additive;
    TimeGrain grain = build->query->time.grain;
    Str per = {0};
    ModelMember member;
    for (size_t i = 0; i < of->n_per; i++)
        if (!model_member(leg->model, leg->fact, of->per[i], &member, NULL))
            per = arena_printf(arena, "%.*s%s%.*s", STR_ARG(per), per.n ? " and " : ", for each ", STR_ARG(of->per[i]));
    Str period = grain == TIME_GRAIN_NONE ? (Str){0} : arena_printf(arena, " of each %s", query_grain_words(grain));
    Str text = arena_printf(arena, "%.*s is of the %s %.*s%.*s%.*s", STR_ARG(measure->name),
                            of->takes_first ? "first" : "last",
                            STR_ARG(model_sees(leg->model, &of->time->label) ? of->time->name : S("instant")),
                            STR_ARG(period), STR_ARG(per));
    for (size_t i = 0; i < build->defaults.n; i++)
        if (str_eq(build->defaults.at[i], text)) return;
    VEC_PUSH(arena, &build->defaults, text);
}

static ErrCode add(QueryBuild *leg, const ModelSemiAdditive *of, Err *err) {
    QuerySql *per = ARENA_ARRAY(leg->arena, QuerySql, of->n_per + 1);
    QueryInstant instant = {.of = of, .alias = arena_printf(leg->arena, "_at%zu", leg->instants.n), .per = per};
    ModelMember time = {.kind = MODEL_MEMBER_COLUMN,
                        .type = of->time->type,
                        .label = &of->time->label,
                        .fact = leg->fact,
                        .column = of->time};
    TRY(query_compile_member(leg, &time, &instant.time, err));
    for (size_t i = 0; i < of->n_per; i++) {
        ModelMember member;
        TRY(model_member(query_whole_model(leg), leg->fact, of->per[i], &member, err));
        TRY(query_compile_member(leg, &member, &per[i], err));
    }
    const SqlExpr *found = sql_column(leg->arena, instant.alias, INSTANT, of->time->type);
    instant.is_at = sql_call2(leg->arena, SQL_FN_EQ, instant.time.sql, found);
    VEC_PUSH(leg->arena, &leg->instants, instant);
    return ERR_OK;
}

ErrCode query_instant(QueryBuild *leg, const ModelMeasure *measure, const SqlExpr **ret_is_at, Err *err) {
    size_t i = 0;
    while (i < leg->instants.n && !is_same(leg->instants.at[i].of, measure->semi_additive)) i++;
    if (i == leg->instants.n) TRY(add(leg, measure->semi_additive, err));
    const QueryInstant *instant = &leg->instants.at[i];
    for (size_t k = 0; k < instant->of->n_per; k++) *leg->roles |= instant->per[k].roles;
    tell(leg, measure);
    *ret_is_at = instant->is_at;
    return ERR_OK;
}

/* ---- which selects ask for them ------------------------------------------------------------------------------------- */

static bool reads(const SqlExpr *expr, Str alias) {
    if (!expr) return false;
    bool does = (expr->kind == SQL_EXPR_COLUMN && str_eq(expr->table, alias)) || reads(expr->filter, alias);
    for (size_t i = 0; i < expr->n_args && !does; i++) does = reads(expr->args[i], alias);
    return does;
}

bool query_is_at_instant(const QueryBuild *leg, const SqlExpr *base) {
    bool is = false;
    for (size_t i = 0; i < leg->instants.n && !is; i++) is = reads(base, leg->instants.at[i].alias);
    return is;
}

/* ---- finding them --------------------------------------------------------------------------------------------------- */

/* The shown period, and what else is a part of the measure's own time. */
static bool is_period(const QueryBuild *leg, const QueryInstant *instant, size_t index) {
    const QueryGroup *group = &leg->groups.at[index];
    bool is_shown = index == 0 && leg->axis.is_known && leg->query->time.grain != TIME_GRAIN_NONE;
    return is_shown || (group->is_member && group->member.column == instant->of->time);
}

static const size_t *periods_of(const QueryBuild *leg, const QueryInstant *instant, const size_t *by, size_t n_by,
                                size_t *ret_n) {
    size_t *periods = ARENA_ARRAY(leg->arena, size_t, n_by + 1);
    *ret_n = 0;
    for (size_t i = 0; i < n_by; i++)
        if (is_period(leg, instant, by[i])) periods[(*ret_n)++] = by[i];
    return periods;
}

static void add_from(Arena *arena, SqlSelect *select, SqlFrom more) {
    SqlFrom *from = ARENA_ARRAY(arena, SqlFrom, select->n_from + 1);
    for (size_t i = 0; i < select->n_from; i++) from[i] = select->from[i];
    from[select->n_from++] = more;
    select->from = from;
}

/* A key of the instants: an item of their select, and equal to it in the rows' select. */
static void add_key(QueryBuild *leg, SqlSelect *select, SqlItem *items, SqlFrom *from, SqlItem key) {
    const SqlExpr *found = sql_column(leg->arena, from->alias, key.alias, key.expr->type);
    items[select->n_items++] = key;
    from->on = sql_and(leg->arena, from->on, sql_call2(leg->arena, SQL_FN_SAME, key.expr, found));
}

/* The periods that the rows' select shows, whatever its other groups. */
static void narrow_to_shown(QueryBuild *leg, const QueryInstant *instant, SqlSelect *select, const SqlSelect *shown) {
    size_t n_known = 0, n = 0;
    const size_t *known = query_known_groups(leg, NULL, 0, &n_known);
    const size_t *periods = periods_of(leg, instant, known, n_known, &n);
    if (n) add_from(leg->arena, select, query_shown_groups(leg, shown, periods, n));
}

static QueryRoles roles_of(const QueryBuild *leg, const QueryInstant *instant, const QueryInstantRows *rows) {
    QueryRoles roles = rows->where.roles | instant->time.roles;
    for (size_t i = 0; i < instant->of->n_per; i++) roles |= instant->per[i].roles;
    for (size_t i = 0; i < leg->groups.n; i++)
        if (is_period(leg, instant, i)) roles |= leg->groups.at[i].key.roles;
    return roles;
}

/* select periods, per, max(time) from the leg's rows, as a table beside them. */
static SqlFrom instants(QueryBuild *leg, const QueryInstant *instant, const QueryInstantRows *rows) {
    Arena *arena = leg->arena;
    size_t n_periods = 0;
    const size_t *periods = periods_of(leg, instant, rows->by, rows->n_by, &n_periods);
    SqlSelect *select = sql_select_new(arena);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n_periods + instant->of->n_per + 1);
    SqlFrom from = {.select = select, .alias = instant->alias};
    for (size_t i = 0; i < n_periods; i++) {
        const SqlExpr *key = rows->since ? query_stage_key(leg->parent ? leg->parent : leg, QUERY_SINCE, periods[i])
                                         : leg->groups.at[periods[i]].key.sql;
        add_key(leg, select, items, &from, (SqlItem){key, arena_printf(arena, "_k%zu", periods[i])});
    }
    for (size_t i = 0; i < instant->of->n_per; i++)
        add_key(leg, select, items, &from, (SqlItem){instant->per[i].sql, arena_printf(arena, "_m%zu", i)});
    query_group_by_first(arena, select, select->n_items);
    SqlFn fn = instant->of->takes_first ? SQL_FN_MIN : SQL_FN_MAX;
    items[select->n_items++] = (SqlItem){sql_call1(arena, fn, instant->time.sql), INSTANT};
    select->items = items;
    select->where = rows->where.sql;
    query_from(leg, roles_of(leg, instant, rows), select);
    if (rows->since && n_periods) add_from(arena, select, query_since_from(leg, rows->since, periods, n_periods));
    if (rows->shown) narrow_to_shown(leg, instant, select, rows->shown);
    from.join = from.on ? SQL_JOIN_LEFT : SQL_JOIN_CROSS;
    if (from.on) from.on = sql_and(arena, from.on, instant->is_at); /* an equality, which every engine can hash */
    return from;
}

void query_add_instants(QueryBuild *leg, SqlSelect *select, const QueryInstantRows *rows) {
    for (size_t i = 0; i < leg->instants.n; i++) {
        const QueryInstant *instant = &leg->instants.at[i];
        bool is_asked = false;
        for (size_t k = 0; k < select->n_items; k++) is_asked |= reads(select->items[k].expr, instant->alias);
        if (is_asked) add_from(leg->arena, select, instants(leg, instant, rows));
    }
}
