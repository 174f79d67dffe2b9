/*
 * What can be made of a fact's column: the aggregations that a pack allows of it, one of which may be what the bare column stands
 * for as a measure; and what adds up. Functions that are not in the table, of several columns or of bools, are for everything that their types fit.
 */
#include "model/model_internal.h"

static const ModelAggregate AGGREGATES[] = {
    {"sum", SQL_FN_SUM, false, "Total", false},
    {"avg", SQL_FN_AVG, false, "Average", false},
    {"min", SQL_FN_MIN, false, "Minimum", false},
    {"max", SQL_FN_MAX, false, "Maximum", false},
    {"median", SQL_FN_MEDIAN, false, "Median", false},
    {"count", SQL_FN_COUNT, false, "Count of", true},
    {"count_distinct", SQL_FN_COUNT, true, "Distinct count of", true},
    {"stddev", SQL_FN_STDDEV, false, "Standard deviation of", false},
    {"variance", SQL_FN_VARIANCE, false, "Variance of", true},
    {"percentile", SQL_FN_PERCENTILE, false, NULL, false},
};

const ModelAggregate *model_aggregates(size_t *ret_n) {
    *ret_n = COUNT_OF(AGGREGATES);
    return AGGREGATES;
}

bool model_aggregate_fits(const ModelAggregate *aggregate, Type type, Err *err) {
    const Type args[] = {type, TYPE(TYPE_FLOAT64)};
    Type result;
    if (type.kind == TYPE_NULL) return true;
    return !sql_fn_type(aggregate->fn, args, aggregate->fn == SQL_FN_PERCENTILE ? 2 : 1, &result, err);
}

Str model_aggregate_call(Arena *arena, const ModelAggregate *aggregate, Str column) {
    return arena_printf(arena, "%s(%s%.*s%s)", sql_fn_info(aggregate->fn)->name,
                        aggregate->is_distinct ? "distinct " : "", STR_ARG(column),
                        aggregate->fn == SQL_FN_PERCENTILE ? ", 0.5" : "");
}

const ModelAggregate *model_aggregate_example(const ModelFactColumn *column) {
    size_t i = 0;
    if (column->aggregate) return column->aggregate;
    while (i + 1 < COUNT_OF(AGGREGATES) && !(column->aggregations >> i & 1)) i++;
    return &AGGREGATES[i];
}

/* ---- in an expression ----------------------------------------------------------------------------------------------- */

typedef struct Check {
    const Model *model;
    const ModelFact *fact;
    ExprErrors *errors;
} Check;

/* avg, min or max */
static Str allowed_words(Arena *arena, const ModelFactColumn *column) {
    Str words = {0};
    size_t n = 0, n_all = (size_t)__builtin_popcount(column->aggregations);
    for (size_t i = 0; i < COUNT_OF(AGGREGATES); i++) {
        if (!(column->aggregations >> i & 1)) continue;
        const char *between = n == 0 ? "" : n + 1 == n_all ? " or " : ", ";
        words = arena_printf(arena, "%.*s%s%s", STR_ARG(words), between, AGGREGATES[i].name);
        n++;
    }
    return words;
}

static void check_call(const Check *check, const Expr *call) {
    ModelMember member;
    bool is_of_column =
        call->args[0]->kind == EXPR_NAME &&
        !model_resolve(check->model, check->fact, true, call->args[0], EXPR_USE_AGGREGATE, &member, NULL) &&
        member.kind == MODEL_MEMBER_COLUMN && member.column->kind == MODEL_COLUMN_VALUE && !member.part;
    for (size_t i = 0; is_of_column && i < COUNT_OF(AGGREGATES); i++) {
        const ModelAggregate *aggregate = &AGGREGATES[i];
        bool is_it = aggregate->fn == call->fn && aggregate->is_distinct == call->is_distinct;
        if (!is_it || (member.column->aggregations >> i & 1)) continue;
        Err err;
        (void)err_set(&err, ERR_INVALID, "'%s' is not to be taken of '%.*s', only %.*s", aggregate->name,
                      STR_ARG(call->args[0]->name), STR_ARG(allowed_words(check->errors->arena, member.column)));
        err_ignore(err_at(&err, call->place.file, call->place.line, call->place.column));
        expr_errors_add(check->errors, call->place, &err);
    }
}

static void check_expr(const Check *check, const Expr *expr) {
    if (expr->kind == EXPR_CALL && expr->n_args && expr->fn != SQL_FN_COUNT_OF) check_call(check, expr);
    for (size_t i = 0; i < expr->n_args; i++) check_expr(check, expr->args[i]);
}

void model_check_aggregates(const Model *model, const ModelFact *fact, const Expr *expr, ExprErrors *errors) {
    Check check = {.model = model, .fact = fact, .errors = errors};
    check_expr(&check, expr);
}

/* ---- additivity ----------------------------------------------------------------------------------------------------- */

static bool is_additive(const Model *model, const ModelFact *fact, const Expr *expr);

static bool is_number(const Expr *expr) {
    bool is_negated = expr->kind == EXPR_CALL && expr->fn == SQL_FN_NEG;
    const Expr *literal = is_negated ? expr->args[0] : expr;
    return literal->kind == EXPR_LITERAL && type_is_number(literal->value.type);
}

static bool is_additive_call(const Model *model, const ModelFact *fact, const Expr *call) {
    switch (call->fn) {
    case SQL_FN_SUM:
    case SQL_FN_COUNT:
    case SQL_FN_COUNT_ALL: return !call->is_distinct;
    case SQL_FN_NEG: return is_additive(model, fact, call->args[0]);
    case SQL_FN_ADD:
    case SQL_FN_SUB: return is_additive(model, fact, call->args[0]) && is_additive(model, fact, call->args[1]);
    case SQL_FN_DIV: return is_additive(model, fact, call->args[0]) && is_number(call->args[1]);
    case SQL_FN_MUL:
        return (is_additive(model, fact, call->args[0]) && is_number(call->args[1])) ||
               (is_number(call->args[0]) && is_additive(model, fact, call->args[1]));
    default: return false;
    }
}

static bool is_additive(const Model *model, const ModelFact *fact, const Expr *expr) {
    ModelMember member;
    if (expr->kind == EXPR_WHERE) return is_additive(model, fact, expr->args[0]);
    if (expr->kind == EXPR_CALL) return is_additive_call(model, fact, expr);
    if (expr->kind != EXPR_NAME || model_resolve(model, fact, true, expr, EXPR_USE_PLAIN, &member, NULL)) return false;
    if (member.measure) return member.measure->additivity == MODEL_ADDITIVE;
    bool is_aggregated = member.column && member.column->aggregated && !member.part;
    return is_aggregated && is_additive(model, fact, member.column->aggregated);
}

ModelAdditivity model_additivity(const Model *model, const ModelFact *fact, const Expr *expr) {
    return is_additive(model, fact, expr) ? MODEL_ADDITIVE : MODEL_NON_ADDITIVE;
}

Str model_additivity_name(ModelAdditivity additivity) {
    switch (additivity) {
    case MODEL_ADDITIVE: return S("additive");
    case MODEL_SEMI_ADDITIVE: return S("semi_additive");
    case MODEL_NON_ADDITIVE: break;
    }
    return S("non_additive");
}
