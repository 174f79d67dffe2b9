/* A plan in words: what is read, narrowed, grouped, computed and shown, a sentence a step, in the order of evaluation. */
#include "query/query_internal.h"

typedef struct Words {
    Arena *arena;
    const Model *model;
    const QueryPlan *plan;
    VEC(Str) lines;
} Words;

static void add(Words *words, Str line) {
    VEC_PUSH(words->arena, &words->lines, line);
}

static Str join(Arena *arena, Str list, const char *between, Str item) {
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(list), list.n ? between : "", STR_ARG(item));
}

/* ---- filters -------------------------------------------------------------------------------------------------------- */

static Str value_words(Arena *arena, Value value) {
    if (value.is_null) return S("open");
    Str text = value_print(arena, value);
    return value.type.kind == TYPE_TEXT ? arena_printf(arena, "'%.*s'", STR_ARG(text)) : text;
}

enum { SHOWN_VALUES = 5 };

static Str test_words(Arena *arena, const QueryFilter *filter) {
    Str values = {0};
    const char *between = filter->op == QUERY_OP_BETWEEN || filter->op == QUERY_OP_IN_RANGE ? " and " : " or ";
    for (size_t i = 0; i < MIN_OF(filter->n_values, (size_t)SHOWN_VALUES); i++)
        values = join(arena, values, between, value_words(arena, filter->values[i]));
    if (filter->n_values > SHOWN_VALUES)
        values = arena_printf(arena, "%.*s or %zu more", STR_ARG(values), filter->n_values - SHOWN_VALUES);
    if (filter->query)
        values =
            filter->op == QUERY_OP_IN || filter->op == QUERY_OP_NOT_IN ? S("in a query's list") : S("a query's value");
    return arena_printf(arena, "%.*s %s%s%.*s", STR_ARG(filter->member.name), query_op_info(filter->op)->words,
                        values.n ? " " : "", STR_ARG(values));
}

/* A filter of the model by its title. */
static Str condition_words(const Words *words, const QueryMember *member) {
    bool is_name = member->expr->kind == EXPR_NAME && !words->plan->query->source_query;
    const ModelFilter *filter = is_name ? model_filter(words->model, member->name) : NULL;
    return filter ? filter->label.title : member->name;
}

static Str filter_words(const Words *w, const QueryFilter *filter, bool is_inner) {
    Arena *arena = w->arena;
    Str words = {0};
    switch (filter->kind) {
    case QUERY_FILTER_AND:
    case QUERY_FILTER_OR:
        for (size_t i = 0; i < filter->n_children; i++)
            words = join(arena, words, filter->kind == QUERY_FILTER_AND ? " and " : " or ",
                         filter_words(w, filter->children[i], true));
        return is_inner && filter->n_children > 1 ? arena_printf(arena, "(%.*s)", STR_ARG(words)) : words;
    case QUERY_FILTER_NOT:
        return arena_printf(arena, "not (%.*s)", STR_ARG(filter_words(w, filter->children[0], false)));
    case QUERY_FILTER_EXPR: return condition_words(w, &filter->member);
    case QUERY_FILTER_TEST:
    case QUERY_FILTER_MEMBERSHIP: break;
    }
    return test_words(arena, filter);
}

/* ---- queries within ------------------------------------------------------------------------------------------------- */

static void say_plan(Words *words, const QueryPlan *plan);

/* The steps of each whose path begins so, set in. */
static void say_inners(Words *words, const char *key) {
    Arena *arena = words->arena;
    const QueryPlan *outer = words->plan;
    for (size_t i = 0; i < outer->n_inners; i++) {
        const QueryInner *inner = &outer->inners[i];
        if (!str_eq(inner->key, str_of(key))) continue;
        Words steps = {.arena = arena};
        say_plan(&steps, inner->plan);
        if (!str_eq(inner->key, S("source")))
            add(words, arena_printf(arena, "The query at %.*s:", STR_ARG(inner->path)));
        for (size_t k = 0; k < steps.lines.n; k++)
            add(words, arena_printf(arena, "  %.*s", STR_ARG(steps.lines.at[k])));
    }
}

/* ---- steps ---------------------------------------------------------------------------------------------------------- */

static void say_source(Words *words) {
    const QueryPlan *plan = words->plan;
    Str facts = {0};
    for (size_t i = 0; i < plan->n_facts; i++) facts = join(words->arena, facts, " and of ", plan->facts[i]);
    if (plan->query->source_query)
        add(words, S("The rows of the inner query:"));
    else if (!plan->n_facts && plan->query->source.n)
        add(words, arena_printf(words->arena, "The members of %.*s as they are now.", STR_ARG(plan->query->source)));
    else if (plan->n_facts > 1)
        add(words,
            arena_printf(words->arena, "Rows of %.*s, each aggregated by itself, the groups united.", STR_ARG(facts)));
    else if (plan->n_facts)
        add(words, arena_printf(words->arena, "Rows of %.*s.", STR_ARG(facts)));
    else
        add(words, S("The members of one dimension as they are now."));
    say_inners(words, "source");
}

