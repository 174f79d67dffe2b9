/*
 * How a table's staged rows differ from silver, as bronze records and silver rows: all of it set-based.
 *
 * A row is told by its declared key. A keyless table's rows are told by (row hash, nth equal row): a multiset, so that equal rows
 * all count and their order does not matter; rows to append by (hash of their file, number in it).
 *
 * Phases: the stage gets these identities where they are not columns; into an empty silver everything goes in directly; else a
 * temporary table of records is made from one join each way and carried out (pipeline_warehouse_apply.c).
 */
#include "pipeline/pipeline_internal.h"

typedef struct Diff {
    const Ctx *ctx;
    Warehouse *warehouse;
    const ModelTable *table;
    Str source;
    const SqlRelation *stage;
    int64_t at_us;        /* the moment the rows stand for; INT64_MIN: unknown */
    const Str *file_hash; /* rows to append; NULL: the whole content */
    SilverKey key;
    Str *names; /* of the table's columns */
    Type *types;
} Diff;

static const SqlExpr *row_number(Arena *arena, const SqlExpr *const *partition, size_t n_partition,
                                 const SqlOrder *order, size_t n_order) {
    SqlWindow *window = ARENA_NEW(arena, SqlWindow);
    *window = (SqlWindow){.partition = partition, .n_partition = n_partition, .order = order, .n_order = n_order};
    return sql_over(arena, sql_call(arena, SQL_FN_ROW_NUMBER, NULL, 0), window);
}

/* ---- identities ----------------------------------------------------------------------------------------------------- */

static void draft_columns(const Diff *diff, SelectDraft *draft, Str alias) {
    for (size_t i = 0; i < diff->table->n_columns; i++)
        pipeline_draft_item(draft, sql_column(draft->arena, alias, diff->names[i], diff->types[i]), diff->names[i]);
}

static const SqlExpr *text_column(Arena *arena, const char *table, const char *name) {
    return sql_column(arena, str_of(table), str_of(name), TYPE(TYPE_TEXT));
}

static const SqlExpr *int_column(Arena *arena, const char *table, const char *name) {
    return sql_column(arena, str_of(table), str_of(name), TYPE(TYPE_INT64));
}

/* The stage's columns and _n, the number of the row in it. */
static void draft_numbered(const Diff *diff, SelectDraft *draft) {
    draft_columns(diff, draft, S("s"));
    pipeline_draft_item(draft, row_number(draft->arena, NULL, 0, NULL, 0), S("_n"));
    pipeline_draft_from(draft, SQL_JOIN_NONE, diff->stage, S("s"), NULL);
}

/* Numbers equal rows. Few rows are equal to another, so only those go through the window, and not with all their columns:
 * select _n, row_number() over (partition by _row_hash order by _n) where _row_hash stands more than once. */
static const SqlSelect *equal_rows(Arena *arena, const SqlRelation *hashed) {
    SelectDraft repeated = {.arena = arena, .n_group = 1}, draft = {.arena = arena};
    pipeline_draft_item(&repeated, text_column(arena, "g", "_row_hash"), S("_row_hash"));
    pipeline_draft_from(&repeated, SQL_JOIN_NONE, hashed, S("g"), NULL);
    SqlSelect *several = arena_dup(arena, pipeline_draft_end(&repeated), sizeof(SqlSelect));
    several->having = sql_call2(arena, SQL_FN_GT, sql_call(arena, SQL_FN_COUNT_ALL, NULL, 0), pipeline_int(arena, 1));
    const SqlExpr **partition = ARENA_ARRAY(arena, const SqlExpr *, 1);
    SqlOrder *order = ARENA_ARRAY(arena, SqlOrder, 1);
    partition[0] = text_column(arena, "h", "_row_hash");
    order[0].expr = int_column(arena, "h", "_n");
    pipeline_draft_item(&draft, order[0].expr, S("_n"));
    pipeline_draft_item(&draft, row_number(arena, partition, 1, order, 1), S("_nth"));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, hashed, S("h"), NULL);
    pipeline_draft_where(&draft, sql_in_select(arena, partition[0], several, false));
    return pipeline_draft_end(&draft);
}

/* The stage with its rows' identities: columns, [_row_hash, _nth of a keyless table,] _n. Makes temporary tables that
 * forget_identities drops. */
