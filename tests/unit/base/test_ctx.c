#include "test.h"

#include "base/base.h"

#include <string.h>

typedef struct FakeClock {
    int64_t at_us;
} FakeClock;

static int64_t fake_now(void *arg) {
    return ((const FakeClock *)arg)->at_us;
}

TEST(deadline) {
    FakeClock fake = {.at_us = 1000};
    Ctx ctx = {.clock = {.now_utc_us = fake_now, .monotonic_us = fake_now, .arg = &fake}};
    Err err;
    assert_int_equal(ctx_check(&ctx, &err), ERR_OK); /* none set */
    ctx.deadline_us = 2000;
    assert_int_equal(ctx_check(&ctx, &err), ERR_OK);
    fake.at_us = 2000;
    assert_int_equal(ctx_check(&ctx, &err), ERR_TIMEOUT);
    assert_int_equal(err.code, ERR_TIMEOUT);
}

TEST(cancel) {
    Cancel cancel = {0};
    Ctx ctx = {.clock = CLOCK_SYSTEM, .cancel = &cancel};
    Err err;
    assert_int_equal(ctx_check(&ctx, &err), ERR_OK);
    atomic_store(&cancel.is_set, true);
    assert_int_equal(ctx_check(&ctx, &err), ERR_CANCELLED);
}

TEST(permissions) {
    const Security reader = {.user = S("ann"), .permissions = 1u << PERMISSION_READ_DATA};
    Ctx ctx = {.clock = CLOCK_SYSTEM, .security = &reader};
    Err err;
    assert_int_equal(ctx_require(&ctx, PERMISSION_NONE, &err), ERR_OK);
    assert_int_equal(ctx_require(&ctx, PERMISSION_READ_DATA, &err), ERR_OK);
    assert_int_equal(ctx_require(&ctx, PERMISSION_WRITE_DATA, &err), ERR_DENIED);
    assert_true(str_find(str_of(err.message), S("data:write")) >= 0);
    assert_true(str_find(str_of(err.message), S("ann")) >= 0);
    ctx.security = &SECURITY_OWNER;
    for (int p = 0; p < PERMISSION_COUNT; p++) {
        assert_int_equal(ctx_require(&ctx, (Permission)p, &err), ERR_OK);
        for (int q = 0; q < p; q++)
            assert_string_not_equal(permission_name((Permission)p), permission_name((Permission)q));
    }
    assert_string_equal(permission_name(PERMISSION_READ_DATA), "data:read");
}

static void count_progress(void *arg, Str what, int64_t done, int64_t total) {
    assert_true(str_eq(what, S("rows")));
    assert_int_equal(total, 10);
    *(int64_t *)arg += done;
}

TEST(progress_is_told) {
    int64_t sum = 0;
    Ctx ctx = {.progress = {.fn = count_progress, .arg = &sum}};
    ctx_progress(&ctx, S("rows"), 5, 10);
    ctx_progress(&ctx, S("rows"), 7, 10);
    assert_int_equal(sum, 12);
    ctx.progress.fn = NULL;
    ctx_progress(&ctx, S("rows"), 5, 10);
}

TEST(request_ids_differ) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Map *seen = map_new(arena);
    for (int i = 0; i < 1000; i++) {
        Str id = ctx_new_request_id(arena);
        assert_int_equal(id.n, 16);
        assert_int_equal(strspn(id.p, "0123456789abcdef"), 16);
        assert_null(map_put(seen, id, arena));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadline),           cmocka_unit_test(cancel),
        cmocka_unit_test(permissions),        cmocka_unit_test(progress_is_told),
        cmocka_unit_test(request_ids_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
