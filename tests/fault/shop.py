"""A home of the retail pack for the fault tests: files to load, and another program that writes its database.

Every transaction keeps what a whole version must show: lines come in pairs whose sales cancel out, two pieces each. So a version that
holds part of a transaction, or one twice, shows in three numbers."""
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import warehouse
from warehouse import Failure

HEADER = ("Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,City,State,Country,Postal Code,Market,Region,"
          "Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit,Shipping Cost,Order Priority\n")
LINE = ("%d,O-%d,%02d-%02d-2013,28-12-2013,First Class,C-%d,Ann %d,Consumer,Paris,Paris,France,,EU,Central,P-%d,Furniture,Chairs,Chair %d,"
        "%s,2,0.1,3.25,1.5,High\n")
SEGMENTS = ("Consumer", "Corporate", "Home Office")
WHOLE = {"measures": ["order_lines", "quantity", "revenue"]}


def write_file(path, n_lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEADER)
        for i in range(n_lines):
            sales = ("%d.5" if i % 2 == 0 else "-%d.5") % (i // 2 % 100)
            file.write(LINE % (i, i // 2, i // 2 % 28 + 1, i // 2 % 12 + 1, i // 2 % 500, i // 2 % 500, i % 300, i % 300, sales))


class Shop:
    def __init__(self, folder, name="home"):
        self.folder, self.home = folder, os.path.join(folder, name)
        project = os.path.join(self.home, "projects", "retail")
        self.oltp, self.warehouse = os.path.join(project, "oltp.sqlite"), os.path.join(project, "warehouse.duckdb")

    def init(self):
        warehouse.run("init", self.home, "--pack", "retail")

    def run(self, *args):
        return warehouse.run(*args, home=self.home)

    def file(self, n_lines):
        path = os.path.join(self.folder, "lines%d.csv" % n_lines)
        if not os.path.exists(path):
            write_file(path, n_lines)
        return path

    def load(self, n_lines):
        self.run("load", "orders=" + self.file(n_lines))

    def check_opens(self):
        """status and query work, and what they show is one whole version."""
        json.loads(self.run("status", "--json"))
        if os.path.exists(self.warehouse):
            try:
                document = json.loads(self.run("query", json.dumps(WHOLE), "--json"))
            except Failure as failure:
                if "no data yet" in str(failure):  # nothing was ever published
                    return
                raise
            lines, pieces, revenue = document["rows"][0] if document["rows"] else (0, 0, 0)
            if lines % 2 or (pieces or 0) != 2 * lines or (revenue or 0) != 0:
                raise Failure("a version that is not whole: %d lines, %r pieces, revenue %r" % (lines, pieces, revenue))

    def check_in_step(self):
        warehouse.check_in_step(self.oltp, self.warehouse)

    def check_rebuilt(self):
        """Every column of silver, gold and the key maps is what a rebuild gives; gold without the key map too, but for its keys."""
        if "rebuild" not in warehouse.verbs():
            print("SKIPPED: no rebuild to compare with")
            return
        before = warehouse.everything(self.warehouse)
        self.run("rebuild", "silver")
        self.run("rebuild", "gold")
        after = warehouse.everything(self.warehouse)
        warehouse.check_same("rebuilt with the key map", before, after)
        maps = [name for name in after if name.startswith("_starling.")]
        warehouse.write(self.warehouse, *["DELETE FROM " + name for name in maps])
        self.run("rebuild", "gold")
        anew = warehouse.everything(self.warehouse)
        warehouse.check_same("rebuilt without the key map", warehouse.without_keys(after), warehouse.without_keys(anew))


# --- the other program ------------------------------------------------------------------------------------------------------

class Writer:
    """Small transactions over all tables, each whole."""
    def __init__(self, path, rng):
        self.rng = rng
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA recursive_triggers = %d" % rng.randrange(2))
        self.next_line = 1000000 + 2 * rng.randrange(10**6) * 1000
        self.n, self.longest_s = 0, 0.0

    def pair(self):
        row = self.connection.execute("SELECT row_id FROM order_product WHERE row_id >= ? ORDER BY 1 LIMIT 1",
                                      (self.rng.randrange(2000),)).fetchone()
        return row[0] // 2 * 2 if row else 0

    def sell(self):
        cents, like = self.rng.randrange(1, 10**7), self.pair()
        for i in range(2):
            self.connection.execute(
                "INSERT INTO order_product (row_id, order_id, order_date, customer_id, product_id, product_name, sales, quantity, discount, "
                "profit, shipping_cost) SELECT ?, order_id, order_date, customer_id, product_id, product_name, ?, 2, 0, 0, 0 "
                "FROM order_product WHERE row_id = ?", (self.next_line + i, cents if i else -cents, like))
        self.next_line += 2

    def reprice(self):
        cents, first = self.rng.randrange(10**7), self.pair()
        for i in range(2):
            self.connection.execute("UPDATE order_product SET sales = ? WHERE row_id = ?", (cents if i else -cents, first + i))

    def replace(self):
        first = self.pair()
        self.connection.execute("INSERT OR REPLACE INTO order_product SELECT * FROM order_product WHERE row_id IN (?, ?)", (first, first + 1))
        self.connection.execute("UPDATE order_product SET profit = profit + 1 WHERE row_id = ?", (first,))

    def cancel(self):
        first = self.pair()
        self.connection.execute("DELETE FROM order_product WHERE row_id IN (?, ?)", (first, first + 1))

    def renumber(self):
        first = self.pair()
        self.connection.execute("UPDATE order_product SET row_id = row_id - ? + ? WHERE row_id IN (?, ?)",
                                (first, self.next_line, first, first + 1))
        self.next_line += 2

    def move(self):
        segment = self.rng.choice(SEGMENTS)
        self.connection.execute("INSERT OR IGNORE INTO segment (name) VALUES (?)", (segment,))
        self.connection.execute("UPDATE customer SET segment = ? WHERE id = ?", (segment, "C-%d" % self.rng.randrange(500)))

    def leave(self):
        """A customer goes, or comes back; nothing is enforced on this connection."""
        who = "C-%d" % self.rng.randrange(500)
        if not self.connection.execute("DELETE FROM customer WHERE id = ?", (who,)).rowcount:
            self.connection.execute("INSERT INTO customer (id, name, segment) VALUES (?, 'Back', 'Consumer')", (who,))

    def give_back(self):
        self.connection.execute("INSERT OR REPLACE INTO \"return\" (order_id, region) VALUES (?, 'Central')", ("O-%d" % self.rng.randrange(2000),))

    def regroup(self):
        self.connection.execute("INSERT OR IGNORE INTO category (name) VALUES ('Seats')")
        self.connection.execute("UPDATE subcategory SET category = ?", (self.rng.choice(("Seats", "Furniture")),))

    def transaction(self):
        begin = time.monotonic()
        self.connection.execute("BEGIN IMMEDIATE")
        for _ in range(self.rng.choice((1, 1, 2, 5, 20))):
            self.rng.choice((self.sell, self.sell, self.reprice, self.reprice, self.replace, self.cancel, self.renumber, self.move, self.move,
                             self.leave, self.give_back, self.regroup))()
        self.connection.execute("COMMIT" if self.rng.random() < 0.9 else "ROLLBACK")
        self.longest_s = max(self.longest_s, time.monotonic() - begin)
        self.n += 1

    def close(self):
        self.connection.close()


class Meanwhile:
    """with Meanwhile(writer, pause_s): the writer goes on in a thread of its own."""
    def __init__(self, writer, pause_s=0.002):
        self.writer, self.pause_s, self.is_over, self.error = writer, pause_s, threading.Event(), None
        self.thread = threading.Thread(target=self.work)

    def work(self):
        try:
            while not self.is_over.is_set():
                self.writer.transaction()
                self.is_over.wait(self.pause_s)
        except Exception as error:  # told in the test's thread
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self.writer

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        if self.error:
            raise self.error


# --- running a test ------------------------------------------------------------------------------------------------------------

def start(home, *args, environment=(), **options):
    command = [warehouse.BIN, *args, "--home", home, "--quiet"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, **dict(environment)}, **options)


def main(test):
    """test(rng, folder) in a folder of its own, which has a space in its name; a Failure is told with the seed."""
    seed = int(os.environ.get("SEED") or time.time_ns() // 1000 % 1000000)
    print("SEED=%d" % seed, flush=True)
    with tempfile.TemporaryDirectory(prefix="starling fault ") as folder:
        try:
            n = test(random.Random(seed), folder)
        except Failure as failure:
            print("FAILED with SEED=%d: %s" % (seed, failure), file=sys.stderr)
            sys.exit(1)
    print("%d passed, 0 failed" % n)
