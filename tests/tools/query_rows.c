/* Answers semantic queries, for tests in scripts: a model and its rows are given, no home is needed.
 *   query_rows ENGINE PACK_FOLDER SCRIPT [URL]      ENGINE is duckdb or sqlite, in memory, or postgres at the URL
 * SCRIPT makes the gold tables, statements end in ";" at a line's end. Each line of the input is a query; each gives a line of JSON:
 *   {"sql", "columns": [{name, type, role}], "rows": [[…]], "left_out": [{member, rows, measures}],
 *    "totals": [{kind, rows, measures}], "next": […], "period": {known, from, to, text}, "defaults": […]}
 *   {"sql", "error": {code, path, message, detail}}
 * Numbers stand as JSON has them, decimals with all their digits; dates and instants as text. It is 2021-02-10T12:00:00Z. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/query.h"

enum { SCRIPT_MAX_BYTES = 64 << 20, ANSWER_MAX_BYTES = 64 << 20 };

typedef struct Rows {
    Arena *arena; /* of the whole run */
    Ctx ctx;      /* its arena is that of one query */
    Snapshot *snapshot;
    EngineRegistry *registry;
    EngineDb *db;
    EngineConn *conn;
} Rows;

/* One answer as it comes. It is written only when it is whole, so an error stands alone. */
typedef struct Answer {
    Arena *arena;
    JsonWriter *json;
    const QueryColumn *columns;
    size_t n_columns;
    QueryAccount account;
} Answer;

static int64_t now(void *arg) {
    (void)arg;
    return INT64_C(1612958400) * TIME_US_PER_SECOND;
}

/* ---- set up --------------------------------------------------------------------------------------------------------- */

static const Engine *engine_named(const char *name) {
    const Engine *engines[] = {&ENGINE_DUCKDB, &ENGINE_SQLITE, &ENGINE_POSTGRES};
    for (size_t i = 0; i < COUNT_OF(engines); i++)
        if (strcmp(name, engine_name(engines[i])) == 0) return engines[i];
    return NULL;
}

static ErrCode load_model(Rows *rows, const char *folder, Err *err) {
    Model *model = NULL;
    ModelFindings findings = {0};
    TRY(model_load(rows->arena, folder, &model, &findings, err));
    rows->snapshot = snapshot_new(1);
    rows->ctx.snapshot = rows->snapshot;
    snapshot_set(rows->snapshot, SNAPSHOT_MODEL, model, NULL);
    return ERR_OK;
}

static ErrCode run_script(Rows *rows, const char *path, Err *err) {
    Str script;
    TRY(file_read(rows->arena, path, SCRIPT_MAX_BYTES, &script, err));
    while (script.n) {
        ptrdiff_t end = str_find(script, S(";\n"));
        SqlText sql = {.text = str_slice(script, 0, end < 0 ? script.n : (size_t)end)};
        script = end < 0 ? (Str){0} : str_slice(script, (size_t)end + 2, script.n);
        TRY(engine_exec(&rows->ctx, rows->conn, &sql, NULL, err));
    }
    return ERR_OK;
}

static ErrCode open_all(Rows *rows, char **argv, Err *err) {
    const Engine *engine = engine_named(argv[1]);
    EngineConfig config = {.is_create = true, .n_threads = 1, .url = argv[4]};
    if (!engine) return err_set(err, ERR_UNKNOWN_NAME, "no engine '%s'; there are: duckdb, sqlite, postgres", argv[1]);
    TRY(load_model(rows, argv[2], err));
    rows->registry = engine_registry_new();
    TRY(engine_open(&rows->ctx, rows->registry, engine, &config, &rows->db, err));
    TRY(engine_connect(&rows->ctx, rows->db, &rows->conn, err));
    return run_script(rows, argv[3], err);
}

static void close_all(Rows *rows) {
    engine_disconnect(rows->conn);
    engine_close(rows->db);
    if (rows->registry) engine_registry_free(rows->registry);
    if (rows->snapshot) snapshot_release(rows->snapshot);
    arena_free(rows->arena);
}

