/* starling quarantine [TABLE] */
#include "app/app_internal.h"

enum { QUARANTINE_MAX_ROWS = 10000 };

static const WriterColumn COLUMNS[] = {
    {.name = S_INIT("table"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("since"), .type = {.kind = TYPE_TIMESTAMP}, .decimals = -1},
    {.name = S_INIT("reason"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("row"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
};

static ErrCode find_table(const PipelineProject *project, Str name, const ModelTable **ret_table, Err *err) {
    const Model *model = project->model;
    *ret_table = model_table(model, name);
    if (!name.n || *ret_table) return ERR_OK;
    Str names[64], near;
    size_t n = MIN_OF(model->n_tables, COUNT_OF(names));
    for (size_t i = 0; i < n; i++) names[i] = model->tables[i].name;
    near = str_nearest(name, names, n);
    if (near.n)
        return err_set(err, ERR_UNKNOWN_NAME, "no table '%.*s'; did you mean '%.*s'?", STR_ARG(name), STR_ARG(near));
    return err_set(err, ERR_UNKNOWN_NAME, "no table '%.*s' in the project's pack", STR_ARG(name));
}

static ErrCode write_rows(const Ctx *ctx, Writer *w, const QuarantinedRow *rows, size_t n, Err *err) {
    BatchBuilder *built = app_rows_new(ctx->arena, COLUMNS, COUNT_OF(COLUMNS), n);
    for (size_t i = 0; i < n; i++) {
        batch_builder_set(built, 0, value_text(rows[i].table));
        if (rows[i].at_us != INT64_MIN) batch_builder_set(built, 1, value_timestamp(rows[i].at_us));
        batch_builder_set(built, 2, value_text(rows[i].reason));
        batch_builder_set(built, 3, value_text(rows[i].payload));
        batch_builder_next_row(built);
    }
    TRY(writer_table_begin(w, S("rows"), COLUMNS, COUNT_OF(COLUMNS), err));
    TRY(writer_rows(w, batch_builder_batch(built), err));
    return writer_table_end(w, err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    EngineDb *warehouse = NULL;
    EngineConn *conn = NULL;
    const ModelTable *table = NULL;
    QuarantinedRow *rows = NULL;
    size_t n = 0;
    int64_t total = 0;
    TRY(session_project(ctx, session, &project, err));
    TRY(find_table(project, op_arg_text(args, "table"), &table, err));
    TRY(session_warehouse(ctx, session, &warehouse, err));
    TRY(engine_connect(ctx, warehouse, &conn, err));
    ErrCode code =
        pipeline_quarantine_list(ctx, conn, project->model, table, QUARANTINE_MAX_ROWS, &rows, &n, &total, err);
    engine_disconnect(conn);
    if (code) return code;
    TRY(writer_field(w, S("total"), (Str){0}, value_int(total), err));
    if (!n) return writer_note(w, S("No row is in quarantine."), err);
    TRY(write_rows(ctx, w, rows, n, err));
    if (total == (int64_t)n) return ERR_OK;
    return writer_note(
        w, arena_printf(ctx->arena, "The first %zu of %" PRId64 " rows; name a table to see its own.", n, total), err);
}

static const OpArg ARGS[] = {
    {.name = "table", .type = OP_ARG_NAME, .is_positional = true, .help = "a table of the pack; otherwise all"},
};

const Op APP_OP_QUARANTINE = {
    .name = "quarantine",
    .summary = "Rows that could not be read as declared, and why",
    .help = "They are in no other layer. A row leaves when its source gives it as it should be.",
    .example = "starling quarantine",
    .permission = PERMISSION_READ_DATA,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer = "{total:int,rows?:Table}",
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
