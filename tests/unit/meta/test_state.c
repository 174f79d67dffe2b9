/* Projects, models, files, runs and steps. */
#include "meta_fixture.h"

/* ---- projects ------------------------------------------------------------------------------------------------------- */

TEST(projects_by_name) {
    Fixture f;
    fixture_new(&f);
    MetaProject *projects = NULL;
    size_t n = 9;
    OK(&f, meta_projects(&f.ctx, f.meta, &projects, &n, &f.err));
    assert_int_equal(n, 0);
    OK(&f, meta_project_add(&f.ctx, f.meta, S("zeta"), S("one"), &f.err));
    f.now_us = 2000000;
    OK(&f, meta_project_add(&f.ctx, f.meta, S("al'pha \"x\""), S("two"), &f.err));
    FAILS(&f, ERR_EXISTS, meta_project_add(&f.ctx, f.meta, S("zeta"), S("three"), &f.err));
    assert_non_null(strstr(f.err.message, "zeta"));
    OK(&f, meta_projects(&f.ctx, f.meta, &projects, &n, &f.err));
    assert_int_equal(n, 2);
    assert_str(projects[0].name, "al'pha \"x\"");
    assert_str(projects[0].pack, "two");
    assert_int_equal(projects[0].model_version, 0);
    assert_int_equal(projects[0].created_at_us, 2000000);
    assert_str(projects[1].pack, "one");
    fixture_free(&f);
}

TEST(a_removed_project_takes_all_with_it) {
    Fixture f;
    fixture_new(&f);
    FAILS(&f, ERR_NOT_FOUND, meta_project_remove(&f.ctx, f.meta, S("a"), &f.err));
    int64_t id = 0, run_of_b = 0;
    for (const char *name = "a"; name; name = *name == 'a' ? "b" : NULL) {
        add_project(&f, name);
        OK(&f, meta_model_apply(&f.ctx, f.meta, str_of(name), &(MetaModel){.text = S("text")}, &id, &f.err));
        OK(&f, meta_file_add(&f.ctx, f.meta, str_of(name), &(MetaFile){.name = S("file")}, &id, &f.err));
        OK(&f, meta_run_begin(&f.ctx, f.meta, str_of(name), S("sync"), S(""), &run_of_b, &f.err));
        OK(&f, meta_run_step(&f.ctx, f.meta, run_of_b, &(MetaStep){.name = S("silver")}, &f.err));
    }
    OK(&f, meta_project_remove(&f.ctx, f.meta, S("b"), &f.err));
    assert_int_equal(count(&f, "SELECT count(*) FROM project"), 1);
    assert_int_equal(count(&f, "SELECT count(*) FROM model"), 1);
    assert_int_equal(count(&f, "SELECT count(*) FROM file"), 1);
    assert_int_equal(count(&f, "SELECT count(*) FROM etl_log"), 1);
    assert_int_equal(count(&f, "SELECT count(*) FROM etl_log_step"), 1);
    /* the ids of what is gone are not given again */
    OK(&f, meta_run_begin(&f.ctx, f.meta, S("a"), S("sync"), S(""), &id, &f.err));
    assert_int_equal(id, run_of_b + 1);
    fixture_free(&f);
}

/* ---- models --------------------------------------------------------------------------------------------------------- */

