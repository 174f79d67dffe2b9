/*
 * Attaching a source of the pack to an existing SQLite database, and detaching it.
 *
 * Planning opens the database for reading only and changes nothing. Applying adds, in one transaction, the state table, and for
 * each captured table its log and triggers, all named _starling_…, and remembers how the captured columns are declared. Detaching
 * takes away everything of that name, however much is left, so that the schema is what it was.
 *
 * Whatever happens to the database in between is found when it is opened to be read: a column that is gone or declared otherwise,
 * triggers that are gone, keys that are new. Then nothing is read until the owner of the pack has looked at it and attached again.
 */
#include "pipeline/pipeline_internal.h"

enum { ATTACH_BUSY_MS = 10000 };

/* ---- what is meant -------------------------------------------------------------------------------------------------- */

static ErrCode find_source(const PipelineProject *project, Str name, const ModelSource **ret_source, Err *err) {
    const Model *model = project->model;
    const ModelSource *found = NULL;
    size_t n_attached = 0;
    for (size_t i = 0; i < model->n_sources; i++) {
        const ModelSource *source = &model->sources[i];
        bool is_attached = source->kind == MODEL_SOURCE_ATTACHED;
        if (name.n && str_eq(source->name, name) && !is_attached)
            return err_set(err, ERR_INVALID, "source '%.*s' of the pack is not of kind 'attached'", STR_ARG(name));
        n_attached += is_attached;
        if (is_attached && (!name.n || str_eq(source->name, name))) found = source;
    }
    if (!n_attached)
        return err_set(err, ERR_INVALID, "the pack of project '%.*s' has no source of kind 'attached'",
                       STR_ARG(project->name));
    if (!found) return err_set(err, ERR_NOT_FOUND, "the pack has no source '%.*s'", STR_ARG(name));
    if (!name.n && n_attached > 1)
        return err_set(err, ERR_INVALID, "the pack has several attached sources; name one with --source");
    *ret_source = found;
    return ERR_OK;
}

static ErrCode find_tables(const Ctx *ctx, const PipelineProject *project, const ModelSource *source, const Str *names,
                           size_t n_names, const ModelTable ***ret_tables, size_t *ret_n, Err *err) {
    const Model *model = project->model;
    const ModelTable **tables = ARENA_ARRAY(ctx->arena, const ModelTable *, model->n_tables);
    Str *all = ARENA_ARRAY(ctx->arena, Str, model->n_tables);
    size_t n = 0, n_all = 0;
    for (size_t t = 0; t < model->n_tables; t++) {
        if (model->tables[t].source != source) continue;
        all[n_all++] = model->tables[t].name;
        bool is_wanted = !n_names;
        for (size_t i = 0; i < n_names; i++) is_wanted |= str_eq(names[i], model->tables[t].name);
        if (is_wanted) tables[n++] = &model->tables[t];
    }
    for (size_t i = 0; i < n_names; i++) {
        bool is_known = false;
        for (size_t t = 0; t < n_all; t++) is_known |= str_eq(names[i], all[t]);
        if (is_known) continue;
        Str near = str_nearest(names[i], all, n_all);
        return err_set(err, ERR_UNKNOWN_NAME, "source '%.*s' of the pack has no table '%.*s'%s%.*s%s",
                       STR_ARG(source->name), STR_ARG(names[i]), near.n ? "; did you mean '" : "", STR_ARG(near),
                       near.n ? "'?" : "");
    }
    *ret_tables = tables;
    *ret_n = n;
    return ERR_OK;
}

static ErrCode open_foreign(const Ctx *ctx, const PipelineProject *project, const char *path, bool is_read_only,
                            EngineDb **ret_db, EngineConn **ret_conn, Err *err) {
    EngineConfig config = {
        .path = path, .is_read_only = is_read_only, .busy_timeout_ms = ATTACH_BUSY_MS, .is_foreign = true};
    EngineDb *db = NULL;
    TRY(engine_open(ctx, project->registry, &ENGINE_SQLITE, &config, &db, err));
    ErrCode code = engine_connect(ctx, db, ret_conn, err);
    if (code) {
        engine_close(db);
        return code;
    }
    *ret_db = db;
    return ERR_OK;
}

