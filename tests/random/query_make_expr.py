"""Random expressions of the language, well typed, over given names."""
from fractions import Fraction

from query_expr import Expr
from query_schema import random_value

NUMBERS = ("int", "dec", "float")
TIMES = ("date", "ts")


def lit(type_, value):
    return Expr("lit", type=type_, value=value)


def number_type(*args):
    types = {a.type for a in args}
    return "float" if "float" in types else "dec" if "dec" in types else "int"


class ExprMaker:
    """Over `names`: (name, type)…"""
    def __init__(self, rng, names):
        self.rng, self.known = rng, names

    def names(self, *types):
        return [n for n, t in self.known if t in types]

    def name(self, types):
        found = [(n, t) for n, t in self.known if t in types]
        if not found:
            return None
        name, type_ = self.rng.choice(found)
        return Expr("name", name=name, type=type_)

    def leaf(self, types):
        name = self.name(types) if self.rng.random() < 0.85 else None
        if name:
            return name
        type_ = self.rng.choice([t for t in types if t != "float"] or ["dec"])
        return lit(type_, random_value(self.rng, type_))

    def make(self, type_, depth):
        if type_ in NUMBERS:
            return self.number(depth)
        return {"text": self.text, "bool": self.condition}[type_](depth) if type_ in ("text", "bool") else self.time(type_, depth)

    # --- numbers

    def number(self, depth, types=NUMBERS):
        if depth <= 0 or self.rng.random() < 0.4:
            return self.leaf(types)
        return self.rng.choice((self.arithmetic, self.arithmetic, self.call_of_number, self.choice_of_numbers, self.of_text_or_time))(depth, types)

    def arithmetic(self, depth, types):
        a, b = self.number(depth - 1, types), self.number(depth - 1, types)
        fn = self.rng.choice("+-*" if "float" not in types else "+-*+-*/")
        return Expr("op", [a, b], "float" if fn == "/" else number_type(a, b), fn=fn)

    def call_of_number(self, depth, types):
        a = self.number(depth - 1, types)
        fn = self.rng.choice(("abs", "sign", "round", "negate", "mod", "bucket"))
        if fn == "negate":
            return Expr("negate", [a], a.type)
        if fn == "round" and a.type != "float":
            return Expr("call", [a, lit("int", Fraction(self.rng.randrange(2)))], a.type, fn="round")
        if fn == "bucket" and a.type != "float":
            width = self.rng.choice((lit("int", Fraction(5)), lit("int", Fraction(20)), lit("dec", Fraction(5, 2))))
            start = [lit("int", Fraction(3))] if self.rng.random() < 0.3 else []
            return Expr("call", [a, width] + start, number_type(a, width), fn="bucket")
        if fn == "mod" and a.type == "int":
            return Expr("call", [a, lit("int", Fraction(self.rng.choice((2, 3, 7))))], "int", fn="mod")
        return Expr("call", [a], "int" if fn == "sign" else a.type, fn="sign" if fn == "sign" else "abs")

    def choice_of_numbers(self, depth, types):
        a, b = self.number(depth - 1, types), self.number(depth - 1, types)
        fn = self.rng.choice(("coalesce", "greatest", "least", "nullif", "case"))
        if fn == "case":
            return Expr("case", [self.condition(depth - 1), a, b], number_type(a, b))
        return Expr("call", [a, b], a.type if fn == "nullif" else number_type(a, b), fn=fn)

    def of_text_or_time(self, depth, types):
        if self.names("date", "ts") and self.rng.random() < 0.6:
            a = self.time(None, depth - 1)
            fn = self.rng.choice(("year_of", "month_of_year", "weekday", "day_of_month", "quarter_of_year", "days_between"))
            return Expr("call", [a] + ([self.time(None, depth - 1)] if fn == "days_between" else []), "int", fn=fn)
        return Expr("call", [self.text(depth - 1)], "int", fn="length")

    # --- texts and times

    def text(self, depth):
        if depth <= 0 or self.rng.random() < 0.4:
            return self.leaf(("text",))
        a, fn = self.text(depth - 1), self.rng.choice(("lower", "upper", "trim", "left", "right", "substr", "coalesce", "||", "replace", "case"))
        if fn == "||":
            return Expr("op", [a, self.text(depth - 1)], "text", fn="||")
        if fn == "case":
            return Expr("case", [self.condition(depth - 1), a, self.text(depth - 1)], "text")
        more = {"left": 1, "right": 1, "substr": 2}.get(fn, 0)
        args = [a] + [lit("int", Fraction(self.rng.randrange(1, 4))) for _ in range(more)]
        if fn == "coalesce":
            args.append(lit("text", random_value(self.rng, "text")))
        if fn == "replace":
            args += [lit("text", self.rng.choice("abx")), lit("text", self.rng.choice(("", "Q", "_")))]
        return Expr("call", args, "text", fn=fn)

    def time(self, type_, depth):
        type_ = type_ or self.rng.choice(TIMES)
        if depth <= 0 or self.rng.random() < 0.5:
            return self.leaf((type_,))
        a, fn = self.time(type_, depth - 1), self.rng.choice(("year", "quarter", "month", "week", "day", "add_days", "add_months", "coalesce"))
        args = [a]
        if fn.startswith("add_"):
            args.append(lit("int", Fraction(self.rng.choice((-1, 1, 2, 31, -13)))))
        if fn == "coalesce":
            args.append(lit(type_, random_value(self.rng, type_)))
        return Expr("call", args, type_, fn=fn)

    # --- conditions

    def condition(self, depth):
        if depth <= 0:
            name = self.name(("bool",)) if self.rng.random() < 0.2 else None
            return name or self.comparison(0)
        kind = self.rng.choice(("compare", "compare", "and", "or", "not", "null", "in", "between", "text"))
        if kind in ("and", "or"):
            return Expr("op", [self.condition(depth - 1), self.condition(depth - 1)], "bool", fn=kind)
        if kind == "not":
            return Expr("not", [self.condition(depth - 1)], "bool")
        if kind == "null":
            return Expr("null_test", [self.any(depth - 1)], "bool", is_not=self.rng.random() < 0.5)
        if kind == "text" and self.names("text"):
            fn = self.rng.choice(("contains", "starts_with", "ends_with"))
            return Expr("call", [self.text(depth - 1), lit("text", self.rng.choice(("a", "B", "_", "%", "\u00e9", "")))], "bool", fn=fn)
        return self.comparison(depth, kind)

    def any(self, depth):
        return self.make(self.rng.choice([t for _, t in self.known] or ["int"]), depth)

    def comparison(self, depth, kind="compare"):
        a = self.any(depth - 1)
        if a.type == "bool":
            return a
        other = "dec" if a.type in NUMBERS else a.type

        def value():
            return lit(other, random_value(self.rng, other))
        if kind == "in":
            return Expr("in", [a] + [value() for _ in range(self.rng.randrange(1, 4))], "bool", is_not=self.rng.random() < 0.4)
        if kind == "between":
            return Expr("between", [a, value(), value()], "bool")
        b = self.make(a.type, depth - 1) if self.rng.random() < 0.3 else value()
        return Expr("op", [a, b], "bool", fn=self.rng.choice(("=", "!=", "<", "<=", ">", ">=")))

    # --- aggregates

    def aggregate(self, depth):
        fns = ["count(*)", "count", "sum", "sum", "avg", "min", "max", "median", "percentile", "stddev", "variance", "corr", "regr_slope",
               "regr_intercept", "first", "last", "bool_or", "bool_and", "count distinct", "count distinct"]
        fn = self.rng.choice(fns)
        is_distinct = fn == "count distinct" or (fn in ("sum", "avg") and self.rng.random() < 0.1)
        fn = fn.split(" ")[0]
        agg = Expr("agg", self.arguments(fn, depth), fn=fn, distinct=is_distinct)
        agg.type = self.aggregate_type(fn, agg.args)
        if self.rng.random() < 0.25:
            return Expr("where", [agg, self.condition(1)], agg.type)
        return agg

    def arguments(self, fn, depth):
        if fn == "count(*)":
            return []
        if fn in ("corr", "regr_slope", "regr_intercept"):
            return [self.number(0), self.number(0)]
        if fn == "percentile":
            return [self.number(depth), lit("dec", Fraction(self.rng.choice((0, 25, 50, 90, 100)), 100))]
        if fn in ("first", "last"):
            return [self.any(0)] + [self.any(0) for _ in range(self.rng.randrange(1, 3))]
        if fn in ("bool_or", "bool_and"):
            return [self.condition(depth)]
        if fn in ("count", "min", "max"):
            return [self.comparable(depth, fn != "count")]
        return [self.number(depth)]

    def comparable(self, depth, but_bool):
        value = self.any(depth)
        return self.number(depth) if but_bool and value.type == "bool" else value

    @staticmethod
    def aggregate_type(fn, args):
        if fn in ("count(*)", "count"):
            return "int"
        if fn == "sum":
            return "float" if args[0].type == "float" else "dec"
        if fn in ("min", "max", "first", "last"):
            return args[0].type
        return "bool" if fn.startswith("bool") else "float"
