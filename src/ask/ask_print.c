/* A finished query as the JSON of the semantic query, and tests as expressions. */
#include "ask/ask_finish.h"

/* ---- expressions ---------------------------------------------------------------------------------------------------- */

Str finish_quoted(Arena *arena, Str text) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 20);
    buf_add_char(&buf, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'') buf_add_char(&buf, '\'');
        buf_add_char(&buf, text.p[i]);
    }
    buf_add_char(&buf, '\'');
    return arena_str(arena, buf_str(&buf));
}

static Str number_text(Arena *arena, double number) {
    if (number == (double)(int64_t)number) return arena_printf(arena, "%" PRId64, (int64_t)number);
    return arena_printf(arena, "%.10g", number);
}

static const char *sign_of(QueryOp op) {
    switch (op) {
    case QUERY_OP_GT: return ">";
    case QUERY_OP_GTE: return ">=";
    case QUERY_OP_LT: return "<";
    case QUERY_OP_LTE: return "<=";
    case QUERY_OP_NOT_EQUALS: return "!=";
    default: return "=";
    }
}

Str finish_bound_expr(AskParse *p, const AskTest *test, Str what) {
    if (test->op == QUERY_OP_BETWEEN)
        return arena_printf(p->arena, "%.*s between %.*s and %.*s", STR_ARG(what),
                            STR_ARG(number_text(p->arena, test->number)),
                            STR_ARG(number_text(p->arena, test->number_to)));
    return arena_printf(p->arena, "%.*s %s %.*s", STR_ARG(what), sign_of(test->op),
                        STR_ARG(number_text(p->arena, test->number)));
}

