/*
 * The section `sources`: tables, columns, keys; then references, once every table is known, which must run one way so
 * that tables can be filled in an order that satisfies them.
 */
#include "model/model_pack_internal.h"

typedef struct SourceReader {
    Pack *p;
    ModelTable *tables;
    const Yaml **maps; /* of each table */
    size_t n_tables;
} SourceReader;

/* ---- columns -------------------------------------------------------------------------------------------------------- */

/* What other databases call our types. */
static Str known_as(Str name) {
    static const struct {
        Str other, ours;
    } others[] = {
        {S("int"), S("int64")},
        {S("integer"), S("int64")},
        {S("bigint"), S("int64")},
        {S("smallint"), S("int64")},
        {S("string"), S("text")},
        {S("varchar"), S("text")},
        {S("char"), S("text")},
        {S("float"), S("float64")},
        {S("double"), S("float64")},
        {S("real"), S("float64")},
        {S("numeric"), S("decimal(18,2)")},
        {S("number"), S("decimal(18,2)")},
        {S("decimal"), S("decimal(18,2)")},
        {S("money"), S("decimal(18,2)")},
        {S("boolean"), S("bool")},
        {S("datetime"), S("timestamp")},
    };
    Str word = name;
    word = str_split_next(&word, '(');
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (str_eq_nocase(word, others[i].other)) return others[i].ours;
    return (Str){0};
}

static Type read_type(Pack *p, Str text, ModelPlace at) {
    static const Str types[] = {S("bool"), S("int64"), S("decimal(18,2)"), S("float64"),
                                S("text"), S("date"),  S("timestamp"),     S("json")};
    Type type;
    if (type_parse(text, &type) && type.kind != TYPE_NULL) return type;
    Str nearest = known_as(text);
    if (!nearest.n) nearest = str_nearest(text, types, COUNT_OF(types));
    if (nearest.n)
        pack_find(p, at, "'%.*s' is no type; did you mean '%.*s'?", STR_ARG(text), STR_ARG(nearest));
    else
        pack_find(p, at,
                  "'%.*s' is no type: bool, int64, decimal(p,s) with p up to 38, float64, text, date, timestamp, json",
                  STR_ARG(text));
    return TYPE(TYPE_NULL);
}

/* "text not null" */
static void read_short_column(Pack *p, const Yaml *value, ModelColumn *column) {
    Str text = str_trim(value->text), tail = S(" not null");
    if (text.n > tail.n && str_eq_nocase(str_slice(text, text.n - tail.n, text.n), tail)) {
        column->is_not_null = true;
        text = str_trim(str_slice(text, 0, text.n - tail.n));
    }
    column->type = read_type(p, text, value->place);
}

static void read_column(Pack *p, const YamlPair *pair, ModelColumn *column) {
    *column = (ModelColumn){.name = pair->key, .type = TYPE(TYPE_NULL), .place = pair->place};
    pack_check_name(p, pair->key, pair->place, false);
    if (pair->value->kind == YAML_SCALAR) {
        read_short_column(p, pair->value, column);
        return;
    }
    if (pair->value->kind != YAML_MAP) {
        pack_find(p, pair->value->place, "a column takes its type, such as 'text not null'");
        return;
    }
    if (!pack_check(p, pair->value, pair->place, PACK_OBJECT_COLUMN)) return;
    const Yaml *type = pack_scalar(pair->value, "type");
    if (type) column->type = read_type(p, str_trim(type->text), type->place);
    column->is_not_null = pack_bool(pair->value, "not_null");
}

