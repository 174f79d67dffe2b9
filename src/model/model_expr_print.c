/*
 * Prints a tree as text that expr_parse reads back to an equal tree: parentheses only where precedence asks for them,
 * names in quotes only where they need them. What the parser rewrote (`between`, `case x when`) is printed as it was
 * rewritten.
 */
#include "model/model_expr_internal.h"

/* Loosest first; a node is put in parentheses where its context binds tighter. */
enum { PREC_OR = 1, PREC_AND, PREC_NOT, PREC_COMPARE, PREC_CONCAT, PREC_ADD, PREC_MUL, PREC_NEG, PREC_PRIMARY };

/* An expression of at most EXPR_MAX_BYTES grows by rewriting; this is a wall, not a promise. */
enum { PRINT_MAX_BYTES = 1 << 20 };

typedef struct Printed {
    const char *infix; /* between the arguments */
    const char *suffix;
    int prec;
    int left;  /* least precedence of the first argument */
    int right; /* and of the others */
} Printed;

static Printed printed_of(const Expr *expr) {
    switch (expr->kind) {
    case EXPR_WHERE: return (Printed){.infix = " where ", .prec = PREC_OR - 1, .left = PREC_PRIMARY, .right = PREC_OR};
    case EXPR_IN: return (Printed){.prec = PREC_COMPARE, .left = PREC_CONCAT};
    case EXPR_CALL: break;
    default: return (Printed){.prec = PREC_PRIMARY};
    }
    const char *name = expr->fn == SQL_FN_COUNT_OF ? "" : sql_fn_info(expr->fn)->name;
    switch (expr->fn) {
    case SQL_FN_OR: return (Printed){.infix = " or ", .prec = PREC_OR, .left = PREC_AND, .right = PREC_AND};
    case SQL_FN_AND: return (Printed){.infix = " and ", .prec = PREC_AND, .left = PREC_NOT, .right = PREC_NOT};
    case SQL_FN_NOT: return (Printed){.prec = PREC_NOT, .left = PREC_NOT};
    case SQL_FN_NEG: return (Printed){.prec = PREC_NEG, .left = PREC_NEG};
    case SQL_FN_IS_NULL: return (Printed){.suffix = " is null", .prec = PREC_COMPARE, .left = PREC_CONCAT};
    case SQL_FN_IS_SET: return (Printed){.suffix = " is not null", .prec = PREC_COMPARE, .left = PREC_CONCAT};
    case SQL_FN_EQ:
    case SQL_FN_NE:
    case SQL_FN_LT:
    case SQL_FN_LE:
    case SQL_FN_GT:
    case SQL_FN_GE: return (Printed){.infix = name, .prec = PREC_COMPARE, .left = PREC_CONCAT, .right = PREC_CONCAT};
    case SQL_FN_CONCAT: return (Printed){.infix = name, .prec = PREC_CONCAT, .left = PREC_CONCAT, .right = PREC_ADD};
    case SQL_FN_ADD:
    case SQL_FN_SUB: return (Printed){.infix = name, .prec = PREC_ADD, .left = PREC_ADD, .right = PREC_MUL};
    case SQL_FN_MUL:
    case SQL_FN_DIV: return (Printed){.infix = name, .prec = PREC_MUL, .left = PREC_MUL, .right = PREC_NEG};
    default: return (Printed){.prec = PREC_PRIMARY};
    }
}

static void print(Buf *out, Arena *arena, const Expr *expr, int min_prec);

static void print_quoted(Buf *out, Str text, char quote) {
    buf_add_char(out, quote);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == quote) buf_add_char(out, quote);
        buf_add_char(out, text.p[i]);
    }
    buf_add_char(out, quote);
}

static void print_literal(Buf *out, Arena *arena, Value value) {
    if (value.is_null) {
        buf_add(out, S("null"));
        return;
    }
    Str text = value_print(arena, value);
    switch (value.type.kind) {
    case TYPE_TEXT:
    case TYPE_JSON: print_quoted(out, text, '\''); return;
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
        buf_printf(out, "%s ", type_kind_name(value.type.kind));
        print_quoted(out, text, '\'');
        return;
    default: buf_add(out, text);
    }
    /* What has no exponent would be read back as a decimal or an integer. */
    if (value.type.kind == TYPE_FLOAT64 && str_find_char(text, 'e') < 0) buf_add(out, S("e0"));
}

static void print_name(Buf *out, const Expr *name) {
    for (size_t i = 0; i < name->n_parts; i++) {
        if (i) buf_add_char(out, '.');
        if (expr_is_bare_name(name->parts[i]))
            buf_add(out, name->parts[i]);
        else
            print_quoted(out, name->parts[i], '"');
    }
}

static void print_args(Buf *out, Arena *arena, const Expr *expr, size_t from) {
    buf_add_char(out, '(');
    if (expr->is_distinct) buf_add(out, S("distinct "));
    for (size_t i = from; i < expr->n_args; i++) {
        if (i > from) buf_add(out, S(", "));
        print(out, arena, expr->args[i], 0);
    }
    buf_add_char(out, ')');
}

static void print_case(Buf *out, Arena *arena, const Expr *expr) {
    buf_add(out, S("case"));
    for (size_t i = 0; i + 1 < expr->n_args; i += 2) {
        buf_add(out, S(" when "));
        print(out, arena, expr->args[i], 0);
        buf_add(out, S(" then "));
        print(out, arena, expr->args[i + 1], 0);
    }
    if (expr->n_args % 2) {
        buf_add(out, S(" else "));
        print(out, arena, expr->args[expr->n_args - 1], 0);
    }
    buf_add(out, S(" end"));
}

