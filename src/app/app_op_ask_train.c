/*
 * starling ask train SET.jsonl: weights for what readings cost, found from questions with gold SQL; scored on folds that had no part in
 * finding them, and on all.
 */
#include "app/app_eval.h"
#include "ask/ask_train.h"

enum { DEFAULT_FOLDS = 5, MAX_FOLDS = 20, PASSES = 3 };

typedef struct Train {
    AppEval *all;
    Arena *arena;  /* what lasts */
    Map *verdicts; /* a question's index and a query -> whether its result is gold's */
} Train;

static const char IS_RIGHT[] = "right", IS_WRONG[] = "wrong", IS_DECLINED[] = "declined";

/* ---- whether a reading is right ------------------------------------------------------------------------------------- */

static ErrCode judge(Train *t, const AppAsk *ask, const AskEvalItem *item, const AskReading *reading,
                     const char **ret_verdict, Err *err) {
    AskRows rows;
    const AskEvalResult *got, *gold;
    Err why = {0};
    *ret_verdict = IS_WRONG;
    if (ask_run(&ask->ctx, ask->conn, reading, NULL, &rows, &why)) return ERR_OK; /* what cannot be run is not right */
    if (ask_is_without_data(reading, &rows)) *ret_verdict = IS_DECLINED;
    TRY(app_eval_result(ask->ctx.arena, &rows, &got, err));
    for (size_t i = 0; i < item->n_sql && *ret_verdict == IS_WRONG; i++) {
        ErrCode code = ask_eval_gold_run(&ask->ctx, t->all->options.gold, item->db, item->sql[i],
                                         t->all->options.gold_ms, &gold, err);
        if (code) return err_prefix(err, "gold of '%.*s'", STR_ARG(item->id));
        if (ask_eval_is_same(ask->ctx.arena, gold, got, item->is_ordered)) *ret_verdict = IS_RIGHT;
    }
    return ERR_OK;
}

static ErrCode verdict_of(Train *t, const AppAsk *ask, const AskEvalItem *item, const AskReading *reading,
                          const char **ret_verdict, Err *err) {
    Str key = arena_printf(ask->ctx.arena, "%.*s %.*s %.*s", STR_ARG(item->id), STR_ARG(item->question),
                           STR_ARG(reading->json));
    *ret_verdict = map_get(t->verdicts, key);
    if (*ret_verdict) return ERR_OK;
    TRY(judge(t, ask, item, reading, ret_verdict, err));
    map_put(t->verdicts, arena_str(t->arena, key), (void *)(uintptr_t)*ret_verdict);
    return ERR_OK;
}

/* ---- examples ------------------------------------------------------------------------------------------------------- */

static ErrCode read_item(Train *t, Arena *arena, const AskEvalItem *item, const AskTurn *before, AskTurn *turn,
                         AskTrainQuestion *ret, Err *err) {
    AppAsk ask = app_eval_ask(t->all, item, arena);
    const AskResult *result;
    Err why = {0};
    if (ask_read(&ask.ctx, ask.engine, item->question, before, &result, &why)) return ERR_OK; /* no question */
    AskTrainReading *readings = ARENA_ARRAY(arena, AskTrainReading, result->n_readings + 1);
    for (size_t i = 0; i < result->n_readings; i++) {
        const char *verdict;
        TRY(verdict_of(t, &ask, item, &result->readings[i], &verdict, err));
        readings[i] = (AskTrainReading){result->readings[i].costs, verdict == IS_RIGHT, verdict == IS_DECLINED};
    }
    *ret = (AskTrainQuestion){.readings = readings, .n = result->n_readings};
    ret->is_due = item->expect == ASK_EVAL_EXPECT_ANSWER;
    bool is_missing = result->n_readings && result->readings[0].missing.n;
    ret->is_declined = result->n_unknown || is_missing || item->expect == ASK_EVAL_EXPECT_CLARIFY;
    if (before) *turn = *before;
    if (result->n_readings && result->status != ASK_DECLINED)
        *turn = (AskTurn){item->question, result->readings[0].frame, result->readings[0].json};
    return ERR_OK;
}

/* Weights for a part of the set: what is read depends on them, so it is read again with those found. */
static ErrCode train_on(Train *t, const AskEvalSet *part, AskWeights *ret_weights, Err *err) {
    AskWeights weights = ASK_WEIGHTS_INITIAL;
    for (int pass = 0; pass < PASSES; pass++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        AskTrainQuestion *questions = ARENA_ARRAY(arena, AskTrainQuestion, part->n_items + 1);
        AskTurn *turns = ARENA_ARRAY(arena, AskTurn, part->n_items + 1);
        const AskWeights now = weights;
        t->all->weights = &now;
        for (size_t i = 0; i < part->n_items; i++) {
            ptrdiff_t follows = part->items[i].follows;
            const AskTurn *before = follows >= 0 && turns[follows].frame ? &turns[follows] : NULL;
            TRY(ctx_check(t->all->ctx, err));
            TRY(read_item(t, arena, &part->items[i], before, &turns[i], &questions[i], err));
        }
        ask_train(arena, questions, part->n_items, &ASK_WEIGHTS_INITIAL, &(AskTrainOptions){0}, &weights);
    }
    *ret_weights = weights;
    return ERR_OK;
}

/* ---- scores --------------------------------------------------------------------------------------------------------- */

