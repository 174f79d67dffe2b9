"""A home as the tests see it: the program from outside, and its warehouse as text (tests/tools/warehouse_text.c)."""
import os
import sqlite3
import subprocess

import times

BIN = os.environ["STARLING_BIN"]
TOOL = os.path.join(os.environ["STARLING_TEST_TOOLS"], "warehouse_text")
ESCAPES = {"t": "\t", "n": "\n", "\\": "\\"}


class Failure(Exception):
    """What a test found wrong."""


def run(*args, home=None, timeout=120):
    command = [BIN, *args] + (["--home", home, "--quiet"] if home else [])
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
    if done.returncode:
        text = (done.stderr + done.stdout).decode("utf-8", "replace")
        raise Failure("exit code %d of: starling %s\n%s" % (done.returncode, " ".join(args), text))
    return done.stdout.decode()


def verbs():
    """The commands that there are."""
    return {line[2:28].strip() for line in run("help").splitlines() if line.startswith("  ") and not line.startswith("  -")}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def unescaped(field):
    if field == "\\N":
        return None
    parts = field.split("\\")
    if len(parts) == 1:
        return field
    out, i = [parts[0]], 1
    while i < len(parts):
        if parts[i]:
            out.append(ESCAPES[parts[i][0]] + parts[i][1:])
        else:  # an escaped backslash: what follows is as it is
            out.append("\\" + (parts[i + 1] if i + 1 < len(parts) else ""))
            i += 1
        i += 1
    return "".join(out)


def read(path, *queries):
    """Each query's (column names, rows of texts or None)."""
    done = subprocess.run([TOOL, path, *queries], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    if done.returncode:
        raise Failure("the warehouse cannot be read: " + done.stderr.decode("utf-8", "replace"))
    results = []
    for line in done.stdout.decode().split("\n")[:-1]:
        if line.startswith("= "):
            results.append((line[2:].split("\t"), []))
        else:
            results[-1][1].append([unescaped(field) for field in line.split("\t")])
    return results


def write(path, *statements):
    subprocess.run([TOOL, "--write", path, *statements], check=True, stdin=subprocess.DEVNULL, timeout=120)


def value_of(text, kind):
    """A text of the warehouse as the model's value."""
    if text is None:
        return None
    if kind == "int64":
        return int(text)
    if kind.startswith("decimal"):
        return int(text.replace(".", ""))
    if kind == "bool":
        return {"true": True, "false": False}[text]
    if kind == "float64":
        return float(text)
    if kind == "timestamp":
        return times.time_us(text)
    return text


def typed(result, kinds):
    return [tuple(value_of(field, kind) for field, kind in zip(row, kinds)) for row in result[1]]


def everything(path):
    """Every table of bronze, silver, gold and the key maps: {schema.table: (columns, rows)}."""
    tables = read(path, "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('bronze', 'silver', 'gold', "
                  "'quarantine') OR (schema_name = '_starling' AND starts_with(table_name, 'key_')) ORDER BY 1, 2")[0][1]
    names = ["%s.%s" % (schema, quoted(table)) for schema, table in tables]
    results = read(path, *["SELECT * FROM " + name for name in names]) if names else []
    return {name: (columns, sorted(rows, key=repr)) for name, (columns, rows) in zip(names, results)}


# --- the operational database against silver, whatever the pack ------------------------------------------------------------

def oltp_rows(path, types):
    """{table: sorted rows} of the managed database, its values as the warehouse writes them; types: {table: [(column, type)]}."""
    connection = sqlite3.connect(path, timeout=20)
    connection.execute("BEGIN")
    out = {}
    for table, columns in types.items():
        names = ", ".join(quoted(name) for name, _ in columns)
        rows = connection.execute("SELECT %s FROM %s" % (names, quoted(table))).fetchall()
        out[table] = sorted((tuple(oltp_value(v, kind) for v, (_, kind) in zip(row, columns)) for row in rows), key=repr)
    connection.close()
    return out


def oltp_value(value, kind):
    if value is None or kind.startswith("DECIMAL") or kind == "DOUBLE":
        return value
    if kind == "BOOLEAN":
        return bool(value)
    return times.time_us(value) if kind == "TIMESTAMP" else value


def silver_value(text, kind):
    kinds = {"BIGINT": "int64", "BOOLEAN": "bool", "DOUBLE": "float64", "TIMESTAMP": "timestamp"}
    return value_of(text, "decimal" if kind.startswith("DECIMAL") else kinds.get(kind, "text"))


def silver_types(path):
    rows = read(path, "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'silver' AND NOT "
                "starts_with(column_name, '_') ORDER BY table_name, column_index")[0][1]
    types = {}
    for table, column, kind in rows:
        types.setdefault(table, []).append((column, kind))
    return types


def check_in_step(oltp, path):
    """Silver equals the operational tables, row for row."""
    types = silver_types(path)
    want = oltp_rows(oltp, types)
    results = read(path, *["SELECT %s FROM silver.%s" % (", ".join(quoted(n) for n, _ in columns), quoted(table))
                           for table, columns in types.items()])
    for (table, columns), (_, rows) in zip(types.items(), results):
        got = sorted((tuple(silver_value(v, kind) for v, (_, kind) in zip(row, columns)) for row in rows), key=repr)
        if got != want[table]:
            lacks = [row for row in want[table] if row not in set(got)][:2]
            extra = [row for row in got if row not in set(want[table])][:2]
            raise Failure("silver.%s has %d rows, the operational table %d; missing: %r, not there: %r"
                          % (table, len(got), len(want[table]), lacks, extra))


def check_same(what, want, got):
    """Two readings of everything(), table for table."""
    for name in sorted(set(want) | set(got)):
        if want.get(name) != got.get(name):
            a, b = want.get(name, ((), []))[1], got.get(name, ((), []))[1]
            only = [[row for row in x if row not in y][:2] for x, y in ((a, b), (b, a))]
            raise Failure("%s: %s differs; before only %r, after only %r" % (what, name, *only))


def without_keys(tables):
    """Gold of everything(), its surrogate keys replaced by what they stand for: natural key and beginning. A fact's column R_key
    belongs to the dimension that `key_R` maps."""
    maps, out = {}, {}
    for name, (columns, rows) in tables.items():
        if name.startswith("_starling."):
            dimension = name[len('_starling."key_'):-1]
            at = columns.index(dimension + "_key")
            maps[dimension + "_key"] = {row[at]: tuple(v for i, v in enumerate(row) if i != at) for row in rows}
            maps[dimension + "_key"]["-1"] = "unknown"
    for name, (columns, rows) in tables.items():
        if name.startswith("gold."):
            out[name] = (columns, sorted((tuple(maps[c][v] if c in maps else v for c, v in zip(columns, row)) for row in rows), key=repr))
    return out
