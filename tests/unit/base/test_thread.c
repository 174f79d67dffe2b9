#define _GNU_SOURCE 1 /* pthread_getname_np */
#include "test.h"

#include "base/base.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

static int items[1000];

TEST(a_full_queue_refuses) {
    Queue *queue = queue_new(3);
    Err err;
    for (int round = 0; round < 5; round++) { /* the ring goes round */
        for (int i = 0; i < 3; i++) assert_int_equal(queue_push(queue, &items[i], &err), ERR_OK);
        assert_int_equal(queue_push(queue, &items[3], &err), ERR_BUSY);
        assert_int_equal(err.code, ERR_BUSY);
        assert_int_equal(queue_length(queue), 3);
        assert_ptr_equal(queue_pop(queue, 0), &items[0]);
        assert_int_equal(queue_push(queue, &items[4], &err), ERR_OK);
        assert_ptr_equal(queue_pop(queue, -1), &items[1]);
        assert_ptr_equal(queue_pop(queue, 10), &items[2]);
        assert_ptr_equal(queue_pop(queue, 10), &items[4]);
    }
    queue_free(queue);
    queue_free(NULL);
}

TEST(waiting_ends) {
    Queue *queue = queue_new(1);
    int64_t before = clock_monotonic(CLOCK_SYSTEM);
    assert_null(queue_pop(queue, 0));
    assert_null(queue_pop(queue, 30));
    int64_t waited = clock_monotonic(CLOCK_SYSTEM) - before;
    assert_true(waited >= 29000 && waited < 5000000);
    queue_free(queue);
}

TEST(a_closed_queue_empties) {
    Queue *queue = queue_new(2);
    Err err;
    assert_int_equal(queue_push(queue, &items[0], &err), ERR_OK);
    queue_close(queue);
    assert_int_equal(queue_push(queue, &items[1], &err), ERR_CANCELLED);
    assert_ptr_equal(queue_pop(queue, -1), &items[0]);
    assert_null(queue_pop(queue, -1));
    queue_free(queue);
}

static void *pop_for_ever(void *arg) {
    return queue_pop(arg, -1);
}

TEST(closing_wakes_those_who_wait) {
    Queue *queue = queue_new(2);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, pop_for_ever, queue);
    (void)!queue_push(queue, &items[7], NULL);
    queue_close(queue);
    int n_items = 0;
    for (int i = 0; i < 3; i++) {
        void *item = NULL;
        pthread_join(threads[i], &item);
        n_items += item == &items[7];
    }
    assert_int_equal(n_items, 1);
    queue_free(queue);
}

enum { PRODUCERS = 3, CONSUMERS = 3, PER_PRODUCER = 20000 };
typedef struct Exchange {
    Queue *queue;
    atomic_int n_popped;
    atomic_llong sum;
} Exchange;

static void *produce(void *arg) {
    Exchange *exchange = arg;
    for (int i = 0; i < PER_PRODUCER; i++)
        while (queue_push(exchange->queue, &items[i % 1000], NULL)) sched_yield();
    return NULL;
}

static void *consume(void *arg) {
    Exchange *exchange = arg;
    for (int *item; (item = queue_pop(exchange->queue, -1));) {
        atomic_fetch_add(&exchange->n_popped, 1);
        atomic_fetch_add(&exchange->sum, item - items);
    }
    return NULL;
}

TEST(every_item_arrives_once) {
    Exchange exchange = {.queue = queue_new(16)};
    pthread_t producers[PRODUCERS], consumers[CONSUMERS];
    for (int i = 0; i < CONSUMERS; i++) pthread_create(&consumers[i], NULL, consume, &exchange);
    for (int i = 0; i < PRODUCERS; i++) pthread_create(&producers[i], NULL, produce, &exchange);
    for (int i = 0; i < PRODUCERS; i++) pthread_join(producers[i], NULL);
    queue_close(exchange.queue);
    for (int i = 0; i < CONSUMERS; i++) pthread_join(consumers[i], NULL);
    assert_int_equal(exchange.n_popped, PRODUCERS * PER_PRODUCER);
    assert_int_equal(exchange.sum, (long long)PRODUCERS * (PER_PRODUCER / 1000) * (999 * 1000 / 2));
    queue_free(exchange.queue);
}

/* Jobs that wait for a gate, to fill a pool on purpose. */
typedef struct Gate {
    pthread_mutex_t lock;
    pthread_cond_t is_open_now;
    bool is_open;
    atomic_int n_started;
    atomic_int n_done;
} Gate;

