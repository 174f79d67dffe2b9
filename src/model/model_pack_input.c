/* The sections `inputs`, `mappings` and `generator`: kinds of files, how a table's rows are made from a file's, and the script that
 * stands in for files. */
#include "model/model_pack_internal.h"

/* ---- inputs --------------------------------------------------------------------------------------------------------- */

static void check_sample(Pack *p, const Yaml *value) {
    if (!value) return;
    bool is_outside = *value->text.p == '/' || str_find_char(value->text, '\\') >= 0;
    for (Str rest = value->text; rest.p;) is_outside |= str_eq(str_split_next(&rest, '/'), S(".."));
    if (is_outside)
        pack_find(p, value->place, "'%.*s' must be a path within the pack, such as data/sample.csv",
                  STR_ARG(value->text));
}

static void read_input(Pack *p, const YamlPair *pair, ModelInput *input) {
    static const Str deliveries[] = {S("full"), S("append")};
    *input = (ModelInput){.name = pair->key, .place = pair->place};
    pack_check_name(p, pair->key, pair->place, false);
    bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_INPUT);
    const Yaml *map = is_map ? pair->value : NULL;
    pack_label(p, map, pair->key, &input->label);
    input->delivery =
        (ModelDelivery)pack_choice(p, map, "delivery", deliveries, COUNT_OF(deliveries), MODEL_DELIVERY_FULL);
    input->sample = pack_text(p, map, "sample", PACK_TITLE_MAX);
    check_sample(p, pack_scalar(map, "sample"));
}

static void read_inputs(Pack *p, const Yaml *root) {
    const Yaml *map = pack_map(root, "inputs");
    if (!map) return;
    ModelInput *inputs = ARENA_ARRAY(p->arena, ModelInput, map->n + 1);
    for (size_t i = 0; i < map->n; i++) read_input(p, &map->pairs[i], &inputs[i]);
    p->model->inputs = inputs;
    p->model->n_inputs = map->n;
}

static const ModelInput *find_input(Pack *p, const Yaml *scalar) {
    if (!scalar) return NULL;
    const ModelInput *input = model_input(p->model, scalar->text);
    if (input) return input;
    Str *names = ARENA_ARRAY(p->scratch, Str, p->model->n_inputs + 1);
    for (size_t i = 0; i < p->model->n_inputs; i++) names[i] = p->model->inputs[i].name;
    pack_find_unknown(p, scalar->place, "input", scalar->text, names, p->model->n_inputs);
    return NULL;
}

/* ---- mappings ------------------------------------------------------------------------------------------------------- */

/* Text is brought to the column's type when loaded; anything else must be of that type, or a number that fits into it.
 * */
static void check_mapped_type(Pack *p, const ModelColumn *column, Type type, ModelPlace at) {
    char have[TYPE_TEXT_MAX], want[TYPE_TEXT_MAX];
    Type common;
    if (type.kind == TYPE_TEXT || pack_types_match(type, column->type)) return;
    if (type_is_number(type) && type_is_number(column->type) && sql_type_common(type, column->type, &common) &&
        common.kind == column->type.kind)
        return;
    pack_find(p, at, "'%.*s' is %s, and this is %s; give it text or that type", STR_ARG(column->name),
              type_print(column->type, want), type_print(type, have));
}

static const Expr *mapped_expr(Pack *p, const ExprScope *scope, const ModelColumn *column, const Yaml *columns,
                               ModelPlace at) {
    const Yaml *value = yaml_get(columns, column->name);
    if (!value) return pack_column_expr(p, column->name, at);
    if (value->kind == YAML_NULL) {
        if (column->is_not_null)
            pack_find(p, value->place, "'%.*s' is 'not null' and cannot be left empty", STR_ARG(column->name));
        return NULL;
    }
    if (value->kind != YAML_SCALAR) {
        pack_find(p, value->place, "an expression over the input's columns must stand here");
        return NULL;
    }
    const Expr *expr = pack_expr(p, value);
    if (expr) check_mapped_type(p, column, pack_type(p, scope, expr), value->place);
    return expr;
}

static void find_unknown_columns(Pack *p, const ModelTable *table, const Yaml *columns) {
    Str *names = ARENA_ARRAY(p->scratch, Str, table->n_columns + 1);
    for (size_t i = 0; i < table->n_columns; i++) names[i] = table->columns[i].name;
    for (size_t i = 0; columns && i < columns->n; i++) {
        const YamlPair *pair = &columns->pairs[i];
        const char *what =
            arena_cstr(p->scratch, arena_printf(p->scratch, "column in table '%.*s' named", STR_ARG(table->name)));
        if (model_column(table, pair->key) < 0)
            pack_find_unknown(p, pair->place, what, pair->key, names, table->n_columns);
    }
}

static bool is_mapped_twice(const Model *model, size_t n_mappings, const ModelMapping *mapping) {
    for (size_t i = 0; i < n_mappings; i++)
        if (model->mappings[i].table == mapping->table && model->mappings[i].input == mapping->input) return true;
    return false;
}

