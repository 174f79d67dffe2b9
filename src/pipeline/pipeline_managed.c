/*
 * The managed database: opening it, and keeping its schema in step with the pack.
 *
 * What was made is remembered as text, a row a column and one for each table's key and references. A newer pack is compared with
 * that: new tables are made, new columns added where rows can do without a value, and everything else is a conflict that says
 * what stands in the way; a table without rows is simply made anew. Every table has a log of changes. All of it happens in one
 * transaction, and only when the pack or anything in the database's schema has changed since it was last done.
 */
#include "pipeline/pipeline_internal.h"

#include <string.h>

enum { MANAGED_BUSY_MS = 10000 };

/* ---- what was made -------------------------------------------------------------------------------------------------- */

static ErrCode made_definition(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str part, Value *ret_text,
                               Err *err) {
    Value name = value_text(table->name), what = value_text(part);
    return engine_valuef(ctx, conn, ret_text, err,
                         "SELECT definition FROM " MANAGED_SCHEMA " WHERE table_name = %V AND part = %V", &name, &what);
}

static ErrCode has_rows(const Ctx *ctx, EngineConn *conn, const ModelTable *table, bool *ret_has_rows, Err *err) {
    Value n;
    TRY(engine_valuef(ctx, conn, &n, err, "SELECT count(*) FROM (SELECT 1 FROM %I LIMIT 1)", &table->name));
    *ret_has_rows = n.i > 0;
    return ERR_OK;
}

static ErrCode conflict(const ModelTable *table, ModelPlace place, const char *what, Str name, Err *err) {
    err_set(
        err, ERR_CONFLICT,
        "table '%.*s' of the operational database has rows and was made with another %s%s%.*s%s; such a change cannot be carried "
        "over: undo it in the pack, or load into a new project",
        STR_ARG(table->name), what, name.n ? " '" : "", STR_ARG(name), name.n ? "'" : "");
    return err_at(err, place.file, place.line, place.column);
}

/* ---- migrating ------------------------------------------------------------------------------------------------------ */

static ErrCode add_column(const Ctx *ctx, EngineConn *conn, const ModelTable *table, const ModelColumn *column,
                          Str definition, Err *err) {
    if (column->is_not_null) {
        err_set(err, ERR_CONFLICT,
                "column '%.*s' is new, must not be null, and table '%.*s' has rows already; leave out 'not null'",
                STR_ARG(column->name), STR_ARG(table->name));
        return err_at(err, column->place.file, column->place.line, column->place.column);
    }
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_SQLITE), err);
    pipeline_sql_add(&sql, "ALTER TABLE %I ADD COLUMN ", &table->name);
    buf_add(&sql.buf, definition);
    TRY(pipeline_sql_exec(ctx, conn, &sql, NULL));
    Value name = value_text(table->name), part = value_text(column->name), text = value_text(definition);
    return engine_execf(ctx, conn, NULL, err,
                        "INSERT INTO " MANAGED_SCHEMA " (table_name, part, definition) VALUES (%V, %V, %V)", &name,
                        &part, &text);
}

/* A column that must have a value and that the pack no longer has would refuse every new row. */
static ErrCode check_dropped(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    Value name = value_text(table->name);
    EngineStream *stream;
    TRY(engine_queryf(ctx, conn, &stream, err,
                      "SELECT part, definition FROM " MANAGED_SCHEMA " WHERE table_name = %V AND part <> ''", &name));
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch) {
        for (size_t row = 0; row < batch->n_rows && !code; row++) {
            Str part = column_str(&batch->columns[0], row), definition = column_str(&batch->columns[1], row);
            bool is_dropped = model_column(table, part) < 0 && str_find(definition, S(" NOT NULL")) >= 0;
            if (is_dropped) code = conflict(table, table->place, "column", arena_str(ctx->arena, part), err);
        }
        if (code) break;
    }
    engine_stream_close(stream);
    return code;
}

static ErrCode compare_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    Str constraints;
    Value made;
    TRY(pipeline_managed_constraints(ctx->arena, table, &constraints, err));
    TRY(made_definition(ctx, conn, table, S(""), &made, err));
    if (made.is_null || !str_eq(made.s, constraints))
        return conflict(table, table->place, "key or reference", S(""), err);
    for (size_t i = 0; i < table->n_columns; i++) {
        const ModelColumn *column = &table->columns[i];
        Str definition;
        TRY(pipeline_managed_column(ctx->arena, table, column, &definition, err));
        TRY(made_definition(ctx, conn, table, column->name, &made, err));
        if (made.is_null)
            TRY(add_column(ctx, conn, table, column, definition, err));
        else if (!str_eq(made.s, definition))
            return conflict(table, column->place, "column", column->name, err);
    }
    return check_dropped(ctx, conn, table, err);
}

