/*
 * Rows of files with quarantine that cannot be read as declared: they wait aside with the reason and the row as the file has it,
 * and the others go their way.
 *
 * Phases for a table: each mapping's unreadable rows go into a table of their own (pipeline_read_check.c), rows that break a check
 * are moved there, and at the end the lines are told in one walk through each file and the files' own rows are put beside them.
 */
#include "pipeline/pipeline_internal.h"

static SqlColumnList columns_of(Arena *arena, const ModelTable *table) {
    Str *names = ARENA_ARRAY(arena, Str, table->n_columns);
    for (size_t i = 0; i < table->n_columns; i++) names[i] = table->columns[i].name;
    return (SqlColumnList){names, table->n_columns};
}

Str pipeline_read_aside_hint(const Ctx *ctx, const Reader *reader, const ModelTable *table) {
    const Model *model = reader->model;
    for (size_t m = 0; m < model->n_mappings; m++) {
        const ModelMapping *mapping = &model->mappings[m];
        if (mapping->table != table) continue;
        for (size_t other = 0; other < model->n_mappings; other++) /* the input may fill more than this table */
            if (model->mappings[other].input == mapping->input &&
                model->mappings[other].table->source->kind != MODEL_SOURCE_FILES)
                return S("");
    }
    return arena_str(ctx->arena, S("; to set such rows aside and take in the others: load --quarantine"));
}

/* ---- what goes aside ------------------------------------------------------------------------------------------------ */

static ErrCode make_table(const Ctx *ctx, Reader *reader, const ModelTable *table, Str name, const char *more,
                          const SqlRelation **ret_relation, Err *err) {
    const SqlRelation *relation = sql_relation_table(ctx->arena, S(""), name);
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "CREATE OR REPLACE TABLE %R (", relation);
    for (size_t i = 0; i < table->n_columns; i++)
        pipeline_sql_add(&sql, "%I %T, ", &table->columns[i].name, &table->columns[i].type);
    pipeline_sql_add(&sql, more);
    TRY(pipeline_sql_exec(ctx, reader->conn, &sql, NULL));
    *ret_relation = relation;
    return ERR_OK;
}

ErrCode pipeline_aside_make(const Ctx *ctx, Reader *reader, const ModelTable *table, size_t only,
                            const SqlRelation **ret_aside, Err *err) {
    Str name = arena_printf(ctx->arena, "a%zu_%.*s", only, STR_ARG(table->name));
    return make_table(ctx, reader, table, name, READ_MAPPING " BIGINT, " READ_PLACE " BIGINT, " READ_REASON " VARCHAR)",
                      ret_aside, err);
}

/* " and r is of file 1 or 3", those with quarantine. */
static void add_of_quarantine(PipelineSql *sql, const Reader *reader) {
    pipeline_sql_add(sql, " AND r." READ_PLACE " // %d IN (-1", READ_PLACE_FILE);
    for (size_t f = 0; f < reader->n_files; f++)
        if (reader->files[f].is_quarantine) pipeline_sql_add(sql, ", %d", (int64_t)f);
    pipeline_sql_add(sql, ")");
}

static ErrCode move_broken(const Ctx *ctx, Reader *reader, const ReadTable *rows, const ModelColumn *column,
                           const SqlExpr *is_broken, const SqlRelation *aside, Err *err) {
    SqlColumnList columns = columns_of(ctx->arena, rows->table);
    Str begin = arena_printf(ctx->arena, "'%.*s' is '", STR_ARG(column->name)),
        end = arena_printf(ctx->arena, "', against its check: %.*s", STR_ARG(column->check));
    PipelineSql copy CLEANUP(pipeline_sql_release), remove CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&copy, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_init(&remove, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&copy, "INSERT INTO %R SELECT %C, -1, r." READ_PLACE ", concat(%L, CAST(r.%I AS VARCHAR), %L) ",
                     aside, &columns, &begin, &column->name, &end);
    pipeline_sql_add(&copy, "FROM %R AS r WHERE %E", rows->rows, is_broken);
    add_of_quarantine(&copy, reader);
    TRY(pipeline_sql_exec(ctx, reader->conn, &copy, NULL));
    pipeline_sql_add(&remove, "DELETE FROM %R AS r WHERE %E", rows->rows, is_broken);
    add_of_quarantine(&remove, reader);
    return pipeline_sql_exec(ctx, reader->conn, &remove, NULL);
}