static void pass_gate(void *arg) {
    Gate *gate = arg;
    atomic_fetch_add(&gate->n_started, 1);
    pthread_mutex_lock(&gate->lock);
    while (!gate->is_open) pthread_cond_wait(&gate->is_open_now, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
    atomic_fetch_add(&gate->n_done, 1);
}

TEST(a_full_pool_refuses_and_freeing_drains_it) {
    Gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .is_open_now = PTHREAD_COND_INITIALIZER};
    Pool *pool = pool_new("test", 2, 0, 5);
    Err err;
    for (int i = 0; i < 2; i++) assert_int_equal(pool_submit(pool, pass_gate, &gate, &err), ERR_OK);
    while (atomic_load(&gate.n_started) < 2) sched_yield(); /* both workers are busy: what follows waits */
    for (int i = 0; i < 5; i++) assert_int_equal(pool_submit(pool, pass_gate, &gate, &err), ERR_OK);
    assert_int_equal(pool_submit(pool, pass_gate, &gate, &err), ERR_BUSY);
    assert_int_equal(err.code, ERR_BUSY);
    pthread_mutex_lock(&gate.lock);
    gate.is_open = true;
    pthread_cond_broadcast(&gate.is_open_now);
    pthread_mutex_unlock(&gate.lock);
    pool_free(pool);
    assert_int_equal(atomic_load(&gate.n_done), 7);
    pool_free(NULL);
}

/* Pauses, waits for the gate, and goes on. */
typedef struct Pausing {
    Gate gate;
    Pool *pool;
    atomic_int n_paused, n_refused, n_running, most_running;
} Pausing;

static void pause_at_gate(void *arg) {
    Pausing *p = arg;
    if (!pool_pause(p->pool)) {
        atomic_fetch_add(&p->n_refused, 1);
        return;
    }
    atomic_fetch_add(&p->n_paused, 1);
    pass_gate(&p->gate);
    pool_resume(p->pool);
    int n = atomic_fetch_add(&p->n_running, 1) + 1, most = atomic_load(&p->most_running);
    while (n > most && !atomic_compare_exchange_weak(&p->most_running, &most, n)) sched_yield();
    sched_yield();
    atomic_fetch_sub(&p->n_running, 1);
}

TEST(a_job_that_pauses_leaves_its_place_to_others) {
    Pausing p = {.gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .is_open_now = PTHREAD_COND_INITIALIZER}};
    Gate *gate = &p.gate, open = {.lock = PTHREAD_MUTEX_INITIALIZER, .is_open = true};
    p.pool = pool_new("test", 2, 5, 20);
    for (int i = 0; i < 6; i++) assert_int_equal(pool_submit(p.pool, pause_at_gate, &p, NULL), ERR_OK);
    while (atomic_load(&p.n_paused) < 5 || atomic_load(&p.n_refused) < 1) sched_yield();
    assert_int_equal(pool_submit(p.pool, pass_gate, &open, NULL), ERR_OK); /* though five of two places wait */
    while (atomic_load(&open.n_done) < 1) sched_yield();
    pthread_mutex_lock(&gate->lock);
    gate->is_open = true;
    pthread_cond_broadcast(&gate->is_open_now);
    pthread_mutex_unlock(&gate->lock);
    for (int i = 0; i < 15; i++) assert_int_equal(pool_submit(p.pool, pass_gate, &open, NULL), ERR_OK);
    pool_free(p.pool);
    assert_int_equal(atomic_load(&gate->n_done), 5);
    assert_int_equal(atomic_load(&open.n_done), 16);
    assert_true(atomic_load(&p.most_running) <= 2);
}

typedef struct Seen {
    char name[16];
    bool is_signal_blocked;
} Seen;

static void look_around(void *arg) {
    Seen *seen = arg;
    sigset_t blocked;
    pthread_getname_np(pthread_self(), seen->name, sizeof(seen->name));
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    seen->is_signal_blocked = sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGSEGV) == 0;
}

TEST(workers_have_a_name_and_take_no_signals) {
    Seen seen = {0};
    Pool *pool = pool_new("elevenchars", 1, 0, 1);
    while (pool_submit(pool, look_around, &seen, NULL)) sched_yield();
    pool_free(pool);
    assert_string_equal(seen.name, "elevenchars-0");
    assert_true(seen.is_signal_blocked);
    sigset_t ours;
    pthread_sigmask(SIG_SETMASK, NULL, &ours);
    assert_int_equal(sigismember(&ours, SIGTERM), 0); /* the caller's mask is as it was */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(waiting_ends),
        cmocka_unit_test(a_closed_queue_empties),
        cmocka_unit_test(closing_wakes_those_who_wait),
        cmocka_unit_test(every_item_arrives_once),
        cmocka_unit_test(a_full_pool_refuses_and_freeing_drains_it),
        cmocka_unit_test(a_job_that_pauses_leaves_its_place_to_others),
        cmocka_unit_test(workers_have_a_name_and_take_no_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
