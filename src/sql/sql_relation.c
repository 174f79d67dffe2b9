/* Relations: what a table node stands for. A path is quoted where it is printed, so it is kept as given. */
#include "sql/sql_internal.h"

static const SqlRelation *relation_new(Arena *arena, SqlRelation relation) {
    SqlRelation *copy = ARENA_NEW(arena, SqlRelation);
    *copy = relation;
    copy->schema = arena_str(arena, relation.schema);
    copy->name = arena_str(arena, relation.name);
    return copy;
}

const SqlRelation *sql_relation_table(Arena *arena, Str schema, Str name) {
    return relation_new(arena, (SqlRelation){.schema = schema, .name = name});
}

const SqlRelation *sql_relation_file(Arena *arena, SqlFileFormat format, Str path) {
    return relation_new(arena, (SqlRelation){.is_file = true, .format = format, .name = path});
}

Str sql_relation_schema(const SqlRelation *relation) {
    return relation->schema;
}

Str sql_relation_name(const SqlRelation *relation) {
    return relation->name;
}
