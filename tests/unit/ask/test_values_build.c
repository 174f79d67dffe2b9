/* The value index of a warehouse: which columns, under which names, which rows; and what an index before is good for. */
#include "query/query_fixture.h"

#include "ask/ask_values_internal.h"

#include <unistd.h>

typedef struct Built {
    Fixture f;
    char path[64];
    AskValues *values;
} Built;

static void build(Built *b) {
    OK(&b->f, ask_values_build(&b->f.ctx, b->f.conn, b->f.model, b->values, NULL, b->path, &b->f.err));
    ask_values_close(b->values);
    b->values = NULL;
    OK(&b->f, ask_values_open(b->path, &b->values, &b->f.err));
}

/* Another data version; in the tables named, attributes have changed. */
static void publish(Built *b, const char *tables) {
    fixture_run(&b->f,
                "INSERT INTO _starling.batch SELECT max(version) + 1, 'b' || max(version), now() FROM _starling.batch");
    Str all = str_of(tables);
    while (all.n) {
        Str table = str_split_next(&all, ' ');
        fixture_run(&b->f,
                    arena_cstr(b->f.arena, arena_printf(b->f.arena,
                                                        "UPDATE _starling.built SET attributes_version = (SELECT "
                                                        "max(version) FROM _starling.batch) WHERE name = '%.*s'",
                                                        STR_ARG(table))));
    }
}

static AskValuesStand stand(Built *b) {
    AskValuesStand stand = ASK_VALUES_OTHER;
    OK(&b->f, ask_values_stand(&b->f.ctx, b->f.conn, b->f.model, b->values, &stand, &b->f.err));
    return stand;
}

static bool is_current(Built *b) {
    return stand(b) == ASK_VALUES_CURRENT;
}

static void built_init(Built *b) {
    *b = (Built){.path = "/tmp/starling values.XXXXXX"};
    int fd = mkstemp(b->path);
    assert_true(fd >= 0);
    close(fd);
    fixture_open(&b->f);
    build(b);
}

static void built_free(Built *b) {
    ask_values_close(b->values);
    unlink(b->path);
    fixture_free(&b->f);
}

/* All of the index: a line a column, "name, name: value | value". */
static const char *all_of(Built *b) {
    Arena *arena = b->f.arena;
    Str all = S("");
    for (uint32_t i = 0; i < b->values->n[VALUES_SETS]; i++) {
        const ValuesSet *set = values_set(b->values, i);
        for (uint32_t k = 0; k < set->n_names; k++)
            all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), k ? ", " : "",
                               STR_ARG(values_name(b->values, set->names + k)));
        for (uint32_t v = 0; v < set->n_values; v++) {
            Str text = values_text(b->values, values_value(b->values, set->values + v)->text);
            all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), v ? " | " : ": ", STR_ARG(text));
        }
        all = arena_printf(arena, "%.*s\n", STR_ARG(all));
    }
    return arena_cstr(arena, all);
}

static const char *members_of(Built *b, const char *question) {
    const AskToken *tokens = NULL;
    const AskValueMatch *matches = NULL;
    size_t n_tokens = 0, n = 0;
    Str all = S("");
    OK(&b->f, ask_tokenize(b->f.arena, str_of(question), &tokens, &n_tokens, &b->f.err));
    ask_values_find(b->f.arena, b->values, tokens, n_tokens, NULL, 100, &matches, &n);
    for (size_t i = 0; i < n; i++)
        all = arena_printf(b->f.arena, "%.*s%.*s=%.*s ", STR_ARG(all), STR_ARG(matches[i].member),
                           STR_ARG(matches[i].value));
    return arena_cstr(b->f.arena, all);
}

TEST(columns_and_rows) {
    Built b;
    built_init(&b);
    assert_string_equal(all_of(&b), "rider.id: r1 | r2 | r3 | r4\n"
                                    "rider.name: Ada | Bo | Cy | Di\n"
                                    "rider.plan: day | year\n"
                                    "start.id, finish.id, station.id: s1 | s2 | s3 | s4\n"
                                    "start.name, finish.name, station.name: North | Quay | South | Yard\n"
                                    "start.city, finish.city, station.city: Bonn | Ulm\n"
                                    "bike: B1 | b1 | b2 | b3 | b4 | b5\n"
                                    "weather: Drizzle | Dry | Fog | Rain | Snow\n"
                                    "week: 100 | 101 | 103 | 104\n");
    assert_int_equal(ask_values_version(b.values), 2);
    assert_true(str_eq(ask_values_model(b.values), b.f.model->hash));
    assert_int_equal(ask_values_count(b.values), 35);
    assert_string_equal(members_of(&b, "trips from ulm in the rain, week 103"),
                        "finish.city=Ulm start.city=Ulm station.city=Ulm weather=Rain week=103 ");
    built_free(&b);
}

