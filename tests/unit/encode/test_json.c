/* JSON documents, as golden texts. */
#include "encode_fixture.h"

static void open_json(Doc *doc, bool is_pretty) {
    doc_open(doc, (WriterOptions){.format = WRITER_JSON, .is_pretty = is_pretty});
}

TEST(an_empty_document) {
    Doc doc;
    open_json(&doc, false);
    assert_text(doc_finish(&doc), "{}\n");
    doc_free(&doc);
    open_json(&doc, true);
    assert_text(doc_finish(&doc), "{}\n");
    doc_free(&doc);
}

TEST(fields_of_every_type) {
    Doc doc;
    open_json(&doc, false);
    const Value values[] = {
        value_bool(true),
        value_int(INT64_C(9007199254740992)),
        value_int(INT64_C(-9007199254740993)),
        value_decimal(-1250, 4, 2),
        value_float(0.1),
        value_float(INFINITY),
        value_text(S("a\"b\\\n\x01\xFF")),
        value_date(16136),
        value_timestamp(1500000),
        value_json(S("{\"x\": 1}")),
        value_json(S("{broken")),
        value_null(TYPE(TYPE_INT64)),
    };
    for (size_t i = 0; i < COUNT_OF(values); i++)
        OK(&doc, writer_field(doc.w, S("v"), S("never shown"), values[i], &doc.err));
    assert_text(doc_finish(&doc),
                "{\"v\":true,\"v\":9007199254740992,\"v\":\"-9007199254740993\",\"v\":-12.50,\"v\":0.1,"
                "\"v\":null,\"v\":\"a\\\"b\\\\\\n\\u0001\xEF\xBF\xBD\",\"v\":\"2014-03-07\","
                "\"v\":\"1970-01-01T00:00:01.5Z\",\"v\":{\"x\": 1},\"v\":\"{broken\",\"v\":null}\n");
    doc_free(&doc);
}

TEST(objects_lists_and_trees) {
    Doc doc;
    open_json(&doc, false);
    const Json *tree = NULL;
    OK(&doc, json_parse(doc.arena, S("{\"deep\":[1,2.5,\"x\",null,true]}"), NULL, &tree, &doc.err));
    OK(&doc, writer_object_begin(doc.w, S("a"), &doc.err));
    OK(&doc, writer_list_begin(doc.w, S("list"), &doc.err));
    OK(&doc, writer_field(doc.w, S("ignored"), S(""), value_int(1), &doc.err));
    OK(&doc, writer_object_begin(doc.w, S("ignored"), &doc.err));
    OK(&doc, writer_object_end(doc.w, &doc.err));
    OK(&doc, writer_tree(doc.w, S("ignored"), tree, &doc.err));
    OK(&doc, writer_list_end(doc.w, &doc.err));
    OK(&doc, writer_object_end(doc.w, &doc.err));
    OK(&doc, writer_tree(doc.w, S("tree"), tree, &doc.err));
    OK(&doc, writer_note(doc.w, S("not for machines"), &doc.err));
    assert_text(doc_finish(&doc), "{\"a\":{\"list\":[1,{},{\"deep\":[1,2.5,\"x\",null,true]}]},"
                                  "\"tree\":{\"deep\":[1,2.5,\"x\",null,true]}}\n");
    doc_free(&doc);
}

