/* Opening: what can be wrong with a file, one instance a file, and closing in any order. */
#include "engine_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static ErrCode try_open(Fixture *f, const EngineConfig *config) {
    EngineDb *db = NULL;
    ErrCode code = engine_open(&f->ctx, f->registry, f->engine, config, &db, &f->err);
    engine_close(db);
    return code;
}

static void write_file(const char *path, Str bytes) {
    Err err;
    assert_int_equal(file_write_atomic(path, bytes, &err), ERR_OK);
}

TEST(what_can_be_wrong_with_a_file) {
    for (size_t e = 0; e < N_FILE_ENGINES; e++) {
        Fixture f;
        fixture_init(&f, ENGINES[e]);
        EngineConfig config = fixture_config(&f);
        config.is_create = false;
        FAILS(&f, ERR_NOT_FOUND, try_open(&f, &config));
        assert_non_null(strstr(f.err.message, f.path));
        config.is_create = config.is_read_only = true; /* nothing is made to be read */
        FAILS(&f, ERR_NOT_FOUND, try_open(&f, &config));
        config = fixture_config(&f);
        config.path = path_join(f.arena, f.dir, "no/such/folder.db");
        FAILS(&f, ERR_NOT_FOUND, try_open(&f, &config));
        config.path = f.dir;
        FAILS(&f, ERR_IO, try_open(&f, &config));
        config.path = "/dev/null";
        FAILS(&f, ERR_IO, try_open(&f, &config));
        config.path = f.path;
        write_file(f.path, S("this is no database, only some text that somebody wrote into a file of that name\n"));
        FAILS(&f, ERR_CORRUPT, try_open(&f, &config));
        assert_non_null(strstr(f.err.message, f.path));
        config.is_read_only = true;
        FAILS(&f, ERR_CORRUPT, try_open(&f, &config));
        config = fixture_config(&f);
        write_file(f.path, S("short"));
        FAILS(&f, ERR_CORRUPT, try_open(&f, &config));
        write_file(f.path, S("")); /* an empty file is a new database to SQLite, and nothing to DuckDB */
        if (is_duckdb(&f))
            FAILS(&f, ERR_CORRUPT, try_open(&f, &config));
        else
            OK(&f, try_open(&f, &config));
        f.cancel.is_set = true;
        f.ctx.cancel = &f.cancel;
        FAILS(&f, ERR_CANCELLED, try_open(&f, &config));
        fixture_free(&f);
    }
}

/* The other engine's files, and Parquet and the like, are told from one's own without loading any extension. */
TEST(another_engines_file) {
    Fixture duck, lite;
    fixture_new(&duck, &ENGINE_DUCKDB);
    fixture_new(&lite, &ENGINE_SQLITE);
    OK(&duck, run(&duck, "CREATE TABLE t AS SELECT 1 i"));
    OK(&lite, run(&lite, "CREATE TABLE t (i)"));
    fixture_close(&duck);
    fixture_close(&lite);
    EngineConfig config = fixture_config(&duck);
    FAILS(&lite, ERR_CORRUPT, try_open(&lite, &config));
    config = fixture_config(&lite);
    FAILS(&duck, ERR_CORRUPT, try_open(&duck, &config));
    char parquet[] = "PAR1............................................PAR1";
    write_file(lite.path, (Str){parquet, sizeof(parquet) - 1});
    FAILS(&duck, ERR_CORRUPT, try_open(&duck, &config));
    fixture_free(&duck);
    fixture_free(&lite);
}

/* Fills the file, cuts it or overwrites its middle, and reads everything. */
static void damage(const Engine *engine, bool is_cut) {
    Fixture f;
    fixture_new(&f, engine);
    OK(&f,
       run(&f,
           is_duckdb(&f)
               ? "CREATE TABLE t AS SELECT i, hash(i)::VARCHAR || i s FROM range(200000) r(i)"
               : "CREATE TABLE t AS WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 20000) "
                 "SELECT i, hex(randomblob(20)) s FROM r"));
    fixture_close(&f);
    struct stat info;
    assert_int_equal(stat(f.path, &info), 0);
    if (is_cut) {
        assert_int_equal(truncate(f.path, info.st_size / 3), 0);
    } else {
        int fd = open(f.path, O_RDWR | O_CLOEXEC);
        char junk[4096];
        memset(junk, 0x5A, sizeof(junk));
        for (off_t at = 16384; at < info.st_size; at += 8192)
            assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
        close(fd);
    }
    EngineConfig config = fixture_config(&f);
    f.err = (Err){0};
    ErrCode code = engine_open(&f.ctx, f.registry, f.engine, &config, &f.db, &f.err);
    if (!code) {
        OK(&f, engine_connect(&f.ctx, f.db, &f.conn, &f.err));
        SqlText sql = {.text = S("SELECT count(*) FROM t WHERE s LIKE '%99%'")};
        Value value;
        code = engine_value(&f.ctx, f.conn, &sql, &value, &f.err);
    }
    if (code != ERR_CORRUPT)
        fail_msg("%s, cut %d: %d %s (%s)", engine_name(engine), is_cut, code, f.err.message, f.err.detail);
    fixture_free(&f);
}

