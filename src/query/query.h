#pragma once
/*
 * query/: the one language inside (design 5). JSON -> Query (typed stages in a fixed order) -> QueryPlan (SqlSelect trees and what
 * the account needs) -> result that accounts for itself. The only code that turns a semantic query into SQL, so fan-out safety,
 * access rules and masks live here.
 *
 *   source -> where -> group -> derive in time -> range -> derive over rows -> having -> order, limit, limit_per, others -> totals
 *
 * Every stage has its place and its names here; one that cannot be compiled yet is refused by name (ERR_UNSUPPORTED), never
 * ignored. Queries and plans live in ctx->arena and are immutable. Any thread.
 */
#include "engine/engine.h"
#include "model/model.h"

enum {
    QUERY_VERSION = 1,
    QUERY_MAX_MEMBERS = 64,
    QUERY_MAX_VALUES = 10000,
    QUERY_MAX_DEPTH = 16,
    QUERY_MAX_FILL = 100000,
    QUERY_MAX_LIMIT = 10000000
};

/* ---- the language --------------------------------------------------------------------------------------------------- */

typedef struct Query Query;

/* "amount" or {"expr": "avg(line.weight)", "as": "avg_weight"}; of a dimension that is a bucket also "fill". */
typedef struct QueryMember {
    Str name;         /* as given; for an expression its text */
    const Expr *expr; /* parsed; a plain name is an EXPR_NAME */
    Str alias;        /* the result column's name: "as", else the name */
    bool is_filled;   /* "fill": buckets without rows are shown too */
    Str path;         /* where in the JSON: "measures[0]" */
} QueryMember;

/*
 * The operators of filters, a line each; docs/howto/filter-operator.md. What each takes and means:
 *   least and most values; the function that compares the member with one value; the operator that it turns around (itself: none); what
 *   it is in words; flags.
 */
/* clang-format off */
#define QUERY_OP_TABLE(X)                                                                                       \
    X(EQUALS,       "equals",       1, MANY, EQ,          EQUALS,   "is",               QUERY_OP_TAKES_QUERY)   \
    X(NOT_EQUALS,   "not_equals",   1, MANY, EQ,          EQUALS,   "is not",           QUERY_OP_TAKES_QUERY)   \
    X(IN,           "in",           1, MANY, EQ,          IN,       "is",               QUERY_OP_TAKES_QUERY)   \
    X(NOT_IN,       "not_in",       1, MANY, EQ,          IN,       "is not",           QUERY_OP_TAKES_QUERY)   \
    X(CONTAINS,     "contains",     1, MANY, CONTAINS,    CONTAINS, "contains",         QUERY_OP_IS_OF_TEXT)    \
    X(NOT_CONTAINS, "not_contains", 1, MANY, CONTAINS,    CONTAINS, "does not contain", QUERY_OP_IS_OF_TEXT)    \
    X(STARTS_WITH,  "starts_with",  1, MANY, STARTS_WITH, STARTS_WITH, "starts with",   QUERY_OP_IS_OF_TEXT)    \
    X(ENDS_WITH,    "ends_with",    1, MANY, ENDS_WITH,   ENDS_WITH, "ends with",       QUERY_OP_IS_OF_TEXT)    \
    X(GT,           "gt",           1, 1,    GT,          GT,       "is more than",     QUERY_OP_TAKES_QUERY)   \
    X(GTE,          "gte",          1, 1,    GE,          GTE,      "is at least",      QUERY_OP_TAKES_QUERY)   \
    X(LT,           "lt",           1, 1,    LT,          LT,       "is less than",     QUERY_OP_TAKES_QUERY)   \
    X(LTE,          "lte",          1, 1,    LE,          LTE,      "is at most",       QUERY_OP_TAKES_QUERY)   \
    X(BETWEEN,      "between",      2, 2,    GE,          BETWEEN,  "is between",       0)                      \
    X(SET,          "set",          0, 0,    IS_SET,      SET,      "is set",           0)                      \
    X(NOT_SET,      "not_set",      0, 0,    IS_SET,      SET,      "is not set",       0)                      \
    X(IN_RANGE,     "in_range",     1, 2,    GE,          IN_RANGE, "is in",            0)
