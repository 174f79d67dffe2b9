/*
 * JSON: the document is an object; fields, objects, lists and tables are its members. Values go out by the rules of 3a. In the
 * indented form columns and rows stand on one line each, for that is how people read and compare them.
 */
#include "encode/encode_internal.h"

#define SAFE_INTEGER (INT64_C(1) << 53) /* beyond it integers are written as text */

typedef struct JsonState {
    JsonWriter json;
    Arena *scratch;  /* for looking at json cells */
    bool is_wrapped; /* the open table is an object of its own */
} JsonState;

static JsonState *state_of(const Writer *w) {
    return w->state;
}

static void json_open(Writer *w) {
    JsonState *state = ARENA_NEW(w->arena, JsonState);
    w->state = state;
    state->scratch = arena_new(0);
    json_writer_init(&state->json, w->sink, w->options.is_pretty, &w->failure);
    json_object_begin(&state->json);
}

static void json_release(Writer *w) {
    JsonState *state = state_of(w);
    json_writer_release(&state->json);
    arena_free(state->scratch);
}

/* The key of what comes next; in a list there is none. */
static void put_key(Writer *w, Str name) {
    if (!writer_is_in_list(w)) json_key(&state_of(w)->json, name);
}

/* Json of a column or field as it is, if it is json: an engine without that type may hold anything. Else as text. */
static void put_json_text(JsonState *state, Str text) {
    const Json *json;
    arena_reset(state->scratch);
    if (json_parse(state->scratch, text, NULL, &json, NULL) == ERR_OK)
        json_raw(&state->json, text);
    else
        json_text(&state->json, text);
}

static ErrCode json_field(Writer *w, Str name, UNUSED Str title, Value value) {
    JsonState *state = state_of(w);
    put_key(w, name);
    if (value.type.kind == TYPE_JSON && !value.is_null)
        put_json_text(state, value.s);
    else
        json_value(&state->json, value);
    return state->json.failed;
}

static ErrCode json_put_tree(Writer *w, Str name, const Json *json) {
    put_key(w, name);
    json_tree(&state_of(w)->json, json);
    return state_of(w)->json.failed;
}

static ErrCode json_begin(Writer *w, Str name, WriterLevel level) {
    JsonWriter *json = &state_of(w)->json;
    put_key(w, name);
    if (level == WRITER_IN_OBJECT)
        json_object_begin(json);
    else
        json_array_begin(json);
    return json->failed;
}

