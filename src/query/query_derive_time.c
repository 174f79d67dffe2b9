/*
 * Derived in time: prior and what is made of it, rolling, and sums since a period or the range began.
 *
 * The value of a period so much earlier is joined, not counted back in rows, for a period may be missing; a rolling frame is by the
 * periods' numbers for the same reason. What is needed from before the range is noted (widen): stage 0 reads it, and it is cut before
 * anything is shown.
 */
#include "query/query_internal.h"

/* ---- periods ----------------------------------------------------------------------------------------------------------- */

/* The shown period's group; -1 when time is not shown. */
static ptrdiff_t time_group(const QueryBuild *build) {
    bool has = build->axis.is_known && build->query->time.grain != TIME_GRAIN_NONE;
    return has ? 0 : -1;
}

static const SqlExpr *whole(const QueryBuild *build, int64_t n) {
    return sql_literal(build->arena, value_int(n));
}

/* n units before the start of a period; both columns of a stage. NULL where that is no one period. */
static const SqlExpr *earlier(const QueryBuild *build, const SqlExpr *period, TimeGrain unit, int64_t n) {
    Arena *arena = build->arena;
    if (build->axis.is_number) return sql_call2(arena, SQL_FN_SUB, period, whole(build, n));
    int months = time_grain_months(unit);
    if (months) return sql_call2(arena, SQL_FN_ADD_MONTHS, period, whole(build, -months * n));
    switch (unit) {
    case TIME_GRAIN_WEEK: return sql_call2(arena, SQL_FN_ADD_DAYS, period, whole(build, -7 * n));
    case TIME_GRAIN_DAY: return sql_call2(arena, SQL_FN_ADD_DAYS, period, whole(build, -n));
    case TIME_GRAIN_HOUR: return sql_call2(arena, SQL_FN_ADD_HOURS, period, whole(build, -n));
    default: return NULL;
    }
}

/* Weeks so many years earlier are those of the same number. */
static const SqlExpr *same_week(const QueryBuild *build, const SqlExpr *period, const SqlExpr *prior, int64_t years) {
    Arena *arena = build->arena;
    const SqlExpr *year = sql_call2(arena, SQL_FN_SUB, sql_call1(arena, SQL_FN_ISO_YEAR, period), whole(build, years));
    const SqlExpr *is_year = sql_call2(arena, SQL_FN_EQ, sql_call1(arena, SQL_FN_ISO_YEAR, prior), year);
    const SqlExpr *is_week = sql_call2(arena, SQL_FN_EQ, sql_call1(arena, SQL_FN_ISO_WEEK, prior),
                                       sql_call1(arena, SQL_FN_ISO_WEEK, period));
    return sql_and(arena, is_year, is_week);
}

/* The groups' keys are equal, nulls too; but for the time. */
static const SqlExpr *same_keys(const QueryBuild *build, Str alias, ptrdiff_t but) {
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < build->groups.n; i++) {
        if ((ptrdiff_t)i == but) continue;
        const SqlExpr *is_equal = sql_call2(build->arena, build->groups.at[i].may_be_null ? SQL_FN_SAME : SQL_FN_EQ,
                                            query_stage_key(build, QUERY_STAGE, i), query_stage_key(build, alias, i));
        on = sql_and(build->arena, on, is_equal);
    }
    return on;
}

static bool is_year(TimeGrain unit) {
    return unit == TIME_GRAIN_YEAR || unit == TIME_GRAIN_FISCAL_YEAR;
}

static ErrCode check_unit(const QueryBuild *build, const Expr *derived, TimeGrain unit, Err *err) {
    TimeGrain grain = build->query->time.grain;
    if (build->axis.is_number) {
        if (str_eq(build->fact->axis_unit, str_of(time_grain_name(unit)))) return ERR_OK;
        return err_set(err, ERR_INVALID, "'%.*s' counts in steps of a %.*s here", STR_ARG(derived->name),
                       STR_ARG(build->fact->axis_unit));
    }
    int months = time_grain_months(unit), months_shown = time_grain_months(grain);
    bool is_week = grain == TIME_GRAIN_WEEK && months;
    bool fits = months_shown ? months >= months_shown : is_week ? is_year(unit) : unit <= grain;
    if (fits) return ERR_OK;
    const char *shown = query_grain_words(grain);
    return err_set(err, ERR_INVALID, "'%.*s' of a %s cannot go back by a %s; take a span of whole %ss",
                   STR_ARG(derived->name), shown, query_grain_words(unit), shown);
}

