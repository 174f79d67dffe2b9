/*
 * What capture has to know of a table in SQLite: how its rows can be told apart, and by which unique keys one row can push out
 * another. All of it is read from the database itself, for whoever owns it may have added indexes.
 *
 * A key here is whatever SQLite lets REPLACE and IGNORE act on: the rowid, the primary key, UNIQUE constraints, unique indexes,
 * partial ones included. An index over expressions cannot be looked up by the columns of a new row, and a collation of the
 * application's own is unknown to other programs: such tables cannot be captured, and the message says why.
 */
#include "pipeline/pipeline_internal.h"

typedef struct ShapeColumn {
    Str name;
    bool is_not_null;
    Str fallback; /* its default, as an SQL expression */
    int64_t primary_key;
    bool is_integer;
} ShapeColumn;

typedef struct Shaping {
    const Ctx *ctx;
    EngineConn *conn;
    LogShape *shape;
    VEC(ShapeColumn) columns;
    bool has_rowid;
    bool has_primary_index; /* then an INTEGER PRIMARY KEY is no name of the rowid */
    VEC(LogKey) keys;
    VEC(LogKeyColumn) key_columns; /* of the key being gathered */
} Shaping;

/* ---- columns and rowid ---------------------------------------------------------------------------------------------- */

static ErrCode read_columns(Shaping *shaping, Err *err) {
    Arena *arena = shaping->ctx->arena;
    EngineStream *stream;
    TRY(engine_queryf(shaping->ctx, shaping->conn, &stream, err,
                      "SELECT name, \"notnull\", coalesce(dflt_value, ''), pk, upper(type) = 'INTEGER' "
                      "FROM pragma_table_xinfo(%L)",
                      &shaping->shape->table->name));
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch) {
        const Column *c = batch->columns;
        for (size_t row = 0; row < batch->n_rows; row++) {
            ShapeColumn column = {.name = arena_str(arena, column_str(&c[0], row)),
                                  .is_not_null = column_int(&c[1], row) != 0,
                                  .fallback = arena_str(arena, column_str(&c[2], row)),
                                  .primary_key = column_int(&c[3], row),
                                  .is_integer = column_int(&c[4], row) != 0};
            VEC_PUSH(arena, &shaping->columns, column);
        }
    }
    engine_stream_close(stream);
    if (code) return code;
    if (!shaping->columns.n)
        return err_set(err, ERR_NOT_FOUND, "the database has no table '%.*s'", STR_ARG(shaping->shape->table->name));
    Value without;
    TRY(engine_valuef(shaping->ctx, shaping->conn, &without, err,
                      "SELECT wr FROM pragma_table_list(%L) WHERE schema = 'main'", &shaping->shape->table->name));
    shaping->has_rowid = without.is_null || !without.i;
    return ERR_OK;
}

static const ShapeColumn *find_column(const Shaping *shaping, Str name) {
    for (size_t i = 0; i < shaping->columns.n; i++)
        if (str_eq_nocase(shaping->columns.at[i].name, name)) return &shaping->columns.at[i];
    return NULL;
}

/* The column that is the rowid, or one of SQLite's own names that no column has taken. */
static Str rowid_name(const Shaping *shaping) {
    if (!shaping->has_rowid) return S("");
    const ShapeColumn *only = NULL;
    size_t n_primary = 0;
    for (size_t i = 0; i < shaping->columns.n; i++) {
        if (!shaping->columns.at[i].primary_key) continue;
        only = &shaping->columns.at[i];
        n_primary++;
    }
    if (n_primary == 1 && only->is_integer && !shaping->has_primary_index) return only->name;
    static const Str names[] = {S_INIT("rowid"), S_INIT("oid"), S_INIT("_rowid_")};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (!find_column(shaping, names[i])) return names[i];
    return S("");
}

/* ---- keys ----------------------------------------------------------------------------------------------------------- */

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

/* Where what begins at `at` ends: a quoted name or text, a comment, a word, or one character. */
static size_t token_end(Str sql, size_t at) {
    char open = sql.p[at];
    if (open == '\'' || open == '"' || open == '`' || open == '[') {
        ptrdiff_t close = str_find_char(str_slice(sql, at + 1, sql.n), open == '[' ? ']' : open);
        return close < 0 ? sql.n : at + 2 + (size_t)close;
    }
    bool is_line = str_starts(str_slice(sql, at, sql.n), S("--"));
    if (is_line || str_starts(str_slice(sql, at, sql.n), S("/*"))) {
        ptrdiff_t close = str_find(str_slice(sql, at + 2, sql.n), is_line ? S("\n") : S("*/"));
        return close < 0 ? sql.n : at + 2 + (size_t)close + (is_line ? 1 : 2);
    }
    size_t end = at + 1;
    while (is_word(open) && end < sql.n && is_word(sql.p[end])) end++;
    return end;
}

