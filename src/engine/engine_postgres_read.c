/*
 * Results of PostgreSQL as Batches of up to 2048 rows; the first one is small, for most results are.
 *
 * A statement is prepared and described in one exchange, then run: so its columns are known before the first row, and values come in
 * binary form, unless a column has a type that is not known here: then all come as text, which every type has. Rows arrive one by
 * one (libpq's single-row mode), so a result is never in memory as a whole; measured, it costs nothing against reading it whole, and
 * unlike a cursor it leaves the server free to work in parallel.
 *
 * A numeric that is computed has no declared scale: its column's type is the one the caller states (SqlText.types), else it follows
 * from the first rows, which are read ahead for that.
 *
 * A result that nobody reads on has to be cancelled, which spoils a transaction and undoes a statement that writes; so these are read
 * to their end, and others are cancelled after a moment.
 */
#include "engine/engine_postgres_internal.h"

#include <string.h>

enum { BATCH_ROWS = 2048, FIRST_ROWS = 64, PEEK_ROWS = 64, ANY_SCALE = -1 };
enum { PATIENCE_MS = 5, TRANSACTION_PATIENCE_MS = 2000 };

typedef struct PostgresStream {
    EngineStream head;
    bool is_text;    /* values in text form */
    bool is_reading; /* the statement changes nothing */
    bool is_running; /* results are still to come */
    Str *names;
    Oid *oids;
    Type *types;
    BatchBuilder *builder;
    size_t n_builder_rows;
    PGresult *peeked[PEEK_ROWS]; /* rows read ahead */
    size_t n_peeked;
    size_t at_peeked;
} PostgresStream;

static PostgresStream *postgres_stream(EngineStream *stream) {
    return (PostgresStream *)stream;
}

static size_t column_count(const PostgresStream *stream) {
    return stream->head.columns.n_columns;
}

/* ---- one value --------------------------------------------------------------------------------------------------- */

static ErrCode cell_error(const PostgresStream *stream, size_t i, PostgresFit fit, Err *err) {
    char wanted[TYPE_TEXT_MAX];
    Str name = stream->names[i];
    if (fit == POSTGRES_OUT_OF_TIME)
        return err_set(err, ERR_DATA,
                       "Column '%.*s' holds a time outside the years 1 to 9999; correct it or leave it out.",
                       STR_ARG(name));
    return err_set(err, ERR_DATA, "Column '%.*s' holds a value that does not fit %s; correct the value or cast it.",
                   STR_ARG(name), type_print(stream->types[i], wanted));
}

static Str cell_bytes(const PGresult *row, size_t i) {
    return (Str){PQgetvalue(row, 0, (int)i), (size_t)PQgetlength(row, 0, (int)i)};
}

