/* Query -> the JSON that query_parse reads back to an equal one. Keys in the order of evaluation; what was not given is left out. */
#include "query/query_internal.h"

static void print_text(JsonWriter *writer, Str key, Str text) {
    json_key(writer, key);
    json_text(writer, text);
}

static void print_names(JsonWriter *writer, const Str *names, size_t n_names) {
    json_array_begin(writer);
    for (size_t i = 0; i < n_names; i++) json_text(writer, names[i]);
    json_array_end(writer);
}

/* ---- members and values --------------------------------------------------------------------------------------------- */

/* A name in an expression may need its quotes again. */
static void print_expr(JsonWriter *writer, const QueryMember *member) {
    json_key(writer, S("expr"));
    if (member->expr->kind != EXPR_NAME) {
        json_text(writer, member->name);
        return;
    }
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    json_text(writer, expr_print(scratch, member->expr));
}

static void print_member(JsonWriter *writer, const QueryMember *member) {
    bool is_named = str_eq(member->name, member->alias);
    if (member->expr->kind == EXPR_NAME && is_named && !member->is_filled) {
        json_text(writer, member->name);
        return;
    }
    json_object_begin(writer);
    print_expr(writer, member);
    if (!is_named) print_text(writer, S("as"), member->alias);
    if (member->is_filled) {
        json_key(writer, S("fill"));
        json_bool(writer, true);
    }
    json_object_end(writer);
}

static void print_members(JsonWriter *writer, Str key, const QueryMember *members, size_t n_members) {
    if (!n_members) return;
    json_key(writer, key);
    json_array_begin(writer);
    for (size_t i = 0; i < n_members; i++) print_member(writer, &members[i]);
    json_array_end(writer);
}

/* Values as they were read: integers of any size as numbers, which json_value would write as text, and 1.0 not as 1. */
static void print_value(JsonWriter *writer, Value value) {
    if (value.is_null) {
        json_nil(writer);
    } else if (value.type.kind == TYPE_INT64) {
        json_int(writer, value.i);
    } else if (value.type.kind == TYPE_FLOAT64) {
        json_typed_float(writer, value.f);
    } else {
        json_value(writer, value);
    }
}

/* ---- filters -------------------------------------------------------------------------------------------------------- */

static void print_filter(JsonWriter *writer, const QueryFilter *filter);

static void print_children(JsonWriter *writer, const QueryFilter *filter) {
    json_array_begin(writer);
    for (size_t i = 0; i < filter->n_children; i++) print_filter(writer, filter->children[i]);
    json_array_end(writer);
}

static void print_test(JsonWriter *writer, const QueryFilter *filter) {
    json_key(writer, S("member"));
    print_member(writer, &filter->member);
    print_text(writer, S("op"), str_of(query_op_name(filter->op)));
    if (filter->kind == QUERY_FILTER_MEMBERSHIP) {
        json_key(writer, S("query"));
        query_print(writer, filter->query);
        return;
    }
    if (!filter->n_values) return;
    json_key(writer, S("values"));
    json_array_begin(writer);
    for (size_t i = 0; i < filter->n_values; i++) print_value(writer, filter->values[i]);
    json_array_end(writer);
}

static void print_filter(JsonWriter *writer, const QueryFilter *filter) {
    if (filter->kind == QUERY_FILTER_EXPR && filter->member.expr->kind == EXPR_NAME) {
        json_text(writer, filter->member.name);
        return;
    }
    json_object_begin(writer);
    switch (filter->kind) {
    case QUERY_FILTER_AND:
    case QUERY_FILTER_OR:
        json_key(writer, filter->kind == QUERY_FILTER_AND ? S("and") : S("or"));
        print_children(writer, filter);
        break;
    case QUERY_FILTER_NOT:
        json_key(writer, S("not"));
        print_filter(writer, filter->children[0]);
        break;
    case QUERY_FILTER_EXPR: print_expr(writer, &filter->member); break;
    case QUERY_FILTER_TEST:
    case QUERY_FILTER_MEMBERSHIP: print_test(writer, filter); break;
    }
    json_object_end(writer);
}

