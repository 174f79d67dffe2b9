"""What a random query can name: of a fact, of several, of a dimension, of a query's rows."""
import query_time
from query_group import groups_of, measures_of
from query_model import evaluate
from query_source import fact_source, find_source, query_source, several_source

TIMES = ("date", "ts")


class Scope:
    """What a query can name: `plain` outside aggregates, `inside` them, each (name, type); `axes` (name, type)."""
    def __init__(self, plain, inside, measures, axis, axes, unit, source, rows=(), made=None):
        self.plain, self.inside, self.measures, self.axis, self.axes, self.unit, self.source, self.rows = (
            plain, inside, measures, axis, axes, unit, source, rows)
        self.made = made  # several facts' rows


def parts_of(names):
    """Dates' parts."""
    out = []
    for name, type_ in names:
        if type_ in TIMES:
            grains = [g for g in query_time.GRAINS if g != "hour" or type_ == "ts"]
            out += [("%s.%s" % (name, g), type_) for g in grains]
            out += [("%s.%s" % (name, p), "int") for p in query_time.NUMBER_PARTS if p != "hour_of_day" or type_ == "ts"]
    return out


def fact_scope(schema, fact):
    attributes = [("%s.%s" % (role, a.name), a.type) for role, d in fact.roles.items() for a in schema.dimensions[d].attributes]
    own = [(c.name, c.type) for c in fact.columns if c.kind != "value"]
    values = [("%s.%s" % (fact.name, c.name), c.type) for c in fact.columns if c.kind == "value"]
    plain = attributes + own + values + [(f.name, "bool") for f in schema.filters.values() if f.fact == fact.name]
    axes = [n for n in plain if n[1] in TIMES]
    axis = next(((c.name, c.type) for c in fact.columns if c.name == fact.time), None)
    measures = [(m.name, m.expr.type) for m in schema.measures.values() if m.fact == fact.name]
    return Scope(plain, plain + [(c.name, c.type) for c in fact.columns if c.kind == "value"], measures, axis, axes, fact.unit, fact.name,
                 fact_source(schema, fact).rows)


def dimension_scope(schema, name):
    """Of a dimension's own members."""
    plain = [("%s.%s" % (name, a.name), a.type) for a in schema.dimensions[name].attributes]
    return Scope(plain, plain, [], None, [n for n in plain if n[1] in TIMES], None, name, find_source(schema, {"source": name}, evaluate).rows)


def several_scope(schema):
    """Of all facts together: what each has."""
    made = several_source(schema, list(schema.facts.values()))
    plain = [(n, t) for n, t in made.types.items() if n != "_time"]
    is_of_days = any(c.name == f.time and c.type == "date" for f in schema.facts.values() for c in f.columns)
    axis = ("_time", "date" if is_of_days else "ts") if made.axis else None
    return Scope(plain, plain, [(m.name, m.expr.type) for m in schema.measures.values()], axis, [], None, None, made.rows, made)


def inner_scope(schema, query):
    """Of a query's columns, as another's source."""
    source = find_source(schema, query, evaluate)
    shown = {**query, "dimensions": query["rows"]} if "rows" in query else query
    names = [(g.column.name, g.column.type) for g in groups_of(source, shown)]
    names += [(m.name, m.expr.type) for m in measures_of(source, query)]
    axes = [n for n in names if n[1] in TIMES]
    return Scope(names, names, [], axes[0] if axes else None, axes, None, query, query_source(schema, query, evaluate).rows)
