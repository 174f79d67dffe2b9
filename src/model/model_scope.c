/*
 * Scopes: what names mean for expr_compile. Over a path and a table they are columns of FROM entries; over an input,
 * text columns; over a fact, members and measures. A scope's context lives in the arena given, so a scope may be
 * copied and kept as long.
 */
#include "model/model_internal.h"

static ErrCode unknown_column(const Expr *name, Str table, const Str *columns, size_t n_columns, Err *err) {
    Str nearest = str_nearest(name->parts[name->n_parts - 1], columns, n_columns);
    if (nearest.n)
        return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' has no column '%.*s'; did you mean '%.*s'?", STR_ARG(table),
                       STR_ARG(name->parts[name->n_parts - 1]), STR_ARG(nearest));
    return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' has no column '%.*s'", STR_ARG(table),
                   STR_ARG(name->parts[name->n_parts - 1]));
}

static ErrCode unknown_table_column(Arena *arena, const Expr *name, Str alias, const ModelTable *table, Err *err) {
    Str *columns = ARENA_ARRAY(arena, Str, table->n_columns + 1);
    for (size_t i = 0; i < table->n_columns; i++) columns[i] = table->columns[i].name;
    return unknown_column(name, alias, columns, table->n_columns, err);
}

/* ---- a path --------------------------------------------------------------------------------------------------------- */

static const ModelTable *table_of_alias(const ModelPath *path, Str alias) {
    if (str_eq(path->table->name, alias)) return path->table;
    for (size_t i = 0; i < path->n_joins; i++)
        if (str_eq(path->joins[i].alias, alias)) return path->joins[i].table;
    return NULL;
}

static ErrCode unknown_alias(Arena *arena, const ModelPath *path, Str alias, Err *err) {
    Str *aliases = ARENA_ARRAY(arena, Str, path->n_joins + 1);
    aliases[0] = path->table->name;
    for (size_t i = 0; i < path->n_joins; i++) aliases[i + 1] = path->joins[i].alias;
    Str nearest = str_nearest(alias, aliases, path->n_joins + 1);
    if (nearest.n)
        return err_set(err, ERR_UNKNOWN_NAME, "no table '%.*s' here; did you mean '%.*s'?", STR_ARG(alias),
                       STR_ARG(nearest));
    return err_set(err, ERR_UNKNOWN_NAME, "no table '%.*s' here; it needs an entry under 'joins'", STR_ARG(alias));
}

static ErrCode resolve_in_path(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                               const Expr **ret_expr, Err *err) {
    (void)use, (void)ret_expr;
    const ModelPath *path = scope->arg;
    if (name->n_parts > 2)
        return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' is no column: write table.column", STR_ARG(name->name));
    Str column = name->parts[name->n_parts - 1];
    Str alias = name->n_parts == 2 ? name->parts[0] : path->table->name;
    const ModelTable *table = table_of_alias(path, alias);
    if (!table) return unknown_alias(scope->arena, path, alias, err);
    ptrdiff_t index = model_column(table, column);
    if (index < 0) {
        for (size_t i = 0; name->n_parts == 1 && i < path->n_joins; i++)
            if (model_column(path->joins[i].table, column) >= 0)
                return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' has no column '%.*s'; did you mean '%.*s.%.*s'?",
                               STR_ARG(alias), STR_ARG(column), STR_ARG(path->joins[i].alias), STR_ARG(column));
        return unknown_table_column(scope->arena, name, alias, table, err);
    }
    *ret_sql = sql_column(scope->arena, alias, column, table->columns[index].type);
    return ERR_OK;
}

ExprScope model_path_scope(Arena *arena, const ModelPath *path) {
    return (ExprScope){.resolve = resolve_in_path, .arg = arena_dup(arena, path, sizeof(*path)), .arena = arena};
}

/* ---- a table, an input ---------------------------------------------------------------------------------------------- */

typedef struct TableScope {
    const ModelTable *table; /* NULL: an input */
    const Str *columns;
    size_t n_columns;
    Str alias;
} TableScope;

static ErrCode resolve_in_table(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                                const Expr **ret_expr, Err *err) {
    (void)use, (void)ret_expr;
    const TableScope *s = scope->arg;
    bool is_own = name->n_parts == 1 ||
                  (name->n_parts == 2 && (str_eq(name->parts[0], s->table->name) || str_eq(name->parts[0], s->alias)));
    if (!is_own)
        return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' is not known here: only columns of '%.*s' are",
                       STR_ARG(name->name), STR_ARG(s->table->name));
    ptrdiff_t index = model_column(s->table, name->parts[name->n_parts - 1]);
    if (index < 0) return unknown_table_column(scope->arena, name, s->table->name, s->table, err);
    *ret_sql = sql_column(scope->arena, s->alias, s->table->columns[index].name, s->table->columns[index].type);
    return ERR_OK;
}

ExprScope model_table_scope(Arena *arena, const ModelTable *table, Str alias) {
    TableScope s = {.table = table, .alias = arena_str(arena, alias)};
    return (ExprScope){.resolve = resolve_in_table, .arg = arena_dup(arena, &s, sizeof(s)), .arena = arena};
}

static ErrCode resolve_in_input(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                                const Expr **ret_expr, Err *err) {
    (void)use, (void)ret_expr;
    const TableScope *s = scope->arg;
    if (name->n_parts != 1)
        return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' is no column of the input: its columns have no prefix",
                       STR_ARG(name->name));
    bool is_known = s->n_columns == 0;
    for (size_t i = 0; i < s->n_columns && !is_known; i++) is_known = str_eq(s->columns[i], name->parts[0]);
    if (!is_known) return unknown_column(name, S("the input"), s->columns, s->n_columns, err);
    *ret_sql = sql_column(scope->arena, s->alias, name->parts[0], TYPE(TYPE_TEXT));
    return ERR_OK;
}

ExprScope model_input_scope(Arena *arena, const Str *columns, size_t n_columns, Str alias) {
    TableScope s = {.columns = columns, .n_columns = n_columns, .alias = arena_str(arena, alias)};
    return (ExprScope){.resolve = resolve_in_input, .arg = arena_dup(arena, &s, sizeof(s)), .arena = arena};
}

/* ---- a fact --------------------------------------------------------------------------------------------------------- */

static ErrCode resolve_in_fact(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                               const Expr **ret_expr, Err *err) {
    const ModelFactScope *how = scope->arg;
    ModelMember member;
    TRY(model_resolve(how->model, how->fact, scope->allows_aggregate, name, use, &member, err));
    if (member.kind == MODEL_MEMBER_FILTER) {
        *ret_expr = member.filter->expr;
        return ERR_OK;
    }
    if (member.kind != MODEL_MEMBER_MEASURE) return how->column(how->arg, &member, ret_sql, err);
    if (member.measure->fact != how->fact)
        return err_set(err, ERR_INVALID, "measure '%.*s' is of %.*s, which is not the one fact looked at here%s%.*s%s",
                       STR_ARG(member.measure->name),
                       STR_ARG(model_fact_names(scope->arena, how->model, member.measure->facts)),
                       how->fact ? " ('" : "", STR_ARG(how->fact ? how->fact->name : (Str){0}), how->fact ? "')" : "");
    *ret_expr = member.measure->expr;
    return ERR_OK;
}

ExprScope model_fact_scope(Arena *arena, const ModelFactScope *how) {
    return (ExprScope){.resolve = resolve_in_fact,
                       .arg = arena_dup(arena, how, sizeof(*how)),
                       .arena = arena,
                       .allows_aggregate = true};
}
