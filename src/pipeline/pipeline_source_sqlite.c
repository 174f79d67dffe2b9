/*
 * Capture mode "log" on a SQLite database, managed or attached: the log of changes that its triggers write (pipeline_log*.c), and
 * whole tables where there is nothing to go on from. Either is read in one read transaction, so that all tables stand at one
 * moment while writers go on.
 *
 * The position is a place in each table's log. The epoch is a random id in the database, which another one does not have.
 */
#include "base/base_fault.h"
#include "base/base_log.h"
#include "pipeline/pipeline_internal.h"

typedef struct SqliteSource {
    Source head;
    EngineDb *db;
    EngineConn *conn;
    bool is_foreign;
    const ModelTable **tables; /* that are captured */
    size_t n_tables;
} SqliteSource;

typedef struct SqliteReader {
    SourceReader head;
    LogPlaces from; /* of changes */
} SqliteReader;

static SqliteReader *new_reader(const Ctx *ctx, SqliteSource *source) {
    SqliteReader *reader = ARENA_NEW(ctx->arena, SqliteReader);
    const ModelTable **tables = ARENA_ARRAY(ctx->arena, const ModelTable *, source->n_tables);
    reader->head = (SourceReader){.source = &source->head, .at_us = INT64_MIN, .tables = tables};
    return reader;
}

static ErrCode read_epoch(const Ctx *ctx, SqliteSource *source, Str *ret_epoch, Err *err) {
    Value epoch;
    TRY(engine_valuef(ctx, source->conn, &epoch, err, "SELECT value FROM " MANAGED_STATE " WHERE name = 'epoch'"));
    *ret_epoch = epoch.is_null ? S("") : epoch.s;
    return ERR_OK;
}

/* ---- whole tables --------------------------------------------------------------------------------------------------- */

static ErrCode begin_snapshot(const Ctx *ctx, SqliteSource *source, SqliteReader *reader, Position *ret_position,
                              Err *err) {
    Position position;
    LogPlaces places = {0};
    TRY(read_epoch(ctx, source, &position.epoch, err));
    reader->head.at_us = clock_now(ctx->clock);
    for (size_t i = 0; i < source->n_tables; i++) {
        LogPlace place;
        TRY(pipeline_log_newest(ctx, source->conn, source->tables[i], 0, reader->head.at_us, &place, err));
        VEC_PUSH(ctx->arena, &places.at, place);
        reader->head.tables[reader->head.n_tables++] = source->tables[i];
    }
    TRY(pipeline_log_token(ctx->arena, &places, &position.token, err));
    *ret_position = position;
    return ERR_OK;
}

static ErrCode sqlite_snapshot(const Ctx *ctx, Source *head, const Position *from, SourceReader **ret_reader,
                               Position *ret_position, bool *ret_is_same, Err *err) {
    (void)from;
    SqliteSource *source = (SqliteSource *)head;
    SqliteReader *reader = new_reader(ctx, source);
    TRY(engine_begin(ctx, source->conn, false, err));
    ErrCode code = begin_snapshot(ctx, source, reader, ret_position, err);
    if (code) {
        engine_rollback(source->conn);
        return code;
    }
    *ret_is_same = false;
    *ret_reader = &reader->head;
    return ERR_OK;
}

static ErrCode open_rows(const Ctx *ctx, SqliteSource *source, const ModelTable *table, EngineStream **ret_rows,
                         Err *err) {
    if (source->is_foreign) return pipeline_foreign_rows(ctx, source->conn, table, ret_rows, err);
    SelectDraft draft = {.arena = ctx->arena};
    for (size_t i = 0; i < table->n_columns; i++)
        pipeline_draft_item(&draft, sql_column(ctx->arena, S("t"), table->columns[i].name, table->columns[i].type),
                            table->columns[i].name);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, sql_relation_table(ctx->arena, S(""), table->name), S("t"), NULL);
    SqlText text;
    TRY(sql_print_select(ctx->arena, engine_dialect(engine_of(source->conn)), pipeline_draft_end(&draft), &text, err));
    return engine_query(ctx, source->conn, &text, ret_rows, err);
}

/* ---- changes -------------------------------------------------------------------------------------------------------- */

/* What the reading of news finds out. */
typedef struct News {
    SourceNews news;
    Str why;
    LogPlaces to;
} News;

static ErrCode lost(News *news, Str why) {
    news->news = SOURCE_LOST;
    news->why = why;
    return ERR_OK;
}

static ErrCode table_news(const Ctx *ctx, SqliteSource *source, SqliteReader *reader, const ModelTable *table,
                          News *news, Err *err) {
    const LogPlace *from = pipeline_log_find(&reader->from, table->name);
    if (!from)
        return lost(news, arena_printf(ctx->arena, "table '%.*s' has not been read before", STR_ARG(table->name)));
    bool goes_on;
    Str why;
    TRY(pipeline_log_goes_on(ctx, source->conn, from, &goes_on, &why, err));
    if (!goes_on) return lost(news, why);
    LogPlace to;
    TRY(pipeline_log_newest(ctx, source->conn, table, from->seq, from->floor_us, &to, err));
    VEC_PUSH(ctx->arena, &news->to.at, to);
    if (to.seq == from->seq) return ERR_OK;
    news->news = SOURCE_MOVED;
    reader->head.tables[reader->head.n_tables++] = table;
    return ERR_OK;
}

