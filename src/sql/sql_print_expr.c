/*
 * Expressions → text. A call is written by its dialect's rule; parentheses follow from how tightly texts bind, decided in one
 * place (put_rule). Depth is counted and the text's cap is looked at on every level, so a template that repeats its arguments
 * cannot run away.
 */
#include "sql/sql_internal.h"

/* ---- rules ---------------------------------------------------------------------------------------------------------- */

/* What put_rule fills a template with. */
typedef struct Fill {
    const SqlExpr *const *args;
    size_t n_args;
    const SqlExpr *call; /* NULL in a coercion or cast */
    Type type;           /* $T */
    Type as;             /* what arguments are brought to; TYPE_NULL: as they are */
} Fill;

static void put_frame_end(SqlPrinter *p, int64_t n_rows, bool is_start) {
    bool is_preceding = is_start ? n_rows > 0 : n_rows < 0;
    if (n_rows == 0) {
        sql_put(p, "CURRENT ROW");
        return;
    }
    if (n_rows == SQL_FRAME_UNBOUNDED) {
        sql_put(p, "UNBOUNDED");
    } else {
        buf_printf(&p->buf, "%" PRId64, n_rows < 0 ? -n_rows : n_rows);
    }
    sql_put(p, is_preceding ? " PRECEDING" : " FOLLOWING");
}

static bool takes_frame(SqlFn fn) {
    return sql_fn_info(fn)->class == SQL_CLASS_AGGREGATE || fn == SQL_FN_FIRST_VALUE || fn == SQL_FN_LAST_VALUE;
}

/* An order alone would make the frame a running one. */
static void put_frame(SqlPrinter *p, const SqlWindow *window) {
    SqlFrame whole = {.preceding = SQL_FRAME_UNBOUNDED, .following = SQL_FRAME_UNBOUNDED};
    SqlFrame frame = window->frame.is_rows || window->frame.is_range ? window->frame : whole;
    if (window->n_partition || window->n_order) sql_put(p, " ");
    sql_put(p, frame.is_range ? "RANGE BETWEEN " : "ROWS BETWEEN ");
    put_frame_end(p, frame.preceding, true);
    sql_put(p, " AND ");
    put_frame_end(p, frame.following, false);
}

static ErrCode put_window(SqlPrinter *p, const SqlExpr *call, Err *err) {
    const SqlWindow *window = call->window;
    sql_put(p, " OVER (");
    for (size_t i = 0; i < window->n_partition; i++) {
        sql_put(p, i ? ", " : "PARTITION BY ");
        TRY(sql_put_expr(p, window->partition[i], SQL_PREC_ANY, err));
    }
    if (window->n_order) {
        if (window->n_partition) sql_put(p, " ");
        TRY(sql_put_order(p, window->order, window->n_order, NULL, 0, err));
    }
    if (takes_frame(call->fn) && (window->frame.is_rows || window->frame.is_range || window->n_order))
        put_frame(p, window);
    sql_put(p, ")");
    return ERR_OK;
}

static ErrCode put_filter_and_window(SqlPrinter *p, const SqlExpr *call, Err *err) {
    if (call->filter) {
        sql_put(p, " FILTER (WHERE ");
        TRY(sql_put_expr(p, call->filter, SQL_PREC_ANY, err));
        sql_put(p, ")");
    }
    return call->window ? put_window(p, call, err) : ERR_OK;
}

/* What argument i is brought to. */
static Type wanted_type(const Fill *fill, size_t i) {
    bool is_count = fill->call && sql_fn_letter(fill->call->fn, 0) != 'i' && sql_fn_letter(fill->call->fn, i) == 'i';
    return is_count ? TYPE(TYPE_NULL) : fill->as;
}

