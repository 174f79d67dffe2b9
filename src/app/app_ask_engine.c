/*
 * Question engines that are ready: a model's words and the mapped index of its values, made once and lent to whoever asks the same
 * project with the same eyes, one session after the other or several at a time (a conversation, a process that holds the home). One
 * whose index is no longer what the warehouse holds is given back to nobody, and goes when the last question on it has ended; where somebody
 * has promised to renew the index, it goes on as long as there is no newer one.
 */
#include <pthread.h>

#include "app/app_ask.h"

enum { ENGINES_KEPT = 8 };

struct AppEngine {
    int n_users; /* under the lock; the list is one */
    Arena *arena;
    Str key;
    Snapshot *snapshot; /* holds the model */
    AskValues *values;
    const Model *model;
    const AskEngine *engine;
};

typedef struct Promise {
    struct Promise *next;
    Str folder;
    int64_t until_us;
} Promise;

struct AppEngines {
    Arena *arena; /* that it lives in; under the lock */
    Promise *promises;
    pthread_mutex_t lock;
    AppEngine *kept[ENGINES_KEPT]; /* the one used last is the first */
    size_t n;
};

AppEngines *app_engines_new(Arena *arena) {
    AppEngines *engines = ARENA_NEW(arena, AppEngines);
    engines->arena = arena;
    pthread_mutex_init(&engines->lock, NULL);
    return engines;
}

static void discard(AppEngine *engine) {
    ask_values_close(engine->values);
    snapshot_release(engine->snapshot);
    arena_free(engine->arena);
}

void app_engines_free(AppEngines *engines) {
    for (size_t i = 0; i < engines->n; i++) discard(engines->kept[i]);
    pthread_mutex_destroy(&engines->lock);
}

/* ---- the list, under the lock --------------------------------------------------------------------------------------- */

static void drop(AppEngine *engine) {
    if (--engine->n_users == 0) discard(engine);
}

static AppEngine *take_out(AppEngines *engines, size_t at) {
    AppEngine *engine = engines->kept[at];
    for (size_t i = at; i + 1 < engines->n; i++) engines->kept[i] = engines->kept[i + 1];
    engines->n--;
    return engine;
}

static void put_first(AppEngines *engines, AppEngine *engine) {
    if (engines->n == ENGINES_KEPT) drop(take_out(engines, ENGINES_KEPT - 1));
    for (size_t i = engines->n++; i > 0; i--) engines->kept[i] = engines->kept[i - 1];
    engines->kept[0] = engine;
}

/* ---- promises ------------------------------------------------------------------------------------------------------- */

static Promise *promise_of(const AppEngines *engines, const char *folder) {
    Promise *promise = engines->promises;
    while (promise && !str_eq(promise->folder, str_of(folder))) promise = promise->next;
    return promise;
}

void app_engines_promise(AppEngines *engines, const char *folder, int64_t until_us) {
    pthread_mutex_lock(&engines->lock);
    Promise *promise = promise_of(engines, folder);
    if (!promise) {
        promise = ARENA_NEW(engines->arena, Promise);
        promise->folder = arena_str(engines->arena, str_of(folder));
        promise->next = engines->promises;
        engines->promises = promise;
    }
    promise->until_us = until_us;
    pthread_mutex_unlock(&engines->lock);
}

/* What an index must be at least. */
static AskValuesStand least_of(const Ctx *ctx, AppEngines *engines, const char *folder) {
    pthread_mutex_lock(&engines->lock);
    const Promise *promise = promise_of(engines, folder);
    bool is_promised = promise && clock_monotonic(ctx->clock) < promise->until_us;
    pthread_mutex_unlock(&engines->lock);
    return is_promised ? ASK_VALUES_BEHIND : ASK_VALUES_CURRENT;
}

/* ---- lending -------------------------------------------------------------------------------------------------------- */

static AppEngine *borrow(AppEngines *engines, Str key) {
    AppEngine *found = NULL;
    pthread_mutex_lock(&engines->lock);
    for (size_t i = 0; i < engines->n && !found; i++)
        if (str_eq(engines->kept[i]->key, key)) found = take_out(engines, i);
    if (found) {
        found->n_users++;
        put_first(engines, found);
    }
    pthread_mutex_unlock(&engines->lock);
    return found;
}

static void keep(AppEngines *engines, AppEngine *engine) {
    pthread_mutex_lock(&engines->lock);
    engine->n_users = 2; /* the list's and the caller's */
    put_first(engines, engine);
    pthread_mutex_unlock(&engines->lock);
}

static void forget(AppEngines *engines, AppEngine *engine) {
    pthread_mutex_lock(&engines->lock);
    for (size_t i = 0; i < engines->n; i++)
        if (engines->kept[i] == engine) {
            take_out(engines, i);
            drop(engine);
            break;
        }
    drop(engine);
    pthread_mutex_unlock(&engines->lock);
}

void app_engine_return(AppEngines *engines, AppEngine *engine) {
    if (!engine) return;
    pthread_mutex_lock(&engines->lock);
    drop(engine);
    pthread_mutex_unlock(&engines->lock);
}

/* ---- making --------------------------------------------------------------------------------------------------------- */

