/* A request -> an operation's arguments: a JSON object in the body, or query parameters. Beside the operation's own: project, timeout
 * (seconds) and format (json, csv, svg). */
#include "server/server_internal.h"

enum { TIMEOUT_MAX_S = 86400 };

static const struct {
    const char *name, *type;
} FORMS[] = {[FORM_JSON] = {"json", SERVER_JSON},
             [FORM_CSV] = {"csv", "text/csv; charset=utf-8"},
             [FORM_SVG] = {"svg", "image/svg+xml"}};
static_assert(COUNT_OF(FORMS) == FORM_COUNT, "a name for every form");

const char *server_form_type(ServerForm form) {
    return FORMS[form].type;
}

/* The argument by which it draws; NULL: it has none. */
static const OpArg *chart_arg(const Op *op) {
    for (size_t i = 0; i < op->n_args; i++)
        if (op->args[i].type == OP_ARG_CHART) return &op->args[i];
    return NULL;
}

bool server_op_has_form(const Op *op, ServerForm form) {
    return form == FORM_JSON || (form == FORM_CSV ? op->result == OP_RESULT_TABLE : chart_arg(op) != NULL);
}

/* A browser that goes to an address takes pictures too, and shows JSON better. */
ServerForm server_accepted_form(const NetRequest *request, const Op *op) {
    Str accept = net_request_header(request, S("Accept"));
    ServerForm form = str_find(accept, S("text/csv")) >= 0        ? FORM_CSV
                      : str_find(accept, S("text/html")) >= 0     ? FORM_JSON
                      : str_find(accept, S("image/svg+xml")) >= 0 ? FORM_SVG
                                                                  : FORM_JSON;
    return server_op_has_form(op, form) ? form : FORM_JSON;
}

static ErrCode set_timeout(OpCall *call, double seconds, Err *err) {
    if (!(seconds > 0) || seconds > TIMEOUT_MAX_S) {
        err_set(err, ERR_INVALID, "timeout takes seconds, above 0 and up to %d", TIMEOUT_MAX_S);
        return err_at(err, S("timeout"), 0, 0);
    }
    call->timeout_us = (int64_t)(seconds * (double)TIME_US_PER_SECOND);
    return ERR_OK;
}

static ErrCode set_format(OpCall *call, Str text, Err *err) {
    for (ServerForm form = FORM_JSON; form < FORM_COUNT; form++) {
        if (!str_eq(text, str_of(FORMS[form].name)) || !server_op_has_form(call->op, form)) continue;
        call->form = form;
        return ERR_OK;
    }
    err_set(err, ERR_INVALID, "format takes json%s%s here", server_op_has_form(call->op, FORM_CSV) ? ", csv" : "",
            server_op_has_form(call->op, FORM_SVG) ? ", svg" : "");
    return err_at(err, S("format"), 0, 0);
}

/* Of one of the operation's; NULL where it has none of that name that others may give. */
static const OpArg *find_arg(const Op *op, Str name) {
    for (size_t i = 0; i < op->n_args; i++)
        if (str_eq(name, str_of(op->args[i].name)) && op_arg_is_remote(&op->args[i])) return &op->args[i];
    return NULL;
}

static ErrCode no_such_arg(const Op *op, Str name, Err *err) {
    Str names[32];
    size_t n = 0;
    for (size_t i = 0; i < op->n_args && n + 3 < COUNT_OF(names); i++)
        if (op_arg_is_remote(&op->args[i])) names[n++] = str_of(op->args[i].name);
    names[n++] = S("project");
    names[n++] = S("timeout");
    names[n++] = S("format");
    Str near = str_nearest(name, names, n);
    if (near.n)
        err_set(err, ERR_UNKNOWN_NAME, "%s has no argument '%.*s'; did you mean '%.*s'?", op->name, STR_ARG(name),
                STR_ARG(near));
    else
        err_set(err, ERR_UNKNOWN_NAME, "%s has no argument '%.*s'", op->name, STR_ARG(name));
    return err_at(err, name, 0, 0);
}

/* A pack comes by its name: folders are of this machine. */
static ErrCode check_pack(const OpArg *arg, Str value, Err *err) {
    bool is_folder = str_find_char(value, '/') >= 0 || str_starts(value, S("."));
    if (arg->type != OP_ARG_PACK || !is_folder) return ERR_OK;
    return err_set(err, ERR_DENIED, "%s takes a pack's name here, not a folder", arg->name);
}

static ErrCode set_arg(OpCall *call, const OpArg *arg, Str value, Err *err) {
    ErrCode code = check_pack(arg, value, err);
    if (!code) code = op_args_set(call->args, str_of(arg->name), value, err);
    return code ? err_at(err, str_of(arg->name), 0, 0) : ERR_OK;
}

/* ---- from JSON ------------------------------------------------------------------------------------------------------ */

static ErrCode print_json(Arena *arena, const Json *value, size_t max_bytes, Str *ret, Err *err) {
    Buf text CLEANUP(buf_release);
    JsonWriter w CLEANUP(json_writer_release);
    buf_init(&text, max_bytes * 2 + 1024);
    json_writer_init(&w, sink_of_buf(&text), false, err);
    json_tree(&w, value);
    TRY(json_writer_finish(&w));
    *ret = arena_str(arena, buf_str(&text));
    return ERR_OK;
}

