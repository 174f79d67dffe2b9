/* Results: large ones in little memory, errors in their middle, and the rules of a connection's one stream. */
#include "engine_fixture.h"

#include <sys/resource.h>

/* Freed memory that AddressSanitizer holds back would look like growth. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "quarantine_size_mb=4";
}

static int64_t resident_kb(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    long size = 0, resident = 0;
    assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

enum { MANY = 5000000, MANY_OF_SQLITE = 1000000 };

TEST(many_rows_in_flat_memory) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        int64_t many = is_duckdb(&f) ? MANY : MANY_OF_SQLITE;
        char text[300];
        if (is_duckdb(&f))
            snprintf(text, sizeof(text),
                     "SELECT i, 'some text of a length ' || i AS s, i / 7.0 AS x FROM range(%d) r(i)", MANY);
        else
            snprintf(text, sizeof(text),
                     "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < %d) "
                     "SELECT i, 'some text of a length ' || i AS s, i / 7.0 AS x FROM r",
                     MANY_OF_SQLITE - 1);
        EngineStream *stream = query(&f, text);
        const Batch *batch = NULL;
        int64_t n = 0, sum = 0, at_start_kb = 0;
        size_t n_bytes = 0;
        for (;;) {
            OK(&f, engine_stream_next(stream, &batch, &f.err));
            if (!batch) break;
            assert_true(batch->n_rows <= 2048);
            for (size_t r = 0; r < batch->n_rows; r++) {
                sum += column_int(&batch->columns[0], r);
                n_bytes += column_str(&batch->columns[1], r).n;
            }
            n += (int64_t)batch->n_rows;
            if (!at_start_kb && n > 200000) at_start_kb = resident_kb();
        }
        int64_t grown_kb = resident_kb() - at_start_kb;
        engine_stream_close(stream);
        assert_int_equal(n, many);
        assert_int_equal(sum, many * (many - 1) / 2);
        assert_true(n_bytes > (size_t)many * 22);
        if (grown_kb > 30 * 1024) fail_msg("%s: grew by %d kB", engine_name(f.engine), (int)grown_kb);
        fixture_free(&f);
    }
}

/* Reads to the end; the number of rows before it, or the error. */
static ErrCode drain(Fixture *f, EngineStream *stream, int64_t *ret_rows) {
    const Batch *batch = NULL;
    for (*ret_rows = 0;;) {
        TRY(engine_stream_next(stream, &batch, &f->err));
        if (!batch) return ERR_OK;
        *ret_rows += (int64_t)batch->n_rows;
    }
}

/* The error of a query that fails after many rows. Very rarely DuckDB says only that it was interrupted, then once
 * more. */
static ErrCode fail_in_the_middle(Fixture *f) {
    for (int attempt = 0;; attempt++) {
        EngineStream *stream = query(
            f, by_engine(
                   f, "SELECT CASE WHEN i = 900000 THEN error('boom') ELSE 'fine' END AS x, i FROM range(1000000) r(i)",
                   "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 99999) "
                   "SELECT CASE WHEN i = 90000 THEN abs(-9223372036854775807 - 1) ELSE 1 END AS x, i FROM r",
                   "SELECT 1 / (90000 - i) AS x, i FROM generate_series(0, 99999) r(i)"));
        int64_t n = 0;
        ErrCode code = drain(f, stream, &n);
        assert_true(n > 0 && n <= 900000);
        const Batch *batch = NULL;
        Err again;
        assert_int_equal(engine_stream_next(stream, &batch, &again), ERR_CONFLICT); /* not an end that looks like one */
        engine_stream_close(stream);
        if (code != ERR_ENGINE || !strstr(f->err.detail, "Interrupted") || attempt == 3) return code;
    }
}

TEST(an_error_in_the_middle) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        FAILS(&f, ERR_DATA, fail_in_the_middle(&f));
        assert_non_null(strstr(f.err.detail, by_engine(&f, "boom", "overflow", "division")));
        assert_non_null(strstr(f.err.detail, "SELECT"));
        assert_int_equal(count(&f, "SELECT 3"), 3);
        fixture_free(&f);
    }
}