static ErrCode identify(const Diff *diff, const SqlSelect **ret_select, Err *err) {
    const Ctx *ctx = diff->ctx;
    Arena *arena = ctx->arena;
    SelectDraft numbered = {.arena = arena}, draft = {.arena = arena};
    if (diff->table->n_key) {
        draft_numbered(diff, &numbered);
        *ret_select = pipeline_draft_end(&numbered);
        return ERR_OK;
    }
    const SqlExpr **columns = ARENA_ARRAY(arena, const SqlExpr *, diff->table->n_columns);
    for (size_t i = 0; i < diff->table->n_columns; i++)
        columns[i] = sql_column(arena, S("s"), diff->names[i], diff->types[i]);
    const SqlExpr *hash = diff->file_hash ? pipeline_text(arena, *diff->file_hash)
                                          : sql_call(arena, SQL_FN_ROW_HASH, columns, diff->table->n_columns);
    pipeline_draft_item(&numbered, hash, S("_row_hash"));
    draft_numbered(diff, &numbered);
    const SqlRelation *hashed, *equal;
    TRY(pipeline_temp_table(ctx, diff->warehouse->conn, S("_hashed"), pipeline_draft_end(&numbered), &hashed, err));
    draft_columns(diff, &draft, S("h"));
    pipeline_draft_item(&draft, text_column(arena, "h", "_row_hash"), S("_row_hash"));
    const SqlExpr *nth = int_column(arena, "h", "_n");
    pipeline_draft_from(&draft, SQL_JOIN_NONE, hashed, S("h"), NULL);
    if (!diff->file_hash) {
        TRY(pipeline_temp_table(ctx, diff->warehouse->conn, S("_equal"), equal_rows(arena, hashed), &equal, err));
        nth = sql_call2(arena, SQL_FN_COALESCE, int_column(arena, "e", "_nth"), pipeline_int(arena, 1));
        const SqlExpr *on = sql_call2(arena, SQL_FN_EQ, int_column(arena, "e", "_n"), int_column(arena, "h", "_n"));
        pipeline_draft_from(&draft, SQL_JOIN_LEFT, equal, S("e"), on);
    }
    pipeline_draft_item(&draft, nth, S("_nth"));
    pipeline_draft_item(&draft, int_column(arena, "h", "_n"), S("_n"));
    *ret_select = pipeline_draft_end(&draft);
    return ERR_OK;
}

static ErrCode forget_identities(const Diff *diff, Err *err) {
    static const char *const temporary[] = {"_hashed", "_equal", "_rows"};
    for (size_t i = 0; i < COUNT_OF(temporary); i++) {
        const SqlRelation *relation = sql_relation_table(diff->ctx->arena, S(""), str_of(temporary[i]));
        TRY(pipeline_temp_drop(diff->ctx, diff->warehouse->conn, relation, err));
    }
    return ERR_OK;
}

/* ---- into an empty silver ------------------------------------------------------------------------------------------- */

static ErrCode load_silver(const Diff *diff, int64_t *ret_n, Err *err) {
    Arena *arena = diff->ctx->arena;
    const SqlSelect *rows;
    TRY(identify(diff, &rows, err));
    SelectDraft draft = {.arena = arena};
    draft_columns(diff, &draft, S("x"));
    for (size_t i = 0; i < diff->key.n && !diff->table->n_key; i++)
        pipeline_draft_item(&draft, sql_column(arena, S("x"), diff->key.names[i], diff->key.types[i]),
                            diff->key.names[i]);
    const SqlExpr *seq =
        sql_call2(arena, SQL_FN_ADD, int_column(arena, "x", "_n"), pipeline_int(arena, diff->warehouse->seq));
    pipeline_draft_item(&draft, seq, S("_seq"));
    pipeline_draft_item(&draft, pipeline_null(arena, TYPE(TYPE_TIMESTAMP)), S("_at"));
    pipeline_draft_from_select(&draft, SQL_JOIN_NONE, rows, S("x"), NULL);
    const SqlRelation *silver = pipeline_silver(arena, diff->table);
    return pipeline_insert(diff->ctx, diff->warehouse->conn, silver, pipeline_draft_end(&draft), ret_n, err);
}

static void draft_record(const Diff *diff, SelectDraft *draft, const SqlExpr *seq, const SqlExpr *op,
                         const SqlExpr *at) {
    Arena *arena = diff->ctx->arena;
    pipeline_draft_item(draft, seq, S("_seq"));
    pipeline_draft_item(draft, op, S("_op"));
    pipeline_draft_item(draft, pipeline_text(arena, diff->warehouse->batch), S("_batch"));
    pipeline_draft_item(draft, at, S("_at"));
    pipeline_draft_item(draft, pipeline_text(arena, diff->source), S("_source"));
}

