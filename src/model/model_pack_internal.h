#pragma once
/*
 * For files of model/ only: what the parts of the pack reader share. Each part reads one section of the YAML tree into
 * the model, reports what is wrong as findings and goes on. A thing that is broken keeps its name, with type
 * TYPE_NULL, so that one mistake gives one finding and not one for every use.
 */
#include "model/model_internal.h"
#include "model/model_yaml.h"

enum {
    PACK_NAME_MAX = 48,
    PACK_TITLE_MAX = 200,
    PACK_DESCRIPTION_MAX = 1000,
    PACK_UNIT_MAX = 16,
    PACK_SYNONYM_MAX = 100,
    PACK_SYNONYMS_MAX = 50,
    PACK_FACTS_MAX = 64,
    PACK_DECIMALS_MAX = 12,
    PACK_ROLES_MAX = 20,
    PACK_HIERARCHIES_MAX = 20,
    PACK_RULE_MAX = 500,
    PACK_RULES_MAX = 200,
    PACK_QUESTION_MAX = 500,
    PACK_QUESTIONS_MAX = 1000,
    PACK_ALSO_MAX = 20,
    PACK_LOGO_MAX = 256 << 10,
    PACK_HOME_MEASURES_MAX = 8,
    PACK_HOME_TOPS_MAX = 8,
    PACK_HOME_ROWS_MAX = 20
};

/* ---- the schema: which keys stand where (model_pack_keys.c) --------------------------------------------------------- */

typedef enum PackShape {
    PACK_TEXT, /* a scalar that is not empty */
    PACK_EXPR, /* the same, an expression */
    PACK_INT,
    PACK_BOOL,
    PACK_CLASS, /* true, false or a text */
    PACK_QUERY, /* a semantic query: JSON in a text, or a map */
    PACK_TEXTS, /* a list of texts */
    PACK_LIST,
    PACK_MAP
} PackShape;

typedef struct PackKey {
    const char *name;
    PackShape shape;
    bool is_required;
} PackKey;

typedef enum PackObject {
    PACK_OBJECT_PACK,
    PACK_OBJECT_CALENDAR,
    PACK_OBJECT_SOURCE,
    PACK_OBJECT_TABLE,
    PACK_OBJECT_COLUMN,
    PACK_OBJECT_REFERENCE,
    PACK_OBJECT_INPUT,
    PACK_OBJECT_MAPPING,
    PACK_OBJECT_GENERATOR,
    PACK_OBJECT_DIMENSION,
    PACK_OBJECT_HIERARCHY,
    PACK_OBJECT_ATTRIBUTE,
    PACK_OBJECT_JOIN,
    PACK_OBJECT_FACT,
    PACK_OBJECT_ROLE,
    PACK_OBJECT_FACT_COLUMN,
    PACK_OBJECT_LOOKUP,
    PACK_OBJECT_FILTER,
    PACK_OBJECT_MEASURE,
    PACK_OBJECT_ADJECTIVES,
    PACK_OBJECT_SEMI_ADDITIVE,
    PACK_OBJECT_QUESTION,
    PACK_OBJECT_UI,
    PACK_OBJECT_HOME,
    PACK_OBJECT_HOME_TOP,
    PACK_OBJECT_COUNT
} PackObject;

typedef struct PackObjectInfo {
    const char *name; /* in messages, and under $defs in the JSON schema */
    const PackKey *keys;
    size_t n_keys;
} PackObjectInfo;

const PackObjectInfo *pack_object_info(PackObject object);

/* Closed lists of values, in the enums' order. */
extern const Str PACK_FORMATS[];
extern const size_t PACK_N_FORMATS;
extern const Str PACK_PII_CLASSES[];
extern const size_t PACK_N_PII_CLASSES;

/* ---- reading (model_pack_read.c) ------------------------------------------------------------------------------------ */

typedef struct Pack {
    Arena *arena;   /* of the model */
    Arena *scratch; /* of one section: scopes and typed trees */
    Model *model;
    VEC(ModelFinding) findings;
    size_t n_errors;
    bool is_cut;
    Map *broken_keys; /* names of dimensions whose key could not be read; NULL: none */
} Pack;

void pack_find(Pack *p, ModelPlace at, const char *format, ...) PRINTF_LIKE(3, 4);
void pack_warn(Pack *p, ModelPlace at, const char *format, ...) PRINTF_LIKE(3, 4);
void pack_find_err(Pack *p, const Err *err, ModelPlace fallback);
void pack_find_errors(Pack *p, const ExprErrors *errors);
/* "no WHAT 'name'; did you mean …?", or the names there are. */
void pack_find_unknown(Pack *p, ModelPlace at, const char *what, Str name, const Str *known, size_t n_known);

/* Whether `map` is a map (null counts as an empty one) and reports its unknown and missing keys and values of a wrong
 * shape; `at` is where it is named. Readers below give the default for a value of a wrong shape, which has been
 * reported by then. */
