"""Random small star schemas with their rows, for the property test of queries: as pack.yaml, and as an SQL script of the gold tables for
each engine."""
import datetime
from fractions import Fraction

import query_time
from query_expr import decimal_text
from query_filter import filter_names, member_names

TEXTS = ["a", "A", "b", "B", "ab", "Ab b", "\u00c9", "\u00e9t\u00e9", "x_y", "xay", "50%", "o'x", "", " pad ", "zz", "\u00e4", "Banana",
         "bandanna", "x_yab"]
PACK_TYPES = {"int": "int64", "dec": "decimal(9,2)", "float": "float64", "text": "text", "bool": "bool", "date": "date", "ts": "timestamp"}
SQL_TYPES = {
    "duckdb": {"int": "BIGINT", "dec": "DECIMAL(9,2)", "float": "DOUBLE", "text": "VARCHAR", "bool": "BOOLEAN", "date": "DATE",
               "ts": "TIMESTAMP"},
    "postgres": {"int": "BIGINT", "dec": "NUMERIC(9,2)", "float": "DOUBLE PRECISION", "text": "TEXT", "bool": "BOOLEAN", "date": "DATE",
                 "ts": "TIMESTAMP"},
    "sqlite": {"int": "INTEGER", "dec": "DECIMAL(9,2)", "float": "REAL", "text": "TEXT", "bool": "BOOLEAN", "date": "DATE",
               "ts": "TIMESTAMP"},
}
FIRST_DAY, N_DAYS = datetime.date(2019, 12, 18), 460
A_PERIOD, A_YEAR = (1, 7, 7, 31), (364, 366, 371, 371)  # days until the next period, or until a year's day or week (2020 has 53) comes again


class Thing:
    def __init__(self, **more):
        self.__dict__.update(more)


class Schema:
    """dimensions, facts, measures, filters by name; `zone` is the reporting zone."""
    def __init__(self, dimensions, facts, zone, is_as_of_now):
        self.dimensions, self.facts, self.measures, self.zone, self.is_as_of_now = dimensions, facts, {}, zone, is_as_of_now
        self.filters = {}

    def as_of(self):
        """What words of ranges count from; None: there is no data yet."""
        fact = next(iter(self.facts.values()))
        if self.is_as_of_now:
            return datetime.datetime(2021, 2, 10, 12 + (self.zone != "UTC"))
        newest = max((row[fact.time] for row in fact.rows if row[fact.time] is not None), default=None)
        return int(newest) if isinstance(newest, Fraction) else query_time.instant(newest)

    def fact_has(self, fact, name):
        if name in self.measures:
            return self.measures[name].fact == fact.name
        if name in self.filters:
            return self.filters[name].fact == fact.name
        first = name.split(".")[0]
        return first in fact.roles or first == fact.name or any(c.name == first for c in fact.columns)

    def facts_of(self, names):
        return [f for f in self.facts.values() if all(self.fact_has(f, n) for n in names)]

    def fact_of(self, query):
        """The fact that has the names used."""
        names = member_names(query.get("measures", [])) + member_names(query.get("dimensions", []))
        names += filter_names(query.get("where", []))
        aliases = {m["as"] for m in query.get("measures", []) if not isinstance(m, str) and "as" in m}
        names += [n for n in filter_names(query.get("having", [])) if n not in aliases and "(" not in n and not n.endswith(
            (".prior", ".change", ".growth"))]
        names += [query["time"]["dimension"]] if "dimension" in query.get("time", {}) else []
        return self.facts_of(names)[0]


# --- rows ---------------------------------------------------------------------------------------------------------------------

