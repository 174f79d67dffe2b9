/* starling eval SET.jsonl: asks every question of a set, each of the project that its "db" names; writes the answers, and how good they
 * are by gold SQL. */
#include "app/app_ask.h"
#include "ask/ask_eval.h"

enum { SET_MAX_PROJECTS = 32, ANSWER_MAX_BYTES = 64 << 20 };

typedef struct Project {
    Str name;
    Arena *arena;
    Snapshot *snapshot;
    EngineDb *db;
    AppAsk ask;
} Project;

/* A question's place in its conversation. */
typedef struct Turn {
    AskTurn turn;
    bool is_followed; /* a later one goes on from it */
    Arena *arena;     /* what the turn holds; NULL: nothing goes on from it */
} Turn;

typedef struct Eval {
    const Ctx *ctx;
    AppSession *session;
    const OpArgs *args;
    const AskEvalSet *set;
    Project projects[SET_MAX_PROJECTS];
    size_t n_projects;
    Turn *turns;         /* one an item */
    const Sink *answers; /* NULL: not asked for */
    AskEvalScore *scores;
} Eval;

/* ---- projects ------------------------------------------------------------------------------------------------------- */

/* n_projects: it is not open. */
static size_t find_project(const Eval *e, Str name) {
    size_t i = 0;
    while (i < e->n_projects && !str_eq(e->projects[i].name, name)) i++;
    return i;
}

static ErrCode load_project(Eval *e, Meta *meta, Project *p, Err *err) {
    PipelineProject project;
    Ctx own = *e->ctx;
    own.arena = p->arena;
    TRY(app_project_snapshot(&own, e->session->app, e->session->home, meta, p->name, &project, &p->snapshot, err));
    TRY(session_open_warehouse(&own, e->session, p->name, &p->db, err));
    return app_ask_open(&own, e->session, p->name, p->snapshot, p->db, &p->ask, err);
}

/* All that the set names, before anything is asked. */
static ErrCode open_projects(Eval *e, Err *err) {
    Meta *meta;
    TRY(session_meta(e->ctx, e->session, &meta, err));
    for (size_t i = 0; i < e->set->n_items; i++) {
        if (find_project(e, e->set->items[i].db) < e->n_projects) continue;
        if (e->n_projects == SET_MAX_PROJECTS)
            return err_set(err, ERR_TOO_LARGE, "a set is about at most %d projects", SET_MAX_PROJECTS);
        Project *p = &e->projects[e->n_projects];
        *p = (Project){.name = e->set->items[i].db, .arena = arena_new(0)};
        ErrCode code = load_project(e, meta, p, err);
        if (code) {
            engine_close(p->db);
            snapshot_release(p->snapshot);
            arena_free(p->arena);
            return err_prefix(err, "question '%.*s'", STR_ARG(e->set->items[i].id));
        }
        e->n_projects++;
    }
    return ERR_OK;
}

static void close_projects(Eval *e) {
    for (size_t i = 0; i < e->n_projects; i++) {
        app_ask_close(&e->projects[i].ask);
        engine_close(e->projects[i].db);
        snapshot_release(e->projects[i].snapshot);
        arena_free(e->projects[i].arena);
    }
}

/* ---- one question --------------------------------------------------------------------------------------------------- */

static ErrCode result_of(Arena *arena, const AskRows *rows, const AskEvalResult **ret, Err *err) {
    Column *columns = ARENA_ARRAY(arena, Column, rows->n_columns + 1);
    TimeGrain *grains = ARENA_ARRAY(arena, TimeGrain, rows->n_columns + 1);
    for (size_t i = 0; i < rows->n_columns; i++) {
        columns[i] = (Column){.name = rows->columns[i].name, .type = rows->columns[i].type};
        grains[i] = rows->columns[i].grain;
    }
    AskEvalResultBuilder *builder =
        ask_eval_result_new(arena, &(Batch){.n_columns = rows->n_columns, .columns = columns}, grains);
    for (size_t i = 0; i < rows->n_batches; i++) TRY(ask_eval_result_add(builder, &rows->batches[i], err));
    *ret = ask_eval_result_end(builder);
    return ERR_OK;
}

