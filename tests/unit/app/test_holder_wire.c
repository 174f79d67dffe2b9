/* What goes over the home's socket: commands and answers come out as they went in, however they are cut, and junk is refused. */
#include "test.h"

#include <string.h>

#include "app/app_holder_internal.h"

typedef struct Fixture {
    Arena *arena;
    Buf out;
    Buf notes;
    Buf wire;
    int n_progress;
    int64_t done;
    FrameReader reader;
    Err err;
} Fixture;

static void on_progress(void *arg, Str what, int64_t done, int64_t total) {
    Fixture *f = arg;
    assert_true(str_eq(what, S("Reading \"it\"")));
    assert_int_equal(total, 9);
    f->n_progress++;
    f->done = done;
}

static void reader_begin(Fixture *f) {
    buf_clear(&f->out);
    buf_clear(&f->notes);
    frame_reader_release(&f->reader);
    const AppOutput output = {.out = sink_of_buf(&f->out), .notes = sink_of_buf(&f->notes)};
    frame_reader_init(&f->reader, f->arena, &output, (Progress){on_progress, f});
}

static void fixture_make(Fixture *f) {
    *f = (Fixture){.arena = arena_new(0)};
    buf_init(&f->out, 1 << 20);
    buf_init(&f->notes, 1 << 20);
    buf_init(&f->wire, 1 << 20);
    reader_begin(f);
}

static void fixture_free(Fixture *f) {
    frame_reader_release(&f->reader);
    buf_release(&f->out);
    buf_release(&f->notes);
    buf_release(&f->wire);
    arena_free(f->arena);
}

static ErrCode feed(Fixture *f, Str bytes) {
    Sink sink = frame_reader_sink(&f->reader);
    return sink.write(sink.arg, bytes, &f->err);
}

TEST(an_answer_comes_out_as_it_went_in) {
    Fixture f;
    fixture_make(&f);
    Sink wire = sink_of_buf(&f.wire);
    Err result = {.code = ERR_UNKNOWN_NAME, .line = 3, .column = 7};
    memcpy(result.message, "no \"measure\"\n\xc3\xa9", sizeof "no \"measure\"\n\xc3\xa9");
    memcpy(result.file, "a file", sizeof "a file");
    memcpy(result.detail, "SELECT 1", sizeof "SELECT 1");
    assert_int_equal(frame_write(wire, FRAME_OUT, S("one\0two"), &f.err), ERR_OK);
    assert_int_equal(frame_write_progress(wire, S("Reading \"it\""), 4, 9, &f.err), ERR_OK);
    assert_int_equal(frame_write(wire, FRAME_OUT, S(""), &f.err), ERR_OK);
    assert_int_equal(frame_write(wire, FRAME_NOTE, S("a note\n"), &f.err), ERR_OK);
    assert_int_equal(frame_write(wire, FRAME_OUT, S("three"), &f.err), ERR_OK);
    assert_int_equal(frame_write_end(wire, &result, &f.err), ERR_OK);
    Str all = buf_str(&f.wire);
    for (size_t step = 1; step <= all.n; step++) { /* in pieces of every size */
        reader_begin(&f);
        for (size_t at = 0; at < all.n; at += step) {
            assert_false(f.reader.is_ended);
            assert_int_equal(feed(&f, str_slice(all, at, at + step)), ERR_OK);
        }
        assert_true(f.reader.is_ended && f.reader.has_out && !f.reader.has_failed);
        assert_true(str_eq(buf_str(&f.out), S("one\0twothree")));
        assert_true(str_eq(buf_str(&f.notes), S("a note\n")));
        assert_int_equal(f.n_progress, step);
        assert_int_equal(f.done, 4);
        const Err *got = &f.reader.result;
        assert_int_equal(got->code, ERR_UNKNOWN_NAME);
        assert_int_equal(got->line, 3);
        assert_int_equal(got->column, 7);
        assert_string_equal(got->message, result.message);
        assert_string_equal(got->file, "a file");
        assert_string_equal(got->detail, "SELECT 1");
    }
    assert_int_equal(feed(&f, S("o00000000")), ERR_IO); /* after the end */
    fixture_free(&f);
}

TEST(every_error_has_its_way_back) {
    Fixture f;
    fixture_make(&f);
    for (int code = 0; code < ERR_COUNT; code++) {
        Err result = {.code = (ErrCode)code};
        memset(result.message, 1, sizeof result.message - 1); /* the longest when escaped */
        memset(result.detail, 1, sizeof result.detail - 1);
        buf_clear(&f.wire);
        assert_int_equal(frame_write_end(sink_of_buf(&f.wire), &result, &f.err), ERR_OK);
        reader_begin(&f);
        assert_int_equal(feed(&f, buf_str(&f.wire)), ERR_OK);
        assert_true(f.reader.is_ended);
        assert_int_equal(f.reader.result.code, code);
        if (code) assert_string_equal(f.reader.result.message, result.message);
    }
    fixture_free(&f);
}

