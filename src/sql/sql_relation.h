#pragma once
/*
 * What a table node of a tree may stand for. Restricted: only the folders named in tools/layers.txt may include this, so that
 * nothing else can name a table. Relations are made from the model's own tables, meta's own tables, or introspection; files only
 * for the private reader instance. Every constructor copies into the arena. Any thread.
 */
#include "sql/sql.h"

typedef enum SqlFileFormat { SQL_FILE_CSV, SQL_FILE_PARQUET, SQL_FILE_JSON } SqlFileFormat;

/* A table or view; schema may be empty (the connection's default, or a temporary table). */
const SqlRelation *sql_relation_table(Arena *arena, Str schema, Str name);
/* A file the reader instance was opened for, its columns all text. path is absolute; a ".gz" ending is read through. A CSV's
 * first line names its columns. */
const SqlRelation *sql_relation_file(Arena *arena, SqlFileFormat format, Str path);
Str sql_relation_schema(const SqlRelation *relation);
Str sql_relation_name(const SqlRelation *relation); /* a file's path */
