/*
 * The home's lock: flock(2) on HOME/.lock, shared for readers and exclusive for writers, freed by the kernel with its holder. Who
 * holds it is read from /proc/locks only when waiting has failed, to name the process in the message. The lock alone decides who
 * is alive: a socket beside it may be one that a killed process left.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "app/app_holder_internal.h"

enum { LOCK_POLL_MS = 20 };

/* The command line of a process, its arguments joined by spaces; "" when it cannot be read. */
static Str command_of(Arena *arena, long pid) {
    Str path = arena_printf(arena, "/proc/%ld/cmdline", pid);
    FILE *file = fopen(path.p, "re");
    if (!file) return (Str){0};
    char *text = arena_alloc(arena, 200);
    size_t n = fread(text, 1, 199, file);
    fclose(file);
    while (n && !text[n - 1]) n--;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ') text[i] = ' ';
    return (Str){text, utf8_cut((Str){text, n}, n)};
}

/* A process that holds the lock on this file, 0 when none is found. Lines: "1: FLOCK  ADVISORY  WRITE 123 08:01:4711 0 EOF". */
static long holder_of(int fd) {
    struct stat st;
    if (fstat(fd, &st) != 0) return 0;
    FILE *file = fopen("/proc/locks", "re");
    if (!file) return 0;
    char line[256];
    long found = 0;
    while (!found && fgets(line, sizeof line, file)) {
        long pid = 0;
        unsigned major_id = 0, minor_id = 0;
        unsigned long inode = 0;
        if (sscanf(line, "%*s FLOCK %*s %*s %ld %x:%x:%lu", &pid, &major_id, &minor_id, &inode) != 4) continue;
        if (inode == st.st_ino && pid != (long)getpid()) found = pid;
    }
    fclose(file);
    return found;
}

static ErrCode busy(const Ctx *ctx, const char *home, int fd, int64_t waited_ms, Err *err) {
    long pid = holder_of(fd);
    if (!pid)
        return err_set(err, ERR_BUSY,
                       "another process is using %s; waited %" PRId64 " s, try again when it has finished", home,
                       waited_ms / 1000);
    return err_set(err, ERR_BUSY,
                   "process %ld (%.*s) is using %s; waited %" PRId64 " s, try again when it has finished", pid,
                   STR_ARG(command_of(ctx->arena, pid)), home, waited_ms / 1000);
}

static ErrCode open_lock(const char *path, bool is_exclusive, int *ret_fd, Err *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 && !is_exclusive) fd = open(path, O_RDONLY | O_CLOEXEC); /* a home one may only read */
    if (fd < 0)
        return err_set(err, ERR_IO, "%s cannot be opened (%s); the home's folder must be writable", path,
                       strerror(errno));
    *ret_fd = fd;
    return ERR_OK;
}

/* The first look is without a wait. */
static ErrCode wait_for(const Ctx *ctx, const char *home, const char *path, int fd, bool is_exclusive, int64_t until_us,
                        int64_t waited_ms, bool *ret_is_held, Err *err) {
    const char *socket = path_join(ctx->arena, home, HOLDER_SOCKET);
    for (;;) {
        if (flock(fd, (is_exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return ERR_OK;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_set(err, ERR_IO, "%s cannot be locked (%s)", path, strerror(errno));
        if (clock_monotonic(ctx->clock) >= until_us) return busy(ctx, home, fd, waited_ms, err);
        *ret_is_held = file_exists(socket);
        if (*ret_is_held) return err_set(err, ERR_BUSY, "another process holds %s", home);
        TRY(ctx_check(ctx, err));
        nanosleep(&(struct timespec){.tv_nsec = LOCK_POLL_MS * 1000000L}, NULL);
    }
}

ErrCode home_lock(const Ctx *ctx, const char *home, bool is_exclusive, int64_t until_us, int64_t waited_ms,
                  HomeLock *ret_lock, bool *ret_is_held, Err *err) {
    const char *path = path_join(ctx->arena, home, ".lock");
    int fd = -1;
    TRY(open_lock(path, is_exclusive, &fd, err));
    ErrCode code = wait_for(ctx, home, path, fd, is_exclusive, until_us, waited_ms, ret_is_held, err);
    if (code) {
        close(fd);
        return code;
    }
    ret_lock->fd = fd;
    return ERR_OK;
}

void home_unlock(HomeLock *lock) {
    if (lock->fd >= 0) close(lock->fd);
    lock->fd = -1;
}
