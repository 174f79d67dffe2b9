/* Files that come again: what a corrected one changes, what an appended one adds, and when one would delete too much. */
#include "pipeline_fixture.h"

#include "pipeline/pipeline_internal.h"

#define VISITS "At,Page,Client ID,N\n"
#define EVENTS "At,What\n"
#define PRICES "Code,Price\n"
#define NEWEST_BATCH "(SELECT id FROM _starling.batch ORDER BY version DESC LIMIT 1)"

static const char *bronze_of_prices(Fixture *f) {
    return warehouse_rows(
        f, "SELECT _op, key_code, before_price, after_price FROM bronze.price WHERE _batch = " NEWEST_BATCH
           " ORDER BY 1, 2");
}

static const char *bronze_of_visits(Fixture *f) {
    return warehouse_rows(
        f, "SELECT _op, coalesce(before_page, after_page), before_n, after_n FROM bronze.visit WHERE _batch "
           "= " NEWEST_BATCH " ORDER BY 1, 2, 3, 4");
}

/* ---- corrected files ------------------------------------------------------------------------------------------------ */

TEST(a_corrected_file_changes_its_corrected_rows) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "prices", "a.csv", PRICES "A,1\nB,2\nC,3\nD,4\nE,5\nF,6\n"));
    OK(&f, sync_all(&f));
    OK(&f, load_text(&f, "prices", "b.csv", PRICES "F,6\nE,5.5\nD,4\nD,4\nB,2.5\nA,1.00\nG,7\n"));
    OK(&f, sync_all(&f));
    assert_rows(bronze_of_prices(&f), "D|C|3.00|-\nI|G|-|7.00\nU|B|2.00|2.50\nU|E|5.00|5.50");
    assert_int_equal(f.report.n_changes, 4);
    /* the same rows in another order are no change */
    OK(&f, load_text(&f, "prices", "c.csv", PRICES "A,1\nB,2.5\nD,4\nE,5.5\nF,6\nG,7\n"));
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);
    assert_int_equal(f.report.version, 2);
    fixture_free(&f);
}

TEST(equal_rows_of_a_corrected_file_stay_as_many) {
    Fixture f;
    fixture_demo(&f);
    OK(&f,
       load_text(&f, "visits", "a.csv",
                 VISITS "2014-01-01,/a,C1,1\n2014-01-01,/a,C1,1\n2014-01-01,/a,C1,1\n2014-01-01,/b,,\n2014-01-01,/b,,\n"
                        "2014-01-02,/c,C1,1\n"));
    OK(&f, sync_all(&f));
    /* one of three equal rows is corrected, one of two is gone, one row comes twice now; and all of it in another order */
    OK(&f, load_text(&f, "visits", "b.csv",
                     VISITS
                     "2014-01-02,/c,C1,1\n2014-01-01,/b,,\n2014-01-01,/a,C1,1\n2014-01-01,/a,C1,9\n2014-01-02,/c,C1,1\n"
                     "2014-01-01,/a,C1,1\n"));
    OK(&f, sync_all(&f));
    assert_rows(bronze_of_visits(&f), "D|/a|1|-\nD|/b|-|-\nI|/a|-|9\nI|/c|-|1");
    assert_warehouse(&f, "SELECT page, n, count(*) FROM silver.visit GROUP BY 1, 2 ORDER BY 1, 2",
                     "/a|1|2\n/a|9|1\n/b|-|1\n/c|1|2");
    fixture_free(&f);
}

TEST(an_older_file_of_full_delivery_is_news) {
    Fixture f;
    fixture_demo(&f);
    const char *a = PRICES "A,1\nB,2\n", *b = PRICES "A,1.5\nC,3\n";
    OK(&f, load_text(&f, "prices", "a.csv", a));
    assert_false(counts_of(&f, "price").is_again);
    OK(&f, sync_all(&f));
    OK(&f, load_text(&f, "prices", "b.csv", b));
    OK(&f, sync_all(&f));
    OK(&f, load_text(&f, "prices", "a again.csv", a));
    assert_true(counts_of(&f, "price").is_again);
    assert_false(counts_of(&f, "price").is_known);
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT code, price FROM silver.price ORDER BY 1", "A|1.00\nB|2.00");
    /* there and back without a sync in between is no change */
    OK(&f, load_text(&f, "prices", "b.csv", b));
    OK(&f, load_text(&f, "prices", "a.csv", a));
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);
    fixture_free(&f);
}

