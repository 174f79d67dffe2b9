/* Text for terminals, as golden texts. */
#include "encode_fixture.h"

static void open_text(Doc *doc, int width) {
    doc_open(doc, (WriterOptions){.format = WRITER_TEXT, .width = width});
}

static void note(Doc *doc, const char *line) {
    OK(doc, writer_note(doc->w, str_of(line), &doc->err));
}

static void field(Doc *doc, const char *title, Value value) {
    OK(doc, writer_field(doc->w, S("name"), str_of(title), value, &doc->err));
}

static void table(Doc *doc, const char *name, const char *const *texts, size_t n) {
    OK(doc, writer_table_begin(doc->w, str_of(name), &TEXT_COLUMN, 1, &doc->err));
    OK(doc, writer_rows(doc->w, text_rows(doc->arena, texts, n), &doc->err));
    OK(doc, writer_table_end(doc->w, &doc->err));
}

TEST(fields_notes_and_blank_lines) {
    static const char *const texts[] = {"x"};
    Doc doc;
    open_text(&doc, 80);
    note(&doc, "");
    field(&doc, "Home", value_text(S("some folder")));
    field(&doc, "", value_text(S("not shown")));
    field(&doc, "Rows", value_int(1234567));
    field(&doc, "Größe", value_float(0.5));
    field(&doc, "Statement", value_text(S("SELECT 1\nFROM x")));
    field(&doc, "Nothing", value_null(TYPE(TYPE_TEXT)));
    OK(&doc, writer_list_begin(doc.w, S("list"), &doc.err));
    field(&doc, "In a list", value_bool(true));
    OK(&doc, writer_list_end(doc.w, &doc.err));
    table(&doc, "", texts, 1);
    note(&doc, "");
    note(&doc, "");
    note(&doc, "two\nlines");
    note(&doc, "then another\ttab");
    table(&doc, "b", texts, 1);
    table(&doc, "c", texts, 1);
    field(&doc, "Last", value_int(1));
    assert_text(doc_finish(&doc), "Home:      some folder\n"
                                  "Rows:      1,234,567\n"
                                  "Größe:     0.50\n"
                                  "Statement: SELECT 1\n"
                                  "           FROM x\n"
                                  "Nothing:\n"
                                  "In a list: true\n"
                                  "\n"
                                  "text\n"
                                  "────\n"
                                  "x\n"
                                  "\n"
                                  "two\n"
                                  "lines\n"
                                  "then another␉tab\n"
                                  "text\n"
                                  "────\n"
                                  "x\n"
                                  "\n"
                                  "text\n"
                                  "────\n"
                                  "x\n"
                                  "\n"
                                  "Last: 1\n");
    doc_free(&doc);
}

TEST(a_table_with_every_value) {
    Doc doc;
    open_text(&doc, 0);
    write_all_rows(&doc, S(""));
    /* each line in two */
    assert_text(
        doc_finish(&doc),
        "              id  Name                                                        Amount   ratio  is_open  day         "
        "month    at                          extra           nothing\n"
        "────────────────  ────────────  ────────────────────────────────────────────────────  ──────  ───────  ──────────  "
        "───────  ──────────────────────────  ──────────────  ───────\n"
        "            2014  Ann, \"A\"                                                 £1,234.50  12.5 %  true     2014-03-07  "
        "2014-03  2014-03-07 10:20:30         {\"a\":[1,null]}\n"
        "9007199254740993  日本␛[31m␊\xF0\x9F\x98\x80  -£999,999,999,999,999,999,999,999,999,999,999,999.99     nan  false    0001-01-01  "
        "9999-12  1969-12-31 23:59:59.999999  not json\n"
        "\n");
    doc_free(&doc);
}