/* Texts and nulls. */
static void print_after(JsonWriter *writer, const Query *query) {
    if (!query->n_after) return;
    json_key(writer, S("after"));
    json_array_begin(writer);
    for (size_t i = 0; i < query->n_after; i++) print_value(writer, query->after[i]);
    json_array_end(writer);
}

static void print_stage(JsonWriter *writer, Str key, const QueryFilter *filter) {
    if (!filter) return;
    json_key(writer, key);
    print_filter(writer, filter);
}

/* ---- time, order and the rest --------------------------------------------------------------------------------------- */

static void print_range(JsonWriter *writer, const QueryRange *range) {
    json_key(writer, S("range"));
    if (range->from.n && str_eq(range->from, range->to)) {
        json_text(writer, range->from);
        return;
    }
    json_array_begin(writer);
    const Str ends[] = {range->from, range->to};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (ends[i].n) {
            json_text(writer, ends[i]);
        } else {
            json_nil(writer);
        }
    }
    json_array_end(writer);
}

static void print_time(JsonWriter *writer, const QueryTime *time) {
    if (!time->is_given) return;
    json_key(writer, S("time"));
    json_object_begin(writer);
    if (time->dimension.n) print_text(writer, S("dimension"), time->dimension);
    if (time->grain != TIME_GRAIN_NONE) print_text(writer, S("grain"), str_of(time_grain_name(time->grain)));
    if (time->range.is_given) print_range(writer, &time->range);
    if (time->compare.n) print_text(writer, S("compare"), time->compare);
    if (time->is_filled) {
        json_key(writer, S("fill"));
        json_bool(writer, true);
    }
    json_object_end(writer);
}

static void print_order(JsonWriter *writer, const Query *query) {
    if (!query->n_order) return;
    json_key(writer, S("order"));
    json_array_begin(writer);
    for (size_t i = 0; i < query->n_order; i++) {
        const Str pair[] = {query->order[i].name, query->order[i].is_desc ? S("desc") : S("asc")};
        print_names(writer, pair, COUNT_OF(pair));
    }
    json_array_end(writer);
}

static void print_limits(JsonWriter *writer, const Query *query) {
    if (query->limit >= 0) {
        json_key(writer, S("limit"));
        json_int(writer, query->limit);
    }
    if (query->offset) {
        json_key(writer, S("offset"));
        json_int(writer, query->offset);
    }
    if (query->has_limit_per) {
        json_key(writer, S("limit_per"));
        json_object_begin(writer);
        json_key(writer, S("by"));
        print_names(writer, query->limit_per_by, query->n_limit_per_by);
        json_key(writer, S("n"));
        json_int(writer, query->limit_per_n);
        json_object_end(writer);
    }
}

static void print_totals(JsonWriter *writer, const Query *query) {
    Str names[2];
    size_t n = 0;
    if (query->wants_total_shown) names[n++] = S("shown");
    if (query->wants_total_all) names[n++] = S("all");
    if (!n) return;
    json_key(writer, S("totals"));
    print_names(writer, names, n);
}

static void print_flag(JsonWriter *writer, Str key, bool is_set) {
    if (!is_set) return;
    json_key(writer, key);
    json_bool(writer, true);
}

void query_print(JsonWriter *writer, const Query *query) {
    json_object_begin(writer);
    json_key(writer, S("v"));
    json_int(writer, QUERY_VERSION);
    if (query->model_version) {
        json_key(writer, S("model"));
        json_int(writer, query->model_version);
    }
    if (query->source.n) print_text(writer, S("source"), query->source);
    if (query->source_query) {
        json_key(writer, S("source"));
        query_print(writer, query->source_query);
    }
    print_members(writer, S("measures"), query->measures, query->n_measures);
    print_members(writer, S("dimensions"), query->dimensions, query->n_dimensions);
    print_members(writer, S("rows"), query->list, query->n_list);
    print_after(writer, query);
    print_time(writer, &query->time);
    print_stage(writer, S("where"), query->where);
    print_stage(writer, S("having"), query->having);
    print_order(writer, query);
    print_limits(writer, query);
    print_flag(writer, S("others"), query->has_others);
    print_totals(writer, query);
    print_flag(writer, S("unknown"), query->shows_unknown);
    json_object_end(writer);
}
