/* What a run on the warehouse did, as the commands show it. */
#include "app/app_ask.h"

static const WriterColumn COLUMNS[] = {
    {.name = S_INIT("step"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("table"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("read"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("new"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("changed"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("deleted"), .type = {.kind = TYPE_INT64}, .decimals = -1},
    {.name = S_INIT("ms"), .type = {.kind = TYPE_INT64}, .decimals = -1},
};

BatchBuilder *app_rows_new(Arena *arena, const WriterColumn *columns, size_t n_columns, size_t n_rows) {
    Str *names = ARENA_ARRAY(arena, Str, n_columns);
    Type *types = ARENA_ARRAY(arena, Type, n_columns);
    for (size_t i = 0; i < n_columns; i++) names[i] = columns[i].name, types[i] = columns[i].type;
    return batch_builder_new(arena, n_columns, names, types, MAX_OF(n_rows, 1));
}

static ErrCode write_counts(const Ctx *ctx, Writer *w, const SyncReport *report, Err *err) {
    BatchBuilder *rows = app_rows_new(ctx->arena, COLUMNS, COUNT_OF(COLUMNS), report->n_counts);
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

/* What is published stays so: that questions would have to make their index is only told. */
static ErrCode renew_values(const Ctx *ctx, Writer *w, const PipelineProject *project, const ModelTexts *texts,
                            Err *err) {
    Err why = {0};
    ErrCode code = app_values_renew(ctx, project->warehouse, project->model, texts, project->folder, &why);
    Str message = code ? str_of(why.message) : (Str){0};
    if (code) log_error("values.renew", &why, ctx->request_id);
    TRY(writer_field(w, S("index_error"), (Str){0}, code ? value_text(message) : value_null(TYPE(TYPE_TEXT)), err));
    return code ? writer_note(w, arena_printf(ctx->arena, "Warning: %.*s", STR_ARG(message)), err) : ERR_OK;
}

ErrCode app_write_report(const Ctx *ctx, Writer *w, const PipelineProject *project, const SyncReport *report,
                         Err *err) {
    Arena *arena = ctx->arena;
    TRY(writer_field(w, S("project"), (Str){0}, value_text(project->name), err));
    TRY(writer_field(w, S("run"), (Str){0}, report->run ? value_int(report->run) : value_null(TYPE(TYPE_INT64)), err));
    TRY(writer_field(w, S("version"), (Str){0}, value_int(report->version), err));
    TRY(writer_field(w, S("changes"), (Str){0}, value_int(report->n_changes), err));
    TRY(writer_field(w, S("duration_us"), (Str){0}, value_int(report->duration_us), err));
    for (size_t i = 0; i < report->n_notes; i++) TRY(writer_note(w, report->notes[i], err));
    TRY(renew_values(ctx, w, project, report->texts, err));
    if (report->n_counts) TRY(write_counts(ctx, w, report, err));
    if (!report->batch.n)
        return writer_note(
            w, arena_printf(arena, "Nothing has changed since data version %" PRId64 ".", report->version), err);
    Str changes = format_count(arena, report->n_changes, "change", "changes");
    Str took = format_duration(arena, report->duration_us);
    return writer_note(w,
                       arena_printf(arena, "%.*s published as data version %" PRId64 " in %.*s.", STR_ARG(changes),
                                    report->version, STR_ARG(took)),
                       err);
}
