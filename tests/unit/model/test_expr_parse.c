/* The expression language as text: precedence, places, errors, caps, and the way back from tree to text. */
#include "test.h"

#include "model/model_expr.h"

#include <stdio.h>
#include <string.h>

static const Expr *parse(Arena *arena, Str text) {
    const Expr *expr = NULL;
    Err err = {0};
    if (expr_parse(arena, text, (ModelPlace){.file = S("f"), .line = 1, .column = 1}, &expr, &err))
        fail_msg("%.*s: %d:%d: %s", STR_ARG(text), err.line, err.column, err.message);
    return expr;
}

/* ---- trees compared and shown --------------------------------------------------------------------------------------- */

static bool equal(const Expr *a, const Expr *b) {
    bool is_same = a->kind == b->kind && str_eq(a->name, b->name) && a->n_parts == b->n_parts && a->fn == b->fn &&
                   a->n_args == b->n_args && a->is_distinct == b->is_distinct && a->is_negated == b->is_negated &&
                   a->is_try == b->is_try && type_eq(a->type, b->type) && a->derive == b->derive && a->agg == b->agg &&
                   a->n == b->n && a->unit == b->unit && a->is_ascending == b->is_ascending && a->is_all == b->is_all;
    if (is_same && a->kind == EXPR_LITERAL)
        is_same = type_eq(a->value.type, b->value.type) && value_eq(a->value, b->value);
    for (size_t i = 0; is_same && i < a->n_parts; i++) is_same = str_eq(a->parts[i], b->parts[i]);
    for (size_t i = 0; is_same && i < a->n_args; i++) is_same = equal(a->args[i], b->args[i]);
    return is_same;
}

/* Every call in parentheses with its operator first: (+ a (* b c)). */
static void show(Buf *out, Arena *arena, const Expr *expr) {
    if (expr->kind == EXPR_LITERAL || expr->kind == EXPR_NAME) {
        buf_add(out, expr_print(arena, expr));
        return;
    }
    buf_add_char(out, '(');
    if (expr->kind == EXPR_CALL) buf_add(out, expr->name);
    if (expr->kind == EXPR_CASE) buf_add(out, S("case"));
    if (expr->kind == EXPR_IN) buf_add(out, expr->is_negated ? S("not in") : S("in"));
    if (expr->kind == EXPR_WHERE) buf_add(out, S("where"));
    if (expr->kind == EXPR_CAST) buf_add(out, expr->is_try ? S("try_cast") : S("cast"));
    if (expr->is_distinct) buf_add(out, S(" distinct"));
    for (size_t i = 0; i < expr->n_args; i++) {
        buf_add_char(out, ' ');
        show(out, arena, expr->args[i]);
    }
    buf_add_char(out, ')');
}

