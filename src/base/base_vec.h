#pragma once
/*
 * Typed growing arrays in an arena, which keeps outgrown copies until its reset: for lists built once.
 *
 *   VEC(Str) names = {0};
 *   VEC_PUSH(arena, &names, S("a"));
 *   for (size_t i = 0; i < names.n; i++) use(names.at[i]);
 */
#include "base/base_arena.h"

#define VEC(T)      \
    struct {        \
        T *at;      \
        size_t n;   \
        size_t cap; \
    }

/* Next array for a vector of n elements of `size` bytes; sets *cap. */
void *vec_grow(Arena *arena, void *at, size_t n, size_t *cap, size_t size);

#define VEC_PUSH(arena, vec, ...)                                                                \
    do {                                                                                         \
        if ((vec)->n == (vec)->cap)                                                              \
            (vec)->at = vec_grow((arena), (vec)->at, (vec)->n, &(vec)->cap, sizeof(*(vec)->at)); \
        (vec)->at[(vec)->n++] = (__VA_ARGS__);                                                   \
    } while (0)
