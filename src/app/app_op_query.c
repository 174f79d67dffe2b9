/*
 * starling query '{…}' and starling examples: a semantic query's rows as they stream, then the account of what they are.
 */
#include "app/app_ask.h"
#include "app/app_chart.h"
#include "query/query.h"

/* The rows that a chart is chosen for and drawn of, as far as it looks at them. */
typedef struct Drawn {
    bool is_wanted; /* the picture itself */
    bool is_alone;
    bool is_kept;
    AskRows rows;
    VEC(Batch) batches;
    size_t n_rows;
} Drawn;

/* What the receiver's callbacks share. */
typedef struct Answer {
    const Ctx *ctx;
    AppSession *session;
    Writer *writer;
    const QueryPlan *plan;
    const WriterColumn *columns;
    size_t n_columns;
    Drawn drawn;
} Answer;

static const WriterColumn *columns_of(const Ctx *ctx, const QueryColumn *columns, size_t n) {
    WriterColumn *made = ARENA_ARRAY(ctx->arena, WriterColumn, n);
    for (size_t i = 0; i < n; i++) made[i] = ask_writer_column(ctx->arena, &columns[i]);
    return made;
}

static ErrCode on_columns(void *arg, const QueryColumn *columns, size_t n, Err *err) {
    Answer *a = arg;
    a->columns = columns_of(a->ctx, columns, n);
    a->n_columns = n;
    a->drawn.rows = (AskRows){.columns = a->plan->columns, .n_columns = n};
    const ChartData data = ask_chart_data(a->ctx->arena, model_of(a->ctx), &a->drawn.rows);
    bool is_chosen = writer_format(a->writer) == WRITER_JSON && chart_can_draw(&data);
    a->drawn.is_kept = a->drawn.is_wanted || is_chosen;
    if (a->drawn.is_alone) return ERR_OK;
    return writer_table_begin(a->writer, (Str){0}, a->columns, n, err);
}

static ErrCode on_batch(void *arg, const Batch *batch, Err *err) {
    Answer *a = arg;
    Drawn *drawn = &a->drawn;
    if (drawn->is_kept && drawn->n_rows <= CHART_MAX_ROWS) { /* one more tells that there are more */
        VEC_PUSH(a->ctx->arena, &drawn->batches, batch_copy(a->ctx->arena, batch));
        drawn->n_rows += batch->n_rows;
    }
    return drawn->is_alone ? ERR_OK : writer_rows(a->writer, batch, err);
}

/* A member as its column shows it. */
static Str title_of(const Answer *a, Str member) {
    for (size_t c = 0; c < a->n_columns; c++)
        if (str_eq(a->columns[c].member, member)) return a->columns[c].title;
    return member;
}

/* "measures": {…}, and in words: "Amount 1,447,682.12, Orders 17". */
static ErrCode write_measures(const Answer *a, const Value *values, Str *ret_words, Err *err) {
    Arena *arena = a->ctx->arena;
    Str words = {0};
    size_t measure = 0;
    TRY(writer_object_begin(a->writer, S("measures"), err));
    for (size_t c = 0; c < a->n_columns; c++) {
        if (a->plan->columns[c].role != QUERY_ROLE_MEASURE) continue;
        const Value value = values[measure++];
        TRY(writer_field(a->writer, a->columns[c].name, (Str){0}, value, err));
        if (value.is_null) continue;
        Str shown = format_value(arena, value, &a->columns[c]);
        words = arena_printf(arena, "%.*s%s%.*s %.*s", STR_ARG(words), words.n ? ", " : "",
                             STR_ARG(a->columns[c].title), STR_ARG(shown));
    }
    *ret_words = words;
    return writer_object_end(a->writer, err);
}

