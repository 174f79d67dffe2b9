/*
 * The reader: a DuckDB of its own, in memory, that may touch the named files and nothing else, and the rows that a pack's mappings
 * make of them.
 *
 * Phases: open the instance for the files; bring each file in as text (pipeline_read_file.c); for a table, evaluate its mappings
 * over the files they name, find what cannot be read (pipeline_read_check.c) and only then convert it to the table's types.
 * Several rows of a file may give the same row of a keyed table: it stands once. A keyless table keeps every row. Of a file that was
 * taken in with quarantine the rows that cannot be read are set aside (pipeline_read_aside.c).
 *
 * Nothing is written anywhere else, so a failure leaves nothing behind.
 */
#include "pipeline/pipeline_internal.h"

ErrCode pipeline_reader_open(const Ctx *ctx, const PipelineProject *project, ReadFile *files, size_t n_files,
                             Reader **ret_reader, Err *err) {
    Str *allowed = ARENA_ARRAY(ctx->arena, Str, n_files + 1);
    bool is_generated = n_files && files[0].generated;
    size_t n_allowed = is_generated ? 0 : n_files;
    for (size_t i = 0; i < n_allowed; i++) allowed[i] = str_of(files[i].path);
    EngineConfig config = {.is_create = true,
                           .is_locked_down = true,
                           .allowed_paths = allowed,
                           .n_allowed_paths = n_allowed,
                           .temp_dir = path_join(ctx->arena, project->folder, "spill")};
    Reader *reader = ARENA_NEW(ctx->arena, Reader);
    *reader = (Reader){.model = project->model, .files = files, .n_files = n_files};
    ErrCode code = engine_open(ctx, project->registry, &ENGINE_DUCKDB, &config, &reader->db, err);
    if (!code) code = engine_connect(ctx, reader->db, &reader->conn, err);
    if (!code && is_generated) code = pipeline_generate_read(ctx, reader, err);
    for (size_t i = 0; i < n_files && !code && !is_generated; i++)
        if (!files[i].is_before) code = pipeline_read_file(ctx, reader, i, err);
    if (code) {
        pipeline_reader_close(reader);
        return code;
    }
    *ret_reader = reader;
    return ERR_OK;
}

void pipeline_reader_close(Reader *reader) {
    if (!reader) return;
    engine_disconnect(reader->conn);
    engine_close(reader->db);
    reader->conn = NULL;
    reader->db = NULL;
}

bool pipeline_read_is_mapped(const Reader *reader, const ModelMapping *mapping, size_t file) {
    return mapping->input == reader->files[file].input;
}

/* ---- the columns a mapping needs ------------------------------------------------------------------------------------ */

typedef struct Missing {
    const ReadFile *file;
    Arena *arena;
    VEC(Str) names;
} Missing;

static void note_missing(void *arg, const Expr *name) {
    Missing *missing = arg;
    for (size_t i = 0; i < missing->file->n_columns; i++)
        if (str_eq(missing->file->columns[i], name->name)) return;
    for (size_t i = 0; i < missing->names.n; i++)
        if (str_eq(missing->names.at[i], name->name)) return;
    VEC_PUSH(missing->arena, &missing->names, name->name);
}

static Str quoted_list(Arena *arena, const Str *names, size_t n, size_t max) {
    Str list = S("");
    for (size_t i = 0; i < MIN_OF(n, max); i++)
        list = arena_printf(arena, "%.*s%s'%.*s'", STR_ARG(list), i ? ", " : "", STR_ARG(names[i]));
    return n > max ? arena_printf(arena, "%.*s, …", STR_ARG(list)) : list;
}

