#pragma once
/* Map: Str -> pointer, open addressing, in an arena; keys are borrowed. Iteration is in insertion order. One thread at a time. */
#include "base/base_arena.h"

typedef struct Map Map;

Map *map_new(Arena *arena);
void *map_get(const Map *map, Str key); /* NULL when absent */
/* Sets key to value (not NULL) and returns the value it had, or NULL. */
void *map_put(Map *map, Str key, void *value);
size_t map_count(const Map *map);
/* The i-th inserted entry, i < map_count. */
Str map_key_at(const Map *map, size_t i);
void *map_value_at(const Map *map, size_t i);