static ErrCode refuse_managed(const Ctx *ctx, EngineConn *conn, const char *path, Err *err) {
    bool is_managed;
    TRY(pipeline_log_exists(ctx, conn, S(MANAGED_SCHEMA), &is_managed, err));
    if (!is_managed) return ERR_OK;
    return err_set(err, ERR_CONFLICT,
                   "'%s' is the managed database of a project, which has its own log; it cannot be attached", path);
}

/* ---- declarations --------------------------------------------------------------------------------------------------- */

ErrCode pipeline_attach_declared(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str column, Str *ret_type,
                                 Err *err) {
    Value type, name = value_text(column);
    TRY(engine_valuef(ctx, conn, &type, err, "SELECT type FROM pragma_table_xinfo(%L) WHERE name = %V COLLATE NOCASE",
                      &table->name, &name));
    *ret_type = type.is_null ? S("") : type.s;
    return ERR_OK;
}

static Value declared_name(Arena *arena, const ModelTable *table, Str column) {
    return value_text(arena_printf(arena, "type %.*s.%.*s", STR_ARG(table->name), STR_ARG(column)));
}

static ErrCode remember_declared(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err) {
    for (size_t i = 0; i < table->n_columns; i++) {
        Str type;
        TRY(pipeline_attach_declared(ctx, conn, table, table->columns[i].name, &type, err));
        Value name = declared_name(ctx->arena, table, table->columns[i].name), text = value_text(type);
        TRY(engine_execf(ctx, conn, NULL, err, "INSERT OR REPLACE INTO " MANAGED_STATE " (name, value) VALUES (%V, %V)",
                         &name, &text));
    }
    return ERR_OK;
}

/* Why a captured table is not what was attached; empty: it is. */
static ErrCode table_change(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str *ret_change, Err *err) {
    TRY(pipeline_attach_problem(ctx, conn, table, ret_change, err));
    for (size_t i = 0; i < table->n_columns && !ret_change->n; i++) {
        Str column = table->columns[i].name, now;
        Value then, name = declared_name(ctx->arena, table, column);
        TRY(pipeline_attach_declared(ctx, conn, table, column, &now, err));
        TRY(engine_valuef(ctx, conn, &then, err, "SELECT value FROM " MANAGED_STATE " WHERE name = %V", &name));
        if (then.is_null)
            *ret_change = arena_printf(ctx->arena, "column '%.*s' of table '%.*s' is new in the pack", STR_ARG(column),
                                       STR_ARG(table->name));
        else if (!str_eq(then.s, now))
            *ret_change =
                arena_printf(ctx->arena, "column '%.*s' of table '%.*s' was declared '%.*s' and is '%.*s' now",
                             STR_ARG(column), STR_ARG(table->name), STR_ARG(then.s), STR_ARG(now));
    }
    if (ret_change->n) return ERR_OK;
    LogShape shape;
    bool is_there, is_whole;
    TRY(pipeline_log_shape(ctx, conn, table, &shape, err));
    TRY(pipeline_log_exists(ctx, conn, shape.log, &is_there, err));
    TRY(pipeline_log_is_whole(ctx, conn, &shape, &is_whole, err));
    if (!is_there || !is_whole)
        *ret_change =
            arena_printf(ctx->arena,
                         "changes of table '%.*s' may have been missed: its log or triggers are gone or altered, "
                         "or it has got other unique keys or triggers",
                         STR_ARG(table->name));
    return ERR_OK;
}

/* ---- the plan ------------------------------------------------------------------------------------------------------- */

static ErrCode describe_columns(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str *ret_text, Err *err) {
    Str text = S("");
    for (size_t i = 0; i < table->n_columns; i++) {
        Str type;
        TRY(pipeline_attach_declared(ctx, conn, table, table->columns[i].name, &type, err));
        text = arena_printf(ctx->arena, "%.*s%s%.*s%s%.*s", STR_ARG(text), i ? ", " : "",
                            STR_ARG(table->columns[i].name), type.n ? " " : "", STR_ARG(type));
    }
    *ret_text = text;
    return ERR_OK;
}

static Str describe_key(Arena *arena, const LogKey *key) {
    Str text = S("");
    for (size_t i = 0; i < key->n; i++)
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? ", " : "", STR_ARG(key->columns[i].name));
    return text;
}

