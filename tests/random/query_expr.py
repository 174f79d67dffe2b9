"""Expressions of the language: trees that print themselves, and what they are worth, row by row.

Whole numbers and decimals are Fractions, float64 is Python's float, so that exact is told from near. Where two floats are too close
for engines to agree about their order, Unclear is raised: such a query is passed over."""
import datetime
import math
import re
from decimal import Decimal
from fractions import Fraction

import query_time

NEAR = 1e-9
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")
WORDS = set("and or not in is null true false between case when then else end where cast try_cast as by asc desc all date timestamp "
            "distinct like year quarter month week day hour".split())


class Unclear(Exception):
    """Engines may rightly differ about it."""


class Rough(float):
    """A statistic: even where it is a round number, its last digits are not."""


class Expr:
    """kind: lit, name, call, op, not, null_test, in, between, case, agg, where, derive. `type` is that of its value."""
    def __init__(self, kind, args=(), type=None, **more):
        self.kind, self.args, self.type = kind, list(args), type
        self.__dict__.update(more)

    def with_args(self, args):
        copy = Expr.__new__(Expr)
        copy.__dict__.update(self.__dict__)
        copy.args = list(args)
        return copy

    def walk(self):
        yield self
        for arg in self.args:
            yield from arg.walk()

    def outside(self):
        """The parts that stand outside aggregates, and outside the conditions of `where`."""
        yield self
        for arg in self.args[:1] if self.kind == "where" else [] if self.kind == "agg" else self.args:
            yield from arg.outside()

    def names(self):
        return [e.name for e in self.walk() if e.kind == "name"]

    def __str__(self):
        return text_of(self)


# --- printing -----------------------------------------------------------------------------------------------------------------

def decimal_text(value):
    """A Fraction that a decimal can hold."""
    if value.denominator == 1:
        return str(value.numerator)
    scale = next(s for s in range(1, 39) if (value * 10 ** s).denominator == 1)
    return str(Decimal(int(value * 10 ** scale)).scaleb(-scale))


