/*
 * Running a plan: in one read transaction the rows as they stream, then what the account needs, so that the first row waits for
 * nothing.
 */
#include "query/query_internal.h"

static void close_stream(EngineStream **stream) {
    engine_stream_close(*stream);
}

/* ---- rows ----------------------------------------------------------------------------------------------------------- */

static Value keep(Arena *arena, Value value) {
    bool is_text = value.type.kind == TYPE_TEXT || value.type.kind == TYPE_JSON;
    if (is_text && !value.is_null) value.s = arena_str(arena, value.s);
    return value;
}

/* Takes the first row off when it is the unknown group: key, measures…, count(*). */
static void take_unknown_row(const Ctx *ctx, const QueryPlan *plan, Batch *batch, QueryAccount *account) {
    if (!batch->n_rows || !column_is_null(&batch->columns[0], 0)) return;
    size_t n_measures = plan->n_columns - 1;
    Value *measures = ARENA_ARRAY(ctx->arena, Value, n_measures);
    for (size_t i = 0; i < n_measures; i++) measures[i] = keep(ctx->arena, column_value(&batch->columns[1 + i], 0));
    QueryLeftOut *left_out = ARENA_NEW(ctx->arena, QueryLeftOut);
    *left_out = (QueryLeftOut){.member = plan->left_out_for[0].member,
                               .measures = measures,
                               .n_rows = column_int(&batch->columns[plan->n_columns], 0)};
    account->left_out = left_out;
    account->n_left_out = 1;
    *batch = batch_slice(ctx->arena, batch, 1);
}

/* n, or the room there is; a negative room is no limit. */
static size_t up_to(int64_t room, size_t n) {
    return room < 0 ? n : (size_t)MIN_OF((uint64_t)room, n);
}

/* Where a list goes on after this row. */
static void keep_place(const Ctx *ctx, const QueryPlan *plan, const Batch *batch, size_t row, QueryAccount *account) {
    Value *place = ARENA_ARRAY(ctx->arena, Value, plan->n_cursor);
    for (size_t i = 0; i < plan->n_cursor; i++) {
        Value value = column_value(&batch->columns[plan->n_columns + i], row);
        place[i] = value.is_null ? value_null(TYPE(TYPE_TEXT)) : value_text(value_print(ctx->arena, value));
    }
    account->next = place;
    account->n_next = plan->n_cursor;
}

/* Stops at the cap; one row beyond it tells that something was cut. */
static ErrCode stream_rows(const Ctx *ctx, EngineConn *conn, const QueryPlan *plan, const QueryReceiver *receiver,
                           QueryAccount *account, Err *err) {
    SqlText sql;
    EngineStream *stream CLEANUP(close_stream) = NULL;
    TRY(query_sql(ctx, engine_dialect(engine_of(conn)), plan, &sql, err));
    TRY(engine_query(ctx, conn, &sql, &stream, err));
    int64_t n_bytes = 0;
    bool has_columns = false; /* told after the first batch, so that a query that fails at once leaves nothing behind */
    for (bool is_first = true;;) {
        const Batch *batch = NULL;
        TRY(ctx_check(ctx, err));
        TRY(engine_stream_next(stream, &batch, err));
        if (!has_columns) TRY(receiver->columns(receiver->arg, plan->columns, plan->n_columns, err));
        has_columns = true;
        if (!batch) return ERR_OK;
        Batch shown = *batch;
        if (plan->has_unknown_row && is_first) take_unknown_row(ctx, plan, &shown, account);
        if (batch->n_rows) is_first = false;
        /* Without an unknown group the row that was asked for in its place is one too many. */
        size_t n_rows =
            plan->has_unknown_row ? up_to(plan->query->limit - account->n_rows, shown.n_rows) : shown.n_rows;
        shown.n_rows = up_to(plan->max_rows - account->n_rows, n_rows);
        shown.n_columns = plan->n_columns;
        n_bytes += (int64_t)batch_bytes(&shown);
        account->is_cut_by_bytes = n_bytes > plan->max_bytes;
        if (account->is_cut_by_bytes) shown.n_rows = 0;
        account->n_rows += (int64_t)shown.n_rows;
        if (shown.n_rows && plan->n_cursor) keep_place(ctx, plan, batch, shown.n_rows - 1, account);
        if (shown.n_rows) TRY(receiver->batch(receiver->arg, &shown, err));
        account->is_truncated = shown.n_rows < n_rows;
        if (account->is_truncated) return ERR_OK;
    }
}