static ErrCode missing_error(const Ctx *ctx, const Missing *missing, const ModelMapping *mapping, Err *err) {
    const ReadFile *file = missing->file;
    Str nearest = str_nearest(missing->names.at[0], file->columns, file->n_columns);
    Str hint = nearest.n
                   ? arena_printf(ctx->arena, "; the nearest is '%.*s'", STR_ARG(pipeline_read_header(file, nearest)))
                   : S("");
    Str wanted = quoted_list(ctx->arena, missing->names.at, missing->names.n, READ_EXAMPLES);
    Str present = quoted_list(ctx->arena, file->headers, file->n_columns, 30);
    ErrCode code =
        err_set(err, ERR_DATA, "no column %.*s, which table '%.*s' is made from (%.*s, line %d); the %s has %.*s%.*s",
                STR_ARG(wanted), STR_ARG(mapping->table->name), STR_ARG(mapping->place.file), mapping->place.line,
                file->generated ? "table" : "file", STR_ARG(present), STR_ARG(hint));
    err_at(err, file->name, !file->generated, 0);
    return code;
}

static ErrCode check_columns(const Ctx *ctx, const ReadFile *file, const ModelMapping *mapping, Err *err) {
    Missing missing = {.file = file, .arena = ctx->arena};
    for (size_t i = 0; i < mapping->table->n_columns; i++)
        if (mapping->exprs[i]) expr_each_name(mapping->exprs[i], note_missing, &missing);
    if (mapping->where) expr_each_name(mapping->where, note_missing, &missing);
    return missing.names.n ? missing_error(ctx, &missing, mapping, err) : ERR_OK;
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

/* A cast that a mapping asks for must not end the query where a value does not fit: it gives null, and the check finds it. */
static const SqlExpr *without_failures(Arena *arena, const SqlExpr *expr) {
    SqlExpr *copy = arena_dup(arena, expr, sizeof(*expr));
    const SqlExpr **args = ARENA_ARRAY(arena, const SqlExpr *, expr->n_args);
    for (size_t i = 0; i < expr->n_args; i++) args[i] = without_failures(arena, expr->args[i]);
    copy->args = args;
    if (copy->kind == SQL_EXPR_CAST) copy->is_try = true;
    return expr->n_args ? copy : expr;
}

ErrCode pipeline_read_values(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file_index,
                             const SqlSelect **ret_select, const SqlExpr *const **ret_exprs, Err *err) {
    const ReadFile *file = &reader->files[file_index];
    const ModelTable *table = mapping->table;
    TRY(check_columns(ctx, file, mapping, err));
    ExprScope scope = model_input_scope(ctx->arena, file->columns, file->n_columns, S("f"));
    SelectDraft draft = {.arena = ctx->arena};
    const SqlExpr **exprs = ARENA_ARRAY(ctx->arena, const SqlExpr *, table->n_columns);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (mapping->exprs[i]) TRY(expr_compile(&scope, mapping->exprs[i], &exprs[i], err));
        const SqlExpr *value =
            exprs[i] ? without_failures(ctx->arena, exprs[i]) : pipeline_null(ctx->arena, table->columns[i].type);
        pipeline_draft_item(&draft, value, table->columns[i].name);
    }
    const SqlExpr *row = sql_column(ctx->arena, S("f"), S("rowid"), TYPE(TYPE_INT64));
    const SqlExpr *place =
        sql_call2(ctx->arena, SQL_FN_ADD, row, pipeline_int(ctx->arena, (int64_t)file_index * READ_PLACE_FILE));
    pipeline_draft_item(&draft, place, S(READ_PLACE));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, file->rows, S("f"), NULL);
    if (mapping->where) {
        const SqlExpr *where;
        TRY(expr_compile(&scope, mapping->where, &where, err));
        pipeline_draft_where(&draft, without_failures(ctx->arena, where));
    }
    *ret_select = pipeline_draft_end(&draft);
    if (ret_exprs) *ret_exprs = exprs;
    return ERR_OK;
}

/* ---- text into types ------------------------------------------------------------------------------------------------ */

#define OFFSET "(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)"
#define DAY "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
#define CLOCK_TIME "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"

