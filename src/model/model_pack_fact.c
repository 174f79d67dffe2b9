/*
 * The section `facts`: roles, times, attributes and columns over a path, the main time axis, and the rules that keep a
 * name from meaning two things: facts, roles and dimensions share the place before a dot.
 */
#include "model/model_pack_internal.h"

enum {
    FACT_FAST_PRECISION = 18
}; /* what fits in 64 bits; DuckDB 1.5 unpacks wider ones at 370 ns a value, these at 2 */

typedef struct FactReader {
    Pack *p;
    ModelFact *fact;
    const ExprScope *scope; /* over the path; NULL when a part of it is unknown */
} FactReader;

/* ---- roles ---------------------------------------------------------------------------------------------------------- */

static const ModelDimension *find_dimension(Pack *p, Str name, ModelPlace at) {
    const ModelDimension *dimension = model_dimension(p->model, name);
    if (dimension) return dimension;
    Str *names = ARENA_ARRAY(p->scratch, Str, p->model->n_dimensions + 1);
    for (size_t i = 0; i < p->model->n_dimensions; i++) names[i] = p->model->dimensions[i].name;
    pack_find_unknown(p, at, "dimension", name, names, p->model->n_dimensions);
    return NULL;
}

static const Expr *role_expr(FactReader *r, const ModelRole *role, const ModelAttribute *attribute, const Yaml *value) {
    Pack *p = r->p;
    char have[TYPE_TEXT_MAX], want[TYPE_TEXT_MAX];
    if (value->kind != YAML_SCALAR) {
        pack_find(p, value->place, "an expression for '%.*s.%.*s' must stand here", STR_ARG(role->name),
                  STR_ARG(attribute->name));
        return NULL;
    }
    const Expr *expr = pack_expr(p, value);
    Type type = r->scope ? pack_type(p, r->scope, expr) : TYPE(TYPE_NULL);
    if (!pack_types_match(type, attribute->type))
        pack_find(p, value->place, "'%.*s.%.*s' is %s, and this is %s; they must have one type",
                  STR_ARG(role->dimension->name), STR_ARG(attribute->name), type_print(attribute->type, want),
                  type_print(type, have));
    return expr;
}

static void find_extra_keys(Pack *p, const ModelDimension *dimension, const Yaml *key) {
    Str *names = ARENA_ARRAY(p->scratch, Str, dimension->n_key + 1);
    for (size_t k = 0; k < dimension->n_key; k++) names[k] = dimension->attributes[dimension->key[k]].name;
    for (size_t i = 0; key && i < key->n; i++) {
        bool is_known = false;
        for (size_t k = 0; k < dimension->n_key; k++) is_known |= str_eq(names[k], key->pairs[i].key);
        const char *what = arena_cstr(
            p->scratch, arena_printf(p->scratch, "key attribute in dimension '%.*s' named", STR_ARG(dimension->name)));
        if (!is_known) pack_find_unknown(p, key->pairs[i].place, what, key->pairs[i].key, names, dimension->n_key);
    }
}

/* NAME: {key attribute: expression, …}, or {dimension: OTHER, key: {…}} for a role of another name. */
static bool read_role(FactReader *r, const YamlPair *pair, ModelRole *ret) {
    Pack *p = r->p;
    const Yaml *value = pair->value, *key = value, *name = NULL;
    pack_check_name(p, pair->key, pair->place, false);
    if (value->kind != YAML_MAP && value->kind != YAML_NULL) {
        pack_find(p, value->place, "the key of the dimension must stand here: {key attribute: expression}");
        return false;
    }
    if (yaml_get(value, S("dimension"))) {
        pack_check(p, value, pair->place, PACK_OBJECT_ROLE);
        name = pack_scalar(value, "dimension");
        key = pack_map(value, "key");
        if (!name || !key) return false;
    }
    ModelRole role = {.name = pair->key, .place = pair->place};
    role.dimension = find_dimension(p, name ? name->text : pair->key, name ? name->place : pair->place);
    if (!role.dimension) return false;
    const ModelDimension *dimension = role.dimension;
    const Expr **exprs = ARENA_ARRAY(p->arena, const Expr *, dimension->n_key + 1);
    for (size_t k = 0; k < dimension->n_key; k++) {
        const ModelAttribute *attribute = &dimension->attributes[dimension->key[k]];
        const Yaml *expr = yaml_get(key, attribute->name);
        if (expr)
            exprs[k] = role_expr(r, &role, attribute, expr);
        else
            pack_find(p, pair->place,
                      "'%.*s' is in the key of dimension '%.*s': say which column of this fact gives it",
                      STR_ARG(attribute->name), STR_ARG(dimension->name));
    }
    if (!p->broken_keys || !map_get(p->broken_keys, dimension->name)) find_extra_keys(p, dimension, key);
    role.key_exprs = exprs;
    *ret = role;
    return true;
}

