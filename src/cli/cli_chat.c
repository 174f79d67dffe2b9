/*
 * --chat: an operation called for each line of standard input, which may go on from the lines before. "undo" takes back the last
 * one; an empty line, or the end of input, ends it.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli_internal.h"

enum { CHAT_MAX_LINE = 64 << 10, CHAT_MAX_LINES = 200 };

typedef struct Chat {
    const CliLine *line;
    const Str *said;
    size_t n;
} Chat;

static const OpArg *first_arg(const Op *op) {
    for (size_t i = 0; i < op->n_args; i++)
        if (op->args[i].is_positional) return &op->args[i];
    return NULL;
}

/* What the command line gave, the line, and those before it. */
static ErrCode args_for(Arena *arena, const Chat *chat, Str text, OpArgs **ret, Err *err) {
    const Op *op = chat->line->op;
    const OpArg *first = first_arg(op);
    OpArgs *args = op_args_new(arena, op);
    for (size_t i = 0; i < op->n_args; i++) {
        const OpArg *arg = &op->args[i];
        bool is_given = !arg->is_list && !arg->is_positional && op_arg_has(chat->line->args, arg->name);
        if (is_given) TRY(op_args_set(args, str_of(arg->name), op_arg_text(chat->line->args, arg->name), err));
    }
    for (size_t i = 0; i < chat->n; i++) TRY(op_args_set(args, str_of(op->chat_arg), chat->said[i], err));
    TRY(op_args_set(args, str_of(first->name), text, err));
    *ret = args;
    return op_args_finish(args, err);
}

static void prompt(bool is_terminal) {
    if (is_terminal) fputs("> ", stderr);
}

ErrCode cli_chat(Arena *arena, const CliLine *line, bool is_terminal, CliRun run, void *arg, Err *err) {
    Str said[CHAT_MAX_LINES];
    size_t n = 0;
    char *text = arena_alloc(arena, CHAT_MAX_LINE);
    prompt(is_terminal);
    for (; fgets(text, CHAT_MAX_LINE, stdin); prompt(is_terminal)) {
        Str one = str_trim(str_of(text));
        OpArgs *args;
        if (!one.n) break;
        if (str_eq_nocase(one, S("undo"))) {
            fputs(n ? "The last question is taken back.\n" : "There is nothing to take back.\n", stderr);
            n -= n > 0;
            continue;
        }
        if (n == CHAT_MAX_LINES)
            return err_set(err, ERR_TOO_LARGE, "a conversation has at most %d questions; begin a new one",
                           CHAT_MAX_LINES);
        one = arena_str(arena, one);
        if (n && line->format == WRITER_TEXT) fputc('\n', stdout);
        const Chat chat = {.line = line, .said = said, .n = n};
        TRY(args_for(arena, &chat, one, &args, err));
        TRY(run(arg, args, err));
        said[n++] = one;
    }
    return ERR_OK;
}
