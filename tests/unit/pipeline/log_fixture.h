#pragma once
/*
 * What the tests of the log of changes share: a database whose tables the test makes as it likes, writers of any kind, and a
 * naive reader. The reader keeps each table as a list of texts ("1|a|-"), applies changes one by one, and settles suspects by the
 * rule of pipeline.h; it shares no code with the pipeline. A change that does not fit what it has fails the test.
 */
#include "pipeline_fixture.h"

#include "pipeline/pipeline_internal.h"

#include <pthread.h>

/* t and c refer to each other by t_id; p has a key of two columns. */
#define LOG_PACK                                                                                                \
    "pack: 1\nname: logged\nversion: \"1\"\ntitle: Logged\nsources:\n  shop:\n    kind: managed\n    tables:\n" \
    "      t:\n        key: [id]\n        columns: {id: int64 not null, code: text, name: text, n: int64}\n"    \
    "      c:\n        key: [id]\n        columns: {id: int64 not null, t_id: int64, name: text}\n"             \
    "      p:\n        key: [a, b]\n        columns: {a: int64 not null, b: text not null, v: \"decimal(8,2)\"}\n"

enum { REPLICA_ROWS = 4096, REPLICA_TABLES = 3 };

typedef struct ReplicaTable {
    const ModelTable *table;
    const char *rows[REPLICA_ROWS]; /* NULL: free */
} ReplicaTable;

typedef struct LogTest {
    Fixture f;
    Source *source;
    Position position;
    ReplicaTable *tables;
    int64_t last_at_us;
    size_t n_changes; /* of the last read */
    const char *ops;  /* its letters, in order, of all tables one after the other */
    const char *fits; /* attached: an SQL condition for the rows of t that fit; NULL: managed */
} LogTest;

static inline void log_test_pack(LogTest *t, const char *text) {
    Fixture *f = &t->f;
    Model *model;
    ModelFindings findings = {0};
    OK(f, model_parse(f->arena, str_of(text), S("pack.yaml"), NULL, &model, &findings, &f->err));
    f->project.model = model;
}

static inline void log_test_open(LogTest *t) {
    Fixture *f = &t->f;
    OK(f, pipeline_source_open(&f->ctx, &f->project, &f->project.model->sources[0], &t->source, &f->err));
}

static inline void log_test_close(LogTest *t) {
    source_close(t->source);
    t->source = NULL;
}

/* Statements one by one, in one connection; each may be NULL. */
static inline void writes(LogTest *t, const char *const *statements, size_t n) {
    Oltp oltp = oltp_open(&t->f);
    for (size_t i = 0; i < n; i++) {
        if (!statements[i]) continue;
        SqlText text = {.text = str_of(statements[i])};
        ErrCode code = engine_exec(&t->f.ctx, oltp.conn, &text, NULL, &t->f.err);
        if (code) fail_msg("%s: %s (%s)", statements[i], t->f.err.message, t->f.err.detail);
    }
    oltp_close(&oltp);
}
#define WRITES(t, ...)                                            \
    do {                                                          \
        const char *const writes_[] = {__VA_ARGS__};              \
        writes((t), writes_, sizeof(writes_) / sizeof(*writes_)); \
    } while (0)

/* ---- the naive reader ----------------------------------------------------------------------------------------------- */

static inline const char *cells_text(LogTest *t, const Batch *batch, size_t row, size_t from, size_t n) {
    Str text = S("");
    for (size_t i = from; i < from + n; i++) {
        Value value = column_value(&batch->columns[i], row);
        Str cell = value.is_null ? S("-") : value_print(t->f.arena, value);
        text = arena_printf(t->f.arena, "%.*s%s%.*s", STR_ARG(text), i > from ? "|" : "", STR_ARG(cell));
    }
    return arena_cstr(t->f.arena, text);
}

/* Keys stand first in every table of the tests. */
static inline bool has_key_of(const ModelTable *table, const char *row, const char *image) {
    size_t n = table->n_key;
    for (; *row && *row == *image && n; row++, image++) n -= *row == '|';
    return n == 0;
}

static inline ReplicaTable *replica_of(LogTest *t, const ModelTable *table) {
    ReplicaTable *replica = &t->tables[table - t->f.project.model->tables];
    replica->table = table;
    return replica;
}

static inline const char **find_row(ReplicaTable *replica, const char *image) {
    for (size_t i = 0; i < REPLICA_ROWS; i++)
        if (replica->rows[i] && has_key_of(replica->table, replica->rows[i], image)) return &replica->rows[i];
    return NULL;
}

