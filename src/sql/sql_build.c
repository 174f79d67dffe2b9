/*
 * Constructors of trees. They copy what they are given (names, texts, argument lists) into the arena, compute the type of calls
 * and carry has_aggregate upwards; a select inside an expression keeps its aggregates to itself.
 */
#include "sql/sql_internal.h"

static SqlExpr *expr_new(Arena *arena, SqlExprKind kind, Type type) {
    SqlExpr *expr = ARENA_NEW(arena, SqlExpr);
    expr->kind = kind;
    expr->type = type;
    return expr;
}

/* Takes `first` (may be NULL) and then `rest` as the arguments. */
static void set_args(Arena *arena, SqlExpr *expr, const SqlExpr *first, const SqlExpr *const *rest, size_t n_rest) {
    size_t n = n_rest + (first != NULL);
    const SqlExpr **args = ARENA_ARRAY(arena, const SqlExpr *, n);
    if (first) args[0] = first;
    for (size_t i = 0; i < n_rest; i++) args[i + (first != NULL)] = rest[i];
    for (size_t i = 0; i < n; i++) expr->has_aggregate |= args[i]->has_aggregate;
    expr->args = args;
    expr->n_args = n;
}

SqlExpr *sql_column(Arena *arena, Str table, Str name, Type type) {
    SqlExpr *expr = expr_new(arena, SQL_EXPR_COLUMN, type);
    expr->table = arena_str(arena, table);
    expr->name = arena_str(arena, name);
    return expr;
}

SqlExpr *sql_literal(Arena *arena, Value value) {
    SqlExpr *expr = expr_new(arena, SQL_EXPR_LITERAL, value.type);
    expr->value = value;
    bool is_text = value.type.kind == TYPE_TEXT || value.type.kind == TYPE_JSON;
    if (is_text && !value.is_null) expr->value.s = arena_str(arena, value.s);
    return expr;
}

SqlExpr *sql_call(Arena *arena, SqlFn fn, const SqlExpr *const *args, size_t n_args) {
    Type *types = ARENA_ARRAY(arena, Type, n_args);
    for (size_t i = 0; i < n_args; i++) types[i] = args[i]->type;
    Type type = TYPE(TYPE_NULL);
    ErrCode code = sql_fn_type(fn, types, n_args, &type, NULL);
    assert(code == ERR_OK && "callers check people's expressions by sql_fn_type");
    err_ignore(code); /* in a release build the engine refuses the statement */
    SqlExpr *expr = expr_new(arena, SQL_EXPR_CALL, type);
    expr->fn = fn;
    set_args(arena, expr, NULL, args, n_args);
    expr->has_aggregate |= sql_fn_info(fn)->class == SQL_CLASS_AGGREGATE;
    return expr;
}

SqlExpr *sql_call1(Arena *arena, SqlFn fn, const SqlExpr *a) {
    return sql_call(arena, fn, &a, 1);
}

SqlExpr *sql_call2(Arena *arena, SqlFn fn, const SqlExpr *a, const SqlExpr *b) {
    const SqlExpr *args[] = {a, b};
    return sql_call(arena, fn, args, 2);
}

SqlExpr *sql_aggregate(Arena *arena, SqlFn fn, const SqlExpr *const *args, size_t n_args, bool is_distinct,
                       const SqlExpr *filter) {
    assert(sql_fn_info(fn)->class == SQL_CLASS_AGGREGATE);
    SqlExpr *expr = sql_call(arena, fn, args, n_args);
    expr->is_distinct = is_distinct;
    expr->filter = filter;
    return expr;
}

SqlExpr *sql_over(Arena *arena, const SqlExpr *call, const SqlWindow *window) {
    assert(call->kind == SQL_EXPR_CALL && sql_fn_info(call->fn)->class != SQL_CLASS_SCALAR);
    SqlExpr *expr = ARENA_NEW(arena, SqlExpr);
    *expr = *call;
    expr->window = window;
    expr->has_aggregate = call->filter && call->filter->has_aggregate;
    for (size_t i = 0; i < call->n_args; i++) expr->has_aggregate |= call->args[i]->has_aggregate;
    for (size_t i = 0; i < window->n_partition; i++) expr->has_aggregate |= window->partition[i]->has_aggregate;
    for (size_t i = 0; i < window->n_order; i++) expr->has_aggregate |= window->order[i].expr->has_aggregate;
    return expr;
}

/* Gathered one by one, conditions stay one flat list, so that a long list is not a deep tree. */
SqlExpr *sql_and(Arena *arena, const SqlExpr *a, const SqlExpr *b) {
    if (!a) return sql_call1(arena, SQL_FN_AND, b);
    bool is_list = a->kind == SQL_EXPR_CALL && a->fn == SQL_FN_AND;
    if (!is_list || a->n_args >= (size_t)sql_fn_info(SQL_FN_AND)->max_args) return sql_call2(arena, SQL_FN_AND, a, b);
    const SqlExpr **args = ARENA_ARRAY(arena, const SqlExpr *, a->n_args + 1);
    for (size_t i = 0; i < a->n_args; i++) args[i] = a->args[i];
    args[a->n_args] = b;
    return sql_call(arena, SQL_FN_AND, args, a->n_args + 1);
}

SqlExpr *sql_cast(Arena *arena, const SqlExpr *operand, Type type, bool is_try) {
    SqlExpr *expr = expr_new(arena, SQL_EXPR_CAST, type);
    expr->is_try = is_try;
    set_args(arena, expr, operand, NULL, 0);
    return expr;
}

SqlExpr *sql_case(Arena *arena, const SqlExpr *const *args, size_t n_args, Type type) {
    assert(n_args >= 2);
    SqlExpr *expr = expr_new(arena, SQL_EXPR_CASE, type);
    set_args(arena, expr, NULL, args, n_args);
    return expr;
}

SqlExpr *sql_in_list(Arena *arena, const SqlExpr *operand, const SqlExpr *const *values, size_t n_values,
                     bool is_negated) {
    SqlExpr *expr = expr_new(arena, SQL_EXPR_IN_LIST, TYPE(TYPE_BOOL));
    expr->is_negated = is_negated;
    set_args(arena, expr, operand, values, n_values);
    return expr;
}

SqlExpr *sql_in_select(Arena *arena, const SqlExpr *operand, const SqlSelect *select, bool is_negated) {
    SqlExpr *expr = expr_new(arena, SQL_EXPR_IN_SELECT, TYPE(TYPE_BOOL));
    expr->is_negated = is_negated;
    expr->select = select;
    set_args(arena, expr, operand, NULL, 0);
    return expr;
}

SqlExpr *sql_exists(Arena *arena, const SqlSelect *select, bool is_negated) {
    SqlExpr *expr = expr_new(arena, SQL_EXPR_EXISTS, TYPE(TYPE_BOOL));
    expr->is_negated = is_negated;
    expr->select = select;
    return expr;
}

SqlExpr *sql_scalar(Arena *arena, const SqlSelect *select, Type type) {
    SqlExpr *expr = expr_new(arena, SQL_EXPR_SCALAR, type);
    expr->select = select;
    return expr;
}

SqlSelect *sql_select_new(Arena *arena) {
    SqlSelect *select = ARENA_NEW(arena, SqlSelect);
    select->limit = -1;
    return select;
}
