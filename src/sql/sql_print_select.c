/*
 * Selects and statements → text, one line, clauses in SQL's order. The columns of selects put together (UNION ALL, …) are
 * brought to common types, so that every dialect puts like to like.
 */
#include "sql/sql_internal.h"

/* ---- column types --------------------------------------------------------------------------------------------------- */

ErrCode sql_select_types(Arena *arena, const SqlSelect *select, const Type **ret_types, Err *err) {
    if (!select->n_items) return err_set(err, ERR_INVALID, "a query without columns");
    Type *types = ARENA_ARRAY(arena, Type, select->n_items);
    int n_legs = 0;
    for (const SqlSelect *leg = select; leg; leg = leg->other) {
        if (leg->n_items != select->n_items)
            return err_set(err, ERR_INVALID, "queries put together differ in their number of columns");
        if (++n_legs > 10 * SQL_DEPTH_MAX) return err_set(err, ERR_TOO_LARGE, "too many queries put together");
        for (size_t i = 0; i < leg->n_items; i++) {
            if (!sql_type_common(types[i], leg->items[i].expr->type, &types[i])) {
                return err_set(err, ERR_INVALID, "queries put together differ in column %zu: %s and %s", i + 1,
                               sql_type_words(types[i]), sql_type_words(leg->items[i].expr->type));
            }
        }
    }
    *ret_types = types;
    return ERR_OK;
}

/* ---- clauses -------------------------------------------------------------------------------------------------------- */

/* An item's position stands for it, so that its bound literals need not be repeated. */
static size_t ordinal_of(const SqlExpr *expr, const SqlItem *items, size_t n_items) {
    for (size_t i = 0; i < n_items; i++) {
        if (items[i].expr == expr) return i + 1;
    }
    return 0;
}

static bool needs_collation(const SqlPrinter *p, const SqlExpr *expr) {
    return p->dialect->text_order && expr->type.kind == TYPE_TEXT;
}

ErrCode sql_put_order(SqlPrinter *p, const SqlOrder *order, size_t n_order, const SqlItem *items, size_t n_items,
                      Err *err) {
    bool is_first = true;
    for (size_t i = 0; i < n_order; i++) {
        size_t ordinal = ordinal_of(order[i].expr, items, n_items);
        bool is_collated = needs_collation(p, order[i].expr);
        if (!ordinal && order[i].expr->kind == SQL_EXPR_LITERAL)
            continue; /* orders nothing, and looks like an ordinal */
        sql_put(p, is_first ? "ORDER BY " : ", ");
        is_first = false;
        if (ordinal && !is_collated) {
            buf_printf(&p->buf, "%zu", ordinal);
        } else {
            TRY(sql_put_expr(p, order[i].expr, is_collated ? SQL_PREC_ATOM : SQL_PREC_ANY, err));
        }
        if (is_collated) sql_put(p, p->dialect->text_order);
        sql_put(p, order[i].is_desc ? " DESC NULLS LAST" : " ASC NULLS LAST");
    }
    return ERR_OK;
}

static ErrCode put_source(SqlPrinter *p, const SqlFrom *from, Err *err) {
    if (from->relation) {
        TRY(sql_put_relation(p, from->relation, err));
    } else if (from->select) {
        sql_put(p, "(");
        TRY(sql_put_select(p, from->select, NULL, err));
        sql_put(p, ")");
    } else if (from->series) {
        const SqlExpr *ends[] = {from->series->first, from->series->last};
        TRY(sql_put_rule(p, &p->dialect->series, ends, COUNT_OF(ends), err));
    } else {
        TRY(sql_put_name(p, from->cte, err));
    }
    sql_put(p, " AS ");
    return sql_put_name(p, from->alias, err);
}

ErrCode sql_put_from(SqlPrinter *p, const SqlFrom *from, size_t n_from, Err *err) {
    for (size_t i = 0; i < n_from; i++) {
        bool is_left = from[i].join == SQL_JOIN_LEFT;
        bool is_inner = from[i].join == SQL_JOIN_INNER && from[i].on;
        if (i) sql_put(p, is_left ? " LEFT JOIN " : is_inner ? " JOIN " : " CROSS JOIN ");
        TRY(put_source(p, &from[i], err));
        if (!i || !(is_left || is_inner)) continue;
        sql_put(p, " ON ");
        if (!from[i].on) {
            sql_put(p, "1 = 1");
        } else {
            TRY(sql_put_expr(p, from[i].on, SQL_PREC_ANY, err));
        }
    }
    return ERR_OK;
}

