/* Expressions over a fact, a path, a table and an input: types, conversions, `where`, and what is refused. */
#include "model_fixture.h"

#include <string.h>

typedef enum Over { OVER_FACT, OVER_ROWS, OVER_PATH, OVER_TABLE, OVER_INPUT } Over;

static ErrCode compile(Arena *arena, const Model *model, Over over, const char *text, const SqlExpr **ret, Err *err) {
    const Expr *expr = NULL;
    const ModelFactScope how = {
        .model = model, .fact = model_fact(model, S("line")), .column = fixture_column, .arg = arena};
    ExprScope scope = {0};
    switch (over) {
    case OVER_FACT:
    case OVER_ROWS:
        scope = model_fact_scope(arena, &how);
        scope.allows_aggregate = over == OVER_FACT;
        break;
    case OVER_PATH: scope = model_path_scope(arena, &how.fact->path); break;
    case OVER_TABLE: scope = model_table_scope(arena, model_table(model, S("sale")), S("t")); break;
    case OVER_INPUT: scope = model_input_scope(arena, NULL, 0, S("f")); break;
    }
    TRY(expr_parse(arena, str_of(text), (ModelPlace){S("x"), 1, 1}, &expr, err));
    return expr_compile(&scope, expr, ret, err);
}

typedef struct Case {
    Over over;
    const char *text, *type, *shown;
} Case;

static void check(const Case *cases, size_t n) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = fixture_model(arena, FIXTURE_PACK);
    for (size_t i = 0; i < n; i++) {
        const SqlExpr *sql = NULL;
        Err err = {0};
        char type[TYPE_TEXT_MAX];
        if (compile(arena, model, cases[i].over, cases[i].text, &sql, &err))
            fail_msg("%s: %s", cases[i].text, err.message);
        Str shown = fixture_show(arena, sql);
        if (strcmp(type_print(sql->type, type), cases[i].type) || !str_eq(shown, str_of(cases[i].shown)))
            fail_msg("%s\n wanted %s %s\n got    %s %.*s", cases[i].text, cases[i].type, cases[i].shown, type,
                     STR_ARG(shown));
    }
}

