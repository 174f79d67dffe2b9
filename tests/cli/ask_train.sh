#!/usr/bin/env bash
# starling ask train: weights found from a set with gold SQL; folds scored by the others' weights; the same set gives the same weights.
. "$(dirname "$0")/common.sh"

runs "$starling" init shop --pack retail --project shop --quiet
runs "$starling" generate --scale 0.02 --seed 1 --home shop --quiet
runs "$starling" sync --home shop --quiet
mkdir gold
for what in orders revenue customers; do
    runs "$starling" query "{\"measures\":[\"$what\"]}" --home shop --json
    cp out.txt "$what.json"
    runs "$starling" query "{\"measures\":[\"$what\"],\"dimensions\":[\"ship_to.region\"]}" --home shop --json
    cp out.txt "$what-region.json"
done
python3 - <<'PY'
import json, sqlite3
gold, lines = sqlite3.connect("gold/shop.sqlite"), []
for what in "orders revenue customers".split():
    rows = json.load(open(what + ".json"))["rows"]
    by_region = json.load(open(what + "-region.json"))["rows"]
    gold.execute(f"create table {what} (n)")
    gold.executemany(f"insert into {what} values (?)", rows)
    gold.execute(f"create table {what}_region (region, n)")
    gold.executemany(f"insert into {what}_region values (?, ?)", by_region)
    for i, (question, table) in enumerate([(f"total {what}", what), (f"{what} by region", what + "_region"), (f"how much {what} in all", what)]):
        lines.append(json.dumps({"id": f"{what} {i}", "db": "shop", "question": question, "expect": "answer", "sql": f"select * from {table}"}))
    lines.append(json.dumps({"id": f"{what} on", "db": "shop", "question": "and by region", "follows": f"{what} 0", "expect": "answer", "sql": f"select * from {what}_region"}))
lines.append(json.dumps({"id": "no", "db": "shop", "question": "delete all orders", "expect": "refuse"}))
lines.append(json.dumps({"id": "hostile", "db": "shop", "question": "orders " + "by " * 30000}))
gold.commit()
open("set.jsonl", "w").write("\n".join(lines))
PY
runs "$starling" ask train set.jsonl --gold-dir gold --out one.weights --folds 3 --home shop --json
json 'sum(d["fold %d" % k]["questions"] for k in (1, 2, 3)) == 13 and d["held out"]["questions"] == 13'
json 'd["before training"]["accuracy"] > 0.5 and d["trained on all"]["accuracy"] >= d["before training"]["accuracy"]'
json 'd["judged"] == 13'
runs "$starling" ask train set.jsonl --gold-dir gold --out two.weights --folds 3 --home shop --json
cmp one.weights two.weights || fail "the same questions gave other weights"
grep -q '^skip_unknown [0-9.]* *# ' one.weights || fail "weights: $(cat one.weights)"
ok

# Nothing is written when something is wrong.
refuses 2 "from 2 to 20" "$starling" ask train set.jsonl --gold-dir gold --out none.weights --folds 1 --home shop
refuses 4 "gold of" "$starling" ask train set.jsonl --gold-dir . --out none.weights --home shop
[ ! -e none.weights ] || fail "weights of a set that could not be asked"
# "ask train" is no question, but one that begins so is.
runs "$starling" ask "train: total revenue" --home shop --json
json '"status" in d'
echo "$passed passed, 0 failed"
