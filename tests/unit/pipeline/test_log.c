/* The log of changes in SQLite: whatever writers do, a reader that follows the log ends with what the tables hold. */
#include "log_fixture.h"

#define NEW(t, ...)                                            \
    do {                                                       \
        const char *const ddl_[] = {__VA_ARGS__};              \
        log_test_new((t), ddl_, sizeof(ddl_) / sizeof(*ddl_)); \
    } while (0)

/* ---- what is logged ------------------------------------------------------------------------------------------------- */

TEST(each_change_is_one_record) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    assert_int_equal(read_log(&t, NULL), SOURCE_SAME);
    WRITES(&t, "INSERT INTO t(id, code, name) VALUES (1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', NULL)");
    follow(&t);
    assert_string_equal(t.ops, "III");
    WRITES(&t, "UPDATE t SET name = 'z' WHERE id = 1", "UPDATE t SET id = 9 WHERE id = 2",
           "DELETE FROM t WHERE id = 3");
    follow(&t);
    assert_string_equal(t.ops, "UUD");
    WRITES(&t, "UPDATE t SET name = name", "UPDATE t SET name = 'z' WHERE id = 1",
           "UPDATE t SET attributes = '{\"a\":1}'", "UPDATE t SET tbl_last_dt = 17");
    assert_int_equal(read_log(&t, NULL), SOURCE_SAME);
    WRITES(&t, "INSERT INTO p(a, b, v) VALUES (1, 'x', 1250), (1, 'y', NULL)", "UPDATE p SET b = 'z' WHERE b = 'x'",
           "DELETE FROM t");
    follow(&t);
    assert_string_equal(t.ops, "DDIIU");
    log_test_free(&t);
}

TEST(what_is_rolled_back_is_not_logged) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    WRITES(&t, "BEGIN", "INSERT INTO t(id) VALUES (1)", "ROLLBACK");
    assert_int_equal(read_log(&t, NULL), SOURCE_SAME);
    WRITES(&t, "BEGIN", "INSERT INTO t(id) VALUES (1)", "SAVEPOINT s", "INSERT INTO t(id) VALUES (2)", "DELETE FROM t",
           "ROLLBACK TO s", "INSERT INTO t(id) VALUES (3)", "RELEASE s", "COMMIT");
    follow(&t);
    assert_string_equal(t.ops, "II");
    WRITES(&t, "BEGIN", "DELETE FROM t WHERE id = 1", "INSERT INTO t(id, name) VALUES (1, 'again')", "COMMIT");
    follow(&t);
    assert_string_equal(t.ops, "DI");
    log_test_free(&t);
}

TEST(values_are_kept_as_they_are) {
    LogTest t;
    NEW(&t, "DROP TABLE t",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE, name TEXT COLLATE RTRIM, n)");
    WRITES(&t, "INSERT INTO t VALUES (1, 'a', 'x', 9223372036854775807), (2, '007', '', NULL)");
    follow(&t);
    /* the column's collation sees no change; the bytes changed */
    WRITES(&t, "UPDATE t SET code = 'A' WHERE id = 1", "UPDATE t SET name = 'x  ' WHERE id = 1");
    follow(&t);
    assert_string_equal(t.ops, "UU");
    log_test_free(&t);
}

TEST(cascades_are_logged) {
    static const char *const actions[][2] = {
        {"ON DELETE CASCADE ON UPDATE CASCADE", "DELETE FROM t WHERE id = 1"},
        {"ON DELETE SET NULL ON UPDATE SET NULL", "DELETE FROM t WHERE id = 1"},
        {"ON DELETE CASCADE ON UPDATE CASCADE", "UPDATE t SET id = 7 WHERE id = 1"},
        {"ON DELETE SET NULL ON UPDATE SET NULL", "UPDATE t SET id = 7 WHERE id = 1"},
        {"ON DELETE CASCADE ON UPDATE CASCADE", "REPLACE INTO t(id, code) VALUES (1, 'new')"},
        {"ON DELETE CASCADE ON UPDATE CASCADE", "UPDATE OR REPLACE t SET id = 1 WHERE id = 2"},
    };
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        LogTest t;
        char ddl[256];
        (void)snprintf(ddl, sizeof(ddl),
                       "CREATE TABLE c(id INTEGER PRIMARY KEY, t_id INT REFERENCES t(id) %s, name TEXT)",
                       actions[i][0]);
        NEW(&t, "DROP TABLE c", ddl);
        WRITES(&t, "INSERT INTO t(id) VALUES (1), (2)",
               "INSERT INTO c(id, t_id) VALUES (10, 1), (11, 1), (12, 2), (13, NULL)");
        follow(&t);
        WRITES(&t, actions[i][1]);
        follow(&t);
        assert_true(t.n_changes >= 3);
        log_test_free(&t);
    }
}

