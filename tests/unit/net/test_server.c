/* The server: what it answers, its limits, slow readers, clients that leave, and how it stops. */
#include "net/net_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>

TEST(answers_with_what_was_asked) {
    Fixture *f = fixture_make();
    fixture_start(f);
    Answer a = call(f, "POST", "/echo", S("hello"));
    assert_int_equal(a.code, ERR_OK);
    assert_int_equal(a.status, 200);
    assert_true(str_eq(buf_str(&a.body), S("hello")));
    buf_release(&a.body);
    a = call(f, "POST", "/who?x=1", S("b"));
    assert_int_equal(a.status, 201);
    assert_true(str_eq(buf_str(&a.body), S("POST text/x-test 1")));
    buf_release(&a.body);
    a = call(f, "GET", "/nothing", S(""));
    assert_int_equal(a.status, 500); /* the handler gave no answer */
    buf_release(&a.body);
    fixture_free(f);
}

TEST(streams_whole_and_in_step_on_one_connection) {
    Fixture *f = fixture_make();
    fixture_start(f);
    for (int i = 0; i < 2; i++) {
        Answer a = call(f, "GET", "/big", S(""));
        assert_int_equal(a.code, ERR_OK);
        assert_int_equal(a.body.n, BIG_BYTES);
        for (size_t at = 0; at < BIG_BYTES; at += 97) assert_int_equal(a.body.p[at], big_byte(at));
        buf_release(&a.body);
    }
    int fd = raw_get(f, "/echo"); /* kept open: a second request on the same one */
    assert_int_equal(raw_status(fd), 200);
    raw_send(fd, S("GET /who HTTP/1.1\r\nHost: test\r\n\r\n"));
    WAIT_FOR(atomic_load(&f->n_ended) == 4);
    close(fd);
    fixture_free(f);
}

TEST(listens_on_tcp_as_well) {
    Fixture *f = fixture_make();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    f->config.listen_fd = fd;
    assert_int_equal(net_server_start(&f->config, &f->server, &f->err), ERR_OK);
    NetCall what = {.url = arena_printf(f->arena, "http://127.0.0.1:%d/who", ntohs(address.sin_port)).p,
                    .method = "GET"};
    Buf body;
    buf_init(&body, 100);
    int status = 0;
    assert_int_equal(net_call(&f->ctx, &what, sink_of_buf(&body), &status, &f->err), ERR_OK);
    assert_int_equal(status, 201);
    assert_true(str_eq(buf_str(&body), S("GET  0"))); /* nobody's peer is known over TCP */
    buf_release(&body);
    fixture_free(f);
}

TEST(too_much_is_refused) {
    Fixture *f = fixture_make();
    f->config.max_body_bytes = 1000;
    f->config.max_header_bytes = 2000;
    fixture_start(f);
    char *text = arena_alloc(f->arena, 300000);
    memset(text, 'x', 300000);
    Answer a = call(f, "POST", "/echo", (Str){text, 1000});
    assert_int_equal(a.status, 200);
    buf_release(&a.body);
    a = call(f, "POST", "/echo", (Str){text, 1001});
    assert_int_equal(a.status, 413);
    buf_release(&a.body);

    int fd = raw_connect(f); /* a body whose length is not announced */
    raw_send(fd, S("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5dc\r\n"));
    raw_send(fd, (Str){text, 1500});
    raw_send(fd, S("\r\n0\r\n\r\n"));
    assert_int_equal(raw_status(fd), 413);
    close(fd);

    fd = raw_connect(f); /* and one that does not end */
    raw_send(fd, S("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n"));
    for (int i = 0; i < 100 && send(fd, text, 3000, MSG_NOSIGNAL) > 0; i++) sleep_ms(1);
    assert_int_equal(raw_status(fd), 0);
    close(fd);

    fd = raw_connect(f);
    raw_send(fd, S("GET /echo HTTP/1.1\r\nHost: t\r\nX-Long: "));
    raw_send(fd, (Str){text, 3000});
    raw_send(fd, S("\r\n\r\n"));
    assert_int_equal(raw_status(fd), 431);
    close(fd);

    fd = raw_connect(f); /* more than the library itself would hold */
    raw_send(fd, S("GET /echo HTTP/1.1\r\nHost: t\r\nX-Long: "));
    (void)!send(fd, text, 300000, MSG_NOSIGNAL | MSG_DONTWAIT);
    int status = raw_status(fd);
    assert_true(status == 431 || status == 0);
    close(fd);

    fd = raw_connect(f);
    raw_send(fd, S("no HTTP at all\r\n\r\n"));
    status = raw_status(fd);
    assert_true(status == 400 || status == 0);
    close(fd);
    assert_int_equal(atomic_load(&f->n_begun), 1); /* only the first got to the handler */
    fixture_free(f);
}