static void read_roles(FactReader *r, const Yaml *map) {
    ModelRole *roles = ARENA_ARRAY(r->p->arena, ModelRole, map ? map->n + 1 : 1);
    for (size_t i = 0; map && i < map->n; i++)
        if (read_role(r, &map->pairs[i], &roles[r->fact->n_roles])) r->fact->n_roles++;
    r->fact->roles = roles;
}

/* ---- columns -------------------------------------------------------------------------------------------------------- */

static size_t check_lookup_on(FactReader *r, const ModelTable *table, const Yaml *on, size_t *columns,
                              const Expr **values) {
    Pack *p = r->p;
    char have[TYPE_TEXT_MAX], want[TYPE_TEXT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < on->n; i++) {
        const YamlPair *pair = &on->pairs[i];
        const Yaml name = {.kind = YAML_SCALAR, .place = pair->place, .text = pair->key};
        const Yaml names = {.kind = YAML_LIST, .items = &name, .n = 1};
        size_t n_found;
        const size_t *found = pack_columns(p, table, &names, &n_found);
        if (pair->value->kind != YAML_SCALAR) {
            pack_find(p, pair->value->place, "an expression over the fact must stand here");
            continue;
        }
        const Expr *expr = pack_expr(p, pair->value);
        Type type = r->scope ? pack_type(p, r->scope, expr) : TYPE(TYPE_NULL);
        if (n_found == 0) continue;
        const ModelColumn *column = &table->columns[found[0]];
        if (!pack_types_match(type, column->type))
            pack_find(p, pair->value->place, "'%.*s' is %s, and this is %s; they must have one type",
                      STR_ARG(column->name), type_print(column->type, want), type_print(type, have));
        columns[n] = found[0];
        values[n++] = expr;
    }
    return n;
}

/* With a value, several rows of the other table would give several values: `on` must be its whole key. */
static void check_lookup_key(Pack *p, const ModelLookup *lookup, ModelPlace at) {
    const ModelTable *table = lookup->table;
    for (size_t k = 0; k < table->n_key; k++) {
        bool is_there = false;
        for (size_t i = 0; i < lookup->n_columns; i++) is_there |= lookup->columns[i] == table->key[k];
        if (!is_there)
            pack_find(p, at, "a lookup with a 'value' goes by the whole key of '%.*s': '%.*s' is missing here",
                      STR_ARG(table->name), STR_ARG(table->columns[table->key[k]].name));
    }
    if (table->n_key == 0)
        pack_find(p, at, "table '%.*s' has no key, so a lookup of a 'value' in it could find several",
                  STR_ARG(table->name));
    if (table->n_key && lookup->n_columns > table->n_key)
        pack_find(p, at, "a lookup with a 'value' goes by the key of '%.*s' and nothing else", STR_ARG(table->name));
}

