"""The other program: writes a managed database through Python's sqlite3, and tells what it has committed.

What a statement did is seen by comparing all rows before and after it, so nothing here knows what INSERT OR REPLACE means. Entries
are plain data, so that a run can be repeated, whole or in part: ("sql", connection, time, text, parameters)."""
import sqlite3

import times
from schema import type_of

CONNECTIONS = ({"recursive_triggers": 0, "foreign_keys": 0}, {"recursive_triggers": 1, "foreign_keys": 0},
               {"recursive_triggers": 0, "foreign_keys": 1})
TEXTS = ("a", "b", "A", "", "a b", "o'x", "\u00e9", "\u00a0a", "tab\tand\\N\n", "%s \"q\"", "b")


def canonical(value, kind):
    """SQLite's value as the model's. Decimals are whole numbers of hundredths in a managed database, ordinary ones in an attached."""
    if value is None:
        return None
    if kind == "bool":
        return bool(value)
    if kind == "timestamp":
        return times.time_us(value)
    return value


class Writer:
    def __init__(self, path, clock, pack):
        self.clock, self.pack = clock, pack
        self.path = path
        self.connections = []
        self.committed = {table.name: {} for table in pack.tables}

    def open(self):
        for settings in CONNECTIONS:
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=20)
            for name, value in settings.items():
                connection.execute("PRAGMA %s = %d" % (name, value))
            self.connections.append(connection)
        self.current = self.committed = self.read(0)
        self.pending, self.marks = [], []

    def close(self):
        for connection in self.connections:
            connection.close()
        self.connections = []

    def read(self, connection):
        """{table: {key: row}}, as the connection sees it."""
        out = {}
        for table in self.pack.tables:
            names = [c.name for c in table.columns]
            text = "SELECT %s FROM %s" % (", ".join('"%s"' % n for n in names), '"%s"' % table.name)
            rows = {}
            for values in self.connections[connection].execute(text):
                row = {c.name: canonical(v, c.type) for c, v in zip(table.columns, values)}
                for c in table.columns if self.pack.is_attached else []:
                    if c.type.startswith("decimal") and row[c.name] is not None:
                        row[c.name] = round(row[c.name] * 100)
                rows[tuple(row[k] for k in table.key)] = row
            out[table.name] = rows
        return out

    def run(self, entry, history):
        """Carries an entry out; what it committed goes to the history."""
        _, number, now_ms, text, parameters = entry
        self.clock.now_ms = now_ms
        connection = self.connections[number]
        was_open, error = connection.in_transaction, None
        n_matching = self.count_matching(connection, text, parameters)
        n_before, n_updated = connection.total_changes, 0
        try:
            n_updated = connection.execute(text, parameters).rowcount
        except sqlite3.Error as refused:  # a statement that is refused has done nothing, or ended the transaction
            error = str(refused)
            if text == "COMMIT" and connection.in_transaction:
                connection.execute("ROLLBACK")
        is_noted = text.startswith("INSERT") and connection.total_changes > n_before and (not error or " OR FAIL " in text)
        before = self.current
        self.follow(connection, number, text, was_open, error)
        if text.startswith("INSERT OR REPLACE") and not error:
            self.note_passing(before, text.split('"')[1], parameters)
        if is_noted or (not error and n_matching > max(n_updated, 0)):  # the log has rows of this statement, if only to say that nothing came of it
            self.pending.append((text.split('"')[1], None, now_ms * 1000, None))
        if not connection.in_transaction:
            for table, key, at_us, row in self.pending:
                history.add(table, key, at_us, row)
            self.pending, self.marks, self.committed = [], [], self.current
        return error

    def note_passing(self, before, name, parameters):
        """Rows that the statement inserted and itself pushed out again: the log has seen them come and go."""
        table = next(t for t in self.pack.tables if t.name == name)
        names = [c.name for c in table.columns]
        for i in range(0, len(parameters), len(names)):
            row = dict(zip(names, parameters[i:i + len(names)]))
            key = tuple(row[k] for k in table.key)
            if key not in before[name] and key not in self.current[name]:
                self.pending.append((name, key, self.clock.now_ms * 1000, None))

    @staticmethod
    def count_matching(connection, text, parameters):
        """The rows that an UPDATE OR IGNORE is about: those that it leaves alone are logged as suspects."""
        if not text.startswith("UPDATE OR IGNORE"):
            return 0
        where = text.split(" WHERE ", 1)[1]
        n = where.count("?")
        return connection.execute("SELECT count(*) FROM \"%s\" WHERE %s" % (text.split('"')[1], where),
                                  parameters[len(parameters) - n:] if n else []).fetchone()[0]

    def follow(self, connection, number, text, was_open, error):
        verb = text.split()[0]
        if text == "ROLLBACK" or (was_open and not connection.in_transaction and error):
            self.pending = []
            self.current = self.read(number)
            assert self.current == self.committed
        elif text.startswith("ROLLBACK TO") and not error:
            self.pending = self.pending[:self.marks[-1]]
            self.current = self.read(number)
        elif verb == "SAVEPOINT" and not error:
            self.marks.append(len(self.pending))
        elif verb == "RELEASE" and not error:
            self.marks.pop()
        elif verb in ("INSERT", "REPLACE", "UPDATE", "DELETE", "WITH"):
            self.note(self.read(number))

    def note(self, after):
        for table in self.pack.tables:
            old, new = self.current[table.name], after[table.name]
            for key in sorted(set(old) | set(new), key=repr):
                if old.get(key) != new.get(key):
                    self.pending.append((table.name, key, self.clock.now_ms * 1000, new.get(key)))
        self.current = after


