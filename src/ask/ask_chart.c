/* A result's columns as a chart sees them: which add up, which are parts of a whole, which have an order, by what the model says. */
#include "ask/ask_answer.h"

static bool is_share(const QueryColumn *column) {
    return str_starts(column->member, S("share("));
}

/* The whole expression is one call: "sum(a)", not "sum(a) / sum(b)". */
static bool is_call(Str expr, Str begin) {
    int depth = 0;
    if (!str_starts(expr, begin)) return false;
    for (size_t i = 0; i < expr.n; i++) {
        if (expr.p[i] == '(') depth++;
        if (expr.p[i] == ')' && --depth == 0) return i + 1 == expr.n;
    }
    return false;
}

static bool is_additive(const Model *model, const QueryColumn *column) {
    ModelMember member;
    bool is_count = is_call(column->member, S("count(")) && !str_starts(column->member, S("count(distinct "));
    if (is_count || is_call(column->member, S("sum("))) return true;
    bool is_measure = !model_member(model, NULL, column->member, &member, NULL) && member.kind == MODEL_MEMBER_MEASURE;
    return is_measure && member.measure->additivity == MODEL_ADDITIVE;
}

/* "amount.change", as a comparison names it. */
static bool is_change(const QueryColumn *column) {
    return str_ends(column->member, S(".change")) || str_ends(column->member, S(".growth"));
}

static ChartRole role_of(QueryRole role) {
    return role == QUERY_ROLE_MEASURE ? CHART_ROLE_MEASURE
           : role == QUERY_ROLE_TIME  ? CHART_ROLE_TIME
                                      : CHART_ROLE_DIMENSION;
}

static ChartColumn column_of(const Model *model, const QueryColumn *c) {
    ModelMember member;
    bool is_measure = c->role == QUERY_ROLE_MEASURE;
    bool is_part = !is_measure && !model_member(model, NULL, c->member, &member, NULL) && member.part;
    ChartColumn column = {.name = c->name,
                          .title = c->title,
                          .type = c->type,
                          .role = role_of(c->role),
                          .format = {.kind = c->format,
                                     .unit = c->unit,
                                     .decimals = c->decimals,
                                     .grain = c->grain,
                                     .fiscal_month = c->fiscal_month,
                                     .is_name = !is_measure},
                          .is_share = is_measure && is_share(c),
                          .is_change = is_measure && is_change(c),
                          .is_additive = is_measure && is_additive(model, c),
                          .is_ordered = is_part,
                          .bucket = c->bucket};
    bool is_month = is_part && str_eq(member.part->name, S("month_of_year"));
    if (is_month) column.format.kind = S("month");
    return column;
}

ChartData ask_chart_data(Arena *arena, const Model *model, const AskRows *rows) {
    ChartColumn *columns = ARENA_ARRAY(arena, ChartColumn, rows->n_columns + 1);
    for (size_t i = 0; i < rows->n_columns; i++) columns[i] = column_of(model, &rows->columns[i]);
    return (ChartData){columns, rows->n_columns, rows->batches, rows->n_batches};
}
