/*
 * The managed schema's DDL, from the model: columns with their checks, the key, references, stamps.
 *
 * Every column checks what SQLite's types do not: that a value has the type declared (dates read back as they are written,
 * decimals are scaled integers of so many digits), and the pack's own check, its literals written out since DDL takes no
 * parameters. References are deferred, so that a transaction may write rows in any order.
 *
 * tbl_last_dt is max(clock, last + 1) in microseconds since 1970, last being the newest stamp of the table: no two changes of a
 * table stand in the wrong order even when the clock goes back. The triggers set it where the writer left it alone, and then
 * stay quiet, for their own update changes it.
 */
#include "pipeline/pipeline_internal.h"

static bool is_key(const ModelTable *table, size_t column) {
    for (size_t i = 0; i < table->n_key; i++)
        if (table->key[i] == column) return true;
    return false;
}

static void add_type_check(PipelineSql *sql, const ModelColumn *column) {
    const Str *name = &column->name;
    switch (column->type.kind) {
    case TYPE_BOOL: pipeline_sql_add(sql, " CHECK (%I IN (0, 1))", name); break;
    case TYPE_INT64: pipeline_sql_add(sql, " CHECK (typeof(%I) IN ('integer', 'null'))", name); break;
    case TYPE_DECIMAL: {
        int64_t bound = 1;
        for (int i = 0; i < column->type.precision && i < 18; i++) bound *= 10;
        pipeline_sql_add(sql, " CHECK (typeof(%I) IN ('integer', 'null') AND %I BETWEEN %d AND %d)", name, name,
                         1 - bound, bound - 1);
        break;
    }
    case TYPE_FLOAT64: pipeline_sql_add(sql, " CHECK (typeof(%I) IN ('real', 'null'))", name); break;
    case TYPE_TEXT: pipeline_sql_add(sql, " CHECK (typeof(%I) IN ('text', 'null'))", name); break;
    case TYPE_DATE: pipeline_sql_add(sql, " CHECK (date(%I, '+0 days') IS %I)", name, name); break; /* 02-30 -> 03-02 */
    case TYPE_TIMESTAMP:
        pipeline_sql_add(sql, " CHECK (strftime('%%Y-%%m-%%d %%H:%%M:%%S', %I, '+0 days') IS substr(%I, 1, 19))", name,
                         name);
        break;
    case TYPE_JSON: pipeline_sql_add(sql, " CHECK (%I IS NULL OR json_valid(%I))", name, name); break;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
}

/* A check of the pack over the table's own columns. */
static ErrCode add_pack_check(PipelineSql *sql, const ModelTable *table, const ModelColumn *column, Err *err) {
    ExprScope scope = model_table_scope(sql->arena, table, S(""));
    const SqlExpr *check;
    Str text;
    ErrCode code = expr_compile(&scope, column->check_expr, &check, err);
    if (!code) code = sql_print_expr_inline(sql->arena, sql->dialect, check, &text, err);
    if (code) {
        err_prefix(err, "the check of column '%.*s' cannot be kept by SQLite", STR_ARG(column->name));
        return err_at(err, column->place.file, column->place.line, column->place.column);
    }
    pipeline_sql_add(sql, " CHECK (");
    buf_add(&sql->buf, text); /* printed by sql/ */
    pipeline_sql_add(sql, ")");
    return ERR_OK;
}

ErrCode pipeline_managed_column(Arena *arena, const ModelTable *table, const ModelColumn *column, Str *ret_text,
                                Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, arena, engine_dialect(&ENGINE_SQLITE), err);
    pipeline_sql_add(&sql, "%I %T", &column->name, &column->type);
    if (column->is_not_null || is_key(table, (size_t)(column - table->columns))) pipeline_sql_add(&sql, " NOT NULL");
    add_type_check(&sql, column);
    if (column->check_expr) TRY(add_pack_check(&sql, table, column, err));
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    *ret_text = text.text;
    return ERR_OK;
}

/* ", PRIMARY KEY (…), FOREIGN KEY (…) REFERENCES …" */
ErrCode pipeline_managed_constraints(Arena *arena, const ModelTable *table, Str *ret_text, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, arena, engine_dialect(&ENGINE_SQLITE), err);
    SilverKey key = pipeline_silver_key(arena, table);
    SqlColumnList list = {key.names, key.n};
    if (table->n_key) pipeline_sql_add(&sql, ", PRIMARY KEY (%C)", &list);
    for (size_t i = 0; i < table->n_references; i++) {
        const ModelReference *reference = &table->references[i];
        Str *names = ARENA_ARRAY(arena, Str, reference->n_columns);
        for (size_t c = 0; c < reference->n_columns; c++) names[c] = table->columns[reference->columns[c]].name;
        SqlColumnList columns = {names, reference->n_columns};
        SilverKey target = pipeline_silver_key(arena, reference->target);
        SqlColumnList target_columns = {target.names, target.n};
        pipeline_sql_add(&sql, ", FOREIGN KEY (%C) REFERENCES %I (%C) DEFERRABLE INITIALLY DEFERRED", &columns,
                         &reference->target->name, &target_columns);
    }
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    *ret_text = text.text;
    return ERR_OK;
}

/* ---- making --------------------------------------------------------------------------------------------------------- */

