/*
 * Filters: JSON -> QueryFilter. A text is a name; the first key of an object tells its form; how many values an operator takes is checked here, what
 * they must be when the member is known.
 */
#include "query/query_internal.h"

static ErrCode parse_node(const Ctx *ctx, const Json *json, Str path, int depth, const QueryFilter **ret_filter,
                          Err *err);

/* ---- and, or, not --------------------------------------------------------------------------------------------------- */

static ErrCode parse_children(const Ctx *ctx, const Json *list, Str path, int depth, QueryFilter *filter, Err *err) {
    if (list->kind != JSON_ARRAY) return query_error(err, ERR_INVALID, path, "a list of conditions is needed here");
    size_t n = list->array.n;
    if (!n) return query_error(err, ERR_INVALID, path, "the list is empty; leave it out");
    if (n > QUERY_MAX_MEMBERS) {
        return query_error(err, ERR_TOO_LARGE, path, "%zu conditions are too many; at most %d", n,
                           (int)QUERY_MAX_MEMBERS);
    }
    const QueryFilter **children = ARENA_ARRAY(ctx->arena, const QueryFilter *, n);
    for (size_t i = 0; i < n; i++) {
        TRY(parse_node(ctx, list->array.at[i], query_path_at(ctx->arena, path, i), depth + 1, &children[i], err));
    }
    filter->children = children;
    filter->n_children = n;
    return ERR_OK;
}

static ErrCode parse_not(const Ctx *ctx, const Json *json, Str path, int depth, QueryFilter *filter, Err *err) {
    const QueryFilter **child = ARENA_ARRAY(ctx->arena, const QueryFilter *, 1);
    TRY(parse_node(ctx, json, path, depth + 1, child, err));
    filter->children = child;
    filter->n_children = 1;
    return ERR_OK;
}

/* ---- member, op, values --------------------------------------------------------------------------------------------- */

static ErrCode check_arity(QueryOp op, size_t n, Str path, Err *err) {
    size_t min = query_op_info(op)->min_values, max = query_op_info(op)->max_values;
    if (n >= min && n <= max) return ERR_OK;
    const char *name = query_op_name(op);
    if (!max) return query_error(err, ERR_INVALID, path, "'%s' takes no values", name);
    if (n > QUERY_MAX_VALUES)
        return query_error(err, ERR_TOO_LARGE, path, "%zu values are too many; at most %zu", n, max);
    if (min == max)
        return query_error(err, ERR_INVALID, path, "'%s' takes %s, not %zu", name,
                           min == 1 ? "one value" : "two values", n);
    return query_error(err, ERR_INVALID, path, "'%s' takes %s, not %zu", name,
                       max == 2 ? "one or two values" : "at least one value", n);
}

