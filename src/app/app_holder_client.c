/* Asking the process that holds the home. Only what it has begun to answer counts as taken on: before that, it may be gone or full,
 * and the lock tells. */
#include "app/app_holder_internal.h"

static HolderCommand command_of(const AppSession *session, const OpArgs *args) {
    const AppRequest *request = session->request;
    const AppOutput *output = session->output;
    return (HolderCommand){.op = session->op,
                           .args = args,
                           .project = request->project,
                           .user = request->security->user,
                           .format = output->format,
                           .width = output->width,
                           .is_pretty = output->is_pretty,
                           .has_notes = output->notes.write != NULL,
                           .has_progress = request->progress.fn != NULL,
                           .timeout_us = request->timeout_us};
}

/* What came of a call that gave `code` and own. */
static ErrCode outcome(const AppSession *session, const FrameReader *reader, int status, ErrCode code, const Err *own,
                       bool *ret_is_done, Err *err) {
    if (reader->is_ended) {
        if (reader->result.code) *err = reader->result;
        return reader->result.code;
    }
    bool is_ours = code == ERR_CANCELLED || code == ERR_TIMEOUT;
    *ret_is_done = is_ours || (status != 0 && status != 503);
    if (is_ours || (status == 200 && reader->has_failed)) {
        *err = *own;
        return code;
    }
    if (!*ret_is_done) return err_set(err, ERR_BUSY, "nobody answers for %s", session->home);
    if (status != 200)
        return err_set(err, ERR_IO, "the process that holds %s refused the command (HTTP %d)", session->home, status);
    err_set(err, ERR_IO, "the process that held %s ended before it had answered; run the command again", session->home);
    return err_detail(err, "%s", own->detail);
}

ErrCode holder_ask(const Ctx *ctx, AppSession *session, const OpArgs *args, bool *ret_is_done, bool *ret_has_document,
                   Err *err) {
    *ret_is_done = true;
    HolderCommand command = command_of(session, args);
    NetCall call = {.method = "POST", .content_type = "application/json"};
    TRY(holder_command_print(ctx->arena, &command, &call.url, &call.body, err));
    NetFolder folder = {-1};
    TRY(net_folder_open(session->home, &folder, err));
    call.socket_path = net_unix_path(ctx->arena, &folder, HOLDER_SOCKET);
    int64_t left_ms = (session->lock_until_us - clock_monotonic(ctx->clock)) / 1000;
    call.answer_timeout_ms = (int)MIN_OF(MAX_OF(left_ms, 1), INT32_MAX);
    FrameReader reader;
    frame_reader_init(&reader, ctx->arena, session->output, session->request->progress);
    int status = 0;
    Err own = {0};
    ErrCode code = net_call(ctx, &call, frame_reader_sink(&reader), &status, &own);
    net_folder_close(&folder);
    *ret_has_document = reader.has_out || (reader.is_ended && !reader.result.code);
    code = outcome(session, &reader, status, code, &own, ret_is_done, err);
    frame_reader_release(&reader);
    return code;
}
