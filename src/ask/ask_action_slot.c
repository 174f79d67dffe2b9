/* Slots, the parts of a question in any order: what is asked for, by what, of when. */
#include "ask/ask_action.h"

AskFrame *ask_frame(AskParse *p) {
    return ARENA_NEW(p->arena, AskFrame);
}

void ask_add_groups(AskFrame *frame, const AskNode *members) {
    for (size_t i = 0; i < members->n_members && frame->n_groups < ASK_MAX_ITEMS; i++)
        frame->groups[frame->n_groups++] = members->members[i];
    if (members->test) frame->tests[frame->n_tests++] = members->test;
}

/* Whether the word for a member was in the plural. */
bool ask_is_plural(const AskParse *p, const AskNode *members) {
    Str last = p->tokens[members->to - 1].norm;
    return last.n > 3 && last.p[last.n - 1] == 's' && last.p[last.n - 2] != 's';
}

bool ask_slot_term(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = args[0]->term;
    if (n_args > 1) frame->kind = (AskKind)literals[1];
    ret->frame = frame;
    return true;
}

/* "amount per line": a sum's average over the rows; what is no sum is so already. */
bool ask_slot_term_per_row(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTerm *term = args[0]->term;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] =
        term->is_ratio || !term->column.n ? term : ask_aggregate(p, term->column, term->words, term->fact, AGG_AVG);
    ret->frame = frame;
    return true;
}

/* "amount of the returned orders", where these are counted by a measure with a condition: the first under that condition. */
bool ask_slot_term_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMeasure *of = args[1]->sense->measure;
    const AskTerm *term = args[0]->term;
    if (of->expr->kind != EXPR_WHERE || term->is_ratio || str_eq(of->name, term->expr)) return false;
    Str condition = expr_print(p->arena, of->expr->args[1]);
    AskTerm *narrowed = arena_dup(p->arena, term, sizeof(*term));
    narrowed->expr = arena_printf(p->arena, "%.*s where %.*s", STR_ARG(term->expr), STR_ARG(condition));
    narrowed->name =
        arena_printf(p->arena, "%.*s_of_%.*s", STR_ARG(term->name.n ? term->name : term->expr), STR_ARG(of->name));
    narrowed->measure = NULL;
    narrowed->all = term->expr;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = narrowed;
    ret->frame = frame;
    return true;
}

bool ask_pass_slot(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->frame = args[0]->frame;
    return true;
}

bool ask_slot_kind(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->kind = (AskKind)literals[0];
    ret->frame = frame;
    return true;
}

bool ask_slot_define(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->kind = ASK_KIND_DEFINE;
    frame->terms[frame->n_terms++] = args[0]->term;
    ret->frame = frame;
    return true;
}

bool ask_slot_group(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    ask_add_groups(frame, args[0]);
    if (n_args > 1) frame->kind = (AskKind)literals[1];
    ret->frame = frame;
    return true;
}

/* "city by city" */
bool ask_slot_group_same(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    ask_add_groups(frame, args[0]);
    ret->frame = frame;
    return args[0]->n_members == 1 && args[1]->n_members == 1 && str_eq(args[0]->members[0], args[1]->members[0]);
}

/* By the different values of a number. */
bool ask_slot_group_column(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->groups[frame->n_groups++] = args[0]->sense->name;
    ret->frame = frame;
    return true;
}

bool ask_slot_per(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    ask_add_groups(frame, args[0]);
    frame->is_per = true;
    frame->per_said = args[0]->members[0];
    ret->frame = frame;
    return true;
}

bool ask_slot_each(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    ask_add_groups(frame, args[0]);
    frame->each = args[0]->members[0];
    frame->is_every = n_args > 1;
    ret->frame = frame;
    return true;
}

/* "for each rider, the bike": which may go on with what it is to be the first in. */
bool ask_slot_each_top(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    ask_add_groups(frame, args[0]);
    ask_add_groups(frame, args[1]);
    frame->each = args[0]->members[0];
    frame->top = args[1]->members[0];
    ret->frame = frame;
    return !str_eq(frame->top, frame->each);
}

bool ask_slot_which(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    ask_add_groups(frame, args[1]);
    frame->kind = ASK_KIND_WHICH;
    frame->top = args[1]->members[0];
    if (args[0]) frame->limit = args[0]->value;
    ret->frame = frame;
    return !args[0] || (args[0]->value > 0 && args[0]->value <= 10000 && args[0]->number == args[0]->value);
}

bool ask_slot_which_grain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->kind = ASK_KIND_WHICH;
    frame->grain = (TimeGrain)args[0]->value;
    if (n_args > 1 && args[1]) frame->limit = args[1]->value;
    ret->frame = frame;
    return true;
}