/* Cascades within one table, and the owner's own trigger that changes the row again. */
TEST(nested_changes_come_in_their_order) {
    LogTest t;
    NEW(&t, "DROP TABLE c",
        "CREATE TABLE c(id INTEGER PRIMARY KEY, t_id INT REFERENCES c(id) ON DELETE CASCADE, name TEXT)",
        "CREATE TRIGGER own AFTER INSERT ON c WHEN NEW.name IS NULL BEGIN UPDATE c SET name = 'set' WHERE id = NEW.id; END");
    WRITES(&t, "INSERT INTO c VALUES (1, NULL, NULL), (2, 1, 'a'), (3, 2, NULL), (4, 3, NULL)");
    follow(&t);
    assert_string_equal(t.ops, "IUIIUIU");
    WRITES(&t, "DELETE FROM c WHERE id = 2");
    follow(&t);
    assert_string_equal(t.ops, "DDD");
    /* one that is younger than ours runs before them, so what it did may stand in the wrong order */
    WRITES(&t, "CREATE TRIGGER younger AFTER INSERT ON c BEGIN UPDATE c SET name = 'late' WHERE id = NEW.id; END",
           "INSERT INTO c VALUES (5, NULL, NULL)");
    log_test_close(&t);
    log_test_open(&t);
    assert_int_equal(read_log(&t, NULL), SOURCE_LOST);
    take_snapshot(&t);
    WRITES(&t, "INSERT INTO c VALUES (6, NULL, NULL)");
    follow(&t);
    log_test_free(&t);
}

/* SQLite carries a changed key to the rows that refer to it before it calls our trigger: where that is the row itself, its records
 * would stand in the wrong order. */
TEST(a_row_that_refers_to_itself) {
    LogTest t;
    NEW(&t, "DROP TABLE c",
        "CREATE TABLE c(id INTEGER PRIMARY KEY, t_id INT REFERENCES c(id) ON DELETE CASCADE ON UPDATE CASCADE, name TEXT)");
    WRITES(&t, "INSERT INTO c VALUES (1, 1, 'root'), (2, 1, 'a')", "UPDATE c SET name = 'b' WHERE id = 1");
    follow(&t);
    WRITES(&t, "UPDATE c SET id = 7 WHERE id = 1");
    const char *why;
    assert_int_equal(read_log(&t, &why), SOURCE_LOST);
    assert_non_null(strstr(why, "the log of table 'c' began anew"));
    take_snapshot(&t);
    assert_equal_tables(&t);
    WRITES(&t, "DELETE FROM c WHERE id = 7");
    follow(&t);
    assert_string_equal(t.ops, "DD");
    log_test_free(&t);
}

/* ---- rows that go without a word ------------------------------------------------------------------------------------ */

TEST(a_row_that_shares_several_keys_is_suspected_once) {
    LogTest t;
    NEW(&t, "CREATE UNIQUE INDEX t_code ON t(code)", "CREATE UNIQUE INDEX t_both ON t(code, n)");
    WRITES(&t, "INSERT INTO t(id, code, n) VALUES (1, 'a', 1), (2, 'b', 2)");
    follow(&t);
    WRITES(&t, "REPLACE INTO t(id, code, n) VALUES (1, 'a', 1)");
    follow(&t);
    assert_string_equal(t.ops, "SI");
    WRITES(&t, "REPLACE INTO t(id, code, n) VALUES (1, 'b', 2)");
    follow(&t);
    assert_string_equal(t.ops, "SSI");
    WRITES(&t, "PRAGMA recursive_triggers = ON", "REPLACE INTO t(id, code, n) VALUES (3, 'b', 2)");
    follow(&t);
    assert_string_equal(t.ops, "SDI");
    WRITES(&t, "INSERT OR IGNORE INTO t(id, code) VALUES (4, 'b')");
    follow(&t);
    assert_string_equal(t.ops, "S");
    WRITES(&t, "INSERT INTO t(id, code) VALUES (4, 'b') ON CONFLICT (code) DO UPDATE SET name = 'up'");
    follow(&t);
    assert_string_equal(t.ops, "SU");
    WRITES(&t, "INSERT INTO t(id, code) VALUES (4, NULL), (5, NULL)", "UPDATE t SET code = NULL");
    follow(&t);
    assert_string_equal(t.ops, "IIU");
    log_test_free(&t);
}

