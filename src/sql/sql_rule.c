/* What several dialects' rules share. */
#include "sql/sql_internal.h"

const char *sql_rule_text(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(arena, format, args);
    va_end(args);
    return arena_cstr(arena, text);
}

ErrCode sql_rule_lone(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    if (call->n_args == 1) rule->instead = call->args[0];
    return ERR_OK;
}

ErrCode sql_rule_nullif(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)err;
    const SqlExpr *a = call->args[0];
    if (type_eq(sql_compare_type(call->args, 2), a->type)) {
        rule->text = "nullif($1, $2)";
        rule->args = SQL_ARGS_COMMON;
        return ERR_OK;
    }
    const SqlExpr *parts[] = {sql_call(arena, SQL_FN_EQ, call->args, 2), sql_literal(arena, value_null(a->type)), a};
    rule->instead = sql_case(arena, parts, 3, a->type);
    return ERR_OK;
}

ErrCode sql_rule_fraction(Arena *arena, const SqlExpr *call, const char **ret_text, Err *err) {
    const SqlExpr *fraction = call->args[1];
    if (!sql_is_fraction(fraction))
        return err_set(err, ERR_INVALID, "'%s' takes a constant from 0 to 1 as value 2", sql_fn_info(call->fn)->name);
    *ret_text = arena_cstr(arena, value_print(arena, value_float(value_to_double(fraction->value))));
    return ERR_OK;
}

/* What is left of a division has the sign of the first, everywhere; a bucket's does not. */
ErrCode sql_rule_bucket(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)err;
    bool has_start = call->n_args == 3;
    if (call->type.kind == TYPE_FLOAT64)
        rule->text = has_start ? "floor(($1 - $3) / $2) * $2 + $3" : "floor($1 / $2) * $2";
    else
        rule->text = has_start ? "$1 - (($1 - $3) % $2 + $2) % $2" : "$1 - ($1 % $2 + $2) % $2";
    return ERR_OK;
}

ErrCode sql_rule_constant_format(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err) {
    (void)arena, (void)rule;
    if (call->args[1]->kind == SQL_EXPR_LITERAL) return ERR_OK;
    return err_set(err, ERR_UNSUPPORTED, "'%s' takes a constant format", sql_fn_info(call->fn)->name);
}
