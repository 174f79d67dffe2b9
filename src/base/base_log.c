/*
 * One line of JSON an event, built outside the lock and written with one write inside it, so that lines of different
 * threads stay whole and rotation happens between lines.
 *
 * What must not be shown is taken out of a text before it is encoded: registered secrets wherever they stand, values of
 * parameters whose name says secret (?key=…, password=… of a connection string), and the password of a URL's user. A
 * long text is cut after that, never before: half a secret would not be recognised.
 *
 * The one mutable state of base/. The level and the number of secrets are atomics, as they are read for every event; a
 * secret once counted never changes. All else is under the lock. A log that cannot be written loses lines and says
 * nothing: the program's work goes on.
 */
#include "base/base_log.h"

#include "base/base_internal.h"
#include "base/base_time.h"
#include "base/base_utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SECRETS_MAX = 64,
    SECRET_FORMS = 2, /* as it is, and as it looks inside a JSON text */
    SECRET_BYTES_MIN = 4,
    TEXT_BYTES_MAX = 8 * 1024,
    LINE_BYTES_MAX = 256 * 1024,
};

static struct Logger {
    pthread_mutex_t lock;
    int fd;
    char *path; /* NULL: standard error */
    size_t max_bytes;
    size_t n_bytes; /* in the file so far */
    int keep_files;
    Str secrets[SECRETS_MAX * SECRET_FORMS];
} the_log = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = STDERR_FILENO};

static atomic_int the_level = LOG_INFO;
static atomic_size_t the_n_secrets;

static const char *const LEVEL_NAMES[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error", [LOG_OFF] = "off",
};

bool log_is_on(LogLevel level) {
    return level < LOG_OFF && (int)level >= atomic_load_explicit(&the_level, memory_order_relaxed);
}

bool log_level_parse(Str name, LogLevel *ret_level) {
    for (size_t i = 0; i < COUNT_OF(LEVEL_NAMES); i++) {
        if (!str_eq_nocase(name, str_of(LEVEL_NAMES[i]))) continue;
        *ret_level = (LogLevel)i;
        return true;
    }
    return false;
}

/* O_APPEND, so that lines of another process that logs to the same file do not overwrite ours. */
static int open_file(const char *path, size_t *ret_n_bytes) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    struct stat info;
    *ret_n_bytes = fd >= 0 && fstat(fd, &info) == 0 && info.st_size > 0 ? (size_t)info.st_size : 0;
    return fd;
}

/* Puts another file in the place of the present one; the lock is held. */
static void switch_to(int fd, size_t n_bytes) {
    if (the_log.fd != STDERR_FILENO) close(the_log.fd);
    the_log.fd = fd;
    the_log.n_bytes = n_bytes;
}

ErrCode log_open(const LogConfig *config, Err *err) {
    size_t n_bytes = 0;
    int fd = config->path ? open_file(config->path, &n_bytes) : STDERR_FILENO;
    if (fd < 0) {
        int why = errno;
        err_ignore(
            err_set(err, ERR_IO, "cannot open the log '%s'; check its folder and the rights to it", config->path));
        err_ignore(err_detail(err, "errno %d", why));
        return ERR_IO;
    }
    char *path = NULL;
    if (config->path) {
        size_t n = strlen(config->path) + 1;
        path = memcpy(base_alloc(n), config->path, n);
    }
    pthread_mutex_lock(&the_log.lock);
    switch_to(fd, n_bytes);
    free(the_log.path);
    the_log.path = path;
    the_log.max_bytes = config->max_bytes;
    the_log.keep_files = config->keep_files;
    pthread_mutex_unlock(&the_log.lock);
    atomic_store_explicit(&the_level, (int)config->level, memory_order_relaxed);
    return ERR_OK;
}

void log_close(void) {
    pthread_mutex_lock(&the_log.lock);
    switch_to(STDERR_FILENO, 0);
    free(the_log.path);
    the_log.path = NULL;
    pthread_mutex_unlock(&the_log.lock);
}

/* path.N-1 becomes path.N, …, path becomes path.1. The lock is held. */
static void rotate(void) {
    if (the_log.keep_files <= 0) {
        if (ftruncate(the_log.fd, 0) == 0) the_log.n_bytes = 0;
        return;
    }
    char from[PATH_MAX], to[PATH_MAX];
    for (int i = the_log.keep_files; i > 0; i--) {
        int n_to = snprintf(to, sizeof(to), "%s.%d", the_log.path, i);
        int n_from = i > 1 ? snprintf(from, sizeof(from), "%s.%d", the_log.path, i - 1)
                           : snprintf(from, sizeof(from), "%s", the_log.path);
        if (n_to < 0 || n_from < 0 || (size_t)n_to >= sizeof(to) || (size_t)n_from >= sizeof(from)) return;
        (void)!rename(from, to); /* most of them are not there yet */
    }
    size_t n_bytes;
    int fd = open_file(the_log.path, &n_bytes);
    if (fd >= 0) switch_to(fd, n_bytes); /* else the lines go on into path.1 */
}

