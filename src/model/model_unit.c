/*
 * Units: what is added, subtracted or compared has one of them. A unit is what the pack says of a measure or column by `unit`, or by a
 * `format` of percent or currency; nothing is guessed. What is multiplied or divided has none that is known, nor has a count or a
 * literal, and what has none goes with everything.
 */
#include "model/model_expr_internal.h"
#include "model/model_internal.h"

typedef enum UnitKind {
    UNIT_NONE,    /* not known */
    UNIT_NAMED,   /* EUR, days */
    UNIT_PERCENT, /* differs from all others */
    UNIT_CURRENCY /* a currency that is not said: differs from percent */
} UnitKind;

typedef struct Unit {
    UnitKind kind;
    Str name;
    Str of; /* whose it is */
} Unit;

typedef struct Check {
    const Model *model;
    const ModelFact *fact;
    ExprErrors *errors;
} Check;

static Unit unit_of(const Check *check, const Expr *expr, ExprUse use);

static Unit unit_of_label(const ModelLabel *label, Str name) {
    if (str_eq(label->format, S("percent")) || str_eq(label->unit, S("%")))
        return (Unit){.kind = UNIT_PERCENT, .name = S("percent"), .of = name};
    if (label->unit.n) return (Unit){.kind = UNIT_NAMED, .name = label->unit, .of = name};
    if (str_eq(label->format, S("currency"))) return (Unit){.kind = UNIT_CURRENCY, .name = S("a currency"), .of = name};
    return (Unit){0};
}

static bool differ(Unit a, Unit b) {
    if (a.kind == UNIT_NONE || b.kind == UNIT_NONE) return false;
    if (a.kind == UNIT_NAMED && b.kind == UNIT_NAMED) return !str_eq_nocase(a.name, b.name);
    return (a.kind == UNIT_PERCENT) != (b.kind == UNIT_PERCENT);
}

static void refuse(const Check *check, const Expr *expr, Unit a, Unit b) {
    Err err;
    Str word = expr->kind == EXPR_IN ? S("in") : expr->name;
    err_ignore(expr_error(&err, ERR_INVALID, expr->place,
                          "'%.*s' mixes %.*s (%.*s) with %.*s (%.*s); bring both to one unit, or correct the 'unit' or "
                          "'format' that the pack gives one of them",
                          STR_ARG(word), STR_ARG(a.name), STR_ARG(a.of), STR_ARG(b.name), STR_ARG(b.of)));
    expr_errors_add(check->errors, expr->place, &err);
}

/* The unit of several values: of all that have one, literals apart; none where one has none, or another. */
typedef struct Common {
    Unit unit;
    bool is_known;
} Common;

static void add_unit(Common *common, const Expr *expr, Unit unit) {
    bool fits = (unit.kind != UNIT_NONE || expr->kind == EXPR_LITERAL) && !differ(common->unit, unit);
    common->is_known = common->is_known && fits;
    if (common->unit.kind == UNIT_NONE) common->unit = unit;
}

static Unit common_of(const Common *common) {
    return common->is_known ? common->unit : (Unit){0};
}

/* Of the arguments, which must have one unit where `is_checked`. */
static Unit unit_of_args(const Check *check, const Expr *expr, ExprUse use, bool is_checked) {
    Common common = {.is_known = true};
    for (size_t i = 0; i < expr->n_args; i++) {
        Unit unit = unit_of(check, expr->args[i], use);
        if (is_checked && differ(common.unit, unit)) refuse(check, expr, common.unit, unit);
        add_unit(&common, expr->args[i], unit);
    }
    return common_of(&common);
}

static Unit unit_of_name(const Check *check, const Expr *name, ExprUse use) {
    ModelMember member;
    if (model_resolve(check->model, check->fact, true, name, use, &member, NULL) || member.part) return (Unit){0};
    bool is_plain = member.column && member.column->aggregate && member.column->aggregate->is_plain;
    if (is_plain && use == EXPR_USE_PLAIN) return (Unit){0};
    return unit_of_label(member.label, name->name);
}

/* What a function makes of units. */
typedef enum Effect {
    EFFECT_NONE,    /* the result has none */
    EFFECT_KEEP,    /* that of the first argument */
    EFFECT_ADD,     /* they must be one */
    EFFECT_COMPARE, /* they must be one, and the result has none */
    EFFECT_CHOOSE   /* that of all, if it is one */
} Effect;

