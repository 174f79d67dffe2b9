/*
 * Paths, folders and hashes: the rest of base_file.h.
 *
 * A tree is removed by folder descriptors (openat, unlinkat with O_NOFOLLOW), never by path: a link put in place of a
 * folder while we walk cannot lead the removal elsewhere.
 */
#define _GNU_SOURCE 1
#include "base/base_file.h"
#include "base/base_vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TREE_DEPTH_MAX = 200, HASH_CHUNK_BYTES = 128 * 1024, HASH_BYTES = HASH_TEXT_BYTES / 2 };

/* As in base_file.c, with fewer cases: here nothing is written, so disks do not fill up. */
static ErrCode path_err(Err *err, int system_errno, const char *verb, const char *path) {
    char why[128];
    ErrCode code = system_errno == ENOENT || system_errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
    err_ignore(err_set(err, code, "cannot %s '%s': %s; check the path and its rights", verb, path,
                       strerror_r(system_errno, why, sizeof(why))));
    err_ignore(err_detail(err, "errno %d", system_errno));
    return code;
}

/* For CLEANUP; closes the descriptor it was made from as well. */
static void close_dir(DIR **dir) {
    if (*dir) closedir(*dir);
}

static bool is_dot_name(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static ErrCode remove_at(int folder_fd, const char *name, const char *tree, int depth, Err *err);

/* readdir tells its end from a failure by errno only. Removing while reading is allowed (POSIX, readdir). */
static ErrCode remove_contents(DIR *dir, const char *tree, int depth, Err *err) {
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry) return errno ? path_err(err, errno, "remove", tree) : ERR_OK;
        /* The message names the tree the caller asked for; the entry at fault is in the detail's errno at best. */
        if (!is_dot_name(entry->d_name)) TRY(remove_at(dirfd(dir), entry->d_name, tree, depth + 1, err));
    }
}

static ErrCode remove_at(int folder_fd, const char *name, const char *tree, int depth, Err *err) {
    if (depth > TREE_DEPTH_MAX)
        return err_set(err, ERR_TOO_LARGE, "cannot remove '%s': its folders are nested more than %d deep", tree,
                       TREE_DEPTH_MAX);
    int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT) return ERR_OK;
        /* A file, or a link to whatever: the name itself goes. */
        if (errno != ENOTDIR && errno != ELOOP) return path_err(err, errno, "remove", tree);
        if (unlinkat(folder_fd, name, 0) != 0 && errno != ENOENT) return path_err(err, errno, "remove", tree);
        return ERR_OK;
    }
    /* From here the DIR owns the descriptor. */
    CLEANUP(close_dir) DIR *dir = fdopendir(fd);
    if (!dir) {
        int why = errno;
        close(fd);
        return path_err(err, why, "remove", tree);
    }
    TRY(remove_contents(dir, tree, depth, err));
    if (unlinkat(folder_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT) return path_err(err, errno, "remove", tree);
    return ERR_OK;
}

ErrCode file_remove_tree(const char *path, Err *err) {
    return remove_at(AT_FDCWD, path, path, 0, err);
}

const char *path_join(Arena *arena, const char *folder, const char *name) {
    size_t n = strlen(folder);
    while (n > 0 && folder[n - 1] == '/') n--;
    while (*name == '/') name++;
    /* Nothing but slashes is the root; no folder at all is the name alone. */
    if (n == 0 && folder[0] != '/') return arena_cstr(arena, str_of(name));
    return arena_printf(arena, "%.*s/%s", (int)n, folder, name).p;
}

ErrCode path_real(Arena *arena, const char *path, const char **ret_path, Err *err) {
    /* realpath's own buffer: a fixed one would be another limit to explain. */
    char *real = realpath(path, NULL);
    if (!real) return path_err(err, errno, "find", path);
    *ret_path = arena_cstr(arena, str_of(real));
    free(real);
    return ERR_OK;
}

Str path_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return str_of(slash ? slash + 1 : path);
}

/* Bytes, not the locale: the same order on every machine, so that tests and outputs can rely on it. */
static int compare_names(const void *a, const void *b) {
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

ErrCode dir_list(Arena *arena, const char *path, Str **ret_names, size_t *ret_n, Err *err) {
    CLEANUP(close_dir) DIR *dir = opendir(path);
    if (!dir) return path_err(err, errno, "list", path);
    VEC(Str) names = {0};
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry) break;
        if (is_dot_name(entry->d_name)) continue;
        Str name = str_of(entry->d_name);
        TRY(arena_room(arena, name.n + sizeof(Str), path, err));
        VEC_PUSH(arena, &names, arena_str(arena, name));
    }
    if (errno) return path_err(err, errno, "list", path);
    if (names.n > 1) qsort(names.at, names.n, sizeof(Str), compare_names);
    *ret_names = names.at;
    *ret_n = names.n;
    return ERR_OK;
}

ErrCode path_prefix(Arena *arena, const char **ret_path, Err *err) {
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program));
    if (n < 0 || (size_t)n >= sizeof(program))
        return path_err(err, n < 0 ? errno : ENAMETOOLONG, "read", "/proc/self/exe");
    Str path = {program, (size_t)n};
    for (int i = 0; i < 2; i++) { /* the program's name, then its bin/ */
        while (path.n > 1 && path.p[path.n - 1] != '/') path.n--;
        while (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
    }
    *ret_path = arena_cstr(arena, path);
    return ERR_OK;
}

ErrCode path_share(Arena *arena, const char *name, const char **ret_path, Err *err) {
    const char *prefix = NULL;
    TRY(path_prefix(arena, &prefix, err));
    *ret_path = path_join(arena, path_join(arena, prefix, "share/starling"), name);
    return ERR_OK;
}

/* Text, since hashes are compared, stored and shown more often than computed. */
static Str hash_hex(Arena *arena, const unsigned char hash[HASH_BYTES]) {
    static const char hex[] = "0123456789abcdef";
    char text[HASH_TEXT_BYTES];
    for (size_t i = 0; i < HASH_BYTES; i++) {
        text[2 * i] = hex[hash[i] >> 4];
        text[2 * i + 1] = hex[hash[i] & 15];
    }
    return arena_str(arena, (Str){text, sizeof(text)});
}

Str hash_text(Arena *arena, Str bytes) {
    unsigned char hash[HASH_BYTES];
    /* sodium_init picks the processor's fastest code; it may be called again and from any thread. Without it hashes
     * are the same, only slower, so its failure changes nothing. */
    (void)!sodium_init();
    crypto_generichash(hash, sizeof(hash), (const unsigned char *)bytes.p, bytes.n, NULL, 0);
    return hash_hex(arena, hash);
}

static void close_fd(const int *fd) {
    if (*fd >= 0) close(*fd);
}

ErrCode hash_file(const Ctx *ctx, const char *path, Str *ret_hex, Err *err) {
    unsigned char chunk[HASH_CHUNK_BYTES], hash[HASH_BYTES];
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return path_err(err, errno, "read", path);
    crypto_generichash_state state;
    (void)!sodium_init();
    crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    for (;;) {
        /* Every chunk: hashing a large file takes long enough for someone to change their mind. */
        TRY(ctx_check(ctx, err));
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return path_err(err, errno, "read", path);
        if (n == 0) break;
        crypto_generichash_update(&state, chunk, (size_t)n);
    }
    crypto_generichash_final(&state, hash, sizeof(hash));
    *ret_hex = hash_hex(ctx->arena, hash);
    return ERR_OK;
}
