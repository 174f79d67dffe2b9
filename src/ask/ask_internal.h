#pragma once
/*
 * For ask/ only: what the parts share. Everything made for one question lives in its arena; meanings are immutable once made, so a
 * chart may share them.
 */
#include "ask/ask.h"

enum {
    ASK_MAX_PARSED = 120,  /* tokens of a question that is read; more are declined */
    ASK_MAX_ITEMS = 8,     /* of each kind in a meaning */
    ASK_MAX_PARTS = 8,     /* of a rule */
    ASK_MAX_DOUBTS = 4,    /* of a span */
    ASK_MAX_NODES = 200000 /* chart entries a question */
};

/* ---- doubts: what a cost is made of ----------------------------------------------------------------------------------- */

typedef struct AskDoubt {
    AskFeature feature;
    double amount;
} AskDoubt;

/* ---- senses: what a run of tokens may stand for (ask_lexicon.c, ask_annotate.c) --------------------------------------- */

typedef enum AskSenseKind {
    ASK_SENSE_MEASURE,
    ASK_SENSE_MEMBER, /* to group and filter by */
    ASK_SENSE_COLUMN, /* a fact's number, to aggregate or compare */
    ASK_SENSE_FACT,   /* its rows */
    ASK_SENSE_VALUE,
    ASK_SENSE_FILTER,  /* a condition that the model names */
    ASK_SENSE_EVENT,   /* what happens at a time other than the main one: "shipped" */
    ASK_SENSE_QUALITY, /* much or little of a measure: "expensive", "cheaper", "least expensive" */
    ASK_SENSE_COUNT
} AskSenseKind;

typedef enum AskDegree { ASK_POSITIVE, ASK_COMPARATIVE, ASK_SUPERLATIVE } AskDegree;

typedef struct AskSense {
    AskSenseKind kind;
    Str name; /* canonical: measure, member, column, fact */
    const ModelMeasure *measure;
    ModelMember member; /* MEMBER, COLUMN, VALUE */
    const ModelFact *fact;
    Str value; /* VALUE */
    size_t n_values;
    bool is_prefix;
    bool is_number;    /* VALUE: of a member that is a number */
    bool is_edit;      /* VALUE: misspelt */
    bool is_missing;   /* VALUE: of a place that the data does not have */
    int8_t direction;  /* QUALITY: 1 much, -1 little */
    AskDegree degree;  /* QUALITY */
    const Str *values; /* VALUE: several that are meant alike */
    size_t n_alike;
    double cost;
    Str words; /* as the model says it: "Unit price" */
} AskSense;

typedef struct AskSpan {
    size_t to; /* tokens; it begins where it is listed */
    const AskSense *sense;
    AskDoubt doubts[ASK_MAX_DOUBTS];
    size_t n_doubts;
    double cost; /* of the doubts */
} AskSpan;

/* A phrase of the model: "order priority" -> a sense. */
typedef struct AskPhrase {
    const AskSense *sense;
    Str norm; /* its words as they are, put together */
    size_t n_words;
    double cost;
    struct AskPhrase *next; /* of the same key */
} AskPhrase;

/* What the model counts: people are count(distinct person.id), shown by person.name. */
typedef struct AskEntity {
    const ModelMeasure *count; /* NULL: none in the pack */
    Str counted;               /* member that tells them apart */
    Str shown;                 /* member that people know them by */
    const ModelFact *fact;
} AskEntity;

/* A question of the pack that somebody answered with a query. */
typedef struct AskVerified {
    const ModelQuestion *of;
    Str spoken; /* its words, with single spaces */
    Map *content;
    Map *query; /* words of the query's text */
    AskVector vector;
} AskVerified;

