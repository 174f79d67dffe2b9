/*
 * docs/expressions.md: its examples are run. Blocks of the page that count here:
 *
 *   ```rows NAME        a table: its columns `name: type` in the first line, then rows, with | between the values
 *   ```yaml             measures and filters over it, as a pack has them (blocks that begin with `measures:` or `filters:`)
 *   ```expr             values: one row, on every engine
 *   ```expr of NAME     measures of all rows of the table
 *   ```expr by A, B     measures for each group: a grain of the table's time (month), or columns
 *
 * A line of the last three is `expression  -->  value`, with a remark behind `  # ` if need be; `# …` alone is one too. The value of
 * groups is `group: value, …`; that of what is refused is `! message`. With "not on SQLite" in its remark an example is run on DuckDB, and
 * must be refused on SQLite. Values are computed twice on each engine, as they are written, where constants are folded beforehand, and with the
 * constants in columns of a row. To add an example, write the expression and `-->`, run this test with STARLING_GOLDEN=write, and read
 * what it wrote before you keep it. Every function and derivation of the language has an example.
 */
#include "expression_page.h"

typedef enum BlockKind { BLOCK_NONE, BLOCK_ROWS, BLOCK_YAML, BLOCK_VALUES, BLOCK_MEASURES } BlockKind;

typedef struct Block {
    BlockKind kind;
    Str groups;   /* MEASURES: what stands behind `by`; empty: all rows */
    Buf *section; /* YAML: of the page */
    int n_lines;
} Block;

/* ---- constants in columns ------------------------------------------------------------------------------------------- */

typedef struct Constants {
    Arena *arena;
    VEC(SqlItem) items;
} Constants;

static const Expr *without_literals(Constants *constants, const Expr *expr) {
    Arena *arena = constants->arena;
    Expr *copy = arena_dup(arena, expr, sizeof(*expr));
    const Expr **args = ARENA_ARRAY(arena, const Expr *, expr->n_args + 1);
    for (size_t i = 0; i < expr->n_args; i++) args[i] = without_literals(constants, expr->args[i]);
    copy->args = args;
    if (expr->kind != EXPR_LITERAL || expr->value.type.kind == TYPE_NULL) return copy;
    SqlItem item = {.expr = sql_literal(arena, expr->value), .alias = arena_printf(arena, "c%zu", constants->items.n)};
    VEC_PUSH(arena, &constants->items, item);
    copy->kind = EXPR_NAME;
    copy->name = item.alias;
    return copy;
}

static ErrCode resolve_constant(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                                const Expr **ret_expr, Err *err) {
    const Constants *constants = scope->arg;
    (void)use, (void)ret_expr, (void)err;
    for (size_t i = 0; i < constants->items.n; i++) {
        const SqlItem *item = &constants->items.at[i];
        if (str_eq(item->alias, name->name)) *ret_sql = sql_column(scope->arena, S("v"), item->alias, item->expr->type);
    }
    assert_non_null(*ret_sql);
    return ERR_OK;
}

/* False where a constant is needed: a format, a date in quotes. */
static bool compile_unfolded(Page *page, const Expr *expr, Statement *ret) {
    Constants *constants = ARENA_NEW(page->arena, Constants);
    constants->arena = page->arena;
    ExprScope scope = {.resolve = resolve_constant, .arg = constants, .arena = page->arena};
    const Expr *other = without_literals(constants, expr);
    const SqlExpr *sql = NULL;
    if (!constants->items.n || expr_compile(&scope, other, &sql, NULL)) return false;
    SqlSelect *inner = sql_select_new(page->arena), *select = sql_select_new(page->arena);
    SqlItem item = {.expr = sql, .alias = S("value")};
    SqlFrom from = {.select = inner, .alias = S("v")};
    inner->items = constants->items.at;
    inner->n_items = constants->items.n;
    select->items = arena_dup(page->arena, &item, sizeof(item));
    select->n_items = 1;
    select->from = arena_dup(page->arena, &from, sizeof(from));
    select->n_from = 1;
    *ret = (Statement){.select = select};
    return true;
}

