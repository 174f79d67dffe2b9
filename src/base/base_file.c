/*
 * Whole files: read with a cap, written so that a reader or a crash sees the old contents or the new, never a part.
 *
 * A write goes to path.tmp, which is locked while it is written (a second writer is refused rather than mixed in),
 * synced, and renamed; then the folder is synced, for the rename itself to survive a power cut. On failure the
 * temporary file is removed.
 */
#define _GNU_SOURCE 1
#include "base/base_file.h"

#include "base/base_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 256 * 1024, READ_FIRST_BYTES = 4096, TEMP_TRIES = 8, ERRNO_TEXT_MAX = 128 };

/* What the system's errno means to the person. `verb`: "read", "write", … */
static ErrCode file_err(Err *err, int system_errno, const char *verb, const char *path) {
    char why[ERRNO_TEXT_MAX];
    const char *text = strerror_r(system_errno, why, sizeof(why));
    ErrCode code = ERR_IO;
    const char *advice = "check the disk and the path";
    switch (system_errno) {
    case ENOENT:
    case ENOTDIR:
        code = ERR_NOT_FOUND;
        advice = "check the spelling, or create it first";
        break;
    case EACCES:
    case EPERM:
    case EROFS: advice = "give this user the right to it"; break;
    case ENOSPC:
    case EDQUOT: advice = "free some disk space"; break;
    case EFBIG: advice = "the system limits the size of a file"; break;
    case EISDIR: advice = "it is a folder; name a file"; break;
    case EEXIST: code = ERR_EXISTS; break;
    case ELOOP: advice = "it is a link; name what it points to"; break;
    case EMFILE:
    case ENFILE: advice = "too many files are open; raise the limit"; break;
    default: break;
    }
    err_ignore(err_set(err, code, "cannot %s '%s': %s; %s", verb, path, text, advice));
    err_ignore(err_detail(err, "errno %d", system_errno));
    return code;
}

/* For CLEANUP; -1 is a descriptor not opened yet. Only for reading, where close cannot lose anything. */
static void close_fd(const int *fd) {
    if (*fd >= 0) close(*fd);
}

bool file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}

bool file_is_dir(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* read until n bytes, the end, or an error; EINTR is not one. */
static ssize_t read_full(int fd, char *p, size_t n) {
    size_t n_read = 0;
    while (n_read < n) {
        ssize_t got = read(fd, p + n_read, n - n_read);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        n_read += (size_t)got;
    }
    return (ssize_t)n_read;
}

/* All of it or false with errno: a disk that fills up takes a part first and refuses the next call. */
static bool write_full(int fd, const char *p, size_t n) {
    while (n > 0) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        p += put;
        n -= (size_t)put;
    }
    return true;
}

/* Opening a folder for reading succeeds and fails only at read, with a worse message; so it is asked here. */
static ErrCode open_to_read(const char *path, int *ret_fd, struct stat *ret_info, Err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file_err(err, errno, "read", path);
    if (fstat(fd, ret_info) != 0 || S_ISDIR(ret_info->st_mode)) {
        int why = S_ISDIR(ret_info->st_mode) ? EISDIR : errno;
        close(fd);
        return file_err(err, why, "read", path);
    }
    *ret_fd = fd;
    return ERR_OK;
}

