"""multiply.py DATABASE ROWS: makes a generated retail project's oltp.sqlite have ROWS order lines, by copies of its orders and lines
under new ids. Customers, products and places stay as they are. Past triggers and indexes, which are made again at the end: quick, and
as nothing was synced yet nothing of it belongs in the change log."""
import sqlite3
import sys

path, wanted = sys.argv[1], int(sys.argv[2])
db = sqlite3.connect(path, isolation_level=None)
for pragma in ("synchronous = OFF", "foreign_keys = OFF", "ignore_check_constraints = ON", "cache_size = -400000", "temp_store = MEMORY"):
    db.execute("PRAGMA " + pragma)
aside = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN ('order', 'order_product') AND type IN ('trigger', 'index')").fetchall()
db.execute("BEGIN IMMEDIATE")
for kind, name, _ in aside:
    db.execute('DROP %s "%s"' % (kind, name))


def columns(table, **changed):
    names = [r[1] for r in db.execute('PRAGMA table_info("%s")' % table)]
    return ", ".join('"%s"' % n for n in names), ", ".join(changed.get(n, 't."%s"' % n) for n in names)


n_lines, stride = db.execute("SELECT count(*), max(row_id) FROM order_product").fetchone()
n_copies = -(-wanted // n_lines) - 1
numbers = "WITH RECURSIVE k(n) AS (SELECT 1 WHERE ?1 > 0 UNION ALL SELECT n + 1 FROM k WHERE n < ?1)"
into, source = columns("order", id="t.id || '-' || k.n")
db.execute('%s INSERT INTO "order" (%s) SELECT %s FROM k CROSS JOIN (SELECT * FROM "order") AS t' % (numbers, into, source), (n_copies,))
into, source = columns("order_product", row_id="t.row_id + k.n * %d" % stride, order_id="t.order_id || '-' || k.n")
db.execute("%s INSERT INTO order_product (%s) SELECT %s FROM k CROSS JOIN (SELECT * FROM order_product) AS t LIMIT ?2" % (numbers, into, source), (n_copies, max(wanted - n_lines, 0)))
for kind, _, sql in sorted(aside):
    db.execute(sql)
db.execute("COMMIT")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
