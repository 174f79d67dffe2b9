/*
 * JSON -> Query. One reader a key, in one table, which also tells what keys there are. Nothing is guessed: an unknown key, a wrong
 * kind, a list that is too long are errors at their path ("order[1][0]"), with what would fit. Names are looked up when compiled.
 */
#include "query/query_internal.h"

#include <stdio.h>

enum { ALIAS_MAX_BYTES = 128, NAME_MAX_BYTES = 256 };

/* ---- errors and paths ----------------------------------------------------------------------------------------------- */

ErrCode query_error(Err *err, ErrCode code, Str path, const char *format, ...) {
    char message[ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    err_set(err, code, "%s", message);
    if (err && path.n) err_at(err, path, 0, 0);
    return code;
}

Str query_path_key(Arena *arena, Str path, Str key) {
    return path.n ? arena_printf(arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(key)) : arena_str(arena, key);
}

Str query_path_at(Arena *arena, Str path, size_t index) {
    return arena_printf(arena, "%.*s[%zu]", STR_ARG(path), index);
}

static ErrCode wrong_kind(const Json *json, Str path, const char *wanted, Err *err) {
    return query_error(err, ERR_INVALID, path, "%s is needed here, not %s", wanted, json_kind_name(json->kind));
}

ErrCode query_check_keys(const Json *object, Str path, const Str *names, size_t n_names, Err *err) {
    for (size_t i = 0; i < object->object.n; i++) {
        Str key = object->object.at[i].key;
        bool is_known = false;
        for (size_t k = 0; k < n_names && !is_known; k++) is_known = str_eq(key, names[k]);
        if (is_known) continue;
        Str nearest = str_nearest(key, names, n_names);
        if (nearest.n) {
            return query_error(err, ERR_UNKNOWN_NAME, path, "no key '%.*s'; did you mean '%.*s'?", STR_ARG(key),
                               STR_ARG(nearest));
        }
        char known[ERR_MESSAGE_MAX / 2] = "";
        size_t n = 0;
        for (size_t k = 0; k < n_names && n < sizeof(known) - 1; k++) {
            int wrote = snprintf(known + n, sizeof(known) - n, "%s%.*s", k ? ", " : "", STR_ARG(names[k]));
            n += wrote > 0 ? (size_t)wrote : 0;
        }
        return query_error(err, ERR_UNKNOWN_NAME, path, "no key '%.*s'; there are: %s", STR_ARG(key), known);
    }
    return ERR_OK;
}

/* ---- small readers -------------------------------------------------------------------------------------------------- */

ErrCode query_parse_name(const Json *json, Str path, Str *ret_name, Err *err) {
    if (json->kind != JSON_TEXT) return wrong_kind(json, path, "a name", err);
    if (!json->s.n) return query_error(err, ERR_INVALID, path, "a name is needed here, not an empty text");
    if (json->s.n > NAME_MAX_BYTES)
        return query_error(err, ERR_TOO_LARGE, path, "a name has at most %d bytes", NAME_MAX_BYTES);
    *ret_name = json->s;
    return ERR_OK;
}

static ErrCode parse_bool(const Json *json, Str path, bool *ret, Err *err) {
    if (json->kind != JSON_TRUE && json->kind != JSON_FALSE) return wrong_kind(json, path, "true or false", err);
    *ret = json->kind == JSON_TRUE;
    return ERR_OK;
}

static ErrCode parse_count(const Json *json, Str path, int64_t min, int64_t *ret, Err *err) {
    if (json->kind != JSON_INT || json->i < min || json->i > QUERY_MAX_LIMIT) {
        return query_error(err, ERR_INVALID, path, "a whole number from %" PRId64 " to %d is needed here", min,
                           (int)QUERY_MAX_LIMIT);
    }
    *ret = json->i;
    return ERR_OK;
}

static ErrCode parse_list(const Json *json, Str path, const char *what, Err *err) {
    if (json->kind != JSON_ARRAY) return wrong_kind(json, path, "a list", err);
    if (json->array.n > QUERY_MAX_MEMBERS) {
        return query_error(err, ERR_TOO_LARGE, path, "%zu %s are too many; at most %d", json->array.n, what,
                           (int)QUERY_MAX_MEMBERS);
    }
    return ERR_OK;
}

static ErrCode parse_names(Arena *arena, const Json *json, Str path, const Str **ret_names, size_t *ret_n, Err *err) {
    TRY(parse_list(json, path, "names", err));
    Str *names = ARENA_ARRAY(arena, Str, json->array.n);
    for (size_t i = 0; i < json->array.n; i++) {
        TRY(query_parse_name(json->array.at[i], query_path_at(arena, path, i), &names[i], err));
    }
    *ret_names = names;
    *ret_n = json->array.n;
    return ERR_OK;
}

/* ---- members -------------------------------------------------------------------------------------------------------- */

const Expr *query_name_expr(Arena *arena, Str name, Str path) {
    size_t n_parts = 1;
    for (size_t i = 0; i < name.n; i++) n_parts += name.p[i] == '.';
    Str *parts = ARENA_ARRAY(arena, Str, n_parts);
    Str rest = name;
    for (size_t i = 0; i < n_parts; i++) parts[i] = str_split_next(&rest, '.');
    Expr *expr = ARENA_NEW(arena, Expr);
    *expr = (Expr){.kind = EXPR_NAME,
                   .place = {.file = path},
                   .name = name,
                   .parts = parts,
                   .n_parts = n_parts,
                   .fn = SQL_FN_COUNT_OF};
    return expr;
}

ErrCode query_parse_expr(const Ctx *ctx, const Json *json, Str path, QueryMember *ret_member, Err *err) {
    if (json->kind != JSON_TEXT) return wrong_kind(json, path, "an expression as text", err);
    QueryMember member = {.name = str_trim(json->s), .path = path};
    ExprErrors errors = {.arena = ctx->arena};
    member.expr = expr_parse_all(ctx->arena, json->s, (ModelPlace){.file = path, .column = 1}, &errors);
    TRY(expr_errors_joined(&errors, err));
    if (member.expr->kind == EXPR_NAME) member.name = member.expr->name;
    member.alias = member.name;
    *ret_member = member;
    return ERR_OK;
}

static ErrCode parse_alias(const Json *json, Str path, Str *ret_alias, Err *err) {
    TRY(query_parse_name(json, path, ret_alias, err));
    if (ret_alias->n > ALIAS_MAX_BYTES) {
        return query_error(err, ERR_TOO_LARGE, path, "a column's name has at most %d bytes", ALIAS_MAX_BYTES);
    }
    if (ret_alias->p[0] == '_')
        return query_error(err, ERR_INVALID, path, "names that begin with '_' are taken; choose another");
    for (size_t i = 0; i < ret_alias->n; i++) {
        if ((unsigned char)ret_alias->p[i] < ' ')
            return query_error(err, ERR_INVALID, path, "a column's name is one line of text");
    }
    return ERR_OK;
}

/* may_fill: it is a dimension. */
static ErrCode parse_member(const Ctx *ctx, const Json *json, Str path, bool may_fill, QueryMember *ret_member,
                            Err *err) {
    QueryMember member = {.path = path};
    if (json->kind == JSON_TEXT) {
        TRY(query_parse_name(json, path, &member.name, err));
        member.expr = query_name_expr(ctx->arena, member.name, path);
        member.alias = member.name;
        *ret_member = member;
        return ERR_OK;
    }
    if (json->kind != JSON_OBJECT) return wrong_kind(json, path, "a name or {\"expr\", \"as\"}", err);
    const Str keys[] = {S("expr"), S("as"), S("fill")};
    TRY(query_check_keys(json, path, keys, may_fill ? COUNT_OF(keys) : COUNT_OF(keys) - 1, err));
    const Json *expr = json_get(json, S("expr")), *as = json_get(json, S("as")), *fill = json_get(json, S("fill"));
    if (!expr) return query_error(err, ERR_INVALID, path, "'expr' is missing");
    TRY(query_parse_expr(ctx, expr, query_path_key(ctx->arena, path, S("expr")), &member, err));
    member.path = path;
    if (as) {
        TRY(parse_alias(as, query_path_key(ctx->arena, path, S("as")), &member.alias, err));
    } else if (member.alias.n > ALIAS_MAX_BYTES) {
        return query_error(err, ERR_INVALID, path, "an expression this long needs a name: give it an 'as'");
    }
    if (fill) TRY(parse_bool(fill, query_path_key(ctx->arena, path, S("fill")), &member.is_filled, err));
    *ret_member = member;
    return ERR_OK;
}

ErrCode query_parse_member(const Ctx *ctx, const Json *json, Str path, QueryMember *ret_member, Err *err) {
    return parse_member(ctx, json, path, false, ret_member, err);
}

static ErrCode parse_members(const Ctx *ctx, const Json *json, Str path, bool may_fill, const QueryMember **ret,
                             size_t *ret_n, Err *err) {
    TRY(parse_list(json, path, "members", err));
    QueryMember *members = ARENA_ARRAY(ctx->arena, QueryMember, json->array.n);
    for (size_t i = 0; i < json->array.n; i++) {
        TRY(parse_member(ctx, json->array.at[i], query_path_at(ctx->arena, path, i), may_fill, &members[i], err));
    }
    *ret = members;
    *ret_n = json->array.n;
    return ERR_OK;
}

/* ---- time ----------------------------------------------------------------------------------------------------------- */

/* An end is a text ("2013-03"), a year or an integer axis' number, or null for open. */
static ErrCode parse_end(const Ctx *ctx, const Json *json, Str path, Str *ret_end, Err *err) {
    switch (json->kind) {
    case JSON_NULL: *ret_end = (Str){0}; return ERR_OK;
    case JSON_INT: *ret_end = arena_printf(ctx->arena, "%" PRId64, json->i); return ERR_OK;
    case JSON_TEXT: return query_parse_name(json, path, ret_end, err);
    default:
        return wrong_kind(json, path, "a period such as \"2014\", \"2014-Q1\", \"2014-03\" or \"2014-03-07\"", err);
    }
}

ErrCode query_parse_range(const Ctx *ctx, const Json *json, Str path, QueryRange *ret_range, Err *err) {
    QueryRange range = {.is_given = true, .path = path};
    if (json->kind == JSON_ARRAY) {
        if (json->array.n != 2) return query_error(err, ERR_INVALID, path, "a range has two ends: [from, to]");
        TRY(parse_end(ctx, json->array.at[0], query_path_at(ctx->arena, path, 0), &range.from, err));
        TRY(parse_end(ctx, json->array.at[1], query_path_at(ctx->arena, path, 1), &range.to, err));
    } else {
        TRY(parse_end(ctx, json, path, &range.from, err));
        range.to = range.from;
    }
    if (!range.from.n && !range.to.n) return query_error(err, ERR_INVALID, path, "a range needs at least one end");
    *ret_range = range;
    return ERR_OK;
}

static ErrCode parse_grain(const Json *json, Str path, TimeGrain *ret_grain, Err *err) {
    Str name;
    TRY(query_parse_name(json, path, &name, err));
    if (time_grain_parse(name, ret_grain) && *ret_grain != TIME_GRAIN_NONE) return ERR_OK;
    return query_error(err, ERR_UNKNOWN_NAME, path,
                       "no grain '%.*s'; there are: year, quarter, month, week, day, hour, "
                       "fiscal_year, fiscal_quarter",
                       STR_ARG(name));
}

/* "previous_period", "previous_year", or "3 months". */
static ErrCode parse_compare(const Json *json, Str path, QueryTime *time, Err *err) {
    TRY(query_parse_name(json, path, &time->compare, err));
    Str rest = time->compare;
    time->compare_n = 1;
    if (str_eq(rest, S("previous_period"))) return ERR_OK;
    time->compare_unit = TIME_GRAIN_YEAR;
    if (str_eq(rest, S("previous_year"))) return ERR_OK;
    Str number = str_split_next(&rest, ' ');
    if (rest.n > 1 && rest.p[rest.n - 1] == 's') rest.n--;
    bool is_span = str_to_int64(number, &time->compare_n) && time->compare_n > 0 && time->compare_n <= 10000 &&
                   time_grain_parse(rest, &time->compare_unit);
    if (is_span) return ERR_OK;
    return query_error(
        err, ERR_INVALID, path,
        "'%.*s' is nothing to compare with; write previous_period, previous_year or a span such as 3 months",
        STR_ARG(time->compare));
}

static ErrCode read_time(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    if (json->kind != JSON_OBJECT) return wrong_kind(json, path, "an object with dimension, grain, range", err);
    const Str keys[] = {S("dimension"), S("grain"), S("range"), S("compare"), S("fill")};
    TRY(query_check_keys(json, path, keys, COUNT_OF(keys), err));
    QueryTime time = {.is_given = true};
    for (size_t i = 0; i < json->object.n; i++) {
        Str key = json->object.at[i].key, at = query_path_key(ctx->arena, path, key);
        const Json *value = json->object.at[i].value;
        if (str_eq(key, S("dimension"))) TRY(query_parse_name(value, at, &time.dimension, err));
        if (str_eq(key, S("grain"))) TRY(parse_grain(value, at, &time.grain, err));
        if (str_eq(key, S("range"))) TRY(query_parse_range(ctx, value, at, &time.range, err));
        if (str_eq(key, S("compare"))) TRY(parse_compare(value, at, &time, err));
        if (str_eq(key, S("fill"))) TRY(parse_bool(value, at, &time.is_filled, err));
    }
    query->time = time;
    return ERR_OK;
}

/* ---- the keys ------------------------------------------------------------------------------------------------------- */

static ErrCode read_version(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)ctx, (void)depth, (void)query;
    if (json->kind == JSON_INT && json->i == QUERY_VERSION) return ERR_OK;
    return query_error(err, ERR_UNSUPPORTED, path, "version %d of the language is read here", (int)QUERY_VERSION);
}

