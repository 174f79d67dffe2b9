/*
 * One operation, for one request. Its document goes out as it is written; a short one that is not streamed is answered in one. A failure before
 * the first byte is a problem; after it JSON carries it as its last member, "error", and CSV is broken off.
 */
#include "server/server_internal.h"

enum { HELD_MAX_BYTES = 128 << 10 };

typedef struct Answer {
    NetRequest *request;
    const char *content_type;
    bool is_held; /* until its end is known, or it grows long */
    Buf held;
    bool is_begun;
} Answer;

static ErrCode begin(Answer *answer, Err *err) {
    if (answer->is_begun) return ERR_OK;
    TRY(net_response_begin(answer->request, 200, answer->content_type, err));
    answer->is_begun = true;
    return answer->held.n ? net_response_write(answer->request, buf_str(&answer->held), err) : ERR_OK;
}

static ErrCode write_answer(void *arg, Str bytes, Err *err) {
    Answer *answer = arg;
    if (answer->is_held && answer->held.n + bytes.n <= HELD_MAX_BYTES) {
        buf_add(&answer->held, bytes);
        return ERR_OK;
    }
    answer->is_held = false;
    TRY(begin(answer, err));
    return net_response_write(answer->request, bytes, err);
}

void server_run_op(Server *server, NetRequest *request, const OpCall *call) {
    Answer answer = {.request = request,
                     .content_type = call->format == WRITER_CSV ? "text/csv; charset=utf-8" : SERVER_JSON,
                     .is_held = !call->op->is_streaming};
    const AppRequest asked = {.project = call->project,
                              .security = holder_security(server->holder),
                              .cancel = net_request_cancel(request),
                              .timeout_us = call->timeout_us,
                              .request_id = server_call(request)->id};
    const AppOutput output = {.format = call->format,
                              .is_live = true,
                              .fails_apart = true,
                              .out = {write_answer, &answer},
                              .live = {write_answer, &answer}};
    Err err = {0};
    buf_init(&answer.held, HELD_MAX_BYTES);
    net_response_header(request, "Cache-Control", S("no-store"));
    ErrCode code = holder_run_op(server->holder, &asked, request, call->op, call->args, &output, &err);
    if (code && !answer.is_begun)
        server_problem(request, &err);
    else if (code && call->format != WRITER_JSON)
        net_response_abort(request);
    else if (!answer.is_begun)
        err_ignore(net_respond(request, 200, answer.content_type, buf_str(&answer.held), NULL));
    buf_release(&answer.held);
}