/* What has to be read before the range, so that its first periods have what they go back to. */
static void widen(QueryBuild *build, int stage, TimeGrain unit, int64_t n, bool is_all) {
    QueryWiden widening = {stage, unit, n, is_all};
    VEC_PUSH(build->arena, &build->widenings, widening);
}

/* What a joined row says; null where there is none, whatever the expression makes of nulls. */
static const SqlExpr *if_joined(QueryBuild *build, const SqlExpr *measure, Str alias, const SqlExpr *mark) {
    const SqlExpr *other = query_stage_retarget(build, measure, alias);
    if (query_is_stage_column(measure)) return other;
    const SqlExpr *args[] = {sql_call1(build->arena, SQL_FN_IS_SET, mark), other};
    return sql_case(build->arena, args, COUNT_OF(args), other->type);
}

/* ---- prior ---------------------------------------------------------------------------------------------------------- */

enum { WEEKS_MAX = 53 }; /* of an ISO year */

static const SqlExpr *prior_in_time(QueryBuild *build, const SqlExpr *measure, TimeGrain unit, int64_t n) {
    size_t time = (size_t)time_group(build);
    int stage = query_stage_of(build, measure) + 1;
    QueryStageJoin *join =
        query_stage_join(build, (QueryStageJoin){.kind = QUERY_JOIN_PRIOR, .stage = stage, .unit = unit, .n = n});
    const SqlExpr *period = query_stage_key(build, QUERY_STAGE, time),
                  *prior = query_stage_key(build, join->alias, time);
    bool is_week = !build->axis.is_number && build->query->time.grain == TIME_GRAIN_WEEK && is_year(unit);
    const SqlExpr *is_earlier = is_week ? same_week(build, period, prior, n)
                                        : sql_call2(build->arena, SQL_FN_EQ, prior, earlier(build, period, unit, n));
    join->on = sql_and(build->arena, same_keys(build, join->alias, (ptrdiff_t)time), is_earlier);
    if (is_week)
        widen(build, stage, TIME_GRAIN_WEEK, WEEKS_MAX * n, false);
    else
        widen(build, stage, unit, n, false);
    return query_stage_add(build, stage, if_joined(build, measure, join->alias, prior));
}

/* How far a range is moved: by a span, or by its own length; a calendar period by one of its kind. */
static void own_length(const QueryBounds *range, bool is_number, TimeGrain *unit, int64_t *n) {
    if (is_number) {
        *n = range->to - range->from;
        return;
    }
    *unit = range->to_grain;
    int64_t from = range->from;
    for (*n = 0; from < range->to && *n < 100000; (*n)++) from = time_add(*unit, from, 1);
}

static bool is_month_start(int64_t at) {
    return time_trunc(TIME_GRAIN_MONTH, at) == at;
}

/* The week of the same number so many years earlier. */
static int64_t week_years_earlier(int64_t at, int64_t years) {
    IsoWeek week = time_iso_week(time_day_of_us(at));
    week.year -= (int)years;
    return time_iso_week_start(week) * TIME_US_PER_DAY;
}

/* A range so much earlier. Whole months stay whole months; of days the first and the last are moved, each to the same day of that month
 * or its last; weeks by years are those of the same numbers. */
static QueryBounds move(const QueryBuild *build, const QueryBounds *range, TimeGrain unit, int64_t n) {
    QueryBounds moved = *range;
    if (build->axis.is_number) {
        moved.from -= n;
        moved.to -= n;
        return moved;
    }
    int64_t last_day = range->to - TIME_US_PER_DAY;
    bool is_of_weeks = range->from_grain == TIME_GRAIN_WEEK && range->to_grain == TIME_GRAIN_WEEK;
    if (is_of_weeks && is_year(unit)) {
        moved.from = week_years_earlier(range->from, n);
        moved.to = week_years_earlier(last_day, n) + 7 * TIME_US_PER_DAY;
        return moved;
    }
    bool is_of_days = time_grain_months(unit) && !(is_month_start(range->from) && is_month_start(range->to)) &&
                      range->to % TIME_US_PER_DAY == 0;
    moved.from = time_add(unit, range->from, -n);
    moved.to = is_of_days ? time_add(unit, last_day, -n) + TIME_US_PER_DAY : time_add(unit, range->to, -n);
    return moved;
}

