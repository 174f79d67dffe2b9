/* Help, printed from the table of operations. */
#include "cli/cli_internal.h"

enum { HELP_MAX_BYTES = 64 << 10, HELP_INDENT = 28 };

/* What stands for a positional argument: capitals, as for the value of an option. */
static Str placeholder(Arena *arena, const OpArg *arg) {
    return arg->type == OP_ARG_PAIR ? str_of(op_arg_type_name(arg->type)) : utf8_upper(arena, str_of(arg->name));
}

static void add_usage(Arena *arena, Buf *out, const Op *op) {
    buf_printf(out, "Usage: starling %s", op->name);
    for (size_t i = 0; i < op->n_args; i++) {
        const OpArg *arg = &op->args[i];
        const char *type = arg->choices ? arg->choices : op_arg_type_name(arg->type);
        const char *more = arg->is_list ? "…" : "";
        const char *open = arg->is_required ? "" : "[", *close = arg->is_required ? "" : "]";
        if (arg->is_positional)
            buf_printf(out, " %s%.*s%s%s", open, STR_ARG(placeholder(arena, arg)), more, close);
        else
            buf_printf(out, " %s--%s%s%s%s", open, arg->name, *type ? " " : "", type, close);
    }
    buf_add_char(out, '\n');
}

static void add_row(Buf *out, Str left, const char *right) {
    int pad = HELP_INDENT - (int)utf8_width(left);
    buf_printf(out, "  %.*s%*s%s\n", STR_ARG(left), pad > 2 ? pad : 2, "", right);
}

static void add_arg(Arena *arena, Buf *out, const OpArg *arg) {
    const char *type = op_arg_type_name(arg->type);
    Str left = arg->is_positional ? placeholder(arena, arg)
                                  : arena_printf(arena, "--%s%s%s", arg->name, *type ? " " : "", type);
    Str right = str_of(arg->help);
    if (arg->choices) right = arena_printf(arena, "%.*s (%s)", STR_ARG(right), arg->choices);
    if (arg->initial) right = arena_printf(arena, "%.*s; otherwise %s", STR_ARG(right), arg->initial);
    add_row(out, left, arena_cstr(arena, right));
}

static void add_common(Buf *out) {
    buf_add(out, S("\nEvery command also takes\n"));
    add_row(out, S("--home DIR"), "the home; otherwise the nearest folder at or above this one that is a home");
    add_row(out, S("--project NAME"), "the project; otherwise the home's only one");
    add_row(out, S("--json, --format F"), "result as json, or as table, json or csv");
    add_row(out, S("--timeout SECONDS"), "stop after that long");
    add_row(out, S("--quiet"), "no progress, and no notes beside CSV");
    add_row(out, S("--log-level LEVEL"), "log to standard error: debug, info, warn, error (off)");
    add_row(out, S("--help"), "what the command does");
}

static void add_overview(Buf *out) {
    buf_add(out,
            S("Starling turns a company's operational data into answers.\n\nUsage: starling COMMAND [ARGUMENTS]\n\n"));
    size_t n = 0;
    const Op *const *ops = app_ops(&n);
    for (size_t i = 0; i < n; i++) add_row(out, str_of(ops[i]->name), ops[i]->summary);
    add_row(out, S("help COMMAND"), "What a command does and takes");
    add_common(out);
}

ErrCode cli_help(Arena *arena, const Op *op, Sink sink, Err *err) {
    Buf out;
    buf_init(&out, HELP_MAX_BYTES);
    if (op) {
        buf_printf(&out, "%s.\n\n", op->summary);
        add_usage(arena, &out, op);
        if (op->help) buf_printf(&out, "\n%s\n", op->help);
        if (op->n_args) buf_add_char(&out, '\n');
        for (size_t i = 0; i < op->n_args; i++) add_arg(arena, &out, &op->args[i]);
        if (op->chat_arg)
            add_row(&out, S("--chat"),
                    "one a line from standard input, going on from those before; \"undo\" takes one back");
        if (op->example) buf_printf(&out, "\nFor example:\n  %s\n", op->example);
        add_common(&out);
    } else {
        add_overview(&out);
    }
    ErrCode code = sink.write(sink.arg, buf_str(&out), err);
    buf_release(&out);
    return code;
}
