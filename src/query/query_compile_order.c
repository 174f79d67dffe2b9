/*
 * Order. Results are in a total order: what the query asks for, or else time and buckets ascending, or the first measure from the top,
 * or the dimensions; ties by the remaining group columns, ascending.
 */
#include "query/query_internal.h"

typedef struct Orders {
    QueryBuild *build;
    const SqlItem *items;
    SqlOrder *at;
    bool *is_used; /* per item */
    size_t n;
} Orders;

static void add(Orders *orders, size_t item, bool is_desc) {
    if (orders->is_used[item]) return;
    orders->is_used[item] = true;
    orders->at[orders->n++] = (SqlOrder){orders->items[item].expr, is_desc};
}

static bool column_is(const QueryColumn *column, Str base, Str name) {
    return str_eq(column->name, name) || str_eq(column->member, name) || (base.n && str_eq(base, name));
}

/* By the column's name first; by member, or a time without its part, where the names do not decide. */
static ptrdiff_t find_item(const QueryBuild *build, Str name) {
    size_t n_groups = build->groups.n;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n_groups + build->measures.n; i++) {
            const QueryGroup *group = i < n_groups ? &build->groups.at[i] : NULL;
            const QueryColumn *column = group ? &group->column : &build->measures.at[i - n_groups].column;
            bool is_time = group && column->role == QUERY_ROLE_TIME;
            bool is_it = pass ? column_is(column, is_time ? group->base : (Str){0}, name) : str_eq(column->name, name);
            if (is_it) return (ptrdiff_t)i;
        }
    }
    return -1;
}

ptrdiff_t query_find_group(const QueryBuild *build, Str name) {
    ptrdiff_t item = find_item(build, name);
    return item < (ptrdiff_t)build->groups.n ? item : -1;
}

static ErrCode unknown_order(const QueryBuild *build, const QueryOrder *order, Err *err) {
    size_t n = build->groups.n + build->measures.n;
    Str *names = ARENA_ARRAY(build->arena, Str, n);
    Str all = {0};
    for (size_t i = 0; i < n; i++) {
        bool is_group = i < build->groups.n;
        names[i] = is_group ? build->groups.at[i].column.name : build->measures.at[i - build->groups.n].column.name;
        all = arena_printf(build->arena, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "", STR_ARG(names[i]));
    }
    Str nearest = str_nearest(order->name, names, n);
    if (nearest.n) {
        return query_error(err, ERR_UNKNOWN_NAME, order->path,
                           "'%.*s' is no column of the result; did you mean '%.*s'?", STR_ARG(order->name),
                           STR_ARG(nearest));
    }
    return query_error(err, ERR_UNKNOWN_NAME, order->path, "'%.*s' is no column of the result, which are: %.*s",
                       STR_ARG(order->name), STR_ARG(all));
}

/* A measure of the model, or of the legs' facts; or a column that stands for one. */
static ErrCode add_hidden(QueryBuild *build, const QueryOrder *order, Err *err) {
    const ModelMeasure *measure = build->inner ? NULL : model_measure(build->model, order->name);
    if ((!measure && !query_aggregated(build, build->model, order->name)) || !build->fact)
        return unknown_order(build, order, err);
    const Expr *name = query_name_expr(build->arena, order->name, order->path);
    const QueryMember member = {.name = order->name, .expr = name, .alias = order->name, .path = order->path};
    QueryMeasure hidden = {.column = {.name = order->name}};
    TRY(query_compile_expr(build, QUERY_IN_MEASURE, &member, &hidden.value, err));
    VEC_PUSH(build->arena, &build->hidden, hidden);
    return ERR_OK;
}

ErrCode query_compile_hidden(QueryBuild *build, Err *err) {
    const Query *query = build->query;
    if (query->n_list || (!build->groups.n && !query->n_order)) return ERR_OK;
    for (size_t i = 0; i < query->n_order; i++)
        if (find_item(build, query->order[i].name) < 0) TRY(add_hidden(build, &query->order[i], err));
    return ERR_OK;
}

static const SqlExpr *hidden_measure(const QueryBuild *build, Str name) {
    for (size_t i = 0; i < build->hidden.n; i++)
        if (str_eq(build->hidden.at[i].column.name, name)) return build->hidden.at[i].value.sql;
    return NULL;
}

static void note_default(QueryBuild *build, const QueryColumn *column, const char *how) {
    Str text = arena_printf(build->arena, "ordered by %.*s%s", STR_ARG(column->name), how);
    VEC_PUSH(build->arena, &build->defaults, text);
}

static const char *top_words(Type type) {
    if (type_is_number(type)) return ", largest first";
    return type_is_time(type) ? ", latest first" : ", descending";
}

static void add_default(Orders *orders) {
    QueryBuild *build = orders->build;
    for (size_t i = 0; i < build->groups.n; i++) {
        const QueryColumn *column = &build->groups.at[i].column;
        bool is_time = column->role == QUERY_ROLE_TIME || build->groups.at[i].member.part;
        if (!is_time && !query_column_is_bucket(column)) continue;
        if (!orders->n) note_default(build, column, is_time ? ", earliest first" : ", smallest first");
        add(orders, i, false);
    }
    if (orders->n) return;
    if (!build->measures.n) {
        note_default(build, &build->groups.at[0].column, "");
        return;
    }
    const QueryColumn *column = &build->measures.at[0].column;
    note_default(build, column, top_words(column->type));
    add(orders, build->groups.n, true);
}

ErrCode query_compile_order(QueryBuild *build, const SqlItem *items, const SqlOrder **ret_order, size_t *ret_n,
                            Err *err) {
    const Query *query = build->query;
    size_t n = build->groups.n + build->measures.n;
    Orders orders = {.build = build,
                     .items = items,
                     .at = ARENA_ARRAY(build->arena, SqlOrder, n + query->n_order),
                     .is_used = ARENA_ARRAY(build->arena, bool, n)};
    for (size_t i = 0; i < query->n_order; i++) {
        ptrdiff_t item = find_item(build, query->order[i].name);
        const SqlExpr *hidden = item < 0 ? hidden_measure(build, query->order[i].name) : NULL;
        if (item < 0 && !hidden) return unknown_order(build, &query->order[i], err);
        if (hidden)
            orders.at[orders.n++] = (SqlOrder){hidden, query->order[i].is_desc};
        else
            add(&orders, (size_t)item, query->order[i].is_desc);
    }
    if (!build->groups.n) orders.n = 0; /* one row */
    if (build->groups.n && !query->n_order) add_default(&orders);
    for (size_t i = 0; i < build->groups.n; i++) add(&orders, i, false);
    *ret_order = orders.at;
    *ret_n = orders.n;
    return ERR_OK;
}
