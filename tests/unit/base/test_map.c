#include "test.h"

#include "base/base.h"
#include "base/test_random.h"

TEST(put_get_replace) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Map *map = map_new(arena);
    int a, b;
    assert_null(map_get(map, S("x")));
    assert_null(map_put(map, S("x"), &a));
    assert_ptr_equal(map_put(map, S("x"), &b), &a);
    assert_ptr_equal(map_get(map, S("x")), &b);
    assert_int_equal(map_count(map), 1);
    assert_null(map_get(map, S("X"))); /* names are compared as they are */
    assert_null(map_put(map, (Str){0}, &a));
    assert_ptr_equal(map_get(map, S("")), &a);
    assert_null(map_get(map, S("\0")));
}

TEST(many_keys_in_insertion_order) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Map *map = map_new(arena);
    enum { N = 20000 };
    /* Keys of all lengths that differ in one place only: their hashes must not. */
    for (size_t i = 0; i < N; i++) {
        Str key = arena_printf(arena, "%0*zu", (int)(5 + i % 40), i);
        assert_null(map_put(map, key, (char *)arena + i));
    }
    assert_int_equal(map_count(map), N);
    for (size_t i = 0; i < N; i++) {
        Str key = arena_printf(arena, "%0*zu", (int)(5 + i % 40), i);
        assert_ptr_equal(map_get(map, key), (char *)arena + i);
        assert_true(str_eq(map_key_at(map, i), key));
        assert_ptr_equal(map_value_at(map, i), (char *)arena + i);
    }
}

TEST(random_against_a_list) {
    Random random = random_start(__func__);
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Map *map = map_new(arena);
    VEC(Str) keys = {0};
    VEC(void *) values = {0};
    for (int i = 0; i < 3000; i++) {
        char bytes[3];
        size_t n = random_below(&random, sizeof(bytes) + 1);
        for (size_t j = 0; j < n; j++) bytes[j] = (char)(random_next(&random) & 7);
        Str key = arena_str(arena, (Str){bytes, n});
        void *value = arena_alloc(arena, 1), *before = NULL;
        size_t at = 0;
        while (at < keys.n && !str_eq(keys.at[at], key)) at++;
        if (at < keys.n) {
            before = values.at[at];
            values.at[at] = value;
        } else {
            VEC_PUSH(arena, &keys, key);
            VEC_PUSH(arena, &values, value);
        }
        assert_ptr_equal(map_put(map, key, value), before);
    }
    assert_int_equal(map_count(map), keys.n);
    for (size_t i = 0; i < keys.n; i++) assert_ptr_equal(map_get(map, keys.at[i]), values.at[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_replace),
        cmocka_unit_test(many_keys_in_insertion_order),
        cmocka_unit_test(random_against_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
