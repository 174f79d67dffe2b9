/* The pack reader's expressions, and the paths they stand over: from, joins, and matching columns by a map of column
 * to expression. */
#include "model/model_pack_internal.h"

/* ---- expressions ---------------------------------------------------------------------------------------------------- */

const Expr *pack_expr(Pack *p, const Yaml *scalar) {
    ExprErrors errors = {.arena = p->arena};
    if (!scalar) return NULL;
    const Expr *expr = expr_parse_all(p->arena, scalar->text, scalar->place, &errors);
    pack_find_errors(p, &errors);
    return expr;
}

const Expr *pack_column_expr(Pack *p, Str name, ModelPlace at) {
    Expr *expr = ARENA_NEW(p->arena, Expr);
    *expr = (Expr){
        .kind = EXPR_NAME, .place = at, .name = name, .parts = arena_dup(p->arena, &name, sizeof(name)), .n_parts = 1};
    return expr;
}

Type pack_type(Pack *p, const ExprScope *scope, const Expr *expr) {
    ExprErrors errors = {.arena = p->arena};
    const SqlExpr *sql = expr ? expr_compile_all(scope, expr, &errors) : NULL;
    pack_find_errors(p, &errors);
    return sql ? sql->type : TYPE(TYPE_NULL);
}

const Expr *pack_condition(Pack *p, const ExprScope *scope, const Yaml *scalar) {
    char text[TYPE_TEXT_MAX];
    size_t n_before = p->n_errors;
    const Expr *expr = pack_expr(p, scalar);
    Type type = pack_type(p, scope, expr);
    if (!expr || p->n_errors > n_before) return NULL;
    if (type.kind == TYPE_BOOL) return expr;
    pack_find(p, scalar->place, "a condition (true or false) must stand here, and this is %s", type_print(type, text));
    return NULL;
}

bool pack_types_match(Type a, Type b) {
    return a.kind == TYPE_NULL || b.kind == TYPE_NULL || a.kind == b.kind;
}

/* ---- tables and columns --------------------------------------------------------------------------------------------- */

const ModelTable *pack_table(Pack *p, const Yaml *scalar) {
    if (!scalar) return NULL;
    const ModelTable *table = model_table(p->model, scalar->text);
    if (table) return table;
    Str *names = ARENA_ARRAY(p->scratch, Str, p->model->n_tables + 1);
    for (size_t i = 0; i < p->model->n_tables; i++) names[i] = p->model->tables[i].name;
    pack_find_unknown(p, scalar->place, "table", scalar->text, names, p->model->n_tables);
    return NULL;
}

static void find_unknown_column(Pack *p, const ModelTable *table, Str name, ModelPlace at) {
    Str *names = ARENA_ARRAY(p->scratch, Str, table->n_columns + 1);
    for (size_t i = 0; i < table->n_columns; i++) names[i] = table->columns[i].name;
    const char *what =
        arena_cstr(p->scratch, arena_printf(p->scratch, "column in table '%.*s' named", STR_ARG(table->name)));
    pack_find_unknown(p, at, what, name, names, table->n_columns);
}

const size_t *pack_columns(Pack *p, const ModelTable *table, const Yaml *names, size_t *ret_n) {
    size_t n = 0;
    size_t *columns = ARENA_ARRAY(p->arena, size_t, names ? names->n + 1 : 1);
    for (size_t i = 0; names && i < names->n; i++) {
        const Yaml *name = &names->items[i];
        if (name->kind != YAML_SCALAR) continue;
        ptrdiff_t column = model_column(table, name->text);
        bool is_repeated = false;
        for (size_t k = 0; k < n; k++) is_repeated |= column == (ptrdiff_t)columns[k];
        if (column < 0)
            find_unknown_column(p, table, name->text, name->place);
        else if (is_repeated)
            pack_find(p, name->place, "'%.*s' stands here twice", STR_ARG(name->text));
        else
            columns[n++] = (size_t)column;
    }
    *ret_n = n;
    return columns;
}

/* ---- joins ---------------------------------------------------------------------------------------------------------- */

static bool is_in_key(const ModelTable *table, size_t column) {
    for (size_t i = 0; i < table->n_key; i++)
        if (table->key[i] == column) return true;
    return false;
}

static Str key_names(Pack *p, const ModelTable *table) {
    Str names = {0};
    for (size_t i = 0; i < table->n_key; i++)
        names = arena_printf(p->scratch, "%.*s%s%.*s", STR_ARG(names), i ? ", " : "",
                             STR_ARG(table->columns[table->key[i]].name));
    return names;
}

