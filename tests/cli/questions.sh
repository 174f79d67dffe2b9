#!/usr/bin/env bash
# What people ask can be said as semantic queries: each question of shared/nlq that has an answer, written by hand in
# tests/golden/questions, gives what its gold SQL gives in SQLite. tests/tools/questions.py compares.
. "$(dirname "$0")/common.sh"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source_folder/tests/tools
set_file=$shared/nlq/tuning.jsonl
golden=$source_folder/tests/golden/questions
for file in "$set_file" "$shared/tools/build_gold_db.py" "$shared"/data/{superstore/orders.csv.gz,online-retail/online_retail.csv.gz,pricing/orange_juice_weekly.csv.gz}; do
    [ -e "$file" ] || skip "$file is not here: no queries were compared with the gold SQL of questions"
done
holder=
trap '[ -z "$holder" ] || kill -9 $holder 2>/dev/null || true; rm -rf "$work"' EXIT

# The rule itself: what is the same, and what is not.
python3 - <<'PY' || fail "the rule of when an answer is right does not hold"
from same_rows import is_right
same = lambda gold, got, ordered=False: is_right(gold, got, ordered)
assert same([["a", 1], ["b", 2]], [[2, "x", "B "], [1, "x", "A"]]) and not same([["a", 1], ["b", 2]], [[1, "b"], [2, "a"]])
assert not same([["a"], ["b"]], [["b"], ["a"]], True) and not same([["a"]], [["a"], ["a"]]) and not same([["a"]], [])
assert same([[12344.9]], [[12344.0]]) and not same([[12340.5]], [[12350.5]]) and not same([[12340]], [[12341]])
assert same([[0.125], [0.5]], [[12.5], [50.0]]) and not same([[0.125], [0.5]], [[12.5], [0.5]]) and not same([[1]], [[100]])
assert same([["2014-03"]], [["2014-03-01"]]) and same([["2014-Q2"]], [["2014-04-01"]]) and same([[2014]], [["2014"]])
assert not same([["2014-03"]], [["2014-04-01"]]) and not same([["2014-Q2"]], [["2014-05-01"]]) and not same([[2014]], [["2015"]])
assert same([["2011-12-09"]], [["2011-12-09T12:50:00Z"]]) and not same([["2011-12-09"]], [["2011-12-08T23:59:59Z"]])
assert same([["Sunday"]], [[7]]) and not same([["Sunday"]], [[1]]) and same([[1]], [[True]]) and not same([[0]], [[True]])
assert not same([["17850"]], [[17850]]) and not same([[None]], [[0]]) and same([[1, 1]], [[1, 1]]) and not same([[1, 1]], [[1, 2]])
PY
ok

python3 "$shared/tools/build_gold_db.py" gold >gold.txt 2>&1 &
gold=$!
runs "$starling" init home --pack retail
data=$shared/data/superstore
runs "$starling" load "orders=$data/orders.csv.gz" "returns=$data/returns.csv" "people=$data/people.csv" --home home --project retail
runs "$starling" init home --pack online-retail --sample
runs "$starling" init home --pack pricing
data=$shared/data/pricing
runs "$starling" load "weekly_sales=$data/orange_juice_weekly.csv.gz" "stores=$data/store_demographics.csv" --home home --project pricing
wait $gold || fail "build_gold_db.py: $(cat gold.txt)"

# The holder brings all in step, and answers: a query is then half the work.
"$starling" sync --follow --home home --quiet >follow.out 2>follow.err &
holder=$!
for _ in $(seq 900); do
    if grep -q '^Following' follow.out || ! kill -0 $holder 2>/dev/null; then break; fi
    sleep 0.1
done
grep -q '^Following' follow.out || fail "the home is not in step within 90 s: $(cat follow.out follow.err)"
ok

# compares PROJECT NAME QUERIES: with gold/NAME.sqlite; what it finds is in out.txt
compares() { python3 "$source_folder/tests/tools/questions.py" "$3" "$set_file" "gold/$2.sqlite" home "$1" >out.txt; }

# A query that says something else, and one that is missing, are found.
sed -n '1s/revenue/profit/; 3d; 1,4p' "$golden/superstore.jsonl" >wrong.jsonl
if compares retail superstore wrong.jsonl; then fail "wrong queries passed: $(cat out.txt)"; fi
grep -q '^ss-001: differs' out.txt || fail "ss-001 was made to differ: $(cat out.txt)"
grep -q '^not written: ss-003 ' out.txt || fail "ss-003 was left out: $(cat out.txt)"
ok

for project in retail=superstore online-retail=online_retail pricing=pricing; do
    compares "${project%=*}" "${project#*=}" "$golden/${project#*=}.jsonl" || fail "$(cat out.txt)"
    tail -n 1 out.txt
    ok
done
kill -TERM $holder
wait $holder || fail "the holder ended with $?: $(cat follow.err)"
holder=
echo "$passed passed, 0 failed"
