/* The list of all that is wrong in one expression, kept in the order of the text. */
#include "model/model_expr_internal.h"

bool expr_is_mendable(ErrCode code) {
    return code == ERR_INVALID || code == ERR_UNKNOWN_NAME || code == ERR_UNSUPPORTED || code == ERR_DATA;
}

static bool is_before(ModelPlace a, ModelPlace b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* A sub-tree that rewriting shares is looked at more than once. */
static bool has(const ExprErrors *errors, ModelPlace place, Str message) {
    for (size_t i = 0; i < errors->n; i++) {
        const ExprError *error = &errors->at[i];
        if (!is_before(error->place, place) && !is_before(place, error->place) && str_eq(error->message, message))
            return true;
    }
    return false;
}

void expr_errors_add(ExprErrors *errors, ModelPlace place, const Err *err) {
    if (err->line || err->column) {
        place.line = err->line;
        place.column = err->column;
    }
    if (has(errors, place, str_of(err->message))) return;
    if (errors->n == EXPR_MAX_ERRORS) {
        errors->is_cut = true;
        return;
    }
    size_t i = errors->n++;
    for (; i > 0 && is_before(place, errors->at[i - 1].place); i--) errors->at[i] = errors->at[i - 1];
    errors->at[i] =
        (ExprError){.code = err->code, .place = place, .message = arena_str(errors->arena, str_of(err->message))};
}

ErrCode expr_errors_first(const ExprErrors *errors, Err *err) {
    if (!errors->n) return ERR_OK;
    const ExprError *first = &errors->at[0];
    return expr_error(err, first->code, first->place, "%.*s", STR_ARG(first->message));
}

static bool is_said(const ExprErrors *errors, size_t i) {
    bool is = false;
    for (size_t k = 0; k < i && !is; k++) is = str_eq(errors->at[k].message, errors->at[i].message);
    return is;
}

ErrCode expr_errors_joined(const ExprErrors *errors, Err *err) {
    if (errors->n < 2) return expr_errors_first(errors, err);
    const ExprError *first = &errors->at[0];
    Str all = first->message;
    for (size_t i = 1; i < errors->n; i++) {
        if (is_said(errors, i)) continue;
        all = arena_printf(errors->arena, "%.*s; and at %d: %.*s", STR_ARG(all), errors->at[i].place.column,
                           STR_ARG(errors->at[i].message));
    }
    return expr_error(err, first->code, first->place, "%.*s%s", STR_ARG(all), errors->is_cut ? "; and more" : "");
}
