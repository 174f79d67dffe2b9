"""Asks a held home over its socket, without pause longer than PAUSE_MS (5), for the marker's quantity (retail_writer.py): which of
the writer's transactions an answer includes, and when it came.

  follow_probe.py HOME HOLDER_PID WRITER_FILE LIMIT_MB     until the writer's last transaction shows; prints the figures
"""
import http.client
import json
import os
import socket
import subprocess
import sys
import time

QUERY = json.dumps({"measures": ["quantity"], "where": [{"member": "order_id", "op": "equals", "value": "MARKER"}]})


class Home(http.client.HTTPConnection):
    """The commands of a held home, as docs/home.md says: POST /v1/op/NAME, answered in frames."""

    def __init__(self, home):
        super().__init__("starling", timeout=60)
        self.path = os.path.join(home, ".socket")
        version = json.loads(subprocess.check_output([os.environ["STARLING_BIN"], "--version", "--json"]))["version"]
        self.command = {"version": version, "project": "retail", "user": "bench", "format": "json", "width": 0}

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def quantity(self):
        body = json.dumps({**self.command, "args": {"query": [QUERY]}})
        self.request("POST", "/v1/op/query", body, {"Content-Type": "application/json"})
        frames = self.getresponse().read()
        out = b""
        while frames:
            kind, n = frames[:1], int(frames[1:9], 16)
            if kind == b"o":
                out += frames[9 : 9 + n]
            elif kind == b"e" and n > 2:
                raise RuntimeError(frames[9 : 9 + n].decode())
            frames = frames[9 + n :]
        rows = json.loads(out)["rows"]
        return int(rows[0][0] or 0) if rows else 0


def resident_mb(pid):
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def three(values, unit):
    return "p50 %7.1f  p99 %7.1f  max %7.1f %s" % (at(values, 0.5), at(values, 0.99), max(values, default=float("nan")), unit)


def watch(home, pid, writer_file, pause):
    """(moment, number seen) of each answer, how long each took, (moment, RSS); until the last transaction shows."""
    seen, asked, resident = [], [], []
    deadline = None
    last = None
    while last is None or not seen or seen[-1][1] < last:
        begin = time.monotonic_ns()
        number = home.quantity()
        now = time.monotonic_ns()
        asked.append((now - begin) / 1e6)
        seen.append((now, number))
        if not resident or now - resident[-1][0] > 250e6:
            resident.append((now, resident_mb(pid)))
        if last is None and os.path.exists(writer_file + ".done"):
            with open(writer_file) as lines:
                last = int(lines.readlines()[-1].split()[0])
            deadline = now + 60e9
        if deadline and now > deadline:
            print("NOT IN STEP: 60 s after the last transaction, %d, the answer is of %d" % (last, number))
            break
        time.sleep(pause)
    return seen, asked, resident


def main():
    path, pid, writer_file, limit_mb = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    seen, asked, resident = watch(Home(path), pid, writer_file, float(os.environ.get("PAUSE_MS", 5)) / 1e3)
    lags, commits = [], []
    i = 0
    for line in open(writer_file):
        number, _, returned, _ = map(int, line.split())
        commits.append(returned)
        while i < len(seen) and seen[i][1] < number:
            i += 1
        lags.append((seen[i][0] - returned) / 1e6 if i < len(seen) else float("inf"))
    n = len(lags)
    print("COMMIT -> first answer that includes it   %s   goal p99 < 1000   (%d transactions)" % (three(lags, "ms"), n))
    quarter = n // 4
    print("  p99 by quarter of the run               %s ms" % "  ".join("%7.1f" % at(lags[q * quarter : (q + 1) * quarter], 0.99) for q in range(4)))
    print("an answer over the socket                 %s   (%d asked, one after another)" % (three(asked, "ms"), len(asked)))
    end = commits[-1]
    parts = [[mb for t, mb in resident if t <= commits[0] + (end - commits[0]) * share][-1:] or [resident[0][1]] for share in (0, 0.25, 0.5, 1)]
    print("memory of the holder                      start %.0f  25 %% %.0f  50 %% %.0f  end %.0f  max %.0f MB   goal: flat, max < %.0f (DuckDB's %.0f + 300)"
          % (*(p[0] for p in parts), max(mb for _, mb in resident), limit_mb + 300, limit_mb))


main()
