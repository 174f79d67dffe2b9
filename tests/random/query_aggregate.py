"""Measures of the naive evaluator: aggregates over rows, and what is made of them."""
import math
from fractions import Fraction

from query_expr import Rough, compare, is_dyadic, least, of_row, scalar


def mean(values):
    return sum(Fraction(v) for v in values) / len(values)


def numbers(values):
    return [Fraction(v) for v in values]


def percentile(values, p):
    if not values:
        return None
    values = sorted(numbers(values))
    place = p * (len(values) - 1)
    low = place.__floor__()
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (values[high] - values[low]) * (place - low))


def variance(values):
    if len(values) < 2:
        return None
    values = numbers(values)
    middle = mean(values)
    return Rough(sum((v - middle) ** 2 for v in values) / (len(values) - 1))


def co_moments(pairs):
    ys, xs = numbers(p[0] for p in pairs), numbers(p[1] for p in pairs)
    my, mx = mean(ys), mean(xs)
    return (sum((x - mx) * (y - my) for x, y in zip(xs, ys)), sum((x - mx) ** 2 for x in xs), sum((y - my) ** 2 for y in ys), my, mx)


def of_pairs(fn, pairs):
    if len(pairs) < 1:
        return None
    xy, xx, yy, my, mx = co_moments(pairs)
    if xx == 0 or (fn == "corr" and yy == 0):
        return None
    if fn == "corr":
        return Rough(float(xy) / math.sqrt(float(xx) * float(yy)))
    return Rough(xy / xx if fn == "regr_slope" else my - xy / xx * mx)


def sum_of(values):
    """None of no values."""
    if not values:
        return None
    total = sum(numbers(values))
    return float(total) if any(isinstance(v, float) for v in values) else total


def of_values(fn, values):
    """Of those that are not null."""
    value = of_exact_values(fn, values)
    def is_rough(v):
        return isinstance(v, Rough) or (isinstance(v, float) and fn not in ("min", "max") and not is_dyadic(v))
    return Rough(value) if isinstance(value, float) and any(is_rough(v) for v in values) else value


def of_exact_values(fn, values):
    if fn == "count":
        return Fraction(len(values))
    if not values:
        return None
    if fn == "sum":
        return sum_of(values)
    if fn == "avg":
        return float(mean(values))
    if fn in ("min", "max"):
        return least(1 if fn == "min" else -1, values)
    if fn in ("bool_or", "bool_and"):
        return any(values) if fn == "bool_or" else all(values)
    if fn == "median":
        return percentile(values, Fraction(1, 2))
    spread = variance(values)
    return spread if spread is None or fn == "variance" else Rough(math.sqrt(spread))


def first_of(tuples, is_last):
    """(value, keys…) of the row whose keys come first."""
    best = None
    for row in tuples:
        order = [row[i] for i in range(1, len(row))] + [row[0]]
        way = 0
        for a, b in zip(order, best or []):
            way = way or compare(a, b)
        if best is None or (way > 0 if is_last else way < 0):
            best = order
    return best[-1] if best else None


def aggregate(e, rows):
    if e.fn == "count(*)":
        return Fraction(len(rows))
    if e.fn == "percentile":
        values = [of_row(e.args[0], row) for row in rows]
        return percentile([v for v in values if v is not None], e.args[1].value)
    tuples = [[of_row(a, row) for a in e.args] for row in rows]
    tuples = [t for t in tuples if None not in t]
    if e.fn in ("first", "last"):
        return first_of(tuples, e.fn == "last")
    if len(e.args) == 2:
        return of_pairs(e.fn, tuples)
    values = [t[0] for t in tuples]
    if e.distinct:
        values = list(dict.fromkeys(values))
    return of_values(e.fn, values)


def of_rows(e, rows, names):
    """A measure over rows. `names` tells what a name outside an aggregate and what a derivation stands for."""
    if e.kind == "agg":
        return aggregate(e, rows)
    if e.kind == "where":
        return of_rows(e.args[0], [row for row in names.own(e.args[0], rows) if of_row(e.args[1], row) is True], names)
    if e.kind == "name":
        return names.measure(e.name, rows)
    if e.kind == "derive":
        return names.derived(e, rows)
    return scalar(e, lambda arg: of_rows(arg, rows, names))