/* Bronze's inserts are silver's rows. */
static ErrCode load_bronze(const Diff *diff, Err *err) {
    Arena *arena = diff->ctx->arena;
    SelectDraft draft = {.arena = arena};
    draft_record(diff, &draft, sql_column(arena, S("t"), S("_seq"), TYPE(TYPE_INT64)), pipeline_text(arena, S("I")),
                 sql_column(arena, S("t"), S("_at"), TYPE(TYPE_TIMESTAMP)));
    for (size_t i = 0; i < diff->key.n; i++)
        pipeline_draft_item(&draft, sql_column(arena, S("t"), diff->key.names[i], diff->key.types[i]),
                            pipeline_name(arena, "key_", diff->key.names[i]));
    for (size_t i = 0; i < diff->table->n_columns; i++)
        pipeline_draft_item(&draft, sql_column(arena, S("t"), diff->names[i], diff->types[i]),
                            pipeline_name(arena, "after_", diff->names[i]));
    pipeline_draft_from(&draft, SQL_JOIN_NONE, pipeline_silver(arena, diff->table), S("t"), NULL);
    return pipeline_insert(diff->ctx, diff->warehouse->conn, pipeline_bronze(arena, diff->table),
                           pipeline_draft_end(&draft), NULL, err);
}

/* ---- changes -------------------------------------------------------------------------------------------------------- */

static const SqlExpr *same_key(const Diff *diff, Str a, Str b) {
    return pipeline_same_columns(diff->ctx->arena, a, b, diff->key.names, diff->key.types, diff->key.n, false);
}

/* One half of the changes: the columns of a record from aliases, NULL where there is none. */
static void draft_images(const Diff *diff, SelectDraft *draft, Str key, const Str *before, const Str *after) {
    Arena *arena = diff->ctx->arena;
    for (size_t i = 0; i < diff->key.n; i++)
        pipeline_draft_item(draft, sql_column(arena, key, diff->key.names[i], diff->key.types[i]),
                            pipeline_name(arena, "key_", diff->key.names[i]));
    for (size_t i = 0; i < diff->table->n_columns; i++)
        pipeline_draft_item(draft,
                            before ? sql_column(arena, *before, diff->names[i], diff->types[i])
                                   : pipeline_null(arena, diff->types[i]),
                            pipeline_name(arena, "before_", diff->names[i]));
    for (size_t i = 0; i < diff->table->n_columns; i++)
        pipeline_draft_item(draft,
                            after ? sql_column(arena, *after, diff->names[i], diff->types[i])
                                  : pipeline_null(arena, diff->types[i]),
                            pipeline_name(arena, "after_", diff->names[i]));
}

/* Rows of the stage that silver has not, or has otherwise. */
static const SqlSelect *new_rows(const Diff *diff, const SqlRelation *staged) {
    Arena *arena = diff->ctx->arena;
    SelectDraft draft = {.arena = arena};
    Str s = S("s"), t = S("t");
    const SqlExpr *is_new = sql_call1(arena, SQL_FN_IS_NULL, sql_column(arena, t, S("_seq"), TYPE(TYPE_INT64)));
    const SqlExpr *op[] = {is_new, pipeline_text(arena, S("I")), pipeline_text(arena, S("U"))};
    pipeline_draft_item(&draft, sql_case(arena, op, COUNT_OF(op), TYPE(TYPE_TEXT)), S("_op"));
    draft_images(diff, &draft, s, &t, &s);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, staged, s, NULL);
    pipeline_draft_from(&draft, SQL_JOIN_LEFT, pipeline_silver(arena, diff->table), t, same_key(diff, s, t));
    bool is_content_key = !diff->table->n_key && !diff->file_hash;
    const SqlExpr *is_other =
        is_content_key ? NULL : pipeline_any_distinct(arena, s, t, diff->names, diff->types, diff->table->n_columns);
    const SqlExpr *either[] = {is_new, is_other};
    pipeline_draft_where(&draft, is_other ? sql_call(arena, SQL_FN_OR, either, 2) : is_new);
    return pipeline_draft_end(&draft);
}

/* Rows of silver that the stage has not. */
static const SqlSelect *gone_rows(const Diff *diff, const SqlRelation *staged) {
    Arena *arena = diff->ctx->arena;
    SelectDraft draft = {.arena = arena};
    Str t = S("t");
    pipeline_draft_item(&draft, pipeline_text(arena, S("D")), S("_op"));
    draft_images(diff, &draft, t, &t, NULL);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, pipeline_silver(arena, diff->table), t, NULL);
    SelectDraft there = {.arena = arena};
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, staged, S("s"), NULL);
    pipeline_draft_where(&there, same_key(diff, S("s"), t));
    pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&there), true));
    return pipeline_draft_end(&draft);
}

