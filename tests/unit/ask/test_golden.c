/*
 * tests/golden/ask/NAME.txt and docs/ask.md: questions of the bicycle hire of tests/golden/query, and what each is read as.
 *
 *   === what it shows
 *   > how many trips in january 2021
 *   {"measures":["trips"],"time":{"range":"2021-01"}}
 *   >> and in february         goes on from the question above it
 *   …
 *
 * Below a question stands its semantic query; "declined: why"; or "clarify: why" and, indented, the readings it lies between. Questions
 * run: one about a time without data is declined. A follow-up of a declined question goes on from the one before that.
 *
 * To add a case, write its questions, run this test with STARLING_GOLDEN=write, and read what it wrote before you keep it: the query is
 * what a careful person means, whatever the engine says.
 */
#include "engine_fixture.h"

#undef GOLDEN_FOLDER
#define GOLDEN_FOLDER "tests/golden/ask"

/* The file as it should be: its questions, each followed by what comes of it now. */
static size_t expected_file(Questions *q, Str file, Buf *out) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AskTurn turn = {0};
    size_t n_questions = 0;
    bool is_output = false;
    while (file.n) {
        Str line = str_split_next(&file, '\n');
        bool is_first = str_starts(line, S("> ")), is_question = is_first || str_starts(line, S(">> "));
        if (!line.n || str_starts(line, S("=== "))) is_output = false;
        if (is_output && !is_question) continue;
        buf_printf(out, "%.*s\n", STR_ARG(line));
        if (!is_question) continue;
        is_output = true;
        n_questions++;
        if (is_first) turn = (AskTurn){0};
        const AskAnswer *answer = questions_ask(q, arena, str_slice(line, is_first ? 2 : 3, line.n), &turn);
        buf_add(out, questions_outcome(arena, answer));
    }
    return n_questions;
}

/* Every line in which two texts of as many questions differ: files differ in what comes of their questions, and in nothing else. */
static void show_differences(const char *path, Str is, Str now) {
    Str question = {0};
    for (int shown = 0; (is.n || now.n) && shown < 20;) {
        Str a = str_split_next(&is, '\n'), b = str_split_next(&now, '\n');
        if (str_starts(a, S(">"))) question = a;
        if (str_eq(a, b)) continue;
        print_error("%s: %.*s\n  file: %.*s\n  now:  %.*s\n", path, STR_ARG(question), STR_ARG(a), STR_ARG(b));
        shown++;
        while (is.n && !str_starts(is, S(">")) && !str_starts(is, S("\n"))) str_split_next(&is, '\n');
        while (now.n && !str_starts(now, S(">")) && !str_starts(now, S("\n"))) str_split_next(&now, '\n');
    }
}

static size_t check_file(Questions *q, const char *path, int *n_different) {
    Str file;
    Fixture *f = &q->f;
    OK(f, file_read(f->arena, path, 1 << 20, &file, &f->err));
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 22);
    size_t n_questions = expected_file(q, file, &buf);
    const char *mode = getenv("STARLING_GOLDEN");
    if (str_eq(buf_str(&buf), file)) return n_questions;
    if (mode && strcmp(mode, "write") == 0) {
        OK(f, file_write_atomic(path, buf_str(&buf), &f->err));
        return n_questions;
    }
    show_differences(path, file, buf_str(&buf));
    ++*n_different;
    return n_questions;
}

TEST(questions_are_read_as_the_golden_files_say) {
    Questions q;
    Str *names;
    size_t n = 0, n_questions = 0;
    int n_different = 0;
    questions_open(&q);
    OK(&q.f, dir_list(q.f.arena, GOLDEN_FOLDER, &names, &n, &q.f.err));
    for (size_t i = 0; i < n; i++) {
        if (!str_ends(names[i], S(".txt"))) continue;
        n_questions +=
            check_file(&q, path_join(q.f.arena, GOLDEN_FOLDER, arena_cstr(q.f.arena, names[i])), &n_different);
    }
    assert_true(n_questions > 100);
    assert_true(check_file(&q, "docs/ask.md", &n_different) > 20);
    assert_int_equal(n_different, 0);
    questions_close(&q);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(questions_are_read_as_the_golden_files_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
