/*
 * A ring of pointers under a mutex, and workers that take jobs from one.
 *
 * Nothing waits to push: a full queue refuses, and its caller tells the person to come back. Waiting to pop uses the
 * monotonic clock, so that setting the wall clock neither wakes nor strands anyone.
 */
#define _GNU_SOURCE 1
#include "base/base_thread.h"

#include "base/base_internal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct Queue {
    pthread_mutex_t lock;
    pthread_cond_t is_filled; /* an item came, or the queue was closed */
    void **items;             /* a ring: n of them from `head` on */
    size_t cap;
    size_t head;
    size_t n;
    bool is_closed;
};

Queue *queue_new(size_t cap) {
    Queue *queue = base_zalloc(1, sizeof(Queue));
    queue->cap = cap;
    queue->items = base_zalloc(cap, sizeof(void *));
    pthread_mutex_init(&queue->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->is_filled, &attributes);
    pthread_condattr_destroy(&attributes);
    return queue;
}

/* What is still in it belongs to whoever pushed it. */
void queue_free(Queue *queue) {
    if (!queue) return;
    pthread_cond_destroy(&queue->is_filled);
    pthread_mutex_destroy(&queue->lock);
    free(queue->items);
    free(queue);
}

ErrCode queue_push(Queue *queue, void *item, Err *err) {
    pthread_mutex_lock(&queue->lock);
    bool is_closed = queue->is_closed, is_full = queue->n == queue->cap;
    if (!is_closed && !is_full) {
        /* No modulo: cap is not a power of two, and at is at most one lap ahead. */
        size_t at = queue->head + queue->n++;
        queue->items[at < queue->cap ? at : at - queue->cap] = item;
        pthread_cond_signal(&queue->is_filled);
    }
    pthread_mutex_unlock(&queue->lock);
    if (is_closed) return err_set(err, ERR_CANCELLED, "the work was not started: this is shutting down");
    if (is_full) return err_set(err, ERR_BUSY, "%zu pieces of work are waiting already; try again later", queue->cap);
    return ERR_OK;
}

/* An absolute time, so that being woken for nothing does not start the wait again. */
static struct timespec deadline_in(int timeout_ms) {
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + (int64_t)(timeout_ms % 1000) * 1000000;
    at.tv_sec += timeout_ms / 1000 + ns / 1000000000;
    at.tv_nsec = (long)(ns % 1000000000);
    return at;
}

