#!/usr/bin/env python3
"""The model-based random test: a random pack, random operations on its managed database by another program, syncs at random places;
after each the whole warehouse must be what model.py reckons.

Environment: SEED=N the first run's seed (else one by the clock, printed), RUNS=N how many, or SECONDS_TO_RUN=N how long, STEPS=N entries
between which to sync a run, SHRINK=0 leaves a failing run as long as it was. A run is repeated by its own seed: SEED=N RUNS=1."""
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time

import model
import warehouse
from clock import Clock
from schema import expr_type, make_pack, pack_yaml, table_sql, type_of
from warehouse import Failure, quoted
from writer import Operations, Writer

BEGIN_MS = 2058354000000  # 2035-03-24: a day before London's clocks change, and later than any clock of a machine that runs this


def column_type(path, column):
    if not column.lookup:
        return expr_type(path, column.expr)
    return type_of(column.lookup.table, column.lookup.value) if column.lookup.value else "bool"


# --- a run ------------------------------------------------------------------------------------------------------------------

def make_own_database(path, pack):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    for table in pack.tables:
        for statement in table_sql(table):
            connection.execute(statement)
    connection.close()


class Run:
    """A home, its writer and the model of both."""
    def __init__(self, folder, pack, clock):
        self.folder, self.pack, self.clock = folder, pack, clock
        self.home = os.path.join(folder, "home")
        project = os.path.join(self.home, "projects", "random")
        self.oltp, self.warehouse = os.path.join(project, "oltp.sqlite"), os.path.join(project, "warehouse.duckdb")
        self.keys = {d.name: {} for d in pack.dimensions}  # surrogate -> (natural key, from), ever seen
        self.verbs = warehouse.verbs()

    def begin(self):
        os.makedirs(os.path.join(self.folder, "pack"))
        with open(os.path.join(self.folder, "pack", "pack.yaml"), "w", encoding="utf-8") as file:
            file.write(pack_yaml(self.pack))
        warehouse.run("init", self.home, "--pack", os.path.join(self.folder, "pack"))
        if self.pack.is_attached:
            self.oltp = os.path.join(self.folder, "own.db")
            make_own_database(self.oltp, self.pack)
            warehouse.run("source", "attach", "sqlite:" + self.oltp, "--apply", home=self.home)
        warehouse.run("sync", home=self.home)
        self.writer = Writer(self.oltp, self.clock, self.pack)
        self.writer.open()
        for table in self.pack.tables:
            for name in table.unique:
                self.writer.connections[0].execute('CREATE UNIQUE INDEX "by_%s" ON "%s" ("%s")' % (name, table.name, name))
        warehouse.run("sync", home=self.home)
        self.history = model.History(self.pack.tables)
        self.synced = self.writer.committed, self.history.copy()  # what the warehouse should be like

    def carry_out(self, entry):
        """Returns what a refused statement said."""
        if entry[0] == "sql":
            return self.writer.run(entry, self.history)
        if entry[0] == "forget":
            os.remove(self.warehouse)
            self.keys = {name: {} for name in self.keys}
            newest, self.history = self.history.newest, model.History(self.pack.tables)
            self.history.newest = newest
            for table, rows in self.writer.committed.items():
                for key, row in rows.items():
                    self.history.records[table][key] = [(0, row)]
            warehouse.run("sync", home=self.home)
        else:
            warehouse.run(*entry[1], home=self.home)
        if entry[0] == "forget" or entry[1][0] != "rebuild":  # which reads no source
            self.synced = self.writer.committed, self.history.copy()
        compare(self)
        return None

    def end(self):
        """What follows from bronze is the same when it is made anew, and without the key map but for the keys."""
        self.writer.close()
        if "rebuild" not in self.verbs:
            return
        before = warehouse.everything(self.warehouse)
        warehouse.run("rebuild", "silver", home=self.home)
        warehouse.run("rebuild", "gold", home=self.home)
        warehouse.check_same("rebuilt", before, warehouse.everything(self.warehouse))
        warehouse.write(self.warehouse, *["DELETE FROM _starling." + quoted("key_" + d.name) for d in self.pack.dimensions])
        self.keys = {name: {} for name in self.keys}
        warehouse.run("rebuild", "gold", home=self.home)
        compare(self)


