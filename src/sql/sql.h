#pragma once
/*
 * sql/: trees for SQL and their printers. A tree names tables only by opaque relations and functions only by the closed table
 * below; every literal is bound; a printer gives text and parameters in one dialect. What a person or a model writes is never
 * passed on as text.
 *
 * SqlSelect is all that query/, ask/ and the SQL bridge can build. SqlStmt is for pipeline/, quality/, meta/ and data entry.
 * DDL comes from sql_ddl, a template writer that quotes. Trees live in the arena given, are immutable once handed on, and may
 * share sub-trees. Building and printing: any thread, one arena each.
 */
#include "base/base.h"

typedef struct SqlRelation SqlRelation; /* sql_relation.h */
typedef struct SqlExpr SqlExpr;
typedef struct SqlSelect SqlSelect;

/* ---- functions ------------------------------------------------------------------------------------------------------ */

/* How a function's result type follows from its arguments' (see sql_fn_type). */
typedef enum SqlFnType {
    SQL_TYPE_BOOL,
    SQL_TYPE_INT64,
    SQL_TYPE_FLOAT64,
    SQL_TYPE_TEXT,
    SQL_TYPE_DATE,
    SQL_TYPE_TIMESTAMP,
    SQL_TYPE_FIRST,  /* that of the first argument; round: one digit more */
    SQL_TYPE_COMMON, /* the least type that holds all arguments */
    SQL_TYPE_ARITH,  /* exact for int64 and decimal, float64 when one is */
    SQL_TYPE_BUCKET, /* likewise, with the larger scale of all arguments and a digit more */
    SQL_TYPE_SUM     /* int64 -> decimal(38,0), decimal(p,s) -> decimal(38,s), float64 */
} SqlFnType;

typedef enum SqlFnClass { SQL_CLASS_SCALAR, SQL_CLASS_AGGREGATE, SQL_CLASS_WINDOW } SqlFnClass;

/*
 * What arguments a function takes: one letter each, the last repeated to the maximum: a any, b bool, n number, i int64, s text,
 * d date or timestamp, c comparable with the first.
 *
 * What they mean, on every engine:
 *   aggregates          pass over rows where an argument is null (a NaN counts as one in statistics); no rows or too few give null
 *   percentile(x, p)    the value at the place p * (n - 1) of the n values in order, between two of them linearly; p is a constant
 *                       from 0 to 1, median is 0.5. stddev and variance are the sample's (n - 1)
 *   regr_…(y, x)        of the line y = slope * x + intercept by least squares; null where all x are one
 *   first(v, k, …)      v of the row whose keys come first, last(v, k, …) last; where all keys are equal the smallest v, or largest
 *   ln exp power sqrt log10   null where there is no real number or none that fits: ln(0), sqrt(-1), power(0, -1), exp(1000)
 *   bucket(x, w, s)     the largest s + k * w, k a whole number, that is not above x; s is 0 where it is left out. Width and start are constants,
 *                       the width more than 0. Exact but for float64, where it is floor((x - s) / w) * w + s
 *   date(y, m, d)       null where there is no such day
 *   add_months(d, n)    a day the month does not have becomes its last: 31 January + 1 is 28 or 29 February
 *   …s_between(a, b)    whole periods from the earlier to the later, negative where b is the earlier; like days_between, those of
 *                       days and longer go by the dates and not by the time of day. Months are those of add_months
 *   iso_year, iso_week  the week that holds Thursday; split_part counts from the end where n < 0, is null without a separator
 *   lag, lead(v, n, other)   other where there is no such row
 */
