/*
 * Query -> QueryPlan. Phases: decide fact, dimension or source; axis and range; where; groups;
 * measures; having; then the selects: the rows, what is left out, the axis' extent. `where` comes before groups, because what it
 * lets through only when not null can have no unknown group.
 */
#include "query/query_internal.h"

enum { DEFAULT_MAX_ROWS = 1000000, DEFAULT_MAX_BYTES = 1000000000 };

/* ---- groups --------------------------------------------------------------------------------------------------------- */

static Str part_words(Arena *arena, const ModelPart *part) {
    char *words = arena_dup(arena, part->name.p, part->name.n);
    for (size_t i = 0; i < part->name.n; i++) {
        if (words[i] == '_') words[i] = ' ';
    }
    return (Str){words, part->name.n};
}

static QueryColumn member_column(const QueryBuild *build, const ModelMember *member, Str alias) {
    const ModelLabel *label = member->label;
    const ModelPart *part = member->part;
    bool is_time = type_is_time(member->type) && member->kind != MODEL_MEMBER_MEASURE;
    QueryColumn column = {
        .name = alias,
        .member = model_member_name(build->arena, member),
        .type = member->type,
        .role = member->kind == MODEL_MEMBER_MEASURE ? QUERY_ROLE_MEASURE
                : is_time                            ? QUERY_ROLE_TIME
                                                     : QUERY_ROLE_DIMENSION,
        .grain = part ? part->grain : TIME_GRAIN_NONE,
        .title = label->title,
        .format = !part                        ? label->format
                  : part->fn == SQL_FN_WEEKDAY ? S("weekday")
                                               : (Str){0},
        .unit = part ? (Str){0} : label->unit,
        .decimals = part ? -1 : label->decimals,
    };
    if (part) {
        Str words = part_words(build->arena, part);
        column.title = arena_printf(build->arena, "%.*s (%.*s)", STR_ARG(label->title), STR_ARG(words));
    }
    return column;
}

static QueryColumn expr_column(const QueryMember *member, Type type, QueryRole role) {
    return (QueryColumn){.name = member->alias,
                         .member = member->name,
                         .type = type,
                         .role = role,
                         .title = member->alias,
                         .decimals = -1};
}

static ErrCode add_member_group(QueryBuild *build, const ModelMember *member, QueryColumn column, Str base, Err *err) {
    QueryGroup group = {.column = column, .member = *member, .is_member = true, .base = base};
    TRY(query_compile_member(build, member, &group.key, err));
    ModelMember plain = query_member_base(member);
    QuerySql missing = query_member_missing(build, &plain, &group.is_missing_by_key);
    group.may_be_null = missing.sql != NULL;
    if (!build->query->shows_unknown && !build->query->n_list) group.missing = missing;
    VEC_PUSH(build->arena, &build->groups, group);
    return ERR_OK;
}

static ErrCode add_time_group(QueryBuild *build, Err *err) {
    const QueryAxis *axis = &build->axis;
    ModelMember member = axis->member;
    if (!axis->is_number) {
        member.part = query_grain_part(build->query->time.grain);
        if (!member.part)
            return err_set(err, ERR_INTERNAL, "no date part for the grain %s",
                           time_grain_name(build->query->time.grain));
    }
    QueryColumn column = member_column(build, &member, model_member_name(build->arena, &member));
    column.role = QUERY_ROLE_TIME; /* of an integer axis too */
    Str base = build->query->time.dimension.n ? build->query->time.dimension : axis->name;
    TRY(add_member_group(build, &member, column, base, err));
    build->groups.at[0].is_filled = build->query->time.is_filled;
    return ERR_OK;
}

static ErrCode check_filled(const QueryMember *member, const QueryColumn *column, Err *err) {
    if (!member->is_filled || query_column_is_bucket(column)) return ERR_OK;
    return query_error(err, ERR_INVALID, member->path,
                       "gaps are between periods, which 'fill' in 'time' fills, and between buckets: bucket(x, 100)");
}