/* "Left out: 135,080 lines without Person (Amount 1,447,682.12)". */
static ErrCode write_left_out(const Answer *a, const QueryAccount *account, Err *err) {
    Arena *arena = a->ctx->arena;
    TRY(writer_list_begin(a->writer, S("left_out"), err));
    for (size_t i = 0; i < account->n_left_out; i++) {
        const QueryLeftOut *out = &account->left_out[i];
        Str carried;
        TRY(writer_object_begin(a->writer, (Str){0}, err));
        Str words = ask_left_out_words(arena, model_of(a->ctx), a->plan->query, out);
        TRY(app_left_out_write(a->writer, out, words, err));
        TRY(write_measures(a, out->measures, &carried, err));
        TRY(writer_object_end(a->writer, err));
        Str rows = format_count(arena, out->n_rows, "line", "lines"), title = title_of(a, out->member);
        TRY(writer_note(a->writer,
                        arena_printf(arena, "Left out: %.*s without %.*s%s%.*s%s", STR_ARG(rows), STR_ARG(title),
                                     carried.n ? " (" : "", STR_ARG(carried), carried.n ? ")" : ""),
                        err));
    }
    return writer_list_end(a->writer, err);
}

/* What "after" takes to go on with a list. */
static ErrCode write_next(const Answer *a, const QueryAccount *account, Err *err) {
    if (!account->n_next) return ERR_OK;
    TRY(writer_list_begin(a->writer, S("next"), err));
    for (size_t i = 0; i < account->n_next; i++)
        TRY(writer_field(a->writer, (Str){0}, (Str){0}, account->next[i], err));
    return writer_list_end(a->writer, err);
}

/* "Others: Amount 1,234.00". */
static ErrCode write_totals(const Answer *a, const QueryAccount *account, Err *err) {
    Arena *arena = a->ctx->arena;
    if (!account->n_totals) return ERR_OK;
    TRY(writer_list_begin(a->writer, S("totals"), err));
    for (size_t i = 0; i < account->n_totals; i++) {
        const QueryTotal *total = &account->totals[i];
        Str words;
        TRY(writer_object_begin(a->writer, (Str){0}, err));
        TRY(writer_field(a->writer, S("kind"), (Str){0}, value_text(total->kind), err));
        TRY(writer_field(a->writer, S("fact_rows"), (Str){0}, value_int(total->n_rows), err));
        TRY(write_measures(a, total->measures, &words, err));
        TRY(writer_object_end(a->writer, err));
        const char *title = str_eq(total->kind, S("others"))  ? "Others"
                            : str_eq(total->kind, S("shown")) ? "Total shown"
                                                              : "Total of all";
        TRY(writer_note(a->writer, arena_printf(arena, "%s: %.*s", title, STR_ARG(words)), err));
    }
    return writer_list_end(a->writer, err);
}

/* A date, or a number of an integer axis. */
static Value axis_value(const QueryPeriod *period, int64_t at) {
    return type_is_time(period->type) ? value_date(time_day_of_us(at)) : value_int(at);
}

/* Also where there is no data in the time asked for: a bare 0 would read as a figure. */
static ErrCode write_period(const Answer *a, const QueryPeriod *period, Err *err) {
    Writer *w = a->writer;
    if (!period->text.n) return ERR_OK;
    TRY(writer_object_begin(w, S("period"), err));
    TRY(writer_field(w, S("member"), (Str){0}, value_text(period->member), err));
    if (period->is_known) {
        TRY(writer_field(w, S("data_from"), (Str){0}, axis_value(period, period->data_from_us), err));
        TRY(writer_field(w, S("data_to"), (Str){0}, axis_value(period, period->data_to_us), err));
        TRY(writer_field(w, S("is_first_partial"), (Str){0}, value_bool(period->is_first_partial), err));
        TRY(writer_field(w, S("is_last_partial"), (Str){0}, value_bool(period->is_last_partial), err));
    }
    TRY(writer_field(w, S("text"), (Str){0}, value_text(period->text), err));
    TRY(writer_object_end(w, err));
    return writer_note(w, arena_printf(a->ctx->arena, "Period: %.*s", STR_ARG(period->text)), err);
}