static inline void put_row(ReplicaTable *replica, const char *image) {
    assert_null(find_row(replica, image));
    for (size_t i = 0; i < REPLICA_ROWS; i++) {
        if (replica->rows[i]) continue;
        replica->rows[i] = image;
        return;
    }
    fail_msg("too many rows");
}

static inline void take_row(ReplicaTable *replica, const char *image, bool is_exact) {
    const char **row = find_row(replica, image);
    if (!row) fail_msg("no row %s in %.*s", image, STR_ARG(replica->table->name));
    if (is_exact && strcmp(*row, image) != 0) fail_msg("row %s was %s", image, *row);
    *row = NULL;
}

typedef struct Change {
    char op;
    bool is_now;
    const char *before, *after;
} Change;

/* Whether the next record of the suspect's key tells that it had been deleted. */
static inline bool was_deleted(const ModelTable *table, const Change *changes, size_t n, size_t suspect) {
    const char *row = changes[suspect].before;
    for (size_t i = suspect + 1; i < n; i++) {
        const Change *next = &changes[i];
        if (next->op == 'S' || next->op == 'Q') continue;
        if (next->op != 'I' && has_key_of(table, next->before, row)) return false;
        if (next->op != 'D' && has_key_of(table, next->after, row)) return true;
    }
    return changes[suspect].is_now;
}

static inline void replay(LogTest *t, const ModelTable *table, const Change *changes, size_t n) {
    ReplicaTable *replica = replica_of(t, table);
    for (size_t i = 0; i < n; i++) {
        const Change *change = &changes[i];
        if (change->op == 'S') {
            if (was_deleted(table, changes, n, i) && find_row(replica, change->before))
                take_row(replica, change->before, true);
            continue;
        }
        if (change->op == 'Q') continue; /* no row of silver */
        if (change->op != 'I') take_row(replica, change->before, true);
        if (change->op != 'D') put_row(replica, change->after);
    }
    /* what the last record of a key says holds */
    for (size_t i = 0; i < n; i++) {
        if (changes[i].op == 'Q') continue;
        const char *key = changes[i].op == 'D' || changes[i].op == 'S' ? changes[i].before : changes[i].after;
        bool is_last = changes[i].op != 'S';
        for (size_t j = i + 1; j < n; j++)
            is_last &= !(changes[j].before && has_key_of(table, changes[j].before, key)) &&
                       !(changes[j].after && has_key_of(table, changes[j].after, key));
        if (is_last && !changes[i].is_now)
            fail_msg("%c of %s is not so any more, and nothing says why", changes[i].op, key);
    }
}

static inline void read_changes(LogTest *t, SourceReader *reader, const ModelTable *table) {
    Fixture *f = &t->f;
    EngineStream *stream;
    OK(f, source_reader_open(&f->ctx, reader, table, &stream, &f->err));
    VEC(Change) changes = {0};
    const Batch *batch;
    int64_t last_n = 0, last_at_us = t->last_at_us;
    for (;;) {
        OK(f, engine_stream_next(stream, &batch, &f->err));
        if (!batch) break;
        assert_int_equal(batch->n_columns, 4 + 2 * table->n_columns + (t->fits ? 2 : 0));
        for (size_t row = 0; row < batch->n_rows; row++) {
            char op = column_str(&batch->columns[1], row).p[0];
            int64_t at_us = column_int(&batch->columns[2], row);
            assert_true(column_int(&batch->columns[0], row) > last_n && at_us >= last_at_us);
            last_n = column_int(&batch->columns[0], row);
            last_at_us = at_us;
            Change change = {.op = op, .is_now = column_int(&batch->columns[3], row) != 0};
            if (op != 'I' && op != 'Q') change.before = cells_text(t, batch, row, 4, table->n_columns);
            if (op == 'I' || op == 'U' || op == 'Q')
                change.after = cells_text(t, batch, row, 4 + table->n_columns, table->n_columns);
            VEC_PUSH(f->arena, &changes, change);
            t->ops = arena_cstr(f->arena, arena_printf(f->arena, "%s%c", t->ops, op));
        }
    }
    engine_stream_close(stream);
    t->n_changes += changes.n;
    replay(t, table, changes.at, changes.n);
}

