#pragma once
/*
 * Structured log: one JSON object a line, {"at","level","event",fields…}, to standard error or a file that is rotated by size.
 * Events are short constant names ("sync.publish"); values are fields. Values of fields whose name says secret (password, token,
 * secret, key=… in URLs) are replaced by "***", and so is every text registered by log_hide. Any thread; a line is written whole.
 */
#include "base/base_json.h"

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF } LogLevel;

typedef struct LogConfig {
    LogLevel level;
    const char *path; /* NULL: standard error */
    size_t max_bytes; /* rotate past this; 0: never */
    int keep_files;   /* path.1 … path.N */
} LogConfig;

/* Before threads start; again to change. ERR_IO when the file cannot be opened (the old log stays). */
NODISCARD ErrCode log_open(const LogConfig *config, Err *err);
void log_close(void);
bool log_is_on(LogLevel level);
NODISCARD bool log_level_parse(Str name, LogLevel *ret_level);
/* Registers a secret (at least 4 bytes, copied; at most 64 of them) that must never be printed. */
void log_hide(Str secret);

typedef struct LogField {
    Str name;
    Value value;
} LogField;
#define LOG_TEXT(name_, str_) ((LogField){S(name_), value_text(str_)})
#define LOG_INT(name_, int_) ((LogField){S(name_), value_int(int_)})

void log_write(LogLevel level, const char *event, const LogField *fields, size_t n_fields);
#define log_event(level, event, ...)                                         \
    do {                                                                     \
        if (log_is_on(level)) {                                              \
            const LogField log_fields_[] = {__VA_ARGS__};                    \
            log_write((level), (event), log_fields_, COUNT_OF(log_fields_)); \
        }                                                                    \
    } while (0)
/* An error once, where it is handled: code, message, place, detail and the request id. */
void log_error(const char *event, const Err *err, Str request_id);
