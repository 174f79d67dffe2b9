/*
 * Brings the warehouse's tables to what the model asks for.
 *
 * Phases: a hash of the layout that was made last says whether there is anything to do; then, in one transaction, missing schemas
 * and tables are made, missing columns added to bronze, silver and the key maps, and the new hash is written. A table of gold
 * that differs in anything is made anew: it is derived, and pipeline_warehouse_gold fills it at the next publish. A column of
 * bronze, silver or a key map that has another type now cannot be brought over: that is a conflict which names the way out.
 */
#include "pipeline/pipeline_internal.h"

#define BUILD_ANEW                                                                                                      \
    "remove warehouse.duckdb from the project's folder and run 'starling sync', which builds it anew from its sources " \
    "(surrogate keys may change)"

static const char *const SCHEMAS[] = {"bronze", "silver", "gold", "quarantine", "_starling"};

static Str layout_hash(Arena *arena, const Layout *layout) {
    Buf text CLEANUP(buf_release);
    buf_init(&text, 16 << 20);
    for (size_t i = 0; i < layout->tables.n; i++) {
        const LayoutTable *table = &layout->tables.at[i];
        buf_printf(&text, "%.*s.%.*s\n", STR_ARG(table->schema), STR_ARG(table->name));
        for (size_t c = 0; c < table->columns.n; c++) {
            char type[TYPE_TEXT_MAX];
            buf_printf(&text, " %.*s %s\n", STR_ARG(table->columns.at[c].name),
                       type_print(table->columns.at[c].type, type));
        }
    }
    return hash_text(arena, buf_str(&text));
}

/* ---- what is there -------------------------------------------------------------------------------------------------- */

/* Version and hash of the layout made last; version 0: nothing was made yet. */
static ErrCode read_made(const Ctx *ctx, EngineConn *conn, int64_t *ret_version, Str *ret_hash, Err *err) {
    Value version;
    TRY(engine_valuef(
        ctx, conn, &version, err,
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = '_starling' AND table_name = 'layout'"));
    if (version.is_null || version.i == 0) {
        *ret_version = 0;
        *ret_hash = S("");
        return ERR_OK;
    }
    Value hash;
    TRY(engine_valuef(ctx, conn, &version, err, "SELECT max(version) FROM _starling.layout"));
    TRY(engine_valuef(ctx, conn, &hash, err, "SELECT max(hash) FROM _starling.layout"));
    *ret_version = version.is_null ? 0 : version.i;
    *ret_hash = hash.is_null ? S("") : hash.s;
    return ERR_OK;
}

static const EngineTable *find_table(const EngineTable *tables, size_t n, Str name) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(tables[i].name, name)) return &tables[i];
    return NULL;
}

static const EngineColumn *find_column(const EngineTable *table, Str name) {
    for (size_t i = 0; i < table->n_columns; i++)
        if (str_eq(table->columns[i].name, name)) return &table->columns[i];
    return NULL;
}

/* ---- making --------------------------------------------------------------------------------------------------------- */

static ErrCode create_table(const Ctx *ctx, EngineConn *conn, const LayoutTable *table, Err *err) {
    const SqlRelation *relation = sql_relation_table(ctx->arena, table->schema, table->name);
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(conn)), err);
    pipeline_sql_add(&sql, "CREATE TABLE %R (", relation);
    for (size_t i = 0; i < table->columns.n; i++)
        pipeline_sql_add(&sql, i ? ", %I %T" : "%I %T", &table->columns.at[i].name, &table->columns.at[i].type);
    pipeline_sql_add(&sql, ")");
    return pipeline_sql_exec(ctx, conn, &sql, NULL);
}

static bool is_layout_equal(const LayoutTable *wanted, const EngineTable *there) {
    if (wanted->columns.n != there->n_columns) return false;
    for (size_t i = 0; i < wanted->columns.n; i++) {
        const EngineColumn *a = &wanted->columns.at[i], *b = &there->columns[i];
        if (!str_eq(a->name, b->name) || !type_eq(a->type, b->type)) return false;
    }
    return true;
}

static ErrCode incompatible(const LayoutTable *table, const EngineColumn *wanted, const EngineColumn *there, Err *err) {
    char wanted_type[TYPE_TEXT_MAX], there_type[TYPE_TEXT_MAX];
    return err_set(
        err, ERR_CONFLICT,
        "column '%.*s' of %.*s.%.*s is %s in the warehouse and %s in the model: its rows cannot be carried over; " BUILD_ANEW,
        STR_ARG(wanted->name), STR_ARG(table->schema), STR_ARG(table->name), type_print(there->type, there_type),
        type_print(wanted->type, wanted_type));
}

