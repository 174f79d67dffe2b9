/*
 * JSON in, in three steps: a scan of the bytes that spends no memory and counts what the limits are about; jansson,
 * which knows the grammar; and a copy of its tree into the arena, after which jansson's is freed.
 *
 * The scan knows strings from brackets and nothing else. It may count wrongly on text that is not JSON, never on text
 * that is, and jansson stops at the first byte that is not.
 */
/* Names that jansson and base_json.h both have. Ours are what this file means by them. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_REAL JANSSON_REAL
#define JSON_TRUE JANSSON_TRUE
#define JSON_FALSE JANSSON_FALSE
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_REAL
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

#include "base/base_internal.h"
#include "base/base_json.h"

enum { JSON_DEPTH_MAX = 512 };

const JsonLimits JSON_LIMITS_DEFAULT = {.max_bytes = 1 << 20, .max_depth = 64, .max_values = 100000};

static const char *const KIND_NAMES[] = {
    [JSON_NULL] = "null",     [JSON_FALSE] = "false", [JSON_TRUE] = "true",      [JSON_INT] = "a number",
    [JSON_REAL] = "a number", [JSON_TEXT] = "a text", [JSON_ARRAY] = "an array", [JSON_OBJECT] = "an object",
};

const char *json_kind_name(JsonKind kind) {
    return (unsigned)kind < COUNT_OF(KIND_NAMES) ? KIND_NAMES[kind] : "nothing";
}

bool json_is(const Json *json, JsonKind kind) {
    return json && json->kind == kind;
}

/* Linear: objects are the requests people and programs write, a dozen keys; whoever has more builds a Map. */
const Json *json_get(const Json *object, Str key) {
    if (!json_is(object, JSON_OBJECT)) return NULL;
    for (size_t i = 0; i < object->object.n; i++)
        if (str_eq(object->object.at[i].key, key)) return object->object.at[i].value;
    return NULL;
}

/* Line and column (in characters) of the byte at `at`. */
static ErrCode err_at_byte(Err *err, Str text, size_t at) {
    int line = 1, column = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xC0) != 0x80) {
            column++;
        }
    }
    return err_at(err, (Str){0}, line, column);
}

typedef struct JsonScan {
    const JsonLimits *limits;
    int depth;
    size_t n_values;
    bool is_after_string;
} JsonScan;

/* One past the closing quote of the string whose opening quote is at `i`. */
static size_t skip_string(Str text, size_t i) {
    for (i++; i < text.n && text.p[i] != '"'; i++)
        if (text.p[i] == '\\') i++;
    return MIN_OF(i + 1, text.n);
}

/* What numbers and the three literals are made of; a run of it is one value, well formed or not. */
static inline bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' ||
           c == '.';
}

/* What `c` at the start of a token adds; returns where the next one starts. */
static size_t scan_token(Str text, size_t i, JsonScan *scan) {
    char c = text.p[i];
    bool is_after_string = scan->is_after_string;
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') return i + 1;
    scan->is_after_string = c == '"';
    if (c == '"') {
        scan->n_values++;
        return skip_string(text, i);
    }
    if (is_word(c)) {
        scan->n_values++;
        while (i < text.n && is_word(text.p[i])) i++;
        return i;
    }
    if (c == '[' || c == '{') scan->depth++, scan->n_values++;
    if (c == ']' || c == '}') scan->depth--;
    if (c == ':' && is_after_string) scan->n_values--; /* it was a key */
    return i + 1;
}

static ErrCode scan_limits(Str text, JsonScan *scan, Err *err) {
    const JsonLimits *limits = scan->limits;
    for (size_t i = 0, next; i < text.n; i = next) {
        next = scan_token(text, i, scan);
        if (scan->depth <= limits->max_depth && scan->n_values <= limits->max_values) continue;
        if (scan->depth > limits->max_depth)
            err_ignore(err_set(err, ERR_TOO_LARGE, "the JSON is nested more than %d deep; make it flatter",
                               limits->max_depth));
        else
            err_ignore(
                err_set(err, ERR_TOO_LARGE, "the JSON has more than %zu values; send it in parts", limits->max_values));
        err_ignore(err_at_byte(err, text, i));
        return ERR_TOO_LARGE;
    }
    return ERR_OK;
}