static ErrCode remember(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str part, Str definition, Err *err) {
    Value name = value_text(table->name), what = value_text(part), text = value_text(definition);
    return engine_execf(ctx, conn, NULL, err,
                        "INSERT OR REPLACE INTO " MANAGED_SCHEMA " (table_name, part, definition) VALUES (%V, %V, %V)",
                        &name, &what, &text);
}

static Str stamp_index(Arena *arena, const ModelTable *table) {
    return arena_printf(arena, "%.*s_" MANAGED_STAMP, STR_ARG(table->name));
}

static Str reference_index(Arena *arena, const ModelTable *table, size_t i) {
    return arena_printf(arena, "%.*s_to_%.*s_%zu", STR_ARG(table->name), STR_ARG(table->references[i].target->name), i);
}

ErrCode pipeline_managed_drop_indexes(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    Str name = stamp_index(ctx->arena, table);
    TRY(engine_execf(ctx, conn, NULL, err, "DROP INDEX IF EXISTS %I", &name));
    for (size_t i = 0; i < table->n_references; i++) {
        name = reference_index(ctx->arena, table, i);
        TRY(engine_execf(ctx, conn, NULL, err, "DROP INDEX IF EXISTS %I", &name));
    }
    return ERR_OK;
}

ErrCode pipeline_managed_make_indexes(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    Str name = stamp_index(ctx->arena, table);
    TRY(engine_execf(ctx, conn, NULL, err, "CREATE INDEX IF NOT EXISTS %I ON %I (" MANAGED_STAMP ")", &name,
                     &table->name));
    for (size_t i = 0; i < table->n_references; i++) {
        const ModelReference *reference = &table->references[i];
        Str *names = ARENA_ARRAY(ctx->arena, Str, reference->n_columns);
        for (size_t c = 0; c < reference->n_columns; c++) names[c] = table->columns[reference->columns[c]].name;
        SqlColumnList columns = {names, reference->n_columns};
        Str index = reference_index(ctx->arena, table, i);
        TRY(engine_execf(ctx, conn, NULL, err, "CREATE INDEX IF NOT EXISTS %I ON %I (%C)", &index, &table->name,
                         &columns));
    }
    return ERR_OK;
}

ErrCode pipeline_managed_make_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_SQLITE), err);
    pipeline_sql_add(&sql, "CREATE TABLE %I (", &table->name);
    for (size_t i = 0; i < table->n_columns; i++) {
        Str definition;
        TRY(pipeline_managed_column(ctx->arena, table, &table->columns[i], &definition, err));
        TRY(remember(ctx, conn, table, table->columns[i].name, definition, err));
        buf_add(&sql.buf, definition);
        pipeline_sql_add(&sql, ", ");
    }
    pipeline_sql_add(&sql, MANAGED_ATTRIBUTES " TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(" MANAGED_ATTRIBUTES
                                              ")), " MANAGED_STAMP " INTEGER CHECK (typeof(" MANAGED_STAMP
                                              ") IN ('integer', 'null'))");
    Str constraints;
    TRY(pipeline_managed_constraints(ctx->arena, table, &constraints, err));
    TRY(remember(ctx, conn, table, S(""), constraints, err));
    buf_add(&sql.buf, constraints);
    pipeline_sql_add(&sql, ")");
    TRY(pipeline_sql_exec(ctx, conn, &sql, NULL));
    TRY(pipeline_managed_make_indexes(ctx, conn, table, err));
    return pipeline_managed_make_triggers(ctx, conn, table, err);
}

#define NEXT_STAMP                                                                                             \
    "max(CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER), coalesce((SELECT max(" MANAGED_STAMP \
    ") FROM %I), 0) + 1)"

static ErrCode make_trigger(const Ctx *ctx, EngineConn *conn, const ModelTable *table, bool is_update, Err *err) {
    Str name = arena_printf(ctx->arena, "%.*s_stamp_%s", STR_ARG(table->name), is_update ? "update" : "insert");
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_SQLITE), err);
    pipeline_sql_add(&sql,
                     is_update ? "CREATE TRIGGER IF NOT EXISTS %I AFTER UPDATE ON %I "
                                 "WHEN NEW." MANAGED_STAMP " IS OLD." MANAGED_STAMP
                               : "CREATE TRIGGER IF NOT EXISTS %I AFTER INSERT ON %I WHEN NEW." MANAGED_STAMP
                                 " IS NULL",
                     &name, &table->name);
    pipeline_sql_add(&sql, " BEGIN UPDATE %I SET " MANAGED_STAMP " = " NEXT_STAMP " WHERE ", &table->name,
                     &table->name);
    for (size_t i = 0; i < table->n_key; i++) {
        const Str *column = &table->columns[table->key[i]].name;
        pipeline_sql_add(&sql, i ? " AND %I = NEW.%I" : "%I = NEW.%I", column, column);
    }
    if (!table->n_key) pipeline_sql_add(&sql, "rowid = NEW.rowid");
    pipeline_sql_add(&sql, "; END");
    return pipeline_sql_exec(ctx, conn, &sql, NULL);
}

ErrCode pipeline_managed_make_triggers(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    TRY(make_trigger(ctx, conn, table, false, err));
    return make_trigger(ctx, conn, table, true, err);
}