static void say_where(Words *words) {
    Arena *arena = words->arena;
    const Query *query = words->plan->query;
    const QueryPeriod *asked = &words->plan->asked;
    if (query->time.range.is_given && asked->is_known) {
        Str from = query->time.range.from, to = query->time.range.to;
        Str range = str_eq(from, to) ? from
                    : !from.n        ? arena_printf(arena, "up to %.*s", STR_ARG(to))
                    : !to.n          ? arena_printf(arena, "%.*s and later", STR_ARG(from))
                                     : arena_printf(arena, "%.*s to %.*s", STR_ARG(from), STR_ARG(to));
        add(words,
            arena_printf(arena, "Only where %.*s is in the range: %.*s.", STR_ARG(asked->member), STR_ARG(range)));
    }
    if (query->where)
        add(words, arena_printf(arena, "Only where %.*s.", STR_ARG(filter_words(words, query->where, false))));
}

static void say_groups(Words *words) {
    Arena *arena = words->arena;
    const QueryPlan *plan = words->plan;
    Str groups = {0}, measures = {0};
    for (size_t i = 0; i < plan->n_columns; i++) {
        const QueryColumn *column = &plan->columns[i];
        bool is_measure = column->role == QUERY_ROLE_MEASURE;
        Str name = str_eq(column->name, column->member)
                       ? column->name
                       : arena_printf(arena, "%.*s (%.*s)", STR_ARG(column->name), STR_ARG(column->member));
        if (is_measure)
            measures = join(arena, measures, ", ", name);
        else
            groups = join(arena, groups, ", ", name);
    }
    if (plan->query->n_list) {
        add(words, arena_printf(arena, "Row by row: %.*s.", STR_ARG(groups)));
        return;
    }
    if (groups.n) add(words, arena_printf(arena, "Grouped by %.*s.", STR_ARG(groups)));
    bool has_buckets = false;
    for (size_t i = 0; i < plan->query->n_dimensions; i++) has_buckets |= plan->query->dimensions[i].is_filled;
    if (plan->query->time.is_filled) add(words, S("Periods without rows are added."));
    if (has_buckets) add(words, S("Buckets without rows are added."));
    if (measures.n) add(words, arena_printf(arena, "For each: %.*s.", STR_ARG(measures)));
}

static void say_left_out(Words *words) {
    Str members = {0};
    for (size_t i = 0; i < words->plan->n_left_out_own; i++)
        members = join(words->arena, members, ", ", words->plan->left_out_for[i].member);
    if (members.n)
        add(words,
            arena_printf(words->arena, "Groups without %.*s are not shown, and counted apart.", STR_ARG(members)));
}

static void say_having(Words *words) {
    const QueryFilter *having = words->plan->query->having;
    if (having)
        add(words, arena_printf(words->arena, "Only groups where %.*s.", STR_ARG(filter_words(words, having, false))));
}

static void say_order(Words *words) {
    Arena *arena = words->arena;
    const Query *query = words->plan->query;
    Str order = {0}, by = {0};
    for (size_t i = 0; i < query->n_order; i++)
        order = join(arena, order, ", then ",
                     arena_printf(arena, "%.*s%s", STR_ARG(query->order[i].name),
                                  query->order[i].is_desc ? " from the top" : ""));
    for (size_t i = 0; i < query->n_limit_per_by; i++) by = join(arena, by, ", ", query->limit_per_by[i]);
    if (order.n) add(words, arena_printf(arena, "Ordered by %.*s.", STR_ARG(order)));
    if (query->has_limit_per)
        add(words, arena_printf(arena, "The first %" PRId64 " of each %.*s.", query->limit_per_n, STR_ARG(by)));
    if (query->offset) add(words, arena_printf(arena, "The first %" PRId64 " rows are passed over.", query->offset));
    if (query->limit >= 0) add(words, arena_printf(arena, "At most %" PRId64 " rows.", query->limit));
}

static void say_plan(Words *words, const QueryPlan *plan) {
    words->plan = plan;
    say_source(words);
    say_where(words);
    say_inners(words, "where");
    say_groups(words);
    say_left_out(words);
    say_having(words);
    say_inners(words, "having");
    say_order(words);
}

void query_words(const Ctx *ctx, const QueryPlan *plan, const Str **ret_lines, size_t *ret_n) {
    Words words = {.arena = ctx->arena, .model = snapshot_get(ctx->snapshot, SNAPSHOT_MODEL)};
    say_plan(&words, plan);
    *ret_lines = words.lines.at;
    *ret_n = words.lines.n;
}
