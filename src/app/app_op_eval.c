/* starling eval SET.jsonl: asks every question of a set, each of the project that its "db" names; writes the answers, and how good they
 * are by gold SQL. */
#include "app/app_eval.h"

enum { ANSWER_MAX_BYTES = 64 << 20 };

typedef struct Eval {
    AppEval all;
    AskEvalScore *scores;
} Eval;

static ErrCode write_line(void *arg, const AppAsk *ask, const AskEvalItem *item, const AskAnswer *answer, Err *err) {
    const Sink *sink = arg;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, ANSWER_MAX_BYTES);
    Writer *w = writer_new(arena, sink_of_buf(&buf), &(WriterOptions){.format = WRITER_JSON});
    TRY(writer_field(w, S("id"), (Str){0}, value_text(item->id), err));
    TRY(writer_field(w, S("question"), (Str){0}, value_text(item->question), err));
    TRY(app_ask_write(ask, item->question, answer, true, w, err));
    TRY(writer_finish(w, err));
    TRY(sink->write(sink->arg, str_trim(buf_str(&buf)), err));
    return sink->write(sink->arg, S("\n"), err);
}

static ErrCode ask_all(void *arg, Sink sink, Err *err) {
    Eval *e = arg;
    return app_eval_run(&e->all, e->all.set, sink.write ? write_line : NULL, &sink, &e->scores, err);
}

static ErrCode ask_set(Eval *e, const Ctx *ctx, AppSession *session, const OpArgs *args, Err *err) {
    Str file = op_arg_text(args, "set");
    TRY(app_eval_open(ctx, session, &file, 1, op_arg_text(args, "gold-dir"), &e->all, err));
    if (op_arg_has(args, "weights"))
        TRY(app_ask_weights(ctx->arena, arena_cstr(ctx->arena, op_arg_text(args, "weights")), &e->all.weights, err));
    if (!op_arg_has(args, "answers")) return ask_all(e, (Sink){0}, err);
    return file_stream_atomic(arena_cstr(ctx->arena, op_arg_text(args, "answers")), ask_all, e, err);
}

static ErrCode run_eval(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    Eval *e = ARENA_NEW(ctx->arena, Eval);
    ErrCode code = ask_set(e, ctx, session, args, err);
    app_eval_close(&e->all);
    if (code) return code;
    return ask_eval_report_write(ask_eval_report_make(ctx->arena, e->scores, e->all.set->n_items), w, err);
}

static const OpArg EVAL_ARGS[] = {
    {.name = "set",
     .type = OP_ARG_PATH,
     .is_positional = true,
     .is_required = true,
     .help = "questions, a JSON object a line"},
    {.name = "gold-dir", .type = OP_ARG_PATH, .help = "SQLite files that the set's gold SQL runs on, DB.sqlite each"},
    {.name = "weights", .type = OP_ARG_PATH, .help = "weights that `ask train` found, instead of the shipped ones"},
    {.name = "answers", .type = OP_ARG_PATH, .help = "where the answers go, a JSON object a line"},
};

const Op APP_OP_EVAL = {
    .name = "eval",
    .summary = "Ask all questions of a set, and tell how good the answers are",
    .help =
        "A line has id, db (the project that is asked) and question; follows names the question of the set that it goes on from. "
        "For scores, with --gold-dir: expect (answer, refuse, clarify), sql, ordered and kind, which the answers do not know of.",
    .example = "starling eval questions.jsonl --gold-dir gold --answers answers.jsonl",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .is_long = true,
    .args = EVAL_ARGS,
    .n_args = COUNT_OF(EVAL_ARGS),
    .run = run_eval,
};