/* clang-format on */

typedef enum QueryOp {
#define X(id, name, min, max, fn, positive, words, flags) QUERY_OP_##id,
    QUERY_OP_TABLE(X)
#undef X
        QUERY_OP_COUNT
} QueryOp;

enum {
    QUERY_OP_TAKES_QUERY = 1, /* a query in place of values */
    QUERY_OP_IS_OF_TEXT = 2   /* ignoring case */
};

typedef struct QueryOpInfo {
    const char *name; /* "equals", "in", … */
    size_t min_values;
    size_t max_values;
    SqlFn fn;
    QueryOp positive; /* of "not_equals": "equals" */
    const char *words;
    unsigned flags;
} QueryOpInfo;
const QueryOpInfo *query_op_info(QueryOp op);
const char *query_op_name(QueryOp op);

typedef enum QueryFilterKind {
    QUERY_FILTER_AND,
    QUERY_FILTER_OR,
    QUERY_FILTER_NOT,
    QUERY_FILTER_TEST,
    QUERY_FILTER_EXPR,
    QUERY_FILTER_MEMBERSHIP
} QueryFilterKind;

typedef struct QueryFilter QueryFilter;
struct QueryFilter {
    QueryFilterKind kind;
    const QueryFilter *const *children; /* AND, OR, NOT */
    size_t n_children;
    QueryMember member;  /* TEST, MEMBERSHIP; EXPR: a bool expression, or the name of a filter or another bool member */
    QueryOp op;          /* TEST; MEMBERSHIP: IN, NOT_IN, or a comparison with the query's one value */
    const Value *values; /* TEST, as read from JSON: text, int64, float64, bool; typed by the member when compiled */
    size_t n_values;
    const Query *query; /* MEMBERSHIP */
    Str path;
};

/* A span of time: calendar periods or days, ends inclusive, or words ("last month"), which ctx->as_of_us decides when compiled. */
typedef struct QueryRange {
    bool is_given;
    Str from; /* "2013", "2013-Q1", "2013-03-01"; empty: open */
    Str to;   /* the same when one period was given */
    Str path;
} QueryRange;

/* compare: "previous_period", "previous_year" or an offset such as "3 months"; then every measure has its prior, change and growth. */
typedef struct QueryTime {
    bool is_given;
    Str dimension;   /* a time member; empty: the fact's main time */
    TimeGrain grain; /* NONE: only the range counts */
    QueryRange range;
    Str compare;            /* as given; empty: none */
    TimeGrain compare_unit; /* NONE: one period of what is shown */
    int64_t compare_n;
    bool is_filled; /* "fill": periods without rows are shown too */
} QueryTime;

typedef struct QueryOrder {
    Str name; /* a result column: alias or member */
    bool is_desc;
    Str path;
} QueryOrder;

struct Query {
    int64_t model_version;     /* "model": the accepted version that its names are of; 0: the one in force */
    Str source;                /* name of a fact or dimension; empty: by the measures */
    const Query *source_query; /* or a query */
    const QueryMember *measures;
    size_t n_measures;
    const QueryMember *dimensions;
    size_t n_dimensions;
    const QueryMember *list; /* "rows": single rows with these, instead of groups */
    size_t n_list;
    const Value *after; /* of a list: text or null, where the page before ended */
    size_t n_after;
    QueryTime time;
    const QueryFilter *where;
    const QueryFilter *having;
    const QueryOrder *order;
    size_t n_order;
    int64_t limit; /* -1: the caller's default */
    int64_t offset;
    bool has_limit_per;
    const Str *limit_per_by;
    size_t n_limit_per_by;
    int64_t limit_per_n;
    bool has_others;        /* "others": what the limit cuts off, among the totals */
    bool wants_total_shown; /* "totals": ["shown","all"] */
    bool wants_total_all;
    bool shows_unknown; /* "unknown": true keeps groups with an unknown or null key */
};

/* Reads and checks the shape; names are looked up when compiled. Errors carry the member path ("having[0].op") in err->file and
 * name what would fit. */
