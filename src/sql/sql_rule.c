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
