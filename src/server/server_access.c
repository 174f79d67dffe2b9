/*
 * The access log: a JSON line a request in HOME/log/access.log: when, method, path without what stands behind '?', status, bytes, milliseconds,
 * request id, operation. No arguments, no bodies. Lines gather in memory and are written out ten times a second by the thread of the streams,
 * so that nobody who is answered waits for a disk; where more gather than ACCESS_MAX_BYTES they are counted and left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/server_internal.h"

enum { ACCESS_MAX_BYTES = 1 << 20, ACCESS_FILE_MAX_BYTES = 64 << 20, PATH_MAX_BYTES = 256 };

struct AccessLog {
    Arena *arena;
    const char *path;
    int fd;
    int64_t n_file_bytes;
    pthread_mutex_t lock;
    Buf lines;   /* under the lock */
    Buf writing; /* the flusher's */
    int64_t n_lost;
};

static ErrCode open_file(AccessLog *log, Err *err) {
    struct stat st;
    log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log->fd < 0 || fstat(log->fd, &st) != 0)
        return err_set(err, ERR_IO, "%s cannot be written (%s); make room, or set server.access_log: off", log->path,
                       strerror(errno));
    log->n_file_bytes = st.st_size;
    return ERR_OK;
}

ErrCode access_open(const char *home, AccessLog **ret_log, Err *err) {
    Arena *arena = arena_new(0);
    AccessLog *log = ARENA_NEW(arena, AccessLog);
    const char *folder = path_join(arena, home, "log");
    log->arena = arena;
    log->path = path_join(arena, folder, "access.log");
    ErrCode code = file_make_dir(folder, err);
    if (!code) code = open_file(log, err);
    if (code) {
        arena_free(arena);
        return code;
    }
    pthread_mutex_init(&log->lock, NULL);
    buf_init(&log->lines, ACCESS_MAX_BYTES);
    buf_init(&log->writing, ACCESS_MAX_BYTES);
    *ret_log = log;
    return ERR_OK;
}

void access_close(AccessLog *log) {
    if (!log) return;
    access_flush(log);
    close(log->fd);
    buf_release(&log->lines);
    buf_release(&log->writing);
    pthread_mutex_destroy(&log->lock);
    arena_free(log->arena);
}

/* Mostly there is nothing to escape. */
static void add_json(Buf *line, Str text) {
    bool is_plain = true;
    for (size_t i = 0; i < text.n; i++)
        is_plain &= text.p[i] >= ' ' && text.p[i] < 127 && text.p[i] != '"' && text.p[i] != '\\';
    if (is_plain) {
        buf_add_char(line, '"');
        buf_add(line, text);
        buf_add_char(line, '"');
        return;
    }
    JsonWriter w CLEANUP(json_writer_release);
    json_writer_init(&w, sink_of_buf(line), false, NULL);
    json_text(&w, text);
    err_ignore(json_writer_finish(&w));
}

static void add_int(Buf *line, int64_t i, int min_digits) {
    char digits[24];
    int n = 0;
    uint64_t rest = (uint64_t)MAX_OF(i, 0);
    do digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) || n < min_digits);
    while (n) buf_add_char(line, digits[--n]);
}

static void add_line(Buf *line, const Access *access) {
    char at[TIME_TEXT_MAX];
    Str path = access->path;
    buf_add(line, S("{\"at\":\""));
    buf_add(line, (Str){at, time_print_timestamp(clock_now(CLOCK_SYSTEM), at)});
    buf_add(line, S("\",\"method\":"));
    add_json(line, access->method);
    buf_add(line, S(",\"path\":"));
    add_json(line, str_slice(path, 0, utf8_cut(path, PATH_MAX_BYTES)));
    buf_add(line, S(",\"status\":"));
    add_int(line, access->status, 1);
    buf_add(line, S(",\"bytes\":"));
    add_int(line, access->n_bytes, 1);
    buf_add(line, S(",\"ms\":"));
    add_int(line, access->duration_us / 1000, 1);
    buf_add_char(line, '.');
    add_int(line, access->duration_us % 1000, 3);
    buf_add(line, S(",\"request_id\":"));
    add_json(line, access->request_id);
    if (access->op) {
        buf_add(line, S(",\"operation\":"));
        add_json(line, str_of(access->op));
        buf_add(line, access->is_kept ? S(",\"kept\":true") : S(",\"kept\":false"));
    }
    buf_add(line, S("}\n"));
}

void access_add(AccessLog *log, const Access *access) {
    if (!log) return;
    pthread_mutex_lock(&log->lock);
    size_t before = log->lines.n;
    add_line(&log->lines, access);
    if (log->lines.is_overflown) {
        log->lines.n = before; /* whole lines only */
        log->lines.is_overflown = false;
        log->n_lost++;
    }
    pthread_mutex_unlock(&log->lock);
}

/* The file of before is kept beside it, once. */
static void rotate(AccessLog *log) {
    if (log->n_file_bytes < ACCESS_FILE_MAX_BYTES) return;
    char older[4096];
    Err err = {0};
    if (snprintf(older, sizeof older, "%s.1", log->path) >= (int)sizeof older) return;
    if (rename(log->path, older) != 0) return;
    close(log->fd);
    if (open_file(log, &err)) log_error("server.access", &err, (Str){0});
}

static void write_out(AccessLog *log, Str bytes) {
    while (bytes.n && log->fd >= 0) {
        ssize_t n = write(log->fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return; /* a full disk loses the log, not the answers */
        log->n_file_bytes += n;
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
}

void access_flush(AccessLog *log) {
    if (!log) return;
    pthread_mutex_lock(&log->lock);
    Buf lines = log->lines;
    log->lines = log->writing;
    log->writing = lines;
    pthread_mutex_unlock(&log->lock);
    write_out(log, buf_str(&log->writing));
    buf_clear(&log->writing);
    rotate(log);
}
