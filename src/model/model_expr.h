#pragma once
/*
 * The expression language of packs and queries: text -> Expr (a tree with positions) -> SqlExpr (typed, names resolved).
 *
 *   literals   12  1.5  1e6  'text'  true  false  null  date '2014-03-07'  timestamp '2014-03-07T10:20'
 *   names      amount   line.amount   order_date.month   "any name"
 *   operators  or  and  not  = != <> < <= > >=  in (…)  not in (…)  between … and …  is [not] null  ||  + -  * /  unary -
 *   case       case when c then x … [else y] end      case x when v then … end
 *   types      cast(x as decimal(18,2))  try_cast(x as int64)
 *   calls      every scalar and aggregate function of sql/ by its name; count(*), count(distinct x)
 *   where      sum(amount) where kind = 'new';  total where is_open     (an aggregate or a measure before it)
 *   derived    prior(total, 1 year)  rolling(avg, total, 3 months)  share(total, by kind)  … over the groups of a query
 *
 * Precedence, loosest first: or, and, not, comparison, ||, + -, * /, unary -, `where` (its condition reaches as far as it can; in a
 * longer formula put it in parentheses). Division gives float64 and null for a zero divisor. Depth and length are capped.
 * Trees live in the arena. Any thread.
 */
#include "sql/sql.h"

/* Nodes are counted with measures expanded. */
enum { EXPR_MAX_BYTES = 8192, EXPR_MAX_DEPTH = 64, EXPR_MAX_NODES = 10000, EXPR_MAX_ERRORS = 20 };

/* Where something stands in a person's file, or a query's member path as `file` with no line. */
typedef struct ModelPlace {
    Str file;
    int line;
    int column;
} ModelPlace;

typedef enum ExprKind {
    EXPR_LITERAL,
    EXPR_NAME,
    EXPR_CALL,    /* fn, or an unknown name kept in `name` */
    EXPR_DERIVED, /* args[0], then the names of `by` */
    EXPR_CASE,    /* args: when, then, …, [else] (odd count); the operand form is rewritten to comparisons */
    EXPR_IN,      /* args[0] in args[1..] */
    EXPR_CAST,    /* cast(x as type), try_cast */
    EXPR_WHERE,   /* args[0] where args[1] */
    EXPR_BROKEN   /* could not be read, which is told; only from expr_parse_all */
} ExprKind;

/* What is made of a measure's values in several groups of a query, in time or over all. */
typedef enum ExprDerive {
    EXPR_DERIVE_PRIOR,   /* prior(m[, span]): its value so much earlier; without a span one period */
    EXPR_DERIVE_CHANGE,  /* change(m[, span]): m - prior */
    EXPR_DERIVE_GROWTH,  /* growth(m[, span]): m / prior - 1 */
    EXPR_DERIVE_LAG,     /* lag(m, n): n periods earlier */
    EXPR_DERIVE_ROLLING, /* rolling(agg, m, span): of the periods that end with this one */
    EXPR_DERIVE_YTD,     /* ytd(m): of the rows since the year began; likewise fytd (the fiscal year), qtd and mtd */
    EXPR_DERIVE_FYTD,
    EXPR_DERIVE_QTD,
    EXPR_DERIVE_MTD,
    EXPR_DERIVE_CUMULATIVE, /* cumulative(m[, all]): of the rows since the range, or the data, began */
    EXPR_DERIVE_RUNNING,    /* running(m): the sum of what is shown up to this period */
    EXPR_DERIVE_SHARE,      /* share(m[, by …]): of m over all groups, or those of the same … */
    EXPR_DERIVE_RANK,       /* rank(m [asc][, by …]): 1 is the largest */
    EXPR_DERIVE_OVERALL,    /* overall(agg, m[, by …]): of the groups' values */
    EXPR_DERIVE_COUNT
} ExprDerive;

typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    ModelPlace place;
    Value value;      /* LITERAL */
    Str name;         /* NAME as written, dots included, quotes removed; CALL: the function's name */
    const Str *parts; /* NAME: split at its dots */
    size_t n_parts;
    SqlFn fn;         /* CALL: SQL_FN_COUNT_OF when `name` is no SQL function */
    bool is_distinct; /* CALL of an aggregate */
    bool is_negated;  /* IN */
    bool is_try;      /* CAST */
    bool is_row;      /* a filter's: names in it are as inside an aggregate, wherever it stands */
    Type type;        /* CAST */
    const Expr *const *args;
    size_t n_args;
    ExprDerive derive; /* DERIVED */
    SqlFn agg;         /* ROLLING, OVERALL */
    int64_t n;         /* of a span's units, or of periods; 0: none given */
    TimeGrain unit;    /* of the span; NONE: periods of what is shown */
    bool is_ascending; /* RANK */
    bool is_all;       /* CUMULATIVE */
};
bool expr_derive_is_in_time(
    ExprDerive derive); /* needs a time to go back in; the rest is over the groups as they are shown */
