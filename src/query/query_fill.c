/*
 * Gaps: periods and buckets without rows, on "fill". Stage 0 is joined to all of them, for every combination of the other groups that
 * there is.
 *
 *   days and longer   the calendar's days, truncated
 *   hours             its days, by the numbers 0 to 23
 *   whole numbers     the numbers of the range
 *   buckets           from the least that has rows to the greatest
 *
 * Where a range is open the data says how many there are, which is looked at before the rows are read (QueryFill).
 */
#include "query/query_internal.h"

#include "model/model_relation.h"

bool query_is_filled(const QueryBuild *build) {
    for (size_t i = 0; i < build->groups.n; i++)
        if (build->groups.at[i].is_filled) return true;
    return false;
}

/* ---- small selects -------------------------------------------------------------------------------------------------- */

static SqlFrom stage_0(void) {
    return (SqlFrom){.cte = S("_s0"), .alias = QUERY_STAGE};
}

/* min or max of a key in stage 0 */
static const SqlExpr *extreme(QueryBuild *build, size_t group, SqlFn fn) {
    const SqlExpr *key = query_stage_key(build, QUERY_STAGE, group);
    SqlItem item = {sql_call1(build->arena, fn, key), S("_k")};
    return sql_scalar(build->arena, query_select_from(build->arena, stage_0(), &item, 1), key->type);
}

static Str key_name(const QueryBuild *build, size_t group) {
    return arena_printf(build->arena, "_k%zu", group);
}

static const SqlExpr *whole(const QueryBuild *build, int64_t n) {
    return sql_literal(build->arena, value_int(n));
}

static SqlFrom series(const QueryBuild *build, const SqlExpr *first, const SqlExpr *last) {
    SqlSeries *numbers = ARENA_NEW(build->arena, SqlSeries);
    *numbers = (SqlSeries){first, last};
    return (SqlFrom){.series = numbers, .alias = S("_n")};
}

static const SqlExpr *series_number(const QueryBuild *build) {
    return sql_column(build->arena, S("_n"), S("n"), TYPE(TYPE_INT64));
}

/* ---- periods -------------------------------------------------------------------------------------------------------- */

/* Within the range, and where that is open from the first or to the last period that has rows. */
static const SqlExpr *period_in(QueryBuild *build, const SqlExpr *at, const SqlExpr *period,
                                const QueryBounds *bounds) {
    Arena *arena = build->arena;
    const SqlExpr *where = NULL;
    if (bounds->from == INT64_MIN) where = sql_call2(arena, SQL_FN_GE, period, extreme(build, 0, SQL_FN_MIN));
    if (bounds->to == INT64_MAX)
        where = sql_and(arena, where, sql_call2(arena, SQL_FN_LE, period, extreme(build, 0, SQL_FN_MAX)));
    if (bounds->from != INT64_MIN || bounds->to != INT64_MAX)
        where = sql_and(arena, where, query_bounds_sql(arena, at, bounds));
    return where;
}

static bool is_of_hours(const QueryBuild *build) {
    return build->query->time.grain == TIME_GRAIN_HOUR;
}

/* The calendar has midnights; every hour of it is such a one and a number. */
static const SqlSelect *calendar_periods(QueryBuild *build) {
    Arena *arena = build->arena;
    Str alias = S("_c");
    QueryBounds bounds = query_read_bounds(build);
    const SqlExpr *key = build->groups.at[0].key.sql;
    const SqlExpr *at = sql_column(arena, alias, S("date_key"), TYPE(TYPE_DATE));
    SqlFrom from[2] = {{.relation = model_relation_date(arena), .alias = alias}, {0}};
    if (bounds.from != INT64_MIN)
        bounds.from = time_trunc(is_of_hours(build) ? TIME_GRAIN_HOUR : TIME_GRAIN_DAY, bounds.from);
    if (key->type.kind == TYPE_TIMESTAMP) at = sql_cast(arena, at, key->type, false);
    if (is_of_hours(build)) {
        from[1] = series(build, whole(build, 0), whole(build, 23));
        from[1].join = SQL_JOIN_CROSS;
        at = sql_call2(arena, SQL_FN_ADD_HOURS, at, series_number(build));
    }
    const SqlExpr *period = is_of_hours(build) ? at : query_part_sql(build, build->groups.at[0].member.part, at);
    SqlItem item = {period, key_name(build, 0)};
    SqlSelect *select = query_select_from(arena, from[0], &item, 1);
    select->from = arena_dup(arena, from, sizeof(from));
    select->n_from = is_of_hours(build) ? 2 : 1;
    select->where = period_in(build, at, period, &bounds);
    if (!is_of_hours(build)) query_group_by_first(arena, select, select->n_items);
    return select;
}

