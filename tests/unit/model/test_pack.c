/*
 * Packs: the shipped ones load clean; every file of tests/golden/pack says in its first lines what must be found in it
 * ("# expect: LINE:COLUMN: part of the message", "warning: …" for what is no error), in order, and nothing else. To
 * add a case, add a file. The JSON schema for editors says the same as the reader's tables of keys.
 */
#include "model_fixture.h"

#include "base/test_folder.h"
#include "model/model_pack_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *source_path(Arena *arena, const char *path) {
    const char *root = getenv("STARLING_SOURCE");
    return path_join(arena, root ? root : ".", path);
}

static Str read_source(Arena *arena, const char *path) {
    Str text = {0};
    Err err = {0};
    if (file_read(arena, source_path(arena, path), 1 << 20, &text, &err)) fail_msg("%s", err.message);
    return text;
}

/* ---- golden findings ------------------------------------------------------------------------------------------------ */

static Str finding_text(Arena *arena, const ModelFinding *finding) {
    return arena_printf(arena, "%d:%d: %s%.*s", finding->place.line, finding->place.column,
                        finding->is_error ? "" : "warning: ", STR_ARG(finding->message));
}

/* "LINE:COLUMN: " must be equal, and the rest be part of the message. */
static bool is_expected(Str want, Str have) {
    ptrdiff_t space = str_find_char(want, ' ');
    return space > 0 && str_starts(have, str_slice(want, 0, (size_t)space + 1)) &&
           str_find(have, str_slice(want, (size_t)space + 1, want.n)) > 0;
}

static size_t check_golden(const char *path) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str text = read_source(arena, path), rest = text, mark = S("# expect: ");
    Model *model = NULL;
    ModelFindings findings = {0};
    Err err = {0};
    ErrCode code = model_parse(arena, text, S("pack.yaml"), NULL, &model, &findings, &err);
    size_t n = 0;
    for (; str_starts(rest, mark); n++) {
        Str line = str_split_next(&rest, '\n'), want = str_slice(line, mark.n, line.n);
        if (n >= findings.n) fail_msg("%s: not found: %.*s", path, STR_ARG(want));
        Str have = finding_text(arena, &findings.at[n]);
        if (!is_expected(want, have)) fail_msg("%s:\n wanted %.*s\n found  %.*s", path, STR_ARG(want), STR_ARG(have));
    }
    if (findings.n > n) fail_msg("%s: not expected: %.*s", path, STR_ARG(finding_text(arena, &findings.at[n])));
    assert_int_equal(code != ERR_OK, findings.n_errors > 0);
    assert_int_equal(model != NULL, findings.n_errors == 0);
    if (code) assert_string_equal(err.file, "pack.yaml");
    return n;
}

TEST(golden_findings) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str *names;
    size_t n, n_findings = 0;
    Err err = {0};
    if (dir_list(arena, source_path(arena, "tests/golden/pack"), &names, &n, &err)) fail_msg("%s", err.message);
    assert_true(n >= 30);
    for (size_t i = 0; i < n; i++)
        n_findings += check_golden(path_join(arena, "tests/golden/pack", arena_cstr(arena, names[i])));
    assert_true(n_findings >= n / 2);
}

/* ---- the shipped packs ---------------------------------------------------------------------------------------------- */

static const Model *load(Arena *arena, const char *folder) {
    Model *model = NULL;
    ModelFindings findings = {0};
    Err err = {0};
    ErrCode code = model_load(arena, source_path(arena, folder), &model, &findings, &err);
    for (size_t i = 0; i < findings.n; i++) print_error("%.*s\n", STR_ARG(finding_text(arena, &findings.at[i])));
    if (code || findings.n) fail_msg("%s: %zu findings; %s", folder, findings.n, err.message);
    return model;
}

