#pragma once
/* For the engine_postgres*.c files only. The only place that includes libpq's header. */
#include "engine/engine_internal.h"

#include <libpq-fe.h>

/* Object identifiers of the built-in types that are read and written in binary (catalog/pg_type.dat; they never change). */
typedef enum PostgresOid {
    POSTGRES_BOOL = 16,
    POSTGRES_NAME = 19,
    POSTGRES_INT8 = 20,
    POSTGRES_INT2 = 21,
    POSTGRES_INT4 = 23,
    POSTGRES_TEXT = 25,
    POSTGRES_JSON = 114,
    POSTGRES_FLOAT4 = 700,
    POSTGRES_FLOAT8 = 701,
    POSTGRES_BPCHAR = 1042,
    POSTGRES_VARCHAR = 1043,
    POSTGRES_DATE = 1082,
    POSTGRES_TIMESTAMP = 1114,
    POSTGRES_TIMESTAMPTZ = 1184,
    POSTGRES_NUMERIC = 1700,
    POSTGRES_JSONB = 3802
} PostgresOid;

typedef struct PostgresConn {
    EngineConn head;
    PGconn *native;
    int wake_fd;             /* an eventfd: written by who interrupts, so that the thread that waits looks up */
    int64_t cancelled_at_us; /* of the statement that runs: the first cancel request; 0: none yet */
    int64_t asked_at_us;     /* and the last */
} PostgresConn;

static inline PostgresConn *postgres_conn(EngineConn *conn) {
    return (PostgresConn *)conn;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

ErrCode postgres_open(const Ctx *ctx, EngineDb *db, Err *err);
void postgres_close(EngineDb *db);
ErrCode postgres_connect(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err);
void postgres_disconnect(EngineConn *conn);
/* "database 'warehouse' on 'db1.example.com'": what a person knows it by, without secrets. */
const char *postgres_place(const EngineDb *db);

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* Fills err from a failed result, or, where it is NULL, from the connection's last error. */
ErrCode postgres_error(const EngineConn *conn, const PGresult *result, Str sql, Err *err);
/* The same for a connection that could not be made. */
ErrCode postgres_connect_error(const EngineDb *db, const PGconn *native, Err *err);

/* ---- waiting (engine_postgres_wait.c) ---------------------------------------------------------------------------- */

/* Begins a statement: forgets what was cancelled before. */
void postgres_start(EngineConn *conn);
/* Sends what is buffered. ERR_IO when the connection is lost. */
ErrCode postgres_flush(EngineConn *conn, Str sql, Err *err);
/* The next result of what was sent, NULL after the last. Waits until it is there; cancels the statement when the call should stop,
 * after which its result is an error. PQclear *ret_result. */
ErrCode postgres_next(EngineConn *conn, Str sql, PGresult **ret_result, Err *err);
/* Clears all results that are left; err (may be NULL) gets the first error among them, which is returned. */
ErrCode postgres_finish(EngineConn *conn, Str sql, Err *err);
/* As finish without errors, for a result nobody reads on: after `patience_ms` (negative: never), or when the stream's own ctx says
 * so, the statement is cancelled. False when it was. */
bool postgres_abandon(EngineConn *conn, const Ctx *ctx, int patience_ms);

/* ---- types and values (engine_postgres_type.c, _value.c, _numeric.c) --------------------------------------------- */

/* Our type of a column of that type and modifier; false when its binary form is not known here. A numeric without precision has
 * precision 0. */
NODISCARD bool postgres_type_of(Oid oid, int modifier, Type *ret_type);
/* The type of a column spelled so by format_type(); text where there is no equal. */
Type postgres_type_of_spelling(Str spelling);
/* The type that a parameter is sent as. */
Oid postgres_oid_of(Type type);

/* Why a value cannot be read or written. */
typedef enum PostgresFit {
    POSTGRES_FITS,
    POSTGRES_MISFIT,     /* not of that type: too large, digits lost, no valid text */
    POSTGRES_HAS_NUL,    /* a text with a NUL byte, which PostgreSQL cannot hold */
    POSTGRES_OUT_OF_TIME /* outside the years 1 to 9999 */
} PostgresFit;

/* Appends a not null value of exactly that type's kind in binary form. */
PostgresFit postgres_encode(Buf *out, Value value, Oid oid);
/* Reads a binary value; text is borrowed from it. `scale` is a numeric's (negative: its own). */
PostgresFit postgres_decode(Oid oid, Str bytes, int scale, Value *ret_value);
/* Reads a value in text form as `type`. */
PostgresFit postgres_decode_text(Str text, Type type, Value *ret_value);

void postgres_put_number(Buf *out, uint64_t number, int n_bytes); /* big endian */
uint64_t postgres_get_number(const char *p, int n_bytes);
void postgres_encode_numeric(Buf *out, Int128 unscaled, int scale);
int postgres_numeric_scale(Str bytes); /* how many digits behind the point it shows; at most 38 */
/* A numeric at a scale of 0 to 38. False: not a number, infinite, more than 38 digits, or digits beyond the scale. */
NODISCARD bool postgres_decode_numeric(Str bytes, int scale, Int128 *ret_unscaled);

/* ---- parts ------------------------------------------------------------------------------------------------------- */

/* The parameters of a statement in binary form, in conn->scratch. */
typedef struct PostgresParams {
    int n;
    Oid *types;
    const char **values;
    int *lengths;
    int *formats;
} PostgresParams;

/* Checks the statement and encodes its parameters; resets conn->scratch. `ret_text` is its text with a NUL behind it. */
ErrCode postgres_bind(EngineConn *conn, const SqlText *sql, PostgresParams *ret_params, const char **ret_text,
                      Err *err);
/* Prepares the statement as the unnamed one and gives the description of its result. PQclear *ret_result. */
ErrCode postgres_describe(EngineConn *conn, const char *text, const PostgresParams *params, PGresult **ret_result,
                          Err *err);
/* A constant statement of ours. */
ErrCode postgres_run(EngineConn *conn, const char *text, Err *err);

ErrCode postgres_query(EngineConn *conn, const SqlText *sql, EngineStream **ret_stream, Err *err);
ErrCode postgres_stream_next(EngineStream *stream, const Batch **ret_batch, Err *err);
void postgres_stream_release(EngineStream *stream);

ErrCode postgres_append_open(EngineConn *conn, const SqlRelation *table, const Str *columns, size_t n_columns,
                             EngineAppender **ret_appender, Err *err);
ErrCode postgres_append(EngineAppender *appender, const Batch *batch, Err *err);
ErrCode postgres_append_finish(EngineAppender *appender, Err *err);
void postgres_append_release(EngineAppender *appender);

ErrCode postgres_introspect(const Ctx *ctx, EngineConn *conn, Str schema, EngineTable **ret_tables, size_t *ret_n,
                            Err *err);
