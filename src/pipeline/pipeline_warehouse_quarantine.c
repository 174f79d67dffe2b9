/*
 * Quarantine: rows that cannot be typed wait in quarantine.T, as text, with the reason, and are in no other layer. A source whose values
 * may not fit the model marks such rows in its stream (CHANGE_WRONG, CHANGE_PAYLOAD).
 *
 * A snapshot, which is the whole content, replaces what waited from its source; rows to append add to it; a change sets one key's row
 * aside or, when a good row has the key or it is gone, lets it go.
 */
#include "pipeline/pipeline_internal.h"

bool pipeline_stream_marks_wrong(const EngineStream *rows) {
    const Batch *shape = engine_stream_columns(rows);
    for (size_t i = 0; i < shape->n_columns; i++)
        if (str_eq(shape->columns[i].name, S(CHANGE_WRONG))) return true;
    return false;
}

static const SqlRelation *quarantine_of(Arena *arena, const ModelTable *table) {
    return sql_relation_table(arena, S("quarantine"), table->name);
}

/* The key as a JSON list of texts: of `alias.prefixK`, or of the first that is set of two prefixes. */
static void add_key_text(PipelineSql *sql, const ModelTable *table, const char *prefix, const char *other) {
    SilverKey key = pipeline_silver_key(sql->arena, table);
    pipeline_sql_add(sql, "CAST(to_json([");
    for (size_t i = 0; i < key.n; i++) {
        Str name = pipeline_name(sql->arena, prefix, key.names[i]),
            second = pipeline_name(sql->arena, other ? other : prefix, key.names[i]);
        pipeline_sql_add(sql, i ? ", CAST(coalesce(%I, %I) AS VARCHAR)" : "CAST(coalesce(%I, %I) AS VARCHAR)", &name,
                         &second);
    }
    pipeline_sql_add(sql, "]) AS VARCHAR)");
}

/* The marked rows of `stage`; key: how they are told (NULL: not). */
static ErrCode set_aside(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source, int64_t at_us,
                         const SqlRelation *stage, bool has_changes, int64_t *ret_n, Err *err) {
    Value batch = value_text(warehouse->batch), name = value_text(source),
          at = at_us == INT64_MIN ? value_null(TYPE(TYPE_TIMESTAMP)) : value_timestamp(at_us);
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(warehouse->conn)), err);
    pipeline_sql_add(
        &sql,
        has_changes
            ? "INSERT INTO %R (_batch, _source, _rule, _at, _reason, _payload, _key) SELECT %V, %V, 'type', _at, " CHANGE_WRONG
              ", " CHANGE_PAYLOAD ", "
            : "INSERT INTO %R (_batch, _source, _rule, _at, _reason, _payload, _key) SELECT %V, %V, 'type', "
              "CAST(%V AS TIMESTAMP), " CHANGE_WRONG ", " CHANGE_PAYLOAD ", ",
        quarantine_of(ctx->arena, table), &batch, &name, &at);
    if (!table->n_key)
        pipeline_sql_add(&sql, "NULL");
    else if (has_changes)
        add_key_text(&sql, table, "after_", "before_");
    else
        add_key_text(&sql, table, "", NULL);
    pipeline_sql_add(&sql, " FROM %R WHERE " CHANGE_WRONG " IS NOT NULL", stage);
    return pipeline_sql_exec(ctx, warehouse->conn, &sql, ret_n);
}

ErrCode pipeline_quarantine_rows(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                 int64_t at_us, const SqlRelation *stage, bool is_whole, int64_t *ret_n, Err *err) {
    Value name = value_text(source);
    if (is_whole)
        TRY(engine_execf(ctx, warehouse->conn, NULL, err, "DELETE FROM %R WHERE _source = %V",
                         quarantine_of(ctx->arena, table), &name));
    TRY(set_aside(ctx, warehouse, table, source, at_us, stage, false, ret_n, err));
    return engine_execf(ctx, warehouse->conn, NULL, err, "DELETE FROM %R WHERE " CHANGE_WRONG " IS NOT NULL", stage);
}