TEST(retail_loads_clean) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = load(arena, "packs/retail");
    assert_ptr_equal(model->arena, arena);
    assert_true(str_eq(model->name, S("retail")));
    assert_true(str_eq(model->version, S("1.0")));
    assert_int_equal(model->hash.n, HASH_TEXT_BYTES);
    assert_false(model->is_as_of_now);
    assert_true(str_eq(model->as_of_column, S("order_date")));
    assert_int_equal(model->n_tables, 9);
    const ModelTable *order = model_table(model, S("order")), *lines = model_table(model, S("order_product"));
    assert_int_equal(order->n_key, 3);
    assert_true(str_eq(order->columns[order->key[2]].name, S("customer_id")));
    assert_ptr_equal(lines->references[0].target, order);
    assert_int_equal(lines->references[0].n_columns, 3);
    ptrdiff_t discount = model_column(lines, S("discount"));
    assert_true(type_eq(lines->columns[discount].type, TYPE_DEC(6, 4)));
    assert_true(lines->columns[discount].is_not_null);
    assert_non_null(lines->columns[discount].check_expr);
    const ModelFact *fact = model_fact(model, S("order_line"));
    assert_int_equal(fact->partition, MODEL_PARTITION_MONTH);
    assert_true(str_eq(fact->columns[fact->time].name, S("order_date")));
    assert_int_equal(fact->n_roles, 4);
    assert_ptr_equal(fact->roles[2].dimension, model_dimension(model, S("ship_to")));
    assert_int_equal(fact->path.n_joins, 1);
    const ModelAttribute *segment = &model_dimension(model, S("customer"))->attributes[2];
    assert_int_equal(segment->scd, 2);
    assert_int_equal(segment->label.n_synonyms, 2);
    ModelMember returned;
    assert_int_equal(model_member(model, fact, S("is_returned"), &returned, NULL), ERR_OK);
    assert_int_equal(returned.type.kind, TYPE_BOOL);
    assert_int_equal(returned.column->lookup.n_columns, 1);
    assert_ptr_equal(model_measure(model, S("return_rate"))->fact, fact);
    assert_int_equal(model_measure(model, S("delivery_days"))->label.decimals, 2);
    assert_int_equal(model->n_questions, 3);
    assert_true(model->questions[1].is_example);
    assert_true(str_eq(
        model->questions[2].query,
        S("{\"measures\":[\"orders\",\"returned_orders\",\"return_rate\"],\"dimensions\":[\"product.category\"]}")));
    assert_true(model->n_rules > 3);
    assert_true(str_eq(model->ui.color, S("#1f6feb")));
    const ModelDimension *place = model_dimension(model, S("ship_to"));
    assert_int_equal(place->n_hierarchies, 1);
    assert_int_equal(place->hierarchies[0].n_levels, 5);
    assert_true(str_eq(place->attributes[place->hierarchies[0].levels[2]].name, S("country")));
    assert_int_equal(model_dimension(model, S("customer"))->attributes[1].label.pii_class, MODEL_PII_NAME);
    assert_true(str_eq(model->generator.script, S("generate.sql")));
    assert_int_equal(model->generator.n_inputs, 3);
    assert_ptr_equal(model->generator.inputs[1], model_input(model, S("returns")));
    /* order.postal_code is null where the input has none of that name is the loader's matter; here it defaults to its
     * own name */
    const ModelMapping *mapping = &model->mappings[5];
    assert_true(mapping->table == order);
    assert_true(str_eq(expr_print(arena, mapping->exprs[model_column(order, S("postal_code"))]), S("postal_code")));
    assert_true(str_eq(expr_print(arena, mapping->exprs[model_column(order, S("priority"))]), S("order_priority")));
}

TEST(online_retail_loads_clean) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = load(arena, "packs/online-retail");
    assert_int_equal(model->sources[0].kind, MODEL_SOURCE_FILES);
    assert_int_equal(model->tables[0].n_key, 0);
    assert_true(str_eq(model->inputs[0].sample, S("data/invoices.parquet")));
    assert_int_equal(model->n_measures, 17);
    assert_int_equal(model->generator.script.n, 0);
    assert_true(type_eq(model_measure(model, S("revenue"))->type, TYPE_DEC(38, 3)));
}

TEST(pricing_loads_clean) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = load(arena, "packs/pricing");
    const ModelFact *fact = model_fact(model, S("weekly_sale"));
    assert_true(str_eq(model->as_of_column, S("week")));
    assert_true(str_eq(fact->columns[fact->time].name, S("week")));
    assert_true(str_eq(fact->axis_unit, S("week")));
    assert_int_equal(model->generator.n_inputs, 2);
    assert_int_equal(model_measure(model, S("elasticity"))->type.kind, TYPE_FLOAT64);
    assert_true(type_eq(model_measure(model, S("revenue"))->type, TYPE_DEC(38, 6)));
}

/* ---- words and looks ------------------------------------------------------------------------------------------------- */

/* The pack without questions, and more after it. */
static Str pack_with(Arena *arena, const char *more) {
    return arena_printf(arena, "%s%s", FIXTURE_PACK, more);
}

static ErrCode parse(Arena *arena, Str text, Model **ret_model, Err *err) {
    return model_parse(arena, text, S("p"), NULL, ret_model, NULL, err);
}

