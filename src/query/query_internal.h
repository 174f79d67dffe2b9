#pragma once
/*
 * For query/ only: how a query is compiled. A QueryBuild lives for one query_compile; what it makes lives in ctx->arena.
 *
 * Expressions are compiled once and shared by the selects that use them (rows, left out); each remembers which roles of the fact
 * it reads, so that every select joins the dimensions it needs and no other.
 */
#include "query/query.h"

/* Bit i: role i of the fact is read. */
typedef uint64_t QueryRoles;
enum { QUERY_MAX_ROLES = 64 };

/* A compiled expression and the roles it reads. */
typedef struct QuerySql {
    const SqlExpr *sql; /* NULL: none */
    QueryRoles roles;
} QuerySql;

/* Where an expression stands: which decides what names in it may stand for. */
typedef enum QueryPlace { QUERY_IN_MEASURE, QUERY_IN_GROUP, QUERY_IN_WHERE, QUERY_IN_HAVING } QueryPlace;

typedef struct QueryGroup {
    QueryColumn column;
    QuerySql key;
    QuerySql missing;       /* true for rows whose key is unknown or null; NULL: it never is */
    bool may_be_null;       /* unknown or null, whether such groups are shown or not */
    bool is_missing_by_key; /* …because of the role's key alone, whatever the attribute */
    ModelMember member;     /* of a plain name */
    bool is_member;
    bool is_filled;  /* every period or bucket is shown */
    bool is_ignored; /* of a leg: its fact has it not, and its values stand in each of these groups; the key is null */
    Str path;        /* of an expression or a name of `dimensions` */
    Str base;        /* the name without its date part: what "order" may also say */
} QueryGroup;

typedef struct QueryMeasure {
    QueryColumn column;
    QuerySql value;
    const SqlExpr *of_rows;   /* the same where it is an aggregate of rows; NULL: derived */
    const QueryMember *given; /* NULL: of a comparison */
} QueryMeasure;

/* Half-open bounds in microseconds of the axis' calendar; INT64_MIN, INT64_MAX: open. An integer axis: its own numbers. */
typedef struct QueryBounds {
    int64_t from;
    int64_t to;
    TimeGrain from_grain; /* of the periods the ends were written as; NONE: open */
    TimeGrain to_grain;
} QueryBounds;

/* The time axis: the query's, else the fact's main one. */
typedef struct QueryAxis {
    bool is_known;
    bool is_number; /* an integer axis */
    ModelMember member;
    Str name;
    QuerySql column;
    QueryBounds bounds; /* of range, and of what `where` says about the axis at its top */
} QueryAxis;

/* What a test compares: a member, a measure, or an expression. */
typedef struct QueryOperand {
    Str name;
    const SqlExpr *sql;
    const SqlExpr *base; /* without its date part */
    TimeGrain grain;     /* of a part that truncates */
    int fiscal_month;
    bool is_never_null;
    bool is_local; /* instants are of a reporting zone that is not UTC */
    bool is_member;
    ModelMember member;
} QueryOperand;

/* ---- stages: query_derive.c says what columns there are, query_stage.c makes the selects ------------------------------ */

/* Of which instants the rows of a measure count (query_instant.c). */
typedef struct QueryInstant {
    const ModelSemiAdditive *of;
    Str alias; /* in FROM, of the instants that are found */
    QuerySql time;
    const QuerySql *per;  /* of->n_per */
    const SqlExpr *is_at; /* true of a row that counts */
} QueryInstant;

#define QUERY_STAGE S("_s")    /* the stage before, in a stage's select */
enum { QUERY_ROW_STAGE = 64 }; /* stages from here on are over the rows as shown: the range has been cut */

typedef struct QueryBuild QueryBuild;

typedef struct QueryStageColumn {
    Str name;
    QueryBuild *leg;    /* of stage 0: whose rows it aggregates */
    const SqlExpr *sql; /* over the stage before and this one's joins; of stage 0 over the fact */
    int stage;
} QueryStageColumn;

