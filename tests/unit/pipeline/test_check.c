/* What model check proves on the data: clean data gives no finding; each thing that is planted gives its own, all of them at once. */
#include "pipeline_fixture.h"

static const char PACK[] = "pack: 1\n"
                           "name: planted\n"
                           "version: '1'\n"
                           "sources:\n"
                           "  notes:\n"
                           "    kind: files\n"
                           "    tables:\n"
                           "      shop:\n"
                           "        key: [id]\n"
                           "        columns: {id: text not null, town: text, chief: text}\n"
                           "      sale:\n"
                           "        key: [n]\n"
                           "        columns:\n"
                           "          n: int64 not null\n"
                           "          shop_id: text\n"
                           "          town: text not null\n"
                           "          mood: text\n"
                           "          amount: {type: \"decimal(9,2)\", check: amount >= 0}\n"
                           "        references:\n"
                           "          - {columns: [shop_id], table: shop}\n"
                           "      visit:\n"
                           "        columns: {shop_id: text, minutes: {type: int64, check: minutes < 600}}\n"
                           "inputs: {shops: , sales: , visits: }\n"
                           "mappings:\n"
                           "  - {table: shop, from: shops}\n"
                           "  - {table: sale, from: sales}\n"
                           "  - {table: visit, from: visits}\n"
                           "dimensions:\n"
                           "  shop: {from: shop, key: [id], attributes: {id: , town: , chief: }}\n"
                           "  town: {from: sale, key: [town], attributes: {town: , mood: , shop_id: }}\n"
                           "facts:\n"
                           "  line:\n"
                           "    from: sale\n"
                           "    joins:\n"
                           "      - {table: shop, on: {id: shop_id}}\n"
                           "    dimensions:\n"
                           "      shop: {id: shop_id}\n"
                           "      town: {town: town}\n"
                           "      seat:\n"
                           "        dimension: town\n"
                           "        key: {town: shop.town}\n"
                           "    columns: {amount: }\n"
                           "  call:\n"
                           "    from: visit\n"
                           "    dimensions: {shop: {id: shop_id}}\n"
                           "    columns: {minutes: }\n"
                           "measures: {revenue: {expr: sum(amount)}}\n";

/* The pack's rows, without a fault: a sale and a visit may name no shop. */
static void fill(Fixture *f) {
    const PipelineInput inputs[] = {
        {S("shops"), write_text(f, "shops.csv", "ID,Town,Chief\nS1,York,Ann\nS2,Ely,Bob\n")},
        {S("sales"),
         write_text(f, "sales.csv",
                    "N,Shop ID,Town,Mood,Amount\n1,S1,York,good,1.50\n2,S2,Ely,,2\n3,,Hull,,0\n4,S1,York,good,3\n")},
        {S("visits"), write_text(f, "visits.csv", "Shop ID,Minutes\nS1,10\n,20\n")}};
    OK(f, load_inputs(f, inputs, COUNT_OF(inputs)));
    OK(f, sync_all(f));
}

static void open_filled(Fixture *f, const char *pack) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const char *tmp = getenv("TMPDIR");
    char *folder = (char *)path_join(arena, tmp ? tmp : "/tmp", "starling-pack-XXXXXX");
    Err err = {0};
    assert_non_null(mkdtemp(folder));
    assert_int_equal(file_write_atomic(path_join(arena, folder, "pack.yaml"), str_of(pack), &err), ERR_OK);
    fixture_new(f, folder);
    err_ignore(file_remove_tree(folder, NULL));
}

static ModelFindings check(Fixture *f, const char *planted) {
    ModelFindings findings = {0};
    EngineConn *conn;
    OK(f, engine_connect(&f->ctx, f->project.warehouse, &conn, &f->err));
    if (planted) {
        SqlText sql = {.text = str_of(planted)};
        OK(f, engine_exec(&f->ctx, conn, &sql, NULL, &f->err));
    }
    OK(f, pipeline_check_data(&f->ctx, conn, f->project.model, &findings, &f->err));
    engine_disconnect(conn);
    return findings;
}

