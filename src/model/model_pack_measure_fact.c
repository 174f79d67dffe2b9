/*
 * Which fact a measure is of: the one over which its expression can be typed. A formula of measures of several facts has none of its
 * own: nothing but measures stands in it, and each is of the rows of its own fact.
 */
#include "model/model_pack_internal.h"

/* The fact looked at in one attempt to type a measure. */
typedef struct Attempt {
    MeasureReader *r;
    const ModelFact *fact; /* NULL: several, and names are of measures */
    bool is_counting;      /* nothing but count(*) says which fact */
    bool is_elsewhere;     /* a name failed that another fact has */
} Attempt;

/* ---- one attempt ---------------------------------------------------------------------------------------------------- */

static ErrCode resolve_measure(Attempt *a, const ExprScope *scope, const ModelMember *member, const SqlExpr **ret,
                               Err *err) {
    size_t index = (size_t)(member->measure - a->r->measures);
    const MeasureTyping *typing = &a->r->typings[index];
    Str name = member->measure->name;
    if (typing->state == MEASURE_OPEN)
        return err_set(err, ERR_INVALID, "the measure is defined by itself, through '%.*s'", STR_ARG(name));
    if (!typing->is_broken && a->fact && member->measure->fact != a->fact)
        return err_set(err, ERR_INVALID, "measure '%.*s' is of %.*s, but the rest is of '%.*s'", STR_ARG(name),
                       STR_ARG(model_fact_names(scope->arena, a->r->p->model, member->measure->facts)),
                       STR_ARG(a->fact->name));
    a->is_counting = false;
    SqlExpr *sql = sql_column(scope->arena, (Str){0}, name, member->measure->type);
    sql->has_aggregate = true;
    *ret = sql;
    return ERR_OK;
}

static ErrCode resolve(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                       const Expr **ret_expr, Err *err) {
    Attempt *a = scope->arg;
    const Model *model = a->r->p->model;
    ModelMember member;
    ErrCode code = model_resolve(model, a->fact, true, name, use, &member, err);
    for (size_t f = 0; code && err && f < model->n_facts; f++)
        a->is_elsewhere |= !model_resolve(model, &model->facts[f], true, name, use, &member, NULL);
    if (code) return code;
    if (member.kind == MODEL_MEMBER_MEASURE) return resolve_measure(a, scope, &member, ret_sql, err);
    if (!a->fact)
        return err_set(err, ERR_INVALID,
                       "'%.*s' is no measure, and beside measures of several facts only measures can stand",
                       STR_ARG(name->name));
    if (member.kind == MODEL_MEMBER_FILTER && use == EXPR_USE_PLAIN)
        return err_set(err, ERR_INVALID, "'%.*s' is a filter: it stands in a 'where', as in count(*) where %.*s",
                       STR_ARG(name->name), STR_ARG(name->name));
    a->is_counting = false;
    bool is_aggregated = use == EXPR_USE_PLAIN && member.column && member.column->aggregated && !member.part;
    if (is_aggregated) {
        *ret_expr = member.column->aggregated;
        return ERR_OK;
    }
    if (member.kind == MODEL_MEMBER_FILTER) {
        *ret_sql = sql_column(scope->arena, (Str){0}, name->name, member.type);
        return ERR_OK;
    }
    SqlExpr *sql = sql_column(scope->arena, member.role ? member.role->name : (Str){0},
                              member.attribute ? member.attribute->name : member.column->name,
                              member.attribute ? member.attribute->type : member.column->type);
    *ret_sql = member.part ? sql_call1(scope->arena, member.part->fn, sql) : sql;
    return ERR_OK;
}

/* Only the type is asked for; columns and aggregates below stay to be seen. */
static ErrCode derive(const ExprScope *scope, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret_sql,
                      Err *err) {
    Type type;
    TRY(expr_derive_type(derived, measure->type, &type, err));
    *ret_sql = sql_cast(scope->arena, measure, type, true);
    return ERR_OK;
}