TEST(a_table_with_every_value) {
    Doc doc;
    open_json(&doc, true);
    OK(&doc, writer_field(doc.w, S("before"), S(""), value_int(1), &doc.err));
    write_all_rows(&doc, S(""));
    assert_text(
        doc_finish(&doc),
        "{\n"
        "  \"before\": 1,\n"
        "  \"columns\": [\n"
        "    {\"name\":\"id\",\"member\":\"line.id\",\"type\":\"int64\",\"role\":\"dimension\"},\n"
        "    {\"name\":\"name\",\"type\":\"text\",\"title\":\"Name\"},\n"
        "    {\"name\":\"amount\",\"type\":\"decimal(38,2)\",\"role\":\"measure\",\"unit\":\"GBP\",\"title\":\"Amount\","
        "\"format\":\"currency\"},\n"
        "    {\"name\":\"ratio\",\"type\":\"float64\",\"bucket\":\"0.1\",\"format\":\"percent\"},\n"
        "    {\"name\":\"is_open\",\"type\":\"bool\"},\n"
        "    {\"name\":\"day\",\"type\":\"date\"},\n"
        "    {\"name\":\"month\",\"type\":\"date\",\"role\":\"time\",\"grain\":\"month\"},\n"
        "    {\"name\":\"at\",\"type\":\"timestamp\"},\n"
        "    {\"name\":\"extra\",\"type\":\"json\"},\n"
        "    {\"name\":\"nothing\",\"type\":\"text\"}\n"
        "  ],\n"
        "  \"rows\": [\n"
        "    [2014,\"Ann, \\\"A\\\"\",1234.50,0.125,true,\"2014-03-07\",\"2014-03\",\"2014-03-07T10:20:30Z\","
        "{\"a\":[1,null]},null],\n"
        "    [\"9007199254740993\",\"日本\\u001b[31m\\n\xF0\x9F\x98\x80\",-999999999999999999999999999999999999.99,null,"
        "false,\"0001-01-01\",\"9999-12\",\"1969-12-31T23:59:59.999999Z\",\"not json\",null],\n"
        "    [null,null,null,null,null,null,null,null,null,null]\n"
        "  ]\n"
        "}\n");
    doc_free(&doc);
}

/* A named table is an object, and so is one in a list; compact documents are one line. */
TEST(where_tables_stand) {
    Doc doc;
    const char *const texts[] = {"x", NULL};
    open_json(&doc, false);
    const Batch *rows = text_rows(doc.arena, texts, 2);
    OK(&doc, writer_table_begin(doc.w, S("first"), &TEXT_COLUMN, 1, &doc.err));
    OK(&doc, writer_rows(doc.w, rows, &doc.err));
    OK(&doc, writer_rows(doc.w, rows, &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    OK(&doc, writer_list_begin(doc.w, S("more"), &doc.err));
    for (int i = 0; i < 2; i++) {
        OK(&doc, writer_table_begin(doc.w, S(""), &TEXT_COLUMN, 1, &doc.err));
        OK(&doc, writer_table_end(doc.w, &doc.err));
    }
    OK(&doc, writer_list_end(doc.w, &doc.err));
    OK(&doc, writer_table_begin(doc.w, S("none"), NULL, 0, &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    assert_text(
        doc_finish(&doc),
        "{\"first\":{\"columns\":[{\"name\":\"text\",\"type\":\"text\"}],\"rows\":[[\"x\"],[null],[\"x\"],[null]]},"
        "\"more\":[{\"columns\":[{\"name\":\"text\",\"type\":\"text\"}],\"rows\":[]},"
        "{\"columns\":[{\"name\":\"text\",\"type\":\"text\"}],\"rows\":[]}],"
        "\"none\":{\"columns\":[],\"rows\":[]}}\n");
    doc_free(&doc);
}

/* Whatever is written reads back. */
TEST(what_is_written_is_json) {
    Doc doc;
    open_json(&doc, true);
    write_all_rows(&doc, S("t"));
    const Json *json = NULL;
    const char *text = doc_finish(&doc);
    OK(&doc, json_parse(doc.arena, str_of(text), NULL, &json, &doc.err));
    assert_int_equal(json_get(json_get(json, S("t")), S("rows"))->array.n, 3);
    doc_free(&doc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_document),       cmocka_unit_test(fields_of_every_type),
        cmocka_unit_test(objects_lists_and_trees), cmocka_unit_test(a_table_with_every_value),
        cmocka_unit_test(where_tables_stand),      cmocka_unit_test(what_is_written_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
