/* Transactions and bulk append: what failed is never committed, what was promised is kept. */
#include "engine_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

TEST(commit_and_rollback) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        FAILS(&f, ERR_INTERNAL, engine_commit(&f.ctx, f.conn, &f.err));
        engine_rollback(f.conn); /* none open: nothing */
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        FAILS(&f, ERR_INTERNAL, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)")); /* tables are made in transactions too */
        OK(&f, run(&f, "INSERT INTO t VALUES (1)"));
        OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "DROP TABLE t"));
        engine_rollback(f.conn);
        OK(&f, engine_begin(&f.ctx, f.conn, false, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1);
        if (is_postgres(&f)) {
            FAILS(&f, ERR_CONFLICT, run(&f, "INSERT INTO t VALUES (2)"));
            engine_rollback(f.conn);
        } else {
            OK(&f, run(&f, "CREATE TEMPORARY TABLE mine AS SELECT 5 AS i")); /* a reader may */
            assert_int_equal(count(&f, "SELECT i FROM mine"), 5);
            OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
        }
        fixture_free(&f);
    }
}

/* Every kind of failure, also those after which the engine itself would go on or report a successful commit. */
TEST(a_failed_transaction_is_not_committed) {
    const char *failures[] = {
        "SELECT nothing FROM nowhere",        /* names: DuckDB's own transaction survives it */
        "INSERT INTO t VALUES (NULL)",        /* constraint */
        "INSERT INTO t VALUES ('no number')", /* conversion; SQLite: STRICT */
        "INSERT INTO t VALUES (7)",           /* key there already */
        "this is no SQL",
    };
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, is_sqlite(&f) ? "CREATE TABLE t (i INTEGER NOT NULL UNIQUE) STRICT"
                                     : "CREATE TABLE t (i INTEGER NOT NULL UNIQUE)"));
        OK(&f, run(&f, "INSERT INTO t VALUES (7)"));
        for (size_t i = 0; i < COUNT_OF(failures); i++) {
            OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
            OK(&f, run(&f, "INSERT INTO t VALUES (8)"));
            f.err = (Err){0};
            ErrCode code = run(&f, failures[i]);
            if (code != ERR_DATA && code != ERR_ENGINE)
                fail_msg("%s: %d %s (%s)", failures[i], code, f.err.message, f.err.detail);
            FAILS(&f, ERR_CONFLICT, run(&f, "INSERT INTO t VALUES (9)")); /* nor does anything more run */
            FAILS(&f, ERR_CONFLICT, engine_commit(&f.ctx, f.conn, &f.err));
            assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1);
        }
        /* Failures of ours count as well. */
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "INSERT INTO t VALUES (8)"));
        f.ctx.deadline_us = 1;
        FAILS(&f, ERR_TIMEOUT, run(&f, "INSERT INTO t VALUES (9)"));
        f.ctx.deadline_us = 0;
        FAILS(&f, ERR_CONFLICT, engine_commit(&f.ctx, f.conn, &f.err));
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "INSERT INTO t VALUES (8)"));
        f.ctx.deadline_us = 1;
        FAILS(&f, ERR_TIMEOUT, engine_commit(&f.ctx, f.conn, &f.err)); /* rolled back */
        f.ctx.deadline_us = 0;
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1);
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err)); /* and the connection is as new */
        OK(&f, run(&f, "INSERT INTO t VALUES (8)"));
        OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 2);
        fixture_free(&f);
    }
}

/* An error that is found only by COMMIT itself. */
TEST(a_commit_that_fails) {
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    OK(&f, run(&f, "CREATE TABLE p (i INTEGER PRIMARY KEY)"));
    OK(&f, run(&f, "CREATE TABLE c (i INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED)"));
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, run(&f, "INSERT INTO c VALUES (1)"));
    FAILS(&f, ERR_DATA, engine_commit(&f.ctx, f.conn, &f.err));
    assert_int_equal(count(&f, "SELECT count(*) FROM c"), 0);
    fixture_free(&f);
    fixture_new(&f, &ENGINE_DUCKDB);
    OK(&f, run(&f, "CREATE TABLE t (i INTEGER PRIMARY KEY)"));
    EngineConn *other = NULL;
    OK(&f, engine_connect(&f.ctx, f.db, &other, &f.err));
    SqlText insert = {.text = S("INSERT INTO t VALUES (1)")};
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, engine_begin(&f.ctx, other, true, &f.err));
    OK(&f, engine_exec(&f.ctx, f.conn, &insert, NULL, &f.err));
    OK(&f, engine_exec(&f.ctx, other, &insert, NULL, &f.err));
    OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    FAILS(&f, ERR_DATA, engine_commit(&f.ctx, other, &f.err)); /* the same key from two transactions */
    OK(&f, engine_begin(&f.ctx, other, true, &f.err));
    OK(&f, engine_commit(&f.ctx, other, &f.err));
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1);
    engine_disconnect(other);
    fixture_free(&f);
}

