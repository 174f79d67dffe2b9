/* Whether two models can ask one warehouse: measures and words do not matter, all that it is built from does. */
#include "model_fixture.h"

#include <string.h>

static const Model *changed(Arena *arena, const char *from, const char *to) {
    const char *at = strstr(FIXTURE_PACK, from);
    if (!at) fail_msg("not in the pack: %s", from);
    Str text = arena_printf(arena, "%.*s%s%s", (int)(at - FIXTURE_PACK), FIXTURE_PACK, to, at + strlen(from));
    return fixture_model(arena, arena_cstr(arena, text));
}

TEST(what_a_warehouse_is_built_from) {
    static const struct {
        const char *from, *to;
        const char *lack; /* of the old one against the new; "": nothing */
    } cases[] = {
        {"  average: {expr: revenue / lines}\n", "", ""},
        {"revenue: {expr: sum(amount)}", "revenue: {expr: 2 * sum(amount), title: Twice}", ""},
        {"amount: , rate: ", "amount: {title: Money, unit: EUR, visible_to: [desk]}, rate: ", ""},
        {"name: demo\n", "name: other\ntitle: Other\nrules: [One.]\n", ""},
        {"pieces: int64\n", "pieces: int64\n          more: text\n", ""},
        {"pieces: }\n", "pieces: , twice: {expr: 2 * pieces}}\n", ""},
        {"name: demo\n", "name: demo\ncalendar: {time_zone: Europe/London}\n",
         "its time zone of the calendar has changed"},
        {"          note: text\n", "          note: text\n          rate_2: int64\n", ""},
        {"weight: float64", "weight: decimal(9,2)", "its column 'sale.weight' has changed"},
        {"attributes: {id: , name: , since: }", "attributes: {id: , name: }",
         "its attribute 'client.since' is no more"},
        {"attributes: {id: , name: , since: }", "attributes: {id: , name: {scd: 2}, since: }",
         "its attribute 'client.name' has changed"},
        {"attributes: {id: , name: , since: }", "attributes: {id: , name: {expr: upper(name)}, since: }",
         "its attribute 'client.name' has changed"},
        {"      payer: {dimension: client, key: {id: client_id}}\n", "", "its role 'line.payer' is no more"},
        {"payer: {dimension: client, key: {id: client_id}}", "payer: {dimension: client, key: {id: note}}",
         "its role 'line.payer' has changed"},
        {"sale_id: {expr: id}", "sale_id: {expr: id + 1}", "its column 'line.sale_id' has changed"},
        {"sale_id: {expr: id}", "sale_id: {lookup: {table: client, on: {id: client_id}}}",
         "its column 'line.sale_id' has changed"},
        {"joins: [{table: client, on: {id: client_id}}]", "joins: [{table: client, on: {id: note}}]",
         "its fact 'line' has changed"},
    };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *before = fixture_model(arena, FIXTURE_PACK);
    assert_int_equal(model_warehouse_lacks(arena, before, before).n, 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const Model *after = changed(arena, cases[i].from, cases[i].to);
        Str lack = model_warehouse_lacks(arena, before, after);
        if (!str_eq(lack, str_of(cases[i].lack)))
            fail_msg("%s: wanted '%s', got '%.*s'", cases[i].to, cases[i].lack, STR_ARG(lack));
    }
}

/* What was added is not there for the other way round. */
TEST(the_newer_needs_what_was_added) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *before = fixture_model(arena, FIXTURE_PACK);
    const Model *after = changed(arena, "pieces: }\n", "pieces: , twice: {expr: 2 * pieces}}\n");
    assert_true(str_eq(model_warehouse_lacks(arena, after, before), S("its column 'line.twice' is no more")));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_a_warehouse_is_built_from),
                                       cmocka_unit_test(the_newer_needs_what_was_added)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
