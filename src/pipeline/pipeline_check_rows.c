/* What a table declares of its rows: columns that are not null, and checks. Where a check cannot tell, for a null, it holds. */
#include "pipeline/pipeline_internal.h"

/* The rows for which `is_broken`: how many, and which. A table without a key shows the column's values instead. */
static ErrCode find_broken(const DataCheck *check, const ModelTable *table, const ModelColumn *column,
                           const SqlExpr *is_broken, int64_t *ret_n, Str *ret_examples, Err *err) {
    Arena *arena = check->ctx->arena;
    SelectDraft draft = {.arena = arena};
    const SqlRelation *rows;
    Str *names = ARENA_ARRAY(arena, Str, table->n_key + 1);
    size_t n = 0;
    pipeline_draft_from(&draft, SQL_JOIN_NONE, pipeline_silver(arena, table), table->name, NULL);
    pipeline_draft_where(&draft, is_broken);
    for (size_t i = 0; i < table->n_key; i++) names[n++] = table->columns[table->key[i]].name;
    if (!n) names[n++] = column->name;
    for (size_t i = 0; i < n; i++) {
        const ModelColumn *shown = &table->columns[model_column(table, names[i])];
        pipeline_draft_item(&draft, sql_column(arena, table->name, shown->name, shown->type), names[i]);
    }
    TRY(pipeline_temp_table(check->ctx, check->conn, S("_check_broken"), pipeline_draft_end(&draft), &rows, err));
    TRY(pipeline_ints(check->ctx, check->conn, ret_n, 1, err, "SELECT count(*) FROM %R", rows));
    if (*ret_n) TRY(pipeline_key_examples(check->ctx, check->conn, rows, "", names, n, ret_examples, err));
    return pipeline_temp_drop(check->ctx, check->conn, rows, err);
}

static ErrCode check_null(const DataCheck *check, const ModelTable *table, const ModelColumn *column, Err *err) {
    Arena *arena = check->ctx->arena;
    const SqlExpr *value = sql_column(arena, table->name, column->name, column->type);
    int64_t n = 0;
    Str examples = {0};
    TRY(find_broken(check, table, column, sql_call1(arena, SQL_FN_IS_NULL, value), &n, &examples, err));
    if (!n) return ERR_OK;
    pipeline_check_add(check, true, column->place,
                       arena_printf(arena,
                                    "column '%.*s' of table '%.*s' is declared not null, and is null in %" PRId64
                                    " row%s (%.*s); correct the data, or take 'not null' away",
                                    STR_ARG(column->name), STR_ARG(table->name), n, n == 1 ? "" : "s",
                                    STR_ARG(examples)));
    return ERR_OK;
}

static ErrCode check_condition(const DataCheck *check, const ModelTable *table, const ModelColumn *column, Err *err) {
    Arena *arena = check->ctx->arena;
    ExprScope scope = model_table_scope(arena, table, table->name);
    const SqlExpr *condition;
    int64_t n = 0;
    Str examples = {0};
    TRY(expr_compile(&scope, column->check_expr, &condition, err));
    TRY(find_broken(check, table, column, sql_call1(arena, SQL_FN_NOT, condition), &n, &examples, err));
    if (!n) return ERR_OK;
    pipeline_check_add(
        check, true, column->place,
        arena_printf(arena,
                     "%" PRId64 " row%s of table '%.*s' break%s the check of '%.*s', %.*s (%.*s); correct the data, or "
                     "the check",
                     n, n == 1 ? "" : "s", STR_ARG(table->name), n == 1 ? "s" : "", STR_ARG(column->name),
                     STR_ARG(column->check), STR_ARG(examples)));
    return ERR_OK;
}

ErrCode pipeline_check_rows(const DataCheck *check, const ModelTable *table, Err *err) {
    for (size_t i = 0; i < table->n_columns; i++) {
        const ModelColumn *column = &table->columns[i];
        if (column->is_not_null) TRY(check_null(check, table, column, err));
        if (column->check_expr) TRY(check_condition(check, table, column, err));
    }
    return ERR_OK;
}
