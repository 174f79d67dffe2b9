/* Whether sources may have moved: never "no" after a commit, and quiet otherwise. */
#include "pipeline_fixture.h"

static bool is_moved(Fixture *f, PipelineWatch *watch) {
    bool moved = false;
    OK(f, pipeline_watch_is_moved(&f->ctx, watch, &moved, &f->err));
    return moved;
}

TEST(every_commit_is_seen_once) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    PipelineWatch *watch = NULL;
    OK(&f, pipeline_watch_open(&f.ctx, &f.project, &watch, &f.err));
    assert_true(is_moved(&f, watch)); /* nothing is known yet */
    assert_false(is_moved(&f, watch));
    for (int i = 0; i < 3; i++) {
        oltp_exec(&f, "UPDATE client SET name = name || '!'");
        assert_true(is_moved(&f, watch));
        assert_false(is_moved(&f, watch));
    }
    OK(&f, sync_all(&f));
    (void)is_moved(&f, watch); /* a purge of ours may be told */
    assert_false(is_moved(&f, watch));
    OK(&f, load_text(&f, "visits", "visits.csv", "At,Page,Client ID,N\n2014-01-01 10:00:00,/,C1,1\n"));
    assert_true(is_moved(&f, watch)); /* a file, which is in the inbox alone */
    assert_false(is_moved(&f, watch));
    pipeline_watch_close(watch);
    pipeline_watch_close(NULL);
    fixture_free(&f);
}

TEST(a_database_may_come_later_and_be_replaced) {
    Fixture f;
    fixture_demo(&f);
    PipelineWatch *watch = NULL;
    OK(&f, pipeline_watch_open(&f.ctx, &f.project, &watch, &f.err));
    assert_true(is_moved(&f, watch));
    assert_false(is_moved(&f, watch));
    assert_false(file_exists(f.project.oltp_path)); /* looking makes nothing */
    OK(&f, load_text(&f, "orders", "orders.csv", ORDERS));
    assert_true(is_moved(&f, watch));
    assert_false(is_moved(&f, watch));
    const char *copy = path_join(f.arena, f.dir, "copy.sqlite");
    oltp_exec(&f, "PRAGMA wal_checkpoint(TRUNCATE)");
    OK(&f, file_copy_atomic(&f.ctx, f.project.oltp_path, copy, &f.err));
    (void)is_moved(&f, watch);
    assert_int_equal(rename(copy, f.project.oltp_path), 0);
    assert_true(is_moved(&f, watch));
    oltp_exec(&f, "UPDATE client SET name = 'another'");
    assert_true(is_moved(&f, watch)); /* it looks at the new one */
    assert_false(is_moved(&f, watch));
    assert_int_equal(unlink(f.project.oltp_path), 0);
    assert_true(is_moved(&f, watch));
    assert_false(is_moved(&f, watch));
    pipeline_watch_close(watch);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_commit_is_seen_once),
        cmocka_unit_test(a_database_may_come_later_and_be_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