static void note_bucket(const SqlExpr *key, QueryColumn *column) {
    if (key->kind != SQL_EXPR_CALL || key->fn != SQL_FN_BUCKET) return;
    column->bucket = key->args[1]->value;
    column->bucket_start = key->n_args == 3 ? key->args[2]->value : value_int(0);
}

/* `filter` is the one that it names; NULL: an expression. */
static ErrCode add_expr_group(QueryBuild *build, const QueryMember *member, const ModelMember *filter, Err *err) {
    QueryGroup group = {
        .may_be_null = true, .is_filled = member->is_filled, .path = member->path, .is_member = filter != NULL};
    if (filter) group.member = *filter;
    TRY(query_compile_expr(build, QUERY_IN_GROUP, member, &group.key, err));
    group.column = filter ? member_column(build, filter, member->alias)
                          : expr_column(member, group.key.sql->type, QUERY_ROLE_DIMENSION);
    if (type_is_time(group.column.type)) group.column.role = QUERY_ROLE_TIME;
    note_bucket(group.key.sql, &group.column);
    TRY(check_filled(member, &group.column, err));
    if (!build->query->shows_unknown && !build->query->n_list) {
        group.missing = (QuerySql){sql_call1(build->arena, SQL_FN_IS_NULL, group.key.sql), group.key.roles};
    }
    VEC_PUSH(build->arena, &build->groups, group);
    return ERR_OK;
}

/* Periods and buckets of the source's query stay what they are. */
static void keep_inner(const QueryBuild *build, const ModelMember *member, QueryColumn *column) {
    const QueryColumn *inner = &build->inner_columns[member->column - build->fact->columns];
    column->grain = inner->grain;
    column->bucket = inner->bucket;
    column->bucket_start = inner->bucket_start;
}

static ErrCode add_dimension(QueryBuild *build, const QueryMember *dimension, Err *err) {
    bool is_ignored = false;
    if (build->parent) TRY(query_leg_ignores(build, dimension->expr, dimension->path, &is_ignored, err));
    if (is_ignored) {
        QueryGroup group = {.is_ignored = true};
        VEC_PUSH(build->arena, &build->groups, group);
        return ERR_OK;
    }
    if (dimension->expr->kind != EXPR_NAME) return add_expr_group(build, dimension, NULL, err);
    ModelMember member;
    TRY(query_find_member(build, dimension->name, dimension->path, &member, err));
    if (member.kind == MODEL_MEMBER_MEASURE) {
        return query_error(err, ERR_INVALID, dimension->path, "'%.*s' is a measure: put it into 'measures'",
                           STR_ARG(dimension->name));
    }
    if (member.kind == MODEL_MEMBER_FILTER) return add_expr_group(build, dimension, &member, err);
    ModelMember plain = query_member_base(&member);
    QueryColumn column = member_column(build, &member, dimension->alias);
    if (build->inner && !member.part) keep_inner(build, &member, &column);
    TRY(check_filled(dimension, &column, err));
    TRY(add_member_group(build, &member, column, model_member_name(build->arena, &plain), err));
    QueryGroup *group = &build->groups.at[build->groups.n - 1];
    group->is_filled = dimension->is_filled;
    group->path = dimension->path;
    return ERR_OK;
}

ErrCode query_compile_groups(QueryBuild *build, Err *err) {
    const Query *query = build->query;
    if (build->axis.is_known && query->time.grain != TIME_GRAIN_NONE) TRY(add_time_group(build, err));
    for (size_t i = 0; i < query->n_dimensions; i++) TRY(add_dimension(build, &query->dimensions[i], err));
    for (size_t i = 0; i < query->n_list; i++) TRY(add_dimension(build, &query->list[i], err));
    return ERR_OK;
}

/* ---- measures ------------------------------------------------------------------------------------------------------- */

static void as_percent(QueryColumn *column) {
    column->format = S("percent");
    column->unit = (Str){0};
    column->decimals = -1;
}

