"""triggers.py DATABASE ROUNDS ROWS TRANSACTIONS: what capture costs a writer. The same writes to copies of a retail project's
oltp.sqlite as it is, without the triggers of the change log, and without any triggers; by Python's sqlite3, whose own part is in all
three. In turns, each round on fresh copies; medians, microseconds per row."""
import os
import random
import shutil
import sqlite3
import sys
import time

from retail_writer import LINE

KINDS = ["captured", "not captured", "no triggers"]


def opened(source, kind):
    path = os.path.join(os.path.dirname(source), "copy.sqlite")
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.remove(path + end)
    shutil.copy(source, path)
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "wal_autocheckpoint = 1000"):
        db.execute("PRAGMA " + pragma).fetchall()
    names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in names:
        if kind == "no triggers" or (kind == "not captured" and name.startswith("_starling_")):
            db.execute('DROP TRIGGER "%s"' % name)
    return db


def lines(db, n, seed):
    rng = random.Random(seed)
    orders = db.execute('SELECT id, date, customer_id FROM "order" ORDER BY 1, 2, 3').fetchall()
    products = db.execute("SELECT id, name FROM product ORDER BY 1, 2").fetchall()
    first = db.execute("SELECT max(row_id) + 1 FROM order_product").fetchone()[0]
    return [(first + i, *rng.choice(orders), *rng.choice(products), rng.randrange(90000000), rng.randrange(1, 9),
             rng.randrange(8) * 500, rng.randrange(9000000), rng.randrange(900000)) for i in range(n)]


def timed(work):
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1e6


def in_one(db, sql, rows):
    db.execute("BEGIN IMMEDIATE")
    db.executemany(sql, rows)
    db.execute("COMMIT")


def one_by_one(db, sql, rows):
    for row in rows:
        db.execute("BEGIN IMMEDIATE")
        db.execute(sql, row)
        db.execute("COMMIT")


def measure(source, kind, n_rows, n_transactions, seed):
    db = opened(source, kind)
    rng = random.Random(seed)
    new = lines(db, n_rows + n_transactions, seed)
    old = [row[0] for row in new[:n_rows]]
    rng.shuffle(old)
    change = "UPDATE order_product SET quantity = quantity + 1, sales = sales + ? WHERE row_id = ?"
    figures = {
        "insert, %d in a transaction" % n_rows: timed(lambda: in_one(db, LINE, new[:n_rows])) / n_rows,
        "update, %d in a transaction" % n_rows: timed(lambda: in_one(db, change, [(rng.randrange(9999), r) for r in old])) / n_rows,
        "insert, a transaction each (%d)" % n_transactions: timed(lambda: one_by_one(db, LINE, new[n_rows:])) / n_transactions,
        "update, a transaction each (%d)" % n_transactions: timed(lambda: one_by_one(db, change, [(7, r) for r in old[:n_transactions]])) / n_transactions,
        "delete, %d in a transaction" % n_rows: timed(lambda: in_one(db, "DELETE FROM order_product WHERE row_id = ?", [(r,) for r in old])) / n_rows,
    }
    db.close()
    return figures


def main():
    source, rounds, n_rows, n_transactions = sys.argv[1], *map(int, sys.argv[2:5])
    found = {}
    for i in range(rounds):
        for kind in KINDS:
            for what, us in measure(source, kind, n_rows, n_transactions, i).items():
                found.setdefault(what, {}).setdefault(kind, []).append(us)
    print("%-42s %10s %14s %12s %16s %8s" % ("microseconds per row", *KINDS, "capture costs", "ratio"))
    for what, kinds in found.items():
        us = [sorted(kinds[kind])[rounds // 2] for kind in KINDS]
        print("%-42s %10.2f %14.2f %12.2f %16.2f %8.2f" % (what, *us, us[0] - us[1], us[0] / us[1]))


main()