struct AskEngine {
    Arena *arena;
    const Model *model; /* without measures and filters that whoever asks may not see */
    const AskGrammar *grammar;
    const AskValues *values;
    const AskWeights *weights;
    const bool *unseen; /* of ask_values_unseen */
    const AskWords *english;
    Map *phrases; /* stems put together -> AskPhrase list */
    Map *words;   /* norms and stems that the model or the grammar knows, for typing errors */
    Map *said;    /* words that alone are a word of the grammar or a phrase of the model */
    Map *units;   /* that the model gives: "days", "oz" */
    VEC(Str) vocabulary;
    VEC(AskEntity) entities;
    VEC(AskVerified) verified;
    size_t longest; /* words of the longest phrase */
};

/* ---- the grammar (ask_grammar.c) -------------------------------------------------------------------------------------- */

typedef struct AskListEntry {
    Str phrase; /* words with single spaces: norms or lemmas */
    size_t n_words;
    int list;
    int value;
    struct AskListEntry *next; /* with the same first word */
} AskListEntry;

typedef enum AskRulePartKind {
    ASK_PART_LIST,
    ASK_PART_SENSE,
    ASK_PART_NUMBER,
    ASK_PART_YEAR,
    ASK_PART_TEXT,
    ASK_PART_START,
    ASK_PART_RULE
} AskRulePartKind;

typedef struct AskRulePart {
    AskRulePartKind kind;
    int index; /* list, sense kind, or rule name */
    bool is_optional;
} AskRulePart;

typedef struct AskArg {
    int part;   /* 1-based; 0: a literal */
    int number; /* of a literal */
} AskArg;

typedef struct AskRule {
    int name;
    int line;
    AskRulePart parts[ASK_MAX_PARTS];
    size_t n_parts;
    const struct AskAction *action;
    AskArg args[ASK_MAX_PARTS];
    size_t n_args;
    double cost;
    struct AskRule *next; /* of the same name */
} AskRule;

struct AskGrammar {
    Arena *arena;
    VEC(Str) lists;
    VEC(Str) names;
    AskRule **rules; /* by name: a chain in the order of the text */
    Map *first;      /* word -> AskListEntry chain */
    int list_free;   /* words that may stand between a rule's parts */
    int list_filler; /* words a question may have beside */
    int list_event;  /* verbs of what the facts record */
    int list_please;
    int list_weighty; /* words that are never left out */
    int list_modify;  /* verbs that would change data */
    int slot;         /* the name of rules that begin a question's parts */
    int whole;        /* of rules that are a question by themselves; -1: none */
};
int ask_grammar_list(const AskGrammar *grammar, Str name); /* -1: none */

/* ---- meanings --------------------------------------------------------------------------------------------------------- */

typedef struct AskTest AskTest;
typedef struct AskTime AskTime;
#define ASK_MAIN_TIME "\1time" /* instead of a member: the time of the fact, once it is known */

/* Something to compute. */
typedef struct AskTerm {
    Str expr;                    /* as a query's expression: "amount", "avg(line.weight)" */
    Str name;                    /* the result column's; empty: the expression is a measure's name */
    Str words;                   /* for the person */
    const ModelMeasure *measure; /* a plain one */
    Str column;                  /* the fact's column that it sums, where that is all it does: "order_line.quantity" */
    Str counts;                  /* the member that it counts the different values of */
    const ModelFact *fact;       /* NULL: of several or none */
    bool counts_rows;            /* count(*) of the fact */
    Str all;                     /* of a measure under a condition that was said: its expression without */
    bool is_ratio;
} AskTerm;

typedef enum AskTestKind {
    ASK_TEST_VALUES, /* member is one of the values (text, or numbers) */
    ASK_TEST_PREFIX, /* member begins with the value */
    ASK_TEST_PART,   /* member contains the value */
    ASK_TEST_FLAG,   /* a bool member is true */
    ASK_TEST_NULL,   /* member is null */
    ASK_TEST_BOUND,  /* a number's comparison with something that is resolved when the reading is finished */
    ASK_TEST_TIME,   /* the time lies in one of the periods */
    ASK_TEST_EXPR,   /* a condition as an expression */
    ASK_TEST_SET     /* entities by another query of them */
} AskTestKind;