/* "Average weight" */
static Str aggregated_title(Arena *arena, const ModelFactColumn *column) {
    Str title = column->label.title;
    bool is_word =
        title.n && title.p[0] >= 'A' && title.p[0] <= 'Z' && !(title.n > 1 && title.p[1] >= 'A' && title.p[1] <= 'Z');
    char first = is_word ? (char)(title.p[0] - 'A' + 'a') : 0;
    Str rest = is_word ? str_slice(title, 1, title.n) : title;
    return arena_printf(arena, "%s %.*s%.*s", column->aggregate->title, is_word, &first, STR_ARG(rest));
}

/* What is of a column's kind is shown as the column is; an average of whole numbers is none. */
static void format_as(SqlFn fn, const ModelLabel *of, QueryColumn *column) {
    bool is_between = fn == SQL_FN_AVG || fn == SQL_FN_MEDIAN || fn == SQL_FN_STDDEV;
    column->unit = of->unit;
    column->decimals = of->decimals;
    if (!is_between || !str_eq(of->format, S("integer"))) column->format = of->format;
}

/* A column that stands for its default aggregation. */
static void format_aggregated(const ModelFactColumn *of, QueryColumn *column) {
    if (!of->aggregate->is_plain) format_as(of->aggregate->fn, &of->label, column);
}

/* A column's sum, least, greatest or mean, written out: "max(amount)". */
static void format_call(const QueryBuild *build, const Expr *expr, QueryColumn *column) {
    static const SqlFn KEPT[] = {SQL_FN_SUM, SQL_FN_AVG, SQL_FN_MIN, SQL_FN_MAX, SQL_FN_MEDIAN};
    if (expr->kind == EXPR_WHERE) expr = expr->args[0];
    bool is_kept = false;
    for (size_t i = 0; i < COUNT_OF(KEPT); i++) is_kept |= expr->kind == EXPR_CALL && expr->fn == KEPT[i];
    if (!is_kept || expr->n_args != 1 || expr->args[0]->kind != EXPR_NAME || build->inner) return;
    ModelMember of;
    bool is_column = !model_member(build->model, build->fact, expr->args[0]->name, &of, NULL) &&
                     of.kind == MODEL_MEMBER_COLUMN && type_is_number(of.type);
    if (is_column) format_as(expr->fn, of.label, column);
}

/* Shares and growth are ratios; what is of a measure's own kind is shown as the measure is. */
static void format_derived(const QueryBuild *build, const Expr *derived, QueryColumn *column) {
    if (derived->derive == EXPR_DERIVE_SHARE || derived->derive == EXPR_DERIVE_GROWTH) {
        as_percent(column);
        return;
    }
    const Expr *of = derived->args[0];
    const ModelMeasure *measure = of->kind == EXPR_NAME && !build->inner ? model_measure(build->model, of->name) : NULL;
    const ModelFactColumn *aggregated = of->kind == EXPR_NAME ? query_aggregated(build, build->model, of->name) : NULL;
    if (derived->derive == EXPR_DERIVE_RANK || derived->agg == SQL_FN_COUNT) return;
    if (aggregated) format_aggregated(aggregated, column);
    if (!measure) return;
    column->format = measure->label.format;
    column->unit = measure->label.unit;
    column->decimals = measure->label.decimals;
}

