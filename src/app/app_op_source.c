/* starling source attach, detach and list: existing databases that sources of the pack read. */
#include <string.h>

#include "app/app_internal.h"

/* ---- attach --------------------------------------------------------------------------------------------------------- */

static const WriterColumn PLAN_COLUMNS[] = {
    {.name = S_INIT("table"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("state"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("key"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("columns"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("problem"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
};

static ErrCode write_rows(Writer *w, const char *name, const WriterColumn *columns, size_t n_columns,
                          BatchBuilder *rows, Err *err) {
    TRY(writer_table_begin(w, str_of(name), columns, n_columns, err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    return writer_table_end(w, err);
}

static ErrCode write_plan(const Ctx *ctx, Writer *w, const AttachPlan *plan, bool is_applied, Err *err) {
    BatchBuilder *rows = app_rows_new(ctx->arena, PLAN_COLUMNS, COUNT_OF(PLAN_COLUMNS), plan->n_tables);
    for (size_t i = 0; i < plan->n_tables; i++) {
        const AttachTable *table = &plan->tables[i];
        Str state = table->problem.n     ? S("cannot be captured")
                    : table->is_captured ? S("captured already")
                    : is_applied         ? S("captured")
                                         : S("can be captured");
        const Str cells[] = {table->table, state, table->key, table->columns, table->problem};
        for (size_t c = 0; c < COUNT_OF(cells); c++)
            if (cells[c].n) batch_builder_set(rows, c, value_text(cells[c]));
        batch_builder_next_row(rows);
    }
    TRY(writer_field(w, S("source"), S("Source"), value_text(plan->source), err));
    TRY(writer_field(w, S("path"), S("Database"), value_text(plan->path), err));
    TRY(writer_field(w, S("is_applied"), (Str){0}, value_bool(is_applied), err));
    TRY(write_rows(w, "tables", PLAN_COLUMNS, COUNT_OF(PLAN_COLUMNS), rows, err));
    TRY(writer_list_begin(w, S("creates"), err));
    for (size_t i = 0; i < plan->n_creates; i++)
        TRY(writer_field(w, (Str){0}, (Str){0}, value_text(plan->creates[i]), err));
    return writer_list_end(w, err);
}

static ErrCode write_what_next(const Ctx *ctx, Writer *w, const AttachPlan *plan, bool is_applied, Err *err) {
    for (size_t i = 0; i < plan->n_tables; i++)
        if (plan->tables[i].problem.n)
            TRY(writer_note(w, arena_printf(ctx->arena, "! %.*s", STR_ARG(plan->tables[i].problem)), err));
    if (plan->n_creates)
        TRY(writer_note(w, is_applied ? S("Made in the database:") : S("--apply would make in the database:"), err));
    for (size_t i = 0; i < plan->n_creates; i++)
        TRY(writer_note(w, arena_printf(ctx->arena, "  %.*s", STR_ARG(plan->creates[i])), err));
    if (plan->waits)
        TRY(writer_note(
            w,
            S("The database is not in WAL mode: its writers wait while it is read. 'PRAGMA journal_mode = WAL' "
              "would end that; Starling does not change it."),
            err));
    if (is_applied) return writer_note(w, S("Next: starling sync"), err);
    if (plan->n_problems)
        return writer_note(
            w, S("Nothing was changed. Correct the pack, or name the tables to capture with --tables a,b."), err);
    return writer_note(
        w, plan->n_creates ? S("Nothing was changed. To do it, add --apply.") : S("There is nothing to do."), err);
}

static ErrCode run_attach(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    TRY(session_project(ctx, session, &project, err));
    Str database = op_arg_text(args, "database"), list = op_arg_text(args, "tables");
    const char *path = arena_cstr(ctx->arena, str_slice(database, strlen("sqlite:"), database.n));
    VEC(Str) tables = {0};
    while (list.n) VEC_PUSH(ctx->arena, &tables, str_trim(str_split_next(&list, ',')));
    bool is_apply = op_arg_flag(args, "apply");
    AttachPlan plan = {0};
    TRY(pipeline_attach(ctx, project, op_arg_text(args, "source"), path, tables.at, tables.n, is_apply, &plan, err));
    TRY(write_plan(ctx, w, &plan, is_apply, err));
    return write_what_next(ctx, w, &plan, is_apply, err);
}

static const OpArg ATTACH_ARGS[] = {
    {.name = "database",
     .type = OP_ARG_DATABASE,
     .is_positional = true,
     .is_required = true,
     .help = "the file of the SQLite database"},
    {.name = "source", .type = OP_ARG_TEXT, .help = "which source of the pack, where it has several attached ones"},
    {.name = "tables", .type = OP_ARG_TEXT, .help = "a,b: only these tables of the source"},
    {.name = "apply", .type = OP_ARG_FLAG, .help = "do it; without this the plan is shown and nothing changed"},
};

const Op APP_OP_SOURCE_ATTACH = {
    .name = "source attach",
    .summary = "Read an existing database, and capture its changes",
    .help =
        "Shows what is found and what would be made in the database: a log and triggers for each table, all named _starling_…. "
        "Only with --apply is anything changed. `source detach` takes all of it away again.",
    .example = "starling source attach sqlite:other.db --apply",
    .permission = PERMISSION_ADMIN,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .args = ATTACH_ARGS,
    .n_args = COUNT_OF(ATTACH_ARGS),
    .run = run_attach,
};

/* ---- detach --------------------------------------------------------------------------------------------------------- */

static ErrCode run_detach(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    TRY(session_project(ctx, session, &project, err));
    Str path;
    int64_t n;
    TRY(pipeline_detach(ctx, project, op_arg_text(args, "source"), &path, &n, err));
    TRY(writer_field(w, S("path"), S("Database"), value_text(path), err));
    TRY(writer_field(w, S("removed"), (Str){0}, value_int(n < 0 ? 0 : n), err));
    if (n < 0) return writer_note(w, S("The file is gone: there was nothing to take away."), err);
    Str things = format_count(ctx->arena, n, "table or trigger was", "tables and triggers were");
    return writer_note(w, arena_printf(ctx->arena, "%.*s taken away. What the warehouse holds stays.", STR_ARG(things)),
                       err);
}

static const OpArg DETACH_ARGS[] = {
    {.name = "source", .type = OP_ARG_TEXT, .help = "which source of the pack, where it has several attached ones"},
};

const Op APP_OP_SOURCE_DETACH = {
    .name = "source detach",
    .summary = "Take away what attaching added to a database",
    .example = "starling source detach",
    .permission = PERMISSION_ADMIN,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .answer = "{path:text,removed:int}",
    .args = DETACH_ARGS,
    .n_args = COUNT_OF(DETACH_ARGS),
    .run = run_detach,
};

/* ---- list ----------------------------------------------------------------------------------------------------------- */

static const WriterColumn LIST_COLUMNS[] = {
    {.name = S_INIT("source"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("kind"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("path"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("tables"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
};

static Str tables_of(Arena *arena, const Model *model, const ModelSource *source) {
    Str text = S("");
    for (size_t i = 0; i < model->n_tables; i++)
        if (model->tables[i].source == source)
            text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), text.n ? "," : "", STR_ARG(model->tables[i].name));
    return text;
}

static ErrCode run_list(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)args;
    static const char *const kinds[] = {"managed", "files", "attached"};
    PipelineProject *project = NULL;
    MetaAttached *attached;
    size_t n;
    TRY(session_project(ctx, session, &project, err));
    TRY(meta_attached(ctx, project->meta, project->name, &attached, &n, err));
    const Model *model = project->model;
    BatchBuilder *rows = app_rows_new(ctx->arena, LIST_COLUMNS, COUNT_OF(LIST_COLUMNS), model->n_sources);
    for (size_t i = 0; i < model->n_sources; i++) {
        const ModelSource *source = &model->sources[i];
        Str path = S(""), tables = tables_of(ctx->arena, model, source);
        if (source->kind == MODEL_SOURCE_MANAGED) path = str_of(project->oltp_path);
        if (source->kind == MODEL_SOURCE_FILES) path = str_of(project->inbox);
        if (source->kind == MODEL_SOURCE_ATTACHED) tables = S("");
        for (size_t a = 0; a < n; a++)
            if (str_eq(attached[a].source, source->name)) path = attached[a].path, tables = attached[a].tables;
        const Str cells[] = {source->name, str_of(kinds[source->kind]), path, tables};
        for (size_t c = 0; c < COUNT_OF(cells); c++)
            if (cells[c].n) batch_builder_set(rows, c, value_text(cells[c]));
        batch_builder_next_row(rows);
    }
    return write_rows(w, "sources", LIST_COLUMNS, COUNT_OF(LIST_COLUMNS), rows, err);
}

const Op APP_OP_SOURCE_LIST = {
    .name = "source list",
    .summary = "Show the sources of a project, where they are, and which tables are captured",
    .example = "starling source list",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer = "{sources:Table}",
    .args = NULL,
    .n_args = 0,
    .run = run_list,
};
