/*
 * The log of changes in a SQLite database: one table beside each captured one, written by triggers, so that a change and its
 * record are one transaction and no writer needs anything from us.
 *
 *   seq  rowid order is commit order, for SQLite has one writer; purging leaves the newest row, so numbers are not used again
 *   op   I, U, D, S (below), or X: the log begins here, and what was read up to before does not go on
 *   at   microseconds UTC by the writer's clock (SQLite tells milliseconds)
 *   b_C  before, a_C after, for every captured column C: without a type, so values stay what they are
 *
 * An update that leaves the captured columns as they were (compared as bytes, whatever the column's collation) is no change.
 * REPLACE deletes rows without telling triggers, unless the writer has recursive_triggers on: so BEFORE triggers log every row
 * that shares a unique key with the new one as a suspect, once, and who reads the log looks what became of it. In a BEFORE
 * INSERT trigger a number that SQLite will give reads as -1; at worst a row is suspected for nothing.
 *
 * The newest trigger of a table runs first, and ours have to: another one may change the row again, and its change must be
 * logged after the one that caused it. So ours are made anew when younger ones stand beside them. Whenever somebody else has
 * touched them, or the table has other keys than they were made for, changes may have been missed: the log begins anew.
 *
 * Cascades within one table are the exception to that order: SQLite carries a changed key to the rows that refer to it before it
 * calls triggers, and if the row refers to itself its second change is logged first. A table whose rows can do that begins its
 * log anew whenever a key changes.
 */
#include "pipeline/pipeline_internal.h"

#define LOG_NOW "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000"

typedef enum LogTrigger {
    AFTER_INSERT,
    AFTER_UPDATE,
    AFTER_DELETE,
    BEFORE_INSERT,
    BEFORE_UPDATE,
    AFTER_KEY,
    N_TRIGGERS
} LogTrigger;
static const char *const TRIGGER_NAMES[] = {"_insert",        "_update",        "_delete",
                                            "_before_insert", "_before_update", "_key"};
static_assert(COUNT_OF(TRIGGER_NAMES) == N_TRIGGERS, "a name for each trigger");

static Str trigger_name(Arena *arena, const LogShape *shape, LogTrigger which) {
    return arena_printf(arena, LOG_PREFIX "%.*s%s", STR_ARG(shape->table->name), TRIGGER_NAMES[which]);
}

/* ---- their texts ---------------------------------------------------------------------------------------------------- */

static void add_columns(PipelineSql *sql, const ModelTable *table, const char *prefix) {
    for (size_t i = 0; i < table->n_columns; i++) {
        Str name = pipeline_name(sql->arena, prefix, table->columns[i].name);
        pipeline_sql_add(sql, ", %I", &name);
    }
}

static void add_values(PipelineSql *sql, const ModelTable *table, const Str *row) {
    for (size_t i = 0; i < table->n_columns; i++) pipeline_sql_add(sql, ", %I.%I", row, &table->columns[i].name);
}

static void add_insert(PipelineSql *sql, const LogShape *shape, bool has_before, bool has_after) {
    pipeline_sql_add(sql, "INSERT INTO %I (op, at", &shape->log);
    if (has_before) add_columns(sql, shape->table, LOG_BEFORE);
    if (has_after) add_columns(sql, shape->table, LOG_AFTER);
    pipeline_sql_add(sql, ") ");
}

static void add_record(PipelineSql *sql, const LogShape *shape, const char *op, bool has_before, bool has_after) {
    const Str before = S("OLD"), after = S("NEW"), letter = str_of(op);
    add_insert(sql, shape, has_before, has_after);
    pipeline_sql_add(sql, "VALUES (%L, " LOG_NOW, &letter);
    if (has_before) add_values(sql, shape->table, &before);
    if (has_after) add_values(sql, shape->table, &after);
    pipeline_sql_add(sql, "); ");
}

