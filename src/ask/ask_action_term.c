/* What is computed: measures, aggregates of columns, counts, first and last dates, ratios; and numbers. */
#include "ask/ask_action.h"

const AskTerm *ask_term_of(AskParse *p, Str expr, Str name, Str words) {
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    *term = (AskTerm){.expr = expr, .name = name, .words = words};
    return term;
}

/* The column that a measure sums, where it does just that. */
static Str summed_column(AskParse *p, const ModelMeasure *measure) {
    const Expr *expr = measure->expr;
    bool is_sum = expr->kind == EXPR_CALL && expr->n_args == 1 && expr->args[0]->kind == EXPR_NAME &&
                  (str_eq(expr->name, S("sum")) || str_eq(expr->name, S("avg")));
    if (!is_sum || !measure->fact) return (Str){0};
    ModelMember member;
    Str name = arena_printf(p->arena, "%.*s.%.*s", STR_ARG(measure->fact->name), STR_ARG(expr->args[0]->name));
    return model_member(p->model, measure->fact, name, &member, NULL) ? (Str){0} : name;
}

const AskTerm *ask_term_of_measure(AskParse *p, const ModelMeasure *measure) {
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    *term = (AskTerm){.expr = measure->name,
                      .words = measure->label.title,
                      .measure = measure,
                      .column = summed_column(p, measure),
                      .fact = measure->fact};
    for (size_t i = 0; i < p->engine->entities.n; i++)
        if (p->engine->entities.at[i].count == measure) term->counts = p->engine->entities.at[i].counted;
    term->counts_rows = ask_rows_measure(p->model, measure->fact) == measure;
    const Expr *below = measure->expr->kind == EXPR_WHERE ? measure->expr->args[0] : measure->expr;
    bool counts_distinct =
        below->kind == EXPR_CALL && below->is_distinct && below->n_args == 1 && below->args[0]->kind == EXPR_NAME;
    if (!term->counts.n && counts_distinct) term->counts = below->args[0]->name;
    bool is_mean = measure->expr->kind == EXPR_CALL && str_eq(measure->expr->name, S("avg"));
    term->is_ratio = is_mean || (!term->column.n && !term->counts.n && !term->counts_rows);
    return term;
}

bool ask_make_measure(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->term = ask_term_of_measure(p, args[0]->sense->measure);
    return true;
}

bool ask_make_rows(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelFact *fact = args[0]->sense->fact;
    const ModelMeasure *rows = ask_rows_measure(p->model, fact);
    if (rows) {
        ret->term = ask_term_of_measure(p, rows);
        return true;
    }
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    *term = (AskTerm){
        .expr = S("count(*)"), .name = fact->name, .words = fact->label.title, .fact = fact, .counts_rows = true};
    ret->term = term;
    return true;
}

/* "rows": of the first fact. */
bool ask_make_rows_any(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const ModelMeasure *rows = p->model->n_facts ? ask_rows_measure(p->model, &p->model->facts[0]) : NULL;
    if (!rows) return false;
    ret->term = ask_term_of_measure(p, rows);
    return true;
}

static const char *const AGGREGATES[] = {"sum", "sum", "avg", "min", "max", "median"};
static const char *const AGGREGATE_WORDS[] = {"", "total ", "average ", "smallest ", "largest ", "median "};

const AskTerm *ask_aggregate(AskParse *p, Str column, Str words, const ModelFact *fact, int which) {
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    Str last = column;
    for (ptrdiff_t dot = str_find_char(last, '.'); dot >= 0; dot = str_find_char(last, '.'))
        last = str_slice(last, (size_t)dot + 1, last.n);
    *term = (AskTerm){.expr = arena_printf(p->arena, "%s(%.*s)", AGGREGATES[which], STR_ARG(column)),
                      .name = arena_printf(p->arena, "%s_%.*s", AGGREGATES[which], STR_ARG(last)),
                      .words = arena_printf(p->arena, "%s%.*s", AGGREGATE_WORDS[which], STR_ARG(words)),
                      .fact = fact,
                      .column = column,
                      .is_ratio = which != AGG_SUM};
    return term;
}

/* A row's own number that has a unit: how long, how far; no code, and nothing of a dimension, whose members are not the rows. */
bool ask_is_quantity(const ModelMember *member) {
    return member->column && !member->part && type_is_number(member->type) && member->label->unit.n;
}

