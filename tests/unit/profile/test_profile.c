/* Profiles on both engines: counts, extremes, keys and dependencies that hold or fail, nulls, violators by example. */
#include "test.h"

#include "profile/profile.h"

#include <string.h>

typedef struct Fixture {
    Arena *arena;
    Ctx ctx;
    EngineRegistry *registry;
    const Engine *engine;
    EngineDb *db;
    EngineConn *conn;
    Err err;
} Fixture;

static const Engine *const ENGINES[] = {&ENGINE_DUCKDB, &ENGINE_SQLITE};

#define OK(f, expr)                                                                      \
    do {                                                                                 \
        ErrCode ok_code_ = (expr);                                                       \
        if (ok_code_) fail_msg("%s: %s (%s)", #expr, (f)->err.message, (f)->err.detail); \
    } while (0)

static void exec(Fixture *f, const char *sql) {
    SqlText text = {.text = str_of(sql)};
    OK(f, engine_exec(&f->ctx, f->conn, &text, NULL, &f->err));
}

static void fixture_new(Fixture *f, const Engine *engine) {
    *f = (Fixture){.arena = arena_new(0), .registry = engine_registry_new(), .engine = engine};
    f->ctx = (Ctx){.arena = f->arena, .security = &SECURITY_OWNER, .clock = CLOCK_SYSTEM, .as_of_us = INT64_MIN};
    EngineConfig config = {.is_create = true, .n_threads = 2};
    OK(f, engine_open(&f->ctx, f->registry, engine, &config, &f->db, &f->err));
    OK(f, engine_connect(&f->ctx, f->db, &f->conn, &f->err));
}

static void fixture_free(Fixture *f) {
    engine_disconnect(f->conn);
    engine_close(f->db);
    engine_registry_free(f->registry);
    arena_free(f->arena);
}

static const EngineTable *table_of(Fixture *f, const char *name) {
    EngineTable *tables = NULL;
    size_t n = 0;
    OK(f, engine_introspect(&f->ctx, f->conn, S(""), &tables, &n, &f->err));
    for (size_t i = 0; i < n; i++) {
        if (str_eq(tables[i].name, str_of(name))) return &tables[i];
    }
    fail_msg("no table %s", name);
    return NULL;
}

static void assert_str(Str got, const char *wanted) {
    if (!str_eq(got, str_of(wanted))) fail_msg("wanted '%s', got '%.*s'", wanted, STR_ARG(got));
}

static void assert_violation(const ProfileViolation *got, int64_t n_violators, const char *const *examples) {
    assert_int_equal(got->holds, n_violators == 0);
    assert_int_equal(got->n_violators, n_violators);
    size_t n = 0;
    for (; examples && examples[n]; n++) {
        assert_true(n < got->n_examples);
        assert_str(got->examples[n], examples[n]);
    }
    assert_int_equal(got->n_examples, n);
}

#define NAMES(...) ((const Str[]){__VA_ARGS__}), sizeof((const Str[]){__VA_ARGS__}) / sizeof(Str)
#define EXAMPLES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void make_people(Fixture *f) {
    exec(f, "CREATE TABLE people (id BIGINT, name VARCHAR(20), place VARCHAR(20), born DATE, amount DECIMAL(10,2), "
            "is_open BOOLEAN, ratio DOUBLE PRECISION)");
    exec(f, "INSERT INTO people VALUES "
            "(1, 'Ann', 'Ulm', '1980-01-02', 1050, true, 0.5), "
            "(2, 'Bob', 'Ulm', '1979-12-31', -250, false, -1.5), "
            "(2, 'Bob', 'Bonn', NULL, 0, true, NULL), "
            "(3, NULL, 'Ulm', '2001-05-06', NULL, NULL, 2.25), "
            "(3, 'Cy', NULL, '2001-05-06', 1, true, 2.25), "
            "(NULL, 'Dee', 'Köln', '2001-05-06', 1, true, 2.25), "
            "(NULL, 'Dee', 'Trier', '2001-05-06', 1, true, 2.25)");
}

