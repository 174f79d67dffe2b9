/* Accounts of texts: see model_texts.h. */
#include "model/model_texts.h"

ModelTexts *model_texts_new(Arena *arena) {
    ModelTexts *texts = ARENA_NEW(arena, ModelTexts);
    texts->arena = arena;
    return texts;
}

TableTexts *model_texts_find(const ModelTexts *texts, Str table) {
    for (size_t i = 0; texts && i < texts->tables.n; i++)
        if (str_eq(texts->tables.at[i]->table, table)) return texts->tables.at[i];
    return NULL;
}

TableTexts *model_texts_table(ModelTexts *texts, Str table) {
    TableTexts *found = model_texts_find(texts, table);
    if (found) return found;
    found = ARENA_NEW(texts->arena, TableTexts);
    found->table = arena_str(texts->arena, table);
    VEC_PUSH(texts->arena, &texts->tables, found);
    return found;
}

static Map *rows_of(ModelTexts *texts, TableTexts *table, Str column) {
    for (size_t i = 0; i < table->columns.n; i++)
        if (str_eq(table->columns.at[i].column, column)) return table->columns.at[i].rows;
    Map *rows = map_new(texts->arena);
    VEC_PUSH(texts->arena, &table->columns, (ColumnTexts){.column = arena_str(texts->arena, column), .rows = rows});
    return rows;
}

void model_texts_add(ModelTexts *texts, TableTexts *table, Str column, Str text, int64_t n) {
    if (table->is_whole) return;
    Map *rows = rows_of(texts, table, column);
    TextRows *row = map_get(rows, text);
    if (!row) {
        table->is_whole = ++table->n > MODEL_TEXTS_MAX;
        row = ARENA_NEW(texts->arena, TextRows);
        row->text = arena_str(texts->arena, text);
        map_put(rows, row->text, row);
    }
    row->n += n;
}

static void join_table(ModelTexts *texts, const TableTexts *next) {
    TableTexts *table = model_texts_find(texts, next->table);
    bool goes_on = !table || table->until == next->since;
    if (!table) {
        table = model_texts_table(texts, next->table);
        table->since = next->since;
    }
    table->until = next->until;
    table->is_whole |= next->is_whole || !goes_on;
    for (size_t c = 0; c < next->columns.n; c++) {
        const ColumnTexts *column = &next->columns.at[c];
        for (size_t i = 0; i < map_count(column->rows); i++) {
            const TextRows *row = map_value_at(column->rows, i);
            model_texts_add(texts, table, column->column, row->text, row->n);
        }
    }
}

void model_texts_join(ModelTexts *texts, const ModelTexts *next) {
    for (size_t i = 0; next && i < next->tables.n; i++) join_table(texts, next->tables.at[i]);
}
