/*
 * The schema and its way here. meta_schema holds one row, the version; each migration and the version it leads to are one
 * transaction. To change the schema: raise META_VERSION, add a function and a line to META_MIGRATIONS; never touch an older one,
 * since homes that were written by it exist.
 */
#include "meta/meta_internal.h"

static ErrCode migrate_1(const Ctx *ctx, EngineConn *conn, Err *err) {
    const Type text = TYPE(TYPE_TEXT), whole = TYPE(TYPE_INT64);
    TRY(engine_execf(ctx, conn, NULL, err,
                     "CREATE TABLE meta_sequence (name %T NOT NULL PRIMARY KEY, last_value %T NOT NULL)", &text,
                     &whole));
    TRY(engine_execf(ctx, conn, NULL, err,
                     "INSERT INTO meta_sequence (name, last_value) VALUES ('file', 0), ('run', 0)"));
    TRY(engine_execf(ctx, conn, NULL, err,
                     "CREATE TABLE project (name %T NOT NULL PRIMARY KEY, pack %T NOT NULL, model_version %T NOT NULL,"
                     " created_at_us %T NOT NULL)",
                     &text, &text, &whole, &whole));
    TRY(engine_execf(
        ctx, conn, NULL, err,
        "CREATE TABLE model (project %T NOT NULL REFERENCES project (name) ON DELETE CASCADE,"
        " version %T NOT NULL, hash %T NOT NULL, text %T NOT NULL, author %T NOT NULL, comment %T NOT NULL,"
        " at_us %T NOT NULL, PRIMARY KEY (project, version))",
        &text, &whole, &text, &text, &text, &text, &whole));
    TRY(engine_execf(
        ctx, conn, NULL, err,
        "CREATE TABLE file (id %T NOT NULL PRIMARY KEY,"
        " project %T NOT NULL REFERENCES project (name) ON DELETE CASCADE, input %T NOT NULL, name %T NOT NULL,"
        " path %T NOT NULL, hash %T NOT NULL, n_bytes %T NOT NULL, n_rows %T NOT NULL, at_us %T NOT NULL)",
        &whole, &text, &text, &text, &text, &text, &whole, &whole, &whole));
    TRY(engine_execf(ctx, conn, NULL, err, "CREATE INDEX file_of_project ON file (project, id)"));
    TRY(engine_execf(
        ctx, conn, NULL, err,
        "CREATE TABLE etl_log (id %T NOT NULL PRIMARY KEY,"
        " project %T NOT NULL REFERENCES project (name) ON DELETE CASCADE, kind %T NOT NULL, batch %T NOT NULL,"
        " status %T NOT NULL, started_at_us %T NOT NULL, duration_us %T NOT NULL, n_rows %T NOT NULL,"
        " error %T NOT NULL)",
        &whole, &text, &text, &text, &text, &whole, &whole, &whole, &text));
    TRY(engine_execf(ctx, conn, NULL, err, "CREATE INDEX etl_log_of_project ON etl_log (project, id)"));
    return engine_execf(
        ctx, conn, NULL, err,
        "CREATE TABLE etl_log_step (run %T NOT NULL REFERENCES etl_log (id) ON DELETE CASCADE,"
        " nth %T NOT NULL, name %T NOT NULL, table_name %T NOT NULL, verdict %T NOT NULL, n_read %T NOT NULL,"
        " n_inserted %T NOT NULL, n_updated %T NOT NULL, n_deleted %T NOT NULL, position_from %T NOT NULL,"
        " position_to %T NOT NULL, duration_us %T NOT NULL, PRIMARY KEY (run, nth))",
        &whole, &whole, &text, &text, &text, &whole, &whole, &whole, &whole, &text, &text, &whole);
}

/* Whether a file's unreadable rows are set aside. Those of before were taken in because all their rows could be read. */
static ErrCode migrate_file_quarantine(const Ctx *ctx, EngineConn *conn, Err *err) {
    const Type whole = TYPE(TYPE_INT64);
    return engine_execf(ctx, conn, NULL, err, "ALTER TABLE file ADD COLUMN is_quarantine %T NOT NULL DEFAULT 0",
                        &whole);
}

