/*
 * Expressions, and what names in them may stand for (design 5, "Names"). The model's scope resolves names over the fact; this one
 * stands before it and says no where the place does not fit: a measure in `where`, a column outside an aggregate in `measures`.
 */
#include "query/query_internal.h"

/* A part of an expression that was compiled by itself; a name stands for it. */
typedef struct Compiled {
    const Expr *name;
    const SqlExpr *sql;
} Compiled;

typedef struct Names {
    QueryBuild *build;
    QueryPlace place;
    Str path;
    bool
        has_where; /* the expression narrows a measure: names stand for their texts, so that the condition reaches them */
    VEC(Compiled) compiled;
} Names;

static bool takes_aggregates(QueryPlace place) {
    return place == QUERY_IN_MEASURE || place == QUERY_IN_HAVING;
}

static ErrCode refuse_column(const Names *names, Str name, Err *err) {
    if (names->place == QUERY_IN_HAVING) {
        return query_error(err, ERR_INVALID, names->path, "'%.*s' is no measure: filter on it in 'where'",
                           STR_ARG(name));
    }
    return query_error(err, ERR_INVALID, names->path,
                       "'%.*s' is no measure: put it into 'dimensions', or aggregate it, as in count(distinct %.*s)",
                       STR_ARG(name), STR_ARG(name));
}

static ErrCode refuse_measure(const Names *names, Str name, Err *err) {
    const char *where_to = names->place == QUERY_IN_WHERE ? "filter on it in 'having'" : "put it into 'measures'";
    return query_error(err, ERR_INVALID, names->path, "'%.*s' is a measure: %s", STR_ARG(name), where_to);
}

static ErrCode refuse_filter(const Names *names, Str name, Err *err) {
    if (names->place == QUERY_IN_HAVING)
        return query_error(err, ERR_INVALID, names->path, "'%.*s' is a filter of rows: put it into 'where'",
                           STR_ARG(name));
    return query_error(err, ERR_INVALID, names->path,
                       "'%.*s' is a filter: put it into 'where', or behind a measure, as in count(*) where %.*s",
                       STR_ARG(name), STR_ARG(name));
}

/* In `having` a column of the result stands for its measure: as it was compiled, so that it is computed once. */
static bool resolve_alias(const Names *names, Str name, const SqlExpr **ret_sql, const Expr **ret_expr) {
    const QueryBuild *build = names->build;
    for (size_t i = 0; i < build->measures.n; i++) {
        const QueryMember *member = build->measures.at[i].given;
        if (!member && !names->has_where && str_eq(build->measures.at[i].column.name, name)) { /* of a comparison */
            *ret_sql = build->measures.at[i].value.sql;
            return true;
        }
        if (!member) continue;
        bool is_plain = member->expr->kind == EXPR_NAME && str_eq(member->expr->name, name);
        if (!str_eq(member->alias, name) || (is_plain && names->has_where)) continue;
        *build->roles |= build->measures.at[i].value.roles;
        if (names->has_where) {
            *ret_expr = member->expr;
        } else {
            *ret_sql = build->measures.at[i].value.sql;
        }
        return true;
    }
    return false;
}

static bool has_where(const Expr *expr) {
    bool has = expr->kind == EXPR_WHERE;
    for (size_t i = 0; i < expr->n_args && !has; i++) has = has_where(expr->args[i]);
    return has;
}

/* Of a dimension's rows, or of a query's: there are no measures. */
static ErrCode resolve_own(QueryBuild *build, const Names *names, const Expr *name, bool is_plain,
                           const SqlExpr **ret_sql, const Expr **ret_expr, Err *err) {
    ModelMember member;
    TRY(query_find_member(build, name->name, names->path, &member, err));
    if (member.kind == MODEL_MEMBER_MEASURE) return refuse_measure(names, name->name, err);
    if (member.kind == MODEL_MEMBER_FILTER) {
        if (is_plain && takes_aggregates(names->place)) return refuse_filter(names, name->name, err);
        *ret_expr = member.filter->expr;
        return ERR_OK;
    }
    if (is_plain && takes_aggregates(names->place)) return refuse_column(names, name->name, err);
    return query_member_sql(build, &member, ret_sql, err);
}

/* Over measures of several facts: each is compiled in its own. */
static ErrCode resolve_in_leg(QueryBuild *build, const Names *names, const Expr *name, bool is_own,
                              const SqlExpr **ret_sql, const Expr **ret_expr, Err *err) {
    const Model *model = is_own ? build->model : query_whole_model(build);
    const ModelMeasure *measure = model_measure(model, name->name);
    bool is_measure = measure || query_aggregated(build, model, name->name);
    const QueryMember member = {.name = name->name, .expr = name, .alias = name->name, .path = names->path};
    if (names->has_where)
        return query_error(err, ERR_UNSUPPORTED, names->path,
                           "'where' cannot stand beside measures of several facts; put it into each of them");
    if (measure && !measure->fact) { /* a formula of measures */
        *ret_expr = measure->expr;
        return ERR_OK;
    }
    QueryBuild *leg = is_measure ? query_leg_of(build, &member) : NULL;
    if (!leg)
        return query_error(err, ERR_INVALID, names->path,
                           "'%.*s' is no measure, and beside measures of several facts only measures can stand",
                           STR_ARG(name->name));
    QuerySql sql;
    TRY(query_compile_in_leg(leg, names->place, &member, &sql, err));
    *ret_sql = sql.sql;
    return ERR_OK;
}

