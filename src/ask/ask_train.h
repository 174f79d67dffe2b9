#pragma once
/*
 * Weights for the features of readings, found from questions whose right readings are known: those whose results are the gold ones.
 *
 * What leaving out a word that means something costs does not fall below where it began.
 *
 * A reading is meant with the probability exp(-cost / ASK_TEMPERATURE) over the sum of that over the question's readings. Sought are
 * weights, none below 0, under which the right readings together are most likely, less a price for every weight's distance from where
 * it began: gradient descent with a rate of its own for each weight (AdaGrad: Duchi, Hazan and Singer 2011), over all questions at
 * once, in their order, so that the same questions give the same weights. Then the bound beyond which no reading is believed, and the
 * curve of confidence (Platt 1999), by the readings that come first under these weights.
 */
#include "ask/ask_eval.h"

typedef struct AskTrainReading {
    const AskCosts *costs;
    bool is_right;
    bool is_declined; /* its result shows that the data cannot say: a time without data */
} AskTrainReading;

typedef struct AskTrainQuestion {
    const AskTrainReading *readings; /* in any order */
    size_t n;
    bool is_due; /* an answer is expected */
    bool
        is_declined; /* whatever the readings cost: a word is unknown, a value is not in the data; or it is to be asked back */
} AskTrainQuestion;

typedef struct AskTrainOptions {
    int rounds;  /* 0: 400 */
    double rate; /* 0: 0.02 of the weight, or of 0.1 where it began at 0 */
    double hold; /* the price of a weight's distance; 0: 0.05 a question for the square of a weight's own size */
} AskTrainOptions;

/* Questions without a right reading or without a wrong one say nothing of the weights. `start` and *ret_weights may be the same. */
void ask_train(Arena *scratch, const AskTrainQuestion *questions, size_t n, const AskWeights *start,
               const AskTrainOptions *options, AskWeights *ret_weights);

/* The part of the set in fold `fold` of `n_folds`, or outside it: by a hash of the id of the conversation's first question, so that
 * conversations stay together. ret_index (arena): where each item stands in the set. */
const AskEvalSet *ask_train_fold(Arena *arena, const AskEvalSet *set, int fold, int n_folds, bool is_outside,
                                 const size_t **ret_index);
