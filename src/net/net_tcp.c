/* Listening on TCP. Names are not looked up but "localhost": an address that answers to others is to be written out. */
#define _GNU_SOURCE 1 /* SOCK_NONBLOCK */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"

enum { LISTEN_BACKLOG = 512 };

typedef union TcpAddress {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} TcpAddress;

static bool parse_address(const char *host, int port, TcpAddress *ret, socklen_t *ret_n) {
    TcpAddress at = {0};
    if (strcmp(host, "localhost") == 0) host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &at.v4.sin_addr) == 1) {
        at.v4.sin_family = AF_INET;
        at.v4.sin_port = htons((uint16_t)port);
        *ret_n = sizeof at.v4;
    } else if (inet_pton(AF_INET6, host, &at.v6.sin6_addr) == 1) {
        at.v6.sin6_family = AF_INET6;
        at.v6.sin6_port = htons((uint16_t)port);
        *ret_n = sizeof at.v6;
    } else {
        return false;
    }
    *ret = at;
    return true;
}

bool net_is_loopback(Str host) {
    char text[INET6_ADDRSTRLEN + 1];
    TcpAddress at;
    socklen_t n;
    if (host.n >= sizeof text) return false;
    if (host.n) memcpy(text, host.p, host.n);
    text[host.n] = 0;
    if (!parse_address(text, 0, &at, &n)) return false;
    if (at.any.sa_family == AF_INET) return ntohl(at.v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&at.v6.sin6_addr);
}

static ErrCode refused(const char *host, int port, int error, Err *err) {
    switch (error) {
    case EADDRINUSE:
        return err_set(err, ERR_BUSY, "port %d of %s is taken by another process; name another one with --port", port,
                       host);
    case EACCES:
        return err_set(err, ERR_DENIED, "port %d needs rights that this user has not; take one from 1024 on", port);
    case EADDRNOTAVAIL: return err_set(err, ERR_INVALID, "%s is no address of this machine", host);
    default: return err_set(err, ERR_IO, "port %d of %s cannot be listened on (%s)", port, host, strerror(error));
    }
}

static int port_of(int fd) {
    TcpAddress at = {0};
    socklen_t n = sizeof at;
    if (getsockname(fd, &at.any, &n) != 0) return 0;
    return ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
}

ErrCode net_tcp_listen(const char *host, int port, int *ret_fd, int *ret_port, Err *err) {
    TcpAddress at;
    socklen_t n = 0;
    if (port < 0 || port > 65535)
        return err_set(err, ERR_INVALID, "a port is a number from 0 (any) to 65535, not %d", port);
    if (!parse_address(host, port, &at, &n))
        return err_set(err, ERR_INVALID, "'%s' is no address, such as 127.0.0.1, ::1 or localhost", host);
    int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0) return refused(host, port, errno, err);
    bool ok = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    ok = ok && bind(fd, &at.any, n) == 0;
    ok = ok && listen(fd, LISTEN_BACKLOG) == 0;
    if (!ok) {
        int error = errno;
        close(fd);
        return refused(host, port, error, err);
    }
    *ret_fd = fd;
    *ret_port = port_of(fd);
    return ERR_OK;
}
