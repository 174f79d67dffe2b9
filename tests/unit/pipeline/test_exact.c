/*
 * Real data to the cent: what stands in gold equals SQL on the raw file. The bundled set always runs; the other is in the folder
 * that STARLING_SHARED names, and is skipped with a line that says so where there is none.
 */
#include "pipeline_fixture.h"

/* The raw file in a database of its own, as DuckDB reads it. */
typedef struct Raw {
    EngineDb *db;
    EngineConn *conn;
} Raw;

static Raw raw_open(Fixture *f, const char *path, const char *reader) {
    Raw raw;
    Str allowed = str_of(path);
    EngineConfig config = {.is_create = true, .is_locked_down = true, .allowed_paths = &allowed, .n_allowed_paths = 1};
    OK(f, engine_open(&f->ctx, f->project.registry, &ENGINE_DUCKDB, &config, &raw.db, &f->err));
    OK(f, engine_connect(&f->ctx, raw.db, &raw.conn, &f->err));
    Str sql = arena_printf(
        f->arena, "CREATE TABLE raw AS SELECT * FROM %s('%s'%s)", reader, path,
        strcmp(reader, "read_csv") == 0 ? ", all_varchar=true, header=true, delim=',', quote='\"', escape='\"'" : "");
    SqlText text = {.text = sql};
    OK(f, engine_exec(&f->ctx, raw.conn, &text, NULL, &f->err));
    return raw;
}

static void raw_close(Raw *raw) {
    engine_disconnect(raw->conn);
    engine_close(raw->db);
}

static const char *real_path(Fixture *f, const char *path) {
    const char *real;
    OK(f, path_real(f->arena, path, &real, &f->err));
    return real;
}

TEST(superstore) {
    const char *shared = getenv("STARLING_SHARED");
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/data/superstore/orders.csv.gz", shared ? shared : "");
    if (!shared || !file_exists(path)) {
        print_message("superstore is not here (%s): skipped\n", path);
        skip();
    }
    Fixture f, here;
    here = (Fixture){.arena = arena_new(0)};
    fixture_new(&f, source_path(&here, "packs/retail"));
    PipelineInput inputs[] = {{S("orders"), real_path(&f, path)},
                              {S("returns"), path_join(f.arena, shared, "data/superstore/returns.csv")},
                              {S("people"), path_join(f.arena, shared, "data/superstore/people.csv")}};
    OK(&f, load_inputs(&f, inputs, 3));
    OK(&f, sync_all(&f));
    assert_warehouse(
        &f,
        "SELECT count(*), round(sum(sales), 2), round(sum(profit), 2), count(DISTINCT order_id) FROM gold.fact_order_line",
        "51290|12642501.91|1467457.29|25035");
    assert_warehouse(&f, "SELECT count(*), count(id), count(DISTINCT name) FROM gold.dim_customer", "1591|1590|795");
    assert_warehouse(&f, "SELECT count(DISTINCT name) FROM gold.dim_product", "3788");
    assert_warehouse(&f, "SELECT count(DISTINCT order_id) FROM gold.fact_order_line WHERE is_returned", "295");
    assert_warehouse(
        &f, "SELECT count(*) FROM gold.fact_order_line WHERE customer_key = -1 OR product_key = -1 OR ship_to_key = -1",
        "0");

    Raw raw = raw_open(&f, inputs[0].path, "read_csv");
    assert_rows(
        warehouse_rows(&f, "SELECT p.name, sum(sales), sum(profit), sum(quantity), count(*) FROM gold.fact_order_line "
                           "JOIN gold.dim_product p USING (product_key) GROUP BY 1 ORDER BY 1"),
        rows_of(&f, raw.conn,
                "SELECT nfc_normalize(\"Product Name\"), sum(CAST(\"Sales\" AS DECIMAL(18,5))), "
                "sum(CAST(\"Profit\" AS DECIMAL(18,5))), sum(CAST(\"Quantity\" AS BIGINT)), count(*) "
                "FROM raw GROUP BY 1 ORDER BY 1"));
    assert_rows(warehouse_rows(
                    &f,
                    "SELECT t.region, sum(sales), sum(shipping_cost) FROM gold.fact_order_line "
                    "JOIN gold.dim_ship_to t USING (ship_to_key) WHERE year(order_date) = 2013 GROUP BY 1 ORDER BY 1"),
                rows_of(&f, raw.conn,
                        "SELECT \"Region\", sum(CAST(\"Sales\" AS DECIMAL(18,5))), "
                        "sum(CAST(\"Shipping Cost\" AS DECIMAL(18,5))) FROM raw "
                        "WHERE \"Order Date\" LIKE '%-2013' GROUP BY 1 ORDER BY 1"));
    raw_close(&raw);

    const char *stamps = oltp_rows(&f, "SELECT count(*), min(tbl_last_dt), max(tbl_last_dt) FROM order_product");
    f.now_us += 1000000;
    OK(&f, load_inputs(&f, inputs, 3));
    for (size_t i = 0; i < f.n_counts; i++) assert_int_equal(f.counts[i].n_inserted + f.counts[i].n_updated, 0);
    assert_oltp(&f, "SELECT count(*), min(tbl_last_dt), max(tbl_last_dt) FROM order_product", stamps);
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);

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

TEST(online_retail) {
    Fixture f, here;
    here = (Fixture){.arena = arena_new(0)};
    fixture_new(&f, source_path(&here, "packs/online-retail"));
    PipelineInput input = {S("invoices"), real_path(&f, source_path(&f, "packs/online-retail/data/invoices.parquet"))};
    OK(&f, load_inputs(&f, &input, 1));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT count(*), round(sum(amount), 2), count(DISTINCT _seq) FROM gold.fact_invoice_line",
                     "541909|9747747.93|541909");
    assert_warehouse(&f, "SELECT count(*) FROM gold.fact_invoice_line WHERE customer_key = -1", "135080");
    assert_warehouse(&f, "SELECT count(*) FROM silver.invoice_line WHERE _nth > 1", "5268");
    assert_warehouse(&f, "SELECT count(*) FROM gold.fact_invoice_line WHERE is_cancellation", "9288");
    Raw raw = raw_open(&f, input.path, "read_parquet");
    assert_rows(
        warehouse_rows(
            &f,
            "SELECT description, sum(amount), sum(quantity), count(*) FROM gold.fact_invoice_line GROUP BY 1 ORDER BY 1"),
        rows_of(
            &f, raw.conn,
            "SELECT nfc_normalize(nullif(\"Description\", '')), sum(CAST(\"Quantity\" AS BIGINT) * CAST(\"UnitPrice\" AS DECIMAL(18,3))), "
            "sum(CAST(\"Quantity\" AS BIGINT)), count(*) FROM raw GROUP BY 1 ORDER BY 1"));
    raw_close(&raw);
    OK(&f, load_inputs(&f, &input, 1));
    assert_true(f.counts[0].is_known);
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);
    fixture_free(&f);
    arena_free(here.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(superstore),
        cmocka_unit_test(online_retail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