TEST(columns) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        make_people(&f);
        const Profile *profile = NULL;
        OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "people"), NULL, 0, NULL, 0, &profile, &f.err));
        assert_int_equal(profile->n_rows, 7);
        assert_int_equal(profile->n_columns, 7);
        /* SQLite keeps decimals as scaled integers: what stands there as 1050 is 10.50 */
        bool is_scaled = ENGINES[e] == &ENGINE_SQLITE;
        const struct {
            const char *name, *min, *max;
            int64_t n_nulls, n_distinct;
        } wanted[] = {
            {"id", "1", "3", 2, 3},
            {"name", "Ann", "Dee", 1, 4},
            {"place", "Bonn", "Ulm", 1, 4},
            {"born", "1979-12-31", "2001-05-06", 1, 3},
            {"amount", is_scaled ? "-2.50" : "-250.00", is_scaled ? "10.50" : "1050.00", 1, 4},
            {"is_open", "false", "true", 1, 2},
            {"ratio", "-1.5", "2.25", 1, 3},
        };
        for (size_t i = 0; i < COUNT_OF(wanted); i++) {
            const ProfileColumn *column = &profile->columns[i];
            assert_str(column->name, wanted[i].name);
            assert_int_equal(column->n_nulls, wanted[i].n_nulls);
            assert_int_equal(column->n_distinct, wanted[i].n_distinct);
            assert_str(value_print(f.arena, column->min), wanted[i].min);
            assert_str(value_print(f.arena, column->max), wanted[i].max);
        }
        fixture_free(&f);
    }
}

TEST(keys) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        make_people(&f);
        const ProfileKey keys[] = {
            {NAMES(S("id"))}, {NAMES(S("id"), S("place"))}, {NAMES(S("name"))}, {NAMES(S("place"), S("name"))},
            {NAMES(S("id"))},
        };
        const Profile *profile = NULL;
        OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "people"), keys, COUNT_OF(keys), NULL, 0, &profile, &f.err));
        /* rows with a null in the key are not looked at: 3 stands once with a place */
        assert_violation(&profile->keys[0], 2, EXAMPLES("id=2: 2 rows", "id=3: 2 rows"));
        assert_violation(&profile->keys[1], 0, NULL);
        assert_violation(&profile->keys[2], 2, EXAMPLES("name='Bob': 2 rows", "name='Dee': 2 rows"));
        assert_violation(&profile->keys[3], 0, NULL);
        assert_violation(&profile->keys[4], 2, EXAMPLES("id=2: 2 rows", "id=3: 2 rows"));
        fixture_free(&f);
    }
}

TEST(dependencies) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        make_people(&f);
        const ProfileDependency dependencies[] = {
            {NAMES(S("id")), S("name")},    /* 3 has a name and a null */
            {NAMES(S("id")), S("place")},   /* 2 has two, 3 has one and a null */
            {NAMES(S("id")), S("born")},    /* 2 has one and a null, 3 always the same */
            {NAMES(S("name")), S("id")},    /* Dee's are all null, which is one value */
            {NAMES(S("name")), S("ratio")}, /* Bob has one and a null */
            {NAMES(S("id"), S("place")), S("name")},
            {NAMES(S("born")), S("amount")},
            {NAMES(S("ratio")), S("ratio")},
        };
        const ProfileKey keys[] = {{NAMES(S("id"))}};
        const Profile *profile = NULL;
        OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "people"), keys, 1, dependencies, COUNT_OF(dependencies),
                             &profile, &f.err));
        const ProfileViolation *got = profile->dependencies;
        assert_violation(&got[0], 1, EXAMPLES("id=3: 'Cy', null"));
        assert_violation(&got[1], 2, EXAMPLES("id=2: 'Bonn', 'Ulm'", "id=3: 'Ulm', null"));
        assert_violation(&got[2], 1, EXAMPLES("id=2: 1979-12-31, null"));
        assert_violation(&got[3], 0, NULL);
        assert_violation(&got[4], 1, EXAMPLES("name='Bob': -1.5, null"));
        assert_violation(&got[5], 0, NULL);
        const char *one = ENGINES[e] == &ENGINE_SQLITE ? "born=2001-05-06: 0.01, null" : "born=2001-05-06: 1.00, null";
        assert_violation(&got[6], 1, EXAMPLES(one));
        assert_violation(&got[7], 0, NULL);
        assert_violation(&profile->keys[0], 2, EXAMPLES("id=2: 2 rows", "id=3: 2 rows"));
        fixture_free(&f);
    }
}