/* The second fails at once on DuckDB; on PostgreSQL it waits for the first, and fails when that has committed. */
static void two_writers(const Engine *engine) {
    Fixture f;
    fixture_new(&f, engine);
    OK(&f, run(&f, "CREATE TABLE t AS SELECT 1 i, 1 n"));
    EngineConn *other = NULL;
    OK(&f, engine_connect(&f.ctx, f.db, &other, &f.err));
    SqlText update = {.text = S("UPDATE t SET n = n + 1 WHERE i = 1")}, read = {.text = S("SELECT n FROM t")};
    Value value;
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, engine_begin(&f.ctx, other, true, &f.err));
    OK(&f, engine_value(&f.ctx, other, &read, &value, &f.err));
    OK(&f, engine_exec(&f.ctx, f.conn, &update, NULL, &f.err));
    if (is_postgres(&f)) OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    FAILS(&f, ERR_CONFLICT, engine_exec(&f.ctx, other, &update, NULL, &f.err));
    if (!is_postgres(&f)) OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    FAILS(&f, ERR_CONFLICT, engine_commit(&f.ctx, other, &f.err));
    assert_int_equal(count(&f, "SELECT n FROM t"), 2);
    engine_disconnect(other);
    fixture_free(&f);
}

TEST(two_writers_of_one_row) {
    two_writers(&ENGINE_DUCKDB);
    if (postgres_server()) two_writers(&ENGINE_POSTGRES);
}

/* ---- bulk append ------------------------------------------------------------------------------------------------- */

enum { N_APPENDED = 450000 };

/* n rows of (n, text); the row `bad` has a null for n. */
static ErrCode append_rows(Fixture *f, EngineAppender *appender, int64_t n, int64_t bad) {
    const Str names[] = {S("i"), S("s")};
    const Type types[] = {TYPE(TYPE_INT64), TYPE(TYPE_TEXT)};
    Arena *arena = arena_new(0);
    BatchBuilder *builder = batch_builder_new(arena, 2, names, types, 5000);
    ErrCode code = ERR_OK;
    for (int64_t i = 0; i < n && !code; i++) {
        if (i != bad) batch_builder_set(builder, 0, value_int(i));
        batch_builder_set(builder, 1, value_text(S("a text of some length")));
        batch_builder_next_row(builder);
        if (!batch_builder_is_full(builder) && i + 1 < n) continue;
        code = engine_append(appender, batch_builder_batch(builder), &f->err);
        batch_builder_clear(builder);
    }
    arena_free(arena);
    return code;
}

static EngineAppender *open_appender(Fixture *f) {
    const Str names[] = {S("i"), S("s")};
    EngineAppender *appender = NULL;
    OK(f,
       engine_append_open(&f->ctx, f->conn, sql_relation_table(f->arena, S(""), S("t")), names, 2, &appender, &f->err));
    return appender;
}

TEST(a_late_constraint_error_keeps_nothing) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER NOT NULL, s TEXT)"));
        /* Past DuckDB's own 204,800 rows, and in what is flushed only at the end. */
        const int64_t bad[] = {N_APPENDED - 10, 100000};
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
            OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
            EngineAppender *appender = open_appender(&f);
            ErrCode code = append_rows(&f, appender, N_APPENDED, bad[i]);
            if (code) {
                assert_int_equal(code, ERR_DATA);
                FAILS(&f, ERR_CONFLICT, engine_append(appender, &(Batch){.n_rows = 1, .n_columns = 2}, &f.err));
                engine_append_abort(appender);
            } else {
                FAILS(&f, ERR_DATA, engine_append_close(appender, &f.err));
            }
            FAILS(&f, ERR_CONFLICT, engine_commit(&f.ctx, f.conn, &f.err));
            assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
        }
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        EngineAppender *appender = open_appender(&f);
        OK(&f, append_rows(&f, appender, N_APPENDED, -1));
        OK(&f, engine_append_close(appender, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), N_APPENDED); /* seen in the transaction */
        OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t WHERE s = 'a text of some length'"), N_APPENDED);
        fixture_free(&f);
    }
}

