/*
 * The warehouse's side of a batch: one transaction from warehouse_begin to warehouse_publish, in which staged rows become bronze
 * records and silver rows (pipeline_warehouse_diff.c), gold follows (pipeline_warehouse_gold.c), and the positions are written.
 *
 * Invariants: what a reader sees is always one published batch; a batch id is published at most once, and using it again changes
 * nothing; a batch in which nothing changed leaves no row, only newer positions. _seq grows by one a bronze record, over all
 * tables; the last one given out stands in the batch row.
 */
#include "pipeline/pipeline_internal.h"

/* ---- open and close ------------------------------------------------------------------------------------------------- */

ErrCode warehouse_open(const Ctx *ctx, EngineDb *db, const Model *model, Warehouse **ret_warehouse, Err *err) {
    EngineConn *conn;
    TRY(engine_connect(ctx, db, &conn, err));
    ErrCode code = pipeline_warehouse_migrate(ctx, conn, model, err);
    if (code) {
        engine_disconnect(conn);
        return code;
    }
    Arena *arena = arena_new(0);
    Warehouse *warehouse = ARENA_NEW(arena, Warehouse);
    *warehouse = (Warehouse){.arena = arena, .model = model, .conn = conn};
    warehouse->changes = ARENA_ARRAY(arena, TableChange, model->n_tables);
    warehouse->moved = ARENA_ARRAY(arena, const SqlRelation *, model->n_dimensions);
    *ret_warehouse = warehouse;
    return ERR_OK;
}

void warehouse_close(Warehouse *warehouse) {
    if (!warehouse) return;
    warehouse_abandon(warehouse);
    engine_disconnect(warehouse->conn);
    arena_free(warehouse->arena);
}

ErrCode warehouse_checkpoint(const Ctx *ctx, EngineDb *db, Err *err) {
    EngineConn *conn;
    TRY(engine_connect(ctx, db, &conn, err));
    ErrCode code = engine_execf(ctx, conn, NULL, err, "CHECKPOINT");
    engine_disconnect(conn);
    return code;
}

/* ---- what is published ---------------------------------------------------------------------------------------------- */

ErrCode warehouse_position(const Ctx *ctx, Warehouse *warehouse, Str source, Position *ret_position, Err *err) {
    Value name = value_text(source);
    EngineStream *stream;
    TRY(engine_queryf(ctx, warehouse->conn, &stream, err,
                      "SELECT epoch, token FROM _starling.position WHERE source = %V", &name));
    const Batch *batch = NULL;
    ErrCode code = engine_stream_next(stream, &batch, err);
    Position position = {0};
    if (!code && batch && batch->n_rows) {
        position.epoch = arena_str(ctx->arena, column_str(&batch->columns[0], 0));
        position.token = arena_str(ctx->arena, column_str(&batch->columns[1], 0));
    }
    engine_stream_close(stream);
    if (!code) *ret_position = position;
    return code;
}

ErrCode warehouse_version(const Ctx *ctx, EngineConn *conn, int64_t *ret_version, Str *ret_batch, int64_t *ret_at_us,
                          Err *err) {
    Value n;
    TRY(engine_valuef(ctx, conn, &n, err,
                      "SELECT count(*) FROM duckdb_tables() WHERE schema_name = '_starling' AND table_name = 'batch'"));
    if (!n.i) { /* a first sync that was cut off before it had made its tables */
        *ret_version = *ret_at_us = 0;
        *ret_batch = S("");
        return ERR_OK;
    }
    EngineStream *stream;
    TRY(engine_queryf(ctx, conn, &stream, err,
                      "SELECT version, id, published_at FROM _starling.batch ORDER BY version DESC LIMIT 1"));
    const Batch *batch = NULL;
    ErrCode code = engine_stream_next(stream, &batch, err);
    bool is_row = !code && batch && batch->n_rows;
    if (!code) {
        *ret_version = is_row ? column_int(&batch->columns[0], 0) : 0;
        *ret_batch = is_row ? arena_str(ctx->arena, column_str(&batch->columns[1], 0)) : S("");
        *ret_at_us = is_row ? column_int(&batch->columns[2], 0) : 0;
    }
    engine_stream_close(stream);
    return code;
}

