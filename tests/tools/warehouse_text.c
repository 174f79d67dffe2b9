/* Reads a warehouse as text, for tests in scripts: independent of the program, it knows nothing but DuckDB.
 *   warehouse_text FILE STATEMENT…            read-only
 *   warehouse_text --write FILE STATEMENT…
 * Each statement prints a line "= NAME<tab>NAME…" of its columns, then a line a row: values as DuckDB writes them, between tabs,
 * with \t \n \\ for tab, line end and backslash, and \N for null. `SELECT` only prints; others are carried out as they are. */
#include <duckdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Database {
    duckdb_database db;
    duckdb_connection conn;
} Database;

static bool fail(const char *what, const char *detail) {
    fprintf(stderr, "warehouse_text: %s%s%s\n", what, detail ? ": " : "", detail ? detail : "");
    return false;
}

static bool open_database(Database *database, const char *path, bool is_write) {
    duckdb_config config = NULL;
    char *error = NULL;
    bool is_ok = duckdb_create_config(&config) == DuckDBSuccess &&
                 duckdb_set_config(config, "access_mode", is_write ? "READ_WRITE" : "READ_ONLY") == DuckDBSuccess &&
                 duckdb_set_config(config, "threads", "1") == DuckDBSuccess &&
                 duckdb_open_ext(path, &database->db, config, &error) == DuckDBSuccess &&
                 duckdb_connect(database->db, &database->conn) == DuckDBSuccess;
    if (!is_ok) fail(path, error ? error : "cannot be opened");
    duckdb_free(error);
    duckdb_destroy_config(&config);
    return is_ok;
}

static void close_database(Database *database) {
    duckdb_disconnect(&database->conn);
    duckdb_close(&database->db);
}

static void print_text(const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        switch (text[i]) {
        case '\t': fputs("\\t", stdout); break;
        case '\n': fputs("\\n", stdout); break;
        case '\\': fputs("\\\\", stdout); break;
        default: putchar(text[i]);
        }
    }
}

static void print_value(duckdb_data_chunk chunk, idx_t column, idx_t row) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
    uint64_t *validity = duckdb_vector_get_validity(vector);
    if (validity && !duckdb_validity_row_is_valid(validity, row)) {
        fputs("\\N", stdout);
        return;
    }
    duckdb_string_t *texts = duckdb_vector_get_data(vector);
    print_text(duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row]));
}

/* A result whose columns are all VARCHAR. */
static void print_result(duckdb_result *result) {
    idx_t n = duckdb_column_count(result);
    putchar('=');
    for (idx_t i = 0; i < n; i++) printf("%c%s", i ? '\t' : ' ', duckdb_column_name(result, i));
    putchar('\n');
    duckdb_data_chunk chunk;
    while ((chunk = duckdb_fetch_chunk(*result))) {
        for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk); row++) {
            for (idx_t i = 0; i < n; i++) {
                if (i) putchar('\t');
                print_value(chunk, i, row);
            }
            putchar('\n');
        }
        duckdb_destroy_data_chunk(&chunk);
    }
}

static bool run(const Database *database, const char *statement) {
    static const char before[] = "SELECT COLUMNS(*)::VARCHAR FROM (", after[] = ") AS t";
    bool is_select = strncmp(statement, "SELECT", 6) == 0;
    size_t size = strlen(statement) + sizeof before + sizeof after;
    char *text = malloc(size);
    if (!text) return fail("out of memory", NULL);
    snprintf(text, size, "%s%s%s", is_select ? before : "", statement, is_select ? after : "");
    duckdb_result result;
    bool is_ok = duckdb_query(database->conn, text, &result) == DuckDBSuccess;
    if (!is_ok) fail(statement, duckdb_result_error(&result));
    if (is_ok && is_select) print_result(&result);
    duckdb_destroy_result(&result);
    free(text);
    return is_ok;
}

int main(int argc, char **argv) {
    bool is_write = argc > 1 && strcmp(argv[1], "--write") == 0;
    int first = is_write ? 2 : 1;
    if (argc < first + 2) return !fail("usage: warehouse_text [--write] FILE STATEMENT...", NULL);
    Database database = {0};
    bool is_ok = open_database(&database, argv[first], is_write);
    for (int i = first + 1; i < argc && is_ok; i++) is_ok = run(&database, argv[i]);
    close_database(&database);
    return is_ok ? 0 : 1;
}
