/*
 * A table's changes from a log, as source_changes gives them, made into records and carried out (pipeline_warehouse_apply.c).
 *
 * Suspects. A log made by triggers does not see a row that REPLACE removes for the sake of another; it only knows, before the
 * statement ran, which rows might go (op S). What became of such a row tells the next event of its key:
 *
 *   an insert into the key     it had gone; of one moment they are together an update (none where the images are equal)
 *   another row moved there    it had gone: a deletion
 *   its own update, deletion   it was still there
 *   none                       whether the source has it now decides
 *
 * Where there are no suspects, which is the rule, nothing of this is computed.
 *
 * The last event of each key must be what the source still says (_is_now): a log that was written around is found out here.
 */
#include "pipeline/pipeline_internal.h"

typedef struct Log {
    const Ctx *ctx;
    Warehouse *warehouse;
    const ModelTable *table;
    SilverKey key;
    TableColumns columns;
    const SqlRelation *stage; /* as the stream */
} Log;

static void start(const Log *log, PipelineSql *sql, Err *err) {
    pipeline_sql_init(sql, log->ctx->arena, engine_dialect(engine_of(log->warehouse->conn)), err);
}

/* ---- staging -------------------------------------------------------------------------------------------------------- */

static ErrCode stage(Log *log, EngineStream *changes, int64_t *ret_n, Err *err) {
    Arena *arena = log->ctx->arena;
    const SqlRelation *stage = sql_relation_table(arena, S(""), S("_log"));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(log, &sql, err);
    pipeline_sql_add(&sql,
                     "CREATE OR REPLACE TEMPORARY TABLE %R (" CHANGE_N " BIGINT, " CHANGE_OP " VARCHAR, " CHANGE_AT
                     " TIMESTAMP, " CHANGE_IS_NOW " BOOLEAN",
                     stage);
    for (int is_after = 0; is_after <= 1; is_after++)
        for (size_t i = 0; i < log->columns.n; i++) {
            Str name = pipeline_name(arena, is_after ? "after_" : "before_", log->columns.names[i]);
            pipeline_sql_add(&sql, ", %I %T", &name, &log->columns.types[i]);
        }
    if (pipeline_stream_marks_wrong(changes))
        pipeline_sql_add(&sql, ", " CHANGE_WRONG " VARCHAR, " CHANGE_PAYLOAD " VARCHAR");
    pipeline_sql_add(&sql, ")");
    TRY(pipeline_sql_exec(log->ctx, log->warehouse->conn, &sql, NULL));
    Str what = pipeline_name(arena, "Reading changes of ", log->table->name);
    TRY(pipeline_copy_rows(log->ctx, log->warehouse->conn, stage, changes, what, ret_n, err));
    log->stage = stage;
    return ERR_OK;
}

/* ---- suspects ------------------------------------------------------------------------------------------------------- */

static void add_key_changed(const Log *log, PipelineSql *sql) {
    pipeline_sql_add(sql, "NOT (");
    pipeline_sql_same(sql, "l", "before_", "l", "after_", log->key.names, log->key.n, true);
    pipeline_sql_add(sql, ")");
}

/* Events of keys in the order of the log: _k_K…, _n, _at, _is_now, _event: 'S', 'I' (inserted), 'M' (moved here), 'U' (its own update),
 * 'D' (left or deleted). */
static void add_events(const Log *log, PipelineSql *sql) {
    pipeline_sql_add(sql, "SELECT ");
    pipeline_sql_columns(sql, "l", "after_", log->key.names, log->key.n, KEY_);
    pipeline_sql_add(sql, ", _n, _at, _is_now, CASE WHEN _op = 'I' THEN 'I' WHEN ");
    add_key_changed(log, sql);
    pipeline_sql_add(sql, " THEN 'M' ELSE 'U' END AS _event FROM %R AS l WHERE _op IN ('I', 'U') UNION ALL SELECT ",
                     log->stage);
    pipeline_sql_columns(sql, "l", "before_", log->key.names, log->key.n, KEY_);
    pipeline_sql_add(
        sql,
        ", _n, _at, CASE WHEN _op <> 'U' THEN _is_now END, CASE WHEN _op = 'S' THEN 'S' ELSE 'D' END FROM %R AS l "
        "WHERE _op IN ('D', 'S') OR (_op = 'U' AND ",
        log->stage);
    add_key_changed(log, sql);
    pipeline_sql_add(sql, ")");
}

/* _fates: for each suspect its _n, whether it had gone (_is_gone), and the insert it went for (_for, null: none). */
static ErrCode make_fates(const Log *log, const SqlRelation **ret_fates, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(log, &sql, err);
    pipeline_sql_add(
        &sql,
        "SELECT _n, coalesce(_next IN ('I', 'M'), _is_now) AS _is_gone, "
        "CASE WHEN _next = 'I' AND _next_at = _at THEN _next_n END AS _for FROM (SELECT *, lead(_event) OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, log->key.names, log->key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _n) AS _next, lead(_at) OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, log->key.names, log->key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _n) AS _next_at, lead(_n) OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, log->key.names, log->key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _n) AS _next_n FROM (");
    add_events(log, &sql);
    pipeline_sql_add(&sql, ") AS e) AS f WHERE _event = 'S'");
    return pipeline_temp_sql(log->ctx, log->warehouse->conn, S("_fates"), &sql, ret_fates);
}

