/* The client: what it tells of a peer that is not there, leaves, hangs or is slow; and sockets in folders with long paths. */
#include "net/net_fixture.h"

#include <sys/stat.h>

TEST(sockets_live_in_folders_with_long_paths) {
    Fixture *f = fixture_make();
    assert_true(strlen(f->path) > 200);
    fixture_start(f);
    struct stat st;
    const char *file = path_join(f->arena, f->path, "s");
    assert_int_equal(stat(file, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0600);
    net_server_stop(f->server, 0);
    f->server = NULL;
    assert_int_equal(stat(file, &st), 0); /* as a killed process leaves it */
    Answer a = call(f, "GET", "/echo", S(""));
    assert_int_equal(a.code, ERR_NOT_FOUND);
    assert_int_equal(a.status, 0);
    buf_release(&a.body);
    fixture_start(f); /* replaces it */
    a = call(f, "GET", "/echo", S(""));
    assert_int_equal(a.code, ERR_OK);
    buf_release(&a.body);
    fixture_free(f);
}

TEST(nobody_there) {
    Fixture *f = fixture_make();
    Answer a = call(f, "GET", "/echo", S(""));
    assert_int_equal(a.code, ERR_NOT_FOUND);
    assert_int_equal(a.status, 0);
    buf_release(&a.body);
    NetFolder none = {-1};
    assert_int_equal(net_folder_open(path_join(f->arena, f->path, "none"), &none, &f->err), ERR_IO);
    assert_int_equal(none.fd, -1);
    fixture_free(f);
}

static void *cancel_soon(void *arg) {
    sleep_ms(100);
    atomic_store(&((Cancel *)arg)->is_set, true);
    return NULL;
}

TEST(a_call_ends_when_its_ctx_says_so) {
    Fixture *f = fixture_make();
    fixture_start(f);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &f->cancel), 0);
    int64_t before_us = now_us();
    Answer a = call(f, "GET", "/drip", S(""));
    assert_int_equal(a.code, ERR_CANCELLED);
    assert_int_equal(a.status, 200); /* the answer had begun */
    assert_true(now_us() - before_us < 1000000);
    buf_release(&a.body);
    pthread_join(thread, NULL);
    WAIT_FOR(atomic_load(&f->n_ended) == 1); /* and there the work is cancelled */

    atomic_store(&f->cancel.is_set, false);
    f->ctx.deadline_us = now_us() + 100000;
    a = call(f, "GET", "/wait", S(""));
    assert_int_equal(a.code, ERR_TIMEOUT);
    assert_int_equal(a.status, 0);
    buf_release(&a.body);
    fixture_free(f);
}

TEST(a_peer_that_hangs) {
    Fixture *f = fixture_make();
    assert_int_equal(net_unix_listen(f->arena, &f->folder, "s", &f->config.listen_fd, &f->err), ERR_OK);
    NetCall what = {.socket_path = f->socket, .url = "http://starling/echo", .method = "GET", .answer_timeout_ms = 200};
    Buf body;
    buf_init(&body, 100);
    int status = 7;
    int64_t before_us = now_us();
    assert_int_equal(net_call(&f->ctx, &what, sink_of_buf(&body), &status, &f->err), ERR_BUSY);
    assert_true(now_us() - before_us >= 200000 && now_us() - before_us < 2000000);
    assert_int_equal(status, 0);
    close(f->config.listen_fd); /* gone with the call in its queue */
    assert_int_equal(net_call(&f->ctx, &what, sink_of_buf(&body), &status, &f->err), ERR_NOT_FOUND);
    buf_release(&body);
    fixture_free(f);
}

TEST(an_answer_that_is_not_whole) {
    Fixture *f = fixture_make();
    fixture_start(f);
    Answer a = call(f, "GET", "/abort", S(""));
    assert_int_equal(a.code, ERR_IO);
    assert_int_equal(a.status, 200);
    assert_true(str_eq(buf_str(&a.body), S("half")));
    buf_release(&a.body);
    fixture_free(f);
}

static ErrCode full(void *arg, Str bytes, Err *err) {
    size_t *room = arg;
    if (bytes.n > *room) return err_set(err, ERR_IO, "the disk is full");
    *room -= bytes.n;
    return ERR_OK;
}

TEST(a_sink_that_fails_ends_the_call) {
    Fixture *f = fixture_make();
    fixture_start(f);
    NetCall what = {.socket_path = f->socket, .url = "http://starling/big", .method = "GET"};
    size_t room = 1 << 20;
    int status = 0;
    assert_int_equal(net_call(&f->ctx, &what, (Sink){full, &room}, &status, &f->err), ERR_IO);
    assert_string_equal(f->err.message, "the disk is full");
    WAIT_FOR(atomic_load(&f->n_ended) == 1);
    assert_int_equal(atomic_load(&f->last_code), ERR_CANCELLED);
    fixture_free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_live_in_folders_with_long_paths),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(a_call_ends_when_its_ctx_says_so),
        cmocka_unit_test(a_peer_that_hangs),
        cmocka_unit_test(an_answer_that_is_not_whole),
        cmocka_unit_test(a_sink_that_fails_ends_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
