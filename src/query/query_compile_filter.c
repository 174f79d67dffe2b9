/*
 * Filters -> conditions. A condition is true or false, never unknown: `not` is carried down to the tests, and a test that is turned
 * around (not_equals, not_in, not_contains, or any below `not`) is also true of nulls, so that a filter and its `not` together are
 * all rows.
 */
#include "query/query_internal.h"

enum { AND_OR_MAX = 90 }; /* arguments of one and/or; more are nested */

/* What a filter is compiled for, and how. */
typedef struct Task {
    QueryBuild *build;
    QueryPlace place;
    QueryRoles roles;
} Task;

/* ---- values --------------------------------------------------------------------------------------------------------- */

/* The decimal that a number's shortest text names: 0.1 is 0.1, not the double next to it. */
static bool decimal_of(Arena *arena, double number, Value *ret_value) {
    Str text = value_print(arena, value_float(number));
    int n_digits = 0, scale = 0;
    bool is_after_point = false;
    for (size_t i = 0; i < text.n; i++) {
        bool is_digit = text.p[i] >= '0' && text.p[i] <= '9';
        if (text.p[i] == '.') is_after_point = true;
        if (!is_digit && text.p[i] != '.' && text.p[i] != '-') return false;
        n_digits += is_digit;
        scale += is_digit && is_after_point;
    }
    Int128 unscaled = 0;
    if (n_digits > TYPE_DECIMAL_MAX_PRECISION || !decimal_parse(text, n_digits, scale, &unscaled)) return false;
    *ret_value = value_decimal(unscaled, n_digits, scale);
    return true;
}

static ErrCode number_value(Arena *arena, const QueryOperand *operand, Value value, Str path, Value *ret_value,
                            Err *err) {
    *ret_value = value;
    if (value.type.kind == TYPE_INT64) return ERR_OK;
    if (value.type.kind == TYPE_FLOAT64) {
        if (operand->sql->type.kind != TYPE_FLOAT64 && !decimal_of(arena, value.f, ret_value)) *ret_value = value;
        return ERR_OK;
    }
    if (value.type.kind == TYPE_TEXT) {
        return query_error(err, ERR_INVALID, path, "'%.*s' is a number; write the value without quotes",
                           STR_ARG(operand->name));
    }
    return query_error(err, ERR_INVALID, path, "'%.*s' is a number, not true or false", STR_ARG(operand->name));
}

ErrCode query_compile_value(Arena *arena, const QueryOperand *operand, Value value, Str path, const SqlExpr **ret_sql,
                            Err *err) {
    Type type = operand->sql->type;
    bool fits = true;
    if (type_is_number(type)) {
        TRY(number_value(arena, operand, value, path, &value, err));
    } else if (type.kind == TYPE_TEXT) {
        if (value.type.kind != TYPE_TEXT) {
            return query_error(err, ERR_INVALID, path, "'%.*s' is text; write the value in quotes",
                               STR_ARG(operand->name));
        }
        value.s = utf8_nfc(arena, value.s);
    } else if (type.kind == TYPE_BOOL) {
        fits = value.type.kind == TYPE_BOOL;
    } else {
        return query_error(err, ERR_INVALID, path, "'%.*s' is %s, of which only set and not_set can be asked",
                           STR_ARG(operand->name), type_kind_name(type.kind));
    }
    if (!fits)
        return query_error(err, ERR_INVALID, path, "'%.*s' is true or false, without quotes", STR_ARG(operand->name));
    *ret_sql = sql_literal(arena, value);
    return ERR_OK;
}

/* ---- gathering ------------------------------------------------------------------------------------------------------ */

/* and/or of any number of conditions. */
static const SqlExpr *join(Arena *arena, SqlFn fn, const SqlExpr **all, size_t n) {
    while (n > 1) {
        size_t n_next = 0;
        for (size_t i = 0; i < n; i += AND_OR_MAX) {
            size_t n_here = MIN_OF(n - i, (size_t)AND_OR_MAX);
            all[n_next++] = n_here == 1 ? all[i] : sql_call(arena, fn, all + i, n_here);
        }
        n = n_next;
    }
    return all[0];
}

