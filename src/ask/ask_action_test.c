/* Which rows: values of members, conditions that the model names, texts that begin or hold something. */
#include "ask/ask_action.h"

AskTest *ask_new_test(AskParse *p, const AskNode *ret, AskTestKind kind, Str member) {
    AskTest *test = ARENA_NEW(p->arena, AskTest);
    *test = (AskTest){.kind = kind, .member = member, .from = ret->from, .to = ret->to};
    return test;
}

AskTest *ask_condition_of(AskParse *p, const AskNode *ret, const ModelMeasure *measure) {
    static const AskNode NOWHERE = {0};
    if (!measure || measure->expr->kind != EXPR_WHERE) return NULL;
    AskTest *test = ask_new_test(p, ret ? ret : &NOWHERE, ASK_TEST_EXPR, ret ? measure->name : (Str){0});
    test->raw = expr_print(p->arena, measure->expr->args[1]);
    return test;
}

bool ask_make_equals(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *sense = args[0]->sense;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_VALUES, sense->name);
    if (sense->n_values > 1) test->kind = sense->is_prefix ? ASK_TEST_PREFIX : ASK_TEST_PART;
    if (sense->n_alike) {
        test->kind = ASK_TEST_VALUES;
        for (size_t i = 0; i < sense->n_alike && i < ASK_MAX_ITEMS; i++)
            test->values[test->n_values++] = sense->values[i];
    } else {
        test->values[test->n_values++] = sense->value;
    }
    test->is_number = sense->is_number;
    test->is_missing = sense->is_missing;
    ret->test = test;
    return !sense->is_number || sense->n_values <= 1;
}

/* A value beside the word for what it is of: "the North area", "person 14911". */
bool ask_make_equals_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *value = args[0]->sense, *member = args[1]->sense;
    if (value->is_number && args[0]->from < args[1]->from) return false; /* "5 stores" are no store 5 */
    bool is_same = str_eq(value->name, member->name);
    bool is_near = value->member.dimension && value->member.role == member->member.role &&
                   value->member.dimension == member->member.dimension;
    bool names_kind = is_near && ask_entity_of(p->engine, member->name); /* "red items" */
    if (!is_same && (!is_near || (args[0]->from < args[1]->from && !names_kind))) return false;
    ret->own -= is_same ? value->is_edit ? .15 : MAX_OF(.15, .6 * args[0]->cost) : .05;
    return ask_make_equals(p, args, literals, 1, ret);
}

/* A member that is the number, which is a whole one without a unit. */
static bool equals_number(AskParse *p, const AskSense *member, const AskNode *number, AskNode *ret) {
    if (number->unit.n || number->number != (double)number->value) return false;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_VALUES, member->name);
    test->values[test->n_values++] = arena_printf(p->arena, "%d", number->value);
    test->is_number = true;
    ret->test = test;
    return true;
}

/* "station 10": the one of that number, though the data may have none. args: member, number. */
bool ask_make_equals_numbered(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMember *member = &args[0]->sense->member;
    bool is_its = member->dimension && member->type.kind == TYPE_INT64 && !ask_is_plural(p, args[0]) &&
                  ask_entity_of(p->engine, args[0]->sense->name);
    return is_its && equals_number(p, args[0]->sense, args[1], ret);
}

/* "64 oz", "64-ounce": a number of a member that is measured. args: number, member. */
bool ask_make_equals_measured(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMember *member = &args[1]->sense->member;
    bool is_measured =
        member->label && member->label->unit.n && member->type.kind == TYPE_INT64 && args[1]->from - args[0]->to <= 1;
    return is_measured && equals_number(p, args[1]->sense, args[0], ret);
}