/* All names of a query, inner ones included, are of one model. */
static ErrCode read_model(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)ctx;
    if (depth)
        return query_error(err, ERR_INVALID, path, "'model' stands at the top of a query, and counts for all of it");
    if (json->kind != JSON_INT || json->i < 1)
        return query_error(err, ERR_INVALID, path, "the number of an accepted version is needed here, from 1");
    query->model_version = json->i;
    return ERR_OK;
}

static ErrCode read_source(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    if (json->kind == JSON_OBJECT) return query_parse_inner(ctx, json, path, depth + 1, &query->source_query, err);
    return query_parse_name(json, path, &query->source, err);
}

static ErrCode read_measures(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    return parse_members(ctx, json, path, false, &query->measures, &query->n_measures, err);
}

static ErrCode read_dimensions(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    return parse_members(ctx, json, path, true, &query->dimensions, &query->n_dimensions, err);
}

static ErrCode read_rows(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    TRY(parse_members(ctx, json, path, false, &query->list, &query->n_list, err));
    return query->n_list ? ERR_OK
                         : query_error(err, ERR_INVALID, path, "the list is empty: name what to show of each row");
}

/* What an answer gave as "next". */
static ErrCode read_after(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    TRY(parse_list(json, path, "values", err));
    Value *values = ARENA_ARRAY(ctx->arena, Value, json->array.n);
    for (size_t i = 0; i < json->array.n; i++) {
        const Json *item = json->array.at[i];
        if (item->kind != JSON_TEXT && item->kind != JSON_NULL)
            return wrong_kind(item, query_path_at(ctx->arena, path, i), "a text or null", err);
        values[i] = item->kind == JSON_NULL ? value_null(TYPE(TYPE_TEXT)) : value_text(item->s);
    }
    query->after = values;
    query->n_after = json->array.n;
    return ERR_OK;
}

