/* Readings with their results: what is answered, asked back or declined is decided when the data has been looked at. */
#include "ask/ask_answer.h"
#include "ask/ask_internal.h"

enum { DEFAULT_MAX_ROWS = 10000 };

typedef struct Collect {
    const Ctx *ctx;
    AskRows rows;
    VEC(Batch) batches;
} Collect;

static ErrCode on_columns(void *arg, const QueryColumn *columns, size_t n, Err *err) {
    (void)err;
    Collect *c = arg;
    c->rows.columns = arena_dup(c->ctx->arena, columns, n * sizeof(*columns));
    c->rows.n_columns = n;
    return ERR_OK;
}

static ErrCode on_batch(void *arg, const Batch *batch, Err *err) {
    (void)err;
    Collect *c = arg;
    VEC_PUSH(c->ctx->arena, &c->batches, batch_copy(c->ctx->arena, batch));
    return ERR_OK;
}

static ErrCode on_account(void *arg, const QueryAccount *account, Err *err) {
    (void)err;
    Collect *c = arg;
    c->rows.account = arena_dup(c->ctx->arena, account, sizeof(*account));
    return ERR_OK;
}

ErrCode ask_run(const Ctx *ctx, EngineConn *conn, const AskReading *reading, const AskOptions *options,
                AskRows *ret_rows, Err *err) {
    const QueryPlan *plan;
    SqlText sql;
    Collect c = {.ctx = ctx};
    const QueryOptions limits = {.max_rows = options && options->max_rows ? options->max_rows : DEFAULT_MAX_ROWS,
                                 .default_limit = -1};
    TRY(query_compile(ctx, reading->query, &limits, &plan, err));
    TRY(query_sql(ctx, engine_dialect(engine_of(conn)), plan, &sql, err));
    const QueryReceiver receiver = {.columns = on_columns, .batch = on_batch, .account = on_account, .arg = &c};
    TRY(query_run(ctx, conn, plan, &receiver, err));
    c.rows.batches = c.batches.at;
    c.rows.n_batches = c.batches.n;
    c.rows.sql = sql.text;
    *ret_rows = c.rows;
    return ERR_OK;
}

/* ---- comparing ------------------------------------------------------------------------------------------------------ */

static uint64_t hash_of(Arena *arena, const AskRows *rows) {
    uint64_t hash = rows->n_columns;
    for (size_t b = 0; b < rows->n_batches; b++) {
        const Batch *batch = &rows->batches[b];
        for (size_t r = 0; r < batch->n_rows; r++)
            for (size_t c = 0; c < batch->n_columns; c++) {
                Value value = column_value(&batch->columns[c], r);
                uint64_t one = value.is_null ? 7 : str_hash(value_print(arena, value));
                hash = (hash ^ one) * UINT64_C(1099511628211);
            }
    }
    return hash;
}

