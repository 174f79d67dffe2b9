/*
 * JSON out, as a stream. Bytes collect in the writer's buffer and go to the sink when 64 KiB are there, so a result of
 * any size needs no more memory than that.
 *
 * Every value goes the same way: begin_value puts what must stand before it (comma, indent) and checks that one is due,
 * then its bytes follow. After a failure begin_value says no and the writer is silent. Text is copied in runs of bytes
 * that need no escape, found eight at a time.
 */
#include "base/base_internal.h"
#include "base/base_json.h"
#include "base/base_time.h"
#include "base/base_utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FLUSH_BYTES = 64 * 1024, FIRST_BYTES = 512 };
#define SAFE_INTEGER (INT64_C(1) << 53) /* beyond it JavaScript's numbers are not exact */
static_assert(JSON_WRITER_DEPTH_MAX <= 64, "object_levels has 64 bits");

/* The Buf's maximum becomes the writer's first failure: nothing more is formatted for a full buffer. */
static ErrCode write_to_buf(void *arg, Str bytes, Err *err) {
    buf_add(arg, bytes);
    return buf_check(arg, "the JSON", err);
}

Sink sink_of_buf(Buf *buf) {
    return (Sink){.write = write_to_buf, .arg = buf};
}

static ErrCode write_to_file(void *arg, Str bytes, Err *err) {
    if (bytes.n == 0 || fwrite(bytes.p, 1, bytes.n, arg) == bytes.n) return ERR_OK;
    int why = errno;
    err_ignore(err_set(err, ERR_IO, "cannot write the output; check the disk, or whether its reader is still there"));
    err_ignore(err_detail(err, "errno %d", why));
    return ERR_IO;
}

Sink sink_of_file(void *stdio_file) {
    return (Sink){.write = write_to_file, .arg = stdio_file};
}

/* The first failure wins; the sink has filled *err already. */
static void fail_with(JsonWriter *w, ErrCode code) {
    if (!w->failed) w->failed = code;
}

/* A fault of the calling code: better no output than output that only looks like JSON. */
static void fail_misuse(JsonWriter *w, const char *what) {
    if (!w->failed) w->failed = err_set(w->err, ERR_INTERNAL, "JSON writer: %s", what);
}

/* The buffer is emptied even after a failure, so that the writer's memory stays bounded while it is silent. */
static void flush(JsonWriter *w) {
    if (!w->failed && w->buf.n) fail_with(w, w->sink.write(w->sink.arg, buf_str(&w->buf), w->err));
    w->buf.n = 0;
}

void json_writer_flush(JsonWriter *w) {
    flush(w);
}

/* Room for n bytes, n <= FLUSH_BYTES. The buffer never gets to its maximum, as it is flushed before. */
static __attribute__((noinline)) void make_room(JsonWriter *w, size_t n) {
    if (w->buf.n + n > FLUSH_BYTES) flush(w);
    if (w->buf.cap - w->buf.n >= n) return;
    w->buf.cap = MIN_OF(MAX_OF(w->buf.cap * 2, MAX_OF(w->buf.n + n, (size_t)FIRST_BYTES)), (size_t)FLUSH_BYTES);
    w->buf.p = base_realloc(w->buf.p, w->buf.cap);
}

static inline void put_bytes(JsonWriter *w, const char *p, size_t n) {
    if (n > FLUSH_BYTES) {
        /* Larger than the buffer: past it, in one piece. */
        flush(w);
        if (!w->failed) fail_with(w, w->sink.write(w->sink.arg, (Str){p, n}, w->err));
        return;
    }
    if (w->buf.cap - w->buf.n < n) make_room(w, n);
    memcpy(w->buf.p + w->buf.n, p, n);
    w->buf.n += n;
}

/* Small enough to be inlined everywhere; growing and flushing are in make_room. */
static inline void put_char(JsonWriter *w, char c) {
    if (w->buf.cap == w->buf.n) make_room(w, 1);
    w->buf.p[w->buf.n++] = c;
}

static void put_indent(JsonWriter *w) {
    put_char(w, '\n');
    for (int i = 0; i < w->depth; i++) put_bytes(w, "  ", 2);
}

/* Depth 0 is the document, which is neither. */
static inline bool is_in_object(const JsonWriter *w) {
    return w->depth > 0 && (w->object_levels >> (w->depth - 1) & 1);
}

/* The comma and line before an item of the open bracket. */
static inline void begin_item(JsonWriter *w) {
    bool *has_item = &w->has_item[w->depth];
    if (*has_item) put_char(w, ',');
    *has_item = true;
    if (w->is_pretty && w->depth > 0) put_indent(w);
}

