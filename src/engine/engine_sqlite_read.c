/*
 * Results of SQLite, row by row, as Batches of up to 2048 rows; the first one is small, for most results are.
 *
 * SQLite's columns have no types, its values have. A column's type is the one the caller states (SqlText.types), else
 * that of the table column it comes from, as declared, else it follows from its first value that is not null among the
 * first rows, which are read ahead for that. A value that is not of its column's type is refused: above all a float
 * where an integer was promised, which is how SQLite overflows.
 */
#include "engine/engine_sqlite_internal.h"

#include <string.h>

enum { BATCH_ROWS = 2048, FIRST_ROWS = 64, PEEK_ROWS = 256 };

typedef struct SqliteStream {
    EngineStream head;
    sqlite3_stmt *stmt;
    bool has_row; /* stmt stands on a row that was not read yet */
    Type *types;
    Str *names;
    BatchBuilder *builder;
    size_t n_builder_rows;
    const Value *peeked; /* rows read ahead, n_columns values each */
    size_t n_peeked;
    size_t at_peeked;
} SqliteStream;

static SqliteStream *sqlite_stream(EngineStream *stream) {
    return (SqliteStream *)stream;
}

static size_t column_count(const SqliteStream *stream) {
    return stream->head.columns.n_columns;
}

/* ---- one value --------------------------------------------------------------------------------------------------- */

static const char *storage_words(int storage) {
    switch (storage) {
    case SQLITE_INTEGER: return "the integer";
    case SQLITE_FLOAT: return "the float";
    case SQLITE_TEXT: return "the text";
    default: return "bytes";
    }
}

static ErrCode cell_error(const SqliteStream *stream, size_t i, Err *err) {
    int column = (int)i;
    char wanted[TYPE_TEXT_MAX];
    const char *table = sqlite3_column_table_name(stream->stmt, column);
    int storage = sqlite3_column_type(stream->stmt, column);
    Str value = {0};
    if (storage != SQLITE_BLOB) {
        value = str_of((const char *)sqlite3_column_text(stream->stmt, column));
        value = utf8_is_valid(value) ? str_slice(value, 0, utf8_cut(value, 60)) : S("(not UTF-8)");
    }
    Str name = stream->head.columns.columns[i].name;
    type_print(stream->types[i], wanted);
    if (storage == SQLITE_BLOB)
        return err_set(err, ERR_UNSUPPORTED,
                       "Column '%.*s'%s%s holds bytes, which cannot be read; leave the column out.", STR_ARG(name),
                       table ? " of table " : "", table ? table : "");
    if (stream->types[i].kind == TYPE_NULL)
        return err_set(err, ERR_DATA,
                       "Column '%.*s' has no declared type and its first %d rows are empty; cast it to a type.",
                       STR_ARG(name), PEEK_ROWS);
    return err_set(
        err, ERR_DATA, "Column '%.*s'%s%s should hold %s but holds %s '%.*s'; correct the value or the type.",
        STR_ARG(name), table ? " of table " : "", table ? table : "", wanted, storage_words(storage), STR_ARG(value));
}

static Str cell_text(const SqliteStream *stream, size_t i) {
    const char *p = (const char *)sqlite3_column_text(stream->stmt, (int)i);
    return (Str){p, p ? (size_t)sqlite3_column_bytes(stream->stmt, (int)i) : 0};
}

static bool read_decimal(int64_t scaled, Type type, Value *ret_value) {
    Int128 bound = engine_power_of_ten(type.precision);
    if (scaled >= bound || scaled <= -bound) return false;
    *ret_value = value_decimal(scaled, type.precision, type.scale);
    return true;
}

static bool read_integer(const SqliteStream *stream, size_t i, Value *ret_value) {
    int64_t number = sqlite3_column_int64(stream->stmt, (int)i);
    switch (stream->types[i].kind) {
    case TYPE_INT64: *ret_value = value_int(number); return true;
    case TYPE_BOOL: *ret_value = value_bool(number == 1); return number == 0 || number == 1;
    case TYPE_FLOAT64: *ret_value = value_float((double)number); return true;
    case TYPE_DECIMAL: return read_decimal(number, stream->types[i], ret_value);
    default: return false;
    }
}