/* Whether it fits; with `errors` (NULL: not asked for) as far as it could be read, and then *ret may be NULL. */
static bool attempt(Attempt *a, const Expr *expr, const SqlExpr **ret, ExprErrors *errors) {
    ExprScope scope = {
        .resolve = resolve, .derive = derive, .arg = a, .arena = a->r->p->scratch, .allows_aggregate = true};
    a->is_counting = true;
    a->is_elsewhere = false;
    if (!errors) return expr_compile(&scope, expr, ret, NULL) == ERR_OK;
    *errors = (ExprErrors){.arena = a->r->p->arena};
    *ret = expr_compile_all(&scope, expr, errors);
    return errors->n == 0;
}

/* ---- which fact ----------------------------------------------------------------------------------------------------- */

static bool is_several(uint64_t facts) {
    return (facts & (facts - 1)) != 0;
}

static uint64_t bit_of(const Model *model, const ModelFact *fact) {
    return UINT64_C(1) << (size_t)(fact - model->facts);
}

/* The facts over which a part of an expression can be typed. */
static uint64_t facts_of(MeasureReader *r, const Expr *part) {
    uint64_t facts = 0;
    const SqlExpr *sql;
    for (size_t f = 0; f < r->p->model->n_facts; f++) {
        Attempt a = {.r = r, .fact = &r->p->model->facts[f]};
        if (attempt(&a, part, &sql, NULL)) facts |= bit_of(r->p->model, a.fact);
    }
    return facts;
}

/* The parts of a formula, each of which is of one fact's rows. */
typedef struct Mixture {
    MeasureReader *r;
    uint64_t facts;    /* that have every part so far */
    const Expr *other; /* the first part that none of them has */
    uint64_t other_facts;
    bool is_unknown; /* a part that no fact has */
} Mixture;

static void add_part(Mixture *mix, const Expr *part) {
    uint64_t facts = facts_of(mix->r, part);
    mix->is_unknown |= !facts;
    if (mix->other || !facts) return;
    if (mix->facts & facts) {
        mix->facts &= facts;
    } else {
        mix->other = part;
        mix->other_facts = facts;
    }
}

static void add_parts(Mixture *mix, const Expr *expr) {
    if (expr->kind == EXPR_NAME || expr->kind == EXPR_WHERE || expr_is_aggregate(expr)) {
        add_part(mix, expr);
        return;
    }
    for (size_t i = 0; i < (expr->kind == EXPR_DERIVED ? 1 : expr->n_args); i++) add_parts(mix, expr->args[i]);
}

/* Aggregates of several facts in one formula, each right by itself. */
static bool find_mixed(MeasureReader *r, const ModelMeasure *measure) {
    const Model *model = r->p->model;
    Mixture mix = {.r = r, .facts = UINT64_MAX};
    add_parts(&mix, measure->expr);
    if (!mix.other || mix.is_unknown) return false;
    pack_find(r->p, mix.other->place,
              "this is of '%.*s', and what stands before it of '%.*s'; give each aggregate a name of its own under "
              "'measures', and write the names here",
              STR_ARG(model_fact_names(r->p->scratch, model, mix.other_facts)),
              STR_ARG(model_fact_names(r->p->scratch, model, mix.facts)));
    return true;
}

/* No fact fits. A name that no fact has is the better news than a column of the wrong one. */
static void find_no_fact(MeasureReader *r, const ModelMeasure *measure) {
    Pack *p = r->p;
    const SqlExpr *sql;
    ExprErrors first = {0}, errors;
    if (find_mixed(r, measure)) return;
    for (size_t f = 0; f < p->model->n_facts; f++) {
        Attempt a = {.r = r, .fact = &p->model->facts[f]};
        if (attempt(&a, measure->expr, &sql, &errors)) return;
        if (f == 0 || !a.is_elsewhere) first = errors;
        if (!a.is_elsewhere) break;
    }
    pack_find_errors(p, &first);
}