# --- comparing ----------------------------------------------------------------------------------------------------------------

def differ(what, want, got):
    """want, got: {identity: row}."""
    for key in sorted(set(want) | set(got), key=repr):
        if key not in got:
            raise Failure("%s lacks %r: %r" % (what, key, want[key]))
        if key not in want:
            raise Failure("%s has %r: %r, which should not be there" % (what, key, got[key]))
        if want[key] != got[key]:
            raise Failure("%s, %r\n  should be %r\n  but is    %r" % (what, key, want[key], got[key]))


def unique(what, pairs):
    out = {}
    for key, row in pairs:
        if key in out:
            raise Failure("%s has %r twice: %r and %r" % (what, key, out[key], row))
        out[key] = row
    return out


def list_of(names):
    return ", ".join(quoted(name) for name in names)


def compare_silver(run, table, result):
    kinds = [c.type for c in table.columns]
    rows = [dict(zip([c.name for c in table.columns], row)) for row in warehouse.typed(result, kinds)]
    got = unique("silver." + table.name, [(tuple(row[k] for k in table.key), row) for row in rows])
    differ("silver." + table.name, run.synced[0][table.name], got)


def past_of(records):
    lines = {key: model.compact(model.timeline(rows)) for key, rows in records.items()}
    return {key: line for key, line in lines.items() if line}


def compare_bronze(run, table, result):
    """Replayed, bronze gives the same tables at every moment."""
    names = [c.name for c in table.columns]
    kinds = ["int64", "text", "timestamp"] + [c.type for c in table.columns] * 2
    records, now, newest = {}, {}, 0
    for seq, op, at, *images in sorted(warehouse.typed(result, kinds)):
        what = "bronze.%s, _seq %d (%s)" % (table.name, seq, op)
        before, after = dict(zip(names, images[:len(names)])), dict(zip(names, images[len(names):]))
        old, new = tuple(before[k] for k in table.key), tuple(after[k] for k in table.key)
        if (at or 0) < newest:
            raise Failure("%s: _at goes back" % what)
        newest = at or 0  # a snapshot's may be unknown
        if op in "UD":
            if now.pop(old, None) != before:
                raise Failure("%s: the before image is not what bronze said before: %r" % (what, before))
            if op == "D" or new != old:
                records.setdefault(old, []).append((newest, None))
        if op in "IU":
            if new in now:
                raise Failure("%s: %r is there already" % (what, new))
            now[new] = after
            records.setdefault(new, []).append((newest, after))
    differ("the past in bronze." + table.name, past_of(run.synced[1].records[table.name]), past_of(records))


def compare_keys(run, dimension, result):
    """The key map: what it ever said still stands, no key and no version twice. Returns {surrogate: (natural key, from)}."""
    kinds = ["int64", "timestamp"] + [expr_type(dimension, a.expr) for a in dimension.attributes[:len(dimension.key)]]
    what = "key_" + dimension.name
    rows = warehouse.typed(result, kinds)
    now = unique(what, [(row[0], (row[2:], row[1])) for row in rows])
    unique(what, [((row[2:], row[1]), row[0]) for row in rows])
    for surrogate, version in run.keys[dimension.name].items():
        if now.get(surrogate) != version:
            raise Failure("%s: key %d was of %r and is now of %r" % (what, surrogate, version, now.get(surrogate)))
    if any(surrogate < 1 for surrogate in now):
        raise Failure("%s gives a key below 1" % what)
    run.keys[dimension.name] = now
    return now


def compare_dimension(dimension, members, keys, result):
    what = "dim_" + dimension.name
    kinds = (["int64"] + [expr_type(dimension, a.expr) for a in dimension.attributes] + ["timestamp", "timestamp", "bool"])
    pairs, n = [], len(dimension.attributes)
    for surrogate, *row in warehouse.typed(result, kinds):
        key, begin = tuple(row[:len(dimension.key)]), row[n]
        identity = (key, begin) if surrogate != -1 else None
        if identity and keys.get(surrogate) != identity:
            raise Failure("%s: key %d is of %r, in the key map of %r" % (what, surrogate, identity, keys.get(surrogate)))
        pairs.append((identity, tuple(row[:n]) + tuple(row[n + 1:])))
    differ(what, model.dimension_rows(dimension, members), unique(what, pairs))


