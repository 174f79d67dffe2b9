#pragma once
/* What the tests of pipeline/ share: a project in a scratch folder, files written into it, and queries whose rows come back as
 * text ("a|b" a line, null as "-"). */
#include "test.h"

#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEMO "tests/data/pipeline/demo"

typedef struct Fixture {
    Arena *arena;
    Ctx ctx;
    Cancel cancel;
    PipelineProject project;
    const char *dir;
    int64_t now_us;
    Err err;
    LoadOptions load_options; /* of the next loads */
    LoadCounts *counts;       /* of the last load */
    size_t n_counts;
    SyncReport report; /* of the last sync */
} Fixture;

#define OK(f, expr)                                                    \
    do {                                                               \
        ErrCode ok_code_ = (expr);                                     \
        if (ok_code_) {                                                \
            char ok_text_[4096];                                       \
            err_format(&(f)->err, ok_text_, sizeof(ok_text_));         \
            fail_msg("%s: %s (%s)", #expr, ok_text_, (f)->err.detail); \
        }                                                              \
    } while (0)

#define FAILS(f, expected, expr)                                                                             \
    do {                                                                                                     \
        (f)->err = (Err){0};                                                                                 \
        ErrCode fails_code_ = (expr);                                                                        \
        if (fails_code_ != (expected))                                                                       \
            fail_msg("%s: wanted %s, got %d: %s (%s)", #expr, #expected, (int)fails_code_, (f)->err.message, \
                     (f)->err.detail);                                                                       \
    } while (0)

static int64_t fixture_now(void *arg) {
    return ((const Fixture *)arg)->now_us;
}

static int64_t fixture_monotonic(void *arg) {
    (void)arg;
    return clock_monotonic(CLOCK_SYSTEM);
}

static inline const char *source_path(Fixture *f, const char *path) {
    const char *root = getenv("STARLING_SOURCE");
    return path_join(f->arena, root ? root : ".", path);
}

static inline void use_pack(Fixture *f, const char *folder) {
    Model *model;
    ModelFindings findings = {0};
    OK(f, model_load(f->arena, folder, &model, &findings, &f->err));
    f->project.model = model;
    f->project.pack = folder;
}

/* The demo pack with one text of it replaced. */
static inline void use_changed_pack(Fixture *f, const char *from, const char *to) {
    Str text;
    OK(f, file_read(f->arena, source_path(f, DEMO "/pack.yaml"), 1 << 20, &text, &f->err));
    ptrdiff_t at = str_find(text, str_of(from));
    assert_true(at >= 0);
    Str before = str_slice(text, 0, (size_t)at), after = str_slice(text, (size_t)at + strlen(from), text.n);
    text = arena_printf(f->arena, "%.*s%s%.*s", STR_ARG(before), to, STR_ARG(after));
    Model *model;
    ModelFindings findings = {0};
    OK(f, model_parse(f->arena, text, S("pack.yaml"), NULL, &model, &findings, &f->err));
    f->project.model = model;
}

static inline void open_warehouse(Fixture *f) {
    EngineConfig config = {
        .path = path_join(f->arena, f->dir, "warehouse.duckdb"), .is_create = true, .is_locked_down = true};
    OK(f, engine_open(&f->ctx, f->project.registry, &ENGINE_DUCKDB, &config, &f->project.warehouse, &f->err));
}

static inline void fixture_new(Fixture *f, const char *pack) {
    char dir[256];
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(dir, sizeof(dir), "%s/pipeline test XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    *f = (Fixture){
        .arena = arena_new(0), .now_us = INT64_C(1700000000000000), .load_options = {.max_deleted_percent = 100}};
    f->dir = arena_cstr(f->arena, str_of(dir));
    f->ctx = (Ctx){.arena = f->arena,
                   .security = &SECURITY_OWNER,
                   .clock = {.now_utc_us = fixture_now, .monotonic_us = fixture_monotonic, .arg = f},
                   .cancel = &f->cancel,
                   .as_of_us = INT64_MIN};
    f->project = (PipelineProject){.name = S("p"),
                                   .folder = f->dir,
                                   .oltp_path = path_join(f->arena, f->dir, "oltp.sqlite"),
                                   .inbox = path_join(f->arena, f->dir, "inbox"),
                                   .registry = engine_registry_new()};
    const char *meta = path_join(f->arena, f->dir, "meta.sqlite");
    OK(f, meta_open(&f->ctx, f->project.registry, meta, true, false, &f->project.meta, &f->err));
    OK(f, meta_project_add(&f->ctx, f->project.meta, S("p"), S("demo"), &f->err));
    use_pack(f, pack);
    open_warehouse(f);
}

static inline void fixture_demo(Fixture *f) {
    *f = (Fixture){.arena = arena_new(0)};
    const char *pack = source_path(f, DEMO);
    char *kept = strdup(pack);
    arena_free(f->arena);
    fixture_new(f, kept);
    f->project.pack = arena_cstr(f->arena, str_of(kept));
    free(kept);
}

static inline void fixture_free(Fixture *f) {
    engine_close(f->project.warehouse);
    meta_close(f->project.meta);
    engine_registry_free(f->project.registry);
    err_ignore(file_remove_tree(f->dir, NULL));
    arena_free(f->arena);
}

/* ---- files and verbs ------------------------------------------------------------------------------------------------ */

static inline const char *write_bytes(Fixture *f, const char *name, Str bytes) {
    const char *path = path_join(f->arena, f->dir, name);
    OK(f, file_write_atomic(path, bytes, &f->err));
    return path;
}

static inline const char *write_text(Fixture *f, const char *name, const char *text) {
    return write_bytes(f, name, str_of(text));
}

static inline ErrCode load_inputs(Fixture *f, const PipelineInput *inputs, size_t n) {
    f->counts = NULL;
    f->n_counts = 0;
    return pipeline_load(&f->ctx, &f->project, inputs, n, &f->load_options, &f->counts, &f->n_counts, &f->err);
}

static inline ErrCode load_text(Fixture *f, const char *input, const char *name, const char *text) {
    PipelineInput one = {str_of(input), write_text(f, name, text)};
    return load_inputs(f, &one, 1);
}

static inline ErrCode generate(Fixture *f, int64_t scale_milli, int64_t seed) {
    const GenerateOptions options = {.scale_milli = scale_milli, .seed = seed};
    f->counts = NULL;
    f->n_counts = 0;
    return pipeline_generate(&f->ctx, &f->project, &options, &f->counts, &f->n_counts, &f->err);
}

static inline ErrCode sync_all(Fixture *f) {
    const SyncOptions options = {0};
    return pipeline_sync(&f->ctx, &f->project, &options, &f->report, &f->err);
}

static inline LoadCounts counts_of(Fixture *f, const char *table) {
    for (size_t i = 0; i < f->n_counts; i++)
        if (str_eq(f->counts[i].table, str_of(table))) return f->counts[i];
    fail_msg("no counts of table %s", table);
    return (LoadCounts){0};
}

static inline void assert_load(Fixture *f, const char *table, int64_t n_inserted, int64_t n_updated, int64_t n_same) {
    LoadCounts counts = counts_of(f, table);
    if (counts.n_inserted != n_inserted || counts.n_updated != n_updated || counts.n_same != n_same)
        fail_msg("%s: %d new, %d updated, %d same", table, (int)counts.n_inserted, (int)counts.n_updated,
                 (int)counts.n_same);
}

/* What sync did to a table or a part of gold: "+inserted ~updated -deleted". */
static inline void assert_sync(Fixture *f, const char *table, const char *wanted) {
    for (size_t i = 0; i < f->report.n_counts; i++) {
        const TableCounts *counts = &f->report.counts[i];
        if (!str_eq(counts->table, str_of(table))) continue;
        Str got = arena_printf(f->arena, "+%" PRId64 " ~%" PRId64 " -%" PRId64, counts->n_inserted, counts->n_updated,
                               counts->n_deleted);
        if (!str_eq(got, str_of(wanted))) fail_msg("%s: wanted %s, got %.*s", table, wanted, STR_ARG(got));
        return;
    }
    fail_msg("sync did not look at %s", table);
}

/* ---- queries -------------------------------------------------------------------------------------------------------- */

static inline const char *rows_of(Fixture *f, EngineConn *conn, const char *sql) {
    SqlText text = {.text = str_of(sql)};
    EngineStream *stream;
    OK(f, engine_query(&f->ctx, conn, &text, &stream, &f->err));
    Buf out;
    buf_init(&out, 64 << 20);
    const Batch *batch;
    for (;;) {
        OK(f, engine_stream_next(stream, &batch, &f->err));
        if (!batch) break;
        for (size_t row = 0; row < batch->n_rows; row++) {
            if (out.n) buf_add_char(&out, '\n');
            for (size_t c = 0; c < batch->n_columns; c++) {
                if (c) buf_add_char(&out, '|');
                Value value = column_value(&batch->columns[c], row);
                buf_add(&out, value.is_null ? S("-") : value_print(f->arena, value));
            }
        }
    }
    engine_stream_close(stream);
    const char *copy = arena_cstr(f->arena, buf_str(&out));
    buf_release(&out);
    return copy;
}

static inline const char *warehouse_rows(Fixture *f, const char *sql) {
    EngineConn *conn;
    OK(f, engine_connect(&f->ctx, f->project.warehouse, &conn, &f->err));
    const char *rows = rows_of(f, conn, sql);
    engine_disconnect(conn);
    return rows;
}

typedef struct Oltp {
    EngineDb *db;
    EngineConn *conn;
} Oltp;

static inline Oltp oltp_open(Fixture *f) {
    Oltp oltp;
    EngineConfig config = {.path = f->project.oltp_path, .is_create = true, .trusts_schema = true};
    OK(f, engine_open(&f->ctx, f->project.registry, &ENGINE_SQLITE, &config, &oltp.db, &f->err));
    OK(f, engine_connect(&f->ctx, oltp.db, &oltp.conn, &f->err));
    return oltp;
}

static inline void oltp_close(Oltp *oltp) {
    engine_disconnect(oltp->conn);
    engine_close(oltp->db);
}

static inline const char *oltp_rows(Fixture *f, const char *sql) {
    Oltp oltp = oltp_open(f);
    const char *rows = rows_of(f, oltp.conn, sql);
    oltp_close(&oltp);
    return rows;
}

static inline ErrCode oltp_try(Fixture *f, const char *sql) {
    Oltp oltp = oltp_open(f);
    SqlText text = {.text = str_of(sql)};
    ErrCode code = engine_exec(&f->ctx, oltp.conn, &text, NULL, &f->err);
    oltp_close(&oltp);
    return code;
}

static inline void oltp_exec(Fixture *f, const char *sql) {
    OK(f, oltp_try(f, sql));
}

static inline void assert_rows(const char *got, const char *wanted) {
    if (strcmp(got, wanted) != 0) fail_msg("wanted:\n%s\ngot:\n%s", wanted, got);
}

static inline void assert_warehouse(Fixture *f, const char *sql, const char *wanted) {
    assert_rows(warehouse_rows(f, sql), wanted);
}

static inline void assert_oltp(Fixture *f, const char *sql, const char *wanted) {
    assert_rows(oltp_rows(f, sql), wanted);
}

/* Everything that load may write, as one text. */
static inline const char *state_of(Fixture *f) {
    Str state = S("");
    bool has_tables = file_exists(f->project.oltp_path) &&
                      strcmp(oltp_rows(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'order'"), "0") != 0;
    if (has_tables) {
        static const char *const tables[] = {"group", "client", "order", "return"};
        for (size_t i = 0; i < COUNT_OF(tables); i++) {
            Str sql = arena_printf(f->arena, "SELECT * FROM \"%s\" ORDER BY 1", tables[i]);
            state = arena_printf(f->arena, "%.*s\n%s", STR_ARG(state), oltp_rows(f, arena_cstr(f->arena, sql)));
        }
    }
    MetaFile *files;
    size_t n;
    OK(f, meta_files(&f->ctx, f->project.meta, S("p"), &files, &n, &f->err));
    for (size_t i = 0; i < n; i++)
        state = arena_printf(f->arena, "%.*s\nfile %.*s %.*s", STR_ARG(state), STR_ARG(files[i].input),
                             STR_ARG(files[i].hash));
    Str *names;
    if (file_is_dir(f->project.inbox)) {
        OK(f, dir_list(f->arena, f->project.inbox, &names, &n, &f->err));
        for (size_t i = 0; i < n; i++) {
            Str *inner;
            size_t n_inner;
            OK(f, dir_list(f->arena, path_join(f->arena, f->project.inbox, arena_cstr(f->arena, names[i])), &inner,
                           &n_inner, &f->err));
            for (size_t j = 0; j < n_inner; j++)
                state = arena_printf(f->arena, "%.*s\ninbox %.*s", STR_ARG(state), STR_ARG(inner[j]));
        }
    }
    return arena_cstr(f->arena, state);
}

/* Orders of the demo pack. */
#define ORDERS_HEADER "Order ID,Client ID,Client Name,Group Name,Order Day,Placed At,Amount,Weight,Is Open,Code\n"
#define ORDER_1 "1,C1,Ann,Old,01-03-2014,2014-03-01 10:00:00,10.50,1.5,true,A\n"
#define ORDER_2 "2,C2,Bob,New,29-03-2014,2014-07-01 10:00:00,20,,false,it's\n"
#define ORDER_3 "3,C1,Ann,Old,02-04-2014,,30.25,n/a,,\n"
#define ORDERS ORDERS_HEADER ORDER_1 ORDER_2 ORDER_3
