/*
 * What tables the warehouse has for a model: the one description that making, migrating and filling them go by. The names are
 * fixed in model.h, for query/ reads them too. Nothing here touches a database.
 */
#include "pipeline/pipeline_internal.h"

/* ---- names ---------------------------------------------------------------------------------------------------------- */

const SqlRelation *pipeline_bronze(Arena *arena, const ModelTable *table) {
    return sql_relation_table(arena, S("bronze"), table->name);
}

const SqlRelation *pipeline_silver(Arena *arena, const ModelTable *table) {
    return sql_relation_table(arena, S("silver"), table->name);
}

const SqlRelation *pipeline_key_map(Arena *arena, const ModelDimension *dimension) {
    return sql_relation_table(arena, S("_starling"), pipeline_name(arena, "key_", dimension->name));
}

SilverKey pipeline_silver_key(Arena *arena, const ModelTable *table) {
    bool is_declared = table->n_key > 0;
    size_t n = is_declared ? table->n_key : 2;
    Str *names = ARENA_ARRAY(arena, Str, n);
    Type *types = ARENA_ARRAY(arena, Type, n);
    for (size_t i = 0; i < table->n_key; i++) {
        names[i] = table->columns[table->key[i]].name;
        types[i] = table->columns[table->key[i]].type;
    }
    if (!is_declared) {
        names[0] = S("_row_hash"), types[0] = TYPE(TYPE_TEXT);
        names[1] = S("_nth"), types[1] = TYPE(TYPE_INT64);
    }
    return (SilverKey){names, types, n};
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static LayoutTable *add_table(Arena *arena, Layout *layout, Str schema, Str name) {
    VEC_PUSH(arena, &layout->tables, (LayoutTable){.schema = schema, .name = name});
    return &layout->tables.at[layout->tables.n - 1];
}

static void add(Arena *arena, LayoutTable *table, Str name, TypeKind kind) {
    VEC_PUSH(arena, &table->columns, (EngineColumn){.name = name, .type = TYPE(kind)});
}

static void add_typed(Arena *arena, LayoutTable *table, Str name, Type type) {
    VEC_PUSH(arena, &table->columns, (EngineColumn){.name = name, .type = type});
}

static void add_bronze(Arena *arena, Layout *layout, const ModelTable *table) {
    LayoutTable *bronze = add_table(arena, layout, S("bronze"), table->name);
    add(arena, bronze, S("_seq"), TYPE_INT64);
    add(arena, bronze, S("_op"), TYPE_TEXT);
    add(arena, bronze, S("_batch"), TYPE_TEXT);
    add(arena, bronze, S("_at"), TYPE_TIMESTAMP);
    add(arena, bronze, S("_source"), TYPE_TEXT);
    SilverKey key = pipeline_silver_key(arena, table);
    for (size_t i = 0; i < key.n; i++)
        add_typed(arena, bronze, pipeline_name(arena, "key_", key.names[i]), key.types[i]);
    for (int is_after = 0; is_after <= 1; is_after++) {
        for (size_t i = 0; i < table->n_columns; i++) {
            const char *prefix = is_after ? "after_" : "before_";
            add_typed(arena, bronze, pipeline_name(arena, prefix, table->columns[i].name), table->columns[i].type);
        }
    }
}

static void add_silver(Arena *arena, Layout *layout, const ModelTable *table) {
    LayoutTable *silver = add_table(arena, layout, S("silver"), table->name);
    for (size_t i = 0; i < table->n_columns; i++)
        add_typed(arena, silver, table->columns[i].name, table->columns[i].type);
    SilverKey key = pipeline_silver_key(arena, table);
    for (size_t i = 0; i < key.n && !table->n_key; i++) add_typed(arena, silver, key.names[i], key.types[i]);
    add(arena, silver, S("_seq"), TYPE_INT64);
    add(arena, silver, S("_at"), TYPE_TIMESTAMP);
}

static void add_quarantine(Arena *arena, Layout *layout, const ModelTable *table) {
    LayoutTable *quarantine = add_table(arena, layout, S("quarantine"), table->name);
    static const char *const texts[] = {"_batch", "_source", "_rule", "_reason", "_key", "_payload"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) add(arena, quarantine, str_of(texts[i]), TYPE_TEXT);
    add(arena, quarantine, S("_at"), TYPE_TIMESTAMP);
}

static void add_dimension(Arena *arena, Layout *layout, const ModelDimension *dimension) {
    Str surrogate = arena_printf(arena, "%.*s_key", STR_ARG(dimension->name));
    LayoutTable *gold = add_table(arena, layout, S("gold"), pipeline_name(arena, "dim_", dimension->name));
    add(arena, gold, surrogate, TYPE_INT64);
    for (size_t i = 0; i < dimension->n_attributes; i++)
        add_typed(arena, gold, dimension->attributes[i].name, dimension->attributes[i].type);
    add(arena, gold, S("_valid_from"), TYPE_TIMESTAMP);
    add(arena, gold, S("_valid_to"), TYPE_TIMESTAMP);
    add(arena, gold, S("_is_current"), TYPE_BOOL);

    LayoutTable *keys = add_table(arena, layout, S("_starling"), pipeline_name(arena, "key_", dimension->name));
    for (size_t i = 0; i < dimension->n_key; i++) {
        const ModelAttribute *attribute = &dimension->attributes[dimension->key[i]];
        add_typed(arena, keys, attribute->name, attribute->type);
    }
    add(arena, keys, S("_from"), TYPE_TIMESTAMP);
    add(arena, keys, surrogate, TYPE_INT64);
}

static void add_fact(Arena *arena, Layout *layout, const ModelFact *fact) {
    LayoutTable *gold = add_table(arena, layout, S("gold"), pipeline_name(arena, "fact_", fact->name));
    for (size_t i = 0; i < fact->n_roles; i++)
        add(arena, gold, arena_printf(arena, "%.*s_key", STR_ARG(fact->roles[i].name)), TYPE_INT64);
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelFactColumn *column = &fact->columns[i];
        add_typed(arena, gold, column->name, column->type);
        if (column->type.kind == TYPE_TIMESTAMP)
            add(arena, gold, arena_printf(arena, "%.*s_utc", STR_ARG(column->name)), TYPE_TIMESTAMP);
    }
    const ModelTable *grain = fact->path.table;
    for (size_t i = 0; i < grain->n_key; i++) {
        const ModelColumn *column = &grain->columns[grain->key[i]];
        add_typed(arena, gold, pipeline_name(arena, "_", column->name), column->type);
    }
    if (!grain->n_key) add(arena, gold, S("_seq"), TYPE_INT64);
}

