#pragma once
/*
 * ask/: a question in words -> a semantic query, or the reason why not (design 6). Deterministic and offline.
 *
 *   question - tokens - annotate (lattice of senses) - parse (chart over a grammar in data: partial queries) - finish (defaults, one
 *   semantic query a reading) - rank - decide (answer, ask back, decline)
 *
 * Nothing here runs a query: who asked does, with what is read. An engine is immutable and read by any thread; readings live in
 * ctx->arena.
 */
#include "ask/ask_values.h"
#include "ask/ask_weights.h"
#include "ask/ask_words.h"
#include "chart/chart.h"
#include "encode/encode.h"
#include "query/query.h"

typedef struct AskGrammar AskGrammar; /* of a language; shared by projects */
typedef struct AskEngine AskEngine;   /* a project's: its words, its values, and the grammar */

/* Reads a grammar's text; `file` is used in places. Owned by the arena. ERR_INVALID with line and what would fit. */
NODISCARD ErrCode ask_grammar_parse(Arena *arena, Str text, Str file, const AskGrammar **ret_grammar, Err *err);
/* Words of the model as it is given: of one that model_seen_by limits, what is hidden is neither understood nor suggested, and the values
 * of hidden attributes are not there. values may be NULL: then no value is known; words too: then only the model's own are. All are
 * borrowed for the engine's life, which is the arena's. */
NODISCARD ErrCode ask_engine_new(Arena *arena, const Model *model, const AskGrammar *grammar, const AskValues *values,
                                 const AskWords *words, const AskEngine **ret_engine, Err *err);

/* The same engine, weighing readings so; new ones weigh by ASK_WEIGHTS_INITIAL. Both are borrowed for its life. */
const AskEngine *ask_engine_weigh(Arena *arena, const AskEngine *engine, const AskWeights *weights);

typedef enum AskStatus { ASK_ANSWERED, ASK_CLARIFY, ASK_DECLINED, ASK_ERROR, ASK_STATUS_COUNT } AskStatus;
const char *ask_status_name(AskStatus status); /* "answered", … */

typedef struct AskParse AskParse; /* a question's words with their senses, for ask_explain */
typedef struct AskCandidate AskCandidate;
typedef struct AskFrame AskFrame; /* what was understood, for a question that goes on from it */

/* One way to read a question. */
typedef struct AskReading {
    Str json; /* the semantic query */
    const Query *query;
    double cost; /* 0: nothing in doubt */
    const AskCosts *costs;
    const Str *notes; /* what was assumed: "'catagory' read as 'category'" */
    size_t n_notes;
    Str trace;              /* slots and rules, in a line */
    const AskCandidate *of; /* the same for ask_explain */
    const AskFrame *frame;
    Str missing;      /* a value that the data does not have; empty: none */
    bool has_time;    /* is about a time, in which data is expected */
    bool is_verified; /* the pack has the question, and this is its query */
} AskReading;

/* The turn before, in a conversation. What it holds lives where the ctx of its ask_read said. */
typedef struct AskTurn {
    Str question;
    const AskFrame *frame; /* NULL: there is none */
    Str json;
} AskTurn;

typedef struct AskResult {
    AskStatus status;
    double confidence; /* 0 to 1 that the first reading is meant */
    Str message;       /* DECLINED, CLARIFY: why, and what could be asked */
    const AskReading
        *readings; /* best first; of ANSWERED and CLARIFY at least one; of DECLINED what it might have meant */
    size_t n_readings;
    size_t n_close;     /* readings after the first that are as likely */
    const Str *unknown; /* words that nothing was made of */
    size_t n_unknown;
    const AskParse *parse; /* NULL: it was not looked at */
    int64_t read_us;
} AskResult;

/* `before` may be NULL. An ErrCode only for what is no question at all (too long, no UTF-8) and for a cancelled ctx. */
NODISCARD ErrCode ask_read(const Ctx *ctx, const AskEngine *engine, Str question, const AskTurn *before,
                           const AskResult **ret_result, Err *err);

/* A semantic query in one line of words, as titles and people say it: "Amount by city in 2013, the top 10 by amount". Asked as a
 * question, it is read as the same query wherever the grammar has words for it. */
Str ask_say(Arena *arena, const Model *model, const Query *query);

/* ---- how it was read (ask_explain.c) ---------------------------------------------------------------------------------- */

/* What a run of words may stand for, or was taken for. */
typedef struct AskExplainedSense {
    Str words; /* as they were written */
    Str kind; /* "measure", "attribute", "column", "fact", "value", "filter", "event"; of the grammar: "list", "number" */
    Str what; /* "rider.name", "weather = Rain", "@month 1" */
    double cost;
} AskExplainedSense;