TEST(precedence) {
    static const char *const cases[][2] = {
        {"a + b * c", "(+ a (* b c))"},
        {"a * b + c", "(+ (* a b) c)"},
        {"a - b - c", "(- (- a b) c)"},
        {"a / b / c * d", "(* (/ (/ a b) c) d)"},
        {"a - (b - c)", "(- a (- b c))"},
        {"-a * b", "(* (negate a) b)"},
        {"a * -b", "(* a (negate b))"},
        {"- - a", "(negate (negate a))"},
        {"a || b + c || d", "(|| (|| a (+ b c)) d)"},
        {"a + b = c - d", "(= (+ a b) (- c d))"},
        {"a || 'x' <> b", "(!= (|| a 'x') b)"},
        {"not a = b", "(not (= a b))"},
        {"not not a", "(not (not a))"},
        {"not a and b", "(and (not a) b)"},
        {"a or b and c", "(or a (and b c))"},
        {"a and b or c and d", "(or (and a b) (and c d))"},
        {"a and b and c", "(and a b c)"},
        {"a and (b and c)", "(and a (and b c))"},
        {"(a or b) and c", "(and (or a b) c)"},
        {"a = b and c is null or not d in (1, 2)", "(or (and (= a b) (is null c)) (not (in d 1 2)))"},
        {"a not in (1, -2)", "(not in a 1 (negate 2))"},
        {"a is not null", "(is set a)"},
        {"a between b and c + 1 and d", "(and (and (>= a b) (<= a (+ c 1))) d)"},
        {"a not between 1 and 2", "(not (and (>= a 1) (<= a 2)))"},
        {"case when a then 1 when b then 2 else 3 end", "(case a 1 b 2 3)"},
        {"case a when 1 then 'x' when 2 then 'y' end", "(case (= a 1) 'x' (= a 2) 'y')"},
        {"case a + b when c or d then 1 end * 2", "(* (case (= (+ a b) (or c d)) 1) 2)"},
        {"sum(a) where b = 1 and c", "(where (sum a) (and (= b 1) c))"},
        {"x / sum(a) where b or c", "(/ x (where (sum a) (or b c)))"},
        {"-sum(a) where b", "(negate (where (sum a) b))"},
        {"-(sum(a) where b) / c", "(/ (negate (where (sum a) b)) c)"},
        {"(sum(a) where b) / (sum(a) where c)", "(/ (where (sum a) b) (where (sum a) c))"},
        {"((a / b) where c) where d", "(where (where (/ a b) c) d)"},
        {"revenue where is_returned", "(where revenue is_returned)"},
        {"count(*)", "(count)"},
        {"count(distinct a.b)", "(count distinct a.b)"},
        {"COUNT(DISTINCT a) WHERE NOT b", "(where (count distinct a) (not b))"},
        {"coalesce(a, b, 0)", "(coalesce a b 0)"},
        {"unheard_of(a, 1)", "(unheard_of a 1)"},
        {"cast(a as decimal(18, 2)) + try_cast(b as int64)", "(+ (cast a) (try_cast b))"},
        {"date", "date"},
        {"date >= date '2014-03-07'", "(>= date date '2014-03-07')"},
        {"timestamp '2014-03-07 10:20'", "timestamp '2014-03-07T10:20:00Z'"},
        {"\"order\".\"any name\" + \"a\"\"b\"", "(+ order.\"any name\" \"a\"\"b\")"},
        {"t.end", "t.\"end\""},
        {"'it''s'", "'it''s'"},
        {"007", "7"},
        {"1.50", "1.50"},
        {"0.1", "0.1"},
        {"1e3", "1000e0"},
        {"12345678901234567890", "12345678901234567890"},
        {" a\n + b ", "(+ a b)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Buf shown CLEANUP(buf_release);
        buf_init(&shown, 4096);
        const Expr *expr = parse(arena, str_of(cases[i][0]));
        show(&shown, arena, expr);
        if (!str_eq(buf_str(&shown), str_of(cases[i][1])))
            fail_msg("%s: wanted %s, got %.*s", cases[i][0], cases[i][1], STR_ARG(buf_str(&shown)));
        if (!equal(expr, parse(arena, expr_print(arena, expr))))
            fail_msg("%s is printed as %.*s, which is another tree", cases[i][0], STR_ARG(expr_print(arena, expr)));
    }
}

TEST(printed_with_few_parentheses) {
    static const char *const texts[] = {
        "a + b * c",
        "(a + b) * c",
        "a - (b - c)",
        "not (a and b)",
        "(a or b) and c",
        "-(sum(a) where b)",
        "(sum(a) where b) / c",
        "sum(a) where b or c",
        "(a || b) + c",
        "a in ('x', 'y')",
        "case when a then 1 else 2 end",
        "(a = b) = c",
        "(not a) = b",
        "coalesce(sum(a) where b, 0)",
        "\"select me\".x",
        "-(a * b)",
        "(a is null) = true",
        "prior(revenue)",
        "prior(revenue, 1 year) - growth(revenue, 2 weeks)",
        "lag(revenue, 3)",
        "rolling(avg, revenue, 3 months)",
        "rolling(max, revenue, 3)",
        "cumulative(a + b)",
        "cumulative(a, all)",
        "share(sum(a) where b, by region, \"odd name\".x)",
        "rank(revenue asc, by region)",
        "overall(count, revenue)",
        "ytd(running(revenue))",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Str printed = expr_print(arena, parse(arena, str_of(texts[i])));
        if (!str_eq(printed, str_of(texts[i]))) fail_msg("%s is printed as %.*s", texts[i], STR_ARG(printed));
    }
}

/* ---- errors --------------------------------------------------------------------------------------------------------- */

TEST(errors_have_place_and_remedy) {
    static const struct {
        const char *text;
        ErrCode code;
        int line, column;
        const char *part;
    } cases[] = {
        {"", ERR_INVALID, 3, 10, "empty"},
        {"  ", ERR_INVALID, 3, 10, "empty"},
        {"a +", ERR_INVALID, 3, 13, "ends where a value"},
        {"a b", ERR_INVALID, 3, 12, "an operator or the end"},
        {"a)", ERR_INVALID, 3, 11, "not ')'"},
        {"(a", ERR_INVALID, 3, 12, "ends where ')'"},
        {"sum(a", ERR_INVALID, 3, 15, "ends where ',' or ')'"},
        {"a\n + + b", ERR_INVALID, 4, 4, "not '+'"},
        {"'\xC3\xA9\xC3\xA9' ? a", ERR_INVALID, 3, 15, "'?' has no meaning"},
        {"a; drop", ERR_INVALID, 3, 11, "one formula"},
        {"'open", ERR_INVALID, 3, 10, "no closing '"},
        {"\"open", ERR_INVALID, 3, 10, "no closing \""},
        {"\"\"", ERR_INVALID, 3, 10, "empty"},
        {"1abc", ERR_INVALID, 3, 10, "not a number"},
        {"1.2.3", ERR_INVALID, 3, 10, "not a number"},
        {"a = b = c", ERR_INVALID, 3, 16, "do not chain"},
        {"a is null = b", ERR_INVALID, 3, 20, "do not chain"},
        {"a = not b", ERR_INVALID, 3, 14, "in parentheses"},
        {"a not b", ERR_INVALID, 3, 16, "'in' or 'between'"},
        {"a is 1", ERR_INVALID, 3, 15, "'null' or 'not null'"},
        {"a in 1", ERR_INVALID, 3, 15, "a list of values"},
        {"a in ()", ERR_INVALID, 3, 16, "a value"},
        {"a between 1", ERR_INVALID, 3, 21, "'and' and the upper bound"},
        {"name like 'x%'", ERR_INVALID, 3, 15, "contains"},
        {"case when a end", ERR_INVALID, 3, 22, "'then'"},
        {"case a end", ERR_INVALID, 3, 17, "'when'"},
        {"case when a then 1", ERR_INVALID, 3, 28, "'end'"},
        {"select", ERR_OK, 0, 0, ""},
        {"where", ERR_INVALID, 3, 10, "a value"},
        {"sum(a) where b where c", ERR_INVALID, 3, 25, "join conditions with 'and'"},
        {"sum(*)", ERR_INVALID, 3, 14, "count(*)"},
        {"lower(distinct a)", ERR_INVALID, 3, 10, "'distinct'"},
        {"date '2014-02-30'", ERR_INVALID, 3, 15, "not a date"},
        {"timestamp 'noon'", ERR_INVALID, 3, 20, "not a timestamp"},
        {"cast(a as varchar)", ERR_INVALID, 3, 20, "no type"},
        {"cast(a as decimal(99))", ERR_INVALID, 3, 20, "no type"},
        {"prior(revenue, 1 parsec)", ERR_INVALID, 3, 27, "a span such as 1 year"},
        {"prior(revenue, 0 years)", ERR_INVALID, 3, 25, "from 1 to 10000"},
        {"prior(revenue, 1 year, 2 years)", ERR_INVALID, 3, 33, "')'"},
        {"rolling(revenue, 3 months)", ERR_INVALID, 3, 18, "sum, avg, min, max or count"},
        {"rolling(avg, revenue)", ERR_INVALID, 3, 30, "a span such as 3 months"},
        {"lag(revenue)", ERR_INVALID, 3, 21, "a span"},
        {"1 + share(revenue, region)", ERR_INVALID, 3, 29, "'by' and names"},
        {"share(revenue, by)", ERR_INVALID, 3, 27, "a name"},
        {"a.b.c.d.e.f.g.h.i", ERR_INVALID, 3, 10, "parts"},
        {"1000000000000000000000000000000000000000", ERR_INVALID, 3, 10, "38 digits"},
        {"1e999", ERR_INVALID, 3, 10, "too large"},
        {"\xC3\xA4pfel", ERR_INVALID, 3, 10, "double quotes"},
        {"a \x01", ERR_INVALID, 3, 12, "U+0001"},
        {"a \xFF", ERR_INVALID, 3, 10, "UTF-8"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        const Expr *expr = NULL;
        Err err = {0};
        ErrCode code = expr_parse(arena, str_of(cases[i].text), (ModelPlace){S("f"), 3, 10}, &expr, &err);
        if (code != cases[i].code || err.line != cases[i].line || err.column != cases[i].column ||
            !strstr(err.message, cases[i].part))
            fail_msg("\"%s\": got %d at %d:%d: %s", cases[i].text, code, err.line, err.column, err.message);
        assert_int_equal(expr_parse(arena, str_of(cases[i].text), (ModelPlace){S("f"), 3, 10}, &expr, NULL), code);
        if (code) assert_null(expr);
    }
}

TEST(nodes_have_places) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Expr *expr = parse(arena, S("a +\n  sum(b)"));
    assert_int_equal(expr->place.column, 3);
    assert_int_equal(expr->args[1]->place.line, 2);
    assert_int_equal(expr->args[1]->place.column, 3);
    assert_int_equal(expr->args[1]->args[0]->place.column, 7);
    Err err = {0};
    assert_int_equal(expr_parse(arena, S("a +"), (ModelPlace){.file = S("measures[0]")}, &expr, &err), ERR_INVALID);
    assert_string_equal(err.file, "measures[0]");
    assert_int_equal(err.line, 0);
}

/* ---- caps ----------------------------------------------------------------------------------------------------------- */

static Str repeat(Arena *arena, const char *head, const char *unit, int n, const char *tail) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 20);
    buf_add(&buf, str_of(head));
    for (int i = 0; i < n; i++) buf_add(&buf, str_of(unit));
    buf_add(&buf, str_of(tail));
    return arena_str(arena, buf_str(&buf));
}

