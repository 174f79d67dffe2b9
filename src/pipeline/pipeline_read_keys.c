/*
 * Key rows that contradict each other, rows that break a check of the pack, and where rows stand in their files, for the messages.
 */
#include "pipeline/pipeline_internal.h"

/* ---- places --------------------------------------------------------------------------------------------------------- */

/* Walks over a row as DuckDB counts them, and gives its line, 0 at the end: line ends inside quotes do not end a row, and a blank
 * line is none (unless the file has a single column, where it is an empty cell). */
static int64_t next_row(ReadLines *lines) {
    int64_t start = lines->line;
    bool is_quoted = false, is_blank = true;
    for (int c; (c = getc(lines->stream)) != EOF;) {
        if (c == '"') is_quoted = !is_quoted;
        if (c != '\n' && c != '\r') is_blank = false;
        if (c != '\n') continue;
        lines->line++;
        if (is_quoted) continue;
        if (!is_blank || lines->has_blank_rows) return start;
        start = lines->line;
        is_blank = true;
    }
    return is_blank ? 0 : start;
}

void pipeline_lines_open(ReadLines *lines, const ReadFile *file) {
    *lines = (ReadLines){.line = 1, .row = -2, .has_blank_rows = file->n_columns == 1};
    if (file->format == SQL_FILE_CSV && !file->is_gzip) lines->stream = fopen(file->path, "rb");
}

int64_t pipeline_lines_at(ReadLines *lines, int64_t row) {
    for (; lines->stream && lines->row < row; lines->row++) lines->at = next_row(lines);
    return lines->stream ? lines->at : 0;
}

void pipeline_lines_close(ReadLines *lines) {
    if (lines->stream) (void)fclose(lines->stream);
}

int64_t pipeline_read_line(const ReadFile *file, int64_t row) {
    ReadLines lines;
    pipeline_lines_open(&lines, file);
    int64_t line = pipeline_lines_at(&lines, row);
    pipeline_lines_close(&lines);
    return line;
}

Str pipeline_read_place(const Ctx *ctx, const Reader *reader, int64_t place, bool has_file) {
    const ReadFile *file = &reader->files[place / READ_PLACE_FILE];
    int64_t row = place % READ_PLACE_FILE, line = pipeline_read_line(file, row);
    Str where =
        line ? arena_printf(ctx->arena, "line %" PRId64, line) : arena_printf(ctx->arena, "row %" PRId64, row + 1);
    return has_file ? arena_printf(ctx->arena, "%.*s, %.*s", STR_ARG(file->name), STR_ARG(where)) : where;
}

Str pipeline_read_row_text(const Ctx *ctx, const Reader *reader, int64_t place) {
    if (pipeline_read_line(&reader->files[place / READ_PLACE_FILE], place % READ_PLACE_FILE)) return S("");
    return arena_printf(ctx->arena, " (%.*s)", STR_ARG(pipeline_read_place(ctx, reader, place, false)));
}

void pipeline_read_error_at(const Reader *reader, int64_t place, Err *err) {
    const ReadFile *file = &reader->files[place / READ_PLACE_FILE];
    err_at(err, file->name, (int)pipeline_read_line(file, place % READ_PLACE_FILE), 0);
}

/* ---- keys ----------------------------------------------------------------------------------------------------------- */

static Str key_text(Arena *arena, const ModelTable *table, const Batch *batch, size_t row) {
    Str text = S("");
    for (size_t i = 0; i < table->n_key; i++) {
        Value value = column_value(&batch->columns[table->key[i]], row);
        text = arena_printf(arena, "%.*s%s%.*s=%.*s", STR_ARG(text), i ? ", " : "",
                            STR_ARG(table->columns[table->key[i]].name), STR_ARG(value_print(arena, value)));
    }
    return text;
}

/* The two rows of one key that the batch holds. */
static ErrCode contradiction(const Ctx *ctx, Reader *reader, const ModelTable *table, const Batch *batch, int64_t n,
                             Err *err) {
    Arena *arena = ctx->arena;
    const Column *places = &batch->columns[table->n_columns];
    int64_t first = column_int(places, 0), second = column_int(places, 1);
    bool has_files = first / READ_PLACE_FILE != second / READ_PLACE_FILE;
    Str key = key_text(arena, table, batch, 0), a = S(""), b = S(""), name = S("");
    for (size_t i = 0; i < table->n_columns && !name.n; i++) {
        Value x = column_value(&batch->columns[i], 0), y = column_value(&batch->columns[i], 1);
        if (value_eq(x, y)) continue;
        name = table->columns[i].name;
        a = value_print(arena, x);
        b = value_print(arena, y);
    }
    Str more = S("");
    if (n > 1)
        more =
            arena_printf(arena, "; so %s %" PRId64 " other key%s", n == 2 ? "has" : "have", n - 1, n == 2 ? "" : "s");
    err_set(err, ERR_DATA, "%.*s with %.*s has two values of '%.*s': '%.*s' (%.*s) and '%.*s' (%.*s)%.*s",
            STR_ARG(table->name), STR_ARG(key), STR_ARG(name), STR_ARG(a),
            STR_ARG(pipeline_read_place(ctx, reader, first, has_files)), STR_ARG(b),
            STR_ARG(pipeline_read_place(ctx, reader, second, has_files)), STR_ARG(more));
    pipeline_read_error_at(reader, first, err);
    return ERR_DATA;
}