/* A measure of one instant: its text, narrowed to the rows that count by a name for what query_instant says. */
static ErrCode at_instant(Names *names, const ModelMeasure *measure, const Expr **ret_expr, Err *err) {
    QueryBuild *build = names->build;
    Expr *name = ARENA_NEW(build->arena, Expr), *where = ARENA_NEW(build->arena, Expr);
    const Expr **args = ARENA_ARRAY(build->arena, const Expr *, 2);
    Compiled compiled = {.name = name};
    TRY(query_instant(build, measure, &compiled.sql, err));
    *name = (Expr){.kind = EXPR_NAME, .place = measure->expr->place, .fn = SQL_FN_COUNT_OF};
    *where =
        (Expr){.kind = EXPR_WHERE, .place = measure->expr->place, .fn = SQL_FN_COUNT_OF, .args = args, .n_args = 2};
    args[0] = measure->expr;
    args[1] = name;
    VEC_PUSH(build->arena, &names->compiled, compiled);
    *ret_expr = where;
    return ERR_OK;
}

static ErrCode resolve(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                       const Expr **ret_expr, Err *err) {
    Names *names = scope->arg;
    QueryBuild *build = names->build;
    bool is_plain = use == EXPR_USE_PLAIN;
    bool is_own = str_starts(name->place.file, names->path); /* not of a measure that is written out */
    if (names->place == QUERY_IN_HAVING && is_plain && is_own && resolve_alias(names, name->name, ret_sql, ret_expr))
        return ERR_OK;
    for (size_t i = 0; i < names->compiled.n; i++) {
        if (names->compiled.at[i].name != name) continue;
        *ret_sql = names->compiled.at[i].sql;
        return ERR_OK;
    }
    if (build->legs.n) return resolve_in_leg(build, names, name, is_own, ret_sql, ret_expr, err);
    if (!build->fact || build->inner) return resolve_own(build, names, name, is_plain, ret_sql, ret_expr, err);
    const SqlExpr *sql = NULL;
    const Expr *expr = NULL;
    const ExprScope *of = is_own ? &build->fact_scope : &build->body_scope;
    const Model *model = is_own ? build->model : query_whole_model(build);
    bool is_filter = model_filter(model, name->name) != NULL;
    if (is_plain && is_filter && takes_aggregates(names->place)) return refuse_filter(names, name->name, err);
    TRY(of->resolve(of, name, use, &sql, &expr, err));
    bool is_column = is_plain && sql && takes_aggregates(names->place);
    const ModelFactColumn *column = is_column ? query_aggregated(build, model, name->name) : NULL;
    if (column) {
        *ret_expr = column->aggregated;
        return ERR_OK;
    }
    if (is_column) return refuse_column(names, name->name, err);
    if (is_plain && expr && !is_filter && !takes_aggregates(names->place))
        return refuse_measure(names, name->name, err);
    if (sql) *ret_sql = sql;
    if (!expr) return ERR_OK;
    *ret_expr = expr;
    const ModelMeasure *measure = model_measure(model, name->name);
    return measure && measure->semi_additive ? at_instant(names, measure, ret_expr, err) : ERR_OK;
}

static ErrCode derive(const ExprScope *scope, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret_sql,
                      Err *err) {
    const Names *names = scope->arg;
    return query_derive(names->build, derived, measure, ret_sql, err);
}

typedef struct Aliases {
    const QueryBuild *build;
    bool has_one;
} Aliases;

static void see_alias(void *arg, const Expr *name) {
    Aliases *aliases = arg;
    for (size_t i = 0; i < aliases->build->measures.n; i++)
        aliases->has_one |= str_eq(aliases->build->measures.at[i].column.name, name->name);
}

/* In `having`: names a column of the result, which is the query's and no leg's. */
static bool names_alias(const QueryBuild *build, QueryPlace place, const QueryMember *member) {
    Aliases aliases = {.build = build};
    if (place == QUERY_IN_HAVING) expr_each_name(member->expr, see_alias, &aliases);
    return aliases.has_one;
}

static void see_renamed(void *arg, const Expr *name) {
    Aliases *aliases = arg;
    for (size_t i = 0; i < aliases->build->measures.n; i++) {
        const QueryMember *given = aliases->build->measures.at[i].given;
        bool is_plain = given && given->expr->kind == EXPR_NAME && str_eq(given->expr->name, name->name);
        aliases->has_one |= given && !is_plain && str_eq(given->alias, name->name);
    }
}

