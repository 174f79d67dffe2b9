/*
 * A partial query that covers a question -> the semantic queries it may mean. What was left open is filled in: which measure, whether
 * a number bounds rows or groups, what a share is of. Each choice that the words did not make has a price, and a note.
 */
#include "ask/ask_action.h"
#include "ask/ask_finish.h"

static void extent(Finish *f) {
    Str column = finish_time_column(f->fact);
    if (!column.n) return;
    f->n_measures = 0;
    static const char *const ENDS[] = {"min", "max"};
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        f->measures[f->n_measures++] =
            (FinishColumn){.expr = arena_printf(f->p->arena, "%s(%.*s)", ENDS[i], STR_ARG(column)),
                           .as = i ? S("data_to") : S("data_from")};
}

/* Ranks need an order; "best" alone leaves open by what. Gives up to three readings. */
static size_t choose_orders(Finish *f, const AskTerm *orders[3]) {
    AskFrame *frame = &f->frame;
    if (frame->order || !frame->is_top_plain || frame->n_terms) {
        orders[0] = frame->order;
        return 1;
    }
    size_t n = 0;
    const ModelMeasure *first = NULL;
    for (size_t i = 0; i < f->p->model->n_measures && n < 3; i++) {
        const ModelMeasure *measure = &f->p->model->measures[i];
        if (measure->label.is_hidden) continue;
        bool is_other = !first || !str_eq(measure->label.format, first->label.format) ||
                        (n == 1 && str_eq(measure->label.format, first->label.format));
        if (!is_other) continue;
        if (!first) first = measure;
        orders[n++] = ask_term_of_measure(f->p, measure);
    }
    finish_doubt(f, ASK_FEATURE_PLAIN_TOP, 1);
    return n;
}

/* What is asked about and is not there: the figures would be of nothing. Whether it is there may be asked. */
static Str missing_value(const Finish *f) {
    for (size_t i = 0; i < f->said->n_tests; i++)
        if (f->said->tests[i]->is_missing && !f->said->tests[i]->is_not && f->said->kind != ASK_KIND_YES_NO)
            return f->said->tests[i]->values[0];
    return (Str){0};
}

void finish_doubt(Finish *f, AskFeature feature, double amount) {
    ask_costs_add(&f->costs, f->p->engine->weights, feature, amount);
}

static void set_cost(const Finish *f, AskReading *reading) {
    reading->costs = arena_dup(f->p->arena, &f->costs, sizeof(f->costs));
    reading->cost = f->costs.sum;
}

static void emit(Finish *f, AskReadings *readings) {
    if (readings->n == readings->max) return;
    Str json = finish_print(f);
    const Query *query = NULL;
    if (!json.n || query_parse_text(f->p->ctx, json, &query, NULL)) return;
    for (size_t i = 0; i < readings->n; i++)
        if (str_eq(readings->at[i].json, json)) {
            if (f->costs.sum < readings->at[i].cost) set_cost(f, &readings->at[i]);
            return;
        }
    const QueryPlan *plan;
    if (query_compile(f->p->ctx, query, NULL, &plan, NULL)) return;
    Str *notes = ARENA_ARRAY(f->p->arena, Str, f->n_notes + f->p->notes.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < f->p->notes.n; i++) notes[n++] = f->p->notes.at[i];
    for (size_t i = 0; i < f->n_notes; i++) notes[n++] = f->notes[i];
    readings->at[readings->n++] = (AskReading){.json = json,
                                               .query = query,
                                               .notes = notes,
                                               .n_notes = n,
                                               .frame = f->said,
                                               .missing = missing_value(f),
                                               .has_time = f->said->n_times > 0 && f->said->kind != ASK_KIND_YES_NO};
    set_cost(f, &readings->at[readings->n - 1]);
}