def fact_columns(fact):
    """[(column of gold, type)], the roles' first."""
    out = [(role.name + "_key", "int64") for role in fact.roles]
    for column in fact.columns:
        kind = column_type(fact, column)
        out += [(column.name, kind)] + ([(column.name + "_utc", kind)] if kind == "timestamp" else [])
    return out


def compare_fact(run, fact, members, keys, result):
    what = "fact_" + fact.name
    columns = fact_columns(fact)
    n_key, dimension_of = len(fact.table.key), {role.name + "_key": role.dimension.name for role in fact.roles}
    pairs = []
    for values in warehouse.typed(result, [type_of(fact.table, k) for k in fact.table.key] + [kind for _, kind in columns]):
        row = dict(zip([name for name, _ in columns], values[n_key:]))
        for name, dimension in dimension_of.items():
            row[name] = None if row[name] == -1 else keys[dimension].get(row[name], "no such key: %r" % row[name])
        pairs.append((values[:n_key], row))
    differ(what, model.fact_rows(run.pack, fact, run.synced[1], members, column_type), unique(what, pairs))


def queries(pack):
    out = []
    for table in pack.tables:
        names = [c.name for c in table.columns]
        out.append("SELECT %s FROM silver.%s" % (list_of(names), quoted(table.name)))
        images = list_of([prefix + name for prefix in ("before_", "after_") for name in names])
        out.append("SELECT _seq, _op, _at, %s FROM bronze.%s" % (images, quoted(table.name)))
    for dimension in pack.dimensions:
        surrogate = quoted(dimension.name + "_key")
        out.append("SELECT %s, _from, %s FROM _starling.%s" % (surrogate, list_of(dimension.key), quoted("key_" + dimension.name)))
        out.append("SELECT %s, %s, _valid_from, _valid_to, _is_current FROM gold.%s" % (
            surrogate, list_of([a.name for a in dimension.attributes]), quoted("dim_" + dimension.name)))
    for fact in pack.facts:
        names = ["_" + k for k in fact.table.key] + [name for name, _ in fact_columns(fact)]
        out.append("SELECT %s FROM gold.%s" % (list_of(names), quoted("fact_" + fact.name)))
    return out


def compare(run):
    """The warehouse against the model."""
    results = iter(warehouse.read(run.warehouse, *queries(run.pack)))
    for table in run.pack.tables:
        compare_silver(run, table, next(results))
        compare_bronze(run, table, next(results))
    past = model.Past(run.synced[1])
    keys, members = {}, {}
    for dimension in run.pack.dimensions:
        members[dimension.name] = model.member_versions(dimension, past)
        keys[dimension.name] = compare_keys(run, dimension, next(results))
        compare_dimension(dimension, members[dimension.name], keys[dimension.name], next(results))
    for fact in run.pack.facts:
        compare_fact(run, fact, members, keys, next(results))


# --- making runs up, repeating and shrinking them -----------------------------------------------------------------------------

def sync_entry(rng, verbs):
    choices = [(["sync"], 12)]
    choices += [(["sync", "--full"], 1), (["reconcile"], 1)] if "reconcile" in verbs else []
    choices += [(["rebuild", "silver"], 1), (["rebuild", "gold"], 1)] if "rebuild" in verbs else []
    return ("starling", rng.choices([c for c, _ in choices], [n for _, n in choices])[0])


