#!/usr/bin/env bash
# When an answer is right: the program's rule (src/ask/ask_eval_same.c) and that of the tests (tests/tools/same_rows.py), written apart from
# each other, say the same of random results and of near misses; and what only the program knows, of results made to be right or wrong.
. "$(dirname "$0")/common.sh"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source_folder/tests/tools
python3 - "${STARLING_TEST_TOOLS:?}/same_rows" <<'PY' || fail "the two rules differ"
import json, random, subprocess, sys
from same_rows import is_right

rng = random.Random(20140307)
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

def months(n):
    return ["%d-%02d" % (2011 + i // 12, i % 12 + 1) for i in rng.sample(range(48), n)]

# Columns of a gold result, and the ways in which an answer may say the same: (gold values, [answer's values]).
def whole(n): v = [rng.choice([0, 1, 7, 2013, rng.randrange(100000)]) for _ in range(n)]; return v, [v, [float(x) for x in v]]
def real(n): v = [rng.choice([rng.uniform(-1e6, 1e6), rng.uniform(0, 1), 0.5]) for _ in range(n)]; return v, [v, [float("%.6g" % x) for x in v], [x * 100 for x in v], [x / 100 for x in v]]
def text(n): v = [rng.choice("north south east west".split()) + rng.choice(["", " 1", " 2"]) for _ in range(n)]; return v, [v, [x.upper() for x in v], [" %s " % x.title() for x in v]]
def name(n): v = ["name %d" % i for i in range(n)]; return v, [v, [x.upper() for x in v]]
def month(n): v = months(n); return v, [v, [x + "-01" for x in v], [x + "-01T00:00:00Z" for x in v]]
def quarter(n): v = ["201%d-Q%d" % (i // 4, i % 4 + 1) for i in rng.sample(range(36), n)]; return v, [v, ["%s-%02d-01" % (x[:4], 3 * int(x[-1]) - 2) for x in v]]
def year(n): v = [rng.randrange(2008, 2016) for _ in range(n)]; return v, [v, [str(x) for x in v], ["%d-01-01" % x for x in v]]
def year_text(n): v = [str(rng.randrange(2008, 2016)) for _ in range(n)]; return v, [v, [int(x) for x in v]]
def day(n): v = ["2014-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29)) for _ in range(n)]; return v, [v, [x + "T10:20:30Z" for x in v], [x + " 23:59" for x in v]]
def instant(n): v = ["2014-03-%02d 10:%02d:00" % (rng.randrange(1, 29), rng.randrange(60)) for _ in range(n)]; return v, [v, [x.replace(" ", "T") + "Z" for x in v]]
def weekday(n): v = rng.sample(DAYS, min(n, 7)) + ["Sunday"] * (n - 7); return v, [v, [DAYS.index(x) + 1 for x in v], [x.lower() for x in v]]
def yes(n): v = [rng.randrange(2) for _ in range(n)]; return v, [v, [bool(x) for x in v], ["yes" if x else "No" for x in v]]
def hour(n): v = ["%02d" % rng.randrange(24) for _ in range(n)]; return v, [v, [int(x) for x in v]]
def some(n): v, ways = rng.choice([whole, real, text])(n); at = rng.randrange(n); return put(v, at, None), [put(w, at, None) for w in ways]
def put(v, at, x): v = list(v); v[at] = x; return v
MAKERS = [whole, whole, real, real, text, name, month, quarter, year, year_text, day, instant, weekday, yes, hour, some]

def spoil(value):
    if value is None: return 0
    if isinstance(value, bool): return not value
    if isinstance(value, int): return value + rng.choice([1, -1])
    if isinstance(value, float): return value * rng.choice([1.001, 0.998, -1, 1.0000001, 100])
    return rng.choice([value + "x", value[1:], None, value.replace("1", "2", 1)])

def case():
    n = rng.choice([1, 1, 2, 3, 5, 12])
    makers = rng.sample(MAKERS, rng.randrange(1, 5))
    columns = [make(n) for make in makers]
    gold = [list(row) for row in zip(*(v for v, _ in columns))]
    shown = [rng.choice(ways) for _, ways in columns]
    for _ in range(rng.randrange(3)): # further columns, often like those that are there
        shown.append(rng.choice([rng.choice(MAKERS)(n)[0], list(rng.choice(shown))]))
    rng.shuffle(shown)
    got = [list(row) for row in zip(*shown)]
    ordered = rng.random() < 0.4
    if rng.random() < (0.1 if ordered else 0.7): rng.shuffle(got)
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        kind = rng.randrange(8)
        if kind == 0: got.append(list(got[0]))
        elif kind == 1 and len(got) > 1: got.pop()
        elif kind == 2 and len(got) > 1: got[0], got[1] = got[1], got[0]
        elif kind == 3 and len(got) > 1: # one column's values among other rows
            c = rng.randrange(len(got[0])); got[0][c], got[-1][c] = got[-1][c], got[0][c]
        elif kind == 4 and len(got[0]) > 1: got = [row[1:] for row in got]
        else: row = rng.choice(got); c = rng.randrange(len(row)); row[c] = spoil(row[c])
    return {"gold": gold, "got": got, "ordered": ordered}

def planted():
    """(case, what it is)"""
    yield {"gold": [[5]], "got": [[6]], "ordered": False}, False # off by one
    yield {"gold": [[12340]], "got": [[12341]], "ordered": False}, False
    yield {"gold": [[123456.7]], "got": [[123461.0]], "ordered": False}, True # but not where fractions are
    yield {"gold": [["a", 1], ["b", 2]], "got": [["b", 2], ["a", 1]], "ordered": True}, False # order
    yield {"gold": [["a", 1], ["b", 2]], "got": [["b", 2], ["a", 1]], "ordered": False}, True
    yield {"gold": [["a", 1], ["b", 2]], "got": [["a", 2], ["b", 1]], "ordered": False}, False # rows
    yield {"gold": [["a"]], "got": [["a"], ["b"]], "ordered": False}, False # one too many
    yield {"gold": [[0.125], [0.5]], "got": [[12.5], [50.0]], "ordered": False}, True
    yield {"gold": [[0.125], [0.5]], "got": [[12.5], [0.5]], "ordered": False}, False # half in percent
    yield {"gold": [[2]], "got": [[200]], "ordered": False}, False # a count is no ratio
    yield {"gold": [["17850"]], "got": [[17850]], "ordered": False}, False # an id is text
    yield {"gold": [["2014-03"]], "got": [["2014-03-02"]], "ordered": False}, False
    yield {"gold": [["2014-03-01"]], "got": [["2014-03"]], "ordered": False}, True
    yield {"gold": [["2014-W10"]], "got": [["2014-03-03"]], "ordered": False}, True
    yield {"gold": [["Sunday"]], "got": [[0]], "ordered": False}, False
    yield {"gold": [[None]], "got": [[0]], "ordered": False}, False
    yield {"gold": [[3, 3]], "got": [[3]], "ordered": False}, False # a column serves once

def only_here():
    """Year and month in two columns: the program's alone."""
    two, one = [[2014, 3, 7.5], [2013, 11, 8.5]], [["2014-03", 7.5], ["2013-11", 8.5]]
    yield {"gold": one, "got": two, "ordered": True}, True
    yield {"gold": two, "got": one, "ordered": True}, True
    yield {"gold": [["2014", "03", 7.5], ["2013", "11", 8.5]], "got": one, "ordered": False}, True
    yield {"gold": [["2014-Q2"]], "got": [[2, "2014"]], "ordered": False}, True
    yield {"gold": [[2014, 2]], "got": [["2014-Q2"]], "ordered": False}, True
    yield {"gold": [[2014]], "got": [["2014-Q2"]], "ordered": False}, False # a quarter says more than its year
    yield {"gold": [[3, 7.5]], "got": [["2014-03", 7.5]], "ordered": False}, False
    yield {"gold": [["2014-03", "2014-03"]], "got": [[2014, 3]], "ordered": False}, False
    yield {"gold": [["2014-03"]], "got": [[2014, 13]], "ordered": False}, False
    yield {"gold": one, "got": [[2014, 3, 7.5], [2013, 10, 8.5]], "ordered": False}, False
    yield {"gold": [[2014, 3, "2014-03"]], "got": [["2014-03"]], "ordered": False}, False

cases = [case() for _ in range(20000)]
sure = list(planted()) + list(only_here())
lines = "".join(json.dumps(c) + "\n" for c in cases + [c for c, _ in sure])
done = subprocess.run([sys.argv[1]], input=lines.encode(), capture_output=True)
assert done.returncode == 0, done.stderr.decode()
verdicts = [line == "1" for line in done.stdout.decode().split()]
assert len(verdicts) == len(cases) + len(sure)
mine = [is_right(c["gold"], c["got"], c["ordered"]) for c in cases]
for c, a, b in zip(cases, verdicts, mine):
    assert a == b, "the program says %s, the tests %s of\n%s" % (a, b, json.dumps(c))
for (c, want), got in zip(sure, verdicts[len(cases):]):
    assert got == want, "%s is %s" % (json.dumps(c), got)
for c, want in planted():
    assert is_right(c["gold"], c["got"], c["ordered"]) == want, "the tests' rule of %s" % json.dumps(c)
assert len(cases) * 0.2 < sum(mine) < len(cases) * 0.8, sum(mine) # both verdicts are common
print("%d random results, %d of them right" % (len(cases), sum(mine)))
PY
ok
echo "$passed passed, 0 failed"