TEST(damaged_files) {
    for (size_t e = 0; e < N_FILE_ENGINES; e++) {
        damage(ENGINES[e], true);
        damage(ENGINES[e], false);
    }
}

/* As another user where the test runs as root, who may do everything. */
static int in_child(void (*fn)(Fixture *f), Fixture *f, bool is_nobody) {
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (is_nobody && geteuid() == 0 && (setgid(65534) || setuid(65534))) _exit(77);
        /* A registry's thread does not survive a fork. */
        f->registry = engine_registry_new();
        fn(f);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void open_unwritable(Fixture *f) {
    EngineConfig config = fixture_config(f);
    ErrCode code = try_open(f, &config);
    if (code != ERR_IO) {
        fprintf(stderr, "unwritable: %d %s (%s)\n", (int)code, f->err.message, f->err.detail);
        _exit(1);
    }
    config.path = path_join(f->arena, f->dir, "new.db"); /* nor can one be made in that folder */
    code = try_open(f, &config);
    if (code != ERR_IO) {
        fprintf(stderr, "unwritable folder: %d %s (%s)\n", (int)code, f->err.message, f->err.detail);
        _exit(2);
    }
    config = fixture_config(f);
    config.is_read_only = true;
    code = try_open(f, &config);
    if (code) {
        fprintf(stderr, "reading: %d %s (%s)\n", (int)code, f->err.message, f->err.detail);
        _exit(3);
    }
}

TEST(an_unwritable_file) {
    for (size_t e = 0; e < N_FILE_ENGINES; e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
        if (!is_duckdb(&f))
            OK(&f, run(&f, "PRAGMA journal_mode = DELETE")); /* WAL needs a file beside it, even to read */
        fixture_close(&f);
        assert_int_equal(chmod(f.path, 0444), 0);
        assert_int_equal(chmod(f.dir, 0555), 0);
        int status = in_child(open_unwritable, &f, true);
        assert_int_equal(chmod(f.dir, 0755), 0);
        if (status != 77) assert_int_equal(status, 0);
        fixture_free(&f);
    }
}

static void expect_busy(Fixture *f) {
    EngineConfig config = fixture_config(f);
    ErrCode code = try_open(f, &config);
    char pid[32];
    snprintf(pid, sizeof(pid), "process %d", (int)getppid());
    if (code != ERR_BUSY || !strstr(f->err.message, pid)) {
        fprintf(stderr, "held: %d %s (%s)\n", (int)code, f->err.message, f->err.detail);
        _exit(1);
    }
}

/* Another process sees that we hold it, and by whom; also after a second open and close in this process. */
TEST(held_by_another_process) {
    Fixture f;
    fixture_new(&f, &ENGINE_DUCKDB);
    OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
    assert_int_equal(in_child(expect_busy, &f, false), 0);
    EngineConfig config = fixture_config(&f);
    OK(&f, try_open(&f, &config));
    assert_int_equal(in_child(expect_busy, &f, false), 0);
    fixture_free(&f);
}

TEST(one_instance_a_file) {
    Fixture f;
    fixture_new(&f, &ENGINE_DUCKDB);
    OK(&f, run(&f, "CREATE TABLE t AS SELECT 42 i"));
    EngineConfig config = fixture_config(&f);
    EngineDb *again = NULL;
    OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &again, &f.err));
    assert_ptr_equal(again, f.db);
    engine_close(again);
    /* By whatever name. */
    const char *soft = path_join(f.arena, f.dir, "soft.db");
    const char *hard = path_join(f.arena, f.dir, "hard.db");
    assert_int_equal(symlink(f.path, soft), 0);
    assert_int_equal(link(f.path, hard), 0);
    const char *dots = arena_printf(f.arena, "%s/../%.*s/data.db", f.dir, STR_ARG(path_base(f.dir))).p;
    const char *names[] = {soft, hard, dots};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        config.path = names[i];
        OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &again, &f.err));
        assert_ptr_equal(again, f.db);
        engine_close(again);
    }
    assert_int_equal(count(&f, "SELECT i FROM t"), 42);
    /* Not with other settings. */
    EngineConfig others[] = {fixture_config(&f), fixture_config(&f), fixture_config(&f), fixture_config(&f)};
    const Str paths[] = {S("/tmp/x/")};
    others[0].is_read_only = true;
    others[1].memory_limit_bytes = 1 << 28;
    others[2].is_locked_down = true;
    others[3].allowed_paths = paths;
    others[3].n_allowed_paths = 1;
    for (size_t i = 0; i < COUNT_OF(others); i++) FAILS(&f, ERR_CONFLICT, try_open(&f, &others[i]));
    /* Not when another file took its place. */
    assert_int_equal(unlink(f.path), 0);
    write_file(f.path, S(""));
    config.path = f.path;
    FAILS(&f, ERR_CONFLICT, try_open(&f, &config));
    fixture_free(&f);
}