TEST(what_is_said_is_kept) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Model *model = NULL;
    Err err = {0};
    if (parse(
            arena,
            pack_with(
                arena,
                "  secret: {expr: sum(rate), pii: true, visible_to: [board, desk_2]}\n"
                "rules: [' One. ', Two.]\n"
                "questions:\n"
                "  - question: How much?\n"
                "    also: [How many?]\n"
                "    query: {measures: [revenue], where: [{member: client.name, op: in, values: [1, '1', 0.5, -2, 1a, true, 'true', ~]}]}\n"
                "    verified_by: Ann\n"
                "    verified_on: 1970-01-11\n"
                "  - {question: And?, query: '{}'}\n"),
            &model, &err))
        fail_msg("%s", err.message);
    const ModelMeasure *secret = model_measure(model, S("secret"));
    assert_int_equal(secret->label.pii_class, MODEL_PII_OTHER);
    assert_true(secret->label.is_pii);
    assert_int_equal(secret->label.n_visible_to, 2);
    assert_int_equal(model->n_rules, 2);
    assert_true(str_eq(model->rules[0], S("One.")));
    const ModelQuestion *question = &model->questions[0];
    assert_true(
        str_eq(question->query, S("{\"measures\":[\"revenue\"],\"where\":[{\"member\":\"client.name\",\"op\":\"in\","
                                  "\"values\":[1,\"1\",0.5,-2,\"1a\",true,\"true\",null]}]}")));
    assert_true(question->has_verified_on && question->verified_on == 10 && !question->is_example);
    assert_true(str_eq(question->also[0], S("How many?")));
    assert_true(str_eq(model->questions[1].query, S("{}")));
}

TEST(a_home_page_is_kept) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Model *model = NULL;
    Err err = {0};
    Str text =
        pack_with(arena, "  rare: {expr: min(pieces), better: down}\n"
                         "ui:\n"
                         "  number_locale: de-DE\n"
                         "  home:\n"
                         "    measures: [revenue, rare]\n"
                         "    trend: lines\n"
                         "    tops: [client.name, {measure: letters, dimension: day.weekday, limit: 7, order: asc}]\n"
                         "    period: 2014\n"
                         "    compare: none\n");
    if (parse(arena, text, &model, &err)) fail_msg("%s", err.message);
    const ModelHome *home = &model->ui.home;
    assert_int_equal(home->n_measures, 2);
    assert_true(str_eq(home->measures[1], S("rare")));
    assert_int_equal(model_measure(model, S("rare"))->better, MODEL_BETTER_DOWN);
    assert_int_equal(model_measure(model, S("revenue"))->better, MODEL_BETTER_NONE);
    assert_true(str_eq(home->trend, S("lines")));
    assert_int_equal(home->n_tops, 2);
    assert_true(!home->tops[0].measure.n && !home->tops[0].limit && !home->tops[0].is_ascending);
    assert_true(str_eq(home->tops[1].measure, S("letters")));
    assert_true(str_eq(home->tops[1].dimension, S("day.weekday")));
    assert_true(home->tops[1].limit == 7 && home->tops[1].is_ascending);
    assert_true(str_eq(home->period, S("2014")));
    assert_true(home->period_place.line > 0 && home->compare_place.line == home->period_place.line + 1);
    assert_true(str_eq(model->ui.number_locale, S("de-DE")));
}

TEST(a_viewer_sees_what_is_for_the_role) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    static const Str roles[] = {S_INIT("door"), S_INIT("desk")};
    Model *model = NULL;
    assert_int_equal(
        parse(arena, pack_with(arena, "  secret: {expr: sum(rate), visible_to: [board, desk]}\n"), &model, NULL),
        ERR_OK);
    const ModelMeasure *secret = model_measure(model, S("secret"));
    assert_non_null(secret);
    assert_null(model_measure(model_seen_by(arena, model, NULL, 0), S("secret")));
    assert_null(model_measure(model_seen_by(arena, model, roles, 1), S("secret")));
    assert_ptr_equal(model_measure(model_seen_by(arena, model, roles, 2), S("secret")), secret);
    assert_non_null(model_measure(model_seen_by(arena, model, NULL, 0), S("revenue")));
}

/* One more than may be is an error, and what may be is not. */
TEST(limits_of_what_is_said) {
    static const struct {
        const char *head, *item, *tail, *wanted;
        int max;
    } limits[] = {
        {"rules: [", "a,", "]\n", "'rules' has 201 texts", PACK_RULES_MAX},
        {"rules: [", "x", "]\n", "501 bytes", PACK_RULE_MAX},
        {"questions: [{query: '{}', question: ", "q", "}]\n", "501 bytes", PACK_QUESTION_MAX},
        {"  m: {expr: sum(rate), visible_to: [", "r%d,", "]}\n", "'visible_to' has 21 texts", PACK_ROLES_MAX},
        {"questions: [{query: '{}', question: a, also: [", "b%d,", "]}]\n", "'also' has 21 texts", PACK_ALSO_MAX},
        {"questions:\n", "  - {query: '{}', question: q%d}\n", "", "1001 questions", PACK_QUESTIONS_MAX},
        {"ui: {home: {tops: [", "client.name,", "]}}\n", "'tops' has 9 lists", PACK_HOME_TOPS_MAX},
    };
    for (size_t l = 0; l < COUNT_OF(limits); l++) {
        for (int more = 0; more <= 1; more++) {
            Arena *arena CLEANUP(arena_freep) = arena_new(0);
            Str list = str_of(limits[l].head);
            for (int i = 0; i < limits[l].max + more; i++) {
                Str item = str_of(limits[l].item);
                ptrdiff_t number = str_find(item, S("%d"));
                if (number > 0)
                    item = arena_printf(arena, "%.*s%d%.*s", (int)number, item.p, i,
                                        STR_ARG(str_slice(item, (size_t)number + 2, item.n)));
                list = arena_printf(arena, "%.*s%.*s", STR_ARG(list), STR_ARG(item));
            }
            Model *model = NULL;
            Err err = {0};
            Str text = arena_printf(arena, "%s%.*s%s", FIXTURE_PACK, STR_ARG(list), limits[l].tail);
            ErrCode code = parse(arena, text, &model, &err);
            if (more ? !strstr(err.message, limits[l].wanted) : code != ERR_OK)
                fail_msg("%s, %d: %s", limits[l].wanted, more, err.message);
        }
    }
}