/* Tables of every build that unique keys can have. */
static const char *const BUILDS[] = {
    "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT, n INT)",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE, name TEXT, n INT, UNIQUE (name, n))",
    "CREATE TABLE t(id INT PRIMARY KEY NOT NULL, code TEXT, name TEXT, n INT, UNIQUE (code, n)) WITHOUT ROWID",
    "CREATE TABLE t(id INT PRIMARY KEY NOT NULL, code TEXT, name TEXT, n INT)",
    "CREATE TABLE t(id INT PRIMARY KEY NOT NULL ON CONFLICT REPLACE, "
    "code TEXT NOT NULL DEFAULT 'b' UNIQUE ON CONFLICT REPLACE, name TEXT, n INT)",
    "CREATE TABLE t(id INTEGER, code TEXT COLLATE NOCASE, name TEXT COLLATE RTRIM UNIQUE, n INT, "
    "PRIMARY KEY (id), UNIQUE (code COLLATE BINARY)) STRICT",
};
/* What else some of them have. */
static const char *const MORE[COUNT_OF(BUILDS)] = {
    [0] = "CREATE UNIQUE INDEX t_open ON t(name) WHERE n = 1 AND code <> 'where)' -- (while open",
    [1] = "CREATE UNIQUE INDEX t_name ON t(name COLLATE NOCASE)",
    [3] = "CREATE UNIQUE INDEX t_part ON t(code, name DESC) WHERE (n) > 1",
    [4] = "CREATE TRIGGER own AFTER UPDATE ON t WHEN NEW.n = 0 BEGIN DELETE FROM t WHERE id = NEW.id; END",
};

typedef struct Dice {
    uint64_t state;
} Dice;

static int roll(Dice *dice, int n) {
    dice->state = dice->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int)((dice->state >> 33) % (uint64_t)n);
}

static const char *any_text(Dice *dice) {
    static const char *const texts[] = {"'a'", "'A'", "'b'", "'b '", "'B'", "'c'", "NULL", "NULL"};
    return texts[roll(dice, COUNT_OF(texts))];
}

static const char *any_or(Dice *dice) {
    static const char *const ors[] = {"",          "OR REPLACE", "OR REPLACE", "OR REPLACE",
                                      "OR IGNORE", "OR FAIL",    "OR ROLLBACK"};
    return ors[roll(dice, COUNT_OF(ors))];
}

static const char *any_row(LogTest *t, Dice *dice) {
    return arena_cstr(t->f.arena, arena_printf(t->f.arena, "(%d, %s, %s, %d)", roll(dice, 9), any_text(dice),
                                               any_text(dice), roll(dice, 4)));
}