/* Every line of a table with wide characters has its columns at the same place. */
TEST(wide_characters_are_counted_as_such) {
    static const WriterColumn columns[] = {{.name = S_INIT("text"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
                                           {.name = S_INIT("n"), .type = {.kind = TYPE_INT64}, .decimals = -1}};
    static const char *const texts[] = {"日本語", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "e\xCC\x81t\xC3\xA9", "ascii"};
    Doc doc;
    open_text(&doc, 0);
    Str names[] = {S("text"), S("n")};
    Type types[] = {TYPE(TYPE_TEXT), TYPE(TYPE_INT64)};
    BatchBuilder *builder = batch_builder_new(doc.arena, 2, names, types, 8);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        batch_builder_set(builder, 0, value_text(str_of(texts[i])));
        batch_builder_set(builder, 1, value_int((int64_t)i));
        batch_builder_next_row(builder);
    }
    OK(&doc, writer_table_begin(doc.w, S(""), columns, 2, &doc.err));
    OK(&doc, writer_rows(doc.w, batch_builder_batch(builder), &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    assert_text(doc_finish(&doc), "text    n\n"
                                  "──────  ─\n"
                                  "日本語  0\n"
                                  "\xF0\x9F\x98\x80\xF0\x9F\x98\x80    1\n"
                                  "e\xCC\x81t\xC3\xA9     2\n"
                                  "ascii   3\n");
    doc_free(&doc);
}

/* In a narrow terminal the longest texts are cut, between characters; numbers and their neighbours are not. */
TEST(long_cells_are_cut_to_the_terminal) {
    static const WriterColumn columns[] = {
        {.name = S_INIT("short"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
        {.name = S_INIT("a_long_heading_of_numbers"), .type = {.kind = TYPE_INT64}, .decimals = -1},
        {.name = S_INIT("long"), .type = {.kind = TYPE_TEXT}, .decimals = -1}};
    Doc doc;
    open_text(&doc, 40);
    Str names[] = {S("short"), S("n"), S("long")};
    Type types[] = {TYPE(TYPE_TEXT), TYPE(TYPE_INT64), TYPE(TYPE_TEXT)};
    BatchBuilder *builder = batch_builder_new(doc.arena, 3, names, types, 8);
    const Str longs[] = {S("日本語日本語日本語日本語日本語日本語"), S("abcdefghijklmnopqrstuvwxyz"), S("fits")};
    for (size_t i = 0; i < COUNT_OF(longs); i++) {
        batch_builder_set(builder, 0, value_text(S("abc")));
        batch_builder_set(builder, 1, value_int(123456789));
        batch_builder_set(builder, 2, value_text(longs[i]));
        batch_builder_next_row(builder);
    }
    OK(&doc, writer_table_begin(doc.w, S(""), columns, 3, &doc.err));
    OK(&doc, writer_rows(doc.w, batch_builder_batch(builder), &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    const char *text = doc_finish(&doc);
    assert_text(text, "short  a_long_hea…  long\n"
                      "─────  ───────────  ────────────────────\n"
                      "abc    123,456,789  日本語日本語日本語…\n"
                      "abc    123,456,789  abcdefghijklmnopqrs…\n"
                      "abc    123,456,789  fits\n");
    for (Str rest = str_of(text); rest.p;) assert_true(utf8_width(str_split_next(&rest, '\n')) <= 40);
    doc_free(&doc);
}

/* Nothing a value holds reaches the terminal as a command, and no value becomes a second line. */
TEST(values_cannot_drive_the_terminal) {
    static const char *const texts[] = {
        "\x1b]0;title\x07", "a\rb", "a\nb", "del\x7F", "c1 \xC2\x9B[31m", "bad \xFF\xC3", "rtl \xE2\x80\xAE",
        "ls \xE2\x80\xA8",
    };
    Doc doc;
    open_text(&doc, 0);
    table(&doc, "", texts, COUNT_OF(texts));
    field(&doc, "T\x1b", value_text(S("\x1b[2J")));
    note(&doc, "\x1b[2J");
    assert_text(doc_finish(&doc), "text\n"
                                  "──────────\n"
                                  "␛]0;title␇\n"
                                  "a␍b\n"
                                  "a␊b\n"
                                  "del␡\n"
                                  "c1 �[31m\n"
                                  "bad ��\n"
                                  "rtl �\n"
                                  "ls �\n"
                                  "\n"
                                  "T␛: ␛[2J\n"
                                  "␛[2J\n");
    doc_free(&doc);
}

TEST(a_cell_has_a_largest_size) {
    Doc doc;
    char text[401];
    memset(text, 'x', 400);
    text[400] = '\0';
    const char *const texts[] = {text};
    open_text(&doc, 0);
    table(&doc, "", texts, 1);
    const char *written = doc_finish(&doc);
    assert_non_null(strstr(written, "xxx…\n"));
    assert_int_equal(strlen(strrchr(written, '\n') - 200), 201);
    doc_free(&doc);
    doc_open(&doc, (WriterOptions){.format = WRITER_TEXT, .max_cell_bytes = 10});
    table(&doc, "", texts, 1);
    assert_text(doc_finish(&doc), "text\n────────\nxxxxxxx…\n");
    doc_free(&doc);
}

/* After a thousand rows the widths stand: later texts are cut where there is a terminal, and stick out where there is none. */
TEST(widths_are_fixed_after_a_thousand_rows) {
    enum { ROWS = 2500 };
    for (int width = 0; width <= 80; width += 80) {
        Doc doc;
        open_text(&doc, width);
        const char **texts = ARENA_ARRAY(doc.arena, const char *, ROWS);
        for (size_t i = 0; i < ROWS; i++) texts[i] = i == 999 ? "widest" : i == 1001 ? "wider than that" : "x";
        OK(&doc, writer_table_begin(doc.w, S(""), &TEXT_COLUMN, 1, &doc.err));
        OK(&doc, writer_rows(doc.w, text_rows(doc.arena, texts, 700), &doc.err));
        assert_int_equal(doc.buf.n, 0);
        OK(&doc, writer_rows(doc.w, text_rows(doc.arena, texts + 700, ROWS - 700), &doc.err));
        OK(&doc, writer_table_end(doc.w, &doc.err));
        const char *text = doc_finish(&doc);
        size_t n_lines = 0;
        for (const char *c = text; *c; c++) n_lines += *c == '\n';
        assert_int_equal(n_lines, ROWS + 2);
        assert_memory_equal(text, "text\n──────\nx\n", strlen("text\n──────\nx\n"));
        assert_non_null(strstr(text, width ? "\nwidest\nx\nwider…\nx\n" : "\nwidest\nx\nwider than that\nx\n"));
        doc_free(&doc);
    }
}

TEST(a_table_without_rows_or_columns) {
    Doc doc;
    open_text(&doc, 80);
    table(&doc, "", NULL, 0);
    OK(&doc, writer_table_begin(doc.w, S("x"), NULL, 0, &doc.err));
    OK(&doc, writer_rows(doc.w, &(Batch){.n_rows = 3}, &doc.err));
    OK(&doc, writer_table_end(doc.w, &doc.err));
    const char *text = doc_finish(&doc);
    assert_memory_equal(text, "text\n────\n", strlen("text\n────\n"));
    doc_free(&doc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_notes_and_blank_lines),           cmocka_unit_test(a_table_with_every_value),
        cmocka_unit_test(wide_characters_are_counted_as_such),    cmocka_unit_test(long_cells_are_cut_to_the_terminal),
        cmocka_unit_test(values_cannot_drive_the_terminal),       cmocka_unit_test(a_cell_has_a_largest_size),
        cmocka_unit_test(widths_are_fixed_after_a_thousand_rows), cmocka_unit_test(a_table_without_rows_or_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
