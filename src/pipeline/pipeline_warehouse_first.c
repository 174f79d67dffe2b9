/*
 * A keyed table's first rows: straight into silver and, as records of inserts at an unknown time, into bronze, in one pass over
 * the stream. A record's columns are the row's own, so a batch goes to both tables as it is.
 */
#include "pipeline/pipeline_internal.h"

typedef struct FirstLoad {
    const Ctx *ctx;
    Warehouse *warehouse;
    const ModelTable *table;
    Str source;
    size_t n_columns; /* of the stream */
    size_t n_keys;
    size_t *keys; /* the key's columns among them */
    EngineAppender *silver;
    EngineAppender *bronze;
    int64_t n_rows;
} FirstLoad;

static const Str RECORD[] = {S_INIT("_seq"), S_INIT("_op"), S_INIT("_batch"), S_INIT("_source")};

/* ---- batches -------------------------------------------------------------------------------------------------------- */

static Column same_text(Arena *arena, Str text, size_t n_rows) {
    StrView *views = ARENA_ARRAY(arena, StrView, n_rows);
    for (size_t i = 0; i < n_rows; i++) views[i] = str_view(text);
    return (Column){.type = TYPE(TYPE_TEXT), .layout = LAYOUT_VIEW, .data = views};
}

static Column counted(Arena *arena, int64_t first, size_t n_rows) {
    int64_t *numbers = ARENA_ARRAY(arena, int64_t, n_rows);
    for (size_t i = 0; i < n_rows; i++) numbers[i] = first + (int64_t)i;
    return (Column){.type = TYPE(TYPE_INT64), .layout = LAYOUT_I64, .data = numbers};
}

/* Columns in bronze's order: _seq _op _batch _source, key, after; silver's are the first of them and the last. */
static ErrCode append(FirstLoad *load, Arena *scratch, const Batch *rows, Err *err) {
    Column *record = ARENA_ARRAY(scratch, Column, COUNT_OF(RECORD) + load->n_keys + load->n_columns);
    Column *row = ARENA_ARRAY(scratch, Column, 1 + load->n_columns);
    size_t n = 0;
    record[n++] = row[0] = counted(scratch, load->warehouse->seq + load->n_rows + 1, rows->n_rows);
    record[n++] = same_text(scratch, S("I"), rows->n_rows);
    record[n++] = same_text(scratch, load->warehouse->batch, rows->n_rows);
    record[n++] = same_text(scratch, load->source, rows->n_rows);
    for (size_t i = 0; i < load->n_keys; i++) record[n++] = rows->columns[load->keys[i]];
    for (size_t i = 0; i < load->n_columns; i++) record[n++] = row[1 + i] = rows->columns[i];
    const Batch records = {.n_rows = rows->n_rows, .n_columns = n, .columns = record};
    const Batch more = {.n_rows = rows->n_rows, .n_columns = 1 + load->n_columns, .columns = row};
    TRY(engine_append(load->silver, &more, err));
    TRY(engine_append(load->bronze, &records, err));
    load->n_rows += (int64_t)rows->n_rows;
    return ERR_OK;
}

static ErrCode append_all(FirstLoad *load, RowsAhead *rows, Err *err) {
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    Str what = pipeline_name(load->ctx->arena, "Reading ", load->table->name);
    const Batch *batch = NULL;
    TRY(pipeline_ahead_next(rows, &batch, err));
    while (batch) {
        TRY(append(load, scratch, batch, err));
        ctx_progress(load->ctx, what, load->n_rows, 0);
        arena_reset(scratch);
        TRY(pipeline_ahead_next(rows, &batch, err));
    }
    return ERR_OK;
}

/* ---- opening and closing -------------------------------------------------------------------------------------------- */

static size_t column_of(const Batch *shape, Str name) {
    size_t i = 0;
    while (i < shape->n_columns && !str_eq(shape->columns[i].name, name)) i++;
    return i;
}

static ErrCode open_tables(FirstLoad *load, const Batch *shape, Err *err) {
    Arena *arena = load->ctx->arena;
    SilverKey key = pipeline_silver_key(arena, load->table);
    load->n_columns = shape->n_columns;
    load->n_keys = key.n;
    load->keys = ARENA_ARRAY(arena, size_t, key.n);
    Str *silver = ARENA_ARRAY(arena, Str, 1 + shape->n_columns);
    Str *bronze = ARENA_ARRAY(arena, Str, COUNT_OF(RECORD) + key.n + shape->n_columns);
    size_t n = 0;
    silver[0] = RECORD[0];
    for (size_t i = 0; i < COUNT_OF(RECORD); i++) bronze[n++] = RECORD[i];
    for (size_t i = 0; i < key.n; i++) {
        load->keys[i] = column_of(shape, key.names[i]);
        bronze[n++] = pipeline_name(arena, "key_", key.names[i]);
    }
    for (size_t i = 0; i < shape->n_columns; i++) {
        silver[1 + i] = arena_str(arena, shape->columns[i].name);
        bronze[n++] = pipeline_name(arena, "after_", shape->columns[i].name);
    }
    EngineConn *conn = load->warehouse->conn;
    TRY(engine_append_open(load->ctx, conn, pipeline_silver(arena, load->table), silver, 1 + shape->n_columns,
                           &load->silver, err));
    return engine_append_open(load->ctx, conn, pipeline_bronze(arena, load->table), bronze, n, &load->bronze, err);
}

static ErrCode close_tables(FirstLoad *load, Err *err) {
    ErrCode code = engine_append_close(load->silver, err);
    load->silver = NULL;
    if (code) return code;
    code = engine_append_close(load->bronze, err);
    load->bronze = NULL;
    return code;
}

static ErrCode copy(FirstLoad *load, EngineStream *rows, Err *err) {
    TRY(open_tables(load, engine_stream_columns(rows), err));
    RowsAhead *ahead = pipeline_ahead_new(load->ctx->arena, rows);
    ErrCode code = append_all(load, ahead, err);
    pipeline_ahead_free(ahead);
    return code ? code : close_tables(load, err);
}

ErrCode pipeline_first_load(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                            EngineStream *rows, TableCounts *counts, Err *err) {
    FirstLoad load = {.ctx = ctx, .warehouse = warehouse, .table = table, .source = source};
    ErrCode code = copy(&load, rows, err);
    engine_append_abort(load.silver);
    engine_append_abort(load.bronze);
    if (code) return code;
    counts->n_read = counts->n_inserted = load.n_rows;
    if (load.n_rows) pipeline_note_first(warehouse, table, load.n_rows);
    return ERR_OK;
}
