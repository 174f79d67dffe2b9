/* Files into the managed database and the inbox. */
#include "pipeline_fixture.h"

TEST(values_stand_as_declared) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    assert_load(&f, "order", 3, 0, 0);
    assert_load(&f, "client", 2, 0, 0);
    /* London is an hour ahead of UTC in July */
    assert_oltp(&f, "SELECT id, client_id, day, placed_at, amount, weight, is_open, code FROM \"order\" ORDER BY id",
                "1|C1|2014-03-01|2014-03-01T10:00:00Z|10.50|1.5|true|A\n"
                "2|C2|2014-03-29|2014-07-01T09:00:00Z|20.00|-|false|it's\n"
                "3|C1|2014-04-02|-|30.25|-|-|-");
    assert_oltp(
        &f,
        "SELECT typeof(amount), typeof(day), typeof(weight), typeof(is_open), attributes FROM \"order\" WHERE id = 1",
        "integer|text|real|integer|{}");
    assert_oltp(&f, "SELECT DISTINCT tbl_last_dt FROM \"order\"", "1700000000000000");
    fixture_free(&f);
}

TEST(loading_again_changes_nothing) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    const char *before = state_of(&f);
    f.now_us += 1000000;
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    assert_load(&f, "order", 0, 0, 3);
    assert_true(counts_of(&f, "order").is_known);
    assert_rows(state_of(&f), before);
    /* in another order of rows, another file */
    OK(&f, load_text(&f, "orders", "again.csv", ORDERS_HEADER ORDER_3 ORDER_1 ORDER_2));
    assert_load(&f, "order", 0, 0, 3);
    assert_false(counts_of(&f, "order").is_known);
    assert_oltp(&f, "SELECT DISTINCT tbl_last_dt FROM \"order\"", "1700000000000000");
    fixture_free(&f);
}

TEST(the_last_file_again_leaves_edits_alone) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    oltp_exec(&f, "UPDATE \"order\" SET amount = 777 WHERE id = 1");
    oltp_exec(&f, "DELETE FROM \"order\" WHERE id = 3");
    const char *before = state_of(&f);
    OK(&f, load_text(&f, "orders", "same.csv", ORDERS));
    assert_rows(state_of(&f), before);
    static const char *const tables[] = {"group", "client", "order"};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        assert_load(&f, tables[i], 0, 0, 3);
        assert_int_equal(counts_of(&f, tables[i]).n_read, 3);
        assert_true(counts_of(&f, tables[i]).is_known);
    }
    /* beside a file that is new, whose rows name what only the database has */
    use_changed_pack(&f, "          reason: text\n",
                     "          reason: text\n        references:\n          - {columns: [order_id], table: order}\n");
    PipelineInput inputs[] = {{S("orders"), write_text(&f, "orders.csv", ORDERS)},
                              {S("returns"), write_text(&f, "returns.csv", "Order ID,Reason,Came Back\n2,late,Yes\n")}};
    OK(&f, load_inputs(&f, inputs, 2));
    assert_true(counts_of(&f, "order").is_known);
    assert_load(&f, "return", 1, 0, 0);
    assert_false(counts_of(&f, "return").is_known);
    assert_oltp(&f, "SELECT id, amount FROM \"order\" ORDER BY id", "1|7.77\n2|20.00");
    inputs[1].path = write_text(&f, "returns.csv", "Order ID,Reason,Came Back\n3,late,Yes\n");
    FAILS(&f, ERR_DATA, load_inputs(&f, inputs, 2)); /* the order was deleted, though the file has it */
    /* an older file is news once another came after it */
    OK(&f, load_text(&f, "orders", "other.csv", ORDERS_HEADER ORDER_2));
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    assert_false(counts_of(&f, "order").is_known);
    assert_load(&f, "order", 1, 1, 1);
    fixture_free(&f);
}

TEST(a_database_made_anew_knows_no_file) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    static const char *const files[] = {"oltp.sqlite", "oltp.sqlite-wal", "oltp.sqlite-shm"};
    for (int is_made = 0; is_made <= 1; is_made++) {
        for (size_t i = 0; i < COUNT_OF(files); i++) (void)unlink(path_join(f.arena, f.dir, files[i]));
        if (is_made) OK(&f, pipeline_managed_create(&f.ctx, &f.project, &f.err));
        OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
        assert_load(&f, "order", 3, 0, 0);
    }
    fixture_free(&f);
}

