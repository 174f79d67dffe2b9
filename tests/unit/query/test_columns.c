/* How the columns of a result are shown that are made of a fact's column by its default aggregation. */
#include "query_fixture.h"

static const char PACK[] =
    "pack: 1\nname: d\nversion: '1'\n"
    "sources: {s: {kind: managed, tables: {t: {key: [id], columns: {id: int64 not null, v: int64}}}}}\n"
    "facts:\n"
    "  f:\n"
    "    from: t\n"
    "    columns:\n"
    "      sold: {title: Sold pieces, expr: v, format: integer, unit: pcs, aggregate: sum}\n"
    "      size: {title: SKU size, expr: v, format: integer, unit: cm, decimals: 2, aggregate: avg}\n"
    "      price: {expr: v, format: currency, unit: EUR, aggregate: median}\n"
    "      least: {title: élan, expr: v, format: integer, unit: m, aggregate: min}\n"
    "      most: {title: X, expr: v, format: integer, unit: m, aggregate: max}\n"
    "      code: {expr: v, format: integer, unit: m, decimals: 1, aggregate: count_distinct}\n"
    "      note: {expr: v, format: integer, unit: m, decimals: 1, aggregate: count}\n"
    "      spread: {expr: v, format: number, unit: m, decimals: 1, aggregate: stddev}\n"
    "      square: {expr: v, format: number, unit: m, decimals: 1, aggregate: variance}\n";

static void check(Fixture *f, const char *expr, const char *title, const char *format, const char *unit, int decimals) {
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    Str json = arena_printf(f->arena, "{\"measures\":[{\"expr\":\"%s\",\"as\":\"x\"}]}", expr);
    OK(f, query_parse_text(&f->ctx, json, &query, &f->err));
    OK(f, query_compile(&f->ctx, query, NULL, &plan, &f->err));
    const QueryColumn *column = &plan->columns[0];
    Str have = arena_printf(f->arena, "%.*s|%.*s|%.*s|%d", STR_ARG(column->title), STR_ARG(column->format),
                            STR_ARG(column->unit), column->decimals);
    Str want = arena_printf(f->arena, "%s|%s|%s|%d", title, format, unit, decimals);
    assert_string_equal(arena_cstr(f->arena, have), arena_cstr(f->arena, want));
}

TEST(a_column_is_shown_by_its_aggregation) {
    Fixture f;
    fixture_init(&f);
    Model *model = NULL;
    OK(&f, model_parse(f.arena, str_of(PACK), S("pack.yaml"), NULL, &model, NULL, &f.err));
    Snapshot *snapshot = snapshot_new(1);
    snapshot_set(snapshot, SNAPSHOT_MODEL, model, NULL);
    f.ctx.snapshot = snapshot;
    check(&f, "f.sold", "Total sold pieces", "integer", "pcs", -1);
    check(&f, "f.size", "Average SKU size", "", "cm", 2); /* what lies between whole numbers is none */
    check(&f, "f.price", "Median price", "currency", "EUR", -1);
    check(&f, "f.least", "Minimum élan", "integer", "m", -1);
    check(&f, "f.most", "Maximum x", "integer", "m", -1);
    check(&f, "f.code", "Distinct count of code", "", "", -1);
    check(&f, "f.note", "Count of note", "", "", -1);
    check(&f, "f.spread", "Standard deviation of spread", "number", "m", 1);
    check(&f, "f.square", "Variance of square", "", "", -1);
    check(&f, "overall(max, f.sold)", "x", "integer", "pcs", -1);
    check(&f, "share(f.sold)", "x", "percent", "", -1);
    check(&f, "rank(f.price)", "x", "", "", -1);
    check(&f, "overall(count, f.price)", "x", "", "", -1);
    check(&f, "f.sold where f.size > 1", "x", "", "", -1);
    snapshot_release(snapshot);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_column_is_shown_by_its_aggregation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
