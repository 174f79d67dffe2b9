/*
 * One operation, for one request. Its document goes out as it is written; a short one that is not streamed is answered in one. A failure before
 * the first byte is a problem; after it JSON carries it as its last member, "error", and CSV is broken off. What may be given again is kept
 * (server_cache.c).
 */
#include "server/server_internal.h"

enum { HELD_MAX_BYTES = 128 << 10, FAILED_MAX_BYTES = 1 << 20 };

typedef struct Answer {
    Server *server;
    NetRequest *request;
    ServerForm form;
    bool is_held; /* until its end is known, or it grows long */
    Buf held;
    bool is_begun;
    GzipOut *gzip;     /* NULL: as it is */
    Buf kept;          /* what is written, for the cache; its maximum is the cache's */
    QueryClaim *claim; /* on it; NULL: others do not wait for it */
    Buf failed;        /* the document of a failure before the first byte */
} Answer;

/* ---- on its way out ------------------------------------------------------------------------------------------------- */

static ErrCode send(Answer *answer, Str bytes, Err *err) {
    if (!bytes.n) return ERR_OK;
    return answer->gzip ? gzip_out_write(answer->gzip, bytes, true, err)
                        : net_response_write(answer->request, bytes, err);
}

static ErrCode begin(Answer *answer, Err *err) {
    NetRequest *request = answer->request;
    if (answer->is_begun) return ERR_OK;
    if (server_takes_gzip(request)) {
        net_response_header(request, "Content-Encoding", S("gzip"));
        answer->gzip = gzip_out_new(net_request_arena(request), net_response_sink(request));
    }
    TRY(net_response_begin(request, 200, server_form_type(answer->form), err));
    answer->is_begun = true;
    return send(answer, buf_str(&answer->held), err);
}

/* It is not to be kept: who waits for it computes by himself, however slowly this one is read. */
static void give_up(Answer *answer) {
    query_cache_give_up(answer->server->cache, answer->claim);
    answer->claim = NULL;
}

static ErrCode write_answer(void *arg, Str bytes, Err *err) {
    Answer *answer = arg;
    buf_add(&answer->kept, bytes);
    if (answer->kept.is_overflown) give_up(answer);
    if (answer->is_held && answer->held.n + bytes.n <= HELD_MAX_BYTES) {
        buf_add(&answer->held, bytes);
        return ERR_OK;
    }
    answer->is_held = false;
    TRY(begin(answer, err));
    return send(answer, bytes, err);
}

void server_respond(NetRequest *request, const char *content_type, Str body) {
    if (body.n < SERVER_GZIP_MIN_BYTES || !server_takes_gzip(request)) {
        err_ignore(net_respond_with(request, 200, content_type, body, NULL, NULL, NULL));
        return;
    }
    Buf packed CLEANUP(buf_release);
    buf_init(&packed, body.n + 1024);
    GzipOut *gzip = gzip_out_new(net_request_arena(request), sink_of_buf(&packed));
    bool is_packed = !gzip_out_write(gzip, body, false, NULL) && !gzip_out_finish(gzip, NULL);
    if (is_packed) net_response_header(request, "Content-Encoding", S("gzip"));
    err_ignore(net_respond(request, 200, content_type, is_packed ? buf_str(&packed) : body, NULL));
}

/* ---- the run -------------------------------------------------------------------------------------------------------- */

static ErrCode run(Answer *answer, const OpCall *call, AppReuse *reuse, Err *err) {
    Server *server = answer->server;
    NetRequest *request = answer->request;
    const AppRequest asked = {.project = call->project,
                              .security = holder_security(server->holder),
                              .cancel = net_request_cancel(request),
                              .timeout_us = call->timeout_us,
                              .request_id = server_call(server, request)->id};
    const AppOutput output = {.format = call->form == FORM_CSV ? WRITER_CSV : WRITER_JSON,
                              .is_live = true,
                              .failed = sink_of_buf(&answer->failed),
                              .reuse = reuse,
                              .out = {write_answer, answer},
                              .live = {write_answer, answer}};
    return holder_run_op(server->holder, &asked, request, call->op, call->args, &output, err);
}

static void answer_failure(Answer *answer, const Err *err) {
    const Json *document = NULL, *findings = NULL;
    bool is_read = !json_parse(net_request_arena(answer->request), buf_str(&answer->failed), NULL, &document, NULL);
    if (is_read) findings = json_get(document, S("findings"));
    server_problem(answer->request, err, findings);
}

static void finish(Answer *answer, ErrCode code, const Err *err) {
    bool is_broken = code && answer->form != FORM_JSON;
    if (!answer->is_begun && code)
        answer_failure(answer, err);
    else if (!answer->is_begun)
        server_respond(answer->request, server_form_type(answer->form),
                       arena_str(net_request_arena(answer->request), buf_str(&answer->held)));
    else if (is_broken || (answer->gzip && gzip_out_finish(answer->gzip, NULL)))
        net_response_abort(answer->request);
}

/* Runs it and answers; tells whether the document may be given again, which is then in answer->kept. */
static bool run_and_answer(Answer *answer, const OpCall *call, Str key, QueryStamp *ret_stamp) {
    Server *server = answer->server;
    AppReuse reuse = {.arena = net_request_arena(answer->request)};
    Err err = {0};
    buf_init(&answer->held, HELD_MAX_BYTES);
    buf_init(&answer->failed, FAILED_MAX_BYTES);
    buf_init(&answer->kept, call->op->is_reusable ? (size_t)query_cache_max_entry(server->cache) : 0);
    buf_add_char(&answer->kept, (char)answer->form);
    server_form_headers(answer->request, answer->form);
    ErrCode code = run(answer, call, &reuse, &err);
    *ret_stamp = (QueryStamp){.project = reuse.project,
                              .model_version = reuse.model_version,
                              .data_version = reuse.data_version,
                              .data_at_us = reuse.data_at_us,
                              .noted = reuse.noted};
    bool is_reusable = !code && reuse.is_known && !answer->kept.is_overflown;
    if (is_reusable) server_find_age(buf_str(&answer->kept), ret_stamp);
    bool is_answered = is_reusable && !answer->is_begun && server_tag(server, answer->request, key, ret_stamp);
    if (!is_answered) finish(answer, code, &err);
    buf_release(&answer->held);
    buf_release(&answer->failed);
    return is_reusable;
}

void server_run_op(Server *server, NetRequest *request, const OpCall *call) {
    Arena *arena = net_request_arena(request);
    Answer answer = {.server = server,
                     .request = request,
                     .form = call->form,
                     .is_held = !call->op->is_streaming || call->form == FORM_SVG};
    QueryStamp stamp;
    Err err = {0};
    Str key = server_cache_key(request, call->op), kept = {0};
    ErrCode code = ERR_OK;
    if (call->op->is_reusable)
        code = query_cache_claim(server->cache, arena, key, net_request_cancel(request), &kept, &stamp, &answer.claim,
                                 &err);
    if (code) {
        server_problem(request, &err, NULL);
    } else if (kept.n) {
        server_respond_kept(server, request, key, kept, &stamp);
    } else {
        if (run_and_answer(&answer, call, key, &stamp))
            query_cache_put(server->cache, answer.claim, &stamp, buf_str(&answer.kept));
        else
            give_up(&answer);
        buf_release(&answer.kept);
    }
}
