/*
 * PostgreSQL's errors into ours, by SQLSTATE (manual, appendix A). What the person reads is written here; the server's words and the
 * SQL go to the detail, without the line that quotes rows. Neither ever holds the connection's address with its password.
 */
#include "engine/engine_postgres_internal.h"

#include <string.h>

static bool in_class(Str state, const char *start) {
    return str_starts(state, str_of(start));
}

static ErrCode constraint_error(Str state, Err *err) {
    const char *rule = str_eq(state, S("23502"))   ? "a column that must be filled is empty"
                       : str_eq(state, S("23505")) ? "a key is there twice"
                       : str_eq(state, S("23514")) ? "a value is not among those allowed"
                       : str_eq(state, S("23503")) ? "a row that is referred to is missing"
                                                   : "a rule of the table is broken";
    return err_set(err, ERR_DATA, "The rows do not fit the table: %s. Nothing of this step was kept.", rule);
}

static ErrCode lost_error(const EngineConn *conn, Err *err) {
    return err_set(
        err, ERR_IO,
        "The connection to the %s was lost: check that the server runs, then connect again. What was not committed "
        "is undone.",
        postgres_place(conn->db));
}

/* Limits of the server, its disk, and what others hold. */
static ErrCode resource_error(const EngineConn *conn, Str state, Err *err) {
    const char *place = postgres_place(conn->db);
    if (str_eq(state, S("53300")))
        return err_set(err, ERR_BUSY, "The server of the %s takes no more connections; close others and try again.",
                       place);
    if (str_eq(state, S("53200")))
        return err_set(err, ERR_TOO_LARGE, "The query needs more memory than the server of the %s has; narrow it.",
                       place);
    if (str_eq(state, S("53100")) || in_class(state, "58"))
        return err_set(
            err, ERR_IO,
            "The server of the %s could not write to its disk; nothing of this step was kept. Free some space there "
            "and try again.",
            place);
    if (in_class(state, "54"))
        return err_set(err, ERR_TOO_LARGE, "A text or statement is larger than the server of the %s can hold.", place);
    return err_set(err, ERR_BUSY, "Something in the %s is held by someone else; try again in a moment.", place);
}

static ErrCode conflict_error(const EngineConn *conn, Str state, Err *err) {
    if (str_eq(state, S("25006")) && conn->db->config.is_read_only)
        return err_set(err, ERR_CONFLICT, "The %s is open for reading only; open it for writing first.",
                       postgres_place(conn->db));
    if (str_eq(state, S("25006")))
        return err_set(err, ERR_CONFLICT, "A transaction that only reads cannot change the %s; begin one that writes.",
                       postgres_place(conn->db));
    if (in_class(state, "25"))
        return err_set(err, ERR_CONFLICT, "The transaction has failed already; roll it back and begin again.");
    return err_set(err, ERR_CONFLICT,
                   "Somebody else changed the database since this transaction read it; run it again.");
}

static ErrCode classified(const EngineConn *conn, Str state, Err *err) {
    if (!state.n || in_class(state, "08") || in_class(state, "57P")) {
        if (str_eq(state, S("08P01")))
            return err_set(err, ERR_INTERNAL, "A statement was given other values than it takes.");
        return lost_error(conn, err);
    }
    if (str_eq(state, S("57014"))) return engine_watch_error(conn, err);
    if (str_eq(state, S("42P02")))
        return err_set(err, ERR_INTERNAL, "A statement was given fewer values than it takes.");
    if (str_eq(state, S("42501")))
        return err_set(err, ERR_DENIED, "The account used for the %s may not do this; have the right granted to it.",
                       postgres_place(conn->db));
    if (in_class(state, "23")) return constraint_error(state, err);
    if (in_class(state, "22") || str_eq(state, S("21000")))
        return err_set(err, ERR_DATA, "A value does not fit the type it is needed in; the log has the engine's words.");
    if (in_class(state, "25") || in_class(state, "40")) return conflict_error(conn, state, err);
    if (in_class(state, "53") || in_class(state, "54") || in_class(state, "55") || in_class(state, "58"))
        return resource_error(conn, state, err);
    if (in_class(state, "XX00") && !str_eq(state, S("XX000")))
        return err_set(err, ERR_CORRUPT, "The %s is damaged; restore it from a backup.", postgres_place(conn->db));
    return err_set(err, ERR_ENGINE, "The database engine refused a statement; the log has its words.");
}

ErrCode postgres_error(const EngineConn *conn, const PGresult *result, Str sql, Err *err) {
    const PGconn *native = postgres_conn((EngineConn *)conn)->native;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *words = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!words) words = result ? PQresultErrorMessage(result) : PQerrorMessage(native);
    Str said = str_of(words);
    ErrCode code = ERR_OK;
    if (!state && postgres_conn((EngineConn *)conn)->cancelled_at_us && conn->ctx)
        code = ctx_check(conn->ctx, err); /* given up because the server did not answer */
    if (!code) code = classified(conn, str_of(state), err);
    err_detail(err, "postgres %s: %.*s; SQL: %.*s", state ? state : "-",
               STR_ARG(str_slice(said, 0, utf8_cut(said, ERR_DETAIL_MAX / 2))), STR_ARG(sql));
    return code;
}

/* ---- connecting -------------------------------------------------------------------------------------------------- */

/* The SQLSTATE that a verbose message begins with: "…FATAL:  28P01: password authentication failed …". libpq has no other way to
 * tell it. */
static Str state_of_message(Str words) {
    enum { STATE_BYTES = 5 };
    ptrdiff_t at = str_find(words, S("FATAL:  "));
    if (at < 0) return (Str){0};
    return str_slice(words, (size_t)at + 8, (size_t)at + 8 + STATE_BYTES);
}

static ErrCode connect_classified(const EngineDb *db, Str state, Err *err) {
    const char *place = postgres_place(db);
    if (!state.n)
        return err_set(err, ERR_IO,
                       "The server of the %s cannot be reached; check that it runs, and its address and port.", place);
    if (in_class(state, "28"))
        return err_set(err, ERR_DENIED, "The server refuses the account for the %s; check its name and password.",
                       place);
    if (str_eq(state, S("3D000"))) return err_set(err, ERR_NOT_FOUND, "There is no %s.", place);
    if (in_class(state, "53") || in_class(state, "57") || in_class(state, "55"))
        return err_set(err, ERR_BUSY, "The server of the %s takes no connections now; try again in a moment.", place);
    if (str_eq(state, S("42501")))
        return err_set(err, ERR_DENIED, "The account may not connect to the %s; have the right granted to it.", place);
    return err_set(err, ERR_ENGINE, "The server of the %s refused the connection; the log has its words.", place);
}

ErrCode postgres_connect_error(const EngineDb *db, const PGconn *native, Err *err) {
    Str words = str_of(PQerrorMessage(native));
    ErrCode code = connect_classified(db, state_of_message(words), err);
    err_detail(err, "postgres: %.*s", STR_ARG(str_slice(words, 0, utf8_cut(words, ERR_DETAIL_MAX / 2))));
    return code;
}
