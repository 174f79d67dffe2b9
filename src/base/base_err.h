#pragma once
/*
 * Err: what went wrong, for the person (message, place) and for the log (detail).
 *
 *   NODISCARD ErrCode f(in..., T *ret_x, Err *err);
 *
 * 0 is success. `ret_` outputs are untouched on failure, `err` is untouched on success. TRY passes a code on; err_ignore is the
 * only way to drop one. Who handles an error logs it, once. An Err is the caller's storage (usually on the stack), needs no
 * release and may be copied. Long texts are cut at a character and end in an ellipsis.
 */
#include "base/base_str.h"

/* The one table: code, HTTP status, name on the wire and in logs, meaning (docs and the API's error page are printed from it),
 * process exit code of the command line. */
#define ERR_TABLE(X)                                                                                               \
    X(ERR_INVALID, 400, "invalid", "The request or file is not well formed or not allowed as it stands.", 2)       \
    X(ERR_UNKNOWN_NAME, 400, "unknown_name", "A name is used that the model, schema or command does not have.", 2) \
    X(ERR_UNSUPPORTED, 400, "unsupported", "Understood, but not available here; the message names what is.", 2)    \
    X(ERR_DATA, 422, "bad_data", "Data cannot be read as declared; nothing of it was kept.", 3)                    \
    X(ERR_NOT_FOUND, 404, "not_found", "The named thing does not exist.", 4)                                       \
    X(ERR_EXISTS, 409, "exists", "The named thing exists already.", 4)                                             \
    X(ERR_CONFLICT, 409, "conflict",                                                                               \
      "The state changed or does not admit this now; the message says what to do first.", 4)                       \
    X(ERR_DENIED, 403, "denied", "The security context does not allow it.", 5)                                     \
    X(ERR_BUSY, 503, "busy", "Another process or request holds what is needed; try again later.", 6)               \
    X(ERR_TIMEOUT, 504, "timeout", "The time limit was reached and the work was stopped.", 6)                      \
    X(ERR_CANCELLED, 499, "cancelled", "The caller stopped the work.", 6)                                          \
    X(ERR_TOO_LARGE, 413, "too_large", "A size, depth, row or memory limit was reached; the message names it.", 7) \
    X(ERR_CORRUPT, 500, "corrupt", "A file of ours is damaged or was written by something else.", 8)               \
    X(ERR_VERSION, 409, "version", "The file or home was written by a newer version of this program.", 8)          \
    X(ERR_IO, 500, "io", "Reading or writing failed: disk, permission or connection.", 8)                          \
    X(ERR_ENGINE, 500, "engine", "The database engine refused a statement of ours; the log has its words.", 8)     \
    X(ERR_INTERNAL, 500, "internal", "A fault in this program; please report it with the request id.", 9)

typedef enum ErrCode {
    ERR_OK = 0,
#define X(code, http, wire, meaning, exit_code) code,
    ERR_TABLE(X)
#undef X
        ERR_COUNT
} ErrCode;

enum { ERR_MESSAGE_MAX = 1024, ERR_DETAIL_MAX = 2048, ERR_FILE_MAX = 512 };

typedef struct Err {
    ErrCode code;
    int line;                      /* 1-based line of `file`, 0 when none */
    int column;                    /* 1-based, in characters, 0 when none */
    char file[ERR_FILE_MAX];       /* the person's file, query member path or command argument; empty when none */
    char message[ERR_MESSAGE_MAX]; /* says what is wrong and what to do next; no driver text, no SQL, no secret */
    char detail[ERR_DETAIL_MAX];   /* for the log: SQL text, driver text, errno */
} Err;

/* One row of the table. `code` in 1..ERR_COUNT-1. */
typedef struct ErrInfo {
    ErrCode code;
    int http;
    const char *wire;
    const char *meaning;
    int exit_code;
} ErrInfo;

const ErrInfo *err_info(ErrCode code);

/* Fill *err (NULL allowed) and return `code`. The place and detail are emptied. */
ErrCode err_set(Err *err, ErrCode code, const char *format, ...) PRINTF_LIKE(3, 4);
/* Add where in the person's input it is; keeps an earlier, more exact place. Returns err->code. */
ErrCode err_at(Err *err, Str file, int line, int column);
/* Add the log's detail; keeps an earlier one. Returns err->code. */
ErrCode err_detail(Err *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* Put "context: " before the message. Returns err->code. */
ErrCode err_prefix(Err *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* "file:line:column: message" into out (NUL-terminated, cut if need be); returns out. */
char *err_format(const Err *err, char *out, size_t cap_bytes);

#define TRY(expr)                        \
    do {                                 \
        ErrCode try_code_ = (expr);      \
        if (try_code_) return try_code_; \
    } while (0)

/* The only way to drop an error: where a failure on a clean-up path changes nothing. */
static inline void err_ignore(ErrCode code) {
    (void)code;
}
