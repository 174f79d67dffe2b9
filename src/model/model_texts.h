#pragma once
/*
 * What publishing did to the texts of gold's tables, for whoever keeps an account of them: in how many rows more, or fewer, each stands.
 * A text is what an attribute says, whole numbers as value_print has them; rows are those of a fact, and of a dimension its current
 * members. Lives in the arena it is made in; one thread at a time.
 */
#include "base/base.h"

enum { MODEL_TEXTS_MAX = 100000 }; /* of a table: what has more is whole */

typedef struct TextRows {
    Str text;
    int64_t n; /* rows more than before; fewer: below 0 */
} TextRows;

typedef struct ColumnTexts {
    Str column;
    Map *rows; /* text -> TextRows */
} ColumnTexts;

typedef struct TableTexts {
    Str table;     /* "fact_trip" */
    int64_t since; /* the data version in which its attributes had changed last before this… */
    int64_t until; /* …and the one that it leads to */
    bool is_whole; /* anything may have become of it: nothing more is told */
    size_t n;      /* texts of all columns */
    VEC(ColumnTexts) columns;
} TableTexts;

typedef struct ModelTexts {
    Arena *arena;
    VEC(TableTexts *) tables;
} ModelTexts;

ModelTexts *model_texts_new(Arena *arena);
TableTexts *model_texts_find(const ModelTexts *texts, Str table); /* NULL: nothing became of it; texts may be NULL */
TableTexts *model_texts_table(ModelTexts *texts, Str table);      /* made where there is none */
/* Of a column, n rows more have the text, or fewer. Copied. */
void model_texts_add(ModelTexts *texts, TableTexts *table, Str column, Str text, int64_t n);
/* What came after is put to it; a table that does not go on from where it stands becomes whole. `next` may be NULL. */
void model_texts_join(ModelTexts *texts, const ModelTexts *next);