ErrCode file_read(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, Err *err) {
    CLEANUP(close_fd) int fd = -1;
    struct stat info = {0};
    TRY(open_to_read(path, &fd, &info, err));
    size_t expected = info.st_size > 0 ? (size_t)info.st_size : READ_FIRST_BYTES;
    max_bytes = MIN_OF(max_bytes, (size_t)PTRDIFF_MAX / 4); /* "no limit" must not overflow below */
    /* Sizes are a hint: /proc says 0 and a file may grow. One byte past what is allowed tells that there is more. */
    size_t cap = MIN_OF(expected, max_bytes) + 1, n = 0;
    bool is_too_large = info.st_size > 0 && (size_t)info.st_size > max_bytes;
    char *p = NULL;
    while (!is_too_large) {
        /* The cap of the caller's lifetime counts as well as max_bytes, and before the memory is taken. */
        TRY(arena_room(arena, cap, path, err));
        char *grown = arena_alloc(arena, cap + 1);
        if (n) memcpy(grown, p, n);
        p = grown;
        ssize_t got = read_full(fd, p + n, cap - n);
        if (got < 0) return file_err(err, errno, "read", path);
        n += (size_t)got;
        is_too_large = n > max_bytes;
        if (n < cap) {
            p[n] = '\0';
            *ret_text = (Str){p, n};
            return ERR_OK;
        }
        cap = MIN_OF(cap * 2, max_bytes + 1);
    }
    return err_set(err, ERR_TOO_LARGE, "'%s' is larger than the limit of %zu bytes; split it or raise the limit", path,
                   max_bytes);
}

typedef struct FileMap {
    void *at;
    size_t n_bytes;
} FileMap;

static void unmap(void *arg) {
    FileMap *map = arg;
    if (map->at) munmap(map->at, map->n_bytes);
}

