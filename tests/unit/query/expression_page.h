#pragma once
/* What the test of docs/expressions.md stands on: the engines, the page's table in each of them with the model over it, and how values
 * of a statement are read, written and compared. */
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/query.h"
#include "sql/sql_relation.h"

#define PAGE "docs/expressions.md"

static const Engine *const ENGINES[] = {&ENGINE_DUCKDB, &ENGINE_SQLITE};
enum { N_ENGINES = COUNT_OF(ENGINES), MAX_CELLS = 16 };

typedef struct Page {
    Arena *arena;
    EngineRegistry *registry;
    Snapshot *snapshot;
    Ctx ctx;
    Cancel cancel;
    EngineDb *dbs[N_ENGINES];
    EngineConn *conns[N_ENGINES];
    Str table;
    Str columns[MAX_CELLS];
    Type types[MAX_CELLS];
    size_t n_columns;
    Buf measures;
    Buf filters;
    bool is_seen[SQL_FN_COUNT_OF];
    bool is_derive_seen[EXPR_DERIVE_COUNT];
    int n_wrong;
    int n_unfolded;
    Err err;
} Page;

#define OK(page, expr)                                                                         \
    do {                                                                                       \
        ErrCode ok_code_ = (expr);                                                             \
        if (ok_code_) fail_msg("%s: %s (%s)", #expr, (page)->err.message, (page)->err.detail); \
    } while (0)

/* ---- the table ------------------------------------------------------------------------------------------------------ */

static inline void run(Page *page, size_t engine, const char *statement) {
    SqlText sql = {.text = str_of(statement)};
    OK(page, engine_exec(&page->ctx, page->conns[engine], &sql, NULL, &page->err));
}

static inline void open_engines(Page *page) {
    for (size_t i = 0; i < N_ENGINES; i++) {
        EngineConfig config = {.is_create = true, .n_threads = 1};
        OK(page, engine_open(&page->ctx, page->registry, ENGINES[i], &config, &page->dbs[i], &page->err));
        OK(page, engine_connect(&page->ctx, page->dbs[i], &page->conns[i], &page->err));
        run(page, i, ENGINES[i] == &ENGINE_SQLITE ? "ATTACH ':memory:' AS gold" : "CREATE SCHEMA gold");
    }
}

static inline const SqlRelation *fact_table(Page *page) {
    return sql_relation_table(page->arena, S("gold"), arena_printf(page->arena, "fact_%.*s", STR_ARG(page->table)));
}

/* name: type | name: type */
static inline void add_columns(Page *page, Str line) {
    SqlText text;
    Str list = {0};
    while (line.n) {
        Str type = str_trim(str_split_next(&line, '|')), name = str_trim(str_split_next(&type, ':'));
        assert_true(page->n_columns < MAX_CELLS);
        if (!type_parse(str_trim(type), &page->types[page->n_columns])) fail_msg("no type: %.*s", STR_ARG(type));
        page->columns[page->n_columns++] = name;
    }
    for (size_t i = 0; i < N_ENGINES; i++) {
        for (size_t k = 0; k < page->n_columns; k++) {
            OK(page, sql_format(page->arena, engine_dialect(ENGINES[i]), &text, &page->err, "%I %T", &page->columns[k],
                                &page->types[k]));
            list = arena_printf(page->arena, "%.*s%s%.*s", k ? (int)list.n : 0, list.p ? list.p : "", k ? ", " : "",
                                STR_ARG(text.text));
        }
        OK(page, sql_format(page->arena, engine_dialect(ENGINES[i]), &text, &page->err, "%R", fact_table(page)));
        run(page, i,
            arena_cstr(page->arena,
                       arena_printf(page->arena, "CREATE TABLE %.*s (%.*s)", STR_ARG(text.text), STR_ARG(list))));
    }
}

static inline void add_row(Page *page, Str line) {
    const SqlExpr *row = NULL;
    SqlItem items[MAX_CELLS];
    for (size_t k = 0; k < page->n_columns; k++) {
        Str cell = str_trim(str_split_next(&line, '|'));
        Value value = value_null(page->types[k]);
        if (!str_eq(cell, S("null"))) OK(page, value_parse(cell, page->types[k], &value, &page->err));
        row = sql_literal(page->arena, value);
        items[k] = (SqlItem){.expr = row, .alias = page->columns[k]};
    }
    SqlSelect select = {.items = items, .n_items = page->n_columns, .limit = -1};
    SqlStmt insert = {.kind = SQL_STMT_INSERT,
                      .relation = fact_table(page),
                      .columns = page->columns,
                      .n_columns = page->n_columns,
                      .select = &select};
    for (size_t i = 0; i < N_ENGINES; i++)
        OK(page, engine_exec_stmt(&page->ctx, page->conns[i], &insert, NULL, &page->err));
}

/* Dates are times, numbers columns, the rest attributes. */
static inline void add_section(Page *page, Buf *yaml, const char *key, bool wants_time, bool wants_number) {
    buf_printf(yaml, "    %s: {", key);
    for (size_t i = 0, n = 0; i < page->n_columns; i++) {
        if (type_is_time(page->types[i]) != wants_time || type_is_number(page->types[i]) != wants_number) continue;
        buf_printf(yaml, "%s%.*s: ", n++ ? ", " : "", STR_ARG(page->columns[i]));
    }
    buf_add(yaml, S("}\n"));
}

static inline void make_model(Page *page) {
    Buf yaml CLEANUP(buf_release);
    char type[TYPE_TEXT_MAX];
    Model *model = NULL;
    ModelFindings findings = {0};
    buf_init(&yaml, 1 << 20);
    buf_printf(
        &yaml,
        "pack: 1\nname: page\nversion: '1'\ncalendar: {fiscal_year_month: 4}\nsources:\n  page:\n    kind: files\n    tables:\n      %.*s:\n"
        "        columns: {",
        STR_ARG(page->table));
    for (size_t i = 0; i < page->n_columns; i++)
        buf_printf(&yaml, "%s%.*s: '%s'", i ? ", " : "", STR_ARG(page->columns[i]), type_print(page->types[i], type));
    buf_printf(&yaml, "}\nfacts:\n  %.*s:\n    from: %.*s\n    time: %.*s\n", STR_ARG(page->table),
               STR_ARG(page->table), STR_ARG(page->columns[0]));
    add_section(page, &yaml, "times", true, false);
    add_section(page, &yaml, "columns", false, true);
    add_section(page, &yaml, "attributes", false, false);
    buf_add(&yaml, buf_str(&page->filters));
    buf_add(&yaml, buf_str(&page->measures));
    if (model_parse(page->arena, buf_str(&yaml), S("pack of the page"), NULL, &model, &findings, &page->err))
        fail_msg("%s:%d: %s\n%.*s", PAGE, page->err.line, page->err.message, STR_ARG(buf_str(&yaml)));
    snapshot_set(page->snapshot, SNAPSHOT_MODEL, model, NULL);
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

/* The statement of an example: of one value, or of a measure in groups. */
typedef struct Statement {
    const SqlSelect *select;
    const SqlSelect *unfolded; /* may be NULL */
    const QueryPlan *plan;
    size_t n_groups;
} Statement;

typedef VEC(Value) Values;

/* The first n_columns, row by row; a group whose key is null is not shown. */
static inline ErrCode ask(Page *page, size_t engine, const SqlText *sql, const Statement *statement, Values *ret) {
    size_t n_columns = statement->n_groups + 1;
    EngineStream *stream = NULL;
    ErrCode code = engine_query(&page->ctx, page->conns[engine], sql, &stream, &page->err);
    for (const Batch *batch = NULL; !code;) {
        code = engine_stream_next(stream, &batch, &page->err);
        if (code || !batch) break;
        for (size_t row = 0; row < batch->n_rows; row++) {
            if (statement->n_groups && column_is_null(&batch->columns[0], row)) continue;
            for (size_t i = 0; i < n_columns; i++) {
                Value value = column_value(&batch->columns[i], row);
                if (value.type.kind == TYPE_TEXT && !value.is_null) value.s = arena_str(page->arena, value.s);
                VEC_PUSH(page->arena, ret, value);
            }
        }
    }
    engine_stream_close(stream);
    return code;
}

static inline void add_value(Page *page, Buf *out, Value value) {
    Str text = value_print(page->arena, value);
    if (value.is_null || value.type.kind != TYPE_TEXT) {
        buf_add(out, value.is_null ? S("null") : text);
        return;
    }
    buf_add_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'') buf_add_char(out, '\'');
        buf_add_char(out, text.p[i]);
    }
    buf_add_char(out, '\'');
}

