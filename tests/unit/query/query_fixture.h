#pragma once
/* What the tests of query/ share: the model of tests/golden/query/pack.yaml, its rows in an in-memory warehouse, and a context whose
 * clock stands at 2021-02-10T12:00:00Z. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/query.h"

#define GOLDEN_FOLDER "tests/golden/query"

typedef struct Fixture {
    Arena *arena;
    Ctx ctx;
    Cancel cancel;
    Snapshot *snapshot;
    Model *model;
    const char *folder; /* of pack.yaml and gold.sql */
    EngineRegistry *registry;
    EngineDb *db;
    EngineConn *conn;
    Err err;
} Fixture;

#define OK(f, expr)                                                                                         \
    do {                                                                                                    \
        ErrCode ok_code_ = (expr);                                                                          \
        if (ok_code_) fail_msg("%s: %s: %s (%s)", #expr, (f)->err.file, (f)->err.message, (f)->err.detail); \
    } while (0)

static inline int64_t fixture_now(void *arg) {
    (void)arg;
    return INT64_C(1612958400) * TIME_US_PER_SECOND;
}

static inline void fixture_model(Fixture *f) {
    ModelFindings findings = {0};
    ErrCode code = model_load(f->arena, f->folder, &f->model, &findings, &f->err);
    for (size_t i = 0; code && i < findings.n; i++) {
        print_error("%d: %.*s\n", findings.at[i].place.line, STR_ARG(findings.at[i].message));
    }
    OK(f, code);
    snapshot_set(f->snapshot, SNAPSHOT_MODEL, f->model, NULL);
}

/* Without a warehouse: for what is only parsed and compiled. */
static inline void fixture_init_in(Fixture *f, const char *folder) {
    *f = (Fixture){.arena = arena_new(0), .snapshot = snapshot_new(7), .folder = folder};
    f->ctx =
        (Ctx){.arena = f->arena,
              .snapshot = f->snapshot,
              .security = &SECURITY_OWNER,
              .clock = {.now_utc_us = fixture_now, .monotonic_us = CLOCK_SYSTEM.monotonic_us, .arg = CLOCK_SYSTEM.arg},
              .cancel = &f->cancel,
              .as_of_us = INT64_MIN};
    fixture_model(f);
}

static inline void fixture_init(Fixture *f) {
    fixture_init_in(f, GOLDEN_FOLDER);
}

static inline void fixture_run(Fixture *f, const char *text) {
    SqlText sql = {.text = str_of(text)};
    OK(f, engine_exec(&f->ctx, f->conn, &sql, NULL, &f->err));
}

/* Runs a script: statements end in ";" at a line's end. */
static inline void fixture_script(Fixture *f, const char *path) {
    Str script;
    OK(f, file_read(f->arena, path, 1 << 20, &script, &f->err));
    while (script.n) {
        ptrdiff_t end = str_find(script, S(";\n"));
        Str statement = str_slice(script, 0, end < 0 ? script.n : (size_t)end);
        script = end < 0 ? (Str){0} : str_slice(script, (size_t)end + 2, script.n);
        fixture_run(f, arena_cstr(f->arena, statement));
    }
}

static inline void fixture_open_in(Fixture *f, const char *folder) {
    fixture_init_in(f, folder);
    f->registry = engine_registry_new();
    EngineConfig config = {.is_create = true, .n_threads = 2};
    OK(f, engine_open(&f->ctx, f->registry, &ENGINE_DUCKDB, &config, &f->db, &f->err));
    OK(f, engine_connect(&f->ctx, f->db, &f->conn, &f->err));
    fixture_script(f, path_join(f->arena, folder, "gold.sql"));
    OK(f, query_as_of(&f->ctx, f->conn, &f->ctx.as_of_us, &f->err));
}

static inline void fixture_open(Fixture *f) {
    fixture_open_in(f, GOLDEN_FOLDER);
}

static inline void fixture_free(Fixture *f) {
    engine_disconnect(f->conn);
    engine_close(f->db);
    if (f->registry) engine_registry_free(f->registry);
    snapshot_release(f->snapshot);
    arena_free(f->arena);
}

/* ---- a result as text ----------------------------------------------------------------------------------------------- */

typedef struct Result {
    Arena *arena;
    const QueryColumn *columns;
    size_t n_columns;
    VEC(Str) rows; /* cells between " | " */
    QueryAccount account;
} Result;

static inline Str cell_text(Arena *arena, const QueryColumn *column, Value value) {
    char text[TIME_TEXT_MAX];
    if (value.is_null) return S("null");
    bool is_period = column && column->grain != TIME_GRAIN_NONE && type_is_time(value.type);
    if (!is_period) return value_print(arena, value);
    int64_t us = value.type.kind == TYPE_DATE ? value.i * TIME_US_PER_DAY : value.i;
    size_t n = time_print_period_fiscal(column->grain, column->fiscal_month, us, text);
    return arena_str(arena, (Str){text, n});
}

static inline ErrCode take_columns(void *arg, const QueryColumn *columns, size_t n_columns, Err *err) {
    Result *result = arg;
    (void)err;
    result->columns = columns;
    result->n_columns = n_columns;
    return ERR_OK;
}

static inline ErrCode take_batch(void *arg, const Batch *batch, Err *err) {
    Result *result = arg;
    (void)err;
    assert_int_equal(batch->n_columns, result->n_columns);
    for (size_t row = 0; row < batch->n_rows; row++) {
        Str line = {0};
        for (size_t i = 0; i < batch->n_columns; i++) {
            Str cell = cell_text(result->arena, &result->columns[i], column_value(&batch->columns[i], row));
            line = arena_printf(result->arena, "%.*s%s%.*s", STR_ARG(line), i ? " | " : "", STR_ARG(cell));
        }
        VEC_PUSH(result->arena, &result->rows, line);
    }
    return ERR_OK;
}

static inline ErrCode take_account(void *arg, const QueryAccount *account, Err *err) {
    Result *result = arg;
    (void)err;
    result->account = *account;
    return ERR_OK;
}

static inline ErrCode fixture_query(Fixture *f, const char *json, const QueryOptions *options, Result *result) {
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    *result = (Result){.arena = f->arena};
    f->err = (Err){0};
    TRY(query_parse_text(&f->ctx, str_of(json), &query, &f->err));
    TRY(query_compile(&f->ctx, query, options, &plan, &f->err));
    QueryReceiver receiver = {.columns = take_columns, .batch = take_batch, .account = take_account, .arg = result};
    return query_run(&f->ctx, f->conn, plan, &receiver, &f->err);
}
