/* What goes over the home's socket: a command as JSON, its bytes and its end as frames. */
#include <string.h>

#include "app/app_holder_internal.h"

static const char *const FORMAT_NAMES[] = {[WRITER_TEXT] = "table", [WRITER_JSON] = "json", [WRITER_CSV] = "csv"};

/* ---- a command ------------------------------------------------------------------------------------------------------ */

static void print_args(JsonWriter *w, const HolderCommand *command) {
    json_key(w, S("args"));
    json_object_begin(w);
    for (size_t i = 0; i < command->op->n_args; i++) {
        size_t n = 0;
        const Str *values = op_arg_list(command->args, command->op->args[i].name, &n);
        if (!n) continue;
        json_key(w, str_of(command->op->args[i].name));
        json_array_begin(w);
        for (size_t v = 0; v < n; v++) json_text(w, values[v]);
        json_array_end(w);
    }
    json_object_end(w);
}

static void print_text(JsonWriter *w, const char *key, Str text) {
    json_key(w, str_of(key));
    json_text(w, text);
}

static void print_int(JsonWriter *w, const char *key, int64_t i) {
    json_key(w, str_of(key));
    json_int(w, i);
}

static void print_bool(JsonWriter *w, const char *key, bool b) {
    json_key(w, str_of(key));
    json_bool(w, b);
}

ErrCode holder_command_print(Arena *arena, const HolderCommand *command, const char **ret_url, Str *ret_body,
                             Err *err) {
    Buf body CLEANUP(buf_release);
    buf_init(&body, HOLDER_BODY_MAX_BYTES);
    JsonWriter w CLEANUP(json_writer_release);
    json_writer_init(&w, sink_of_buf(&body), false, err);
    json_object_begin(&w);
    print_text(&w, "version", str_of(starling_version()));
    print_args(&w, command);
    print_text(&w, "project", command->project);
    print_text(&w, "user", command->user);
    print_text(&w, "format", str_of(FORMAT_NAMES[command->format]));
    print_int(&w, "width", command->width);
    print_bool(&w, "is_pretty", command->is_pretty);
    print_bool(&w, "has_notes", command->has_notes);
    print_bool(&w, "has_progress", command->has_progress);
    print_int(&w, "timeout_us", command->timeout_us);
    json_object_end(&w);
    TRY(json_writer_finish(&w));
    TRY(buf_check(&body, "the command", err));
    char *url = (char *)arena_printf(arena, "http://starling" HOLDER_PATH "%s", command->op->name).p;
    for (char *p = url; *p; p++)
        if (*p == ' ') *p = '/';
    *ret_url = url;
    *ret_body = arena_str(arena, buf_str(&body));
    return ERR_OK;
}

static Str text_of(const Json *json, const char *key) {
    const Json *value = json_get(json, str_of(key));
    return json_is(value, JSON_TEXT) ? value->s : (Str){0};
}

static int64_t int_of(const Json *json, const char *key) {
    const Json *value = json_get(json, str_of(key));
    return json_is(value, JSON_INT) ? value->i : 0;
}

static bool is_true(const Json *json, const char *key) {
    return json_is(json_get(json, str_of(key)), JSON_TRUE);
}

/* "/v1/op/model/check" -> "model check" */
static ErrCode parse_path(Arena *arena, Str path, const Op **ret_op, Err *err) {
    Str prefix = S(HOLDER_PATH);
    if (str_starts(path, prefix)) {
        char *name = arena_dup(arena, path.p + prefix.n, path.n - prefix.n);
        for (size_t i = 0; i < path.n - prefix.n; i++)
            if (name[i] == '/') name[i] = ' ';
        *ret_op = app_op_find((Str){name, path.n - prefix.n});
        if (*ret_op) return ERR_OK;
    }
    return err_set(err, ERR_NOT_FOUND, "there is no operation at '%.*s'", STR_ARG(path));
}

static ErrCode parse_args(OpArgs *args, const Json *given, Err *err) {
    if (!json_is(given, JSON_OBJECT)) return err_set(err, ERR_INVALID, "args must be an object of lists of texts");
    for (size_t i = 0; i < given->object.n; i++) {
        const Json *values = given->object.at[i].value;
        if (!json_is(values, JSON_ARRAY)) return err_set(err, ERR_INVALID, "args must be an object of lists of texts");
        for (size_t v = 0; v < values->array.n; v++) {
            if (!json_is(values->array.at[v], JSON_TEXT))
                return err_set(err, ERR_INVALID, "args must be an object of lists of texts");
            TRY(op_args_set(args, given->object.at[i].key, values->array.at[v]->s, err));
        }
    }
    return op_args_finish(args, err);
}