NODISCARD ErrCode query_parse(const Ctx *ctx, const Json *json, const Query **ret_query, Err *err);
NODISCARD ErrCode query_parse_text(const Ctx *ctx, Str json, const Query **ret_query, Err *err);
/* Prints the JSON that query_parse reads back to an equal query. */
void query_print(JsonWriter *writer, const Query *query);

/* ---- results -------------------------------------------------------------------------------------------------------- */

typedef enum QueryRole { QUERY_ROLE_DIMENSION, QUERY_ROLE_TIME, QUERY_ROLE_MEASURE } QueryRole;
const char *query_role_name(QueryRole role);

typedef struct QueryColumn {
    Str name;   /* alias */
    Str member; /* canonical name, or the expression's text */
    Type type;
    QueryRole role;
    TimeGrain grain;    /* TIME: how to print its values ("2014-Q1") */
    int fiscal_month;   /* with which fiscal years begin: of "FY2014-Q1" */
    bool is_local;      /* a timestamp of the reporting zone, which is not UTC */
    Value bucket;       /* of lower ends of buckets their width; of type null: they are none */
    Value bucket_start; /* where one of them begins */
    Str title;
    Str format;
    Str unit;
    int decimals; /* -1: by format */
} QueryColumn;
static inline bool query_column_is_bucket(const QueryColumn *column) {
    return column->bucket.type.kind != TYPE_NULL;
}

/* What the groups with an unknown or null key of one member carry. */
typedef struct QueryLeftOut {
    Str member;            /* of an inner query "source: line.kind", behind its path */
    const Value *measures; /* one a measure's column, in their order; null for what is derived, and of an inner query */
    int64_t n_rows;        /* fact rows */
} QueryLeftOut;

/* The measures over the rows of many groups. */
typedef struct QueryTotal {
    Str kind; /* "others": of the groups that the limit cut off; "shown"; "all": also of the unknown ones */
    const Value *measures; /* one a measure's column; null for what is derived */
    int64_t n_rows;        /* fact rows */
} QueryTotal;

/* The time asked for and how far the fact's data reaches in it. Only time narrows it (the range, and tests of the axis at the top of
 * `where`): that another filter finds nothing on a month's last days does not make the month incomplete. */
typedef struct QueryPeriod {
    bool is_known; /* the fact has a time axis, and data in the time asked for */
    Str member;
    Type type;       /* date or timestamp; int64: an integer axis, whose own numbers stand for microseconds below */
    int64_t from_us; /* half-open, of the period asked for, or of the data */
    int64_t to_us;
    int64_t data_from_us; /* first and last instant that data reaches within it */
    int64_t data_to_us;
    bool
        is_first_partial; /* at the shown grain (or the range's, or month): the first or last period is not covered by data */
    bool is_last_partial;
    Str text; /* "2010-12-01 to 2011-12-09; December 2011 holds 9 of 31 days"; why, when not known */
} QueryPeriod;

/* What every answer says about itself. */
typedef struct QueryAccount {
    const QueryLeftOut *left_out;
    size_t n_left_out;
    const QueryTotal *totals;
    size_t n_totals;
    QueryPeriod period;
    const Str *defaults; /* choices the query left open: "ordered by amount, largest first" */
    size_t n_defaults;
    const Str *policies; /* row policies and masks applied */
    size_t n_policies;
    int64_t model_version;
    int64_t data_version;
    int64_t data_at_us; /* when that version was published, UTC */
    int64_t data_age_us;
    const Value *next; /* of a list that was cut: what "after" takes to go on */
    size_t n_next;
    int64_t n_rows;
    bool is_truncated; /* a cap, not the query's own limit, cut it: that of bytes, else that of rows */
    bool is_cut_by_bytes;
    int64_t compile_us;
    int64_t run_us;
} QueryAccount;

/* ---- compiling and running ------------------------------------------------------------------------------------------ */

/* How many periods or buckets are filled, where only the data says: more than QUERY_MAX_FILL are refused before the rows are read. */
typedef struct QueryFill {
    const SqlSelect *select; /* one float64; null: there are no rows */
    Str path;
} QueryFill;

typedef struct QueryPlan QueryPlan;

