#pragma once
/*
 * How good answers are: a set of questions, the answers that somebody gives to them, and what is right about these by gold SQL.
 *
 *   ask_eval_set_read       SET.jsonl -> questions
 *   ask_eval_gold_run       a question's gold SQL on DIR/DB.sqlite -> its result
 *   ask_eval_is_same        do a gold result and an answer's say the same?
 *   ask_eval_run            every question to an AskEvalAnswerer, each answer judged
 *   ask_eval_report_make    accuracy, coverage, precision, per kind, times, calibration
 *   ask_eval_report_write   all of it as text or JSON, with what was missed
 *
 * Who answers is not known here. Everything lives in the arena it was made in; one thread at a time.
 *
 * A SET line is an object: id, db and question (text), follows (the id of an earlier question on the same db, whose conversation it
 * goes on), expect ("answer", "refuse", "clarify"; absent: answer where there is sql, else unknown), sql (text; for clarify a list,
 * one a reading), ordered (true or false), kind (text). Other keys are ignored.
 */
#include "ask/ask.h"

/* ---- questions ------------------------------------------------------------------------------------------------------ */

typedef enum AskEvalExpect {
    ASK_EVAL_EXPECT_UNKNOWN, /* nothing to judge by */
    ASK_EVAL_EXPECT_ANSWER,
    ASK_EVAL_EXPECT_REFUSE,
    ASK_EVAL_EXPECT_CLARIFY
} AskEvalExpect;

typedef struct AskEvalItem {
    Str id;
    Str db;
    Str question;
    ptrdiff_t follows; /* index of the turn before it; -1: a new conversation */
    AskEvalExpect expect;
    const Str *sql; /* gold; of clarify one a reading */
    size_t n_sql;
    bool is_ordered; /* the order of rows is part of the answer */
    Str kind;        /* empty: none told */
} AskEvalItem;

typedef struct AskEvalSet {
    const AskEvalItem *items;
    size_t n_items;
} AskEvalSet;

enum { ASK_EVAL_SET_MAX_BYTES = 64 << 20, ASK_EVAL_MAX_READINGS = 16 };

/* Reads a set's text; `file` is used in places. ERR_INVALID, placed at the line: no JSON object, a key that is missing or of another
 * kind, an id twice, a `follows` that is no earlier question on the same db. */
NODISCARD ErrCode ask_eval_set_read(Arena *arena, Str text, Str file, const AskEvalSet **ret_set, Err *err);

/* ---- results -------------------------------------------------------------------------------------------------------- */

/* Rows of an answer or of gold, copied. */
typedef struct AskEvalResult {
    size_t n_columns;
    const Str *names;
    const TimeGrain *grains; /* dates and timestamps of a column are periods of it; NONE: they are what they are */
    const Value *cells;      /* n_rows of n_columns each */
    size_t n_rows;
} AskEvalResult;

enum { ASK_EVAL_MAX_COLUMNS = 128, ASK_EVAL_MAX_CELLS = 2000000 };

typedef struct AskEvalResultBuilder AskEvalResultBuilder;
/* columns: of the batches to come; grains may be NULL. */
AskEvalResultBuilder *ask_eval_result_new(Arena *arena, const Batch *columns, const TimeGrain *grains);
/* ERR_TOO_LARGE past ASK_EVAL_MAX_COLUMNS or ASK_EVAL_MAX_CELLS. */
NODISCARD ErrCode ask_eval_result_add(AskEvalResultBuilder *builder, const Batch *batch, Err *err);
const AskEvalResult *ask_eval_result_end(AskEvalResultBuilder *builder);

/*
 * Every gold column is matched to a column of `got` of its own (names ignored, further columns allowed) so that the rows agree: as
 * multisets or, where ordered, in sequence. Whole numbers agree exactly, others to 4 significant figures; a column of ratios also
 * with the same in percent, and the other way round; text without regard to case and outer space; a day with a timestamp's, a
 * period with the same or its first day ("2014-Q2", "2014-04-01"), a weekday's English name with its number (Monday 1); true with 1
 * and "yes" (not the figures that would decide a yes). A year and a month, or quarter, in two columns agree with the period in one. Text
 * is no number, but for parts of dates as SQLite writes them ("03", "2014").
 */
bool ask_eval_is_same(Arena *scratch, const AskEvalResult *gold, const AskEvalResult *got, bool is_ordered);

/* ---- gold ----------------------------------------------------------------------------------------------------------- */

typedef struct AskEvalGold AskEvalGold; /* SQLite files of a folder, opened read-only when asked for */

AskEvalGold *ask_eval_gold_new(Arena *arena, EngineRegistry *registry, const char *folder); /* closed with the arena */
/* Runs one SELECT on FOLDER/DB.sqlite for at most limit_ms (0: 60,000). ERR_NOT_FOUND naming the file; ERR_INVALID for anything but
 * a SELECT; ERR_TIMEOUT. The result is in ctx->arena. */
