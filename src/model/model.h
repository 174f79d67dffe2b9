#pragma once
/*
 * model/: a pack's text -> the model everything is derived from: DDL, pipeline, query compilation, vocabulary. A Model is
 * immutable, owned by its arena, and read by any thread. Lists keep the pack's order. Names are lower snake case and unique
 * within their kind; expressions are parsed and typed.
 *
 * What stands in which database (the names are fixed here, so that pipeline/ and query/ agree):
 *   bronze.T      change log of table T:     _seq _op _batch _at _source, key_C…, before_C…, after_C…
 *   silver.T      one row per captured key:  C…, [_row_hash _nth when T has no declared key], _seq _at
 *   quarantine.T  rows of T that cannot be typed: _batch _source _rule _reason _key _payload _at
 *   gold.dim_D    D_key, attributes…, _valid_from _valid_to _is_current: a row a version of a member; D_key = -1 is the unknown
 *                 member (attributes null)
 *   gold.dim_date date_key (date), year quarter month week …
 *   gold.fact_F   R_key for each role R, columns…, and the grain as _C… for each key column C of its table;
 *                 a timestamp column X is in the reporting zone and X_utc beside it in UTC
 *   _starling.key_D     key map: natural key…, _from (null: since ever), D_key
 *   _starling.batch     one row a published batch: version (1, 2, …), id, published_at (UTC)
 *   _starling.position  source, epoch, token: how far each source has been read
 */
#include "model/model_expr.h"

enum { MODEL_PACK_VERSION = 1, MODEL_MAX_FINDINGS = 100, MODEL_UNKNOWN_KEY = -1 };

/* What a value says about a person; see PACK_PII_CLASSES. */
typedef enum ModelPii {
    MODEL_PII_NONE,
    MODEL_PII_NAME,
    MODEL_PII_EMAIL,
    MODEL_PII_PHONE,
    MODEL_PII_ADDRESS,
    MODEL_PII_BIRTH_DATE,
    MODEL_PII_ID_NUMBER,
    MODEL_PII_LOCATION,
    MODEL_PII_FINANCIAL,
    MODEL_PII_HEALTH,
    MODEL_PII_OTHER,
    MODEL_PII_COUNT
} ModelPii;
Str model_pii_name(ModelPii class); /* "birth_date"; empty for NONE */

/* How a thing is shown and found in words, and by whom. */
typedef struct ModelLabel {
    Str title;       /* defaults to the name, "Unit price" for unit_price */
    Str description; /* may be empty */
    const Str *synonyms;
    size_t n_synonyms;
    Str format;     /* currency, percent, number, integer, text, date; empty: by type */
    Str unit;       /* "USD", "days"; may be empty */
    int decimals;   /* -1: by format */
    bool is_hidden; /* not offered to people */
    bool is_pii;
    ModelPii pii_class;
    const Str *visible_to; /* roles; none: everybody sees it */
    size_t n_visible_to;
} ModelLabel;

typedef struct ModelColumn {
    Str name;
    Type type;
    bool is_not_null;
    Str check; /* expression text over the table's columns; may be empty */
    const Expr *check_expr;
    ModelPlace place;
} ModelColumn;

typedef struct ModelTable ModelTable;

/* table(columns) -> target(its key). */
typedef struct ModelReference {
    const size_t *columns;
    size_t n_columns;
    const ModelTable *target;
    ModelPlace place;
} ModelReference;

typedef enum ModelSourceKind { MODEL_SOURCE_MANAGED, MODEL_SOURCE_FILES, MODEL_SOURCE_ATTACHED } ModelSourceKind;
typedef enum ModelDelivery { MODEL_DELIVERY_FULL, MODEL_DELIVERY_APPEND } ModelDelivery;

typedef struct ModelSource {
    Str name;
    ModelSourceKind kind;
    Str time_zone; /* of its zone-less timestamps; default UTC */
    ModelPlace place;
} ModelSource;

/* A captured table. */
struct ModelTable {
    Str name;
    const ModelSource *source;
    const ModelColumn *columns;
    size_t n_columns;
    const size_t *key; /* columns of the declared key; none: rows are told apart by content and count */
    size_t n_key;
    const ModelReference *references;
    size_t n_references;
    ModelPlace place;
};

/* A kind of file that `load NAME=PATH` takes. Its columns are the header's names in lower snake case ("Order ID", "OrderId" and
 * "order_id" are order_id), all text. */
typedef struct ModelInput {
    Str name;
    ModelLabel label;
    ModelDelivery delivery; /* for tables of a files source */
    Str sample;             /* path within the pack; may be empty */
    ModelPlace place;
} ModelInput;