def random_day(rng):
    """Close together at times, so that periods hold several."""
    if rng.random() < 0.3:
        return rng.choice([datetime.date(2020, 2, 29), datetime.date(2020, 12, 31), datetime.date(2021, 1, 1), datetime.date(2021, 1, 3),
                           datetime.date(2020, 1, 31), datetime.date(2020, 12, 28), datetime.date(2021, 2, 28), datetime.date(2020, 1, 15),
                           datetime.date(2021, 1, 20), datetime.date(2020, 2, 1)])
    return FIRST_DAY + datetime.timedelta(days=rng.randrange(N_DAYS) // rng.choice((1, 1, 7, 30)))


def random_instant(rng):
    clock = rng.choice([(0, 0, 0, 0), (23, 59, 59, 999999), (12, 0, 0, 0), (10, 30, 0, 0), (10, 30, 0, 500000),
                        (rng.randrange(24), rng.randrange(60), 0, 0)])
    return query_time.instant(random_day(rng)).replace(hour=clock[0], minute=clock[1], second=clock[2], microsecond=clock[3])


def random_value(rng, type_):
    if type_ == "int":
        return Fraction(rng.choice((0, 1, 1, 2, 3, -2, 7, 10, rng.randrange(100))))
    if type_ == "dec":
        return Fraction(rng.choice((0, 100, 150, 10, 1, -250, 999, rng.randrange(-2000, 90000))), 100)
    if type_ == "float":
        return rng.randrange(-40, 400) / 8
    if type_ == "text":
        return rng.choice(TEXTS)
    if type_ == "bool":
        return rng.random() < 0.5
    return random_day(rng) if type_ == "date" else random_instant(rng)


def maybe(rng, column):
    return None if column.is_nullable and rng.random() < 0.2 else random_value(rng, column.type)


def some_times(rng, type_):
    """A few, each again a period and a year later, so that what compares periods has something to compare."""
    first = [random_value(rng, type_) for _ in range(rng.randrange(2, 5))]
    return first + [t + datetime.timedelta(days=rng.choice(later)) for later in (A_PERIOD, A_YEAR) for t in first]


# --- dimensions ---------------------------------------------------------------------------------------------------------------

def make_dimension(rng, name):
    attributes = [Thing(name="id", type=rng.choice(("text", "int")), is_key=True, is_nullable=False, scd=1)]
    for i in range(rng.randrange(1, 4)):
        attributes.append(Thing(name="t%d" % i, type=rng.choice(("text", "text", "int", "dec", "bool", "date")), is_key=False,
                                is_nullable=rng.random() < 0.6, scd=rng.choice((1, 1, 2))))
    rows = [{"_key": -1, "_is_current": True, **{a.name: None for a in attributes}}]
    for member in range(rng.choice((0, 2, 3, 4, 5, 6))):
        key = Fraction(member + 1) if attributes[0].type == "int" else ("m%d" if member % 2 else "M%d") % member
        n_versions = rng.choice((1, 1, 2, 3)) if any(a.scd == 2 for a in attributes) else 1
        values = {a.name: maybe(rng, a) for a in attributes}
        is_deleted = rng.random() < 0.15
        for version in range(n_versions):
            for a in attributes:
                if a.scd == 2:
                    values[a.name] = maybe(rng, a)
            rows.append({**values, "id": key, "_key": len(rows), "_is_current": version == n_versions - 1 and not is_deleted})
    return Thing(name=name, attributes=attributes, rows=rows)


# --- facts --------------------------------------------------------------------------------------------------------------------

def make_columns(rng, prefix):
    columns = []
    for i in range(rng.randrange(0, 4)):
        columns.append(Thing(name="%sa%d" % (prefix, i), kind="attribute", type=rng.choice(("text", "text", "bool", "int", "dec")),
                             is_nullable=rng.random() < 0.5))
    for i in range(rng.randrange(0, 3)):
        columns.append(Thing(name="%sd%d" % (prefix, i), kind="time", type=rng.choice(("date", "ts")), is_nullable=rng.random() < 0.4))
    for i in range(rng.randrange(1, 4)):
        columns.append(Thing(name="%sv%d" % (prefix, i), kind="value", type=rng.choice(("int", "dec", "dec", "float")),
                             is_nullable=rng.random() < 0.5))
    return columns


def make_fact(rng, name, dimensions):
    prefix = name[0]
    columns = make_columns(rng, prefix)
    roles = {}
    for i in range(rng.choice((0, 1, 1, 2, 3)) if dimensions else 0):
        dimension = rng.choice(sorted(dimensions))
        roles[dimension if dimension not in roles and rng.random() < 0.6 else "%sr%d" % (prefix, i)] = dimension
    times = [c.name for c in columns if c.kind == "time"]
    time, unit = (rng.choice(times), None) if times and rng.random() < 0.9 else (None, None)
    if not times and rng.random() < 0.7:
        columns.append(Thing(name=prefix + "w", kind="attribute", type="int", is_nullable=rng.random() < 0.3))
        time, unit = prefix + "w", rng.choice(("week", "day"))
    again = {c.name: some_times(rng, c.type) for c in columns if c.kind == "time"}
    rows = []
    for _ in range(rng.choice((0, 4) + (15, 25, 40) * 4)):
        row = {c.name: maybe(rng, c) for c in columns}
        row.update({name: rng.choice(times) for name, times in again.items() if row[name] is not None and rng.random() < 0.75})
        if unit and row[time] is not None:
            row[time] = Fraction(rng.randrange(100, 112))
        for role, dimension in roles.items():
            row[role + "_key"] = -1 if rng.random() < 0.1 else rng.choice(dimensions[dimension].rows)["_key"]
        rows.append(row)
        if rng.random() < 0.1:
            rows.append(dict(row))
    return Thing(name=name, columns=columns, roles=roles, time=time, unit=unit, rows=rows)


def make_schema(rng):
    dimensions = {"dim%d" % i: make_dimension(rng, "dim%d" % i) for i in range(rng.choice((0, 1, 2, 2)))}
    facts = {name: make_fact(rng, name, dimensions) for name in ("fact", "gact")[:rng.choice((1, 1, 2))]}
    is_now = facts["fact"].time is None or rng.random() < 0.4
    return Schema(dimensions, facts, rng.choice(("UTC", "UTC", "Europe/Berlin")), is_now)


# --- pack.yaml ----------------------------------------------------------------------------------------------------------------

def column_yaml(name, type_, is_nullable):
    return "          %s: %s%s" % (name, PACK_TYPES[type_], "" if is_nullable else " not null")


def tables_yaml(schema):
    out = []
    for d in schema.dimensions.values():
        out += ["      %s_table:" % d.name, "        key: [id]", "        columns:"]
        out += [column_yaml(a.name, a.type, a.is_nullable) for a in d.attributes]
    for f in schema.facts.values():
        out += ["      %s_table:" % f.name, "        key: [id]", "        columns:", column_yaml("id", "int", False)]
        for role, dimension in f.roles.items():
            out.append(column_yaml(role + "_id", schema.dimensions[dimension].attributes[0].type, True))
        out += [column_yaml(c.name, c.type, c.is_nullable) for c in f.columns]
    return out


def dimensions_yaml(schema):
    out = ["dimensions:"] if schema.dimensions else []
    for d in schema.dimensions.values():
        out += ["  %s:" % d.name, "    from: %s_table" % d.name, "    key: [id]", "    attributes:"]
        out += ["      %s: %s" % (a.name, "{scd: 2}" if a.scd == 2 else "{}") for a in d.attributes]
    return out


def facts_yaml(schema):
    out = ["facts:"]
    for f in schema.facts.values():
        out += ["  %s:" % f.name, "    from: %s_table" % f.name] + (["    time: " + f.time] if f.time else [])
        out += ["    time_unit: " + f.unit] if f.unit else []
        out += ["    dimensions:"] if f.roles else []
        out += ["      %s: {dimension: %s, key: {id: %s_id}}" % (role, d, role) for role, d in f.roles.items()]
        for kind in ("time", "attribute", "value"):
            names = [c.name for c in f.columns if c.kind == kind]
            title = {"time": "times", "attribute": "attributes", "value": "columns"}[kind]
            out += ["    %s:" % title] * bool(names) + ["      %s: {}" % n for n in names]
    return out


def pack_yaml(schema):
    as_of = "now" if schema.is_as_of_now else "max(%s)" % schema.facts["fact"].time
    out = ["pack: 1", "name: random", 'version: "1"', "as_of: " + as_of, "calendar: {time_zone: %s}" % schema.zone, "sources:", "  shop:", "    kind: managed",
           "    tables:"] + tables_yaml(schema) + dimensions_yaml(schema) + facts_yaml(schema)
    for title, things in (("filters", schema.filters), ("measures", schema.measures)):
        out += [title + ":"] if things else []
        for m in things.values():
            out += ["  %s:" % m.name, '    expr: "%s"' % str(m.expr).replace("\\", "\\\\").replace('"', '\\"'), "    fact: %s" % m.fact]
    return "\n".join(out) + "\n"


# --- gold.sql -----------------------------------------------------------------------------------------------------------------

def sql_value(engine, type_, value):
    if value is None:
        return "NULL"
    if type_ == "bool":
        return str(int(value)) if engine == "sqlite" else ("true" if value else "false")
    if type_ == "text":
        return "'%s'" % value.replace("'", "''")
    if type_ == "date":
        return "'%s'" % value.isoformat()
    if type_ == "ts":
        return "'%s'" % value.isoformat(sep=" ")
    if type_ == "dec":
        return str(int(value * 100)) if engine == "sqlite" else decimal_text(value)
    return repr(value) if type_ == "float" else str(int(value))


def table_sql(engine, name, columns, rows):
    types = SQL_TYPES[engine]
    out = ["CREATE TABLE %s (%s)" % (name, ", ".join('"%s" %s' % (c, types[t]) for c, t in columns))]
    if rows:
        values = ["(%s)" % ", ".join(sql_value(engine, t, row[c]) for c, t in columns) for row in rows]
        out.append("INSERT INTO %s VALUES %s" % (name, ", ".join(values)))
    return out


def gold_sql(engine, schema):
    create = "ATTACH ':memory:' AS %s" if engine == "sqlite" else "CREATE SCHEMA %s"
    out = ["DROP SCHEMA IF EXISTS gold, _starling CASCADE"] if engine == "postgres" else []
    out += [create % "gold", create % "_starling"]
    out += table_sql(engine, "_starling.batch", [("version", "int"), ("id", "int"), ("published_at", "ts")],
                     [{"version": Fraction(1), "id": Fraction(1), "published_at": datetime.datetime(2021, 4, 1)}])
    days = [datetime.date(2010, 1, 1) + datetime.timedelta(days=i) for i in range(20 * 365 + 5)]
    out += table_sql(engine, "gold.dim_date", [("date_key", "date")], [{"date_key": d} for d in days])
    for d in schema.dimensions.values():
        columns = [("%s_key" % d.name, "int")] + [(a.name, a.type) for a in d.attributes]
        columns += [("_valid_from", "ts"), ("_valid_to", "ts"), ("_is_current", "bool")]
        rows = [{**row, d.name + "_key": row["_key"], "_valid_from": None, "_valid_to": None} for row in d.rows]
        out += table_sql(engine, "gold.dim_" + d.name, columns, rows)
    for f in schema.facts.values():
        columns = [(role + "_key", "int") for role in f.roles] + [(c.name, c.type) for c in f.columns] + [("_id", "int")]
        out += table_sql(engine, "gold.fact_" + f.name, columns, [{**row, "_id": i} for i, row in enumerate(f.rows)])
    return ";\n".join(out) + ";\n"