typedef enum QueryJoinKind {
    QUERY_JOIN_PRIOR, /* another row of the stage before */
    QUERY_JOIN_LEG,   /* the same groups over other bounds */
    QUERY_JOIN_SINCE, /* a base over the rows since the range, or a unit's period, began, up to each period */
    QUERY_JOIN_TOTAL  /* a base over all rows with the same keys of some groups */
} QueryJoinKind;

typedef struct QueryStageJoin {
    QueryJoinKind kind;
    int stage;
    Str alias;
    const SqlExpr *on;  /* NULL: one row */
    QueryBounds bounds; /* LEG */
    size_t base;        /* SINCE, TOTAL */
    TimeGrain unit;     /* PRIOR: of the span; SINCE */
    int64_t n;          /* PRIOR */
    bool is_all;        /* SINCE: from the data's start */
    const size_t *by;   /* TOTAL: groups */
    size_t n_by;
} QueryStageJoin;

/* The rows that a stage reads begin so much before those it is for: n units, or where the unit's period begins, or open. */
typedef struct QueryWiden {
    int stage;
    TimeGrain unit;
    int64_t n;
    bool is_all;
} QueryWiden;

struct QueryBuild {
    const Ctx *ctx;
    Arena *arena;
    const Model *model; /* as the one who asks sees it */
    const Query *query;
    bool is_inner;                   /* its rows go into another query: no account, and no order where nothing is cut */
    int depth;                       /* of queries in queries */
    const ModelFact *fact;           /* NULL: the rows of `dimension` */
    const ModelDimension *dimension; /* whose members are the rows, or, with `inner`, those of its */
    const SqlSelect
        *inner; /* the rows of a query, of which `fact` is made up: a column of the fact a column of the query */
    const QueryColumn *inner_columns;
    Str alias;            /* of the fact or the dimension in FROM */
    QueryRoles *roles;    /* of the expression being compiled; NULL between expressions */
    ExprScope fact_scope; /* the model's; its `column` is query_member_sql */
    ExprScope body_scope; /* the same over the whole model: for what measures of the pack are made of */
    QueryAxis axis;
    VEC(QueryGroup) groups;
    VEC(QueryMeasure) measures;
    VEC(QueryMeasure) hidden; /* what is ordered by and not shown */
    QueryBounds range_bounds; /* of the range alone */
    QuerySql filter;          /* where without the range */
    QuerySql where;           /* range included */
    QuerySql having;
    VEC(QueryStageColumn) bases; /* stage 0 */
    VEC(QueryStageColumn) derived;
    VEC(QueryStageJoin) joins;
    VEC(QueryWiden) widenings;
    size_t n_cursor;        /* of a list */
    VEC(QueryBuild *) legs; /* one a fact, where there are several; then `fact` is the first's */
    QueryBuild *parent;     /* of a leg */
    QueryRoles leg_roles;   /* that the measures compiled in a leg read */
    VEC(QueryInstant) instants;
    VEC(ModelMember) certain; /* members that `where` lets through only when they are not null */
    VEC(Str) defaults;
    VEC(QueryFill) fills; /* those of queries in it too */
    VEC(QueryInner) inners;
};

/* ---- query_grain.c -------------------------------------------------------------------------------------------------- */

const char *query_grain_words(TimeGrain grain); /* "fiscal year" */
int query_fiscal_month(const QueryBuild *build);
/* The start of the period that holds it. */
int64_t query_trunc(const QueryBuild *build, TimeGrain grain, int64_t us);
const SqlExpr *query_trunc_sql(const QueryBuild *build, TimeGrain grain, const SqlExpr *sql);
/* A date with a part of it taken. */
const SqlExpr *query_part_sql(const QueryBuild *build, const ModelPart *part, const SqlExpr *sql);
/* A date moved so that the grain's periods are the calendar's. */
const SqlExpr *query_calendar_period(const QueryBuild *build, TimeGrain grain, const SqlExpr *sql);
const ModelPart *query_grain_part(TimeGrain grain); /* NULL: none */
/* Every period of `fine` lies in one of `coarse`. */
bool query_grain_is_within(const QueryBuild *build, TimeGrain fine, TimeGrain coarse);