static void write_line(Str line) {
    pthread_mutex_lock(&the_log.lock);
    /* A line larger than the limit still goes into a file of its own. */
    bool is_full = the_log.path && the_log.max_bytes && the_log.n_bytes && the_log.n_bytes + line.n > the_log.max_bytes;
    if (is_full) rotate();
    /* More than one write only when the disk is full or a signal came: the line's rest follows under the same lock. */
    for (size_t i = 0; i < line.n;) {
        ssize_t n = write(the_log.fd, line.p + i, line.n - i);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        i += (size_t)n;
        the_log.n_bytes += (size_t)n;
    }
    pthread_mutex_unlock(&the_log.lock);
}

/* The lock is held. The new count is stored after the secret, for those who read it without the lock. */
static void add_secret(Str secret) {
    size_t n = atomic_load_explicit(&the_n_secrets, memory_order_relaxed);
    for (size_t i = 0; i < n; i++)
        if (str_eq(the_log.secrets[i], secret)) return;
    if (n == COUNT_OF(the_log.secrets)) return;
    the_log.secrets[n] = (Str){memcpy(base_alloc(secret.n), secret.p, secret.n), secret.n};
    atomic_store_explicit(&the_n_secrets, n + 1, memory_order_release);
}

/* Also in its JSON spelling, for texts that are JSON already: there a quote in a secret is escaped. */
void log_hide(Str secret) {
    if (secret.n < SECRET_BYTES_MIN) return;
    Buf quoted;
    JsonWriter w;
    buf_init(&quoted, size_add(size_mul(secret.n, 6), 2));
    json_writer_init(&w, sink_of_buf(&quoted), false, NULL);
    json_text(&w, secret);
    err_ignore(json_writer_finish(&w));
    pthread_mutex_lock(&the_log.lock);
    add_secret(secret);
    add_secret(str_slice(buf_str(&quoted), 1, quoted.n - 1));
    pthread_mutex_unlock(&the_log.lock);
    buf_release(&quoted);
}

static inline bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A name says secret when one of its words does, words being parted by anything but letters and digits:
 * "client_secret", "X-Api-Key", but not "n_tokens" or "surrogate_key". */
static bool is_secret_name(Str name) {
    static const Str words[] = {{"password", 8}, {"passwd", 6},   {"pwd", 3},    {"passphrase", 10},
                                {"secret", 6},   {"token", 5},    {"apikey", 6}, {"authorization", 13},
                                {"cookie", 6},   {"signature", 9}};
    static const Str key_owners[] = {{"api", 3}, {"access", 6}, {"private", 7}, {"secret", 6}};
    Str before = {0}, rest = name;
    while (rest.n > 0) {
        size_t n = 0;
        while (n < rest.n && is_name_char(rest.p[n])) n++;
        Str word = str_slice(rest, 0, n);
        for (size_t i = 0; i < COUNT_OF(words); i++)
            if (str_eq_nocase(word, words[i])) return true;
        bool is_key = str_eq_nocase(word, S("key"));
        for (size_t i = 0; is_key && i < COUNT_OF(key_owners); i++)
            if (str_eq_nocase(before, key_owners[i])) return true;
        before = word;
        rest = str_slice(rest, n + 1, rest.n);
    }
    return str_eq_nocase(name, S("key"));
}

/* The parameter's name that ends before `at`, which is a '='. */
static Str name_before(Str text, size_t at) {
    size_t start = at;
    while (start > 0 && (is_name_char(text.p[start - 1]) || text.p[start - 1] == '_' || text.p[start - 1] == '-'))
        start--;
    return str_slice(text, start, at);
}

/* Where the parameter's value that starts at `at` ends; in quotes it may have blanks, as in a connection string. */
static size_t value_end(Str text, size_t at) {
    char quote = at < text.n && (text.p[at] == '\'' || text.p[at] == '"') ? text.p[at] : '\0';
    size_t i = at + (quote != '\0');
    for (; i < text.n; i++) {
        char c = text.p[i];
        if (quote && c == '\\' && i + 1 < text.n)
            i++;
        else if (quote ? c == quote : strchr(" \t\r\n&;\"'<>)", c) != NULL)
            break;
    }
    return i < text.n && quote ? i + 1 : i;
}

/* Where the password of "scheme://user:password@" that starts at `at` (after "://") stands; false when there is
 * none. It goes up to the last '@' before the path, as passwords are not always encoded the way they should be. */
static bool find_url_password(Str text, size_t at, size_t *ret_from, size_t *ret_to) {
    size_t from = 0, to = 0;
    for (size_t i = at; i < text.n && !strchr("/?# \t\r\n\"'", text.p[i]); i++) {
        if (text.p[i] == ':' && !from) from = i + 1;
        if (text.p[i] == '@') to = i;
    }
    if (!from || to <= from) return false;
    *ret_from = from;
    *ret_to = to;
    return true;
}

