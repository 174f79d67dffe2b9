#pragma once
/*
 * The result cache (design 5): documents of answers by what was asked, each good for one version of its project's model and data. Who asks says
 * whether that version stands: the cache knows no clock and no database. LRU under a cap of bytes; one computation a key at a time. Any thread.
 */
#include "base/base.h"

typedef struct QueryCache QueryCache;
typedef struct QueryClaim QueryClaim; /* the right and duty to compute what is not there */

/* What a document hangs on besides its key. */
typedef struct QueryStamp {
    Str project;
    int64_t model_version;
    int64_t data_version; /* -1: whatever the data */
    int64_t data_at_us;   /* from when the data's age counts, UTC… */
    size_t age_at, n_age; /* …and where in the document it stands: its keeper writes that anew; n_age 0: nowhere */
    Str noted;            /* its keeper's, for when it is given again; may be empty */
} QueryStamp;

/* Whether a version stands at this moment, for certain; called under the cache's lock, so it must not come back here. */
typedef struct QueryStands {
    bool (*fn)(void *arg, const QueryStamp *stamp);
    void *arg;
} QueryStands;

typedef struct QueryCacheCounts {
    int64_t n_entries, n_bytes;
    int64_t n_hits, n_misses, n_waited; /* waited: for another's computation, and took its answer */
    int64_t n_evicted;
} QueryCacheCounts;

/* max_entry_bytes: longer documents are not kept. */
QueryCache *query_cache_new(int64_t max_bytes, int64_t max_entry_bytes, QueryStands stands);
void query_cache_free(QueryCache *cache); /* nobody may hold a claim; NULL allowed */

/* A document that stands, and its stamp, copied into the arena. Never waits. */
bool query_cache_get(QueryCache *cache, Arena *arena, Str key, Str *ret_document, QueryStamp *ret_stamp);
/*
 * The same; where there is none the caller gets the claim on the key and computes, and must call put or give_up. Where another has the claim it
 * waits for that one, and takes its document or, where that does not stand, computes without a claim (*ret_claim NULL). ERR_CANCELLED.
 */
NODISCARD ErrCode query_cache_claim(QueryCache *cache, Arena *arena, Str key, const Cancel *cancel, Str *ret_document,
                                    QueryStamp *ret_stamp, QueryClaim **ret_claim, Err *err);
/* Ends the claim (NULL allowed); the texts are copied. */
void query_cache_put(QueryCache *cache, QueryClaim *claim, const QueryStamp *stamp, Str document);
void query_cache_give_up(QueryCache *cache, QueryClaim *claim);

int64_t query_cache_max_entry(const QueryCache *cache);
QueryCacheCounts query_cache_counts(QueryCache *cache);
