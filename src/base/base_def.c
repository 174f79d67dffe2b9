/*
 * The only way base/ ends the process: memory that cannot be had, or a size that no valid input can ask for.
 *
 * Both are the same case to everyone else. Code above never sees NULL and never checks a product of sizes; it checks
 * its caps where foreign input grows, which is long before either of these can happen.
 */
#include "base/base_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void base_abort(const char *what) {
    /* write, not stdio: stdio may allocate, and there may be nothing left to allocate. */
    static const char start[] = "fatal: ";
    ssize_t n = write(STDERR_FILENO, start, sizeof(start) - 1);
    if (n > 0) n = write(STDERR_FILENO, what, strlen(what));
    if (n > 0) n = write(STDERR_FILENO, "\n", 1);
    (void)n;
    abort();
}

size_t size_mul(size_t a, size_t b) {
    size_t product;
    if (__builtin_mul_overflow(a, b, &product)) base_abort("size overflow");
    return product;
}

size_t size_add(size_t a, size_t b) {
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum)) base_abort("size overflow");
    return sum;
}

void *base_alloc(size_t n_bytes) {
    /* malloc(0) may give NULL, which here would mean out of memory. */
    void *p = malloc(n_bytes ? n_bytes : 1);
    if (!p) base_abort("out of memory");
    return p;
}

void *base_zalloc(size_t count, size_t size) {
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p) base_abort("out of memory");
    return p;
}

void *base_realloc(void *p, size_t n_bytes) {
    void *moved = realloc(p, n_bytes ? n_bytes : 1);
    if (!moved) base_abort("out of memory");
    return moved;
}

const char *starling_version(void) {
    return STARLING_VERSION;
}
