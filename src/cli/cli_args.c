/* argv -> operation and arguments. Words before options name the operation ("model check"); the longest name that fits wins. */
#include <string.h>
#include <unistd.h>

#include "cli/cli_internal.h"

enum { CLI_FILE_MAX_BYTES = 16 << 20 };

typedef struct Words {
    char **at;
    int n;
    int next;
} Words;

/* "model" of "model check" and "model apply"; or something near to a command. */
static ErrCode unknown_command(Arena *arena, const Words *words, Err *err) {
    Str word = str_of(words->at[words->next]), near = {0}, longer = {0};
    size_t n = 0;
    const Op *const *ops = app_ops(&n);
    Str first = arena_printf(arena, "%.*s ", STR_ARG(word));
    for (size_t i = 0; i < n; i++)
        if (str_starts(str_of(ops[i]->name), first))
            longer = arena_printf(arena, "%.*s%s%s", STR_ARG(longer), longer.n ? ", " : "", ops[i]->name);
    if (words->next + 1 < words->n) { /* "model chek" */
        Str two = arena_printf(arena, "%.*s%s", STR_ARG(first), words->at[words->next + 1]);
        near = app_op_nearest(two);
        if (near.n && str_find_char(near, ' ') >= 0) word = two;
    } else if (longer.n) {
        return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' is the first word of: %.*s", STR_ARG(word), STR_ARG(longer));
    }
    if (!near.n) near = app_op_nearest(word);
    if (near.n)
        return err_set(err, ERR_UNKNOWN_NAME, "there is no command '%.*s'; did you mean '%.*s'?", STR_ARG(word),
                       STR_ARG(near));
    return err_set(err, ERR_UNKNOWN_NAME, "there is no command '%.*s'; see: starling help", STR_ARG(word));
}

/* Cuts the operation's words off the front. */
static ErrCode take_op(Arena *arena, Words *words, const Op **ret_op, Err *err) {
    Str name = {0};
    const Op *found = NULL;
    int end = words->next;
    for (int i = words->next; i < words->n && words->at[i][0] != '-'; i++) {
        Str word = str_of(words->at[i]);
        name = name.n ? arena_printf(arena, "%.*s %.*s", STR_ARG(name), STR_ARG(word)) : word;
        const Op *op = app_op_find(name);
        if (op) {
            found = op;
            end = i + 1;
        }
        if (i - words->next >= 2) break;
    }
    if (!found) return unknown_command(arena, words, err);
    words->next = end;
    *ret_op = found;
    return ERR_OK;
}

/* An option's value: after '=', or the next word. */
static ErrCode take_value(Words *words, Str option, bool has_inline, Str inline_value, Str *ret_value, Err *err) {
    if (has_inline) {
        *ret_value = inline_value;
        return ERR_OK;
    }
    if (words->next >= words->n) return err_set(err, ERR_INVALID, "--%.*s needs a value", STR_ARG(option));
    *ret_value = str_of(words->at[words->next++]);
    return ERR_OK;
}

static ErrCode absolute(Arena *arena, Str path, Str *ret_path, Err *err) {
    char folder[4096];
    if (str_starts(path, S("/"))) {
        *ret_path = path;
        return ERR_OK;
    }
    if (!getcwd(folder, sizeof folder))
        return err_set(err, ERR_IO, "the working folder cannot be read; is it deleted?");
    while (str_starts(path, S("./"))) path = str_slice(path, 2, path.n);
    *ret_path = str_of(path_join(arena, folder, arena_cstr(arena, path)));
    return ERR_OK;
}

/* A value as the operation wants it: paths absolute, @FILE read. */
static ErrCode set_arg(Arena *arena, OpArgs *args, const OpArg *arg, Str value, Err *err) {
    bool is_folder = arg->type == OP_ARG_PACK && (str_find_char(value, '/') >= 0 || str_starts(value, S(".")));
    bool is_file = (arg->type == OP_ARG_PATH && value.n) || (arg->type == OP_ARG_CHART && str_ends(value, S(".svg")));
    if (is_file || is_folder) TRY(absolute(arena, value, &value, err));
    if (arg->type == OP_ARG_DATABASE && str_starts(value, S("sqlite:")) && value.n > strlen("sqlite:")) {
        Str path = {0};
        TRY(absolute(arena, str_slice(value, strlen("sqlite:"), value.n), &path, err));
        value = arena_printf(arena, "sqlite:%.*s", STR_ARG(path));
    }
    ptrdiff_t eq = str_find_char(value, '=');
    if (arg->type == OP_ARG_PAIR && eq > 0 && (size_t)eq + 1 < value.n) {
        Str path = {0};
        TRY(absolute(arena, str_slice(value, (size_t)eq + 1, value.n), &path, err));
        value = arena_printf(arena, "%.*s=%.*s", (int)eq, value.p, STR_ARG(path));
    }
    if (arg->type == OP_ARG_JSON && str_starts(value, S("@")))
        TRY(file_read(arena, arena_cstr(arena, str_slice(value, 1, value.n)), CLI_FILE_MAX_BYTES, &value, err));
    return op_args_set(args, str_of(arg->name), value, err);
}

