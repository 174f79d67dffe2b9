/*
 * tests/golden/sql/values.txt: what every function gives, run for real on every engine. A case runs two times: over columns of a
 * table that holds the values, and, where no argument has several rows, over literals. The type that comes back must be the one
 * that sql_fn_type promised.
 */
#include "engine/engine_fixture.h"

enum { MAX_ARGS = 9, MAX_ROWS = 9 };

typedef struct Arg {
    Type type;
    bool is_list;
    bool is_constant;
    Value values[MAX_ROWS];
    size_t n;
} Arg;

typedef struct Case {
    Str line;
    bool is_cast; /* cast(argument as type), try_cast(…); otherwise fn */
    bool is_try;
    Type to;
    SqlFn fn;
    Arg args[MAX_ARGS];
    size_t n_args;
    Str expected;
} Case;

static Fixture fixtures[COUNT_OF(ENGINES)];
static bool is_seen[SQL_FN_COUNT_OF];
static int n_wrong;

/* ---- reading a case ------------------------------------------------------------------------------------------------- */

/* Cuts at `sep` where it stands outside brackets and quotes. */
static Str next_part(Str *rest, char sep) {
    int depth = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < rest->n; i++) {
        char c = rest->p[i];
        if (c == '\\' && is_quoted)
            i++;
        else if (c == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && (c == '(' || c == '['))
            depth++;
        else if (!is_quoted && (c == ')' || c == ']'))
            depth--;
        else if (c == sep && !depth && !is_quoted) {
            Str part = str_trim(str_slice(*rest, 0, i));
            *rest = str_slice(*rest, i + 1, rest->n);
            return part;
        }
    }
    Str part = str_trim(*rest);
    *rest = (Str){0};
    return part;
}

static Str unquoted(Arena *arena, Str text) {
    char *out = arena_alloc(arena, text.n);
    size_t n = 0;
    for (size_t i = 1; i + 1 < text.n; i++) {
        if (text.p[i] == '\\') i++;
        out[n++] = text.p[i];
    }
    return (Str){out, n};
}

static Value read_value(Arena *arena, Str text, Type type) {
    Value value = value_null(type);
    Err err = {0};
    if (str_eq(text, S("null"))) return value;
    if (str_starts(text, S("\""))) text = unquoted(arena, text);
    if (value_parse(text, type, &value, &err)) fail_msg("%s", err.message);
    return value;
}

static void read_arg(Arena *arena, Str text, Arg *arg) {
    size_t space = text.n;
    while (space && text.p[space - 1] != ' ') space--;
    assert_true(type_parse(str_slice(text, space, text.n), &arg->type));
    Str values = str_trim(str_slice(text, 0, space));
    arg->is_constant = str_ends(values, S(" constant"));
    if (arg->is_constant) values = str_slice(values, 0, values.n - S(" constant").n);
    arg->is_list = str_starts(values, S("["));
    if (!arg->is_list) {
        arg->values[arg->n++] = read_value(arena, values, arg->type);
        return;
    }
    values = str_slice(values, 1, values.n - 1);
    while (values.n) arg->values[arg->n++] = read_value(arena, next_part(&values, ';'), arg->type);
}

static SqlFn fn_of(Str name) {
    for (int i = 0; i < SQL_FN_COUNT_OF; i++) {
        if (str_eq(name, str_of(sql_fn_info((SqlFn)i)->name))) return (SqlFn)i;
    }
    fail_msg("no function '%.*s'", STR_ARG(name));
    return SQL_FN_COUNT_OF;
}

/* value type as type */
static void read_cast(Arena *arena, Str text, Case *c) {
    ptrdiff_t as = str_find(text, S(" as "));
    assert_true(as > 0);
    assert_true(type_parse(str_trim(str_slice(text, (size_t)as + 4, text.n)), &c->to));
    read_arg(arena, str_slice(text, 0, (size_t)as), &c->args[c->n_args++]);
}

