"""Whose rows a query is about, for the naive evaluator: a fact's with its members', several facts', a dimension's or a query's."""
import query_expr
import query_time
from query_filter import filter_names, member_names, outside_names


class Row(dict):
    """A row by the names of its members; parts of dates, and filters of the model, are reckoned when they are asked for."""
    filters = {}

    def __missing__(self, name):
        if name in self.filters:
            return query_expr.of_row(self.filters[name].expr, self)
        base, _, part = name.rpartition(".")
        if base not in self:
            raise KeyError(name)
        return query_time.part(part, self[base])


class Source:
    """Rows and what their names are. `types`: name -> type; `axis`: the main time, or None; `canonical`: another name -> the one."""
    def __init__(self, name, rows, types, axis, measures, canonical):
        self.name, self.rows, self.types, self.axis, self.measures, self.canonical = name, rows, types, axis, measures, canonical

    def type_of(self, name):
        if name in self.types:
            return self.types[name]
        base, _, part = name.rpartition(".")
        return "int" if part in query_time.NUMBER_PARTS else self.types[base]

    def is_part(self, name):
        return name not in self.types


def fact_source(schema, fact):
    members = {name: {row["_key"]: row for row in schema.dimensions[name].rows} for name in fact.roles.values()}
    types, canonical, rows = {}, {}, []
    for column in fact.columns:
        types[column.name] = types[fact.name + "." + column.name] = column.type
        canonical[fact.name + "." + column.name] = fact.name + "." + column.name if column.kind == "value" else column.name
    for role, name in fact.roles.items():
        types.update({"%s.%s" % (role, a.name): a.type for a in schema.dimensions[name].attributes})
    filters = {name: f for name, f in schema.filters.items() if f.fact == fact.name}
    types.update({name: "bool" for name in filters})
    for i, values in enumerate(fact.rows):
        row = Row(_id=query_expr.Fraction(i))
        row.filters = filters
        for column in fact.columns:
            row[column.name] = row[fact.name + "." + column.name] = values[column.name]
        for role, name in fact.roles.items():
            member = members[name][values[role + "_key"]]
            row.update({"%s.%s" % (role, a.name): member[a.name] for a in schema.dimensions[name].attributes})
        rows.append(row)
    measures = {m.name: m.expr for m in schema.measures.values() if m.fact == fact.name}
    return Source(fact.name, rows, types, fact.time, measures, canonical)


def facts_asked(schema, query):
    """Those whose measures are named, in the model's order."""
    names = [n for m in query.get("measures", []) for n in ([m] if isinstance(m, str) else outside_names(m["expr"]))]
    names += filter_names(query.get("having", [])) + [o[0] if isinstance(o, list) else o for o in query.get("order", [])]
    asked = {schema.measures[n].fact for n in names if n in schema.measures}
    return [fact for fact in schema.facts.values() if fact.name in asked]


def several_source(schema, facts):
    """Rows of all, each knowing its fact; their own main times are one."""
    sources = [fact_source(schema, fact) for fact in facts]
    types = {n: t for n, t in sources[0].types.items() if all(n in s.types for s in sources)}
    times = {s.types.get(s.axis) for s in sources}
    axis = None if times & {None, "int"} else "_time"
    canonical = {"_time": sources[0].axis}
    types["_time"] = times.pop() if len(times) == 1 else "ts"
    for source in sources:
        for row in source.rows:
            at = row[source.axis] if axis else None
            row.update(_fact=source.name, _time=query_time.instant(at) if types["_time"] == "ts" else at)
    return Source(None, [row for s in sources for row in s.rows], types, axis,
                  {n: e for s in sources for n, e in s.measures.items()}, canonical)


def dimension_source(schema, name, roles, with_unknown):
    """The members as they are now."""
    dimension = schema.dimensions[name]
    types = {"%s.%s" % (role, a.name): a.type for role in roles for a in dimension.attributes}
    rows = [Row({n: row[n.split(".")[1]] for n in types}) for row in dimension.rows
            if row["_is_current"] and (with_unknown or row["_key"] != -1)]
    return Source(None, rows, types, None, {}, {})


def query_source(schema, query, evaluate):
    """Of a query's rows; `evaluate` answers it."""
    result = evaluate(schema, query)
    types = {c.name: c.type for c in result.columns}
    rows = [Row(zip(types, row)) for row in result.rows]
    axis = next((c.name for c in result.columns if c.type in ("date", "ts")), None)
    source = Source("source", rows, types, axis, {}, {})
    source.left_out = result.left_out + result.left_out_within
    return source


def base_of(schema, query):
    """The dimension that holds all members, with the role it is named by; else None."""
    if query.get("measures") or query.get("having") or query.get("time"):
        return None
    names = member_names(query.get("dimensions", [])) + filter_names(query.get("where", []))
    roles = {n.split(".")[0] for n in names}
    role = roles.pop() if len(roles) == 1 else None
    for fact in schema.facts.values():
        if role in fact.roles:
            return fact.roles[role], role
    return (role, role) if role in schema.dimensions else None


def find_source(schema, query, evaluate):
    given = query.get("source")
    if isinstance(given, dict):
        return query_source(schema, given, evaluate)
    if given in schema.facts:
        return fact_source(schema, schema.facts[given])
    facts = facts_asked(schema, query)
    if not given and len(facts) > 1:
        return several_source(schema, facts)
    dimension = (given, given) if given else base_of(schema, query)
    if dimension:
        is_plain = not any(query.get(key) for key in ("measures", "having", "time", "rows"))  # then the unknown one is no row
        return dimension_source(schema, dimension[0], {dimension[0], dimension[1]}, is_plain and query.get("unknown", False))
    return fact_source(schema, schema.fact_of(query))