/*    id                 name              class      min max args   result */
/* clang-format off */
#define SQL_FN_TABLE(X)                                                                \
    X(SQL_FN_ADD,          "+",              SCALAR,    2, 2, "nn",  SQL_TYPE_ARITH)     \
    X(SQL_FN_SUB,          "-",              SCALAR,    2, 2, "nn",  SQL_TYPE_ARITH)     \
    X(SQL_FN_MUL,          "*",              SCALAR,    2, 2, "nn",  SQL_TYPE_ARITH)     \
    X(SQL_FN_DIV,          "/",              SCALAR,    2, 2, "nn",  SQL_TYPE_FLOAT64)   \
    X(SQL_FN_MOD,          "mod",            SCALAR,    2, 2, "ii",  SQL_TYPE_INT64)     \
    X(SQL_FN_NEG,          "negate",         SCALAR,    1, 1, "n",   SQL_TYPE_FIRST)     \
    X(SQL_FN_EQ,           "=",              SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_NE,           "!=",             SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_LT,           "<",              SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_LE,           "<=",             SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_GT,           ">",              SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_GE,           ">=",             SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_DISTINCT,     "is distinct",    SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_SAME,         "is same",        SCALAR,    2, 2, "ac",  SQL_TYPE_BOOL)      \
    X(SQL_FN_AND,          "and",            SCALAR,    1, 99, "b",  SQL_TYPE_BOOL)      \
    X(SQL_FN_OR,           "or",             SCALAR,    1, 99, "b",  SQL_TYPE_BOOL)      \
    X(SQL_FN_NOT,          "not",            SCALAR,    1, 1, "b",   SQL_TYPE_BOOL)      \
    X(SQL_FN_IS_NULL,      "is null",        SCALAR,    1, 1, "a",   SQL_TYPE_BOOL)      \
    X(SQL_FN_IS_SET,       "is set",         SCALAR,    1, 1, "a",   SQL_TYPE_BOOL)      \
    X(SQL_FN_COALESCE,     "coalesce",       SCALAR,    1, 99, "ac", SQL_TYPE_COMMON)    \
    X(SQL_FN_NULLIF,       "nullif",         SCALAR,    2, 2, "ac",  SQL_TYPE_FIRST)     \
    X(SQL_FN_GREATEST,     "greatest",       SCALAR,    1, 99, "ac", SQL_TYPE_COMMON)    \
    X(SQL_FN_LEAST,        "least",          SCALAR,    1, 99, "ac", SQL_TYPE_COMMON)    \
    X(SQL_FN_CONCAT,       "||",             SCALAR,    2, 2, "ss",  SQL_TYPE_TEXT)      \
    X(SQL_FN_LOWER,        "lower",          SCALAR,    1, 1, "s",   SQL_TYPE_TEXT)      \
    X(SQL_FN_UPPER,        "upper",          SCALAR,    1, 1, "s",   SQL_TYPE_TEXT)      \
    X(SQL_FN_TRIM,         "trim",           SCALAR,    1, 1, "s",   SQL_TYPE_TEXT)      \
    X(SQL_FN_LTRIM,        "ltrim",         SCALAR,    1, 1, "s",   SQL_TYPE_TEXT)       \
    X(SQL_FN_RTRIM,        "rtrim",         SCALAR,    1, 1, "s",   SQL_TYPE_TEXT)       \
    X(SQL_FN_LENGTH,       "length",         SCALAR,    1, 1, "s",   SQL_TYPE_INT64)     \
    X(SQL_FN_SUBSTR,       "substr",         SCALAR,    2, 3, "sii", SQL_TYPE_TEXT)      \
    X(SQL_FN_LEFT,         "left",           SCALAR,    2, 2, "si",  SQL_TYPE_TEXT)      \
    X(SQL_FN_RIGHT,        "right",          SCALAR,    2, 2, "si",  SQL_TYPE_TEXT)      \
    X(SQL_FN_REPLACE,      "replace",        SCALAR,    3, 3, "sss", SQL_TYPE_TEXT)      \
    X(SQL_FN_SPLIT_PART,   "split_part",     SCALAR,    3, 3, "ssi", SQL_TYPE_TEXT)      \
    X(SQL_FN_STRIP_SUFFIX, "strip_suffix",   SCALAR,    2, 2, "ss",  SQL_TYPE_TEXT)      \
    X(SQL_FN_CONTAINS,     "contains",       SCALAR,    2, 2, "ss",  SQL_TYPE_BOOL)      \
    X(SQL_FN_STARTS_WITH,  "starts_with",    SCALAR,    2, 2, "ss",  SQL_TYPE_BOOL)      \
    X(SQL_FN_ENDS_WITH,    "ends_with",      SCALAR,    2, 2, "ss",  SQL_TYPE_BOOL)      \
    X(SQL_FN_ABS,          "abs",            SCALAR,    1, 1, "n",   SQL_TYPE_FIRST)     \
    X(SQL_FN_SIGN,         "sign",           SCALAR,    1, 1, "n",   SQL_TYPE_INT64)     \
    X(SQL_FN_ROUND,        "round",          SCALAR,    1, 2, "ni",  SQL_TYPE_FIRST)     \
    X(SQL_FN_CEIL,         "ceil",           SCALAR,    1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_FLOOR,        "floor",          SCALAR,    1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_TRUNC,        "trunc",         SCALAR,    1, 1, "n",   SQL_TYPE_FLOAT64)    \
    X(SQL_FN_BUCKET,       "bucket",         SCALAR,    2, 3, "nnn", SQL_TYPE_BUCKET)    \
    X(SQL_FN_LN,           "ln",             SCALAR,    1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_LOG10,        "log10",         SCALAR,    1, 1, "n",   SQL_TYPE_FLOAT64)    \
    X(SQL_FN_EXP,          "exp",            SCALAR,    1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_POWER,        "power",          SCALAR,    2, 2, "nn",  SQL_TYPE_FLOAT64)   \
    X(SQL_FN_SQRT,         "sqrt",           SCALAR,    1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_TRUNC_YEAR,   "year",           SCALAR,    1, 1, "d",   SQL_TYPE_FIRST)     \
    X(SQL_FN_TRUNC_QUARTER,"quarter",        SCALAR,    1, 1, "d",   SQL_TYPE_FIRST)     \
    X(SQL_FN_TRUNC_MONTH,  "month",          SCALAR,    1, 1, "d",   SQL_TYPE_FIRST)     \
    X(SQL_FN_TRUNC_WEEK,   "week",           SCALAR,    1, 1, "d",   SQL_TYPE_FIRST)     \
    X(SQL_FN_TRUNC_DAY,    "day",            SCALAR,    1, 1, "d",   SQL_TYPE_FIRST)     \
    X(SQL_FN_TRUNC_HOUR,   "hour",           SCALAR,    1, 1, "d",   SQL_TYPE_FIRST)     \
    X(SQL_FN_YEAR_OF,      "year_of",        SCALAR,    1, 1, "d",   SQL_TYPE_INT64)     \
    X(SQL_FN_QUARTER_OF,   "quarter_of_year",SCALAR,    1, 1, "d",   SQL_TYPE_INT64)     \
    X(SQL_FN_MONTH_OF,     "month_of_year",  SCALAR,    1, 1, "d",   SQL_TYPE_INT64)     \
    X(SQL_FN_DAY_OF_MONTH, "day_of_month",   SCALAR,    1, 1, "d",   SQL_TYPE_INT64)     \
    X(SQL_FN_WEEKDAY,      "weekday",        SCALAR,    1, 1, "d",   SQL_TYPE_INT64)     \
    X(SQL_FN_HOUR_OF_DAY,  "hour_of_day",    SCALAR,    1, 1, "d",   SQL_TYPE_INT64)     \
    X(SQL_FN_DAY_OF_YEAR,  "day_of_year",   SCALAR,    1, 1, "d",   SQL_TYPE_INT64)      \
    X(SQL_FN_ISO_YEAR,     "iso_year",      SCALAR,    1, 1, "d",   SQL_TYPE_INT64)      \
    X(SQL_FN_ISO_WEEK,     "iso_week",      SCALAR,    1, 1, "d",   SQL_TYPE_INT64)      \
    X(SQL_FN_LAST_DAY,     "last_day",      SCALAR,    1, 1, "d",   SQL_TYPE_DATE)       \
    X(SQL_FN_DATE,         "date",          SCALAR,    3, 3, "i",   SQL_TYPE_DATE)       \
    X(SQL_FN_DAYS_BETWEEN, "days_between",   SCALAR,    2, 2, "dd",  SQL_TYPE_INT64)     \
    X(SQL_FN_YEARS_BETWEEN,"years_between", SCALAR,    2, 2, "dd",  SQL_TYPE_INT64)      \
    X(SQL_FN_QUARTERS_BETWEEN,"quarters_between",SCALAR,2, 2, "dd", SQL_TYPE_INT64)      \
    X(SQL_FN_MONTHS_BETWEEN,"months_between",SCALAR,   2, 2, "dd",  SQL_TYPE_INT64)      \
    X(SQL_FN_WEEKS_BETWEEN,"weeks_between", SCALAR,    2, 2, "dd",  SQL_TYPE_INT64)      \
    X(SQL_FN_HOURS_BETWEEN,"hours_between", SCALAR,    2, 2, "dd",  SQL_TYPE_INT64)      \
    X(SQL_FN_ADD_DAYS,     "add_days",       SCALAR,    2, 2, "di",  SQL_TYPE_FIRST)     \
    X(SQL_FN_ADD_MONTHS,   "add_months",    SCALAR,    2, 2, "di",  SQL_TYPE_FIRST)      \
    X(SQL_FN_ADD_HOURS,    "add_hours",     SCALAR,    2, 2, "di",  SQL_TYPE_TIMESTAMP)  \
    X(SQL_FN_PARSE_DATE,   "parse_date",     SCALAR,    2, 2, "ss",  SQL_TYPE_DATE)      \
    X(SQL_FN_PARSE_TIMESTAMP,"parse_timestamp",SCALAR,  2, 2, "ss",  SQL_TYPE_TIMESTAMP) \
    X(SQL_FN_FROM_ZONE,    "from_zone",      SCALAR,    2, 2, "ds",  SQL_TYPE_TIMESTAMP) \
    X(SQL_FN_TO_ZONE,      "to_zone",        SCALAR,    2, 2, "ds",  SQL_TYPE_TIMESTAMP) \
    X(SQL_FN_ROW_HASH,     "row_hash",       SCALAR,    1, 99, "a",  SQL_TYPE_TEXT)      \
    X(SQL_FN_COUNT_ALL,    "count(*)",       AGGREGATE, 0, 0, "",    SQL_TYPE_INT64)     \
    X(SQL_FN_COUNT,        "count",          AGGREGATE, 1, 1, "a",   SQL_TYPE_INT64)     \
    X(SQL_FN_SUM,          "sum",            AGGREGATE, 1, 1, "n",   SQL_TYPE_SUM)       \
    X(SQL_FN_AVG,          "avg",            AGGREGATE, 1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_MIN,          "min",            AGGREGATE, 1, 1, "a",   SQL_TYPE_FIRST)     \
    X(SQL_FN_MAX,          "max",            AGGREGATE, 1, 1, "a",   SQL_TYPE_FIRST)     \
    X(SQL_FN_MEDIAN,       "median",         AGGREGATE, 1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_PERCENTILE,   "percentile",    AGGREGATE, 2, 2, "nn",  SQL_TYPE_FLOAT64)    \
    X(SQL_FN_STDDEV,       "stddev",         AGGREGATE, 1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_VARIANCE,     "variance",       AGGREGATE, 1, 1, "n",   SQL_TYPE_FLOAT64)   \
    X(SQL_FN_CORR,         "corr",           AGGREGATE, 2, 2, "nn",  SQL_TYPE_FLOAT64)   \
    X(SQL_FN_REGR_SLOPE,   "regr_slope",    AGGREGATE, 2, 2, "nn",  SQL_TYPE_FLOAT64)    \
    X(SQL_FN_REGR_INTERCEPT,"regr_intercept",AGGREGATE,2, 2, "nn",  SQL_TYPE_FLOAT64)    \
    X(SQL_FN_FIRST,        "first",         AGGREGATE, 2, 9, "a",   SQL_TYPE_FIRST)      \
    X(SQL_FN_LAST,         "last",          AGGREGATE, 2, 9, "a",   SQL_TYPE_FIRST)      \
    X(SQL_FN_BOOL_OR,      "bool_or",        AGGREGATE, 1, 1, "b",   SQL_TYPE_BOOL)      \
    X(SQL_FN_BOOL_AND,     "bool_and",       AGGREGATE, 1, 1, "b",   SQL_TYPE_BOOL)      \
    X(SQL_FN_ROW_NUMBER,   "row_number",     WINDOW,    0, 0, "",    SQL_TYPE_INT64)     \
    X(SQL_FN_RANK,         "rank",           WINDOW,    0, 0, "",    SQL_TYPE_INT64)     \
    X(SQL_FN_DENSE_RANK,   "dense_rank",    WINDOW,    0, 0, "",    SQL_TYPE_INT64)      \
    X(SQL_FN_PERCENT_RANK, "percent_rank",  WINDOW,    0, 0, "",    SQL_TYPE_FLOAT64)    \
    X(SQL_FN_NTILE,        "ntile",         WINDOW,    1, 1, "i",   SQL_TYPE_INT64)      \
    X(SQL_FN_LAG,          "lag",           WINDOW,    1, 3, "aic", SQL_TYPE_COMMON)     \
    X(SQL_FN_LEAD,         "lead",          WINDOW,    1, 3, "aic", SQL_TYPE_COMMON)     \
    X(SQL_FN_FIRST_VALUE,  "first_value",   WINDOW,    1, 1, "a",   SQL_TYPE_FIRST)      \
    X(SQL_FN_LAST_VALUE,   "last_value",    WINDOW,    1, 1, "a",   SQL_TYPE_FIRST)