static int line_of(const char *text) {
    const char *at = strstr(PACK, text);
    int line = 1;
    assert_non_null(at);
    for (const char *c = PACK; c < at; c++) line += *c == '\n';
    return line;
}

static void assert_finding(const ModelFindings *findings, const char *line, bool is_error, const char *message) {
    for (size_t i = 0; i < findings->n; i++) {
        if (!str_eq(findings->at[i].message, str_of(message))) continue;
        assert_int_equal(findings->at[i].is_error, is_error);
        assert_int_equal(findings->at[i].place.line, line_of(line));
        return;
    }
    for (size_t i = 0; i < findings->n; i++) print_error("%.*s\n", STR_ARG(findings->at[i].message));
    fail_msg("not found: %s", message);
}

TEST(clean_data_has_no_finding) {
    Fixture f;
    open_filled(&f, PACK);
    fill(&f);
    ModelFindings findings = check(&f, NULL);
    for (size_t i = 0; i < findings.n; i++) print_error("%.*s\n", STR_ARG(findings.at[i].message));
    assert_int_equal(findings.n, 0);
    fixture_free(&f);
}

TEST(all_that_is_planted_is_found_at_once) {
    Fixture f;
    open_filled(&f, PACK);
    fill(&f);
    (void)check(&f, "INSERT INTO silver.shop (id, town, chief) VALUES ('S2', 'Ely', 'Cid'), ('S3', 'Bath', 'Dan')");
    (void)check(&f, "INSERT INTO silver.visit (shop_id, minutes) VALUES ('S8', 700), ('S8', 5)");
    ModelFindings findings =
        check(&f, "INSERT INTO silver.sale (n, shop_id, town, mood, amount) VALUES (5, 'S9', 'York', 'bad', -1), "
                  "(6, 'S7', NULL, 'odd', -2), (7, 'S9', 'Ely', 'fine', NULL), (8, 'S3', 'Ely', 'fine', 1)");
    assert_finding(
        &findings, "shop:\n        key", true,
        "the key (id) of table 'shop' does not tell its rows apart: 1 value stands more than once (id='S2': 2 rows); "
        "widen it");
    assert_finding(
        &findings, "amount: {type", true,
        "2 rows of table 'sale' break the check of 'amount', amount >= 0 (n=5; n=6); correct the data, or the check");
    assert_finding(
        &findings, "minutes: {type", true,
        "1 row of table 'visit' breaks the check of 'minutes', minutes < 600 (minutes=700); correct the data, or the "
        "check");
    assert_finding(
        &findings, "town: text not null", true,
        "column 'town' of table 'sale' is declared not null, and is null in 1 row (n=6); correct the data, or take 'not "
        "null' away");
    assert_finding(
        &findings, "- {columns: [shop_id]", true,
        "the reference from table 'sale' to 'shop' is broken: 3 of 8 rows (37.5 %) name a key that is not there (id=S7; "
        "id=S9); load what is missing, or take the reference out of the pack");
    assert_finding(
        &findings, "- {table: shop, on", false,
        "the join to 'shop' in fact 'line' does not reach: 3 of 8 rows (37.5 %) name a key that is not there (id=S7; "
        "id=S9); what comes from there is null for these rows: load what is missing, or correct 'on'");
    assert_finding(
        &findings, "shop: {id: shop_id}\n      town", false,
        "dimension 'shop' of fact 'line' lacks members: 3 of 8 rows (37.5 %) name a key that is not there (id=S7; id=S9); "
        "these rows count under no member: load what is missing, or correct the key");
    assert_finding(
        &findings, "seat:", false,
        "dimension 'seat' of fact 'line' lacks members: 1 of 9 rows (11.1 %) name a key that is not there (town=Bath); "
        "these rows count under no member: load what is missing, or correct the key");
    assert_finding(
        &findings, "dimensions: {shop: {id: shop_id}}", false,
        "dimension 'shop' of fact 'call' lacks members: 2 of 4 rows (50.0 %) name a key that is not there (id=S8); these "
        "rows count under no member: load what is missing, or correct the key");
    size_t n_dependent = 0;
    for (size_t i = 0; i < findings.n; i++)
        n_dependent += str_find(findings.at[i].message, S("does not depend on its key")) > 0;
    assert_int_equal(n_dependent, 3); /* chief of shop, mood and shop_id of town */
    assert_int_equal(findings.n, 12);
    assert_int_equal(findings.n_errors, 8);
    fixture_free(&f);
}

