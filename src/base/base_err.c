/*
 * Errors as values. Texts are formatted beside the Err and copied in at the end, because the arguments are often parts
 * of the very Err that is being filled: err_set(&err, code, "%s", err.message).
 *
 * A cut text ends in an ellipsis and never inside a character, so whatever prints it (JSON, a terminal) gets valid
 * UTF-8.
 */
#include "base/base_err.h"

#include "base/base_utf8.h"

#include <stdio.h>
#include <string.h>

static const ErrInfo ERR_INFOS[ERR_COUNT] = {
#define X(code_, http_, wire_, meaning_, exit_) \
    [code_] = {.code = code_, .http = http_, .wire = wire_, .meaning = meaning_, .exit_code = exit_},
    ERR_TABLE(X)
#undef X
};

/* The table is indexed by the code; the X-macro puts every row in its place. */
const ErrInfo *err_info(ErrCode code) {
    /* A code from nowhere is a fault of ours: say that rather than read past the table. */
    return &ERR_INFOS[code > ERR_OK && code < ERR_COUNT ? code : ERR_INTERNAL];
}

static const char ELLIPSIS[] = "\xE2\x80\xA6";

/* Makes the cut of a text that needed `n_wanted` bytes and got cap - 1 visible. */
static void mark_cut(char *text, size_t cap, int n_wanted) {
    if (n_wanted < 0) text[0] = '\0'; /* an encoding the C library does not accept */
    if (n_wanted < 0 || (size_t)n_wanted < cap) return;
    if (cap < sizeof(ELLIPSIS)) return;
    size_t n = utf8_cut((Str){text, cap - 1}, cap - sizeof(ELLIPSIS));
    memcpy(text + n, ELLIPSIS, sizeof(ELLIPSIS));
}

ErrCode err_set(Err *err, ErrCode code, const char *format, ...) {
    if (!err) return code;
    char text[ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mark_cut(text, sizeof(text), n);
    err->code = code;
    err->line = err->column = 0;
    err->file[0] = err->detail[0] = '\0';
    memcpy(err->message, text, strlen(text) + 1);
    return code;
}

ErrCode err_at(Err *err, Str file, int line, int column) {
    /* Without an Err the code is lost; what returns err_at's result must still fail. */
    if (!err) return ERR_INTERNAL;
    /* A place is file, line and column together: a line is only added to the file it was counted in. */
    bool has_file = err->file[0] != '\0';
    if (has_file && !str_eq(str_of(err->file), file)) return err->code;
    if (!has_file && file.n) {
        size_t n = MIN_OF(file.n, sizeof(err->file) - 1);
        memcpy(err->file, file.p, n);
        err->file[n] = '\0';
        mark_cut(err->file, sizeof(err->file), (int)MIN_OF(file.n, sizeof(err->file)));
    }
    if (err->line == 0) {
        err->line = line;
        err->column = column;
    }
    return err->code;
}

/* The first detail is the nearest to the fault; what callers would add is in their own messages. */
ErrCode err_detail(Err *err, const char *format, ...) {
    if (!err) return ERR_INTERNAL;
    if (err->detail[0]) return err->code;
    char text[ERR_DETAIL_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mark_cut(text, sizeof(text), n);
    memcpy(err->detail, text, strlen(text) + 1);
    return err->code;
}

ErrCode err_prefix(Err *err, const char *format, ...) {
    if (!err) return ERR_INTERNAL;
    char text[ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mark_cut(text, sizeof(text), n);
    /* The old message is cut, not the prefix: the outermost context says what the person was doing. */
    size_t n_prefix = strlen(text);
    n = snprintf(text + n_prefix, sizeof(text) - n_prefix, ": %s", err->message);
    mark_cut(text, sizeof(text), n < 0 ? n : n + (int)n_prefix);
    memcpy(err->message, text, strlen(text) + 1);
    return err->code;
}

/* The form compilers use, so that editors and terminals make the place a link. */
char *err_format(const Err *err, char *out, size_t cap_bytes) {
    if (cap_bytes == 0) return out;
    int n;
    if (err->file[0] && err->line > 0 && err->column > 0)
        n = snprintf(out, cap_bytes, "%s:%d:%d: %s", err->file, err->line, err->column, err->message);
    else if (err->file[0] && err->line > 0)
        n = snprintf(out, cap_bytes, "%s:%d: %s", err->file, err->line, err->message);
    else if (err->file[0])
        n = snprintf(out, cap_bytes, "%s: %s", err->file, err->message);
    else if (err->line > 0)
        n = snprintf(out, cap_bytes, "line %d, column %d: %s", err->line, err->column, err->message);
    else
        n = snprintf(out, cap_bytes, "%s", err->message);
    mark_cut(out, cap_bytes, n);
    return out;
}