static void add_is_changed(PipelineSql *sql, const Str *column, bool is_first) {
    pipeline_sql_add(sql, is_first ? "OLD.%I IS NOT NEW.%I COLLATE BINARY" : " OR OLD.%I IS NOT NEW.%I COLLATE BINARY",
                     column, column);
}

/* The rows that have NEW's values in a key. */
static void add_same_key(PipelineSql *sql, const LogShape *shape, const LogKey *key) {
    for (size_t i = 0; i < key->n; i++) {
        const LogKeyColumn *column = &key->columns[i];
        pipeline_sql_add(sql, i ? " AND %I.%I = " : "%I.%I = ", &shape->table->name, &column->name);
        pipeline_sql_add(sql, column->fallback.n ? "coalesce(NEW.%I, (" : "NEW.%I", &column->name);
        buf_add(&sql->buf, column->fallback); /* the owner's own text, from the table */
        if (column->fallback.n) pipeline_sql_add(sql, "))");
        if (column->collation.n) pipeline_sql_add(sql, " COLLATE %I", &column->collation);
    }
    if (!key->where.n) return;
    pipeline_sql_add(sql, " AND (");
    buf_add(&sql->buf, key->where); /* the owner's own text, from the index */
    pipeline_sql_add(sql, "\n)");
}

static void add_not_itself(PipelineSql *sql, const LogShape *shape) {
    const Str *table = &shape->table->name;
    if (shape->rowid.n) {
        pipeline_sql_add(sql, " AND %I.%I <> OLD.%I", table, &shape->rowid, &shape->rowid);
        return;
    }
    for (size_t i = 0; i < shape->n_keys; i++) {
        const LogKey *key = &shape->keys[i];
        if (!key->is_primary) continue;
        pipeline_sql_add(sql, " AND NOT (");
        for (size_t c = 0; c < key->n; c++)
            pipeline_sql_add(sql, c ? " AND %I.%I IS OLD.%I" : "%I.%I IS OLD.%I", table, &key->columns[c].name,
                             &key->columns[c].name);
        pipeline_sql_add(sql, ")");
    }
}

static void add_suspects(PipelineSql *sql, const LogShape *shape, bool is_update) {
    add_insert(sql, shape, true, false);
    pipeline_sql_add(sql, "SELECT 'S', " LOG_NOW);
    add_values(sql, shape->table, &shape->table->name);
    pipeline_sql_add(sql, " FROM %I WHERE (", &shape->table->name);
    for (size_t i = 0; i < shape->n_keys; i++) {
        pipeline_sql_add(sql, i ? " OR (" : "(");
        add_same_key(sql, shape, &shape->keys[i]);
        pipeline_sql_add(sql, ")");
    }
    pipeline_sql_add(sql, ")");
    if (is_update) add_not_itself(sql, shape);
    pipeline_sql_add(sql, "; ");
}

/* Every position read before leads to a row that is gone. */
static void add_begin_anew(PipelineSql *sql, const LogShape *shape) {
    pipeline_sql_add(sql, "INSERT INTO %I (op, at) VALUES ('X', " LOG_NOW "); ", &shape->log);
    pipeline_sql_add(sql, "DELETE FROM %I WHERE seq < (SELECT max(seq) FROM %I); ", &shape->log, &shape->log);
}

/* Whether some key may have another value. A row may enter a partial index by any of its columns. */
static void add_when_key_changes(PipelineSql *sql, const LogShape *shape) {
    for (size_t i = 0; i < shape->n_keys; i++)
        if (shape->keys[i].where.n) return;
    pipeline_sql_add(sql, " WHEN ");
    bool is_first = true;
    for (size_t i = 0; i < shape->n_keys; i++)
        for (size_t c = 0; c < shape->keys[i].n; c++) {
            add_is_changed(sql, &shape->keys[i].columns[c].name, is_first);
            is_first = false;
        }
}