static ErrCode add_measure(QueryBuild *build, const QueryMember *member, Err *err) {
    QueryMeasure measure = {0};
    const ModelMeasure *named =
        member->expr->kind == EXPR_NAME && !build->inner ? model_measure(build->model, member->expr->name) : NULL;
    if (named && !build->legs.n && named->fact != build->fact) {
        return query_error(err, ERR_UNSUPPORTED, member->path, "'%.*s' belongs to %.*s, the query is about %.*s",
                           STR_ARG(named->name), STR_ARG(model_fact_names(build->arena, build->model, named->facts)),
                           STR_ARG(build->fact->name));
    }
    if (member->expr->kind == EXPR_NAME && !named && !build->legs.n) { /* the better message */
        ModelMember found;
        TRY(query_find_member(build, member->name, member->path, &found, err));
    }
    TRY(query_compile_expr(build, QUERY_IN_MEASURE, member, &measure.value, err));
    const ModelFactColumn *column =
        member->expr->kind == EXPR_NAME && !named ? query_aggregated(build, build->model, member->expr->name) : NULL;
    if (named) {
        ModelMember found = {.kind = MODEL_MEMBER_MEASURE,
                             .type = measure.value.sql->type,
                             .label = &named->label,
                             .measure = named,
                             .fact = named->fact};
        measure.column = member_column(build, &found, member->alias);
    } else {
        measure.column = expr_column(member, measure.value.sql->type, QUERY_ROLE_MEASURE);
        if (column) {
            measure.column.member = expr_print(build->arena, column->aggregated);
            measure.column.title = aggregated_title(build->arena, column);
            format_aggregated(column, &measure.column);
        } else {
            format_call(build, member->expr, &measure.column);
        }
        if (member->expr->kind == EXPR_DERIVED) format_derived(build, member->expr, &measure.column);
    }
    measure.given = member;
    measure.of_rows = query_stage_of(build, measure.value.sql) ? NULL : measure.value.sql;
    VEC_PUSH(build->arena, &build->measures, measure);
    return ERR_OK;
}

/* m.prior, m.change and m.growth of the newest measure. */
static ErrCode add_comparison(QueryBuild *build, Str path, Err *err) {
    static const struct {
        ExprDerive derive;
        const char *suffix;
    } parts[] = {{EXPR_DERIVE_PRIOR, "prior"}, {EXPR_DERIVE_CHANGE, "change"}, {EXPR_DERIVE_GROWTH, "growth"}};
    const QueryTime *time = &build->query->time;
    QueryMeasure measure = build->measures.at[build->measures.n - 1];
    if (query_stage_of(build, measure.value.sql) >= QUERY_ROW_STAGE) { /* it has no value in another period */
        VEC_PUSH(build->arena, &build->defaults,
                 arena_printf(build->arena, "%.*s is not compared", STR_ARG(measure.column.name)));
        return ERR_OK;
    }
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        Str suffix = str_of(parts[i].suffix);
        Expr derived = {.kind = EXPR_DERIVED,
                        .name = S("compare"),
                        .derive = parts[i].derive,
                        .n = time->compare_n,
                        .unit = time->compare_unit};
        QueryMeasure part = {.column = measure.column, .value.roles = measure.value.roles};
        ErrCode code = query_derive(build, &derived, measure.value.sql, &part.value.sql, err);
        if (code && err) err_at(err, i ? path : S("time.compare"), 0, 0);
        if (code) return code;
        part.column.name = arena_printf(build->arena, "%.*s.%.*s", STR_ARG(measure.column.name), STR_ARG(suffix));
        part.column.member = part.column.name;
        part.column.title = arena_printf(build->arena, "%.*s (%.*s)", STR_ARG(measure.column.title), STR_ARG(suffix));
        part.column.type = part.value.sql->type;
        if (parts[i].derive == EXPR_DERIVE_GROWTH) as_percent(&part.column);
        VEC_PUSH(build->arena, &build->measures, part);
    }
    return ERR_OK;
}

ErrCode query_compile_measures(QueryBuild *build, Err *err) {
    for (size_t i = 0; i < build->query->n_measures; i++) {
        const QueryMember *member = &build->query->measures[i];
        TRY(add_measure(build, member, err));
        if (build->query->time.compare.n) TRY(add_comparison(build, member->path, err));
    }
    return ERR_OK;
}