/* A query within another: as its source, or in a filter. */
typedef struct QueryInner {
    Str key;  /* of the outer one that it stands in: source, where, having */
    Str path; /* where in the outer one: "source", "where[0].query" */
    const QueryPlan
        *plan; /* what it reads, shows, leaves out and took for granted; its statements are parts of the outer one's */
} QueryInner;

struct QueryPlan {
    const Query *query;
    const ModelFact *fact; /* NULL: a dimension's members */
    const Str *facts;      /* the facts' names; none: a dimension's members, or a query's rows */
    size_t n_facts;
    const SqlSelect *select;
    const QueryColumn *columns;
    size_t n_columns;
    const QueryFill *fills;
    size_t n_fills;
    const QueryLeftOut *left_out_for; /* members whose unknown groups are left out; measures not filled */
    const SqlSelect *const *left_out; /* a select a member: count(*), measures… over the rows left out */
    size_t n_left_out;
    size_t n_left_out_own; /* the first so many; the others' groups are of inner queries */
    bool
        has_unknown_row; /* the select's first row may be the group whose key is null (its account, with count(*) as a further
                             column), and left_out[0] is NULL: one pass over the data instead of two */
    const Str *total_kinds;
    const SqlSelect *const *totals; /* a select a kind, like left_out's */
    size_t n_totals;
    const SqlSelect *period; /* min and max of the time axis over the whole fact, or NULL */
    QueryPeriod
        asked; /* the time asked for by range and `where`, before the data is looked at; INT64_MIN, _MAX: open */
    TimeGrain first_grain; /* of the first and last period shown: the query's grain, else that of the range's ends; */
    TimeGrain last_grain;  /* NONE: no range */
    int fiscal_month;
    const Str *defaults;
    size_t n_defaults;
    size_t n_cursor;  /* columns of the select behind those that are shown: a row's place in the list's order */
    int64_t max_rows; /* the caps in force */
    int64_t max_bytes;
    int64_t compile_us;
    const QueryInner *inners;
    size_t n_inners;
};

typedef struct QueryOptions {
    int64_t max_rows;      /* row cap; one more is read to tell that it was cut. 0: 1,000,000 */
    int64_t max_bytes;     /* cap of what the rows hold; the batch that would pass it is not given. 0: 1 GB */
    int64_t default_limit; /* when the query has none; -1: none */
} QueryOptions;

/* Whether words of a range or filter count from the as-of; then ctx->as_of_us must be known when the query is compiled. */
bool query_needs_as_of(const Query *query);
/* ctx's as-of, else by the pack's rule (now, or the newest value of a column), in the reporting zone; an integer axis: a number.
 * INT64_MIN: there is no data yet. */
NODISCARD ErrCode query_as_of(const Ctx *ctx, EngineConn *conn, int64_t *ret_us, Err *err);
/* The model is ctx->snapshot's; ERR_CONFLICT where the query names another version of it. ERR_UNKNOWN_NAME with the nearest, ERR_UNSUPPORTED naming the stage, ERR_INVALID with the path. */
NODISCARD ErrCode query_compile(const Ctx *ctx, const Query *query, const QueryOptions *options,
                                const QueryPlan **ret_plan, Err *err);

/* Receives a result as it comes: columns once, batches in place, the account at the end. */
typedef struct QueryReceiver {
    ErrCode (*columns)(void *arg, const QueryColumn *columns, size_t n_columns, Err *err);
    ErrCode (*batch)(void *arg, const Batch *batch, Err *err);
    ErrCode (*account)(void *arg, const QueryAccount *account, Err *err);
    void *arg;
} QueryReceiver;

/* Runs a plan in one read transaction on a warehouse connection that has none open. */
NODISCARD ErrCode query_run(const Ctx *ctx, EngineConn *conn, const QueryPlan *plan, const QueryReceiver *receiver,
                            Err *err);
/* The plan in words, a sentence a step in the order of evaluation. */
void query_words(const Ctx *ctx, const QueryPlan *plan, const Str **ret_lines, size_t *ret_n);
/* The statement of the rows themselves, printed for the connection's engine: what --sql shows. */
NODISCARD ErrCode query_sql(const Ctx *ctx, const SqlDialect *dialect, const QueryPlan *plan, SqlText *ret_sql,
                            Err *err);