/* name(arguments) = expected [| engine: expected …] */
static void read_case(Arena *arena, Str line, const char *engine, Case *ret) {
    *ret = (Case){.line = line};
    bool is_count_all = str_starts(line, S("count(*)"));
    size_t open = is_count_all ? 8 : (size_t)str_find_char(line, '(');
    Str name = str_slice(line, 0, open);
    ret->is_try = str_eq(name, S("try_cast"));
    ret->is_cast = ret->is_try || str_eq(name, S("cast"));
    if (!ret->is_cast) ret->fn = fn_of(name);
    Str rest = str_slice(line, open, line.n);
    Str args = next_part(&rest, '=');
    args = str_slice(args, 1, args.n - 1);
    if (ret->is_cast) read_cast(arena, args, ret);
    while (!ret->is_cast && args.n) read_arg(arena, next_part(&args, ','), &ret->args[ret->n_args++]);
    ret->expected = next_part(&rest, '|');
    while (rest.n) {
        Str other = next_part(&rest, '|');
        if (str_eq(next_part(&other, ':'), str_of(engine))) ret->expected = str_trim(other);
    }
}

/* ---- running it ----------------------------------------------------------------------------------------------------- */

static const SqlExpr *column_of(Arena *arena, size_t i, Type type) {
    char name = (char)('a' + (int)i);
    return sql_column(arena, (Str){0}, (Str){&name, 1}, type);
}

static ErrCode make_table(Fixture *f, const Case *c) {
    TRY(engine_execf(&f->ctx, f->conn, NULL, &f->err, "CREATE TABLE cases (n %T)", &TYPE(TYPE_INT64)));
    size_t n_rows = c->n_args ? 0 : 1;
    Str names[MAX_ARGS + 1] = {S("n")};
    for (size_t i = 0; i < c->n_args; i++) {
        names[i + 1] = column_of(f->arena, i, c->args[i].type)->name;
        TRY(engine_execf(&f->ctx, f->conn, NULL, &f->err, "ALTER TABLE cases ADD COLUMN %I %T", &names[i + 1],
                         &c->args[i].type));
        n_rows = MAX_OF(n_rows, c->args[i].n);
    }
    for (size_t row = 0; row < n_rows; row++) {
        SqlItem items[MAX_ARGS + 1] = {{sql_literal(f->arena, value_int((int64_t)row)), S("n")}};
        for (size_t i = 0; i < c->n_args; i++) {
            Value value = c->args[i].values[c->args[i].is_list ? row : 0];
            items[i + 1] = (SqlItem){sql_literal(f->arena, value), names[i + 1]};
        }
        SqlSelect *select = sql_select_new(f->arena);
        select->items = items;
        select->n_items = c->n_args + 1;
        SqlStmt insert = {.kind = SQL_STMT_INSERT,
                          .relation = sql_relation_table(f->arena, (Str){0}, S("cases")),
                          .columns = names,
                          .n_columns = c->n_args + 1,
                          .select = select};
        TRY(engine_exec_stmt(&f->ctx, f->conn, &insert, NULL, &f->err));
    }
    return ERR_OK;
}

static Str print_value(Arena *arena, Value value) {
    if (value.is_null) return S("null");
    Str text = value_print(arena, value);
    bool is_text = value.type.kind == TYPE_TEXT || value.type.kind == TYPE_JSON;
    return is_text ? arena_printf(arena, "\"%.*s\"", STR_ARG(text)) : text;
}

static void check_type(const Case *c, Type is, Type promised) {
    char a[TYPE_TEXT_MAX], b[TYPE_TEXT_MAX];
    if (is.kind == promised.kind && (is.kind != TYPE_DECIMAL || is.scale == promised.scale)) return;
    n_wrong++;
    print_error("%.*s\n  came back as %s, promised was %s\n", STR_ARG(c->line), type_print(is, a),
                type_print(promised, b));
}

static ErrCode result_of(Fixture *f, const Case *c, const SqlSelect *select, Str *ret_result) {
    SqlText sql;
    EngineStream *stream;
    TRY(sql_print_select(f->arena, engine_dialect(f->engine), select, &sql, &f->err));
    TRY(engine_query(&f->ctx, f->conn, &sql, &stream, &f->err));
    check_type(c, engine_stream_columns(stream)->columns[0].type, select->items[0].expr->type);
    Str result = {0};
    ErrCode code = ERR_OK;
    for (const Batch *batch; !(code = engine_stream_next(stream, &batch, &f->err)) && batch;) {
        for (size_t row = 0; row < batch->n_rows; row++) {
            Str text = print_value(f->arena, column_value(&batch->columns[0], row));
            result = result.p ? arena_printf(f->arena, "%.*s; %.*s", STR_ARG(result), STR_ARG(text)) : text;
        }
    }
    engine_stream_close(stream);
    bool is_list = sql_fn_info(c->fn)->class == SQL_CLASS_WINDOW;
    *ret_result = is_list ? arena_printf(f->arena, "[%.*s]", STR_ARG(result)) : result;
    return code;
}