static ErrCode drop_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    Value name = value_text(table->name);
    TRY(engine_execf(ctx, conn, NULL, err, "DELETE FROM " MANAGED_SCHEMA " WHERE table_name = %V", &name));
    TRY(pipeline_log_drop(ctx, conn, table->name, err));
    return engine_execf(ctx, conn, NULL, err, "DROP TABLE %I", &table->name);
}

static ErrCode bring_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    if (model_column(table, S(MANAGED_ATTRIBUTES)) >= 0 || model_column(table, S(MANAGED_STAMP)) >= 0) {
        err_set(err, ERR_INVALID,
                "table '%.*s': the names 'attributes' and 'tbl_last_dt' are taken in a managed database",
                STR_ARG(table->name));
        return err_at(err, table->place.file, table->place.line, table->place.column);
    }
    Value there, name = value_text(table->name);
    TRY(engine_valuef(ctx, conn, &there, err, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = %V",
                      &name));
    if (!there.i) return pipeline_managed_make_table(ctx, conn, table, err);
    Err cause;
    ErrCode code = compare_table(ctx, conn, table, &cause);
    if (!code) return ERR_OK;
    bool is_filled = true;
    if (code == ERR_CONFLICT) TRY(has_rows(ctx, conn, table, &is_filled, err));
    if (is_filled) {
        if (err) *err = cause;
        return code;
    }
    TRY(drop_table(ctx, conn, table, err));
    return pipeline_managed_make_table(ctx, conn, table, err);
}

static ErrCode bring_state(const Ctx *ctx, EngineConn *conn, Err *err) {
    TRY(engine_execf(ctx, conn, NULL, err,
                     "CREATE TABLE IF NOT EXISTS " MANAGED_STATE " (name TEXT PRIMARY KEY, value TEXT NOT NULL)"));
    TRY(engine_execf(ctx, conn, NULL, err,
                     "CREATE TABLE IF NOT EXISTS " MANAGED_SCHEMA " (table_name TEXT NOT NULL, part TEXT NOT NULL, "
                     "definition TEXT NOT NULL, PRIMARY KEY (table_name, part))"));
    Value epoch = value_text(ctx_new_request_id(ctx->arena));
    TRY(engine_execf(ctx, conn, NULL, err, "INSERT OR IGNORE INTO " MANAGED_STATE " (name, value) VALUES ('epoch', %V)",
                     &epoch));
    return engine_execf(ctx, conn, NULL, err, "PRAGMA user_version = %d", (int64_t)MANAGED_VERSION);
}

/* A hash of all definitions: equal to the one written, there is nothing to do. */
static ErrCode wanted_hash(const Ctx *ctx, const Model *model, Str *ret_hash, Err *err) {
    Buf text CLEANUP(buf_release);
    buf_init(&text, 16 << 20);
    for (size_t t = 0; t < model->n_tables; t++) {
        const ModelTable *table = &model->tables[t];
        if (table->source->kind != MODEL_SOURCE_MANAGED) continue;
        Str definition;
        buf_add(&text, table->name);
        for (size_t i = 0; i < table->n_columns; i++) {
            TRY(pipeline_managed_column(ctx->arena, table, &table->columns[i], &definition, err));
            buf_add(&text, definition);
        }
        TRY(pipeline_managed_constraints(ctx->arena, table, &definition, err));
        buf_add(&text, definition);
    }
    TRY(buf_check(&text, "the managed schema", err));
    *ret_hash = hash_text(ctx->arena, buf_str(&text));
    return ERR_OK;
}

static const ModelTable *managed_table(const Model *model, Str name) {
    const ModelTable *table = model_table(model, name);
    return table && table->source->kind == MODEL_SOURCE_MANAGED ? table : NULL;
}

