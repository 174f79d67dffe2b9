/*
 * Which rows a query is about. In order: its 'source'; without measures the one dimension that holds all members; else the fact
 * that has every name used. Each name narrows the set of facts that could be meant; when none is left, two facts were mixed, which
 * is refused naming both.
 */
#include "query/query_internal.h"

typedef struct Finder {
    const QueryBuild *build;
    uint64_t facts;     /* bit i: fact i has every name so far */
    Str narrowed;       /* the name that narrowed it last */
    bool knows_aliases; /* in `having`, where a name may be a column of the result */
} Finder;

enum { MAX_FACTS = 64 };

/* ---- facts ---------------------------------------------------------------------------------------------------------- */

static bool has_column(const Model *model, const ModelFact *fact, Str name) {
    for (size_t i = 0; i < fact->n_columns; i++) {
        if (str_eq(fact->columns[i].name, name)) return model_sees(model, &fact->columns[i].label);
    }
    return false;
}

/* Inside an aggregate a bare name is a column first. */
static uint64_t facts_with(const Model *model, Str name, bool is_in_aggregate) {
    uint64_t facts = 0;
    for (size_t i = 0; is_in_aggregate && i < model->n_facts; i++) {
        if (has_column(model, &model->facts[i], name)) facts |= UINT64_C(1) << i;
    }
    if (facts) return facts;
    const ModelMeasure *measure = model_measure(model, name);
    for (size_t i = 0; i < model->n_facts; i++) {
        ModelMember member;
        bool has = measure ? measure->facts >> i & 1 : !model_member(model, &model->facts[i], name, &member, NULL);
        if (has) facts |= UINT64_C(1) << i;
    }
    return facts;
}

static const ModelFact *first_of(const Model *model, uint64_t facts) {
    size_t i = 0;
    while (i + 1 < model->n_facts && !(facts >> i & 1)) i++;
    return &model->facts[i];
}

/* "amount", and "amount.growth" where there is a comparison. */
static bool is_alias(const Query *query, Str name) {
    static const Str parts[] = {S_INIT(".prior"), S_INIT(".change"), S_INIT(".growth")};
    for (size_t i = 0; i < query->n_measures; i++) {
        Str alias = query->measures[i].alias;
        if (str_eq(alias, name)) return true;
        for (size_t k = 0; k < COUNT_OF(parts) && query->time.compare.n && str_starts(name, alias); k++)
            if (str_eq(str_slice(name, alias.n, name.n), parts[k])) return true;
    }
    return false;
}

static ErrCode narrow_name(Finder *finder, Str name, bool is_in_aggregate, Str path, Err *err) {
    const Model *model = finder->build->model;
    if (finder->knows_aliases && is_alias(finder->build->query, name)) return ERR_OK;
    uint64_t facts = facts_with(model, name, is_in_aggregate);
    if (!facts) {
        ModelMember member;
        ErrCode code = model_member(model, NULL, name, &member, err);
        if (code) return query_place_unknown(code, name, path, err);
        return query_error(err, ERR_UNSUPPORTED, path, "no fact uses '%.*s'", STR_ARG(name));
    }
    if (!(finder->facts & facts)) {
        return query_error(err, ERR_UNSUPPORTED, path,
                           "'%.*s' belongs to %.*s and '%.*s' to %.*s; ask for one of them at a time",
                           STR_ARG(finder->narrowed), STR_ARG(first_of(model, finder->facts)->name), STR_ARG(name),
                           STR_ARG(first_of(model, facts)->name));
    }
    if ((finder->facts & facts) != finder->facts) finder->narrowed = name;
    finder->facts &= facts;
    return ERR_OK;
}

static ErrCode narrow_expr(Finder *finder, const Expr *expr, bool is_in_aggregate, Str path, Err *err) {
    if (expr->kind == EXPR_NAME) return narrow_name(finder, expr->name, is_in_aggregate, path, err);
    bool is_inside = is_in_aggregate || expr_is_aggregate(expr);
    for (size_t i = 0; i < expr->n_args; i++) {
        bool is_condition = expr->kind == EXPR_WHERE && i == 1;
        TRY(narrow_expr(finder, expr->args[i], is_inside || is_condition, path, err));
    }
    return ERR_OK;
}

