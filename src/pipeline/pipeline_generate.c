/*
 * generate: the pack's own script in the place of files.
 *
 * The script runs statement by statement in a database beside the reader's tables, in the reader's locked-down instance: in memory,
 * without files, with frozen settings. What it makes is copied as text under the reader's names, and then all of its database is
 * dropped at once. From there on it is mapped, checked and loaded as files are (pipeline_load.c); a run with the same text, scale
 * and seed is known as a file is, by its hash. What is for a files source lies in the inbox as CSV.
 */
#include "encode/encode.h"
#include "pipeline/pipeline_internal.h"

#include <string.h>

#define SCRATCH "_generator" /* the script's database */

/* ---- what went wrong ------------------------------------------------------------------------------------------------ */

/* DuckDB's "LINE 3: …" counts from the statement's start; 0 when it names none. Its words end where the SQL begins. */
static int64_t line_in_words(Str words) {
    ptrdiff_t sql = str_find(words, S("; SQL: "));
    if (sql >= 0) words = str_slice(words, 0, (size_t)sql);
    ptrdiff_t at = str_find(words, S("\nLINE "));
    int64_t line = 0;
    if (at < 0) return 0;
    Str rest = str_slice(words, (size_t)at + 6, words.n);
    return str_to_int64(str_split_next(&rest, ':'), &line) ? line : 0;
}

/* The word at which DuckDB's parser stopped. */
static Str word_in_words(Str words) {
    ptrdiff_t at = str_find(words, S("syntax error at or near \""));
    if (at < 0) return S("");
    Str rest = str_slice(words, (size_t)at + 25, words.n);
    return str_split_next(&rest, '"');
}

static bool is_not_the_script(ErrCode code) {
    return code == ERR_CANCELLED || code == ERR_TIMEOUT || code == ERR_TOO_LARGE || code == ERR_IO;
}

/* The engine's refusal of what the script says, in words for its author. */
static ErrCode refused(const Generated *generated, int64_t line, const Err *cause, Err *err) {
    Str words = str_of(cause->detail), word = word_in_words(words);
    if (is_not_the_script(cause->code)) {
        if (err) *err = *cause;
    } else if (cause->code == ERR_DENIED) {
        err_set(err, ERR_DENIED,
                "a generator's script may not read or write files, attach databases, load extensions or change "
                "settings; make the rows in the script itself");
    } else if (word.n) {
        err_set(err, ERR_INVALID, "the statement is not valid SQL near '%.*s'", STR_ARG(word));
    } else if (str_find(words, S("Parser Error")) >= 0) {
        err_set(err, ERR_INVALID, "the statement is not valid SQL; a quote or bracket is not closed, perhaps");
    } else if (str_find(words, S("Catalog Error")) >= 0 || str_find(words, S("Binder Error")) >= 0) {
        err_set(err, ERR_INVALID,
                "the statement names something that is not there, is there already, or does not fit; the log has the "
                "engine's words");
    } else {
        err_set(err, ERR_INVALID, "the statement failed; the log has the engine's words");
    }
    ErrCode code = is_not_the_script(cause->code) ? cause->code : cause->code == ERR_DENIED ? ERR_DENIED : ERR_INVALID;
    int64_t within = line_in_words(words);
    err_at(err, generated->name, (int)(line && within ? line + within - 1 : line), 0);
    err_detail(err, "%s", cause->detail);
    return code;
}

/* ---- the script ----------------------------------------------------------------------------------------------------- */

static ErrCode run_script(const Ctx *ctx, EngineConn *conn, const Generated *generated, Err *err) {
    Script script = pipeline_script(generated->text);
    for (Str statement; pipeline_script_next(&script, &statement);) {
        TRY(ctx_check(ctx, err));
        ctx_progress(ctx, S("Generating"), statement.p - generated->text.p, (int64_t)generated->text.n);
        const SqlText sql = {.text = statement};
        Err cause;
        if (engine_exec(ctx, conn, &sql, NULL, &cause)) return refused(generated, script.line, &cause, err);
    }
    return ERR_OK;
}

