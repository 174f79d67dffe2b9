#pragma once
/* What `eval` and `ask train` share: a set of questions, the projects that it is about, opened, and gold to judge by. */
#include "app/app_ask.h"
#include "ask/ask_eval.h"

enum { APP_EVAL_MAX_PROJECTS = 32 };

typedef struct AppEvalProject {
    Str name;
    Arena *arena;
    Snapshot *snapshot;
    EngineDb *db;
    AppAsk ask;
} AppEvalProject;

typedef struct AppEval {
    const Ctx *ctx;
    AppSession *session;
    const AskEvalSet *set;
    AskEvalOptions options;
    const AskWeights *weights; /* NULL: the shipped ones */
    AppEvalProject projects[APP_EVAL_MAX_PROJECTS];
    size_t n_projects;
} AppEval;

/* Reads the sets' files as one and opens all that they name, before anything is asked; gold_dir is empty where nothing is judged.
 * app_eval_close, after an error too. */
NODISCARD ErrCode app_eval_open(const Ctx *ctx, AppSession *session, const Str *files, size_t n_files, Str gold_dir,
                                AppEval *e, Err *err);
void app_eval_close(AppEval *e);

/* The item's project, weighing as e does, answering in an arena and within the time of a query. */
AppAsk app_eval_ask(const AppEval *e, const AskEvalItem *item, Arena *arena);
NODISCARD ErrCode app_eval_result(Arena *arena, const AskRows *rows, const AskEvalResult **ret_result, Err *err);

/* What each answer is told to besides being judged; NULL: nobody. */
typedef ErrCode (*AppEvalListener)(void *arg, const AppAsk *ask, const AskEvalItem *item, const AskAnswer *answer,
                                   Err *err);
/* Asks all of `set`, which is e's or a part of it. */
NODISCARD ErrCode app_eval_run(const AppEval *e, const AskEvalSet *set, AppEvalListener listener, void *arg,
                               AskEvalScore **ret_scores, Err *err);
