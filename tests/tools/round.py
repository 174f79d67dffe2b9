"""How many queries come back when their words are asked:  round.py STARLING SAY HOME PROJECT PACK QUERIES.jsonl FLOOR [ANSWERS]

Each line of QUERIES has "id" and "query"; without a query, a "question", whose first reading counts. Prints the misses and the rate;
fails below FLOOR percent."""
import json
import re
import subprocess
import sys

starling, say, home, project, pack, path, floor = sys.argv[1:8]


def ask(questions, name):
    with open(name + ".jsonl", "w", encoding="utf-8") as out:
        for i, text in questions:
            out.write(json.dumps({"id": i, "db": project, "question": text}) + "\n")
    subprocess.run([starling, "eval", name + ".jsonl", "--answers", name + ".out", "--home", home], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(name + ".out", encoding="utf-8") as lines:
        return {a["id"]: a for a in map(json.loads, lines)}


def renamed(value, names):
    """With the expressions that columns are called after in place of their names."""
    if isinstance(value, str):
        return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), value) if "'" not in value else value
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    return {key: renamed(item, names) for key, item in value.items()} if isinstance(value, dict) else value


def canonical(query):
    """The same for queries that say the same: what columns are called, one value or a list of one, the order of groups, a direction
    that is the default, a fact that is the only one."""
    if isinstance(query, list):
        return [canonical(item) for item in query]
    if isinstance(query, str):
        return re.sub(r"coalesce\((\w+), 0\)", r"\1", re.sub(r" = ('[^']*')", r" in (\1)", query))
    if not isinstance(query, dict):
        return query
    query = dict(query)
    names = {m["as"]: m["expr"] for m in query.get("measures", []) if isinstance(m, dict) and "as" in m}
    for key in ("having", "order"):
        if key in query:
            query[key] = renamed(query[key], names)
    source = query.get("source")
    if isinstance(source, str):
        del query["source"]
    elif source:
        inner = {m["as"]: m["expr"] for m in source.get("measures", []) if isinstance(m, dict) and "as" in m}
        query["measures"] = renamed(query["measures"], inner)
    if "value" in query:
        query["values"] = [query.pop("value")]
    if query.get("op") in ("equals", "not_equals") and "values" in query and not isinstance(query["values"][0], (bool, int, float)):
        query["op"] = {"equals": "in", "not_equals": "not_in"}[query["op"]]
    if "order" in query:
        query["order"] = [[item, "asc"] if isinstance(item, str) else item for item in query["order"]]
    if "dimensions" in query:
        query["dimensions"] = sorted(query["dimensions"], key=str)
    if "expr" in query:
        query.pop("as", None)
        return canonical(query["expr"]) if set(query) == {"expr"} else query
    return {key: canonical(value) for key, value in sorted(query.items())}


with open(path, encoding="utf-8") as lines:
    items = [item for item in map(json.loads, lines) if item.get("db", project) == project and not item.get("follows")]
wanted = {i["id"]: i["query"] for i in items if "query" in i}
asked = ask([(i["id"], i["question"]) for i in items if "query" not in i], "first")
wanted.update({i: a["query"] for i, a in asked.items() if a.get("query")})
queries = "".join(json.dumps(q) + "\n" for q in wanted.values())
words = subprocess.run([say, pack], input=queries, check=True, capture_output=True, text=True).stdout.splitlines()
assert len(words) == len(wanted)
again = ask(list(zip(wanted, words)), "second")
same = 0
for (i, query), text in zip(wanted.items(), words):
    got = again[i].get("query")
    if canonical(got) == canonical(query):
        same += 1
    else:
        print(f"{i}: {text}\n  {json.dumps(query)}\n  {json.dumps(got)}")
print(f"{same} of {len(wanted)} queries come back from their words")
sys.exit(same * 100 < int(floor) * len(wanted))
