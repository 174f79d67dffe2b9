#pragma once
/* Of cli/ only. */
#include "cli/cli.h"

/* A command line taken apart. Texts point into argv or the arena. */
typedef struct CliLine {
    const Op *op; /* NULL: help on everything */
    bool wants_help;
    const char *home;
    Str project;
    WriterFormat format;
    int64_t timeout_us;
    bool is_quiet; /* no progress */
    LogLevel log_level;
    OpArgs *args;
    bool is_chat; /* once a line of standard input */
} CliLine;

NODISCARD ErrCode cli_parse(Arena *arena, int argc, char **argv, CliLine *ret_line, Err *err);

typedef struct CliTalk {
    ErrCode (*run)(void *arg, const OpArgs *args, Err *err);
    void (*rest)(void *arg); /* nothing has come for a while */
    void *arg;
} CliTalk;
/* Calls run for each line of standard input, with the arguments of the command line and the lines before. Ends with an empty line,
 * the end of input, or the first failure. is_terminal: somebody types them. */
NODISCARD ErrCode cli_chat(Arena *arena, const CliLine *line, bool is_terminal, const CliTalk *talk, Err *err);

/* Help for one operation, or the overview when op is NULL. */
NODISCARD ErrCode cli_help(Arena *arena, const Op *op, Sink out, Err *err);

/* A bar on a terminal, a plain line at each quarter otherwise; both on standard error. */
typedef struct CliProgress {
    bool is_terminal;
    bool is_open;    /* a bar stands on the current line */
    int last_step;   /* of the plain form */
    int64_t last_us; /* of the bar: at most ten a second */
    char what[64];
} CliProgress;
Progress cli_progress_start(CliProgress *state);
void cli_progress_end(CliProgress *state); /* wipes the bar */
