/*
 * Queries in queries: as the source, whose columns then are the members; as what a member must be in; as a number to compare with.
 *
 * A source's rows are made into a fact of their own, with a column for each of theirs and no dimensions, so that all that holds for
 * facts holds for them. Groups with an unknown or null key are left out of inner queries too.
 */
#include "query/query_internal.h"

/* ---- inner rows ----------------------------------------------------------------------------------------------------- */

/* Paths are of the whole JSON, but for those of keys that each query has once. */
Str query_path_within(Arena *arena, Str path, Str inner) {
    if (!inner.n || str_starts(inner, path)) return inner.n ? inner : path;
    return query_path_key(arena, path, inner);
}

static ErrCode place_error(Arena *arena, Str path, ErrCode code, Err *err) {
    if (!err) return code;
    return err_at(err, query_path_within(arena, path, arena_str(arena, str_of(err->file))), 0, 0);
}

/* The outer query answers for it. */
static void note_inner(QueryBuild *build, QueryBuild *inner, Str key, Str path, const QueryColumn *columns,
                       size_t n_columns) {
    QueryPlan *plan = ARENA_NEW(build->arena, QueryPlan);
    *plan = (QueryPlan){.query = inner->query, .columns = columns, .n_columns = n_columns};
    query_plan_about(inner, plan);
    QueryInner noted = {key, path, plan};
    VEC_PUSH(build->arena, &build->inners, noted);
    for (size_t i = 0; i < inner->fills.n; i++) {
        QueryFill fill = {inner->fills.at[i].select, query_path_within(build->arena, path, inner->fills.at[i].path)};
        VEC_PUSH(build->arena, &build->fills, fill);
    }
}

ErrCode query_compile_inner(QueryBuild *build, const Query *query, Str key, Str path, const SqlSelect **ret_select,
                            const QueryColumn **ret_columns, size_t *ret_n, Err *err) {
    if (build->depth >= QUERY_MAX_DEPTH)
        return query_error(err, ERR_TOO_LARGE, path, "nested too deeply; at most %d levels", (int)QUERY_MAX_DEPTH);
    QueryBuild inner = {.ctx = build->ctx,
                        .arena = build->arena,
                        .model = build->model,
                        .query = query,
                        .is_inner = true,
                        .depth = build->depth + 1};
    ErrCode code = query_build_rows(&inner, ret_select, ret_columns, ret_n, err);
    if (code) return place_error(build->arena, path, code, err);
    note_inner(build, &inner, key, path, *ret_columns, *ret_n);
    return ERR_OK;
}

/* ---- as the source -------------------------------------------------------------------------------------------------- */

static ModelFactColumn fact_column(const QueryColumn *column) {
    return (ModelFactColumn){
        .name = column->name,
        .label = {.title = column->title, .format = column->format, .unit = column->unit, .decimals = column->decimals},
        .kind = type_is_time(column->type) ? MODEL_COLUMN_TIME : MODEL_COLUMN_ATTRIBUTE,
        .type = column->type};
}

/* The query's columns as those of a fact. */
static void make_fact(QueryBuild *build, size_t n) {
    ModelFactColumn *columns = ARENA_ARRAY(build->arena, ModelFactColumn, n);
    ModelFact *fact = ARENA_NEW(build->arena, ModelFact);
    fact->name = S("source");
    fact->time = -1;
    for (size_t i = 0; i < n; i++) {
        columns[i] = fact_column(&build->inner_columns[i]);
        if (fact->time < 0 && columns[i].kind == MODEL_COLUMN_TIME) fact->time = (ptrdiff_t)i;
    }
    fact->columns = columns;
    fact->n_columns = n;
    build->fact = fact;
}

ErrCode query_compile_source(QueryBuild *build, const Query *query, Err *err) {
    size_t n = 0;
    TRY(query_compile_inner(build, query, S("source"), S("source"), &build->inner, &build->inner_columns, &n, err));
    make_fact(build, n);
    return ERR_OK;
}

