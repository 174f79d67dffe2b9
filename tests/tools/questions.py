#!/usr/bin/env python3
"""Runs the semantic queries of people's questions and compares each with the question's gold SQL.

Usage: questions.py QUERIES.jsonl SET.jsonl GOLD.sqlite HOME PROJECT     ($STARLING_BIN is the program)

QUERIES has {"id","query"} lines, SET is a question set (shared/nlq/README.md), of which the questions with an answer whose `db` is GOLD's
name count. Prints each query that is not right with the first rows of both, then a line of totals; exits 1 where one is not right or
not written.
"""
import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from same_rows import is_right

SHOWN = 3  # rows of a result that is not right
THREADS = 2


def json_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def ask(query, home, project):
    """The answer, or {"error": …}."""
    command = [os.environ["STARLING_BIN"], "query", json.dumps(query), "--home", home, "--project", project, "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"error": {"code": "exit code %d" % done.returncode, "message": done.stderr.decode("utf-8", "replace")}}


def gold_rows(path, sql):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        return [list(row) for row in db.execute(sql)]
    finally:
        db.close()


def rows_text(rows):
    return "%d rows %s" % (len(rows), json.dumps(rows[:SHOWN], ensure_ascii=False))


def verdict(item, answer, gold_path):
    """What is wrong with an answer, or None."""
    if "error" in answer:
        error = answer["error"]
        return "%s: %s: %s" % (error["code"], error.get("at", ""), error["message"])
    if answer["truncated"]:
        return "the answer was cut"
    gold = gold_rows(gold_path, item["sql"])
    if not is_right(gold, answer["rows"], item["ordered"]):
        return "differs\n  gold  %s\n  got   %s" % (rows_text(gold), rows_text(answer["rows"]))
    return None


def main(queries_path, set_path, gold_path, home, project):
    queries = {q["id"]: q["query"] for q in json_lines(queries_path)}
    name = os.path.splitext(os.path.basename(gold_path))[0]
    items = {i["id"]: i for i in json_lines(set_path) if i["db"] == name and i["expect"] == "answer"}
    asked = [i for i in items.values() if i["id"] in queries]

    def check(item):
        return verdict(item, ask(queries[item["id"]], home, project), gold_path)

    with ThreadPoolExecutor(THREADS) as pool:
        problems = list(pool.map(check, asked))
    for item, problem in zip(asked, problems):
        if problem:
            print("%s: %s\n  query %s" % (item["id"], problem, json.dumps(queries[item["id"]])))
    strange = sorted(set(queries) - set(items))
    unwritten = sorted(set(items) - set(queries))
    for text, ids in (("no such question", strange), ("not written", unwritten)):
        if ids:
            print("%s: %s" % (text, " ".join(ids)))
    print("%s: %d of %d right, %d not written" % (name, problems.count(None), len(items), len(unwritten)))
    return 1 if any(problems) or strange or unwritten else 0


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