static void assert_logo(const char *file, Str bytes, const char *wanted) {
    Folder folder = folder_make();
    Model *model = NULL;
    Err err = {0};
    Str text = arena_printf(folder.arena, "%sui: {logo: %s}\n", FIXTURE_PACK, file);
    assert_int_equal(file_write_atomic(folder_file(&folder, "pack.yaml"), text, &err), ERR_OK);
    if (bytes.p) assert_int_equal(file_write_atomic(folder_file(&folder, file), bytes, &err), ERR_OK);
    ErrCode code = model_load(folder.arena, folder.path, &model, NULL, &err);
    if (wanted ? !strstr(err.message, wanted) || err.line < 10 : code != ERR_OK) fail_msg("%s: %s", file, err.message);
    folder_remove(&folder);
}

TEST(a_logo_is_an_image_in_the_pack) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    char *large = arena_alloc(arena, PACK_LOGO_MAX + 1);
    memset(large, ' ', PACK_LOGO_MAX + 1);
    memcpy(large, "<svg>", 5);
    assert_logo("logo.svg", S("\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- ours -->\n<svg xmlns=''/>"), NULL);
    assert_logo("logo.png", S("\x89PNG\r\n\x1a\n...."), NULL);
    assert_logo("logo.svg", (Str){large, PACK_LOGO_MAX}, NULL);
    assert_logo("logo.svg", (Str){large, PACK_LOGO_MAX + 1}, "more than 256 KiB");
    assert_logo("logo.svg", (Str){0}, "is not in the pack's folder");
    assert_logo("logo.svg", S("hello <svg>"), "does not begin as an SVG file does");
    assert_logo("logo.svg", S(""), "does not begin as an SVG file does");
    assert_logo("logo.png", S("<svg/>"), "does not begin as a PNG file does");
    assert_logo("logo.webp", S("RIFF\x10\0\0\0WEBPVP8 "), NULL);
    assert_logo("logo.webp", S("RIFF\x10\0\0\0WAVE"), "does not begin as a WebP file does");
    assert_logo("logo.jpg", S("\xFF\xD8\xFF\xE0"), NULL);
    assert_logo("logo.jpeg", S("\xFF\xD8"), "does not begin as a JPEG file does");
}

/* ---- limits --------------------------------------------------------------------------------------------------------- */

TEST(findings_are_cut_and_counted) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str yaml = str_of(FIXTURE_PACK);
    for (int i = 0; i < 150; i++) yaml = arena_printf(arena, "%.*s  m%d: {expr: sum(nothing)}\n", STR_ARG(yaml), i);
    Model *model = NULL;
    ModelFindings findings = {0};
    Err err = {0};
    assert_int_equal(model_parse(arena, yaml, S("p"), NULL, &model, &findings, &err), ERR_UNKNOWN_NAME);
    assert_int_equal(findings.n, MODEL_MAX_FINDINGS);
    assert_int_equal(findings.n_errors, 150);
    assert_true(findings.is_cut);
    assert_int_equal(err.line, findings.at[0].place.line);
}

TEST(facts_beside_each_other) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Model *model = NULL;
    Err err = {0};
    if (model_load(arena, source_path(arena, "tests/golden/facts"), &model, NULL, &err)) fail_msg("%s", err.message);
    const ModelMeasure *sales = model_measure(model, S("sales")), *net = model_measure(model, S("net")),
                       *gap = model_measure(model, S("gap"));
    const ModelFact *plan = model_fact(model, S("plan"));
    assert_ptr_equal(sales->fact, model_fact(model, S("sale")));
    assert_int_equal(sales->facts, 1);
    assert_null(net->fact);
    assert_int_equal(net->facts, 3);
    assert_int_equal(gap->facts, 7);
    assert_true(str_eq(model_fact_names(arena, model, gap->facts), S("sale, refund and budget")));
    assert_true(model_ignores(model, plan, S("item.kind")));
    assert_true(model_ignores(model, plan, S("customer")));
    assert_true(model_ignores(model, plan, S("sale.customer")));
    assert_false(model_ignores(model, plan, S("store.region"))); /* it has it */
    assert_false(model_ignores(model, plan, S("sold_on")));
    assert_false(model_ignores(model, plan, S("items.kind")));
    assert_false(model_ignores(model, sales->fact, S("item.kind")));
    assert_null(sales->semi_additive);
    assert_false(model_measure(model, S("on_hand"))->semi_additive->takes_first); /* written as nothing at all */
    assert_true(model_measure(model, S("opening"))->semi_additive->takes_first);
    const ModelSemiAdditive *known = model_measure(model, S("known"))->semi_additive;
    assert_true(str_eq(known->time->name, S("counted_on")));
    assert_int_equal(known->n_per, 2);
}