typedef struct OfRows {
    const QueryBuild *build;
    Str alias;
} OfRows;

/* A base of a joined group; of one that has no rows there, counts are 0. */
static const SqlExpr *base_of_rows(void *arg, const SqlExpr *expr) {
    const OfRows *of = arg;
    if (!query_is_stage_column(expr)) return NULL;
    const SqlExpr *column = sql_column(of->build->arena, of->alias, expr->name, expr->type);
    return query_zero_if_count(of->build, query_base_index(of->build, expr), column);
}

/* The measure over other rows of the same groups. Of a group that has none there it is null where it stands for that group as it was
 * (has_to_be_there), else what it is over no rows. */
static const SqlExpr *over_range(QueryBuild *build, const SqlExpr *measure, const QueryBounds *bounds,
                                 bool has_to_be_there) {
    QueryStageJoin *join =
        query_stage_join(build, (QueryStageJoin){.kind = QUERY_JOIN_LEG, .stage = 1, .bounds = *bounds});
    join->on = same_keys(build, join->alias, -1);
    OfRows of = {build, join->alias};
    const SqlExpr *mark = sql_column(build->arena, join->alias, S("_m"), TYPE(TYPE_INT64));
    const SqlExpr *value = has_to_be_there ? if_joined(build, measure, join->alias, mark)
                                           : query_map(build->arena, measure, base_of_rows, &of);
    return query_stage_add(build, 1, value);
}

/* Without a time among the groups: the same groups over another range. */
static ErrCode prior_of_range(QueryBuild *build, const Expr *derived, const SqlExpr *measure, TimeGrain unit, int64_t n,
                              const SqlExpr **ret, Err *err) {
    const QueryBounds *range = &build->range_bounds;
    if (!build->axis.is_known || range->from == INT64_MIN || range->to == INT64_MAX)
        return err_set(err, ERR_INVALID,
                       "'%.*s' needs a time to go back in: give the query a time grain, or a range with two ends",
                       STR_ARG(derived->name));
    if (query_stage_of(build, measure))
        return err_set(err, ERR_INVALID, "'%.*s' of what is derived already needs a time grain",
                       STR_ARG(derived->name));
    if (unit == TIME_GRAIN_NONE) own_length(range, build->axis.is_number, &unit, &n);
    QueryBounds bounds = move(build, range, unit, n);
    *ret = over_range(build, measure, &bounds, true);
    return ERR_OK;
}

ErrCode query_derive_prior(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret,
                           Err *err) {
    TimeGrain unit = derived->unit;
    int64_t n = MAX_OF(derived->n, 1);
    if (query_stage_of(build, measure) >= QUERY_ROW_STAGE)
        return err_set(err, ERR_INVALID,
                       "'%.*s' goes back in time, and what it is taken of is made of the rows as shown",
                       STR_ARG(derived->name));
    if (time_group(build) < 0) return prior_of_range(build, derived, measure, unit, n, ret, err);
    if (unit == TIME_GRAIN_NONE) unit = build->query->time.grain;
    TRY(check_unit(build, derived, unit, err));
    *ret = prior_in_time(build, measure, unit, n);
    return ERR_OK;
}

/* ---- rolling -------------------------------------------------------------------------------------------------------- */