/* Variables are a connection's and no settings: the lock on those does not hold them. */
static ErrCode set_up(const Ctx *ctx, EngineConn *conn, const Generated *generated, Err *err) {
    TRY(engine_execf(ctx, conn, NULL, err, "SET VARIABLE scale = CAST(%d AS DOUBLE) / 1000", generated->scale_milli));
    TRY(engine_execf(ctx, conn, NULL, err, "SET VARIABLE seed = CAST(%d AS BIGINT)", generated->seed));
    TRY(engine_execf(ctx, conn, NULL, err, "ATTACH ':memory:' AS " SCRATCH));
    return engine_execf(ctx, conn, NULL, err, "USE " SCRATCH);
}

/* ---- its tables ----------------------------------------------------------------------------------------------------- */

static ErrCode no_table(const Generated *generated, Str name, Err *err) {
    ErrCode code = err_set(err, ERR_INVALID,
                           "the script makes no table '%.*s', which the pack's generator is to make; add it, or name "
                           "the inputs it does make under 'inputs' of the generator",
                           STR_ARG(name));
    err_at(err, generated->name, 0, 0);
    return code;
}

static ErrCode take_table(const Ctx *ctx, Reader *reader, size_t index, Err *err) {
    ReadFile *file = &reader->files[index];
    Str name = file->input->name;
    Value n;
    TRY(engine_valuef(ctx, reader->conn, &n, err,
                      "SELECT count(*) FROM information_schema.tables WHERE table_catalog = '" SCRATCH
                      "' AND table_schema = 'main' AND lower(table_name) = %L",
                      &name));
    if (!n.i) return no_table(file->generated, name, err);
    ctx_progress(ctx, pipeline_name(ctx->arena, "Reading ", name), 0, 0);
    Err cause;
    ErrCode code = pipeline_read_relation(ctx, reader, index, sql_relation_table(ctx->arena, S(SCRATCH), name), &cause);
    if (code == ERR_DATA && cause.file[0]) { /* two columns of one name */
        if (err) *err = cause;
        return code;
    }
    if (!code) return ERR_OK;
    code = refused(file->generated, 0, &cause, err);
    if (!is_not_the_script(code)) err_prefix(err, "table '%.*s' cannot be read", STR_ARG(name));
    return code;
}

/* A transaction that the script left open could not reach over to the reader's tables. */
static ErrCode check_ended(const Ctx *ctx, EngineConn *conn, const Generated *generated, Err *err) {
    Err cause;
    ErrCode code = engine_execf(ctx, conn, NULL, &cause, "BEGIN");
    if (!code) return engine_execf(ctx, conn, NULL, err, "COMMIT");
    if (is_not_the_script(code)) return refused(generated, 0, &cause, err);
    err_set(err, ERR_INVALID, "the script leaves a transaction open; end it with COMMIT, or leave out its BEGIN");
    err_detail(err, "%s", cause.detail);
    return err_at(err, generated->name, 0, 0);
}

ErrCode pipeline_generate_read(const Ctx *ctx, Reader *reader, Err *err) {
    const Generated *generated = reader->files[0].generated;
    TRY(set_up(ctx, reader->conn, generated, err));
    TRY(run_script(ctx, reader->conn, generated, err));
    TRY(check_ended(ctx, reader->conn, generated, err));
    Err cause;
    if (engine_execf(ctx, reader->conn, NULL, &cause, "USE memory")) return refused(generated, 0, &cause, err);
    for (size_t i = 0; i < reader->n_files; i++) TRY(take_table(ctx, reader, i, err));
    if (engine_execf(ctx, reader->conn, NULL, &cause, "DETACH " SCRATCH)) return refused(generated, 0, &cause, err);
    return ERR_OK;
}

/* ---- its tables as files -------------------------------------------------------------------------------------------- */

typedef struct Storing {
    const Ctx *ctx;
    const ReadFile *file;
    EngineStream *rows;
} Storing;