static bool read_mapping(Pack *p, const Yaml *map, size_t n_before, ModelMapping *ret) {
    if (!pack_check(p, map, map->place, PACK_OBJECT_MAPPING)) return false;
    const Yaml *table = pack_scalar(map, "table"), *columns = pack_map(map, "columns");
    ModelMapping mapping = {
        .table = pack_table(p, table), .input = find_input(p, pack_scalar(map, "from")), .place = map->place};
    ExprScope scope = model_input_scope(p->scratch, NULL, 0, (Str){0});
    mapping.where = pack_condition(p, &scope, pack_scalar(map, "where"));
    if (!mapping.table) return false;
    if (mapping.table->source->kind == MODEL_SOURCE_ATTACHED)
        pack_find(p, table->place, "'%.*s' is a table of an attached database, which is read and not loaded",
                  STR_ARG(table->text));
    if (mapping.input && is_mapped_twice(p->model, n_before, &mapping))
        pack_find(p, table->place, "'%.*s' is mapped from '%.*s' already", STR_ARG(mapping.table->name),
                  STR_ARG(mapping.input->name));
    find_unknown_columns(p, mapping.table, columns);
    const Expr **exprs = ARENA_ARRAY(p->arena, const Expr *, mapping.table->n_columns + 1);
    for (size_t i = 0; i < mapping.table->n_columns; i++)
        exprs[i] = mapped_expr(p, &scope, &mapping.table->columns[i], columns, map->place);
    mapping.exprs = exprs;
    *ret = mapping;
    return true;
}

static bool is_used(const Model *model, const ModelTable *table, const ModelInput *input) {
    for (size_t i = 0; i < model->n_mappings; i++)
        if (model->mappings[i].table == table || model->mappings[i].input == input) return true;
    return false;
}

/* ---- the generator -------------------------------------------------------------------------------------------------- */

static void check_script(Pack *p, const Yaml *value) {
    if (!pack_is_beside(value->text, S(".sql")))
        pack_find(p, value->place, "'%.*s' must be an SQL file beside pack.yaml, such as generate.sql",
                  STR_ARG(value->text));
}

/* A larger scale holds the rows of a smaller one, so appended they would all be there twice. */
static void check_generated(Pack *p, const ModelInput *input, ModelPlace at) {
    if (input->delivery == MODEL_DELIVERY_APPEND)
        pack_find(p, at,
                  "input '%.*s' has delivery append, but a generator makes the whole content of an input; give it "
                  "delivery full, or name the generator's inputs without it",
                  STR_ARG(input->name));
}

static void read_generated(Pack *p, const Yaml *list, const ModelInput **inputs, size_t *ret_n) {
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const Yaml *name = &list->items[i];
        if (name->kind != YAML_SCALAR) continue; /* found already */
        const ModelInput *input = find_input(p, name);
        bool is_repeated = false;
        for (size_t k = 0; k < n; k++) is_repeated |= input == inputs[k];
        if (is_repeated) pack_find(p, name->place, "'%.*s' stands here twice", STR_ARG(name->text));
        if (!input || is_repeated) continue;
        check_generated(p, input, name->place);
        inputs[n++] = input;
    }
    *ret_n = n;
}

static void read_generator(Pack *p, const Yaml *root) {
    const Yaml *map = pack_map(root, "generator");
    if (!map || !pack_check(p, map, map->place, PACK_OBJECT_GENERATOR)) return;
    const Yaml *script = pack_scalar(map, "script"), *list = pack_list(map, "inputs");
    ModelGenerator *generator = &p->model->generator;
    generator->description = pack_text(p, map, "description", PACK_DESCRIPTION_MAX);
    if (!script) return;
    check_script(p, script);
    generator->script = script->text;
    generator->place = script->place;
    size_t max = MAX_OF(list ? list->n : 0, p->model->n_inputs);
    const ModelInput **inputs = ARENA_ARRAY(p->arena, const ModelInput *, max + 1);
    if (list) {
        read_generated(p, list, inputs, &generator->n_inputs);
    } else {
        for (size_t i = 0; i < p->model->n_inputs; i++) {
            inputs[i] = &p->model->inputs[i];
            check_generated(p, inputs[i], script->place);
        }
        generator->n_inputs = p->model->n_inputs;
    }
    generator->inputs = inputs;
    if (list ? !list->n : !p->model->n_inputs)
        pack_find(p, list ? list->place : script->place,
                  "the generator has no input to fill; name inputs that its script makes tables for");
}

/* ---- all of it ------------------------------------------------------------------------------------------------------ */

static void warn_unused(Pack *p) {
    const Model *model = p->model;
    for (size_t i = 0; i < model->n_inputs; i++)
        if (!is_used(model, NULL, &model->inputs[i]))
            pack_warn(p, model->inputs[i].place, "input '%.*s' is used by no mapping", STR_ARG(model->inputs[i].name));
    for (size_t i = 0; i < model->n_tables; i++)
        if (model->tables[i].source->kind == MODEL_SOURCE_FILES && !is_used(model, &model->tables[i], NULL))
            pack_warn(p, model->tables[i].place, "table '%.*s' is filled by no mapping",
                      STR_ARG(model->tables[i].name));
}

void pack_read_inputs(Pack *p, const Yaml *root) {
    const Yaml *list = pack_list(root, "mappings");
    read_inputs(p, root);
    ModelMapping *mappings = ARENA_ARRAY(p->arena, ModelMapping, list ? list->n + 1 : 1);
    p->model->mappings = mappings;
    for (size_t i = 0; list && i < list->n; i++)
        if (read_mapping(p, &list->items[i], p->model->n_mappings, &mappings[p->model->n_mappings]))
            p->model->n_mappings++;
    read_generator(p, root);
    if (p->n_errors == 0) warn_unused(p);
}
