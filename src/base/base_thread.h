#pragma once
/* Bounded queue and worker pool over pthreads. A full queue refuses (ERR_BUSY); nothing here grows without bound. */
#include "base/base_err.h"

typedef struct Queue Queue;
/* FIFO of at most cap pointers. Any thread. */
Queue *queue_new(size_t cap);
void queue_free(Queue *queue); /* nobody may be waiting */
/* ERR_BUSY when full, ERR_CANCELLED when closed. */
NODISCARD ErrCode queue_push(Queue *queue, void *item, Err *err);
/* Next item, waiting up to timeout_ms (-1: for ever); NULL at time-out, or when closed and empty. */
void *queue_pop(Queue *queue, int timeout_ms);
void queue_close(Queue *queue); /* no more pushes; what is in it can still be popped */
size_t queue_length(Queue *queue);

typedef struct Pool Pool;
/* n_running jobs at a time, as many more that pause as n_paused says, and at most cap_jobs that wait. `name` (at most 11 bytes) shows
 * in debuggers. */
Pool *pool_new(const char *name, int n_running, int n_paused, size_t cap_jobs);
/* Runs fn(arg) on a worker. ERR_BUSY when cap_jobs are waiting. Any thread. */
NODISCARD ErrCode pool_submit(Pool *pool, void (*fn)(void *arg), void *arg, Err *err);
size_t pool_waiting(Pool *pool); /* jobs that no worker has taken yet */
/* For a job that waits for somebody who may be slow: its place is another job's until it resumes, which waits for a place. False: as
 * many pause as may; then the job keeps its place. */
NODISCARD bool pool_pause(Pool *pool);
void pool_resume(Pool *pool);
/* Waits until every accepted job has run, then frees. NULL allowed. */
void pool_free(Pool *pool);
