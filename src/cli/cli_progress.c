/* Progress on standard error: a bar that is redrawn at most ten times a second, or plain lines where there is no terminal. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_internal.h"

enum { BAR_WIDTH = 30, REDRAW_US = 100000 };

static void draw_bar(CliProgress *state, int64_t done, int64_t total) {
    int64_t now = clock_monotonic(CLOCK_SYSTEM);
    if (state->is_open && (total <= 0 || done < total) && now - state->last_us < REDRAW_US) return;
    state->last_us = now;
    state->is_open = true;
    if (total <= 0) {
        fprintf(stderr, "\r\033[K%s", state->what);
        if (done > 0) fprintf(stderr, " %" PRId64, done);
    } else {
        int filled = (int)(done >= total ? BAR_WIDTH : done * BAR_WIDTH / total);
        fprintf(stderr, "\r\033[K%s ", state->what);
        for (int i = 0; i < BAR_WIDTH; i++) fputs(i < filled ? "█" : "░", stderr);
        fprintf(stderr, " %3d %%", (int)(done * 100 / total));
    }
    fflush(stderr);
}

/* A line when the work changes and at each quarter of it. */
static void print_line(CliProgress *state, bool is_new, int64_t done, int64_t total) {
    int step = total > 0 ? (int)(done * 4 / total) : 0;
    if (!is_new && step <= state->last_step) return;
    state->last_step = step;
    if (total > 0 && step > 0)
        fprintf(stderr, "%s: %d %%\n", state->what, step * 25);
    else if (is_new)
        fprintf(stderr, "%s\n", state->what);
}

static void on_progress(void *arg, Str what, int64_t done, int64_t total) {
    CliProgress *state = arg;
    if (!what.n) {
        cli_progress_end(state);
        return;
    }
    size_t n = utf8_cut(what, sizeof state->what - 1);
    bool is_new = strlen(state->what) != n || memcmp(state->what, what.p, n) != 0;
    if (is_new) {
        memcpy(state->what, what.p, n);
        state->what[n] = 0;
        state->last_step = 0;
        state->is_open = false;
    }
    if (state->is_terminal)
        draw_bar(state, done, total);
    else
        print_line(state, is_new, done, total);
}

Progress cli_progress_start(CliProgress *state) {
    *state = (CliProgress){.is_terminal = isatty(STDERR_FILENO)};
    return (Progress){on_progress, state};
}

void cli_progress_end(CliProgress *state) {
    if (state->is_terminal && state->what[0]) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    state->what[0] = 0;
}