Str finish_test_expr(AskParse *p, const AskTest *test) {
    Arena *arena = p->arena;
    Str m = test->member, all = {0};
    switch (test->kind) {
    case ASK_TEST_VALUES:
        for (size_t i = 0; i < test->n_values; i++) {
            Str value = test->is_number ? test->values[i] : finish_quoted(arena, test->values[i]);
            all = all.n ? arena_printf(arena, "%.*s, %.*s", STR_ARG(all), STR_ARG(value)) : value;
        }
        if (!test->is_not) return arena_printf(arena, "%.*s in (%.*s)", STR_ARG(m), STR_ARG(all));
        return arena_printf(arena, "(%.*s is null or %.*s not in (%.*s))", STR_ARG(m), STR_ARG(m), STR_ARG(all));
    case ASK_TEST_PREFIX:
    case ASK_TEST_PART:
        return arena_printf(arena, "%s%s(%.*s, %.*s)", test->is_not ? "not " : "",
                            test->kind == ASK_TEST_PREFIX ? "starts_with" : "contains", STR_ARG(m),
                            STR_ARG(finish_quoted(arena, test->values[0])));
    case ASK_TEST_FLAG: return arena_printf(arena, "%s%.*s", test->is_not ? "not " : "", STR_ARG(m));
    case ASK_TEST_NULL: return arena_printf(arena, "%.*s is %snull", STR_ARG(m), test->is_not ? "not " : "");
    case ASK_TEST_BOUND: return finish_bound_expr(p, test, m);
    case ASK_TEST_EXPR: return arena_printf(arena, test->is_not ? "not (%.*s)" : "(%.*s)", STR_ARG(test->raw));
    case ASK_TEST_TIME: /* only as a test of its own */
    case ASK_TEST_SET: break;
    }
    return (Str){0};
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------- */

static void print_column(JsonWriter *w, const FinishColumn *column) {
    if (!column->as.n) {
        json_text(w, column->expr);
        return;
    }
    json_object_begin(w);
    json_key(w, S("expr"));
    json_text(w, column->expr);
    json_key(w, S("as"));
    json_text(w, column->as);
    json_object_end(w);
}

static void print_number(JsonWriter *w, double number) {
    if (number == (double)(int64_t)number)
        json_int(w, (int64_t)number);
    else
        json_float(w, number);
}

static void print_values(JsonWriter *w, const AskTest *test) {
    json_key(w, S("values"));
    json_array_begin(w);
    for (size_t i = 0; i < test->n_values; i++) {
        if (test->is_number)
            json_raw(w, test->values[i]);
        else
            json_text(w, test->values[i]);
    }
    json_array_end(w);
}

static void print_range(JsonWriter *w, const AskTime *time) {
    json_key(w, S("range"));
    if (!time->is_open && !time->to.n) {
        bool is_number = time->is_axis && time->from.n && time->from.p[0] >= '0' && time->from.p[0] <= '9';
        if (is_number) {
            json_array_begin(w);
            json_raw(w, time->from);
            json_raw(w, time->from);
            json_array_end(w);
        } else {
            json_text(w, time->from);
        }
        return;
    }
    json_array_begin(w);
    for (int i = 0; i < 2; i++) {
        Str end = i ? time->to : time->from;
        if (!end.n)
            json_nil(w);
        else if (time->is_axis)
            json_raw(w, end);
        else
            json_text(w, end);
    }
    json_array_end(w);
}

static void print_set(JsonWriter *w, const Finish *f, const AskTest *test);

static void print_op(JsonWriter *w, const AskTest *test) {
    static const struct {
        QueryOp yes, no;
    } OPS[] = {[ASK_TEST_VALUES] = {QUERY_OP_IN, QUERY_OP_NOT_IN},
               [ASK_TEST_PREFIX] = {QUERY_OP_STARTS_WITH, QUERY_OP_STARTS_WITH},
               [ASK_TEST_PART] = {QUERY_OP_CONTAINS, QUERY_OP_NOT_CONTAINS},
               [ASK_TEST_FLAG] = {QUERY_OP_EQUALS, QUERY_OP_EQUALS},
               [ASK_TEST_NULL] = {QUERY_OP_NOT_SET, QUERY_OP_SET}};
    json_key(w, S("op"));
    json_text(w, str_of(query_op_name(test->kind == ASK_TEST_BOUND ? test->op
                                      : test->is_not               ? OPS[test->kind].no
                                                                   : OPS[test->kind].yes)));
}

static void print_in_range(JsonWriter *w, Str member, const AskTime *time) {
    json_object_begin(w);
    json_key(w, S("member"));
    json_text(w, member);
    json_key(w, S("op"));
    json_text(w, str_of(query_op_name(QUERY_OP_IN_RANGE)));
    json_key(w, S("values"));
    json_array_begin(w);
    bool is_one = !time->is_open && !time->to.n;
    for (int i = 0; i < (is_one ? 1 : 2); i++) {
        Str end = i ? time->to : time->from;
        if (end.n)
            json_text(w, end);
        else
            json_nil(w);
    }
    json_array_end(w);
    json_object_end(w);
}

/* In one of several periods, or in none of them. */
static void print_times(JsonWriter *w, const AskTest *test) {
    if (test->is_not) {
        json_object_begin(w);
        json_key(w, S("not"));
    }
    if (test->time->apart) {
        json_object_begin(w);
        json_key(w, S("or"));
        json_array_begin(w);
    }
    for (const AskTime *time = test->time; time; time = time->apart) print_in_range(w, test->member, time);
    if (test->time->apart) {
        json_array_end(w);
        json_object_end(w);
    }
    if (test->is_not) json_object_end(w);
}

static void print_test(JsonWriter *w, const Finish *f, const AskTest *test, Str member) {
    if (test->kind == ASK_TEST_SET) {
        print_set(w, f, test);
        return;
    }
    if (test->kind == ASK_TEST_TIME) {
        print_times(w, test);
        return;
    }
    if (test->kind == ASK_TEST_EXPR) {
        json_object_begin(w);
        json_key(w, S("expr"));
        json_text(w, test->is_not ? arena_printf(f->p->arena, "not (%.*s)", STR_ARG(test->raw)) : test->raw);
        json_object_end(w);
        return;
    }
    bool is_turned = test->kind == ASK_TEST_PREFIX && test->is_not;
    if (is_turned) {
        json_object_begin(w);
        json_key(w, S("not"));
    }
    json_object_begin(w);
    json_key(w, S("member"));
    json_text(w, member);
    print_op(w, test);
    if (test->kind == ASK_TEST_BOUND) {
        json_key(w, S("values"));
        json_array_begin(w);
        print_number(w, test->number);
        if (test->op == QUERY_OP_BETWEEN) print_number(w, test->number_to);
        json_array_end(w);
    } else if (test->kind == ASK_TEST_FLAG) {
        json_key(w, S("value"));
        json_bool(w, !test->is_not);
    } else if (test->kind != ASK_TEST_NULL) {
        print_values(w, test);
    }
    json_object_end(w);
    if (is_turned) json_object_end(w);
}

/* The inner query: the entities that meet the further condition. */
static void print_set(JsonWriter *w, const Finish *f, const AskTest *test) {
    const AskFrame *inner = test->of;
    json_object_begin(w);
    json_key(w, S("member"));
    json_text(w, test->entity);
    json_key(w, S("op"));
    json_text(w, test->is_not ? S("not_in") : S("in"));
    json_key(w, S("query"));
    if (test->raw.n) {
        json_raw(w, test->raw);
        json_object_end(w);
        return;
    }
    json_object_begin(w);
    json_key(w, S("dimensions"));
    json_array_begin(w);
    json_text(w, test->entity);
    json_array_end(w);
    const ModelFact *fact = inner->n_terms && inner->terms[0]->fact ? inner->terms[0]->fact : f->fact;
    if (fact) {
        json_key(w, S("source"));
        json_text(w, fact->name);
    }
    if (inner->n_times) {
        json_key(w, S("time"));
        json_object_begin(w);
        print_range(w, inner->times[0]);
        json_object_end(w);
    }
    if (inner->n_tests) {
        json_key(w, S("where"));
        json_array_begin(w);
        for (size_t i = 0; i < inner->n_tests; i++) print_test(w, f, inner->tests[i], inner->tests[i]->member);
        json_array_end(w);
    }
    if (inner->n_terms) {
        json_key(w, S("measures"));
        json_array_begin(w);
        for (size_t i = 0; i < inner->n_terms; i++)
            print_column(w, &(FinishColumn){.expr = inner->terms[i]->expr, .as = inner->terms[i]->name});
        json_array_end(w);
        json_key(w, S("having"));
        json_array_begin(w);
        for (size_t i = 0; i < inner->n_terms; i++) {
            AskTest positive = {.kind = ASK_TEST_BOUND, .op = QUERY_OP_GT};
            print_test(w, f, &positive, inner->terms[i]->name.n ? inner->terms[i]->name : inner->terms[i]->expr);
        }
        json_array_end(w);
    }
    json_object_end(w);
    json_object_end(w);
}

static void print_time(JsonWriter *w, const Finish *f) {
    const AskFrame *frame = &f->frame;
    if (!frame->n_times && !frame->grain && !f->compare.n) return;
    json_key(w, S("time"));
    json_object_begin(w);
    if (frame->time_member.n) {
        json_key(w, S("dimension"));
        json_text(w, frame->time_member);
    }
    if (frame->grain) {
        json_key(w, S("grain"));
        json_text(w, str_of(time_grain_name(frame->grain)));
    }
    if (frame->n_times) print_range(w, frame->times[0]);
    if (f->compare.n) {
        json_key(w, S("compare"));
        json_text(w, f->compare);
    }
    json_object_end(w);
}

static Str name_of(const FinishColumn *column) {
    return column->as.n ? column->as : column->expr;
}

Str finish_each_member(const Finish *f) {
    const AskFrame *frame = &f->frame;
    if (!str_eq(frame->each, S(ASK_MAIN_TIME))) return frame->each;
    Str column = f->fact && f->fact->time >= 0 ? f->fact->columns[f->fact->time].name : (Str){0};
    return arena_printf(f->p->arena, "%.*s.%s", STR_ARG(column), time_grain_name(frame->grain));
}

static void print_order(JsonWriter *w, const Finish *f) {
    const AskFrame *frame = &f->frame;
    if (!frame->order || (!frame->n_groups && !frame->grain)) return;
    Str by = {0};
    for (size_t i = 0; i < f->n_measures; i++)
        if (f->measures[i].term && str_eq(f->measures[i].term->expr, frame->order->expr)) by = name_of(&f->measures[i]);
    if (f->ordered_by.n) by = f->ordered_by;
    if (!by.n) return;
    json_key(w, S("order"));
    json_array_begin(w);
    json_array_begin(w);
    json_text(w, by);
    json_text(w, frame->direction < 0 ? S("asc") : S("desc"));
    json_array_end(w);
    json_array_end(w);
    if (!frame->limit) return;
    Str each = finish_each_member(f);
    if (each.n) {
        json_key(w, S("limit_per"));
        json_object_begin(w);
        json_key(w, S("by"));
        json_array_begin(w);
        json_text(w, each);
        json_array_end(w);
        json_key(w, S("n"));
        json_int(w, frame->limit);
        json_object_end(w);
        return;
    }
    json_key(w, S("limit"));
    json_int(w, frame->limit);
    if (frame->place < 2) return;
    json_key(w, S("offset"));
    json_int(w, frame->place - 1);
}

static void print_query(JsonWriter *w, const Finish *f) {
    const AskFrame *frame = &f->frame;
    json_object_begin(w);
    if (f->source) {
        json_key(w, S("source"));
        print_query(w, f->source);
    }
    if (f->n_measures) {
        json_key(w, S("measures"));
        json_array_begin(w);
        for (size_t i = 0; i < f->n_measures; i++) print_column(w, &f->measures[i]);
        json_array_end(w);
    }
    bool shows_groups = frame->n_groups && (!f->source || f->shows_groups);
    if (shows_groups || f->band.expr.n) {
        json_key(w, S("dimensions"));
        json_array_begin(w);
        for (size_t i = 0; i < frame->n_groups && shows_groups; i++) json_text(w, frame->groups[i]);
        if (f->band.expr.n) print_column(w, &f->band);
        json_array_end(w);
    }
    if (!f->source || f->shows_time) print_time(w, f);
    if (f->n_where) {
        json_key(w, S("where"));
        json_array_begin(w);
        for (size_t i = 0; i < f->n_where; i++) print_test(w, f, f->where[i], f->where[i]->member);
        json_array_end(w);
    }
    if (f->n_having) {
        json_key(w, S("having"));
        json_array_begin(w);
        for (size_t i = 0; i < f->n_having; i++) {
            const AskTerm *term = f->having[i]->term;
            print_test(w, f, f->having[i], !term ? f->having[i]->member : term->name.n ? term->name : term->expr);
        }
        json_array_end(w);
    }
    if (!f->source) print_order(w, f);
    json_object_end(w);
}

Str finish_print(const Finish *f) {
    Buf buf CLEANUP(buf_release);
    JsonWriter w;
    buf_init(&buf, 1 << 20);
    json_writer_init(&w, sink_of_buf(&buf), false, NULL);
    print_query(&w, f);
    if (json_writer_finish(&w)) return (Str){0};
    return arena_str(f->p->arena, buf_str(&buf));
}
