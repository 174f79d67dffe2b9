"""Filters of the naive evaluator: true or false of a row or a group, never unknown."""
from fractions import Fraction

import query_time
from query_expr import Expr, compare

TURNED = {"not_equals": "equals", "not_in": "in", "not_contains": "contains", "not_set": "set"}


def number(value):
    """A JSON number as the exact number it names."""
    return Fraction(value) if not isinstance(value, (bool, str)) else value


def text_test(op, member, values):
    member = member.lower()
    tests = {"contains": lambda v: v in member, "starts_with": member.startswith, "ends_with": member.endswith}
    return any(tests[op](v.lower()) for v in values)


def compare_test(op, way):
    return {"equals": way == 0, "gt": way > 0, "gte": way >= 0, "lt": way < 0, "lte": way <= 0}[op]


def spans(part, values):
    """Values of a date, or of a part of it: each a half-open span."""
    if part:
        return [query_time.read_period(v)[:2] for v in values]
    return [query_time.read_point(v) for v in values]


def time_test(op, part, member, values, as_of):
    t = query_time.instant(member)
    if op == "in_range":
        return query_time.lies_in(t, query_time.read_range(values if len(values) == 2 else values[0], as_of)[:2])
    all_spans = spans(part, values)
    start, end = all_spans[0]
    if op in ("equals", "in"):
        return any(s <= t < e for s, e in all_spans)
    if op == "between":
        return start <= t < all_spans[1][1]
    return {"gt": t >= end, "gte": t >= start, "lt": t < start, "lte": t < end}[op]


def positive_test(op, part, member, values, as_of):
    if op == "set":
        return member is not None
    if member is None:
        return False
    if query_time.is_time(member):
        return time_test(op, part, member, values, as_of)
    if op in ("contains", "starts_with", "ends_with"):
        return text_test(op, member, values)
    values = [number(v) for v in values]
    if op in ("equals", "in"):
        return any(compare(member, v) == 0 for v in values)
    if op == "between":
        return compare(member, values[0]) >= 0 and compare(member, values[1]) <= 0
    return compare_test(op, compare(member, values[0]))


def test(part, op, member, values, as_of):
    """What `not` and the negative ops turn around is also true of nulls."""
    positive = TURNED.get(op, op)
    return positive_test(positive, part, member, values, as_of) != (positive != op)


class Filters:
    """`value(e)` is the worth of an expression or a name for what is filtered; `ask(query)` the result of an inner query;
    `is_part(name)` whether a name is a date's with a part behind it."""
    def __init__(self, value, ask, is_part, as_of):
        self.value, self.ask, self.is_part, self.as_of = value, ask, is_part, as_of

    def inner_test(self, op, member, query):
        result = self.ask(query)
        positive = TURNED.get(op, op)
        if positive == "in":
            column = next(i for i, c in enumerate(result.columns) if c.is_group)
            found = member is not None and any(row[column] is not None and compare(row[column], member) == 0 for row in result.rows)
        else:
            other = result.rows[0][0] if result.rows else None
            found = member is not None and other is not None and compare_test(positive, compare(member, other))
        return found != (positive != op)

    def holds(self, node):
        if node is None:
            return True
        if isinstance(node, list):
            return all(self.holds(n) for n in node)
        if isinstance(node, str):
            return self.value(Expr("name", name=node)) is True
        if "and" in node:
            return all(self.holds(n) for n in node["and"])
        if "or" in node:
            return any(self.holds(n) for n in node["or"])
        if "not" in node:
            return not self.holds(node["not"])
        if "expr" in node:
            return self.value(node["expr"]) is True
        member = self.value(Expr("name", name=node["member"]))
        if "query" in node:
            return self.inner_test(node["op"], member, node["query"])
        values = node["values"] if "values" in node else [node["value"]] if "value" in node else []
        part = node["member"].rsplit(".", 1)[-1] if self.is_part(node["member"]) else None
        return test(part, node["op"], member, values, self.as_of)


# --- names that a query uses ----------------------------------------------------------------------------------------------------

def filter_names(node):
    if isinstance(node, list):
        return [n for child in node for n in filter_names(child)]
    if isinstance(node, str):
        return [node]
    for key in ("and", "or"):
        if key in node:
            return filter_names(node[key])
    if "not" in node:
        return filter_names(node["not"])
    return node["expr"].names() if "expr" in node else [node["member"]]


def member_names(members):
    return [n for m in members for n in ([m] if isinstance(m, str) else m["expr"].names())]


def outside_names(e):
    return [part.name for part in e.outside() if part.kind == "name"]
