#pragma once
/* What the tests of engine/ share: a scratch folder, a registry, a context and one open database with a connection. */
#include "postgres_server.h"

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
    const char *path; /* of a database file in dir; PostgreSQL: the name of a database */
    const char *url;  /* PostgreSQL: its address */
    EngineDb *db;
    EngineConn *conn;
    Err err;
} Fixture;

/* The last is on a server, which may not be installed: tests go as far as n_engines. */
static const Engine *const ENGINES[] = {&ENGINE_DUCKDB, &ENGINE_SQLITE, &ENGINE_POSTGRES};
enum { N_FILE_ENGINES = 2 };

static inline size_t n_engines(void) {
    return postgres_server() ? COUNT_OF(ENGINES) : N_FILE_ENGINES;
}

static inline bool is_duckdb(const Fixture *f) {
    return f->engine == &ENGINE_DUCKDB;
}

static inline bool is_sqlite(const Fixture *f) {
    return f->engine == &ENGINE_SQLITE;
}

static inline bool is_postgres(const Fixture *f) {
    return f->engine == &ENGINE_POSTGRES;
}

/* What one of them needs, in the order of ENGINES. */
static inline const char *by_engine(const Fixture *f, const char *duckdb, const char *sqlite, const char *postgres) {
    return is_duckdb(f) ? duckdb : is_sqlite(f) ? sqlite : postgres;
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

/* Runs a statement on the server's own database. */
static inline void on_server(Fixture *f, const char *format, const Str *name) {
    EngineConfig config = {.url = postgres_server()};
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    OK(f, engine_open(&f->ctx, f->registry, &ENGINE_POSTGRES, &config, &db, &f->err));
    OK(f, engine_connect(&f->ctx, db, &conn, &f->err));
    OK(f, engine_execf(&f->ctx, conn, NULL, &f->err, format, name));
    engine_disconnect(conn);
    engine_close(db);
}

/* A new database of the server, whose name stands in the place of a path. */
static inline void fixture_make_database(Fixture *f) {
    static int n_made;
    Str name = arena_printf(f->arena, "test_%d", ++n_made);
    int n = (int)(strstr(postgres_server(), " dbname=") - postgres_server());
    f->path = name.p;
    f->url = arena_printf(f->arena, "%.*s dbname=%s", n, postgres_server(), f->path).p;
    on_server(f, "CREATE DATABASE %I", &name);
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
    if (is_postgres(f)) fixture_make_database(f);
}

static inline EngineConfig fixture_config(const Fixture *f) {
    if (is_postgres(f)) return (EngineConfig){.url = f->url};
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
    Str name = is_postgres(f) ? str_of(f->path) : S("");
    f->ctx = fixture_ctx(f); /* whatever deadline a test has set */
    if (name.n) on_server(f, "DROP DATABASE %I WITH (FORCE)", &name);
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
