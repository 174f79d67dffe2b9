/* A pack's script in the place of files: what it may do, and what is said when it may not. */
#include "pipeline_fixture.h"

#include "pipeline/pipeline_internal.h"

/* ---- statements ----------------------------------------------------------------------------------------------------- */

TEST(a_script_is_cut_into_statements) {
    static const char text[] = "-- a comment; with a semicolon\n"
                               "SELECT ';', \";\", 'it''s;' ;;\n"
                               "/* ; /* nested ; */ ; */ SELECT $$;$$, $a_1$ ; $$ ; $a_1$, a$b;\n"
                               "\n"
                               "SELECT e'\\';', E'\\\\' -- ;\n"
                               "  , name'x;'\n"
                               ";\n"
                               "SELECT 1 - -1, 2 / 3, $1; SELECT '\xC3\xA9;\n"
                               "never closed;";
    static const struct {
        int line;
        const char *text;
    } wanted[] = {
        {2, "SELECT ';', \";\", 'it''s;' "},
        {3, "SELECT $$;$$, $a_1$ ; $$ ; $a_1$, a$b"},
        {5, "SELECT e'\\';', E'\\\\' -- ;\n  , name'x;'\n"},
        {8, "SELECT 1 - -1, 2 / 3, $1"},
        {8, "SELECT '\xC3\xA9;\nnever closed;"},
    };
    Script script = pipeline_script(str_of(text));
    Str statement;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_true(pipeline_script_next(&script, &statement));
        assert_int_equal(script.line, wanted[i].line);
        if (!str_eq(statement, str_of(wanted[i].text)))
            fail_msg("wanted:\n%s\ngot:\n%.*s", wanted[i].text, STR_ARG(statement));
    }
    assert_false(pipeline_script_next(&script, &statement));
    static const char *const none[] = {"", " ;; \n -- nothing", "/* not closed ; ", "--"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        script = pipeline_script(str_of(none[i]));
        assert_false(pipeline_script_next(&script, &statement));
    }
}

/* ---- the demo pack with a generator --------------------------------------------------------------------------------- */

#define GENERATOR "generator: {script: generate.sql, inputs: [orders, returns]}\n\n"
#define MAKE_ORDERS                                                                                                                 \
    "CREATE MACRO twice(x) AS x * 2;\n"                                                                                             \
    "CREATE TABLE numbers AS SELECT i FROM range((10 * getvariable('scale'))::BIGINT) AS r(i);\n"                                   \
    "CREATE VIEW Orders AS SELECT i AS \"Order ID\", 'C' || i % 3 AS \"Client ID\", 'Client ' || i % 3 AS \"Client Name\",\n"       \
    "  'Old' AS \"Group Name\", strftime(DATE '2014-01-31' + i::INTEGER, '%d-%m-%Y') AS \"Order Day\",\n"                           \
    "  NULL AS placed_at, twice(i + getvariable('seed'))::DECIMAL(12, 2) AS amount, '' AS weight, i > 2 AS is_open, NULL AS code\n" \
    "FROM numbers;\n"
#define MAKE_RETURNS "CREATE TABLE returns AS SELECT 1 AS order_id, 'late' AS reason, 'Yes' AS came_back;\n"

static void fixture_generator(Fixture *f, const char *script) {
    fixture_demo(f);
    use_changed_pack(f, "mappings:\n", GENERATOR "mappings:\n");
    f->project.pack = f->dir;
    write_text(f, "generate.sql", script);
}