/* ---- query_parse*.c ------------------------------------------------------------------------------------------------- */

/* "where.and[2]", in the arena. */
Str query_path_key(Arena *arena, Str path, Str key);
Str query_path_at(Arena *arena, Str path, size_t index);
/* An error with the member path as its place. */
ErrCode query_error(Err *err, ErrCode code, Str path, const char *format, ...) PRINTF_LIKE(4, 5);
/* Refuses keys that are not among `names`, with the nearest that is. */
NODISCARD ErrCode query_check_keys(const Json *object, Str path, const Str *names, size_t n_names, Err *err);
NODISCARD ErrCode query_parse_name(const Json *json, Str path, Str *ret_name, Err *err);
/* The same tree that expr_parse makes of a name, without its quoting: a JSON text is one name, whatever it holds. */
const Expr *query_name_expr(Arena *arena, Str name, Str path);
/* A name, or {"expr", "as"}. */
NODISCARD ErrCode query_parse_member(const Ctx *ctx, const Json *json, Str path, QueryMember *ret_member, Err *err);
NODISCARD ErrCode query_parse_expr(const Ctx *ctx, const Json *json, Str path, QueryMember *ret_member, Err *err);
/* NULL in, or an empty list: no filter. */
NODISCARD ErrCode query_parse_filter(const Ctx *ctx, const Json *json, Str path, int depth,
                                     const QueryFilter **ret_filter, Err *err);
NODISCARD ErrCode query_parse_range(const Ctx *ctx, const Json *json, Str path, QueryRange *ret_range, Err *err);
NODISCARD ErrCode query_parse_inner(const Ctx *ctx, const Json *json, Str path, int depth, const Query **ret_query,
                                    Err *err);
NODISCARD bool query_op_find(Str name, QueryOp *ret_op);

/* ---- query_source.c ------------------------------------------------------------------------------------------------- */

/* Decides fact or dimension. ERR_UNSUPPORTED naming two facts. */
NODISCARD ErrCode query_find_source(QueryBuild *build, Err *err);

/* ---- query_derive*.c, query_column.c, query_stage.c ---------------------------------------------------------------------------------- */

/* A derivation of a compiled measure, as an expression over columns of stages. */
NODISCARD ErrCode query_derive(QueryBuild *build, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret_sql,
                               Err *err);
NODISCARD ErrCode query_derive_prior(QueryBuild *build, const Expr *derived, const SqlExpr *measure,
                                     const SqlExpr **ret, Err *err);
NODISCARD ErrCode query_derive_rolling(QueryBuild *build, const Expr *derived, const SqlExpr *measure,
                                       const SqlExpr **ret, Err *err);
/* Since a period or the range began. */
NODISCARD ErrCode query_derive_since(QueryBuild *build, const Expr *derived, const SqlExpr *measure,
                                     const SqlExpr **ret, Err *err);
/* The tree with what `replace` gives for its parts; NULL: look into the part. */
typedef const SqlExpr *(*QueryReplace)(void *arg, const SqlExpr *expr);
const SqlExpr *query_map(Arena *arena, const SqlExpr *expr, QueryReplace replace, void *arg);
bool query_is_stage_column(const SqlExpr *expr);
/* The last stage that an expression holds a column of. */
int query_stage_of(const QueryBuild *build, const SqlExpr *expr);
/* A new column of a stage, or the one that is the same already. */
const SqlExpr *query_stage_add(QueryBuild *build, int stage, const SqlExpr *sql);
/* The same of another row. */
const SqlExpr *query_stage_retarget(const QueryBuild *build, const SqlExpr *expr, Str alias);
/* A join as given, or the one that is the same; its `on` is the caller's to make. Valid until the next. */
QueryStageJoin *query_stage_join(QueryBuild *build, QueryStageJoin join);
/* call over (partition by … order by order …); order may be NULL. */
const SqlExpr *query_over(QueryBuild *build, const SqlExpr *call, const SqlExpr *const *partition, size_t n_partition,
                          const SqlExpr *order, bool is_desc, SqlFrame frame);