TEST(only_members_as_they_are_now) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "UPDATE gold.dim_rider SET plan = 'never' WHERE rider_key = 1");
    fixture_run(&b.f, "UPDATE gold.dim_rider SET name = 'Nobody' WHERE rider_key = -1");
    publish(&b, "dim_rider");
    build(&b);
    assert_string_equal(members_of(&b, "never nobody day"), "rider.plan=day ");
    built_free(&b);
}

TEST(what_changed_is_taken_and_what_stayed_is_kept) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "UPDATE gold.dim_station SET city = 'Neu-Ulm am See' WHERE station_key = 2");
    fixture_run(&b.f, "UPDATE gold.dim_station SET name = 'Abbey' WHERE station_key = 3");
    publish(&b, "dim_station");
    const char *fresh_path = arena_cstr(b.f.arena, arena_printf(b.f.arena, "%s.fresh", b.path));
    build(&b);
    assert_int_equal(ask_values_version(b.values), 3);
    assert_string_equal(members_of(&b, "neu ulm am see"), "finish.city=Neu-Ulm am See start.city=Neu-Ulm am See "
                                                          "station.city=Neu-Ulm am See finish.city=Ulm start.city=Ulm "
                                                          "station.city=Ulm ");
    assert_string_equal(members_of(&b, "abbey, quay"), "finish.name=Abbey start.name=Abbey station.name=Abbey ");
    /* Made with the one before or without, it is the same file. */
    Str with, without;
    OK(&b.f, ask_values_build(&b.f.ctx, b.f.conn, b.f.model, NULL, NULL, fresh_path, &b.f.err));
    OK(&b.f, file_read(b.f.arena, b.path, 1 << 20, &with, &b.f.err));
    OK(&b.f, file_read(b.f.arena, fresh_path, 1 << 20, &without, &b.f.err));
    assert_true(str_eq(with, without));
    unlink(fresh_path);
    built_free(&b);
}

/* What is not said to have changed is not read: here it has, and it shows. */
TEST(only_what_changed_is_read_again) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = 'Hail' WHERE weather = 'Fog'");
    fixture_run(&b.f, "UPDATE gold.dim_rider SET plan = 'never' WHERE rider_key = 1 AND _is_current OR rider_key = 2");
    assert_true(is_current(&b));
    publish(&b, "");
    assert_true(is_current(&b)); /* newer data, of the same attributes */
    publish(&b, "dim_rider");
    assert_false(is_current(&b));
    build(&b);
    assert_true(is_current(&b));
    assert_int_equal(ask_values_version(b.values), 4);
    assert_string_equal(members_of(&b, "never hail fog"), "rider.plan=never weather=Fog ");
    publish(&b, "fact_trip");
    assert_false(is_current(&b));
    build(&b);
    assert_string_equal(members_of(&b, "never hail fog"), "rider.plan=never weather=Hail ");
    built_free(&b);
}

/* Another warehouse that has come as far, a model of other words, a warehouse that does not tell: all is read. */
TEST(in_doubt_all_is_read) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = 'Hail' WHERE weather = 'Fog'");
    fixture_run(&b.f, "UPDATE _starling.batch SET id = 'other' WHERE version = 2");
    assert_false(is_current(&b));
    build(&b);
    assert_string_equal(members_of(&b, "hail fog"), "weather=Hail ");
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = 'Fog' WHERE weather = 'Hail'");
    fixture_run(&b.f, "ALTER TABLE _starling.built DROP COLUMN attributes_version");
    assert_true(is_current(&b)); /* the same version of the same warehouse */
    fixture_run(&b.f, "INSERT INTO _starling.batch VALUES (3, 'b', now())");
    assert_false(is_current(&b));
    build(&b);
    assert_string_equal(members_of(&b, "hail fog"), "weather=Fog ");
    b.f.model->hash = S("another");
    assert_false(is_current(&b));
    build(&b);
    assert_true(is_current(&b));
    built_free(&b);
}

/* ---- what became of texts ------------------------------------------------------------------------------------------- */

static const char *const TEXT_COLUMNS[] = {"bike", "weather"};

