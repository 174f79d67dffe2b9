/*
 * One file into the reader as a table of text: what kind it is, what its columns are called, and its rows.
 *
 * A CSV's dialect is not left to DuckDB's sniffer, which takes a ragged file for one of a single column: the delimiter is chosen
 * from the header line, and everything else is given. Lines that are no proper rows are gathered as rejects and refused all at
 * once with the first one's line. An empty cell is null, and text is brought to NFC.
 */
#include "encode/encode.h"
#include "pipeline/pipeline_internal.h"

#include <stdio.h>
#include <string.h>

enum { SNIFF_BYTES = 4096, MAX_COLUMNS = 1000 };

/* ---- what kind ------------------------------------------------------------------------------------------------------ */

static bool has_ending(Str path, const char *ending) {
    Str e = str_of(ending);
    return path.n >= e.n && str_eq_nocase(str_slice(path, path.n - e.n, path.n), e);
}

static ErrCode refuse(const ReadFile *file, Err *err, const char *what) {
    ErrCode code = err_set(err, ERR_DATA, "%s", what);
    err_at(err, file->name, 0, 0);
    return code;
}

static ErrCode read_head(const ReadFile *file, char head[SNIFF_BYTES], size_t *ret_n, Err *err) {
    FILE *stream = fopen(file->path, "rb");
    if (!stream) return err_set(err, ERR_IO, "the file '%s' cannot be opened; check its permissions", file->path);
    *ret_n = fread(head, 1, SNIFF_BYTES, stream);
    bool is_failed = ferror(stream) != 0;
    (void)fclose(stream);
    return is_failed ? err_set(err, ERR_IO, "the file '%s' cannot be read", file->path) : ERR_OK;
}

ErrCode pipeline_read_sniff(ReadFile *file, Err *err) {
    char head[SNIFF_BYTES];
    size_t n = 0;
    TRY(read_head(file, head, &n, err));
    Str path = str_of(file->path), start = {head, n};
    if (str_find_char(path, '*') >= 0 || str_find_char(path, '?') >= 0 || str_find_char(path, '[') >= 0)
        return refuse(file, err, "the path holds a '*', '?' or '[', which would stand for several files; rename it");
    if (!n) return refuse(file, err, "the file is empty; a header line with the names of the columns was expected");
    if (str_starts(start, S("PK\x03\x04")) || str_starts(start, S("\xD0\xCF\x11\xE0")))
        return refuse(file, err,
                      "an Excel workbook or zip archive, which cannot be read yet; save the sheet as CSV (UTF-8)");
    file->is_gzip = n > 2 && (unsigned char)head[0] == 0x1f && (unsigned char)head[1] == 0x8b;
    bool is_json = has_ending(path, ".json") || has_ending(path, ".jsonl") || has_ending(path, ".ndjson") ||
                   has_ending(path, ".json.gz");
    if (str_starts(start, S("PAR1")))
        file->format = SQL_FILE_PARQUET;
    else if (is_json)
        file->format = SQL_FILE_JSON;
    else
        file->format = SQL_FILE_CSV;
    if (file->format == SQL_FILE_CSV && has_ending(path, ".parquet"))
        return refuse(file, err, "the file is called .parquet and is none");
    bool is_wide = str_starts(start, S("\xFF\xFE")) || str_starts(start, S("\xFE\xFF"));
    if (file->format == SQL_FILE_CSV && !file->is_gzip && (is_wide || memchr(head, 0, n)))
        return refuse(file, err, "the file is no UTF-8 text (UTF-16, or no text at all); save it as UTF-8");
    return ERR_OK;
}

/* ---- the header of a CSV -------------------------------------------------------------------------------------------- */

static const char *compression(const ReadFile *file) {
    return file->is_gzip ? "gzip" : "none";
}

static ErrCode not_utf8(const ReadFile *file, int64_t line, Err *err) {
    ErrCode code = err_set(err, ERR_DATA,
                           "the text is not UTF-8 (Latin-1 or Windows-1252, perhaps); save the file as UTF-8, or "
                           "convert it: iconv -f WINDOWS-1252 -t UTF-8");
    err_at(err, file->name, (int)line, 0);
    return code;
}

static bool is_not_the_file(const Err *cause) {
    return cause->code == ERR_CANCELLED || cause->code == ERR_TIMEOUT || cause->code == ERR_TOO_LARGE ||
           cause->code == ERR_IO;
}

static ErrCode pass_on(const Err *cause, Err *err) {
    if (err) *err = *cause;
    return cause->code;
}

