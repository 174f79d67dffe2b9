/*
 * A bump allocator over blocks that double in size.
 *
 * The Arena itself stands at the start of its first block, so a short request costs one malloc. An allocation too large
 * for what is left in the current block gets a new block; one that would waste most of a block gets a block of its own,
 * linked behind the current one, which stays in use. Reset frees all but the first block.
 *
 * Invariants: at <= end, both aligned to 16; `hooks` is last-in first-out; a hook may allocate and attach hooks while
 * it runs. Under ASan everything between `at` and `end` is poisoned and each allocation is followed by a poisoned gap,
 * so an overrun into a neighbour and a use after reset are reported like those of malloc.
 */
#include "base/base_arena.h"

#include "base/base_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
enum { ARENA_GAP = 16 };
static inline void poison(const void *p, size_t n) {
    ASAN_POISON_MEMORY_REGION(p, n);
}
static inline void unpoison(const void *p, size_t n) {
    ASAN_UNPOISON_MEMORY_REGION(p, n);
}
#else
enum { ARENA_GAP = 0 };
static inline void poison(const void *p, size_t n) {
    (void)p;
    (void)n;
}
static inline void unpoison(const void *p, size_t n) {
    (void)p;
    (void)n;
}
#endif

enum { ARENA_ALIGN = 16, ARENA_FIRST_BYTES = 4096, ARENA_BLOCK_MAX_BYTES = 1 << 20, ARENA_PRINTF_TRY = 256 };

typedef struct Block Block;
struct Block {
    Block *next; /* older */
    size_t n_bytes;
};
static_assert(sizeof(Block) % ARENA_ALIGN == 0, "what follows a Block is aligned");

typedef struct Hook Hook;
struct Hook {
    Hook *next;
    void (*fn)(void *arg);
    void *arg;
};

/* `at` and `end` come first: they are all that the fast path touches, with the count beside them. */
struct Arena {
    char *at;
    char *end;
    size_t used_bytes;
    size_t cap_bytes;
    Block *blocks; /* newest first; the first block is not among them */
    Hook *hooks;
    size_t next_block_bytes;
    void *padding;
};
static_assert(sizeof(Arena) % ARENA_ALIGN == 0, "what follows the Arena is aligned");

/* The state of a new or reset arena: the first block after the Arena, empty. */
static void arena_rewind(Arena *arena) {
    char *start = (char *)(arena + 1);
    arena->at = start + ARENA_GAP;
    arena->end = (char *)arena + ARENA_FIRST_BYTES;
    arena->used_bytes = 0;
    arena->blocks = NULL;
    arena->next_block_bytes = 2 * ARENA_FIRST_BYTES;
    poison(start, (size_t)(arena->end - start));
}

Arena *arena_new(size_t cap_bytes) {
    Arena *arena = base_alloc(ARENA_FIRST_BYTES);
    *arena = (Arena){.cap_bytes = cap_bytes};
    arena_rewind(arena);
    return arena;
}

/* Each hook is unlinked before it runs, so that one which attaches another, or allocates, finds a list in order. */
static void run_hooks(Arena *arena) {
    while (arena->hooks) {
        Hook *hook = arena->hooks;
        arena->hooks = hook->next;
        hook->fn(hook->arg);
    }
}

/* Unpoisoned first: free writes into what it gets, and the next owner of the memory knows nothing of us. */
static void free_blocks(Arena *arena) {
    for (Block *block = arena->blocks; block;) {
        Block *next = block->next;
        unpoison(block, block->n_bytes);
        free(block);
        block = next;
    }
}

void arena_free(Arena *arena) {
    if (!arena) return;
    run_hooks(arena);
    free_blocks(arena);
    unpoison(arena, ARENA_FIRST_BYTES);
    free(arena);
}

/* For CLEANUP, which passes the variable's address. NULL afterwards, so that a jump over it twice is harmless. */
void arena_freep(Arena **arena) {
    arena_free(*arena);
    *arena = NULL;
}

/* Not what remains of large blocks: a request that needed much once should not keep it for the next. */
void arena_reset(Arena *arena) {
    run_hooks(arena);
    free_blocks(arena);
    arena_rewind(arena);
}

