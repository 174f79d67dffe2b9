/*
 * UNIX sockets in a folder with a path of any length. sun_path has 108 bytes, so the folder is opened and the socket named through
 * the descriptor: the kernel follows "/proc/self/fd/7/" to the folder, for bind(2) and connect(2) alike. The process's working
 * folder stays as it is.
 */
#define _GNU_SOURCE 1 /* O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/net.h"

enum { LISTEN_BACKLOG = 128, NAME_MAX_BYTES = 64 };

ErrCode net_folder_open(const char *path, NetFolder *ret_folder, Err *err) {
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return err_set(err, ERR_IO, "the folder %s cannot be opened (%s)", path, strerror(errno));
    ret_folder->fd = fd;
    return ERR_OK;
}

void net_folder_close(NetFolder *folder) {
    if (folder->fd >= 0) close(folder->fd);
    folder->fd = -1;
}

const char *net_unix_path(Arena *arena, const NetFolder *folder, const char *name) {
    assert(strlen(name) <= NAME_MAX_BYTES);
    return arena_printf(arena, "/proc/self/fd/%d/%s", folder->fd, name).p;
}

static ErrCode listen_on(int fd, const NetFolder *folder, const char *name, const char *path, Err *err) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    /* The mode of the socket becomes that of the file that bind makes: nobody else has a moment to connect. */
    bool ok = fchmod(fd, 0600) == 0;
    ok = ok && (unlinkat(folder->fd, name, 0) == 0 || errno == ENOENT);
    ok = ok && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    ok = ok && listen(fd, LISTEN_BACKLOG) == 0;
    if (ok) return ERR_OK;
    return err_set(err, ERR_IO, "the socket %s cannot be made in its folder (%s)", name, strerror(errno));
}

ErrCode net_unix_listen(Arena *arena, const NetFolder *folder, const char *name, int *ret_fd, Err *err) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return err_set(err, ERR_IO, "a socket cannot be made (%s)", strerror(errno));
    ErrCode code = listen_on(fd, folder, name, net_unix_path(arena, folder, name), err);
    if (code) {
        close(fd);
        return code;
    }
    *ret_fd = fd;
    return ERR_OK;
}