TEST(rows_go_in_as_from_files) {
    Fixture f;
    fixture_generator(&f, "\xEF\xBB\xBF" MAKE_ORDERS MAKE_RETURNS);
    OK(&f, generate(&f, 400, 7));
    assert_load(&f, "order", 4, 0, 0);
    assert_load(&f, "client", 3, 0, 0);
    assert_load(&f, "return", 1, 0, 0);
    assert_oltp(&f, "SELECT id, client_id, day, amount, weight, is_open, placed_at FROM \"order\" ORDER BY id",
                "0|C0|2014-01-31|14.00|-|false|-\n"
                "1|C1|2014-02-01|16.00|-|false|-\n"
                "2|C2|2014-02-02|18.00|-|false|-\n"
                "3|C0|2014-02-03|20.00|-|true|-");
    const char *before = state_of(&f);
    f.now_us += 1000000;
    OK(&f, generate(&f, 400, 7));
    assert_true(counts_of(&f, "order").is_known);
    assert_rows(state_of(&f), before);
    OK(&f, generate(&f, 600, 7)); /* a larger scale adds */
    assert_load(&f, "order", 2, 0, 4);
    assert_load(&f, "return", 0, 0, 1);
    OK(&f, generate(&f, 600, 8));
    assert_load(&f, "order", 0, 6, 0);
    MetaRun *runs;
    size_t n;
    OK(&f, meta_runs(&f.ctx, f.project.meta, S("p"), 1, &runs, &n, &f.err));
    assert_true(str_eq(runs[0].kind, S("generate")));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT count(*), sum(amount) FROM silver.\"order\"", "6|126.00");
    fixture_free(&f);
}

/* What an input took in last decides, whatever it came from. */
TEST(a_file_in_between_is_news) {
    Fixture f;
    fixture_generator(&f, MAKE_ORDERS MAKE_RETURNS);
    OK(&f, generate(&f, 300, 1));
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    assert_load(&f, "order", 1, 2, 0);
    OK(&f, generate(&f, 300, 1));
    assert_false(counts_of(&f, "order").is_known);
    assert_load(&f, "order", 0, 2, 1);
    assert_true(counts_of(&f, "return").is_known);
    write_text(&f, "generate.sql", MAKE_ORDERS MAKE_RETURNS "-- another text\n");
    OK(&f, generate(&f, 300, 1));
    assert_false(counts_of(&f, "return").is_known);
    assert_load(&f, "return", 0, 0, 1);
    fixture_free(&f);
}

/* ---- tables of a files source --------------------------------------------------------------------------------------- */

#define MAKE_PRICES                                                                                                              \
    "CREATE TABLE prices AS SELECT 'a,\"' || i AS \"Code\", (i * getvariable('seed'))::DECIMAL(8, 2) AS price, NULL AS \"a;b\" " \
    "FROM range((10 * getvariable('scale'))::BIGINT) AS r(i);\n"
#define MAKE_VISITS                                                                                                                \
    "CREATE VIEW visits AS SELECT '2014-01-0' || i AS at, E'/\\n' || i AS page, CASE i WHEN 1 THEN '' ELSE 'C' END AS client_id, " \
    "NULL AS n FROM range(1, 4) AS r(i);\n"

static void fixture_files_generator(Fixture *f, const char *script) {
    fixture_demo(f);
    use_changed_pack(f, "mappings:\n", "generator: {script: generate.sql, inputs: [prices, visits]}\n\nmappings:\n");
    f->project.pack = f->dir;
    write_text(f, "generate.sql", script);
}

TEST(files_are_made_as_well) {
    Fixture f;
    fixture_files_generator(&f, MAKE_PRICES MAKE_VISITS);
    OK(&f, generate(&f, 300, 2));
    assert_load(&f, "price", 3, 0, 0);
    assert_load(&f, "visit", 3, 0, 0);
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT code, price FROM silver.price ORDER BY code", "a,\"0|0.00\na,\"1|2.00\na,\"2|4.00");
    assert_warehouse(&f, "SELECT page, client_id, n FROM silver.visit ORDER BY page", "/\n1|-|-\n/\n2|C|-\n/\n3|C|-");
    f.now_us += 1000000;
    OK(&f, generate(&f, 300, 2));
    assert_true(counts_of(&f, "price").is_known);
    f.now_us += 1000000;
    OK(&f, generate(&f, 400, 2)); /* the whole content, larger … */
    OK(&f, sync_all(&f));
    assert_sync(&f, "price", "+1 ~0 -0");
    f.now_us += 1000000;
    OK(&f, generate(&f, 200, 2)); /* … or smaller */
    OK(&f, sync_all(&f));
    assert_sync(&f, "price", "+0 ~0 -2");
    assert_warehouse(&f, "SELECT count(*) FROM silver.visit", "3");
    fixture_free(&f);
}