static ErrCode write_rows(const Storing *storing, Writer *w, Err *err) {
    const ReadFile *file = storing->file;
    WriterColumn *columns = ARENA_ARRAY(storing->ctx->arena, WriterColumn, file->n_columns);
    for (size_t i = 0; i < file->n_columns; i++)
        columns[i] = (WriterColumn){.name = file->columns[i], .type = TYPE(TYPE_TEXT), .decimals = -1};
    TRY(writer_table_begin(w, file->input->name, columns, file->n_columns, err));
    for (const Batch *batch = NULL;;) {
        TRY(engine_stream_next(storing->rows, &batch, err));
        if (!batch) break;
        TRY(writer_rows(w, batch, err));
    }
    TRY(writer_table_end(w, err));
    return writer_finish(w, err);
}

static ErrCode fill_file(void *arg, Sink sink, Err *err) {
    const Storing *storing = arg;
    const WriterOptions options = {.format = WRITER_CSV};
    return write_rows(storing, writer_new(storing->ctx->arena, sink, &options), err);
}

ErrCode pipeline_generate_store(const Ctx *ctx, const Reader *reader, size_t index, const char *path, Err *err) {
    Storing storing = {.ctx = ctx, .file = &reader->files[index]};
    TRY(engine_queryf(ctx, reader->conn, &storing.rows, err, "SELECT * FROM %R AS f ORDER BY f.rowid",
                      storing.file->rows));
    ErrCode code = file_stream_atomic(path, fill_file, &storing, err);
    engine_stream_close(storing.rows);
    return code;
}

/* ---- the verb ------------------------------------------------------------------------------------------------------- */

static ErrCode read_script(const Ctx *ctx, const PipelineProject *project, Str *ret_text, Err *err) {
    Str name = project->model->generator.script, text;
    const char *path = path_join(ctx->arena, project->pack, arena_cstr(ctx->arena, name));
    if (!file_exists(path))
        return err_set(err, ERR_NOT_FOUND,
                       "the generator's script '%.*s' is not in %s; copy it there from the pack it belongs to",
                       STR_ARG(name), project->pack);
    TRY(file_read(ctx->arena, path, PIPELINE_SCRIPT_MAX_BYTES, &text, err));
    if (str_starts(text, S("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.n);
    if (!utf8_is_valid(text) || (text.n && memchr(text.p, 0, text.n))) {
        err_set(err, ERR_INVALID, "the script is not UTF-8 text; save it as UTF-8");
        return err_at(err, name, 0, 0);
    }
    *ret_text = text;
    return ERR_OK;
}

static ErrCode check_options(const GenerateOptions *options, Err *err) {
    if (options->scale_milli < 1 || options->scale_milli > PIPELINE_SCALE_MAX_MILLI)
        return err_set(err, ERR_INVALID, "scale takes 0.001 to %d; 1 is the generator's usual size",
                       PIPELINE_SCALE_MAX_MILLI / 1000);
    if (options->seed < 0 || options->seed > UINT32_MAX)
        return err_set(err, ERR_INVALID, "seed takes a whole number from 0 to %" PRIu32, UINT32_MAX);
    return ERR_OK;
}

ErrCode pipeline_generate(const Ctx *ctx, const PipelineProject *project, const GenerateOptions *options,
                          LoadCounts **ret_counts, size_t *ret_n, Err *err) {
    TRY(ctx_require(ctx, PERMISSION_WRITE_DATA, err));
    const ModelGenerator *generator = &project->model->generator;
    if (!generator->script.n)
        return err_set(err, ERR_UNSUPPORTED, "pack '%.*s' has no generator; take files in with `starling load`",
                       STR_ARG(project->model->name));
    TRY(check_options(options, err));
    Generated generated = {.name = generator->script, .scale_milli = options->scale_milli, .seed = options->seed};
    TRY(read_script(ctx, project, &generated.text, err));
    Str text_hash = hash_text(ctx->arena, generated.text);
    generated.hash = hash_text(ctx->arena, arena_printf(ctx->arena, "%.*s %" PRId64 " %" PRId64, STR_ARG(text_hash),
                                                        generated.scale_milli, generated.seed));
    return pipeline_load_generated(ctx, project, &generated, ret_counts, ret_n, err);
}
