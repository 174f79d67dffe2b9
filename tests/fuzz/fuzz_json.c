/* json_parse: what is read can be written, and what is written reads back to the same text. */
#include "fuzz.h"

#include "base/base_json.h"

static Str printed(Arena *arena, const Json *json) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 24);
    Err err = {0};
    JsonWriter writer;
    json_writer_init(&writer, sink_of_buf(&buf), false, &err);
    json_tree(&writer, json);
    ErrCode code = json_writer_finish(&writer);
    assert(!code && !buf.is_overflown);
    return arena_str(arena, buf_str(&buf));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Json *json = NULL, *again = NULL;
    Err err = {0};
    ErrCode code = json_parse(arena, (Str){(const char *)data, n_bytes}, NULL, &json, &err);
    assert(code == err.code && !json == (code != ERR_OK));
    assert(!code || code == ERR_INVALID || code == ERR_TOO_LARGE);
    if (code) return 0;
    Str once = printed(arena, json);
    code = json_parse(arena, once, NULL, &again, &err);
    assert(!code && str_eq(printed(arena, again), once));
    return 0;
}