/* The tables that a sync has made: the model may have newer ones. */
static ErrCode made_tables(const Ctx *ctx, EngineConn *conn, Map **ret_names, Err *err) {
    EngineStream *stream;
    const Batch *batch = NULL;
    Map *names = map_new(ctx->arena);
    TRY(engine_queryf(ctx, conn, &stream, err, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'bronze'"));
    ErrCode code = engine_stream_next(stream, &batch, err);
    while (!code && batch) {
        for (size_t i = 0; i < batch->n_rows; i++)
            (void)map_put(names, arena_str(ctx->arena, column_str(&batch->columns[0], i)), names);
        code = engine_stream_next(stream, &batch, err);
    }
    engine_stream_close(stream);
    *ret_names = names;
    return code;
}

/* Adds a table's rows, and the number of its newest record. */
static ErrCode add_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, WarehouseSource *source,
                         int64_t *seq, Err *err) {
    Value n;
    TRY(engine_valuef(ctx, conn, &n, err, "SELECT count(*) FROM %R", pipeline_silver(ctx->arena, table)));
    source->n_rows += n.i;
    TRY(engine_valuef(ctx, conn, &n, err, "SELECT coalesce(max(_seq), 0) FROM %R", pipeline_bronze(ctx->arena, table)));
    *seq = MAX_OF(*seq, n.i);
    return ERR_OK;
}

ErrCode warehouse_source(const Ctx *ctx, EngineConn *conn, const Model *model, const ModelSource *source,
                         WarehouseSource *ret_source, Err *err) {
    WarehouseSource found = {0};
    int64_t seq = 0;
    Map *made;
    TRY(made_tables(ctx, conn, &made, err));
    for (size_t i = 0; i < model->n_tables; i++) {
        const ModelTable *table = &model->tables[i];
        if (table->source == source && map_get(made, table->name)) TRY(add_table(ctx, conn, table, &found, &seq, err));
    }
    if (seq) {
        Value at;
        TRY(engine_valuef(ctx, conn, &at, err, "SELECT min(published_at) FROM _starling.batch WHERE last_seq >= %d",
                          seq));
        found.has_data = !at.is_null;
        found.changed_at_us = at.is_null ? 0 : at.i;
    }
    *ret_source = found;
    return ERR_OK;
}

/* ---- a batch -------------------------------------------------------------------------------------------------------- */

static ErrCode begin_state(const Ctx *ctx, Warehouse *warehouse, Err *err) {
    Value id = value_text(warehouse->batch);
    int64_t state[2];
    TRY(pipeline_ints(ctx, warehouse->conn, state, COUNT_OF(state), err,
                      "SELECT count(*) FILTER (WHERE id = %V), coalesce(max(last_seq), 0) FROM _starling.batch", &id));
    warehouse->is_published = state[0] > 0;
    warehouse->seq = state[1];
    return ERR_OK;
}

ErrCode warehouse_begin(const Ctx *ctx, Warehouse *warehouse, Str batch_id, Err *err) {
    if (warehouse->is_open) return err_set(err, ERR_INTERNAL, "a batch is open already");
    TRY(engine_begin(ctx, warehouse->conn, true, err));
    warehouse->is_open = true;
    warehouse->batch = arena_str(warehouse->arena, batch_id);
    warehouse->n_changes = 0;
    warehouse->is_whole = warehouse->is_verifying = false;
    warehouse->texts = model_texts_new(ctx->arena);
    for (size_t i = 0; i < warehouse->model->n_tables; i++) warehouse->changes[i] = (TableChange){0};
    for (size_t i = 0; i < warehouse->model->n_dimensions; i++) warehouse->moved[i] = NULL;
    ErrCode code = begin_state(ctx, warehouse, err);
    if (code) warehouse_abandon(warehouse);
    return code;
}

void warehouse_abandon(Warehouse *warehouse) {
    if (!warehouse || !warehouse->is_open) return;
    engine_rollback(warehouse->conn);
    warehouse->is_open = false;
}

/* ---- staging -------------------------------------------------------------------------------------------------------- */

/* An empty temporary table with the table's columns, and those of the stream that mark wrong rows. */
static ErrCode make_stage(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, const EngineStream *rows,
                          const SqlRelation **ret_stage, Err *err) {
    const SqlRelation *stage = sql_relation_table(ctx->arena, S(""), pipeline_name(ctx->arena, "_stage_", table->name));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(warehouse->conn)), err);
    pipeline_sql_add(&sql, "CREATE OR REPLACE TEMPORARY TABLE %R (", stage);
    for (size_t i = 0; i < table->n_columns; i++)
        pipeline_sql_add(&sql, i ? ", %I %T" : "%I %T", &table->columns[i].name, &table->columns[i].type);
    if (pipeline_stream_marks_wrong(rows))
        pipeline_sql_add(&sql, ", " CHANGE_WRONG " VARCHAR, " CHANGE_PAYLOAD " VARCHAR");
    pipeline_sql_add(&sql, ")");
    TRY(pipeline_sql_exec(ctx, warehouse->conn, &sql, NULL));
    *ret_stage = stage;
    return ERR_OK;
}

