/* What `ask` and `eval` share: opening a project for questions, and one question's answer on a writer. */
#include "app/app_ask.h"
#include "app/app_chart.h"

/* ---- opening -------------------------------------------------------------------------------------------------------- */

ErrCode app_ask_weights(Arena *arena, const char *path, const AskWeights **ret_weights, Err *err) {
    Str text;
    TRY(file_read(arena, path, 1 << 16, &text, err));
    return ask_weights_parse(arena, text, str_of(path), ret_weights, err);
}

static ErrCode open_all(const AppSession *session, Str project, const Snapshot *snapshot, AppAsk *ask, Err *err) {
    const Ctx *ctx = &ask->ctx;
    Str batch;
    int64_t at_us, data_version;
    TRY(warehouse_version(ctx, ask->conn, &data_version, &batch, &at_us, err));
    if (!data_version)
        return err_set(err, ERR_NOT_FOUND, "project '%.*s' has no data yet; run `starling sync`", STR_ARG(project));
    TRY(query_as_of(ctx, ask->conn, &ask->ctx.as_of_us, err));
    const char *folder = home_project(ctx->arena, session->home, project).folder;
    TRY(app_engine_borrow(ctx, ask->engines, ask->conn, folder, snapshot, &ask->borrowed, err));
    ask->ctx.snapshot = app_engine_snapshot(ask->borrowed);
    ask->model = app_engine_model(ask->borrowed);
    ask->engine = app_engine_ask(ask->borrowed);
    return ERR_OK;
}

ErrCode app_ask_open(const Ctx *ctx, const AppSession *session, Str project, const Snapshot *snapshot, EngineDb *db,
                     AppAsk *ret, Err *err) {
    AppAsk ask = {.ctx = *ctx, .engines = session->app->engines};
    ask.ctx.project = project;
    ask.ctx.snapshot = snapshot;
    ErrCode code = engine_connect(ctx, db, &ask.conn, err);
    if (!code) code = open_all(session, project, snapshot, &ask, err);
    if (code)
        app_ask_close(&ask);
    else
        *ret = ask;
    return code;
}

void app_ask_close(AppAsk *ask) {
    app_engine_return(ask->engines, ask->borrowed);
    engine_disconnect(ask->conn);
}

/* ---- one answer ----------------------------------------------------------------------------------------------------- */

enum { MAX_SUGGESTED = 3 };

typedef struct Out {
    Arena *arena;
    const AppAsk *ask;
    const AskAnswer *answer;
    bool explains;
    Writer *w;
} Out;

static ErrCode write_text(const Out *o, const char *name, Str text, Err *err) {
    return writer_field(o->w, str_of(name), (Str){0}, text.n ? value_text(text) : value_null(TYPE(TYPE_TEXT)), err);
}

static ErrCode write_json(const Out *o, const char *name, Str text, Err *err) {
    const Json *tree = NULL;
    if (!text.n || json_parse(o->arena, text, NULL, &tree, NULL)) return write_text(o, name, (Str){0}, err);
    return writer_tree(o->w, str_of(name), tree, err);
}

static ErrCode write_texts(const Out *o, const char *name, const Str *texts, size_t n, Err *err) {
    TRY(writer_list_begin(o->w, str_of(name), err));
    for (size_t i = 0; i < n; i++) TRY(writer_field(o->w, (Str){0}, (Str){0}, value_text(texts[i]), err));
    return writer_list_end(o->w, err);
}

static Str words_of(const Out *o, const AskReading *reading) {
    return ask_say(o->arena, o->ask->model, reading->query);
}

static ErrCode write_table(const Out *o, const AskRows *rows, Err *err) {
    WriterColumn *columns = ARENA_ARRAY(o->arena, WriterColumn, rows->n_columns + 1);
    for (size_t i = 0; i < rows->n_columns; i++) columns[i] = ask_writer_column(o->arena, &rows->columns[i]);
    if (!rows->n_columns) {
        TRY(write_texts(o, "columns", NULL, 0, err));
        return write_texts(o, "rows", NULL, 0, err);
    }
    TRY(writer_table_begin(o->w, (Str){0}, columns, rows->n_columns, err));
    for (size_t i = 0; i < rows->n_batches; i++) TRY(writer_rows(o->w, &rows->batches[i], err));
    return writer_table_end(o->w, err);
}

static ErrCode write_left_out(const Out *o, Err *err) {
    const QueryAccount *account = o->answer->rows.account;
    TRY(writer_list_begin(o->w, S("left_out"), err));
    for (size_t i = 0; o->answer->left_out && i < account->n_left_out; i++) {
        TRY(writer_object_begin(o->w, (Str){0}, err));
        TRY(app_left_out_write(o->w, &account->left_out[i], o->answer->left_out[i], err));
        TRY(writer_object_end(o->w, err));
    }
    return writer_list_end(o->w, err);
}

