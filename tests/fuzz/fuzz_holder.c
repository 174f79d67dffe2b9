/* What comes over the home's socket. A command: read as one, or refused. An answer: read the same in one piece and byte by byte. */
#include "fuzz.h"

#include "app/app_holder_internal.h"

typedef struct Reading {
    Buf out;
    Buf notes;
    FrameReader reader;
    ErrCode code;
} Reading;

static Reading read_in_pieces(Arena *arena, Str bytes, size_t step) {
    Reading r = {0};
    Err err = {0};
    buf_init(&r.out, 1 << 20);
    buf_init(&r.notes, 1 << 20);
    const AppOutput output = {.out = sink_of_buf(&r.out), .notes = sink_of_buf(&r.notes)};
    frame_reader_init(&r.reader, arena, &output, (Progress){0});
    Sink sink = frame_reader_sink(&r.reader);
    for (size_t at = 0; at < bytes.n && !r.code; at += step)
        r.code = sink.write(sink.arg, str_slice(bytes, at, at + step), &err);
    assert(r.code == err.code && r.reader.has_failed == (r.code != ERR_OK));
    return r;
}

static void read_answer(Arena *arena, Str bytes) {
    Reading whole = read_in_pieces(arena, bytes, bytes.n + 1), cut = read_in_pieces(arena, bytes, 1);
    assert(whole.code == cut.code);
    assert(str_eq(buf_str(&whole.notes), buf_str(&cut.notes)) || whole.code);
    assert(str_eq(buf_str(&whole.out), buf_str(&cut.out)) || whole.code);
    assert(whole.reader.is_ended == cut.reader.is_ended && whole.reader.result.code == cut.reader.result.code);
    Reading *const both[] = {&whole, &cut};
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        frame_reader_release(&both[i]->reader);
        buf_release(&both[i]->out);
        buf_release(&both[i]->notes);
    }
}

/* "/path" up to the end of the line, then the body. */
static void read_command(Arena *arena, Str text) {
    HolderCommand command, again;
    Err err = {0};
    Str path = str_split_next(&text, '\n');
    ErrCode code = holder_command_parse(arena, path, text, &command, &err);
    assert(code == err.code);
    if (code) return;
    const char *url = NULL;
    Str body = {0};
    code = holder_command_print(arena, &command, &url, &body, &err);
    assert(!code);
    code = holder_command_parse(arena, path, body, &again, &err);
    assert(!code && again.op == command.op && again.timeout_us == command.timeout_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str text = {(const char *)data, n_bytes};
    if (str_starts(text, S("/")))
        read_command(arena, text);
    else
        read_answer(arena, text);
    return 0;
}
