/*
 * A semantic query in one line of words: "Amount by city in 2013, where segment is Corporate, the top 10 by amount". Asked as a
 * question it should be read as the same query (tests/unit/ask/test_round.c).
 */
#include "ask/ask_say.h"

enum { MAX_CLAUSES = 64 };

typedef struct Clauses {
    Str at[MAX_CLAUSES];
    size_t n;
} Clauses;

static void add(Clauses *clauses, Str clause) {
    if (clause.n && clauses->n < MAX_CLAUSES) clauses->at[clauses->n++] = clause;
}

static Str say_query(const AskSay *outer, const Query *query);

/* ---- filters ---------------------------------------------------------------------------------------------------------- */

static Str values_words(const AskSay *say, const QueryFilter *filter, const char *last) {
    Str *values = ARENA_ARRAY(say->arena, Str, filter->n_values + 1);
    for (size_t i = 0; i < filter->n_values; i++) values[i] = say_value(say, filter->member.name, filter->values[i]);
    return say_list(say->arena, values, filter->n_values, last);
}

static bool is_flag(const AskSay *say, const QueryFilter *filter) {
    ModelMember member;
    return filter->n_values == 1 && filter->values[0].type.kind == TYPE_BOOL && !filter->values[0].is_null &&
           (!say_member(say, filter->member.name, &member) || member.type.kind == TYPE_BOOL);
}

static Str range_test(const AskSay *say, const QueryFilter *filter, Str member) {
    QueryRange range = {.is_given = true};
    Str ends[2] = {{0}, {0}};
    for (size_t i = 0; i < filter->n_values && i < 2; i++)
        if (!filter->values[i].is_null) ends[i] = value_print(say->arena, filter->values[i]);
    range.from = ends[0];
    range.to = filter->n_values > 1 ? ends[1] : ends[0];
    return arena_printf(say->arena, "%.*s%.*s", STR_ARG(member), STR_ARG(say_range(say->arena, &range, (Str){0})));
}

/* Texts that look like numbers. */
static bool is_of_digits(const QueryFilter *filter) {
    bool is_list = filter->op == QUERY_OP_IN || filter->op == QUERY_OP_EQUALS;
    for (size_t i = 0; i < filter->n_values && is_list; i++) {
        double number;
        bool is_text = filter->values[i].type.kind == TYPE_TEXT && !filter->values[i].is_null;
        if (!is_text || !str_to_double(filter->values[i].s, &number)) return false;
    }
    return is_list && filter->n_values;
}

static Str test_words(const AskSay *say, const QueryFilter *filter) {
    Arena *arena = say->arena;
    Str member = say_expr(say, filter->member.expr);
    switch (filter->op) {
    case QUERY_OP_SET: return arena_printf(arena, "with any %.*s", STR_ARG(member));
    case QUERY_OP_NOT_SET: return arena_printf(arena, "without %.*s", STR_ARG(member));
    case QUERY_OP_IN_RANGE: return range_test(say, filter, member);
    case QUERY_OP_EQUALS:
    case QUERY_OP_IN:
    case QUERY_OP_NOT_EQUALS:
    case QUERY_OP_NOT_IN:
        if (is_flag(say, filter)) {
            bool is_yes = filter->values[0].b == (query_op_info(filter->op)->positive == filter->op ||
                                                  filter->op == QUERY_OP_EQUALS || filter->op == QUERY_OP_IN);
            const Expr *condition = say_condition_of(say, filter->member.name);
            if (condition) member = say_condition(say, condition);
            return arena_printf(arena, is_yes ? "%.*s" : condition ? "not (%.*s)" : "not %.*s", STR_ARG(member));
        }
        break;
    default: break;
    }
    const char *last = filter->op == QUERY_OP_BETWEEN ? " and " : " or ";
    if (is_of_digits(filter)) /* "is" would compare a number */
        return arena_printf(arena, "%.*s %.*s", STR_ARG(member), STR_ARG(values_words(say, filter, last)));
    return arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(member),
                        STR_ARG(say_verb(arena, member, query_op_info(filter->op)->words)),
                        STR_ARG(values_words(say, filter, last)));
}