ErrCode holder_command_parse(Arena *arena, Str path, Str body, HolderCommand *ret_command, Err *err) {
    static const JsonLimits LIMITS = {.max_bytes = HOLDER_BODY_MAX_BYTES, .max_depth = 8, .max_values = 100000};
    HolderCommand command = {0};
    TRY(parse_path(arena, path, &command.op, err));
    const Json *json = NULL;
    TRY(json_parse(arena, body, &LIMITS, &json, err));
    Str version = text_of(json, "version");
    if (!str_eq(version, str_of(starling_version())))
        return err_set(err, ERR_VERSION,
                       "the home is held by version %s of this program, and this is version %.*s; end that one and "
                       "start `starling sync --follow` of this version",
                       starling_version(), STR_ARG(version));
    OpArgs *args = op_args_new(arena, command.op);
    TRY(parse_args(args, json_get(json, S("args")), err));
    command.args = args;
    command.project = text_of(json, "project");
    command.user = text_of(json, "user");
    if (!writer_format_parse(text_of(json, "format"), &command.format))
        return err_set(err, ERR_INVALID, "format takes one of table|json|csv");
    command.width = (int)MIN_OF(MAX_OF(int_of(json, "width"), 0), INT16_MAX);
    command.is_pretty = is_true(json, "is_pretty");
    command.has_notes = is_true(json, "has_notes");
    command.has_progress = is_true(json, "has_progress");
    command.timeout_us = MAX_OF(int_of(json, "timeout_us"), 0);
    *ret_command = command;
    return ERR_OK;
}

/* ---- frames, written ------------------------------------------------------------------------------------------------ */

ErrCode frame_write(Sink to, FrameKind kind, Str bytes, Err *err) {
    static const char DIGITS[] = "0123456789abcdef";
    char head[FRAME_HEAD_BYTES] = {(char)kind};
    if (bytes.n > UINT32_MAX) return err_set(err, ERR_TOO_LARGE, "a piece of the answer has more than 4 GiB");
    for (int i = 0; i < 8; i++) head[1 + i] = DIGITS[bytes.n >> (28 - 4 * i) & 15];
    TRY(to.write(to.arg, (Str){head, sizeof head}, err));
    return bytes.n ? to.write(to.arg, bytes, err) : ERR_OK;
}

/* Of the JSON that was written into it. */
static ErrCode write_json(Sink to, FrameKind kind, JsonWriter *w, const Buf *text, Err *err) {
    TRY(json_writer_finish(w));
    TRY(buf_check(text, "the end of an answer", err));
    return frame_write(to, kind, buf_str(text), err);
}

ErrCode frame_write_progress(Sink to, Str what, int64_t done, int64_t total, Err *err) {
    Buf text CLEANUP(buf_release);
    buf_init(&text, FRAME_TEXT_MAX_BYTES);
    JsonWriter w CLEANUP(json_writer_release);
    json_writer_init(&w, sink_of_buf(&text), false, err);
    json_object_begin(&w);
    print_text(&w, "what", what);
    print_int(&w, "done", done);
    print_int(&w, "total", total);
    json_object_end(&w);
    return write_json(to, FRAME_PROGRESS, &w, &text, err);
}

ErrCode frame_write_end(Sink to, const Err *result, Err *err) {
    Buf text CLEANUP(buf_release);
    buf_init(&text, FRAME_TEXT_MAX_BYTES);
    JsonWriter w CLEANUP(json_writer_release);
    json_writer_init(&w, sink_of_buf(&text), false, err);
    json_object_begin(&w);
    if (result->code) {
        print_text(&w, "code", str_of(err_info(result->code)->wire));
        print_text(&w, "message", str_of(result->message));
        print_text(&w, "at", str_of(result->file));
        print_int(&w, "line", result->line);
        print_int(&w, "column", result->column);
        print_text(&w, "detail", str_of(result->detail));
    }
    json_object_end(&w);
    return write_json(to, FRAME_END, &w, &text, err);
}

/* ---- frames, read --------------------------------------------------------------------------------------------------- */

void frame_reader_init(FrameReader *reader, Arena *arena, const AppOutput *output, Progress progress) {
    *reader = (FrameReader){.arena = arena, .out = output->out, .notes = output->notes, .progress = progress};
    buf_init(&reader->text, FRAME_TEXT_MAX_BYTES);
}

