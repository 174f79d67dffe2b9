/*
 * Carries a table's records out on bronze and silver, set-based, whatever they came from: a comparison (at most one a key) or a log
 * (any number a key).
 *
 * Phases: the records are appended to bronze as they are; each of their keys gets one row that tells how it ends and whether it was
 * there before (_now); silver's rows of these keys go, and those that are in come. How many silver rows went must be how many keys
 * were there before: the log and silver check each other at every batch. Records and keys are kept for gold until the batch ends.
 */
#include "pipeline/pipeline_internal.h"

typedef struct Apply {
    const Ctx *ctx;
    Warehouse *warehouse;
    const ModelTable *table;
    Str source;
    SilverKey key;
    TableColumns columns;
    const SqlRelation *records;
    const SqlRelation *now; /* _k_K… _seq _at _old_seq _was _is_in C… */
} Apply;

const char *pipeline_key_prefix(const ModelTable *table, bool is_after) {
    if (!table->n_key) return "key_";
    return is_after ? "after_" : "before_";
}

static void start(const Apply *apply, PipelineSql *sql, Err *err) {
    pipeline_sql_init(sql, apply->ctx->arena, engine_dialect(engine_of(apply->warehouse->conn)), err);
}

/* ---- counting and bronze -------------------------------------------------------------------------------------------- */

static ErrCode count_ops(const Apply *apply, TableCounts *counts, Err *err) {
    int64_t n[3];
    TRY(pipeline_ints(apply->ctx, apply->warehouse->conn, n, COUNT_OF(n), err,
                      "SELECT count(*) FILTER (WHERE _op = 'I'), count(*) FILTER (WHERE _op = 'U'), "
                      "count(*) FILTER (WHERE _op = 'D') FROM %R",
                      apply->records));
    counts->n_inserted = n[0];
    counts->n_updated = n[1];
    counts->n_deleted = n[2];
    return ERR_OK;
}

static ErrCode record(const Apply *apply, Err *err) {
    Value batch = value_text(apply->warehouse->batch), source = value_text(apply->source);
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(apply, &sql, err);
    pipeline_sql_add(&sql, "INSERT INTO %R (_seq, _op, _at, _batch, _source, ",
                     pipeline_bronze(apply->ctx->arena, apply->table));
    for (int is_select = 0; is_select <= 1; is_select++) {
        if (is_select) pipeline_sql_add(&sql, ") SELECT _seq, _op, _at, %V, %V, ", &batch, &source);
        pipeline_sql_columns(&sql, NULL, "key_", apply->key.names, apply->key.n, NULL);
        pipeline_sql_add(&sql, ", ");
        pipeline_sql_columns(&sql, NULL, "before_", apply->columns.names, apply->columns.n, NULL);
        pipeline_sql_add(&sql, ", ");
        pipeline_sql_columns(&sql, NULL, "after_", apply->columns.names, apply->columns.n, NULL);
    }
    pipeline_sql_add(&sql, " FROM %R ORDER BY _seq", apply->records);
    return pipeline_sql_exec(apply->ctx, apply->warehouse->conn, &sql, NULL);
}

/* ---- where each key ends -------------------------------------------------------------------------------------------- */

/* r.before_K and r.after_K differ somewhere: never without a declared key. */
static void add_key_changed(PipelineSql *sql, SilverKey key, const ModelTable *table) {
    if (!table->n_key) {
        pipeline_sql_add(sql, "false");
        return;
    }
    pipeline_sql_add(sql, "NOT (");
    pipeline_sql_same(sql, "r", "before_", "r", "after_", key.names, key.n, true);
    pipeline_sql_add(sql, ")");
}

static void add_key_filter(PipelineSql *sql, SilverKey key, const char *prefix, const SqlRelation *keys) {
    if (!keys) return;
    pipeline_sql_add(sql, " AND EXISTS (SELECT 1 FROM %R AS f WHERE ", keys);
    pipeline_sql_same(sql, "f", KEY_, "r", prefix, key.names, key.n, false);
    pipeline_sql_add(sql, ")");
}

