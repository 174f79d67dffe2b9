"""Another application that writes to a retail project's oltp.sqlite, by Python's sqlite3 alone. Seeded.

  retail_writer.py DATABASE change ROWS [SEED]             ROWS row changes over all months, in one transaction
  retail_writer.py DATABASE segment [SEED]                 one customer gets another segment
  retail_writer.py DATABASE follow SECONDS RATE OUT [SEED]   transactions of 50 row changes, RATE row changes a second

Of the changes 40 % are inserts, 50 % updates, 10 % deletes; nine of ten are order lines, the others new orders, and orders
shipped another way. `follow` sets quantity of the marker's line to the transaction's number in each transaction, as one of the 50,
and writes a line to OUT for each: number, moment COMMIT was called, moment it returned (CLOCK_MONOTONIC, ns), microseconds of the
whole transaction.
"""
import random
import sqlite3
import sys
import time

MARKER = "MARKER"
LINE = "INSERT INTO order_product (row_id, order_id, order_date, customer_id, product_id, product_name, sales, quantity, discount, profit, shipping_cost) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
ORDER = 'INSERT INTO "order" (id, date, customer_id, ship_date, ship_mode, priority, market, region, country, state, city) VALUES (?,?,?,?,?,?,?,?,?,?,?)'
MODES = ["First Class", "Second Class", "Standard Class", "Same Day"]


class Retail:
    def __init__(self, path, seed):
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.rng = random.Random(seed)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            self.db.execute("PRAGMA " + pragma).fetchall()
        step = max(1, self.db.execute('SELECT max(rowid) FROM "order"').fetchone()[0] // 100000)  # of large tables some will do
        self.orders = self.db.execute('SELECT id, date, customer_id FROM "order" WHERE rowid % ? = 0 ORDER BY 1, 2, 3', (step,)).fetchall()
        self.products = self.db.execute("SELECT id, name FROM product ORDER BY 1, 2").fetchall()
        self.places = self.db.execute('SELECT DISTINCT market, region, country, state, city FROM "order" WHERE rowid % ? = 0 ORDER BY 1, 2, 3, 4, 5', (step,)).fetchall()
        self.lines = [r[0] for r in self.db.execute("SELECT row_id FROM order_product WHERE row_id > 0 AND row_id % ? = 0 ORDER BY 1", (step,))]
        self.next = self.db.execute("SELECT max(row_id) + 1 FROM order_product").fetchone()[0]
        self.n_orders = 0

    def insert_line(self, row_id, order, quantity):
        rng = self.rng
        self.db.execute(LINE, (row_id, *order, *rng.choice(self.products), rng.randrange(100000, 90000000), quantity,
                               rng.randrange(0, 8) * 500, rng.randrange(-900000, 9000000), rng.randrange(10000, 900000)))

    def insert(self):
        if self.rng.random() < 0.1:
            _, date, customer = self.rng.choice(self.orders)
            self.n_orders += 1
            order = ("NEW-%d-%d" % (self.next, self.n_orders), date, customer)
            self.db.execute(ORDER, (*order, date, self.rng.choice(MODES), "High", *self.rng.choice(self.places)))
            self.orders.append(order)
            return
        self.insert_line(self.next, self.rng.choice(self.orders), self.rng.randrange(1, 9))
        self.lines.append(self.next)
        self.next += 1

    def update(self):
        if self.rng.random() < 0.1:
            self.db.execute('UPDATE "order" SET ship_mode = ?, ship_date = date(date, ?) WHERE id = ? AND date = ? AND customer_id = ?',
                            (self.rng.choice(MODES), "+%d days" % self.rng.randrange(0, 9), *self.rng.choice(self.orders)))
        else:
            self.db.execute("UPDATE order_product SET quantity = quantity + ?, sales = sales + ? WHERE row_id = ?",
                            (self.rng.randrange(1, 4), self.rng.randrange(1, 99999), self.rng.choice(self.lines)))

    def delete(self):
        at = self.rng.randrange(len(self.lines))
        self.lines[at], self.lines[-1] = self.lines[-1], self.lines[at]
        self.db.execute("DELETE FROM order_product WHERE row_id = ?", (self.lines.pop(),))

    def change(self, rows):
        for _ in range(rows):
            dice = self.rng.random()
            (self.insert if dice < 0.4 else self.update if dice < 0.9 else self.delete)()

    def transaction(self, work):
        """Runs it; when COMMIT was called, when it returned, in ns."""
        self.db.execute("BEGIN IMMEDIATE")
        work()
        called = time.monotonic_ns()
        self.db.execute("COMMIT")
        return called, time.monotonic_ns()


def segment(retail):
    customers = retail.db.execute("SELECT id, segment FROM customer ORDER BY 1").fetchall()
    customer, now = retail.rng.choice(customers)
    others = sorted({s for _, s in customers} - {now})
    retail.transaction(lambda: retail.db.execute("UPDATE customer SET segment = ? WHERE id = ?", (retail.rng.choice(others), customer)))


def follow(retail, seconds, rate, out):
    def work():
        retail.change(49)
        retail.db.execute("UPDATE order_product SET quantity = ? WHERE row_id = -1", (number,))

    _, date, customer = retail.orders[0]
    order = (MARKER, date, customer)
    retail.db.execute(ORDER, (*order, date, MODES[0], "High", *retail.places[0]))
    retail.insert_line(-1, order, 1)
    print("ready", flush=True)
    sys.stdin.readline()  # go
    begin = time.monotonic_ns()
    number = 1
    while time.monotonic_ns() - begin < seconds * 1e9:
        due = begin + int((number - 1) * 50e9 / rate)
        if (early := due - time.monotonic_ns()) > 0:
            time.sleep(early / 1e9)
        number += 1
        first = time.monotonic_ns()
        called, returned = retail.transaction(work)
        out.write("%d %d %d %d\n" % (number, called, returned, (returned - first) // 1000))
    out.close()


def main():
    path, what, *rest = sys.argv[1:]
    n_own = {"change": 1, "segment": 0, "follow": 3}[what]
    retail = Retail(path, int(rest[n_own]) if len(rest) > n_own else 1)
    if what == "change":
        retail.transaction(lambda: retail.change(int(rest[0])))
    elif what == "segment":
        segment(retail)
    else:
        follow(retail, float(rest[0]), float(rest[1]), open(rest[2], "w"))


if __name__ == "__main__":
    main()
