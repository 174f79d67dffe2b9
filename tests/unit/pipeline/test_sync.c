/* From sources to silver: what is captured, what is published, and what happens when it goes wrong. */
#include "pipeline_fixture.h"

#define VISITS "At,Page,Client ID,N\n"
#define SILVER_ORDER "SELECT id, client_id, day, placed_at, amount, weight, is_open, code FROM "

static void load_demo(Fixture *f) {
    OK(f, load_text(f, "orders", "orders.csv", ORDERS));
    OK(f, load_text(f, "returns", "returns.csv", "Order ID,Came Back,Reason\n2,Yes,broken\n3,No,\n"));
    OK(f, load_text(f, "visits", "visits.csv",
                    VISITS "2014-01-01 10:00:00,/,C1,1\n2014-01-01 10:00:00,/,C1,1\n2014-07-01 10:00:00,/a,,2\n"));
}

/* Silver and gold as SQL over the operational tables says. */
static void assert_in_step(Fixture *f) {
    assert_rows(warehouse_rows(f, SILVER_ORDER "silver.order ORDER BY 1"),
                oltp_rows(f, SILVER_ORDER "\"order\" ORDER BY 1"));
    assert_rows(warehouse_rows(f, "SELECT id, name, \"group\", note FROM silver.client ORDER BY 1"),
                oltp_rows(f, "SELECT id, name, \"group\", note FROM client ORDER BY 1"));
    assert_rows(
        warehouse_rows(f, "SELECT _id, c.id, c.name, s.day, s.amount, s.client_group, s.is_returned, s.reason "
                          "FROM gold.fact_sale s JOIN gold.dim_client c USING (client_key) ORDER BY 1"),
        oltp_rows(
            f,
            "SELECT o.id, c.id, c.name, o.day, o.amount, c.\"group\", CASE WHEN r.order_id IS NULL THEN 'false' ELSE 'true' END, r.reason FROM \"order\" o "
            "JOIN client c ON c.id = o.client_id LEFT JOIN return r ON r.order_id = o.id ORDER BY 1"));
    assert_rows(warehouse_rows(f, "SELECT id, name, \"group\" FROM gold.dim_client WHERE client_key <> -1 ORDER BY 1"),
                oltp_rows(f, "SELECT id, name, \"group\" FROM client ORDER BY 1"));
}

TEST(a_second_sync_does_nothing) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    assert_true(f.report.batch.n > 0);
    assert_int_equal(f.report.version, 1);
    assert_sync(&f, "order", "+3 ~0 -0");
    assert_sync(&f, "visit", "+3 ~0 -0");
    const char *silver = warehouse_rows(&f, "SELECT * FROM silver.order ORDER BY 1");
    const char *bronze = warehouse_rows(&f, "SELECT * FROM bronze.order ORDER BY 1");
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.batch.n, 0);
    assert_int_equal(f.report.version, 1);
    assert_int_equal(f.report.n_changes, 0);
    assert_warehouse(&f, "SELECT * FROM silver.order ORDER BY 1", silver);
    assert_warehouse(&f, "SELECT * FROM bronze.order ORDER BY 1", bronze);
    assert_warehouse(&f, "SELECT count(*), max(version) FROM _starling.batch", "1|1");
    assert_warehouse(&f, "SELECT source FROM _starling.position ORDER BY 1", "log\nshop");
    fixture_free(&f);
}

