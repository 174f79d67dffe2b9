/* Whether attached databases are as the pack says: there, with the tables and columns, whose declared types fit. */
#include "pipeline/pipeline_internal.h"

/* What values of a type look like; a text may hold any of them. */
typedef enum Look { LOOK_TEXT, LOOK_NUMBER, LOOK_TIME } Look;

static Look look_of(TypeKind kind) {
    switch (kind) {
    case TYPE_BOOL:
    case TYPE_INT64:
    case TYPE_DECIMAL:
    case TYPE_FLOAT64: return LOOK_NUMBER;
    case TYPE_DATE:
    case TYPE_TIMESTAMP: return LOOK_TIME;
    default: return LOOK_TEXT;
    }
}

/* A database without a type for dates keeps them as text. */
static bool fits(Type declared, Type wanted) {
    Look is = look_of(declared.kind), want = look_of(wanted.kind);
    return is == want || want == LOOK_TEXT || (is == LOOK_TEXT && want == LOOK_TIME);
}

static const EngineColumn *find_column(const EngineTable *tables, size_t n, Str table, Str column) {
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; str_eq_nocase(tables[i].name, table) && c < tables[i].n_columns; c++)
            if (str_eq_nocase(tables[i].columns[c].name, column)) return &tables[i].columns[c];
    return NULL;
}

static ErrCode check_types(const DataCheck *check, EngineConn *conn, const ModelTable *table, Err *err) {
    char type[TYPE_TEXT_MAX];
    EngineTable *tables;
    size_t n;
    TRY(engine_introspect(check->ctx, conn, (Str){0}, &tables, &n, err));
    for (size_t i = 0; i < table->n_columns; i++) {
        const ModelColumn *column = &table->columns[i];
        const EngineColumn *there = find_column(tables, n, table->name, column->name);
        Str declared;
        TRY(pipeline_attach_declared(check->ctx, conn, table, column->name, &declared, err));
        if (!there || !declared.n || fits(there->type, column->type)) continue;
        pipeline_check_add(
            check, false, column->place,
            arena_printf(check->ctx->arena,
                         "column '%.*s' of table '%.*s' is %s in the pack and declared %.*s in the database; "
                         "values that cannot be read so are set aside: correct the pack's type if these are many",
                         STR_ARG(column->name), STR_ARG(table->name), type_print(column->type, type),
                         STR_ARG(declared)));
    }
    return ERR_OK;
}

static ErrCode check_tables(const DataCheck *check, EngineConn *conn, const ModelTable *const *tables, size_t n,
                            Err *err) {
    for (size_t i = 0; i < n; i++) {
        Str problem;
        TRY(pipeline_attach_problem(check->ctx, conn, tables[i], &problem, err));
        if (problem.n) pipeline_check_add(check, true, tables[i]->place, problem);
        TRY(check_types(check, conn, tables[i], err));
    }
    return ERR_OK;
}

/* What keeps the database from being opened is a finding; that it was not attached yet, a warning. */
static ErrCode check_source(const DataCheck *check, const PipelineProject *project, const ModelSource *source,
                            Err *err) {
    MetaAttached attached;
    EngineDb *db;
    EngineConn *conn;
    const ModelTable **tables;
    size_t n;
    Err why = {0};
    ErrCode code = pipeline_attached_look(check->ctx, project, source, true, &attached, &db, &conn, &tables, &n, &why);
    if (code == ERR_CANCELLED || code == ERR_TIMEOUT) {
        if (err) *err = why;
        return code;
    }
    if (code) {
        pipeline_check_add(check, code != ERR_CONFLICT, source->place,
                           arena_str(check->ctx->arena, str_of(why.message)));
        return ERR_OK;
    }
    code = check_tables(check, conn, tables, n, err);
    engine_disconnect(conn);
    engine_close(db);
    return code;
}

ErrCode pipeline_check_sources(const Ctx *ctx, const PipelineProject *project, ModelFindings *findings, Err *err) {
    const DataCheck check = {.ctx = ctx, .findings = findings};
    for (size_t i = 0; i < project->model->n_sources; i++)
        if (project->model->sources[i].kind == MODEL_SOURCE_ATTACHED)
            TRY(check_source(&check, project, &project->model->sources[i], err));
    return ERR_OK;
}
