#!/usr/bin/env python3
"""The property test of queries: random schemas, rows and semantic queries; every engine must answer what query_model.py reckons.

Environment: SEED=N the first schema's seed (else one by the clock, printed), RUNS=N schemas, or SECONDS_TO_RUN=N how long, QUERIES=N a
schema, ENGINES="duckdb sqlite postgres", SHRINK=0 leaves a query that fails as it was, KEEP_GOING=1 goes on after a failure, VERBOSE=1
prints how many queries had each feature. A schema is repeated by its own seed: SEED=N RUNS=1."""
import os
import random
import sys
import time

import query_model
from query_answer import Postgres, Program, answer_text, difference, result_text, to_json
from query_expr import Unclear
from query_features import features
from query_make import QueryMaker, make_filters, make_measures
from query_schema import gold_sql, make_schema, pack_yaml
from query_shrink import shrink

ENGINES = os.environ.get("ENGINES", "duckdb sqlite postgres").split()
IS_VERBOSE = bool(os.environ.get("VERBOSE"))


class Counts(dict):
    def add(self, what):
        self[what] = self.get(what, 0) + 1

    def pairs(self):
        return sorted(self.items())


def refused(engine, answer):
    """What an engine cannot have exactly it refuses; DuckDB can have all."""
    return engine != "duckdb" and answer.get("error", {}).get("code") == "unsupported"


def expected_of(schema, query):
    try:
        return query_model.evaluate(schema, query)
    except Unclear:
        return None


def make_query(maker):
    while True:
        try:
            return maker.query()
        except Unclear:
            pass


class Run:
    """A schema and its queries; `counts` of what became of them, `seen` of what they had."""
    def __init__(self, seed, counts, seen, url):
        self.seed, self.counts, self.seen, self.url, rng = seed, counts, seen, url, random.Random(seed)
        self.schema = make_schema(rng)
        make_filters(rng, self.schema)
        make_measures(rng, self.schema)
        self.maker = QueryMaker(rng, self.schema)

    def check(self, programs, query):
        """The first engine that differs: (engine, in words), or None."""
        expected = expected_of(self.schema, query)
        for program in programs:
            answer = program.ask(query)
            if refused(program.engine, answer):
                self.counts.add("refused by " + program.engine)
                continue
            self.counts.add("unclear" if expected is None else "compared on " + program.engine)
            wrong = ("error" in answer and difference(None, answer)) if expected is None else difference(expected, answer)
            if wrong:
                return program.engine, wrong
        return None

    def test(self, n_queries):
        """Whether all was well."""
        programs = [Program(engine, self.schema, self.url) for engine in ENGINES if engine != "postgres" or self.url]
        is_well = True
        try:
            for i in range(n_queries):
                query = make_query(self.maker)
                for feature in features(self.schema, query) if IS_VERBOSE else ():
                    self.seen.add(feature)
                found = self.check(programs, query)
                self.counts.add("queries")
                if found:
                    self.report(i, query, *found)
                    is_well = False
                    if not os.environ.get("KEEP_GOING"):
                        break
        finally:
            for program in programs:
                program.close()
        return is_well

    def report(self, i, query, engine, wrong):
        schema = self.schema
        if os.environ.get("SHRINK") != "0":
            schema, query = shrink(schema, query, lambda less: Program(engine, less, self.url), wrong, float(os.environ.get("SHRINK_SECONDS", "40")))
        program = Program(engine, schema, self.url)
        answer, expected = program.ask(query), expected_of(schema, query)
        program.close()
        print("\n".join(["--- pack.yaml", pack_yaml(schema), "--- gold.sql", gold_sql("duckdb", schema), "--- query", to_json(query),
                         "--- sql", answer.get("sql", ""), "--- expected", result_text(expected) if expected else "unclear",
                         "--- %s" % engine, answer_text(answer)]))
        print("FAILED with SEED=%d, query %d, on %s: %s\n" % (self.seed, i, engine, wrong), flush=True)


def test(seed, runs, seconds, n_queries, counts, seen, url):
    """How many schemas there were, and how many failed."""
    begin, n, n_failed = time.monotonic(), 0, 0
    while n < runs or time.monotonic() - begin < seconds:
        n_failed += not Run(seed + n, counts, seen, url).test(n_queries)
        n += 1
        if n_failed and not os.environ.get("KEEP_GOING"):
            break
    print("%.0f s" % (time.monotonic() - begin), end=", ")
    return n, n_failed


def main():
    seed = int(os.environ.get("SEED") or time.time_ns() // 1000 % 1000000)
    runs, seconds = int(os.environ.get("RUNS", "0")), float(os.environ.get("SECONDS_TO_RUN", "0"))
    n_queries = int(os.environ.get("QUERIES", "25"))
    print("SEED=%d RUNS=%s SECONDS_TO_RUN=%g QUERIES=%d" % (seed, runs or "", seconds, n_queries), flush=True)
    counts, seen = Counts(), Counts()
    postgres = Postgres() if "postgres" in ENGINES else None
    try:
        n, n_failed = test(seed, runs, seconds, n_queries, counts, seen, postgres and postgres.url)
    finally:
        if postgres:
            postgres.close()
    print(", ".join("%s: %d" % pair for pair in counts.pairs()))
    for name, n_seen in seen.pairs():
        print("%6d  %s" % (n_seen, name))
    print("%d passed, %d failed" % (n - n_failed, n_failed))
    sys.exit(1 if n_failed else 0)


if __name__ == "__main__":
    main()
