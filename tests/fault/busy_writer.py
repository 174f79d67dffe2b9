"""Another program that writes while we read: it is never blocked longer than its own transactions take, it may hold the lock for long,
and its clock may go back."""
import os
import shutil
import sqlite3
import subprocess
import sys
import time

import shop
import warehouse
from warehouse import Failure

LONGEST_S = 0.25
WAITED_S = 3.0  # more than a sync takes without the lock
CLOCK_PROGRAM = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for i in range(20):
    connection.execute("UPDATE customer SET name = ?, segment = 'Consumer' WHERE id = ?", (sys.argv[2] + str(i), "C-%d" % (i % 7)))
connection.execute("DELETE FROM customer WHERE id = 'C-8'")
connection.execute("INSERT OR REPLACE INTO customer (id, name, segment) VALUES ('C-8', ?, 'Consumer')", (sys.argv[2],))
"""


def waits(home, rng, what, prepare, *args):
    """The writer's longest transaction while a command runs; the best of a few, for other programs take time too."""
    longest, n = [], 0
    for _ in range(4):
        prepare()
        writer = shop.Writer(home.oltp, rng)
        for _ in range(20):
            writer.transaction()
        alone_s, writer.longest_s = writer.longest_s, 0.0
        with shop.Meanwhile(writer):
            home.run(*args)
        longest.append((writer.longest_s, alone_s))
        n += writer.n
        writer.close()
        home.run("sync")
        home.check_in_step()
        if min(longest)[0] < LONGEST_S:
            break
    print("%s: of %d transactions the longest took %.0f ms (without us %.0f ms)" % (what, n, min(longest)[0] * 1e3, min(longest)[1] * 1e3))
    if min(longest)[0] >= LONGEST_S:
        raise Failure("%s: a writer waited %.0f ms" % (what, min(longest)[0] * 1e3))


def held_lock(home):
    """A writer has the lock all the time that a sync takes."""
    holder = sqlite3.connect(home.oltp, isolation_level=None)
    for args in (["sync"], ["sync", "--full"]):
        took_s = []
        for is_held in (False, True):
            holder.execute("UPDATE customer SET name = name || '.' WHERE id = 'C-1'")
            if is_held:
                holder.execute("BEGIN IMMEDIATE")
                holder.execute("UPDATE customer SET name = 'not yet' WHERE id = 'C-2'")
            begin = time.monotonic()
            home.run(*args)
            took_s.append(time.monotonic() - begin)
        holder.execute("ROLLBACK")
        if took_s[1] > 2 * took_s[0] + WAITED_S:
            raise Failure("%s took %.1f s while a writer held the lock, %.1f s without" % (" ".join(args), took_s[1], took_s[0]))
        home.check_in_step()
    holder.close()


def clock_back(home):
    """The writer's clock an hour ago, then two days ahead, then right: records stay in their order."""
    if not shutil.which("faketime"):
        print("SKIPPED: no faketime: a writer whose clock jumps")
        return 0
    for i, offset in enumerate(("-1h", "+2d", "-1d", "+0")):
        subprocess.run(["faketime", "-f", offset, sys.executable, "-c", CLOCK_PROGRAM, home.oltp, "n%d" % i], check=True, timeout=60)
        if i != 1:
            home.run("sync")
            home.check_in_step()
    rows = warehouse.read(home.warehouse, "SELECT _at FROM bronze.customer WHERE _at IS NOT NULL ORDER BY _seq")[0][1]
    moments = [row[0] for row in rows]
    if moments != sorted(moments):
        raise Failure("_at goes back in bronze.customer")
    return 1


def test(rng, folder):
    home = shop.Shop(folder)
    home.init()
    home.load(4000)
    home.run("sync")
    held_lock(home)
    waits(home, rng, "sync", lambda: None, "sync")
    waits(home, rng, "sync --full", lambda: None, "sync", "--full")

    def remove():
        for name in (home.warehouse, home.warehouse + ".wal"):
            if os.path.exists(name):
                os.remove(name)
    waits(home, rng, "first sync", remove, "sync")
    n = clock_back(home)
    home.check_rebuilt()
    return n + 6


if __name__ == "__main__":
    shop.main(test)