void pipeline_sql_events(PipelineSql *sql, const ModelTable *table, const SqlRelation *records,
                         const SqlRelation *keys) {
    SilverKey key = pipeline_silver_key(sql->arena, table);
    TableColumns columns = pipeline_table_columns(sql->arena, table);
    const char *before = pipeline_key_prefix(table, false), *after = pipeline_key_prefix(table, true);
    pipeline_sql_add(sql, "SELECT ");
    pipeline_sql_columns(sql, "r", after, key.names, key.n, KEY_);
    pipeline_sql_add(sql, ", _seq, _at, CASE WHEN _op = 'I' OR ");
    add_key_changed(sql, key, table);
    pipeline_sql_add(sql, " THEN 'in' ELSE 'same' END AS _kind, ");
    pipeline_sql_columns(sql, "r", "after_", columns.names, columns.n, "");
    pipeline_sql_add(sql, " FROM %R AS r WHERE _op <> 'D'", records);
    add_key_filter(sql, key, after, keys);
    pipeline_sql_add(sql, " UNION ALL SELECT ");
    pipeline_sql_columns(sql, "r", before, key.names, key.n, KEY_);
    pipeline_sql_add(sql, ", _seq, _at, 'out'");
    for (size_t i = 0; i < columns.n; i++) pipeline_sql_add(sql, ", NULL");
    pipeline_sql_add(sql, " FROM %R AS r WHERE (_op = 'D' OR (_op = 'U' AND ", records);
    add_key_changed(sql, key, table);
    pipeline_sql_add(sql, "))");
    add_key_filter(sql, key, before, keys);
}

static ErrCode make_now(Apply *apply, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(apply, &sql, err);
    pipeline_sql_add(&sql, "SELECT f.* EXCLUDE (_kind, _rank), f._kind <> 'out' AS _is_in, s._seq AS _old_seq, "
                           "s.rowid AS _old_row FROM (SELECT e.*, first_value(_kind) OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, apply->key.names, apply->key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _seq) <> 'in' AS _was, row_number() OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, apply->key.names, apply->key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _seq DESC) AS _rank FROM (");
    pipeline_sql_events(&sql, apply->table, apply->records, NULL);
    pipeline_sql_add(&sql, ") AS e) AS f LEFT JOIN %R AS s ON ", pipeline_silver(apply->ctx->arena, apply->table));
    pipeline_sql_same(&sql, "s", "", "f", KEY_, apply->key.names, apply->key.n, false);
    pipeline_sql_add(&sql, " WHERE f._rank = 1");
    return pipeline_temp_sql(apply->ctx, apply->warehouse->conn,
                             pipeline_batch_name(apply->warehouse, apply->table, "_now"), &sql, &apply->now);
}

/* ---- silver --------------------------------------------------------------------------------------------------------- */

ErrCode pipeline_key_examples(const Ctx *ctx, EngineConn *conn, const SqlRelation *rows, const char *prefix,
                              const Str *names, size_t n_names, Str *ret_text, Err *err) {
    enum { EXAMPLES = 3 };
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(conn)), err);
    pipeline_sql_add(&sql, "SELECT *, count(*) OVER () AS n FROM (SELECT DISTINCT ");
    pipeline_sql_columns(&sql, NULL, prefix, names, n_names, NULL);
    pipeline_sql_add(&sql, " FROM %R) AS k ORDER BY ALL LIMIT %d", rows, (int64_t)EXAMPLES);
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    EngineStream *stream;
    TRY(engine_query(ctx, conn, &text, &stream, err));
    const Batch *batch = NULL;
    Str list = S("");
    ErrCode code = engine_stream_next(stream, &batch, err);
    size_t n_rows = !code && batch ? batch->n_rows : 0;
    int64_t n = n_rows ? column_int(&batch->columns[n_names], 0) : 0;
    for (size_t row = 0; row < n_rows; row++)
        for (size_t i = 0; i < n_names; i++) {
            Str value = value_print(ctx->arena, column_value(&batch->columns[i], row));
            list = arena_printf(ctx->arena, "%.*s%s%.*s=%.*s", STR_ARG(list),
                                i     ? ", "
                                : row ? "; "
                                      : "",
                                STR_ARG(names[i]), STR_ARG(value));
        }
    engine_stream_close(stream);
    if (code) return code;
    if (n > (int64_t)n_rows)
        list = arena_printf(ctx->arena, "%.*s and %" PRId64 " more", STR_ARG(list), n - (int64_t)n_rows);
    *ret_text = list;
    return ERR_OK;
}

/* The records say of each key whether it was there before; silver must say the same. */
static ErrCode check_before(const Apply *apply, Err *err) {
    Value n;
    TRY(engine_valuef(apply->ctx, apply->warehouse->conn, &n, err,
                      "SELECT count(*) FROM %R WHERE _was <> (_old_seq IS NOT NULL)", apply->now));
    if (!n.i) return ERR_OK;
    const SqlRelation *wrong = sql_relation_table(apply->ctx->arena, S(""), S("_wrong_keys"));
    Str keys;
    TRY(engine_execf(apply->ctx, apply->warehouse->conn, NULL, err,
                     "CREATE OR REPLACE TEMPORARY TABLE %R AS SELECT * FROM %R WHERE _was <> (_old_seq IS NOT NULL)",
                     wrong, apply->now));
    TRY(pipeline_key_examples(apply->ctx, apply->warehouse->conn, wrong, KEY_, apply->key.names, apply->key.n, &keys,
                              err));
    return err_set(err, ERR_DATA,
                   "the changes of table '%.*s' do not go on from what the warehouse holds (%.*s); run `starling sync "
                   "--full`, which reads the source whole and compares",
                   STR_ARG(apply->table->name), STR_ARG(keys));
}

