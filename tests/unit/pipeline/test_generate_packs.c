/* The packs' own generators: their rows follow from scale and seed alone; those of retail are as hard to read as real exports. */
#include "pipeline_fixture.h"

#include "pipeline/pipeline_internal.h"

/* What the script makes in an instance with so many threads. */
typedef struct Made {
    Reader reader;
    Generated generated;
} Made;

static Made *make(Fixture *f, int64_t scale_milli, int64_t seed, int n_threads) {
    const ModelGenerator *generator = &f->project.model->generator;
    Made *made = ARENA_NEW(f->arena, Made);
    made->generated = (Generated){.name = generator->script, .scale_milli = scale_milli, .seed = seed};
    OK(f, file_read(f->arena, path_join(f->arena, f->project.pack, "generate.sql"), PIPELINE_SCRIPT_MAX_BYTES,
                    &made->generated.text, &f->err));
    ReadFile *files = ARENA_ARRAY(f->arena, ReadFile, generator->n_inputs);
    for (size_t i = 0; i < generator->n_inputs; i++)
        files[i] = (ReadFile){.input = generator->inputs[i], .generated = &made->generated, .name = generator->script};
    made->reader = (Reader){.model = f->project.model, .files = files, .n_files = generator->n_inputs};
    EngineConfig config = {.is_create = true, .is_locked_down = true, .n_threads = n_threads};
    OK(f, engine_open(&f->ctx, f->project.registry, &ENGINE_DUCKDB, &config, &made->reader.db, &f->err));
    OK(f, engine_connect(&f->ctx, made->reader.db, &made->reader.conn, &f->err));
    OK(f, pipeline_generate_read(&f->ctx, &made->reader, &f->err));
    return made;
}

/* Counts and digests of its tables; `where` bounds the lines. */
static const char *digest(Fixture *f, Made *made, const char *where) {
    Str text = S("");
    for (size_t i = 0; i < made->reader.n_files; i++) {
        Str sql =
            arena_printf(f->arena,
                         "SELECT count(*), md5(string_agg(row, '' ORDER BY row)) FROM (SELECT f::VARCHAR AS row FROM "
                         "file_%zu AS f WHERE %s)",
                         i, i == 0 ? where : "true");
        text =
            arena_printf(f->arena, "%.*s%s\n", STR_ARG(text), rows_of(f, made->reader.conn, arena_cstr(f->arena, sql)));
    }
    return text.p;
}

TEST(equal_scale_and_seed_give_equal_rows) {
    Fixture f, here;
    here = (Fixture){.arena = arena_new(0)};
    fixture_new(&f, source_path(&here, "packs/retail"));
    Made *one = make(&f, 50, 1, 1), *four = make(&f, 50, 1, 4), *other = make(&f, 50, 2, 1),
         *large = make(&f, 120, 1, 2);
    const char *rows = digest(&f, one, "true");
    assert_rows(digest(&f, four, "true"), rows);
    assert_true(strncmp(rows, "2845|", 5) == 0);
    assert_string_not_equal(digest(&f, other, "true"), rows);
    /* a larger scale begins with the same lines */
    const char *first = digest(&f, large, "row_id::BIGINT <= 2845");
    assert_true(strncmp(first, rows, (size_t)(strchr(rows, '\n') - rows)) == 0);
    assert_rows(rows_of(&f, large->reader.conn, "SELECT count(*), max(row_id::BIGINT) FROM file_0"), "6833|6833");
    Made *all[] = {one, four, other, large};
    for (size_t i = 0; i < COUNT_OF(all); i++) pipeline_reader_close(&all[i]->reader);
    fixture_free(&f);
    arena_free(here.arena);
}

