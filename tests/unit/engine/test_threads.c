/* The registry under several threads: one instance a file, interrupts that hit the right query, no race. */
#include "engine_fixture.h"

#include <pthread.h>

enum { N_THREADS = 4, N_ROUNDS = 30 };

typedef struct Worker {
    const Fixture *f;
    int number;
    const char *failure;
    Err err;
} Worker;

#define WANT(worker, condition)             \
    do {                                    \
        if (!(condition)) {                 \
            (worker)->failure = #condition; \
            return;                         \
        }                                   \
    } while (0)

static void run_round(Worker *worker, int round) {
    const Fixture *f = worker->f;
    Arena *arena = arena_new(0);
    Cancel cancel = {0};
    Ctx ctx = f->ctx;
    ctx.arena = arena;
    ctx.cancel = &cancel;
    EngineConfig config = fixture_config(f);
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    Value value;
    WANT(worker, !engine_open(&ctx, f->registry, f->engine, &config, &db, &worker->err));
    WANT(worker, !engine_connect(&ctx, db, &conn, &worker->err));
    SqlText quick = {.text = S("SELECT 7")};
    for (int i = 0; i < 5; i++) WANT(worker, !engine_value(&ctx, conn, &quick, &value, &worker->err) && value.i == 7);
    SqlText slow = {
        .text = is_duckdb(f)
                    ? S("SELECT count(*) FROM range(10000000) a(i), range(10000000) b(j) WHERE (i * j) % 7 = 3")
                    : S("WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r")};
    ctx.deadline_us = now_us() + 2000 + (worker->number * 7 + round) % 5 * 1000;
    WANT(worker, engine_value(&ctx, conn, &slow, &value, &worker->err) == ERR_TIMEOUT);
    ctx.deadline_us = 0;
    WANT(worker, !engine_value(&ctx, conn, &quick, &value, &worker->err) && value.i == 7);
    if (round % 2) engine_disconnect(conn);
    engine_close(db);
    if (!(round % 2)) engine_disconnect(conn);
    arena_free(arena);
}

static void *worker_main(void *arg) {
    Worker *worker = arg;
    for (int round = 0; round < N_ROUNDS && !worker->failure; round++) run_round(worker, round);
    return NULL;
}

TEST(many_threads) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_init(&f, ENGINES[e]);
        Worker workers[N_THREADS] = {0};
        pthread_t threads[N_THREADS];
        for (int i = 0; i < N_THREADS; i++) {
            workers[i] = (Worker){.f = &f, .number = i};
            assert_int_equal(pthread_create(&threads[i], NULL, worker_main, &workers[i]), 0);
        }
        for (int i = 0; i < N_THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
        for (int i = 0; i < N_THREADS; i++)
            if (workers[i].failure)
                fail_msg("%s: %s: %s (%s)", engine_name(f.engine), workers[i].failure, workers[i].err.message,
                         workers[i].err.detail);
        fixture_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
