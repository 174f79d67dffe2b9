/* ask, from the operation down: whoever syncs leaves the index of values in step, and who asks is told what their roles may see. */
#include "app_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "app/app_ask.h"

static const char PACK[] = "pack: 1\n"
                           "name: demo\n"
                           "version: '1'\n"
                           "sources:\n"
                           "  s:\n"
                           "    kind: managed\n"
                           "    tables:\n"
                           "      act: {key: [n], columns: {n: int64 not null, nick: text, kin: text, fee: int64}}\n"
                           "facts:\n"
                           "  deed:\n"
                           "    from: act\n"
                           "    attributes: {nick: {visible_to: [desk]}, kin: }\n"
                           "    columns: {fee: {aggregate: sum}}\n"
                           "measures:\n"
                           "  fees: {expr: sum(fee)}\n"
                           "  deeds: {expr: count(*), fact: deed}\n"
                           "  dearest: {expr: max(fee), synonyms: [hush], visible_to: [desk]}\n"
                           "questions:\n"
                           "  - {question: What are the fees by kin?, query: {measures: [fees], dimensions: [kin]}}\n"
                           "  - {question: What is the dearest?, query: {measures: [dearest]}, is_example: true}\n";

static const char *ask(Fixture *f, const Security *security, const char *question) {
    return run(f, "ask", security, "question", question, "explain", "true");
}

static const char *synced(Fixture *f) {
    const char *document = run(f, "sync", &SECURITY_OWNER, NULL, NULL, NULL, NULL);
    if (f->err.code) fail_msg("%s", document);
    return document;
}

static void write_rows(Fixture *f, const char *statement) {
    Ctx ctx = {.arena = f->folder.arena, .security = &SECURITY_OWNER, .clock = CLOCK_SYSTEM};
    EngineConfig config = {.path = home_project(f->folder.arena, f->home, S("demo")).oltp, .trusts_schema = true};
    SqlText sql = {.text = str_of(statement)};
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    ErrCode code = engine_open(&ctx, f->app->registry, &ENGINE_SQLITE, &config, &db, &f->err);
    if (!code) code = engine_connect(&ctx, db, &conn, &f->err);
    if (!code) code = engine_exec(&ctx, conn, &sql, NULL, &f->err);
    if (code) fail_msg("%s (%s)", f->err.message, f->err.detail);
    engine_disconnect(conn);
    engine_close(db);
}

static void open_synced(Fixture *f) {
    open_home(f, PACK);
    synced(f);
    write_rows(f,
               "INSERT INTO act (n, nick, kin, fee) VALUES (1, 'Zebulon', 'Marquez', 10), (2, 'Quentin', 'Ruiz', 20)");
    has(synced(f), "\"index_error\":null");
}

static const char *index_path(const Fixture *f) {
    return path_join(f->folder.arena, home_project(f->folder.arena, f->home, S("demo")).folder, "values.index");
}

/* Which file it is: another one after each renewal. */
static ino_t index_file(const Fixture *f) {
    struct stat info = {0};
    assert_int_equal(stat(index_path(f), &info), 0);
    return info.st_ino;
}

TEST(a_sync_leaves_the_index_in_step) {
    Fixture f;
    open_synced(&f);
    ino_t first = index_file(&f);
    has(ask(&f, &SECURITY_OWNER, "fees of Zebulon"), "\"status\":\"answered\"");
    write_rows(&f, "UPDATE act SET fee = 30 WHERE n = 1");
    synced(&f);
    assert_true(index_file(&f) == first); /* no text changed */
    has(ask(&f, &SECURITY_OWNER, "fees of Zebulon"), "\"rows\":[[30]]");
    write_rows(&f, "UPDATE act SET nick = 'Hortensia' WHERE n = 1");
    synced(&f);
    ino_t second = index_file(&f);
    assert_true(second != first);
    has(ask(&f, &SECURITY_OWNER, "fees of Hortensia"), "\"rows\":[[30]]");
    lacks(ask(&f, &SECURITY_OWNER, "fees of Zebulon"), "\"status\":\"answered\"");
    assert_true(index_file(&f) == second); /* questions had nothing to make */
    close_home(&f);
}

/* What ended between publishing and the index, and an index of another version of the program. */
TEST(a_question_makes_an_index_that_lacks) {
    Fixture f;
    open_synced(&f);
    assert_int_equal(unlink(index_path(&f)), 0);
    has(ask(&f, &SECURITY_OWNER, "fees of Quentin"), "\"rows\":[[20]]");
    index_file(&f);
    assert_int_equal(file_write_atomic(index_path(&f), S("an old one"), &f.err), ERR_OK);
    app_free(f.app);
    f.app = app_new(CLOCK_SYSTEM); /* nothing is ready any more */
    has(ask(&f, &SECURITY_OWNER, "fees of Quentin"), "\"rows\":[[20]]");
    close_home(&f);
}

TEST(without_an_index_a_sync_is_one) {
    Fixture f;
    open_synced(&f);
    assert_int_equal(unlink(index_path(&f)), 0);
    assert_int_equal(file_make_dir(index_path(&f), &f.err), ERR_OK);
    write_rows(&f, "INSERT INTO act (n, nick, kin, fee) VALUES (3, 'Olaf', 'Ruiz', 5)");
    const char *report = synced(&f);
    has(report, "\"changes\":1");
    has(report, "\"index_error\":\"the index of values was not renewed");
    has(run(&f, "query", &SECURITY_OWNER, "query", "{\"measures\":[\"fees\"]}", NULL, NULL), "[[35]]");
    close_home(&f);
}

TEST(roles_ask_side_by_side) {
    static const Str desk[] = {S_INIT("desk")};
    const Security clerk = {.user = S("clerk"), .permissions = 1u << PERMISSION_READ_DATA, .roles = desk, .n_roles = 1};
    const Security guest = {.user = S("guest"), .permissions = 1u << PERMISSION_READ_DATA};
    Fixture f;
    open_synced(&f);
    for (int i = 0; i < 2; i++) { /* the second time all are ready */
        has(ask(&f, &clerk, "fees of Zebulon"), "\"rows\":[[10]]");
        has(ask(&f, &clerk, "hush"), "\"rows\":[[20]]");
        const char *guests = ask(&f, &guest, "fees of Zebulo");
        has(guests, "\"status\":\"declined\"");
        lacks(guests, "Zebulon");
        lacks(guests, "nick");
        lacks(ask(&f, &guest, "fees of Zebulon"), "nick");
        lacks(ask(&f, &guest, "hush"), "earest");
        lacks(ask(&f, &guest, "what can you do?"), "earest");
        lacks(ask(&f, &guest, "fees by nick"), "deed.nick");
        has(ask(&f, &guest, "fees of Ruiz"), "\"rows\":[[20]]");
    }
    close_home(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sync_leaves_the_index_in_step), cmocka_unit_test(a_question_makes_an_index_that_lacks),
        cmocka_unit_test(without_an_index_a_sync_is_one), cmocka_unit_test(roles_ask_side_by_side)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
