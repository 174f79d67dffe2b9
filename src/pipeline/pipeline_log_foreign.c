/*
 * Rows and changes of a database that is not ours, whose values are whatever its applications wrote. The functions that say what a
 * value is as a type, and why it is none, are the engine's (EngineConfig.is_foreign); here they are put around every column.
 *
 * What fits and what does not is settled here, so that who applies the changes sees only rows of the model: an image that does not
 * fit counts as absent (pipeline.h, CHANGE_WRONG).
 */
#include "pipeline/pipeline_internal.h"

enum { COALESCE_ARGS = 60 };

static int need_of(const ModelTable *table, size_t column) {
    for (size_t i = 0; i < table->n_key; i++)
        if (table->key[i] == column) return ENGINE_FOREIGN_KEY;
    return table->columns[column].is_not_null ? ENGINE_FOREIGN_REQUIRED : ENGINE_FOREIGN_OPTIONAL;
}

/* A column of an image: t."C", or l."b_C". */
static void add_cell(PipelineSql *sql, Str alias, const char *prefix, const ModelColumn *column) {
    Str name = pipeline_name(sql->arena, prefix, column->name);
    pipeline_sql_add(sql, "%I.%I", &alias, &name);
}

static void add_type(PipelineSql *sql, const ModelTable *table, size_t column) {
    Type type = table->columns[column].type;
    pipeline_sql_add(sql, ", %d, %d, %d, %d", (int64_t)type.kind, (int64_t)type.precision, (int64_t)type.scale,
                     (int64_t)need_of(table, column));
}

static void add_value(PipelineSql *sql, Str alias, const char *prefix, const ModelTable *table, size_t column) {
    pipeline_sql_add(sql, "starling_value(");
    add_cell(sql, alias, prefix, &table->columns[column]);
    add_type(sql, table, column);
    pipeline_sql_add(sql, ")");
}

/* The first thing wrong with an image; null when it fits. */
static void add_wrong(PipelineSql *sql, Str alias, const char *prefix, const ModelTable *table) {
    pipeline_sql_add(sql, "coalesce(NULL, NULL");
    for (size_t i = 0; i < table->n_columns; i++) {
        const ModelColumn *column = &table->columns[i];
        pipeline_sql_add(sql, i % COALESCE_ARGS == 0 ? ", coalesce(NULL, NULL, starling_wrong(" : ", starling_wrong(");
        add_cell(sql, alias, prefix, column);
        add_type(sql, table, i);
        pipeline_sql_add(sql, ", %L)", &column->name);
        if (i % COALESCE_ARGS == COALESCE_ARGS - 1 || i + 1 == table->n_columns) pipeline_sql_add(sql, ")");
    }
    pipeline_sql_add(sql, ")");
}

static void add_payload(PipelineSql *sql, Str alias, const char *prefix, const ModelTable *table) {
    pipeline_sql_add(sql, "'{'");
    for (size_t i = 0; i < table->n_columns; i++) {
        Str name = arena_printf(sql->arena, "%s\"%.*s\":", i ? "," : "", STR_ARG(table->columns[i].name));
        pipeline_sql_add(sql, " || %L || json_quote(starling_raw(", &name);
        add_cell(sql, alias, prefix, &table->columns[i]);
        pipeline_sql_add(sql, "))");
    }
    pipeline_sql_add(sql, " || '}'");
}

static ErrCode query(const Ctx *ctx, EngineConn *conn, PipelineSql *sql, const Type *types, size_t n_types,
                     EngineStream **ret_rows, Err *err) {
    SqlText text;
    TRY(pipeline_sql_text(sql, &text));
    text.types = types;
    text.n_types = n_types;
    return engine_query(ctx, conn, &text, ret_rows, err);
}

/* ---- whole tables --------------------------------------------------------------------------------------------------- */

ErrCode pipeline_foreign_rows(const Ctx *ctx, EngineConn *conn, const ModelTable *table, EngineStream **ret_rows,
                              Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(conn)), err);
    size_t n = table->n_columns;
    Type *types = ARENA_ARRAY(ctx->arena, Type, n + 2);
    pipeline_sql_add(&sql, "SELECT ");
    for (size_t i = 0; i < n; i++) {
        types[i] = table->columns[i].type;
        add_value(&sql, S("t"), "", table, i);
        pipeline_sql_add(&sql, " AS %I, ", &table->columns[i].name);
    }
    types[n] = types[n + 1] = TYPE(TYPE_TEXT);
    add_wrong(&sql, S("t"), "", table);
    pipeline_sql_add(&sql, " AS " CHANGE_WRONG ", CASE WHEN ");
    add_wrong(&sql, S("t"), "", table);
    pipeline_sql_add(&sql, " IS NOT NULL THEN ");
    add_payload(&sql, S("t"), "", table);
    pipeline_sql_add(&sql, " END AS " CHANGE_PAYLOAD " FROM %I AS t", &table->name);
    return query(ctx, conn, &sql, types, n + 2, ret_rows, err);
}

/* ---- changes -------------------------------------------------------------------------------------------------------- */