/* Checks may name any column of the table, so they come after all of them. */
static void read_check(Pack *p, const ModelTable *table, const Yaml *map, ModelColumn *column) {
    const Yaml *check = pack_scalar(map, "check");
    if (!check) return;
    ExprScope scope = model_table_scope(p->scratch, table, (Str){0});
    column->check = check->text;
    column->check_expr = pack_condition(p, &scope, check);
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static void check_key(Pack *p, const ModelTable *table, const Yaml *names) {
    if (!names) {
        if (table->source->kind == MODEL_SOURCE_MANAGED)
            pack_find(p, table->place, "table '%.*s' of a managed source needs a key: key: [column, …]",
                      STR_ARG(table->name));
        return;
    }
    if (names->n == 0) pack_find(p, names->place, "the key is empty; leave 'key' out if rows have none");
    for (size_t i = 0; i < table->n_key; i++) {
        const ModelColumn *column = &table->columns[table->key[i]];
        if (!column->is_not_null && column->type.kind != TYPE_NULL)
            pack_find(p, column->place, "'%.*s' is in the key of '%.*s', so it must be 'not null'",
                      STR_ARG(column->name), STR_ARG(table->name));
        if (column->type.kind == TYPE_JSON || column->type.kind == TYPE_FLOAT64)
            pack_find(p, column->place, "'%.*s' is in the key of '%.*s', and %s cannot tell rows apart",
                      STR_ARG(column->name), STR_ARG(table->name), type_kind_name(column->type.kind));
    }
}

static void read_table(SourceReader *r, const ModelSource *source, const YamlPair *pair) {
    Pack *p = r->p;
    const Yaml *map = pair->value;
    const ModelTable *same = NULL;
    for (size_t i = 0; i < r->n_tables && !same; i++)
        if (str_eq(r->tables[i].name, pair->key)) same = &r->tables[i];
    if (same) {
        pack_find(p, pair->place, "table '%.*s' stands at line %d already; names of tables are unique in a pack",
                  STR_ARG(pair->key), same->place.line);
        return;
    }
    ModelTable *table = &r->tables[r->n_tables];
    r->maps[r->n_tables++] = map;
    *table = (ModelTable){.name = pair->key, .source = source, .place = pair->place};
    pack_check_name(p, pair->key, pair->place, false);
    if (!pack_check(p, map, pair->place, PACK_OBJECT_TABLE)) return;
    const Yaml *columns = pack_map(map, "columns");
    ModelColumn *list = ARENA_ARRAY(p->arena, ModelColumn, columns ? columns->n + 1 : 1);
    for (size_t i = 0; columns && i < columns->n; i++) read_column(p, &columns->pairs[i], &list[i]);
    table->columns = list;
    table->n_columns = columns ? columns->n : 0;
    if (table->n_columns == 0) pack_find(p, pair->place, "table '%.*s' has no columns", STR_ARG(table->name));
    for (size_t i = 0; columns && i < columns->n; i++) read_check(p, table, columns->pairs[i].value, &list[i]);
    table->key = pack_columns(p, table, pack_list(map, "key"), &table->n_key);
    check_key(p, table, pack_list(map, "key"));
}

/* ---- references ----------------------------------------------------------------------------------------------------- */

static void check_reference(Pack *p, const ModelTable *table, const ModelReference *reference, ModelPlace at) {
    const ModelTable *target = reference->target;
    char have[TYPE_TEXT_MAX], want[TYPE_TEXT_MAX];
    if (target->source != table->source) {
        pack_find(p, at, "'%.*s' is a table of source '%.*s'; references stay within a source", STR_ARG(target->name),
                  STR_ARG(target->source->name));
        return;
    }
    if (target->n_key != reference->n_columns) {
        pack_find(p, at, "the key of '%.*s' has %zu columns, and the reference has %zu", STR_ARG(target->name),
                  target->n_key, reference->n_columns);
        return;
    }
    for (size_t i = 0; i < target->n_key; i++) {
        const ModelColumn *a = &table->columns[reference->columns[i]], *b = &target->columns[target->key[i]];
        if (!pack_types_match(a->type, b->type))
            pack_find(p, at, "'%.*s' is %s, and '%.*s.%.*s' is %s; they must have one type", STR_ARG(a->name),
                      type_print(a->type, have), STR_ARG(target->name), STR_ARG(b->name), type_print(b->type, want));
    }
}

static void read_references(Pack *p, ModelTable *table, const Yaml *map) {
    const Yaml *list = pack_list(map, "references");
    if (!list) return;
    ModelReference *references = ARENA_ARRAY(p->arena, ModelReference, list->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const Yaml *item = &list->items[i];
        size_t n_before = p->n_errors;
        if (!pack_check(p, item, item->place, PACK_OBJECT_REFERENCE)) continue;
        ModelReference reference = {.target = pack_table(p, pack_scalar(item, "table")), .place = item->place};
        reference.columns = pack_columns(p, table, pack_list(item, "columns"), &reference.n_columns);
        if (!reference.target || p->n_errors > n_before) continue;
        check_reference(p, table, &reference, item->place);
        references[n++] = reference;
    }
    table->references = references;
    table->n_references = n;
}

/* Takes away, again and again, what references nothing that is left: what stays is in or behind a cycle. */
static void check_cycles(Pack *p, const ModelTable *tables, size_t n_tables) {
    bool *is_done = ARENA_ARRAY(p->scratch, bool, n_tables + 1);
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (size_t t = 0; t < n_tables; t++) {
            bool is_free = !is_done[t];
            for (size_t i = 0; i < tables[t].n_references && is_free; i++)
                is_free = is_done[tables[t].references[i].target - tables];
            is_done[t] |= is_free;
            has_changed |= is_free;
        }
    }
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t i = 0; i < tables[t].n_references && !is_done[t]; i++) {
            const ModelReference *reference = &tables[t].references[i];
            if (is_done[reference->target - tables]) continue;
            /* One finding for a cycle: walk it from here, marking it done. */
            Str chain = tables[t].name;
            const ModelTable *at = reference->target;
            is_done[t] = true;
            for (size_t step = 0; step < n_tables && at != &tables[t] && !is_done[at - tables]; step++) {
                const ModelTable *next = NULL;
                chain = arena_printf(p->scratch, "%.*s -> %.*s", STR_ARG(chain), STR_ARG(at->name));
                is_done[at - tables] = true;
                for (size_t k = 0; k < at->n_references && !next; k++)
                    if (at->references[k].target == &tables[t] || !is_done[at->references[k].target - tables])
                        next = at->references[k].target;
                at = next ? next : &tables[t];
            }
            pack_find(p, reference->place,
                      "references run in a circle: %.*s -> %.*s; leave one out, so that tables can be filled in order",
                      STR_ARG(chain), STR_ARG(at->name));
        }
    }
}

