/* Versions of members as the log of changes tells them, facts that find the version of their time, and gold that a rebuild gives again:
 * docs/decisions/0007. */
#include "pipeline_fixture.h"

#define MEMBERS                                                                                                         \
    "SELECT client_key, id, name, \"group\", _valid_from IS NULL, _valid_to IS NULL, _is_current FROM gold.dim_client " \
    "WHERE client_key > 0 ORDER BY id, _valid_from NULLS FIRST"
#define SALES "SELECT _id, client_key FROM gold.fact_sale ORDER BY 1"
#define HITS "SELECT n, client_key FROM gold.fact_hit ORDER BY 1"

static void load_demo(Fixture *f) {
    fixture_demo(f);
    OK(f, load_text(f, "orders", "orders.csv", ORDERS));
    OK(f, load_text(f, "visits", "v.csv",
                    "At,Page,Client ID,N\n2014-01-01,/,C1,1\n2014-01-02,/,C2,2\n2014-01-03,/,C9,3\n"));
    OK(f, sync_all(f));
}

static void assert_everything_again(Fixture *f) {
    static const char *const all[] = {
        "SELECT * FROM silver.client ORDER BY id",
        "SELECT * FROM silver.order ORDER BY id",
        "SELECT * FROM silver.visit ORDER BY _seq",
        "SELECT * FROM gold.dim_client ORDER BY 1",
        "SELECT * FROM gold.dim_page ORDER BY 1",
        "SELECT * FROM gold.fact_sale ORDER BY _id",
        "SELECT * FROM gold.fact_hit ORDER BY _seq",
        "SELECT * FROM gold.dim_date ORDER BY 1",
        "SELECT * FROM _starling.key_client ORDER BY client_key",
        "SELECT * FROM _starling.key_page ORDER BY page_key",
    };
    const char *before[COUNT_OF(all)];
    for (size_t i = 0; i < COUNT_OF(all); i++) before[i] = warehouse_rows(f, all[i]);
    OK(f, pipeline_reconcile(&f->ctx, &f->project, &f->report, &f->err));
    assert_int_equal(f->report.n_changes, 0);
    for (size_t i = 0; i < COUNT_OF(all); i++) assert_warehouse(f, all[i], before[i]);
    OK(f, pipeline_rebuild(&f->ctx, &f->project, PIPELINE_SILVER, &f->report, &f->err));
    for (size_t i = 0; i < COUNT_OF(all); i++) assert_warehouse(f, all[i], before[i]);
    const SyncOptions full = {.is_full = true};
    OK(f, pipeline_sync(&f->ctx, &f->project, &full, &f->report, &f->err));
    assert_int_equal(f->report.n_changes, 0);
    for (size_t i = 0; i < COUNT_OF(all); i++) assert_warehouse(f, all[i], before[i]);
}

TEST(a_change_begins_a_version) {
    Fixture f;
    load_demo(&f);
    assert_warehouse(&f, MEMBERS, "1|C1|Ann|Old|true|true|true\n2|C2|Bob|New|true|true|true");
    oltp_exec(&f, "UPDATE client SET \"group\" = 'New' WHERE id = 'C1'");
    OK(&f, sync_all(&f));
    assert_sync(&f, "client", "+0 ~1 -0");
    assert_warehouse(&f, MEMBERS,
                     "1|C1|Ann|Old|true|false|false\n3|C1|Ann|New|false|true|true\n2|C2|Bob|New|true|true|true");
    assert_warehouse(&f, SALES, "1|1\n2|2\n3|1");
    assert_warehouse(&f,
                     "SELECT count(*) FROM gold.dim_client d JOIN bronze.client b ON b.key_id = 'C1' AND b._op = 'U' "
                     "AND (d._valid_from = b._at OR d._valid_to = b._at)",
                     "2");
    /* an order of today is of the new version, a late one of the old */
    oltp_exec(
        &f,
        "INSERT INTO \"order\" (id, client_id, day, amount) VALUES (7, 'C1', date('now'), 700), (8, 'C1', '2014-05-01', 1)");
    OK(&f, sync_all(&f));
    assert_sync(&f, "sale", "+2 ~0 -0");
    assert_warehouse(&f, SALES, "1|1\n2|2\n3|1\n7|3\n8|1");
    /* what is not kept is rewritten in all versions */
    oltp_exec(&f, "UPDATE client SET name = 'Annie' WHERE id = 'C1'");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, MEMBERS,
                     "1|C1|Annie|Old|true|false|false\n3|C1|Annie|New|false|true|true\n2|C2|Bob|New|true|true|true");
    assert_everything_again(&f);
    fixture_free(&f);
}