static ErrCode code_of(Arena *arena, Str text) {
    const Expr *expr;
    Err err = {0};
    ErrCode code = expr_parse(arena, text, (ModelPlace){0}, &expr, &err);
    Str printed = code ? (Str){0} : expr_print(arena, expr);
    if (!code && printed.n <= EXPR_MAX_BYTES) assert_true(equal(expr, parse(arena, printed)));
    return code;
}

TEST(depth_length_and_size_are_capped) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    assert_int_equal(code_of(arena, repeat(arena, "", "(", 60, "a")), ERR_INVALID);
    assert_int_equal(code_of(arena, repeat(arena, "", "(", 8000, "a")), ERR_TOO_LARGE);
    assert_int_equal(code_of(arena, repeat(arena, "", "-", 8000, "a")), ERR_TOO_LARGE);
    assert_int_equal(code_of(arena, repeat(arena, "", "not ", 2000, "a")), ERR_TOO_LARGE);
    assert_int_equal(code_of(arena, repeat(arena, "a", "+a", 60, "")), ERR_OK);
    assert_int_equal(code_of(arena, repeat(arena, "a", "+a", 4000, "")), ERR_TOO_LARGE);
    assert_int_equal(code_of(arena, repeat(arena, "a", " or a", 1500, "")),
                     ERR_OK); /* a chain is one call, not a deep tree */
    assert_int_equal(code_of(arena, repeat(arena, "a in (1", ",1", 4000, ")")), ERR_OK);
    assert_int_equal(code_of(arena, repeat(arena, "'", "x", EXPR_MAX_BYTES, "'")), ERR_TOO_LARGE);
    assert_int_equal(code_of(arena, repeat(arena, "", "coalesce(", 800, "")), ERR_TOO_LARGE);
    assert_int_equal(code_of(arena, repeat(arena, "a", " where a", 900, "")), ERR_INVALID);
}