static const char *any_statement(LogTest *t, Dice *dice, bool has_rowid) {
    Arena *arena = t->f.arena;
    const char *row = any_row(t, dice), * or = any_or(dice);
    Str sql = S("");
    switch (roll(dice, 14)) {
    case 0:
    case 1: sql = arena_printf(arena, "INSERT %s INTO t(id, code, name, n) VALUES %s", or, row); break;
    case 2:
        sql = arena_printf(arena, "INSERT %s INTO t(id, code, name, n) VALUES %s, %s", or, row, any_row(t, dice));
        break;
    case 3:
        sql = arena_printf(arena,
                           "INSERT INTO t(id, code, name, n) VALUES %s ON CONFLICT DO UPDATE SET n = n + 1, code = %s",
                           row, any_text(dice));
        break;
    case 4: sql = arena_printf(arena, "INSERT INTO t(id, code, name, n) VALUES %s ON CONFLICT DO NOTHING", row); break;
    case 5:
    case 6:
        sql = arena_printf(arena, "UPDATE %s t SET code = %s, n = %d WHERE id = %d", or, any_text(dice), roll(dice, 4),
                           roll(dice, 9));
        break;
    case 7:
        sql = arena_printf(arena, "UPDATE %s t SET id = id + %d WHERE id > %d", or, roll(dice, 3), roll(dice, 9));
        break;
    case 8:
        sql = arena_printf(arena, "UPDATE %s t SET name = %s WHERE n = %d", or, any_text(dice), roll(dice, 4));
        break;
    case 9: sql = arena_printf(arena, "DELETE FROM t WHERE id = %d OR name = %s", roll(dice, 9), any_text(dice)); break;
    case 10:
        sql = has_rowid
                  ? arena_printf(arena, "UPDATE %s t SET rowid = %d WHERE id = %d", or, roll(dice, 9), roll(dice, 9))
                  : S("DELETE FROM t WHERE id = 3");
        break;
    case 11:
        sql = has_rowid ? arena_printf(arena, "INSERT %s INTO t(rowid, id, code) VALUES (%d, %d, %s)", or,
                                       roll(dice, 9), roll(dice, 9), any_text(dice))
                        : S("UPDATE t SET n = n");
        break;
    case 12: sql = arena_printf(arena, "UPDATE %s t SET n = %d WHERE id > %d", or, roll(dice, 4), roll(dice, 9)); break;
    default:
        sql = arena_printf(arena,
                           "INSERT INTO c(id, t_id) SELECT coalesce(max(id), 0) + 1, (SELECT max(id) FROM t) FROM c");
        break;
    }
    return arena_cstr(arena, sql);
}

/* Statements may fail: what they did before stays, or goes with the transaction, as SQLite decides. */
static void write_at_random(LogTest *t, Dice *dice, bool has_rowid, bool is_recursive) {
    Oltp oltp = oltp_open(&t->f);
    const char *const pragma = is_recursive ? "PRAGMA recursive_triggers = ON" : "PRAGMA foreign_keys = ON";
    OK(&t->f, engine_exec(&t->f.ctx, oltp.conn, &(SqlText){.text = str_of(pragma)}, NULL, &t->f.err));
    for (int i = 0, n = 1 + roll(dice, 16); i < n; i++) {
        static const char *const frames[] = {"SAVEPOINT s", "SAVEPOINT s", "ROLLBACK TO s", "COMMIT", "ROLLBACK"};
        bool is_frame = roll(dice, 6) == 0;
        const char *text = is_frame ? frames[roll(dice, COUNT_OF(frames))] : any_statement(t, dice, has_rowid);
        err_ignore(engine_exec(&t->f.ctx, oltp.conn, &(SqlText){.text = str_of(text)}, NULL, NULL));
    }
    err_ignore(engine_exec(&t->f.ctx, oltp.conn, &(SqlText){.text = S("COMMIT")}, NULL, NULL));
    oltp_close(&oltp);
}

TEST(whatever_is_written_the_log_tells_it) {
    enum { ROUNDS = 80 };
    for (size_t build = 0; build < COUNT_OF(BUILDS); build++) {
        LogTest t;
        NEW(&t, "PRAGMA foreign_keys = OFF", "DROP TABLE t", "DROP TABLE c", BUILDS[build], MORE[build],
            "CREATE TABLE c(id INTEGER PRIMARY KEY, t_id INT REFERENCES t(id) ON DELETE CASCADE ON UPDATE CASCADE, name TEXT)");
        Dice dice = {build * 7919 + 1};
        size_t n_changes = 0, n_suspects = 0;
        for (int round = 0; round < ROUNDS; round++) {
            write_at_random(&t, &dice, build != 2, roll(&dice, 2));
            SourceNews news = read_log(&t, NULL);
            assert_int_not_equal(news, SOURCE_LOST);
            assert_equal_tables(&t);
            n_changes += t.n_changes;
            for (const char *op = t.ops; *op; op++) n_suspects += *op == 'S';
        }
        if (n_changes < 100 || n_suspects < 20)
            fail_msg("build %zu: only %zu changes, %zu suspects", build, n_changes, n_suspects);
        log_test_free(&t);
    }
}