TEST(models_have_versions) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    MetaModel model = {.text = S("first"), .author = S("ann"), .comment = S("why")};
    MetaModel got;
    int64_t version = 0;
    FAILS(&f, ERR_NOT_FOUND, meta_model_apply(&f.ctx, f.meta, S("none"), &model, &version, &f.err));
    FAILS(&f, ERR_NOT_FOUND, meta_model_get(&f.ctx, f.meta, S("none"), 0, &got, &f.err));
    FAILS(&f, ERR_NOT_FOUND, meta_model_get(&f.ctx, f.meta, S("p"), 0, &got, &f.err));
    OK(&f, meta_model_apply(&f.ctx, f.meta, S("p"), &model, &version, &f.err));
    assert_int_equal(version, 1);
    f.now_us = 5000000;
    OK(&f, meta_model_apply(&f.ctx, f.meta, S("p"), &model, &version, &f.err)); /* the same text */
    assert_int_equal(version, 1);
    model.text = S("second");
    model.at_us = 77;
    OK(&f, meta_model_apply(&f.ctx, f.meta, S("p"), &model, &version, &f.err));
    assert_int_equal(version, 2);
    model.text = S("first"); /* as before the last: a version again */
    OK(&f, meta_model_apply(&f.ctx, f.meta, S("p"), &model, &version, &f.err));
    assert_int_equal(version, 3);

    OK(&f, meta_model_get(&f.ctx, f.meta, S("p"), 0, &got, &f.err));
    assert_int_equal(got.version, 3);
    OK(&f, meta_model_get(&f.ctx, f.meta, S("p"), 2, &got, &f.err));
    assert_str(got.text, "second");
    assert_str(got.author, "ann");
    assert_str(got.comment, "why");
    assert_int_equal(got.at_us, 77);
    assert_int_equal(got.hash.n, HASH_TEXT_BYTES);
    OK(&f, meta_model_get(&f.ctx, f.meta, S("p"), 1, &got, &f.err));
    assert_int_equal(got.at_us, 1000000);
    FAILS(&f, ERR_NOT_FOUND, meta_model_get(&f.ctx, f.meta, S("p"), 4, &got, &f.err));
    assert_non_null(strstr(f.err.message, "version 4"));

    MetaModel *models = NULL;
    MetaProject *projects = NULL;
    size_t n = 0;
    OK(&f, meta_models(&f.ctx, f.meta, S("p"), &models, &n, &f.err));
    assert_int_equal(n, 3);
    assert_int_equal(models[0].version, 3);
    assert_int_equal(models[2].version, 1);
    assert_int_equal(models[0].text.n, 0);
    OK(&f, meta_projects(&f.ctx, f.meta, &projects, &n, &f.err));
    assert_int_equal(projects[0].model_version, 3);
    fixture_free(&f);
}

/* A caller's own hash decides, not the text; a text may be large. */
TEST(a_hash_may_be_given) {
    enum { LARGE = 600000 };
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    char *text = arena_alloc(f.arena, LARGE);
    memset(text, 'm', LARGE);
    MetaModel model = {.text = {text, LARGE}, .hash = S("h1")}, got;
    int64_t version = 0;
    OK(&f, meta_model_apply(&f.ctx, f.meta, S("p"), &model, &version, &f.err));
    model.text = S("another");
    OK(&f, meta_model_apply(&f.ctx, f.meta, S("p"), &model, &version, &f.err));
    assert_int_equal(version, 1);
    OK(&f, meta_model_get(&f.ctx, f.meta, S("p"), 0, &got, &f.err));
    assert_int_equal(got.text.n, LARGE);
    assert_str(got.hash, "h1");
    fixture_free(&f);
}

/* ---- files ---------------------------------------------------------------------------------------------------------- */

TEST(files_in_order_of_arrival) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    add_project(&f, "q");
    int64_t ids[3];
    MetaFile file = {.input = S("orders"),
                     .name = S("Orders 2014.csv"),
                     .path = S("1.csv"),
                     .hash = S("h"),
                     .n_bytes = 10,
                     .n_rows = 2};
    FAILS(&f, ERR_NOT_FOUND, meta_file_add(&f.ctx, f.meta, S("none"), &file, &ids[0], &f.err));
    OK(&f, meta_file_add(&f.ctx, f.meta, S("p"), &file, &ids[0], &f.err));
    OK(&f, meta_file_add(&f.ctx, f.meta, S("q"), &file, &ids[1], &f.err));
    file.path = S("");
    file.at_us = 42;
    OK(&f, meta_file_add(&f.ctx, f.meta, S("p"), &file, &ids[2], &f.err));
    assert_true(ids[0] < ids[1] && ids[1] < ids[2]);
    MetaFile *files = NULL;
    size_t n = 0;
    OK(&f, meta_files(&f.ctx, f.meta, S("p"), &files, &n, &f.err));
    assert_int_equal(n, 2);
    assert_int_equal(files[0].id, ids[0]);
    assert_str(files[0].input, "orders");
    assert_str(files[0].name, "Orders 2014.csv");
    assert_str(files[0].path, "1.csv");
    assert_str(files[0].hash, "h");
    assert_int_equal(files[0].n_bytes, 10);
    assert_int_equal(files[0].n_rows, 2);
    assert_int_equal(files[0].at_us, 1000000);
    assert_int_equal(files[1].id, ids[2]);
    assert_int_equal(files[1].path.n, 0);
    assert_int_equal(files[1].at_us, 42);
    fixture_free(&f);
}

