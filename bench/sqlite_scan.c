/* The least that reading a SQLite database takes: every row of all tables, every column of them fetched, and nothing done with it.
 * Prints milliseconds and rows.
 *   sqlite_scan DATABASE      (all tables but ours, all columns but the two that managed tables have of us) */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what) {
    fprintf(stderr, "sqlite_scan: %s\n", what);
    exit(1);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) fail(sqlite3_errmsg(db));
    return stmt;
}

static long long n_bytes; /* printed, so that the fetching is done */

static void fetch(sqlite3_stmt *row, int column) {
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER: n_bytes += sqlite3_column_int64(row, column) != 0; break;
    case SQLITE_FLOAT: n_bytes += sqlite3_column_double(row, column) != 0; break;
    case SQLITE_NULL: break;
    default: n_bytes += sqlite3_column_text(row, column)[0] + sqlite3_column_bytes(row, column); break;
    }
}

static long long scan(sqlite3 *db, const char *sql) {
    sqlite3_stmt *row = prepared(db, sql);
    int n_columns = sqlite3_column_count(row), code;
    long long n_rows = 0;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        for (int i = 0; i < n_columns; i++) fetch(row, i);
        n_rows++;
    }
    if (code != SQLITE_DONE) fail(sqlite3_errmsg(db));
    sqlite3_finalize(row);
    return n_rows;
}

int main(int argc, char **argv) {
    sqlite3 *db = NULL;
    if (argc != 2) fail("usage: sqlite_scan DATABASE");
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL)) fail(sqlite3_errmsg(db));
    double begin = now_ms();
    long long n_rows = 0;
    sqlite3_stmt *table =
        prepared(db, "SELECT 'SELECT ' || group_concat('\"' || c.name || '\"', ', ') || ' FROM \"' || t.name || '\"' "
                     "FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND "
                     "substr(t.name, 1, 7) <> 'sqlite_' AND substr(t.name, 1, 10) <> '_starling_' AND "
                     "c.name NOT IN ('attributes', 'tbl_last_dt') GROUP BY t.name");
    while (sqlite3_step(table) == SQLITE_ROW) n_rows += scan(db, (const char *)sqlite3_column_text(table, 0));
    sqlite3_finalize(table);
    printf("%.0f %lld %lld\n", now_ms() - begin, n_rows, n_bytes);
    sqlite3_close(db);
    return 0;
}