typedef struct AskExplainedToken {
    Str text;
    Str read_as;                     /* where a typing error was corrected; else empty */
    double skip;                     /* what leaving it out costs */
    bool is_skipped;                 /* by the first reading */
    const AskExplainedSense *senses; /* of runs that begin here, the surest first */
    size_t n_senses;
} AskExplainedToken;

/* A part of a question that is a partial query by itself. */
typedef struct AskExplainedSlot {
    Str words;
    Str action; /* what made it: "slot_top" */
    int line;   /* of its rule in the grammar */
    double cost;
    const AskExplainedSense *senses; /* that it is made of */
    size_t n_senses;
} AskExplainedSlot;

/* Its cost is the sum of those of slots and skipped words, and: */
typedef struct AskExplainedReading {
    const AskReading *reading;
    const AskExplainedSlot *slots;
    size_t n_slots;
    const AskExplainedSense *skipped; /* words that cost something to leave out */
    size_t n_skipped;
    double join_cost;   /* of putting slots together */
    double filled_cost; /* of what was assumed: a measure, a time, which of two members; of no follow-up */
} AskExplainedReading;

typedef struct AskExplained {
    const AskExplainedToken *tokens;
    size_t n_tokens;
    const AskExplainedReading *readings; /* one each of the result's */
    size_t n_readings;
} AskExplained;
/* Of what ask_read gave; borrows from it. */
AskExplained ask_explain(Arena *arena, const AskResult *result);

/* ---- with its data -------------------------------------------------------------------------------------------------- */

typedef struct AskRows {
    const QueryColumn *columns;
    size_t n_columns;
    const Batch *batches; /* copies, in the arena */
    size_t n_batches;
    const QueryAccount *account;
    Str sql;
} AskRows;

/* A result's columns as a chart sees them. The rows are borrowed. */
ChartData ask_chart_data(Arena *arena, const Model *model, const AskRows *rows);

/* The answer in one sentence: "Amount in 2013 was $3,405,746.45.", and what its period lacks: "December 2011 holds 9 of 31 days." */
Str ask_sentence(Arena *arena, const Model *model, const Query *query, const AskRows *rows);
/* "135,080 lines without a person ID are not shown." */
Str ask_left_out_words(Arena *arena, const Model *model, const Query *query, const QueryLeftOut *out);
/* How a result's column is written. */
WriterColumn ask_writer_column(Arena *arena, const QueryColumn *column);

/* What is said to a question: as it was read, decided anew by what the readings' results are. Lives in ctx->arena. */
typedef struct AskAnswer {
    const AskResult *result;
    AskStatus status;
    Str message;
    Str reading;         /* the first reading in words; empty: there is none */
    Str sentence;        /* the answer in words; of what is not answered the message */
    ChartSpec chart;     /* how the rows are best drawn */
    bool is_told;        /* answered without data: a definition, or what can be asked */
    AskRows rows;        /* of the first reading; without columns when there is none */
    const Str *left_out; /* in words, one each of the account's */
} AskAnswer;

typedef struct AskOptions {
    int64_t max_rows; /* of a result; 0: 10,000 */
} AskOptions;

/* A reading's query, run on a connection that has no transaction open. `options` may be NULL. */
NODISCARD ErrCode ask_run(const Ctx *ctx, EngineConn *conn, const AskReading *reading, const AskOptions *options,
                          AskRows *ret_rows, Err *err);
/* Whether a reading is about a time in which the data has nothing. */
bool ask_is_without_data(const AskReading *reading, const AskRows *rows);
/* Reads, and runs the first reading on a connection that has no transaction open. Readings alike in cost are run too: where their
 * results are the same there is nothing to ask back. A time without data is declined. Errors of reading alone, of a cancelled or late
 * ctx, and of the engine. */
NODISCARD ErrCode ask_answer(const Ctx *ctx, const AskEngine *engine, EngineConn *conn, Str question,
                             const AskTurn *before, const AskOptions *options, const AskAnswer **ret_answer, Err *err);
/* Whether a question of the pack can be asked of ctx's model. */
NODISCARD ErrCode ask_question_compile(const Ctx *ctx, const ModelQuestion *question, Err *err);
/* False where it names what the caller may not see. */
bool ask_question_is_seen(const Ctx *ctx, const ModelQuestion *question);
/* The pack's questions that have most words in common with it, best first; the examples where there are none. How many. */
size_t ask_near_questions(Arena *arena, const Model *model, Str question, const ModelQuestion **ret, size_t max);