TEST(files_together_or_not) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    MetaFile both[] = {{.input = S("a"), .path = S("1"), .is_quarantine = true}, {.input = S("b"), .path = S("2")}};
    exec(&f, "CREATE TRIGGER no_b BEFORE INSERT ON file WHEN NEW.input = 'b' BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_int_not_equal(meta_files_add(&f.ctx, f.meta, S("p"), both, 2, &f.err), ERR_OK);
    assert_int_equal(count(&f, "SELECT count(*) FROM file"), 0);
    exec(&f, "DROP TRIGGER no_b");
    OK(&f, meta_files_add(&f.ctx, f.meta, S("p"), both, 2, &f.err));
    OK(&f, meta_files_add(&f.ctx, f.meta, S("p"), NULL, 0, &f.err));
    MetaFile *files = NULL;
    size_t n = 0;
    OK(&f, meta_files(&f.ctx, f.meta, S("p"), &files, &n, &f.err));
    assert_int_equal(n, 2);
    assert_true(files[0].is_quarantine);
    assert_false(files[1].is_quarantine);
    assert_str(files[1].input, "b");
    fixture_free(&f);
}

/* ---- attached databases --------------------------------------------------------------------------------------------- */

TEST(a_source_is_attached_to_one_database) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    MetaAttached till = {.source = S("till"), .path = S("/a.db"), .tables = S("x,y")}, *all;
    size_t n;
    FAILS(&f, ERR_NOT_FOUND, meta_attached_set(&f.ctx, f.meta, S("none"), &till, &f.err));
    OK(&f, meta_attached_set(&f.ctx, f.meta, S("p"), &till, &f.err));
    till.path = S("/b.db");
    till.tables = S("x");
    OK(&f, meta_attached_set(&f.ctx, f.meta, S("p"), &till, &f.err));
    OK(&f, meta_attached(&f.ctx, f.meta, S("p"), &all, &n, &f.err));
    assert_int_equal(n, 1);
    assert_str(all[0].source, "till");
    assert_str(all[0].path, "/b.db");
    assert_str(all[0].tables, "x");
    assert_int_equal(all[0].at_us, 1000000);
    OK(&f, meta_attached_remove(&f.ctx, f.meta, S("p"), S("till"), &f.err));
    OK(&f, meta_attached(&f.ctx, f.meta, S("p"), &all, &n, &f.err));
    assert_int_equal(n, 0);
    OK(&f, meta_attached_set(&f.ctx, f.meta, S("p"), &till, &f.err));
    OK(&f, meta_project_remove(&f.ctx, f.meta, S("p"), &f.err));
    add_project(&f, "p");
    OK(&f, meta_attached(&f.ctx, f.meta, S("p"), &all, &n, &f.err));
    assert_int_equal(n, 0);
    fixture_free(&f);
}

/* State of before there were attached databases is brought forward, and keeps what it has. */
TEST(state_of_version_1_is_brought_forward) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    OK(&f, engine_execf(&f.ctx, f.meta->conn, NULL, &f.err, "DROP TABLE question"));
    OK(&f, engine_execf(&f.ctx, f.meta->conn, NULL, &f.err, "DROP TABLE attached"));
    OK(&f, engine_execf(&f.ctx, f.meta->conn, NULL, &f.err, "ALTER TABLE file DROP COLUMN is_quarantine"));
    OK(&f, engine_execf(&f.ctx, f.meta->conn, NULL, &f.err, "UPDATE meta_schema SET version = 1"));
    fixture_close(&f);
    OK(&f, fixture_open(&f, false, false));
    MetaAttached till = {.source = S("till"), .path = S("/a.db")};
    OK(&f, meta_attached_set(&f.ctx, f.meta, S("p"), &till, &f.err));
    MetaQuestion question = {.text = S("how much?"), .before = S("[]"), .n_asked = 1};
    OK(&f, meta_question_asked(&f.ctx, f.meta, S("p"), &question, &f.err));
    fixture_free(&f);
}

