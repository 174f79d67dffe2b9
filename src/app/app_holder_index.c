/*
 * The value index of a followed project is brought in step in a thread of its own, so that what comes next is published meanwhile. After
 * each time it rests INDEX_REST times as long as that took, however often something is published: at most that share of a core goes
 * into it. A question that comes before it is in step makes it by itself, as it does where nobody follows.
 */
#include "app/app_ask.h"
#include "app/app_holder_internal.h"

enum { INDEX_REST = 4 };

static void *work(void *arg) {
    HolderIndex *index = arg;
    int64_t from_us = clock_monotonic(index->ctx.clock);
    index->code = app_values_renew(&index->ctx, index->db, index->model, index->folder, &index->err);
    index->took_us = clock_monotonic(index->ctx.clock) - from_us;
    atomic_store(&index->is_done, true);
    return NULL;
}

static void start(HolderIndex *index, const Ctx *ctx, const PipelineProject *project) {
    atomic_store(&index->is_done, false);
    atomic_store(&index->cancel.is_set, false);
    index->ctx = (Ctx){.arena = arena_new(0),
                       .security = ctx->security,
                       .clock = ctx->clock,
                       .cancel = &index->cancel,
                       .as_of_us = INT64_MIN};
    index->db = project->warehouse;
    index->model = project->model;
    index->folder = project->folder;
    index->is_running = pthread_create(&index->thread, NULL, work, index) == 0;
    index->is_wanted = !index->is_running;
    if (!index->is_running) arena_free(index->ctx.arena);
}

static void finish(HolderIndex *index) {
    pthread_join(index->thread, NULL);
    arena_free(index->ctx.arena);
    index->is_running = false;
    index->rest_until_us = clock_monotonic(index->ctx.clock) + INDEX_REST * index->took_us;
}

ErrCode holder_index_turn(const Ctx *ctx, HolderIndex *index, const PipelineProject *project, Err *err) {
    if (index->is_running && atomic_load(&index->is_done)) {
        finish(index);
        if (index->code) *err = index->err;
        return index->code;
    }
    bool may_start = index->is_wanted && !index->is_running && clock_monotonic(ctx->clock) >= index->rest_until_us;
    if (may_start) start(index, ctx, project);
    return ERR_OK;
}

void holder_index_stop(HolderIndex *index) {
    if (!index->is_running) return;
    atomic_store(&index->cancel.is_set, true);
    finish(index);
    index->is_wanted = true;
}
