"""The naive evaluator: what a semantic query should answer, after docs/semantic-query.md, in plain loops over rows. It knows no SQL
and shares nothing with the program.

A query is as in JSON, with Expr trees in place of texts of expressions. evaluate() gives columns, rows in order, and what is left
out."""
import datetime
import functools

import query_expr
import query_time
from query_derive import Table, find_group
from query_expr import Unclear
from query_filter import Filters, filter_names
from query_group import Column, axis_of, groups_of, measures_of
from query_source import find_source


# --- order --------------------------------------------------------------------------------------------------------------------

def find_column(groups, measures, name):
    titles = [g.column.name for g in groups] + [m.name for m in measures]
    return titles.index(name) if name in titles else find_group(groups, name)


def order_of(query, groups, measures):
    """(column, is descending)…, and names of measures that are not shown: columns after the others."""
    order, hidden = [], []
    for given in query.get("order", []):
        name, direction = given if isinstance(given, list) else (given, "asc")
        column = find_column(groups, measures, name)
        if column is None:
            column = len(groups) + len(measures) + len(hidden)
            hidden.append(name)
        order.append((column, direction == "desc"))
    if not query.get("order"):
        order = [(i, False) for i, g in enumerate(groups) if g.is_period or g.is_bucket]
        if not order and measures:
            order = [(len(groups), True)]
    return order + [(i, False) for i in range(len(groups))], hidden


class Sorter:
    def __init__(self, order):
        self.order, self.is_unclear = order, False

    def compare(self, a, b):
        for column, is_desc in self.order:
            x, y = a[column], b[column]
            if x is None or y is None:
                way = (x is None) - (y is None)
            else:
                try:
                    way = query_expr.compare(x, y) * (-1 if is_desc else 1)
                except Unclear:
                    self.is_unclear, way = True, 0
            if way:
                return way
        return 0

    def sort(self, rows):
        return sorted(rows, key=functools.cmp_to_key(self.compare))


# --- the answer ---------------------------------------------------------------------------------------------------------------

class Result:
    """`left_out`: (member, rows, measures, the role it belongs to). `is_loose`: the order is not clear. `totals`: kind -> (rows,
    measures). `next`: where a list stopped. `period`: how far the data reaches in the time asked for, (first, last), () where it
    does not, None where that is not said here."""
    def __init__(self, columns, rows, left_out, is_loose, totals, next_=(), period=None):
        self.columns, self.rows, self.left_out, self.is_loose = columns, rows, left_out, is_loose
        self.left_out_within = []  # the same of the query that is the source, and of those within it
        self.totals, self.next, self.period = totals, list(next_), period


def first_of_each(query, rows, groups, measures):
    per = query.get("limit_per")
    if not per:
        return rows
    by = [find_column(groups, measures, name) for name in per["by"]]
    seen, kept = {}, []
    for row in rows:
        key = tuple(row[i] for i in by)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= per["n"]:
            kept.append(row)
    return kept


def left_out_of(query, groups, measures, table):
    if query.get("unknown"):
        return []
    out = []
    rows = table.shown_rows()
    for group in groups:
        missing = [row for row in rows if group.base(row) is None]
        if missing:
            out.append((group.member, len(missing), [table.over(m.expr, missing) for m in measures], group.member.split(".")[0]))
    return out


def period_of(schema, source, query, table):
    """Of the whole fact, whatever the filter; a filter that names the time may narrow it, and is passed over."""
    axis = table.axis
    if source.name not in schema.facts or axis not in {c.name for c in schema.facts[source.name].columns} or table.goes_back:
        return None
    if any(name.startswith((axis, source.name + "." + axis)) for name in filter_names(query.get("where", []))):
        return None
    there = [query_time.instant(row[axis]) for row in source.rows if row[axis] is not None]
    if not there:
        return ()
    (start, end), first, last = table.bounds, min(there), max(there)
    step = {"int": 1, "date": datetime.timedelta(days=1), "ts": datetime.timedelta(microseconds=1)}[source.type_of(axis)]
    first = first if start is None else max(first, start)
    last = last if end is None else min(last, end - step)
    return (first, last) if first <= last else ()


