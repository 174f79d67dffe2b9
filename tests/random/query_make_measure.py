"""Random measures, derived ones among them."""
from fractions import Fraction

import query_time
from query_expr import Expr
from query_make_expr import NUMBERS, ExprMaker
from query_make_filter import FilterMaker
from query_scope import TIMES, fact_scope


def derive(fn, m, type_, n=None, unit=None, by=(), agg=None, is_all=False, is_asc=None):
    return Expr("derive", [m], type_, fn=fn, n=n, unit=unit, by=list(by), agg=agg, is_all=is_all, is_asc=is_asc)




class MeasureMaker(FilterMaker):
    def measure(self, scope):
        """Of rows, not derived."""
        if scope.made:
            return self.measure_of_several(scope)
        maker = ExprMaker(self.rng, scope.inside)
        named = [m for m in scope.measures if not self.is_derived(m[0])]
        if named and self.chance(0.35):
            name, type_ = self.rng.choice(named)
            measure = Expr("name", name=name, type=type_)
            return Expr("where", [measure, maker.condition(1)], type_) if self.chance(0.3) else measure
        measure = maker.aggregate(1)
        if measure.type in NUMBERS and self.chance(0.25):
            other = maker.aggregate(0)
            if other.type in NUMBERS:
                fn = self.rng.choice("//+-*")
                return Expr("op", [measure, other], "float" if fn == "/" or "float" in (measure.type, other.type) else "dec", fn=fn)
        if measure.type in NUMBERS and self.chance(0.1):
            return Expr("call", [measure, Expr("lit", type="int", value=Fraction(0))], "float" if measure.type == "float" else "dec", fn="coalesce")
        return measure

    def measure_of_several(self, scope):
        """One fact's, narrowed by what it has, or of two."""
        def named(types):
            found = [m for m in scope.measures if m[1] in types]
            name, type_ = self.rng.choice(found) if found else (None, None)
            return Expr("name", name=name, type=type_) if name else None
        measure = named(NUMBERS + TIMES + ("text", "bool"))
        if self.chance(0.25):
            inside = fact_scope(self.schema, self.schema.facts[self.schema.measures[measure.name].fact]).inside
            measure = Expr("where", [measure, ExprMaker(self.rng, inside).condition(1)], measure.type)
        other = named(NUMBERS)
        if measure.type in NUMBERS and self.chance(0.5):
            fn = self.rng.choice("+-*/")
            return Expr("op", [measure, other], "float" if fn == "/" or "float" in (measure.type, other.type) else "dec", fn=fn)
        return measure

    def numeric_measure(self, scope):
        for _ in range(20):
            measure = self.measure(scope)
            if measure.type in NUMBERS:
                return measure
        return Expr("agg", [], "int", fn="count(*)", distinct=False)

    def counted(self, scope):
        """A measure that is a number whatever happens."""
        if not scope.made:
            return Expr("agg", [], "int", fn="count(*)", distinct=False)
        return next((Expr("name", name=n, type=t) for n, t in scope.measures if t in NUMBERS))

    def is_derived(self, name):
        return any(e.kind == "derive" or (e.kind == "name" and e.name in self.schema.measures and self.is_derived(e.name))
                   for e in self.schema.measures[name].expr.outside()) if name in self.schema.measures else False

    def span(self, grain, is_number, unit):
        """A span to go back by, or none."""
        if self.chance(0.4):
            return None, None
        n = self.rng.choice((1, 1, 1, 2, 3))
        if is_number:
            return n, unit
        units = [u for u in query_time.GRAINS if query_time.GRAINS.index(u) <= query_time.GRAINS.index(grain)]
        units = [u for u in units if not (grain == "week" and u in ("quarter", "month"))]
        if grain == "week" and self.chance(0.6):
            return 1, "year"
        return n, self.rng.choice(units)

    def in_time(self, scope, time, m):
        """Derived in time along a shown grain."""
        grain, is_number = time["grain"], time["is_number"]
        fn = self.rng.choice(("prior", "change", "growth", "lag", "rolling", "rolling", "ytd", "qtd", "mtd", "cumulative",
                              "cumulative"))
        is_plain = not any(e.kind == "derive" for e in m.walk())
        since = query_time.GRAINS[:3]
        if fn in ("ytd", "qtd", "mtd"):
            unit = {"ytd": "year", "qtd": "quarter", "mtd": "month"}[fn]
            fits = not is_number and grain != "week" and since.index(unit) <= query_time.GRAINS.index(grain)
            fn = fn if fits and is_plain else "prior"
        if fn == "cumulative":
            return derive(fn, m, m.type, is_all=self.chance(0.4)) if is_plain else derive("prior", m, m.type)
        if fn in ("ytd", "qtd", "mtd"):
            return derive(fn, m, m.type)
        if fn == "lag":
            return derive(fn, m, m.type, n=self.rng.choice((1, 1, 2, 3)))
        if fn == "rolling":
            return self.rolling(grain, is_number, time, m)
        n, unit = self.span(grain, is_number, time["unit"])
        return derive(fn, m, "float" if fn == "growth" else m.type, n=n, unit=unit)

    def rolling(self, grain, is_number, time, m):
        agg = self.rng.choice(("sum", "avg", "min", "max", "count"))
        n, unit = self.rng.randrange(1, 5), None
        if is_number:
            unit = self.rng.choice((None, time["unit"]))
        elif self.chance(0.6):
            n = min(n, 2)
            unit = self.rng.choice([u for u in query_time.GRAINS if query_time.periods_in(grain, u, n)])
        return derive("rolling", m, self.type_over(agg, m), n=n, unit=unit, agg=agg)

    def over_range(self, time, m):
        """Derived in time without a grain."""
        if time["is_number"]:
            return derive(self.rng.choice(("prior", "change", "growth")), m, "float", **self.rng.choice(({}, {"n": 2, "unit": time["unit"]})))
        fn = self.rng.choice(("prior", "change", "growth", "ytd", "qtd", "mtd"))
        n, unit = None, None
        if fn in ("prior", "change", "growth") and self.chance(0.5):
            n, unit = self.rng.randrange(1, 4), self.rng.choice(query_time.GRAINS[:query_time.GRAINS.index(time["end_grain"]) + 1])
        return derive(fn, m, "float" if fn == "growth" else m.type, n=n, unit=unit)

    def over_groups(self, groups, m, is_plain):
        fns = ["rank", "rank", "overall", "overall"] + ["share", "share"] * is_plain
        fns += ["running"] if any(g.is_period for g in groups) else []
        fn = self.rng.choice(fns)
        by = [g.column.name for g in groups if self.chance(0.4)] if groups and fn != "running" else []
        if fn == "overall":
            agg = self.rng.choice(("sum", "avg", "min", "max", "count"))
            return derive(fn, m, self.type_over(agg, m), by=by, agg=agg)
        if fn == "rank":
            return derive(fn, m, "int", by=by, is_asc=self.rng.choice((None, True, False)))
        return derive(fn, m, "float" if fn == "share" else self.type_over("sum", m), by=by)

    @staticmethod
    def type_over(agg, m):
        """Of an aggregate of groups' values."""
        return {"avg": "float", "count": "int", "sum": "float" if m.type == "float" else "dec"}.get(agg, m.type)

    def derived(self, scope, time, groups):
        m, is_plain = self.counted(scope) if self.chance(0.4) else self.numeric_measure(scope), True
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            if time and time["grain"] and not time["fill"] and self.chance(0.85) and (is_plain or not self.is_over_groups(m)):
                m = self.in_time(scope, time, m)
            elif time and not time["grain"] and time["is_closed"] and is_plain and self.chance(0.5):
                m = self.over_range(time, m)
            elif groups or is_plain:
                m = self.over_groups(groups, m, is_plain)
            is_plain = False
        if self.chance(0.15) and not scope.made:
            other = self.numeric_measure(scope)
            return Expr("op", [other, m], "float" if "float" in (other.type, m.type) else "dec", fn=self.rng.choice("+-"))
        return m

    @staticmethod
    def is_over_groups(m):
        return any(e.kind == "derive" and e.fn in ("rank", "overall", "share", "running") for e in m.walk())

    def member(self, measure):
        if measure.kind == "name" and self.chance(0.8):
            return measure.name
        if len(str(measure).encode()) < 50 and self.chance(0.1):
            return {"expr": measure}
        return {"expr": measure, "as": self.alias()}
