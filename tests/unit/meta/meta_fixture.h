#pragma once
/* What the tests of meta/ share: a scratch folder with a meta.sqlite, and a clock that stands until it is moved. */
#include "test.h"

#include "meta/meta_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Fixture {
    Arena *arena;
    Ctx ctx;
    EngineRegistry *registry;
    const char *dir;
    const char *path;
    Meta *meta;
    int64_t now_us;
    Err err;
} Fixture;

#define OK(f, expr)                                                                      \
    do {                                                                                 \
        ErrCode ok_code_ = (expr);                                                       \
        if (ok_code_) fail_msg("%s: %s (%s)", #expr, (f)->err.message, (f)->err.detail); \
    } while (0)

#define FAILS(f, expected, expr)                                                                             \
    do {                                                                                                     \
        (f)->err = (Err){0};                                                                                 \
        ErrCode fails_code_ = (expr);                                                                        \
        if (fails_code_ != (expected))                                                                       \
            fail_msg("%s: wanted %s, got %d: %s (%s)", #expr, #expected, (int)fails_code_, (f)->err.message, \
                     (f)->err.detail);                                                                       \
        assert_true((f)->err.message[0]);                                                                    \
    } while (0)

static int64_t fixture_now(void *arg) {
    return ((const Fixture *)arg)->now_us;
}

static int64_t fixture_monotonic(void *arg) {
    (void)arg;
    return clock_monotonic(CLOCK_SYSTEM);
}

/* Everything but the open Meta; a child process makes its own. */
static inline void fixture_begin(Fixture *f, const char *dir) {
    *f = (Fixture){.arena = arena_new(0), .registry = engine_registry_new(), .now_us = 1000000};
    f->ctx = (Ctx){.arena = f->arena,
                   .security = &SECURITY_OWNER,
                   .clock = {.now_utc_us = fixture_now, .monotonic_us = fixture_monotonic, .arg = f},
                   .as_of_us = INT64_MIN};
    f->dir = arena_cstr(f->arena, str_of(dir));
    f->path = path_join(f->arena, f->dir, "meta.sqlite");
}

static inline ErrCode fixture_open(Fixture *f, bool is_create, bool is_read_only) {
    return meta_open(&f->ctx, f->registry, f->path, is_create, is_read_only, &f->meta, &f->err);
}

static inline void fixture_close(Fixture *f) {
    meta_close(f->meta);
    f->meta = NULL;
}

static inline void make_dir(char *dir) {
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(dir, 256, "%s/meta_test_XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
}

/* Without the file. */
static inline void fixture_init(Fixture *f) {
    char dir[256];
    make_dir(dir);
    fixture_begin(f, dir);
}

/* With an open, new Meta. */
static inline void fixture_new(Fixture *f) {
    fixture_init(f);
    OK(f, fixture_open(f, true, false));
}

static inline void fixture_free(Fixture *f) {
    fixture_close(f);
    engine_registry_free(f->registry);
    err_ignore(file_remove_tree(f->dir, NULL));
    arena_free(f->arena);
}

static inline void add_project(Fixture *f, const char *name) {
    OK(f, meta_project_add(&f->ctx, f->meta, str_of(name), S("pack"), &f->err));
}

static inline int64_t count(Fixture *f, const char *sql) {
    SqlText text = {.text = str_of(sql)};
    Value value;
    OK(f, engine_value(&f->ctx, f->meta->conn, &text, &value, &f->err));
    assert_int_equal(value.type.kind, TYPE_INT64);
    return value.i;
}

static inline void exec(Fixture *f, const char *sql) {
    SqlText text = {.text = str_of(sql)};
    OK(f, engine_exec(&f->ctx, f->meta->conn, &text, NULL, &f->err));
}

static inline void assert_str(Str got, const char *wanted) {
    if (!str_eq(got, str_of(wanted))) fail_msg("wanted '%s', got '%.*s'", wanted, STR_ARG(got));
}