TEST(one_stream_a_connection) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
        OK(&f,
           run(&f,
               is_duckdb(&f)
                   ? "INSERT INTO t SELECT * FROM range(500000)"
                   : "INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 49999) "
                     "SELECT i FROM r"));
        int64_t all = count(&f, "SELECT count(*) FROM t");
        EngineStream *stream = query(&f, "SELECT i FROM t");
        const Batch *batch = NULL;
        OK(&f, engine_stream_next(stream, &batch, &f.err));
        SqlText sql = {.text = S("SELECT 1")};
        EngineStream *second = NULL;
        Value value;
        FAILS(&f, ERR_INTERNAL, engine_query(&f.ctx, f.conn, &sql, &second, &f.err));
        FAILS(&f, ERR_INTERNAL, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
        FAILS(&f, ERR_INTERNAL, run(&f, "DELETE FROM t"));
        FAILS(&f, ERR_INTERNAL, engine_begin(&f.ctx, f.conn, false, &f.err));
        /* Another connection changes the table meanwhile; the stream does not see it. */
        EngineConn *other = NULL;
        OK(&f, engine_connect(&f.ctx, f.db, &other, &f.err));
        int64_t n_deleted = 0;
        SqlText clear = {.text = S("DELETE FROM t")};
        OK(&f, engine_exec(&f.ctx, other, &clear, &n_deleted, &f.err));
        assert_int_equal(n_deleted, all);
        int64_t n_rest = 0;
        int64_t n_first = (int64_t)batch->n_rows;
        OK(&f, drain(&f, stream, &n_rest));
        assert_int_equal(n_first + n_rest, all);
        engine_stream_close(stream);
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
        engine_disconnect(other);
        fixture_free(&f);
    }
}

/* A stream given up early leaves nothing behind: no snapshot, no lock, no running query. */
TEST(closed_early) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, is_duckdb(&f) ? "CREATE TABLE t AS SELECT i, 'text ' || i s FROM range(1000000) r(i)"
                                     : "CREATE TABLE t AS WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL "
                                       "SELECT i + 1 FROM r WHERE i < 49999) "
                                       "SELECT i, 'text ' || i s FROM r"));
        for (int round = 0; round < 20; round++) {
            EngineStream *stream = query(&f, "SELECT i, s FROM t");
            const Batch *batch = NULL;
            for (int i = 0; i < round % 3; i++) OK(&f, engine_stream_next(stream, &batch, &f.err));
            engine_stream_close(stream);
        }
        EngineConn *other = NULL;
        OK(&f, engine_connect(&f.ctx, f.db, &other, &f.err));
        if (is_duckdb(&f)) {
            SqlText force = {.text = S("CHECKPOINT")};
            OK(&f, engine_exec(&f.ctx, other, &force, NULL, &f.err));
        } else if (is_sqlite(&f)) {
            SqlText truncate = {.text = S("PRAGMA wal_checkpoint(TRUNCATE)")};
            Value busy;
            OK(&f, engine_value(&f.ctx, other, &truncate, &busy, &f.err));
            assert_int_equal(busy.i, 0);
        }
        SqlText drop = {.text = S("DROP TABLE t")};
        OK(&f, engine_exec(&f.ctx, other, &drop, NULL, &f.err));
        engine_disconnect(other);
        fixture_free(&f);
    }
}

/* In a transaction too, and the transaction goes on. */
TEST(closed_early_in_a_transaction) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "INSERT INTO t VALUES (1), (2), (3)"));
        EngineStream *stream = query(&f, "SELECT i FROM t");
        engine_stream_close(stream);
        OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 3);
        /* A stream that outlives its transaction says so. */
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        stream = query(&f, "SELECT i FROM t");
        engine_rollback(f.conn);
        const Batch *batch = NULL;
        FAILS(&f, ERR_CONFLICT, engine_stream_next(stream, &batch, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 3); /* the connection is free again */
        engine_stream_close(stream);
        fixture_free(&f);
    }
}

TEST(statements_that_return_rows) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER, s TEXT)"));
        EngineStream *stream = query(&f, "INSERT INTO t VALUES (1, 'a'), (2, 'b') RETURNING i + 10 AS x, s");
        int64_t n = 0;
        OK(&f, drain(&f, stream, &n));
        assert_int_equal(n, 2);
        engine_stream_close(stream);
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 2);
        stream = query(&f, "UPDATE t SET s = 'c' WHERE i > 1 RETURNING i");
        engine_stream_close(stream); /* unread: done all the same */
        assert_int_equal(count(&f, "SELECT count(*) FROM t WHERE s = 'c'"), 1);
        int64_t n_changed = -1;
        SqlText update = {.text = S("UPDATE t SET s = 'd'")};
        OK(&f, engine_exec(&f.ctx, f.conn, &update, &n_changed, &f.err));
        assert_int_equal(n_changed, 2);
        SqlText ddl = {.text = S("CREATE TABLE u (i INTEGER)")};
        OK(&f, engine_exec(&f.ctx, f.conn, &ddl, &n_changed, &f.err));
        assert_int_equal(n_changed, 0);
        fixture_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_rows_in_flat_memory),      cmocka_unit_test(an_error_in_the_middle),
        cmocka_unit_test(one_stream_a_connection),       cmocka_unit_test(closed_early),
        cmocka_unit_test(closed_early_in_a_transaction), cmocka_unit_test(statements_that_return_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