TEST(types_and_conversions) {
    static const Case cases[] = {
        {OVER_PATH, "amount + pieces", "decimal(22,2)", "+(amount, pieces)"},
        {OVER_PATH, "amount * rate", "decimal(24,6)", "*(amount, rate)"},
        {OVER_PATH, "amount * weight", "float64", "*(amount, weight)"},
        {OVER_PATH, "amount / pieces", "float64", "/(amount, pieces)"},
        {OVER_PATH, "pieces * 2", "int64", "*(pieces, 2:int64)"},
        {OVER_PATH, "-pieces", "int64", "negate(pieces)"},
        {OVER_PATH, "-2.5", "decimal(2,1)", "-2.5:decimal(2,1)"},
        {OVER_PATH, "amount > 100", "bool", ">(amount, 100.00:decimal(21,2))"},
        {OVER_PATH, "amount > rate", "bool", ">(cast decimal(20,4)(amount), rate)"},
        {OVER_PATH, "pieces > 0.5", "bool", ">(cast decimal(20,1)(pieces), 0.5:decimal(1,1))"},
        {OVER_PATH, "weight = 1", "bool", "=(weight, 1:float64)"},
        {OVER_PATH, "weight = pieces", "bool", "=(weight, cast float64(pieces))"},
        {OVER_PATH, "amount in (1, -2.5)", "bool", "in(amount, 1.00:decimal(21,2), -2.50:decimal(21,2))"},
        {OVER_PATH, "note not in ('a', 'b')", "bool", "not in(note, a:text, b:text)"},
        {OVER_PATH, "day >= '2014-03-07'", "bool", ">=(day, 2014-03-07:date)"},
        {OVER_PATH, "'2014-03-07' < at", "bool", "<(2014-03-07T00:00:00Z:timestamp, at)"},
        {OVER_PATH, "day between '2014-01-01' and '2014-12-31'", "bool",
         "and(>=(day, 2014-01-01:date), <=(day, 2014-12-31:date))"},
        {OVER_PATH, "day in ('2014-01-01', date '2014-02-01')", "bool", "in(day, 2014-01-01:date, 2014-02-01:date)"},
        {OVER_PATH, "day < at", "bool", "<(cast timestamp(day), at)"},
        {OVER_PATH, "days_between('2014-01-01', day)", "int64", "days_between(2014-01-01:date, day)"},
        {OVER_PATH, "coalesce(pieces, 0.5)", "decimal(20,1)", "coalesce(cast decimal(20,1)(pieces), 0.5:decimal(1,1))"},
        {OVER_PATH, "coalesce(day, '2014-01-01')", "date", "coalesce(day, 2014-01-01:date)"},
        {OVER_PATH, "nullif(note, '')", "text", "nullif(note, :text)"},
        {OVER_PATH, "case when is_gift then 0 else amount end", "decimal(21,2)",
         "case(is_gift, 0.00:decimal(21,2), amount)"},
        {OVER_PATH, "case note when 'a' then 1 end", "int64", "case(=(note, a:text), 1:int64)"},
        {OVER_PATH, "case when is_gift then null else note end", "text", "case(is_gift, null:text, note)"},
        {OVER_PATH, "case when is_gift then day else '2014-01-01' end", "date", "case(is_gift, day, 2014-01-01:date)"},
        {OVER_PATH, "cast(note as decimal(9,2))", "decimal(9,2)", "cast decimal(9,2)(note)"},
        {OVER_PATH, "try_cast(note as date) is null", "bool", "is null(try_cast date(note))"},
        {OVER_PATH, "note || lower(client.name)", "text", "||(note, lower(name))"},
        {OVER_PATH, "sale.note is not null and not is_gift", "bool", "and(is set(note), not(is_gift))"},
        {OVER_PATH, "null", "null", "null:null"},
        {OVER_TABLE, "t.pieces + sale.pieces + pieces", "int64", "+(+(pieces, pieces), pieces)"},
        {OVER_INPUT, "upper(anything) = 'X'", "bool", "=(upper(anything), X:text)"},
        {OVER_INPUT, "parse_date(day, '%d-%m-%Y')", "date", "parse_date(day, %d-%m-%Y:text)"},
        {OVER_FACT, "sum(amount)", "decimal(38,2)", "sum(line.amount)"},
        {OVER_FACT, "sum(pieces)", "decimal(38,0)", "sum(line.pieces)"},
        {OVER_FACT, "avg(pieces)", "float64", "avg(line.pieces)"},
        {OVER_FACT, "max(line.day)", "date", "max(line.day)"},
        {OVER_FACT, "percentile(amount, 0.9)", "float64", "percentile(line.amount, 0.9:decimal(1,1))"},
        {OVER_FACT, "regr_slope(amount, pieces)", "float64", "regr_slope(line.amount, line.pieces)"},
        {OVER_FACT, "last(amount, line.day)", "decimal(18,2)", "last(line.amount, line.day)"},
        {OVER_FACT, "max(add_months(date(2014, 1, 31), pieces))", "date",
         "max(add_months(date(2014:int64, 1:int64, 31:int64), line.pieces))"},
        {OVER_FACT, "count(distinct client.id)", "int64", "count(distinct client.id)"},
        {OVER_FACT, "count(*) > 0", "bool", ">(count(*)(), 0:int64)"},
        {OVER_FACT, "count(distinct line.day.month)", "int64", "count(distinct line.day.month)"},
        {OVER_FACT, "line.day.month_of_year", "int64", "line.day.month_of_year"},
    };
    check(cases, COUNT_OF(cases));
}

