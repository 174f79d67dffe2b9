/* The descent, the bound and the curve: see ask_train.h. */
#include "ask/ask_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_ROUNDS = 400, CURVE_ROUNDS = 50 };
static const double DEFAULT_RATE = .02, DEFAULT_HOLD = .05, SIZE_OF_NOTHING = .1;
/* Of an answer: with a wrong one dearer, sets of other data lost more right answers than wrong ones. */
static const double PRICE_WRONG = 1, PRICE_MISSED = 1;

typedef double Vector[ASK_FEATURE_COUNT];

typedef struct Descent {
    const AskTrainQuestion *questions;
    size_t n;
    const AskWeights *start;
    Vector size; /* what a weight's distance and steps are measured in */
    double rate, hold;
} Descent;

static double cost_of(const double *weights, const AskTrainReading *reading) {
    double cost = 0;
    for (size_t f = 0; f < ASK_FEATURE_COUNT; f++) cost += weights[f] * reading->costs->of[f];
    return cost;
}

/* Words that mean something are not left out, however many questions could do without one. */
static bool is_firm(AskFeature feature) {
    return feature == ASK_FEATURE_SKIP_SENSE || feature == ASK_FEATURE_SKIP_UNKNOWN ||
           feature == ASK_FEATURE_SKIP_NUMBER || feature == ASK_FEATURE_NOTHING;
}

/* ---- weights -------------------------------------------------------------------------------------------------------- */

/* log of the sum of exp(-cost / temperature), of the right ones or of all; the mean of their features goes to `mean`. */
static double log_sum(const AskTrainQuestion *question, const double *weights, bool only_right, double *mean) {
    double least = INFINITY, sum = 0;
    for (size_t i = 0; i < question->n; i++)
        if (!only_right || question->readings[i].is_right)
            least = fmin(least, cost_of(weights, &question->readings[i]));
    memset(mean, 0, sizeof(Vector));
    for (size_t i = 0; i < question->n; i++) {
        const AskTrainReading *reading = &question->readings[i];
        if (only_right && !reading->is_right) continue;
        double likely = exp((least - cost_of(weights, reading)) / ASK_TEMPERATURE);
        sum += likely;
        for (size_t f = 0; f < ASK_FEATURE_COUNT; f++) mean[f] += likely * reading->costs->of[f];
    }
    for (size_t f = 0; f < ASK_FEATURE_COUNT; f++) mean[f] /= sum;
    return log(sum) - least / ASK_TEMPERATURE;
}

static bool says_something(const AskTrainQuestion *question) {
    size_t n_right = 0;
    for (size_t i = 0; i < question->n; i++) n_right += question->readings[i].is_right;
    return n_right && n_right < question->n;
}

/* Of -log(probability of the right ones), over all questions, and the price of distance. */
static void gradient_at(const Descent *d, const double *weights, double *gradient) {
    Vector right, all;
    for (size_t f = 0; f < ASK_FEATURE_COUNT; f++)
        gradient[f] = 2 * d->hold * (double)d->n * (weights[f] - d->start->at[f]) / (d->size[f] * d->size[f]);
    for (size_t i = 0; i < d->n; i++) {
        if (!says_something(&d->questions[i])) continue;
        (void)log_sum(&d->questions[i], weights, true, right);
        (void)log_sum(&d->questions[i], weights, false, all);
        for (size_t f = 0; f < ASK_FEATURE_COUNT; f++) gradient[f] += (right[f] - all[f]) / ASK_TEMPERATURE;
    }
}

static void descend(const Descent *d, int rounds, double *weights) {
    Vector squares = {0}, gradient;
    for (int round = 0; round < rounds; round++) {
        gradient_at(d, weights, gradient);
        for (AskFeature f = 0; f < ASK_FEATURE_COUNT; f++) {
            double least = is_firm(f) ? d->start->at[f] : 0;
            double g = gradient[f] * d->size[f];
            squares[f] += g * g;
            if (squares[f] > 0) weights[f] = fmax(least, weights[f] - d->rate * d->size[f] * g / sqrt(squares[f]));
        }
    }
}

/* ---- what is believed ----------------------------------------------------------------------------------------------- */

typedef struct First {
    double cost;
    bool is_right;
    bool is_due;
} First;

static int by_cost(const void *a, const void *b) {
    double x = ((const First *)a)->cost, y = ((const First *)b)->cost;
    return (x > y) - (x < y);
}

/* The readings that come first, by cost. */
static size_t first_ones(const AskTrainQuestion *questions, size_t n, const double *weights, First *firsts) {
    size_t n_firsts = 0;
    for (size_t i = 0; i < n; i++) {
        const AskTrainReading *best = NULL;
        double least = INFINITY;
        for (size_t k = 0; k < questions[i].n; k++) {
            double cost = cost_of(weights, &questions[i].readings[k]);
            if (cost >= least) continue;
            best = &questions[i].readings[k];
            least = cost;
        }
        if (best && !questions[i].is_declined && !best->is_declined)
            firsts[n_firsts++] = (First){least, best->is_right, questions[i].is_due};
    }
    qsort(firsts, n_firsts, sizeof(*firsts), by_cost);
    return n_firsts;
}