static void convert_timestamp(PipelineSql *sql, Str column, Type from, Str zone) {
    bool is_utc = !zone.n || str_eq_nocase(zone, S("UTC")) || str_eq_nocase(zone, S("Etc/UTC"));
    if (from.kind == TYPE_TEXT)
        pipeline_sql_add(sql,
                         "CASE WHEN regexp_matches(v.%I, '[0-9] *" OFFSET " *$') AND length(v.%I) > 11 "
                         "THEN timezone('UTC', TRY_CAST(v.%I AS TIMESTAMPTZ)) ELSE ",
                         &column, &column, &column);
    pipeline_sql_add(
        sql, is_utc ? "TRY_CAST(v.%I AS TIMESTAMP)" : "timezone('UTC', timezone(%L, TRY_CAST(v.%I AS TIMESTAMP)))",
        is_utc ? &column : &zone, &column);
    if (from.kind == TYPE_TEXT) pipeline_sql_add(sql, " END");
}

void pipeline_read_convert(PipelineSql *sql, Str column, Type from, Type to, Str time_zone) {
    if (to.kind == TYPE_TIMESTAMP && from.kind != TYPE_NULL)
        convert_timestamp(sql, column, from, time_zone);
    else if (type_eq(from, to))
        pipeline_sql_add(sql, "v.%I", &column);
    else if (from.kind == TYPE_FLOAT64 && to.kind == TYPE_INT64)
        pipeline_sql_add(sql, "TRY_CAST(round(v.%I) AS BIGINT)", &column);
    else
        pipeline_sql_add(sql, "TRY_CAST(v.%I AS %T)", &column, &to);
}

/* DuckDB's casts also take what is no plain number or ISO date ('0x1F', '1_000', 'epoch', '12.5' as 13, '2014-03-07 10:00' as a
 * date), which would change values in silence: the text's shape is looked at as well. */
static const char *shape_of(Type to) {
    switch (to.kind) {
    case TYPE_INT64: return " *[+-]?[0-9]+([.]0*)? *";
    case TYPE_DECIMAL:
    case TYPE_FLOAT64: return " *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? *";
    case TYPE_DATE: return " *" DAY "([ T]00:00(:00([.]0+)?)?)? *";
    case TYPE_TIMESTAMP: return " *" DAY "([ T]" CLOCK_TIME " *" OFFSET "?)? *";
    default: return NULL;
    }
}

bool pipeline_read_misread(PipelineSql *sql, Str column, Type from, Type to) {
    if (to.kind == TYPE_TEXT || type_eq(from, to) || from.kind == TYPE_NULL) return false;
    const char *shape = from.kind == TYPE_TEXT ? shape_of(to) : NULL;
    pipeline_sql_add(sql, "(v.%I IS NOT NULL AND (TRY_CAST(v.%I AS %T) IS NULL", &column, &column, &to);
    Str pattern = str_of(shape);
    if (shape) pipeline_sql_add(sql, " OR NOT regexp_full_match(v.%I, %L)", &column, &pattern);
    pipeline_sql_add(sql, "))");
    return true;
}

/* A cast to decimal rounds. Most values show by their shape that it keeps them; of the others the significant decimals are counted:
 * the digits without zeros at their end, less those before the point, less the exponent. */
bool pipeline_read_rounded(PipelineSql *sql, Str column, Type from, Type to) {
    if (to.kind != TYPE_DECIMAL || from.kind != TYPE_TEXT) return false;
    Str kept = arena_printf(sql->arena, " *[+-]?([0-9]*([.][0-9]{0,%d}0*)?|[0.]+[eE].*) *", to.scale);
    pipeline_sql_add(sql,
                     "(v.%I IS NOT NULL AND NOT regexp_full_match(v.%I, %L) AND "
                     "length(rtrim(replace(regexp_extract(v.%I, '[0-9.]+'), '.', ''), '0')) "
                     "- length(regexp_extract(v.%I, '^ *[+-]?([0-9]*)', 1)) "
                     "- coalesce(TRY_CAST(regexp_extract(v.%I, '[eE](.*)$', 1) AS INTEGER), 0) > %d)",
                     &column, &column, &kept, &column, &column, &column, (int64_t)to.scale);
    return true;
}