/* The groups' keys but for one, with room for `extra` more. */
const SqlExpr *const *query_other_keys(const QueryBuild *build, ptrdiff_t but, size_t extra, size_t *ret_n);
/* The aggregate that puts groups' values together to what the rows would give; SQL_FN_COUNT_OF: there is none. */
SqlFn query_additive(const QueryBuild *build, size_t base);
bool query_is_count(const SqlExpr *base);                                /* of no rows it is 0, not null */
size_t query_base_index(const QueryBuild *build, const SqlExpr *column); /* bases.n: of a later stage */
const SqlExpr *query_as_type(QueryBuild *build, const SqlExpr *sql, Type type);
/* Holds a column of a stage. */
bool query_is_derived(const SqlExpr *sql);
/* The same with every aggregate as a column of stage 0. */
const SqlExpr *query_stage_lower(QueryBuild *build, const SqlExpr *sql);
const SqlExpr *query_stage_key(const QueryBuild *build, Str alias, size_t group);
/* True of rows of a stage whose group is unknown; NULL: none is. */
const SqlExpr *query_stage_unknown(const QueryBuild *build);
/* The range, in whole periods where something goes back in time. */
QueryBounds query_shown_bounds(const QueryBuild *build);
bool query_is_staged(const QueryBuild *build);
/* The rows of a query that has stages. */
NODISCARD ErrCode query_stage_rows(QueryBuild *build, const SqlSelect **ret_select, Err *err);
/* A group by a name of its column; -1 when there is none. */
ptrdiff_t query_find_group(const QueryBuild *build, Str name);

/* ---- query_grouped.c ------------------------------------------------------------------------------------------------ */

/* What is grouped: the keys of some groups (by NULL: of all) and the bases, or one of them, of the rows in bounds. */
typedef struct QueryGrouped {
    QueryBuild *build;
    QueryBounds bounds;
    const size_t *by;
    size_t n_by;
    const size_t *base;
    bool is_marked; /* with _m, which tells that a group is there */
    bool is_since;  /* the caller makes of it what is since a point, and adds the instants */
} QueryGrouped;
const SqlSelect *query_grouped(const QueryGrouped *how);
/* FROM: some groups' keys in stage 0 (alias _p), each combination once; on rows up to each period. */
SqlFrom query_since_from(QueryBuild *leg, const QueryStageJoin *join, const size_t *by, size_t n_by);
#define QUERY_SINCE S("_p")
/* Values of legs that ignore a group; they are no columns of query_grouped. */
bool query_has_repeated(const QueryBuild *build);
/* Rows of groups, from `groups` (alias _s) with its columns, and those values beside them. */
const SqlSelect *query_with_repeated(const QueryGrouped *how, SqlFrom groups, const SqlItem *columns, size_t n_columns);
/* The groups over other bounds, marked. */
const SqlSelect *query_other_leg(QueryBuild *build, const QueryBounds *bounds);
/* For each group of stage 0 a base over the rows up to its period. */
const SqlSelect *query_since_select(QueryBuild *build, const QueryStageJoin *join);
/* select keys of some groups from _s0, each combination once */
const SqlSelect *query_periods(QueryBuild *build, const size_t *by, size_t n_by);
void query_group_by_first(Arena *arena, SqlSelect *select, size_t n);
/* A base's column; of a group without rows a count is 0. */
const SqlExpr *query_zero_if_count(const QueryBuild *build, size_t base, const SqlExpr *column);
bool query_is_back_in_time(const QueryBuild *build);
/* The shown range and what has to be read before it. */
QueryBounds query_read_bounds(const QueryBuild *build);
/* `where` within bounds. */
QuerySql query_rows_in(const QueryBuild *build, const QueryBounds *bounds);
/* Stage 0 by itself. */
const SqlSelect *query_stage_0(QueryBuild *build);

