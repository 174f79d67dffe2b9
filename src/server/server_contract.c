/* The API's contract, OpenAPI 3.1, printed from the table of operations, the routes and the table of errors: nothing of it is written twice. */
#include "app/app_schema.h"
#include "server/server_internal.h"

#include <string.h>

enum { CONTRACT_MAX_BYTES = 1 << 20 };

/* Of the server's own routes, and of every error. */
static const AppShape SHAPES[] = {
    {"Health",
     "{status:text,version:text,uptime_s:int,projects:[{name:text,model_version:int,data_version:int,data_at?:time,problem?:text}],"
     "jobs:{waiting:int,running:int,done:int,failed:int},cache:{entries:int,bytes:int,hits:int,waited:int,misses:int,evicted:int},streams:int}",
     "how the server is"},
    {"Job",
     "{id:text,operation:text,project?:text,status:\"waiting\"|\"running\"|\"done\"|\"failed\"|\"cancelled\",taken_at:time,"
     "begun_at?:time,ended_at?:time,progress?:{what:text,done:int,total:int},result?:any,error?:Problem}",
     "a long operation; total is 0 where nobody knows it, result is the operation's document"},
    {"DataEvent", "{project:text,model_version:int,data_version:int,data_at?:time,problem?:text}",
     "data of an event `data`"},
    {"Problem",
     "{type:text,title:text,status:int,code:text,detail:text,at?:text,line?:int,column?:int,request_id:text,findings?:[Finding]}",
     "an error (RFC 9457); detail is for the person; findings say what is wrong with a pack, one by one"},
};

static void put(JsonWriter *w, const char *key, const char *text) {
    json_key(w, str_of(key));
    json_text(w, str_of(text));
}

static void open(JsonWriter *w, const char *key) {
    json_key(w, str_of(key));
    json_object_begin(w);
}

/* The star as OpenAPI names it: {id}. */
static Str path_of(Arena *arena, const char *path) {
    const char *star = strchr(path, '*');
    return star ? arena_printf(arena, "%.*s{id}%s", (int)(star - path), path, star + 1) : str_of(path);
}

/* ---- arguments ------------------------------------------------------------------------------------------------------ */

static void put_enum(JsonWriter *w, const char *choices) {
    Str rest = str_of(choices);
    json_key(w, S("enum"));
    json_array_begin(w);
    while (rest.n) json_text(w, str_split_next(&rest, '|'));
    json_array_end(w);
}

static void put_arg_type(JsonWriter *w, const OpArg *arg) {
    switch (arg->type) {
    case OP_ARG_INT: put(w, "type", "integer"); break;
    case OP_ARG_NUMBER: put(w, "type", "number"); break;
    case OP_ARG_FLAG: put(w, "type", "boolean"); break;
    case OP_ARG_JSON: put(w, "$ref", "#/components/schemas/SemanticQuery"); break;
    default: put(w, "type", "string"); break;
    }
    if (arg->choices) put_enum(w, arg->choices);
}

static void put_default(JsonWriter *w, const OpArg *arg) {
    if (!arg->initial) return;
    json_key(w, S("default"));
    if (arg->type == OP_ARG_INT || arg->type == OP_ARG_NUMBER)
        json_raw(w, str_of(arg->initial));
    else
        json_text(w, str_of(arg->initial));
}

static void put_arg(JsonWriter *w, const OpArg *arg) {
    json_object_begin(w);
    if (arg->is_list) {
        put(w, "type", "array");
        open(w, "items");
        put_arg_type(w, arg);
        json_object_end(w);
    } else {
        put_arg_type(w, arg);
        put_default(w, arg);
    }
    put(w, "description", arg->help);
    json_object_end(w);
}

/* What every operation takes beside its own. */
static const OpArg COMMON[] = {
    {.name = "project", .type = OP_ARG_TEXT, .help = "the project; otherwise the home's only one"},
    {.name = "timeout", .type = OP_ARG_NUMBER, .help = "seconds after which it stops"},
    {.name = "format", .type = OP_ARG_TEXT, .choices = "json|csv", .help = "of the answer; csv is its first table"},
    {.name = "format",
     .type = OP_ARG_TEXT,
     .choices = "json|csv|svg",
     .help = "of the answer; csv is its first table, svg its chart"},
};