bool ask_make_aggregate(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *sense = args[0]->sense;
    int which = literals[1];
    if (!type_is_number(sense->member.type)) return false;
    if (sense->kind == ASK_SENSE_MEMBER && !ask_is_quantity(&sense->member)) return false;
    if (which == AGG_DEFAULT) which = str_eq(sense->member.label->format, S("percent")) ? AGG_AVG : AGG_SUM;
    ret->term = ask_aggregate(p, sense->name, sense->words, sense->fact, which);
    return true;
}

/* "average price": over the rows; of a ratio it is the ratio itself. */
bool ask_make_average_of_measure(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTerm *term = ask_term_of_measure(p, args[0]->sense->measure);
    if (term->counts.n || term->counts_rows) return false;
    bool is_summed = term->column.n && str_eq(term->measure->expr->name, S("sum"));
    ret->term = is_summed ? ask_aggregate(p, term->column, term->words, term->fact, literals[1]) : term;
    if (!is_summed && literals[1] != AGG_AVG) return false;
    return true;
}

const AskTerm *ask_count_distinct(AskParse *p, Str member, Str words, const ModelFact *fact) {
    const AskEntity *entity = ask_entity_of(p->engine, member);
    if (entity && entity->count) return ask_term_of_measure(p, entity->count);
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    Str last = member;
    for (ptrdiff_t dot = str_find_char(last, '.'); dot >= 0; dot = str_find_char(last, '.'))
        last = str_slice(last, (size_t)dot + 1, last.n);
    *term = (AskTerm){.expr = arena_printf(p->arena, "count(distinct %.*s)", STR_ARG(member)),
                      .name = arena_printf(p->arena, "number_of_%.*s", STR_ARG(last)),
                      .words = arena_printf(p->arena, "number of different %.*s", STR_ARG(words)),
                      .fact = fact,
                      .counts = member};
    return term;
}

bool ask_make_count_distinct(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *sense = args[0]->sense;
    if (sense->member.type.kind == TYPE_BOOL) return false;
    ret->term = ask_count_distinct(p, sense->name, sense->words, sense->fact);
    return true;
}

/* A measure that counts something; of others "number of" makes no sense. */
bool ask_make_count_of_measure(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->term = ask_term_of_measure(p, args[0]->sense->measure);
    const ModelLabel *label = &ret->term->measure->label;
    return ret->term->counts.n || ret->term->counts_rows || ret->term->measure->type.kind == TYPE_INT64 ||
           str_eq(label->format, S("integer"));
}

bool ask_make_count_of_grain(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    Str time = {0};
    for (size_t f = 0; f < p->model->n_facts && !time.n; f++) {
        const ModelFact *fact = &p->model->facts[f];
        if (fact->time >= 0 && fact->axis_unit.n == 0) time = fact->columns[fact->time].name;
    }
    if (!time.n) return false;
    const char *grain = time_grain_name((TimeGrain)args[0]->value);
    ret->term = ask_count_distinct(p, arena_printf(p->arena, "%.*s.%s", STR_ARG(time), grain), str_of(grain), NULL);
    return true;
}

/* The first or last date of what is counted: as the pack defines it, if it does. */
const AskTerm *ask_date_term(AskParse *p, const AskTerm *of, bool is_first) {
    const ModelFact *fact = of->fact ? of->fact : &p->model->facts[0];
    if (fact->time < 0 || (!of->counts.n && !of->counts_rows)) return NULL;
    const char *fn = is_first ? "min" : "max";
    Str column = fact->columns[fact->time].name;
    const Expr *counted = of->measure ? of->measure->expr : NULL;
    Str condition = counted && counted->kind == EXPR_WHERE ? expr_print(p->arena, counted->args[1]) : (Str){0};
    const ModelMeasure *own = NULL;
    for (size_t i = 0; i < p->model->n_measures; i++) {
        const Expr *expr = p->model->measures[i].expr;
        Str narrowed = expr->kind == EXPR_WHERE ? expr_print(p->arena, expr->args[1]) : (Str){0};
        if (expr->kind == EXPR_WHERE) expr = expr->args[0];
        bool is_such = expr->kind == EXPR_CALL && str_eq(expr->name, str_of(fn)) && expr->n_args == 1 &&
                       expr->args[0]->kind == EXPR_NAME && str_eq(expr->args[0]->name, column) &&
                       p->model->measures[i].fact == fact;
        if (is_such && (str_eq(narrowed, condition) || (!condition.n && !own))) own = &p->model->measures[i];
    }
    if (own) return ask_term_of_measure(p, own);
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    *term = (AskTerm){.expr = arena_printf(p->arena, "%s(%.*s)%s%.*s", fn, STR_ARG(column),
                                           condition.n ? " where " : "", STR_ARG(condition)),
                      .name = is_first ? S("first_date") : S("last_date"),
                      .words = arena_printf(p->arena, "%s date", is_first ? "first" : "last"),
                      .fact = fact,
                      .is_ratio = true};
    return term;
}