TEST(updates_touch_differing_rows_only) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    oltp_exec(&f, "UPDATE client SET note = 'kept', tbl_last_dt = 1700000000000000 WHERE id = 'C1'");
    f.now_us += 5;
    OK(&f, load_text(&f, "orders", "new.csv",
                     ORDERS_HEADER "1,C1,Ann Lee,Old,01-03-2014,2014-03-01 10:00:00,10.50,1.5,true,A\n"
                                   "2,C2,Bob,New,29-03-2014,2014-07-01 10:00:00,21,,false,it's\n"
                                   "4,C1,Ann Lee,Old,05-04-2014,,1,,,\n"));
    assert_load(&f, "order", 1, 1, 1);
    assert_load(&f, "client", 0, 1, 1);
    assert_load(&f, "group", 0, 0, 2);
    assert_oltp(
        &f, "SELECT id, amount, tbl_last_dt FROM \"order\" ORDER BY id",
        "1|10.50|1700000000000000\n2|21.00|1700000000000005\n3|30.25|1700000000000000\n4|1.00|1700000000000005");
    /* what the mapping does not fill stays */
    assert_oltp(&f, "SELECT id, name, note FROM client ORDER BY id", "C1|Ann Lee|kept\nC2|Bob|-");
    fixture_free(&f);
}

TEST(the_stamp_grows_though_the_clock_goes_back) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    f.now_us -= 1000000000;
    OK(&f, load_text(&f, "orders", "one.csv", ORDERS_HEADER "3,C1,Ann,Old,02-04-2014,,31,n/a,,\n"));
    assert_oltp(&f, "SELECT tbl_last_dt FROM \"order\" WHERE id = 3", "1700000000000001");
    fixture_free(&f);
}

TEST(triggers_stamp_what_writers_leave_alone) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    oltp_exec(&f, "INSERT INTO \"group\" (name) VALUES ('X')");
    oltp_exec(&f, "UPDATE \"order\" SET amount = 1100 WHERE id = 1");
    assert_oltp(&f, "SELECT count(*) FROM \"group\" WHERE name = 'X' AND tbl_last_dt > 1700000000000000", "1");
    assert_oltp(&f, "SELECT id FROM \"order\" WHERE tbl_last_dt > 1700000000000000", "1");
    oltp_exec(&f, "UPDATE \"order\" SET amount = 1200, tbl_last_dt = 7 WHERE id = 2");
    assert_oltp(&f, "SELECT tbl_last_dt FROM \"order\" WHERE id = 2", "7");
    /* two in one statement are told apart */
    oltp_exec(&f, "UPDATE \"order\" SET amount = amount + 1");
    assert_oltp(&f, "SELECT count(DISTINCT tbl_last_dt) FROM \"order\"", "3");
    fixture_free(&f);
}

TEST(the_database_checks_by_itself) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    static const char *const wrong[] = {
        "UPDATE \"order\" SET day = '2014-02-30' WHERE id = 1",
        "UPDATE \"order\" SET day = '07-03-2014' WHERE id = 1",
        "UPDATE \"order\" SET day = NULL WHERE id = 1",
        "UPDATE \"order\" SET placed_at = 'yesterday' WHERE id = 1",
        "UPDATE \"order\" SET amount = 'x' WHERE id = 1",
        "UPDATE \"order\" SET amount = 10.5 WHERE id = 1",
        "UPDATE \"order\" SET amount = 1000000000000 WHERE id = 1",
        "UPDATE \"order\" SET amount = -1 WHERE id = 1",
        "UPDATE \"order\" SET is_open = 2 WHERE id = 1",
        "UPDATE \"order\" SET code = 'B' WHERE id = 1",
        "UPDATE \"order\" SET client_id = 'nobody' WHERE id = 1",
        "UPDATE \"order\" SET attributes = 'no json' WHERE id = 1",
        "UPDATE \"order\" SET attributes = NULL WHERE id = 1",
        "INSERT INTO \"order\" (id, client_id, day, amount) VALUES (1, 'C1', '2014-01-01', 1)",
        "DELETE FROM client WHERE id = 'C1'",
    };
    const char *before = state_of(&f);
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        if (!oltp_try(&f, wrong[i])) fail_msg("accepted: %s", wrong[i]);
    assert_rows(state_of(&f), before);
    oltp_exec(&f,
              "UPDATE \"order\" SET attributes = '{\"a\": 1}', placed_at = '2014-03-01 10:00:00.250000' WHERE id = 1");
    fixture_free(&f);
}

