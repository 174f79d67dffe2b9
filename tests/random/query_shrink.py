"""Makes a query that fails, and the rows it fails on, as small as they can be while they still fail in the same way."""
import copy
import time

from query_answer import difference
from query_expr import Expr, Unclear
from query_model import evaluate


def smaller_exprs(e):
    for arg in e.args:
        if arg.type == e.type or {arg.type, e.type} <= {"int", "dec", "float"}:
            yield arg
    for i, arg in enumerate(e.args):
        for less in smaller_exprs(arg):
            yield e.with_args(e.args[:i] + [less] + e.args[i + 1:])


def smaller(node):
    """The same with a part less."""
    if isinstance(node, Expr):
        yield from smaller_exprs(node)
    elif isinstance(node, list):
        for i in range(len(node)):
            yield node[:i] + node[i + 1:]
        for i, child in enumerate(node):
            for less in smaller(child):
                yield node[:i] + [less] + node[i + 1:]
    elif isinstance(node, dict):
        if "not" in node:
            yield node["not"]
        for key in ("and", "or"):
            yield from node.get(key, [])
        for key in node:
            yield {k: v for k, v in node.items() if k != key}
        for key, child in node.items():
            for less in smaller(child):
                if less != []:
                    yield {**node, key: less}


def kind_of(wrong):
    """So that one fault does not turn into another while it is made smaller."""
    if wrong.startswith("error"):
        return wrong.split(":")[0]
    return next((kind for kind in ("left", "total", "next", "period", "columns") if kind in wrong), "rows")


def fails_like(schema, query, program, wrong):
    try:
        expected = evaluate(schema, query)
        answer = program.ask(query)
        found = difference(expected, answer)
    except Unclear:
        return False
    except Exception:  # the smaller query is none
        return False
    return bool(found) and kind_of(found) == kind_of(wrong)


def shrink_query(schema, query, program, wrong, until):
    is_smaller = True
    while is_smaller and time.monotonic() < until:
        is_smaller = False
        for less in smaller(query):
            if time.monotonic() > until:
                break
            if fails_like(schema, less, program, wrong):
                query, is_smaller = less, True
                break
    return query


def with_rows(schema, fact, rows):
    less = copy.copy(schema)
    less.facts = dict(schema.facts)
    less.facts[fact] = copy.copy(schema.facts[fact])
    less.facts[fact].rows = rows
    return less


def shrink_rows(schema, query, start, wrong, until):
    for name in schema.facts:
        size = max(1, len(schema.facts[name].rows) // 2)
        while size and time.monotonic() < until:
            i = 0
            while i < len(schema.facts[name].rows) and time.monotonic() < until:
                rows = schema.facts[name].rows
                less = with_rows(schema, name, rows[:i] + rows[i + size:])
                program = start(less)
                if fails_like(less, query, program, wrong):
                    schema = less
                else:
                    i += size
                program.close()
            size //= 2
    return schema


def shrink(schema, query, start, wrong, seconds):
    """`start(schema)` gives a program that answers."""
    begin = time.monotonic()
    program = start(schema)
    query = shrink_query(schema, query, program, wrong, begin + seconds / 2)
    program.close()
    return shrink_rows(schema, query, start, wrong, begin + seconds), query
