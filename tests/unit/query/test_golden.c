/*
 * tests/golden/query/NAME.txt and tests/golden/facts/NAME.txt: a semantic query, and below it what comes of it. A case begins with `=== what it shows` and has a
 * section `--- query`; each further section is one thing to compare:
 *
 *   --- sql duckdb    the statement, broken before its clauses, and its parameters after <-
 *   --- rows          what runs on gold.sql, one row a line
 *   --- left_out      member: fact rows | measures…
 *   --- totals        kind: fact rows | measures…
 *   --- totals_sql duckdb     the statements behind them
 *   --- words         the plan in words
 *   --- next          where a list goes on
 *   --- left_out_sql duckdb   the statements behind it
 *   --- period        the period in words; [first] [last]: that part is incomplete
 *   --- defaults      choices the query left open
 *   --- columns       name | member | type | role | grain | title | unit
 *   --- error         path: message
 *
 * To add a case, write its query and the names of the sections, run this test with STARLING_GOLDEN=write, and read what it wrote
 * before you keep it.
 */
#include "query_fixture.h"

typedef struct Case {
    Fixture *fixture;
    Buf *out;
    const Query *query;
    const QueryPlan *plan;
    Result result;
    bool has_run;
    ErrCode code;
} Case;

/* ---- sections ------------------------------------------------------------------------------------------------------- */

/* One clause a line. */
static void write_sql(Case *c, Str sql) {
    const char *clauses[] = {"FROM ",   "JOIN ",     "LEFT JOIN ", "WHERE ", "GROUP BY ",
                             "HAVING ", "ORDER BY ", "LIMIT ",     "OFFSET "};
    bool is_quoted = false;
    int depth = 0;
    for (size_t i = 0; i < sql.n; i++) {
        char at = sql.p[i];
        if (at == '"' || at == '\'') is_quoted = !is_quoted;
        if (!is_quoted) depth += at == '(' ? 1 : at == ')' ? -1 : 0;
        bool is_break = false;
        for (size_t k = 0; at == ' ' && !is_quoted && !depth && k < COUNT_OF(clauses); k++) {
            is_break |= str_starts(str_slice(sql, i + 1, sql.n), str_of(clauses[k]));
        }
        buf_add_char(c->out, is_break ? '\n' : at);
    }
    buf_add_char(c->out, '\n');
}

static const SqlDialect *dialect_of(Str name) {
    const SqlDialect *dialects[] = {&SQL_DIALECT_DUCKDB, &SQL_DIALECT_SQLITE, &SQL_DIALECT_POSTGRES};
    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        if (str_eq(name, str_of(sql_dialect_name(dialects[i])))) return dialects[i];
    }
    fail_msg("no dialect '%.*s'", STR_ARG(name));
    return NULL;
}

static void section_sql(Case *c, const SqlSelect *select, const SqlDialect *dialect) {
    SqlText sql;
    if (sql_print_select(c->fixture->arena, dialect, select, &sql, &c->fixture->err)) {
        buf_printf(c->out, "! %s\n", c->fixture->err.message);
        return;
    }
    write_sql(c, sql.text);
    for (size_t i = 0; i < sql.n_params; i++) {
        Str value = value_print(c->fixture->arena, sql.params[i]);
        buf_printf(c->out, "%s%.*s", i ? ", " : "<- ", STR_ARG(value));
    }
    if (sql.n_params) buf_add_char(c->out, '\n');
}

static void run_once(Case *c) {
    if (c->has_run) return;
    Fixture *f = c->fixture;
    c->has_run = true;
    c->result = (Result){.arena = f->arena};
    QueryReceiver receiver = {.columns = take_columns, .batch = take_batch, .account = take_account, .arg = &c->result};
    OK(f, query_run(&f->ctx, f->conn, c->plan, &receiver, &f->err));
}

static void section_rows(Case *c) {
    run_once(c);
    for (size_t i = 0; i < c->result.rows.n; i++) buf_printf(c->out, "%.*s\n", STR_ARG(c->result.rows.at[i]));
}

