/*
 * Entries in chained buckets and in a list from the newest used to the oldest. An entry is one allocation of its own, so that it can go alone.
 * A claim is an entry of another list: few are open at a time.
 */
#include "query/query_cache.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { ENTRY_BYTES = 4096 /* what an arena takes at least */, BUCKETS = 4096, WAIT_CHECK_MS = 20 };

typedef struct Entry {
    struct Entry *next_in_bucket;
    struct Entry *newer, *older;
    Arena *arena; /* that it lives in */
    uint64_t hash;
    Str key;
    Str document;
    QueryStamp stamp;
    int64_t n_bytes;
} Entry;

struct QueryClaim {
    QueryClaim *next;
    Arena *arena;
    Str key;
};

struct QueryCache {
    Arena *arena;
    int64_t max_bytes, max_entry_bytes;
    QueryStands stands;
    pthread_mutex_t lock;
    pthread_cond_t is_over; /* a claim */
    Entry *buckets[BUCKETS];
    Entry *newest, *oldest;
    QueryClaim *claims;
    QueryCacheCounts counts;
};

QueryCache *query_cache_new(int64_t max_bytes, int64_t max_entry_bytes, QueryStands stands) {
    Arena *arena = arena_new(0);
    QueryCache *cache = ARENA_NEW(arena, QueryCache);
    cache->arena = arena;
    cache->max_bytes = max_bytes;
    cache->max_entry_bytes = max_entry_bytes;
    cache->stands = stands;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&cache->is_over, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

/* ---- entries, under the lock ---------------------------------------------------------------------------------------- */

static Entry **place_of(QueryCache *cache, uint64_t hash, Str key) {
    Entry **at = &cache->buckets[hash % BUCKETS];
    while (*at && !((*at)->hash == hash && str_eq((*at)->key, key))) at = &(*at)->next_in_bucket;
    return at;
}

static void unlink_use(QueryCache *cache, Entry *entry) {
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(QueryCache *cache, Entry *entry) {
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void drop(QueryCache *cache, Entry *entry) {
    Entry **at = place_of(cache, entry->hash, entry->key);
    *at = entry->next_in_bucket;
    unlink_use(cache, entry);
    cache->counts.n_entries--;
    cache->counts.n_bytes -= entry->n_bytes;
    arena_free(entry->arena);
}

static void add(QueryCache *cache, Str key, const QueryStamp *stamp, Str document) {
    Arena *arena = arena_new(0);
    Entry *entry = ARENA_NEW(arena, Entry);
    *entry = (Entry){.arena = arena,
                     .hash = str_hash(key),
                     .key = arena_str(arena, key),
                     .document = arena_str(arena, document),
                     .stamp = *stamp};
    entry->stamp.project = arena_str(arena, stamp->project);
    entry->stamp.noted = arena_str(arena, stamp->noted);
    entry->n_bytes = (int64_t)arena_used(arena) + ENTRY_BYTES;
    Entry *before = *place_of(cache, entry->hash, key);
    if (before) drop(cache, before);
    while (cache->oldest && cache->counts.n_bytes + entry->n_bytes > cache->max_bytes) {
        drop(cache, cache->oldest);
        cache->counts.n_evicted++;
    }
    entry->next_in_bucket = cache->buckets[entry->hash % BUCKETS];
    cache->buckets[entry->hash % BUCKETS] = entry;
    link_newest(cache, entry);
    cache->counts.n_entries++;
    cache->counts.n_bytes += entry->n_bytes;
}

static bool find(QueryCache *cache, Arena *arena, Str key, Str *ret_document, QueryStamp *ret_stamp) {
    Entry *entry = *place_of(cache, str_hash(key), key);
    if (!entry || !cache->stands.fn(cache->stands.arg, &entry->stamp)) return false;
    unlink_use(cache, entry);
    link_newest(cache, entry);
    *ret_document = arena_str(arena, entry->document);
    *ret_stamp = entry->stamp;
    ret_stamp->project = arena_str(arena, entry->stamp.project);
    ret_stamp->noted = arena_str(arena, entry->stamp.noted);
    return true;
}

void query_cache_free(QueryCache *cache) {
    if (!cache) return;
    assert(!cache->claims);
    while (cache->newest) drop(cache, cache->newest);
    pthread_cond_destroy(&cache->is_over);
    pthread_mutex_destroy(&cache->lock);
    arena_free(cache->arena);
}

bool query_cache_get(QueryCache *cache, Arena *arena, Str key, Str *ret_document, QueryStamp *ret_stamp) {
    pthread_mutex_lock(&cache->lock);
    bool is_found = find(cache, arena, key, ret_document, ret_stamp);
    cache->counts.n_hits += is_found;
    pthread_mutex_unlock(&cache->lock);
    return is_found;
}

/* ---- claims --------------------------------------------------------------------------------------------------------- */

static bool is_claimed(const QueryCache *cache, Str key) {
    for (const QueryClaim *claim = cache->claims; claim; claim = claim->next)
        if (str_eq(claim->key, key)) return true;
    return false;
}

static QueryClaim *claim_new(QueryCache *cache, Str key) {
    Arena *arena = arena_new(0);
    QueryClaim *claim = ARENA_NEW(arena, QueryClaim);
    *claim = (QueryClaim){.next = cache->claims, .arena = arena, .key = arena_str(arena, key)};
    cache->claims = claim;
    return claim;
}

static void claim_end(QueryCache *cache, QueryClaim *claim) {
    QueryClaim **at = &cache->claims;
    while (*at != claim) at = &(*at)->next;
    *at = claim->next;
    arena_free(claim->arena);
    pthread_cond_broadcast(&cache->is_over);
}

static struct timespec soon(void) {
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += WAIT_CHECK_MS * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

static ErrCode wait(QueryCache *cache, Str key, const Cancel *cancel, Err *err) {
    while (is_claimed(cache, key)) {
        if (cancel && atomic_load(&cancel->is_set))
            return err_set(err, ERR_CANCELLED, "cancelled while another computed the same answer");
        const struct timespec until = soon();
        pthread_cond_timedwait(&cache->is_over, &cache->lock, &until);
    }
    return ERR_OK;
}

static ErrCode claim_or_find(QueryCache *cache, Arena *arena, Str key, const Cancel *cancel, Str *ret_document,
                             QueryStamp *ret_stamp, QueryClaim **ret_claim, Err *err) {
    *ret_document = (Str){0};
    *ret_claim = NULL;
    if (find(cache, arena, key, ret_document, ret_stamp)) {
        cache->counts.n_hits++;
        return ERR_OK;
    }
    bool has_waited = is_claimed(cache, key);
    TRY(wait(cache, key, cancel, err));
    if (has_waited && find(cache, arena, key, ret_document, ret_stamp)) {
        cache->counts.n_waited++;
        return ERR_OK;
    }
    cache->counts.n_misses++;
    if (!has_waited) *ret_claim = claim_new(cache, key);
    return ERR_OK;
}

ErrCode query_cache_claim(QueryCache *cache, Arena *arena, Str key, const Cancel *cancel, Str *ret_document,
                          QueryStamp *ret_stamp, QueryClaim **ret_claim, Err *err) {
    pthread_mutex_lock(&cache->lock);
    ErrCode code = claim_or_find(cache, arena, key, cancel, ret_document, ret_stamp, ret_claim, err);
    pthread_mutex_unlock(&cache->lock);
    return code;
}

void query_cache_put(QueryCache *cache, QueryClaim *claim, const QueryStamp *stamp, Str document) {
    if (!claim) return;
    pthread_mutex_lock(&cache->lock);
    bool is_kept = (int64_t)document.n <= cache->max_entry_bytes && (int64_t)document.n < cache->max_bytes;
    if (is_kept) add(cache, claim->key, stamp, document);
    claim_end(cache, claim);
    pthread_mutex_unlock(&cache->lock);
}

void query_cache_give_up(QueryCache *cache, QueryClaim *claim) {
    if (!claim) return;
    pthread_mutex_lock(&cache->lock);
    claim_end(cache, claim);
    pthread_mutex_unlock(&cache->lock);
}

int64_t query_cache_max_entry(const QueryCache *cache) {
    return cache->max_entry_bytes;
}

QueryCacheCounts query_cache_counts(QueryCache *cache) {
    pthread_mutex_lock(&cache->lock);
    QueryCacheCounts counts = cache->counts;
    pthread_mutex_unlock(&cache->lock);
    return counts;
}
