/* starling load NAME=PATH… */
#include "app/app_internal.h"

ErrCode app_write_loads(const Ctx *ctx, Writer *w, const LoadCounts *counts, size_t n, Err *err) {
    static const WriterColumn COLUMNS[] = {
        {.name = S_INIT("input"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
        {.name = S_INIT("table"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
        {.name = S_INIT("rows_read"), .title = S_INIT("rows read"), .type = {.kind = TYPE_INT64}, .decimals = -1},
        {.name = S_INIT("new"), .type = {.kind = TYPE_INT64}, .decimals = -1},
        {.name = S_INIT("changed"), .type = {.kind = TYPE_INT64}, .decimals = -1},
        {.name = S_INIT("unchanged"), .type = {.kind = TYPE_INT64}, .decimals = -1},
        {.name = S_INIT("set_aside"), .title = S_INIT("set aside"), .type = {.kind = TYPE_INT64}, .decimals = -1},
        {.name = S_INIT("note"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    };
    BatchBuilder *rows = app_rows_new(ctx->arena, COLUMNS, COUNT_OF(COLUMNS), n);
    for (size_t i = 0; i < n; i++) {
        const LoadCounts *c = &counts[i];
        batch_builder_set(rows, 0, value_text(c->input));
        batch_builder_set(rows, 1, value_text(c->table));
        batch_builder_set(rows, 2, value_int(c->n_read));
        batch_builder_set(rows, 3, value_int(c->n_inserted));
        batch_builder_set(rows, 4, value_int(c->n_updated));
        batch_builder_set(rows, 5, value_int(c->n_same));
        batch_builder_set(rows, 6, value_int(c->n_wrong));
        if (c->is_known || c->is_again)
            batch_builder_set(rows, 7, value_text(c->is_known ? S("taken in before") : S("taken in again")));
        batch_builder_next_row(rows);
    }
    TRY(writer_table_begin(w, S("loads"), COLUMNS, COUNT_OF(COLUMNS), err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    return writer_table_end(w, err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    TRY(session_project(ctx, session, &project, err));
    size_t n = 0;
    const Str *pairs = op_arg_list(args, "files", &n);
    PipelineInput *inputs = ARENA_ARRAY(ctx->arena, PipelineInput, n);
    for (size_t i = 0; i < n; i++) {
        Str path = pairs[i];
        inputs[i].input = str_split_next(&path, '=');
        inputs[i].path = arena_cstr(ctx->arena, path);
    }
    LoadCounts *counts = NULL;
    size_t n_counts = 0;
    int64_t begin_us = clock_monotonic(ctx->clock);
    const LoadOptions options = {.is_replace = op_arg_flag(args, "replace"),
                                 .is_quarantine = op_arg_flag(args, "quarantine"),
                                 .max_deleted_percent = session_config(session)->max_deleted_percent};
    TRY(pipeline_load(ctx, project, inputs, n, &options, &counts, &n_counts, err));
    int64_t took_us = clock_monotonic(ctx->clock) - begin_us;
    TRY(app_write_loads(ctx, w, counts, n_counts, err));
    TRY(writer_field(w, S("duration_us"), (Str){0}, value_int(took_us), err));
    int64_t n_wrong = 0;
    for (size_t i = 0; i < n_counts; i++) n_wrong += counts[i].n_wrong;
    if (n_wrong) {
        Str rows = format_count(ctx->arena, n_wrong, "row", "rows");
        TRY(writer_note(w,
                        arena_printf(ctx->arena,
                                     "%.*s cannot be read as declared: sync puts %s into quarantine, with the reason.",
                                     STR_ARG(rows), n_wrong == 1 ? "it" : "them"),
                        err));
    }
    Str took = format_duration(ctx->arena, took_us);
    return writer_note(w, arena_printf(ctx->arena, "Took %.*s. Next: starling sync", STR_ARG(took)), err);
}

static const OpArg ARGS[] = {
    {.name = "files",
     .type = OP_ARG_PAIR,
     .is_positional = true,
     .is_required = true,
     .is_list = true,
     .help = "the pack's name of the input, and a CSV, CSV.GZ, Parquet or JSON file"},
    {.name = "replace",
     .type = OP_ARG_FLAG,
     .help = "take a file in though its input loses more rows by it than load.max_deleted (20 %)"},
    {.name = "quarantine",
     .type = OP_ARG_FLAG,
     .help = "set rows aside that cannot be read as declared, instead of refusing their file"},
};

const Op APP_OP_LOAD = {
    .name = "load",
    .summary = "Take files in",
    .help =
        "Every file is checked in full first; then all go in, or none. The same file again changes nothing.\n"
        "Where a file is the whole content of its input (delivery: full), rows that it lacks are deleted: above 20 % only with\n"
        "--replace. --quarantine is for files that go straight to the warehouse; the rows set aside can be found there, in the\n"
        "tables of schema quarantine.",
    .example = "starling load lines=lines.csv.gz people=people.csv",
    .permission = PERMISSION_WRITE_DATA,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .is_long = true,
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
