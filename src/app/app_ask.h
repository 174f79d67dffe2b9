#pragma once
/* A project as questions are asked of it: its model, its words and values, and a connection to its data. */
#include "app/app_internal.h"
#include "ask/ask.h"

typedef struct AppEngine AppEngine; /* app_ask_engine.c */

typedef struct AppAsk {
    Ctx ctx;            /* the caller's, with the engine's snapshot, and as-of */
    const Model *model; /* as the caller sees it */
    const AskEngine *engine;
    EngineConn *conn;
    AppEngines *engines;
    AppEngine *borrowed;
} AppAsk;

/* ---- the value index (app_values.c) --------------------------------------------------------------------------------- */

/* That of the project in `folder`, which stands to what conn reads so at least; made where there is none. The caller closes it. */
NODISCARD ErrCode app_values_open(const Ctx *ctx, EngineConn *conn, const Model *model, const char *folder,
                                  AskValuesStand least, AskValues **ret_values, Err *err);
/* Whether no newer one has taken its place. */
bool app_values_are_there(const Ctx *ctx, const char *folder, const AskValues *values);
/* Brings it in step after something was published that did `texts` to gold, so that no question has to. Where that fails, the next question tries again: not
 * a failure of what was published. */
NODISCARD ErrCode app_values_renew(const Ctx *ctx, EngineDb *db, const Model *model, const ModelTexts *texts,
                                   const char *folder, Err *err);

/* ---- engines that are ready (app_ask_engine.c) ---------------------------------------------------------------------- */

/* The engine of the project in `folder` on the snapshot's model, for ctx's caller, of the data as conn reads it: one that is ready, or a
 * new one, which is kept ready. Until it is returned. Any thread. */
NODISCARD ErrCode app_engine_borrow(const Ctx *ctx, AppEngines *engines, EngineConn *conn, const char *folder,
                                    const Snapshot *snapshot, AppEngine **ret, Err *err);
/* Until then (on the monotonic clock) somebody else sees to it that the index of the project in `folder` is renewed: questions take it as
 * it is, with the texts that it has. */
void app_engines_promise(AppEngines *engines, const char *folder, int64_t until_us);
void app_engine_return(AppEngines *engines, AppEngine *engine); /* NULL allowed */
const AskEngine *app_engine_ask(const AppEngine *engine);
const Model *app_engine_model(const AppEngine *engine);       /* as the caller sees it */
const Snapshot *app_engine_snapshot(const AppEngine *engine); /* of a model with that hash: the engine's own */

/* ---- questions ------------------------------------------------------------------------------------------------------ */

/* db is the project's warehouse, snapshot its applied model; both are the caller's. ERR_NOT_FOUND: no data yet. */
NODISCARD ErrCode app_ask_open(const Ctx *ctx, const AppSession *session, Str project, const Snapshot *snapshot,
                               EngineDb *db, AppAsk *ret, Err *err);
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
/* What groups with an unknown key carry, and that in words: fields of an object that is open on the writer. */
NODISCARD ErrCode app_left_out_write(Writer *w, const QueryLeftOut *out, Str words, Err *err);
/* Behind them, how the question was read: "explain" (app_ask_explain.c). */
NODISCARD ErrCode app_ask_explain(const AppAsk *ask, const AskAnswer *answer, Writer *w, Err *err);
