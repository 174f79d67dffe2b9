/*
 * A byte buffer that says no once. After the first append that does not fit, later ones are dropped as well, even those
 * that would: text with a hole in it is worse than text that ends.
 *
 * Invariant: n <= cap <= max_bytes + 1; the byte more is for vsnprintf's NUL, which is never part of the contents.
 */
#include "base/base_buf.h"

#include "base/base_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST_BYTES = 256 };

/* Held to half the address space, so that sums of two sizes below cannot overflow. */
void buf_init(Buf *buf, size_t max_bytes) {
    *buf = (Buf){.max_bytes = MIN_OF(max_bytes, (size_t)PTRDIFF_MAX / 2)};
}

void buf_release(Buf *buf) {
    if (!buf) return;
    free(buf->p);
    *buf = (Buf){.max_bytes = buf->max_bytes};
}

void buf_clear(Buf *buf) {
    buf->n = 0;
    buf->is_overflown = false;
}

/* Room for n more bytes and a NUL, or the flag. */
static bool buf_reserve(Buf *buf, size_t n) {
    if (buf->is_overflown) return false;
    if (n < buf->cap - buf->n) return true;
    if (n > buf->max_bytes - buf->n) {
        buf->is_overflown = true;
        return false;
    }
    /* Doubled, for appends at constant cost on average, but never past the maximum. */
    size_t cap = MAX_OF(MAX_OF(buf->cap * 2, buf->n + n + 1), (size_t)BUF_FIRST_BYTES);
    buf->cap = MIN_OF(cap, buf->max_bytes + 1);
    buf->p = base_realloc(buf->p, buf->cap);
    return true;
}

void buf_add(Buf *buf, Str s) {
    if (s.n == 0 || !buf_reserve(buf, s.n)) return;
    memcpy(buf->p + buf->n, s.p, s.n);
    buf->n += s.n;
}

void buf_add_char(Buf *buf, char c) {
    if (!buf_reserve(buf, 1)) return;
    buf->p[buf->n++] = c;
}

void buf_printf(Buf *buf, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    /* First into what room there is; only a text that does not fit is formatted twice. */
    size_t room = buf->cap - buf->n;
    int n = vsnprintf(room ? buf->p + buf->n : NULL, room, format, args);
    if (n > 0 && (size_t)n < room && !buf->is_overflown) {
        buf->n += (size_t)n;
    } else if (n > 0 && buf_reserve(buf, (size_t)n)) {
        vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again);
        buf->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

Str buf_str(const Buf *buf) {
    return (Str){buf->p, buf->n};
}

ErrCode buf_check(const Buf *buf, const char *what, Err *err) {
    if (!buf->is_overflown) return ERR_OK;
    return err_set(err, ERR_TOO_LARGE, "%s is larger than the limit of %zu bytes; ask for less at a time", what,
                   buf->max_bytes);
}
