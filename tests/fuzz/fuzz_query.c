/*
 * query_parse_text, then query_compile against the model of tests/golden/query, then query_sql: each succeeds or refuses, and none is a
 * fault of ours. What is read can be printed; what is printed reads back to the same text and compiles to the same SQL.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "query/query.h"

static Arena *model_arena;
static Snapshot *snapshot;

/* The clock of tests/unit/query: 2021-02-10T12:00:00Z. */
static int64_t now_utc_us(void *arg) {
    (void)arg;
    return INT64_C(1612958400) * TIME_US_PER_SECOND;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    const char *source = getenv("STARLING_SOURCE");
    model_arena = arena_new(0);
    const char *folder = path_join(model_arena, source ? source : ".", "tests/golden/query");
    Model *model = NULL;
    ModelFindings findings = {0};
    Err err = {0};
    ErrCode code = model_load(model_arena, folder, &model, &findings, &err);
    assert(!code);
    snapshot = snapshot_new(1);
    snapshot_set(snapshot, SNAPSHOT_MODEL, model, NULL);
    return 0;
}

static Str printed(Arena *arena, const Query *query) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 24);
    Err err = {0};
    JsonWriter writer;
    json_writer_init(&writer, sink_of_buf(&buf), false, &err);
    query_print(&writer, query);
    ErrCode code = json_writer_finish(&writer);
    assert(!code && !buf.is_overflown);
    return arena_str(arena, buf_str(&buf));
}

/* The SQL, or the message of what refuses the query. */
static Str compiled(const Ctx *ctx, const Query *query, ErrCode *ret_code) {
    const QueryPlan *plan = NULL;
    SqlText sql = {0};
    Err err = {0};
    ErrCode code = query_compile(ctx, query, NULL, &plan, &err);
    if (!code) code = query_sql(ctx, &SQL_DIALECT_DUCKDB, plan, &sql, &err);
    for (size_t i = 0; !code && i < plan->n_left_out; i++) {
        SqlText left_out;
        if (plan->left_out[i])
            code = sql_print_select(ctx->arena, &SQL_DIALECT_DUCKDB, plan->left_out[i], &left_out, &err);
    }
    assert(code == err.code && code != ERR_INTERNAL);
    assert(!code || err.message[0]);
    *ret_code = code;
    return code ? arena_str(ctx->arena, str_of(err.message)) : sql.text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Ctx ctx = {.arena = arena,
               .snapshot = snapshot,
               .security = &SECURITY_OWNER,
               .clock = {.now_utc_us = now_utc_us, .monotonic_us = CLOCK_SYSTEM.monotonic_us, .arg = CLOCK_SYSTEM.arg},
               .as_of_us = INT64_MIN};
    const Query *query = NULL, *again = NULL;
    Err err = {0};
    ErrCode code = query_parse_text(&ctx, (Str){(const char *)data, n_bytes}, &query, &err);
    assert(code == err.code && !query == (code != ERR_OK) && code != ERR_INTERNAL);
    if (code) return 0;
    Str once = printed(arena, query);
    code = query_parse_text(&ctx, once, &again, &err);
    assert(!code && str_eq(printed(arena, again), once));
    ErrCode compile_code, again_code;
    Str sql = compiled(&ctx, query, &compile_code), again_sql = compiled(&ctx, again, &again_code);
    bool is_same = compile_code == again_code && (compile_code || str_eq(sql, again_sql));
    if (!is_same) fprintf(stderr, "%.*s\n%.*s\n%.*s\n", STR_ARG(once), STR_ARG(sql), STR_ARG(again_sql));
    assert(is_same);
    return 0;
}