static ErrCode put_arg(SqlPrinter *p, const SqlRule *rule, const Fill *fill, size_t i, bool *is_first, Err *err) {
    if (i >= fill->n_args)
        return err_set(err, ERR_INTERNAL, "a template of %s names a missing argument", p->dialect->name);
    if (fill->call && fill->call->is_distinct && *is_first) sql_put(p, "DISTINCT ");
    *is_first = false;
    if (rule->before) sql_put(p, rule->before);
    TRY(sql_put_expr_as(p, fill->args[i], wanted_type(fill, i), rule->arg_prec, err));
    if (rule->after) sql_put(p, rule->after);
    return ERR_OK;
}

static ErrCode put_template(SqlPrinter *p, const SqlRule *rule, const Fill *fill, Err *err) {
    bool is_first = true, has_suffix = false;
    for (const char *c = rule->text; *c; c++) {
        if (*c != '$') {
            buf_add_char(&p->buf, *c);
            continue;
        }
        c++;
        if (*c >= '1' && *c <= '9') {
            TRY(put_arg(p, rule, fill, (size_t)(*c - '1'), &is_first, err));
        } else if (*c == '*') {
            for (size_t i = 0; i < fill->n_args; i++) {
                if (i) sql_put(p, rule->join ? rule->join : ", ");
                TRY(put_arg(p, rule, fill, i, &is_first, err));
            }
        } else if (*c == 'T') {
            TRY(sql_put_type(p, fill->type, err));
        } else if (*c == '^' && fill->call) {
            TRY(put_filter_and_window(p, fill->call, err));
            has_suffix = true;
        } else {
            return err_set(err, ERR_INTERNAL, "a template of %s is broken: %s", p->dialect->name, rule->text);
        }
    }
    if (fill->call && !has_suffix) TRY(put_filter_and_window(p, fill->call, err));
    return ERR_OK;
}

static ErrCode put_rule(SqlPrinter *p, const SqlRule *rule, const Fill *fill, SqlPrec prec, Err *err) {
    bool is_wrapped = rule->prec < prec;
    if (is_wrapped) sql_put(p, "(");
    TRY(put_template(p, rule, fill, err));
    if (is_wrapped) sql_put(p, ")");
    return ERR_OK;
}

ErrCode sql_put_rule(SqlPrinter *p, const SqlRule *rule, const SqlExpr *const *args, size_t n_args, Err *err) {
    return put_rule(p, rule, &(Fill){.args = args, .n_args = n_args}, SQL_PREC_ANY, err);
}

/* ---- calls ---------------------------------------------------------------------------------------------------------- */

static ErrCode check_call(const SqlPrinter *p, const SqlExpr *call, Err *err) {
    const SqlFnInfo *info = sql_fn_info(call->fn);
    const SqlRule *rule = &p->dialect->rules[call->fn];
    if (!rule->text && !rule->hook) {
        return err_set(err, ERR_UNSUPPORTED, "'%s' is not available on %s", info->name, p->dialect->title);
    }
    if (p->is_inline && rule->ddl && !rule->ddl[0]) {
        return err_set(err, ERR_UNSUPPORTED, "'%s' is not available in a rule of a table on %s", info->name,
                       p->dialect->title);
    }
    if (info->class == SQL_CLASS_WINDOW && !call->window)
        return err_set(err, ERR_INVALID, "'%s' needs a window", info->name);
    if (call->window && rule->is_not_windowed)
        return err_set(err, ERR_UNSUPPORTED, "'%s' over a window is not available on %s", info->name,
                       p->dialect->title);
    bool is_aggregate = info->class == SQL_CLASS_AGGREGATE;
    if ((call->is_distinct || call->filter) && !is_aggregate) {
        return err_set(err, ERR_INVALID, "'%s' takes neither distinct nor a filter", info->name);
    }
    if (info->class == SQL_CLASS_SCALAR && call->window)
        return err_set(err, ERR_INVALID, "'%s' takes no window", info->name);
    if (call->is_distinct && call->n_args != 1) return err_set(err, ERR_INVALID, "'%s' takes no distinct", info->name);
    if (call->is_distinct && call->window && !p->dialect->has_distinct_window) {
        return err_set(err, ERR_UNSUPPORTED, "'%s' of distinct values over a window is not available on %s", info->name,
                       p->dialect->title);
    }
    return ERR_OK;
}