NODISCARD ErrCode ask_eval_gold_run(const Ctx *ctx, AskEvalGold *gold, Str db, Str sql, int limit_ms,
                                    const AskEvalResult **ret_result, Err *err);

/* ---- answers -------------------------------------------------------------------------------------------------------- */

/* In ctx->arena of the call that gives it. */
typedef struct AskEvalAnswer {
    AskStatus status;
    double confidence; /* 0 to 1 that the reading is the one meant */
    Str reading;       /* in words */
    Str query;         /* what was run, for who looks into a miss; may be empty */
    Str message;       /* why not, where not answered; may be empty */
    const AskEvalResult
        *result; /* NULL: none. One beside CLARIFY (the best reading's) counts for calibration, never as an answer */
    int64_t read_us; /* from text to query */
    int64_t all_us;  /* … to the last row */
} AskEvalAnswer;

typedef struct AskEvalAnswerer {
    /* Items come in the set's order, so the turn before item->follows is known. ctx->arena is the item's own; an error ends the run. */
    ErrCode (*answer)(void *arg, const Ctx *ctx, const AskEvalItem *item, size_t index, AskEvalAnswer *ret_answer,
                      Err *err);
    void *arg;
} AskEvalAnswerer;

typedef enum AskEvalVerdict {
    ASK_EVAL_UNJUDGED, /* nothing to judge by, or no gold */
    ASK_EVAL_RIGHT,
    ASK_EVAL_WRONG,  /* an answer that is not right: the worst outcome */
    ASK_EVAL_MISSED, /* no answer, and one was due */
    ASK_EVAL_VERDICT_COUNT
} AskEvalVerdict;
const char *ask_eval_verdict_name(AskEvalVerdict verdict); /* "right", … */

typedef struct AskEvalScore {
    const AskEvalItem *item;
    AskEvalVerdict verdict;
    AskStatus status;
    double confidence;
    bool has_result;
    bool is_same; /* the result, whatever the status, is (one of) gold's */
    int64_t read_us, all_us;
    Str reading, query, message;
    Str got, wanted; /* of what is not right: the results in short */
} AskEvalScore;

typedef struct AskEvalOptions {
    AskEvalGold *gold; /* NULL: nothing is judged but what needs no gold */
    int gold_ms;       /* see ask_eval_gold_run */
} AskEvalOptions;

/* Answers and judges all; an error of gold SQL ends it, naming the question. ret_scores: one an item, in ctx->arena. */
NODISCARD ErrCode ask_eval_run(const Ctx *ctx, const AskEvalSet *set, const AskEvalOptions *options,
                               const AskEvalAnswerer *answerer, AskEvalScore **ret_scores, Err *err);

/* ---- the report ----------------------------------------------------------------------------------------------------- */

typedef struct AskEvalCount {
    Str name; /* of the kind, or the db */
    size_t n;
    size_t n_due;      /* with expect answer */
    size_t n_covered;  /* … and answered */
    size_t n_answered; /* of any expect */
    size_t n_right;
    size_t n_right_answered; /* right by an answer, not by declining or asking */
    size_t n_wrong;
    size_t n_missed;
} AskEvalCount;

double ask_eval_accuracy(const AskEvalCount *count);  /* right / all; NaN of none, likewise: */
double ask_eval_coverage(const AskEvalCount *count);  /* answered / due */
double ask_eval_precision(const AskEvalCount *count); /* right by an answer / answered */

typedef struct AskEvalBin { /* of results in the order of confidence */
    size_t n;
    double from, to; /* confidence */
    double mean;     /* … on average */
    double right;    /* share of its results that are right */
} AskEvalBin;

enum { ASK_EVAL_BINS = 10, ASK_EVAL_LEVELS = 3 };

typedef struct AskEvalTimes { /* microseconds; by nearest rank */
    int64_t p50, p90, p99, max;
} AskEvalTimes;

typedef struct AskEvalReport {
    const AskEvalScore *scores;
    size_t n_scores;
    AskEvalCount all; /* judged ones, as are the next */
    const AskEvalCount *kinds;
    size_t n_kinds; /* by name; empty where the set names none */
    const AskEvalCount *dbs;
    size_t n_dbs;
    AskEvalTimes read, whole;
    AskEvalBin bins[ASK_EVAL_BINS]; /* of equal count, least confident first */
    size_t n_bins;                  /* fewer where there are fewer results */
    double error; /* expected calibration error: |mean - right| over the bins, weighed by their counts; NaN of none */
    /* Were only the most confident results given, up to 70, 80 and 90 % of the questions due: the share of them that is right; NaN
     * where there are not so many. */
    double precision_at[ASK_EVAL_LEVELS];
} AskEvalReport;

extern const int ASK_EVAL_LEVEL_PERCENT[ASK_EVAL_LEVELS]; /* 70, 80, 90 */

const AskEvalReport *ask_eval_report_make(Arena *arena, const AskEvalScore *scores, size_t n_scores);
NODISCARD ErrCode ask_eval_report_write(const AskEvalReport *report, Writer *w, Err *err);