static SqlColumnList key_columns(const Ctx *ctx, const ModelTable *table) {
    SilverKey key = pipeline_silver_key(ctx->arena, table);
    return (SqlColumnList){key.names, key.n};
}

ErrCode pipeline_read_check_keys(const Ctx *ctx, Reader *reader, const ReadTable *rows, Err *err) {
    SqlColumnList key = key_columns(ctx, rows->table);
    Value n;
    TRY(engine_valuef(ctx, reader->conn, &n, err,
                      "SELECT count(*) FROM (SELECT %C FROM %R GROUP BY ALL HAVING count(*) > 1)", &key, rows->rows));
    if (!n.i) return ERR_OK;
    EngineStream *stream = NULL;
    TRY(engine_queryf(ctx, reader->conn, &stream, err,
                      "SELECT r.* FROM %R AS r SEMI JOIN (SELECT %C FROM %R GROUP BY ALL HAVING count(*) > 1 "
                      "ORDER BY min(" READ_PLACE ") LIMIT 1) AS k USING (%C) ORDER BY r." READ_PLACE " LIMIT 2",
                      rows->rows, &key, rows->rows, &key));
    const Batch *batch = NULL;
    ErrCode code = engine_stream_next(stream, &batch, err);
    if (!code) {
        bool is_pair = batch && batch->n_rows == 2;
        code = is_pair ? contradiction(ctx, reader, rows->table, batch, n.i, err)
                       : err_set(err, ERR_DATA, "rows of '%.*s' contradict each other", STR_ARG(rows->table->name));
    }
    engine_stream_close(stream);
    return code;
}

/* ---- checks --------------------------------------------------------------------------------------------------------- */

static ErrCode broken_check(const Ctx *ctx, Reader *reader, const ReadTable *rows, const ModelColumn *column,
                            const SqlExpr *is_broken, int64_t n, Err *err) {
    EngineStream *stream;
    TRY(engine_queryf(ctx, reader->conn, &stream, err,
                      "SELECT r." READ_PLACE ", CAST(r.%I AS VARCHAR) FROM %R AS r WHERE %E ORDER BY 1 LIMIT 1",
                      &column->name, rows->rows, is_broken));
    const Batch *batch = NULL;
    ErrCode code = engine_stream_next(stream, &batch, err);
    if (!code && batch && batch->n_rows) {
        int64_t place = column_int(&batch->columns[0], 0);
        Str value = column_is_null(&batch->columns[1], 0) ? S("") : column_str(&batch->columns[1], 0);
        Str where = pipeline_read_row_text(ctx, reader, place);
        Str more = n > 1 ? arena_printf(ctx->arena, "; %" PRId64 " rows are like that", n) : S("");
        code =
            err_set(err, ERR_DATA, "'%.*s' of table '%.*s' is '%.*s'%.*s, against its check: %.*s%.*s%.*s",
                    STR_ARG(column->name), STR_ARG(rows->table->name), STR_ARG(value), STR_ARG(where),
                    STR_ARG(column->check), STR_ARG(more), STR_ARG(pipeline_read_aside_hint(ctx, reader, rows->table)));
        pipeline_read_error_at(reader, place, err);
    }
    engine_stream_close(stream);
    return code;
}

ErrCode pipeline_read_check_rows(const Ctx *ctx, Reader *reader, const ReadTable *rows, Err *err) {
    ExprScope scope = model_table_scope(ctx->arena, rows->table, S("r"));
    for (size_t i = 0; i < rows->table->n_columns; i++) {
        const ModelColumn *column = &rows->table->columns[i];
        if (!column->check_expr) continue;
        const SqlExpr *check;
        TRY(expr_compile(&scope, column->check_expr, &check, err));
        const SqlExpr *is_broken =
            sql_call1(ctx->arena, SQL_FN_NOT, check); /* null where the check cannot tell: kept */
        Value n;
        TRY(engine_valuef(ctx, reader->conn, &n, err, "SELECT count(*) FROM %R AS r WHERE %E", rows->rows, is_broken));
        if (n.i) return broken_check(ctx, reader, rows, column, is_broken, n.i, err);
    }
    return ERR_OK;
}
