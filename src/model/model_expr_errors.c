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