static bool takes(const Op *op, const OpArg *common) {
    for (size_t i = 0; i < op->n_args; i++)
        if (strcmp(op->args[i].name, common->name) == 0) return false; /* its own */
    bool has_csv = server_op_has_form(op, FORM_CSV), has_svg = server_op_has_form(op, FORM_SVG);
    return common == &COMMON[0]   ? op->home != OP_HOME_NONE
           : common == &COMMON[2] ? has_csv && !has_svg
           : common == &COMMON[3] ? has_csv && has_svg
                                  : true;
}

static void put_body(JsonWriter *w, const Op *op) {
    bool has_required = false;
    open(w, "requestBody");
    open(w, "content");
    open(w, SERVER_JSON);
    open(w, "schema");
    put(w, "type", "object");
    json_key(w, S("additionalProperties"));
    json_bool(w, false);
    open(w, "properties");
    for (size_t i = 0; i < op->n_args + COUNT_OF(COMMON); i++) {
        const OpArg *arg = i < op->n_args ? &op->args[i] : &COMMON[i - op->n_args];
        if (i < op->n_args ? !op_arg_is_remote(arg) : !takes(op, arg)) continue;
        json_key(w, str_of(arg->name));
        put_arg(w, arg);
        has_required |= arg->is_required;
    }
    json_object_end(w);
    if (has_required) {
        json_key(w, S("required"));
        json_array_begin(w);
        for (size_t i = 0; i < op->n_args; i++)
            if (op->args[i].is_required) json_text(w, str_of(op->args[i].name));
        json_array_end(w);
    }
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
}

static void put_param(JsonWriter *w, const OpArg *arg) {
    json_object_begin(w);
    put(w, "name", arg->name);
    put(w, "in", "query");
    if (arg->is_required) json_key(w, S("required"));
    if (arg->is_required) json_bool(w, true);
    json_key(w, S("schema"));
    put_arg(w, arg);
    json_object_end(w);
}

static void put_params(JsonWriter *w, const Op *op) {
    json_key(w, S("parameters"));
    json_array_begin(w);
    for (size_t i = 0; i < op->n_args; i++)
        if (op_arg_is_remote(&op->args[i])) put_param(w, &op->args[i]);
    for (size_t i = 0; i < COUNT_OF(COMMON); i++)
        if (takes(op, &COMMON[i])) put_param(w, &COMMON[i]);
    json_array_end(w);
}

/* ---- answers -------------------------------------------------------------------------------------------------------- */

static void put_content(JsonWriter *w, const char *type, const char *shape) {
    open(w, type);
    json_key(w, S("schema"));
    app_schema_print(w, shape);
    json_object_end(w);
}

/* op: what gives it, in other forms as well; NULL: none that has any. */
static void put_answers(JsonWriter *w, const char *status, const char *what, const char *type, const char *shape,
                        const Op *op) {
    open(w, "responses");
    open(w, status);
    put(w, "description", what);
    open(w, "content");
    put_content(w, type, shape ? shape : "text");
    if (op && server_op_has_form(op, FORM_CSV)) put_content(w, "text/csv", "text");
    if (op && server_op_has_form(op, FORM_SVG)) put_content(w, server_form_type(FORM_SVG), "text");
    json_object_end(w);
    json_object_end(w);
    open(w, "default");
    put(w, "description", "why not");
    open(w, "content");
    put_content(w, "application/problem+json", "Problem");
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
}

/* ---- operations ----------------------------------------------------------------------------------------------------- */

/* "modelCheck", and "getModelCheck" for the other method */
static Str operation_id(Arena *arena, const char *prefix, Str route) {
    Buf id CLEANUP(buf_release);
    bool is_new_word = *prefix != 0;
    buf_init(&id, 256);
    buf_add(&id, str_of(prefix));
    for (size_t i = 0; i < route.n; i++) {
        char c = route.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_letter) buf_add_char(&id, is_new_word && c >= 'a' ? (char)(c - 'a' + 'A') : c);
        is_new_word = !is_letter;
    }
    return arena_str(arena, buf_str(&id));
}