static ErrCode gather_columns(QueryBuild *build, const QueryColumn **ret_columns, size_t *ret_n, Err *err) {
    size_t n = build->groups.n + build->measures.n;
    QueryColumn *columns = ARENA_ARRAY(build->arena, QueryColumn, n);
    for (size_t i = 0; i < build->groups.n; i++) columns[i] = build->groups.at[i].column;
    for (size_t i = 0; i < build->measures.n; i++) columns[build->groups.n + i] = build->measures.at[i].column;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!str_eq(columns[i].name, columns[k].name)) continue;
            return query_error(err, ERR_INVALID, (Str){0},
                               "two columns are called '%.*s'; leave one out or give it another name by 'as'",
                               STR_ARG(columns[i].name));
        }
    }
    for (size_t i = 0; i < n; i++) {
        columns[i].is_local = query_is_local(build) && columns[i].type.kind == TYPE_TIMESTAMP;
        columns[i].fiscal_month = query_fiscal_month(build);
    }
    *ret_columns = columns;
    *ret_n = n;
    return ERR_OK;
}

/* ---- selects -------------------------------------------------------------------------------------------------------- */

static QuerySql both(Arena *arena, QuerySql a, QuerySql b) {
    if (!b.sql) return a;
    return (QuerySql){a.sql ? sql_and(arena, a.sql, b.sql) : b.sql, a.roles | b.roles};
}

/* The first group of its role to be missing by key stands for them all. */
static bool is_repeated(const QueryBuild *build, size_t group) {
    const QueryGroup *at = &build->groups.at[group];
    for (size_t i = 0; at->is_missing_by_key && i < group; i++) {
        const QueryGroup *other = &build->groups.at[i];
        if (other->is_missing_by_key && other->missing.sql && other->member.role == at->member.role) return true;
    }
    return false;
}

/* The rows that have the group. */
static QuerySql present(const QueryBuild *build, const QueryGroup *group) {
    const SqlExpr *missing = group->missing.sql;
    SqlFn fn = missing->fn == SQL_FN_EQ ? SQL_FN_NE : SQL_FN_IS_SET;
    return (QuerySql){sql_call(build->arena, fn, missing->args, missing->n_args), group->missing.roles};
}

/* Whether one of them has groups that are not shown. */
static bool leave_out(const QueryInner *inners, size_t n) {
    bool do_so = false;
    for (size_t i = 0; i < n && !do_so; i++)
        do_so = inners[i].plan->n_left_out || leave_out(inners[i].plan->inners, inners[i].plan->n_inners);
    return do_so;
}

/* With one group whose key may be unknown, the unknown one is a row among the others: it comes first, past limit and having, and
 * is taken off when the query is run. Otherwise a row is in no group of one member and in a known one of another. */
static bool has_unknown_row(const QueryBuild *build) {
    if (leave_out(build->inners.at, build->inners.n)) return false;
    bool are_used_again = build->query->has_others || build->query->wants_total_shown; /* the rows, for totals */
    return !build->is_inner && !are_used_again && !query_is_staged(build) && build->groups.n == 1 &&
           build->groups.at[0].missing.sql && build->measures.n && !build->query->offset;
}

static void add_unknown_row(QueryBuild *build, SqlSelect *select, SqlItem *items) {
    Arena *arena = build->arena;
    const SqlExpr *is_unknown = sql_call1(arena, SQL_FN_IS_NULL, build->groups.at[0].key.sql);
    SqlOrder *order = ARENA_ARRAY(arena, SqlOrder, select->n_order + 1);
    order[0] = (SqlOrder){is_unknown, true};
    for (size_t i = 0; i < select->n_order; i++) order[i + 1] = select->order[i];
    select->order = order;
    select->n_order++;
    if (select->limit >= 0) select->limit++;
    const SqlExpr *either[] = {is_unknown, select->having};
    if (select->having) select->having = sql_call(arena, SQL_FN_OR, either, COUNT_OF(either));
    items[select->n_items++] = (SqlItem){sql_call(arena, SQL_FN_COUNT_ALL, NULL, 0), S("_rows")};
}

