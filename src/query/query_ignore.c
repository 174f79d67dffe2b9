/*
 * What a fact ignores, in a query over several facts. Tests of what it ignores do not narrow it, and in groups by it the fact's value over
 * the other groups stands in each: it is repeated, not united, so no sum over groups may be made of it.
 *
 * Only whole tests at the top of `where` are left out for a fact: within `or` and `not` a test that it cannot make has no meaning.
 */
#include "query/query_internal.h"

/* ---- names ---------------------------------------------------------------------------------------------------------- */

typedef struct Names {
    const QueryBuild *leg;
    Str ignored;
    Str known;
} Names;

static void see_name(void *arg, const Expr *name) {
    Names *names = arg;
    const ModelFilter *filter = model_filter(query_whole_model(names->leg), name->name);
    if (filter)
        expr_each_name(filter->expr, see_name, names);
    else if (model_ignores(names->leg->model, names->leg->fact, name->name))
        names->ignored = name->name;
    else
        names->known = name->name;
}

static ErrCode decide(const Names *names, Str path, bool *ret, Err *err) {
    *ret = names->ignored.n != 0;
    if (!names->ignored.n || !names->known.n) return ERR_OK;
    return query_error(
        err, ERR_UNSUPPORTED, path,
        "%.*s does not know '%.*s', which stands here with '%.*s'; write two tests or dimensions, one of "
        "each, or ask for one fact at a time",
        STR_ARG(names->leg->fact->name), STR_ARG(names->ignored), STR_ARG(names->known));
}

ErrCode query_leg_ignores(const QueryBuild *leg, const Expr *expr, Str path, bool *ret, Err *err) {
    Names names = {.leg = leg};
    expr_each_name(expr, see_name, &names);
    return decide(&names, path, ret, err);
}

/* ---- where ---------------------------------------------------------------------------------------------------------- */

static void see_filter(Names *names, const QueryFilter *filter) {
    for (size_t i = 0; i < filter->n_children; i++) see_filter(names, filter->children[i]);
    if (filter->member.expr) expr_each_name(filter->member.expr, see_name, names);
}

/* The filter without what the leg's fact ignores; NULL: nothing is left. */
static ErrCode trim(const QueryBuild *leg, const QueryFilter *filter, const QueryFilter **ret, Err *err) {
    *ret = NULL;
    if (!filter) return ERR_OK;
    if (filter->kind != QUERY_FILTER_AND) {
        Names names = {.leg = leg};
        bool is_ignored = false;
        see_filter(&names, filter);
        TRY(decide(&names, filter->path, &is_ignored, err));
        if (!is_ignored) *ret = filter;
        return ERR_OK;
    }
    QueryFilter *trimmed = arena_dup(leg->arena, filter, sizeof(QueryFilter));
    const QueryFilter **children = ARENA_ARRAY(leg->arena, const QueryFilter *, filter->n_children);
    trimmed->n_children = 0;
    for (size_t i = 0; i < filter->n_children; i++) {
        const QueryFilter *child = NULL;
        TRY(trim(leg, filter->children[i], &child, err));
        if (child) children[trimmed->n_children++] = child;
    }
    trimmed->children = children;
    if (trimmed->n_children) *ret = trimmed;
    return ERR_OK;
}

/* ---- what is told --------------------------------------------------------------------------------------------------- */

typedef struct Teller {
    QueryBuild *build;
    Str path;
    ErrCode code;
    Err *err;
} Teller;

static void tell(QueryBuild *build, const QueryBuild *leg, Str name) {
    Str text = arena_printf(build->arena, "%.*s does not know %.*s: it is not split or narrowed by it",
                            STR_ARG(leg->fact->name), STR_ARG(name));
    for (size_t i = 0; i < build->defaults.n; i++)
        if (str_eq(build->defaults.at[i], text)) return;
    VEC_PUSH(build->arena, &build->defaults, text);
}

/* Tells which legs ignore a name; one of them has to know it. */
static void tell_name(void *arg, const Expr *name) {
    Teller *teller = arg;
    QueryBuild *build = teller->build;
    const ModelFilter *filter = model_filter(query_whole_model(build), name->name);
    size_t n_ignoring = 0;
    if (filter) {
        expr_each_name(filter->expr, tell_name, teller);
        return;
    }
    for (size_t i = 0; i < build->legs.n; i++) {
        const QueryBuild *leg = build->legs.at[i];
        if (!model_ignores(build->model, leg->fact, name->name)) continue;
        tell(build, leg, name->name);
        n_ignoring++;
    }
    if (n_ignoring < build->legs.n || teller->code) return;
    teller->code =
        query_error(teller->err, ERR_UNSUPPORTED, teller->path,
                    "each of the facts that are asked for ignores '%.*s'; leave it out, or ask for a measure "
                    "of a fact that has it too",
                    STR_ARG(name->name));
}

static void tell_filter(Teller *teller, const QueryFilter *filter) {
    if (!filter) return;
    for (size_t i = 0; i < filter->n_children; i++) tell_filter(teller, filter->children[i]);
    teller->path = filter->path;
    if (filter->member.expr) expr_each_name(filter->member.expr, tell_name, teller);
}

ErrCode query_trim_legs(QueryBuild *build, Err *err) {
    Teller teller = {.build = build, .err = err};
    const Query *query = build->query;
    for (size_t i = 0; i < query->n_dimensions; i++) {
        teller.path = query->dimensions[i].path;
        expr_each_name(query->dimensions[i].expr, tell_name, &teller);
    }
    tell_filter(&teller, query->where);
    if (teller.code) return teller.code;
    for (size_t i = 0; i < build->legs.n; i++) {
        QueryBuild *leg = build->legs.at[i];
        Query *trimmed = arena_dup(build->arena, query, sizeof(Query));
        TRY(trim(leg, query->where, &trimmed->where, err));
        leg->query = trimmed;
    }
    return ERR_OK;
}

/* ---- groups --------------------------------------------------------------------------------------------------------- */

bool query_leg_repeats(const QueryBuild *leg) {
    bool repeats = false;
    for (size_t i = 0; i < leg->groups.n; i++) repeats |= leg->groups.at[i].is_ignored;
    return repeats;
}

ErrCode query_fit_ignored(QueryBuild *build, Err *err) {
    size_t n_whole = 0;
    for (size_t i = 0; i < build->legs.n; i++) {
        QueryBuild *leg = build->legs.at[i];
        n_whole += !query_leg_repeats(leg);
        for (size_t k = 0; k < leg->groups.n; k++)
            if (leg->groups.at[k].is_ignored)
                leg->groups.at[k].key.sql = sql_literal(build->arena, value_null(build->groups.at[k].key.sql->type));
    }
    if (n_whole) return ERR_OK;
    return query_error(err, ERR_UNSUPPORTED, S("dimensions"),
                       "none of the facts that are asked for has all of the dimensions, so there are no groups to put "
                       "their values in; leave one out");
}

const size_t *query_known_groups(const QueryBuild *leg, const size_t *by, size_t n_by, size_t *ret_n) {
    size_t n = by ? n_by : leg->groups.n;
    size_t *known = ARENA_ARRAY(leg->arena, size_t, n + 1);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t group = by ? by[i] : i;
        if (!leg->groups.at[group].is_ignored) known[(*ret_n)++] = group;
    }
    return known;
}
