#pragma once
/*
 * A PostgreSQL server for the tests of one program: tests/tools/postgres.sh, started when it is first asked for. It ends with the
 * program, however that ends, because its standard input does.
 */
#include "test.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Not for the programs we start. */
static inline void pipe_of_ours(int ends[2]) {
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 2; i++) assert_int_equal(fcntl(ends[i], F_SETFD, FD_CLOEXEC), 0);
}

/* Starts the script; gives its answer's end of the pipe, and keeps the other pipe open. */
static inline FILE *postgres_server_start(pid_t *ret_pid) {
    int keep[2], answer[2];
    pipe_of_ours(keep);
    pipe_of_ours(answer);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(keep[0], STDIN_FILENO) >= 0 && dup2(answer[1], STDOUT_FILENO) >= 0)
            execl("tests/tools/postgres.sh", "postgres.sh", (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    close(keep[0]);
    close(answer[1]);
    *ret_pid = pid;
    return fdopen(answer[0], "r");
}

/* Its address as libpq reads it, for the server's user and the database "postgres"; NULL where PostgreSQL is not installed. */
static inline const char *postgres_server(void) {
    static char address[300];
    static bool is_started;
    if (is_started) return address[0] ? address : NULL;
    is_started = true;
    pid_t pid = 0;
    FILE *answer = postgres_server_start(&pid);
    assert_non_null(answer);
    bool is_up = fgets(address, sizeof(address), answer) != NULL;
    fclose(answer);
    if (is_up) {
        address[strcspn(address, "\n")] = '\0';
        return address;
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 77) fail_msg("tests/tools/postgres.sh failed");
    return NULL;
}
