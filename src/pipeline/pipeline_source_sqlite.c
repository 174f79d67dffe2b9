/*
 * Capture mode "snapshot" on the managed SQLite database: whole tables, read in one read transaction, so that all of them stand
 * at one moment while writers go on.
 *
 * The position says which schema was read and, for each table, how many rows it had and its newest stamp: for people and the log
 * of runs. It proves no sameness (a row may be deleted and another inserted with an old stamp), so every sync compares; the
 * log of changes will know better. The epoch is a random id in the database, which a restored copy of another one does not have.
 */
#include "pipeline/pipeline_internal.h"

typedef struct SqliteSource {
    Source head;
    EngineDb *db;
    EngineConn *conn;
} SqliteSource;

static ErrCode read_position(const Ctx *ctx, SqliteSource *source, const SourceReader *reader, Position *ret_position,
                             Err *err) {
    Value epoch;
    TRY(engine_valuef(ctx, source->conn, &epoch, err, "SELECT value FROM " MANAGED_STATE " WHERE name = 'epoch'"));
    Buf token CLEANUP(buf_release);
    buf_init(&token, 1 << 20);
    for (size_t i = 0; i < reader->n_tables; i++) {
        const SqlRelation *relation = sql_relation_table(ctx->arena, S(""), reader->tables[i]->name);
        Value n, stamp;
        TRY(engine_valuef(ctx, source->conn, &n, err, "SELECT count(*) FROM %R", relation));
        TRY(engine_valuef(ctx, source->conn, &stamp, err, "SELECT max(" MANAGED_STAMP ") FROM %R", relation));
        buf_printf(&token, "%s%.*s=%" PRId64 "@%" PRId64, i ? ";" : "", STR_ARG(reader->tables[i]->name), n.i,
                   stamp.is_null ? 0 : stamp.i);
    }
    TRY(buf_check(&token, "the position", err));
    *ret_position = (Position){.epoch = epoch.is_null ? S("") : arena_str(ctx->arena, epoch.s),
                               .token = arena_str(ctx->arena, buf_str(&token))};
    return ERR_OK;
}

static ErrCode sqlite_snapshot(const Ctx *ctx, Source *head, const Position *from, SourceReader **ret_reader,
                               Position *ret_position, bool *ret_is_same, Err *err) {
    (void)from;
    SqliteSource *source = (SqliteSource *)head;
    const Model *model = head->project->model;
    SourceReader *reader = ARENA_NEW(ctx->arena, SourceReader);
    *reader = (SourceReader){
        .source = head, .at_us = INT64_MIN, .tables = ARENA_ARRAY(ctx->arena, const ModelTable *, model->n_tables)};
    for (size_t i = 0; i < model->n_tables; i++)
        if (model->tables[i].source == head->source) reader->tables[reader->n_tables++] = &model->tables[i];
    TRY(engine_begin(ctx, source->conn, false, err));
    ErrCode code = read_position(ctx, source, reader, ret_position, err);
    if (code) {
        engine_rollback(source->conn);
        return code;
    }
    *ret_is_same = false;
    *ret_reader = reader;
    return ERR_OK;
}

static ErrCode sqlite_reader_open(const Ctx *ctx, SourceReader *reader, const ModelTable *table, size_t part,
                                  EngineStream **ret_rows, Err *err) {
    (void)part;
    SqliteSource *source = (SqliteSource *)reader->source;
    SelectDraft draft = {.arena = ctx->arena};
    for (size_t i = 0; i < table->n_columns; i++)
        pipeline_draft_item(&draft, sql_column(ctx->arena, S("t"), table->columns[i].name, table->columns[i].type),
                            table->columns[i].name);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, sql_relation_table(ctx->arena, S(""), table->name), S("t"), NULL);
    SqlText text;
    TRY(sql_print_select(ctx->arena, engine_dialect(engine_of(source->conn)), pipeline_draft_end(&draft), &text, err));
    return engine_query(ctx, source->conn, &text, ret_rows, err);
}

static void sqlite_reader_close(SourceReader *reader) {
    engine_rollback(((SqliteSource *)reader->source)->conn);
}

static void sqlite_source_close(Source *head) {
    SqliteSource *source = (SqliteSource *)head;
    engine_disconnect(source->conn);
    engine_close(source->db);
}

static const SourceVtable SOURCE_SQLITE = {
    .mode = {.name = "snapshot", .has_log = false, .sees_deletes = true},
    .snapshot = sqlite_snapshot,
    .reader_open = sqlite_reader_open,
    .reader_close = sqlite_reader_close,
    .close = sqlite_source_close,
};

ErrCode pipeline_source_sqlite_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                    Source **ret_source, Err *err) {
    SqliteSource *sqlite = ARENA_NEW(ctx->arena, SqliteSource);
    sqlite->head = (Source){.vtable = &SOURCE_SQLITE, .source = source, .project = project};
    TRY(pipeline_managed_open(ctx, project, &sqlite->db, &sqlite->conn, err));
    *ret_source = &sqlite->head;
    return ERR_OK;
}