/* Publishes what the statement does to gold.fact_trip; what that makes of its texts. */
static ModelTexts *publish_trips(Built *b, const char *statement) {
    Arena *arena = b->f.arena;
    ModelTexts *texts = model_texts_new(arena);
    TableTexts *table = model_texts_table(texts, S("fact_trip"));
    fixture_run(&b->f, "CREATE OR REPLACE TEMPORARY TABLE was AS SELECT * FROM gold.fact_trip");
    fixture_run(&b->f, statement); /* `was` is what there was */
    for (size_t i = 0; i < COUNT_OF(TEXT_COLUMNS); i++) {
        EngineStream *stream = NULL;
        const Batch *batch = NULL;
        Str name = str_of(TEXT_COLUMNS[i]);
        OK(&b->f, engine_queryf(&b->f.ctx, b->f.conn, &stream, &b->f.err,
                                "SELECT t, CAST(sum(n) AS BIGINT) FROM (SELECT %I AS t, 1 AS n FROM gold.fact_trip "
                                "UNION ALL SELECT %I, -1 FROM was) WHERE t IS NOT NULL GROUP BY t",
                                &name, &name));
        for (;;) {
            OK(&b->f, engine_stream_next(stream, &batch, &b->f.err));
            if (!batch) break;
            for (size_t row = 0; row < batch->n_rows; row++)
                model_texts_add(texts, table, name, column_str(&batch->columns[0], row),
                                column_int(&batch->columns[1], row));
        }
        engine_stream_close(stream);
    }
    table->since = ask_values_version(b->values);
    publish(b, "fact_trip");
    table->until = table->since + 1;
    return texts;
}

static void build_told(Built *b, const ModelTexts *texts) {
    OK(&b->f, ask_values_build(&b->f.ctx, b->f.conn, b->f.model, b->values, texts, b->path, &b->f.err));
    ask_values_close(b->values);
    b->values = NULL;
    OK(&b->f, ask_values_open(b->path, &b->values, &b->f.err));
}

/* That one made of all that is there would be the same file. */
static void assert_as_made_anew(Built *b) {
    Str with, without;
    const char *fresh_path = arena_cstr(b->f.arena, arena_printf(b->f.arena, "%s.fresh", b->path));
    OK(&b->f, ask_values_build(&b->f.ctx, b->f.conn, b->f.model, NULL, NULL, fresh_path, &b->f.err));
    OK(&b->f, file_read(b->f.arena, b->path, 1 << 20, &with, &b->f.err));
    OK(&b->f, file_read(b->f.arena, fresh_path, 1 << 20, &without, &b->f.err));
    unlink(fresh_path);
    assert_true(str_eq(with, without));
}

TEST(what_became_of_texts_is_added) {
    static const char *const statements[] = {
        "UPDATE gold.fact_trip SET weather = 'Sleet and hail' WHERE weather = 'Fog'",
        "INSERT INTO gold.fact_trip SELECT * FROM gold.fact_trip",
        "INSERT INTO gold.fact_trip SELECT * REPLACE (weather || ' ' || bike AS weather, 'Zoe''s own' AS bike) FROM was",
        "DELETE FROM gold.fact_trip WHERE bike IN ('b1', 'b2')",
        "UPDATE gold.fact_trip SET weather = NULL WHERE weather = 'Dry'",
        "UPDATE gold.fact_trip SET weather = '?!', bike = repeat('x', 257) WHERE bike = 'b3'",
        "UPDATE gold.fact_trip SET weather = '', bike = repeat('w ', 32) WHERE weather = '?!'",
        "DELETE FROM gold.fact_trip WHERE bike = 'Zoe''s own'",
        "UPDATE gold.fact_trip SET weather = 'Fog' WHERE bike = 'b4'",
        "DELETE FROM gold.fact_trip",
        "INSERT INTO gold.fact_trip SELECT * FROM was"};
    Built b;
    built_init(&b);
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        build_told(&b, publish_trips(&b, statements[i]));
        assert_true(is_current(&b));
        assert_as_made_anew(&b);
    }
    built_free(&b);
}

/* Of a table of which all is told, nothing is read: here gold has more, and it shows. */
TEST(what_is_told_of_is_not_read) {
    Built b;
    built_init(&b);
    const ModelTexts *texts = publish_trips(&b, "UPDATE gold.fact_trip SET weather = 'Hail' WHERE weather = 'Fog'");
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = 'Thunder' WHERE weather = 'Rain'");
    build_told(&b, texts);
    assert_string_equal(members_of(&b, "hail fog thunder rain"), "weather=Hail weather=Rain ");
    built_free(&b);
}

