/* CSV documents as golden texts, and that their size costs no memory. */
#include "encode_fixture.h"

#include <sys/resource.h>

static void open_csv(Doc *doc) {
    doc_open(doc, (WriterOptions){.format = WRITER_CSV});
}

TEST(a_table_with_every_value) {
    Doc doc;
    open_csv(&doc);
    OK(&doc, writer_field(doc.w, S("before"), S("Before"), value_int(1), &doc.err));
    OK(&doc, writer_note(doc.w, S("not for machines"), &doc.err));
    OK(&doc, writer_object_begin(doc.w, S("object"), &doc.err));
    write_all_rows(&doc, S("rows"));
    OK(&doc, writer_object_end(doc.w, &doc.err));
    write_all_rows(&doc, S("a second table is not shown"));
    assert_text(
        doc_finish(&doc),
        "id,name,amount,ratio,is_open,day,month,at,extra,nothing\n"
        "2014,\"Ann, \"\"A\"\"\",1234.50,0.125,true,2014-03-07,2014-03,2014-03-07T10:20:30Z,\"{\"\"a\"\":[1,null]}\",\n"
        "9007199254740993,\"日本\x1b[31m\n\xF0\x9F\x98\x80\",-999999999999999999999999999999999999.99,nan,false,"
        "0001-01-01,9999-12,1969-12-31T23:59:59.999999Z,not json,\n"
        ",,,,,,,,,\n");
    doc_free(&doc);
}

/* Empty text is not null, and a row is never an empty line. */
TEST(quotes_only_where_needed) {
    static const char *const texts[] = {"plain", "", NULL, "a,b", "a\"b", "a\rb", "a\nb", " a ", "\"", "=1+1", "日本"};
    Doc doc;
    open_csv(&doc);
    OK(&doc, writer_table_begin(doc.w, S(""), &(WriterColumn){.name = S("a,b"), .type = TYPE(TYPE_TEXT)}, 1, &doc.err));
    OK(&doc, writer_rows(doc.w, text_rows(doc.arena, texts, COUNT_OF(texts)), &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    assert_text(doc_finish(&doc),
                "\"a,b\"\nplain\n\"\"\n\"\"\n\"a,b\"\n\"a\"\"b\"\n\"a\rb\"\n\"a\nb\"\n a \n\"\"\"\"\n=1+1\n日本\n");
    doc_free(&doc);
}

TEST(without_a_table_or_rows) {
    Doc doc;
    open_csv(&doc);
    assert_text(doc_finish(&doc), "");
    doc_free(&doc);
    open_csv(&doc);
    OK(&doc, writer_table_begin(doc.w, S(""), ALL, 2, &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    assert_text(doc_finish(&doc), "id,name\n");
    doc_free(&doc);
}

/* Texts larger than the output block pass through in order. */
TEST(a_cell_larger_than_the_block) {
    enum { LONG = 200000 };
    Doc doc;
    open_csv(&doc);
    char *text = arena_alloc(doc.arena, LONG + 1);
    memset(text, 'x', LONG);
    text[LONG] = '\0';
    text[LONG / 2] = '"';
    const char *const texts[] = {"before", text, "after"};
    OK(&doc, writer_table_begin(doc.w, S(""), &TEXT_COLUMN, 1, &doc.err));
    OK(&doc, writer_rows(doc.w, text_rows(doc.arena, texts, 3), &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    const char *written = doc_finish(&doc);
    assert_int_equal(strlen(written), strlen("text\nbefore\n\"\"\nafter\n") + LONG + 1);
    assert_memory_equal(written, "text\nbefore\n\"xxx", 16);
    assert_memory_equal(written + strlen(written) - 11, "xxx\"\nafter\n", 11);
    doc_free(&doc);
}

typedef struct Counter {
    size_t n_bytes;
    size_t n_lines;
} Counter;

static ErrCode count_bytes(void *arg, Str bytes, Err *err) {
    (void)err;
    Counter *counter = arg;
    counter->n_bytes += bytes.n;
    for (size_t i = 0; i < bytes.n; i++) counter->n_lines += bytes.p[i] == '\n';
    return ERR_OK;
}

static int64_t resident_kib(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* A million rows: the arena does not grow and neither does the process. */
TEST(a_million_rows_cost_nothing) {
    enum { ROWS = 1000, BATCHES = 1000 };
    Counter counter = {0};
    Doc doc = {.arena = arena_new(0)};
    doc.w =
        writer_new(doc.arena, (Sink){.write = count_bytes, .arg = &counter}, &(WriterOptions){.format = WRITER_CSV});
    Str names[] = {S("id"), S("amount"), S("ratio"), S("name"), S("day")};
    Type types[] = {TYPE(TYPE_INT64), TYPE_DEC(38, 2), TYPE(TYPE_FLOAT64), TYPE(TYPE_TEXT), TYPE(TYPE_DATE)};
    WriterColumn columns[COUNT_OF(names)];
    for (size_t i = 0; i < COUNT_OF(names); i++)
        columns[i] = (WriterColumn){.name = names[i], .type = types[i], .decimals = -1};
    BatchBuilder *builder = batch_builder_new(doc.arena, COUNT_OF(names), names, types, ROWS);
    for (int i = 0; i < ROWS; i++) {
        batch_builder_set(builder, 0, value_int(i));
        batch_builder_set(builder, 1, value_decimal(i * 101, 38, 2));
        batch_builder_set(builder, 2, value_float(i / 7.0));
        batch_builder_set(builder, 3, value_text(i % 2 ? S("a text, quoted") : S("a text")));
        batch_builder_set(builder, 4, value_date(i));
        batch_builder_next_row(builder);
    }
    const Batch *batch = batch_builder_batch(builder);
    OK(&doc, writer_table_begin(doc.w, S(""), columns, COUNT_OF(names), &doc.err));
    OK(&doc, writer_rows(doc.w, batch, &doc.err));
    size_t used = arena_used(doc.arena);
    int64_t kib = resident_kib();
    for (int i = 1; i < BATCHES; i++) OK(&doc, writer_rows(doc.w, batch, &doc.err));
    assert_int_equal(arena_used(doc.arena), used);
    assert_true(resident_kib() - kib < 1024);
    OK(&doc, writer_table_end(doc.w, &doc.err));
    OK(&doc, writer_finish(doc.w, &doc.err));
    assert_int_equal(counter.n_lines, ROWS * BATCHES + 1);
    assert_true(counter.n_bytes > 30u * ROWS * BATCHES);
    arena_free(doc.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_with_every_value),    cmocka_unit_test(quotes_only_where_needed),
        cmocka_unit_test(without_a_table_or_rows),     cmocka_unit_test(a_cell_larger_than_the_block),
        cmocka_unit_test(a_million_rows_cost_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
