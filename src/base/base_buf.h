#pragma once
/*
 * Buf: a growing byte buffer with a maximum, on the heap. Appending past the maximum sets a sticky flag and drops the bytes, so
 * writers need no check at each step: buf_check at the end tells. One thread at a time.
 */
#include "base/base_err.h"

typedef struct Buf {
    char *p;
    size_t n;
    size_t cap;
    size_t max_bytes;
    bool is_overflown;
} Buf;

void buf_init(Buf *buf, size_t max_bytes);
void buf_release(Buf *buf); /* NULL and zeroed allowed */
void buf_clear(Buf *buf);   /* keeps the memory, clears the flag */
void buf_add(Buf *buf, Str s);
void buf_add_char(Buf *buf, char c);
void buf_printf(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
Str buf_str(const Buf *buf); /* borrowed until the next call */
/* ERR_TOO_LARGE naming `what` and the maximum if anything was dropped. */
NODISCARD ErrCode buf_check(const Buf *buf, const char *what, Err *err);