/* The pack's script that makes data: for each of its inputs a table of that name, as if it were a file. */
typedef struct ModelGenerator {
    Str script; /* a file beside pack.yaml; empty: the pack has no generator */
    Str description;
    const ModelInput *const *inputs;
    size_t n_inputs;
    ModelPlace place; /* of the script's name */
} ModelGenerator;

/* How one table's rows are made from one input's rows: several rows of the input may give the same row. */
typedef struct ModelMapping {
    const ModelTable *table;
    const ModelInput *input;
    const Expr *const *exprs; /* one a column of the table, over the input's columns; NULL: the column stays null */
    const Expr *where;        /* may be NULL: rows of the input to take */
    ModelPlace place;
} ModelMapping;

/* A silver table and the tables reached from it many-to-one; expressions over it name columns as `alias.column`, the first
 * table's also bare. */
typedef struct ModelJoin {
    Str alias;
    const ModelTable *table;
    const Expr *const *on; /* one a key column of `table`, over what stands before */
    ModelPlace place;
} ModelJoin;

typedef struct ModelPath {
    const ModelTable *table;
    const ModelJoin *joins; /* left joins: a missing partner gives nulls */
    size_t n_joins;
} ModelPath;

/* Whether another table has a row, or what it says: evaluated per fact row. */
typedef struct ModelLookup {
    const ModelTable *table;   /* NULL: the column is no lookup */
    const size_t *columns;     /* of `table`, compared with… */
    const Expr *const *values; /* …these, over the fact's path */
    size_t n_columns;
    const Expr *value; /* over `table`'s columns (its key is `columns`); NULL: true where a row exists, else false */
} ModelLookup;

typedef struct ModelAttribute {
    Str name;
    ModelLabel label;
    Type type;
    const Expr *expr; /* over the dimension's path */
    int scd;          /* 1 or 2 */
    bool is_key;
    ModelPlace place;
} ModelAttribute;

/* A way from the whole to the part. */
typedef struct ModelHierarchy {
    Str name;
    ModelLabel label;
    const size_t *levels; /* attributes of the dimension, coarse to fine; at least 2 */
    size_t n_levels;
    ModelPlace place;
} ModelHierarchy;

typedef struct ModelDimension {
    Str name;
    ModelLabel label;
    ModelPath path;
    const ModelAttribute *attributes;
    size_t n_attributes;
    const size_t *key; /* attributes of the natural key */
    size_t n_key;
    const ModelHierarchy *hierarchies;
    size_t n_hierarchies;
    ModelPlace place;
} ModelDimension;

/* A fact's use of a dimension: fact column NAME_key. */
typedef struct ModelRole {
    Str name; /* members are NAME.attribute */
    const ModelDimension *dimension;
    const Expr *const *key_exprs; /* one a natural key attribute, over the fact's path */
    ModelPlace place;
} ModelRole;

/* What can be made of a fact's column as a measure. */
typedef struct ModelAggregate {
    const char *name; /* in packs and messages: "count_distinct" */
    SqlFn fn;
    bool is_distinct;
    const char *title; /* before a column's title: "Average"; NULL: takes more than the column, and is no default */
    bool is_plain;     /* has neither the column's format nor its unit */
} ModelAggregate;

typedef enum ModelColumnKind {
    MODEL_COLUMN_VALUE,     /* a number or other thing to aggregate; member only as fact.column */
    MODEL_COLUMN_ATTRIBUTE, /* degenerate: to group and filter by; member as column or fact.column */
    MODEL_COLUMN_TIME       /* a date or timestamp with parts; member as column or fact.column */
} ModelColumnKind;

typedef struct ModelFactColumn {
    Str name;
    ModelLabel label;
    ModelColumnKind kind;
    Type type;
    const Expr *expr; /* over the fact's path; NULL for a lookup */
    ModelLookup lookup;
    unsigned aggregations;           /* VALUE: bit i: model_aggregates' i-th is allowed */
    const ModelAggregate *aggregate; /* VALUE: the default, among them; NULL: none */
    const Expr *aggregated; /* …of fact.column: what that stands for where a measure is asked for; NULL: nothing */
    bool is_shared; /* another fact has a member of this bare name: the canonical name has the fact's before it */
    ModelPlace place;
} ModelFactColumn;

typedef enum ModelPartition { MODEL_PARTITION_NONE, MODEL_PARTITION_MONTH, MODEL_PARTITION_DAY } ModelPartition;

/* What another fact has and this one may be asked beside without: a member, or a whole role. */
typedef struct ModelIgnore {
    Str name;
    ModelPlace place;
} ModelIgnore;