/* What is told does not go on from the index, or leads elsewhere, or is not all, or cannot be: all is read. */
TEST(what_does_not_fit_is_read) {
    Built b;
    built_init(&b);
    for (int i = 0; i < 4; i++) {
        ModelTexts *texts = publish_trips(&b, "UPDATE gold.fact_trip SET weather = weather || ' again'");
        TableTexts *table = texts->tables.at[0];
        fixture_run(&b.f, "UPDATE gold.fact_trip SET bike = bike || ' II'");
        table->since += i == 0;
        table->until += i == 1;
        table->is_whole = i == 2;
        if (i == 3) model_texts_add(texts, table, S("bike"), S("b5 II II II"), -100);
        build_told(&b, texts);
        assert_as_made_anew(&b);
    }
    built_free(&b);
}

TEST(tellings_are_put_together) {
    Built b;
    built_init(&b);
    ModelTexts *all = model_texts_new(b.f.arena);
    model_texts_join(all, NULL);
    model_texts_join(all, publish_trips(&b, "UPDATE gold.fact_trip SET weather = 'Hail' WHERE weather = 'Fog'"));
    ModelTexts *next =
        publish_trips(&b, "UPDATE gold.fact_trip SET weather = 'Fog' WHERE weather = 'Hail' OR bike = 'b1'");
    next->tables.at[0]->since = 3;
    next->tables.at[0]->until = 4;
    model_texts_join(all, next);
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = 'Thunder' WHERE weather = 'Rain'"); /* not told */
    build_told(&b, all);
    assert_string_equal(members_of(&b, "hail fog thunder"), "weather=Fog ");
    /* One is missing between them. */
    all = publish_trips(&b, "UPDATE gold.fact_trip SET weather = 'Hail' WHERE weather = 'Fog'");
    publish(&b, "fact_trip");
    next = publish_trips(&b, "UPDATE gold.fact_trip SET bike = 'b9' WHERE bike = 'b2'");
    next->tables.at[0]->since = 6;
    next->tables.at[0]->until = 7;
    model_texts_join(all, next);
    assert_true(all->tables.at[0]->is_whole);
    build_told(&b, all);
    assert_as_made_anew(&b);
    built_free(&b);
}

/* What cannot be gone on from is made anew. */
TEST(a_damaged_index_is_no_beginning) {
    Built b;
    built_init(&b);
    Str sound;
    OK(&b.f, file_read(b.f.arena, b.path, 1 << 20, &sound, &b.f.err));
    for (int i = VALUES_VALUES; i <= VALUES_STEMS; i++) {
        ModelTexts *texts = publish_trips(&b, "UPDATE gold.fact_trip SET weather = weather || ' more'");
        OK(&b.f, file_read(b.f.arena, b.path, 1 << 20, &sound, &b.f.err));
        char *bytes = arena_dup(b.f.arena, sound.p, sound.n);
        memset(bytes + b.values->header->sections[i].at, 0xEE,
               b.values->header->sections[i].n * values_record_bytes((ValuesSection)i));
        OK(&b.f, file_write_atomic(b.path, (Str){bytes, sound.n}, &b.f.err));
        ask_values_close(b.values);
        OK(&b.f, ask_values_open(b.path, &b.values, &b.f.err));
        build_told(&b, texts);
        assert_as_made_anew(&b);
    }
    built_free(&b);
}

/* What had too many values stays out until all is read. */
TEST(what_was_cut_stays_out) {
    Built b;
    built_init(&b);
    ModelTexts *texts = model_texts_new(b.f.arena);
    TableTexts *table = model_texts_table(texts, S("fact_repair"));
    for (int i = 0; i < 1000; i++) model_texts_add(texts, table, S("week"), arena_printf(b.f.arena, "%d", 1000 + i), 1);
    publish(&b, "fact_repair");
    table->since = 2;
    table->until = 3;
    build_told(&b, texts);
    assert_string_equal(members_of(&b, "week 1500"), "");
    for (int i = 0; i < 1000; i++)
        model_texts_add(texts, table, S("week"), arena_printf(b.f.arena, "%d", 1000 + i), -1);
    publish(&b, "fact_repair");
    table->since = 3;
    table->until = 4;
    build_told(&b, texts);
    assert_string_equal(members_of(&b, "week 103"), "");
    publish(&b, "fact_repair");
    build(&b);
    assert_string_equal(members_of(&b, "week 103"), "week=103 ");
    built_free(&b);
}