static ErrCode write_texts(const Answer *a, Str name, const char *noted_as, const Str *texts, size_t n, Err *err) {
    TRY(writer_list_begin(a->writer, name, err));
    for (size_t i = 0; i < n; i++) {
        TRY(writer_field(a->writer, (Str){0}, (Str){0}, value_text(texts[i]), err));
        TRY(writer_note(a->writer, arena_printf(a->ctx->arena, "%s: %.*s", noted_as, STR_ARG(texts[i])), err));
    }
    return writer_list_end(a->writer, err);
}

static ChartData chart_data(Answer *a) {
    Drawn *drawn = &a->drawn;
    drawn->rows.batches = drawn->batches.at;
    drawn->rows.n_batches = drawn->batches.n;
    return ask_chart_data(a->ctx->arena, model_of(a->ctx), &drawn->rows);
}

static ErrCode on_account(void *arg, const QueryAccount *account, Err *err) {
    Answer *a = arg;
    Writer *w = a->writer;
    Arena *arena = a->ctx->arena;
    /* what counts from now is another tomorrow */
    if (!query_needs_as_of(a->plan->query) || !model_of(a->ctx)->is_as_of_now)
        session_reusable(a->session, account->data_version, account->data_at_us, (Str){0});
    if (a->drawn.is_alone) return ERR_OK;
    TRY(writer_table_end(w, err));
    TRY(writer_field(w, S("truncated"), (Str){0}, value_bool(account->is_truncated), err));
    if (account->is_truncated) {
        Str rows = format_count(arena, account->n_rows, "row", "rows");
        const char *setting = account->is_cut_by_bytes ? "query.max_bytes" : "query.max_rows";
        TRY(writer_note(
            w, arena_printf(arena, "Cut at %.*s (%s); ask for less, or raise the setting", STR_ARG(rows), setting),
            err));
    }
    TRY(write_totals(a, account, err));
    TRY(write_next(a, account, err));
    TRY(write_left_out(a, account, err));
    TRY(write_period(a, &account->period, err));
    TRY(write_texts(a, S("defaults"), "Default", account->defaults, account->n_defaults, err));
    TRY(write_texts(a, S("policies"), "Policy", account->policies, account->n_policies, err));
    const ChartData data = chart_data(a);
    const ChartSpec chart = chart_choose(arena, &data, false);
    TRY(app_chart_spec_write(w, &chart, err));
    TRY(writer_field(w, S("model_version"), (Str){0}, value_int(account->model_version), err));
    TRY(writer_field(w, S("data_version"), (Str){0}, value_int(account->data_version), err));
    TRY(writer_field(w, S("data_at"), (Str){0}, value_timestamp(account->data_at_us), err));
    TRY(writer_field(w, S("data_age_s"), (Str){0}, value_int(account->data_age_us / TIME_US_PER_SECOND), err));
    TRY(writer_field(w, S("compile_us"), (Str){0}, value_int(account->compile_us), err));
    TRY(writer_field(w, S("run_us"), (Str){0}, value_int(account->run_us), err));
    Str rows = format_count(arena, account->n_rows, "row", "rows");
    Str age = format_duration(arena, account->data_age_us);
    Str took = format_duration(arena, account->run_us);
    return writer_note(w,
                       arena_printf(arena, "%.*s in %.*s; data version %" PRId64 ", %.*s old", STR_ARG(rows),
                                    STR_ARG(took), account->data_version, STR_ARG(age)),
                       err);
}

