/* expr_parse: what is read can be printed, and what is printed reads back to the same text. */
#include "fuzz.h"

#include "model/model_expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Expr *expr = NULL, *again = NULL;
    Err err = {0};
    ModelPlace place = {.file = S("expression"), .line = 1, .column = 1};
    ErrCode code = expr_parse(arena, (Str){(const char *)data, n_bytes}, place, &expr, &err);
    assert(code == err.code && !expr == (code != ERR_OK));
    assert(code != ERR_INTERNAL && (!code || (err.message[0] && err.line > 0 && err.column > 0)));
    if (code) return 0;
    Str once = expr_print(arena, expr);
    if (once.n > EXPR_MAX_BYTES) return 0; /* not promised to be read */
    code = expr_parse(arena, once, place, &again, &err);
    assert(!code && str_eq(expr_print(arena, again), once));
    return 0;
}