TEST(names_by_place) {
    static const Case cases[] = {
        {OVER_FACT, "pieces", "decimal(38,0)", "sum(line.pieces)"}, /* the measure */
        {OVER_FACT, "max(pieces)", "int64", "max(line.pieces)"},    /* the column */
        {OVER_FACT, "pieces where pieces > 1", "decimal(38,0)", "sum(line.pieces)[>(line.pieces, 1:int64)]"},
        {OVER_FACT, "note", "text", "note"},
        {OVER_FACT, "day", "date", "line.day"}, /* another fact has a day */
        {OVER_FACT, "at.hour", "timestamp", "at.hour"},
        {OVER_FACT, "payer.name", "text", "payer.name"},
        {OVER_FACT, "client.since.year", "date", "client.since.year"},
        {OVER_ROWS, "line.pieces > 1 and client.name = 'x'", "bool",
         "and(>(line.pieces, 1:int64), =(client.name, x:text))"},
    };
    check(cases, COUNT_OF(cases));
}

TEST(where_becomes_the_filter_of_every_aggregate_below) {
    static const Case cases[] = {
        {OVER_FACT, "sum(amount) where note = 'a'", "decimal(38,2)", "sum(line.amount)[=(note, a:text)]"},
        {OVER_FACT, "(sum(amount) / count(*)) where is_gift", "float64",
         "/(sum(line.amount)[is_gift], count(*)()[is_gift])"},
        {OVER_FACT, "average where is_gift", "float64", "/(sum(line.amount)[is_gift], count(*)()[is_gift])"},
        {OVER_FACT, "gift_revenue where note = 'a'", "decimal(38,2)",
         "sum(line.amount)[and(=(note, a:text), is_gift)]"},
        {OVER_FACT, "(revenue where is_gift) where note = 'a' or pieces > 2", "decimal(38,2)",
         "sum(line.amount)[and(or(=(note, a:text), >(line.pieces, 2:int64)), is_gift)]"},
        {OVER_FACT, "revenue where is_gift and day >= '2014-01-01'", "decimal(38,2)",
         "sum(line.amount)[and(is_gift, >=(line.day, 2014-01-01:date))]"},
        {OVER_FACT, "(revenue where is_gift) / revenue", "float64", "/(sum(line.amount)[is_gift], sum(line.amount))"},
        {OVER_FACT, "coalesce(revenue where is_gift, 0)", "decimal(38,2)",
         "coalesce(sum(line.amount)[is_gift], 0.00:decimal(38,2))"},
        {OVER_FACT, "-(pieces where is_gift)", "decimal(38,0)", "negate(sum(line.pieces)[is_gift])"},
        {OVER_FACT, "lines where day.month = '2014-03-01'", "int64", "count(*)()[=(line.day.month, 2014-03-01:date)]"},
    };
    check(cases, COUNT_OF(cases));
}