static const Json *copy_tree(Arena *arena, const json_t *from);

/* Pairs stand in an array in text order, which errors and round trips want; jansson keeps that order. */
static void copy_object(Arena *arena, const json_t *from, Json *to) {
    size_t n = json_object_size(from), i = 0;
    JsonPair *pairs = ARENA_ARRAY(arena, JsonPair, n);
    json_t *object = (json_t *)from; /* jansson's iterators are not const, but change nothing */
    for (void *at = json_object_iter(object); at && i < n; at = json_object_iter_next(object, at)) {
        Str key = {json_object_iter_key(at), json_object_iter_key_len(at)};
        pairs[i++] = (JsonPair){.key = arena_str(arena, key), .value = copy_tree(arena, json_object_iter_value(at))};
    }
    to->object.at = pairs;
    to->object.n = i;
}

static void copy_array(Arena *arena, const json_t *from, Json *to) {
    size_t n = json_array_size(from);
    const Json **items = ARENA_ARRAY(arena, const Json *, n);
    for (size_t i = 0; i < n; i++) items[i] = copy_tree(arena, json_array_get(from, i));
    to->array.at = items;
    to->array.n = n;
}

/* Recursion is as deep as the limit on depth, at most 512. */
static const Json *copy_tree(Arena *arena, const json_t *from) {
    Json *to = ARENA_NEW(arena, Json);
    switch (json_typeof(from)) {
    case JANSSON_NULL: to->kind = JSON_NULL; break;
    case JANSSON_FALSE: to->kind = JSON_FALSE; break;
    case JANSSON_TRUE: to->kind = JSON_TRUE; break;
    case JSON_INTEGER:
        to->kind = JSON_INT;
        to->i = json_integer_value(from);
        break;
    case JANSSON_REAL:
        to->kind = JSON_REAL;
        to->f = json_real_value(from);
        break;
    case JSON_STRING:
        to->kind = JSON_TEXT;
        to->s = arena_str(arena, (Str){json_string_value(from), json_string_length(from)});
        break;
    case JANSSON_ARRAY:
        to->kind = JSON_ARRAY;
        copy_array(arena, from, to);
        break;
    case JANSSON_OBJECT:
        to->kind = JSON_OBJECT;
        copy_object(arena, from, to);
        break;
    }
    return to;
}

/* Rough bytes of a value in our tree and of jansson's bookkeeping for it, which lives at the same time. */
enum { BYTES_PER_VALUE = 128 };

ErrCode json_parse(Arena *arena, Str text, const JsonLimits *limits, const Json **ret_json, Err *err) {
    /* Depth is bounded whatever the caller says: jansson and the copy both recurse. */
    JsonLimits capped = limits ? *limits : JSON_LIMITS_DEFAULT;
    capped.max_depth = MIN_OF(capped.max_depth, JSON_DEPTH_MAX);
    if (text.n > capped.max_bytes)
        return err_set(err, ERR_TOO_LARGE, "the JSON is %zu bytes long, the limit is %zu; send it in parts", text.n,
                       capped.max_bytes);
    /* jansson would refuse it as well, in words that end where the NUL is. */
    ptrdiff_t nul_at = str_find_char(text, '\0');
    if (nul_at >= 0) {
        err_ignore(err_set(err, ERR_INVALID, "this is not JSON: it has a NUL byte"));
        err_ignore(err_at_byte(err, text, (size_t)nul_at));
        return ERR_INVALID;
    }
    JsonScan scan = {.limits = &capped};
    TRY(scan_limits(text, &scan, err));
    TRY(arena_room(arena, size_add(text.n, size_mul(scan.n_values, BYTES_PER_VALUE)), "the JSON", err));
    json_error_t problem;
    json_t *tree = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (!tree) {
        /* The one failure that is not the text's fault. */
        if (json_error_code(&problem) == json_error_out_of_memory) base_abort("out of memory");
        err_ignore(err_set(err, ERR_INVALID, "this is not JSON as it should be: %s", problem.text));
        err_ignore(err_at(err, (Str){0}, problem.line, MAX_OF(problem.column, 1)));
        return ERR_INVALID;
    }
    *ret_json = copy_tree(arena, tree);
    json_decref(tree);
    return ERR_OK;
}
