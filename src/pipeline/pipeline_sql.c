/*
 * How the pipeline's statements are put together. What reads or writes rows is a tree (SelectDraft gathers its parts) that sql/
 * prints in the engine's dialect; what has no tree, DDL above all, is a series of templates joined here. So every name is quoted
 * and every value bound or quoted by sql/, and nothing is formatted by hand.
 */
#include "pipeline/pipeline_internal.h"

/* ---- pieces --------------------------------------------------------------------------------------------------------- */

void pipeline_sql_init(PipelineSql *sql, Arena *arena, const SqlDialect *dialect, Err *err) {
    *sql = (PipelineSql){.arena = arena, .dialect = dialect, .err = err};
    buf_init(&sql->buf, PIPELINE_SQL_MAX_BYTES);
}

void pipeline_sql_release(PipelineSql *sql) {
    buf_release(&sql->buf);
}

void pipeline_sql_add(PipelineSql *sql, const char *format, ...) {
    if (sql->failed) return;
    SqlText piece;
    va_list args;
    va_start(args, format);
    sql->failed = sql_vformat(sql->arena, sql->dialect, &piece, sql->err, format, args);
    va_end(args);
    if (sql->failed) return;
    if (piece.n_params && sql->n_params) {
        sql->failed = err_set(sql->err, ERR_INTERNAL, "two pieces of a statement have parameters");
        return;
    }
    if (piece.n_params) {
        sql->params = piece.params;
        sql->n_params = piece.n_params;
    }
    buf_add(&sql->buf, piece.text);
}

void pipeline_sql_columns(PipelineSql *sql, const char *alias, const char *prefix, const Str *names, size_t n,
                          const char *as_prefix) {
    Str table = str_of(alias);
    for (size_t i = 0; i < n; i++) {
        Str name = pipeline_name(sql->arena, prefix, names[i]);
        if (i) pipeline_sql_add(sql, ", ");
        if (alias) pipeline_sql_add(sql, "%I.", &table);
        pipeline_sql_add(sql, "%I", &name);
        if (!as_prefix) continue;
        Str shown = pipeline_name(sql->arena, as_prefix, names[i]);
        pipeline_sql_add(sql, " AS %I", &shown);
    }
}

void pipeline_sql_same(PipelineSql *sql, const char *a, const char *a_prefix, const char *b, const char *b_prefix,
                       const Str *names, size_t n, bool is_null_safe) {
    Str left = str_of(a), right = str_of(b);
    for (size_t i = 0; i < n; i++) {
        Str x = pipeline_name(sql->arena, a_prefix, names[i]), y = pipeline_name(sql->arena, b_prefix, names[i]);
        if (i) pipeline_sql_add(sql, " AND ");
        pipeline_sql_add(sql, is_null_safe ? "%I.%I IS NOT DISTINCT FROM %I.%I" : "%I.%I = %I.%I", &left, &x, &right,
                         &y);
    }
}

ErrCode pipeline_sql_text(PipelineSql *sql, SqlText *ret_text) {
    if (sql->failed) return sql->failed;
    TRY(buf_check(&sql->buf, "the SQL text", sql->err));
    *ret_text =
        (SqlText){.text = arena_str(sql->arena, buf_str(&sql->buf)), .params = sql->params, .n_params = sql->n_params};
    return ERR_OK;
}

ErrCode pipeline_sql_exec(const Ctx *ctx, EngineConn *conn, PipelineSql *sql, int64_t *ret_rows) {
    SqlText text;
    TRY(pipeline_sql_text(sql, &text));
    return engine_exec(ctx, conn, &text, ret_rows, sql->err);
}

/* ---- drafts --------------------------------------------------------------------------------------------------------- */

void pipeline_draft_item(SelectDraft *draft, const SqlExpr *expr, Str alias) {
    VEC_PUSH(draft->arena, &draft->items, (SqlItem){.expr = expr, .alias = alias});
}

void pipeline_draft_from(SelectDraft *draft, SqlJoin join, const SqlRelation *relation, Str alias, const SqlExpr *on) {
    VEC_PUSH(draft->arena, &draft->from, (SqlFrom){.join = join, .relation = relation, .alias = alias, .on = on});
}

void pipeline_draft_from_select(SelectDraft *draft, SqlJoin join, const SqlSelect *select, Str alias,
                                const SqlExpr *on) {
    VEC_PUSH(draft->arena, &draft->from, (SqlFrom){.join = join, .select = select, .alias = alias, .on = on});
}

void pipeline_draft_where(SelectDraft *draft, const SqlExpr *condition) {
    draft->where = sql_and(draft->arena, draft->where, condition);
}