TEST(refused) {
    static const struct {
        Over over;
        const char *text;
        ErrCode code;
        int column;
        const char *part;
    } cases[] = {
        {OVER_FACT, "averge(amount)", ERR_UNKNOWN_NAME, 1, "no function 'averge'"},
        {OVER_FACT, "summ(amount)", ERR_UNKNOWN_NAME, 1, "did you mean 'sum'?"},
        {OVER_FACT, "rank(revenue)", ERR_INVALID, 1, "'rank' cannot stand here"},
        {OVER_FACT, "grwoth(revenue)", ERR_UNKNOWN_NAME, 1, "did you mean 'growth'?"},
        {OVER_FACT, "percentile(amount, 90)", ERR_INVALID, 20, "a constant from 0 to 1"},
        {OVER_FACT, "percentile(amount, pieces)", ERR_INVALID, 20, "a constant from 0 to 1"},
        {OVER_FACT, "row_number()", ERR_UNKNOWN_NAME, 1, "no function 'row_number'"},
        {OVER_FACT, "revenue - lag(revenue, 1)", ERR_INVALID, 11, "'lag' cannot stand here"},
        {OVER_FACT, "sum(avg(amount))", ERR_INVALID, 5, "inside another aggregate"},
        {OVER_FACT, "sum(amount) where sum(pieces) > 1", ERR_INVALID, 19, "inside another aggregate"},
        {OVER_FACT, "sum(revenue)", ERR_INVALID, 5, "'revenue' is a measure and cannot stand inside an aggregate"},
        {OVER_FACT, "sum(amount) where revenue > 1", ERR_INVALID, 19, "'revenue' is a measure"},
        {OVER_FACT, "sum(amount) where pieces", ERR_INVALID, 19, "takes a condition"},
        {OVER_FACT, "note where is_gift", ERR_INVALID, 6, "follows an aggregate or a measure"},
        {OVER_FACT, "sum(amount where is_gift)", ERR_INVALID, 12, "cannot stand inside an aggregate"},
        {OVER_FACT, "amount", ERR_UNKNOWN_NAME, 1,
         "the column is 'line.amount', or an aggregate of it such as sum(amount)"},
        {OVER_FACT, "revenu", ERR_UNKNOWN_NAME, 1, "did you mean 'revenue'?"},
        {OVER_FACT, "sum(amuont)", ERR_UNKNOWN_NAME, 5, "did you mean 'amount'?"},
        {OVER_FACT, "name", ERR_UNKNOWN_NAME, 1, "did you mean 'client.name'?"},
        {OVER_FACT, "client.nmae", ERR_UNKNOWN_NAME, 1, "did you mean 'client.name'?"},
        {OVER_FACT, "visit.letters", ERR_UNKNOWN_NAME, 1,
         "fact 'line' has no 'visit.letters'; it belongs to fact 'visit'"},
        {OVER_FACT, "letters", ERR_INVALID, 1, "measure 'letters' is of visit"},
        {OVER_FACT, "day.yaer", ERR_UNKNOWN_NAME, 1, "did you mean 'line.day.year'?"},
        {OVER_FACT, "day.hour", ERR_UNKNOWN_NAME, 1, "is a date and has no part 'hour'"},
        {OVER_FACT, "note.month", ERR_UNKNOWN_NAME, 1, "only dates have parts"},
        {OVER_FACT, "a.b.c.d", ERR_UNKNOWN_NAME, 1, "no member 'a.b.c.d'"},
        {OVER_FACT, "sum(note)", ERR_INVALID, 1, "'sum' takes a number"},
        {OVER_FACT, "sum()", ERR_INVALID, 1, "'sum' takes 1 value"},
        {OVER_ROWS, "sum(amount) > 1", ERR_INVALID, 1, "evaluated for each row"},
        {OVER_ROWS, "revenue > 1", ERR_INVALID, 1,
         "'revenue' is a measure and cannot stand where each row is looked at"},
        {OVER_ROWS, "pieces > 1", ERR_INVALID, 1, "did you mean the column 'line.pieces'?"},
        {OVER_ROWS, "revenue where is_gift", ERR_INVALID, 9, "use 'case when'"},
        {OVER_PATH, "sum(amount)", ERR_INVALID, 1, "evaluated for each row"},
        {OVER_PATH, "amuont", ERR_UNKNOWN_NAME, 1, "'sale' has no column 'amuont'; did you mean 'amount'?"},
        {OVER_PATH, "name", ERR_UNKNOWN_NAME, 1, "did you mean 'client.name'?"},
        {OVER_PATH, "clint.name", ERR_UNKNOWN_NAME, 1, "no table 'clint' here; did you mean 'client'?"},
        {OVER_PATH, "a.b.c", ERR_UNKNOWN_NAME, 1, "write table.column"},
        {OVER_PATH, "day > '2014-13-01'", ERR_INVALID, 7, "'2014-13-01' is not a date"},
        {OVER_PATH, "at > 'noon'", ERR_INVALID, 6, "'noon' is not a timestamp"},
        {OVER_PATH, "day = note", ERR_INVALID, 7, "'=' cannot mix date with text"},
        {OVER_PATH, "pieces = '5'", ERR_INVALID, 10, "cannot mix int64 with text"},
        {OVER_PATH, "pieces in (1, 'x')", ERR_INVALID, 15, "'in' cannot mix"},
        {OVER_PATH, "case when is_gift then 1 else 'x' end", ERR_INVALID, 31, "'case' cannot mix"},
        {OVER_PATH, "case when pieces then 1 end", ERR_INVALID, 11, "takes a condition"},
        {OVER_PATH, "note + 1", ERR_INVALID, 6, "'+' takes a number"},
        {OVER_PATH, "not pieces", ERR_INVALID, 1, "true/false"},
        {OVER_PATH, "lower(note, 1)", ERR_INVALID, 1, "'lower' takes 1 value"},
        {OVER_TABLE, "client.name", ERR_UNKNOWN_NAME, 1, "only columns of 'sale'"},
        {OVER_INPUT, "f.x", ERR_UNKNOWN_NAME, 1, "have no prefix"},
        {OVER_INPUT, "x + 1", ERR_INVALID, 3, "'+' takes a number"},
    };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = fixture_model(arena, FIXTURE_PACK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const SqlExpr *sql = NULL;
        Err err = {0};
        ErrCode code = compile(arena, model, cases[i].over, cases[i].text, &sql, &err);
        if (code != cases[i].code || err.column != cases[i].column || !strstr(err.message, cases[i].part))
            fail_msg("%s: got %d at column %d: %s", cases[i].text, code, err.column, err.message);
        assert_null(sql);
        assert_int_equal(compile(arena, model, cases[i].over, cases[i].text, &sql, NULL), code);
    }
}