/* Rows of an appender that was given up must not come back, not even into a later transaction or none at all. */
TEST(an_abandoned_appender_leaves_no_rows) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER, s TEXT)"));
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        EngineAppender *appender = open_appender(&f);
        OK(&f, append_rows(&f, appender, 100, -1));
        engine_append_abort(appender);
        FAILS(&f, ERR_CONFLICT, engine_commit(&f.ctx, f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);

        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        appender = open_appender(&f);
        OK(&f, append_rows(&f, appender, 100, -1));
        engine_rollback(f.conn); /* before the appender is closed */
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        FAILS(&f, ERR_CONFLICT, engine_append_close(appender, &f.err));
        OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);

        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        appender = open_appender(&f);
        OK(&f, append_rows(&f, appender, 100, -1));
        FAILS(&f, ERR_INTERNAL, engine_commit(&f.ctx, f.conn, &f.err)); /* half-way through an append */
        engine_append_abort(appender);
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
        fixture_free(&f);
    }
}

TEST(append_refuses) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER, s TEXT, d DECIMAL(6,2), b BOOLEAN, n INTEGER DEFAULT 9)"));
        const SqlRelation *table = sql_relation_table(f.arena, S(""), S("t"));
        const Str names[] = {S("s"), S("i")}, missing[] = {S("i"), S("no_such")}, dec[] = {S("d")}, flag[] = {S("b")};
        EngineAppender *appender = NULL;
        FAILS(&f, ERR_INTERNAL,
              engine_append_open(&f.ctx, f.conn, table, names, 2, &appender, &f.err)); /* no transaction */
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        f.err = (Err){0};
        assert_int_not_equal(engine_append_open(&f.ctx, f.conn, table, missing, 2, &appender, &f.err), ERR_OK);
        engine_rollback(f.conn);
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        f.err = (Err){0};
        assert_int_not_equal(engine_append_open(&f.ctx, f.conn, sql_relation_table(f.arena, S(""), S("no_such")), names,
                                                2, &appender, &f.err),
                             ERR_OK);
        engine_rollback(f.conn);

        const struct {
            const Str *column;
            Value value;
        } misfits[] = {
            {&names[1], value_text(S("12"))},
            {dec, value_decimal(123456, 38, 3)}, /* 123.456: a digit too many */
            {dec, value_int(10000)},
            {flag, value_int(1)},
            {&names[0], value_text((Str){"\xC3(", 2})},
            {&names[0], value_int(5)},
        };
        for (size_t i = 0; i < COUNT_OF(misfits); i++) {
            BatchBuilder *builder = batch_builder_new(f.arena, 1, misfits[i].column, &misfits[i].value.type, 8);
            batch_builder_next_row(builder); /* nulls fit */
            batch_builder_set(builder, 0, misfits[i].value);
            batch_builder_next_row(builder);
            OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
            OK(&f, engine_append_open(&f.ctx, f.conn, table, misfits[i].column, 1, &appender, &f.err));
            FAILS(&f, ERR_DATA, engine_append(appender, batch_builder_batch(builder), &f.err));
            assert_non_null(strstr(f.err.message, "row 2"));
            assert_non_null(strstr(f.err.message, "'t'"));
            engine_append_abort(appender);
            engine_rollback(f.conn);
        }
        if (!is_sqlite(&f)) { /* narrower than the table's type by range, not by kind */
            BatchBuilder *builder = batch_builder_new(f.arena, 1, &names[1], &TYPE(TYPE_INT64), 8);
            batch_builder_set(builder, 0, value_int(INT64_C(1) << 31));
            batch_builder_next_row(builder);
            OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
            OK(&f, engine_append_open(&f.ctx, f.conn, table, &names[1], 1, &appender, &f.err));
            FAILS(&f, ERR_DATA, engine_append(appender, batch_builder_batch(builder), &f.err));
            engine_append_abort(appender);
            engine_rollback(f.conn);
        }
        BatchBuilder *builder = batch_builder_new(f.arena, 1, &names[1], &TYPE(TYPE_INT64), 8);
        batch_builder_set(builder, 0, value_int(5));
        batch_builder_next_row(builder);
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, engine_append_open(&f.ctx, f.conn, table, names, 2, &appender, &f.err));
        FAILS(&f, ERR_INTERNAL, engine_append(appender, batch_builder_batch(builder), &f.err)); /* one column for two */
        engine_append_abort(appender);
        engine_rollback(f.conn);
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, engine_append_open(&f.ctx, f.conn, table, &names[1], 1, &appender, &f.err));
        OK(&f, engine_append(appender, batch_builder_batch(builder), &f.err));
        OK(&f, engine_append_close(appender, &f.err));
        OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT n FROM t WHERE i = 5"), 9); /* the rest has its default */
        fixture_free(&f);
    }
}

