/*
 * Several facts in one query: a leg a fact, each aggregated to the query's groups by itself, then united. Rows of two facts are never
 * joined, so nothing is counted twice, and a group that only one of them has keeps its place.
 *
 * A leg is a build of its own: its fact's axis, filter and groups. The query's build has the measures, as expressions over what the
 * legs aggregate. Every member that the query groups or filters by must be each fact's: else what one of them says would not be
 * narrowed as the other's is, and the query is refused, naming both. But for what the pack says that a fact ignores: query_ignore.c.
 */
#include "query/query_internal.h"

/* ---- which facts ---------------------------------------------------------------------------------------------------- */

typedef struct Facts {
    const QueryBuild *build;
    Str path;       /* of the expression; names of other places are in what measures of the pack are made of */
    uint64_t facts; /* bit i: fact i is needed */
} Facts;

static void see_name(Facts *facts, const Model *model, Str name) {
    const ModelMeasure *measure = model_measure(model, name);
    if (measure) facts->facts |= measure->facts;
}

static void see_measure(void *arg, const Expr *name) {
    Facts *facts = arg;
    bool is_own = str_starts(name->place.file, facts->path);
    see_name(facts, is_own ? facts->build->model : query_whole_model(facts->build), name->name);
}

static void see_filter(Facts *facts, const QueryFilter *filter) {
    if (!filter) return;
    for (size_t i = 0; i < filter->n_children; i++) see_filter(facts, filter->children[i]);
    if (filter->member.expr) expr_each_plain_name(filter->member.expr, see_measure, facts);
}

static bool is_several(uint64_t facts) {
    return (facts & (facts - 1)) != 0;
}

/* ---- legs ----------------------------------------------------------------------------------------------------------- */

static ErrCode not_of(const QueryBuild *leg, const QueryBuild *other, Str name, Str lacks, Str path, Err *err) {
    return query_error(
        err, ERR_UNSUPPORTED, path,
        "measures of %.*s and of %.*s are asked for, and '%.*s'%s%.*s%s is no member of %.*s; leave it out, or ask for "
        "one of them at a time",
        STR_ARG(other->fact->name), STR_ARG(leg->fact->name), STR_ARG(name), lacks.n ? ", which names '" : "",
        STR_ARG(lacks), lacks.n ? "'," : "", STR_ARG(leg->fact->name));
}

/* What the query groups and filters by must be the fact's, or what it ignores. */
static ErrCode check_name(const QueryBuild *leg, const QueryBuild *other, Str name, Str path, Err *err) {
    ModelMember member;
    if (!model_member(leg->model, leg->fact, name, &member, NULL)) return ERR_OK;
    if (model_ignores(leg->model, leg->fact, name)) return ERR_OK;
    if (model_member(leg->model, NULL, name, &member, err)) return err ? err_at(err, path, 0, 0) : ERR_UNKNOWN_NAME;
    bool ignores = false;
    Str lacks =
        member.filter ? model_filter_lacks(query_whole_model(leg), member.filter, leg->fact, &ignores) : (Str){0};
    if (ignores && !lacks.n) return ERR_OK;
    return not_of(leg, other, name, lacks, path, err);
}

typedef struct Check {
    const QueryBuild *leg;
    const QueryBuild *other;
    Str path;
    ErrCode code;
    Err *err;
} Check;

static void check_each(void *arg, const Expr *name) {
    Check *check = arg;
    if (!check->code) check->code = check_name(check->leg, check->other, name->name, check->path, check->err);
}

static ErrCode check_expr(const QueryBuild *leg, const QueryBuild *other, const Expr *expr, Str path, Err *err) {
    Check check = {.leg = leg, .other = other, .path = path, .err = err};
    expr_each_name(expr, check_each, &check);
    return check.code;
}

static ErrCode check_filter(const QueryBuild *leg, const QueryBuild *other, const QueryFilter *filter, Err *err) {
    if (!filter) return ERR_OK;
    for (size_t i = 0; i < filter->n_children; i++) TRY(check_filter(leg, other, filter->children[i], err));
    return filter->member.expr ? check_expr(leg, other, filter->member.expr, filter->path, err) : ERR_OK;
}

/* The axis must be one that the fact has: it is not asked without time. */
static ErrCode check_time(const QueryBuild *leg, const QueryBuild *other, Err *err) {
    Str name = leg->query->time.dimension, path = S("time.dimension");
    if (model_ignores(leg->model, leg->fact, name)) return not_of(leg, other, name, (Str){0}, path, err);
    return check_name(leg, other, name, path, err);
}

static ErrCode check_leg(const QueryBuild *leg, const QueryBuild *other, Err *err) {
    const Query *query = leg->query;
    for (size_t i = 0; i < query->n_dimensions; i++)
        TRY(check_expr(leg, other, query->dimensions[i].expr, query->dimensions[i].path, err));
    if (query->time.dimension.n) TRY(check_time(leg, other, err));
    return check_filter(leg, other, query->where, err);
}