static ErrCode json_end(Writer *w, WriterLevel level) {
    JsonWriter *json = &state_of(w)->json;
    if (level == WRITER_IN_OBJECT)
        json_object_end(json);
    else
        json_array_end(json);
    return json->failed;
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static void put_member(JsonWriter *json, Str name, Str value) {
    if (!value.n) return;
    json_key(json, name);
    json_text(json, value);
}

static void put_key_int(JsonWriter *json, Str name, int64_t number) {
    json_key(json, name);
    json_int(json, number);
}

static void put_number(JsonWriter *json, Str name, int64_t number) {
    if (number) put_key_int(json, name, number);
}

static void put_column(JsonWriter *json, const WriterColumn *column) {
    char type[TYPE_TEXT_MAX];
    json_object_begin(json);
    json->is_pretty = false;
    json_key(json, S("name"));
    json_text(json, column->name);
    put_member(json, S("member"), column->member);
    put_member(json, S("type"), str_of(type_print(column->type, type)));
    put_member(json, S("role"), column->role);
    put_member(json, S("grain"), str_of(time_grain_name(column->grain)));
    put_member(json, S("bucket"), column->bucket);
    put_member(json, S("unit"), column->unit);
    put_member(json, S("title"), column->title);
    put_member(json, S("format"), column->format);
    if (column->decimals >= 0) put_key_int(json, S("decimals"), column->decimals);
    json_object_end(json);
}

/* A table without a name is part of the object it stands in; in a list it has to be an object of its own. */
static ErrCode json_table_begin(Writer *w, Str name) {
    JsonState *state = state_of(w);
    JsonWriter *json = &state->json;
    state->is_wrapped = name.n || writer_is_in_list(w);
    if (state->is_wrapped) {
        put_key(w, name);
        json_object_begin(json);
    }
    json_key(json, S("columns"));
    json_array_begin(json);
    for (size_t i = 0; i < w->n_columns; i++) {
        put_column(json, &w->columns[i]);
        json->is_pretty = w->options.is_pretty;
    }
    json_array_end(json);
    json_key(json, S("rows"));
    json_array_begin(json);
    return json->failed;
}

static inline void put_printed(JsonWriter *json, const Column *column, size_t row) {
    char text[ENCODE_CELL_BYTES];
    json_raw(json, (Str){text, encode_cell_print(text, column, row, NULL)});
}

static inline void put_cell(JsonState *state, const Column *column, size_t row, const WriterColumn *shown) {
    JsonWriter *json = &state->json;
    char text[ENCODE_CELL_BYTES];
    if (column_is_null(column, row)) {
        json_nil(json);
        return;
    }
    switch (column->type.kind) {
    case TYPE_INT64: {
        int64_t i = column_int(column, row);
        if (i < -SAFE_INTEGER || i > SAFE_INTEGER)
            json_value(json, value_int(i));
        else
            put_printed(json, column, row);
        return;
    }
    case TYPE_DECIMAL: put_printed(json, column, row); return;
    case TYPE_DATE:
    case TYPE_TIMESTAMP: json_text(json, (Str){text, encode_cell_print(text, column, row, shown)}); return;
    case TYPE_TEXT: json_text(json, column_str(column, row)); return;
    case TYPE_JSON: put_json_text(state, column_str(column, row)); return;
    case TYPE_NULL:
    case TYPE_BOOL:
    case TYPE_FLOAT64:
    case TYPE_KIND_COUNT: break;
    }
    json_value(json, column_value(column, row));
}

static ErrCode json_rows(Writer *w, const Batch *batch) {
    JsonState *state = state_of(w);
    for (size_t row = 0; row < batch->n_rows && !state->json.failed; row++) {
        json_array_begin(&state->json);
        state->json.is_pretty = false;
        for (size_t i = 0; i < batch->n_columns; i++) put_cell(state, &batch->columns[i], row, &w->columns[i]);
        json_array_end(&state->json);
        state->json.is_pretty = w->options.is_pretty;
    }
    return state->json.failed;
}

static ErrCode json_table_end(Writer *w) {
    JsonState *state = state_of(w);
    json_array_end(&state->json);
    if (state->is_wrapped) json_object_end(&state->json);
    return state->json.failed;
}

static ErrCode json_error(Writer *w, const Err *error) {
    JsonWriter *json = &state_of(w)->json;
    json_key(json, S("error"));
    json_object_begin(json);
    put_member(json, S("code"), str_of(error->code ? err_info(error->code)->wire : ""));
    put_member(json, S("message"), str_of(error->message));
    put_member(json, S("at"), str_of(error->file));
    put_number(json, S("line"), error->line);
    put_number(json, S("column"), error->column);
    json_object_end(json);
    return json->failed;
}

/* The last line ends, so that documents can be told apart in a file of them. */
static ErrCode json_finish(Writer *w) {
    JsonWriter *json = &state_of(w)->json;
    json_object_end(json);
    TRY(json_writer_finish(json));
    return w->options.is_pretty ? ERR_OK : w->sink.write(w->sink.arg, S("\n"), &w->failure);
}

static ErrCode json_flush(Writer *w) {
    json_writer_flush(&state_of(w)->json);
    return state_of(w)->json.failed;
}

const WriterKind WRITER_KIND_JSON = {
    .name = "json",
    .open = json_open,
    .release = json_release,
    .field = json_field,
    .tree = json_put_tree,
    .begin = json_begin,
    .end = json_end,
    .table_begin = json_table_begin,
    .rows = json_rows,
    .table_end = json_table_end,
    .flush = json_flush,
    .error = json_error,
    .finish = json_finish,
};
