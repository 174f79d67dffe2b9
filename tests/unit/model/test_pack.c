/*
 * Packs: the shipped ones load clean; every file of tests/golden/pack says in its first lines what must be found in it
 * ("# expect: LINE:COLUMN: part of the message", "warning: …" for what is no error), in order, and nothing else. To
 * add a case, add a file. The JSON schema for editors says the same as the reader's tables of keys.
 */
#include "model_fixture.h"

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
    assert_int_equal(model->n_examples, 3);
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
    assert_int_equal(model->n_measures, 15);
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
    static const char *const types[] = {
        [PACK_TEXT] = "string", [PACK_EXPR] = "string", [PACK_INT] = "integer", [PACK_BOOL] = "boolean",
        [PACK_TEXTS] = "array", [PACK_LIST] = "array",  [PACK_MAP] = "object"};
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
        cmocka_unit_test(findings_are_cut_and_counted),
        cmocka_unit_test(long_chains_of_measures),
        cmocka_unit_test(chains_through_derivations),
        cmocka_unit_test(parse_is_pure_and_errors_may_be_dropped),
        cmocka_unit_test(the_json_schema_has_the_same_keys),
        cmocka_unit_test(the_reference_has_the_same_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