static void add_body(PipelineSql *sql, const LogShape *shape, LogTrigger which) {
    switch (which) {
    case AFTER_INSERT: add_record(sql, shape, "I", false, true); break;
    case AFTER_UPDATE: add_record(sql, shape, "U", true, true); break;
    case AFTER_DELETE: add_record(sql, shape, "D", true, false); break;
    case BEFORE_INSERT: add_suspects(sql, shape, false); break;
    case BEFORE_UPDATE: add_suspects(sql, shape, true); break;
    case AFTER_KEY: add_begin_anew(sql, shape); break;
    case N_TRIGGERS: break;
    }
}

static bool is_needed(const LogShape *shape, LogTrigger which) {
    if (which == AFTER_KEY) return shape->refers_to_itself && shape->n_keys;
    return which < BEFORE_INSERT || shape->n_keys;
}

/* Exactly as SQLite keeps it; empty where a table needs none. */
static ErrCode trigger_text(Arena *arena, const LogShape *shape, LogTrigger which, Str *ret_text, Err *err) {
    static const char *const MOMENTS[] = {"AFTER INSERT",  "AFTER UPDATE",  "AFTER DELETE",
                                          "BEFORE INSERT", "BEFORE UPDATE", "AFTER UPDATE"};
    *ret_text = S("");
    if (!is_needed(shape, which)) return ERR_OK;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, arena, engine_dialect(&ENGINE_SQLITE), err);
    Str name = trigger_name(arena, shape, which);
    pipeline_sql_add(&sql, "CREATE TRIGGER %I ", &name);
    buf_add(&sql.buf, str_of(MOMENTS[which]));
    pipeline_sql_add(&sql, " ON %I", &shape->table->name);
    if (which == AFTER_UPDATE) {
        pipeline_sql_add(&sql, " WHEN ");
        for (size_t i = 0; i < shape->table->n_columns; i++)
            add_is_changed(&sql, &shape->table->columns[i].name, i == 0);
    }
    if (which == BEFORE_UPDATE || which == AFTER_KEY) add_when_key_changes(&sql, shape);
    pipeline_sql_add(&sql, " BEGIN ");
    add_body(&sql, shape, which);
    pipeline_sql_add(&sql, "END");
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    *ret_text = text.text;
    return ERR_OK;
}

/* ---- what is there -------------------------------------------------------------------------------------------------- */

/* Texts of our triggers on a table, in their order; is_first: nobody else's runs before them. */
typedef struct LogThere {
    Str texts[N_TRIGGERS];
    bool is_first;
} LogThere;

static ErrCode read_there(const Ctx *ctx, EngineConn *conn, const LogShape *shape, LogThere *ret_there, Err *err) {
    LogThere there = {.is_first = true};
    Value table = value_text(shape->table->name);
    EngineStream *stream;
    TRY(engine_queryf(ctx, conn, &stream, err,
                      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = %V COLLATE NOCASE "
                      "ORDER BY rowid",
                      &table));
    const Batch *batch = NULL;
    ErrCode code;
    bool is_ours_seen = false;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch)
        for (size_t row = 0; row < batch->n_rows; row++) {
            int which = 0;
            Str name = column_str(&batch->columns[0], row);
            while (which < N_TRIGGERS && !str_eq_nocase(name, trigger_name(ctx->arena, shape, (LogTrigger)which)))
                which++;
            if (which < N_TRIGGERS)
                there.texts[which] = arena_str(ctx->arena, column_str(&batch->columns[1], row));
            else if (is_ours_seen)
                there.is_first = false;
            is_ours_seen |= which < N_TRIGGERS;
        }
    engine_stream_close(stream);
    if (!code) *ret_there = there;
    return code;
}

static Str hash_of_texts(Arena *arena, const Str *texts) {
    Buf all CLEANUP(buf_release);
    buf_init(&all, N_TRIGGERS * PIPELINE_SQL_MAX_BYTES);
    for (size_t i = 0; i < N_TRIGGERS; i++) {
        buf_add(&all, texts[i]);
        buf_add_char(&all, '\n');
    }
    return hash_text(arena, buf_str(&all));
}

