/*
 * Ranges: periods and words -> half-open bounds on the axis' calendar. Words (last month, past 30 days) count from the project's as-of,
 * which the caller has found out (query_as_of); what they came to is told among the defaults.
 */
#include "query/query_internal.h"

#include "model/model_relation.h"

/* ---- bounds --------------------------------------------------------------------------------------------------------- */

/* An instant of the axis' calendar, or an integer axis' number, as the column's type. */
const SqlExpr *query_literal_at(Arena *arena, Type type, int64_t at) {
    if (type.kind == TYPE_DATE) return sql_literal(arena, value_date(time_day_of_us(at)));
    if (type.kind == TYPE_TIMESTAMP) return sql_literal(arena, value_timestamp(at));
    return sql_literal(arena, value_int(at));
}

const SqlExpr *query_bounds_sql(Arena *arena, const SqlExpr *column, const QueryBounds *bounds) {
    const SqlExpr *from = NULL, *to = NULL;
    if (bounds->from != INT64_MIN)
        from = sql_call2(arena, SQL_FN_GE, column, query_literal_at(arena, column->type, bounds->from));
    if (bounds->to != INT64_MAX)
        to = sql_call2(arena, SQL_FN_LT, column, query_literal_at(arena, column->type, bounds->to));
    return from && to ? sql_call2(arena, SQL_FN_AND, from, to) : from ? from : to;
}

void query_bounds_meet(QueryBounds *bounds, const QueryBounds *more) {
    if (more->from > bounds->from) {
        bounds->from = more->from;
        bounds->from_grain = more->from_grain;
    }
    if (more->to < bounds->to) {
        bounds->to = more->to;
        bounds->to_grain = more->to_grain;
    }
}

/* ---- words ---------------------------------------------------------------------------------------------------------- */

/* A span in words: half-open, of an axis' calendar. */
typedef struct Span {
    int64_t from;
    int64_t to;
    TimeGrain grain;
} Span;

/* What words count from. */
typedef struct AsOf {
    int64_t us;
    int fiscal_month;
} AsOf;

/* "months" */
static bool read_unit(Str word, TimeGrain *ret_unit) {
    if (word.n > 1 && word.p[word.n - 1] == 's') word.n--;
    return time_grain_parse(word, ret_unit) && *ret_unit != TIME_GRAIN_HOUR;
}

static bool read_count(Str word, int64_t *ret_n) {
    return str_to_int64(word, ret_n) && *ret_n > 0 && *ret_n <= 10000;
}

/* n periods from the one that is `at` periods away from the as-of's. */
static Span periods(TimeGrain unit, AsOf as_of, int64_t at, int64_t n) {
    int64_t from = time_add(unit, time_trunc_fiscal(unit, as_of.fiscal_month, as_of.us), at);
    return (Span){from, time_add(unit, from, n), unit};
}

/* this fiscal year · last 3 months · past 30 days · 2 weeks ago · year to date. Words are split at single spaces. */
static bool read_words(const Str *words, size_t n_words, AsOf as_of, Span *ret) {
    TimeGrain unit;
    int64_t n = 1, day = time_trunc(TIME_GRAIN_DAY, as_of.us), tomorrow = day + TIME_US_PER_DAY;
    bool is_one = n_words == 1, is_two = n_words == 2, is_three = n_words == 3;
    if (is_one && str_eq(words[0], S("today")))
        *ret = periods(TIME_GRAIN_DAY, as_of, 0, 1);
    else if (is_one && str_eq(words[0], S("yesterday")))
        *ret = periods(TIME_GRAIN_DAY, as_of, -1, 1);
    else if (is_two && str_eq(words[0], S("this")) && read_unit(words[1], &unit))
        *ret = periods(unit, as_of, 0, 1);
    else if (is_two && str_eq(words[0], S("last")) && read_unit(words[1], &unit))
        *ret = periods(unit, as_of, -1, 1);
    else if (is_two && str_eq(words[0], S("next")) && read_unit(words[1], &unit))
        *ret = periods(unit, as_of, 1, 1);
    else if (is_three && read_count(words[1], &n) && read_unit(words[2], &unit) && str_eq(words[0], S("last")))
        *ret = periods(unit, as_of, -n, n);
    else if (is_three && read_count(words[1], &n) && read_unit(words[2], &unit) && str_eq(words[0], S("past")))
        *ret = (Span){time_add(unit, tomorrow, -n), tomorrow, TIME_GRAIN_DAY};
    else if (is_three && read_count(words[0], &n) && read_unit(words[1], &unit) && str_eq(words[2], S("ago")))
        *ret = periods(unit, as_of, -n, 1);
    else if (is_three && read_unit(words[0], &unit) && str_eq(words[1], S("to")) && str_eq(words[2], S("date")))
        *ret = (Span){periods(unit, as_of, 0, 1).from, tomorrow, TIME_GRAIN_DAY};
    else
        return false;
    return true;
}