static void write_carried(Case *c, Str name, int64_t n_rows, const Value *measures) {
    buf_printf(c->out, "%.*s: %" PRId64, STR_ARG(name), n_rows);
    for (size_t i = 0, k = 0; i < c->plan->n_columns; i++) {
        if (c->plan->columns[i].role != QUERY_ROLE_MEASURE) continue;
        Str cell = cell_text(c->fixture->arena, NULL, measures[k++]);
        buf_printf(c->out, " | %.*s", STR_ARG(cell));
    }
    buf_add_char(c->out, '\n');
}

static void section_left_out(Case *c) {
    run_once(c);
    for (size_t i = 0; i < c->result.account.n_left_out; i++) {
        const QueryLeftOut *left_out = &c->result.account.left_out[i];
        write_carried(c, left_out->member, left_out->n_rows, left_out->measures);
    }
}

static void section_totals(Case *c) {
    run_once(c);
    for (size_t i = 0; i < c->result.account.n_totals; i++) {
        const QueryTotal *total = &c->result.account.totals[i];
        write_carried(c, total->kind, total->n_rows, total->measures);
    }
}

static void section_words(Case *c) {
    const Str *lines = NULL;
    size_t n = 0;
    query_words(&c->fixture->ctx, c->plan, &lines, &n);
    for (size_t i = 0; i < n; i++) buf_printf(c->out, "%.*s\n", STR_ARG(lines[i]));
}

static void section_next(Case *c) {
    run_once(c);
    for (size_t i = 0; i < c->result.account.n_next; i++) {
        Str cell = cell_text(c->fixture->arena, NULL, c->result.account.next[i]);
        buf_printf(c->out, "%s%.*s", i ? " | " : "", STR_ARG(cell));
    }
    if (c->result.account.n_next) buf_add_char(c->out, '\n');
}

static void section_period(Case *c) {
    run_once(c);
    const QueryPeriod *period = &c->result.account.period;
    buf_printf(c->out, "%.*s%s%s%s\n", STR_ARG(period->text), period->is_first_partial ? " [first]" : "",
               period->is_last_partial ? " [last]" : "", period->is_known ? "" : " [unknown]");
}

static void section_defaults(Case *c) {
    for (size_t i = 0; i < c->plan->n_defaults; i++) buf_printf(c->out, "%.*s\n", STR_ARG(c->plan->defaults[i]));
}

static void section_columns(Case *c) {
    for (size_t i = 0; i < c->plan->n_columns; i++) {
        const QueryColumn *column = &c->plan->columns[i];
        char type[TYPE_TEXT_MAX];
        buf_printf(c->out, "%.*s | %.*s | %s | %s | %s | %.*s | %.*s\n", STR_ARG(column->name), STR_ARG(column->member),
                   type_print(column->type, type), query_role_name(column->role), time_grain_name(column->grain),
                   STR_ARG(column->title), STR_ARG(column->unit));
    }
}

static void section_error(Case *c) {
    if (c->code) {
        buf_printf(c->out, "%s%s%s\n", c->fixture->err.file, c->fixture->err.file[0] ? ": " : "",
                   c->fixture->err.message);
    } else {
        buf_add(c->out, S("! no error\n"));
    }
}

static void write_section(Case *c, Str name) {
    if (str_eq(name, S("error"))) {
        section_error(c);
    } else if (c->code) {
        buf_printf(c->out, "! %s: %s\n", c->fixture->err.file, c->fixture->err.message);
    } else if (str_starts(name, S("sql "))) {
        section_sql(c, c->plan->select, dialect_of(str_slice(name, 4, name.n)));
    } else if (str_starts(name, S("left_out_sql "))) {
        const SqlDialect *dialect = dialect_of(str_slice(name, sizeof("left_out_sql ") - 1, name.n));
        for (size_t i = 0; i < c->plan->n_left_out; i++) {
            if (c->plan->left_out[i])
                section_sql(c, c->plan->left_out[i], dialect);
            else
                buf_add(c->out, S("the rows' first row\n"));
        }
    } else if (str_starts(name, S("totals_sql "))) {
        const SqlDialect *dialect = dialect_of(str_slice(name, sizeof("totals_sql ") - 1, name.n));
        for (size_t i = 0; i < c->plan->n_totals; i++) section_sql(c, c->plan->totals[i], dialect);
    } else if (str_eq(name, S("words"))) {
        section_words(c);
    } else if (str_eq(name, S("next"))) {
        section_next(c);
    } else if (str_eq(name, S("totals"))) {
        section_totals(c);
    } else if (str_eq(name, S("rows"))) {
        section_rows(c);
    } else if (str_eq(name, S("left_out"))) {
        section_left_out(c);
    } else if (str_eq(name, S("period"))) {
        section_period(c);
    } else if (str_eq(name, S("defaults"))) {
        section_defaults(c);
    } else if (str_eq(name, S("columns"))) {
        section_columns(c);
    } else {
        fail_msg("no section '%.*s'", STR_ARG(name));
    }
}