/* A whole number that rises by one a period, so that a frame can tell how far apart two are; weeks by one a week. */
static const SqlExpr *period_number(const QueryBuild *build, const SqlExpr *period) {
    Arena *arena = build->arena;
    TimeGrain grain = build->query->time.grain;
    if (build->axis.is_number) return period;
    period = query_calendar_period(build, grain, period);
    if (is_year(grain)) return sql_call1(arena, SQL_FN_YEAR_OF, period);
    if (time_grain_months(grain)) {
        bool is_month = grain == TIME_GRAIN_MONTH;
        const SqlExpr *year = sql_call1(arena, SQL_FN_YEAR_OF, period);
        return sql_call2(arena, SQL_FN_ADD, sql_call2(arena, SQL_FN_MUL, year, whole(build, is_month ? 12 : 4)),
                         sql_call1(arena, is_month ? SQL_FN_MONTH_OF : SQL_FN_QUARTER_OF, period));
    }
    enum { MONDAY = 4 }; /* 1970-01-05 */
    Value monday = period->type.kind == TYPE_DATE ? value_date(MONDAY) : value_timestamp(MONDAY * TIME_US_PER_DAY);
    SqlFn fn = grain == TIME_GRAIN_WEEK   ? SQL_FN_WEEKS_BETWEEN
               : grain == TIME_GRAIN_HOUR ? SQL_FN_HOURS_BETWEEN
                                          : SQL_FN_DAYS_BETWEEN;
    return sql_call2(arena, fn, sql_literal(arena, monday), period);
}

/* A span in periods of the shown grain; 0 where it is no whole number of them. */
static int64_t periods_of(TimeGrain grain, TimeGrain unit, int64_t n) {
    static const int HOURS[] = {[TIME_GRAIN_WEEK] = 168, [TIME_GRAIN_DAY] = 24, [TIME_GRAIN_HOUR] = 1};
    if (unit == TIME_GRAIN_NONE || unit == grain) return n;
    int months = time_grain_months(unit), shown = time_grain_months(grain);
    if (months && shown) return n * months % shown ? 0 : n * months / shown;
    if (HOURS[unit] && HOURS[grain]) return n * HOURS[unit] % HOURS[grain] ? 0 : n * HOURS[unit] / HOURS[grain];
    return 0;
}

ErrCode query_derive_rolling(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret,
                             Err *err) {
    ptrdiff_t time = time_group(build);
    TimeGrain grain = build->query->time.grain;
    if (time < 0) return err_set(err, ERR_INVALID, "'%.*s' needs a time grain in the query", STR_ARG(derived->name));
    if (query_stage_of(build, measure) >= QUERY_ROW_STAGE)
        return err_set(err, ERR_INVALID,
                       "'%.*s' goes back in time, and what it is taken of is made of the rows as shown",
                       STR_ARG(derived->name));
    if (build->axis.is_number && derived->unit != TIME_GRAIN_NONE) TRY(check_unit(build, derived, derived->unit, err));
    int64_t n = build->axis.is_number ? derived->n : periods_of(grain, derived->unit, derived->n);
    if (!n)
        return err_set(err, ERR_INVALID, "%" PRId64 " %s%s are no whole number of %ss, which are shown", derived->n,
                       query_grain_words(derived->unit), derived->n == 1 ? "" : "s", query_grain_words(grain));
    size_t n_partition = 0;
    const SqlExpr *const *partition = query_other_keys(build, time, 0, &n_partition);
    int stage = query_stage_of(build, measure) + 1;
    const SqlExpr *number = period_number(build, query_stage_key(build, QUERY_STAGE, (size_t)time));
    SqlFrame frame = {.is_range = true, .preceding = n - 1};
    const SqlExpr *call = sql_call1(build->arena, derived->agg, measure);
    widen(build, stage, grain, n - 1, false);
    *ret = query_stage_add(build, stage, query_over(build, call, partition, n_partition, number, false, frame));
    return ERR_OK;
}

/* ---- since a point -------------------------------------------------------------------------------------------------- */

typedef struct Since {
    QueryBuild *build;
    int stage;
    TimeGrain unit; /* of which the period that holds the row begins; NONE: the range, or all of the data */
    bool is_all;
} Since;

/* What is read before the range for the sake of others does not count since the range began: up to a period before it there are no
 * rows, of which counts are 0. */