static void finish_ordered(Finish f, const AskTerm *order, AskReadings *readings) {
    AskFrame *frame = &f.frame;
    bool has_first = frame->limit || frame->is_superlative || f.said->order;
    bool is_alone = !frame->n_groups && !frame->grain;
    if (is_alone && (frame->derive == ASK_DERIVE_RANK || (has_first && !frame->derive)))
        finish_doubt(&f, ASK_FEATURE_OF_NOTHING, 1);
    if (frame->limit && !frame->direction && !order && frame->kind != ASK_KIND_WHICH)
        finish_doubt(&f, ASK_FEATURE_UNORDERED, 1);
    if (f.said->order && !finish_is_ranked(frame) && !finish_shows(&f, f.said->order))
        finish_doubt(&f, ASK_FEATURE_IDLE, 1);
    if (finish_is_ranked(frame)) {
        frame->order = order;
        if (!frame->order && !f.n_measures) frame->order = finish_counting_such(&f, false);
        if (!frame->order) frame->order = f.n_measures ? f.measures[0].term : finish_primary(f.p);
        if (frame->order) finish_add_measure(&f, frame->order);
        if (!frame->direction) frame->direction = 1;
        if (frame->is_loss) frame->direction = -1;
        if (frame->is_superlative && !frame->limit && (frame->n_groups || frame->grain))
            frame->limit = frame->is_plural && !frame->each.n ? ASK_PLURAL_LIMIT : 1;
    }
    if (finish_is_ranked(frame) && finish_is_over_time(frame)) finish_first_of_all(&f);
    if (finish_is_ranked(frame)) finish_rank_within(&f);
    bool is_compared = frame->n_times == 2 && !frame->derive && !frame->grain && frame->kind != ASK_KIND_YES_NO &&
                       !(frame->wants_more && frame->n_groups) && f.n_measures == 1;
    if (is_compared && !finish_compare_all(&f)) return;
    if (!finish_with_and_without(&f)) return;
    if (!finish_compare_groups(&f) || !finish_band(&f) || !finish_distribute(&f) || !finish_by_first_date(&f)) return;
    if (!finish_derive(&f)) return;
    finish_average_of_each(&f);
    if (frame->per_term) {
        bool fits = f.n_measures == 1 && f.measures[0].term && !f.measures[0].term->is_ratio &&
                    frame->kind == ASK_KIND_HOW_MUCH;
        if (!fits) return;
        Str m = f.measures[0].expr, by = frame->per_term->expr;
        f.measures[0] = finish_ratio(&f, m, by, arena_printf(f.p->arena, "%.*s_per_%.*s", STR_ARG(m), STR_ARG(by)));
    }
    if (frame->wants_average && frame->derive != ASK_DERIVE_ROLLING && !finish_average(&f)) return;
    finish_count_entities(&f);
    if (frame->kind == ASK_KIND_YES_NO && !finish_yes_or_no(&f)) return;
    emit(&f, readings);
}