static ErrCode write_line(const AppAsk *ask, const AskEvalItem *item, const AskAnswer *answer, const Sink *sink,
                          Err *err) {
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

/* What could not be read or run, as an answer. */
static const AskAnswer *failed(Arena *arena, const Err *why) {
    AskResult *result = ARENA_NEW(arena, AskResult);
    AskAnswer *answer = ARENA_NEW(arena, AskAnswer);
    *result = (AskResult){.status = ASK_ERROR};
    *answer = (AskAnswer){.result = result, .status = ASK_ERROR, .message = arena_str(arena, str_of(why->message))};
    answer->sentence = answer->message;
    return answer;
}

static ErrCode answer_item(void *arg, const Ctx *ctx, const AskEvalItem *item, size_t index, AskEvalAnswer *ret_answer,
                           Err *err) {
    Eval *e = arg;
    Turn *turn = &e->turns[index];
    AppAsk ask = e->projects[find_project(e, item->db)].ask;
    const AskAnswer *answer;
    Err why = {0};
    int64_t start_us = clock_monotonic(ctx->clock);
    turn->turn = item->follows < 0 ? (AskTurn){0} : e->turns[item->follows].turn;
    if (turn->is_followed) turn->arena = arena_new(0);
    ask.ctx.arena = turn->arena ? turn->arena : ctx->arena;
    ask.ctx.deadline_us = start_us + e->session->config.query_timeout_us;
    if (ctx->deadline_us) ask.ctx.deadline_us = MIN_OF(ask.ctx.deadline_us, ctx->deadline_us);
    if (app_ask_answer(&ask, item->question, &turn->turn, &answer, &why)) answer = failed(ctx->arena, &why);
    TRY(ctx_check(ctx, err));
    *ret_answer = (AskEvalAnswer){.status = answer->status,
                                  .confidence = answer->result->confidence,
                                  .reading = answer->reading,
                                  .query = answer->result->n_readings ? answer->result->readings[0].json : (Str){0},
                                  .message = answer->message,
                                  .read_us = answer->result->read_us,
                                  .all_us = clock_monotonic(ctx->clock) - start_us};
    if (answer->rows.n_columns) TRY(result_of(ctx->arena, &answer->rows, &ret_answer->result, err));
    return e->answers ? write_line(&ask, item, answer, e->answers, err) : ERR_OK;
}

/* ---- the whole set -------------------------------------------------------------------------------------------------- */

static ErrCode ask_all(void *arg, Sink sink, Err *err) {
    Eval *e = arg;
    AskEvalOptions options = {0};
    const AskEvalAnswerer answerer = {.answer = answer_item, .arg = e};
    if (sink.write) e->answers = &sink;
    if (op_arg_has(e->args, "gold-dir"))
        options.gold = ask_eval_gold_new(e->ctx->arena, e->session->app->registry,
                                         arena_cstr(e->ctx->arena, op_arg_text(e->args, "gold-dir")));
    return ask_eval_run(e->ctx, e->set, &options, &answerer, &e->scores, err);
}

static ErrCode ask_set(Eval *e, Err *err) {
    TRY(open_projects(e, err));
    if (!op_arg_has(e->args, "answers")) return ask_all(e, (Sink){0}, err);
    return file_stream_atomic(arena_cstr(e->ctx->arena, op_arg_text(e->args, "answers")), ask_all, e, err);
}

static ErrCode run_eval(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    Eval *e = ARENA_NEW(ctx->arena, Eval);
    Str text, file = op_arg_text(args, "set");
    *e = (Eval){.ctx = ctx, .session = session, .args = args};
    TRY(file_read(ctx->arena, arena_cstr(ctx->arena, file), ASK_EVAL_SET_MAX_BYTES, &text, err));
    TRY(ask_eval_set_read(ctx->arena, text, file, &e->set, err));
    e->turns = ARENA_ARRAY(ctx->arena, Turn, e->set->n_items + 1);
    for (size_t i = 0; i < e->set->n_items; i++)
        if (e->set->items[i].follows >= 0) e->turns[e->set->items[i].follows].is_followed = true;
    ErrCode code = ask_set(e, err);
    for (size_t i = 0; i < e->set->n_items; i++) arena_free(e->turns[i].arena);
    close_projects(e);
    if (code) return code;
    return ask_eval_report_write(ask_eval_report_make(ctx->arena, e->scores, e->set->n_items), w, err);
}

static const OpArg EVAL_ARGS[] = {
    {.name = "set",
     .type = OP_ARG_PATH,
     .is_positional = true,
     .is_required = true,
     .help = "questions, a JSON object a line"},
    {.name = "gold-dir", .type = OP_ARG_PATH, .help = "SQLite files that the set's gold SQL runs on, DB.sqlite each"},
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
