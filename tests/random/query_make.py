"""Random semantic queries over a random schema: the whole language, and nothing that it refuses."""
import datetime

import query_time
from query_expr import Expr
from query_group import groups_of, measures_of
from query_make_expr import NUMBERS, ExprMaker
from query_make_measure import MeasureMaker, derive
from query_model import evaluate
from query_schema import Thing
from query_scope import TIMES, Scope, dimension_scope, fact_scope, inner_scope, parts_of, several_scope
from query_source import facts_asked, find_source


class QueryMaker(MeasureMaker):
    # --- the parts of a query

    def time(self, scope, with_compare, with_range):
        """The key `time`, and what derivations have to know of it."""
        axis = self.rng.choice(scope.axes) if scope.axes and self.chance(0.3) else scope.axis
        if not axis:
            return None, None
        name, type_ = axis
        is_number = type_ == "int"
        time = {}
        if not scope.made and (axis != scope.axis or self.chance(0.1)):
            time["dimension"] = name
        if self.chance(0.7):
            time["grain"] = scope.unit if is_number else self.grain(type_)
        if not time.get("grain") or with_range or self.chance(0.55):
            time["range"] = self.range(type_, scope.unit, [row[name] for row in scope.rows])
        bounds = query_time.read_range(time["range"], self.schema.as_of()) if "range" in time else (None, None, None, None)
        known = {"grain": time.get("grain"), "is_number": is_number, "unit": scope.unit, "end_grain": bounds[3],
                 "is_closed": None not in bounds[:2] and bounds[2] == bounds[3], "name": name, "fill": False}
        is_short = None not in bounds[:2] and (is_number or bounds[1] - bounds[0] < datetime.timedelta(days=60))
        may_be_many = time.get("grain") in ("hour", "day") and not is_number
        if time.get("grain") and (is_short or not may_be_many) and self.chance(0.15):
            time["fill"] = known["fill"] = True
        if with_compare and not time.get("fill") and (known["grain"] or known["is_closed"]) and self.chance(0.25):
            time["compare"] = self.compare(known)
        return time, known

    def compare(self, known):
        grain = known["grain"] or known["end_grain"]
        choices = ["previous_period", "previous_period"]
        if not known["is_number"]:
            choices += ["previous_year", "previous_year"]
            n, unit = self.span(grain, False, None)
            choices += ["%d %ss" % (n, unit)] if n else []
        return self.rng.choice(choices)

    def dimensions(self, scope, n):
        names = [x for x in scope.plain + parts_of(scope.plain) if x[1] != "float"]
        out = []
        for _ in range(n):
            kind = self.rng.random()
            if kind < 0.15:
                maker = ExprMaker(self.rng, scope.plain)
                expr = self.rng.choice((maker.text, maker.condition, lambda d: maker.number(d, ("int", "dec"))))(1)
                if expr.type != "float":
                    out.append({"expr": expr, "as": self.alias()})
            elif names:
                name = self.rng.choice(names)[0]
                out.append({"expr": Expr("name", name=name, type=dict(names)[name]), "as": self.alias()} if kind < 0.25 else name)
        seen = set()
        return [d for d in out if isinstance(d, dict) or not (d in seen or seen.add(d))]

    def having(self, measures, rows):
        name, type_ = self.rng.choice(measures)
        kind = self.rng.random()
        if kind < 0.2 and type_ in NUMBERS:
            return {"member": name, "op": self.rng.choice(("gt", "gte", "lt", "lte", "not_equals")), "query": self.one_number(0)}
        if kind < 0.5:
            expr = ExprMaker(self.rng, measures).condition(1)
            return {"expr": expr} if expr.names() else {"member": name, "op": "set"}
        if kind < 0.65:
            return {self.rng.choice(("or", "and")): [self.having(measures, rows) for _ in range(2)]}
        if kind < 0.75:
            return {"not": self.having(measures, rows)}
        if type_ in TIMES or type_ == "bool":
            return {"member": name, "op": self.rng.choice(("set", "not_set"))}
        return self.test_with(name, type_, self.rng.choice(("gt", "gte", "lt", "lte", "between", "set", "not_set", "not_equals", "equals")),
                              None, rows)

    def order(self, titles):
        order = []
        for name in self.rng.sample(titles, self.rng.randrange(1, min(3, len(titles)) + 1)):
            order.append(name if self.chance(0.4) else [name, self.rng.choice(("asc", "desc"))])
        return order

    # --- whole queries

    def of_members(self):
        """A dimension's own."""
        fact = self.rng.choice(list(self.schema.facts.values()))
        if not fact.roles:
            return None
        role = self.rng.choice(sorted(fact.roles))
        plain = [("%s.%s" % (role, a.name), a.type) for a in self.schema.dimensions[fact.roles[role]].attributes]
        scope = Scope(plain, [], [], None, [], None, None)
        query = {"dimensions": self.dimensions(scope, self.rng.randrange(1, 3))}
        if not any(isinstance(d, str) for d in query["dimensions"]):
            query["dimensions"] = [plain[0][0]]
        if self.chance(0.6):
            query["where"] = [self.filter(scope, 2, 0)]
        return self.finish(query, [])

    def scope(self, nesting):
        """Of a fact, or of a query."""
        if nesting and self.chance(0.2):
            for _ in range(4):
                scope = inner_scope(self.schema, self.query(nesting - 1, is_inner=True))
                if scope.plain and scope.rows:
                    return scope
        counted = {m.fact for m in self.schema.measures.values() if m.expr.type in NUMBERS}
        if len(counted) > 1 and self.chance(0.2):
            return several_scope(self.schema)
        if self.schema.dimensions and self.chance(0.07):
            return dimension_scope(self.schema, self.rng.choice(list(self.schema.dimensions)))
        return fact_scope(self.schema, self.rng.choice(list(self.schema.facts.values())))

    def query(self, nesting=2, is_inner=False):
        if not is_inner and self.chance(0.07):
            query = self.of_members()
            if query:
                return query
        scope = self.scope(nesting)
        rows = self.list(scope, is_inner) if self.chance(0.07) and not scope.made else None
        if rows:
            return rows
        query = {} if scope.made else {"source": scope.source}
        if self.chance(0.5) and scope.plain:
            query["where"] = self.where(scope, nesting)
        with_unknown = self.chance(0.2)
        time, known = self.time(scope, not is_inner, with_unknown) if self.chance(0.85) else (None, None)
        if time:
            query["time"] = time
        shown = "%s.%s" % (known["name"], known["grain"]) if known and not known["is_number"] else known and known["name"]
        shown_in_time = known and known["grain"]  # in few groups: what is derived in time needs the same one in several periods
        query["dimensions"] = [d for d in self.dimensions(scope, self.rng.choice((0, 0, 1, 1, 2) if shown_in_time else (0, 1, 1, 2, 3))) if d != shown]
        query["dimensions"] = query["dimensions"][:1] if known and known["fill"] else query["dimensions"]
        if with_unknown:
            query["unknown"] = True
        self.add_measures(query, scope, known)
        if scope.made and len(facts_asked(self.schema, query)) < 2:
            names = {m.fact: m.name for m in self.schema.measures.values() if m.expr.type in NUMBERS}
            query["measures"] = [names[f] for f in self.schema.facts if f in names]
        return self.finish(query, query["measures"], is_inner)

    def add_measures(self, query, scope, known):
        groups = groups_of(scope.made or find_source(self.schema, {**query, "measures": [], "source": scope.source}, evaluate), query)
        query["measures"] = []
        n = self.rng.choice((1, 1, 2, 3)) if groups else self.rng.choice((1, 2))
        n += bool(known and known["grain"] and self.chance(0.3))
        for _ in range(n if not groups or self.chance(0.95) else 0):
            measure = self.measure(scope)
            is_beside = any(self.has_derived(m["expr"]) for m in query["measures"] if isinstance(m, dict))
            if self.chance(0.8 if is_beside else 0.6 if known and known["grain"] else 0.3):
                measure = self.derived(scope, known, groups)
            if "compare" in query.get("time", {}) and (measure.type not in NUMBERS or self.has_derived(measure)):
                measure = self.counted(scope)
            member = self.member(measure)
            titles = [m if isinstance(m, str) else m.get("as", str(m["expr"])) for m in query["measures"] + [member]]
            if len(set(titles)) == len(titles):
                query["measures"].append(member)
        sums = [m for m in query["measures"] if isinstance(m, dict) and any(e.kind == "derive" and e.fn == "cumulative" for e in m["expr"].walk())]
        if sums and self.chance(0.5):  # beside what reads more than it
            n, unit = self.span(known["grain"], known["is_number"], known["unit"])
            query["measures"].append({"expr": derive("prior", self.counted(scope), "int", n=n, unit=unit), "as": self.alias()})

    def has_derived(self, measure):
        return any(e.kind == "derive" for e in measure.walk())

    def finish(self, query, measures, is_inner=False):
        """having, order and what cuts."""
        titles, shown = self.titles(query)
        if measures and self.chance(0.3):
            rows = evaluate(self.schema, query).rows
            query["having"] = [self.having(shown, [dict(zip(titles, row)) for row in rows])]
        has_groups = len(titles) > len(shown)
        if has_groups and self.chance(0.4):
            hidden = [n for n in find_source(self.schema, query, evaluate).measures if n not in titles and not isinstance(query.get("source"), dict)]
            query["order"] = self.order(titles + hidden)
        if has_groups and self.chance(0.15):
            groups = titles[:len(titles) - len(shown)]
            query["limit_per"] = {"by": self.rng.sample(groups, self.rng.randrange(1, len(groups) + 1)), "n": self.rng.randrange(1, 4)}
        if self.chance(0.3 if has_groups else 0.03):
            query["limit"] = self.rng.randrange(1, 8)
        if self.chance(0.1 if has_groups else 0.02):
            query["offset"] = self.rng.randrange(0, 3)
        if has_groups and measures and not is_inner and self.chance(0.15):
            query["totals"] = self.rng.choice((["shown"], ["all"], ["shown", "all"]))
        if has_groups and measures and not is_inner and "limit" in query and self.chance(0.3):
            query["others"] = True
        return {k: v for k, v in query.items() if v not in ([], None)}

    def list(self, scope, is_inner):
        """Single rows, from the first or from where a page ended."""
        query = {"source": scope.source, "rows": self.dimensions(scope, self.rng.randrange(1, 4))}
        if not query["rows"]:
            return None
        if self.chance(0.4):
            query["where"] = self.where(scope, 0)
        if scope.axis and self.chance(0.3):
            query["time"] = {"range": self.range(scope.axis[1], scope.unit, [row[scope.axis[0]] for row in scope.rows])}
        titles = [g.column.name for g in groups_of(find_source(self.schema, query, evaluate), {"dimensions": query["rows"]})]
        if self.chance(0.6):
            query["order"] = self.order(titles)
        if self.chance(0.5):
            query["limit"] = self.rng.randrange(1, 8)
            page = evaluate(self.schema, query)
            if page.next and not is_inner and self.chance(0.5):
                query["after"] = page.next
        return query

    def titles(self, query):
        source = find_source(self.schema, query, evaluate)
        groups, measures = groups_of(source, query), measures_of(source, query)
        return [g.column.name for g in groups] + [m.name for m in measures], [(m.name, m.expr.type) for m in measures]


def make_filters(rng, schema):
    """The pack's: some are made of others."""
    for fact in schema.facts.values():
        for i in range(rng.randrange(0, 3)):
            scope = fact_scope(schema, fact)
            name, expr = "%sf%d" % (fact.name[0], i), ExprMaker(rng, scope.inside).condition(2)
            if expr.names():
                schema.filters[name] = Thing(name=name, fact=fact.name, expr=expr)


def make_measures(rng, schema):
    """The pack's: some are made of others."""
    maker = QueryMaker(rng, schema)
    for fact in schema.facts.values():
        for i in range(rng.randrange(1, 5)):
            scope = fact_scope(schema, fact)
            values = [c.name for c in fact.columns if c.kind == "value" and c.name not in schema.measures]
            name = rng.choice(values) if values and rng.random() < 0.3 else "%sm%d" % (fact.name[0], i)
            schema.measures[name] = Thing(name=name, fact=fact.name, expr=maker.measure(scope))