/* ---- query_fill.c --------------------------------------------------------------------------------------------------- */

bool query_is_filled(const QueryBuild *build);
/* ERR_INVALID where there is nothing to fill by, ERR_TOO_LARGE where the range has too many periods; notes those that only the data tells. */
NODISCARD ErrCode query_check_fill(QueryBuild *build, Err *err);
/* Stage 0 with a row for every period and bucket of each group. */
const SqlSelect *query_filled(QueryBuild *build);

/* ---- query_nested.c ------------------------------------------------------------------------------------------------- */

/* The rows of `query` as a fact: build->inner and build->fact. */
NODISCARD ErrCode query_compile_source(QueryBuild *build, const Query *query, Err *err);
/* A dimension's members as they are now, as a fact. */
NODISCARD ErrCode query_compile_members(QueryBuild *build, const ModelDimension *dimension, Err *err);
/* The rows of a query that stands in `build`'s at a key of it: a select and its columns. Names in it are its own. */
NODISCARD ErrCode query_compile_inner(QueryBuild *build, const Query *query, Str key, Str path,
                                      const SqlSelect **ret_select, const QueryColumn **ret_columns, size_t *ret_n,
                                      Err *err);
/* The path of something within the query at `path`. */
Str query_path_within(Arena *arena, Str path, Str inner);
/* A column of the source's query by its whole name, or that of a date with a part after it; else a filter of such. */
NODISCARD ErrCode query_find_inner(const QueryBuild *build, Str name, ModelMember *ret_member, Err *err);
/* operand in (query), or operand compared with the one value of a query. */
NODISCARD ErrCode query_compile_membership(QueryBuild *build, QueryPlace place, const QueryOperand *operand,
                                           const QueryFilter *filter, QueryOp op, const SqlExpr **ret_sql, Err *err);

/* The alias of the rows in FROM. ERR_TOO_LARGE for a fact with too many dimensions. */
NODISCARD ErrCode query_set_alias(QueryBuild *build, Err *err);
/* Bit i: fact i has every name of the expression. */
uint64_t query_facts_with(const QueryBuild *build, const QueryMember *member);

/* ---- query_facts.c -------------------------------------------------------------------------------------------------- */

/* Makes legs where measures of several facts are asked for. ERR_UNSUPPORTED naming what one of them lacks. */
NODISCARD ErrCode query_find_facts(QueryBuild *build, Err *err);
NODISCARD ErrCode query_compile_legs(QueryBuild *build, Err *err);
/* The leg that an expression is wholly of; NULL: it is of several, or could be of each. */
QueryBuild *query_leg_of(const QueryBuild *build, const QueryMember *member);
/* Over columns of stage 0. */
NODISCARD ErrCode query_compile_in_leg(QueryBuild *leg, QueryPlace place, const QueryMember *member, QuerySql *ret_sql,
                                       Err *err);

/* ---- query_instant.c ------------------------------------------------------------------------------------------------ */

/* What is true of the rows of a semi-additive measure that count. It is for filters of aggregates in selects that query_add_instants has
 * completed. */