static ErrCode stage_rows(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, EngineStream *rows,
                          const SqlRelation **ret_stage, int64_t *ret_n, Err *err) {
    TRY(make_stage(ctx, warehouse, table, rows, ret_stage, err));
    Str what = pipeline_name(ctx->arena, "Reading ", table->name);
    return pipeline_copy_rows(ctx, warehouse->conn, *ret_stage, rows, what, ret_n, err);
}

static ErrCode apply_staged(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source, int64_t at_us,
                            const Str *file_hash, EngineStream *rows, TableCounts *counts, Err *err) {
    const SqlRelation *stage = NULL;
    TRY(stage_rows(ctx, warehouse, table, rows, &stage, &counts->n_read, err));
    if (pipeline_stream_marks_wrong(rows))
        TRY(pipeline_quarantine_rows(ctx, warehouse, table, source, at_us, stage, !file_hash, &counts->n_set_aside,
                                     err));
    TRY(pipeline_diff_apply(ctx, warehouse, table, source, at_us, stage, file_hash, counts, err));
    if (warehouse->is_whole && !file_hash) TRY(pipeline_silver_verify(ctx, warehouse, table, stage, err));
    return pipeline_temp_drop(ctx, warehouse->conn, stage, err);
}

static ErrCode apply(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source, int64_t at_us,
                     const Str *file_hash, EngineStream *rows, TableCounts *ret_counts, Err *err) {
    if (!warehouse->is_open) return err_set(err, ERR_INTERNAL, "no batch is open");
    int64_t from_us = clock_monotonic(ctx->clock);
    TableCounts counts = {.step = S("silver"), .table = table->name};
    if (!warehouse->is_published) {
        bool is_new = false;
        if (table->n_key && !file_hash && !pipeline_stream_marks_wrong(rows))
            TRY(pipeline_is_new(ctx, warehouse, table, &is_new, err));
        if (is_new)
            TRY(pipeline_first_load(ctx, warehouse, table, source, rows, &counts, err));
        else
            TRY(apply_staged(ctx, warehouse, table, source, at_us, file_hash, rows, &counts, err));
    }
    counts.duration_us = clock_monotonic(ctx->clock) - from_us;
    *ret_counts = counts;
    return ERR_OK;
}

ErrCode warehouse_apply_snapshot(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                 int64_t at_us, EngineStream *rows, TableCounts *ret_counts, Err *err) {
    return apply(ctx, warehouse, table, source, at_us, NULL, rows, ret_counts, err);
}

ErrCode warehouse_apply_append(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source, Str file_hash,
                               int64_t at_us, EngineStream *rows, TableCounts *ret_counts, Err *err) {
    return apply(ctx, warehouse, table, source, at_us, &file_hash, rows, ret_counts, err);
}

/* ---- comparing ------------------------------------------------------------------------------------------------------ */

ErrCode pipeline_silver_verify(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, const SqlRelation *stage,
                               Err *err) {
    TableColumns columns = pipeline_table_columns(ctx->arena, table);
    SqlColumnList list = {columns.names, columns.n};
    const SqlRelation *silver = pipeline_silver(ctx->arena, table),
                      *wrong = sql_relation_table(ctx->arena, S(""), S("_wrong_rows"));
    Value n;
    TRY(engine_execf(
        ctx, warehouse->conn, NULL, err,
        "CREATE OR REPLACE TEMPORARY TABLE %R AS (SELECT %C FROM %R EXCEPT ALL SELECT %C FROM %R) UNION ALL "
        "(SELECT %C FROM %R EXCEPT ALL SELECT %C FROM %R)",
        wrong, &list, stage, &list, silver, &list, silver, &list, stage));
    TRY(engine_valuef(ctx, warehouse->conn, &n, err, "SELECT count(*) FROM %R", wrong));
    if (!n.i) return ERR_OK;
    SilverKey key =
        table->n_key ? pipeline_silver_key(ctx->arena, table) : (SilverKey){columns.names, columns.types, columns.n};
    Str keys;
    TRY(pipeline_key_examples(ctx, warehouse->conn, wrong, "", key.names, key.n, &keys, err));
    return err_set(
        err, ERR_DATA,
        "rows of table '%.*s' differ between its source and the warehouse (%.*s); run `starling sync --full`, "
        "which reads the source whole and takes over what differs",
        STR_ARG(table->name), STR_ARG(keys));
}