static const SqlSelect *number_periods(QueryBuild *build) {
    QueryBounds bounds = query_read_bounds(build);
    const SqlExpr *first = bounds.from == INT64_MIN ? extreme(build, 0, SQL_FN_MIN) : whole(build, bounds.from);
    const SqlExpr *last = bounds.to == INT64_MAX ? extreme(build, 0, SQL_FN_MAX) : whole(build, bounds.to - 1);
    SqlItem item = {series_number(build), key_name(build, 0)};
    return query_select_from(build->arena, series(build, first, last), &item, 1);
}

/* ---- buckets -------------------------------------------------------------------------------------------------------- */

static const SqlExpr *as_float(const QueryBuild *build, const SqlExpr *sql) {
    return sql_cast(build->arena, sql, TYPE(TYPE_FLOAT64), false);
}

/* (a - b) / width, which is whole but for what division leaves of it */
static const SqlExpr *widths_between(const QueryBuild *build, const SqlExpr *a, const SqlExpr *b, Value width) {
    Arena *arena = build->arena;
    const SqlExpr *difference = sql_call2(arena, SQL_FN_SUB, as_float(build, a), as_float(build, b));
    return sql_call2(arena, SQL_FN_DIV, difference, sql_literal(arena, value_float(value_to_double(width))));
}

static const SqlExpr *rounded(const QueryBuild *build, const SqlExpr *sql) {
    const SqlExpr *half = sql_literal(build->arena, value_float(0.5));
    return sql_call1(build->arena, SQL_FN_FLOOR, sql_call2(build->arena, SQL_FN_ADD, sql, half));
}

/* Exactly as the function makes it, so that it is equal to it: of float64, by its number from the start. */
static const SqlExpr *bucket_at(QueryBuild *build, size_t group, const SqlExpr *least) {
    Arena *arena = build->arena;
    const QueryColumn *column = &build->groups.at[group].column;
    const SqlExpr *n = series_number(build), *width = sql_literal(arena, column->bucket);
    Type type = build->groups.at[group].key.sql->type;
    if (type.kind != TYPE_FLOAT64) {
        const SqlExpr *above = sql_call2(arena, SQL_FN_MUL, n, width);
        return query_as_type(build, sql_call2(arena, SQL_FN_ADD, least, above), type);
    }
    const SqlExpr *start = sql_literal(arena, value_float(value_to_double(column->bucket_start)));
    const SqlExpr *before = rounded(build, widths_between(build, least, start, column->bucket));
    const SqlExpr *number = sql_call2(arena, SQL_FN_ADD, before, as_float(build, n));
    width = sql_literal(arena, value_float(value_to_double(column->bucket)));
    return sql_call2(arena, SQL_FN_ADD, sql_call2(arena, SQL_FN_MUL, number, width), start);
}

static const SqlSelect *buckets(QueryBuild *build, size_t group) {
    const SqlExpr *least = extreme(build, group, SQL_FN_MIN), *greatest = extreme(build, group, SQL_FN_MAX);
    const SqlExpr *n = rounded(build, widths_between(build, greatest, least, build->groups.at[group].column.bucket));
    SqlFrom from = series(build, whole(build, 0), n);
    SqlItem item = {bucket_at(build, group, least), key_name(build, group)};
    return query_select_from(build->arena, from, &item, 1);
}