ErrCode pipeline_quarantine_changes(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                    const SqlRelation *stage, int64_t *ret_n, Err *err) {
    static const char *const prefixes[] = {"before_", "after_"};
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        PipelineSql sql CLEANUP(pipeline_sql_release);
        pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(warehouse->conn)), err);
        pipeline_sql_add(&sql, "DELETE FROM %R WHERE _key IN (SELECT ", quarantine_of(ctx->arena, table));
        add_key_text(&sql, table, prefixes[i], NULL);
        pipeline_sql_add(&sql, " FROM %R WHERE _op <> 'S')", stage);
        TRY(pipeline_sql_exec(ctx, warehouse->conn, &sql, NULL));
    }
    /* of the rows of a key only the last one waits, and only where it is still wrong */
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(warehouse->conn)), err);
    pipeline_sql_add(&sql, "SELECT * EXCLUDE (_rank) FROM (SELECT *, row_number() OVER (PARTITION BY ");
    add_key_text(&sql, table, "after_", "before_");
    pipeline_sql_add(&sql, " ORDER BY _n DESC) AS _rank FROM %R WHERE _op <> 'S') AS l WHERE _rank = 1", stage);
    const SqlRelation *last;
    TRY(pipeline_temp_sql(ctx, warehouse->conn, S("_last"), &sql, &last));
    TRY(set_aside(ctx, warehouse, table, source, INT64_MIN, last, true, ret_n, err));
    return engine_execf(ctx, warehouse->conn, NULL, err, "DELETE FROM %R WHERE _op = 'Q'", stage);
}

ErrCode pipeline_quarantine_count(const Ctx *ctx, EngineConn *conn, const ModelTable *table, int64_t *ret_n, Err *err) {
    Value n;
    TRY(engine_valuef(ctx, conn, &n, err, "SELECT count(*) FROM %R", quarantine_of(ctx->arena, table)));
    *ret_n = n.i;
    return ERR_OK;
}

/* ---- for people ----------------------------------------------------------------------------------------------------- */

ErrCode pipeline_quarantine_list(const Ctx *ctx, EngineConn *conn, const Model *model, const ModelTable *only,
                                 int64_t max_rows, QuarantinedRow **ret_rows, size_t *ret_n, int64_t *ret_total,
                                 Err *err) {
    VEC(QuarantinedRow) rows = {0};
    *ret_total = 0;
    for (size_t i = 0; i < model->n_tables; i++) {
        const ModelTable *table = &model->tables[i];
        if (only && only != table) continue;
        int64_t n;
        TRY(pipeline_quarantine_count(ctx, conn, table, &n, err));
        *ret_total += n;
        if (!n || (int64_t)rows.n >= max_rows) continue;
        EngineStream *stream;
        TRY(engine_queryf(ctx, conn, &stream, err,
                          "SELECT _source, _rule, _reason, _payload, _at FROM %R ORDER BY ALL LIMIT %d",
                          quarantine_of(ctx->arena, table), max_rows - (int64_t)rows.n));
        const Batch *batch = NULL;
        ErrCode code;
        while (!(code = engine_stream_next(stream, &batch, err)) && batch)
            for (size_t r = 0; r < batch->n_rows; r++) {
                Str texts[4];
                for (size_t c = 0; c < COUNT_OF(texts); c++) {
                    bool is_null = column_is_null(&batch->columns[c], r);
                    texts[c] = is_null ? S("") : arena_str(ctx->arena, column_str(&batch->columns[c], r));
                }
                bool has_at = !column_is_null(&batch->columns[4], r);
                QuarantinedRow row = {.table = table->name,
                                      .source = texts[0],
                                      .rule = texts[1],
                                      .reason = texts[2],
                                      .payload = texts[3],
                                      .at_us = has_at ? column_int(&batch->columns[4], r) : INT64_MIN};
                VEC_PUSH(ctx->arena, &rows, row);
            }
        engine_stream_close(stream);
        if (code) return code;
    }
    *ret_rows = rows.at;
    *ret_n = rows.n;
    return ERR_OK;
}