static ErrCode plan_table(const Ctx *ctx, EngineConn *conn, bool has_state, const ModelTable *table, AttachTable *plan,
                          Err *err) {
    *plan = (AttachTable){.table = table->name};
    TRY(pipeline_attach_problem(ctx, conn, table, &plan->problem, err));
    if (plan->problem.n) return ERR_OK;
    TRY(describe_columns(ctx, conn, table, &plan->columns, err));
    LogShape shape;
    TRY(pipeline_log_shape(ctx, conn, table, &shape, err));
    plan->key = describe_key(ctx->arena, pipeline_attach_key(&shape));
    if (!has_state) return ERR_OK;
    Str change;
    TRY(table_change(ctx, conn, table, &change, err));
    plan->is_captured = !change.n;
    return ERR_OK;
}

static ErrCode make_plan(const Ctx *ctx, EngineConn *conn, const ModelTable *const *tables, size_t n, AttachPlan *plan,
                         Err *err) {
    bool has_state;
    Value mode;
    VEC(Str) creates = {0};
    TRY(refuse_managed(ctx, conn, arena_cstr(ctx->arena, plan->path), err));
    TRY(pipeline_log_exists(ctx, conn, S(MANAGED_STATE), &has_state, err));
    TRY(engine_valuef(ctx, conn, &mode, err, "PRAGMA journal_mode"));
    plan->waits = !str_eq_nocase(mode.s, S("wal"));
    plan->tables = ARENA_ARRAY(ctx->arena, AttachTable, n);
    plan->n_tables = n;
    if (!has_state) VEC_PUSH(ctx->arena, &creates, S("table " MANAGED_STATE));
    for (size_t i = 0; i < n; i++) {
        TRY(plan_table(ctx, conn, has_state, tables[i], &plan->tables[i], err));
        plan->n_problems += plan->tables[i].problem.n > 0;
        if (plan->tables[i].problem.n || plan->tables[i].is_captured) continue;
        VEC_PUSH(ctx->arena, &creates, pipeline_name(ctx->arena, "table " LOG_TABLE, tables[i]->name));
        VEC_PUSH(ctx->arena, &creates,
                 arena_printf(ctx->arena, "triggers " LOG_PREFIX "%.*s_… on %.*s", STR_ARG(tables[i]->name),
                              STR_ARG(tables[i]->name)));
    }
    plan->creates = creates.at;
    plan->n_creates = creates.n;
    return ERR_OK;
}

/* ---- applying ------------------------------------------------------------------------------------------------------- */

static ErrCode first_problem(const AttachPlan *plan, Err *err) {
    for (size_t i = 0; i < plan->n_tables; i++)
        if (plan->tables[i].problem.n)
            return err_set(err, ERR_CONFLICT, "%.*s; or name the tables to capture with --tables",
                           STR_ARG(plan->tables[i].problem));
    return ERR_OK;
}

static ErrCode apply(const Ctx *ctx, EngineConn *conn, const ModelTable *const *tables, size_t n, Err *err) {
    TRY(engine_execf(ctx, conn, NULL, err,
                     "CREATE TABLE IF NOT EXISTS " MANAGED_STATE " (name TEXT PRIMARY KEY, value TEXT NOT NULL)"));
    Value epoch = value_text(ctx_new_request_id(ctx->arena));
    TRY(engine_execf(ctx, conn, NULL, err, "INSERT OR IGNORE INTO " MANAGED_STATE " (name, value) VALUES ('epoch', %V)",
                     &epoch));
    for (size_t i = 0; i < n; i++) {
        LogShape shape;
        TRY(pipeline_log_shape(ctx, conn, tables[i], &shape, err));
        TRY(pipeline_log_bring(ctx, conn, &shape, err));
        TRY(remember_declared(ctx, conn, tables[i], err));
    }
    return ERR_OK;
}

static Str join_names(Arena *arena, const ModelTable *const *tables, size_t n) {
    Str text = S("");
    for (size_t i = 0; i < n; i++)
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? "," : "", STR_ARG(tables[i]->name));
    return text;
}