/* The statement and its parameters. */
static ErrCode write_sql(const Ctx *ctx, Writer *w, const SqlDialect *dialect, const QueryPlan *plan, Err *err) {
    SqlText sql = {0};
    TRY(query_sql(ctx, dialect, plan, &sql, err));
    TRY(writer_field(w, S("sql"), (Str){0}, value_text(sql.text), err));
    TRY(writer_note(w, sql.text, err));
    TRY(writer_list_begin(w, S("params"), err));
    Str shown = {0};
    for (size_t i = 0; i < sql.n_params; i++) {
        TRY(writer_field(w, (Str){0}, (Str){0}, sql.params[i], err));
        Str text = sql.params[i].is_null ? S("null") : value_print(ctx->arena, sql.params[i]);
        shown = arena_printf(ctx->arena, "%.*s%s%.*s", STR_ARG(shown), i ? ", " : "", STR_ARG(text));
    }
    TRY(writer_list_end(w, err));
    if (sql.n_params) TRY(writer_note(w, arena_printf(ctx->arena, "with %.*s", STR_ARG(shown)), err));
    return writer_note(w, (Str){0}, err);
}

/* A query compiled, with a connection to the data that it asks; the caller closes it. */
typedef struct Prepared {
    Ctx ctx; /* with the model that it asks */
    const Query *query;
    const QueryPlan *plan;
    EngineConn *conn;
} Prepared;

static ErrCode check_has_data(const Ctx *ctx, EngineConn *conn, Err *err) {
    int64_t version = 0, at_us = 0;
    Str batch = {0};
    TRY(warehouse_version(ctx, conn, &version, &batch, &at_us, err));
    if (version) return ERR_OK;
    return err_set(err, ERR_NOT_FOUND, "project '%.*s' has no data yet; run `starling sync`", STR_ARG(ctx->project));
}

static ErrCode compile_as_of(Prepared *p, const QueryOptions *options, Err *err) {
    Ctx own = p->ctx;
    TRY(query_as_of(&p->ctx, p->conn, &own.as_of_us, err));
    return query_compile(&own, p->query, options, &p->plan, err);
}

static ErrCode prepare(const Ctx *ctx, AppSession *session, Str text, Prepared *ret, Err *err) {
    Prepared p = {.ctx = *ctx};
    EngineDb *db = NULL;
    const QueryOptions options = {.max_rows = session_config(session)->query_max_rows,
                                  .max_bytes = session_config(session)->query_max_bytes,
                                  .default_limit = -1};
    TRY(query_parse_text(ctx, text, &p.query, err));
    if (p.query->model_version && session_model_version(ctx, session, p.query->model_version, &p.ctx.snapshot, err))
        return err_at(err, S("model"), 0, 0);
    bool needs_as_of = query_needs_as_of(p.query);
    if (!needs_as_of)
        TRY(query_compile(&p.ctx, p.query, &options, &p.plan, err)); /* a mistake is told before data is looked at */
    TRY(session_warehouse(ctx, session, &db, err));
    TRY(engine_connect(ctx, db, &p.conn, err));
    ErrCode code = check_has_data(ctx, p.conn, err);
    if (!code && needs_as_of) code = compile_as_of(&p, &options, err);
    if (code)
        engine_disconnect(p.conn);
    else
        *ret = p;
    return code;
}

static ErrCode write_chart(Answer *a, AppSession *session, const OpArgs *args, Err *err) {
    Str title = ask_say(a->ctx->arena, model_of(a->ctx), a->plan->query);
    const ChartData data = chart_data(a);
    return app_chart_write(a->ctx, session, args, title, &data, a->writer, err);
}

/* args: of an operation that may draw as well; NULL: it does not. */
static ErrCode answer(const Ctx *ctx, AppSession *session, Str text, bool shows_sql, const OpArgs *args, Writer *w,
                      Err *err) {
    Prepared p;
    TRY(prepare(ctx, session, text, &p, err));
    Answer a = {.ctx = &p.ctx, .session = session, .writer = w, .plan = p.plan};
    a.drawn.is_wanted = args && app_chart_is_asked(args);
    a.drawn.is_alone = args && app_chart_is_alone(args);
    const QueryReceiver receiver = {.columns = on_columns, .batch = on_batch, .account = on_account, .arg = &a};
    ErrCode code = ERR_OK;
    if (shows_sql && !a.drawn.is_alone) code = write_sql(ctx, w, engine_dialect(engine_of(p.conn)), p.plan, err);
    if (!code) code = query_run(&p.ctx, p.conn, p.plan, &receiver, err);
    if (!code && a.drawn.is_wanted) code = write_chart(&a, session, args, err);
    engine_disconnect(p.conn);
    return code;
}

