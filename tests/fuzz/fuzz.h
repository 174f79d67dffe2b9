#pragma once
/* What every fuzz target includes: libFuzzer's entry points, and asserts. An input's memory is gone when its call returns. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* Called for each input; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);
/* Called once before the first input, where a target defines it; 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
