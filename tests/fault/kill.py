"""SIGKILL at fault points (base/base_fault.h) and at random times of load, first sync, sync, rebuild and follow, partly while another
program writes. Whatever the moment: the home opens and shows a whole version; the next sync brings everything in step; in the end
every column is what a rebuild gives.

KILLS=N changes their number, SEED=N repeats a run as far as time does not decide."""
import collections
import json
import os
import signal
import sqlite3
import subprocess
import time

import shop
import warehouse
from warehouse import Failure

LINES = 2000
POINT_LIMIT = 40  # of one name in one command
KEEPS_UP_S = 10.0  # with sanitizers, beside other tests; what it takes without: bench/


class Verb:
    """A command to kill: how the home is made ready for it, and where it can be killed."""
    def __init__(self, name, args, prepare):
        self.name, self.args, self.prepare = name, args, prepare
        self.points, self.seconds = [], 0.0

    def explore(self, home):
        """Runs it once: which fault points it passes, and how long it takes."""
        log = os.path.join(home.folder, "points.txt")
        if os.path.exists(log):
            os.remove(log)
        begin = time.monotonic()
        process = shop.start(home.home, *self.args(), environment={"STARLING_FAULT_LOG": log})
        _, said = process.communicate(timeout=120)
        if process.returncode:
            raise Failure("%s: %s" % (self.name, said.decode()))
        self.seconds = time.monotonic() - begin
        if os.path.exists(log):
            with open(log, encoding="utf-8") as file:
                counts = collections.Counter(file.read().split())
            self.points = [(name, n) for name, count in sorted(counts.items()) for n in range(1, min(count, POINT_LIMIT) + 1)]

    def kill(self, rng, home):
        """Returns at what kind of moment it was killed; None: it was over before."""
        names = sorted({name for name, _ in self.points})
        if names and rng.random() < 0.6:
            chosen = rng.choice(names)
            point = rng.choice([(name, n) for name, n in self.points if name == chosen])
            process = shop.start(home.home, *self.args(), environment={"STARLING_FAULT": "%s:%d" % point})
            moment = "at " + chosen
        else:
            process = shop.start(home.home, *self.args())
            time.sleep(rng.random() * 1.1 * self.seconds)
            process.kill()
            moment = "at a time"
        _, said = process.communicate(timeout=120)
        if process.returncode not in (0, -signal.SIGKILL):
            raise Failure("%s ended with %d: %s" % (self.name, process.returncode, said.decode()))
        return moment if process.returncode else None


