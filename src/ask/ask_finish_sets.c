/*
 * What is said of entities is not said of rows: those without something are not the rows without it, those that were there in two
 * years were so in each. And a measure that leaves some rows out does not count them when just these are asked for.
 */
#include "ask/ask_action.h"
#include "ask/ask_finish.h"

/* ---- periods ---------------------------------------------------------------------------------------------------------- */

static void add_period_set(Finish *f, Str from) {
    AskFrame *frame = &f->frame, *inner = ask_frame(f->p);
    if (frame->n_sets == COUNT_OF(frame->sets)) {
        finish_doubt(f, ASK_FEATURE_NOTHING, 1); /* more periods than can be said at once */
        return;
    }
    AskTime *time = ARENA_NEW(f->p->arena, AskTime);
    *time = (AskTime){.grain = f->frame.times[0]->grain, .from = from};
    inner->times[inner->n_times++] = time;
    frame->set_is_not[frame->n_sets] = false;
    frame->sets[frame->n_sets++] = inner;
}

static void split_by_period(Finish *f, const AskTime *list) {
    for (const AskTime *time = list; time; time = time->apart) {
        Str last = time->to.n ? time->to : time->from;
        for (Str at = time->from; at.n; at = ask_time_shift(f->p->arena, at, 1)) {
            add_period_set(f, at);
            if (str_cmp(at, last) >= 0) break;
        }
    }
    f->frame.n_times = 0;
}

/* Periods that do not follow each other are a test; "in 2013 and 2014" of what is listed: those that were there in each. */
void finish_split_times(Finish *f) {
    AskFrame *frame = &f->frame;
    const AskTime *time = frame->n_times == 1 ? frame->times[0] : NULL;
    if (!time || !time->is_list) return;
    bool lists = !time->is_or && (frame->kind == ASK_KIND_LIST || frame->kind == ASK_KIND_WHICH || !frame->n_terms) &&
                 !frame->grain && !frame->derive && !frame->wants_more && !finish_is_ranked(frame);
    bool is_entity = frame->n_terms == 1 && frame->terms[0]->counts.n && !frame->n_groups;
    if (lists && (is_entity || (!frame->n_terms && frame->n_groups == 1))) {
        split_by_period(f, time);
        return;
    }
    if (!time->apart || frame->n_tests == ASK_MAX_ITEMS) return;
    AskTest *test = ARENA_NEW(f->p->arena, AskTest);
    *test = (AskTest){.kind = ASK_TEST_TIME, .member = S(ASK_MAIN_TIME), .time = time};
    frame->tests[frame->n_tests++] = test;
    frame->n_times = 0;
}

/* ---- entities without ------------------------------------------------------------------------------------------------- */

/* The one thing that is listed or counted; empty: something else is asked for. */
static Str entity_asked(const AskFrame *frame) {
    bool is_other = frame->kind == ASK_KIND_YES_NO || frame->derive || frame->is_without || frame->grain ||
                    frame->order || frame->wants_average || finish_is_ranked(frame);
    if (is_other) return (Str){0};
    if (!frame->n_terms && frame->n_groups == 1) return frame->groups[0];
    return frame->n_terms == 1 && !frame->n_groups && !frame->terms[0]->counts_rows ? frame->terms[0]->counts
                                                                                    : (Str){0};
}

bool finish_is_negated(const AskTest *test) {
    return (test->is_none && test->member.n) ||
           (test->is_not && !test->leaves_out &&
            (test->kind == ASK_TEST_FLAG || test->kind == ASK_TEST_EXPR || test->kind == ASK_TEST_TIME));
}

/* Whether it is an attribute of the entity itself, and so the same in all of its rows. */
static bool is_own(const Finish *f, Str entity, Str tested) {
    ModelMember a, b;
    if (model_member(f->p->model, NULL, entity, &a, NULL) || model_member(f->p->model, NULL, tested, &b, NULL))
        return false;
    return a.dimension && a.dimension == b.dimension && a.role == b.role;
}

