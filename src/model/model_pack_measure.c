/*
 * The section `measures`: parsing, the one fact of each, types.
 *
 * A measure that names others is typed after them, by going down on demand; a reference to one is a typed leaf, so the
 * work is that of the texts, however often measures repeat each other. Depth and size as they would be written out are
 * added up along the way, so that no query meets a measure it cannot expand.
 */
#include "model/model_expr_internal.h"
#include "model/model_pack_internal.h"

typedef enum MeasureState { MEASURE_UNSEEN, MEASURE_OPEN, MEASURE_DONE } MeasureState;

typedef struct Typing {
    MeasureState state;
    bool is_broken;
    bool uses_broken;       /* names a measure that is broken, or is not read: what follows from that is not reported */
    const ModelFact *given; /* by `fact:` */
    ModelPlace place;       /* where the expression begins */
    int depth;              /* written out */
    int size;
} Typing;

typedef struct MeasureReader {
    Pack *p;
    ModelMeasure *measures;
    Typing *typings;
    size_t n;
    const ModelMeasure *open[EXPR_MAX_DEPTH]; /* being typed, outermost first */
    int n_open;
} MeasureReader;

/* The fact looked at in one attempt to type a measure. */
typedef struct Attempt {
    MeasureReader *r;
    const ModelFact *fact;
    bool is_counting;  /* nothing but count(*) says which fact */
    bool is_elsewhere; /* a name failed that another fact has */
} Attempt;

static void type_measure(MeasureReader *r, size_t index);

/* ---- one attempt ---------------------------------------------------------------------------------------------------- */