ErrCode pipeline_aside_checks(const Ctx *ctx, Reader *reader, const ReadTable *rows, const SqlRelation *aside,
                              Err *err) {
    ExprScope scope = model_table_scope(ctx->arena, rows->table, S("r"));
    for (size_t i = 0; i < rows->table->n_columns; i++) {
        const ModelColumn *column = &rows->table->columns[i];
        const SqlExpr *check;
        if (!column->check_expr) continue;
        TRY(expr_compile(&scope, column->check_expr, &check, err));
        TRY(move_broken(ctx, reader, rows, column, sql_call1(ctx->arena, SQL_FN_NOT, check), aside, err));
    }
    return ERR_OK;
}

/* ---- lines and payloads --------------------------------------------------------------------------------------------- */

/* Appends (place, line) of each place that the stream gives in rising order. */
static ErrCode append_lines(const Ctx *ctx, const ReadFile *file, EngineStream *places, EngineAppender *to, Err *err) {
    static const Str names[] = {S_INIT(READ_PLACE), S_INIT("line")};
    static const Type types[] = {{.kind = TYPE_INT64}, {.kind = TYPE_INT64}};
    BatchBuilder *rows = batch_builder_new(ctx->arena, COUNT_OF(names), names, types, 2048);
    const Batch *batch = NULL;
    ErrCode code;
    ReadLines lines;
    pipeline_lines_open(&lines, file);
    while (!(code = engine_stream_next(places, &batch, err)) && batch) {
        for (size_t i = 0; i < batch->n_rows && !code; i++) {
            int64_t place = column_int(&batch->columns[0], i);
            batch_builder_set(rows, 0, value_int(place));
            batch_builder_set(rows, 1, value_int(pipeline_lines_at(&lines, place % READ_PLACE_FILE)));
            batch_builder_next_row(rows);
            if (!batch_builder_is_full(rows)) continue;
            code = engine_append(to, batch_builder_batch(rows), err);
            batch_builder_clear(rows);
        }
        if (code) break;
    }
    pipeline_lines_close(&lines);
    return code ? code : engine_append(to, batch_builder_batch(rows), err);
}

/* A table of the lines of a CSV's rows that are aside; a connection of its own reads while the reader's writes. */
static ErrCode tell_lines(const Ctx *ctx, Reader *reader, size_t file, const SqlRelation *aside,
                          const SqlRelation **ret_lines, Err *err) {
    static const Str names[] = {S_INIT(READ_PLACE), S_INIT("line")};
    const SqlRelation *lines = sql_relation_table(ctx->arena, S(""), S("aside_lines"));
    TRY(engine_execf(ctx, reader->conn, NULL, err, "CREATE OR REPLACE TABLE %R (" READ_PLACE " BIGINT, line BIGINT)",
                     lines));
    EngineConn *conn = NULL;
    EngineStream *places = NULL;
    EngineAppender *to = NULL;
    TRY(engine_connect(ctx, reader->db, &conn, err));
    ErrCode code = engine_queryf(ctx, conn, &places, err,
                                 "SELECT DISTINCT " READ_PLACE " FROM %R WHERE " READ_PLACE " // %d = %d ORDER BY 1",
                                 aside, READ_PLACE_FILE, (int64_t)file);
    if (!code) code = engine_begin(ctx, reader->conn, true, err);
    if (!code) code = engine_append_open(ctx, reader->conn, lines, names, COUNT_OF(names), &to, err);
    if (!code) code = append_lines(ctx, &reader->files[file], places, to, err);
    engine_stream_close(places);
    engine_disconnect(conn);
    if (code) {
        engine_append_abort(to);
        engine_rollback(reader->conn);
        return code;
    }
    TRY(engine_append_close(to, err));
    *ret_lines = lines;
    return engine_commit(ctx, reader->conn, err);
}