TEST(a_file_is_not_generated_over) {
    Fixture f;
    fixture_files_generator(&f, MAKE_PRICES MAKE_VISITS);
    OK(&f, load_text(&f, "prices", "own.csv", "Code,Price\nA,1\n"));
    FAILS(&f, ERR_CONFLICT, generate(&f, 300, 1));
    assert_rows(f.err.message, "input 'prices' holds the file 'own.csv', which generated rows would replace; generate "
                               "into a project of its own");
    assert_false(file_exists(path_join(f.arena, f.project.inbox, "visits")));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT code FROM silver.price", "A");
    fixture_free(&f);
}

/* ---- what goes wrong ------------------------------------------------------------------------------------------------ */

typedef struct BadScript {
    const char *text; /* after MAKE_RETURNS, which is line 1 */
    ErrCode code;
    int line;
    const char *message; /* a part of it */
} BadScript;

#define OUTSIDE "may not read or write files, attach databases, load extensions or change settings"

static const BadScript BAD_SCRIPTS[] = {
    {"CREATE TABLE orders AS\nSELEC 2;", ERR_INVALID, 3, "not valid SQL near 'SELEC'"},
    {"\n\n  /* two */ CREATE TABLE orders AS SELECT\n 1 AS a\n FROM FROM;", ERR_INVALID, 6, "near 'FROM'"},
    {"SELECT 'abc", ERR_INVALID, 2, "a quote or bracket is not closed"},
    {"SELECT 1;\nSELECT *\nFROM nowhere;", ERR_INVALID, 4, "names something that is not there"},
    {"SELECT nothing(1);", ERR_INVALID, 2, "names something that is not there"},
    {"CREATE TABLE returns(a INT);", ERR_INVALID, 2, "is there already"},
    {"SELECT CAST(x AS INTEGER) FROM (VALUES ('a')) AS v(x);", ERR_INVALID, 2, "the statement failed"},
    {"SELECT $1;", ERR_INVALID, 2, "the statement failed"},
    {"CREATE TABLE orders AS SELECT * FROM read_csv('/etc/passwd');", ERR_DENIED, 2, OUTSIDE},
    {"\nCREATE TABLE orders AS SELECT * FROM 'orders.csv';", ERR_DENIED, 3, OUTSIDE},
    {"SELECT * FROM glob('/etc/*');", ERR_DENIED, 2, OUTSIDE},
    {"COPY returns TO 'out.csv';", ERR_DENIED, 2, OUTSIDE},
    {"ATTACH 'oltp.sqlite' AS other;", ERR_DENIED, 2, OUTSIDE},
    {"INSTALL httpfs;", ERR_DENIED, 2, OUTSIDE},
    {"LOAD httpfs;", ERR_DENIED, 2, OUTSIDE},
    {"SET threads = 1;", ERR_DENIED, 2, OUTSIDE},
    {"SET GLOBAL enable_external_access = true;", ERR_DENIED, 2, OUTSIDE},
    {"", ERR_INVALID, 0, "the script makes no table 'orders'"},
    {"BEGIN;\n" MAKE_ORDERS, ERR_INVALID, 0, "leaves a transaction open"},
    {"CREATE TABLE orders AS SELECT 1 AS order_id, 'C1' AS client_id;", ERR_DATA, 0,
     "no column 'group_name', which table 'group' is made from"},
    {"CREATE TABLE orders AS SELECT 1 AS \"Order ID\", 2 AS order_id;", ERR_DATA, 0, "have the same name"},
    {"CREATE VIEW orders AS SELECT CAST(x AS INTEGER) AS y FROM (VALUES ('a')) AS v(x);", ERR_INVALID, 0,
     "table 'orders' cannot be read: the statement failed"},
    {MAKE_ORDERS
     "CREATE OR REPLACE VIEW orders AS SELECT * REPLACE ('2014-01-31' AS \"Order Day\") FROM (SELECT i AS "
     "\"Order ID\", 'C' AS client_id, 'A' AS client_name, 'G' AS group_name, '' AS \"Order Day\", NULL AS placed_at, "
     "1 AS amount, NULL AS weight, NULL AS is_open, NULL AS code FROM numbers);",
     ERR_DATA, 0, "(row 1)"},
};

