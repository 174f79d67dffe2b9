#pragma once
/*
 * Arena: memory of one lifetime (process, connection, request, job, batch, scratch), given back at once.
 *
 * One thread at a time. Allocation never returns NULL: the system running out aborts, which exactly-once makes safe. A
 * lifetime's own cap is checked where input grows, by arena_room. Under ASan freed blocks are poisoned and neighbours have gaps.
 */
#include "base/base_err.h"

typedef struct Arena Arena;

/* A new arena whose users promise to stay under cap_bytes (0: no cap). Freed by arena_free. */
Arena *arena_new(size_t cap_bytes);
/* Runs the reset hooks last-in first-out, then frees everything. NULL allowed. */
void arena_free(Arena *arena);
/* As arena_free, but the arena stays usable; a first block is kept. */
void arena_reset(Arena *arena);
/* n bytes aligned to 16, contents undefined. */
void *arena_alloc(Arena *arena, size_t n_bytes) __attribute__((malloc, returns_nonnull, alloc_size(2)));
/* count * size bytes, zeroed. */
void *arena_zalloc(Arena *arena, size_t count, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(2, 3)));
/* Copies. The copy of a Str is also NUL-terminated (for a library's door). */
void *arena_dup(Arena *arena, const void *p, size_t n_bytes);
Str arena_str(Arena *arena, Str s);
const char *arena_cstr(Arena *arena, Str s);
Str arena_printf(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
Str arena_vprintf(Arena *arena, const char *format, va_list args) PRINTF_LIKE(2, 0);
/* Calls fn(arg) at reset or free, last-in first-out. Attach on the line that opens a handle, before its result is looked at. */
void arena_on_reset(Arena *arena, void (*fn)(void *arg), void *arg);
/* ERR_TOO_LARGE naming `what` when `more_bytes` would pass the arena's cap. */
NODISCARD ErrCode arena_room(const Arena *arena, size_t more_bytes, const char *what, Err *err);
size_t arena_used(const Arena *arena);

#define ARENA_NEW(arena, Type) ((Type *)arena_zalloc((arena), 1, sizeof(Type)))
#define ARENA_ARRAY(arena, Type, count) ((Type *)arena_zalloc((arena), (size_t)(count), sizeof(Type)))

void arena_freep(Arena **arena); /* for CLEANUP */