/* ---- an answer ------------------------------------------------------------------------------------------------------ */

static void text_field(JsonWriter *json, Str key, Str text) {
    json_key(json, key);
    json_text(json, text);
}

static void int_field(JsonWriter *json, Str key, int64_t number) {
    json_key(json, key);
    json_int(json, number);
}

static ErrCode take_columns(void *arg, const QueryColumn *columns, size_t n_columns, Err *err) {
    Answer *answer = arg;
    (void)err;
    answer->columns = columns;
    answer->n_columns = n_columns;
    json_key(answer->json, S("columns"));
    json_array_begin(answer->json);
    for (size_t i = 0; i < n_columns; i++) {
        json_object_begin(answer->json);
        text_field(answer->json, S("name"), columns[i].name);
        text_field(answer->json, S("type"), str_of(type_kind_name(columns[i].type.kind)));
        text_field(answer->json, S("role"), str_of(query_role_name(columns[i].role)));
        json_object_end(answer->json);
    }
    json_array_end(answer->json);
    json_key(answer->json, S("rows"));
    json_array_begin(answer->json);
    return ERR_OK;
}

static ErrCode take_batch(void *arg, const Batch *batch, Err *err) {
    Answer *answer = arg;
    (void)err;
    for (size_t row = 0; row < batch->n_rows; row++) {
        json_array_begin(answer->json);
        for (size_t i = 0; i < batch->n_columns; i++) json_value(answer->json, column_value(&batch->columns[i], row));
        json_array_end(answer->json);
    }
    return ERR_OK;
}

static ErrCode take_account(void *arg, const QueryAccount *account, Err *err) {
    Answer *answer = arg;
    (void)err;
    answer->account = *account;
    return ERR_OK;
}

/* The rest of an object: the rows it is about and the query's measures over them. */
static void write_measures(const Answer *answer, const Value *measures, int64_t n_rows) {
    int_field(answer->json, S("rows"), n_rows);
    json_key(answer->json, S("measures"));
    json_array_begin(answer->json);
    for (size_t i = 0, k = 0; i < answer->n_columns; i++)
        if (answer->columns[i].role == QUERY_ROLE_MEASURE) json_value(answer->json, measures[k++]);
    json_array_end(answer->json);
    json_object_end(answer->json);
}

static void write_left_out(const Answer *answer) {
    json_key(answer->json, S("left_out"));
    json_array_begin(answer->json);
    for (size_t i = 0; i < answer->account.n_left_out; i++) {
        const QueryLeftOut *left_out = &answer->account.left_out[i];
        json_object_begin(answer->json);
        text_field(answer->json, S("member"), left_out->member);
        write_measures(answer, left_out->measures, left_out->n_rows);
    }
    json_array_end(answer->json);
}

static void write_totals(const Answer *answer) {
    json_key(answer->json, S("totals"));
    json_array_begin(answer->json);
    for (size_t i = 0; i < answer->account.n_totals; i++) {
        const QueryTotal *total = &answer->account.totals[i];
        json_object_begin(answer->json);
        text_field(answer->json, S("kind"), total->kind);
        write_measures(answer, total->measures, total->n_rows);
    }
    json_array_end(answer->json);
    json_key(answer->json, S("next"));
    json_array_begin(answer->json);
    for (size_t i = 0; i < answer->account.n_next; i++) json_value(answer->json, answer->account.next[i]);
    json_array_end(answer->json);
}

static void write_account(const Answer *answer) {
    const QueryPeriod *period = &answer->account.period;
    write_left_out(answer);
    write_totals(answer);
    json_key(answer->json, S("period"));
    json_object_begin(answer->json);
    json_key(answer->json, S("known"));
    json_bool(answer->json, period->is_known);
    int_field(answer->json, S("from"), period->data_from_us);
    int_field(answer->json, S("to"), period->data_to_us);
    text_field(answer->json, S("text"), period->text);
    json_object_end(answer->json);
    json_key(answer->json, S("defaults"));
    json_array_begin(answer->json);
    for (size_t i = 0; i < answer->account.n_defaults; i++) json_text(answer->json, answer->account.defaults[i]);
    json_array_end(answer->json);
}