typedef struct ModelFact {
    Str name;
    ModelLabel label;
    ModelPath path; /* one fact row a row of path.table: its key is the grain */
    const ModelRole *roles;
    size_t n_roles;
    const ModelFactColumn *columns;
    size_t n_columns;
    ptrdiff_t time; /* the main time axis: a column of kind TIME, or an integer column; -1: none */
    Str axis_unit;  /* integer axis: what one step is called ("week"); empty for dates */
    ModelPartition partition;
    const ModelIgnore *ignores;
    size_t n_ignores;
    ModelPlace place;
} ModelFact;

/* A condition on rows with a name, of each fact that has all that it names, and of a dimension's own rows. */
typedef struct ModelFilter {
    Str name;
    ModelLabel label;
    const Expr *expr; /* is_row; other filters are named in it */
    uint64_t facts;   /* bit i: of fact i */
    const ModelDimension
        *dimension; /* whose members it can be asked of; NULL: it names more than attributes of one dimension */
    ModelPlace place;
} ModelFilter;

/* Whether what it is in each of several groups adds up to what it is over all their rows. */
typedef enum ModelAdditivity {
    MODEL_NON_ADDITIVE,  /* averages, distinct counts, extremes, ratios, and what is not known to be additive */
    MODEL_SEMI_ADDITIVE, /* of one instant of each period: over no time */
    MODEL_ADDITIVE       /* sums and counts, their sums and differences, and these times a number */
} ModelAdditivity;

Str model_additivity_name(ModelAdditivity additivity); /* "non_additive" */

/* What counts is one instant of each period, not their sum: a stock. */
typedef struct ModelSemiAdditive {
    const ModelFactColumn *time; /* of the measure's fact */
    bool takes_first;            /* instant, else the last */
    const Str *per;              /* members of the fact: an instant for each combination of theirs */
    size_t n_per;
    ModelPlace place;
} ModelSemiAdditive;

/* Which way a measure is to go: what a change of it means. */
typedef enum ModelBetter { MODEL_BETTER_NONE, MODEL_BETTER_UP, MODEL_BETTER_DOWN, MODEL_BETTER_COUNT } ModelBetter;
Str model_better_name(ModelBetter better); /* "up" */

typedef struct ModelMeasure {
    Str name;
    ModelLabel label;
    const Str *high; /* adjectives of what has much of it: "expensive" */
    size_t n_high;
    const Str *low; /* … and little: "cheap" */
    size_t n_low;
    const Expr *expr;
    Type type;
    ModelAdditivity additivity;
    const ModelFact *fact;                  /* whose rows it aggregates; NULL: it is a formula of measures of several */
    uint64_t facts;                         /* bit i: of fact i */
    const ModelSemiAdditive *semi_additive; /* NULL: all rows count; of sums and counts only */
    ModelBetter better;
    ModelPlace place;
} ModelMeasure;

typedef struct ModelCalendar {
    Str time_zone;         /* reporting zone, IANA name */
    int fiscal_year_month; /* 1..12: month the fiscal year starts */
} ModelCalendar;

/* A question in words, and the semantic query that is known to answer it. */
typedef struct ModelQuestion {
    Str question;
    const Str *also; /* the same in other words */
    size_t n_also;
    Str query;       /* JSON text */
    Str verified_by; /* who says that the query is right; empty: nobody yet */
    bool has_verified_on;
    int32_t verified_on; /* days since 1970-01-01 */
    bool is_example;     /* offered to people who are new here */
    ModelPlace place;
} ModelQuestion;

/* A list of the home page: the largest (smallest) parts of a measure. */
typedef struct ModelTop {
    Str measure; /* empty: whichever is chosen on the page */
    Str dimension;
    int limit; /* 0: the page's own */
    bool is_ascending;
} ModelTop;

/* What the home page shows at first. Empty: it is derived from the rest of the model. */
typedef struct ModelHome {
    const Str *measures; /* the tiles */
    size_t n_measures;
    Str trend; /* the measure that is chosen at first */
    const ModelTop *tops;
    size_t n_tops;
    Str period; /* a range of the query language, or MODEL_HOME_ALL */
    ModelPlace period_place;
    Str compare; /* what a query's `compare` takes, or MODEL_HOME_NONE */
    ModelPlace compare_place;
} ModelHome;
#define MODEL_HOME_ALL "all"
#define MODEL_HOME_NONE "none"

/* How the pack's app is to look. */
typedef struct ModelUi {
    Str title; /* empty: the pack's */
    Str color; /* "#1f6feb"; may be empty */
    Str logo;  /* an image within the pack; may be empty */
    ModelPlace logo_place;
    Str number_locale; /* a language tag, "de-DE"; may be empty */
    ModelHome home;
} ModelUi;

