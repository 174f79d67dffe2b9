/*
 * Members that are visible to some roles only. For whoever lacks the role they do not exist: every query gets what it would get from
 * a model without them, message included. What measures are made of does not matter.
 */
#include "visible_fixture.h"

static void open_form(Fixture *f, int form) {
    fixture_open(f);
    fixture_form(f, form);
}

static ErrCode compile(Fixture *f, const char *text) {
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    OK(f, query_parse_text(&f->ctx, str_of(text), &query, &f->err));
    f->err = (Err){0};
    return query_compile(&f->ctx, query, NULL, &plan, &f->err);
}

TEST(a_hidden_member_is_as_none) {
    static const char *const queries[] = {
        "{\"dimensions\":[\"rider.name\"]}",
        "{\"dimensions\":[\"rider.nam\"]}",
        "{\"dimensions\":[\"name\"]}",
        "{\"measures\":[\"trips\"],\"dimensions\":[\"weather\"]}",
        "{\"measures\":[\"trips\"],\"dimensions\":[\"trip.weather\"]}",
        "{\"measures\":[\"trips\"],\"dimensions\":[\"wether\"]}",
        "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"weather\",\"op\":\"set\"}]}",
        "{\"measures\":[\"trips\"],\"where\":[{\"expr\":\"weather is null\"}]}",
        "{\"measures\":[\"minutes\"]}",
        "{\"measures\":[\"length of a ride\"]}",
        "{\"measures\":[{\"expr\":\"sum(minutes)\",\"as\":\"x\"}]}",
        "{\"measures\":[{\"expr\":\"sum(trip.minutes)\",\"as\":\"x\"}]}",
        "{\"measures\":[{\"expr\":\"sum(minute)\",\"as\":\"x\"}]}",
        "{\"measures\":[{\"expr\":\"trips where minutes > 3\",\"as\":\"x\"}]}",
        "{\"measures\":[{\"expr\":\"sum(minutes)\",\"as\":\"x\"}],\"dimensions\":[\"station.city\"]}",
        "{\"measures\":[{\"expr\":\"count(distinct weather)\",\"as\":\"x\"}]}",
        "{\"measures\":[{\"expr\":\"share(trips, by weather)\",\"as\":\"x\"}],\"dimensions\":[\"bike\"]}",
        "{\"measures\":[\"cost\"]}",
        "{\"measures\":[\"costs\"]}",
        "{\"measures\":[\"spending\"]}",
        "{\"measures\":[\"trips\",\"cost\"]}",
        "{\"measures\":[{\"expr\":\"cost / repairs\",\"as\":\"x\"}]}",
        "{\"measures\":[{\"expr\":\"trips - cost\",\"as\":\"x\"}]}",
        "{\"measures\":[{\"expr\":\"prior(cost)\",\"as\":\"x\"}],\"time\":{\"dimension\":\"repair.week\"}}",
        "{\"measures\":[\"repairs\"],\"dimensions\":[\"station.city\"],\"order\":[[\"cost\",\"desc\"]]}",
        "{\"measures\":[\"repairs\"],\"dimensions\":[\"station.city\"],\"having\":[{\"member\":\"cost\",\"op\":\"gt\",\"value\":1}]}",
        "{\"measures\":[\"repairs\"],\"where\":[{\"member\":\"cost\",\"op\":\"gt\",\"value\":1}]}",
        "{\"rows\":[\"bike\",\"trip.minutes\"]}",
        "{\"rows\":[\"bike\"],\"order\":[\"weather\"],\"limit\":3}",
        "{\"source\":\"rider\",\"measures\":[{\"expr\":\"count(distinct rider.name)\",\"as\":\"x\"}]}",
        "{\"source\":\"rider\",\"dimensions\":[\"rider.name\"]}",
        "{\"source\":{\"measures\":[\"cost\"],\"dimensions\":[\"station.city\"]},\"measures\":[{\"expr\":\"avg(cost)\",\"as\":\"x\"}]}",
        ("{\"measures\":[\"trips\"],\"where\":[{\"member\":\"rider.id\",\"op\":\"in\",\"query\":{\"dimensions\":[\"rider.id\"],"
         "\"where\":[{\"member\":\"rider.name\",\"op\":\"set\"}]}}]}"),
        "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"limit_per\":{\"by\":[\"weather\"],\"n\":1}}",
        "{\"measures\":[\"trips\"],\"time\":{\"dimension\":\"weather\",\"grain\":\"day\"}}",
        "{\"measures\":[\"trip.minutes\"]}",
        "{\"measures\":[\"trips\"],\"where\":[\"dry\"]}",
        "{\"measures\":[\"trips\"],\"where\":[\"dri\"]}",
        "{\"measures\":[\"trips\"],\"where\":[\"no rain\"]}",
        "{\"measures\":[\"trips\"],\"dimensions\":[\"dry\"]}",
        "{\"measures\":[{\"expr\":\"trips where not dry\"}]}",
    };
    Fixture restricted, without;
    Security nobody = rider_of(NULL, 0);
    open_form(&restricted, 1);
    open_form(&without, 2);
    restricted.ctx.security = &nobody;
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        ErrCode code = compile(&restricted, queries[i]), wanted = compile(&without, queries[i]);
        if (!wanted) fail_msg("was answered: %s", queries[i]);
        if (code != wanted || strcmp(restricted.err.message, without.err.message))
            fail_msg("%s\n wanted %s\n got    %s", queries[i], without.err.message, restricted.err.message);
    }
    fixture_free(&restricted);
    fixture_free(&without);
}