/* The statement of the rows, its parameters after it. */
static ErrCode write_sql(const Rows *rows, const QueryPlan *plan, JsonWriter *json, Err *err) {
    SqlText sql;
    TRY(query_sql(&rows->ctx, engine_dialect(engine_of(rows->conn)), plan, &sql, err));
    Str text = sql.text;
    for (size_t i = 0; i < sql.n_params; i++) {
        Str value = value_print(rows->ctx.arena, sql.params[i]);
        text = arena_printf(rows->ctx.arena, "%.*s%s%.*s", STR_ARG(text), i ? ", " : " <- ", STR_ARG(value));
    }
    text_field(json, S("sql"), text);
    return ERR_OK;
}

static ErrCode answer(Rows *rows, Str line, JsonWriter *json, Err *err) {
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    Answer answer = {.arena = rows->ctx.arena, .json = json};
    QueryReceiver receiver = {.columns = take_columns, .batch = take_batch, .account = take_account, .arg = &answer};
    TRY(query_parse_text(&rows->ctx, line, &query, err));
    rows->ctx.as_of_us = INT64_MIN;
    if (query_needs_as_of(query)) TRY(query_as_of(&rows->ctx, rows->conn, &rows->ctx.as_of_us, err));
    TRY(query_compile(&rows->ctx, query, NULL, &plan, err));
    TRY(write_sql(rows, plan, json, err));
    TRY(query_run(&rows->ctx, rows->conn, plan, &receiver, err));
    json_array_end(json);
    write_account(&answer);
    return ERR_OK;
}

static void write_error(JsonWriter *json, const Err *err) {
    json_key(json, S("error"));
    json_object_begin(json);
    text_field(json, S("code"), str_of(err_info(err->code)->wire));
    text_field(json, S("path"), str_of(err->file));
    text_field(json, S("message"), str_of(err->message));
    text_field(json, S("detail"), str_of(err->detail));
    json_object_end(json);
}

static ErrCode answer_line(Rows *rows, Str line, Err *err) {
    Buf text;
    JsonWriter json;
    Err failed = {0};
    buf_init(&text, ANSWER_MAX_BYTES);
    json_writer_init(&json, sink_of_buf(&text), false, err);
    json_object_begin(&json);
    if (answer(rows, line, &json, &failed)) {
        if (json.depth > 1) json_array_end(&json); /* it failed among the rows */
        write_error(&json, &failed);
    }
    json_object_end(&json);
    ErrCode code = json_writer_finish(&json);
    if (!code) {
        fwrite(text.p, 1, text.n, stdout);
        putchar('\n');
        fflush(stdout);
    }
    buf_release(&text);
    return code;
}

static ErrCode answer_all(Rows *rows, Err *err) {
    char *line = NULL;
    size_t cap = 0;
    ErrCode code = ERR_OK;
    rows->ctx.arena = arena_new(0);
    for (ssize_t n; !code && (n = getline(&line, &cap, stdin)) > 0;) {
        arena_reset(rows->ctx.arena);
        code = answer_line(rows, (Str){line, (size_t)n}, err);
    }
    free(line);
    arena_free(rows->ctx.arena);
    return code;
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 5) {
        fputs("usage: query_rows ENGINE PACK_FOLDER SCRIPT [URL]\n", stderr);
        return 2;
    }
    Err err = {0};
    Rows rows = {.arena = arena_new(0)};
    rows.ctx = (Ctx){.arena = rows.arena,
                     .security = &SECURITY_OWNER,
                     .clock = {.now_utc_us = now, .monotonic_us = CLOCK_SYSTEM.monotonic_us, .arg = CLOCK_SYSTEM.arg},
                     .as_of_us = INT64_MIN};
    ErrCode code = open_all(&rows, argv, &err);
    if (!code) code = answer_all(&rows, &err);
    if (code) fprintf(stderr, "query_rows: %s: %s (%s)\n", err.file, err.message, err.detail);
    close_all(&rows);
    return code ? 1 : 0;
}