static ErrCode parse_value(const Json *json, QueryOp op, Str path, Value *ret_value, Err *err) {
    switch (json->kind) {
    case JSON_FALSE:
    case JSON_TRUE: *ret_value = value_bool(json->kind == JSON_TRUE); return ERR_OK;
    case JSON_INT: *ret_value = value_int(json->i); return ERR_OK;
    case JSON_REAL: *ret_value = value_float(json->f); return ERR_OK;
    case JSON_TEXT: *ret_value = value_text(json->s); return ERR_OK;
    case JSON_NULL:
        if (op != QUERY_OP_IN_RANGE)
            return query_error(err, ERR_INVALID, path, "null is no value; use the op 'set' or 'not_set'");
        *ret_value = value_null(TYPE(TYPE_NULL)); /* an open end */
        return ERR_OK;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return query_error(err, ERR_INVALID, path, "a value is a text, a number, true or false, not %s",
                       json_kind_name(json->kind));
}

static ErrCode parse_values(const Ctx *ctx, const Json *object, QueryFilter *filter, Err *err) {
    const Json *values = json_get(object, S("values")), *value = json_get(object, S("value"));
    Str path = query_path_key(ctx->arena, filter->path, value ? S("value") : S("values"));
    if (values && value) return query_error(err, ERR_INVALID, filter->path, "either 'value' or 'values', not both");
    if (values && values->kind != JSON_ARRAY)
        return query_error(err, ERR_INVALID, path, "'values' is a list; for one there is 'value'");
    const Json *const *at = values ? values->array.at : &value;
    size_t n = values ? values->array.n : value != NULL;
    TRY(check_arity(filter->op, n, path, err));
    Value *typed = ARENA_ARRAY(ctx->arena, Value, n);
    for (size_t i = 0; i < n; i++) TRY(parse_value(at[i], filter->op, path, &typed[i], err));
    filter->values = typed;
    filter->n_values = n;
    return ERR_OK;
}

static ErrCode parse_op(const Ctx *ctx, const Json *object, QueryFilter *filter, Err *err) {
    const Json *op = json_get(object, S("op"));
    if (!op)
        return query_error(err, ERR_INVALID, filter->path,
                           "'op' is missing, such as equals, in, gt, between, contains, set");
    Str path = query_path_key(ctx->arena, filter->path, S("op")), name;
    TRY(query_parse_name(op, path, &name, err));
    if (query_op_find(name, &filter->op)) return ERR_OK;
    Str names[QUERY_OP_COUNT];
    for (int i = 0; i < QUERY_OP_COUNT; i++) names[i] = str_of(query_op_name((QueryOp)i));
    Str nearest = str_nearest(name, names, QUERY_OP_COUNT);
    if (nearest.n)
        return query_error(err, ERR_UNKNOWN_NAME, path, "no op '%.*s'; did you mean '%.*s'?", STR_ARG(name),
                           STR_ARG(nearest));
    Str all = {0};
    for (int i = 0; i < QUERY_OP_COUNT; i++)
        all = arena_printf(ctx->arena, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "", STR_ARG(names[i]));
    return query_error(err, ERR_UNKNOWN_NAME, path, "no op '%.*s'; there are: %.*s", STR_ARG(name), STR_ARG(all));
}

static ErrCode parse_test(const Ctx *ctx, const Json *json, int depth, QueryFilter *filter, Err *err) {
    const Json *query = json_get(json, S("query"));
    Str member_path = query_path_key(ctx->arena, filter->path, S("member"));
    TRY(query_parse_member(ctx, json_get(json, S("member")), member_path, &filter->member, err));
    TRY(parse_op(ctx, json, filter, err));
    if (!query) {
        filter->kind = QUERY_FILTER_TEST;
        return parse_values(ctx, json, filter, err);
    }
    if (json_get(json, S("values")) || json_get(json, S("value"))) {
        return query_error(err, ERR_INVALID, filter->path, "either values or a 'query', not both");
    }
    if (!(query_op_info(filter->op)->flags & QUERY_OP_TAKES_QUERY)) {
        return query_error(err, ERR_INVALID, filter->path,
                           "with a 'query' the op is in, not_in, equals, not_equals, gt, gte, lt or lte");
    }
    filter->kind = QUERY_FILTER_MEMBERSHIP;
    return query_parse_inner(ctx, query, query_path_key(ctx->arena, filter->path, S("query")), depth + 1,
                             &filter->query, err);
}

/* ---- forms ---------------------------------------------------------------------------------------------------------- */

static ErrCode parse_form(const Ctx *ctx, const Json *json, int depth, QueryFilter *filter, Err *err) {
    Arena *arena = ctx->arena;
    const Str names[] = {S("and"), S("or"),     S("not"),   S("expr"), S("member"),
                         S("op"),  S("values"), S("value"), S("query")};
    size_t form = 0;
    while (form < 5 && !json_get(json, names[form])) form++;
    if (form == 5) {
        TRY(query_check_keys(json, filter->path, names, COUNT_OF(names), err));
        return query_error(
            err, ERR_INVALID, filter->path,
            "a condition is a filter's name, {\"member\", \"op\", \"values\"}, {\"and\": […]}, {\"or\": […]}, {\"not\": …} or {\"expr\"}");
    }
    Str path = query_path_key(arena, filter->path, names[form]);
    if (form == 4) {
        TRY(query_check_keys(json, filter->path, names + 4, COUNT_OF(names) - 4, err));
        return parse_test(ctx, json, depth, filter, err);
    }
    if (json->object.n > 1) {
        return query_error(err, ERR_INVALID, filter->path, "'%.*s' stands alone; put what is beside it into an 'and'",
                           STR_ARG(names[form]));
    }
    const Json *value = json_get(json, names[form]);
    switch (form) {
    case 0: filter->kind = QUERY_FILTER_AND; return parse_children(ctx, value, path, depth, filter, err);
    case 1: filter->kind = QUERY_FILTER_OR; return parse_children(ctx, value, path, depth, filter, err);
    case 2: filter->kind = QUERY_FILTER_NOT; return parse_not(ctx, value, path, depth, filter, err);
    default: filter->kind = QUERY_FILTER_EXPR; return query_parse_expr(ctx, value, path, &filter->member, err);
    }
}

static ErrCode parse_node(const Ctx *ctx, const Json *json, Str path, int depth, const QueryFilter **ret_filter,
                          Err *err) {
    if (depth > QUERY_MAX_DEPTH) {
        return query_error(err, ERR_TOO_LARGE, path, "nested too deeply; at most %d levels", (int)QUERY_MAX_DEPTH);
    }
    if (json->kind != JSON_OBJECT && json->kind != JSON_TEXT) {
        return query_error(err, ERR_INVALID, path, "a condition, an object or a filter's name, is needed here, not %s",
                           json_kind_name(json->kind));
    }
    QueryFilter *filter = ARENA_NEW(ctx->arena, QueryFilter);
    filter->path = path;
    if (json->kind == JSON_TEXT) {
        filter->kind = QUERY_FILTER_EXPR;
        TRY(query_parse_member(ctx, json, path, &filter->member, err));
    } else {
        TRY(parse_form(ctx, json, depth, filter, err));
    }
    *ret_filter = filter;
    return ERR_OK;
}

ErrCode query_parse_filter(const Ctx *ctx, const Json *json, Str path, int depth, const QueryFilter **ret_filter,
                           Err *err) {
    if (json->kind != JSON_ARRAY) return parse_node(ctx, json, path, depth, ret_filter, err);
    if (!json->array.n) return ERR_OK;
    QueryFilter *filter = ARENA_NEW(ctx->arena, QueryFilter);
    filter->kind = QUERY_FILTER_AND;
    filter->path = path;
    TRY(parse_children(ctx, json, path, depth, filter, err));
    *ret_filter = filter;
    return ERR_OK;
}
