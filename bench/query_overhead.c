/* What the semantic layer adds to a query: compiling it, and running it with its account (left out, period, data version) against
 * SQL written by hand for the rows alone, in one process, in turns. "Rows" is the statement that was compiled, without the account.
 *   query_overhead WAREHOUSE PACK RUNS (QUERY SQL)… */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "query/query.h"

static ErrCode take_columns(void *arg, const QueryColumn *columns, size_t n, Err *err) {
    (void)arg, (void)columns, (void)n, (void)err;
    return ERR_OK;
}
static ErrCode take_batch(void *arg, const Batch *batch, Err *err) {
    (void)err;
    *(size_t *)arg += batch->n_rows;
    return ERR_OK;
}
static ErrCode take_account(void *arg, const QueryAccount *account, Err *err) {
    (void)arg, (void)account, (void)err;
    return ERR_OK;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n) {
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

static double now_us(void) {
    return (double)clock_monotonic(CLOCK_SYSTEM);
}

static ErrCode run_bare(const Ctx *ctx, EngineConn *conn, const SqlText *sql, Err *err) {
    EngineStream *stream = NULL;
    TRY(engine_query(ctx, conn, sql, &stream, err));
    const Batch *batch = NULL;
    ErrCode code = engine_stream_next(stream, &batch, err);
    while (!code && batch) code = engine_stream_next(stream, &batch, err);
    engine_stream_close(stream);
    return code;
}

static ErrCode measure(Ctx *ctx, EngineConn *conn, Str text, Str by_hand, size_t n_runs, Err *err) {
    double compile[1000], full[1000], rows[1000], bare[1000];
    size_t n_rows = 0;
    for (size_t i = 0; i < n_runs; i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        ctx->arena = arena;
        const Query *query = NULL;
        const QueryPlan *plan = NULL;
        SqlText sql = {0};
        double t0 = now_us();
        TRY(query_parse_text(ctx, text, &query, err));
        TRY(query_compile(ctx, query, &(QueryOptions){.default_limit = -1}, &plan, err));
        TRY(query_sql(ctx, engine_dialect(engine_of(conn)), plan, &sql, err));
        double t1 = now_us();
        TRY(run_bare(ctx, conn, &(SqlText){.text = by_hand}, err));
        double t2 = now_us();
        n_rows = 0;
        const QueryReceiver receiver = {take_columns, take_batch, take_account, &n_rows};
        TRY(query_run(ctx, conn, plan, &receiver, err));
        double t3 = now_us();
        TRY(run_bare(ctx, conn, &sql, err));
        double t4 = now_us();
        compile[i] = t1 - t0, bare[i] = t2 - t1, full[i] = t3 - t2, rows[i] = t4 - t3;
    }
    double c = median(compile, n_runs), f = median(full, n_runs), r = median(rows, n_runs), b = median(bare, n_runs);
    printf("%8.0f %9.2f %9.2f %9.2f %8.2f %8.2f %8zu  %.*s\n", c, b / 1000, r / 1000, f / 1000, (r + c) / b,
           (f + c) / b, n_rows, (int)MIN_OF(text.n, 70), text.p);
    return ERR_OK;
}

static ErrCode run(int argc, char **argv, Err *err) {
    if (argc < 6 || argc % 2)
        return err_set(err, ERR_INVALID, "usage: query_overhead WAREHOUSE PACK RUNS (QUERY SQL)…");
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Ctx ctx = {.arena = arena, .security = &SECURITY_OWNER, .clock = CLOCK_SYSTEM, .as_of_us = INT64_MIN};
    Model *model = NULL;
    ModelFindings findings = {0};
    TRY(model_load(arena, argv[2], &model, &findings, err));
    Snapshot *snapshot = snapshot_new(1);
    snapshot_set(snapshot, SNAPSHOT_MODEL, model, NULL);
    ctx.snapshot = snapshot;
    EngineRegistry *registry = engine_registry_new();
    EngineDb *db = NULL;
    EngineConn *conn = NULL;
    int64_t n_runs = 0;
    if (!str_to_int64(str_of(argv[3]), &n_runs) || n_runs < 1 || n_runs > 1000)
        return err_set(err, ERR_INVALID, "RUNS is 1 to 1000");
    TRY(engine_open(&ctx, registry, &ENGINE_DUCKDB, &(EngineConfig){.path = argv[1], .is_read_only = true}, &db, err));
    TRY(engine_connect(&ctx, db, &conn, err));
    printf("          by hand  its rows  with account    rows /  account /\n"
           "compile µs     ms        ms        ms      hand     hand     rows  query (medians of %d)\n",
           (int)n_runs);
    for (int i = 4; i < argc; i += 2)
        TRY(measure(&ctx, conn, str_of(argv[i]), str_of(argv[i + 1]), (size_t)n_runs, err));
    engine_disconnect(conn);
    engine_close(db);
    engine_registry_free(registry);
    snapshot_release(snapshot);
    return ERR_OK;
}

int main(int argc, char **argv) {
    Err err = {0};
    if (!run(argc, argv, &err)) return 0;
    char text[2048];
    fprintf(stderr, "query_overhead: %s\n", err_format(&err, text, sizeof text));
    return 1;
}