static Type read_lookup(FactReader *r, const Yaml *map, ModelPlace at, ModelLookup *ret) {
    Pack *p = r->p;
    if (!pack_check(p, map, at, PACK_OBJECT_LOOKUP)) return TYPE(TYPE_NULL);
    const Yaml *on = pack_map(map, "on"), *value = pack_scalar(map, "value");
    ModelLookup lookup = {.table = pack_table(p, pack_scalar(map, "table"))};
    if (!lookup.table || !on) return TYPE(TYPE_NULL);
    if (on->n == 0)
        pack_find(p, on->place, "'on' says which columns of '%.*s' are looked at", STR_ARG(lookup.table->name));
    size_t *columns = ARENA_ARRAY(p->arena, size_t, on->n + 1);
    const Expr **values = ARENA_ARRAY(p->arena, const Expr *, on->n + 1);
    lookup.n_columns = check_lookup_on(r, lookup.table, on, columns, values);
    lookup.columns = columns;
    lookup.values = values;
    Type type = TYPE(TYPE_BOOL);
    if (value) {
        ExprScope scope = model_table_scope(p->scratch, lookup.table, (Str){0});
        lookup.value = pack_expr(p, value);
        type = pack_type(p, &scope, lookup.value);
        if (lookup.n_columns == on->n) check_lookup_key(p, &lookup, on->place);
    }
    *ret = lookup;
    return type;
}

static void check_column_name(FactReader *r, const YamlPair *pair) {
    Pack *p = r->p;
    pack_check_name(p, pair->key, pair->place, false);
    if (str_ends(pair->key, S("_key")) || str_ends(pair->key, S("_utc")))
        pack_find(p, pair->place, "names of a fact that end in _key or _utc are reserved; choose another than '%.*s'",
                  STR_ARG(pair->key));
    for (size_t i = 0; i < r->fact->n_columns; i++)
        if (str_eq(r->fact->columns[i].name, pair->key))
            pack_find(p, pair->place, "'%.*s' stands at line %d of this fact already", STR_ARG(pair->key),
                      r->fact->columns[i].place.line);
}

static ModelFactColumn read_column(FactReader *r, const YamlPair *pair, ModelColumnKind kind) {
    Pack *p = r->p;
    char text[TYPE_TEXT_MAX];
    ModelFactColumn column = {.name = pair->key, .kind = kind, .type = TYPE(TYPE_NULL), .place = pair->place};
    check_column_name(r, pair);
    bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_FACT_COLUMN);
    const Yaml *map = is_map ? pair->value : NULL, *expr = pack_scalar(map, "expr"), *lookup = pack_map(map, "lookup");
    pack_label(p, map, pair->key, &column.label);
    if (expr && lookup) pack_find(p, pair->place, "'%.*s' takes 'expr' or 'lookup', not both", STR_ARG(pair->key));
    if (lookup) {
        column.type = read_lookup(r, lookup, pair->place, &column.lookup);
    } else {
        column.expr = expr ? pack_expr(p, expr) : pack_column_expr(p, pair->key, pair->place);
        if (r->scope) column.type = pack_type(p, r->scope, column.expr);
    }
    if (kind == MODEL_COLUMN_TIME && column.type.kind != TYPE_NULL && !type_is_time(column.type))
        pack_find(p, pair->place, "'%.*s' stands under 'times' and must be a date or timestamp, but it is %s",
                  STR_ARG(pair->key), type_print(column.type, text));
    pack_read_aggregates(p, map, r->fact, &column);
    if (column.type.kind == TYPE_DECIMAL && column.type.precision > FACT_FAST_PRECISION)
        pack_warn(
            p, pair->place,
            "'%.*s' is %s; beyond 18 digits a column is read many times slower: if they fit, write cast(… as decimal(18,%d))",
            STR_ARG(pair->key), type_print(column.type, text), column.type.scale);
    return column;
}