/* The expression for one key column of a join, typed over what stands before it. */
static const Expr *join_expr(Pack *p, const ExprScope *scope, const ModelColumn *column, const Yaml *value) {
    char have[TYPE_TEXT_MAX], want[TYPE_TEXT_MAX];
    const Expr *expr = pack_expr(p, value);
    Type type = pack_type(p, scope, expr);
    if (!pack_types_match(type, column->type))
        pack_find(p, value->place, "'%.*s' is %s, and this is %s; they must have one type", STR_ARG(column->name),
                  type_print(column->type, want), type_print(type, have));
    return expr;
}

static bool read_join_on(Pack *p, const ModelPath *before, const Yaml *on, ModelJoin *join) {
    const ModelTable *table = join->table;
    const Expr **exprs = ARENA_ARRAY(p->arena, const Expr *, table->n_key + 1);
    ExprScope scope = model_path_scope(p->scratch, before);
    bool is_good = true;
    for (size_t i = 0; i < on->n; i++) {
        ptrdiff_t column = model_column(table, on->pairs[i].key);
        if (column >= 0 && is_in_key(table, (size_t)column)) continue;
        is_good = false;
        if (column < 0)
            find_unknown_column(p, table, on->pairs[i].key, on->pairs[i].place);
        else
            pack_find(p, on->pairs[i].place,
                      "'%.*s' is not in the key of '%.*s' (%.*s); a join goes by the whole key and nothing else",
                      STR_ARG(on->pairs[i].key), STR_ARG(table->name), STR_ARG(key_names(p, table)));
    }
    for (size_t k = 0; k < table->n_key; k++) {
        const ModelColumn *column = &table->columns[table->key[k]];
        const Yaml *value = yaml_get(on, column->name);
        if (!value) {
            pack_find(p, on->place, "the key of '%.*s' is (%.*s): '%.*s' is missing here", STR_ARG(table->name),
                      STR_ARG(key_names(p, table)), STR_ARG(column->name));
            is_good = false;
        } else if (value->kind != YAML_SCALAR) {
            pack_find(p, value->place, "an expression must stand here");
            is_good = false;
        } else {
            exprs[k] = join_expr(p, &scope, column, value);
        }
    }
    join->on = exprs;
    return is_good;
}

static bool check_alias(Pack *p, const ModelPath *path, const ModelJoin *join) {
    bool is_taken = str_eq(join->alias, path->table->name);
    for (size_t i = 0; i < path->n_joins && !is_taken; i++) is_taken = str_eq(join->alias, path->joins[i].alias);
    if (is_taken)
        pack_find(p, join->place, "'%.*s' stands here already: give this one another name with 'as'",
                  STR_ARG(join->alias));
    return !is_taken;
}

/* False when the join cannot be used. */
static bool read_join(Pack *p, const ModelPath *before, const Yaml *map, ModelJoin *ret) {
    if (!pack_check(p, map, map->place, PACK_OBJECT_JOIN)) return false;
    const Yaml *name = pack_scalar(map, "table"), *as = pack_scalar(map, "as"), *on = pack_map(map, "on");
    ModelJoin join = {.table = pack_table(p, name), .place = map->place};
    if (!join.table || !on) return false;
    if (as) pack_check_name(p, as->text, as->place, false);
    join.alias = as ? as->text : join.table->name;
    join.place = as ? as->place : name->place;
    if (join.table->n_key == 0) {
        pack_find(p, name->place, "table '%.*s' has no key to join by", STR_ARG(join.table->name));
        return false;
    }
    bool is_good = check_alias(p, before, &join);
    is_good = read_join_on(p, before, on, &join) && is_good;
    *ret = join;
    return is_good;
}

bool pack_path(Pack *p, const Yaml *map, ModelPath *ret) {
    const Yaml *joins = pack_list(map, "joins");
    ModelPath path = {.table = pack_table(p, pack_scalar(map, "from"))};
    ModelJoin *list = ARENA_ARRAY(p->arena, ModelJoin, joins ? joins->n + 1 : 1);
    bool is_good = path.table != NULL;
    path.joins = list;
    for (size_t i = 0; joins && i < joins->n && path.table; i++) {
        if (read_join(p, &path, &joins->items[i], &list[path.n_joins]))
            path.n_joins++;
        else
            is_good = false;
    }
    *ret = path;
    return is_good;
}