static const SqlExpr *within_range(const QueryBuild *build, const SqlExpr *period, const SqlExpr *base, bool is_count) {
    QueryBounds bounds = {.from = query_shown_bounds(build).from, .to = INT64_MAX};
    if (bounds.from == INT64_MIN) return base;
    const SqlExpr *args[] = {query_bounds_sql(build->arena, period, &bounds), base, whole(build, 0)};
    return sql_case(build->arena, args, is_count ? 3 : 2, base->type);
}

/* A base over the rows since the year, or the range, began. */
static const SqlExpr *since_base(void *arg, const SqlExpr *expr) {
    Since *to = arg;
    QueryBuild *build = to->build;
    if (!query_is_stage_column(expr)) return NULL;
    size_t base = query_base_index(build, expr), n_partition = 0;
    ptrdiff_t time = time_group(build);
    SqlFn fn = query_additive(build, base);
    const SqlExpr *period = query_stage_key(build, QUERY_STAGE, (size_t)time);
    if (fn != SQL_FN_COUNT_OF) {
        bool is_since_range = to->unit == TIME_GRAIN_NONE && !to->is_all;
        bool is_count = query_is_count(build->bases.at[base].sql);
        const SqlExpr *part = is_since_range ? within_range(build, period, expr, is_count) : expr;
        const SqlExpr **partition = (const SqlExpr **)query_other_keys(build, time, 1, &n_partition);
        if (to->unit != TIME_GRAIN_NONE) partition[n_partition++] = query_trunc_sql(build, to->unit, period);
        const SqlExpr *sum = query_over(build, sql_call1(build->arena, fn, part), partition, n_partition, period, false,
                                        SQL_FRAME_RUNNING);
        return query_stage_add(build, to->stage, query_as_type(build, sum, expr->type));
    }
    QueryStageJoin *join = query_stage_join(
        build, (QueryStageJoin){
                   .kind = QUERY_JOIN_SINCE, .stage = to->stage, .base = base, .unit = to->unit, .is_all = to->is_all});
    join->on = same_keys(build, join->alias, -1);
    const SqlExpr *column = sql_column(build->arena, join->alias, expr->name, expr->type);
    return query_stage_add(build, to->stage, query_zero_if_count(build, base, column));
}

/* Of a range without a grain: from the start of the last day's year. */
static ErrCode since_of_range(QueryBuild *build, const Expr *derived, const SqlExpr *measure, TimeGrain since,
                              const SqlExpr **ret, Err *err) {
    QueryBounds bounds = build->range_bounds;
    if (!build->axis.is_known || build->axis.is_number || bounds.to == INT64_MAX || since == TIME_GRAIN_NONE)
        return err_set(err, ERR_INVALID, "'%.*s' needs a time grain in the query", STR_ARG(derived->name));
    bounds.from = query_trunc(build, since, bounds.to - 1);
    *ret = over_range(build, measure, &bounds, false);
    return ERR_OK;
}

ErrCode query_derive_since(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret,
                           Err *err) {
    TimeGrain since = derived->derive == EXPR_DERIVE_YTD    ? TIME_GRAIN_YEAR
                      : derived->derive == EXPR_DERIVE_FYTD ? TIME_GRAIN_FISCAL_YEAR
                      : derived->derive == EXPR_DERIVE_QTD  ? TIME_GRAIN_QUARTER
                      : derived->derive == EXPR_DERIVE_MTD  ? TIME_GRAIN_MONTH
                                                            : TIME_GRAIN_NONE;
    if (query_stage_of(build, measure))
        return err_set(err, ERR_INVALID, "'%.*s' is aggregated from the rows; it cannot be taken of what is derived",
                       STR_ARG(derived->name));
    if (time_group(build) < 0) return since_of_range(build, derived, measure, since, ret, err);
    TimeGrain grain = build->query->time.grain;
    bool fits = since == TIME_GRAIN_NONE || (!build->axis.is_number && query_grain_is_within(build, grain, since));
    if (!fits)
        return err_set(err, ERR_INVALID, "'%.*s' needs a grain that a %s is made of, such as day",
                       STR_ARG(derived->name), query_grain_words(since));
    Since to = {.build = build, .stage = 1, .unit = since, .is_all = derived->is_all};
    widen(build, 1, since, 0, derived->is_all);
    *ret = query_map(build->arena, measure, since_base, &to);
    return ERR_OK;
}
