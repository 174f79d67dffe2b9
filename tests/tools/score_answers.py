#!/usr/bin/env python3
"""How good the answers to a set of questions are: accuracy, coverage and precision, each in percent, by the rule of shared/nlq/README.md.

Usage: score_answers.py NAME SET.jsonl ANSWERS.jsonl GOLD_DIR [FLOORS]

ANSWERS has a line {"id", "status", "rows", …} for every question of SET (`starling eval` writes them); GOLD_DIR the SQLite files that the
gold SQL runs on, one a `db`. Prints what is not right, then "NAME: accuracy A, coverage C, precision P of N". FLOORS has lines
"NAME accuracy precision": exits 1 where either is below its floor, or NAME has none.
"""
import json
import os
import sqlite3
import sys

from same_rows import is_right


def json_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


class Gold:
    """Results of gold SQL, each computed once."""

    def __init__(self, folder):
        self.folder = folder
        self.results = {}

    def rows(self, db, sql):
        if (db, sql) not in self.results:
            connection = sqlite3.connect("file:%s?mode=ro" % os.path.join(self.folder, db + ".sqlite"), uri=True)
            self.results[db, sql] = [list(row) for row in connection.execute(sql)]
            connection.close()
        return self.results[db, sql]


def verdict(item, answer, gold):
    """(is it right, is it answered)"""
    status = answer.get("status")

    def fits(sql):
        return "rows" in answer and is_right(gold.rows(item["db"], sql), answer["rows"], item.get("ordered", False))

    if item["expect"] == "refuse":
        return status == "declined", status == "answered"
    if item["expect"] == "clarify":
        return status == "clarify" or (status == "answered" and any(map(fits, item["sql"]))), status == "answered"
    return status == "answered" and fits(item["sql"]), status == "answered"


def percent(part, whole):
    return 100 * part / whole if whole else 100.0


def score(items, answers, gold):
    """({"accuracy", "coverage", "precision"}, [(item, answer) that are not right])"""
    by_id = {answer["id"]: answer for answer in answers}
    right = answered = right_answers = 0
    misses = []
    for item in items:
        answer = by_id.get(item["id"], {})
        is_item_right, is_answered = verdict(item, answer, gold)
        right += is_item_right
        answered += is_answered
        right_answers += is_item_right and is_answered
        if not is_item_right:
            misses.append((item, answer))
    answerable = [item for item in items if item["expect"] == "answer"]
    covered = sum(by_id.get(item["id"], {}).get("status") == "answered" for item in answerable)
    return {"accuracy": percent(right, len(items)), "coverage": percent(covered, len(answerable)),
            "precision": percent(right_answers, answered)}, misses


def floors_of(path, name):
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.split("#")[0].split()
            if words and words[0] == name:
                return {"accuracy": float(words[1]), "precision": float(words[2])}
    sys.exit("%s has no floor for %s" % (path, name))


def main(name, set_path, answers_path, gold_folder, floors_path=None):
    items = json_lines(set_path)
    figures, misses = score(items, json_lines(answers_path), Gold(gold_folder))
    for item, answer in misses:
        print("  %s %s | %s | %s %s" % (item["id"], item["kind"], item["question"], answer.get("status"), answer.get("message") or ""))
        if answer.get("status") == "answered":
            print("      " + json.dumps(answer["query"]))
    print("%s: accuracy %.1f, coverage %.1f, precision %.1f of %d" %
          (name, figures["accuracy"], figures["coverage"], figures["precision"], len(items)))
    low = [what for what, floor in (floors_of(floors_path, name) if floors_path else {}).items() if figures[what] < floor]
    for what in low:
        print("%s of %s is below its floor in %s" % (what, name, os.path.basename(floors_path)))
    return 1 if low else 0


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
