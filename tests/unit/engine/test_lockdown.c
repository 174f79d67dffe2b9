/* A locked-down DuckDB: its own tables and folders, and nothing else. */
#include "engine_fixture.h"

static const char *allowed_file(Fixture *f) {
    return path_join(f->arena, f->dir, "given.csv");
}

static void open_locked(Fixture *f) {
    fixture_init(f, &ENGINE_DUCKDB);
    const char *lake = path_join(f->arena, f->dir, "lake's");
    OK(f, file_make_dir(lake, &f->err));
    OK(f, file_write_atomic(allowed_file(f), S("a,b\n1,2\n"), &f->err));
    OK(f, file_write_atomic(path_join(f->arena, f->dir, "other.csv"), S("a,b\n1,2\n"), &f->err));
    Str *paths = ARENA_ARRAY(f->arena, Str, 2);
    paths[0] = arena_printf(f->arena, "%s/", lake); /* a quote in it */
    paths[1] = str_of(allowed_file(f));
    EngineConfig config = fixture_config(f);
    config.is_locked_down = true;
    config.memory_limit_bytes = 256 << 20;
    config.allowed_paths = paths;
    config.n_allowed_paths = 2;
    OK(f, engine_open(&f->ctx, f->registry, f->engine, &config, &f->db, &f->err));
    OK(f, engine_connect(&f->ctx, f->db, &f->conn, &f->err));
}

static void refused(Fixture *f, const char *format, const char *name) {
    const char *text = arena_printf(f->arena, "%s", format).p;
    Str at = str_of(text);
    ptrdiff_t hole = str_find(at, S("%"));
    if (hole >= 0) text = arena_printf(f->arena, "%.*s'%s/%s'%s", (int)hole, text, f->dir, name, text + hole + 1).p;
    f->err = (Err){0};
    ErrCode code = run(f, text);
    if (code != ERR_DENIED) fail_msg("%s: %d %s (%s)", text, (int)code, f->err.message, f->err.detail);
    assert_null(strstr(f->err.message, f->dir)); /* where is not for everybody */
}

TEST(what_is_refused) {
    Fixture f;
    open_locked(&f);
    OK(&f, run(&f, "CREATE TABLE t AS SELECT 1 i"));
    refused(&f, "SELECT * FROM read_csv(%)", "other.csv");
    refused(&f, "SELECT * FROM read_text(%)", "other.csv");
    refused(&f, "SELECT * FROM read_csv(%)", "lake''s/../other.csv");
    refused(&f, "SELECT * FROM %", "other.csv");
    refused(&f, "SELECT * FROM glob(%)", "*");
    refused(&f, "COPY t TO %", "out.csv");
    refused(&f, "COPY t FROM %", "other.csv");
    refused(&f, "ATTACH %", "new.db");
    refused(&f, "EXPORT DATABASE %", "all");
    refused(&f, "SELECT * FROM read_text('/etc/passwd')", "");
    refused(&f, "INSTALL httpfs", "");
    refused(&f, "LOAD httpfs", "");
    refused(&f, "SET threads = 1", "");
    refused(&f, "SET memory_limit = '4GB'", "");
    refused(&f, "SET TimeZone = 'Europe/Berlin'", "");
    refused(&f, "SET GLOBAL lock_configuration = false", "");
    refused(&f, "RESET memory_limit", "");
    refused(&f, "PRAGMA threads = 1", "");
    refused(&f, "SET GLOBAL allowed_directories = ['/']", "");
    fixture_free(&f);
}