bool ask_make_either(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *a = args[0]->test, *b = args[1]->test;
    if (a->kind != ASK_TEST_VALUES || b->kind != ASK_TEST_VALUES || !str_eq(a->member, b->member) ||
        a->is_not != b->is_not || a->is_number != b->is_number || a->n_values + b->n_values > ASK_MAX_ITEMS)
        return false;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_VALUES, a->member);
    *test = *a;
    bool is_or = args[2] && args[2]->value == 1;
    test->is_or = a->is_or || b->is_or || is_or;
    test->is_listed = !test->is_or;
    for (size_t i = 0; i < b->n_values; i++) test->values[test->n_values++] = b->values[i];
    if (a->is_number) ret->own -= MAX_OF(0, args[1]->cost - .01); /* "stores 2, 5 and 8": no less sure than the first */
    ret->test = test;
    return true;
}

bool ask_make_not(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTest *test = ask_new_test(p, ret, args[0]->test->kind, (Str){0});
    *test = *args[0]->test;
    test->is_not = !test->is_not;
    ret->test = test;
    return true;
}

bool ask_pass_test(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->test = args[0]->test;
    return true;
}

/* A bool attribute by its name: "returned". */
bool ask_make_flag(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *sense = args[0]->sense;
    if (sense->member.type.kind != TYPE_BOOL) return false;
    ret->test = ask_new_test(p, ret, ASK_TEST_FLAG, sense->name);
    return true;
}

/* The test that there is, turned. `word`: how that was said; its value 1: rows are left out. */
static bool turn(AskParse *p, AskNode *ret, const AskNode *word) {
    AskTest *test = arena_dup(p->arena, ret->test, sizeof(*ret->test));
    test->is_not = true;
    test->leaves_out = word && word->value == 1;
    ret->test = test;
    return true;
}

/* args: what is not so, how that is said. */
bool ask_make_flag_not(ASK_ACTION) {
    return ask_make_flag(p, args, literals, n_args, ret) && turn(p, ret, n_args > 1 ? args[1] : NULL);
}

/* A condition that the model names. */
bool ask_make_filter(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    AskTest *test = ask_new_test(p, ret, ASK_TEST_EXPR, args[0]->sense->name);
    test->raw = args[0]->sense->name;
    ret->test = test;
    return true;
}

bool ask_make_filter_not(ASK_ACTION) {
    return ask_make_filter(p, args, literals, n_args, ret) && turn(p, ret, n_args > 1 ? args[1] : NULL);
}

/* The condition of a measure that counts what meets it: "on promotion". */
bool ask_make_condition(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMeasure *measure = args[0]->sense->measure;
    for (size_t i = 0; i < p->engine->entities.n; i++) /* "on our trips": on any */
        if (p->engine->entities.at[i].count == measure) return false;
    ret->test = ask_condition_of(p, ret, measure);
    return ret->test != NULL;
}

bool ask_make_condition_not(ASK_ACTION) {
    return ask_make_condition(p, args, literals, n_args, ret) && turn(p, ret, n_args > 1 ? args[1] : NULL);
}

bool ask_make_null(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (args[0]->sense->member.type.kind == TYPE_BOOL) return ask_make_flag_not(p, args, literals, 1, ret);
    ret->test = ask_new_test(p, ret, ASK_TEST_NULL, args[0]->sense->name);
    return true;
}

/* "with a person": who it was is known. */
bool ask_make_not_null(ASK_ACTION) {
    if (args[0]->sense->member.type.kind == TYPE_BOOL || !ask_make_null(p, args, literals, n_args, ret)) return false;
    return turn(p, ret, NULL) && !ask_is_plural(p, args[0]);
}

bool ask_make_begins(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskNode *word = args[1];
    AskTest *test = ask_new_test(p, ret, literals[2] == 1 ? ASK_TEST_PREFIX : ASK_TEST_PART, args[0]->sense->name);
    size_t last = MIN_OF(word->to, p->n);
    Str text = p->tokens[word->from].text;
    text.n = (size_t)(p->tokens[last - 1].text.p + p->tokens[last - 1].text.n - text.p);
    test->values[test->n_values++] = text;
    ret->test = test;
    return type_is_number(args[0]->sense->member.type) ? false : true;
}
