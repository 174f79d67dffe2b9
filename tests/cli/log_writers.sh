#!/usr/bin/env bash
# Programs that know nothing of Starling write the managed database: what the log says, replayed by other means, is what the
# tables hold, with foreign keys and recursive triggers on or off.
. "$(dirname "$0")/common.sh"

runs "$starling" init home --pack retail
runs "$starling" sync --home home --json
database=$(echo home/projects/*/oltp.sqlite)

python3 - "$database" <<'PY' || fail "the log does not tell what was written"
import random, sqlite3, sys

path = sys.argv[1]
reader = sqlite3.connect(path)
names = [r[0] for r in reader.execute("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE '\\_%' ESCAPE '\\'")]
columns = {t: [c[0][2:] for c in reader.execute("SELECT name FROM pragma_table_info(?) WHERE name LIKE 'a\\_%' ESCAPE '\\'",
                                               ("_starling_log_" + t,))] for t in names}
keys = {t: [c[0] for c in reader.execute("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", (t,))] for t in names}
assert {"segment", "customer", "order", "order_product"} <= set(names), names
quote = lambda n: '"' + n + '"'
held = {t: {} for t in names}
place = {t: reader.execute(f"SELECT max(seq) FROM {quote('_starling_log_' + t)}").fetchone()[0] for t in names}
counts = {}

def table_rows(t):
    at = [columns[t].index(k) for k in keys[t]]
    rows = reader.execute(f"SELECT {', '.join(map(quote, columns[t]))} FROM {quote(t)}").fetchall()
    return {tuple(r[i] for i in at): r for r in rows}

def follow(t):
    n = len(columns[t])
    fields = ", ".join(quote(p + c) for p in ("b_", "a_") for c in columns[t])
    log = reader.execute(f"SELECT op, seq, {fields} FROM {quote('_starling_log_' + t)} WHERE seq > ? ORDER BY seq", (place[t],)).fetchall()
    at = [columns[t].index(k) for k in keys[t]]
    key = lambda row: tuple(row[i] for i in at)
    now = table_rows(t)
    for i, (op, seq, *images) in enumerate(log):
        place[t] = seq
        before, after = tuple(images[:n]), tuple(images[n:])
        counts[op] = counts.get(op, 0) + 1
        if op == "S":
            gone = key(before) not in now
            for later, _, *more in log[i + 1:]:
                if later in "UD" and key(tuple(more[:n])) == key(before): gone = False; break
                if later in "IU" and key(tuple(more[n:])) == key(before): gone = True; break
            if gone: held[t].pop(key(before), None)
            continue
        if op in "UD":
            assert held[t].pop(key(before)) == before, (t, op, before)
        if op in "IU":
            assert key(after) not in held[t], (t, op, after)
            held[t][key(after)] = after
    assert held[t] == now, (t, set(held[t].items()) ^ set(now.items()))

rng = random.Random(4)
for round in range(40):
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA foreign_keys = %d" % rng.randrange(2))
    writer.execute("PRAGMA recursive_triggers = %d" % rng.randrange(2))
    for _ in range(12):
        name, other = (rng.choice("abcdef") for _ in "12")
        word = rng.choice(["INSERT", "REPLACE", "INSERT OR IGNORE"])
        statement = rng.choice([
            f"{word} INTO segment(name) VALUES ('{name}')", f"UPDATE OR REPLACE segment SET name = '{other}' WHERE name = '{name}'",
            f"DELETE FROM segment WHERE name = '{name}'", "BEGIN", "COMMIT", "SAVEPOINT s", "ROLLBACK TO s", "ROLLBACK",
            f"{word} INTO customer(id, name, segment) VALUES ('{name}', '{other}', '{other}')",
            f"INSERT INTO customer(id, name, segment) VALUES ('{name}', 'x', '{other}') ON CONFLICT DO UPDATE SET name = '{other}'",
            f"UPDATE customer SET name = name || '{other}' WHERE id > '{name}'", f"DELETE FROM customer WHERE id = '{name}'",
        ])
        try:
            writer.execute(statement)
        except sqlite3.Error:
            pass
    try:
        writer.execute("COMMIT")
    except sqlite3.Error:
        pass
    writer.close()
    for t in names: follow(t)
assert all(counts.get(op, 0) >= 10 for op in "IUDS"), counts
PY
ok

if command -v sqlite3 >/dev/null; then
    runs sqlite3 "$database" "REPLACE INTO segment(name) VALUES ('by the shell'); DELETE FROM segment WHERE name = 'by the shell'"
    runs sqlite3 "$database" "SELECT group_concat(op, '') FROM (SELECT op FROM _starling_log_segment ORDER BY seq DESC LIMIT 2)"
    says DI
fi
echo "$passed passed, 0 failed"