NODISCARD ErrCode query_instant(QueryBuild *leg, const ModelMeasure *measure, const SqlExpr **ret_is_at, Err *err);
/* Whether only the rows at some instant count. */
bool query_is_at_instant(const QueryBuild *leg, const SqlExpr *base);
/* Among which rows instants are found, and for which groups. */
typedef struct QueryInstantRows {
    QuerySql where;
    const size_t *by; /* groups, for each of whose periods an instant is found */
    size_t n_by;
    const QueryStageJoin *since; /* not NULL: for each period of stage 0, in the rows up to it */
    const SqlSelect *shown;      /* not NULL: in the periods of these rows, taken together */
} QueryInstantRows;
/* Adds to FROM the instants that the items of a select over the leg's rows ask for. */
void query_add_instants(QueryBuild *leg, SqlSelect *select, const QueryInstantRows *rows);

/* ---- query_ignore.c ------------------------------------------------------------------------------------------------- */

/* Whether an expression is made of members that the leg's fact ignores. ERR_UNSUPPORTED where it holds others too. */
NODISCARD ErrCode query_leg_ignores(const QueryBuild *leg, const Expr *expr, Str path, bool *ret, Err *err);
/* Takes from each leg's `where` what its fact ignores, and tells so. */
NODISCARD ErrCode query_trim_legs(QueryBuild *build, Err *err);
/* Makes the groups that a leg ignores fit those of the query. */
NODISCARD ErrCode query_fit_ignored(QueryBuild *build, Err *err);
/* The leg ignores a group: its values are not united with the others, but repeated in each. */
bool query_leg_repeats(const QueryBuild *leg);
/* Those of `by` (NULL: of all groups) that the leg does not ignore; never NULL. */
const size_t *query_known_groups(const QueryBuild *leg, const size_t *by, size_t n_by, size_t *ret_n);

/* ---- query_member.c ------------------------------------------------------------------------------------------------- */

/* The place of an error about a name, which may be an expression that was written as one. */
ErrCode query_place_unknown(ErrCode code, Str name, Str path, Err *err);
/* A member as the source has it. ERR_UNKNOWN_NAME with the nearest. */
NODISCARD ErrCode query_find_member(const QueryBuild *build, Str name, Str path, ModelMember *ret_member, Err *err);
/* Its expression, date part applied; notes the role. Also the model's ModelFactScope.column. */
ErrCode query_member_sql(void *build, const ModelMember *member, const SqlExpr **ret_sql, Err *err);
/* The same with the roles it reads. */
NODISCARD ErrCode query_compile_member(QueryBuild *build, const ModelMember *member, QuerySql *ret_sql, Err *err);
/* The same member without its date part. */
ModelMember query_member_base(const ModelMember *member);
/* A column that stands for its default aggregation where a measure is asked for; NULL: the name is no such column's. */
const ModelFactColumn *query_aggregated(const QueryBuild *build, const Model *model, Str name);
/* What is true of rows in which the member is unknown or null; {0} when it never is. */
QuerySql query_member_missing(QueryBuild *build, const ModelMember *member, bool *ret_by_key);
bool query_member_is_never_null(const QueryBuild *build, const ModelMember *member);
bool query_member_is_same(const ModelMember *a, const ModelMember *b); /* date parts aside */
/* The reporting zone is not UTC: what gold holds is its wall clock. */
bool query_is_local(const QueryBuild *build);
/* FROM for an expression's roles. */
void query_from(QueryBuild *build, QueryRoles roles, SqlSelect *select);
/* The newest version and when it was published: two maxima, which engines know without looking at the rows. */
const SqlSelect *query_version_select(Arena *arena);

/* items from the one entry of FROM */
SqlSelect *query_select_from(Arena *arena, SqlFrom from, const SqlItem *items, size_t n_items);

/* What a plan says of a query beside its statements. */
void query_plan_about(QueryBuild *build, QueryPlan *plan);
/* Everything of a query up to its rows. */
NODISCARD ErrCode query_build_rows(QueryBuild *build, const SqlSelect **ret_select, const QueryColumn **ret_columns,
                                   size_t *ret_n, Err *err);

/* ---- query_compile*.c ----------------------------------------------------------------------------------------------- */

