#pragma once
/*
 * What the cost of a reading is made of. A reading has features: how often, or how much, something in it is in doubt; its cost is their
 * sum by weight, so that exp(-cost / ASK_TEMPERATURE) is how likely it is meant beside the others (a log-linear model). The table below
 * is all of them. The weights that are shipped (share/starling/ask/english.weights) were found by ask_train.h.
 */
#include "base/base.h"

/* name, its weight before training, what is counted */
#define ASK_FEATURES(X)                                                                                \
    X(GRAMMAR, "grammar", 1, "costs that the grammar's rules name")                                    \
    X(PART, "part", .02, "parts of the question: of two ways alike the one with fewer is meant")       \
    X(ASIDE, "aside", .28, "… that stand within brackets")                                             \
    X(TEXT, "text", .3, "words taken as they are, less the more of them")                              \
    X(SKIP_FREE, "skip_free", .01, "words left out that say little")                                   \
    X(SKIP_BRACKETS, "skip_brackets", .05, "… that stand within brackets")                             \
    X(SKIP_UNIT, "skip_unit", .05, "… that are a unit of the model")                                   \
    X(SKIP_STATEMENT, "skip_statement", .12, "… of a statement before the question")                   \
    X(SKIP_EVENT, "skip_event", .15, "… that are verbs of what the facts record")                      \
    X(SKIP_LIST, "skip_list", .8, "… that the grammar knows")                                          \
    X(SKIP_KNOWN, "skip_known", 1, "… that are no noun, or known elsewhere")                           \
    X(SKIP_SENSE, "skip_sense", 2.5, "… that the model or the data knows, or that change the meaning") \
    X(SKIP_UNKNOWN, "skip_unknown", 3, "… that nothing knows")                                         \
    X(SKIP_NUMBER, "skip_number", 3.5, "… that are numbers")                                           \
    X(CORRECTED, "corrected", .6, "words left out that were taken for typing errors")                  \
    X(MENDED, "mended", .3, "… and words read as what they were taken for")                            \
    X(PHRASE, "phrase", 1, "how far a phrase is from the model's title")                               \
    X(PLURAL, "plural", .005, "plurals for singulars, or the other way round")                         \
    X(INFLECTED, "inflected", .12, "other endings of a word")                                          \
    X(VERB, "verb", .3, "verbs for things: \"returned\"")                                              \
    X(SYNONYM, "synonym", .4, "words of the language that mean as much as the model's")                \
    X(SYNONYM_FAR, "synonym_far", .3, "… by how far they are from it")                                 \
    X(VALUE, "value", 1, "how far words are from a value of the data (ask_values.h)")                  \
    X(VALUE_KNOWN, "value_known", .9, "share of a value's words that mean something else, too")        \
    X(VALUE_ENGLISH, "value_english", .35, "parts of values that are words of the language")           \
    X(PLACE, "place", .02, "places by another name: \"UK\"")                                           \
    X(FRESH, "fresh", .3, "questions within a conversation that do not go on from the one before")     \
    X(OTHER_MEMBER, "other_member", .006, "tests of a follow-up that the turn before did not have")    \
    X(WRITTEN, "written", .006, "values that are written otherwise: \"Mexico\" for \"México\"")        \
    X(TURN, "turn", .0002, "values of a dimension that the pack gives its fact later")                 \
    X(ROLE, "role", .05, "values whose role is named before them, which makes them cheaper")           \
    X(DEFAULT_MEASURE, "default_measure", .5, "the pack's main measure where none is named")           \
    X(PLAIN_TOP, "plain_top", .4, "best and worst without what by")                                    \
    X(BARE, "bare", 1.5, "questions that ask for no figure")                                           \
    X(EVERY, "every", .35, "every one of them, where it is not asked whether")                         \
    X(OF_NOTHING, "of_nothing", 1.3, "ranks and first ones without a group")                           \
    X(UNORDERED, "unordered", .3, "so many of them, in no order")                                      \
    X(IDLE, "idle", .5, "groups of which a test leaves one value")                                     \
    X(NOTHING, "nothing", 4, "questions of which nothing is left")                                     \
    X(UNSAID, "unsaid", 0, "share of the question's words that the reading in words lacks")            \
    X(UNASKED, "unasked", 0, "share of the reading's words that the question lacks")                   \
    X(VERIFIED, "verified", 0,                                                                         \
      "how far it is from the most similar verified question's query, times how similar that is")

typedef enum AskFeature {
#define ASK_FEATURE_(name, text, weight, about) ASK_FEATURE_##name,
    ASK_FEATURES(ASK_FEATURE_)
#undef ASK_FEATURE_
        ASK_FEATURE_COUNT
} AskFeature;

typedef struct AskWeights {
    double at[ASK_FEATURE_COUNT]; /* none below 0 */
    /* A reading dearer than `most` is not believed; its confidence is 1 / (1 + exp(slope * cost - even)). */
    double most;
    double slope;
    double even;
    double margin; /* readings nearer than this are as likely */
} AskWeights;

extern const AskWeights ASK_WEIGHTS_INITIAL;
#define ASK_TEMPERATURE .05

const char *ask_feature_name(AskFeature feature);
const char *ask_feature_about(AskFeature feature);

/* Lines "name number"; # begins a comment. What is not named keeps its initial weight. ERR_INVALID with line: no name of these, a
 * number that is not finite or below 0. */
NODISCARD ErrCode ask_weights_parse(Arena *arena, Str text, Str file, const AskWeights **ret_weights, Err *err);
/* As ask_weights_parse reads it, with what each line counts. */
Str ask_weights_print(Arena *arena, const AskWeights *weights);

/* A cost and what it is made of. */
typedef struct AskCosts {
    double sum;
    double of[ASK_FEATURE_COUNT]; /* amounts, not yet weighed */
} AskCosts;

static inline void ask_costs_add(AskCosts *costs, const AskWeights *weights, AskFeature feature, double amount) {
    costs->of[feature] += amount;
    costs->sum += weights->at[feature] * amount;
}