/* ---- stage 0, filled ------------------------------------------------------------------------------------------------ */

static bool is_time(const QueryBuild *build, size_t group) {
    return group == 0 && build->query->time.is_filled;
}

static const SqlSelect *all_of(QueryBuild *build, size_t group) {
    if (!is_time(build, group)) return buckets(build, group);
    return build->axis.is_number ? number_periods(build) : calendar_periods(build);
}

/* Stage 0's groups but for those that are filled, each once; NULL: there are no others. */
static const SqlSelect *other_groups(QueryBuild *build) {
    SqlItem *items = ARENA_ARRAY(build->arena, SqlItem, build->groups.n);
    size_t n = 0;
    for (size_t i = 0; i < build->groups.n; i++)
        if (!build->groups.at[i].is_filled)
            items[n++] = (SqlItem){query_stage_key(build, QUERY_STAGE, i), key_name(build, i)};
    if (!n) return NULL;
    SqlSelect *select = query_select_from(build->arena, stage_0(), items, n);
    query_group_by_first(build->arena, select, select->n_items);
    return select;
}

/* Stage 0's groups that have no period or bucket: none of those made has them, and totals and unknown groups need them. NULL: they all have. */
static const SqlSelect *without_period(QueryBuild *build) {
    Arena *arena = build->arena;
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, build->groups.n + build->bases.n);
    const SqlExpr **missing = ARENA_ARRAY(arena, const SqlExpr *, build->groups.n);
    size_t n = 0, n_missing = 0;
    for (size_t i = 0; i < build->groups.n; i++) {
        items[n++] = (SqlItem){query_stage_key(build, QUERY_STAGE, i), key_name(build, i)};
        if (build->groups.at[i].is_filled && build->groups.at[i].may_be_null)
            missing[n_missing++] = sql_call1(arena, SQL_FN_IS_NULL, items[i].expr);
    }
    if (!n_missing) return NULL;
    for (size_t i = 0; i < build->bases.n; i++) {
        const QueryStageColumn *base = &build->bases.at[i];
        if (query_leg_repeats(base->leg)) continue;
        items[n++] = (SqlItem){sql_column(arena, QUERY_STAGE, base->name, base->sql->type), base->name};
    }
    SqlSelect *select = query_select_from(arena, stage_0(), items, n);
    select->where = n_missing > 1 ? sql_call(arena, SQL_FN_OR, missing, n_missing) : missing[0];
    return select;
}

const SqlSelect *query_filled(QueryBuild *build) {
    Arena *arena = build->arena;
    Str others = S("_g");
    size_t n_groups = build->groups.n, n = 0;
    SqlSelect *select = sql_select_new(arena);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n_groups + build->bases.n);
    SqlFrom *from = ARENA_ARRAY(arena, SqlFrom, n_groups + 2);
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < n_groups; i++) {
        bool is_filled = build->groups.at[i].is_filled;
        Str alias = !is_filled ? others : i ? arena_printf(arena, "_p%zu", i) : S("_p");
        const SqlExpr *key = query_stage_key(build, alias, i);
        items[n++] = (SqlItem){key, key_name(build, i)};
        on =
            sql_and(arena, on,
                    sql_call2(arena, is_filled ? SQL_FN_EQ : SQL_FN_SAME, key, query_stage_key(build, QUERY_STAGE, i)));
        if (!is_filled) continue;
        SqlJoin join = select->n_from ? SQL_JOIN_CROSS : SQL_JOIN_NONE;
        from[select->n_from++] = (SqlFrom){.join = join, .select = all_of(build, i), .alias = alias};
    }
    for (size_t i = 0; i < build->bases.n; i++) {
        const QueryStageColumn *base = &build->bases.at[i];
        const SqlExpr *column = sql_column(arena, QUERY_STAGE, base->name, base->sql->type);
        if (query_leg_repeats(base->leg)) continue; /* its values are put beside the filled groups */
        items[n++] = (SqlItem){query_zero_if_count(build, i, column), base->name};
    }
    const SqlSelect *rest = other_groups(build);
    if (rest) from[select->n_from++] = (SqlFrom){.join = SQL_JOIN_CROSS, .select = rest, .alias = others};
    from[select->n_from++] = (SqlFrom){.join = SQL_JOIN_LEFT, .cte = S("_s0"), .alias = QUERY_STAGE, .on = on};
    select->from = from;
    select->items = items;
    select->n_items = n;
    select->other = without_period(build);
    return select;
}

