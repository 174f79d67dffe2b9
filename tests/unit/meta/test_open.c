/* Opening: new, again, older, newer, for reading, not ours, damaged; and several processes at once. */
#include "meta_fixture.h"

#include <sys/wait.h>

TEST(made_and_opened_again) {
    Fixture f;
    fixture_init(&f);
    FAILS(&f, ERR_NOT_FOUND, fixture_open(&f, false, false));
    FAILS(&f, ERR_NOT_FOUND, fixture_open(&f, true, true));
    OK(&f, fixture_open(&f, true, false));
    add_project(&f, "a");
    fixture_close(&f);
    OK(&f, fixture_open(&f, false, false));
    MetaProject *projects = NULL;
    size_t n = 0;
    OK(&f, meta_projects(&f.ctx, f.meta, &projects, &n, &f.err));
    assert_int_equal(n, 1);
    assert_int_equal(count(&f, "SELECT version FROM meta_schema"), META_VERSION);
    fixture_free(&f);
    meta_close(NULL);
}

/* Version 0 is a database without tables. */
TEST(an_older_schema_is_brought_forward) {
    Fixture f;
    fixture_init(&f);
    OK(&f, file_write_atomic(f.path, S(""), &f.err));
    FAILS(&f, ERR_VERSION, fixture_open(&f, false, true));
    assert_non_null(strstr(f.err.message, "older version 0"));
    OK(&f, fixture_open(&f, false, false));
    assert_int_equal(count(&f, "SELECT version FROM meta_schema"), META_VERSION);
    add_project(&f, "a");
    fixture_close(&f);
    OK(&f, fixture_open(&f, false, true));
    fixture_free(&f);
}

TEST(a_newer_schema_is_refused) {
    Fixture f;
    fixture_new(&f);
    exec(&f, "UPDATE meta_schema SET version = 99");
    fixture_close(&f);
    for (int is_read_only = 0; is_read_only < 2; is_read_only++) {
        FAILS(&f, ERR_VERSION, fixture_open(&f, false, is_read_only));
        assert_non_null(strstr(f.err.message, "99"));
        Str known = arena_printf(f.arena, "up to version %d", META_VERSION);
        assert_true(str_find(str_of(f.err.message), known) >= 0);
        assert_null(f.meta);
    }
    fixture_free(&f);
}

TEST(for_reading_only) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "a");
    fixture_close(&f);
    OK(&f, fixture_open(&f, false, true));
    MetaProject *projects = NULL;
    size_t n = 0;
    OK(&f, meta_projects(&f.ctx, f.meta, &projects, &n, &f.err));
    assert_int_equal(n, 1);
    FAILS(&f, ERR_CONFLICT, meta_project_add(&f.ctx, f.meta, S("b"), S("pack"), &f.err));
    OK(&f, meta_projects(&f.ctx, f.meta, &projects, &n, &f.err));
    assert_int_equal(n, 1);
    fixture_free(&f);
}

TEST(what_is_not_ours_or_damaged) {
    Fixture f;
    fixture_init(&f);
    OK(&f, file_write_atomic(f.path, S("this is some text that somebody wrote into a file of that name\n"), &f.err));
    FAILS(&f, ERR_CORRUPT, fixture_open(&f, true, false));
    assert_int_equal(unlink(f.path), 0);

    OK(&f, fixture_open(&f, true, false));
    exec(&f, "DROP TABLE meta_schema");
    fixture_close(&f);
    FAILS(&f, ERR_CORRUPT, fixture_open(&f, false, false));
    assert_non_null(strstr(f.err.message, f.path));
    assert_int_equal(unlink(f.path), 0);

    OK(&f, fixture_open(&f, true, false));
    exec(&f, "UPDATE meta_schema SET version = 0");
    fixture_close(&f);
    FAILS(&f, ERR_CORRUPT, fixture_open(&f, false, false));
    assert_int_equal(unlink(f.path), 0);

    /* the header stands, the schema behind it is overwritten */
    OK(&f, fixture_open(&f, true, false));
    fixture_close(&f);
    Str bytes;
    OK(&f, file_read(f.arena, f.path, 1 << 20, &bytes, &f.err));
    memset((char *)(uintptr_t)bytes.p + 100, 'x', 900);
    OK(&f, file_write_atomic(f.path, bytes, &f.err));
    FAILS(&f, ERR_CORRUPT, fixture_open(&f, false, false));
    fixture_free(&f);
}