static const SqlExpr *or_null(Arena *arena, const QueryOperand *operand, const SqlExpr *sql) {
    if (operand->is_never_null) return sql;
    return sql_call2(arena, SQL_FN_OR, sql, sql_call1(arena, SQL_FN_IS_NULL, operand->base));
}

/* The rows that a condition leaves. */
static const SqlExpr *turn_around(Arena *arena, const QueryOperand *operand, const SqlExpr *sql) {
    const SqlExpr *turned = NULL;
    if (sql->kind == SQL_EXPR_IN_LIST) {
        turned = sql_in_list(arena, sql->args[0], sql->args + 1, sql->n_args - 1, true);
    } else if (sql->kind == SQL_EXPR_IN_SELECT) {
        turned = sql_in_select(arena, sql->args[0], sql->select, true);
    } else if (sql->kind == SQL_EXPR_CALL && sql->fn == SQL_FN_EQ) {
        turned = sql_call2(arena, SQL_FN_NE, sql->args[0], sql->args[1]);
    } else {
        turned = sql_call1(arena, SQL_FN_NOT, sql);
    }
    return or_null(arena, operand, turned);
}

/* ---- tests ---------------------------------------------------------------------------------------------------------- */

/* A negative op and the positive one that it turns around. */
static bool is_negative(QueryOp op, QueryOp *ret_positive) {
    *ret_positive = query_op_info(op)->positive;
    return *ret_positive != op;
}

static bool is_text_op(QueryOp op) {
    return query_op_info(op)->flags & QUERY_OP_IS_OF_TEXT;
}

static const SqlExpr *positive_test(Arena *arena, const QueryOperand *operand, QueryOp op, const SqlExpr **values,
                                    size_t n) {
    if (op == QUERY_OP_BETWEEN) {
        const SqlExpr *from = sql_call2(arena, SQL_FN_GE, operand->sql, values[0]);
        return sql_call2(arena, SQL_FN_AND, from, sql_call2(arena, SQL_FN_LE, operand->sql, values[1]));
    }
    if (n > 1 && !is_text_op(op)) return sql_in_list(arena, operand->sql, values, n, false);
    for (size_t i = 0; i < n; i++) values[i] = sql_call2(arena, query_op_info(op)->fn, operand->sql, values[i]);
    return join(arena, SQL_FN_OR, values, n);
}

static ErrCode compile_plain_test(Arena *arena, const QueryOperand *operand, const QueryFilter *filter, QueryOp op,
                                  const SqlExpr **ret_sql, Err *err) {
    Type type = operand->sql->type;
    if (is_text_op(op) && type.kind != TYPE_TEXT) {
        return query_error(err, ERR_INVALID, filter->path, "'%s' works on text, and '%.*s' is %s",
                           query_op_name(filter->op), STR_ARG(operand->name), type_kind_name(type.kind));
    }
    if (op == QUERY_OP_IN_RANGE) {
        return query_error(err, ERR_INVALID, filter->path, "'in_range' works on dates, and '%.*s' is %s; use between",
                           STR_ARG(operand->name), type_kind_name(type.kind));
    }
    const SqlExpr **values = ARENA_ARRAY(arena, const SqlExpr *, filter->n_values);
    for (size_t i = 0; i < filter->n_values; i++) {
        TRY(query_compile_value(arena, operand, filter->values[i], filter->path, &values[i], err));
    }
    *ret_sql = positive_test(arena, operand, op, values, filter->n_values);
    return ERR_OK;
}

/* What a test at the top of `where` says for the account: its member is not null, its time lies within bounds. */
static void note_certain(Task *task, const QueryOperand *operand, const QueryBounds *bounds) {
    QueryBuild *build = task->build;
    if (!operand->is_member || task->place != QUERY_IN_WHERE) return;
    VEC_PUSH(build->arena, &build->certain, operand->member);
    bool is_axis = build->axis.is_known && query_member_is_same(&operand->member, &build->axis.member);
    if (is_axis && bounds) query_bounds_meet(&build->axis.bounds, bounds);
}

