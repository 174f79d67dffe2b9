#!/usr/bin/env python3
"""Random queries over facts beside each other and over stocks: every engine must answer what facts_model.py reckons. Environment: SEED=N
the first run's seed (else one by the clock, printed), RUNS=N, QUERIES=N a run, ENGINES="duckdb sqlite postgres"."""
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from fractions import Fraction

from facts_model import Asker, MONTHS, Measure
from query_answer import Postgres, Program, is_same, read_value
from query_schema import Schema, Thing, gold_sql, pack_yaml

ENGINES = os.environ.get("ENGINES", "duckdb sqlite postgres").split()
FACTS = {"sale": ("amount", ["store", "item"]), "stock": ("pieces", ["store", "item"]), "plan": ("target", ["store"])}
IGNORES = {"plan": ["item"]}
MEASURES = {
    "sold": Measure("sale", "amount"), "sales": Measure("sale"), "counted": Measure("stock", "pieces"),
    "on_hand": Measure("stock", "pieces", "last"), "opening": Measure("stock", "pieces", "first"), "kept": Measure("stock", None, "last"),
    "known": Measure("stock", "pieces", "last", ["store.id", "item.id"]), "by_store": Measure("stock", "pieces", "first", ["store.region"]),
    "planned": Measure("plan", "target"), "last_plan": Measure("plan", "target", "last"), "plans": Measure("plan"),
    "gap": Measure(less=("planned", "sold")), "turned": Measure(less=("known", "sold")), "free": Measure(less=("on_hand", "planned")),
}
MEMBERS = ["store.id", "store.region", "item.kind"]


# --- making -------------------------------------------------------------------------------------------------------------------

