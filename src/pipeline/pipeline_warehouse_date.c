/*
 * The calendar, gold.dim_date: a row a day over whole years, from the year before the first date of any fact to the year after the
 * last. Columns are called as the date parts of the query language. A date far off (a typing error in the data) does not blow it
 * up: the range is held between two years.
 */
#include "pipeline/pipeline_internal.h"

enum { FIRST_YEAR = 1700, LAST_YEAR = 2299 };

typedef struct YearRange {
    int64_t first;
    int64_t last;
} YearRange;

static ErrCode widen(const Ctx *ctx, Warehouse *warehouse, const ModelFact *fact, const ModelFactColumn *column,
                     YearRange *range, Err *err) {
    const SqlRelation *gold = model_relation_fact(ctx->arena, fact);
    int64_t years[2];
    TRY(pipeline_ints(ctx, warehouse->conn, years, 2, err, "SELECT year(min(%I)), year(max(%I)) FROM %R", &column->name,
                      &column->name, gold));
    if (years[0] == INT64_MIN) return ERR_OK;
    range->first = MIN_OF(range->first, MAX_OF(years[0] - 1, FIRST_YEAR));
    range->last = MAX_OF(range->last, MIN_OF(years[1] + 1, LAST_YEAR));
    return ERR_OK;
}

static ErrCode is_there(const Ctx *ctx, Warehouse *warehouse, const YearRange *range, bool *ret_is_there, Err *err) {
    int64_t days[2];
    TRY(pipeline_ints(ctx, warehouse->conn, days, 2, err, "SELECT min(date_key), max(date_key) FROM gold.dim_date"));
    *ret_is_there = days[0] == time_days_of((Civil){(int)range->first, 1, 1}) &&
                    days[1] == time_days_of((Civil){(int)range->last, 12, 31});
    return ERR_OK;
}

ErrCode pipeline_gold_date_refresh(const Ctx *ctx, Warehouse *warehouse, TableCounts *counts, Err *err) {
    const Model *model = warehouse->model;
    YearRange range = {INT64_MAX, INT64_MIN};
    for (size_t f = 0; f < model->n_facts; f++) {
        for (size_t c = 0; c < model->facts[f].n_columns; c++) {
            const ModelFactColumn *column = &model->facts[f].columns[c];
            bool is_time = column->kind == MODEL_COLUMN_TIME && type_is_time(column->type);
            if (is_time) TRY(widen(ctx, warehouse, &model->facts[f], column, &range, err));
        }
    }
    bool is_same = false;
    if (range.first <= range.last) TRY(is_there(ctx, warehouse, &range, &is_same, err));
    if (is_same) return ERR_OK;
    TRY(engine_execf(ctx, warehouse->conn, &counts->n_deleted, err, "DELETE FROM gold.dim_date"));
    if (range.first > range.last) return ERR_OK;
    Value from = value_date(time_days_of((Civil){(int)range.first, 1, 1}));
    Value to = value_date(time_days_of((Civil){(int)range.last, 12, 31}));
    int64_t fiscal_month = model->calendar.fiscal_year_month > 1 ? model->calendar.fiscal_year_month : 13;
    return engine_execf(
        ctx, warehouse->conn, &counts->n_inserted, err,
        "INSERT INTO gold.dim_date (date_key, year, quarter, month, week, year_of, quarter_of_year, month_of_year, "
        "week_of_year, day_of_year, day_of_month, weekday, fiscal_year) "
        "SELECT d, date_trunc('year', d)::DATE, date_trunc('quarter', d)::DATE, date_trunc('month', d)::DATE, "
        "date_trunc('week', d)::DATE, year(d), quarter(d), month(d), weekofyear(d), dayofyear(d), day(d), isodow(d), "
        "year(d) + CASE WHEN month(d) >= %d THEN 1 ELSE 0 END "
        "FROM (SELECT %V::DATE + CAST(i AS INTEGER) AS d FROM range(0, %V::DATE - %V::DATE + 1) AS r(i)) AS days ORDER BY d",
        fiscal_month, &from, &to, &from);
}
