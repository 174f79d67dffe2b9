/*
 * Connecting to PostgreSQL servers. A database is only its address, taken apart once; each connection is one of the server's own.
 *
 * Connecting does not block: a deadline or cancel token ends it. Every session: UTF-8, UTC, ISO dates, floats that read back, no
 * time-outs of the server's (deadlines are kept by who asks), backslashes are plain. The server must be 14 or later, its database
 * in UTF-8, and ICU must be there, for the dialect folds case by it.
 *
 * The address may hold a password. It stays in the database's arena and libpq, and is never part of an error.
 */
#include "engine/engine_postgres_internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { VERSION_MIN = 140000, POLL_MS = 10, PATIENCE_SECONDS = 10 };

/* What an address may say otherwise. A peer that is gone is noticed within a minute. */
static const char *const DEFAULTS[][2] = {
    {"application_name", "starling"}, {"tcp_user_timeout", "30000"}, {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},    {"keepalives_count", "3"},
};

/* EngineDb.native. */
typedef struct PostgresAddress {
    const char **keywords; /* for libpq, ending in NULL */
    const char **values;
    int64_t patience_us; /* how long a connection may take */
    const char *place;
} PostgresAddress;

const char *postgres_place(const EngineDb *db) {
    const PostgresAddress *address = db->native;
    return address->place;
}

/* ---- the address ------------------------------------------------------------------------------------------------- */

static const char *option_of(const PQconninfoOption *options, const char *keyword) {
    for (; options->keyword; options++)
        if (!strcmp(options->keyword, keyword)) return options->val && options->val[0] ? options->val : NULL;
    return NULL;
}

static const char *place_of(Arena *arena, const PQconninfoOption *options) {
    const char *host = option_of(options, "host"), *port = option_of(options, "port");
    const char *name = option_of(options, "dbname");
    if (!host) host = option_of(options, "hostaddr");
    if (!name) name = option_of(options, "user");
    Str database = name ? arena_printf(arena, "database '%s'", name) : S("default database");
    Str on = !host || host[0] == '/' ? S("this machine") : arena_printf(arena, "'%s'", host);
    if (port) on = arena_printf(arena, "%.*s, port %s", STR_ARG(on), port);
    return arena_printf(arena, "%.*s on %.*s", STR_ARG(database), STR_ARG(on)).p;
}

static void add_option(PostgresAddress *address, Arena *arena, size_t *n, const char *keyword, const char *value) {
    address->keywords[*n] = arena_cstr(arena, str_of(keyword));
    address->values[(*n)++] = arena_cstr(arena, str_of(value));
}

static PostgresAddress *address_of(Arena *arena, const PQconninfoOption *options) {
    PostgresAddress *address = ARENA_NEW(arena, PostgresAddress);
    size_t n = 0, n_options = 0;
    while (options[n_options].keyword) n_options++;
    size_t cap = n_options + COUNT_OF(DEFAULTS) + 2; /* the encoding, and the end */
    address->keywords = ARENA_ARRAY(arena, const char *, cap);
    address->values = ARENA_ARRAY(arena, const char *, cap);
    for (const PQconninfoOption *option = options; option->keyword; option++) {
        bool is_ours = !strcmp(option->keyword, "client_encoding");
        if (option->val && !is_ours) add_option(address, arena, &n, option->keyword, option->val);
    }
    add_option(address, arena, &n, "client_encoding", "UTF8");
    for (size_t i = 0; i < COUNT_OF(DEFAULTS); i++)
        if (!option_of(options, DEFAULTS[i][0])) add_option(address, arena, &n, DEFAULTS[i][0], DEFAULTS[i][1]);
    const char *seconds = option_of(options, "connect_timeout");
    int64_t given = 0;
    bool is_given = seconds && str_to_int64(str_of(seconds), &given) && given > 0;
    address->patience_us = (is_given ? given : PATIENCE_SECONDS) * TIME_US_PER_SECOND;
    address->place = place_of(arena, options);
    return address;
}

static ErrCode read_address(EngineDb *db, Err *err) {
    char *words = NULL; /* may quote the password */
    if (!db->config.url)
        return err_set(err, ERR_INVALID,
                       "A PostgreSQL database needs an address like postgresql://user@host/database.");
    PQconninfoOption *options = PQconninfoParse(db->config.url, &words);
    PQfreemem(words);
    const char *name = options ? option_of(options, "dbname") : NULL;
    bool is_read = options && !(name && strstr(name, "://")); /* an address as a name would show its password */
    if (is_read) db->native = address_of(db->arena, options);
    PQconninfoFree(options);
    if (is_read) return ERR_OK;
    return err_set(
        err, ERR_INVALID,
        "The address of the PostgreSQL database cannot be read; write it like postgresql://user@host/database.");
}

/* ---- connecting -------------------------------------------------------------------------------------------------- */

