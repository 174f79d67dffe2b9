/* Rows of files that cannot be read as declared, set aside: what the stream of a files source says of them. */
#include "pipeline_fixture.h"

#include "pipeline/pipeline_internal.h"

#define VISITS "At,Page,Client ID,N\n"
#define EVENTS "At,What\n"
#define PRICES "Code,Price\n"

static void fixture_quarantine(Fixture *f) {
    fixture_demo(f);
    f->load_options.is_quarantine = true;
}

static ErrCode open_files(Fixture *f, const Position *from, Source **ret_source, SourceReader **ret_reader,
                          Position *ret_position) {
    bool is_same;
    const ModelSource *log = NULL;
    for (size_t i = 0; i < f->project.model->n_sources; i++)
        if (f->project.model->sources[i].kind == MODEL_SOURCE_FILES) log = &f->project.model->sources[i];
    *ret_reader = NULL;
    OK(f, pipeline_source_open(&f->ctx, &f->project, log, ret_source, &f->err));
    return source_snapshot(&f->ctx, *ret_source, from, ret_reader, ret_position, &is_same, &f->err);
}

static const ModelTable *table_called(Fixture *f, const char *name) {
    for (size_t i = 0; i < f->project.model->n_tables; i++)
        if (str_eq(f->project.model->tables[i].name, str_of(name))) return &f->project.model->tables[i];
    fail_msg("no table %s", name);
    return NULL;
}

static const char *text_of(Fixture *f, EngineStream *stream) {
    Buf out;
    buf_init(&out, 64 << 20);
    const Batch *batch = engine_stream_columns(stream);
    for (size_t c = 0; c < batch->n_columns; c++)
        buf_printf(&out, c ? "|%.*s" : "%.*s", STR_ARG(batch->columns[c].name));
    for (;;) {
        OK(f, engine_stream_next(stream, &batch, &f->err));
        if (!batch) break;
        for (size_t row = 0; row < batch->n_rows; row++) {
            for (size_t c = 0; c < batch->n_columns; c++) {
                Value value = column_value(&batch->columns[c], row);
                buf_add_char(&out, c ? '|' : '\n');
                buf_add(&out, value.is_null ? S("-") : value_print(f->arena, value));
            }
        }
    }
    engine_stream_close(stream);
    const char *copy = arena_cstr(f->arena, buf_str(&out));
    buf_release(&out);
    return copy;
}

/* A table's stream: its columns' names, then its rows. */
static const char *stream_of(Fixture *f, const char *table) {
    const Position nothing = {.epoch = S(""), .token = S("")};
    Position position;
    Source *source;
    SourceReader *reader;
    EngineStream *stream;
    OK(f, open_files(f, &nothing, &source, &reader, &position));
    OK(f, source_reader_open(&f->ctx, reader, table_called(f, table), &stream, &f->err));
    const char *text = text_of(f, stream);
    source_reader_close(reader);
    source_close(source);
    return text;
}

TEST(rows_that_cannot_be_read_come_last_with_their_reason) {
    Fixture f;
    fixture_quarantine(&f);
    OK(&f, load_text(&f, "prices", "p.csv", PRICES "A,1\nB,abc\nC,3\n,4\nD,1.005\nE,12345678\nA,1\nF,\n"));
    LoadCounts counts = counts_of(&f, "price");
    assert_int_equal(counts.n_read, 8);
    assert_int_equal(counts.n_wrong, 5);
    assert_int_equal(counts.n_inserted, 3);
    assert_rows(
        stream_of(&f, "price"),
        "code|price|_wrong|_payload\n"
        "A|1.00|-|-\n"
        "C|3.00|-|-\n"
        "B|-|column 'Price': 'abc' cannot be read as decimal(8,2) (line 3)|{\"Code\":\"B\",\"Price\":\"abc\"}\n"
        "-|4.00|column 'Code' is empty (line 5)|{\"Code\":null,\"Price\":\"4\"}\n"
        "D|-|column 'Price': '1.005' has more decimals than decimal(8,2) keeps (line 6)|{\"Code\":\"D\",\"Price\":\"1.005\"}\n"
        "E|-|column 'Price': '12345678' cannot be read as decimal(8,2) (line 7)|{\"Code\":\"E\",\"Price\":\"12345678\"}\n"
        "F|-|column 'Price' is empty (line 9)|{\"Code\":\"F\",\"Price\":null}");
    MetaFile *files;
    size_t n;
    OK(&f, meta_files(&f.ctx, f.project.meta, S("p"), &files, &n, &f.err));
    assert_true(files[0].is_quarantine);
    MetaRun *runs;
    MetaStep *steps;
    OK(&f, meta_runs(&f.ctx, f.project.meta, S("p"), 1, &runs, &n, &f.err));
    OK(&f, meta_run_steps(&f.ctx, f.project.meta, runs[0].id, &steps, &n, &f.err));
    assert_true(str_eq(steps[0].verdict, S("5 set aside")));
    fixture_free(&f);
}

