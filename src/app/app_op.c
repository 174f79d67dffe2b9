/* The table of operations and the arguments of a call. An operation is registered by one line here. */
#include <string.h>

#include "app/app_internal.h"

static const Op *const OPS[] = {
    &APP_OP_INIT,       &APP_OP_LOAD,      &APP_OP_GENERATE,      &APP_OP_SYNC,          &APP_OP_SERVE,
    &APP_OP_RECONCILE,  &APP_OP_REBUILD,   &APP_OP_SOURCE_ATTACH, &APP_OP_SOURCE_DETACH, &APP_OP_SOURCE_LIST,
    &APP_OP_STATUS,     &APP_OP_PROJECTS,  &APP_OP_RUNS,          &APP_OP_RUN_SHOW,      &APP_OP_QUERY,
    &APP_OP_EXPLAIN,    &APP_OP_EXAMPLES,  &APP_OP_ASK,           &APP_OP_QUESTIONS,     &APP_OP_FEEDBACK,
    &APP_OP_EVAL,       &APP_OP_ASK_TRAIN, &APP_OP_QUARANTINE,    &APP_OP_MODEL_CHECK,   &APP_OP_MODEL_APPLY,
    &APP_OP_MODEL_SHOW, &APP_OP_MODEL_LOG, &APP_OP_MODEL_TEXT,    &APP_OP_OPENAPI,       &APP_OP_DOCTOR,
    &APP_OP_VERSION,
};

enum { OP_MAX_ARGS = 16, OP_MAX_LIST = 256 };

typedef struct OpGiven {
    const Str *values; /* one, unless the argument is a list */
    size_t n;
    int64_t number;
    double real;
} OpGiven;

struct OpArgs {
    Arena *arena;
    const Op *op;
    OpGiven given[OP_MAX_ARGS];
};

const Op *const *app_ops(size_t *ret_n) {
    *ret_n = COUNT_OF(OPS);
    return OPS;
}

const Op *app_op_find(Str name) {
    for (size_t i = 0; i < COUNT_OF(OPS); i++)
        if (str_eq(name, str_of(OPS[i]->name))) return OPS[i];
    return NULL;
}

Str app_op_nearest(Str name) {
    Str names[COUNT_OF(OPS)];
    for (size_t i = 0; i < COUNT_OF(OPS); i++) names[i] = str_of(OPS[i]->name);
    return str_nearest(name, names, COUNT_OF(OPS));
}

const char *op_arg_type_name(OpArgType type) {
    static const char *const NAMES[] = {[OP_ARG_TEXT] = "TEXT",
                                        [OP_ARG_INT] = "N",
                                        [OP_ARG_NUMBER] = "NUMBER",
                                        [OP_ARG_FLAG] = "",
                                        [OP_ARG_NAME] = "NAME",
                                        [OP_ARG_PATH] = "PATH",
                                        [OP_ARG_PACK] = "NAME|PATH",
                                        [OP_ARG_PAIR] = "NAME=PATH",
                                        [OP_ARG_JSON] = "JSON",
                                        [OP_ARG_DATABASE] = "sqlite:PATH",
                                        [OP_ARG_CHART] = "FILE.svg|-|text|ascii"};
    return NAMES[type];
}

bool op_arg_is_remote(const OpArg *arg) {
    switch (arg->type) {
    case OP_ARG_TEXT:
    case OP_ARG_INT:
    case OP_ARG_NUMBER:
    case OP_ARG_FLAG:
    case OP_ARG_NAME:
    case OP_ARG_PACK: /* by its name */
    case OP_ARG_JSON: return !arg->is_local;
    case OP_ARG_PATH:
    case OP_ARG_PAIR:
    case OP_ARG_DATABASE:
    case OP_ARG_CHART: break; /* files and folders of this machine */
    }
    return false;
}