/* select every attribute that may be seen of every member, under the names that they have in queries */
ErrCode query_compile_members(QueryBuild *build, const ModelDimension *dimension, Err *err) {
    Arena *arena = build->arena;
    QueryColumn *columns = ARENA_ARRAY(arena, QueryColumn, dimension->n_attributes + 1);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, dimension->n_attributes + 1);
    SqlSelect *select = sql_select_new(arena);
    Query *all = ARENA_NEW(arena, Query); /* the unknown one is no member, whatever groups are shown */
    QueryBuild members = {
        .ctx = build->ctx, .arena = arena, .model = build->model, .query = all, .dimension = dimension};
    TRY(query_set_alias(&members, err));
    size_t n = 0;
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        if (!model_sees(build->model, &attribute->label)) continue;
        Str name = arena_printf(arena, "%.*s.%.*s", STR_ARG(dimension->name), STR_ARG(attribute->name));
        items[n] = (SqlItem){sql_column(arena, members.alias, attribute->name, attribute->type), name};
        columns[n++] = (QueryColumn){.name = name,
                                     .member = name,
                                     .type = attribute->type,
                                     .title = attribute->label.title,
                                     .format = attribute->label.format,
                                     .unit = attribute->label.unit,
                                     .decimals = attribute->label.decimals};
    }
    if (!n) { /* a select has a column */
        items[n] = (SqlItem){sql_literal(arena, value_int(1)), S("_member")};
        columns[n++] = (QueryColumn){.name = S("_member"), .type = TYPE(TYPE_INT64), .decimals = -1};
    }
    select->items = items;
    select->n_items = n;
    query_from(&members, 0, select);
    build->inner = select;
    build->inner_columns = columns;
    build->dimension = dimension;
    make_fact(build, n);
    return ERR_OK;
}

static const ModelFactColumn *column_named(const ModelFact *fact, Str name) {
    for (size_t i = 0; i < fact->n_columns; i++)
        if (str_eq(fact->columns[i].name, name)) return &fact->columns[i];
    return NULL;
}

static ErrCode no_column(const QueryBuild *build, Str name, Err *err) {
    Str *names = ARENA_ARRAY(build->arena, Str, build->fact->n_columns);
    Str all = {0};
    for (size_t i = 0; i < build->fact->n_columns; i++) {
        names[i] = build->fact->columns[i].name;
        all = arena_printf(build->arena, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "", STR_ARG(names[i]));
    }
    Str nearest = str_nearest(name, names, build->fact->n_columns);
    if (nearest.n)
        return err_set(err, ERR_UNKNOWN_NAME, "the source's query shows no '%.*s'; did you mean '%.*s'?", STR_ARG(name),
                       STR_ARG(nearest));
    return err_set(err, ERR_UNKNOWN_NAME, "the source's query shows no '%.*s', only: %.*s", STR_ARG(name),
                   STR_ARG(all));
}

/* The part after the last dot, of a date. */
static bool find_part(const ModelFact *fact, Str name, ModelMember *member) {
    size_t dot = name.n, n_parts = 0;
    const ModelPart *parts = model_parts(&n_parts);
    while (dot > 0 && name.p[dot - 1] != '.') dot--;
    if (dot < 2) return false;
    const ModelFactColumn *column = column_named(fact, str_slice(name, 0, dot - 1));
    Str part = str_slice(name, dot, name.n);
    for (size_t i = 0; column && i < n_parts; i++) {
        if (!str_eq(parts[i].name, part) || sql_fn_type(parts[i].fn, &column->type, 1, &member->type, NULL)) continue;
        member->column = column;
        member->part = &parts[i];
        return true;
    }
    return false;
}

/* A dimension's attribute by the name that a fact has for the dimension. */
static bool find_by_role(const QueryBuild *build, Str name, ModelMember *member) {
    ModelMember found;
    if (!build->dimension || model_member(build->model, NULL, name, &found, NULL) ||
        found.kind != MODEL_MEMBER_ATTRIBUTE || found.dimension != build->dimension)
        return false;
    member->column = &build->fact->columns[found.attribute - build->dimension->attributes];
    member->part = found.part;
    member->type = found.type;
    return true;
}

static bool find_column_of(const QueryBuild *build, Str name, ModelMember *ret) {
    ModelMember member = {.kind = MODEL_MEMBER_COLUMN, .fact = build->fact};
    member.column = column_named(build->fact, name);
    if (member.column)
        member.type = member.column->type;
    else if (!find_part(build->fact, name, &member) && !find_by_role(build, name, &member))
        return false;
    member.label = &member.column->label;
    *ret = member;
    return true;
}

