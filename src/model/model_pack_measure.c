/*
 * The section `measures`: parsing and types. Which fact each is of: model_pack_measure_fact.c.
 *
 * A measure that names others is typed after them, by going down on demand; a reference to one is a typed leaf, so the
 * work is that of the texts, however often measures repeat each other. Depth and size as they would be written out are
 * added up along the way, so that no query meets a measure it cannot expand.
 */
#include "model/model_expr_internal.h"
#include "model/model_pack_internal.h"

static void type_measure(MeasureReader *r, size_t index);

/* ---- typing --------------------------------------------------------------------------------------------------------- */

/* Depth and size of an expression with its measures and filters written out. Inside aggregates there are no measures. */
static PackSize written_out(const MeasureReader *r, const Expr *expr) {
    PackSize sum = {.depth = 1, .size = 1};
    if (expr_is_aggregate(expr)) return pack_row_size(r->p, expr);
    const ModelMeasure *measure =
        expr->kind == EXPR_NAME && expr->n_parts == 1 ? model_measure(r->p->model, expr->parts[0]) : NULL;
    if (measure) {
        const MeasureTyping *typing = &r->typings[measure - r->measures];
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
    MeasureTyping *typing = &r->typings[index];
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
        expr_each_plain_name(measure->expr, type_named, r);
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
        if (!typing->is_broken) pack_choose_fact(r, index, &sql);
    }
    typing->state = MEASURE_DONE;
    typing->is_broken |= !sql || typing->uses_broken;
    measure->type = sql ? sql->type : TYPE(TYPE_NULL);
    if (sql && measure->additivity != MODEL_SEMI_ADDITIVE)
        measure->additivity = model_additivity(p->model, measure->fact, measure->expr);
    if (sql && !typing->uses_broken) check_typed(r, measure, sql);
    if (r->n_open == 0) arena_reset(p->scratch);
}

/* By ModelBetter. */
static const Str BETTER_NAMES[] = {S("none"), S("up"), S("down")};
static_assert(COUNT_OF(BETTER_NAMES) == MODEL_BETTER_COUNT, "a name for each");

Str model_better_name(ModelBetter better) {
    return BETTER_NAMES[better];
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

static void read_adjectives(Pack *p, const Yaml *value, ModelMeasure *measure) {
    const Yaml *map = pack_map(value, "adjectives");
    if (!map || !pack_check(p, map, map->place, PACK_OBJECT_ADJECTIVES)) return;
    measure->high = pack_texts(p, map, "high", PACK_SYNONYM_MAX, PACK_SYNONYMS_MAX, &measure->n_high);
    measure->low = pack_texts(p, map, "low", PACK_SYNONYM_MAX, PACK_SYNONYMS_MAX, &measure->n_low);
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
                       .typings = ARENA_ARRAY(p->arena, MeasureTyping, map->n)};
    for (size_t i = 0; i < map->n; i++) {
        const YamlPair *pair = &map->pairs[i];
        ModelMeasure *measure = &r.measures[i];
        *measure = (ModelMeasure){.name = pair->key, .type = TYPE(TYPE_NULL), .place = pair->place};
        pack_check_name(p, pair->key, pair->place, false);
        bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_MEASURE);
        const Yaml *value = is_map ? pair->value : NULL;
        pack_label(p, value, pair->key, &measure->label);
        read_adjectives(p, value, measure);
        const Yaml *expr = pack_scalar(value, "expr");
        size_t n_before = p->n_errors;
        measure->expr = pack_expr(p, expr);
        r.typings[i].uses_broken = p->n_errors > n_before;
        if (expr) r.typings[i].place = expr->place;
        measure->better =
            (ModelBetter)pack_choice(p, value, "better", BETTER_NAMES, COUNT_OF(BETTER_NAMES), MODEL_BETTER_NONE);
        if (yaml_get(value, S("semi_additive"))) measure->additivity = MODEL_SEMI_ADDITIVE;
        r.typings[i].given = pack_given_fact(p, pack_scalar(value, "fact"), &r.typings[i].is_broken);
        check_clash(p, measure);
    }
    p->model->measures = r.measures;
    p->model->n_measures = r.n;
    for (size_t i = 0; i < r.n; i++) type_measure(&r, i);
    for (size_t i = 0; i < r.n; i++) pack_read_semi_additive(p, map->pairs[i].value, &r.measures[i]);
    for (size_t i = 0; i < r.n; i++) pack_check_semi_additive(p, &r.measures[i]);
}