/* ---- migrations ----------------------------------------------------------------------------------------------------- */

static ErrCode create(const Ctx *ctx, EngineConn *conn, const char *name, Err *err) {
    Str table = str_of(name);
    const Type whole = TYPE(TYPE_INT64);
    return engine_execf(ctx, conn, NULL, err, "CREATE TABLE %I (x %T)", &table, &whole);
}

static ErrCode to_1(const Ctx *ctx, EngineConn *conn, Err *err) {
    return create(ctx, conn, "first", err);
}

static ErrCode to_2(const Ctx *ctx, EngineConn *conn, Err *err) {
    TRY(create(ctx, conn, "second", err));
    return create(ctx, conn, "third", err);
}

static ErrCode to_2_and_fail(const Ctx *ctx, EngineConn *conn, Err *err) {
    TRY(create(ctx, conn, "second", err));
    return err_set(err, ERR_DATA, "the second step fails");
}

/* A step that fails leaves nothing behind, the steps before it stay, and the next try goes on from there. */
TEST(each_migration_is_all_or_nothing) {
    const MetaMigration failing[] = {{1, to_1}, {2, to_2_and_fail}}, good[] = {{1, to_1}, {2, to_2}};
    Fixture f;
    fixture_init(&f);
    EngineConfig config = {.path = f.path, .is_create = true};
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    int64_t version = -1;
    OK(&f, engine_open(&f.ctx, f.registry, &ENGINE_SQLITE, &config, &db, &f.err));
    OK(&f, engine_connect(&f.ctx, db, &conn, &f.err));
    FAILS(&f, ERR_DATA, meta_schema_migrate(&f.ctx, conn, failing, 2, &f.err));
    assert_non_null(strstr(f.err.message, "version 2"));
    OK(&f, meta_schema_version(&f.ctx, conn, &version, &f.err));
    assert_int_equal(version, 1);
    OK(&f, meta_schema_migrate(&f.ctx, conn, good, 2, &f.err));
    OK(&f, meta_schema_version(&f.ctx, conn, &version, &f.err));
    assert_int_equal(version, 2);
    OK(&f, meta_schema_migrate(&f.ctx, conn, good, 2, &f.err)); /* nothing is left to do */
    EngineTable *tables = NULL;
    size_t n = 0;
    OK(&f, engine_introspect(&f.ctx, conn, S(""), &tables, &n, &f.err));
    assert_int_equal(n, 4);
    engine_disconnect(conn);
    engine_close(db);
    fixture_free(&f);
}

/* What an older program wrote is kept by the steps forward. */
TEST(files_of_before_were_taken_in_whole) {
    Fixture f;
    fixture_init(&f);
    EngineConfig config = {.path = f.path, .is_create = true};
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    OK(&f, engine_open(&f.ctx, f.registry, &ENGINE_SQLITE, &config, &db, &f.err));
    OK(&f, engine_connect(&f.ctx, db, &conn, &f.err));
    OK(&f, meta_schema_migrate(&f.ctx, conn, META_MIGRATIONS, 1, &f.err));
    OK(&f, engine_execf(&f.ctx, conn, NULL, &f.err, "INSERT INTO project VALUES ('p', 'pack', 0, 1)"));
    OK(&f, engine_execf(&f.ctx, conn, NULL, &f.err, "INSERT INTO file VALUES (7, 'p', 'in', 'n', 'a', 'h', 1, 2, 3)"));
    engine_disconnect(conn);
    engine_close(db);
    FAILS(&f, ERR_VERSION, fixture_open(&f, false, true));
    OK(&f, fixture_open(&f, false, false));
    MetaFile *files = NULL;
    size_t n = 0;
    OK(&f, meta_files(&f.ctx, f.meta, S("p"), &files, &n, &f.err));
    assert_int_equal(n, 1);
    assert_int_equal(files[0].id, 7);
    assert_int_equal(files[0].at_us, 3);
    assert_false(files[0].is_quarantine);
    fixture_free(&f);
}

