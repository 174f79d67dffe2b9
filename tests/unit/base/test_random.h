#pragma once
/* Random numbers for tests: a seed that is printed, and taken from STARLING_TEST_SEED to repeat a run. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Random {
    uint64_t state;
} Random;

static inline Random random_start(const char *test) {
    const char *given = getenv("STARLING_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)clock_now(CLOCK_SYSTEM);
    printf("%s: STARLING_TEST_SEED=%" PRIu64 "\n", test, seed);
    return (Random){seed};
}

/* splitmix64 (Steele, Lea & Flood 2014). */
static inline uint64_t random_next(Random *random) {
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 … n - 1 */
static inline size_t random_below(Random *random, size_t n) {
    return (size_t)(random_next(random) % n);
}
