/*
 * The value index of a followed project is brought in step in a thread of its own, so that what comes next is published meanwhile. After
 * each time it rests INDEX_REST times as long as that took, however often something is published: about that share of a core goes into
 * it; but a second at least, and not so long that its texts grow old. What publishing tells of texts is gathered until then. A question that comes before it is in step goes by
 * the index of before, unless that has been behind for INDEX_LATE_US: then it makes it by itself, as where nobody follows.
 */
#include "app/app_ask.h"
#include "app/app_holder_internal.h"

enum { INDEX_REST = 19, INDEX_REST_MIN_US = 1000000, INDEX_REST_MAX_US = 5000000, INDEX_LATE_US = 10000000 };

static void *work(void *arg) {
    HolderIndex *index = arg;
    int64_t from_us = clock_monotonic(index->ctx.clock);
    index->code = app_values_renew(&index->ctx, index->db, index->model, index->texts, index->folder, &index->err);
    index->took_us = clock_monotonic(index->ctx.clock) - from_us;
    atomic_store(&index->is_done, true);
    return NULL;
}

/* What it worked with. */
static void release(HolderIndex *index) {
    if (index->texts) arena_free(index->texts->arena);
    index->texts = NULL;
    arena_free(index->ctx.arena);
}

void holder_index_want(HolderIndex *index, const ModelTexts *texts) {
    index->is_wanted = true;
    if (!index->gathered && texts && texts->tables.n) index->gathered = model_texts_new(arena_new(0));
    if (index->gathered) model_texts_join(index->gathered, texts);
}

static void start(HolderIndex *index, const Ctx *ctx, const PipelineProject *project) {
    atomic_store(&index->is_done, false);
    atomic_store(&index->cancel.is_set, false);
    index->ctx = (Ctx){.arena = arena_new(0),
                       .security = ctx->security,
                       .clock = ctx->clock,
                       .cancel = &index->cancel,
                       .as_of_us = INT64_MIN};
    index->texts = index->gathered;
    index->gathered = NULL;
    index->db = project->warehouse;
    index->model = project->model;
    index->folder = project->folder;
    index->is_running = pthread_create(&index->thread, NULL, work, index) == 0;
    index->is_wanted = !index->is_running;
    if (!index->is_running) release(index);
    index->begun_us = clock_monotonic(ctx->clock);
}

static void finish(HolderIndex *index) {
    pthread_join(index->thread, NULL);
    release(index);
    index->is_running = false;
    int64_t rest_us = MIN_OF(INDEX_REST * index->took_us, (int64_t)INDEX_REST_MAX_US);
    index->rest_until_us = clock_monotonic(index->ctx.clock) + MAX_OF(rest_us, (int64_t)INDEX_REST_MIN_US);
}

ErrCode holder_index_turn(const Ctx *ctx, HolderIndex *index, AppEngines *engines, const PipelineProject *project,
                          Err *err) {
    int64_t now_us = clock_monotonic(ctx->clock);
    if (index->is_running && atomic_load(&index->is_done)) {
        finish(index);
        if (index->code) *err = index->err;
        if (!index->code) app_engines_promise(engines, project->folder, index->begun_us + INDEX_LATE_US);
        return index->code;
    }
    bool is_in_step = index->begun_us && !index->code && !index->is_running && !index->is_wanted;
    if (is_in_step) app_engines_promise(engines, project->folder, now_us + INDEX_LATE_US);
    if (!index->is_running && index->is_wanted && now_us >= index->rest_until_us) start(index, ctx, project);
    return ERR_OK;
}

void holder_index_stop(HolderIndex *index) {
    if (index->gathered) arena_free(index->gathered->arena);
    index->gathered = NULL;
    if (!index->is_running) return;
    atomic_store(&index->cancel.is_set, true);
    finish(index);
    index->is_wanted = true;
}