TEST(a_slow_reader_stops_the_producer) {
    Fixture *f = fixture_make();
    fixture_start(f);
    int fd = raw_get(f, "/big");
    WAIT_FOR(atomic_load(&f->n_written) > 0);
    long long before = -1;
    while (before != atomic_load(&f->n_written)) { /* until it stands still */
        before = atomic_load(&f->n_written);
        sleep_ms(150);
    }
    assert_true(before < 2 << 20); /* what is unread, and the kernel's buffers */
    assert_int_equal(atomic_load(&f->n_ended), 0);
    char block[65536];
    size_t n_read = 0;
    for (ssize_t n; atomic_load(&f->n_ended) == 0 && (n = recv(fd, block, sizeof block, 0)) > 0;) n_read += (size_t)n;
    assert_true(n_read > BIG_BYTES / 2);
    assert_int_equal(atomic_load(&f->n_written), BIG_BYTES);
    close(fd);
    fixture_free(f);
}

TEST(slow_readers_hold_no_worker_and_one_too_many_is_broken_off) {
    enum { SLOW = 5 };
    int fds[SLOW + 1];
    Fixture *f = fixture_make();
    f->config.n_workers = 2;
    f->config.n_slow = SLOW;
    fixture_start(f);
    for (int i = 0; i < SLOW; i++) fds[i] = raw_get(f, "/big");
    WAIT_FOR(atomic_load(&f->n_begun) == SLOW); /* more than there are workers */
    int64_t asked_us = now_us();
    Answer a = call(f, "POST", "/echo", S("quick"));
    assert_true(str_eq(buf_str(&a.body), S("quick")));
    assert_true(now_us() - asked_us < 1000000);
    buf_release(&a.body);
    sleep_ms(300); /* all of them are known to be slow */
    fds[SLOW] = raw_get(f, "/big");
    WAIT_FOR(atomic_load(&f->last_code) == ERR_BUSY);
    char block[65536];
    for (int i = 0; i < SLOW; i++) { /* and each gets the whole of its answer */
        size_t n_read = 0;
        for (ssize_t n; n_read < BIG_BYTES && (n = recv(fds[i], block, sizeof block, 0)) > 0;) n_read += (size_t)n;
        assert_true(n_read >= BIG_BYTES);
    }
    for (int i = 0; i <= SLOW; i++) close(fds[i]);
    fixture_free(f);
}

TEST(a_reader_that_takes_nothing_is_given_up) {
    Fixture *f = fixture_make();
    fixture_start(f);
    int fd = raw_get(f, "/patient");
    WAIT_FOR(atomic_load(&f->n_ended) == 1);
    assert_int_equal(atomic_load(&f->last_code), ERR_TIMEOUT);
    close(fd);

    f->config.idle_timeout_s = 1; /* and by the connection itself, where nobody set a deadline */
    net_server_stop(f->server, 0);
    fixture_start(f);
    fd = raw_get(f, "/big");
    WAIT_FOR(atomic_load(&f->n_ended) == 2);
    assert_int_equal(atomic_load(&f->last_code), ERR_CANCELLED);
    close(fd);
    fixture_free(f);
}

/* Asks, leaves, and gives the time until the work was cancelled. */
static int64_t cancel_us(Fixture *f, const char *path) {
    int n = atomic_load(&f->n_ended);
    int fd = raw_get(f, path);
    WAIT_FOR(atomic_load(&f->n_begun) == n + 1);
    sleep_ms(120);
    assert_int_equal(atomic_load(&f->n_ended), n); /* it is there, and so nothing is cancelled */
    int64_t left_us = now_us();
    close(fd);
    WAIT_FOR(atomic_load(&f->n_ended) == n + 1);
    return atomic_load(&f->cancelled_at_us) - left_us;
}