class Series:
    def __init__(self, rng, folder, kills):
        self.rng, self.kills = rng, kills
        self.home = shop.Shop(folder)
        self.home.init()
        self.home.load(LINES)
        self.home.run("sync")
        self.counts = collections.Counter()
        self.verbs = [Verb("load", lambda: ["load", "orders=" + self.home.file(LINES)], self.before_load),
                      Verb("first sync", lambda: ["sync"], self.before_first),
                      Verb("sync", lambda: ["sync"], self.write_some),
                      Verb("sync --full", lambda: ["sync", "--full"], self.write_some)]
        if "rebuild" in warehouse.verbs():
            self.verbs += [Verb("rebuild silver", lambda: ["rebuild", "silver"], self.write_some),
                           Verb("rebuild gold", lambda: ["rebuild", "gold"], self.write_some)]
        for verb in self.verbs:
            verb.prepare()
            verb.explore(self.home)
        names = sorted({name for verb in self.verbs for name, _ in verb.points})
        print("fault points: " + (", ".join(names) or "none in this build; killed by time only"))

    # What comes before each verb

    def write_some(self):
        writer = shop.Writer(self.home.oltp, self.rng)
        for _ in range(self.rng.randint(1, 10)):
            writer.transaction()
        writer.close()

    def before_load(self):
        """The file's last lines are gone, and others changed: there is something to load."""
        self.write_some()
        connection = shop.Writer(self.home.oltp, self.rng)
        connection.connection.execute("DELETE FROM order_product WHERE row_id BETWEEN ? AND ?", (LINES // 2, LINES))
        connection.close()
        # the same file is not loaded twice: a line more for the eye, the same rows
        with open(self.home.file(LINES), "a", encoding="utf-8") as file:
            file.write("\n")

    def before_first(self):
        self.write_some()
        for name in ("warehouse.duckdb", "warehouse.duckdb.wal"):
            path = os.path.join(os.path.dirname(self.home.warehouse), name)
            if os.path.exists(path):
                os.remove(path)

    # Kills

    def lines_there(self):
        connection = shop.Writer(self.home.oltp, self.rng)
        n, pieces, sales = connection.connection.execute("SELECT count(*), sum(quantity), sum(sales) FROM order_product").fetchone()
        known = connection.connection.execute("SELECT count(*) FROM order_product WHERE row_id < ?", (LINES,)).fetchone()[0]
        connection.close()
        if n % 2 or pieces != 2 * n or sales:
            raise Failure("the operational database holds part of a transaction: %d lines, %d pieces, sales %d" % (n, pieces, sales))
        return known

    def kill_one(self, verb):
        verb.prepare()
        before = self.lines_there()
        is_written = verb.name != "load" and self.rng.random() < 0.4
        if is_written:
            with shop.Meanwhile(shop.Writer(self.home.oltp, self.rng)):
                moment = verb.kill(self.rng, self.home)
        else:
            moment = verb.kill(self.rng, self.home)
        if verb.name == "load" and self.lines_there() not in (before, LINES):
            raise Failure("a killed load left %d of %d lines, %d were there before" % (self.lines_there(), LINES, before))
        self.home.check_opens()
        if self.rng.random() < 0.7:
            self.home.run("sync")
            self.home.check_in_step()
        if moment:
            self.counts["%s, %s%s" % (verb.name, moment, ", while written" if is_written else "")] += 1

    def run(self):
        for i in range(self.kills):
            verb = self.verbs[i % len(self.verbs)]
            try:
                self.kill_one(verb)
            except Failure as failure:
                raise Failure("kill %d (%s): %s" % (i, verb.name, failure)) from None
            if (i + 1) % 50 == 0:
                self.compare()
        self.compare()

    def compare(self):
        self.home.run("sync")
        self.home.check_in_step()
        self.home.check_rebuilt()


# --- a process that holds the home -----------------------------------------------------------------------------------------------

class Follow:
    """sync --follow, killed while another program writes and other commands come."""
    def __init__(self, series):
        self.series, self.home, self.rng, self.points = series, series.home, series.rng, []

    def start(self, environment=()):
        return shop.start(self.home.home, "sync", "--follow", environment=environment)

    def count(self):
        """The lines that a query shows, and those that there are."""
        document = json.loads(self.home.run("query", '{"measures":["order_lines"]}', "--json"))
        connection = sqlite3.connect(self.home.oltp)
        n = connection.execute("SELECT count(*) FROM order_product").fetchone()[0]
        connection.close()
        return document["rows"][0][0], n

    def explore(self):
        """Without a kill: what was written is shown before long, and the points on the way are noted."""
        log = os.path.join(self.home.folder, "points.txt")
        if os.path.exists(log):
            os.remove(log)
        process = self.start({"STARLING_FAULT_LOG": log})
        try:
            with shop.Meanwhile(shop.Writer(self.home.oltp, self.rng), 0.02):
                time.sleep(1.5)
                self.home.check_opens()
            until = time.monotonic() + KEEPS_UP_S
            shown, there = self.count()
            while shown != there and time.monotonic() < until:
                shown, there = self.count()
            if shown != there:
                raise Failure("after %g s, follow shows %d of %d lines" % (KEEPS_UP_S, shown, there))
        finally:
            process.terminate()
            _, said = process.communicate(timeout=60)
        if process.returncode not in (0, -signal.SIGTERM, 128 + signal.SIGTERM, 6):
            raise Failure("follow ended with %d: %s" % (process.returncode, said.decode()))
        with open(log, encoding="utf-8") as file:
            counts = collections.Counter(file.read().split())
        self.points = [(name, n) for name, count in sorted(counts.items()) for n in range(1, min(count, POINT_LIMIT) + 1)]

    def kill_one(self):
        name = self.rng.choice(sorted({name for name, _ in self.points}) + [None])
        moment, environment = "at a time", {}
        if name:
            moment = "at " + name
            environment = {"STARLING_FAULT": "%s:%d" % self.rng.choice([point for point in self.points if point[0] == name])}
        process = self.start(environment)
        with shop.Meanwhile(shop.Writer(self.home.oltp, self.rng), 0.01):
            if name:
                try:
                    process.wait(timeout=5)
                except subprocess.TimeoutExpired:  # it was not passed so often
                    moment = "at a time"
            else:
                if self.rng.random() < 0.5:
                    self.home.check_opens()
                time.sleep(self.rng.random() * 2)
            process.kill()
        _, said = process.communicate(timeout=60)
        if process.returncode != -signal.SIGKILL:
            raise Failure("follow ended with %d: %s" % (process.returncode, said.decode()))
        self.home.check_opens()
        self.home.run("sync")
        self.home.check_in_step()
        self.series.counts["follow, %s, while written" % moment] += 1


def follow(series, kills):
    if "--follow" not in warehouse.run("help", "sync"):
        print("SKIPPED: sync has no --follow")
        return
    following = Follow(series)
    following.explore()
    for _ in range(kills):
        following.kill_one()
    series.home.check_rebuilt()


def test(rng, folder):
    kills = int(os.environ.get("KILLS", "8"))
    series = Series(rng, folder, kills)
    series.run()
    n_following = max(2, kills // 5)
    follow(series, n_following)
    for what, n in sorted(series.counts.items()):
        print("%4d  %s" % (n, what))
    print("killed %d of %d times" % (sum(series.counts.values()), kills + n_following))
    return kills + n_following


if __name__ == "__main__":
    shop.main(test)