/* ---- explain -------------------------------------------------------------------------------------------------------- */

static ErrCode write_words(const Ctx *ctx, Writer *w, const QueryPlan *plan, Err *err) {
    const Str *lines = NULL;
    size_t n = 0;
    query_words(ctx, plan, &lines, &n);
    TRY(writer_list_begin(w, S("plan"), err));
    for (size_t i = 0; i < n; i++) {
        TRY(writer_field(w, (Str){0}, (Str){0}, value_text(lines[i]), err));
        TRY(writer_note(w, lines[i], err));
    }
    for (size_t i = 0; i < plan->n_defaults; i++)
        TRY(writer_note(w, arena_printf(ctx->arena, "By default: %.*s.", STR_ARG(plan->defaults[i])), err));
    TRY(writer_list_end(w, err));
    TRY(writer_list_begin(w, S("defaults"), err));
    for (size_t i = 0; i < plan->n_defaults; i++)
        TRY(writer_field(w, (Str){0}, (Str){0}, value_text(plan->defaults[i]), err));
    TRY(writer_list_end(w, err));
    return writer_note(w, (Str){0}, err);
}

static ErrCode write_cost(const Ctx *ctx, Writer *w, const QueryPlan *plan, const EngineCost *cost, Err *err) {
    Arena *arena = ctx->arena;
    TRY(writer_field(w, S("rows_scanned"), (Str){0},
                     cost->n_scanned < 0 ? value_null(TYPE(TYPE_INT64)) : value_int(cost->n_scanned), err));
    TRY(writer_field(w, S("rows_returned"), (Str){0}, value_int(cost->n_rows), err));
    TRY(writer_field(w, S("compile_us"), (Str){0}, value_int(plan->compile_us), err));
    TRY(writer_field(w, S("run_us"), (Str){0}, value_int(cost->run_us), err));
    Str rows = format_count(arena, cost->n_rows, "row", "rows"), compiled = format_duration(arena, plan->compile_us);
    Str ran = format_duration(arena, cost->run_us),
        scanned = cost->n_scanned < 0 ? S("the tables") : format_count(arena, cost->n_scanned, "row read", "rows read");
    return writer_note(w,
                       arena_printf(arena, "%.*s from %.*s; compiled in %.*s, run in %.*s", STR_ARG(rows),
                                    STR_ARG(scanned), STR_ARG(compiled), STR_ARG(ran)),
                       err);
}

static ErrCode explain(const Ctx *ctx, const Prepared *p, Writer *w, Err *err) {
    Buf json CLEANUP(buf_release);
    JsonWriter printer;
    EngineCost cost;
    SqlText sql;
    buf_init(&json, 1 << 20);
    json_writer_init(&printer, sink_of_buf(&json), false, err);
    query_print(&printer, p->query);
    TRY(json_writer_finish(&printer));
    TRY(writer_field(w, S("query"), (Str){0}, value_text(arena_str(ctx->arena, buf_str(&json))), err));
    TRY(write_words(ctx, w, p->plan, err));
    TRY(write_sql(ctx, w, engine_dialect(engine_of(p->conn)), p->plan, err));
    TRY(query_sql(ctx, engine_dialect(engine_of(p->conn)), p->plan, &sql, err));
    TRY(engine_cost(ctx, p->conn, &sql, &cost, err));
    return write_cost(ctx, w, p->plan, &cost, err);
}

