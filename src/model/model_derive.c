/* What derivations there are: names, what each takes, and the type of what it gives. */
#include "model/model_expr_internal.h"

typedef struct Derivation {
    const char *name;
    ExprDeriveShape shape;
    bool is_in_time;
} Derivation;

static const Derivation DERIVATIONS[EXPR_DERIVE_COUNT] = {
    [EXPR_DERIVE_PRIOR] = {"prior", {.has_span = true}, true},
    [EXPR_DERIVE_CHANGE] = {"change", {.has_span = true}, true},
    [EXPR_DERIVE_GROWTH] = {"growth", {.has_span = true}, true},
    [EXPR_DERIVE_LAG] = {"lag", {.has_span = true, .needs_span = true, .has_count = true}, true},
    [EXPR_DERIVE_ROLLING] = {"rolling",
                             {.has_agg = true, .has_span = true, .needs_span = true, .has_count = true},
                             true},
    [EXPR_DERIVE_YTD] = {"ytd", {0}, true},
    [EXPR_DERIVE_FYTD] = {"fytd", {0}, true},
    [EXPR_DERIVE_QTD] = {"qtd", {0}, true},
    [EXPR_DERIVE_MTD] = {"mtd", {0}, true},
    [EXPR_DERIVE_CUMULATIVE] = {"cumulative", {0}, true},
    [EXPR_DERIVE_RUNNING] = {"running", {0}, false},
    [EXPR_DERIVE_SHARE] = {"share", {.has_by = true}, false},
    [EXPR_DERIVE_RANK] = {"rank", {.has_by = true}, false},
    [EXPR_DERIVE_OVERALL] = {"overall", {.has_agg = true, .has_by = true}, false},
};

bool expr_find_derive(Str name, ExprDerive *ret_derive) {
    for (int i = 0; i < EXPR_DERIVE_COUNT; i++) {
        if (!str_eq_nocase(name, str_of(DERIVATIONS[i].name))) continue;
        *ret_derive = (ExprDerive)i;
        return true;
    }
    return false;
}

const char *expr_derive_name(ExprDerive derive) {
    return DERIVATIONS[derive].name;
}

ExprDeriveShape expr_derive_shape(ExprDerive derive) {
    return DERIVATIONS[derive].shape;
}

bool expr_derive_is_in_time(ExprDerive derive) {
    return DERIVATIONS[derive].is_in_time;
}

static ErrCode needs_number(const Expr *derived, Type measure, Err *err) {
    if (type_is_number(measure)) return ERR_OK;
    return expr_error(err, ERR_INVALID, derived->place, "'%s' takes a number, and this measure is %s",
                      DERIVATIONS[derived->derive].name, type_kind_name(measure.kind));
}

ErrCode expr_derive_type(const Expr *derived, Type measure, Type *ret_type, Err *err) {
    switch (derived->derive) {
    case EXPR_DERIVE_CHANGE: {
        TRY(needs_number(derived, measure, err));
        const Type both[] = {measure, measure};
        return sql_fn_type(SQL_FN_SUB, both, 2, ret_type, err);
    }
    case EXPR_DERIVE_GROWTH:
    case EXPR_DERIVE_SHARE: *ret_type = TYPE(TYPE_FLOAT64); return needs_number(derived, measure, err);
    case EXPR_DERIVE_RANK: *ret_type = TYPE(TYPE_INT64); return ERR_OK;
    case EXPR_DERIVE_RUNNING:
        TRY(needs_number(derived, measure, err));
        return sql_fn_type(SQL_FN_SUM, &measure, 1, ret_type, err);
    case EXPR_DERIVE_ROLLING:
    case EXPR_DERIVE_OVERALL: {
        ErrCode code = sql_fn_type(derived->agg, &measure, 1, ret_type, err);
        return code && err ? err_at(err, derived->place.file, derived->place.line, derived->place.column) : code;
    }
    default: *ret_type = measure; return ERR_OK;
    }
}
