#!/usr/bin/env bash
# The packs' own questions (packs/*/questions), asked and scored: on the data sets where ../shared has them, and the retail pack's on the
# data of its generator always. Accuracy and precision keep above ask_floors.txt; answers come of the questions' words alone.
. "$(dirname "$0")/common.sh"
. "$source_folder/tests/cli/ask_common.sh"
score="$source_folder/tests/tools/score_answers.py"
floors=$source_folder/tests/cli/ask_floors.txt
packs=$source_folder/packs

# scored NAME SET GOLD_DIR: with the answers in NAME.answers
scored() {
    python3 "$score" "$1" "$2" "$1.answers" "$3" "$floors" >"$1.txt" || fail "$(cat "$1.txt")"
    tail -n 1 "$1.txt"
    ok
}

# The scorer itself: what is right, what counts as answered, and what is below a floor.
mkdir small
python3 - <<'PY'
import json, sqlite3
db = sqlite3.connect("small/t.sqlite")
db.execute("create table t as select 1 a union select 2")
db.commit()
item = lambda id, expect, sql=None: {"id": id, "db": "t", "question": id, "expect": expect, "sql": sql, "ordered": False, "kind": "k"}
items = [item("right", "answer", "select sum(a) from t"), item("wrong", "answer", "select max(a) from t"),
         item("none", "answer", "select 1"), item("no", "refuse"), item("which", "clarify", ["select 1", "select 2"])]
answers = [{"id": "right", "status": "answered", "rows": [[3]], "query": ""}, {"id": "wrong", "status": "answered", "rows": [[1]], "query": ""},
           {"id": "none", "status": "declined"}, {"id": "no", "status": "declined"},
           {"id": "which", "status": "answered", "rows": [[2]], "query": ""}]
for name, lines in (("set", items), ("small.answers", answers)):
    open(name, "w").write("".join(json.dumps(line) + "\n" for line in lines))
PY
printf 'small 60 66.6 # enough\n' >low.txt
printf 'small 60.1 66\n' >high.txt
python3 "$score" small set small.answers small low.txt >out.txt || fail "$(cat out.txt)"
says "small: accuracy 60.0, coverage 66.7, precision 66.7 of 5"
if python3 "$score" small set small.answers small high.txt >out.txt; then fail "60 % is not below 60.1 %"; fi
says "accuracy of small is below its floor in high.txt"
if python3 "$score" other set small.answers small low.txt >out.txt 2>&1; then fail "a set without a floor passed"; fi
says "no floor for other"

# --- on generated data
runs "$starling" init generated --pack retail --project superstore --quiet
runs "$starling" generate --scale 0.1 --seed 1 --home generated --quiet
runs "$starling" sync --home generated --quiet
mkdir gold.generated
python3 "$source_folder/tests/tools/shop_gold.py" generated/projects/superstore/oltp.sqlite gold.generated/superstore.sqlite || fail "no gold of the generated data"
set_file=$packs/retail/questions/superstore.jsonl
answers "$set_file" generated.answers generated
scored generated "$set_file" gold.generated

# The same answers, but for the time they took, without what a set knows of them; and when it is asked again.
python3 - "$set_file" <<'PY'
import json, sys
keep = ("id", "db", "question", "follows")
with open("bare.jsonl", "w") as out:
    for line in open(sys.argv[1]):
        out.write(json.dumps({key: value for key, value in json.loads(line).items() if key in keep}) + "\n")
PY
answers bare.jsonl bare.answers generated
python3 - <<'PY' || fail "answers differ with what a set knows of them"
import json
timeless = lambda path: [{k: v for k, v in json.loads(line).items() if k != "ms"} for line in open(path)]
assert timeless("bare.answers") == timeless("generated.answers")
PY
ok

# A line is written for what is no question of the data, too.
printf '%s\n' '{"id": "a", "db": "superstore", "question": "revenue"}' '{"id": "b", "db": "superstore", "question": "revenue by zzyzx"}' \
    '{"id": "c", "db": "superstore", "question": "and by year", "follows": "a"}' >lines.jsonl
answers lines.jsonl lines.answers generated
python3 - <<'PY' || fail "answers are not one of a line: $(cat lines.answers)"
import json
got = [json.loads(line) for line in open("lines.answers")]
assert [a["id"] for a in got] == ["a", "b", "c"] and [a["status"] for a in got] == ["answered", "declined", "answered"], got
assert len(got[0]["rows"]) == 1 and len(got[2]["rows"]) > 1
PY
ok

# --- on the data sets
if ! has_datasets; then
    echo "skipped: $shared has not the data sets of the gold SQL; only generated data was asked about"
    echo "$passed passed, 0 failed"
    exit 0
fi
python3 "$shared/tools/build_gold_db.py" gold >gold.txt 2>&1 &
gold=$!
loaded home superstore retail "orders=$datasets/superstore/orders.csv.gz" "returns=$datasets/superstore/returns.csv" "people=$datasets/superstore/people.csv"
loaded home online_retail online-retail "invoices=$datasets/online-retail/online_retail.csv.gz"
sets=(retail/questions/superstore online-retail/questions/online_retail)
if [ -e "$packs/pricing/pack.yaml" ]; then
    loaded home pricing pricing "weekly_sales=$datasets/pricing/orange_juice_weekly.csv.gz" "stores=$datasets/pricing/store_demographics.csv"
    sets+=(pricing/questions/pricing)
else
    echo "skipped: there is no pack 'pricing'"
fi
if [ -n "${ALL_SETS:-}" ]; then # the packs' further sets: tests/long/ask_sets.sh
    for path in "${sets[@]}"; do sets+=("$path-2" "$path-3"); done
fi
wait $gold || fail "build_gold_db.py: $(cat gold.txt)"
for path in "${sets[@]}"; do
    name=${path##*/}
    answers "$packs/$path.jsonl" "$name.answers" home
    scored "$name" "$packs/$path.jsonl" gold
done
echo "$passed passed, 0 failed"