void ask_finish(AskParse *p, const AskCandidate *candidate, AskReadings *readings) {
    Finish f = {.p = p,
                .frame = *candidate->frame,
                .said = candidate->frame,
                .candidate = candidate,
                .costs = *candidate->costs};
    AskFrame *frame = &f.frame;
    if (frame->derive == ASK_DERIVE_RANK && (frame->limit || frame->is_superlative)) frame->derive = ASK_DERIVE_NONE;
    if (frame->part_said == 3 && !frame->derive) frame->derive = ASK_DERIVE_SHARE;
    finish_resolve_times(&f);
    finish_split_times(&f);
    if (!frame->direction) frame->direction = frame->sorted;
    finish_unite_values(&f);
    finish_group_to_count(&f);
    finish_count_to_group(&f);
    finish_keep_counted(&f);
    finish_ask_for_money(&f);
    finish_name_measures(&f);
    finish_free_measures(&f);
    if (frame->is_first_time) {
        const AskTerm *date = frame->n_terms == 1 ? ask_date_term(p, frame->terms[0], true) : NULL;
        if (!date || !frame->terms[0]->counts.n) return;
        frame->terms[frame->n_terms++] = date;
    }
    finish_negate_entities(&f);
    if (frame->is_top_plain && !frame->order && frame->n_terms &&
        (frame->terms[0]->counts.n || frame->terms[0]->counts_rows))
        finish_doubt(&f, ASK_FEATURE_PLAIN_TOP, 1.25); /* of what is counted there is no best */
    finish_split_order(frame);
    f.fact = finish_fact_of(p, frame);
    finish_axis_to_grain(&f);
    finish_move_time(&f);
    finish_place_each_grain(&f);
    finish_group_by_listed(frame);
    finish_resolve_tests(&f);
    if (finish_has_idle_group(frame)) finish_doubt(&f, ASK_FEATURE_IDLE, 1);
    if (frame->order && !finish_is_ranked(frame) && !frame->n_terms) {
        frame->terms[frame->n_terms++] = frame->order;
        frame->direction = frame->derive == ASK_DERIVE_RANK ? 0 : 1;
        if (frame->derive == ASK_DERIVE_RANK) frame->order = NULL;
    }
    if (frame->is_counted && !frame->order) frame->order = finish_counting_such(&f, true);
    if (frame->is_counted && !frame->order) frame->order = finish_counting(&f);
    bool is_empty = !frame->n_terms && !frame->n_groups && !frame->order && !frame->grain && !frame->wants_extent;
    bool wants_figure =
        !frame->n_terms && !frame->order && !frame->n_groups && frame->kind != ASK_KIND_YES_NO && !frame->wants_extent;
    bool only_grain =
        frame->grain && !frame->n_groups && (frame->kind == ASK_KIND_WHICH || f.n_having) && !finish_is_ranked(frame);
    if (is_empty && !frame->n_tests && !frame->n_times && !frame->n_sets && frame->kind == ASK_KIND_NONE)
        finish_doubt(&f, ASK_FEATURE_NOTHING, 1);
    if ((wants_figure || (frame->derive && !frame->n_terms && !frame->order)) && !only_grain && finish_primary(p)) {
        frame->terms[frame->n_terms++] = finish_primary(p);
        bool is_much =
            frame->kind == ASK_KIND_HOW_MUCH || frame->kind == ASK_KIND_TREND || frame->derive || frame->is_spent;
        finish_doubt(&f, is_much ? ASK_FEATURE_DEFAULT_MEASURE : ASK_FEATURE_BARE, 1);
        finish_note(&f, arena_printf(p->arena, "%.*s is assumed", STR_ARG(frame->terms[0]->words)));
    }
    if (frame->derive == ASK_DERIVE_SHARE && frame->n_terms > 1) finish_doubt(&f, ASK_FEATURE_DEFAULT_MEASURE, 1);
    bool lacks_figure =
        (frame->is_spent || frame->wants_money || frame->kind == ASK_KIND_HOW_MUCH) && !frame->n_terms &&
        !frame->order && frame->n_groups &&
        (frame->wants_money || frame->each.n || (frame->kind != ASK_KIND_WHICH && frame->kind != ASK_KIND_LIST)) &&
        finish_primary(p);
    if (lacks_figure) {
        frame->terms[frame->n_terms++] = finish_primary(p);
        bool is_much = frame->kind == ASK_KIND_HOW_MUCH;
        finish_doubt(&f, is_much ? ASK_FEATURE_DEFAULT_MEASURE : ASK_FEATURE_BARE, is_much ? 1 : .5);
    }
    for (size_t i = 0; i < frame->n_terms; i++) finish_add_measure(&f, frame->terms[i]);
    for (size_t i = 0; i < f.n_having; i++)
        if (f.having[i]->term) finish_add_measure(&f, f.having[i]->term);
    if (!finish_add_sets(&f)) return;
    if (frame->kind == ASK_KIND_TREND && !frame->grain && !frame->derive && frame->n_times < 2) {
        bool is_axis = f.fact && f.fact->axis_unit.n;
        TimeGrain axis = TIME_GRAIN_NONE;
        if (is_axis) err_ignore(time_grain_parse(f.fact->axis_unit, &axis) ? ERR_OK : ERR_INVALID);
        if (!frame->n_groups || frame->n_times) frame->grain = is_axis ? axis : TIME_GRAIN_MONTH;
    }
    bool has_date = false;
    for (size_t i = 0; i < f.n_measures; i++) has_date |= finish_is_date_term(f.measures[i].term);
    if (frame->kind == ASK_KIND_WHICH && (has_date || frame->wants_extent)) {
        frame->grain = TIME_GRAIN_NONE;
        Str column = finish_time_column(f.fact);
        bool is_time = frame->n_groups == 1 && column.n && str_starts(frame->groups[0], column) &&
                       (frame->groups[0].n == column.n || frame->groups[0].p[column.n] == '.');
        if (is_time) frame->n_groups = 0;
    }
    if (frame->is_every && frame->kind != ASK_KIND_YES_NO) finish_doubt(&f, ASK_FEATURE_EVERY, 1);
    if (frame->compare_unit && !frame->derive) finish_prior(&f);
    if (frame->is_before && !frame->derive) f.compare = S("previous_period");
    if (frame->wants_extent) extent(&f);
    const AskTerm *orders[3] = {NULL};
    size_t n = finish_is_ranked(frame) ? choose_orders(&f, orders) : 1;
    for (size_t i = 0; i < n; i++) finish_ordered(f, orders[i], readings);
}