TEST(changes_by_hand_arrive) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    assert_in_step(&f);
    oltp_exec(&f, "INSERT INTO client (id, name, \"group\") VALUES ('C0', 'Zoe', 'New')");
    oltp_exec(&f, "UPDATE \"order\" SET amount = 1 WHERE id = 1");
    oltp_exec(&f, "UPDATE \"order\" SET client_id = 'C0', is_open = NULL WHERE id = 3");
    oltp_exec(&f, "INSERT INTO \"order\" (id, client_id, day, amount) VALUES (7, 'C0', '2015-01-01', 700)");
    oltp_exec(&f, "DELETE FROM \"order\" WHERE id = 2");
    OK(&f, sync_all(&f));
    assert_sync(&f, "order", "+1 ~2 -1");
    assert_sync(&f, "client", "+1 ~0 -0");
    assert_int_equal(f.report.n_changes, 5);
    assert_in_step(&f);
    assert_warehouse(
        &f, "SELECT _op, key_id, before_amount, after_amount, _source FROM bronze.order WHERE _seq > 9 ORDER BY _seq",
        "U|1|10.50|0.01|shop\nU|3|30.25|30.25|shop\nI|7|-|7.00|shop\nD|2|20.00|-|shop");
    /* a deletion that keeps every stamp, and the key taken again */
    oltp_exec(&f, "DELETE FROM \"order\" WHERE id = 7");
    oltp_exec(&f, "INSERT INTO \"order\" (id, client_id, day, amount) VALUES (7, 'C1', '2015-01-01', 800)");
    OK(&f, sync_all(&f));
    assert_sync(&f, "order", "+1 ~0 -1");
    assert_in_step(&f);
    /* everything gone */
    oltp_exec(&f, "DELETE FROM \"order\"");
    OK(&f, sync_all(&f));
    assert_sync(&f, "order", "+0 ~0 -3");
    assert_in_step(&f);
    assert_warehouse(&f, "SELECT count(*) FROM gold.fact_sale", "0");
    /* and back again: every record of bronze has its own number */
    OK(&f, load_text(&f, "orders", "again.csv", ORDERS_HEADER ORDER_3 ORDER_2 ORDER_1));
    OK(&f, sync_all(&f));
    assert_in_step(&f);
    assert_warehouse(&f, "SELECT count(*) = count(DISTINCT _seq) FROM bronze.order", "true");
    fixture_free(&f);
}

static WarehouseSource source_of(Fixture *f, const Model *model, const char *name) {
    EngineConn *conn;
    WarehouseSource held = {0};
    size_t at = 0;
    while (!str_eq(model->sources[at].name, str_of(name))) at++;
    OK(f, engine_connect(&f->ctx, f->project.warehouse, &conn, &f->err));
    OK(f, warehouse_source(&f->ctx, conn, model, &model->sources[at], &held, &f->err));
    engine_disconnect(conn);
    return held;
}

TEST(each_source_has_an_age_of_its_own) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    int64_t first_us = f.now_us;
    WarehouseSource shop = source_of(&f, f.project.model, "shop"), log = source_of(&f, f.project.model, "log");
    assert_true(shop.has_data && shop.changed_at_us == first_us);
    assert_true(log.has_data && log.changed_at_us == first_us);
    assert_int_equal(shop.n_rows,
                     atoll(warehouse_rows(&f, "SELECT (SELECT count(*) FROM silver.group) + (SELECT count(*) FROM "
                                              "silver.client) + (SELECT count(*) FROM silver.order) + "
                                              "(SELECT count(*) FROM silver.return)")));
    f.now_us += TIME_US_PER_DAY;
    oltp_exec(&f, "DELETE FROM \"order\" WHERE id = 2");
    OK(&f, sync_all(&f));
    WarehouseSource later = source_of(&f, f.project.model, "shop");
    assert_int_equal(later.n_rows, shop.n_rows - 1);
    assert_int_equal(later.changed_at_us, f.now_us);
    assert_int_equal(source_of(&f, f.project.model, "log").changed_at_us, first_us);
    /* nothing taken in, and a table that no sync has made yet */
    f.now_us += TIME_US_PER_DAY;
    OK(&f, sync_all(&f));
    assert_int_equal(source_of(&f, f.project.model, "shop").changed_at_us, f.now_us - TIME_US_PER_DAY);
    use_changed_pack(&f, "      event:\n", "      other:\n        columns: {what: text}\n      event:\n");
    assert_int_equal(source_of(&f, f.project.model, "log").n_rows, log.n_rows);
    fixture_free(&f);
}

