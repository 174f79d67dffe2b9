/*
 * Gold: SQLite files, read-only, and the SQL that a set's author wrote for them. It runs on these files alone, which are no warehouse
 * of ours, and is one SELECT.
 */
#include "ask/ask_eval.h"

enum { GOLD_LIMIT_MS = 60000 };

typedef struct GoldDb {
    EngineDb *db;
    EngineConn *conn;
} GoldDb;

struct AskEvalGold {
    Arena *arena;
    EngineRegistry *registry;
    const char *folder;
    Map *dbs; /* name -> GoldDb */
};

/* ---- results -------------------------------------------------------------------------------------------------------- */

struct AskEvalResultBuilder {
    Arena *arena;
    AskEvalResult result;
    VEC(Value) cells;
};

AskEvalResultBuilder *ask_eval_result_new(Arena *arena, const Batch *columns, const TimeGrain *grains) {
    AskEvalResultBuilder *builder = ARENA_NEW(arena, AskEvalResultBuilder);
    size_t n = columns->n_columns;
    Str *names = ARENA_ARRAY(arena, Str, n + 1);
    TimeGrain *kept = ARENA_ARRAY(arena, TimeGrain, n + 1);
    for (size_t i = 0; i < n; i++) {
        names[i] = arena_str(arena, columns->columns[i].name);
        if (grains) kept[i] = grains[i];
    }
    builder->arena = arena;
    builder->result = (AskEvalResult){.n_columns = n, .names = names, .grains = kept};
    return builder;
}

ErrCode ask_eval_result_add(AskEvalResultBuilder *builder, const Batch *batch, Err *err) {
    size_t n_columns = builder->result.n_columns;
    if (n_columns > ASK_EVAL_MAX_COLUMNS)
        return err_set(err, ERR_TOO_LARGE, "a result has more than %d columns", ASK_EVAL_MAX_COLUMNS);
    if (builder->cells.n + batch->n_rows * n_columns > ASK_EVAL_MAX_CELLS)
        return err_set(err, ERR_TOO_LARGE, "a result has more than %d values", ASK_EVAL_MAX_CELLS);
    for (size_t row = 0; row < batch->n_rows; row++) {
        for (size_t i = 0; i < n_columns; i++) {
            Value value = column_value(&batch->columns[i], row);
            bool has_text = value.type.kind == TYPE_TEXT || value.type.kind == TYPE_JSON;
            if (has_text && !value.is_null) value.s = arena_str(builder->arena, value.s);
            VEC_PUSH(builder->arena, &builder->cells, value);
        }
    }
    builder->result.n_rows += batch->n_rows;
    return ERR_OK;
}

const AskEvalResult *ask_eval_result_end(AskEvalResultBuilder *builder) {
    builder->result.cells = builder->cells.at;
    return &builder->result;
}

/* ---- the files ------------------------------------------------------------------------------------------------------ */

static void close_db(void *arg) {
    GoldDb *db = arg;
    engine_disconnect(db->conn);
    engine_close(db->db);
}

AskEvalGold *ask_eval_gold_new(Arena *arena, EngineRegistry *registry, const char *folder) {
    AskEvalGold *gold = ARENA_NEW(arena, AskEvalGold);
    *gold = (AskEvalGold){arena, registry, arena_cstr(arena, str_of(folder)), map_new(arena)};
    return gold;
}

static bool is_file_name(Str db) {
    return db.n && *db.p != '.' && str_find_char(db, '/') < 0;
}

static ErrCode open_db(const Ctx *ctx, AskEvalGold *gold, Str name, GoldDb **ret_db, Err *err) {
    GoldDb *db = map_get(gold->dbs, name);
    if (!db) {
        if (!is_file_name(name)) return err_set(err, ERR_INVALID, "'%.*s' is no name of a db", STR_ARG(name));
        Ctx own = *ctx; /* connections outlive the question */
        own.arena = gold->arena;
        const char *path =
            path_join(gold->arena, gold->folder, arena_printf(gold->arena, "%.*s.sqlite", STR_ARG(name)).p);
        TRY(path_real(gold->arena, path, &path, err));
        const EngineConfig config = {.path = path, .is_read_only = true};
        db = ARENA_NEW(gold->arena, GoldDb);
        arena_on_reset(gold->arena, close_db, db);
        TRY(engine_open(&own, gold->registry, &ENGINE_SQLITE, &config, &db->db, err));
        TRY(engine_connect(&own, db->db, &db->conn, err));
        map_put(gold->dbs, arena_str(gold->arena, name), db);
    }
    *ret_db = db;
    return ERR_OK;
}

/* ---- a run ---------------------------------------------------------------------------------------------------------- */

static bool is_select(Str sql) {
    sql = str_trim(sql);
    return (sql.n > 6 && str_eq_nocase(str_slice(sql, 0, 6), S("select"))) ||
           (sql.n > 4 && str_eq_nocase(str_slice(sql, 0, 4), S("with")));
}

/* *types: those found, where the query could be opened. */
static ErrCode run_once(const Ctx *ctx, EngineConn *conn, const SqlText *sql, Type *types, size_t *n_types,
                        const AskEvalResult **ret_result, Err *err) {
    EngineStream *stream = NULL;
    TRY(engine_query(ctx, conn, sql, &stream, err));
    const Batch *columns = engine_stream_columns(stream), *batch = NULL;
    *n_types = MIN_OF(columns->n_columns, (size_t)ASK_EVAL_MAX_COLUMNS);
    for (size_t i = 0; i < *n_types; i++) types[i] = columns->columns[i].type;
    AskEvalResultBuilder *builder = ask_eval_result_new(ctx->arena, columns, NULL);
    ErrCode code;
    do {
        code = engine_stream_next(stream, &batch, err);
        if (!code && batch) code = ask_eval_result_add(builder, batch, err);
    } while (!code && batch);
    engine_stream_close(stream);
    if (!code) *ret_result = ask_eval_result_end(builder);
    return code;
}

/* SQLite's columns hold what they like, and one that began with whole numbers may go on with others (a sum of nothing is 0): it is then
 * read as float64, and columns before it with it, as far as that is needed. */
ErrCode ask_eval_gold_run(const Ctx *ctx, AskEvalGold *gold, Str db_name, Str sql, int limit_ms,
                          const AskEvalResult **ret_result, Err *err) {
    if (!is_select(sql)) return err_set(err, ERR_INVALID, "gold SQL is one SELECT, not '%.*s'", STR_ARG(sql));
    GoldDb *db = NULL;
    TRY(open_db(ctx, gold, db_name, &db, err));
    assert(db);
    Ctx own = *ctx;
    int64_t until_us = clock_monotonic(ctx->clock) + (int64_t)(limit_ms ? limit_ms : GOLD_LIMIT_MS) * 1000;
    own.deadline_us = ctx->deadline_us ? MIN_OF(ctx->deadline_us, until_us) : until_us;
    Type found[ASK_EVAL_MAX_COLUMNS], stated[ASK_EVAL_MAX_COLUMNS] = {0};
    size_t n_types = 0, n_widened = 0;
    for (;;) {
        const SqlText text = {.text = sql, .types = stated, .n_types = n_types};
        Err cause;
        ErrCode code = run_once(&own, db->conn, &text, found, &n_types, ret_result, &cause);
        while (code == ERR_DATA && n_widened < n_types && found[n_widened].kind != TYPE_INT64) n_widened++;
        if (!code || code != ERR_DATA || n_widened == n_types) {
            if (code && err) *err = cause;
            return code;
        }
        stated[n_widened++] = TYPE(TYPE_FLOAT64);
    }
}
