"""What the warehouse must hold, reckoned naively from the list of committed changes: docs/decisions/0007 in plain loops. It shares
nothing with the program: no code, no SQL.

A table's history is, for each key, its records (at_us, row or None) in order; a row is a dict of canonical values: bool, float, text
and date texts as they are, decimals as whole numbers of their unit, timestamps as microseconds."""
import times

EVER = None  # since ever: before any time


def order_of(moment):
    return (0, 0) if moment is EVER else (1, moment)


class History:
    def __init__(self, tables):
        self.tables = tables
        self.records = {table.name: {} for table in tables}
        self.newest = {table.name: 0 for table in tables}

    def copy(self):
        out = History(self.tables)
        out.records = {table: {key: list(records) for key, records in keys.items()} for table, keys in self.records.items()}
        out.newest = dict(self.newest)
        return out

    def add(self, table, key, at_us, row):
        """The clock of a table never goes back. Key None: the log has a row that came to nothing."""
        self.newest[table] = max(self.newest[table], at_us)
        if key is not None:
            self.records[table].setdefault(key, []).append((self.newest[table], row))

    def rows_now(self, table):
        return {key: records[-1][1] for key, records in self.records[table].items() if records[-1][1] is not None}


def timeline(records):
    """Records -> [(moment, row)]: of those at one moment the last stands, and the first holds since ever.

    >>> timeline([(5, "a"), (7, "b"), (7, "c")])
    [(None, 'a'), (7, 'c')]
    >>> timeline([(5, "a"), (5, None)])
    [(None, None)]
    """
    last = [(at, row) for i, (at, row) in enumerate(records) if i + 1 == len(records) or records[i + 1][0] != at]
    return [(at if i else EVER, row) for i, (at, row) in enumerate(last)]


def compact(line):
    """Without the steps that change nothing, and nothing at all for a row that never was."""
    steps = [step for i, step in enumerate(line) if i == 0 or step[1] != line[i - 1][1]]
    return steps if steps != [(EVER, None)] else []


class Past:
    """The tables at any moment."""
    def __init__(self, history):
        self.lines = {name: {key: timeline(r) for key, r in keys.items()} for name, keys in history.records.items()}

    def moments(self, names):
        return sorted({step[0] for name in names for line in self.lines[name].values() for step in line} | {EVER}, key=order_of)

    def rows(self, name, moment):
        out = {}
        for key, line in self.lines[name].items():
            row = None
            for begin, there in line:
                if order_of(begin) <= order_of(moment):
                    row = there
            if row is not None:
                out[key] = row
        return out


# --- paths ------------------------------------------------------------------------------------------------------------------

def path_rows(path, rows_of):
    """Each row of the path's first table with its partners, as {alias: row or None}; rows_of: table name -> {key: row}."""
    for row in rows_of(path.table.name).values():
        scope = {"": row}
        for join in path.joins:
            key = tuple(value_of(scope, join.on[k]) for k in join.table.key)
            scope[join.alias] = rows_of(join.table.name).get(key)
        yield scope


def value_of(scope, expr):
    alias, name = expr
    return scope[alias][name] if scope[alias] is not None else None


def path_tables(path):
    return {path.table.name} | {join.table.name for join in path.joins}


# --- dimensions ---------------------------------------------------------------------------------------------------------------

class Version:
    def __init__(self, begin, kept):
        self.begin, self.kept, self.end, self.other = begin, kept, None, {}


def members_at(dimension, rows_of):
    """{natural key: {attribute: value}}; of values that the key does not determine the least."""
    found = {}
    for scope in path_rows(dimension, rows_of):
        values = {a.name: value_of(scope, a.expr) for a in dimension.attributes}
        key = tuple(values[name] for name in dimension.key)
        if None not in key:
            found.setdefault(key, []).append(values)
    return {key: {a.name: least([row[a.name] for row in rows]) for a in dimension.attributes} for key, rows in found.items()}


def least(values):
    return min((value for value in values if value is not None), default=None)


def member_versions(dimension, past):
    """{natural key: [Version]}, oldest first."""
    members = {}
    for moment in past.moments(path_tables(dimension)):
        cache = {}

        def rows_of(name):
            if name not in cache:
                cache[name] = past.rows(name, moment)
            return cache[name]

        now = members_at(dimension, rows_of)
        for key, versions in members.items():
            if key not in now and versions[-1].end is None:
                versions[-1].end = moment
        for key, values in now.items():
            kept = {a.name: values[a.name] for a in dimension.attributes if a.scd == 2}
            versions = members.setdefault(key, [])
            if versions and versions[-1].kept == kept:
                versions[-1].end = None  # the same one goes on
            else:
                if versions:
                    versions[-1].end = moment  # a gap between two versions is the earlier one's
                versions.append(Version(moment if versions else EVER, kept))
            for version in versions:
                version.other = values
    return members


def dimension_rows(dimension, members):
    """{(natural key, valid from): (attributes…, valid to, is current)}, the unknown member under None."""
    rows = {None: tuple(None for _ in dimension.attributes) + (None, True)}
    for key, versions in members.items():
        for version in versions:
            values = {**version.other, **version.kept}
            attributes = tuple(values[a.name] for a in dimension.attributes)
            rows[(key, version.begin)] = attributes + (version.end, version.end is None)
    return rows


# --- facts ------------------------------------------------------------------------------------------------------------------

def version_at(versions, column_type, value, zone):
    """The version that a fact finds by its business time (without one the current), or None."""
    for version in versions:
        if value is None or column_type not in ("date", "timestamp"):
            if version.end is None:
                return version
        elif column_type == "timestamp":
            if (version.begin is EVER or version.begin <= value) and (version.end is None or value < version.end):
                return version
        else:
            end_of_day = times.end_of_day(times.days_of(value), zone)
            if (version.begin is EVER or version.begin < end_of_day) and (version.end is None or end_of_day <= version.end):
                return version
    return None


def looked_up(lookup, scope, rows_of):
    wanted = {name: value_of(scope, expr) for name, expr in lookup.on.items()}
    for row in rows_of(lookup.table.name).values():
        if all(value is not None and row[name] == value for name, value in wanted.items()):
            return row[lookup.value] if lookup.value else True
    return None if lookup.value else False


def fact_rows(pack, fact, history, members, type_of_column):
    """{grain key: {column: value}}; a role's value is (natural key, valid from), or None for the unknown member."""
    rows, current = {}, {table.name: history.rows_now(table.name) for table in pack.tables}
    for scope in path_rows(fact, lambda name: current[name]):
        row = {}
        for column in fact.columns:
            if column.lookup:
                value = looked_up(column.lookup, scope, lambda name: current[name])
            else:
                value = value_of(scope, column.expr)
            if type_of_column(fact, column) == "timestamp":
                row[column.name + "_utc"] = value
                value = times.to_zone(value, pack.zone) if value is not None else None
            row[column.name] = value
        axis = value_of(scope, fact.time.expr) if fact.time else None
        axis_type = type_of_column(fact, fact.time) if fact.time else None
        for role in fact.roles:
            key = tuple(value_of(scope, role.key[name]) for name in role.dimension.key)
            version = version_at(members[role.dimension.name].get(key, []), axis_type, axis, pack.zone)
            row[role.name + "_key"] = (key, version.begin) if version else None
        rows[tuple(scope[""][k] for k in fact.table.key)] = row
    return rows
