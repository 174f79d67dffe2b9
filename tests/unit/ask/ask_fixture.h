#pragma once
/* The shipped tables, opened once a test program from the build's share/starling. */
#include "test.h"

#include "ask/ask_words.h"
#include "base/base.h"

typedef struct Fixture {
    Arena *arena;
    const AskWords *words;
} Fixture;

static inline int fixture_open(void **state) {
    static Fixture fixture;
    const char *share = NULL;
    Err err = {0};
    fixture.arena = arena_new(0);
    assert_int_equal(path_share(fixture.arena, "", &share, &err), ERR_OK);
    if (ask_words_open(fixture.arena, share, &fixture.words, &err)) fail_msg("%s (%s)", err.message, err.detail);
    *state = &fixture;
    return 0;
}

static inline int fixture_close(void **state) {
    arena_free(((Fixture *)*state)->arena);
    return 0;
}

#define ASSERT_STR(actual, expected)                                                                                   \
    do {                                                                                                               \
        Str actual_ = (actual);                                                                                        \
        if (!str_eq(actual_, S(expected))) fail_msg("'%.*s' is not '%s'", STR_ARG(actual_), (const char *)(expected)); \
    } while (0)
