"""A random pack: a few tables, managed or of an attached database, dimensions over them, facts. Plain records that the writer, the model
and the dump read."""
import json

ZONES = ("UTC", "UTC", "Europe/London")
KEY_TYPES = ("int64", "text", "date")
TYPES = ("int64", "text", "text", "decimal(9,2)", "date", "timestamp", "bool", "float64")
TABLES = ("order", "party", "group", "item")  # words of SQL among them: names are quoted everywhere


class Record:
    def __init__(self, **fields):
        self.__dict__.update(fields)


def column(name, kind, is_not_null):
    return Record(name=name, type=kind, is_not_null=is_not_null)


def type_of(table, name):
    return next(column.type for column in table.columns if column.name == name)


# --- tables ---------------------------------------------------------------------------------------------------------------

def make_table(rng, name, earlier):
    n_key = rng.choice((1, 1, 1, 1, 2, 3))
    types = rng.sample(KEY_TYPES, n_key)
    if n_key == 1:
        types = [rng.choice(("int64", "text"))]
    key = ["%s_k%d" % (name[0], i) for i in range(n_key)]
    columns = [column(key[i], types[i], True) for i in range(n_key)]
    references = []
    for target in earlier:
        if rng.random() < 0.7:
            names, is_not_null = [], rng.random() < 0.3
            for k in target.key:
                names.append("%s_%s" % (name[0], k))
                columns.append(column(names[-1], type_of(target, k), is_not_null))
            references.append(Record(columns=names, target=target))
    columns.append(column(name[0] + "_at", rng.choice(("date", "timestamp", "timestamp")), rng.random() < 0.3))
    for i in range(rng.randint(1, 3)):
        columns.append(column("%s_v%d" % (name[0], i), rng.choice(TYPES), rng.random() < 0.3))
    values = [c.name for c in columns if c.name not in key]
    unique = [rng.choice(values)] if rng.random() < 0.2 else []
    if rng.random() < 0.3:  # the key need not come first
        rng.shuffle(columns)
    return Record(name=name, key=key, columns=columns, references=references, unique=unique)


def make_own(rng, table):
    """What only the owner of an attached table can declare: keys, actions, collations that a managed one does not have."""
    names = [c.name for c in table.columns if c.name not in table.key]
    table.unique = []
    table.key_is = rng.choice(("primary", "primary", "primary without rowid", "unique beside a rowid", "unique beside an id"))
    table.uniques = [rng.sample(names, min(len(names), rng.choice((1, 1, 2)))) for _ in range(rng.choice((0, 0, 1, 2)))]
    table.partial = rng.choice(names) if rng.random() < 0.15 else None
    table.nocase = {c.name for c in table.columns if c.type == "text" and rng.random() < 0.15}
    for reference in table.references:
        can_be_null = not any(c.is_not_null for c in table.columns if c.name in reference.columns)
        actions = ["CASCADE", "CASCADE", "RESTRICT", "NO ACTION"] + ["SET NULL"] * can_be_null
        reference.actions = "ON DELETE %s ON UPDATE %s%s" % (rng.choice(actions), rng.choice(actions),
                                                             rng.choice(("", " DEFERRABLE INITIALLY DEFERRED")))


def make_tables(rng):
    names = rng.sample(TABLES, rng.choice((1, 2, 2, 3, 4)))
    tables = []
    for name in names:
        tables.append(make_table(rng, name, tables))
    return tables


# --- dimensions and facts -----------------------------------------------------------------------------------------------

def make_joins(rng, table, tables):
    """Joins along references, or over any columns of the right types; (alias, table, {key column: (alias, column)})."""
    joins, scope = [], [("", table)]
    for i in range(rng.choice((0, 1, 1, 2))):
        alias, base = rng.choice(scope)
        if base.references and rng.random() < 0.8:
            reference = rng.choice(base.references)
            target, columns = reference.target, reference.columns
        else:
            target = rng.choice(tables)
            columns = [rng.choice([c.name for c in base.columns if c.type == type_of(target, k)] or [None]) for k in target.key]
            if None in columns:
                continue
        name = target.name if target.name not in [a or t.name for a, t in scope] else "%s_%d" % (target.name, i)
        joins.append(Record(alias=name, table=target, on={k: (alias, c) for k, c in zip(target.key, columns)}))
        scope.append((name, target))
    return joins, scope


