/*
 * Time: the axis, its range, and tests of dates. Everything ends as a literal comparison of the stored column, half-open, so that
 * partitions and zone maps prune: `order_date.month = 2014-03` is order_date >= 2014-03-01 and order_date < 2014-04-01.
 */
#include "query/query_internal.h"

#include <stdio.h>

/* ---- the axis ------------------------------------------------------------------------------------------------------- */

static ErrCode no_axis(const QueryBuild *build, Str name, Str path, Err *err) {
    Str times = {0};
    for (size_t i = 0; i < build->fact->n_columns; i++) {
        const ModelFactColumn *column = &build->fact->columns[i];
        if (column->kind != MODEL_COLUMN_TIME) continue;
        times = arena_printf(build->arena, "%.*s%s%.*s", STR_ARG(times), times.n ? ", " : "", STR_ARG(column->name));
    }
    if (!times.n) return query_error(err, ERR_UNSUPPORTED, path, "%.*s has no dates", STR_ARG(build->fact->name));
    if (!name.n) {
        return query_error(err, ERR_INVALID, path, "%.*s has no main time; name a 'dimension': %.*s",
                           STR_ARG(build->fact->name), STR_ARG(times));
    }
    return query_error(err, ERR_INVALID, path, "'%.*s' is no date; there are: %.*s", STR_ARG(name), STR_ARG(times));
}

static bool is_main_axis(const ModelFact *fact, const ModelMember *member) {
    return fact->time >= 0 && member->column == &fact->columns[fact->time];
}

static ErrCode find_axis(QueryBuild *build, Err *err) {
    const ModelFact *fact = build->fact;
    const QueryTime *time = &build->query->time;
    QueryAxis *axis = &build->axis;
    if (time->dimension.n) {
        Str path = S("time.dimension");
        TRY(query_find_member(build, time->dimension, path, &axis->member, err));
        if (axis->member.part) {
            return query_error(err, ERR_INVALID, path,
                               "'%.*s' has a date part; name the date itself and give a 'grain'",
                               STR_ARG(time->dimension));
        }
        bool fits = type_is_time(axis->member.type) && axis->member.kind != MODEL_MEMBER_MEASURE;
        if (!fits && !is_main_axis(fact, &axis->member)) return no_axis(build, time->dimension, path, err);
    } else if (fact->time >= 0) {
        const ModelFactColumn *column = &fact->columns[fact->time];
        axis->member = (ModelMember){
            .kind = MODEL_MEMBER_COLUMN, .type = column->type, .label = &column->label, .fact = fact, .column = column};
        if (time->is_given)
            VEC_PUSH(build->arena, &build->defaults, arena_printf(build->arena, "time is %.*s", STR_ARG(column->name)));
    } else {
        return time->is_given ? no_axis(build, (Str){0}, S("time"), err) : ERR_OK;
    }
    axis->is_known = true;
    axis->is_number = !type_is_time(axis->member.type);
    axis->name = model_member_name(build->arena, &axis->member);
    return ERR_OK;
}

static ErrCode check_grain(const QueryBuild *build, Err *err) {
    const QueryAxis *axis = &build->axis;
    TimeGrain grain = build->query->time.grain;
    Str unit = build->fact->axis_unit;
    if (axis->is_number && grain != TIME_GRAIN_NONE && !str_eq(unit, str_of(time_grain_name(grain)))) {
        return query_error(err, ERR_INVALID, S("time.grain"),
                           "'%.*s' is counted in steps of a %.*s: that is its one grain", STR_ARG(axis->name),
                           STR_ARG(unit));
    }
    if (axis->member.type.kind == TYPE_DATE && grain == TIME_GRAIN_HOUR) {
        return query_error(err, ERR_INVALID, S("time.grain"),
                           "'%.*s' is a date and has no hours; the finest grain is day", STR_ARG(axis->name));
    }
    return ERR_OK;
}