/* Sub-trees that rewriting shares are counted as often as they are walked. */
TEST(shared_operands_do_not_explode) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str text = S("a");
    for (int i = 0; i < 40; i++) text = arena_printf(arena, "(%.*s) between 1 and 2", STR_ARG(text));
    assert_int_equal(code_of(arena, text), ERR_TOO_LARGE);
    text = S("a");
    for (int i = 0; i < 40; i++) text = arena_printf(arena, "case %.*s when 1 then 1 when 2 then 2 end", STR_ARG(text));
    assert_int_equal(code_of(arena, text), ERR_TOO_LARGE);
}

/* ---- round trip of random trees ------------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state) { /* xorshift64* (Vigna 2016) */
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static int pick(uint64_t *state, int n) {
    return (int)(next_random(state) % (uint64_t)n);
}

static void random_text(uint64_t *state, Buf *out, int depth) {
    static const char *const leaves[] = {"a",
                                         "order_line.sales",
                                         "\"any name\"",
                                         "12",
                                         "1.25",
                                         "'it''s'",
                                         "true",
                                         "null",
                                         "date '2014-03-07'",
                                         "1e6",
                                         "count(*)",
                                         "date",
                                         "0.5",
                                         "x.\"end\".month",
                                         "'\xC3\xA9'",
                                         "2e-5",
                                         "false"};
    static const char *const operators[] = {
        " or ", " and ", " = ", " <> ", " < ", " >= ", " || ", " + ", " - ", " * ", " / "};
    static const char *const calls[] = {"sum(",        "lower(",        "coalesce(", "count(distinct ",
                                        "unknown_fn(", "days_between(", "share(",    "ytd("};
    if (depth == 0) {
        buf_add(out, str_of(leaves[pick(state, COUNT_OF(leaves))]));
        return;
    }
    bool has_parentheses = pick(state, 2) == 0;
    if (has_parentheses) buf_add_char(out, '(');
    int kind = pick(state, 12);
    if (kind == 0) buf_add(out, S("not "));
    if (kind == 1) buf_add_char(out, '-');
    if (kind == 2) buf_add(out, str_of(calls[pick(state, COUNT_OF(calls))]));
    if (kind == 3) buf_add(out, S("case when "));
    if (kind == 4) buf_add(out, S("try_cast("));
    random_text(state, out, depth - 1);
    switch (kind) {
    case 0:
    case 1: break;
    case 2: buf_add(out, S(")")); break;
    case 3:
        buf_add(out, S(" then "));
        random_text(state, out, depth - 1);
        buf_add(out, pick(state, 2) ? S(" else 1 end") : S(" end"));
        break;
    case 4: buf_add(out, S(" as decimal(9,2))")); break;
    case 5: buf_add(out, pick(state, 2) ? S(" is null") : S(" is not null")); break;
    case 6: buf_add(out, pick(state, 2) ? S(" in (1, 'x')") : S(" not in (a)")); break;
    case 7: buf_add(out, S(" between 1 and 2")); break;
    case 8:
        buf_add(out, S(" where "));
        random_text(state, out, depth - 1);
        break;
    default: buf_add(out, str_of(operators[pick(state, COUNT_OF(operators))])); random_text(state, out, depth - 1);
    }
    if (has_parentheses) buf_add_char(out, ')');
}