/* ---- questions ------------------------------------------------------------------------------------------------------ */

TEST(questions_are_counted_and_judged) {
    Fixture f;
    MetaQuestion *all = NULL;
    size_t n = 0;
    fixture_new(&f);
    add_project(&f, "p");
    add_project(&f, "q");
    MetaQuestion how = {
        .text = S("how much?"), .before = S("[]"), .query = S("{}"), .status = S("answered"), .n_asked = 1};
    MetaQuestion on = {.text = S("how much?"), .before = S("[\"by day\"]"), .status = S("declined"), .n_asked = 1};
    OK(&f, meta_question_asked(&f.ctx, f.meta, S("p"), &how, &f.err));
    OK(&f, meta_question_asked(&f.ctx, f.meta, S("p"), &how, &f.err));
    OK(&f, meta_question_asked(&f.ctx, f.meta, S("p"), &on, &f.err)); /* another: it goes on from something */
    how.verdict = -1;
    how.comment = S("too much");
    how.judged_by = S("ann");
    OK(&f, meta_question_judged(&f.ctx, f.meta, S("p"), &how, &f.err));
    OK(&f, meta_question_judged(&f.ctx, f.meta, S("p"),
                                &(MetaQuestion){.text = S("new?"), .before = S("[]"), .verdict = 1}, &f.err));
    OK(&f, meta_questions(&f.ctx, f.meta, S("p"), 10, &all, &n, &f.err));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        bool is_how = str_eq(all[i].text, how.text) && str_eq(all[i].before, how.before);
        bool is_new = str_eq(all[i].text, S("new?"));
        assert_int_equal(all[i].n_asked, is_how ? 2 : is_new ? 0 : 1);
        assert_int_equal(all[i].verdict, is_how ? -1 : is_new ? 1 : 0);
        if (is_how) assert_true(str_eq(all[i].comment, S("too much")) && str_eq(all[i].query, S("{}")));
    }
    OK(&f, meta_questions(&f.ctx, f.meta, S("p"), 1, &all, &n, &f.err));
    assert_int_equal(n, 1);
    OK(&f, meta_questions(&f.ctx, f.meta, S("q"), 10, &all, &n, &f.err));
    assert_int_equal(n, 0);
    FAILS(&f, ERR_NOT_FOUND, meta_question_asked(&f.ctx, f.meta, S("none"), &how, &f.err));
    OK(&f, meta_project_remove(&f.ctx, f.meta, S("p"), &f.err));
    fixture_free(&f);
}

/* ---- runs ----------------------------------------------------------------------------------------------------------- */

static int64_t begin_run(Fixture *f, const char *project, const char *batch) {
    int64_t run = 0;
    OK(f, meta_run_begin(&f->ctx, f->meta, str_of(project), S("sync"), str_of(batch), &run, &f->err));
    return run;
}

static const MetaRun *runs_of(Fixture *f, const char *project, int64_t max, size_t wanted) {
    MetaRun *runs = NULL;
    size_t n = 0;
    OK(f, meta_runs(&f->ctx, f->meta, str_of(project), max, &runs, &n, &f->err));
    assert_int_equal(n, wanted);
    return runs;
}