void pipeline_draft_order(SelectDraft *draft, const SqlExpr *expr) {
    VEC_PUSH(draft->arena, &draft->order, (SqlOrder){.expr = expr});
}

const SqlSelect *pipeline_draft_end(SelectDraft *draft) {
    SqlSelect *select = sql_select_new(draft->arena);
    select->is_distinct = draft->is_distinct;
    select->items = arena_dup(draft->arena, draft->items.at, size_mul(draft->items.n, sizeof(SqlItem)));
    select->n_items = draft->items.n;
    select->from = arena_dup(draft->arena, draft->from.at, size_mul(draft->from.n, sizeof(SqlFrom)));
    select->n_from = draft->from.n;
    select->where = draft->where;
    size_t *group = ARENA_ARRAY(draft->arena, size_t, draft->n_group);
    for (size_t i = 0; i < draft->n_group; i++) group[i] = i;
    select->group_by = group;
    select->n_group_by = draft->n_group;
    select->order = arena_dup(draft->arena, draft->order.at, size_mul(draft->order.n, sizeof(SqlOrder)));
    select->n_order = draft->order.n;
    return select;
}

/* ---- running -------------------------------------------------------------------------------------------------------- */

ErrCode pipeline_insert(const Ctx *ctx, EngineConn *conn, const SqlRelation *relation, const SqlSelect *select,
                        int64_t *ret_rows, Err *err) {
    Str *columns = ARENA_ARRAY(ctx->arena, Str, select->n_items);
    for (size_t i = 0; i < select->n_items; i++) columns[i] = select->items[i].alias;
    SqlStmt stmt = {.kind = SQL_STMT_INSERT,
                    .relation = relation,
                    .columns = columns,
                    .n_columns = select->n_items,
                    .select = select};
    return engine_exec_stmt(ctx, conn, &stmt, ret_rows, err);
}

ErrCode pipeline_temp_sql(const Ctx *ctx, EngineConn *conn, Str name, PipelineSql *sql,
                          const SqlRelation **ret_relation) {
    SqlText text, head;
    TRY(pipeline_sql_text(sql, &text));
    TRY(sql_format(sql->arena, sql->dialect, &head, sql->err, "CREATE OR REPLACE TEMPORARY TABLE %I AS ", &name));
    text.text = arena_printf(sql->arena, "%.*s%.*s", STR_ARG(head.text), STR_ARG(text.text));
    TRY(engine_exec(ctx, conn, &text, NULL, sql->err));
    *ret_relation = sql_relation_table(ctx->arena, S(""), name);
    return ERR_OK;
}

ErrCode pipeline_temp_table(const Ctx *ctx, EngineConn *conn, Str name, const SqlSelect *select,
                            const SqlRelation **ret_relation, Err *err) {
    const SqlRelation *relation = sql_relation_table(ctx->arena, S(""), name);
    SqlStmt stmt = {
        .kind = SQL_STMT_CREATE_AS, .relation = relation, .select = select, .is_temporary = true, .is_replace = true};
    TRY(engine_exec_stmt(ctx, conn, &stmt, NULL, err));
    *ret_relation = relation;
    return ERR_OK;
}

ErrCode pipeline_temp_drop(const Ctx *ctx, EngineConn *conn, const SqlRelation *relation, Err *err) {
    Str name = sql_relation_name(relation);
    return engine_execf(ctx, conn, NULL, err, "DROP TABLE IF EXISTS temp.%I", &name);
}

ErrCode pipeline_ints(const Ctx *ctx, EngineConn *conn, int64_t *ret_values, size_t n, Err *err, const char *format,
                      ...) {
    SqlText sql;
    va_list args;
    va_start(args, format);
    ErrCode code = sql_vformat(ctx->arena, engine_dialect(engine_of(conn)), &sql, err, format, args);
    va_end(args);
    EngineStream *stream;
    if (!code) code = engine_query(ctx, conn, &sql, &stream, err);
    if (code) return code;
    const Batch *batch = NULL;
    code = engine_stream_next(stream, &batch, err);
    for (size_t i = 0; i < n && !code; i++) {
        bool is_null = !batch || column_is_null(&batch->columns[i], 0);
        ret_values[i] = is_null ? INT64_MIN : column_int(&batch->columns[i], 0);
    }
    engine_stream_close(stream);
    return code;
}