static ErrCode write_chart(const Out *o, Err *err) {
    if (!o->answer->rows.n_columns) return write_text(o, "chart", (Str){0}, err);
    return app_chart_spec_write(o->w, &o->answer->chart, err);
}

ErrCode app_left_out_write(Writer *w, const QueryLeftOut *out, Str words, Err *err) {
    TRY(writer_field(w, S("member"), (Str){0}, value_text(out->member), err));
    TRY(writer_field(w, S("fact_rows"), (Str){0}, value_int(out->n_rows), err));
    return writer_field(w, S("text"), (Str){0}, value_text(words), err);
}

/* ---- alternatives: other readings, or, of what is declined, questions that would work -------------------------------- */

static ErrCode write_alternative(const Out *o, Str words, Str json, const AskReading *reading, Err *err) {
    TRY(writer_object_begin(o->w, (Str){0}, err));
    TRY(write_text(o, "reading", words, err));
    TRY(write_json(o, "query", json, err));
    if (reading) {
        TRY(writer_field(o->w, S("cost"), (Str){0}, value_float(reading->cost), err));
        TRY(write_text(o, "trace", reading->trace, err));
    }
    return writer_object_end(o->w, err);
}

static size_t suggest(const Out *o, Str question, const ModelQuestion **ret) {
    const ModelQuestion *near[MAX_SUGGESTED * 2];
    size_t n = ask_near_questions(o->arena, o->ask->model, question, near, COUNT_OF(near)), kept = 0;
    for (size_t i = 0; i < n && kept < MAX_SUGGESTED; i++)
        if (ask_question_is_seen(&o->ask->ctx, near[i])) ret[kept++] = near[i];
    return kept;
}

static ErrCode write_alternatives(const Out *o, const ModelQuestion *const *suggested, size_t n_suggested, Err *err) {
    const AskResult *result = o->answer->result;
    bool is_listed = o->answer->status == ASK_CLARIFY || o->explains;
    TRY(writer_list_begin(o->w, S("alternatives"), err));
    for (size_t i = 0; i < n_suggested; i++)
        TRY(write_alternative(o, suggested[i]->question, suggested[i]->query, NULL, err));
    for (size_t i = 1; is_listed && i < result->n_readings && (o->explains || i <= result->n_close); i++)
        TRY(write_alternative(o, words_of(o, &result->readings[i]), result->readings[i].json,
                              o->explains ? &result->readings[i] : NULL, err));
    return writer_list_end(o->w, err);
}

/* ---- for people ------------------------------------------------------------------------------------------------------ */

static ErrCode note(const Out *o, Err *err, const char *format, ...) PRINTF_LIKE(3, 4);
static ErrCode note(const Out *o, Err *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Str line = arena_vprintf(o->arena, format, args);
    va_end(args);
    return writer_note(o->w, line, err);
}

static ErrCode tell_choices(const Out *o, Err *err) {
    const AskResult *result = o->answer->result;
    TRY(note(o, err, "This can be read in more than one way. Which of these is meant?"));
    Map *said = map_new(o->arena); /* what differs in no word is one choice */
    for (size_t i = 0; i < result->n_readings && i <= result->n_close; i++) {
        Str words = words_of(o, &result->readings[i]);
        if (map_get(said, words)) continue;
        map_put(said, words, said);
        TRY(note(o, err, "  %zu. %.*s", map_count(said), STR_ARG(words)));
    }
    return ERR_OK;
}

static ErrCode tell_declined(const Out *o, const ModelQuestion *const *suggested, size_t n, Err *err) {
    TRY(note(o, err, "%.*s", STR_ARG(o->answer->sentence)));
    if (n) TRY(note(o, err, "Questions that work:"));
    for (size_t i = 0; i < n; i++) TRY(note(o, err, "  %.*s", STR_ARG(suggested[i]->question)));
    return ERR_OK;
}

static ErrCode tell_answer(const Out *o, Err *err) {
    const AskAnswer *answer = o->answer;
    TRY(note(o, err, "Read as: %.*s", STR_ARG(answer->reading)));
    TRY(writer_note(o->w, (Str){0}, err));
    TRY(note(o, err, "%.*s", STR_ARG(answer->sentence)));
    for (size_t i = 0; !answer->is_told && i < answer->result->readings[0].n_notes; i++)
        TRY(note(o, err, "Note: %.*s.", STR_ARG(answer->result->readings[0].notes[i])));
    return writer_note(o->w, (Str){0}, err);
}

