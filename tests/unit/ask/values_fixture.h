#pragma once
/* What the tests of the value index share: an index of lists of texts in a scratch file, and matches as lines of text. */
#include "test.h"

#include "ask/ask_values_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Fixture {
    Arena *arena;
    char path[64];
    AskValues *values;
    const char *known; /* words between spaces that are no typing errors; NULL: none */
    Err err;
} Fixture;

#define OK(f, expr)                                                                      \
    do {                                                                                 \
        ErrCode ok_code_ = (expr);                                                       \
        if (ok_code_) fail_msg("%s: %s (%s)", #expr, (f)->err.message, (f)->err.detail); \
    } while (0)

static inline void fixture_init(Fixture *f) {
    *f = (Fixture){.arena = arena_new(0), .path = "/tmp/starling values.XXXXXX"};
    int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
}

static inline void fixture_free(Fixture *f) {
    ask_values_close(f->values);
    unlink(f->path);
    arena_free(f->arena);
}

/* "member: value | value | …"; several members before the colon are one set's: "from.city, to.city: …". "#" before: numbers. */
static inline ValuesInput set_of(Arena *arena, const char *text) {
    VEC(Str) names = {0};
    VEC(TextRows) values = {0};
    Str all = str_of(text);
    ValuesInput input = {.is_number = str_starts(all, S("#"))};
    Str head = str_slice(str_split_next(&all, ':'), input.is_number, SIZE_MAX);
    input.key = head;
    while (head.n) VEC_PUSH(arena, &names, str_trim(str_split_next(&head, ',')));
    while (all.n) VEC_PUSH(arena, &values, (TextRows){str_trim(str_split_next(&all, '|')), 1});
    input.names = names.at;
    input.n_names = names.n;
    input.values = values.at;
    input.n_values = values.n;
    return input;
}

static inline void fixture_write(Fixture *f, const char *const *sets, size_t n_sets, int64_t version) {
    ValuesInput *inputs = ARENA_ARRAY(f->arena, ValuesInput, n_sets);
    for (size_t i = 0; i < n_sets; i++) inputs[i] = set_of(f->arena, sets[i]);
    const ValuesStamp stamp = {.data_version = version, .model = S("model")};
    OK(f, values_write(inputs, n_sets, &stamp, f->values, f->path, &f->err));
    ask_values_close(f->values);
    f->values = NULL;
    OK(f, ask_values_open(f->path, &f->values, &f->err));
}

static inline bool is_known(void *arg, Str norm) {
    Fixture *f = arg;
    Str all = str_of(f->known);
    while (all.n)
        if (str_eq(str_split_next(&all, ' '), norm)) return true;
    return false;
}

static inline const char *how_name(AskMatch how) {
    static const char *const names[] = {"exact", "stem", "partial", "edit1", "edit2"};
    return names[how];
}

/* A line a match: "words => member = value, exact 0.00"; of several: "member = 2 beginning with 'Minute Maid' (value)". */
static inline const char *found(Fixture *f, const char *question) {
    const AskToken *tokens = NULL;
    const AskValueMatch *matches = NULL;
    size_t n_tokens = 0, n = 0;
    OK(f, ask_tokenize(f->arena, str_of(question), &tokens, &n_tokens, &f->err));
    const AskLookup known = {.is_known = is_known, .arg = f};
    ask_values_find(f->arena, f->values, tokens, n_tokens, &known, 100, &matches, &n);
    Str all = S("");
    for (size_t i = 0; i < n; i++) {
        const AskValueMatch *m = &matches[i];
        assert_true(m->from < m->to && m->to <= n_tokens && m->n_values >= 1 && m->member.n);
        assert_true(str_eq(m->values[0], m->value));
        Str words = str_slice(str_of(question), tokens[m->from].from, tokens[m->to - 1].to), what = m->value;
        if (m->n_values > 1)
            what = arena_printf(f->arena, "%zu %s '%.*s' (%.*s)", m->n_values, m->is_prefix ? "beginning with" : "with",
                                STR_ARG(m->common), STR_ARG(m->value));
        all = arena_printf(f->arena, "%.*s%.*s => %.*s = %.*s, %s %.2f\n", STR_ARG(all), STR_ARG(words),
                           STR_ARG(m->member), STR_ARG(what), how_name(m->how), m->cost);
    }
    return arena_cstr(f->arena, all);
}

static inline bool check_found(Fixture *f, const char *question, const char *wanted) {
    const char *got = found(f, question);
    if (strcmp(got, wanted) == 0) return true;
    print_error("-- %s\n is\n%s want\n%s", question, got, wanted);
    return false;
}