/* Plan and deed in one transaction, so that nothing changes between them. */
static ErrCode plan_and_apply(const Ctx *ctx, EngineConn *conn, const ModelTable *const *tables, size_t n,
                              bool is_apply, AttachPlan *plan, Err *err) {
    TRY(engine_begin(ctx, conn, is_apply, err));
    ErrCode code = make_plan(ctx, conn, tables, n, plan, err);
    if (!code && is_apply) code = first_problem(plan, err);
    if (!code && is_apply) code = apply(ctx, conn, tables, n, err);
    if (code || !is_apply) {
        engine_rollback(conn);
        return code;
    }
    return engine_commit(ctx, conn, err);
}

static ErrCode find_attached(const Ctx *ctx, const PipelineProject *project, Str source, MetaAttached *ret_attached,
                             bool *ret_is_found, Err *err) {
    MetaAttached *all;
    size_t n;
    *ret_is_found = false;
    TRY(meta_attached(ctx, project->meta, project->name, &all, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(all[i].source, source)) continue;
        *ret_attached = all[i];
        *ret_is_found = true;
    }
    return ERR_OK;
}

static ErrCode check_not_elsewhere(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                   const char *path, Err *err) {
    MetaAttached attached;
    bool is_found;
    TRY(find_attached(ctx, project, source->name, &attached, &is_found, err));
    if (!is_found || str_eq(attached.path, str_of(path))) return ERR_OK;
    return err_set(err, ERR_CONFLICT,
                   "source '%.*s' is attached to '%.*s'; detach it first: starling source detach --source %.*s",
                   STR_ARG(source->name), STR_ARG(attached.path), STR_ARG(source->name));
}

ErrCode pipeline_attach(const Ctx *ctx, const PipelineProject *project, Str name, const char *path, const Str *tables,
                        size_t n_tables, bool is_apply, AttachPlan *ret_plan, Err *err) {
    TRY(ctx_require(ctx, is_apply ? PERMISSION_ADMIN : PERMISSION_READ_MODEL, err));
    const ModelSource *source;
    const ModelTable **wanted;
    size_t n;
    TRY(find_source(project, name, &source, err));
    TRY(find_tables(ctx, project, source, tables, n_tables, &wanted, &n, err));
    TRY(path_real(ctx->arena, path, &path, err));
    if (is_apply) TRY(check_not_elsewhere(ctx, project, source, path, err));
    AttachPlan plan = {.source = source->name, .path = str_of(path)};
    EngineDb *db;
    EngineConn *conn;
    TRY(open_foreign(ctx, project, path, !is_apply, &db, &conn, err));
    ErrCode code = plan_and_apply(ctx, conn, wanted, n, is_apply, &plan, err);
    engine_disconnect(conn);
    engine_close(db);
    if (code) return code;
    MetaAttached attached = {.source = source->name, .path = plan.path, .tables = join_names(ctx->arena, wanted, n)};
    if (is_apply) TRY(meta_attached_set(ctx, project->meta, project->name, &attached, err));
    *ret_plan = plan;
    return ERR_OK;
}

/* ---- detaching ------------------------------------------------------------------------------------------------------ */

static ErrCode drop_all(const Ctx *ctx, EngineConn *conn, const char *type, int64_t *ret_n, Err *err) {
    VEC(Str) names = {0};
    EngineStream *stream;
    Value kind = value_text(str_of(type));
    const Str prefix = S(LOG_PREFIX);
    TRY(engine_queryf(ctx, conn, &stream, err,
                      "SELECT name FROM sqlite_schema WHERE type = %V AND substr(name, 1, length(%L)) = %L", &kind,
                      &prefix, &prefix));
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch)
        for (size_t row = 0; row < batch->n_rows; row++)
            VEC_PUSH(ctx->arena, &names, arena_str(ctx->arena, column_str(&batch->columns[0], row)));
    engine_stream_close(stream);
    bool is_trigger = str_eq(kind.s, S("trigger"));
    for (size_t i = 0; i < names.n && !code; i++)
        code = engine_execf(ctx, conn, NULL, err, is_trigger ? "DROP TRIGGER %I" : "DROP TABLE %I", &names.at[i]);
    *ret_n += (int64_t)names.n;
    return code;
}

