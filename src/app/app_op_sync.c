/* starling sync */
#include "app/app_internal.h"

static const WriterColumn COLUMNS[] = {
    {.name = S_INIT("step"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("table"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("read"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("new"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("changed"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("deleted"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("ms"), .type = {.kind = TYPE_INT64}, .decimals = -1},
};

static ErrCode write_counts(const Ctx *ctx, Writer *w, const SyncReport *report, Err *err) {
    Str names[COUNT_OF(COLUMNS)];
    Type types[COUNT_OF(COLUMNS)];
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) names[i] = COLUMNS[i].name, types[i] = COLUMNS[i].type;
    BatchBuilder *rows = batch_builder_new(ctx->arena, COUNT_OF(COLUMNS), names, types, report->n_counts + 1);
    for (size_t i = 0; i < report->n_counts; i++) {
        const TableCounts *c = &report->counts[i];
        batch_builder_set(rows, 0, value_text(c->step));
        batch_builder_set(rows, 1, value_text(c->table));
        batch_builder_set(rows, 2, value_int(c->n_read));
        batch_builder_set(rows, 3, value_int(c->n_inserted));
        batch_builder_set(rows, 4, value_int(c->n_updated));
        batch_builder_set(rows, 5, value_int(c->n_deleted));
        batch_builder_set(rows, 6, value_int(c->duration_us / 1000));
        batch_builder_next_row(rows);
    }
    TRY(writer_table_begin(w, S("steps"), COLUMNS, COUNT_OF(COLUMNS), err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    return writer_table_end(w, err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    TRY(session_project(ctx, session, &project, err));
    EngineDb *warehouse = NULL;
    TRY(session_warehouse(ctx, session, &warehouse, err));
    SyncReport report = {0};
    const SyncOptions options = {.is_full = op_arg_flag(args, "full")};
    TRY(pipeline_sync(ctx, project, &options, &report, err));
    TRY(writer_field(w, S("project"), (Str){0}, value_text(project->name), err));
    TRY(writer_field(w, S("run"), (Str){0}, value_int(report.run), err));
    TRY(writer_field(w, S("version"), (Str){0}, value_int(report.version), err));
    TRY(writer_field(w, S("changes"), (Str){0}, value_int(report.n_changes), err));
    TRY(writer_field(w, S("duration_us"), (Str){0}, value_int(report.duration_us), err));
    for (size_t i = 0; i < report.n_notes; i++) TRY(writer_note(w, report.notes[i], err));
    if (!report.batch.n) {
        TRY(writer_note(
            w, arena_printf(ctx->arena, "Nothing has changed since data version %" PRId64 ".", report.version), err));
        return ERR_OK;
    }
    TRY(write_counts(ctx, w, &report, err));
    Str changes = format_count(ctx->arena, report.n_changes, "change", "changes");
    Str took = format_duration(ctx->arena, report.duration_us);
    return writer_note(w,
                       arena_printf(ctx->arena, "%.*s published as data version %" PRId64 " in %.*s.", STR_ARG(changes),
                                    report.version, STR_ARG(took)),
                       err);
}

static const OpArg ARGS[] = {
    {.name = "full", .type = OP_ARG_FLAG, .help = "read every source whole, build gold anew and compare everything"},
};

const Op APP_OP_SYNC = {
    .name = "sync",
    .summary = "Bring the warehouse in step with its sources",
    .help =
        "All changes are published at once: a reader sees the data before or after, and a run that is cut off leaves nothing behind.",
    .example = "starling sync",
    .permission = PERMISSION_RUN_PIPELINE,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .is_long = true,
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
