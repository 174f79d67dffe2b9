/* Gold: members and their keys, facts, lookups, times, the calendar; and what the model promises about data. */
#include "pipeline_fixture.h"

#define VISITS "At,Page,Client ID,N\n"

TEST(facts_find_their_members) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    OK(&f, load_text(&f, "visits", "v.csv", VISITS "2014-01-01,/,C1,1\n2014-01-01,/,nobody,2\n2014-01-01,/a,,4\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT * FROM gold.dim_client ORDER BY 1",
                     "-1|-|-|-|-|-|true\n1|C1|Ann|Old|-|-|true\n2|C2|Bob|New|-|-|true");
    assert_warehouse(&f, "SELECT client_key, n FROM gold.fact_hit ORDER BY n", "1|1\n-1|2\n-1|4");
    /* a late member: facts that named it find it now */
    OK(&f, load_text(&f, "orders", "o.csv", ORDERS_HEADER "9,nobody,Eve,New,01-01-2014,,1,,,\n"));
    OK(&f, sync_all(&f));
    assert_sync(&f, "hit", "+0 ~1 -0");
    assert_warehouse(&f, "SELECT client_key, n FROM gold.fact_hit ORDER BY n", "1|1\n3|2\n-1|4");
    /* and a member that leaves */
    oltp_exec(&f, "DELETE FROM \"order\" WHERE id = 9");
    oltp_exec(&f, "DELETE FROM client WHERE id = 'nobody'");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT client_key, n FROM gold.fact_hit ORDER BY n", "1|1\n3|2\n-1|4");
    assert_sync(&f, "client", "+0 ~0 -1");
    fixture_free(&f);
}

TEST(keys_are_for_ever) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    OK(&f, sync_all(&f));
    oltp_exec(&f, "INSERT INTO client (id, name, \"group\") VALUES ('A0', 'Al', 'New')");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT id, client_key FROM gold.dim_client WHERE client_key > 0 ORDER BY 1",
                     "A0|3\nC1|1\nC2|2");
    oltp_exec(&f, "DELETE FROM client WHERE id = 'A0'");
    OK(&f, sync_all(&f));
    oltp_exec(&f, "INSERT INTO client (id, name, \"group\") VALUES ('A1', 'Al', 'New'), ('A0', 'Al', 'New')");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT id, client_key FROM gold.dim_client WHERE client_key > 0 ORDER BY 1",
                     "A0|3\nA1|4\nC1|1\nC2|2");
    assert_warehouse(&f, "SELECT id, client_key, _from FROM _starling.key_client ORDER BY 2",
                     "C1|1|-\nC2|2|-\nA0|3|-\nA1|4|-");
    fixture_free(&f);
}

TEST(attributes_are_rewritten_and_facts_left_alone) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    OK(&f, load_text(&f, "visits", "v.csv", VISITS "2014-01-01,/,C1,1\n"));
    OK(&f, sync_all(&f));
    oltp_exec(&f, "UPDATE client SET name = 'Annie' WHERE id = 'C1'");
    OK(&f, sync_all(&f));
    assert_sync(&f, "client", "+0 ~1 -0");
    for (size_t i = 0; i < f.report.n_counts; i++) assert_false(str_eq(f.report.counts[i].table, S("hit")));
    assert_warehouse(&f, "SELECT client_key, name FROM gold.dim_client WHERE id = 'C1'", "1|Annie");
    fixture_free(&f);
}

TEST(lookups_tell_whether_and_what) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    OK(&f,
       load_text(&f, "returns", "r.csv", "Order ID,Came Back,Reason\n1,Yes,\n2,Yes,broken\n99,Yes,lost\n3,No,no\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT order_id, is_returned, reason, _id FROM gold.fact_sale ORDER BY 1",
                     "1|true|-|1\n2|true|broken|2\n3|false|-|3");
    oltp_exec(&f, "DELETE FROM return WHERE order_id = 1");
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT order_id, is_returned FROM gold.fact_sale ORDER BY 1", "1|false\n2|true\n3|false");
    fixture_free(&f);
}

