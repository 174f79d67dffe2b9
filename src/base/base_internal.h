#pragma once
/* For files of base/ only. Any thread. */
#include "base/base_type.h"

/* Heap memory that never comes back NULL: base/'s long-lived things (buffers, queues, snapshots) share the arena's
 * rule that the system running out of memory ends the process, which exactly-once makes safe. Freed with free. */

/* Writes one line to standard error and aborts. Allocates nothing. */
_Noreturn void base_abort(const char *what);
void *base_alloc(size_t n_bytes) __attribute__((malloc, returns_nonnull, alloc_size(1)));
void *base_zalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
void *base_realloc(void *p, size_t n_bytes) __attribute__((returns_nonnull, alloc_size(2)));

/* The nearest double to unscaled / 10^scale. */
double decimal_to_double(Int128 unscaled, int scale);