static Effect effect_of(SqlFn fn) {
    switch (fn) {
    case SQL_FN_ADD:
    case SQL_FN_SUB:
    case SQL_FN_GREATEST:
    case SQL_FN_LEAST: return EFFECT_ADD;
    case SQL_FN_EQ:
    case SQL_FN_NE:
    case SQL_FN_LT:
    case SQL_FN_LE:
    case SQL_FN_GT:
    case SQL_FN_GE: return EFFECT_COMPARE;
    case SQL_FN_COALESCE: return EFFECT_CHOOSE;
    case SQL_FN_NEG:
    case SQL_FN_ABS:
    case SQL_FN_ROUND:
    case SQL_FN_BUCKET:
    case SQL_FN_CEIL:
    case SQL_FN_FLOOR:
    case SQL_FN_TRUNC:
    case SQL_FN_NULLIF:
    case SQL_FN_SUM:
    case SQL_FN_AVG:
    case SQL_FN_MIN:
    case SQL_FN_MAX:
    case SQL_FN_MEDIAN:
    case SQL_FN_PERCENTILE:
    case SQL_FN_STDDEV:
    case SQL_FN_FIRST:
    case SQL_FN_LAST: return EFFECT_KEEP;
    default: return EFFECT_NONE;
    }
}

static Unit unit_of_call(const Check *check, const Expr *call, ExprUse use) {
    bool is_aggregate = call->fn != SQL_FN_COUNT_OF && sql_fn_info(call->fn)->class == SQL_CLASS_AGGREGATE;
    Effect effect = call->fn == SQL_FN_COUNT_OF ? EFFECT_NONE : effect_of(call->fn);
    if (is_aggregate) use = EXPR_USE_AGGREGATE;
    if (effect == EFFECT_KEEP) {
        for (size_t i = 1; i < call->n_args; i++) (void)unit_of(check, call->args[i], use);
        return unit_of(check, call->args[0], use);
    }
    Unit unit = unit_of_args(check, call, use, effect == EFFECT_ADD || effect == EFFECT_COMPARE);
    return effect == EFFECT_ADD || effect == EFFECT_CHOOSE ? unit : (Unit){0};
}

static Unit unit_of_case(const Check *check, const Expr *expr, ExprUse use) {
    Common common = {.is_known = true};
    for (size_t i = 0; i < expr->n_args; i++) {
        bool is_when = i % 2 == 0 && i + 1 < expr->n_args;
        Unit unit = unit_of(check, expr->args[i], use);
        if (!is_when) add_unit(&common, expr->args[i], unit);
    }
    return common_of(&common);
}

/* A share, a growth and a rank have none, nor has a number of values. */
static Unit unit_of_derived(const Check *check, const Expr *derived, ExprUse use) {
    Unit unit = unit_of(check, derived->args[0], use);
    bool is_plain = derived->derive == EXPR_DERIVE_GROWTH || derived->derive == EXPR_DERIVE_SHARE ||
                    derived->derive == EXPR_DERIVE_RANK || derived->agg == SQL_FN_COUNT;
    return is_plain ? (Unit){0} : unit;
}

static Unit unit_of(const Check *check, const Expr *expr, ExprUse use) {
    if (expr->is_row) use = EXPR_USE_AGGREGATE;
    switch (expr->kind) {
    case EXPR_NAME: return unit_of_name(check, expr, use);
    case EXPR_CALL: return unit_of_call(check, expr, use);
    case EXPR_DERIVED: return unit_of_derived(check, expr, use);
    case EXPR_CASE: return unit_of_case(check, expr, use);
    case EXPR_CAST: return unit_of(check, expr->args[0], use);
    case EXPR_IN: (void)unit_of_args(check, expr, use, true); return (Unit){0};
    case EXPR_WHERE: (void)unit_of(check, expr->args[1], EXPR_USE_AGGREGATE); return unit_of(check, expr->args[0], use);
    case EXPR_LITERAL:
    case EXPR_BROKEN: break;
    }
    return (Unit){0};
}

void model_check_units(const Model *model, const ModelFact *fact, const Expr *expr, ExprErrors *errors) {
    Check check = {.model = model, .fact = fact, .errors = errors};
    (void)unit_of(&check, expr, EXPR_USE_PLAIN);
}
