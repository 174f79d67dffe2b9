/* Readings that need a query in a query: averages over periods, entities by their own figures, sets, distributions, yes or no. */
#include "ask/ask_action.h"
#include "ask/ask_finish.h"

/* Fewer are counted than there are entities to have them: several have the same ones, and a ratio of the counts says nothing. */
static bool is_shared(const Finish *f, const AskEntity *entity) {
    const AskTerm *term = f->n_measures == 1 ? f->measures[0].term : NULL;
    if (!term || f->frame.n_groups || f->frame.grain) return false;
    return ask_are_fewer(f->p, term->counts, entity->counted);
}

/* The mean of what each has. */
static bool average_of_shared(Finish *f, const AskEntity *entity, Str as) {
    Finish *inner = arena_dup(f->p->arena, f, sizeof(*f));
    const Expr *count = entity->count->expr;
    inner->frame.groups[inner->frame.n_groups++] = entity->counted;
    if (count->kind == EXPR_WHERE && inner->n_where < COUNT_OF(inner->where)) {
        AskTest *counted = ARENA_NEW(f->p->arena, AskTest);
        *counted = (AskTest){.kind = ASK_TEST_EXPR, .raw = expr_print(f->p->arena, count->args[1])};
        inner->where[inner->n_where++] = counted;
    }
    Str column = inner->measures[0].as.n ? inner->measures[0].as : inner->measures[0].expr;
    Finish outer = {.p = f->p, .frame = f->frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
    memcpy(outer.notes, f->notes, sizeof(f->notes));
    outer.n_notes = f->n_notes;
    outer.frame.n_times = 0;
    outer.measures[outer.n_measures++] =
        (FinishColumn){.expr = arena_printf(f->p->arena, "avg(%.*s)", STR_ARG(column)), .as = as};
    *f = outer;
    return true;
}

/* "how many lines does an order have on average": one count by the other; else rows' average, or the ratio as it is. */
static bool average_of_two(Finish *f) {
    Arena *arena = f->p->arena;
    if (f->n_measures == 2 && f->measures[1].term && f->measures[1].term->counts.n) {
        if (f->measures[0].term && f->measures[0].term->is_ratio) { /* an average as it is */
            f->n_measures = 1;
            return true;
        }
        Str a = f->measures[0].expr, b = f->measures[1].expr;
        Str as = arena_printf(arena, "average_%.*s", STR_ARG(f->measures[0].as.n ? f->measures[0].as : a));
        const AskEntity *entity = ask_entity_of(f->p->engine, f->measures[1].term->counts);
        f->n_measures = 1;
        if (entity && is_shared(f, entity)) return average_of_shared(f, entity, as);
        f->measures[0] = finish_ratio(f, a, b, as);
        return true;
    }
    const AskTerm *term = f->n_measures == 1 ? f->measures[0].term : NULL;
    const AskTerm *first = finish_primary(f->p);
    if (term && term->counts.n && first && f->frame.kind == ASK_KIND_HOW_MUCH) {
        f->measures[0] =
            finish_ratio(f, first->expr, term->expr, arena_printf(arena, "%.*s_each", STR_ARG(first->expr)));
        return true;
    }
    if (term && term->is_ratio) return true;
    if (term && term->column.n) {
        f->measures[0] = (FinishColumn){.expr = arena_printf(arena, "avg(%.*s)", STR_ARG(term->column)),
                                        .as = arena_printf(arena, "average_%.*s", STR_ARG(term->expr))};
        return true;
    }
    return false;
}

/* "amount per trip": what one has, on average; of a few that a person reads one by one, each is shown unless asked "how much". */
void finish_average_of_each(Finish *f) {
    enum { FEW = 100 };
    AskFrame *frame = &f->frame;
    const AskEntity *entity = frame->per_said.n ? ask_entity_of(f->p->engine, frame->per_said) : NULL;
    bool fits = entity && f->n_measures == 1 && f->measures[0].term && !f->measures[0].term->is_ratio &&
                !frame->derive && !finish_is_ranked(frame) && !str_eq(entity->count->name, f->measures[0].expr) &&
                !frame->each.n && frame->kind != ASK_KIND_LIST && frame->kind != ASK_KIND_WHICH && !f->n_having;
    if (!fits) return;
    size_t n = f->p->engine->values ? ask_values_count_of(f->p->engine->values, frame->per_said) : 0;
    bool is_named = finish_ratio(f, f->measures[0].expr, entity->count->name, (Str){0}).term; /* the pack's own */
    if (n && n <= FEW && !is_named && frame->kind != ASK_KIND_HOW_MUCH) return;
    size_t kept = 0;
    for (size_t i = 0; i < frame->n_groups; i++)
        if (!str_eq(frame->groups[i], frame->per_said)) frame->groups[kept++] = frame->groups[i];
    frame->n_groups = (uint8_t)kept;
    frame->per = frame->per_said;
    frame->wants_average = true;
}

/* The one group of entities is what the average is over, and shown no more. */
static void average_by_group(Finish *f) {
    AskFrame *frame = &f->frame;
    size_t n_entities = 0, kept = 0;
    for (size_t i = 0; i < frame->n_groups; i++) n_entities += ask_entity_of(f->p->engine, frame->groups[i]) != NULL;
    for (size_t i = 0; i < frame->n_groups && n_entities == 1; i++) {
        if (ask_entity_of(f->p->engine, frame->groups[i]))
            frame->per = frame->groups[i];
        else
            frame->groups[kept++] = frame->groups[i];
    }
    if (n_entities == 1) frame->n_groups = (uint8_t)kept;
}

/* An average over something: a ratio of the measure and what it is for, or of what the periods bring. */
bool finish_average(Finish *f) {
    AskFrame *frame = &f->frame;
    Arena *arena = f->p->arena;
    if (!f->n_measures) return false;
    Str m = f->measures[0].expr;
    if (!frame->per.n && !frame->per_grain && f->n_measures == 1 && f->measures[0].term &&
        !f->measures[0].term->is_ratio)
        average_by_group(f);
    bool is_per_other = !frame->per.n && !frame->per_grain && frame->is_per && frame->n_groups == 1 &&
                        f->n_measures == 1 && f->measures[0].term && !f->measures[0].term->is_ratio;
    if (is_per_other) {
        Str as = arena_printf(arena, "average_%.*s", STR_ARG(f->measures[0].as.n ? f->measures[0].as : m));
        f->measures[0] = (FinishColumn){
            .expr = arena_printf(arena, "%.*s / count(distinct %.*s)", STR_ARG(m), STR_ARG(frame->groups[0])),
            .as = as};
        frame->n_groups = 0;
        return true;
    }
    bool is_by_period =
        !frame->per.n && !frame->per_grain && frame->grain && f->measures[0].term && !f->measures[0].term->is_ratio;
    if (is_by_period) frame->per_grain = frame->grain;
    if (!frame->per.n && !frame->per_grain) return average_of_two(f);
    if (frame->per.n) {
        const AskEntity *entity = ask_entity_of(f->p->engine, frame->per);
        if (!entity || str_eq(entity->count->name, m)) return false;
        Str as = arena_printf(arena, "%.*s_per_%.*s", STR_ARG(f->measures[0].as.n ? f->measures[0].as : m),
                              STR_ARG(entity->count->name));
        if (is_shared(f, entity)) return average_of_shared(f, entity, as);
        f->measures[0] = finish_ratio(f, m, entity->count->name, as);
        return true;
    }
    Finish *inner = arena_dup(arena, f, sizeof(*f));
    inner->frame.grain = frame->per_grain;
    inner->measures[0].as = f->measures[0].as.n ? f->measures[0].as : S("");
    Str column = inner->measures[0].as.n ? inner->measures[0].as : m;
    Finish outer = {.p = f->p, .frame = *frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
    memcpy(outer.notes, f->notes, sizeof(f->notes));
    outer.n_notes = f->n_notes;
    outer.measures[outer.n_measures++] = (FinishColumn){.expr = arena_printf(arena, "avg(%.*s)", STR_ARG(column)),
                                                        .as = arena_printf(arena, "average_%.*s", STR_ARG(column))};
    outer.frame.n_times = 0;
    outer.frame.grain = TIME_GRAIN_NONE;
    outer.frame.n_groups = 0;
    *f = outer;
    return true;
}

/* By what is counted, of the rows that are. */
static void group_by_counted(Finish *inner, const AskTerm *counted) {
    inner->frame.n_groups = 0;
    inner->frame.groups[inner->frame.n_groups++] = counted->counts;
    const AskTest *condition = ask_condition_of(inner->p, NULL, counted->measure);
    if (condition && inner->n_where < COUNT_OF(inner->where)) inner->where[inner->n_where++] = condition;
}

/* Those of an entity whose own figures pass: counted over a query of them. */
void finish_count_entities(Finish *f) {
    if (!f->n_of_entities) return;
    const AskTerm *counted = f->frame.terms[0];
    Finish *inner = arena_dup(f->p->arena, f, sizeof(*f));
    inner->n_measures = 0;
    group_by_counted(inner, counted);
    for (size_t i = 0; i < f->n_of_entities; i++) {
        finish_add_measure(inner, f->of_entities[i]->term);
        inner->having[inner->n_having++] = f->of_entities[i];
    }
    inner->n_of_entities = 0;
    Finish outer = {.p = f->p, .frame = f->frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
    memcpy(outer.notes, f->notes, sizeof(f->notes));
    outer.n_notes = f->n_notes;
    outer.frame.n_times = 0;
    outer.frame.n_groups = 0;
    outer.frame.grain = TIME_GRAIN_NONE;
    outer.measures[outer.n_measures++] =
        (FinishColumn){.expr = S("count(*)"), .as = counted->name.n ? counted->name : counted->expr};
    *f = outer;
}

/* Yes or no: one thing more than another, a figure beyond a bound, or whether there is anything. */
bool finish_yes_or_no(Finish *f) {
    AskFrame *frame = &f->frame;
    Arena *arena = f->p->arena;
    const AskTime *a, *b;
    const char *sign = frame->direction < 0 ? "<" : ">";
    if ((frame->wants_more || frame->derive == ASK_DERIVE_GROWTH) && finish_two_times(frame, &a, &b)) {
        frame->derive = ASK_DERIVE_NONE;
        return finish_compare_times(f, a, b, frame->direction < 0 ? "less" : "more");
    }
    if (frame->wants_more && f->n_measures && f->n_where >= 1) {
        for (size_t i = 0; i < f->n_where; i++) {
            const AskTest *test = f->where[i];
            if (test->kind != ASK_TEST_VALUES || test->n_values != 2) continue;
            AskTest one = *test, two = *test;
            one.n_values = two.n_values = 1;
            two.values[0] = test->values[1];
            Str m = f->measures[0].expr;
            f->measures[0] =
                (FinishColumn){.expr = arena_printf(arena, "(%.*s where %.*s) %s (%.*s where %.*s)", STR_ARG(m),
                                                    STR_ARG(finish_test_expr(f->p, &one)), sign, STR_ARG(m),
                                                    STR_ARG(finish_test_expr(f->p, &two))),
                               .as = S("is_so")};
            f->n_measures = 1;
            for (size_t k = i; k + 1 < f->n_where; k++) f->where[k] = f->where[k + 1];
            f->n_where--;
            return true;
        }
        return false;
    }
    if (frame->is_every && f->n_where && f->where[f->n_where - 1]->kind == ASK_TEST_BOUND) {
        Str condition = finish_test_expr(f->p, f->where[f->n_where - 1]);
        f->n_where--;
        frame->n_groups = 0;
        f->measures[0] = (FinishColumn){
            .expr = arena_printf(arena, "(count(*) where not (%.*s)) = 0", STR_ARG(condition)), .as = S("is_so")};
        f->n_measures = 1;
        return true;
    }
    if (frame->is_every && frame->n_groups && f->n_having == 1) { /* none of them is otherwise */
        static const QueryOp OTHERWISE[QUERY_OP_COUNT] = {[QUERY_OP_GT] = QUERY_OP_LTE,
                                                          [QUERY_OP_GTE] = QUERY_OP_LT,
                                                          [QUERY_OP_LT] = QUERY_OP_GTE,
                                                          [QUERY_OP_LTE] = QUERY_OP_GT};
        Finish *inner = arena_dup(arena, f, sizeof(*f));
        AskTest *test = arena_dup(arena, f->having[0], sizeof(AskTest));
        test->op = OTHERWISE[test->op];
        inner->having[0] = test;
        inner->frame.kind = ASK_KIND_NONE;
        Finish outer = {
            .p = f->p, .frame = *frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
        outer.frame.n_groups = 0;
        outer.measures[outer.n_measures++] = (FinishColumn){.expr = S("count(*) = 0"), .as = S("is_so")};
        *f = outer;
        return true;
    }
    if (f->n_having == 1 && !frame->n_groups && !frame->grain) {
        const AskTest *bound = f->having[0];
        f->measures[0] = (FinishColumn){.expr = finish_bound_expr(f->p, bound, bound->term->expr), .as = S("is_so")};
        f->n_measures = 1;
        f->n_having = 0;
        return true;
    }
    if ((frame->n_groups || frame->grain) && f->n_having) {
        Finish *inner = arena_dup(arena, f, sizeof(*f));
        inner->frame.kind = ASK_KIND_NONE;
        Finish outer = {
            .p = f->p, .frame = *frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
        outer.frame.n_groups = 0;
        outer.measures[outer.n_measures++] = (FinishColumn){.expr = S("count(*) > 0"), .as = S("is_so")};
        *f = outer;
        return true;
    }
    if (frame->n_groups || frame->grain) return true;
    Str m = f->n_measures ? arena_printf(arena, "coalesce(%.*s, 0)", STR_ARG(f->measures[0].expr)) : S("count(*)");
    if (f->n_measures && f->measures[0].term && f->measures[0].term->counts.n) m = f->measures[0].expr;
    f->measures[0] = (FinishColumn){.expr = arena_printf(arena, "%.*s > 0", STR_ARG(m)), .as = S("is_so")};
    f->n_measures = 1;
    return true;
}

/* "had chairs in 2013 but not in 2014": not chairs; what is said of the rows holds in both times. */
static const AskFrame *with_tests(const Finish *f, const AskFrame *of) {
    AskFrame *inner = arena_dup(f->p->arena, of, sizeof(*of));
    for (size_t i = 0; i < f->said->n_tests; i++) {
        const AskTest *test = f->said->tests[i];
        bool is_of_rows = (test->kind == ASK_TEST_VALUES || test->kind == ASK_TEST_PREFIX ||
                           test->kind == ASK_TEST_PART || test->kind == ASK_TEST_FLAG || test->kind == ASK_TEST_EXPR) &&
                          inner->n_tests < ASK_MAX_ITEMS;
        if (is_of_rows) inner->tests[inner->n_tests++] = test;
    }
    return inner;
}

/* "had tables this year but no chairs": none this year. */
static const AskFrame *within(const Finish *f, const AskFrame *of) {
    AskFrame *inner = arena_dup(f->p->arena, of, sizeof(*of));
    inner->n_times = f->said->n_times;
    memcpy(inner->times, f->said->times, sizeof(inner->times));
    return inner;
}

/* Of rows, not of entities: a condition on each. */
static bool add_set_of_rows(Finish *f, const AskFrame *of, bool is_not) {
    if (of->n_times || of->n_tests + of->n_terms != 1 || f->n_where == COUNT_OF(f->where)) return false;
    AskTest *test = of->n_terms ? ask_condition_of(f->p, NULL, of->terms[0]->measure)
                                : arena_dup(f->p->arena, of->tests[0], sizeof(*test));
    if (!test || test->kind == ASK_TEST_BOUND) return false;
    test->is_not ^= is_not;
    f->where[f->n_where++] = test;
    return true;
}

/* Everything after, or before, the time that is asked for; NULL: there is none. */
static const AskFrame *beside(const Finish *f, const AskFrame *of) {
    const AskTime *time = f->frame.n_times == 1 ? f->frame.times[0] : NULL;
    if (!time || time->is_open || time->apart || time->is_axis) return NULL;
    time = ask_time_in_dates(f->p->ctx, time);
    bool is_after = of->is_beside > 0;
    Str end = ask_time_shift(f->p->arena, is_after && time->to.n ? time->to : time->from, is_after ? 1 : -1);
    if (!end.n) return NULL;
    AskTime *other = ARENA_NEW(f->p->arena, AskTime);
    *other = (AskTime){.grain = time->grain, .is_open = true};
    *(is_after ? &other->from : &other->to) = end;
    AskFrame *inner = arena_dup(f->p->arena, of, sizeof(*of));
    inner->times[inner->n_times++] = other;
    return inner;
}

/* "but not in 2014": by another query of what is counted or listed. */
bool finish_add_sets(Finish *f) {
    AskFrame *frame = &f->frame;
    if (frame->only.n && frame->n_groups && f->n_where < COUNT_OF(f->where)) {
        AskTest *those = ARENA_NEW(f->p->arena, AskTest);
        *those =
            (AskTest){.kind = ASK_TEST_SET, .member = frame->groups[0], .entity = frame->groups[0], .raw = frame->only};
        f->where[f->n_where++] = those;
    }
    if (!frame->n_sets) return true;
    bool counts = frame->n_terms && frame->terms[0]->counts.n && (frame->kind == ASK_KIND_HOW_MANY || !frame->n_groups);
    Str entity = counts ? frame->terms[0]->counts : frame->n_groups ? frame->groups[0] : (Str){0};
    bool is_of_figures = !counts && frame->n_terms && frame->kind != ASK_KIND_WHICH && frame->kind != ASK_KIND_LIST;
    if (is_of_figures && frame->n_sets == 1 && add_set_of_rows(f, frame->sets[0], frame->set_is_not[0])) return true;
    for (size_t i = 0; i < frame->n_sets && !entity.n; i++)
        if (!add_set_of_rows(f, frame->sets[i], frame->set_is_not[i])) return false;
    for (size_t i = 0; i < frame->n_sets && entity.n; i++) {
        AskTest *test = ARENA_NEW(f->p->arena, AskTest);
        const AskFrame *of = frame->sets[i];
        if (of->is_beside) of = beside(f, of);
        if (!of) return false;
        if (frame->set_is_not[i] && !of->is_ever && !of->n_times) of = within(f, of);
        if (of->n_times && !of->n_tests && !of->n_terms) of = with_tests(f, of);
        *test = (AskTest){
            .kind = ASK_TEST_SET, .member = entity, .entity = entity, .is_not = frame->set_is_not[i], .of = of};
        if (f->n_where == COUNT_OF(f->where)) return false;
        f->where[f->n_where++] = test;
    }
    return true;
}

/* "monthly amount of the top 3": the first over all, not of each month. */
bool finish_is_over_time(const AskFrame *frame) {
    return frame->limit && frame->top.n && frame->n_groups == 1 && frame->grain && !frame->each.n &&
           !frame->each_grain && frame->kind != ASK_KIND_WHICH && frame->is_adverb && !frame->derive;
}

void finish_first_of_all(Finish *f) {
    Finish *inner = arena_dup(f->p->arena, f, sizeof(*f));
    inner->frame.grain = TIME_GRAIN_NONE;
    AskTest *those = ARENA_NEW(f->p->arena, AskTest);
    *those =
        (AskTest){.kind = ASK_TEST_SET, .member = f->frame.top, .entity = f->frame.top, .raw = finish_print(inner)};
    if (f->n_where < COUNT_OF(f->where)) f->where[f->n_where++] = those;
    f->frame.limit = 0;
    f->frame.direction = 0;
    f->frame.is_superlative = false;
    f->frame.order = NULL;
}

/* "the second best of each": by its rank among them. */
static void place_within(Finish *f) {
    AskFrame *frame = &f->frame;
    if (!frame->order || f->n_having == COUNT_OF(f->having)) return;
    AskTest *test = ARENA_NEW(f->p->arena, AskTest);
    *test = (AskTest){.kind = ASK_TEST_EXPR,
                      .raw = arena_printf(f->p->arena, "rank(%.*s%s, by %.*s) = %" PRId64, STR_ARG(frame->order->expr),
                                          frame->direction < 0 ? " asc" : "", STR_ARG(finish_each_member(f)),
                                          frame->place)};
    f->having[f->n_having++] = test;
    frame->limit = 0;
}

/* The first ones of each: what is grouped by beside what is ranked. */
void finish_rank_within(Finish *f) {
    AskFrame *frame = &f->frame;
    if (!frame->limit || frame->derive == ASK_DERIVE_SHARE) return;
    if (!frame->top.n && frame->n_groups == 1 && frame->grain && frame->kind == ASK_KIND_WHICH && !frame->each.n)
        frame->top = frame->groups[0];
    for (size_t i = 0; i < frame->n_groups && !frame->each.n; i++)
        if (frame->top.n && !str_eq(frame->groups[i], frame->top)) frame->each = frame->groups[i];
    if (!frame->each.n && frame->grain && frame->top.n && !frame->each_grain) frame->each = S(ASK_MAIN_TIME);
    if (frame->each.n && str_eq(frame->each, frame->top)) frame->each = (Str){0};
    if (frame->each.n && frame->place > 1) place_within(f);
}

/* case when x < 100 then 'below 100' … end */
static Str bands_expr(Finish *f, const AskTest *bands, Str of, bool is_percent) {
    Arena *arena = f->p->arena;
    Str all = S("case");
    for (const AskTest *band = bands; band; band = band->next) {
        AskTest own = *band;
        double scale = own.is_percent && is_percent ? .01 : 1;
        own.number *= scale;
        own.number_to *= scale;
        Str condition = finish_bound_expr(f->p, &own, of);
        if (own.op_to != QUERY_OP_EQUALS) {
            AskTest end = own;
            end.op = own.op_to;
            end.number = own.number_to;
            condition =
                arena_printf(arena, "%.*s and %.*s", STR_ARG(condition), STR_ARG(finish_bound_expr(f->p, &end, of)));
        }
        const AskToken *first = &f->p->tokens[band->from], *last = &f->p->tokens[band->to - 1];
        Str said = {.p = first->text.p, .n = (size_t)(last->text.p + last->text.n - first->text.p)};
        all = arena_printf(arena, "%.*s when %.*s then %.*s", STR_ARG(all), STR_ARG(condition),
                           STR_ARG(finish_quoted(arena, said)));
    }
    return arena_printf(arena, "%.*s end", STR_ARG(all));
}

/* Rows, or the entities that are counted, by bands of a figure of theirs. */
bool finish_band(Finish *f) {
    const AskTest *bands = f->frame.bands;
    if (!bands) return true;
    const AskTerm *counted = f->n_measures ? f->measures[0].term : NULL;
    bool is_percent = finish_is_percent_format(f->p, bands->member, bands->term);
    bool is_of_entities = counted && counted->counts.n;
    if (!is_of_entities) {
        if (!bands->member.n) return false;
        f->n_measures = MIN_OF(f->n_measures, 1);
        f->band = (FinishColumn){.expr = bands_expr(f, bands, bands->member, is_percent), .as = S("band")};
        return f->n_measures > 0;
    }
    const AskTerm *what = bands->term ? bands->term : finish_primary(f->p);
    if (what && what->is_ratio && !bands->member.n) what = finish_primary(f->p);
    if (!what) return false;
    Finish *inner = arena_dup(f->p->arena, f, sizeof(*f));
    inner->n_measures = 0;
    finish_add_measure(inner, what);
    group_by_counted(inner, counted);
    Finish outer = {.p = f->p, .frame = f->frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
    outer.frame.n_times = 0;
    outer.frame.grain = TIME_GRAIN_NONE;
    outer.frame.n_groups = 0;
    outer.band = (FinishColumn){.expr = bands_expr(f, bands, what->name.n ? what->name : what->expr, is_percent),
                                .as = S("band")};
    outer.measures[outer.n_measures++] = (FinishColumn){.expr = S("count(*)"), .as = S("number")};
    *f = outer;
    return true;
}

/* "how many orders have one line, two lines, …": entities by a figure of theirs. */
bool finish_distribute(Finish *f) {
    const AskTerm *what = f->frame.spread;
    if (!what) return true;
    Str entity = f->measures[0].term ? f->measures[0].term->counts : (Str){0};
    if (!entity.n) return false;
    Finish *inner = arena_dup(f->p->arena, f, sizeof(*f));
    inner->n_measures = 0;
    finish_add_measure(inner, what);
    group_by_counted(inner, f->measures[0].term);
    inner->frame.spread = NULL;
    AskTest *some = ARENA_NEW(f->p->arena, AskTest);
    *some = (AskTest){.kind = ASK_TEST_BOUND, .op = QUERY_OP_GT, .term = what};
    inner->having[inner->n_having++] = some;
    Finish outer = {.p = f->p, .frame = f->frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
    outer.frame.n_times = 0;
    outer.frame.grain = TIME_GRAIN_NONE;
    outer.frame.n_groups = 0;
    outer.frame.groups[outer.frame.n_groups++] = what->name.n ? what->name : what->expr;
    outer.shows_groups = true;
    outer.measures[outer.n_measures++] = (FinishColumn){.expr = S("count(*)"), .as = S("number")};
    *f = outer;
    return true;
}

/* "people whose first order was in 2013", "new people a month": the time is that of each one's first date. */
bool finish_by_first_date(Finish *f) {
    AskFrame *frame = &f->frame;
    if (f->n_measures != 2 || !f->measures[0].term || !f->measures[1].term) return true;
    const AskTerm *counted = f->measures[0].term, *date = f->measures[1].term;
    if (!finish_is_date_term(date) || !counted->counts.n || (!frame->n_times && !frame->grain)) return true;
    Finish *inner = arena_dup(f->p->arena, f, sizeof(*f));
    inner->n_measures = 0;
    finish_add_measure(inner, date);
    inner->frame.n_groups = 0;
    inner->frame.groups[inner->frame.n_groups++] = counted->counts;
    inner->frame.n_times = 0;
    inner->frame.grain = TIME_GRAIN_NONE;
    Finish outer = {.p = f->p, .frame = *frame, .said = f->said, .costs = f->costs, .fact = f->fact, .source = inner};
    outer.frame.n_groups = 0;
    outer.frame.time_member = date->name.n ? date->name : date->expr;
    outer.shows_time = true;
    outer.measures[outer.n_measures++] = (FinishColumn){.expr = S("count(*)"), .as = S("number")};
    *f = outer;
    return true;
}
