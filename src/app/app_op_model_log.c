/* starling model log and starling model text: the versions of the model that were accepted, and their texts. */
#include "app/app_internal.h"

/* ---- log ------------------------------------------------------------------------------------------------------------ */

static const WriterColumn COLUMNS[] = {
    {.name = S_INIT("version"), .type = {.kind = TYPE_INT64}, .format = S_INIT("text"), .decimals = -1},
    {.name = S_INIT("accepted_at"),
     .title = S_INIT("accepted (UTC)"),
     .type = {.kind = TYPE_TIMESTAMP},
     .decimals = -1},
    {.name = S_INIT("author"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("comment"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("is_current"), .title = S_INIT("in force"), .type = {.kind = TYPE_BOOL}, .decimals = -1},
};

static ErrCode run_log(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)args;
    PipelineProject *project = NULL;
    Meta *meta = NULL;
    MetaModel *models = NULL;
    size_t n = 0;
    bool is_text = writer_format(w) == WRITER_TEXT;
    TRY(session_project(ctx, session, &project, err));
    TRY(session_meta(ctx, session, &meta, err));
    TRY(meta_models(ctx, meta, project->name, &models, &n, err));
    BatchBuilder *rows = app_rows_new(ctx->arena, COLUMNS, COUNT_OF(COLUMNS), n);
    for (size_t i = 0; i < n; i++) {
        int64_t at_us = models[i].at_us;
        if (is_text) at_us -= at_us % TIME_US_PER_SECOND;
        batch_builder_set(rows, 0, value_int(models[i].version));
        batch_builder_set(rows, 1, value_timestamp(at_us));
        if (models[i].author.n) batch_builder_set(rows, 2, value_text(models[i].author));
        if (models[i].comment.n) batch_builder_set(rows, 3, value_text(models[i].comment));
        batch_builder_set(rows, 4, value_bool(models[i].version == snapshot_version(ctx->snapshot)));
        batch_builder_next_row(rows);
    }
    TRY(writer_table_begin(w, S("versions"), COLUMNS, COUNT_OF(COLUMNS), err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    TRY(writer_table_end(w, err));
    return writer_note(w, S("The text of one: starling model text N. Ask one: starling query '{\"model\":N,…}'"), err);
}

const Op APP_OP_MODEL_LOG = {
    .name = "model log",
    .summary = "List the accepted versions of the model, newest first",
    .example = "starling model log",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_READ,
    .needs_project = true,
    .result = OP_RESULT_TABLE,
    .answer = "{versions:Table}",
    .run = run_log,
};

/* ---- text ----------------------------------------------------------------------------------------------------------- */

static ErrCode run_text(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    Meta *meta = NULL;
    MetaModel model = {0};
    int64_t version = op_arg_has(args, "number") ? op_arg_int(args, "number") : snapshot_version(ctx->snapshot);
    if (version < 1)
        return err_set(err, ERR_INVALID, "a version is a number from 1, as `starling model log` lists them");
    TRY(session_project(ctx, session, &project, err));
    TRY(session_meta(ctx, session, &meta, err));
    TRY(meta_model_get(ctx, meta, project->name, version, &model, err));
    TRY(writer_field(w, S("version"), (Str){0}, value_int(model.version), err));
    TRY(writer_field(w, S("text"), (Str){0}, value_text(model.text), err));
    return writer_note(w, str_trim(model.text), err);
}

static const OpArg TEXT_ARGS[] = {
    {.name = "number",
     .type = OP_ARG_INT,
     .is_positional = true,
     .help = "the version, as `starling model log` lists it; default: the one in force"},
};

/* The text holds what is hidden from some: who may change it reads it. */
const Op APP_OP_MODEL_TEXT = {
    .name = "model text",
    .summary = "Print the text of an accepted version of the model",
    .example = "starling model text 2",
    .permission = PERMISSION_ADMIN,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer = "{version:int,text:text}",
    .args = TEXT_ARGS,
    .n_args = COUNT_OF(TEXT_ARGS),
    .run = run_text,
};
