/* Comparisons with numbers, and bands of them. What a bound without a member is of is found when the reading is finished. */
#include "ask/ask_action.h"

/* What the grammar's numbers for comparisons mean. */
static const QueryOp COMPARISONS[] = {QUERY_OP_EQUALS, QUERY_OP_GT,  QUERY_OP_GTE,
                                      QUERY_OP_LT,     QUERY_OP_LTE, QUERY_OP_BETWEEN};

/* "without any weight", "with a weight": a number that is 0, or more. */
bool ask_bound_at_zero(AskParse *p, const AskSense *sense, QueryOp op, AskNode *ret) {
    AskTest *test = ask_new_test(p, ret, ASK_TEST_BOUND, sense->name);
    if (sense->kind == ASK_SENSE_MEASURE) {
        const AskTerm *term = ask_term_of_measure(p, sense->measure);
        test->member = term->column;
        if (!term->column.n) test->term = term;
    } else if (!type_is_number(sense->member.type)) {
        return false;
    }
    test->op = op;
    ret->test = test;
    return true;
}

bool ask_make_zero(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMeasure *counted = args[0]->sense->measure;
    AskTest *condition = ask_condition_of(p, ret, counted);
    if (condition) { /* "no promotion": rows that the measure does not count */
        condition->is_not = true;
        ret->test = condition;
        return true;
    }
    const AskTerm *term = counted ? ask_term_of_measure(p, counted) : NULL;
    if (term && term->counts_rows) return false; /* groups have some; those without: by their set */
    if (term && term->counts.n) {
        ret->test = ask_new_test(p, ret, ASK_TEST_NULL, term->counts); /* "without a person": who it was is not known */
        return !ask_is_plural(p, args[0]);
    }
    if (!ask_bound_at_zero(p, args[0]->sense, QUERY_OP_EQUALS, ret)) return false;
    AskTest *test = arena_dup(p->arena, ret->test, sizeof(*ret->test));
    test->is_none = true;
    ret->test = test;
    return true;
}

bool ask_make_some(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    return ask_bound_at_zero(p, args[0]->sense, QUERY_OP_GT, ret);
}

/* "more than 10 % of the total amount": of its share. */
bool ask_make_bound_share(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *bound = args[0]->test;
    const ModelMeasure *measure = args[1]->sense->measure;
    if (!bound->is_percent) return false;
    AskTest *test = arena_dup(p->arena, bound, sizeof(*bound));
    AskTerm *share = ARENA_NEW(p->arena, AskTerm);
    *share = (AskTerm){.expr = arena_printf(p->arena, "share(%.*s)", STR_ARG(measure->name)),
                       .name = arena_printf(p->arena, "%.*s_share", STR_ARG(measure->name)),
                       .words = measure->label.title,
                       .fact = measure->fact,
                       .is_ratio = true};
    test->term = share;
    test->number /= 100;
    test->number_to /= 100;
    test->is_percent = false;
    ret->test = test;
    return true;
}

/* "a negative amount" */
bool ask_make_sign(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (!ask_bound_at_zero(p, args[0]->sense, args[1]->value < 0 ? QUERY_OP_LT : QUERY_OP_GT, ret)) return false;
    if (args[0]->sense->kind != ASK_SENSE_MEASURE) return true;
    AskTest *test = arena_dup(p->arena, ret->test, sizeof(*ret->test));
    test->term = ask_term_of_measure(p, args[0]->sense->measure);
    ret->test = test;
    return true;
}

/* A comparison without what is compared. args: number, comparison, the other end. */
bool ask_make_bound(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_BOUND, (Str){0});
    test->number = args[0]->kind == ASK_NODE_WORD ? args[0]->value : args[0]->number;
    if (args[0]->kind == ASK_NODE_WORD) test->unit = S("\1times");
    test->is_percent = str_eq(args[0]->unit, S("%"));
    int code = args[1] ? args[1]->value : literals[1];
    if (code < 0 || (size_t)code >= COUNT_OF(COMPARISONS)) return false;
    test->op = COMPARISONS[code];
    if (n_args > 2 && args[2]) test->number_to = args[2]->number;
    if (!test->is_percent && args[0]->unit.n) test->unit = args[0]->unit;
    if (n_args > 3 && args[3]) test->unit = p->tokens[args[3]->from].norm;
    ret->test = test;
    return true;
}