/* The log without suspects: each has become a deletion, a part of an update, or nothing. */
static ErrCode settle(Log *log, Err *err) {
    const SqlRelation *fates;
    TRY(make_fates(log, &fates, err));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(log, &sql, err);
    pipeline_sql_add(
        &sql, "SELECT l._n, CASE WHEN l._op = 'S' THEN 'D' WHEN x._n IS NOT NULL THEN 'U' ELSE l._op END AS _op, "
              "l._at, l._is_now");
    for (size_t i = 0; i < log->columns.n; i++) {
        Str before = pipeline_name(sql.arena, "before_", log->columns.names[i]);
        pipeline_sql_add(&sql, ", CASE WHEN x._n IS NOT NULL THEN x.%I ELSE l.%I END AS %I", &before, &before, &before);
    }
    pipeline_sql_add(&sql, ", ");
    pipeline_sql_columns(&sql, "l", "after_", log->columns.names, log->columns.n, "after_");
    pipeline_sql_add(
        &sql,
        " FROM %R AS l LEFT JOIN %R AS f ON f._n = l._n "
        "LEFT JOIN (SELECT g._for, s.* FROM %R AS g JOIN %R AS s ON s._n = g._n WHERE g._for IS NOT NULL) AS x "
        "ON x._for = l._n WHERE (l._op <> 'S' OR (f._is_gone AND f._for IS NULL)) AND NOT (x._n IS NOT NULL AND ",
        log->stage, fates, fates, log->stage);
    pipeline_sql_same(&sql, "x", "before_", "l", "after_", log->columns.names, log->columns.n, true);
    pipeline_sql_add(&sql, ")");
    return pipeline_temp_sql(log->ctx, log->warehouse->conn, S("_settled"), &sql, &log->stage);
}

/* ---- what the source still says ------------------------------------------------------------------------------------- */

static ErrCode check_now(const Log *log, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    EngineConn *conn = log->warehouse->conn;
    start(log, &sql, err);
    pipeline_sql_add(&sql, "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, log->key.names, log->key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _n DESC) AS _rank FROM (");
    add_events(log, &sql);
    pipeline_sql_add(&sql, ") AS e) AS f WHERE _rank = 1 AND NOT _is_now");
    SqlText text, count;
    TRY(pipeline_sql_text(&sql, &text));
    Value n;
    count = text;
    count.text = arena_printf(log->ctx->arena, "SELECT count(*) FROM (%.*s) AS w", STR_ARG(text.text));
    TRY(engine_value(log->ctx, conn, &count, &n, err));
    if (!n.i) return ERR_OK;
    const SqlRelation *wrong;
    Str keys;
    TRY(pipeline_temp_sql(log->ctx, conn, S("_wrong_keys"), &sql, &wrong));
    TRY(pipeline_key_examples(log->ctx, conn, wrong, KEY_, log->key.names, log->key.n, &keys, err));
    return err_set(
        err, ERR_DATA,
        "rows of table '%.*s' are not what its log of changes says (%.*s): something wrote past the triggers; "
        "run `starling sync --full`, which reads the source whole and compares",
        STR_ARG(log->table->name), STR_ARG(keys));
}

/* ---- records -------------------------------------------------------------------------------------------------------- */

static ErrCode make_records(const Log *log, const SqlRelation **ret_records, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(log, &sql, err);
    pipeline_sql_add(&sql, "SELECT row_number() OVER (ORDER BY _n) + %d AS _seq, _op, _at", log->warehouse->seq);
    for (size_t i = 0; i < log->key.n; i++) {
        Str before = pipeline_name(sql.arena, "before_", log->key.names[i]),
            after = pipeline_name(sql.arena, "after_", log->key.names[i]),
            key = pipeline_name(sql.arena, "key_", log->key.names[i]);
        pipeline_sql_add(&sql, ", CASE WHEN _op = 'I' THEN %I ELSE %I END AS %I", &after, &before, &key);
    }
    pipeline_sql_add(&sql, ", ");
    pipeline_sql_columns(&sql, NULL, "before_", log->columns.names, log->columns.n, NULL);
    pipeline_sql_add(&sql, ", ");
    pipeline_sql_columns(&sql, NULL, "after_", log->columns.names, log->columns.n, NULL);
    pipeline_sql_add(&sql, " FROM %R", log->stage);
    return pipeline_temp_sql(log->ctx, log->warehouse->conn,
                             pipeline_batch_name(log->warehouse, log->table, "_records"), &sql, ret_records);
}

static ErrCode apply(Log *log, Str source, TableCounts *counts, Err *err) {
    Value n_suspects;
    TRY(engine_valuef(log->ctx, log->warehouse->conn, &n_suspects, err, "SELECT count(*) FROM %R WHERE _op = 'S'",
                      log->stage));
    if (n_suspects.i) TRY(settle(log, err));
    TRY(check_now(log, err));
    const SqlRelation *records;
    TRY(make_records(log, &records, err));
    return pipeline_apply_records(log->ctx, log->warehouse, log->table, source, records, counts, err);
}

ErrCode warehouse_apply_changes(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                EngineStream *changes, TableCounts *ret_counts, Err *err) {
    if (!warehouse->is_open) return err_set(err, ERR_INTERNAL, "no batch is open");
    if (!table->n_key) return err_set(err, ERR_INTERNAL, "a table without a key has no log");
    int64_t from_us = clock_monotonic(ctx->clock);
    TableCounts counts = {.step = S("silver"), .table = table->name};
    if (!warehouse->is_published) {
        Log log = {.ctx = ctx,
                   .warehouse = warehouse,
                   .table = table,
                   .key = pipeline_silver_key(ctx->arena, table),
                   .columns = pipeline_table_columns(ctx->arena, table)};
        TRY(stage(&log, changes, &counts.n_read, err));
        if (pipeline_stream_marks_wrong(changes))
            TRY(pipeline_quarantine_changes(ctx, warehouse, table, source, log.stage, &counts.n_set_aside, err));
        TRY(apply(&log, source, &counts, err));
    }
    counts.duration_us = clock_monotonic(ctx->clock) - from_us;
    *ret_counts = counts;
    return ERR_OK;
}