static ErrCode rows_select(QueryBuild *build, const SqlSelect **ret_select, Err *err) {
    Arena *arena = build->arena;
    SqlSelect *select = sql_select_new(arena);
    size_t n_groups = build->groups.n, n = n_groups + build->measures.n;
    bool is_inline = has_unknown_row(build);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, n + 1);
    size_t *group_by = ARENA_ARRAY(arena, size_t, n_groups);
    QuerySql where = build->where;
    QueryRoles roles = build->having.roles;
    for (size_t i = 0; i < n_groups; i++) {
        const QueryGroup *group = &build->groups.at[i];
        items[i] = (SqlItem){group->key.sql, group->column.name};
        group_by[i] = i;
        roles |= group->key.roles;
        if (group->missing.sql && !is_inline && !is_repeated(build, i))
            where = both(arena, where, present(build, group));
    }
    for (size_t i = 0; i < build->measures.n; i++) {
        items[n_groups + i] = (SqlItem){build->measures.at[i].value.sql, build->measures.at[i].column.name};
        roles |= build->measures.at[i].value.roles;
    }
    for (size_t i = 0; i < build->hidden.n; i++) roles |= build->hidden.at[i].value.roles;
    select->items = items;
    select->n_items = n;
    select->group_by = group_by;
    select->n_group_by = n_groups;
    select->where = where.sql;
    select->having = build->having.sql;
    select->limit = build->query->limit;
    select->offset = build->query->offset;
    query_from(build, roles | where.roles, select);
    bool is_cut = select->limit >= 0 || select->offset;
    if (!build->is_inner || is_cut) TRY(query_compile_order(build, items, &select->order, &select->n_order, err));
    if (is_inline) add_unknown_row(build, select, items);
    *ret_select = select;
    return ERR_OK;
}

static void plan_left_out(QueryBuild *build, QueryPlan *plan) {
    QueryLeftOut *members = ARENA_ARRAY(build->arena, QueryLeftOut, build->groups.n);
    const SqlSelect **selects = ARENA_ARRAY(build->arena, const SqlSelect *, build->groups.n);
    size_t n = 0;
    for (size_t i = 0; i < build->groups.n; i++) {
        const QueryGroup *group = &build->groups.at[i];
        if (!group->missing.sql || is_repeated(build, i)) continue;
        members[n].member = group->is_member ? group->column.member : group->column.name;
        selects[n++] = plan->has_unknown_row ? NULL : query_account_missing(build, i);
    }
    plan->left_out_for = members;
    plan->left_out = selects;
    plan->n_left_out = plan->n_left_out_own = n;
}

/* What inner queries say of themselves, behind their paths. */
typedef struct Inners {
    QueryBuild *build;
    VEC(QueryLeftOut) members;
    VEC(const SqlSelect *) selects;
} Inners;

/* The number of rows; the outer query's measures are not made of them. */
static const SqlSelect *rows_left_out(QueryBuild *build, const SqlSelect *left_out) {
    SqlSelect *select = arena_dup(build->arena, left_out, sizeof(SqlSelect));
    SqlItem *items = ARENA_ARRAY(build->arena, SqlItem, 1 + build->measures.n);
    items[0] = left_out->items[0];
    for (size_t i = 0; i < build->measures.n; i++) {
        const QueryColumn *column = &build->measures.at[i].column;
        items[1 + i] = (SqlItem){sql_literal(build->arena, value_null(column->type)), column->name};
    }
    select->items = items;
    select->n_items = 1 + build->measures.n;
    return select;
}

static void take_inner(Inners *to, const QueryInner *inner, Str path) {
    QueryBuild *build = to->build;
    const QueryPlan *plan = inner->plan;
    for (size_t i = 0; i < plan->n_left_out; i++) {
        Str member = plan->left_out_for[i].member;
        QueryLeftOut left_out = {.member = arena_printf(build->arena, "%.*s: %.*s", STR_ARG(path), STR_ARG(member))};
        VEC_PUSH(build->arena, &to->members, left_out);
        VEC_PUSH(build->arena, &to->selects, rows_left_out(build, plan->left_out[i]));
    }
    for (size_t i = 0; i < plan->n_defaults; i++)
        VEC_PUSH(build->arena, &build->defaults,
                 arena_printf(build->arena, "%.*s: %.*s", STR_ARG(path), STR_ARG(plan->defaults[i])));
    for (size_t i = 0; i < plan->n_inners; i++)
        take_inner(to, &plan->inners[i], query_path_within(build->arena, path, plan->inners[i].path));
}