/* Between the two costs where the price of wrong and of missing answers is least; `most` as it is where it is as good. */
static double bound_of(const First *firsts, size_t n, double most) {
    double price = 0, least, best = most, at_most = 0;
    for (size_t i = 0; i < n; i++) price += firsts[i].is_due && firsts[i].is_right ? PRICE_MISSED : 0;
    least = INFINITY;
    for (int pass = 0; pass < 2; pass++) { /* first what `most` gives, then whether another is better */
        double sum = price;
        for (size_t i = 0; i < n; i++) {
            sum += firsts[i].is_right ? -PRICE_MISSED * firsts[i].is_due : PRICE_WRONG;
            if (pass == 0 && firsts[i].cost <= most) at_most = sum;
            double to = i + 1 < n ? (firsts[i].cost + firsts[i + 1].cost) / 2 : fmax(most, firsts[i].cost);
            if (pass == 1 && sum < least) least = sum, best = to;
        }
    }
    return least < at_most ? best : most;
}

/* Newton's method for two numbers, held lightly so that few questions give no wild curve. */
static void fit_curve(const First *firsts, size_t n, AskWeights *weights) {
    static const double PRIOR = .5;
    double slope = weights->slope, even = weights->even, slope_0 = slope, even_0 = even;
    for (int round = 0; round < CURVE_ROUNDS; round++) {
        double g_s = PRIOR * (slope - slope_0), g_e = PRIOR * (even - even_0), h_ss = PRIOR, h_ee = PRIOR, h_se = 0;
        for (size_t i = 0; i < n; i++) {
            if (!firsts[i].is_due || firsts[i].cost > weights->most) continue;
            double right = 1 / (1 + exp(slope * firsts[i].cost - even)), off = right - firsts[i].is_right;
            double curve = right * (1 - right);
            g_e += off;
            g_s -= off * firsts[i].cost;
            h_ee += curve;
            h_ss += curve * firsts[i].cost * firsts[i].cost;
            h_se -= curve * firsts[i].cost;
        }
        double det = h_ss * h_ee - h_se * h_se;
        slope -= (h_ee * g_s - h_se * g_e) / det;
        even -= (h_ss * g_e - h_se * g_s) / det;
    }
    weights->slope = fmax(slope, 0);
    weights->even = fmax(even, 0);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

void ask_train(Arena *scratch, const AskTrainQuestion *questions, size_t n, const AskWeights *start,
               const AskTrainOptions *options, AskWeights *ret_weights) {
    AskWeights weights = *start, began = *start;
    Descent d = {.questions = questions, .n = n, .start = &began};
    d.rate = options->rate > 0 ? options->rate : DEFAULT_RATE;
    d.hold = options->hold > 0 ? options->hold : DEFAULT_HOLD;
    for (size_t f = 0; f < ASK_FEATURE_COUNT; f++) d.size[f] = began.at[f] > 0 ? began.at[f] : SIZE_OF_NOTHING;
    descend(&d, options->rounds > 0 ? options->rounds : DEFAULT_ROUNDS, weights.at);
    First *firsts = ARENA_ARRAY(scratch, First, n + 1);
    size_t n_firsts = first_ones(questions, n, weights.at, firsts);
    weights.most = bound_of(firsts, n_firsts, weights.most);
    fit_curve(firsts, n_firsts, &weights);
    *ret_weights = weights;
}

/* ---- folds ---------------------------------------------------------------------------------------------------------- */

const AskEvalSet *ask_train_fold(Arena *arena, const AskEvalSet *set, int fold, int n_folds, bool is_outside,
                                 const size_t **ret_index) {
    AskEvalItem *items = ARENA_ARRAY(arena, AskEvalItem, set->n_items + 1);
    size_t *index = ARENA_ARRAY(arena, size_t, set->n_items + 1);
    ptrdiff_t *moved = ARENA_ARRAY(arena, ptrdiff_t, set->n_items + 1);
    AskEvalSet *part = ARENA_NEW(arena, AskEvalSet);
    *part = (AskEvalSet){.items = items};
    for (size_t i = 0; i < set->n_items; i++) {
        size_t first = i;
        while (set->items[first].follows >= 0) first = (size_t)set->items[first].follows;
        bool is_inside = (int)(str_hash(set->items[first].id) % (uint64_t)n_folds) == fold;
        moved[i] = (ptrdiff_t)part->n_items;
        if (is_inside == is_outside) continue;
        index[part->n_items] = i;
        items[part->n_items] = set->items[i];
        if (items[part->n_items].follows >= 0) items[part->n_items].follows = moved[set->items[i].follows];
        part->n_items++;
    }
    *ret_index = index;
    return part;
}