ErrCode file_map(Arena *arena, const char *path, size_t max_bytes, Str *ret_bytes, Err *err) {
    CLEANUP(close_fd) int fd = -1;
    struct stat info = {0};
    TRY(open_to_read(path, &fd, &info, err));
    if ((uintmax_t)info.st_size > max_bytes)
        return err_set(err, ERR_TOO_LARGE, "'%s' is larger than the limit of %zu bytes", path, max_bytes);
    FileMap *map = ARENA_NEW(arena, FileMap);
    arena_on_reset(arena, unmap, map);
    map->n_bytes = (size_t)info.st_size;
    if (map->n_bytes) { /* no bytes cannot be mapped */
        void *at = mmap(NULL, map->n_bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (at == MAP_FAILED) return file_err(err, errno, "read", path);
        map->at = at;
    }
    *ret_bytes = (Str){map->at, map->n_bytes};
    return ERR_OK;
}

/* A file being written beside its final path. */
typedef struct TempFile {
    const char *path;
    char temp_path[PATH_MAX];
    int fd;
} TempFile;

/* Opens and locks path.tmp. The loop is for the moment between open and lock, in which another writer may rename the
 * file away. */
static ErrCode temp_open(TempFile *temp, const char *path, Err *err) {
    temp->path = path;
    int n = snprintf(temp->temp_path, sizeof(temp->temp_path), "%s.tmp", path);
    if (n < 0 || (size_t)n >= sizeof(temp->temp_path)) return file_err(err, ENAMETOOLONG, "write", path);
    for (int i = 0; i < TEMP_TRIES; i++) {
        temp->fd = open(temp->temp_path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (temp->fd < 0) return file_err(err, errno, "write", path);
        struct stat opened, named;
        bool is_locked = flock(temp->fd, LOCK_EX | LOCK_NB) == 0;
        if (is_locked && fstat(temp->fd, &opened) == 0 && lstat(temp->temp_path, &named) == 0 &&
            opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
            if (ftruncate(temp->fd, 0) == 0) return ERR_OK; /* left over from a crash */
            int why = errno;
            close(temp->fd);
            return file_err(err, why, "write", path);
        }
        close(temp->fd);
        if (!is_locked) break;
    }
    return err_set(err, ERR_BUSY, "'%s' is being written by someone else; try again later", path);
}

/* Gives up: the old file stays as it is. */
static void temp_discard(TempFile *temp) {
    unlink(temp->temp_path);
    close(temp->fd);
}

static ErrCode sync_folder_of(const char *path, Err *err) {
    char folder[PATH_MAX];
    Str base = path_base(path);
    size_t n = (size_t)(base.p - path);
    if (n == 0) {
        memcpy(folder, ".", 2);
    } else {
        memcpy(folder, path, n);
        folder[n] = '\0';
    }
    CLEANUP(close_fd) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a folder and say EINVAL; they have nothing to sync then. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) return file_err(err, errno, "sync the folder of", path);
    return ERR_OK;
}

static ErrCode temp_publish(TempFile *temp, Err *err) {
    struct stat old;
    /* The lock goes with the descriptor, so it is held until after the rename. */
    /* A file that is replaced keeps its rights. */
    if (stat(temp->path, &old) == 0) (void)!fchmod(temp->fd, old.st_mode & 07777);
    /* Before the rename, or a crash could leave the new name with none of its bytes. */
    if (fsync(temp->fd) != 0 || rename(temp->temp_path, temp->path) != 0) {
        int why = errno;
        temp_discard(temp);
        return file_err(err, why, "write", temp->path);
    }
    close(temp->fd);
    return sync_folder_of(temp->path, err);
}

ErrCode file_write_atomic(const char *path, Str bytes, Err *err) {
    TempFile temp;
    TRY(temp_open(&temp, path, err));
    if (!write_full(temp.fd, bytes.p, bytes.n)) {
        int why = errno;
        temp_discard(&temp);
        return file_err(err, why, "write", path);
    }
    return temp_publish(&temp, err);
}

static ErrCode write_to_temp(void *arg, Str bytes, Err *err) {
    const TempFile *temp = arg;
    return write_full(temp->fd, bytes.p, bytes.n) ? ERR_OK : file_err(err, errno, "write", temp->path);
}

ErrCode file_stream_atomic(const char *path, ErrCode (*fill)(void *arg, Sink sink, Err *err), void *arg, Err *err) {
    TempFile temp;
    TRY(temp_open(&temp, path, err));
    ErrCode code = fill(arg, (Sink){.write = write_to_temp, .arg = &temp}, err);
    if (code) {
        temp_discard(&temp);
        return code;
    }
    return temp_publish(&temp, err);
}

static void free_chunk(char **chunk) {
    free(*chunk);
}

/* In chunks that are small enough for cancel to be felt and large enough for the disk. */
static ErrCode copy_bytes(const Ctx *ctx, int from_fd, const char *from, int64_t total, TempFile *temp, Err *err) {
    CLEANUP(free_chunk) char *chunk = base_alloc(COPY_BYTES);
    int64_t done = 0;
    for (;;) {
        TRY(ctx_check(ctx, err));
        ssize_t n = read_full(from_fd, chunk, COPY_BYTES);
        if (n < 0) return file_err(err, errno, "read", from);
        if (n == 0) return ERR_OK;
        if (!write_full(temp->fd, chunk, (size_t)n)) return file_err(err, errno, "write", temp->path);
        done += n;
        ctx_progress(ctx, S("Copying"), done, total);
    }
}

ErrCode file_copy_atomic(const Ctx *ctx, const char *from, const char *to, Err *err) {
    CLEANUP(close_fd) int from_fd = -1;
    struct stat info = {0};
    TempFile temp;
    TRY(open_to_read(from, &from_fd, &info, err));
    TRY(temp_open(&temp, to, err));
    ErrCode code = copy_bytes(ctx, from_fd, from, info.st_size, &temp, err);
    if (code) {
        temp_discard(&temp);
        return code;
    }
    return temp_publish(&temp, err);
}

ErrCode file_make_dir(const char *path, Err *err) {
    if (mkdir(path, 0777) == 0) return ERR_OK;
    int why = errno;
    /* Also when another thread made it a moment ago: what was wanted is there. */
    if (why == EEXIST && file_is_dir(path)) return ERR_OK;
    if (why == EEXIST)
        return err_set(err, ERR_EXISTS, "cannot make the folder '%s': a file of that name is there", path);
    return file_err(err, why, "make the folder", path);
}