static void plan_inners(QueryBuild *build, QueryPlan *plan) {
    Inners to = {.build = build};
    for (size_t i = 0; i < plan->n_left_out; i++) {
        VEC_PUSH(build->arena, &to.members, plan->left_out_for[i]);
        VEC_PUSH(build->arena, &to.selects, plan->left_out[i]);
    }
    for (size_t i = 0; i < build->inners.n; i++) take_inner(&to, &build->inners.at[i], build->inners.at[i].path);
    plan->left_out_for = to.members.at;
    plan->left_out = to.selects.at;
    plan->n_left_out = to.members.n;
}

/* The extent of the fact's data on the axis. Without conditions, so that engines answer it from statistics, and because only the
 * whole tells whether a period is complete: that a filter finds no row on its last day says nothing. */
static void plan_period(QueryBuild *build, QueryPlan *plan) {
    Arena *arena = build->arena;
    const QueryAxis *axis = &build->axis;
    if (!axis->is_known) return;
    plan->asked = (QueryPeriod){
        .is_known = axis->bounds.from != INT64_MIN || axis->bounds.to != INT64_MAX,
        .member = axis->name,
        .type = axis->member.type,
        .from_us = axis->bounds.from,
        .to_us = axis->bounds.to,
    };
    plan->first_grain =
        build->query->time.grain != TIME_GRAIN_NONE ? build->query->time.grain : axis->bounds.from_grain;
    plan->last_grain = build->query->time.grain != TIME_GRAIN_NONE ? build->query->time.grain : axis->bounds.to_grain;
    if (axis->column.roles || build->inner) return; /* a dimension's date: its extent is not the fact's */
    SqlSelect *select = sql_select_new(arena);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, 2);
    items[0] = (SqlItem){sql_call1(arena, SQL_FN_MIN, axis->column.sql), S("_first")};
    items[1] = (SqlItem){sql_call1(arena, SQL_FN_MAX, axis->column.sql), S("_last")};
    select->items = items;
    select->n_items = 2;
    query_from(build->legs.n ? build->legs.at[0] : build, 0, select);
    plan->period = select;
}

/* ---- the plan ------------------------------------------------------------------------------------------------------- */

const Model *query_whole_model(const QueryBuild *build) {
    return snapshot_get(build->ctx->snapshot, SNAPSHOT_MODEL);
}

ErrCode query_compile_rows(QueryBuild *build, Err *err) {
    QuerySql range, where;
    if (build->fact) {
        ModelFactScope how = {.model = build->model, .fact = build->fact, .column = query_member_sql, .arg = build};
        build->fact_scope = model_fact_scope(build->arena, &how);
        how.model = query_whole_model(build);
        build->body_scope = model_fact_scope(build->arena, &how);
    }
    TRY(query_compile_axis(build, &range, err));
    TRY(query_compile_filter(build, QUERY_IN_WHERE, build->query->where, &where, err));
    build->filter = where;
    build->where = both(build->arena, range, where);
    return ERR_OK;
}

static ErrCode compile_stages(QueryBuild *build, Err *err) {
    TRY(query_find_source(build, err));
    TRY(query_check_list(build, err));
    if (build->legs.n) {
        TRY(query_compile_legs(build, err));
    } else {
        TRY(query_compile_rows(build, err));
        TRY(query_compile_groups(build, err));
    }
    TRY(query_compile_measures(build, err));
    TRY(query_compile_hidden(build, err));
    return query_compile_filter(build, QUERY_IN_HAVING, build->query->having, &build->having, err);
}

