/* Deadlines and cancel tokens stop what runs, in time, whenever they come. */
#include "engine_fixture.h"

#include <pthread.h>

enum { LIMIT_US = 100000 };

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
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        for (int round = 0; round < 5; round++) {
            f.ctx.deadline_us = now_us() + 30000 + round * 7000;
            FAILS(&f, ERR_TIMEOUT, run_value(&f, endless(&f)));
            int64_t late_us = now_us() - f.ctx.deadline_us;
            if (late_us > LIMIT_US) fail_msg("%s: %d us late", engine_name(f.engine), (int)late_us);
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
} Canceller;

static void *cancel_main(void *arg) {
    Canceller *canceller = arg;
    usleep((useconds_t)canceller->after_us);
    canceller->at_us = now_us();
    if (canceller->is_interrupt) engine_interrupt(canceller->f->conn);
    else atomic_store(&canceller->f->cancel.is_set, true);
    return NULL;
}

static void cancel_while(Fixture *f, int after_us, bool is_interrupt) {
    Canceller canceller = {.f = f, .after_us = after_us, .is_interrupt = is_interrupt};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_main, &canceller), 0);
    FAILS(f, ERR_CANCELLED, run_value(f, endless(f)));
    int64_t end_us = now_us();
    assert_int_equal(pthread_join(thread, NULL), 0);
    if (end_us - canceller.at_us > LIMIT_US) fail_msg("%s: %d us late", engine_name(f->engine), (int)(end_us - canceller.at_us));
    atomic_store(&f->cancel.is_set, false);
    assert_int_equal(count(f, "SELECT 7"), 7);
}

TEST(a_token_stops_a_query) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        f.ctx.cancel = &f.cancel;
        for (int round = 0; round < 5; round++) cancel_while(&f, 20000 + 3000 * round, false);
        /* Just before and around the start, when an interrupt of DuckDB is lost. */
        for (int round = 0; round < 40; round++) cancel_while(&f, round * 25, false);
        fixture_free(&f);
    }
}

/* engine_interrupt hits what runs; when it comes before that it does nothing, so it must come late enough here. */
TEST(an_interrupt_stops_a_query) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        engine_interrupt(f.conn); /* idle: nothing */
        assert_int_equal(count(&f, "SELECT 7"), 7);
        for (int round = 0; round < 5; round++) cancel_while(&f, 50000, true);
        fixture_free(&f);
    }
}

TEST(a_stream_is_stopped_too) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        f.ctx.deadline_us = now_us() + 60000;
        SqlText sql = {.text = str_of(endless_stream(&f))};
        EngineStream *stream = NULL;
        OK(&f, engine_query(&f.ctx, f.conn, &sql, &stream, &f.err));
        const Batch *batch = NULL;
        ErrCode code;
        while (!(code = engine_stream_next(stream, &batch, &f.err)) && batch) continue;
        assert_int_equal(code, ERR_TIMEOUT);
        assert_true(now_us() - f.ctx.deadline_us < LIMIT_US);
        engine_stream_close(stream);
        assert_true(now_us() - f.ctx.deadline_us < 2 * LIMIT_US);
        f.ctx.deadline_us = 0;
        assert_int_equal(count(&f, "SELECT 7"), 7);
        /* The deadline passes between two batches. */
        f.ctx.deadline_us = now_us() + 20000;
        OK(&f, engine_query(&f.ctx, f.conn, &sql, &stream, &f.err));
        OK(&f, engine_stream_next(stream, &batch, &f.err));
        usleep(25000);
        FAILS(&f, ERR_TIMEOUT, engine_stream_next(stream, &batch, &f.err));
        engine_stream_close(stream);
        fixture_free(&f);
    }
}

/* A statement that writes, stopped half-way in a transaction: nothing stays, and the transaction cannot be committed. */
TEST(a_writer_is_stopped_whole) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i BIGINT)"));
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "INSERT INTO t VALUES (1)"));
        f.ctx.deadline_us = now_us() + 50000;
        FAILS(&f, ERR_TIMEOUT, run(&f, is_duckdb(&f) ? "INSERT INTO t SELECT i * j FROM range(1000000) a(i), range(1000000) b(j)"
                                                     : "INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r) SELECT i FROM r"));
        assert_true(now_us() - f.ctx.deadline_us < LIMIT_US + (is_duckdb(&f) ? 0 : 200000)); /* SQLite undoes the rows first */
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
    if (woken > 4) fail_msg("woken %d times", (int)woken); /* this thread's own sleep, and no more */
    assert_true(context_switches() > 0);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_stops_a_query),
        cmocka_unit_test(a_token_stops_a_query),
        cmocka_unit_test(an_interrupt_stops_a_query),
        cmocka_unit_test(a_stream_is_stopped_too),
        cmocka_unit_test(a_writer_is_stopped_whole),
        cmocka_unit_test(idle_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