/* Values that run together when they are put side by side are still told apart. */
TEST(composites_are_not_mixed_up) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        exec(&f, "CREATE TABLE t (a VARCHAR(9), b VARCHAR(9), c VARCHAR(9))");
        exec(
            &f,
            "INSERT INTO t VALUES ('x', 'yz', '1'), ('xy', 'z', '2'), ('', 'xyz', '3'), ('xyz', '', '4'), ('x,', 'y', '5'), "
            "('x', ',y', '6'), ('null', 'a', '7'), (NULL, 'a', '8')");
        const ProfileKey keys[] = {{NAMES(S("a"), S("b"))}};
        const ProfileDependency dependencies[] = {{NAMES(S("a"), S("b")), S("c")}, {NAMES(S("b"), S("a")), S("c")}};
        const Profile *profile = NULL;
        OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "t"), keys, 1, dependencies, 2, &profile, &f.err));
        assert_true(profile->keys[0].holds && profile->dependencies[0].holds && profile->dependencies[1].holds);
        fixture_free(&f);
    }
}

/* The worst come first, no more than five of them; long and many values are cut short. */
TEST(examples) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        exec(&f, "CREATE TABLE t (k BIGINT, v VARCHAR(200))");
        for (int k = 1; k <= 8; k++) {
            for (int v = 0; v <= k; v++) {
                Str value =
                    arena_printf(f.arena, k == 8 ? "v%d äääääääääääääääääääääääääääääääääääääääääääää" : "v%d", v);
                Value values[] = {value_int(k), value_text(value)};
                OK(&f,
                   engine_execf(&f.ctx, f.conn, NULL, &f.err, "INSERT INTO t VALUES (%V, %V)", &values[0], &values[1]));
            }
        }
        exec(&f, "INSERT INTO t VALUES (7, NULL)");
        const ProfileKey keys[] = {{NAMES(S("k"))}};
        const ProfileDependency dependencies[] = {{NAMES(S("k")), S("v")}};
        const Profile *profile = NULL;
        OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "t"), keys, 1, dependencies, 1, &profile, &f.err));
        assert_violation(&profile->keys[0], 8,
                         EXAMPLES("k=7: 9 rows", "k=8: 9 rows", "k=6: 7 rows", "k=5: 6 rows", "k=4: 5 rows"));
        assert_violation(
            &profile->dependencies[0], 8,
            EXAMPLES("k=8: 'v0 ääääääääääääääääääääääääääää…', …, 'v8 ääääääääääääääääääääääääääää…' (9 values)",
                     "k=7: 'v0', …, 'v7' (8 values), null", "k=6: 'v0', …, 'v6' (7 values)",
                     "k=5: 'v0', …, 'v5' (6 values)", "k=4: 'v0', …, 'v4' (5 values)"));
        fixture_free(&f);
    }
}

TEST(an_empty_table) {
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        exec(&f, "CREATE TABLE t (k BIGINT, v VARCHAR(20))");
        const ProfileKey keys[] = {{NAMES(S("k"))}};
        const ProfileDependency dependencies[] = {{NAMES(S("k")), S("v")}};
        const Profile *profile = NULL;
        OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "t"), keys, 1, dependencies, 1, &profile, &f.err));
        assert_int_equal(profile->n_rows, 0);
        assert_int_equal(profile->columns[0].n_distinct, 0);
        assert_true(profile->columns[0].min.is_null && profile->columns[1].max.is_null);
        assert_violation(&profile->keys[0], 0, NULL);
        assert_violation(&profile->dependencies[0], 0, NULL);
        fixture_free(&f);
    }
}

/* Types that have no equal of ours, and on SQLite columns that hold what they please. */
TEST(types_without_an_equal) {
    Fixture f;
    const Profile *profile = NULL;
    const ProfileKey keys[] = {{NAMES(S("u"))}};
    fixture_new(&f, &ENGINE_DUCKDB);
    exec(&f, "CREATE TABLE t (u UUID, b BLOB, l INTEGER[], i INTERVAL, e ENUM('y', 'x'), h HUGEINT, j JSON)");
    exec(
        &f,
        "INSERT INTO t VALUES ('00000000-0000-0000-0000-000000000001', '\\xAA\\x00'::BLOB, [1,2], INTERVAL 1 DAY, 'x', 5, '{}'), "
        "('00000000-0000-0000-0000-000000000001', '\\xAB'::BLOB, [0], NULL, 'y', 6, NULL)");
    OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "t"), keys, 1, NULL, 0, &profile, &f.err));
    assert_str(value_print(f.arena, profile->columns[0].min), "00000000-0000-0000-0000-000000000001");
    assert_true(profile->columns[1].min.is_null);
    assert_int_equal(profile->columns[1].n_distinct, 2);
    assert_str(value_print(f.arena, profile->columns[2].min), "[0]");
    assert_str(value_print(f.arena, profile->columns[5].max), "6");
    assert_violation(&profile->keys[0], 1, EXAMPLES("u='00000000-0000-0000-0000-000000000001': 2 rows"));
    fixture_free(&f);

    fixture_new(&f, &ENGINE_SQLITE);
    exec(&f, "CREATE TABLE t (u, b BLOB, v MONEY)");
    exec(&f, "INSERT INTO t VALUES (5, x'FF00', 1), (5, x'FF01', 2.5), (6, NULL, NULL)");
    OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "t"), keys, 1, NULL, 0, &profile, &f.err));
    assert_str(value_print(f.arena, profile->columns[0].max), "6");
    assert_true(profile->columns[1].min.is_null);
    assert_str(value_print(f.arena, profile->columns[2].max), "2.5");
    assert_violation(&profile->keys[0], 1, EXAMPLES("u=5: 2 rows"));
    fixture_free(&f);
}

