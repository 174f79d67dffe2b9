#!/usr/bin/env python3
"""Shows that the property test of queries can fail: small faults are put into a copy of the compiler one by one, and for each the
test must turn red. By hand, not part of `make test` (half an hour):

    python3 tests/random/query_mutate.py [NAME…]          all mutations, or those whose names hold a word given

Environment: SEED (1), RUNS (60) schemas at most for each, ENGINES ("duckdb"). It works in a git worktree of its own below build/, of
the last commit. A line a mutation: red or GREEN, and by what it was found. Exit 1 when one stayed green or does not fit the source any
more (then its text here has to be mended)."""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
COPY = os.path.join(ROOT, "build", "mutated")
MUTATIONS = [  # name, file in src/, text, what it becomes
    ("a filter is dropped", "query/query_compile.c", "build->where = both(build->arena, range, where);", "build->where = range;"),
    ("a filter's bare names are no columns", "model/model_expr_compile.c", "if (expr->is_row) at.use = EXPR_USE_AGGREGATE;", ""),
    ("a range is dropped", "query/query_compile.c", "build->where = both(build->arena, range, where);", "build->where = where;"),
    ("rows joined twice", "query/query_member.c", ".on = sql_call2(build->arena, SQL_FN_EQ, role_key(build, role), key)",
     ".on = sql_call2(build->arena, SQL_FN_LE, role_key(build, role), key)"),
    ("nulls first", "sql/sql_print_select.c", '" ASC NULLS LAST"', '" ASC NULLS FIRST"'),
    ("descending nulls first", "sql/sql_print_select.c", '" DESC NULLS LAST"', '" DESC NULLS FIRST"'),
    ("not equals without nulls", "query/query_compile_filter.c", "if (operand->is_never_null) return sql;", "return sql;"),
    ("between without its end", "query/query_compile_filter.c", "sql_call2(arena, SQL_FN_LE, operand->sql, values[1])",
     "sql_call2(arena, SQL_FN_LT, operand->sql, values[1])"),
    ("after a day, from its start", "query/query_compile_time.c", "bounds.from = op == QUERY_OP_GT ? first.to : first.from;",
     "bounds.from = first.from;"),
    ("up to a day, without it", "query/query_compile_time.c", "bounds.to = op == QUERY_OP_LT ? last.from : last.to;", "bounds.to = last.from;"),
    ("ties in any order", "query/query_compile_order.c", "for (size_t i = 0; i < build->groups.n; i++) add(&orders, i, false);", ""),
    ("smallest first", "query/query_compile_order.c", "add(orders, build->groups.n, true);", "add(orders, build->groups.n, false);"),
    ("offset is dropped", "query/query_compile.c", "select->offset = build->query->offset;", ""),
    ("the unknown row takes a place", "query/query_compile.c", "if (select->limit >= 0) select->limit++;", ""),
    ("tests turned around are certain", "query/query_compile_filter.c",
     "if (is_top && !is_turned) note_certain(task, operand, is_span ? &bounds : NULL);", "if (is_top) note_certain(task, operand, NULL);"),
    ("former members too", "query/query_member.c", "sql_and(build->arena, is_current, is_known)", "is_known"),
    ("the range is cut before windows", "query/query_stage.c", "for (int stage = last; stage > 0 && bounds.from != INT64_MIN; stage--) {",
     "for (int stage = 0; stage > 0; stage--) {"),
    ("the range is not cut after windows", "query/query_stage.c", "if (stages->is_cut || is_open || !is_back_in_time(build)) return NULL;",
     "if (true) return NULL;"),
    ("distinct counts are added up", "query/query_column.c", "if (base->is_distinct) return SQL_FN_COUNT_OF;", ""),
    ("prior of any group", "query/query_derive_time.c", "if ((ptrdiff_t)i == but) continue;", "if (but >= 0) continue;"),
    ("nulls have no prior", "query/query_derive_time.c", "build->groups.at[i].may_be_null ? SQL_FN_SAME : SQL_FN_EQ", "SQL_FN_EQ"),
    ("weeks a year earlier by days", "query/query_derive_time.c", "build->query->time.grain == TIME_GRAIN_WEEK && unit == TIME_GRAIN_YEAR;",
     "false;"),
    ("rolling over one more", "query/query_derive_time.c", ".preceding = n - 1}", ".preceding = n}"),
    ("since ever, not since the year", "query/query_derive_time.c",
     "if (to->unit != TIME_GRAIN_NONE)\n            partition", "if (false)\n            partition"),
    ("cumulative from before the range", "query/query_derive_time.c",
     "is_since_range ? within_range(build, period, expr, is_count) : expr", "expr"),
    ("a share of all, whatever its by", "query/query_derive.c", "TRY(find_by(build, derived, &to.by, &to.n_by, err));", ""),
    ("the unknown are ranked", "query/query_derive.c", "if (unknown) partition[n_by++] = unknown;", "(void)unknown;"),
    ("overall with the unknown", "query/query_derive.c", "if (unknown) {\n        const SqlExpr *args[] = {unknown,",
     "if (false) {\n        const SqlExpr *args[] = {unknown,"),
    ("one too few of each", "query/query_stage.c", "ret_select->where = sql_call2(arena, SQL_FN_LE, sql_column(arena, alias, number",
     "ret_select->where = sql_call2(arena, SQL_FN_LT, sql_column(arena, alias, number"),
    ("one filter of a measure hides another", "model/model_expr_compile.c",
     "at.filter = at.filter ? sql_and(c->scope->arena, at.filter, condition) : condition;",
     "at.filter = at.filter ? at.filter : condition;"),
    ("having is dropped where there are stages", "query/query_stage.c",
     "select->where = build->having.sql ? query_stage_lower(build, build->having.sql) : NULL;", ""),
    ("a range moved the other way", "query/query_derive_time.c", "moved.from = time_add(unit, range->from, -n);",
     "moved.from = time_add(unit, range->from, n);"),
    ("gaps without their counts", "query/query_stage.c", "if (!is_count) return column;", "return column;"),
    ("an inner limit in any order", "query/query_compile.c", "if (!build->is_inner || is_cut) TRY(query_compile_order(",
     "if (!build->is_inner) TRY(query_compile_order("),
    ("not contains is not ends with", "query/query.h", "X(NOT_CONTAINS, \"not_contains\", 1, MANY, CONTAINS,    CONTAINS,",
     "X(NOT_CONTAINS, \"not_contains\", 1, MANY, ENDS_WITH,   ENDS_WITH,"),
    ("the last three months are the past three", "query/query_range.c", "int64_t from = time_add(unit, time_trunc(unit, as_of), at);",
     "int64_t from = time_add(unit, time_trunc(TIME_GRAIN_DAY, as_of), at);"),
    ("what is shown is everything", "query/query_total.c", "selects[n++] = total_select(build, plan->select);",
     "selects[n++] = total_select(build, NULL);"),
    ("left out, whatever the filter", "query/query_total.c", "with(arena, build->where, build->groups.at[group].missing), NULL);",
     "build->groups.at[group].missing, NULL);"),
    ("lists without their key", "query/query_list.c", "if (is_ordered) add_key(build, order, &n);", ""),
]