/* A condition that must hold of a managed database at any scale from 0.05. */
static const char *const TRAPS[] = {
    /* ids of orders of several customers, and on several dates */
    "SELECT count(*) > 20 FROM (SELECT id FROM \"order\" GROUP BY id HAVING count(DISTINCT customer_id) > 1)",
    "SELECT count(*) > 20 FROM (SELECT id FROM \"order\" GROUP BY id HAVING count(DISTINCT date) > 1)",
    "SELECT count(*) > 0 FROM (SELECT id FROM \"order\" GROUP BY id HAVING count(*) = 3)",
    /* ids of several products; names of several products */
    "SELECT count(*) > 10 FROM (SELECT id FROM product GROUP BY id HAVING count(*) > 1)",
    "SELECT count(*) > 0 FROM (SELECT name FROM product GROUP BY name HAVING count(*) > 1)",
    /* lines that stand twice */
    "SELECT count(*) > 5 FROM (SELECT 1 FROM order_product GROUP BY order_id, customer_id, product_id, product_name, quantity, "
    "discount HAVING count(*) > 1)",
    /* returns that name several orders, and none that names no order */
    "SELECT count(*) > 0 FROM \"return\" WHERE (SELECT count(*) FROM \"order\" WHERE id = order_id) > 1",
    "SELECT count(*) = 0 FROM \"return\" WHERE order_id NOT IN (SELECT id FROM \"order\")",
    /* what names hold */
    "SELECT count(*) > 5 FROM product WHERE name LIKE '%' || char(160) || '%'",
    "SELECT count(*) > 5 FROM product WHERE name LIKE '%\"%' AND name LIKE '%,%'",
    "SELECT count(*) > 0 FROM customer WHERE name LIKE '%''%'",
    "SELECT count(*) > 5 FROM customer WHERE length(name) < length(CAST(name AS BLOB))",
    "SELECT count(*) > 20 FROM \"order\" WHERE length(city) < length(CAST(city AS BLOB))",
    /* places */
    "SELECT count(*) = 0 FROM \"order\" WHERE (postal_code IS NULL) = (country = 'United States')",
    "SELECT count(*) > 0 FROM \"order\" WHERE postal_code LIKE '0%'",
    "SELECT count(DISTINCT market) = 3 FROM \"order\" WHERE region = 'Central'",
    "SELECT count(DISTINCT market) = 7 AND count(DISTINCT region) = 13 FROM \"order\"",
    "SELECT count(*) > 0 FROM \"order\" WHERE region NOT IN (SELECT region FROM manager)",
    /* figures */
    "SELECT count(*) > 100 FROM order_product WHERE profit < 0",
    "SELECT sum(profit) > 0 AND min(sales) > 0 FROM order_product",
    "SELECT count(*) > 50 FROM \"order\" WHERE ship_date = date",
    "SELECT count(*) = 0 FROM \"order\" WHERE ship_date < date OR ship_date > date(date, '+7 days')",
    "SELECT min(date) >= '2011-01-01' AND max(date) <= '2014-12-31' FROM \"order\"",
    /* it grows from year to year, and the end of a year is stronger than its begin */
    "SELECT sum(date LIKE '2011%') < sum(date LIKE '2012%') AND sum(date LIKE '2012%') < sum(date LIKE '2013%') AND "
    "sum(date LIKE '2013%') < sum(date LIKE '2014%') FROM \"order\"",
    "SELECT sum(substr(date, 6, 2) > '06') > sum(substr(date, 6, 2) <= '06') FROM \"order\"",
};

static void assert_traps(Fixture *f) {
    for (size_t i = 0; i < COUNT_OF(TRAPS); i++) {
        const char *got = oltp_rows(f, TRAPS[i]);
        if (strcmp(got, "1") != 0) fail_msg("%s: %s", TRAPS[i], got);
    }
}