Str pipeline_log_condition(Str sql) {
    int depth = 0;
    for (size_t at = 0, end; at < sql.n; at = end) {
        end = token_end(sql, at);
        Str token = str_slice(sql, at, end);
        depth += str_eq(token, S("(")) - str_eq(token, S(")"));
        if (!depth && str_eq_nocase(token, S("where"))) return str_trim(str_slice(sql, end, sql.n));
    }
    return S("");
}

static ErrCode cannot(const Shaping *shaping, Str index, const char *why, Err *err) {
    return err_set(
        err, ERR_UNSUPPORTED,
        "changes of table '%.*s' cannot be captured: its unique index '%.*s' %s; drop the index, or leave the "
        "table out",
        STR_ARG(shaping->shape->table->name), STR_ARG(index), why);
}

static ErrCode key_column(Shaping *shaping, Str index, Str name, Str collation, Err *err) {
    bool is_known = str_eq_nocase(collation, S("BINARY")) || str_eq_nocase(collation, S("NOCASE")) ||
                    str_eq_nocase(collation, S("RTRIM"));
    if (!is_known) return cannot(shaping, index, "sorts by rules of the application's own", err);
    const ShapeColumn *column = find_column(shaping, name);
    if (!column) return cannot(shaping, index, "is made of expressions", err);
    LogKeyColumn one = {.name = column->name, .collation = arena_str(shaping->ctx->arena, collation)};
    if (column->is_not_null) one.fallback = column->fallback;
    VEC_PUSH(shaping->ctx->arena, &shaping->key_columns, one);
    return ERR_OK;
}

static void end_key(Shaping *shaping, Str index, bool is_primary, Str where) {
    Arena *arena = shaping->ctx->arena;
    LogKey key = {.index = index, .is_primary = is_primary, .where = where, .n = shaping->key_columns.n};
    key.columns = arena_dup(arena, shaping->key_columns.at, size_mul(key.n, sizeof(LogKeyColumn)));
    shaping->key_columns.n = 0;
    VEC_PUSH(arena, &shaping->keys, key);
}

/* One row a column of a unique index; the last of each index ends its key. */
static ErrCode index_row(Shaping *shaping, const Column *c, size_t row, Err *err) {
    Arena *arena = shaping->ctx->arena;
    Str index = arena_str(arena, column_str(&c[0], row));
    TRY(key_column(shaping, index, column_str(&c[2], row), column_str(&c[3], row), err));
    if (!column_int(&c[5], row)) return ERR_OK;
    bool is_primary = str_eq(column_str(&c[1], row), S("pk"));
    shaping->has_primary_index |= is_primary;
    end_key(shaping, index, is_primary, arena_str(arena, pipeline_log_condition(column_str(&c[4], row))));
    return ERR_OK;
}

static ErrCode read_keys(Shaping *shaping, Err *err) {
    EngineStream *stream;
    TRY(engine_queryf(shaping->ctx, shaping->conn, &stream, err,
                      "SELECT i.name, i.origin, coalesce(x.name, ''), x.coll, coalesce(s.sql, ''), "
                      "row_number() OVER (PARTITION BY i.name ORDER BY x.seqno DESC) = 1 "
                      "FROM pragma_index_list(%L) i JOIN pragma_index_xinfo(i.name) x "
                      "LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name "
                      "WHERE i.\"unique\" AND x.\"key\" ORDER BY i.name, x.seqno",
                      &shaping->shape->table->name));
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch) {
        for (size_t row = 0; row < batch->n_rows && !code; row++) code = index_row(shaping, batch->columns, row, err);
        if (code) break;
    }
    engine_stream_close(stream);
    return code;
}

ErrCode pipeline_log_shape(const Ctx *ctx, EngineConn *conn, const ModelTable *table, LogShape *ret_shape, Err *err) {
    LogShape shape = {.table = table, .log = pipeline_name(ctx->arena, LOG_TABLE, table->name)};
    Shaping shaping = {.ctx = ctx, .conn = conn, .shape = &shape};
    TRY(read_columns(&shaping, err));
    for (size_t i = 0; i < table->n_columns; i++)
        if (!find_column(&shaping, table->columns[i].name))
            return err_set(err, ERR_CONFLICT, "table '%.*s' of the database has no column '%.*s'", STR_ARG(table->name),
                           STR_ARG(table->columns[i].name));
    TRY(read_keys(&shaping, err));
    shape.rowid = rowid_name(&shaping);
    if (shape.rowid.n) {
        VEC_PUSH(ctx->arena, &shaping.key_columns, (LogKeyColumn){.name = shape.rowid});
        end_key(&shaping, S(""), false, S(""));
    }
    shape.keys = shaping.keys.at;
    shape.n_keys = shaping.keys.n;
    Value n_own;
    TRY(engine_valuef(ctx, conn, &n_own, err,
                      "SELECT count(*) FROM pragma_foreign_key_list(%L) WHERE \"table\" = %L COLLATE NOCASE "
                      "AND on_update NOT IN ('NO ACTION', 'RESTRICT')",
                      &table->name, &table->name));
    shape.refers_to_itself = n_own.i > 0;
    *ret_shape = shape;
    return ERR_OK;
}