static ErrCode insert_silver(const Apply *apply, int64_t *ret_n, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(apply, &sql, err);
    pipeline_sql_add(&sql, "INSERT INTO %R (", pipeline_silver(apply->ctx->arena, apply->table));
    for (int is_select = 0; is_select <= 1; is_select++) {
        if (is_select) pipeline_sql_add(&sql, ") SELECT ");
        pipeline_sql_columns(&sql, NULL, "", apply->columns.names, apply->columns.n, NULL);
        pipeline_sql_add(&sql, ", ");
        if (!apply->table->n_key) {
            pipeline_sql_columns(&sql, NULL, is_select ? KEY_ : "", apply->key.names, apply->key.n, NULL);
            pipeline_sql_add(&sql, ", ");
        }
        pipeline_sql_add(&sql, "_seq, _at");
    }
    pipeline_sql_add(&sql, " FROM %R WHERE _is_in ORDER BY _seq", apply->now);
    return pipeline_sql_exec(apply->ctx, apply->warehouse->conn, &sql, ret_n);
}

static ErrCode bring_silver(const Apply *apply, Err *err) {
    TRY(engine_execf(apply->ctx, apply->warehouse->conn, NULL, err,
                     "DELETE FROM %R WHERE rowid IN (SELECT _old_row FROM %R WHERE _old_row IS NOT NULL)",
                     pipeline_silver(apply->ctx->arena, apply->table), apply->now));
    return insert_silver(apply, NULL, err);
}

ErrCode pipeline_silver_rebuild(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, TableCounts *counts,
                                Err *err) {
    Apply apply = {.ctx = ctx,
                   .warehouse = warehouse,
                   .table = table,
                   .key = pipeline_silver_key(ctx->arena, table),
                   .columns = pipeline_table_columns(ctx->arena, table)};
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(&apply, &sql, err);
    pipeline_sql_add(&sql, "SELECT *, _kind <> 'out' AS _is_in FROM (SELECT *, row_number() OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, apply.key.names, apply.key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _seq DESC) AS _rank FROM (");
    pipeline_sql_events(&sql, table, pipeline_bronze(ctx->arena, table), NULL);
    pipeline_sql_add(&sql, ") AS e) AS f WHERE _rank = 1");
    TRY(pipeline_temp_sql(ctx, warehouse->conn, S("_now"), &sql, &apply.now));
    TRY(engine_execf(ctx, warehouse->conn, &counts->n_deleted, err, "DELETE FROM %R",
                     pipeline_silver(ctx->arena, table)));
    TRY(insert_silver(&apply, &counts->n_inserted, err));
    counts->n_read = counts->n_inserted;
    return ERR_OK;
}

/* ---- kept for gold -------------------------------------------------------------------------------------------------- */

Str pipeline_batch_name(const Warehouse *warehouse, const ModelTable *table, const char *what) {
    bool is_more = pipeline_change_of(warehouse, table)->records != NULL;
    return arena_printf(warehouse->arena, "%s%s:%.*s", what, is_more ? "_more" : "", STR_ARG(table->name));
}

/* The first part's tables are the batch's; later parts are added to them. */
static ErrCode keep(const Apply *apply, const SqlRelation **kept, const SqlRelation *rows, Err *err) {
    if (*kept)
        return engine_execf(apply->ctx, apply->warehouse->conn, NULL, err, "INSERT INTO %R SELECT * FROM %R", *kept,
                            rows);
    *kept = rows;
    return ERR_OK;
}

ErrCode pipeline_apply_records(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                               const SqlRelation *records, TableCounts *counts, Err *err) {
    Apply apply = {.ctx = ctx,
                   .warehouse = warehouse,
                   .table = table,
                   .source = source,
                   .key = pipeline_silver_key(ctx->arena, table),
                   .columns = pipeline_table_columns(ctx->arena, table),
                   .records = records};
    TRY(count_ops(&apply, counts, err));
    int64_t n = counts->n_inserted + counts->n_updated + counts->n_deleted;
    if (!n) return ERR_OK;
    TRY(record(&apply, err));
    FAULT_POINT("sync.bronze");
    TRY(make_now(&apply, err));
    TRY(check_before(&apply, err));
    TRY(bring_silver(&apply, err));
    FAULT_POINT("sync.silver");
    TableChange *change = &warehouse->changes[pipeline_table_index(warehouse->model, table)];
    TRY(keep(&apply, &change->keys, apply.now, err));
    TRY(keep(&apply, &change->records, records, err));
    change->is_changed = true;
    warehouse->seq += n;
    warehouse->n_changes += n;
    return ERR_OK;
}