static ErrCode resolve_measure(Attempt *a, const ExprScope *scope, const ModelMember *member, const SqlExpr **ret,
                               Err *err) {
    size_t index = (size_t)(member->measure - a->r->measures);
    const Typing *typing = &a->r->typings[index];
    Str name = member->measure->name;
    if (typing->state == MEASURE_OPEN)
        return err_set(err, ERR_INVALID, "the measure is defined by itself, through '%.*s'", STR_ARG(name));
    if (!typing->is_broken && member->measure->fact != a->fact)
        return err_set(err, ERR_INVALID,
                       "measure '%.*s' is of fact '%.*s', but the rest is of fact '%.*s'; a measure has one fact",
                       STR_ARG(name), STR_ARG(member->measure->fact->name), STR_ARG(a->fact->name));
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

/* No fact fits. A name that no fact has is the better news than a column of the wrong one. */
static void find_no_fact(MeasureReader *r, const ModelMeasure *measure) {
    Pack *p = r->p;
    const SqlExpr *sql;
    ExprErrors first = {0}, errors;
    for (size_t f = 0; f < p->model->n_facts; f++) {
        Attempt a = {.r = r, .fact = &p->model->facts[f]};
        if (attempt(&a, measure->expr, &sql, &errors)) return;
        if (f == 0 || !a.is_elsewhere) first = errors;
        if (!a.is_elsewhere) break;
    }
    pack_find_errors(p, &first);
}

static const ModelFact *choose_fact(MeasureReader *r, size_t index, const SqlExpr **ret) {
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
    return chosen;
}

/* ---- typing --------------------------------------------------------------------------------------------------------- */

/* Depth and size of an expression with its measures and filters written out. Inside aggregates there are no measures. */
static PackSize written_out(const MeasureReader *r, const Expr *expr) {
    PackSize sum = {.depth = 1, .size = 1};
    bool is_aggregate =
        expr->kind == EXPR_CALL && expr->fn != SQL_FN_COUNT_OF && sql_fn_info(expr->fn)->class == SQL_CLASS_AGGREGATE;
    if (is_aggregate) return pack_row_size(r->p, expr);
    const ModelMeasure *measure =
        expr->kind == EXPR_NAME && expr->n_parts == 1 ? model_measure(r->p->model, expr->parts[0]) : NULL;
    if (measure) {
        const Typing *typing = &r->typings[measure - r->measures];
        return (PackSize){.depth = typing->depth + 1, .size = typing->size + 1};
    }
    bool is_column = expr->kind == EXPR_NAME && expr->n_parts > 1; /* stands for an aggregate of it, if for anything */
    if (is_column) return (PackSize){.depth = 3, .size = 3};
    for (size_t i = 0; i < expr->n_args; i++) {
        bool is_condition = expr->kind == EXPR_WHERE && i == 1;
        PackSize arg = is_condition ? pack_row_size(r->p, expr->args[i]) : written_out(r, expr->args[i]);
        sum.depth = MAX_OF(sum.depth, arg.depth + 1);
        sum.size = MIN_OF(sum.size + arg.size, EXPR_MAX_NODES + 1);
    }
    return sum;
}

static void check_typed(MeasureReader *r, const ModelMeasure *measure, const SqlExpr *sql) {
    Pack *p = r->p;
    ModelPlace place = r->typings[measure - r->measures].place;
    const SqlExpr *bare = expr_bare_column(sql);
    if (!sql->has_aggregate)
        pack_find(p, place, "measure '%.*s' holds no aggregate; it needs one, such as sum(x) or count(*)",
                  STR_ARG(measure->name));
    else if (bare)
        pack_find(
            p, place,
            "'%.*s' stands outside an aggregate; did you mean an aggregate of it, such as sum(%.*s) or max(%.*s)?",
            STR_ARG(bare->name), STR_ARG(bare->name), STR_ARG(bare->name));
    ExprErrors errors = {.arena = p->arena};
    model_check_units(p->model, measure->fact, measure->expr, &errors);
    model_check_aggregates(p->model, measure->fact, measure->expr, &errors);
    pack_find_errors(p, &errors);
    if (sql->type.kind == TYPE_NULL && measure->expr->kind == EXPR_LITERAL)
        pack_find(p, place, "measure '%.*s' has no type", STR_ARG(measure->name));
}

/* Types the measures this one names, outside aggregates, first. */
static void type_named(void *arg, const Expr *name) {
    MeasureReader *r = arg;
    const ModelMeasure *measure = name->n_parts == 1 ? model_measure(r->p->model, name->parts[0]) : NULL;
    if (!measure) return;
    type_measure(r, (size_t)(measure - r->measures));
    r->typings[r->open[r->n_open - 1] - r->measures].uses_broken |= r->typings[measure - r->measures].is_broken;
}

static void each_plain_name(const Expr *expr, void (*fn)(void *arg, const Expr *name), void *arg) {
    bool is_aggregate =
        expr->kind == EXPR_CALL && expr->fn != SQL_FN_COUNT_OF && sql_fn_info(expr->fn)->class == SQL_CLASS_AGGREGATE;
    if (is_aggregate) return;
    if (expr->kind == EXPR_NAME) fn(arg, expr);
    bool is_first_only = expr->kind == EXPR_WHERE || expr->kind == EXPR_DERIVED;
    for (size_t i = 0; i < (is_first_only ? 1 : expr->n_args); i++) each_plain_name(expr->args[i], fn, arg);
}

static void find_cycle(MeasureReader *r, const ModelMeasure *again) {
    Str chain = {0};
    for (int i = 0; i < r->n_open; i++)
        if (chain.n || r->open[i] == again)
            chain = arena_printf(r->p->scratch, "%.*s%.*s -> ", STR_ARG(chain), STR_ARG(r->open[i]->name));
    pack_find(r->p, again->place, "the measure is defined by itself: %.*s%.*s", STR_ARG(chain), STR_ARG(again->name));
    for (int i = r->n_open - 1; i >= 0; i--) {
        r->typings[r->open[i] - r->measures].is_broken = true;
        if (r->open[i] == again) break;
    }
}

static void type_measure(MeasureReader *r, size_t index) {
    Pack *p = r->p;
    ModelMeasure *measure = &r->measures[index];
    Typing *typing = &r->typings[index];
    if (typing->state == MEASURE_OPEN && !typing->is_broken) find_cycle(r, measure);
    if (typing->state != MEASURE_UNSEEN) return;
    typing->state = MEASURE_OPEN;
    if (r->n_open == EXPR_MAX_DEPTH) {
        pack_find(p, measure->place, "measures are built on each other more than %d deep", EXPR_MAX_DEPTH);
        typing->is_broken = true;
    }
    const SqlExpr *sql = NULL;
    if (measure->expr && !typing->is_broken) {
        r->open[r->n_open++] = measure;
        each_plain_name(measure->expr, type_named, r);
        r->n_open--;
        PackSize written = written_out(r, measure->expr);
        typing->depth = written.depth;
        typing->size = written.size;
        if (!typing->is_broken && !typing->uses_broken &&
            (written.depth > EXPR_MAX_DEPTH || written.size > EXPR_MAX_NODES)) {
            pack_find(p, measure->place,
                      "with its measures written out, '%.*s' is more than %d deep or has more than %d parts",
                      STR_ARG(measure->name), EXPR_MAX_DEPTH, EXPR_MAX_NODES);
            typing->is_broken = true;
        }
        typing->state = MEASURE_DONE; /* its own name cannot come up again but through a cycle, which is reported */
        if (!typing->is_broken) measure->fact = choose_fact(r, index, &sql);
    }
    typing->state = MEASURE_DONE;
    typing->is_broken |= !sql || typing->uses_broken;
    measure->type = sql ? sql->type : TYPE(TYPE_NULL);
    if (sql) measure->additivity = model_additivity(p->model, measure->fact, measure->expr);
    if (sql && !typing->uses_broken) check_typed(r, measure, sql);
    if (r->n_open == 0) arena_reset(p->scratch);
}

/* ---- the section ---------------------------------------------------------------------------------------------------- */

static void check_clash(Pack *p, const ModelMeasure *measure) {
    if (model_filter(p->model, measure->name))
        pack_find(p, measure->place, "'%.*s' is a filter and a measure; rename one", STR_ARG(measure->name));
    for (size_t f = 0; f < p->model->n_facts; f++) {
        const ModelFact *fact = &p->model->facts[f];
        for (size_t i = 0; i < fact->n_columns; i++)
            if (fact->columns[i].kind != MODEL_COLUMN_VALUE && str_eq(fact->columns[i].name, measure->name))
                pack_find(p, measure->place, "'%.*s' is an attribute of fact '%.*s' and a measure; rename one",
                          STR_ARG(measure->name), STR_ARG(fact->name));
    }
}

void pack_read_measures(Pack *p, const Yaml *root) {
    const Yaml *map = pack_map(root, "measures");
    if (!map || map->n == 0) return;
    if (p->model->n_facts == 0) {
        if (p->n_errors == 0) pack_find(p, map->place, "measures need a fact, and the pack has none");
        return;
    }
    MeasureReader r = {.p = p,
                       .n = map->n,
                       .measures = ARENA_ARRAY(p->arena, ModelMeasure, map->n),
                       .typings = ARENA_ARRAY(p->arena, Typing, map->n)};
    for (size_t i = 0; i < map->n; i++) {
        const YamlPair *pair = &map->pairs[i];
        ModelMeasure *measure = &r.measures[i];
        *measure = (ModelMeasure){.name = pair->key, .type = TYPE(TYPE_NULL), .place = pair->place};
        pack_check_name(p, pair->key, pair->place, false);
        bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_MEASURE);
        const Yaml *value = is_map ? pair->value : NULL;
        pack_label(p, value, pair->key, &measure->label);
        const Yaml *expr = pack_scalar(value, "expr");
        size_t n_before = p->n_errors;
        measure->expr = pack_expr(p, expr);
        r.typings[i].uses_broken = p->n_errors > n_before;
        if (expr) r.typings[i].place = expr->place;
        r.typings[i].given = pack_given_fact(p, pack_scalar(value, "fact"), &r.typings[i].is_broken);
        check_clash(p, measure);
    }
    p->model->measures = r.measures;
    p->model->n_measures = r.n;
    for (size_t i = 0; i < r.n; i++) type_measure(&r, i);
}