static inline void take_snapshot(LogTest *t) {
    Fixture *f = &t->f;
    SourceReader *reader;
    bool is_same;
    OK(f, source_snapshot(&f->ctx, t->source, &t->position, &reader, &t->position, &is_same, &f->err));
    assert_false(is_same);
    size_t n;
    const ModelTable *const *tables = source_reader_tables(reader, &n);
    for (size_t i = 0; i < n; i++) {
        ReplicaTable *replica = replica_of(t, tables[i]);
        memset(replica->rows, 0, sizeof(replica->rows));
        EngineStream *stream;
        const Batch *batch;
        int64_t n_rows = 0, n_counted;
        OK(f, source_reader_open(&f->ctx, reader, tables[i], &stream, &f->err));
        for (;;) {
            OK(f, engine_stream_next(stream, &batch, &f->err));
            if (!batch) break;
            for (size_t row = 0; row < batch->n_rows; row++, n_rows++)
                if (!t->fits || column_is_null(&batch->columns[tables[i]->n_columns], row))
                    put_row(replica, cells_text(t, batch, row, 0, tables[i]->n_columns));
        }
        engine_stream_close(stream);
        OK(f, source_reader_count(&f->ctx, reader, tables[i], &n_counted, &f->err));
        assert_int_equal(n_counted, n_rows);
    }
    source_reader_close(reader);
}

static inline SourceNews read_log(LogTest *t, const char **ret_why) {
    Fixture *f = &t->f;
    SourceReader *reader;
    SourceNews news;
    Str why = S("");
    t->n_changes = 0;
    t->ops = "";
    OK(f, source_changes(&f->ctx, t->source, &t->position, &reader, &t->position, &news, &why, &f->err));
    if (ret_why) *ret_why = arena_cstr(f->arena, why);
    if (news != SOURCE_MOVED) {
        assert_null(reader);
        return news;
    }
    size_t n;
    const ModelTable *const *tables = source_reader_tables(reader, &n);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) read_changes(t, reader, tables[i]);
    source_reader_close(reader);
    return news;
}

static inline int compare_rows(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The replica is what the tables hold. */
static inline void assert_equal_tables(LogTest *t) {
    Fixture *f = &t->f;
    const Model *model = f->project.model;
    Oltp oltp = oltp_open(f);
    for (size_t i = 0; i < model->n_tables; i++) {
        ReplicaTable *replica = replica_of(t, &model->tables[i]);
        const char *sorted[REPLICA_ROWS];
        size_t n = 0;
        for (size_t r = 0; r < REPLICA_ROWS; r++)
            if (replica->rows[r]) sorted[n++] = replica->rows[r];
        qsort(sorted, n, sizeof(*sorted), compare_rows);
        Str have = S(""), columns = S("");
        for (size_t r = 0; r < n; r++) have = arena_printf(f->arena, "%.*s%s\n", STR_ARG(have), sorted[r]);
        for (size_t c = 0; c < model->tables[i].n_columns; c++) {
            const ModelColumn *column = &model->tables[i].columns[c];
            bool is_decimal = column->type.kind == TYPE_DECIMAL;
            columns = arena_printf(
                f->arena, "%.*s%scoalesce(CAST(%.*s AS TEXT), '-')", STR_ARG(columns), c ? " || '|' || " : "",
                STR_ARG(is_decimal ? arena_printf(f->arena,
                                                  "CASE WHEN %.*s IS NOT NULL THEN printf('%%.2f', %.*s / 100.0) END",
                                                  STR_ARG(column->name), STR_ARG(column->name))
                                   : column->name));
        }
        Str sql = arena_printf(f->arena, "SELECT CAST(%.*s AS TEXT) FROM %.*s WHERE %s ORDER BY 1", STR_ARG(columns),
                               STR_ARG(model->tables[i].name), t->fits ? t->fits : "true");
        const char *want = rows_of(f, oltp.conn, arena_cstr(f->arena, sql));
        assert_rows(arena_cstr(f->arena, str_trim(have)), want);
    }
    oltp_close(&oltp);
}

/* Reads on and compares. */
static inline void follow(LogTest *t) {
    assert_int_equal(read_log(t, NULL), SOURCE_MOVED);
    assert_equal_tables(t);
}

/* A database with the tables of LOG_PACK; `ddl` (NULL allowed) puts its own in the place of some. */
static inline void log_test_new(LogTest *t, const char *const *ddl, size_t n_ddl) {
    *t = (LogTest){.ops = ""};
    fixture_demo(&t->f);
    t->tables = calloc(REPLICA_TABLES, sizeof(ReplicaTable));
    log_test_pack(t, LOG_PACK);
    log_test_open(t);
    if (n_ddl) {
        log_test_close(t);
        writes(t, ddl, n_ddl);
        log_test_open(t);
    }
    take_snapshot(t);
}

static inline void log_test_free(LogTest *t) {
    log_test_close(t);
    free(t->tables);
    fixture_free(&t->f);
}