/* Whether readings as likely as the first give something else; those that do not are no alternatives. */
static ErrCode find_others(const Ctx *ctx, EngineConn *conn, const AskOptions *options, const AskResult *result,
                           const AskRows *first, bool *ret_differs, Err *err) {
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    uint64_t hash = hash_of(scratch, first);
    Ctx own = *ctx;
    own.arena = scratch;
    for (size_t i = 1; i < result->n_readings && i <= result->n_close; i++) {
        AskRows rows;
        TRY(ask_run(&own, conn, &result->readings[i], options, &rows, err));
        if (hash_of(scratch, &rows) == hash) continue;
        *ret_differs = true;
        return ERR_OK;
    }
    return ERR_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

/* What needs no data. */
static void tell(const Ctx *ctx, const AskEngine *engine, Str question, AskAnswer *answer) {
    const AskResult *result = answer->result;
    Arena *arena = ctx->arena;
    if (ask_is_for_help(arena, engine, question)) {
        *answer =
            (AskAnswer){.result = result, .status = ASK_ANSWERED, .is_told = true, .reading = S("What can be asked")};
        answer->sentence = ask_help(ctx, engine->model);
        return;
    }
    const AskFrame *frame = answer->status != ASK_DECLINED && result->n_readings ? result->readings[0].frame : NULL;
    Str defined = frame ? ask_defined(frame) : (Str){0};
    if (!defined.n) return;
    *answer = (AskAnswer){.result = result, .status = ASK_ANSWERED, .is_told = true};
    answer->reading = arena_printf(arena, "What is meant by %.*s", STR_ARG(say_lower(arena, defined)));
    answer->sentence = ask_define(arena, engine->model, frame);
}

/* What the model has no title for is headed by its words; shares and growth are percent. */
static void dress(const AskSay *say, const Expr *expr, QueryColumn *column) {
    const Expr *measured = say_measured(say, expr);
    ModelMember member;
    column->title = say_capital(say->arena, say_expr(say, expr));
    if (!column->format.n && say_is_ratio(say, expr)) column->format = S("percent");
    if (column->format.n || !measured || measured->kind != EXPR_NAME || !say_member(say, measured->name, &member))
        return;
    column->format = member.label->format;
    column->unit = member.label->unit;
    column->decimals = member.label->decimals;
}

static void title_columns(Arena *arena, const Model *model, const Query *query, AskRows *rows) {
    QueryColumn *columns = arena_dup(arena, rows->columns, rows->n_columns * sizeof(*columns));
    const AskSay say = say_of(arena, model, query);
    for (size_t i = 0; i < rows->n_columns; i++)
        for (size_t k = 0; k < query->n_measures; k++) {
            const QueryMember *measure = &query->measures[k];
            bool is_own = columns[i].role == QUERY_ROLE_MEASURE && str_eq(columns[i].name, measure->alias) &&
                          measure->expr->kind != EXPR_NAME;
            if (is_own) dress(&say, measure->expr, &columns[i]);
        }
    rows->columns = columns;
}

static void say_answer(const Ctx *ctx, const AskEngine *engine, const Query *query, AskAnswer *answer) {
    const QueryAccount *account = answer->rows.account;
    Str *left_out = ARENA_ARRAY(ctx->arena, Str, account->n_left_out + 1);
    for (size_t i = 0; i < account->n_left_out; i++)
        left_out[i] = ask_left_out_words(ctx->arena, engine->model, query, &account->left_out[i]);
    answer->left_out = left_out;
    title_columns(ctx->arena, engine->model, query, &answer->rows);
    const ChartData data = ask_chart_data(ctx->arena, engine->model, &answer->rows);
    answer->chart = chart_choose(ctx->arena, &data, false);
    answer->chart.title = answer->reading;
    answer->sentence = answer->status == ASK_ANSWERED ? ask_sentence(ctx->arena, engine->model, query, &answer->rows)
                                                      : answer->message;
}

bool ask_is_without_data(const AskReading *reading, const AskRows *rows) {
    const QueryPeriod *period = &rows->account->period;
    return reading->has_time && !period->is_known && period->text.n;
}

static ErrCode answer_first(const Ctx *ctx, EngineConn *conn, const AskOptions *options, AskAnswer *answer, Err *err) {
    const AskReading *first = &answer->result->readings[0];
    TRY(ask_run(ctx, conn, first, options, &answer->rows, err));
    if (ask_is_without_data(first, &answer->rows)) {
        Str period = answer->rows.account->period.text;
        answer->status = ASK_DECLINED;
        answer->message =
            arena_printf(ctx->arena, "%.*s.", STR_ARG(say_dates(ctx->arena, say_capital(ctx->arena, period))));
        return ERR_OK;
    }
    bool differs = false;
    if (answer->status == ASK_CLARIFY)
        TRY(find_others(ctx, conn, options, answer->result, &answer->rows, &differs, err));
    if (answer->status == ASK_CLARIFY && !differs) {
        answer->status = ASK_ANSWERED;
        answer->message = (Str){0};
    }
    return ERR_OK;
}

ErrCode ask_answer(const Ctx *ctx, const AskEngine *engine, EngineConn *conn, Str question, const AskTurn *before,
                   const AskOptions *options, const AskAnswer **ret_answer, Err *err) {
    AskAnswer *answer = ARENA_NEW(ctx->arena, AskAnswer);
    *ret_answer = answer;
    TRY(ask_read(ctx, engine, question, before, &answer->result, err));
    answer->status = answer->result->status;
    answer->message = answer->result->message;
    tell(ctx, engine, question, answer);
    if (answer->is_told) return ERR_OK;
    bool is_run = answer->status != ASK_DECLINED && answer->result->n_readings;
    if (answer->result->n_readings)
        answer->reading = ask_say(ctx->arena, engine->model, answer->result->readings[0].query);
    if (is_run) TRY(answer_first(ctx, conn, options, answer, err));
    answer->sentence = answer->message;
    if (is_run && answer->status != ASK_DECLINED) say_answer(ctx, engine, answer->result->readings[0].query, answer);
    return ERR_OK;
}