static ErrCode tell_after(const Out *o, Err *err) {
    const QueryAccount *account = o->answer->rows.account;
    for (size_t i = 0; o->answer->left_out && i < account->n_left_out; i++)
        TRY(note(o, err, "%.*s", STR_ARG(o->answer->left_out[i])));
    if (account && account->is_truncated)
        TRY(note(o, err, "Only the first %.*s are shown.",
                 STR_ARG(format_count(o->arena, account->n_rows, "row", "rows"))));
    return ERR_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static ErrCode write_before_rows(const Out *o, const AskReading *first, Err *err) {
    const AskAnswer *answer = o->answer;
    TRY(write_text(o, "status", str_of(ask_status_name(answer->status)), err));
    TRY(writer_field(o->w, S("confidence"), (Str){0}, value_float(answer->result->confidence), err));
    TRY(write_text(o, "reading", answer->reading, err));
    TRY(write_json(o, "query", first ? first->json : (Str){0}, err));
    return write_text(o, "sql", answer->rows.sql, err);
}

static ErrCode write_after_rows(const Out *o, const AskReading *first, Err *err) {
    const AskAnswer *answer = o->answer;
    const QueryAccount *account = answer->rows.account;
    TRY(writer_field(o->w, S("truncated"), (Str){0}, value_bool(account && account->is_truncated), err));
    TRY(write_left_out(o, err));
    TRY(write_text(o, "answer", answer->sentence, err));
    TRY(write_chart(o, err));
    TRY(write_texts(o, "notes", first ? first->notes : NULL, first ? first->n_notes : 0, err));
    TRY(writer_field(o->w, S("ms"), (Str){0}, value_float((double)answer->result->read_us / 1000), err));
    if (!o->explains) return ERR_OK;
    TRY(write_texts(o, "unknown", answer->result->unknown, answer->result->n_unknown, err));
    TRY(writer_field(o->w, S("cost"), (Str){0}, first ? value_float(first->cost) : value_null(TYPE(TYPE_FLOAT64)),
                     err));
    return write_text(o, "trace", first ? first->trace : (Str){0}, err);
}

static ErrCode write_answer(const Out *o, Str question, Err *err) {
    const AskAnswer *answer = o->answer;
    const ModelQuestion *suggested[MAX_SUGGESTED];
    bool is_answered = answer->status == ASK_ANSWERED;
    bool is_data = writer_format(o->w) != WRITER_TEXT;
    bool is_said = answer->chart.kind == CHART_KPI && !answer->chart.x.n; /* the sentence has all of it */
    bool has_rows = is_data ? answer->status != ASK_DECLINED : is_answered && !is_said;
    bool is_read = answer->result->n_readings && !answer->is_told && (answer->status != ASK_DECLINED || o->explains);
    size_t n = answer->status == ASK_DECLINED ? suggest(o, question, suggested) : 0;
    const AskReading *first = is_read ? &answer->result->readings[0] : NULL;
    TRY(write_before_rows(o, first, err));
    if (answer->status == ASK_DECLINED) TRY(tell_declined(o, suggested, n, err));
    if (answer->status == ASK_CLARIFY) TRY(tell_choices(o, err));
    if (is_answered) TRY(tell_answer(o, err));
    TRY(write_table(o, has_rows ? &answer->rows : &(AskRows){0}, err));
    TRY(write_after_rows(o, first, err));
    TRY(write_alternatives(o, suggested, n, err));
    return is_answered ? tell_after(o, err) : ERR_OK;
}

ErrCode app_ask_answer(const AppAsk *ask, Str question, AskTurn *turn, const AskAnswer **ret_answer, Err *err) {
    const AskAnswer *answer;
    TRY(ask_answer(&ask->ctx, ask->engine, ask->conn, question, turn->frame ? turn : NULL, NULL, &answer, err));
    const AskReading *first = answer->result->n_readings ? &answer->result->readings[0] : NULL;
    if (first && answer->status != ASK_DECLINED && !answer->is_told) *turn = ask_turn_of(question, first);
    *ret_answer = answer;
    return ERR_OK;
}

ErrCode app_ask_write(const AppAsk *ask, Str question, const AskAnswer *answer, bool explains, Writer *w, Err *err) {
    const Out out = {.arena = ask->ctx.arena, .ask = ask, .answer = answer, .explains = explains, .w = w};
    return write_answer(&out, question, err);
}

ErrCode app_ask_again(const AppAsk *ask, Str question, AskTurn *turn, Err *err) {
    const AskResult *result;
    TRY(ask_read(&ask->ctx, ask->engine, question, turn->frame ? turn : NULL, &result, err));
    if (result->status == ASK_DECLINED || !result->n_readings) return ERR_OK;
    *turn = ask_turn_of(question, &result->readings[0]);
    return ERR_OK;
}