/* clang-format on */

typedef enum SqlFn {
#define X(id, name, class, min, max, args, type) id,
    SQL_FN_TABLE(X)
#undef X
        SQL_FN_COUNT_OF
} SqlFn;

typedef struct SqlFnInfo {
    const char *name; /* as written in the expression language, where it can be */
    SqlFnClass class;
    int min_args;
    int max_args;
    const char *args;
    SqlFnType type;
} SqlFnInfo;

const SqlFnInfo *sql_fn_info(SqlFn fn);
/* The function of that name (functions written as calls only, not operators); false when none. */
NODISCARD bool sql_fn_find(Str name, SqlFn *ret_fn);
/* Checks count and types of arguments; ERR_INVALID naming function, argument and what it takes. */
NODISCARD ErrCode sql_fn_type(SqlFn fn, const Type *args, size_t n_args, Type *ret_type, Err *err);
/* The least type that holds both; false when there is none. */
NODISCARD bool sql_type_common(Type a, Type b, Type *ret_type);
/* Whether an expression can be the second argument of percentile: a constant from 0 to 1. */
bool sql_is_fraction(const SqlExpr *expr);
/* Whether those of a call of bucket are constants as they have to be. */
bool sql_is_bucket(const SqlExpr *const *args, size_t n_args);