def make_dimension(rng, name, tables):
    table = rng.choice(tables)
    joins, scope = make_joins(rng, table, tables)
    fitting = [r for r in table.references if len(r.columns) == 1]
    if fitting and rng.random() < 0.3:  # members are the values of a column; what depends on it is its partner's
        reference = rng.choice(fitting)
        joins = [Record(alias="of_it", table=reference.target, on={reference.target.key[0]: ("", reference.columns[0])})]
        keys, scope = [("", reference.columns[0])], [("of_it", reference.target)]
    elif rng.random() < 0.15:
        keys, scope = [("", rng.choice(table.columns).name)], []
    else:
        keys = [("", k) for k in table.key]
    if type_of(table, keys[0][1]) == "float64":
        keys, scope = [("", k) for k in table.key], [("", table)]
    attributes = [Record(name="%s_id%d" % (name, i), expr=expr, scd=1) for i, expr in enumerate(keys)]
    others = [(alias, c.name) for alias, t in scope for c in t.columns if (alias, c.name) not in keys]
    for i, expr in enumerate(rng.sample(others, min(len(others), rng.choice((0, 1, 1, 2, 3))))):
        attributes.append(Record(name="%s_a%d" % (name, i), expr=expr, scd=rng.choice((1, 2, 2))))
    return Record(name=name, table=table, joins=joins, attributes=attributes, key=[a.name for a in attributes[:len(keys)]])


def expr_type(path, expr):
    alias, name = expr
    table = path.table if not alias else next(join.table for join in path.joins if join.alias == alias)
    return type_of(table, name)


def make_lookup(rng, scope, tables):
    for _ in range(5):
        table = rng.choice(tables)
        is_value = rng.random() < 0.5
        names = table.key if is_value else rng.sample([c.name for c in table.columns if c.type != "float64"], 1)
        choices = [[(a, c.name) for a, t in scope for c in t.columns if c.type == type_of(table, n)] for n in names]
        if all(choices):
            value = rng.choice(table.columns).name if is_value else None
            return Record(table=table, on={n: rng.choice(c) for n, c in zip(names, choices)}, value=value)
    return None


def ways_to(dimension, scope):
    """Columns in scope that name its members: the first table's own, or references to it."""
    wanted, ways = [a.expr[1] for a in dimension.attributes[:len(dimension.key)]], []
    for alias, table in scope:
        if table is dimension.table:
            ways.append([(alias, name) for name in wanted])
        for reference in table.references:
            if reference.target is dimension.table and wanted == dimension.table.key:
                ways.append([(alias, name) for name in reference.columns])
    return ways


def make_roles(rng, name, scope, dimensions):
    roles = []
    for dimension in dimensions:
        names = [a.name for a in dimension.attributes[:len(dimension.key)]]
        kinds = [expr_type(dimension, a.expr) for a in dimension.attributes[:len(dimension.key)]]
        anything = [[(a, c.name) for a, t in scope for c in t.columns if c.type == kind] for kind in kinds]
        ways = ways_to(dimension, scope)
        for i in range(rng.choice((1, 1, 1, 2)) if ways else rng.choice((0, 0, 1))):
            if ways and rng.random() < 0.8:
                key = rng.choice(ways)
            elif all(anything):
                key = [rng.choice(exprs) for exprs in anything]
            else:
                continue
            role = dimension.name if not i else "%s_%s_as_%d" % (name, dimension.name, i)
            roles.append(Record(name=role, dimension=dimension, key=dict(zip(names, key))))
    return roles


def make_fact(rng, name, tables, dimensions):
    table = rng.choice(tables + tables[-1:])  # the last has the most references
    joins, scope = make_joins(rng, table, tables)
    exprs = {kind: [(a, c.name) for a, t in scope for c in t.columns if c.type == kind] for kind in set(TYPES + KEY_TYPES)}
    columns = []
    for i, kind in enumerate(("date", "timestamp", "timestamp")):
        own = [e for e in exprs[kind] if not e[0]]
        if exprs[kind] and rng.random() < 0.8:
            expr = rng.choice(own if own and rng.random() < 0.7 else exprs[kind])
            columns.append(Record(name="%s_at%d" % (name, i), part="times", expr=expr, lookup=None))
    everything = [e for es in exprs.values() for e in es]
    for i in range(rng.randint(1, 4)):
        lookup = make_lookup(rng, scope, tables) if rng.random() < 0.4 else None
        expr = None if lookup else rng.choice(everything)
        columns.append(Record(name="%s_c%d" % (name, i), part=rng.choice(("attributes", "columns")), expr=expr, lookup=lookup))
    fact = Record(name=name, table=table, joins=joins, columns=columns, time=None, partition="none")
    fact.roles = make_roles(rng, name, scope, dimensions)
    axes = [c for c in columns if c.part == "times"]
    numbers = [c for c in columns if c.part != "times" and c.expr and expr_type(fact, c.expr) == "int64"]
    if axes and rng.random() < 0.85:
        fact.time = rng.choice(axes)
        fact.partition = rng.choice(("none", "month", "day"))
    elif numbers and rng.random() < 0.5:
        fact.time = rng.choice(numbers)
    return fact


def make_pack(rng):
    tables = make_tables(rng)
    dimensions = [make_dimension(rng, "d%d" % i, tables) for i in range(rng.randint(1, 3))]
    facts = [make_fact(rng, "f%d" % i, tables, dimensions) for i in range(rng.randint(1, 2))]
    is_attached = rng.random() < 0.4
    for table in tables if is_attached else []:
        make_own(rng, table)
    return Record(zone=rng.choice(ZONES), tables=tables, dimensions=dimensions, facts=facts, is_attached=is_attached)