static ErrCode put_condition(SqlPrinter *p, const char *keyword, const SqlExpr *condition, Err *err) {
    if (!condition) return ERR_OK;
    sql_put(p, keyword);
    return sql_put_expr(p, condition, SQL_PREC_ANY, err);
}

static ErrCode put_group_by(SqlPrinter *p, const SqlSelect *select, Err *err) {
    for (size_t i = 0; i < select->n_group_by; i++) {
        if (select->group_by[i] >= select->n_items) return err_set(err, ERR_INTERNAL, "a group names a missing column");
        buf_printf(&p->buf, "%s%zu", i ? ", " : " GROUP BY ", select->group_by[i] + 1);
    }
    return ERR_OK;
}

/* SELECT … HAVING …: one leg, without what applies to the whole. */
static ErrCode put_leg(SqlPrinter *p, const SqlSelect *select, const Type *types, Err *err) {
    sql_put(p, select->is_distinct ? "SELECT DISTINCT " : "SELECT ");
    for (size_t i = 0; i < select->n_items; i++) {
        if (i) sql_put(p, ", ");
        const SqlExpr *expr = select->items[i].expr;
        TRY(sql_put_expr_as(p, expr, types ? types[i] : expr->type, SQL_PREC_ANY, err));
        sql_put(p, " AS ");
        TRY(sql_put_name(p, select->items[i].alias, err));
    }
    if (select->n_from) sql_put(p, " FROM ");
    TRY(sql_put_from(p, select->from, select->n_from, err));
    TRY(put_condition(p, " WHERE ", select->where, err));
    TRY(put_group_by(p, select, err));
    return put_condition(p, " HAVING ", select->having, err);
}

static ErrCode put_ctes(SqlPrinter *p, const SqlSelect *select, Err *err) {
    for (size_t i = 0; i < select->n_ctes; i++) {
        sql_put(p, i ? ", " : "WITH ");
        TRY(sql_put_name(p, select->ctes[i].name, err));
        sql_put(p, " AS (");
        TRY(sql_put_select(p, select->ctes[i].select, NULL, err));
        sql_put(p, ")");
    }
    if (select->n_ctes) sql_put(p, " ");
    return ERR_OK;
}

static const char *set_op_words(SqlSetOp op) {
    switch (op) {
    case SQL_SET_UNION_ALL: return " UNION ALL ";
    case SQL_SET_INTERSECT: return " INTERSECT ";
    case SQL_SET_EXCEPT: break;
    }
    return " EXCEPT ";
}

/* Whether a select can stand behind `op` without brackets: it has nothing of its own, and what follows it may as well follow the
 * whole before it, for a - (b - c) is not (a - b) - c. */
static bool is_plain_leg(const SqlSelect *leg, SqlSetOp op) {
    if (leg->n_order || leg->limit >= 0 || leg->offset || leg->n_ctes) return false;
    return !leg->other || (leg->set_op == op && op != SQL_SET_EXCEPT);
}

static ErrCode put_others(SqlPrinter *p, const SqlSelect *select, const Type *types, Err *err) {
    for (const SqlSelect *leg = select->other; leg; leg = leg->other) {
        sql_put(p, set_op_words(select->set_op));
        if (is_plain_leg(leg, select->set_op)) {
            TRY(put_leg(p, leg, types, err));
            continue;
        }
        sql_put(p, "SELECT * FROM (");
        TRY(sql_put_select(p, leg, types, err));
        sql_put(p, ") AS ");
        return sql_put_name(p, S("appended"), err);
    }
    return ERR_OK;
}