/* DuckDB does not look at a gzip's trailer, and takes what a cut file still gives for all of it. */
static ErrCode check_whole(const Ctx *ctx, const ReadFile *file, Err *err) {
    if (!file->is_gzip) return ERR_OK;
    Err cause;
    ErrCode code = gzip_check(ctx, file->path, &cause);
    if (code == ERR_DATA) return refuse(file, err, cause.message);
    return code ? pass_on(&cause, err) : ERR_OK;
}

/* What DuckDB's refusal of a whole CSV comes from: its words are for the log, and only told apart here. */
static ErrCode csv_failed(const ReadFile *file, const Err *cause, Err *err) {
    if (is_not_the_file(cause)) return pass_on(cause, err);
    Str words = str_of(cause->detail);
    int64_t line = 0;
    ptrdiff_t at = str_find(words, S("Line: "));
    if (at >= 0) {
        Str digits = str_slice(words, (size_t)at + 6, words.n);
        size_t n = 0;
        while (n < digits.n && digits.p[n] >= '0' && digits.p[n] <= '9') n++;
        if (!str_to_int64(str_slice(digits, 0, n), &line)) line = 0;
    }
    if (str_find(words, S("unicode")) >= 0 || str_find(words, S("utf-8 encoded")) >= 0)
        return not_utf8(file, line, err);
    bool is_long = str_find(words, S("aximum line size")) >= 0;
    err_set(err, ERR_DATA,
            is_long ? "a line is longer than 2 MB: a quote is not closed, perhaps"
                    : "not well-formed CSV: its line ends are mixed (CRLF and LF), or a quote is in the wrong place");
    err_at(err, file->name, (int)line, 0);
    err_detail(err, "%s", cause->detail);
    return ERR_DATA;
}

static ErrCode read_header_line(const Ctx *ctx, Reader *reader, const ReadFile *file, Str *ret_line, Err *err) {
    Str path = str_of(file->path), packed = str_of(compression(file));
    Value line;
    Err cause;
    ErrCode code = engine_valuef(
        ctx, reader->conn, &line, &cause,
        "SELECT l FROM read_csv(%L, auto_detect=false, columns={'l': 'VARCHAR'}, header=false, delim='\x1f', "
        "quote='', escape='', nullstr='\x1e', strict_mode=false, compression=%L, max_line_size=2000000, buffer_size=4000000) LIMIT 1",
        &path, &packed);
    if (code) return csv_failed(file, &cause, err);
    if (line.is_null || !line.s.n)
        return refuse(file, err, "the file is empty; a header line with the names of the columns was expected");
    *ret_line = line.s;
    return ERR_OK;
}

/* The candidate that stands most often in the header, outside quotes. */
static char delimiter_of(Str line) {
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[COUNT_OF(candidates)] = {0};
    bool is_quoted = false;
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '"') is_quoted = !is_quoted;
        for (size_t c = 0; c < COUNT_OF(candidates) && !is_quoted; c++) counts[c] += line.p[i] == candidates[c];
    }
    size_t best = 0;
    for (size_t c = 1; c < COUNT_OF(candidates); c++)
        if (counts[c] > counts[best]) best = c;
    return candidates[best];
}

/* One field from *rest (RFC 4180), quotes removed. */
static Str next_field(Arena *arena, Str *rest, char delimiter) {
    if (!rest->n || rest->p[0] != '"') return str_trim(str_split_next(rest, delimiter));
    Buf field CLEANUP(buf_release);
    buf_init(&field, rest->n + 1);
    size_t i = 1;
    for (; i < rest->n; i++) {
        if (rest->p[i] != '"')
            buf_add_char(&field, rest->p[i]);
        else if (i + 1 < rest->n && rest->p[i + 1] == '"')
            buf_add_char(&field, rest->p[i++]);
        else
            break;
    }
    Str tail = str_slice(*rest, MIN_OF(i + 1, rest->n), rest->n);
    str_split_next(&tail, delimiter);
    *rest = tail;
    return str_trim(arena_str(arena, buf_str(&field)));
}

/* ---- names ---------------------------------------------------------------------------------------------------------- */

