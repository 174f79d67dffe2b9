#pragma once
/* What the tests of engine/ share: a scratch folder, a registry, a context and one open database with a connection. */
#include "test.h"

#include "engine/engine.h"
#include "sql/sql_relation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Fixture {
    Arena *arena;
    Ctx ctx;
    Cancel cancel;
    EngineRegistry *registry;
    const Engine *engine;
    const char *dir;
    const char *path; /* of a database file in dir */
    EngineDb *db;
    EngineConn *conn;
    Err err;
} Fixture;

static const Engine *const ENGINES[] = {&ENGINE_DUCKDB, &ENGINE_SQLITE};

static inline bool is_duckdb(const Fixture *f) {
    return f->engine == &ENGINE_DUCKDB;
}

/* The call must succeed. */
#define OK(f, expr)                                                                      \
    do {                                                                                 \
        ErrCode ok_code_ = (expr);                                                       \
        if (ok_code_) fail_msg("%s: %s (%s)", #expr, (f)->err.message, (f)->err.detail); \
    } while (0)

/* The call must fail with this code, and say something to a person that is neither SQL nor the driver's words. */
#define FAILS(f, expected, expr)                                                                             \
    do {                                                                                                     \
        (f)->err = (Err){0};                                                                                 \
        ErrCode fails_code_ = (expr);                                                                        \
        if (fails_code_ != (expected))                                                                       \
            fail_msg("%s: wanted %s, got %d: %s (%s)", #expr, #expected, (int)fails_code_, (f)->err.message, \
                     (f)->err.detail);                                                                       \
        assert_int_equal((f)->err.code, (expected));                                                         \
        assert_true((f)->err.message[0]);                                                                    \
        assert_null(strstr((f)->err.message, "SELECT"));                                                     \
        assert_null(strstr((f)->err.message, "Error:"));                                                     \
    } while (0)

static inline Ctx fixture_ctx(Fixture *f) {
    return (Ctx){.arena = f->arena, .security = &SECURITY_OWNER, .clock = CLOCK_SYSTEM, .as_of_us = INT64_MIN};
}

/* Without an open database. */
static inline void fixture_init(Fixture *f, const Engine *engine) {
    *f = (Fixture){.arena = arena_new(0), .registry = engine_registry_new(), .engine = engine};
    f->ctx = fixture_ctx(f);
    const char *tmp = getenv("TMPDIR");
    Str name = arena_printf(f->arena, "%s/engine_test_XXXXXX", tmp ? tmp : "/tmp");
    char *dir = arena_dup(f->arena, name.p, name.n + 1);
    assert_non_null(mkdtemp(dir));
    f->dir = dir;
    f->path = path_join(f->arena, dir, "data.db");
}

static inline EngineConfig fixture_config(const Fixture *f) {
    return (EngineConfig){.path = f->path, .is_create = true, .n_threads = 2, .busy_timeout_ms = 200};
}

static inline void fixture_open(Fixture *f) {
    EngineConfig config = fixture_config(f);
    OK(f, engine_open(&f->ctx, f->registry, f->engine, &config, &f->db, &f->err));
    OK(f, engine_connect(&f->ctx, f->db, &f->conn, &f->err));
}

static inline void fixture_close(Fixture *f) {
    engine_disconnect(f->conn);
    engine_close(f->db);
    f->conn = NULL;
    f->db = NULL;
}

static inline void fixture_new(Fixture *f, const Engine *engine) {
    fixture_init(f, engine);
    fixture_open(f);
}

static inline void fixture_free(Fixture *f) {
    fixture_close(f);
    engine_registry_free(f->registry);
    err_ignore(file_remove_tree(f->dir, NULL));
    arena_free(f->arena);
}

/* Runs a constant statement. */
static inline ErrCode run(Fixture *f, const char *text) {
    SqlText sql = {.text = str_of(text)};
    return engine_exec(&f->ctx, f->conn, &sql, NULL, &f->err);
}

static inline int64_t count(Fixture *f, const char *text) {
    SqlText sql = {.text = str_of(text)};
    Value value;
    OK(f, engine_value(&f->ctx, f->conn, &sql, &value, &f->err));
    if (value.type.kind == TYPE_DECIMAL) return (int64_t)value.dec;
    assert_int_equal(value.type.kind, TYPE_INT64);
    return value.i;
}

static inline EngineStream *query(Fixture *f, const char *text) {
    SqlText sql = {.text = str_of(text)};
    EngineStream *stream = NULL;
    OK(f, engine_query(&f->ctx, f->conn, &sql, &stream, &f->err));
    return stream;
}

static inline int64_t now_us(void) {
    return clock_monotonic(CLOCK_SYSTEM);
}