def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def prepare():
    if not os.path.isdir(COPY):
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--detach", COPY], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["git", "-C", COPY, "checkout", "--force", "--detach", run("git", "-C", ROOT, "rev-parse", "HEAD").stdout.strip()],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.makedirs(os.path.join(COPY, "build"), exist_ok=True)
    if not os.path.exists(os.path.join(COPY, "build", "deps")):
        os.symlink(os.path.join(ROOT, "build", "deps"), os.path.join(COPY, "build", "deps"))
    subprocess.run(["cmake", "--preset", "debug", "-DCMAKE_C_FLAGS=-w"], cwd=COPY, check=True, stdout=subprocess.DEVNULL)


def build():
    return run("cmake", "--build", "build/debug", "--target", "query_rows", cwd=COPY)


def found_by(output):
    """By which answer, of the test's output."""
    failed = re.findall(r"FAILED with (SEED=\d+, query \d+), on \w+: (.*)", output)
    return "%s: %s" % failed[0] if failed else output.strip().split("\n")[-1]


def test():
    """Whether the property test is red, and what it says."""
    environment = dict(os.environ, QUERY_ROWS=os.path.join(COPY, "build", "debug", "tests", "query_rows"), SHRINK="0",
                       PYTHONDONTWRITEBYTECODE="1")
    for name, value in (("SEED", "1"), ("RUNS", "60"), ("ENGINES", "duckdb")):
        environment.setdefault(name, value)
    result = run(sys.executable, os.path.join(ROOT, "tests", "random", "query_run.py"), env=environment)
    return result.returncode != 0, found_by(result.stdout)


def mutate(name, path, text, other):
    path = os.path.join(COPY, "src", path)
    with open(path, encoding="utf-8") as file:
        source = file.read()
    if not text or source.count(text) != 1:
        return False, "does not fit %s: %d places" % (os.path.basename(path), source.count(text) if text else 0)
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(source.replace(text, other))
        built = build()
        if built.returncode:
            return False, "does not build: " + next((line for line in built.stdout.split("\n") if "error" in line), "")
        return test()
    finally:
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)


def main():
    prepare()
    words, n_green = sys.argv[1:], 0
    built = build()
    if built.returncode:
        sys.exit(built.stdout)
    is_red, says = test()
    if is_red:
        sys.exit("red without any mutation: " + says)
    for mutation in MUTATIONS:
        if words and not any(word in mutation[0] for word in words):
            continue
        is_mutant_red, says = mutate(*mutation)
        n_green += not is_mutant_red
        print("%-8s %s: %s" % ("red" if is_mutant_red else "GREEN", mutation[0], says), flush=True)
    print("%d stayed green" % n_green)
    sys.exit(1 if n_green else 0)


if __name__ == "__main__":
    main()