/* Whether a value may be written now; puts what stands before it. */
static bool begin_value(JsonWriter *w) {
    if (w->failed) return false;
    if (w->is_after_key) {
        w->is_after_key = false;
        return true;
    }
    if (is_in_object(w))
        fail_misuse(w, "a value in an object without its key");
    else if (w->depth == 0 && w->has_item[0])
        fail_misuse(w, "a second value after the document");
    else
        begin_item(w);
    return !w->failed;
}

void json_writer_init(JsonWriter *w, Sink sink, bool is_pretty, Err *err) {
    *w = (JsonWriter){.sink = sink, .is_pretty = is_pretty, .err = err};
    buf_init(&w->buf, FLUSH_BYTES);
}

void json_writer_release(JsonWriter *w) {
    if (w) buf_release(&w->buf);
}

ErrCode json_writer_finish(JsonWriter *w) {
    if (w->depth > 0 || w->is_after_key || !w->has_item[0]) fail_misuse(w, "the document is not finished");
    if (w->is_pretty && !w->failed) put_char(w, '\n');
    flush(w);
    json_writer_release(w);
    return w->failed;
}

static void begin_bracket(JsonWriter *w, char bracket, bool is_object) {
    if (!begin_value(w)) return;
    if (w->depth == JSON_WRITER_DEPTH_MAX) {
        w->failed = err_set(w->err, ERR_TOO_LARGE, "the JSON would be nested more than %d deep", JSON_WRITER_DEPTH_MAX);
        return;
    }
    put_char(w, bracket);
    uint64_t bit = UINT64_C(1) << w->depth++;
    w->object_levels = is_object ? w->object_levels | bit : w->object_levels & ~bit;
    w->has_item[w->depth] = false;
}

static void end_bracket(JsonWriter *w, char bracket, bool is_object) {
    if (w->failed) return;
    /* Also an end that is right in kind but comes between a key and its value. */
    if (w->depth == 0 || w->is_after_key || is_in_object(w) != is_object) {
        fail_misuse(w, "an end that does not fit what is open");
        return;
    }
    bool has_item = w->has_item[w->depth--];
    if (w->is_pretty && has_item) put_indent(w);
    put_char(w, bracket);
}

void json_object_begin(JsonWriter *w) {
    begin_bracket(w, '{', true);
}

void json_object_end(JsonWriter *w) {
    end_bracket(w, '}', true);
}

void json_array_begin(JsonWriter *w) {
    begin_bracket(w, '[', false);
}

void json_array_end(JsonWriter *w) {
    end_bracket(w, ']', false);
}

/* True when some of eight bytes is a quote, a backslash, a control character, or not ASCII. The subtractions set a
 * byte's high bit when it was below the constant (Bit Twiddling Hacks, "Determine if a word has a byte less than
 * n"); a borrow may mark a byte too many, which only costs a closer look. */
static inline bool has_special(const char *p) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    uint64_t quotes = word ^ ones * '"', backslashes = word ^ ones * '\\';
    return (((word - ones * 0x20) | (quotes - ones) | (backslashes - ones) | word) & highs) != 0;
}

/* How far text from `i` on can be copied as it is. */
static inline size_t plain_end(Str text, size_t i) {
    for (;;) {
        while (text.n - i >= 8 && !has_special(text.p + i)) i += 8;
        uint32_t rune;
        for (size_t stop = MIN_OF(i + 8, text.n); i < stop;) {
            unsigned char c = (unsigned char)text.p[i];
            if (c < 0x20 || c == '"' || c == '\\') return i;
            size_t length = c < 0x80 ? 1 : utf8_decode((Str){text.p + i, text.n - i}, &rune);
            if (c >= 0x80 && length == 1) return i;
            i += length;
        }
        if (i >= text.n) return i;
    }
}

/* The byte at the end of a plain run: an escape, or the replacement for a byte that is no character. */
static void put_escaped(JsonWriter *w, unsigned char c) {
    static const char hex[] = "0123456789abcdef";
    switch (c) {
    case '"': put_bytes(w, "\\\"", 2); return;
    case '\\': put_bytes(w, "\\\\", 2); return;
    case '\n': put_bytes(w, "\\n", 2); return;
    case '\r': put_bytes(w, "\\r", 2); return;
    case '\t': put_bytes(w, "\\t", 2); return;
    case '\b': put_bytes(w, "\\b", 2); return;
    case '\f': put_bytes(w, "\\f", 2); return;
    default: break;
    }
    if (c >= 0x80) {
        put_bytes(w, "\xEF\xBF\xBD", 3);
        return;
    }
    const char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    put_bytes(w, escape, sizeof(escape));
}