static ErrCode run_case(Fixture *f, const Case *c, bool is_literal, Str *ret_result) {
    const SqlFnInfo *info = sql_fn_info(c->fn);
    const SqlExpr *args[MAX_ARGS];
    for (size_t i = 0; i < c->n_args; i++) {
        args[i] = is_literal || c->args[i].is_constant ? sql_literal(f->arena, c->args[i].values[0])
                                                       : column_of(f->arena, i, c->args[i].type);
    }
    const SqlExpr *call = c->is_cast ? sql_cast(f->arena, args[0], c->to, c->is_try)
                                     : sql_call(f->arena, c->fn, args, MIN_OF(c->n_args, (size_t)info->max_args));
    const SqlExpr *n = sql_column(f->arena, (Str){0}, S("n"), TYPE(TYPE_INT64));
    SqlOrder order = {.expr = n};
    SqlWindow window = {.order = &order, .n_order = 1};
    bool is_window = info->class == SQL_CLASS_WINDOW;
    if (is_window) call = sql_over(f->arena, call, &window);
    SqlFrom from = {.relation = sql_relation_table(f->arena, (Str){0}, S("cases")), .alias = S("cases")};
    SqlSelect select = {.items = &(SqlItem){call, S("result")},
                        .n_items = 1,
                        .from = &from,
                        .n_from = is_literal ? 0 : 1,
                        .order = &order,
                        .n_order = is_window ? 1 : 0,
                        .limit = -1};
    return result_of(f, c, &select, ret_result);
}

static bool is_close(Str a, Str b) {
    double x, y;
    if (str_eq(a, b)) return true;
    if (str_find_char(b, '.') < 0 || !str_to_double(a, &x) || !str_to_double(b, &y)) return false;
    double difference = x > y ? x - y : y - x;
    return difference < 1e-12 * (y < 0 ? -y : y);
}

static void check(const Fixture *f, const Case *c, const char *how, ErrCode code, Str result) {
    if (code == ERR_UNSUPPORTED)
        result = S("unsupported");
    else if (code)
        result = S("error");
    bool is_float = str_find(c->line, S("float64")) >= 0 || sql_fn_info(c->fn)->type == SQL_TYPE_FLOAT64;
    if (is_float ? is_close(result, c->expected) : str_eq(result, c->expected)) return;
    n_wrong++;
    print_error("%.*s\n  over %s on %s: %.*s %s %s\n", STR_ARG(c->line), how, engine_name(f->engine), STR_ARG(result),
                code ? f->err.message : "", code ? f->err.detail : "");
}

static void run_line(Fixture *f, Str line) {
    Case c;
    read_case(f->arena, line, engine_name(f->engine), &c);
    if (!c.is_cast) is_seen[c.fn] = true;
    Str result = {0};
    bool is_many = sql_fn_info(c.fn)->class != SQL_CLASS_SCALAR;
    for (size_t i = 0; i < c.n_args; i++) is_many |= c.args[i].is_list;
    if (!is_many) {
        ErrCode code = run_case(f, &c, true, &result);
        check(f, &c, "literals", code, result);
    }
    ErrCode code = make_table(f, &c);
    if (!code) code = run_case(f, &c, false, &result);
    check(f, &c, "columns", code, result);
    OK(f, engine_execf(&f->ctx, f->conn, NULL, &f->err, "DROP TABLE IF EXISTS cases"));
}

TEST(functions_give_what_the_golden_file_says) {
    Str file;
    OK(&fixtures[0], file_read(fixtures[0].arena, "tests/golden/sql/values.txt", 1 << 20, &file, &fixtures[0].err));
    while (file.n) {
        Str line = str_split_next(&file, '\n');
        if (!line.n || str_starts(line, S("#"))) continue;
        for (size_t i = 0; i < n_engines(); i++) run_line(&fixtures[i], line);
    }
    assert_int_equal(n_wrong, 0);
    for (int i = 0; i < SQL_FN_COUNT_OF; i++) {
        if (!is_seen[i]) fail_msg("'%s' has no case in tests/golden/sql/values.txt", sql_fn_info((SqlFn)i)->name);
    }
}

static int setup(void **state) {
    (void)state;
    for (size_t i = 0; i < n_engines(); i++) fixture_new(&fixtures[i], ENGINES[i]);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    for (size_t i = 0; i < n_engines(); i++) fixture_free(&fixtures[i]);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(functions_give_what_the_golden_file_says)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