static void ignore_notice(void *arg, const PGresult *result) {
    (void)arg, (void)result;
}

/* Until the server answers or refuses. */
static ErrCode poll_native(const Ctx *ctx, const EngineDb *db, PGconn *native, Err *err) {
    const PostgresAddress *address = db->native;
    int64_t until_us = clock_monotonic(CLOCK_SYSTEM) + address->patience_us;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED || PQstatus(native) == CONNECTION_BAD)
            return postgres_connect_error(db, native, err);
        struct pollfd fd = {.fd = PQsocket(native), .events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        int n_ready = poll(&fd, 1, POLL_MS);
        TRY(ctx_check(ctx, err));
        if (clock_monotonic(CLOCK_SYSTEM) > until_us)
            return err_set(err, ERR_IO,
                           "The server of the %s does not answer; check that it runs, and its address and port.",
                           address->place);
        if (n_ready > 0) state = PQconnectPoll(native);
    }
    return ERR_OK;
}

static ErrCode check_server(const EngineDb *db, PGconn *native, Err *err) {
    const char *encoding = PQparameterStatus(native, "server_encoding");
    int version = PQserverVersion(native);
    if (version < VERSION_MIN)
        return err_set(err, ERR_UNSUPPORTED, "The server of the %s runs PostgreSQL %d; version %d or later is needed.",
                       postgres_place(db), version / 10000, VERSION_MIN / 10000);
    if (!str_eq(str_of(encoding), S("UTF8")))
        return err_set(err, ERR_UNSUPPORTED, "The %s holds its texts as %s; one in UTF8 is needed.", postgres_place(db),
                       encoding ? encoding : "unknown bytes");
    return ERR_OK;
}

static ErrCode set_up(EngineConn *conn, Err *err) {
    TRY(postgres_run(
        conn,
        "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; "
        "SET extra_float_digits = 1; SET standard_conforming_strings = on; SET client_min_messages = warning; "
        "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
        "SET idle_session_timeout = 0",
        err));
    if (!conn->db->config.is_read_only) return ERR_OK;
    return postgres_run(conn, "SET default_transaction_read_only = on", err);
}

static ErrCode start(const Ctx *ctx, EngineConn *head, Err *err) {
    PostgresConn *conn = postgres_conn(head);
    const PostgresAddress *address = head->db->native;
    conn->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (conn->wake_fd < 0) {
        int failed = errno;
        err_set(err, ERR_IO, "The system refused a connection to the %s; close others and try again.", address->place);
        return err_detail(err, "eventfd: %s", strerror(failed));
    }
    conn->native = PQconnectStartParams(address->keywords, address->values, 0);
    if (!conn->native) return err_set(err, ERR_TOO_LARGE, "There is not enough memory for a connection.");
    (void)PQsetNoticeReceiver(conn->native, ignore_notice, NULL);
    (void)PQsetErrorVerbosity(conn->native, PQERRORS_VERBOSE); /* tells why it is refused */
    TRY(poll_native(ctx, head->db, conn->native, err));
    (void)PQsetErrorVerbosity(conn->native, PQERRORS_DEFAULT);
    TRY(check_server(head->db, conn->native, err));
    if (PQsetnonblocking(conn->native, 1)) return postgres_connect_error(head->db, conn->native, err);
    return set_up(head, err);
}

ErrCode postgres_connect(const Ctx *ctx, EngineDb *db, EngineConn **ret_conn, Err *err) {
    EngineConn *conn = engine_conn_new(db, sizeof(PostgresConn));
    ErrCode code = start(ctx, conn, err);
    if (code) {
        postgres_disconnect(conn);
        engine_conn_free(conn);
        return code;
    }
    *ret_conn = conn;
    return ERR_OK;
}

void postgres_disconnect(EngineConn *head) {
    PostgresConn *conn = postgres_conn(head);
    PQfinish(conn->native);
    conn->native = NULL;
    if (conn->wake_fd >= 0) (void)close(conn->wake_fd);
}

/* ---- the database ------------------------------------------------------------------------------------------------ */

/* One connection, to see that there is such a database and that it is fit. */
ErrCode postgres_open(const Ctx *ctx, EngineDb *db, Err *err) {
    TRY(read_address(db, err));
    EngineConn *conn = NULL;
    TRY(postgres_connect(ctx, db, &conn, err));
    ErrCode code = postgres_run(conn, "SELECT 'a' < 'b' COLLATE \"und-x-icu\"", err);
    if (code == ERR_ENGINE)
        code = err_set(err, ERR_UNSUPPORTED,
                       "The server of the %s knows no letters of ICU (collation und-x-icu); use one that does.",
                       postgres_place(db));
    postgres_disconnect(conn);
    engine_conn_free(conn);
    return code;
}

void postgres_close(EngineDb *db) {
    db->native = NULL; /* the arena's */
}