/* Names of columns follow those of the truncating and numbering date parts. */
static void add_dates(Arena *arena, Layout *layout) {
    LayoutTable *gold = add_table(arena, layout, S("gold"), S("dim_date"));
    static const char *const periods[] = {"date_key", "year", "quarter", "month", "week"};
    static const char *const numbers[] = {"year_of",     "quarter_of_year", "month_of_year", "week_of_year",
                                          "day_of_year", "day_of_month",    "weekday",       "fiscal_year"};
    for (size_t i = 0; i < COUNT_OF(periods); i++) add(arena, gold, str_of(periods[i]), TYPE_DATE);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) add(arena, gold, str_of(numbers[i]), TYPE_INT64);
}

static void add_state(Arena *arena, Layout *layout) {
    LayoutTable *batch = add_table(arena, layout, S("_starling"), S("batch"));
    add(arena, batch, S("version"), TYPE_INT64);
    add(arena, batch, S("id"), TYPE_TEXT);
    add(arena, batch, S("published_at"), TYPE_TIMESTAMP);
    add(arena, batch, S("last_seq"), TYPE_INT64);
    add(arena, batch, S("n_changes"), TYPE_INT64);
    LayoutTable *position = add_table(arena, layout, S("_starling"), S("position"));
    add(arena, position, S("source"), TYPE_TEXT);
    add(arena, position, S("epoch"), TYPE_TEXT);
    add(arena, position, S("token"), TYPE_TEXT);
    LayoutTable *built = add_table(arena, layout, S("_starling"), S("built"));
    add(arena, built, S("name"), TYPE_TEXT);
    add(arena, built, S("model"), TYPE_TEXT);
    add(arena, built, S("attributes_version"), TYPE_INT64); /* the batch in which its attributes last changed */
}

void pipeline_layout_make(Arena *arena, const Model *model, Layout *ret_layout) {
    *ret_layout = (Layout){0};
    add_state(arena, ret_layout);
    for (size_t i = 0; i < model->n_tables; i++) {
        add_bronze(arena, ret_layout, &model->tables[i]);
        add_silver(arena, ret_layout, &model->tables[i]);
        add_quarantine(arena, ret_layout, &model->tables[i]);
    }
    for (size_t i = 0; i < model->n_dimensions; i++) add_dimension(arena, ret_layout, &model->dimensions[i]);
    for (size_t i = 0; i < model->n_facts; i++) add_fact(arena, ret_layout, &model->facts[i]);
    add_dates(arena, ret_layout);
}