/* What an inner query narrows its rows to: "in 2014, where …" */
static Str narrowed(const AskSay *outer, const Query *query);

/* " in 2014", " with kind A", " where count is more than 3": what somebody does, or never does. */
static Str done_words(const AskSay *outer, const Query *inner);

/* The entities that another query gives. */
static Str membership_words(const AskSay *say, const QueryFilter *filter) {
    Arena *arena = say->arena;
    const Query *inner = filter->query;
    Str member = say_expr(say, filter->member.expr);
    bool is_in = filter->op == QUERY_OP_IN || filter->op == QUERY_OP_EQUALS;
    bool is_set = is_in || filter->op == QUERY_OP_NOT_IN || filter->op == QUERY_OP_NOT_EQUALS;
    if (!is_set)
        return arena_printf(arena, "%.*s %s the %.*s", STR_ARG(member), query_op_info(filter->op)->words,
                            STR_ARG(say_query(say, inner)));
    bool is_plain = !inner->n_measures && !inner->having && inner->limit < 0 && !inner->source_query;
    Str of = is_plain ? done_words(say, inner) : (Str){0};
    if (!is_plain || !of.n)
        return arena_printf(arena, "%s among the %.*s", is_in ? "only" : "but not", STR_ARG(say_query(say, inner)));
    bool is_time = !inner->where;
    return arena_printf(arena, "%s%.*s", is_in ? "and also" : is_time ? "but not" : "but never", STR_ARG(of));
}

static Str filter_words(const AskSay *say, const QueryFilter *filter, bool is_inner) {
    Arena *arena = say->arena;
    switch (filter->kind) {
    case QUERY_FILTER_AND:
    case QUERY_FILTER_OR: {
        Str words = {0};
        for (size_t i = 0; i < filter->n_children; i++)
            words = arena_printf(arena, "%.*s%s%.*s", STR_ARG(words),
                                 !i                                 ? ""
                                 : filter->kind == QUERY_FILTER_AND ? " and "
                                                                    : " or ",
                                 STR_ARG(filter_words(say, filter->children[i], true)));
        return is_inner && filter->n_children > 1 ? arena_printf(arena, "(%.*s)", STR_ARG(words)) : words;
    }
    case QUERY_FILTER_NOT: {
        const QueryFilter *of = filter->children[0];
        bool is_plain = of->kind == QUERY_FILTER_EXPR && of->member.expr->kind == EXPR_NAME;
        return arena_printf(arena, is_plain ? "not %.*s" : "not (%.*s)", STR_ARG(filter_words(say, of, false)));
    }
    case QUERY_FILTER_EXPR: return say_condition(say, filter->member.expr);
    case QUERY_FILTER_TEST: return test_words(say, filter);
    case QUERY_FILTER_MEMBERSHIP: return membership_words(say, filter);
    }
    return (Str){0};
}

static bool is_model_filter(const AskSay *say, const QueryFilter *filter) {
    ModelMember member;
    return filter->kind == QUERY_FILTER_EXPR && filter->member.expr->kind == EXPR_NAME &&
           say_member(say, filter->member.name, &member) && member.kind == MODEL_MEMBER_FILTER;
}

static bool is_weekday(const AskSay *say, const QueryFilter *filter) {
    ModelMember member;
    bool is_list = filter->op == QUERY_OP_IN || filter->op == QUERY_OP_EQUALS;
    return is_list && say_member(say, filter->member.name, &member) && member.part && say_is_main_time(&member) &&
           str_eq(member.part->name, S("weekday"));
}