def make_up(rng, run, n_syncs, entries):
    """Makes up entries and carries them out, noting each in `entries` first."""
    operations = Operations(rng, run.writer, run.pack, lambda: run.history)
    for i in range(n_syncs):
        for _ in range(rng.choice((0, 2, 6, 15, 30))):
            for entry in operations.transaction():
                entries.append(entry)
                run.carry_out(entry)
        if i and rng.random() < 0.1:
            entry = ("sql", 0, operations.now_ms, "VACUUM", [])
            entries.append(entry)
            run.carry_out(entry)
        entry = ("forget",) if i and rng.random() < 0.05 else sync_entry(rng, run.verbs)
        if entry[0] == "forget":  # what the log said of earlier times is forgotten too
            operations.now_ms = operations.floor_ms = max([operations.now_ms] + [us // 1000 for us in run.history.newest.values()])
        entries.append(entry)
        run.carry_out(entry)


def one_run(clock, act, pack):
    """act(run) in a new home; what was found wrong, or None."""
    folder = tempfile.mkdtemp(prefix="starling random ")
    run = Run(folder, pack, clock)
    try:
        run.begin()
        act(run)
        run.end()
        return None
    except Failure as failure:
        return str(failure)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def repeat(clock, pack, entries):
    def act(run):
        for entry in entries:
            run.carry_out(entry)
    return one_run(clock, act, pack)


def transactions(entries):
    """Entries in groups that can be left out: whole transactions, and each other entry alone."""
    groups, is_open = [], False
    for entry in entries:
        text = entry[3] if entry[0] == "sql" else ""
        if is_open:
            groups[-1].append(entry)
        else:
            groups.append([entry])
        is_open = (is_open or text.startswith("BEGIN")) and text not in ("COMMIT", "ROLLBACK") and entry[0] == "sql"
    return groups


def shrink(clock, pack, entries, found, seconds):
    """Leaves out what is not needed for a failure, within a time."""
    until = time.monotonic() + seconds
    groups, size = transactions(entries), 0
    size = max(1, len(groups) // 2)
    while size and time.monotonic() < until:
        i = 0
        while i < len(groups) and time.monotonic() < until:
            fewer = groups[:i] + groups[i + size:]
            failed = repeat(clock, pack, [e for g in fewer for e in g]) if fewer else None
            if failed and failed.split("\n")[0][:12] == found.split("\n")[0][:12]:
                groups, found = fewer, failed
            else:
                i += size
        size //= 2
    return [e for g in groups for e in g], found


def entry_text(entry):
    if entry[0] == "sql":
        return "%d [%d] %s %s" % (entry[2], entry[1], entry[3], entry[4] or "")
    return "starling " + " ".join(entry[1]) if entry[0] == "starling" else "removed warehouse.duckdb; starling sync"


def test(seed, clock, n_syncs):
    """One seed's run; returns its entries' number."""
    rng = random.Random(seed)
    pack, entries = make_pack(rng), []
    clock.now_ms = BEGIN_MS
    found = one_run(clock, lambda run: make_up(rng, run, n_syncs, entries), pack)
    if not found:
        return len(entries)
    n = len(entries)
    if os.environ.get("SHRINK") != "0":
        entries, found = shrink(clock, pack, entries, found, float(os.environ.get("SHRINK_SECONDS", "60")))
    print("\n".join(["--- pack.yaml", pack_yaml(pack), "--- operations: time in ms, connection, statement, parameters"]
                    + ["%s: unique index on %s" % (t.name, t.unique[0]) for t in pack.tables if t.unique]
                    + [text for t in pack.tables if pack.is_attached for text in table_sql(t)]
                    + [entry_text(e) for e in entries]))
    print("--- %d of %d entries\nFAILED with SEED=%d: %s" % (len(entries), n, seed, found))
    sys.exit(1)


def main():
    seed = int(os.environ.get("SEED") or time.time_ns() // 1000 % 1000000)
    runs, seconds = int(os.environ.get("RUNS", "0")), float(os.environ.get("SECONDS_TO_RUN", "0"))
    n_syncs = int(os.environ.get("STEPS", "6"))
    print("SEED=%d RUNS=%s SECONDS_TO_RUN=%g STEPS=%d" % (seed, runs or "", seconds, n_syncs), flush=True)
    clock, begin, n, n_entries = Clock(BEGIN_MS), time.monotonic(), 0, 0
    while n < runs or time.monotonic() - begin < seconds:
        n_entries += test(seed + n, clock, n_syncs)
        n += 1
    print("%d random packs, %d entries, %.0f s" % (n, n_entries, time.monotonic() - begin))
    print("%d passed, 0 failed" % n)


if __name__ == "__main__":
    main()
