"""What a query groups by and computes, for the naive evaluator: its columns."""
import query_expr
from query_expr import Expr


class Column:
    def __init__(self, name, type_, is_group):
        self.name, self.type, self.is_group = name, type_, is_group


class Group:
    """What rows are grouped by: `key` and, where it may be missing, `base` of a row."""
    is_bucket = False  # of a bare bucket(…): ascending unless another order is given

    def __init__(self, column, key, base, member, is_period, order_name):
        self.column, self.key, self.base, self.member, self.is_period = column, key, base, member, is_period
        self.order_name = order_name  # what a time is also called: without its part


def name_group(source, name, title):
    base = name.rpartition(".")[0] if source.is_part(name) else name
    member = source.canonical.get(base, base) + name[len(base):]
    type_ = source.type_of(name)
    is_time = type_ in ("date", "ts")
    return Group(Column(title, type_, True), lambda row: row[name], lambda row: row[base], member, is_time or source.is_part(name),
                 source.canonical.get(base, base) if is_time else None)


def expr_group(member):
    expr = member["expr"]
    title = member.get("as", str(expr))
    group = Group(Column(title, expr.type, True), lambda row: query_expr.of_row(expr, row), lambda row: query_expr.of_row(expr, row),
                  title, expr.type in ("date", "ts"), None)
    group.is_bucket = expr.kind == "call" and expr.fn == "bucket"
    return group


def axis_of(source, query):
    return query.get("time", {}).get("dimension", source.axis)


def groups_of(source, query):
    groups = []
    time = query.get("time", {})
    if time.get("grain"):
        axis = axis_of(source, query)
        is_number = source.type_of(axis) == "int"
        name = axis if is_number else axis + "." + time["grain"]
        title = source.canonical.get(axis, axis) + name[len(axis):]
        group = name_group(source, name, title)
        group.is_period, group.order_name = True, source.canonical.get(axis, axis)
        groups.append(group)
    for member in query.get("dimensions", []):
        if isinstance(member, str):
            groups.append(name_group(source, member, member))
        elif member["expr"].kind == "name":
            groups.append(name_group(source, member["expr"].name, member.get("as", member["expr"].name)))
        else:
            groups.append(expr_group(member))
    return groups


class Measure:
    def __init__(self, name, expr):
        self.name, self.expr = name, expr


def derived(fn, expr, n, unit):
    return Expr("derive", [expr], expr.type if fn == "prior" else "float" if fn == "growth" else expr.type, fn=fn, n=n, unit=unit, by=[],
                agg=None, is_all=False, is_asc=None)


def compare_span(text):
    if text == "previous_period":
        return None, None
    if text == "previous_year":
        return 1, "year"
    n, unit = text.split(" ")
    return int(n), unit.rstrip("s")


def measures_of(source, query):
    measures = []
    for member in query.get("measures", []):
        if isinstance(member, str):
            expr = Expr("name", name=member, type=source.measures[member].type)
            name = member
        else:
            expr, name = member["expr"], member.get("as", str(member["expr"]))
        measures.append(Measure(name, expr))
        if "compare" in query.get("time", {}):
            n, unit = compare_span(query["time"]["compare"])
            measures += [Measure("%s.%s" % (name, fn), derived(fn, expr, n, unit)) for fn in ("prior", "change", "growth")]
    return measures
