/* `aggregate` and `aggregations` of a fact's column: the default, and what else is allowed. */
#include "model/model_pack_internal.h"

enum { AGGREGATES_MAX = 32 };

/* Every aggregation by its name; those that cannot be a default only where `has_all`. */
static size_t aggregate_names(Str *names, bool has_all) {
    size_t n_all, n = 0;
    const ModelAggregate *all = model_aggregates(&n_all);
    for (size_t i = 0; i < MIN_OF(n_all, (size_t)AGGREGATES_MAX); i++)
        if (has_all || all[i].title) names[n++] = str_of(all[i].name);
    return n;
}

static ptrdiff_t find_aggregate(Str name) {
    Str names[AGGREGATES_MAX];
    size_t n = aggregate_names(names, true);
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], name)) return (ptrdiff_t)i;
    return -1;
}

static bool check_fits(Pack *p, size_t index, Type type, ModelPlace at) {
    size_t n;
    Err err = {0};
    if (model_aggregate_fits(&model_aggregates(&n)[index], type, &err)) return true;
    pack_find(p, at, "%s", err.message);
    return false;
}

/* What the list allows; without one, all that fits the type. */
static unsigned read_allowed(Pack *p, const Yaml *list, Type type) {
    Str names[AGGREGATES_MAX];
    size_t n, n_names = aggregate_names(names, true);
    unsigned fitting = 0, allowed = 0;
    const ModelAggregate *all = model_aggregates(&n);
    for (size_t i = 0; i < n; i++)
        if (model_aggregate_fits(&all[i], type, NULL)) fitting |= 1U << i;
    if (list && list->n == 0) pack_find(p, list->place, "the list is empty; leave it out, or say what is allowed");
    for (size_t i = 0; list && i < list->n; i++) {
        const Yaml *item = &list->items[i];
        if (item->kind != YAML_SCALAR) continue;
        ptrdiff_t index = find_aggregate(item->text);
        if (index < 0)
            pack_find_unknown(p, item->place, "aggregation", item->text, names, n_names);
        else if (allowed >> index & 1)
            pack_find(p, item->place, "'%.*s' stands here twice", STR_ARG(item->text));
        else if (check_fits(p, (size_t)index, type, item->place))
            allowed |= 1U << index;
    }
    return allowed ? allowed : fitting;
}

static void read_default(Pack *p, const Yaml *map, const Yaml *list, const ModelFact *fact, ModelFactColumn *column) {
    Str names[AGGREGATES_MAX];
    size_t n, n_names = aggregate_names(names, false);
    const Yaml *value = pack_scalar(map, "aggregate");
    size_t choice = pack_choice(p, map, "aggregate", names, n_names, n_names);
    if (choice == n_names) return;
    size_t index = (size_t)find_aggregate(names[choice]);
    if (!check_fits(p, index, column->type, value->place)) return;
    if (list && !(column->aggregations >> index & 1)) {
        pack_find(p, value->place, "'%.*s' is not among the 'aggregations'; add it there, or choose one of them",
                  STR_ARG(value->text));
        return;
    }
    column->aggregate = &model_aggregates(&n)[index];
    Str name = arena_printf(p->scratch, "\"%.*s\".\"%.*s\"", STR_ARG(fact->name), STR_ARG(column->name));
    Str call = model_aggregate_call(p->scratch, column->aggregate, name);
    /* names that are none, which is told, give none */
    err_ignore(expr_parse(p->arena, call, value->place, &column->aggregated, NULL));
}

void pack_read_aggregates(Pack *p, const Yaml *map, const ModelFact *fact, ModelFactColumn *column) {
    static const char *const keys[] = {"aggregate", "aggregations"};
    const Yaml *list = pack_list(map, "aggregations");
    for (size_t i = 0; column->kind != MODEL_COLUMN_VALUE && i < COUNT_OF(keys); i++) {
        const Yaml *value = yaml_get(map, str_of(keys[i]));
        if (value) pack_find(p, value->place, "'%s' is for what stands under 'columns'; leave it out here", keys[i]);
    }
    if (column->kind != MODEL_COLUMN_VALUE) return;
    column->aggregations = read_allowed(p, list, column->type);
    read_default(p, map, list, fact, column);
}
