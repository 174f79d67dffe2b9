/* Another application's database: attaching leaves it as it was but for what is named, detaching leaves it as it was; values that
 * do not fit the model are told apart, and never stop anything. */
#include "log_fixture.h"

#define PACK(columns)                                                                                                  \
    "pack: 1\nname: shop\nversion: \"1\"\ntitle: Shop\nsources:\n  till:\n    kind: attached\n    tables:\n      t:\n" \
    "        key: [id]\n        columns: {" columns "}\n"
#define T_PACK PACK("id: int64 not null, code: text, name: text, n: int64")

static AttachPlan plan_of(LogTest *t, bool is_apply) {
    AttachPlan plan;
    OK(&t->f,
       pipeline_attach(&t->f.ctx, &t->f.project, S(""), t->f.project.oltp_path, NULL, 0, is_apply, &plan, &t->f.err));
    return plan;
}

/* Here the file that WRITES and assert_oltp know is the other application's. */
static void attached_new(LogTest *t, const char *pack, const char *const *ddl, size_t n_ddl) {
    *t = (LogTest){.ops = "", .fits = "true"};
    fixture_demo(&t->f);
    t->f.project.oltp_path = path_join(t->f.arena, t->f.dir, "the shop's.db");
    t->tables = calloc(REPLICA_TABLES, sizeof(ReplicaTable));
    log_test_pack(t, pack);
    writes(t, ddl, n_ddl);
}
#define ATTACHED(t, pack, ...)                                         \
    do {                                                               \
        const char *const ddl_[] = {__VA_ARGS__};                      \
        attached_new((t), (pack), ddl_, sizeof(ddl_) / sizeof(*ddl_)); \
    } while (0)