/* ---- others ------------------------------------------------------------------------------------------------------ */

/* Holds SQLite's write lock from another process until the pipe is closed. */
static void hold_lock(Fixture *f, int ready, int done) {
    f->registry = engine_registry_new();
    fixture_open(f);
    if (engine_begin(&f->ctx, f->conn, true, &f->err) || run(f, "INSERT INTO t VALUES (1)")) _exit(1);
    char byte = 'x';
    if (write(ready, &byte, 1) != 1) _exit(2);
    (void)!read(done, &byte, 1);
    _exit(0);
}

TEST(a_busy_writer_in_another_process) {
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
    fixture_close(&f);
    int ready[2], done[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(done[1]);
        hold_lock(&f, ready[1], done[0]);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    fixture_open(&f);
    int64_t start_us = now_us();
    FAILS(&f, ERR_BUSY, engine_begin(&f.ctx, f.conn, true, &f.err));
    int64_t waited_us = now_us() - start_us;
    assert_true(waited_us >= 190000 && waited_us < 500000); /* busy_timeout_ms 200 */
    FAILS(&f, ERR_BUSY, run(&f, "INSERT INTO t VALUES (2)"));
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0); /* reading goes on */
    f.ctx.deadline_us = now_us() + 40000;                     /* a deadline ends the wait */
    start_us = now_us();
    FAILS(&f, ERR_TIMEOUT, engine_begin(&f.ctx, f.conn, true, &f.err));
    assert_true(now_us() - start_us < 120000);
    f.ctx.deadline_us = 0;
    close(done[1]);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err)); /* its death freed the lock */
    OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
    close(ready[0]);
    close(ready[1]);
    close(done[0]);
    fixture_free(&f);
}

static void limit_file_size(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The disk fills up while rows are written: an I/O error that says so, and what was committed before is all there
 * is. */
TEST(a_full_disk) {
    signal(SIGXFSZ, SIG_IGN);
    for (size_t e = 0; e < N_FILE_ENGINES; e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER, s TEXT)"));
        OK(&f, run(&f, "INSERT INTO t VALUES (1, 'kept')"));
        limit_file_size(512 * 1024);
        f.err = (Err){0};
        ErrCode code = engine_begin(&f.ctx, f.conn, true, &f.err);
        const char *fill =
            is_duckdb(&f)
                ? "INSERT INTO t SELECT i, hash(i)::VARCHAR || hash(i + 1)::VARCHAR FROM range(200000) r(i)"
                : "INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 200000) "
                  "SELECT i, hex(randomblob(20)) FROM r";
        if (!code) code = run(&f, fill);
        if (!code)
            code = engine_commit(&f.ctx, f.conn, &f.err);
        else
            engine_rollback(f.conn);
        if (code != ERR_IO) fail_msg("%s: %d %s (%s)", engine_name(f.engine), code, f.err.message, f.err.detail);
        assert_true(f.err.message[0]);
        fixture_close(&f);
        limit_file_size(RLIM_INFINITY);
        fixture_open(&f);
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1);
        OK(&f, run(&f, "INSERT INTO t VALUES (2, 'and on')"));
        fixture_free(&f);
    }
}

TEST(too_little_memory) {
    Fixture f;
    fixture_init(&f, &ENGINE_DUCKDB);
    f.path = NULL; /* in memory nothing spills */
    EngineConfig config = fixture_config(&f);
    config.memory_limit_bytes = 20 << 20;
    OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &f.db, &f.err));
    OK(&f, engine_connect(&f.ctx, f.db, &f.conn, &f.err));
    FAILS(&f, ERR_TOO_LARGE, run(&f, "CREATE TABLE t AS SELECT i, hash(i)::VARCHAR s FROM range(5000000) r(i)"));
    assert_int_equal(count(&f, "SELECT 5"), 5);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commit_and_rollback),
        cmocka_unit_test(a_failed_transaction_is_not_committed),
        cmocka_unit_test(a_commit_that_fails),
        cmocka_unit_test(two_writers_of_one_row),
        cmocka_unit_test(a_late_constraint_error_keeps_nothing),
        cmocka_unit_test(an_abandoned_appender_leaves_no_rows),
        cmocka_unit_test(append_refuses),
        cmocka_unit_test(a_busy_writer_in_another_process),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(too_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