ErrCode pipeline_silver_verify_rows(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, EngineStream *rows,
                                    bool is_first, bool is_last, TableCounts *counts, Err *err) {
    const SqlRelation *stage = sql_relation_table(ctx->arena, S(""), pipeline_name(ctx->arena, "_stage_", table->name));
    int64_t n = 0;
    if (is_first) TRY(make_stage(ctx, warehouse, table, rows, &stage, err));
    TRY(pipeline_copy_rows(ctx, warehouse->conn, stage, rows, pipeline_name(ctx->arena, "Comparing ", table->name), &n,
                           err));
    counts->n_read += n;
    if (pipeline_stream_marks_wrong(rows))
        TRY(engine_execf(ctx, warehouse->conn, NULL, err, "DELETE FROM %R WHERE " CHANGE_WRONG " IS NOT NULL", stage));
    return is_last ? pipeline_silver_verify(ctx, warehouse, table, stage, err) : ERR_OK;
}

/* ---- publishing ----------------------------------------------------------------------------------------------------- */

static ErrCode write_positions(const Ctx *ctx, Warehouse *warehouse, const Str *sources, const Position *positions,
                               size_t n, bool *ret_is_changed, Err *err) {
    *ret_is_changed = false;
    for (size_t i = 0; i < n; i++) {
        Position old;
        TRY(warehouse_position(ctx, warehouse, sources[i], &old, err));
        if (str_eq(old.epoch, positions[i].epoch) && str_eq(old.token, positions[i].token)) continue;
        *ret_is_changed = true;
        Value source = value_text(sources[i]), epoch = value_text(positions[i].epoch),
              token = value_text(positions[i].token);
        TRY(engine_execf(ctx, warehouse->conn, NULL, err, "DELETE FROM _starling.position WHERE source = %V", &source));
        TRY(engine_execf(ctx, warehouse->conn, NULL, err,
                         "INSERT INTO _starling.position (source, epoch, token) VALUES (%V, %V, %V)", &source, &epoch,
                         &token));
    }
    return ERR_OK;
}

static ErrCode write_batch(const Ctx *ctx, Warehouse *warehouse, Err *err) {
    Value id = value_text(warehouse->batch), at = value_timestamp(clock_now(ctx->clock));
    TRY(engine_execf(ctx, warehouse->conn, NULL, err,
                     "INSERT INTO _starling.batch (version, id, published_at, last_seq, n_changes) "
                     "SELECT coalesce(max(version), 0) + 1, %V, %V, %d, %d FROM _starling.batch",
                     &id, &at, warehouse->seq, warehouse->n_changes));
    return pipeline_texts_mark(ctx, warehouse, err);
}

static ErrCode publish(const Ctx *ctx, Warehouse *warehouse, const Str *sources, const Position *positions,
                       size_t n_sources, TableCountsVec *counts, Err *err) {
    bool is_moved = false;
    TRY(pipeline_gold_refresh(ctx, warehouse, counts, err));
    bool is_news = warehouse->n_changes > 0 || counts->n > 0;
    if (warehouse->is_verifying) TRY(pipeline_gold_verify(ctx, warehouse, counts, err));
    FAULT_POINT("sync.gold");
    TRY(write_positions(ctx, warehouse, sources, positions, n_sources, &is_moved, err));
    if (is_news) TRY(write_batch(ctx, warehouse, err));
    TRY(ctx_check(ctx, err));
    ctx_progress(ctx, S("Publishing"), 0, 0);
    FAULT_POINT("sync.commit");
    if (is_news || is_moved) return engine_commit(ctx, warehouse->conn, err);
    engine_rollback(warehouse->conn);
    return ERR_OK;
}

ErrCode warehouse_publish(const Ctx *ctx, Warehouse *warehouse, const Str *sources, const Position *positions,
                          size_t n_sources, TableCounts **ret_counts, size_t *ret_n, Err *err) {
    if (!warehouse->is_open) return err_set(err, ERR_INTERNAL, "no batch is open");
    TableCountsVec counts = {0};
    ErrCode code = ERR_OK;
    if (!warehouse->is_published) code = publish(ctx, warehouse, sources, positions, n_sources, &counts, err);
    warehouse_abandon(warehouse); /* what is committed stays */
    if (code) return code;
    *ret_counts = counts.at;
    *ret_n = counts.n;
    return ERR_OK;
}
