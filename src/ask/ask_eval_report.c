/* Figures of a run's scores. */
#include "ask/ask_eval.h"

#include <math.h>
#include <stdlib.h>

const int ASK_EVAL_LEVEL_PERCENT[ASK_EVAL_LEVELS] = {70, 80, 90};

static double share(double part, size_t whole) {
    return whole ? part / (double)whole : NAN;
}

double ask_eval_accuracy(const AskEvalCount *count) {
    return share((double)count->n_right, count->n);
}

double ask_eval_coverage(const AskEvalCount *count) {
    return share((double)count->n_covered, count->n_due);
}

double ask_eval_precision(const AskEvalCount *count) {
    return share((double)count->n_right_answered, count->n_answered);
}

/* ---- counts --------------------------------------------------------------------------------------------------------- */

static void count_score(AskEvalCount *count, const AskEvalScore *score) {
    bool is_answered = score->status == ASK_ANSWERED, is_due = score->item->expect == ASK_EVAL_EXPECT_ANSWER;
    bool is_right = score->verdict == ASK_EVAL_RIGHT;
    count->n++;
    count->n_due += is_due;
    count->n_covered += is_due && is_answered;
    count->n_answered += is_answered;
    count->n_right += is_right;
    count->n_right_answered += is_right && is_answered;
    count->n_wrong += score->verdict == ASK_EVAL_WRONG;
    count->n_missed += score->verdict == ASK_EVAL_MISSED;
}

static int by_name(const void *a, const void *b) {
    return str_cmp(((const AskEvalCount *)a)->name, ((const AskEvalCount *)b)->name);
}

static Str kind_of(const AskEvalItem *item) {
    return item->kind;
}

static Str db_of(const AskEvalItem *item) {
    return item->db;
}

static const AskEvalCount *count_by(Arena *arena, const AskEvalScore *scores, size_t n,
                                    Str (*name_of)(const AskEvalItem *), size_t *ret_n) {
    AskEvalCount *counts = ARENA_ARRAY(arena, AskEvalCount, n + 1);
    Map *seen = map_new(arena);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        Str name = name_of(scores[i].item);
        if (scores[i].verdict == ASK_EVAL_UNJUDGED || !name.n) continue;
        AskEvalCount *count = map_get(seen, name);
        if (!count) {
            count = &counts[(*ret_n)++];
            count->name = name;
            map_put(seen, name, count);
        }
        count_score(count, &scores[i]);
    }
    qsort(counts, *ret_n, sizeof(*counts), by_name);
    return counts;
}

/* ---- times ---------------------------------------------------------------------------------------------------------- */

static int by_int(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static AskEvalTimes times_of(int64_t *us, size_t n) {
    if (!n) return (AskEvalTimes){0};
    qsort(us, n, sizeof(*us), by_int);
    return (AskEvalTimes){us[(n * 50 + 99) / 100 - 1], us[(n * 90 + 99) / 100 - 1], us[(n * 99 + 99) / 100 - 1],
                          us[n - 1]};
}

static void add_times(Arena *arena, AskEvalReport *report) {
    int64_t *us = ARENA_ARRAY(arena, int64_t, report->n_scores + 1);
    for (size_t i = 0; i < report->n_scores; i++) us[i] = report->scores[i].read_us;
    report->read = times_of(us, report->n_scores);
    for (size_t i = 0; i < report->n_scores; i++) us[i] = report->scores[i].all_us;
    report->whole = times_of(us, report->n_scores);
}

/* ---- calibration ---------------------------------------------------------------------------------------------------- */

typedef struct Sure {
    double confidence;
    size_t index; /* among the scores: equal confidences stay in their order */
    bool is_right;
} Sure;

static int by_confidence(const void *a, const void *b) {
    const Sure *x = a, *y = b;
    if (x->confidence != y->confidence) return x->confidence < y->confidence ? -1 : 1;
    return x->index < y->index ? 1 : -1;
}

static void add_bins(AskEvalReport *report, const Sure *sure, size_t n) {
    report->n_bins = MIN_OF(n, (size_t)ASK_EVAL_BINS);
    report->error = n ? 0 : NAN;
    for (size_t b = 0; b < report->n_bins; b++) {
        size_t from = n * b / report->n_bins, to = n * (b + 1) / report->n_bins;
        AskEvalBin bin = {.n = to - from, .from = sure[from].confidence, .to = sure[to - 1].confidence};
        for (size_t i = from; i < to; i++) {
            bin.mean += sure[i].confidence / (double)bin.n;
            bin.right += (double)sure[i].is_right / (double)bin.n;
        }
        report->bins[b] = bin;
        report->error += fabs(bin.mean - bin.right) * (double)bin.n / (double)n;
    }
}

/* Of questions that have an answer: a result that is given is right or wrong. */
static void add_calibration(Arena *arena, AskEvalReport *report) {
    Sure *sure = ARENA_ARRAY(arena, Sure, report->n_scores + 1);
    size_t n = 0, n_right = 0;
    for (size_t i = 0; i < report->n_scores; i++) {
        const AskEvalScore *score = &report->scores[i];
        bool is_due = score->item->expect == ASK_EVAL_EXPECT_ANSWER && score->verdict != ASK_EVAL_UNJUDGED;
        if (is_due && score->has_result) sure[n++] = (Sure){score->confidence, i, score->is_same};
    }
    qsort(sure, n, sizeof(*sure), by_confidence);
    add_bins(report, sure, n);
    for (size_t l = 0; l < ASK_EVAL_LEVELS; l++) report->precision_at[l] = NAN;
    for (size_t taken = 1; taken <= n; taken++) {
        n_right += sure[n - taken].is_right;
        for (size_t l = 0; l < ASK_EVAL_LEVELS; l++) {
            size_t wanted = (report->all.n_due * (size_t)ASK_EVAL_LEVEL_PERCENT[l] + 99) / 100;
            if (taken == wanted) report->precision_at[l] = share((double)n_right, taken);
        }
    }
}

const AskEvalReport *ask_eval_report_make(Arena *arena, const AskEvalScore *scores, size_t n_scores) {
    AskEvalReport *report = ARENA_NEW(arena, AskEvalReport);
    *report = (AskEvalReport){.scores = scores, .n_scores = n_scores, .all = {.name = S("all")}};
    for (size_t i = 0; i < n_scores; i++)
        if (scores[i].verdict != ASK_EVAL_UNJUDGED) count_score(&report->all, &scores[i]);
    report->kinds = count_by(arena, scores, n_scores, kind_of, &report->n_kinds);
    report->dbs = count_by(arena, scores, n_scores, db_of, &report->n_dbs);
    add_times(arena, report);
    add_calibration(arena, report);
    return report;
}