TEST(a_run_and_its_steps) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    int64_t run = 0;
    FAILS(&f, ERR_NOT_FOUND, meta_run_begin(&f.ctx, f.meta, S("none"), S("sync"), S(""), &run, &f.err));
    run = begin_run(&f, "p", "batch-1");
    const MetaRun *runs = runs_of(&f, "p", 10, 1);
    assert_int_equal(runs[0].id, run);
    assert_int_equal(runs[0].status, META_RUNNING);
    assert_str(runs[0].kind, "sync");
    assert_str(runs[0].batch, "batch-1");
    assert_int_equal(runs[0].started_at_us, 1000000);
    const MetaStep steps[] = {
        {.name = S("capture"),
         .table = S("orders"),
         .verdict = S("ok"),
         .n_read = 5,
         .position_from = S("0"),
         .position_to = S("5"),
         .duration_us = 7},
        {.name = S("gold"),
         .table = S("fact"),
         .verdict = S("3 rows short"),
         .n_inserted = 1,
         .n_updated = 2,
         .n_deleted = 3},
    };
    for (size_t i = 0; i < COUNT_OF(steps); i++) OK(&f, meta_run_step(&f.ctx, f.meta, run, &steps[i], &f.err));
    FAILS(&f, ERR_NOT_FOUND, meta_run_step(&f.ctx, f.meta, run + 1, &steps[0], &f.err));
    f.now_us = 3500000;
    OK(&f, meta_run_end(&f.ctx, f.meta, run, META_DONE, 6, S(""), &f.err));
    FAILS(&f, ERR_NOT_FOUND, meta_run_end(&f.ctx, f.meta, run + 1, META_DONE, 0, S(""), &f.err));
    runs = runs_of(&f, "p", 10, 1);
    assert_int_equal(runs[0].status, META_DONE);
    assert_int_equal(runs[0].duration_us, 2500000);
    assert_int_equal(runs[0].n_rows, 6);
    assert_int_equal(runs[0].error.n, 0);

    MetaStep *got = NULL;
    size_t n = 0;
    OK(&f, meta_run_steps(&f.ctx, f.meta, run, &got, &n, &f.err));
    assert_int_equal(n, 2);
    assert_str(got[0].name, "capture");
    assert_str(got[0].table, "orders");
    assert_str(got[0].verdict, "ok");
    assert_int_equal(got[0].n_read, 5);
    assert_str(got[0].position_from, "0");
    assert_str(got[0].position_to, "5");
    assert_int_equal(got[0].duration_us, 7);
    assert_str(got[1].verdict, "3 rows short");
    assert_int_equal(got[1].n_inserted, 1);
    assert_int_equal(got[1].n_updated, 2);
    assert_int_equal(got[1].n_deleted, 3);
    OK(&f, meta_run_steps(&f.ctx, f.meta, run + 1, &got, &n, &f.err));
    assert_int_equal(n, 0);
    fixture_free(&f);
}

TEST(a_failed_run_and_a_clock_that_goes_back) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    int64_t run = begin_run(&f, "p", "");
    f.now_us = 10;
    OK(&f, meta_run_end(&f.ctx, f.meta, run, META_FAILED, 0, S("the disk is full; 'x'"), &f.err));
    const MetaRun *runs = runs_of(&f, "p", 1, 1);
    assert_int_equal(runs[0].status, META_FAILED);
    assert_int_equal(runs[0].duration_us, 0);
    assert_str(runs[0].error, "the disk is full; 'x'");
    assert_string_equal(meta_status_name(META_FAILED), "failed");
    fixture_free(&f);
}

/* After a kill: what the warehouse published was done, the rest was not; ended runs and other projects are left alone. */
TEST(runs_of_a_killed_process_are_settled) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    add_project(&f, "q");
    int64_t ended = begin_run(&f, "p", "b0");
    OK(&f, meta_run_end(&f.ctx, f.meta, ended, META_FAILED, 0, S("own error"), &f.err));
    int64_t published = begin_run(&f, "p", "b1"), lost = begin_run(&f, "p", "b2"), without = begin_run(&f, "p", "");
    int64_t other = begin_run(&f, "q", "b1");
    OK(&f, meta_runs_settle(&f.ctx, f.meta, S("p"), S("b1"), &f.err));
    const MetaRun *runs = runs_of(&f, "p", 10, 4); /* newest first */
    assert_int_equal(runs[0].id, without);
    assert_int_equal(runs[0].status, META_FAILED);
    assert_int_equal(runs[1].id, lost);
    assert_int_equal(runs[1].status, META_FAILED);
    assert_str(runs[1].error, "interrupted");
    assert_int_equal(runs[2].id, published);
    assert_int_equal(runs[2].status, META_DONE);
    assert_int_equal(runs[2].error.n, 0);
    assert_int_equal(runs[3].status, META_FAILED);
    assert_str(runs[3].error, "own error");
    runs = runs_of(&f, "q", 10, 1);
    assert_int_equal(runs[0].id, other);
    assert_int_equal(runs[0].status, META_RUNNING);
    OK(&f, meta_runs_settle(&f.ctx, f.meta, S("q"), S(""), &f.err)); /* nothing was published yet */
    assert_int_equal(runs_of(&f, "q", 10, 1)[0].status, META_FAILED);
    (void)runs_of(&f, "p", 2, 2);
    (void)runs_of(&f, "p", 0, 0);
    (void)runs_of(&f, "p", -1, 0);
    fixture_free(&f);
}