static void put_limit(SqlPrinter *p, const SqlSelect *select) {
    if (select->limit >= 0) {
        buf_printf(&p->buf, " LIMIT %" PRId64, select->limit);
    } else if (select->offset > 0 && p->dialect->needs_limit_before_offset) {
        sql_put(p, " LIMIT -1");
    }
    if (select->offset > 0) buf_printf(&p->buf, " OFFSET %" PRId64, select->offset);
}

static ErrCode put_whole_order(SqlPrinter *p, const SqlSelect *select, Err *err) {
    if (!select->n_order) return ERR_OK;
    for (size_t i = 0; select->other && i < select->n_order; i++) {
        if (!ordinal_of(select->order[i].expr, select->items, select->n_items)) {
            return err_set(err, ERR_INVALID, "queries put together are ordered by their columns only");
        }
    }
    sql_put(p, " ");
    return sql_put_order(p, select->order, select->n_order, select->items, select->n_items, err);
}

/* Texts that need a collation to be ordered are no ordinals any more, but what is distinct, grouped or put together is ordered by
 * its columns: then they are ordered from outside, by their names. */
static bool is_ordered_outside(const SqlPrinter *p, const SqlSelect *select) {
    bool has_text = false, is_bound = select->is_distinct || select->other || select->n_group_by;
    for (size_t i = 0; i < select->n_order; i++) {
        if (!ordinal_of(select->order[i].expr, select->items, select->n_items)) return false;
        has_text |= needs_collation(p, select->order[i].expr);
    }
    return has_text && is_bound;
}

static ErrCode put_outer_order(SqlPrinter *p, const SqlSelect *select, Err *err) {
    SqlOrder *order = ARENA_ARRAY(p->arena, SqlOrder, select->n_order);
    for (size_t i = 0; i < select->n_order; i++) {
        size_t ordinal = ordinal_of(select->order[i].expr, select->items, select->n_items);
        order[i] = select->order[i];
        order[i].expr = sql_column(p->arena, S("ordered"), select->items[ordinal - 1].alias, order[i].expr->type);
    }
    sql_put(p, ") AS ");
    TRY(sql_put_name(p, S("ordered"), err));
    sql_put(p, " ");
    return sql_put_order(p, order, select->n_order, NULL, 0, err);
}

ErrCode sql_put_select(SqlPrinter *p, const SqlSelect *select, const Type *types, Err *err) {
    TRY(sql_enter(p, err));
    if (!types) TRY(sql_select_types(p->arena, select, &types, err));
    bool is_outside = is_ordered_outside(p, select);
    TRY(put_ctes(p, select, err));
    if (is_outside) sql_put(p, "SELECT * FROM (");
    TRY(put_leg(p, select, types, err));
    TRY(put_others(p, select, types, err));
    TRY(is_outside ? put_outer_order(p, select, err) : put_whole_order(p, select, err));
    put_limit(p, select);
    sql_leave(p);
    return ERR_OK;
}

/* ---- statements ----------------------------------------------------------------------------------------------------- */

static ErrCode put_insert(SqlPrinter *p, const SqlStmt *stmt, Err *err) {
    sql_put(p, "INSERT INTO ");
    TRY(sql_put_relation(p, stmt->relation, err));
    sql_put(p, " (");
    for (size_t i = 0; i < stmt->n_columns; i++) {
        if (i) sql_put(p, ", ");
        TRY(sql_put_name(p, stmt->columns[i], err));
    }
    sql_put(p, ") ");
    return sql_put_select(p, stmt->select, NULL, err);
}

static ErrCode put_target(SqlPrinter *p, const SqlStmt *stmt, Err *err) {
    TRY(sql_put_relation(p, stmt->relation, err));
    if (!stmt->alias.n) return ERR_OK;
    sql_put(p, " AS ");
    return sql_put_name(p, stmt->alias, err);
}

static ErrCode put_update(SqlPrinter *p, const SqlStmt *stmt, Err *err) {
    sql_put(p, "UPDATE ");
    TRY(put_target(p, stmt, err));
    for (size_t i = 0; i < stmt->n_set; i++) {
        sql_put(p, i ? ", " : " SET ");
        TRY(sql_put_name(p, stmt->set[i].alias, err));
        sql_put(p, " = ");
        TRY(sql_put_expr(p, stmt->set[i].expr, SQL_PREC_ANY, err));
    }
    if (stmt->n_from) sql_put(p, " FROM ");
    TRY(sql_put_from(p, stmt->from, stmt->n_from, err));
    return put_condition(p, " WHERE ", stmt->where, err);
}

