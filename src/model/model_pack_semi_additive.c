/* The key `semi_additive` of a measure: of which instants its rows count. */
#include "model/model_pack_internal.h"

/* By name, else the fact's main time. */
static const ModelFactColumn *read_time(Pack *p, const Yaml *name, const ModelFact *fact, ModelPlace at) {
    Str *names = ARENA_ARRAY(p->scratch, Str, fact->n_columns + 1);
    size_t n = 0;
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelFactColumn *column = &fact->columns[i];
        bool can_be = column->kind == MODEL_COLUMN_TIME || (ptrdiff_t)i == fact->time;
        if (can_be) names[n++] = column->name;
        if (can_be && (name ? str_eq(column->name, name->text) : (ptrdiff_t)i == fact->time)) return column;
    }
    if (name) {
        const char *what =
            arena_cstr(p->scratch, arena_printf(p->scratch, "time of fact '%.*s' named", STR_ARG(fact->name)));
        pack_find_unknown(p, name->place, what, name->text, names, n);
    } else {
        pack_find(p, at, "fact '%.*s' has no main time; say which one counts with 'time'", STR_ARG(fact->name));
    }
    return NULL;
}

static void read_per(Pack *p, const Yaml *list, const ModelFact *fact, ModelSemiAdditive *ret) {
    if (!list) return;
    Str *per = ARENA_ARRAY(p->arena, Str, list->n + 1);
    for (size_t i = 0; i < list->n; i++) {
        ModelMember member;
        Err err = {0};
        per[i] = list->items[i].text;
        if (model_member(p->model, fact, per[i], &member, &err))
            pack_find(p, list->items[i].place, "%s", err.message);
        else if (member.kind == MODEL_MEMBER_MEASURE || member.kind == MODEL_MEMBER_FILTER)
            pack_find(p, list->items[i].place, "'%.*s' is a %s; 'per' takes attributes and times of fact '%.*s'",
                      STR_ARG(per[i]), member.kind == MODEL_MEMBER_MEASURE ? "measure" : "filter", STR_ARG(fact->name));
    }
    ret->per = per;
    ret->n_per = list->n;
}

void pack_read_semi_additive(Pack *p, const Yaml *measure, ModelMeasure *ret) {
    static const Str takes[] = {S("last"), S("first")};
    const Yaml *map = yaml_get(measure, S("semi_additive")); /* with nothing in it too */
    bool is_map = map && (map->kind == YAML_MAP || map->kind == YAML_NULL);
    if (!is_map || !pack_check(p, map, map->place, PACK_OBJECT_SEMI_ADDITIVE)) return;
    ModelSemiAdditive *semi = ARENA_NEW(p->arena, ModelSemiAdditive);
    *semi = (ModelSemiAdditive){.place = map->place};
    semi->takes_first = pack_choice(p, map, "take", takes, COUNT_OF(takes), 0) == 1;
    if (ret->facts && !ret->fact)
        pack_find(
            p, map->place,
            "measure '%.*s' is of several facts; write 'semi_additive' with those of the measures it is made of that need it",
            STR_ARG(ret->name));
    if (!ret->fact) return;
    semi->time = read_time(p, pack_scalar(map, "time"), ret->fact, map->place);
    read_per(p, pack_list(map, "per"), ret->fact, semi);
    ret->semi_additive = semi;
}

/* Sums and counts of the rows of an instant, and formulas of them. */
static void check_parts(Pack *p, const ModelMeasure *measure, const Expr *expr) {
    bool is_additive = expr->fn == SQL_FN_SUM || expr->fn == SQL_FN_COUNT || expr->fn == SQL_FN_COUNT_ALL;
    if (expr_is_aggregate(expr)) {
        if (is_additive && !expr->is_distinct) return;
        pack_find(
            p, measure->semi_additive->place,
            "'semi_additive' is for what can be added up but for time: formulas of sum and count, and '%.*s' holds '%.*s%s'",
            STR_ARG(measure->name), STR_ARG(expr->name), expr->is_distinct ? " distinct" : "");
        return;
    }
    if (expr->kind == EXPR_DERIVED) {
        pack_find(p, measure->semi_additive->place,
                  "'semi_additive' is for sums and counts of rows; make '%.*s' of a measure that has it",
                  STR_ARG(expr->name));
        return;
    }
    ModelMember member;
    const ModelMeasure *named =
        expr->kind == EXPR_NAME && expr->n_parts == 1 ? model_measure(p->model, expr->parts[0]) : NULL;
    if (named && named->semi_additive)
        pack_find(p, measure->semi_additive->place,
                  "'%.*s' is semi_additive already, and '%.*s' is made of it; leave this out", STR_ARG(named->name),
                  STR_ARG(measure->name));
    else if (named && named->facts) /* of a circle there are none */
        check_parts(p, measure, named->expr);
    else if (expr->kind == EXPR_NAME && !named &&
             !model_resolve(p->model, measure->fact, true, expr, EXPR_USE_PLAIN, &member, NULL) && member.column &&
             member.column->aggregated)
        check_parts(p, measure, member.column->aggregated);
    for (size_t i = 0; i < (expr->kind == EXPR_WHERE ? 1 : expr->n_args); i++) check_parts(p, measure, expr->args[i]);
}

void pack_check_semi_additive(Pack *p, const ModelMeasure *measure) {
    if (measure->semi_additive && measure->expr) check_parts(p, measure, measure->expr);
}