static void print_call(Buf *out, Arena *arena, const Expr *expr, Printed how) {
    if (how.prec == PREC_PRIMARY) {
        if (expr->fn == SQL_FN_COUNT_ALL) {
            buf_add(out, S("count(*)"));
            return;
        }
        buf_add(out, expr->name);
        print_args(out, arena, expr, 0);
        return;
    }
    if (expr->fn == SQL_FN_NOT) buf_add(out, S("not "));
    if (expr->fn == SQL_FN_NEG) buf_add_char(out, '-');
    print(out, arena, expr->args[0], how.left);
    for (size_t i = 1; i < expr->n_args; i++) {
        if (*how.infix == ' ')
            buf_add(out, str_of(how.infix));
        else
            buf_printf(out, " %s ", how.infix);
        print(out, arena, expr->args[i], how.right);
    }
    buf_add(out, str_of(how.suffix));
}

static void print_derived(Buf *out, Arena *arena, const Expr *expr) {
    buf_printf(out, "%s(", expr_derive_name(expr->derive));
    if (expr->agg != SQL_FN_COUNT_OF) buf_printf(out, "%s, ", sql_fn_info(expr->agg)->name);
    print(out, arena, expr->args[0], 0);
    if (expr->is_ascending) buf_add(out, S(" asc"));
    if (expr->is_all) buf_add(out, S(", all"));
    if (expr->n) buf_printf(out, ", %" PRId64, expr->n);
    if (expr->unit != TIME_GRAIN_NONE) buf_printf(out, " %s%s", time_grain_name(expr->unit), expr->n == 1 ? "" : "s");
    for (size_t i = 1; i < expr->n_args; i++) {
        buf_add(out, i == 1 ? S(", by ") : S(", "));
        print(out, arena, expr->args[i], 0);
    }
    buf_add_char(out, ')');
}

static void print_node(Buf *out, Arena *arena, const Expr *expr, Printed how) {
    char type[TYPE_TEXT_MAX];
    switch (expr->kind) {
    case EXPR_LITERAL: print_literal(out, arena, expr->value); return;
    case EXPR_NAME: print_name(out, expr); return;
    case EXPR_CALL: print_call(out, arena, expr, how); return;
    case EXPR_DERIVED: print_derived(out, arena, expr); return;
    case EXPR_CASE: print_case(out, arena, expr); return;
    case EXPR_CAST:
        buf_add(out, expr->is_try ? S("try_cast(") : S("cast("));
        print(out, arena, expr->args[0], 0);
        buf_printf(out, " as %s)", type_print(expr->type, type));
        return;
    case EXPR_IN:
        print(out, arena, expr->args[0], how.left);
        buf_add(out, expr->is_negated ? S(" not in ") : S(" in "));
        print_args(out, arena, expr, 1);
        return;
    case EXPR_WHERE:
        print(out, arena, expr->args[0], how.left);
        buf_add(out, str_of(how.infix));
        print(out, arena, expr->args[1], how.right);
        return;
    case EXPR_BROKEN: buf_add_char(out, '?'); return;
    }
}

static void print(Buf *out, Arena *arena, const Expr *expr, int min_prec) {
    if (out->is_overflown) return;
    Printed how = printed_of(expr);
    bool needs_parentheses = how.prec < min_prec;
    if (needs_parentheses) buf_add_char(out, '(');
    print_node(out, arena, expr, how);
    if (needs_parentheses) buf_add_char(out, ')');
}

Str expr_print(Arena *arena, const Expr *expr) {
    Buf out;
    buf_init(&out, PRINT_MAX_BYTES);
    print(&out, arena, expr, 0);
    Str text = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

/* ---- walks ---------------------------------------------------------------------------------------------------------- */

void expr_each_name(const Expr *expr, void (*fn)(void *arg, const Expr *name), void *arg) {
    if (expr->kind == EXPR_NAME) fn(arg, expr);
    for (size_t i = 0; i < expr->n_args; i++) expr_each_name(expr->args[i], fn, arg);
}

bool expr_is_aggregate(const Expr *expr) {
    return expr->kind == EXPR_CALL && expr->fn != SQL_FN_COUNT_OF &&
           sql_fn_info(expr->fn)->class == SQL_CLASS_AGGREGATE;
}

void expr_each_plain_name(const Expr *expr, void (*fn)(void *arg, const Expr *name), void *arg) {
    bool is_first_only = expr->kind == EXPR_WHERE || expr->kind == EXPR_DERIVED;
    if (expr_is_aggregate(expr)) return;
    if (expr->kind == EXPR_NAME) fn(arg, expr);
    for (size_t i = 0; i < (is_first_only ? 1 : expr->n_args); i++) expr_each_plain_name(expr->args[i], fn, arg);
}

bool expr_has_aggregate(const Expr *expr) {
    if (expr_is_aggregate(expr)) return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (expr_has_aggregate(expr->args[i])) return true;
    return false;
}

const SqlExpr *expr_bare_column(const SqlExpr *sql) {
    if (sql->kind == SQL_EXPR_COLUMN && !sql->has_aggregate) return sql;
    if (sql->kind == SQL_EXPR_CALL && sql_fn_info(sql->fn)->class == SQL_CLASS_AGGREGATE && !sql->window) return NULL;
    for (size_t i = 0; i < sql->n_args; i++) {
        const SqlExpr *column = expr_bare_column(sql->args[i]);
        if (column) return column;
    }
    return NULL;
}
