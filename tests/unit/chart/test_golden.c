/*
 * tests/golden/chart/NAME.json (chart_fixture.h says what it holds): what it is drawn as, in NAME.svg and, in characters and in ASCII, NAME.txt.
 *
 * To add a case, write its NAME.json, run this test with STARLING_GOLDEN=write, and look at NAME.svg in a browser, light and dark, before
 * you keep it.
 */
#include "chart_fixture.h"

#define FOLDER "tests/golden/chart"

static void check(Arena *arena, const char *name, Str now) {
    const char *path = path_join(arena, FOLDER, name), *mode = getenv("STARLING_GOLDEN");
    Str file = {0};
    Err err = {0};
    if (mode && strcmp(mode, "write") == 0 && file_write_atomic(path, now, &err)) fail_msg("%s", err.message);
    if (file_read(arena, path, CHART_MAX_BYTES, &file, &err)) fail_msg("%s", err.message);
    for (int line = 1; file.n || now.n; line++) {
        Str is = str_split_next(&file, '\n'), wanted = str_split_next(&now, '\n');
        if (!str_eq(is, wanted))
            fail_msg("%s:%d\n  file: %.*s\n  now:  %.*s", path, line, STR_ARG(is), STR_ARG(wanted));
    }
}

static void check_case(const char *stem, Str text) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Case c = case_of(arena, text);
    Str svg = case_svg(arena, &c), again = case_svg(arena, &c);
    assert_true(str_eq(svg, again));
    check(arena, arena_cstr(arena, arena_printf(arena, "%s.svg", stem)), svg);
    Str drawn = case_characters(arena, &c, (ChartTextOptions){.width = c.width});
    Str ascii = case_characters(arena, &c, (ChartTextOptions){.width = c.width, .is_ascii = true});
    check(arena, arena_cstr(arena, arena_printf(arena, "%s.txt", stem)),
          arena_printf(arena, "%.*s\n%.*s", STR_ARG(drawn), STR_ARG(ascii)));
}

TEST(charts_are_drawn_as_the_golden_files_show) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Err err = {0};
    Str *names, text;
    size_t n = 0, n_cases = 0;
    if (dir_list(arena, FOLDER, &names, &n, &err)) fail_msg("%s", err.message);
    for (size_t i = 0; i < n; i++) {
        if (!str_ends(names[i], S(".json"))) continue;
        const char *path = path_join(arena, FOLDER, arena_cstr(arena, names[i]));
        if (file_read(arena, path, 1 << 20, &text, &err)) fail_msg("%s", err.message);
        check_case(arena_cstr(arena, str_slice(names[i], 0, names[i].n - strlen(".json"))), text);
        n_cases++;
    }
    assert_true(n_cases >= 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(charts_are_drawn_as_the_golden_files_show)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