typedef struct Shown {
    const QueryBuild *build;
    Str lacks; /* the first name that the source's query does not show */
} Shown;

static void see_shown(void *arg, const Expr *name) {
    Shown *shown = arg;
    ModelMember member;
    const ModelFilter *filter = name->n_parts == 1 ? model_filter(shown->build->model, name->name) : NULL;
    if (shown->lacks.n || find_column_of(shown->build, name->name, &member)) return;
    if (filter)
        expr_each_name(filter->expr, see_shown, shown);
    else
        shown->lacks = name->name;
}

ErrCode query_find_inner(const QueryBuild *build, Str name, ModelMember *ret_member, Err *err) {
    if (find_column_of(build, name, ret_member)) return ERR_OK;
    const ModelFilter *filter = model_filter(build->model, name);
    if (!filter) return no_column(build, name, err);
    Shown shown = {.build = build};
    expr_each_name(filter->expr, see_shown, &shown);
    if (shown.lacks.n)
        return err_set(err, ERR_UNKNOWN_NAME, "filter '%.*s' needs '%.*s', which the source's query does not show",
                       STR_ARG(name), STR_ARG(shown.lacks));
    *ret_member = (ModelMember){.kind = MODEL_MEMBER_FILTER,
                                .type = TYPE(TYPE_BOOL),
                                .label = &filter->label,
                                .filter = filter,
                                .fact = build->fact};
    return ERR_OK;
}

/* ---- in filters ----------------------------------------------------------------------------------------------------- */

/* The one column that is meant: of a list its one group, whatever measures decide which are in it; else the one measure. */
static ErrCode find_column(const QueryFilter *filter, const QueryColumn *columns, size_t n_columns, bool is_list,
                           size_t *ret_column, Err *err) {
    size_t n_groups = 0;
    *ret_column = 0;
    if (is_list && filter->query->shows_unknown) /* "not in" a list that holds a null is never true */
        return query_error(err, ERR_INVALID, filter->path,
                           "a list has no unknown values; leave 'unknown' out of its query");
    for (size_t i = 0; i < n_columns; i++) {
        if (columns[i].role == QUERY_ROLE_MEASURE) continue;
        *ret_column = i;
        n_groups++;
    }
    if (is_list && n_groups == 1) return ERR_OK;
    if (!is_list && n_groups == 0 && n_columns == 1) return ERR_OK;
    if (is_list)
        return query_error(err, ERR_INVALID, filter->path, "for '%s' the inner query shows one dimension, not %zu",
                           query_op_name(filter->op), n_groups);
    return query_error(err, ERR_INVALID, filter->path,
                       "'%s' compares with one value: the inner query shows one measure and no dimensions",
                       query_op_name(filter->op));
}

ErrCode query_compile_membership(QueryBuild *build, QueryPlace place, const QueryOperand *operand,
                                 const QueryFilter *filter, QueryOp op, const SqlExpr **ret_sql, Err *err) {
    Arena *arena = build->arena;
    const SqlSelect *select = NULL;
    const QueryColumn *columns = NULL;
    size_t n_columns = 0, column;
    bool is_list = op == QUERY_OP_IN;
    Type common;
    Str path = query_path_key(arena, filter->path, S("query"));
    Str key = place == QUERY_IN_HAVING ? S("having") : S("where");
    TRY(query_compile_inner(build, filter->query, key, path, &select, &columns, &n_columns, err));
    TRY(find_column(filter, columns, n_columns, is_list, &column, err));
    assert(columns);
    if (n_columns > 1) {
        SqlFrom from = {.select = select, .alias = S("inner")};
        Str name = columns[column].name;
        SqlItem item = {sql_column(arena, from.alias, name, columns[column].type), name};
        select = query_select_from(arena, from, &item, 1);
    }
    Type type = columns[column].type;
    if (!sql_type_common(operand->sql->type, type, &common))
        return query_error(err, ERR_INVALID, filter->path, "'%.*s' is %s and the inner query shows %s",
                           STR_ARG(operand->name), type_kind_name(operand->sql->type.kind), type_kind_name(type.kind));
    if (is_list) {
        *ret_sql = sql_in_select(arena, operand->sql, select, false);
    } else {
        *ret_sql = sql_call2(arena, query_op_info(op)->fn, operand->sql, sql_scalar(arena, select, type));
    }
    return ERR_OK;
}