/* More determinants than one statement takes, on the engine with the lowest limit as well. */
TEST(many_determinants) {
    enum { COLUMNS = 12, KEYS = COLUMNS * (COLUMNS - 1) / 2 };
    for (size_t e = 0; e < COUNT_OF(ENGINES); e++) {
        Fixture f;
        fixture_new(&f, ENGINES[e]);
        exec(
            &f,
            "CREATE TABLE t (c0 BIGINT, c1 BIGINT, c2 BIGINT, c3 BIGINT, c4 BIGINT, c5 BIGINT, c6 BIGINT, c7 BIGINT, c8 BIGINT, "
            "c9 BIGINT, c10 BIGINT, c11 BIGINT)");
        exec(&f, "INSERT INTO t VALUES (1,1,1,1,1,1,1,1,1,1,1,1), (1,1,1,1,1,1,1,1,1,1,1,2)");
        Str names[COLUMNS], pairs[KEYS][2];
        ProfileKey keys[KEYS];
        size_t n = 0;
        for (int i = 0; i < COLUMNS; i++) names[i] = arena_printf(f.arena, "c%d", i);
        for (int i = 0; i < COLUMNS; i++) {
            for (int j = i + 1; j < COLUMNS; j++, n++) {
                pairs[n][0] = names[i];
                pairs[n][1] = names[j];
                keys[n] = (ProfileKey){pairs[n], 2};
            }
        }
        const Profile *profile = NULL;
        OK(&f, profile_table(&f.ctx, f.conn, table_of(&f, "t"), keys, n, NULL, 0, &profile, &f.err));
        for (size_t i = 0; i < n; i++) assert_int_equal(profile->keys[i].holds, str_eq(pairs[i][1], S("c11")));
        fixture_free(&f);
    }
}

TEST(names_that_are_not_there) {
    Fixture f;
    fixture_new(&f, &ENGINE_DUCKDB);
    make_people(&f);
    const EngineTable *people = table_of(&f, "people");
    const ProfileKey wrong[] = {{NAMES(S("nmae"))}}, empty[] = {{NULL, 0}};
    const ProfileDependency dependency[] = {{NAMES(S("id")), S("plaice")}};
    const Profile *profile = NULL;
    assert_int_equal(profile_table(&f.ctx, f.conn, people, wrong, 1, NULL, 0, &profile, &f.err), ERR_UNKNOWN_NAME);
    assert_non_null(strstr(f.err.message, "did you mean 'name'?"));
    assert_int_equal(profile_table(&f.ctx, f.conn, people, NULL, 0, dependency, 1, &profile, &f.err), ERR_UNKNOWN_NAME);
    assert_non_null(strstr(f.err.message, "'place'"));
    assert_int_equal(profile_table(&f.ctx, f.conn, people, empty, 1, NULL, 0, &profile, &f.err), ERR_INVALID);
    assert_null(profile);
    Cancel cancel = {true};
    f.ctx.cancel = &cancel;
    assert_int_equal(profile_table(&f.ctx, f.conn, people, NULL, 0, NULL, 0, &profile, &f.err), ERR_CANCELLED);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns),
        cmocka_unit_test(keys),
        cmocka_unit_test(dependencies),
        cmocka_unit_test(composites_are_not_mixed_up),
        cmocka_unit_test(examples),
        cmocka_unit_test(an_empty_table),
        cmocka_unit_test(types_without_an_equal),
        cmocka_unit_test(many_determinants),
        cmocka_unit_test(names_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