static ErrCode narrow_members(Finder *finder, const QueryMember *members, size_t n_members, Err *err) {
    for (size_t i = 0; i < n_members; i++) TRY(narrow_expr(finder, members[i].expr, false, members[i].path, err));
    return ERR_OK;
}

static ErrCode narrow_filter(Finder *finder, const QueryFilter *filter, Err *err) {
    if (!filter) return ERR_OK;
    for (size_t i = 0; i < filter->n_children; i++) TRY(narrow_filter(finder, filter->children[i], err));
    if (!filter->member.expr) return ERR_OK;
    return narrow_expr(finder, filter->member.expr, false, filter->path, err);
}

uint64_t query_facts_with(const QueryBuild *build, const QueryMember *member) {
    size_t n_facts = build->model->n_facts;
    Finder finder = {.build = build, .facts = UINT64_MAX >> (MAX_FACTS - n_facts)};
    return narrow_expr(&finder, member->expr, false, member->path, NULL) ? 0 : finder.facts;
}

/* A measure, or a column that stands for its default aggregation. */
static bool is_measure(const Model *model, Str name) {
    ModelMember member;
    if (model_member(model, NULL, name, &member, NULL)) return false;
    return member.measure || (member.column && member.column->aggregated && !member.part);
}

/* Measures that the rows are ordered by, shown or not. */
static ErrCode narrow_order(Finder *finder, Err *err) {
    const Query *query = finder->build->query;
    for (size_t i = 0; i < query->n_order; i++) {
        bool is_hidden =
            !is_alias(query, query->order[i].name) && is_measure(finder->build->model, query->order[i].name);
        if (is_hidden) TRY(narrow_name(finder, query->order[i].name, false, query->order[i].path, err));
    }
    return ERR_OK;
}

static bool is_ordered_by_measure(const QueryBuild *build) {
    for (size_t i = 0; i < build->query->n_order; i++)
        if (is_measure(build->model, build->query->order[i].name)) return true;
    return false;
}

static ErrCode find_fact(QueryBuild *build, Err *err) {
    const Model *model = build->model;
    const Query *query = build->query;
    if (!model->n_facts) return err_set(err, ERR_INVALID, "the model has no fact to ask about; add one to the pack");
    if (model->n_facts == 1) {
        build->fact = &model->facts[0];
        return ERR_OK;
    }
    if (model->n_facts > MAX_FACTS)
        return err_set(err, ERR_TOO_LARGE, "the model has more than %d facts; name a 'source'", MAX_FACTS);
    TRY(query_find_facts(build, err));
    if (build->legs.n) return ERR_OK;
    Finder finder = {.build = build, .facts = UINT64_MAX >> (MAX_FACTS - model->n_facts)};
    TRY(narrow_members(&finder, query->measures, query->n_measures, err));
    TRY(narrow_members(&finder, query->dimensions, query->n_dimensions, err));
    TRY(narrow_members(&finder, query->list, query->n_list, err));
    if (query->time.dimension.n) TRY(narrow_name(&finder, query->time.dimension, false, S("time.dimension"), err));
    TRY(narrow_filter(&finder, query->where, err));
    TRY(narrow_order(&finder, err));
    finder.knows_aliases = true;
    TRY(narrow_filter(&finder, query->having, err));
    build->fact = first_of(model, finder.facts);
    bool is_open = (finder.facts & (finder.facts - 1)) != 0;
    if (is_open)
        VEC_PUSH(build->arena, &build->defaults, arena_printf(build->arena, "about %.*s", STR_ARG(build->fact->name)));
    return ERR_OK;
}

/* ---- dimensions ----------------------------------------------------------------------------------------------------- */

typedef struct RoleFinder {
    const Model *model;
    const ModelDimension *dimension; /* NULL: no name yet */
    const ModelRole *role;           /* NULL: named as the dimension */
    bool is_other;                   /* a name that is no attribute of the role */
} RoleFinder;

