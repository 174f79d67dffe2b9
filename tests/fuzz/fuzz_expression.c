/*
 * expr_parse: what is read can be printed, and what is printed reads back to the same text. expr_parse_all and expr_compile_all find
 * the same first error and go on to the end: errors lie behind each other, and there is a tree to every text that is not too large.
 */
#include "fuzz.h"

#include "model/model_expr.h"

/* Every third name is not known; the others have a type by their length. */
static ErrCode resolve(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                       const Expr **ret_expr, Err *err) {
    static const TypeKind kinds[] = {TYPE_BOOL, TYPE_INT64, TYPE_FLOAT64, TYPE_TEXT, TYPE_DATE};
    (void)use, (void)ret_expr;
    if (name->name.n % 3 == 0) return err_set(err, ERR_UNKNOWN_NAME, "no name");
    *ret_sql = sql_column(scope->arena, (Str){0}, name->name, TYPE(kinds[name->name.n % 5]));
    return ERR_OK;
}

static ErrCode derive(const ExprScope *scope, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret_sql,
                      Err *err) {
    Type type;
    TRY(expr_derive_type(derived, measure->type, &type, err));
    *ret_sql = sql_cast(scope->arena, measure, type, true);
    return ERR_OK;
}

static bool is_broken(const Expr *expr) {
    bool is = expr->kind == EXPR_BROKEN;
    for (size_t i = 0; i < expr->n_args && !is; i++) is = is_broken(expr->args[i]);
    return is;
}

static bool is_before(ModelPlace a, ModelPlace b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* Types too: what the two ways find wrong, or not, is the same. */
static void check_types(Arena *arena, const Expr *all, const Expr *expr, ExprErrors *errors) {
    const SqlExpr *sql = NULL;
    Err err = {0};
    size_t n_before = errors->n;
    ExprScope scope = {.resolve = resolve, .derive = derive, .arena = arena, .allows_aggregate = true};
    const SqlExpr *whole = expr_compile_all(&scope, all, errors);
    assert(!whole == (errors->n > 0 || errors->is_cut) && errors->n >= n_before);
    for (size_t i = 1; i < errors->n; i++) assert(!is_before(errors->at[i].place, errors->at[i - 1].place));
    if (expr) assert((expr_compile(&scope, expr, &sql, &err) == ERR_OK) == (whole != NULL));
}

static void check_all(Arena *arena, Str text, ModelPlace place, const Expr *expr, const Err *err) {
    ExprErrors errors = {.arena = arena};
    const Expr *all = expr_parse_all(arena, text, place, &errors);
    assert(!errors.n == !err->code);
    for (size_t i = 1; i < errors.n; i++) {
        bool is_of_size = errors.at[i - 1].code == ERR_TOO_LARGE || errors.at[i].code == ERR_TOO_LARGE;
        assert(is_of_size || is_before(errors.at[i - 1].place, errors.at[i].place));
    }
    if (errors.n && errors.at[0].code != ERR_TOO_LARGE && err->code != ERR_TOO_LARGE)
        assert(errors.at[0].place.line == err->line && errors.at[0].place.column == err->column);
    if (!all) return;
    assert(is_broken(all) == (errors.n > 0));
    check_types(arena, all, expr, &errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Expr *expr = NULL, *again = NULL;
    Err err = {0};
    ModelPlace place = {.file = S("expression"), .line = 1, .column = 1};
    ErrCode code = expr_parse(arena, (Str){(const char *)data, n_bytes}, place, &expr, &err);
    assert(code == err.code && !expr == (code != ERR_OK));
    assert(code != ERR_INTERNAL && (!code || (err.message[0] && err.line > 0 && err.column > 0)));
    check_all(arena, (Str){(const char *)data, n_bytes}, place, expr, &err);
    if (code) return 0;
    Str once = expr_print(arena, expr);
    if (once.n > EXPR_MAX_BYTES) return 0; /* not promised to be read */
    code = expr_parse(arena, once, place, &again, &err);
    assert(!code && str_eq(expr_print(arena, again), once));
    return 0;
}