static ErrCode compile_test(Task *task, const QueryOperand *operand, const QueryFilter *filter, bool is_turned,
                            bool is_top, const SqlExpr **ret_sql, Err *err) {
    Arena *arena = task->build->arena;
    QueryOp op;
    if (is_negative(filter->op, &op)) is_turned = !is_turned;
    if (op == QUERY_OP_SET) {
        *ret_sql = sql_call1(arena, is_turned ? SQL_FN_IS_NULL : SQL_FN_IS_SET, operand->base);
        if (is_top && !is_turned) note_certain(task, operand, NULL);
        return ERR_OK;
    }
    bool is_time = type_is_time(operand->base->type) && type_is_time(operand->sql->type) && !is_text_op(op);
    bool is_span = is_time && (op == QUERY_OP_BETWEEN || filter->n_values == 1 || op == QUERY_OP_IN_RANGE);
    QueryBounds bounds;
    const SqlExpr *sql = NULL;
    if (is_time) {
        TRY(query_compile_time_test(task->build, operand, filter, op, &sql, &bounds, err));
    } else {
        TRY(compile_plain_test(arena, operand, filter, op, &sql, err));
    }
    if (is_top && !is_turned) note_certain(task, operand, is_span ? &bounds : NULL);
    *ret_sql = is_turned ? turn_around(arena, operand, sql) : sql;
    return ERR_OK;
}

/* ---- operands ------------------------------------------------------------------------------------------------------- */

static ErrCode compile_operand_expr(Task *task, const QueryMember *member, QueryOperand *ret_operand, Err *err) {
    QuerySql sql;
    TRY(query_compile_expr(task->build, task->place, member, &sql, err));
    task->roles |= sql.roles;
    *ret_operand =
        (QueryOperand){.name = member->name, .sql = sql.sql, .base = sql.sql, .is_local = query_is_local(task->build)};
    return ERR_OK;
}

static ErrCode member_operand(Task *task, const QueryMember *member, Str path, QueryOperand *ret_operand, Err *err) {
    QueryBuild *build = task->build;
    QueryOperand operand = {.name = member->name,
                            .is_member = true,
                            .is_local = query_is_local(build),
                            .fiscal_month = query_fiscal_month(build)};
    TRY(query_find_member(build, member->name, path, &operand.member, err));
    if (operand.member.kind == MODEL_MEMBER_MEASURE) {
        return query_error(err, ERR_INVALID, path, "'%.*s' is a measure: filter on it in 'having'",
                           STR_ARG(member->name));
    }
    if (operand.member.kind == MODEL_MEMBER_FILTER) return compile_operand_expr(task, member, ret_operand, err);
    ModelMember base = query_member_base(&operand.member);
    QuerySql sql, plain;
    TRY(query_compile_member(build, &operand.member, &sql, err));
    TRY(query_compile_member(build, &base, &plain, err));
    task->roles |= sql.roles;
    operand.sql = sql.sql;
    operand.base = operand.member.part ? plain.sql : sql.sql;
    operand.grain = operand.member.part ? operand.member.part->grain : TIME_GRAIN_NONE;
    operand.is_never_null = query_member_is_never_null(build, &base);
    operand.member = base;
    *ret_operand = operand;
    return ERR_OK;
}

/* In `having`: a column of the result by its name, else any measure. */
static ErrCode measure_operand(Task *task, const QueryMember *member, QueryOperand *ret_operand, Err *err) {
    const QueryBuild *build = task->build;
    for (size_t i = 0; i < build->measures.n; i++) {
        const QueryMeasure *measure = &build->measures.at[i];
        if (!str_eq(measure->column.name, member->name)) continue;
        task->roles |= measure->value.roles;
        *ret_operand = (QueryOperand){.name = member->name, .sql = measure->value.sql, .base = measure->value.sql};
        return ERR_OK;
    }
    return compile_operand_expr(task, member, ret_operand, err);
}

static ErrCode compile_operand(Task *task, const QueryFilter *filter, QueryOperand *ret_operand, Err *err) {
    if (task->place == QUERY_IN_HAVING) return measure_operand(task, &filter->member, ret_operand, err);
    if (filter->member.expr->kind == EXPR_NAME)
        return member_operand(task, &filter->member, filter->path, ret_operand, err);
    return compile_operand_expr(task, &filter->member, ret_operand, err);
}