ErrCode query_compile_axis(QueryBuild *build, QuerySql *ret_range, Err *err) {
    QueryAxis *axis = &build->axis;
    axis->bounds = build->range_bounds = QUERY_OPEN_BOUNDS;
    *ret_range = (QuerySql){0};
    if (!build->fact) return ERR_OK;
    TRY(find_axis(build, err));
    if (!axis->is_known) return ERR_OK;
    TRY(check_grain(build, err));
    TRY(query_compile_member(build, &axis->member, &axis->column, err));
    const QueryRange *range = &build->query->time.range;
    if (!range->is_given) return ERR_OK;
    TRY(query_read_range(build, range, axis->member.type, &build->range_bounds, err));
    axis->bounds = build->range_bounds;
    VEC_PUSH(build->arena, &build->certain, axis->member);
    *ret_range = (QuerySql){query_bounds_sql(build->arena, axis->column.sql, &axis->bounds), axis->column.roles};
    return ERR_OK;
}

/* ---- tests ---------------------------------------------------------------------------------------------------------- */

/* A value of a test: the span it stands for, and whether that is one value of the stored column. */
typedef struct Point {
    int64_t from;
    int64_t to;
    bool is_exact;
} Point;

static ErrCode wrong_point(const QueryOperand *operand, Value value, Str path, Err *err) {
    bool is_text = value.type.kind == TYPE_TEXT;
    char example[TIME_TEXT_MAX];
    time_print_period_fiscal(operand->grain == TIME_GRAIN_NONE ? TIME_GRAIN_DAY : operand->grain, operand->fiscal_month,
                             time_days_of((Civil){2014, 3, 7}) * TIME_US_PER_DAY, example);
    if (operand->grain != TIME_GRAIN_NONE) {
        return query_error(err, ERR_INVALID, path, "'%.*s' takes a %s, written %s", STR_ARG(operand->name),
                           query_grain_words(operand->grain), example);
    }
    int64_t from, to;
    TimeGrain grain;
    if (is_text && time_parse_period_fiscal(value.s, operand->fiscal_month, &from, &to, &grain)) {
        return query_error(err, ERR_INVALID, path,
                           "'%.*s' takes a day such as %s; for the period '%.*s' use the op in_range",
                           STR_ARG(operand->name), example, STR_ARG(value.s));
    }
    bool has_hours = operand->base->type.kind == TYPE_TIMESTAMP;
    return query_error(err, ERR_INVALID, path, "'%.*s' takes a day such as \"%s\"%s", STR_ARG(operand->name), example,
                       has_hours ? " or an instant of the reporting time zone such as \"2014-03-07T10:20:30\"" : "");
}

/* A period of the part's own grain; a year may also be a number. */
static bool read_part_point(const QueryOperand *operand, Value value, Point *ret) {
    char year[24];
    Str text = value.s;
    bool is_fiscal = operand->grain == TIME_GRAIN_FISCAL_YEAR;
    if (value.type.kind == TYPE_INT64 && (operand->grain == TIME_GRAIN_YEAR || is_fiscal)) {
        snprintf(year, sizeof(year), "%s%" PRId64, is_fiscal ? "FY" : "", value.i);
        text = str_of(year);
    } else if (value.type.kind != TYPE_TEXT) {
        return false;
    }
    TimeGrain grain;
    return time_parse_period_fiscal(text, operand->fiscal_month, &ret->from, &ret->to, &grain) &&
           grain == operand->grain;
}

/* "+02:00" at the end of an instant. */
static bool has_offset(Str text) {
    Str time = str_slice(text, sizeof("2014-03-07") - 1, text.n);
    return str_find_char(time, '+') >= 0 || str_find_char(time, '-') >= 0;
}

/* Columns hold the wall clock of the reporting zone, in which values are read too: nothing is converted. */
static bool read_plain_point(const QueryOperand *operand, Value value, Point *ret) {
    int64_t at;
    bool is_date = operand->base->type.kind == TYPE_DATE;
    if (value.type.kind != TYPE_TEXT) return false;
    if (time_parse_date(value.s, &at)) {
        *ret = (Point){at * TIME_US_PER_DAY, (at + 1) * TIME_US_PER_DAY, is_date};
        return true;
    }
    if (is_date || has_offset(value.s) || (operand->is_local && str_ends(value.s, S("Z"))) ||
        !time_parse_timestamp(value.s, &at))
        return false;
    *ret = (Point){at, at + 1, true};
    return true;
}

static ErrCode read_point(const QueryOperand *operand, Value value, Str path, Point *ret, Err *err) {
    *ret = (Point){0};
    bool is_read = operand->grain == TIME_GRAIN_NONE ? read_plain_point(operand, value, ret)
                                                     : read_part_point(operand, value, ret);
    return is_read ? ERR_OK : wrong_point(operand, value, path, err);
}