static QueryBuild *new_leg(QueryBuild *build, const ModelFact *fact) {
    QueryBuild *leg = ARENA_NEW(build->arena, QueryBuild);
    *leg = (QueryBuild){.ctx = build->ctx,
                        .arena = build->arena,
                        .model = build->model,
                        .query = build->query,
                        .is_inner = build->is_inner,
                        .depth = build->depth,
                        .fact = fact,
                        .parent = build};
    return leg;
}

ErrCode query_find_facts(QueryBuild *build, Err *err) {
    const Model *model = build->model;
    const Query *query = build->query;
    Facts facts = {.build = build};
    if (query->n_list) return ERR_OK;
    for (size_t i = 0; i < query->n_measures; i++) expr_each_plain_name(query->measures[i].expr, see_measure, &facts);
    see_filter(&facts, query->having);
    for (size_t i = 0; i < query->n_order; i++) see_name(&facts, model, query->order[i].name);
    for (size_t i = 0; i < query->n_measures; i++) { /* an aggregate of its own, of one fact that is known */
        uint64_t own = query_facts_with(build, &query->measures[i]);
        if (own && !is_several(own)) facts.facts |= own;
    }
    if (!is_several(facts.facts)) return ERR_OK;
    for (size_t i = 0; i < model->n_facts; i++)
        if (facts.facts >> i & 1) VEC_PUSH(build->arena, &build->legs, new_leg(build, &model->facts[i]));
    for (size_t i = 0; i < build->legs.n; i++) {
        TRY(query_set_alias(build->legs.at[i], err));
        TRY(check_leg(build->legs.at[i], build->legs.at[i ? 0 : 1], err));
    }
    build->fact = build->legs.at[0]->fact;
    return query_trim_legs(build, err);
}

/* ---- compiling ------------------------------------------------------------------------------------------------------ */

/* A group is one of all legs: its type holds each leg's, and it may be missing where it is in one. */
static ErrCode unite_group(QueryBuild *build, size_t group, Err *err) {
    size_t first = 0;
    while (build->legs.at[first]->groups.at[group].is_ignored) first++; /* one of them has it: query_trim_legs */
    QueryGroup united = build->legs.at[first]->groups.at[group];
    Type type = united.key.sql->type;
    for (size_t i = first + 1; i < build->legs.n; i++) {
        const QueryGroup *other = &build->legs.at[i]->groups.at[group];
        if (other->is_ignored) continue;
        if (!sql_type_common(type, other->key.sql->type, &type))
            return query_error(err, ERR_UNSUPPORTED, S("dimensions"),
                               "'%.*s' is %s in %.*s and %s in %.*s; ask for one fact at a time",
                               STR_ARG(united.column.name), type_kind_name(type.kind),
                               STR_ARG(build->legs.at[first]->fact->name), type_kind_name(other->key.sql->type.kind),
                               STR_ARG(build->legs.at[i]->fact->name));
        if (other->missing.sql) united.missing = other->missing;
        united.may_be_null |= other->may_be_null;
    }
    united.key = (QuerySql){.sql = sql_column(build->arena, QUERY_STAGE, united.column.name, type)};
    united.column.type = type;
    VEC_PUSH(build->arena, &build->groups, united);
    return ERR_OK;
}

ErrCode query_compile_legs(QueryBuild *build, Err *err) {
    for (size_t i = 0; i < build->legs.n; i++) {
        QueryBuild *leg = build->legs.at[i];
        TRY(query_compile_rows(leg, err));
        TRY(query_compile_groups(leg, err));
    }
    const QueryBuild *first = build->legs.at[0];
    build->axis = first->axis;
    build->range_bounds = first->range_bounds;
    for (size_t i = 0; i < first->groups.n; i++) TRY(unite_group(build, i, err));
    TRY(query_fit_ignored(build, err));
    for (size_t i = 0; i < first->defaults.n; i++) VEC_PUSH(build->arena, &build->defaults, first->defaults.at[i]);
    for (size_t i = 0; i < first->inners.n; i++) VEC_PUSH(build->arena, &build->inners, first->inners.at[i]);
    for (size_t i = 0; i < first->fills.n; i++) VEC_PUSH(build->arena, &build->fills, first->fills.at[i]);
    return ERR_OK;
}

QueryBuild *query_leg_of(const QueryBuild *build, const QueryMember *member) {
    Facts measures = {.build = build, .path = member->path};
    expr_each_plain_name(member->expr, see_measure, &measures);
    uint64_t facts = measures.facts ? measures.facts : query_facts_with(build, member);
    QueryBuild *found = NULL;
    for (size_t i = 0; i < build->legs.n; i++) {
        size_t fact = (size_t)(build->legs.at[i]->fact - build->model->facts);
        if (!(facts >> fact & 1)) continue;
        if (found) return NULL;
        found = build->legs.at[i];
    }
    return found;
}

ErrCode query_compile_in_leg(QueryBuild *leg, QueryPlace place, const QueryMember *member, QuerySql *ret_sql,
                             Err *err) {
    QuerySql sql;
    TRY(query_compile_expr(leg, place, member, &sql, err));
    leg->leg_roles |= sql.roles;
    *ret_sql = (QuerySql){.sql = query_stage_lower(leg, sql.sql)};
    return ERR_OK;
}