/* Who looks at a model: members that are visible to others only do not exist for them. {0}: somebody who sees all. */
typedef struct ModelViewer {
    bool is_limited;
    const Str *roles;
    size_t n_roles;
} ModelViewer;

typedef struct Model {
    Arena *arena; /* that it lives in */
    Str name;
    Str title;
    Str description;
    Str version;        /* the pack's own, as text */
    Str hash;           /* of its text */
    const char *folder; /* where the pack was read from; NULL when from meta */
    Str text;           /* of pack.yaml */
    ModelCalendar calendar;
    bool is_as_of_now; /* as_of: now */
    Str as_of_column;  /* as_of: max(COLUMN): a TIME column of the first fact */
    const ModelSource *sources;
    size_t n_sources;
    const ModelTable *tables;
    size_t n_tables;
    const ModelInput *inputs;
    size_t n_inputs;
    const ModelMapping *mappings;
    size_t n_mappings;
    ModelGenerator generator;
    const ModelDimension *dimensions;
    size_t n_dimensions;
    const ModelFact *facts;
    size_t n_facts;
    const ModelFilter *filters;
    size_t n_filters;
    const ModelMeasure *measures;
    size_t n_measures;
    const Str *rules; /* of the business, in words */
    size_t n_rules;
    const ModelQuestion *questions;
    size_t n_questions;
    ModelUi ui;
    ModelViewer viewer;
} Model;

/* One thing that is wrong, or doubtful, in a pack. */
typedef struct ModelFinding {
    bool is_error;
    ErrCode code; /* of an error */
    ModelPlace place;
    Str message; /* with the remedy */
} ModelFinding;

typedef struct ModelFindings {
    ModelFinding *at;
    size_t n;
    size_t n_errors;
    bool is_cut; /* more than MODEL_MAX_FINDINGS, or than EXPR_MAX_ERRORS in one expression */
} ModelFindings;

/*
 * Reads a pack's text. All findings are gathered, nearest valid names included; with an error among them the code is that of the
 * first and *err is that finding. `file` is used in places. Owned by the arena; `folder` may be NULL.
 */
NODISCARD ErrCode model_parse(Arena *arena, Str text, Str file, const char *folder, Model **ret_model,
                              ModelFindings *findings, Err *err);
/* Reads FOLDER/pack.yaml and checks the files beside it that it names; where only one of these is wrong there is a model too. */
NODISCARD ErrCode model_load(Arena *arena, const char *folder, Model **ret_model, ModelFindings *findings, Err *err);
/* The same of a project's pack, whose samples stay in the folder that it came from: they are not missed, and the model has no folder. */
NODISCARD ErrCode model_load_text(Arena *arena, const char *folder, Model **ret_model, ModelFindings *findings,
                                  Err *err);
/* The logo in the pack's folder, with the media type that its bytes show. ERR_NOT_FOUND: there is none; ERR_TOO_LARGE; ERR_DATA: it is not
 * what its name says. */
NODISCARD ErrCode model_logo(Arena *arena, const Model *model, const char *folder, Str *ret_bytes,
                             const char **ret_type, Err *err);

/* The same model as somebody with these roles sees it: names are found, and suggested, only where model_sees. Shares everything
 * with *model, pointers to members included; roles are borrowed. */
const Model *model_seen_by(Arena *arena, const Model *model, const Str *roles, size_t n_roles);
bool model_sees(const Model *model, const ModelLabel *label);
/* ctx's model as the caller sees it: by its roles, and all of it for who may change it. NULL: no project is open. In ctx->arena. */
const Model *model_of(const Ctx *ctx);

const ModelTable *model_table(const Model *model, Str name); /* NULL when none; likewise below */
const ModelInput *model_input(const Model *model, Str name);
const ModelDimension *model_dimension(const Model *model, Str name);
const ModelFact *model_fact(const Model *model, Str name);
const ModelFilter *model_filter(const Model *model, Str name);
const ModelMeasure *model_measure(const Model *model, Str name);
ptrdiff_t model_column(const ModelTable *table, Str name); /* index; -1 when none */

/* What keeps `model` from asking a warehouse that was built from `built`: "its column 'line.amount' has changed". Empty: nothing,
 * for each table, mapping, dimension and fact of it is there as it says; `built` may have more. In the arena. */
Str model_warehouse_lacks(Arena *arena, const Model *model, const Model *built);

