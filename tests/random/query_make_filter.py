"""Random filters and ranges."""
from decimal import Decimal
from fractions import Fraction

import query_time
from query_expr import Expr
from query_make_expr import NUMBERS, ExprMaker
from query_model import evaluate
from query_schema import TEXTS, random_day, random_instant, random_value
from query_scope import TIMES, Scope, fact_scope, parts_of

GRAIN_WEIGHTS = {"year": 4, "quarter": 4, "month": 5, "week": 5, "day": 2, "hour": 1}
TEXT_OPS = ("contains", "not_contains", "starts_with", "ends_with")


COUNT = {"expr": Expr("agg", [], "int", fn="count(*)", distinct=False), "as": "n"}

class FilterMaker:
    def __init__(self, rng, schema):
        self.rng, self.schema, self.n_names = rng, schema, 0

    def chance(self, p):
        return self.rng.random() < p

    def alias(self):
        self.n_names += 1
        return self.rng.choice(("x%d", "x%d", "Sum %d", "m\u00fc\"%d")) % self.n_names

    # --- filters

    def piece(self, op, text):
        """Of a text that is there: of its middle too, and now and then in other letters."""
        n = len(text)
        start = 0 if op == "starts_with" and self.chance(0.7) else self.rng.randrange(n + 1)
        end = n if op == "ends_with" and self.chance(0.7) else self.rng.randrange(start, n + 1)
        piece = text[start:end] or text[:1]
        return piece.swapcase() if self.chance(0.3) else piece

    def pieces(self, op, n, there):
        there = [v for v in there if v] or TEXTS
        return [self.piece(op, self.rng.choice(there)) for _ in range(n)]

    def values(self, part, type_, n, there):
        """Often such as are there."""
        rng = self.rng
        there = [v for v in there if v is not None]
        if there and type_ not in TIMES and self.chance(0.6):
            return [self.json_value(rng.choice(there)) for _ in range(n)]
        if type_ == "text":
            return [rng.choice(TEXTS + ["Q", "m1", "M0"]) for _ in range(n)]
        if type_ == "bool":
            return [self.chance(0.5) for _ in range(n)]
        if type_ in NUMBERS:
            return [self.json_value(Fraction(random_value(rng, type_))) for _ in range(n)]
        if part:
            periods = sorted(query_time.trunc(part, random_instant(rng)) for _ in range(n))
            return [query_time.period_text(part, p) for p in periods]
        if type_ == "ts" and self.chance(0.5):
            return [t.isoformat() + ("Z" if self.schema.zone == "UTC" and self.chance(0.2) else "")
                    for t in sorted(random_instant(rng) for _ in range(n))]
        return [d.isoformat() for d in sorted(random_day(rng) for _ in range(n))]

    def grain(self, type_):
        grains = [g for g in query_time.GRAINS if g != "hour" or type_ == "ts"]
        return self.rng.choices(grains, [GRAIN_WEIGHTS[g] for g in grains])[0]

    @staticmethod
    def json_value(value):
        if isinstance(value, Fraction):
            return int(value) if value.denominator == 1 else Decimal(value.numerator) / Decimal(value.denominator)
        return Decimal(repr(value)) if isinstance(value, float) else value

    def period(self, type_, grain=None):
        grain = grain or self.grain(type_)
        return query_time.period_text(grain, random_instant(self.rng))

    def words(self, type_, unit):
        """A period in words, or None where there is nothing to count from."""
        as_of = self.schema.as_of()
        if as_of is None or query_time.is_time(as_of) != (type_ in TIMES):
            return None
        unit = unit if type_ == "int" else self.rng.choice(query_time.GRAINS[:5])
        n = self.rng.randrange(1, 5)
        texts = ["this " + unit, "last " + unit, "next " + unit, "last %d %ss" % (n, unit), "past %d %ss" % (n, unit), "%d %ss ago" % (n, unit)]
        if type_ in TIMES:
            texts += ["today", "yesterday", "past 90 days"] + (["%s to date" % unit] if unit != "day" else [])
        return self.rng.choice(texts)

    def point(self, type_, there):
        """Where a range may begin or end: mostly where there are rows, and late, so that others lie before it."""
        there = [query_time.instant(t) for t in there if t is not None]
        if there and self.chance(0.7):
            return max(self.rng.choice(there), self.rng.choice(there))
        return self.rng.randrange(98, 112) if type_ == "int" else random_instant(self.rng)

    def range(self, type_, unit=None, there=()):
        words = self.words(type_, unit) if self.chance(0.2) and (unit or type_ in TIMES) else None
        if words:
            ends = [words, None] if self.chance(0.2) else [None, words] if self.chance(0.2) else words
            return ends
        if type_ == "int":
            first = int(self.point(type_, there))
            return self.rng.choice((first, [first, None], [None, first], [first, first + self.rng.randrange(6)]))
        periods = [query_time.period_text(self.grain(type_), self.point(type_, there)) for _ in range(2)]
        if self.chance(0.3):
            return periods[0]
        ends = sorted(periods, key=lambda p: query_time.read_period(p)[0])
        if self.chance(0.35):
            ends[self.rng.choice((0, 1, 1))] = None
        bounds = query_time.read_range(ends)
        return ends[0] if None not in bounds[:2] and bounds[0] >= bounds[1] else ends

    def tested(self, scope):
        """A name to test: as often a text, which has the most operators, and a column of any type as one of the many parts of dates."""
        texts, kind = [n for n in scope.plain if n[1] == "text"], self.rng.random()
        names = texts if kind < 0.4 else parts_of(scope.plain) if kind < 0.6 else scope.plain
        return self.rng.choice(names or scope.plain)

    def test(self, scope):
        name, type_ = self.tested(scope)
        part = name.rsplit(".", 1)[-1] if (name, type_) not in scope.plain else None
        ops = ["equals", "not_equals", "in", "not_in", "set", "not_set"]
        if type_ == "text":
            ops += TEXT_OPS * 3
        if type_ != "bool":
            ops += ["gt", "gte", "lt", "lte", "between"]
        if type_ in TIMES and not part:
            ops += ["in_range"] * 3
        return self.test_with(name, type_, self.rng.choice(ops), part, scope.rows)

    def test_with(self, name, type_, op, part=None, rows=()):
        node = {"member": name, "op": op}
        if op in ("set", "not_set"):
            return node
        if op == "in_range":
            given = self.range(type_, there=[row[name] for row in rows])
            node.update({"values": given} if isinstance(given, list) else {"value": given})
            return node
        n = 2 if op == "between" else 1 if op in ("gt", "gte", "lt", "lte") else self.rng.choice((1, 1, 2, 3))
        there = [row[name] for row in rows]
        values = self.pieces(op, n, there) if op in TEXT_OPS and self.chance(0.8) else self.values(part, type_, n, there)
        node.update({"value": values[0]} if n == 1 and self.chance(0.5) else {"values": values})
        return node

    def filter(self, scope, depth, nesting):
        kind = self.rng.random()
        if depth and kind < 0.15:
            return {"and": [self.filter(scope, depth - 1, nesting) for _ in range(self.rng.randrange(1, 3))]}
        if depth and kind < 0.35:
            return {"or": [self.filter(scope, depth - 1, nesting) for _ in range(self.rng.randrange(1, 4))]}
        if depth and kind < 0.5:
            return {"not": self.filter(scope, depth - 1, nesting)}
        conditions = [n for n, t in scope.plain if t == "bool"]
        if kind < 0.55 and conditions:
            return self.rng.choice(conditions)
        if kind < 0.62:
            return {"expr": ExprMaker(self.rng, scope.plain).condition(2)}
        inner = self.membership(scope, nesting) if kind < 0.74 and nesting else None
        return inner or self.test(scope)

    def where(self, scope, nesting):
        """Mostly one that lets something through."""
        for _ in range(self.rng.choice((1, 4, 4))):
            where = [self.filter(scope, 2, nesting) for _ in range(self.rng.choice((1, 1, 2)))]
            if scope.made or evaluate(self.schema, {"source": scope.source, "where": where, "measures": [COUNT]}).rows[0][0]:
                break
        return where

    def membership(self, scope, nesting):
        name, type_ = self.rng.choice(scope.plain)
        if type_ in NUMBERS and type_ != "float" and self.chance(0.5):
            op = self.rng.choice(("gt", "gte", "lt", "lte", "equals", "not_equals"))
            return {"member": name, "op": op, "query": self.one_number(nesting - 1)}
        fact = self.rng.choice(list(self.schema.facts.values()))
        other = fact_scope(self.schema, fact)
        found = [n for n, t in other.plain if t == type_ and t != "float"]
        if not found:
            return None
        query = {"dimensions": [self.rng.choice(found)]}
        if self.chance(0.7) or query["dimensions"][0].split(".")[0] not in fact.roles:
            query["source"] = fact.name
            if self.chance(0.4):
                query["measures"] = [self.member(self.measure(other))]
                if self.chance(0.5):
                    query["limit"] = self.rng.randrange(1, 4)
        if self.chance(0.5):
            query["where"] = [self.test(Scope([n for n in other.plain if n[0].split(".")[0] == query["dimensions"][0].split(".")[0]]
                                              if "source" not in query else other.plain, [], [], None, [], None, None))]
        return {"member": name, "op": self.rng.choice(("in", "not_in")), "query": query}

    def one_number(self, nesting):
        fact = self.rng.choice(list(self.schema.facts.values()))
        scope = fact_scope(self.schema, fact)
        maker = ExprMaker(self.rng, scope.inside)
        agg = Expr("agg", [], "int", fn="count(*)", distinct=False) if self.chance(0.3) else Expr(
            "agg", [maker.number(1, ("int", "dec"))], "dec", fn=self.rng.choice(("sum", "min", "max")), distinct=False)
        query = {"source": fact.name, "measures": [{"expr": agg, "as": "one"}]}
        if self.chance(0.4):
            query["where"] = [self.filter(scope, 1, nesting)]
        return query
