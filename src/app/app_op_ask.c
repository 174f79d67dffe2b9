/* starling ask "…": a question in words. */
#include "app/app_ask.h"
#include "app/app_chart.h"
#include "app/app_holder_internal.h"

/* What the question may go on from. */
static ErrCode read_before(const AppAsk *ask, const OpArgs *args, AskTurn *turn, Err *err) {
    size_t n;
    const Str *before = op_arg_list(args, "before", &n);
    for (size_t i = 0; i < n; i++) TRY(app_ask_again(ask, before[i], turn, err));
    return ERR_OK;
}

/* For suggestions; where the home is not held it is not kept. Gives what was noted. */
static Str note_question(const Ctx *ctx, const AppSession *session, const OpArgs *args, const AskAnswer *answer) {
    size_t n;
    const Str *before = op_arg_list(args, "before", &n);
    MetaQuestion question = {.text = op_arg_text(args, "question"), .status = str_of(ask_status_name(answer->status))};
    if (!session->holder || app_list_json(ctx->arena, before, n, &question.before, NULL)) return (Str){0};
    if (answer->result->n_readings) question.query = answer->result->readings[0].json;
    Str noted = holder_question_pack(ctx->arena, &question);
    holder_note_question(session->holder, session->project.name, noted);
    return noted;
}

static ErrCode write_chart(const AppAsk *ask, AppSession *session, const OpArgs *args, const AskAnswer *answer,
                           Writer *w, Err *err) {
    if (!app_chart_is_asked(args)) return ERR_OK;
    if (answer->status != ASK_ANSWERED || !answer->rows.n_columns) {
        Str why = answer->status == ASK_ANSWERED ? S("this is answered in words") : answer->message;
        if (app_chart_is_alone(args)) return err_set(err, ERR_UNSUPPORTED, "there is no chart: %.*s", STR_ARG(why));
        return writer_note(w, S("There is no chart of this."), err);
    }
    const ChartData data = ask_chart_data(ask->ctx.arena, ask->model, &answer->rows);
    return app_chart_write(&ask->ctx, session, args, answer->reading, &data, w, err);
}

static ErrCode run_ask(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    EngineDb *db = NULL;
    AppAsk ask;
    AskTurn turn = {0};
    const AskAnswer *answer;
    Str question = op_arg_text(args, "question");
    TRY(session_project(ctx, session, &project, err));
    TRY(session_warehouse(ctx, session, &db, err));
    TRY(app_ask_open(ctx, session, project->name, ctx->snapshot, db, &ask, err));
    ErrCode code = read_before(&ask, args, &turn, err);
    if (!code) code = app_ask_answer(&ask, question, &turn, &answer, err);
    bool explains = op_arg_flag(args, "explain"), is_alone = app_chart_is_alone(args);
    if (!code && !is_alone) code = app_ask_write(&ask, question, answer, explains, w, err);
    if (!code && explains && !is_alone) code = app_ask_explain(&ask, answer, w, err);
    if (!code) code = write_chart(&ask, session, args, answer, w, err);
    Str noted = code ? (Str){0} : note_question(ctx, session, args, answer);
    const QueryAccount *account = code ? NULL : answer->rows.account;
    if (account && !ask.model->is_as_of_now) session_reusable(session, account->data_version, 0, noted);
    app_ask_close(&ask);
    return code;
}

static const OpArg ASK_ARGS[] = {
    {.name = "question", .type = OP_ARG_TEXT, .is_positional = true, .is_required = true, .help = "in your own words"},
    {.name = "before",
     .type = OP_ARG_TEXT,
     .is_list = true,
     .help = "what was asked before, in order, for a question that goes on from it"},
    {.name = "explain", .type = OP_ARG_FLAG, .help = "show how it was read, and how else it could be"},
    APP_CHART_ARG,
};

const Op APP_OP_ASK = {
    .name = "ask",
    .summary = "Ask a question in words",
    .help = "The answer says how the question was read. What is not understood, or not in the data, is said so.",
    .example = "starling ask 'amount by city in 2013'",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .needs_project = true,
    .result = OP_RESULT_TABLE,
    .is_reusable = true,
    .is_streaming = true,
    .chat_arg = "before",
    .answer = "AskAnswer",
    .args = ASK_ARGS,
    .n_args = COUNT_OF(ASK_ARGS),
    .run = run_ask,
};
