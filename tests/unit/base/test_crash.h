#pragma once
/* For tests that a call ends the process: it is made in a child whose standard error is dropped. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether fn(arg) aborts. */
static inline bool call_aborts(void (*fn)(void *arg), void *arg) {
    pid_t child = fork();
    if (child == 0) {
        int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null_fd, STDERR_FILENO);
        signal(SIGABRT, SIG_DFL); /* cmocka's handler would report it */
        fn(arg);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