static ErrCode take_positional(Arena *arena, CliLine *line, Str value, Err *err) {
    for (size_t i = 0; i < line->op->n_args; i++) {
        const OpArg *arg = &line->op->args[i];
        if (arg->is_positional && (arg->is_list || !op_arg_has(line->args, arg->name)))
            return set_arg(arena, line->args, arg, value, err);
    }
    return err_set(err, ERR_INVALID, "%s does not take '%.*s'; see: starling help %s", line->op->name, STR_ARG(value),
                   line->op->name);
}

static ErrCode parse_timeout(Str value, int64_t *ret_us, Err *err) {
    double seconds = 0;
    if (!str_to_double(value, &seconds) || seconds <= 0 || seconds > 86400)
        return err_set(err, ERR_INVALID, "--timeout takes seconds, above 0 and up to 86400, not '%.*s'",
                       STR_ARG(value));
    *ret_us = (int64_t)(seconds * (double)TIME_US_PER_SECOND);
    return ERR_OK;
}

/* Options every command has. *ret_is_common: it was one. */
static ErrCode take_common(Words *words, CliLine *line, Str name, bool has_inline, Str value, bool *ret_is_common,
                           Err *err) {
    *ret_is_common = true;
    if (str_eq(name, S("help"))) {
        line->wants_help = true;
    } else if (str_eq(name, S("version"))) {
        line->op = app_op_find(S("version"));
    } else if (str_eq(name, S("json"))) {
        line->format = WRITER_JSON;
    } else if (str_eq(name, S("quiet"))) {
        line->is_quiet = true;
    } else if (str_eq(name, S("home"))) {
        TRY(take_value(words, name, has_inline, value, &value, err));
        line->home = value.p;
    } else if (str_eq(name, S("project"))) {
        TRY(take_value(words, name, has_inline, value, &line->project, err));
    } else if (str_eq(name, S("format"))) {
        TRY(take_value(words, name, has_inline, value, &value, err));
        if (!writer_format_parse(value, &line->format))
            return err_set(err, ERR_INVALID, "--format is '%.*s', but takes one of table|json|csv", STR_ARG(value));
    } else if (str_eq(name, S("timeout"))) {
        TRY(take_value(words, name, has_inline, value, &value, err));
        return parse_timeout(value, &line->timeout_us, err);
    } else if (str_eq(name, S("log-level"))) {
        TRY(take_value(words, name, has_inline, value, &value, err));
        if (!log_level_parse(value, &line->log_level))
            return err_set(err, ERR_INVALID, "--log-level takes one of debug|info|warn|error|off");
    } else {
        *ret_is_common = false;
    }
    return ERR_OK;
}

static ErrCode take_option(Arena *arena, Words *words, CliLine *line, Str word, Err *err) {
    Str value = str_slice(word, 2, word.n);
    bool has_inline = str_find_char(value, '=') >= 0;
    Str name = str_split_next(&value, '=');
    bool is_common = false;
    TRY(take_common(words, line, name, has_inline, value, &is_common, err));
    if (is_common) return ERR_OK;
    if (!line->op)
        return err_set(err, ERR_UNKNOWN_NAME, "there is no option --%.*s here; see: starling help", STR_ARG(name));
    if (line->op->chat_arg && str_eq(name, S("chat"))) {
        line->is_chat = true;
        return ERR_OK;
    }
    for (size_t i = 0; i < line->op->n_args; i++) {
        const OpArg *arg = &line->op->args[i];
        if (arg->is_positional || !str_eq(name, str_of(arg->name))) continue;
        if (arg->type == OP_ARG_FLAG) return op_args_set(line->args, name, S("true"), err);
        TRY(take_value(words, name, has_inline, value, &value, err));
        return set_arg(arena, line->args, arg, value, err);
    }
    return op_args_set(line->args, name, value, err); /* says what it is near to */
}

/* `help`, `help COMMAND`, `COMMAND`. */
static ErrCode parse_word(Arena *arena, Words *words, CliLine *line, Err *err) {
    if (str_eq(str_of(words->at[words->next]), S("help"))) {
        line->wants_help = true;
        words->next++;
        if (words->next >= words->n) return ERR_OK;
    }
    return take_op(arena, words, &line->op, err);
}

ErrCode cli_parse(Arena *arena, int argc, char **argv, CliLine *ret_line, Err *err) {
    CliLine line = {.format = WRITER_TEXT, .log_level = LOG_OFF};
    Words words = {.at = argv, .n = argc, .next = 1};
    bool is_literal = false; /* after "--" */
    while (words.next < argc) {
        Str word = str_of(argv[words.next]);
        if (!is_literal && str_eq(word, S("--"))) {
            is_literal = true;
            words.next++;
        } else if (!is_literal && str_eq(word, S("-h"))) {
            line.wants_help = true;
            words.next++;
        } else if (!is_literal && str_starts(word, S("--"))) {
            words.next++;
            TRY(take_option(arena, &words, &line, word, err));
        } else if (!line.op) {
            TRY(parse_word(arena, &words, &line, err));
        } else {
            words.next++;
            TRY(take_positional(arena, &line, word, err));
        }
        if (line.op && !line.args) line.args = op_args_new(arena, line.op);
    }
    if (!line.op) line.wants_help = true;
    if (!line.wants_help && !line.is_chat) TRY(op_args_finish(line.args, err));
    *ret_line = line;
    return ERR_OK;
}
