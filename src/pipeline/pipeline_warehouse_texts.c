/*
 * What a batch does to the attributes of gold: which tables' are others now (_starling.built has the version), and what became of their
 * texts, so that the index of values need not read them again. Both come from the difference that a table was brought in step by.
 */
#include "pipeline/pipeline_internal.h"

bool pipeline_texts_has(Type type) {
    return type.kind == TYPE_TEXT || type.kind == TYPE_INT64;
}

void pipeline_texts_whole(Warehouse *warehouse, const SqlRelation *gold) {
    model_texts_table(warehouse->texts, sql_relation_name(gold))->is_whole = true;
}

void pipeline_texts_before(PipelineSql *sql, const Str *columns, size_t n) {
    for (size_t i = 0; i < n; i++) {
        Str was = pipeline_name(sql->arena, WAS_, columns[i]);
        pipeline_sql_add(sql, ", o.%I AS %I", &columns[i], &was);
    }
}

/* Before and after, where the row was there and is there. */
static void note_row(Warehouse *warehouse, TableTexts *table, const Str *columns, size_t n, const Batch *batch,
                     size_t row) {
    Arena *arena = warehouse->arena;
    bool was_there = column_value(&batch->columns[0], row).b, is_there = column_value(&batch->columns[1], row).b;
    for (size_t i = 0; i < n; i++) {
        Value was = column_value(&batch->columns[2 + 2 * i], row), is = column_value(&batch->columns[3 + 2 * i], row);
        bool has_been = was_there && !was.is_null, has = is_there && !is.is_null;
        Str before = has_been ? value_print(arena, was) : (Str){0}, after = has ? value_print(arena, is) : (Str){0};
        if (has_been == has && str_eq(before, after)) continue;
        if (has_been) model_texts_add(warehouse->texts, table, columns[i], before, -1);
        if (has) model_texts_add(warehouse->texts, table, columns[i], after, 1);
    }
}

ErrCode pipeline_texts_note(const Ctx *ctx, Warehouse *warehouse, const SqlRelation *gold, const SqlRelation *delta,
                            const Str *columns, size_t n, Err *err) {
    TableTexts *table = model_texts_table(warehouse->texts, sql_relation_name(gold));
    EngineStream *stream;
    const Batch *batch = NULL;
    SqlText text;
    ErrCode code;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(warehouse->conn)), err);
    pipeline_sql_add(&sql, "SELECT _was_there, _is_there");
    for (size_t i = 0; i < n; i++) {
        Str was = pipeline_name(ctx->arena, WAS_, columns[i]);
        pipeline_sql_add(&sql, ", %I, %I", &was, &columns[i]);
    }
    pipeline_sql_add(&sql, " FROM %R", delta);
    TRY(pipeline_sql_text(&sql, &text));
    TRY(engine_query(ctx, warehouse->conn, &text, &stream, err));
    while (!(code = engine_stream_next(stream, &batch, err)) && batch && !table->is_whole)
        for (size_t row = 0; row < batch->n_rows; row++) note_row(warehouse, table, columns, n, batch, row);
    engine_stream_close(stream);
    return code;
}

/* ---- versions ------------------------------------------------------------------------------------------------------- */

static Str names_of(const Warehouse *warehouse) {
    Str names = {0};
    for (size_t i = 0; i < warehouse->texts->tables.n; i++)
        names =
            arena_printf(warehouse->arena, "%.*s,%.*s", STR_ARG(names), STR_ARG(warehouse->texts->tables.at[i]->table));
    return names;
}

/* Since when they were as they were. */
static ErrCode read_versions(const Ctx *ctx, Warehouse *warehouse, Value names, Err *err) {
    EngineStream *stream;
    const Batch *batch = NULL;
    ErrCode code;
    TRY(engine_queryf(ctx, warehouse->conn, &stream, err,
                      "SELECT name, attributes_version, (SELECT max(version) FROM _starling.batch) "
                      "FROM _starling.built WHERE list_contains(string_split(%V, ','), name)",
                      &names));
    while (!(code = engine_stream_next(stream, &batch, err)) && batch)
        for (size_t row = 0; row < batch->n_rows; row++) {
            TableTexts *table = model_texts_table(warehouse->texts, column_str(&batch->columns[0], row));
            Value since = column_value(&batch->columns[1], row);
            table->is_whole |= since.is_null;
            table->since = since.i;
            table->until = column_int(&batch->columns[2], row);
        }
    engine_stream_close(stream);
    return code;
}

/* Null: since a version that is not known, which is at most this one. */
ErrCode pipeline_texts_mark(const Ctx *ctx, Warehouse *warehouse, Err *err) {
    Value names = value_text(names_of(warehouse));
    if (names.s.n) TRY(read_versions(ctx, warehouse, names, err));
    return engine_execf(ctx, warehouse->conn, NULL, err,
                        "UPDATE _starling.built SET attributes_version = (SELECT max(version) FROM _starling.batch) "
                        "WHERE attributes_version IS NULL OR list_contains(string_split(%V, ','), name)",
                        &names);
}