/* Tables that the pack no longer has are kept, but nobody would read and purge their logs. */
static ErrCode drop_old_logs(const Ctx *ctx, EngineConn *conn, const Model *model, Err *err) {
    VEC(Str) old = {0};
    EngineStream *stream;
    const Str prefix = S(LOG_TABLE);
    TRY(engine_queryf(ctx, conn, &stream, err,
                      "SELECT substr(name, length(%L) + 1) FROM sqlite_schema WHERE type = 'table' AND "
                      "substr(name, 1, length(%L)) = %L",
                      &prefix, &prefix, &prefix));
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch)
        for (size_t row = 0; row < batch->n_rows; row++) {
            Str table = column_str(&batch->columns[0], row);
            if (!managed_table(model, table)) VEC_PUSH(ctx->arena, &old, arena_str(ctx->arena, table));
        }
    engine_stream_close(stream);
    for (size_t i = 0; i < old.n && !code; i++) code = pipeline_log_drop(ctx, conn, old.at[i], err);
    return code;
}

static ErrCode bring_log(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    LogShape shape;
    TRY(pipeline_log_shape(ctx, conn, table, &shape, err));
    return pipeline_log_bring(ctx, conn, &shape, err);
}

/* Which definitions and which state of the database's schema, whoever changed it, were found to be in step. */
static ErrCode seal(const Ctx *ctx, EngineConn *conn, Str hash, Str *ret_seal, Err *err) {
    Value version;
    TRY(engine_valuef(ctx, conn, &version, err, "PRAGMA schema_version"));
    *ret_seal = arena_printf(ctx->arena, "%d %.*s %" PRId64, MANAGED_VERSION, STR_ARG(hash), version.i);
    return ERR_OK;
}

static ErrCode migrate(const Ctx *ctx, EngineConn *conn, const Model *model, Str hash, Err *err) {
    TRY(bring_state(ctx, conn, err));
    for (size_t i = 0; i < model->n_tables; i++)
        if (model->tables[i].source->kind == MODEL_SOURCE_MANAGED) {
            TRY(bring_table(ctx, conn, &model->tables[i], err));
            TRY(bring_log(ctx, conn, &model->tables[i], err));
        }
    TRY(drop_old_logs(ctx, conn, model, err));
    Str sealed;
    TRY(seal(ctx, conn, hash, &sealed, err));
    Value text = value_text(sealed);
    return engine_execf(ctx, conn, NULL, err,
                        "INSERT OR REPLACE INTO " MANAGED_STATE " (name, value) VALUES ('schema', %V)", &text);
}

static ErrCode bring_schema(const Ctx *ctx, EngineConn *conn, const Model *model, Err *err) {
    Value version, made = value_null(TYPE(TYPE_TEXT));
    TRY(engine_valuef(ctx, conn, &version, err, "PRAGMA user_version"));
    if (version.i > MANAGED_VERSION)
        return err_set(err, ERR_VERSION,
                       "the operational database was written by a newer version of this program (schema %" PRId64
                       ", known: %d)",
                       version.i, MANAGED_VERSION);
    Str hash, sealed;
    TRY(wanted_hash(ctx, model, &hash, err));
    TRY(seal(ctx, conn, hash, &sealed, err));
    if (version.i)
        TRY(engine_valuef(ctx, conn, &made, err, "SELECT value FROM " MANAGED_STATE " WHERE name = 'schema'"));
    if (!made.is_null && str_eq(made.s, sealed)) return ERR_OK;
    TRY(engine_begin(ctx, conn, true, err));
    ErrCode code = migrate(ctx, conn, model, hash, err);
    if (code) {
        engine_rollback(conn);
        return code;
    }
    return engine_commit(ctx, conn, err);
}

/* ---- opening -------------------------------------------------------------------------------------------------------- */

ErrCode pipeline_managed_open(const Ctx *ctx, const PipelineProject *project, EngineDb **ret_db, EngineConn **ret_conn,
                              Err *err) {
    EngineConfig config = {
        .path = project->oltp_path, .is_create = true, .busy_timeout_ms = MANAGED_BUSY_MS, .trusts_schema = true};
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    TRY(engine_open(ctx, project->registry, &ENGINE_SQLITE, &config, &db, err));
    ErrCode code = engine_connect(ctx, db, &conn, err);
    if (!code) code = bring_schema(ctx, conn, project->model, err);
    if (code) {
        engine_disconnect(conn);
        engine_close(db);
        return code;
    }
    *ret_db = db;
    *ret_conn = conn;
    return ERR_OK;
}

ErrCode pipeline_managed_create(const Ctx *ctx, const PipelineProject *project, Err *err) {
    EngineDb *db;
    EngineConn *conn;
    TRY(pipeline_managed_open(ctx, project, &db, &conn, err));
    engine_disconnect(conn);
    engine_close(db);
    return ERR_OK;
}