/* Compiles an expression as it may stand at `place`; the path is the error's place. */
NODISCARD ErrCode query_compile_expr(QueryBuild *build, QueryPlace place, const QueryMember *member, QuerySql *ret_sql,
                                     Err *err);
/* What measures and filters of the pack are made of, whoever asks. */
const Model *query_whole_model(const QueryBuild *build);
/* Axis and `where`. */
NODISCARD ErrCode query_compile_rows(QueryBuild *build, Err *err);
NODISCARD ErrCode query_compile_groups(QueryBuild *build, Err *err);
NODISCARD ErrCode query_compile_measures(QueryBuild *build, Err *err);
/* where or having; may be NULL. */
NODISCARD ErrCode query_compile_filter(QueryBuild *build, QueryPlace place, const QueryFilter *filter,
                                       QuerySql *ret_sql, Err *err);
/* The axis and the condition of its range (with no sql when there is none). */
NODISCARD ErrCode query_compile_axis(QueryBuild *build, QuerySql *ret_range, Err *err);
/* What has to be true of `column` to be within bounds; at least one of which is not open. */
const SqlExpr *query_bounds_sql(Arena *arena, const SqlExpr *column, const QueryBounds *bounds);
/* An instant of the axis' calendar, or an integer axis' number, as the column's type. */
const SqlExpr *query_literal_at(Arena *arena, Type type, int64_t at);
#define QUERY_OPEN_BOUNDS ((QueryBounds){.from = INT64_MIN, .to = INT64_MAX})
/* "2013", "last month", or two ends. ERR_INVALID naming what is read. */
NODISCARD ErrCode query_read_range(QueryBuild *build, const QueryRange *range, Type type, QueryBounds *ret_bounds,
                                   Err *err);
/* Narrows `bounds` to what lies in `more` too. */
void query_bounds_meet(QueryBounds *bounds, const QueryBounds *more);
/* Values compared with a date or timestamp: true where op holds. The bounds are what op lets through, where it is one span. */
NODISCARD ErrCode query_compile_time_test(QueryBuild *build, const QueryOperand *operand, const QueryFilter *filter,
                                          QueryOp op, const SqlExpr **ret_sql, QueryBounds *ret_bounds, Err *err);
/* A JSON value as a literal that compares with the operand, which is no date. */
NODISCARD ErrCode query_compile_value(Arena *arena, const QueryOperand *operand, Value value, Str path,
                                      const SqlExpr **ret_sql, Err *err);
/* Measures that the query is ordered by without showing them. */
NODISCARD ErrCode query_compile_hidden(QueryBuild *build, Err *err);
NODISCARD ErrCode query_compile_order(QueryBuild *build, const SqlItem *items, const SqlOrder **ret_order,
                                      size_t *ret_n, Err *err);

/* ---- query_list.c --------------------------------------------------------------------------------------------------- */

NODISCARD ErrCode query_check_list(const QueryBuild *build, Err *err);
NODISCARD ErrCode query_list_rows(QueryBuild *build, const SqlSelect **ret_select, Err *err);

/* ---- query_total.c -------------------------------------------------------------------------------------------------- */

/* count(*) and the measures over the rows in which a group's member is unknown or null; null for what is derived. */
const SqlSelect *query_account_missing(QueryBuild *build, size_t group);
/* FROM: some groups' keys in the rows' select, each combination once, on rows of the leg's fact. */
SqlFrom query_shown_groups(const QueryBuild *leg, const SqlSelect *rows, const size_t *by, size_t n_by);
NODISCARD ErrCode query_check_totals(const QueryBuild *build, Err *err);
void query_plan_totals(QueryBuild *build, QueryPlan *plan);

/* ---- query_period.c ------------------------------------------------------------------------------------------------- */

/* What was asked for, completed by the data's extent on the axis: days, microseconds or numbers by its type. */
QueryPeriod query_period(Arena *arena, const QueryPlan *plan, bool has_data, int64_t first, int64_t last);