/* ---- expressions ---------------------------------------------------------------------------------------------------- */

typedef enum SqlExprKind {
    SQL_EXPR_COLUMN,
    SQL_EXPR_LITERAL,
    SQL_EXPR_CALL,
    SQL_EXPR_CASE,
    SQL_EXPR_CAST, /* try: null where it cannot be */
    SQL_EXPR_IN_LIST,
    SQL_EXPR_IN_SELECT,
    SQL_EXPR_EXISTS,
    SQL_EXPR_SCALAR /* a select of one column and at most one row */
} SqlExprKind;

typedef struct SqlOrder {
    const SqlExpr *expr;
    bool is_desc; /* nulls last either way */
} SqlOrder;

/* Which rows of the partition an aggregate, first_value and last_value look at from each row: all of it, or those from so many
 * before to so many behind; 0 is the row itself, less than 0 the other side of it. is_range: not so many rows, but those whose
 * order, one whole number, is at most that much less or more. */
typedef struct SqlFrame {
    bool is_rows;
    bool is_range;
    int64_t preceding;
    int64_t following;
} SqlFrame;
#define SQL_FRAME_UNBOUNDED INT64_MAX
#define SQL_FRAME_ROWS(preceding_, following_)                                \
    (SqlFrame) {                                                              \
        .is_rows = true, .preceding = (preceding_), .following = (following_) \
    }