/* One of many: a list of the stored values, or of the periods they fall in. */
static ErrCode compile_list(Arena *arena, const QueryOperand *operand, const QueryFilter *filter,
                            const SqlExpr **ret_sql, Err *err) {
    const SqlExpr **list = ARENA_ARRAY(arena, const SqlExpr *, filter->n_values);
    const SqlExpr *key = operand->sql;
    bool is_exact = false;
    for (size_t i = 0; i < filter->n_values; i++) {
        Point point;
        TRY(read_point(operand, filter->values[i], filter->path, &point, err));
        if (i && point.is_exact != is_exact) {
            return query_error(err, ERR_INVALID, filter->path, "either days or instants for '%.*s', not both",
                               STR_ARG(operand->name));
        }
        is_exact = point.is_exact;
        list[i] = query_literal_at(arena, operand->base->type, point.from);
    }
    bool is_day_of_instant = operand->grain == TIME_GRAIN_NONE && !is_exact;
    if (is_day_of_instant) key = sql_call1(arena, SQL_FN_TRUNC_DAY, operand->base);
    *ret_sql = sql_in_list(arena, key, list, filter->n_values, false);
    return ERR_OK;
}

static ErrCode compile_in_range(QueryBuild *build, const QueryOperand *operand, const QueryFilter *filter,
                                QueryBounds *ret_bounds, Err *err) {
    Str ends[2] = {{0}};
    for (size_t i = 0; i < filter->n_values; i++) {
        Value value = filter->values[i];
        if (value.is_null) continue;
        if (value.type.kind != TYPE_TEXT && value.type.kind != TYPE_INT64)
            return wrong_point(operand, value, filter->path, err);
        ends[i] = value_print(build->arena, value);
    }
    if (filter->n_values == 1) ends[1] = ends[0];
    if (!ends[0].n && !ends[1].n) return query_error(err, ERR_INVALID, filter->path, "a range needs at least one end");
    QueryRange range = {.is_given = true, .from = ends[0], .to = ends[1], .path = filter->path};
    return query_read_range(build, &range, operand->base->type, ret_bounds, err);
}

static QueryBounds bounds_of(QueryOp op, Point first, Point last, TimeGrain grain) {
    QueryBounds bounds = QUERY_OPEN_BOUNDS;
    bool has_from = op != QUERY_OP_LT && op != QUERY_OP_LTE, has_to = op != QUERY_OP_GT && op != QUERY_OP_GTE;
    if (has_from) bounds.from = op == QUERY_OP_GT ? first.to : first.from;
    if (has_to) bounds.to = op == QUERY_OP_LT ? last.from : last.to;
    if (has_from) bounds.from_grain = grain;
    if (has_to) bounds.to_grain = grain;
    return bounds;
}

ErrCode query_compile_time_test(QueryBuild *build, const QueryOperand *operand, const QueryFilter *filter, QueryOp op,
                                const SqlExpr **ret_sql, QueryBounds *ret_bounds, Err *err) {
    Arena *arena = build->arena;
    *ret_bounds = QUERY_OPEN_BOUNDS;
    if (op == QUERY_OP_IN_RANGE) {
        TRY(compile_in_range(build, operand, filter, ret_bounds, err));
        *ret_sql = query_bounds_sql(arena, operand->base, ret_bounds);
        return ERR_OK;
    }
    if (filter->n_values > 1 && op != QUERY_OP_BETWEEN) return compile_list(arena, operand, filter, ret_sql, err);
    Point first, last;
    TRY(read_point(operand, filter->values[0], filter->path, &first, err));
    TRY(read_point(operand, filter->values[filter->n_values - 1], filter->path, &last, err));
    TimeGrain grain = operand->grain == TIME_GRAIN_NONE ? TIME_GRAIN_DAY : operand->grain;
    *ret_bounds = bounds_of(op, first, last, grain);
    if (first.is_exact && op != QUERY_OP_BETWEEN) {
        *ret_sql = sql_call2(arena, query_op_info(op)->fn, operand->base,
                             query_literal_at(arena, operand->base->type, first.from));
        return ERR_OK;
    }
    if (ret_bounds->from >= ret_bounds->to) {
        return query_error(err, ERR_INVALID, filter->path, "the second value is before the first; swap them");
    }
    *ret_sql = query_bounds_sql(arena, operand->base, ret_bounds);
    return ERR_OK;
}