TEST(a_lost_database_is_no_deletion) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    OK(&f, sync_all(&f));
    const char *away = path_join(f.arena, f.dir, "away.sqlite");
    assert_int_equal(rename(f.project.oltp_path, away), 0);
    FAILS(&f, ERR_CONFLICT, sync_all(&f));
    assert_non_null(strstr(f.err.message, "oltp.sqlite' is gone, but the warehouse holds its data; put it back"));
    assert_false(file_exists(f.project.oltp_path));
    assert_warehouse(&f, "SELECT count(*) FROM gold.fact_sale", "3");
    assert_warehouse(&f, "SELECT max(version) FROM _starling.batch", "1");
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS)); /* makes another one */
    FAILS(&f, ERR_CONFLICT, sync_all(&f));
    assert_non_null(strstr(f.err.message, "is not the one the warehouse was filled from"));
    assert_warehouse(&f, "SELECT max(version) FROM _starling.batch", "1");
    assert_int_equal(rename(away, f.project.oltp_path), 0);
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);
    fixture_free(&f);
}

TEST(a_warehouse_that_does_not_fit_is_built_anew) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    OK(&f, load_text(&f, "events", "a.csv", "At,What\n2014-01-01,2014-02-03\n"));
    OK(&f, load_text(&f, "events", "b.csv", "At,What\n2014-01-02,2014-02-04\n"));
    OK(&f, sync_all(&f));
    use_changed_pack(&f, "what: text not null", "what: date not null");
    FAILS(&f, ERR_CONFLICT, sync_all(&f));
    assert_non_null(strstr(f.err.message,
                           "remove warehouse.duckdb from the project's folder and run 'starling sync', which "
                           "builds it anew from its sources (surrogate keys may change)"));
    engine_close(f.project.warehouse);
    OK(&f, file_remove_tree(path_join(f.arena, f.dir, "warehouse.duckdb"), &f.err));
    OK(&f, file_remove_tree(path_join(f.arena, f.dir, "warehouse.duckdb.wal"), &f.err));
    open_warehouse(&f);
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT what FROM silver.event ORDER BY 1", "2014-02-03\n2014-02-04");
    assert_warehouse(&f, "SELECT count(*) FROM gold.fact_sale", "3");
    fixture_free(&f);
}

TEST(equal_rows_all_count) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "visits", "a.csv",
                     VISITS "2014-01-01,/,C1,1\n2014-01-01,/,C1,1\n2014-01-01,/b,C1,1\n2014-01-01,/,C1,1\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT page, _nth FROM silver.visit ORDER BY 1, 2", "/|1\n/|2\n/|3\n/b|1");
    assert_warehouse(&f, "SELECT count(*), sum(n) FROM gold.fact_hit", "4|4");
    /* another order is no change */
    OK(&f, load_text(&f, "visits", "b.csv",
                     VISITS "2014-01-01,/b,C1,1\n2014-01-01,/,C1,1\n2014-01-01,/,C1,1\n2014-01-01,/,C1,1\n"));
    OK(&f, sync_all(&f));
    assert_sync(&f, "visit", "+0 ~0 -0");
    assert_int_equal(f.report.version, 1);
    /* and then the file is not read again */
    OK(&f, sync_all(&f));
    for (size_t i = 0; i < f.report.n_counts; i++) assert_false(str_eq(f.report.counts[i].table, S("visit")));
    /* one of the three goes, one becomes null */
    OK(&f, load_text(&f, "visits", "c.csv", VISITS "2014-01-01,/b,,1\n2014-01-01,/,C1,1\n2014-01-01,/,C1,1\n"));
    OK(&f, sync_all(&f));
    assert_sync(&f, "visit", "+1 ~0 -2");
    assert_warehouse(&f, "SELECT page, client_id, _nth FROM silver.visit ORDER BY 1, 3", "/|C1|1\n/|C1|2\n/b|-|1");
    assert_warehouse(&f, "SELECT count(*) FROM gold.fact_hit", "3");
    fixture_free(&f);
}