ErrCode pipeline_select_int(const Ctx *ctx, EngineConn *conn, const SqlSelect *select, int64_t *ret_value, Err *err) {
    SqlText text;
    TRY(sql_print_select(ctx->arena, engine_dialect(engine_of(conn)), select, &text, err));
    Value value;
    TRY(engine_value(ctx, conn, &text, &value, err));
    bool is_decimal = value.type.kind == TYPE_DECIMAL;
    *ret_value = value.is_null ? 0 : is_decimal ? (int64_t)value.dec : value.i;
    return ERR_OK;
}

/* ---- expressions ---------------------------------------------------------------------------------------------------- */

const SqlExpr *pipeline_null(Arena *arena, Type type) {
    return sql_literal(arena, value_null(type));
}

const SqlExpr *pipeline_int(Arena *arena, int64_t value) {
    return sql_literal(arena, value_int(value));
}

const SqlExpr *pipeline_text(Arena *arena, Str value) {
    return sql_literal(arena, value_text(value));
}

const SqlExpr *pipeline_as(Arena *arena, const SqlExpr *expr, Type type) {
    return type_eq(expr->type, type) ? expr : sql_cast(arena, expr, type, false);
}

const SqlExpr *pipeline_same_columns(Arena *arena, Str a, Str b, const Str *names, const Type *types, size_t n,
                                     bool is_null_safe) {
    const SqlExpr *all = NULL;
    for (size_t i = 0; i < n; i++) {
        const SqlExpr *left = sql_column(arena, a, names[i], types[i]),
                      *right = sql_column(arena, b, names[i], types[i]);
        all = sql_and(arena, all, sql_call2(arena, is_null_safe ? SQL_FN_SAME : SQL_FN_EQ, left, right));
    }
    return all;
}

const SqlExpr *pipeline_any_distinct(Arena *arena, Str a, Str b, const Str *names, const Type *types, size_t n) {
    enum { OR_ARGS = 64 };
    const SqlExpr *any = NULL;
    for (size_t from = 0; from < n; from += OR_ARGS) {
        const SqlExpr *each[OR_ARGS + 1];
        size_t n_each = 0;
        for (size_t i = from; i < MIN_OF(n, from + OR_ARGS); i++) {
            const SqlExpr *left = sql_column(arena, a, names[i], types[i]),
                          *right = sql_column(arena, b, names[i], types[i]);
            each[n_each++] = sql_call2(arena, SQL_FN_DISTINCT, left, right);
        }
        if (any) each[n_each++] = any;
        any = n_each == 1 ? each[0] : sql_call(arena, SQL_FN_OR, each, n_each);
    }
    return any;
}

Str pipeline_name(Arena *arena, const char *prefix, Str name) {
    return arena_printf(arena, "%s%.*s", prefix, STR_ARG(name));
}

TableColumns pipeline_table_columns(Arena *arena, const ModelTable *table) {
    TableColumns columns = {ARENA_ARRAY(arena, Str, table->n_columns), ARENA_ARRAY(arena, Type, table->n_columns),
                            table->n_columns};
    for (size_t i = 0; i < table->n_columns; i++) {
        columns.names[i] = table->columns[i].name;
        columns.types[i] = table->columns[i].type;
    }
    return columns;
}

size_t pipeline_table_index(const Model *model, const ModelTable *table) {
    return (size_t)(table - model->tables);
}

static ErrCode copy(const Ctx *ctx, EngineAppender *appender, RowsAhead *rows, Str what, int64_t *ret_n, Err *err) {
    const Batch *batch = NULL;
    TRY(pipeline_ahead_next(rows, &batch, err));
    while (batch) {
        TRY(engine_append(appender, batch, err));
        *ret_n += (int64_t)batch->n_rows;
        ctx_progress(ctx, what, *ret_n, 0);
        TRY(pipeline_ahead_next(rows, &batch, err));
    }
    return ERR_OK;
}

ErrCode pipeline_copy_rows(const Ctx *ctx, EngineConn *conn, const SqlRelation *to, EngineStream *rows, Str what,
                           int64_t *ret_n, Err *err) {
    const Batch *shape = engine_stream_columns(rows);
    Str *names = ARENA_ARRAY(ctx->arena, Str, shape->n_columns);
    for (size_t i = 0; i < shape->n_columns; i++) names[i] = arena_str(ctx->arena, shape->columns[i].name);
    EngineAppender *appender;
    int64_t n = 0;
    TRY(engine_append_open(ctx, conn, to, names, shape->n_columns, &appender, err));
    RowsAhead *ahead = pipeline_ahead_new(ctx->arena, rows);
    ErrCode code = copy(ctx, appender, ahead, what, &n, err);
    pipeline_ahead_free(ahead);
    if (code) {
        engine_append_abort(appender);
        return code;
    }
    TRY(engine_append_close(appender, err));
    *ret_n = n;
    return ERR_OK;
}