bool op_is_remote(const Op *op) {
    bool is_remote = !op->is_local && op->home != OP_HOME_CREATE;
    for (size_t i = 0; i < op->n_args; i++) is_remote &= !op->args[i].is_required || op_arg_is_remote(&op->args[i]);
    return is_remote;
}

bool op_is_read(const Op *op) {
    return op->home == OP_HOME_READ || op->home == OP_HOME_OPTIONAL || op->home == OP_HOME_NONE;
}

Str op_route(Arena *arena, const Op *op) {
    char *route = (char *)(uintptr_t)arena_str(arena, str_of(op->route ? op->route : op->name)).p;
    for (char *p = route; *p; p++)
        if (*p == ' ') *p = '/';
    return str_of(route);
}

OpArgs *op_args_new(Arena *arena, const Op *op) {
    assert(op->n_args <= OP_MAX_ARGS);
    OpArgs *args = ARENA_NEW(arena, OpArgs);
    args->arena = arena;
    args->op = op;
    return args;
}

static ptrdiff_t arg_index(const Op *op, Str name) {
    for (size_t i = 0; i < op->n_args; i++)
        if (str_eq(name, str_of(op->args[i].name))) return (ptrdiff_t)i;
    return -1;
}

static bool is_choice(const char *choices, Str value) {
    Str rest = str_of(choices);
    while (rest.n)
        if (str_eq(str_split_next(&rest, '|'), value)) return true;
    return false;
}

bool app_is_name(Str s) {
    if (!s.n || s.n > APP_NAME_MAX) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_letter = c >= 'a' && c <= 'z';
        bool is_inner = (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!(is_letter || (i && is_inner))) return false;
    }
    return true;
}

static ErrCode check_value(const OpArg *arg, Str value, int64_t *ret_number, double *ret_real, Err *err) {
    if (!utf8_is_valid(value) || memchr(value.p ? value.p : "", 0, value.n))
        return err_set(err, ERR_INVALID, "%s is not valid text (UTF-8 without NUL)", arg->name);
    if (arg->choices && !is_choice(arg->choices, value))
        return err_set(err, ERR_INVALID, "%s is '%.*s', but takes one of %s", arg->name, STR_ARG(value), arg->choices);
    switch (arg->type) {
    case OP_ARG_INT:
        if (!str_to_int64(value, ret_number))
            return err_set(err, ERR_INVALID, "%s takes a whole number, not '%.*s'", arg->name, STR_ARG(value));
        break;
    case OP_ARG_NUMBER:
        if (!str_to_double(value, ret_real))
            return err_set(err, ERR_INVALID, "%s takes a number, not '%.*s'", arg->name, STR_ARG(value));
        break;
    case OP_ARG_NAME:
        if (!app_is_name(value))
            return err_set(err, ERR_INVALID, "%s takes a name of " APP_NAME_RULE ", not '%.*s'", arg->name,
                           STR_ARG(value));
        break;
    case OP_ARG_PAIR: {
        ptrdiff_t at = str_find_char(value, '=');
        if (at <= 0 || (size_t)at + 1 >= value.n)
            return err_set(err, ERR_INVALID, "'%.*s' should read NAME=PATH, for example orders=orders.csv",
                           STR_ARG(value));
        break;
    }
    case OP_ARG_PATH:
        if (!value.n) return err_set(err, ERR_INVALID, "%s takes a path, not an empty text", arg->name);
        break;
    case OP_ARG_DATABASE:
        if (!str_starts(value, S("sqlite:")) || value.n == strlen("sqlite:"))
            return err_set(err, ERR_INVALID, "%s is '%.*s', but should read sqlite:PATH, the file of a SQLite database",
                           arg->name, STR_ARG(value));
        break;
    case OP_ARG_CHART: {
        bool is_word = str_eq(value, S("-")) || str_eq(value, S("text")) || str_eq(value, S("ascii"));
        if (!is_word && (!str_ends(value, S(".svg")) || str_ends(value, S("/.svg")) || value.n == strlen(".svg")))
            return err_set(err, ERR_INVALID, "%s takes a file that ends in .svg, -, text or ascii, not '%.*s'",
                           arg->name, STR_ARG(value));
        break;
    }
    case OP_ARG_TEXT:
    case OP_ARG_PACK:
    case OP_ARG_FLAG:
    case OP_ARG_JSON: break;
    }
    return ERR_OK;
}

