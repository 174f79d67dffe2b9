#!/usr/bin/env bash
# starling eval: a set asked, its answers written, and judged by gold SQL.
. "$(dirname "$0")/common.sh"

runs "$starling" init shop --pack retail --project shop --quiet
runs "$starling" generate --scale 0.02 --seed 1 --home shop --quiet
runs "$starling" sync --home shop --quiet
runs "$starling" query '{"measures":["orders"]}' --home shop --json
json 'len(d["rows"]) == 1'
orders=$(python3 -c 'import json; print(json.load(open("out.txt"))["rows"][0][0])')
mkdir gold
python3 - "$orders" <<'PY'
import json, sqlite3, sys
n = int(sys.argv[1])
sqlite3.connect("gold/shop.sqlite").executescript("create table t as select %d n" % n)
line = lambda id, question, **more: json.dumps({"id": id, "db": "shop", "question": question, **more})
open("set.jsonl", "w").write("\n".join([
    line("right", "number of orders", expect="answer", sql="select n from t", ordered=False, kind="total"),
    line("wrong", "number of orders", expect="answer", sql="select n + 1 from t", kind="total"),
    line("on", "and by year", follows="right"),
    line("none", "orders by zzyzx", expect="answer", sql="select 1", kind="group"),
    line("no", "delete all orders", expect="refuse", kind="refuse"),
    line("hostile", "orders \u0001 " + "by " * 5000, kind="hostile")]))
PY
runs "$starling" eval set.jsonl --gold-dir gold --answers answers.jsonl --home shop --json
json '(d["questions"], d["judged"], d["wrong"], d["missed"]) == (6, 4, 1, 1)'
json 'd["accuracy"] == 0.5 and abs(d["coverage"] - 2 / 3) < 1e-9 and d["precision"] == 0.5'
json '[row[0] for row in d["kinds"]["rows"]] == ["group", "refuse", "total"]'
json 'sorted(row[0] for row in d["misses"]["rows"]) == ["none", "wrong"]'
python3 - "$orders" <<'PY' || fail "answers: $(cat answers.jsonl)"
import json, sys
got = [json.loads(line) for line in open("answers.jsonl")]
fields = "status confidence reading query sql columns rows truncated left_out answer chart alternatives ms".split()
assert [a["id"] for a in got] == "right wrong on none no hostile".split()
assert all(name in a for a in got for name in fields), [[n for n in fields if n not in a] for a in got]
assert [a["status"] for a in got][:5] == ["answered", "answered", "answered", "declined", "declined"] and got[5]["status"] in ("declined", "error")
assert got[0]["rows"] == [[int(sys.argv[1])]] and sum(r[-1] for r in got[2]["rows"]) == int(sys.argv[1])
PY
ok

# Without gold there is nothing to judge but what needs none, and no file is written that was not asked for.
runs "$starling" eval set.jsonl --home shop
says "Questions:"
# Nothing is asked, and no answers are written, when the set cannot be.
echo '{"id": "a", "db": "shops", "question": "orders"}' >other.jsonl
refuses 4 "shops" "$starling" eval other.jsonl --answers none.jsonl --home shop
[ ! -e none.jsonl ] || fail "answers of a set that could not be asked"
printf '{"id": "a", "db": "shop", "question": "orders"}\n{"id": "b"}\n' >other.jsonl
refuses 2 "other.jsonl:2" "$starling" eval other.jsonl --home shop
refuses 4 "gold of 'right'" "$starling" eval set.jsonl --gold-dir . --home shop
echo "$passed passed, 0 failed"