static void add_op(PipelineSql *sql) {
    pipeline_sql_add(sql,
                     "CASE WHEN l.op = 'I' AND l._aw IS NOT NULL THEN 'Q' "
                     "WHEN l.op = 'U' AND l._aw IS NOT NULL THEN CASE WHEN l._bw IS NULL THEN 'D' ELSE 'Q' END "
                     "WHEN l.op = 'U' AND l._bw IS NOT NULL THEN 'I' WHEN l.op = 'D' AND l._bw IS NOT NULL THEN 'Q' "
                     "ELSE l.op END");
}

static void add_is_now(PipelineSql *sql, const ModelTable *table) {
    pipeline_sql_add(sql,
                     "CASE WHEN l.op = 'I' OR (l.op = 'U' AND (l._aw IS NULL OR l._bw IS NOT NULL)) "
                     "THEN EXISTS (SELECT 1 FROM %I AS t WHERE ",
                     &table->name);
    pipeline_log_same_row(sql, table, LOG_AFTER, true);
    pipeline_sql_add(sql, ") ELSE NOT EXISTS (SELECT 1 FROM %I AS t WHERE ", &table->name);
    pipeline_log_same_row(sql, table, LOG_BEFORE, !table->n_key);
    pipeline_sql_add(sql, " AND ");
    add_wrong(sql, S("t"), "", table);
    pipeline_sql_add(sql, " IS NULL) END");
}

static void add_images(PipelineSql *sql, const ModelTable *table) {
    for (size_t i = 0; i < table->n_columns; i++) {
        Str name = pipeline_name(sql->arena, "before_", table->columns[i].name);
        pipeline_sql_add(sql, ", CASE WHEN l._bw IS NULL OR l.op = 'D' THEN ");
        add_value(sql, S("l"), LOG_BEFORE, table, i);
        pipeline_sql_add(sql, " END AS %I", &name);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        Str name = pipeline_name(sql->arena, "after_", table->columns[i].name);
        pipeline_sql_add(sql, ", CASE WHEN l._aw IS NULL OR l._bw IS NOT NULL OR l.op = 'I' THEN ");
        add_value(sql, S("l"), LOG_AFTER, table, i);
        pipeline_sql_add(sql, " END AS %I", &name);
    }
}

/* The rows of the log, each with what is wrong with its images. */
static void add_log(PipelineSql *sql, const ModelTable *table, const LogPlace *from) {
    Str log = pipeline_name(sql->arena, LOG_TABLE, table->name);
    pipeline_sql_add(sql,
                     " FROM (SELECT g.*, max(max(g.at) OVER (ORDER BY g.seq), %d) AS latest, "
                     "CASE WHEN g.op <> 'I' THEN ",
                     from->floor_us);
    add_wrong(sql, S("g"), LOG_BEFORE, table);
    pipeline_sql_add(sql, " END AS _bw, CASE WHEN g.op IN ('I', 'U') THEN ");
    add_wrong(sql, S("g"), LOG_AFTER, table);
    pipeline_sql_add(sql,
                     " END AS _aw FROM %I AS g WHERE g.seq > %d AND g.op <> 'X') AS l "
                     "WHERE l.op <> 'S' OR l._bw IS NULL ORDER BY l.seq",
                     &log, from->seq);
}

static const Type *change_types(Arena *arena, const ModelTable *table, size_t *ret_n) {
    size_t n = table->n_columns;
    Type *types = ARENA_ARRAY(arena, Type, 2 * n + 6);
    const Type head[] = {TYPE(TYPE_INT64), TYPE(TYPE_TEXT), TYPE(TYPE_TIMESTAMP), TYPE(TYPE_BOOL)};
    for (size_t i = 0; i < COUNT_OF(head); i++) types[i] = head[i];
    for (size_t i = 0; i < n; i++) types[4 + i] = types[4 + n + i] = table->columns[i].type;
    types[4 + 2 * n] = types[5 + 2 * n] = TYPE(TYPE_TEXT);
    *ret_n = 2 * n + 6;
    return types;
}

ErrCode pipeline_foreign_changes(const Ctx *ctx, EngineConn *conn, const ModelTable *table, const LogPlace *from,
                                 EngineStream **ret_rows, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(conn)), err);
    pipeline_sql_add(&sql, "SELECT l.seq AS " CHANGE_N ", ");
    add_op(&sql);
    pipeline_sql_add(&sql, " AS " CHANGE_OP ", " LOG_LATEST_AS_TEXT " AS " CHANGE_AT ", ");
    add_is_now(&sql, table);
    pipeline_sql_add(&sql, " AS " CHANGE_IS_NOW);
    add_images(&sql, table);
    pipeline_sql_add(&sql, ", l._aw AS " CHANGE_WRONG ", CASE WHEN l._aw IS NOT NULL THEN ");
    add_payload(&sql, S("l"), LOG_AFTER, table);
    pipeline_sql_add(&sql, " END AS " CHANGE_PAYLOAD);
    add_log(&sql, table, from);
    size_t n_types;
    const Type *types = change_types(ctx->arena, table, &n_types);
    return query(ctx, conn, &sql, types, n_types, ret_rows, err);
}