/* ---- statements ----------------------------------------------------------------------------------------------------- */

static ErrCode resolve_nothing(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                               const Expr **ret_expr, Err *err) {
    (void)scope, (void)use, (void)ret_sql, (void)ret_expr;
    return err_set(err, ERR_UNKNOWN_NAME, "no name '%.*s' here", STR_ARG(name->name));
}

static ErrCode compile_value(Page *page, const Expr *expr, Statement *ret) {
    ExprScope scope = {.resolve = resolve_nothing, .arena = page->arena};
    const SqlExpr *sql = NULL;
    TRY(expr_compile(&scope, expr, &sql, &page->err));
    SqlItem *item = ARENA_NEW(page->arena, SqlItem);
    SqlSelect *select = sql_select_new(page->arena);
    *item = (SqlItem){.expr = sql, .alias = S("value")};
    select->items = item;
    select->n_items = 1;
    Statement unfolded = {0};
    *ret = (Statement){.select = select};
    if (compile_unfolded(page, expr, &unfolded)) ret->unfolded = unfolded.select;
    return ERR_OK;
}

static ErrCode compile_measure(Page *page, Str text, const Expr *expr, Str groups, Statement *ret) {
    QueryMember *measure = ARENA_NEW(page->arena, QueryMember);
    QueryMember *dimensions = ARENA_ARRAY(page->arena, QueryMember, MAX_CELLS);
    Query *query = ARENA_NEW(page->arena, Query);
    *measure = (QueryMember){.name = text, .expr = expr, .alias = S("value"), .path = S("example")};
    *query =
        (Query){.source = page->table, .measures = measure, .n_measures = 1, .dimensions = dimensions, .limit = -1};
    while (groups.n) {
        QueryMember group = {.name = str_trim(str_split_next(&groups, ',')), .path = S("group")};
        group.alias = group.name;
        if (time_grain_parse(group.name, &query->time.grain)) {
            query->time.is_given = true;
        } else {
            TRY(expr_parse(page->arena, group.name, (ModelPlace){0}, &group.expr, &page->err));
            dimensions[query->n_dimensions++] = group;
        }
    }
    const QueryPlan *plan = NULL;
    TRY(query_compile(&page->ctx, query, NULL, &plan, &page->err));
    *ret = (Statement){.plan = plan, .n_groups = plan->n_columns - 1};
    return ERR_OK;
}

static ErrCode compile(Page *page, const Block *block, Str text, Statement *ret) {
    const Expr *expr = NULL;
    TRY(expr_parse(page->arena, text, (ModelPlace){.file = S(PAGE), .column = 1}, &expr, &page->err));
    see(page, expr);
    if (block->kind == BLOCK_VALUES) return compile_value(page, expr, ret);
    return compile_measure(page, text, expr, block->groups, ret);
}

static ErrCode print(Page *page, const Statement *statement, size_t engine, SqlText *ret) {
    const SqlDialect *dialect = engine_dialect(ENGINES[engine]);
    if (statement->plan) return query_sql(&page->ctx, dialect, statement->plan, ret, &page->err);
    return sql_print_select(page->arena, dialect, statement->select, ret, &page->err);
}