static void read_columns(FactReader *r, const Yaml *map) {
    static const struct {
        const char *key;
        ModelColumnKind kind;
    } sections[] = {
        {"times", MODEL_COLUMN_TIME}, {"attributes", MODEL_COLUMN_ATTRIBUTE}, {"columns", MODEL_COLUMN_VALUE}};
    size_t n = 0;
    for (size_t s = 0; s < COUNT_OF(sections); s++) {
        const Yaml *list = pack_map(map, sections[s].key);
        n += list ? list->n : 0;
    }
    ModelFactColumn *columns = ARENA_ARRAY(r->p->arena, ModelFactColumn, n + 1);
    r->fact->columns = columns;
    for (size_t s = 0; s < COUNT_OF(sections); s++) {
        const Yaml *list = pack_map(map, sections[s].key);
        for (size_t i = 0; list && i < list->n; i++) {
            columns[r->fact->n_columns] = read_column(r, &list->pairs[i], sections[s].kind);
            r->fact->n_columns++;
        }
    }
}

/* ---- time ----------------------------------------------------------------------------------------------------------- */

static void read_time(FactReader *r, const Yaml *map) {
    Pack *p = r->p;
    ModelFact *fact = r->fact;
    const Yaml *time = pack_scalar(map, "time"), *unit = pack_scalar(map, "time_unit");
    Str *names = ARENA_ARRAY(p->scratch, Str, fact->n_columns + 1);
    size_t n_names = 0;
    fact->time = -1;
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelFactColumn *column = &fact->columns[i];
        bool can_be =
            column->kind == MODEL_COLUMN_TIME || column->type.kind == TYPE_INT64 || column->type.kind == TYPE_NULL;
        if (can_be) names[n_names++] = column->name;
        if (can_be && time && str_eq(column->name, time->text)) fact->time = (ptrdiff_t)i;
    }
    if (time && fact->time < 0)
        pack_find_unknown(p, time->place, "time (or whole-number column) in this fact named", time->text, names,
                          n_names);
    if (fact->time >= 0 && fact->columns[fact->time].label.n_visible_to)
        pack_find(
            p, fact->columns[fact->time].place,
            "'%.*s' is the fact's main time, which every query may use: everybody sees it; leave 'visible_to' out",
            STR_ARG(fact->columns[fact->time].name));
    bool is_integer = fact->time >= 0 && fact->columns[fact->time].kind != MODEL_COLUMN_TIME;
    if (is_integer && !unit)
        pack_find(p, time->place, "'%.*s' is a number: say what one step is with 'time_unit', such as week",
                  STR_ARG(time->text));
    if (unit && !is_integer)
        pack_find(p, unit->place, "'time_unit' is for a time that is a whole number; leave it out");
    if (is_integer && unit) {
        fact->axis_unit = unit->text;
        pack_check_name(p, unit->text, unit->place, false);
    }
}

static void read_partition(FactReader *r, const Yaml *map) {
    static const Str partitions[] = {S("none"), S("month"), S("day")};
    ModelFact *fact = r->fact;
    const Yaml *value = pack_scalar(map, "partition");
    fact->partition =
        (ModelPartition)pack_choice(r->p, map, "partition", partitions, COUNT_OF(partitions), MODEL_PARTITION_NONE);
    bool has_date = fact->time >= 0 && fact->columns[fact->time].kind == MODEL_COLUMN_TIME;
    if (fact->partition != MODEL_PARTITION_NONE && !has_date && !(pack_scalar(map, "time") && fact->time < 0))
        pack_find(r->p, value->place, "partitions by %.*s need a 'time' that is a date", STR_ARG(value->text));
}

/* ---- the section ---------------------------------------------------------------------------------------------------- */

static void read_fact(Pack *p, const YamlPair *pair, ModelFact *fact) {
    *fact = (ModelFact){.name = pair->key, .time = -1, .place = pair->place};
    pack_check_name(p, pair->key, pair->place, false);
    bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_FACT);
    const Yaml *map = is_map ? pair->value : NULL;
    pack_label(p, map, pair->key, &fact->label);
    bool has_path = pack_path(p, map, &fact->path);
    ExprScope scope = {0};
    if (has_path) scope = model_path_scope(p->scratch, &fact->path);
    FactReader r = {.p = p, .fact = fact, .scope = has_path ? &scope : NULL};
    read_roles(&r, pack_map(map, "dimensions"));
    read_columns(&r, map);
    read_time(&r, map);
    read_partition(&r, map);
    pack_read_ignores(p, map, fact);
}