void *queue_pop(Queue *queue, int timeout_ms) {
    struct timespec deadline = deadline_in(MAX_OF(timeout_ms, 0));
    void *item = NULL;
    pthread_mutex_lock(&queue->lock);
    int waited = 0;
    while (queue->n == 0 && !queue->is_closed && waited == 0)
        waited = timeout_ms < 0 ? pthread_cond_wait(&queue->is_filled, &queue->lock)
                                : pthread_cond_timedwait(&queue->is_filled, &queue->lock, &deadline);
    if (queue->n > 0) {
        item = queue->items[queue->head];
        queue->head = queue->head + 1 < queue->cap ? queue->head + 1 : 0;
        queue->n--;
    }
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void queue_close(Queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    pthread_cond_broadcast(&queue->is_filled);
    pthread_mutex_unlock(&queue->lock);
}

/* Old news as soon as it is returned: for metrics and tests, not for deciding whether to push. */
size_t queue_length(Queue *queue) {
    pthread_mutex_lock(&queue->lock);
    size_t n = queue->n;
    pthread_mutex_unlock(&queue->lock);
    return n;
}

typedef struct Job {
    void (*fn)(void *arg);
    void *arg;
} Job;

/* There are as many threads as jobs may run and pause; one takes a job when fewer run than may, and none that paused wants to go on. */
struct Pool {
    Queue *jobs;
    pthread_t *threads;
    int n_threads;
    pthread_mutex_t lock;
    pthread_cond_t has_work;  /* and a place for it */
    pthread_cond_t has_place; /* for one that resumes */
    int n_running, max_running;
    int n_paused, max_paused;
    int n_resuming;
    bool is_closed;
};

/* Under the lock: a place is free, or has become of use. */
static void offer_place(Pool *pool) {
    pthread_cond_signal(pool->n_resuming ? &pool->has_place : &pool->has_work);
}

static Job *take_job(Pool *pool) {
    Job *job = NULL;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        bool has_place = pool->n_running < pool->max_running && !pool->n_resuming;
        if (has_place && (job = queue_pop(pool->jobs, 0))) break;
        if (pool->is_closed && !queue_length(pool->jobs)) break;
        pthread_cond_wait(&pool->has_work, &pool->lock);
    }
    pool->n_running += job != NULL;
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void leave_place(Pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->n_running--;
    offer_place(pool);
    if (pool->is_closed) pthread_cond_broadcast(&pool->has_work); /* it may have been the last */
    pthread_mutex_unlock(&pool->lock);
}

/* Until the pool is closed and its queue empty, so that every accepted job has run when the pool goes. */
static void *work(void *arg) {
    Pool *pool = arg;
    for (Job *job; (job = take_job(pool));) {
        job->fn(job->arg);
        free(job);
        leave_place(pool);
    }
    return NULL;
}

bool pool_pause(Pool *pool) {
    pthread_mutex_lock(&pool->lock);
    bool may_pause = pool->n_paused < pool->max_paused;
    pool->n_paused += may_pause;
    pool->n_running -= may_pause;
    if (may_pause) offer_place(pool);
    pthread_mutex_unlock(&pool->lock);
    return may_pause;
}

void pool_resume(Pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->n_resuming++;
    while (pool->n_running >= pool->max_running) pthread_cond_wait(&pool->has_place, &pool->lock);
    pool->n_resuming--;
    pool->n_paused--;
    pool->n_running++;
    if (pool->n_running < pool->max_running) offer_place(pool); /* those that waited for this one to go first */
    pthread_mutex_unlock(&pool->lock);
}

/* Workers take no signals: they are for the thread that started the program, which knows what to do with them. Those
 * that a fault of the worker itself raises stay on. */
static void block_signals(sigset_t *ret_before) {
    sigset_t all;
    sigfillset(&all);
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < COUNT_OF(faults); i++) sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_SETMASK, &all, ret_before);
}

Pool *pool_new(const char *name, int n_running, int n_paused, size_t cap_jobs) {
    Pool *pool = base_zalloc(1, sizeof(Pool));
    int n_threads = n_running + n_paused;
    pool->jobs = queue_new(cap_jobs);
    pool->max_running = n_running;
    pool->max_paused = n_paused;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->has_work, NULL);
    pthread_cond_init(&pool->has_place, NULL);
    pool->threads = base_zalloc((size_t)n_threads, sizeof(pthread_t));
    sigset_t before;
    block_signals(&before);
    for (int i = 0; i < n_threads; i++) {
        /* Fewer workers than wished for do the same work, later; none at all is a system without memory for a stack. */
        if (pthread_create(&pool->threads[pool->n_threads], NULL, work, pool) != 0) break;
        char thread_name[16]; /* the kernel's limit */
        snprintf(thread_name, sizeof(thread_name), "%.11s-%u", name, (unsigned)i % 1000);
        pthread_setname_np(pool->threads[pool->n_threads++], thread_name);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pool->n_threads == 0) base_abort("no thread could be started");
    return pool;
}

/* The job is boxed: a Queue carries one pointer, and a malloc is nothing beside a request. */
ErrCode pool_submit(Pool *pool, void (*fn)(void *arg), void *arg, Err *err) {
    Job *job = base_alloc(sizeof(Job));
    *job = (Job){.fn = fn, .arg = arg};
    ErrCode code = queue_push(pool->jobs, job, err);
    if (code) {
        free(job);
        return code;
    }
    pthread_mutex_lock(&pool->lock);
    pthread_cond_signal(&pool->has_work);
    pthread_mutex_unlock(&pool->lock);
    return ERR_OK;
}

size_t pool_waiting(Pool *pool) {
    return queue_length(pool->jobs);
}

/* Closing lets workers finish what is queued and then leave; joining waits for the running jobs as well. */
void pool_free(Pool *pool) {
    if (!pool) return;
    queue_close(pool->jobs);
    pthread_mutex_lock(&pool->lock);
    pool->is_closed = true;
    pthread_cond_broadcast(&pool->has_work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->n_threads; i++) pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->has_place);
    pthread_cond_destroy(&pool->has_work);
    pthread_mutex_destroy(&pool->lock);
    queue_free(pool->jobs);
    free(pool->threads);
    free(pool);
}
