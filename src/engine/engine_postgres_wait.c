/*
 * Waiting for the server. The connection does not block: the thread that runs a call sleeps on the socket and on an eventfd, which
 * who interrupts writes to. The cancel request itself is sent from here, by the thread whose statement it is, so that it can never
 * hit the statement after, and a slow network holds up nobody else. A request that comes before the server has begun the statement
 * is lost there, so it is repeated until the statement has ended.
 *
 * When a server does not answer that either, the connection is given up.
 */
#include "engine/engine_postgres_internal.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CANCEL_AGAIN_US = 20000, GIVE_UP_US = 10000000, DRAIN_POLL_MS = 10 };

static int64_t now_us(void) {
    return clock_monotonic(CLOCK_SYSTEM);
}

/* A commit is not watched: it is let finish. */
static bool should_stop(const EngineConn *conn) {
    return conn->watch.is_active && engine_watch_is_due(conn);
}

/* Asks the server to stop the statement, not too often, or, long after that, closes the connection under it. */
static void cancel(PostgresConn *conn) {
    int64_t at_us = now_us();
    if (conn->cancelled_at_us && at_us - conn->asked_at_us < CANCEL_AGAIN_US) return;
    if (!conn->cancelled_at_us) conn->cancelled_at_us = at_us;
    if (at_us - conn->cancelled_at_us > GIVE_UP_US) {
        (void)shutdown(PQsocket(conn->native), SHUT_RDWR);
        return;
    }
    PGcancel *request = PQgetCancel(conn->native);
    char words[256];
    if (request) (void)PQcancel(request, words, sizeof(words)); /* where it fails it is tried again */
    PQfreeCancel(request);
    conn->asked_at_us = now_us();
}

/* Sleeps until the socket is ready or somebody interrupts; timeout_ms -1: none. */
static void sleep_on(PostgresConn *conn, short events, int timeout_ms) {
    struct pollfd fds[] = {{.fd = PQsocket(conn->native), .events = events}, {.fd = conn->wake_fd, .events = POLLIN}};
    if (poll(fds, COUNT_OF(fds), timeout_ms) > 0 && fds[1].revents) {
        uint64_t n_wakes;
        (void)!read(conn->wake_fd, &n_wakes, sizeof(n_wakes));
    }
}

/* One wait, and the cancel request when it is time for one. */
static void wait_once(EngineConn *head, short events) {
    PostgresConn *conn = postgres_conn(head);
    bool is_stopping = conn->cancelled_at_us || should_stop(head);
    sleep_on(conn, events, is_stopping ? CANCEL_AGAIN_US / 1000 : -1);
    if (should_stop(head)) cancel(conn);
}

void postgres_start(EngineConn *conn) {
    postgres_conn(conn)->cancelled_at_us = 0;
}

ErrCode postgres_flush(EngineConn *conn, Str sql, Err *err) {
    PGconn *native = postgres_conn(conn)->native;
    int left;
    while ((left = PQflush(native)) > 0) {
        wait_once(conn, POLLIN | POLLOUT);
        if (!PQconsumeInput(native)) break; /* what the server says meanwhile must be taken off its hands */
    }
    return left ? postgres_error(conn, NULL, sql, err) : ERR_OK;
}

ErrCode postgres_next(EngineConn *conn, Str sql, PGresult **ret_result, Err *err) {
    PGconn *native = postgres_conn(conn)->native;
    TRY(postgres_flush(conn, sql, err));
    while (PQisBusy(native)) {
        wait_once(conn, POLLIN);
        if (!PQconsumeInput(native)) return postgres_error(conn, NULL, sql, err);
    }
    *ret_result = PQgetResult(native);
    return ERR_OK;
}

/* A result that moves bulk data would go on for ever. */
static void end_copy(PGconn *native, ExecStatusType status) {
    char *row = NULL;
    if (status == PGRES_COPY_IN) (void)PQputCopyEnd(native, "given up");
    if (status != PGRES_COPY_OUT) return;
    while (PQgetCopyData(native, &row, 0) > 0) PQfreemem(row);
}

static bool is_failure(ExecStatusType status) {
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

ErrCode postgres_finish(EngineConn *conn, Str sql, Err *err) {
    ErrCode first = ERR_OK;
    for (PGresult *result = NULL;;) {
        ErrCode code = postgres_next(conn, sql, &result, first ? NULL : err);
        if (code) return first ? first : code;
        if (!result) return first;
        ExecStatusType status = PQresultStatus(result);
        if (is_failure(status) && !first) first = postgres_error(conn, result, sql, err);
        end_copy(postgres_conn(conn)->native, status);
        PQclear(result);
    }
}

bool postgres_abandon(EngineConn *head, const Ctx *ctx, int patience_ms) {
    PostgresConn *conn = postgres_conn(head);
    int64_t until_us = now_us() + patience_ms * INT64_C(1000);
    bool is_cancelled = false;
    for (;;) {
        bool is_over = (patience_ms >= 0 && now_us() >= until_us) || (ctx && ctx_check(ctx, NULL));
        while (PQisBusy(conn->native)) {
            if (is_over) cancel(conn);
            is_cancelled |= is_over;
            sleep_on(conn, POLLIN, is_cancelled ? CANCEL_AGAIN_US / 1000 : DRAIN_POLL_MS);
            if (!PQconsumeInput(conn->native)) return false;
            is_over = is_over || (patience_ms >= 0 && now_us() >= until_us) || (ctx && ctx_check(ctx, NULL));
        }
        PGresult *result = PQgetResult(conn->native);
        if (!result) return !is_cancelled;
        PQclear(result);
    }
}