/* A chain of measures as deep as an expression may be, and one deeper, in either order of the text. */
TEST(long_chains_of_measures) {
    for (int direction = 0; direction < 2; direction++) {
        for (int length = 50; length <= 3000; length += 950) {
            Arena *arena CLEANUP(arena_freep) = arena_new(0);
            Buf yaml CLEANUP(buf_release);
            buf_init(&yaml, YAML_MAX_BYTES);
            buf_add(&yaml, str_of(FIXTURE_PACK));
            for (int k = 0; k < MIN_OF(length, 1990); k++) {
                int i = direction ? MIN_OF(length, 1990) - 1 - k : k;
                if (i == 0)
                    buf_printf(&yaml, "  m0: {expr: lines}\n");
                else
                    buf_printf(&yaml, "  m%d: {expr: m%d}\n", i, i - 1);
            }
            Model *model;
            ModelFindings findings = {0};
            Err err = {0};
            ErrCode code = model_parse(arena, buf_str(&yaml), S("p"), NULL, &model, &findings, &err);
            if (length == 50)
                assert_int_equal(code, ERR_OK);
            else if (!strstr(err.message, "deep"))
                fail_msg("%d: %s", length, err.message);
        }
    }
}

/* A derivation of a measure is a level more, in a chain of measures and in one text. */
TEST(chains_through_derivations) {
    for (int length = 20; length <= 40; length += 20) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Str yaml = arena_printf(arena, "%s  m0: {expr: lines}\n", FIXTURE_PACK), nested = S("lines");
        for (int i = 1; i < length; i++) {
            yaml = arena_printf(arena, "%.*s  m%d: {expr: \"prior(m%d, 1 year)\"}\n", STR_ARG(yaml), i, i - 1);
            nested = arena_printf(arena, "growth(%.*s) + 1", STR_ARG(nested));
        }
        yaml = arena_printf(arena, "%.*s  nested: {expr: %.*s}\n", STR_ARG(yaml), STR_ARG(nested));
        Model *model = NULL;
        ModelFindings findings = {0};
        ErrCode code = model_parse(arena, yaml, S("p"), NULL, &model, &findings, NULL);
        assert_int_equal(code == ERR_OK, length == 20);
        if (!code) continue;
        assert_int_equal(findings.n_errors, 2);
        for (size_t i = 0; i < findings.n; i++) assert_true(str_find(findings.at[i].message, S("64 deep")) > 0);
    }
}

static ErrCode parse_filters(Arena *arena, Str filters, Model **ret_model, ModelFindings *findings) {
    Str yaml =
        arena_printf(arena, "%s  some: {expr: \"lines where f0\"}\nfilters:\n%.*s", FIXTURE_PACK, STR_ARG(filters));
    return model_parse(arena, yaml, S("p"), NULL, ret_model, findings, NULL);
}

/* As deep, and as large when they are written out, as an expression may be; and beyond. */
TEST(filters_built_on_each_other) {
    for (int length = 10; length <= 70; length += 20) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Str chain = S("  f0: {expr: is_gift}\n"), doubled = chain;
        for (int i = 1; i < length; i++) {
            chain = arena_printf(arena, "%.*s  f%d: {expr: f%d}\n", STR_ARG(chain), i, i - 1);
            doubled = arena_printf(arena, "%.*s  f%d: {expr: f%d or f%d}\n", STR_ARG(doubled), i, i - 1, i - 1);
        }
        Model *model = NULL;
        ModelFindings findings = {0};
        assert_int_equal(parse_filters(arena, chain, &model, &findings) == ERR_OK, length <= 50);
        assert_int_equal(parse_filters(arena, doubled, &model, &findings) == ERR_OK, length <= 10);
        for (size_t i = 0; i < findings.n; i++)
            assert_true(str_find(findings.at[i].message, S("more than 10000 parts")) > 0);
        assert_int_equal(findings.n > 0, length > 10);
    }
}

