/*
 * What a model's warehouse is built from, as a list of named parts with their definitions: tables, mappings, dimensions and facts, each
 * with its columns. Measures, words and looks are none of it. Two models can ask one warehouse as far as the parts are the same.
 */
#include "model/model_internal.h"

typedef struct Parts {
    Arena *arena;
    Map *definitions; /* name -> Str */
    VEC(Str) names;
} Parts;

static void add(Parts *p, Str name, Str definition) {
    (void)map_put(p->definitions, name, arena_dup(p->arena, &definition, sizeof(Str)));
    VEC_PUSH(p->arena, &p->names, name);
}

static Str join(Arena *arena, Str list, Str text) {
    return arena_printf(arena, "%.*s; %.*s", STR_ARG(list), STR_ARG(text));
}

static Str expr_text(Arena *arena, const Expr *expr) {
    return expr ? expr_print(arena, expr) : S("null");
}

static Str member(Arena *arena, const char *what, Str owner, Str name) {
    return arena_printf(arena, "%s '%.*s.%.*s'", what, STR_ARG(owner), STR_ARG(name));
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static void add_table(Parts *p, const ModelTable *table) {
    char type[TYPE_TEXT_MAX];
    Str key = arena_printf(p->arena, "%.*s %d %.*s", STR_ARG(table->source->name), (int)table->source->kind,
                           STR_ARG(table->source->time_zone));
    for (size_t i = 0; i < table->n_key; i++) key = join(p->arena, key, table->columns[table->key[i]].name);
    add(p, arena_printf(p->arena, "table '%.*s'", STR_ARG(table->name)), key);
    for (size_t i = 0; i < table->n_columns; i++)
        add(p, member(p->arena, "column", table->name, table->columns[i].name),
            arena_str(p->arena, str_of(type_print(table->columns[i].type, type))));
}

static void add_mapping(Parts *p, const ModelMapping *mapping) {
    Str how = expr_text(p->arena, mapping->where);
    for (size_t i = 0; i < mapping->table->n_columns; i++)
        if (mapping->exprs[i]) {
            Str column = arena_printf(p->arena, "%.*s: %.*s", STR_ARG(mapping->table->columns[i].name),
                                      STR_ARG(expr_text(p->arena, mapping->exprs[i])));
            how = join(p->arena, how, column);
        }
    add(p,
        arena_printf(p->arena, "mapping of input '%.*s' to table '%.*s'", STR_ARG(mapping->input->name),
                     STR_ARG(mapping->table->name)),
        how);
}

/* ---- dimensions and facts ------------------------------------------------------------------------------------------- */

static Str path_text(Arena *arena, const ModelPath *path) {
    Str text = path->table->name;
    for (size_t i = 0; i < path->n_joins; i++) {
        const ModelJoin *joined = &path->joins[i];
        text = join(arena, text,
                    arena_printf(arena, "%.*s as %.*s", STR_ARG(joined->table->name), STR_ARG(joined->alias)));
        for (size_t k = 0; k < joined->table->n_key; k++) text = join(arena, text, expr_text(arena, joined->on[k]));
    }
    return text;
}

static void add_dimension(Parts *p, const ModelDimension *dimension) {
    char type[TYPE_TEXT_MAX];
    Str text = path_text(p->arena, &dimension->path);
    for (size_t i = 0; i < dimension->n_key; i++)
        text = join(p->arena, text, dimension->attributes[dimension->key[i]].name);
    add(p, arena_printf(p->arena, "dimension '%.*s'", STR_ARG(dimension->name)), text);
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        add(p, member(p->arena, "attribute", dimension->name, attribute->name),
            arena_printf(p->arena, "%s scd %d %.*s", type_print(attribute->type, type), attribute->scd,
                         STR_ARG(expr_text(p->arena, attribute->expr))));
    }
}

static Str lookup_text(Arena *arena, const ModelLookup *lookup) {
    Str text = arena_printf(arena, "lookup %.*s", STR_ARG(lookup->table->name));
    for (size_t i = 0; i < lookup->n_columns; i++) {
        text = join(arena, text, lookup->table->columns[lookup->columns[i]].name);
        text = join(arena, text, expr_text(arena, lookup->values[i]));
    }
    return join(arena, text, expr_text(arena, lookup->value));
}

static void add_fact(Parts *p, const ModelFact *fact) {
    char type[TYPE_TEXT_MAX];
    add(p, arena_printf(p->arena, "fact '%.*s'", STR_ARG(fact->name)), path_text(p->arena, &fact->path));
    for (size_t i = 0; i < fact->n_roles; i++) {
        const ModelRole *role = &fact->roles[i];
        Str text = role->dimension->name;
        for (size_t k = 0; k < role->dimension->n_key; k++)
            text = join(p->arena, text, expr_text(p->arena, role->key_exprs[k]));
        add(p, member(p->arena, "role", fact->name, role->name), text);
    }
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelFactColumn *column = &fact->columns[i];
        Str text = column->lookup.table ? lookup_text(p->arena, &column->lookup) : expr_text(p->arena, column->expr);
        add(p, member(p->arena, "column", fact->name, column->name),
            arena_printf(p->arena, "%s %.*s", type_print(column->type, type), STR_ARG(text)));
    }
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static Parts parts_of(Arena *arena, const Model *model) {
    Parts p = {.arena = arena, .definitions = map_new(arena)};
    add(&p, S("time zone of the calendar"), model->calendar.time_zone);
    for (size_t i = 0; i < model->n_tables; i++) add_table(&p, &model->tables[i]);
    for (size_t i = 0; i < model->n_mappings; i++) add_mapping(&p, &model->mappings[i]);
    for (size_t i = 0; i < model->n_dimensions; i++) add_dimension(&p, &model->dimensions[i]);
    for (size_t i = 0; i < model->n_facts; i++) add_fact(&p, &model->facts[i]);
    return p;
}

Str model_warehouse_lacks(Arena *arena, const Model *model, const Model *built) {
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    Parts wanted = parts_of(scratch, model), there = parts_of(scratch, built);
    for (size_t i = 0; i < wanted.names.n; i++) {
        Str name = wanted.names.at[i];
        const Str *want = map_get(wanted.definitions, name), *have = map_get(there.definitions, name);
        if (!have) return arena_printf(arena, "its %.*s is no more", STR_ARG(name));
        if (!str_eq(*want, *have)) return arena_printf(arena, "its %.*s has changed", STR_ARG(name));
    }
    return (Str){0};
}