/* From the partition's start to the row. */
#define SQL_FRAME_RUNNING SQL_FRAME_ROWS(SQL_FRAME_UNBOUNDED, 0)

typedef struct SqlWindow {
    const SqlExpr *const *partition;
    size_t n_partition;
    const SqlOrder *order;
    size_t n_order;
    SqlFrame frame;
} SqlWindow;

struct SqlExpr {
    SqlExprKind kind;
    Type type;
    bool is_negated;            /* IN and EXISTS */
    bool is_try;                /* CAST */
    bool is_distinct;           /* aggregate */
    bool has_aggregate;         /* an aggregate call (not a window) is in here or below */
    SqlFn fn;                   /* CALL */
    Str table;                  /* COLUMN: alias of its FROM entry; may be empty */
    Str name;                   /* COLUMN */
    Value value;                /* LITERAL */
    const SqlExpr *const *args; /* CALL; CASE: when, then, when, then, …, [else]; CAST and IN: the operand first */
    size_t n_args;
    const SqlExpr *filter;   /* aggregate: FILTER (WHERE …) */
    const SqlWindow *window; /* CALL over a window */
    const SqlSelect *select; /* IN_SELECT, EXISTS, SCALAR */
};

SqlExpr *sql_column(Arena *arena, Str table, Str name, Type type);
SqlExpr *sql_literal(Arena *arena, Value value);
/* A call with types already known to fit: aborts in debug builds otherwise. People's expressions go through sql_fn_type first. */
SqlExpr *sql_call(Arena *arena, SqlFn fn, const SqlExpr *const *args, size_t n_args);
SqlExpr *sql_call1(Arena *arena, SqlFn fn, const SqlExpr *a);
SqlExpr *sql_call2(Arena *arena, SqlFn fn, const SqlExpr *a, const SqlExpr *b);
/* An aggregate with DISTINCT or FILTER (WHERE filter); filter may be NULL. */
SqlExpr *sql_aggregate(Arena *arena, SqlFn fn, const SqlExpr *const *args, size_t n_args, bool is_distinct,
                       const SqlExpr *filter);