/* The one fact, as a bit; 0 after a finding. */
static uint64_t choose_fact(MeasureReader *r, size_t index, const SqlExpr **ret) {
    Pack *p = r->p;
    const ModelMeasure *measure = &r->measures[index];
    const ModelFact *chosen = NULL;
    bool is_only = r->typings[index].given || p->model->n_facts == 1;
    ExprErrors errors = {0};
    for (size_t f = 0; f < p->model->n_facts; f++) {
        Attempt a = {.r = r, .fact = &p->model->facts[f]};
        const SqlExpr *sql;
        if (r->typings[index].given && r->typings[index].given != a.fact) continue;
        if (!attempt(&a, measure->expr, &sql, is_only ? &errors : NULL)) continue;
        if (chosen && !r->typings[index].uses_broken) {
            pack_find(p, measure->place, "measure '%.*s' could be of fact '%.*s' or '%.*s'; say which with 'fact'",
                      STR_ARG(measure->name), STR_ARG(chosen->name), STR_ARG(a.fact->name));
            break;
        }
        chosen = a.fact;
        *ret = sql;
        if (a.is_counting || r->typings[index].uses_broken) break;
    }
    if (!chosen && is_only) pack_find_errors(p, &errors);
    if (!chosen && !is_only) find_no_fact(r, measure);
    return chosen ? bit_of(p->model, chosen) : 0;
}

/* ---- several facts -------------------------------------------------------------------------------------------------- */

typedef struct Named {
    const MeasureReader *r;
    uint64_t facts; /* of all measures that are named */
} Named;

static void see_named(void *arg, const Expr *name) {
    Named *named = arg;
    const ModelMeasure *measure = name->n_parts == 1 ? model_measure(named->r->p->model, name->parts[0]) : NULL;
    if (measure) named->facts |= measure->facts;
}

/* The first part that would be of one fact's rows and has no name; NULL: all are measures. */
static const Expr *unnamed_part(const Expr *expr) {
    if (expr_is_aggregate(expr) || expr->kind == EXPR_WHERE) return expr;
    const Expr *found = NULL;
    for (size_t i = 0; i < expr->n_args && !found; i++) found = unnamed_part(expr->args[i]);
    return found;
}

static void type_formula(MeasureReader *r, size_t index, uint64_t facts, const SqlExpr **ret) {
    Pack *p = r->p;
    const ModelMeasure *measure = &r->measures[index];
    Str names = model_fact_names(p->scratch, p->model, facts);
    const Expr *unnamed = unnamed_part(measure->expr);
    Attempt a = {.r = r};
    ExprErrors errors;
    Named narrowed = {.r = r};
    if (unnamed && unnamed->kind == EXPR_WHERE) expr_each_plain_name(unnamed, see_named, &narrowed);
    if (is_several(narrowed.facts)) {
        pack_find(p, unnamed->place,
                  "'where' cannot stand behind measures of several facts; give each of them with it a name of its own "
                  "under 'measures', and write the names here");
        return;
    }
    if (unnamed) {
        pack_find(p, unnamed->place,
                  "beside measures of %.*s only measures can stand; give this a name of its own under 'measures', and "
                  "write the name here",
                  STR_ARG(names));
        return;
    }
    if (r->typings[index].given) {
        pack_find(p, measure->place, "measure '%.*s' is made of measures of %.*s; leave 'fact' out",
                  STR_ARG(measure->name), STR_ARG(names));
        return;
    }
    if (!attempt(&a, measure->expr, ret, &errors)) {
        *ret = NULL;
        pack_find_errors(p, &errors);
    }
}

void pack_choose_fact(MeasureReader *r, size_t index, const SqlExpr **ret) {
    ModelMeasure *measure = &r->measures[index];
    Named named = {.r = r};
    expr_each_plain_name(measure->expr, see_named, &named);
    measure->facts = named.facts;
    if (is_several(named.facts))
        type_formula(r, index, named.facts, ret);
    else
        measure->facts = choose_fact(r, index, ret);
    for (size_t f = 0; f < r->p->model->n_facts; f++)
        if (measure->facts == UINT64_C(1) << f) measure->fact = &r->p->model->facts[f];
}