struct AskTest {
    const AskTest *next; /* of a list of bands; of what is set against another: that */
    bool is_missing;     /* VALUES of a place that the data does not have */
    AskTestKind kind;
    Str member; /* canonical; BOUND: a column or member, may be empty */
    bool is_not;
    bool leaves_out; /* is_not, said of the rows and not of what is listed: "leaving A out" */
    Str values[ASK_MAX_ITEMS];
    size_t n_values;
    bool is_number; /* values are numbers */
    QueryOp op;     /* BOUND */
    QueryOp op_to;  /* BOUND of two ends: how number_to ends it; EQUALS: there is one end */
    double number;
    double number_to;          /* BETWEEN */
    bool is_percent;           /* the number was one of percent */
    bool is_base;              /* of a share: said of the whole, not of the part */
    bool is_none;              /* BOUND: "without any" */
    Str unit;                  /* "days" */
    bool is_or;                /* VALUES joined by "or": not one by one */
    bool is_listed;            /* VALUES joined by "and" */
    Str raw;                   /* SET: a whole query; EXPR: the condition */
    const AskTerm *term;       /* BOUND: the measure of that name */
    const AskTime *time;       /* TIME: the first of a list */
    const struct AskFrame *of; /* SET: which entities; BOUND: rows of this frame */
    Str entity;
    size_t from, to; /* tokens */
};

struct AskTime {
    Str from;             /* as a query's range says it; empty: open */
    Str to;               /* empty: the same period */
    bool is_open;         /* `to` empty means open */
    TimeGrain grain;      /* of what was named: a year, a month */
    bool is_axis;         /* numbers of an integer axis */
    bool is_yearless;     /* a month or quarter without a year */
    int number;           /* of the month or quarter in its year */
    int64_t count;        /* "past 30 days": 30 */
    bool is_list;         /* each of its periods was named */
    const AskTime *first; /* of a span */
    const AskTime *last;
    bool is_or;           /* a list of them joined by "or" */
    const AskTime *apart; /* of a list whose periods do not follow each other: the next one */
    TimeGrain part;       /* its first or last so many of these, once its year is known; NONE: all of it */
    int n_parts;          /* negative: the last */
};

typedef enum AskDerive {
    ASK_DERIVE_NONE,
    ASK_DERIVE_SHARE,
    ASK_DERIVE_GROWTH,
    ASK_DERIVE_CHANGE,
    ASK_DERIVE_RUNNING,
    ASK_DERIVE_ROLLING,
    ASK_DERIVE_RANK,
    ASK_DERIVE_CUMULATIVE,
    ASK_DERIVE_YTD
} AskDerive;

typedef enum AskKind {
    ASK_KIND_NONE,
    ASK_KIND_HOW_MANY,
    ASK_KIND_HOW_MUCH,
    ASK_KIND_WHICH,
    ASK_KIND_WHEN,
    ASK_KIND_YES_NO,
    ASK_KIND_LIST,
    ASK_KIND_TREND,
    ASK_KIND_DEFINE
} AskKind;

