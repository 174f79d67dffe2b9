/* Sets of questions as their projects answer them. */
#include "app/app_eval.h"

/* ---- projects ------------------------------------------------------------------------------------------------------- */

/* n_projects: it is not open. */
static size_t find_project(const AppEval *e, Str name) {
    size_t i = 0;
    while (i < e->n_projects && !str_eq(e->projects[i].name, name)) i++;
    return i;
}

static ErrCode load_project(AppEval *e, Meta *meta, AppEvalProject *p, Err *err) {
    PipelineProject project;
    Ctx own = *e->ctx;
    own.arena = p->arena;
    TRY(app_project_snapshot(&own, e->session->app, e->session->home, meta, p->name, &project, &p->snapshot, err));
    TRY(session_open_warehouse(&own, e->session, p->name, &p->db, err));
    return app_ask_open(&own, e->session, p->name, p->snapshot, p->db, &p->ask, err);
}

static ErrCode open_projects(AppEval *e, Err *err) {
    Meta *meta;
    TRY(session_meta(e->ctx, e->session, &meta, err));
    for (size_t i = 0; i < e->set->n_items; i++) {
        if (find_project(e, e->set->items[i].db) < e->n_projects) continue;
        if (e->n_projects == APP_EVAL_MAX_PROJECTS)
            return err_set(err, ERR_TOO_LARGE, "a set is about at most %d projects", APP_EVAL_MAX_PROJECTS);
        AppEvalProject *p = &e->projects[e->n_projects];
        *p = (AppEvalProject){.name = e->set->items[i].db, .arena = arena_new(0)};
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

/* ---- the sets ------------------------------------------------------------------------------------------------------- */

/* One after the other; ids and what they follow are each file's own. */
static ErrCode read_sets(AppEval *e, const Str *files, size_t n_files, Err *err) {
    AskEvalSet *all = ARENA_NEW(e->ctx->arena, AskEvalSet);
    VEC(AskEvalItem) items = {0};
    for (size_t i = 0; i < n_files; i++) {
        const AskEvalSet *set;
        Str text;
        ptrdiff_t base = (ptrdiff_t)items.n;
        TRY(file_read(e->ctx->arena, arena_cstr(e->ctx->arena, files[i]), ASK_EVAL_SET_MAX_BYTES, &text, err));
        TRY(ask_eval_set_read(e->ctx->arena, text, files[i], &set, err));
        for (size_t k = 0; k < set->n_items; k++) {
            AskEvalItem item = set->items[k];
            if (item.follows >= 0) item.follows += base;
            VEC_PUSH(e->ctx->arena, &items, item);
        }
    }
    *all = (AskEvalSet){.items = items.at, .n_items = items.n};
    e->set = all;
    return ERR_OK;
}

ErrCode app_eval_open(const Ctx *ctx, AppSession *session, const Str *files, size_t n_files, Str gold_dir, AppEval *e,
                      Err *err) {
    *e = (AppEval){.ctx = ctx, .session = session};
    TRY(read_sets(e, files, n_files, err));
    if (gold_dir.n)
        e->options.gold = ask_eval_gold_new(ctx->arena, session->app->registry, arena_cstr(ctx->arena, gold_dir));
    return open_projects(e, err);
}

void app_eval_close(AppEval *e) {
    for (size_t i = 0; i < e->n_projects; i++) {
        app_ask_close(&e->projects[i].ask);
        engine_close(e->projects[i].db);
        snapshot_release(e->projects[i].snapshot);
        arena_free(e->projects[i].arena);
    }
}

/* ---- one question --------------------------------------------------------------------------------------------------- */

AppAsk app_eval_ask(const AppEval *e, const AskEvalItem *item, Arena *arena) {
    AppAsk ask = e->projects[find_project(e, item->db)].ask;
    ask.ctx.arena = arena;
    ask.ctx.deadline_us = clock_monotonic(e->ctx->clock) + e->session->config.query_timeout_us;
    if (e->ctx->deadline_us) ask.ctx.deadline_us = MIN_OF(ask.ctx.deadline_us, e->ctx->deadline_us);
    if (e->weights) ask.engine = ask_engine_weigh(arena, ask.engine, e->weights);
    return ask;
}

ErrCode app_eval_result(Arena *arena, const AskRows *rows, const AskEvalResult **ret_result, Err *err) {
    Column *columns = ARENA_ARRAY(arena, Column, rows->n_columns + 1);
    TimeGrain *grains = ARENA_ARRAY(arena, TimeGrain, rows->n_columns + 1);
    for (size_t i = 0; i < rows->n_columns; i++) {
        columns[i] = (Column){.name = rows->columns[i].name, .type = rows->columns[i].type};
        grains[i] = rows->columns[i].grain;
    }
    AskEvalResultBuilder *builder =
        ask_eval_result_new(arena, &(Batch){.n_columns = rows->n_columns, .columns = columns}, grains);
    for (size_t i = 0; i < rows->n_batches; i++) TRY(ask_eval_result_add(builder, &rows->batches[i], err));
    *ret_result = ask_eval_result_end(builder);
    return ERR_OK;
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

/* ---- all of them ---------------------------------------------------------------------------------------------------- */

/* A question's place in its conversation. */
typedef struct Turn {
    AskTurn turn;
    bool is_followed; /* a later one goes on from it */
    Arena *arena;     /* what the turn holds; NULL: nothing goes on from it */
} Turn;

typedef struct Run {
    const AppEval *e;
    Turn *turns; /* one an item */
    AppEvalListener listener;
    void *arg;
} Run;

static ErrCode answer_item(void *arg, const Ctx *ctx, const AskEvalItem *item, size_t index, AskEvalAnswer *ret_answer,
                           Err *err) {
    Run *run = arg;
    Turn *turn = &run->turns[index];
    const AskAnswer *answer;
    Err why = {0};
    int64_t start_us = clock_monotonic(ctx->clock);
    turn->turn = item->follows < 0 ? (AskTurn){0} : run->turns[item->follows].turn;
    if (turn->is_followed) turn->arena = arena_new(0);
    AppAsk ask = app_eval_ask(run->e, item, turn->arena ? turn->arena : ctx->arena);
    if (app_ask_answer(&ask, item->question, &turn->turn, &answer, &why)) answer = failed(ctx->arena, &why);
    TRY(ctx_check(ctx, err));
    *ret_answer = (AskEvalAnswer){.status = answer->status,
                                  .confidence = answer->result->confidence,
                                  .reading = answer->reading,
                                  .query = answer->result->n_readings ? answer->result->readings[0].json : (Str){0},
                                  .message = answer->message,
                                  .read_us = answer->result->read_us,
                                  .all_us = clock_monotonic(ctx->clock) - start_us};
    if (answer->rows.n_columns) TRY(app_eval_result(ctx->arena, &answer->rows, &ret_answer->result, err));
    return run->listener ? run->listener(run->arg, &ask, item, answer, err) : ERR_OK;
}

ErrCode app_eval_run(const AppEval *e, const AskEvalSet *set, AppEvalListener listener, void *arg,
                     AskEvalScore **ret_scores, Err *err) {
    Run run = {.e = e, .listener = listener, .arg = arg};
    const AskEvalAnswerer answerer = {.answer = answer_item, .arg = &run};
    run.turns = ARENA_ARRAY(e->ctx->arena, Turn, set->n_items + 1);
    for (size_t i = 0; i < set->n_items; i++)
        if (set->items[i].follows >= 0) run.turns[set->items[i].follows].is_followed = true;
    ErrCode code = ask_eval_run(e->ctx, set, &e->options, &answerer, ret_scores, err);
    for (size_t i = 0; i < set->n_items; i++) arena_free(run.turns[i].arena);
    return code;
}
