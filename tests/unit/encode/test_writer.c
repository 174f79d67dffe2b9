/* The order of calls, the first failure, and ending a document in mid-stream. */
#include "encode_fixture.h"

static const WriterFormat FORMATS[] = {WRITER_TEXT, WRITER_JSON, WRITER_CSV};

TEST(formats_by_name) {
    WriterFormat format = WRITER_TEXT;
    assert_true(writer_format_parse(S("csv"), &format) && format == WRITER_CSV);
    assert_true(writer_format_parse(S("json"), &format) && format == WRITER_JSON);
    assert_true(writer_format_parse(S("table"), &format) && format == WRITER_TEXT);
    assert_false(writer_format_parse(S("xml"), &format));
    assert_false(writer_format_parse(S(""), &format));
    Doc doc;
    doc_open(&doc, (WriterOptions){.format = WRITER_CSV});
    assert_int_equal(writer_format(doc.w), WRITER_CSV);
    doc_free(&doc);
}

/* One wrong call each; `wrong` is what must be refused after what was done before. */
static void assert_misuse(Doc *doc, ErrCode wrong) {
    assert_int_equal(wrong, ERR_INTERNAL);
    assert_int_equal(doc->err.code, ERR_INTERNAL);
    assert_true(strstr(doc->err.message, "result writer") != NULL);
    doc->err = (Err){0};
    assert_int_equal(writer_finish(doc->w, &doc->err), ERR_INTERNAL);
    assert_int_equal(doc->err.code, ERR_INTERNAL);
    doc_free(doc);
}

TEST(calls_out_of_order) {
    for (size_t f = 0; f < COUNT_OF(FORMATS); f++) {
        const WriterOptions options = {.format = FORMATS[f]};
        const Batch rows = {.n_rows = 0, .n_columns = 2};
        Doc doc;
        doc_open(&doc, options);
        assert_misuse(&doc, writer_object_end(doc.w, &doc.err));
        doc_open(&doc, options);
        OK(&doc, writer_object_begin(doc.w, S("o"), &doc.err));
        assert_misuse(&doc, writer_list_end(doc.w, &doc.err));
        doc_open(&doc, options);
        OK(&doc, writer_object_begin(doc.w, S("o"), &doc.err));
        assert_misuse(&doc, writer_finish(doc.w, &doc.err));
        doc_open(&doc, options);
        assert_misuse(&doc, writer_rows(doc.w, &rows, &doc.err));
        doc_open(&doc, options);
        assert_misuse(&doc, writer_table_end(doc.w, &doc.err));
        doc_open(&doc, options);
        OK(&doc, writer_table_begin(doc.w, S(""), ALL, 3, &doc.err));
        assert_misuse(&doc, writer_rows(doc.w, &rows, &doc.err));
        doc_open(&doc, options);
        OK(&doc, writer_table_begin(doc.w, S(""), ALL, 2, &doc.err));
        assert_misuse(&doc, writer_field(doc.w, S("f"), S(""), value_int(1), &doc.err));
        doc_open(&doc, options);
        OK(&doc, writer_table_begin(doc.w, S(""), ALL, 2, &doc.err));
        OK(&doc, writer_table_end(doc.w, &doc.err));
        assert_misuse(&doc, writer_table_begin(doc.w, S(""), ALL, 2, &doc.err));
        doc_open(&doc, options);
        OK(&doc, writer_finish(doc.w, &doc.err));
        assert_misuse(&doc, writer_note(doc.w, S("late"), &doc.err));
    }
}

TEST(nesting_has_a_limit) {
    Doc doc;
    doc_open(&doc, (WriterOptions){.format = WRITER_JSON});
    ErrCode code = ERR_OK;
    for (int i = 0; i < 1000 && !code; i++) code = writer_list_begin(doc.w, S("l"), &doc.err);
    assert_int_equal(code, ERR_TOO_LARGE);
    OK(&doc, writer_fail(doc.w, &doc.err, &(Err){0}));
    const Json *json = NULL;
    OK(&doc, json_parse(doc.arena, buf_str(&doc.buf), NULL, &json, &doc.err));
    doc_free(&doc);
}