TEST(keys_that_cannot_be_looked_up_are_refused) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    log_test_close(&t);
    WRITES(&t, "CREATE UNIQUE INDEX t_lower ON t(lower(code))");
    FAILS(&t.f, ERR_UNSUPPORTED,
          pipeline_source_open(&t.f.ctx, &t.f.project, &t.f.project.model->sources[0], &t.source, &t.f.err));
    assert_non_null(
        strstr(t.f.err.message, "'t' cannot be captured: its unique index 't_lower' is made of expressions"));
    WRITES(&t, "DROP INDEX t_lower");
    log_test_open(&t);
    log_test_free(&t);
}

/* ---- positions ------------------------------------------------------------------------------------------------------ */

static void assert_lost(LogTest *t, const char *why) {
    const char *got;
    assert_int_equal(read_log(t, &got), SOURCE_LOST);
    if (!strstr(got, why)) fail_msg("wanted: %s\ngot: %s", why, got);
    take_snapshot(t);
    assert_equal_tables(t);
    assert_int_equal(read_log(t, NULL), SOURCE_SAME);
}

TEST(purging_leaves_the_newest_row) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    WRITES(
        &t,
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 3000) INSERT INTO t(id) SELECT n FROM i",
        "INSERT INTO p(a, b) VALUES (1, 'x')");
    Position before = t.position;
    follow(&t);
    OK(&t.f, source_ack(&t.f.ctx, t.source, &before, &t.f.err));
    assert_oltp(&t.f, "SELECT count(*) FROM _starling_log_t", "3001");
    OK(&t.f, source_ack(&t.f.ctx, t.source, &t.position, &t.f.err));
    assert_oltp(&t.f, "SELECT count(*), max(seq) FROM _starling_log_t", "1|3001");
    assert_oltp(&t.f, "SELECT count(*), max(seq) FROM _starling_log_p", "1|2");
    WRITES(&t, "INSERT INTO c(id) VALUES (1)", "INSERT INTO c(id) VALUES (2)");
    for (int i = 0; i < 13; i++)
        WRITES(&t, "INSERT INTO c(id) SELECT id + (SELECT max(id) FROM c) FROM c"); /* 16,384 */
    WRITES(&t, "DELETE FROM c WHERE id > 9");
    take_snapshot(&t);
    OK(&t.f, source_ack(&t.f.ctx, t.source, &t.position, &t.f.err));
    assert_oltp(&t.f, "SELECT count(*), max(seq) FROM _starling_log_c", "1|32760");
    assert_int_equal(read_log(&t, NULL), SOURCE_SAME);
    WRITES(&t, "DELETE FROM t WHERE id > 10");
    follow(&t);
    /* a reader that was left behind is told so */
    Position kept = t.position;
    t.position = before;
    assert_lost(&t, "the log of table 't' no longer has the last change that was read");
    t.position = kept;
    /* nor is it emptied where the place lies beyond it */
    WRITES(&t, "DELETE FROM _starling_log_t WHERE seq > 3001");
    OK(&t.f, source_ack(&t.f.ctx, t.source, &kept, &t.f.err));
    assert_oltp(&t.f, "SELECT count(*), max(seq) FROM _starling_log_t", "1|3001");
    assert_lost(&t, "ends before the last change that was read");
    log_test_free(&t);
}

TEST(a_restored_backup_is_noticed) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    WRITES(&t, "INSERT INTO t(id, name) VALUES (1, 'old')");
    follow(&t);
    char backup[600];
    (void)snprintf(backup, sizeof(backup), "VACUUM INTO '%s/backup.sqlite'", t.f.dir);
    WRITES(&t, backup);
    WRITES(&t, "UPDATE t SET name = 'new'");
    follow(&t);
    log_test_close(&t);
    OK(&t.f, file_remove_tree(t.f.project.oltp_path, &t.f.err));
    assert_int_equal(rename(path_join(t.f.arena, t.f.dir, "backup.sqlite"), t.f.project.oltp_path), 0);
    log_test_open(&t);
    Position before = t.position;
    assert_lost(&t, "ends before the last change that was read (a backup was restored");
    usleep(2000); /* the log tells milliseconds */
    WRITES(&t, "UPDATE t SET name = 'other'");
    t.position = before;
    assert_lost(&t, "has another change where the last one was read");
    log_test_free(&t);
}

