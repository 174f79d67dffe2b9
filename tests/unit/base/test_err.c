#include "test.h"

#include "base/base.h"

#include <string.h>

TEST(table_is_complete) {
    for (int code = ERR_OK + 1; code < ERR_COUNT; code++) {
        const ErrInfo *info = err_info((ErrCode)code);
        assert_int_equal(info->code, code);
        assert_true(info->http >= 400 && info->http < 600);
        assert_true(info->exit_code > 0 && info->exit_code < 10);
        assert_true(strlen(info->wire) > 0 && strlen(info->meaning) > 0);
        for (int other = ERR_OK + 1; other < code; other++)
            assert_string_not_equal(err_info((ErrCode)other)->wire, info->wire);
    }
    assert_int_equal(err_info(ERR_COUNT)->code, ERR_INTERNAL);
    assert_int_equal(err_info(ERR_OK)->code, ERR_INTERNAL);
}

TEST(setting_empties_the_rest) {
    Err err;
    memset(&err, 'x', sizeof(err));
    assert_int_equal(err_set(&err, ERR_DATA, "row %d", 7), ERR_DATA);
    assert_int_equal(err.code, ERR_DATA);
    assert_string_equal(err.message, "row 7");
    assert_string_equal(err.file, "");
    assert_string_equal(err.detail, "");
    assert_int_equal(err.line, 0);
    assert_int_equal(err_set(NULL, ERR_BUSY, "x"), ERR_BUSY);
    assert_int_not_equal(err_at(NULL, S("f"), 1, 1), ERR_OK);
    assert_int_not_equal(err_detail(NULL, "x"), ERR_OK);
    assert_int_not_equal(err_prefix(NULL, "x"), ERR_OK);
}

TEST(arguments_may_be_the_error_itself) {
    Err err;
    (void)!err_set(&err, ERR_IO, "inner");
    (void)!err_set(&err, ERR_ENGINE, "outer %s", err.message);
    assert_string_equal(err.message, "outer inner");
    assert_int_equal(err_prefix(&err, "[%s]", err.message), ERR_ENGINE);
    assert_string_equal(err.message, "[outer inner]: outer inner");
}

TEST(the_more_exact_place_stays) {
    Err err;
    char text[200];
    (void)!err_set(&err, ERR_INVALID, "bad");
    assert_string_equal(err_format(&err, text, sizeof(text)), "bad");
    assert_int_equal(err_at(&err, (Str){0}, 3, 5), ERR_INVALID);
    assert_string_equal(err_format(&err, text, sizeof(text)), "line 3, column 5: bad");
    (void)!err_at(&err, S("pack.yaml"), 0, 0);
    assert_string_equal(err_format(&err, text, sizeof(text)), "pack.yaml:3:5: bad");
    (void)!err_at(&err, S("other.yaml"), 9, 9);
    assert_string_equal(err_format(&err, text, sizeof(text)), "pack.yaml:3:5: bad");
    (void)!err_set(&err, ERR_INVALID, "bad");
    (void)!err_at(&err, S("a.yaml"), 0, 0);
    (void)!err_at(&err, S("b.yaml"), 9, 9); /* a line of another file is not one of this */
    assert_string_equal(err_format(&err, text, sizeof(text)), "a.yaml: bad");
    (void)!err_at(&err, S("a.yaml"), 4, 0);
    assert_string_equal(err_format(&err, text, sizeof(text)), "a.yaml:4: bad");
    (void)!err_detail(&err, "first");
    (void)!err_detail(&err, "second");
    assert_string_equal(err.detail, "first");
}

TEST(long_texts_are_cut_at_a_character) {
    Err err;
    char text[3 * ERR_DETAIL_MAX];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof(text); i += 4) memcpy(text + i, "\xF0\x9F\x98\x80", 5);
        text[sizeof(text) - 1] = '\0';
        (void)!err_set(&err, ERR_DATA, "%s", text);
        (void)!err_detail(&err, "%s", text);
        (void)!err_at(&err, str_of(text), 1, 1);
        const char *const cut[] = {err.message, err.detail, err.file};
        const size_t caps[] = {ERR_MESSAGE_MAX, ERR_DETAIL_MAX, ERR_FILE_MAX};
        for (size_t i = 0; i < COUNT_OF(cut); i++) {
            Str s = str_of(cut[i]);
            assert_true(s.n < caps[i] && s.n > caps[i] - 8);
            assert_true(utf8_is_valid(s));
            assert_true(str_ends(s, S("…")));
        }
        (void)!err_prefix(&err, "%s", text);
        assert_true(utf8_is_valid(str_of(err.message)));
        assert_true(str_ends(str_of(err.message), S("…")));
    }
    char small[12];
    (void)!err_set(&err, ERR_DATA, "äöüäöüäöü");
    assert_true(utf8_is_valid(str_of(err_format(&err, small, sizeof(small)))));
    assert_string_equal(small, "äöüä…");
    assert_string_equal(err_format(&err, small, 1), "");
    memset(text, 'b', ERR_MESSAGE_MAX - 1); /* fits exactly: not cut */
    text[ERR_MESSAGE_MAX - 1] = '\0';
    (void)!err_set(&err, ERR_DATA, "%s", text);
    assert_string_equal(err.message, text);
}

static ErrCode inner(bool is_ok, Err *err) {
    return is_ok ? ERR_OK : err_set(err, ERR_NOT_FOUND, "no");
}

static ErrCode outer(bool is_ok, int *ret_value, Err *err) {
    TRY(inner(is_ok, err));
    *ret_value = 1;
    return ERR_OK;
}

TEST(try_passes_on) {
    Err err;
    int value = 0;
    assert_int_equal(outer(false, &value, &err), ERR_NOT_FOUND);
    assert_int_equal(value, 0);
    assert_int_equal(outer(true, &value, &err), ERR_OK);
    assert_int_equal(value, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_complete),
        cmocka_unit_test(setting_empties_the_rest),
        cmocka_unit_test(arguments_may_be_the_error_itself),
        cmocka_unit_test(the_more_exact_place_stays),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
        cmocka_unit_test(try_passes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