/* A copy of an aggregate or window call, taken over a window (borrowed): it is no aggregate any more. */
SqlExpr *sql_over(Arena *arena, const SqlExpr *call, const SqlWindow *window);
/* and(a, b) where a may be NULL: for gathering conditions. The list stays flat. */
SqlExpr *sql_and(Arena *arena, const SqlExpr *a, const SqlExpr *b);
SqlExpr *sql_cast(Arena *arena, const SqlExpr *operand, Type type, bool is_try);
SqlExpr *sql_case(Arena *arena, const SqlExpr *const *args, size_t n_args, Type type);
SqlExpr *sql_in_list(Arena *arena, const SqlExpr *operand, const SqlExpr *const *values, size_t n_values,
                     bool is_negated);
SqlExpr *sql_in_select(Arena *arena, const SqlExpr *operand, const SqlSelect *select, bool is_negated);
SqlExpr *sql_exists(Arena *arena, const SqlSelect *select, bool is_negated);
SqlExpr *sql_scalar(Arena *arena, const SqlSelect *select, Type type);

/* ---- select --------------------------------------------------------------------------------------------------------- */

typedef struct SqlItem {
    const SqlExpr *expr;
    Str alias; /* always given */
} SqlItem;

typedef enum SqlJoin { SQL_JOIN_NONE, SQL_JOIN_INNER, SQL_JOIN_LEFT, SQL_JOIN_CROSS } SqlJoin;

/* The whole numbers from first to last, in a column `n`; none where one of the two is null. Scalar selects in them must not read other
 * entries of FROM. */
typedef struct SqlSeries {
    const SqlExpr *first; /* int64, or float64 without a fraction */
    const SqlExpr *last;
} SqlSeries;

typedef struct SqlFrom {
    SqlJoin join;                /* NONE for the first */
    const SqlRelation *relation; /* one of relation, select, series, cte */
    const SqlSelect *select;
    const SqlSeries *series;
    Str cte;
    Str alias; /* always given */
    const SqlExpr *on;
} SqlFrom;

typedef struct SqlCte {
    Str name;
    const SqlSelect *select;
} SqlCte;

/* Intersect and except compare whole rows, nulls as equal, and give each row once. */
typedef enum SqlSetOp { SQL_SET_UNION_ALL, SQL_SET_INTERSECT, SQL_SET_EXCEPT } SqlSetOp;