TEST(what_is_no_longer_the_same_log_is_lost) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    WRITES(&t, "INSERT INTO t(id) VALUES (1)");
    follow(&t);
    WRITES(&t, "DELETE FROM _starling_log_t", "INSERT INTO t(id) VALUES (2)");
    assert_lost(&t, "the log of table 't' ends before");
    WRITES(&t, "DROP TABLE _starling_log_c");
    const char *why;
    assert_int_equal(read_log(&t, &why), SOURCE_LOST);
    assert_string_equal(why, "the log of table 'c' is gone");
    log_test_close(&t);
    log_test_open(&t); /* makes it anew */
    assert_lost(&t, "the log of table 'c'");
    /* triggers that were away may have missed something, and so may those that do not know a key */
    WRITES(&t, "DROP TRIGGER _starling_t_delete", "DELETE FROM t WHERE id = 1");
    log_test_close(&t);
    log_test_open(&t);
    assert_lost(&t, "the log of table 't' began anew (");
    WRITES(&t, "CREATE UNIQUE INDEX t_code ON t(code)", "INSERT INTO t(id, code) VALUES (7, 'a')",
           "REPLACE INTO t(id, code) VALUES (8, 'a')");
    log_test_close(&t);
    log_test_open(&t);
    assert_lost(&t, "the log of table 't'");
    WRITES(&t, "REPLACE INTO t(id, code) VALUES (9, 'a')");
    follow(&t);
    t.position.epoch = S("other");
    assert_lost(&t, "another one than the warehouse was filled from");
    t.position.token = S("t=1@1700000000000000;c=0@0;p=0@0"); /* as written before there was a log */
    assert_lost(&t, "without a log of changes");
    log_test_free(&t);
}

TEST(a_clock_that_jumps_back_does_no_harm) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    int64_t year_us = INT64_C(365) * TIME_US_PER_DAY;
    char later[200];
    WRITES(&t, "INSERT INTO t(id) VALUES (1), (2), (3)");
    (void)snprintf(later, sizeof(later), "UPDATE _starling_log_t SET at = at + %" PRId64 " WHERE seq = 3", year_us);
    WRITES(&t, later);
    follow(&t); /* checks that times do not decrease */
    WRITES(&t, "INSERT INTO t(id) VALUES (4)");
    Position from = t.position;
    SourceReader *reader;
    SourceNews news;
    Str why;
    OK(&t.f, source_changes(&t.f.ctx, t.source, &from, &reader, &t.position, &news, &why, &t.f.err));
    EngineStream *stream;
    const Batch *batch;
    OK(&t.f, source_reader_open(&t.f.ctx, reader, &t.f.project.model->tables[0], &stream, &t.f.err));
    OK(&t.f, engine_stream_next(stream, &batch, &t.f.err));
    int64_t at_us = column_int(&batch->columns[2], 0), now_us = clock_now(CLOCK_SYSTEM);
    assert_true(at_us > now_us + year_us - 60 * INT64_C(1000000) && at_us < now_us + year_us);
    engine_stream_close(stream);
    source_reader_close(reader);
    /* nor is a change dated before the snapshot it follows */
    t.f.now_us = now_us + 10 * year_us;
    take_snapshot(&t);
    t.last_at_us = t.f.now_us;
    WRITES(&t, "DELETE FROM t WHERE id = 4");
    follow(&t);
    log_test_free(&t);
}

/* ---- while others write --------------------------------------------------------------------------------------------- */

typedef struct Writer {
    LogTest *t;
    atomic_bool is_over;
    atomic_int n_written;
} Writer;

/* Both tables get the same number of rows in each transaction. */
static void *write_on(void *arg) {
    Writer *writer = arg;
    Arena *arena = arena_new(0);
    Ctx ctx = writer->t->f.ctx;
    ctx.arena = arena;
    EngineDb *db;
    EngineConn *conn;
    EngineConfig config = {.path = writer->t->f.project.oltp_path, .busy_timeout_ms = 10000, .trusts_schema = true};
    ErrCode code = engine_open(&ctx, writer->t->f.project.registry, &ENGINE_SQLITE, &config, &db, NULL);
    if (!code) code = engine_connect(&ctx, db, &conn, NULL);
    for (int64_t n = 1; !code && !atomic_load(&writer->is_over) && n < 1000; n++) {
        code = engine_begin(&ctx, conn, true, NULL);
        if (!code) code = engine_execf(&ctx, conn, NULL, NULL, "REPLACE INTO t(id, n) VALUES (%d, %d)", n % 50, n);
        if (!code) code = engine_execf(&ctx, conn, NULL, NULL, "DELETE FROM c WHERE id = %d", n % 50);
        if (!code) code = engine_execf(&ctx, conn, NULL, NULL, "INSERT INTO c(id) VALUES (%d)", n % 50);
        if (!code) code = engine_commit(&ctx, conn, NULL);
        if (!code) atomic_fetch_add(&writer->n_written, 1);
    }
    engine_disconnect(conn);
    engine_close(db);
    arena_free(arena);
    return code ? arg : NULL;
}

