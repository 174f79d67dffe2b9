#include "test.h"

#include "base/base.h"
#include "base/test_crash.h"

static void multiply(void *arg) {
    (void)arg;
    (void)size_mul(SIZE_MAX / 2, 3);
}

static void add(void *arg) {
    (void)arg;
    (void)size_add(SIZE_MAX, 1);
}

TEST(sizes_are_checked) {
    assert_int_equal(size_mul(6, 7), 42);
    assert_int_equal(size_mul(0, SIZE_MAX), 0);
    assert_int_equal(size_add(SIZE_MAX - 1, 1), SIZE_MAX);
    assert_true(call_aborts(multiply, NULL));
    assert_true(call_aborts(add, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sizes_are_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