/* What is loaded last holds: its rows are brought to what it says, others are left alone, and the counts say so. */
TEST(an_older_file_of_a_managed_input_is_applied_again) {
    Fixture f;
    fixture_demo(&f);
    const char *corrected = ORDERS_HEADER "1,C1,Ann,Old,01-03-2014,2014-03-01 10:00:00,11,1.5,true,A\n" ORDER_2;
    OK(&f, load_text(&f, "orders", "a.csv", ORDERS_HEADER ORDER_1));
    OK(&f, load_text(&f, "orders", "b.csv", corrected));
    assert_load(&f, "order", 1, 1, 0);
    assert_false(counts_of(&f, "order").is_again);
    OK(&f, load_text(&f, "orders", "b again.csv", corrected));
    assert_true(counts_of(&f, "order").is_known);
    OK(&f, load_text(&f, "orders", "a.csv", ORDERS_HEADER ORDER_1));
    assert_load(&f, "order", 0, 1, 0);
    assert_true(counts_of(&f, "order").is_again);
    assert_oltp(&f, "SELECT id, amount FROM \"order\" ORDER BY 1", "1|10.50\n2|20.00");
    OK(&f, load_text(&f, "orders", "b.csv", corrected));
    assert_load(&f, "order", 0, 1, 1);
    assert_oltp(&f, "SELECT id, amount FROM \"order\" ORDER BY 1", "1|11.00\n2|20.00");
    /* one file named twice stands once */
    PipelineInput twice[] = {{S("orders"), write_text(&f, "x.csv", ORDERS)},
                             {S("orders"), write_text(&f, "y.csv", ORDERS)}};
    OK(&f, load_inputs(&f, twice, 2));
    assert_load(&f, "order", 1, 1, 1);
    MetaFile *files;
    size_t n;
    OK(&f, meta_files(&f.ctx, f.project.meta, S("p"), &files, &n, &f.err));
    assert_int_equal(n, 5);
    fixture_free(&f);
}

/* ---- appended files ------------------------------------------------------------------------------------------------- */

TEST(appended_bytes_count_once) {
    Fixture f;
    fixture_demo(&f);
    const char *a = EVENTS "2014-01-01,x\n2014-01-01,x\n";
    PipelineInput both[] = {{S("events"), write_text(&f, "one.csv", a)}, {S("events"), write_text(&f, "two.csv", a)}};
    OK(&f, load_inputs(&f, both, 2));
    assert_int_equal(f.n_counts, 1);
    assert_load(&f, "event", 2, 0, 0);
    OK(&f, load_text(&f, "events", "three.csv", EVENTS "2014-01-01,x\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT count(*) FROM silver.event", "3");
    OK(&f, load_text(&f, "events", "renamed.csv", a));
    assert_true(counts_of(&f, "event").is_known);
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);
    /* a killed load leaves a copy in the inbox that nobody wrote down: it counts for nothing, and does no harm later */
    const char *b = EVENTS "2014-02-01,late\n";
    OK(&f, load_text(&f, "events", "late.csv", b));
    Value input = value_text(S("events"));
    EngineDb *db;
    EngineConn *conn;
    EngineConfig config = {.path = path_join(f.arena, f.dir, "meta.sqlite")};
    OK(&f, engine_open(&f.ctx, f.project.registry, &ENGINE_SQLITE, &config, &db, &f.err));
    OK(&f, engine_connect(&f.ctx, db, &conn, &f.err));
    OK(&f, engine_execf(&f.ctx, conn, NULL, &f.err, "DELETE FROM file WHERE input = %V AND name = 'late.csv'", &input));
    engine_disconnect(conn);
    engine_close(db);
    OK(&f, sync_all(&f));
    assert_int_equal(f.report.n_changes, 0);
    OK(&f, load_text(&f, "events", "late again.csv", b));
    assert_load(&f, "event", 1, 0, 0);
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT count(*) FROM silver.event", "4");
    fixture_free(&f);
}

/* ---- the guard ------------------------------------------------------------------------------------------------------ */

static const char *first_prices(Fixture *f, int from, int n) {
    Str text = S(PRICES);
    for (int i = from; i < from + n; i++) text = arena_printf(f->arena, "%.*sP%02d,%d\n", STR_ARG(text), i, i);
    return arena_cstr(f->arena, text);
}