TEST(a_bad_script_leaves_nothing) {
    Fixture f;
    fixture_generator(&f, MAKE_ORDERS MAKE_RETURNS);
    OK(&f, generate(&f, 300, 1));
    const char *before = state_of(&f);
    for (size_t i = 0; i < COUNT_OF(BAD_SCRIPTS); i++) {
        const BadScript *bad = &BAD_SCRIPTS[i];
        write_bytes(&f, "generate.sql", arena_printf(f.arena, MAKE_RETURNS "%s", bad->text));
        f.err = (Err){0};
        ErrCode code = generate(&f, 500, 1);
        if (code != bad->code || f.err.line != bad->line || !strstr(f.err.message, bad->message) ||
            !strstr(f.err.file, "generate.sql"))
            fail_msg("%s: got %d, %s:%d: %s (%s)", bad->text, (int)code, f.err.file, f.err.line, f.err.message,
                     f.err.detail);
    }
    assert_rows(state_of(&f), before);
    write_text(&f, "generate.sql", MAKE_ORDERS MAKE_RETURNS);
    OK(&f, generate(&f, 300, 1));
    assert_true(counts_of(&f, "order").is_known);
    fixture_free(&f);
}

TEST(what_is_no_run_at_all) {
    Fixture f;
    fixture_generator(&f, "SELECT '\xFF';");
    FAILS(&f, ERR_INVALID, generate(&f, 1000, 1));
    assert_rows(f.err.message, "the script is not UTF-8 text; save it as UTF-8");
    FAILS(&f, ERR_INVALID, generate(&f, 0, 1));
    FAILS(&f, ERR_INVALID, generate(&f, PIPELINE_SCALE_MAX_MILLI + 1, 1));
    FAILS(&f, ERR_INVALID, generate(&f, 1000, -1));
    FAILS(&f, ERR_INVALID, generate(&f, 1000, INT64_C(1) << 32));
    assert_int_equal(unlink(path_join(f.arena, f.dir, "generate.sql")), 0);
    FAILS(&f, ERR_NOT_FOUND, generate(&f, 1000, 1));
    const Security nobody = {.user = S("nobody"), .permissions = 1U << PERMISSION_READ_DATA};
    f.ctx.security = &nobody;
    FAILS(&f, ERR_DENIED, generate(&f, 1000, 1));
    f.ctx.security = &SECURITY_OWNER;
    use_pack(&f, source_path(&f, DEMO));
    FAILS(&f, ERR_UNSUPPORTED, generate(&f, 1000, 1));
    fixture_free(&f);
}

TEST(a_script_ends_with_its_time) {
    Fixture f;
    fixture_generator(&f,
                      "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE a.range + b.range = 7;\n");
    f.ctx.deadline_us = clock_monotonic(f.ctx.clock) + 200000;
    FAILS(&f, ERR_TIMEOUT, generate(&f, 1000, 1));
    f.ctx.deadline_us = 0;
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_is_cut_into_statements), cmocka_unit_test(rows_go_in_as_from_files),
        cmocka_unit_test(a_file_in_between_is_news),       cmocka_unit_test(a_bad_script_leaves_nothing),
        cmocka_unit_test(what_is_no_run_at_all),           cmocka_unit_test(a_script_ends_with_its_time),
        cmocka_unit_test(files_are_made_as_well),          cmocka_unit_test(a_file_is_not_generated_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
