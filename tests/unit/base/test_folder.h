#pragma once
/* A temporary folder of a test, removed at the end. */
#include "base/base.h"

#include <stdlib.h>

typedef struct Folder {
    Arena *arena;
    const char *path;
} Folder;

static inline Folder folder_make(void) {
    Folder folder = {.arena = arena_new(0)};
    const char *parent = getenv("TMPDIR");
    char *path = (char *)path_join(folder.arena, parent ? parent : "/tmp", "starling-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    folder.path = path;
    return folder;
}

static inline const char *folder_file(const Folder *folder, const char *name) {
    return path_join(folder->arena, folder->path, name);
}

static inline void folder_remove(Folder *folder) {
    err_ignore(file_remove_tree(folder->path, NULL));
    arena_free(folder->arena);
}