/* Units and aggregations, of what names stand for in the model: not where a column of the result has another's name. */
static ErrCode check_meaning(const QueryBuild *build, QueryPlace place, const Expr *expr, Err *err) {
    ExprErrors errors = {.arena = build->arena};
    Aliases renamed = {.build = build};
    if (place == QUERY_IN_HAVING) expr_each_name(expr, see_renamed, &renamed);
    if (takes_aggregates(place) && build->fact && !build->inner && !renamed.has_one)
        model_check_units(build->model, build->legs.n ? NULL : build->fact, expr, &errors);
    if (takes_aggregates(place) && build->fact && !build->inner && !build->legs.n)
        model_check_aggregates(build->model, build->fact, expr, &errors);
    return expr_errors_joined(&errors, err);
}

/* Over measures of several facts: each `where` with what stands before it is compiled in its fact, and a name put in its place. */
static ErrCode compile_wheres(Names *names, const Expr *expr, const Expr **ret, Err *err) {
    QueryBuild *build = names->build;
    const QueryMember member = {.name = S("where"), .expr = expr, .path = names->path};
    QueryBuild *leg = expr->kind == EXPR_WHERE ? query_leg_of(build, &member) : NULL;
    Expr *copy = arena_dup(build->arena, expr, sizeof(Expr));
    *ret = copy;
    if (leg) {
        QuerySql sql;
        TRY(query_compile_in_leg(leg, names->place, &member, &sql, err));
        *copy = (Expr){.kind = EXPR_NAME, .place = expr->place, .fn = SQL_FN_COUNT_OF};
        Compiled compiled = {copy, sql.sql};
        VEC_PUSH(build->arena, &names->compiled, compiled);
        return ERR_OK;
    }
    const Expr **args = ARENA_ARRAY(build->arena, const Expr *, expr->n_args + 1);
    for (size_t i = 0; i < expr->n_args; i++) TRY(compile_wheres(names, expr->args[i], &args[i], err));
    copy->args = args;
    return ERR_OK;
}

static void see_any(void *arg, const Expr *name) {
    (void)name;
    *(bool *)arg = true;
}

/* By its text, whatever folding left of it. Outside aggregates names are of measures here, or were refused. */
static bool has_measure(const Expr *expr) {
    bool has_name = false;
    expr_each_name(expr, see_any, &has_name);
    return has_name || expr_has_aggregate(expr);
}

ErrCode query_compile_expr(QueryBuild *build, QueryPlace place, const QueryMember *member, QuerySql *ret_sql,
                           Err *err) {
    QuerySql sql = {0};
    QueryBuild *leg = build->legs.n ? query_leg_of(build, member) : NULL;
    if (leg && !names_alias(build, place, member)) return query_compile_in_leg(leg, place, member, ret_sql, err);
    Names names = {.build = build, .place = place, .path = member->path, .has_where = has_where(member->expr)};
    ExprScope scope = {.resolve = resolve,
                       .derive = derive,
                       .arg = &names,
                       .arena = build->arena,
                       .allows_aggregate = takes_aggregates(place)};
    const Expr *expr = member->expr;
    if (build->legs.n && names.has_where) TRY(compile_wheres(&names, member->expr, &expr, err));
    names.has_where = has_where(expr);
    QueryRoles *outer = build->roles;
    build->roles = &sql.roles;
    ExprErrors errors = {.arena = build->arena};
    sql.sql = expr_compile_all(&scope, expr, &errors);
    ErrCode code = expr_errors_joined(&errors, err);
    if (!code) code = check_meaning(build, place, member->expr, err);
    build->roles = outer;
    if (code && err) err_at(err, member->path, 0, 0);
    if (code) return code;
    bool is_constant = takes_aggregates(place) && !sql.sql->has_aggregate && !query_is_derived(sql.sql);
    if (is_constant && (!has_measure(member->expr) || sql.sql->type.kind == TYPE_NULL)) {
        return query_error(err, ERR_INVALID, member->path,
                           "'%.*s' aggregates nothing; a measure is made of sum, count, avg, … or of measures",
                           STR_ARG(member->name));
    }
    if (is_constant && place == QUERY_IN_MEASURE) { /* what came to a constant is still one value a group */
        bool is_bool = sql.sql->type.kind == TYPE_BOOL;
        sql.sql = sql_call1(build->arena, is_bool ? SQL_FN_BOOL_OR : SQL_FN_MAX, sql.sql);
    }
    if (build->legs.n && sql.sql->has_aggregate)
        return query_error(err, ERR_INVALID, member->path,
                           "'%.*s' could be of each of the facts that are asked for; use a measure of one of them",
                           STR_ARG(member->name));
    *ret_sql = sql;
    return ERR_OK;
}