static ErrCode wrong_kind(const OpArg *arg, const Json *value, Err *err) {
    err_set(err, ERR_INVALID, "%s takes %s, not %s", arg->name,
            arg->type == OP_ARG_FLAG                                ? "true or false"
            : arg->type == OP_ARG_INT || arg->type == OP_ARG_NUMBER ? "a number"
                                                                    : "a text",
            json_kind_name(value->kind));
    return err_at(err, str_of(arg->name), 0, 0);
}

/* Texts may be given for numbers, as in a URL. */
static ErrCode set_json(Arena *arena, OpCall *call, const OpArg *arg, const Json *value, size_t max_bytes, Err *err) {
    Str text = {0};
    bool is_text = value->kind == JSON_TEXT, is_number = value->kind == JSON_INT || value->kind == JSON_REAL;
    bool is_bool = value->kind == JSON_TRUE || value->kind == JSON_FALSE;
    if (arg->type == OP_ARG_FLAG) {
        if (!is_bool) return wrong_kind(arg, value, err);
        return value->kind == JSON_TRUE ? set_arg(call, arg, S("true"), err) : ERR_OK;
    }
    if (is_text) return set_arg(call, arg, arena_str(arena, value->s), err);
    bool takes_number = arg->type == OP_ARG_INT || arg->type == OP_ARG_NUMBER;
    if (arg->type != OP_ARG_JSON && !(takes_number && is_number)) return wrong_kind(arg, value, err);
    TRY(print_json(arena, value, max_bytes, &text, err));
    return set_arg(call, arg, text, err);
}

static ErrCode set_common_json(OpCall *call, Str name, const Json *value, bool *ret_is_common, Err *err) {
    bool is_text = value->kind == JSON_TEXT;
    *ret_is_common = true;
    if (str_eq(name, S("timeout"))) {
        bool is_int = value->kind == JSON_INT;
        return set_timeout(call, is_int ? (double)value->i : value->kind == JSON_REAL ? value->f : 0, err);
    }
    if (str_eq(name, S("format"))) return set_format(call, is_text ? value->s : (Str){0}, err);
    *ret_is_common = str_eq(name, S("project"));
    if (!*ret_is_common) return ERR_OK;
    if (!is_text) {
        err_set(err, ERR_INVALID, "project takes a text, not %s", json_kind_name(value->kind));
        return err_at(err, name, 0, 0);
    }
    call->project = value->s;
    return ERR_OK;
}

ErrCode server_call_json(Arena *arena, Str body, size_t max_bytes, OpCall *call, Err *err) {
    const JsonLimits limits = {.max_bytes = max_bytes, .max_depth = 64, .max_values = 200000};
    const Json *json = NULL;
    if (!str_trim(body).n) return ERR_OK;
    TRY(json_parse(arena, body, &limits, &json, err));
    if (json->kind != JSON_OBJECT)
        return err_set(err, ERR_INVALID, "the body must be a JSON object of arguments, not %s",
                       json_kind_name(json->kind));
    for (size_t i = 0; i < json->object.n; i++) {
        Str name = json->object.at[i].key;
        const Json *value = json->object.at[i].value;
        const OpArg *arg = find_arg(call->op, name);
        bool is_common = false;
        if (value->kind == JSON_NULL) continue; /* as if it were not there */
        if (!arg) TRY(set_common_json(call, name, value, &is_common, err));
        if (is_common) continue;
        if (!arg) return no_such_arg(call->op, name, err);
        bool is_list = value->kind == JSON_ARRAY && arg->type != OP_ARG_JSON;
        for (size_t v = 0; is_list && v < value->array.n; v++)
            TRY(set_json(arena, call, arg, value->array.at[v], max_bytes, err));
        if (!is_list) TRY(set_json(arena, call, arg, value, max_bytes, err));
    }
    return ERR_OK;
}

/* ---- from a URL ----------------------------------------------------------------------------------------------------- */

ErrCode server_call_param(OpCall *call, Str name, Str value, Err *err) {
    const OpArg *arg = find_arg(call->op, name);
    double seconds = 0;
    if (arg && arg->type == OP_ARG_FLAG) {
        bool is_off = str_eq(value, S("false")) || str_eq(value, S("0"));
        return is_off ? ERR_OK : set_arg(call, arg, S("true"), err);
    }
    if (arg) return set_arg(call, arg, value, err);
    if (str_eq(name, S("timeout"))) return set_timeout(call, str_to_double(value, &seconds) ? seconds : 0, err);
    if (str_eq(name, S("format"))) return set_format(call, value, err);
    if (!str_eq(name, S("project"))) return no_such_arg(call->op, name, err);
    call->project = value;
    return ERR_OK;
}

ErrCode server_read_call(Arena *arena, const NetRequest *request, const Op *op, size_t max_bytes, OpCall *ret_call,
                         Err *err) {
    OpCall call = {.op = op, .args = op_args_new(arena, op)};
    call.form = server_accepted_form(request, op);
    Str name, value;
    for (size_t i = 0; net_request_param(request, i, &name, &value); i++)
        TRY(server_call_param(&call, name, value, err));
    TRY(server_call_json(arena, net_request_body(request), max_bytes, &call, err));
    const OpArg *chart = call.form == FORM_SVG ? chart_arg(op) : NULL;
    if (chart) TRY(op_args_set(call.args, str_of(chart->name), S("-"), err));
    TRY(op_args_finish(call.args, err));
    *ret_call = call;
    return ERR_OK;
}