TEST(the_headers_and_lines_are_the_files) {
    Fixture f;
    fixture_quarantine(&f);
    OK(&f, load_text(&f, "visits", "v.csv",
                     "\357\273\277n,Client ID,PAGE,at,Else \"x\"\n"
                     "1,C1,\"a\nb\",2014-01-01,\n"
                     "\n"
                     "0x1F,C1,\"say \"\"hi\"\"\",2014-01-01,more\n"
                     "2,,,soon,\n"
                     "3,,/,2014-01-01 10:00,\n"));
    assert_rows(
        stream_of(&f, "visit"),
        "at|page|client_id|n|_wrong|_payload\n"
        "2014-01-01T00:00:00Z|a\nb|C1|1|-|-\n"
        "2014-01-01T10:00:00Z|/|-|3|-|-\n"
        "2014-01-01T00:00:00Z|say \"hi\"|C1|-|column 'n': '0x1F' cannot be read as int64 (line 5)|"
        "{\"n\":\"0x1F\",\"Client ID\":\"C1\",\"PAGE\":\"say \\\"hi\\\"\",\"at\":\"2014-01-01\",\"Else \\\"x\\\"\":\"more\"}\n"
        "-|-|-|2|column 'at': 'soon' cannot be read as timestamp (line 6)|"
        "{\"n\":\"2\",\"Client ID\":null,\"PAGE\":null,\"at\":\"soon\",\"Else \\\"x\\\"\":null}");
    OK(&f, load_text(&f, "visits", "v.json",
                     "[{\"at\":\"2014-01-01\",\"page\":\"/\"},{\"page\":\"/\",\"n\":1,\"client_id\":null}]"));
    assert_rows(stream_of(&f, "visit"), "at|page|client_id|n|_wrong|_payload\n"
                                        "2014-01-01T00:00:00Z|/|-|-|-|-\n"
                                        "-|/|-|1|column 'at' is empty (row 2)|"
                                        "{\"at\":null,\"page\":\"/\",\"n\":\"1\",\"client_id\":null}");
    fixture_free(&f);
}

TEST(streams_without_quarantine_stay_as_they_are) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "prices", "p.csv", PRICES "A,1\n"));
    f.load_options.is_quarantine = true;
    OK(&f, load_text(&f, "visits", "v.csv", VISITS "2014-01-01,/,,1\n"));
    assert_rows(stream_of(&f, "price"), "code|price\nA|1.00");
    assert_rows(stream_of(&f, "visit"), "at|page|client_id|n|_wrong|_payload\n2014-01-01T00:00:00Z|/|-|1|-|-");
    f.load_options.is_quarantine = false;
    FAILS(&f, ERR_DATA, load_text(&f, "prices", "q.csv", PRICES "A,x\n"));
    assert_true(str_ends(str_of(f.err.message), S("to set such rows aside and take in the others: load --quarantine")));
    FAILS(&f, ERR_DATA, load_text(&f, "orders", "o.csv", ORDERS_HEADER "x,C1,Ann,Old,01-03-2014,,1,,,\n"));
    assert_null(strstr(f.err.message, "--quarantine"));
    fixture_free(&f);
}

TEST(good_rows_may_not_contradict_each_other) {
    Fixture f;
    fixture_quarantine(&f);
    FAILS(&f, ERR_DATA, load_text(&f, "prices", "p.csv", PRICES "A,1\nB,x\nA,2\n"));
    assert_true(str_starts(str_of(f.err.message), S("price with code=A has two values of 'price'")));
    OK(&f, load_text(&f, "prices", "p.csv", PRICES "A,1\nA,x\nA,y\n"));
    assert_rows(stream_of(&f, "price"),
                "code|price|_wrong|_payload\n"
                "A|1.00|-|-\n"
                "A|-|column 'Price': 'x' cannot be read as decimal(8,2) (line 3)|{\"Code\":\"A\",\"Price\":\"x\"}\n"
                "A|-|column 'Price': 'y' cannot be read as decimal(8,2) (line 4)|{\"Code\":\"A\",\"Price\":\"y\"}");
    fixture_free(&f);
}