/* Both halves, numbered in an order that does not depend on how they were found. */
static const SqlSelect *numbered_changes(const Diff *diff, const SqlRelation *staged) {
    Arena *arena = diff->ctx->arena;
    SqlSelect *both = arena_dup(arena, new_rows(diff, staged), sizeof(SqlSelect));
    if (!diff->file_hash) both->other = gone_rows(diff, staged);
    SelectDraft draft = {.arena = arena};
    size_t n_order = diff->key.n + 1;
    SqlOrder *order = ARENA_ARRAY(arena, SqlOrder, n_order);
    order[0].expr = sql_column(arena, S("b"), S("_op"), TYPE(TYPE_TEXT));
    for (size_t i = 0; i < diff->key.n; i++)
        order[i + 1].expr =
            sql_column(arena, S("b"), pipeline_name(arena, "key_", diff->key.names[i]), diff->key.types[i]);
    const SqlExpr *number = row_number(arena, NULL, 0, order, n_order);
    pipeline_draft_item(&draft, sql_call2(arena, SQL_FN_ADD, number, pipeline_int(arena, diff->warehouse->seq)),
                        S("_seq"));
    bool is_known = diff->at_us != INT64_MIN;
    pipeline_draft_item(&draft,
                        is_known ? sql_literal(arena, value_timestamp(diff->at_us))
                                 : pipeline_null(arena, TYPE(TYPE_TIMESTAMP)),
                        S("_at"));
    for (size_t i = 0; i < both->n_items; i++)
        pipeline_draft_item(&draft, sql_column(arena, S("b"), both->items[i].alias, both->items[i].expr->type),
                            both->items[i].alias);
    pipeline_draft_from_select(&draft, SQL_JOIN_NONE, both, S("b"), NULL);
    return pipeline_draft_end(&draft);
}

/* ---- both together -------------------------------------------------------------------------------------------------- */

/* What is found now did not happen before what is known: the writer's clock may be ahead of ours. */
static ErrCode raise_at(Diff *diff, Err *err) {
    Value last;
    if (diff->at_us == INT64_MIN) return ERR_OK;
    TRY(engine_valuef(diff->ctx, diff->warehouse->conn, &last, err, "SELECT max(_at) FROM %R",
                      pipeline_bronze(diff->ctx->arena, diff->table)));
    if (!last.is_null) diff->at_us = MAX_OF(diff->at_us, last.i);
    return ERR_OK;
}

static ErrCode apply_difference(Diff *diff, TableCounts *counts, Err *err) {
    EngineConn *conn = diff->warehouse->conn;
    const SqlRelation *staged = diff->stage, *records;
    TRY(raise_at(diff, err));
    if (!diff->table->n_key) {
        const SqlSelect *rows;
        TRY(identify(diff, &rows, err));
        TRY(pipeline_temp_table(diff->ctx, conn, S("_rows"), rows, &staged, err));
    }
    TRY(pipeline_temp_table(diff->ctx, conn, pipeline_batch_name(diff->warehouse, diff->table, "_records"),
                            numbered_changes(diff, staged), &records, err));
    return pipeline_apply_records(diff->ctx, diff->warehouse, diff->table, diff->source, records, counts, err);
}

void pipeline_note_first(Warehouse *warehouse, const ModelTable *table, int64_t n) {
    TableChange *change = &warehouse->changes[pipeline_table_index(warehouse->model, table)];
    change->is_changed = change->is_first = true;
    warehouse->seq += n;
    warehouse->n_changes += n;
}

static Diff diff_new(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source) {
    TableColumns columns = pipeline_table_columns(ctx->arena, table);
    return (Diff){.ctx = ctx,
                  .warehouse = warehouse,
                  .table = table,
                  .source = source,
                  .at_us = INT64_MIN,
                  .key = pipeline_silver_key(ctx->arena, table),
                  .names = columns.names,
                  .types = columns.types};
}

ErrCode pipeline_is_new(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, bool *ret_is_new, Err *err) {
    Value value;
    TRY(engine_valuef(ctx, warehouse->conn, &value, err, "SELECT NOT EXISTS (SELECT 1 FROM %R)",
                      pipeline_bronze(ctx->arena, table)));
    *ret_is_new = value.b;
    return ERR_OK;
}

/* The staged rows into an empty silver, and bronze after it. */
static ErrCode load_first(const Diff *diff, TableCounts *counts, Err *err) {
    TRY(load_silver(diff, &counts->n_inserted, err));
    TRY(load_bronze(diff, err));
    pipeline_note_first(diff->warehouse, diff->table, counts->n_inserted);
    return ERR_OK;
}

ErrCode pipeline_diff_apply(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source, int64_t at_us,
                            const SqlRelation *stage, const Str *file_hash, TableCounts *counts, Err *err) {
    Diff diff = diff_new(ctx, warehouse, table, source);
    diff.at_us = at_us;
    diff.stage = stage;
    diff.file_hash = file_hash;
    ctx_progress(ctx, pipeline_name(ctx->arena, "Comparing ", table->name), 0, 0);
    bool is_new;
    TRY(pipeline_is_new(ctx, warehouse, table, &is_new, err));
    if (!is_new)
        TRY(apply_difference(&diff, counts, err));
    else if (counts->n_read)
        TRY(load_first(&diff, counts, err));
    return forget_identities(&diff, err);
}