static ErrCode compile_membership(Task *task, const QueryOperand *operand, const QueryFilter *filter, bool is_turned,
                                  bool is_top, const SqlExpr **ret_sql, Err *err) {
    QueryOp op;
    const SqlExpr *sql = NULL;
    if (is_negative(filter->op, &op)) is_turned = !is_turned;
    TRY(query_compile_membership(task->build, task->place, operand, filter, op, &sql, err));
    if (is_top && !is_turned) note_certain(task, operand, NULL);
    *ret_sql = sql;
    if (!is_turned) return ERR_OK;
    Arena *arena = task->build->arena;
    const SqlExpr *no = sql_literal(arena, value_bool(false)); /* the one value may be null: then nothing compares */
    *ret_sql = op == QUERY_OP_IN ? turn_around(arena, operand, sql)
                                 : sql_call1(arena, SQL_FN_NOT, sql_call2(arena, SQL_FN_COALESCE, sql, no));
    return ERR_OK;
}

/* ---- the tree ------------------------------------------------------------------------------------------------------- */

static ErrCode compile_node(Task *task, const QueryFilter *filter, bool is_turned, bool is_top, const SqlExpr **ret_sql,
                            Err *err);

static ErrCode compile_children(Task *task, const QueryFilter *filter, bool is_turned, bool is_top,
                                const SqlExpr **ret_sql, Err *err) {
    bool is_and = (filter->kind == QUERY_FILTER_AND) != is_turned;
    const SqlExpr **children = ARENA_ARRAY(task->build->arena, const SqlExpr *, filter->n_children);
    for (size_t i = 0; i < filter->n_children; i++) {
        TRY(compile_node(task, filter->children[i], is_turned, is_top && is_and, &children[i], err));
    }
    *ret_sql = join(task->build->arena, is_and ? SQL_FN_AND : SQL_FN_OR, children, filter->n_children);
    return ERR_OK;
}

static ErrCode compile_condition(Task *task, const QueryFilter *filter, bool is_turned, const SqlExpr **ret_sql,
                                 Err *err) {
    Arena *arena = task->build->arena;
    QueryOperand operand;
    TRY(compile_operand(task, filter, &operand, err));
    if (operand.sql->type.kind != TYPE_BOOL) {
        return query_error(err, ERR_INVALID, filter->path,
                           "a condition is true or false, and '%.*s' is %s; compare it with something",
                           STR_ARG(operand.name), type_kind_name(operand.sql->type.kind));
    }
    const SqlExpr *no = sql_literal(arena, value_bool(false));
    *ret_sql =
        is_turned ? sql_call1(arena, SQL_FN_NOT, sql_call2(arena, SQL_FN_COALESCE, operand.sql, no)) : operand.sql;
    return ERR_OK;
}

static ErrCode compile_node(Task *task, const QueryFilter *filter, bool is_turned, bool is_top, const SqlExpr **ret_sql,
                            Err *err) {
    QueryOperand operand;
    switch (filter->kind) {
    case QUERY_FILTER_AND:
    case QUERY_FILTER_OR: return compile_children(task, filter, is_turned, is_top, ret_sql, err);
    case QUERY_FILTER_NOT: return compile_node(task, filter->children[0], !is_turned, is_top, ret_sql, err);
    case QUERY_FILTER_EXPR: return compile_condition(task, filter, is_turned, ret_sql, err);
    case QUERY_FILTER_TEST:
        TRY(compile_operand(task, filter, &operand, err));
        return compile_test(task, &operand, filter, is_turned, is_top, ret_sql, err);
    case QUERY_FILTER_MEMBERSHIP:
        TRY(compile_operand(task, filter, &operand, err));
        return compile_membership(task, &operand, filter, is_turned, is_top, ret_sql, err);
    }
    return err_set(err, ERR_INTERNAL, "a filter of unknown kind %d", (int)filter->kind);
}

ErrCode query_compile_filter(QueryBuild *build, QueryPlace place, const QueryFilter *filter, QuerySql *ret_sql,
                             Err *err) {
    *ret_sql = (QuerySql){0};
    if (!filter) return ERR_OK;
    Task task = {.build = build, .place = place};
    TRY(compile_node(&task, filter, false, true, &ret_sql->sql, err));
    ret_sql->roles = task.roles;
    return ERR_OK;
}