static const char *schema_of(LogTest *t) {
    return oltp_rows(&t->f, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid");
}

/* ---- attaching ------------------------------------------------------------------------------------------------------ */

TEST(a_plan_changes_nothing_and_detaching_leaves_nothing) {
    LogTest t;
    ATTACHED(&t, T_PACK, "CREATE TABLE u(x INTEGER PRIMARY KEY AUTOINCREMENT)",
             "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT UNIQUE, name, n INT)",
             "CREATE TRIGGER own AFTER INSERT ON t BEGIN INSERT INTO u VALUES (NULL); END",
             "INSERT INTO t(id) VALUES (1)", "PRAGMA user_version = 7");
    const char *before = schema_of(&t);
    AttachPlan plan = plan_of(&t, false);
    assert_int_equal(plan.n_problems, 0);
    assert_int_equal(plan.n_creates, 3);
    assert_false(plan.tables[0].is_captured);
    assert_true(str_eq(plan.tables[0].columns, S("id INTEGER, code TEXT, name, n INT")));
    assert_true(str_eq(plan.tables[0].key, S("id")));
    assert_rows(schema_of(&t), before);
    FAILS(&t.f, ERR_CONFLICT,
          pipeline_source_open(&t.f.ctx, &t.f.project, &t.f.project.model->sources[0], &t.source, &t.f.err));
    assert_non_null(strstr(t.f.err.message, "source 'till' is attached to no database yet: starling source attach"));
    plan_of(&t, true);
    const char *attached = schema_of(&t);
    assert_non_null(strstr(attached, "_starling_log_t"));
    plan = plan_of(&t, true); /* again: the same */
    assert_true(plan.tables[0].is_captured);
    assert_int_equal(plan.n_creates, 0);
    assert_rows(schema_of(&t), attached);
    assert_oltp(&t.f, "PRAGMA user_version", "7");
    /* in part gone already */
    WRITES(&t, "DROP TRIGGER _starling_t_update");
    Str path;
    int64_t n;
    OK(&t.f, pipeline_detach(&t.f.ctx, &t.f.project, S("till"), &path, &n, &t.f.err));
    assert_int_equal(n, 6);
    assert_rows(schema_of(&t), before);
    assert_oltp(&t.f, "SELECT count(*) FROM sqlite_sequence", "1");
    FAILS(&t.f, ERR_NOT_FOUND, pipeline_detach(&t.f.ctx, &t.f.project, S(""), &path, &n, &t.f.err));
    /* and when all of it is gone */
    plan_of(&t, true);
    OK(&t.f, file_remove_tree(t.f.project.oltp_path, &t.f.err));
    OK(&t.f, pipeline_detach(&t.f.ctx, &t.f.project, S(""), &path, &n, &t.f.err));
    assert_int_equal(n, -1);
    log_test_free(&t);
}

static void assert_problem(const char *pack, const char *ddl, const char *more, const char *wanted) {
    LogTest t;
    ATTACHED(&t, pack, ddl, more);
    const char *before = schema_of(&t);
    AttachPlan plan = plan_of(&t, false);
    assert_int_equal(plan.n_problems, 1);
    const char *problem = arena_cstr(t.f.arena, plan.tables[0].problem);
    if (!strstr(problem, wanted)) fail_msg("wanted: %s\ngot: %s", wanted, problem);
    FAILS(&t.f, ERR_CONFLICT,
          pipeline_attach(&t.f.ctx, &t.f.project, S(""), t.f.project.oltp_path, NULL, 0, true, &plan, &t.f.err));
    assert_non_null(strstr(t.f.err.message, wanted));
    assert_rows(schema_of(&t), before);
    log_test_free(&t);
}

TEST(what_cannot_be_captured_is_said) {
    assert_problem(PACK("id: int64 not null"), "CREATE TABLE tt(id INTEGER PRIMARY KEY)", NULL,
                   "the database has no table 't'; did you mean 'tt'?");
    assert_problem(PACK("id: int64 not null"), "CREATE VIEW t AS SELECT 1 AS id", NULL,
                   "'t' is a view, and only tables can be captured");
    assert_problem(PACK("id: int64 not null, name: text"), "CREATE TABLE t(id INTEGER PRIMARY KEY, nme)", NULL,
                   "table 't' has no column 'name'; did you mean 'nme'?");
    assert_problem(PACK("id: int64 not null"), "CREATE TABLE t(id INT, x INTEGER PRIMARY KEY)",
                   "CREATE UNIQUE INDEX t_id ON t(id) WHERE x > 0",
                   "no primary key or unique index of table 't' makes the pack's key (id) unique");
    assert_problem(PACK("id: int64 not null, name: text"), "CREATE TABLE t(id INTEGER PRIMARY KEY, name)",
                   "CREATE UNIQUE INDEX t_name ON t(lower(name))", "its unique index 't_name' is made of expressions");
    assert_problem("pack: 1\nname: shop\nversion: \"1\"\ntitle: Shop\nsources:\n  till:\n    kind: attached\n"
                   "    time_zone: Europe/London\n    tables:\n      t:\n        key: [id]\n"
                   "        columns: {id: int64 not null, at: timestamp}\n",
                   "CREATE TABLE t(id INTEGER PRIMARY KEY, at)", NULL, "read as UTC only, not as Europe/London");
}

TEST(what_changed_since_stops_the_source) {
    static const char *const changes[][4] = {
        {"column 'n' of table 't' was declared 'INT' and is 'TEXT' now", "DROP TABLE t",
         "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT, n TEXT)"},
        {"table 't' has no column 'n'", "DROP TABLE t", "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT, name TEXT)",
         "ALTER TABLE t ADD COLUMN n INT"},
        {"changes of table 't' may have been missed", "DROP TRIGGER _starling_t_insert"},
        {"changes of table 't' may have been missed", "CREATE UNIQUE INDEX t_name ON t(name)"},
        {"changes of table 't' may have been missed",
         "CREATE TRIGGER own AFTER INSERT ON t BEGIN UPDATE t SET n = 1; END"},
        {"the database has no log of changes any more", "DROP TABLE _starling_state"},
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        LogTest t;
        ATTACHED(&t, T_PACK, "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT, n INT)",
                 "INSERT INTO t VALUES (1, 'a', 'x', 1)");
        plan_of(&t, true);
        log_test_open(&t);
        take_snapshot(&t);
        log_test_close(&t);
        WRITES(&t, changes[i][1], changes[i][2]);
        FAILS(&t.f, ERR_CONFLICT,
              pipeline_source_open(&t.f.ctx, &t.f.project, &t.f.project.model->sources[0], &t.source, &t.f.err));
        if (!strstr(t.f.err.message, changes[i][0])) fail_msg("wanted: %s\ngot: %s", changes[i][0], t.f.err.message);
        assert_non_null(strstr(t.f.err.message, "to accept that: starling source attach sqlite:/"));
        WRITES(&t, changes[i][3]);
        plan_of(&t, true);
        log_test_open(&t);
        assert_int_equal(read_log(&t, NULL), SOURCE_LOST);
        take_snapshot(&t);
        assert_equal_tables(&t);
        WRITES(&t, "REPLACE INTO t VALUES (2, 'b', 'x', 1)");
        follow(&t);
        log_test_free(&t);
    }
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

/* Rows of a whole table: every cell, then what is wrong. */
static const char *rows_read(LogTest *t) {
    Fixture *f = &t->f;
    SourceReader *reader;
    EngineStream *stream;
    bool is_same;
    OK(f, source_snapshot(&f->ctx, t->source, &t->position, &reader, &t->position, &is_same, &f->err));
    OK(f, source_reader_open(&f->ctx, reader, &f->project.model->tables[0], &stream, &f->err));
    Str all = S("");
    const Batch *batch;
    for (;;) {
        OK(f, engine_stream_next(stream, &batch, &f->err));
        if (!batch) break;
        for (size_t row = 0; row < batch->n_rows; row++)
            all = arena_printf(f->arena, "%.*s%s%s", STR_ARG(all), all.n ? "\n" : "",
                               cells_text(t, batch, row, 0, batch->n_columns));
    }
    engine_stream_close(stream);
    source_reader_close(reader);
    return arena_cstr(f->arena, all);
}

static void assert_reads(const char *type, const char *value, const char *wanted) {
    LogTest t;
    char pack[512], insert[512], row[1024];
    (void)snprintf(pack, sizeof(pack), PACK("id: int64 not null, v: \"%s\""), type);
    (void)snprintf(insert, sizeof(insert), "INSERT INTO t VALUES (1, %s)", value);
    ATTACHED(&t, pack, "CREATE TABLE t(id INTEGER PRIMARY KEY, v)", insert);
    plan_of(&t, true);
    log_test_open(&t);
    bool is_wrong = strncmp(wanted, "column", 6) == 0;
    const char *got = rows_read(&t);
    (void)snprintf(row, sizeof(row), is_wrong ? "1|-|%s" : "1|%s|-|-", wanted);
    if (is_wrong ? strncmp(got, row, strlen(row)) != 0 : strcmp(got, row) != 0)
        fail_msg("%s as %s: wanted %s, got %s", value, type, row, got);
    log_test_free(&t);
}

TEST(values_are_read_as_the_model_says_or_told) {
    assert_reads("decimal(9,2)", "12.5", "12.50");
    assert_reads("decimal(9,2)", "12", "12.00");
    assert_reads("decimal(9,2)", "'-12.50'", "-12.50");
    assert_reads("decimal(9,2)", "'7.1000'", "7.10");
    assert_reads("decimal(9,2)", "0.1 + 0.2", "0.30");
    assert_reads("decimal(9,2)", "1234567.89", "1234567.89");
    assert_reads("decimal(9,2)", "12.345", "column 'v' should hold decimal(9,2) but holds the float '12.345'");
    assert_reads("decimal(9,2)", "'12.345'", "column 'v' should hold decimal(9,2) but holds the text '12.345'");
    assert_reads("decimal(9,2)", "10000000", "column 'v' should hold decimal(9,2) but holds the integer '10000000'");
    assert_reads("decimal(9,2)", "'1e3'", "column 'v' should");
    assert_reads("decimal(9,2)", "9e999", "column 'v' should hold decimal(9,2) but holds the float 'Inf'");
    assert_reads("decimal(38,30)", "5", "column 'v' should hold decimal(38,30)");
    assert_reads("int64", "7.0", "7");
    assert_reads("int64", "'7'", "7");
    assert_reads("int64", "7.5", "column 'v' should hold int64 but holds the float '7.5'");
    assert_reads("int64", "'seven'", "column 'v' should hold int64 but holds the text 'seven'");
    assert_reads("int64", "x'00ff'", "column 'v' should hold int64 but holds bytes|{\"id\":1,\"v\":\"00ff\"}");
    assert_reads("bool", "1", "true");
    assert_reads("bool", "'False'", "false");
    assert_reads("bool", "2", "column 'v' should hold bool");
    assert_reads("float64", "3", "3");
    assert_reads("float64", "'2.5'", "2.5");
    assert_reads("float64", "9007199254740993", "column 'v' should hold float64");
    assert_reads("text", "'it''s'", "it's");
    assert_reads("text", "42", "42");
    assert_reads("text", "4.5", "column 'v' should hold text but holds the float '4.5'");
    assert_reads("text", "CAST(x'ff41' AS TEXT)",
                 "column 'v' should hold text but holds no valid text|{\"id\":1,\"v\":\"ff41\"}");
    assert_reads("date", "'2024-02-29'", "2024-02-29");
    assert_reads("date", "'2024-02-29 00:00:00'", "2024-02-29");
    assert_reads("date", "1709164800", "2024-02-29");
    assert_reads("date", "julianday('2024-02-29')", "2024-02-29");
    assert_reads("date", "'2023-02-29'", "column 'v' should hold date but holds the text '2023-02-29'");
    assert_reads("date", "'29.02.2024'", "column 'v' should hold date");
    assert_reads("date", "1709164801", "column 'v' should hold date");
    assert_reads("timestamp", "'2024-02-29T10:20:30.5+02:00'", "2024-02-29T08:20:30.5Z");
    assert_reads("timestamp", "1709164801", "2024-02-29T00:00:01Z");
    assert_reads("timestamp", "julianday('2024-02-29 12:00:00.250')", "2024-02-29T12:00:00.25Z");
    assert_reads("timestamp", "1709164801000", "column 'v' should hold timestamp"); /* milliseconds */
    assert_reads("json", "'{\"a\":[1]}'", "{\"a\":[1]}");
    assert_reads("json", "'{'", "column 'v' should hold json");
    assert_reads("int64", "NULL", "-");
}

TEST(a_value_that_must_be_there_is_missed) {
    LogTest t;
    ATTACHED(&t, PACK("id: int64 not null, v: text not null"), "CREATE TABLE t(id PRIMARY KEY, v)",
             "INSERT INTO t VALUES (1, NULL), (NULL, 'x'), (2, 'y')");
    plan_of(&t, true);
    log_test_open(&t);
    assert_rows(rows_read(&t), "1|-|column 'v' is empty, but must not be|{\"id\":1,\"v\":null}\n"
                               "-|x|column 'id' is empty, but must not be|{\"id\":null,\"v\":\"x\"}\n2|y|-|-");
    log_test_free(&t);
}

TEST(two_keys_do_not_become_one) {
    LogTest t;
    ATTACHED(&t, PACK("id: int64 not null, v: int64"), "CREATE TABLE t(id PRIMARY KEY, v)",
             "INSERT INTO t VALUES (1, '7'), ('1', 8), (2.0, 9)");
    plan_of(&t, true);
    log_test_open(&t);
    assert_rows(rows_read(&t),
                "1|7|-|-\n-|8|column 'id' should hold int64 but holds the text '1'|{\"id\":\"1\",\"v\":8}\n"
                "2|9|-|-");
    log_test_free(&t);
}

/* ---- changes -------------------------------------------------------------------------------------------------------- */

TEST(rows_that_do_not_fit_come_and_go) {
    LogTest t;
    ATTACHED(&t, T_PACK, "CREATE TABLE t(id INTEGER PRIMARY KEY, code UNIQUE, name, n)");
    t.fits = "typeof(n) IN ('integer', 'null')";
    plan_of(&t, true);
    log_test_open(&t);
    take_snapshot(&t);
    static const struct {
        const char *statement, *ops;
    } steps[] = {
        {"INSERT INTO t(id, n) VALUES (1, 1), (2, 'x')", "IQ"},
        {"UPDATE t SET n = 'y' WHERE id = 1", "D"},
        {"UPDATE t SET n = 'z' WHERE id = 1", "Q"},
        {"UPDATE t SET n = 5 WHERE id = 1", "I"},
        {"UPDATE t SET n = 6 WHERE id = 1", "U"},
        {"DELETE FROM t WHERE id = 1", "D"},
        {"INSERT INTO t(id, code, n) VALUES (1, 'a', 1), (3, 'b', 'x')", "IQ"},
        {"REPLACE INTO t(id, code, n) VALUES (4, 'a', 'x')", "SQ"},
        {"REPLACE INTO t(id, code, n) VALUES (5, 'b', 2)", "I"}, /* that a row which does not fit goes is not told */
        {"REPLACE INTO t(id, code, n) VALUES (5, 'b', 'x')", "SQ"},
        {"UPDATE t SET n = 0", "III"},
        {"UPDATE t SET ignored = 1", ""},
    };
    WRITES(&t, "ALTER TABLE t ADD COLUMN ignored");
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        WRITES(&t, steps[i].statement);
        (void)read_log(&t, NULL);
        assert_equal_tables(&t);
        if (strcmp(t.ops, steps[i].ops) != 0) fail_msg("%s: %s", steps[i].statement, t.ops);
    }
    WRITES(&t, "UPDATE t SET n = 1.5 WHERE id = 5");
    SourceReader *reader;
    SourceNews news;
    Str why;
    EngineStream *stream;
    const Batch *batch;
    OK(&t.f, source_changes(&t.f.ctx, t.source, &t.position, &reader, &t.position, &news, &why, &t.f.err));
    OK(&t.f, source_reader_open(&t.f.ctx, reader, &t.f.project.model->tables[0], &stream, &t.f.err));
    OK(&t.f, engine_stream_next(stream, &batch, &t.f.err));
    assert_rows(cells_text(&t, batch, 0, 3, 11),
                "true|5|b|-|0|-|-|-|-|column 'n' should hold int64 but holds the float '1.5'|"
                "{\"id\":5,\"code\":\"b\",\"name\":null,\"n\":1.5}");
    engine_stream_close(stream);
    source_reader_close(reader);
    OK(&t.f, source_ack(&t.f.ctx, t.source, &t.position, &t.f.err));
    assert_oltp(&t.f, "SELECT count(*) FROM _starling_log_t", "1");
    log_test_free(&t);
}

static uint64_t dice_state;
static int roll(int n) {
    dice_state = dice_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int)((dice_state >> 33) % (uint64_t)n);
}