/* ---- the account ---------------------------------------------------------------------------------------------------- */

/* One statement for all of it: the selects beside each other, each of one row. Planning dominates their cost, and is shared. */
typedef struct Account {
    Arena *arena;
    SqlFrom *from;
    SqlItem *items;
    size_t n_from;
    size_t n_items;
} Account;

static void add_select(Account *account, const SqlSelect *select) {
    Str alias = arena_printf(account->arena, "s%zu", account->n_from);
    account->from[account->n_from] =
        (SqlFrom){.join = account->n_from ? SQL_JOIN_CROSS : SQL_JOIN_NONE, .select = select, .alias = alias};
    account->n_from++;
    for (size_t i = 0; i < select->n_items; i++) {
        const SqlItem *item = &select->items[i];
        const SqlExpr *column = sql_column(account->arena, alias, item->alias, item->expr->type);
        account->items[account->n_items] = (SqlItem){column, arena_printf(account->arena, "c%zu", account->n_items)};
        account->n_items++;
    }
}

static const SqlSelect *account_select(Arena *arena, const QueryPlan *plan) {
    const SqlSelect *version = query_version_select(arena);
    size_t n_items = version->n_items + (plan->period ? plan->period->n_items : 0);
    size_t n_left_out = plan->has_unknown_row ? 0 : plan->n_left_out;
    for (size_t i = 0; i < n_left_out; i++) n_items += plan->left_out[i]->n_items;
    for (size_t i = 0; i < plan->n_totals; i++) n_items += plan->totals[i]->n_items;
    Account account = {.arena = arena,
                       .from = ARENA_ARRAY(arena, SqlFrom, 2 + n_left_out + plan->n_totals),
                       .items = ARENA_ARRAY(arena, SqlItem, n_items)};
    add_select(&account, version);
    if (plan->period) add_select(&account, plan->period);
    for (size_t i = 0; i < plan->n_totals; i++) add_select(&account, plan->totals[i]);
    for (size_t i = 0; i < n_left_out; i++) add_select(&account, plan->left_out[i]);
    SqlSelect *select = sql_select_new(arena);
    select->from = account.from;
    select->n_from = account.n_from;
    select->items = account.items;
    select->n_items = account.n_items;
    return select;
}

static ErrCode read_row(const Ctx *ctx, EngineConn *conn, const SqlSelect *select, Value **ret_values, Err *err) {
    SqlText sql;
    EngineStream *stream CLEANUP(close_stream) = NULL;
    const Batch *batch = NULL;
    TRY(sql_print_select(ctx->arena, engine_dialect(engine_of(conn)), select, &sql, err));
    TRY(engine_query(ctx, conn, &sql, &stream, err));
    do {
        TRY(engine_stream_next(stream, &batch, err));
    } while (batch && !batch->n_rows);
    if (!batch) return err_set(err, ERR_INTERNAL, "the account of a query has no row");
    Value *values = ARENA_ARRAY(ctx->arena, Value, batch->n_columns);
    for (size_t i = 0; i < batch->n_columns; i++) values[i] = keep(ctx->arena, column_value(&batch->columns[i], 0));
    *ret_values = values;
    return ERR_OK;
}

static void fill_left_out(const QueryPlan *plan, Arena *arena, const Value *values, QueryAccount *account) {
    QueryLeftOut *left_out = ARENA_ARRAY(arena, QueryLeftOut, plan->n_left_out);
    size_t n = 0;
    for (size_t i = 0; i < plan->n_left_out; values += plan->left_out[i]->n_items, i++) {
        if (values[0].i == 0) continue;
        left_out[n++] =
            (QueryLeftOut){.member = plan->left_out_for[i].member, .measures = values + 1, .n_rows = values[0].i};
    }
    account->left_out = left_out;
    account->n_left_out = n;
}