/* "how many cities": literal 1 says that a number is asked for. */
bool ask_slot_count(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (args[0]->n_members != 1) return false;
    ModelMember member;
    Str name = args[0]->members[0], words = name;
    const ModelFact *fact = NULL;
    if (!model_member(p->model, NULL, name, &member, NULL)) {
        if (member.type.kind == TYPE_BOOL) return false;
        words = member.label ? member.label->title : name;
        fact = member.fact;
    }
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = ask_count_distinct(p, name, words, fact);
    if (n_args > 2 && args[2]) frame->tests[frame->n_tests++] = args[2]->test;
    frame->kind = literals[1] ? ASK_KIND_HOW_MANY : ASK_KIND_NONE;
    ret->frame = frame;
    return true;
}

/* "on how many days": periods are counted. */
bool ask_slot_count_grain(ASK_ACTION) {
    if (!ask_make_count_of_grain(p, args, literals, n_args, ret)) return false;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = ret->term;
    frame->kind = ASK_KIND_HOW_MANY;
    ret->frame = frame;
    return true;
}

bool ask_slot_grain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->grain = (TimeGrain)(args[0] ? args[0]->value : literals[0]);
    frame->is_adverb = n_args > 1;
    ret->frame = frame;
    return true;
}

bool ask_slot_each_grain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->each_grain = (TimeGrain)args[0]->value;
    ret->frame = frame;
    return true;
}

/* "by the end of each year": everything up to then. */
bool ask_slot_until(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->grain = (TimeGrain)args[0]->value;
    frame->derive = ASK_DERIVE_CUMULATIVE;
    ret->frame = frame;
    return true;
}

bool ask_slot_test(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    for (size_t i = 0; i < n_args; i++)
        if (args[i] && frame->n_tests < ASK_MAX_ITEMS) frame->tests[frame->n_tests++] = args[i]->test;
    ret->frame = frame;
    return true;
}

/* "drop A", said of the answer before. */
bool ask_slot_leave_out(ASK_ACTION) {
    AskNode turned = *args[0];
    const AskNode *those[] = {&turned};
    return p->before && ask_make_not(p, args, literals, 1, &turned) && ask_slot_test(p, those, literals, n_args, ret);
}

/* "neither A nor B" */
bool ask_slot_neither(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    for (size_t i = 0; i < n_args; i++) {
        AskTest *test = arena_dup(p->arena, args[i]->test, sizeof(*test));
        test->is_not = !test->is_not;
        frame->tests[frame->n_tests++] = test;
    }
    ret->frame = frame;
    return true;
}

/* What is only said, or not. */
#define SAYS(name, field)               \
    bool ask_slot_##name(ASK_ACTION) {  \
        ASK_ACTION_UNUSED;              \
        AskFrame *frame = ask_frame(p); \
        frame->field = true;            \
        ret->frame = frame;             \
        return true;                    \
    }

SAYS(average, wants_average)
SAYS(extent, wants_extent)
SAYS(first_time, is_first_time) /* "for the first time": what is counted, by its first date */
SAYS(in_money, wants_money)     /* "in dollars": an amount, not what it was paid for */
SAYS(spent, is_spent)
SAYS(together, is_together) /* "A and B together": one figure of all that is named */

bool ask_slot_bands(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTest *head = arena_dup(p->arena, args[1]->test, sizeof(AskTest));
    const AskSense *of = args[0] ? args[0]->sense : NULL;
    if (of && of->kind == ASK_SENSE_MEASURE) {
        head->term = ask_term_of_measure(p, of->measure);
        head->member = head->term->column;
    } else if (of) {
        head->member = of->name;
    }
    AskFrame *frame = ask_frame(p);
    frame->bands = head;
    ret->frame = frame;
    return !of || of->kind == ASK_SENSE_MEASURE || type_is_number(of->member.type);
}

bool ask_slot_time(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    for (size_t i = 0; i < n_args; i++) {
        if (args[i] && args[i]->time && frame->n_times < COUNT_OF(frame->times))
            frame->times[frame->n_times++] = args[i]->time;
        if (args[i] && args[i]->term) frame->terms[frame->n_terms++] = args[i]->term;
    }
    ret->frame = frame;
    return true;
}

bool ask_slot_time_each(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->times[frame->n_times++] = args[0]->time;
    frame->grain = args[0]->time->grain;
    ret->frame = frame;
    return frame->grain != TIME_GRAIN_NONE && !args[0]->time->apart;
}

