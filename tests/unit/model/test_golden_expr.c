/*
 * tests/golden/expr/[NAME].txt: an expression, and below it what comes of it: the tree with types, or all that is wrong with it. A
 * line of a file is
 *
 *   # …                      a remark
 *   @column NAME TYPE        a column that expressions may name, from here on
 *   @measure NAME EXPR       a measure
 *   @aggregates              aggregates, `where` and derivations may stand in what follows
 *   @sql                     the text of DuckDB is written below each tree
 *   EXPRESSION               a case; below it, indented, what comes of it:
 *
 *     (+ amount:decimal(18,2) 1:int64):decimal(21,2)     the tree: functions and what they take, with types behind the colon
 *     duckdb: … <- …                                     its text and parameters
 *     ! COLUMN: …                                        an error, by the character at which it stands
 *
 * To add a case, write its expression, run this test with STARLING_GOLDEN=write, and read what it wrote before you keep it.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "model/model_expr.h"
#include "sql/sql.h"

#define FOLDER "tests/golden/expr"

enum { MAX_NAMES = 32 };

typedef struct Name {
    Str name;
    Type type;
    const Expr *measure; /* NULL: a column */
} Name;

typedef struct Golden {
    Arena *arena;
    Name names[MAX_NAMES];
    size_t n_names;
    bool has_aggregates;
    bool has_sql;
    Buf *out;
} Golden;

/* ---- the scope ------------------------------------------------------------------------------------------------------ */

static ErrCode resolve(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                       const Expr **ret_expr, Err *err) {
    const Golden *golden = scope->arg;
    Str known[MAX_NAMES];
    for (size_t i = 0; i < golden->n_names; i++) {
        const Name *found = &golden->names[i];
        known[i] = found->name;
        if (!str_eq(found->name, name->name)) continue;
        if (found->measure && use == EXPR_USE_AGGREGATE)
            return err_set(err, ERR_INVALID, "'%.*s' is a measure and cannot stand inside an aggregate",
                           STR_ARG(name->name));
        if (found->measure)
            *ret_expr = found->measure;
        else
            *ret_sql = sql_column(scope->arena, (Str){0}, name->name, found->type);
        return ERR_OK;
    }
    Str nearest = str_nearest(name->name, known, golden->n_names);
    if (nearest.n)
        return err_set(err, ERR_UNKNOWN_NAME, "no name '%.*s'; did you mean '%.*s'?", STR_ARG(name->name),
                       STR_ARG(nearest));
    return err_set(err, ERR_UNKNOWN_NAME, "no name '%.*s'", STR_ARG(name->name));
}

/* A column whose name is the derivation's text. */
static ErrCode derive(const ExprScope *scope, const Expr *derived, const SqlExpr *measure, const SqlExpr **ret_sql,
                      Err *err) {
    Type type;
    TRY(expr_derive_type(derived, measure->type, &type, err));
    *ret_sql = sql_column(scope->arena, (Str){0}, expr_print(scope->arena, derived), type);
    return ERR_OK;
}

static ExprScope scope_of(Golden *golden) {
    return (ExprScope){.resolve = resolve,
                       .derive = derive,
                       .arg = golden,
                       .arena = golden->arena,
                       .allows_aggregate = golden->has_aggregates};
}

/* ---- what comes of a case ------------------------------------------------------------------------------------------- */

static void write_tree(Golden *golden, const SqlExpr *sql);

static void write_node(Golden *golden, const SqlExpr *sql) {
    const char *name = "?";
    bool is_not = sql->is_negated;
    if (sql->kind == SQL_EXPR_CALL) name = sql_fn_info(sql->fn)->name;
    if (sql->kind == SQL_EXPR_CASE) name = "case";
    if (sql->kind == SQL_EXPR_CAST) name = sql->is_try ? "try_cast" : "cast";
    if (sql->kind == SQL_EXPR_IN_LIST) name = is_not ? "not in" : "in";
    buf_printf(golden->out, "(%s%s", name, sql->is_distinct ? " distinct" : "");
    for (size_t i = 0; i < sql->n_args; i++) {
        buf_add_char(golden->out, ' ');
        write_tree(golden, sql->args[i]);
    }
    if (sql->filter) {
        buf_add(golden->out, S(" where "));
        write_tree(golden, sql->filter);
    }
    buf_add_char(golden->out, ')');
}

static void write_tree(Golden *golden, const SqlExpr *sql) {
    char type[TYPE_TEXT_MAX];
    bool is_text = sql->type.kind == TYPE_TEXT;
    if (sql->kind == SQL_EXPR_COLUMN)
        buf_add(golden->out, sql->name);
    else if (sql->kind != SQL_EXPR_LITERAL)
        write_node(golden, sql);
    else if (sql->value.is_null)
        buf_add(golden->out, S("null"));
    else
        buf_printf(golden->out, is_text ? "'%.*s'" : "%.*s", STR_ARG(value_print(golden->arena, sql->value)));
    buf_printf(golden->out, ":%s", type_print(sql->type, type));
}