static ErrCode read_where(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    return query_parse_filter(ctx, json, path, depth, &query->where, err);
}

static ErrCode read_having(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    return query_parse_filter(ctx, json, path, depth, &query->having, err);
}

/* "name" or ["name", "asc" | "desc"]. */
static ErrCode parse_order(const Ctx *ctx, const Json *json, Str path, QueryOrder *ret_order, Err *err) {
    QueryOrder order = {.path = path};
    if (json->kind != JSON_ARRAY) {
        TRY(query_parse_name(json, path, &order.name, err));
        *ret_order = order;
        return ERR_OK;
    }
    if (json->array.n != 2)
        return query_error(err, ERR_INVALID, path, "an order is a name or [name, \"asc\" or \"desc\"]");
    TRY(query_parse_name(json->array.at[0], query_path_at(ctx->arena, path, 0), &order.name, err));
    Str at = query_path_at(ctx->arena, path, 1), direction;
    TRY(query_parse_name(json->array.at[1], at, &direction, err));
    order.is_desc = str_eq(direction, S("desc"));
    if (!order.is_desc && !str_eq(direction, S("asc"))) {
        return query_error(err, ERR_INVALID, at, "'%.*s' is no direction; write asc or desc", STR_ARG(direction));
    }
    *ret_order = order;
    return ERR_OK;
}