/* Reads a value as its column's type. Text is borrowed from the row. */
static ErrCode read_cell(const PostgresStream *stream, const PGresult *row, size_t i, Value *ret_value, Err *err) {
    Type type = stream->types[i];
    *ret_value = value_null(type);
    if (PQgetisnull(row, 0, (int)i)) return ERR_OK;
    int scale = type.kind == TYPE_DECIMAL ? type.scale : ANY_SCALE;
    PostgresFit fit = stream->is_text ? postgres_decode_text(cell_bytes(row, i), type, ret_value)
                                      : postgres_decode(stream->oids[i], cell_bytes(row, i), scale, ret_value);
    if (fit) return cell_error(stream, i, fit, err);
    bool is_same = ret_value->type.kind == type.kind && type.kind != TYPE_DECIMAL;
    return is_same || engine_coerce(*ret_value, type, ret_value) ? ERR_OK : cell_error(stream, i, POSTGRES_MISFIT, err);
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* The next row as it comes, NULL at the end. */
static ErrCode fetch(PostgresStream *stream, PGresult **ret_row, Err *err) {
    EngineConn *conn = stream->head.conn;
    PGresult *result = NULL;
    *ret_row = NULL;
    if (!stream->is_running) return ERR_OK;
    ErrCode code = postgres_next(conn, stream->head.sql, &result, err);
    ExecStatusType status = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
    if (!code && status == PGRES_SINGLE_TUPLE) {
        *ret_row = result;
        return ERR_OK;
    }
    stream->is_running = false;
    if (!code && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
        code = postgres_error(conn, result, stream->head.sql, err);
    PQclear(result);
    ErrCode late = postgres_finish(conn, stream->head.sql, code ? NULL : err);
    return code ? code : late;
}

static ErrCode next_row(PostgresStream *stream, PGresult **ret_row, Err *err) {
    if (stream->at_peeked == stream->n_peeked) return fetch(stream, ret_row, err);
    *ret_row = stream->peeked[stream->at_peeked];
    stream->peeked[stream->at_peeked++] = NULL;
    return ERR_OK;
}

static ErrCode add_row(PostgresStream *stream, const PGresult *row, Err *err) {
    for (size_t i = 0; i < column_count(stream); i++) {
        Value value;
        TRY(read_cell(stream, row, i, &value, err));
        if (!value.is_null) batch_builder_set(stream->builder, i, value);
    }
    batch_builder_next_row(stream->builder);
    return ERR_OK;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static bool is_undecided(const PostgresStream *stream, size_t i) {
    return stream->types[i].kind == TYPE_DECIMAL && !stream->types[i].precision;
}

static int scale_of_cell(const PostgresStream *stream, const PGresult *row, size_t i) {
    if (PQgetisnull(row, 0, (int)i)) return 0;
    Str bytes = cell_bytes(row, i);
    ptrdiff_t point = str_find_char(bytes, '.');
    if (!stream->is_text) return postgres_numeric_scale(bytes);
    return point < 0 ? 0 : (int)MIN_OF(bytes.n - (size_t)point - 1, (size_t)TYPE_DECIMAL_MAX_PRECISION);
}

/* Gives numerics without a scale the largest one among the first rows. */
static ErrCode peek(PostgresStream *stream, Err *err) {
    bool has_undecided = false;
    for (size_t i = 0; i < column_count(stream); i++) has_undecided |= is_undecided(stream, i);
    while (has_undecided && stream->n_peeked < PEEK_ROWS) {
        PGresult *row = NULL;
        TRY(fetch(stream, &row, err));
        if (!row) break;
        stream->peeked[stream->n_peeked++] = row;
    }
    for (size_t i = 0; i < column_count(stream); i++) {
        int scale = 0;
        if (!is_undecided(stream, i)) continue;
        for (size_t k = 0; k < stream->n_peeked; k++)
            scale = MAX_OF(scale, scale_of_cell(stream, stream->peeked[k], i));
        stream->types[i] = TYPE_DEC(TYPE_DECIMAL_MAX_PRECISION, scale);
    }
    return ERR_OK;
}

static void make_builder(PostgresStream *stream, size_t cap_rows) {
    stream->builder =
        batch_builder_new(stream->head.arena, column_count(stream), stream->names, stream->types, cap_rows);
    stream->n_builder_rows = cap_rows;
}

static Type type_of_column(PostgresStream *stream, const SqlText *sql, const PGresult *description, size_t i) {
    Type type = TYPE(TYPE_TEXT);
    bool is_stated = i < sql->n_types && sql->types[i].kind != TYPE_NULL;
    if (!postgres_type_of(stream->oids[i], PQfmod(description, (int)i), &type)) stream->is_text = true;
    return is_stated ? sql->types[i] : type;
}

/* From the description of the prepared statement. */
static void plan_columns(PostgresStream *stream, const SqlText *sql, const PGresult *description) {
    Arena *arena = stream->head.arena;
    size_t n = (size_t)PQnfields(description);
    stream->names = ARENA_ARRAY(arena, Str, n);
    stream->oids = ARENA_ARRAY(arena, Oid, n);
    stream->types = ARENA_ARRAY(arena, Type, n);
    for (size_t i = 0; i < n; i++) {
        stream->names[i] = arena_str(arena, str_of(PQfname(description, (int)i)));
        stream->oids[i] = PQftype(description, (int)i);
        stream->types[i] = type_of_column(stream, sql, description, i);
    }
    stream->head.columns = (Batch){.n_columns = n};
}

/* The heads, when all types are decided. */
static void set_columns(PostgresStream *stream) {
    size_t n = column_count(stream);
    make_builder(stream, FIRST_ROWS);
    const Batch *empty = batch_builder_batch(stream->builder);
    Column *columns = ARENA_ARRAY(stream->head.arena, Column, n);
    for (size_t i = 0; i < n; i++)
        columns[i] = (Column){.name = stream->names[i], .type = stream->types[i], .layout = empty->columns[i].layout};
    stream->head.columns.columns = columns;
}
static_assert((int)PEEK_ROWS <= (int)FIRST_ROWS, "rows read ahead fit the first batch");

/* ---- the stream -------------------------------------------------------------------------------------------------- */

/* Results of what was sent in the pipeline: of the preparation, the description, and its end. */
static ErrCode describe_results(EngineConn *conn, Str sql, PGresult **ret_result, Err *err) {
    ErrCode code = ERR_OK;
    PGresult *description = NULL;
    for (int n_synced = 0; n_synced == 0;) {
        PGresult *result = NULL;
        ErrCode failed = postgres_next(conn, sql, &result, code ? NULL : err);
        if (!code) code = failed;
        if (failed || PQstatus(postgres_conn(conn)->native) == CONNECTION_BAD) {
            if (!code) code = postgres_error(conn, NULL, sql, err);
            PQclear(result);
            break; /* no end will come */
        }
        ExecStatusType status = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
        if (status == PGRES_FATAL_ERROR && !code) code = postgres_error(conn, result, sql, err);
        n_synced += status == PGRES_PIPELINE_SYNC;
        if (status == PGRES_COMMAND_OK) { /* the last of them describes */
            PQclear(description);
            description = result;
        } else {
            PQclear(result);
        }
    }
    if (code) {
        PQclear(description);
        return code;
    }
    *ret_result = description;
    return ERR_OK;
}

ErrCode postgres_describe(EngineConn *conn, const char *text, const PostgresParams *params, PGresult **ret_result,
                          Err *err) {
    PGconn *native = postgres_conn(conn)->native;
    Str sql = str_of(text);
    postgres_start(conn);
    bool is_sent = PQenterPipelineMode(native) && PQsendPrepare(native, "", text, params->n, params->types) &&
                   PQsendDescribePrepared(native, "") && PQpipelineSync(native);
    ErrCode code = is_sent ? describe_results(conn, sql, ret_result, err) : postgres_error(conn, NULL, sql, err);
    (void)PQexitPipelineMode(native);
    return code;
}

/* Whether the statement only reads, so that it may be stopped: printed selects, and what begins like one. */
static bool only_reads(const SqlText *sql) {
    Str text = str_trim(sql->text);
    Str word = str_slice(text, 0, 6);
    return sql->n_types || str_eq_nocase(word, S("SELECT")) || str_eq_nocase(word, S("VALUES"));
}

static ErrCode stream_start(PostgresStream *stream, const SqlText *sql, Err *err) {
    EngineConn *conn = stream->head.conn;
    PGconn *native = postgres_conn(conn)->native;
    PostgresParams params = {0};
    const char *text = NULL;
    PGresult *description = NULL;
    TRY(postgres_bind(conn, sql, &params, &text, err));
    TRY(postgres_describe(conn, text, &params, &description, err));
    plan_columns(stream, sql, description);
    PQclear(description);
    stream->is_reading = only_reads(sql);
    if (!PQsendQueryPrepared(native, "", params.n, params.values, params.lengths, params.formats, !stream->is_text))
        return postgres_error(conn, NULL, sql->text, err);
    stream->is_running = true;
    (void)PQsetSingleRowMode(native);
    TRY(postgres_flush(conn, sql->text, err));
    TRY(peek(stream, err));
    set_columns(stream);
    return ERR_OK;
}

ErrCode postgres_query(EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err) {
    EngineStream *head = engine_stream_new(conn, sizeof(PostgresStream), sql->text);
    ErrCode code = stream_start(postgres_stream(head), sql, err);
    if (code) {
        head->is_failed = true;
        postgres_stream_release(head);
        arena_free(head->arena);
        return code;
    }
    *ret_stream = head;
    return ERR_OK;
}

ErrCode postgres_stream_next(EngineStream *head, const Batch **ret_batch, Err *err) {
    PostgresStream *stream = postgres_stream(head);
    if (stream->n_builder_rows < BATCH_ROWS && batch_builder_is_full(stream->builder)) make_builder(stream, BATCH_ROWS);
    batch_builder_clear(stream->builder);
    while (!batch_builder_is_full(stream->builder)) {
        PGresult *row = NULL;
        TRY(next_row(stream, &row, err));
        if (!row) break;
        ErrCode code = add_row(stream, row, err);
        PQclear(row);
        if (code) return code;
    }
    const Batch *batch = batch_builder_batch(stream->builder);
    *ret_batch = batch->n_rows ? batch : NULL;
    return ERR_OK;
}

void postgres_stream_release(EngineStream *head) {
    PostgresStream *stream = postgres_stream(head);
    EngineConn *conn = head->conn;
    while (stream->at_peeked < stream->n_peeked) PQclear(stream->peeked[stream->at_peeked++]);
    if (!stream->is_running) return;
    stream->is_running = false;
    bool may_cancel = head->is_failed || (stream->is_reading && !conn->is_in_tx);
    int patience_ms = may_cancel ? PATIENCE_MS : conn->is_in_tx && stream->is_reading ? TRANSACTION_PATIENCE_MS : -1;
    bool is_done = postgres_abandon(conn, head->is_failed ? NULL : head->ctx, patience_ms);
    if (!is_done && conn->is_in_tx) conn->is_tx_failed = true;
}