struct SqlSelect {
    const SqlCte *ctes;
    size_t n_ctes;
    bool is_distinct;
    const SqlItem *items;
    size_t n_items;
    const SqlFrom *from; /* none: a row of constants */
    size_t n_from;
    const SqlExpr *where;
    const size_t *group_by; /* positions in items: printed as ordinals, so bound literals need not be repeated */
    size_t n_group_by;
    const SqlExpr *having;
    const SqlOrder *order;
    size_t n_order;
    int64_t limit;  /* -1: none */
    int64_t offset; /* 0: none */
    /* Another select of as many columns put together with this one, brought to common types: all of the other, with what it is
     * put together with itself. Order (by columns) and limit of the first apply to the whole. */
    const SqlSelect *other;
    SqlSetOp set_op;
};

/* An empty select with no limit. */
SqlSelect *sql_select_new(Arena *arena);

/* ---- statements ----------------------------------------------------------------------------------------------------- */

typedef enum SqlStmtKind {
    SQL_STMT_SELECT,
    SQL_STMT_INSERT,   /* into relation(columns) select */
    SQL_STMT_UPDATE,   /* relation as alias set items from … where … */
    SQL_STMT_DELETE,   /* from relation as alias where … */
    SQL_STMT_CREATE_AS /* create [or replace] [temporary] table relation as select */
} SqlStmtKind;

typedef struct SqlStmt {
    SqlStmtKind kind;
    const SqlRelation *relation;
    Str alias;          /* UPDATE, DELETE: how conditions name the target */
    const Str *columns; /* INSERT */
    size_t n_columns;
    const SqlSelect *select; /* SELECT, INSERT, CREATE_AS */
    const SqlItem *set;      /* UPDATE: alias is the column */
    size_t n_set;
    const SqlFrom *from; /* UPDATE: further tables */
    size_t n_from;
    const SqlExpr *where;
    bool is_temporary;
    bool is_replace;
} SqlStmt;

/* ---- dialects and printing ------------------------------------------------------------------------------------------ */

/* SQL text with its parameters in the order of their placeholders. Owned by the arena it was printed into. */
typedef struct SqlText {
    Str text;
    const Value *params;
    size_t n_params;
    const Type *types; /* of the result's columns where known: engines without static types read them by it */
    size_t n_types;
} SqlText;

/* One engine's way of writing: a const descriptor a file (sql_dialect_NAME.c). */
typedef struct SqlDialect SqlDialect;
extern const SqlDialect SQL_DIALECT_DUCKDB;
extern const SqlDialect SQL_DIALECT_SQLITE;
extern const SqlDialect SQL_DIALECT_POSTGRES;
const char *sql_dialect_name(const SqlDialect *dialect);

/* ERR_UNSUPPORTED names a function or clause the dialect lacks; ERR_TOO_LARGE past 1 MiB of text or depth 200. */
NODISCARD ErrCode sql_print_select(Arena *arena, const SqlDialect *dialect, const SqlSelect *select, SqlText *ret,
                                   Err *err);
NODISCARD ErrCode sql_print_stmt(Arena *arena, const SqlDialect *dialect, const SqlStmt *stmt, SqlText *ret, Err *err);

/*
 * The template writer for DDL, COPY, settings, and the fixed statements of meta/ and pipeline/. `format` is a literal of ours:
 *   %I Str *     a quoted identifier          %R SqlRelation *   a quoted, qualified table
 *   %T Type *    the dialect's type name      %L Str *           a quoted text literal (DDL admits no parameters)
 *   %V Value *   a bound parameter            %E SqlExpr *       an expression, its literals bound
 *   %S SqlSelect * a select                   %C SqlColumnList * quoted identifiers, comma separated
 *   %d int64_t   a number                     %% a percent sign
 * Nothing else is interpreted; every argument but %d is passed by pointer.
 */
typedef struct SqlColumnList {
    const Str *names;
    size_t n;
} SqlColumnList;
NODISCARD ErrCode sql_format(Arena *arena, const SqlDialect *dialect, SqlText *ret, Err *err, const char *format, ...);
NODISCARD ErrCode sql_vformat(Arena *arena, const SqlDialect *dialect, SqlText *ret, Err *err, const char *format,
                              va_list args);
/* An expression with its literals written out: for checks and triggers in DDL, which admits no parameters. */
NODISCARD ErrCode sql_print_expr_inline(Arena *arena, const SqlDialect *dialect, const SqlExpr *expr, Str *ret_text,
                                        Err *err);