def totals_of(query, measures, table, shown, beyond):
    """Of everything, and of the rows of the groups that are shown, or that the limit cut off."""
    n, wanted = len(table.groups), query.get("totals", [])
    parts = {"others": beyond} if query.get("others") else {}
    parts.update({kind: {"shown": shown, "all": None}[kind] for kind in wanted})
    totals = {}
    for kind, rows in parts.items():
        keys = None if rows is None else {row[:n] for row in rows}
        there = [row for row in table.shown_rows() if keys is None or tuple(g.key(row) for g in table.groups) in keys]
        totals[kind] = len(there), [table.over(m.expr, there) for m in measures]
    return totals


# --- lists --------------------------------------------------------------------------------------------------------------------

def after_value(value, text):
    """A text of `after` as a value like another."""
    if text is None or value is None or isinstance(value, str):
        return text
    if isinstance(value, bool):
        return text == "true"
    if query_time.is_time(value):
        return query_time.read_point(text)[0]
    return float(text) if isinstance(value, float) else query_expr.Fraction(text)


def next_text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if query_time.is_time(value):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else query_expr.decimal_text(value)


def list_of(source, query, rows, as_of):
    """Single rows; the fact's key stands after their columns."""
    groups = groups_of(source, {"dimensions": query["rows"]})
    bounds = query_time.read_range(query["time"]["range"], as_of)[:2] if query.get("time") else (None, None)
    axis, n = axis_of(source, query), len(groups)
    if bounds != (None, None):
        rows = [row for row in rows if row[axis] is not None and query_time.lies_in(row[axis], bounds)]
    lines = [tuple(g.key(row) for g in groups) + (row.get("_id"),) for row in rows]
    order = [(find_column(groups, [], name), way == "desc") for name, way in
             (o if isinstance(o, list) else (o, "asc") for o in query.get("order", []))]
    is_tied = isinstance(query.get("source"), dict) or source.name is None  # rows of a query and of a dimension have no key
    order += [] if is_tied else [(n, False)]
    sorter = Sorter(order)
    lines = sorter.sort(lines)
    if "after" in query:
        mark = [None] * (n + 1)
        for (column, _), text in zip(order, query["after"]):
            example = next((line[column] for line in lines if line[column] is not None), "")
            mark[column] = after_value(example, text)
        lines = [line for line in lines if sorter.compare(line, mark) > 0]
    lines = lines[query.get("offset", 0):]
    limit = query.get("limit", len(lines) + 1)
    if is_tied and limit < len(lines) or sorter.is_unclear:
        raise Unclear("rows of a query have no key")
    next_ = [next_text(lines[limit - 1][column]) for column, _ in order] if limit <= len(lines) and not is_tied else []
    is_loose = is_tied or not (query.get("order") or "limit" in query or query.get("offset") or "after" in query)
    return Result([g.column for g in groups], [line[:n] for line in lines[:limit]], [], is_loose, {}, next_)


def evaluate(schema, query):
    source = find_source(schema, query, evaluate)
    result = answer_over(schema, query, source)
    result.left_out_within = getattr(source, "left_out", [])
    return result


def answer_over(schema, query, source):
    as_of, asked = schema.as_of(), {}

    def ask(inner):
        if id(inner) not in asked:
            asked[id(inner)] = evaluate(schema, inner)
        return asked[id(inner)]

    rows = [row for row in source.rows
            if Filters(lambda e, row=row: query_expr.of_row(e, row), ask, source.is_part, as_of).holds(query.get("where"))]
    if "rows" in query:
        return list_of(source, query, rows, as_of)
    groups, measures = groups_of(source, query), measures_of(source, query)
    axis = axis_of(source, query)
    table = Table(source, query, rows, axis, groups, measures, ask, as_of, {m.name: m.fact for m in schema.measures.values()})
    order, hidden = order_of(query, groups, measures)
    shown = Sorter(order)
    rows = [row[:len(groups) + len(measures)] for row in shown.sort(table.rows(hidden))]
    is_cut = bool(query.get("limit_per") or query.get("limit") is not None or query.get("offset"))
    if shown.is_unclear and is_cut:
        raise Unclear("the order at a cut")
    rows = first_of_each(query, rows, groups, measures)[query.get("offset", 0):]
    limit = query.get("limit", len(rows))
    totals = totals_of(query, measures, table, rows[:limit], rows[limit:])
    columns = [g.column for g in groups] + [Column(m.name, m.expr.type, False) for m in measures]
    return Result(columns, rows[:limit], left_out_of(query, groups, measures, table), shown.is_unclear, totals,
                  period=period_of(schema, source, query, table))