static Str hash_of_keys(Arena *arena, const LogShape *shape) {
    Buf all CLEANUP(buf_release);
    buf_init(&all, PIPELINE_SQL_MAX_BYTES);
    for (size_t i = 0; i < shape->n_keys; i++) {
        const LogKey *key = &shape->keys[i];
        for (size_t c = 0; c < key->n; c++) {
            const LogKeyColumn *column = &key->columns[c];
            const Str parts[] = {column->name, S(" "), column->collation, S(" "), column->fallback, S(",")};
            for (size_t p = 0; p < COUNT_OF(parts); p++) buf_add(&all, parts[p]);
        }
        buf_add(&all, key->where);
        buf_add_char(&all, '\n');
    }
    return hash_text(arena, buf_str(&all));
}

/* What the triggers were made as, and for which keys: two hashes. */
static Value state_name(Arena *arena, const LogShape *shape) {
    return value_text(pipeline_name(arena, "log ", shape->table->name));
}

/* ---- making --------------------------------------------------------------------------------------------------------- */

/* As add_begin_anew has it. */
static ErrCode begin_anew(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err) {
    TRY(engine_execf(ctx, conn, NULL, err, "INSERT INTO %I (op, at) VALUES ('X', " LOG_NOW ")", &shape->log));
    return engine_execf(ctx, conn, NULL, err, "DELETE FROM %I WHERE seq < (SELECT max(seq) FROM %I)", &shape->log,
                        &shape->log);
}

static ErrCode make_log(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_SQLITE), err);
    pipeline_sql_add(&sql, "CREATE TABLE %I (seq INTEGER PRIMARY KEY, op TEXT NOT NULL, at INTEGER NOT NULL",
                     &shape->log);
    add_columns(&sql, shape->table, LOG_BEFORE);
    add_columns(&sql, shape->table, LOG_AFTER);
    pipeline_sql_add(&sql, ")");
    return pipeline_sql_exec(ctx, conn, &sql, NULL);
}

static ErrCode add_column(const Ctx *ctx, EngineConn *conn, const LogShape *shape, const char *prefix, Str column,
                          Err *err) {
    Str name = pipeline_name(ctx->arena, prefix, column);
    Value there, wanted = value_text(name);
    TRY(engine_valuef(ctx, conn, &there, err,
                      "SELECT count(*) FROM pragma_table_info(%L) WHERE name = %V COLLATE NOCASE", &shape->log,
                      &wanted));
    if (there.i) return ERR_OK;
    return engine_execf(ctx, conn, NULL, err, "ALTER TABLE %I ADD COLUMN %I", &shape->log, &name);
}

static ErrCode bring_log(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err) {
    bool is_there;
    TRY(pipeline_log_exists(ctx, conn, shape->log, &is_there, err));
    if (!is_there) TRY(make_log(ctx, conn, shape, err));
    for (size_t i = 0; is_there && i < shape->table->n_columns; i++) {
        TRY(add_column(ctx, conn, shape, LOG_BEFORE, shape->table->columns[i].name, err));
        TRY(add_column(ctx, conn, shape, LOG_AFTER, shape->table->columns[i].name, err));
    }
    return ERR_OK;
}

static ErrCode is_empty(const Ctx *ctx, EngineConn *conn, const LogShape *shape, bool *ret_is_empty, Err *err) {
    Value last;
    TRY(engine_valuef(ctx, conn, &last, err, "SELECT max(seq) FROM %I", &shape->log));
    *ret_is_empty = last.is_null;
    return ERR_OK;
}

static ErrCode drop_triggers(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err) {
    for (size_t i = 0; i < N_TRIGGERS; i++) {
        Str name = trigger_name(ctx->arena, shape, (LogTrigger)i);
        TRY(engine_execf(ctx, conn, NULL, err, "DROP TRIGGER IF EXISTS %I", &name));
    }
    return ERR_OK;
}