/* What is a clause of its own: "excluding kind A or B", "only bulk", "on Saturday or Sunday", sets. Nothing: a test as others. */
static Str own_clause(const AskSay *say, const QueryFilter *filter) {
    Arena *arena = say->arena;
    bool is_test = filter->kind == QUERY_FILTER_TEST;
    if (is_test && (filter->op == QUERY_OP_NOT_IN || filter->op == QUERY_OP_NOT_EQUALS) && !is_flag(say, filter))
        return arena_printf(arena, "excluding %.*s %.*s", STR_ARG(say_expr(say, filter->member.expr)),
                            STR_ARG(values_words(say, filter, " or ")));
    if (is_test && (filter->op == QUERY_OP_SET || filter->op == QUERY_OP_NOT_SET)) return test_words(say, filter);
    if (is_test && is_weekday(say, filter))
        return arena_printf(arena, "on %.*s", STR_ARG(values_words(say, filter, " or ")));
    if (is_model_filter(say, filter))
        return arena_printf(arena, "only %.*s", STR_ARG(say_name(say, filter->member.name)));
    if (filter->kind == QUERY_FILTER_NOT && is_model_filter(say, filter->children[0]))
        return arena_printf(arena, "excluding %.*s", STR_ARG(say_name(say, filter->children[0]->member.name)));
    bool is_set =
        filter->kind == QUERY_FILTER_MEMBERSHIP && (filter->op == QUERY_OP_IN || filter->op == QUERY_OP_NOT_IN);
    return is_set ? membership_words(say, filter) : (Str){0};
}

/* The tests of one list, clauses of their own apart. */
static void split(const AskSay *say, const QueryFilter *filter, Clauses *tests, Clauses *own) {
    if (!filter) return;
    if (filter->kind == QUERY_FILTER_AND) {
        for (size_t i = 0; i < filter->n_children; i++) split(say, filter->children[i], tests, own);
        return;
    }
    Str clause = own_clause(say, filter);
    if (clause.n)
        add(own, clause);
    else
        add(tests, filter_words(say, filter, true));
}

static Str unit_of(const AskSay *say, const Query *query) {
    return say->fact && !query->time.dimension.n ? say->fact->axis_unit : (Str){0};
}

/* " in 2013", " with ship date in 2013". */
static Str when(const AskSay *say, const Query *query) {
    Str range = say_range(say->arena, &query->time.range, unit_of(say, query));
    if (!range.n || !query->time.dimension.n) return range;
    return arena_printf(say->arena, " with %.*s%.*s", STR_ARG(say_name(say, query->time.dimension)), STR_ARG(range));
}

/* ---- the parts -------------------------------------------------------------------------------------------------------- */

static const ModelFact *fact_of(const Model *model, const Query *query) {
    const ModelFact *fact = query->source.n ? model_fact(model, query->source) : NULL;
    ModelMember member;
    for (size_t i = 0; !fact && i < query->n_measures; i++) {
        bool is_known = query->measures[i].expr->kind == EXPR_NAME &&
                        !model_member(model, NULL, query->measures[i].name, &member, NULL);
        if (is_known) fact = member.fact;
    }
    for (size_t i = 0; !fact && i < query->n_dimensions; i++)
        if (!model_member(model, NULL, query->dimensions[i].name, &member, NULL)) fact = member.fact;
    return fact ? fact : model->n_facts ? &model->facts[0] : NULL;
}

static Str grain_words(const AskSay *say, const Query *query) {
    if (!query->time.grain) return (Str){0};
    Str grain = str_of(time_grain_name(query->time.grain));
    char *text = arena_dup(say->arena, grain.p, grain.n);
    for (size_t i = 0; i < grain.n; i++)
        if (text[i] == '_') text[i] = ' ';
    if (!query->time.dimension.n) return (Str){text, grain.n};
    return arena_printf(say->arena, "%.*s %.*s", STR_ARG(say_name(say, query->time.dimension)), (int)grain.n, text);
}