TEST(bare_columns_are_found) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = fixture_model(arena, FIXTURE_PACK);
    const SqlExpr *sql;
    assert_int_equal(compile(arena, model, OVER_FACT, "revenue + line.amount", &sql, NULL), ERR_OK);
    assert_non_null(expr_bare_column(sql));
    assert_true(str_eq(expr_bare_column(sql)->name, S("line.amount")));
    assert_int_equal(compile(arena, model, OVER_FACT, "(revenue where note = 'a') / 2", &sql, NULL), ERR_OK);
    assert_null(expr_bare_column(sql));
}

/* A scope whose names stand for each other: a -> b -> a, and x -> y + y -> … */
static ErrCode resolve_loop(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                            const Expr **ret_expr, Err *err) {
    (void)use, (void)ret_sql;
    const Expr *const *bodies = scope->arg;
    size_t index = (size_t)(name->name.p[0] - 'a');
    if (index > 2) return err_set(err, ERR_UNKNOWN_NAME, "no name");
    *ret_expr = bodies[index];
    return ERR_OK;
}

TEST(cycles_are_cut_and_named) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Expr *bodies[3] = {0};
    const SqlExpr *sql;
    Err err = {0};
    assert_int_equal(expr_parse(arena, S("1 + b"), (ModelPlace){0}, &bodies[0], NULL), ERR_OK);
    assert_int_equal(expr_parse(arena, S("c"), (ModelPlace){0}, &bodies[1], NULL), ERR_OK);
    assert_int_equal(expr_parse(arena, S("b * 2"), (ModelPlace){0}, &bodies[2], NULL), ERR_OK);
    ExprScope scope = {.resolve = resolve_loop, .arg = (void *)(uintptr_t)bodies, .arena = arena};
    assert_int_equal(expr_compile(&scope, bodies[0], &sql, &err), ERR_INVALID);
    assert_string_equal(err.message, "the measure is defined by itself: b -> c -> b");
}

/* Twenty measures, each the double of the one before: refused by size, at once. */
TEST(expansion_is_capped) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str yaml = arena_printf(arena, "%s  m0: {expr: lines + lines}\n", FIXTURE_PACK);
    for (int i = 1; i < 20; i++)
        yaml = arena_printf(arena, "%.*s  m%d: {expr: m%d + m%d}\n", STR_ARG(yaml), i, i - 1, i - 1);
    Model *model;
    ModelFindings findings = {0};
    Err err = {0};
    assert_int_equal(model_parse(arena, yaml, S("p"), NULL, &model, &findings, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "more than 10000 parts"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_and_conversions),
        cmocka_unit_test(names_by_place),
        cmocka_unit_test(where_becomes_the_filter_of_every_aggregate_below),
        cmocka_unit_test(refused),
        cmocka_unit_test(bare_columns_are_found),
        cmocka_unit_test(cycles_are_cut_and_named),
        cmocka_unit_test(expansion_is_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