static ErrCode make_triggers(const Ctx *ctx, EngineConn *conn, const LogShape *shape, const Str *texts, Err *err) {
    TRY(drop_triggers(ctx, conn, shape, err));
    for (size_t i = 0; i < N_TRIGGERS; i++)
        if (texts[i].n) TRY(engine_exec(ctx, conn, &(SqlText){.text = texts[i]}, NULL, err));
    Value name = state_name(ctx->arena, shape);
    Value made = value_text(arena_printf(ctx->arena, "%.*s %.*s", STR_ARG(hash_of_texts(ctx->arena, texts)),
                                         STR_ARG(hash_of_keys(ctx->arena, shape))));
    return engine_execf(ctx, conn, NULL, err, "INSERT OR REPLACE INTO " MANAGED_STATE " (name, value) VALUES (%V, %V)",
                        &name, &made);
}

/* Whether nothing can have been missed: the triggers are what was made, run first, and the table has the keys they know. */
static ErrCode is_intact(const Ctx *ctx, EngineConn *conn, const LogShape *shape, const LogThere *there,
                         bool *ret_is_intact, Err *err) {
    Value made, name = state_name(ctx->arena, shape);
    TRY(engine_valuef(ctx, conn, &made, err, "SELECT value FROM " MANAGED_STATE " WHERE name = %V", &name));
    Str now = arena_printf(ctx->arena, "%.*s %.*s", STR_ARG(hash_of_texts(ctx->arena, there->texts)),
                           STR_ARG(hash_of_keys(ctx->arena, shape)));
    *ret_is_intact = there->is_first && !made.is_null && str_eq(made.s, now);
    return ERR_OK;
}

static ErrCode wanted_texts(Arena *arena, const LogShape *shape, Str *texts, Err *err) {
    for (size_t i = 0; i < N_TRIGGERS; i++) TRY(trigger_text(arena, shape, (LogTrigger)i, &texts[i], err));
    return ERR_OK;
}

ErrCode pipeline_log_is_whole(const Ctx *ctx, EngineConn *conn, const LogShape *shape, bool *ret_is_whole, Err *err) {
    Str wanted[N_TRIGGERS];
    LogThere there;
    TRY(wanted_texts(ctx->arena, shape, wanted, err));
    TRY(read_there(ctx, conn, shape, &there, err));
    TRY(is_intact(ctx, conn, shape, &there, ret_is_whole, err));
    for (size_t i = 0; i < N_TRIGGERS; i++) *ret_is_whole &= str_eq(wanted[i], there.texts[i]);
    return ERR_OK;
}

ErrCode pipeline_log_bring(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err) {
    Str wanted[N_TRIGGERS];
    LogThere there;
    bool intact, is_same = true;
    TRY(wanted_texts(ctx->arena, shape, wanted, err));
    TRY(read_there(ctx, conn, shape, &there, err));
    TRY(is_intact(ctx, conn, shape, &there, &intact, err));
    for (size_t i = 0; i < N_TRIGGERS; i++) is_same &= str_eq(wanted[i], there.texts[i]);
    TRY(bring_log(ctx, conn, shape, err));
    if (!is_same || !intact) TRY(make_triggers(ctx, conn, shape, wanted, err));
    bool has_none;
    TRY(is_empty(ctx, conn, shape, &has_none, err));
    return intact && !has_none ? ERR_OK : begin_anew(ctx, conn, shape, err);
}

/* ---- filling a table, and leaving one ------------------------------------------------------------------------------- */

ErrCode pipeline_log_pause(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err) {
    return drop_triggers(ctx, conn, shape, err);
}

ErrCode pipeline_log_drop(const Ctx *ctx, EngineConn *conn, Str table, Err *err) {
    const ModelTable named = {.name = table};
    const LogShape shape = {.table = &named, .log = pipeline_name(ctx->arena, LOG_TABLE, table)};
    TRY(drop_triggers(ctx, conn, &shape, err));
    Value name = state_name(ctx->arena, &shape);
    TRY(engine_execf(ctx, conn, NULL, err, "DELETE FROM " MANAGED_STATE " WHERE name = %V", &name));
    return engine_execf(ctx, conn, NULL, err, "DROP TABLE IF EXISTS %I", &shape.log);
}