static const char *any_n(void) {
    static const char *const values[] = {"1", "2", "'bad'", "1.5", "NULL", "x'00'"};
    return values[roll(COUNT_OF(values))];
}

TEST(whatever_is_written_the_rows_that_fit_are_told) {
    LogTest t;
    ATTACHED(&t, T_PACK, "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE, name TEXT, n)");
    t.fits = "typeof(n) IN ('integer', 'null')";
    plan_of(&t, true);
    log_test_open(&t);
    take_snapshot(&t);
    static const char *const codes[] = {"'a'", "'A'", "'b'", "'c'", "NULL"};
    static const char *const ors[] = {"INSERT", "INSERT OR REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE"};
    size_t n_wrong = 0, n_suspects = 0;
    for (int round = 0; round < 60; round++) {
        Oltp oltp = oltp_open(&t.f);
        for (int i = 0; i < 10; i++) {
            char sql[256];
            int id = roll(7);
            const char *code = codes[roll(COUNT_OF(codes))];
            switch (roll(5)) {
            case 0:
            case 1:
                (void)snprintf(sql, sizeof(sql), "%s INTO t VALUES (%d, %s, 'x', %s)", ors[roll(COUNT_OF(ors))], id,
                               code, any_n());
                break;
            case 2:
                (void)snprintf(sql, sizeof(sql), "UPDATE OR REPLACE t SET code = %s, n = %s WHERE id = %d", code,
                               any_n(), id);
                break;
            case 3:
                (void)snprintf(sql, sizeof(sql), "UPDATE OR REPLACE t SET id = %d WHERE id = %d", roll(7), id);
                break;
            default: (void)snprintf(sql, sizeof(sql), "DELETE FROM t WHERE id = %d", id); break;
            }
            err_ignore(engine_exec(&t.f.ctx, oltp.conn, &(SqlText){.text = str_of(sql)}, NULL, NULL));
        }
        oltp_close(&oltp);
        assert_int_not_equal(read_log(&t, NULL), SOURCE_LOST);
        assert_equal_tables(&t);
        for (const char *op = t.ops; *op; op++) n_wrong += *op == 'Q', n_suspects += *op == 'S';
    }
    assert_true(n_wrong > 50 && n_suspects > 50);
    log_test_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_changes_nothing_and_detaching_leaves_nothing),
        cmocka_unit_test(what_cannot_be_captured_is_said),
        cmocka_unit_test(what_changed_since_stops_the_source),
        cmocka_unit_test(values_are_read_as_the_model_says_or_told),
        cmocka_unit_test(a_value_that_must_be_there_is_missed),
        cmocka_unit_test(two_keys_do_not_become_one),
        cmocka_unit_test(rows_that_do_not_fit_come_and_go),
        cmocka_unit_test(whatever_is_written_the_rows_that_fit_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
