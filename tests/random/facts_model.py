"""What queries over facts beside each other and over stocks should answer, after docs/semantic-query.md ("Several facts", "Measures of one
instant"), in plain loops over rows."""
import datetime
from fractions import Fraction

MONTHS = {"month": 1, "quarter": 3, "year": 12}
DERIVED = ("prior", "ytd", "share")


def add_months(day, n):
    at = day.year * 12 + day.month - 1 + n
    return datetime.date(at // 12, at % 12 + 1, 1)


def trunc(grain, day):
    if day is None:
        return None
    return datetime.date(day.year, (day.month - 1) // MONTHS[grain] * MONTHS[grain] + 1, 1)


class Measure:
    """Of one fact: a sum of a column or a count; `take` last or first, with `per`: of one instant. Else a formula: a less b."""
    def __init__(self, fact=None, column=None, take=None, per=(), less=None):
        self.fact, self.column, self.take, self.per, self.less = fact, column, take, per, less

    def facts(self, measures):
        return [self.fact] if self.fact else [f for name in self.less for f in measures[name].facts(measures)]

    def of(self, rows, everything, period):
        """Over rows; instants are found in everything, for each period."""
        if self.take:
            best = {}
            pick = max if self.take == "last" else min
            for row in everything:
                if row["day"] is not None:
                    key = (period(row),) + tuple(row[name] for name in self.per)
                    best[key] = pick(best.get(key, row["day"]), row["day"])
            rows = [row for row in rows if row["day"] is not None and
                    best.get((period(row),) + tuple(row[name] for name in self.per)) == row["day"]]
        if not self.column:
            return Fraction(len(rows))
        return sum((row[self.column] for row in rows), Fraction(0)) if rows else None


class Answer:
    def __init__(self):
        self.rows, self.totals, self.left_out = {}, {}, {}


class Asker:
    """`facts`: name -> rows; `ignores`: name -> prefixes of members. A query is as in JSON; where is (member, value)…"""
    def __init__(self, facts, ignores, measures, query):
        self.measures, self.query, self.ignores = measures, query, ignores
        self.grain = query.get("grain")
        self.groups = (["day"] if self.grain else []) + query["dimensions"]
        asked = {f for name, _ in query["measures"] for f in measures[name].facts(measures)}
        self.legs = [name for name in facts if name in asked]
        self.filtered = {name: [row for row in facts[name] if self.lets_through(name, row)] for name in self.legs}
        self.start, self.end = query["range"] if query.get("range") else (None, None)
        if self.grain and self.start and any(how in ("prior", "ytd") for _, how in query["measures"]):
            self.start, last = trunc(self.grain, self.start), self.end - datetime.timedelta(days=1)
            self.end = add_months(trunc(self.grain, last), MONTHS[self.grain])

    def knows(self, leg, name):
        return not any(name.startswith(p) for p in self.ignores.get(leg, ()))

    def lets_through(self, leg, row):
        return all(row[name] == value for name, value in self.query["where"] if self.knows(leg, name))

    def rows_of(self, leg, start, end):
        if (start, end) == (None, None):
            return self.filtered[leg]
        return [row for row in self.filtered[leg] if row["day"] is not None and (start is None or row["day"] >= start)
                and (end is None or row["day"] < end)]

    def key(self, row, names):
        return tuple(trunc(self.grain, row["day"]) if name == "day" else row[name] for name in names)

    def period(self, row):
        return trunc(self.grain, row["day"]) if self.grain else None

    def known(self, leg):
        return [name for name in self.groups if self.knows(leg, name)]

    def matching(self, leg, rows, keys):
        """Rows in any of the groups, each once."""
        names = self.known(leg)
        places = [self.groups.index(name) for name in names]
        wanted = {tuple(key[i] for i in places) for key in keys}
        return [row for row in rows if self.key(row, names) in wanted]

    def value(self, name, rows_of_leg, everything_of_leg, period):
        """rows_of_leg: leg -> rows."""
        measure = self.measures[name]
        if measure.fact:
            return measure.of(rows_of_leg(measure.fact), everything_of_leg(measure.fact), period)
        a, b = (self.value(n, rows_of_leg, everything_of_leg, period) for n in measure.less)
        return None if a is None or b is None else a - b

    def in_group(self, name, key, start, end):
        return self.value(name, lambda leg: self.matching(leg, self.rows_of(leg, start, end), [key]),
                          lambda leg: self.rows_of(leg, start, end), self.period)

    def keys(self, start, end):
        return {self.key(row, self.groups) for leg in self.legs if self.known(leg) == self.groups for row in self.rows_of(leg, start, end)}

    def since_year(self, leg, until):
        rows = self.rows_of(leg, datetime.date(until.year, 1, 1), add_months(until, MONTHS[self.grain]))
        return [row for row in rows if self.end is None or row["day"] < self.end]

    def derived(self, name, how, key):
        value = self.in_group(name, key, self.start, self.end)
        if how is None:
            return value
        if how == "share":
            whole = self.value(name, lambda leg: self.rows_of(leg, self.start, self.end), lambda leg: self.rows_of(leg, self.start, self.end),
                               lambda row: None)
            return None if value is None or not whole else value / whole
        if how == "prior":
            before = add_months(key[0], -MONTHS[self.grain])
            earlier = (before,) + key[1:]
            start = None if self.start is None else add_months(self.start, -MONTHS[self.grain])
            return self.in_group(name, earlier, start, self.end) if earlier in self.keys(start, self.end) else None
        names = [n for n in self.groups if n != "day"]

        def here(leg):
            mine = [n for n in names if self.knows(leg, n)]
            wanted = tuple(key[self.groups.index(n)] for n in mine)
            return [row for row in self.since_year(leg, key[0]) if self.key(row, mine) == wanted]
        return self.value(name, here, lambda leg: self.since_year(leg, key[0]), lambda row: None)

    def total(self, keys):
        """keys None: of everything."""
        rows, everything = {}, {}
        for leg in self.legs:
            rows[leg] = everything[leg] = self.rows_of(leg, self.start, self.end)
            if keys is None:
                continue
            rows[leg] = self.matching(leg, rows[leg], keys)
            if self.grain:
                everything[leg] = [row for row in everything[leg] if self.period(row) in {key[0] for key in keys}]
        values = [None if how else self.value(name, rows.get, everything.get, lambda row: None) for name, how in self.query["measures"]]
        return sum(len(r) for r in rows.values()), values

    def missing(self, group):
        rows = {leg: [row for row in self.rows_of(leg, self.start, self.end) if self.knows(leg, group) and self.key(row, [group]) == (None,)]
                for leg in self.legs}
        everything = {leg: self.rows_of(leg, self.start, self.end) for leg in self.legs}
        values = [None if how else self.value(name, rows.get, everything.get, lambda row: None) for name, how in self.query["measures"]]
        return sum(len(r) for r in rows.values()), values

    def answer(self):
        out = Answer()
        keys = sorted(key for key in (self.keys(self.start, self.end) if self.groups else {()}) if None not in key)
        shown = keys[:self.query["limit"]]
        for key in shown:
            out.rows[key] = [self.derived(name, how, key) for name, how in self.query["measures"]]
        out.totals = {"shown": self.total(shown if self.groups else None), "all": self.total(None)}
        if self.groups:
            out.totals["others"] = self.total(keys[len(shown):])
        out.left_out = {name: self.missing(name) for name in self.groups}
        return out