/* The same project, model and eyes. */
static Str key_of(const Ctx *ctx, const char *folder, const Snapshot *snapshot) {
    const Security *security = ctx->security;
    const Model *model = snapshot_get(snapshot, SNAPSHOT_MODEL);
    Str key =
        arena_printf(ctx->arena, "%s\n%" PRId64 " %.*s", folder, snapshot_version(snapshot), STR_ARG(model->hash));
    if (security_allows(security, PERMISSION_ADMIN)) return arena_printf(ctx->arena, "%.*s\nall", STR_ARG(key));
    for (size_t i = 0; i < security->n_roles; i++)
        key = arena_printf(ctx->arena, "%.*s\nrole %.*s", STR_ARG(key), STR_ARG(security->roles[i]));
    return key;
}

static ErrCode load_grammar(const Ctx *ctx, const AskGrammar **ret, Err *err) {
    const char *path = NULL;
    Str text;
    TRY(path_share(ctx->arena, "ask/english.grammar", &path, err));
    TRY(file_read(ctx->arena, path, 1 << 20, &text, err));
    return ask_grammar_parse(ctx->arena, text, str_of(path), ret, err);
}

static ErrCode load_weights(const Ctx *ctx, const AskWeights **ret, Err *err) {
    const char *path = NULL;
    TRY(path_share(ctx->arena, "ask/english.weights", &path, err));
    return app_ask_weights(ctx->arena, path, ret, err);
}

/* Who asks, as long as the engine lives. */
static const Security *security_of(Arena *arena, const Security *asker) {
    Security *own = arena_dup(arena, asker, sizeof(*own));
    Str *roles = ARENA_ARRAY(arena, Str, own->n_roles);
    for (size_t i = 0; i < own->n_roles; i++) roles[i] = arena_str(arena, own->roles[i]);
    own->roles = roles;
    own->user = arena_str(arena, own->user);
    return own;
}

/* ctx->arena is the engine's. */
static ErrCode fill(const Ctx *ctx, EngineConn *conn, const char *folder, AskValuesStand least, AppEngine *engine,
                    Err *err) {
    const AskGrammar *grammar;
    const AskWords *words;
    const AskWeights *weights;
    const char *share = NULL;
    engine->model = model_of(ctx);
    TRY(load_grammar(ctx, &grammar, err));
    TRY(load_weights(ctx, &weights, err));
    TRY(app_values_open(ctx, conn, snapshot_get(engine->snapshot, SNAPSHOT_MODEL), folder, least, &engine->values,
                        err));
    TRY(path_share(ctx->arena, "", &share, err));
    TRY(ask_words_open(ctx->arena, share, &words, err));
    TRY(ask_engine_new(ctx->arena, engine->model, grammar, engine->values, words, &engine->engine, err));
    engine->engine = ask_engine_weigh(ctx->arena, engine->engine, weights);
    return ERR_OK;
}

static ErrCode make(const Ctx *ctx, EngineConn *conn, const char *folder, const Snapshot *snapshot, Str key,
                    AskValuesStand least, AppEngine **ret, Err *err) {
    Arena *arena = arena_new(0);
    AppEngine *engine = ARENA_NEW(arena, AppEngine);
    Ctx own = *ctx;
    *engine = (AppEngine){.arena = arena, .key = arena_str(arena, key), .snapshot = snapshot_acquire(snapshot)};
    own.arena = arena;
    own.snapshot = engine->snapshot;
    own.security = security_of(arena, ctx->security);
    int64_t from_us = clock_monotonic(ctx->clock);
    ErrCode code = fill(&own, conn, folder, least, engine, err);
    if (code) {
        discard(engine);
        return code;
    }
    log_event(LOG_INFO, "ask.engine_made", LOG_TEXT("folder", str_of(folder)),
              LOG_INT("us", clock_monotonic(ctx->clock) - from_us));
    *ret = engine;
    return ERR_OK;
}

ErrCode app_engine_borrow(const Ctx *ctx, AppEngines *engines, EngineConn *conn, const char *folder,
                          const Snapshot *snapshot, AppEngine **ret, Err *err) {
    Str key = key_of(ctx, folder, snapshot);
    AppEngine *engine = borrow(engines, key);
    AskValuesStand least = least_of(ctx, engines, folder), stand = ASK_VALUES_OTHER;
    ErrCode code = ERR_OK;
    if (engine) code = ask_values_stand(ctx, conn, snapshot_get(snapshot, SNAPSHOT_MODEL), engine->values, &stand, err);
    bool is_good = stand >= least && (stand == ASK_VALUES_CURRENT || app_values_are_there(ctx, folder, engine->values));
    if (engine && !is_good) {
        forget(engines, engine);
        engine = NULL;
    }
    TRY(code);
    if (!engine) {
        TRY(make(ctx, conn, folder, snapshot, key, least, &engine, err));
        keep(engines, engine);
    }
    *ret = engine;
    return ERR_OK;
}

const AskEngine *app_engine_ask(const AppEngine *engine) {
    return engine->engine;
}

const Model *app_engine_model(const AppEngine *engine) {
    return engine->model;
}

const Snapshot *app_engine_snapshot(const AppEngine *engine) {
    return engine->snapshot;
}