TEST(a_batch_may_hold_several_versions) {
    Fixture f;
    load_demo(&f);
    oltp_exec(&f, "UPDATE client SET \"group\" = 'New' WHERE id = 'C1'");
    usleep(3000);
    oltp_exec(&f, "UPDATE client SET \"group\" = 'Old' WHERE id = 'C1'");
    usleep(3000);
    oltp_exec(&f, "UPDATE client SET note = 'x' WHERE id = 'C1'");
    OK(&f, sync_all(&f));
    assert_sync(&f, "client", "+0 ~3 -0");
    assert_warehouse(&f, MEMBERS,
                     "1|C1|Ann|Old|true|false|false\n3|C1|Ann|New|false|false|false\n4|C1|Ann|Old|false|true|true\n"
                     "2|C2|Bob|New|true|true|true");
    assert_everything_again(&f);
    fixture_free(&f);
}

TEST(a_deleted_member_keeps_its_facts) {
    Fixture f;
    load_demo(&f);
    oltp_exec(&f, "DELETE FROM \"order\"");
    oltp_exec(&f, "DELETE FROM client WHERE id = 'C2'");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, MEMBERS, "1|C1|Ann|Old|true|true|true\n2|C2|Bob|New|true|false|false");
    assert_warehouse(&f, HITS, "1|1\n2|2\n3|-1");
    /* a visit after it was deleted, and one before that comes late */
    OK(&f, load_text(&f, "visits", "w.csv",
                     "At,Page,Client ID,N\n2014-01-01,/,C1,1\n2014-01-02,/,C2,2\n2014-01-03,/,C9,3\n9000-01-01,/,C2,4\n"
                     "2013-12-31,/,C2,5\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, HITS, "1|1\n2|2\n3|-1\n4|-1\n5|2");
    assert_everything_again(&f);
    /* it comes back as it was: the same version goes on */
    oltp_exec(&f, "INSERT INTO client (id, name, \"group\") VALUES ('C2', 'Bob', 'New'), ('C9', 'Cy', 'Old')");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, MEMBERS,
                     "1|C1|Ann|Old|true|true|true\n2|C2|Bob|New|true|true|true\n3|C9|Cy|Old|true|true|true");
    assert_warehouse(&f, HITS, "1|1\n2|2\n3|3\n4|2\n5|2");
    assert_everything_again(&f);
    fixture_free(&f);
}

TEST(keys_may_be_forgotten_and_gold_is_the_same) {
    Fixture f;
    load_demo(&f);
    oltp_exec(&f, "UPDATE client SET \"group\" = 'New', name = 'Annie' WHERE id = 'C1'");
    oltp_exec(&f, "INSERT INTO client (id, name, \"group\") VALUES ('A0', 'Al', 'New')");
    OK(&f, sync_all(&f));
    oltp_exec(&f, "UPDATE client SET \"group\" = 'Old' WHERE id = 'A0'");
    oltp_exec(&f, "DELETE FROM client WHERE id = 'A0'");
    OK(&f, sync_all(&f));
    static const char *const facts = "SELECT f.* EXCLUDE (client_key), d.id, d._valid_from FROM gold.fact_sale f "
                                     "JOIN gold.dim_client d USING (client_key) ORDER BY _id";
    static const char *const members =
        "SELECT * EXCLUDE (client_key) FROM gold.dim_client ORDER BY id, _valid_from NULLS FIRST";
    const char *before[] = {warehouse_rows(&f, facts), warehouse_rows(&f, members)};
    (void)warehouse_rows(&f, "DELETE FROM _starling.key_client");
    OK(&f, pipeline_rebuild(&f.ctx, &f.project, PIPELINE_GOLD, &f.report, &f.err));
    assert_warehouse(&f, facts, before[0]);
    assert_warehouse(&f, members, before[1]);
    fixture_free(&f);
}