static void write_sql(Golden *golden, const SqlExpr *sql) {
    SqlText text;
    Err err = {0};
    if (sql_format(golden->arena, &SQL_DIALECT_DUCKDB, &text, &err, "%E", sql)) fail_msg("%s", err.message);
    buf_printf(golden->out, "  duckdb: %.*s", STR_ARG(text.text));
    for (size_t i = 0; i < text.n_params; i++)
        buf_printf(golden->out, "%s%.*s", i ? ", " : " <- ", STR_ARG(value_print(golden->arena, text.params[i])));
    buf_add_char(golden->out, '\n');
}

/* The ways that stop at the first error say what the list says. */
static void check_first(Golden *golden, Str text, const ExprErrors *errors) {
    const Expr *expr = NULL;
    const SqlExpr *sql = NULL;
    Err err = {0};
    ExprScope scope = scope_of(golden);
    ErrCode code = expr_parse(golden->arena, text, (ModelPlace){.line = 1, .column = 1}, &expr, &err);
    if (!code) code = expr_compile(&scope, expr, &sql, &err);
    if ((code == ERR_OK) != (errors->n == 0)) fail_msg("%.*s: %s", STR_ARG(text), err.message);
    for (size_t i = 0; i < errors->n; i++)
        if (str_eq(errors->at[i].message, str_of(err.message))) return;
    if (code) fail_msg("%.*s: not in the list: %s", STR_ARG(text), err.message);
}

static void write_case(Golden *golden, Str text) {
    ExprErrors errors = {.arena = golden->arena};
    ExprScope scope = scope_of(golden);
    const Expr *expr = expr_parse_all(golden->arena, text, (ModelPlace){.line = 1, .column = 1}, &errors);
    const SqlExpr *sql = expr ? expr_compile_all(&scope, expr, &errors) : NULL;
    assert_int_equal(sql == NULL, errors.n > 0);
    for (size_t i = 0; i < errors.n; i++)
        buf_printf(golden->out, "  ! %d: %.*s\n", errors.at[i].place.column, STR_ARG(errors.at[i].message));
    if (errors.is_cut) buf_add(golden->out, S("  ! and more\n"));
    if (sql) {
        buf_add(golden->out, S("  "));
        write_tree(golden, sql);
        buf_add_char(golden->out, '\n');
    }
    if (sql && golden->has_sql) write_sql(golden, sql);
    check_first(golden, text, &errors);
}

/* ---- files ---------------------------------------------------------------------------------------------------------- */

static void read_setting(Golden *golden, Str line) {
    Str word = str_split_next(&line, ' ');
    golden->has_aggregates |= str_eq(word, S("@aggregates"));
    golden->has_sql |= str_eq(word, S("@sql"));
    bool is_measure = str_eq(word, S("@measure"));
    if (!is_measure && !str_eq(word, S("@column"))) return;
    assert_true(golden->n_names < MAX_NAMES);
    Name *name = &golden->names[golden->n_names++];
    *name = (Name){.name = str_split_next(&line, ' ')};
    if (is_measure)
        assert_int_equal(expr_parse(golden->arena, line, (ModelPlace){.line = 1, .column = 1}, &name->measure, NULL),
                         ERR_OK);
    else
        assert_true(type_parse(line, &name->type));
}

/* The file as it should be. */
static void expected_file(Golden *golden, Str file) {
    while (file.n) {
        Str line = str_split_next(&file, '\n');
        if (str_starts(line, S("  "))) continue;
        buf_printf(golden->out, "%.*s\n", STR_ARG(line));
        if (str_starts(line, S("@")))
            read_setting(golden, line);
        else if (line.n && !str_starts(line, S("#")))
            write_case(golden, line);
    }
}

static int show_differences(const char *path, Str is, Str now) {
    int n = 0;
    for (int line = 1; (is.n || now.n) && n < 5; line++) {
        Str a = str_split_next(&is, '\n'), b = str_split_next(&now, '\n');
        if (str_eq(a, b)) continue;
        print_error("%s:%d\n  file: %.*s\n  now:  %.*s\n", path, line, STR_ARG(a), STR_ARG(b));
        n++;
    }
    return n;
}

static int check_file(Arena *arena, const char *path) {
    Str file;
    Err err = {0};
    Buf out CLEANUP(buf_release);
    buf_init(&out, 1 << 22);
    Golden golden = {.arena = arena, .out = &out};
    if (file_read(arena, path, 1 << 20, &file, &err)) fail_msg("%s", err.message);
    expected_file(&golden, file);
    const char *mode = getenv("STARLING_GOLDEN");
    if (!mode || strcmp(mode, "write")) return show_differences(path, file, buf_str(&out));
    assert_int_equal(file_write_atomic(path, buf_str(&out), &err), ERR_OK);
    return 0;
}

TEST(expressions_come_to_what_the_golden_files_say) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str *names;
    size_t n, n_files = 0;
    int n_different = 0;
    assert_int_equal(dir_list(arena, FOLDER, &names, &n, NULL), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        if (!str_ends(names[i], S(".txt"))) continue;
        n_files++;
        n_different += check_file(arena, path_join(arena, FOLDER, arena_cstr(arena, names[i])));
    }
    assert_true(n_files > 0);
    assert_int_equal(n_different, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(expressions_come_to_what_the_golden_files_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