/* What a measure's filters come to when they are written out counts. */
TEST(a_measure_is_as_large_as_its_filters) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str filters = S("  f0: {expr: is_gift}\n");
    for (int i = 1; i < 12; i++)
        filters = arena_printf(arena, "%.*s  f%d: {expr: f%d or f%d}\n", STR_ARG(filters), i, i - 1, i - 1);
    Str yaml = arena_printf(arena,
                            "%s  a: {expr: lines where f11}\n  b: {expr: lines where f11 and f11}\n"
                            "  c: {expr: \"count(case when f11 or f11 then 1 end)\"}\nfilters:\n%.*s",
                            FIXTURE_PACK, STR_ARG(filters));
    Model *model = NULL;
    ModelFindings findings = {0};
    assert_int_not_equal(model_parse(arena, yaml, S("p"), NULL, &model, &findings, NULL), ERR_OK);
    assert_int_equal(findings.n, 2);
    assert_true(str_find(findings.at[0].message, S("'b' is more than 64 deep or has more than 10000 parts")) > 0);
    assert_true(str_find(findings.at[1].message, S("'c' is more than 64 deep or has more than 10000 parts")) > 0);
}

TEST(filters_are_of_the_facts_that_have_their_names) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Model *model = NULL;
    Str filters = S("  f0: {expr: is_gift}\n"
                    "  known: {expr: client.name is not null}\n"
                    "  paying: {expr: payer.name is not null}\n"
                    "  known_line: {expr: known, fact: line}\n"
                    "  known_gift: {expr: known and f0}\n"
                    "  wordy: {expr: letters > 9 and known}\n");
    ModelFindings findings = {0};
    assert_int_equal(parse_filters(arena, filters, &model, &findings), ERR_OK);
    const ModelFact *line = model_fact(model, S("line")), *visit = model_fact(model, S("visit"));
    const ModelDimension *client = model_dimension(model, S("client"));
    const struct {
        Str name;
        uint64_t facts;
        const ModelDimension *dimension;
        Str lacks[2];
    } cases[] = {{S("f0"), 1, NULL, {{0}, S("is_gift")}},          {S("known"), 3, client, {{0}, {0}}},
                 {S("paying"), 1, client, {{0}, S("payer.name")}}, {S("known_line"), 1, NULL, {{0}, {0}}},
                 {S("known_gift"), 1, NULL, {{0}, S("is_gift")}},  {S("wordy"), 2, NULL, {S("letters"), {0}}}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const ModelFilter *filter = model_filter(model, cases[i].name);
        ModelMember member;
        assert_int_equal(filter->facts, cases[i].facts);
        assert_ptr_equal(filter->dimension, cases[i].dimension);
        assert_true(str_eq(model_filter_lacks(model, filter, line, NULL), cases[i].lacks[0]));
        assert_true(str_eq(model_filter_lacks(model, filter, visit, NULL), cases[i].lacks[1]));
        assert_int_equal(model_member(model, visit, filter->name, &member, NULL) == ERR_OK, (cases[i].facts & 2) != 0);
        assert_int_equal(model_member(model, NULL, filter->name, &member, NULL), ERR_OK);
        assert_int_equal(member.kind, MODEL_MEMBER_FILTER);
        assert_int_equal(member.type.kind, TYPE_BOOL);
        assert_ptr_equal(member.fact, cases[i].facts & 1 ? line : visit);
        assert_true(str_eq(model_member_name(arena, &member), filter->name));
    }
}

/* Without facts a filter is of a dimension's rows. */
TEST(filters_need_no_fact) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const char *head = "pack: 1\nname: d\nversion: '1'\n"
                       "sources: {s: {kind: managed, tables: {t: {key: [id], columns: {id: text not null, n: int64}}, "
                       "u: {key: [id], columns: {id: text not null}}}}}\n"
                       "dimensions: {t: {from: t, key: [id], attributes: {id: , n: }}, u: {from: u, key: [id], "
                       "attributes: {id: }}}\n"
                       "filters: {a: {expr: t.n > 1}, b: {expr: not a and t.id != 'x'}";
    Model *model = NULL;
    ModelFindings findings = {0};
    Str good = arena_printf(arena, "%s}\n", head);
    assert_int_equal(model_parse(arena, good, S("p"), NULL, &model, &findings, NULL), ERR_OK);
    assert_ptr_equal(model_filter(model, S("b"))->dimension, model_dimension(model, S("t")));
    assert_int_equal(model_filter(model, S("b"))->facts, 0);
    Str bad = arena_printf(arena, "%s, c: {expr: a and u.id = 'y'}, d: {expr: u.n > 1}, e: {expr: u.id = 'x' and a}}\n",
                           head);
    assert_int_not_equal(model_parse(arena, bad, S("p"), NULL, &model, &findings, NULL), ERR_OK);
    assert_int_equal(findings.n, 3);
    assert_true(str_find(findings.at[0].message, S("nor has one dimension")) > 0);
    assert_true(str_find(findings.at[1].message, S("no member 'u.n'")) >= 0);
    assert_true(str_find(findings.at[2].message, S("filter 'a' is not of dimension 'u'")) >= 0);
}