/* A partial query. Lists are pointers to immutable items; copying one is cheap. */
struct AskFrame {
    AskKind kind;
    const AskTerm *terms[ASK_MAX_ITEMS];
    uint8_t n_terms;
    Str groups[ASK_MAX_ITEMS]; /* members, date parts included */
    uint8_t n_groups;
    const AskTest *tests[ASK_MAX_ITEMS];
    uint8_t n_tests;
    const AskTime *times[2]; /* the range; a second one to compare with */
    uint8_t n_times;
    TimeGrain grain;      /* NONE: none */
    Str time_member;      /* empty: the main one */
    const AskTerm *order; /* NULL: none */
    int8_t direction;     /* 1: largest first, -1: smallest first, 0: none */
    int64_t limit;        /* 0: none */
    bool is_superlative;  /* the one that has the most */
    bool is_plural;       /* "the best items": some of them */
    int64_t place;        /* of a superlative: 2 is the second; 0: the first */
    int8_t sorted;        /* "largest first": how all that is shown is ordered; as direction */
    Str top;              /* the member whose first ones are asked for */
    bool is_top_plain;    /* "best", without what by */
    Str each;             /* limit_per: for each value of this member */
    TimeGrain each_grain; /* or for each of these periods */
    AskDerive derive;
    int64_t span; /* of rolling */
    TimeGrain span_unit;
    TimeGrain compare_unit; /* growth a year, a month */
    Str per;                /* average per entity: its member */
    TimeGrain per_grain;
    bool wants_average;
    bool wants_distinct;
    bool wants_extent;       /* from when to when the data is */
    bool wants_more;         /* yes/no: the first of two times, tests or terms is more; direction says which way */
    const AskTest *bands;    /* a list; its first says of what */
    const AskTerm *per_term; /* "per piece": a measure to divide by */
    int8_t shift;            /* the time of the turn before, moved on by so many of these */
    TimeGrain shift_unit;
    const AskTest *growth_bound;
    bool is_adverb;     /* the grain is that of "monthly" */
    bool is_spent;      /* something was spent or brought in */
    bool is_per;        /* the group stands after "per" */
    Str per_said;       /* which one */
    bool is_loss;       /* losing is asked about: the first are the lowest */
    bool is_without;    /* with the first test against without it */
    bool is_before;     /* against the span before */
    bool is_counted;    /* ordered by how often */
    bool is_every;      /* yes/no: of all of them */
    bool is_first_time; /* what is counted was there for the first time */
    bool wants_money;
    int8_t is_beside;     /* of a set: after the time that is asked for, -1: before it */
    bool is_ever;         /* of a set: "never", in no time */
    uint8_t part_said;    /* bits: "how much of", "in percent" */
    bool is_together;     /* values that are named are not shown one by one */
    bool is_share_within; /* the share that each group has of its own */
    uint8_t n_sets;
    const struct AskFrame *sets[3]; /* "in 2013 but not in 2014": the further conditions */
    bool set_is_not[3];
    const AskTerm *spread; /* distribution: how many of each have so many of this */
    Str only;              /* only groups that this query gives */
    size_t n_pronouns;     /* "those": of the turn before */
    bool is_edit;
    bool adds; /* its values beside those of the turn before */
};

typedef enum AskNodeKind {
    ASK_NODE_WORD,
    ASK_NODE_SENSE,
    ASK_NODE_NUMBER,
    ASK_NODE_TERM,
    ASK_NODE_MEMBERS,
    ASK_NODE_TEST,
    ASK_NODE_TIME,
    ASK_NODE_GRAIN,
    ASK_NODE_FRAME
} AskNodeKind;

typedef struct AskNode {
    AskNodeKind kind;
    size_t from, to;        /* tokens, half-open */
    double cost;            /* its parts' with its own */
    double own;             /* what its rule and action add, in GRAMMAR */
    const AskDoubt *doubts; /* of a leaf */
    size_t n_doubts;
    int value;     /* WORD, GRAIN (a TimeGrain), NUMBER of a list */
    double number; /* NUMBER */
    Str unit;
    const AskSense *sense;
    const AskTerm *term;
    const AskTest *test;
    const AskTime *time;
    const AskFrame *frame;
    Str members[ASK_MAX_ITEMS];
    size_t n_members;
    const struct AskNode *parts[ASK_MAX_PARTS]; /* what it was made of, for the trace */
    const AskRule *rule;
} AskNode;

/* ---- a question being read -------------------------------------------------------------------------------------------- */

typedef struct AskMatchedList {
    int list;
    int value;
    size_t to;
} AskMatchedList;

typedef VEC(AskNode *) AskNodes;