/* ---- files ---------------------------------------------------------------------------------------------------------- */

static void compile_case(Case *c, Str json) {
    Fixture *f = c->fixture;
    f->err = (Err){0};
    c->has_run = false;
    c->code = query_parse_text(&f->ctx, json, &c->query, &f->err);
    if (!c->code) c->code = query_compile(&f->ctx, c->query, NULL, &c->plan, &f->err);
    assert_int_equal(c->code, f->err.code);
}

/* The file as it should be: its queries, each followed by what comes of it now. */
static void expected_file(Case *c, Str file) {
    Buf json CLEANUP(buf_release);
    buf_init(&json, 1 << 20);
    bool is_query = false, is_output = false;
    while (file.n) {
        Str line = str_split_next(&file, '\n');
        bool is_mark = str_starts(line, S("--- "));
        if (str_starts(line, S("=== "))) is_query = is_output = false;
        if (is_output && !is_mark && line.n) continue;
        if (is_mark && is_query) compile_case(c, buf_str(&json));
        buf_printf(c->out, "%.*s\n", STR_ARG(line));
        if (is_query && !is_mark) buf_printf(&json, "%.*s\n", STR_ARG(line));
        if (!is_mark) continue;
        is_query = str_eq(line, S("--- query"));
        is_output = !is_query;
        if (is_query) buf_clear(&json);
        if (is_output) write_section(c, str_slice(line, 4, line.n));
    }
}

/* The line in which two texts differ first. */
static void show_difference(const char *path, Str is, Str should) {
    for (int line = 1; is.n || should.n; line++) {
        Str a = str_split_next(&is, '\n'), b = str_split_next(&should, '\n');
        if (str_eq(a, b)) continue;
        print_error("%s:%d\n  file: %.*s\n  now:  %.*s\n", path, line, STR_ARG(a), STR_ARG(b));
        return;
    }
}

static void check_file(Fixture *f, const char *path, int *n_different) {
    Str file;
    OK(f, file_read(f->arena, path, 1 << 20, &file, &f->err));
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 22);
    Case c = {.fixture = f, .out = &buf};
    expected_file(&c, file);
    const char *mode = getenv("STARLING_GOLDEN");
    if (str_eq(buf_str(&buf), file)) return;
    if (mode && strcmp(mode, "write") == 0) {
        OK(f, file_write_atomic(path, buf_str(&buf), &f->err));
        return;
    }
    show_difference(path, file, buf_str(&buf));
    ++*n_different;
}

static void check_folder(const char *folder) {
    Fixture f;
    Str *names;
    size_t n = 0, n_files = 0;
    int n_different = 0;
    fixture_open_in(&f, folder);
    OK(&f, dir_list(f.arena, folder, &names, &n, &f.err));
    for (size_t i = 0; i < n; i++) {
        if (!str_ends(names[i], S(".txt"))) continue;
        n_files++;
        check_file(&f, path_join(f.arena, folder, arena_cstr(f.arena, names[i])), &n_different);
    }
    assert_true(n_files > 0);
    assert_int_equal(n_different, 0);
    fixture_free(&f);
}

TEST(queries_come_to_what_the_golden_files_say) {
    check_folder(GOLDEN_FOLDER);
}

TEST(queries_over_several_facts_do) {
    check_folder("tests/golden/facts");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(queries_come_to_what_the_golden_files_say),
                                       cmocka_unit_test(queries_over_several_facts_do)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
