/*
 * Results of DuckDB, chunk by chunk, as Batches.
 *
 * A chunk's vectors are read in place: integers, decimals, dates and strings have the layout a Column can name. Only
 * timestamps of other units and enums are rewritten, into buffers of the stream. The chunk lives until the next one is
 * fetched. Results are streamed: the query runs as far as they are read. A NULL chunk means the end or an error, so the
 * error is always asked for.
 *
 * Dates and timestamps outside the years 1 to 9999 (infinity among them) are refused here, for nothing above could
 * print them.
 */
#include "engine/engine_duckdb_internal.h"

#include <string.h>

typedef struct DuckColumn {
    DuckConvert convert;
    duckdb_type enum_width;   /* type of an enum's codes */
    const StrView *enum_text; /* by code */
    void *rewritten;          /* DUCK_VECTOR_ROWS items, for what is not read in place */
} DuckColumn;

typedef struct DuckStream {
    EngineStream head;
    duckdb_prepared_statement stmt;
    duckdb_pending_result pending;
    duckdb_result result;
    duckdb_data_chunk chunk;
    bool is_finished; /* the query ran to its end or failed */
    DuckColumn *plan;
    Column *columns;
    Batch batch;
} DuckStream;

static DuckStream *duck_stream(EngineStream *stream) {
    return (DuckStream *)stream;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static const StrView *enum_texts(Arena *arena, duckdb_logical_type logical) {
    uint32_t n = duckdb_enum_dictionary_size(logical);
    StrView *views = ARENA_ARRAY(arena, StrView, n ? n : 1);
    for (uint32_t i = 0; i < n; i++) {
        char *text = duckdb_enum_dictionary_value(logical, i);
        views[i] = str_view(arena_str(arena, str_of(text)));
        duckdb_free(text);
    }
    return views;
}

static void plan_column(Arena *arena, duckdb_logical_type logical, const DuckType *type, DuckColumn *plan) {
    plan->convert = type->convert;
    if (type->convert != DUCK_AS_IS) plan->rewritten = arena_zalloc(arena, DUCK_VECTOR_ROWS, sizeof(StrView));
    if (type->convert != DUCK_FROM_ENUM) return;
    plan->enum_width = duckdb_enum_internal_type(logical);
    plan->enum_text = enum_texts(arena, logical);
}

static ErrCode stream_columns(DuckStream *stream, Err *err) {
    Arena *arena = stream->head.arena;
    size_t n = duckdb_column_count(&stream->result);
    stream->plan = ARENA_ARRAY(arena, DuckColumn, n ? n : 1);
    stream->columns = ARENA_ARRAY(arena, Column, n ? n : 1);
    for (size_t i = 0; i < n; i++) {
        Str name = arena_str(arena, str_of(duckdb_column_name(&stream->result, i)));
        duckdb_logical_type logical = duckdb_column_logical_type(&stream->result, i);
        DuckType type;
        bool is_known = duck_type_read(logical, &type);
        if (is_known) plan_column(arena, logical, &type, &stream->plan[i]);
        duckdb_destroy_logical_type(&logical);
        if (!is_known)
            return err_set(err, ERR_UNSUPPORTED,
                           "Column '%.*s' has a type that cannot be read; turn it into text or a number first.",
                           STR_ARG(name));
        stream->columns[i] = (Column){.name = name, .type = type.type, .layout = type.layout};
    }
    stream->batch = (Batch){.n_columns = n, .columns = stream->columns};
    Column *heads = arena_dup(arena, stream->columns, sizeof(Column) * (n ? n : 1));
    stream->head.columns = (Batch){.n_columns = n, .columns = heads};
    return ERR_OK;
}

/* ---- rewriting --------------------------------------------------------------------------------------------------- */

/* Values under a null are arbitrary: the multiplication wraps instead of overflowing. */
static void scale_up(int64_t *to, const int64_t *from, size_t n_rows, uint64_t factor) {
    for (size_t i = 0; i < n_rows; i++) to[i] = (int64_t)((uint64_t)from[i] * factor);
}

static void floor_nanos(int64_t *to, const int64_t *from, size_t n_rows) {
    for (size_t i = 0; i < n_rows; i++) to[i] = from[i] / 1000 - (from[i] % 1000 < 0);
}

/* Codes under a null are arbitrary and not looked up. */
static void decode_enum(StrView *to, const Column *codes, const DuckColumn *plan, size_t n_rows) {
    for (size_t i = 0; i < n_rows; i++) {
        if (column_is_null(codes, i)) continue;
        size_t code = plan->enum_width == DUCKDB_TYPE_UTINYINT    ? ((const uint8_t *)codes->data)[i]
                      : plan->enum_width == DUCKDB_TYPE_USMALLINT ? ((const uint16_t *)codes->data)[i]
                                                                  : ((const uint32_t *)codes->data)[i];
        to[i] = plan->enum_text[code];
    }
}

static const void *rewrite(const DuckColumn *plan, const Column *column, size_t n_rows) {
    switch (plan->convert) {
    case DUCK_AS_IS: return column->data;
    case DUCK_FROM_SECONDS: scale_up(plan->rewritten, column->data, n_rows, 1000000); break;
    case DUCK_FROM_MILLIS: scale_up(plan->rewritten, column->data, n_rows, 1000); break;
    case DUCK_FROM_NANOS: floor_nanos(plan->rewritten, column->data, n_rows); break;
    case DUCK_FROM_ENUM: decode_enum(plan->rewritten, column, plan, n_rows); break;
    }
    return plan->rewritten;
}

/* ---- times outside the calendar ---------------------------------------------------------------------------------- */

enum { DAY_MIN = -719162, DAY_MAX = 2932896 }; /* 0001-01-01 and 9999-12-31 */

/* The units of a column's timestamps in a day. */
static int64_t units_in_day(const DuckColumn *plan) {
    switch (plan->convert) {
    case DUCK_FROM_SECONDS: return TIME_US_PER_DAY / 1000000;
    case DUCK_FROM_MILLIS: return TIME_US_PER_DAY / 1000;
    case DUCK_FROM_NANOS: return 0; /* nanoseconds reach from 1677 to 2262 */
    default: return TIME_US_PER_DAY;
    }
}

static bool has_outside(const Column *column, size_t n_rows, int64_t min, int64_t max) {
    bool is_date = column->layout == LAYOUT_I32;
    for (size_t i = 0; i < n_rows; i++) {
        int64_t at = is_date ? ((const int32_t *)column->data)[i] : ((const int64_t *)column->data)[i];
        if ((at < min || at > max) && !column_is_null(column, i)) return true;
    }
    return false;
}

/* Of a column as DuckDB gave it. Nanoseconds can only be the two infinities. */
static ErrCode check_calendar(const DuckColumn *plan, const Column *column, size_t n_rows, Err *err) {
    int64_t min = DAY_MIN;
    int64_t max = DAY_MAX;
    if (column->type.kind == TYPE_TIMESTAMP) {
        int64_t units = units_in_day(plan);
        min = units ? min * units : -INT64_MAX + 1;
        max = units ? (max + 1) * units - 1 : INT64_MAX - 1;
    } else if (column->type.kind != TYPE_DATE) {
        return ERR_OK;
    }
    if (!has_outside(column, n_rows, min, max)) return ERR_OK;
    return err_set(err, ERR_DATA, "Column '%.*s' holds a time outside the years 1 to 9999; correct it or leave it out.",
                   STR_ARG(column->name));
}

/* ---- the stream -------------------------------------------------------------------------------------------------- */

static ErrCode stream_start(DuckStream *stream, Str sql, Err *err) {
    EngineConn *conn = stream->head.conn;
    if (duckdb_pending_prepared_streaming(stream->stmt, &stream->pending) != DuckDBSuccess)
        return duck_error(conn, DUCKDB_ERROR_INVALID, duckdb_pending_error(stream->pending), sql, err);
    if (duckdb_execute_pending(stream->pending, &stream->result) != DuckDBSuccess)
        return duck_error(conn, duckdb_result_error_type(&stream->result), duckdb_result_error(&stream->result), sql,
                          err);
    return stream_columns(stream, err);
}

ErrCode duck_query(EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err) {
    duckdb_prepared_statement stmt = NULL;
    TRY(duck_prepare(conn, sql, &stmt, err));
    EngineStream *head = engine_stream_new(conn, sizeof(DuckStream), sql->text);
    DuckStream *stream = duck_stream(head);
    stream->stmt = stmt;
    ErrCode code = stream_start(stream, sql->text, err);
    if (code) {
        duck_stream_release(head);
        arena_free(head->arena);
        return code;
    }
    *ret_stream = head;
    return ERR_OK;
}

static ErrCode fetch(DuckStream *stream, bool *ret_has_rows, Err *err) {
    duckdb_destroy_data_chunk(&stream->chunk);
    do {
        duckdb_destroy_data_chunk(&stream->chunk);
        stream->chunk = duckdb_fetch_chunk(stream->result);
    } while (stream->chunk && !duckdb_data_chunk_get_size(stream->chunk));
    *ret_has_rows = stream->chunk != NULL;
    if (stream->chunk) return ERR_OK;
    stream->is_finished = true;
    const char *text = duckdb_result_error(&stream->result);
    if (!text || !*text) return ERR_OK;
    return duck_error(stream->head.conn, duckdb_result_error_type(&stream->result), text, stream->head.sql, err);
}

ErrCode duck_stream_next(EngineStream *head, const Batch **ret_batch, Err *err) {
    DuckStream *stream = duck_stream(head);
    bool has_rows = false;
    TRY(fetch(stream, &has_rows, err));
    if (!has_rows) {
        *ret_batch = NULL;
        return ERR_OK;
    }
    size_t n_rows = duckdb_data_chunk_get_size(stream->chunk);
    for (size_t i = 0; i < stream->batch.n_columns; i++) {
        Column *column = &stream->columns[i];
        duckdb_vector vector = duckdb_data_chunk_get_vector(stream->chunk, i);
        column->data = duckdb_vector_get_data(vector);
        column->valid = duckdb_vector_get_validity(vector);
        TRY(check_calendar(&stream->plan[i], column, n_rows, err));
        column->data = rewrite(&stream->plan[i], column, n_rows);
    }
    stream->batch.n_rows = n_rows;
    *ret_batch = &stream->batch;
    return ERR_OK;
}

void duck_stream_release(EngineStream *head) {
    DuckStream *stream = duck_stream(head);
    bool is_abandoned = stream->pending && !stream->is_finished;
    duckdb_destroy_data_chunk(&stream->chunk);
    duckdb_destroy_result(&stream->result);
    duckdb_destroy_pending(&stream->pending);
    duckdb_destroy_prepare(&stream->stmt);
    if (!is_abandoned) return;
    /* DuckDB ends an abandoned query, and the snapshot it holds, only when the next one begins. */
    duckdb_result result = {0};
    (void)duckdb_query(duck_conn(head->conn)->native, "SELECT 1", &result);
    duckdb_destroy_result(&result);
    stream->is_finished = true;
}
