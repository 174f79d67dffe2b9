/* Deadlines and cancel tokens stop what runs, in time, whenever they come. */
#include "engine_fixture.h"

#include <pthread.h>

/* An interrupt is promised within 100 ms. A loaded machine may keep one thread waiting longer once, not again and again; a server takes its
 * own time on top, with processes that wait for the same processors. */
enum { LIMIT_US = 100000, SERVER_US = 300000, HANG_US = 2000000 };

static void assert_in_time(const Fixture *f, int64_t late_us, int *n_late) {
    *n_late += late_us > (f->engine == &ENGINE_POSTGRES ? LIMIT_US + SERVER_US : LIMIT_US);
    if (late_us > HANG_US || *n_late > 1) fail_msg("%s: %d us late", engine_name(f->engine), (int)late_us);
}

/* Runs for minutes. */
static const char *endless(const Fixture *f) {
    return is_duckdb(f) ? "SELECT count(*) FROM range(10000000) a(i), range(10000000) b(j) WHERE (i * j) % 7 = 3"
                        : "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r";
}

static const char *endless_stream(const Fixture *f) {
    return is_duckdb(f) ? "SELECT i, i * 2 FROM range(100000000000) r(i)"
                        : "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r) SELECT i, i FROM r";
}

static ErrCode run_value(Fixture *f, const char *text) {
    SqlText sql = {.text = str_of(text)};
    Value value;
    return engine_value(&f->ctx, f->conn, &sql, &value, &f->err);
}

TEST(a_deadline_stops_a_query) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        int n_late = 0;
        for (int round = 0; round < 5; round++) {
            f.ctx.deadline_us = now_us() + 30000 + round * 7000;
            FAILS(&f, ERR_TIMEOUT, run_value(&f, endless(&f)));
            assert_in_time(&f, now_us() - f.ctx.deadline_us, &n_late);
            FAILS(&f, ERR_TIMEOUT, run_value(&f, "SELECT 1")); /* past it nothing begins */
            f.ctx.deadline_us = 0;
            assert_int_equal(count(&f, "SELECT 7"), 7); /* the next query is not hit */
        }
        fixture_free(&f);
    }
}

typedef struct Canceller {
    Fixture *f;
    int after_us;
    bool is_interrupt; /* of the connection instead of the token */
    int64_t at_us;
    atomic_bool is_done;
} Canceller;

static void *cancel_main(void *arg) {
    Canceller *canceller = arg;
    usleep((useconds_t)canceller->after_us);
    canceller->at_us = now_us();
    if (!canceller->is_interrupt) atomic_store(&canceller->f->cancel.is_set, true);
    while (canceller->is_interrupt && !atomic_load(&canceller->is_done)) {
        engine_interrupt(canceller->f->conn); /* again, in case the query had not begun */
        usleep(50000);
    }
    return NULL;
}

static void cancel_while(Fixture *f, int after_us, bool is_interrupt, int *n_late) {
    Canceller canceller = {.f = f, .after_us = after_us, .is_interrupt = is_interrupt};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_main, &canceller), 0);
    FAILS(f, ERR_CANCELLED, run_value(f, endless(f)));
    int64_t end_us = now_us();
    atomic_store(&canceller.is_done, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_in_time(f, end_us - canceller.at_us, n_late);
    atomic_store(&f->cancel.is_set, false);
    assert_int_equal(count(f, "SELECT 7"), 7);
}

TEST(a_token_stops_a_query) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        f.ctx.cancel = &f.cancel;
        int n_late = 0;
        for (int round = 0; round < 5; round++) cancel_while(&f, 20000 + 3000 * round, false, &n_late);
        /* Just before and around the start, when an interrupt of DuckDB is lost. */
        for (int round = 0; round < 40; round++) cancel_while(&f, round * 25, false, &n_late);
        fixture_free(&f);
    }
}

/* engine_interrupt hits what runs; when it comes before that it does nothing. */
TEST(an_interrupt_stops_a_query) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        engine_interrupt(f.conn); /* idle: nothing */
        assert_int_equal(count(&f, "SELECT 7"), 7);
        int n_late = 0;
        for (int round = 0; round < 5; round++) cancel_while(&f, 50000, true, &n_late);
        fixture_free(&f);
    }
}