ErrCode op_args_set(OpArgs *args, Str name, Str value, Err *err) {
    const Op *op = args->op;
    ptrdiff_t at = arg_index(op, name);
    if (at < 0) {
        Str names[OP_MAX_ARGS];
        for (size_t i = 0; i < op->n_args; i++) names[i] = str_of(op->args[i].name);
        Str near = str_nearest(name, names, op->n_args);
        if (near.n)
            return err_set(err, ERR_UNKNOWN_NAME, "%s has no argument '%.*s'; did you mean '%.*s'?", op->name,
                           STR_ARG(name), STR_ARG(near));
        return err_set(err, ERR_UNKNOWN_NAME, "%s has no argument '%.*s'", op->name, STR_ARG(name));
    }
    const OpArg *arg = &op->args[at];
    OpGiven *given = &args->given[at];
    int64_t number = 0;
    double real = 0;
    TRY(check_value(arg, value, &number, &real, err));
    if (given->n && !arg->is_list) return err_set(err, ERR_INVALID, "%s is given twice", arg->name);
    if (given->n >= OP_MAX_LIST)
        return err_set(err, ERR_TOO_LARGE, "%s may be given at most %d times", arg->name, OP_MAX_LIST);
    Str *values = ARENA_ARRAY(args->arena, Str, given->n + 1);
    for (size_t i = 0; i < given->n; i++) values[i] = given->values[i];
    values[given->n] = value;
    given->values = values;
    given->n++;
    given->number = number;
    given->real = real;
    return ERR_OK;
}

ErrCode op_args_finish(OpArgs *args, Err *err) {
    const Op *op = args->op;
    for (size_t i = 0; i < op->n_args; i++) {
        const OpArg *arg = &op->args[i];
        if (args->given[i].n) continue;
        if (arg->is_required) return err_set(err, ERR_INVALID, "%s needs %s: %s", op->name, arg->name, arg->help);
        if (arg->initial) TRY(op_args_set(args, str_of(arg->name), str_of(arg->initial), err));
    }
    return ERR_OK;
}

OpArgs *op_args_copy(Arena *arena, const OpArgs *args) {
    OpArgs *copy = arena_dup(arena, args, sizeof *args);
    copy->arena = arena;
    for (size_t i = 0; i < args->op->n_args; i++) {
        Str *values = ARENA_ARRAY(arena, Str, args->given[i].n + 1);
        for (size_t v = 0; v < args->given[i].n; v++) values[v] = arena_str(arena, args->given[i].values[v]);
        copy->given[i].values = values;
    }
    return copy;
}

static const OpGiven *given_of(const OpArgs *args, const char *name) {
    ptrdiff_t at = arg_index(args->op, str_of(name));
    assert(at >= 0);
    return &args->given[at];
}

bool op_arg_has(const OpArgs *args, const char *name) {
    return given_of(args, name)->n > 0;
}

Str op_arg_text(const OpArgs *args, const char *name) {
    const OpGiven *given = given_of(args, name);
    return given->n ? given->values[0] : (Str){0};
}

int64_t op_arg_int(const OpArgs *args, const char *name) {
    return given_of(args, name)->number;
}

double op_arg_number(const OpArgs *args, const char *name) {
    return given_of(args, name)->real;
}

bool op_arg_flag(const OpArgs *args, const char *name) {
    return given_of(args, name)->n > 0;
}

const Str *op_arg_list(const OpArgs *args, const char *name, size_t *ret_n) {
    const OpGiven *given = given_of(args, name);
    *ret_n = given->n;
    return given->values;
}
