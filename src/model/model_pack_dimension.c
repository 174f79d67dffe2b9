/* The section `dimensions`. */
#include "model/model_pack_internal.h"

static void read_attribute(Pack *p, const ModelDimension *dimension, const ExprScope *scope, const YamlPair *pair,
                           ModelAttribute *ret) {
    ModelAttribute attribute = {.name = pair->key, .type = TYPE(TYPE_NULL), .scd = 1, .place = pair->place};
    Str key_column = arena_printf(p->scratch, "%.*s_key", STR_ARG(dimension->name));
    pack_check_name(p, pair->key, pair->place, false);
    if (str_eq(pair->key, key_column))
        pack_find(p, pair->place, "'%.*s' is reserved for the dimension's own key; choose another name",
                  STR_ARG(pair->key));
    bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_ATTRIBUTE);
    const Yaml *map = is_map ? pair->value : NULL, *expr = pack_scalar(map, "expr");
    pack_label(p, map, pair->key, &attribute.label);
    attribute.scd = pack_int(p, map, "scd", 1, 2, 1);
    attribute.expr = expr ? pack_expr(p, expr) : pack_column_expr(p, pair->key, pair->place);
    if (scope) attribute.type = pack_type(p, scope, attribute.expr);
    *ret = attribute;
}

static void read_key(Pack *p, const Yaml *names, ModelAttribute *attributes, ModelDimension *dimension) {
    size_t *key = ARENA_ARRAY(p->arena, size_t, names ? names->n + 1 : 1);
    Str *known = ARENA_ARRAY(p->scratch, Str, dimension->n_attributes + 1);
    for (size_t i = 0; i < dimension->n_attributes; i++) known[i] = attributes[i].name;
    if (names && names->n == 0)
        pack_find(p, names->place, "the key is empty; it names the attributes that tell members apart");
    for (size_t i = 0; names && i < names->n; i++) {
        const Yaml *name = &names->items[i];
        size_t a = 0;
        if (name->kind != YAML_SCALAR) continue;
        while (a < dimension->n_attributes && !str_eq(attributes[a].name, name->text)) a++;
        if (a == dimension->n_attributes) {
            const char *what = arena_cstr(
                p->scratch, arena_printf(p->scratch, "attribute in dimension '%.*s' named", STR_ARG(dimension->name)));
            pack_find_unknown(p, name->place, what, name->text, known, dimension->n_attributes);
        } else if (attributes[a].is_key) {
            pack_find(p, name->place, "'%.*s' stands here twice", STR_ARG(name->text));
        } else {
            attributes[a].is_key = true;
            key[dimension->n_key++] = a;
            if (attributes[a].scd == 2)
                pack_find(p, attributes[a].place, "'%.*s' is in the key, which never changes: leave 'scd' out",
                          STR_ARG(name->text));
            if (attributes[a].type.kind == TYPE_JSON || attributes[a].type.kind == TYPE_FLOAT64)
                pack_find(p, attributes[a].place, "'%.*s' is in the key, and %s cannot tell members apart",
                          STR_ARG(name->text), type_kind_name(attributes[a].type.kind));
        }
    }
    dimension->key = key;
    if (names && dimension->n_key == names->n) return;
    if (!p->broken_keys) p->broken_keys = map_new(p->arena);
    (void)map_put(p->broken_keys, dimension->name, key);
}

/* ---- hierarchies ---------------------------------------------------------------------------------------------------- */

static void read_level(Pack *p, const ModelDimension *dimension, const Yaml *name, size_t *levels, size_t *n) {
    Str *known = ARENA_ARRAY(p->scratch, Str, dimension->n_attributes + 1);
    size_t a = dimension->n_attributes;
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        known[i] = dimension->attributes[i].name;
        if (str_eq(known[i], name->text)) a = i;
    }
    if (a == dimension->n_attributes) {
        Str what = arena_printf(p->scratch, "attribute in dimension '%.*s' named", STR_ARG(dimension->name));
        pack_find_unknown(p, name->place, arena_cstr(p->scratch, what), name->text, known, dimension->n_attributes);
        return;
    }
    for (size_t i = 0; i < *n; i++)
        if (levels[i] == a) {
            pack_find(p, name->place, "'%.*s' stands here twice", STR_ARG(name->text));
            return;
        }
    levels[(*n)++] = a;
}

