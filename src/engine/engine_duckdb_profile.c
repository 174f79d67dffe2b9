/* DuckDB's own account of a query: EXPLAIN ANALYZE, whose one row holds a tree of operators as JSON. */
#include "engine/engine_duckdb_internal.h"

static const Json *child(const Json *node) {
    const Json *children = node ? json_get(node, S("children")) : NULL;
    return children && children->kind == JSON_ARRAY && children->array.n ? children->array.at[0] : NULL;
}

static int64_t number(const Json *node, const char *key, int64_t none) {
    const Json *value = node ? json_get(node, str_of(key)) : NULL;
    return value && value->kind == JSON_INT ? value->i : none;
}

/* The root is the whole, below it EXPLAIN ANALYZE itself, below that what the query's last operator gave. */
static ErrCode read_profile(const Ctx *ctx, Str text, EngineCost *cost, Err *err) {
    const Json *root = NULL;
    TRY(json_parse(ctx->arena, text, &JSON_LIMITS_DEFAULT, &root, err));
    cost->n_scanned = number(root, "cumulative_rows_scanned", -1);
    cost->n_rows = number(child(child(root)), "operator_cardinality", 0);
    return ERR_OK;
}

ErrCode duck_cost(const Ctx *ctx, EngineConn *conn, const SqlText *sql, EngineCost *cost, Err *err) {
    SqlText profiled = {.text = arena_printf(ctx->arena, "EXPLAIN (ANALYZE, FORMAT JSON) %.*s", STR_ARG(sql->text)),
                        .params = sql->params,
                        .n_params = sql->n_params};
    EngineStream *stream = NULL;
    const Batch *batch = NULL;
    TRY(engine_query(ctx, conn, &profiled, &stream, err));
    ErrCode code = engine_stream_next(stream, &batch, err);
    if (!code && (!batch || !batch->n_rows || batch->n_columns < 2))
        code = err_set(err, ERR_ENGINE, "The database engine gave no profile of the query.");
    if (!code) code = read_profile(ctx, arena_str(ctx->arena, column_str(&batch->columns[1], 0)), cost, err);
    engine_stream_close(stream);
    return code;
}