# --- random operations ------------------------------------------------------------------------------------------------------

class Operations:
    """Makes up transactions; knows what rows there are, to meet them again."""
    def __init__(self, rng, writer, pack, history):
        self.rng, self.writer, self.pack, self.history = rng, writer, pack, history
        self.now_ms = self.floor_ms = writer.clock.now_ms
        self.seen_us = [self.now_ms * 1000]  # moments of changes, for business times to fall on

    def tick(self):
        step = self.rng.choice((0, 0, 1, 1, 2, 7, 1000, 3600 * 1000, 86400 * 1000, 30 * 86400 * 1000, -3, -1800 * 1000))
        self.now_ms = max(self.floor_ms, self.now_ms + step + (self.rng.randrange(step) if step > 1000 else 0))
        return self.now_ms

    def value(self, table, column):
        rng = self.rng
        if not column.is_not_null and rng.random() < 0.2:
            return None
        target = [(r.target, k) for r in table.references for c, k in zip(r.columns, r.target.key) if c == column.name]
        if target and rng.random() < 0.8:
            row = self.some_row(target[0][0])
            if row:
                return row[target[0][1]]
        return self.plain_value(column.type)

    def plain_value(self, kind):
        rng = self.rng
        if kind == "int64":
            return rng.choice((0, 1, 2, 3, 4, -1)) if rng.random() < 0.95 else rng.choice((2**53 + 1, -2**63, 2**63 - 1))
        if kind == "text":
            return rng.choice(TEXTS[:5]) if rng.random() < 0.7 else rng.choice(TEXTS)
        if kind.startswith("decimal"):
            return self.decimal(rng.choice((0, 5, -1250, 999999999)))
        if kind == "bool":
            return rng.choice((0, 1))
        if kind == "float64":
            return rng.choice((0.0, 0.1, -2.25, 1e300))
        moment = rng.choice(self.seen_us) + rng.choice((0, 0, 0, 0, -1, 1, -1000, 1000, 3600 * 10**6, -86400 * 10**6))
        if kind == "date":
            return times.date_text(moment // times.DAY_US + rng.choice((0, 0, 0, 1, -1)))
        return times.time_text(moment, rng.choice((0, 3, 6)))

    def decimal(self, hundredths):
        return hundredths / 100 if self.pack.is_attached and hundredths is not None else hundredths

    def key_value(self, kind):
        """Few of them, so that keys meet."""
        if kind == "int64":
            return self.rng.choice((0, 1, 2, 3, 4, 5, -1, 2**53 + 1))
        if kind == "text":
            return self.rng.choice(TEXTS[:7])
        return self.rng.choice(("2035-03-25", "2035-03-26", "1999-12-31", "2040-02-29"))

    def new_row(self, table):
        row = {c.name: self.value(table, c) for c in table.columns}
        is_reference = {c for r in table.references for c in r.columns}
        for name in table.key:
            if name not in is_reference:
                row[name] = self.key_value(type_of(table, name))
        return row

    def raw(self, table, row):
        """A row of the model as SQLite takes it."""
        return {c.name: self.raw_value(row[c.name], c.type) for c in table.columns}

    def raw_value(self, value, kind):
        if kind == "timestamp" and value is not None:
            return times.time_text(value)
        return self.decimal(value) if kind.startswith("decimal") else value

    def some_row(self, table):
        rows = list(self.writer.current[table.name].values())
        return self.raw(table, self.rng.choice(rows)) if rows else None

    # Statements: (text, parameters)

    def insert(self, table, verb="INSERT", tail=""):
        rows = []
        for _ in range(self.rng.choice((1, 1, 1, 2, 4))):
            there = self.some_row(table)
            row = self.new_row(table)
            if there and self.rng.random() < 0.25:
                row.update({k: there[k] for k in table.key})
            rows.append(row)
        names = [c.name for c in table.columns]
        marks = "(%s)" % ", ".join("?" * len(names))
        text = '%s INTO "%s" (%s) VALUES %s%s' % (verb, table.name, ", ".join('"%s"' % n for n in names),
                                                  ", ".join([marks] * len(rows)), tail)
        return text, [row[n] for row in rows for n in names]

    def upsert(self, table):
        values = [c.name for c in table.columns if c.name not in table.key]
        chosen = self.rng.sample(values, self.rng.randint(1, len(values)))
        key = ", ".join('"%s"' % k for k in table.key)
        sets = ", ".join('"%s" = excluded."%s"' % (n, n) for n in chosen)
        if self.rng.random() < 0.2:
            return self.insert(table, tail=" ON CONFLICT DO NOTHING")
        return self.insert(table, tail=" ON CONFLICT (%s) DO UPDATE SET %s" % (key, sets))

    def where(self, table):
        row = self.some_row(table)
        if row is None or self.rng.random() < 0.05:
            return "1", []
        names = table.key if self.rng.random() < 0.75 else [self.rng.choice(table.columns).name]
        return " AND ".join('"%s" IS ?' % n for n in names), [row[n] for n in names]

    def update(self, table, verb="UPDATE"):
        values = [c for c in table.columns if c.name not in table.key]
        where, parameters = self.where(table)
        chosen = self.rng.sample(values, self.rng.choice((1, 1, min(2, len(values)))))
        sets = [self.value(table, c) for c in chosen]
        text = ", ".join('"%s" = ?' % c.name for c in chosen)
        return '%s "%s" SET %s WHERE %s' % (verb, table.name, text, where), sets + parameters

    def change_key(self, table):
        verb = self.rng.choice(("UPDATE", "UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"))
        where, parameters = self.where(table)
        name = self.rng.choice(table.key)
        if type_of(table, name) == "int64" and self.rng.random() < 0.4:
            step = self.rng.choice((1, -1, 10))
            return '%s "%s" SET "%s" = "%s" + %d WHERE "%s" < 100 AND (%s)' % (verb, table.name, name, name, step, name, where), parameters
        return '%s "%s" SET "%s" = ? WHERE %s' % (verb, table.name, name, where), [self.key_value(type_of(table, name))] + parameters

    def delete(self, table):
        where, parameters = self.where(table)
        return 'DELETE FROM "%s" WHERE %s' % (table.name, where), parameters

    def nothing(self, table):
        """An update that changes nothing of the pack's columns."""
        what = ['"%s" = "%s"' % (table.columns[-1].name, table.columns[-1].name), "attributes = '{\"a\": 1}'"]
        what = self.rng.choice(what if self.pack.is_attached else what + ["tbl_last_dt = tbl_last_dt + 1"])
        return 'UPDATE "%s" SET %s' % (table.name, what), []

    def meeting(self):
        """A row of a fact whose time is that of a change of the member it names, or next to it; None: no fact has its own time and names."""
        rng = self.rng
        chances = [(fact, role) for fact in self.pack.facts if fact.time and fact.time.part == "times" and not fact.time.expr[0]
                   for role in fact.roles if not any(alias for alias, _ in role.key.values())]
        if not chances:
            return None
        fact, role = rng.choice(chances)
        members = [m for m in self.history().records[role.dimension.table.name].values() if len(m) > 1 and any(row for _, row in m)]
        if not members:
            return None
        records = rng.choice(members)
        moment = max(rng.choice(records)[0], self.floor_ms * 1000) + rng.choice((0, 0, 0, -1, 1, -1000, 1000))
        row, member = self.new_row(fact.table), rng.choice([row for _, row in records if row])
        for attribute in role.dimension.attributes[:len(role.dimension.key)]:
            name = role.key[attribute.name][1]
            value = self.raw_value(member[attribute.expr[1]], type_of(role.dimension.table, attribute.expr[1]))
            row[name] = row[name] if value is None else value
        name = fact.time.expr[1]
        local = times.to_zone(moment, self.pack.zone)
        row[name] = (times.date_text(local // times.DAY_US + rng.choice((0, 0, -1))) if type_of(fact.table, name) == "date"
                     else times.time_text(moment))
        return "INSERT OR REPLACE INTO \"%s\" (%s) VALUES (%s)" % (
            fact.table.name, ", ".join('"%s"' % n for n in row), ", ".join("?" * len(row))), list(row.values())

    def statements(self, table):
        rng = self.rng
        meeting = self.meeting() if rng.random() < 0.15 else None
        if meeting:
            return [meeting]
        kind = rng.choices(("insert", "or", "upsert", "update", "key", "delete", "again", "nothing"), (9, 4, 4, 12, 3, 3, 2, 1))[0]
        if kind == "insert":
            return [self.insert(table)]
        if kind == "or":
            return [self.insert(table, "INSERT OR " + rng.choice(("REPLACE", "REPLACE", "REPLACE", "IGNORE", "FAIL", "ROLLBACK")))]
        if kind == "upsert":
            return [self.upsert(table)]
        if kind == "update":
            return [self.update(table, rng.choice(("UPDATE", "UPDATE", "UPDATE OR REPLACE")))]
        if kind == "key":
            return [self.change_key(table)]
        if kind == "delete":
            return [self.delete(table)]
        if kind == "nothing":
            return [self.nothing(table)]
        row = self.some_row(table)  # delete and insert again, equal or not
        if row is None:
            return [self.insert(table)]
        if rng.random() < 0.6:
            changed = rng.choice(table.columns)
            if changed.name not in table.key:
                row[changed.name] = self.value(table, changed)
        names = list(row)
        key = " AND ".join('"%s" = ?' % k for k in table.key)
        return [('DELETE FROM "%s" WHERE %s' % (table.name, key), [row[k] for k in table.key]),
                ('INSERT INTO "%s" (%s) VALUES (%s)' % (table.name, ", ".join('"%s"' % n for n in names),
                                                        ", ".join("?" * len(names))), list(row.values()))]

    def transaction(self):
        """Yields the entries of one transaction; the caller carries each out before it asks for the next."""
        rng, number = self.rng, self.rng.randrange(len(CONNECTIONS))

        def entry(text, parameters=()):
            return ("sql", number, self.tick(), text, list(parameters))

        is_alone = rng.random() < 0.3
        if not is_alone:
            yield entry(rng.choice(("BEGIN", "BEGIN IMMEDIATE")))
        for _ in range(1 if is_alone else rng.randint(1, 5)):
            is_saved = not is_alone and rng.random() < 0.2
            if is_saved:
                yield entry("SAVEPOINT here")
            for text, parameters in self.statements(rng.choice(self.pack.tables)):
                yield entry(text, parameters)
                self.seen_us = (self.seen_us + [self.now_ms * 1000])[-8:]
                if not is_alone and not self.writer.connections[number].in_transaction:
                    return
            if is_saved:
                if rng.random() < 0.5:
                    yield entry("ROLLBACK TO here")
                yield entry("RELEASE here")
        if not is_alone:
            yield entry("COMMIT" if rng.random() < 0.85 else "ROLLBACK")