TEST(rows_against_a_check_are_set_aside) {
    Fixture f;
    fixture_quarantine(&f);
    use_changed_pack(&f, "price: decimal(8,2) not null",
                     "price: {type: \"decimal(8,2)\", not_null: true, check: price >= 0}");
    OK(&f, load_text(&f, "prices", "p.csv", PRICES "A,1\nB,-2\nC,x\nB,-2\n"));
    assert_int_equal(counts_of(&f, "price").n_wrong, 2);
    assert_rows(stream_of(&f, "price"),
                "code|price|_wrong|_payload\n"
                "A|1.00|-|-\n"
                "B|-2.00|'price' is '-2.00', against its check: price >= 0 (line 3)|{\"Code\":\"B\",\"Price\":\"-2\"}\n"
                "C|-|column 'Price': 'x' cannot be read as decimal(8,2) (line 4)|{\"Code\":\"C\",\"Price\":\"x\"}");
    f.load_options.is_quarantine = false;
    FAILS(&f, ERR_DATA, load_text(&f, "prices", "q.csv", PRICES "A,-1\n"));
    assert_non_null(strstr(f.err.message, "against its check: price >= 0; to set such rows aside"));
    fixture_free(&f);
}

TEST(conversions_of_a_mapping_count_too) {
    Fixture f;
    fixture_quarantine(&f);
    use_changed_pack(&f, "    from: events\n",
                     "    from: events\n    columns: {at: \"parse_timestamp(at, '%d.%m.%Y')\", what: upper(what)}\n");
    OK(&f, load_text(&f, "events", "e.csv", EVENTS "31.12.2014,x\n2014-12-31,y\n30.02.2014,z\n"));
    OK(&f, load_text(&f, "events", "f.csv", EVENTS "01.01.2015,\n02.01.2015,w\n"));
    Source *source;
    SourceReader *reader;
    const Position nothing = {.epoch = S(""), .token = S("")};
    Position position;
    const ModelTable *event = table_called(&f, "event");
    OK(&f, open_files(&f, &nothing, &source, &reader, &position));
    size_t n;
    const SourcePart *parts = pipeline_reader_parts(&f.ctx, reader, event, &n);
    assert_int_equal(n, 2);
    static const char *const wanted[] = {
        "at|what|_wrong|_payload\n"
        "2014-12-31T00:00:00Z|X|-|-\n"
        "-|Y|column 'At': '2014-12-31' cannot be read as timestamp (line 3)|{\"At\":\"2014-12-31\",\"What\":\"y\"}\n"
        "-|Z|column 'At': '30.02.2014' cannot be read as timestamp (line 4)|{\"At\":\"30.02.2014\",\"What\":\"z\"}",
        "at|what|_wrong|_payload\n"
        "2015-01-02T00:00:00Z|W|-|-\n"
        "2015-01-01T00:00:00Z|-|column 'What' is empty (line 2)|{\"At\":\"01.01.2015\",\"What\":null}"};
    for (size_t i = 0; i < n; i++) {
        EngineStream *stream;
        OK(&f, pipeline_reader_open_part(&f.ctx, reader, event, parts[i].part, &stream, &f.err));
        assert_rows(text_of(&f, stream), wanted[i]);
    }
    source_reader_close(reader);
    source_close(source);
    fixture_free(&f);
}

/* More than fit into a batch; every line is told exactly, past cells of several lines. */
TEST(many_rows_are_set_aside) {
    enum { ROWS = 20000 };
    Fixture f;
    fixture_quarantine(&f);
    Buf text;
    buf_init(&text, 4 << 20);
    buf_add(&text, S(VISITS));
    for (int i = 0; i < ROWS; i++) buf_printf(&text, "2014-01-01,\"p\n%d\",,%s\n", i, i % 3 ? "x" : "1");
    PipelineInput input = {S("visits"), write_bytes(&f, "v.csv", buf_str(&text))};
    buf_release(&text);
    OK(&f, load_inputs(&f, &input, 1));
    int64_t n_wrong = ROWS - (ROWS + 2) / 3;
    assert_int_equal(counts_of(&f, "visit").n_wrong, n_wrong);
    Str rows = str_of(stream_of(&f, "visit"));
    for (int i = 0; i < ROWS; i++) {
        Str wanted = arena_printf(f.arena, "|p\n%d|-|%s", i,
                                  i % 3 ? "-|column 'N': 'x' cannot be read as int64 (line " : "1|-|-");
        if (i % 3) wanted = arena_printf(f.arena, "%.*s%d)|", STR_ARG(wanted), 2 + 2 * i);
        if (i % 977 == 0 && str_find(rows, wanted) < 0) fail_msg("not there: %.*s", STR_ARG(wanted));
    }
    fixture_free(&f);
}

