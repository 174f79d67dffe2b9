"""Groups and what is derived from them, for the naive evaluator: each value is reckoned anew from the rows it is about."""
import query_aggregate
import query_expr
import query_time
from query_filter import Filters

IN_TIME = ("prior", "change", "growth", "lag", "rolling", "ytd", "qtd", "mtd", "cumulative")
SINCE = {"ytd": "year", "qtd": "quarter", "mtd": "month"}


def find_group(groups, name):
    """By its column's name, else by the member, or a time without its part; None."""
    for other in (lambda g: (g.column.name,), lambda g: (g.member, g.order_name)):
        for i, group in enumerate(groups):
            if name in other(group):
                return i
    return None


class Cell:
    """What names stand for in a measure of one group."""
    def __init__(self, table, key, aliases):
        self.table, self.key, self.aliases = table, key, aliases

    def measure(self, name, rows):
        if name in self.aliases:
            return query_aggregate.of_rows(self.aliases[name], rows, Cell(self.table, self.key, {}))
        return query_aggregate.of_rows(self.table.source.measures[name], self.of_fact(name, rows), self)

    def of_fact(self, name, rows):
        """Where there are several facts, the rows of the measure's own."""
        return [row for row in rows if row.get("_fact", self.table.facts[name]) == self.table.facts[name]]

    def own(self, e, rows):
        for part in e.outside():
            if part.kind == "name" and part.name in self.table.source.measures:
                return self.of_fact(part.name, rows)
        return rows

    def derived(self, e, rows):
        return self.table.derived(e, self.key)


