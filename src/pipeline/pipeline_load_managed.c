/*
 * A table's checked rows into the managed database, set-based: into an empty table directly, otherwise by way of a temporary table
 * of the same types, one UPDATE of what differs and one INSERT of what is missing. Rows that are equal are not written, so their
 * stamps stay. The stamp of all rows written is one, newer than any in the table.
 *
 * References are proved here, not left to the deferred constraints, whose failure at commit says nothing: parents among the
 * files are found in the reader, and only what is left is looked up in the database.
 */
#include "pipeline/pipeline_internal.h"

enum { FILL_ROWS = 10000 };

typedef struct Target {
    const Ctx *ctx;
    EngineConn *conn;
    Reader *reader;
    const ReadTable *rows;
    const ModelTable *table;
    const SqlRelation *relation;
    SilverKey key;
    const SqlExpr *stamp;
} Target;

bool pipeline_load_is_filled(const Reader *reader, const ModelTable *table, size_t column) {
    for (size_t m = 0; m < reader->model->n_mappings; m++) {
        const ModelMapping *mapping = &reader->model->mappings[m];
        if (mapping->table != table || !mapping->exprs[column]) continue;
        for (size_t f = 0; f < reader->n_files; f++)
            if (pipeline_read_is_mapped(reader, mapping, f)) return true;
    }
    return false;
}

/* ---- rows across ---------------------------------------------------------------------------------------------------- */

static Str writing(const Ctx *ctx, const SqlRelation *relation) {
    return pipeline_name(ctx->arena, "Writing ", sql_relation_name(relation));
}

static ErrCode fill(const Target *target, LoadCounts *counts, Err *err) {
    SqlItem stamp = {.expr = target->stamp, .alias = S(MANAGED_STAMP)};
    EngineStream *rows;
    TRY(pipeline_managed_drop_indexes(target->ctx, target->conn, target->table, err));
    TRY(pipeline_read_stream(target->ctx, target->reader, target->rows, READ_IN_KEY_ORDER, &stamp, &rows, err));
    ErrCode code = pipeline_copy_rows(target->ctx, target->conn, target->relation, rows,
                                      writing(target->ctx, target->relation), &counts->n_inserted, err);
    engine_stream_close(rows);
    return code ? code : pipeline_managed_make_indexes(target->ctx, target->conn, target->table, err);
}

/* Logging row by row that a whole table is new costs half as much as writing it, and the file its size again: beyond a few rows
 * the log begins anew instead, so that the table is next read whole. */
static ErrCode load_empty(const Target *target, LoadCounts *counts, Err *err) {
    if (target->rows->n_rows < FILL_ROWS) return fill(target, counts, err);
    LogShape shape;
    TRY(pipeline_log_shape(target->ctx, target->conn, target->table, &shape, err));
    TRY(pipeline_log_pause(target->ctx, target->conn, &shape, err));
    TRY(fill(target, counts, err));
    return pipeline_log_bring(target->ctx, target->conn, &shape, err);
}

/* ---- the difference ------------------------------------------------------------------------------------------------- */

static ErrCode stage(const Target *target, const SqlRelation **ret_stage, Err *err) {
    Arena *arena = target->ctx->arena;
    const SqlRelation *stage =
        sql_relation_table(arena, S("temp"), pipeline_name(arena, "_stage_", target->table->name));
    TRY(pipeline_temp_drop(target->ctx, target->conn, stage, err));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, arena, engine_dialect(engine_of(target->conn)), err);
    Str name = sql_relation_name(stage);
    pipeline_sql_add(&sql, "CREATE TEMPORARY TABLE %I (", &name);
    for (size_t i = 0; i < target->table->n_columns; i++)
        pipeline_sql_add(&sql, "%I %T, ", &target->table->columns[i].name, &target->table->columns[i].type);
    SqlColumnList key = {target->key.names, target->key.n};
    pipeline_sql_add(&sql, "PRIMARY KEY (%C)) WITHOUT ROWID", &key);
    TRY(pipeline_sql_exec(target->ctx, target->conn, &sql, NULL));
    EngineStream *rows;
    int64_t n;
    TRY(pipeline_read_stream(target->ctx, target->reader, target->rows, READ_IN_KEY_ORDER, NULL, &rows, err));
    ErrCode code =
        pipeline_copy_rows(target->ctx, target->conn, stage, rows, writing(target->ctx, target->relation), &n, err);
    engine_stream_close(rows);
    if (!code) *ret_stage = stage;
    return code;
}