/* Gives what follows. */
static const Value *fill_totals(const QueryPlan *plan, Arena *arena, const Value *values, QueryAccount *account) {
    QueryTotal *totals = ARENA_ARRAY(arena, QueryTotal, plan->n_totals);
    for (size_t i = 0; i < plan->n_totals; values += plan->totals[i]->n_items, i++)
        totals[i] = (QueryTotal){.kind = plan->total_kinds[i], .measures = values + 1, .n_rows = values[0].i};
    account->totals = totals;
    account->n_totals = plan->n_totals;
    return values;
}

static void fill_version(const Ctx *ctx, const Value *values, QueryAccount *account) {
    if (values[0].is_null) return; /* nothing was published yet */
    account->data_version = values[0].i;
    account->data_at_us = values[1].i;
    account->data_age_us = MAX_OF(clock_now(ctx->clock) - values[1].i, 0);
}

static ErrCode read_account(const Ctx *ctx, EngineConn *conn, const QueryPlan *plan, QueryAccount *account, Err *err) {
    Value *values = NULL;
    TRY(read_row(ctx, conn, account_select(ctx->arena, plan), &values, err));
    fill_version(ctx, values, account);
    values += 2;
    bool has_data = plan->period && !values[0].is_null;
    account->period = query_period(ctx->arena, plan, has_data, has_data ? values[0].i : 0, has_data ? values[1].i : 0);
    const Value *rest = values + (plan->period ? plan->period->n_items : 0);
    rest = fill_totals(plan, ctx->arena, rest, account);
    if (!plan->has_unknown_row) fill_left_out(plan, ctx->arena, rest, account);
    return ERR_OK;
}

/* ---- the run -------------------------------------------------------------------------------------------------------- */

static ErrCode check_fills(const Ctx *ctx, EngineConn *conn, const QueryPlan *plan, Err *err) {
    for (size_t i = 0; i < plan->n_fills; i++) {
        Value *n = NULL;
        TRY(read_row(ctx, conn, plan->fills[i].select, &n, err));
        assert(n);
        if (n[0].is_null || n[0].f <= QUERY_MAX_FILL) continue;
        return query_error(err, ERR_TOO_LARGE, plan->fills[i].path,
                           "from the first to the last there are %.0f steps, of which at most %d are filled; "
                           "narrow the query, or take wider steps",
                           n[0].f, (int)QUERY_MAX_FILL);
    }
    return ERR_OK;
}

static ErrCode run(const Ctx *ctx, EngineConn *conn, const QueryPlan *plan, const QueryReceiver *receiver,
                   QueryAccount *account, Err *err) {
    TRY(check_fills(ctx, conn, plan, err));
    TRY(stream_rows(ctx, conn, plan, receiver, account, err));
    bool is_cut = account->is_truncated || account->n_rows == plan->query->limit;
    if (!is_cut) account->n_next = 0;
    return read_account(ctx, conn, plan, account, err);
}

ErrCode query_run(const Ctx *ctx, EngineConn *conn, const QueryPlan *plan, const QueryReceiver *receiver, Err *err) {
    int64_t start_us = clock_monotonic(ctx->clock);
    QueryAccount account = {
        .defaults = plan->defaults,
        .n_defaults = plan->n_defaults,
        .model_version = snapshot_version(ctx->snapshot),
        .compile_us = plan->compile_us,
    };
    TRY(engine_begin(ctx, conn, false, err));
    ErrCode code = run(ctx, conn, plan, receiver, &account, err);
    engine_rollback(conn); /* nothing was written */
    if (code) return code;
    account.run_us = clock_monotonic(ctx->clock) - start_us;
    return receiver->account(receiver->arg, &account, err);
}