static ErrCode name_columns(const Ctx *ctx, ReadFile *file, const Str *headers, size_t n, Err *err) {
    Map *seen = map_new(ctx->arena);
    Str *columns = ARENA_ARRAY(ctx->arena, Str, n);
    for (size_t i = 0; i < n; i++) {
        columns[i] = headers[i].n ? model_snake_name(ctx->arena, headers[i]) : S("");
        if (!columns[i].n) columns[i] = arena_printf(ctx->arena, "column_%zu", i + 1);
        const Str *other = map_put(seen, columns[i], (void *)&headers[i]);
        if (!other) continue;
        err_set(err, ERR_DATA,
                "the columns '%.*s' and '%.*s' have the same name ('%.*s' in lower case with underscores); rename one",
                STR_ARG(*other), STR_ARG(headers[i]), STR_ARG(columns[i]));
        return err_at(err, file->name, file->format == SQL_FILE_CSV, 0);
    }
    file->headers = headers;
    file->columns = columns;
    file->n_columns = n;
    return ERR_OK;
}

Str pipeline_read_header(const ReadFile *file, Str column) {
    for (size_t i = 0; i < file->n_columns; i++)
        if (str_eq(file->columns[i], column)) return file->headers[i];
    return column;
}

static ErrCode csv_names(const Ctx *ctx, Reader *reader, ReadFile *file, Err *err) {
    Str line;
    TRY(read_header_line(ctx, reader, file, &line, err));
    if (str_starts(line, S("\xEF\xBB\xBF"))) line = str_slice(line, 3, line.n);
    if (!utf8_is_valid(line)) return not_utf8(file, 1, err);
    file->delimiter = delimiter_of(line);
    VEC(Str) headers = {0};
    for (Str rest = line; rest.p;) {
        if (headers.n == MAX_COLUMNS)
            return err_set(err, ERR_TOO_LARGE, "a file may have at most %d columns", MAX_COLUMNS);
        VEC_PUSH(ctx->arena, &headers, next_field(ctx->arena, &rest, file->delimiter));
    }
    return name_columns(ctx, file, headers.at, headers.n, err);
}

/* ---- rows ----------------------------------------------------------------------------------------------------------- */

static ErrCode rejected(const Ctx *ctx, Reader *reader, const ReadFile *file, Err *err) {
    EngineStream *stream = NULL;
    TRY(engine_queryf(
        ctx, reader->conn, &stream, err,
        "SELECT line, error_type::VARCHAR, (SELECT count(DISTINCT line) FROM reject_errors), error_message "
        "FROM reject_errors ORDER BY line LIMIT 1"));
    const Batch *batch = NULL;
    ErrCode code = engine_stream_next(stream, &batch, err);
    if (!code && batch && batch->n_rows) {
        int64_t line = column_value(&batch->columns[0], 0).i;
        Str type = column_value(&batch->columns[1], 0).s, words = column_value(&batch->columns[3], 0).s;
        int64_t n = column_value(&batch->columns[2], 0).i;
        const char *what = str_eq(type, S("TOO MANY COLUMNS"))  ? "more cells than the header has columns"
                           : str_eq(type, S("MISSING COLUMNS")) ? "fewer cells than the header has columns"
                           : str_eq(type, S("UNQUOTED VALUE"))  ? "a quote that is not closed, or stands inside a value"
                                                                : "no proper CSV";
        if (str_eq(type, S("INVALID ENCODING")) || str_eq(type, S("INVALID UNICODE")))
            code = not_utf8(file, line, err);
        else if (n > 1)
            code = err_set(err, ERR_DATA, "the line has %s; %" PRId64 " lines are like that", what, n);
        else
            code = err_set(err, ERR_DATA, "the line has %s", what);
        err_at(err, file->name, (int)line, 0);
        err_detail(err, "%.*s", STR_ARG(words));
    }
    engine_stream_close(stream);
    return code;
}

static ErrCode csv_rows(const Ctx *ctx, Reader *reader, ReadFile *file, Err *err) {
    Str path = str_of(file->path), packed = str_of(compression(file)), delimiter = {&file->delimiter, 1};
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "CREATE TABLE %R AS SELECT ", file->rows);
    for (size_t i = 0; i < file->n_columns; i++)
        pipeline_sql_add(&sql, i ? ", nfc_normalize(%I) AS %I" : "nfc_normalize(%I) AS %I", &file->columns[i],
                         &file->columns[i]);
    pipeline_sql_add(
        &sql,
        " FROM read_csv(%L, auto_detect=false, header=true, delim=%L, quote='\"', escape='\"', comment='', nullstr='', "
        "strict_mode=true, null_padding=false, store_rejects=true, rejects_limit=1000, compression=%L, columns={",
        &path, &delimiter, &packed);
    for (size_t i = 0; i < file->n_columns; i++)
        pipeline_sql_add(&sql, i ? ", %L: 'VARCHAR'" : "%L: 'VARCHAR'", &file->columns[i]);
    pipeline_sql_add(&sql, "})");
    TRY(engine_execf(ctx, reader->conn, NULL, err, "DROP TABLE IF EXISTS reject_errors"));
    TRY(engine_execf(ctx, reader->conn, NULL, err, "DROP TABLE IF EXISTS reject_scans"));
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    Err cause;
    if (engine_exec(ctx, reader->conn, &text, NULL, &cause)) return csv_failed(file, &cause, err);
    Value n;
    TRY(engine_valuef(ctx, reader->conn, &n, err, "SELECT count(*) FROM reject_errors"));
    return n.i ? rejected(ctx, reader, file, err) : ERR_OK;
}