static const SqlExpr *same_key(const Target *target) {
    return pipeline_same_columns(target->ctx->arena, S("s"), S("t"), target->key.names, target->key.types,
                                 target->key.n, false);
}

static bool is_key(const ModelTable *table, size_t column) {
    for (size_t i = 0; i < table->n_key; i++)
        if (table->key[i] == column) return true;
    return false;
}

static ErrCode update(const Target *target, const SqlRelation *from, int64_t *ret_n, Err *err) {
    Arena *arena = target->ctx->arena;
    const ModelTable *table = target->table;
    VEC(SqlItem) set = {0};
    Str *names = ARENA_ARRAY(arena, Str, table->n_columns);
    Type *types = ARENA_ARRAY(arena, Type, table->n_columns);
    for (size_t i = 0; i < table->n_columns; i++) {
        const ModelColumn *column = &table->columns[i];
        if (is_key(table, i) || !pipeline_load_is_filled(target->reader, table, i)) continue;
        names[set.n] = column->name;
        types[set.n] = column->type;
        VEC_PUSH(arena, &set, (SqlItem){sql_column(arena, S("s"), column->name, column->type), column->name});
    }
    *ret_n = 0;
    if (!set.n) return ERR_OK;
    const SqlExpr *is_other = pipeline_any_distinct(arena, S("s"), S("t"), names, types, set.n);
    VEC_PUSH(arena, &set, (SqlItem){target->stamp, S(MANAGED_STAMP)});
    SqlFrom source = {.relation = from, .alias = S("s")};
    SqlStmt stmt = {.kind = SQL_STMT_UPDATE,
                    .relation = target->relation,
                    .alias = S("t"),
                    .set = set.at,
                    .n_set = set.n,
                    .from = &source,
                    .n_from = 1,
                    .where = sql_and(arena, same_key(target), is_other)};
    return engine_exec_stmt(target->ctx, target->conn, &stmt, ret_n, err);
}

static ErrCode insert(const Target *target, const SqlRelation *from, int64_t *ret_n, Err *err) {
    Arena *arena = target->ctx->arena;
    SelectDraft draft = {.arena = arena}, there = {.arena = arena};
    for (size_t i = 0; i < target->table->n_columns; i++) {
        const ModelColumn *column = &target->table->columns[i];
        pipeline_draft_item(&draft, sql_column(arena, S("s"), column->name, column->type), column->name);
    }
    pipeline_draft_item(&draft, target->stamp, S(MANAGED_STAMP));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, from, S("s"), NULL);
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, target->relation, S("t"), NULL);
    pipeline_draft_where(&there, same_key(target));
    pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&there), true));
    return pipeline_insert(target->ctx, target->conn, target->relation, pipeline_draft_end(&draft), ret_n, err);
}

static ErrCode load_difference(const Target *target, LoadCounts *counts, Err *err) {
    const SqlRelation *from = NULL;
    TRY(stage(target, &from, err));
    TRY(update(target, from, &counts->n_updated, err));
    TRY(insert(target, from, &counts->n_inserted, err));
    return pipeline_temp_drop(target->ctx, target->conn, from, err);
}

/* ---- a table -------------------------------------------------------------------------------------------------------- */

/* What the declared checks of the table refuse, in words for the person who loads. */
static ErrCode refused(const Target *target, ErrCode code, Err *err) {
    if (code == ERR_DATA || code == ERR_CONFLICT)
        err_prefix(err, "table '%.*s' does not take the rows", STR_ARG(target->table->name));
    return code;
}