# --- as an application's own tables -------------------------------------------------------------------------------------

STORED = {"int64": "INTEGER", "text": "TEXT", "decimal(9,2)": "NUMERIC", "date": "TEXT", "timestamp": "TEXT", "bool": "BOOLEAN", "float64": "REAL"}


def list_of(names):
    return ", ".join('"%s"' % name for name in names)


def table_sql(table):
    """The statements that make an attached table; it has a column that the pack does not know."""
    parts = ['"%s" %s%s%s' % (c.name, STORED[c.type], " NOT NULL" if c.is_not_null else "", " COLLATE NOCASE" if c.name in table.nocase else "")
             for c in table.columns]
    parts.append("attributes TEXT")
    if table.key_is == "unique beside an id":
        parts.insert(0, "own_id INTEGER PRIMARY KEY")
    parts.append("%s (%s)" % ("PRIMARY KEY" if table.key_is.startswith("primary") else "UNIQUE", list_of(table.key)))
    parts += ["UNIQUE (%s)" % list_of(names) for names in table.uniques]
    parts += ['FOREIGN KEY (%s) REFERENCES "%s" (%s) %s' % (list_of(r.columns), r.target.name, list_of(r.target.key), r.actions)
              for r in table.references]
    end = " WITHOUT ROWID" if table.key_is.endswith("without rowid") else ""
    statements = ['CREATE TABLE "%s" (%s)%s' % (table.name, ", ".join(parts), end)]
    if table.partial:
        statements.append('CREATE UNIQUE INDEX "some_%s" ON "%s" ("%s") WHERE "%s" IS NOT NULL' % (
            table.name, table.name, table.partial, table.columns[-1].name))
    return statements


# --- as pack.yaml ----------------------------------------------------------------------------------------------------------

def expr_text(expr):
    return '"%s"."%s"' % expr if expr[0] else '"%s"' % expr[1]


def table_yaml(table):
    columns = {c.name: c.type + (" not null" if c.is_not_null else "") for c in table.columns}
    references = [{"columns": r.columns, "table": r.target.name} for r in table.references]
    return {"key": table.key, "columns": columns, "references": references}


def path_yaml(path):
    joins = [{"table": j.table.name, "as": j.alias, "on": {k: expr_text(e) for k, e in j.on.items()}} for j in path.joins]
    return {"from": path.table.name, "joins": joins}


def dimension_yaml(dimension):
    attributes = {}
    for attribute in dimension.attributes:
        attributes[attribute.name] = {"expr": expr_text(attribute.expr)}
        if attribute.scd == 2:
            attributes[attribute.name]["scd"] = 2
    return {**path_yaml(dimension), "key": dimension.key, "attributes": attributes}


def column_yaml(column):
    if not column.lookup:
        return {"expr": expr_text(column.expr)}
    lookup = {"table": column.lookup.table.name, "on": {k: expr_text(e) for k, e in column.lookup.on.items()}}
    if column.lookup.value:
        lookup["value"] = expr_text(("", column.lookup.value))
    return {"lookup": lookup}


def fact_yaml(fact):
    out = path_yaml(fact)
    if fact.time:
        out["time"] = fact.time.name
        if fact.time.part != "times":
            out["time_unit"] = "step"
        elif fact.partition != "none":
            out["partition"] = fact.partition
    roles = {}
    for role in fact.roles:
        key = {k: expr_text(e) for k, e in role.key.items()}
        is_plain = role.name == role.dimension.name
        roles[role.name] = key if is_plain else {"dimension": role.dimension.name, "key": key}
    out["dimensions"] = roles
    for part in ("times", "attributes", "columns"):
        out[part] = {c.name: column_yaml(c) for c in fact.columns if c.part == part}
    return {k: v for k, v in out.items() if v}


def pack_yaml(pack):
    """YAML 1.2 reads JSON, so each part is a line of it."""
    lines = ["pack: 1", "name: random", 'version: "1"', "calendar: {time_zone: %s}" % pack.zone, "sources:", "  base:",
             "    kind: %s" % ("attached" if pack.is_attached else "managed"), "    tables:"]
    lines += ["      %s: %s" % (t.name, json.dumps(table_yaml(t))) for t in pack.tables]
    lines += ["dimensions:"] + ["  %s: %s" % (d.name, json.dumps(dimension_yaml(d))) for d in pack.dimensions]
    lines += ["facts:"] + ["  %s: %s" % (f.name, json.dumps(fact_yaml(f))) for f in pack.facts]
    lines += ["measures:"] + ["  n_%s: {expr: count(*), fact: %s}" % (f.name, f.name) for f in pack.facts]
    return "\n".join(lines) + "\n"