TEST(what_still_works) {
    Fixture f;
    open_locked(&f);
    OK(&f, run(&f, "CREATE TABLE t AS SELECT i, 'text ' || i s FROM range(100000) r(i)"));
    SqlText copy = {.text = arena_printf(f.arena, "COPY t TO '%s/lake''s/t.parquet'", f.dir)};
    OK(&f, engine_exec(&f.ctx, f.conn, &copy, NULL, &f.err));
    Value value;
    SqlText read = {.text = arena_printf(f.arena, "SELECT count(*) FROM read_parquet('%s/lake''s/*.parquet')", f.dir)};
    OK(&f, engine_value(&f.ctx, f.conn, &read, &value, &f.err));
    assert_int_equal(value.i, 100000);
    SqlText given = {.text = arena_printf(f.arena, "SELECT a + b FROM read_csv('%s')", allowed_file(&f))};
    OK(&f, engine_value(&f.ctx, f.conn, &given, &value, &f.err));
    assert_int_equal(value.i, 3);
    OK(&f, run(&f, "CHECKPOINT"));
    SqlText zone = {.text = S("SELECT current_setting('TimeZone')")};
    OK(&f, engine_value(&f.ctx, f.conn, &zone, &value, &f.err));
    assert_true(str_eq(value.s, S("UTC")));
    assert_true(engine_progress(f.conn) < 0);
    fixture_close(&f);
    fixture_open(&f); /* another time it may be opened otherwise */
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 100000);
    fixture_free(&f);
}

/* A sort larger than the memory limit spills beside the file, locked down as it is. */
TEST(spilling_works_locked_down) {
    Fixture f;
    fixture_init(&f, &ENGINE_DUCKDB);
    EngineConfig config = fixture_config(&f);
    config.is_locked_down = true;
    config.memory_limit_bytes = 64 << 20;
    OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &f.db, &f.err));
    OK(&f, engine_connect(&f.ctx, f.db, &f.conn, &f.err));
    OK(&f, run(&f, "CREATE TABLE t AS SELECT i, hash(i)::VARCHAR || 'padding that makes the row longer' s "
                   "FROM range(1500000) r(i)"));
    assert_int_equal(
        count(&f, "SELECT i FROM (SELECT i, row_number() OVER (ORDER BY s DESC) n FROM t) WHERE n = 1500000") >= 0,
        true);
    fixture_free(&f);
}

TEST(sqlite_locked_down_attaches_nothing) {
    Fixture f;
    fixture_init(&f, &ENGINE_SQLITE);
    EngineConfig config = fixture_config(&f);
    config.is_locked_down = true;
    OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &f.db, &f.err));
    OK(&f, engine_connect(&f.ctx, f.db, &f.conn, &f.err));
    SqlText attach = {.text = arena_printf(f.arena, "ATTACH '%s/other.db' AS o", f.dir)};
    FAILS(&f, ERR_DENIED, engine_exec(&f.ctx, f.conn, &attach, NULL, &f.err));
    fixture_free(&f);
}

/* Settings every SQLite connection has. */
TEST(sqlite_settings) {
    Fixture f;
    fixture_new(&f, &ENGINE_SQLITE);
    assert_int_equal(count(&f, "PRAGMA foreign_keys"), 1);
    assert_int_equal(count(&f, "PRAGMA trusted_schema"), 0);
    SqlText mode = {.text = S("PRAGMA journal_mode")};
    Value value;
    OK(&f, engine_value(&f.ctx, f.conn, &mode, &value, &f.err));
    assert_true(str_eq(value.s, S("wal")));
    FAILS(&f, ERR_ENGINE, run(&f, "SELECT \"no_such_column\"")); /* never a string */
    FAILS(&f, ERR_ENGINE, run(&f, "SELECT load_extension('x')"));
    OK(&f, run(&f, "CREATE TABLE p (i INTEGER PRIMARY KEY)"));
    OK(&f, run(&f, "CREATE TABLE c (i INTEGER REFERENCES p)"));
    FAILS(&f, ERR_DATA, run(&f, "INSERT INTO c VALUES (1)"));
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(what_still_works),
        cmocka_unit_test(spilling_works_locked_down),
        cmocka_unit_test(sqlite_locked_down_attaches_nothing),
        cmocka_unit_test(sqlite_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
