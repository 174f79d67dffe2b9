"""Answers of tests/tools/query_rows, and whether they are what the evaluator expects."""
import datetime
import json
import os
import shutil
import subprocess
import tempfile
from decimal import Decimal
from fractions import Fraction

import query_time
from query_expr import Expr, text_of
from query_schema import gold_sql, pack_yaml

NEAR = 1e-9


def to_json(query):
    """As text, with expressions in words."""
    def plain(value):
        if isinstance(value, Expr):
            return text_of(value)
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [plain(v) for v in value]
        return float(value) if isinstance(value, Decimal) else value  # few digits, which a float's text has again
    return json.dumps(plain(query), ensure_ascii=False)


# --- the program --------------------------------------------------------------------------------------------------------------

class Postgres:
    """A server that lives as long as this does; `url` is None where there is none."""
    def __init__(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "postgres.sh")
        self.process = subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip() or None
        if not self.url and self.process.wait() != 77:
            raise RuntimeError("the PostgreSQL server did not start")

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Program:
    """query_rows over one schema on one engine; `url` is PostgreSQL's."""
    def __init__(self, engine, schema, url=None):
        self.engine, self.folder = engine, tempfile.mkdtemp(prefix="starling query ")
        for name, text in (("pack.yaml", pack_yaml(schema)), ("gold.sql", gold_sql(engine, schema))):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        tool = os.environ.get("QUERY_ROWS") or os.path.join(os.environ["STARLING_TEST_TOOLS"], "query_rows")
        self.process = subprocess.Popen([tool, engine, self.folder, os.path.join(self.folder, "gold.sql")] + [url] * (engine == "postgres"), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, query):
        try:
            self.process.stdin.write(to_json(query) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            return {"error": {"code": "died", "path": "", "message": "query_rows ended with %s" % self.process.wait(), "detail": ""}}
        return json.loads(line, parse_float=Decimal)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


# --- comparing ----------------------------------------------------------------------------------------------------------------

def read_value(value, type_):
    if value is None or type_ == "text":
        return value
    if type_ == "bool":
        return bool(value)
    if type_ == "float64":
        return float(value)
    if type_ == "date":
        return datetime.date.fromisoformat(value)
    if type_ == "timestamp":
        return datetime.datetime.fromisoformat(value.rstrip("Z"))
    return Fraction(value)


def is_same(expected, actual, type_):
    if expected is None or actual is None:
        return expected is actual
    if type_ == "float64":
        return abs(float(expected) - actual) <= NEAR * max(1, abs(actual), abs(float(expected)))
    if isinstance(expected, float):  # exact where only near was expected
        return abs(expected - float(actual)) <= NEAR * max(1, abs(expected))
    return expected == actual


def same_row(expected, actual, types):
    return len(expected) == len(actual) and all(is_same(e, read_value(a, t), t) for e, a, t in zip(expected, actual, types))


def wrong_set(expected, rows, types):
    """Rows in no order, equal ones as often."""
    def count(lines):
        counts = {}
        for line in lines:
            counts[line] = counts.get(line, 0) + 1
        return counts
    actual = count(tuple(read_value(v, t) for v, t in zip(row, types)) for row in rows)
    return None if count(tuple(row) for row in expected.rows) == actual else "the rows differ"


def wrong_rows(expected, answer, types):
    rows = list(answer["rows"])
    if len(rows) != len(expected.rows):
        return "%d rows, not %d" % (len(rows), len(expected.rows))
    if expected.is_loose:
        n = sum(c.is_group for c in expected.columns)
        if n == len(types):
            return wrong_set(expected, rows, types)
        by_key = {tuple(read_value(v, t) for v, t in zip(row[:n], types)): row for row in rows}
        rows = [by_key.get(tuple(row[:n]), []) for row in expected.rows]
    for i, (wanted, row) in enumerate(zip(expected.rows, rows)):
        if not same_row(wanted, row, types):
            return "row %d differs" % i
    return None


def wrong_within(expected, entries):
    """What the sources' queries left out stands behind their places."""
    told, seen = {(e["member"].rpartition(": ")[2], e["rows"]) for e in entries if e["member"].startswith("source")}, set()
    for member, n_rows, _, role in expected.left_out_within:
        if (member, n_rows) not in told and (role, n_rows) not in seen:
            return "nothing left out is told of %s in the source" % member
        seen.add((role, n_rows))
    more = told - {(member, n_rows) for member, n_rows, _, _ in expected.left_out_within}
    return "left out of %s in the source was not expected" % more if more else None


def wrong_left_out(expected, answer, types):
    """A role's unknown members may be told once for all of its attributes."""
    measure_types = types[sum(c.is_group for c in expected.columns):]
    told = {entry["member"]: entry for entry in answer["left_out"] if ": " not in entry["member"]}
    wrong = wrong_within(expected, [e for e in answer["left_out"] if ": " in e["member"] and ".query" not in e["member"]])
    if wrong:
        return wrong
    seen = set()
    for member, n_rows, measures, role in expected.left_out:
        entry = told.pop(member, None)
        if entry is None:
            if (role, n_rows) not in seen:
                return "nothing left out is told of %s" % member
        elif entry["rows"] != n_rows or not same_row(measures, entry["measures"], measure_types):
            return "what is left out of %s differs" % member
        seen.add((role, n_rows))
    return "left out of %s was not expected" % ", ".join(told) if told else None


def wrong_totals(expected, answer, types):
    measure_types = types[sum(c.is_group for c in expected.columns):]
    if [t["kind"] for t in answer["totals"]] != list(expected.totals):
        return "totals of %s" % [t["kind"] for t in answer["totals"]]
    for total in answer["totals"]:
        n_rows, measures = expected.totals[total["kind"]]
        if total["rows"] != n_rows or not same_row(measures, total["measures"], measure_types):
            return "the total of %s differs" % total["kind"]
    return None


def microseconds(value):
    if not query_time.is_time(value):
        return int(value)
    return (query_time.instant(value) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)


def wrong_period(expected, actual):
    """Where there is data, but none in the time asked for, only the first and last of all count."""
    if not expected:
        return None
    told = actual["from"], actual["to"]
    return None if actual["known"] and told == tuple(microseconds(v) for v in expected) else "the period is %s" % (told,)


def is_next(expected, actual):
    """The same texts; numbers and times may be written otherwise."""
    def plain_text(value):
        text = str(value) if not isinstance(value, bool) else str(value).lower()
        try:
            return str(Fraction(text))
        except ValueError:
            return text.rstrip("Z").replace(" ", "T").replace(".500000", ".5")
    if len(expected) != len(actual):
        return False
    return all(a is e if a is None or e is None else plain_text(a) == plain_text(e) for e, a in zip(expected, actual))


def difference(expected, answer):
    """In words; None: the answer is as expected."""
    if "error" in answer:
        return "error %s: %s" % (answer["error"]["code"], answer["error"]["message"])
    names = [c["name"] for c in answer["columns"]]
    if names != [c.name for c in expected.columns]:
        return "columns %s" % names
    types = [c["type"] for c in answer["columns"]]
    wrong = wrong_rows(expected, answer, types) or wrong_left_out(expected, answer, types) or wrong_totals(expected, answer, types)
    wrong = wrong or wrong_period(expected.period, answer["period"])
    return wrong or (None if is_next(expected.next, answer["next"]) else "next is %s, not %s" % (answer["next"], expected.next))


def value_text(value):
    if isinstance(value, Fraction):
        return str(Decimal(value.numerator) / Decimal(value.denominator))
    return str(value)


def result_text(expected):
    rows = [" | ".join(value_text(v) for v in row) for row in expected.rows]
    left = ["left out: %s: %d rows | %s" % (m, n, " | ".join(value_text(v) for v in values)) for m, n, values, _ in expected.left_out]
    left += ["total: %s: %d rows | %s" % (kind, n, " | ".join(value_text(v) for v in values)) for kind, (n, values) in expected.totals.items()]
    left += ["next: %s" % expected.next] * bool(expected.next)
    return "\n".join([" | ".join(c.name for c in expected.columns)] + rows + left)


def answer_text(answer):
    if "error" in answer:
        return "error %(code)s at %(path)s: %(message)s\n%(detail)s" % answer["error"]
    rows = [" | ".join(str(v) for v in row) for row in answer["rows"]]
    left = ["left out: %s: %d rows | %s" % (e["member"], e["rows"], " | ".join(str(v) for v in e["measures"])) for e in answer["left_out"]]
    left += ["total: %s: %d rows | %s" % (e["kind"], e["rows"], " | ".join(str(v) for v in e["measures"])) for e in answer["totals"]]
    left += ["next: %s" % answer["next"]] * bool(answer["next"])
    return "\n".join([" | ".join(c["name"] for c in answer["columns"])] + rows + left)