TEST(files_are_one_unit) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    const char *before = state_of(&f);
    PipelineInput inputs[] = {
        {S("orders"), write_text(&f, "more.csv", ORDERS_HEADER "9,C9,Eve,New,01-01-2014,,1,,,\n")},
        {S("visits"), write_text(&f, "visits.csv", "At,Page,Client ID,N\nnever,/,C1,1\n")}};
    FAILS(&f, ERR_DATA, load_inputs(&f, inputs, 2));
    assert_rows(state_of(&f), before);
    inputs[1].path = write_text(&f, "visits.csv", "At,Page,Client ID,N\n2014-01-01 10:00:00,/,C1,1\n");
    OK(&f, load_inputs(&f, inputs, 2));
    assert_load(&f, "order", 1, 0, 0);
    assert_load(&f, "visit", 1, 0, 0);
    fixture_free(&f);
}

TEST(parents_may_be_in_the_files_or_the_database) {
    Fixture f;
    fixture_demo(&f);
    use_changed_pack(
        &f,
        "  - table: client\n    from: orders\n    columns: {id: client_id, name: client_name, group: group_name, note: null}\n",
        "");
    const char *none = state_of(&f);
    FAILS(&f, ERR_DATA, load_text(&f, "orders", "orders.csv", ORDERS));
    assert_rows(f.err.message, "a row of 'order' names the client with id=C1, which is neither in the files nor in the "
                               "database; 1 other is missing too; load it first, or together");
    assert_rows(f.err.file, "orders.csv");
    assert_int_equal(f.err.line, 2);
    assert_rows(state_of(&f), arena_cstr(f.arena, arena_printf(f.arena, "%s\n\n\n\n", none)));
    oltp_exec(&f, "INSERT INTO \"group\" (name) VALUES ('Old')");
    oltp_exec(&f, "INSERT INTO client (id, name, \"group\") VALUES ('C1', 'Ann', 'Old'), ('C2', 'Bob', 'Old')");
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    assert_load(&f, "order", 3, 0, 0);
    fixture_free(&f);
}

TEST(the_inbox_takes_a_file_once) {
    Fixture f;
    fixture_demo(&f);
    const char *first = "At,Page,Client ID,N\n2014-01-01 10:00:00,/,C1,1\n",
               *second = "At,Page,Client ID,N\n2014-01-02 10:00:00,/,C1,1\n";
    OK(&f, load_text(&f, "visits", "a.csv", first));
    assert_load(&f, "visit", 1, 0, 0);
    const char *before = state_of(&f);
    OK(&f, load_text(&f, "visits", "b.csv", first));
    assert_load(&f, "visit", 0, 0, 1);
    assert_true(counts_of(&f, "visit").is_known);
    assert_rows(state_of(&f), before);
    OK(&f, load_text(&f, "visits", "c.csv", second));
    OK(&f, load_text(&f, "visits", "d.csv", first)); /* news again: the content goes back */
    assert_false(counts_of(&f, "visit").is_known);
    MetaFile *files;
    size_t n;
    OK(&f, meta_files(&f.ctx, f.project.meta, S("p"), &files, &n, &f.err));
    assert_int_equal(n, 3);
    assert_true(str_starts(files[0].path, S("visits/")));
    assert_true(str_ends(files[0].path, S(".csv")));
    assert_int_equal(files[0].n_bytes, strlen(first));
    assert_int_equal(files[0].n_rows, 1);
    /* a file that would delete everything */
    before = state_of(&f);
    f.load_options.max_deleted_percent = LOAD_MAX_DELETED_PERCENT;
    FAILS(&f, ERR_CONFLICT, load_text(&f, "visits", "e.csv", "At,Page,Client ID,N\n"));
    assert_non_null(strstr(f.err.message, "would delete 1 of the 1 rows that table 'visit' has from 'd.csv'"));
    f.load_options.max_deleted_percent = 100;
    assert_rows(state_of(&f), before);
    /* appended files are known whenever they came */
    OK(&f, load_text(&f, "events", "a.csv", "At,What\n2014-01-01,x\n"));
    OK(&f, load_text(&f, "events", "b.csv", "At,What\n2014-01-02,x\n"));
    OK(&f, load_text(&f, "events", "c.csv", "At,What\n2014-01-01,x\n"));
    assert_true(counts_of(&f, "event").is_known);
    OK(&f, load_text(&f, "events", "d.csv", "At,What\n"));
    fixture_free(&f);
}

