#pragma once
/* A project as questions are asked of it: its model, its words and values, and a connection to its data. */
#include "app/app_internal.h"
#include "ask/ask.h"

typedef struct AppAsk {
    Ctx ctx; /* the caller's, with the project's snapshot and as-of */
    const Model *model;
    const AskEngine *engine;
    EngineConn *conn;
    AskValues *values;
    Snapshot *snapshot;
    int64_t data_version;
} AppAsk;

/* db is the project's warehouse, model its applied one of that version; both are the caller's. ERR_NOT_FOUND: no data yet. */
NODISCARD ErrCode app_ask_open(const Ctx *ctx, const AppSession *session, Str project, const Model *model,
                               int64_t model_version, EngineDb *db, AppAsk *ret, Err *err);
void app_ask_close(AppAsk *ask);

NODISCARD ErrCode app_ask_weights(Arena *arena, const char *path, const AskWeights **ret_weights, Err *err);

/* Asks, and runs the first reading. *turn: the question's before (without a frame: a new conversation), then what one that goes on from
 * this needs; as it was when nothing was understood. The answer is in ask->ctx.arena. */
NODISCARD ErrCode app_ask_answer(const AppAsk *ask, Str question, AskTurn *turn, const AskAnswer **ret_answer,
                                 Err *err);
/* Reads a question that was asked before, without answering it: for its turn. */
NODISCARD ErrCode app_ask_again(const AppAsk *ask, Str question, AskTurn *turn, Err *err);
/* The answer's fields, into the object that is open on the writer. */
NODISCARD ErrCode app_ask_write(const AppAsk *ask, Str question, const AskAnswer *answer, bool explains, Writer *w,
                                Err *err);