TEST(measures_add_up_or_not) {
    static const struct {
        const char *expr;
        ModelAdditivity additivity;
    } cases[] = {
        {"sum(amount)", MODEL_ADDITIVE},
        {"count(*)", MODEL_ADDITIVE},
        {"count(note) where is_gift", MODEL_ADDITIVE},
        {"revenue - 2 * gift_revenue", MODEL_ADDITIVE},
        {"-revenue * -0.5 + lines / 4", MODEL_ADDITIVE},
        {"(revenue + lines) where is_gift", MODEL_ADDITIVE},
        {"later", MODEL_ADDITIVE},
        {"visit.days", MODEL_ADDITIVE},
        {"sum(distinct amount)", MODEL_NON_ADDITIVE},
        {"count(distinct note)", MODEL_NON_ADDITIVE},
        {"avg(amount)", MODEL_NON_ADDITIVE},
        {"max(amount)", MODEL_NON_ADDITIVE},
        {"average", MODEL_NON_ADDITIVE},
        {"revenue / lines", MODEL_NON_ADDITIVE},
        {"revenue * lines", MODEL_NON_ADDITIVE},
        {"2 / lines", MODEL_NON_ADDITIVE},
        {"revenue + 1", MODEL_NON_ADDITIVE},
        {"revenue > 1", MODEL_NON_ADDITIVE},
        {"round(revenue)", MODEL_NON_ADDITIVE},
        {"running(revenue)", MODEL_NON_ADDITIVE},
        {"visit.size", MODEL_NON_ADDITIVE},
        {"visit.size + visit.days", MODEL_NON_ADDITIVE},
    };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str yaml = str_of(FIXTURE_PACK), columns = S("columns: {letters: {expr: length(name)}");
    ptrdiff_t at = str_find(yaml, columns) + (ptrdiff_t)columns.n;
    yaml = arena_printf(arena,
                        "%.*s, days: {expr: length(id), aggregate: sum}, size: {expr: length(id), aggregate: avg}%s",
                        (int)at, yaml.p, yaml.p + at);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        yaml = arena_printf(arena, "%.*s  m%zu: {expr: \"%s\"}\n", STR_ARG(yaml), i, cases[i].expr);
    yaml = arena_printf(arena, "%.*s  later: {expr: sum(pieces)}\n", STR_ARG(yaml));
    const Model *model = fixture_model(arena, arena_cstr(arena, yaml));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const ModelMeasure *measure = model_measure(model, arena_printf(arena, "m%zu", i));
        if (measure->additivity != cases[i].additivity) fail_msg("%s", cases[i].expr);
    }
}

TEST(parse_is_pure_and_errors_may_be_dropped) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Model *model = NULL;
    assert_int_equal(model_parse(arena, S("pack: 1\n"), S("p"), NULL, &model, NULL, NULL), ERR_INVALID);
    assert_int_equal(model_parse(arena, S(""), S("p"), NULL, &model, NULL, NULL), ERR_INVALID);
    assert_int_equal(model_parse(arena, S("- a\n"), S("p"), NULL, &model, NULL, NULL), ERR_INVALID);
    assert_null(model);
    assert_int_equal(model_parse(arena,
                                 S("\xEF\xBB\xBF"
                                   "pack: 1\n"),
                                 S("p"), NULL, &model, NULL, NULL),
                     ERR_INVALID);
    assert_int_equal(model_load(arena, "/nonexistent", &model, NULL, NULL), ERR_NOT_FOUND);
}

/* ---- the JSON schema ------------------------------------------------------------------------------------------------ */

static bool has_type(const Json *schema, const Json *root, const char *type) {
    const Json *ref = json_get(schema, S("$ref"));
    if (ref) {
        Str prefix = S("#/$defs/");
        assert_true(str_starts(ref->s, prefix));
        return has_type(json_get(json_get(root, S("$defs")), str_slice(ref->s, prefix.n, ref->s.n)), root, type);
    }
    const Json *given = json_get(schema, S("type"));
    if (json_is(given, JSON_TEXT)) return str_eq(given->s, str_of(type));
    for (size_t i = 0; json_is(given, JSON_ARRAY) && i < given->array.n; i++)
        if (str_eq(given->array.at[i]->s, str_of(type))) return true;
    return false;
}

static bool is_required(const Json *object, Str key) {
    const Json *required = json_get(object, S("required"));
    for (size_t i = 0; required && i < required->array.n; i++)
        if (str_eq(required->array.at[i]->s, key)) return true;
    return false;
}

