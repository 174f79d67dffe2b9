/*
 * tests/golden/sql/functions.txt: how every function is written in every dialect. A case is a line `name(argument, …)`, where an
 * argument is a type (a column of it, called a, b, c, …) or a value (a literal); below it stand the text and the parameters in each dialect,
 * or the refusal. STARLING_GOLDEN=write rewrites the file from what the printers do now; read the difference before you keep it.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql/sql.h"

#define GOLDEN_PATH "tests/golden/sql/functions.txt"

typedef struct Golden {
    Arena *arena;
    bool is_seen[SQL_FN_COUNT_OF];
} Golden;

static SqlFn fn_of(Str name) {
    for (int i = 0; i < SQL_FN_COUNT_OF; i++) {
        if (str_eq(name, str_of(sql_fn_info((SqlFn)i)->name))) return (SqlFn)i;
    }
    fail_msg("no function '%.*s'", STR_ARG(name));
    return SQL_FN_COUNT_OF;
}

static Value value_of(Str text) {
    Value value = {0};
    int64_t number;
    if (str_starts(text, S("'"))) return value_text(str_slice(text, 1, text.n - 1));
    if (str_eq(text, S("null"))) return value_null(TYPE(TYPE_NULL));
    if (str_to_int64(text, &number)) return value_int(number);
    TypeKind kinds[] = {TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (!value_parse(text, TYPE(kinds[i]), &value, NULL)) return value;
    }
    ptrdiff_t point = str_find_char(text, '.');
    assert_true(point > 0);
    int scale = (int)(text.n - (size_t)point) - 1;
    assert_int_equal(value_parse(text, TYPE_DEC((int)text.n - 1, scale), &value, NULL), ERR_OK);
    return value;
}

static const SqlExpr *arg_of(Arena *arena, Str text, size_t position) {
    Type type;
    char name = (char)('a' + (int)position);
    if (type_parse(text, &type)) return sql_column(arena, (Str){0}, (Str){&name, 1}, type);
    return sql_literal(arena, value_of(text));
}

/* Cuts at the comma that stands outside brackets. */
static Str next_arg(Str *rest) {
    int depth = 0;
    for (size_t i = 0; i < rest->n; i++) {
        depth += rest->p[i] == '(' ? 1 : rest->p[i] == ')' ? -1 : 0;
        if (rest->p[i] != ',' || depth) continue;
        Str arg = str_trim(str_slice(*rest, 0, i));
        *rest = str_slice(*rest, i + 1, rest->n);
        return arg;
    }
    Str arg = str_trim(*rest);
    *rest = (Str){0};
    return arg;
}

static const SqlExpr *call_of(Golden *golden, Str line) {
    bool is_count_all = str_starts(line, S("count(*)"));
    size_t open = is_count_all ? line.n : (size_t)str_find_char(line, '(');
    SqlFn fn = fn_of(str_slice(line, 0, open));
    golden->is_seen[fn] = true;
    Str rest = is_count_all ? (Str){0} : str_slice(line, open + 1, line.n - 1);
    const SqlExpr *args[9];
    size_t n_args = 0;
    while (rest.n) {
        args[n_args] = arg_of(golden->arena, next_arg(&rest), n_args);
        n_args++;
    }
    SqlExpr *call = sql_call(golden->arena, fn, args, n_args);
    SqlWindow *window = ARENA_NEW(golden->arena, SqlWindow);
    return sql_fn_info(fn)->class == SQL_CLASS_WINDOW ? sql_over(golden->arena, call, window) : call;
}

static Str print(Golden *golden, const SqlDialect *dialect, const SqlExpr *call) {
    SqlText text;
    Err err = {0};
    if (sql_format(golden->arena, dialect, &text, &err, "%E", call)) {
        assert_int_equal(err.code, ERR_UNSUPPORTED);
        return arena_printf(golden->arena, "! %s", err.message);
    }
    Str line = text.text;
    for (size_t i = 0; i < text.n_params; i++) {
        Str value = value_print(golden->arena, text.params[i]);
        line = arena_printf(golden->arena, "%.*s%s%.*s", STR_ARG(line), i ? ", " : "  <- ", STR_ARG(value));
    }
    return line;
}

/* The file as it should be: the lines that are cases followed by what is printed for them now. */
static Str expected_file(Golden *golden, Str file) {
    const SqlDialect *dialects[] = {&SQL_DIALECT_DUCKDB, &SQL_DIALECT_SQLITE, &SQL_DIALECT_POSTGRES};
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 20);
    while (file.n) {
        Str line = str_split_next(&file, '\n');
        if (str_starts(line, S("  "))) continue;
        buf_printf(&buf, "%.*s\n", STR_ARG(line));
        if (!line.n || str_starts(line, S("#"))) continue;
        const SqlExpr *call = call_of(golden, line);
        for (size_t i = 0; i < COUNT_OF(dialects); i++) {
            Str text = print(golden, dialects[i], call);
            buf_printf(&buf, "  %s: %.*s\n", sql_dialect_name(dialects[i]), STR_ARG(text));
        }
    }
    return arena_str(golden->arena, buf_str(&buf));
}

TEST(functions_are_written_as_the_golden_file_says) {
    Golden golden = {.arena = arena_new(0)};
    Str file;
    Err err = {0};
    assert_int_equal(file_read(golden.arena, GOLDEN_PATH, 1 << 20, &file, &err), ERR_OK);
    Str expected = expected_file(&golden, file);
    const char *mode = getenv("STARLING_GOLDEN");
    if (mode && !strcmp(mode, "write")) {
        assert_int_equal(file_write_atomic(GOLDEN_PATH, expected, &err), ERR_OK);
    } else {
        while (file.n || expected.n) {
            Str is = str_split_next(&expected, '\n'), was = str_split_next(&file, '\n');
            if (!str_eq(is, was)) fail_msg("printed: %.*s\n  golden: %.*s", STR_ARG(is), STR_ARG(was));
        }
    }
    for (int i = 0; i < SQL_FN_COUNT_OF; i++) {
        if (!golden.is_seen[i]) fail_msg("'%s' has no case in " GOLDEN_PATH, sql_fn_info((SqlFn)i)->name);
    }
    arena_free(golden.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(functions_are_written_as_the_golden_file_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