TEST(pricing_too) {
    Fixture f, here;
    here = (Fixture){.arena = arena_new(0)};
    fixture_new(&f, source_path(&here, "packs/pricing"));
    Made *one = make(&f, 50, 1, 1), *four = make(&f, 50, 1, 4), *other = make(&f, 50, 2, 1),
         *large = make(&f, 75, 1, 2);
    const char *rows = digest(&f, one, "true");
    assert_rows(digest(&f, four, "true"), rows);
    assert_string_not_equal(digest(&f, other, "true"), rows);
    const char *first = digest(&f, large, "store::BIGINT <= 6"); /* that of the fourth */
    assert_true(strncmp(first, rows, (size_t)(strchr(rows, '\n') - rows)) == 0);
    /* the logarithms are those of whole bottles, to the last digit */
    assert_rows(rows_of(&f, one->reader.conn,
                        "SELECT count(*) > 5000, count(DISTINCT store), min(week::INT), max(week::INT), "
                        "max(abs(logmove::DOUBLE - ln(round(exp(logmove::DOUBLE))))) <= 5.1e-11, "
                        "bool_and(round(exp(logmove::DOUBLE))::BIGINT % CASE brand WHEN '2' THEN 96 WHEN '6' THEN 96 "
                        "WHEN '11' THEN 128 ELSE 64 END = 0), bool_and(deal IN ('0', '1')) FROM file_0"),
                "true|4|40|160|true|true|true");
    assert_rows(rows_of(&f, one->reader.conn, "SELECT count(DISTINCT income) FROM file_1"), "4");
    Made *all[] = {one, four, other, large};
    for (size_t i = 0; i < COUNT_OF(all); i++) pipeline_reader_close(&all[i]->reader);
    fixture_free(&f);
    arena_free(here.arena);
}

TEST(it_has_the_traps_of_real_exports) {
    Fixture f, here;
    here = (Fixture){.arena = arena_new(0)};
    fixture_new(&f, source_path(&here, "packs/retail"));
    OK(&f, generate(&f, 50, 1));
    assert_traps(&f);
    /* all of it reaches the facts, each line with its customer, product and place */
    OK(&f, sync_all(&f));
    assert_warehouse(&f,
                     "SELECT count(*), count(*) FILTER (WHERE customer_key < 0 OR product_key < 0 OR ship_to_key < 0) "
                     "FROM gold.fact_order_line",
                     "2845|0");
    ModelFindings findings = {0};
    EngineConn *conn;
    OK(&f, engine_connect(&f.ctx, f.project.warehouse, &conn, &f.err));
    OK(&f, pipeline_check_data(&f.ctx, conn, f.project.model, &findings, &f.err));
    /* places that nobody manages */
    assert_int_equal(findings.n_errors, 0);
    assert_int_equal(findings.n, 1);
    assert_true(str_starts(findings.at[0].message, S("dimension 'manager' of fact 'order_line' lacks members: ")));
    engine_disconnect(conn);
    fixture_free(&f);
    arena_free(here.arena);
}

TEST(scale_1_is_about_100_000_rows) {
    Fixture f, here;
    here = (Fixture){.arena = arena_new(0)};
    fixture_new(&f, source_path(&here, "packs/retail"));
    OK(&f, generate(&f, 1000, 1));
    static const char *const tables[] = {"segment", "category", "subcategory", "product",      "customer",
                                         "manager", "order",    "return",      "order_product"};
    int64_t n = 0;
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        LoadCounts counts = counts_of(&f, tables[i]);
        assert_int_equal(counts.n_updated + counts.n_same, 0);
        n += counts.n_inserted;
    }
    if (n < 95000 || n > 105000) fail_msg("scale 1 has %" PRId64 " rows", n);
    assert_oltp(&f, "SELECT count(*) FROM order_product", "56991");
    assert_traps(&f);
    fixture_free(&f);
    arena_free(here.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_scale_and_seed_give_equal_rows),
        cmocka_unit_test(pricing_too),
        cmocka_unit_test(it_has_the_traps_of_real_exports),
        cmocka_unit_test(scale_1_is_about_100_000_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