/* ---- attached databases --------------------------------------------------------------------------------------------- */

static const char TILL[] = "pack: 1\n"
                           "name: till\n"
                           "version: '1'\n"
                           "sources:\n"
                           "  till:\n"
                           "    kind: attached\n"
                           "    tables:\n"
                           "      item:\n"
                           "        key: [id]\n"
                           "        columns: {id: int64 not null, label: text, price: \"decimal(9,2)\", since: date}\n"
                           "      sale:\n"
                           "        key: [id]\n"
                           "        columns: {id: int64 not null, item_id: int64, sold_on: date}\n";

static void script(Fixture *f, const char *path, const char *sql) {
    const EngineConfig config = {.path = path, .is_create = true};
    EngineDb *db;
    EngineConn *conn;
    OK(f, engine_open(&f->ctx, f->project.registry, &ENGINE_SQLITE, &config, &db, &f->err));
    OK(f, engine_connect(&f->ctx, db, &conn, &f->err));
    for (Str rest = str_of(sql); rest.n;) {
        SqlText one = {.text = str_split_next(&rest, ';')};
        OK(f, engine_exec(&f->ctx, conn, &one, NULL, &f->err));
    }
    engine_disconnect(conn);
    engine_close(db);
}

TEST(attached_databases_are_looked_at) {
    Fixture f;
    AttachPlan plan;
    ModelFindings findings = {0};
    open_filled(&f, TILL);
    OK(&f, pipeline_check_sources(&f.ctx, &f.project, &findings, &f.err));
    assert_int_equal(findings.n, 1);
    assert_false(findings.at[0].is_error);
    assert_true(str_starts(findings.at[0].message, S("source 'till' is attached to no database yet")));
    const char *path = path_join(f.arena, f.dir, "till.db");
    script(&f, path,
           "CREATE TABLE item(id INTEGER PRIMARY KEY, label TEXT, price TEXT, since INTEGER);"
           "CREATE TABLE sale(id INTEGER PRIMARY KEY, item_id, sold_on TEXT)");
    OK(&f, pipeline_attach(&f.ctx, &f.project, (Str){0}, path, NULL, 0, true, &plan, &f.err));
    findings = (ModelFindings){0};
    OK(&f, pipeline_check_sources(&f.ctx, &f.project, &findings, &f.err));
    assert_int_equal(findings.n, 2);
    assert_int_equal(findings.n_errors, 0);
    assert_true(str_starts(findings.at[0].message, S("column 'price' of table 'item' is decimal(9,2) in the pack and "
                                                     "declared TEXT in the database")));
    assert_true(str_starts(findings.at[1].message, S("column 'since' of table 'item' is date in the pack and declared "
                                                     "INTEGER in the database")));
    script(&f, path, "DROP TABLE item;DROP TABLE sale;CREATE TABLE sale(id INTEGER PRIMARY KEY, item_no INT)");
    findings = (ModelFindings){0};
    OK(&f, pipeline_check_sources(&f.ctx, &f.project, &findings, &f.err));
    assert_int_equal(findings.n_errors, 2);
    assert_true(str_starts(findings.at[0].message, S("the database has no table 'item'")));
    assert_true(str_eq(findings.at[1].message,
                       S("table 'sale' has no column 'item_id'; did you mean 'item_no'? it lacks 'sold_on' too")));
    OK(&f, file_remove_tree(path, &f.err));
    findings = (ModelFindings){0};
    OK(&f, pipeline_check_sources(&f.ctx, &f.project, &findings, &f.err));
    assert_int_equal(findings.n_errors, 1);
    assert_int_equal(findings.at[0].place.line, 5);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_data_has_no_finding),
        cmocka_unit_test(all_that_is_planted_is_found_at_once),
        cmocka_unit_test(attached_databases_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