static void assert_refused(Fixture *f, const char *input, const char *text, const char *message) {
    const char *before = state_of(f);
    FAILS(f, ERR_CONFLICT, load_text(f, input, "short.csv", text));
    if (!strstr(f->err.message, message)) fail_msg("wanted %s\ngot %s", message, f->err.message);
    assert_non_null(strstr(f->err.message, "--replace"));
    assert_rows(state_of(f), before);
}

TEST(a_file_that_lacks_too_much_is_refused) {
    Fixture f;
    fixture_demo(&f);
    f.load_options.max_deleted_percent = LOAD_MAX_DELETED_PERCENT;
    OK(&f, load_text(&f, "prices", "a.csv", first_prices(&f, 0, 20)));
    OK(&f, sync_all(&f));
    assert_refused(&f, "prices", first_prices(&f, 0, 15),
                   "would delete 5 of the 20 rows that table 'price' has from 'a.csv', and at most 20 % go unasked");
    assert_rows(f.err.file, "short.csv");
    assert_refused(&f, "prices", PRICES, "would delete 20 of the 20 rows");
    /* as many rows, but other ones */
    assert_refused(&f, "prices", first_prices(&f, 5, 20), "would delete 5 of the 20 rows");
    OK(&f, load_text(&f, "prices", "b.csv", first_prices(&f, 4, 40)));  /* 4 of 20 are 20 % */
    OK(&f, load_text(&f, "prices", "c.csv", first_prices(&f, 12, 32))); /* 8 of 40, though b was not synced */
    assert_refused(&f, "prices", first_prices(&f, 12, 25), "would delete 7 of the 32 rows");
    f.load_options.is_replace = true;
    OK(&f, load_text(&f, "prices", "d.csv", PRICES));
    f.load_options.is_replace = false;
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT count(*) FROM silver.price", "0");
    OK(&f, load_text(&f, "prices", "e.csv", first_prices(&f, 0, 3))); /* nothing can go */
    fixture_free(&f);
}

TEST(the_limit_can_be_set) {
    Fixture f;
    fixture_demo(&f);
    f.load_options.max_deleted_percent = 0;
    OK(&f, load_text(&f, "prices", "a.csv", first_prices(&f, 0, 3)));
    OK(&f, load_text(&f, "prices", "b.csv", PRICES "P00,9\nP01,9\nP02,9\n")); /* changed, not gone */
    assert_refused(&f, "prices", first_prices(&f, 0, 2), "would delete 1 of the 3 rows");
    f.load_options.max_deleted_percent = 34;
    OK(&f, load_text(&f, "prices", "c.csv", first_prices(&f, 0, 2)));
    f.load_options.max_deleted_percent = 99;
    assert_refused(&f, "prices", PRICES, "would delete 2 of the 2 rows");
    f.load_options.max_deleted_percent = 100;
    OK(&f, load_text(&f, "prices", "d.csv", PRICES));
    /* loads that say nothing have the default */
    OK(&f, load_text(&f, "prices", "e.csv", first_prices(&f, 0, 5)));
    PipelineInput input = {S("prices"), write_text(&f, "f.csv", first_prices(&f, 0, 3))};
    FAILS(&f, ERR_CONFLICT, pipeline_load(&f.ctx, &f.project, &input, 1, NULL, &f.counts, &f.n_counts, &f.err));
    fixture_free(&f);
}

TEST(rows_without_a_key_are_counted) {
    Fixture f;
    fixture_demo(&f);
    f.load_options.max_deleted_percent = LOAD_MAX_DELETED_PERCENT;
    const char *day = "2014-01-01,/a,,\n2014-01-01,/a,,\n2014-01-01,/a,,\n2014-01-01,/b,,1\n";
    Str all = arena_printf(f.arena, VISITS "%s2014-01-01,/c,,1\n", day);
    OK(&f, load_text(&f, "visits", "a.csv", arena_cstr(f.arena, all)));
    Str changed = arena_printf(f.arena, VISITS "%s2014-01-01,/c,,2\n", day); /* one of five */
    OK(&f, load_text(&f, "visits", "b.csv", arena_cstr(f.arena, changed)));
    assert_refused(
        &f, "visits", VISITS "2014-01-01,/a,,\n2014-01-01,/b,,1\n2014-01-01,/c,,2\n2014-01-01,/d,,\n2014-01-01,/d,,\n",
        "would delete 2 of the 5 rows that table 'visit' has from 'b.csv' (it has no key, so that changed rows "
        "count as well)");
    /* appended files delete nothing, managed tables keep what a file lacks */
    OK(&f, load_text(&f, "events", "a.csv", EVENTS "2014-01-01,x\n"));
    OK(&f, load_text(&f, "events", "b.csv", EVENTS));
    OK(&f, load_text(&f, "orders", "a.csv", ORDERS));
    OK(&f, load_text(&f, "orders", "b.csv", ORDERS_HEADER));
    assert_oltp(&f, "SELECT count(*) FROM \"order\"", "3");
    fixture_free(&f);
}