struct AskParse {
    const Ctx *ctx;
    Arena *arena;
    const AskEngine *engine;
    const Model *model;
    const AskGrammar *grammar;
    AskToken *tokens;
    size_t n;
    VEC(AskSpan) * spans;        /* by first token */
    VEC(AskMatchedList) * lists; /* by first token */
    bool *is_free;               /* by token: may stand between a rule's parts */
    bool *is_aside;              /* by token: within brackets */
    bool *is_role;               /* by token: it told which role the value after it is of */
    AskDoubt *skip;              /* by token: leaving it out */
    Str *read_as;                /* by token: what a misspelt one was corrected to; empty: it stands as it is */
    bool *is_known;              /* by token: some word list, phrase or value has it */
    AskNodes **chart;            /* [name * (n + 1) + from]; NULL: not looked at */
    size_t n_nodes;
    VEC(Str) notes;
    const AskTurn *before;
};

/* Action: makes a meaning of a rule's arguments (NULL: an optional part that is not there); false: it makes no sense. */
typedef struct AskAction {
    const char *name;
    AskNodeKind kind;
    bool (*make)(AskParse *p, const AskNode *const *args, const int *literals, size_t n_args, AskNode *ret);
} AskAction;
const AskAction *ask_action(Str name); /* NULL: none */

/* Fills spans, lists and skip costs. */
void ask_annotate(AskParse *p);
/* ask_talk.c: words of what is said beside the question are left out for little. When lists, spans and costs are there. */
void ask_ease_talk(AskParse *p);
/* Leaving the token out weighs no more than the feature. */
void ask_ease(AskParse *p, size_t at, AskFeature feature);
bool ask_begins(const AskParse *p, size_t at, int list); /* a phrase of the list begins there; list < 0: none does */
/* Meanings of a rule's name that begin at a token, cheapest first. */
const AskNodes *ask_chart(AskParse *p, int name, size_t from);
struct AskCandidate {
    const AskFrame *frame;
    double cost;
    const AskCosts *costs; /* … and what it is made of */
    const AskNode *slots[24];
    size_t n_slots;
};
double ask_doubt_cost(const AskParse *p, const AskDoubt *doubt);
/* Of leaving a token out. */
double ask_skip_cost(const AskParse *p, size_t at);
/* The cheapest ways to cover the whole question with slots. */
void ask_parse_question(AskParse *p, AskCandidate *candidates, size_t max, size_t *ret_n);
bool ask_merge(const AskFrame *a, const AskFrame *b, AskFrame *ret);
AskFrame *ask_frame(AskParse *p);
bool ask_is_edit(const AskFrame *edit);
/* What was understood before, changed as `edit` says. */
void ask_edit(const Ctx *ctx, const AskTurn *turn, const AskFrame *edit, AskFrame *to);

/* Semantic queries that a frame means, cheapest first: adds to readings. */
typedef struct AskReadings {
    AskReading *at;
    size_t n;
    size_t max;
} AskReadings;
void ask_finish(AskParse *p, const AskCandidate *candidate, AskReadings *readings);

/* ask_likeness.c: the pack's questions into the engine; the one that is asked, NULL: none of them; what readings and question have in
 * common, added to the readings' costs. */
void ask_add_verified(AskEngine *engine);
const ModelQuestion *ask_verified_as(const AskParse *p);
void ask_compare_words(AskParse *p, Str question, AskReading *readings, size_t n);

/* A measure as a term; a column's aggregate. */
const AskTerm *ask_term_of_measure(AskParse *p, const ModelMeasure *measure);
const AskTerm *ask_term_of(AskParse *p, Str expr, Str name, Str words);
/* Fewer of the one are known than of the other: if these have any, several have the same ones. */
bool ask_are_fewer(const AskParse *p, Str counted, Str per);
const AskEntity *ask_entity_of(const AskEngine *engine, Str member);
const ModelMeasure *ask_rows_measure(const Model *model, const ModelFact *fact);
