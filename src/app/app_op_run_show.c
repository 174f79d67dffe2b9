/* starling run show N: one run of the log with its steps, and its error in full. */
#include "app/app_internal.h"

static const WriterColumn COLUMNS[] = {
    {.name = S_INIT("step"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("table"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("read"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("new"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("changed"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("deleted"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("ms"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("verdict"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("from"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("to"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
};

/* Positions are long and say something to programs only: a person's table ends before them. */
static ErrCode write_steps(const Ctx *ctx, Writer *w, const MetaStep *steps, size_t n, Err *err) {
    size_t n_columns = COUNT_OF(COLUMNS) - (writer_format(w) == WRITER_TEXT ? 2 : 0);
    BatchBuilder *rows = app_rows_new(ctx->arena, COLUMNS, n_columns, n);
    for (size_t i = 0; i < n; i++) {
        const MetaStep *step = &steps[i];
        batch_builder_set(rows, 0, value_text(step->name));
        batch_builder_set(rows, 1, value_text(step->table));
        batch_builder_set(rows, 2, value_int(step->n_read));
        batch_builder_set(rows, 3, value_int(step->n_inserted));
        batch_builder_set(rows, 4, value_int(step->n_updated));
        batch_builder_set(rows, 5, value_int(step->n_deleted));
        batch_builder_set(rows, 6, value_int(step->duration_us / 1000));
        batch_builder_set(rows, 7, value_text(step->verdict));
        bool has_positions = n_columns == COUNT_OF(COLUMNS);
        if (has_positions && step->position_from.n) batch_builder_set(rows, 8, value_text(step->position_from));
        if (has_positions && step->position_to.n) batch_builder_set(rows, 9, value_text(step->position_to));
        batch_builder_next_row(rows);
    }
    TRY(writer_table_begin(w, S("steps"), COLUMNS, n_columns, err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    return writer_table_end(w, err);
}

static ErrCode write_run(const Ctx *ctx, const AppSession *session, Writer *w, const MetaRun *run, Err *err) {
    Str error = app_run_error(session, run);
    TRY(writer_field(w, S("run"), S("Run"), value_int(run->id), err));
    TRY(writer_field(w, S("kind"), S("Kind"), value_text(run->kind), err));
    TRY(writer_field(w, S("status"), S("Status"), value_text(app_run_status(session, run)), err));
    TRY(writer_field(w, S("started_at"), S("Started (UTC)"), value_timestamp(run->started_at_us), err));
    TRY(writer_field(w, S("duration_us"), (Str){0}, value_int(run->duration_us), err));
    if (writer_format(w) == WRITER_TEXT)
        TRY(writer_field(w, S("took"), S("Took"), value_text(format_duration(ctx->arena, run->duration_us)), err));
    TRY(writer_field(w, S("changes"), S("Changes"), value_int(run->n_rows), err));
    if (run->batch.n) TRY(writer_field(w, S("batch"), S("Batch"), value_text(run->batch), err));
    return error.n ? writer_field(w, S("error"), S("Error"), value_text(error), err) : ERR_OK;
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    Meta *meta = NULL;
    MetaRun found;
    MetaStep *steps = NULL;
    size_t n = 0;
    TRY(session_project(ctx, session, &project, err));
    TRY(session_meta(ctx, session, &meta, err));
    TRY(meta_run_get(ctx, meta, project->name, op_arg_int(args, "number"), &found, err));
    TRY(meta_run_steps(ctx, meta, found.id, &steps, &n, err));
    TRY(write_run(ctx, session, w, &found, err));
    if (n || writer_format(w) != WRITER_TEXT) TRY(write_steps(ctx, w, steps, n, err));
    if (n) return ERR_OK;
    return writer_note(w, S("It has no steps: nothing was taken in or published."), err);
}

static const OpArg ARGS[] = {
    {.name = "number",
     .type = OP_ARG_INT,
     .is_positional = true,
     .is_required = true,
     .help = "the run's number, as `starling runs` lists it"},
};

const Op APP_OP_RUN_SHOW = {
    .name = "run show",
    .summary = "Show a run's steps, and its error in full",
    .example = "starling run show 12",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer =
        "{run:int,kind:text,status:text,started_at:time,duration_us:int,changes:int,batch?:text,error?:text,steps:Table}",
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