/* How long the registered secret at `at` is, 0 when there is none; the longest, since one may begin with another. */
static size_t secret_at(Str text, size_t at, size_t n_secrets) {
    /* Short lists, compared by their first byte: cheaper than any index at 64 of them. */
    size_t n = 0;
    for (size_t i = 0; i < n_secrets; i++) {
        Str secret = the_log.secrets[i];
        if (*secret.p == text.p[at] && secret.n > n && str_starts(str_slice(text, at, text.n), secret)) n = secret.n;
    }
    return n;
}

/* The text without what must not be shown, cut to TEXT_BYTES_MAX; borrowed from `buf`. */
static Str mask_text(Str text, Buf *buf) {
    const Str mask = S("***");
    size_t n_secrets = atomic_load_explicit(&the_n_secrets, memory_order_acquire);
    size_t password_from = 0, password_to = 0;
    buf_clear(buf);
    for (size_t i = 0; i < text.n && buf->n <= TEXT_BYTES_MAX;) {
        size_t n_secret = i == password_from && password_to > i ? password_to - i : secret_at(text, i, n_secrets);
        if (n_secret) {
            buf_add(buf, mask);
            i += n_secret;
            continue;
        }
        char c = text.p[i++];
        buf_add_char(buf, c);
        if (c == '=' && is_secret_name(name_before(text, i - 1))) {
            size_t end = value_end(text, i);
            if (end > i) buf_add(buf, mask);
            i = end;
        } else if (c == '/' && str_ends(str_slice(text, 0, i), S("://"))) {
            if (!find_url_password(text, i, &password_from, &password_to)) password_to = 0;
        }
    }
    return buf_str(buf);
}

/* Masked, then cut at a character, then encoded: in this order nothing leaks. */
static void put_text(JsonWriter *w, Str text, Buf *scratch) {
    Str masked = mask_text(text, scratch);
    if (masked.n > TEXT_BYTES_MAX) {
        scratch->n = utf8_cut(masked, TEXT_BYTES_MAX);
        buf_add(scratch, S("…"));
    }
    json_text(w, buf_str(scratch));
}

static void put_field(JsonWriter *w, const LogField *field, Buf *scratch) {
    Value value = field->value;
    bool is_json = value.type.kind == TYPE_JSON, is_text = is_json || value.type.kind == TYPE_TEXT;
    json_key(w, field->name);
    if (!value.is_null && is_secret_name(field->name))
        json_text(w, S("***"));
    else if (value.is_null || !is_text || (is_json && str_eq(mask_text(value.s, scratch), value.s)))
        json_value(w, value);
    else
        put_text(w, value.s, scratch); /* json with a hole in it is text */
}

/* The whole line into `line`; false when it got too long. */
static bool format_line(Buf *line, LogLevel level, const char *event, const LogField *fields, size_t n_fields) {
    Buf scratch;
    JsonWriter w;
    char at[TIME_TEXT_MAX];
    buf_init(&scratch, 2 * TEXT_BYTES_MAX);
    json_writer_init(&w, sink_of_buf(line), false, NULL);
    json_object_begin(&w);
    json_key(&w, S("at"));
    json_text(&w, (Str){at, time_print_timestamp(clock_now(CLOCK_SYSTEM), at)});
    json_key(&w, S("level"));
    json_text(&w, str_of(LEVEL_NAMES[level]));
    json_key(&w, S("event"));
    json_text(&w, str_of(event));
    for (size_t i = 0; i < n_fields; i++) put_field(&w, &fields[i], &scratch);
    json_object_end(&w);
    ErrCode code = json_writer_finish(&w);
    buf_release(&scratch);
    buf_add_char(line, '\n');
    return code == ERR_OK && !line->is_overflown;
}

void log_write(LogLevel level, const char *event, const LogField *fields, size_t n_fields) {
    if (!log_is_on(level)) return;
    Buf line;
    buf_init(&line, LINE_BYTES_MAX);
    if (!format_line(&line, level, event, fields, n_fields)) {
        /* That it happened is worth more than what is too long to be told. */
        const LogField cut = {S("is_cut"), value_bool(true)};
        buf_clear(&line);
        (void)format_line(&line, level, event, &cut, 1);
    }
    write_line(buf_str(&line));
    buf_release(&line);
}

void log_error(const char *event, const Err *err, Str request_id) {
    const ErrInfo *info = err_info(err->code);
    /* What the person did wrong is worth a look; what we did wrong, an alarm. */
    LogLevel level = info->http >= 500 ? LOG_ERROR : LOG_WARN;
    if (!log_is_on(level)) return;
    LogField fields[7];
    size_t n = 0;
    fields[n++] = LOG_TEXT("code", str_of(info->wire));
    fields[n++] = LOG_TEXT("message", str_of(err->message));
    if (err->file[0]) fields[n++] = LOG_TEXT("file", str_of(err->file));
    if (err->line) fields[n++] = LOG_INT("line", err->line);
    if (err->column) fields[n++] = LOG_INT("column", err->column);
    if (err->detail[0]) fields[n++] = LOG_TEXT("detail", str_of(err->detail));
    if (request_id.n) fields[n++] = LOG_TEXT("request_id", request_id);
    log_write(level, event, fields, n);
}