class Table:
    """Rows in groups. Where something goes back in time, `cells` has groups of all times, and the range is whole periods."""
    def __init__(self, source, query, rows, axis, groups, measures, ask, as_of, facts):
        self.facts = facts  # of the pack's measures, by name
        self.as_of, self.source, self.query, self.all_rows, self.axis = as_of, source, query, rows, axis
        self.groups, self.measures, self.ask = groups, measures, ask
        self.grain = query.get("time", {}).get("grain")
        self.aliases = {m.name: m.expr for m in measures}
        self.bounds, self.end_grain = self.read_bounds()
        self.goes_back = bool(self.grain) and any(self.is_in_time(e) for e in self.expressions())
        self.has_range = self.bounds != (None, None)
        if self.goes_back:
            self.bounds = self.whole_periods()
        self.cells = self.grouped(rows if self.goes_back else self.within(self.bounds))
        if query.get("time", {}).get("fill"):
            self.fill()
        self.shown = [key for key in self.cells if not self.goes_back or self.is_shown(key)]
        self.values = {}

    # --- what there is

    def expressions(self):
        return [m.expr for m in self.measures] + self.having_expressions(self.query.get("having", []))

    def having_expressions(self, node):
        if isinstance(node, list):
            return [e for n in node for e in self.having_expressions(n)]
        for key in ("and", "or", "not"):
            if key in node:
                return self.having_expressions(node[key])
        return [node.get("expr") or query_expr.Expr("name", name=node["member"])]

    def is_in_time(self, e):
        for part in e.outside():
            if part.kind == "derive" and part.fn in IN_TIME:
                return True
            inner = self.aliases.get(part.name) or self.source.measures.get(part.name) if part.kind == "name" else None
            if inner is not None and inner is not e and self.is_in_time(inner):
                return True
        return False

    def is_derived(self, e):
        for part in e.outside():
            if part.kind == "derive" or (part.kind == "name" and part.name in self.source.measures
                                         and self.is_derived(self.source.measures[part.name])):
                return True
        return False

    def read_bounds(self):
        given = self.query.get("time", {}).get("range")
        if given is None:
            return (None, None), None
        start, end, _, grain = query_time.read_range(given, self.as_of)
        return (start, end), grain

    def whole_periods(self):
        start, end = self.bounds
        if self.source.type_of(self.axis) == "int":
            return start, end
        if start is not None:
            start = query_time.trunc(self.grain, start)
        if end is not None and query_time.trunc(self.grain, end) != end:
            end = query_time.add(self.grain, query_time.trunc(self.grain, end), 1)
        return start, end

    def within(self, bounds):
        if bounds == (None, None):
            return self.all_rows
        return [row for row in self.all_rows if row[self.axis] is not None and query_time.lies_in(row[self.axis], bounds)]

    def grouped(self, rows):
        cells = {} if self.groups else {(): []}
        for row in rows:
            cells.setdefault(tuple(g.key(row) for g in self.groups), []).append(row)
        return cells

    def fill(self):
        """A group without rows for every period of the range, or from the first to the last that has rows."""
        periods = [key[0] for key in self.cells if key[0] is not None]
        others = {key[1:] for key in self.cells}
        start, end = self.bounds
        if not periods and None in (start, end):
            return
        example = self.source.type_of(self.axis) == "ts"
        is_number = self.source.type_of(self.axis) == "int"
        first = start if is_number or start is None else query_time.trunc(self.grain, start)
        at = first if first is not None else query_time.instant(min(periods))
        last = end if end is not None else query_time.add(self.grain, query_time.instant(max(periods)), 1)
        while at < last:
            for other in others if len(self.groups) > 1 else [()]:
                self.cells.setdefault((at if example or is_number else at.date(),) + other, [])
            at = query_time.add(self.grain, at, 1)

    def is_shown(self, key):
        if self.bounds == (None, None):
            return True
        return key[0] is not None and query_time.lies_in(key[0], self.bounds)

    def shown_rows(self):
        return self.within(self.bounds)

    def is_known(self, key):
        """Groups that are shown at all."""
        return self.query.get("unknown", False) or None not in key

    # --- values

    def value(self, e, key, rows=None, aliases=None):
        if rows is not None:
            return query_aggregate.of_rows(e, rows, Cell(self, key, aliases or {}))
        at = (id(e), key, aliases is None)
        if at not in self.values:  # the expression is kept, so that its id stays its own
            self.values[at] = e, query_aggregate.of_rows(e, self.cells[key], Cell(self, key, aliases or {}))
        return self.values[at][1]

    def over(self, e, rows):
        """Over rows that are no group: nothing can be derived of them."""
        return None if self.is_derived(e) else query_aggregate.of_rows(e, rows, Cell(self, None, {}))

    def order_value(self, name, key):
        """Of a measure that is not shown."""
        return self.value(query_expr.Expr("name", name=name), key)

    def rows(self, hidden=()):
        """Those that `having` leaves; measures that only order them come last."""
        out = []
        for key in self.shown:
            def value(e, key=key):
                return self.value(e, key, aliases=self.aliases)
            if self.is_known(key) and Filters(value, self.ask, lambda name: False, self.as_of).holds(self.query.get("having")):
                out.append(tuple(key) + tuple(self.value(m.expr, key) for m in self.measures)
                           + tuple(self.order_value(name, key) for name in hidden))
        return out

    # --- derivations

    def derived(self, e, key):
        at = (id(e), key)
        if at not in self.values:
            self.values[at] = e, getattr(self, "derive_" + (e.fn if e.fn not in SINCE else "since"))(e, key)
        return self.values[at][1]

    def derive_prior(self, e, key):
        if not self.grain:
            return self.prior_of_range(e, key)
        if key[0] is None:
            return None
        period = query_time.earlier(self.grain, e.unit, e.n or 1, key[0])
        other = (period,) + key[1:]
        return self.value(e.args[0], other) if period is not None and other in self.cells else None

    derive_lag = derive_prior

    def prior_of_range(self, e, key):
        """The same groups over the range moved: by a span, or by its own length."""
        first, end = self.bounds
        if not query_time.is_time(first):
            n = e.n or end - first
            bounds = first - n, end - n
        else:
            n, unit = (e.n, e.unit) if e.n else self.own_length()
            bounds = query_time.moved(self.bounds, self.end_grain, unit, n)
            if not bounds:
                raise query_expr.Unclear("a week 53 that there is none of")
        cells = self.grouped(self.within(bounds))
        return self.value(e.args[0], key, cells[key]) if key in cells else None

    def own_length(self):
        n, at = 0, self.bounds[0]
        while at < self.bounds[1]:
            n, at = n + 1, query_time.add(self.end_grain, at, 1)
        return n, self.end_grain

    def derive_change(self, e, key):
        return query_expr.operate("-", [self.value(e.args[0], key), self.derive_prior(e, key)])

    def derive_growth(self, e, key):
        ratio = query_expr.operate("/", [self.value(e.args[0], key), self.derive_prior(e, key)])
        return query_expr.operate("-", [ratio, query_expr.Fraction(1)])

    def derive_rolling(self, e, key):
        n = query_time.periods_in(self.grain, e.unit, e.n)
        start, values = key[0], []
        for _ in range(n):
            other = (start,) + key[1:]
            if other in self.cells:
                values.append(self.value(e.args[0], other))
            start = query_time.add(self.grain, start, -1)
        return query_aggregate.of_values(e.agg, [v for v in values if v is not None])

    def same_but_time(self, key, bounds):
        first = 1 if self.grain else 0
        return [row for row in self.within(bounds)
                if all(g.key(row) == k for g, k in list(zip(self.groups, key))[first:])]

    def derive_since(self, e, key):
        if self.grain:
            start, end = query_time.trunc(SINCE[e.fn], key[0]), query_time.add(self.grain, key[0], 1)
        else:
            end = self.bounds[1]
            start = query_time.trunc(SINCE[e.fn], query_time.add("day", end, -1) if end.hour == 0 else end)
        bounds = query_time.instant(start), query_time.instant(end)
        return self.value(e.args[0], key, self.same_but_time(key, bounds))

    def derive_cumulative(self, e, key):
        start = None if e.is_all else self.bounds[0]
        bounds = start, query_time.instant(query_time.add(self.grain, key[0], 1))
        return self.value(e.args[0], key, self.same_but_time(key, bounds))

    def derive_running(self, e, key):
        along = next(i for i, g in enumerate(self.groups) if g.is_period)
        values = []
        for other in self.shown:
            same = all(other[i] == key[i] for i in range(len(key)) if i != along)
            is_later = key[along] is not None and (other[along] is None or query_expr.compare(other[along], key[along]) > 0)
            if same and not is_later:
                values.append(self.value(e.args[0], other))
        return query_aggregate.sum_of([v for v in values if v is not None])

    def by_key(self, e, key):
        return tuple(key[i] for i in self.by_indices(e))

    def by_indices(self, e):
        return [find_group(self.groups, name) for name in e.by]

    def derive_share(self, e, key):
        at = self.by_indices(e)
        rows = [row for row in self.shown_rows() if all(self.groups[i].key(row) == key[i] for i in at)]
        return query_expr.operate("/", [self.value(e.args[0], key), self.value(e.args[0], key, rows)])

    def among(self, e, key):
        """The groups that are shown or not alike, of the same `by`."""
        at = (id(e), "among")
        if at not in self.values:
            parts = {}
            for other in self.shown:
                if self.is_known(other):
                    parts.setdefault(self.by_key(e, other), []).append(other)
            self.values[at] = e, parts
        return self.values[at][1].get(self.by_key(e, key), [])

    def derive_rank(self, e, key):
        own = self.value(e.args[0], key)
        better = 0
        for other in self.among(e, key):
            value = self.value(e.args[0], other)
            if other == key or value is None:
                continue
            better += own is None or query_expr.compare(value, own) * (-1 if e.is_asc else 1) > 0
        return query_expr.Fraction(1 + better)

    def derive_overall(self, e, key):
        values = [self.value(e.args[0], k) for k in self.among(e, key)]
        return query_aggregate.of_values(e.agg, [v for v in values if v is not None])