/* ---- a sink that fails ---------------------------------------------------------------------------------------------- */

typedef struct Disk {
    size_t room;
    int n_refused;
} Disk;

static ErrCode write_to_disk(void *arg, Str bytes, Err *err) {
    Disk *disk = arg;
    if (bytes.n > disk->room) {
        disk->n_refused++;
        return err_set(err, ERR_IO, "the disk is full");
    }
    disk->room -= bytes.n;
    return ERR_OK;
}

/* The failure comes when a block goes out, is told again by every call, and the sink is not asked again. */
TEST(a_failing_sink_is_remembered) {
    for (size_t f = 0; f < COUNT_OF(FORMATS); f++) {
        Disk disk = {.room = 100000};
        Doc doc = {.arena = arena_new(0)};
        doc.w = writer_new(doc.arena, (Sink){write_to_disk, &disk}, &(WriterOptions){.format = FORMATS[f]});
        OK(&doc, writer_table_begin(doc.w, S(""), ALL, ALL_COLUMNS, &doc.err));
        const Batch *rows = all_rows(doc.arena);
        ErrCode code = ERR_OK;
        for (int i = 0; i < 5000 && !code; i++) code = writer_rows(doc.w, rows, &doc.err);
        assert_int_equal(code, ERR_IO);
        assert_string_equal(doc.err.message, "the disk is full");
        Err again = {0};
        assert_int_equal(writer_rows(doc.w, rows, &again), ERR_IO);
        assert_string_equal(again.message, "the disk is full");
        assert_int_equal(writer_table_end(doc.w, NULL), ERR_IO);
        assert_int_equal(writer_note(doc.w, S("x"), NULL), ERR_IO);
        again = (Err){0};
        assert_int_equal(writer_finish(doc.w, &again), ERR_IO);
        assert_string_equal(again.message, "the disk is full");
        assert_int_equal(writer_fail(doc.w, &again, NULL), ERR_IO);
        assert_int_equal(disk.n_refused, 1);
        arena_free(doc.arena);
    }
}

TEST(a_sink_that_fails_at_the_end) {
    for (size_t f = 0; f < COUNT_OF(FORMATS); f++) {
        Disk disk = {0};
        Doc doc = {.arena = arena_new(0)};
        doc.w = writer_new(doc.arena, (Sink){write_to_disk, &disk}, &(WriterOptions){.format = FORMATS[f]});
        write_all_rows(&doc, S(""));
        assert_int_equal(writer_finish(doc.w, &doc.err), ERR_IO);
        assert_string_equal(doc.err.message, "the disk is full");
        arena_free(doc.arena);
    }
}

/* ---- an operation that fails ---------------------------------------------------------------------------------------- */

static const char *fail_in_mid_stream(Doc *doc, WriterFormat format) {
    static const char *const texts[] = {"x"};
    Err error;
    doc_open(doc, (WriterOptions){.format = format});
    OK(doc, writer_field(doc->w, S("f"), S("Field"), value_int(1), &doc->err));
    OK(doc, writer_list_begin(doc->w, S("list"), &doc->err));
    OK(doc, writer_object_begin(doc->w, S(""), &doc->err));
    OK(doc, writer_table_begin(doc->w, S("t"), &TEXT_COLUMN, 1, &doc->err));
    OK(doc, writer_rows(doc->w, text_rows(doc->arena, texts, 1), &doc->err));
    err_ignore(err_set(&error, ERR_TIMEOUT, "too slow"));
    err_ignore(err_at(&error, S("where[0]"), 3, 7));
    OK(doc, writer_fail(doc->w, &error, &doc->err));
    assert_int_equal(writer_finish(doc->w, NULL), ERR_INTERNAL);
    return doc_text(doc);
}