/* What SQLite's REPLACE, IGNORE and upsert do is seen, though no trigger fires for the rows they remove. */
TEST(rows_that_are_replaced_are_seen) {
    Fixture f;
    load_demo(&f);
    oltp_exec(&f, "CREATE UNIQUE INDEX one_code ON \"order\" (code)");
    oltp_exec(
        &f,
        "INSERT OR REPLACE INTO \"order\" (id, client_id, day, amount, code) VALUES (9, 'C1', '2014-01-01', 1, 'A')");
    oltp_exec(&f, "INSERT OR IGNORE INTO \"order\" (id, client_id, day, amount) VALUES (2, 'C1', '2014-01-01', 1)");
    oltp_exec(&f, "INSERT INTO \"order\" (id, client_id, day, amount) VALUES (3, 'C1', '2014-01-01', 1) "
                  "ON CONFLICT (id) DO UPDATE SET amount = 99");
    oltp_exec(&f, "INSERT OR REPLACE INTO client (id, name, \"group\") VALUES ('C2', 'Bobby', 'New')");
    OK(&f, sync_all(&f));
    assert_sync(&f, "order", "+1 ~1 -1");
    assert_sync(&f, "client", "+0 ~1 -0");
    assert_warehouse(&f, "SELECT id, amount, code FROM silver.order ORDER BY 1", "2|20.00|it's\n3|0.99|-\n9|0.01|A");
    assert_warehouse(&f, "SELECT _id FROM gold.fact_sale ORDER BY 1", "2\n3\n9");
    assert_warehouse(
        &f,
        "SELECT _op, key_id FROM bronze.order WHERE _seq > (SELECT max(last_seq) FROM _starling.batch WHERE version = 1) ORDER BY _seq",
        "D|1\nI|9\nU|3");
    assert_everything_again(&f);
    fixture_free(&f);
}

/* Takes the triggers of a table away for one statement: what it writes is in no log. */
static void write_past_triggers(Fixture *f, const char *table, const char *sql) {
    Str which = arena_printf(
        f->arena,
        "FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '\\_starling%%' ESCAPE '\\' AND tbl_name = '%s' "
        "ORDER BY name",
        table);
    const char *n = oltp_rows(f, arena_cstr(f->arena, arena_printf(f->arena, "SELECT count(*) %.*s", STR_ARG(which))));
    assert_true(atoi(n) >= 3);
    const char *texts[16], *names[16];
    for (int i = 0; i < atoi(n); i++) {
        Str one = arena_printf(f->arena, "sql %.*s LIMIT 1 OFFSET %d", STR_ARG(which), i);
        texts[i] = oltp_rows(f, arena_cstr(f->arena, arena_printf(f->arena, "SELECT %.*s", STR_ARG(one))));
        one = arena_printf(f->arena, "name %.*s LIMIT 1 OFFSET %d", STR_ARG(which), i);
        names[i] = oltp_rows(f, arena_cstr(f->arena, arena_printf(f->arena, "SELECT %.*s", STR_ARG(one))));
    }
    for (int i = 0; i < atoi(n); i++)
        oltp_exec(f, arena_cstr(f->arena, arena_printf(f->arena, "DROP TRIGGER \"%s\"", names[i])));
    oltp_exec(f, sql);
    for (int i = 0; i < atoi(n); i++) oltp_exec(f, texts[i]);
}