static Str columns_words(const AskSay *say, const QueryMember *columns, size_t n) {
    Str *names = ARENA_ARRAY(say->arena, Str, n + 1);
    size_t n_names = 0;
    for (size_t i = 0; i < n; i++) /* growth from one time to another says both, which stand beside it */
        if (say_is_growth(say, columns[i].expr)) return say_expr(say, columns[i].expr);
    for (size_t i = 0; i < n; i++)
        if (n == 1 || !say_is_condition(columns[i].expr)) names[n_names++] = say_column(say, &columns[i]);
    return say_list(say->arena, names, n_names, " and ");
}

/* The first groups of an inner query, if it has only some. */
static Str first_of(const AskSay *say, const Query *inner, Str things) {
    if (inner->limit <= 0 || inner->n_order != 1) return things;
    return arena_printf(say->arena, "%s %" PRId64 " %.*s by %.*s", inner->order[0].is_desc ? "top" : "bottom",
                        inner->limit, STR_ARG(things), STR_ARG(say_name(say, inner->order[0].name)));
}

static bool is_counting(const QueryMember *measure) {
    const Expr *expr = measure->expr;
    return expr->kind == EXPR_CALL && (expr->fn == SQL_FN_COUNT_ALL || (expr->fn == SQL_FN_COUNT && !expr->n_args));
}

/* "people whose amount is more than 10,000 in 2013": the groups of an inner query, as things. */
Str say_inner(const AskSay *say, const Query *inner) {
    Arena *arena = say->arena;
    AskSay within = say_of(arena, say->model, inner);
    Str things = inner->n_dimensions == 1 ? say_plural(arena, say_thing(&within, inner->dimensions[0].expr))
                 : inner->n_dimensions
                     ? arena_printf(arena, "combinations of %.*s",
                                    STR_ARG(columns_words(&within, inner->dimensions, inner->n_dimensions)))
                     : say_plural(arena, grain_words(&within, inner));
    things = first_of(&within, inner, things);
    Clauses tests = {0}, sets = {0};
    split(&within, inner->having, &tests, &sets);
    Str whose = say_list(arena, tests.at, tests.n, " and "), of = narrowed(say, inner);
    return arena_printf(arena, "%.*s%s%.*s%.*s", STR_ARG(things), whose.n ? " whose " : "", STR_ARG(whose),
                        STR_ARG(of));
}

/* "average amount per month": of the groups of an inner query, all of them. */
static Str average_per(const AskSay *say, const Query *query) {
    Arena *arena = say->arena;
    const Query *inner = query->source_query;
    const Expr *expr = query->n_measures == 1 ? query->measures[0].expr : NULL;
    bool is_average = expr && expr->kind == EXPR_CALL && expr->fn == SQL_FN_AVG && inner->limit < 0 && !inner->having &&
                      inner->n_dimensions + (inner->time.grain != TIME_GRAIN_NONE) == 1;
    if (!is_average) return (Str){0};
    AskSay within = say_of(arena, say->model, inner);
    Str thing = inner->n_dimensions ? say_thing(&within, inner->dimensions[0].expr) : grain_words(&within, inner);
    return arena_printf(arena, "%.*s per %.*s%.*s", STR_ARG(say_expr(say, expr)), STR_ARG(thing),
                        STR_ARG(narrowed(say, inner)));
}

