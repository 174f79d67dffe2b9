/*
 * --chat: an operation called for each line of standard input, which may go on from the lines before. "undo" takes back the last
 * one; an empty line, or the end of input, ends it. Between lines what was opened stays so, but not while nobody writes: others may
 * wait for the home.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_internal.h"

enum { CHAT_MAX_LINE = 64 << 10, CHAT_MAX_LINES = 200, CHAT_REST_MS = 2000 };

/* Standard input, read as it comes. */
typedef struct ChatInput {
    char *text;
    size_t n;    /* bytes read… */
    size_t used; /* …and given out */
    bool is_over;
} ChatInput;

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
    assert(first); /* an operation that can be called line by line takes the line */
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

/* ---- lines ---------------------------------------------------------------------------------------------------------- */

static void read_more(ChatInput *in, const CliTalk *talk) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    memmove(in->text, in->text + in->used, in->n - in->used);
    in->n -= in->used;
    in->used = 0;
    if (poll(&input, 1, CHAT_REST_MS) == 0) talk->rest(talk->arg);
    ssize_t n = read(STDIN_FILENO, in->text + in->n, CHAT_MAX_LINE - in->n);
    if (n > 0) in->n += (size_t)n;
    in->is_over = n == 0 || (n < 0 && errno != EINTR);
}

/* Borrowed until the next one; false: there is none. Of one that is too long the beginning, CHAT_MAX_LINE bytes. */
static bool next_line(ChatInput *in, const CliTalk *talk, Str *ret) {
    for (;;) {
        Str rest = {in->text + in->used, in->n - in->used};
        const char *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
        if (end || rest.n == CHAT_MAX_LINE || (in->is_over && rest.n)) {
            size_t n = end ? (size_t)(end - rest.p) : rest.n;
            in->used += n + (end != NULL);
            *ret = str_trim((Str){rest.p, n});
            return true;
        }
        if (in->is_over) return false;
        read_more(in, talk);
    }
}

/* ---- the conversation ----------------------------------------------------------------------------------------------- */

static void prompt(bool is_terminal) {
    if (is_terminal) fputs("> ", stderr);
}

ErrCode cli_chat(Arena *arena, const CliLine *line, bool is_terminal, const CliTalk *talk, Err *err) {
    Str said[CHAT_MAX_LINES], one;
    size_t n = 0;
    ChatInput in = {.text = arena_alloc(arena, CHAT_MAX_LINE)};
    prompt(is_terminal);
    for (; next_line(&in, talk, &one); prompt(is_terminal)) {
        OpArgs *args;
        if (!one.n) break;
        if (one.n == CHAT_MAX_LINE)
            return err_set(err, ERR_TOO_LARGE, "a line has less than %d bytes; ask a shorter question", CHAT_MAX_LINE);
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
        TRY(talk->run(talk->arg, args, err));
        said[n++] = one;
    }
    return ERR_OK;
}