bool pack_check(Pack *p, const Yaml *map, ModelPlace at, PackObject object);
/* A map whose keys are names given by the pack. NULL when absent or of a wrong shape. */
const Yaml *pack_map(const Yaml *map, const char *key);
const Yaml *pack_list(const Yaml *map, const char *key);
const Yaml *pack_scalar(const Yaml *map, const char *key);
Str pack_text(Pack *p, const Yaml *map, const char *key, size_t max_bytes); /* empty when absent */
/* A list of texts, each of at most max_bytes; too many or too long ones are findings. NULL when absent. */
const Str *pack_texts(Pack *p, const Yaml *map, const char *key, size_t max_bytes, size_t max_n, size_t *ret_n);
bool pack_bool(const Yaml *map, const char *key);
/* The number, or `absent`; out of bounds is a finding. */
int pack_int(Pack *p, const Yaml *map, const char *key, int min, int max, int absent);
/* Index of the value in a closed list, or `absent`. */
size_t pack_choice(Pack *p, const Yaml *map, const char *key, const Str *choices, size_t n_choices, size_t absent);
/* A file beside pack.yaml, with that ending. */
bool pack_is_beside(Str file, Str ending);
/* Reports a name that is not lower snake case of at most PACK_NAME_MAX bytes. */
void pack_check_name(Pack *p, Str name, ModelPlace at, bool allows_hyphen);
void pack_label(Pack *p, const Yaml *map, Str name, ModelLabel *ret);
void pack_time_zone(Pack *p, const Yaml *map, Str *ret); /* UTC when absent */

/* ---- expressions ---------------------------------------------------------------------------------------------------- */

/* Parses; after findings with a broken node in it, or NULL. */
const Expr *pack_expr(Pack *p, const Yaml *scalar);
/* The column of that name, as an expression. */
const Expr *pack_column_expr(Pack *p, Str name, ModelPlace at);
/* Types an expression over a scope; TYPE_NULL after a finding, or with expr NULL. */
Type pack_type(Pack *p, const ExprScope *scope, const Expr *expr);
/* Parses and types a condition; NULL when absent or after a finding. */
const Expr *pack_condition(Pack *p, const ExprScope *scope, const Yaml *scalar);
/* Whether values of the two types can be matched: the same kind, or unknown. */
bool pack_types_match(Type a, Type b);

/* Of an expression with what it names written out. */
typedef struct PackSize {
    int depth;
    int size; /* nodes; EXPR_MAX_NODES + 1: or more */
} PackSize;
/* Of what is evaluated for each row: filters are written out. */
PackSize pack_row_size(const Pack *p, const Expr *expr);

/* from and joins of a dimension or fact. False when a part of it is unknown: expressions over it are then only parsed.
 * */
bool pack_path(Pack *p, const Yaml *map, ModelPath *ret);
/* NULL after a finding. */
const ModelTable *pack_table(Pack *p, const Yaml *scalar);
/* The fact that a measure or filter says it is of; NULL when absent, or, with *ret_broken set, after a finding. */
const ModelFact *pack_given_fact(Pack *p, const Yaml *scalar, bool *ret_broken);
/* Indices of the named columns of a table, in a list of names. */
const size_t *pack_columns(Pack *p, const ModelTable *table, const Yaml *names, size_t *ret_n);

/* ---- measures ------------------------------------------------------------------------------------------------------- */

typedef enum MeasureState { MEASURE_UNSEEN, MEASURE_OPEN, MEASURE_DONE } MeasureState;

typedef struct MeasureTyping {
    MeasureState state;
    bool is_broken;
    bool uses_broken;       /* names a measure that is broken, or is not read: what follows from that is not reported */
    const ModelFact *given; /* by `fact:` */
    ModelPlace place;       /* where the expression begins */
    int depth;              /* written out */
    int size;
} MeasureTyping;

typedef struct MeasureReader {
    Pack *p;
    ModelMeasure *measures;
    MeasureTyping *typings;
    size_t n;
    const ModelMeasure *open[EXPR_MAX_DEPTH]; /* being typed, outermost first */
    int n_open;
} MeasureReader;

/* The measure's facts and what it is typed as; NULL after a finding. The measures that it names are typed. */
void pack_choose_fact(MeasureReader *r, size_t index, const SqlExpr **ret);

/* The key `semi_additive` of a measure that is typed (model_pack_semi_additive.c), and what is checked when all have been read. */
void pack_read_semi_additive(Pack *p, const Yaml *measure, ModelMeasure *ret);
void pack_check_semi_additive(Pack *p, const ModelMeasure *measure);

/* ---- sections, in this order ---------------------------------------------------------------------------------------- */

void pack_read_sources(Pack *p, const Yaml *root);    /* model_pack_source.c */
void pack_read_inputs(Pack *p, const Yaml *root);     /* model_pack_input.c: inputs, mappings, generator */
void pack_read_dimensions(Pack *p, const Yaml *root); /* model_pack_dimension.c */
void pack_read_facts(Pack *p, const Yaml *root);      /* model_pack_fact.c */
/* model_pack_aggregate.c: of a column whose kind and type are known. */
void pack_read_aggregates(Pack *p, const Yaml *map, const ModelFact *fact, ModelFactColumn *column);
/* The key `ignores` of a fact (model_pack_ignore.c), and what is checked when all facts are there. */
void pack_read_ignores(Pack *p, const Yaml *map, ModelFact *fact);
void pack_check_ignores(Pack *p, const ModelFact *fact);
void pack_read_filters(Pack *p, const Yaml *root);  /* model_pack_filter.c */
void pack_read_measures(Pack *p, const Yaml *root); /* model_pack_measure.c */
void pack_read_rules(Pack *p, const Yaml *root);    /* model_pack_words.c: rules, questions */
void pack_read_questions(Pack *p, const Yaml *root);
void pack_read_ui(Pack *p, const Yaml *root); /* model_pack_ui.c */
/* What is wrong with the logo in the pack's folder. */
void pack_check_logo(Pack *p, const char *folder);