/* NAME: [coarse, …, fine], or a map with that list as `levels`. */
static void read_hierarchy(Pack *p, const ModelDimension *dimension, const YamlPair *pair, ModelHierarchy *ret) {
    ModelHierarchy hierarchy = {.name = pair->key, .place = pair->place};
    const Yaml *map = NULL, *list = pair->value->kind == YAML_LIST ? pair->value : NULL;
    pack_check_name(p, pair->key, pair->place, false);
    if (!list && pack_check(p, pair->value, pair->place, PACK_OBJECT_HIERARCHY)) {
        map = pair->value;
        list = pack_list(map, "levels");
    }
    pack_label(p, map, pair->key, &hierarchy.label);
    size_t *levels = ARENA_ARRAY(p->arena, size_t, list ? list->n + 1 : 1), n = 0;
    for (size_t i = 0; list && i < list->n; i++) {
        if (list->items[i].kind == YAML_SCALAR)
            read_level(p, dimension, &list->items[i], levels, &n);
        else
            pack_find(p, list->items[i].place, "the name of an attribute must stand here");
    }
    if (list && list->n < 2)
        pack_find(p, list->place, "a hierarchy goes from coarse to fine: it has at least two levels");
    hierarchy.levels = levels;
    hierarchy.n_levels = n;
    *ret = hierarchy;
}

static void read_hierarchies(Pack *p, const Yaml *map, ModelDimension *dimension) {
    if (!map) return;
    if (map->n > PACK_HIERARCHIES_MAX)
        pack_find(p, map->place, "%zu hierarchies; at most %d are allowed", map->n, PACK_HIERARCHIES_MAX);
    ModelHierarchy *hierarchies = ARENA_ARRAY(p->arena, ModelHierarchy, map->n + 1);
    for (size_t i = 0; i < map->n; i++) read_hierarchy(p, dimension, &map->pairs[i], &hierarchies[i]);
    dimension->hierarchies = hierarchies;
    dimension->n_hierarchies = map->n;
}

/* ---- the section ---------------------------------------------------------------------------------------------------- */

static void read_dimension(Pack *p, const YamlPair *pair, ModelDimension *ret) {
    ModelDimension dimension = {.name = pair->key, .place = pair->place};
    pack_check_name(p, pair->key, pair->place, false);
    if (str_eq(pair->key, S("date")))
        pack_find(p, pair->place, "'date' is reserved for the calendar's own dimension; choose another name");
    bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_DIMENSION);
    const Yaml *map = is_map ? pair->value : NULL, *list = pack_map(map, "attributes");
    pack_label(p, map, pair->key, &dimension.label);
    bool has_path = pack_path(p, map, &dimension.path);
    ExprScope scope = {0};
    if (has_path) scope = model_path_scope(p->scratch, &dimension.path);
    ModelAttribute *attributes = ARENA_ARRAY(p->arena, ModelAttribute, list ? list->n + 1 : 1);
    for (size_t i = 0; list && i < list->n; i++)
        read_attribute(p, &dimension, has_path ? &scope : NULL, &list->pairs[i], &attributes[i]);
    dimension.attributes = attributes;
    dimension.n_attributes = list ? list->n : 0;
    read_key(p, pack_list(map, "key"), attributes, &dimension);
    read_hierarchies(p, pack_map(map, "hierarchies"), &dimension);
    *ret = dimension;
}

void pack_read_dimensions(Pack *p, const Yaml *root) {
    const Yaml *map = pack_map(root, "dimensions");
    if (!map) return;
    ModelDimension *dimensions = ARENA_ARRAY(p->arena, ModelDimension, map->n + 1);
    for (size_t i = 0; i < map->n; i++) read_dimension(p, &map->pairs[i], &dimensions[i]);
    p->model->dimensions = dimensions;
    p->model->n_dimensions = map->n;
}