/* A name of the semantic layer. */
typedef enum ModelMemberKind {
    MODEL_MEMBER_MEASURE,
    MODEL_MEMBER_ATTRIBUTE,
    MODEL_MEMBER_COLUMN,
    MODEL_MEMBER_FILTER
} ModelMemberKind;
/* Date parts of a TIME member: "order_date.month" truncates, "order_date.month_of_year" numbers. */
typedef struct ModelPart {
    Str name;
    SqlFn fn; /* of the calendar; a fiscal period's bounds are moved by the fiscal year's start (query_grain.c) */
    TimeGrain grain; /* NONE for the numbered parts */
} ModelPart;

typedef struct ModelMember {
    ModelMemberKind kind;
    Type type; /* after the part, if any */
    const ModelLabel *label;
    const ModelMeasure *measure; /* MEASURE */
    const ModelFilter *filter;   /* FILTER */
    const ModelFact
        *fact; /* MEASURE, COLUMN; ATTRIBUTE (NULL when asked of no fact); FILTER (NULL when no fact has it) */
    const ModelRole *role; /* ATTRIBUTE; NULL when asked of no fact by the name of a dimension that no fact uses so */
    const ModelDimension *dimension; /* ATTRIBUTE */
    const ModelAttribute *attribute; /* ATTRIBUTE */
    const ModelFactColumn *column;   /* COLUMN */
    const ModelPart *part;           /* of a date; NULL: none */
} ModelMember;

/* Finds a member by its name, as used with `fact` (NULL: any; then the first fact that has it). ERR_UNKNOWN_NAME with the
 * nearest name. */
NODISCARD ErrCode model_member(const Model *model, const ModelFact *fact, Str name, ModelMember *ret_member, Err *err);
/* Whether it is a member, date part or none, that `fact` has not and by its `ignores` may be asked beside. */
bool model_ignores(const Model *model, const ModelFact *fact, Str name);
const ModelPart *model_parts(size_t *ret_n); /* all date parts */
/* The first name in a filter that a fact does not have; empty: it has them all (the pack may name one fact even so). With ret_ignores
 * what it ignores is not looked for, and *ret_ignores tells whether there is such. */
Str model_filter_lacks(const Model *model, const ModelFilter *filter, const ModelFact *fact, bool *ret_ignores);
/* "line", "line and visit": the facts of a measure. */
Str model_fact_names(Arena *arena, const Model *model, uint64_t facts);
/* The canonical name: "line.amount", "order_date.month". */
Str model_member_name(Arena *arena, const ModelMember *member);

/* Resolves names over a path (pipeline/ builds its SQL with it): `alias.column` and the first table's bare columns, read from FROM
 * entries of the same aliases; the first table's alias is its own name. */
ExprScope model_path_scope(Arena *arena, const ModelPath *path);
/* Over one table's columns, under one FROM alias: bare, or after the table's name or the alias. */
ExprScope model_table_scope(Arena *arena, const ModelTable *table, Str alias);
/* Over an input's text columns: those of its header, or, with n_columns 0, whatever is named. */
ExprScope model_input_scope(Arena *arena, const Str *columns, size_t n_columns, Str alias);
/*
 * Over one fact, by the rules of design 5 "Names": inside an aggregate and its `where` a bare name is a column of the fact first,
 * elsewhere a measure, an attribute or a time. A measure and a filter come back as their Expr and are compiled in its place; every other
 * member goes through `column`, which gives its SqlExpr with the date part (member->part, if any) applied. With
 * scope.allows_aggregate=false a measure is refused, naming the column to write instead. A measure of another fact, or of several, is
 * refused, as is every measure with `fact` NULL (attributes are then found by role or dimension, see model_member).
 */
typedef struct ModelFactScope {
    const Model *model;
    const ModelFact *fact;
    ErrCode (*column)(void *arg, const ModelMember *member, const SqlExpr **ret, Err *err);
    void *arg;
} ModelFactScope;
/* *how is copied; allows_aggregate is true and may be cleared by the caller. */
ExprScope model_fact_scope(Arena *arena, const ModelFactScope *how);
/* Adds an error for every operator of a measure's or filter's expression that adds, subtracts or compares what the pack gives different units.
 * `fact` is its own (NULL: of several); names that are not known have none. */
void model_check_units(const Model *model, const ModelFact *fact, const Expr *expr, ExprErrors *errors);
const ModelAggregate *model_aggregates(size_t *ret_n); /* all that there are */
/* Adds an error for every aggregate that is called on a bare column and that the pack does not allow of it. `fact` is the expression's. */
void model_check_aggregates(const Model *model, const ModelFact *fact, const Expr *expr, ExprErrors *errors);
/* "Order ID", "OrderId", "Sub-Category" -> order_id, order_id, sub_category. */
Str model_snake_name(Arena *arena, Str header);
