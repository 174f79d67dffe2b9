/*
 * Bulk append to PostgreSQL: each batch is one COPY in binary form. So the connection is free between batches, and what is wrong
 * with a batch is told when it is appended. Values are brought to exactly the table's types first; what does not fit is refused
 * here, by row and column, before the server sees it.
 */
#include "engine/engine_postgres_internal.h"
#include "sql/sql_relation.h"

enum { CHECK_ROWS = 256, BLOCK_BYTES = 1 << 16, ROW_MAX_BYTES = 1 << 30, NULL_LENGTH = -1, END_OF_ROWS = -1 };

typedef struct PostgresTarget {
    Oid oid;
    Type type; /* a decimal without precision takes any */
} PostgresTarget;

typedef struct PostgresAppender {
    EngineAppender head;
    PostgresTarget *targets;
    const char *copy;      /* the statement */
    int64_t n_rows_before; /* appended by earlier batches, for messages */
} PostgresAppender;

static PostgresAppender *postgres_appender(EngineAppender *appender) {
    return (PostgresAppender *)appender;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static ErrCode set_targets(PostgresAppender *appender, const PGresult *description, Err *err) {
    EngineAppender *head = &appender->head;
    appender->targets = ARENA_ARRAY(head->arena, PostgresTarget, head->n_columns);
    for (size_t i = 0; i < head->n_columns; i++) {
        PostgresTarget *target = &appender->targets[i];
        target->oid = PQftype(description, (int)i);
        if (!postgres_type_of(target->oid, PQfmod(description, (int)i), &target->type))
            return err_set(err, ERR_UNSUPPORTED,
                           "Column '%.*s' of table '%.*s' has a type that rows cannot be appended to.",
                           STR_ARG(head->names[i]), STR_ARG(head->table));
    }
    return ERR_OK;
}

static ErrCode prepare(PostgresAppender *appender, const SqlRelation *table, Err *err) {
    EngineAppender *head = &appender->head;
    SqlColumnList list = {head->names, head->n_columns};
    SqlText select = {0}, copy = {0};
    TRY(sql_format(head->arena, &SQL_DIALECT_POSTGRES, &select, err, "SELECT %C FROM %R", &list, table));
    TRY(sql_format(head->arena, &SQL_DIALECT_POSTGRES, &copy, err, "COPY %R (%C) FROM STDIN (FORMAT binary)", table,
                   &list));
    appender->copy = arena_cstr(head->arena, copy.text);
    PGresult *description = NULL;
    ErrCode code =
        postgres_describe(head->conn, arena_cstr(head->arena, select.text), &(PostgresParams){0}, &description, err);
    if (code) {
        err_prefix(err, "Table '%.*s'", STR_ARG(head->table));
        return code;
    }
    code = set_targets(appender, description, err);
    PQclear(description);
    return code;
}

ErrCode postgres_append_open(EngineConn *conn, const SqlRelation *table, const Str *columns, size_t n_columns,
                             EngineAppender **ret_appender, Err *err) {
    EngineAppender *head = engine_appender_new(conn, sizeof(PostgresAppender), table, columns, n_columns);
    ErrCode code = prepare(postgres_appender(head), table, err);
    if (code) {
        arena_free(head->arena);
        return code;
    }
    *ret_appender = head;
    return ERR_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static bool fit_value(Value given, Type target, Value *ret_value) {
    bool takes_any = target.kind == TYPE_DECIMAL && !target.precision;
    *ret_value = given;
    if (takes_any && given.type.kind == TYPE_DECIMAL) return true;
    return engine_coerce(given, takes_any ? TYPE_DEC(TYPE_DECIMAL_MAX_PRECISION, 0) : target, ret_value);
}

static ErrCode cell_error(const PostgresAppender *appender, size_t i, size_t row, Value given, PostgresFit fit,
                          Err *err) {
    const EngineAppender *head = &appender->head;
    int64_t number = appender->n_rows_before + (int64_t)row;
    if (fit != POSTGRES_HAS_NUL) return engine_value_error(head, i, appender->targets[i].type, number, given, err);
    return err_set(err, ERR_DATA,
                   "Column '%.*s' of table '%.*s': the text in row %" PRId64
                   " holds a NUL byte, which PostgreSQL cannot hold; take it out.",
                   STR_ARG(head->names[i]), STR_ARG(head->table), number + 1);
}

static ErrCode put_cell(const PostgresAppender *appender, size_t i, const Column *column, size_t row, Buf *out,
                        Err *err) {
    if (column_is_null(column, row)) {
        postgres_put_number(out, (uint64_t)NULL_LENGTH, 4);
        return ERR_OK;
    }
    Value given = column_value(column, row), value;
    if (!fit_value(given, appender->targets[i].type, &value))
        return cell_error(appender, i, row, given, POSTGRES_MISFIT, err);
    size_t at = out->n;
    postgres_put_number(out, 0, 4); /* the length, known afterwards */
    PostgresFit fit = postgres_encode(out, value, appender->targets[i].oid);
    if (fit) return cell_error(appender, i, row, given, fit, err);
    TRY(buf_check(out, "a row to append", err));
    size_t n_bytes = out->n - at - 4;
    for (int k = 0; k < 4; k++) out->p[at + (size_t)k] = (char)(n_bytes >> (8 * (3 - k)));
    return ERR_OK;
}

/* Hands what is gathered to libpq and the server. */
static ErrCode send_block(EngineAppender *head, Buf *block, Err *err) {
    PGconn *native = postgres_conn(head->conn)->native;
    TRY(buf_check(block, "a row to append", err));
    int sent;
    while (!(sent = PQputCopyData(native, block->p, (int)block->n)))
        TRY(postgres_flush(head->conn, S("(append)"), err));
    if (sent < 0) return postgres_error(head->conn, NULL, S("(append)"), err);
    buf_clear(block);
    return postgres_flush(head->conn, S("(append)"), err);
}

static ErrCode send_rows(PostgresAppender *appender, const Batch *batch, Buf *block, Err *err) {
    static const char SIGNATURE[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* …, flags, length of the extension */
    buf_add(block, (Str){SIGNATURE, sizeof(SIGNATURE)});
    for (size_t row = 0; row < batch->n_rows; row++) {
        if (row % CHECK_ROWS == 0) TRY(ctx_check(appender->head.ctx, err));
        postgres_put_number(block, batch->n_columns, 2);
        for (size_t i = 0; i < batch->n_columns; i++) TRY(put_cell(appender, i, &batch->columns[i], row, block, err));
        if (block->n >= BLOCK_BYTES) TRY(send_block(&appender->head, block, err));
    }
    postgres_put_number(block, (uint64_t)END_OF_ROWS, 2);
    return send_block(&appender->head, block, err);
}

/* ---- one COPY ---------------------------------------------------------------------------------------------------- */

static ErrCode copy_begin(PostgresAppender *appender, Err *err) {
    EngineConn *conn = appender->head.conn;
    PGresult *result = NULL;
    postgres_start(conn);
    if (!PQsendQuery(postgres_conn(conn)->native, appender->copy))
        return postgres_error(conn, NULL, S("(append)"), err);
    TRY(postgres_next(conn, S("(append)"), &result, err));
    ErrCode code = PQresultStatus(result) == PGRES_COPY_IN ? ERR_OK : postgres_error(conn, result, S("(append)"), err);
    PQclear(result);
    if (code) err_ignore(postgres_finish(conn, S("(append)"), NULL));
    return code;
}

/* What the server says of the rows comes before that they could not be sent, but not before what we found ourselves. */
static ErrCode copy_end(PostgresAppender *appender, ErrCode sent, Err *err) {
    EngineConn *conn = appender->head.conn;
    Err said = {0};
    (void)PQputCopyEnd(postgres_conn(conn)->native, sent ? "given up" : NULL);
    ErrCode code = postgres_finish(conn, S("(append)"), &said);
    if (!code || (sent && sent != ERR_IO)) return sent;
    err_prefix(&said, "Table '%.*s'", STR_ARG(appender->head.table));
    if (err) *err = said;
    return code;
}

ErrCode postgres_append(EngineAppender *head, const Batch *batch, Err *err) {
    PostgresAppender *appender = postgres_appender(head);
    CLEANUP(buf_release) Buf block;
    buf_init(&block, ROW_MAX_BYTES);
    TRY(copy_begin(appender, err));
    TRY(copy_end(appender, send_rows(appender, batch, &block, err), err));
    appender->n_rows_before += (int64_t)batch->n_rows;
    return ERR_OK;
}

ErrCode postgres_append_finish(EngineAppender *head, Err *err) {
    (void)head, (void)err;
    return ERR_OK;
}

void postgres_append_release(EngineAppender *head) {
    (void)head; /* nothing is held between batches */
}