TEST(a_failure_in_mid_stream) {
    Doc doc;
    assert_text(
        fail_in_mid_stream(&doc, WRITER_JSON),
        "{\"f\":1,\"list\":[{\"t\":{\"columns\":[{\"name\":\"text\",\"type\":\"text\"}],\"rows\":[[\"x\"]]}}],"
        "\"error\":{\"code\":\"timeout\",\"message\":\"too slow\",\"at\":\"where[0]\",\"line\":3,\"column\":7}}\n");
    doc_free(&doc);
    assert_text(fail_in_mid_stream(&doc, WRITER_TEXT), "Field: 1\n\ntext\n────\nx\n");
    doc_free(&doc);
    assert_text(fail_in_mid_stream(&doc, WRITER_CSV), "text\nx\n");
    doc_free(&doc);
}

/* A writer that is given up leaks nothing (ASan looks). */
TEST(a_writer_is_given_up) {
    for (size_t f = 0; f < COUNT_OF(FORMATS); f++) {
        Doc doc;
        doc_open(&doc, (WriterOptions){.format = FORMATS[f]});
        OK(&doc, writer_table_begin(doc.w, S(""), ALL, ALL_COLUMNS, &doc.err));
        OK(&doc, writer_rows(doc.w, all_rows(doc.arena), &doc.err));
        doc_free(&doc);
    }
}

/* The columns of a table are the caller's only until the call returns. */
TEST(columns_are_copied) {
    for (size_t f = 0; f < COUNT_OF(FORMATS); f++) {
        Doc doc;
        doc_open(&doc, (WriterOptions){.format = FORMATS[f]});
        char name[] = "name";
        WriterColumn columns[] = {{.name = {name, 4}, .title = {name, 4}, .type = TYPE(TYPE_TEXT), .decimals = -1}};
        OK(&doc, writer_table_begin(doc.w, S("t"), columns, 1, &doc.err));
        memset(name, '?', sizeof(name));
        memset(columns, 0xAB, sizeof(columns));
        OK(&doc, writer_table_end(doc.w, &doc.err));
        assert_null(strchr(doc_finish(&doc), '?'));
        doc_free(&doc);
    }
}

/* Where somebody waits, the first rows go out at once; otherwise nothing does before the end of a short document. */
TEST(the_first_rows_go_out_at_once) {
    static const WriterFormat SENT[] = {WRITER_JSON, WRITER_CSV};
    const WriterColumn columns[] = {{.name = S("n"), .type = TYPE(TYPE_INT64), .decimals = -1}};
    for (size_t f = 0; f < COUNT_OF(SENT) * 2; f++) {
        Doc doc;
        bool is_live = f % 2;
        doc_open(&doc, (WriterOptions){.format = SENT[f / 2], .is_live = is_live});
        BatchBuilder *rows = batch_builder_new(doc.arena, 1, &columns[0].name, &columns[0].type, 1);
        batch_builder_set(rows, 0, value_int(7));
        batch_builder_next_row(rows);
        OK(&doc, writer_table_begin(doc.w, (Str){0}, columns, 1, &doc.err));
        assert_false(writer_has_left(doc.w));
        OK(&doc, writer_rows(doc.w, batch_builder_batch(rows), &doc.err));
        assert_int_equal(writer_has_left(doc.w), is_live);
        assert_int_equal(str_find(buf_str(&doc.buf), S("7")) >= 0, is_live);
        OK(&doc, writer_table_end(doc.w, &doc.err));
        assert_non_null(strstr(doc_finish(&doc), "7"));
        assert_true(writer_has_left(doc.w));
        doc_free(&doc);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_by_name),
        cmocka_unit_test(calls_out_of_order),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(a_failing_sink_is_remembered),
        cmocka_unit_test(a_sink_that_fails_at_the_end),
        cmocka_unit_test(a_failure_in_mid_stream),
        cmocka_unit_test(a_writer_is_given_up),
        cmocka_unit_test(columns_are_copied),
        cmocka_unit_test(the_first_rows_go_out_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