/* What names its columns itself; its values become text. `stream`, which tells the columns, is closed. */
static ErrCode text_rows(const Ctx *ctx, Reader *reader, ReadFile *file, const SqlRelation *relation,
                         EngineStream *stream, Err *err) {
    const Batch *columns = engine_stream_columns(stream);
    Str *headers = ARENA_ARRAY(ctx->arena, Str, columns->n_columns);
    size_t n = columns->n_columns;
    for (size_t i = 0; i < n; i++) headers[i] = arena_str(ctx->arena, columns->columns[i].name);
    engine_stream_close(stream);
    TRY(name_columns(ctx, file, headers, n, err));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "CREATE TABLE %R AS SELECT ", file->rows);
    for (size_t i = 0; i < n; i++)
        pipeline_sql_add(&sql,
                         i ? ", nfc_normalize(nullif(CAST(f.%I AS VARCHAR), '')) AS %I"
                           : "nfc_normalize(nullif(CAST(f.%I AS VARCHAR), '')) AS %I",
                         &headers[i], &file->columns[i]);
    pipeline_sql_add(&sql, " FROM %R AS f", relation);
    return pipeline_sql_exec(ctx, reader->conn, &sql, NULL);
}

/* Parquet and JSON. */
static ErrCode other_rows(const Ctx *ctx, Reader *reader, ReadFile *file, Err *err) {
    const SqlRelation *relation = sql_relation_file(ctx->arena, file->format, str_of(file->path));
    EngineStream *stream = NULL;
    Err cause;
    if (engine_queryf(ctx, reader->conn, &stream, &cause, "SELECT * FROM %R AS f LIMIT 0", relation)) {
        if (is_not_the_file(&cause)) return pass_on(&cause, err);
        refuse(file, err,
               file->format == SQL_FILE_PARQUET ? "the file is damaged, or no Parquet"
                                                : "not well-formed JSON of one object a row");
        err_detail(err, "%s", cause.detail);
        return ERR_DATA;
    }
    return text_rows(ctx, reader, file, relation, stream, err);
}

static const SqlRelation *rows_relation(Arena *arena, size_t index) {
    return sql_relation_table(arena, S(""), arena_printf(arena, "file_%zu", index));
}

static ErrCode count_rows(const Ctx *ctx, const Reader *reader, ReadFile *file, Err *err) {
    Value n;
    TRY(engine_valuef(ctx, reader->conn, &n, err, "SELECT count(*) FROM %R", file->rows));
    file->n_rows = n.i;
    return ERR_OK;
}

ErrCode pipeline_read_relation(const Ctx *ctx, Reader *reader, size_t index, const SqlRelation *relation, Err *err) {
    ReadFile *file = &reader->files[index];
    EngineStream *columns = NULL;
    file->rows = rows_relation(ctx->arena, index);
    file->format = SQL_FILE_PARQUET; /* rows without lines */
    TRY(engine_queryf(ctx, reader->conn, &columns, err, "SELECT * FROM %R AS f LIMIT 0", relation));
    TRY(text_rows(ctx, reader, file, relation, columns, err));
    return count_rows(ctx, reader, file, err);
}

ErrCode pipeline_read_file(const Ctx *ctx, Reader *reader, size_t index, Err *err) {
    ReadFile *file = &reader->files[index];
    TRY(pipeline_read_sniff(file, err));
    TRY(check_whole(ctx, file, err));
    file->rows = rows_relation(ctx->arena, index);
    if (file->format == SQL_FILE_CSV) {
        TRY(csv_names(ctx, reader, file, err));
        TRY(csv_rows(ctx, reader, file, err));
    } else {
        TRY(other_rows(ctx, reader, file, err));
    }
    return count_rows(ctx, reader, file, err);
}
