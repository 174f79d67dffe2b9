/* The result cache: what stands is given, what does not is computed, once at a time, and under its cap. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "query/query_cache.h"
#include "test.h"

typedef struct Fixture {
    Arena *arena;
    QueryCache *cache;
    atomic_llong version; /* that stands */
    atomic_int n_computed;
    atomic_int n_begun;
} Fixture;

static bool stands(void *arg, const QueryStamp *stamp) {
    return stamp->data_version < 0 || stamp->data_version == atomic_load(&((Fixture *)arg)->version);
}

static Fixture *fixture_make(int64_t max_bytes) {
    Arena *arena = arena_new(0);
    Fixture *f = ARENA_NEW(arena, Fixture);
    f->arena = arena;
    atomic_store(&f->version, 1);
    f->cache = query_cache_new(max_bytes, 50000, (QueryStands){stands, f});
    return f;
}

static void fixture_free(Fixture *f) {
    query_cache_free(f->cache);
    arena_free(f->arena);
}

static void put(Fixture *f, Str key, int64_t version, Str document) {
    Str found;
    QueryStamp stamp;
    QueryClaim *claim;
    assert_int_equal(query_cache_claim(f->cache, f->arena, key, NULL, &found, &stamp, &claim, NULL), ERR_OK);
    assert_non_null(claim);
    stamp = (QueryStamp){.project = S("p"), .model_version = 1, .data_version = version, .data_at_us = 7};
    query_cache_put(f->cache, claim, &stamp, document);
}

static bool has(Fixture *f, Str key, Str *ret_document) {
    QueryStamp stamp;
    return query_cache_get(f->cache, f->arena, key, ret_document, &stamp);
}

TEST(what_stands_is_given_again) {
    Fixture *f = fixture_make(1 << 20);
    Str found;
    QueryStamp stamp;
    assert_false(has(f, S("a"), &found));
    put(f, S("a"), 1, S("one"));
    put(f, S("b"), -1, S("always"));
    assert_true(query_cache_get(f->cache, f->arena, S("a"), &found, &stamp));
    assert_true(str_eq(found, S("one")) && str_eq(stamp.project, S("p")) && stamp.data_at_us == 7);
    atomic_store(&f->version, 2);
    assert_false(has(f, S("a"), &found));
    assert_true(has(f, S("b"), &found));
    put(f, S("a"), 2, S("two"));
    assert_true(has(f, S("a"), &found) && str_eq(found, S("two")));
    QueryCacheCounts counts = query_cache_counts(f->cache);
    assert_int_equal(counts.n_entries, 2);
    assert_int_equal(counts.n_hits, 3);
    assert_int_equal(counts.n_misses, 3);
    fixture_free(f);
}

TEST(the_cap_is_kept_and_the_longest_unused_goes) {
    Fixture *f = fixture_make(60000);
    char document[10000], key[16];
    Str found;
    memset(document, 'x', sizeof document);
    for (int i = 0; i < 20; i++) {
        int n = snprintf(key, sizeof key, "key%d", i);
        put(f, (Str){key, (size_t)n}, 1, (Str){document, sizeof document});
        if (i) assert_true(has(f, S("key1"), &found)); /* used all the time */
        assert_true(query_cache_counts(f->cache).n_bytes <= 60000);
    }
    assert_false(has(f, S("key2"), &found));
    assert_true(has(f, S("key19"), &found));
    assert_true(query_cache_counts(f->cache).n_evicted >= 15);
    char *large = arena_alloc(f->arena, 50001);
    memset(large, 'x', 50001);
    put(f, S("large"), 1, (Str){large, 50001}); /* longer than an entry may be */
    assert_false(has(f, S("large"), &found));
    fixture_free(f);
}

static void *ask(void *arg) {
    Fixture *f = arg;
    Arena *arena = arena_new(0);
    Str found;
    QueryStamp stamp;
    QueryClaim *claim;
    atomic_fetch_add(&f->n_begun, 1);
    ErrCode code = query_cache_claim(f->cache, arena, S("q"), NULL, &found, &stamp, &claim, NULL);
    if (!code && !found.n) {
        atomic_fetch_add(&f->n_computed, 1);
        while (atomic_load(&f->n_begun) < 16) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        stamp = (QueryStamp){.project = S("p"), .model_version = 1, .data_version = 1};
        query_cache_put(f->cache, claim, &stamp, S("answer"));
    }
    bool is_right = !code && (!found.n || str_eq(found, S("answer")));
    arena_free(arena);
    return is_right ? f : NULL;
}

TEST(one_computes_while_the_others_wait) {
    Fixture *f = fixture_make(1 << 20);
    pthread_t threads[16];
    for (size_t i = 0; i < COUNT_OF(threads); i++) assert_int_equal(pthread_create(&threads[i], NULL, ask, f), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *is_right;
        pthread_join(threads[i], &is_right);
        assert_non_null(is_right);
    }
    assert_int_equal(atomic_load(&f->n_computed), 1);
    fixture_free(f);
}

TEST(who_waits_can_leave_and_a_given_up_claim_is_free) {
    Fixture *f = fixture_make(1 << 20);
    Cancel cancel = {true};
    Str found;
    QueryStamp stamp;
    QueryClaim *claim, *second;
    assert_int_equal(query_cache_claim(f->cache, f->arena, S("q"), NULL, &found, &stamp, &claim, NULL), ERR_OK);
    Err err = {0};
    assert_int_equal(query_cache_claim(f->cache, f->arena, S("q"), &cancel, &found, &stamp, &second, &err),
                     ERR_CANCELLED);
    query_cache_give_up(f->cache, claim);
    assert_int_equal(query_cache_claim(f->cache, f->arena, S("q"), NULL, &found, &stamp, &claim, NULL), ERR_OK);
    assert_non_null(claim);
    query_cache_give_up(f->cache, claim);
    query_cache_give_up(f->cache, NULL);
    fixture_free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_is_given_again),
        cmocka_unit_test(the_cap_is_kept_and_the_longest_unused_goes),
        cmocka_unit_test(one_computes_while_the_others_wait),
        cmocka_unit_test(who_waits_can_leave_and_a_given_up_claim_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
