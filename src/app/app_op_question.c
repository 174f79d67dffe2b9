/* starling questions and starling feedback: what can be asked, what was asked, and what people thought of the answers. */
#include "app/app_internal.h"
#include "ask/ask.h"

static const char *const VERDICTS[] = {"down", "none", "up"}; /* -1, 0, 1 */

/* ---- questions ------------------------------------------------------------------------------------------------------ */

static ErrCode write_pack(const Ctx *ctx, Writer *w, const Model *model, Err *err) {
    TRY(writer_list_begin(w, S("pack"), err));
    if (model->n_questions) TRY(writer_note(w, S("Questions of the pack:"), err));
    for (size_t i = 0; i < model->n_questions; i++) {
        const ModelQuestion *question = &model->questions[i];
        if (!ask_question_is_seen(ctx, question)) continue;
        TRY(writer_object_begin(w, (Str){0}, err));
        TRY(writer_field(w, S("question"), (Str){0}, value_text(question->question), err));
        TRY(writer_field(w, S("is_example"), (Str){0}, value_bool(question->is_example), err));
        TRY(writer_object_end(w, err));
        TRY(writer_note(w, arena_printf(ctx->arena, "  %.*s", STR_ARG(question->question)), err));
    }
    return writer_list_end(w, err);
}

static ErrCode write_asked(const Ctx *ctx, Writer *w, const MetaQuestion *question, Err *err) {
    const char *verdict = VERDICTS[question->verdict + 1];
    TRY(writer_object_begin(w, (Str){0}, err));
    TRY(writer_field(w, S("question"), (Str){0}, value_text(question->text), err));
    TRY(writer_field(w, S("before"), (Str){0}, (Value){.type = TYPE(TYPE_JSON), .s = question->before}, err));
    if (question->n_asked) {
        TRY(writer_field(w, S("status"), (Str){0}, value_text(question->status), err));
        TRY(writer_field(w, S("asked_at"), (Str){0}, value_timestamp(question->asked_at_us), err));
    }
    TRY(writer_field(w, S("times"), (Str){0}, value_int(question->n_asked), err));
    TRY(writer_field(w, S("verdict"), (Str){0}, value_text(str_of(verdict)), err));
    if (question->comment.n) TRY(writer_field(w, S("comment"), (Str){0}, value_text(question->comment), err));
    TRY(writer_object_end(w, err));
    const char *shown = question->verdict > 0 ? "+ " : question->verdict < 0 ? "- " : "  ";
    return writer_note(w, arena_printf(ctx->arena, "%s%.*s", shown, STR_ARG(question->text)), err);
}

static ErrCode run_questions(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    Meta *meta = NULL;
    MetaQuestion *asked = NULL;
    size_t n = 0;
    int64_t limit = op_arg_int(args, "limit");
    if (limit < 1 || limit > META_QUESTIONS_KEEP)
        return err_set(err, ERR_INVALID, "limit takes a number from 1 to %d", META_QUESTIONS_KEEP);
    TRY(session_project(ctx, session, &project, err));
    TRY(session_meta(ctx, session, &meta, err));
    TRY(meta_questions(ctx, meta, project->name, limit, &asked, &n, err));
    TRY(write_pack(ctx, w, project->model, err));
    TRY(writer_list_begin(w, S("asked"), err));
    if (n) TRY(writer_note(w, S("Asked lately:"), err));
    for (size_t i = 0; i < n; i++) TRY(write_asked(ctx, w, &asked[i], err));
    return writer_list_end(w, err);
}

static const OpArg QUESTIONS_ARGS[] = {
    {.name = "limit",
     .type = OP_ARG_INT,
     .initial = "20",
     .help = "how many of those that were asked, the newest first"},
};

const Op APP_OP_QUESTIONS = {
    .name = "questions",
    .summary = "List the pack's questions, and those that were asked",
    .help =
        "Questions are kept while the home is held (`serve`, `sync --follow`), the newest 10,000 of a project, and judged ones.",
    .example = "starling questions",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer =
        "{pack:[{question:text,is_example:bool}],asked:[{question:text,before:[text],status?:text,asked_at?:time,times:int,verdict:\"up\"|\"down\"|\"none\",comment?:text}]}",
    .args = QUESTIONS_ARGS,
    .n_args = COUNT_OF(QUESTIONS_ARGS),
    .run = run_questions,
};

/* ---- feedback ------------------------------------------------------------------------------------------------------- */

static int verdict_of(Str text) {
    for (int i = 0; i < (int)COUNT_OF(VERDICTS); i++)
        if (str_eq(text, str_of(VERDICTS[i]))) return i - 1;
    return 0;
}

ErrCode app_list_json(Arena *arena, const Str *texts, size_t n, Str *ret, Err *err) {
    Buf list CLEANUP(buf_release);
    JsonWriter w CLEANUP(json_writer_release);
    buf_init(&list, 1 << 20);
    json_writer_init(&w, sink_of_buf(&list), false, err);
    json_array_begin(&w);
    for (size_t i = 0; i < n; i++) json_text(&w, texts[i]);
    json_array_end(&w);
    TRY(json_writer_finish(&w));
    *ret = arena_str(arena, buf_str(&list));
    return ERR_OK;
}

static ErrCode run_feedback(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    Meta *meta = NULL;
    size_t n;
    const Str *before = op_arg_list(args, "before", &n);
    MetaQuestion question = {.text = op_arg_text(args, "question"),
                             .verdict = verdict_of(op_arg_text(args, "verdict")),
                             .comment = op_arg_text(args, "comment"),
                             .judged_by = ctx->security->user};
    TRY(session_project(ctx, session, &project, err));
    TRY(session_meta(ctx, session, &meta, err));
    TRY(app_list_json(ctx->arena, before, n, &question.before, err));
    TRY(meta_question_judged(ctx, meta, project->name, &question, err));
    TRY(writer_field(w, S("question"), S("Question"), value_text(question.text), err));
    return writer_field(w, S("verdict"), S("Verdict"), value_text(op_arg_text(args, "verdict")), err);
}

static const OpArg FEEDBACK_ARGS[] = {
    {.name = "question", .type = OP_ARG_TEXT, .is_positional = true, .is_required = true, .help = "as it was asked"},
    {.name = "verdict",
     .type = OP_ARG_TEXT,
     .is_required = true,
     .choices = "up|down|none",
     .help = "whether the answer was of use; none takes a verdict back"},
    {.name = "before", .type = OP_ARG_TEXT, .is_list = true, .help = "what was asked before it, in order"},
    {.name = "comment", .type = OP_ARG_TEXT, .help = "why"},
};

const Op APP_OP_FEEDBACK = {
    .name = "feedback",
    .summary = "Say whether the answer to a question was of use",
    .example = "starling feedback 'amount by city' --verdict up",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .answer = "{question:text,verdict:text}",
    .args = FEEDBACK_ARGS,
    .n_args = COUNT_OF(FEEDBACK_ARGS),
    .run = run_feedback,
};