/* ---- several processes ---------------------------------------------------------------------------------------------- */

/* A process that holds the file for writing from when it says so on the pipe until it is told to end, or for hold_ms. */
static pid_t hold_in_child(const char *dir, int hold_ms, int said[2], int told[2]) {
    assert_int_equal(pipe(said), 0);
    assert_int_equal(pipe(told), 0);
    pid_t pid = fork();
    if (pid) return pid;
    Fixture f;
    char byte = 'x';
    fixture_begin(&f, dir);
    bool is_held =
        !fixture_open(&f, true, false) && !meta_begin(&f.ctx, f.meta, &f.err) && write(said[1], &byte, 1) == 1;
    if (hold_ms)
        usleep((useconds_t)hold_ms * 1000);
    else
        is_held = is_held && read(told[0], &byte, 1) == 1;
    if (is_held) engine_rollback(f.meta->conn);
    _exit(is_held ? 0 : 1);
}

static void wait_for(pid_t pid) {
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(another_process_is_writing) {
    char dir[256], byte;
    int said[2], told[2];
    make_dir(dir);
    pid_t pid = hold_in_child(dir, 0, said, told);
    assert_int_equal(read(said[0], &byte, 1), 1);
    Fixture f;
    fixture_begin(&f, dir);
    OK(&f, fixture_open(&f, false, false));
    MetaProject *projects = NULL;
    size_t n = 0;
    OK(&f, meta_projects(&f.ctx, f.meta, &projects, &n, &f.err)); /* readers do not wait */
    f.ctx.deadline_us = clock_monotonic(f.ctx.clock) + 200000;
    FAILS(&f, ERR_TIMEOUT, meta_project_add(&f.ctx, f.meta, S("a"), S("pack"), &f.err));
    f.ctx.deadline_us = 0;
    FAILS(&f, ERR_BUSY, meta_project_add(&f.ctx, f.meta, S("a"), S("pack"), &f.err));
    assert_int_equal(write(told[1], "x", 1), 1);
    wait_for(pid);
    add_project(&f, "a");
    fixture_free(&f);
}

TEST(a_short_wait_is_waited) {
    char dir[256], byte;
    int said[2], told[2];
    make_dir(dir);
    pid_t pid = hold_in_child(dir, 300, said, told);
    assert_int_equal(read(said[0], &byte, 1), 1);
    Fixture f;
    fixture_begin(&f, dir);
    OK(&f, fixture_open(&f, false, false));
    add_project(&f, "a");
    wait_for(pid);
    fixture_free(&f);
}

/* Whoever comes first makes the tables; everybody's project is there. */
TEST(several_processes_open_a_new_file) {
    enum { PROCESSES = 6 };
    char dir[256];
    pid_t pids[PROCESSES];
    make_dir(dir);
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        if (pids[i]) continue;
        Fixture f;
        fixture_begin(&f, dir);
        char name[] = {(char)('a' + i), '\0'};
        bool is_done =
            !fixture_open(&f, true, false) && !meta_project_add(&f.ctx, f.meta, str_of(name), S("pack"), &f.err);
        if (!is_done) fprintf(stderr, "%s (%s)\n", f.err.message, f.err.detail);
        _exit(is_done ? 0 : 1);
    }
    for (int i = 0; i < PROCESSES; i++) wait_for(pids[i]);
    Fixture f;
    fixture_begin(&f, dir);
    OK(&f, fixture_open(&f, false, false));
    assert_int_equal(count(&f, "SELECT count(*) FROM project"), PROCESSES);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_and_opened_again),
        cmocka_unit_test(an_older_schema_is_brought_forward),
        cmocka_unit_test(a_newer_schema_is_refused),
        cmocka_unit_test(for_reading_only),
        cmocka_unit_test(what_is_not_ours_or_damaged),
        cmocka_unit_test(each_migration_is_all_or_nothing),
        cmocka_unit_test(files_of_before_were_taken_in_whole),
        cmocka_unit_test(another_process_is_writing),
        cmocka_unit_test(a_short_wait_is_waited),
        cmocka_unit_test(several_processes_open_a_new_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