/* What is computed, and of what. */
static Str head(const AskSay *say, const Query *query) {
    Arena *arena = say->arena;
    if (query->n_list)
        return arena_printf(arena, "single rows with %.*s", STR_ARG(columns_words(say, query->list, query->n_list)));
    if (query->source_query) {
        Str of = say_inner(say, query->source_query);
        if (query->n_measures == 1 && is_counting(&query->measures[0]))
            return arena_printf(arena, "number of %.*s", STR_ARG(of));
        Str per = average_per(say, query);
        if (per.n) return per;
        return arena_printf(arena, "%.*s of the %.*s", STR_ARG(columns_words(say, query->measures, query->n_measures)),
                            STR_ARG(of));
    }
    bool is_list = query->n_dimensions && query->n_measures == 1 && say_is_condition(query->measures[0].expr);
    if (query->n_measures && !is_list) return columns_words(say, query->measures, query->n_measures);
    Str *names = ARENA_ARRAY(arena, Str, query->n_dimensions + 1);
    for (size_t i = 0; i < query->n_dimensions; i++)
        names[i] = say_plural(arena, say_column(say, &query->dimensions[i]));
    ModelMember member;
    bool is_time = query->n_dimensions == 1 && say_member(say, query->dimensions[0].name, &member) && member.part;
    if (is_time) return arena_printf(arena, "which %.*s", STR_ARG(names[0]));
    if (!query->n_dimensions)
        return arena_printf(arena, "which %.*s", STR_ARG(say_plural(arena, grain_words(say, query))));
    return arena_printf(arena, "list of %.*s", STR_ARG(say_list(arena, names, query->n_dimensions, " and ")));
}

static Str groups_words(const AskSay *say, const Query *query) {
    Arena *arena = say->arena;
    bool is_condition = query->n_measures == 1 && say_is_condition(query->measures[0].expr);
    bool is_list = (!query->n_measures || is_condition) && !query->n_list;
    Str groups = is_list ? (Str){0} : columns_words(say, query->dimensions, query->n_dimensions);
    Str grain = is_list && !query->n_dimensions ? (Str){0} : grain_words(say, query);
    if (!groups.n && !grain.n) return (Str){0};
    if (!groups.n || !grain.n) return arena_printf(arena, " by %.*s%.*s", STR_ARG(groups), STR_ARG(grain));
    return arena_printf(arena, " by %.*s and by %.*s", STR_ARG(groups), STR_ARG(grain));
}

/* The group that is not one of those that each have their own first rows; empty: none or several. */
static Str ranked_group(const AskSay *say, const Query *query) {
    Str left = {0};
    size_t n = 0;
    for (size_t i = 0; i < query->n_dimensions; i++) {
        bool is_each = false;
        for (size_t k = 0; k < query->n_limit_per_by; k++)
            is_each |= str_eq(query->limit_per_by[k], query->dimensions[i].alias);
        if (is_each) continue;
        left = say_expr(say, query->dimensions[i].expr);
        n++;
    }
    bool is_time_each = false;
    Str suffix = arena_printf(say->arena, ".%s", time_grain_name(query->time.grain));
    for (size_t k = 0; k < query->n_limit_per_by; k++) {
        bool is_other = false; /* a dimension of that name */
        for (size_t i = 0; i < query->n_dimensions; i++)
            is_other |= str_eq(query->limit_per_by[k], query->dimensions[i].alias);
        is_time_each |= !is_other && str_ends(query->limit_per_by[k], suffix);
    }
    if (query->time.grain && !is_time_each) {
        left = grain_words(say, query);
        n++;
    }
    return n == 1 ? left : (Str){0};
}

/* The one measure decides the one group's first rows: "top 5 categories by amount". Empty: it is not so. */
static Str ranking_words(const AskSay *say, const Query *query) {
    Arena *arena = say->arena;
    int64_t n = query->has_limit_per ? query->limit_per_n : query->limit;
    bool is_ranking = query->n_order == 1 && n > 0 && query->n_measures == 1 &&
                      (!query->offset || (n == 1 && !query->has_limit_per)) && !query->source_query &&
                      (!query->has_limit_per || query->limit < 0) &&
                      str_eq(query->order[0].name, query->measures[0].alias);
    Str things = is_ranking ? ranked_group(say, query) : (Str){0};
    if (!things.n) return (Str){0};
    Str of = columns_words(say, query->measures, 1), each = {0};
    bool is_desc = query->order[0].is_desc;
    for (size_t i = 0; i < query->n_limit_per_by; i++)
        each = arena_printf(arena, "%.*s%s%.*s", STR_ARG(each), i ? " and " : " within each ",
                            STR_ARG(say_name(say, query->limit_per_by[i])));
    if (n == 1 && !each.n)
        return arena_printf(arena, "%.*s with the %.*s%s %.*s", STR_ARG(things),
                            STR_ARG(say_place(arena, query->offset + 1)), is_desc ? "highest" : "lowest", STR_ARG(of));
    if (n > 1) things = say_plural(arena, things);
    return arena_printf(arena, "%s %" PRId64 " %.*s by %.*s%.*s", is_desc ? "top" : "bottom", n, STR_ARG(things),
                        STR_ARG(of), STR_ARG(each));
}