/* The row of the file as a JSON object, called as its header says. */
static void add_payload(PipelineSql *sql, const ReadFile *file) {
    pipeline_sql_add(sql, "CAST(json_object(");
    for (size_t i = 0; i < file->n_columns; i++) {
        const Str *name = file->headers[i].n ? &file->headers[i] : &file->columns[i];
        pipeline_sql_add(sql, i ? ", %L, f.%I" : "%L, f.%I", name, &file->columns[i]);
    }
    pipeline_sql_add(sql, ") AS VARCHAR)");
}

static ErrCode finish_file(const Ctx *ctx, Reader *reader, size_t index, const SqlRelation *aside,
                           const ReadTable *rows, Err *err) {
    const ReadFile *file = &reader->files[index];
    const SqlRelation *lines = NULL;
    TRY(tell_lines(ctx, reader, index, aside, &lines, err));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql,
                     "INSERT INTO %R SELECT a.* EXCLUDE (" READ_MAPPING ", " READ_REASON "), concat(a." READ_REASON,
                     rows->wrong);
    pipeline_sql_add(&sql,
                     ", CASE WHEN l.line > 0 THEN concat(' (line ', l.line) ELSE concat(' (row ', f.rowid + 1) END, "
                     "')'), ");
    add_payload(&sql, file);
    pipeline_sql_add(&sql,
                     " FROM %R AS a JOIN %R AS l ON l." READ_PLACE " = a." READ_PLACE
                     " JOIN %R AS f ON f.rowid = a." READ_PLACE " - %d",
                     aside, lines, file->rows, (int64_t)index * READ_PLACE_FILE);
    return pipeline_sql_exec(ctx, reader->conn, &sql, &rows->n_wrong[index]);
}

ErrCode pipeline_aside_finish(const Ctx *ctx, Reader *reader, const SqlRelation *aside, ReadTable *rows, Err *err) {
    Str name = pipeline_name(ctx->arena, "w_", sql_relation_name(aside));
    TRY(make_table(ctx, reader, rows->table, name,
                   READ_PLACE " BIGINT, " CHANGE_WRONG " VARCHAR, " CHANGE_PAYLOAD " VARCHAR)", &rows->wrong, err));
    rows->n_wrong = ARENA_ARRAY(ctx->arena, int64_t, reader->n_files);
    Value n;
    TRY(engine_valuef(ctx, reader->conn, &n, err, "SELECT count(*) FROM %R", aside));
    for (size_t f = 0; f < reader->n_files && n.i; f++)
        if (reader->files[f].is_quarantine && reader->files[f].rows) TRY(finish_file(ctx, reader, f, aside, rows, err));
    return ERR_OK;
}

/* ---- all of them ---------------------------------------------------------------------------------------------------- */

ErrCode pipeline_aside_stream(const Ctx *ctx, Reader *reader, const ReadTable *rows, EngineStream **ret_rows,
                              Err *err) {
    SqlColumnList columns = columns_of(ctx->arena, rows->table);
    return engine_queryf(ctx, reader->conn, ret_rows, err,
                         "SELECT %C, " CHANGE_WRONG ", " CHANGE_PAYLOAD
                         " FROM (SELECT *, CAST(NULL AS VARCHAR) AS " CHANGE_WRONG
                         ", CAST(NULL AS VARCHAR) AS " CHANGE_PAYLOAD " FROM %R UNION ALL SELECT * FROM %R) AS u "
                         "ORDER BY u." CHANGE_WRONG " IS NOT NULL, u." READ_PLACE,
                         &columns, rows->rows, rows->wrong);
}