/* ---- how many ------------------------------------------------------------------------------------------------------- */

static ErrCode check_range(const QueryBuild *build, const QueryBounds *bounds, Err *err) {
    double n =
        ((double)bounds->to - (double)bounds->from) / (build->axis.is_number ? 1 : (double)(TIME_US_PER_DAY / 24));
    if (n <= QUERY_MAX_FILL) return ERR_OK;
    return query_error(err, ERR_TOO_LARGE, S("time.fill"),
                       "the range has %.0f %ss, of which at most %d are filled; take a shorter range%s", n,
                       query_grain_words(build->query->time.grain), (int)QUERY_MAX_FILL,
                       build->axis.is_number ? "" : " or a coarser grain");
}

/* The width that a group's keys are counted in; of the calendar's days and longer there are never too many. */
static bool is_counted(const QueryBuild *build, size_t group, Value *ret_width) {
    *ret_width = build->groups.at[group].column.bucket;
    if (!is_time(build, group)) return true;
    *ret_width = value_int(1);
    return build->axis.is_number || is_of_hours(build);
}

/* select (max - min) / width + 1 from stage 0; an open range's other end counts instead of the least or greatest. */
static void note_count(QueryBuild *build, size_t group, const QueryBounds *bounds, Value width) {
    Arena *arena = build->arena;
    const SqlExpr *key = query_stage_key(build, QUERY_STAGE, group), *one = whole(build, 1);
    bool has_from = is_time(build, group) && bounds->from != INT64_MIN;
    bool has_to = is_time(build, group) && bounds->to != INT64_MAX;
    const SqlExpr *least =
        has_from ? query_literal_at(arena, key->type, bounds->from) : sql_call1(arena, SQL_FN_MIN, key);
    const SqlExpr *greatest =
        has_to ? query_literal_at(arena, key->type, bounds->to) : sql_call1(arena, SQL_FN_MAX, key);
    const SqlExpr *n = type_is_time(key->type)
                           ? as_float(build, sql_call2(arena, SQL_FN_HOURS_BETWEEN, least, greatest))
                           : widths_between(build, greatest, least, width);
    SqlItem item = {sql_call2(arena, SQL_FN_ADD, n, one), S("_n")};
    SqlSelect *count =
        query_select_from(arena, (SqlFrom){.select = query_stage_0(build), .alias = QUERY_STAGE}, &item, 1);
    QueryFill fill = {count, is_time(build, group) ? S("time.fill") : build->groups.at[group].path};
    VEC_PUSH(arena, &build->fills, fill);
}

ErrCode query_check_fill(QueryBuild *build, Err *err) {
    const QueryTime *time = &build->query->time;
    QueryBounds bounds = query_read_bounds(build);
    bool is_open = bounds.from == INT64_MIN || bounds.to == INT64_MAX;
    if (time->is_filled && time->grain == TIME_GRAIN_NONE)
        return query_error(err, ERR_INVALID, S("time.fill"), "gaps are between periods; give a time grain");
    for (size_t i = 0; i < build->groups.n; i++) {
        Value width;
        if (!build->groups.at[i].is_filled || !is_counted(build, i, &width)) continue;
        if (is_time(build, i) && !is_open)
            TRY(check_range(build, &bounds, err));
        else
            note_count(build, i, &bounds, width);
    }
    return ERR_OK;
}
