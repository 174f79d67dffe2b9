/* The client: one call at a time on the caller's thread, with libcurl. The loop is ours (curl_multi_poll), so that a cancelled or
 * timed out call ends within a poll's length whatever the library waits for. */
#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "net/net.h"

enum { CALL_POLL_MS = 50 };

typedef struct Call {
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    Sink sink;
    ErrCode sink_failed;
    Err *err;
    bool is_answered; /* its first line is here */
    int status;
    char text[CURL_ERROR_SIZE];
} Call;

static size_t on_header(char *p, size_t size, size_t n, void *arg) {
    (void)p;
    Call *call = arg;
    long status = 0;
    if (curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 200) {
        call->is_answered = true;
        call->status = (int)status;
    }
    return size * n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg) {
    Call *call = arg;
    call->sink_failed = call->sink.write(call->sink.arg, (Str){p, size * n}, call->err);
    return call->sink_failed ? CURL_WRITEFUNC_ERROR : size * n;
}

static void release(Call *call) {
    if (call->multi && call->easy) curl_multi_remove_handle(call->multi, call->easy);
    curl_easy_cleanup(call->easy);
    if (call->multi) curl_multi_cleanup(call->multi);
    curl_slist_free_all(call->headers);
}

static bool set_up(Call *call, const NetCall *what) {
    CURL *easy = call->easy = curl_easy_init();
    call->multi = curl_multi_init();
    if (!easy || !call->multi) return false;
    Str type = str_of(what->content_type);
    char header[128] = "Content-Type: ";
    if (type.n && type.n < sizeof header - 16) {
        memcpy(header + strlen(header), type.p, type.n);
        call->headers = curl_slist_append(call->headers, header);
    }
    call->headers = curl_slist_append(call->headers, "Expect:"); /* no question before the body */
    bool ok = call->headers != NULL;
    ok &= curl_easy_setopt(easy, CURLOPT_URL, what->url) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, what->method) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->text) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_HEADERDATA, call) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, call) == CURLE_OK;
    if (what->socket_path) {
        ok &= curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, what->socket_path) == CURLE_OK;
        ok &= curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK; /* whatever the environment says */
    }
    if (what->body.n) {
        ok &= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, what->body.p) == CURLE_OK;
        ok &= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)what->body.n) == CURLE_OK;
    }
    return ok && curl_multi_add_handle(call->multi, easy) == CURLM_OK;
}

/* What the library said, in our terms. */
static ErrCode failure(const Call *call, const NetCall *what, CURLcode result, Err *err) {
    const char *where = what->socket_path ? what->socket_path : what->url;
    long error = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &error);
    if (result == CURLE_WRITE_ERROR && call->sink_failed) return call->sink_failed;
    if (result == CURLE_COULDNT_CONNECT && error == EACCES)
        err_set(err, ERR_DENIED, "this user may not connect to %s", where);
    else if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST)
        err_set(err, ERR_NOT_FOUND, "nobody answers at %s", where);
    else
        err_set(err, ERR_IO, "the connection to %s broke before the answer was whole", where);
    err_detail(err, "curl %d: %s", (int)result, call->text[0] ? call->text : curl_easy_strerror(result));
    return err->code;
}

static ErrCode run(const Ctx *ctx, Call *call, const NetCall *what, Err *err) {
    int64_t answer_by_us = clock_monotonic(ctx->clock) + (int64_t)what->answer_timeout_ms * 1000;
    for (;;) {
        int n_running = 0, n_left = 0;
        CURLMcode state = curl_multi_perform(call->multi, &n_running);
        CURLMsg *message = curl_multi_info_read(call->multi, &n_left);
        if (message && message->msg == CURLMSG_DONE)
            return message->data.result == CURLE_OK ? ERR_OK : failure(call, what, message->data.result, err);
        if (state == CURLM_OK) state = curl_multi_poll(call->multi, NULL, 0, CALL_POLL_MS, NULL);
        if (state != CURLM_OK) return err_set(err, ERR_IO, "the connection failed (%s)", curl_multi_strerror(state));
        TRY(ctx_check(ctx, err));
        if (what->answer_timeout_ms && !call->is_answered && clock_monotonic(ctx->clock) >= answer_by_us)
            return err_set(err, ERR_BUSY, "no answer came within %d ms", what->answer_timeout_ms);
    }
}

ErrCode net_call(const Ctx *ctx, const NetCall *what, Sink body, int *ret_status, Err *err) {
    Err own = {0};
    Call call = {.sink = body, .err = &own};
    *ret_status = 0;
    ErrCode code = set_up(&call, what) ? run(ctx, &call, what, &own)
                                       : err_set(&own, ERR_IO, "a connection could not be prepared; free some memory");
    *ret_status = call.status;
    release(&call);
    if (code && err) *err = own;
    return code;
}