/* Attached databases. */
static ErrCode migrate_attached(const Ctx *ctx, EngineConn *conn, Err *err) {
    const Type text = TYPE(TYPE_TEXT), whole = TYPE(TYPE_INT64);
    return engine_execf(ctx, conn, NULL, err,
                        "CREATE TABLE attached (project %T NOT NULL REFERENCES project (name) ON DELETE CASCADE,"
                        " source %T NOT NULL, path %T NOT NULL, tables %T NOT NULL, at_us %T NOT NULL,"
                        " PRIMARY KEY (project, source))",
                        &text, &text, &text, &text, &whole);
}

/* Questions that were asked or judged. */
static ErrCode migrate_question(const Ctx *ctx, EngineConn *conn, Err *err) {
    const Type text = TYPE(TYPE_TEXT), whole = TYPE(TYPE_INT64);
    return engine_execf(
        ctx, conn, NULL, err,
        "CREATE TABLE question (project %T NOT NULL REFERENCES project (name) ON DELETE CASCADE,"
        " text %T NOT NULL, before %T NOT NULL, query %T NOT NULL, status %T NOT NULL, n_asked %T NOT NULL,"
        " asked_at_us %T NOT NULL, verdict %T NOT NULL, comment %T NOT NULL, judged_by %T NOT NULL,"
        " judged_at_us %T NOT NULL, PRIMARY KEY (project, text, before))",
        &text, &text, &text, &text, &text, &whole, &whole, &whole, &text, &text, &whole);
}

const MetaMigration META_MIGRATIONS[META_VERSION] = {
    {.version = 1, .run = migrate_1},
    {.version = 2, .run = migrate_file_quarantine},
    {.version = 3, .run = migrate_attached},
    {.version = 4, .run = migrate_question},
};

/* ---- version -------------------------------------------------------------------------------------------------------- */

static bool has_table(const EngineTable *tables, size_t n_tables, Str name) {
    for (size_t i = 0; i < n_tables; i++) {
        if (str_eq(tables[i].name, name)) return true;
    }
    return false;
}

ErrCode meta_schema_version(const Ctx *ctx, EngineConn *conn, int64_t *ret_version, Err *err) {
    EngineTable *tables = NULL;
    size_t n_tables = 0;
    TRY(engine_introspect(ctx, conn, S(""), &tables, &n_tables, err));
    if (!n_tables) {
        *ret_version = 0;
        return ERR_OK;
    }
    Value version = value_null(TYPE(TYPE_NULL));
    if (has_table(tables, n_tables, S("meta_schema")))
        TRY(engine_valuef(ctx, conn, &version, err, "SELECT version FROM meta_schema"));
    if (version.is_null || version.type.kind != TYPE_INT64 || version.i < 1) {
        return err_set(
            err, ERR_CORRUPT,
            "the database is not one of this program's state: it has tables, but no version; name another file");
    }
    *ret_version = version.i;
    return ERR_OK;
}

static ErrCode set_version(const Ctx *ctx, EngineConn *conn, int64_t version, bool is_first, Err *err) {
    Value value = value_int(version);
    if (!is_first) return engine_execf(ctx, conn, NULL, err, "UPDATE meta_schema SET version = %V", &value);
    const Type whole = TYPE(TYPE_INT64);
    TRY(engine_execf(ctx, conn, NULL, err, "CREATE TABLE meta_schema (version %T NOT NULL)", &whole));
    return engine_execf(ctx, conn, NULL, err, "INSERT INTO meta_schema (version) VALUES (%V)", &value);
}

/* The version is looked at again inside the transaction: another process may have been faster. */
static ErrCode run_step(const Ctx *ctx, EngineConn *conn, const MetaMigration *migration, Err *err) {
    int64_t version = 0;
    TRY(meta_schema_version(ctx, conn, &version, err));
    if (version >= migration->version) return ERR_OK;
    TRY(migration->run(ctx, conn, err));
    return set_version(ctx, conn, migration->version, version == 0, err);
}

ErrCode meta_schema_migrate(const Ctx *ctx, EngineConn *conn, const MetaMigration *migrations, size_t n_migrations,
                            Err *err) {
    for (size_t i = 0; i < n_migrations; i++) {
        TRY(engine_begin(ctx, conn, true, err));
        ErrCode code = run_step(ctx, conn, &migrations[i], err);
        if (code) {
            engine_rollback(conn);
            err_ignore(err_prefix(err, "bringing the program's state to version %" PRId64, migrations[i].version));
            return code;
        }
        TRY(engine_commit(ctx, conn, err));
    }
    return ERR_OK;
}