void frame_reader_release(FrameReader *reader) {
    buf_release(&reader->text);
}

static ErrCode no_frame(Err *err) {
    return err_set(err, ERR_IO, "what came from the process that holds the home is no answer of this program");
}

static void copy_text(char *to, size_t cap, Str text) {
    size_t n = utf8_cut(text, cap - 1);
    if (n) memcpy(to, text.p, n);
    to[n] = 0;
}

static ErrCode read_end(FrameReader *reader, Err *err) {
    const Json *json = NULL;
    if (json_parse(reader->arena, buf_str(&reader->text), &JSON_LIMITS_DEFAULT, &json, NULL)) return no_frame(err);
    Str wire = text_of(json, "code");
    Err *result = &reader->result;
    for (int code = 1; code < ERR_COUNT && wire.n; code++)
        if (str_eq(wire, str_of(err_info((ErrCode)code)->wire))) result->code = (ErrCode)code;
    if (wire.n && !result->code) return no_frame(err);
    copy_text(result->message, sizeof result->message, text_of(json, "message"));
    copy_text(result->file, sizeof result->file, text_of(json, "at"));
    copy_text(result->detail, sizeof result->detail, text_of(json, "detail"));
    result->line = (int)int_of(json, "line");
    result->column = (int)int_of(json, "column");
    reader->is_ended = true;
    return ERR_OK;
}

static ErrCode read_progress(FrameReader *reader, Err *err) {
    const Json *json = NULL;
    if (json_parse(reader->arena, buf_str(&reader->text), &JSON_LIMITS_DEFAULT, &json, NULL)) return no_frame(err);
    if (reader->progress.fn)
        reader->progress.fn(reader->progress.arg, text_of(json, "what"), int_of(json, "done"), int_of(json, "total"));
    return ERR_OK;
}

/* The nine bytes before a frame's own. */
static ErrCode read_head(FrameReader *reader, Err *err) {
    if (reader->is_ended || !memchr("onpe", reader->head[0], 4)) return no_frame(err);
    reader->kind = (FrameKind)reader->head[0];
    reader->n_left = 0;
    for (int i = 1; i < FRAME_HEAD_BYTES; i++) {
        char c = reader->head[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && !(c >= 'a' && c <= 'f')) return no_frame(err);
        reader->n_left = reader->n_left << 4 | (size_t)(is_digit ? c - '0' : c - 'a' + 10);
    }
    buf_clear(&reader->text);
    return ERR_OK;
}

static ErrCode pass_on(FrameReader *reader, Str bytes, Err *err) {
    switch (reader->kind) {
    case FRAME_OUT: reader->has_out = true; return reader->out.write(reader->out.arg, bytes, err);
    case FRAME_NOTE: return reader->notes.write ? reader->notes.write(reader->notes.arg, bytes, err) : ERR_OK;
    case FRAME_PROGRESS:
    case FRAME_END: buf_add(&reader->text, bytes); break;
    }
    return buf_check(&reader->text, "a frame", err);
}

static ErrCode end_frame(FrameReader *reader, Err *err) {
    reader->n_head = 0;
    if (reader->kind == FRAME_END) return read_end(reader, err);
    return reader->kind == FRAME_PROGRESS ? read_progress(reader, err) : ERR_OK;
}

static ErrCode read_frames(FrameReader *reader, Str bytes, Err *err) {
    while (bytes.n) {
        if (reader->n_head < FRAME_HEAD_BYTES) {
            reader->head[reader->n_head++] = *bytes.p;
            bytes = str_slice(bytes, 1, bytes.n);
            if (reader->n_head < FRAME_HEAD_BYTES) continue;
            TRY(read_head(reader, err));
        } else {
            size_t n = MIN_OF(bytes.n, reader->n_left);
            TRY(pass_on(reader, (Str){bytes.p, n}, err));
            reader->n_left -= n;
            bytes = str_slice(bytes, n, bytes.n);
        }
        if (!reader->n_left) TRY(end_frame(reader, err));
    }
    return ERR_OK;
}

static ErrCode read_bytes(void *arg, Str bytes, Err *err) {
    FrameReader *reader = arg;
    ErrCode code = read_frames(reader, bytes, err);
    reader->has_failed |= code != ERR_OK;
    return code;
}

Sink frame_reader_sink(FrameReader *reader) {
    return (Sink){.write = read_bytes, .arg = reader};
}