static bool read_text(const SqliteStream *stream, size_t i, Value *ret_value) {
    Str text = cell_text(stream, i);
    int64_t time = 0;
    switch (stream->types[i].kind) {
    case TYPE_TEXT: *ret_value = value_text(text); return utf8_is_valid(text);
    case TYPE_JSON: *ret_value = value_json(text); return utf8_is_valid(text);
    case TYPE_DATE:
        /* A date may be written as its midnight. */
        if (!time_parse_date(text, &time)) {
            if (!time_parse_timestamp(text, &time) || time % TIME_US_PER_DAY) return false;
            time /= TIME_US_PER_DAY;
        }
        *ret_value = value_date(time);
        return true;
    case TYPE_TIMESTAMP:
        if (!time_parse_timestamp(text, &time)) return false;
        *ret_value = value_timestamp(time);
        return true;
    default: return false;
    }
}

/* Reads a value as its column's type. Text is borrowed until the next step. */
static ErrCode read_cell(const SqliteStream *stream, size_t i, Value *ret_value, Err *err) {
    bool is_read = false;
    switch (sqlite3_column_type(stream->stmt, (int)i)) {
    case SQLITE_NULL: *ret_value = value_null(stream->types[i]); return ERR_OK;
    case SQLITE_INTEGER: is_read = read_integer(stream, i, ret_value); break;
    case SQLITE_TEXT: is_read = read_text(stream, i, ret_value); break;
    case SQLITE_FLOAT:
        is_read = stream->types[i].kind == TYPE_FLOAT64;
        *ret_value = value_float(sqlite3_column_double(stream->stmt, (int)i));
        break;
    default: break;
    }
    return is_read ? ERR_OK : cell_error(stream, i, err);
}

/* ---- types ------------------------------------------------------------------------------------------------------- */

static Type type_of_storage(int storage) {
    switch (storage) {
    case SQLITE_INTEGER: return TYPE(TYPE_INT64);
    case SQLITE_FLOAT: return TYPE(TYPE_FLOAT64);
    case SQLITE_TEXT: return TYPE(TYPE_TEXT);
    default: return TYPE(TYPE_NULL);
    }
}

static ErrCode step(SqliteStream *stream, Err *err) {
    int code = sqlite3_step(stream->stmt);
    stream->has_row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE) return ERR_OK;
    return sqlite_error(stream->head.conn, code, stream->head.sql, err);
}

static bool has_undecided(const SqliteStream *stream) {
    for (size_t i = 0; i < column_count(stream); i++)
        if (stream->types[i].kind == TYPE_NULL) return true;
    return false;
}

/* Reads the row it stands on into `row`, deciding types by the values met. */
static ErrCode peek_row(SqliteStream *stream, Value *row, Err *err) {
    for (size_t i = 0; i < column_count(stream); i++) {
        if (stream->types[i].kind == TYPE_NULL)
            stream->types[i] = type_of_storage(sqlite3_column_type(stream->stmt, (int)i));
        TRY(read_cell(stream, i, &row[i], err));
        if (!row[i].is_null && (row[i].type.kind == TYPE_TEXT || row[i].type.kind == TYPE_JSON))
            row[i].s = arena_str(stream->head.arena, row[i].s);
    }
    return step(stream, err);
}

/* Reads ahead until every column has a type. */
static ErrCode peek(SqliteStream *stream, Err *err) {
    size_t n = column_count(stream);
    Value *rows = NULL;
    while (stream->has_row && stream->n_peeked < PEEK_ROWS && has_undecided(stream)) {
        if (!rows) rows = ARENA_ARRAY(stream->head.arena, Value, PEEK_ROWS * n);
        TRY(peek_row(stream, rows + stream->n_peeked * n, err));
        stream->n_peeked++;
    }
    stream->peeked = rows;
    return ERR_OK;
}