static void put_operation(JsonWriter *w, Arena *arena, const Op *op, bool is_get) {
    Str id = operation_id(arena, is_get ? "get" : "", op_route(arena, op));
    open(w, is_get ? "get" : "post");
    put(w, "operationId", id.p);
    put(w, "summary", op->summary);
    if (op->help) put(w, "description", op->help);
    put(w, "x-permission", permission_name(op->permission));
    if (is_get)
        put_params(w, op);
    else
        put_body(w, op);
    if (op->is_long) {
        put_answers(w, "202", "taken on as a job", SERVER_JSON, "Job", NULL);
        json_key(w, S("x-result")); /* the job's, which its own shape leaves open */
        app_schema_print(w, op->answer ? op->answer : "object");
    } else {
        put_answers(w, "200", "the answer", SERVER_JSON, op->answer ? op->answer : "object", op);
    }
    json_object_end(w);
}

static void put_op_paths(JsonWriter *w, Arena *arena) {
    size_t n;
    const Op *const *ops = app_ops(&n);
    for (size_t i = 0; i < n; i++) {
        if (!op_is_remote(ops[i])) continue;
        open(w, arena_printf(arena, SERVER_API "%.*s", STR_ARG(op_route(arena, ops[i]))).p);
        put_operation(w, arena, ops[i], false);
        if (op_is_read(ops[i]) && !ops[i]->is_long) put_operation(w, arena, ops[i], true);
        json_object_end(w);
    }
}

/* Its words; one of several is told from their list. */
static Str route_words(Arena *arena, const Route *route) {
    Str path = str_of(route->path + 1);
    return str_ends(path, S("*")) ? arena_printf(arena, "%.*s by id", STR_ARG(path)) : path;
}

static void put_route(JsonWriter *w, Arena *arena, const Route *route) {
    bool has_part = strchr(route->path, '*') != NULL, is_get = strcmp(route->method, "GET") == 0;
    open(w, is_get ? "get" : "delete");
    put(w, "operationId", operation_id(arena, is_get ? "get" : "cancel", route_words(arena, route)).p);
    put(w, "summary", route->summary);
    if (has_part) {
        json_key(w, S("parameters"));
        json_array_begin(w);
        json_object_begin(w);
        put(w, "name", "id");
        put(w, "in", "path");
        json_key(w, S("required"));
        json_bool(w, true);
        open(w, "schema");
        put(w, "type", "string");
        json_object_end(w);
        json_object_end(w);
        json_array_end(w);
    }
    put_answers(w, "200", "the answer", route->content_type, route->answer, NULL);
    json_object_end(w);
}

/* Methods of one path stand together in the table. */
static void put_route_paths(JsonWriter *w, Arena *arena) {
    size_t n;
    const Route *routes = server_routes(&n);
    for (size_t i = 0; i < n; i++) {
        bool is_first = i == 0 || strcmp(routes[i].path, routes[i - 1].path) != 0;
        bool is_last = i + 1 == n || strcmp(routes[i].path, routes[i + 1].path) != 0;
        if (is_first) open(w, arena_cstr(arena, path_of(arena, routes[i].path)));
        put_route(w, arena, &routes[i]);
        if (is_last) json_object_end(w);
    }
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static void put_shapes(JsonWriter *w, const AppShape *shapes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        json_key(w, str_of(shapes[i].name));
        app_schema_print(w, shapes[i].text);
    }
}

static void put_contract(JsonWriter *w, Arena *arena) {
    size_t n;
    const AppShape *shapes = app_shapes(&n);
    json_object_begin(w);
    put(w, "openapi", "3.1.0");
    open(w, "info");
    put(w, "title", "Starling");
    put(w, "version", starling_version());
    put(w, "description", "Every operation of the program, as `starling serve` answers it.");
    json_object_end(w);
    open(w, "paths");
    put_route_paths(w, arena);
    put_op_paths(w, arena);
    json_object_end(w);
    open(w, "components");
    open(w, "schemas");
    put_shapes(w, shapes, n);
    put_shapes(w, SHAPES, COUNT_OF(SHAPES));
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
}

ErrCode server_describe(Sink out, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    JsonWriter w CLEANUP(json_writer_release);
    json_writer_init(&w, out, true, err);
    put_contract(&w, arena);
    return json_writer_finish(&w);
}

void server_openapi(Server *server, NetRequest *request, Str part) {
    (void)server, (void)part;
    Buf body CLEANUP(buf_release);
    buf_init(&body, CONTRACT_MAX_BYTES);
    err_ignore(server_describe(sink_of_buf(&body), NULL));
    server_json(request, 200, &body);
}