/* Runs and single escapes by turns; most texts are one run. */
static void put_quoted(JsonWriter *w, Str text) {
    put_char(w, '"');
    for (size_t i = 0; i < text.n;) {
        size_t end = plain_end(text, i);
        if (end > i) put_bytes(w, text.p + i, end - i);
        if (end < text.n) put_escaped(w, (unsigned char)text.p[end]);
        i = end + 1;
    }
    put_char(w, '"');
}

void json_key(JsonWriter *w, Str key) {
    if (w->failed) return;
    if (!is_in_object(w) || w->is_after_key) {
        fail_misuse(w, "a key where none is due");
        return;
    }
    begin_item(w);
    put_quoted(w, key);
    put_bytes(w, ": ", w->is_pretty ? 2 : 1);
    w->is_after_key = true;
}

void json_text(JsonWriter *w, Str text) {
    if (begin_value(w)) put_quoted(w, text);
}

void json_raw(JsonWriter *w, Str json) {
    if (begin_value(w)) put_bytes(w, json.n ? json.p : "null", json.n ? json.n : 4);
}

void json_int(JsonWriter *w, int64_t i) {
    char text[DECIMAL_TEXT_MAX];
    if (begin_value(w)) put_bytes(w, text, decimal_print(i, 0, text));
}

void json_float(JsonWriter *w, double f) {
    char text[REAL_TEXT_MAX];
    /* JSON has no such numbers. */
    if (!isfinite(f)) {
        json_nil(w);
        return;
    }
    if (begin_value(w)) put_bytes(w, text, real_print(f, text));
}

void json_typed_float(JsonWriter *w, double f) {
    char text[REAL_TEXT_MAX];
    if (!isfinite(f)) {
        json_nil(w);
        return;
    }
    if (!begin_value(w)) return;
    Str printed = {text, real_print(f, text)};
    put_bytes(w, printed.p, printed.n);
    if (str_find_char(printed, '.') < 0 && str_find_char(printed, 'e') < 0) put_bytes(w, ".0", 2);
}

void json_bool(JsonWriter *w, bool b) {
    if (begin_value(w)) put_bytes(w, b ? "true" : "false", b ? 4 : 5);
}

void json_nil(JsonWriter *w) {
    if (begin_value(w)) put_bytes(w, "null", 4);
}

/* Printed text that needs no escapes, in quotes. */
static void put_plain_quoted(JsonWriter *w, const char *text, size_t n) {
    if (!begin_value(w)) return;
    put_char(w, '"');
    put_bytes(w, text, n);
    put_char(w, '"');
}

void json_value(JsonWriter *w, Value value) {
    char text[DECIMAL_TEXT_MAX];
    if (value.is_null) {
        json_nil(w);
        return;
    }
    switch (value.type.kind) {
    case TYPE_BOOL: json_bool(w, value.b); return;
    case TYPE_INT64:
        /* As text where a reader in JavaScript would silently get a neighbour. */
        if (value.i >= -SAFE_INTEGER && value.i <= SAFE_INTEGER)
            json_int(w, value.i);
        else
            put_plain_quoted(w, text, decimal_print(value.i, 0, text));
        return;
    case TYPE_DECIMAL:
        /* A number with its scale: "12.50" tells more than 12.5, and readers that care keep it. */
        if (begin_value(w)) put_bytes(w, text, decimal_print(value.dec, value.type.scale, text));
        return;
    case TYPE_FLOAT64: json_float(w, value.f); return;
    case TYPE_TEXT: json_text(w, value.s); return;
    case TYPE_DATE: put_plain_quoted(w, text, time_print_date(value.i, text)); return;
    case TYPE_TIMESTAMP: put_plain_quoted(w, text, time_print_timestamp(value.i, text)); return;
    case TYPE_JSON: json_raw(w, value.s); return;
    case TYPE_NULL:
    case TYPE_KIND_COUNT: break;
    }
    json_nil(w);
}

/* Recursion ends at the writer's depth: past it the writer has failed. */
void json_tree(JsonWriter *w, const Json *json) {
    if (w->failed) return;
    switch (json ? json->kind : JSON_NULL) {
    case JSON_NULL: json_nil(w); return;
    case JSON_FALSE: json_bool(w, false); return;
    case JSON_TRUE: json_bool(w, true); return;
    case JSON_INT: json_int(w, json->i); return;
    case JSON_REAL: json_typed_float(w, json->f); return;
    case JSON_TEXT: json_text(w, json->s); return;
    case JSON_ARRAY:
        json_array_begin(w);
        for (size_t i = 0; i < json->array.n; i++) json_tree(w, json->array.at[i]);
        json_array_end(w);
        return;
    case JSON_OBJECT:
        json_object_begin(w);
        for (size_t i = 0; i < json->object.n; i++) {
            json_key(w, json->object.at[i].key);
            json_tree(w, json->object.at[i].value);
        }
        json_object_end(w);
        return;
    }
}