def make_schema(rng):
    def dimension(name, attribute):
        rows = [{"_key": -1, "_is_current": True, "id": None, attribute: None}]
        for i in range(rng.randrange(1, 5)):
            rows.append({"_key": i + 1, "_is_current": True, "id": "%s%d" % (name, i), attribute: rng.choice(["a", "b", "c", None])})
        attributes = [Thing(name="id", type="text", is_key=True, is_nullable=False, scd=1),
                      Thing(name=attribute, type="text", is_key=False, is_nullable=True, scd=1)]
        return Thing(name=name, attributes=attributes, rows=rows)

    def fact(name, column, roles):
        rows = []
        for _ in range(rng.choice((0, 5, 20, 40))):
            day = datetime.date(2020, 10, 1) + datetime.timedelta(days=rng.randrange(200) // rng.choice((1, 3, 10)))
            row = {"day": None if rng.random() < 0.05 else day, column: Fraction(rng.randrange(-5, 50))}
            for role in roles:
                row[role + "_key"] = rng.choice(dimensions[role].rows)["_key"]
            rows.append(row)
        columns = [Thing(name="day", kind="time", type="date", is_nullable=True), Thing(name=column, kind="value", type="int", is_nullable=False)]
        return Thing(name=name, columns=columns, roles={r: r for r in roles}, time="day", unit=None, rows=rows)

    dimensions = {"store": dimension("store", "region"), "item": dimension("item", "kind")}
    return Schema(dimensions, {name: fact(name, *how) for name, how in FACTS.items()}, "UTC", True)


def pack_of(schema):
    text = pack_yaml(schema)
    for fact, ignored in IGNORES.items():
        text = text.replace("  %s:\n    from: %s_table\n" % (fact, fact), "  %s:\n    from: %s_table\n    ignores: [%s]\n" % (fact, fact, ", ".join(ignored)))
    out = ["measures:"]
    for name, m in MEASURES.items():
        expr = " - ".join(m.less) if m.less else "sum(%s)" % m.column if m.column else "count(*)"
        out.append("  %s: {expr: %s%s%s}" % (name, expr, ", fact: " + m.fact if m.fact else "",
                                             ", semi_additive: {take: %s, per: [%s]}" % (m.take, ", ".join(m.per)) if m.take else ""))
    return text + "\n".join(out) + "\n"


def rows_of(schema):
    """fact -> rows by the names of members."""
    out = {}
    for fact in schema.facts.values():
        out[fact.name] = []
        for row in fact.rows:
            line = {c.name: row[c.name] for c in fact.columns}
            for role in fact.roles:
                dimension = schema.dimensions[role]
                member = next(r for r in dimension.rows if r["_key"] == row[role + "_key"])
                line.update({"%s.%s" % (role, a.name): member[a.name] for a in dimension.attributes})
            out[fact.name].append(line)
    return out


def is_fit(query):
    """One of the facts knows all members, and none is asked by itself what it ignores."""
    facts = {f for name, _ in query["measures"] for f in MEASURES[name].facts(MEASURES)}
    asked = query["dimensions"] + [name for name, _ in query["where"]]
    return facts != {"plan"} or not any(name.startswith("item") for name in asked)


def first_fact(query):
    facts = {f for name, _ in query["measures"] for f in MEASURES[name].facts(MEASURES)}
    return next(f for f in FACTS if f in facts)


def make_query(rng):
    while True:
        grain = rng.choice([None, "month", "month", "quarter", "year"])
        hows = [None, None, None, "share"] + (["prior", "ytd"] if grain else [])
        names = rng.sample(sorted(MEASURES), rng.randrange(1, 5))
        start = datetime.date(2020, rng.choice((10, 11)), 1) if rng.random() < 0.5 else None
        end = start and datetime.date(2021, rng.choice((1, 2, 4)), 1)
        where = [(name, rng.choice("abc")) for name in ("store.region", "item.kind") if rng.random() < 0.2]
        query = {"measures": [(name, rng.choice(hows)) for name in names], "dimensions": rng.sample(MEMBERS, rng.choice((0, 1, 1, 2))),
                 "grain": grain, "range": (start, end) if start else None, "where": where, "limit": rng.choice((1, 3, 1000))}
        if is_fit(query):
            return query


def json_of(query):
    groups = ["day"] * bool(query["grain"]) + query["dimensions"]
    out = {"measures": [n if not how else {"expr": "%s(%s)" % (how, n), "as": "%s of %s" % (how, n)} for n, how in query["measures"]],
           "dimensions": query["dimensions"], "where": [{"member": n, "op": "equals", "value": v} for n, v in query["where"]],
           "totals": ["shown", "all"]}
    if query["grain"] or query["range"]:
        out["time"] = {"grain": query["grain"]} if query["grain"] else {}
    if query["range"]:
        start, end = query["range"]
        out["time"]["range"] = [start.isoformat(), (end - datetime.timedelta(days=1)).isoformat()]
    if groups:
        out.update(order=["%s.day.%s" % (first_fact(query), query["grain"]) if name == "day" else name for name in groups], limit=query["limit"], others=True)
    return out


# --- asking -------------------------------------------------------------------------------------------------------------------

class FactsProgram(Program):
    def __init__(self, engine, schema, url):
        self.engine, self.folder = engine, tempfile.mkdtemp(prefix="starling facts ")
        for name, text in (("pack.yaml", pack_of(schema)), ("gold.sql", gold_sql(engine, schema))):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        tool = os.path.join(os.environ["STARLING_TEST_TOOLS"], "query_rows")
        self.process = subprocess.Popen([tool, engine, self.folder, os.path.join(self.folder, "gold.sql")] + [url] * (engine == "postgres"),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def same_values(expected, actual, types):
    return len(expected) == len(actual) and all(is_same(e, read_value(a, t), t) for e, a, t in zip(expected, actual, types))


def difference(query, expected, answer):
    """In words; None: there is none."""
    if "error" in answer:
        return answer["error"]["message"]
    n = len(query["dimensions"]) + bool(query["grain"])
    types = [c["type"] for c in answer["columns"]]
    rows = {tuple(read_value(v, t) for v, t in zip(row[:n], types)): row[n:] for row in answer["rows"]}
    if list(rows) != list(expected.rows):
        return "the groups are %s, not %s" % (list(rows), list(expected.rows))
    for key, values in expected.rows.items():
        if not same_values(values, rows[key], types[n:]):
            return "of %s: %s, not %s" % (key, rows[key], values)
    for total in answer["totals"]:
        n_rows, values = expected.totals[total["kind"]]
        if total["rows"] != n_rows or not same_values(values, total["measures"], types[n:]):
            return "the total of %s: %s, not %s" % (total["kind"], total, (n_rows, values))
    for entry in answer["left_out"]:
        name = "day" if entry["member"].rsplit(".", 1)[-1] in MONTHS else entry["member"]
        n_rows, values = expected.left_out[name]
        if entry["rows"] != n_rows or not same_values(values, entry["measures"], types[n:]):
            return "left out: %s, not %s" % (entry, (n_rows, values))
    return None


def run(seed, n_queries, url):
    rng = random.Random(seed)
    schema = make_schema(rng)
    rows = rows_of(schema)
    programs = [FactsProgram(engine, schema, url) for engine in ENGINES if engine != "postgres" or url]
    try:
        for i in range(n_queries):
            query = make_query(rng)
            expected = Asker(rows, IGNORES, MEASURES, query).answer()
            for program in programs:
                asked = json_of(query)
                answer = program.ask(asked)
                wrong = difference(query, expected, answer)
                if wrong:
                    print("%s\n--- query\n%s\n--- sql\n%s\nFAILED with SEED=%d, query %d, on %s: %s" % (
                        json.dumps(rows, default=str, indent=None), json.dumps(asked), answer.get("sql"), seed, i, program.engine, wrong))
                    return False
    finally:
        for program in programs:
            program.close()
    return True


def main():
    seed, n = int(os.environ.get("SEED") or time.time() * 1000 % 1000000), int(os.environ.get("RUNS", 3))
    n_queries = int(os.environ.get("QUERIES", 10))
    postgres = Postgres() if "postgres" in ENGINES else None
    try:
        is_well = all(run(seed + i, n_queries, postgres and postgres.url) for i in range(n))
    finally:
        if postgres:
            postgres.close()
    print("SEED=%d RUNS=%d QUERIES=%d: %s" % (seed, n, n_queries, "well" if is_well else "failed"))
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