static ErrCode put_delete(SqlPrinter *p, const SqlStmt *stmt, Err *err) {
    sql_put(p, "DELETE FROM ");
    TRY(put_target(p, stmt, err));
    return put_condition(p, " WHERE ", stmt->where, err);
}

static ErrCode put_create_as(SqlPrinter *p, const SqlStmt *stmt, Err *err) {
    if (stmt->is_replace && !p->dialect->has_create_or_replace) {
        return err_set(err, ERR_UNSUPPORTED, "%s cannot replace a table in one statement", p->dialect->title);
    }
    sql_put(p, "CREATE ");
    if (stmt->is_replace) sql_put(p, "OR REPLACE ");
    if (stmt->is_temporary) sql_put(p, "TEMPORARY ");
    sql_put(p, "TABLE ");
    TRY(sql_put_relation(p, stmt->relation, err));
    sql_put(p, " AS ");
    return sql_put_select(p, stmt->select, NULL, err);
}

static ErrCode check_stmt(const SqlStmt *stmt, Err *err) {
    bool has_select =
        stmt->kind == SQL_STMT_SELECT || stmt->kind == SQL_STMT_INSERT || stmt->kind == SQL_STMT_CREATE_AS;
    if (has_select && !stmt->select) return err_set(err, ERR_INTERNAL, "a statement without its query");
    if (stmt->kind == SQL_STMT_SELECT) return ERR_OK;
    if (!stmt->relation || stmt->relation->is_file)
        return err_set(err, ERR_INTERNAL, "a statement without a table to change");
    if (stmt->kind == SQL_STMT_INSERT && (!stmt->n_columns || stmt->n_columns != stmt->select->n_items)) {
        return err_set(err, ERR_INTERNAL, "an insert of %zu columns from a query of %zu", stmt->n_columns,
                       stmt->select->n_items);
    }
    if (stmt->kind == SQL_STMT_UPDATE && !stmt->n_set) return err_set(err, ERR_INTERNAL, "an update that sets nothing");
    return ERR_OK;
}

static ErrCode put_stmt(SqlPrinter *p, const SqlStmt *stmt, Err *err) {
    TRY(check_stmt(stmt, err));
    switch (stmt->kind) {
    case SQL_STMT_SELECT: return sql_put_select(p, stmt->select, NULL, err);
    case SQL_STMT_INSERT: return put_insert(p, stmt, err);
    case SQL_STMT_UPDATE: return put_update(p, stmt, err);
    case SQL_STMT_DELETE: return put_delete(p, stmt, err);
    case SQL_STMT_CREATE_AS: return put_create_as(p, stmt, err);
    }
    return err_set(err, ERR_INTERNAL, "a statement of unknown kind");
}

/* ---- the public face ------------------------------------------------------------------------------------------------ */

ErrCode sql_print_select(Arena *arena, const SqlDialect *dialect, const SqlSelect *select, SqlText *ret, Err *err) {
    return sql_print_stmt(arena, dialect, &(SqlStmt){.kind = SQL_STMT_SELECT, .select = select}, ret, err);
}

ErrCode sql_print_stmt(Arena *arena, const SqlDialect *dialect, const SqlStmt *stmt, SqlText *ret, Err *err) {
    SqlPrinter p CLEANUP(sql_printer_release);
    sql_printer_init(&p, arena, dialect);
    TRY(put_stmt(&p, stmt, err));
    const Type *types = NULL;
    if (stmt->kind == SQL_STMT_SELECT) TRY(sql_select_types(arena, stmt->select, &types, err));
    SqlText text;
    TRY(sql_printer_finish(&p, &text, err));
    text.types = types;
    text.n_types = types ? stmt->select->n_items : 0;
    *ret = text;
    return ERR_OK;
}

const char *sql_dialect_name(const SqlDialect *dialect) {
    return dialect->name;
}