TEST(databases_in_memory_are_apart) {
    for (size_t e = 0; e < N_FILE_ENGINES; e++) {
        Fixture f;
        fixture_init(&f, ENGINES[e]);
        f.path = NULL;
        fixture_open(&f);
        EngineDb *other = NULL;
        EngineConn *conn = NULL, *second = NULL;
        EngineConfig config = fixture_config(&f);
        OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &other, &f.err));
        assert_ptr_not_equal(other, f.db);
        OK(&f, engine_connect(&f.ctx, other, &conn, &f.err));
        OK(&f, engine_connect(&f.ctx, f.db, &second, &f.err));
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
        SqlText sql = {.text = S("INSERT INTO t VALUES (1)")};
        OK(&f, engine_exec(&f.ctx, second, &sql, NULL, &f.err)); /* its own connections share it */
        FAILS(&f, ERR_ENGINE, engine_exec(&f.ctx, conn, &sql, NULL, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1);
        engine_disconnect(conn);
        engine_disconnect(second);
        engine_close(other);
        fixture_free(&f);
    }
}

TEST(closing_in_any_order) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
        OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
        OK(&f, run(&f, "INSERT INTO t VALUES (1)"));
        const Str names[] = {S("i")};
        EngineAppender *appender = NULL;
        OK(&f,
           engine_append_open(&f.ctx, f.conn, sql_relation_table(f.arena, S(""), S("t")), names, 1, &appender, &f.err));
        EngineStream *stream = query(&f, "SELECT i FROM t");
        engine_close(f.db);
        f.db = NULL;
        EngineConfig config = fixture_config(&f); /* the instance lives on with its connection, and is found */
        EngineDb *again = NULL;
        OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &again, &f.err));
        engine_close(again);
        engine_disconnect(f.conn);
        f.conn = NULL;
        const Batch *batch = NULL;
        FAILS(&f, ERR_CONFLICT, engine_stream_next(stream, &batch, &f.err));
        engine_stream_close(stream);
        FAILS(&f, ERR_CONFLICT, engine_append_close(appender, &f.err));
        engine_close(NULL);
        engine_disconnect(NULL);
        engine_stream_close(NULL);
        engine_append_abort(NULL);
        fixture_open(&f);
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0); /* what was open was rolled back */
        fixture_free(&f);
    }
}

/* Commits and dies; nothing is closed. */
static void commit_and_die(Fixture *f) {
    fixture_open(f);
    if (engine_begin(&f->ctx, f->conn, true, &f->err) || run(f, "INSERT INTO t VALUES (7)") ||
        engine_commit(&f->ctx, f->conn, &f->err) || run(f, "INSERT INTO t VALUES (8)") ||
        engine_begin(&f->ctx, f->conn, true, &f->err) || run(f, "INSERT INTO t VALUES (9)"))
        _exit(1);
}

/* What was committed before a crash is there, also to who opens it for reading first; what was not is not. */
TEST(after_a_crash) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
        fixture_close(&f);
        assert_int_equal(in_child(commit_and_die, &f, false), 0);
        for (int is_read_only = 1; is_read_only >= 0; is_read_only--) {
            EngineConfig config = fixture_config(&f);
            config.is_read_only = is_read_only;
            OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &f.db, &f.err));
            OK(&f, engine_connect(&f.ctx, f.db, &f.conn, &f.err));
            assert_int_equal(count(&f, "SELECT count(*) * 100 + sum(i) FROM t"), 215);
            fixture_close(&f);
        }
        fixture_free(&f);
    }
}

TEST(read_only) {
    for (size_t e = 0; e < n_engines(); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
        fixture_close(&f);
        EngineConfig config = fixture_config(&f);
        config.is_read_only = true;
        OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &f.db, &f.err));
        OK(&f, engine_connect(&f.ctx, f.db, &f.conn, &f.err));
        assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
        FAILS(&f, ERR_CONFLICT, run(&f, "INSERT INTO t VALUES (1)"));
        fixture_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_wrong_with_a_file),
        cmocka_unit_test(another_engines_file),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(an_unwritable_file),
        cmocka_unit_test(held_by_another_process),
        cmocka_unit_test(one_instance_a_file),
        cmocka_unit_test(databases_in_memory_are_apart),
        cmocka_unit_test(closing_in_any_order),
        cmocka_unit_test(after_a_crash),
        cmocka_unit_test(read_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