static Str order_words(const AskSay *say, const Query *query) {
    Arena *arena = say->arena;
    if (query->n_order == 1 && (query->limit > 0 || query->has_limit_per)) return (Str){0};
    Str *names = ARENA_ARRAY(arena, Str, query->n_order + 1);
    for (size_t i = 0; i < query->n_order; i++)
        names[i] = arena_printf(arena, "%.*s, %s first", STR_ARG(say_name(say, query->order[i].name)),
                                query->order[i].is_desc ? "highest" : "lowest");
    if (!query->n_order) return (Str){0};
    return arena_printf(arena, "ordered by %.*s", STR_ARG(say_list(arena, names, query->n_order, ", then by ")));
}

static Str limit_words(const AskSay *say, const Query *query) {
    Arena *arena = say->arena;
    int64_t n = query->has_limit_per ? query->limit_per_n : query->limit;
    if (n <= 0) return (Str){0};
    const char *which = query->n_order == 1 ? (query->order[0].is_desc ? "top" : "bottom") : "first";
    Str by =
        query->n_order == 1 ? arena_printf(arena, " by %.*s", STR_ARG(say_name(say, query->order[0].name))) : (Str){0};
    Str each = {0};
    for (size_t i = 0; i < query->n_limit_per_by; i++)
        each = arena_printf(arena, "%.*s%s%.*s", STR_ARG(each), i ? " and " : " of each ",
                            STR_ARG(say_name(say, query->limit_per_by[i])));
    return arena_printf(arena, "the %s %" PRId64 "%.*s%.*s", which, n, STR_ARG(by), STR_ARG(each));
}

static Str compare_words(const AskSay *say, const Query *query) {
    if (!query->time.compare.n) return (Str){0};
    if (str_eq(query->time.compare, S("previous_period"))) return S("compared with the period before");
    if (str_eq(query->time.compare, S("previous_year"))) return S("compared with the year before");
    return arena_printf(say->arena, "compared with %.*s before", STR_ARG(query->time.compare));
}

static Str totals_words(const Query *query) {
    if (query->has_others) return S("with the others together");
    return query->wants_total_shown || query->wants_total_all ? S("with the total") : (Str){0};
}

static Str fill_words(const Query *query) {
    bool is_filled = query->time.is_filled;
    for (size_t i = 0; i < query->n_dimensions; i++) is_filled |= query->dimensions[i].is_filled;
    return is_filled ? S("the empty ones too") : (Str){0};
}

static void add_tests(const AskSay *say, const Query *query, Clauses *clauses) {
    Clauses tests = {0}, sets = {0};
    split(say, query->where, &tests, &sets);
    split(say, query->having, &tests, &sets);
    Str all = say_list(say->arena, tests.at, tests.n, " and ");
    if (tests.n > 2) { /* a list with "and" would join what "or" has apart */
        all = tests.at[0];
        for (size_t i = 1; i < tests.n; i++)
            all = arena_printf(say->arena, "%.*s and %.*s", STR_ARG(all), STR_ARG(tests.at[i]));
    }
    if (tests.n) add(clauses, arena_printf(say->arena, "where %.*s", STR_ARG(all)));
    for (size_t i = 0; i < sets.n; i++) add(clauses, sets.at[i]);
}