static ErrCode remove_all(const Ctx *ctx, EngineConn *conn, const char *path, int64_t *ret_n, Err *err) {
    TRY(refuse_managed(ctx, conn, path, err));
    TRY(engine_begin(ctx, conn, true, err));
    ErrCode code = drop_all(ctx, conn, "trigger", ret_n, err);
    if (!code) code = drop_all(ctx, conn, "table", ret_n, err);
    if (code) {
        engine_rollback(conn);
        return code;
    }
    return engine_commit(ctx, conn, err);
}

ErrCode pipeline_detach(const Ctx *ctx, const PipelineProject *project, Str name, Str *ret_path, int64_t *ret_n,
                        Err *err) {
    TRY(ctx_require(ctx, PERMISSION_ADMIN, err));
    const ModelSource *source;
    MetaAttached attached;
    bool is_found;
    TRY(find_source(project, name, &source, err));
    TRY(find_attached(ctx, project, source->name, &attached, &is_found, err));
    if (!is_found)
        return err_set(err, ERR_NOT_FOUND, "source '%.*s' is attached to no database", STR_ARG(source->name));
    const char *path = arena_cstr(ctx->arena, attached.path);
    int64_t n = -1;
    if (file_exists(path)) {
        EngineDb *db;
        EngineConn *conn;
        TRY(open_foreign(ctx, project, path, false, &db, &conn, err));
        n = 0;
        ErrCode code = remove_all(ctx, conn, path, &n, err);
        engine_disconnect(conn);
        engine_close(db);
        if (code) return code;
    }
    TRY(meta_attached_remove(ctx, project->meta, project->name, source->name, err));
    *ret_path = attached.path;
    *ret_n = n;
    return ERR_OK;
}

/* ---- opening to read ------------------------------------------------------------------------------------------------ */

static ErrCode check_tables(const Ctx *ctx, EngineConn *conn, const ModelSource *source, const MetaAttached *attached,
                            const ModelTable *const *tables, size_t n, Err *err) {
    bool has_state;
    TRY(pipeline_log_exists(ctx, conn, S(MANAGED_STATE), &has_state, err));
    Str change = has_state ? S("") : S("the database has no log of changes any more");
    for (size_t i = 0; i < n && !change.n; i++) TRY(table_change(ctx, conn, tables[i], &change, err));
    if (!change.n) return ERR_OK;
    return err_set(err, ERR_CONFLICT,
                   "source '%.*s' changed since it was attached: %.*s; to accept that: starling source attach "
                   "sqlite:%.*s --source %.*s --apply",
                   STR_ARG(source->name), STR_ARG(change), STR_ARG(attached->path), STR_ARG(source->name));
}

ErrCode pipeline_attached_look(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                               bool is_read_only, MetaAttached *ret_attached, EngineDb **ret_db, EngineConn **ret_conn,
                               const ModelTable ***ret_tables, size_t *ret_n, Err *err) {
    bool is_found;
    TRY(find_attached(ctx, project, source->name, ret_attached, &is_found, err));
    if (!is_found)
        return err_set(err, ERR_CONFLICT,
                       "source '%.*s' is attached to no database yet: starling source attach sqlite:PATH --source %.*s",
                       STR_ARG(source->name), STR_ARG(source->name));
    VEC(Str) names = {0};
    for (Str rest = ret_attached->tables; rest.n;) {
        Str name = str_split_next(&rest, ',');
        if (model_table(project->model, name)) VEC_PUSH(ctx->arena, &names, name);
    }
    TRY(find_tables(ctx, project, source, names.at, names.n, ret_tables, ret_n, err));
    return open_foreign(ctx, project, arena_cstr(ctx->arena, ret_attached->path), is_read_only, ret_db, ret_conn, err);
}

ErrCode pipeline_attached_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                               EngineDb **ret_db, EngineConn **ret_conn, const ModelTable ***ret_tables, size_t *ret_n,
                               Err *err) {
    MetaAttached attached;
    TRY(pipeline_attached_look(ctx, project, source, false, &attached, ret_db, ret_conn, ret_tables, ret_n, err));
    ErrCode code = check_tables(ctx, *ret_conn, source, &attached, *ret_tables, *ret_n, err);
    if (!code) return ERR_OK;
    engine_disconnect(*ret_conn);
    engine_close(*ret_db);
    return code;
}
