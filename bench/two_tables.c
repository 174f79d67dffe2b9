/* What the sync's first copy takes written by hand, plainly: a loop over SQLite and DuckDB's appender into two tables, the row as it
 * is and the record of its insert, in one transaction that is committed. Same tables and columns as sqlite_scan, same library.
 * Prints milliseconds and rows.
 *   two_tables SQLITE DUCKDB      (the second is made anew) */
#include <duckdb.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COLUMNS = 200, MAX_SQL = 1 << 16 };

typedef struct Table {
    const char *name;
    int n_columns;
    int n_keys;
    int keys[MAX_COLUMNS];
    duckdb_appender row;
    duckdb_appender record;
} Table;

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what) {
    fprintf(stderr, "two_tables: %s\n", what ? what : "failed");
    exit(1);
}

static void run(duckdb_connection conn, const char *sql) {
    duckdb_result result;
    if (duckdb_query(conn, sql, &result) != DuckDBSuccess) fail(duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) fail(sqlite3_errmsg(db));
    return stmt;
}

static const char *type_of(const char *declared) {
    if (!strcmp(declared, "DATE") || !strcmp(declared, "TIMESTAMP")) return declared;
    if (!strcmp(declared, "REAL")) return "DOUBLE";
    return strcmp(declared, "TEXT") ? "BIGINT" : "VARCHAR"; /* decimals are scaled integers */
}

/* Makes both tables and gives the query of the rows. */
static void make(sqlite3 *db, duckdb_connection conn, Table *table, char *query) {
    static char row[MAX_SQL], key[MAX_SQL], before[MAX_SQL], after[MAX_SQL], sql[MAX_SQL * 4 + 400];
    int n_row = 0, n_key = 0, n_before = 0, n_after = 0, n_query = sprintf(query, "SELECT ");
    table->n_columns = table->n_keys = 0;
    sprintf(sql, "SELECT name, type, pk FROM pragma_table_info('%s') WHERE name NOT IN ('attributes', 'tbl_last_dt')", table->name);
    sqlite3_stmt *column = prepared(db, sql);
    for (; sqlite3_step(column) == SQLITE_ROW; table->n_columns++) {
        const char *name = (const char *)sqlite3_column_text(column, 0);
        const char *type = type_of((const char *)sqlite3_column_text(column, 1));
        if (n_row + 400 > MAX_SQL || table->n_columns == MAX_COLUMNS) fail("too many columns");
        n_query += sprintf(query + n_query, "%s\"%s\"", table->n_columns ? ", " : "", name);
        n_row += sprintf(row + n_row, ", \"%s\" %s", name, type);
        n_before += sprintf(before + n_before, ", \"before_%s\" %s", name, type);
        n_after += sprintf(after + n_after, ", \"after_%s\" %s", name, type);
        if (!sqlite3_column_int(column, 2)) continue;
        n_key += sprintf(key + n_key, ", \"key_%s\" %s", name, type);
        table->keys[table->n_keys++] = table->n_columns;
    }
    sqlite3_finalize(column);
    sprintf(query + n_query, " FROM \"%s\"", table->name);
    sprintf(sql, "CREATE TABLE row_%s (seq BIGINT%s); CREATE TABLE record_%s (seq BIGINT, op VARCHAR, batch VARCHAR, source VARCHAR%s%s%s)",
            table->name, row, table->name, key, after, before);
    run(conn, sql);
}

static void append(duckdb_appender to, sqlite3_stmt *from, int column) {
    duckdb_state state = DuckDBSuccess;
    switch (sqlite3_column_type(from, column)) {
    case SQLITE_INTEGER: state = duckdb_append_int64(to, sqlite3_column_int64(from, column)); break;
    case SQLITE_FLOAT: state = duckdb_append_double(to, sqlite3_column_double(from, column)); break;
    case SQLITE_NULL: state = duckdb_append_null(to); break;
    default:
        state = duckdb_append_varchar_length(to, (const char *)sqlite3_column_text(from, column),
                                             (idx_t)sqlite3_column_bytes(from, column));
    }
    if (state != DuckDBSuccess) fail(duckdb_appender_error(to));
}

static long long copy(Table *table, sqlite3_stmt *from, long long seq) {
    long long n = 0;
    while (sqlite3_step(from) == SQLITE_ROW) {
        duckdb_append_int64(table->row, seq + n);
        for (int i = 0; i < table->n_columns; i++) append(table->row, from, i);
        if (duckdb_appender_end_row(table->row) != DuckDBSuccess) fail(duckdb_appender_error(table->row));
        duckdb_append_int64(table->record, seq + n);
        duckdb_append_varchar(table->record, "I");
        duckdb_append_varchar(table->record, "2024-01-01T00:00:00Z-0123456789abcdef");
        duckdb_append_varchar(table->record, "shop");
        for (int i = 0; i < table->n_keys; i++) append(table->record, from, table->keys[i]);
        for (int i = 0; i < table->n_columns; i++) append(table->record, from, i);
        for (int i = 0; i < table->n_columns; i++) duckdb_append_null(table->record);
        if (duckdb_appender_end_row(table->record) != DuckDBSuccess) fail(duckdb_appender_error(table->record));
        n++;
    }
    return n;
}

static long long copy_table(sqlite3 *db, duckdb_connection conn, const char *name, long long seq) {
    static char query[MAX_SQL], row[300], record[300];
    Table table = {.name = name};
    make(db, conn, &table, query);
    snprintf(row, sizeof row, "row_%s", name);
    snprintf(record, sizeof record, "record_%s", name);
    if (duckdb_appender_create(conn, NULL, row, &table.row) != DuckDBSuccess ||
        duckdb_appender_create(conn, NULL, record, &table.record) != DuckDBSuccess)
        fail("no appender");
    sqlite3_stmt *from = prepared(db, query);
    long long n = copy(&table, from, seq);
    sqlite3_finalize(from);
    if (duckdb_appender_close(table.row) != DuckDBSuccess || duckdb_appender_close(table.record) != DuckDBSuccess)
        fail("cannot append");
    duckdb_appender_destroy(&table.row);
    duckdb_appender_destroy(&table.record);
    return n;
}

int main(int argc, char **argv) {
    sqlite3 *db = NULL;
    duckdb_database warehouse;
    duckdb_connection conn;
    duckdb_config config;
    if (argc != 3) fail("usage: two_tables SQLITE DUCKDB");
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL)) fail(sqlite3_errmsg(db));
    unlink(argv[2]);
    double begin = now_ms();
    duckdb_create_config(&config);
    duckdb_set_config(config, "storage_compatibility_version", "v1.3.0"); /* as the product's files */
    if (duckdb_open_ext(argv[2], &warehouse, config, NULL) != DuckDBSuccess || duckdb_connect(warehouse, &conn) != DuckDBSuccess)
        fail("cannot open");
    long long n_rows = 0;
    run(conn, "BEGIN");
    sqlite3_stmt *table = prepared(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' "
                                       "AND substr(name, 1, 10) <> '_starling_'");
    while (sqlite3_step(table) == SQLITE_ROW)
        n_rows += copy_table(db, conn, (const char *)sqlite3_column_text(table, 0), n_rows);
    sqlite3_finalize(table);
    double copied = now_ms();
    run(conn, "COMMIT");
    fprintf(stderr, "commit %.0f ms\n", now_ms() - copied);
    printf("%.0f %lld\n", copied - begin, n_rows);
    duckdb_disconnect(&conn);
    duckdb_close(&warehouse);
    duckdb_destroy_config(&config);
    sqlite3_close(db);
    return 0;
}