TEST(inputs_are_named) {
    Fixture f;
    fixture_demo(&f);
    FAILS(&f, ERR_UNKNOWN_NAME, load_text(&f, "order", "orders.csv", ORDERS));
    assert_rows(f.err.message, "no input 'order'; did you mean 'orders'?");
    FAILS(&f, ERR_UNKNOWN_NAME, load_text(&f, "xyz", "orders.csv", ORDERS));
    assert_rows(f.err.message, "no input 'xyz'; the pack has: orders, returns, visits, events, prices");
    PipelineInput gone = {S("orders"), "/nowhere/orders.csv"};
    FAILS(&f, ERR_NOT_FOUND, load_inputs(&f, &gone, 1));
    PipelineInput folder = {S("orders"), f.dir};
    FAILS(&f, ERR_INVALID, load_inputs(&f, &folder, 1));
    fixture_free(&f);
}

/* ---- the schema ----------------------------------------------------------------------------------------------------- */

TEST(making_the_schema_again_does_nothing) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, pipeline_managed_create(&f.ctx, &f.project, &f.err));
    const char *schema = oltp_rows(&f, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2");
    const char *written = oltp_rows(&f, "SELECT * FROM _starling_state ORDER BY 1");
    assert_oltp(&f, "PRAGMA journal_mode", "wal");
    OK(&f, pipeline_managed_create(&f.ctx, &f.project, &f.err));
    assert_oltp(&f, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2", schema);
    assert_oltp(&f, "SELECT * FROM _starling_state ORDER BY 1", written);
    fixture_free(&f);
}

TEST(a_newer_pack_adds_columns_and_tables) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    use_changed_pack(
        &f, "          note: text\n",
        "          note: text\n          birthday: date\n          points: {type: int64, check: points > 0}\n");
    OK(&f, pipeline_managed_create(&f.ctx, &f.project, &f.err));
    oltp_exec(&f, "UPDATE client SET birthday = '2000-01-01', points = 1 WHERE id = 'C1'");
    assert_int_not_equal(oltp_try(&f, "UPDATE client SET birthday = '2000-13-01' WHERE id = 'C1'"), ERR_OK);
    assert_int_not_equal(oltp_try(&f, "UPDATE client SET points = 0 WHERE id = 'C1'"), ERR_OK);
    use_changed_pack(&f, "      return:\n",
                     "      shelf:\n        key: [no]\n        columns: {no: int64 not null}\n      return:\n");
    OK(&f, pipeline_managed_create(&f.ctx, &f.project, &f.err));
    assert_oltp(&f, "SELECT count(*) FROM shelf", "0");
    assert_oltp(&f, "SELECT birthday FROM client WHERE id = 'C1'", "2000-01-01");
    fixture_free(&f);
}

TEST(what_cannot_be_carried_over_is_refused) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    const char *before = state_of(&f);
    static const char *const changes[][3] = {
        {"note: text", "note: int64", "column 'note'"},
        {"note: text", "note: text\n          rank: int64 not null", "leave out 'not null'"},
        {"check: amount >= 0", "check: amount > 1", "column 'amount'"},
        {"          note: text\n        references:\n          - {columns: [group], table: group}\n",
         "          note: text\n", "key or reference"},
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        use_changed_pack(&f, changes[i][0], changes[i][1]);
        FAILS(&f, ERR_CONFLICT, pipeline_managed_create(&f.ctx, &f.project, &f.err));
        if (!strstr(f.err.message, changes[i][2])) fail_msg("%s", f.err.message);
        assert_rows(state_of(&f), before);
    }
    /* a table without rows is simply made anew */
    use_changed_pack(&f, "reason: text", "reason: int64 not null");
    OK(&f, pipeline_managed_create(&f.ctx, &f.project, &f.err));
    oltp_exec(&f, "INSERT INTO return (order_id, reason) VALUES (1, 5)");
    oltp_exec(&f, "PRAGMA user_version = 99");
    FAILS(&f, ERR_VERSION, pipeline_managed_create(&f.ctx, &f.project, &f.err));
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_as_declared),
        cmocka_unit_test(loading_again_changes_nothing),
        cmocka_unit_test(the_last_file_again_leaves_edits_alone),
        cmocka_unit_test(a_database_made_anew_knows_no_file),
        cmocka_unit_test(updates_touch_differing_rows_only),
        cmocka_unit_test(the_stamp_grows_though_the_clock_goes_back),
        cmocka_unit_test(triggers_stamp_what_writers_leave_alone),
        cmocka_unit_test(the_database_checks_by_itself),
        cmocka_unit_test(files_are_one_unit),
        cmocka_unit_test(parents_may_be_in_the_files_or_the_database),
        cmocka_unit_test(the_inbox_takes_a_file_once),
        cmocka_unit_test(inputs_are_named),
        cmocka_unit_test(making_the_schema_again_does_nothing),
        cmocka_unit_test(a_newer_pack_adds_columns_and_tables),
        cmocka_unit_test(what_cannot_be_carried_over_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