AskSay say_of(Arena *arena, const Model *model, const Query *query) {
    return (AskSay){.arena = arena, .model = model, .fact = fact_of(model, query), .query = query};
}

/* Clauses of their own stand in brackets within a sentence. */
static Str with_tests(const AskSay *say, const Query *query, const QueryFilter *having, bool is_sentence) {
    Clauses clauses = {0}, sets = {0};
    Str range = when(say, query);
    split(say, query->where, &clauses, &sets);
    split(say, having, &clauses, &sets);
    Str tests = say_list(say->arena, clauses.at, clauses.n, " and ");
    Str all = arena_printf(say->arena, "%.*s%s%.*s", STR_ARG(range), tests.n ? " where " : "", STR_ARG(tests));
    for (size_t i = 0; i < sets.n; i++)
        all = arena_printf(say->arena, is_sentence ? "%.*s (%.*s)" : "%.*s %.*s", STR_ARG(all), STR_ARG(sets.at[i]));
    return all;
}

static Str narrowed(const AskSay *outer, const Query *query) {
    AskSay say = say_of(outer->arena, outer->model, query);
    return with_tests(&say, query, NULL, false);
}

static bool is_equality(const QueryFilter *filter) {
    return filter->kind == QUERY_FILTER_TEST && (filter->op == QUERY_OP_IN || filter->op == QUERY_OP_EQUALS);
}

static Str done_words(const AskSay *outer, const Query *inner) {
    AskSay say = say_of(outer->arena, outer->model, inner);
    const QueryFilter *where = inner->where;
    if (where && where->kind == QUERY_FILTER_AND && where->n_children == 1) where = where->children[0];
    Str range = when(&say, inner), with = {0};
    if (where && is_model_filter(&say, where)) with = say_name(&say, where->member.name);
    bool is_yes = where && is_equality(where) && is_flag(&say, where) && where->values[0].b;
    if (is_yes)
        return arena_printf(say.arena, " %.*s%.*s", STR_ARG(say_expr(&say, where->member.expr)), STR_ARG(range));
    if (where && is_equality(where) && !is_flag(&say, where))
        with = arena_printf(say.arena, "%.*s %.*s", STR_ARG(say_expr(&say, where->member.expr)),
                            STR_ARG(values_words(&say, where, " or ")));
    if (!with.n) return narrowed(outer, inner);
    return arena_printf(say.arena, " with %.*s%.*s", STR_ARG(with), STR_ARG(range));
}

Str say_scope(const AskSay *outer, const Query *query, bool has_tests) {
    AskSay say = say_of(outer->arena, outer->model, query);
    return has_tests ? with_tests(&say, query, query->having, true) : when(&say, query);
}

static Str say_query(const AskSay *outer, const Query *query) {
    Arena *arena = outer->arena;
    AskSay say = say_of(arena, outer->model, query);
    Clauses clauses = {0};
    Str ranking = ranking_words(&say, query), what = ranking.n ? ranking : head(&say, query),
        by = ranking.n ? (Str){0} : groups_words(&say, query);
    add(&clauses, arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(what), STR_ARG(by), STR_ARG(when(&say, query))));
    add_tests(&say, query, &clauses);
    add(&clauses, compare_words(&say, query));
    add(&clauses, order_words(&say, query));
    if (!ranking.n) add(&clauses, limit_words(&say, query));
    if (query->offset && !ranking.n) add(&clauses, arena_printf(arena, "after the first %" PRId64, query->offset));
    add(&clauses, totals_words(query));
    add(&clauses, fill_words(query));
    if (query->shows_unknown) add(&clauses, S("the unknown too"));
    return say_list(arena, clauses.at, clauses.n, ", ");
}

Str ask_say(Arena *arena, const Model *model, const Query *query) {
    AskSay say = {.arena = arena, .model = model};
    return say_capital(arena, say_query(&say, query));
}