TEST(a_stream_is_stopped_too) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        f.ctx.deadline_us = now_us() + 300000;
        SqlText sql = {.text = str_of(endless_stream(&f))};
        EngineStream *stream = NULL;
        OK(&f, engine_query(&f.ctx, f.conn, &sql, &stream, &f.err));
        const Batch *batch = NULL;
        ErrCode code;
        while (!(code = engine_stream_next(stream, &batch, &f.err)) && batch) continue;
        assert_int_equal(code, ERR_TIMEOUT);
        int n_late = 0;
        assert_in_time(&f, now_us() - f.ctx.deadline_us, &n_late);
        engine_stream_close(stream);
        assert_true(now_us() - f.ctx.deadline_us < HANG_US);
        f.ctx.deadline_us = 0;
        assert_int_equal(count(&f, "SELECT 7"), 7);
        /* The deadline passes between two batches. */
        f.ctx.deadline_us = now_us() + 400000;
        OK(&f, engine_query(&f.ctx, f.conn, &sql, &stream, &f.err));
        OK(&f, engine_stream_next(stream, &batch, &f.err));
        usleep((useconds_t)MAX_OF(f.ctx.deadline_us - now_us() + 1000, 1000));
        FAILS(&f, ERR_TIMEOUT, engine_stream_next(stream, &batch, &f.err));
        engine_stream_close(stream);
        fixture_free(&f);
    }
}

/* A statement that writes, stopped half-way in a transaction: nothing stays, and the transaction cannot be
 * committed. */
TEST(a_writer_is_stopped_whole) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i BIGINT)"));
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "INSERT INTO t VALUES (1)"));
        f.ctx.deadline_us = now_us() + 50000;
        FAILS(
            &f, ERR_TIMEOUT,
            run(&f,
                is_duckdb(&f)
                    ? "INSERT INTO t SELECT i * j FROM range(1000000) a(i), range(1000000) b(j)"
                    : "INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r) SELECT i FROM r"));
        assert_true(now_us() - f.ctx.deadline_us < HANG_US); /* SQLite undoes the rows first */
        f.ctx.deadline_us = 0;
        FAILS(&f, ERR_CONFLICT, engine_commit(&f.ctx, f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
        fixture_free(&f);
    }
}

static int64_t context_switches(void) {
    FILE *file = fopen("/proc/self/status", "r");
    assert_non_null(file);
    char line[200];
    long n = 0, total = 0;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1) total += n;
    fclose(file);
    return total;
}

/* Of all threads of the process. */
static int64_t all_switches(void) {
    int64_t total = 0;
    Str *names = NULL;
    size_t n = 0;
    Arena *arena = arena_new(0);
    assert_int_equal(dir_list(arena, "/proc/self/task", &names, &n, NULL), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        const char *path = arena_printf(arena, "/proc/self/task/%.*s/status", STR_ARG(names[i])).p;
        FILE *file = fopen(path, "r");
        char line[200];
        long one = 0;
        while (file && fgets(line, sizeof(line), file))
            if (sscanf(line, "voluntary_ctxt_switches: %ld", &one) == 1) total += one;
        if (file) fclose(file);
    }
    arena_free(arena);
    return total;
}

TEST(idle_costs_nothing) {
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    f.ctx.cancel = &f.cancel;
    for (int i = 0; i < 10; i++) assert_int_equal(count(&f, "SELECT 7"), 7);
    usleep(50000);
    int64_t before = all_switches();
    usleep(500000);
    int64_t woken = all_switches() - before;
    if (woken > 15) fail_msg("woken %d times", (int)woken); /* a poll would be 50; a sanitizer has a few of its own */
    assert_true(context_switches() > 0);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_stops_a_query),   cmocka_unit_test(a_token_stops_a_query),
        cmocka_unit_test(an_interrupt_stops_a_query), cmocka_unit_test(a_stream_is_stopped_too),
        cmocka_unit_test(a_writer_is_stopped_whole),  cmocka_unit_test(idle_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