static inline bool agree(Value a, Value b) {
    if (a.is_null || b.is_null) return a.is_null == b.is_null;
    if (a.type.kind != TYPE_FLOAT64 || b.type.kind != TYPE_FLOAT64) return value_eq(a, b);
    return fabs(a.f - b.f) <= 1e-12 * fmax(fabs(a.f), fabs(b.f));
}

/* The same on every engine, or refused on SQLite where the remark says so. */
static inline void check_others(Page *page, Str expr, const Values *values, size_t engine, ErrCode code,
                                const Values *others, bool is_refused) {
    const char *name = engine_name(ENGINES[engine]);
    if (is_refused && code == ERR_UNSUPPORTED) return;
    bool is_same = !code && !is_refused && values->n == others->n;
    for (size_t i = 0; is_same && i < values->n; i++) is_same = agree(values->at[i], others->at[i]);
    if (is_same) return;
    page->n_wrong++;
    print_error(PAGE ": %.*s: %s differs: %s (%s)\n", STR_ARG(expr), name, page->err.message, page->err.detail);
    for (size_t i = 0; i < others->n; i++) print_error("  %.*s\n", STR_ARG(value_print(page->arena, others->at[i])));
}

/* ---- examples ------------------------------------------------------------------------------------------------------- */

static inline void see(Page *page, const Expr *expr) {
    if (expr->kind == EXPR_CALL && expr->fn != SQL_FN_COUNT_OF) page->is_seen[expr->fn] = true;
    if (expr->kind == EXPR_DERIVED) page->is_derive_seen[expr->derive] = true;
    for (size_t i = 0; i < expr->n_args; i++) see(page, expr->args[i]);
}

/* ---- opening and closing -------------------------------------------------------------------------------------------- */

static inline void page_open(Page *page) {
    *page = (Page){.arena = arena_new(0), .registry = engine_registry_new(), .snapshot = snapshot_new(1)};
    page->ctx = (Ctx){.arena = page->arena,
                      .snapshot = page->snapshot,
                      .security = &SECURITY_OWNER,
                      .clock = CLOCK_SYSTEM,
                      .cancel = &page->cancel,
                      .as_of_us = INT64_MIN};
    buf_init(&page->measures, 1 << 16);
    buf_init(&page->filters, 1 << 16);
    open_engines(page);
}

static inline void page_close(Page *page) {
    for (size_t i = 0; i < N_ENGINES; i++) {
        engine_disconnect(page->conns[i]);
        engine_close(page->dbs[i]);
    }
    engine_registry_free(page->registry);
    snapshot_release(page->snapshot);
    buf_release(&page->measures);
    buf_release(&page->filters);
    arena_free(page->arena);
}
