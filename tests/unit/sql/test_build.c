#include "test.h"

#include <string.h>

#include "sql/sql.h"

static Arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static SqlExpr *column(const char *name, Type type) {
    return sql_column(arena, (Str){0}, str_of(name), type);
}

TEST(has_aggregate_goes_up_but_not_through_windows_and_selects) {
    SqlExpr *x = column("x", TYPE(TYPE_INT64));
    SqlExpr *sum = sql_call1(arena, SQL_FN_SUM, x);
    assert_false(x->has_aggregate);
    assert_true(sum->has_aggregate);
    assert_true(sql_call2(arena, SQL_FN_ADD, sql_literal(arena, value_int(1)), sum)->has_aggregate);
    assert_true(sql_cast(arena, sum, TYPE(TYPE_FLOAT64), false)->has_aggregate);
    const SqlExpr *values[] = {sum};
    assert_true(sql_in_list(arena, x, values, 1, false)->has_aggregate);

    SqlWindow window = {0};
    SqlExpr *total = sql_over(arena, sum, &window);
    assert_false(total->has_aggregate);
    assert_ptr_equal(total->window, &window);
    assert_null(sum->window);                                                                /* a copy */
    assert_true(sql_over(arena, sql_call1(arena, SQL_FN_SUM, sum), &window)->has_aggregate); /* sum(sum(x)) over () */
    SqlOrder order = {.expr = sum};
    SqlWindow ordered = {.order = &order, .n_order = 1};
    assert_true(sql_over(arena, sql_call(arena, SQL_FN_RANK, NULL, 0), &ordered)->has_aggregate);

    SqlSelect *select = sql_select_new(arena);
    SqlItem item = {.expr = sum, .alias = S("s")};
    select->items = &item;
    select->n_items = 1;
    assert_false(sql_scalar(arena, select, sum->type)->has_aggregate);
    assert_false(sql_exists(arena, select, false)->has_aggregate);
    assert_false(sql_in_select(arena, x, select, false)->has_aggregate);
}

TEST(gathered_conditions_stay_flat) {
    SqlExpr *all = NULL;
    for (int i = 0; i < 150; i++) all = sql_and(arena, all, column("c", TYPE(TYPE_BOOL)));
    assert_int_equal(all->fn, SQL_FN_AND);
    assert_int_equal(all->n_args, 1 + (150 - 99)); /* a full list becomes the first of the next */
    assert_int_equal(all->args[0]->n_args, 99);
}

TEST(gathering_leaves_what_is_handed_on_alone) {
    SqlExpr *one = sql_and(arena, NULL, column("a", TYPE(TYPE_BOOL)));
    SqlExpr *two = sql_and(arena, one, column("b", TYPE(TYPE_BOOL)));
    assert_int_equal(one->n_args, 1);
    assert_int_equal(two->n_args, 2);
}

TEST(constructors_copy_what_they_are_given) {
    char name[] = "price", text[] = "West";
    SqlExpr *c = sql_column(arena, (Str){name, 5}, (Str){name, 5}, TYPE(TYPE_TEXT));
    SqlExpr *l = sql_literal(arena, value_text((Str){text, 4}));
    const SqlExpr *args[] = {c, l};
    SqlExpr *call = sql_call(arena, SQL_FN_EQ, args, 2);
    memset(name, 'x', 5);
    memset(text, 'x', 4);
    args[0] = args[1] = NULL;
    assert_true(str_eq(c->name, S("price")) && str_eq(c->table, S("price")));
    assert_true(str_eq(l->value.s, S("West")));
    assert_ptr_equal(call->args[0], c);
    assert_int_equal(call->type.kind, TYPE_BOOL);
}

TEST(aggregates_take_distinct_and_filter) {
    const SqlExpr *x = column("x", TYPE(TYPE_TEXT)), *filter = column("f", TYPE(TYPE_BOOL));
    SqlExpr *count = sql_aggregate(arena, SQL_FN_COUNT, &x, 1, true, filter);
    assert_true(count->is_distinct && count->has_aggregate);
    assert_ptr_equal(count->filter, filter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(has_aggregate_goes_up_but_not_through_windows_and_selects, setup, teardown),
        cmocka_unit_test_setup_teardown(gathered_conditions_stay_flat, setup, teardown),
        cmocka_unit_test_setup_teardown(gathering_leaves_what_is_handed_on_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(constructors_copy_what_they_are_given, setup, teardown),
        cmocka_unit_test_setup_teardown(aggregates_take_distinct_and_filter, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