static ErrCode add_columns(const Ctx *ctx, EngineConn *conn, const LayoutTable *wanted, const EngineTable *there,
                           Err *err) {
    for (size_t i = 0; i < wanted->columns.n; i++) {
        const EngineColumn *column = &wanted->columns.at[i];
        const EngineColumn *old = find_column(there, column->name);
        if (old && !type_eq(old->type, column->type)) return incompatible(wanted, column, old, err);
        if (old) continue;
        TRY(engine_execf(ctx, conn, NULL, err, "ALTER TABLE %R ADD COLUMN %I %T", there->relation, &column->name,
                         &column->type));
    }
    return ERR_OK;
}

static ErrCode bring_table(const Ctx *ctx, EngineConn *conn, const LayoutTable *wanted, const EngineTable *there,
                           Err *err) {
    if (!there) return create_table(ctx, conn, wanted, err);
    if (is_layout_equal(wanted, there)) return ERR_OK;
    if (!str_eq(wanted->schema, S("gold"))) return add_columns(ctx, conn, wanted, there, err);
    TRY(engine_execf(ctx, conn, NULL, err, "DROP TABLE %R", there->relation));
    TRY(create_table(ctx, conn, wanted, err));
    Value name = value_text(wanted->name);
    return engine_execf(ctx, conn, NULL, err, "DELETE FROM _starling.built WHERE name = %V", &name);
}

static ErrCode bring_schema(const Ctx *ctx, EngineConn *conn, const Layout *layout, Str schema, Err *err) {
    EngineTable *there;
    size_t n_there;
    TRY(engine_introspect(ctx, conn, schema, &there, &n_there, err));
    for (size_t i = 0; i < layout->tables.n; i++) {
        const LayoutTable *wanted = &layout->tables.at[i];
        if (!str_eq(wanted->schema, schema)) continue;
        TRY(bring_table(ctx, conn, wanted, find_table(there, n_there, wanted->name), err));
    }
    return ERR_OK;
}

static ErrCode migrate(const Ctx *ctx, EngineConn *conn, const Layout *layout, Str hash, Err *err) {
    for (size_t i = 0; i < COUNT_OF(SCHEMAS); i++) {
        Str schema = str_of(SCHEMAS[i]);
        TRY(engine_execf(ctx, conn, NULL, err, "CREATE SCHEMA IF NOT EXISTS %I", &schema));
    }
    /* _starling before gold: remaking a table of gold notes it there. */
    static const char *const bring_order[] = {"_starling", "bronze", "silver", "quarantine", "gold"};
    for (size_t i = 0; i < COUNT_OF(bring_order); i++)
        TRY(bring_schema(ctx, conn, layout, str_of(bring_order[i]), err));
    Value text = value_text(hash);
    TRY(engine_execf(ctx, conn, NULL, err,
                     "CREATE TABLE IF NOT EXISTS _starling.layout (version BIGINT, hash VARCHAR)"));
    TRY(engine_execf(ctx, conn, NULL, err, "DELETE FROM _starling.layout"));
    return engine_execf(ctx, conn, NULL, err, "INSERT INTO _starling.layout VALUES (%d, %V)",
                        (int64_t)WAREHOUSE_VERSION, &text);
}

ErrCode pipeline_warehouse_migrate(const Ctx *ctx, EngineConn *conn, const Model *model, Err *err) {
    Layout layout;
    pipeline_layout_make(ctx->arena, model, &layout);
    Str hash = layout_hash(ctx->arena, &layout), made;
    int64_t version;
    TRY(read_made(ctx, conn, &version, &made, err));
    if (version > WAREHOUSE_VERSION)
        return err_set(err, ERR_VERSION,
                       "the warehouse was written by a newer version of this program (layout %" PRId64 ", known: %d); "
                       "use that version, or " BUILD_ANEW,
                       version, WAREHOUSE_VERSION);
    if (version == WAREHOUSE_VERSION && str_eq(made, hash)) return ERR_OK;
    TRY(engine_begin(ctx, conn, true, err));
    ErrCode code = migrate(ctx, conn, &layout, hash, err);
    if (code) {
        engine_rollback(conn);
        return code;
    }
    return engine_commit(ctx, conn, err);
}