TEST(one_run_is_found_or_the_others_are_told) {
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    add_project(&f, "q");
    MetaRun run;
    FAILS(&f, ERR_NOT_FOUND, meta_run_get(&f.ctx, f.meta, S("p"), 1, &run, &f.err));
    assert_string_equal(f.err.message, "project 'p' has had no run yet");
    int64_t first = begin_run(&f, "p", "b1"), other = begin_run(&f, "q", ""), last = begin_run(&f, "p", "");
    OK(&f, meta_run_end(&f.ctx, f.meta, first, META_DONE, 5, S(""), &f.err));
    OK(&f, meta_run_get(&f.ctx, f.meta, S("p"), first, &run, &f.err));
    assert_int_equal(run.id, first);
    assert_int_equal(run.n_rows, 5);
    assert_str(run.batch, "b1");
    const int64_t missing[] = {other, last + 1, 0, -1};
    for (size_t i = 0; i < COUNT_OF(missing); i++) {
        FAILS(&f, ERR_NOT_FOUND, meta_run_get(&f.ctx, f.meta, S("p"), missing[i], &run, &f.err));
        Str wanted = arena_printf(
            f.arena, "project 'p' has no run %" PRId64 " in its log, which goes from %" PRId64 " to %" PRId64,
            missing[i], first, last);
        assert_true(str_starts(str_of(f.err.message), wanted));
    }
    fixture_free(&f);
}

/* The log of a project holds its newest runs; those of others do not count. */
TEST(the_log_does_not_grow_for_ever) {
    enum { KEPT = 3 };
    Fixture f;
    fixture_new(&f);
    add_project(&f, "p");
    add_project(&f, "q");
    int64_t other = begin_run(&f, "q", "");
    int64_t left = begin_run(&f, "p", ""); /* by a killed process */
    meta_keep_runs(f.meta, KEPT);
    for (int i = 0; i < 5; i++) {
        int64_t run = begin_run(&f, "p", "");
        OK(&f, meta_run_step(&f.ctx, f.meta, run, &(MetaStep){.name = S("silver")}, &f.err));
        OK(&f, meta_run_step(&f.ctx, f.meta, run, &(MetaStep){.name = S("gold")}, &f.err));
        OK(&f, meta_run_end(&f.ctx, f.meta, run, i % 2 ? META_DONE : META_FAILED, 1, S(""), &f.err));
        const MetaRun *runs = runs_of(&f, "p", 10, (size_t)MIN_OF(i + 2, KEPT));
        assert_int_equal(runs[0].id, run);
    }
    assert_int_equal(runs_of(&f, "p", 10, KEPT)[KEPT - 1].id, left + 3);
    assert_int_equal(count(&f, "SELECT count(*) FROM etl_log_step"), 2 * KEPT);
    OK(&f, meta_run_end(&f.ctx, f.meta, other, META_DONE, 0, S(""), &f.err));
    assert_int_equal(runs_of(&f, "q", 10, 1)[0].id, other);
    meta_keep_runs(f.meta, 0); /* the default: nothing more goes */
    int64_t run = begin_run(&f, "p", "");
    OK(&f, meta_run_end(&f.ctx, f.meta, run, META_DONE, 0, S(""), &f.err));
    (void)runs_of(&f, "p", 10, KEPT + 1);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(projects_by_name),
        cmocka_unit_test(a_removed_project_takes_all_with_it),
        cmocka_unit_test(models_have_versions),
        cmocka_unit_test(a_hash_may_be_given),
        cmocka_unit_test(files_in_order_of_arrival),
        cmocka_unit_test(a_source_is_attached_to_one_database),
        cmocka_unit_test(state_of_version_1_is_brought_forward),
        cmocka_unit_test(questions_are_counted_and_judged),
        cmocka_unit_test(a_run_and_its_steps),
        cmocka_unit_test(a_failed_run_and_a_clock_that_goes_back),
        cmocka_unit_test(runs_of_a_killed_process_are_settled),
        cmocka_unit_test(files_together_or_not),
        cmocka_unit_test(one_run_is_found_or_the_others_are_told),
        cmocka_unit_test(the_log_does_not_grow_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