/* "the latest delivery date": of the fact's other times; its own is that of its rows. */
bool ask_make_aggregate_date(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskSense *sense = args[0]->sense;
    const ModelMember *member = &sense->member;
    bool is_first = literals[1] == AGG_MIN, is_day = member->type.kind == TYPE_DATE;
    if (!member->column || member->part || !(is_day || member->type.kind == TYPE_TIMESTAMP)) return false;
    const ModelFact *fact = member->fact;
    const AskTerm rows = {.counts_rows = true, .fact = fact};
    if (fact && fact->time >= 0 && str_eq(fact->columns[fact->time].name, sense->name)) {
        ret->term = ask_date_term(p, &rows, is_first);
        return true;
    }
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    *term = *ask_aggregate(p, sense->name, sense->words, fact, literals[1]);
    term->words = arena_printf(p->arena, "%s %.*s", is_first ? "first" : "last", STR_ARG(sense->words));
    ret->term = term;
    return true;
}

bool ask_make_date_of(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->term = ask_date_term(p, args[0]->term, literals[1] == AGG_MIN);
    return ret->term != NULL;
}

bool ask_are_fewer(const AskParse *p, Str counted, Str per) {
    const AskValues *values = p->engine->values;
    size_t n = values && counted.n && per.n ? ask_values_count_of(values, counted) : 0;
    return n && n < ask_values_count_of(values, per);
}

bool ask_make_ratio(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTerm *a = ask_term_of_measure(p, args[0]->sense->measure),
                  *b = ask_term_of_measure(p, args[1]->sense->measure);
    AskTerm *term = ARENA_NEW(p->arena, AskTerm);
    *term = (AskTerm){.expr = arena_printf(p->arena, "%.*s / %.*s", STR_ARG(a->expr), STR_ARG(b->expr)),
                      .name = S("ratio"),
                      .words = arena_printf(p->arena, "%.*s per %.*s", STR_ARG(a->words), STR_ARG(b->words)),
                      .fact = a->fact,
                      .is_ratio = true};
    ret->term = term;
    return !str_eq(a->expr, b->expr) && !ask_are_fewer(p, a->counts, b->counts);
}

bool ask_make_same_term(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->term = args[0]->term;
    return str_eq(args[0]->term->expr, args[1]->term->expr);
}

bool ask_pass_term(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->term = args[0]->term;
    return true;
}

static bool is_ordinal(const AskParse *p, const AskNode *node) {
    return p->tokens[node->from].is_ordinal;
}

bool ask_make_number(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    if (is_ordinal(p, args[0])) return false;
    ret->number = args[0]->kind == ASK_NODE_NUMBER ? args[0]->number : args[0]->value;
    ret->unit = args[0]->unit;
    if (n_args > 1 && args[1]) ret->number *= args[1]->value;
    if (n_args > 2 && args[2]) ret->unit = S("%");
    ret->value = (int)MAX_OF(MIN_OF(ret->number, 1e9), -1e9);
    return true;
}

/* "twenty-five", "thirty five thousand": args: tens, ones, scale, percent. */
bool ask_make_compound(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->number = args[0]->value + args[1]->value;
    if (args[2]) ret->number *= args[2]->value;
    if (args[3]) ret->unit = S("%");
    ret->value = (int)ret->number;
    return ret->number < 1e9;
}

/* "second", "2nd" */
bool ask_make_ordinal(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->number = ret->value = args[0]->value;
    return args[0]->kind == ASK_NODE_WORD || is_ordinal(p, args[0]);
}

bool ask_make_negative(ASK_ACTION) {
    if (!ask_make_number(p, args, literals, n_args, ret)) return false;
    ret->number = -ret->number;
    return true;
}

/* "half", "a quarter": a list's value in percent. */
bool ask_make_fraction(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    ret->number = args[0]->value;
    ret->unit = S("%");
    return true;
}

/* "last sold": of the first fact's rows. */
bool ask_make_date_any(ASK_ACTION) {
    ASK_ACTION_UNUSED;
    const AskTerm rows = {.counts_rows = true};
    ret->term = p->model->n_facts ? ask_date_term(p, &rows, literals[0] == AGG_MIN) : NULL;
    return ret->term != NULL;
}