static ErrCode read_news(const Ctx *ctx, SqliteSource *source, const Position *from, SqliteReader *reader,
                         Position *ret_position, News *news, Err *err) {
    Position position;
    TRY(read_epoch(ctx, source, &position.epoch, err));
    if (!str_eq(position.epoch, from->epoch))
        return lost(news, S("the operational database is another one than the warehouse was filled from"));
    if (!pipeline_log_parse(ctx->arena, from->token, &reader->from))
        return lost(news, S("the tables were last read without a log of changes"));
    for (size_t i = 0; i < source->n_tables && news->news != SOURCE_LOST; i++)
        TRY(table_news(ctx, source, reader, source->tables[i], news, err));
    if (news->news == SOURCE_LOST) return ERR_OK;
    TRY(pipeline_log_token(ctx->arena, &news->to, &position.token, err));
    *ret_position = position;
    return ERR_OK;
}

static ErrCode sqlite_changes(const Ctx *ctx, Source *head, const Position *from, SourceReader **ret_reader,
                              Position *ret_position, SourceNews *ret_news, Str *ret_why, Err *err) {
    SqliteSource *source = (SqliteSource *)head;
    SqliteReader *reader = new_reader(ctx, source);
    News news = {.news = SOURCE_SAME};
    TRY(engine_begin(ctx, source->conn, false, err));
    ErrCode code = read_news(ctx, source, from, reader, ret_position, &news, err);
    if (code || news.news != SOURCE_MOVED) engine_rollback(source->conn);
    if (code) return code;
    *ret_news = news.news;
    *ret_why = news.why;
    *ret_reader = news.news == SOURCE_MOVED ? &reader->head : NULL;
    reader->head.is_changes = true;
    return ERR_OK;
}

/* ---- the reader ----------------------------------------------------------------------------------------------------- */

static ErrCode sqlite_reader_open(const Ctx *ctx, SourceReader *head, const ModelTable *table, size_t part,
                                  EngineStream **ret_rows, Err *err) {
    (void)part;
    SqliteSource *source = (SqliteSource *)head->source;
    SqliteReader *reader = (SqliteReader *)head;
    if (!head->is_changes) return open_rows(ctx, source, table, ret_rows, err);
    const LogPlace *from = pipeline_log_find(&reader->from, table->name);
    if (!from) return err_set(err, ERR_INTERNAL, "table '%.*s' is not among the changes", STR_ARG(table->name));
    return source->is_foreign ? pipeline_foreign_changes(ctx, source->conn, table, from, ret_rows, err)
                              : pipeline_log_changes(ctx, source->conn, table, from, ret_rows, err);
}

static ErrCode sqlite_count(const Ctx *ctx, SourceReader *reader, const ModelTable *table, int64_t *ret_n, Err *err) {
    Value n;
    TRY(engine_valuef(ctx, ((SqliteSource *)reader->source)->conn, &n, err, "SELECT count(*) FROM %I", &table->name));
    *ret_n = n.i;
    return ERR_OK;
}

static void sqlite_reader_close(SourceReader *reader) {
    engine_rollback(((SqliteSource *)reader->source)->conn);
}

/* What is not purged now is purged next time: no failure here says anything about the data. */
static ErrCode sqlite_ack(const Ctx *ctx, Source *head, const Position *position, Err *err) {
    (void)err;
    SqliteSource *source = (SqliteSource *)head;
    LogPlaces places;
    FAULT_POINT("ack.before");
    if (!pipeline_log_parse(ctx->arena, position->token, &places)) return ERR_OK;
    for (size_t i = 0; i < places.at.n; i++) {
        Err cause;
        ErrCode code = pipeline_log_purge(ctx, source->conn, &places.at.at[i], &cause);
        if (!code) continue;
        bool is_waiting = code == ERR_BUSY || code == ERR_TIMEOUT || code == ERR_CANCELLED;
        if (!is_waiting)
            log_event(LOG_WARN, "source.ack_failed", LOG_TEXT("source", head->source->name),
                      LOG_TEXT("table", places.at.at[i].table), LOG_TEXT("message", str_of(cause.message)));
        break;
    }
    FAULT_POINT("ack.after");
    return ERR_OK;
}

static void sqlite_source_close(Source *head) {
    SqliteSource *source = (SqliteSource *)head;
    engine_disconnect(source->conn);
    engine_close(source->db);
}

static const SourceVtable SOURCE_SQLITE = {
    .mode = {.name = "log", .has_log = true, .sees_deletes = true},
    .snapshot = sqlite_snapshot,
    .reader_open = sqlite_reader_open,
    .reader_close = sqlite_reader_close,
    .changes = sqlite_changes,
    .count = sqlite_count,
    .ack = sqlite_ack,
    .close = sqlite_source_close,
};

static ErrCode open_managed(const Ctx *ctx, SqliteSource *source, Err *err) {
    const Model *model = source->head.project->model;
    source->tables = ARENA_ARRAY(ctx->arena, const ModelTable *, model->n_tables);
    for (size_t i = 0; i < model->n_tables; i++)
        if (model->tables[i].source == source->head.source) source->tables[source->n_tables++] = &model->tables[i];
    return pipeline_managed_open(ctx, source->head.project, &source->db, &source->conn, err);
}

ErrCode pipeline_source_sqlite_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                    Source **ret_source, Err *err) {
    SqliteSource *sqlite = ARENA_NEW(ctx->arena, SqliteSource);
    sqlite->head = (Source){.vtable = &SOURCE_SQLITE, .source = source, .project = project};
    sqlite->is_foreign = source->kind == MODEL_SOURCE_ATTACHED;
    if (sqlite->is_foreign)
        TRY(pipeline_attached_open(ctx, project, source, &sqlite->db, &sqlite->conn, &sqlite->tables, &sqlite->n_tables,
                                   err));
    else
        TRY(open_managed(ctx, sqlite, err));
    *ret_source = &sqlite->head;
    return ERR_OK;
}