static void see_name(void *arg, const Expr *name) {
    RoleFinder *finder = arg;
    ModelMember member = {0};
    if (finder->is_other) return;
    bool is_known = !model_member(finder->model, NULL, name->name, &member, NULL);
    if (is_known && member.filter && member.filter->dimension) {
        expr_each_name(member.filter->expr, see_name, finder);
        return;
    }
    bool is_attribute = is_known && member.kind == MODEL_MEMBER_ATTRIBUTE;
    bool is_first = !finder->dimension;
    finder->is_other =
        !is_attribute || (!is_first && (finder->role != member.role || finder->dimension != member.dimension));
    if (!is_first || finder->is_other) return;
    finder->role = member.role;
    finder->dimension = member.dimension;
}

static void see_filter(RoleFinder *finder, const QueryFilter *filter) {
    if (!filter) return;
    for (size_t i = 0; i < filter->n_children; i++) see_filter(finder, filter->children[i]);
    if (filter->member.expr) expr_each_name(filter->member.expr, see_name, finder);
}

/* NULL when no single dimension holds every member. */
static const ModelDimension *find_dimension(const QueryBuild *build) {
    const Query *query = build->query;
    if (query->n_measures || query->n_list || is_ordered_by_measure(build) || query->having || query->time.is_given)
        return NULL;
    RoleFinder finder = {.model = build->model};
    for (size_t i = 0; i < query->n_dimensions; i++) {
        if (expr_has_aggregate(query->dimensions[i].expr)) return NULL;
        expr_each_name(query->dimensions[i].expr, see_name, &finder);
    }
    see_filter(&finder, query->where);
    return finder.is_other ? NULL : finder.dimension;
}

/* ---- source --------------------------------------------------------------------------------------------------------- */

static ErrCode unknown_source(const QueryBuild *build, Err *err) {
    const Model *model = build->model;
    Str name = build->query->source;
    Str *names = ARENA_ARRAY(build->arena, Str, model->n_facts + model->n_dimensions);
    size_t n = 0;
    for (size_t i = 0; i < model->n_facts; i++) names[n++] = model->facts[i].name;
    for (size_t i = 0; i < model->n_dimensions; i++) names[n++] = model->dimensions[i].name;
    Str nearest = str_nearest(name, names, n);
    return query_error(err, ERR_UNKNOWN_NAME, S("source"), "no fact or dimension '%.*s'%s%.*s%s", STR_ARG(name),
                       nearest.n ? "; did you mean '" : "", STR_ARG(nearest), nearest.n ? "'?" : "");
}

static ErrCode read_source(QueryBuild *build, Err *err) {
    const Query *query = build->query;
    build->fact = model_fact(build->model, query->source);
    if (build->fact) return ERR_OK;
    const ModelDimension *dimension = model_dimension(build->model, query->source);
    if (!dimension) return unknown_source(build, err);
    if (query->n_measures || query->n_list || query->having || query->time.is_given)
        return query_compile_members(build, dimension, err);
    build->dimension = dimension;
    return ERR_OK;
}

static Str from_alias(const QueryBuild *build) {
    if (!build->fact) return build->dimension->name;
    for (size_t i = 0; i < build->fact->n_roles; i++) {
        if (str_eq(build->fact->roles[i].name, build->fact->name)) return S("_fact");
    }
    return build->fact->name;
}

ErrCode query_set_alias(QueryBuild *build, Err *err) {
    if (build->fact && build->fact->n_roles > QUERY_MAX_ROLES) {
        return err_set(err, ERR_TOO_LARGE, "%.*s uses more than %d dimensions", STR_ARG(build->fact->name),
                       (int)QUERY_MAX_ROLES);
    }
    build->alias = from_alias(build);
    return ERR_OK;
}

ErrCode query_find_source(QueryBuild *build, Err *err) {
    if (build->query->source_query) {
        TRY(query_compile_source(build, build->query->source_query, err));
    } else if (build->query->source.n) {
        TRY(read_source(build, err));
    } else {
        build->dimension = find_dimension(build);
        if (!build->dimension) TRY(find_fact(build, err));
    }
    return query_set_alias(build, err);
}