TEST(a_client_that_leaves_cancels_its_work) {
    static const char *const PATHS[] = {"/wait", "/drip"}; /* before the answer began, and in it */
    Fixture *f = fixture_make();
    fixture_start(f);
    for (int i = 0; i < 2; i++) {
        int64_t best_us = INT64_MAX; /* of a few: the machine may be busy with something else */
        for (int tries = 0; tries < 10 && best_us > 110000; tries++) best_us = MIN_OF(best_us, cancel_us(f, PATHS[i]));
        assert_true(best_us <= 110000);
    }
    int n_ended = atomic_load(&f->n_ended);
    int fd = raw_get(f, "/big"); /* while the worker waits for its reader */
    WAIT_FOR(atomic_load(&f->n_written) > 100000);
    close(fd);
    WAIT_FOR(atomic_load(&f->n_ended) == n_ended + 1);
    assert_int_equal(atomic_load(&f->last_code), ERR_CANCELLED);
    fixture_free(f);
}

TEST(a_full_queue_is_503) {
    Fixture *f = fixture_make();
    f->config.n_workers = 1;
    f->config.max_waiting = 1;
    fixture_start(f);
    int first = raw_get(f, "/wait");
    WAIT_FOR(atomic_load(&f->n_begun) == 1);
    int second = raw_get(f, "/wait");
    sleep_ms(50);
    int third = raw_get(f, "/wait");
    assert_int_equal(raw_status(third), 503);
    atomic_store(&f->lets_go, true);
    assert_int_equal(raw_status(first), 200);
    assert_int_equal(raw_status(second), 200);
    close(first), close(second), close(third);
    fixture_free(f);
}

TEST(connections_have_a_limit) {
    Fixture *f = fixture_make();
    f->config.max_connections = 2;
    fixture_start(f);
    int first = raw_get(f, "/echo"), second = raw_get(f, "/echo");
    assert_int_equal(raw_status(first), 200);
    assert_int_equal(raw_status(second), 200);
    int third = raw_get(f, "/echo");
    sleep_ms(150);
    assert_int_equal(atomic_load(&f->n_begun), 2);
    close(first);
    assert_int_equal(raw_status(third), 200);
    close(second), close(third);
    fixture_free(f);
}

/* ---- answers on the library's own thread ---------------------------------------------------------------------------- */

static atomic_int released;
static _Atomic(NetRequest *) detached;

static void on_release(void *arg) {
    atomic_fetch_add((atomic_int *)arg, 1);
}

static bool on_quick(void *arg, NetRequest *request) {
    (void)arg;
    Str path = net_request_path(request), name, value;
    if (str_eq(path, S("/quick"))) {
        net_response_header(request, "X-One", S("a"));
        net_response_header(request, "x-one", S("b")); /* in its place */
        bool has = net_request_param(request, 1, &name, &value) && !net_request_param(request, 2, &name, &value);
        err_ignore(net_respond_with(request, has ? 200 : 400, "text/plain", S("static"), on_release, &released, NULL));
        return true;
    }
    if (!str_eq(path, S("/stream"))) return false;
    if (net_response_begin(request, 200, "text/event-stream", NULL)) return true;
    net_request_detach(request);
    atomic_store(&detached, request);
    return true;
}

static void on_done(void *arg, const NetRequest *request) {
    Fixture *f = arg;
    atomic_store(&f->n_written, net_request_answer_bytes(request) * 1000 + net_request_status(request));
}

TEST(what_need_not_wait_is_answered_at_once) {
    Fixture *f = fixture_make();
    f->config.quick = on_quick;
    f->config.done = on_done;
    fixture_start(f);
    Answer a = call(f, "GET", "/quick?a=1&b=%20", S(""));
    assert_int_equal(a.status, 200);
    assert_true(str_eq(buf_str(&a.body), S("static")));
    buf_release(&a.body);
    WAIT_FOR(atomic_load(&released) == 1); /* once */
    assert_int_equal(atomic_load(&f->n_written), 6200);
    int fd = raw_get(f, "/quick?a=1&b=2");
    char text[1000] = {0};
    for (size_t n = 0; !strstr(text, "static");) n += (size_t)recv(fd, text + n, sizeof text - 1 - n, 0);
    assert_non_null(strstr(text, "x-one: b"));
    assert_null(strstr(text, "X-One: a"));
    assert_non_null(strstr(text, "Content-Length: 6"));
    close(fd);
    a = call(f, "POST", "/echo", S("by a worker"));
    assert_true(str_eq(buf_str(&a.body), S("by a worker")));
    buf_release(&a.body);
    fixture_free(f);
}