/* group: value, group: value */
static void add_rows(Page *page, Buf *out, const Statement *statement, const Values *values) {
    const QueryColumn *columns = statement->plan ? statement->plan->columns : NULL;
    for (size_t i = 0; i < values->n; i++) {
        size_t column = i % (statement->n_groups + 1);
        Value value = values->at[i];
        char period[TIME_TEXT_MAX];
        if (column == statement->n_groups) {
            add_value(page, out, value);
            continue;
        }
        buf_add(out, i ? column ? S(" ") : S(", ") : (Str){0});
        if (columns[column].grain != TIME_GRAIN_NONE) {
            int64_t us = value.type.kind == TYPE_DATE ? value.i * TIME_US_PER_DAY : value.i;
            buf_add(out, (Str){period, time_print_period_fiscal(columns[column].grain, columns[column].fiscal_month, us,
                                                                period)});
        } else {
            buf_add(out, value_print(page->arena, value));
        }
        if (column + 1 == statement->n_groups) buf_add(out, S(": "));
    }
}

static void check_unfolded(Page *page, Str text, const Values *values, size_t engine, const SqlSelect *unfolded) {
    Statement statement = {.select = unfolded};
    Values others = {0};
    SqlText sql;
    ErrCode code = print(page, &statement, engine, &sql);
    if (code == ERR_UNSUPPORTED) return; /* a constant is needed */
    if (!code) code = ask(page, engine, &sql, &statement, &others);
    check_others(page, text, values, engine, code, &others, false);
    page->n_unfolded++;
}

/* What stands behind the arrow. */
static void add_result(Page *page, const Block *block, Str text, Str remark, Buf *out) {
    Statement statement = {0};
    Values values = {0};
    page->err = (Err){0};
    ErrCode code = compile(page, block, text, &statement);
    bool is_refused = str_find(remark, S("not on SQLite")) >= 0;
    for (size_t i = 0; !code && i < N_ENGINES; i++) {
        Values others = {0};
        SqlText sql;
        ErrCode failure = print(page, &statement, i, &sql);
        if (!failure) failure = ask(page, i, &sql, &statement, i ? &others : &values);
        if (i) check_others(page, text, &values, i, failure, &others, is_refused);
        if (!i) code = failure;
        if (!failure && statement.unfolded) check_unfolded(page, text, &values, i, statement.unfolded);
    }
    if (code)
        buf_printf(out, "! %s", page->err.message);
    else
        add_rows(page, out, &statement, &values);
}

/* An example as it should be. */
static void add_example(Page *page, const Block *block, Str line, Buf *out) {
    ptrdiff_t arrow = str_find(line, S("-->"));
    if (arrow < 0) fail_msg(PAGE ": an example without -->: %.*s", STR_ARG(line));
    Str left = str_slice(line, 0, (size_t)arrow), right = str_slice(line, (size_t)arrow + 3, line.n), remark = {0};
    ptrdiff_t mark = str_find(right, S("  # "));
    if (mark >= 0) {
        remark = str_slice(right, (size_t)mark, right.n);
        right = str_slice(right, 0, (size_t)mark);
    }
    Buf result CLEANUP(buf_release);
    buf_init(&result, 1 << 16);
    add_result(page, block, str_trim(left), remark, &result);
    bool is_same = str_eq(str_trim(right), buf_str(&result));
    buf_printf(out, "%.*s-->", STR_ARG(left));
    if (is_same)
        buf_add(out, right);
    else
        buf_printf(out, "  %.*s", STR_ARG(buf_str(&result)));
    buf_add(out, remark);
}

/* ---- the page ------------------------------------------------------------------------------------------------------- */

static Block block_of(Page *page, Str fence) {
    Str info = str_trim(str_slice(fence, 3, fence.n));
    if (str_starts(info, S("rows "))) {
        page->table = str_slice(info, 5, info.n);
        return (Block){.kind = BLOCK_ROWS};
    }
    if (str_eq(info, S("yaml"))) return (Block){.kind = BLOCK_YAML};
    if (str_eq(info, S("expr"))) return (Block){.kind = BLOCK_VALUES};
    if (str_starts(info, S("expr of "))) return (Block){.kind = BLOCK_MEASURES};
    if (str_starts(info, S("expr by "))) return (Block){.kind = BLOCK_MEASURES, .groups = str_slice(info, 8, info.n)};
    return (Block){0};
}