/* A share of entities without something is what those with it leave: no query in a query is needed. */
static void share_without(Finish *f) {
    AskFrame *frame = &f->frame;
    const AskFrame *inner = frame->n_sets == 1 ? frame->sets[0] : NULL;
    bool is_so = inner && frame->derive == ASK_DERIVE_SHARE && frame->set_is_not[0] && !inner->n_times &&
                 inner->n_tests + inner->n_terms == 1 && frame->n_tests < ASK_MAX_ITEMS;
    if (!is_so) return;
    AskTest *test = inner->n_terms ? ask_condition_of(f->p, NULL, inner->terms[0]->measure) /* "without a return" */
                                   : arena_dup(f->p->arena, inner->tests[0], sizeof(*test));
    if (!test) return;
    test->is_not = !test->is_not;
    frame->tests[frame->n_tests++] = test;
    frame->n_sets = 0;
}

/* "states without returns": all but those that have any. */
void finish_negate_entities(Finish *f) {
    AskFrame *frame = &f->frame;
    share_without(f);
    Str entity = entity_asked(frame);
    for (size_t i = 0; entity.n && i < frame->n_tests; i++) {
        const AskTest *test = frame->tests[i];
        bool is_time = test->kind == ASK_TEST_TIME;
        if (!finish_is_negated(test) || is_own(f, entity, test->member) || frame->n_sets == COUNT_OF(frame->sets))
            continue;
        if (is_time && (frame->n_terms || test->time->apart || test->time->is_axis)) continue;
        AskFrame *inner = ask_frame(f->p);
        AskTest *with = arena_dup(f->p->arena, test, sizeof(*test));
        with->is_not = false;
        if (with->is_none) with->op = QUERY_OP_GT;
        with->is_none = false;
        with->term = NULL;
        if (!is_time) inner->tests[inner->n_tests++] = with;
        for (size_t t = 0; t < frame->n_times && !is_time; t++) inner->times[inner->n_times++] = frame->times[t];
        if (is_time) inner->times[inner->n_times++] = test->time;
        frame->set_is_not[frame->n_sets] = true;
        frame->sets[frame->n_sets++] = inner;
        for (size_t k = i; k + 1 < frame->n_tests; k++) frame->tests[k] = frame->tests[k + 1];
        frame->n_tests--;
        i--;
    }
}

/* ---- measures that leave out what is asked for ------------------------------------------------------------------------- */

/* A condition without its negations, named filters spelt out: "not_cancelled" -> "is_cancelled", turned. */
static Str spelt_out(const Finish *f, const Expr *expr, bool *is_not) {
    enum { DEPTH = 16 };
    for (int i = 0; i < DEPTH; i++) {
        const ModelFilter *filter = expr->kind == EXPR_NAME ? model_filter(f->p->model, expr->name) : NULL;
        bool is_turned = expr->kind == EXPR_CALL && expr->fn == SQL_FN_NOT && expr->n_args == 1;
        if (!filter && !is_turned) break;
        *is_not ^= is_turned;
        expr = filter ? filter->expr : expr->args[0];
    }
    return expr_print(f->p->arena, expr);
}

/* Whether no row that the measure counts passes the test. */
static bool contradicts(const Finish *f, const ModelMeasure *measure, const AskTest *test) {
    if (measure->expr->kind != EXPR_WHERE || (test->kind != ASK_TEST_FLAG && test->kind != ASK_TEST_EXPR)) return false;
    bool counts_not = false, asks_not = test->is_not;
    Str counted = spelt_out(f, measure->expr->args[1], &counts_not), asked = test->member;
    const ModelFilter *filter = test->kind == ASK_TEST_EXPR ? model_filter(f->p->model, test->raw) : NULL;
    if (filter) asked = spelt_out(f, filter->expr, &asks_not);
    return counts_not != asks_not && str_eq(counted, asked);
}

/* What a measure with a condition is without it, and without a sign. */
static const Expr *unsigned_of(const Expr *expr) {
    return expr->kind == EXPR_CALL && expr->fn == SQL_FN_NEG ? expr->args[0] : expr;
}