static ErrCode run_explain(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    Prepared p;
    TRY(prepare(ctx, session, op_arg_text(args, "query"), &p, err));
    ErrCode code = explain(&p.ctx, &p, w, err);
    engine_disconnect(p.conn);
    return code;
}

static ErrCode run_query(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    return answer(ctx, session, op_arg_text(args, "query"), op_arg_flag(args, "sql"), args, w, err);
}

/* What the pack shows to people who are new; a question that names what the caller may not see is not for them. */
static ErrCode run_examples(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    TRY(session_project(ctx, session, &project, err));
    const Model *model = project->model;
    bool shows_sql = op_arg_flag(args, "sql"), is_first = true;
    TRY(writer_list_begin(w, S("examples"), err));
    for (size_t i = 0; i < model->n_questions; i++) {
        const ModelQuestion *question = &model->questions[i];
        if (!question->is_example || !ask_question_is_seen(ctx, question)) continue;
        TRY(writer_object_begin(w, (Str){0}, err));
        if (!is_first) TRY(writer_note(w, (Str){0}, err));
        is_first = false;
        TRY(writer_note(w, question->question, err));
        TRY(writer_note(w, question->query, err));
        TRY(writer_note(w, (Str){0}, err));
        TRY(writer_field(w, S("question"), (Str){0}, value_text(question->question), err));
        TRY(writer_field(w, S("query"), (Str){0}, value_text(question->query), err));
        if (answer(ctx, session, question->query, shows_sql, NULL, w, err))
            return err_prefix(err, "question %zu of the pack, '%.*s'", i + 1, STR_ARG(question->question));
        TRY(writer_object_end(w, err));
    }
    return writer_list_end(w, err);
}

static const OpArg QUERY_ARGS[] = {
    {.name = "query",
     .type = OP_ARG_JSON,
     .is_positional = true,
     .is_required = true,
     .help = "the semantic query, or @FILE"},
    {.name = "sql", .type = OP_ARG_FLAG, .help = "show the SQL it runs"},
    APP_CHART_ARG,
};

const Op APP_OP_QUERY = {
    .name = "query",
    .summary = "Ask with a semantic query",
    .help =
        "Measures by dimensions, filters and time, as JSON. The answer says what it leaves out, which period it covers and how old\n"
        "the data is.",
    .example = "starling query '{\"measures\":[\"amount\"],\"time\":{\"grain\":\"month\",\"range\":\"2013\"}}'",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .needs_project = true,
    .result = OP_RESULT_TABLE,
    .is_streaming = true,
    .answer = "QueryAnswer",
    .is_reusable = true,
    .args = QUERY_ARGS,
    .n_args = COUNT_OF(QUERY_ARGS),
    .run = run_query,
};

static const OpArg EXPLAIN_ARGS[] = {
    {.name = "query",
     .type = OP_ARG_JSON,
     .is_positional = true,
     .is_required = true,
     .help = "the semantic query, or @FILE"},
};

const Op APP_OP_EXPLAIN = {
    .name = "explain",
    .summary = "Tell how a semantic query is answered",
    .help =
        "The query as it was read, its steps in words, the SQL, and what running it costs: rows read and given, and time. It is run, but its\n"
        "rows are not shown.",
    .example = "starling explain '{\"measures\":[\"amount\"],\"time\":{\"grain\":\"month\",\"range\":\"2013\"}}'",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer = "Explanation",
    .args = EXPLAIN_ARGS,
    .n_args = COUNT_OF(EXPLAIN_ARGS),
    .run = run_explain,
};

static const OpArg EXAMPLES_ARGS[] = {
    {.name = "sql", .type = OP_ARG_FLAG, .help = "show the SQL they run"},
};

const Op APP_OP_EXAMPLES = {
    .name = "examples",
    .summary = "Answer the questions that the pack gives as examples",
    .example = "starling examples --sql",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer = "{examples:[object]}",
    .args = EXAMPLES_ARGS,
    .n_args = COUNT_OF(EXAMPLES_ARGS),
    .run = run_examples,
};
