/* What is grouped by: attributes, times and their parts, and those of a value ("red items"). */
#include "ask/ask_action.h"

bool ask_make_member(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *sense = args[0]->sense;
    Str name = sense->name;
    if (type_is_time(sense->member.type) && !sense->member.part)
        name = arena_printf(p->arena, "%.*s.day", STR_ARG(name));
    ret->members[ret->n_members++] = name;
    return true;
}

/* "US states": members, and which of them. */
bool ask_make_members_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTest *test = args[1]->test;
    ModelMember of, member;
    if (args[0]->n_members != 1 || args[0]->test || str_eq(args[0]->members[0], test->member)) return false;
    if (model_member(p->model, NULL, test->member, &of, NULL) ||
        model_member(p->model, NULL, args[0]->members[0], &member, NULL))
        return false;
    ret->members[ret->n_members++] = args[0]->members[0];
    ret->test = test;
    bool is_near = of.dimension && of.dimension == member.dimension && of.role == member.role;
    if (!is_near) ret->own += .1;
    return true;
}

bool ask_make_members_begin(ASK_ACTION) {
    if (!ask_make_begins(p, args, literals, n_args, ret)) return false;
    ret->members[ret->n_members++] = args[0]->sense->name;
    return true;
}

bool ask_make_join(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    for (size_t a = 0; a < n_args; a++) {
        if (args[a] && args[a]->test) ret->test = args[a]->test;
        for (size_t i = 0; args[a] && i < args[a]->n_members; i++) {
            if (ret->n_members == ASK_MAX_ITEMS) return false;
            for (size_t k = 0; k < ret->n_members; k++)
                if (str_eq(ret->members[k], args[a]->members[i])) return false;
            ret->members[ret->n_members++] = args[a]->members[i];
        }
    }
    return true;
}

Str ask_main_time(const AskParse *p) {
    for (size_t f = 0; f < p->model->n_facts; f++) {
        const ModelFact *fact = &p->model->facts[f];
        if (fact->time >= 0 && !fact->axis_unit.n) return fact->columns[fact->time].name;
    }
    return (Str){0};
}

static const char *const PARTS[] = {"weekday", "hour_of_day", "month_of_year", "quarter_of_year", "day_of_month"};

/* "day of the week": a numbered part of a time, of the main one unless another is named. */
bool ask_make_part(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    Str time = args[0] && args[0]->sense ? args[0]->sense->name : ask_main_time(p);
    int part = args[1] ? args[1]->value : literals[1];
    if (args[0] && args[0]->sense && !type_is_time(args[0]->sense->member.type)) return false;
    if (!time.n || part < 0 || (size_t)part >= COUNT_OF(PARTS)) return false;
    ModelMember member;
    Str name = arena_printf(p->arena, "%.*s.%s", STR_ARG(time), PARTS[part]);
    if (model_member(p->model, NULL, name, &member, NULL)) return false;
    ret->members[ret->n_members++] = name;
    return true;
}

/* An axis of whole numbers, by its unit: "week". */
bool ask_make_axis(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    for (size_t f = 0; f < p->model->n_facts; f++) {
        const ModelFact *fact = &p->model->facts[f];
        if (fact->time < 0 || !str_eq_nocase(fact->axis_unit, str_of(time_grain_name((TimeGrain)args[0]->value))))
            continue;
        ret->members[ret->n_members++] = fact->columns[fact->time].name;
        return true;
    }
    return false;
}
