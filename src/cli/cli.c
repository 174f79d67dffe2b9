/*
 * A command line: parse, run the operation, write its document to standard output and what went wrong to standard error (as JSON to
 * standard output where JSON was asked for). Ctrl-C cancels the running work; a second one ends the process as usual.
 */
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli_internal.h"

static int terminal_width(void) {
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

/* Waits for a signal to stop, then sets the cancel token; the next signal has its default effect. */
static void *wait_for_stop(void *arg) {
    Cancel *cancel = arg;
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    int got = 0;
    sigwait(&stops, &got);
    atomic_store(&cancel->is_set, true);
    pthread_sigmask(SIG_UNBLOCK, &stops, NULL);
    for (;;) pause();
    return NULL;
}

/* Signals to stop go to a thread of their own; a full disk is an error of the write. Whose reader has left ends by SIGPIPE, as a command
 * does. */
static void set_signals(Cancel *cancel) {
    signal(SIGXFSZ, SIG_IGN);
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_stop, cancel) == 0)
        pthread_detach(thread);
    else
        pthread_sigmask(SIG_UNBLOCK, &stops, NULL);
}

/* "starling: file:3:7: message", or {"error": {…}}. Returns the exit code. */
static int report(const Err *err, WriterFormat format) {
    if (err->code == ERR_OK) return 0;
    const ErrInfo *info = err_info(err->code);
    char text[ERR_MESSAGE_MAX + ERR_FILE_MAX + 64];
    err_format(err, text, sizeof text);
    if (format != WRITER_JSON) {
        fprintf(stderr, "starling: %s\n", text);
        if (strstr(err->message, "the log") && !log_is_on(LOG_WARN))
            fputs("starling: run it again with --log-level warn to see the log\n", stderr);
        return info->exit_code;
    }
    JsonWriter w;
    Err own = {0};
    json_writer_init(&w, sink_of_file(stdout), true, &own);
    json_object_begin(&w);
    json_key(&w, S("error"));
    json_object_begin(&w);
    json_key(&w, S("code"));
    json_text(&w, str_of(info->wire));
    json_key(&w, S("message"));
    json_text(&w, str_of(err->message));
    if (err->file[0]) {
        json_key(&w, S("at"));
        json_text(&w, str_of(err->file));
    }
    if (err->line) {
        json_key(&w, S("line"));
        json_int(&w, err->line);
        json_key(&w, S("column"));
        json_int(&w, err->column);
    }
    json_object_end(&w);
    json_object_end(&w);
    err_ignore(json_writer_finish(&w));
    fputc('\n', stdout);
    return info->exit_code;
}

static Str user_name(Arena *arena) {
    const struct passwd *entry = getpwuid(geteuid());
    return entry && entry->pw_name ? arena_str(arena, str_of(entry->pw_name)) : S("owner");
}

/* Standard output for lines that somebody waits for. */
static ErrCode write_now(void *arg, Str bytes, Err *err) {
    Sink out = sink_of_file(arg);
    TRY(out.write(out.arg, bytes, err));
    if (fflush(arg) != 0) return err_set(err, ERR_IO, "standard output cannot be written");
    return ERR_OK;
}

static ErrCode flush(ErrCode code, Err *err) {
    bool is_written = fflush(stdout) == 0;
    return code || is_written ? code : err_set(err, ERR_IO, "standard output cannot be written");
}

static ErrCode run_line(void *arg, const OpArgs *args, Err *err) {
    return flush(app_kept_run(arg, args, err), err);
}

static void rest(void *arg) {
    app_kept_rest(arg);
}

static ErrCode chat(Arena *arena, const CliLine *line, App *app, const AppRequest *request, const AppOutput *output,
                    Err *err) {
    AppKept *kept = app_kept_new(app, request, line->op, output);
    const CliTalk talk = {.run = run_line, .rest = rest, .arg = kept};
    ErrCode code = cli_chat(arena, line, isatty(STDIN_FILENO), &talk, err);
    app_kept_free(kept);
    return code;
}

static ErrCode run_op(Arena *arena, const CliLine *line, const AppFront *front, Cancel *cancel, Err *err) {
    Security owner = SECURITY_OWNER;
    owner.user = user_name(arena);
    CliProgress progress = {0};
    AppRequest request = {.home = line->home,
                          .project = line->project,
                          .security = &owner,
                          .cancel = cancel,
                          .timeout_us = line->timeout_us};
    if (!line->is_quiet) request.progress = cli_progress_start(&progress);
    AppOutput output = {.format = line->format,
                        .width = terminal_width(),
                        .is_pretty = isatty(STDOUT_FILENO),
                        .out = sink_of_file(stdout),
                        .live = {write_now, stdout}};
    if (!line->is_quiet) output.notes = sink_of_file(stderr);
    App *app = app_new(CLOCK_SYSTEM);
    app_set_front(app, front);
    ErrCode code = line->is_chat ? chat(arena, line, app, &request, &output, err)
                                 : flush(app_run(app, &request, line->op, line->args, &output, err), err);
    app_free(app);
    if (!line->is_quiet) cli_progress_end(&progress);
    return code;
}

int cli_main(int argc, char **argv, const AppFront *front) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Cancel cancel = {false};
    set_signals(&cancel);
    Err err = {0};
    CliLine line = {.format = WRITER_TEXT};
    for (int i = 1; i < argc; i++) { /* so that an error on the line itself is printed as asked */
        bool is_json = strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--format=json") == 0;
        if (is_json || (strcmp(argv[i], "--format") == 0 && i + 1 < argc && strcmp(argv[i + 1], "json") == 0))
            line.format = WRITER_JSON;
    }
    if (cli_parse(arena, argc, argv, &line, &err)) return report(&err, line.format);
    if (line.wants_help) {
        err_ignore(cli_help(arena, line.op, sink_of_file(stdout), &err));
        return report(&err, WRITER_TEXT);
    }
    const LogConfig log = {.level = line.log_level};
    if (log_open(&log, &err)) return report(&err, line.format);
    if (run_op(arena, &line, front, &cancel, &err)) return report(&err, WRITER_TEXT); /* JSON has it in its document */
    return 0;
}