/* "below $1.50 per piece": an amount of money for one of what is counted, which a price is anyway. */
bool ask_make_bound_money(ASK_ACTION) {
    return ask_make_bound(p, args, literals, n_args, ret) && ret->test->unit.n && args[0]->kind != ASK_NODE_WORD;
}

/* "100 to under 500", "over 20 % up to 50 %": args: first number, its comparison, second number, its comparison. */
static bool two_ends(AskParse *p, AskNode *ret, const AskNode *a, QueryOp from, const AskNode *b, QueryOp to) {
    AskTest *test = ask_new_test(p, ret, ASK_TEST_BOUND, (Str){0});
    test->number = a->number;
    test->number_to = b->number;
    test->op = from;
    test->op_to = to;
    test->is_percent = str_eq(a->unit, S("%")) || str_eq(b->unit, S("%"));
    ret->test = test;
    return a->number < b->number;
}

/* "at least 20 and at most 40 %". args: comparison, number, comparison, number. */
bool ask_make_bound_both(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (COMPARISONS[args[0]->value] != QUERY_OP_GTE || COMPARISONS[args[2]->value] != QUERY_OP_LTE) return false;
    return two_ends(p, ret, args[1], QUERY_OP_BETWEEN, args[3], QUERY_OP_EQUALS);
}

bool ask_make_band(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    return two_ends(p, ret, args[0], COMPARISONS[literals[1]], args[2], COMPARISONS[literals[3]]);
}

bool ask_make_band_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    int a = args[0]->value, b = args[2]->value;
    if (a < 1 || a > 2 || b < 3 || b > 4) return false;
    return two_ends(p, ret, args[1], COMPARISONS[a], args[3], COMPARISONS[b]);
}

bool ask_make_band_zero(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_BOUND, (Str){0});
    test->op = QUERY_OP_EQUALS;
    ret->test = test;
    return true;
}

/* Bands, and at the end a band or a list of them. */
bool ask_make_band_list(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *list = args[n_args - 1]->test;
    for (size_t i = n_args - 1; i-- > 0;) {
        AskTest *test = arena_dup(p->arena, args[i]->test, sizeof(*test));
        test->next = list;
        list = test;
    }
    ret->test = list;
    return true;
}

/* "trips over 25 km", "orders above £100": the number is not how many there are. */
static bool fits_unit(const AskParse *p, const AskTest *bound, const AskTerm *term) {
    bool is_money = str_eq(bound->unit, S("$")) || str_eq(bound->unit, S("£")) || str_eq(bound->unit, S("€"));
    bool is_of_model = bound->unit.n && map_get(p->engine->units, bound->unit);
    return !(term->counts.n || term->counts_rows) || !(is_money || is_of_model);
}

/* What it is that is compared: a measure, a column, a member that is a number. */
bool ask_make_bound_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *bound = args[0]->test;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_BOUND, (Str){0});
    *test = *bound;
    test->from = ret->from;
    test->to = ret->to;
    const AskNode *what = args[1];
    if (what->term) {
        test->term = what->term;
        test->member = what->term->column;
    } else if (what->sense->kind == ASK_SENSE_MEASURE) {
        test->term = ask_term_of_measure(p, what->sense->measure);
        test->member = test->term->column;
    } else if (type_is_number(what->sense->member.type)) {
        test->member = what->sense->name;
    } else {
        return false;
    }
    ret->test = test;
    return !test->term || fits_unit(p, bound, test->term);
}

/* "1000 units or more": args: number, measure or column, comparison. */
bool ask_make_bound_at(ASK_ACTION) {
    const AskNode *bound[] = {args[0], args[2]};
    if (!ask_make_bound(p, bound, literals, COUNT_OF(bound), ret)) return false;
    AskNode made = *ret;
    const AskNode *of[] = {&made, args[1]};
    return n_args == 3 && ask_make_bound_of(p, of, literals, COUNT_OF(of), ret);
}