TEST(roles_and_the_owner_see_it) {
    static const Str desk[] = {S_INIT("door"), S_INIT("desk")}, board[] = {S_INIT("board")};
    Fixture f;
    Result result;
    open_form(&f, 1);
    Security security = rider_of(desk, COUNT_OF(desk));
    OK(&f, fixture_query(&f, "{\"measures\":[\"cost\"],\"dimensions\":[\"station.city\"]}", NULL, &result));
    f.ctx.security = &security;
    OK(&f, fixture_query(&f, "{\"dimensions\":[\"rider.name\"]}", NULL, &result));
    assert_int_equal(compile(&f, "{\"measures\":[\"cost\"]}"), ERR_UNKNOWN_NAME);
    security = rider_of(board, COUNT_OF(board));
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\",\"cost\"]}", NULL, &result));
    OK(&f, fixture_query(&f, "{\"measures\":[{\"expr\":\"sum(minutes)\",\"as\":\"x\"}],\"dimensions\":[\"weather\"]}",
                         NULL, &result));
    fixture_free(&f);
}

/* What measures and filters are made of is the pack's, not the caller's. */
TEST(measures_and_filters_of_hidden_ones_stay) {
    Fixture f;
    Result all, some;
    Security nobody = rider_of(NULL, 0);
    Str text = {0};
    fixture_open(&f);
    static const char query[] = "{\"measures\":[\"distance\",\"paid_share\",\"riders\"],\"dimensions\":[\"bike\"],"
                                "\"where\":[{\"not\":\"easy\"}]}";
    OK(&f, fixture_query(&f, query, NULL, &all));
    OK(&f, file_read(f.arena, GOLDEN_FOLDER "/pack.yaml", 1 << 20, &text, &f.err));
    text = replace(f.arena, text, "distance: {unit: km,", "distance: {visible_to: [board], unit: km,");
    text = replace(f.arena, text, "dry: {", "dry: {visible_to: [board], ");
    text = arena_printf(f.arena, "%.*s  per_repair: {expr: paid_distance / repairs}\n", STR_ARG(text));
    text = replace(f.arena, text, "weather: {}", "weather: {visible_to: [board]}");
    text = replace(f.arena, text, "is_paid: {}", "is_paid: {visible_to: [board]}");
    text = replace(f.arena, text, "    expr: sum(distance) where is_paid\n",
                   "    expr: sum(distance) where is_paid\n    visible_to: [board]\n");
    Model *model = NULL;
    OK(&f, model_parse(f.arena, text, S("pack.yaml"), NULL, &model, NULL, &f.err));
    snapshot_release(f.snapshot);
    f.ctx.snapshot = f.snapshot = snapshot_new(8);
    snapshot_set(f.snapshot, SNAPSHOT_MODEL, model, NULL);
    f.ctx.security = &nobody;
    OK(&f, fixture_query(&f, query, NULL, &some));
    assert_int_equal(some.rows.n, all.rows.n);
    for (size_t i = 0; i < all.rows.n; i++) assert_true(str_eq(some.rows.at[i], all.rows.at[i]));
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\",{\"expr\":\"distance / repairs\",\"as\":\"x\"}]}", NULL, &some));
    OK(&f, fixture_query(&f, "{\"measures\":[\"trips\",\"per_repair\",{\"expr\":\"2 * per_repair\"}]}", NULL, &some));
    assert_int_equal(compile(&f, "{\"measures\":[\"trips\",{\"expr\":\"paid_distance / repairs\",\"as\":\"x\"}]}"),
                     ERR_UNKNOWN_NAME);
    assert_int_equal(compile(&f, "{\"measures\":[\"paid_distance\"]}"), ERR_UNKNOWN_NAME);
    assert_int_equal(compile(&f, "{\"measures\":[{\"expr\":\"sum(trip.distance)\",\"as\":\"x\"}]}"), ERR_UNKNOWN_NAME);
    assert_int_equal(compile(&f, "{\"measures\":[{\"expr\":\"distance where is_paid\",\"as\":\"x\"}]}"),
                     ERR_UNKNOWN_NAME);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hidden_member_is_as_none),
        cmocka_unit_test(roles_and_the_owner_see_it),
        cmocka_unit_test(measures_and_filters_of_hidden_ones_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
