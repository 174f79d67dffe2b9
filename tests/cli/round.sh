#!/usr/bin/env bash
# The words of a query, asked as a question, give the query back: those of tests/golden/questions, and the readings of the questions
# of shared/nlq. Floors only move up.
. "$(dirname "$0")/common.sh"
export PYTHONDONTWRITEBYTECODE=1
data=$shared/data/superstore
for file in "$shared/nlq/tuning.jsonl" "$data/orders.csv.gz"; do
    [ -e "$file" ] || skip "$file is not here: no words of its queries were asked"
done
runs "$starling" init home --pack retail --project superstore
runs "$starling" load "orders=$data/orders.csv.gz" "returns=$data/returns.csv" "people=$data/people.csv" --home home --project superstore
runs "$starling" init home --pack online-retail --project online_retail --sample
runs "$starling" sync --home home --project superstore
runs "$starling" sync --home home --project online_retail

# comes_back PROJECT PACK QUERIES FLOOR
comes_back() {
    python3 "$source_folder/tests/tools/round.py" "$starling" "$STARLING_TEST_TOOLS/say" home "$1" "$source_folder/packs/$2" "$3" "$4" >out.txt ||
        fail "below $4 %: $(cat out.txt)"
    [ -z "${STARLING_SHOW:-}" ] || cat out.txt
    tail -n 1 out.txt
    ok
}
comes_back superstore retail "$source_folder/tests/golden/questions/superstore.jsonl" 80
comes_back online_retail online-retail "$source_folder/tests/golden/questions/online_retail.jsonl" 81
comes_back superstore retail "$shared/nlq/tuning.jsonl" 88
comes_back online_retail online-retail "$shared/nlq/tuning.jsonl" 84
echo "$passed passed, 0 failed"