/* A fact's name and a time's stand before a dot, as a role's does. */
static void check_prefix(Pack *p, const ModelFact *fact, Str name, ModelPlace at, const char *what) {
    bool is_taken = model_dimension(p->model, name) != NULL;
    for (size_t i = 0; i < fact->n_roles; i++) is_taken |= str_eq(fact->roles[i].name, name);
    if (is_taken) pack_find(p, at, "'%.*s' is the name of a dimension and of a %s; rename one", STR_ARG(name), what);
}

static void check_roles(Pack *p, const ModelFact *fact, const ModelFact *facts) {
    for (size_t i = 0; i < fact->n_roles; i++) {
        const ModelRole *role = &fact->roles[i];
        const ModelDimension *same = model_dimension(p->model, role->name);
        if (same && same != role->dimension)
            pack_find(p, role->place,
                      "'%.*s' is the name of another dimension; give this use of '%.*s' a name of its own",
                      STR_ARG(role->name), STR_ARG(role->dimension->name));
        for (const ModelFact *other = facts; other < fact; other++)
            for (size_t k = 0; k < other->n_roles; k++)
                if (str_eq(other->roles[k].name, role->name) && other->roles[k].dimension != role->dimension)
                    pack_find(p, role->place,
                              "'%.*s' is dimension '%.*s' in fact '%.*s'; one name must stand for one dimension",
                              STR_ARG(role->name), STR_ARG(other->roles[k].dimension->name), STR_ARG(other->name));
    }
}

static bool is_bare(const ModelFactColumn *column) {
    return column->kind != MODEL_COLUMN_VALUE;
}

/* Whether another fact has a member of the column's bare name. */
static bool is_shared(const Model *model, const ModelFact *fact, const ModelFactColumn *column) {
    for (size_t f = 0; f < model->n_facts; f++) {
        const ModelFact *other = &model->facts[f];
        for (size_t i = 0; other != fact && i < other->n_columns; i++)
            if (is_bare(&other->columns[i]) && str_eq(other->columns[i].name, column->name)) return true;
    }
    return false;
}

const ModelFact *pack_given_fact(Pack *p, const Yaml *scalar, bool *ret_broken) {
    if (!scalar) return NULL;
    const ModelFact *fact = model_fact(p->model, scalar->text);
    if (fact) return fact;
    Str *names = ARENA_ARRAY(p->scratch, Str, p->model->n_facts + 1);
    for (size_t i = 0; i < p->model->n_facts; i++) names[i] = p->model->facts[i].name;
    pack_find_unknown(p, scalar->place, "fact", scalar->text, names, p->model->n_facts);
    *ret_broken = true;
    return NULL;
}

void pack_read_facts(Pack *p, const Yaml *root) {
    const Yaml *map = pack_map(root, "facts");
    if (!map) return;
    if (map->n > PACK_FACTS_MAX) {
        pack_find(p, map->place, "%zu facts; at most %d are allowed", map->n, PACK_FACTS_MAX);
        return;
    }
    ModelFact *facts = ARENA_ARRAY(p->arena, ModelFact, map->n + 1);
    for (size_t i = 0; i < map->n; i++) read_fact(p, &map->pairs[i], &facts[i]);
    p->model->facts = facts;
    p->model->n_facts = map->n;
    for (size_t f = 0; f < map->n; f++) {
        ModelFactColumn *columns =
            (ModelFactColumn *)(uintptr_t)facts[f].columns; /* ours until the model is handed on */
        check_prefix(p, &facts[f], facts[f].name, facts[f].place, "fact");
        check_roles(p, &facts[f], facts);
        pack_check_ignores(p, &facts[f]);
        for (size_t i = 0; i < facts[f].n_columns; i++) {
            if (columns[i].kind == MODEL_COLUMN_TIME)
                check_prefix(p, &facts[f], columns[i].name, columns[i].place, "time");
            columns[i].is_shared = is_bare(&columns[i]) && is_shared(p->model, &facts[f], &columns[i]);
        }
    }
}