TEST(writing_past_the_triggers_is_found_out) {
    Fixture f;
    load_demo(&f);
    write_past_triggers(&f, "order", "UPDATE \"order\" SET amount = 5 WHERE id = 1");
    OK(&f, sync_all(&f)); /* nobody says that it is there */
    assert_int_equal(f.report.n_changes, 0);
    FAILS(&f, ERR_DATA, pipeline_reconcile(&f.ctx, &f.project, &f.report, &f.err));
    assert_non_null(strstr(f.err.message, "rows of table 'order' differ between its source and the warehouse (id=1)"));
    assert_warehouse(&f, "SELECT max(version) FROM _starling.batch", "1");
    /* the next change of that row does not go on from what is known, and a new row makes one too many */
    write_past_triggers(&f, "order",
                        "INSERT INTO \"order\" (id, client_id, day, amount) VALUES (70, 'C1', '2014-01-01', 1)");
    oltp_exec(&f, "UPDATE \"order\" SET amount = 6 WHERE id = 70");
    FAILS(&f, ERR_DATA, sync_all(&f));
    assert_non_null(
        strstr(f.err.message, "the changes of table 'order' do not go on from what the warehouse holds (id=70)"));
    assert_warehouse(&f, "SELECT max(version) FROM _starling.batch", "1");
    const SyncOptions full = {.is_full = true};
    OK(&f, pipeline_sync(&f.ctx, &f.project, &full, &f.report, &f.err));
    assert_int_equal(f.report.n_changes, 2);
    assert_int_equal(f.report.n_notes, 1);
    assert_warehouse(&f, "SELECT id, amount FROM silver.order WHERE id IN (1, 70) ORDER BY 1", "1|0.05\n70|0.06");
    write_past_triggers(&f, "order", "DELETE FROM \"order\" WHERE id = 70");
    oltp_exec(&f, "UPDATE \"order\" SET amount = 9 WHERE id = 2");
    FAILS(&f, ERR_DATA, sync_all(&f));
    assert_non_null(strstr(f.err.message, "table 'order' has 3 rows in its source and 4 in the warehouse"));
    OK(&f, pipeline_sync(&f.ctx, &f.project, &full, &f.report, &f.err));
    OK(&f, pipeline_reconcile(&f.ctx, &f.project, &f.report, &f.err));
    fixture_free(&f);
}

TEST(a_full_sync_keeps_what_the_log_knows) {
    Fixture f;
    load_demo(&f);
    oltp_exec(&f, "UPDATE client SET \"group\" = 'New' WHERE id = 'C1'");
    usleep(3000);
    oltp_exec(&f, "UPDATE client SET \"group\" = 'Old' WHERE id = 'C1'");
    const SyncOptions full = {.is_full = true};
    OK(&f, pipeline_sync(&f.ctx, &f.project, &full, &f.report, &f.err));
    assert_int_equal(f.report.n_changes, 2);
    assert_warehouse(&f, "SELECT count(*) FROM gold.dim_client WHERE id = 'C1'", "3");
    assert_everything_again(&f);
    fixture_free(&f);
}

TEST(a_damaged_gold_is_found_and_mended) {
    Fixture f;
    load_demo(&f);
    (void)warehouse_rows(&f, "UPDATE gold.fact_sale SET amount = 5 WHERE _id = 2");
    FAILS(&f, ERR_DATA, pipeline_reconcile(&f.ctx, &f.project, &f.report, &f.err));
    assert_non_null(strstr(f.err.message, "1 rows of fact 'sale' are not as silver gives them (id=2)"));
    OK(&f, pipeline_rebuild(&f.ctx, &f.project, PIPELINE_GOLD, &f.report, &f.err));
    OK(&f, pipeline_reconcile(&f.ctx, &f.project, &f.report, &f.err));
    (void)warehouse_rows(&f, "UPDATE gold.dim_client SET name = 'x' WHERE id = 'C1'");
    FAILS(&f, ERR_DATA, pipeline_reconcile(&f.ctx, &f.project, &f.report, &f.err));
    assert_non_null(
        strstr(f.err.message, "1 versions of dimension 'client' are not as silver and bronze give them (id=C1)"));
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_begins_a_version),
        cmocka_unit_test(a_batch_may_hold_several_versions),
        cmocka_unit_test(a_deleted_member_keeps_its_facts),
        cmocka_unit_test(keys_may_be_forgotten_and_gold_is_the_same),
        cmocka_unit_test(rows_that_are_replaced_are_seen),
        cmocka_unit_test(writing_past_the_triggers_is_found_out),
        cmocka_unit_test(a_full_sync_keeps_what_the_log_knows),
        cmocka_unit_test(a_damaged_gold_is_found_and_mended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
