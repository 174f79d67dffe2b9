#pragma once
/* The words every file uses: fixed-width types, attributes, checked sizes. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_index, args_index) __attribute__((format(printf, fmt_index, args_index)))
#define UNUSED __attribute__((unused))
/* Runs fn(&variable) when the variable's scope ends, last declared first. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

typedef __int128 Int128;

/* a * b or a + b for sizes; aborts on overflow, which only a broken caller can reach: inputs are capped long before. */
size_t size_mul(size_t a, size_t b);
size_t size_add(size_t a, size_t b);

/* Version of this program, as in the file VERSION. */
const char *starling_version(void);
