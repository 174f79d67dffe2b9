#include "test.h"

#include "base/base.h"

#include <string.h>

TEST(appending) {
    Buf buf;
    buf_init(&buf, 1000);
    buf_add(&buf, S("ab"));
    buf_add(&buf, (Str){0});
    buf_add_char(&buf, 'c');
    buf_printf(&buf, "%d", 12);
    buf_printf(&buf, "%s", "");
    assert_true(str_eq(buf_str(&buf), S("abc12")));
    buf_printf(&buf, "%0*d", 600, 7);
    assert_int_equal(buf.n, 605);
    assert_int_equal(buf_check(&buf, "it", NULL), ERR_OK);
    buf_release(&buf);
    buf_release(&buf);
    buf_release(NULL);
    assert_int_equal(buf_str(&buf).n, 0);
}

TEST(the_maximum_is_sticky) {
    Err err;
    for (size_t max = 0; max < 40; max++) {
        Buf buf;
        buf_init(&buf, max);
        for (size_t i = 0; i < max; i++) buf_add_char(&buf, 'x'); /* exactly full is fine */
        assert_int_equal(buf_check(&buf, "the text", &err), ERR_OK);
        buf_add(&buf, S("yy"));
        assert_true(buf.is_overflown);
        assert_int_equal(buf.n, max); /* nothing of what did not fit */
        buf_add_char(&buf, 'z');
        buf_printf(&buf, "z");
        assert_int_equal(buf.n, max);
        assert_int_equal(buf_check(&buf, "the text", &err), ERR_TOO_LARGE);
        assert_true(str_starts(str_of(err.message), S("the text")));
        buf_clear(&buf);
        assert_int_equal(buf_check(&buf, "the text", &err), ERR_OK);
        assert_int_equal(buf.n, 0);
        buf_release(&buf);
    }
}

TEST(after_a_drop_what_fits_is_dropped_too) {
    Buf buf;
    buf_init(&buf, 10);
    buf_add(&buf, S("12345"));
    buf_printf(&buf, "%s", "too long for it");
    buf_add_char(&buf, 'x');
    buf_printf(&buf, "y");
    assert_true(str_eq(buf_str(&buf), S("12345")));
    assert_int_equal(buf_check(&buf, "it", NULL), ERR_TOO_LARGE);
    buf_release(&buf);
}

TEST(printf_at_every_fill) {
    for (size_t n = 0; n < 300; n++) { /* over the first capacity: the NUL of vsnprintf must not need a byte of ours */
        Buf buf;
        buf_init(&buf, n + 3);
        for (size_t i = 0; i < n; i++) buf_add_char(&buf, 'x');
        buf_printf(&buf, "%s", "abc");
        assert_int_equal(buf.n, n + 3);
        assert_false(buf.is_overflown);
        assert_memory_equal(buf.p + n, "abc", 3);
        buf_release(&buf);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appending),
        cmocka_unit_test(the_maximum_is_sticky),
        cmocka_unit_test(after_a_drop_what_fits_is_dropped_too),
        cmocka_unit_test(printf_at_every_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
