/* What the server is compared with: libmicrohttpd alone, one thread with epoll, that reads a POST and answers with the bytes of a file.
 * bare_http FILE; prints its port, and ends with its standard input. */
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

typedef struct Bare {
    Str body;
} Bare;

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *n_bytes, void **slot) {
    static const int SEEN;
    (void)url, (void)method, (void)version, (void)bytes;
    const Bare *bare = arg;
    if (!*slot) {
        *slot = (void *)(uintptr_t)&SEEN;
        return MHD_YES;
    }
    if (*n_bytes) {
        *n_bytes = 0;
        return MHD_YES;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(bare->body.n, (void *)(uintptr_t)bare->body.p,
                                                                    MHD_RESPMEM_PERSISTENT);
    (void)MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result done = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return done;
}

int main(int argc, char **argv) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Bare bare = {0};
    Err err = {0};
    if (argc != 2 || file_read(arena, argv[1], 1 << 24, &bare.body, &err)) {
        fprintf(stderr, "usage: bare_http FILE\n");
        return 1;
    }
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, &bare,
                                                 MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_END);
    if (!daemon) return 1;
    printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (getchar() != EOF) {}
    MHD_stop_daemon(daemon);
    return 0;
}