ErrCode query_build_rows(QueryBuild *build, const SqlSelect **ret_select, const QueryColumn **ret_columns,
                         size_t *ret_n, Err *err) {
    TRY(compile_stages(build, err));
    TRY(query_check_totals(build, err));
    TRY(query_check_fill(build, err));
    TRY(gather_columns(build, ret_columns, ret_n, err));
    if (build->query->n_list) return query_list_rows(build, ret_select, err);
    return query_is_staged(build) ? query_stage_rows(build, ret_select, err) : rows_select(build, ret_select, err);
}

static void name_facts(const QueryBuild *build, QueryPlan *plan) {
    size_t n = build->legs.n ? build->legs.n : build->fact && !build->inner;
    Str *names = ARENA_ARRAY(build->arena, Str, n);
    for (size_t i = 0; i < n; i++) names[i] = (build->legs.n ? build->legs.at[i] : build)->fact->name;
    plan->facts = names;
    plan->n_facts = n;
}

void query_plan_about(QueryBuild *build, QueryPlan *plan) {
    plan->fact = build->fact;
    name_facts(build, plan);
    plan_left_out(build, plan);
    plan_period(build, plan);
    plan->fiscal_month = query_fiscal_month(build);
    plan->defaults = build->defaults.at;
    plan->n_defaults = build->defaults.n;
    plan->inners = build->inners.at;
    plan->n_inners = build->inners.n;
}

/* The query with the options' defaults in it. */
static const Query *with_defaults(QueryBuild *build, const Query *query, const QueryOptions *options) {
    bool is_one_row = !query->n_dimensions && !query->n_list && query->time.grain == TIME_GRAIN_NONE;
    if (query->limit >= 0 || !options || options->default_limit <= 0 || is_one_row) return query;
    Query *copy = ARENA_NEW(build->arena, Query);
    *copy = *query;
    copy->limit = options->default_limit;
    VEC_PUSH(build->arena, &build->defaults, arena_printf(build->arena, "the first %" PRId64 " rows", copy->limit));
    return copy;
}

ErrCode query_compile(const Ctx *ctx, const Query *query, const QueryOptions *options, const QueryPlan **ret_plan,
                      Err *err) {
    int64_t start_us = clock_monotonic(ctx->clock);
    QueryBuild build = {.ctx = ctx, .arena = ctx->arena, .model = model_of(ctx)};
    if (!build.model) return err_set(err, ERR_CONFLICT, "no project is open; open one first");
    if (query->model_version && query->model_version != snapshot_version(ctx->snapshot))
        return query_error(err, ERR_CONFLICT, S("model"),
                           "the query is one to version %" PRId64 " of the model, not %" PRId64, query->model_version,
                           snapshot_version(ctx->snapshot));
    build.query = with_defaults(&build, query, options);
    QueryPlan *plan = ARENA_NEW(ctx->arena, QueryPlan);
    TRY(query_build_rows(&build, &plan->select, &plan->columns, &plan->n_columns, err));
    plan->query = build.query;
    plan->has_unknown_row = has_unknown_row(&build);
    query_plan_about(&build, plan);
    plan_inners(&build, plan);
    query_plan_totals(&build, plan);
    plan->fills = build.fills.at;
    plan->n_fills = build.fills.n;
    plan->n_cursor = build.n_cursor;
    plan->defaults = build.defaults.at;
    plan->n_defaults = build.defaults.n;
    plan->max_rows = options && options->max_rows > 0 ? options->max_rows : DEFAULT_MAX_ROWS;
    plan->max_bytes = options && options->max_bytes > 0 ? options->max_bytes : DEFAULT_MAX_BYTES;
    plan->compile_us = clock_monotonic(ctx->clock) - start_us;
    *ret_plan = plan;
    return ERR_OK;
}

ErrCode query_sql(const Ctx *ctx, const SqlDialect *dialect, const QueryPlan *plan, SqlText *ret_sql, Err *err) {
    return sql_print_select(ctx->arena, dialect, plan->select, ret_sql, err);
}