def literal_text(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'%s'" % value.replace("'", "''")
    if isinstance(value, datetime.datetime):
        return "timestamp '%s'" % value.isoformat()
    if isinstance(value, datetime.date):
        return "date '%s'" % value.isoformat()
    return decimal_text(value) if isinstance(value, Fraction) else repr(value)


def name_text(name):
    plain = PLAIN_NAME.match(name) and name.split(".")[0] not in WORDS
    return name if plain else '"%s"' % name.replace('"', '""')


def span_text(e):
    if e.n is None:
        return []
    return [str(e.n) if e.unit is None else "%d %s%s" % (e.n, e.unit, "" if e.n == 1 else "s")]


def derive_text(e):
    parts = [text_of(e.args[0])]
    if e.fn == "rank" and e.is_asc is not None:
        parts[0] += " asc" if e.is_asc else " desc"
    if e.agg:
        parts.insert(0, e.agg)
    parts += span_text(e)
    if e.is_all:
        parts.append("all")
    if e.by:
        parts.append("by " + ", ".join(name_text(n) for n in e.by))
    return "%s(%s)" % (e.fn, ", ".join(parts))


def agg_text(e):
    if e.fn == "count(*)":
        return e.fn
    return "%s(%s%s)" % (e.fn, "distinct " if e.distinct else "", ", ".join(text_of(a) for a in e.args))


def case_text(e):
    parts = ["when %s then %s" % (text_of(e.args[i]), text_of(e.args[i + 1])) for i in range(0, len(e.args) - 1, 2)]
    return "case %s else %s end" % (" ".join(parts), text_of(e.args[-1]))


def text_of(e):
    args = [text_of(a) for a in e.args] if e.kind not in ("derive", "agg", "case") else []
    return {
        "lit": lambda: literal_text(e.value),
        "name": lambda: name_text(e.name),
        "call": lambda: "%s(%s)" % (e.fn, ", ".join(args)),
        "op": lambda: "(%s)" % (" %s " % e.fn).join(args),
        "not": lambda: "(not %s)" % args[0],
        "negate": lambda: "(-%s)" % args[0],
        "null_test": lambda: "(%s is %snull)" % (args[0], "not " if e.is_not else ""),
        "in": lambda: "(%s %sin (%s))" % (args[0], "not " if e.is_not else "", ", ".join(args[1:])),
        "between": lambda: "(%s between %s and %s)" % tuple(args),
        "case": lambda: case_text(e),
        "agg": lambda: agg_text(e),
        "where": lambda: "(%s where %s)" % tuple(args),
        "derive": lambda: derive_text(e),
    }[e.kind]()


# --- comparing ----------------------------------------------------------------------------------------------------------------

def is_dyadic(value):
    """A float has it exactly, and so has every way to it."""
    return float(value * 1024).is_integer() and abs(value) < 1e9


def compare(a, b):
    """-1, 0 or 1 of two values that are not null."""
    if query_time.is_time(a):
        a, b = query_time.instant(a), query_time.instant(b)
    elif isinstance(a, float) or isinstance(b, float):
        x, y = float(a), float(b)
        if x != y and abs(x - y) <= NEAR * max(abs(x), abs(y), 1e-3):
            raise Unclear("%r beside %r" % (a, b))
        if x == y and (not is_dyadic(x) or isinstance(a, Rough) or isinstance(b, Rough)):
            raise Unclear("%r twice" % (a,))
        a, b = x, y
    return -1 if a < b else int(a > b)


# --- functions of a row -------------------------------------------------------------------------------------------------------

def round_half_away(value, digits):
    scaled = abs(value) * 10 ** digits
    whole = (scaled + Fraction(1, 2)).__floor__()
    return Fraction(whole, 10 ** digits) * (1 if value >= 0 else -1)


def divide(a, b):
    if isinstance(b, Rough) and abs(b) < NEAR:
        raise Unclear("divided by %r" % (b,))
    if b == 0:
        return None
    if isinstance(a, Rough) or isinstance(b, Rough):
        return Rough(float(a) / float(b))
    if isinstance(a, float) or isinstance(b, float):
        return float(a) / float(b)
    return float(Fraction(a) / Fraction(b))


def arithmetic(fn, a, b):
    if fn == "/":
        return divide(a, b)
    is_rough = isinstance(a, Rough) or isinstance(b, Rough)
    if isinstance(a, float) or isinstance(b, float):
        a, b = float(a), float(b)
    value = a + b if fn == "+" else a - b if fn == "-" else a * b
    return Rough(value) if is_rough else value


def least(sign, values):
    best = None
    for value in values:
        if value is not None and (best is None or compare(value, best) * sign < 0):
            best = value
    return best


FUNCTIONS = {  # of arguments that are not null; one that is makes it null
    "lower": lambda s: s.lower(), "upper": lambda s: s.upper(), "trim": str.strip, "length": lambda s: Fraction(len(s)),
    "left": lambda s, n: s[:int(n)], "right": lambda s, n: s[-int(n):] if n else "",
    "substr": lambda s, start, n: s[int(start) - 1:int(start) - 1 + int(n)], "replace": lambda s, a, b: s.replace(a, b),
    "contains": lambda s, t: t.lower() in s.lower(), "starts_with": lambda s, t: s.lower().startswith(t.lower()),
    "ends_with": lambda s, t: s.lower().endswith(t.lower()),
    "abs": abs, "sign": lambda x: Fraction((x > 0) - (x < 0)), "round": lambda x, n: round_half_away(x, int(n)),
    "bucket": lambda x, width, start=0: (x - start) // width * width + start,
    "mod": lambda a, b: None if b == 0 else Fraction(int(math.fmod(a, b))),
    "year_of": lambda t: Fraction(t.year), "month_of_year": lambda t: Fraction(t.month), "weekday": lambda t: Fraction(t.isoweekday()),
    "day_of_month": lambda t: Fraction(t.day), "quarter_of_year": lambda t: Fraction((t.month + 2) // 3),
    "days_between": lambda a, b: Fraction((query_time.instant(b).date() - query_time.instant(a).date()).days),
    "add_days": lambda t, n: query_time.add("day", t, int(n)), "add_months": lambda t, n: query_time.add_months(t, int(n)),
}
for grain_ in query_time.GRAINS:
    FUNCTIONS[grain_] = lambda t, grain=grain_: query_time.trunc(grain, t)


def call(fn, args):
    if fn == "coalesce":
        return next((a for a in args if a is not None), None)
    if fn in ("greatest", "least"):
        return least(-1 if fn == "greatest" else 1, args)
    if fn == "nullif":
        return None if args[0] is not None and args[1] is not None and compare(*args) == 0 else args[0]
    return None if None in args else FUNCTIONS[fn](*args)


COMPARISONS = {"=": lambda c: c == 0, "!=": lambda c: c != 0, "<": lambda c: c < 0, "<=": lambda c: c <= 0, ">": lambda c: c > 0,
               ">=": lambda c: c >= 0}


def logic(fn, args):
    """SQL's: null is neither."""
    decisive = fn == "or"
    if decisive in args:
        return decisive
    return None if None in args else not decisive


def operate(fn, args):
    if fn in ("and", "or"):
        return logic(fn, args)
    if None in args:
        return None
    if fn in COMPARISONS:
        return COMPARISONS[fn](compare(*args))
    return args[0] + args[1] if fn == "||" else arithmetic(fn, *args)


def scalar(e, evaluate):
    """The value of a node that is no aggregate, by those of its arguments."""
    if e.kind == "lit":
        return e.value
    if e.kind == "case":
        for i in range(0, len(e.args) - 1, 2):
            if evaluate(e.args[i]) is True:
                return evaluate(e.args[i + 1])
        return evaluate(e.args[-1])
    args = [evaluate(a) for a in e.args]
    if e.kind == "call":
        return call(e.fn, args)
    if e.kind == "op":
        return operate(e.fn, args)
    if e.kind == "not":
        return None if args[0] is None else not args[0]
    if e.kind == "negate":
        return None if args[0] is None else -args[0]
    if e.kind == "null_test":
        return (args[0] is None) != e.is_not
    if e.kind == "between":
        return logic("and", [operate(">=", args[:2]), operate("<=", [args[0], args[2]])])
    if e.kind == "in":
        found = logic("or", [operate("=", [args[0], a]) for a in args[1:]])
        return found if found is None else found != e.is_not
    raise AssertionError(e.kind)


def of_row(e, row):
    if e.kind == "name":
        return row[e.name]
    return scalar(e, lambda arg: of_row(arg, row))