TEST(a_file_before_that_cannot_be_compared) {
    Fixture f;
    fixture_demo(&f);
    f.load_options.max_deleted_percent = LOAD_MAX_DELETED_PERCENT;
    OK(&f, load_text(&f, "prices", "old.csv", PRICES "A,1\n"));
    MetaFile *files;
    size_t n;
    OK(&f, meta_files(&f.ctx, f.project.meta, S("p"), &files, &n, &f.err));
    const char *stored = path_join(f.arena, f.project.inbox, arena_cstr(f.arena, files[0].path));
    assert_int_equal(unlink(stored), 0);
    assert_refused(
        &f, "prices", PRICES "A,1\nB,2\n",
        "the file that input 'prices' holds ('old.csv') cannot be read any more, so that it cannot be told how many "
        "rows would be deleted: ");
    f.load_options.is_replace = true;
    OK(&f, load_text(&f, "prices", "new.csv", PRICES "A,1\nB,2\n"));
    f.load_options.is_replace = false;
    /* columns that are called otherwise by now */
    use_changed_pack(&f, "    from: prices\n", "    from: prices\n    columns: {price: amount}\n");
    assert_refused(&f, "prices", "Code,Amount\nA,1\nB,2\n", "no column 'amount'");
    /* values that can no longer be read are no reason: the rows are told by their key */
    use_changed_pack(&f, "price: decimal(8,2) not null", "price: date not null");
    OK(&f, load_text(&f, "prices", "dates.csv", PRICES "A,2014-01-01\nB,2014-01-02\n"));
    fixture_free(&f);
}

/* ---- the moment of a snapshot --------------------------------------------------------------------------------------- */

TEST(a_snapshot_stands_for_the_newest_file) {
    Fixture f;
    fixture_demo(&f);
    int64_t first_us = f.now_us;
    OK(&f, load_text(&f, "prices", "a.csv", PRICES "A,1\n"));
    f.now_us += 60 * TIME_US_PER_SECOND;
    OK(&f, load_text(&f, "visits", "v.csv", VISITS));
    f.now_us += 60 * TIME_US_PER_SECOND;
    const ModelSource *log = NULL;
    for (size_t i = 0; i < f.project.model->n_sources; i++)
        if (f.project.model->sources[i].kind == MODEL_SOURCE_FILES) log = &f.project.model->sources[i];
    Source *source;
    SourceReader *reader = NULL;
    Position nothing = {.epoch = S(""), .token = S("")}, position, next;
    bool is_same;
    OK(&f, pipeline_source_open(&f.ctx, &f.project, log, &source, &f.err));
    OK(&f, source_snapshot(&f.ctx, source, &nothing, &reader, &position, &is_same, &f.err));
    assert_false(is_same);
    assert_int_equal(reader->at_us, first_us + 60 * TIME_US_PER_SECOND);
    source_reader_close(reader);
    /* only what is read counts */
    f.now_us = first_us - 5;
    OK(&f, load_text(&f, "prices", "b.csv", PRICES "A,2\n"));
    OK(&f, source_snapshot(&f.ctx, source, &position, &reader, &next, &is_same, &f.err));
    assert_int_equal(reader->at_us, first_us - 5);
    source_reader_close(reader);
    OK(&f, source_snapshot(&f.ctx, source, &next, &reader, &position, &is_same, &f.err));
    assert_true(is_same);
    source_close(source);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_corrected_file_changes_its_corrected_rows),
        cmocka_unit_test(equal_rows_of_a_corrected_file_stay_as_many),
        cmocka_unit_test(an_older_file_of_full_delivery_is_news),
        cmocka_unit_test(an_older_file_of_a_managed_input_is_applied_again),
        cmocka_unit_test(appended_bytes_count_once),
        cmocka_unit_test(a_file_that_lacks_too_much_is_refused),
        cmocka_unit_test(the_limit_can_be_set),
        cmocka_unit_test(rows_without_a_key_are_counted),
        cmocka_unit_test(a_file_before_that_cannot_be_compared),
        cmocka_unit_test(a_snapshot_stands_for_the_newest_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
