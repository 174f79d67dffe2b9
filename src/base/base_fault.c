/* Fault points: see base_fault.h. Counts are atomics: points are passed by several threads. */
#include "base/base.h"

#ifdef STARLING_FAULTS
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int n_passed;

static void note(const char *path, const char *name) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) return;
    char line[96];
    int n = snprintf(line, sizeof line, "%s\n", name);
    if (write(fd, line, (size_t)MIN_OF(n, (int)sizeof line - 1)) < 0) { /* a test's own file: nothing to tell */
    }
    close(fd);
}

void fault_point(const char *name) {
    const char *log = getenv("STARLING_FAULT_LOG"), *wanted = getenv("STARLING_FAULT");
    if (log) note(log, name);
    if (!wanted) return;
    Str count = str_of(wanted), point = str_split_next(&count, ':');
    int64_t nth = 1;
    if (count.n && !str_to_int64(count, &nth)) return;
    if (str_eq(point, str_of(name)) && atomic_fetch_add(&n_passed, 1) + 1 == nth) raise(SIGKILL);
}
#endif
