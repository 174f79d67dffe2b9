/*
 * What stands in the way of capturing a table of another application's database, in words for the person who attaches it. The
 * same questions are asked again each time the database is opened to be read, for its owner may have changed it since.
 */
#include "pipeline/pipeline_internal.h"

/* ---- names ---------------------------------------------------------------------------------------------------------- */

static ErrCode read_names(const Ctx *ctx, EngineStream *stream, Str **ret_names, size_t *ret_n, Err *err) {
    VEC(Str) names = {0};
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch)
        for (size_t row = 0; row < batch->n_rows; row++)
            VEC_PUSH(ctx->arena, &names, arena_str(ctx->arena, column_str(&batch->columns[0], row)));
    engine_stream_close(stream);
    *ret_names = names.at;
    *ret_n = names.n;
    return code;
}

static Str did_you_mean(Arena *arena, Str name, const Str *names, size_t n) {
    Str near = str_nearest(name, names, n);
    return near.n ? arena_printf(arena, "; did you mean '%.*s'?", STR_ARG(near)) : S("");
}

static ErrCode missing_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str *ret_problem, Err *err) {
    EngineStream *stream;
    Str *names;
    size_t n;
    TRY(engine_queryf(
        ctx, conn, &stream, err,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%%' ESCAPE '\\'"));
    TRY(read_names(ctx, stream, &names, &n, err));
    Str near = did_you_mean(ctx->arena, table->name, names, n);
    *ret_problem =
        arena_printf(ctx->arena, "the database has no table '%.*s'%.*s", STR_ARG(table->name), STR_ARG(near));
    return ERR_OK;
}

/* All of them. */
static ErrCode missing_column(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str *ret_problem, Err *err) {
    EngineStream *stream;
    Str *names;
    size_t n;
    TRY(engine_queryf(ctx, conn, &stream, err, "SELECT name FROM pragma_table_xinfo(%L)", &table->name));
    TRY(read_names(ctx, stream, &names, &n, err));
    Str more = {0};
    for (size_t i = 0; i < table->n_columns; i++) {
        Str column = table->columns[i].name;
        bool is_there = false;
        for (size_t c = 0; c < n; c++) is_there |= str_eq_nocase(names[c], column);
        if (is_there) continue;
        if (ret_problem->n) {
            more = arena_printf(ctx->arena, "%.*s%s'%.*s'", STR_ARG(more), more.n ? ", " : "", STR_ARG(column));
            continue;
        }
        Str near = did_you_mean(ctx->arena, column, names, n);
        *ret_problem = arena_printf(ctx->arena, "table '%.*s' has no column '%.*s'%.*s", STR_ARG(table->name),
                                    STR_ARG(column), STR_ARG(near));
    }
    if (more.n)
        *ret_problem = arena_printf(ctx->arena, "%.*s%s it lacks %.*s too", STR_ARG(*ret_problem),
                                    str_ends(*ret_problem, S("?")) ? "" : ";", STR_ARG(more));
    return ERR_OK;
}

/* ---- the key -------------------------------------------------------------------------------------------------------- */

static bool is_in_key(const ModelTable *table, Str column) {
    for (size_t i = 0; i < table->n_key; i++)
        if (str_eq_nocase(table->columns[table->key[i]].name, column)) return true;
    return false;
}

const LogKey *pipeline_attach_key(const LogShape *shape) {
    for (size_t i = 0; i < shape->n_keys; i++) {
        const LogKey *key = &shape->keys[i];
        bool fits = !key->where.n;
        for (size_t c = 0; c < key->n; c++) fits &= is_in_key(shape->table, key->columns[c].name);
        if (fits) return key;
    }
    return NULL;
}

static Str key_problem(Arena *arena, const LogShape *shape) {
    const ModelTable *table = shape->table;
    if (!table->n_key)
        return arena_printf(arena, "table '%.*s' has no key in the pack; give it one that is unique in the database",
                            STR_ARG(table->name));
    if (pipeline_attach_key(shape)) return S("");
    Str key = S("");
    for (size_t i = 0; i < table->n_key; i++)
        key =
            arena_printf(arena, "%.*s%s%.*s", STR_ARG(key), i ? ", " : "", STR_ARG(table->columns[table->key[i]].name));
    return arena_printf(
        arena,
        "no primary key or unique index of table '%.*s' makes the pack's key (%.*s) unique; correct the "
        "pack's key, or add a unique index",
        STR_ARG(table->name), STR_ARG(key));
}

static Str zone_problem(Arena *arena, const ModelTable *table) {
    bool has_time = false;
    for (size_t i = 0; i < table->n_columns; i++) has_time |= table->columns[i].type.kind == TYPE_TIMESTAMP;
    if (!has_time || str_eq(table->source->time_zone, S("UTC"))) return S("");
    return arena_printf(arena,
                        "table '%.*s' has timestamps, and those of an attached database are read as UTC only, not as "
                        "%.*s: leave out 'time_zone' of the source if they are UTC, else leave out the table",
                        STR_ARG(table->name), STR_ARG(table->source->time_zone));
}

/* ---- all of it ------------------------------------------------------------------------------------------------------ */

ErrCode pipeline_attach_problem(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str *ret_problem, Err *err) {
    Value kind, name = value_text(table->name);
    *ret_problem = S("");
    TRY(engine_valuef(ctx, conn, &kind, err,
                      "SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = %V COLLATE NOCASE", &name));
    if (kind.is_null) return missing_table(ctx, conn, table, ret_problem, err);
    if (!str_eq(kind.s, S("table"))) {
        *ret_problem =
            arena_printf(ctx->arena, "'%.*s' is a %.*s, and only tables can be captured", STR_ARG(table->name),
                         STR_ARG(str_eq(kind.s, S("view")) ? S("view") : S("virtual table")));
        return ERR_OK;
    }
    TRY(missing_column(ctx, conn, table, ret_problem, err));
    if (ret_problem->n) return ERR_OK;
    LogShape shape;
    Err why;
    ErrCode code = pipeline_log_shape(ctx, conn, table, &shape, &why);
    if (code == ERR_UNSUPPORTED) {
        *ret_problem = arena_str(ctx->arena, str_of(why.message));
        return ERR_OK;
    }
    if (code) {
        if (err) *err = why;
        return code;
    }
    *ret_problem = key_problem(ctx->arena, &shape);
    if (!ret_problem->n) *ret_problem = zone_problem(ctx->arena, table);
    return ERR_OK;
}
