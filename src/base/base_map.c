/*
 * Entries stand in an array in insertion order; a power-of-two table of slots, probed linearly, points into it. A slot
 * keeps 32 bits of its key's hash, so a probe touches an entry only when it is almost surely the one, and growing never
 * rereads a key. The table is at most half full: names are looked up far more often than added.
 *
 * There is no removal: maps here are built once, in an arena that forgets everything at once.
 */
#include "base/base_map.h"

#include <string.h>

enum { MAP_FIRST_ENTRIES = 8 };

typedef struct MapEntry {
    Str key;
    void *value;
} MapEntry;

typedef struct MapSlot {
    uint32_t entry; /* 1-based; 0: free */
    uint32_t hash;
} MapSlot;

struct Map {
    Arena *arena;
    MapEntry *entries;
    MapSlot *slots;
    size_t n;
    size_t cap; /* entries; there are twice as many slots */
};

/* Unaligned on purpose; memcpy of a constant size is one load. */
static inline uint64_t load64(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

static inline uint64_t fold_multiply(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes a step by folded multiplication (Wang Yi, wyhash). Not str_hash: that one is stable but goes byte by
 * byte, and these hashes never leave the process. */
static uint32_t map_hash(Str key) {
    static const uint64_t k0 = UINT64_C(0xa0761d6478bd642f), k1 = UINT64_C(0xe7037ed1a0b428db);
    uint64_t hash = key.n * k0;
    const char *p = key.p;
    size_t n = key.n;
    for (; n >= 8; p += 8, n -= 8) hash = fold_multiply(hash ^ load64(p) ^ k0, k1);
    if (n) {
        uint64_t tail = 0;
        for (size_t i = 0; i < n; i++) tail = tail << 8 | (unsigned char)p[i];
        hash = fold_multiply(hash ^ tail ^ k1, k0);
    }
    hash = fold_multiply(hash ^ k0, k1);
    return (uint32_t)(hash ^ hash >> 32);
}

static inline size_t slot_mask(const Map *map) {
    return map->cap * 2 - 1;
}

/* Slots carry their hashes, so they are put into the new table without looking at a key. */
static void map_set_cap(Map *map, size_t cap) {
    MapEntry *entries = arena_alloc(map->arena, size_mul(cap, sizeof(MapEntry)));
    MapSlot *old = map->slots;
    size_t n_old = old ? map->cap * 2 : 0;
    if (map->n) memcpy(entries, map->entries, map->n * sizeof(MapEntry));
    map->entries = entries;
    map->cap = cap;
    map->slots = ARENA_ARRAY(map->arena, MapSlot, size_mul(cap, 2));
    for (size_t i = 0; i < n_old; i++) {
        if (!old[i].entry) continue;
        size_t at = old[i].hash & slot_mask(map);
        while (map->slots[at].entry) at = (at + 1) & slot_mask(map);
        map->slots[at] = old[i];
    }
}

Map *map_new(Arena *arena) {
    Map *map = ARENA_NEW(arena, Map);
    map->arena = arena;
    map_set_cap(map, MAP_FIRST_ENTRIES);
    return map;
}

/* The slot of `key`, or the free one where it would go. */
static inline MapSlot *map_slot(const Map *map, Str key, uint32_t hash) {
    size_t mask = slot_mask(map);
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        MapSlot *slot = &map->slots[at];
        if (!slot->entry) return slot;
        if (slot->hash == hash && str_eq(map->entries[slot->entry - 1].key, key)) return slot;
    }
}

void *map_get(const Map *map, Str key) {
    const MapSlot *slot = map_slot(map, key, map_hash(key));
    return slot->entry ? map->entries[slot->entry - 1].value : NULL;
}

void *map_put(Map *map, Str key, void *value) {
    uint32_t hash = map_hash(key);
    MapSlot *slot = map_slot(map, key, hash);
    /* Replacing leaves the key and its place in the order as they were. */
    if (slot->entry) {
        MapEntry *entry = &map->entries[slot->entry - 1];
        void *before = entry->value;
        entry->value = value;
        return before;
    }
    if (map->n == map->cap) {
        /* Slots number their entries in 32 bits; the caps on what people name end long before. */
        assert(map->cap < UINT32_MAX / 4 && "a map of this size is a fault of its caller");
        map_set_cap(map, map->cap * 2);
        slot = map_slot(map, key, hash);
    }
    map->entries[map->n++] = (MapEntry){.key = key, .value = value};
    *slot = (MapSlot){.entry = (uint32_t)map->n, .hash = hash};
    return NULL;
}

size_t map_count(const Map *map) {
    return map->n;
}

Str map_key_at(const Map *map, size_t i) {
    return map->entries[i].key;
}

void *map_value_at(const Map *map, size_t i) {
    return map->entries[i].value;
}