/* The type of a derivation of a measure of that type. ERR_INVALID naming what it takes. */
NODISCARD ErrCode expr_derive_type(const Expr *derived, Type measure, Type *ret_type, Err *err);

/* All that is wrong in one expression, in the order of the text, as far as one thing does not follow from another. */
typedef struct ExprError {
    ErrCode code;
    ModelPlace place;
    Str message; /* with the remedy */
} ExprError;
typedef struct ExprErrors {
    Arena *arena; /* of the messages */
    ExprError at[EXPR_MAX_ERRORS];
    size_t n;
    bool is_cut; /* there were more, and the rest was not looked at */
} ExprErrors;
/* Adds an error in its place, once; `place` counts where it has none of its own. */
void expr_errors_add(ExprErrors *errors, ModelPlace place, const Err *err);
/* The first of them as *err, if any. */
NODISCARD ErrCode expr_errors_first(const ExprErrors *errors, Err *err);
/* The same with the others' places and messages behind the first's: "…; and at 14: …". */
NODISCARD ErrCode expr_errors_joined(const ExprErrors *errors, Err *err);

/* ERR_INVALID with the place of the first thing that cannot be read and what would fit there. `place` is where the text begins. */
NODISCARD ErrCode expr_parse(Arena *arena, Str text, ModelPlace place, const Expr **ret_expr, Err *err);
/* The same with all errors: adds them to *errors and gives the tree with EXPR_BROKEN for what could not be read, so that
 * expr_compile_all can look at the rest; NULL when the text is too large, empty, no UTF-8 or has too many errors. */
const Expr *expr_parse_all(Arena *arena, Str text, ModelPlace place, ExprErrors *errors);
/* The text that expr_parse reads back to an equal tree (spaces may bring it past EXPR_MAX_BYTES). */
Str expr_print(Arena *arena, const Expr *expr);

/* What a name may stand for depends on where it is (design 5, "Names"). */
typedef enum ExprUse {
    EXPR_USE_PLAIN,    /* outside any aggregate */
    EXPR_USE_AGGREGATE /* inside an aggregate's argument or its `where` */
} ExprUse;

/* How names are resolved. Exactly one of *ret_sql and *ret_expr is set: an expression in columns, or another Expr that is compiled
 * in its place under the same scope (a measure, a filter). */
typedef struct ExprScope ExprScope;
struct ExprScope {
    ErrCode (*resolve)(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                       const Expr **ret_expr, Err *err);
    /* Compiles a derivation of `measure`, which is compiled; NULL: there are none here. */
    ErrCode (*derive)(const ExprScope *scope, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret_sql,
                      Err *err);
    void *arg;
    Arena *arena;
    bool allows_aggregate;
};

/* Typed, with literals bound and measures expanded; an aggregate below `where` gets the condition as its filter. Errors carry the
 * place. Cycles among measures are cut at EXPR_MAX_DEPTH with the names named. */
NODISCARD ErrCode expr_compile(const ExprScope *scope, const Expr *expr, const SqlExpr **ret_sql, Err *err);
/* The same with all errors, added to *errors: what is made of something that is wrong is not complained of again. NULL with an
 * error, or a broken node, in the expression. */
const SqlExpr *expr_compile_all(const ExprScope *scope, const Expr *expr, ExprErrors *errors);
/* Calls fn for every NAME in the tree, in text order. */
void expr_each_name(const Expr *expr, void (*fn)(void *arg, const Expr *name), void *arg);
/* The same for those outside aggregates, conditions of `where` and lists of `by`: what may be measures. */
void expr_each_plain_name(const Expr *expr, void (*fn)(void *arg, const Expr *name), void *arg);
bool expr_is_aggregate(const Expr *expr);  /* an aggregate's call */
bool expr_has_aggregate(const Expr *expr); /* an aggregate call in its own text; measures are not looked into */
/* The first column that stands outside every aggregate, or NULL: what a compiled measure must not have. */
const SqlExpr *expr_bare_column(const SqlExpr *sql);