TEST(a_known_file_may_be_taken_in_again_with_quarantine) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "prices", "p.csv", PRICES "A,1\nB,2.5\n"));
    OK(&f, load_text(&f, "events", "e.csv", EVENTS "2014-01-01,1\n2014-01-01,two\n"));
    OK(&f, load_text(&f, "events", "g.csv", EVENTS "2014-01-02,2\n"));
    OK(&f, sync_all(&f));
    /* the pack reads otherwise from now on, and some rows no longer fit */
    use_changed_pack(&f, "what: text not null", "what: int64 not null");
    Source *source;
    SourceReader *reader;
    EngineStream *stream;
    const Position nothing = {.epoch = S(""), .token = S("")};
    Position position;
    OK(&f, open_files(&f, &nothing, &source, &reader, &position));
    FAILS(&f, ERR_DATA, pipeline_reader_open_part(&f.ctx, reader, table_called(&f, "event"), 1, &stream, &f.err));
    assert_non_null(strstr(f.err.message, "load --quarantine"));
    source_reader_close(reader);
    source_close(source);
    f.load_options.is_quarantine = true;
    OK(&f, load_text(&f, "events", "e.csv", EVENTS "2014-01-01,1\n2014-01-01,two\n"));
    assert_true(counts_of(&f, "event").is_again);
    assert_int_equal(counts_of(&f, "event").n_wrong, 1);
    assert_load(&f, "event", 0, 0, 1);
    OK(&f, load_text(&f, "events", "e.csv", EVENTS "2014-01-01,1\n2014-01-01,two\n"));
    assert_true(counts_of(&f, "event").is_known);
    /* its bytes come once, in the place where they came first */
    OK(&f, open_files(&f, &nothing, &source, &reader, &position));
    size_t n;
    const ModelTable *event = table_called(&f, "event");
    const SourcePart *parts = pipeline_reader_parts(&f.ctx, reader, event, &n);
    assert_int_equal(n, 2);
    OK(&f, pipeline_reader_open_part(&f.ctx, reader, event, parts[0].part, &stream, &f.err));
    assert_rows(
        text_of(&f, stream),
        "at|what|_wrong|_payload\n2014-01-01T00:00:00Z|1|-|-\n2014-01-01T00:00:00Z|-|column 'What': 'two' cannot be "
        "read as int64 (line 3)|{\"At\":\"2014-01-01\",\"What\":\"two\"}");
    OK(&f, pipeline_reader_open_part(&f.ctx, reader, event, parts[1].part, &stream, &f.err));
    assert_rows(text_of(&f, stream), "at|what\n2014-01-02T00:00:00Z|2");
    source_reader_close(reader);
    source_close(source);
    /* the position does not move by it, so that nothing is read twice */
    bool is_same;
    Position next;
    OK(&f, pipeline_source_open(&f.ctx, &f.project, table_called(&f, "event")->source, &source, &f.err));
    OK(&f, source_snapshot(&f.ctx, source, &position, &reader, &next, &is_same, &f.err));
    assert_true(is_same);
    source_close(source);
    fixture_free(&f);
}

TEST(managed_tables_check_by_themselves) {
    Fixture f;
    fixture_quarantine(&f);
    const char *before = state_of(&f);
    FAILS(&f, ERR_UNSUPPORTED, load_text(&f, "orders", "o.csv", ORDERS));
    assert_true(str_starts(str_of(f.err.message),
                           S("--quarantine is for files that go straight to the warehouse; input 'orders' fills")));
    assert_rows(state_of(&f), before);
    fixture_free(&f);
}

/* Rows that were good and are set aside now leave their table, so they count as deleted; those set aside before are no loss. */
TEST(the_guard_counts_good_rows) {
    Fixture f;
    fixture_quarantine(&f);
    f.load_options.max_deleted_percent = LOAD_MAX_DELETED_PERCENT;
    OK(&f, load_text(&f, "prices", "a.csv", PRICES "A,1\nB,x\nC,x\nD,x\n"));
    OK(&f, load_text(&f, "prices", "b.csv", PRICES "A,1\nE,1\n"));
    FAILS(&f, ERR_CONFLICT, load_text(&f, "prices", "c.csv", PRICES "A,1\nE,x\n"));
    assert_non_null(strstr(f.err.message, "would delete 1 of the 2 rows that table 'price' has from 'b.csv'"));
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_cannot_be_read_come_last_with_their_reason),
        cmocka_unit_test(the_headers_and_lines_are_the_files),
        cmocka_unit_test(streams_without_quarantine_stay_as_they_are),
        cmocka_unit_test(good_rows_may_not_contradict_each_other),
        cmocka_unit_test(rows_against_a_check_are_set_aside),
        cmocka_unit_test(conversions_of_a_mapping_count_too),
        cmocka_unit_test(many_rows_are_set_aside),
        cmocka_unit_test(a_known_file_may_be_taken_in_again_with_quarantine),
        cmocka_unit_test(managed_tables_check_by_themselves),
        cmocka_unit_test(the_guard_counts_good_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