static ErrCode read_order(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    TRY(parse_list(json, path, "orders", err));
    QueryOrder *order = ARENA_ARRAY(ctx->arena, QueryOrder, json->array.n);
    for (size_t i = 0; i < json->array.n; i++) {
        TRY(parse_order(ctx, json->array.at[i], query_path_at(ctx->arena, path, i), &order[i], err));
    }
    query->order = order;
    query->n_order = json->array.n;
    return ERR_OK;
}

static ErrCode read_limit(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)ctx, (void)depth;
    return parse_count(json, path, 1, &query->limit, err);
}

static ErrCode read_offset(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)ctx, (void)depth;
    return parse_count(json, path, 0, &query->offset, err);
}

static ErrCode read_limit_per(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    if (json->kind != JSON_OBJECT) return wrong_kind(json, path, "an object with by, n", err);
    const Str keys[] = {S("by"), S("n")};
    TRY(query_check_keys(json, path, keys, COUNT_OF(keys), err));
    const Json *by = json_get(json, S("by")), *n = json_get(json, S("n"));
    if (!by || !n) return query_error(err, ERR_INVALID, path, "'by' and 'n' are needed");
    TRY(parse_names(ctx->arena, by, query_path_key(ctx->arena, path, S("by")), &query->limit_per_by,
                    &query->n_limit_per_by, err));
    TRY(parse_count(n, query_path_key(ctx->arena, path, S("n")), 1, &query->limit_per_n, err));
    query->has_limit_per = true;
    return ERR_OK;
}

