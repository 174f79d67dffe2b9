#pragma once
/*
 * The table of operations (design 1.8): whatever a person or program can do is one const descriptor in a file of its own
 * (app_op_NAME.c) and a line in app_op.c. CLI commands and help, REST routes, OpenAPI, later MCP tools and the permission matrix
 * are printed from it; transports add nothing of their own.
 */
#include "base/base.h"
#include "encode/encode.h"

typedef struct App App;
typedef struct AppSession AppSession;

typedef enum OpArgType {
    OP_ARG_TEXT,
    OP_ARG_INT,
    OP_ARG_NUMBER,
    OP_ARG_FLAG,     /* true when given */
    OP_ARG_NAME,     /* lower case name with hyphens or underscores */
    OP_ARG_PATH,     /* file or folder; the transport makes it absolute */
    OP_ARG_PACK,     /* a pack's name, or its folder, with a '/' or a leading '.', which the transport makes absolute */
    OP_ARG_PAIR,     /* name=path, repeated */
    OP_ARG_JSON,     /* a JSON document, or @file */
    OP_ARG_DATABASE, /* sqlite:PATH; the transport makes the path absolute */
    OP_ARG_CHART     /* a file that ends in .svg, which the transport makes absolute; "-", "text" or "ascii" */
} OpArgType;

typedef struct OpArg {
    const char *name; /* "pack"; on the command line --pack, unless positional */
    OpArgType type;
    bool is_positional;
    bool is_required;
    bool is_list;        /* may be given several times */
    bool is_local;       /* of a person at this machine: only the command line has it */
    const char *choices; /* "table|json|csv", or NULL */
    const char *initial; /* when not given, or NULL */
    const char *help;    /* a phrase */
} OpArg;

/* What an operation needs of the home before it runs. */
typedef enum OpHome {
    OP_HOME_NONE,     /* runs anywhere */
    OP_HOME_OPTIONAL, /* shared lock, if there is a home */
    OP_HOME_READ,     /* shared lock */
    OP_HOME_WRITE,    /* exclusive lock */
    OP_HOME_CREATE    /* argument "home" names it; made when absent; exclusive lock */
} OpHome;

typedef enum OpResult { OP_RESULT_OBJECT, OP_RESULT_TABLE } OpResult;
const char *op_arg_type_name(OpArgType type); /* "TEXT", "N", "PATH", "NAME=PATH", … for help */

typedef struct OpArgs OpArgs;

typedef struct Op {
    const char *name;    /* words of the command, "model check" */
    const char *route;   /* its REST path, "model/check"; NULL: the name with slashes */
    const char *summary; /* a line */
    const char *help;    /* further paragraphs, or NULL */
    const char *example; /* a command line, or NULL */
    Permission permission;
    OpHome home;
    bool needs_project;       /* --project, or the home's only one */
    const char *project_arg;  /* an argument that names it as --project does, or NULL */
    const char *all_projects; /* name of a flag with which --project may be left out all the same; NULL: none */
    const char *chat_arg;     /* a list argument that holds what was given before for the first one: it can be called
                                 line by line (--chat); NULL: it cannot */
    OpResult result;
    const char *answer; /* what its JSON holds, as app_schema.h writes it; NULL: an object of any kind */
    bool is_local;      /* of a person at this machine: only the command line has it */
    bool is_reusable;   /* its document may be given again while the project's versions stand (session_reusable) */
    bool is_streaming;  /* rows leave as they come */
    bool is_long;       /* a job where the transport has jobs; no time limit but one that is asked for */
    const OpArg *args;
    size_t n_args;
    ErrCode (*run)(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *writer, Err *err);
} Op;

/* Whether transports that others reach offer an argument, or the operation at all: not what is of this machine or needs it. */
bool op_arg_is_remote(const OpArg *arg);
bool op_is_remote(const Op *op);
/* Changes nothing: may be asked again, and by GET. */
bool op_is_read(const Op *op);
/* "model/check"; in the arena. */
Str op_route(Arena *arena, const Op *op);

/* The table, in the order help shows it. */
const Op *const *app_ops(size_t *ret_n);
const Op *app_op_find(Str name); /* exact; NULL when none */
/* The nearest name, for "did you mean"; empty when none is near. */
Str app_op_nearest(Str name);

/* Arguments as given, checked against the descriptor. */
OpArgs *op_args_new(Arena *arena, const Op *op);
/* ERR_UNKNOWN_NAME, ERR_INVALID naming the argument and what it takes. value is ignored for a flag. Text is borrowed. */
NODISCARD ErrCode op_args_set(OpArgs *args, Str name, Str value, Err *err);
/* All required ones are there; initial values are filled in. */
NODISCARD ErrCode op_args_finish(OpArgs *args, Err *err);
/* With copies of all texts, in the arena. */
OpArgs *op_args_copy(Arena *arena, const OpArgs *args);
/* By name; the name must be in the descriptor. */
bool op_arg_has(const OpArgs *args, const char *name);
Str op_arg_text(const OpArgs *args, const char *name); /* empty when not given */
int64_t op_arg_int(const OpArgs *args, const char *name);
double op_arg_number(const OpArgs *args, const char *name);
bool op_arg_flag(const OpArgs *args, const char *name);
const Str *op_arg_list(const OpArgs *args, const char *name, size_t *ret_n);
