#include "test.h"

#include "base/base.h"
#include "base/test_crash.h"
#include "base/test_random.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifdef HAS_ASAN
int __asan_address_is_poisoned(void const volatile *address);
static bool is_poisoned(const void *p) {
    return __asan_address_is_poisoned(p);
}
enum { IS_ASAN = 1 };
#else
static bool is_poisoned(const void *p) {
    return p != NULL;
}
enum { IS_ASAN = 0 };
#endif

TEST(blocks_do_not_overlap) {
    Random random = random_start(__func__);
    enum { N = 4000 };
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    struct {
        unsigned char *p;
        size_t n;
    } *blocks = malloc(N * sizeof(*blocks));
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < N; i++) {
            blocks[i].n = random_below(&random, i % 100 == 0 ? 300000 : 200);
            blocks[i].p = arena_alloc(arena, blocks[i].n);
            assert_non_null(blocks[i].p);
            assert_int_equal((uintptr_t)blocks[i].p % 16, 0);
            memset(blocks[i].p, (int)(i & 255), blocks[i].n);
        }
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < blocks[i].n; j++) assert_int_equal(blocks[i].p[j], i & 255);
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    free(blocks);
}

TEST(zeroed_and_copied) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    memset(arena_alloc(arena, 2000), 0xFF, 2000);
    arena_reset(arena);
    const unsigned char *zeros = arena_zalloc(arena, 100, 20);
    for (size_t i = 0; i < 2000; i++) assert_int_equal(zeros[i], 0);
    Str copy = arena_str(arena, S("a\0b"));
    assert_memory_equal(copy.p, "a\0b", 4); /* with the NUL after it */
    assert_string_equal(arena_cstr(arena, (Str){0}), "");
    assert_memory_equal(arena_dup(arena, "xyz", 3), "xyz", 3);
    assert_non_null(arena_dup(arena, NULL, 0));
    assert_true(str_eq(arena_printf(arena, "%d-%s", 5, "x"), S("5-x")));
    for (size_t n = 250; n < 262; n++) { /* around the size of the first try */
        Str text = arena_printf(arena, "%*d", (int)n, 7);
        assert_int_equal(text.n, n);
        assert_int_equal(text.p[n - 1], '7');
        assert_int_equal(text.p[n], '\0');
    }
}

typedef struct Trace {
    Arena *arena;
    char text[32];
} Trace;
typedef struct Mark {
    Trace *trace;
    char letter;
} Mark;

static void mark(void *arg) {
    const Mark *m = arg;
    size_t n = strlen(m->trace->text);
    m->trace->text[n] = m->letter;
    m->trace->text[n + 1] = '\0';
}

static void mark_and_attach(void *arg) {
    const Mark *m = arg;
    mark(arg);
    Mark *last = ARENA_NEW(m->trace->arena, Mark);
    *last = (Mark){m->trace, '!'};
    arena_on_reset(m->trace->arena, mark, last);
}

TEST(hooks_run_last_in_first_out) {
    Trace trace = {.arena = arena_new(0)};
    Mark marks[] = {{&trace, 'a'}, {&trace, 'b'}, {&trace, 'c'}};
    for (size_t i = 0; i < COUNT_OF(marks); i++) arena_on_reset(trace.arena, mark, &marks[i]);
    arena_reset(trace.arena);
    assert_string_equal(trace.text, "cba");
    arena_reset(trace.arena); /* once only */
    assert_string_equal(trace.text, "cba");
    trace.text[0] = '\0';
    arena_on_reset(trace.arena, mark, &marks[0]);
    arena_on_reset(trace.arena, mark_and_attach, &marks[1]); /* a hook that allocates and attaches while it runs */
    arena_free(trace.arena);
    assert_string_equal(trace.text, "b!a");
    arena_free(NULL);
}

TEST(room_is_refused_at_the_cap) {
    Err err;
    CLEANUP(arena_freep) Arena *arena = arena_new(10000);
    assert_int_equal(arena_room(arena, 10000, "rows", &err), ERR_OK);
    assert_int_equal(arena_room(arena, 10001, "rows", &err), ERR_TOO_LARGE);
    assert_true(str_starts(str_of(err.message), S("rows")));
    arena_alloc(arena, 4000);
    assert_true(arena_used(arena) >= 4000 && arena_used(arena) < 4100);
    assert_int_equal(arena_room(arena, 6001, "rows", NULL), ERR_TOO_LARGE);
    assert_int_equal(arena_room(arena, SIZE_MAX, "rows", NULL), ERR_TOO_LARGE);
    arena_alloc(arena, 20000); /* the cap is a promise, not a wall */
    assert_int_equal(arena_room(arena, 0, "rows", NULL), ERR_TOO_LARGE);
    arena_reset(arena);
    assert_int_equal(arena_room(arena, 10000, "rows", NULL), ERR_OK);
    CLEANUP(arena_freep) Arena *free_arena = arena_new(0);
    assert_int_equal(arena_room(free_arena, SIZE_MAX, "rows", NULL), ERR_OK);
}

static void alloc_too_much(void *arg) {
    volatile size_t n = SIZE_MAX;
    arena_alloc(arg, n);
}

static void zalloc_too_much(void *arg) {
    volatile size_t n = SIZE_MAX / 2;
    arena_zalloc(arg, n, 3);
}

TEST(impossible_sizes_abort) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    assert_true(call_aborts(alloc_too_much, arena));
    assert_true(call_aborts(zalloc_too_much, arena));
}

TEST(poisoned_under_asan) {
    if (!IS_ASAN) skip();
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    for (size_t n = 1; n < 6000; n += 37) {
        char *p = arena_alloc(arena, n), *q = arena_alloc(arena, n);
        assert_false(is_poisoned(p) || is_poisoned(p + n - 1));
        assert_true(is_poisoned(p + n)); /* the byte after it, even within the rounding */
        assert_true(is_poisoned(q - 1));
        assert_true(is_poisoned(q + n));
        if (n > 1000) {
            arena_reset(arena);
            if (n < 4000) assert_true(is_poisoned((char *)arena_alloc(arena, 16) + 16));
        }
    }
    arena_reset(arena);
    char *before = arena_alloc(arena, 100);
    arena_reset(arena);
    assert_true(is_poisoned(before)); /* use after reset */
}

TEST(vec_grows) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    VEC(Str) names = {0};
    for (size_t i = 0; i < 1000; i++) VEC_PUSH(arena, &names, (Str){NULL, i});
    assert_int_equal(names.n, 1000);
    for (size_t i = 0; i < names.n; i++) assert_int_equal(names.at[i].n, i);
    assert_true(names.cap >= 1000 && names.cap < 2100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_do_not_overlap),
        cmocka_unit_test(zeroed_and_copied),
        cmocka_unit_test(hooks_run_last_in_first_out),
        cmocka_unit_test(room_is_refused_at_the_cap),
        cmocka_unit_test(impossible_sizes_abort),
        cmocka_unit_test(poisoned_under_asan),
        cmocka_unit_test(vec_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