ErrCode pipeline_load_rows(const Ctx *ctx, EngineConn *conn, Reader *reader, const ReadTable *rows, LoadCounts *counts,
                           Err *err) {
    const ModelTable *table = rows->table;
    if (!table->n_key)
        return err_set(err, ERR_UNSUPPORTED,
                       "table '%.*s' of a managed source has no key, so files cannot be loaded into it; declare one",
                       STR_ARG(table->name));
    Target target = {.ctx = ctx, .conn = conn, .reader = reader, .rows = rows, .table = table};
    target.relation = sql_relation_table(ctx->arena, S(""), table->name);
    target.key = pipeline_silver_key(ctx->arena, table);
    Value last;
    TRY(engine_valuef(ctx, conn, &last, err, "SELECT max(" MANAGED_STAMP ") FROM %R", target.relation));
    int64_t stamp = clock_now(ctx->clock);
    if (!last.is_null) stamp = MAX_OF(stamp, last.i + 1);
    target.stamp = pipeline_int(ctx->arena, stamp);
    Value has_rows;
    TRY(engine_valuef(ctx, conn, &has_rows, err, "SELECT count(*) FROM (SELECT 1 FROM %R LIMIT 1)", target.relation));
    ErrCode code = has_rows.i ? load_difference(&target, counts, err) : load_empty(&target, counts, err);
    if (code) return refused(&target, code, err);
    counts->n_same = rows->n_rows - counts->n_inserted - counts->n_updated;
    return ERR_OK;
}

/* ---- references ----------------------------------------------------------------------------------------------------- */

static const ReadTable *find_rows(const ReadTable *all, size_t n, const ModelTable *table) {
    for (size_t i = 0; i < n; i++)
        if (all[i].table == table) return &all[i];
    return NULL;
}

/* The keys a reference names that no row of the files has, each with the first place that names it. */
static const SqlSelect *open_keys(const Ctx *ctx, const ReadTable *rows, const ModelReference *reference,
                                  const ReadTable *parent) {
    Arena *arena = ctx->arena;
    SelectDraft draft = {.arena = arena, .n_group = reference->n_columns}, there = {.arena = arena};
    SilverKey key = pipeline_silver_key(arena, reference->target);
    for (size_t i = 0; i < reference->n_columns; i++) {
        const ModelColumn *column = &rows->table->columns[reference->columns[i]];
        const SqlExpr *value = sql_column(arena, S("r"), column->name, column->type);
        pipeline_draft_item(&draft, value, key.names[i]);
        pipeline_draft_where(&draft, sql_call1(arena, SQL_FN_IS_SET, value));
        pipeline_draft_where(&there,
                             sql_call2(arena, SQL_FN_EQ, sql_column(arena, S("p"), key.names[i], key.types[i]), value));
    }
    pipeline_draft_item(&draft,
                        sql_call1(arena, SQL_FN_MIN, sql_column(arena, S("r"), S(READ_PLACE), TYPE(TYPE_INT64))),
                        S(READ_PLACE));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, rows->rows, S("r"), NULL);
    if (!parent) return pipeline_draft_end(&draft);
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, parent->rows, S("p"), NULL);
    pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&there), true));
    return pipeline_draft_end(&draft);
}

static ErrCode missing_parent(const Ctx *ctx, Reader *reader, const ReadTable *rows, const ModelReference *reference,
                              int64_t n, const Batch *first, Err *err) {
    SilverKey key = pipeline_silver_key(ctx->arena, reference->target);
    Str text = S("");
    for (size_t i = 0; i < key.n; i++) {
        Str value = value_print(ctx->arena, column_value(&first->columns[i], 0));
        text = arena_printf(ctx->arena, "%.*s%s%.*s=%.*s", STR_ARG(text), i ? ", " : "", STR_ARG(key.names[i]),
                            STR_ARG(value));
    }
    int64_t place = column_int(&first->columns[key.n], 0);
    Str more = S("");
    if (n > 1) more = arena_printf(ctx->arena, "; %" PRId64 " other%s missing too", n - 1, n == 2 ? " is" : "s are");
    err_set(
        err, ERR_DATA,
        "a row of '%.*s'%.*s names the %.*s with %.*s, which is neither in the files nor in the database%.*s; load it first, or together",
        STR_ARG(rows->table->name), STR_ARG(pipeline_read_row_text(ctx, reader, place)),
        STR_ARG(reference->target->name), STR_ARG(text), STR_ARG(more));
    pipeline_read_error_at(reader, place, err);
    return ERR_DATA;
}

