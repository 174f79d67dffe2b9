/* Names of the warehouse's tables, in the one place above sql/ where a query can get a table from. */
#include "model/model_relation.h"

#include "sql/sql_relation.h"

static const SqlRelation *gold(Arena *arena, const char *kind, Str name) {
    return sql_relation_table(arena, S("gold"), arena_printf(arena, "%s_%.*s", kind, STR_ARG(name)));
}

const SqlRelation *model_relation_dimension(Arena *arena, const ModelDimension *dimension) {
    return gold(arena, "dim", dimension->name);
}

const SqlRelation *model_relation_fact(Arena *arena, const ModelFact *fact) {
    return gold(arena, "fact", fact->name);
}

const SqlRelation *model_relation_date(Arena *arena) {
    return sql_relation_table(arena, S("gold"), S("dim_date"));
}

const SqlRelation *model_relation_batch(Arena *arena) {
    return sql_relation_table(arena, S("_starling"), S("batch"));
}

const SqlRelation *model_relation_built(Arena *arena) {
    return sql_relation_table(arena, S("_starling"), S("built"));
}
