/*
 * Grains in SQL. The fiscal year's first month is the model's; a fiscal period is the calendar's, so many months later: a date's month
 * is moved back by them, truncated, and moved forth.
 */
#include "query/query_internal.h"

const char *query_grain_words(TimeGrain grain) {
    return grain == TIME_GRAIN_FISCAL_YEAR      ? "fiscal year"
           : grain == TIME_GRAIN_FISCAL_QUARTER ? "fiscal quarter"
                                                : time_grain_name(grain);
}

int query_fiscal_month(const QueryBuild *build) {
    return build->model->calendar.fiscal_year_month;
}

int64_t query_trunc(const QueryBuild *build, TimeGrain grain, int64_t us) {
    return time_trunc_fiscal(grain, query_fiscal_month(build), us);
}

const ModelPart *query_grain_part(TimeGrain grain) {
    size_t n = 0;
    const ModelPart *parts = model_parts(&n);
    size_t i = 0;
    while (i + 1 < n && parts[i].grain != grain) i++;
    return &parts[i]; /* every grain has one */
}

/* By how many months the grain's periods begin after the calendar's. */
static int months_behind(const QueryBuild *build, TimeGrain grain) {
    bool is_fiscal = grain == TIME_GRAIN_FISCAL_YEAR || grain == TIME_GRAIN_FISCAL_QUARTER;
    return is_fiscal ? (query_fiscal_month(build) - 1) % time_grain_months(grain) : 0;
}

static const SqlExpr *moved(const QueryBuild *build, const SqlExpr *sql, int months) {
    const SqlExpr *n = sql_literal(build->arena, value_int(months));
    return months ? sql_call2(build->arena, SQL_FN_ADD_MONTHS, sql, n) : sql;
}

const SqlExpr *query_calendar_period(const QueryBuild *build, TimeGrain grain, const SqlExpr *sql) {
    return moved(build, sql, -months_behind(build, grain));
}

const SqlExpr *query_trunc_sql(const QueryBuild *build, TimeGrain grain, const SqlExpr *sql) {
    int behind = months_behind(build, grain);
    if (behind) sql = moved(build, sql_call1(build->arena, SQL_FN_TRUNC_MONTH, sql), -behind);
    return moved(build, sql_call1(build->arena, query_grain_part(grain)->fn, sql), behind);
}

const SqlExpr *query_part_sql(const QueryBuild *build, const ModelPart *part, const SqlExpr *sql) {
    return part->grain == TIME_GRAIN_NONE ? sql_call1(build->arena, part->fn, sql)
                                          : query_trunc_sql(build, part->grain, sql);
}

bool query_grain_is_within(const QueryBuild *build, TimeGrain fine, TimeGrain coarse) {
    int n_fine = time_grain_months(fine), n_coarse = time_grain_months(coarse);
    if (!n_fine) return fine >= coarse && (fine != TIME_GRAIN_WEEK || coarse == TIME_GRAIN_WEEK);
    return n_fine <= n_coarse && (months_behind(build, coarse) - months_behind(build, fine)) % n_fine == 0;
}