TEST(junk_is_refused) {
    static const char *const JUNK[] = {"HTTP/1.1 200",
                                       "o0000000x",
                                       "o0000000A",
                                       "z00000001a",
                                       "e00000001x",
                                       "e00000002[]e00000002{}",
                                       "e0000000d{\"code\":\"no\"}",
                                       "p00000001x",
                                       "pffffffff"};
    Fixture f;
    fixture_make(&f);
    for (size_t i = 0; i < COUNT_OF(JUNK); i++) {
        reader_begin(&f);
        ErrCode code = feed(&f, str_of(JUNK[i]));
        if (JUNK[i][0] == 'p' && JUNK[i][1] == 'f') { /* more than a text frame may have */
            assert_int_equal(code, ERR_OK);
            char *much = arena_zalloc(f.arena, FRAME_TEXT_MAX_BYTES, 1);
            assert_int_equal(feed(&f, (Str){much, FRAME_TEXT_MAX_BYTES}), ERR_OK);
            code = feed(&f, S("x"));
            assert_int_equal(code, ERR_TOO_LARGE);
        } else if (code != ERR_IO) {
            fail_msg("'%s' gives %d", JUNK[i], (int)code);
        }
        assert_true(f.reader.has_failed);
    }
    fixture_free(&f);
}

static Str path_of(const char *url) {
    return str_of(strstr(url, HOLDER_PATH));
}

TEST(a_command_comes_out_as_it_went_in) {
    Fixture f;
    fixture_make(&f);
    const Op *op = app_op_find(S("load"));
    OpArgs *args = op_args_new(f.arena, op);
    assert_int_equal(op_args_set(args, S("files"), S("a=/b c\"\\"), &f.err), ERR_OK);
    assert_int_equal(op_args_set(args, S("files"), S("d=/\xc3\xa9"), &f.err), ERR_OK);
    const HolderCommand command = {.op = op,
                                   .args = args,
                                   .project = S("p"),
                                   .user = S("ann"),
                                   .format = WRITER_CSV,
                                   .width = 80,
                                   .is_pretty = true,
                                   .has_notes = true,
                                   .timeout_us = 12345678901};
    const char *url = NULL;
    Str body = {0};
    assert_int_equal(holder_command_print(f.arena, &command, &url, &body, &f.err), ERR_OK);
    HolderCommand got;
    assert_int_equal(holder_command_parse(f.arena, path_of(url), body, &got, &f.err), ERR_OK);
    assert_ptr_equal(got.op, op);
    size_t n = 0;
    const Str *files = op_arg_list(got.args, "files", &n);
    assert_int_equal(n, 2);
    assert_true(str_eq(files[0], S("a=/b c\"\\")) && str_eq(files[1], S("d=/\xc3\xa9")));
    assert_true(str_eq(got.project, S("p")) && str_eq(got.user, S("ann")));
    assert_int_equal(got.format, WRITER_CSV);
    assert_int_equal(got.width, 80);
    assert_true(got.is_pretty && got.has_notes && !got.has_progress);
    assert_int_equal(got.timeout_us, 12345678901);

    assert_int_equal(holder_command_parse(f.arena, S("/v1/op/nothing"), body, &got, &f.err), ERR_NOT_FOUND);
    assert_int_equal(holder_command_parse(f.arena, S("/elsewhere"), body, &got, &f.err), ERR_NOT_FOUND);
    assert_int_equal(holder_command_parse(f.arena, S("/v1/op/status"), body, &got, &f.err), ERR_UNKNOWN_NAME);
    assert_int_equal(holder_command_parse(f.arena, path_of(url), S("{"), &got, &f.err), ERR_INVALID);
    assert_int_equal(holder_command_parse(f.arena, path_of(url), S("[]"), &got, &f.err), ERR_VERSION);
    assert_int_equal(holder_command_parse(f.arena, path_of(url), S("{\"version\":\"9.9\"}"), &got, &f.err),
                     ERR_VERSION);
    Str no_args = arena_printf(f.arena, "{\"version\":\"%s\",\"args\":[]}", starling_version());
    assert_int_equal(holder_command_parse(f.arena, path_of(url), no_args, &got, &f.err), ERR_INVALID);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_out_as_it_went_in),
        cmocka_unit_test(every_error_has_its_way_back),
        cmocka_unit_test(junk_is_refused),
        cmocka_unit_test(a_command_comes_out_as_it_went_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