static ErrCode read_others(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)ctx, (void)depth;
    return parse_bool(json, path, &query->has_others, err);
}

static ErrCode read_totals(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)depth;
    const Str *names = NULL;
    size_t n = 0;
    TRY(parse_names(ctx->arena, json, path, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        bool is_shown = str_eq(names[i], S("shown")), is_all = str_eq(names[i], S("all"));
        if (!is_shown && !is_all) {
            return query_error(err, ERR_INVALID, query_path_at(ctx->arena, path, i),
                               "no totals '%.*s'; there are: shown, all", STR_ARG(names[i]));
        }
        query->wants_total_shown |= is_shown;
        query->wants_total_all |= is_all;
    }
    return ERR_OK;
}

static ErrCode read_unknown(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err) {
    (void)ctx, (void)depth;
    return parse_bool(json, path, &query->shows_unknown, err);
}

typedef struct QueryKey {
    const char *name;
    ErrCode (*read)(const Ctx *ctx, const Json *json, Str path, int depth, Query *query, Err *err);
} QueryKey;

static const QueryKey KEYS[] = {
    {"v", read_version},
    {"model", read_model},
    {"source", read_source},
    {"measures", read_measures},
    {"dimensions", read_dimensions},
    {"rows", read_rows},
    {"after", read_after},
    {"time", read_time},
    {"where", read_where},
    {"having", read_having},
    {"order", read_order},
    {"limit", read_limit},
    {"offset", read_offset},
    {"limit_per", read_limit_per},
    {"others", read_others},
    {"totals", read_totals},
    {"unknown", read_unknown},
};

ErrCode query_parse_inner(const Ctx *ctx, const Json *json, Str path, int depth, const Query **ret_query, Err *err) {
    if (depth > QUERY_MAX_DEPTH) {
        return query_error(err, ERR_TOO_LARGE, path, "nested too deeply; at most %d levels", (int)QUERY_MAX_DEPTH);
    }
    if (json->kind != JSON_OBJECT) return wrong_kind(json, path, "a query, an object,", err);
    Str names[COUNT_OF(KEYS)];
    for (size_t k = 0; k < COUNT_OF(KEYS); k++) names[k] = str_of(KEYS[k].name);
    TRY(query_check_keys(json, path, names, COUNT_OF(KEYS), err));
    Query *query = ARENA_NEW(ctx->arena, Query);
    query->limit = -1;
    for (size_t k = 0; k < COUNT_OF(KEYS); k++) {
        const Json *value = json_get(json, names[k]);
        if (value) TRY(KEYS[k].read(ctx, value, query_path_key(ctx->arena, path, names[k]), depth, query, err));
    }
    if (!query->n_measures && !query->n_dimensions && !query->n_list && query->time.grain == TIME_GRAIN_NONE) {
        return query_error(err, ERR_INVALID, path,
                           "a query needs 'measures', 'dimensions', 'rows' or a time grain: say what to show");
    }
    *ret_query = query;
    return ERR_OK;
}

ErrCode query_parse(const Ctx *ctx, const Json *json, const Query **ret_query, Err *err) {
    return query_parse_inner(ctx, json, (Str){0}, 0, ret_query, err);
}

ErrCode query_parse_text(const Ctx *ctx, Str json, const Query **ret_query, Err *err) {
    const Json *tree = NULL;
    TRY(json_parse(ctx->arena, json, &JSON_LIMITS_DEFAULT, &tree, err));
    return query_parse(ctx, tree, ret_query, err);
}