TEST(appended_files_add_up) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "events", "a.csv", "At,What\n2014-01-01,x\n2014-01-01,x\n"));
    OK(&f, sync_all(&f));
    assert_sync(&f, "event", "+2 ~0 -0");
    OK(&f, load_text(&f, "events", "b.csv", "At,What\n2014-01-01,x\n2014-01-02,y\n"));
    OK(&f, load_text(&f, "events", "c.csv", "At,What\n2014-01-03,z\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT what, count(*) FROM silver.event GROUP BY 1 ORDER BY 1", "x|3\ny|1\nz|1");
    assert_int_equal(f.report.n_changes, 3);
    OK(&f, load_text(&f, "events", "b2.csv", "At,What\n2014-01-01,x\n2014-01-02,y\n"));
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);
    assert_warehouse(&f, "SELECT count(*), count(DISTINCT _row_hash) FROM silver.event", "5|3");
    fixture_free(&f);
}

TEST(keyed_files_replace_their_rows) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "prices", "a.csv", "Code,Price\nA,1\nB,2\nB,2\nC,3\n"));
    OK(&f, sync_all(&f));
    assert_sync(&f, "price", "+3 ~0 -0");
    OK(&f, load_text(&f, "prices", "b.csv", "Code,Price\nA,1\nB,2.5\nD,4\n"));
    OK(&f, sync_all(&f));
    assert_sync(&f, "price", "+1 ~1 -1");
    assert_warehouse(&f, "SELECT code, price FROM silver.price ORDER BY 1", "A|1.00\nB|2.50\nD|4.00");
    fixture_free(&f);
}

/* The same bytes mean other rows once the pack reads them otherwise. */
TEST(a_changed_mapping_reads_the_files_again) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "prices", "a.csv", "Code,Price\na,1\n"));
    OK(&f, load_text(&f, "events", "a.csv", "At,What\n2014-01-01,x\n"));
    OK(&f, sync_all(&f));
    use_changed_pack(&f, "    from: prices\n", "    from: prices\n    columns: {code: upper(code)}\n");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT code FROM silver.price", "A");
    use_changed_pack(&f, "    from: events\n", "    from: events\n    columns: {what: upper(what)}\n");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT what FROM silver.event", "X");
    assert_sync(&f, "event", "+0 ~1 -0");
    fixture_free(&f);
}

/* ---- runs and failures ---------------------------------------------------------------------------------------------- */

TEST(runs_are_written_down) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    MetaRun *runs;
    size_t n;
    OK(&f, meta_runs(&f.ctx, f.project.meta, S("p"), 10, &runs, &n, &f.err));
    assert_int_equal(n, 4);
    assert_true(str_eq(runs[0].kind, S("sync")));
    assert_int_equal(runs[0].status, META_DONE);
    assert_true(str_eq(runs[0].batch, f.report.batch));
    assert_int_equal(runs[0].n_rows, f.report.n_changes);
    assert_true(str_eq(runs[1].kind, S("load")));
    MetaStep *steps;
    OK(&f, meta_run_steps(&f.ctx, f.project.meta, runs[0].id, &steps, &n, &f.err));
    assert_int_equal(n, f.report.n_counts);
    bool is_found = false;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(steps[i].table, S("order"))) continue;
        is_found = true;
        assert_int_equal(steps[i].n_read, 3);
        assert_int_equal(steps[i].position_from.n, 0);
        assert_true(str_find(steps[i].position_to, S("order=4@")) >= 0);
    }
    assert_true(is_found);
    fixture_free(&f);
}

/* A run that a killed process left is settled by what was published. */
TEST(interrupted_runs_are_settled) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    int64_t published, lost;
    OK(&f, meta_run_begin(&f.ctx, f.project.meta, S("p"), S("sync"), f.report.batch, &published, &f.err));
    OK(&f, meta_run_begin(&f.ctx, f.project.meta, S("p"), S("sync"), S("never"), &lost, &f.err));
    OK(&f, sync_all(&f));
    MetaRun *runs;
    size_t n;
    OK(&f, meta_runs(&f.ctx, f.project.meta, S("p"), 10, &runs, &n, &f.err));
    for (size_t i = 0; i < n; i++) {
        if (runs[i].id == published) assert_int_equal(runs[i].status, META_DONE);
        if (runs[i].id == lost) assert_int_equal(runs[i].status, META_FAILED);
    }
    fixture_free(&f);
}