/* Linked in front; whether it also becomes the current block is its caller's business. */
static Block *block_new(Arena *arena, size_t n_bytes) {
    Block *block = base_alloc(n_bytes);
    block->n_bytes = n_bytes;
    block->next = arena->blocks;
    arena->blocks = block;
    poison(block + 1, n_bytes - sizeof(Block));
    return block;
}

/* Memory for `n_bytes` (rounded, with its gap) that does not fit the current block. */
static __attribute__((noinline)) char *alloc_slow(Arena *arena, size_t n_bytes) {
    size_t block_bytes = arena->next_block_bytes;
    /* What is large gets a block of its own: the current one may still have room for many small ones. */
    if (n_bytes > block_bytes / 4) {
        Block *own = block_new(arena, size_add(n_bytes, sizeof(Block) + ARENA_GAP));
        return (char *)(own + 1) + ARENA_GAP;
    }
    Block *block = block_new(arena, block_bytes);
    char *p = (char *)(block + 1) + ARENA_GAP;
    arena->at = p + n_bytes;
    arena->end = (char *)block + block_bytes;
    /* Doubling keeps the number of mallocs logarithmic; the maximum keeps the last block from being half waste. */
    arena->next_block_bytes = MIN_OF(block_bytes * 2, (size_t)ARENA_BLOCK_MAX_BYTES);
    return p;
}

void *arena_alloc(Arena *arena, size_t n_bytes) {
    /* One compare guards the rounding: sizes this large are faults, and what is left then cannot overflow. */
    if (n_bytes > PTRDIFF_MAX / 2) base_abort("size overflow");
    size_t n = (n_bytes + (n_bytes == 0) + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
    arena->used_bytes += n;
    n += ARENA_GAP;
    char *p = arena->at;
    if ((size_t)(arena->end - p) >= n)
        arena->at = p + n;
    else
        p = alloc_slow(arena, n);
    unpoison(p, n_bytes);
    return p;
}

void *arena_zalloc(Arena *arena, size_t count, size_t size) {
    size_t n_bytes = size_mul(count, size);
    return memset(arena_alloc(arena, n_bytes), 0, n_bytes);
}

void *arena_dup(Arena *arena, const void *p, size_t n_bytes) {
    void *copy = arena_alloc(arena, n_bytes);
    return n_bytes ? memcpy(copy, p, n_bytes) : copy;
}

Str arena_str(Arena *arena, Str s) {
    return (Str){arena_cstr(arena, s), s.n};
}

const char *arena_cstr(Arena *arena, Str s) {
    char *copy = arena_alloc(arena, size_add(s.n, 1));
    if (s.n) memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return copy;
}

Str arena_printf(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

Str arena_vprintf(Arena *arena, const char *format, va_list args) {
    /* Most texts are short: format once on the stack and copy, rather than format twice. */
    char first_try[ARENA_PRINTF_TRY];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(first_try, sizeof(first_try), format, args);
    Str text = S("");
    if (n >= (int)sizeof(first_try)) {
        char *p = arena_alloc(arena, (size_t)n + 1);
        vsnprintf(p, (size_t)n + 1, format, again);
        text = (Str){p, (size_t)n};
    } else if (n > 0) {
        text = arena_str(arena, (Str){first_try, (size_t)n});
    }
    va_end(again);
    return text;
}

void arena_on_reset(Arena *arena, void (*fn)(void *arg), void *arg) {
    Hook *hook = arena_alloc(arena, sizeof(Hook));
    *hook = (Hook){.next = arena->hooks, .fn = fn, .arg = arg};
    arena->hooks = hook;
}

ErrCode arena_room(const Arena *arena, size_t more_bytes, const char *what, Err *err) {
    if (arena->cap_bytes == 0) return ERR_OK;
    if (arena->used_bytes <= arena->cap_bytes && more_bytes <= arena->cap_bytes - arena->used_bytes) return ERR_OK;
    return err_set(err, ERR_TOO_LARGE, "%s needs more memory than its limit of %zu KiB; ask for less at a time", what,
                   (arena->cap_bytes + 1023) / 1024);
}

size_t arena_used(const Arena *arena) {
    return arena->used_bytes;
}