static ErrCode score(Train *t, const AskEvalSet *part, const AskWeights *weights, AskEvalScore **ret, Err *err) {
    t->all->weights = weights;
    return app_eval_run(t->all, part, NULL, NULL, ret, err);
}

static ErrCode write_score(Writer *w, Str name, const AskEvalReport *report, Err *err) {
    TRY(writer_object_begin(w, name, err));
    TRY(writer_field(w, S("questions"), S("integer"), value_int((int64_t)report->all.n), err));
    TRY(writer_field(w, S("accuracy"), S("percent"), value_float(ask_eval_accuracy(&report->all)), err));
    TRY(writer_field(w, S("precision"), S("percent"), value_float(ask_eval_precision(&report->all)), err));
    TRY(writer_field(w, S("coverage"), S("percent"), value_float(ask_eval_coverage(&report->all)), err));
    TRY(writer_field(w, S("calibration error"), S("percent"), value_float(report->error), err));
    return writer_object_end(w, err);
}

static ErrCode write_all(Train *t, const AskWeights *weights, Str name, Writer *w, Err *err) {
    AskEvalScore *scores;
    TRY(score(t, t->all->set, weights, &scores, err));
    return write_score(w, name, ask_eval_report_make(t->arena, scores, t->all->set->n_items), err);
}

/* Each fold with the weights that the others give. */
static ErrCode score_folds(Train *t, int n_folds, Writer *w, Err *err) {
    AskEvalScore *all = ARENA_ARRAY(t->arena, AskEvalScore, t->all->set->n_items + 1), *scores;
    const size_t *index;
    for (int fold = 0; fold < n_folds; fold++) {
        AskWeights weights;
        TRY(train_on(t, ask_train_fold(t->arena, t->all->set, fold, n_folds, true, &index), &weights, err));
        const AskEvalSet *held = ask_train_fold(t->arena, t->all->set, fold, n_folds, false, &index);
        TRY(score(t, held, &weights, &scores, err));
        for (size_t i = 0; i < held->n_items; i++) {
            all[index[i]] = scores[i];
            all[index[i]].item = &t->all->set->items[index[i]];
        }
        TRY(write_score(w, arena_printf(t->arena, "fold %d", fold + 1),
                        ask_eval_report_make(t->arena, scores, held->n_items), err));
    }
    const AskEvalReport *report = ask_eval_report_make(t->arena, all, t->all->set->n_items);
    TRY(write_score(w, S("held out"), report, err));
    return ask_eval_report_write(report, w, err);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static ErrCode write_weights(void *arg, Sink sink, Err *err) {
    return sink.write(sink.arg, *(const Str *)arg, err);
}

static ErrCode train(Train *t, const OpArgs *args, Writer *w, Err *err) {
    int64_t n_folds = op_arg_has(args, "folds") ? op_arg_int(args, "folds") : DEFAULT_FOLDS;
    AskWeights weights;
    if (n_folds < 2 || n_folds > MAX_FOLDS)
        return err_set(err, ERR_INVALID, "--folds takes a number from 2 to %d", MAX_FOLDS);
    TRY(score_folds(t, (int)n_folds, w, err));
    TRY(train_on(t, t->all->set, &weights, err));
    TRY(write_all(t, &ASK_WEIGHTS_INITIAL, S("before training"), w, err));
    TRY(write_all(t, &weights, S("trained on all"), w, err));
    if (!op_arg_has(args, "out")) return ERR_OK;
    Str text = ask_weights_print(t->arena, &weights);
    return file_stream_atomic(arena_cstr(t->arena, op_arg_text(args, "out")), write_weights, &text, err);
}

static ErrCode run_train(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    AppEval *all = ARENA_NEW(ctx->arena, AppEval);
    Train t = {.all = all, .arena = ctx->arena, .verdicts = map_new(ctx->arena)};
    size_t n;
    const Str *files = op_arg_list(args, "set", &n);
    ErrCode code = app_eval_open(ctx, session, files, n, op_arg_text(args, "gold-dir"), all, err);
    if (!code) code = train(&t, args, w, err);
    app_eval_close(all);
    return code;
}

static const OpArg TRAIN_ARGS[] = {
    {.name = "set",
     .type = OP_ARG_PATH,
     .is_positional = true,
     .is_required = true,
     .is_list = true,
     .help = "questions with gold SQL, a JSON object a line (see eval)"},
    {.name = "gold-dir",
     .type = OP_ARG_PATH,
     .is_required = true,
     .help = "SQLite files that the gold SQL runs on, DB.sqlite each"},
    {.name = "out", .type = OP_ARG_PATH, .help = "where the weights go that all questions together give"},
    {.name = "folds", .type = OP_ARG_INT, .help = "parts that are each scored by weights from the others (5)"},
};

const Op APP_OP_ASK_TRAIN = {
    .name = "ask train",
    .summary = "Find the weights by which readings of questions are ranked",
    .help =
        "Readings whose results are the gold ones are right. The set is parted by conversation; each part is scored with weights from "
        "the others (held out), and all of it with weights from all. The same questions and data give the same weights.",
    .example = "starling ask train questions.jsonl --gold-dir gold --out english.weights",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .is_long = true,
    .args = TRAIN_ARGS,
    .n_args = COUNT_OF(TRAIN_ARGS),
    .run = run_train,
};