static Type stated_type(const SqliteStream *stream, const SqlText *sql, size_t i) {
    bool is_stated = i < sql->n_types && sql->types[i].kind != TYPE_NULL;
    return is_stated ? sql->types[i] : sqlite_type_of_decl(str_of(sqlite3_column_decltype(stream->stmt, (int)i)));
}

static void make_builder(SqliteStream *stream, size_t cap_rows) {
    stream->builder =
        batch_builder_new(stream->head.arena, column_count(stream), stream->names, stream->types, cap_rows);
    stream->n_builder_rows = cap_rows;
}

/* After the first step, for a changed schema may have changed what "*" stands for. */
static ErrCode stream_columns(SqliteStream *stream, const SqlText *sql, Err *err) {
    Arena *arena = stream->head.arena;
    size_t n = (size_t)sqlite3_column_count(stream->stmt);
    Column *columns = ARENA_ARRAY(arena, Column, n ? n : 1);
    stream->names = ARENA_ARRAY(arena, Str, n ? n : 1);
    stream->types = ARENA_ARRAY(arena, Type, n ? n : 1);
    for (size_t i = 0; i < n; i++) {
        stream->names[i] = arena_str(arena, str_of(sqlite3_column_name(stream->stmt, (int)i)));
        stream->types[i] = stated_type(stream, sql, i);
        columns[i].name = stream->names[i];
    }
    stream->head.columns = (Batch){.n_columns = n, .columns = columns};
    TRY(peek(stream, err));
    make_builder(stream, stream->n_peeked ? BATCH_ROWS : FIRST_ROWS);
    const Batch *empty = batch_builder_batch(stream->builder);
    for (size_t i = 0; i < n; i++)
        columns[i] = (Column){.name = stream->names[i], .type = stream->types[i], .layout = empty->columns[i].layout};
    return ERR_OK;
}

/* ---- the stream -------------------------------------------------------------------------------------------------- */

ErrCode sqlite_query(EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err) {
    sqlite3_stmt *stmt = NULL;
    TRY(sqlite_prepare(conn, sql, &stmt, err));
    EngineStream *head = engine_stream_new(conn, sizeof(SqliteStream), sql->text);
    SqliteStream *stream = sqlite_stream(head);
    stream->stmt = stmt;
    ErrCode code = step(stream, err);
    if (!code) code = stream_columns(stream, sql, err);
    if (code) {
        sqlite_stream_release(head);
        arena_free(head->arena);
        return code;
    }
    *ret_stream = head;
    return ERR_OK;
}

static ErrCode add_row(SqliteStream *stream, Err *err) {
    for (size_t i = 0; i < column_count(stream); i++) {
        Value value;
        TRY(read_cell(stream, i, &value, err));
        if (!value.is_null) batch_builder_set(stream->builder, i, value);
    }
    batch_builder_next_row(stream->builder);
    return step(stream, err);
}

static void add_peeked(SqliteStream *stream) {
    const Value *row = stream->peeked + stream->at_peeked++ * column_count(stream);
    for (size_t i = 0; i < column_count(stream); i++)
        if (!row[i].is_null) batch_builder_set(stream->builder, i, row[i]);
    batch_builder_next_row(stream->builder);
}

ErrCode sqlite_stream_next(EngineStream *head, const Batch **ret_batch, Err *err) {
    SqliteStream *stream = sqlite_stream(head);
    if (stream->n_builder_rows < BATCH_ROWS && batch_builder_is_full(stream->builder)) make_builder(stream, BATCH_ROWS);
    batch_builder_clear(stream->builder);
    while (stream->at_peeked < stream->n_peeked) add_peeked(stream);
    while (stream->has_row && !batch_builder_is_full(stream->builder)) TRY(add_row(stream, err));
    const Batch *batch = batch_builder_batch(stream->builder);
    *ret_batch = batch->n_rows ? batch : NULL;
    return ERR_OK;
}
static_assert((int)PEEK_ROWS < (int)BATCH_ROWS, "rows read ahead fit the first batch");

void sqlite_stream_release(EngineStream *head) {
    SqliteStream *stream = sqlite_stream(head);
    (void)sqlite3_finalize(stream->stmt); /* repeats the last step's error */
    stream->stmt = NULL;
}