static ErrCode put_call(SqlPrinter *p, const SqlExpr *call, SqlPrec prec, Err *err) {
    TRY(check_call(p, call, err));
    SqlRule rule = p->dialect->rules[call->fn];
    if (rule.hook) TRY(rule.hook(p->arena, call, &rule, err));
    if (rule.instead) return sql_put_expr(p, rule.instead, prec, err);
    if (p->is_inline && rule.ddl) rule.text = rule.ddl;
    Fill fill = {.args = call->args, .n_args = call->n_args, .call = call, .type = call->type};
    switch (rule.args) {
    case SQL_ARGS_AS_IS: break;
    case SQL_ARGS_COMMON: fill.as = sql_compare_type(call->args, call->n_args); break;
    case SQL_ARGS_RESULT: fill.as = call->type; break;
    case SQL_ARGS_FLOAT64: fill.as = TYPE(TYPE_FLOAT64); break;
    case SQL_ARGS_TIMESTAMP: fill.as = TYPE(TYPE_TIMESTAMP); break;
    }
    return put_rule(p, &rule, &fill, prec, err);
}

ErrCode sql_put_expr_as(SqlPrinter *p, const SqlExpr *expr, Type to, SqlPrec prec, Err *err) {
    Value value;
    if (to.kind == TYPE_NULL || expr->type.kind == TYPE_NULL) return sql_put_expr(p, expr, prec, err);
    if (expr->kind == SQL_EXPR_LITERAL && sql_value_as(expr->value, to, &value))
        return sql_put_value(p, value, expr, err);
    SqlRule rule = {0};
    TRY(p->dialect->coerce(p->arena, expr->type, to, &rule, err));
    if (!rule.text) return sql_put_expr(p, expr, prec, err);
    Fill fill = {.args = &expr, .n_args = 1, .type = to};
    return put_rule(p, &rule, &fill, prec, err);
}

static ErrCode put_cast(SqlPrinter *p, const SqlExpr *cast, SqlPrec prec, Err *err) {
    SqlRule rule = {0};
    TRY(p->dialect->cast(p->arena, cast->args[0]->type, cast->type, cast->is_try, &rule, err));
    if (!rule.text) return sql_put_expr(p, cast->args[0], prec, err);
    Fill fill = {.args = cast->args, .n_args = 1, .type = cast->type};
    return put_rule(p, &rule, &fill, prec, err);
}

/* ---- the other kinds ------------------------------------------------------------------------------------------------ */

static ErrCode put_column(SqlPrinter *p, const SqlExpr *column, Err *err) {
    if (column->table.n) {
        TRY(sql_put_name(p, column->table, err));
        sql_put(p, ".");
    }
    return sql_put_name(p, column->name, err);
}

static ErrCode put_case(SqlPrinter *p, const SqlExpr *expr, Err *err) {
    sql_put(p, "CASE");
    size_t i = 0;
    for (; i + 1 < expr->n_args; i += 2) {
        sql_put(p, " WHEN ");
        TRY(sql_put_expr(p, expr->args[i], SQL_PREC_ANY, err));
        sql_put(p, " THEN ");
        TRY(sql_put_expr_as(p, expr->args[i + 1], expr->type, SQL_PREC_ANY, err));
    }
    if (i < expr->n_args) {
        sql_put(p, " ELSE ");
        TRY(sql_put_expr_as(p, expr->args[i], expr->type, SQL_PREC_ANY, err));
    }
    sql_put(p, " END");
    return ERR_OK;
}

static ErrCode put_in_list(SqlPrinter *p, const SqlExpr *expr, Err *err) {
    Type as = sql_compare_type(expr->args, expr->n_args);
    TRY(sql_put_expr_as(p, expr->args[0], as, SQL_PREC_ATOM, err));
    sql_put(p, expr->is_negated ? " NOT IN (" : " IN (");
    for (size_t i = 1; i < expr->n_args; i++) {
        if (i > 1) sql_put(p, ", ");
        TRY(sql_put_expr_as(p, expr->args[i], as, SQL_PREC_ANY, err));
    }
    sql_put(p, ")");
    return ERR_OK;
}

