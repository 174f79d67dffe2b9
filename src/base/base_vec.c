/* The growing step of VEC: doubling keeps pushes at constant cost on average, at the price of as much again in
 * outgrown copies. */
#include "base/base_vec.h"

#include <string.h>

enum { VEC_FIRST = 8 };

void *vec_grow(Arena *arena, void *at, size_t n, size_t *cap, size_t size) {
    size_t new_cap = *cap ? size_mul(*cap, 2) : VEC_FIRST;
    void *grown = arena_alloc(arena, size_mul(new_cap, size));
    if (n) memcpy(grown, at, n * size);
    *cap = new_cap;
    return grown;
}