TEST(hidden_attributes_and_many_numbers_are_left_out) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "INSERT INTO gold.fact_repair SELECT 1, i, 1, 100 + i FROM range(1000, 1996) AS t(i)");
    publish(&b, "fact_repair");
    build(&b);
    assert_string_equal(members_of(&b, "week 1500"), "week=1500 "); /* 1,000 of them */
    fixture_run(&b.f, "INSERT INTO gold.fact_repair VALUES (1, 99999, 1, 9999)");
    publish(&b, "fact_repair");
    build(&b);
    assert_string_equal(members_of(&b, "week 1500"), "");
    Str text;
    ModelFindings findings = {0};
    OK(&b.f, file_read(b.f.arena, GOLDEN_FOLDER "/pack.yaml", 1 << 20, &text, &b.f.err));
    ptrdiff_t at = str_find(text, S("      weather: {}\n"));
    assert_true(at > 0);
    text = arena_printf(b.f.arena, "%.*s      weather: {hidden: true}\n%s", (int)at, text.p, text.p + at + 18);
    OK(&b.f, model_parse(b.f.arena, text, S("pack.yaml"), NULL, &b.f.model, &findings, &b.f.err));
    build(&b);
    assert_string_equal(members_of(&b, "rain in bonn"), "finish.city=Bonn start.city=Bonn station.city=Bonn ");
    built_free(&b);
}

TEST(texts_that_are_no_names_are_left_out) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = repeat('x', 257) WHERE weather = 'Fog'");
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = repeat('y', 256) WHERE weather = 'Rain'");
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = repeat('z ', 33) WHERE weather = 'Snow'");
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = repeat('w ', 32) WHERE weather = 'Dry'");
    fixture_run(&b.f, "UPDATE gold.fact_trip SET weather = '?!' WHERE weather = 'Drizzle'");
    publish(&b, "fact_trip");
    build(&b);
    const ValuesSet *set = values_set(b.values, 7);
    assert_int_equal(set->n_values, 2);
    assert_int_equal(values_value(b.values, set->values)->n_words, 32);
    assert_int_equal(values_value(b.values, set->values + 1)->text.n, 256);
    built_free(&b);
}

TEST(no_data_no_values) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "DELETE FROM _starling.batch");
    fixture_run(&b.f, "DELETE FROM gold.fact_trip");
    fixture_run(&b.f, "DELETE FROM gold.fact_repair");
    fixture_run(&b.f, "DELETE FROM gold.dim_rider");
    fixture_run(&b.f, "DELETE FROM gold.dim_station");
    build(&b);
    assert_int_equal(ask_values_version(b.values), 0);
    assert_int_equal(ask_values_count(b.values), 0);
    assert_string_equal(members_of(&b, "rain in ulm"), "");
    build(&b); /* on an empty one before */
    built_free(&b);
}

TEST(a_failure_leaves_the_index_that_is_there) {
    Built b;
    built_init(&b);
    fixture_run(&b.f, "DROP TABLE gold.fact_repair");
    publish(&b, "fact_repair");
    assert_int_equal(ask_values_build(&b.f.ctx, b.f.conn, b.f.model, b.values, NULL, b.path, &b.f.err), ERR_ENGINE);
    ask_values_close(b.values);
    b.values = NULL;
    OK(&b.f, ask_values_open(b.path, &b.values, &b.f.err));
    assert_string_equal(members_of(&b, "week 103"), "week=103 ");
    OK(&b.f, engine_begin(&b.f.ctx, b.f.conn, false, &b.f.err)); /* no transaction is left open */
    engine_rollback(b.f.conn);
    built_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(columns_and_rows),
                                       cmocka_unit_test(only_members_as_they_are_now),
                                       cmocka_unit_test(what_changed_is_taken_and_what_stayed_is_kept),
                                       cmocka_unit_test(only_what_changed_is_read_again),
                                       cmocka_unit_test(in_doubt_all_is_read),
                                       cmocka_unit_test(what_became_of_texts_is_added),
                                       cmocka_unit_test(what_is_told_of_is_not_read),
                                       cmocka_unit_test(what_does_not_fit_is_read),
                                       cmocka_unit_test(tellings_are_put_together),
                                       cmocka_unit_test(a_damaged_index_is_no_beginning),
                                       cmocka_unit_test(what_was_cut_stays_out),
                                       cmocka_unit_test(hidden_attributes_and_many_numbers_are_left_out),
                                       cmocka_unit_test(texts_that_are_no_names_are_left_out),
                                       cmocka_unit_test(no_data_no_values),
                                       cmocka_unit_test(a_failure_leaves_the_index_that_is_there)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