TEST(a_failure_leaves_the_version_before) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    static const char *const looked_at[] = {
        "SELECT * FROM silver.order ORDER BY 1",       "SELECT * FROM bronze.order ORDER BY 1",
        "SELECT * FROM gold.fact_sale ORDER BY ALL",   "SELECT * FROM gold.dim_client ORDER BY 1",
        "SELECT * FROM _starling.position ORDER BY 1", "SELECT * FROM _starling.batch"};
    const char *before[COUNT_OF(looked_at)];
    for (size_t i = 0; i < COUNT_OF(looked_at); i++) before[i] = warehouse_rows(&f, looked_at[i]);
    oltp_exec(&f, "UPDATE \"order\" SET amount = 1");
    oltp_exec(&f, "ALTER TABLE return RENAME COLUMN reason TO cause"); /* read after the tables before it */
    assert_int_not_equal(sync_all(&f), ERR_OK);
    for (size_t i = 0; i < COUNT_OF(looked_at); i++) assert_warehouse(&f, looked_at[i], before[i]);
    MetaRun *runs;
    size_t n;
    OK(&f, meta_runs(&f.ctx, f.project.meta, S("p"), 1, &runs, &n, &f.err));
    assert_int_equal(runs[0].status, META_FAILED);
    assert_true(runs[0].error.n > 0);
    oltp_exec(&f, "ALTER TABLE return RENAME COLUMN cause TO reason");
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.version, 2);
    assert_in_step(&f);
    fixture_free(&f);
}

static void cancel_at_order(void *arg, Str what, int64_t done, int64_t total) {
    (void)done, (void)total;
    if (str_eq(what, S("Reading order"))) atomic_store(&((Cancel *)arg)->is_set, true);
}

TEST(a_cancelled_sync_leaves_the_version_before) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    f.ctx.progress = (Progress){.fn = cancel_at_order, .arg = &f.cancel};
    FAILS(&f, ERR_CANCELLED, sync_all(&f));
    f.ctx.progress = (Progress){0};
    atomic_store(&f.cancel.is_set, false);
    assert_warehouse(&f, "SELECT count(*) FROM _starling.batch", "0");
    assert_warehouse(&f, "SELECT count(*) FROM bronze.group", "0");
    OK(&f, sync_all(&f));
    assert_in_step(&f);
    fixture_free(&f);
}

/* ---- the warehouse's own rules -------------------------------------------------------------------------------------- */

TEST(a_batch_id_is_published_once) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    Warehouse *warehouse;
    OK(&f, warehouse_open(&f.ctx, f.project.warehouse, f.project.model, &warehouse, &f.err));
    OK(&f, warehouse_begin(&f.ctx, warehouse, f.report.batch, &f.err));
    TableCounts *counts;
    size_t n;
    Str source = S("shop");
    Position moved = {S("other"), S("other")};
    OK(&f, warehouse_publish(&f.ctx, warehouse, &source, &moved, 1, &counts, &n, &f.err));
    assert_int_equal(n, 0);
    Position position;
    OK(&f, warehouse_position(&f.ctx, warehouse, source, &position, &f.err));
    assert_false(str_eq(position.epoch, moved.epoch));
    OK(&f, warehouse_position(&f.ctx, warehouse, S("nowhere"), &position, &f.err));
    assert_int_equal(position.token.n, 0);
    FAILS(&f, ERR_INTERNAL, warehouse_publish(&f.ctx, warehouse, &source, &moved, 1, &counts, &n, &f.err));
    warehouse_close(warehouse);
    warehouse_close(NULL);
    fixture_free(&f);
}