/* The table, its measures and filters, which examples before them may use. */
static void read_table(Page *page, Block *block, Str line) {
    bool is_head = block->kind == BLOCK_YAML && block->n_lines == 0;
    if (is_head && str_eq(line, S("measures:"))) block->section = &page->measures;
    if (is_head && str_eq(line, S("filters:"))) block->section = &page->filters;
    if (is_head && !block->section) block->kind = BLOCK_NONE;
    if (is_head && block->section && block->section->n) return; /* one key for all of them */
    if (block->kind == BLOCK_ROWS && block->n_lines == 0)
        add_columns(page, line);
    else if (block->kind == BLOCK_ROWS)
        add_row(page, line);
    else if (block->kind == BLOCK_YAML)
        buf_printf(block->section, "%.*s\n", STR_ARG(line));
}

static void add_line(Page *page, const Block *block, Str line, Buf *out) {
    bool is_example =
        (block->kind == BLOCK_VALUES || block->kind == BLOCK_MEASURES) && str_trim(line).n && !str_starts(line, S("#"));
    if (is_example)
        add_example(page, block, line, out);
    else
        buf_add(out, line);
    buf_add_char(out, '\n');
}

/* Goes through the page; with `out` it is written there as it should be. */
static void walk(Page *page, Str text, Buf *out) {
    Block block = {0};
    bool is_inside = false;
    while (text.n) {
        Str line = str_split_next(&text, '\n');
        bool is_fence = str_starts(line, S("```"));
        if (is_fence) {
            is_inside = !is_inside;
            block = is_inside ? block_of(page, line) : (Block){0};
        }
        if (!is_fence && is_inside && !out) read_table(page, &block, line);
        if (!is_fence) block.n_lines++;
        if (out && is_fence) buf_printf(out, "%.*s\n", STR_ARG(line));
        if (out && !is_fence) add_line(page, &block, line, out);
    }
}

/* What the language has no words for. */
static bool is_writable(SqlFn fn) {
    return fn != SQL_FN_DISTINCT && fn != SQL_FN_SAME && sql_fn_info(fn)->class != SQL_CLASS_WINDOW;
}

static void check_all_seen(const Page *page) {
    for (int i = 0; i < SQL_FN_COUNT_OF; i++)
        if (is_writable((SqlFn)i) && !page->is_seen[i])
            fail_msg(PAGE ": no example of '%s'", sql_fn_info((SqlFn)i)->name);
    for (int i = 0; i < EXPR_DERIVE_COUNT; i++)
        if (!page->is_derive_seen[i]) fail_msg(PAGE ": no example of the derivation number %d of ExprDerive", i);
}

static int show_differences(Str page, Str now) {
    int n = 0;
    for (int line = 1; now.n; line++) {
        Str a = str_split_next(&page, '\n'), b = str_split_next(&now, '\n');
        if (str_eq(a, b)) continue;
        print_error(PAGE ":%d\n  page: %.*s\n  now:  %.*s\n", line, STR_ARG(a), STR_ARG(b));
        n++;
    }
    return n;
}

TEST(examples_give_what_the_page_says) {
    Page page;
    Str text;
    Buf out CLEANUP(buf_release);
    buf_init(&out, 1 << 20);
    page_open(&page);
    OK(&page, file_read(page.arena, PAGE, 1 << 20, &text, &page.err));
    walk(&page, text, NULL);
    make_model(&page);
    walk(&page, text, &out);
    const char *mode = getenv("STARLING_GOLDEN");
    if (mode && !strcmp(mode, "write"))
        OK(&page, file_write_atomic(PAGE, buf_str(&out), &page.err));
    else
        page.n_wrong += show_differences(text, buf_str(&out));
    assert_int_equal(page.n_wrong, 0);
    assert_true(page.n_unfolded > 100);
    check_all_seen(&page);
    page_close(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(examples_give_what_the_page_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