/* "not in 2013"; "except December": of every year. literal 1: "every month but May 2013", of its year. */
bool ask_slot_time_not(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTime *time = args[0]->time;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_TIME, S(ASK_MAIN_TIME));
    test->time = time;
    test->is_not = true;
    if (time->is_yearless) {
        const char *part = time->grain == TIME_GRAIN_MONTH     ? "month_of_year"
                           : time->grain == TIME_GRAIN_QUARTER ? "quarter_of_year"
                                                               : NULL;
        Str column = ask_main_time(p);
        if (!part || !column.n || time->part || time->first) return false;
        test->kind = ASK_TEST_VALUES;
        test->member = arena_printf(p->arena, "%.*s.%s", STR_ARG(column), part);
        test->values[test->n_values++] = arena_printf(p->arena, "%d", time->number);
        test->is_number = true;
    }
    AskFrame *frame = ask_frame(p);
    frame->tests[frame->n_tests++] = test;
    if (n_args > 1 && !time->is_yearless) {
        int64_t number;
        if (time->is_axis || time->from.n < 5 || !str_to_int64(str_slice(time->from, 0, 4), &number)) return false;
        const AskTime year = {.grain = TIME_GRAIN_YEAR, .from = str_slice(time->from, 0, 4)};
        frame->times[frame->n_times++] = arena_dup(p->arena, &year, sizeof(year));
    }
    ret->frame = frame;
    return true;
}

/* "the latest 52 weeks and the 52 weeks before that" */
bool ask_slot_time_before(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->times[frame->n_times++] = args[0]->time;
    frame->is_before = true;
    ret->frame = frame;
    return args[0]->time->count > 0;
}

bool ask_slot_event(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskFrame *frame = ask_frame(p);
    frame->time_member = args[0]->sense->name;
    ret->frame = frame;
    return true;
}

/* "new people": those whose first date is in the time asked for. */
bool ask_slot_new(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTerm *date = ask_date_term(p, args[0]->term, true);
    if (!date || !args[0]->term->counts.n) return false;
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms++] = args[0]->term;
    frame->terms[frame->n_terms++] = date;
    ret->frame = frame;
    return true;
}

/* "first featured": the first time of such rows. */
bool ask_slot_first(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (args[0]->test->kind != ASK_TEST_FLAG) return false;
    AskTerm rows = {.counts_rows = true};
    AskFrame *frame = ask_frame(p);
    frame->terms[frame->n_terms] = ask_date_term(p, &rows, literals[1] == AGG_MIN);
    if (!frame->terms[frame->n_terms]) return false;
    frame->n_terms++;
    frame->tests[frame->n_tests++] = args[0]->test;
    ret->frame = frame;
    return true;
}

/* "how many chairs": pieces of a value, by the first measure that sums whole numbers. */
bool ask_slot_pieces(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    for (size_t i = 0; i < p->model->n_measures; i++) {
        const ModelMeasure *measure = &p->model->measures[i];
        bool is_sum =
            measure->expr->kind == EXPR_CALL && str_eq(measure->expr->name, S("sum")) &&
            (measure->type.kind == TYPE_INT64 || (measure->type.kind == TYPE_DECIMAL && measure->type.scale == 0));
        if (!is_sum || measure->label.is_hidden) continue;
        AskFrame *frame = ask_frame(p);
        frame->terms[frame->n_terms++] = ask_term_of_measure(p, measure);
        frame->tests[frame->n_tests++] = args[0]->test;
        frame->kind = ASK_KIND_HOW_MUCH;
        ret->frame = frame;
        return true;
    }
    return false;
}

/* "how long", "the slowest": the measure that is a time. args: direction, members. */
bool ask_slot_howlong(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    static const Str units[] = {S_INIT("days"), S_INIT("hours"), S_INIT("minutes"), S_INIT("seconds"), S_INIT("weeks")};
    for (size_t i = 0; i < p->model->n_measures; i++) {
        const ModelMeasure *measure = &p->model->measures[i];
        bool is_time = false;
        for (size_t u = 0; u < COUNT_OF(units); u++) is_time |= str_eq_nocase(measure->label.unit, units[u]);
        if (!is_time || measure->label.is_hidden) continue;
        AskFrame *frame = ask_frame(p);
        const AskTerm *term = ask_term_of_measure(p, measure);
        if (n_args && args[0]) {
            frame->order = term;
            frame->direction = (int8_t)(args[0]->value < 0 ? -1 : 1);
            frame->is_superlative = true;
        } else {
            frame->terms[frame->n_terms++] = term;
        }
        if (n_args > 1 && args[1]) {
            ask_add_groups(frame, args[1]);
            frame->top = args[1]->members[0];
        }
        ret->frame = frame;
        return true;
    }
    return false;
}