TEST(times_are_in_the_reporting_zone_and_in_utc) {
    Fixture f;
    fixture_demo(&f);
    /* written in London's time; the clock went forward on 2014-03-30 at 01:00 and back on 2014-10-26 at 02:00 */
    OK(&f, load_text(&f, "visits", "v.csv",
                     VISITS "2014-03-30 00:59:59,/,,1\n2014-03-30 02:00:00,/,,2\n2014-10-26 03:30:00,/,,3\n"
                            "2014-07-01T12:00:00Z,/,,4\n2014-07-01 12:00:00-05:00,/,,5\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(
        &f, "SELECT n, \"at\" FROM silver.visit ORDER BY 1",
        "1|2014-03-30T00:59:59Z\n2|2014-03-30T01:00:00Z\n3|2014-10-26T03:30:00Z\n4|2014-07-01T12:00:00Z\n5|2014-07-01T17:00:00Z");
    assert_warehouse(&f, "SELECT n, CAST(\"at\" AS VARCHAR), CAST(at_utc AS VARCHAR) FROM gold.fact_hit ORDER BY 1",
                     "1|2014-03-30 00:59:59|2014-03-30 00:59:59\n2|2014-03-30 02:00:00|2014-03-30 01:00:00\n"
                     "3|2014-10-26 03:30:00|2014-10-26 03:30:00\n4|2014-07-01 13:00:00|2014-07-01 12:00:00\n"
                     "5|2014-07-01 18:00:00|2014-07-01 17:00:00");
    fixture_free(&f);
}

TEST(the_calendar_covers_the_data) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "visits", "v.csv", VISITS "2014-03-30,/,,1\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT min(date_key), max(date_key), count(*), count(DISTINCT date_key) FROM gold.dim_date",
                     "2013-01-01|2015-12-31|1095|1095");
    assert_warehouse(&f, "SELECT * FROM gold.dim_date WHERE date_key = DATE '2014-12-29'",
                     "2014-12-29|2014-01-01|2014-10-01|2014-12-01|2014-12-29|2014|4|12|1|363|29|1|2014");
    OK(&f, load_text(&f, "visits", "w.csv", VISITS "2014-03-30,/,,1\n2018-03-30,/,,1\n0201-03-30,/,,1\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT min(date_key), max(date_key) FROM gold.dim_date", "1700-01-01|2019-12-31");
    fixture_free(&f);
}

TEST(an_empty_project_has_an_empty_gold) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.version, 1);
    assert_warehouse(&f, "SELECT client_key, id, _is_current FROM gold.dim_client", "-1|-|true");
    assert_warehouse(&f, "SELECT count(*) FROM gold.fact_sale", "0");
    assert_warehouse(&f, "SELECT count(*) FROM gold.dim_date", "0");
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.version, 1);
    fixture_free(&f);
}

/* The rows of a fact lie in the order of their partitions, so that statistics of row groups prune. */
TEST(facts_lie_in_the_order_of_time) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv",
                     ORDERS_HEADER
                     "1,C1,Ann,Old,01-05-2014,,1,,,\n2,C1,Ann,Old,01-01-2014,,1,,,\n3,C1,Ann,Old,20-01-2014,,1,,,\n"
                     "4,C1,Ann,Old,10-01-2014,,1,,,\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT _id FROM gold.fact_sale ORDER BY rowid", "2\n3\n4\n1");
    fixture_free(&f);
}

TEST(the_data_is_checked_against_the_model) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    OK(&f, load_text(&f, "visits", "v.csv", VISITS "2014-01-01,/,C1,1\n2014-01-01,/,C1,2\n2014-01-01,/a,,4\n"));
    OK(&f, sync_all(&f));
    ModelFindings findings = {0};
    EngineConn *conn;
    OK(&f, engine_connect(&f.ctx, f.project.warehouse, &conn, &f.err));
    OK(&f, pipeline_check_data(&f.ctx, conn, f.project.model, &findings, &f.err));
    assert_int_equal(findings.n, 0);
    use_changed_pack(&f, "      page: {}\n", "      page: {}\n      n: {}\n");
    OK(&f, pipeline_check_data(&f.ctx, conn, f.project.model, &findings, &f.err));
    assert_int_equal(findings.n, 1);
    assert_int_equal(findings.n_errors, 1);
    Str message = findings.at[0].message;
    if (!str_starts(
            message,
            S("attribute 'n' of dimension 'page' does not depend on its key (page): 1 key with several values")))
        fail_msg("%.*s", STR_ARG(message));
    assert_true(str_find(message, S("widen the key, or make it an attribute of the fact")) > 0);
    assert_true(findings.at[0].place.line > 100);
    engine_disconnect(conn);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_find_their_members),
        cmocka_unit_test(keys_are_for_ever),
        cmocka_unit_test(attributes_are_rewritten_and_facts_left_alone),
        cmocka_unit_test(lookups_tell_whether_and_what),
        cmocka_unit_test(times_are_in_the_reporting_zone_and_in_utc),
        cmocka_unit_test(the_calendar_covers_the_data),
        cmocka_unit_test(an_empty_project_has_an_empty_gold),
        cmocka_unit_test(facts_lie_in_the_order_of_time),
        cmocka_unit_test(the_data_is_checked_against_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
