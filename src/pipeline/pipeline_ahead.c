/*
 * A stream read in a thread of its own, some batches ahead of whoever takes them: a bulk load then takes the longer of reading
 * and writing, not their sum.
 *
 * The ring's slots are copies, each in an arena of its own; the thread fills them in order, the taker frees the one it had when it
 * asks for the next. The ring holds at most N_SLOTS batches and, past the first of them, AHEAD_BYTES: enough to go on reading while
 * the taker's engine compresses a row group. A short stream never gets a thread.
 */
#include "pipeline/pipeline_internal.h"

#include <pthread.h>

enum { N_SLOTS = 64, AHEAD_BYTES = 32 << 20, N_DIRECT = 4 };

typedef struct Slot {
    Arena *arena;
    Batch batch;
} Slot;

struct RowsAhead {
    EngineStream *rows;
    int n_direct; /* batches taken before there was a thread */
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t is_filled;
    pthread_cond_t is_freed;
    Slot slots[N_SLOTS];
    size_t head; /* the oldest slot that is filled */
    size_t n;
    size_t n_bytes; /* in the filled slots */
    bool is_taken;  /* the oldest is with the taker */
    bool is_ended;
    bool is_stopped; /* the taker wants no more */
    ErrCode code;    /* of reading, once is_ended */
    Err err;
};

/* Waits for a free slot; NULL when nobody wants more. */
static Slot *free_slot(RowsAhead *ahead) {
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->is_stopped && ahead->n && (ahead->n == N_SLOTS || ahead->n_bytes >= AHEAD_BYTES))
        pthread_cond_wait(&ahead->is_freed, &ahead->lock);
    Slot *slot = ahead->is_stopped ? NULL : &ahead->slots[(ahead->head + ahead->n) % N_SLOTS];
    pthread_mutex_unlock(&ahead->lock);
    return slot;
}

static void hand_over(RowsAhead *ahead, const Slot *slot) {
    pthread_mutex_lock(&ahead->lock);
    ahead->n++;
    ahead->n_bytes += arena_used(slot->arena);
    pthread_cond_signal(&ahead->is_filled);
    pthread_mutex_unlock(&ahead->lock);
}

static void *read_rows(void *arg) {
    RowsAhead *ahead = arg;
    const Batch *batch = NULL;
    Err err;
    ErrCode code;
    while (!(code = engine_stream_next(ahead->rows, &batch, &err)) && batch) {
        Slot *slot = free_slot(ahead);
        if (!slot) break;
        if (!slot->arena) slot->arena = arena_new(0);
        arena_reset(slot->arena);
        slot->batch = batch_copy(slot->arena, batch);
        hand_over(ahead, slot);
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->is_ended = true;
    ahead->code = code;
    if (code) ahead->err = err;
    pthread_cond_signal(&ahead->is_filled);
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

RowsAhead *pipeline_ahead_new(Arena *arena, EngineStream *rows) {
    RowsAhead *ahead = ARENA_NEW(arena, RowsAhead);
    ahead->rows = rows;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->is_filled, NULL);
    pthread_cond_init(&ahead->is_freed, NULL);
    return ahead;
}

static void give_back(RowsAhead *ahead) {
    if (!ahead->is_taken) return;
    ahead->is_taken = false;
    ahead->n_bytes -= arena_used(ahead->slots[ahead->head].arena);
    ahead->head = (ahead->head + 1) % N_SLOTS;
    ahead->n--;
    pthread_cond_signal(&ahead->is_freed);
}

static ErrCode take(RowsAhead *ahead, const Batch **ret_batch, Err *err) {
    ErrCode code = ERR_OK;
    *ret_batch = NULL;
    pthread_mutex_lock(&ahead->lock);
    give_back(ahead);
    while (!ahead->n && !ahead->is_ended) pthread_cond_wait(&ahead->is_filled, &ahead->lock);
    if (ahead->n) {
        ahead->is_taken = true;
        *ret_batch = &ahead->slots[ahead->head].batch;
    } else {
        code = ahead->code;
        if (code && err) *err = ahead->err;
    }
    pthread_mutex_unlock(&ahead->lock);
    return code;
}

ErrCode pipeline_ahead_next(RowsAhead *ahead, const Batch **ret_batch, Err *err) {
    if (!ahead->has_thread) {
        bool is_long = ahead->n_direct++ >= N_DIRECT;
        ahead->has_thread = is_long && pthread_create(&ahead->thread, NULL, read_rows, ahead) == 0;
        if (!ahead->has_thread) return engine_stream_next(ahead->rows, ret_batch, err);
    }
    return take(ahead, ret_batch, err);
}

void pipeline_ahead_free(RowsAhead *ahead) {
    if (ahead->has_thread) {
        pthread_mutex_lock(&ahead->lock);
        ahead->is_stopped = true;
        pthread_cond_signal(&ahead->is_freed);
        pthread_mutex_unlock(&ahead->lock);
        pthread_join(ahead->thread, NULL);
    }
    for (size_t i = 0; i < N_SLOTS; i++) arena_free(ahead->slots[i].arena);
    pthread_cond_destroy(&ahead->is_freed);
    pthread_cond_destroy(&ahead->is_filled);
    pthread_mutex_destroy(&ahead->lock);
}