static ErrCode put_in_select(SqlPrinter *p, const SqlExpr *expr, Err *err) {
    const Type *types;
    TRY(sql_select_types(p->arena, expr->select, &types, err));
    if (expr->select->n_items != 1)
        return err_set(err, ERR_INVALID, "a query that something is looked up in has one column");
    Type as;
    if (!sql_type_common(expr->args[0]->type, types[0], &as)) {
        return err_set(err, ERR_INVALID, "%s cannot be looked up among %s", sql_type_words(expr->args[0]->type),
                       sql_type_words(types[0]));
    }
    TRY(sql_put_expr_as(p, expr->args[0], as, SQL_PREC_ATOM, err));
    sql_put(p, expr->is_negated ? " NOT IN (" : " IN (");
    TRY(sql_put_select(p, expr->select, &as, err));
    sql_put(p, ")");
    return ERR_OK;
}

static ErrCode put_nested_select(SqlPrinter *p, const SqlExpr *expr, Err *err) {
    if (expr->kind == SQL_EXPR_EXISTS) sql_put(p, expr->is_negated ? "NOT EXISTS " : "EXISTS ");
    if (expr->kind == SQL_EXPR_SCALAR && expr->select->n_items != 1) {
        return err_set(err, ERR_INVALID, "a query that stands for a value has one column");
    }
    sql_put(p, "(");
    TRY(sql_put_select(p, expr->select, expr->kind == SQL_EXPR_SCALAR ? &expr->type : NULL, err));
    sql_put(p, ")");
    return ERR_OK;
}

/* How tightly the kinds that have no rule bind. */
static SqlPrec prec_of(const SqlExpr *expr) {
    switch (expr->kind) {
    case SQL_EXPR_IN_LIST:
    case SQL_EXPR_IN_SELECT: return SQL_PREC_COMPARE;
    case SQL_EXPR_EXISTS: return expr->is_negated ? SQL_PREC_NOT : SQL_PREC_ATOM;
    default: return SQL_PREC_ATOM;
    }
}

static ErrCode put_plain(SqlPrinter *p, const SqlExpr *expr, Err *err) {
    switch (expr->kind) {
    case SQL_EXPR_COLUMN: return put_column(p, expr, err);
    case SQL_EXPR_LITERAL: return sql_put_value(p, expr->value, expr, err);
    case SQL_EXPR_CASE: return put_case(p, expr, err);
    case SQL_EXPR_IN_LIST:
        if (expr->n_args > 1) return put_in_list(p, expr, err);
        sql_put(p, expr->is_negated ? "1 = 1" : "1 = 0");
        return ERR_OK;
    case SQL_EXPR_IN_SELECT: return put_in_select(p, expr, err);
    case SQL_EXPR_EXISTS:
    case SQL_EXPR_SCALAR: return put_nested_select(p, expr, err);
    case SQL_EXPR_CALL:
    case SQL_EXPR_CAST: break;
    }
    return err_set(err, ERR_INTERNAL, "an expression of unknown kind");
}

ErrCode sql_put_expr(SqlPrinter *p, const SqlExpr *expr, SqlPrec prec, Err *err) {
    TRY(sql_enter(p, err));
    if (expr->kind == SQL_EXPR_CALL) {
        TRY(put_call(p, expr, prec, err));
    } else if (expr->kind == SQL_EXPR_CAST) {
        TRY(put_cast(p, expr, prec, err));
    } else {
        bool is_wrapped = prec_of(expr) < prec;
        if (is_wrapped) sql_put(p, "(");
        TRY(put_plain(p, expr, err));
        if (is_wrapped) sql_put(p, ")");
    }
    sql_leave(p);
    return ERR_OK;
}