/* Which of the keys in temp._open the database has not either. */
static ErrCode look_up(const Ctx *ctx, EngineConn *conn, Reader *reader, const ReadTable *rows,
                       const ModelReference *reference, const SqlRelation *open, Err *err) {
    Arena *arena = ctx->arena;
    SilverKey key = pipeline_silver_key(arena, reference->target);
    SelectDraft draft = {.arena = arena}, there = {.arena = arena}, count = {.arena = arena};
    for (size_t i = 0; i < key.n; i++)
        pipeline_draft_item(&draft, sql_column(arena, S("o"), key.names[i], key.types[i]), key.names[i]);
    const SqlExpr *place = sql_column(arena, S("o"), S(READ_PLACE), TYPE(TYPE_INT64));
    pipeline_draft_item(&draft, place, S(READ_PLACE));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, open, S("o"), NULL);
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, sql_relation_table(arena, S(""), reference->target->name), S("p"), NULL);
    pipeline_draft_where(&there, pipeline_same_columns(arena, S("o"), S("p"), key.names, key.types, key.n, false));
    pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&there), true));
    pipeline_draft_item(&count, sql_call(arena, SQL_FN_COUNT_ALL, NULL, 0), S("n"));
    pipeline_draft_from_select(&count, SQL_JOIN_NONE, pipeline_draft_end(&draft), S("x"), NULL);
    int64_t n;
    TRY(pipeline_select_int(ctx, conn, pipeline_draft_end(&count), &n, err));
    if (!n) return ERR_OK;
    pipeline_draft_order(&draft, place);
    SqlText text;
    TRY(sql_print_select(arena, engine_dialect(engine_of(conn)), pipeline_draft_end(&draft), &text, err));
    EngineStream *stream;
    TRY(engine_query(ctx, conn, &text, &stream, err));
    const Batch *first = NULL;
    ErrCode code = engine_stream_next(stream, &first, err);
    if (!code && first) code = missing_parent(ctx, reader, rows, reference, n, first, err);
    engine_stream_close(stream);
    return code;
}

static ErrCode check_reference(const Ctx *ctx, EngineConn *conn, Reader *reader, const ReadTable *rows,
                               const ModelReference *reference, const ReadTable *parent, Err *err) {
    SqlText text;
    TRY(sql_print_select(ctx->arena, engine_dialect(&ENGINE_DUCKDB), open_keys(ctx, rows, reference, parent), &text,
                         err));
    const SqlRelation *open = sql_relation_table(ctx->arena, S("temp"), S("_open"));
    TRY(pipeline_temp_drop(ctx, conn, open, err));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(conn)), err);
    pipeline_sql_add(&sql, "CREATE TEMPORARY TABLE _open (");
    SilverKey key = pipeline_silver_key(ctx->arena, reference->target);
    for (size_t i = 0; i < key.n; i++) pipeline_sql_add(&sql, "%I %T, ", &key.names[i], &key.types[i]);
    pipeline_sql_add(&sql, READ_PLACE " INTEGER)");
    TRY(pipeline_sql_exec(ctx, conn, &sql, NULL));
    EngineStream *stream;
    int64_t n = 0;
    TRY(engine_query(ctx, reader->conn, &text, &stream, err));
    ErrCode code = pipeline_copy_rows(ctx, conn, open, stream, S("Checking references"), &n, err);
    engine_stream_close(stream);
    if (!code && n) code = look_up(ctx, conn, reader, rows, reference, open, err);
    if (code) return code;
    return pipeline_temp_drop(ctx, conn, open, err);
}

ErrCode pipeline_load_check_references(const Ctx *ctx, EngineConn *conn, Reader *reader, const ReadTable *rows,
                                       const ReadTable *all, size_t n_all, Err *err) {
    for (size_t i = 0; i < rows->table->n_references; i++) {
        const ModelReference *reference = &rows->table->references[i];
        TRY(check_reference(ctx, conn, reader, rows, reference, find_rows(all, n_all, reference->target), err));
    }
    return ERR_OK;
}