/* ---- a table's rows ------------------------------------------------------------------------------------------------- */

/* select (typed columns, place) from (values) — a keyed table's rows once each, with the place of the first. `aside` (may be NULL):
 * rows to leave out. */
static ErrCode add_mapped(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file,
                          const SqlRelation *rows, const SqlRelation *aside, Err *err) {
    const ModelTable *table = mapping->table;
    const SqlSelect *values;
    const SqlExpr *const *exprs;
    TRY(pipeline_read_values(ctx, reader, mapping, file, &values, &exprs, err));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "INSERT INTO %R SELECT ", rows);
    for (size_t i = 0; i < table->n_columns; i++) {
        const ModelColumn *column = &table->columns[i];
        pipeline_read_convert(&sql, column->name, values->items[i].expr->type, column->type, table->source->time_zone);
        pipeline_sql_add(&sql, ", ");
    }
    pipeline_sql_add(&sql, table->n_key ? "min(v." READ_PLACE ") FROM (%S) AS v" : "v." READ_PLACE " FROM (%S) AS v",
                     values);
    if (aside)
        pipeline_sql_add(&sql,
                         " WHERE v." READ_PLACE " NOT IN (SELECT " READ_PLACE " FROM %R WHERE " READ_MAPPING " = %d)",
                         aside, (int64_t)(mapping - reader->model->mappings));
    if (table->n_key) pipeline_sql_add(&sql, " GROUP BY ALL");
    return pipeline_sql_exec(ctx, reader->conn, &sql, NULL);
}

static ErrCode make_rows(const Ctx *ctx, Reader *reader, const ModelTable *table, size_t only,
                         const SqlRelation **ret_rows, Err *err) {
    Str name = only == READ_ALL      ? pipeline_name(ctx->arena, "t_", table->name)
               : only == READ_BEFORE ? pipeline_name(ctx->arena, "b_", table->name)
                                     : arena_printf(ctx->arena, "t%zu_%.*s", only, STR_ARG(table->name));
    const SqlRelation *rows = sql_relation_table(ctx->arena, S(""), name);
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "CREATE OR REPLACE TABLE %R (", rows);
    for (size_t i = 0; i < table->n_columns; i++)
        pipeline_sql_add(&sql, "%I %T, ", &table->columns[i].name, &table->columns[i].type);
    pipeline_sql_add(&sql, READ_PLACE " BIGINT)");
    TRY(pipeline_sql_exec(ctx, reader->conn, &sql, NULL));
    *ret_rows = rows;
    return ERR_OK;
}

/* The same row out of two files, or by two mappings, stands once too. */
static ErrCode unite(const Ctx *ctx, Reader *reader, const ReadTable *rows, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql,
                     "CREATE OR REPLACE TABLE %R AS SELECT * EXCLUDE (" READ_PLACE "), min(" READ_PLACE
                     ") AS " READ_PLACE " FROM %R GROUP BY ALL",
                     rows->rows, rows->rows);
    return pipeline_sql_exec(ctx, reader->conn, &sql, NULL);
}

static bool is_wanted(const Reader *reader, const ModelMapping *mapping, size_t file, size_t only) {
    if (!pipeline_read_is_mapped(reader, mapping, file)) return false;
    bool is_before = reader->files[file].is_before;
    return only == READ_ALL ? !is_before : only == READ_BEFORE ? is_before : only == file;
}