TEST(the_json_schema_has_the_same_keys) {
    static const char *const types[] = {[PACK_TEXT] = "string",  [PACK_EXPR] = "string",  [PACK_INT] = "integer",
                                        [PACK_BOOL] = "boolean", [PACK_CLASS] = "string", [PACK_QUERY] = "object",
                                        [PACK_TEXTS] = "array",  [PACK_LIST] = "array",   [PACK_MAP] = "object"};
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Json *root;
    Err err = {0};
    if (json_parse(arena, read_source(arena, "share/starling/schema/pack-1.schema.json"), &JSON_LIMITS_DEFAULT, &root,
                   &err))
        fail_msg("%s", err.message);
    for (int o = 0; o < PACK_OBJECT_COUNT; o++) {
        const PackObjectInfo *info = pack_object_info((PackObject)o);
        const Json *object = o == PACK_OBJECT_PACK ? root : json_get(json_get(root, S("$defs")), str_of(info->name));
        const Json *properties = json_get(object, S("properties"));
        if (!properties) fail_msg("the schema has no object '%s'", info->name);
        assert_true(json_is(json_get(object, S("additionalProperties")), JSON_FALSE));
        for (size_t i = 0; i < info->n_keys; i++) {
            const PackKey *key = &info->keys[i];
            const Json *property = json_get(properties, str_of(key->name));
            if (!property) fail_msg("the schema's '%s' has no '%s'", info->name, key->name);
            if (!has_type(property, root, types[key->shape]))
                fail_msg("'%s.%s' is not a %s in the schema", info->name, key->name, types[key->shape]);
            if (is_required(object, str_of(key->name)) != key->is_required)
                fail_msg("'%s.%s': required differs", info->name, key->name);
        }
        assert_int_equal(properties->object.n, info->n_keys);
    }
    const Json *classes = json_get(json_get(json_get(root, S("$defs")), S("pii")), S("enum"));
    assert_int_equal(classes->array.n, PACK_N_PII_CLASSES + 2);
    for (size_t i = 0; i < PACK_N_PII_CLASSES; i++)
        assert_true(str_eq(classes->array.at[i + 2]->s, PACK_PII_CLASSES[i]));
    const Json *formats = json_get(json_get(json_get(root, S("$defs")), S("format")), S("enum"));
    assert_int_equal(formats->array.n, PACK_N_FORMATS);
    for (size_t i = 0; i < PACK_N_FORMATS; i++) assert_true(str_eq(formats->array.at[i]->s, PACK_FORMATS[i]));
}

/* docs/packs.md names every key of every object in its tables: "| `key` |" under "## … (`object`)". */
TEST(the_reference_has_the_same_keys) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str text = read_source(arena, "docs/packs.md");
    for (int o = 0; o < PACK_OBJECT_COUNT; o++) {
        const PackObjectInfo *info = pack_object_info((PackObject)o);
        ptrdiff_t start = str_find(text, arena_printf(arena, "(`%s`)\n", info->name));
        if (start < 0) fail_msg("docs/packs.md has no heading for '%s'", info->name);
        Str section = str_slice(text, (size_t)start, text.n);
        ptrdiff_t end = str_find(section, S("\n## "));
        if (end > 0) section = str_slice(section, 0, (size_t)end);
        size_t n_rows = 0;
        for (Str rest = section; rest.p;) n_rows += str_starts(str_split_next(&rest, '\n'), S("| `"));
        for (size_t i = 0; i < info->n_keys; i++)
            if (str_find(section, arena_printf(arena, "\n| `%s` |", info->keys[i].name)) < 0)
                fail_msg("docs/packs.md: '%s' has no row for '%s'", info->name, info->keys[i].name);
        if (n_rows != info->n_keys)
            fail_msg("docs/packs.md: '%s' has %zu rows for %zu keys", info->name, n_rows, info->n_keys);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_findings),
        cmocka_unit_test(retail_loads_clean),
        cmocka_unit_test(online_retail_loads_clean),
        cmocka_unit_test(pricing_loads_clean),
        cmocka_unit_test(what_is_said_is_kept),
        cmocka_unit_test(a_home_page_is_kept),
        cmocka_unit_test(a_viewer_sees_what_is_for_the_role),
        cmocka_unit_test(limits_of_what_is_said),
        cmocka_unit_test(a_logo_is_an_image_in_the_pack),
        cmocka_unit_test(findings_are_cut_and_counted),
        cmocka_unit_test(facts_beside_each_other),
        cmocka_unit_test(long_chains_of_measures),
        cmocka_unit_test(chains_through_derivations),
        cmocka_unit_test(filters_built_on_each_other),
        cmocka_unit_test(a_measure_is_as_large_as_its_filters),
        cmocka_unit_test(filters_are_of_the_facts_that_have_their_names),
        cmocka_unit_test(filters_need_no_fact),
        cmocka_unit_test(measures_add_up_or_not),
        cmocka_unit_test(parse_is_pure_and_errors_may_be_dropped),
        cmocka_unit_test(the_json_schema_has_the_same_keys),
        cmocka_unit_test(the_reference_has_the_same_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
