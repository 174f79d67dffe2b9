/* Runs a file of SQL statements in a DuckDB database and prints how long all of it took: what hand-written SQL costs without us.
 *   duckdb_script DATABASE SCRIPT     (the database is made anew) */
#include <duckdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what) {
    fprintf(stderr, "duckdb_script: %s\n", what ? what : "failed");
    exit(1);
}

int main(int argc, char **argv) {
    static char script[1 << 20];
    if (argc != 3) fail("usage: duckdb_script DATABASE SCRIPT");
    FILE *file = fopen(argv[2], "re");
    if (!file) fail("no such script");
    script[fread(script, 1, sizeof script - 1, file)] = 0;
    fclose(file);
    unlink(argv[1]);
    double begin = now_ms();
    duckdb_database db;
    duckdb_connection conn;
    duckdb_result result;
    if (duckdb_open(argv[1], &db) != DuckDBSuccess || duckdb_connect(db, &conn) != DuckDBSuccess) fail("cannot open");
    if (duckdb_query(conn, script, &result) != DuckDBSuccess) fail(duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    duckdb_disconnect(&conn);
    duckdb_close(&db);
    printf("%.0f\n", now_ms() - begin);
    return 0;
}