TEST(random_expressions_read_back) {
    uint64_t random = UINT64_C(20140307);
    int n_read = 0;
    for (int i = 0; i < 20000; i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Buf text CLEANUP(buf_release);
        const Expr *expr = NULL;
        buf_init(&text, EXPR_MAX_BYTES);
        random_text(&random, &text, 1 + pick(&random, 4));
        if (expr_parse(arena, buf_str(&text), (ModelPlace){0}, &expr, NULL)) continue;
        n_read++;
        Str printed = expr_print(arena, expr);
        if (!equal(expr, parse(arena, printed)))
            fail_msg("%.*s is printed as %.*s", STR_ARG(buf_str(&text)), STR_ARG(printed));
        if (!str_eq(printed, expr_print(arena, parse(arena, printed))))
            fail_msg("%.*s is printed in two ways", STR_ARG(printed));
    }
    assert_true(n_read > 5000);
}

/* Any bytes give a tree or an error with a message. */
TEST(random_bytes_do_not_hurt) {
    static const char bytes[] = "ab1. '\"()+-*/=<>|,\n\xC3\xA9whercasndotiul";
    uint64_t random = 42;
    for (int i = 0; i < 20000; i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        char text[40];
        size_t n = (size_t)pick(&random, sizeof(text));
        const Expr *expr = NULL;
        Err err = {0};
        for (size_t k = 0; k < n; k++) text[k] = bytes[pick(&random, sizeof(bytes) - 1)];
        ErrCode code = expr_parse(arena, (Str){text, n}, (ModelPlace){0}, &expr, &err);
        assert_true(code ? err.message[0] != '\0' : expr != NULL);
    }
}

static void count_name(void *arg, const Expr *name) {
    Buf *seen = arg;
    buf_add(seen, name->name);
    buf_add_char(seen, ' ');
}

TEST(walks) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Buf seen CLEANUP(buf_release);
    buf_init(&seen, 100);
    expr_each_name(parse(arena, S("a + sum(b.c) where d in (e)")), count_name, &seen);
    assert_true(str_eq(buf_str(&seen), S("a b.c d e ")));
    assert_true(expr_has_aggregate(parse(arena, S("1 + avg(x)"))));
    assert_false(expr_has_aggregate(parse(arena, S("revenue / lower(x)"))));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precedence),
        cmocka_unit_test(printed_with_few_parentheses),
        cmocka_unit_test(errors_have_place_and_remedy),
        cmocka_unit_test(nodes_have_places),
        cmocka_unit_test(depth_length_and_size_are_capped),
        cmocka_unit_test(shared_operands_do_not_explode),
        cmocka_unit_test(random_expressions_read_back),
        cmocka_unit_test(random_bytes_do_not_hurt),
        cmocka_unit_test(walks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