/* Whether the measure is of the rows that pass the test, and of no others. */
static bool is_under(const Finish *f, const ModelMeasure *measure, const AskTest *test) {
    const Expr *expr = unsigned_of(measure->expr);
    if (expr->kind != EXPR_WHERE || (test->kind != ASK_TEST_FLAG && test->kind != ASK_TEST_EXPR)) return false;
    bool is_not = false, asks_not = test->is_not;
    Str condition = spelt_out(f, expr->args[1], &is_not), asked = test->member;
    const ModelFilter *filter = test->kind == ASK_TEST_EXPR ? model_filter(f->p->model, test->raw) : NULL;
    if (filter) asked = spelt_out(f, filter->expr, &asks_not);
    return is_not == asks_not && str_eq(condition, asked);
}

/* What the pack calls `of` under the test: "returned units" for units of returned rows. NULL: nothing. */
static const ModelMeasure *named_under(const Finish *f, const ModelMeasure *of, const AskTest *test) {
    const Expr *all = of->expr->kind == EXPR_WHERE && contradicts(f, of, test) ? of->expr->args[0] : of->expr;
    for (size_t i = 0; i < f->p->model->n_measures; i++) {
        const ModelMeasure *measure = &f->p->model->measures[i];
        if (measure->label.is_hidden || !is_under(f, measure, test)) continue;
        const Expr *base = unsigned_of(measure->expr)->args[0];
        bool is_same = base->kind == EXPR_NAME ? str_eq(base->name, of->name)
                                               : str_eq(expr_print(f->p->arena, base), expr_print(f->p->arena, all));
        if (is_same) return measure;
    }
    return NULL;
}

/* "units returned" as the pack has them, which may turn their sign. */
void finish_name_measures(Finish *f) {
    AskFrame *frame = &f->frame;
    bool is_plain = frame->n_terms && !frame->derive && !frame->is_without && frame->kind != ASK_KIND_YES_NO &&
                    !frame->order && !frame->n_sets;
    for (size_t k = 0; is_plain && k < frame->n_tests; k++) {
        const AskTerm *named[ASK_MAX_ITEMS];
        size_t n = 0;
        for (; n < frame->n_terms && frame->terms[n]->measure; n++) {
            const ModelMeasure *measure = named_under(f, frame->terms[n]->measure, frame->tests[k]);
            if (!measure) break;
            named[n] = ask_term_of_measure(f->p, measure);
        }
        if (n < frame->n_terms) continue;
        for (size_t i = 0; i < n; i++) frame->terms[i] = named[i];
        for (size_t m = k; m + 1 < frame->n_tests; m++) frame->tests[m] = frame->tests[m + 1];
        frame->n_tests--;
        return;
    }
}

/* "returned the most": by how much was. NULL: the pack counts nothing of such rows. */
const AskTerm *finish_counting_such(const Finish *f, bool is_how_often) {
    for (size_t k = 0; k < f->said->n_tests; k++)
        for (size_t i = 0; i < f->p->model->n_measures; i++) {
            const ModelMeasure *measure = &f->p->model->measures[i];
            if (measure->type.kind != TYPE_INT64 || measure->label.is_hidden ||
                !is_under(f, measure, f->said->tests[k]))
                continue;
            const AskTerm *term = ask_term_of_measure(f->p, measure);
            if (!is_how_often || term->counts.n) return term;
        }
    return NULL;
}

/* The measure of the same rows under no condition. */
static const AskTerm *unconditional(Finish *f, const AskTerm *term) {
    AskTerm *all = arena_dup(f->p->arena, term, sizeof(*term));
    all->expr = expr_print(f->p->arena, term->measure->expr->args[0]);
    all->name = arena_printf(f->p->arena, "all_%.*s", STR_ARG(term->measure->name));
    all->measure = NULL;
    return all;
}

/* "how many lines were cancelled", where the pack's count leaves these out: of all of them. */
void finish_free_measures(Finish *f) {
    AskFrame *frame = &f->frame;
    for (size_t i = 0; i < frame->n_terms; i++)
        for (size_t k = 0; k < frame->n_tests && frame->terms[i]->measure; k++)
            if (contradicts(f, frame->terms[i]->measure, frame->tests[k]))
                frame->terms[i] = unconditional(f, frame->terms[i]);
}