TEST(a_newer_model_adds_to_the_warehouse) {
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    use_changed_pack(&f, "          note: text\n", "          note: text\n          rank: int64\n");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT id, rank FROM silver.client ORDER BY 1", "C1|-\nC2|-");
    oltp_exec(&f, "UPDATE client SET rank = 5 WHERE id = 'C1'");
    OK(&f, sync_all(&f));
    assert_sync(&f, "client", "+0 ~1 -0");
    assert_warehouse(&f, "SELECT id, rank FROM silver.client ORDER BY 1", "C1|5\nC2|-");
    assert_warehouse(&f, "SELECT after_rank FROM bronze.client WHERE _op = 'U'", "5");
    /* gold is made anew with the keys it had */
    const char *keys = warehouse_rows(&f, "SELECT id, client_key FROM gold.dim_client ORDER BY 1");
    use_changed_pack(&f, "      group: {scd: 2}\n", "      group: {scd: 2}\n      note: {}\n");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT id, client_key FROM gold.dim_client ORDER BY 1", keys);
    assert_warehouse(&f, "SELECT count(note), count(*) FROM gold.dim_client", "0|3");
    use_changed_pack(&f, "          page: text not null\n          client_id: text\n          n: int64\n",
                     "          page: text not null\n          client_id: text\n          n: float64\n");
    FAILS(&f, ERR_CONFLICT, sync_all(&f));
    assert_non_null(
        strstr(f.err.message, "column 'before_n' of bronze.visit is int64 in the warehouse and float64 in the model"));
    fixture_free(&f);
}

/* In which version the attributes of each table of gold last changed; other values, or none, are no matter. */
TEST(it_is_known_whose_attributes_changed) {
    static const char asked[] =
        "SELECT name, attributes_version FROM _starling.built WHERE name <> 'dim_date' ORDER BY 1";
    Fixture f;
    fixture_demo(&f);
    load_demo(&f);
    OK(&f, sync_all(&f));
    assert_warehouse(&f, asked, "dim_client|1\ndim_page|1\nfact_hit|1\nfact_sale|1");
    oltp_exec(&f, "UPDATE \"order\" SET amount = 1 WHERE id = 1");
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.version, 2);
    assert_warehouse(&f, asked, "dim_client|1\ndim_page|1\nfact_hit|1\nfact_sale|1");
    oltp_exec(&f, "UPDATE client SET name = 'x' WHERE id = 'C1'");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, asked, "dim_client|3\ndim_page|1\nfact_hit|1\nfact_sale|1");
    oltp_exec(&f, "DELETE FROM \"order\" WHERE id = 2");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, asked, "dim_client|3\ndim_page|1\nfact_hit|1\nfact_sale|4");
    OK(&f, pipeline_rebuild(&f.ctx, &f.project, PIPELINE_GOLD, &f.report, &f.err));
    assert_warehouse(&f, asked,
                     "dim_client|3\ndim_page|1\nfact_hit|5\nfact_sale|5"); /* facts are made anew without a look */
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_sync_does_nothing),
        cmocka_unit_test(changes_by_hand_arrive),
        cmocka_unit_test(each_source_has_an_age_of_its_own),
        cmocka_unit_test(a_lost_database_is_no_deletion),
        cmocka_unit_test(a_warehouse_that_does_not_fit_is_built_anew),
        cmocka_unit_test(equal_rows_all_count),
        cmocka_unit_test(appended_files_add_up),
        cmocka_unit_test(keyed_files_replace_their_rows),
        cmocka_unit_test(a_changed_mapping_reads_the_files_again),
        cmocka_unit_test(runs_are_written_down),
        cmocka_unit_test(interrupted_runs_are_settled),
        cmocka_unit_test(a_failure_leaves_the_version_before),
        cmocka_unit_test(a_cancelled_sync_leaves_the_version_before),
        cmocka_unit_test(a_batch_id_is_published_once),
        cmocka_unit_test(a_newer_model_adds_to_the_warehouse),
        cmocka_unit_test(it_is_known_whose_attributes_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