TEST(a_detached_answer_goes_on_without_its_handler) {
    Fixture *f = fixture_make();
    f->config.quick = on_quick;
    f->config.max_unread_bytes = 1000;
    fixture_start(f);
    int fd = raw_get(f, "/stream");
    WAIT_FOR(atomic_load(&detached));
    NetRequest *request = atomic_exchange(&detached, NULL);
    assert_int_equal(raw_status(fd), 200);
    assert_int_equal(net_response_offer(request, S("data: one\n\n"), &f->err), ERR_OK);
    char text[4000] = {0};
    for (size_t n = 0; !strstr(text, "one");) n += (size_t)recv(fd, text + n, sizeof text - 1 - n, 0);
    char *large = arena_alloc(f->arena, 1001);
    memset(large, 'x', 1001);
    assert_int_equal(net_response_offer(request, (Str){large, 1001}, &f->err), ERR_BUSY); /* all or nothing */
    net_request_finish(request);
    while (recv(fd, text, sizeof text, 0) == (ssize_t)sizeof text) {}
    close(fd);

    fd = raw_get(f, "/stream");
    WAIT_FOR(atomic_load(&detached));
    request = atomic_exchange(&detached, NULL);
    close(fd);
    WAIT_FOR(atomic_load(&net_request_cancel(request)->is_set));
    assert_int_equal(net_response_offer(request, S("late"), &f->err), ERR_CANCELLED);
    net_request_finish(request);
    fixture_free(f);
}

TEST(one_connection_too_many_is_told_so) {
    Fixture *f = fixture_make();
    f->config.max_connections = 2;
    f->config.spare_connections = 2;
    fixture_start(f);
    int first = raw_get(f, "/echo"), second = raw_get(f, "/echo");
    assert_int_equal(raw_status(first), 200);
    assert_int_equal(raw_status(second), 200);
    int third = raw_get(f, "/echo");
    assert_int_equal(raw_status(third), 503);
    close(first), close(second), close(third);
    fixture_free(f);
}

/* Reads to the end; gives the number of bytes. */
static void *drain(void *arg) {
    char block[65536];
    size_t total = 0;
    for (ssize_t n; (n = recv(*(int *)arg, block, sizeof block, 0)) > 0;) total += (size_t)n;
    return (void *)total;
}

TEST(stopping_lets_answers_end_and_cancels_the_rest) {
    Fixture *f = fixture_make();
    f->config.n_workers = 2;
    fixture_start(f);
    int waiting = raw_get(f, "/wait"), dripping = raw_get(f, "/drip");
    WAIT_FOR(atomic_load(&f->n_begun) == 2);
    int queued = raw_get(f, "/echo");
    sleep_ms(50);
    int64_t before_us = now_us();
    net_server_stop(f->server, 200); /* two connections are suspended, one waits for a worker */
    int64_t took_us = now_us() - before_us;
    f->server = NULL;
    assert_true(took_us >= 190000 && took_us < 3000000);
    assert_int_equal(atomic_load(&f->n_begun), 2);
    assert_int_equal(atomic_load(&f->n_ended), 2);
    assert_int_not_equal(raw_status(queued), 200); /* 503, unless the connection was closed first */
    close(waiting), close(dripping), close(queued);

    fixture_start(f);
    int big = raw_get(f, "/big");
    WAIT_FOR(atomic_load(&f->n_begun) == 3);
    pthread_t reader; /* one that goes on reading gets its whole answer */
    assert_int_equal(pthread_create(&reader, NULL, drain, &big), 0);
    net_server_stop(f->server, 5000);
    f->server = NULL;
    void *total = NULL;
    pthread_join(reader, &total);
    assert_true((uintptr_t)total > BIG_BYTES);
    assert_int_equal(atomic_load(&f->last_code), ERR_OK);
    close(big);
    fixture_free(f);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_with_what_was_asked),
        cmocka_unit_test(streams_whole_and_in_step_on_one_connection),
        cmocka_unit_test(listens_on_tcp_as_well),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(a_slow_reader_stops_the_producer),
        cmocka_unit_test(slow_readers_hold_no_worker_and_one_too_many_is_broken_off),
        cmocka_unit_test(a_reader_that_takes_nothing_is_given_up),
        cmocka_unit_test(a_client_that_leaves_cancels_its_work),
        cmocka_unit_test(a_full_queue_is_503),
        cmocka_unit_test(what_need_not_wait_is_answered_at_once),
        cmocka_unit_test(a_detached_answer_goes_on_without_its_handler),
        cmocka_unit_test(one_connection_too_many_is_told_so),
        cmocka_unit_test(connections_have_a_limit),
        cmocka_unit_test(stopping_lets_answers_end_and_cancels_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