/* The same on an axis of whole numbers, whose one unit is its own. */
static bool read_number_words(const Str *words, size_t n_words, Str axis_unit, int64_t as_of, Span *ret) {
    int64_t n = 1;
    Str unit = n_words ? words[n_words - 1] : (Str){0};
    bool is_ago = n_words == 3 && str_eq(words[2], S("ago"));
    if (is_ago) unit = words[1];
    if (unit.n > 1 && unit.p[unit.n - 1] == 's') unit.n--;
    if (!str_eq(unit, axis_unit)) return false;
    bool has_count = n_words == 3 && read_count(words[is_ago ? 0 : 1], &n);
    if (n_words == 2 && str_eq(words[0], S("this")))
        *ret = (Span){.from = as_of, .to = as_of + 1};
    else if (n_words == 2 && str_eq(words[0], S("last")))
        *ret = (Span){.from = as_of - 1, .to = as_of};
    else if (n_words == 2 && str_eq(words[0], S("next")))
        *ret = (Span){.from = as_of + 1, .to = as_of + 2};
    else if (has_count && is_ago)
        *ret = (Span){.from = as_of - n, .to = as_of - n + 1};
    else if (has_count && str_eq(words[0], S("last")))
        *ret = (Span){.from = as_of - n, .to = as_of};
    else if (has_count && str_eq(words[0], S("past")))
        *ret = (Span){.from = as_of - n + 1, .to = as_of + 1};
    else
        return false;
    return true;
}

static bool are_words(Str text) {
    bool is_count = text.n && text.p[0] >= '0' && text.p[0] <= '9' && str_ends(text, S(" ago"));
    return is_count || (text.n && text.p[0] >= 'a' && text.p[0] <= 'z');
}

static Str bounds_words(Arena *arena, Type type, const Span *span) {
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    if (!type_is_time(type)) return arena_printf(arena, "%" PRId64 " to %" PRId64, span->from, span->to - 1);
    time_print_date(time_day_of_us(span->from), from);
    time_print_date(time_day_of_us(span->to - 1), to);
    return str_eq(str_of(from), str_of(to)) ? arena_printf(arena, "%s", from)
                                            : arena_printf(arena, "%s to %s", from, to);
}

/* The as-of is the newest number of the first fact's axis. */
static bool is_as_of_number(const Model *model) {
    const ModelFact *fact = model->n_facts ? &model->facts[0] : NULL;
    for (size_t i = 0; fact && !model->is_as_of_now && i < fact->n_columns; i++)
        if (str_eq(fact->columns[i].name, model->as_of_column)) return !type_is_time(fact->columns[i].type);
    return false;
}

/* The next word; "fiscal year" is one, by the name of its grain. */
static Str take_word(Arena *arena, Str *rest) {
    Str word = str_split_next(rest, ' ');
    if (!str_eq(word, S("fiscal"))) return word;
    Str of = str_split_next(rest, ' ');
    return arena_printf(arena, "fiscal_%.*s", STR_ARG(of));
}

static ErrCode compile_words(QueryBuild *build, Str text, Type type, Str path, Span *ret, Err *err) {
    enum { MAX_WORDS = 3 };
    Str words[MAX_WORDS + 1], rest = text;
    size_t n = 0;
    while (rest.n && n <= MAX_WORDS) words[n++] = take_word(build->arena, &rest);
    int64_t as_of = build->ctx->as_of_us;
    if (as_of == INT64_MIN)
        return query_error(err, ERR_CONFLICT, path,
                           "what '%.*s' is depends on the newest date, and there is no data yet", STR_ARG(text));
    bool is_number = !type_is_time(type);
    if (is_number != is_as_of_number(build->model))
        return query_error(err, ERR_INVALID, path, "'%.*s' counts from the pack's as-of, which is no %s; write %s",
                           STR_ARG(text), is_number ? "number of this axis" : "date", is_number ? "numbers" : "dates");
    if (is_number ? read_number_words(words, n, build->fact->axis_unit, as_of, ret)
                  : read_words(words, n, (AsOf){as_of, query_fiscal_month(build)}, ret)) {
        Str what = bounds_words(build->arena, type, ret);
        VEC_PUSH(build->arena, &build->defaults,
                 arena_printf(build->arena, "%.*s is %.*s", STR_ARG(text), STR_ARG(what)));
        return ERR_OK;
    }
    Str unit = build->fact->axis_unit;
    if (is_number)
        return query_error(err, ERR_INVALID, path,
                           "'%.*s' is not read: write numbers, this %.*s, last %.*s or past 4 %.*ss", STR_ARG(text),
                           STR_ARG(unit), STR_ARG(unit), STR_ARG(unit));
    return query_error(
        err, ERR_INVALID, path,
        "'%.*s' is no period; there are 2014, 2014-Q1, FY2014, 2014-03, 2014-W09, 2014-03-07, and words: "
        "today, this month, last year, last fiscal quarter, last 3 months, past 30 days, 2 weeks ago, year to date",
        STR_ARG(text));
}

/* ---- periods -------------------------------------------------------------------------------------------------------- */

