/* starling runs [--limit N]: the newest runs of a project, as the log in meta has them. */
#include "app/app_internal.h"

enum { SHOWN_ERROR_BYTES = 80 };

Str app_run_status(const AppSession *session, const MetaRun *run) {
    /* under a lock of our own nothing else runs: who wrote that it does was killed */
    bool is_left = run->status == META_RUNNING && session->lock.fd >= 0;
    bool is_settled = run->status == META_FAILED && str_eq(run->error, S(META_INTERRUPTED));
    return is_left || is_settled ? S(META_INTERRUPTED) : str_of(meta_status_name(run->status));
}

Str app_run_error(const AppSession *session, const MetaRun *run) {
    if (!str_eq(app_run_status(session, run), S(META_INTERRUPTED))) return run->error;
    return run->status == META_RUNNING ? S("its process was killed; the next run takes up what it left")
                                       : S("its process was killed; nothing of it was published");
}

static Str shortened(const Ctx *ctx, Str text) {
    ptrdiff_t end = str_find_char(text, '\n');
    Str line = end >= 0 ? str_slice(text, 0, (size_t)end) : text;
    if (line.n > SHOWN_ERROR_BYTES) line = str_slice(line, 0, utf8_cut(line, SHOWN_ERROR_BYTES));
    return line.n < text.n ? arena_printf(ctx->arena, "%.*s…", STR_ARG(line)) : line;
}

/* Machines get the duration as a number, the instant in full and the error whole. */
static ErrCode write_runs(const Ctx *ctx, const AppSession *session, Writer *w, const MetaRun *runs, size_t n,
                          Err *err) {
    bool is_text = writer_format(w) == WRITER_TEXT;
    const WriterColumn columns[] = {
        {.name = S("run"), .type = TYPE(TYPE_INT64), .format = S("text"), .decimals = -1},
        {.name = S("kind"), .type = TYPE(TYPE_TEXT), .decimals = -1},
        {.name = S("started_at"), .title = S("started (UTC)"), .type = TYPE(TYPE_TIMESTAMP), .decimals = -1},
        {.name = S("status"), .type = TYPE(TYPE_TEXT), .decimals = -1},
        {.name = S("changes"), .type = TYPE(TYPE_INT64), .decimals = -1},
        {.name = is_text ? S("took") : S("duration_us"),
         .type = TYPE(is_text ? TYPE_TEXT : TYPE_INT64),
         .decimals = -1},
        {.name = S("batch"), .type = TYPE(TYPE_TEXT), .decimals = -1},
        {.name = S("error"), .type = TYPE(TYPE_TEXT), .decimals = -1},
    };
    BatchBuilder *rows = app_rows_new(ctx->arena, columns, COUNT_OF(columns), n);
    for (size_t i = 0; i < n; i++) {
        const MetaRun *run = &runs[i];
        Str error = app_run_error(session, run);
        int64_t at_us = run->started_at_us;
        if (is_text) at_us -= at_us % TIME_US_PER_SECOND;
        batch_builder_set(rows, 0, value_int(run->id));
        batch_builder_set(rows, 1, value_text(run->kind));
        batch_builder_set(rows, 2, value_timestamp(at_us));
        batch_builder_set(rows, 3, value_text(app_run_status(session, run)));
        batch_builder_set(rows, 4, value_int(run->n_rows));
        batch_builder_set(
            rows, 5, is_text ? value_text(format_duration(ctx->arena, run->duration_us)) : value_int(run->duration_us));
        if (run->batch.n) batch_builder_set(rows, 6, value_text(run->batch));
        if (error.n) batch_builder_set(rows, 7, value_text(is_text ? shortened(ctx, error) : error));
        batch_builder_next_row(rows);
    }
    TRY(writer_table_begin(w, S("runs"), columns, COUNT_OF(columns), err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    return writer_table_end(w, err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    int64_t limit = op_arg_int(args, "limit");
    if (limit < 1 || limit > INT32_MAX)
        return err_set(err, ERR_INVALID, "limit takes a number of runs, from 1; got %" PRId64, limit);
    PipelineProject *project = NULL;
    Meta *meta = NULL;
    TRY(session_project(ctx, session, &project, err));
    TRY(session_meta(ctx, session, &meta, err));
    MetaRun *runs = NULL;
    size_t n = 0;
    TRY(meta_runs(ctx, meta, project->name, limit + 1, &runs, &n, err));
    bool has_more = n > (size_t)limit;
    if (has_more) n = (size_t)limit;
    bool is_failed = false;
    for (size_t i = 0; i < n; i++) is_failed |= app_run_error(session, &runs[i]).n > 0;
    TRY(writer_field(w, S("project"), (Str){0}, value_text(project->name), err));
    if (n || writer_format(w) != WRITER_TEXT) TRY(write_runs(ctx, session, w, runs, n, err));
    if (!n)
        return writer_note(w, S("No runs yet: take files in with `starling load NAME=FILE`, then run `starling sync`."),
                           err);
    if (has_more)
        TRY(writer_note(w, arena_printf(ctx->arena, "There are older ones: starling runs --limit %" PRId64, limit * 5),
                        err));
    return is_failed ? writer_note(w, S("A run's steps and its whole error: starling run show N"), err) : ERR_OK;
}

static const OpArg ARGS[] = {
    {.name = "limit", .type = OP_ARG_INT, .initial = "20", .help = "how many, the newest first"},
};

const Op APP_OP_RUNS = {
    .name = "runs",
    .summary = "List what load and sync did, newest first",
    .help = "The log keeps the newest 10,000 runs of a project (runs.keep in starling.yaml).",
    .example = "starling runs --limit 50",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_READ,
    .needs_project = true,
    .result = OP_RESULT_TABLE,
    .answer = "{project:text,runs:Table}",
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