static bool has_quarantine(const Reader *reader, const ModelTable *table, size_t only) {
    for (size_t m = 0; m < reader->model->n_mappings; m++)
        for (size_t f = 0; f < reader->n_files && reader->model->mappings[m].table == table; f++)
            if (reader->files[f].is_quarantine && is_wanted(reader, &reader->model->mappings[m], f, only)) return true;
    return false;
}

static ErrCode add_file(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file,
                        const SqlRelation *rows, const SqlRelation *aside, Err *err) {
    const ReadFile *from = &reader->files[file];
    if (from->is_quarantine)
        TRY(pipeline_read_set_aside(ctx, reader, mapping, file, aside, err));
    else if (!from->is_before)
        TRY(pipeline_read_check_mapping(ctx, reader, mapping, file, err));
    return add_mapped(ctx, reader, mapping, file, rows, from->is_quarantine ? aside : NULL, err);
}

ErrCode pipeline_read_table(const Ctx *ctx, Reader *reader, const ModelTable *table, size_t only, ReadTable *ret_table,
                            Err *err) {
    ReadTable rows = {.table = table};
    const SqlRelation *aside = NULL;
    size_t n_parts = 0;
    TRY(make_rows(ctx, reader, table, only, &rows.rows, err));
    if (has_quarantine(reader, table, only)) TRY(pipeline_aside_make(ctx, reader, table, only, &aside, err));
    for (size_t m = 0; m < reader->model->n_mappings; m++) {
        const ModelMapping *mapping = &reader->model->mappings[m];
        for (size_t f = 0; f < reader->n_files && mapping->table == table; f++) {
            if (!is_wanted(reader, mapping, f, only)) continue;
            TRY(add_file(ctx, reader, mapping, f, rows.rows, aside, err));
            n_parts++;
        }
    }
    if (table->n_key && n_parts > 1) TRY(unite(ctx, reader, &rows, err));
    if (aside) TRY(pipeline_aside_checks(ctx, reader, &rows, aside, err));
    if (table->n_key && only != READ_BEFORE) TRY(pipeline_read_check_keys(ctx, reader, &rows, err));
    if (only != READ_BEFORE) TRY(pipeline_read_check_rows(ctx, reader, &rows, err));
    if (aside) TRY(pipeline_aside_finish(ctx, reader, aside, &rows, err));
    Value n;
    TRY(engine_valuef(ctx, reader->conn, &n, err, "SELECT count(*) FROM %R", rows.rows));
    rows.n_rows = n.i;
    *ret_table = rows;
    return ERR_OK;
}

ErrCode pipeline_read_stream(const Ctx *ctx, Reader *reader, const ReadTable *rows, ReadOrder order,
                             const SqlItem *stamp, EngineStream **ret_rows, Err *err) {
    if (rows->wrong) return pipeline_aside_stream(ctx, reader, rows, ret_rows, err);
    const ModelTable *table = rows->table;
    Str r = S("r");
    SelectDraft draft = {.arena = ctx->arena};
    for (size_t i = 0; i < table->n_columns; i++)
        pipeline_draft_item(&draft, sql_column(ctx->arena, r, table->columns[i].name, table->columns[i].type),
                            table->columns[i].name);
    if (stamp) pipeline_draft_item(&draft, stamp->expr, stamp->alias);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, rows->rows, r, NULL);
    for (size_t i = 0; order == READ_IN_KEY_ORDER && i < table->n_key; i++)
        pipeline_draft_order(&draft, draft.items.at[table->key[i]].expr);
    /* A keyless table's rows lie in the order they were read in; those of a keyed one were grouped. */
    if (order == READ_IN_FILE_ORDER && table->n_key)
        pipeline_draft_order(&draft, sql_column(ctx->arena, r, S(READ_PLACE), TYPE(TYPE_INT64)));
    SqlText text;
    TRY(sql_print_select(ctx->arena, engine_dialect(&ENGINE_DUCKDB), pipeline_draft_end(&draft), &text, err));
    return engine_query(ctx, reader->conn, &text, ret_rows, err);
}