static ErrCode read_period(QueryBuild *build, Str text, Type type, Str path, Span *ret, Err *err) {
    *ret = (Span){0};
    if (are_words(text)) return compile_words(build, text, type, path, ret, err);
    if (!type_is_time(type)) {
        if (!str_to_int64(text, &ret->from) || ret->from == INT64_MAX) {
            return query_error(err, ERR_INVALID, path, "'%.*s' is no whole number, in which this axis is counted",
                               STR_ARG(text));
        }
        ret->to = ret->from + 1;
        return ERR_OK;
    }
    if (!time_parse_period_fiscal(text, query_fiscal_month(build), &ret->from, &ret->to, &ret->grain)) {
        return query_error(
            err, ERR_INVALID, path,
            "'%.*s' is no period; write 2014, 2014-Q1, FY2014, 2014-03, 2014-W09 or 2014-03-07, or two of them as [from, to], or words "
            "such as last month",
            STR_ARG(text));
    }
    if (type.kind == TYPE_DATE && ret->grain == TIME_GRAIN_HOUR) {
        return query_error(err, ERR_INVALID, path, "'%.*s' names an hour, and the dates here have none; write a day",
                           STR_ARG(text));
    }
    return ERR_OK;
}

ErrCode query_read_range(QueryBuild *build, const QueryRange *range, Type type, QueryBounds *ret_bounds, Err *err) {
    QueryBounds bounds = QUERY_OPEN_BOUNDS;
    bool is_one = str_eq(range->from, range->to);
    Span span;
    if (range->from.n) {
        TRY(read_period(build, range->from, type, range->path, &span, err));
        bounds.from = span.from;
        bounds.from_grain = span.grain;
    }
    if (range->to.n) {
        if (!is_one) TRY(read_period(build, range->to, type, range->path, &span, err));
        bounds.to = span.to;
        bounds.to_grain = span.grain;
    }
    if (bounds.from >= bounds.to) {
        return query_error(err, ERR_INVALID, range->path,
                           "the range ends (%.*s) before it starts (%.*s); swap its ends", STR_ARG(range->to),
                           STR_ARG(range->from));
    }
    *ret_bounds = bounds;
    return ERR_OK;
}

/* ---- as of ---------------------------------------------------------------------------------------------------------- */

static bool filter_has_words(const QueryFilter *filter) {
    if (!filter) return false;
    for (size_t i = 0; i < filter->n_children; i++)
        if (filter_has_words(filter->children[i])) return true;
    for (size_t i = 0; i < filter->n_values && filter->op == QUERY_OP_IN_RANGE; i++)
        if (filter->values[i].type.kind == TYPE_TEXT && are_words(filter->values[i].s)) return true;
    return filter->query && query_needs_as_of(filter->query);
}

bool query_needs_as_of(const Query *query) {
    const QueryRange *range = &query->time.range;
    if (are_words(range->from) || are_words(range->to)) return true;
    if (query->source_query && query_needs_as_of(query->source_query)) return true;
    return filter_has_words(query->where) || filter_has_words(query->having);
}

/* The newest value of the pack's column, or now in the reporting zone. */
static const SqlSelect *as_of_select(const Ctx *ctx, const Model *model) {
    Arena *arena = ctx->arena;
    SqlSelect *select = sql_select_new(arena);
    SqlItem *item = ARENA_NEW(arena, SqlItem);
    if (model->is_as_of_now) {
        const SqlExpr *now = sql_literal(arena, value_timestamp(clock_now(ctx->clock)));
        const SqlExpr *zone = sql_literal(arena, value_text(model->calendar.time_zone));
        item->expr = sql_call2(arena, SQL_FN_TO_ZONE, now, zone);
    } else {
        const ModelFact *fact = &model->facts[0];
        SqlFrom *from = ARENA_NEW(arena, SqlFrom);
        size_t i = 0;
        while (i + 1 < fact->n_columns && !str_eq(fact->columns[i].name, model->as_of_column)) i++;
        *from = (SqlFrom){.relation = model_relation_fact(arena, fact), .alias = fact->name};
        item->expr =
            sql_call1(arena, SQL_FN_MAX, sql_column(arena, fact->name, fact->columns[i].name, fact->columns[i].type));
        select->from = from;
        select->n_from = 1;
    }
    item->alias = S("as_of");
    select->items = item;
    select->n_items = 1;
    return select;
}

ErrCode query_as_of(const Ctx *ctx, EngineConn *conn, int64_t *ret_us, Err *err) {
    const Model *model = snapshot_get(ctx->snapshot, SNAPSHOT_MODEL);
    *ret_us = ctx->as_of_us;
    if (*ret_us != INT64_MIN || !model) return ERR_OK;
    if (model->is_as_of_now && str_eq(model->calendar.time_zone, S("UTC"))) {
        *ret_us = clock_now(ctx->clock);
        return ERR_OK;
    }
    SqlText sql;
    Value value;
    TRY(sql_print_select(ctx->arena, engine_dialect(engine_of(conn)), as_of_select(ctx, model), &sql, err));
    TRY(engine_value(ctx, conn, &sql, &value, err));
    if (!value.is_null) *ret_us = value.type.kind == TYPE_DATE ? value.i * TIME_US_PER_DAY : value.i;
    return ERR_OK;
}