TEST(a_snapshot_and_what_follows_fit_while_others_write) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    Writer writer = {.t = &t};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
    int n_moved = 0;
    for (int i = 0; i < 40 || atomic_load(&writer.n_written) < 20; i++) {
        if (i % 4 == 0)
            take_snapshot(&t);
        else
            n_moved += read_log(&t, NULL) == SOURCE_MOVED;
        size_t n_t = 0, n_c = 0;
        for (size_t r = 0; r < REPLICA_ROWS; r++) {
            n_t += t.tables[0].rows[r] != NULL;
            n_c += t.tables[1].rows[r] != NULL;
        }
        assert_int_equal(n_t, n_c); /* all tables at one moment */
        if (i % 3 == 0) OK(&t.f, source_ack(&t.f.ctx, t.source, &t.position, &t.f.err));
    }
    atomic_store(&writer.is_over, true);
    void *failed;
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_true(n_moved > 0);
    assert_int_not_equal(read_log(&t, NULL), SOURCE_LOST);
    assert_equal_tables(&t);
    log_test_free(&t);
}

TEST(purging_does_not_wait_for_a_writer) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    WRITES(&t, "INSERT INTO t(id) VALUES (1), (2)");
    follow(&t);
    Oltp writer = oltp_open(&t.f);
    OK(&t.f, engine_begin(&t.f.ctx, writer.conn, true, &t.f.err));
    int64_t from_us = clock_monotonic(CLOCK_SYSTEM);
    OK(&t.f, source_ack(&t.f.ctx, t.source, &t.position, &t.f.err));
    assert_true(clock_monotonic(CLOCK_SYSTEM) - from_us < 3 * INT64_C(1000000));
    oltp_close(&writer);
    assert_oltp(&t.f, "SELECT count(*) FROM _starling_log_t", "3");
    OK(&t.f, source_ack(&t.f.ctx, t.source, &t.position, &t.f.err));
    assert_oltp(&t.f, "SELECT count(*) FROM _starling_log_t", "1");
    log_test_free(&t);
}

/* ---- the schema ----------------------------------------------------------------------------------------------------- */

TEST(opening_again_changes_nothing) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    const char *schema = oltp_rows(&t.f, "SELECT rowid, name, sql FROM sqlite_schema ORDER BY rowid");
    const char *version = oltp_rows(&t.f, "PRAGMA schema_version");
    log_test_close(&t);
    log_test_open(&t);
    WRITES(&t, "CREATE TABLE other(x)"); /* so that everything is looked at anew */
    log_test_close(&t);
    log_test_open(&t);
    WRITES(&t, "DROP TABLE other");
    assert_oltp(&t.f, "SELECT rowid, name, sql FROM sqlite_schema ORDER BY rowid", schema);
    assert_string_not_equal(oltp_rows(&t.f, "PRAGMA schema_version"), version);
    assert_int_equal(read_log(&t, NULL), SOURCE_SAME);
    log_test_free(&t);
}

TEST(a_new_column_is_logged_and_nothing_is_lost) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    WRITES(&t, "INSERT INTO t(id, code) VALUES (1, 'a')");
    log_test_close(&t);
    log_test_pack(
        &t,
        "pack: 1\nname: logged\nversion: \"2\"\ntitle: Logged\nsources:\n  shop:\n    kind: managed\n    tables:\n"
        "      t:\n        key: [id]\n        columns: {id: int64 not null, code: text, name: text, n: int64, more: text}\n");
    log_test_open(&t);
    WRITES(&t, "UPDATE t SET more = 'x'", "INSERT INTO t(id, more) VALUES (2, 'y')");
    follow(&t);
    assert_string_equal(t.ops, "IUI");
    assert_oltp(&t.f, "SELECT name FROM sqlite_schema WHERE name IN ('_starling_log_c', '_starling_c_insert')", "");
    log_test_free(&t);
}