/* ---- the section ---------------------------------------------------------------------------------------------------- */

static void read_source(Pack *p, const YamlPair *pair, ModelSource *source) {
    static const Str kinds[] = {S("managed"), S("files"), S("attached")};
    *source = (ModelSource){.name = pair->key, .time_zone = S("UTC"), .place = pair->place};
    pack_check_name(p, pair->key, pair->place, false);
    if (!pack_check(p, pair->value, pair->place, PACK_OBJECT_SOURCE)) return;
    source->kind = (ModelSourceKind)pack_choice(p, pair->value, "kind", kinds, COUNT_OF(kinds), MODEL_SOURCE_MANAGED);
    pack_time_zone(p, pair->value, &source->time_zone);
}

void pack_read_sources(Pack *p, const Yaml *root) {
    const Yaml *map = pack_map(root, "sources");
    if (!map) {
        const Yaml *value = yaml_get(root, S("sources"));
        if (value && value->kind == YAML_NULL) pack_find(p, value->place, "the pack has no source");
        return;
    }
    ModelSource *sources = ARENA_ARRAY(p->arena, ModelSource, map->n + 1);
    size_t n_tables = 0;
    for (size_t i = 0; i < map->n; i++) {
        const Yaml *tables = pack_map(map->pairs[i].value, "tables");
        n_tables += tables ? tables->n : 0;
    }
    SourceReader r = {.p = p,
                      .tables = ARENA_ARRAY(p->arena, ModelTable, n_tables + 1),
                      .maps = ARENA_ARRAY(p->scratch, const Yaml *, n_tables + 1)};
    for (size_t i = 0; i < map->n; i++) {
        const Yaml *tables = pack_map(map->pairs[i].value, "tables");
        read_source(p, &map->pairs[i], &sources[i]);
        for (size_t t = 0; tables && t < tables->n; t++) read_table(&r, &sources[i], &tables->pairs[t]);
    }
    p->model->sources = sources;
    p->model->n_sources = map->n;
    p->model->tables = r.tables;
    p->model->n_tables = r.n_tables;
    if (r.n_tables == 0) pack_find(p, map->place, "the pack has no table");
    for (size_t t = 0; t < r.n_tables; t++) read_references(p, &r.tables[t], r.maps[t]);
    check_cycles(p, r.tables, r.n_tables);
}
