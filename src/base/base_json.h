#pragma once
/*
 * JSON (RFC 8259). In: a read-only tree in an arena, strict, with caps. Out: a streaming writer over a sink; it puts the commas,
 * escapes text and replaces invalid UTF-8 by U+FFFD, so its output is always well formed.
 */
#include "base/base_buf.h"
#include "base/base_type.h"

typedef enum JsonKind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_INT,
    JSON_REAL,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT
} JsonKind;

typedef struct Json Json;
typedef struct JsonPair {
    Str key;
    const Json *value;
} JsonPair;
struct Json {
    JsonKind kind;
    union {
        int64_t i;
        double f;
        Str s;
        struct {
            const Json *const *at;
            size_t n;
        } array;
        struct {
            const JsonPair *at; /* in text order */
            size_t n;
        } object;
    };
};

typedef struct JsonLimits {
    size_t max_bytes;
    int max_depth;     /* at most 512 */
    size_t max_values; /* of all kinds */
} JsonLimits;

extern const JsonLimits JSON_LIMITS_DEFAULT; /* 1 MiB, depth 64, 100,000 values */

/* Reads one document; duplicate keys and anything after it are errors. ERR_INVALID with line and column, ERR_TOO_LARGE for a
 * limit; both are found before memory is spent on the document. The tree is owned by the arena. */
NODISCARD ErrCode json_parse(Arena *arena, Str text, const JsonLimits *limits, const Json **ret_json, Err *err);
const Json *json_get(const Json *object, Str key); /* NULL when absent or not an object */
bool json_is(const Json *json, JsonKind kind);     /* false for NULL pointer */
const char *json_kind_name(JsonKind kind);         /* "a number", "an object", … for messages */

/* Where bytes go. write returns 0 or an error, which the writer keeps and returns at json_finish. */
typedef struct Sink {
    ErrCode (*write)(void *arg, Str bytes, Err *err);
    void *arg;
} Sink;
Sink sink_of_buf(Buf *buf);
Sink sink_of_file(void *stdio_file); /* FILE *; borrowed */

enum { JSON_WRITER_DEPTH_MAX = 64 };
typedef struct JsonWriter {
    Sink sink;
    Err *err; /* receives the first failure */
    ErrCode failed;
    bool is_pretty; /* two spaces an indent */
    int depth;
    uint64_t object_levels; /* bit d - 1: the bracket that opened depth d is an object's, else an array's */
    bool has_item[JSON_WRITER_DEPTH_MAX + 1]; /* by depth; 0 is the document */
    bool is_after_key;
    Buf buf; /* flushed to the sink when it passes 64 KiB */
} JsonWriter;

void json_writer_init(JsonWriter *w, Sink sink, bool is_pretty, Err *err);
/* Flushes, releases, and gives the first failure: the sink's, ERR_TOO_LARGE past the depth, ERR_INTERNAL for calls out of order
 * (a value without its key, an end without its begin), after which nothing more is written. */
NODISCARD ErrCode json_writer_finish(JsonWriter *w);
/* Hands on what there is before the 64 KiB are full. */
void json_writer_flush(JsonWriter *w);
/* Gives up: releases without flushing, leaves the Err alone. For CLEANUP; allowed after json_writer_finish. */
void json_writer_release(JsonWriter *w);
void json_object_begin(JsonWriter *w);
void json_object_end(JsonWriter *w);
void json_array_begin(JsonWriter *w);
void json_array_end(JsonWriter *w);
void json_key(JsonWriter *w, Str key);
void json_text(JsonWriter *w, Str text);
void json_int(JsonWriter *w, int64_t i);        /* as a number, whatever its size */
void json_float(JsonWriter *w, double f);       /* shortest text that reads back; nan and inf as null */
void json_typed_float(JsonWriter *w, double f); /* as json_float, but 1 as 1.0, which reads back as JSON_REAL */
void json_bool(JsonWriter *w, bool b);
void json_nil(JsonWriter *w);
/* By the rules of 3a: decimals as numbers with their scale, integers beyond 2^53 as text, timestamps RFC 3339, json as it is. */
void json_value(JsonWriter *w, Value value);
void json_tree(JsonWriter *w, const Json *json); /* reads back to an equal tree */
/* Text that is JSON already, checked by the caller. */
void json_raw(JsonWriter *w, Str json);