TEST(a_home_of_before_gets_its_log) {
    LogTest t;
    log_test_new(&t, NULL, 0);
    WRITES(&t, "INSERT INTO t(id) VALUES (1)");
    log_test_close(&t);
    static const char *const tables[] = {"t", "c", "p"}, *const triggers[] = {"insert", "update", "delete",
                                                                              "before_insert", "before_update"};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        char sql[200];
        for (size_t j = 0; j < COUNT_OF(triggers); j++) {
            (void)snprintf(sql, sizeof(sql), "DROP TRIGGER _starling_%s_%s", tables[i], triggers[j]);
            WRITES(&t, sql);
        }
        (void)snprintf(sql, sizeof(sql), "DROP TABLE _starling_log_%s", tables[i]);
        WRITES(&t, sql);
    }
    WRITES(&t, "DELETE FROM _starling_state WHERE name LIKE 'log %'",
           "UPDATE _starling_state SET value = 'a hash' WHERE name = 'schema'", "PRAGMA user_version = 1");
    t.position.token = S("t=0@0;c=0@0;p=0@0");
    log_test_open(&t);
    assert_oltp(&t.f, "PRAGMA user_version", "2");
    assert_lost(&t, "without a log of changes");
    WRITES(&t, "DELETE FROM t");
    follow(&t);
    log_test_free(&t);
}

TEST(a_table_filled_at_once_is_read_whole) {
    enum { ROWS = 12000 };
    LogTest t = {.ops = ""};
    fixture_demo(&t.f);
    Fixture *f = &t.f;
    t.tables = calloc(f->project.model->n_tables, sizeof(ReplicaTable));
    log_test_open(&t);
    take_snapshot(&t);
    log_test_close(&t);
    Buf text CLEANUP(buf_release);
    buf_init(&text, 8 << 20);
    buf_add(&text, S(ORDERS_HEADER));
    for (int i = 1; i <= ROWS; i++)
        buf_printf(&text, "%d,C%d,Ann,Old,01-03-2014,2014-03-01 10:00:00,10.50,1.5,true,A\n", i, i % 7);
    OK(f, load_text(f, "orders", "orders.csv", arena_cstr(f->arena, buf_str(&text))));
    assert_oltp(f, "SELECT count(*), min(op) FROM _starling_log_order", "1|X");
    assert_oltp(f, "SELECT count(*) FROM _starling_log_client WHERE op = 'I'", "7"); /* as few as that are logged */
    log_test_open(&t);
    const char *why;
    assert_int_equal(read_log(&t, &why), SOURCE_LOST);
    assert_string_equal(
        why,
        "the log of table 'order' began anew (the table was filled at once, or its keys or triggers changed, or a key it refers to itself by)");
    oltp_exec(f, "UPDATE \"order\" SET code = NULL WHERE id = 3");
    assert_oltp(f, "SELECT op, b_code, a_code FROM _starling_log_order WHERE op <> 'X'", "U|A|-");
    log_test_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_is_one_record),
        cmocka_unit_test(what_is_rolled_back_is_not_logged),
        cmocka_unit_test(values_are_kept_as_they_are),
        cmocka_unit_test(cascades_are_logged),
        cmocka_unit_test(nested_changes_come_in_their_order),
        cmocka_unit_test(a_row_that_refers_to_itself),
        cmocka_unit_test(a_row_that_shares_several_keys_is_suspected_once),
        cmocka_unit_test(whatever_is_written_the_log_tells_it),
        cmocka_unit_test(keys_that_cannot_be_looked_up_are_refused),
        cmocka_unit_test(purging_leaves_the_newest_row),
        cmocka_unit_test(a_restored_backup_is_noticed),
        cmocka_unit_test(what_is_no_longer_the_same_log_is_lost),
        cmocka_unit_test(a_clock_that_jumps_back_does_no_harm),
        cmocka_unit_test(a_snapshot_and_what_follows_fit_while_others_write),
        cmocka_unit_test(purging_does_not_wait_for_a_writer),
        cmocka_unit_test(opening_again_changes_nothing),
        cmocka_unit_test(a_new_column_is_logged_and_nothing_is_lost),
        cmocka_unit_test(a_home_of_before_gets_its_log),
        cmocka_unit_test(a_table_filled_at_once_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
